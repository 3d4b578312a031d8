//! One page of a conversation's timeline, newest first from the end.

use model::{
    ConversationId, MessageId,
    event::{Event, Payload, StreamId},
};
use rusqlite::{OptionalExtension, params};

use crate::{
    Store,
    append::stream_number,
    codec::TIMELINE_KINDS,
    error::StorageError,
    read::{EVENT_COLUMNS, collect},
    record::ThreadPage,
};

impl Store {
    /// The newest `limit` entries of a conversation's timeline before a sequence number, oldest first. Only events
    /// that the timeline shows count; what later events said about them comes beside.
    pub fn thread(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<ThreadPage, StorageError> {
        let Some(stream) = stream_number(&self.db, &StreamId::Conversation(conversation))? else {
            return Ok(ThreadPage::default());
        };
        let before = before.map_or(i64::MAX, |before| before.min(i64::MAX as u64) as i64);
        let mut events = self.shown_before(stream, before, limit.saturating_add(1))?;
        let more_before = events.len() > limit;
        events.truncate(limit);
        events.reverse();
        let mut page = ThreadPage { more_before, ..ThreadPage::default() };
        for event in &events {
            self.annotate(&mut page, event)?;
        }
        page.events = events;
        Ok(page)
    }

    /// Entries before a sequence number, newest first.
    fn shown_before(&self, stream: i64, before: i64, limit: usize) -> Result<Vec<Event>, StorageError> {
        let kinds = TIMELINE_KINDS.join("', '");
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM journal j JOIN payload p USING (position) JOIN stream s ON s.number = j.stream
             WHERE j.stream = ?1 AND j.sequence < ?2 AND j.kind IN ('{kinds}') ORDER BY j.sequence DESC LIMIT ?3"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![stream, before, limit.min(i64::MAX as usize) as i64])?;
        collect(&mut rows)
    }

    /// Adds what later events said about an entry.
    fn annotate(&self, page: &mut ThreadPage, event: &Event) -> Result<(), StorageError> {
        match &event.payload {
            Payload::ReplyQueued { message, .. } => {
                if let Some(record) = self.delivery(message.id)? {
                    page.deliveries.insert(message.id, record);
                }
            }
            Payload::MessageReceived(message) => {
                self.annotate_edit(page, message.id)?;
            }
            Payload::ProposalSettled { proposal, .. } => {
                if let Some(found) = self.proposal(*proposal)? {
                    page.proposals.insert(*proposal, found);
                }
            }
            Payload::FindingRaised(finding) => {
                let disputed: Option<bool> = self
                    .db
                    .prepare_cached("SELECT disputed FROM finding WHERE id = ?1")?
                    .query_row([finding.id.uuid().as_bytes()], |row| row.get(0))
                    .optional()?
                    .flatten();
                if let Some(disputed) = disputed {
                    page.answers.insert(finding.id, disputed);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds what the customer made of a message: a new text, or nothing when it was taken back.
    fn annotate_edit(&self, page: &mut ThreadPage, message: MessageId) -> Result<(), StorageError> {
        let mut statement = self.db.prepare_cached("SELECT text FROM edit WHERE message = ?1")?;
        let mut rows = statement.query([message.uuid().as_bytes()])?;
        if let Some(row) = rows.next()? {
            page.edits.insert(message, row.get(0)?);
        }
        Ok(())
    }
}
