//! The desk's own dialogs: hand over, finish, tag, shortcuts, missed alerts, closing the window.

use egui::{Align, Key, Layout, Modifiers, ScrollArea, Sense, Ui, Vec2, vec2};
use model::{
    AgentId, ConversationId,
    command::ConversationCommand,
    event::TransferTarget,
    presence::Presence,
    proposal::{Change, WrapUp},
};

use super::Dialog;
use crate::{
    Action, Ctx, ShellRequest,
    attention::Missed,
    command::CommandId,
    panel::top_bar::presence_look,
    theme::Type,
    widget::{Area, Button, Field, dot, empty_state, keycap_width, label, paint_keycap, text},
};

/// What is being filled in.
#[derive(Default)]
pub struct Form {
    filter: String,
    target: Option<AgentId>,
    to_queue: bool,
    skill: String,
    note: String,
    wrap_up: WrapUp,
    follow_ups: String,
    /// The wrap-up as it was filled in last.
    filled: WrapUp,
    tag: String,
    focus: bool,
}

impl Form {
    /// A form with what can be filled in already.
    pub fn begin(dialog: Dialog, ctx: &Ctx<'_>) -> Self {
        let mut form = Self { focus: true, ..Self::default() };
        if let Dialog::WrapUp(conversation) = dialog
            && let Some(thread) = ctx.view.threads.get(&conversation)
        {
            // Plugins say how it ended now; what they say is filled in while nobody has written anything here.
            ctx.send_to(conversation, ConversationCommand::PrepareClose);
            form.fill(thread.wrap_up.clone().unwrap_or_default());
            form.fill_proposed(ctx, conversation);
        }
        form
    }

    fn fill(&mut self, wrap_up: WrapUp) {
        self.follow_ups = wrap_up.follow_ups.join("\n");
        self.wrap_up = wrap_up.clone();
        self.filled = wrap_up;
    }

    /// Takes the newest proposal over, unless a person has changed what stands here.
    fn fill_proposed(&mut self, ctx: &Ctx<'_>, conversation: ConversationId) {
        let untouched = self.wrap_up == self.filled && self.follow_ups == self.filled.follow_ups.join("\n");
        let Some(thread) = ctx.view.threads.get(&conversation).filter(|_| untouched) else { return };
        let proposals = thread.proposals.iter().filter_map(|proposal| match &proposal.change {
            Change::WrapUp(wrap_up) => Some((proposal.at, wrap_up)),
            _ => None,
        });
        if let Some((_, wrap_up)) = proposals.max_by_key(|(at, _)| *at)
            && *wrap_up != self.filled
            && thread.wrap_up.is_none()
        {
            self.fill(wrap_up.clone());
        }
    }

