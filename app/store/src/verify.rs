//! Verification: the file, the chain of headers, the payloads, the sequences, the files that events name, and the
//! projections, which are made once more in a database of their own and compared.

use std::{cmp::Ordering, collections::HashMap};

use model::FileId;
use rusqlite::{Connection, types::Value};

use crate::{
    Store, VERIFY_PROBLEMS_MAX,
    chain::{self, Hash},
    codec,
    error::StorageError,
    project::{Projector, TABLES},
    read::JournalRow,
    rebuild::project,
    record::{Problem, VerifyReport},
    search, store,
};

/// What the walk along the journal remembers.
struct Walk {
    report: VerifyReport,
    due: i64,
    before: Hash,
    sequences: HashMap<i64, i64>,
}

impl Store {
    /// Reads the whole journal and compares everything made from it with what it says. Changes nothing.
    pub fn verify(&mut self) -> Result<VerifyReport, StorageError> {
        let mut walk =
            Walk { report: VerifyReport::default(), due: 1, before: chain::START, sequences: HashMap::new() };
        self.check_file(&mut walk)?;
        let scratch = store::scratch()?;
        scratch.execute_batch("BEGIN")?;
        let made = project(&self.db, &scratch, &mut Projector::default(), &mut |row| walk.row(row));
        match made {
            Ok(_) => {
                self.compare_projections(&scratch, &mut walk)?;
                self.check_files_in_use(&scratch, &mut walk)?;
            }
            // The walk has named the event already where its payload is at fault.
            Err(StorageError::Unreadable { row, why, .. }) => {
                let position = row as u64;
                let is_named = walk.report.problems.iter().any(|problem| {
                    matches!(problem, Problem::PayloadMissing { position: named } if *named == position)
                });
                if !is_named {
                    walk.add(Problem::Unreadable { position, why });
                }
            }
            Err(StorageError::Damaged(why)) => walk.add(Problem::File(why)),
            Err(error) => return Err(error),
        }
        walk.report.streams = walk.sequences.len() as u64;
        walk.report.head = chain::hexadecimal(&walk.before);
        Ok(walk.report)
    }

    fn check_file(&self, walk: &mut Walk) -> Result<(), StorageError> {
        let mut statement = self.db.prepare(&format!("PRAGMA integrity_check({VERIFY_PROBLEMS_MAX})"))?;
        let mut rows = statement.query([])?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let text: String = row.get(0)?;
                    if text != "ok" {
                        walk.add(Problem::File(text));
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => match StorageError::from(error) {
                    StorageError::Damaged(why) => {
                        walk.add(Problem::File(why));
                        return Ok(());
                    }
                    other => return Err(other),
                },
            }
        }
    }

    fn compare_projections(&self, scratch: &Connection, walk: &mut Walk) -> Result<(), StorageError> {
        for (table, key) in TABLES {
            let sql = format!("SELECT {key}, * FROM {table} ORDER BY {key}");
            let keys = key.split(',').count();
            let rows = differences(&self.db, scratch, &sql, keys)?;
            if rows > 0 {
                walk.add(Problem::Projection { table, rows });
            }
        }
        let mark = search::mark(&self.db)?;
        search::index(&self.db, scratch, 0, mark)?;
        for db in [&self.db, scratch] {
            db.execute_batch(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_seen USING fts5vocab (main, message_words, row)",
            )?;
        }
        let rows =
            differences(&self.db, scratch, "SELECT term, doc, cnt FROM temp.words_seen ORDER BY term", 1)?;
        self.db.execute_batch("DROP TABLE temp.words_seen")?;
        if rows > 0 {
            walk.add(Problem::Projection { table: "message_words", rows });
        }
        Ok(())
    }

    fn check_files_in_use(&self, scratch: &Connection, walk: &mut Walk) -> Result<(), StorageError> {
        let mut statement =
            scratch.prepare("SELECT file, min(position) FROM file_use GROUP BY file ORDER BY 2")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let file: String = row.get(0)?;
            let position: i64 = row.get(1)?;
            if self.files.check(&FileId::new(file.as_str())).is_err() {
                walk.add(Problem::FileMissing { position: position as u64, file });
            }
        }
        Ok(())
    }
}

impl Walk {
    fn add(&mut self, problem: Problem) {
        if self.report.problems.len() < VERIFY_PROBLEMS_MAX {
            self.report.problems.push(problem);
        }
    }

    fn row(&mut self, row: &JournalRow<'_>) {
        let header = &row.header;
        let position = header.position as u64;
        self.report.events += 1;
        if header.position > self.due {
            self.add(Problem::PositionGap { from: self.due as u64, to: position - 1 });
        }
        self.due = header.position + 1;
        let last = self.sequences.insert(row.stream_number, header.sequence).unwrap_or(0);
        if header.sequence != last + 1 {
            self.add(Problem::SequenceGap {
                position,
                stream: header.stream.clone(),
                expected: last as u64 + 1,
                found: header.sequence as u64,
            });
        }
        if header.chain(&self.before) != row.chain {
            self.add(Problem::Chain { position });
        }
        self.before = row.chain;
        if row.erased_ms.is_some() {
            self.report.erased += 1;
        }
        match row.json {
            None => self.add(Problem::PayloadMissing { position }),
            Some(_) if !row.has_its_payload() => self.add(Problem::Payload { position }),
            Some(json) => {
                if let Err(error) = codec::try_payload(header.kind, json) {
                    self.add(Problem::Unreadable { position, why: error.to_string() });
                }
            }
        }
    }
}

/// How many rows of two databases differ; the first `keys` columns name and order them.
fn differences(left: &Connection, right: &Connection, sql: &str, keys: usize) -> Result<u64, StorageError> {
    let (mut left, mut right) = (left.prepare(sql)?, right.prepare(sql)?);
    let columns = left.column_count();
    let (mut left, mut right) = (left.query([])?, right.query([])?);
    let mut differing = 0;
    let (mut from_left, mut from_right) = (values(&mut left, columns)?, values(&mut right, columns)?);
    loop {
        let order = match (&from_left, &from_right) {
            (None, None) => return Ok(differing),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => compare(&a[..keys], &b[..keys]),
        };
        if order != Ordering::Equal || from_left != from_right {
            differing += 1;
        }
        if order != Ordering::Greater {
            from_left = values(&mut left, columns)?;
        }
        if order != Ordering::Less {
            from_right = values(&mut right, columns)?;
        }
    }
}

fn values(rows: &mut rusqlite::Rows<'_>, columns: usize) -> Result<Option<Vec<Value>>, StorageError> {
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((0..columns).map(|index| row.get(index)).collect::<Result<_, _>>()?))
}

/// The order in which SQLite sorts the kinds of keys that projections have.
fn compare(left: &[Value], right: &[Value]) -> Ordering {
    left.iter()
        .zip(right)
        .map(|pair| match pair {
            (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
            _ => Ordering::Equal,
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
