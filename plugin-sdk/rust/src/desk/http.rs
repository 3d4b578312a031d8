//! Requests to the hosts that the manifest names.
//!
//! ```
//! use switchboard_plugin::desk::http::Request;
//! # fn run() -> switchboard_plugin::Result<()> {
//! #[derive(serde::Deserialize)]
//! struct Order { state: String }
//!
//! let order: Order = Request::get("https://crm.example.com/orders/1")
//!     .secret_header("authorization", "crm-token")
//!     .send()?
//!     .success()?
//!     .json()?;
//! # Ok(()) }
//! ```

use serde::{Serialize, de::DeserializeOwned};

use super::import;
pub use crate::bindings::base::switchboard::plugin::http::HeaderValue;
use crate::{
    Failure, Result,
    bindings::base::switchboard::plugin::http::{Header, Request as RawRequest},
    types::Pair,
};

/// How long an answer may take unless the request says otherwise, in milliseconds.
pub const TIMEOUT_MS: u32 = 5_000;
/// Longest body that is read at once, in bytes.
pub const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
const READ_BYTES: u32 = 64 * 1024;

/// A request before it is sent.
#[derive(Clone, Debug)]
pub struct Request(RawRequest);

impl Request {
    /// A request with any method.
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self(RawRequest {
            method: method.to_owned(),
            url: url.into(),
            headers: vec![],
            body: vec![],
            timeout_ms: TIMEOUT_MS,
        })
    }

    /// A `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A `POST`.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.headers.push(Header { name: name.to_owned(), value: HeaderValue::Plain(value.into()) });
        self
    }

    /// The same with a header into which the desk puts the secret of a slot.
    #[must_use]
    pub fn secret_header(mut self, name: &str, slot: &str) -> Self {
        self.0.headers.push(Header { name: name.to_owned(), value: HeaderValue::Secret(slot.to_owned()) });
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.0.body = body;
        self
    }

    /// The same with a body as JSON.
    pub fn json<T: Serialize>(self, value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(Failure::internal)?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// The same with another limit on the time.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.0.timeout_ms = timeout_ms;
        self
    }

    /// Sends it and waits for status and headers.
    pub fn send(self) -> Result<Response> {
        let raw = import::http::send(&self.0)?;
        Ok(Response { status: raw.status(), headers: raw.headers(), raw })
    }
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Pair>,
    raw: import::http::Response,
}

impl Response {
    /// A header by name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.as_str())
    }

    /// The same, where the status is a good one; the failure that fits it otherwise.
    pub fn success(self) -> Result<Self> {
        let wait_ms =
            || self.header("retry-after").and_then(|text| text.parse::<u32>().ok()).unwrap_or(0) * 1000;
        match self.status {
            200..=299 => Ok(self),
            401 | 403 => Err(Failure::Unauthorized),
            404 | 410 => Err(Failure::NotFound),
            429 => Err(Failure::RateLimited(wait_ms())),
            408 | 504 => Err(Failure::TimedOut),
            500..=599 => Err(Failure::Unavailable(wait_ms())),
            status => Err(Failure::Invalid(format!("HTTP status {status}"))),
        }
    }

    /// The next part of the body; none at its end.
    pub fn read(&self, max: u32) -> Result<Option<Vec<u8>>> {
        self.raw.read(max)
    }

    /// The whole body, up to [`BODY_MAX_BYTES`].
    pub fn bytes(self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(part) = self.read(READ_BYTES)? {
            body.extend_from_slice(&part);
            if body.len() > BODY_MAX_BYTES {
                return Err(Failure::TooLarge(format!("a body of more than {BODY_MAX_BYTES} bytes")));
            }
        }
        Ok(body)
    }

    /// The whole body as text.
    pub fn text(self) -> Result<String> {
        String::from_utf8(self.bytes()?).map_err(Failure::invalid)
    }

    /// The whole body, read as JSON.
    pub fn json<T: DeserializeOwned>(self) -> Result<T> {
        serde_json::from_slice(&self.bytes()?).map_err(Failure::invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Desk;

    #[test]
    fn statuses_become_failures() {
        let table = [
            (200, None),
            (204, None),
            (401, Some(Failure::Unauthorized)),
            (404, Some(Failure::NotFound)),
            (429, Some(Failure::RateLimited(0))),
            (503, Some(Failure::Unavailable(0))),
            (504, Some(Failure::TimedOut)),
            (418, Some(Failure::Invalid("HTTP status 418".to_owned()))),
        ];
        for (status, failure) in table {
            let desk = Desk::new();
            desk.answer_http("https://crm.example.com/", status, b"");
            let answer = Request::get("https://crm.example.com/").send().and_then(Response::success);
            assert_eq!(answer.err(), failure, "{status}");
        }
    }

    #[test]
    fn bodies_are_read_in_parts() {
        let desk = Desk::new();
        let body = vec![7_u8; 150_000];
        desk.answer_http("https://crm.example.com/big", 200, &body);
        let answer = Request::get("https://crm.example.com/big").send().expect("answered");
        assert_eq!(answer.bytes().expect("read").len(), body.len());
    }
}
