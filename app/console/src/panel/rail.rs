//! The narrow rail of places.

use egui::{CursorIcon, Rect, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2};

use crate::{
    Action, Ctx, Place,
    command::CommandId,
    widget::{Icon, space_y},
};

/// Draws the rail.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, place: Place) {
    space_y(ui, 4.0);
    ui.add_space(6.0);
    for other in Place::ALL {
        if other == Place::Settings {
            let left = ui.available_height() - 46.0;
            ui.add_space(left.max(0.0));
        }
        button(ui, ctx, other, other == place);
    }
}

fn button(ui: &mut Ui, ctx: &Ctx<'_>, place: Place, selected: bool) {
    let theme = ctx.theme;
    let (icon, command) = match place {
        Place::Desk => (Icon::Chat, CommandId::WindowDesk),
        Place::Tickets => (Icon::Ticket, CommandId::WindowTickets),
        Place::Knowledge => (Icon::Book, CommandId::WindowKnowledge),
        Place::Quality => (Icon::Shield, CommandId::WindowQuality),
        Place::Plugins => (Icon::Plug, CommandId::WindowPlugins),
        Place::Settings => (Icon::Gear, CommandId::WindowSettings),
    };
    let (slot, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let rect = Rect::from_center_size(slot.center(), vec2(36.0, 36.0));
    let response = ui.interact(rect, ui.scope_id().with(place), Sense::click());
    let name = ctx.t(place.key());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, name));
    let (fill, ink) = match (selected, response.hovered()) {
        (true, _) => (theme.accent_soft, theme.accent),
        (false, true) => (theme.sunken, theme.text),
        (false, false) => (egui::Color32::TRANSPARENT, theme.muted),
    };
    ui.painter().rect_filled(rect, 8.0, fill);
    icon.paint(
        ui.painter(),
        Rect::from_center_size(rect.center(), Vec2::splat(theme.tokens.size.icon_large)),
        ink,
    );
    if place == Place::Plugins && ctx.derived.plugins_stopped > 0 {
        ui.painter().circle_filled(rect.right_top() + vec2(-7.0, 7.0), 4.0, theme.warn);
    }
    let keys = command.shortcut_text(ctx);
    let tooltip = if keys.is_empty() { name.to_owned() } else { format!("{name}  {keys}") };
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(tooltip);
    if response.clicked() {
        ctx.push(Action::Go(place));
    }
}
