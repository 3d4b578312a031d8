//! Appending to the journal: a commit is checked whole before anything of it is written.

use std::collections::HashMap;

use model::{
    AccountId, EventId, Timestamp,
    event::{Actor, Event, NewEvent, Payload, StreamId},
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    EVENT_MAX_BYTES, Store,
    chain::{self, Hash, Header},
    codec,
    error::{AppendError, StorageError},
    record::{Commit, ExternalRef, RefKind},
};

/// Streams whose last sequence number is kept in memory; beyond it the memory starts afresh.
const HEADS_CACHED_MAX: usize = 16 * 1024;
/// Names of providers kept in memory; beyond it the memory starts afresh.
const NAMES_CACHED_MAX: usize = 32 * 1024;

/// Room for the JSON of most events, so that it is not moved while it grows.
const EVENT_USUAL_BYTES: usize = 1024;

/// Where the journal and its streams end.
#[derive(Debug, Default)]
pub struct Heads {
    end: Option<End>,
    streams: HashMap<StreamId, Head>,
}

/// The last header of the journal.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Its position; 0 for an empty journal.
    pub position: i64,
    chain: Hash,
}

/// The end of one stream.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// Its number in the database; nothing while it has no events.
    number: Option<i64>,
    sequence: i64,
}

impl Heads {
    /// The end of the journal.
    pub fn end(&mut self, db: &Connection) -> Result<End, StorageError> {
        if let Some(end) = self.end {
            return Ok(end);
        }
        let position = db
            .prepare_cached("SELECT coalesce(max(position), 0) FROM journal")?
            .query_row([], |row| row.get(0))?;
        let end = End { position, chain: chain_at(db, position)? };
        self.end = Some(end);
        Ok(end)
    }

    /// Forgets everything, after a transaction was undone.
    pub fn forget(&mut self) {
        self.end = None;
        self.streams.clear();
    }

    fn head(&mut self, db: &Connection, stream: &StreamId) -> Result<Head, StorageError> {
        if let Some(head) = self.streams.get(stream) {
            return Ok(*head);
        }
        let number = stream_number(db, stream)?;
        let sequence = match number {
            Some(number) => db
                .prepare_cached("SELECT coalesce(max(sequence), 0) FROM journal WHERE stream = ?1")?
                .query_row([number], |row| row.get(0))?,
            None => 0,
        };
        let head = Head { number, sequence };
        if self.streams.len() >= HEADS_CACHED_MAX {
            self.streams.clear();
        }
        self.streams.insert(stream.clone(), head);
        Ok(head)
    }
}

/// The hash of the header at a position.
pub fn chain_at(db: &Connection, position: i64) -> Result<Hash, StorageError> {
    if position == 0 {
        return Ok(chain::START);
    }
    Ok(db
        .prepare_cached("SELECT chain FROM journal WHERE position = ?1")?
        .query_row([position], |row| row.get(0))?)
}

/// The number of a stream, once it has events.
pub fn stream_number(db: &Connection, stream: &StreamId) -> Result<Option<i64>, StorageError> {
    let (kind, key) = codec::stream_key(stream);
    Ok(db
        .prepare_cached("SELECT number FROM stream WHERE kind = ?1 AND key = ?2")?
        .query_row(params![kind, key.as_slice()], |row| row.get(0))
        .optional()?)
}

/// What was found under a provider's name.
#[derive(Clone, Copy, Debug)]
struct Found(Option<Uuid>);

/// Providers' names looked up lately: one message asks for the same names twice, and a customer who writes again
/// for the same ones as before. This process is the only one that writes them.
#[derive(Debug, Default)]
pub struct Names {
    known: HashMap<(AccountId, RefKind), HashMap<String, Found>>,
    count: usize,
}

impl Names {
    /// What is known about a name: nothing, or what was found under it.
    fn find(&self, account: AccountId, kind: RefKind, key: &str) -> Option<Found> {
        self.known.get(&(account, kind))?.get(key).copied()
    }

    fn looked_up(&mut self, account: AccountId, kind: RefKind, key: &str, id: Option<Uuid>) {
        // A message that is there is seldom asked for again.
        if kind == RefKind::Message && id.is_some() {
            return;
        }
        if self.count >= NAMES_CACHED_MAX {
            self.forget();
        }
        let before = self.known.entry((account, kind)).or_default().insert(key.to_owned(), Found(id));
        self.count += usize::from(before.is_none());
    }

    /// A name was given.
    fn given(&mut self, reference: &ExternalRef) {
        let ExternalRef { account, kind, key, id } = reference;
        match kind {
            RefKind::Thread | RefKind::Sender => self.looked_up(*account, *kind, key, Some(*id)),
            RefKind::Message | RefKind::Notice => {
                let gone = self.known.get_mut(&(*account, *kind)).and_then(|names| names.remove(key));
                self.count -= usize::from(gone.is_some());
            }
        }
    }

