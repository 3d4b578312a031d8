//! What is worked out from a view once for each revision, so that drawing only looks things up.

use std::collections::HashMap;

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

/// What is worked out from a view.
#[derive(Debug, Default)]
pub struct Derived {
    revision: Option<u64>,
    index: HashMap<ConversationId, usize>,
    sections: [Vec<usize>; 4],
    /// Plugins that answer.
    pub plugins_healthy: usize,
    /// Plugins stopped by a person or by the host, or broken.
    pub plugins_stopped: usize,
    /// The conversation of mine whose customer has waited longest for an answer.
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
        let mut longest: Option<Timestamp> = None;
        for (index, row) in view.queue.iter().enumerate() {
            self.index.insert(row.id, index);
            let Some(section) = Section::of(row, view.me) else { continue };
            self.sections[section as usize].push(index);
            if section == Section::Mine {
                self.unread += row.unread;
                if let Some(since) = row.waiting_since
                    && longest.is_none_or(|other| since < other)
                {
                    longest = Some(since);
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
