//! Inputs: everything that reaches [`decide`](crate::decide::decide), with time and fresh ids handed in.

use uuid::Uuid;

use crate::{
    Timestamp,
    command::Command,
    conversation::{Attachment, Channel, Delivery},
    customer::Handle,
    event::Account,
    id::{AgentId, ConversationId, CustomerId, MessageId, PluginId, ProposalId, TicketId},
    plugin::{Capability, Fault},
    presence::AgentProfile,
    proposal::{Prompt, Proposal},
    quality::Finding,
    ticket::Ticket,
};

/// One thing that happened outside and has to be decided about.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A person asked for something.
    Command {
        /// Who.
        agent: AgentId,
        /// What.
        command: Box<Command>,
        /// A fresh id for whatever the command creates.
        fresh: Uuid,
    },
    /// A channel brought a message. Duplicates have been dropped by the store's `external_ref`.
    Received(Box<Received>),
    /// A channel, a receipt or the outbox reports about an outgoing message.
    Delivery {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
        /// Its state.
        delivery: Delivery,
        /// The provider's id, if now known.
        remote_id: Option<String>,
        /// Attempts so far.
        attempts: u32,
    },
    /// The customer changed a message.
    Edited {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
        /// The new text, or nothing when it was taken back.
        text: Option<String>,
    },
    /// The channel says something about the customer's side.
    FactsNoted {
        /// The conversation.
        conversation: ConversationId,
        /// What, by name.
        facts: std::collections::BTreeMap<String, String>,
    },
    /// The customer's side left or closed the thread.
    CustomerLeft {
        /// The conversation.
        conversation: ConversationId,
        /// Why, in the channel's words, or empty.
        reason: String,
    },
    /// The routing found an agent.
    Routed {
        /// The conversation.
        conversation: ConversationId,
        /// Who takes it.
        agent: AgentId,
    },
    /// A parked conversation's time has come.
    ParkEnded(ConversationId),
    /// A plugin proposes something.
    Proposed(Box<Proposal>),
    /// A proposal expired or its plugin took it back.
    ProposalExpired {
        /// The conversation.
        conversation: ConversationId,
        /// The proposal.
        proposal: ProposalId,
    },
    /// The arbiter shows a prompt.
    Prompted(Box<Prompt>),
    /// A quality check found something.
    Found(Box<Finding>),
    /// A form plugin accepted a ticket.
    TicketSubmitted {
        /// Who submitted it.
        agent: AgentId,
        /// The ticket.
        ticket: Box<Ticket>,
    },
    /// A plugin failed.
    Faulted(Fault),
    /// The host stopped a plugin.
    Quarantined(PluginId),
    /// A plugin's file was installed or changed.
    Installed {
        /// The plugin.
        plugin: PluginId,
        /// Semantic version.
        version: String,
        /// Serial of the release.
        serial: u32,
        /// SHA-256 of the file.
        sha256: String,
        /// The key of who signed it.
        publisher: Option<String>,
        /// What is granted with it, for plugins that come with the desk.
        granted: Vec<Capability>,
    },
    /// An account was made by the desk itself.
    AccountMade(Account),
    /// An agent was added by the desk itself.
    AgentAdded(AgentProfile),
    /// A customer was imported.
    CustomerImported(Box<crate::customer::Customer>),
    /// A ticket was imported.
    TicketImported(Box<Ticket>),
}

/// A message that a channel brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The conversation: known by the provider's thread, or fresh.
    pub conversation: ConversationId,
    /// The customer: known by the provider's sender, or fresh.
    pub customer: CustomerId,
    /// Fresh id of the message.
    pub message: MessageId,
    /// The plugin that brought it.
    pub plugin: PluginId,
    /// What it came over.
    pub channel: Channel,
    /// The provider's name for the thread.
    pub thread: String,
    /// Subject, or empty.
    pub subject: String,
    /// Name of the sender as the channel gives it.
    pub sender: String,
    /// Address of the sender.
    pub handle: Option<Handle>,
    /// Language the channel says the customer uses.
    pub language: Option<String>,
    /// The provider's id of the message.
    pub remote_id: String,
    /// Plain text.
    pub text: String,
    /// Files, already stored.
    pub files: Vec<Attachment>,
    /// Whether the customer is already known.
    pub customer_known: bool,
    /// Skill that the account asks for.
    pub skill: String,
    /// Whether the company wrote it, from outside the desk.
    pub from_us: bool,
}

/// A decision that was refused, with what to tell the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such conversation.
    #[error("no such conversation")]
    NoConversation,
    /// There is no such message waiting to be sent.
    #[error("no such message in the outbox")]
    NoMessage,
    /// There is no such ticket.
    #[error("no such ticket")]
    NoTicket(TicketId),
    /// There is no such agent.
    #[error("no such agent")]
    NoAgent,
    /// There is no such proposal any more.
    #[error("the proposal is gone")]
    NoProposal,
    /// The conversation is closed.
    #[error("the conversation is closed")]
    ConversationClosed,
    /// Another agent has it.
    #[error("another agent has the conversation")]
    NotYours,
    /// There is nothing to send.
    #[error("nothing to send")]
    Empty,
    /// The text is longer than the limit.
    #[error("{what} is longer than {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit, in the unit that the constant names.
        limit: usize,
    },
    /// Too many of something.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The ticket cannot move to that stage from where it is.
    #[error("the ticket cannot move there")]
    StageOrder,
    /// A setting is missing or has a value that does not fit its field.
    #[error("the setting {field} does not fit")]
    Setting {
        /// The field.
        field: String,
        /// `field-required`, `field-invalid` or `field-unknown`.
        code: &'static str,
    },
    /// There is no such plugin that could be configured, or it has no accounts.
    #[error("the plugin has nothing of the kind")]
    NotConfigurable,
    /// The moment lies in the past.
    #[error("the moment lies in the past")]
    InThePast(Timestamp),
}

impl Refusal {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConversation => "no-conversation",
            Self::NoMessage => "no-message",
            Self::NoTicket(_) => "no-ticket",
            Self::NoAgent => "no-agent",
            Self::NoProposal => "no-proposal",
            Self::ConversationClosed => "conversation-closed",
            Self::NotYours => "not-yours",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::TooMany { .. } => "too-many",
            Self::StageOrder => "stage-order",
            Self::Setting { .. } => "setting",
            Self::NotConfigurable => "not-configurable",
            Self::InThePast(_) => "in-the-past",
        }
    }
}
