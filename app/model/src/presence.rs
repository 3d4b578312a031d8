//! Agents: who they are, what they can do and whether they are available.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Timestamp, id::AgentId};

/// One human who works at a desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The agent's id.
    pub id: AgentId,
    /// Name as colleagues see it.
    pub name: String,
    /// Name as customers see it, if another.
    #[serde(default)]
    pub public_name: Option<String>,
    /// Skills, matched against what a conversation asks for.
    #[serde(default)]
    pub skills: BTreeSet<String>,
    /// How many conversations at once, by channel kind (`chat`, `mail`, ...); `*` for all others.
    #[serde(default)]
    pub capacity: BTreeMap<String, u32>,
}

impl AgentProfile {
    /// How many conversations of this channel kind the agent takes at once.
    pub fn capacity_for(&self, kind: &str) -> u32 {
        self.capacity.get(kind).or_else(|| self.capacity.get("*")).copied().unwrap_or(DEFAULT_CAPACITY)
    }
}

/// Conversations of one kind an agent takes at once when nothing else is said.
pub const DEFAULT_CAPACITY: u32 = 4;

/// Whether an agent is available, and for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Takes new work from the queue.
    Ready,
    /// Works on what is open and takes nothing new.
    Busy,
    /// Away from the desk, with a reason.
    Break(BreakReason),
    /// Finishing the last contact.
    WrapUp,
    /// Not signed in.
    #[default]
    Offline,
}

/// Why an agent is on a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakReason {
    /// A meal.
    Meal,
    /// A short rest.
    Rest,
    /// A meeting or coaching.
    Meeting,
    /// Training.
    Training,
}

impl BreakReason {
    /// Every reason, in the order menus show them.
    pub const ALL: [Self; 4] = [Self::Meal, Self::Rest, Self::Meeting, Self::Training];
}

/// An agent's presence and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceSince {
    /// The presence.
    pub presence: Presence,
    /// When it began.
    pub since: Timestamp,
}
