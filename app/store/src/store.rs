//! Opening the data folder, and transactions.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::File,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    time::Duration,
};

use model::{AccountId, PluginId};
use rusqlite::{Connection, OpenFlags};

use crate::{
    append::{Heads, Names},
    error::{AppendError, KvError, OpenError, RawError, StorageError},
    file::Files,
    folder,
    project::Projector,
};

pub const DATABASE_FILE: &str = "desk.sqlite";
/// The schema that this program reads and writes.
const SCHEMA_VERSION: i64 = 3;
/// What makes an empty database one of this version.
const SCHEMA: [&str; 3] =
    [include_str!("schema.sql"), include_str!("egress.sql"), include_str!("projections.sql")];
/// Schema changes in order: the script at index `n` leads from version `n + 1` to `n + 2`.
const MIGRATIONS: [&str; SCHEMA_VERSION as usize - 1] =
    [include_str!("plugin_state.sql"), include_str!("egress.sql")];
/// How long another program that reads the database (a backup) is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept compiled.
const STATEMENTS_CACHED: usize = 256;
/// Events at the end of the journal whose hashes are checked when it is opened.
const TAIL_CHECKED_EVENTS: i64 = 256;
/// Identifies the file to other programs: the letters `SWBD`.
const APPLICATION_ID: i64 = 0x5357_4244;

/// The data folder of one desk, opened by this process alone.
#[derive(Debug)]
pub struct Store {
    pub(crate) folder: PathBuf,
    pub(crate) db: Connection,
    pub(crate) heads: Heads,
    /// States of conversations are written once for each transaction, or before something reads them.
    pub(crate) projector: RefCell<Projector>,
    pub(crate) names: RefCell<Names>,
    pub(crate) files: Files,
    /// Bytes of raw items by account, counted at the first need.
    pub(crate) raw_bytes: Option<HashMap<AccountId, u64>>,
    /// Bytes stored by plugins, each counted at the first need.
    pub(crate) kv_bytes: HashMap<PluginId, u64>,
    transaction: Transaction,
    // Held until the store is dropped; the last field, so that the database is closed before.
    _lock: File,
}

/// Whether a transaction is under way, and what failed in it.
#[derive(Debug, Default)]
struct Transaction {
    is_open: bool,
    failure: Option<StorageError>,
}

impl Store {
    /// Opens or creates the data folder: takes its lock, brings the schema up to date and checks the end of the
    /// journal.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let lock = folder::take(folder)?;
        let files = Files::open_folder(folder)
            .map_err(|cause| OpenError::Folder { folder: folder.to_owned(), cause })?;
        let damaged = |error| match error {
            StorageError::Damaged(why) => OpenError::Damaged { folder: folder.to_owned(), why },
            StorageError::Unreadable { .. } => {
                OpenError::Damaged { folder: folder.to_owned(), why: error.to_string() }
            }
            other => OpenError::Storage(other),
        };
        let db = connect(&folder.join(DATABASE_FILE)).map_err(damaged)?;
        let found = schema_version(&db).map_err(damaged)?;
        if found > SCHEMA_VERSION {
            return Err(OpenError::Newer { folder: folder.to_owned(), found, known: SCHEMA_VERSION });
        }
        migrate(&db, found).map_err(damaged)?;
        let mut store = Self {
            folder: folder.to_owned(),
            db,
            heads: Heads::default(),
            projector: RefCell::default(),
            names: RefCell::default(),
            files,
            raw_bytes: None,
            kv_bytes: HashMap::new(),
            transaction: Transaction::default(),
            _lock: lock,
        };
        store.check_tail().map_err(damaged)?;
        Ok(store)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Attachments and recordings; the handle can be cloned and used from any thread.
    pub fn files(&self) -> Files {
        self.files.clone()
    }

    /// Runs several calls as one durable transaction: one sync of the disk for all of them. Each call inside may be
    /// refused alone; a failure of the storage undoes all of them and is returned here.
    pub fn group<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, StorageError> {
        if self.transaction.is_open {
            return Ok(work(self));
        }
        self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.transaction = Transaction { is_open: true, failure: None };
        let answer = panic::catch_unwind(AssertUnwindSafe(|| work(self)));
        self.transaction.is_open = false;
        let answer = match answer {
            Ok(answer) => answer,
            Err(cause) => {
                // Whoever catches the panic finds the store as it was before.
                self.undo();
                panic::resume_unwind(cause)
            }
        };
        let committed = match self.transaction.failure.take() {
            Some(failure) => Err(failure),
            None => self.settle().and_then(|()| self.commit()),
        };
        match committed {
            Ok(()) => Ok(answer),
            Err(failure) => {
                self.undo();
                Err(failure)
            }
        }
    }

