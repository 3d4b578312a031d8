//! Requests to the network: exact hosts and ports, checked addresses, no redirects, everything capped.

use std::{net::IpAddr, time::Duration};

use model::plugin::Capability;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::{Host, Url};
use wasmtime::component::Resource;

use crate::{
    bindings::switchboard::plugin::{
        http::{self, HeaderValue as WitValue, Request},
        types::{Failure, Pair},
    },
    convert,
    egress::{Reach, is_address_denied, may_dial},
    host::RunMode,
    policy::{
        HTTP_BODY_MAX_BYTES, HTTP_HEADER_MAX_BYTES, HTTP_HEADERS_MAX, HTTP_RESPONSES_MAX, HTTP_TIMEOUT_MAX_MS,
    },
    services::Secret,
    state::LaneState,
};

/// What stands where a secret came back.
const SCRUBBED: &[u8] = b"[secret]";
/// Shortest secret that is looked for in answers: shorter ones would hit by chance.
const SCRUB_MIN_BYTES: usize = 6;
/// Longest piece of a body handed to the guest at once, in bytes.
const PIECE_MAX_BYTES: u32 = 1024 * 1024;
/// Time without a timeout of the guest's own, in milliseconds.
const TIMEOUT_DEFAULT_MS: u32 = 10_000;

/// Headers that belong to the desk.
const RESERVED: &[&str] = &[
    "host",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "expect",
];

/// A response that a guest holds open.
pub struct Response {
    status: u16,
    headers: Vec<Pair>,
    body: Body,
}

/// A body read piece by piece, with the request's secrets taken out.
struct Body {
    source: reqwest::Response,
    secrets: Vec<Secret>,
    /// Read but not handed out.
    pending: Vec<u8>,
    total_bytes: usize,
    ended: bool,
}

impl http::Host for LaneState {
    async fn send(&mut self, req: Request) -> Result<Resource<Response>, Failure> {
        if self.responses >= HTTP_RESPONSES_MAX {
            return Err(Failure::TooLarge(format!("{HTTP_RESPONSES_MAX} responses are open")));
        }
        let target = self.target(&req.url)?;
        if self.shared.mode != RunMode::Live {
            return Err(Failure::Denied("there is no network in drills and tests".to_owned()));
        }
        let plugin = std::sync::Arc::clone(&self.plugin);
        let Ok(_permit) = plugin.requests.try_acquire() else { return Err(Failure::RateLimited(100)) };
        let (headers, secrets) = self.headers(&req, &target)?;
        if req.body.len() > HTTP_BODY_MAX_BYTES {
            return Err(Failure::TooLarge(format!("a body has {HTTP_BODY_MAX_BYTES} bytes at most")));
        }
        let method = Method::from_bytes(req.method.as_bytes())
            .ok()
            .filter(|method| *method != Method::CONNECT)
            .ok_or_else(|| Failure::Invalid("no such method".to_owned()))?;
        let Some(client) = self.shared.egress.client(target.reach) else {
            return Err(Failure::Internal("no certificates to trust".to_owned()));
        };
        let timeout_ms =
            if req.timeout_ms == 0 { TIMEOUT_DEFAULT_MS } else { req.timeout_ms.min(HTTP_TIMEOUT_MAX_MS) };
        plugin.signals.transferred(req.body.len());
        let sent = client
            .request(method, target.url)
            .headers(headers)
            .timeout(Duration::from_millis(u64::from(timeout_ms)))
            .body(req.body)
            .send()
            .await
            .map_err(|error| self.sending_failed(&error, &target.authority))?;
        let response = Response {
            status: sent.status().as_u16(),
            headers: response_headers(sent.headers(), &secrets),
            body: Body { source: sent, secrets, pending: Vec::new(), total_bytes: 0, ended: false },
        };
        let response = self.table.push(response).map_err(|error| Failure::Internal(error.to_string()))?;
        self.responses += 1;
        Ok(response)
    }
}

impl http::HostResponse for LaneState {
    async fn status(&mut self, response: Resource<Response>) -> u16 {
        self.table.get(&response).map_or(0, |response| response.status)
    }

