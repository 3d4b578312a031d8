//! Requests of plugins against a server on this machine: exact grants, checked addresses, no redirects.

use crate::{desk::Bench, guest::Guest};
use host::{Answer, RunMode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const PLUGIN: &str = "caller";

/// Sends `GET url` and answers one criterion whose weight is the status, or 1 where the request failed.
const IMPORTS: &str = r#"
  (import "switchboard:plugin/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "switchboard:plugin/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))"#;
const RUBRIC: &str = r"
  (call $send (i32.const 16) (i32.const 3) (i32.const 32) (i32.load (i32.const 24))
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2048))
  (i32.store (i32.const 4096) (i32.const 16)) (i32.store (i32.const 4100) (i32.const 3))
  (f32.store (i32.const 4120)
    (if (result f32) (i32.load8_u (i32.const 2048))
      (then (f32.const 1))
      (else (f32.convert_i32_u (call $status (i32.load (i32.const 2052)))))))
  (i32.store (i32.const 1032) (i32.const 4096)) (i32.store (i32.const 1036) (i32.const 1))
  (i32.const 1032)";

/// A server that answers every request with these bytes; gives its port.
async fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}

/// Calls the URL with this grant; gives the status, if there was one, and the line that would have allowed it.
async fn call(url: &str, capability: &str, mode: RunMode) -> (f32, Option<String>) {
    // The text lives as long as the test process: guests are built from static text.
    let length = url.len();
    let extra = format!(
        r#"(data (i32.const 16) "GET") (data (i32.const 24) "\{length:02x}\00\00\00") (data (i32.const 32) "{url}")"#
    );
    let manifest = format!("capabilities = [{capability}]");
    let guest = Guest {
        imports: IMPORTS,
        extra: extra.leak(),
        rubric: RUBRIC,
        manifest: manifest.leak(),
        ..Guest::default()
    };
    let mut bench = Bench::in_mode(tempfile::tempdir().expect("a folder"), mode);
    bench.load(guest.package(PLUGIN), true);
    let Ok(Answer::Rubric(criteria)) = bench.rubric(PLUGIN).await else { panic!("no answer") };
    (criteria[0].weight, bench.status(PLUGIN).denials.keys().next().cloned())
}

#[tokio::test]
async fn only_what_is_granted_is_reached() {
    let ok = server("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
    let moved =
        server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n").await;
    let other = server("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let url = |host: &str, port: u16| format!("http://{host}:{port}/");
    let public = |host: &str, port: u16| format!("{{ http = \"{host}:{port}\" }}");
    let private = |host: &str, port: u16| format!("{{ http-private = \"{host}:{port}\" }}");
    let needs = |line: String| (1.0, Some(format!("capabilities = [{line}]")));
    let live = RunMode::Live;
    let local = "127.0.0.1";
    for (name, url, capability, mode, expected) in [
        ("private grant", url(local, ok), private(local, ok), live, (204.0, None)),
        ("a name for it", url("localhost", ok), private("localhost", ok), live, (204.0, None)),
        ("redirects are answers", url(local, moved), private(local, moved), live, (302.0, None)),
        ("no grant", url(local, ok), String::new(), live, needs(public(local, ok))),
        ("another port", url(local, other), private(local, ok), live, needs(public(local, other))),
        ("a private address", url(local, ok), public(local, ok), live, needs(private(local, ok))),
        (
            "behind a name",
            url("localhost", ok),
            public("localhost", ok),
            live,
            needs(private("localhost", ok)),
        ),
        ("written in hexadecimal", url("0x7f000001", ok), public(local, ok), live, needs(private(local, ok))),
        ("in a drill", url(local, ok), private(local, ok), RunMode::Drill { seed: 1 }, (1.0, None)),
    ] {
        assert_eq!(call(&url, &capability, mode).await, expected, "{name}");
    }
}
