//! The view: what the window draws, immutable and published whole by the engine. Everything in it is
//! behind an `Arc`, so that a new view costs a few pointers, and holds visible pages only, never the world.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Timestamp,
    conversation::{Attachment, Channel, Delivery, Status},
    customer::Customer,
    event::Account,
    field::{AuthorText, Field, Values},
    id::{AccountId, AgentId, ConversationId, CustomerId, MessageId, PluginId, TicketId},
    panel::{Panel, Slot},
    plugin::{Capability, Fault, Manifest, PackageOrigin, PluginSignals, PluginState},
    presence::{AgentProfile, PresenceSince},
    proposal::{Prompt, Proposal, Settled, WrapUp},
    quality::Finding,
    ticket::Ticket,
};

/// Everything the window draws.
#[derive(Clone, Debug)]
pub struct View {
    /// Counts up with every change.
    pub revision: u64,
    /// The engine's clock when it was published. The window lets its own clocks run on from here.
    pub now: Timestamp,
    /// The agent at this desk.
    pub me: AgentId,
    /// Everybody who works here, by id.
    pub agents: Arc<BTreeMap<AgentId, AgentRow>>,
    /// Open conversations, in the order the queue shows them.
    pub queue: Arc<Vec<Arc<QueueRow>>>,
    /// Conversations being shown, by id.
    pub threads: Arc<BTreeMap<ConversationId, Arc<Thread>>>,
    /// Tickets touched lately, newest first; older ones are asked for in pages.
    pub tickets: Arc<Vec<Arc<Ticket>>>,
    /// Types of ticket that can be opened.
    pub ticket_types: Arc<Vec<TicketType>>,
    /// Plugins, by name.
    pub plugins: Arc<Vec<Arc<PluginRow>>>,
    /// Channel accounts.
    pub accounts: Arc<Vec<Arc<AccountRow>>>,
    /// Outgoing messages that are not through, over all conversations.
    pub outbox: Arc<OutboxSummary>,
    /// Things to tell the person, newest last.
    pub notices: Arc<Vec<Notice>>,
    /// Snippets for `/` in the composer.
    pub snippets: Arc<Vec<Snippet>>,
    /// The person's settings, by name.
    pub settings: Arc<BTreeMap<String, String>>,
    /// How the day is going.
    pub figures: Figures,
    /// Whether the store writes, the gateway listens, and so on.
    pub health: Health,
}

impl View {
    /// A view of a desk where nothing has happened yet, for starting up and for tests.
    pub fn empty(me: AgentId, now: Timestamp) -> Self {
        Self {
            revision: 0,
            now,
            me,
            agents: Arc::default(),
            queue: Arc::default(),
            threads: Arc::default(),
            tickets: Arc::default(),
            ticket_types: Arc::default(),
            plugins: Arc::default(),
            accounts: Arc::default(),
            outbox: Arc::default(),
            notices: Arc::default(),
            snippets: Arc::default(),
            settings: Arc::default(),
            figures: Figures::default(),
            health: Health::default(),
        }
    }
}

/// One agent in lists.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRow {
    /// Who.
    pub profile: AgentProfile,
    /// Presence and since when.
    pub presence: PresenceSince,
    /// Conversations assigned now.
    pub load: u32,
}

/// One conversation in the queue.
#[allow(clippy::struct_excessive_bools, reason = "each is a mark of its own on the row")]
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Which.
    pub id: ConversationId,
    /// Whose.
    pub customer: CustomerId,
    /// Name of the customer.
    pub name: String,
    /// What it runs over.
    pub channel: Channel,
    /// Subject, or empty.
    pub subject: String,
    /// First line of the last message.
    pub preview: String,
    /// Where it stands.
    pub status: Status,
    /// Customer messages not seen.
    pub unread: u32,
    /// Since when the customer has been waiting for an answer.
    pub waiting_since: Option<Timestamp>,
    /// When something was last said.
    pub last_at: Timestamp,
    /// Whether the last message was the customer's.
    pub last_from_customer: bool,
    /// Higher is sooner.
    pub priority: i32,
    /// Labels of the conversation.
    pub tags: Vec<String>,
    /// Loyalty tier of the customer, or empty.
    pub tier: String,
    /// Whether something in its outbox needs the agent.
    pub send_trouble: bool,
    /// Whether there is a draft.
    pub has_draft: bool,
    /// Whether the customer is typing now.
    pub typing: bool,
    /// Whether a note mentions this agent, who has not seen it.
    pub mentioned: bool,
    /// Whether the customer's side has left since it last wrote.
    pub customer_left: bool,
}

