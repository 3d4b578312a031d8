//! Salvage: what a damaged data folder still holds, in a new one.
//!
//! # Invariants
//!
//! - The damaged folder is not changed.
//! - The journal is kept up to the first event that is missing, was changed or cannot be read, and nothing after it:
//!   what follows damage proves nothing. Headers and payloads are copied byte for byte, so that the chain is the same.
//! - Everything derived is made anew from what was kept. What lies beside the journal is copied as far as it can be
//!   read; a provider's name for something that was lost is left out, so that the provider may bring it again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use model::FileId;
use rusqlite::{Connection, OpenFlags, params, params_from_iter, types::Value};

use crate::{
    Store,
    chain::{self, Hash},
    codec,
    error::{OpenError, StorageError},
    file::Files,
    folder,
    read::{JournalRow, rows},
    setting::HOST_KEYS_FILE,
    store::DATABASE_FILE,
};

/// What lies beside the journal, and how it is inserted; keys of providers come first in their own way.
const BESIDE: [(&str, usize); 5] = [("draft", 4), ("raw", 8), ("kv", 4), ("setting", 2), ("counter", 2)];

/// What was kept and what was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvageReport {
    /// Events kept.
    pub events: u64,
    /// Events that the journal still counts after them, where that can be read.
    pub lost: Option<u64>,
    /// The first event that was not kept, and why; nothing where all were.
    pub damage: Option<(u64, String)>,
    /// Tables beside the journal that could be read in part only, with the rows kept.
    pub partial: Vec<(String, u64)>,
    /// Files that events name and that are not there or are not what they were.
    pub files_missing: Vec<FileId>,
    /// Hash of the last header kept, hexadecimal.
    pub head: String,
}

