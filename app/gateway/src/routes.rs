//! Requests, turned into calls of [`Inbound`].

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::{
    io::AsyncReadExt as _,
    sync::Semaphore,
    time::{timeout, timeout_at},
};

use crate::{
    inbound::{
        Download, Inbound, METHOD_SUBSCRIBE, METHOD_UPLOAD, METHOD_UPLOADED, NewFile, Pairs, WebEvent,
        WebReply,
    },
    limits::Limits,
    push::{AttachError, PushHub},
    rate::{RateLimiter, limited_address},
    reply,
    server::{Counters, Remote},
    stream as events,
    upload::{UploadBody, UploadError},
};

/// Longest slug of an account.
const SLUG_MAX_BYTES: usize = 64;
/// Longest path below a plugin's own.
const PATH_MAX_BYTES: usize = 1024;
/// Part of a download that is read at once.
const DOWNLOAD_PART_BYTES: usize = 64 * 1024;
/// Longest name and media type of an upload that is passed on.
const UPLOAD_LABEL_MAX_BYTES: usize = model::limits::NAME_MAX_BYTES;
/// Types that a browser shows in place; everything else is offered as a download.
const SHOWN_IN_PLACE: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Headers with this start are the gateway's own; clients' are removed.
const OWN_HEADERS: &str = "x-switchboard-";

struct Shared {
    inbound: Arc<dyn Inbound>,
    hub: PushHub,
    limits: Arc<Limits>,
    counters: Arc<Counters>,
    by_remote: RateLimiter<IpAddr>,
    by_slug: RateLimiter<String>,
    uploads: Semaphore,
}

pub(crate) fn router(
    inbound: Arc<dyn Inbound>,
    hub: PushHub,
    limits: Arc<Limits>,
    counters: Arc<Counters>,
) -> Router {
    let shared = Arc::new(Shared {
        inbound,
        hub,
        counters,
        by_remote: RateLimiter::new(limits.requests_per_remote_per_second, limits.requests_per_remote_burst),
        by_slug: RateLimiter::new(limits.requests_per_slug_per_second, limits.requests_per_slug_burst),
        uploads: Semaphore::new(limits.uploads_max),
        limits,
    });
    Router::new().fallback(answer).with_state(shared)
}

/// Every request comes through here, so that no answer goes out without its headers and none is left uncounted.
async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.counters.requests.fetch_add(1, Ordering::Relaxed);
    let head = request.method() == Method::HEAD;
    let mut response = shared.dispatch(request).await;
    let status = response.status();
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT
    ) {
        shared.counters.refuse();
    }
    reply::finish(&mut response);
    if head {
        *response.body_mut() = Body::empty();
    }
    response
}

/// Where a request goes, from its path alone.
#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Asset {
        slug: &'a str,
        path: String,
    },
    /// `/c/S` without the final slash, which relative addresses in the page need.
    Slash {
        slug: &'a str,
    },
    Hook {
        slug: &'a str,
        path: String,
    },
    Upload {
        slug: &'a str,
        path: String,
    },
    Push {
        slug: &'a str,
        path: String,
    },
}

fn target(path: &str) -> Option<Target<'_>> {
    let rest = path.strip_prefix("/c/")?;
    let Some((slug, below)) = rest.split_once('/') else {
        return is_slug(rest).then_some(Target::Slash { slug: rest });
    };
    if !is_slug(slug) || below.len() > PATH_MAX_BYTES {
        return None;
    }
    let below = percent_decoded(below)?;
    // No way out of the folder, and nothing that two layers could read differently.
    let plain = !below.split('/').any(|part| part == ".." || part == ".") && !below.contains(['\\', '\0']);
    if !plain {
        return None;
    }
    let (first, path) = below.split_once('/').unwrap_or((&below, ""));
    let path = path.to_owned();
    Some(match first {
        "hook" => Target::Hook { slug, path },
        "upload" => Target::Upload { slug, path },
        "push" => Target::Push { slug, path },
        "" => Target::Asset { slug, path: "index.html".to_owned() },
        _ => Target::Asset { slug, path: below },
    })
}

