//! Everything on the timeline that is not a bubble: days, events, notes, findings and prompts.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2};
use jiff::civil::Date;
use model::{
    command::{Command, FindingCommand},
    proposal::{Fate, Prompt, PromptClass},
    quality::{Finding, Severity},
    view::{Entry, EntryKind, Thread},
};

use super::SIDE_MARGIN;
use crate::{
    Ctx,
    theme::Type,
    widget::{Button, Field, Icon, job, line, space_x, text},
};

/// Height of a day separator.
pub const DAY_HEIGHT: f32 = 44.0;
/// Height of an event.
pub const EVENT_HEIGHT: f32 = 28.0;

/// Whether an entry is one thin line.
pub fn is_line(kind: &EntryKind) -> bool {
    !matches!(
        kind,
        EntryKind::FromCustomer { .. }
            | EntryKind::FromAgent { .. }
            | EntryKind::FromElsewhere { .. }
            | EntryKind::Note { .. }
            | EntryKind::Finding { .. }
            | EntryKind::Prompt(_)
    )
}

/// Draws a day separator.
pub fn day(ui: &Ui, ctx: &Ctx<'_>, rect: Rect, date: Date) {
    let theme = ctx.theme;
    let words = ctx.locale.day(date, ctx.today());
    let galley = line(ui.painter(), theme, &words, Type::Small, theme.muted);
    let centre = rect.center() + vec2(0.0, 4.0);
    let at = Align2::CENTER_CENTER.anchor_size(centre, galley.size());
    let gap = 12.0;
    let (left, right) = (rect.left() + SIDE_MARGIN, rect.right() - SIDE_MARGIN);
    ui.painter().hline(left..=at.left() - gap, centre.y.round() + 0.5, theme.hairline());
    ui.painter().hline(at.right() + gap..=right, centre.y.round() + 0.5, theme.hairline());
    ui.painter().galley(at.min, galley, theme.muted);
}

/// How high an entry that is no bubble will be.
pub fn height(ui: &Ui, ctx: &Ctx<'_>, entry: &Entry, width: f32) -> f32 {
    match &entry.kind {
        EntryKind::Note { text, .. } => note_galley(ui, ctx, text, width).size().y + 18.0 + 16.0 + 12.0,
        EntryKind::Finding { finding, answered } => finding_height(ui, ctx, finding, *answered, width),
        EntryKind::Prompt(prompt) => prompt_galley(ui, ctx, prompt, width).size().y + 20.0 + 12.0,
        kind => event_galley(ui, ctx, entry, kind, width).size().y + EVENT_HEIGHT - 18.0,
    }
}

/// Draws an entry that is no bubble.
pub fn draw(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, entry: &Entry, rect: Rect) {
    match &entry.kind {
        EntryKind::Note { agent, text, .. } => {
            let head = format!("{} · {}", ctx.t("conversation-note"), ctx.agent_name(*agent));
            note(ui, ctx, entry, &head, text, rect);
        }
        EntryKind::Finding { finding, answered } => {
            draw_finding(ui, ctx, thread, entry, finding, *answered, rect);
        }
        EntryKind::Prompt(prompt) => draw_prompt(ui, ctx, prompt, rect),
        kind => event(ui, ctx, entry, kind, rect),
    }
}

fn note_galley(ui: &Ui, ctx: &Ctx<'_>, text: &str, width: f32) -> Arc<Galley> {
    let room = (width * 0.74).min(ctx.theme.tokens.size.bubble_max) - 24.0;
    ui.painter().layout_job(crate::mention::job(ctx, &text::inert(text), room.max(1.0)))
}

fn note(ui: &mut Ui, ctx: &Ctx<'_>, entry: &Entry, head: &str, text: &str, rect: Rect) {
    let theme = ctx.theme;
    let galley = note_galley(ui, ctx, text, rect.width());
    let head = line(ui.painter(), theme, head, Type::SmallStrong, theme.warn);
    let time = line(ui.painter(), theme, &ctx.time(entry.at), Type::Small, theme.muted);
    let inner = galley.size().x.max(head.size().x + time.size().x + 16.0);
    let size = vec2(inner + 24.0, galley.size().y + 18.0 + 16.0);
    let frame = Rect::from_min_size(pos2(rect.right() - SIDE_MARGIN - size.x, rect.top() + 12.0), size);
    ui.painter().rect(
        frame,
        theme.card_radius(),
        theme.note,
        egui::Stroke::new(1.0, theme.lamp.gamma_multiply(0.45)),
        egui::StrokeKind::Inside,
    );
    let at = frame.min + vec2(12.0, 8.0);
    ui.painter().galley(at, head, theme.warn);
    ui.painter().galley(pos2(frame.right() - 12.0 - time.size().x, at.y), time, theme.muted);
    let body = at + vec2(0.0, 18.0);
    let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
    let response = ui.interact(
        Rect::from_min_size(body, galley.size()),
        ui.scope_id().with(("note", entry.sequence)),
        sense,
    );
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Label, true, format!("{}: {text}", ctx.t("conversation-note")))
    });
    egui::text_selection::LabelSelectionState::label_text_selection(
        ui,
        &response,
        body,
        galley,
        theme.text,
        egui::Stroke::NONE,
    );
}

