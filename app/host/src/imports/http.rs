//! Requests to the network: exact hosts and ports, checked addresses, redirects only where granted and every hop
//! checked again, everything capped, and one line of the ledger for each hop that left.

use std::{net::IpAddr, sync::Arc, time::Duration};

use model::plugin::{Capability, Egress};
use reqwest::{
    Method, StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use tokio::time::Instant;
use url::{Host, Url};
use wasmtime::component::Resource;

use super::body::{Body, Needles};
use crate::{
    bindings::switchboard::plugin::{
        http::{self, HeaderValue as WitValue, Request},
        types::{Failure, Pair},
    },
    convert,
    egress::{Reach, is_address_denied},
    event::HostEvent,
    guard::Guard,
    host::RunMode,
    plugin::denied_line,
    policy::{
        HTTP_BODY_MAX_BYTES, HTTP_HEADER_MAX_BYTES, HTTP_HEADERS_MAX, HTTP_REDIRECTS_MAX, HTTP_RESPONSES_MAX,
        HTTP_TIMEOUT_MAX_MS,
    },
    services::{HttpAsked, Secret},
    state::{LaneState, cut},
};

/// Longest piece of a body handed to the guest at once, in bytes.
const PIECE_MAX_BYTES: u32 = 1024 * 1024;
/// Time without a timeout of the guest's own, in milliseconds.
const TIMEOUT_DEFAULT_MS: u32 = 10_000;

/// Longest name of a method in the ledger, in bytes.
const METHOD_MAX_BYTES: usize = 16;

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

/// Headers of a plugin's own that say who somebody is: they go to the host they were meant for and no further.
const CREDENTIALS: &[&str] = &["authorization", "cookie"];

/// A response that a guest holds open.
pub struct Response {
    status: u16,
    headers: Vec<Pair>,
    body: Body,
    /// The number of its line in the ledger.
    number: u64,
    /// Bytes of the body that the guest has read.
    received: u64,
}

impl http::Host for LaneState {
    async fn send(&mut self, req: Request) -> Result<Resource<Response>, Failure> {
        let sent = self.sent(&req).await;
        if let Err(Failure::Denied(denial)) = &sent {
            self.kept_in(&req, denied_line(denial)).await;
        }
        sent
    }
}

impl LaneState {
    async fn sent(&mut self, req: &Request) -> Result<Resource<Response>, Failure> {
        let guards = self.shared.guards;
        if self.responses >= HTTP_RESPONSES_MAX && guards.on(Guard::OpenHandles) {
            return Err(Failure::TooLarge(format!("{HTTP_RESPONSES_MAX} responses are open")));
        }
        if req.body.len() > HTTP_BODY_MAX_BYTES {
            return Err(Failure::TooLarge(format!("a body has {HTTP_BODY_MAX_BYTES} bytes at most")));
        }
        let url = self.parse(&req.url)?;
        let target = self.target(url)?;
        let plugin = Arc::clone(&self.plugin);
        let Ok(_permit) = plugin.requests.try_acquire() else { return Err(Failure::RateLimited(100)) };
        let (sent, secrets) = self.follow(req, target).await?;
        let needles = if guards.on(Guard::Scrubbing) { Needles::of(&secrets) } else { Needles::default() };
        let response = Response {
            status: sent.status().as_u16(),
            headers: response_headers(sent.headers(), &needles),
            body: Body::new(sent, needles, guards),
            number: self.left_number,
            received: 0,
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
            response.received += piece.len() as u64;
            self.plugin.signals.transferred(piece.len());
        }
        Ok(piece)
    }

    async fn drop(&mut self, response: Resource<Response>) -> wasmtime::Result<()> {
        let Response { number, received, .. } = self.table.delete(response)?;
        self.responses = self.responses.saturating_sub(1);
        if received > 0 {
            let plugin = self.plugin.manifest.id.clone();
            // A closed channel means that the engine is gone.
            let _ = self.shared.events.send(HostEvent::EgressAnswered { plugin, number, received }).await;
        }
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

/// One hop of a request.
struct Hop {
    target: Target,
    method: Method,
    headers: HeaderMap,
    /// Slots of the secrets in the headers, for the ledger.
    slots: Vec<String>,
    body: Vec<u8>,
}

impl LaneState {
    fn parse(&self, url: &str) -> Result<Url, Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("url: {what}"));
        let mut url = Url::parse(url).map_err(|error| invalid(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(invalid("only https and http"));
        }
        let credentials = !url.username().is_empty() || url.password().is_some();
        if credentials && self.shared.guards.on(Guard::Credentials) {
            return Err(invalid("no credentials in it"));
        }
        url.set_fragment(None);
        Ok(url)
    }

    fn target(&self, url: Url) -> Result<Target, Failure> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Failure::Invalid("url: it has no host".to_owned()));
        };
        let authority = format!("{host}:{port}");
        let reach = self.reach(&authority)?;
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        // Names are checked when they are resolved, by the resolver that the client dials with.
        if literal.is_some_and(|address| !self.shared.egress.may_dial(address, reach)) {
            return Err(self.private_denied(&authority));
        }
        let confidential = url.scheme() == "https" || literal.is_some_and(|address| address.is_loopback());
        Ok(Target { url, authority, reach, confidential })
    }

    /// Which addresses may stand behind `host:port`, if it is granted.
    fn reach(&self, authority: &str) -> Result<Reach, Failure> {
        if self.plugin.granted.contains(&Capability::HttpPrivate(authority.to_owned())) {
            return Ok(Reach::Private);
        }
        self.plugin.allow(&Capability::Http(authority.to_owned())).map_err(convert::failure)?;
        Ok(Reach::Public)
    }

    fn private_denied(&self, authority: &str) -> Failure {
        match self.plugin.allow(&Capability::HttpPrivate(authority.to_owned())) {
            Err(denied) => convert::failure(denied),
            Ok(()) => Failure::Denied(format!("{authority} is an address that plugins never reach")),
        }
    }

    /// Sends, and goes where the answer says if that is granted. Every hop is checked like a request of its own.
    async fn follow(
        &mut self,
        req: &Request,
        target: Target,
    ) -> Result<(reqwest::Response, Vec<Secret>), Failure> {
        let timeout_ms =
            if req.timeout_ms == 0 { TIMEOUT_DEFAULT_MS } else { req.timeout_ms.min(HTTP_TIMEOUT_MAX_MS) };
        let until = Instant::now() + Duration::from_millis(u64::from(timeout_ms));
        let method = Method::from_bytes(req.method.as_bytes())
            .ok()
            .filter(|method| *method != Method::CONNECT)
            .ok_or_else(|| Failure::Invalid("no such method".to_owned()))?;
        let (headers, secrets, slots) = self.headers(req, &target)?;
        let mut hop = Hop { target, method, headers, slots, body: req.body.clone() };
        for _ in 0..=HTTP_REDIRECTS_MAX {
            let from = hop.target.url.clone();
            let sent = self.hop(&hop, until.saturating_duration_since(Instant::now())).await?;
            let Some(location) = location(&sent, &from) else { return Ok((sent, secrets)) };
            if !self.plugin.granted.contains(&Capability::Redirects) {
                return Ok((sent, secrets));
            }
            hop = self.next_hop(hop, sent.status(), location)?;
        }
        Err(Failure::Invalid(format!("more than {HTTP_REDIRECTS_MAX} redirects")))
    }

    fn next_hop(&self, last: Hop, status: StatusCode, location: Url) -> Result<Hop, Failure> {
        let unchecked = !self.shared.guards.on(Guard::Redirects);
        let target = if unchecked {
            let authority = location.authority().to_owned();
            Target { url: location, authority, reach: Reach::Private, confidential: true }
        } else {
            self.target(self.parse(location.as_str())?)?
        };
        let mut hop = Hop { target, ..last };
        if hop.target.authority != last.target.authority && !unchecked {
            for name in CREDENTIALS.iter().copied().chain(self.secret_headers()) {
                hop.headers.remove(name);
            }
            hop.slots.clear();
        }
        let keeps_method = matches!(status.as_u16(), 307 | 308) || hop.method == Method::HEAD;
        if !keeps_method {
            hop.method = Method::GET;
            hop.body.clear();
            hop.headers.remove(header::CONTENT_TYPE);
        }
        Ok(hop)
    }

    /// Headers that the manifest puts secrets in.
    fn secret_headers(&self) -> impl Iterator<Item = &str> {
        self.plugin.manifest.secrets.iter().map(|rule| rule.header.as_str())
    }

    /// Where there is no network, a world that is written down may answer instead; everything before holds for it too.
    async fn scripted(&mut self, hop: &Hop) -> Result<reqwest::Response, Failure> {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let asked = HttpAsked {
            method: hop.method.to_string(),
            url: hop.target.url.to_string(),
            headers: hop.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: hop.body.clone(),
        };
        let Some(scripted) = self.shared.services.scripted_http(asked) else {
            return Err(Failure::Denied("there is no network in drills and tests".to_owned()));
        };
        let mut response = ::http::Response::builder().status(scripted.status);
        for (name, value) in &scripted.headers {
            response = response.header(name, value);
        }
        self.left(hop, Some(scripted.status), 0).await;
        let response = response.body(scripted.body).map_err(|error| Failure::Internal(error.to_string()))?;
        Ok(response.into())
    }

    async fn hop(&mut self, hop: &Hop, within: Duration) -> Result<reqwest::Response, Failure> {
        if self.shared.mode != RunMode::Live && self.shared.guards.on(Guard::Drill) {
            return self.scripted(hop).await;
        }
        let Some(client) = self.shared.egress.client(hop.target.reach) else {
            return Err(Failure::Internal("no certificates to trust".to_owned()));
        };
        let result = client
            .request(hop.method.clone(), hop.target.url.clone())
            .headers(hop.headers.clone())
            .timeout(within)
            .body(hop.body.clone())
            .send()
            .await;
        let sent = result.map_err(|error| (self.sending_failed(&error, &hop.target.authority), error));
        let status = sent.as_ref().ok().map(|sent| sent.status().as_u16());
        // What never found its host did not leave.
        if !matches!(&sent, Err((_, error)) if error.is_connect()) {
            let received = sent.as_ref().map_or(0, |sent| header_bytes(sent.headers()));
            self.left(hop, status, received).await;
        }
        sent.map_err(|(failure, _)| failure)
    }

    /// Writes a hop into the ledger.
    async fn left(&mut self, hop: &Hop, status: Option<u16>, received: usize) {
        let bytes = hop.target.url.as_str().len() + header_bytes(&hop.headers) + hop.body.len();
        self.plugin.signals.transferred(bytes);
        let entry = Egress {
            bytes: bytes as u64,
            received: received as u64,
            secrets: hop.slots.clone(),
            status,
            ..self.line(hop.target.authority.clone(), hop.method.as_str())
        };
        self.left_number = entry.number;
        self.plugin.signals.left(entry.clone());
        // A closed channel means that the engine is gone.
        let _ = self.shared.events.send(HostEvent::Egress { entry, tag: self.tag }).await;
    }

    /// Writes into the ledger what was not let out, and which line of the manifest would have.
    async fn kept_in(&mut self, req: &Request, line: &str) {
        let url = Url::parse(&req.url).ok();
        let target = url.and_then(|url| Some(format!("{}:{}", url.host()?, url.port_or_known_default()?)));
        let method = cut(&req.method, METHOD_MAX_BYTES);
        let entry = Egress { denied: Some(line.to_owned()), ..self.line(target.unwrap_or_default(), method) };
        // A closed channel means that the engine is gone.
        let _ = self.shared.events.send(HostEvent::Egress { entry, tag: self.tag }).await;
    }

    /// A line of the ledger about which nothing is known yet.
    fn line(&self, target: String, method: &str) -> Egress {
        Egress {
            number: self.plugin.signals.next_line(),
            at: self.shared.services.now(),
            plugin: self.plugin.manifest.id.clone(),
            account: self.lane.account,
            conversation: None,
            customer: None,
            target,
            method: method.to_owned(),
            bytes: 0,
            received: 0,
            secrets: Vec::new(),
            status: None,
            denied: None,
            times: 1,
        }
    }

    /// The request's headers with secrets put in, those secrets, to be taken out of the answer, and their slots.
    fn headers(
        &self,
        req: &Request,
        target: &Target,
    ) -> Result<(HeaderMap, Vec<Secret>, Vec<String>), Failure> {
        if req.headers.len() > HTTP_HEADERS_MAX {
            return Err(Failure::TooLarge(format!("{HTTP_HEADERS_MAX} headers at most")));
        }
        let (mut headers, mut secrets, mut slots) = (HeaderMap::new(), Vec::new(), Vec::new());
        for header in &req.headers {
            let name = header.name.to_ascii_lowercase();
            if RESERVED.contains(&name.as_str()) && self.shared.guards.on(Guard::Headers) {
                return Err(Failure::Invalid(format!("header {name} belongs to the desk")));
            }
            let value = match &header.value {
                WitValue::Plain(text) => text.clone().into_bytes(),
                WitValue::Secret(slot) => {
                    let (value, secret) = self.secret_header(slot, &name, target)?;
                    secrets.push(secret);
                    slots.push(slot.clone());
                    value
                }
            };
            if value.len() > HTTP_HEADER_MAX_BYTES {
                return Err(Failure::TooLarge(format!("a header has {HTTP_HEADER_MAX_BYTES} bytes at most")));
            }
            let name = HeaderName::from_bytes(name.as_bytes());
            let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_bytes(&value)) else {
                return Err(Failure::Invalid("a header that cannot be sent".to_owned()));
            };
            // Neither shown by whatever logs headers nor kept in tables of compression.
            value.set_sensitive(matches!(header.value, WitValue::Secret(_)));
            headers.append(name, value);
        }
        Ok((headers, secrets, slots))
    }

    /// A secret goes only where the manifest binds its slot, in the form written there.
    fn secret_header(&self, slot: &str, name: &str, target: &Target) -> Result<(Vec<u8>, Secret), Failure> {
        let secret = self.secret(slot)?;
        let bound = self.plugin.secret_rule(slot).filter(|rule| {
            rule.host == target.authority && rule.header.eq_ignore_ascii_case(name) && target.confidential
        });
        let template = match bound {
            Some(rule) => rule.template.as_str(),
            None if !self.shared.guards.on(Guard::SecretPlace) => "{}",
            None => {
                let line = format!(
                    "[[secrets]] slot = \"{slot}\", host = \"{}\", header = \"{name}\" (over TLS)",
                    target.authority
                );
                return Err(convert::failure(self.plugin.deny(&line, false)));
            }
        };
        let (before, after) = template.split_once("{}").unwrap_or((template, ""));
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

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Where an answer says to go instead.
fn location(response: &reqwest::Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers().get(header::LOCATION)?.to_str().ok()?).ok()
}

fn response_headers(headers: &HeaderMap, needles: &Needles) -> Vec<Pair> {
    headers
        .iter()
        .filter(|(_, value)| value.len() <= HTTP_HEADER_MAX_BYTES)
        .take(HTTP_HEADERS_MAX)
        .map(|(name, value)| {
            let mut bytes = value.as_bytes().to_vec();
            needles.scrub(&mut bytes);
            Pair { name: name.as_str().to_owned(), value: String::from_utf8_lossy(&bytes).into_owned() }
        })
        .collect()
}
