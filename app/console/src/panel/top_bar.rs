//! The bar at the top: presence, who is waiting most, the search field and the self-check.

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Layout, Popup, PopupCloseBehavior, Rect, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};
use model::{
    command::{AgentCommand, Command},
    plugin::PluginState,
    presence::{BreakReason, Presence},
};

use crate::{
    Action, Ctx, Place,
    command::CommandId,
    theme::{Tone, Type},
    widget::{Icon, chip, dot, elided, keycap_width, label, line, paragraph, space_x, space_y, text},
};

/// Draws the bar.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, search_open: bool) {
    space_x(ui, 12.0);
    let bar = ui.max_rect();
    ui.allocate_ui_with_layout(bar.size(), Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(12.0);
        presence(ui, ctx);
        contact_strip(ui, ctx);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(14.0);
            self_check(ui, ctx);
            ui.add_space(8.0);
            search(ui, ctx, search_open);
        });
    });
}

/// Colour and key of a presence.
pub fn presence_look(ctx: &Ctx<'_>, presence: Presence) -> (Color32, &'static str) {
    match presence {
        Presence::Ready => (ctx.theme.good, "presence-ready"),
        Presence::Busy => (ctx.theme.warn, "presence-busy"),
        Presence::Break(_) => (ctx.theme.warn, "presence-break"),
        Presence::WrapUp => (ctx.theme.accent, "presence-wrap-up"),
        Presence::Offline => (ctx.theme.faint, "presence-offline"),
    }
}

/// The key of a reason for a break.
pub fn break_key(reason: BreakReason) -> &'static str {
    match reason {
        BreakReason::Meal => "presence-break-meal",
        BreakReason::Rest => "presence-break-rest",
        BreakReason::Meeting => "presence-break-meeting",
        BreakReason::Training => "presence-break-training",
    }
}

fn presence(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let Some(me) = ctx.view.agents.get(&ctx.view.me) else { return };
    let (colour, key) = presence_look(ctx, me.presence.presence);
    let words = match me.presence.presence {
        Presence::Break(reason) => ctx.t(break_key(reason)),
        _ => ctx.t(key),
    };
    let painter = ui.painter();
    let name = line(painter, theme, words, Type::Strong, theme.text);
    let timer = ctx.age(me.presence.since);
    let timer = line(painter, theme, &timer, Type::Body, theme.muted);
    let size = vec2(12.0 + 8.0 + 8.0 + name.size().x + 8.0 + timer.size().x + 24.0, 28.0);
    let (rect, response) = ui.allocate_exact_size(size.ceil(), Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("{}: {words}", ctx.t("presence-title")))
    });
    let fill = if response.hovered() { theme.hovered(theme.sunken) } else { theme.sunken };
    ui.painter().rect_filled(rect, CornerRadius::same(14), fill);
    let mut x = rect.left() + 14.0;
    dot(ui.painter(), pos2(x, rect.center().y), colour);
    x += 12.0;
    for (galley, ink) in [(name, theme.text), (timer, theme.muted)] {
        let at = Align2::LEFT_CENTER.anchor_size(pos2(x, rect.center().y), galley.size());
        x = at.right() + 8.0;
        ui.painter().galley(at.min, galley, ink);
    }
    let chevron = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), Vec2::splat(12.0));
    Icon::ChevronDown.paint(ui.painter(), chevron, theme.muted);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let menu = Popup::menu(&response).frame(theme.popover()).gap(6.0);
    menu.accessible_name(ctx.t("presence-title")).show(|ui| presence_menu(ui, ctx, me.presence.presence));
}

fn presence_menu(ui: &mut Ui, ctx: &Ctx<'_>, current: Presence) {
    ui.set_width(248.0);
    space_y(ui, 2.0);
    let choose = |ui: &mut Ui, presence: Presence, words: &str, hint: &str| {
        if menu_row(ui, ctx, presence_look(ctx, presence).0, words, hint, presence == current) {
            ctx.send(Command::Agent(AgentCommand::SetPresence(presence)));
            ui.close();
        }
    };
    choose(ui, Presence::Ready, ctx.t("presence-ready"), ctx.t("presence-ready-hint"));
    choose(ui, Presence::Busy, ctx.t("presence-busy"), ctx.t("presence-busy-hint"));
    ui.add_space(4.0);
    text::label(ui, ctx.theme, ctx.t("presence-break"), Type::Small, ctx.theme.muted);
    for reason in BreakReason::ALL {
        choose(ui, Presence::Break(reason), ctx.t(break_key(reason)), "");
    }
    ui.add_space(4.0);
    choose(ui, Presence::Offline, ctx.t("presence-offline"), ctx.t("presence-offline-hint"));
}