/// One conversation being shown.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its row.
    pub row: Arc<QueueRow>,
    /// Entries of the timeline, oldest first.
    pub entries: Arc<Vec<Arc<Entry>>>,
    /// Whether there are earlier entries to ask for.
    pub more_before: bool,
    /// Sequence number of the last event. The draft is armed for sending against it.
    pub sequence: u64,
    /// Whether the desk has proved that it has everything up to `sequence`.
    pub complete: bool,
    /// The draft as stored, to begin with; the window's own text is the truth while it is open.
    pub draft: String,
    /// The same for the note to colleagues.
    pub note_draft: String,
    /// The customer.
    pub customer: Arc<CustomerCard>,
    /// Open proposals, best first.
    pub proposals: Arc<Vec<Arc<Proposal>>>,
    /// The prompt that the arbiter lets through now.
    pub prompt: Option<Arc<Prompt>>,
    /// Knowledge that belongs to what the customer asks, best first, and the words it was found by.
    pub knowledge: Arc<KnowledgeStrip>,
    /// The ticket form that is open beside it.
    pub form: Option<Arc<Form>>,
    /// Panels of plugins beside it.
    pub panels: Arc<Vec<Arc<PanelView>>>,
    /// Files stored for the next reply.
    pub uploads: Arc<Vec<Upload>>,
    /// What the channel can do.
    pub abilities: ChannelAbilities,
    /// How it ended, once closed, or a proposed ending.
    pub wrap_up: Option<WrapUp>,
    /// Note left by whoever transferred it.
    pub transfer_note: Option<String>,
}

/// What a channel can do; the composer obeys and explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelAbilities {
    /// Longest text, in characters; 0 for the desk's own limit.
    pub text_max_chars: u32,
    /// Whether files can be sent.
    pub attachments: bool,
    /// Whether receipts come back.
    pub receipts: bool,
}

/// A file stored for the next reply, or on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// The stored file, or the code of an error.
    pub result: Result<Attachment, String>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Sequence number of its event.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EntryKind,
}

/// What an entry of a timeline is.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryKind {
    /// The customer wrote.
    FromCustomer {
        /// Which message.
        message: MessageId,
        /// Name as the channel gives it.
        name: String,
        /// Text.
        text: String,
        /// Files.
        files: Vec<Attachment>,
        /// Whether the customer changed it later.
        edited: bool,
    },
    /// The customer took a message back.
    Redacted {
        /// Which message.
        message: MessageId,
    },
    /// An agent wrote to the customer.
    FromAgent {
        /// Which message.
        message: MessageId,
        /// Who.
        agent: AgentId,
        /// Text.
        text: String,
        /// Files.
        files: Vec<Attachment>,
        /// How far it has come.
        delivery: Delivery,
    },
    /// The company wrote to the customer from outside the desk.
    FromElsewhere {
        /// Which message.
        message: MessageId,
        /// Name as the channel gives it, or empty.
        name: String,
        /// Text.
        text: String,
        /// Files.
        files: Vec<Attachment>,
    },
    /// The channel says something about the customer's side, by name.
    Facts(BTreeMap<String, String>),
    /// The customer's side left, for this reason in the channel's words or none.
    CustomerLeft(String),
    /// An agent wrote for colleagues.
    Note {
        /// Which message.
        message: MessageId,
        /// Who.
        agent: AgentId,
        /// Text.
        text: String,
    },
    /// It was opened over this channel.
    Opened(Channel),
    /// An agent got it.
    Assigned(AgentId),
    /// It went back to the queue.
    Unassigned,
    /// It was handed over.
    Transferred {
        /// To whom, by name, or nothing for the queue.
        to: Option<AgentId>,
        /// The note.
        note: String,
    },
    /// It was set aside.
    Parked(Option<Timestamp>),
    /// It came back.
    Resumed,
    /// It was finished.
    Closed(WrapUp),
    /// It was taken up again.
    Reopened,
    /// A quality check found something.
    Finding {
        /// The finding.
        finding: Box<Finding>,
        /// The agent's answer: whether it was disputed.
        answered: Option<bool>,
    },
    /// A prompt was shown.
    Prompt(Box<Prompt>),
    /// A proposal and what became of it.
    Proposal {
        /// The proposal.
        proposal: Box<Proposal>,
        /// What became of it.
        settled: Settled,
    },
    /// A ticket was opened from it.
    Ticket {
        /// Which.
        ticket: TicketId,
        /// Its number.
        number: String,
        /// Its title.
        title: String,
    },
    /// Another thread of the same customer was linked.
    Linked(ConversationId),
}