/// Icon and colour of a finding.
pub fn severity_look(ctx: &Ctx<'_>, severity: Severity) -> (Icon, Color32, &'static str) {
    match severity {
        Severity::Good => (Icon::Check, ctx.theme.good, "quality-good"),
        Severity::Hint => (Icon::Info, ctx.theme.muted, "quality-hint"),
        Severity::Warning => (Icon::Warning, ctx.theme.warn, "quality-warning"),
        Severity::Breach => (Icon::Warning, ctx.theme.bad, "quality-breach"),
    }
}

fn finding_galley(ui: &Ui, ctx: &Ctx<'_>, finding: &Finding, width: f32) -> Arc<Galley> {
    let (_, ink, _) = severity_look(ctx, finding.severity);
    let title = ctx.author_text(&finding.plugin, &finding.title);
    let because = ctx.author_text(&finding.plugin, &finding.because);
    let words = match (title.is_empty(), because.is_empty()) {
        (false, false) => format!("{title}{}{because}", ctx.t("quality-joint")),
        (true, _) => because,
        (_, true) => title,
    };
    let mut job = job(ctx.theme, &text::inert(&words), Type::Small, ink);
    if !finding.advice.is_empty() {
        let advice = ctx.author_text(&finding.plugin, &finding.advice);
        let advice = ctx.tw("quality-advice", &[("words", text::inert(&advice).into_owned().into())]);
        job.append(&format!("\n{advice}"), 0.0, ctx.theme.format(Type::Small, ctx.theme.muted));
    }
    job.wrap.max_width = (width * 0.74 - 24.0).min(ctx.theme.tokens.size.bubble_max);
    ui.painter().layout_job(job)
}

fn finding_height(ui: &Ui, ctx: &Ctx<'_>, finding: &Finding, answered: Option<bool>, width: f32) -> f32 {
    let buttons = if answered.is_none() && finding.severity > Severity::Hint { 28.0 } else { 0.0 };
    finding_galley(ui, ctx, finding, width).size().y + 8.0 + buttons
}

fn draw_finding(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    thread: &Thread,
    entry: &Entry,
    finding: &Finding,
    answered: Option<bool>,
    rect: Rect,
) {
    let theme = ctx.theme;
    let (icon, ink, _) = severity_look(ctx, finding.severity);
    let galley = finding_galley(ui, ctx, finding, rect.width());
    let left = rect.right() - SIDE_MARGIN - galley.size().x;
    let at = pos2(left, rect.top() + 6.0);
    icon.paint(ui.painter(), Rect::from_center_size(at + vec2(-12.0, 9.0), Vec2::splat(14.0)), ink);
    let area = Rect::from_min_size(at, galley.size());
    let response = ui.interact(area, ui.scope_id().with(("finding", entry.sequence)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, galley.text()));
    response.on_hover_text(ctx.tw("quality-by", &[("plugin", ctx.plugin_name(&finding.plugin).into())]));
    let bottom = at.y + galley.size().y;
    ui.painter().galley(at, galley, ink);
    if answered.is_none() && finding.severity > Severity::Hint {
        let strip = Rect::from_min_max(
            pos2(rect.left(), bottom + 2.0),
            pos2(rect.right() - SIDE_MARGIN, bottom + 26.0),
        );
        let builder = egui::UiBuilder::new()
            .max_rect(strip)
            .layout(egui::Layout::right_to_left(egui::Align::Center))
            .id_salt((entry.sequence, "answer"));
        let mut row = ui.new_child(builder);
        space_x(&mut row, 4.0);
        let send = |command| ctx.send(Command::Finding(thread.row.id, finding.id, command));
        if Button::new(ctx.t("quality-understood")).quiet().small().show(&mut row, theme).clicked() {
            send(FindingCommand::Understood);
        }
        let dispute = Button::new(ctx.t("quality-dispute")).quiet().small().show(&mut row, theme);
        if let Some(words) = dispute_popup(ctx, finding, &dispute) {
            send(FindingCommand::Dispute(words));
        }
    }
}

