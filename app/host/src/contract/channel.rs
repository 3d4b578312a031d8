//! What channels get and give.

use model::{Timestamp, conversation::Attachment};
use serde::{Deserialize, Serialize};

use super::Pairs;

/// What a channel gets; the caller has kept it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ingress {
    /// A web request below the plugin's path.
    Web(WebEvent),
    /// Raw bytes of a connection.
    Wire(Vec<u8>),
    /// Time to ask the provider, with the cursor of the last batch.
    Poll(Option<String>),
    /// A timer the plugin set. Posted by the host itself.
    Timer(String),
}

/// A web request for a channel. Method `SUBSCRIBE` asks whether a client may attach to a push stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebEvent {
    /// Path below the plugin's own, without the query.
    pub path: String,
    /// In capitals.
    pub method: String,
    /// Query, decoded.
    pub query: Pairs,
    /// Headers, names in lower case.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// The client's address as the desk saw it.
    pub client: String,
}

/// Answer to a web request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebReply {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// Headers; hop-by-hop ones are left out.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// For `SUBSCRIBE` with status 200: the topic to attach the stream to.
    pub topic: Option<String>,
}

/// Somebody on a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The provider's id within the account.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address as people write it.
    pub handle: String,
}

/// What a channel made of one ingress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Items, in order.
    pub items: Vec<Item>,
    /// Kept with the items in one commit.
    pub cursor: Option<String>,
    /// When to poll again; none to wait.
    pub poll_again_ms: Option<u32>,
    /// Answer to a web request, sent after the commit.
    pub reply: Option<WebReply>,
}

/// One item of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A message.
    Message(Box<Incoming>),
    /// A message was changed by its sender.
    Edit {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
        /// New text.
        text: String,
    },
    /// A message was taken back by its sender.
    Redaction {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
    },
    /// How far one of our messages has come.
    Receipt {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// How far.
        state: ReceiptState,
        /// When.
        at: Timestamp,
        /// The provider's words, for failures.
        reason: String,
    },
    /// Somebody types or stopped typing.
    Typing {
        /// The provider's name for the thread.
        thread: String,
        /// Who.
        who: Party,
        /// Whether they type now.
        active: bool,
    },
    /// What is known of somebody, such as the page they look at.
    Facts {
        /// The provider's name for the thread.
        thread: String,
        /// Who.
        who: Party,
        /// Names and values.
        facts: Pairs,
    },
    /// The customer's side closed the thread.
    Closed {
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// A message that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The provider's id, unique in the account.
    pub remote_id: String,
    /// The provider's name for the thread.
    pub thread: String,
    /// Subject, on channels that have one.
    pub subject: Option<String>,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// Whether the owner of the account sent it from elsewhere.
    pub from_us: bool,
    /// Who wrote it.
    pub sender: Party,
    /// Plain text.
    pub text: String,
    /// HTML as sent, not made safe.
    pub html: Option<String>,
    /// Files, kept before through `blobs.put`.
    pub files: Vec<Attachment>,
    /// The provider's id of the message it answers.
    pub in_reply_to: Option<String>,
}

/// How far a message has come, as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum ReceiptState {
    Delivered,
    Read,
    Failed,
}

/// A message to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// The same key means the same message.
    pub key: String,
    /// The provider's name for the thread.
    pub thread: String,
    /// Who gets it, where the thread alone does not say.
    pub recipients: Vec<Party>,
    /// The agent, by the name customers may see.
    pub sender: Party,
    /// Subject, on channels that have one.
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// HTML, on channels that take it.
    pub html: Option<String>,
    /// Files.
    pub files: Vec<Attachment>,
    /// The provider's id of the message it answers.
    pub in_reply_to: Option<String>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Accepted, with the provider's id.
    Sent(String),
    /// Try again after so many milliseconds.
    RetryAfterMs(u32),
    /// Refused, with the provider's words.
    Rejected(String),
    /// Nobody can say.
    Unknown,
}

/// What was found out about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentState {
    /// It went out, with the provider's id.
    WasSent(String),
    /// It did not.
    NotSent,
    /// Nobody can say.
    CannotTell,
}

/// What the customer's side is told without keeping it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// The agent types, or stopped.
    Typing(bool),
    /// The agent has read up to this remote id.
    Seen(String),
    /// An agent took the conversation.
    Joined(Party),
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
}
