//! Values for tests.

use crate::{
    Ctx,
    types::{Conversation, ConversationState, Customer, Device, Direction, Message, Party, RunMode},
};

/// The pretended desk's clock: 2026-11-24 10:00 in Shanghai, a Tuesday.
pub const NOW_MS: u64 = 1_795_485_600_000;

/// A call at [`NOW_MS`], in Chinese.
pub fn ctx() -> Ctx {
    Ctx {
        call: 1,
        now_ms: NOW_MS,
        utc_offset_min: 480,
        seed: 1,
        budget_ms: 1000,
        attempt: 1,
        mode: RunMode::Test,
        account: String::new(),
        locale: "zh-CN".to_owned(),
    }
}

/// A customer of whom nothing is known but id and name.
pub fn customer(id: &str, name: &str) -> Customer {
    Customer {
        id: id.to_owned(),
        name: name.to_owned(),
        title: String::new(),
        language: String::new(),
        handles: vec![],
        tier: String::new(),
        tags: vec![],
        address: String::new(),
        devices: vec![],
        orders: vec![],
        services: vec![],
        marketing_consent: false,
        attributes: vec![],
        since_ms: NOW_MS,
    }
}

/// A device with a model, installed on this day.
pub fn device(name: &str, model: &str, installed: &str) -> Device {
    Device {
        name: name.to_owned(),
        model: model.to_owned(),
        serial: String::new(),
        place: String::new(),
        bought: String::new(),
        installed: installed.to_owned(),
        warranty_until: String::new(),
        warranty_extended: false,
    }
}

/// A conversation with this customer and these messages, assigned to an agent.
pub fn conversation(id: &str, customer: Customer, messages: Vec<Message>) -> Conversation {
    Conversation {
        id: id.to_owned(),
        channel: "chat".to_owned(),
        account: String::new(),
        subject: String::new(),
        state: ConversationState::Assigned,
        tags: vec![],
        customer,
        messages,
        more: false,
    }
}

/// A message from the customer, so many seconds after [`NOW_MS`].
pub fn inbound(id: &str, after_s: u64, text: &str) -> Message {
    message(id, after_s, Direction::Inbound, text)
}

/// A message from the agent, so many seconds after [`NOW_MS`].
pub fn outbound(id: &str, after_s: u64, text: &str) -> Message {
    message(id, after_s, Direction::Outbound, text)
}

fn message(id: &str, after_s: u64, dir: Direction, text: &str) -> Message {
    let sender = match dir {
        Direction::Inbound => Party::new("customer", "Customer"),
        Direction::Outbound | Direction::Note => Party::new("agent", "Agent"),
    };
    Message {
        id: id.to_owned(),
        at_ms: NOW_MS + after_s * 1000,
        dir,
        sender,
        text: text.to_owned(),
        files: vec![],
    }
}
