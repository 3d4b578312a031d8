//! The keys of every command: found by search, changed by pressing them, put back one by one or all at once.
//!
//! # Invariants
//!
//! - Keys that text editing or input methods need are refused with the reason; nothing else stops a person.
//! - Keys that another command has are taken from it only when the person says so.

use egui::{Align, Event, Key, KeyboardShortcut, Layout, Modifiers, Sense, Ui, vec2};

use super::{audio::set, control};
use crate::{
    Ctx,
    command::{self, CommandId, OWN_DEFAULT, OWN_NONE, setting_name, shortcut_words},
    theme::Type,
    widget::{Button, Card, Field, Icon, IconButton, empty_state, keycap_width, label, paint_keycap, text},
};

/// Height of a command's line.
const ROW: f32 = 48.0;
/// Width of the buttons right of the keys.
const BUTTONS: f32 = 132.0;

/// What the editor remembers.
#[derive(Default)]
pub struct Shortcuts {
    words: String,
    /// The command whose new keys are waited for.
    recording: Option<CommandId>,
    /// Why the keys pressed last were not taken.
    refused: Option<(CommandId, KeyboardShortcut, Trouble)>,
}

/// What stands against keys that were pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// They may not be used, for the reason of this key in the locales.
    Refused(&'static str),
    /// Another command has them.
    Taken(CommandId),
}

impl Shortcuts {
    /// Whether the next keys belong to the editor.
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Stops waiting for keys.
    pub fn leave(&mut self) {
        self.recording = None;
        self.refused = None;
    }