    async fn headers(&mut self, response: Resource<Response>) -> Vec<Pair> {
        self.table.get(&response).map_or_else(|_| Vec::new(), |response| response.headers.clone())
    }

    async fn read(&mut self, response: Resource<Response>, max: u32) -> Result<Option<Vec<u8>>, Failure> {
        let response = self.table.get_mut(&response).map_err(|error| Failure::Internal(error.to_string()))?;
        let piece = response.body.read(max.clamp(1, PIECE_MAX_BYTES) as usize).await?;
        if let Some(piece) = &piece {
            self.plugin.signals.transferred(piece.len());
        }
        Ok(piece)
    }

    async fn drop(&mut self, response: Resource<Response>) -> wasmtime::Result<()> {
        self.table.delete(response)?;
        self.responses = self.responses.saturating_sub(1);
        Ok(())
    }
}

/// Where a request goes, after the grant.
struct Target {
    url: Url,
    /// `host:port`.
    authority: String,
    reach: Reach,
    /// Whether a secret may go there: over TLS, or without leaving the machine.
    confidential: bool,
}

impl LaneState {
    fn target(&self, url: &str) -> Result<Target, Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("url: {what}"));
        let mut url = Url::parse(url).map_err(|error| invalid(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(invalid("only https and http"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("no credentials in it"));
        }
        url.set_fragment(None);
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(invalid("it has no host"));
        };
        let authority = format!("{host}:{port}");
        let private = Capability::HttpPrivate(authority.clone());
        let reach = if self.plugin.granted.contains(&private) { Reach::Private } else { Reach::Public };
        if reach == Reach::Public {
            self.plugin.allow(&Capability::Http(authority.clone())).map_err(convert::failure)?;
        }
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        // Names are checked when they are resolved, by the resolver that the client dials with.
        if literal.is_some_and(|address| !may_dial(address, reach)) {
            return Err(self.private_denied(&authority));
        }
        let confidential = url.scheme() == "https" || literal.is_some_and(|address| address.is_loopback());
        Ok(Target { url, authority, reach, confidential })
    }

    fn private_denied(&self, authority: &str) -> Failure {
        match self.plugin.allow(&Capability::HttpPrivate(authority.to_owned())) {
            Err(denied) => convert::failure(denied),
            Ok(()) => Failure::Denied(format!("{authority} is an address that plugins never reach")),
        }
    }

    /// The request's headers with secrets put in, and those secrets, to be taken out of the answer.
    fn headers(&self, req: &Request, target: &Target) -> Result<(HeaderMap, Vec<Secret>), Failure> {
        if req.headers.len() > HTTP_HEADERS_MAX {
            return Err(Failure::TooLarge(format!("{HTTP_HEADERS_MAX} headers at most")));
        }
        let mut headers = HeaderMap::new();
        let mut secrets = Vec::new();
        for header in &req.headers {
            let name = header.name.to_ascii_lowercase();
            if RESERVED.contains(&name.as_str()) {
                return Err(Failure::Invalid(format!("header {name} belongs to the desk")));
            }
            let value = match &header.value {
                WitValue::Plain(text) => text.clone().into_bytes(),
                WitValue::Secret(slot) => {
                    let (value, secret) = self.secret_header(slot, &name, target)?;
                    secrets.push(secret);
                    value
                }
            };
            if value.len() > HTTP_HEADER_MAX_BYTES {
                return Err(Failure::TooLarge(format!("a header has {HTTP_HEADER_MAX_BYTES} bytes at most")));
            }
            let name = HeaderName::from_bytes(name.as_bytes());
            let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) else {
                return Err(Failure::Invalid("a header that cannot be sent".to_owned()));
            };
            headers.append(name, value);
        }
        Ok((headers, secrets))
    }

    /// A secret goes only where the manifest binds its slot, in the form written there.
    fn secret_header(&self, slot: &str, name: &str, target: &Target) -> Result<(Vec<u8>, Secret), Failure> {
        let secret = self.secret(slot)?;
        let bound = self.plugin.secret_rule(slot).filter(|rule| {
            rule.host == target.authority && rule.header.eq_ignore_ascii_case(name) && target.confidential
        });
        let Some(rule) = bound else {
            let line = format!(
                "[[secrets]] slot = \"{slot}\", host = \"{}\", header = \"{name}\" (over TLS)",
                target.authority
            );
            return Err(convert::failure(self.plugin.deny(&line, false)));
        };
        let (before, after) = rule.template.split_once("{}").unwrap_or((&rule.template, ""));
        let value = [before.as_bytes(), secret.bytes(), after.as_bytes()].concat();
        Ok((value, secret))
    }

    fn sending_failed(&self, error: &reqwest::Error, authority: &str) -> Failure {
        if is_address_denied(error) {
            self.private_denied(authority)
        } else if error.is_timeout() {
            Failure::TimedOut
        } else if error.is_builder() || error.is_request() && !error.is_connect() {
            Failure::Invalid("the request cannot be sent".to_owned())
        } else {
            Failure::Unavailable(0)
        }
    }
}

