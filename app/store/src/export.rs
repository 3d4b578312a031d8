//! The journal as lines of JSON, for archives and other programs.

use std::io::Write;

use serde::Serialize;

use crate::{Store, chain, codec, error::StorageError, read::rows};

/// One line without its payload, which follows as the journal has it, byte for byte.
#[derive(Serialize)]
struct Line<'a> {
    position: i64,
    id: uuid::Uuid,
    stream: &'a model::event::StreamId,
    sequence: i64,
    kind: &'a str,
    version: i64,
    at: model::Timestamp,
    actor: &'a str,
    payload_sha256: String,
    chain: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<model::Timestamp>,
}

impl Store {
    /// Writes the journal as lines of JSON, oldest first; answers the number of events.
    pub fn export(&self, to: &mut dyn Write) -> Result<u64, StorageError> {
        let mut events = 0;
        rows(&self.db, 0, i64::MAX, &mut |row| {
            let header = &row.header;
            let line = Line {
                position: header.position,
                id: uuid::Uuid::from_bytes(header.id),
                stream: header.stream,
                sequence: header.sequence,
                kind: header.kind,
                version: header.version,
                at: codec::moment(header.at_ms),
                actor: header.actor,
                payload_sha256: chain::hexadecimal(&header.payload),
                chain: chain::hexadecimal(&row.chain),
                erased: row.erased_ms.map(codec::moment),
            };
            let head = serde_json::to_string(&line)
                .map_err(|error| StorageError::unreadable("journal", header.position, error))?;
            // The payload goes in before the brace that closes the object.
            let head = head.strip_suffix('}').unwrap_or(&head);
            writeln!(to, "{head},\"payload\":{}}}", row.json.unwrap_or("null"))?;
            events += 1;
            Ok(())
        })?;
        to.flush()?;
        Ok(events)
    }
}
