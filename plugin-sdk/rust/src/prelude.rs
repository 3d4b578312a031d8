//! What nearly every plugin uses.

pub use crate::{
    Ctx, Failure, Plugin, Result, Settings,
    advice::{Change, Class, Fate, Item, Prompt, Proposal, Source},
    plugin,
    texts::Texts,
    types::{Conversation, Customer, Direction, Message, Pair, Party},
};
