//! Drafts: what the agent is writing, one for each conversation.
//!
//! # Invariants
//!
//! - The window's own text is the truth from the moment a draft is opened; no view overwrites it.
//! - While an input method is composing, the bound text holds letters that are not chosen yet. They are never
//!   saved, never sent and never searched for: [`Draft::settled`] is the text without them.

use std::collections::HashSet;

use model::{
    ConversationId, FileId, ProposalId,
    command::ConversationCommand,
    conversation::Attachment,
    view::{EntryKind, Thread},
};

/// How long a change may wait before it is saved. The contract is 250 ms; the rest is for the frame.
pub const SAVE_AFTER_S: f64 = 0.18;
/// A customer's message this recent is shown to the agent before a reply goes out.
pub const JUST_ARRIVED_S: f64 = 1.2;
/// `Typing` is sent at most this often.
const TYPING_EVERY_S: f64 = 3.0;

/// Whether what is written goes to the customer or stays with colleagues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Mode {
    #[default]
    Reply,
    Note,
}

/// Why Enter did not send, said once before it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// So many messages arrived since the last key.
    Arrived(usize),
    /// A variable of a snippet is still to be filled in.
    Variable(String),
}

/// What the agent is writing in one conversation.
#[derive(Debug, Default)]
pub struct Draft {
    /// The bound text of the reply, with the letters of a composition in it.
    pub text: String,
    /// The bound text of the note.
    pub note: String,
    /// Which of the two is shown.
    pub mode: Mode,
    /// The proposal the reply began as.
    pub from: Option<ProposalId>,
    /// Files of the thread's uploads that the agent removed again.
    pub removed: HashSet<FileId>,
    /// Why Enter did not send.
    pub hold: Option<Hold>,
    /// Which entry of the completion list is chosen.
    pub chosen: usize,
    /// The completion list was closed for the text as it was then.
    pub closed_for: Option<String>,
    loaded: bool,
    composing: bool,
    /// The reply without letters of a composition.
    settled: String,
    saved: String,
    unsaved_since: Option<f64>,
    /// The same for the note.
    note_settled: String,
    note_saved: String,
    note_unsaved_since: Option<f64>,
    typing_sent: Option<f64>,
    seen: u64,
}

impl Draft {
    /// Takes the stored draft over, once.
    pub fn load(&mut self, thread: &Thread) {
        if self.loaded {
            return;
        }
        self.loaded = true;
        // Something typed before the thread came is newer than what was stored.
        if self.text.is_empty() {
            self.text.clone_from(&thread.draft);
            self.settled.clone_from(&thread.draft);
        }
        self.saved.clone_from(&thread.draft);
        if self.note.is_empty() {
            self.note.clone_from(&thread.note_draft);
            self.note_settled.clone_from(&thread.note_draft);
        }
        self.note_saved.clone_from(&thread.note_draft);
        self.seen = last_customer_sequence(thread);
    }

    /// The text that is shown now.
    pub fn shown(&mut self) -> &mut String {
        match self.mode {
            Mode::Reply => &mut self.text,
            Mode::Note => &mut self.note,
        }
    }

    /// The reply without letters that an input method is still composing.
    pub fn settled(&self) -> &str {
        &self.settled
    }

    /// Whether an input method is composing.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether there is nothing written in the mode that is shown.
    pub fn is_empty(&self) -> bool {
        match self.mode {
            Mode::Reply => self.text.is_empty(),
            Mode::Note => self.note.is_empty(),
        }
    }

    /// Notes that the field has been drawn: `composing` says whether a composition goes on after it.
    /// Returns what the engine should hear of.
    pub fn after_edit(
        &mut self,
        composing: bool,
        changed: bool,
        now: f64,
        thread: &Thread,
    ) -> Option<ConversationCommand> {
        self.composing = composing;
        if !composing && self.note_settled != self.note {
            self.note_settled.clone_from(&self.note);
            self.note_unsaved_since.get_or_insert(now);
        }
        if composing || self.settled == self.text {
            return None;
        }
        self.settled.clone_from(&self.text);
        self.unsaved_since.get_or_insert(now);
        if self.settled.trim().is_empty() {
            self.from = None;
        }
        if !changed {
            return None;
        }
        self.seen = last_customer_sequence(thread);
        self.hold = None;
        let quiet = self.typing_sent.is_some_and(|sent| now - sent < TYPING_EVERY_S);
        if quiet || self.settled.is_empty() || self.mode == Mode::Note {
            return None;
        }
        self.typing_sent = Some(now);
        Some(ConversationCommand::Typing)
    }

    /// The field went away in the middle of a composition: the letters go with it.
    pub fn abandon_composition(&mut self) {
        if self.composing {
            self.composing = false;
            self.text.clone_from(&self.settled);
            self.note.clone_from(&self.note_settled);
        }
    }

