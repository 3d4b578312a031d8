//! Tabs of open work above the centre.

use egui::{Align2, CursorIcon, Rect, ScrollArea, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2};
use model::ConversationId;

use crate::{
    Action, Ctx,
    theme::Type,
    widget::{Icon, badge, elided, space_x},
};

/// The widest a tab gets.
const TAB_MAX: f32 = 180.0;

/// Draws the tabs.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, tabs: &[ConversationId]) {
    let theme = ctx.theme;
    let bar = ui.max_rect();
    ui.painter().rect_filled(bar, 0.0, theme.background);
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, theme.hairline());
    let area =
        ScrollArea::horizontal().scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden);
    area.show(ui, |ui| {
        ui.allocate_ui_with_layout(bar.size(), egui::Layout::left_to_right(egui::Align::Min), |ui| {
            space_x(ui, 0.0);
            for (index, conversation) in tabs.iter().enumerate() {
                tab(ui, ctx, *conversation, index);
            }
        });
    });
}

fn tab(ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId, index: usize) {
    let theme = ctx.theme;
    let row = ctx.row(conversation);
    let name = row.map_or("…", |row| row.name.as_str());
    let selected = ctx.active == Some(conversation);
    let unread = if selected { 0 } else { row.map_or(0, |row| row.unread) };
    let style = if selected { Type::Strong } else { Type::Body };
    let ink = if selected { theme.text } else { theme.muted };
    let words = elided(ui.painter(), theme, name, style, ink, TAB_MAX - 64.0);
    let extra = if unread > 0 { 28.0 } else { 0.0 };
    let height = theme.tokens.size.tab;
    let size = vec2((words.size().x + 44.0 + extra).min(TAB_MAX), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, name));
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0.0, theme.surface);
        let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        painter.rect_filled(bar, 0.0, theme.accent);
    } else if response.hovered() {
        painter.rect_filled(rect, 0.0, theme.hovered(theme.background));
    }
    painter.vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 14.0, rect.center().y), words.size());
    painter.galley(at.min, words, ink);
    if unread > 0 {
        badge(painter, theme, pos2(rect.right() - 26.0, rect.center().y), unread);
    }
    let close = Rect::from_center_size(pos2(rect.right() - 15.0, rect.center().y), Vec2::splat(18.0));
    let pointed = response.contains_pointer() || selected;
    let button = ui.interact(close, ui.scope_id().with((conversation, "close")), Sense::click());
    let label = format!("{} {name}", ctx.t("app-close"));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if pointed || button.hovered() {
        if button.hovered() {
            ui.painter().rect_filled(close, 4.0, theme.sunken);
        }
        Icon::Close.paint(
            ui.painter(),
            close.shrink(3.0),
            if button.hovered() { theme.text } else { theme.faint },
        );
    }
    if selected {
        response.scroll_to_me(None);
    }
    if button.clicked() || response.middle_clicked() {
        ctx.push(Action::CloseTab(conversation));
    } else if response.clicked() {
        ctx.push(Action::Open(conversation));
    }
    let key = if index < 9 { format!("{name}  Alt+{}", index + 1) } else { name.to_owned() };
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(key);
}