    /// Runs one writing call, in the transaction under way or in one of its own.
    ///
    /// What a call refuses it must refuse before it writes: within a group nothing else is undone.
    pub(crate) fn write<T, E: Failure>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.transaction.is_open {
            return self.group(|store| store.write(work))?;
        }
        if let Some(failure) = &self.transaction.failure {
            return Err(failure.clone().into());
        }
        let result = work(self);
        if let Err(error) = &result {
            self.transaction.failure = error.storage().cloned();
        }
        result
    }

    /// Writes what the projections hold back, for a reader of conversations and before the end of a transaction.
    pub(crate) fn settle(&self) -> Result<(), StorageError> {
        self.projector.borrow_mut().flush(&self.db)
    }

    fn commit(&mut self) -> Result<(), StorageError> {
        self.db.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// Goes back to what is on the disk, in the database and in memory.
    fn undo(&mut self) {
        if !self.db.is_autocommit() {
            // Where even this fails the connection is beyond use, and every later call says so.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        self.projector.get_mut().forget();
        self.raw_bytes = None;
        self.kv_bytes.clear();
        self.heads.forget();
        self.names.get_mut().forget();
    }

    fn check_tail(&mut self) -> Result<(), StorageError> {
        let first = (self.heads.end(&self.db)?.position - TAIL_CHECKED_EVENTS).max(0);
        let mut before = crate::append::chain_at(&self.db, first)?;
        let mut due = first + 1;
        crate::read::rows(&self.db, first, i64::MAX, &mut |row| {
            if row.header.position != due || row.header.chain(&before) != row.chain {
                return Err(StorageError::Damaged(format!(
                    "the journal does not hold together at event {due}"
                )));
            }
            if !row.has_its_payload() {
                return Err(StorageError::Damaged(format!("the payload of event {due} was changed")));
            }
            before = row.chain;
            due += 1;
            Ok(())
        })
    }
}

/// An error of a writing call that may come from the storage.
pub trait Failure: From<StorageError> {
    /// The storage's part in it.
    fn storage(&self) -> Option<&StorageError>;
}

impl Failure for StorageError {
    fn storage(&self) -> Option<&StorageError> {
        Some(self)
    }
}

macro_rules! failures {
    ($($error:ident),*) => {$(
        impl Failure for $error {
            fn storage(&self) -> Option<&StorageError> {
                match self {
                    Self::Storage(error) => Some(error),
                    _ => None,
                }
            }
        }
    )*};
}

failures!(AppendError, KvError, RawError);

fn connect(path: &Path) -> Result<Connection, StorageError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // The first statement that reads the file: a file that is no database is found here.
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cache_size", -16 * 1024)?;
    db.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    folder::protect_file(path)?;
    Ok(db)
}

fn schema_version(db: &Connection) -> Result<i64, StorageError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Each step is a transaction of its own, so that an interrupted start goes on where it stopped.
fn migrate(db: &Connection, found: i64) -> Result<(), StorageError> {
    if found == 0 {
        return migrate_step(db, &SCHEMA, SCHEMA_VERSION);
    }
    for (version, script) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version >= found) {
        migrate_step(db, &[script], version + 1)?;
    }
    Ok(())
}

fn migrate_step(db: &Connection, scripts: &[&str], version: i64) -> Result<(), StorageError> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let done = scripts.iter().try_for_each(|script| db.execute_batch(script)).and_then(|()| {
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        db.pragma_update(None, "user_version", version)?;
        db.execute_batch("COMMIT")
    });
    if let Err(error) = done {
        if !db.is_autocommit() {
            db.execute_batch("ROLLBACK")?;
        }
        return Err(error.into());
    }
    Ok(())
}

