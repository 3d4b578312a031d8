//! Projections: what the journal adds up to, in tables. The same code runs behind every append, in a rebuild
//! and in a verification, over the model's own `apply_*` functions.
//!
//! # Invariants
//!
//! - A row depends on nothing but the events before it, in their order.
//! - Streams are known here by their numbers only, so that a projection can be made in an empty database.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use model::{
    AgentId, PluginId,
    conversation::{Conversation, Delivery},
    customer::{Customer, Handle, HandleKind},
    event::{Event, Payload, StreamId},
    presence::Presence,
    proposal::Fate,
    state::{self, PluginRecord},
    ticket::Ticket,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::{codec, error::StorageError};

/// Every projection with the columns that name and order its rows; compared by a verification, emptied by a
/// rebuild. The index of words stands apart, since it runs behind.
pub const TABLES: [(&str, &str); 16] = [
    ("conversation", "stream"),
    ("message", "id"),
    ("edit", "message"),
    ("delivery", "message"),
    ("proposal", "id"),
    ("proposal_count", "plugin"),
    ("finding", "id"),
    ("customer", "stream"),
    ("customer_search", "stream"),
    ("handle", "kind, value"),
    ("ticket", "stream"),
    ("ticket_search", "stream"),
    ("agent", "id"),
    ("account", "id"),
    ("plugin", "name"),
    ("file_use", "file, position"),
];

/// Room for most states as JSON, so that one is not moved while it grows.
const STATE_USUAL_BYTES: usize = 1024;
/// Conversations kept in memory between events; beyond it the memory starts afresh.
const CONVERSATIONS_CACHED_MAX: usize = 4096;

/// Writes projections, with the conversations it has seen lately in memory.
#[derive(Debug, Default)]
pub struct Projector {
    conversations: HashMap<i64, Cached>,
    changed: HashSet<i64>,
}

/// A conversation in memory, and whether its row says that it is open, once there is a row.
#[derive(Debug)]
struct Cached {
    state: Option<Conversation>,
    stored_open: Option<bool>,
}

impl Projector {
    /// Takes in one event of the stream with this number. [`Projector::flush`] writes what it left in memory.
    pub fn apply(&mut self, db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
        for file in event.payload.files() {
            db.prepare_cached("INSERT OR IGNORE INTO file_use (file, position) VALUES (?1, ?2)")?
                .execute(params![file.file.as_str(), event.position as i64])?;
        }
        match &event.stream {
            StreamId::Conversation(_) => self.conversation(db, stream, event),
            StreamId::Customer(_) => customer(db, stream, event),
            StreamId::Ticket(_) => ticket(db, stream, event),
            StreamId::Agent(id) => agent(db, *id, event),
            StreamId::Plugin(id) => plugin(db, id, event),
            StreamId::Desk => desk(db, event),
        }
    }

    /// Writes the conversations that changed since the last time. What could not be written stays to be written.
    pub fn flush(&mut self, db: &Connection) -> Result<(), StorageError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        for stream in &self.changed {
            if let Some(cached) = self.conversations.get_mut(stream) {
                store_conversation(db, *stream, cached)?;
            }
        }
        self.changed.clear();
        if self.conversations.len() > CONVERSATIONS_CACHED_MAX {
            self.conversations.clear();
        }
        Ok(())
    }

    /// Forgets what is in memory, after a transaction was undone.
    pub fn forget(&mut self) {
        self.conversations.clear();
        self.changed.clear();
    }

    fn conversation(&mut self, db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
        let cached = match self.conversations.entry(stream) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let state: Option<Conversation> = load(db, "conversation", stream)?;
                let stored_open = state.as_ref().map(|conversation| !conversation.is_closed());
                entry.insert(Cached { state, stored_open })
            }
        };
        let before = cached.state.take();
        idle_agent(db, before.as_ref(), event)?;
        cached.state = state::apply_conversation(before, event);
        self.changed.insert(stream);
        message(db, stream, event)?;
        advice(db, stream, event)
    }
}

/// An agent who got or finished something has been idle since then.
fn idle_agent(db: &Connection, before: Option<&Conversation>, event: &Event) -> Result<(), StorageError> {
    let agent = match &event.payload {
        Payload::Assigned { agent } => Some(*agent),
        Payload::Closed(_) => before.and_then(Conversation::agent),
        _ => None,
    };
    if let Some(agent) = agent {
        db.prepare_cached("UPDATE agent SET idle_since_ms = ?2 WHERE id = ?1")?
            .execute(params![agent.uuid().as_bytes(), codec::millis(event.at)])?;
    }
    Ok(())
}

