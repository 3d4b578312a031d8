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
        // What is typed is sealed beside the journal and never becomes an event.
        PluginCommand::Resume | PluginCommand::KeepSecret { .. } | PluginCommand::ForgetSecret { .. } => None,
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

/// What is installed.
pub(super) struct Release<'a> {
    pub version: &'a str,
    pub serial: u32,
    pub sha256: &'a str,
    /// The key of who signed it.
    pub publisher: Option<&'a str>,
}

/// An installation is recorded when the file is another one than before. Grants that come with the desk are
/// recorded only the first time: what a person decided later stands. What was granted to one publisher is not
/// another's: then it is asked for again.
pub(super) fn decide_installed(
    directory: &Directory,
    plugin: &PluginId,
    release: &Release,
    granted: &[Capability],
) -> Vec<NewEvent> {
    let record = directory.plugins.get(plugin);
    if record.is_some_and(|record| record.sha256 == release.sha256) {
        return Vec::new();
    }
    let stream = StreamId::Plugin(plugin.clone());
    let installed = Payload::PluginInstalled {
        version: release.version.to_owned(),
        serial: release.serial,
        sha256: release.sha256.to_owned(),
        publisher: release.publisher.map(str::to_owned),
    };
    let mut events = vec![desk(stream.clone(), installed)];
    match record {
        None if !granted.is_empty() => events.push(desk(stream, Payload::PluginGranted(granted.to_vec()))),
        Some(record) if record.publisher.as_deref() != release.publisher && !record.granted.is_empty() => {
            events.push(desk(stream, Payload::PluginGranted(Vec::new())));
        }
        _ => {}
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::PluginRecord;

    #[test]
    fn grants_do_not_pass_to_another_publisher() {
        let id = PluginId::new("hints");
        let mut directory = Directory::default();
        let record = PluginRecord {
            sha256: "old".to_owned(),
            publisher: Some("one".to_owned()),
            granted: vec![Capability::Kv],
            ..PluginRecord::default()
        };
        directory.plugins.insert(id.clone(), record);
        let release = |sha256, publisher| Release { version: "2.0.0", serial: 2, sha256, publisher };
        for (sha256, publisher, events, dropped) in [
            ("old", Some("one"), 0, false),
            ("new", Some("one"), 1, false),
            ("new", Some("two"), 2, true),
            ("new", None, 2, true),
        ] {
            let got = decide_installed(&directory, &id, &release(sha256, publisher), &[]);
            assert_eq!(got.len(), events, "{sha256} {publisher:?}");
            let is_dropped = got.iter().any(|event| event.payload == Payload::PluginGranted(Vec::new()));
            assert_eq!(is_dropped, dropped, "{sha256} {publisher:?}");
        }
    }
}
