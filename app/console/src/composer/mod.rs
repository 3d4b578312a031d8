//! Where the agent writes: draft, completion lists, files, note mode and the reasons why something is not sent.
//!
//! # Invariant
//!
//! Enter, completion, saving and the typing signal all wait while an input method composes: its letters are in
//! the bound text, but they are not words yet.

mod around;
mod completion;
mod draft;
mod list;

use std::collections::HashMap;

use egui::{
    Event, EventFilter, Frame, ImeEvent, Key, Layout, Margin, Modifiers, Rect, Sense, TextEdit, Ui, Vec2,
    vec2,
};
use model::{
    ConversationId,
    command::ConversationCommand,
    conversation::{Attachment, Status},
    limits,
    view::{Snippet, Thread},
};

pub use completion::{fill, in_language};
pub use draft::{Draft, Hold, Mode, field_id};

use crate::{
    Action, Ctx, ShellRequest, Slot, mention, picture,
    theme::{Tone, Type},
    widget::{Button, Icon, IconButton, chip, elided, keycap, label, paint_elided, space_y, text},
};
use completion::{LIST_MAX, Trigger};
use list::Completion;

/// Lines the field shows before it scrolls.
const ROWS_MIN: usize = 3;
const ROWS_MAX: f32 = 9.0;

/// Every draft of this desk, and the lists above the field.
#[derive(Default)]
pub struct Composer {
    drafts: HashMap<ConversationId, Draft>,
    knowledge: Slot,
    composing: bool,
    focus_wanted: bool,
    last: Option<ConversationId>,
}

/// What stands between the agent and sending.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    Nothing,
    NotMine(String),
    Waiting,
    NotComplete,
    TooLong(usize),
    Uploading,
}

impl Composer {
    /// The draft of a conversation.
    pub fn draft(&mut self, conversation: ConversationId) -> &mut Draft {
        self.drafts.entry(conversation).or_default()
    }

    /// The draft of a conversation, if one was begun here.
    pub fn peek(&self, conversation: ConversationId) -> Option<&Draft> {
        self.drafts.get(&conversation)
    }

    /// Puts the keyboard into the field with the next frame.
    pub fn focus(&mut self) {
        self.focus_wanted = true;
    }

    /// Whether an input method is composing in the field.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether anything is not stored yet.
    pub fn has_unsaved(&self) -> bool {
        self.drafts.values().any(Draft::is_unsaved)
    }

    /// Saves what is due; `force` saves everything at once, for closing.
    pub fn save(&mut self, desk: &dyn model::port::Desk, now: f64, force: bool) {
        for (conversation, draft) in &mut self.drafts {
            if force {
                draft.abandon_composition();
            }
            if let Some(text) = draft.save(now, force) {
                let command = ConversationCommand::SaveDraft(text);
                if desk.send(model::command::Command::Conversation(*conversation, command)).is_err() {
                    draft.not_saved(now);
                }
            }
            if let Some(text) = draft.save_note(now, force) {
                let command = ConversationCommand::SaveNoteDraft(text);
                if desk.send(model::command::Command::Conversation(*conversation, command)).is_err() {
                    draft.note_not_saved(now);
                }
            }
        }
    }

