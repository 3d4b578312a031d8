//! Makes a failed call again, from the bundle that a desk kept of it.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use host::{
    Bundle, Contact, Failure, Host, HostConfig, HostEvent, KvSwap, LaneKey, Pairs, Recorded, RunMode, Secret,
    ServiceFuture, Services, Tag, Urgency,
};
use model::{
    AccountId, ArticleId, ConversationId, CustomerId, FileId, PluginId, Timestamp,
    conversation::Attachment,
    customer::Customer,
    knowledge::{Article, Hit, SearchQuery},
};

use crate::{matching::inline, run::Plugin, show};

/// Longest wait for the host: longer than the longest call may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// Events that may wait to be read.
const EVENTS_MAX: usize = 256;

/// What came of making the call again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// It failed as it did.
    Same(String),
    /// It failed in another way.
    Otherwise(String),
    /// It answered.
    Answered(String),
}

/// Makes the call of a bundle again, with what the desk answered then.
pub fn replay(plugin: &Plugin, bundle: &Bundle) -> Result<Again> {
    let package = plugin.package.clone();
    if package.manifest.id != bundle.plugin {
        bail!("the bundle is of {}, this plugin is {}", bundle.plugin, package.manifest.id);
    }
    let folder = tempfile::tempdir().context("a folder for compiled code")?;
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (sender, mut events) = tokio::sync::mpsc::channel(EVENTS_MAX);
    let config = HostConfig { cache_folder: folder.path().join("cache"), mode: RunMode::Test { seed: 1 } };
    let host = Host::new(&config, Arc::new(Past::new(bundle)), sender)?;
    host.load(package, &bundle.granted.iter().cloned().collect())?;
    let lane = LaneKey { plugin: bundle.plugin.clone(), role: bundle.role, account: bundle.account };
    host.post(&lane, bundle.request.clone(), Tag(1))?;
    let result = loop {
        let event = clock.block_on(async { tokio::time::timeout(PATIENCE, events.recv()).await });
        let event = event.context("the host did not answer")?.context("the host is gone")?;
        if let HostEvent::Replied { result, .. } = event {
            break result;
        }
    };
    host.close();
    Ok(match result {
        Ok(answer) => Again::Answered(inline(&show::answer(&answer, &[]))),
        Err(error) if error.to_string() == bundle.error => Again::Same(error.to_string()),
        Err(error) => Again::Otherwise(error.to_string()),
    })
}

/// Reads a bundle's file.
pub fn read(file: &Path) -> Result<Bundle> {
    Bundle::read(file).with_context(|| {
        format!("{} is no failed call; a desk keeps them in `faults` of its data folder", file.display())
    })
}

/// A desk that answers what was answered then, and nothing else.
struct Past {
    now: Timestamp,
    utc_offset_minutes: i16,
    locale: String,
    settings: Pairs,
    values: BTreeMap<String, Option<Vec<u8>>>,
    answers: Vec<Recorded>,
}

impl Past {
    fn new(bundle: &Bundle) -> Self {
        let mut values = BTreeMap::new();
        for answer in &bundle.answers {
            // The first one: what the plugin wrote itself comes after it.
            if let Recorded::Value { key, value } = answer {
                values.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        Self {
            now: bundle.at,
            utc_offset_minutes: bundle.utc_offset_minutes,
            locale: bundle.locale.clone(),
            settings: bundle.settings.clone(),
            values,
            answers: bundle.answers.clone(),
        }
    }

    fn first<'a, T: Clone + Send + 'a>(&self, pick: impl Fn(&Recorded) -> Option<T>) -> ServiceFuture<'a, T> {
        ready(self.answers.iter().find_map(pick).ok_or(Failure::NotFound))
    }
}

fn ready<'a, T: Send + 'a>(value: Result<T, Failure>) -> ServiceFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Services for Past {
    fn now(&self) -> Timestamp {
        self.now
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
        true
    }

    fn conversation(&self, id: ConversationId, _: usize) -> ServiceFuture<'_, Contact> {
        self.first(|answer| match answer {
            Recorded::Conversation(contact) if contact.conversation.id == id => Some(Contact::clone(contact)),
            _ => None,
        })
    }

    fn customer(&self, id: CustomerId) -> ServiceFuture<'_, Customer> {
        self.first(|answer| match answer {
            Recorded::Customer(customer) if customer.id == id => Some(Customer::clone(customer)),
            _ => None,
        })
    }

    fn search(&self, query: SearchQuery) -> ServiceFuture<'_, Vec<Hit>> {
        self.first(|answer| match answer {
            Recorded::Found { text, hits } if *text == query.text => Some(hits.clone()),
            _ => None,
        })
    }

    fn article(&self, id: ArticleId, _: String) -> ServiceFuture<'_, Article> {
        self.first(|answer| match answer {
            Recorded::Article(article) if article.id == id => Some(Article::clone(article)),
            _ => None,
        })
    }

    fn kv_get(&self, _: &PluginId, key: String) -> ServiceFuture<'_, Option<Vec<u8>>> {
        ready(Ok(self.values.get(&key).cloned().flatten()))
    }

    fn kv_set(&self, _: &PluginId, _: String, _: Vec<u8>, _: Option<Timestamp>) -> ServiceFuture<'_, ()> {
        ready(Ok(()))
    }

    fn kv_swap(&self, _: &PluginId, swap: KvSwap) -> ServiceFuture<'_, bool> {
        ready(Ok(self.values.get(&swap.key).cloned().flatten() == swap.expect))
    }

    fn kv_delete(&self, _: &PluginId, _: String) -> ServiceFuture<'_, ()> {
        ready(Ok(()))
    }

    fn kv_scan(
        &self,
        _: &PluginId,
        prefix: String,
        after: Option<String>,
        _: usize,
    ) -> ServiceFuture<'_, Vec<String>> {
        self.first(|answer| match answer {
            Recorded::Keys { prefix: of, after: from, keys } if *of == prefix && *from == after => {
                Some(keys.clone())
            }
            _ => None,
        })
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
