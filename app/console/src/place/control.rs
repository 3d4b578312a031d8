//! What the places have in common: title lines, rows of lists, switches, meters.

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Frame, Id, Key, Layout, Margin, Modifiers, Painter,
    Pos2, Rect, Response, ScrollArea, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::{
    Ctx, Slot,
    theme::{Theme, Tone, Type},
    widget::{Icon, chip, elided, empty_state, label, text},
};

/// Height of a place's title line.
pub const BAR: f32 = 52.0;
/// The widest a column of reading gets.
pub const READING_MAX: f32 = 760.0;

/// The title line of a place: what it is called, how many there are, and what belongs at its right end.
pub fn bar(ui: &mut Ui, ctx: &Ctx<'_>, title: &str, count: &str, trailing: impl FnOnce(&mut Ui)) {
    let theme = ctx.theme;
    let width = ui.available_width();
    let line = ui.allocate_ui_with_layout(vec2(width, BAR), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_size(vec2(width, BAR));
        ui.add_space(16.0);
        trailing(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(16.0);
            label(ui, theme, title, Type::Title, theme.text);
            if !count.is_empty() {
                label(ui, theme, count, Type::Small, theme.muted);
            }
        });
    });
    let rect = line.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
}

/// A row of a list: takes the clicks and paints its ground.
pub fn row(ui: &Ui, theme: &Theme, rect: Rect, id: Id, selected: bool, spoken: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, spoken));
    if selected {
        ui.painter().rect_filled(rect, 0.0, theme.accent_soft);
        let edge = Rect::from_min_size(rect.min, vec2(theme.tokens.size.selection, rect.height()));
        ui.painter().rect_filled(edge, 0.0, theme.accent);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0.0, theme.hovered(theme.surface));
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// How far the arrow keys want to go in a list, while no field has the keyboard.
pub fn steps(ui: &Ui) -> isize {
    if ui.ctx().egui_wants_keyboard_input() {
        return 0;
    }
    ui.input_mut(|input| {
        let down = input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown).cast_signed();
        let up = input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp).cast_signed();
        down - up
    })
}

/// The index so many steps from another one, kept within a list.
pub fn stepped(at: Option<usize>, step: isize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(at.map_or(0, |at| at.saturating_add_signed(step).min(last)))
}

/// Paints a chip that begins at the left middle of a place.
pub fn paint_chip(painter: &Painter, theme: &Theme, at: Pos2, words: &str, tone: Tone, width: f32) -> Rect {
    let galley = elided(painter, theme, words, Type::Small, theme.ink(tone), (width - 16.0).max(8.0));
    let rect = Align2::LEFT_CENTER.anchor_size(at, vec2((galley.size().x + 16.0).ceil(), 20.0));
    painter.rect_filled(rect, CornerRadius::same(10), theme.ground(tone));
    let place = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    painter.galley(place.min, galley, theme.ink(tone));
    rect
}

/// A page to read beside a list: scrolls, with a margin around a column that is not too wide.
pub fn page(ui: &mut Ui, salt: impl egui::AsIdSalt, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(salt).auto_shrink(false).show(ui, |ui| {
        let width = ui.available_width().min(READING_MAX);
        ui.set_max_width(width);
        Frame::new().inner_margin(Margin { left: 20, right: 20, top: 16, bottom: 24 }).show(ui, |ui| {
            ui.set_width(width - 40.0);
            ui.spacing_mut().item_spacing.y = 8.0;
            content(ui);
        });
    });
}

/// A switch. True when it was clicked.
pub fn switch(ui: &mut Ui, theme: &Theme, name: &str, on: bool, enabled: bool) -> bool {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, 20.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, on, name));
    let fill = if on { theme.accent } else { theme.faint };
    let fill = if enabled { fill } else { fill.gamma_multiply(0.4) };
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    let x = if on { rect.right() - 10.0 } else { rect.left() + 10.0 };
    ui.painter().circle_filled(pos2(x, rect.center().y), 7.0, theme.surface);
    if response.has_focus() {
        let stroke = egui::Stroke::new(theme.tokens.size.focus, theme.accent);
        let ring = rect.expand(2.0);
        ui.painter().rect_stroke(ring, CornerRadius::same(12), stroke, egui::StrokeKind::Outside);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// A line of settings: its name and help at the left, its control at the right end.
pub fn setting(ui: &mut Ui, theme: &Theme, name: &str, help: &str, control: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    ui.allocate_ui_with_layout(vec2(width, 32.0), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(32.0);
        control(ui);
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if help.is_empty() {
                ui.add_space(6.0);
            }
            label(ui, theme, name, Type::Body, theme.text);
            if !help.is_empty() {
                text::paragraph(ui, theme, help, Type::Small, theme.muted);
            }
        });
    });
}

/// A thin bar that is filled to a share of one.
pub fn meter(ui: &mut Ui, theme: &Theme, name: &str, share: f32, ink: Color32, width: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, name));
    ui.painter().rect_filled(rect, CornerRadius::same(3), theme.sunken);
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    if share > 0.0 {
        let filled = Rect::from_min_size(rect.min, vec2((rect.width() * share).max(6.0), rect.height()));
        ui.painter().rect_filled(filled, CornerRadius::same(3), ink);
    }
}

/// A small heading within a page.
pub fn heading(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.add_space(8.0);
    label(ui, theme, words, Type::SmallStrong, theme.muted);
}

/// An icon in front of words that may wrap.
pub fn marked(ui: &mut Ui, theme: &Theme, icon: Icon, ink: Color32, words: &str) {
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::new(16.0, 20.0), Sense::hover());
        icon.paint(ui.painter(), Rect::from_center_size(rect.center(), Vec2::splat(14.0)), ink);
        text::paragraph(ui, theme, words, Type::Body, theme.text);
    });
}

/// What stands where an answer is not there: a spinner while it loads, what went wrong, or nothing found.
pub fn missing(ui: &mut Ui, ctx: &Ctx<'_>, slot: &Slot) {
    if let Some(code) = slot.failure() {
        let error = ctx.locale.error(code, &[]);
        empty_state(ui, ctx.theme, Icon::Warning, &error.what, &error.advice);
    } else if slot.is_loading() {
        ui.vertical_centered(|ui| {
            ui.add_space(48.0);
            ui.spinner();
        });
        ui.ctx().request_repaint_after_secs(0.05);
    }
}

/// Keeps drawing while an answer is on its way, since nothing else tells that it came.
pub fn await_answer(ui: &Ui, slot: &Slot) {
    if slot.is_loading() {
        ui.ctx().request_repaint_after_secs(0.03);
    }
}

/// A line of chips that wraps.
pub fn chips<'a>(ui: &mut Ui, theme: &Theme, words: impl Iterator<Item = (&'a str, Tone)>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for (words, tone) in words {
            chip(ui, theme, words, tone);
        }
    });
}