/// Disputing takes words: they are asked for in place, below the button. Returns them when they are sent.
fn dispute_popup(ctx: &Ctx<'_>, finding: &Finding, button: &egui::Response) -> Option<String> {
    let theme = ctx.theme;
    let kept = egui::Id::unique(("dispute", finding.id));
    let popup = egui::Popup::from_toggle_button_response(button)
        .frame(theme.popover())
        .gap(4.0)
        .align(egui::RectAlign::BOTTOM_END)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let opened = button.clicked();
    let shown = popup.show(|ui| {
        ui.set_width(340.0);
        let mut words = ui.data_mut(|data| data.get_temp::<String>(kept)).unwrap_or_default();
        let name = ctx.t("quality-dispute-reason");
        let field = Field::new(&mut words, name).hint(name).show(ui, theme);
        if opened {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let ready = !words.trim().is_empty();
        let line = vec2(ui.available_width(), theme.tokens.size.control);
        let clicked = ui
            .allocate_ui_with_layout(line, egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let send = Button::new(ctx.t("quality-dispute-send")).primary().enabled(ready);
                send.show(ui, theme).clicked()
            })
            .inner;
        let sent = ready && (clicked || entered);
        if sent {
            ui.close();
        }
        ui.data_mut(|data| data.insert_temp(kept, if sent { String::new() } else { words.clone() }));
        sent.then(|| words.trim().to_owned())
    });
    shown.and_then(|shown| shown.inner)
}

/// The name of a prompt's class.
pub fn prompt_key(class: PromptClass) -> &'static str {
    match class {
        PromptClass::Safety => "prompt-safety",
        PromptClass::Waiting => "prompt-waiting",
        PromptClass::Sla => "prompt-sla",
        PromptClass::Coaching => "prompt-coaching",
        PromptClass::Offer => "prompt-offer",
    }
}

/// A prompt's words: class and title, then the sentence.
pub fn prompt_job(ctx: &Ctx<'_>, prompt: &Prompt) -> egui::text::LayoutJob {
    let theme = ctx.theme;
    let head =
        format!("{} · {}", ctx.t(prompt_key(prompt.class)), ctx.author_text(&prompt.plugin, &prompt.title));
    let ink = if prompt.class == PromptClass::Safety { theme.bad } else { theme.warn };
    let mut job = job(theme, &text::inert(&head), Type::SmallStrong, ink);
    let sentence = ctx.author_text(&prompt.plugin, &prompt.text);
    if !sentence.is_empty() {
        job.append(&text::inert(&sentence), 12.0, theme.format(Type::Small, theme.text));
    }
    job
}

fn prompt_galley(ui: &Ui, ctx: &Ctx<'_>, prompt: &Prompt, width: f32) -> Arc<Galley> {
    let mut job = prompt_job(ctx, prompt);
    job.wrap.max_width = width - 2.0 * SIDE_MARGIN - 28.0;
    ui.painter().layout_job(job)
}

fn draw_prompt(ui: &Ui, ctx: &Ctx<'_>, prompt: &Prompt, rect: Rect) {
    let theme = ctx.theme;
    let galley = prompt_galley(ui, ctx, prompt, rect.width());
    let frame = Rect::from_min_max(
        pos2(rect.left() + SIDE_MARGIN, rect.top() + 12.0),
        pos2(rect.right() - SIDE_MARGIN, rect.bottom()),
    );
    prompt_frame(ui, ctx, frame);
    ui.painter().galley(frame.min + vec2(14.0, 10.0), galley, theme.text);
}

/// The ground of a prompt: amber with a bar at its left.
pub fn prompt_frame(ui: &Ui, ctx: &Ctx<'_>, frame: Rect) {
    let theme = ctx.theme;
    ui.painter().rect_filled(frame, egui::CornerRadius { nw: 0, sw: 0, ne: 6, se: 6 }, theme.note);
    let bar = Rect::from_min_size(frame.min, vec2(theme.tokens.size.selection, frame.height()));
    ui.painter().rect_filled(bar, 0.0, theme.lamp);
}

