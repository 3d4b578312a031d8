//! A desk in memory that remembers what plugins did to it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use host::{Contact, Failure, KvSwap, Pairs, Secret, ServiceFuture, Services, Urgency};
use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
};

/// What stands in every slot. Long enough that no part of it turns up by chance.
pub const SECRET: &str = "p4ssw0rd-of-the-desk";
/// What only plugins with clear sight may see.
pub const ADDRESS: &str = "7 Hidden Lane";
/// See [`ADDRESS`].
pub const PHONE: &str = "13800138000";
/// Of customer, conversation and account alike.
pub const ID: &str = "00000000-0000-0000-0000-000000000007";
/// `kv.get` of `slow:MS` answers after so many milliseconds.
const SLOW: &str = "slow:";

/// What the desk keeps.
#[derive(Default)]
pub struct Desk {
    values: Mutex<BTreeMap<(PluginId, String), Vec<u8>>>,
    /// Notifications shown.
    pub shown: AtomicU32,
    /// Settings of the plugin under test.
    pub orders: Mutex<Pairs>,
}

type Kept<'a> = std::sync::MutexGuard<'a, BTreeMap<(PluginId, String), Vec<u8>>>;

impl Desk {
    fn values(&self) -> Kept<'_> {
        self.values.lock().expect("values")
    }

    /// Bytes a plugin keeps.
    pub fn kept_bytes(&self, plugin: &PluginId) -> u64 {
        let values = self.values();
        let own = values.iter().filter(|((owner, _), _)| owner == plugin);
        own.map(|((_, key), value)| (key.len() + value.len()) as u64).sum()
    }

    /// Whether a text stands in anything a plugin keeps.
    pub fn keeps(&self, text: &str) -> bool {
        self.values().values().any(|value| String::from_utf8_lossy(value).contains(text))
    }
}

/// A customer with things to hide.
pub fn customer() -> Customer {
    let text = serde_json::json!({
        "id": ID, "name": "Chen", "address": ADDRESS, "since": "2026-11-24T08:00:00Z",
        "handles": [{ "kind": "phone", "value": PHONE }],
    });
    serde_json::from_value(text).expect("a customer")
}

fn ready<'a, T: Send + 'a>(value: Result<T, Failure>) -> ServiceFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Services for Desk {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn utc_offset_minutes(&self) -> i16 {
        0
    }

    fn locale(&self) -> String {
        "en".to_owned()
    }

    fn settings(&self, plugin: &PluginId, _: Option<AccountId>) -> Pairs {
        if plugin.as_str() == crate::arena::BAD {
            self.orders.lock().expect("orders").clone()
        } else {
            vec![]
        }
    }

    fn secret(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<Secret> {
        Some(Secret::new(SECRET))
    }

    fn public_url(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<String> {
        None
    }

    fn push(&self, _: &PluginId, _: Option<AccountId>, _: &str, _: &str) -> u32 {
        0
    }

    fn notify(&self, _: &PluginId, _: Urgency, _: &str, _: &str) -> bool {
        self.shown.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn conversation(&self, _: ConversationId, _: usize) -> ServiceFuture<'_, Contact> {
        ready(Ok(contact()))
    }

    fn customer(&self, _: CustomerId) -> ServiceFuture<'_, Customer> {
        ready(Ok(customer()))
    }

    fn search(&self, _: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        ready(Ok(Vec::new()))
    }

    fn article(&self, _: ArticleId, _: String) -> ServiceFuture<'_, Article> {
        ready(Err(Failure::NotFound))
    }

    fn kv_get(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        if let Some(ms) = key.strip_prefix(SLOW).and_then(|ms| ms.parse().ok()) {
            return Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(None)
            });
        }
        ready(Ok(self.values().get(&(plugin.clone(), key)).cloned()))
    }

    fn kv_set(
        &self,
        plugin: &PluginId,
        key: String,
        value: Vec<u8>,
        _: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()> {
        self.values().insert((plugin.clone(), key), value);
        ready(Ok(()))
    }

    fn kv_swap(&self, plugin: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        self.values().insert((plugin.clone(), swap.key), swap.value);
        ready(Ok(true))
    }

    fn kv_delete(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, ()> {
        self.values().remove(&(plugin.clone(), key));
        ready(Ok(()))
    }

    fn kv_scan(
        &self,
        _: &PluginId,
        _: String,
        _: Option<String>,
        _: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        ready(Ok(Vec::new()))
    }

    fn kv_bytes(&self, plugin: &PluginId) -> ServiceFuture<'_, u64> {
        ready(Ok(self.kept_bytes(plugin)))
    }

    fn blob_read(&self, _: &PluginId, _: FileId, _: u64, _: usize) -> ServiceFuture<'_, Vec<u8>> {
        ready(Err(Failure::NotFound))
    }

    fn blob_put(&self, _: &PluginId, _: String, _: String, _: Vec<u8>) -> ServiceFuture<'_, Attachment> {
        ready(Err(Failure::Unsupported))
    }
}

/// The conversation that every plugin is called for.
pub fn contact() -> Contact {
    let conversation = serde_json::json!({
        "id": ID, "customer": ID, "thread": "thread", "status": "waiting", "sequence": 1,
        "channel": { "account": ID, "kind": "chat", "title": "Chat" },
        "last_at": "2026-11-24T08:00:00Z", "opened": "2026-11-24T08:00:00Z",
    });
    let conversation = serde_json::from_value(conversation).expect("a conversation");
    Contact { conversation, customer: customer(), messages: vec![], more: false }
}

/// A desk that the host and the test share.
pub fn desk() -> Arc<Desk> {
    Arc::new(Desk::default())
}
