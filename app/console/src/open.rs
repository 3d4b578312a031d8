//! Which conversations are open in tabs, and the place that is shown.

use model::{
    ConversationId,
    command::{Command, ConversationCommand},
    port::Desk,
};

use crate::Place;

/// Tabs and place.
#[derive(Default)]
pub struct OpenWork {
    /// The place that is shown.
    pub place: Place,
    tabs: Vec<ConversationId>,
    active: Option<ConversationId>,
    /// Conversations for which `Show` could not be sent yet, because the engine was busy.
    to_show: Vec<ConversationId>,
    seen: Option<(ConversationId, u64)>,
}

impl OpenWork {
    /// The tabs from left to right.
    pub fn tabs(&self) -> &[ConversationId] {
        &self.tabs
    }

    /// The tab in the foreground.
    pub fn active(&self) -> Option<ConversationId> {
        self.active
    }

    /// Opens a conversation and brings it to the front.
    pub fn open(&mut self, conversation: ConversationId) {
        self.place = Place::Desk;
        self.active = Some(conversation);
        if !self.tabs.contains(&conversation) {
            self.tabs.push(conversation);
            self.to_show.push(conversation);
        }
    }

    /// Closes a tab; its neighbour comes to the front.
    pub fn close(&mut self, conversation: ConversationId, desk: &dyn Desk) {
        let Some(at) = self.tabs.iter().position(|tab| *tab == conversation) else { return };
        self.tabs.remove(at);
        self.to_show.retain(|other| *other != conversation);
        // A full queue only means that the engine publishes a thread nobody looks at.
        let _ = desk.send(Command::Conversation(conversation, ConversationCommand::Hide));
        if self.active == Some(conversation) {
            self.active = self.tabs.get(at).or_else(|| self.tabs.last()).copied();
        }
    }

    /// Brings the tab so many steps to the right to the front, going round.
    pub fn step(&mut self, step: isize) {
        let count = self.tabs.len().cast_signed();
        let Some(active) = self.active.and_then(|active| self.tabs.iter().position(|tab| *tab == active))
        else {
            self.active = self.tabs.first().copied();
            return;
        };
        let next = (active.cast_signed() + step).rem_euclid(count.max(1));
        self.active = self.tabs.get(next as usize).copied();
        self.place = Place::Desk;
    }

    /// Brings a tab to the front by its number, from 0.
    pub fn number(&mut self, index: usize) {
        if let Some(tab) = self.tabs.get(index) {
            self.active = Some(*tab);
            self.place = Place::Desk;
        }
    }

    /// Sends what the engine has to know of the tabs.
    pub fn send(&mut self, desk: &dyn Desk) {
        self.to_show.retain(|conversation| {
            desk.send(Command::Conversation(*conversation, ConversationCommand::Show)).is_err()
        });
    }

    /// Tells the engine, once for each new event, that the agent has seen the conversation.
    pub fn mark_seen(&mut self, desk: &dyn Desk, conversation: ConversationId, sequence: u64) {
        if self.seen == Some((conversation, sequence)) {
            return;
        }
        let command = ConversationCommand::MarkSeen(sequence);
        if desk.send(Command::Conversation(conversation, command)).is_ok() {
            self.seen = Some((conversation, sequence));
        }
    }
}