fn menu_row(ui: &mut Ui, ctx: &Ctx<'_>, colour: Color32, words: &str, hint: &str, selected: bool) -> bool {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, selected, words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme.control_radius(), theme.sunken);
    }
    dot(ui.painter(), pos2(rect.left() + 12.0, rect.center().y), colour);
    let name = text::paint_elided(
        ui.painter(),
        theme,
        pos2(rect.left() + 24.0, rect.center().y),
        words,
        Type::Body,
        theme.text,
        rect.width() - 40.0,
    );
    let room = rect.right() - name.right() - 18.0;
    if !hint.is_empty() && room > 40.0 {
        let at = pos2(name.right() + 10.0, rect.center().y);
        text::paint_elided(ui.painter(), theme, at, hint, Type::Small, theme.muted, room);
    }
    if selected {
        let mark = Rect::from_center_size(pos2(rect.right() - 12.0, rect.center().y), Vec2::splat(14.0));
        Icon::Check.paint(ui.painter(), mark, theme.accent);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// Who of mine has waited longest for an answer, or the next in the queue.
fn contact_strip(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let figures = &ctx.view.figures;
    let urgent = ctx.derived.most_urgent(ctx.now).and_then(|index| ctx.view.queue.get(index));
    let narrow = ui.available_width() < 760.0;
    if let Some(row) = urgent {
        let clock = ctx.waiting(row.waiting_since.unwrap_or(ctx.now), &row.channel.kind);
        // The clock tells it as well where there is no room for the words.
        let tight = ui.available_width() < 640.0;
        let words = if tight { "" } else { ctx.t("top-waits-most") };
        let lead = line(ui.painter(), theme, words, Type::Small, theme.muted);
        let name_width = if tight { 96.0 } else { 140.0 };
        let name = elided(ui.painter(), theme, &row.name, Type::Strong, theme.text, name_width);
        let clock = line(ui.painter(), theme, &clock, Type::Strong, theme.accent);
        let lead_width = if tight { 0.0 } else { lead.size().x + 8.0 };
        let width = 14.0 + lead_width + name.size().x + 8.0 + clock.size().x + 14.0;
        let (rect, response) = ui.allocate_exact_size(vec2(width.ceil(), 28.0), Sense::click());
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("{} {}", ctx.t("top-waits-most"), row.name))
        });
        let fill = if response.hovered() { theme.hovered(theme.accent_soft) } else { theme.accent_soft };
        ui.painter().rect_filled(rect, theme.control_radius(), fill);
        let mut x = rect.left() + 14.0;
        for (galley, ink) in [(lead, theme.muted), (name, theme.text), (clock, theme.accent)] {
            let at = Align2::LEFT_CENTER.anchor_size(pos2(x, rect.center().y), galley.size());
            x = if at.width() < 1.0 { x } else { at.right() + 8.0 };
            ui.painter().galley(at.min, galley, ink);
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            ctx.push(Action::Open(row.id));
        }
    }
    if narrow {
        return;
    }
    space_x(ui, 6.0);
    if figures.waiting > 0 {
        let (longest_s, longest) = ctx.longest_wait();
        let words = ctx.tw("top-waiting", &[("count", figures.waiting.into()), ("time", longest.into())]);
        let tone = if longest_s >= 90 { Tone::Warn } else { Tone::Muted };
        chip(ui, theme, &words, tone);
    }
    if ui.available_width() > 560.0 {
        chip(ui, theme, &ctx.tw("top-closed-today", &[("count", figures.closed_today.into())]), Tone::Muted);
    }
}

/// The field that opens the palette.
fn search(ui: &mut Ui, ctx: &Ctx<'_>, open: bool) {
    let theme = ctx.theme;
    let width = (ui.available_width() - 24.0).clamp(140.0, 400.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, ctx.t("app-search")));
    let edge = if open || response.hovered() { theme.faint } else { theme.line };
    let painter = ui.painter();
    painter.rect(rect, theme.control_radius(), theme.sunken, Stroke::new(1.0, edge), StrokeKind::Inside);
    let icon = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), Vec2::splat(14.0));
    Icon::Search.paint(painter, icon, theme.muted);
    let key = CommandId::WindowPalette.shortcut_text(ctx);
    let cap = keycap_width(painter, theme, &key);
    let at = pos2(rect.left() + 30.0, rect.center().y);
    text::paint_elided(
        painter,
        theme,
        at,
        ctx.t("palette-hint"),
        Type::Body,
        theme.muted,
        width - cap - 48.0,
    );
    crate::widget::paint_keycap(
        painter,
        theme,
        pos2(rect.right() - cap - 6.0, rect.center().y),
        &key,
        theme.muted,
        Some(theme.surface),
    );
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.push(Action::Run(CommandId::WindowPalette));
    }
}

/// How one check of the desk itself went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Something is not there, and the desk works without it.
    Note,
    Bad,
}

impl Verdict {
    fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Bad }
    }

    fn look(self, theme: &crate::Theme) -> (Icon, egui::Color32) {
        match self {
            Self::Good => (Icon::Check, theme.good),
            Self::Note => (Icon::Info, theme.warn),
            Self::Bad => (Icon::Warning, theme.bad),
        }
    }
}

