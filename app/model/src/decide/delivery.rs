//! Decisions about how far outgoing messages have come.

use super::{desk, on};
use crate::{
    conversation::Delivery,
    event::{NewEvent, Payload},
    id::{ConversationId, MessageId},
    input::Refusal,
    state::Directory,
};

/// A report never moves a message backwards: receipts overtake each other, and a late *failed* after
/// *delivered* is the provider contradicting itself. An entry still in the outbox may go back to waiting.
pub(super) fn decide(
    directory: &Directory,
    conversation: ConversationId,
    message: MessageId,
    delivery: &Delivery,
    remote_id: Option<&str>,
    attempts: u32,
) -> Result<Vec<NewEvent>, Refusal> {
    let state = directory.conversations.get(&conversation).ok_or(Refusal::NoConversation)?;
    let waiting = state.outbox.iter().find(|entry| entry.message == message);
    let news = match waiting {
        Some(entry) => entry.delivery != *delivery || entry.attempts != attempts,
        // It has left the outbox, so it was sent: only receipts can still say something new. The store
        // drops a receipt that repeats or precedes what it has.
        None => delivery.rank() > Delivery::Sent.rank(),
    };
    if !news {
        return Ok(Vec::new());
    }
    Ok(vec![desk(
        on(conversation),
        Payload::DeliveryChanged {
            message,
            delivery: delivery.clone(),
            remote_id: remote_id.map(str::to_owned),
            attempts,
        },
    )])
}
