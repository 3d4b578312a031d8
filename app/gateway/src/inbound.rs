//! What the gateway asks of the engine.

use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc};

use tokio::io::AsyncRead;

use crate::upload::{UploadBody, UploadError};

/// A future that may be kept in a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Names and values, in the order in which they came.
pub type Pairs = Vec<(String, String)>;

/// Method of the event that asks whether a client may attach to a push stream.
pub const METHOD_SUBSCRIBE: &str = "SUBSCRIBE";
/// Method of the event that asks whether a client may upload a file. Its body is JSON: `mime`, `name` and,
/// where the client said it, `bytes`. A status of 2xx means yes.
pub const METHOD_UPLOAD: &str = "UPLOAD";
/// Method of the event that says that a file is stored. Its body is JSON: `id`, `mime`, `name`, `bytes`.
pub const METHOD_UPLOADED: &str = "UPLOADED";
/// Header of a reply that names a stored file; the gateway sends its bytes instead of the reply's body.
pub const BLOB_HEADER: &str = "x-switchboard-blob";

/// A file of a plugin's package.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Such as `text/javascript; charset=utf-8`.
    pub media_type: String,
    /// Content.
    pub bytes: Arc<[u8]>,
}

/// A request below a plugin's path, or a question of the gateway's own (see the `METHOD_` constants).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebEvent {
    /// In capitals.
    pub method: String,
    /// Path below `hook/`, `upload/` or `push/`, decoded, without the query.
    pub path: String,
    /// Query, decoded.
    pub query: Pairs,
    /// Headers, names in lower case.
    pub headers: Pairs,
    /// Body; the client's bytes as they came, so perhaps no valid text.
    pub body: Vec<u8>,
    /// The client's address.
    pub remote: IpAddr,
}

/// What a plugin answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebReply {
    /// HTTP status. Anything outside 200 to 599 is sent as 502.
    pub status: u16,
    /// Headers. Those that belong to the connection are left out; [`BLOB_HEADER`] is carried out.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// Answer to [`METHOD_SUBSCRIBE`], with a status of 2xx: the topic to attach the stream to.
    pub subscribe: Option<String>,
}

impl WebReply {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

/// A file that a client is about to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Media type as the client says.
    pub media_type: String,
    /// Name as the client says, without any folders.
    pub name: String,
    /// Size, where the client said it.
    pub bytes: Option<u64>,
}

/// A file that the engine has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// How plugins and [`Inbound::download`] name it.
    pub id: String,
    /// Size.
    pub bytes: u64,
}

/// A stored file on its way out.
pub struct Download {
    /// Media type.
    pub media_type: String,
    /// Name.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Content.
    pub body: Box<dyn AsyncRead + Send + Unpin>,
}

/// The engine, as seen from the network. `slug` names a channel account: 1 to 64 of `a-z`, `0-9` and `-`.
pub trait Inbound: Send + Sync + 'static {
    /// A web file of the package behind an account, by its path below the package's `web` folder. `None` where there is
    /// no such account or file.
    fn asset<'a>(&'a self, slug: &'a str, path: &'a str) -> BoxFuture<'a, Option<Asset>>;

    /// Passes a request to the plugin and answers once what came of it is kept. Status 404 where there is no such account.
    fn web_event<'a>(&'a self, slug: &'a str, event: WebEvent) -> BoxFuture<'a, WebReply>;

    /// Stores a file that the plugin has agreed to. The body ends with an error as soon as it exceeds its limit; whatever
    /// was stored of it by then is to be dropped.
    fn upload<'a>(
        &'a self,
        slug: &'a str,
        file: NewFile,
        body: UploadBody,
    ) -> BoxFuture<'a, Result<StoredFile, UploadError>>;

    /// Opens a file that the plugin named in its reply. `None` where there is none, or the account's plugin may not read it.
    fn download<'a>(&'a self, slug: &'a str, id: &'a str) -> BoxFuture<'a, Option<Download>>;
}