fn is_slug(slug: &str) -> bool {
    (1..=SLUG_MAX_BYTES).contains(&slug.len())
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            (digit(rest.next())? * 16 + digit(rest.next())?) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

impl Shared {
    async fn dispatch(&self, request: Request) -> Response {
        let Some(&Remote(remote)) = request.extensions().get::<Remote>() else {
            return reply::plain(StatusCode::INTERNAL_SERVER_ERROR);
        };
        if let Err(wait) = self.by_remote.take(limited_address(remote), Instant::now()) {
            return reply::too_many(wait);
        }
        let (parts, body) = request.into_parts();
        let Some(target) = target(parts.uri.path()) else {
            return reply::plain(StatusCode::NOT_FOUND);
        };
        if parts.method == Method::OPTIONS {
            return reply::preflight(&parts.headers);
        }
        if !reply::is_usual(&parts.method) {
            return reply::plain(StatusCode::METHOD_NOT_ALLOWED);
        }
        let caller = Caller { remote, parts: &parts };
        match target {
            Target::Slash { slug } => redirect(&format!("/c/{slug}/")),
            Target::Asset { slug, path } => self.asset(slug, &path, &caller).await,
            Target::Hook { slug, path } => self.metered(slug, self.hook(slug, path, &caller, body)).await,
            Target::Upload { slug, path } => self.metered(slug, self.upload(slug, path, &caller, body)).await,
            Target::Push { slug, path } => self.metered(slug, self.push(slug, path, &caller)).await,
        }
    }

    async fn metered(&self, slug: &str, response: impl Future<Output = Response>) -> Response {
        match self.by_slug.take(slug.to_owned(), Instant::now()) {
            Ok(()) => response.await,
            Err(wait) => reply::too_many(wait),
        }
    }

    async fn asset(&self, slug: &str, path: &str, caller: &Caller<'_>) -> Response {
        if !matches!(caller.parts.method, Method::GET | Method::HEAD) {
            return reply::plain(StatusCode::METHOD_NOT_ALLOWED);
        }
        let Some(asset) = self.inbound.asset(slug, path).await else {
            return reply::plain(StatusCode::NOT_FOUND);
        };
        let mut hasher = DefaultHasher::new();
        asset.bytes.hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        let known =
            caller.parts.headers.get(header::IF_NONE_MATCH).is_some_and(|asked| asked == tag.as_str());
        let mut response =
            Response::new(if known { Body::empty() } else { Body::from(Bytes::from_owner(asset.bytes)) });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        let media_type = HeaderValue::try_from(asset.media_type);
        headers.insert(
            header::CONTENT_TYPE,
            media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
        );
        // Asked for again each time, so that a new version of a plugin reaches every page at its next load.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }

    async fn hook(&self, slug: &str, path: String, caller: &Caller<'_>, body: Body) -> Response {
        let body = match self.read_body(&caller.parts.headers, body).await {
            Ok(body) => body,
            Err(status) => return reply::refuse_body(status),
        };
        let event = caller.event(caller.parts.method.as_str(), path, body);
        match self.ask(slug, event).await {
            Ok(answer) => self.respond(slug, answer).await,
            Err(status) => reply::plain(status),
        }
    }

    async fn read_body(&self, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, StatusCode> {
        let max = self.limits.body_max_bytes;
        if declared_length(headers).is_some_and(|bytes| bytes > max as u64) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let until = tokio::time::Instant::now() + self.limits.body_timeout;
        let mut parts = body.into_data_stream();
        let mut bytes = Vec::new();
        loop {
            match timeout_at(until, parts.next()).await {
                Err(_elapsed) => return Err(StatusCode::REQUEST_TIMEOUT),
                Ok(None) => return Ok(bytes),
                Ok(Some(Err(_cut))) => return Err(StatusCode::BAD_REQUEST),
                Ok(Some(Ok(part))) if bytes.len() + part.len() > max => {
                    return Err(StatusCode::PAYLOAD_TOO_LARGE);
                }
                Ok(Some(Ok(part))) => bytes.extend_from_slice(&part),
            }
        }
    }

    /// Asks the engine, and waits no longer than the limit.
    async fn ask(&self, slug: &str, event: WebEvent) -> Result<WebReply, StatusCode> {
        timeout(self.limits.response_timeout, self.inbound.web_event(slug, event))
            .await
            .map_err(|_elapsed| StatusCode::GATEWAY_TIMEOUT)
    }

    async fn respond(&self, slug: &str, answer: WebReply) -> Response {
        let (response, blob) = reply::from_plugin(answer);
        let Some(blob) = blob else { return response };
        match self.inbound.download(slug, &blob).await {
            Some(download) => file_response(response, download),
            None => reply::plain(StatusCode::NOT_FOUND),
        }
    }

    async fn upload(&self, slug: &str, path: String, caller: &Caller<'_>, body: Body) -> Response {
        if caller.parts.method != Method::POST {
            return reply::plain(StatusCode::METHOD_NOT_ALLOWED);
        }
        let file = new_file(caller);
        if file.bytes.is_some_and(|bytes| bytes > self.limits.upload_max_bytes) {
            return reply::refuse_body(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let Ok(_seat) = self.uploads.try_acquire() else {
            return reply::refuse_body(StatusCode::SERVICE_UNAVAILABLE);
        };
        let question = serde_json::json!({ "mime": file.media_type, "name": file.name, "bytes": file.bytes });
        let question = caller.event(METHOD_UPLOAD, path.clone(), question.to_string().into_bytes());
        match self.ask(slug, question).await {
            Ok(answer) if (200..300).contains(&answer.status) => {}
            Ok(answer) => return refusal(answer),
            Err(status) => return reply::refuse_body(status),
        }
        let stored = match self.inbound.upload(slug, file.clone(), UploadBody::new(body, &self.limits)).await
        {
            Ok(stored) => stored,
            Err(error) => return reply::refuse_body(upload_status(&error)),
        };
        let news = serde_json::json!({
            "id": stored.id, "mime": file.media_type, "name": file.name, "bytes": stored.bytes,
        });
        match self.ask(slug, caller.event(METHOD_UPLOADED, path, news.to_string().into_bytes())).await {
            Ok(answer) => reply::from_plugin(answer).0,
            Err(status) => reply::plain(status),
        }
    }

    async fn push(&self, slug: &str, path: String, caller: &Caller<'_>) -> Response {
        if caller.parts.method != Method::GET {
            return reply::plain(StatusCode::METHOD_NOT_ALLOWED);
        }
        let answer = match self.ask(slug, caller.event(METHOD_SUBSCRIBE, path, Vec::new())).await {
            Ok(answer) => answer,
            Err(status) => return reply::plain(status),
        };
        let topic = match &answer.subscribe {
            Some(topic) if (200..300).contains(&answer.status) => topic,
            // A yes without a topic is no yes.
            None if (200..300).contains(&answer.status) => return reply::plain(StatusCode::BAD_GATEWAY),
            _ => return reply::from_plugin(answer).0,
        };
        match self.hub.attach(slug, topic, limited_address(caller.remote), &self.limits) {
            Ok(attachment) => events::response(attachment, self.limits.beat_every),
            Err(AttachError::Topic) => reply::plain(StatusCode::BAD_GATEWAY),
            Err(AttachError::Full) => reply::too_many(self.limits.beat_every),
        }
    }
}

/// Who asks, and with what.
struct Caller<'a> {
    remote: IpAddr,
    parts: &'a Parts,
}

impl Caller<'_> {
    fn event(&self, method: &str, path: String, body: Vec<u8>) -> WebEvent {
        let headers = self.parts.headers.iter().filter(|(name, _)| !name.as_str().starts_with(OWN_HEADERS));
        // Bytes that are no text cannot stand in a pair; such a header is left out.
        let headers =
            headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        WebEvent {
            method: method.to_owned(),
            path,
            query: query_pairs(&self.parts.uri),
            headers: headers.collect(),
            body,
            remote: self.remote,
        }
    }
}

fn query_pairs(uri: &Uri) -> Pairs {
    Query::<Pairs>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn new_file(caller: &Caller<'_>) -> NewFile {
    let name =
        query_pairs(&caller.parts.uri).into_iter().find(|(name, _)| name == "name").map(|(_, value)| value);
    let media_type = caller.parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    NewFile {
        media_type: media_type
            .filter(|kind| !kind.is_empty() && kind.len() <= UPLOAD_LABEL_MAX_BYTES)
            .unwrap_or("application/octet-stream")
            .to_ascii_lowercase(),
        name: file_name(&name.unwrap_or_default()),
        bytes: declared_length(&caller.parts.headers),
    }
}

/// The last part of a path, without anything that could change how it is read, cut to the limit.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = last.chars().filter(|c| !c.is_control() && !is_direction_mark(*c));
    let mut bytes = 0;
    let cut: String = shown
        .take_while(|c| {
            bytes += c.len_utf8();
            bytes <= UPLOAD_LABEL_MAX_BYTES
        })
        .collect();
    let cut = cut.trim().trim_matches('.');
    if cut.is_empty() { "file".to_owned() } else { cut.to_owned() }
}

/// Marks that turn the reading direction; in a file name they can make `exe` look like `txt`.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn upload_status(error: &UploadError) -> StatusCode {
    match error {
        UploadError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        UploadError::TooSlow => StatusCode::REQUEST_TIMEOUT,
        UploadError::Broken => StatusCode::BAD_REQUEST,
        UploadError::NoAccount => StatusCode::NOT_FOUND,
        UploadError::Storage => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// The plugin's own no to an upload whose body is still unread.
fn refusal(answer: WebReply) -> Response {
    let mut response = reply::from_plugin(answer).0;
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn redirect(to: &str) -> Response {
    let mut response = reply::plain(StatusCode::PERMANENT_REDIRECT);
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// Puts a file in place of the body of a response that named it.
fn file_response(mut response: Response, download: Download) -> Response {
    let headers = response.headers_mut();
    let shown = SHOWN_IN_PLACE.contains(&download.media_type.as_str());
    let media_type = if shown { download.media_type.as_str() } else { "application/octet-stream" };
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(download.bytes));
    let how = if shown { "inline" } else { "attachment" };
    let name = encoded_name(&download.name);
    if let Ok(disposition) = HeaderValue::try_from(format!("{how}; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    let parts = stream::unfold(download.body.take(download.bytes), |mut body| {
        async move {
            let mut part = vec![0; DOWNLOAD_PART_BYTES];
            match body.read(&mut part).await {
                Ok(0) => None,
                Ok(bytes) => {
                    part.truncate(bytes);
                    Some((Ok(Bytes::from(part)), body))
                }
                Err(error) => Some((Err(error), body)),
            }
        }
        .boxed()
    });
    *response.body_mut() = Body::from_stream(parts);
    response
}

/// A name as RFC 8187 writes it in a header.
fn encoded_name(name: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let hook = |path: &str| Some(Target::Hook { slug: "a-1", path: path.to_owned() });
        let asset = |path: &str| Some(Target::Asset { slug: "a-1", path: path.to_owned() });
        let cases = [
            ("/", None),
            ("/c/", None),
            ("/c/a-1", Some(Target::Slash { slug: "a-1" })),
            ("/c/a-1/", asset("index.html")),
            ("/c/a-1/widget.js", asset("widget.js")),
            ("/c/a-1/img/%E6%B4%97.png", asset("img/洗.png")),
            ("/c/a-1/hook", hook("")),
            ("/c/a-1/hook/m/1", hook("m/1")),
            ("/c/a-1/hook/../secret", None),
            ("/c/a-1/%2e%2e/secret", None),
            ("/c/a-1/a%2f..%2fb", None),
            ("/c/a-1/a%5cb", None),
            ("/c/a-1/%00", None),
            ("/c/a-1/%", None),
            ("/c/a-1/%zz", None),
            ("/c/a-1/%ff", None),
            ("/c/A/x", None),
            ("/c/a.b/x", None),
            ("/c/a-1/push/events", Some(Target::Push { slug: "a-1", path: "events".to_owned() })),
            ("/c/a-1/upload/file", Some(Target::Upload { slug: "a-1", path: "file".to_owned() })),
        ];
        for (path, expect) in cases {
            assert_eq!(target(path), expect, "{path}");
        }
        assert_eq!(target(&format!("/c/{}/x", "a".repeat(65))), None);
        assert_eq!(target(&format!("/c/a/{}", "x".repeat(PATH_MAX_BYTES + 1))), None);
    }

    #[test]
    fn file_names() {
        let cases = [
            ("a.png", "a.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\说明.pdf", "说明.pdf"),
            ("cod\u{202e}gpj.exe", "codgpj.exe"),
            ("a\r\nb", "ab"),
            ("..", "file"),
            ("", "file"),
        ];
        for (name, expect) in cases {
            assert_eq!(file_name(name), expect, "{name:?}");
        }
        assert!(file_name(&"洗".repeat(1000)).len() <= UPLOAD_LABEL_MAX_BYTES);
    }
}
