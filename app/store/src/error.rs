//! What can go wrong, by operation. Each error says what happened and what was kept; after any of them the
//! store is as it was before the call.

use std::{io, path::PathBuf};

use model::{AccountId, event::StreamId};
use rusqlite::ErrorCode;
use uuid::Uuid;

use crate::record::{RawId, RefKind};

/// The disk or the database failed. Nothing of the call was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// The data folder cannot be written.
    #[error("the data folder cannot be written")]
    ReadOnly,
    /// The disk answered with an error.
    #[error("the disk answered with an error: {0}")]
    Io(String),
    /// Another program holds the database and did not let go in time.
    #[error("another program holds the database")]
    Busy,
    /// The database file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// An event or a row is there but does not say what it should.
    #[error("{table} row {row} cannot be read: {why}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The row: for the journal, the position.
        row: i64,
        /// Why.
        why: String,
    },
    /// Anything else the database said.
    #[error("the database said: {0}")]
    Database(String),
}

impl StorageError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full => "store-full",
            Self::ReadOnly => "store-read-only",
            Self::Io(_) => "store-io",
            Self::Busy => "store-busy",
            Self::Damaged(_) | Self::Unreadable { .. } => "store-damaged",
            Self::Database(_) => "store-database",
        }
    }

    #[allow(clippy::needless_pass_by_value, reason = "errors are handed over as they come")]
    pub(crate) fn unreadable(table: &'static str, row: i64, why: impl ToString) -> Self {
        Self::Unreadable { table, row, why: why.to_string() }
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// The data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another desk is running on the same data folder.
    #[error("{} is in use{}", folder.display(), pid.map_or_else(String::new, |pid| format!(" by process {pid}")))]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// The folder could not be made or protected.
    #[error("{} cannot be used: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The data was written by a newer version of the desk.
    #[error("{} was written by a newer version (schema {found}, this one knows {known})", folder.display())]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Schema version found.
        found: i64,
        /// Newest schema version this program knows.
        known: i64,
    },
    /// The database in the folder is damaged. It was not changed.
    #[error("the database in {} is damaged: {why}", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What was found.
        why: String,
    },
    /// The disk or the database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl OpenError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "store-in-use",
            Self::Folder { .. } => "store-folder",
            Self::Newer { .. } => "store-newer",
            Self::Damaged { .. } => "store-damaged",
            Self::Storage(error) => error.code(),
        }
    }
}

/// A commit was not stored. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody appended to the stream since the decision was made.
    #[error("stream {stream:?} is at {found}, not at {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// The sequence number that the decision rested on.
        expected: u64,
        /// The sequence number it has.
        found: u64,
    },
    /// The provider's key already stands for something else: the message, thread or sender is known.
    #[error("{kind:?} {key:?} is already known")]
    Duplicate {
        /// The account.
        account: AccountId,
        /// What the key names.
        kind: RefKind,
        /// The provider's key.
        key: String,
        /// What it stands for.
        existing: Uuid,
    },
    /// One event cannot be written down: it is of a kind that only a newer version knows.
    #[error("an event cannot be written: {0}")]
    Unwritable(String),
    /// One event is larger than the journal takes.
    #[error("an event of {bytes} bytes is larger than {limit}")]
    TooLarge {
        /// Its size as JSON.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The disk or the database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A raw inbound item was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RawError {
    /// The account's items that wait or were put aside fill its share.
    #[error("raw items of account {account} would take {bytes} bytes of {limit}")]
    QuotaFull {
        /// The account.
        account: AccountId,
        /// Bytes it would take.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// There is no such item.
    #[error("no raw item {0:?}")]
    Missing(RawId),
    /// The disk or the database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A value was not stored for a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The plugin's storage is full.
    #[error("the plugin's storage would take {bytes} bytes of {limit}")]
    QuotaFull {
        /// Bytes it would take.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The key is longer than the limit or empty.
    #[error("the key has {bytes} bytes; 1 to {limit} are allowed")]
    Key {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The disk or the database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A file was not stored or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is larger than allowed.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// The bytes are not those that were stored.
    #[error("the file was changed on the disk")]
    Changed,
    /// Reading what was to be stored failed.
    #[error("the source of the file failed: {0}")]
    Source(io::Error),
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