    /// Forgets everything, after a transaction was undone or names were erased.
    pub fn forget(&mut self) {
        self.known.clear();
        self.count = 0;
    }
}

/// An event in the journal's own spelling.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub id: EventId,
    pub stream: StreamId,
    pub actor: Actor,
    pub payload: Payload,
    pub json: String,
}

impl Store {
    /// Appends one commit, durably.
    pub fn append(&mut self, commit: Commit) -> Result<Vec<Event>, AppendError> {
        self.write(|store| store.append_checked(commit))
    }

    /// Appends several commits with one sync of the disk. Each may be refused alone; a failure of the storage
    /// refuses them all.
    pub fn append_all(&mut self, commits: Vec<Commit>) -> Vec<Result<Vec<Event>, AppendError>> {
        let count = commits.len();
        let done = self.group(|store| commits.into_iter().map(|commit| store.append(commit)).collect());
        done.unwrap_or_else(|error| (0..count).map(|_| Err(AppendError::Storage(error.clone()))).collect())
    }

    /// Sequence number of a stream's last event; 0 for an empty one.
    pub fn sequence(&mut self, stream: &StreamId) -> Result<u64, StorageError> {
        Ok(self.heads.head(&self.db, stream)?.sequence as u64)
    }

    fn append_checked(&mut self, commit: Commit) -> Result<Vec<Event>, AppendError> {
        let Commit { at, events, expected, refs, cursor, drafts_done, raw } = commit;
        for (stream, sequence) in expected {
            let found = self.heads.head(&self.db, &stream)?.sequence as u64;
            if found != sequence {
                return Err(AppendError::Conflict { stream, expected: sequence, found });
            }
        }
        let fresh = self.fresh_refs(refs)?;
        let events =
            events.into_iter().map(|(id, event)| encode(id, event)).collect::<Result<Vec<_>, _>>()?;

        let events = self.append_encoded(at, events)?;
        for reference in &fresh {
            self.store_ref(reference)?;
        }
        if let Some((account, cursor)) = cursor {
            self.store_cursor(account, &cursor)?;
        }
        for key in &drafts_done {
            self.delete_draft(key)?;
        }
        for (id, outcome) in raw {
            self.settle_raw(id, &outcome)?;
        }
        Ok(events)
    }

    /// Appends events that are encoded already and brings the projections up to date.
    pub(crate) fn append_encoded(
        &mut self,
        at: Timestamp,
        events: Vec<Encoded>,
    ) -> Result<Vec<Event>, StorageError> {
        let at_ms = codec::millis(at);
        let mut appended = Vec::with_capacity(events.len());
        for event in events {
            let (stream, event) = self.append_event(at_ms, event)?;
            self.projector.get_mut().apply(&self.db, stream, &event)?;
            appended.push(event);
        }
        Ok(appended)
    }

    fn append_event(&mut self, at_ms: i64, event: Encoded) -> Result<(i64, Event), StorageError> {
        let Encoded { id, stream, actor, payload, json } = event;
        let before = self.heads.end(&self.db)?;
        let head = self.heads.head(&self.db, &stream)?;
        let number = match head.number {
            Some(number) => number,
            None => self.create_stream(&stream)?,
        };
        let actor_text = codec::actor_text(&actor);
        let header = Header {
            position: before.position + 1,
            id: *id.uuid().as_bytes(),
            stream: &stream,
            sequence: head.sequence + 1,
            kind: codec::kind(&payload),
            version: codec::EVENT_VERSION,
            at_ms,
            actor: &actor_text,
            payload: chain::payload(&json),
        };
        let end = End { position: header.position, chain: header.chain(&before.chain) };
        insert(&self.db, number, &header, &end.chain, &json)?;
        let (sequence, position) = (header.sequence, header.position);
        self.heads.end = Some(end);
        if let Some(head) = self.heads.streams.get_mut(&stream) {
            *head = Head { number: Some(number), sequence };
        }
        let event = Event {
            id,
            stream,
            sequence: sequence as u64,
            position: position as u64,
            at: codec::moment(at_ms),
            actor,
            payload,
        };
        Ok((number, event))
    }

