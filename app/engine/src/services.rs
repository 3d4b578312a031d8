//! What plugins may reach through the host and only the engine has.

use std::{
    collections::HashMap,
    sync::mpsc::SyncSender,
    sync::{Arc, PoisonError, RwLock},
};

use arc_swap::ArcSwap;
use gateway::PushHub;
use host::{Contact, Failure, KvSwap, Pairs, Secret, ServiceFuture, Services, Urgency};
use knowledge::Knowledge;
use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    event::Account,
    field::Values,
    knowledge::{Article, Hit, SearchQuery},
    limits::ATTACHMENT_MAX_BYTES,
    view::NoticeLevel,
};
use store::{Files, KvError, Store};
use tokio::sync::oneshot;

use crate::{commands::safe_name, core::Core, job::Job};

/// Storage a plugin gets when its manifest asks for no more, in bytes.
const KV_DEFAULT_BYTES: u64 = 10 * 1024 * 1024;
/// How long a busy engine makes a plugin wait before it may ask again, in milliseconds.
const BUSY_WAIT_MS: u32 = 250;

/// The host's window into the engine. Cheap facts are kept here; the rest is asked of the engine's thread.
pub(crate) struct EngineServices {
    pub jobs: SyncSender<Job>,
    pub knowledge: Arc<Knowledge>,
    pub language: Arc<ArcSwap<String>>,
    pub hub: PushHub,
    pub files: Files,
    pub facts: Arc<Facts>,
}

/// A slot of a plugin, for one of its accounts or for all.
type SlotKey = (PluginId, Option<AccountId>, String);

/// What the host asks often and never waits for.
#[derive(Default)]
pub(crate) struct Facts {
    /// Accounts by id.
    pub accounts: RwLock<HashMap<AccountId, Account>>,
    /// What is in plugins' secret slots: keys that the desk made, and what people typed.
    pub secrets: RwLock<HashMap<SlotKey, Secret>>,
    /// Address the gateway listens on.
    pub gateway: RwLock<Option<String>>,
    /// What is set about plugins as a whole, with defaults.
    pub plugin_settings: RwLock<HashMap<PluginId, Values>>,
    /// Storage budgets that manifests asked for, in bytes.
    pub kv_budgets: RwLock<HashMap<PluginId, u64>>,
}

fn read<T: Clone>(lock: &RwLock<T>) -> T {
    lock.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Facts {
    /// Where the gateway listens.
    pub fn set_gateway(&self, address: &str) {
        *self.gateway.write().unwrap_or_else(PoisonError::into_inner) = Some(address.to_owned());
    }

    /// Accounts as they are now.
    pub fn set_accounts<'a>(&self, accounts: impl Iterator<Item = &'a Account>) {
        let accounts = accounts.map(|account| (account.id, account.clone())).collect();
        *self.accounts.write().unwrap_or_else(PoisonError::into_inner) = accounts;
    }

    /// What is set about a plugin as a whole.
    pub fn set_plugin_settings(&self, plugin: &PluginId, settings: Values) {
        let mut all = self.plugin_settings.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(plugin.clone(), settings);
    }

    /// What is in a slot from now on.
    pub fn set_secret(&self, plugin: &PluginId, account: Option<AccountId>, slot: &str, secret: Vec<u8>) {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.insert((plugin.clone(), account, slot.to_owned()), Secret::new(secret));
    }

    /// Empties a slot of a plugin and of all its accounts.
    pub fn empty_slot(&self, plugin: &PluginId, slot: &str) {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.retain(|(of, _, name), _| of != plugin || name != slot);
    }

    /// Storage that a manifest asked for.
    pub fn set_kv_budget(&self, plugin: &PluginId, mib: Option<u32>) {
        let mut budgets = self.kv_budgets.write().unwrap_or_else(PoisonError::into_inner);
        match mib {
            Some(mib) => budgets.insert(plugin.clone(), u64::from(mib) * 1024 * 1024),
            None => budgets.remove(plugin),
        };
    }

    /// An account by its id.
    fn account(&self, id: AccountId) -> Option<Account> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}