fn response_headers(headers: &HeaderMap, secrets: &[Secret]) -> Vec<Pair> {
    headers
        .iter()
        .filter(|(_, value)| value.len() <= HTTP_HEADER_MAX_BYTES)
        .take(HTTP_HEADERS_MAX)
        .map(|(name, value)| {
            let mut bytes = value.as_bytes().to_vec();
            scrub(&mut bytes, secrets);
            Pair { name: name.as_str().to_owned(), value: String::from_utf8_lossy(&bytes).into_owned() }
        })
        .collect()
}

impl Body {
    /// The next piece. What could be the beginning of a secret is held back until the next one shows whether it is.
    async fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Failure> {
        let hold_back =
            self.secrets.iter().map(|secret| secret.bytes().len()).max().unwrap_or(0).saturating_sub(1);
        while !self.ended && self.pending.len() < max + hold_back {
            match self.source.chunk().await {
                Ok(Some(chunk)) => {
                    self.total_bytes += chunk.len();
                    if self.total_bytes > HTTP_BODY_MAX_BYTES {
                        self.ended = true;
                        self.pending.clear();
                        return Err(Failure::TooLarge(format!(
                            "a body has {HTTP_BODY_MAX_BYTES} bytes at most"
                        )));
                    }
                    self.pending.extend_from_slice(&chunk);
                    scrub(&mut self.pending, &self.secrets);
                    // What is there can go: a guest that reads a slow stream should not wait for a full piece.
                    if self.pending.len() > hold_back {
                        break;
                    }
                }
                Ok(None) => self.ended = true,
                Err(error) if error.is_timeout() => return Err(Failure::TimedOut),
                Err(_) => return Err(Failure::Unavailable(0)),
            }
        }
        let ready =
            if self.ended { self.pending.len() } else { self.pending.len().saturating_sub(hold_back) };
        let rest = self.pending.split_off(ready.min(max));
        let piece = std::mem::replace(&mut self.pending, rest);
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// Replaces every secret in these bytes.
fn scrub(bytes: &mut Vec<u8>, secrets: &[Secret]) {
    for secret in secrets.iter().map(Secret::bytes).filter(|secret| secret.len() >= SCRUB_MIN_BYTES) {
        let mut from = 0;
        while let Some(found) = bytes[from..].windows(secret.len()).position(|window| window == secret) {
            let start = from + found;
            bytes.splice(start..start + secret.len(), SCRUBBED.iter().copied());
            from = start + SCRUBBED.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scrub;
    use crate::services::Secret;

    #[test]
    fn a_secret_that_comes_back_is_taken_out() {
        for (text, expect) in [
            ("token=hunter22", "token=[secret]"),
            ("hunter22hunter22", "[secret][secret]"),
            ("hunter2", "hunter2"),
            ("", ""),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            scrub(&mut bytes, &[Secret::new("hunter22")]);
            assert_eq!(String::from_utf8(bytes).expect("text"), expect);
        }
    }
}