/// Why nothing could be salvaged.
#[derive(Debug, thiserror::Error)]
pub enum SalvageError {
    /// There is something in the new folder already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The new folder, or the lock of the old one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The old database cannot be opened at all, or the new one cannot be written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file could not be copied.
    #[error("copying files: {0}")]
    Files(#[from] io::Error),
}

impl Store {
    /// Copies what a data folder still holds into a new one.
    pub fn salvage(from: &Path, to: &Path) -> Result<SalvageReport, SalvageError> {
        if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(SalvageError::NotEmpty(to.to_owned()));
        }
        let _lock = folder::take(from)?;
        let old = Connection::open_with_flags(from.join(DATABASE_FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(StorageError::from)?;
        let mut store = Self::open(to)?;
        let mut report = SalvageReport::default();
        store.write(|store| {
            store.take_journal(&old, &mut report)?;
            store.take_names(&old, &mut report)?;
            for (table, columns) in BESIDE {
                store.take_table(&old, table, columns, &mut report)?;
            }
            store.rebuild_in_transaction().map(drop)
        })?;
        store.take_files(from, &mut report)?;
        Ok(report)
    }

    fn take_journal(&mut self, old: &Connection, report: &mut SalvageReport) -> Result<(), StorageError> {
        let mut before = chain::START;
        // What goes wrong here is either the old database's fault, which ends the walk, or the new one's.
        let mut failed = None;
        let walked = rows(old, 0, i64::MAX, &mut |row| {
            if let Some(why) = fault(row, report.events as i64 + 1, &before) {
                report.damage = Some((report.events + 1, why));
                return Err(StorageError::Damaged(String::new()));
            }
            if let Err(error) = self.take_row(row) {
                failed = Some(error.clone());
                return Err(error);
            }
            before = row.chain;
            report.events += 1;
            Ok(())
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if let (Err(error), None) = (walked, &report.damage) {
            report.damage = Some((report.events + 1, error.to_string()));
        }
        report.head = chain::hexadecimal(&before);
        report.lost = counted(old).map(|all| all.saturating_sub(report.events));
        // The newest events may be gone without a trace in between.
        if report.damage.is_none() && report.lost.is_none_or(|lost| lost > 0) {
            report.damage = Some((report.events + 1, "the rest of the journal cannot be read".to_owned()));
        }
        self.heads.forget();
        Ok(())
    }

    fn take_row(&mut self, row: &JournalRow<'_>) -> Result<(), StorageError> {
        let header = &row.header;
        let (kind, key) = codec::stream_key(header.stream);
        self.db
            .prepare_cached("INSERT OR IGNORE INTO stream (number, kind, key) VALUES (?1, ?2, ?3)")?
            .execute(params![row.stream_number, kind, key.as_slice()])?;
        crate::append::insert(&self.db, row.stream_number, header, &row.chain, row.json.unwrap_or("null"))?;
        if let Some(erased_ms) = row.erased_ms {
            self.db
                .prepare_cached("UPDATE payload SET erased_ms = ?2 WHERE position = ?1")?
                .execute(params![header.position, erased_ms])?;
        }
        Ok(())
    }

    /// Providers' names of what was kept, and their cursors where nothing was lost: after a loss a provider is asked
    /// from the beginning, and what is there already is no news.
    fn take_names(&mut self, old: &Connection, report: &mut SalvageReport) -> Result<(), StorageError> {
        self.take_table(old, "external_ref", 4, report)?;
        if report.damage.is_none() {
            return self.take_table(old, "cursor", 2, report);
        }
        // Messages are known from their events only, so look there: the projections are not made yet.
        let mut kept = std::collections::HashSet::new();
        rows(&self.db, 0, i64::MAX, &mut |row| {
            if let Some(message) = row.event()?.payload.message() {
                kept.insert(message.id.uuid().into_bytes());
            }
            let (_, key) = codec::stream_key(row.header.stream);
            kept.extend(<[u8; 16]>::try_from(key.as_slice()).ok());
            Ok(())
        })?;
        let mut ids = self.db.prepare("SELECT DISTINCT id FROM external_ref")?;
        let ids = ids.query_map([], |row| row.get::<_, [u8; 16]>(0))?.collect::<Result<Vec<_>, _>>()?;
        for id in ids.iter().filter(|id| !kept.contains(*id)) {
            self.db.execute("DELETE FROM external_ref WHERE id = ?1", [id])?;
        }
        Ok(())
    }

    fn take_table(
        &mut self,
        old: &Connection,
        table: &str,
        columns: usize,
        report: &mut SalvageReport,
    ) -> Result<(), StorageError> {
        let places = (1..=columns).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT OR REPLACE INTO {table} VALUES ({places})");
        let mut kept = 0;
        let whole = (|| -> Result<bool, StorageError> {
            let mut statement = match old.prepare(&format!("SELECT * FROM {table}")) {
                Ok(statement) if statement.column_count() == columns => statement,
                _ => return Ok(false),
            };
            let Ok(mut found) = statement.query([]) else { return Ok(false) };
            loop {
                let row = match found.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => return Ok(true),
                    Err(_) => return Ok(false),
                };
                let values: Result<Vec<Value>, _> = (0..columns).map(|column| row.get(column)).collect();
                let Ok(values) = values else { return Ok(false) };
                self.db.prepare_cached(&insert)?.execute(params_from_iter(values))?;
                kept += 1;
            }
        })()?;
        if !whole {
            report.partial.push((table.to_owned(), kept));
        }
        Ok(())
    }

    fn take_files(&self, from: &Path, report: &mut SalvageReport) -> Result<(), SalvageError> {
        let keys = from.join(HOST_KEYS_FILE);
        if keys.is_file() {
            let copy = self.folder.join(HOST_KEYS_FILE);
            fs::copy(keys, &copy)?;
            folder::protect_file(&copy)?;
        }
        let old = Files::of_folder(from);
        let mut statement = self
            .db
            .prepare("SELECT file FROM file_use GROUP BY file ORDER BY min(position)")
            .map_err(StorageError::from)?;
        let named = statement
            .query_map([], |row| row.get::<_, String>(0))
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(StorageError::from)?;
        for id in named.into_iter().map(FileId::new) {
            let copied = old
                .check(&id)
                .and_then(|()| old.open(&id))
                .and_then(|mut file| self.files.put(&mut file, u64::MAX));
            if copied.is_err() {
                report.files_missing.push(id);
            }
        }
        Ok(())
    }
}

/// What is wrong with a row where this position is due after this header.
fn fault(row: &JournalRow<'_>, due: i64, before: &Hash) -> Option<String> {
    let why = if row.header.position != due {
        "it is missing"
    } else if row.header.chain(before) != row.chain {
        "its header was changed"
    } else if !row.has_its_payload() {
        "its payload is missing or was changed"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// How many events the journal counts, where that can be read.
fn counted(old: &Connection) -> Option<u64> {
    let last: i64 =
        old.query_row("SELECT coalesce(max(position), 0) FROM journal", [], |row| row.get(0)).ok()?;
    u64::try_from(last).ok()
}
