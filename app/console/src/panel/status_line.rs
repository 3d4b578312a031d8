//! The line at the bottom: what is going on, and one plain sentence.

use egui::{
    Align, Align2, Color32, CursorIcon, Layout, Popup, PopupCloseBehavior, Rect, Response, Sense, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};
use model::{
    command::{Command, ConversationCommand},
    plugin::PluginState,
    view::OutboxRow,
};

use crate::{
    Action, Ctx, Place,
    theme::Type,
    widget::{Button, Icon, elided, label, space_x, space_y, text},
};

/// Draws the line.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>) {
    let bar = ui.max_rect();
    space_x(ui, 4.0);
    ui.allocate_ui_with_layout(bar.size(), Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(6.0);
        sync(ui, ctx);
        outbox(ui, ctx);
        plugins(ui, ctx);
        missed(ui, ctx);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(14.0);
            let (words, ink) = sentence(ctx);
            label(ui, ctx.theme, &words, Type::Small, ink);
        });
    });
}

fn entry(ui: &mut Ui, ctx: &Ctx<'_>, icon: Icon, ink: Color32, words: &str, clickable: bool) -> Response {
    let theme = ctx.theme;
    let text_ink = if ink == theme.bad || ink == theme.warn { ink } else { theme.muted };
    let galley = elided(ui.painter(), theme, words, Type::Small, text_ink, ui.available_width() - 24.0);
    let sense = if clickable { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2((galley.size().x + 34.0).ceil(), 22.0), sense);
    let role = if clickable { Role::Button } else { Role::Status };
    response.widget_info(|| WidgetInfo::labeled(role, true, words));
    if clickable && response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme.sunken);
    }
    icon.paint(
        ui.painter(),
        Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), Vec2::splat(13.0)),
        ink,
    );
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 26.0, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, text_ink);
    if clickable { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
}

fn sync(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let complete = ctx.view.threads.values().all(|thread| thread.complete);
    let (icon, ink, key) = if ctx.view.health.store_trouble.is_some() {
        (Icon::Warning, theme.bad, "status-not-stored")
    } else if ctx.view.health.gateway_trouble.is_some() {
        (Icon::Warning, theme.warn, "status-offline")
    } else if complete {
        (Icon::CheckCircle, theme.good, "status-synced")
    } else {
        (Icon::Retry, theme.warn, "status-syncing")
    };
    entry(ui, ctx, icon, ink, ctx.t(key), false);
}

fn outbox(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let outbox = &ctx.view.outbox;
    let failed = outbox.trouble.len();
    let waiting = outbox.waiting;
    let (ink, words) = if failed > 0 {
        let arguments = [("waiting", waiting.into()), ("failed", failed.into())];
        (theme.bad, ctx.tw("status-outbox-failed", &arguments))
    } else {
        (theme.muted, ctx.tw("status-outbox", &[("waiting", waiting.into())]))
    };
    let response = entry(ui, ctx, Icon::Send, ink, &words, true);
    let popup = Popup::from_toggle_button_response(&response)
        .frame(theme.popover())
        .gap(4.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.accessible_name(ctx.t("status-outbox-title")).show(|ui| {
        ui.set_width(380.0);
        label(ui, theme, ctx.t("status-outbox-title"), Type::Strong, theme.text);
        if failed == 0 {
            let words = if waiting == 0 { ctx.t("status-outbox-empty").to_owned() } else { words.clone() };
            label(ui, theme, &words, Type::Small, theme.muted);
        }
        egui::ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
            for row in &outbox.trouble {
                outbox_row(ui, ctx, row);
            }
        });
    });
}

fn outbox_row(ui: &mut Ui, ctx: &Ctx<'_>, row: &OutboxRow) {
    let theme = ctx.theme;
    let (icon, ink, state) = crate::timeline::delivery_look(ctx, &row.delivery);
    ui.add_space(4.0);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 40.0),
        Layout::right_to_left(Align::Center),
        |ui| {
            space_x(ui, 6.0);
            if Button::new(ctx.t("app-open")).small().show(ui, theme).clicked() {
                ctx.push(Action::Open(row.conversation));
                ui.close();
            }
            if matches!(row.delivery, model::conversation::Delivery::Failed(_))
                && Button::new(ctx.t("delivery-resend")).small().show(ui, theme).clicked()
            {
                ctx.send(Command::Conversation(row.conversation, ConversationCommand::Retry(row.message)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (mark, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
                icon.paint(ui.painter(), mark, ink);
                ui.vertical(|ui| {
                    space_y(ui, 0.0);
                    let words = format!("{} · {}", row.name, text::one_line(&row.preview));
                    label(ui, theme, &words, Type::Body, theme.text);
                    label(ui, theme, &state, Type::Small, ink);
                });
            });
        },
    );
}

fn plugins(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let (healthy, paused) = (ctx.derived.plugins_healthy, ctx.derived.plugins_stopped);
    let (ink, words) = if ctx.view.plugins.is_empty() {
        (theme.muted, ctx.t("status-plugins-none").to_owned())
    } else if paused > 0 {
        let arguments = [("healthy", healthy.into()), ("paused", paused.into())];
        (theme.warn, ctx.tw("status-plugins-paused", &arguments))
    } else {
        (theme.muted, ctx.tw("status-plugins", &[("healthy", healthy.into())]))
    };
    if entry(ui, ctx, Icon::Plug, ink, &words, true).clicked() {
        ctx.push(Action::Go(Place::Plugins));
    }
}

/// Alerts that came while nobody looked.
fn missed(ui: &mut Ui, ctx: &Ctx<'_>) {
    if ctx.missed == 0 {
        return;
    }
    let words = ctx.tw("notice-missed-count", &[("count", ctx.missed.into())]);
    if entry(ui, ctx, Icon::Bell, ctx.theme.warn, &words, true).clicked() {
        ctx.push(Action::Show(crate::overlay::Dialog::Missed));
    }
}

/// The one thing worth saying now, in plain words.
fn sentence(ctx: &Ctx<'_>) -> (String, Color32) {
    let theme = ctx.theme;
    let error = |code: &str| {
        let text = ctx.locale.error(code, &[]);
        format!("{}{}{}", text.what, ctx.t("app-separator"), text.kept)
    };
    if let Some(code) = &ctx.view.health.store_trouble {
        return (error(code), theme.bad);
    }
    if let Some(code) = &ctx.view.health.gateway_trouble {
        return (error(code), theme.warn);
    }
    if let Some(row) = ctx.view.plugins.iter().find(|row| row.state == PluginState::Quarantined) {
        let plugin = ctx.plugin_name(&row.manifest.id);
        return (ctx.tw("status-plugin-quarantined", &[("plugin", plugin.into())]), theme.muted);
    }
    if let Some(account) = ctx.view.accounts.iter().find(|row| row.trouble.is_some()) {
        let code = account.trouble.as_deref().unwrap_or_default();
        return (format!("{} · {}", account.account.title, error(code)), theme.warn);
    }
    let figures = &ctx.view.figures;
    if figures.waiting > 0 && figures.longest_wait_s >= 60 {
        let (_, time) = ctx.longest_wait();
        return (ctx.tw("status-oldest-waiting", &[("time", time.into())]), theme.muted);
    }
    if ctx.view.health.demo {
        return (ctx.t("status-demo").to_owned(), theme.muted);
    }
    (ctx.t("status-all-well").to_owned(), theme.muted)
}
