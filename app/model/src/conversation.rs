//! Conversations: one thread with a customer on one channel, its messages and their delivery.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    id::{AccountId, AgentId, ConversationId, CustomerId, FileId, MessageId, TicketId},
    proposal::WrapUp,
};

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// In the queue: nobody has it.
    Waiting,
    /// An agent works on it.
    Assigned(AgentId),
    /// Set aside by an agent, perhaps until a moment; a new message brings it back.
    Parked {
        /// Whose it is.
        agent: AgentId,
        /// When it comes back by itself.
        until: Option<Timestamp>,
    },
    /// Finished.
    Closed,
}

/// The kind of channel a conversation runs over, which picks its icon and the agent's capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The account it came in on.
    pub account: AccountId,
    /// `chat`, `mail`, `phone`, `social`, ...
    pub kind: String,
    /// The account's name in lists.
    pub title: String,
}

/// A file on a message. Its bytes lie in the data folder under [`FileId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The bytes' name: their SHA-256.
    pub file: FileId,
    /// File name as sent, made safe for display.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// The customer, with the name the channel gave.
    Customer(String),
    /// An agent.
    Agent(AgentId),
    /// Somebody of the company from outside the desk, with the name the channel gave.
    Elsewhere(String),
}

/// One message as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Our id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// Plain text.
    pub text: String,
    /// Files.
    #[serde(default)]
    pub files: Vec<Attachment>,
    /// When: the desk's own clock.
    pub at: Timestamp,
    /// The provider's id, once known.
    #[serde(default)]
    pub remote_id: Option<String>,
}

/// How far an outgoing message has come: always the true state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Stored here and waiting for its turn.
    Queued,
    /// Handed to the channel's adapter.
    Sending,
    /// The provider asked to wait or could not be reached; tried again at the moment given.
    RetryAt(Timestamp),
    /// Accepted by the provider.
    Sent,
    /// Arrived at the customer's device.
    Delivered,
    /// Seen by the customer.
    Read,
    /// Refused; the text says why in the provider's words.
    Failed(String),
    /// Nobody can say whether it went out: the agent decides.
    Unknown,
    /// Taken back by the agent before it went out.
    Cancelled,
}

impl Delivery {
    /// Whether the message still waits for something to happen on this side.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::RetryAt(_))
    }

    /// Whether the agent has to look at it.
    pub fn needs_attention(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Unknown)
    }

    /// How far along a state is. A report never moves a message backwards.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Queued | Self::RetryAt(_) => 0,
            Self::Sending => 1,
            Self::Failed(_) | Self::Unknown | Self::Cancelled => 2,
            Self::Sent => 3,
            Self::Delivered => 4,
            Self::Read => 5,
        }
    }
}

/// The state of one conversation without its messages, which are paged from the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The conversation's id.
    pub id: ConversationId,
    /// Whose it is.
    pub customer: CustomerId,
    /// What it runs over.
    pub channel: Channel,
    /// The provider's name for the thread.
    pub thread: String,
    /// Subject, for channels that have one.
    #[serde(default)]
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// Higher is sooner; 0 is normal.
    #[serde(default)]
    pub priority: i32,
    /// Skill asked for, or empty.
    #[serde(default)]
    pub skill: String,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Sequence number of its last event.
    pub sequence: u64,
    /// Sequence number up to which the agent has seen it.
    #[serde(default)]
    pub seen: u64,
    /// Customer messages the agent has not seen.
    #[serde(default)]
    pub unread: u32,
    /// Since when the customer has been waiting for an answer.
    #[serde(default)]
    pub waiting_since: Option<Timestamp>,
    /// First line of the last message, for lists.
    #[serde(default)]
    pub preview: String,
    /// Whether the last message was the customer's.
    #[serde(default)]
    pub last_from_customer: bool,
    /// When something was last said.
    pub last_at: Timestamp,
    /// When it began.
    pub opened: Timestamp,
    /// Outgoing messages that are not final, oldest first.
    #[serde(default)]
    pub outbox: Vec<OutboxEntry>,
    /// Other threads with the same customer that belong to it.
    #[serde(default)]
    pub linked: Vec<ConversationId>,
    /// Tickets opened from it.
    #[serde(default)]
    pub tickets: Vec<TicketId>,
    /// Findings of quality checks on it.
    #[serde(default)]
    pub findings: u32,
    /// Note left by whoever transferred it, until the next agent has seen it.
    #[serde(default)]
    pub transfer_note: Option<String>,
    /// How it ended, once closed.
    #[serde(default)]
    pub wrap_up: Option<WrapUp>,
    /// What the channel says about the customer's side, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Colleagues that a note mentions and who have not seen it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentioned: Vec<AgentId>,
    /// Whether the customer's side has left since it last wrote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub customer_left: bool,
}

impl Conversation {
    /// The agent who has it, assigned or parked.
    pub fn agent(&self) -> Option<AgentId> {
        match self.status {
            Status::Assigned(agent) | Status::Parked { agent, .. } => Some(agent),
            Status::Waiting | Status::Closed => None,
        }
    }

    /// Whether it is finished.
    pub fn is_closed(&self) -> bool {
        self.status == Status::Closed
    }
}

/// One outgoing message that is not final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The message.
    pub message: MessageId,
    /// How far it has come.
    pub delivery: Delivery,
    /// Attempts so far.
    pub attempts: u32,
}
