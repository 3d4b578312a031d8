//! Decisions about plugins.

use super::{by, desk};
use crate::{
    command::PluginCommand,
    event::{NewEvent, Payload, StreamId},
    id::{AgentId, PluginId},
    plugin::{Capability, Fault},
    state::Directory,
};

pub(super) fn decide(
    directory: &Directory,
    agent: AgentId,
    id: &PluginId,
    command: &PluginCommand,
) -> Vec<NewEvent> {
    let record = directory.plugins.get(id).cloned().unwrap_or_default();
    let payload = match command {
        PluginCommand::Grant(capabilities) if record.granted == *capabilities => None,
        PluginCommand::Grant(capabilities) => Some(Payload::PluginGranted(capabilities.clone())),
        PluginCommand::Pause if record.paused => None,
        PluginCommand::Pause => Some(Payload::PluginPaused),
        PluginCommand::Resume if record.paused || record.quarantined => Some(Payload::PluginResumed),
        PluginCommand::Resume => None,
        PluginCommand::Remove => Some(Payload::PluginRemoved),
        PluginCommand::Configure(settings) if record.settings == *settings => None,
        PluginCommand::Configure(settings) => Some(Payload::PluginConfigured(settings.clone())),
    };
    payload.map(|payload| by(agent, StreamId::Plugin(id.clone()), payload)).into_iter().collect()
}

pub(super) fn decide_faulted(fault: &Fault) -> Vec<NewEvent> {
    vec![desk(StreamId::Plugin(fault.plugin.clone()), Payload::PluginFaulted(fault.clone()))]
}

pub(super) fn decide_quarantined(directory: &Directory, plugin: &PluginId) -> Vec<NewEvent> {
    if directory.plugins.get(plugin).is_some_and(|record| record.quarantined) {
        return Vec::new();
    }
    vec![desk(StreamId::Plugin(plugin.clone()), Payload::PluginQuarantined)]
}

/// An installation is recorded when the file is another one than before. Grants that come with the desk are
/// recorded only the first time: what a person decided later stands.
pub(super) fn decide_installed(
    directory: &Directory,
    plugin: &PluginId,
    version: &str,
    serial: u32,
    sha256: &str,
    granted: &[Capability],
) -> Vec<NewEvent> {
    let record = directory.plugins.get(plugin);
    if record.is_some_and(|record| record.sha256 == release.sha256) {
        return Vec::new();
    }
    let stream = StreamId::Plugin(plugin.clone());
    let mut events = vec![desk(
        stream.clone(),
        Payload::PluginInstalled { version: version.to_owned(), serial, sha256: sha256.to_owned() },
    )];
    if record.is_none() && !granted.is_empty() {
        events.push(desk(stream, Payload::PluginGranted(granted.to_vec())));
    }
    events
}
