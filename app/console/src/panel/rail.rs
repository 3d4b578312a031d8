//! The narrow rail of places.

use egui::{CursorIcon, Rect, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2};

use crate::{Action, Ctx, Place, widget::Icon};

/// Draws the rail.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, place: Place) {
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.add_space(6.0);
    for (index, other) in Place::ALL.into_iter().enumerate() {
        if other == Place::Settings {
            let left = ui.available_height() - 46.0;
            ui.add_space(left.max(0.0));
        }
        button(ui, ctx, other, other == place, index + 1);
    }
}

fn button(ui: &mut Ui, ctx: &Ctx<'_>, place: Place, selected: bool, number: usize) {
    let theme = ctx.theme;
    let icon = match place {
        Place::Desk => Icon::Chat,
        Place::Tickets => Icon::Ticket,
        Place::Knowledge => Icon::Book,
        Place::Quality => Icon::Shield,
        Place::Plugins => Icon::Plug,
        Place::Settings => Icon::Gear,
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
    let response =
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(format!("{name}  Ctrl+{number}"));
    if response.clicked() {
        ctx.push(Action::Go(place));
    }
}