    /// Hands a conversation over. False when done.
    pub fn transfer(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId) -> bool {
        let theme = ctx.theme;
        label(ui, theme, ctx.t("conversation-transfer-to"), Type::Small, theme.muted);
        let response = Field::new(&mut self.filter, ctx.t("conversation-transfer-to"))
            .hint(ctx.t("queue-filter-hint"))
            .icon(crate::widget::Icon::Search)
            .sunken()
            .show(ui, theme);
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        let filter = self.filter.trim().to_lowercase();
        ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let chosen = self.to_queue;
            if filter.is_empty() && person_row(ui, ctx, ctx.t("conversation-queue"), "", theme.accent, chosen)
            {
                (self.to_queue, self.target) = (true, None);
            }
            let mut agents: Vec<_> =
                ctx.view.agents.values().filter(|row| row.profile.id != ctx.view.me).collect();
            agents.sort_by_key(|row| (row.presence.presence != Presence::Ready, row.load));
            for row in agents {
                let name = row.profile.name.to_lowercase();
                let skills: Vec<&str> = row.profile.skills.iter().map(String::as_str).collect();
                let found = name.contains(&filter)
                    || assets::pinyin::initials(&name).contains(&filter)
                    || skills.iter().any(|skill| skill.to_lowercase().contains(&filter));
                if !found {
                    continue;
                }
                let (colour, key) = presence_look(ctx, row.presence.presence);
                let load = ctx.tw("conversation-load", &[("count", row.load.into())]);
                let mut words = format!("{} · {load}", ctx.t(key));
                if !skills.is_empty() {
                    words = format!("{words} · {}", skills.join(" "));
                }
                if person_row(ui, ctx, &row.profile.name, &words, colour, self.target == Some(row.profile.id))
                {
                    (self.target, self.to_queue) = (Some(row.profile.id), false);
                }
            }
        });
        if self.to_queue {
            Field::new(&mut self.skill, ctx.t("settings-agent-skills"))
                .hint(ctx.t("conversation-skill-hint"))
                .show(ui, theme);
        }
        Area::new(&mut self.note, ctx.t("conversation-transfer-note"), 3)
            .hint(ctx.t("conversation-transfer-note"))
            .show(ui, theme);
        let target = match (self.target, self.to_queue) {
            (Some(agent), _) => Some(TransferTarget::Agent(agent)),
            (None, true) => Some(TransferTarget::Queue(self.skill.trim().to_owned())),
            (None, false) => None,
        };
        let answer = buttons(ui, ctx, ctx.t("conversation-transfer"), target.is_some());
        if answer == Some(true)
            && let Some(to) = target
        {
            ctx.send_to(
                conversation,
                ConversationCommand::Transfer { to, note: self.note.trim().to_owned() },
            );
        }
        answer.is_none()
    }

    /// Finishes a conversation. False when done.
    pub fn wrap_up(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId) -> bool {
        self.fill_proposed(ctx, conversation);
        let theme = ctx.theme;
        let field = |ui: &mut Ui, key: &str| label(ui, theme, ctx.t(key), Type::Small, theme.muted);
        ui.columns(2, |columns| {
            field(&mut columns[0], "wrap-up-reason");
            let response =
                Field::new(&mut self.wrap_up.reason, ctx.t("wrap-up-reason")).show(&mut columns[0], theme);
            if std::mem::take(&mut self.focus) {
                response.request_focus();
            }
            field(&mut columns[1], "wrap-up-outcome");
            Field::new(&mut self.wrap_up.outcome, ctx.t("wrap-up-outcome")).show(&mut columns[1], theme);
        });
        field(ui, "wrap-up-summary");
        Area::new(&mut self.wrap_up.summary, ctx.t("wrap-up-summary"), 4).show(ui, theme);
        field(ui, "wrap-up-follow-ups");
        Area::new(&mut self.follow_ups, ctx.t("wrap-up-follow-ups"), 2)
            .hint(ctx.t("wrap-up-follow-ups-hint"))
            .show(ui, theme);
        let answer = buttons(ui, ctx, ctx.t("conversation-close-plain"), true);
        if answer == Some(true) {
            let mut wrap_up = self.wrap_up.clone();
            wrap_up.follow_ups = self
                .follow_ups
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect();
            ctx.send_to(conversation, ConversationCommand::Close(wrap_up));
        }
        answer.is_none()
    }

    /// Adds a tag. False when done.
    pub fn tag(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId) -> bool {
        let response = Field::new(&mut self.tag, ctx.t("conversation-tag-add")).show(ui, ctx.theme);
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        let tag = self.tag.trim().to_owned();
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let answer = if entered {
            Some(true)
        } else {
            buttons(ui, ctx, ctx.t("conversation-tag-add"), !tag.is_empty())
        };
        if answer == Some(true) && !tag.is_empty() {
            ctx.send_to(conversation, ConversationCommand::Tag(tag));
        }
        answer.is_none()
    }
}

/// The line of buttons below a dialog: true for the main one, false for cancel. Ctrl+Enter is the main one.
fn buttons(ui: &mut Ui, ctx: &Ctx<'_>, main: &str, enabled: bool) -> Option<bool> {
    let mut answer = None;
    ui.add_space(4.0);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 30.0),
        Layout::right_to_left(Align::Center),
        |ui| {
            if Button::new(main).primary().keycap("Ctrl Enter").enabled(enabled).show(ui, ctx.theme).clicked()
            {
                answer = Some(true);
            }
            if Button::new(ctx.t("app-cancel")).keycap("Esc").show(ui, ctx.theme).clicked() {
                answer = Some(false);
            }
        },
    );
    if enabled && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        answer = Some(true);
    }
    answer
}

