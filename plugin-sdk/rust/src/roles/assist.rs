//! Assist: follows an open conversation and helps the agent with proposals, prompts and texts.

pub use crate::advice::{Change, Class, Fate, Item, Offer, Prompt, Proposal, Source, WrapUp};
pub use crate::bindings::assist::exports::switchboard::plugin::assist::{
    ContactEvent, Delta, Measure, Segment, Task,
};
use crate::{Ctx, Failure, Plugin, Result, types::Conversation};

/// Follows conversations.
pub trait Assist: Plugin {
    /// Sees every event of an open contact and answers with what should be shown, replaced or cleared.
    fn observe(&mut self, ctx: &Ctx, conversation: &str, event: ContactEvent) -> Result<Vec<Item>>;

    /// Begins a text that the agent asked for; the desk pulls it piece by piece.
    fn start(
        &mut self,
        ctx: &Ctx,
        task: Task,
        conversation: &Conversation,
        draft: &str,
        wish: &str,
    ) -> Result<Box<dyn Generation>> {
        let _ = (ctx, task, conversation, draft, wish);
        Err(Failure::Unsupported)
    }
}

/// A text that the desk pulls piece by piece; dropping it cancels.
pub trait Generation {
    /// The next piece, and [`Delta::Done`] at the end.
    fn next(&mut self, ctx: &Ctx) -> Result<Delta>;
}

/// A text that is there at once.
#[derive(Debug)]
pub struct Ready(std::vec::IntoIter<Delta>);

impl Ready {
    /// The whole text, then its sources.
    pub fn boxed(text: impl Into<String>, sources: Vec<Source>) -> Box<dyn Generation> {
        let mut deltas = vec![Delta::Text(text.into())];
        deltas.extend(sources.into_iter().map(Delta::Source));
        Box::new(Self(deltas.into_iter()))
    }
}

impl Generation for Ready {
    fn next(&mut self, _ctx: &Ctx) -> Result<Delta> {
        Ok(self.0.next().unwrap_or(Delta::Done))
    }
}
