//! An engine's core on a folder of its own, with a host that has no plugins: tests say what they would have answered.

use std::{
    collections::BTreeSet,
    sync::{Arc, mpsc::Receiver},
};

use arc_swap::ArcSwap;
use gateway::PushHub;
use host::{Batch, Host, HostConfig, Incoming, Item, LaneKey, Party, RunMode};
use knowledge::Knowledge;
use model::{
    AccountId, AgentId, ConversationId, PluginId, Timestamp, event::Account, field::Values, input::Input,
    presence::AgentProfile, view::View,
};
use store::Store;

use crate::{
    core::{Core, Outside},
    job::Job,
    questions::Answers,
    services::{EngineServices, Facts},
};

pub(crate) const ME: AgentId = AgentId::from_u128(7);
pub(crate) const ACCOUNT: AccountId = AccountId::from_u128(0xacc);

/// A core, its store and what keeps both alive.
pub(crate) struct Trial {
    pub core: Core,
    pub store: Store,
    _jobs: Receiver<Job>,
    _io: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Trial {
    /// A desk with one agent, who is ready, and one account of a channel.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (jobs, queue) = std::sync::mpsc::sync_channel(64);
        let (events, _inbox) = tokio::sync::mpsc::channel(64);
        let (knowledge, _) = Knowledge::open(folder.path(), Vec::new).unwrap();
        let (knowledge, facts) = (Arc::new(knowledge), Arc::new(Facts::default()));
        let language = Arc::new(ArcSwap::from_pointee("en".to_owned()));
        let services = EngineServices {
            jobs: jobs.clone(),
            knowledge: Arc::clone(&knowledge),
            language: Arc::clone(&language),
            hub: PushHub::new(),
            files: store.files(),
            facts: Arc::clone(&facts),
        };
        let config = HostConfig { cache_folder: folder.path().join("cache"), mode: RunMode::Live };
        let outside = Outside {
            host: Arc::new(Host::new(&config, Arc::new(services), events).unwrap()),
            knowledge,
            published: Arc::new(ArcSwap::from_pointee(View::empty(ME, Timestamp::UNIX_EPOCH))),
            wake: Arc::new(|| {}),
            answers: Arc::new(Answers::default()),
            language,
            jobs,
            io: io.handle().clone(),
            facts,
        };
        let core = Core::new(ME, store.directory().unwrap(), outside);
        let mut trial = Self { core, store, _jobs: queue, _io: io, _folder: folder };
        trial.begin();
        trial
    }

    fn begin(&mut self) {
        let profile = AgentProfile {
            id: ME,
            name: "Lin".to_owned(),
            public_name: None,
            skills: BTreeSet::new(),
            capacity: [("chat".to_owned(), 9)].into(),
        };
        let account = Account {
            id: ACCOUNT,
            plugin: PluginId::new("channel"),
            kind: "chat".to_owned(),
            title: "Shop".to_owned(),
            slug: "shop".to_owned(),
            settings: Values::new(),
            skill: String::new(),
            paused: false,
        };
        for input in [Input::AgentAdded(profile), Input::AccountMade(account)] {
            self.core.input(&mut self.store, &input).unwrap();
        }
        self.settle();
    }

    /// What the channel's plugin brings.
    pub fn bring(&mut self, items: Vec<Item>) {
        let batch = Batch { items, ..Batch::default() };
        let lane = lane();
        self.core.timer_batch(&mut self.store, &lane, batch);
        self.settle();
    }

    /// Works off what follows, and publishes.
    pub fn settle(&mut self) {
        self.core.react(&mut self.store);
        self.core.publish();
    }

    /// What the window sees.
    pub fn view(&self) -> Arc<View> {
        self.core.outside.published.load_full()
    }

    /// The only conversation.
    pub fn conversation(&self) -> ConversationId {
        let mut all = self.core.directory.conversations.keys();
        let id = *all.next().unwrap();
        assert_eq!(all.next(), None);
        id
    }
}

/// The lane of the account.
pub(crate) fn lane() -> LaneKey {
    crate::ingest::lane(&PluginId::new("channel"), ACCOUNT)
}

/// A message in the thread `t-1`.
pub(crate) fn message(remote_id: &str, text: &str, from_us: bool) -> Item {
    let sender = if from_us { ("owner", "Shop owner") } else { ("c-1", "Ms Wang") };
    Item::Message(Box::new(Incoming {
        remote_id: remote_id.to_owned(),
        thread: "t-1".to_owned(),
        subject: None,
        at: Timestamp::UNIX_EPOCH,
        from_us,
        sender: Party { id: sender.0.to_owned(), name: sender.1.to_owned(), handle: String::new() },
        text: text.to_owned(),
        html: None,
        files: Vec::new(),
        in_reply_to: None,
    }))
}
