//! The desk of a world: everything that the host asks of its engine, answered from the file.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{
    Contact, Failure, HttpAsked, HttpScripted, KvSwap, Pairs, Secret, ServiceFuture, Services, Urgency,
};
use model::{
    AccountId, AgentId, ArticleId, ConversationId, CustomerId, FileId, MessageId, PluginId, Timestamp,
    conversation::{Attachment, Author, Channel, Conversation, Message, Status},
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
    plugin::Manifest,
};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::world::{ArticleFacts, Exchange, Located, Said};

/// The account of every world.
pub const ACCOUNT: AccountId = AccountId::from_u128(1);
/// The conversation of every world.
pub const CONVERSATION: ConversationId = ConversationId::from_u128(3);
const AGENT: AgentId = AgentId::from_u128(4);
/// How far the messages of a world are apart, in seconds.
const BETWEEN_S: i64 = 10;

/// The desk of a world.
pub struct Desk {
    locale: String,
    utc_offset_minutes: i16,
    settings: Pairs,
    secrets: BTreeMap<String, String>,
    articles: Vec<ArticleFacts>,
    now: Mutex<Timestamp>,
    contact: Mutex<Contact>,
    kv: Mutex<BTreeMap<String, Vec<u8>>>,
    blobs: Mutex<BTreeMap<FileId, Vec<u8>>>,
    notified: Mutex<Vec<Json>>,
    pushed: Mutex<Vec<Json>>,
    http: Vec<Exchange>,
    requests: Mutex<Vec<Json>>,
    /// Requests that the world has no answer for.
    unheard_of: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// The desk at the beginning of a world.
    pub fn new(located: &Located, customer: Customer, manifest: &Manifest) -> serde_json::Result<Self> {
        let world = &located.world;
        let defaults = manifest.settings.iter().map(|field| (field.id.clone(), field.default.clone()));
        let mut settings: BTreeMap<String, String> = defaults.collect();
        settings.extend(world.settings.clone());
        let desk = Self {
            locale: world.locale.clone(),
            utc_offset_minutes: world.utc_offset_minutes,
            settings: settings.into_iter().collect(),
            secrets: world.secrets.clone(),
            articles: world.articles.clone(),
            now: Mutex::new(world.now),
            contact: Mutex::new(contact(located, customer)?),
            kv: Mutex::new(world.kv.iter().map(|(k, v)| (k.clone(), v.clone().into_bytes())).collect()),
            blobs: Mutex::default(),
            notified: Mutex::default(),
            pushed: Mutex::default(),
            http: world.http.clone(),
            requests: Mutex::default(),
            unheard_of: Mutex::default(),
        };
        for said in &world.conversation.messages {
            desk.say(said);
        }
        Ok(desk)
    }

    /// The conversation so far.
    pub fn contact(&self) -> Contact {
        lock(&self.contact).clone()
    }

    /// Somebody writes; the clock goes on a little.
    pub fn say(&self, said: &Said) -> Message {
        self.later(BETWEEN_S * 1000);
        let at = self.now();
        let mut contact = lock(&self.contact);
        let (author, text) = match said {
            Said::Customer(text) => (Author::Customer(contact.customer.name.clone()), text),
            Said::Agent(text) => (Author::Agent(AGENT), text),
        };
        let id = MessageId::from_u128(contact.messages.len() as u128 + 1);
        let message = Message { id, author, text: text.clone(), files: Vec::new(), at, remote_id: None };
        contact.messages.push(message.clone());
        contact.conversation.sequence += 1;
        message
    }

    /// The clock goes on.
    pub fn later(&self, ms: i64) {
        let mut now = lock(&self.now);
        *now = now.checked_add(jiff::SignedDuration::from_millis(ms)).unwrap_or(*now);
    }

    /// What is stored, as text.
    pub fn stored(&self) -> Json {
        let kv = lock(&self.kv);
        kv.iter().map(|(key, value)| (key.clone(), json!(String::from_utf8_lossy(value)))).collect()
    }

    /// Notifications so far.
    pub fn notified(&self) -> Json {
        Json::Array(lock(&self.notified).clone())
    }