/// A database of its own with empty projections, in a file that the system deletes by itself.
pub fn scratch() -> Result<Connection, StorageError> {
    let db = Connection::open("")?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    db.pragma_update(None, "synchronous", "OFF")?;
    db.execute_batch(include_str!("projections.sql"))?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let db = connect(&folder.path().join(DATABASE_FILE)).unwrap();
        db.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
        drop(db);
        let error = Store::open(folder.path()).unwrap_err();
        assert!(matches!(error, OpenError::Newer { found, known, .. } if found == known + 1), "{error}");
    }

    #[test]
    fn a_database_of_version_1_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let db = connect(&folder.path().join(DATABASE_FILE)).unwrap();
        db.execute_batch(
            "DROP TABLE plugin;
             CREATE TABLE plugin (
                 name TEXT PRIMARY KEY, version TEXT NOT NULL, serial INTEGER NOT NULL, sha256 TEXT NOT NULL,
                 granted TEXT NOT NULL, paused INTEGER NOT NULL, quarantined INTEGER NOT NULL
             ) STRICT, WITHOUT ROWID;
             PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(db);
        let mut store = Store::open(folder.path()).unwrap();
        let plugin = PluginId::new("hints");
        let event = |payload| model::event::NewEvent {
            stream: model::event::StreamId::Plugin(plugin.clone()),
            actor: model::event::Actor::Desk,
            payload,
        };
        let installed = r#"{"plugin-installed":{"version":"1.2.0","serial":3,"sha256":"ab"}}"#;
        let installed = serde_json::from_str(installed).unwrap();
        let granted = model::event::Payload::PluginGranted(vec![
            model::plugin::Capability::Kv,
            model::plugin::Capability::Http("a.example:443".to_owned()),
        ]);
        let events = [installed, granted, model::event::Payload::PluginPaused];
        for (id, payload) in (1..).zip(events) {
            let events = vec![(model::EventId::from_u128(id), event(payload))];
            store.append(crate::Commit { events, ..crate::Commit::default() }).unwrap();
        }
        let wanted = store.directory().unwrap().plugins;
        // The same plugin as version 1 had it.
        store
            .db
            .execute_batch(
                "DROP TABLE plugin;
                 CREATE TABLE plugin (
                     name TEXT PRIMARY KEY, version TEXT NOT NULL, serial INTEGER NOT NULL, sha256 TEXT NOT NULL,
                     granted TEXT NOT NULL, paused INTEGER NOT NULL, quarantined INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID;
                 INSERT INTO plugin VALUES ('hints', '1.2.0', 3, 'ab', '[\"kv\",{\"http\":\"a.example:443\"}]', 1, 0);
                 PRAGMA user_version = 1;",
            )
            .unwrap();
        drop(store);
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(store.directory().unwrap().plugins, wanted);
        assert!(store.verify().unwrap().holds(), "what was brought over is what a rebuild makes");
    }

    #[test]
    fn the_lock_names_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(folder::holder(folder.path()), Some(std::process::id()));
        let text = Store::open(folder.path()).unwrap_err().to_string();
        assert!(text.contains(&std::process::id().to_string()), "{text}");
        drop(store);
        drop(Store::open(folder.path()).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("数据 folder");
        let store = Store::open(&folder).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(DATABASE_FILE)), 0o600);
        drop(store);
    }

    #[test]
    fn a_moment_survives_to_the_millisecond() {
        let at: model::Timestamp = "2026-11-24T09:41:07.123456789Z".parse().unwrap();
        assert_eq!(crate::codec::moment(crate::codec::millis(at)).to_string(), "2026-11-24T09:41:07.123Z");
    }

    fn note(id: u128, text: &str) -> crate::Commit {
        let event = model::event::NewEvent {
            stream: model::event::StreamId::Desk,
            actor: model::event::Actor::Desk,
            payload: model::event::Payload::TicketCommented(text.to_owned()),
        };
        crate::Commit { events: vec![(model::EventId::from_u128(id), event)], ..crate::Commit::default() }
    }

    #[test]
    fn a_full_disk_refuses_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        store.append(note(1, "before")).unwrap();
        store.db.pragma_update(None, "max_page_count", 1).unwrap();

        let large = "满".repeat(50_000);
        let full = Err(AppendError::Storage(StorageError::Full));
        assert_eq!(store.append(note(2, &large)), full);
        let group = store.append_all(vec![note(2, "small"), note(3, &large), note(4, "small")]);
        assert!(group.iter().all(|done| *done == full), "{group:?}");
        assert_eq!(store.since(0, 10).unwrap().len(), 1);

        store.db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        let events = store.append(note(2, &large)).unwrap();
        assert_eq!((events[0].position, events[0].sequence), (2, 2));
        assert!(store.verify().unwrap().holds());
    }

    #[test]
    fn a_panic_in_a_group_leaves_the_store_usable() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let group = panic::catch_unwind(AssertUnwindSafe(|| {
            store.group(|store| {
                store.append(note(1, "lost with the panic")).unwrap();
                panic!("as the engine might");
            })
        }));
        assert!(group.is_err());
        assert_eq!(store.append(note(2, "after")).unwrap()[0].position, 1);
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.since(0, 10).unwrap().len(), 1);
    }

    #[test]
    fn a_program_that_holds_the_database_is_an_error_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        store.db.busy_timeout(Duration::from_millis(1)).unwrap();
        let other = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(store.append(note(1, "now")), Err(AppendError::Storage(StorageError::Busy)));
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(store.append(note(1, "now")).unwrap()[0].position, 1);
    }
}
