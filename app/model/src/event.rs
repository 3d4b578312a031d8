//! Events: everything that has happened, never edited. A header (ids, stream, sequence, time, actor) and a
//! payload kept apart, so that a payload can be erased while the chain of headers still verifies.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    conversation::{Attachment, Channel, Delivery, Message},
    customer::{Customer, Device, Handle},
    field::Values,
    id::{
        AccountId, AgentId, ConversationId, CustomerId, EventId, MessageId, PluginId, ProposalId, TicketId,
    },
    plugin::{Capability, Fault},
    presence::{AgentProfile, Presence},
    proposal::{Prompt, Proposal, Settled, WrapUp},
    quality::Finding,
    ticket::{Stage, Ticket},
};

/// What a sequence of events is about. Each stream counts from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamId {
    /// One conversation.
    Conversation(ConversationId),
    /// One customer.
    Customer(CustomerId),
    /// One ticket.
    Ticket(TicketId),
    /// One agent.
    Agent(AgentId),
    /// One plugin.
    Plugin(PluginId),
    /// The desk itself: accounts, settings that matter to the record, dead letters.
    Desk,
}

/// Who made something happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A human at a desk.
    Agent(AgentId),
    /// The customer, through a channel.
    Customer,
    /// A plugin.
    Plugin(PluginId),
    /// The desk by itself: routing, timers, recovery.
    Desk,
}

/// One event as the journal has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The event's id.
    pub id: EventId,
    /// What it is about.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub sequence: u64,
    /// Its place in the whole journal, from 1.
    pub position: u64,
    /// When, by the desk's clock.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub payload: Payload,
}

