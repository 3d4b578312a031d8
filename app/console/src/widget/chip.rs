//! Chips, badges, dots and keycaps: small things that stand beside words.

use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::text;
use crate::theme::{Theme, Tone, Type};

/// Height of chips and badges.
const CHIP_HEIGHT: f32 = 20.0;

/// A word on a ground of its tone.
pub fn chip(ui: &mut Ui, theme: &Theme, words: &str, tone: Tone) -> Response {
    chip_with(ui, theme, words, theme.ink(tone), theme.ground(tone), Sense::hover())
}

/// A word in colours of the caller's choice, perhaps to be clicked.
pub fn chip_with(
    ui: &mut Ui,
    theme: &Theme,
    words: &str,
    ink: Color32,
    ground: Color32,
    sense: Sense,
) -> Response {
    let width = (ui.available_width() - 16.0).max(24.0);
    let galley = text::elided(ui.painter(), theme, words, Type::Small, ink, width);
    let size = vec2((galley.size().x + 16.0).ceil(), CHIP_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let role = if sense.senses_click() { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, words));
    let fill = if sense.senses_click() && response.hovered() { theme.hovered(ground) } else { ground };
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    super::button::focus_ring(ui, theme, rect, &response);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(at.min, galley, ink);
    if sense.senses_click() { response.on_hover_cursor(egui::CursorIcon::PointingHand) } else { response }
}

/// A count on the accent colour, ending at the right middle of a place. Returns where it lies.
pub fn badge(painter: &Painter, theme: &Theme, right_middle: Pos2, count: u32) -> Rect {
    let words = if count > 99 { "99+".to_owned() } else { count.to_string() };
    let galley = text::line(painter, theme, &words, Type::SmallStrong, theme.on_accent);
    let width = (galley.size().x + 10.0).max(18.0);
    let rect = Align2::RIGHT_CENTER.anchor_size(right_middle, vec2(width, 18.0));
    painter.rect_filled(rect, CornerRadius::same(9), theme.accent);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    painter.galley(at.min, galley, theme.on_accent);
    rect
}

/// A round dot.
pub fn dot(painter: &Painter, centre: Pos2, colour: Color32) {
    painter.circle_filled(centre, 4.0, colour);
}

/// How wide the picture of a key will be.
pub fn keycap_width(painter: &Painter, theme: &Theme, key: &str) -> f32 {
    text::line(painter, theme, key, Type::Small, Color32::PLACEHOLDER).size().x + 10.0
}

/// Paints the picture of a key, starting at the left middle of a place.
pub fn paint_keycap(
    painter: &Painter,
    theme: &Theme,
    left_middle: Pos2,
    key: &str,
    ink: Color32,
    ground: Option<Color32>,
) -> Rect {
    let galley = text::line(painter, theme, key, Type::Small, ink);
    let rect = Align2::LEFT_CENTER.anchor_size(left_middle, vec2(galley.size().x + 10.0, 18.0));
    let edge = if ground.is_some() { theme.line } else { ink.gamma_multiply(0.4) };
    painter.rect(
        rect,
        CornerRadius::same(4),
        ground.unwrap_or(Color32::TRANSPARENT),
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    painter.galley(at.min, galley, ink);
    rect
}

/// The picture of a key followed by what it does; the whole can be clicked.
pub fn keycap(ui: &mut Ui, theme: &Theme, key: &str, words: &str) -> Response {
    let galley = text::line(ui.painter(), theme, words, Type::Small, Color32::PLACEHOLDER);
    let cap = keycap_width(ui.painter(), theme, key);
    let size = Vec2::new((cap + 6.0 + galley.size().x).ceil(), 22.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), words));
    let ink = if response.hovered() { theme.text } else { theme.muted };
    paint_keycap(ui.painter(), theme, rect.left_center(), key, ink, Some(theme.surface));
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + cap + 6.0, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, ink);
    super::button::focus_ring(ui, theme, rect, &response);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