    fn create_stream(&self, stream: &StreamId) -> Result<i64, StorageError> {
        let (kind, key) = codec::stream_key(stream);
        self.db
            .prepare_cached("INSERT INTO stream (kind, key) VALUES (?1, ?2)")?
            .execute(params![kind, key.as_slice()])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Which references are new; one that stands for something else refuses the commit.
    fn fresh_refs(&self, refs: Vec<ExternalRef>) -> Result<Vec<ExternalRef>, AppendError> {
        let mut fresh: Vec<ExternalRef> = Vec::with_capacity(refs.len());
        for reference in refs {
            let ExternalRef { account, kind, key, id } = &reference;
            let within =
                fresh.iter().find(|other| (other.account, other.kind, &other.key) == (*account, *kind, key));
            let existing = match within {
                Some(other) => Some(other.id),
                None => self.external(*account, *kind, key)?,
            };
            match existing {
                None => fresh.push(reference),
                Some(existing) if existing == *id => {}
                Some(existing) => {
                    let ExternalRef { account, kind, key, .. } = reference;
                    return Err(AppendError::Duplicate { account, kind, key, existing });
                }
            }
        }
        Ok(fresh)
    }

    fn store_ref(&self, reference: &ExternalRef) -> Result<(), StorageError> {
        self.names.borrow_mut().given(reference);
        self.db
            .prepare_cached("INSERT INTO external_ref (account, kind, key, id) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                reference.account.uuid().as_bytes(),
                ref_kind(reference.kind),
                reference.key,
                reference.id.as_bytes(),
            ])?;
        Ok(())
    }

    fn store_cursor(&self, account: AccountId, cursor: &str) -> Result<(), StorageError> {
        self.db
            .prepare_cached(
                "INSERT INTO cursor (account, cursor) VALUES (?1, ?2)
                 ON CONFLICT (account) DO UPDATE SET cursor = excluded.cursor",
            )?
            .execute(params![account.uuid().as_bytes(), cursor])?;
        Ok(())
    }

    /// What a provider's key stands for.
    pub fn external(
        &self,
        account: AccountId,
        kind: RefKind,
        key: &str,
    ) -> Result<Option<Uuid>, StorageError> {
        if let Some(Found(known)) = self.names.borrow().find(account, kind, key) {
            return Ok(known);
        }
        let id: Option<[u8; 16]> = self
            .db
            .prepare_cached("SELECT id FROM external_ref WHERE account = ?1 AND kind = ?2 AND key = ?3")?
            .query_row(params![account.uuid().as_bytes(), ref_kind(kind), key], |row| row.get(0))
            .optional()?;
        let id = id.map(Uuid::from_bytes);
        self.names.borrow_mut().looked_up(account, kind, key, id);
        Ok(id)
    }

    /// The provider's name for a thread or sender; where it has several, the first in their order.
    pub fn external_key(
        &self,
        account: AccountId,
        kind: RefKind,
        id: Uuid,
    ) -> Result<Option<String>, StorageError> {
        // The condition on the kinds is what lets the index of names be used.
        Ok(self
            .db
            .prepare_cached(
                "SELECT key FROM external_ref
                 WHERE id = ?3 AND account = ?1 AND kind = ?2 AND kind IN (1, 2) ORDER BY key LIMIT 1",
            )?
            .query_row(params![account.uuid().as_bytes(), ref_kind(kind), id.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// The provider's cursor as of the last commit that moved it.
    pub fn cursor(&self, account: AccountId) -> Result<Option<String>, StorageError> {
        Ok(self
            .db
            .prepare_cached("SELECT cursor FROM cursor WHERE account = ?1")?
            .query_row([account.uuid().as_bytes()], |row| row.get(0))
            .optional()?)
    }
}

/// The kind of a reference, as the table has it. The index of names covers threads and senders.
fn ref_kind(kind: RefKind) -> i64 {
    match kind {
        RefKind::Message => 0,
        RefKind::Thread => 1,
        RefKind::Sender => 2,
        RefKind::Notice => 3,
    }
}

fn encode(id: EventId, event: NewEvent) -> Result<Encoded, AppendError> {
    let NewEvent { stream, actor, payload } = event;
    let json = codec::json(&payload, EVENT_USUAL_BYTES)
        .map_err(|error| AppendError::Unwritable(error.to_string()))?;
    if json.len() > EVENT_MAX_BYTES {
        return Err(AppendError::TooLarge { bytes: json.len(), limit: EVENT_MAX_BYTES });
    }
    Ok(Encoded { id, stream, actor, payload, json })
}

/// Inserts one event with its payload.
pub fn insert(
    db: &Connection,
    number: i64,
    header: &Header<'_>,
    chain: &Hash,
    json: &str,
) -> Result<(), StorageError> {
    db.prepare_cached(
        "INSERT INTO journal (position, id, stream, sequence, kind, version, at_ms, actor, payload_sha256, chain)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        header.position,
        header.id,
        number,
        header.sequence,
        header.kind,
        header.version,
        header.at_ms,
        header.actor,
        header.payload,
        chain,
    ])?;
    db.prepare_cached("INSERT INTO payload (position, json) VALUES (?1, ?2)")?
        .execute(params![header.position, json])?;
    Ok(())
}
