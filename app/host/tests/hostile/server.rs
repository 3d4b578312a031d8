//! Servers on this machine that write down every byte that reaches them.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::desk::SECRET;

const REQUEST_MAX_BYTES: usize = 64 * 1024;
static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];
/// How long the slow path takes to answer.
const SLOW_MS: u64 = 700;

/// A server and what reached it.
pub struct Server {
    pub port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Listens on every address of this machine, in either family. `elsewhere` is the port redirects lead to.
    pub async fn start(elsewhere: u16) -> Self {
        let listener = TcpListener::bind("[::]:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), elsewhere));
            }
        });
        Self { port, requests }
    }

    /// What reached it since it was asked last. A connection without a request counts as an empty one.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().expect("requests"))
    }
}

async fn serve(mut stream: TcpStream, requests: Arc<Mutex<Vec<String>>>, elsewhere: u16) {
    let index = {
        let mut requests = requests.lock().expect("requests");
        requests.push(String::new());
        requests.len() - 1
    };
    let mut request = vec![0; REQUEST_MAX_BYTES];
    let Ok(bytes) = stream.read(&mut request).await else { return };
    let text = String::from_utf8_lossy(&request[..bytes]).into_owned();
    if let Some(kept) = requests.lock().expect("requests").get_mut(index) {
        kept.clone_from(&text);
    }
    let path = text.split(' ').nth(1).unwrap_or("");
    // A client that hangs up early is none of the server's business.
    let _ = answer(&mut stream, path, elsewhere).await;
    let _ = stream.shutdown().await;
}

async fn answer(stream: &mut TcpStream, path: &str, elsewhere: u16) -> std::io::Result<()> {
    const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    let text = match path {
        "/echo" => format!("{OK}content-length: {}\r\n\r\ntoken {SECRET}", 6 + SECRET.len()),
        "/echo-header" => format!("{OK}x-token: {SECRET}\r\ncontent-length: 0\r\n\r\n"),
        "/echo-reversed" => {
            let reversed: String = SECRET.chars().rev().collect();
            format!("{OK}content-length: {}\r\n\r\n{reversed}", reversed.len())
        }
        "/elsewhere" => format!(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{elsewhere}/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        ),
        "/slow" => {
            tokio::time::sleep(std::time::Duration::from_millis(SLOW_MS)).await;
            format!("{OK}content-length: 0\r\n\r\n")
        }
        "/endless" => {
            stream.write_all(format!("{OK}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(&PIECE).await?;
            }
        }
        "/to-other" => {
            // The port it came to is the one that `other.test` has as well.
            let port = stream.local_addr()?.port();
            format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://other.test:{port}/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
        }
        "/headers" => {
            let headers: Vec<_> =
                (0..500).map(|number| format!("x-{number}: {}\r\n", "x".repeat(1000))).collect();
            format!("{OK}{}\r\n", headers.concat())
        }
        "/long-header" => format!("{OK}x-long: {}\r\n\r\n", "x".repeat(2 * 1024 * 1024)),
        "/short" => format!("{OK}content-length: 1000\r\n\r\nshort"),
        // What would be a gigabyte of zeros, if somebody unpacked it; here it is only said to be packed.
        "/packed" => format!("{OK}content-encoding: gzip\r\ncontent-length: 6\r\n\r\npacked"),
        "/nonsense" => "SMTP ready\r\n\r\n".to_owned(),
        "/silent" => String::new(),
        "/bad-chunks" => format!("{OK}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n0\r\n\r\n"),
        _ => format!("{OK}content-length: 2\r\n\r\nok"),
    };
    stream.write_all(text.as_bytes()).await
}