    /// Requests to other hosts so far.
    pub fn requests(&self) -> Json {
        Json::Array(lock(&self.requests).clone())
    }

    /// Requests that the world has no answer for.
    pub fn unheard_of(&self) -> Vec<String> {
        lock(&self.unheard_of).clone()
    }

    /// What was pushed so far.
    pub fn pushed(&self) -> Json {
        Json::Array(lock(&self.pushed).clone())
    }
}

fn contact(located: &Located, customer: Customer) -> serde_json::Result<Contact> {
    let world = &located.world;
    let facts = &world.conversation;
    // Through its written form, in which everything else has a default.
    let conversation: Conversation = serde_json::from_value(json!({
        "id": CONVERSATION,
        "customer": customer.id,
        "channel": Channel { account: ACCOUNT, kind: facts.channel.clone(), title: facts.channel.clone() },
        "thread": "thread-1",
        "subject": facts.subject,
        "status": Status::Assigned(AGENT),
        "tags": facts.tags,
        "sequence": 0,
        "last_at": world.now,
        "opened": world.now,
    }))?;
    Ok(Contact { conversation, customer, messages: Vec::new(), more: false })
}

fn ready<'a, T: Send + 'a>(value: Result<T, Failure>) -> ServiceFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

/// How many words of a query an article has.
fn fit(article: &ArticleFacts, query: &str) -> usize {
    let text = format!("{} {}", article.title, article.text).to_lowercase();
    let words = query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| text.contains(&word.to_lowercase())).count()
}

impl Services for Desk {
    fn now(&self) -> Timestamp {
        *lock(&self.now)
    }

    fn utc_offset_minutes(&self) -> i16 {
        self.utc_offset_minutes
    }

    fn locale(&self) -> String {
        self.locale.clone()
    }

    fn settings(&self, _: &PluginId, _: Option<AccountId>) -> Pairs {
        self.settings.clone()
    }

    fn secret(&self, _: &PluginId, _: Option<AccountId>, slot: &str) -> Option<Secret> {
        self.secrets.get(slot).map(|secret| Secret::new(secret.as_bytes()))
    }

    fn public_url(&self, plugin: &PluginId, _: Option<AccountId>, path: &str) -> Option<String> {
        Some(format!("https://desk.example/{plugin}/{}", path.trim_start_matches('/')))
    }

    fn push(&self, _: &PluginId, _: Option<AccountId>, topic: &str, event_json: &str) -> u32 {
        let event: Json = serde_json::from_str(event_json).unwrap_or_else(|_| json!(event_json));
        lock(&self.pushed).push(json!({ "topic": topic, "event": event }));
        1
    }

    fn notify(&self, _: &PluginId, urgency: Urgency, title: &str, text: &str) -> bool {
        let urgency = match urgency {
            Urgency::Quiet => "quiet",
            Urgency::Normal => "normal",
            Urgency::Urgent => "urgent",
        };
        lock(&self.notified).push(json!({ "urgency": urgency, "title": title, "text": text }));
        true
    }

    fn scripted_http(&self, asked: HttpAsked) -> Option<HttpScripted> {
        let request = format!("{} {}", asked.method, asked.url);
        let headers: serde_json::Map<String, Json> =
            asked.headers.into_iter().map(|(name, value)| (name, json!(value))).collect();
        let body = String::from_utf8_lossy(&asked.body);
        lock(&self.requests).push(json!({ "request": request, "headers": headers, "body": body }));
        let found = self.http.iter().find(|exchange| exchange.request == request);
        if found.is_none() {
            lock(&self.unheard_of).push(request);
        }
        found.map(|exchange| HttpScripted {
            status: exchange.status,
            headers: exchange.headers.clone().into_iter().collect(),
            body: exchange.body.clone().into_bytes(),
        })
    }

