//! What goes into the store and comes out of it, beside the model's own types.

use std::collections::HashMap;

use model::{
    AccountId, ConversationId, CustomerId, EventId, FindingId, MessageId, PluginId, ProposalId, TicketId,
    Timestamp,
    conversation::{Delivery, Message},
    event::{Event, NewEvent, StreamId},
    proposal::Proposal,
    quality::Finding,
};
use uuid::Uuid;

/// What belongs together and is stored as one transaction, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The moment, kept to the millisecond.
    pub at: Timestamp,
    /// Events in order, each with its fresh id.
    pub events: Vec<(EventId, NewEvent)>,
    /// Sequence numbers that the decision rested on (0 for a stream that must not exist yet). Streams that
    /// are not named are appended to wherever they stand.
    pub expected: Vec<(StreamId, u64)>,
    /// Provider's keys of what the commit creates or has learned.
    pub refs: Vec<ExternalRef>,
    /// The provider's cursor after this commit.
    pub cursor: Option<(AccountId, String)>,
    /// Drafts that became something.
    pub drafts_done: Vec<DraftKey>,
    /// Raw items that this commit settles.
    pub raw: Vec<(RawId, RawOutcome)>,
}

impl Commit {
    /// An empty commit at this moment.
    pub fn new(at: Timestamp) -> Self {
        Self { at, ..Self::default() }
    }
}

/// A provider's name for something of ours: unique for account, kind and key.
///
/// Storing the same name for the same thing again is no change; storing it for something else is
/// [`AppendError::Duplicate`](crate::AppendError::Duplicate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalRef {
    /// The account.
    pub account: AccountId,
    /// What the key names.
    pub kind: RefKind,
    /// The provider's key.
    pub key: String,
    /// Our id of it.
    pub id: Uuid,
}

/// What a provider's key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// A message, in either direction: [`MessageId`].
    Message,
    /// A thread: [`ConversationId`].
    Thread,
    /// A customer who writes: [`CustomerId`].
    Sender,
    /// A receipt or another notice that must count once; the id is the message's.
    Notice,
}

/// What a draft belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DraftKey {
    /// The composer of a conversation.
    Reply(ConversationId),
    /// The note to colleagues beside it.
    Note(ConversationId),
    /// The ticket form beside a conversation, for a type of a plugin.
    Form {
        /// The conversation.
        conversation: ConversationId,
        /// The plugin that describes the form.
        plugin: PluginId,
        /// The type within the plugin.
        kind: String,
    },
}

/// A draft as it was last saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it belongs to.
    pub key: DraftKey,
    /// The text; for a form its values as JSON.
    pub text: String,
    /// Counts up with every save.
    pub revision: u64,
    /// When it was saved.
    pub at: Timestamp,
}

/// A raw inbound item's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawId(pub i64);

/// A raw inbound item before it is handed to its plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRaw {
    /// The account it came in on.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// What is known about it (path, method, headers, ...), in a form of the caller's.
    pub meta: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A raw inbound item as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawItem {
    /// Its row.
    pub id: RawId,
    /// Where it stands.
    pub state: RawState,
    /// The item itself.
    pub item: NewRaw,
}

/// Where a raw item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawState {
    /// Waiting for its plugin.
    Pending,
    /// The plugin could not take it; kept until a person tries again or discards it.
    Dead(String),
    /// The plugin or the gateway refused it; kept for a day within the account's share.
    Rejected(String),
}

/// What became of a raw item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawOutcome {
    /// Taken; the row goes.
    Done,
    /// The plugin could not take it.
    Dead(String),
    /// Refused.
    Rejected(String),
}

/// How far an outgoing message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its state.
    pub delivery: Delivery,
    /// Attempts so far.
    pub attempts: u32,
    /// The provider's id, once known.
    pub remote_id: Option<String>,
}

/// One row of the outbox: what a channel has to send, or what an agent has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// The conversation.
    pub conversation: ConversationId,
    /// The account it goes out on.
    pub account: AccountId,
    /// The provider's name for the thread.
    pub thread: String,
    /// The message.
    pub message: Message,
    /// The idempotency key.
    pub key: String,
    /// Its state.
    pub delivery: Delivery,
    /// Attempts so far.
    pub attempts: u32,
}

/// One page of a timeline, with what later events said about its entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadPage {
    /// Events that the timeline shows, oldest first.
    pub events: Vec<Event>,
    /// States of outgoing messages on the page.
    pub deliveries: HashMap<MessageId, DeliveryRecord>,
    /// Messages on the page that the customer changed (the new text) or took back (nothing).
    pub edits: HashMap<MessageId, Option<String>>,
    /// Proposals whose settling is on the page.
    pub proposals: HashMap<ProposalId, Proposal>,
    /// Findings on the page that were answered: whether disputed.
    pub answers: HashMap<FindingId, bool>,
    /// Whether there are earlier entries.
    pub more_before: bool,
}

/// A finding and the agent's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRecord {
    /// The finding.
    pub finding: Finding,
    /// Whether it was disputed and in which words, once answered.
    pub answer: Option<(bool, String)>,
}

/// What [`Store::verify`](crate::Store::verify) found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events read.
    pub events: u64,
    /// Streams they belong to.
    pub streams: u64,
    /// Payloads that were erased at a person's wish.
    pub erased: u64,
    /// Hash of the last header, hexadecimal: whoever noted it before can tell that nothing was cut off.
    pub head: String,
    /// What is wrong, in order of position; at most [`VERIFY_PROBLEMS_MAX`](crate::VERIFY_PROBLEMS_MAX).
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// Whether everything is as it should be.
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
    }
}

/// One thing that is wrong with the data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The database file itself is damaged.
    #[error("the database file is damaged: {0}")]
    File(String),
    /// A position is missing.
    #[error("positions {from} to {to} are missing")]
    PositionGap {
        /// First missing.
        from: u64,
        /// Last missing.
        to: u64,
    },
    /// A sequence number is missing or comes twice.
    #[error("event {position} of {stream:?} has sequence {found} where {expected} was due")]
    SequenceGap {
        /// Position of the event.
        position: u64,
        /// The stream.
        stream: StreamId,
        /// The number due.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// A header was changed, or one before it was removed.
    #[error("the header of event {position} does not fit the chain")]
    Chain {
        /// Position of the event.
        position: u64,
    },
    /// A payload was changed.
    #[error("the payload of event {position} was changed")]
    Payload {
        /// Position of the event.
        position: u64,
    },
    /// A payload is gone without having been erased.
    #[error("the payload of event {position} is missing")]
    PayloadMissing {
        /// Position of the event.
        position: u64,
    },
    /// A payload or header cannot be read.
    #[error("event {position} cannot be read: {why}")]
    Unreadable {
        /// Position of the event.
        position: u64,
        /// Why.
        why: String,
    },
    /// A projection differs from what the journal says.
    #[error("table {table} differs from the journal: {rows} rows")]
    Projection {
        /// The table.
        table: &'static str,
        /// Rows that differ.
        rows: u64,
    },
    /// A file that an event names is missing or was changed.
    #[error("the file {file} of event {position} is missing")]
    FileMissing {
        /// Position of the event.
        position: u64,
        /// Its name.
        file: String,
    },
}

/// Whose personal data is to be erased, and what was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EraseReport {
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Payloads that were emptied.
    pub payloads: u64,
    /// Conversations they were in.
    pub conversations: Vec<ConversationId>,
    /// Tickets they were in.
    pub tickets: Vec<TicketId>,
    /// Raw items that named the customer and were deleted.
    pub raw_items: u64,
}