fn store_conversation(db: &Connection, stream: i64, cached: &mut Cached) -> Result<(), StorageError> {
    let Some(state) = &cached.state else { return Ok(()) };
    let is_open = !state.is_closed();
    let json = json("conversation", stream, state)?;
    let last_at_ms = codec::millis(state.last_at);
    if cached.stored_open == Some(is_open) {
        // The indexed columns stay as they are, so that no index is touched.
        db.prepare_cached("UPDATE conversation SET last_at_ms = ?2, state = ?3 WHERE stream = ?1")?
            .execute(params![stream, last_at_ms, json])?;
    } else {
        db.prepare_cached(
            "INSERT OR REPLACE INTO conversation (stream, customer, is_open, last_at_ms, state)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![stream, state.customer.uuid().as_bytes(), is_open, last_at_ms, json])?;
        cached.stored_open = Some(is_open);
    }
    Ok(())
}

/// Messages, what became of them, and what customers changed about them.
fn message(db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
    if let Some(message) = event.payload.message() {
        db.prepare_cached("INSERT OR IGNORE INTO message (id, stream, position) VALUES (?1, ?2, ?3)")?
            .execute(params![message.id.uuid().as_bytes(), stream, event.position as i64])?;
    }
    match &event.payload {
        Payload::ReplyQueued { message, .. } => {
            db.prepare_cached(
                "INSERT OR REPLACE INTO delivery (message, stream, position, delivery, attempts, remote_id, waiting)
                 VALUES (?1, ?2, ?3, ?4, 0, NULL, 1)",
            )?
            .execute(params![
                message.id.uuid().as_bytes(),
                stream,
                event.position as i64,
                json("delivery", stream, &Delivery::Queued)?,
            ])?;
        }
        Payload::DeliveryChanged { message, delivery, remote_id, attempts } => {
            let waiting = if delivery.is_pending() {
                1
            } else if delivery.needs_attention() {
                2
            } else {
                0
            };
            db.prepare_cached(
                "UPDATE delivery SET delivery = ?2, attempts = ?3, remote_id = coalesce(?4, remote_id), waiting = ?5
                 WHERE message = ?1",
            )?
            .execute(params![
                message.uuid().as_bytes(),
                json("delivery", stream, delivery)?,
                attempts,
                remote_id,
                waiting
            ])?;
        }
        Payload::MessageEdited { message, text } => {
            // A message that was taken back stays so.
            db.prepare_cached(
                "INSERT INTO edit (message, text) VALUES (?1, ?2)
                 ON CONFLICT (message) DO UPDATE SET text = excluded.text WHERE text IS NOT NULL",
            )?
            .execute(params![message.uuid().as_bytes(), text])?;
        }
        Payload::MessageRedacted { message } => {
            db.prepare_cached("INSERT OR REPLACE INTO edit (message, text) VALUES (?1, NULL)")?
                .execute(params![message.uuid().as_bytes()])?;
        }
        _ => {}
    }
    Ok(())
}

/// Proposals and findings.
fn advice(db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
    let position = event.position as i64;
    match &event.payload {
        Payload::ProposalMade(proposal) => {
            db.prepare_cached(
                "INSERT OR IGNORE INTO proposal (id, stream, position, is_open) VALUES (?1, ?2, ?3, 1)",
            )?
            .execute(params![proposal.id.uuid().as_bytes(), stream, position])?;
            count_proposal(db, &proposal.plugin, None)?;
        }
        Payload::ProposalSettled { proposal, plugin, settled } => {
            db.prepare_cached("UPDATE proposal SET is_open = 0 WHERE id = ?1")?
                .execute(params![proposal.uuid().as_bytes()])?;
            count_proposal(db, plugin, Some(settled.fate))?;
        }
        Payload::FindingRaised(finding) => {
            db.prepare_cached("INSERT OR IGNORE INTO finding (id, stream, position) VALUES (?1, ?2, ?3)")?
                .execute(params![finding.id.uuid().as_bytes(), stream, position])?;
        }
        Payload::FindingAnswered { finding, disputed, words } => {
            db.prepare_cached("UPDATE finding SET disputed = ?2, words = ?3 WHERE id = ?1")?
                .execute(params![finding.uuid().as_bytes(), disputed, words])?;
        }
        _ => {}
    }
    Ok(())
}

fn count_proposal(db: &Connection, plugin: &PluginId, fate: Option<Fate>) -> Result<(), StorageError> {
    db.prepare_cached("INSERT OR IGNORE INTO proposal_count VALUES (?1, 0, 0, 0, 0, 0)")?
        .execute(params![plugin.as_str()])?;
    let add = match fate {
        None => "UPDATE proposal_count SET made = made + 1 WHERE plugin = ?1",
        Some(Fate::Accepted) => "UPDATE proposal_count SET accepted = accepted + 1 WHERE plugin = ?1",
        Some(Fate::Edited) => "UPDATE proposal_count SET edited = edited + 1 WHERE plugin = ?1",
        Some(Fate::Dismissed) => "UPDATE proposal_count SET dismissed = dismissed + 1 WHERE plugin = ?1",
        Some(Fate::Expired) => "UPDATE proposal_count SET expired = expired + 1 WHERE plugin = ?1",
    };
    db.prepare_cached(add)?.execute(params![plugin.as_str()])?;
    Ok(())
}

fn customer(db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
    let StreamId::Customer(id) = &event.stream else { return Ok(()) };
    let before: Option<Customer> = load(db, "customer", stream)?;
    let Some(after) = state::apply_customer(before, event) else { return Ok(()) };
    db.prepare_cached("INSERT OR REPLACE INTO customer (stream, state) VALUES (?1, ?2)")?
        .execute(params![stream, json("customer", stream, &after)?])?;
    db.prepare_cached("INSERT OR REPLACE INTO customer_search (stream, text) VALUES (?1, ?2)")?
        .execute(params![stream, customer_text(&after)])?;
    // Erased handles have no value.
    for handle in after.handles.iter().filter(|handle| !handle.value.is_empty()) {
        // The first customer with an address keeps it.
        db.prepare_cached("INSERT OR IGNORE INTO handle (kind, value, customer) VALUES (?1, ?2, ?3)")?
            .execute(params![handle_kind(handle.kind), handle_value(handle), id.uuid().as_bytes()])?;
    }
    Ok(())
}

/// What a customer is found by: name first, then each handle, on lines of their own.
fn customer_text(customer: &Customer) -> String {
    let mut text = customer.name.to_lowercase();
    for handle in &customer.handles {
        text.push('\n');
        text.push_str(&handle_value(handle));
    }
    text
}

/// The kind of a handle, as the table has it.
pub fn handle_kind(kind: HandleKind) -> &'static str {
    match kind {
        HandleKind::Phone => "phone",
        HandleKind::Mail => "mail",
        HandleKind::Web => "web",
        HandleKind::Social => "social",
        HandleKind::User => "user",
    }
}