impl EngineServices {
    /// Asks the engine's thread.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core, &mut Store) -> Result<T, Failure> + Send + 'static,
    ) -> ServiceFuture<'_, T> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Run(Box::new(move |core: &mut Core, store: &mut Store| {
            // The answer leaves before the turn is on the disk. Whatever a plugin then says to the outside comes
            // back through the engine and leaves after this write: if the disk fails, both are undone together.
            core.wrote = true;
            // The plugin may have been stopped meanwhile.
            let _gone = reply.send(work(core, store));
        }));
        let posted = self.jobs.try_send(job);
        Box::pin(async move {
            if posted.is_err() {
                return Err(Failure::Unavailable(BUSY_WAIT_MS));
            }
            // No answer: the engine stopped, or the turn was undone because the disk failed.
            answer.await.unwrap_or(Err(Failure::Unavailable(BUSY_WAIT_MS)))
        })
    }

    fn budget(&self, plugin: &PluginId) -> u64 {
        let budgets = self.facts.kv_budgets.read().unwrap_or_else(PoisonError::into_inner);
        budgets.get(plugin).copied().unwrap_or(KV_DEFAULT_BYTES)
    }
}

impl Services for EngineServices {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn utc_offset_minutes(&self) -> i16 {
        let zone = jiff::tz::TimeZone::system();
        (zone.to_offset(Timestamp::now()).seconds() / 60) as i16
    }

    fn locale(&self) -> String {
        self.language.load().to_string()
    }

    fn settings(&self, plugin: &PluginId, account: Option<AccountId>) -> Pairs {
        let settings = self.facts.plugin_settings.read().unwrap_or_else(PoisonError::into_inner);
        let mut settings = settings.get(plugin).cloned().unwrap_or_default();
        if let Some(account) = account.and_then(|id| self.facts.account(id)) {
            settings.extend(account.settings);
        }
        settings.into_iter().map(|(name, value)| (name, value.text)).collect()
    }

    fn secret(&self, plugin: &PluginId, account: Option<AccountId>, slot: &str) -> Option<Secret> {
        let secrets = self.facts.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let in_slot = |account| secrets.get(&(plugin.clone(), account, slot.to_owned())).cloned();
        // What was typed for the plugin as a whole holds for accounts that have nothing of their own.
        in_slot(account).or_else(|| in_slot(None))
    }

    fn public_url(&self, _plugin: &PluginId, account: Option<AccountId>, path: &str) -> Option<String> {
        let gateway = read(&self.facts.gateway)?;
        let account = account.and_then(|id| self.facts.account(id))?;
        Some(format!("http://{gateway}/c/{}/hook/{}", account.slug, path.trim_start_matches('/')))
    }

    fn push(&self, _plugin: &PluginId, account: Option<AccountId>, topic: &str, event_json: &str) -> u32 {
        let account = account.and_then(|id| self.facts.account(id));
        account.map_or(0, |account| self.hub.publish(&account.slug, topic, event_json) as u32)
    }

    fn notify(&self, plugin: &PluginId, urgency: Urgency, title: &str, text: &str) -> bool {
        let level = if urgency == Urgency::Urgent { NoticeLevel::Warning } else { NoticeLevel::Info };
        let arguments = vec![
            ("plugin".to_owned(), plugin.to_string()),
            ("text".to_owned(), if title.is_empty() { text.to_owned() } else { format!("{title}: {text}") }),
        ];
        let job = Job::Run(Box::new(move |core: &mut Core, _: &mut Store| {
            let now = core.now();
            core.shown.notice(now, level, "plugin-notice", arguments, None);
        }));
        self.jobs.try_send(job).is_ok()
    }