fn event_galley(ui: &Ui, ctx: &Ctx<'_>, entry: &Entry, kind: &EntryKind, width: f32) -> Arc<Galley> {
    let words = format!("{}  {}", ctx.time(entry.at), text::inert(&event_words(ctx, kind)));
    let mut job = job(ctx.theme, &words, Type::Small, ctx.theme.muted);
    job.wrap.max_width = (width - 4.0 * SIDE_MARGIN).max(60.0);
    job.halign = egui::Align::Center;
    ui.painter().layout_job(job)
}

fn event(ui: &mut Ui, ctx: &Ctx<'_>, entry: &Entry, kind: &EntryKind, rect: Rect) {
    let galley = event_galley(ui, ctx, entry, kind, rect.width());
    let at = pos2(rect.center().x, rect.center().y - galley.size().y / 2.0);
    let area = Rect::from_center_size(rect.center(), galley.size());
    let clickable = match kind {
        EntryKind::Ticket { ticket, .. } => Some(crate::Action::OpenTicket(*ticket)),
        EntryKind::Linked(other) => Some(crate::Action::Open(*other)),
        _ => None,
    };
    let sense = if clickable.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(area, ui.scope_id().with(("event", entry.sequence)), sense);
    let role = if clickable.is_some() { Role::Link } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, galley.text()));
    let ink = if clickable.is_some() && response.hovered() { ctx.theme.accent } else { ctx.theme.muted };
    ui.painter().galley_with_override_text_color(at, galley, ink);
    if let Some(action) = clickable
        && response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
    {
        ctx.push(action);
    }
}

/// What an event says.
fn event_words(ctx: &Ctx<'_>, kind: &EntryKind) -> String {
    let agent = |agent| ctx.agent_name(agent);
    match kind {
        EntryKind::Opened(channel) => {
            let title = ctx.channel_title(channel);
            let name = if title.is_empty() { ctx.t("channel-chat") } else { &title };
            ctx.tw("event-opened", &[("channel", name.into())])
        }
        EntryKind::Assigned(who) => ctx.tw("event-assigned", &[("agent", agent(*who).into())]),
        EntryKind::Unassigned => ctx.t("event-unassigned").to_owned(),
        EntryKind::Transferred { to, note } => {
            let to = to.map_or_else(|| ctx.t("conversation-queue").to_owned(), agent);
            let words = ctx.tw("event-handed-over", &[("to", to.into())]);
            if note.is_empty() { words } else { format!("{words} · {note}") }
        }
        EntryKind::Parked(None) => ctx.t("event-set-aside").to_owned(),
        EntryKind::Parked(Some(until)) => {
            ctx.tw("event-set-aside-until", &[("time", ctx.moment(*until).into())])
        }
        EntryKind::Resumed => ctx.t("event-resumed").to_owned(),
        EntryKind::Closed(wrap_up) => {
            let words = ctx.t("event-finished");
            let rest = [&wrap_up.reason, &wrap_up.outcome];
            rest.iter()
                .filter(|part| !part.is_empty())
                .fold(words.to_owned(), |words, part| format!("{words} · {part}"))
        }
        EntryKind::Reopened => ctx.t("event-reopened").to_owned(),
        EntryKind::Redacted { .. } => ctx.t("event-redacted").to_owned(),
        EntryKind::Proposal { proposal, settled } => {
            let fate = match settled.fate {
                Fate::Accepted => "proposal-accepted",
                Fate::Edited => "proposal-edited",
                Fate::Dismissed => "proposal-dismissed",
                Fate::Expired => "proposal-expired",
            };
            format!("{} · {}", ctx.plugin_name(&proposal.plugin), ctx.t(fate))
        }
        EntryKind::Ticket { number, title, .. } => {
            format!("{} · {title}", ctx.tw("event-ticket", &[("number", number.into())]))
        }
        EntryKind::Linked(_) => ctx.t("conversation-linked").to_owned(),
        EntryKind::Facts(facts) => {
            let facts: Vec<_> = facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            text::one_line(&facts.join(" · "))
        }
        EntryKind::CustomerLeft(reason) => {
            let words = ctx.t("event-customer-left").to_owned();
            if reason.is_empty() { words } else { format!("{words} · {}", text::one_line(reason)) }
        }
        EntryKind::FromCustomer { .. }
        | EntryKind::FromAgent { .. }
        | EntryKind::FromElsewhere { .. }
        | EntryKind::Note { .. }
        | EntryKind::Finding { .. }
        | EntryKind::Prompt(_) => String::new(),
    }
}
