//! Decisions about agents.

use super::{by, desk};
use crate::{
    command::AgentCommand,
    event::{NewEvent, Payload, StreamId},
    id::AgentId,
    presence::AgentProfile,
    state::Directory,
};

pub(super) fn decide(directory: &Directory, agent: AgentId, command: AgentCommand) -> Vec<NewEvent> {
    let AgentCommand::SetPresence(presence) = command;
    let already = directory.agents.get(&agent).is_some_and(|state| state.presence.presence == presence);
    if already {
        return Vec::new();
    }
    vec![by(agent, StreamId::Agent(agent), Payload::PresenceChanged(presence))]
}

pub(super) fn decide_added(directory: &Directory, profile: &AgentProfile) -> Vec<NewEvent> {
    let same = directory.agents.get(&profile.id).is_some_and(|state| state.profile == *profile);
    if same {
        return Vec::new();
    }
    vec![desk(StreamId::Agent(profile.id), Payload::AgentProfiled(profile.clone()))]
}