    fn conversation(&self, id: ConversationId, last: usize) -> ServiceFuture<'_, Contact> {
        self.ask(move |core, store| {
            let contact =
                core.contact(store, id, last).map_err(|error| Failure::Internal(error.code().to_owned()))?;
            contact.ok_or(Failure::NotFound)
        })
    }

    fn customer(&self, id: CustomerId) -> ServiceFuture<'_, Customer> {
        self.ask(move |_, store| {
            let customer = store.customer(id).map_err(|error| Failure::Internal(error.code().to_owned()))?;
            customer.ok_or(Failure::NotFound)
        })
    }

    fn search(&self, query: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        let knowledge = Arc::clone(&self.knowledge);
        Box::pin(
            async move { knowledge.search(&query).map_err(|error| Failure::Internal(error.to_string())) },
        )
    }

    fn article(&self, id: ArticleId, language: String) -> ServiceFuture<'_, Article> {
        let knowledge = Arc::clone(&self.knowledge);
        Box::pin(async move {
            let article = knowledge
                .article(&id, Some(&language))
                .map_err(|error| Failure::Internal(error.to_string()))?;
            article.ok_or(Failure::NotFound)
        })
    }

    fn kv_get(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        let plugin = plugin.clone();
        self.ask(move |core, store| {
            store
                .kv_get(&plugin, &key, core.now())
                .map_err(|error| Failure::Internal(error.code().to_owned()))
        })
    }

    fn kv_set(
        &self,
        plugin: &PluginId,
        key: String,
        value: Vec<u8>,
        expires: Option<Timestamp>,
    ) -> ServiceFuture<'_, ()> {
        let (plugin, budget) = (plugin.clone(), self.budget(plugin));
        self.ask(move |core, store| {
            store.kv_set(&plugin, &key, &value, expires, core.now(), budget).map_err(kv_failure)
        })
    }

    fn kv_swap(&self, plugin: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        let (plugin, budget) = (plugin.clone(), self.budget(plugin));
        self.ask(move |core, store| {
            store
                .kv_swap(&plugin, &swap.key, swap.expect.as_deref(), &swap.value, core.now(), budget)
                .map_err(kv_failure)
        })
    }

    fn kv_delete(&self, plugin: &PluginId, key: String) -> ServiceFuture<'_, ()> {
        let plugin = plugin.clone();
        self.ask(move |_, store| {
            store.kv_delete(&plugin, &key).map_err(|error| Failure::Internal(error.code().to_owned()))
        })
    }

    fn kv_scan(
        &self,
        plugin: &PluginId,
        prefix: String,
        after: Option<String>,
        limit: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        let plugin = plugin.clone();
        self.ask(move |core, store| {
            store
                .kv_scan(&plugin, &prefix, after.as_deref(), limit, core.now())
                .map_err(|error| Failure::Internal(error.code().to_owned()))
        })
    }

    fn kv_bytes(&self, plugin: &PluginId) -> ServiceFuture<'_, u64> {
        let plugin = plugin.clone();
        self.ask(move |_, store| {
            store.kv_bytes(&plugin).map_err(|error| Failure::Internal(error.code().to_owned()))
        })
    }

    fn blob_read(
        &self,
        _plugin: &PluginId,
        file: FileId,
        offset: u64,
        max: usize,
    ) -> ServiceFuture<'_, Vec<u8>> {
        let files = self.files.clone();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || files.read(&file, offset, max)).await;
            match read {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(store::FileError::Missing)) => Err(Failure::NotFound),
                _ => Err(Failure::Internal("file".to_owned())),
            }
        })
    }

    fn blob_put(
        &self,
        _plugin: &PluginId,
        mime: String,
        name: String,
        data: Vec<u8>,
    ) -> ServiceFuture<'_, Attachment> {
        let files = self.files.clone();
        Box::pin(async move {
            let put =
                tokio::task::spawn_blocking(move || files.put(&mut &data[..], ATTACHMENT_MAX_BYTES)).await;
            match put {
                Ok(Ok((file, bytes))) => {
                    Ok(Attachment { file, name: safe_name(&name), media_type: mime, bytes })
                }
                Ok(Err(store::FileError::TooLarge { limit })) => Err(Failure::TooLarge(limit.to_string())),
                _ => Err(Failure::Internal("file".to_owned())),
            }
        })
    }
}

fn kv_failure(error: KvError) -> Failure {
    match error {
        KvError::QuotaFull { .. } => Failure::TooLarge(error.to_string()),
        KvError::Key { .. } => Failure::Invalid(error.to_string()),
        KvError::Storage(error) => Failure::Internal(error.code().to_owned()),
    }
}
