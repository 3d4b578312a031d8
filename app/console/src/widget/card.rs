//! Cards of the side dock and of the places, and what stands where there is nothing yet.

use egui::{Align, Color32, CornerRadius, Frame, InnerResponse, Layout, Margin, Stroke, Ui, vec2};

use super::{Icon, label, paragraph, space_x, space_y, text};
use crate::theme::{Theme, Type};

/// A card with a title line.
#[must_use = "call `show`"]
pub struct Card<'a> {
    title: &'a str,
    fill: Option<Color32>,
    edge: Option<Color32>,
    title_ink: Option<Color32>,
    padding: i8,
}

impl<'a> Card<'a> {
    /// A card on the surface.
    pub fn new(title: &'a str) -> Self {
        Self { title, fill: None, edge: None, title_ink: None, padding: 12 }
    }

    /// In other colours, such as those of the lamp.
    pub fn colours(mut self, fill: Color32, edge: Color32, title_ink: Color32) -> Self {
        (self.fill, self.edge, self.title_ink) = (Some(fill), Some(edge), Some(title_ink));
        self
    }

    /// Draws it: the title, what belongs at the right end of the title line, a line and the content.
    pub fn show<R>(
        self,
        ui: &mut Ui,
        theme: &Theme,
        trailing: impl FnOnce(&mut Ui),
        content: impl FnOnce(&mut Ui) -> R,
    ) -> InnerResponse<R> {
        let mut frame = Frame::new()
            .fill(self.fill.unwrap_or(theme.surface))
            .stroke(Stroke::new(1.0, self.edge.unwrap_or(theme.line)))
            .corner_radius(theme.card_radius());
        if !theme.dark {
            frame = frame.shadow(egui::Shadow { offset: [0, 1], blur: 3, spread: 0, color: theme.shadow });
        }
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            space_y(ui, 0.0);
            if !self.title.is_empty() {
                let ink = self.title_ink.unwrap_or(theme.text);
                card_title(ui, theme, self.title, ink, trailing);
                if self.fill.is_none() {
                    let at = ui.cursor().top();
                    ui.painter().hline(ui.max_rect().x_range(), at, theme.hairline());
                }
            }
            Frame::new()
                .inner_margin(Margin {
                    left: self.padding,
                    right: self.padding,
                    top: if self.fill.is_some() { 0 } else { 10 },
                    bottom: 12,
                })
                .show(ui, |ui| {
                    space_y(ui, 6.0);
                    content(ui)
                })
                .inner
        })
    }
}

/// The title line of a card: 36 points high.
pub fn card_title(ui: &mut Ui, theme: &Theme, title: &str, ink: Color32, trailing: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    ui.allocate_ui_with_layout(vec2(width, 36.0), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(36.0);
        ui.add_space(12.0);
        trailing(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(12.0);
            label(ui, theme, title, Type::SmallStrong, ink);
        });
    });
}

/// A label of fixed width and its value beside it, which may wrap.
pub fn facts_row(ui: &mut Ui, theme: &Theme, name: &str, value: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        space_x(ui, 0.0);
        let width = (ui.available_width() * 0.28).clamp(64.0, 104.0);
        let galley = text::wrapped(ui.painter(), theme, name, Type::Small, theme.muted, width - 8.0);
        let (rect, response) =
            ui.allocate_exact_size(vec2(width, galley.size().y.max(20.0)), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, name));
        ui.painter().galley(rect.min + vec2(0.0, 1.0), galley, theme.muted);
        ui.vertical(|ui| {
            space_y(ui, 2.0);
            value(ui);
        });
    });
}

/// What stands where there is nothing yet: what this is for and the next action.
pub fn empty_state(ui: &mut Ui, theme: &Theme, icon: Icon, title: &str, advice: &str) {
    ui.vertical_centered(|ui| {
        let space = (ui.available_height() * 0.5 - 60.0).clamp(16.0, 220.0);
        ui.add_space(space);
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(48.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::same(14), theme.sunken);
        icon.paint(ui.painter(), rect.shrink(13.0), theme.muted);
        ui.add_space(10.0);
        label(ui, theme, title, Type::Strong, theme.text);
        ui.add_space(2.0);
        let width = ui.available_width().min(360.0);
        ui.allocate_ui(vec2(width, 0.0), |ui| {
            ui.vertical_centered(|ui| paragraph(ui, theme, advice, Type::Small, theme.muted));
        });
    });
}