/// An event that [`decide`](crate::decide::decide) asks to be appended.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// What it is about.
    pub stream: StreamId,
    /// Who.
    pub actor: Actor,
    /// What.
    pub payload: Payload,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    // Conversations.
    /// A customer started a thread.
    ConversationOpened {
        /// Whose it is.
        customer: CustomerId,
        /// What it runs over.
        channel: Channel,
        /// The provider's name for the thread.
        thread: String,
        /// Subject, or empty.
        subject: String,
        /// Skill asked for, or empty.
        skill: String,
        /// Higher is sooner.
        priority: i32,
    },
    /// A customer wrote.
    MessageReceived(Message),
    /// An agent's reply was stored for sending. `key` is the idempotency key.
    ReplyQueued {
        /// The reply.
        message: Message,
        /// Sent with every attempt; a provider that knows it sends once.
        key: String,
    },
    /// How far an outgoing message has come.
    DeliveryChanged {
        /// The message.
        message: MessageId,
        /// Its state.
        delivery: Delivery,
        /// The provider's id, once known.
        remote_id: Option<String>,
        /// Attempts so far.
        attempts: u32,
    },
    /// An agent wrote something for colleagues only.
    NoteAdded(Message),
    /// The customer changed a message after sending it.
    MessageEdited {
        /// The message.
        message: MessageId,
        /// Its new text.
        text: String,
    },
    /// The customer took a message back.
    MessageRedacted {
        /// The message.
        message: MessageId,
    },
    /// An agent got it, by routing or by hand.
    Assigned {
        /// Who.
        agent: AgentId,
    },
    /// It went back to the queue.
    Unassigned,
    /// An agent handed it over.
    Transferred {
        /// To a colleague, or to the queue with a skill.
        to: TransferTarget,
        /// What the next agent should know.
        note: String,
    },
    /// An agent set it aside.
    Parked {
        /// When it comes back by itself.
        until: Option<Timestamp>,
    },
    /// It came back.
    Resumed,
    /// It was finished.
    Closed(WrapUp),
    /// It was taken up again.
    Reopened,
    /// The agent has seen it up to this sequence number.
    Seen {
        /// Sequence number of the last event seen.
        up_to: u64,
    },
    /// A label was added.
    TagAdded(String),
    /// A label was removed.
    TagRemoved(String),
    /// A plugin proposed something.
    ProposalMade(Proposal),
    /// A proposal was decided, or expired.
    ProposalSettled {
        /// Which.
        proposal: ProposalId,
        /// Who made it.
        plugin: PluginId,
        /// What became of it.
        settled: Settled,
    },
    /// A prompt was shown to the agent.
    PromptShown(Prompt),
    /// A quality check found something.
    FindingRaised(Finding),
    /// The agent answered a finding.
    FindingAnswered {
        /// Which.
        finding: crate::id::FindingId,
        /// Whether the agent disputes it.
        disputed: bool,
        /// The agent's words.
        words: String,
    },
    /// Another thread with the same customer belongs to it.
    Linked(ConversationId),
    /// A ticket was opened from it.
    TicketLinked(TicketId),
    /// The company wrote from somewhere else, such as the owner's telephone: nothing is sent for it.
    SentElsewhere(Message),
    /// The channel says something about the customer's side, such as the page they look at; by name.
    FactsNoted(std::collections::BTreeMap<String, String>),
    /// A note mentions these colleagues; it is the event before.
    Mentioned {
        /// Whom.
        agents: Vec<AgentId>,
    },
    /// The customer's side left or closed the thread.
    CustomerLeft {
        /// Why, in the channel's words, or empty.
        reason: String,
    },

    // Customers.
    /// The desk heard of somebody for the first time, or imported somebody.
    CustomerCreated(Customer),
    /// Name and form of address were set.
    CustomerNamed {
        /// Name.
        name: String,
        /// Form of address.
        title: String,
    },
    /// An address was added.
    HandleAdded(Handle),
    /// A label was added to the customer.
    CustomerTagged(String),
    /// A label was removed from the customer.
    CustomerUntagged(String),
    /// A device was added or its facts changed; the serial number, else the model, says which.
    DeviceRecorded(Device),
    /// An agent looked at personal data in clear.
    PersonalDataRevealed {
        /// Which: `phone`, `address`, ...
        what: String,
    },

    // Tickets.
    /// A ticket was submitted.
    TicketOpened(Ticket),
    /// Its stage changed.
    TicketMoved(Stage),
    /// Values changed.
    TicketChanged(Values),
    /// Somebody commented.
    TicketCommented(String),

    // Agents.
    /// An agent was added or the profile changed.
    AgentProfiled(AgentProfile),
    /// An agent's presence changed.
    PresenceChanged(Presence),

    // Plugins.
    /// A version was installed.
    PluginInstalled {
        /// Semantic version.
        version: String,
        /// Serial of the release.
        serial: u32,
        /// SHA-256 of the file, hexadecimal.
        sha256: String,
        /// The key of who signed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publisher: Option<String>,
    },
    /// A person granted what it asked for.
    PluginGranted(Vec<Capability>),
    /// A person stopped it.
    PluginPaused,
    /// A person started it again.
    PluginResumed,
    /// The host stopped it after too many faults.
    PluginQuarantined,
    /// It failed.
    PluginFaulted(Fault),
    /// It was removed.
    PluginRemoved,
    /// A person set what can be configured about it as a whole.
    PluginConfigured(Values),

    // The desk.
    /// A channel account was added or changed.
    AccountSet(Account),
    /// A channel account was removed.
    AccountRemoved(AccountId),
    /// An inbound item that a channel plugin could not take was put aside.
    DeadLettered {
        /// The account it came in on.
        account: AccountId,
        /// Row of the raw item in the store.
        raw: i64,
        /// Why.
        because: String,
    },
    /// A kind this version does not know; the store keeps it as it is.
    #[serde(skip)]
    Unknown {
        /// The kind's name.
        kind: String,
    },
}

/// One configured account of a channel plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// The plugin that serves it.
    pub plugin: PluginId,
    /// `chat`, `mail`, ...
    pub kind: String,
    /// Name in lists.
    pub title: String,
    /// Short name in web addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Values of the plugin's settings for it.
    #[serde(default)]
    pub settings: Values,
    /// Skill that conversations on it ask for, or empty.
    #[serde(default)]
    pub skill: String,
    /// Whether it is switched off.
    #[serde(default)]
    pub paused: bool,
}

/// To whom a conversation is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferTarget {
    /// One colleague.
    Agent(AgentId),
    /// Whoever is next with this skill; empty for anybody.
    Queue(String),
}

impl Payload {
    /// The text and files of a payload that carries a message.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::MessageReceived(message)
            | Self::ReplyQueued { message, .. }
            | Self::NoteAdded(message)
            | Self::SentElsewhere(message) => Some(message),
            _ => None,
        }
    }

    /// The files a payload refers to, which the store must keep.
    pub fn files(&self) -> &[Attachment] {
        self.message().map_or(&[], |message| &message.files)
    }
}
