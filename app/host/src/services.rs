//! What plugins may reach through the host and only the engine has. Implemented by the engine.

use std::{fmt, future::Future, pin::Pin};

use model::{
    AccountId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
};

use crate::{
    contract::{Contact, Pairs},
    error::Failure,
};

/// A future that [`Services`] hands out.
pub type ServiceFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// How much a notification presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Urgency {
    Quiet,
    Normal,
    Urgent,
}

/// A secret on its way from the keychain to where the manifest says. Never shown.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // Best effort: a copy may be left where the vector grew, but not this one.
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

/// A value of a plugin's storage: change only where the present value is as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvSwap {
    /// The key.
    pub key: String,
    /// What must be there now; none for nothing.
    pub expect: Option<Vec<u8>>,
    /// The new value.
    pub value: Vec<u8>,
}

/// A request of a plugin where there is no network, after every check and with its secrets in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAsked {
    /// In capitals.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
}

/// What a world that is written down answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpScripted {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
}

/// What the host asks of the engine. Called on the plugins' runtime: the plain functions must be cheap and never
/// block, the others are awaited while the plugin waits. Grants, sizes and budgets are checked before.
pub trait Services: Send + Sync + 'static {
    /// The time; a drill's own clock in drills.
    fn now(&self) -> Timestamp;
    /// Minutes from UTC to the desk's local time.
    fn utc_offset_minutes(&self) -> i16;
    /// The language of the desk, BCP 47.
    fn locale(&self) -> String;
    /// A plugin's settings for this account, read before every start of an instance.
    fn settings(&self, plugin: &PluginId, account: Option<AccountId>) -> Pairs;
    /// The secret in a slot.
    fn secret(&self, plugin: &PluginId, account: Option<AccountId>, slot: &str) -> Option<Secret>;
    /// The address under which the world reaches this path of the plugin, where there is one.
    fn public_url(&self, plugin: &PluginId, account: Option<AccountId>, path: &str) -> Option<String>;
    /// Sends an event to the streams attached to a topic; answers how many there are.
    fn push(&self, plugin: &PluginId, account: Option<AccountId>, topic: &str, event_json: &str) -> u32;
    /// Shows a notification; answers whether it was shown.
    fn notify(&self, plugin: &PluginId, urgency: Urgency, title: &str, text: &str) -> bool;

    /// The answer to a request in a drill or a test, which have no network; none where nothing is written down for it.
    fn scripted_http(&self, _asked: HttpAsked) -> Option<HttpScripted> {
        None
    }

    /// A conversation with its newest messages.
    fn conversation(&self, id: ConversationId, last: usize) -> ServiceFuture<'_, Contact>;
    /// A customer, unmasked: the host masks.
    fn customer(&self, id: CustomerId) -> ServiceFuture<'_, Customer>;
    /// Searches the knowledge base.
    fn search(&self, query: SearchQuery) -> ServiceFuture<'_, Vec<Hit>>;
    /// An article, in this language where it exists in several.
    fn article(&self, id: model::ArticleId, language: String) -> ServiceFuture<'_, Article>;

    /// A value of the plugin's storage that has not expired.
    fn kv_get(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>>;
    /// Stores a value, perhaps until a moment.
    fn kv_set(
        &self,
        plugin: &PluginId,
        key: String,
        value: Vec<u8>,
        expires: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()>;
    /// Swaps a value; answers whether it did.
    fn kv_swap(&self, plugin: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool>;
    /// Deletes a value.
    fn kv_delete(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, ()>;
    /// Keys with this prefix, in order, after `after`.
    fn kv_scan(
        &self,
        plugin: &PluginId,
        prefix: String,
        after: Option<String>,
        limit: usize,
    ) -> ServiceFuture<'_, Vec<String>>;
    /// Bytes of keys and values the plugin has stored.
    fn kv_bytes(&self, plugin: &PluginId) -> ServiceFuture<'_, u64>;

    /// Part of a file.
    fn blob_read(
        &self,
        plugin: &PluginId,
        file: FileId,
        offset: u64,
        max: usize,
    ) -> ServiceFuture<'_, Vec<u8>>;
    /// Keeps a file.
    fn blob_put(
        &self,
        plugin: &PluginId,
        mime: String,
        name: String,
        data: Vec<u8>,
    ) -> ServiceFuture<'_, Attachment>;
}
