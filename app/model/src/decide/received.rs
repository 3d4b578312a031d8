//! Decisions about what channels bring in.

use std::collections::BTreeMap;

use super::{limit_name, on};
use crate::{
    Timestamp,
    conversation::{Author, Message},
    customer::Customer,
    event::{Actor, NewEvent, Payload, StreamId},
    id::{ConversationId, MessageId},
    input::{Received, Refusal},
    limits::{ATTACHMENTS_MAX, FACTS_MAX, MESSAGE_TEXT_MAX_BYTES},
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
        // What the company wrote elsewhere gives nobody here anything to do.
        Some(_) if received.from_us => {}
        Some(conversation) if conversation.is_closed() => {
            events.push(from_customer(stream.clone(), Payload::Reopened));
        }
        Some(conversation) => {
            if let crate::conversation::Status::Parked { .. } = conversation.status {
                events.push(from_customer(stream.clone(), Payload::Resumed));
            }
        }
    }
    events.push(if received.from_us {
        let message =
            Message { author: Author::Elsewhere(received.sender.clone()), ..message(received, now) };
        NewEvent {
            stream,
            actor: Actor::Plugin(received.plugin.clone()),
            payload: Payload::SentElsewhere(message),
        }
    } else {
        from_customer(stream, Payload::MessageReceived(message(received, now)))
    });
    Ok(events)
}

/// What is known already is no event.
pub(super) fn decide_facts(
    directory: &Directory,
    conversation: ConversationId,
    facts: &BTreeMap<String, String>,
) -> Result<Vec<NewEvent>, Refusal> {
    let Some(present) = directory.conversations.get(&conversation) else {
        return Err(Refusal::NoConversation);
    };
    if facts.len() > FACTS_MAX {
        return Err(Refusal::TooMany { what: "facts", limit: FACTS_MAX });
    }
    let mut news = BTreeMap::new();
    for (name, value) in facts {
        limit_name("fact", name)?;
        limit_name("fact", value)?;
        if !name.trim().is_empty() && present.facts.get(name) != Some(value) {
            news.insert(name.clone(), value.clone());
        }
    }
    if news.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![from_customer(on(conversation), Payload::FactsNoted(news))])
}

/// The customer's side left: told once until it writes again.
pub(super) fn decide_left(
    directory: &Directory,
    conversation: ConversationId,
    reason: &str,
) -> Result<Vec<NewEvent>, Refusal> {
    let Some(present) = directory.conversations.get(&conversation) else {
        return Err(Refusal::NoConversation);
    };
    limit_name("reason", reason)?;
    if present.customer_left || present.is_closed() {
        return Ok(Vec::new());
    }
    Ok(vec![from_customer(on(conversation), Payload::CustomerLeft { reason: reason.to_owned() })])
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
    // What the company wrote elsewhere names its sender, not the customer.
    let name = if received.from_us { &received.thread } else { &received.sender };
    let mut customer = Customer::named(received.customer, name.clone(), now);
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
