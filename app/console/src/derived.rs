//! What is worked out from a view once for each revision, so that drawing only looks things up.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use model::{
    AgentId, ConversationId, Timestamp,
    conversation::Status,
    plugin::PluginState,
    view::{QueueRow, View},
};

/// A part of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the parts by their names")]
pub enum Section {
    #[default]
    Mine,
    Waiting,
    Parked,
    Team,
}

impl Section {
    /// Every section, in the order of the filters.
    pub const ALL: [Self; 4] = [Self::Mine, Self::Waiting, Self::Parked, Self::Team];

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mine => "queue-mine",
            Self::Waiting => "queue-waiting",
            Self::Parked => "queue-parked",
            Self::Team => "queue-team",
        }
    }

    /// Where a row belongs for this agent; closed conversations are in none.
    pub fn of(row: &QueueRow, me: AgentId) -> Option<Self> {
        match &row.status {
            Status::Waiting => Some(Self::Waiting),
            Status::Assigned(agent) if *agent == me => Some(Self::Mine),
            Status::Parked { agent, .. } if *agent == me => Some(Self::Parked),
            Status::Assigned(_) | Status::Parked { .. } => Some(Self::Team),
            Status::Closed => None,
        }
    }
}

/// From here on a waiting clock is amber, and from the second on red: in seconds.
const WAITING_LIMITS_S: (u64, u64) = (45, 90);
/// The same for mail, whose customers do not sit in front of it.
const MAIL_LIMITS_S: (u64, u64) = (4 * 3600, 8 * 3600);

/// After how many seconds a customer's wait on this kind of channel is amber, and after how many red.
pub fn waiting_limits_s(kind: &str) -> (u64, u64) {
    if kind == "mail" { MAIL_LIMITS_S } else { WAITING_LIMITS_S }
}

/// How long a customer has waited as a share of what is too long; 0 for those who do not wait.
fn urgency(row: &QueueRow, now: Timestamp) -> f64 {
    let Some(since) = row.waiting_since else { return 0.0 };
    let waited = (now.as_second() - since.as_second()).max(1);
    waited as f64 / waiting_limits_s(&row.channel.kind).1 as f64
}

/// Two to the 64th over the golden ratio, odd. Knuth, The Art of Computer Programming, volume 3, section 6.4.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash for ids, which are minted here and random already: the index is made anew with every view.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        // Multiplying carries upwards only; the table looks at the lowest bits too.
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(GOLDEN);
        mixed ^ (mixed >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..part.len()].copy_from_slice(part);
            self.0 = (self.0.rotate_left(5) ^ u64::from_be_bytes(eight)).wrapping_mul(GOLDEN);
        }
    }
}

/// What is worked out from a view.
#[derive(Debug, Default)]
pub struct Derived {
    revision: Option<u64>,
    index: HashMap<ConversationId, usize, BuildHasherDefault<IdHasher>>,
    sections: [Vec<usize>; 4],
    /// Plugins that answer.
    pub plugins_healthy: usize,
    /// Plugins stopped by a person or by the host, or broken.
    pub plugins_stopped: usize,
    /// The conversation of mine whose customer has waited longest, measured by what is usual on its channel.
    pub most_urgent: Option<usize>,
    /// Unread customer messages in my conversations.
    pub unread: u32,
}

impl Derived {
    /// Works everything out again when the view is another one.
    pub fn update(&mut self, view: &View) {
        if self.revision == Some(view.revision) {
            return;
        }
        self.revision = Some(view.revision);
        self.index.clear();
        self.sections.iter_mut().for_each(Vec::clear);
        self.unread = 0;
        self.most_urgent = None;
        let mut most = 0.0;
        for (index, row) in view.queue.iter().enumerate() {
            self.index.insert(row.id, index);
            let Some(section) = Section::of(row, view.me) else { continue };
            self.sections[section as usize].push(index);
            if section == Section::Mine {
                self.unread += row.unread;
                let urgency = urgency(row, view.now);
                if urgency > most {
                    most = urgency;
                    self.most_urgent = Some(index);
                }
            }
        }
        self.count_plugins(view);
    }

    fn count_plugins(&mut self, view: &View) {
        let healthy = |state: &PluginState| *state == PluginState::Healthy;
        let stopped = |state: &PluginState| {
            matches!(state, PluginState::Paused | PluginState::Quarantined | PluginState::Broken(_))
        };
        self.plugins_healthy = view.plugins.iter().filter(|row| healthy(&row.state)).count();
        self.plugins_stopped = view.plugins.iter().filter(|row| stopped(&row.state)).count();
    }

    /// Where a conversation stands in the view's queue.
    pub fn row_index(&self, conversation: ConversationId) -> Option<usize> {
        self.index.get(&conversation).copied()
    }

    /// The rows of a section, as indices into the view's queue.
    pub fn section(&self, section: Section) -> &[usize] {
        &self.sections[section as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, hash::BuildHasher as _};

    use super::*;

    #[test]
    fn ids_that_differ_little_are_told_apart() {
        let hasher = BuildHasherDefault::<IdHasher>::default();
        let hash = |number: u128| hasher.hash_one(ConversationId::from_u128(number));
        for shift in [0, 16, 48, 80, 112] {
            let low: HashSet<u64> = (0..4096_u128).map(|number| hash(number << shift) & 0xffff).collect();
            assert!(low.len() > 3000, "{} of 4096 places after a shift by {shift}", low.len());
        }
    }
}
