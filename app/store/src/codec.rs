//! The journal's own spelling of streams, actors, kinds and payloads, converted by hand.

use std::borrow::Cow;

use model::{
    AgentId, ConversationId, CustomerId, PluginId, TicketId, Timestamp,
    event::{Actor, Payload, StreamId},
};
use serde::Serialize;
use uuid::Uuid;

/// Version of the events written today. Kinds and optional fields are only added, so it has never changed.
pub const EVENT_VERSION: i64 = 1;

/// Every kind, in the order of [`Payload`]. A test holds it against what serde writes.
pub const KINDS: [&str; 52] = [
    "conversation-opened",
    "message-received",
    "reply-queued",
    "delivery-changed",
    "note-added",
    "message-edited",
    "message-redacted",
    "assigned",
    "unassigned",
    "transferred",
    "parked",
    "resumed",
    "closed",
    "reopened",
    "seen",
    "tag-added",
    "tag-removed",
    "proposal-made",
    "proposal-settled",
    "prompt-shown",
    "finding-raised",
    "finding-answered",
    "linked",
    "ticket-linked",
    "sent-elsewhere",
    "facts-noted",
    "customer-left",
    "mentioned",
    "customer-created",
    "customer-named",
    "handle-added",
    "customer-tagged",
    "customer-untagged",
    "device-recorded",
    "personal-data-revealed",
    "ticket-opened",
    "ticket-moved",
    "ticket-changed",
    "ticket-commented",
    "agent-profiled",
    "presence-changed",
    "plugin-installed",
    "plugin-granted",
    "plugin-paused",
    "plugin-resumed",
    "plugin-quarantined",
    "plugin-faulted",
    "plugin-removed",
    "plugin-configured",
    "account-set",
    "account-removed",
    "dead-lettered",
];

/// Kinds that a timeline shows as entries of their own.
pub const TIMELINE_KINDS: [&str; 19] = [
    "conversation-opened",
    "message-received",
    "reply-queued",
    "note-added",
    "assigned",
    "unassigned",
    "transferred",
    "parked",
    "resumed",
    "closed",
    "reopened",
    "proposal-settled",
    "prompt-shown",
    "finding-raised",
    "linked",
    "ticket-linked",
    "sent-elsewhere",
    "facts-noted",
    "customer-left",
];

/// The kind of a payload, spelled as serde spells its tag.
pub fn kind(payload: &Payload) -> &str {
    match payload {
        Payload::ConversationOpened { .. } => "conversation-opened",
        Payload::MessageReceived(_) => "message-received",
        Payload::ReplyQueued { .. } => "reply-queued",
        Payload::DeliveryChanged { .. } => "delivery-changed",
        Payload::NoteAdded(_) => "note-added",
        Payload::MessageEdited { .. } => "message-edited",
        Payload::MessageRedacted { .. } => "message-redacted",
        Payload::Assigned { .. } => "assigned",
        Payload::Unassigned => "unassigned",
        Payload::Transferred { .. } => "transferred",
        Payload::Parked { .. } => "parked",
        Payload::Resumed => "resumed",
        Payload::Closed(_) => "closed",
        Payload::Reopened => "reopened",
        Payload::Seen { .. } => "seen",
        Payload::TagAdded(_) => "tag-added",
        Payload::TagRemoved(_) => "tag-removed",
        Payload::ProposalMade(_) => "proposal-made",
        Payload::ProposalSettled { .. } => "proposal-settled",
        Payload::PromptShown(_) => "prompt-shown",
        Payload::FindingRaised(_) => "finding-raised",
        Payload::FindingAnswered { .. } => "finding-answered",
        Payload::Linked(_) => "linked",
        Payload::TicketLinked(_) => "ticket-linked",
        Payload::SentElsewhere(_) => "sent-elsewhere",
        Payload::FactsNoted(_) => "facts-noted",
        Payload::CustomerLeft { .. } => "customer-left",
        Payload::Mentioned { .. } => "mentioned",
        Payload::CustomerCreated(_) => "customer-created",
        Payload::CustomerNamed { .. } => "customer-named",
        Payload::HandleAdded(_) => "handle-added",
        Payload::CustomerTagged(_) => "customer-tagged",
        Payload::CustomerUntagged(_) => "customer-untagged",
        Payload::DeviceRecorded(_) => "device-recorded",
        Payload::PersonalDataRevealed { .. } => "personal-data-revealed",
        Payload::TicketOpened(_) => "ticket-opened",
        Payload::TicketMoved(_) => "ticket-moved",
        Payload::TicketChanged(_) => "ticket-changed",
        Payload::TicketCommented(_) => "ticket-commented",
        Payload::AgentProfiled(_) => "agent-profiled",
        Payload::PresenceChanged(_) => "presence-changed",
        Payload::PluginInstalled { .. } => "plugin-installed",
        Payload::PluginGranted(_) => "plugin-granted",
        Payload::PluginPaused => "plugin-paused",
        Payload::PluginResumed => "plugin-resumed",
        Payload::PluginQuarantined => "plugin-quarantined",
        Payload::PluginFaulted(_) => "plugin-faulted",
        Payload::PluginRemoved => "plugin-removed",
        Payload::PluginConfigured(_) => "plugin-configured",
        Payload::AccountSet(_) => "account-set",
        Payload::AccountRemoved(_) => "account-removed",
        Payload::DeadLettered { .. } => "dead-lettered",
        Payload::Unknown { kind } => kind,
    }
}