    /// Replaces the reply, or adds behind it.
    pub fn put(&mut self, text: &str, from: Option<ProposalId>, replace: bool, now: f64) {
        self.mode = Mode::Reply;
        self.composing = false;
        if replace || self.settled.trim().is_empty() {
            text.clone_into(&mut self.text);
        } else {
            self.text = format!("{}\n{text}", self.settled.trim_end());
        }
        self.settled.clone_from(&self.text);
        self.from = from.or(self.from);
        self.hold = None;
        self.unsaved_since.get_or_insert(now);
    }

    /// What is written in the mode that is shown, without letters of a composition.
    pub fn words(&self) -> &str {
        match self.mode {
            Mode::Reply => &self.settled,
            Mode::Note => &self.note_settled,
        }
    }

    /// Replaces the note.
    pub fn put_note(&mut self, text: &str, now: f64) {
        self.mode = Mode::Note;
        self.composing = false;
        text.clone_into(&mut self.note);
        text.clone_into(&mut self.note_settled);
        self.note_unsaved_since.get_or_insert(now);
    }

    /// What to save, when it is time; `force` saves at once.
    pub fn save(&mut self, now: f64, force: bool) -> Option<String> {
        let since = self.unsaved_since?;
        if !force && now - since < SAVE_AFTER_S {
            return None;
        }
        self.unsaved_since = None;
        if self.saved == self.settled {
            return None;
        }
        self.saved.clone_from(&self.settled);
        Some(self.saved.clone())
    }

    /// The note to save, when it is time.
    pub fn save_note(&mut self, now: f64, force: bool) -> Option<String> {
        let since = self.note_unsaved_since?;
        if !force && now - since < SAVE_AFTER_S {
            return None;
        }
        self.note_unsaved_since = None;
        if self.note_saved == self.note_settled {
            return None;
        }
        self.note_saved.clone_from(&self.note_settled);
        Some(self.note_saved.clone())
    }

    /// The engine's queue was full: it is tried again.
    pub fn not_saved(&mut self, now: f64) {
        self.saved.push('\u{0}');
        self.unsaved_since = Some(now);
    }

    /// The same for the note.
    pub fn note_not_saved(&mut self, now: f64) {
        self.note_saved.push('\u{0}');
        self.note_unsaved_since = Some(now);
    }

    /// Whether something is not stored yet.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved_since.is_some() || self.note_unsaved_since.is_some()
    }

    /// Customer messages that arrived since the last key was pressed and within the last moment.
    pub fn just_arrived(&self, thread: &Thread, now: jiff::Timestamp) -> usize {
        let moment = now.as_millisecond() - (JUST_ARRIVED_S * 1000.0) as i64;
        thread
            .entries
            .iter()
            .rev()
            .take_while(|entry| entry.sequence > self.seen)
            .filter(|entry| {
                matches!(entry.kind, EntryKind::FromCustomer { .. }) && entry.at.as_millisecond() >= moment
            })
            .count()
    }

    /// Customer messages that arrived since the last key, however long ago.
    pub fn arrived(&self, thread: &Thread) -> usize {
        let new = thread.entries.iter().rev().take_while(|entry| entry.sequence > self.seen);
        new.filter(|entry| matches!(entry.kind, EntryKind::FromCustomer { .. })).count()
    }

    /// Takes what is to be sent; the engine removes the stored draft together with queueing the reply.
    pub fn take(&mut self, files: Vec<Attachment>) -> ConversationCommand {
        self.hold = None;
        match self.mode {
            Mode::Note => {
                self.mode = Mode::Reply;
                self.note_settled.clear();
                self.note_saved.clear();
                self.note_unsaved_since = None;
                ConversationCommand::Note(std::mem::take(&mut self.note).trim().to_owned())
            }
            Mode::Reply => {
                self.saved.clear();
                self.unsaved_since = None;
                self.settled.clear();
                self.removed.clear();
                let text = std::mem::take(&mut self.text).trim().to_owned();
                ConversationCommand::Reply { text, files, from: self.from.take() }
            }
        }
    }

    /// Puts back what the engine did not take.
    pub fn put_back(&mut self, command: ConversationCommand, now: f64) {
        match command {
            ConversationCommand::Reply { text, from, .. } => self.put(&text, from, true, now),
            ConversationCommand::Note(text) => self.put_note(&text, now),
            _ => {}
        }
    }
}

fn last_customer_sequence(thread: &Thread) -> u64 {
    thread
        .entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.kind, EntryKind::FromCustomer { .. }))
        .map_or(0, |entry| entry.sequence)
}

/// An id for the text field of a conversation's composer, so that each keeps its cursor and its undo.
pub fn field_id(conversation: ConversationId, mode: Mode) -> egui::Id {
    egui::Id::unique(("composer", conversation, mode == Mode::Note))
}
