//! The journal and what is derived from it, on SQLite: the only place in the desk that knows SQL.
//!
//! # Invariants
//!
//! - The journal is the truth. Every projection can be dropped and rebuilt from it; events are never edited.
//! - An acknowledged write is on the disk: the write-ahead log is synced with every commit.
//! - What belongs together is one transaction: events, references to providers, the provider's cursor, the
//!   draft that became a reply, the outbox row and the raw item all change or none of them does.
//! - Beside the journal stand tables of their own that a rebuild does not touch: references to providers,
//!   cursors, drafts, raw inbound items, storage of plugins and settings.
//! - Synchronous. The engine calls it from a thread of its own. [`Files`] may be used from any thread.
//! - No clock and no randomness: moments, ids and keys are handed in.
//!
//! # Where things stand
//!
//! | module | what |
//! |---|---|
//! | `store`, `folder` | opening, the lock, transactions and groups of calls |
//! | `append`, `chain`, `codec`, `read` | the journal |
//! | `project`, `rebuild`, `verify`, `erase`, `export` | projections and care |
//! | `lookup`, `thread`, `outbox`, `search` | reading the projections |
//! | `draft`, `raw`, `kv`, `egress`, `setting`, `sealed`, `file` | what is kept beside the journal |

#![allow(
    clippy::cast_possible_wrap,
    reason = "SQLite counts in i64; positions, sizes and limits stay far below 2^63"
)]

mod append;
mod chain;
mod codec;
mod draft;
mod egress;
mod erase;
mod error;
mod export;
mod file;
mod folder;
mod kv;
mod lookup;
mod outbox;
mod project;
mod raw;
mod read;
mod rebuild;
mod record;
mod salvage;
mod sealed;
mod search;
mod setting;
mod store;
mod thread;
mod verify;

pub use error::{AppendError, FileError, KvError, OpenError, RawError, StorageError};
pub use file::Files;
pub use record::{
    Commit, DeliveryRecord, Draft, DraftKey, EraseReport, ExternalRef, FindingRecord, NewRaw, OutboxItem,
    Problem, RawId, RawItem, RawOutcome, RawState, RefKind, ThreadPage, VerifyReport,
};
pub use salvage::{SalvageError, SalvageReport};
pub use sealed::{FreshSeal, SECRETS_FILE, SECRETS_KEY_FILE, SlotName, TypedSecret};
pub use store::Store;

/// Largest event as JSON, in bytes: a message of the longest text in which every character needs escaping.
pub const EVENT_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Raw inbound items of one account, in bytes.
pub const RAW_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// How long a refused raw item is kept, in milliseconds.
pub const RAW_REJECTED_KEEP_MS: i64 = 24 * 60 * 60 * 1000;
/// Longest key of a plugin's storage, in bytes.
pub const KV_KEY_MAX_BYTES: usize = 512;
/// Most keys that one scan of a plugin's storage answers.
pub const KV_SCAN_MAX: usize = 1000;
/// Lines of the ledger kept for one plugin.
pub const EGRESS_PER_PLUGIN_MAX: usize = 5000;
/// How long a line of the ledger is kept, in milliseconds.
pub const EGRESS_KEEP_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// How long a file that no event names is kept, in milliseconds: it may be an attachment of a draft.
pub const FILE_UNUSED_KEEP_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Most problems that one verification lists.
pub const VERIFY_PROBLEMS_MAX: usize = 100;