    /// Draws the editor.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        self.record(ui, ctx);
        let changed = CommandId::all().filter(|command| command.is_changed(ctx)).count();
        Card::new("").show(
            ui,
            theme,
            |_| {},
            |ui| {
                text::paragraph(ui, theme, ctx.t("shortcut-hint"), Type::Body, theme.muted);
                let line = vec2(ui.available_width(), 30.0);
                ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
                    let all = Button::new(ctx.t("shortcut-reset-all")).icon(Icon::Undo).enabled(changed > 0);
                    if all.show(ui, theme).clicked() {
                        for command in CommandId::all().filter(|command| command.is_changed(ctx)) {
                            set(ctx, &setting_name(command), OWN_DEFAULT);
                        }
                        self.leave();
                    }
                    let hint = ctx.t("shortcut-search");
                    Field::new(&mut self.words, hint).hint(hint).icon(Icon::Search).sunken().show(ui, theme);
                });
            },
        );
        self.list(ui, ctx);
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = self.words.trim().to_lowercase();
        let found: Vec<CommandId> = CommandId::all().filter(|command| fits(ctx, *command, &words)).collect();
        if found.is_empty() {
            let title = ctx.tw("shortcut-none", &[("query", self.words.trim().into())]);
            empty_state(ui, ctx.theme, Icon::Keyboard, &title, ctx.t("shortcut-none-hint"));
            return;
        }
        let mut rest = found.as_slice();
        while let Some(first) = rest.first() {
            let group = group_key(*first);
            let count = rest.iter().take_while(|command| group_key(**command) == group).count();
            let (commands, behind) = rest.split_at(count);
            rest = behind;
            Card::new(ctx.t(group)).show(
                ui,
                ctx.theme,
                |_| {},
                |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (index, command) in commands.iter().enumerate() {
                        if index > 0 {
                            let at = ui.cursor().top();
                            ui.painter().hline(ui.max_rect().x_range(), at, ctx.theme.hairline());
                        }
                        self.row(ui, ctx, *command);
                    }
                },
            );
        }
    }

    fn row(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, command: CommandId) {
        let theme = ctx.theme;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let builder = egui::UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::right_to_left(Align::Center))
            .id_salt(command.key());
        let mut line = ui.new_child(builder);
        let name = ctx.t(command.key());
        let keys = command.shortcut_text(ctx);
        let recording = self.recording == Some(command);
        let buttons = Layout::right_to_left(Align::Center);
        line.allocate_ui_with_layout(vec2(BUTTONS, ROW), buttons, |ui| self.buttons(ui, ctx, command, name));
        if recording {
            label(&mut line, theme, ctx.t("shortcut-press"), Type::SmallStrong, theme.accent);
        } else {
            let shown = if keys.is_empty() { ctx.t("shortcut-no-keys") } else { &keys };
            let width = keycap_width(line.painter(), theme, shown);
            let (cap, response) = line.allocate_exact_size(vec2(width, 22.0), Sense::hover());
            let spoken = format!("{name}: {shown}");
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, spoken.as_str())
            });
            if keys.is_empty() {
                let at = cap.left_center();
                text::paint_elided(line.painter(), theme, at, shown, Type::Small, theme.muted, width);
            } else {
                let ink = if command.is_changed(ctx) { theme.accent } else { theme.muted };
                paint_keycap(line.painter(), theme, cap.left_center(), &keys, ink, Some(theme.surface));
            }
        }
        line.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(4.0);
            label(ui, theme, name, Type::Body, theme.text);
            label(ui, theme, ctx.t(&format!("{}.hint", command.key())), Type::Small, theme.muted);
        });
        if let Some((of, shortcut, trouble)) = self.refused
            && of == command
        {
            self.trouble(ui, ctx, command, shortcut, trouble);
        }
    }

    fn buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, command: CommandId, name: &str) {
        let theme = ctx.theme;
        let recording = self.recording == Some(command);
        let (words, spoken) = if recording {
            ("app-cancel", ctx.tw("shortcut-cancel-named", &[("name", name.into())]))
        } else {
            ("shortcut-change", ctx.tw("shortcut-change-named", &[("name", name.into())]))
        };
        ui.add_space(8.0);
        let button = Button::new(ctx.t(words)).name(&spoken).small().selected(recording);
        if button.show(ui, theme).clicked() {
            self.refused = None;
            self.recording = (!recording).then_some(command);
            // The search field would write what is pressed.
            ui.memory_mut(|memory| {
                if let Some(focused) = memory.focused() {
                    memory.surrender_focus(focused);
                }
            });
        }
        if command.is_changed(ctx) {
            let spoken = ctx.tw("shortcut-reset-named", &[("name", name.into())]);
            if IconButton::new(Icon::Undo, &spoken).size(24.0).show(ui, theme).clicked() {
                set(ctx, &setting_name(command), OWN_DEFAULT);
                self.leave();
            }
        }
    }

    /// Below a command: why its keys were not taken, and what can be done.
    fn trouble(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        command: CommandId,
        shortcut: KeyboardShortcut,
        trouble: Trouble,
    ) {
        let theme = ctx.theme;
        let keys = shortcut_words(shortcut);
        match trouble {
            Trouble::Refused(reason) => {
                let words =
                    ctx.tw("shortcut-refused", &[("keys", keys.into()), ("reason", ctx.t(reason).into())]);
                control::marked(ui, theme, Icon::Warning, theme.warn, &words);
            }
            Trouble::Taken(other) => {
                let arguments = [("keys", keys.as_str().into()), ("other", ctx.t(other.key()).into())];
                control::marked(ui, theme, Icon::Warning, theme.warn, &ctx.tw("shortcut-taken", &arguments));
                ui.horizontal(|ui| {
                    ui.add_space(24.0);
                    if Button::new(ctx.t("shortcut-take-over")).small().primary().show(ui, theme).clicked() {
                        set(ctx, &setting_name(other), OWN_NONE);
                        set(ctx, &setting_name(command), &keys);
                        self.leave();
                    }
                    if Button::new(ctx.t("shortcut-leave")).small().show(ui, theme).clicked() {
                        self.leave();
                    }
                });
                ui.add_space(8.0);
            }
        }
    }

    /// Takes the keys that are pressed while they are waited for.
    fn record(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let Some(command) = self.recording else { return };
        let pressed = ui.input_mut(|input| {
            let at =
                input.events.iter().position(|event| matches!(event, Event::Key { pressed: true, .. }))?;
            let Event::Key { key, modifiers, .. } = input.events.remove(at) else { return None };
            input.events.retain(|event| !matches!(event, Event::Text(_) | Event::Key { .. }));
            Some(KeyboardShortcut::new(plain(modifiers), key))
        });
        let Some(shortcut) = pressed else { return };
        self.refused = None;
        self.recording = None;
        let alone = shortcut.modifiers.is_none();
        match shortcut.logical_key {
            Key::Escape if alone => {}
            Key::Backspace | Key::Delete if alone => set(ctx, &setting_name(command), OWN_NONE),
            _ => self.decide(ctx, command, shortcut),
        }
    }

    fn decide(&mut self, ctx: &Ctx<'_>, command: CommandId, shortcut: KeyboardShortcut) {
        if let Some(reason) = command::refusal(shortcut) {
            self.refused = Some((command, shortcut, Trouble::Refused(reason)));
        } else if let Some(other) = command::holder(ctx, shortcut).filter(|other| *other != command) {
            self.refused = Some((command, shortcut, Trouble::Taken(other)));
        } else {
            set(ctx, &setting_name(command), &shortcut_words(shortcut));
        }
    }
}

/// Modifiers as commands have them: Ctrl counts once, whatever the system calls it.
fn plain(modifiers: Modifiers) -> Modifiers {
    let command = modifiers.command || modifiers.ctrl;
    Modifiers { alt: modifiers.alt, shift: modifiers.shift, command, ..Modifiers::NONE }
}

/// Whether a command is found by these words: its name in either language, its hint, or its keys.
fn fits(ctx: &Ctx<'_>, command: CommandId, words: &str) -> bool {
    if words.is_empty() {
        return true;
    }
    let name = ctx.t(command.key()).to_lowercase();
    name.contains(words)
        || assets::pinyin::initials(&name).contains(words)
        || ctx.other_locale.text(command.key()).to_lowercase().contains(words)
        || ctx.t(&format!("{}.hint", command.key())).to_lowercase().contains(words)
        || command.shortcut_text(ctx).to_lowercase().contains(words)
}

fn group_key(command: CommandId) -> &'static str {
    match command.noun() {
        "conversation" => "shortcut-group-conversation",
        "proposal" => "shortcut-group-proposal",
        "ticket" => "shortcut-group-ticket",
        "presence" => "shortcut-group-presence",
        "window" => "shortcut-group-window",
        _ => "shortcut-group-search",
    }
}
