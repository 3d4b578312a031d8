//! The gateway against clients that behave badly: they are refused, and others are served as if nothing had happened.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may stop where they cannot go on")]

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use switchboard_gateway::{
    Asset, BindError, BoxFuture, Download, Gateway, Inbound, Limits, METHOD_SUBSCRIBE, METHOD_UPLOAD,
    METHOD_UPLOADED, NewFile, PushHub, StoredFile, UploadBody, UploadError, WebEvent, WebReply,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Longest that any step of a test may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine that echoes, and keeps what it was asked.
#[derive(Default)]
struct Echo {
    events: Mutex<Vec<WebEvent>>,
    stored: Mutex<Vec<u8>>,
}

impl Echo {
    fn events(&self) -> Vec<WebEvent> {
        self.events.lock().unwrap().clone()
    }
}

impl Inbound for Echo {
    fn asset<'a>(&'a self, slug: &'a str, path: &'a str) -> BoxFuture<'a, Option<Asset>> {
        let found = slug == "shop" && path == "widget.js";
        let asset = || Asset { media_type: "text/javascript".to_owned(), bytes: b"let x;".as_slice().into() };
        Box::pin(async move { found.then(asset) })
    }

    fn web_event<'a>(&'a self, slug: &'a str, event: WebEvent) -> BoxFuture<'a, WebReply> {
        self.events.lock().unwrap().push(event.clone());
        let reply = match (slug, event.method.as_str(), event.path.as_str()) {
            ("shop", METHOD_SUBSCRIBE, "refused") => WebReply::status(403),
            ("shop", METHOD_SUBSCRIBE, _) => {
                WebReply { subscribe: Some("topic".to_owned()), ..WebReply::status(200) }
            }
            ("shop", METHOD_UPLOAD, "refused") => WebReply::status(401),
            ("shop", METHOD_UPLOAD, _) => WebReply::status(204),
            ("shop", METHOD_UPLOADED, _) => WebReply { body: event.body, ..WebReply::status(200) },
            ("shop", _, "file") => WebReply {
                headers: vec![("x-switchboard-blob".to_owned(), "file-1".to_owned())],
                ..WebReply::status(200)
            },
            ("shop", ..) => WebReply { body: event.body, ..WebReply::status(200) },
            _ => WebReply::status(404),
        };
        Box::pin(async move { reply })
    }

    fn upload<'a>(
        &'a self,
        _slug: &'a str,
        _file: NewFile,
        mut body: UploadBody,
    ) -> BoxFuture<'a, Result<StoredFile, UploadError>> {
        Box::pin(async move {
            let mut bytes = Vec::new();
            while let Some(part) = body.next().await {
                bytes.extend_from_slice(&part?);
            }
            let length = bytes.len() as u64;
            *self.stored.lock().unwrap() = bytes;
            Ok(StoredFile { id: "file-1".to_owned(), bytes: length })
        })
    }

    fn download<'a>(&'a self, _slug: &'a str, id: &'a str) -> BoxFuture<'a, Option<Download>> {
        let bytes = self.stored.lock().unwrap().clone();
        let found = id == "file-1" && !bytes.is_empty();
        Box::pin(async move {
            found.then(|| Download {
                media_type: "text/html".to_owned(),
                name: "说明 1.html".to_owned(),
                bytes: bytes.len() as u64,
                body: Box::new(std::io::Cursor::new(bytes)),
            })
        })
    }
}

struct Setup {
    gateway: Gateway,
    echo: Arc<Echo>,
    hub: PushHub,
}

impl Setup {
    async fn new(limits: Limits) -> Self {
        let (echo, hub) = (Arc::new(Echo::default()), PushHub::new());
        let inbound: Arc<dyn Inbound> = Arc::<Echo>::clone(&echo);
        let gateway = Gateway::bind(([127, 0, 0, 1], 0).into(), inbound, hub.clone(), limits).await.unwrap();
        Self { gateway, echo, hub }
    }

    fn addr(&self) -> SocketAddr {
        self.gateway.local_addr()
    }

    /// A well-behaved request from an address of its own, so that nobody else's limits touch it.
    async fn neighbour(&self) -> String {
        let mut stream = connect_from([127, 0, 0, 9].into(), self.addr()).await.unwrap();
        exchange(
            &mut stream,
            b"POST /c/shop/hook/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi",
        )
        .await
    }