    /// Draws the composer of the conversation in the foreground.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
        let conversation = thread.row.id;
        if self.last != Some(conversation) {
            if let Some(last) = self.last.and_then(|last| self.drafts.get_mut(&last)) {
                last.abandon_composition();
            }
            (self.last, self.composing) = (Some(conversation), false);
        }
        let mut draft = self.drafts.remove(&conversation).unwrap_or_default();
        draft.load(thread);
        self.field(ui, ctx, thread, &mut draft);
        self.drafts.insert(conversation, draft);
    }

    fn field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, draft: &mut Draft) {
        let theme = ctx.theme;
        let id = field_id(thread.row.id, draft.mode);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let input = self.read_composition(ui, focused);
        let completion = self.completion(ctx, draft, focused);
        let keys = if focused && !input {
            self.take_keys(ui, ctx, thread, draft, &completion)
        } else {
            Keys::default()
        };
        let note = draft.mode == Mode::Note;
        let fill = if note { theme.note } else { theme.surface };
        Frame::new().fill(fill).inner_margin(Margin { left: 20, right: 20, top: 10, bottom: 10 }).show(
            ui,
            |ui| {
                space_y(ui, 6.0);
                Self::hold_line(ui, ctx, draft, thread);
                let before = draft.shown().clone();
                let hint = if note { ctx.t("composer-note-hint") } else { ctx.t("composer-hint") };
                let name = if note { ctx.t("composer-note") } else { ctx.t("composer-reply") };
                let output = editor(ui, ctx, id, hint, draft.shown(), note);
                let response = (*output.response).clone().accessible_name(name);
                if std::mem::take(&mut self.focus_wanted) {
                    response.request_focus();
                }
                if response.lost_focus() {
                    draft.abandon_composition();
                    self.composing = false;
                }
                let changed = *draft.shown() != before;
                let now = ui.input(|input| input.time);
                if let Some(command) = draft.after_edit(self.composing, changed, now, thread) {
                    ctx.send_to(thread.row.id, command);
                }
                if draft.is_unsaved() {
                    ui.ctx().request_repaint_after_secs(draft::SAVE_AFTER_S as f32);
                }
                let list_at = response.rect.min;
                if keys.put_end {
                    move_cursor_to_end(ui, id, draft.shown());
                }
                Self::uploads(ui, ctx, thread, draft);
                self.footer(ui, ctx, thread, draft, keys.send);
                self.list(ui, ctx, thread, draft, &completion, list_at, keys.insert);
            },
        );
        Self::take_files(ui, ctx, thread);
    }

    /// Follows the events of input methods. True when this frame has any, so that its keys belong to them.
    fn read_composition(&mut self, ui: &Ui, focused: bool) -> bool {
        if !focused {
            self.composing = false;
            return false;
        }
        let (mut any, mut composing) = (false, self.composing);
        ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::Ime(ImeEvent::Preedit { text, .. }) => {
                        // Some systems send an empty one for every key that has nothing to do with it.
                        any |= composing || !text.is_empty();
                        composing = !text.is_empty();
                    }
                    Event::Ime(ImeEvent::Commit(text)) => {
                        any |= composing || !text.is_empty();
                        composing = false;
                    }
                    _ => {}
                }
            }
        });
        let was = std::mem::replace(&mut self.composing, composing);
        any || was || composing
    }

    fn completion(&mut self, ctx: &Ctx<'_>, draft: &mut Draft, focused: bool) -> Completion {
        let closed = draft.closed_for.as_deref() == Some(draft.words());
        if !focused || draft.is_composing() || closed {
            return Completion::None;
        }
        if draft.mode == Mode::Note {
            let query = completion::mention(draft.words());
            let found = query.map(|query| mention::matching(ctx, query, LIST_MAX)).unwrap_or_default();
            draft.chosen = draft.chosen.min(found.len().saturating_sub(1));
            return if found.is_empty() { Completion::None } else { Completion::Colleagues(found) };
        }
        let snippets = &ctx.view.snippets;
        let found = match completion::trigger(draft.settled()) {
            None => return Completion::None,
            Some(Trigger::Snippet(query)) => {
                let found = completion::matching(snippets, &query, ctx.locale.language());
                let found: Vec<Snippet> = found.into_iter().take(LIST_MAX).cloned().collect();
                // A lone slash may be meant; a list with nothing in it would only be in the way.
                if found.is_empty() {
                    return Completion::None;
                }
                Completion::Snippets(found)
            }
            Some(Trigger::Knowledge(query)) => {
                completion::ask_knowledge(&mut self.knowledge, ctx, &query);
                let hits =
                    if query.is_empty() { Vec::new() } else { completion::hits(&self.knowledge).to_vec() };
                Completion::Articles(hits, query)
            }
        };
        draft.chosen = draft.chosen.min(found.len().saturating_sub(1));
        found
    }

    /// Takes the keys that mean something here before the field sees them.
    fn take_keys(
        &mut self,
        ui: &Ui,
        ctx: &Ctx<'_>,
        thread: &Thread,
        draft: &mut Draft,
        completion: &Completion,
    ) -> Keys {
        let mut keys = Keys::default();
        ui.input_mut(|input| {
            if completion.is_open() {
                let count = completion.len().max(1);
                if take_plain(input, Key::ArrowDown) {
                    draft.chosen = (draft.chosen + 1) % count;
                }
                if take_plain(input, Key::ArrowUp) {
                    draft.chosen = (draft.chosen + count - 1) % count;
                }
                if take_plain(input, Key::Escape) {
                    draft.closed_for = Some(draft.words().to_owned());
                }
                if completion.len() > 0 && (take_plain(input, Key::Enter) || take_plain(input, Key::Tab)) {
                    keys.insert = true;
                    keys.put_end = true;
                }
            }
            let proposal = crate::panel::proposal::reply_of(thread);
            if !keys.insert && take_plain(input, Key::Tab) {
                match proposal {
                    Some((proposal, reply)) if draft.is_empty() && draft.mode == Mode::Reply => {
                        draft.put(reply, Some(proposal.id), true, input.time);
                        keys.put_end = true;
                    }
                    _ => keys.leave = true,
                }
            }
            if !keys.insert && take_plain(input, Key::Enter) {
                keys.send = true;
            }
            if take_plain(input, Key::Escape) {
                if draft.mode == Mode::Note {
                    draft.mode = Mode::Reply;
                    self.focus_wanted = true;
                } else if draft.hold.take().is_none()
                    && let Some(proposal) = crate::panel::proposal::best(thread)
                {
                    crate::panel::proposal::dismiss(ctx, thread, proposal);
                }
            }
        });
        if keys.leave {
            ui.memory_mut(|memory| memory.move_focus(egui::FocusDirection::Next));
        }
        keys
    }

    /// Sends, or says why not.
    fn send(&mut self, ui: &Ui, ctx: &Ctx<'_>, thread: &Thread, draft: &mut Draft) {
        if draft.is_composing() || gate(ctx, thread, draft) != Gate::Open {
            return;
        }
        if draft.mode == Mode::Reply && draft.hold.is_none() {
            let arrived = draft.just_arrived(thread, ctx.now);
            if arrived > 0 {
                draft.hold = Some(Hold::Arrived(arrived));
                return;
            }
            if let Some(variable) = completion::open_variable(draft.settled()) {
                draft.hold = Some(Hold::Variable(variable.to_owned()));
                return;
            }
        }
        let files = files_of(thread, draft);
        let command = draft.take(files);
        let now = ui.input(|input| input.time);
        let whole = model::command::Command::Conversation(thread.row.id, command.clone());
        if ctx.desk.send(whole).is_err() {
            draft.put_back(command, now);
        }
        self.focus_wanted = true;
        ui.ctx().request_repaint();
    }
}

