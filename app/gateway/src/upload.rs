//! The body of an upload on its way to the engine.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::limits::Limits;

/// Why an upload failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// More bytes than an attachment may have.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// The client sent too slowly.
    #[error("the client sent too slowly")]
    TooSlow,
    /// The client went away before the end.
    #[error("the client went away")]
    Broken,
    /// No account with this slug.
    #[error("no such account")]
    NoAccount,
    /// The disk is full or cannot be written.
    #[error("cannot store the file")]
    Storage,
}

/// The bytes of a file as they arrive, within the limits of size and time.
pub struct UploadBody {
    stream: axum::body::BodyDataStream,
    left: u64,
    max: u64,
    part_timeout: std::time::Duration,
    until: Instant,
}

impl UploadBody {
    pub(crate) fn new(body: Body, limits: &Limits) -> Self {
        Self {
            stream: body.into_data_stream(),
            left: limits.upload_max_bytes,
            max: limits.upload_max_bytes,
            part_timeout: limits.upload_part_timeout,
            until: Instant::now() + limits.upload_timeout,
        }
    }

    /// A body that is already there, for tests of an engine.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Body::from(bytes.into()), &Limits::default())
    }

    /// The next part; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, UploadError>> {
        let part_until = (Instant::now() + self.part_timeout).min(self.until);
        match timeout_at(part_until, self.stream.next()).await {
            Err(_elapsed) => Some(Err(UploadError::TooSlow)),
            Ok(None) => None,
            Ok(Some(Err(_cut))) => Some(Err(UploadError::Broken)),
            Ok(Some(Ok(part))) => {
                let Some(left) = self.left.checked_sub(part.len() as u64) else {
                    return Some(Err(UploadError::TooLarge(self.max)));
                };
                self.left = left;
                Some(Ok(part))
            }
        }
    }
}
