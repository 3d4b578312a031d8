//! What an engine is started with.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use model::{
    AgentId, CustomerId, Timestamp,
    customer::Customer,
    knowledge::Article,
    presence::{AgentProfile, Presence},
    proposal::WrapUp,
    ticket::Ticket,
    view::Snippet,
};

/// What an engine is started with.
pub struct EngineConfig {
    /// The data folder; made where it does not exist.
    pub data: PathBuf,
    /// Plugin packages to load.
    pub packages: Vec<PluginFile>,
    /// The agent at this desk.
    pub me: AgentProfile,
    /// What trusted publishers of plugins are called, by their keys.
    pub publishers: BTreeMap<String, String>,
    /// Articles of the knowledge base.
    pub articles: Vec<Article>,
    /// Snippets for the composer.
    pub snippets: Vec<Snippet>,
    /// Where the gateway listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Language to begin with, BCP 47; the person's setting wins.
    pub language: String,
    /// A company to begin with, taken in on the first start of a data folder.
    pub seed: Option<Seed>,
    /// Called from the engine's thread whenever there is a new view. Must return at once.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// A plugin package on its way in.
#[derive(Clone, Debug)]
pub struct PluginFile {
    /// Where it came from, for messages.
    pub path: PathBuf,
    /// The package itself.
    pub bytes: Arc<[u8]>,
    /// Whether it comes with the desk: what it asks for is granted without asking.
    pub bundled: bool,
    /// The SHA-256 that was recorded when a person installed it. Another file is not loaded.
    pub pinned: Option<[u8; 32]>,
}

/// A company to begin with. It is taken in as ordinary inputs, so the journal tells it like any other past.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// Colleagues and how they are now.
    pub agents: Vec<(AgentProfile, Presence)>,
    /// Customers.
    pub customers: Vec<Customer>,
    /// Tickets of the past.
    pub tickets: Vec<Ticket>,
    /// Conversations, oldest first.
    pub threads: Vec<SeedThread>,
}

/// One conversation of a seed.
#[derive(Clone, Debug)]
pub struct SeedThread {
    /// Whose.
    pub customer: CustomerId,
    /// Kind of channel: `chat`, `mail`, ...
    pub kind: String,
    /// Name of the channel in lists.
    pub title: String,
    /// The provider's name for the thread.
    pub thread: String,
    /// Subject, or empty.
    pub subject: String,
    /// Skill asked for, or empty.
    pub skill: String,
    /// Labels.
    pub tags: Vec<String>,
    /// What was said, oldest first.
    pub entries: Vec<SeedEntry>,
    /// How it stands after that.
    pub state: SeedState,
}

/// One thing said in a seed.
#[derive(Clone, Debug)]
pub struct SeedEntry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: SeedAuthor,
    /// What.
    pub text: String,
}

/// Who said something in a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedAuthor {
    /// The customer.
    Customer,
    /// An agent to the customer.
    Agent(AgentId),
    /// An agent for colleagues.
    Note(AgentId),
}

/// How a conversation of a seed stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SeedState {
    /// In the queue.
    Waiting,
    /// An agent has it.
    Assigned(AgentId),
    /// An agent set it aside.
    Parked(AgentId, Option<Timestamp>),
    /// Finished by this agent.
    Closed(AgentId, WrapUp),
}
