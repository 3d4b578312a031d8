//! A push stream: server-sent events with beats between them.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use tokio::time::timeout;

use crate::push::Attachment;

/// A named event rather than a comment, since pages cannot see comments and have to notice a dead connection.
const BEAT: Bytes = Bytes::from_static(b"event: beat\ndata: {}\n\n");
/// Tells browsers to wait that long before they come again by themselves.
const HELLO: Bytes = Bytes::from_static(b"retry: 2000\nevent: beat\ndata: {}\n\n");

/// The response that carries an attached stream until its client or the hub ends it.
pub(crate) fn response(attachment: Attachment, beat_every: Duration) -> Response {
    let events = stream::unfold((attachment, Some(HELLO)), move |(mut attachment, first)| async move {
        let part = match first {
            Some(hello) => hello,
            None => match timeout(beat_every, attachment.receiver.recv()).await {
                Ok(Some(event)) => event,
                Ok(None) => return None,
                Err(_quiet) => BEAT,
            },
        };
        Some((Ok::<_, Infallible>(part), (attachment, None)))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather bytes before they pass them on would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
