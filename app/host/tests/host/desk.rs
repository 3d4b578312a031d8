//! A desk in memory, and a host on top of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use host::{
    Answer, CallError, Contact, Failure, Host, HostConfig, HostEvent, KvSwap, LaneKey, Package, Pairs,
    PluginStatus, Request, RunMode, Secret, ServiceFuture, Services, Tag, Urgency,
};
use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
    plugin::{Capability, PluginState, Role},
};
use tokio::sync::mpsc;

/// A key that is never answered.
pub const STUCK_KEY: &str = "stuck";
/// Longest that a test waits for anything. Builds may run beside it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Services that keep everything in memory.
#[derive(Default)]
pub struct Desk {
    values: Mutex<BTreeMap<(PluginId, String), Vec<u8>>>,
}

fn ready<'a, T: Send + 'a>(value: Result<T, Failure>) -> ServiceFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Services for Desk {
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
        vec![("tone".to_owned(), "warm".to_owned())]
    }

    fn secret(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<Secret> {
        Some(Secret::new("a secret of the desk"))
    }

    fn public_url(&self, _: &PluginId, _: Option<AccountId>, _: &str) -> Option<String> {
        None
    }

    fn push(&self, _: &PluginId, _: Option<AccountId>, _: &str, _: &str) -> u32 {
        0
    }

    fn notify(&self, _: &PluginId, _: Urgency, _: &str, _: &str) -> bool {
        true
    }

    fn conversation(&self, _: ConversationId, _: usize) -> ServiceFuture<'_, Contact> {
        ready(Err(Failure::NotFound))
    }

    fn customer(&self, _: CustomerId) -> ServiceFuture<'_, Customer> {
        ready(Err(Failure::NotFound))
    }

    fn search(&self, _: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        ready(Ok(Vec::new()))
    }

    fn article(&self, _: ArticleId, _: String) -> ServiceFuture<'_, Article> {
        ready(Err(Failure::NotFound))
    }

    fn kv_get(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        if key == STUCK_KEY {
            return Box::pin(std::future::pending());
        }
        ready(Ok(self.values.lock().expect("values").get(&(plugin.clone(), key)).cloned()))
    }

    fn kv_set(
        &self,
        plugin: &PluginId,
        key: String,
        value: Vec<u8>,
        _: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()> {
        self.values.lock().expect("values").insert((plugin.clone(), key), value);
        ready(Ok(()))
    }

    fn kv_swap(&self, plugin: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        let mut values = self.values.lock().expect("values");
        let key = (plugin.clone(), swap.key);
        let same = values.get(&key) == swap.expect.as_ref();
        if same {
            values.insert(key, swap.value);
        }
        ready(Ok(same))
    }

    fn kv_delete(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, ()> {
        self.values.lock().expect("values").remove(&(plugin.clone(), key));
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

    fn kv_bytes(&self, _: &PluginId) -> ServiceFuture<'_, u64> {
        ready(Ok(0))
    }

    fn blob_read(&self, _: &PluginId, _: FileId, _: u64, _: usize) -> ServiceFuture<'_, Vec<u8>> {
        ready(Err(Failure::NotFound))
    }

    fn blob_put(&self, _: &PluginId, _: String, _: String, _: Vec<u8>) -> ServiceFuture<'_, Attachment> {
        ready(Err(Failure::Unsupported))
    }
}

/// A host with its events, in a folder of its own.
pub struct Bench {
    pub host: Host,
    events: mpsc::Receiver<HostEvent>,
    /// Events that were not waited for yet.
    pub seen: Vec<HostEvent>,
    next_tag: u64,
    pub folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"))
    }

    pub fn in_folder(folder: tempfile::TempDir) -> Self {
        Self::in_mode(folder, RunMode::Test { seed: 1 })
    }

    pub fn in_mode(folder: tempfile::TempDir, mode: RunMode) -> Self {
        let (sender, events) = mpsc::channel(256);
        let config = HostConfig { cache_folder: folder.path().join("cache"), mode };
        let host = Host::new(&config, Arc::new(Desk::default()), sender).expect("a host");
        Self { host, events, seen: Vec::new(), next_tag: 0, folder }
    }

    /// Loads a package with everything it asks for, or with nothing.
    pub fn load(&self, package: Package, granted: bool) {
        let grants: BTreeSet<Capability> =
            if granted { package.manifest.capabilities.clone() } else { BTreeSet::new() };
        self.host.load(package, &grants).expect("loaded");
    }

    /// Asks a quality plugin for its rubric and waits for the answer.
    pub async fn rubric(&mut self, plugin: &str) -> Result<Answer, CallError> {
        self.next_tag += 1;
        let tag = Tag(self.next_tag);
        self.host.post(&lane(plugin), Request::Rubric, tag).expect("posted");
        self.reply(tag).await
    }

    /// Waits for the answer with this tag.
    pub async fn reply(&mut self, tag: Tag) -> Result<Answer, CallError> {
        let event =
            self.wait_for(|event| matches!(event, HostEvent::Replied { tag: of, .. } if *of == tag)).await;
        let HostEvent::Replied { result, .. } = event else { unreachable!() };
        result
    }

    /// Waits until a plugin has this kind of state, and forgets what came before.
    pub async fn state(&mut self, plugin: &str, wanted: impl Fn(&PluginState) -> bool) {
        let id = PluginId::from(plugin);
        let fits = |event: &HostEvent| matches!(event, HostEvent::StatusChanged { plugin, state } if *plugin == id && wanted(state));
        if let Some(index) = self.seen.iter().position(fits) {
            self.seen.drain(..=index);
        } else {
            self.wait_for(fits).await;
            self.seen.clear();
        }
    }

    /// What the Plugins page shows about a plugin.
    pub fn status(&self, plugin: &str) -> PluginStatus {
        let mut status = self.host.status();
        status.retain(|status| status.manifest.id.as_str() == plugin);
        status.remove(0)
    }

    /// Takes the first event that fits, from those seen or still to come.
    pub async fn wait_for(&mut self, fits: impl Fn(&HostEvent) -> bool) -> HostEvent {
        if let Some(index) = self.seen.iter().position(&fits) {
            return self.seen.remove(index);
        }
        loop {
            let event = tokio::time::timeout(PATIENCE, self.events.recv()).await;
            let Ok(Some(event)) = event else { panic!("it did not come; seen: {:#?}", self.seen) };
            if fits(&event) {
                return event;
            }
            self.seen.push(event);
        }
    }
}

/// The lane of a quality plugin.
pub fn lane(plugin: &str) -> LaneKey {
    LaneKey { plugin: plugin.into(), role: Role::Quality, account: None }
}
