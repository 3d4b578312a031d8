//! Remembers what the desk answered to plugins lately, so that a failed call can be made again. Passes everything on.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
};

use crate::{
    bundle::Recorded,
    contract::{Contact, Pairs},
    services::{HttpAsked, HttpScripted, KvSwap, Secret, ServiceFuture, Services, Urgency},
};

/// Answers remembered over all plugins.
const ANSWERS_MAX: usize = 64;
/// Largest answer that is remembered, in bytes of its text.
const ANSWER_MAX_BYTES: usize = 256 * 1024;

/// One answer: when, to whom (none where the desk was not told), and what.
type Answer = (Instant, Option<PluginId>, Recorded);

/// See the module.
pub(crate) struct Recorder {
    inner: Arc<dyn Services>,
    answers: Mutex<VecDeque<Answer>>,
}

impl Recorder {
    pub(crate) fn new(inner: Arc<dyn Services>) -> Self {
        Self { inner, answers: Mutex::default() }
    }

    /// What was answered since then, to this plugin or to nobody in particular.
    pub(crate) fn since(&self, plugin: &PluginId, began: Instant) -> Vec<Recorded> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers
            .iter()
            .filter(|(at, whose, _)| *at >= began && whose.as_ref().is_none_or(|whose| whose == plugin))
            .map(|(_, _, answer)| answer.clone())
            .collect()
    }

    fn remember(&self, plugin: Option<&PluginId>, answer: Recorded) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() == ANSWERS_MAX {
            answers.pop_front();
        }
        answers.push_back((Instant::now(), plugin.cloned(), answer));
    }
}

impl Services for Recorder {
    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    fn utc_offset_minutes(&self) -> i16 {
        self.inner.utc_offset_minutes()
    }

    fn locale(&self) -> String {
        self.inner.locale()
    }

    fn settings(&self, plugin: &PluginId, account: Option<AccountId>) -> Pairs {
        self.inner.settings(plugin, account)
    }

    fn secret(&self, plugin: &PluginId, account: Option<AccountId>, slot: &str) -> Option<Secret> {
        self.inner.secret(plugin, account, slot)
    }

    fn public_url(&self, plugin: &PluginId, account: Option<AccountId>, path: &str) -> Option<String> {
        self.inner.public_url(plugin, account, path)
    }

    fn push(&self, plugin: &PluginId, account: Option<AccountId>, topic: &str, event_json: &str) -> u32 {
        self.inner.push(plugin, account, topic, event_json)
    }

    fn notify(&self, plugin: &PluginId, urgency: Urgency, title: &str, text: &str) -> bool {
        self.inner.notify(plugin, urgency, title, text)
    }

    fn scripted_http(&self, asked: HttpAsked) -> Option<HttpScripted> {
        self.inner.scripted_http(asked)
    }

    fn conversation(&self, id: ConversationId, last: usize) -> ServiceFuture<'_, Contact> {
        Box::pin(async move {
            let contact = self.inner.conversation(id, last).await?;
            if contact.messages.iter().map(|message| message.text.len()).sum::<usize>() <= ANSWER_MAX_BYTES {
                self.remember(None, Recorded::Conversation(Box::new(contact.clone())));
            }
            Ok(contact)
        })
    }

    fn customer(&self, id: CustomerId) -> ServiceFuture<'_, Customer> {
        Box::pin(async move {
            let customer = self.inner.customer(id).await?;
            self.remember(None, Recorded::Customer(Box::new(customer.clone())));
            Ok(customer)
        })
    }

    fn search(&self, query: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        Box::pin(async move {
            let text = query.text.clone();
            let hits = self.inner.search(query).await?;
            self.remember(None, Recorded::Found { text, hits: hits.clone() });
            Ok(hits)
        })
    }

    fn article(&self, id: ArticleId, language: String) -> ServiceFuture<'_, Article> {
        Box::pin(async move {
            let article = self.inner.article(id, language).await?;
            if article.markdown.len() <= ANSWER_MAX_BYTES {
                self.remember(None, Recorded::Article(Box::new(article.clone())));
            }
            Ok(article)
        })
    }

    fn kv_get(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        let plugin = plugin.clone();
        Box::pin(async move {
            let value = self.inner.kv_get(&plugin, key.clone()).await?;
            if value.as_ref().is_none_or(|value| value.len() <= ANSWER_MAX_BYTES) {
                self.remember(Some(&plugin), Recorded::Value { key, value: value.clone() });
            }
            Ok(value)
        })
    }

    fn kv_set(
        &self,
        plugin: &PluginId,
        key: String,
        value: Vec<u8>,
        expires: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()> {
        self.inner.kv_set(plugin, key, value, expires)
    }

    fn kv_swap(&self, plugin: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        self.inner.kv_swap(plugin, swap)
    }

    fn kv_delete(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, ()> {
        self.inner.kv_delete(plugin, key)
    }

    fn kv_scan(
        &self,
        plugin: &PluginId,
        prefix: String,
        after: Option<String>,
        limit: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        let plugin = plugin.clone();
        Box::pin(async move {
            let keys = self.inner.kv_scan(&plugin, prefix.clone(), after.clone(), limit).await?;
            self.remember(Some(&plugin), Recorded::Keys { prefix, after, keys: keys.clone() });
            Ok(keys)
        })
    }

    fn kv_bytes(&self, plugin: &PluginId) -> ServiceFuture<'_, u64> {
        self.inner.kv_bytes(plugin)
    }

    fn blob_read(
        &self,
        plugin: &PluginId,
        file: FileId,
        offset: u64,
        max: usize,
    ) -> ServiceFuture<'_, Vec<u8>> {
        self.inner.blob_read(plugin, file, offset, max)
    }

    fn blob_put(
        &self,
        plugin: &PluginId,
        mime: String,
        name: String,
        data: Vec<u8>,
    ) -> ServiceFuture<'_, Attachment> {
        self.inner.blob_put(plugin, mime, name, data)
    }
}
