//! Limits of everything that comes in, each with its unit and its reason.

use std::time::Duration;

/// Connections open at once. Each costs a task and up to two buffers of [`CONNECTION_BUFFER_BYTES`].
pub const CONNECTIONS_MAX: usize = 2048;
/// Connections open at once from one address: a few browsers behind one router, each with six.
pub const CONNECTIONS_PER_REMOTE_MAX: usize = 128;
/// Requests a second from one address, on average.
pub const REQUESTS_PER_REMOTE_PER_SECOND: f64 = 50.0;
/// Requests that one address may make at once after a pause.
pub const REQUESTS_PER_REMOTE_BURST: f64 = 200.0;
/// Requests a second to one account, on average, from everybody together.
pub const REQUESTS_PER_SLUG_PER_SECOND: f64 = 1000.0;
/// Requests that may reach one account at once after a pause.
pub const REQUESTS_PER_SLUG_BURST: f64 = 4000.0;
/// Largest body of a request to a plugin. Chat and social webhooks are far smaller; files go by upload.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Headers of one request.
pub const HEADERS_MAX: usize = 64;
/// Read and write buffer of one connection, and so the largest head of a request.
pub const CONNECTION_BUFFER_BYTES: usize = 64 * 1024;
/// Time a client may take over the head of a request, and an idle connection stays open.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Time a client may take over the body of a request to a plugin.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Time between two parts of an upload.
pub const UPLOAD_PART_TIMEOUT: Duration = Duration::from_secs(20);
/// Time a whole upload may take.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
/// Uploads at once, from everybody together.
pub const UPLOADS_MAX: usize = 32;
/// Time a client may leave our bytes unread before it is dropped.
pub const WRITE_STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Time the engine has for an answer. It answers late webhooks by itself much earlier.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_mins(1);
/// Push streams at once from one address.
pub const STREAMS_PER_REMOTE_MAX: usize = 64;
/// Push streams at once to one account.
pub const STREAMS_PER_SLUG_MAX: usize = 1024;
/// Events that may wait for one slow stream; one more and the stream ends, to be resumed by its client.
pub const STREAM_QUEUE_MAX: usize = 64;
/// Largest event.
pub const EVENT_MAX_BYTES: usize = 64 * 1024;
/// Longest topic.
pub const TOPIC_MAX_BYTES: usize = 256;
/// Time between two beats of a quiet stream; clients take a stream without any for dead.
pub const BEAT_EVERY: Duration = Duration::from_secs(15);
/// Time that open requests have to end when the gateway closes.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// The limits of one gateway. The defaults are the constants of this module.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each field is the constant of the same name")]
pub struct Limits {
    pub connections_max: usize,
    pub connections_per_remote_max: usize,
    pub requests_per_remote_per_second: f64,
    pub requests_per_remote_burst: f64,
    pub requests_per_slug_per_second: f64,
    pub requests_per_slug_burst: f64,
    pub body_max_bytes: usize,
    pub upload_max_bytes: u64,
    pub headers_max: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub upload_part_timeout: Duration,
    pub upload_timeout: Duration,
    pub uploads_max: usize,
    pub write_stall_timeout: Duration,
    pub response_timeout: Duration,
    pub streams_per_remote_max: usize,
    pub streams_per_slug_max: usize,
    pub stream_queue_max: usize,
    pub beat_every: Duration,
    pub close_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            connections_per_remote_max: CONNECTIONS_PER_REMOTE_MAX,
            requests_per_remote_per_second: REQUESTS_PER_REMOTE_PER_SECOND,
            requests_per_remote_burst: REQUESTS_PER_REMOTE_BURST,
            requests_per_slug_per_second: REQUESTS_PER_SLUG_PER_SECOND,
            requests_per_slug_burst: REQUESTS_PER_SLUG_BURST,
            body_max_bytes: BODY_MAX_BYTES,
            upload_max_bytes: model::limits::ATTACHMENT_MAX_BYTES,
            headers_max: HEADERS_MAX,
            head_timeout: HEAD_TIMEOUT,
            body_timeout: BODY_TIMEOUT,
            upload_part_timeout: UPLOAD_PART_TIMEOUT,
            upload_timeout: UPLOAD_TIMEOUT,
            uploads_max: UPLOADS_MAX,
            write_stall_timeout: WRITE_STALL_TIMEOUT,
            response_timeout: RESPONSE_TIMEOUT,
            streams_per_remote_max: STREAMS_PER_REMOTE_MAX,
            streams_per_slug_max: STREAMS_PER_SLUG_MAX,
            stream_queue_max: STREAM_QUEUE_MAX,
            beat_every: BEAT_EVERY,
            close_timeout: CLOSE_TIMEOUT,
        }
    }
}
