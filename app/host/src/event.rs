//! What the host tells the engine, through the bounded channel given at construction.

use model::{
    PluginId,
    plugin::{CallKind, Egress, Fault, LogLine, PluginState},
};

use crate::{
    contract::{Advice, Answer, Delta, LaneKey, Tag},
    error::CallError,
};

/// Something the engine should know. The engine receives these as inputs; it never waits for a plugin.
#[derive(Clone, Debug)]
pub enum HostEvent {
    /// The answer to a posted request. Every accepted post gets exactly one.
    Replied {
        /// The lane it was posted to.
        lane: LaneKey,
        /// The caller's number.
        tag: Tag,
        /// Which call it was.
        call: CallKind,
        /// The answer, checked and converted.
        result: Result<Answer, CallError>,
    },
    /// A part of what [`Request::Generate`](crate::Request::Generate) writes.
    Delta {
        /// The lane.
        lane: LaneKey,
        /// The caller's number.
        tag: Tag,
        /// The part.
        delta: Delta,
    },
    /// A timer of the plugin ran out; for channels the answer is a batch to keep.
    Timer {
        /// The lane.
        lane: LaneKey,
        /// The timer.
        id: String,
        /// [`Answer::Batch`] for channels, else [`Answer::Done`].
        result: Result<Answer, CallError>,
    },
    /// The plugin put proposals by itself.
    Advice {
        /// The lane.
        lane: LaneKey,
        /// Proposals, prompts and withdrawals.
        items: Vec<Advice>,
    },
    /// Something went wrong; for the record and the Plugins page.
    Fault(Fault),
    /// Something left this machine for a plugin, or was not let out; for the ledger.
    Egress {
        /// The line.
        entry: Egress,
        /// The caller's number of the call in which it happened; none for timers and the start.
        tag: Option<Tag>,
    },
    /// The plugin read more of the answer to something that left.
    EgressAnswered {
        /// The plugin.
        plugin: PluginId,
        /// Which line, see [`Egress::number`].
        number: u64,
        /// How many bytes more.
        received: u64,
    },
    /// The plugin wrote a line to its log. Left out where the engine does not keep up; [`Host::log`](crate::Host::log)
    /// has the newest ones.
    Log {
        /// The plugin.
        plugin: PluginId,
        /// The line.
        line: LogLine,
    },
    /// Whether the plugin runs has changed.
    StatusChanged {
        /// The plugin.
        plugin: PluginId,
        /// Its state now.
        state: PluginState,
    },
}
