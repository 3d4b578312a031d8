//! What the other roles get and give: cards, advice, scorecards, forms and panels.

use std::collections::BTreeMap;

use model::{
    ConversationId, CustomerId, MessageId, TicketId,
    conversation::Message,
    field::{AuthorText, Field, Values},
    panel::{Panel, Slot, Tone},
    proposal::{Change, PromptClass, Source},
    quality::{Evidence, Severity},
};
use serde::{Deserialize, Serialize};

use super::Contact;

/// A card of another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The plugin's id for it.
    pub id: String,
    /// `customer`, `order`, `device`, ...
    pub kind: String,
    /// Title.
    pub title: AuthorText,
    /// Second line, or empty.
    pub subtitle: AuthorText,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Where it can be opened, `https` only.
    pub link: Option<String>,
    /// What can be done with it.
    pub actions: Vec<Action>,
}

/// One fact of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: AuthorText,
    /// Its value.
    pub value: AuthorText,
    /// How it reads.
    pub tone: Tone,
}

/// One action of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The plugin's id for it.
    pub id: String,
    /// On the button.
    pub label: AuthorText,
    /// Whether to ask once more.
    pub danger: bool,
    /// What to ask for before.
    pub fields: Vec<Field>,
}

/// An event of an open conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ContactEvent {
    /// An agent opened it.
    Opened(Box<Contact>),
    /// A message came or went.
    Message(Box<Message>),
    /// A field of the ticket form changed.
    Field {
        /// The field.
        field: String,
        /// Its value.
        value: String,
    },
    /// What the agent has written so far, once the typing pauses.
    Draft(String),
    /// The agent is about to wrap up.
    Closing,
    /// It was closed.
    Closed,
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Task {
    Reply,
    Summarise,
    Rewrite,
    Offer,
    NextStep,
    WrapUp,
}

/// A part of what a plugin writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// What it rests on.
    Source(Source),
    /// A proposal or prompt.
    Advice(Box<Advice>),
}

/// What a plugin says to the agent. The engine mints the id and adds plugin and time.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// A change to accept, edit or dismiss.
    Proposal {
        /// The plugin's own key: a newer one with the same key replaces it.
        key: String,
        /// For which conversation.
        conversation: ConversationId,
        /// What should change.
        change: Change,
        /// 0 to 1.
        confidence: f32,
        /// Why.
        because: AuthorText,
        /// What it rests on.
        sources: Vec<Source>,
        /// How long it is useful, in milliseconds.
        expires_ms: Option<u32>,
    },
    /// A hint.
    Prompt {
        /// The plugin's own key.
        key: String,
        /// For which conversation.
        conversation: ConversationId,
        /// How urgent.
        class: PromptClass,
        /// In a few words.
        title: AuthorText,
        /// In a sentence.
        text: AuthorText,
        /// How long it is useful, in milliseconds.
        expires_ms: Option<u32>,
    },
    /// Takes a proposal or prompt back, by key.
    Clear(String),
}

/// One criterion of a rubric.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The plugin's id for it.
    pub id: String,
    /// Title.
    pub title: AuthorText,
    /// What is asked for.
    pub help: AuthorText,
    /// Weight in the total, 0 or more.
    pub weight: f32,
}

/// Marks and findings of one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scorecard {
    /// One for each criterion that was looked at.
    pub marks: Vec<Mark>,
    /// What was found.
    pub findings: Vec<FindingDraft>,
}

/// A mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The criterion.
    pub criterion: String,
    /// 0 to 1; none where the criterion does not apply.
    pub score: Option<f32>,
    /// Why.
    pub because: AuthorText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// A finding without what only the engine knows. Its score is the mark of its criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingDraft {
    /// The criterion.
    pub criterion: String,
    /// In a few words.
    pub title: AuthorText,
    /// How bad.
    pub severity: Severity,
    /// What was found.
    pub because: AuthorText,
    /// How it could have been said, or empty.
    pub advice: AuthorText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// A form a plugin has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The plugin's id for it.
    pub id: String,
    /// Title.
    pub title: AuthorText,
    /// One sentence, or empty.
    pub help: AuthorText,
}

/// Something wrong with one field, or with the form where `field` is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The field.
    pub field: String,
    /// What.
    pub text: AuthorText,
    /// Whether the form cannot be submitted with it.
    pub blocks: bool,
}

/// What the desk keeps as the ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// One line for lists.
    pub title: String,
    /// A few sentences.
    pub summary: String,
    /// The values, normalised.
    pub values: Values,
}

/// Where a panel stands and what it stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The place.
    pub slot: Slot,
    /// Beside this conversation.
    pub conversation: Option<ConversationId>,
    /// Beside this customer.
    pub customer: Option<CustomerId>,
    /// Beside this ticket.
    pub ticket: Option<TicketId>,
}

/// What a panel asks the desk to do.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelEffect {
    /// Draw this.
    Replace(Panel),
    /// Say this, for a moment.
    Notice {
        /// What.
        text: AuthorText,
        /// How it reads.
        tone: Tone,
    },
    /// Put this into the composer. Only after a click.
    DraftText(String),
    /// Open this address, `https` only. Only after a click.
    OpenUrl(String),
    /// Copy this. Only after a click.
    Copy(String),
}

/// Finds a message's length in characters, so that evidence can be checked against it.
pub(crate) fn message_lengths(contact: &Contact) -> BTreeMap<MessageId, u32> {
    contact
        .messages
        .iter()
        .map(|message| (message.id, u32::try_from(message.text.chars().count()).unwrap_or(u32::MAX)))
        .collect()
}
