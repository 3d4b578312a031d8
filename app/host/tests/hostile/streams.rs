//! Streams of a plugin against real servers, with TLS and without: what is carried, what is refused and in which words,
//! and that every stream ends with its instance.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use host::{Answer, CallError, Failure, Guard, Package, Request, RunMode};
use model::plugin::Role;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    ALONE,
    arena::{Arena, BAD, lane},
    component,
    desk::SECRET,
};

const GOOD_CERTIFICATE: &[u8] = include_bytes!("certificates/good.der");
const KEY: &[u8] = include_bytes!("certificates/server.key");
static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];
/// Longest that a server waits for the end of its streams.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a server behaves.
#[derive(Clone, Copy)]
enum Manner {
    /// Says what it hears.
    Echo,
    /// The same with TLS from the first byte, with this certificate.
    Tls(&'static [u8]),
    /// The same with TLS after STARTTLS.
    Starttls,
    /// Somebody on the way adds a line before TLS.
    Injects,
    /// Greets first, as mail servers do.
    Greets,
    Silent,
    Endless,
}

/// A server and what it noticed.
struct Peer {
    port: u16,
    heard: Arc<Mutex<String>>,
    connections: Arc<AtomicUsize>,
    ended: watch::Receiver<usize>,
}

impl Peer {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, ended) = watch::channel(0);
        let (heard, connections) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (kept, count, sender) = (Arc::clone(&heard), Arc::clone(&connections), Arc::new(sender));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (kept, sender) = (Arc::clone(&kept), Arc::clone(&sender));
                tokio::spawn(async move {
                    // However it ends, it has.
                    let _ = serve(stream, manner, &kept).await;
                    sender.send_modify(|ended| *ended += 1);
                });
            }
        });
        Self { port, heard, connections, ended }
    }

    fn heard(&self) -> String {
        self.heard.lock().expect("heard").clone()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until every stream has ended.
    async fn all_ended(&self) {
        let mut ended = self.ended.clone();
        let count = self.connections();
        let all = ended.wait_for(|ended| *ended >= count);
        assert!(tokio::time::timeout(PATIENCE, all).await.is_ok(), "streams are open");
    }
}

fn acceptor(certificate: &'static [u8]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate)], PrivatePkcs8KeyDer::from(KEY).into())
        .expect("a certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(mut stream: TcpStream, manner: Manner, kept: &Mutex<String>) -> std::io::Result<()> {
    match manner {
        Manner::Echo => echo(stream, kept).await,
        Manner::Tls(certificate) => echo(acceptor(certificate).accept(stream).await?, kept).await,
        Manner::Starttls | Manner::Injects => {
            let mut line = [0; 64];
            let bytes = stream.read(&mut line).await?;
            kept.lock().expect("heard").push_str(&String::from_utf8_lossy(&line[..bytes]));
            let injected = if matches!(manner, Manner::Injects) { "250 forged\r\n" } else { "" };
            stream.write_all(format!("220 go\r\n{injected}").as_bytes()).await?;
            echo(acceptor(GOOD_CERTIFICATE).accept(stream).await?, kept).await
        }
        Manner::Greets => {
            stream.write_all(b"220 mail.test is ready for you\r\n").await?;
            echo(stream, kept).await
        }
        Manner::Silent => {
            let mut nothing = [0; 64];
            while stream.read(&mut nothing).await? > 0 {}
            Ok(())
        }
        Manner::Endless => loop {
            stream.write_all(&PIECE).await?;
        },
    }
}

/// Says what it hears, and does what some words ask for.
async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, kept: &Mutex<String>) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let bytes = stream.read(&mut buffer).await?;
        let text = String::from_utf8_lossy(&buffer[..bytes]).into_owned();
        kept.lock().expect("heard").push_str(&text);
        match text.trim_end() {
            // The second without a goodbye.
            "" | "CUT" => return Ok(()),
            "QUIT" => return stream.shutdown().await,
            "TELL" => {
                // In two parts, so that neither has the whole of it.
                let (first, second) = SECRET.split_at(7);
                stream.write_all(first.as_bytes()).await?;
                stream.flush().await?;
                stream.write_all(format!("{second}\r\n").as_bytes()).await?;
            }
            _ => stream.write_all(text.as_bytes()).await?,
        }
        stream.flush().await?;
    }
}

