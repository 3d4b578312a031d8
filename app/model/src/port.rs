//! The port between the window and the engine: read the newest immutable view, send a command, ask for a
//! page of something and poll for it. Never blocking and never async.

use std::sync::Arc;

use crate::{
    command::Command,
    id::{ArticleId, ConversationId, CustomerId, PluginId, QuestionId},
    knowledge::{Article, Hit, SearchQuery},
    plugin::{Egress, LogLine},
    ticket::Ticket,
    view::{CustomerCard, QueueRow, View},
};

/// What the window needs of the engine. Implemented by the engine, and by hand-made fixtures in tests.
pub trait Desk: Send + Sync {
    /// The newest view. Cheap: clones one pointer.
    fn view(&self) -> Arc<View>;

    /// Sends a command. When the queue is full the command comes back and nothing happened.
    fn send(&self, command: Command) -> Result<(), QueueFull>;

    /// Asks for something that does not belong into the view. Poll [`Desk::answer`] with the id.
    fn ask(&self, question: Question) -> Result<QuestionId, QueueFull>;

    /// The answer, once there is one; it is handed out once.
    fn answer(&self, id: QuestionId) -> Option<Answer>;
}

/// The engine has too much to do; the command was not taken.
#[derive(Debug, thiserror::Error)]
#[error("the desk is busy: {} commands are waiting", crate::limits::COMMAND_QUEUE_MAX)]
pub struct QueueFull;

/// A question of the window.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Search the knowledge base.
    Knowledge(SearchQuery),
    /// One article in the language given, or in the other one where it exists only there.
    Article(ArticleId, String),
    /// Every article, for the tree of the Knowledge place, without bodies.
    Articles(String),
    /// Find customers by a fragment of a name or handle.
    Customers(String),
    /// One customer's card.
    Customer(CustomerId),
    /// Closed and open conversations of one customer.
    History(CustomerId),
    /// Find conversations by words, newest first.
    Conversations(String),
    /// One page of tickets, newest first.
    Tickets {
        /// Only these, by number or words; empty for all.
        filter: String,
        /// How many to skip.
        offset: usize,
        /// How many to return.
        limit: usize,
    },
    /// The log of a plugin.
    PluginLog(PluginId),
    /// What a plugin sent, and what it was not allowed to.
    PluginEgress(PluginId),
    /// Bytes of a file for a preview or for saving.
    File(crate::id::FileId),
    /// The whole thread of a conversation as text, for copying.
    Transcript(ConversationId),
}

/// An answer to a [`Question`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Results of a search.
    Hits(Vec<Hit>),
    /// An article, if it exists.
    Article(Option<Arc<Article>>),
    /// Articles without bodies.
    Articles(Vec<Arc<Article>>),
    /// Customers found.
    Customers(Vec<Arc<CustomerCard>>),
    /// One customer, if known.
    Customer(Option<Arc<CustomerCard>>),
    /// Conversations found, as rows.
    Conversations(Vec<Arc<QueueRow>>),
    /// One page of tickets and how many there are in all.
    Tickets(Vec<Arc<Ticket>>, usize),
    /// Lines of a log, oldest first.
    Log(Vec<LogLine>),
    /// Lines of the ledger, newest first.
    Egress(Vec<Egress>),
    /// A file's bytes, if it exists.
    File(Option<crate::command::FileBytes>),
    /// A transcript.
    Text(String),
    /// It could not be answered; a code for the locales.
    Failed(String),
}