    async fn neighbour_is_served(&self) {
        let answer = self.neighbour().await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("hi"), "{answer}");
    }

    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.addr()).await.unwrap();
        exchange(&mut stream, bytes).await
    }
}

async fn connect_from(source: IpAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(source, 0))?;
    socket.connect(to).await
}

/// Writes everything, as far as the other side takes it, and reads until it closes.
async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    let (mut read, mut write) = stream.split();
    let writing = async {
        // The gateway may have refused and closed before the end.
        let _refused = write.write_all(bytes).await;
    };
    let reading = async {
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = read.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    timeout(PATIENCE, async { tokio::join!(writing, reading).1 })
        .await
        .expect("the gateway closes the connection")
}

/// Reads until the text has come.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    timeout(PATIENCE, async {
        loop {
            let count = stream.read(&mut part).await.unwrap();
            answer.extend_from_slice(&part[..count]);
            let so_far = String::from_utf8_lossy(&answer).into_owned();
            if so_far.contains(text) || count == 0 {
                return so_far;
            }
        }
    })
    .await
    .expect("the text comes")
}

fn quick() -> Limits {
    Limits {
        head_timeout: Duration::from_millis(300),
        body_timeout: Duration::from_millis(300),
        ..Limits::default()
    }
}

#[tokio::test]
async fn garbage_costs_its_own_connection_only() {
    let setup = Setup::new(quick()).await;
    let flood = format!("GET /c/shop/hook/x HTTP/1.1\r\n{}\r\n", "x-a: b\r\n".repeat(500));
    let long = format!("GET /c/shop/hook/{} HTTP/1.1\r\n\r\n", "a".repeat(200_000));
    let wide = format!("GET /c/shop/hook/x HTTP/1.1\r\nx-a: {}\r\n\r\n", "b".repeat(200_000));
    let noise: Vec<u8> = (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("noise", noise),
        ("zeros", vec![0; 50_000]),
        ("tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        ("invalid UTF-8 in the path", b"GET /c/shop/hook/\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        ("split header", b"GET /c/shop/hook/x HTTP/1.1\r\nx: a\rb: c\r\n\r\n".to_vec()),
        (
            "two lengths",
            b"POST /c/shop/hook/x HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec(),
        ),
        (
            "endless chunk",
            b"POST /c/shop/hook/x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n"
                .to_vec(),
        ),
        ("header flood", flood.into_bytes()),
        ("long path", long.into_bytes()),
        ("wide header", wide.into_bytes()),
        ("http/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("half a head", b"GET /c/shop/hook/x HTT".to_vec()),
        ("half a body", b"POST /c/shop/hook/x HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf".to_vec()),
    ];
    for (name, bytes) in cases {
        let answer = setup.raw(&bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{name}: {answer}");
        setup.neighbour_is_served().await;
    }
    assert_eq!(setup.echo.events().len(), 13, "nothing but the neighbour's requests came through");
}

#[tokio::test]
async fn a_body_of_100_mb_is_refused_unread() {
    let setup = Setup::new(Limits::default()).await;
    let head = "POST /c/shop/hook/x HTTP/1.1\r\nhost: a\r\ncontent-length: 104857600\r\n\r\n";
    let answer = setup.raw(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    // The same without saying so first.
    let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
    stream
        .write_all(b"POST /c/shop/hook/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 65_536], b"\r\n"].concat();
    let mut sent = 0;
    while sent < 100 * 1024 * 1024 && stream.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
    }
    assert!(sent < 20 * 1024 * 1024, "{sent} bytes were taken");
    setup.neighbour_is_served().await;
    assert_eq!(setup.echo.events().len(), 1);
}

#[tokio::test]
async fn an_upload_that_never_ends_is_cut_at_the_limit() {
    let setup = Setup::new(Limits { upload_max_bytes: 100_000, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
    stream
        .write_all(b"POST /c/shop/upload/file HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 65_536], b"\r\n"].concat();
    let answer = exchange(&mut stream, &chunk.repeat(4)).await;
    // A refusal may overtake what is still being sent, in which case the system takes the connection down first.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(setup.echo.stored.lock().unwrap().is_empty());
    assert!(setup.echo.events().iter().all(|event| event.method == METHOD_UPLOAD));
    setup.neighbour_is_served().await;
}

#[tokio::test]
async fn a_file_goes_in_and_out_by_reference() {
    let setup = Setup::new(Limits::default()).await;
    let answer = setup
        .raw(
            b"POST /c/shop/upload/file?name=..%2Fa%E2%80%AEb.html HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
              content-type: text/html\r\ncontent-length: 5\r\n\r\n<h1>!",
        )
        .await;
    assert!(answer.ends_with(r#"{"bytes":5,"id":"file-1","mime":"text/html","name":"ab.html"}"#), "{answer}");
    let methods: Vec<_> = setup.echo.events().iter().map(|event| event.method.clone()).collect();
    assert_eq!(methods, [METHOD_UPLOAD, METHOD_UPLOADED]);
    let answer = setup.raw(b"GET /c/shop/hook/file HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with("<h1>!"), "{answer}");
    for header in [
        "content-type: application/octet-stream",
        "content-disposition: attachment; filename*=UTF-8''%E8%AF%B4%E6%98%8E%201.html",
        "x-content-type-options: nosniff",
        "content-length: 5",
    ] {
        assert!(answer.contains(header), "{header} in {answer}");
    }
    let refused = "POST /c/shop/upload/refused HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\nabcde";
    assert!(setup.raw(refused.as_bytes()).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_client_cannot_speak_as_the_gateway() {
    let setup = Setup::new(Limits::default()).await;
    for method in [METHOD_SUBSCRIBE, METHOD_UPLOAD, METHOD_UPLOADED, "TRACE", "CONNECT", "X"] {
        let request = format!("{method} /c/shop/hook/file HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = setup.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{method}: {answer}");
    }
    assert!(setup.echo.events().is_empty());
    setup.raw(b"GET /c/shop/hook/a%20b?q=%E4%BD%A0&q=+2 HTTP/1.1\r\nhost: a\r\nX-Switchboard-Blob: 1\r\nX-Bad: \xff\r\nconnection: close\r\n\r\n").await;
    let [event] = setup.echo.events().try_into().unwrap();
    assert_eq!((event.method.as_str(), event.path.as_str()), ("GET", "a b"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(event.query, [pair("q", "你"), pair("q", " 2")]);
    assert_eq!(event.headers, [pair("host", "a"), pair("connection", "close")]);
    assert_eq!(event.remote, IpAddr::from([127, 0, 0, 1]));
}

#[tokio::test]
async fn many_connections_leave_room_for_others() {
    let limits = Limits { connections_per_remote_max: 8, ..Limits::default() };
    let setup = Setup::new(limits).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
        stream.write_all(b"GET /c/shop/hook/x HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
    for _ in 0..50 {
        let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
    setup.neighbour_is_served().await;
    assert_eq!(setup.gateway.traffic().refused, 50);
    drop(open);
}

#[tokio::test]
async fn a_flood_of_requests_is_told_to_wait() {
    let limits = Limits {
        requests_per_remote_burst: 10.0,
        requests_per_remote_per_second: 0.001,
        ..Limits::default()
    };
    let setup = Setup::new(limits).await;
    let mut served = 0;
    for _ in 0..30 {
        let answer = setup.raw(b"GET /c/shop/hook/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        if answer.starts_with("HTTP/1.1 200 ") {
            served += 1;
        } else {
            assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: "), "{answer}");
            assert!(answer.contains("access-control-allow-origin: *"), "pages can read why: {answer}");
        }
    }
    assert_eq!(served, 10);
    setup.neighbour_is_served().await;
}

#[tokio::test]
async fn an_account_has_a_limit_of_its_own() {
    let limits =
        Limits { requests_per_slug_burst: 3.0, requests_per_slug_per_second: 0.001, ..Limits::default() };
    let setup = Setup::new(limits).await;
    let ask = |slug: &str| {
        format!("GET /c/{slug}/hook/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").into_bytes()
    };
    for status in ["200", "200", "200", "429"] {
        let answer = setup.raw(&ask("shop")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    assert!(setup.raw(&ask("other")).await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn a_page_on_another_origin_may_ask() {
    let setup = Setup::new(Limits::default()).await;
    let answer = setup
        .raw(
            b"OPTIONS /c/shop/hook/x HTTP/1.1\r\nhost: a\r\norigin: https://shop.example\r\nconnection: close\r\n\
              access-control-request-method: POST\r\naccess-control-request-headers: authorization,content-type\r\n\r\n",
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    for header in [
        "access-control-allow-origin: *",
        "access-control-allow-headers: authorization, content-type, last-event-id",
        "access-control-max-age: 86400",
    ] {
        assert!(answer.contains(header), "{header} in {answer}");
    }
    assert!(setup.echo.events().is_empty());
}

#[tokio::test]
async fn web_files_have_tags() {
    let setup = Setup::new(Limits::default()).await;
    let answer = setup.raw(b"GET /c/shop/widget.js HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(
        answer.ends_with("let x;") && answer.contains("cross-origin-resource-policy: cross-origin"),
        "{answer}"
    );
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again = format!(
        "GET /c/shop/widget.js HTTP/1.1\r\nhost: a\r\nif-none-match: {tag}\r\nconnection: close\r\n\r\n"
    );
    assert!(setup.raw(again.as_bytes()).await.starts_with("HTTP/1.1 304 "));
    for (path, status) in
        [("/c/shop/none.js", "404"), ("/c/none/widget.js", "404"), ("/", "404"), ("/c/shop", "308")]
    {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = setup.raw(request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}

#[tokio::test]
async fn streams_carry_events_and_beats() {
    let setup = Setup::new(Limits { beat_every: Duration::from_millis(50), ..Limits::default() }).await;
    let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
    let request = b"GET /c/shop/push/events?token=t HTTP/1.1\r\nhost: a\r\nlast-event-id: 7\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let begin = read_until(&mut stream, "event: beat").await;
    assert!(begin.contains("content-type: text/event-stream"), "{begin}");
    let [asked] = setup.echo.events().try_into().unwrap();
    assert_eq!(asked.method, METHOD_SUBSCRIBE);
    assert!(asked.headers.contains(&("last-event-id".to_owned(), "7".to_owned())));
    assert_eq!(setup.hub.publish("shop", "topic", r#"{"id":8,"text":"你好"}"#), 1);
    assert!(read_until(&mut stream, "你好").await.contains("id: 8\ndata: {\"id\":8,\"text\":\"你好\"}\n\n"));
    assert!(read_until(&mut stream, "event: beat").await.contains("data: {}"));
    drop(stream);
    // The next write notices that the client is gone.
    timeout(PATIENCE, async {
        while setup.hub.publish("shop", "topic", "{}") > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the stream is detached");
    let refused =
        setup.raw(b"GET /c/shop/push/refused HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_dropped() {
    let limits =
        Limits { write_stall_timeout: Duration::from_millis(200), stream_queue_max: 4, ..Limits::default() };
    let setup = Setup::new(limits).await;
    let mut stream = TcpStream::connect(setup.addr()).await.unwrap();
    stream.write_all(b"GET /c/shop/push/events HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    read_until(&mut stream, "event: beat").await;
    let event = format!("\"{}\"", "x".repeat(60_000));
    timeout(PATIENCE, async {
        while setup.hub.publish("shop", "topic", &event) > 0 {
            tokio::task::yield_now().await;
        }
        while setup.hub.streams() > 0 || setup.gateway.traffic().connections > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the stream and its connection end");
    setup.neighbour_is_served().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let setup = Setup::new(Limits::default()).await;
    let addr = setup.addr();
    let inbound: Arc<dyn Inbound> = Arc::<Echo>::clone(&setup.echo);
    let error = Gateway::bind(addr, inbound, PushHub::new(), Limits::default()).await.err().unwrap();
    assert!(matches!(error, BindError::Taken(taken) if taken == addr), "{error}");
    assert_eq!(error.to_string(), format!("{addr} is taken by another program"));
}

#[tokio::test]
async fn closing_ends_streams_and_frees_the_port() {
    let setup = Setup::new(Limits::default()).await;
    let addr = setup.addr();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(b"GET /c/shop/push/events HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    read_until(&mut stream, "event: beat").await;
    let mut idle = TcpStream::connect(addr).await.unwrap();
    timeout(PATIENCE, setup.gateway.close()).await.expect("it closes");
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the stream ends").unwrap();
    timeout(PATIENCE, idle.read_to_end(&mut rest)).await.expect("the idle connection ends").ok();
    assert!(TcpStream::connect(addr).await.is_err());
}
