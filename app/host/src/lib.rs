//! Loads, limits, grants and calls plugins, on wasmtime.
//!
//! # For the engine
//!
//! ```text
//! let (events, mut inbox) = tokio::sync::mpsc::channel(1024);
//! let host = Host::new(&HostConfig { cache_folder, mode: RunMode::Live }, services, events)?;
//! host.load(Package::read(bytes)?, &grants)?;             // compiles behind
//! host.post(&lane, Request::Ingest(ingress), Tag(7))?;    // returns at once
//! // later: HostEvent::Replied { tag: Tag(7), result: Ok(Answer::Batch(..)), .. }
//! ```
//!
//! # Invariants
//!
//! - Nothing here blocks its caller: requests are posted to a bounded mailbox, answers come back as [`HostEvent`]s.
//!   Every accepted post gets exactly one answer.
//! - A lane is one instance for (plugin, role, account); a channel has two, receive and send, sharing storage and timers.
//! - A fault costs one instance, never the host or another lane: the store is dropped and started again after a pause;
//!   five faults in ten minutes put the plugin in quarantine.
//! - What the manifest asks for and a person granted is checked at every call, and a denial names the manifest line.
//! - WIT types stay in `convert`; what leaves it has been checked for size and sense.

mod bindings;
mod bundle;
mod cache;
mod call;
pub mod compiler;
mod contract;
mod convert;
mod egress;
mod error;
mod event;
mod exports;
mod guard;
mod host;
mod imports;
mod lane;
pub mod package;
mod plugin;
pub mod policy;
mod recorder;
mod runtime;
mod services;
mod signals;
mod state;

pub use bundle::{Bundle, Recorded};
pub use contract::{
    Action, Advice, Answer, Batch, Card, Contact, ContactEvent, Criterion, Delta, Fact, FindingDraft, Form,
    Incoming, Ingress, Item, LaneKey, Mark, Outgoing, Pairs, PanelEffect, Party, Place, ReceiptState, Remark,
    Request, Scorecard, SendOutcome, SentState, Signal, Submitted, Tag, Task, WebEvent, WebReply,
};
pub use error::{CallError, Failure, HostError, LoadError, PostError};
pub use event::HostEvent;
pub use guard::{Guard, Guards, Trial};
pub use host::{Host, HostConfig, PluginStatus, RunMode};
pub use package::Package;
pub use services::{HttpAsked, HttpScripted, KvSwap, Secret, ServiceFuture, Services, Urgency};