/// One check of the desk itself.
struct Check {
    verdict: Verdict,
    name: &'static str,
    words: String,
}

fn checks(ctx: &Ctx<'_>) -> Vec<Check> {
    let health = &ctx.view.health;
    let mut checks = Vec::new();
    let error = |code: &str| ctx.locale.error(code, &[]).what;
    checks.push(Check {
        verdict: Verdict::of(health.store_trouble.is_none()),
        name: "check-store",
        words: health.store_trouble.as_deref().map_or_else(|| ctx.t("check-good").to_owned(), error),
    });
    checks.push(Check {
        verdict: Verdict::of(health.gateway_trouble.is_none()),
        name: "check-gateway",
        words: match (&health.gateway_trouble, &health.gateway) {
            (Some(code), _) => error(code),
            (None, Some(address)) => address.clone(),
            (None, None) => ctx.t("check-off").to_owned(),
        },
    });
    let stopped: Vec<String> = ctx
        .view
        .plugins
        .iter()
        .filter(|row| matches!(row.state, PluginState::Quarantined | PluginState::Broken(_)))
        .map(|row| ctx.plugin_name(&row.manifest.id))
        .collect();
    checks.push(Check {
        verdict: Verdict::of(stopped.is_empty()),
        name: "place-plugins",
        words: if stopped.is_empty() {
            ctx.t("check-good").to_owned()
        } else {
            stopped.join(ctx.t("app-separator"))
        },
    });
    let trouble: Vec<&str> = ctx
        .view
        .accounts
        .iter()
        .filter(|row| row.trouble.is_some())
        .map(|row| row.account.title.as_str())
        .collect();
    checks.push(Check {
        verdict: Verdict::of(trouble.is_empty()),
        name: "check-channels",
        words: if trouble.is_empty() {
            ctx.t("check-good").to_owned()
        } else {
            trouble.join(ctx.t("app-separator"))
        },
    });
    if ctx.shell.audio.listed {
        let (verdict, words) = audio_check(ctx);
        checks.push(Check { verdict, name: "settings-audio", words });
    }
    if !ctx.shell.missing_scripts.is_empty() {
        let words = ctx.t("settings-fonts-missing").to_owned();
        checks.push(Check { verdict: Verdict::Note, name: "settings-fonts", words });
    }
    checks
}

/// A machine without sound can serve every written channel; a device that refuses needs a hand.
fn audio_check(ctx: &Ctx<'_>) -> (Verdict, String) {
    let audio = &ctx.shell.audio;
    match audio.trouble.as_deref() {
        Some(code) if code != "audio-no-device" => (Verdict::Bad, ctx.locale.error(code, &[]).what),
        None if !audio.outputs.is_empty() => (Verdict::Good, ctx.t("check-good").to_owned()),
        _ => (Verdict::Note, ctx.t("audio-none").to_owned()),
    }
}

/// The dot that says whether this desk can work, with the checks behind it.
fn self_check(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let checks = checks(ctx);
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (problems, notes) = (count(Verdict::Bad), count(Verdict::Note));
    let (colour, words) = match (problems, notes) {
        (0, 0) => (theme.good, ctx.t("status-self-check-ok").to_owned()),
        (0, _) => (theme.warn, ctx.tw("status-self-check-note", &[("count", notes.into())])),
        _ => (theme.bad, ctx.tw("status-self-check-problem", &[("count", problems.into())])),
    };
    let galley = line(ui.painter(), theme, &words, Type::Body, theme.text);
    let (rect, response) =
        ui.allocate_exact_size(vec2((galley.size().x + 34.0).ceil(), 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    if response.hovered() {
        ui.painter().rect_filled(rect, theme.control_radius(), theme.sunken);
    }
    dot(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), colour);
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 26.0, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, theme.text);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let popup = Popup::from_toggle_button_response(&response)
        .frame(theme.popover())
        .gap(6.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.accessible_name(&words).show(|ui| {
        ui.set_width(320.0);
        for check in &checks {
            ui.horizontal_top(|ui| {
                space_x(ui, 8.0);
                let (mark, _) = ui.allocate_exact_size(vec2(14.0, 20.0), Sense::hover());
                let (icon, ink) = check.verdict.look(theme);
                icon.paint(ui.painter(), Rect::from_center_size(mark.center(), Vec2::splat(14.0)), ink);
                ui.allocate_ui(vec2(84.0, 20.0), |ui| {
                    ui.set_min_width(84.0);
                    label(ui, theme, ctx.t(check.name), Type::Body, theme.text);
                });
                let ink = if check.verdict == Verdict::Good { theme.muted } else { theme.text };
                paragraph(ui, theme, &check.words, Type::Small, ink);
            });
        }
        ui.add_space(4.0);
        if crate::widget::Button::new(ctx.t("place-settings")).icon(Icon::Gear).show(ui, theme).clicked() {
            ctx.push(Action::Go(Place::Settings));
            ui.close();
        }
    });
}
