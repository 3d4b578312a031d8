//! Lookup: finds customers, orders and devices in other systems.

pub use crate::bindings::lookup::exports::switchboard::plugin::lookup::{Action, Card, Fact, Tone};
use crate::{
    Ctx, Failure, Plugin, Result,
    types::{Customer, Pair},
};

/// Looks things up.
pub trait Lookup: Plugin {
    /// Cards about this customer, or for this query, best first.
    fn search(&mut self, ctx: &Ctx, who: Option<&Customer>, query: &str) -> Result<Vec<Card>>;

    /// Does what an action of a card says. The desk has asked the agent first; the same key means the same
    /// act.
    fn act(&mut self, ctx: &Ctx, card: &str, action: &str, args: &[Pair], key: &str) -> Result<Card> {
        let _ = (ctx, card, action, args, key);
        Err(Failure::Unsupported)
    }
}

impl Card {
    /// A card without facts yet. `kind` is `customer`, `order`, `device` or the like.
    pub fn new(id: impl Into<String>, kind: &str, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: kind.to_owned(),
            title: title.into(),
            subtitle: String::new(),
            facts: vec![],
            link: None,
            actions: vec![],
        }
    }

    /// The same with a second line.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// The same with one more fact; nothing where the value is empty.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, value: impl Into<String>, tone: Tone) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.facts.push(Fact { label: label.into(), value, tone });
        }
        self
    }
}
