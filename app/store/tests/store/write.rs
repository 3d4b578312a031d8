//! Short words for what the tests write.

use model::{
    AccountId, AgentId, ConversationId, CustomerId, EventId, MessageId, Timestamp,
    conversation::{Author, Channel, Message},
    customer::Customer,
    event::{Actor, NewEvent, Payload, StreamId},
};
use switchboard_store::{Commit, Store};

pub const ACCOUNT: AccountId = AccountId::from_u128(0xacc);
pub const AGENT: AgentId = AgentId::from_u128(0xa6e);

/// A moment: milliseconds after a certain morning.
pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_500_000_000 + ms).unwrap()
}

pub fn conversation(number: u128) -> ConversationId {
    ConversationId::from_u128(0xc000 + number)
}

pub fn customer(number: u128) -> CustomerId {
    CustomerId::from_u128(0xd000 + number)
}

pub fn opened(number: u128) -> Payload {
    Payload::ConversationOpened {
        customer: customer(number),
        channel: Channel { account: ACCOUNT, kind: "chat".to_owned(), title: "官网".to_owned() },
        thread: format!("thread-{number}"),
        subject: String::new(),
        skill: String::new(),
        priority: 0,
    }
}

pub fn message(number: u128, author: Author, text: &str) -> Message {
    Message {
        id: MessageId::from_u128(number),
        author,
        text: text.to_owned(),
        files: Vec::new(),
        at: at(number as i64),
        remote_id: None,
    }
}

pub fn received(number: u128, text: &str) -> Payload {
    Payload::MessageReceived(message(number, Author::Customer("王女士".to_owned()), text))
}

pub fn reply(number: u128, text: &str) -> Payload {
    Payload::ReplyQueued {
        message: message(number, Author::Agent(AGENT), text),
        key: format!("key-{number}"),
    }
}

/// A commit of these payloads on one stream, with event ids made from a number.
pub fn commit(first_id: u128, stream: &StreamId, payloads: impl IntoIterator<Item = Payload>) -> Commit {
    let events = (first_id..).zip(payloads).map(|(id, payload)| {
        (EventId::from_u128(id), NewEvent { stream: stream.clone(), actor: Actor::Desk, payload })
    });
    Commit { events: events.collect(), ..Commit::new(at(first_id as i64)) }
}

/// Appends payloads to a conversation.
pub fn say(store: &mut Store, number: u128, payloads: impl IntoIterator<Item = Payload>) {
    let next = u128::from(store.last_position().unwrap()) + 1;
    store.append(commit(next, &StreamId::Conversation(conversation(number)), payloads)).unwrap();
}

/// Creates a customer.
pub fn create(store: &mut Store, customer: Customer) {
    let next = u128::from(store.last_position().unwrap()) + 1;
    let stream = StreamId::Customer(customer.id);
    store.append(commit(next, &stream, [Payload::CustomerCreated(customer)])).unwrap();
}
