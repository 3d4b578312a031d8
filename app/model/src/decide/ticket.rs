//! Decisions about tickets.

use super::{by, on};
use crate::{
    command::TicketCommand,
    event::{NewEvent, Payload, StreamId},
    id::{AgentId, TicketId},
    input::Refusal,
    limits::{FORM_FIELDS_MAX, MESSAGE_TEXT_MAX_BYTES},
    state::Directory,
    ticket::Ticket,
};

/// A submitted ticket is recorded on its own stream and on the conversation it came from.
pub(super) fn decide_submitted(
    directory: &Directory,
    agent: AgentId,
    ticket: &Ticket,
) -> Result<Vec<NewEvent>, Refusal> {
    if ticket.values.len() > FORM_FIELDS_MAX {
        return Err(Refusal::TooMany { what: "fields", limit: FORM_FIELDS_MAX });
    }
    if !directory.agents.contains_key(&agent) {
        return Err(Refusal::NoAgent);
    }
    let mut events = vec![by(agent, StreamId::Ticket(ticket.id), Payload::TicketOpened(ticket.clone()))];
    if let Some(conversation) = ticket.conversation {
        events.push(by(agent, on(conversation), Payload::TicketLinked(ticket.id)));
    }
    Ok(events)
}

/// Moves and comments. Whether the stage may follow the present one is checked by the engine, which has the
/// ticket; tickets are not in the directory.
pub(super) fn decide(
    agent: AgentId,
    id: TicketId,
    command: &TicketCommand,
) -> Result<Vec<NewEvent>, Refusal> {
    let payload = match command {
        TicketCommand::Move(stage) => Payload::TicketMoved(*stage),
        TicketCommand::Comment(text) if text.trim().is_empty() => return Err(Refusal::Empty),
        TicketCommand::Comment(text) if text.len() > MESSAGE_TEXT_MAX_BYTES => {
            return Err(Refusal::TooLong { what: "comment", limit: MESSAGE_TEXT_MAX_BYTES });
        }
        TicketCommand::Comment(text) => Payload::TicketCommented(text.trim().to_owned()),
    };
    Ok(vec![by(agent, StreamId::Ticket(id), payload)])
}