/// A handle without what makes no difference: punctuation in telephone numbers, capitals in mail addresses.
pub fn handle_value(handle: &Handle) -> String {
    match handle.kind {
        HandleKind::Phone => phone_digits(&handle.value),
        HandleKind::Mail => handle.value.trim().to_lowercase(),
        HandleKind::Web | HandleKind::Social | HandleKind::User => handle.value.trim().to_owned(),
    }
}

/// A telephone number without spaces, hyphens, dots and parentheses.
pub fn phone_digits(value: &str) -> String {
    value.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.')).collect()
}

fn ticket(db: &Connection, stream: i64, event: &Event) -> Result<(), StorageError> {
    let before: Option<Ticket> = load(db, "ticket", stream)?;
    let Some(after) = state::apply_ticket(before, event) else { return Ok(()) };
    db.prepare_cached(
        "INSERT OR REPLACE INTO ticket (stream, customer, number, changed_ms, state) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        stream,
        after.customer.uuid().as_bytes(),
        ending_number(&after.number),
        codec::millis(after.changed),
        json("ticket", stream, &after)?,
    ])?;
    db.prepare_cached("INSERT OR REPLACE INTO ticket_search (stream, text) VALUES (?1, ?2)")?
        .execute(params![stream, ticket_text(&after)])?;
    Ok(())
}

/// What a ticket is found by.
fn ticket_text(ticket: &Ticket) -> String {
    let mut text = format!("{}\n{}", ticket.number, ticket.title);
    for value in ticket.values.values() {
        text.push('\n');
        text.push_str(&value.text);
    }
    text.to_lowercase()
}