/// A value as JSON, in a string with room for so many bytes to begin with.
pub fn json<T: Serialize>(value: &T, room_bytes: usize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(room_bytes);
    serde_json::to_writer(&mut bytes, value)?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Whether this version writes events of a kind.
pub fn is_known(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// The payload of an event. What this version cannot read, because a newer one wrote it, is kept as unknown, so
/// that one event never keeps a desk from opening; `verify` names it where the kind is known.
pub fn payload(kind: &str, json: &str) -> Payload {
    try_payload(kind, json).unwrap_or_else(|_| Payload::Unknown { kind: kind.to_owned() })
}

/// The same, where the reader wants to know that a known kind could not be read.
pub fn try_payload(kind: &str, json: &str) -> Result<Payload, serde_json::Error> {
    if is_known(kind) { serde_json::from_str(json) } else { Ok(Payload::Unknown { kind: kind.to_owned() }) }
}

/// The key of a stream, without a copy of it on the heap: every event needs it.
#[derive(Clone, Copy, Debug)]
pub enum StreamKey<'a> {
    /// An id's bytes.
    Id([u8; 16]),
    /// A name.
    Name(&'a str),
    /// There is only one of the kind.
    Only,
}

impl StreamKey<'_> {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Id(id) => id,
            Self::Name(name) => name.as_bytes(),
            Self::Only => &[],
        }
    }
}

/// A stream as kind and key.
pub fn stream_key(stream: &StreamId) -> (&'static str, StreamKey<'_>) {
    match stream {
        StreamId::Conversation(id) => ("conversation", StreamKey::Id(id.uuid().into_bytes())),
        StreamId::Customer(id) => ("customer", StreamKey::Id(id.uuid().into_bytes())),
        StreamId::Ticket(id) => ("ticket", StreamKey::Id(id.uuid().into_bytes())),
        StreamId::Agent(id) => ("agent", StreamKey::Id(id.uuid().into_bytes())),
        StreamId::Plugin(id) => ("plugin", StreamKey::Name(id.as_str())),
        StreamId::Desk => ("desk", StreamKey::Only),
    }
}

/// A stream read back from kind and key.
pub fn stream(kind: &str, key: &[u8]) -> Option<StreamId> {
    let uuid = || Uuid::from_slice(key).ok();
    Some(match kind {
        "conversation" => StreamId::Conversation(ConversationId::new(uuid()?)),
        "customer" => StreamId::Customer(CustomerId::new(uuid()?)),
        "ticket" => StreamId::Ticket(TicketId::new(uuid()?)),
        "agent" => StreamId::Agent(AgentId::new(uuid()?)),
        "plugin" => StreamId::Plugin(PluginId::new(std::str::from_utf8(key).ok()?)),
        "desk" if key.is_empty() => StreamId::Desk,
        _ => return None,
    })
}

/// An actor as text: `agent:ID`, `customer`, `plugin:NAME`, `desk`.
pub fn actor_text(actor: &Actor) -> Cow<'static, str> {
    match actor {
        Actor::Agent(id) => format!("agent:{id}").into(),
        Actor::Customer => "customer".into(),
        Actor::Plugin(id) => format!("plugin:{id}").into(),
        Actor::Desk => "desk".into(),
    }
}

/// An actor read back.
pub fn actor(text: &str) -> Option<Actor> {
    Some(match text.split_once(':') {
        Some(("agent", id)) => Actor::Agent(id.parse().ok()?),
        Some(("plugin", name)) => Actor::Plugin(PluginId::new(name)),
        None if text == "customer" => Actor::Customer,
        None if text == "desk" => Actor::Desk,
        _ => return None,
    })
}

/// A moment in the journal's unit.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A moment read back; what lies outside the calendar becomes its nearest end.
pub fn moment(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_actors_read_back() {
        let agent = AgentId::from_u128(7);
        for stream_id in [
            StreamId::Conversation(ConversationId::from_u128(1)),
            StreamId::Customer(CustomerId::from_u128(2)),
            StreamId::Ticket(TicketId::from_u128(3)),
            StreamId::Agent(agent),
            StreamId::Plugin("web:chat 中文".into()),
            StreamId::Desk,
        ] {
            let (kind, key) = stream_key(&stream_id);
            assert_eq!(stream(kind, key.as_slice()).as_ref(), Some(&stream_id));
        }
        for who in [Actor::Agent(agent), Actor::Customer, Actor::Plugin("a:b".into()), Actor::Desk] {
            assert_eq!(actor(&actor_text(&who)), Some(who));
        }
        for nonsense in ["", "agent:", "agent:x", "robot", "robot:1"] {
            assert_eq!(actor(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_unknown_kind_is_kept_by_name() {
        let unknown = Payload::Unknown { kind: "call-started".to_owned() };
        assert_eq!(payload("call-started", r#"{"call-started":{"line":2}}"#), unknown);
        assert_eq!(kind(&unknown), "call-started");
        // A newer version may know more stages than this one.
        assert_eq!(
            payload("ticket-moved", r#"{"ticket-moved":"on-hold"}"#),
            Payload::Unknown { kind: "ticket-moved".to_owned() }
        );
    }
}