/// A customer together with what a card shows.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerCard {
    /// The customer.
    pub customer: Customer,
    /// Personal data that this agent has revealed: `phone`, `address`, ...
    pub revealed: Vec<String>,
    /// Conversations before this one.
    pub conversations: u32,
    /// Tickets.
    pub tickets: Vec<Arc<Ticket>>,
    /// Cards from lookup plugins.
    pub lookups: Vec<Arc<LookupCard>>,
    /// What the channel says about the customer's side in this conversation, by name.
    pub facts: BTreeMap<String, String>,
}

/// What a lookup plugin found in another system.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupCard {
    /// Who says so.
    pub plugin: PluginId,
    /// Its title.
    pub title: AuthorText,
    /// Facts as label and value.
    pub rows: Vec<(AuthorText, AuthorText)>,
    /// Where to see more.
    pub link: Option<String>,
    /// When it was fetched.
    pub at: Timestamp,
    /// Whether a newer answer could not be had.
    pub stale: bool,
}

/// Knowledge shown beside a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnowledgeStrip {
    /// What was searched for.
    pub query: String,
    /// What was found.
    pub hits: Vec<crate::knowledge::Hit>,
}

/// A ticket form that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The plugin that describes it.
    pub plugin: PluginId,
    /// Type within the plugin.
    pub kind: String,
    /// Title of the type.
    pub title: AuthorText,
    /// Fields, in order.
    pub fields: Vec<Field>,
    /// Values with their origin.
    pub values: Values,
    /// Complaints, by field; the empty field is the form as a whole. Codes of the desk or texts of the plugin.
    pub errors: BTreeMap<String, AuthorText>,
    /// Where it stands.
    pub state: FormState,
}

/// Where a form stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormState {
    /// Waiting for the plugin to describe it.
    Loading,
    /// Being filled in.
    Editing,
    /// On its way.
    Submitting,
    /// The plugin failed; what was typed is kept. The code of an error.
    Failed(String),
    /// Submitted as this ticket.
    Submitted(TicketId, String),
}

/// A type of ticket that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketType {
    /// The plugin that describes it.
    pub plugin: PluginId,
    /// Name within the plugin.
    pub kind: String,
    /// Title in menus.
    pub title: AuthorText,
}

/// A panel of a plugin as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelView {
    /// Whose.
    pub plugin: PluginId,
    /// Where.
    pub slot: Slot,
    /// Its title.
    pub title: AuthorText,
    /// Its content: the last good one.
    pub panel: Arc<Panel>,
    /// Whether the plugin does not answer, so that the content may be old.
    pub stale: bool,
}

