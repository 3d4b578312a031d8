//! What is being typed into the dock's fields, until the engine has it.
//!
//! # Invariants
//!
//! - While a field has the keyboard, or something typed is not sent yet, no view overwrites it.
//! - Letters that an input method is still composing are never sent.
//! - A change is sent once, a moment after the last key, or at once when the field loses the keyboard, goes out
//!   of sight, or a shortcut is about to be pressed.

use std::collections::HashMap;

use egui::{Event, Id, ImeEvent, Response, Ui};
use model::{
    ConversationId, PluginId,
    command::{Command, FormCommand},
    panel::{PanelEvent, Slot},
};

use crate::Ctx;

/// How long after the last key a change is sent, in seconds.
const SEND_AFTER_S: f64 = 0.25;
/// How long a sent change is shown although no view has it yet, in seconds.
const ECHO_MAX_S: f64 = 3.0;

/// What a field belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field of the ticket form beside a conversation.
    Field(ConversationId, String),
    /// An input of a plugin's panel.
    Node {
        /// Whose panel.
        plugin: PluginId,
        /// Which of its panels.
        slot: Slot,
        /// Beside which conversation.
        conversation: Option<ConversationId>,
        /// The input.
        node: String,
    },
}

impl Target {
    fn command(&self, text: String) -> Command {
        match self {
            Self::Field(conversation, field) => {
                Command::Form(*conversation, FormCommand::Set { field: field.clone(), text })
            }
            Self::Node { plugin, slot, conversation, node } => Command::Panel {
                plugin: plugin.clone(),
                slot: *slot,
                conversation: *conversation,
                event: PanelEvent::Changed { node: node.clone(), value: text },
            },
        }
    }
}

struct Edit {
    /// The bound text, with the letters of a composition in it.
    text: String,
    /// The text without them.
    settled: String,
    /// The value of the newest view.
    stored: String,
    changed_at: Option<f64>,
    sent_at: Option<f64>,
    focused: bool,
    drawn: u64,
}

/// Everything that is being typed.
#[derive(Default)]
pub struct Edits {
    by_target: HashMap<Target, Edit>,
    composing: bool,
    focus: Option<Id>,
    frame: u64,
}

impl Edits {
    /// Before the fields of a frame are drawn: follows the input method and sends what is due.
    pub fn begin(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        self.follow_input_method(ui);
        let (now, shortcut) = ui.input(|input| (input.time, input.modifiers.alt || input.modifiers.command));
        let (frame, composing) = (self.frame, self.composing);
        for (target, edit) in &mut self.by_target {
            let Some(changed) = edit.changed_at else { continue };
            let here = edit.focused && edit.drawn == frame;
            if here && (composing || (now - changed < SEND_AFTER_S && !shortcut)) {
                continue;
            }
            edit.changed_at = None;
            edit.sent_at = Some(now);
            ctx.send(target.command(edit.settled.clone()));
        }
        self.by_target.retain(|_, edit| edit.drawn == frame);
        if self.by_target.values().any(|edit| edit.changed_at.is_some()) {
            ui.ctx().request_repaint_after_secs(SEND_AFTER_S as f32);
        }
        self.frame += 1;
    }

    /// Whether an input method is composing.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Sends what is not sent yet, because the form is about to be submitted.
    pub fn send_all(&mut self, ctx: &Ctx<'_>, now: f64) {
        for (target, edit) in &mut self.by_target {
            if edit.changed_at.take().is_some() {
                edit.sent_at = Some(now);
                ctx.send(target.command(edit.settled.clone()));
            }
        }
    }

    /// Draws one field over its own text.
    pub fn field(
        &mut self,
        ui: &mut Ui,
        target: Target,
        stored: &str,
        draw: impl FnOnce(&mut Ui, &mut String) -> Response,
    ) -> Response {
        let now = ui.input(|input| input.time);
        let (frame, composing) = (self.frame, self.composing);
        let edit = self.by_target.entry(target).or_insert_with(|| Edit {
            text: stored.to_owned(),
            settled: stored.to_owned(),
            stored: stored.to_owned(),
            changed_at: None,
            sent_at: None,
            focused: false,
            drawn: frame,
        });
        edit.drawn = frame;
        if edit.stored != stored {
            stored.clone_into(&mut edit.stored);
            edit.sent_at = None;
        }
        let waiting = edit.changed_at.is_some() || edit.sent_at.is_some_and(|sent| now - sent < ECHO_MAX_S);
        if !edit.focused && !waiting && edit.text != stored {
            stored.clone_into(&mut edit.text);
            stored.clone_into(&mut edit.settled);
        }
        let response = draw(ui, &mut edit.text);
        edit.focused = response.has_focus();
        if edit.text != edit.settled {
            if !(composing && edit.focused) && (edit.focused || response.changed()) {
                edit.settled.clone_from(&edit.text);
                edit.changed_at = Some(now);
                ui.ctx().request_repaint_after_secs(SEND_AFTER_S as f32);
            } else if !edit.focused {
                // The field went away in the middle of a composition: the letters go with it.
                edit.text.clone_from(&edit.settled);
            }
        }
        if response.lost_focus() && edit.changed_at.is_some() {
            ui.ctx().request_repaint();
        }
        response
    }

    fn follow_input_method(&mut self, ui: &Ui) {
        let focus = ui.memory(egui::Memory::focused);
        if focus != self.focus {
            self.focus = focus;
            self.composing = false;
        }
        ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
                    Event::Ime(ImeEvent::Commit(_)) => self.composing = false,
                    _ => {}
                }
            }
        });
    }
}
