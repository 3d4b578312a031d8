//! Channel: turns a provider's bytes into messages and back.

pub use crate::bindings::channel::exports::switchboard::plugin::channel::{
    Batch, Closed, Edit, Facts, Feature, Incoming, Ingress, Item, MessageLimits, Outcome, Outgoing,
    OutgoingSignal, Receipt, ReceiptState, Redaction, SentState, Template, Typing, WebEvent, WebReply,
};
pub use crate::types::{BlobRef, Direction, Party};
use crate::{Ctx, Failure, Plugin, Result};

/// Brings messages in and out.
pub trait Channel: Plugin {
    /// What the provider can do.
    fn features(&self) -> Feature;

    /// What one outgoing message may hold.
    fn limits(&self) -> MessageLimits;

    /// Turns something raw into messages, receipts and the like. The desk has it in its journal already and
    /// may bring it again, so the same raw item must give the same remote ids.
    fn ingest(&mut self, ctx: &Ctx, raw: Ingress) -> Result<Batch>;

    /// Hands a message to the provider. The same key means the same message.
    fn send(&mut self, ctx: &Ctx, message: Outgoing) -> Outcome;

    /// Finds out what became of a message whose fate is not known.
    fn reconcile(&mut self, ctx: &Ctx, key: &str) -> SentState {
        let _ = (ctx, key);
        SentState::CannotTell
    }

    /// Something the customer's side may show, such as that the agent is typing.
    fn signal(&mut self, ctx: &Ctx, thread: &str, signal: OutgoingSignal) -> Result<()> {
        let _ = (ctx, thread, signal);
        Ok(())
    }
}

impl Batch {
    /// Nothing, and nothing to poll for.
    pub fn empty() -> Self {
        Self { items: vec![], cursor: None, poll_again_ms: None, reply: None }
    }

    /// These items.
    pub fn of(items: impl IntoIterator<Item = Item>) -> Self {
        Self { items: items.into_iter().collect(), ..Self::empty() }
    }

    /// Nothing but an answer to a web request.
    pub fn reply(reply: WebReply) -> Self {
        Self { reply: Some(reply), ..Self::empty() }
    }

    /// The same with an answer to a web request, sent after the items are kept.
    #[must_use]
    pub fn with_reply(self, reply: WebReply) -> Self {
        Self { reply: Some(reply), ..self }
    }

    /// The same with the place to go on from, kept with the items in one commit.
    #[must_use]
    pub fn with_cursor(self, cursor: impl Into<String>) -> Self {
        Self { cursor: Some(cursor.into()), ..self }
    }

    /// The same, asking to be polled again after so many milliseconds.
    #[must_use]
    pub fn poll_again(self, after_ms: u32) -> Self {
        Self { poll_again_ms: Some(after_ms), ..self }
    }
}

impl From<Incoming> for Item {
    fn from(message: Incoming) -> Self {
        Self::Message(message)
    }
}

impl From<Receipt> for Item {
    fn from(receipt: Receipt) -> Self {
        Self::Receipt(receipt)
    }
}

impl Incoming {
    /// A plain text from the customer.
    pub fn text(
        remote_id: impl Into<String>,
        thread: impl Into<String>,
        at_ms: u64,
        sender: Party,
        text: impl Into<String>,
    ) -> Self {
        Self {
            remote_id: remote_id.into(),
            thread: thread.into(),
            subject: None,
            at_ms,
            dir: Direction::Inbound,
            sender,
            text: text.into(),
            html: None,
            files: vec![],
            in_reply_to: None,
        }
    }
}

impl WebEvent {
    /// A header by name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.as_str())
    }

    /// A value of the query string by name, decoded by the desk.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str())
    }

    /// The body, read as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Failure::Invalid(error.to_string()))
    }
}

impl WebReply {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: vec![], body: vec![], topic: None }
    }

    /// An answer with a text of this media type.
    pub fn text(status: u16, mime: &str, body: impl Into<String>) -> Self {
        Self { body: body.into().into_bytes(), ..Self::status(status) }.header("content-type", mime)
    }

    /// An answer as JSON.
    pub fn json<T: serde::Serialize>(status: u16, value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(|error| Failure::Internal(error.to_string()))?;
        Ok(Self { body, ..Self::status(status) }.header("content-type", "application/json"))
    }

    /// Admits a `SUBSCRIBE`: the client is attached to the topic.
    pub fn admit(topic: impl Into<String>) -> Self {
        Self { topic: Some(topic.into()), ..Self::status(200) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(crate::types::Pair::new(name, value));
        self
    }
}