/// A plugin in lists.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginRow {
    /// What it says of itself.
    pub manifest: Arc<Manifest>,
    /// Who vouches for it.
    pub origin: PackageOrigin,
    /// Whether it runs.
    pub state: PluginState,
    /// What a person granted.
    pub granted: Vec<Capability>,
    /// Values of everything the manifest lets a company set about the plugin as a whole, defaults included; empty
    /// where accounts have the settings, see [`Manifest::is_configured_by_account`].
    pub settings: Values,
    /// How the slots stand that a person fills: for the plugin as a whole, and for each account of it.
    pub secrets: Vec<SecretRow>,
    /// What the host counted.
    pub signals: PluginSignals,
    /// Latest faults, newest first.
    pub faults: Vec<Fault>,
    /// Proposals made, accepted (also after changes) and dismissed.
    pub proposals: ProposalCounts,
    /// Its own texts, by language tag and key.
    pub texts: Arc<BTreeMap<String, BTreeMap<String, String>>>,
}

/// How one secret slot stands. What is in it is nowhere in the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRow {
    /// Of this account; otherwise of the plugin as a whole.
    pub account: Option<AccountId>,
    /// The slot.
    pub slot: String,
    /// How it stands.
    pub state: SecretState,
}

/// Whether a secret was typed and can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// Nobody has typed it.
    Missing,
    /// It was typed then.
    Set(Timestamp),
    /// It was typed and cannot be opened any more: the key file is another one or is gone.
    Unreadable,
    /// It was typed when the manifest sent it to another place; it is not used there before it is typed again.
    Moved,
}

/// How a plugin's proposals were received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fates of proposals")]
pub struct ProposalCounts {
    pub made: u64,
    pub accepted: u64,
    pub edited: u64,
    pub dismissed: u64,
    pub expired: u64,
}

/// A channel account in lists.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountRow {
    /// The account.
    pub account: Account,
    /// Its address for customers, such as the page with the web-chat widget.
    pub public_url: Option<String>,
    /// Whether the channel works; the code of an error where it does not.
    pub trouble: Option<String>,
    /// Inbound items put aside because the plugin could not take them.
    pub dead_letters: u32,
}

/// Outgoing messages that are not through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutboxSummary {
    /// On their way.
    pub waiting: u32,
    /// Refused or unknown: the agent has to look.
    pub trouble: Vec<OutboxRow>,
}

/// One outgoing message that needs the agent.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// The conversation.
    pub conversation: ConversationId,
    /// Name of the customer.
    pub name: String,
    /// The message.
    pub message: MessageId,
    /// Its first line.
    pub preview: String,
    /// Its state.
    pub delivery: Delivery,
}

/// Something to tell the person: a refusal, a fault, a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts up, so that the window shows each once.
    pub number: u64,
    /// How bad.
    pub level: NoticeLevel,
    /// Code for the locales: `error-CODE-what`, `-kept`, `-do`.
    pub code: String,
    /// Arguments by name.
    pub arguments: Vec<(String, String)>,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// When.
    pub at: Timestamp,
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum NoticeLevel {
    Info,
    Success,
    Warning,
    Error,
}

/// A snippet for `/` in the composer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// What is typed after the slash: letters, pinyin initials or Chinese.
    pub keys: Vec<String>,
    /// Title, by language tag.
    pub title: BTreeMap<String, String>,
    /// Text with variables such as `{customer.name}`, by language tag.
    pub text: BTreeMap<String, String>,
}

/// How the day is going.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Conversations waiting in the queue.
    pub waiting: u32,
    /// Longest wait in the queue, in seconds.
    pub longest_wait_s: u64,
    /// Conversations this agent closed today.
    pub closed_today: u32,
    /// Median time to the first answer today, in seconds.
    pub first_answer_median_s: Option<u64>,
}

/// Whether the parts of the desk work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The journal cannot be written; the code of an error.
    pub store_trouble: Option<String>,
    /// Address the gateway listens on.
    pub gateway: Option<String>,
    /// The gateway does not listen; the code of an error.
    pub gateway_trouble: Option<String>,
    /// Simulated customers are writing.
    pub demo: bool,
}
