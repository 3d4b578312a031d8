//! Quality: scores conversations against a rubric, with evidence.

pub use crate::bindings::quality::exports::switchboard::plugin::quality::{
    Criterion, Finding, Mark, Scorecard, Severity, TextRange,
};
use crate::{
    Ctx, Plugin, Result,
    types::{Conversation, Message},
};

/// Checks contacts.
pub trait Quality: Plugin {
    /// What is checked.
    fn rubric(&mut self, ctx: &Ctx) -> Vec<Criterion>;

    /// Marks and findings for a conversation, which may still be going on.
    fn score(&mut self, ctx: &Ctx, conversation: &Conversation) -> Result<Scorecard>;
}

impl TextRange {
    /// A whole message.
    pub fn whole(message: &Message) -> Self {
        Self { message: message.id.clone(), first: 0, last: message.text.chars().count() as u32 }
    }

    /// The characters of these bytes of a message. The bytes must lie on character boundaries, as those of
    /// `str::find` do; others give the whole message.
    pub fn of_bytes(message: &Message, bytes: std::ops::Range<usize>) -> Self {
        let before = message.text.get(..bytes.start);
        let inside = message.text.get(bytes);
        let (Some(before), Some(inside)) = (before, inside) else { return Self::whole(message) };
        let first = before.chars().count() as u32;
        Self { message: message.id.clone(), first, last: first + inside.chars().count() as u32 }
    }
}
