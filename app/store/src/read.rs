//! Reading the journal back.

use model::{
    EventId, Timestamp,
    event::{Event, StreamId},
};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::{
    Store,
    append::stream_number,
    chain::{self, Hash, Header},
    codec,
    error::StorageError,
};

/// Most events of one answer.
const EVENTS_MAX: usize = 10_000;

/// One row of the journal with its payload, as it lies in the database.
#[derive(Debug)]
pub struct JournalRow<'a> {
    /// The header.
    pub header: Header<'a>,
    /// The number of the header's stream.
    pub stream_number: i64,
    /// The hash stored beside it.
    pub chain: Hash,
    /// The payload, unless it is missing.
    pub json: Option<&'a str>,
    /// When the payload was emptied at a person's wish.
    pub erased_ms: Option<i64>,
}

impl JournalRow<'_> {
    /// Whether the payload is there and is what the header says, or was erased.
    pub fn has_its_payload(&self) -> bool {
        self.json.is_some_and(|json| self.erased_ms.is_some() || chain::payload(json) == self.header.payload)
    }

    /// The event.
    pub fn event(&self) -> Result<Event, StorageError> {
        let Header { position, id, stream, sequence, kind, at_ms, actor, .. } = &self.header;
        let missing = |what: &str| StorageError::unreadable("journal", *position, what);
        Ok(Event {
            id: EventId::new(Uuid::from_bytes(*id)),
            stream: (*stream).clone(),
            sequence: *sequence as u64,
            position: *position as u64,
            at: codec::moment(*at_ms),
            actor: codec::actor(actor).ok_or_else(|| missing("unknown actor"))?,
            payload: codec::payload(kind, self.json.ok_or_else(|| missing("the payload is missing"))?),
        })
    }
}

/// The columns that [`event`] reads, in their order, of `journal j`, `payload p` and `stream s`.
pub const EVENT_COLUMNS: &str =
    "j.position, j.id, j.sequence, j.kind, j.at_ms, j.actor, p.json, s.kind, s.key";

/// Reads an event from [`EVENT_COLUMNS`].
pub fn event(row: &Row<'_>) -> Result<Event, StorageError> {
    let position: i64 = row.get(0)?;
    let bad = |what: &str| StorageError::unreadable("journal", position, what);
    let text = |index| {
        row.get_ref(index).map_err(StorageError::from).and_then(|value| {
            value.as_str().map_err(|error| StorageError::unreadable("journal", position, error))
        })
    };
    let sequence: i64 = row.get(2)?;
    let stream_key =
        row.get_ref(8)?.as_blob().map_err(|error| StorageError::unreadable("stream", position, error))?;
    Ok(Event {
        id: EventId::new(Uuid::from_bytes(row.get(1)?)),
        stream: codec::stream(text(7)?, stream_key).ok_or_else(|| bad("unknown stream"))?,
        sequence: sequence as u64,
        position: position as u64,
        at: codec::moment(row.get(4)?),
        actor: codec::actor(text(5)?).ok_or_else(|| bad("unknown actor"))?,
        payload: codec::payload(text(3)?, text(6)?),
    })
}

/// Hands every row of the journal from after one position up to another to `take`, oldest first.
pub fn rows(
    db: &Connection,
    after: i64,
    up_to: i64,
    take: &mut dyn FnMut(&JournalRow<'_>) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut statement = db.prepare_cached(
        "SELECT j.position, j.id, j.stream, j.sequence, j.kind, j.version, j.at_ms, j.actor, j.payload_sha256, j.chain,
                p.json, p.erased_ms, s.kind, s.key
         FROM journal j LEFT JOIN payload p USING (position) LEFT JOIN stream s ON s.number = j.stream
         WHERE j.position > ?1 AND j.position <= ?2 ORDER BY j.position",
    )?;
    let mut found = statement.query(params![after, up_to])?;
    while let Some(row) = found.next()? {
        let position: i64 = row.get(0)?;
        let bad = |why: rusqlite::types::FromSqlError| StorageError::unreadable("journal", position, why);
        let key = row.get_ref(13)?.as_blob_or_null().map_err(bad)?.unwrap_or_default();
        let stream = codec::stream(row.get_ref(12)?.as_str_or_null().map_err(bad)?.unwrap_or_default(), key)
            .ok_or_else(|| StorageError::unreadable("journal", position, "unknown stream"))?;
        let header = Header {
            position,
            id: row.get(1)?,
            stream: &stream,
            sequence: row.get(3)?,
            kind: row.get_ref(4)?.as_str().map_err(bad)?,
            version: row.get(5)?,
            at_ms: row.get(6)?,
            actor: row.get_ref(7)?.as_str().map_err(bad)?,
            payload: row.get(8)?,
        };
        take(&JournalRow {
            header,
            stream_number: row.get(2)?,
            chain: row.get(9)?,
            json: row.get_ref(10)?.as_str_or_null().map_err(bad)?,
            erased_ms: row.get(11)?,
        })?;
    }
    Ok(())
}

/// The event at a position.
pub fn event_at(db: &Connection, position: i64) -> Result<Event, StorageError> {
    let mut found = None;
    rows(db, position - 1, position, &mut |row| {
        found = Some(row.event()?);
        Ok(())
    })?;
    found.ok_or_else(|| StorageError::unreadable("journal", position, "no such event"))
}

impl Store {
    /// Position of the last event; 0 for an empty journal.
    pub fn last_position(&mut self) -> Result<u64, StorageError> {
        Ok(self.heads.end(&self.db)?.position as u64)
    }

    /// Position of the first event at or after a moment; one past the last where there is none. Positions follow
    /// the clock: where the clock was set back, the answer is one of the candidates.
    pub fn position_at(&self, at: Timestamp) -> Result<u64, StorageError> {
        let at_ms = codec::millis(at);
        let last: i64 = self
            .db
            .prepare_cached("SELECT coalesce(max(position), 0) FROM journal")?
            .query_row([], |row| row.get(0))?;
        let mut statement = self.db.prepare_cached("SELECT at_ms FROM journal WHERE position = ?1")?;
        let (mut first, mut end) = (1, last + 1);
        while first < end {
            let middle = i64::midpoint(first, end);
            let middle_ms: i64 = statement.query_row([middle], |row| row.get(0))?;
            if middle_ms < at_ms {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        Ok(first as u64)
    }

    /// Events after a position, oldest first; at most ten thousand at once.
    pub fn since(&self, position: u64, limit: usize) -> Result<Vec<Event>, StorageError> {
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM journal j JOIN payload p USING (position) JOIN stream s ON s.number = j.stream
             WHERE j.position > ?1 ORDER BY j.position LIMIT ?2"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![position as i64, limit.min(EVENTS_MAX) as i64])?;
        collect(&mut rows)
    }

    /// Events of one stream after a sequence number, oldest first; at most ten thousand at once.
    pub fn events(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Event>, StorageError> {
        let Some(number) = stream_number(&self.db, stream)? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM journal j JOIN payload p USING (position) JOIN stream s ON s.number = j.stream
             WHERE j.stream = ?1 AND j.sequence > ?2 ORDER BY j.sequence LIMIT ?3"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![number, after as i64, limit.min(EVENTS_MAX) as i64])?;
        collect(&mut rows)
    }
}

/// Reads events from rows of [`EVENT_COLUMNS`].
pub fn collect(rows: &mut rusqlite::Rows<'_>) -> Result<Vec<Event>, StorageError> {
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row)?);
    }
    Ok(events)
}