/// All servers, and a plugin that may reach them under `mail.test`.
struct Mail {
    package: Package,
    servers: Vec<(&'static str, Peer)>,
    cache: PathBuf,
    _folder: tempfile::TempDir,
}

impl Mail {
    async fn new() -> Self {
        let mut servers = Vec::new();
        for (name, manner) in [
            ("ECHO", Manner::Echo),
            ("SECURE", Manner::Tls(GOOD_CERTIFICATE)),
            ("EXPIRED", Manner::Tls(include_bytes!("certificates/expired.der"))),
            ("FUTURE", Manner::Tls(include_bytes!("certificates/future.der"))),
            ("NAMED", Manner::Tls(include_bytes!("certificates/other-name.der"))),
            ("UNKNOWN", Manner::Tls(include_bytes!("certificates/unknown.der"))),
            ("LATER", Manner::Starttls),
            ("INJECTS", Manner::Injects),
            ("GREETS", Manner::Greets),
            ("SILENT", Manner::Silent),
            ("ENDLESS", Manner::Endless),
            ("CLOSED", Manner::Echo),
        ] {
            servers.push((name, Peer::start(manner).await));
        }
        let built = tokio::task::spawn_blocking(component::component).await.expect("built");
        let package = component::package(&built.expect("the guest is built"), &manifest(&servers));
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        Self { package: package.expect("a package"), servers, cache, _folder: folder }
    }

    fn server(&self, name: &str) -> &Peer {
        &self.servers.iter().find(|(of, _)| *of == name).expect("a server").1
    }

    /// The text with the ports of the servers in it.
    fn with_ports(&self, text: &str) -> String {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        for (name, server) in &self.servers {
            for word in &mut words {
                let of_host = word.replace(&format!(":{name}"), &format!(":{}", server.port));
                *word = if word == name { server.port.to_string() } else { of_host };
            }
        }
        words.join(" ")
    }

    fn arena(&self, mode: RunMode, off: &[Guard]) -> Arena {
        let arena = Arena::new(&self.cache, mode, off);
        arena.load(&self.package, true);
        arena
    }

    async fn order(&self, arena: &mut Arena, order: &str) -> Result<String, CallError> {
        let query = self.with_ports(order);
        match arena.call(&lane(BAD, Role::Lookup), Request::Search { who: None, query }).await? {
            Answer::Cards(cards) => Ok(cards[0].title.clone()),
            other => panic!("{other:?}"),
        }
    }

