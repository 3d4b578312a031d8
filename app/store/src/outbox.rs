//! The outbox: outgoing messages that are not through, as the journal says.

use model::{
    ConversationId, MessageId,
    conversation::{Conversation, Delivery},
    event::Payload,
};
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use crate::{
    Store,
    error::StorageError,
    project::parse,
    read::event_at,
    record::{DeliveryRecord, OutboxItem},
};

/// A row of the table of deliveries.
struct DeliveryRow {
    stream: i64,
    position: i64,
    record: DeliveryRecord,
}

const DELIVERY_COLUMNS: &str = "s.key, d.stream, d.position, d.delivery, d.attempts, d.remote_id";

impl Store {
    /// Outgoing messages that wait or need the agent, oldest first: read after a start.
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, StorageError> {
        let sql = format!(
            "SELECT {DELIVERY_COLUMNS} FROM delivery d JOIN stream s ON s.number = d.stream
             WHERE d.waiting > 0 ORDER BY d.position"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(self.item(delivery_row(row)??)?);
        }
        Ok(items)
    }

    /// One outgoing message with its key and state, also when it is through.
    pub fn outbox_item(&self, message: MessageId) -> Result<Option<OutboxItem>, StorageError> {
        self.delivery_row(message)?.map(|row| self.item(row)).transpose()
    }

    /// How far one outgoing message has come.
    pub fn delivery(&self, message: MessageId) -> Result<Option<DeliveryRecord>, StorageError> {
        Ok(self.delivery_row(message)?.map(|row| row.record))
    }

    fn delivery_row(&self, message: MessageId) -> Result<Option<DeliveryRow>, StorageError> {
        let sql = format!(
            "SELECT {DELIVERY_COLUMNS} FROM delivery d JOIN stream s ON s.number = d.stream WHERE d.message = ?1"
        );
        self.db
            .prepare_cached(&sql)?
            .query_row([message.uuid().as_bytes()], delivery_row)
            .optional()?
            .transpose()
    }

    fn item(&self, row: DeliveryRow) -> Result<OutboxItem, StorageError> {
        let DeliveryRow { stream, position, record } = row;
        let unreadable = |why: &str| StorageError::unreadable("delivery", position, why);
        let Payload::ReplyQueued { message, key } = event_at(&self.db, position)?.payload else {
            return Err(unreadable("its event is none of a reply"));
        };
        self.settle()?;
        let conversation: Conversation = crate::project::load(&self.db, "conversation", stream)?
            .ok_or_else(|| unreadable("its conversation is missing"))?;
        Ok(OutboxItem {
            conversation: record.conversation,
            account: conversation.channel.account,
            thread: conversation.thread,
            message,
            key,
            delivery: record.delivery,
            attempts: record.attempts,
        })
    }
}

fn delivery_row(row: &Row<'_>) -> rusqlite::Result<Result<DeliveryRow, StorageError>> {
    let conversation = ConversationId::new(Uuid::from_bytes(row.get(0)?));
    let stream: i64 = row.get(1)?;
    let position: i64 = row.get(2)?;
    let json: String = row.get(3)?;
    let attempts = row.get(4)?;
    let remote_id = row.get(5)?;
    let delivery: Result<Delivery, StorageError> = parse("delivery", position, &json);
    Ok(delivery.map(|delivery| DeliveryRow {
        stream,
        position,
        record: DeliveryRecord { conversation, delivery, attempts, remote_id },
    }))
}
