//! Decisions about what channels bring in.

use super::on;
use crate::{
    Timestamp,
    conversation::{Author, Message},
    customer::Customer,
    event::{Actor, NewEvent, Payload, StreamId},
    id::{ConversationId, MessageId},
    input::{Received, Refusal},
    limits::{ATTACHMENTS_MAX, MESSAGE_TEXT_MAX_BYTES},
    state::Directory,
};

/// A message opens its conversation if need be, and takes up a closed or parked one again.
pub(super) fn decide(
    directory: &Directory,
    received: &Received,
    now: Timestamp,
) -> Result<Vec<NewEvent>, Refusal> {
    if received.text.len() > MESSAGE_TEXT_MAX_BYTES {
        return Err(Refusal::TooLong { what: "message", limit: MESSAGE_TEXT_MAX_BYTES });
    }
    if received.files.len() > ATTACHMENTS_MAX {
        return Err(Refusal::TooMany { what: "attachments", limit: ATTACHMENTS_MAX });
    }
    if received.text.trim().is_empty() && received.files.is_empty() {
        return Err(Refusal::Empty);
    }
    let mut events = Vec::new();
    if !received.customer_known {
        events.push(from_customer(
            StreamId::Customer(received.customer),
            Payload::CustomerCreated(first_heard_of(received, now)),
        ));
    }
    let stream = on(received.conversation);
    match directory.conversations.get(&received.conversation) {
        None => events.push(from_customer(stream.clone(), opened(received))),
        Some(conversation) if conversation.is_closed() => {
            events.push(from_customer(stream.clone(), Payload::Reopened));
        }
        Some(conversation) => {
            if let crate::conversation::Status::Parked { .. } = conversation.status {
                events.push(from_customer(stream.clone(), Payload::Resumed));
            }
        }
    }
    events.push(from_customer(stream, Payload::MessageReceived(message(received, now))));
    Ok(events)
}

fn opened(received: &Received) -> Payload {
    Payload::ConversationOpened {
        customer: received.customer,
        channel: received.channel.clone(),
        thread: received.thread.clone(),
        subject: received.subject.clone(),
        skill: received.skill.clone(),
        priority: 0,
    }
}

fn message(received: &Received, now: Timestamp) -> Message {
    Message {
        id: received.message,
        author: Author::Customer(received.sender.clone()),
        text: received.text.clone(),
        files: received.files.clone(),
        at: now,
        remote_id: Some(received.remote_id.clone()),
    }
}

fn first_heard_of(received: &Received, now: Timestamp) -> Customer {
    let mut customer = Customer::named(received.customer, received.sender.clone(), now);
    customer.handles.extend(received.handle.clone());
    customer.language.clone_from(&received.language);
    customer
}

/// The customer changed a message or took it back.
pub(super) fn decide_edit(
    directory: &Directory,
    conversation: ConversationId,
    message: MessageId,
    text: Option<&str>,
) -> Result<Vec<NewEvent>, Refusal> {
    if !directory.conversations.contains_key(&conversation) {
        return Err(Refusal::NoConversation);
    }
    let payload = match text {
        Some(text) if text.len() > MESSAGE_TEXT_MAX_BYTES => {
            return Err(Refusal::TooLong { what: "message", limit: MESSAGE_TEXT_MAX_BYTES });
        }
        Some(text) => Payload::MessageEdited { message, text: text.to_owned() },
        None => Payload::MessageRedacted { message },
    };
    Ok(vec![from_customer(on(conversation), payload)])
}

fn from_customer(stream: StreamId, payload: Payload) -> NewEvent {
    NewEvent { stream, actor: Actor::Customer, payload }
}
