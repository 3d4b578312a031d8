//! A desk that offers nothing: what plugins cost by themselves is measured.

use host::{Contact, Failure, KvSwap, Pairs, Secret, ServiceFuture, Services, Urgency};
use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
};

/// See the module.
pub struct Quiet;

fn nothing<'a, T: Send + 'a>() -> ServiceFuture<'a, T> {
    Box::pin(std::future::ready(Err(Failure::Unsupported)))
}

impl Services for Quiet {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn utc_offset_minutes(&self) -> i16 {
        480
    }

    fn locale(&self) -> String {
        "zh-CN".to_owned()
    }

    fn settings(&self, _: &PluginId, _: Option<AccountId>) -> Pairs {
        Vec::new()
    }

    fn secret(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<Secret> {
        None
    }

    fn public_url(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<String> {
        None
    }

    fn push(&self, _: &PluginId, _: Option<AccountId>, _: &str, _: &str) -> u32 {
        0
    }

    fn notify(&self, _: &PluginId, _: Urgency, _: &str, _: &str) -> bool {
        false
    }

    fn conversation(&self, _: ConversationId, _: usize) -> ServiceFuture<'_, Contact> {
        nothing()
    }

    fn customer(&self, _: CustomerId) -> ServiceFuture<'_, Customer> {
        nothing()
    }

    fn search(&self, _: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        nothing()
    }

    fn article(&self, _: ArticleId, _: String) -> ServiceFuture<'_, Article> {
        nothing()
    }

    fn kv_get(&self, _: &PluginId, _: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        nothing()
    }

    fn kv_set(&self, _: &PluginId, _: String, _: Vec<u8>, _: Option<Timestamp>) -> ServiceFuture<'_, ()> {
        nothing()
    }

    fn kv_swap(&self, _: &PluginId, _: KvSwap) -> ServiceFuture<'_, bool> {
        nothing()
    }

    fn kv_delete(&self, _: &PluginId, _: String) -> ServiceFuture<'_, ()> {
        nothing()
    }

    fn kv_scan(
        &self,
        _: &PluginId,
        _: String,
        _: Option<String>,
        _: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        nothing()
    }

    fn kv_bytes(&self, _: &PluginId) -> ServiceFuture<'_, u64> {
        nothing()
    }

    fn blob_read(&self, _: &PluginId, _: FileId, _: u64, _: usize) -> ServiceFuture<'_, Vec<u8>> {
        nothing()
    }

    fn blob_put(&self, _: &PluginId, _: String, _: String, _: Vec<u8>) -> ServiceFuture<'_, Attachment> {
        nothing()
    }
}
