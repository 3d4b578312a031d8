//! Decisions: what events an input gives, or why it is refused. One file for each noun.
//!
//! # Invariant
//!
//! Total and deterministic: no clock, no randomness, no lookups outside the [`Directory`]. A refusal leaves
//! nothing behind.

mod agent;
mod conversation;
mod delivery;
mod plugin;
mod proposal;
mod received;
mod ticket;

use crate::{
    Timestamp,
    command::{Command, CustomerCommand, DeskCommand},
    event::{Actor, NewEvent, Payload, StreamId},
    id::{AgentId, ConversationId, CustomerId},
    input::{Input, Refusal},
    limits::{ACCOUNTS_MAX, NAME_MAX_BYTES},
    state::Directory,
};

/// The events that an input gives, in order; none when it changes nothing.
pub fn decide(directory: &Directory, input: &Input, now: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
    match input {
        Input::Command { agent, command, fresh } => {
            if !directory.agents.contains_key(agent) {
                return Err(Refusal::NoAgent);
            }
            decide_command(directory, *agent, command, *fresh, now)
        }
        Input::Received(received) => received::decide(directory, received, now),
        Input::Delivery { conversation, message, delivery, remote_id, attempts } => {
            delivery::decide(directory, *conversation, *message, delivery, remote_id.as_deref(), *attempts)
        }
        Input::Edited { conversation, message, text } => {
            received::decide_edit(directory, *conversation, *message, text.as_deref())
        }
        Input::FactsNoted { conversation, facts } => received::decide_facts(directory, *conversation, facts),
        Input::CustomerLeft { conversation, reason } => {
            received::decide_left(directory, *conversation, reason)
        }
        Input::Routed { conversation, agent } => {
            conversation::decide_routed(directory, *conversation, *agent)
        }
        Input::ParkEnded(conversation) => conversation::decide_park_ended(directory, *conversation),
        Input::Proposed(proposal) => proposal::decide_proposed(directory, proposal),
        Input::ProposalExpired { conversation, proposal } => {
            proposal::decide_expired(directory, *conversation, *proposal)
        }
        Input::Prompted(prompt) => proposal::decide_prompted(directory, prompt),
        Input::Found(finding) => proposal::decide_found(directory, finding),
        Input::TicketSubmitted { agent, ticket } => ticket::decide_submitted(directory, *agent, ticket),
        Input::Faulted(fault) => Ok(plugin::decide_faulted(fault)),
        Input::Quarantined(plugin) => Ok(plugin::decide_quarantined(directory, plugin)),
        Input::Installed { plugin, version, serial, sha256, publisher, granted } => {
            let release =
                plugin::Release { version, serial: *serial, sha256, publisher: publisher.as_deref() };
            Ok(plugin::decide_installed(directory, plugin, &release, granted))
        }
        Input::AccountMade(account) => Ok(vec![desk(StreamId::Desk, Payload::AccountSet(account.clone()))]),
        Input::AgentAdded(profile) => Ok(agent::decide_added(directory, profile)),
        Input::CustomerImported(customer) => {
            Ok(vec![desk(StreamId::Customer(customer.id), Payload::CustomerCreated((**customer).clone()))])
        }
        Input::TicketImported(ticket) => {
            Ok(vec![desk(StreamId::Ticket(ticket.id), Payload::TicketOpened((**ticket).clone()))])
        }
    }
}

