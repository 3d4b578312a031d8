//! What the desk knows and how it changes: types, ids, commands and events, and the pure functions
//! [`decide`](decide::decide), [`apply`](state) and [`route`](route::route).
//!
//! # Invariants
//!
//! - No technology: no clock, no randomness, no files, no network, no async runtime, no SQL and no
//!   window. Time and fresh ids are handed in with every [`Input`](input::Input).
//! - Synchronous, deterministic and total: the same state, input and time give the same events.
//! - Everything a person or a program may do to the desk is one closed enum, [`Command`](command::Command);
//!   everything that has happened is one closed enum, [`Payload`](event::Payload).
//! - Kinds of events and optional fields are only ever added, since journals outlive versions.

pub mod command;
pub mod conversation;
pub mod customer;
pub mod decide;
pub mod event;
pub mod field;
pub mod id;
pub mod input;
pub mod knowledge;
pub mod limits;
pub mod mention;
pub mod panel;
pub mod plugin;
pub mod port;
pub mod presence;
pub mod proposal;
pub mod quality;
pub mod route;
pub mod state;
pub mod ticket;
pub mod view;

pub use id::{
    AccountId, AgentId, ArticleId, ConversationId, CustomerId, EventId, FileId, FindingId, MessageId,
    PluginId, ProposalId, QuestionId, TicketId,
};
/// The one type for a moment: UTC, read from a clock only at the engine's edge.
pub use jiff::Timestamp;