    fn conversation(&self, id: ConversationId, last: usize) -> ServiceFuture<'_, Contact> {
        if id != CONVERSATION {
            return ready(Err(Failure::NotFound));
        }
        let mut contact = self.contact();
        let left_out = contact.messages.len().saturating_sub(last);
        contact.messages.drain(..left_out);
        contact.more = left_out > 0;
        ready(Ok(contact))
    }

    fn customer(&self, id: CustomerId) -> ServiceFuture<'_, Customer> {
        let customer = self.contact().customer;
        ready(if customer.id == id { Ok(customer) } else { Err(Failure::NotFound) })
    }

    fn search(&self, query: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        let speaks = |article: &&ArticleFacts| {
            query.language.as_ref().is_none_or(|language| *language == article.language)
        };
        let mut found: Vec<(usize, &ArticleFacts)> =
            self.articles.iter().filter(speaks).map(|article| (fit(article, &query.text), article)).collect();
        found.retain(|(fit, _)| *fit > 0);
        found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        let hits = found.into_iter().take(query.limit).map(|(fit, article)| Hit {
            id: ArticleId::from(article.id.as_str()),
            language: article.language.clone(),
            title: article.title.clone(),
            title_highlights: Vec::new(),
            snippet: article.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(),
            snippet_highlights: Vec::new(),
            score: fit as f32,
        });
        ready(Ok(hits.collect()))
    }

    fn article(&self, id: ArticleId, language: String) -> ServiceFuture<'_, Article> {
        let mut same = self.articles.iter().filter(|article| article.id == id.as_str());
        let first = same.clone().next();
        let found = same.find(|article| article.language == language).or(first);
        ready(found.map_or(Err(Failure::NotFound), |article| {
            Ok(Article {
                id,
                language: article.language.clone(),
                title: article.title.clone(),
                tags: Vec::new(),
                products: Vec::new(),
                version: 1,
                markdown: article.text.clone(),
            })
        }))
    }

    fn kv_get(&self, _: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        ready(Ok(lock(&self.kv).get(&key).cloned()))
    }

    fn kv_set(
        &self,
        _: &PluginId,
        key: String,
        value: Vec<u8>,
        _: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()> {
        lock(&self.kv).insert(key, value);
        ready(Ok(()))
    }

    fn kv_swap(&self, _: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        let mut kv = lock(&self.kv);
        let same = kv.get(&swap.key) == swap.expect.as_ref();
        if same {
            kv.insert(swap.key, swap.value);
        }
        ready(Ok(same))
    }

    fn kv_delete(&self, _: &PluginId, key: String) -> ServiceFuture<'_, ()> {
        lock(&self.kv).remove(&key);
        ready(Ok(()))
    }

    fn kv_scan(
        &self,
        _: &PluginId,
        prefix: String,
        after: Option<String>,
        limit: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        let kv = lock(&self.kv);
        let keys = kv.keys().filter(|key| key.starts_with(&prefix));
        let keys = keys.filter(|key| after.as_ref().is_none_or(|after| *key > after));
        ready(Ok(keys.take(limit).cloned().collect()))
    }

    fn kv_bytes(&self, _: &PluginId) -> ServiceFuture<'_, u64> {
        let bytes: usize = lock(&self.kv).iter().map(|(key, value)| key.len() + value.len()).sum();
        ready(Ok(bytes as u64))
    }

    fn blob_read(&self, _: &PluginId, file: FileId, offset: u64, max: usize) -> ServiceFuture<'_, Vec<u8>> {
        let blobs = lock(&self.blobs);
        let part = blobs.get(&file).map(|data| {
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(data.len());
            data[from..data.len().min(from.saturating_add(max))].to_vec()
        });
        ready(part.ok_or(Failure::NotFound))
    }

    fn blob_put(
        &self,
        _: &PluginId,
        mime: String,
        name: String,
        data: Vec<u8>,
    ) -> ServiceFuture<'_, Attachment> {
        let mut blobs = lock(&self.blobs);
        let file = FileId::new(plugin_package::to_hex(&Sha256::digest(&data)));
        let attachment = Attachment { file: file.clone(), name, media_type: mime, bytes: data.len() as u64 };
        blobs.insert(file, data);
        ready(Ok(attachment))
    }
}