fn decide_command(
    directory: &Directory,
    agent: AgentId,
    command: &Command,
    fresh: uuid::Uuid,
    now: Timestamp,
) -> Result<Vec<NewEvent>, Refusal> {
    match command {
        Command::Conversation(id, command) => {
            conversation::decide(directory, agent, *id, command, fresh, now)
        }
        Command::Proposal(conversation, proposal, command) => {
            proposal::decide(directory, agent, *conversation, *proposal, *command)
        }
        Command::Ticket(id, command) => ticket::decide(agent, *id, command),
        Command::Customer(id, command) => decide_customer(agent, *id, command),
        Command::Agent(command) => Ok(agent::decide(directory, agent, *command)),
        Command::Plugin(id, command) => Ok(plugin::decide(directory, agent, id, command)),
        Command::Finding(conversation, finding, command) => {
            proposal::decide_finding(directory, agent, *conversation, *finding, command)
        }
        Command::Desk(DeskCommand::SetAccount(account)) => {
            limit_name("account", &account.title)?;
            if account.title.trim().is_empty() {
                return Err(Refusal::Empty);
            }
            if !directory.accounts.contains_key(&account.id) && directory.accounts.len() >= ACCOUNTS_MAX {
                return Err(Refusal::TooMany { what: "accounts", limit: ACCOUNTS_MAX });
            }
            if directory.accounts.get(&account.id).is_some_and(|have| **have == *account) {
                return Ok(Vec::new());
            }
            Ok(vec![by(agent, StreamId::Desk, Payload::AccountSet(account.clone()))])
        }
        Command::Desk(DeskCommand::PauseAccount(id, paused)) => Ok(directory
            .accounts
            .get(id)
            .filter(|account| account.paused != *paused)
            .map(|account| {
                let account = crate::event::Account { paused: *paused, ..(**account).clone() };
                by(agent, StreamId::Desk, Payload::AccountSet(account))
            })
            .into_iter()
            .collect()),
        Command::Desk(DeskCommand::RemoveAccount(id)) => {
            let known = directory.accounts.contains_key(id);
            Ok(known.then(|| by(agent, StreamId::Desk, Payload::AccountRemoved(*id))).into_iter().collect())
        }
        // The engine holds these against a manifest and decides about the account that comes of it.
        Command::Desk(DeskCommand::AddAccount { .. } | DeskCommand::ChangeAccount(..)) => {
            Err(Refusal::NotConfigurable)
        }
        // These change what is shown or stored beside the journal, not what has happened.
        Command::Desk(
            DeskCommand::SetSetting { .. } | DeskCommand::StoreFile { .. } | DeskCommand::DismissNotice(_),
        )
        | Command::Form(..)
        | Command::Panel { .. } => Ok(Vec::new()),
    }
}

fn decide_customer(
    agent: AgentId,
    id: CustomerId,
    command: &CustomerCommand,
) -> Result<Vec<NewEvent>, Refusal> {
    let payload = match command {
        CustomerCommand::Reveal(what) => Payload::PersonalDataRevealed { what: what.clone() },
        CustomerCommand::Name { name, title } => {
            if name.trim().is_empty() {
                return Err(Refusal::Empty);
            }
            limit_name("name", name)?;
            limit_name("title", title)?;
            Payload::CustomerNamed { name: name.trim().to_owned(), title: title.trim().to_owned() }
        }
        CustomerCommand::Tag(tag) => Payload::CustomerTagged(valid_tag(tag)?),
        CustomerCommand::Untag(tag) => Payload::CustomerUntagged(tag.clone()),
    };
    Ok(vec![by(agent, StreamId::Customer(id), payload)])
}

fn by(agent: AgentId, stream: StreamId, payload: Payload) -> NewEvent {
    NewEvent { stream, actor: Actor::Agent(agent), payload }
}

fn desk(stream: StreamId, payload: Payload) -> NewEvent {
    NewEvent { stream, actor: Actor::Desk, payload }
}

fn on(conversation: ConversationId) -> StreamId {
    StreamId::Conversation(conversation)
}

fn limit_name(what: &'static str, text: &str) -> Result<(), Refusal> {
    if text.len() > NAME_MAX_BYTES {
        return Err(Refusal::TooLong { what, limit: NAME_MAX_BYTES });
    }
    Ok(())
}

fn valid_tag(tag: &str) -> Result<String, Refusal> {
    let tag = tag.trim();
    if tag.is_empty() {
        return Err(Refusal::Empty);
    }
    limit_name("tag", tag)?;
    Ok(tag.to_owned())
}

#[cfg(test)]
mod tests;