fn person_row(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    name: &str,
    words: &str,
    colour: egui::Color32,
    chosen: bool,
) -> bool {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::accesskit::Role::ListBoxOption, true, chosen, name));
    let fill = if chosen {
        theme.accent_soft
    } else if response.hovered() || response.has_focus() {
        theme.sunken
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, theme.control_radius(), fill);
    dot(ui.painter(), rect.left_center() + vec2(14.0, 0.0), colour);
    let at = rect.left_center() + vec2(28.0, 0.0);
    let placed = text::paint_elided(ui.painter(), theme, at, name, Type::Strong, theme.text, 160.0);
    let at = egui::pos2(placed.right() + 10.0, rect.center().y);
    let room = rect.right() - at.x - 8.0;
    text::paint_elided(ui.painter(), theme, at, words, Type::Small, theme.muted, room);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The list of shortcuts. False when they are to be changed.
pub fn shortcuts(ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
    let all: Vec<CommandId> = CommandId::all().filter(|id| !id.shortcut_text(ctx).is_empty()).collect();
    let half = all.len().div_ceil(2);
    let room = (ui.ctx().content_rect().height() - 200.0).clamp(200.0, 640.0);
    ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 32.0;
        ui.columns(2, |columns| {
            for (column, commands) in columns.iter_mut().zip([&all[..half], &all[half..]]) {
                column.spacing_mut().item_spacing.y = 0.0;
                for command in commands {
                    shortcut_row(column, ctx, *command);
                }
            }
        });
    });
    let change = Button::new(ctx.t("shortcut-title")).icon(crate::widget::Icon::Keyboard);
    let changing = change.show(ui, ctx.theme).clicked();
    if changing {
        ctx.push(Action::OpenShortcuts);
    }
    !changing
}

fn shortcut_row(ui: &mut Ui, ctx: &Ctx<'_>, command: CommandId) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    let (name, keys) = (ctx.t(command.key()), command.shortcut_text(ctx));
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, format!("{name}: {keys}"))
    });
    let width = keycap_width(ui.painter(), theme, &keys);
    let at = rect.right_center() - vec2(width + 4.0, 0.0);
    paint_keycap(ui.painter(), theme, at, &keys, theme.muted, Some(theme.surface));
    text::paint_elided(
        ui.painter(),
        theme,
        rect.left_center(),
        name,
        Type::Body,
        theme.text,
        rect.width() - width - 16.0,
    );
}

/// Alerts that came while nobody looked. False when one was opened.
pub fn missed(ui: &mut Ui, ctx: &Ctx<'_>, missed: &[Missed]) -> bool {
    let theme = ctx.theme;
    let mut open = true;
    if missed.is_empty() {
        empty_state(ui, theme, crate::widget::Icon::Bell, ctx.t("notice-missed-empty"), "");
    }
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        for alert in missed.iter().rev() {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &alert.words));
            if response.hovered() {
                ui.painter().rect_filled(rect, theme.control_radius(), theme.sunken);
            }
            let time = ctx.time(alert.at);
            let at = rect.left_center() + vec2(8.0, 0.0);
            let placed = text::paint_elided(ui.painter(), theme, at, &time, Type::Small, theme.muted, 80.0);
            let at = egui::pos2(placed.right() + 10.0, rect.center().y);
            text::paint_elided(
                ui.painter(),
                theme,
                at,
                &alert.words,
                Type::Body,
                theme.text,
                rect.right() - at.x - 8.0,
            );
            if response.clicked()
                && let Some(conversation) = alert.conversation
            {
                ctx.push(Action::Open(conversation));
                open = false;
            }
        }
    });
    open
}

/// Work is open: what should become of it. False when answered.
pub fn quit(ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
    let theme = ctx.theme;
    let open = ctx.derived.section(crate::derived::Section::Mine).len();
    let unsent = ctx.view.outbox.waiting as usize + ctx.view.outbox.trouble.len();
    let words = ctx.tw("app-quit-text", &[("open", open.into()), ("unsent", unsent.into())]);
    text::paragraph(ui, theme, &words, Type::Body, theme.muted);
    ui.add_space(Vec2::splat(4.0).y);
    let mut answered = false;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 30.0),
        Layout::right_to_left(Align::Center),
        |ui| {
            let keep = Button::new(ctx.t("app-quit-keep")).primary().show(ui, theme);
            answered |= keep.clicked();
            if Button::new(ctx.t("app-quit-leave")).show(ui, theme).clicked() {
                let offline = model::command::AgentCommand::SetPresence(Presence::Offline);
                ctx.send(model::command::Command::Agent(offline));
                ctx.request(ShellRequest::Quit);
                answered = true;
            }
        },
    );
    !answered
}
