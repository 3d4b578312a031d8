//! HTTP/1.1 by hand, one request a connection: what a test says is what goes over the wire.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Longest that any answer may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Time to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer that is read.
const ANSWER_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Asks and reads the whole answer.
pub fn ask(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n");
    for &(name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend(["content-length: ", &body.len().to_string(), "\r\n\r\n"]);
    let mut stream = connect(to)?;
    stream.write_all(&[head.as_bytes(), body].concat()).context("writing the request")?;
    read(&mut BufReader::new(stream))
}

/// A connection with timeouts.
pub fn connect(to: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, CONNECT_TIMEOUT).context("connecting")?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

/// A connection from another address of this machine, such as 127.0.0.2: what is counted by address counts it apart.
pub fn connect_from(source: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(source, 0))?;
        socket.connect(to).await?.into_std()
    });
    let stream = stream.with_context(|| format!("connecting from {source}"))?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

/// Reads one answer.
pub fn read(from: &mut impl BufRead) -> Result<Answer> {
    let first = line(from)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no answer: {first:?}"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(from)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let length = u64::from_str_radix(&line(from)?, 16).context("length of a chunk")?;
            take(from, length, &mut answer.body)?;
            line(from)?;
            if length == 0 {
                return Ok(answer);
            }
        }
    }
    match answer.header("content-length").map(str::parse).transpose()? {
        Some(length) => take(from, length, &mut answer.body)?,
        None if status == 204 => {}
        None => drop(from.take(ANSWER_MAX_BYTES).read_to_end(&mut answer.body)?),
    }
    Ok(answer)
}

fn line(from: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    from.read_line(&mut line).context("reading a line of the answer")?;
    Ok(line.trim_end().to_owned())
}

fn take(from: &mut impl BufRead, length: u64, into: &mut Vec<u8>) -> Result<()> {
    ensure!(length <= ANSWER_MAX_BYTES, "an answer of {length} bytes");
    let read = from.take(length).read_to_end(into)?;
    ensure!(read as u64 == length, "the answer ended after {read} of {length} bytes");
    Ok(())
}
