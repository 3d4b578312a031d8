//! A desk for tests on the build machine: everything in [`desk`](crate::desk) answers from here while a
//! [`Desk`] is alive on this thread, and what a plugin did can be asked afterwards.
//!
//! ```
//! use switchboard_plugin::{desk, testing::Desk};
//!
//! let test = Desk::new();
//! test.article("K-118", "Water heater shows E4", "## What to say\nPlease open a window first.");
//! assert_eq!(desk::knowledge::search("water heater", 3).unwrap()[0].article, "K-118");
//! ```

#![allow(clippy::unused_self, reason = "a `Desk` stands for the desk of its thread")]

mod builders;
mod peer;
#[doc(hidden)]
pub mod pretend;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use peer::Peer;

pub use builders::{NOW_MS, conversation, ctx, customer, device, inbound, outbound};

use crate::{
    advice::Item,
    desk::{knowledge::Article, net::Trouble, random::Seeded},
    language::Language,
    types::{Conversation, Customer},
};

/// Everything the pretended desk knows and was told.
#[derive(Debug)]
struct World {
    now_ms: u64,
    random: Seeded,
    kv: BTreeMap<String, Vec<u8>>,
    blobs: Vec<(String, String, Vec<u8>)>,
    secrets: BTreeSet<String>,
    http: BTreeMap<String, (u16, Vec<u8>)>,
    requests: Vec<String>,
    peers: BTreeMap<String, Peer>,
    timers: BTreeMap<String, (u32, bool)>,
    notices: Vec<String>,
    conversations: BTreeMap<String, Conversation>,
    customers: BTreeMap<String, Customer>,
    articles: Vec<(String, Article)>,
    proposals: Vec<Item>,
    pushed: Vec<(String, String)>,
    log: Vec<String>,
    counts: BTreeMap<String, u32>,
}

impl World {
    fn new() -> Self {
        Self {
            now_ms: NOW_MS,
            random: Seeded::new(1),
            kv: BTreeMap::new(),
            blobs: vec![],
            secrets: BTreeSet::new(),
            http: BTreeMap::new(),
            requests: vec![],
            peers: BTreeMap::new(),
            timers: BTreeMap::new(),
            notices: vec![],
            conversations: BTreeMap::new(),
            customers: BTreeMap::new(),
            articles: vec![],
            proposals: vec![],
            pushed: vec![],
            log: vec![],
            counts: BTreeMap::new(),
        }
    }
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

fn world<R>(call: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with_borrow_mut(call)
}

/// A pretended desk, empty when made. There is one on each thread, so tests do not see each other's.
#[derive(Debug)]
pub struct Desk(());

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// A desk that knows nothing.
    pub fn new() -> Self {
        WORLD.replace(World::new());
        Self(())
    }

    /// Sets the clock.
    pub fn set_now_ms(&self, now_ms: u64) {
        world(|world| world.now_ms = now_ms);
    }

    /// Adds a knowledge article in Chinese or English, by the language of its text. A search finds the articles
    /// whose titles share most characters with the query.
    pub fn article(&self, id: &str, title: &str, text: &str) {
        let language = Language::of_text(text).unwrap_or(Language::English);
        let article = Article {
            id: id.to_owned(),
            title: title.to_owned(),
            uri: format!("article:{id}"),
            text: text.to_owned(),
            changed_ms: 0,
        };
        world(|world| world.articles.push((language.tag().to_owned(), article)));
    }

    /// Adds a conversation.
    pub fn conversation(&self, conversation: Conversation) {
        world(|world| world.conversations.insert(conversation.id.clone(), conversation));
    }

    /// Adds a customer.
    pub fn customer(&self, customer: Customer) {
        world(|world| world.customers.insert(customer.id.clone(), customer));
    }

    /// Fills a secret's slot.
    pub fn secret(&self, slot: &str) {
        world(|world| world.secrets.insert(slot.to_owned()));
    }

    /// Answers every request to this address.
    pub fn answer_http(&self, url: &str, status: u16, body: &[u8]) {
        world(|world| world.http.insert(url.to_owned(), (status, body.to_vec())));
    }

    /// The requests so far, as `METHOD url`.
    pub fn requests(&self) -> Vec<String> {
        world(|world| world.requests.clone())
    }

    /// Answers streams to `host:port`. The function is called with nothing when a stream is opened, for a greeting, and
    /// then with what is written, as often as it is; what it gives is what the plugin reads, and none ends the stream. It must not call the desk.
    pub fn answer_net(&self, target: &str, answer: impl FnMut(&[u8]) -> Option<Vec<u8>> + 'static) {
        world(|world| world.peers.insert(target.to_owned(), Peer::new(answer)));
    }

    /// Lets the next stream to `host:port` fail when it is opened.
    pub fn fail_net(&self, target: &str, trouble: Trouble) {
        world(|world| {
            world.peers.entry(target.to_owned()).or_insert_with(|| Peer::new(|_| None)).fail(trouble);
        });
    }

    /// Everything that was written to `host:port`; a login stands there as mechanism, user and slot.
    pub fn written(&self, target: &str) -> Vec<u8> {
        world(|world| world.peers.get(target).map(|peer| peer.heard.clone()).unwrap_or_default())
    }

    /// Whether the last stream to `host:port` speaks TLS.
    pub fn is_encrypted(&self, target: &str) -> bool {
        world(|world| world.peers.get(target).is_some_and(|peer| peer.encrypted))
    }

    /// The timers that are set: id, milliseconds, whether repeated.
    pub fn timers(&self) -> Vec<(String, u32, bool)> {
        world(|world| {
            world.timers.iter().map(|(id, (after, repeat))| (id.clone(), *after, *repeat)).collect()
        })
    }

    /// What was put with [`desk::proposals`](crate::desk::proposals), oldest first.
    pub fn proposals(&self) -> Vec<Item> {
        world(|world| world.proposals.clone())
    }

    /// What was pushed: topic and JSON.
    pub fn pushed(&self) -> Vec<(String, String)> {
        world(|world| world.pushed.clone())
    }

    /// The lines of the log.
    pub fn log(&self) -> Vec<String> {
        world(|world| world.log.clone())
    }

    /// What a counter stands at.
    pub fn count(&self, metric: &str) -> u32 {
        world(|world| world.counts.get(metric).copied().unwrap_or(0))
    }
}
