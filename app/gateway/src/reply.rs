//! Responses: what a plugin may say, and what every response of ours says besides.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use crate::inbound::{BLOB_HEADER, Pairs, WebReply};

/// Headers of a reply that belong to the connection or to the gateway, not to the plugin.
const OURS: [&str; 14] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "connection",
    "content-length",
    "keep-alive",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Seconds for which a browser may remember the answer to a preflight.
const PREFLIGHT_MAX_AGE_S: &str = "86400";
/// What a document of ours may load: its own files, and what it made itself.
const PAGE_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";
/// What anything else may load if somebody opens it as a page: nothing.
const DATA_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// A response with a short plain text, for errors of the gateway's own.
pub(crate) fn plain(status: StatusCode) -> Response {
    let text = status.canonical_reason().unwrap_or("Error");
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal that says when to come again.
pub(crate) fn too_many(wait: std::time::Duration) -> Response {
    let mut response = plain(StatusCode::TOO_MANY_REQUESTS);
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal of a body; the rest of it stays unread, so the connection ends.
pub(crate) fn refuse_body(status: StatusCode) -> Response {
    let mut response = plain(status);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Turns a plugin's reply into a response, and finds the file it names.
pub(crate) fn from_plugin(reply: WebReply) -> (Response, Option<String>) {
    let status =
        StatusCode::from_u16(reply.status).ok().filter(|status| (200..600).contains(&status.as_u16()));
    let Some(status) = status else {
        return (plain(StatusCode::BAD_GATEWAY), None);
    };
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = status;
    let blob = copy_headers(reply.headers, response.headers_mut());
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    (response, blob)
}

fn copy_headers(from: Pairs, to: &mut HeaderMap) -> Option<String> {
    let mut blob = None;
    for (name, value) in from {
        let name = name.to_ascii_lowercase();
        if name == BLOB_HEADER {
            blob = Some(value);
            continue;
        }
        if OURS.contains(&name.as_str()) {
            continue;
        }
        // A name or value that HTTP does not allow is left out rather than failing the whole answer.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            to.append(name, value);
        }
    }
    blob
}

/// Adds what every response says: who may read it from other origins, and what a browser must not do with it.
pub(crate) fn finish(response: &mut Response) {
    let headers = response.headers_mut();
    // Widgets live on other origins. Nothing here rests on cookies, so any origin may read what its own token fetched.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    let page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if page { PAGE_POLICY } else { DATA_POLICY };
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
}

/// The answer to a browser that asks whether a page may send a request.
pub(crate) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, last-event-id"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_MAX_AGE_S));
    if asked.contains_key("access-control-request-private-network") {
        headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
    }
    response
}

/// Methods that a client may use with a plugin. The gateway's own are not among them.
pub(crate) fn is_usual(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&str, &str)]) -> WebReply {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        WebReply { status, headers, body: b"x".to_vec(), subscribe: None }
    }

    #[test]
    fn a_plugin_cannot_speak_for_the_connection() {
        let (response, blob) = from_plugin(reply(
            201,
            &[
                ("Content-Type", "text/plain"),
                ("Transfer-Encoding", "chunked"),
                ("Set-Cookie", "a=b"),
                ("Access-Control-Allow-Origin", "https://evil.example"),
                ("bad name", "x"),
                ("x-split", "a\r\nb: c"),
                ("X-Switchboard-Blob", "f1"),
            ],
        ));
        assert_eq!(response.status(), 201);
        assert_eq!(blob.as_deref(), Some("f1"));
        let mut names: Vec<_> = response.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cache-control", "content-type"]);
    }

    #[test]
    fn a_status_that_is_none() {
        for status in [0, 99, 100, 101, 199, 600, 999, 65535] {
            assert_eq!(from_plugin(reply(status, &[])).0.status(), StatusCode::BAD_GATEWAY, "{status}");
        }
    }

    #[test]
    fn only_pages_may_run_scripts() {
        for (kind, expect) in [("text/html; charset=utf-8", PAGE_POLICY), ("image/svg+xml", DATA_POLICY)] {
            let (mut response, _) = from_plugin(reply(200, &[("content-type", kind)]));
            finish(&mut response);
            assert_eq!(response.headers()["content-security-policy"], expect);
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        }
    }
}