#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each key does its own thing, and several may in one frame"
)]
struct Keys {
    send: bool,
    insert: bool,
    put_end: bool,
    leave: bool,
}

/// The field itself. Enter is the composer's; a new line takes Shift.
fn editor(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    id: egui::Id,
    hint: &str,
    words: &mut String,
    note: bool,
) -> egui::text_edit::TextEditOutput {
    let theme = ctx.theme;
    let filter = EventFilter { tab: true, escape: true, ..EventFilter::default() };
    let line = theme.type_token(Type::Body).line;
    egui::ScrollArea::vertical()
        .id_salt(id)
        .max_height(line * ROWS_MAX)
        .show(ui, |ui| {
            let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, width: f32| {
                let job = if note {
                    mention::job(ctx, buffer.as_str(), width)
                } else {
                    let mut job = crate::widget::job(ctx.theme, buffer.as_str(), Type::Body, ctx.theme.text);
                    job.wrap.max_width = width;
                    job
                };
                ui.painter().layout_job(job)
            };
            TextEdit::multiline(words)
                .id(id)
                .hint_text(egui::RichText::new(hint).color(theme.faint))
                .frame(Frame::NONE)
                .margin(Margin::ZERO)
                .desired_width(f32::INFINITY)
                .desired_rows(if crate::panel::proposal::is_short(ui) { 1 } else { ROWS_MIN })
                .event_filter(filter)
                .return_key(egui::KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter))
                .layouter(&mut layouter)
                .show(ui)
        })
        .inner
}