/// The number that a ticket's name ends in, such as 20931 of `R-20931`; 0 where there is none.
fn ending_number(name: &str) -> i64 {
    let head = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name[head.len()..].parse().unwrap_or(0)
}

fn agent(db: &Connection, id: AgentId, event: &Event) -> Result<(), StorageError> {
    let at_ms = codec::millis(event.at);
    match &event.payload {
        Payload::AgentProfiled(profile) => {
            db.prepare_cached(
                "INSERT INTO agent (id, profile, presence, since_ms, idle_since_ms) VALUES (?1, ?2, ?3, ?4, ?4)
                 ON CONFLICT (id) DO UPDATE SET profile = excluded.profile",
            )?
            .execute(params![
                id.uuid().as_bytes(),
                json("agent", 0, profile)?,
                json("agent", 0, &Presence::Offline)?,
                at_ms
            ])?;
        }
        Payload::PresenceChanged(presence) => {
            db.prepare_cached("UPDATE agent SET presence = ?2, since_ms = ?3 WHERE id = ?1")?
                .execute(params![id.uuid().as_bytes(), json("agent", 0, presence)?, at_ms])?;
        }
        _ => {}
    }
    Ok(())
}

fn plugin(db: &Connection, id: &PluginId, event: &Event) -> Result<(), StorageError> {
    if event.payload == Payload::PluginRemoved {
        db.prepare_cached("DELETE FROM plugin WHERE name = ?1")?.execute([id.as_str()])?;
        return Ok(());
    }
    let before: Option<String> = db
        .prepare_cached("SELECT state FROM plugin WHERE name = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    let mut record: PluginRecord = match before {
        Some(before) => parse("plugin", 0, &before)?,
        None => PluginRecord::default(),
    };
    state::apply_plugin(&mut record, &event.payload);
    db.prepare_cached("INSERT OR REPLACE INTO plugin (name, state) VALUES (?1, ?2)")?
        .execute(params![id.as_str(), json("plugin", 0, &record)?])?;
    Ok(())
}

fn desk(db: &Connection, event: &Event) -> Result<(), StorageError> {
    match &event.payload {
        Payload::AccountSet(account) => {
            db.prepare_cached("INSERT OR REPLACE INTO account (id, state) VALUES (?1, ?2)")?
                .execute(params![account.id.uuid().as_bytes(), json("account", 0, account)?])?;
        }
        Payload::AccountRemoved(id) => {
            db.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([id.uuid().as_bytes()])?;
        }
        _ => {}
    }
    Ok(())
}

/// Reads the state of one stream.
pub fn load<T: DeserializeOwned>(
    db: &Connection,
    table: &'static str,
    stream: i64,
) -> Result<Option<T>, StorageError> {
    let json: Option<String> = db
        .prepare_cached(&format!("SELECT state FROM {table} WHERE stream = ?1"))?
        .query_row([stream], |row| row.get(0))
        .optional()?;
    json.map(|json| parse(table, stream, &json)).transpose()
}

/// Reads a value that the store wrote as JSON.
pub fn parse<T: DeserializeOwned>(table: &'static str, row: i64, json: &str) -> Result<T, StorageError> {
    serde_json::from_str(json).map_err(|error| StorageError::unreadable(table, row, error))
}

fn json<T: Serialize>(table: &'static str, row: i64, value: &T) -> Result<String, StorageError> {
    codec::json(value, STATE_USUAL_BYTES).map_err(|error| StorageError::unreadable(table, row, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_lose_what_makes_no_difference() {
        for (kind, given, kept) in [
            (HandleKind::Phone, "+86 138-1234 (6027)", "+8613812346027"),
            (HandleKind::Mail, " Anna@Example.COM ", "anna@example.com"),
            (HandleKind::User, "A-17", "A-17"),
        ] {
            assert_eq!(handle_value(&Handle { kind, value: given.to_owned() }), kept);
        }
    }

    #[test]
    fn numbers_at_the_end_of_names() {
        for (name, number) in [
            ("R-20931", 20931),
            ("工单20007", 20007),
            ("R-", 0),
            ("", 0),
            ("R-1a", 0),
            ("99999999999999999999", 0),
        ] {
            assert_eq!(ending_number(name), number, "{name}");
        }
    }
}
