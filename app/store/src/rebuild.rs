//! Projections dropped and made again from the journal.

use model::Timestamp;
use rusqlite::Connection;

use crate::{
    Store,
    error::StorageError,
    project::{Projector, TABLES},
    read::rows,
};

/// Events between two writes of what the projector holds in memory.
const EVENTS_PER_FLUSH: i64 = 1000;

impl Store {
    /// Drops the projections and makes them again from the journal, in one transaction; answers the number of events.
    /// The index of words is made again at the next search, or by [`Store::index_messages`].
    pub fn rebuild(&mut self) -> Result<u64, StorageError> {
        self.write(Self::rebuild_in_transaction)
    }

    pub(crate) fn rebuild_in_transaction(&mut self) -> Result<u64, StorageError> {
        for (table, _) in TABLES {
            self.db.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.db.execute_batch(
            "INSERT INTO message_words (message_words) VALUES ('delete-all');
             UPDATE message_words_mark SET position = 0;",
        )?;
        let projector = self.projector.get_mut();
        projector.forget();
        project(&self.db, &self.db, projector, &mut |_| {})
    }

    /// Deletes what has had its time: refused raw items, expired values of plugins. To be called now and then.
    pub fn tidy(&mut self, now: Timestamp) -> Result<(), StorageError> {
        self.write(|store| {
            store.tidy_raw(now)?;
            store.tidy_kv(now)?;
            store.tidy_egress(now)
        })
    }
}

/// Takes the whole journal in one database into the projections in another (or the same); `seen` is shown every row.
pub fn project(
    journal: &Connection,
    to: &Connection,
    projector: &mut Projector,
    seen: &mut dyn FnMut(&crate::read::JournalRow<'_>),
) -> Result<u64, StorageError> {
    let mut events = 0;
    rows(journal, 0, i64::MAX, &mut |row| {
        seen(row);
        events += 1;
        projector.apply(to, row.stream_number, &row.event()?)?;
        if row.header.position % EVENTS_PER_FLUSH == 0 {
            projector.flush(to)?;
        }
        Ok(())
    })?;
    projector.flush(to)?;
    Ok(events)
}
