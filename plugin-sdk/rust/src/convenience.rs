//! Small constructors and questions on the contract's own types.

use std::fmt;

use crate::{
    advice::{Change, Class, Item, Prompt, Proposal, Source, WrapUp},
    forms::Value,
    types::{Conversation, Customer, Direction, Handle, Message, Pair, Party},
};

impl Pair {
    /// A name and a value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Party {
    /// Somebody with an id and a name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), handle: String::new(), avatar: None }
    }
}

impl Message {
    /// Whether the customer wrote it.
    pub fn is_inbound(&self) -> bool {
        self.dir == Direction::Inbound
    }

    /// Whether the customer was sent it.
    pub fn is_outbound(&self) -> bool {
        self.dir == Direction::Outbound
    }
}

impl Conversation {
    /// What the customer wrote, oldest first.
    pub fn inbound(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| message.is_inbound())
    }

    /// What the customer was sent, oldest first.
    pub fn outbound(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| message.is_outbound())
    }
}

impl Customer {
    /// The first handle of this kind, such as `phone` or `mail`.
    pub fn handle(&self, kind: &str) -> Option<&Handle> {
        self.handles.iter().find(|handle| handle.kind == kind)
    }

    /// An attribute by name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str())
    }
}

impl Source {
    /// An article of the knowledge base and the words a proposal rests on.
    pub fn article(id: &str, title: impl Into<String>, quote: impl Into<String>) -> Self {
        Self { title: title.into(), uri: format!("article:{id}"), quote: quote.into() }
    }

    /// A message of the conversation and the words a proposal rests on.
    pub fn message(id: &str, title: impl Into<String>, quote: impl Into<String>) -> Self {
        Self { title: title.into(), uri: format!("message:{id}"), quote: quote.into() }
    }
}

impl Proposal {
    /// A change for a conversation, not sure at all and without a reason yet.
    pub fn new(id: impl Into<String>, conversation: &str, change: Change) -> Self {
        Self {
            id: id.into(),
            conversation: conversation.to_owned(),
            change,
            confidence: 0.0,
            because: String::new(),
            sources: vec![],
            expires_ms: None,
        }
    }

    /// A reply to send.
    pub fn reply(id: impl Into<String>, conversation: &str, text: impl Into<String>) -> Self {
        Self::new(id, conversation, Change::Reply(text.into()))
    }

    /// A next step in a process.
    pub fn next_step(id: impl Into<String>, conversation: &str, text: impl Into<String>) -> Self {
        Self::new(id, conversation, Change::NextStep(text.into()))
    }

    /// Values for the ticket form that is open.
    pub fn fields(id: impl Into<String>, conversation: &str, values: Vec<Value>) -> Self {
        Self::new(id, conversation, Change::Fields(values))
    }

    /// A way to close the contact.
    pub fn wrap_up(id: impl Into<String>, conversation: &str, wrap_up: WrapUp) -> Self {
        Self::new(id, conversation, Change::WrapUp(wrap_up))
    }

    /// The same with how sure the plugin is, brought into 0 to 1.
    #[must_use]
    pub fn confidence(mut self, confidence: f32) -> Self {
        self.confidence = if confidence.is_finite() { confidence.clamp(0.0, 1.0) } else { 0.0 };
        self
    }

    /// The same with the reason, in a sentence.
    #[must_use]
    pub fn because(mut self, because: impl Into<String>) -> Self {
        self.because = because.into();
        self
    }

    /// The same resting on one more source.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// The same, of use for so many milliseconds only.
    #[must_use]
    pub fn expires_ms(mut self, expires_ms: u32) -> Self {
        self.expires_ms = Some(expires_ms);
        self
    }
}

impl Prompt {
    /// A hint for the agent.
    pub fn new(
        id: impl Into<String>,
        conversation: &str,
        class: Class,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            conversation: conversation.to_owned(),
            class,
            title: title.into(),
            text: text.into(),
            expires_ms: None,
        }
    }
}

impl From<Proposal> for Item {
    fn from(proposal: Proposal) -> Self {
        Self::Proposal(proposal)
    }
}

impl From<Prompt> for Item {
    fn from(prompt: Prompt) -> Self {
        Self::Prompt(prompt)
    }
}

impl Change {
    /// The text of a reply, where it is one.
    pub fn as_reply(&self) -> Option<&str> {
        match self {
            Self::Reply(text) => Some(text),
            _ => None,
        }
    }
}

impl crate::Failure {
    /// Something the caller gave is wrong.
    pub fn invalid(what: impl fmt::Display) -> Self {
        Self::Invalid(what.to_string())
    }

    /// Something in the plugin went wrong.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_stays_in_its_range() {
        for (given, kept) in [(0.5, 0.5), (1.7, 1.0), (-3.0, 0.0), (f32::NAN, 0.0)] {
            let proposal = Proposal::reply("r", "c", "text").confidence(given);
            assert!((proposal.confidence - kept).abs() < f32::EPSILON, "{given}");
        }
    }
}