/// Takes a key pressed without modifiers.
fn take_plain(input: &mut egui::InputState, key: Key) -> bool {
    crate::command::take(input, egui::KeyboardShortcut::new(Modifiers::NONE, key))
}

/// Uploads that are stored and were not removed again.
fn files_of(thread: &Thread, draft: &Draft) -> Vec<Attachment> {
    let stored = thread.uploads.iter().filter_map(|upload| upload.result.as_ref().ok());
    stored.filter(|file| !draft.removed.contains(&file.file)).cloned().collect()
}

/// What stands between the agent and sending.
fn gate(ctx: &Ctx<'_>, thread: &Thread, draft: &Draft) -> Gate {
    if draft.mode == Mode::Note {
        return if draft.note.trim().is_empty() { Gate::Nothing } else { Gate::Open };
    }
    match &thread.row.status {
        Status::Waiting => return Gate::Waiting,
        Status::Assigned(agent) | Status::Parked { agent, .. } if *agent != ctx.view.me => {
            return Gate::NotMine(ctx.agent_name(*agent));
        }
        _ => {}
    }
    if !thread.complete {
        return Gate::NotComplete;
    }
    if ctx.shell.reading_files > 0 {
        return Gate::Uploading;
    }
    if draft.settled().trim().is_empty() && files_of(thread, draft).is_empty() {
        return Gate::Nothing;
    }
    let over = over_limit(thread, draft.settled());
    if over > 0 { Gate::TooLong(over) } else { Gate::Open }
}

/// By how many characters a reply is too long for its channel.
fn over_limit(thread: &Thread, text: &str) -> usize {
    let limit = thread.abilities.text_max_chars as usize;
    let by_channel = if limit == 0 { 0 } else { text.chars().count().saturating_sub(limit) };
    by_channel.max(text.len().saturating_sub(limits::MESSAGE_TEXT_MAX_BYTES))
}

fn state_words(ctx: &Ctx<'_>, draft: &Draft, gate: &Gate) -> (String, egui::Color32) {
    let theme = ctx.theme;
    match gate {
        Gate::NotMine(agent) => (ctx.tw("composer-not-mine", &[("agent", agent.into())]), theme.warn),
        Gate::Waiting => (ctx.t("composer-waiting").to_owned(), theme.muted),
        Gate::NotComplete => (ctx.t("composer-not-synced").to_owned(), theme.warn),
        Gate::TooLong(count) => (ctx.tw("composer-too-long", &[("count", (*count).into())]), theme.bad),
        Gate::Uploading => (ctx.t("composer-uploading").to_owned(), theme.muted),
        Gate::Nothing | Gate::Open if draft.is_unsaved() => {
            (ctx.t("composer-draft-saving").to_owned(), theme.muted)
        }
        Gate::Open if draft.mode == Mode::Reply => (ctx.t("composer-draft-saved").to_owned(), theme.muted),
        Gate::Nothing | Gate::Open => (String::new(), theme.muted),
    }
}

/// Puts the cursor behind the last character.
fn move_cursor_to_end(ui: &Ui, id: egui::Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    state.store(ui.ctx(), id);
}

/// Puts words into a draft from elsewhere and the keyboard behind them.
pub fn put_from_elsewhere(composer: &mut Composer, ctx: &egui::Context, action: &Action) {
    let Action::Draft { conversation, text, from, replace } = action else { return };
    let now = ctx.input(|input| input.time);
    let draft = composer.draft(*conversation);
    draft.put(text, *from, *replace, now);
    let id = field_id(*conversation, Mode::Reply);
    let mut state = egui::text_edit::TextEditState::load(ctx, id).unwrap_or_default();
    let end = egui::text::CCursor::new(draft.text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    state.store(ctx, id);
    composer.focus();
}
