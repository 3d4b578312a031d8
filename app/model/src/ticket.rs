//! Tickets, in their first form: type, values, stage and comments.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    field::Values,
    id::{AgentId, ConversationId, CustomerId, PluginId, TicketId},
};

/// One ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket's id.
    pub id: TicketId,
    /// Number people say aloud, such as `R-20931`.
    pub number: String,
    /// The plugin that describes its form.
    pub plugin: PluginId,
    /// Its type within that plugin, such as `repair`.
    pub kind: String,
    /// One line for lists.
    pub title: String,
    /// Whose it is.
    pub customer: CustomerId,
    /// Where it was opened from.
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    /// Who opened it.
    pub opened_by: AgentId,
    /// The form's values.
    pub values: Values,
    /// Where it stands.
    pub stage: Stage,
    /// Sequence number of its last event.
    pub sequence: u64,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// Comments, oldest first.
    #[serde(default)]
    pub comments: Vec<Comment>,
}

/// A comment on a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Who.
    pub agent: AgentId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Where a ticket stands, in its first form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Submitted.
    Open,
    /// Somebody works on it.
    InProgress,
    /// Waiting for the customer.
    WaitingForCustomer,
    /// Done.
    Done,
    /// Given up, with the reason in a comment.
    Cancelled,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::InProgress, Self::WaitingForCustomer, Self::Done, Self::Cancelled];

    /// Whether a ticket may move from this stage to the other.
    pub fn may_move_to(self, other: Self) -> bool {
        match self {
            Self::Open | Self::InProgress | Self::WaitingForCustomer => self != other,
            // A finished ticket can only be taken up again.
            Self::Done | Self::Cancelled => other == Self::InProgress,
        }
    }
}