    /// What came of an order, in words.
    async fn told(&self, arena: &mut Arena, order: &str) -> String {
        self.order(arena, order).await.unwrap_or_else(|error| error.to_string())
    }
}

fn manifest(servers: &[(&'static str, Peer)]) -> String {
    let port = |name: &str| servers.iter().find(|(of, _)| *of == name).expect("a server").1.port;
    let granted: Vec<String> = servers
        .iter()
        .filter(|(name, _)| *name != "CLOSED")
        .map(|(_, server)| format!("{{ tcp-private = \"mail.test:{}\" }}, ", server.port))
        .collect();
    let granted = granted.concat();
    let (tls, later, closed) = (port("SECURE"), port("LATER"), port("CLOSED"));
    format!(
        r#"id = "{BAD}"
version = "1.0.0"
serial = 1
name = "{BAD}"
roles = ["lookup"]
capabilities = [{granted}{{ tcp-private = "127.0.0.1:{tls}" }}, {{ tcp-private = "mail.test:1" }},
  {{ tcp = "127.0.0.1:{closed}" }}, {{ tcp = "mail.test:{closed}" }}, {{ http-private = "localhost:{closed}" }},
  {{ secret = "token" }}, {{ secret = "later" }}]
[[secrets]]
slot = "token"
host = "mail.test:{tls}"
header = "sasl"
[[secrets]]
slot = "later"
host = "mail.test:{later}"
header = "sasl"
"#
    )
}

/// Orders, and what the plugin is told; ports stand as the names of their servers.
const CASES: &[(&str, &str, &str)] = &[
    ("plain", "stream plain mail.test ECHO say:hello read", "said|hello"),
    ("TLS", "stream tls mail.test SECURE say:hello read", "said|hello"),
    ("TLS by address", "stream tls 127.0.0.1 SECURE say:hello read", "said|hello"),
    (
        "STARTTLS",
        "stream starttls mail.test LATER say:STARTTLS read tls say:hello read",
        "said|220 go|secured|said|hello",
    ),
    ("a name in capitals", "stream plain MAIL.TEST ECHO say:hello read", "said|hello"),
    (
        "no STARTTLS on a plain stream",
        "stream plain mail.test ECHO tls say:x",
        "Trouble::Invalid(\"only a stream that was opened with starttls\")|said",
    ),
    (
        "STARTTLS once",
        "stream starttls mail.test LATER say:STARTTLS read tls tls",
        "said|220 go|secured|Trouble::Invalid(\"the stream has TLS already\")",
    ),
    (
        "nothing from before STARTTLS counts",
        "stream starttls mail.test INJECTS say:STARTTLS read:8 tls read say:x",
        "said|220 go|Trouble::Handshake(\"the other side does not speak TLS here\")|Trouble::Closed|Trouble::Closed",
    ),
    ("an end", "stream plain mail.test ECHO say:QUIT read read", "said|end|end"),
    ("an end of TLS", "stream tls mail.test SECURE say:QUIT read read", "said|end|end"),
    ("a cut of TLS", "stream tls mail.test SECURE say:CUT read read", "said|Trouble::Closed|Trouble::Closed"),
    (
        "silence, longer than a guest may compute",
        "stream plain mail.test SILENT wait:600 read say:x",
        "waits|Trouble::TimedOut|said",
    ),
    ("an expired certificate", "stream tls mail.test EXPIRED", "invalid: the certificate has expired"),
    (
        "a certificate of the future",
        "stream tls mail.test FUTURE",
        "invalid: the certificate is not valid yet; is this computer's clock right?",
    ),
    (
        "a certificate for another name",
        "stream tls mail.test NAMED",
        "invalid: the certificate is for another name",
    ),
    (
        "a certificate of a stranger",
        "stream tls mail.test UNKNOWN",
        "invalid: nobody this computer trusts issued the certificate",
    ),
    ("no TLS there", "stream tls mail.test GREETS", "invalid: the other side does not speak TLS here"),
    ("nobody there", "stream plain mail.test 1", "unavailable"),
    ("too many", "streams plain mail.test ECHO 5", "too large: 4 streams are open"),
    (
        "no grant",
        "stream plain localhost CLOSED say:x",
        "not granted: capabilities = [{ tcp = \"localhost:CLOSED\" }] is not in the manifest",
    ),
    (
        "a private address",
        "stream plain 127.0.0.1 CLOSED say:x",
        "not granted: capabilities = [{ tcp-private = \"127.0.0.1:CLOSED\" }] is not in the manifest",
    ),
    (
        "a private address in hexadecimal",
        "stream plain 0x7f000001 CLOSED say:x",
        "not granted: capabilities = [{ tcp-private = \"127.0.0.1:CLOSED\" }] is not in the manifest",
    ),
    (
        "a private address behind a name",
        "stream plain mail.test CLOSED say:x",
        "not granted: capabilities = [{ tcp-private = \"mail.test:CLOSED\" }] is not in the manifest",
    ),
    (
        "a secret before TLS",
        "stream starttls mail.test LATER login:later",
        "Trouble::Denied(\"[[secrets]] slot = \\\"later\\\", host = \\\"mail.test:LATER\\\", header = \\\"sasl\\\" (over TLS) is not in the manifest\")",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_carry_what_is_granted_and_say_why_not() {
    let _alone = ALONE.lock().await;
    let mail = Mail::new().await;
    let mut arena = mail.arena(RunMode::Live, &[]);
    for (name, order, expected) in CASES {
        let expected = mail.with_ports(expected);
        assert_eq!(mail.told(&mut arena, order).await, expected, "{name}");
    }
    assert_eq!(mail.server("CLOSED").connections(), 0, "nobody comes where nobody may go");
    assert!(!mail.server("LATER").heard().contains("AUTH"), "no login in the open");
    assert!(mail.server("SECURE").heard().contains("hello\r\n"));
    for name in ["EXPIRED", "FUTURE", "NAMED", "UNKNOWN"] {
        assert_eq!((mail.server(name).connections(), mail.server(name).heard().as_str()), (1, ""), "{name}");
    }
    let status = arena.host().status().into_iter().find(|status| status.manifest.id.as_str() == BAD);
    let signals = status.expect("a status").signals;
    assert!(signals.network_bytes > 0 && signals.faults == 0, "{signals:?}");
    mail.server("ECHO").all_ended().await;
    let mut drill = mail.arena(RunMode::Drill { seed: 1 }, &[]);
    let told = mail.told(&mut drill, "stream plain mail.test ECHO say:x").await;
    assert_eq!(told, "not granted: there is no network in drills and tests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_goes_over_tls_and_does_not_come_back() {
    const LOGIN: &str = "stream tls mail.test SECURE login:token wait:2000 read say:TELL read read";
    /// As it goes over the wire, without what stands before the secret.
    const ENCODED: &str = "A0c3N3MHJkLW9mLXRoZS1kZXNr";
    let _alone = ALONE.lock().await;
    let mail = Mail::new().await;
    let mut arena = mail.arena(RunMode::Live, &[]);
    let told = mail.order(&mut arena, LOGIN).await.expect("told");
    assert!(told.starts_with("sent|waits|AUTH ") && told.contains("[secret]"), "{told}");
    assert!(!told.contains(SECRET) && !told.contains(ENCODED), "{told}");
    assert!(mail.server("SECURE").heard().contains(ENCODED), "{}", mail.server("SECURE").heard());
    let ledger = arena.host().ledger(&BAD.into());
    let lines: Vec<_> = ledger
        .iter()
        .map(|line| (line.method.as_str(), line.bytes > 0, line.secrets.first().map(String::as_str)))
        .collect();
    assert_eq!(lines, [("TLS", false, None), ("SASL", true, Some("token")), ("TLS END", true, None)]);
    assert!(!arena.sinks().contains(SECRET));
    let later = "stream starttls mail.test LATER say:STARTTLS read tls login:later read";
    let told = mail.order(&mut arena, later).await.expect("told");
    assert!(told.contains("secured|sent|AUTH "), "{told}");
    let elsewhere = mail.told(&mut arena, "stream plain mail.test ECHO login:token").await;
    assert!(elsewhere.contains("[[secrets]] slot") && mail.server("ECHO").heard().is_empty(), "{elsewhere}");
    // The same without the guard, to know that there was something to hold.
    let mut unguarded = mail.arena(RunMode::Live, &[Guard::Scrubbing]);
    let told = mail.order(&mut unguarded, LOGIN).await.expect("told");
    assert!(told.contains(ENCODED), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_with_their_instance() {
    let _alone = ALONE.lock().await;
    let mail = Mail::new().await;
    let mut arena = mail.arena(RunMode::Live, &[]);
    let kept = mail.told(&mut arena, "keep plain mail.test ECHO").await;
    assert_eq!(kept, "kept");
    assert_eq!(
        mail.told(&mut arena, "kept say:again read").await,
        "said|again",
        "it lives from call to call"
    );
    assert_eq!(mail.told(&mut arena, "keep plain mail.test ECHO").await, "kept");
    let trapped = mail.order(&mut arena, "stream tls mail.test SECURE say:x read panic").await;
    assert!(matches!(trapped, Err(CallError::Trap(_))), "{trapped:?}");
    mail.server("SECURE").all_ended().await;
    mail.server("ECHO").all_ended().await;
    // A fresh host each time: after a fault a plugin pauses.
    let mut arena = mail.arena(RunMode::Live, &[]);
    let stopped = mail.order(&mut arena, "stream plain mail.test SILENT wait:30000 read").await;
    assert_eq!(stopped, Err(CallError::WallTime));
    mail.server("SILENT").all_ended().await;
    let mut arena = mail.arena(RunMode::Live, &[]);
    // Which limit comes first depends on the machine.
    let stopped = mail.order(&mut arena, "stream plain mail.test ENDLESS flood:100000").await;
    let too_large = matches!(&stopped, Err(CallError::Failure(Failure::TooLarge(_))));
    let stopped_in_time = matches!(&stopped, Err(CallError::WallTime | CallError::CpuTime));
    assert!(too_large || stopped_in_time, "{stopped:?}");
    mail.server("ENDLESS").all_ended().await;
    let often = mail.told(&mut mail.arena(RunMode::Live, &[]), "often plain mail.test ECHO 70").await;
    assert_eq!(often, "too often, wait 10000 ms");
    assert_eq!(mail.server("ECHO").connections(), 2 + 60);
}
