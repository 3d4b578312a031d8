//! Text fields. Every one has a name for screen readers; input methods work in all of them.

use egui::{Frame, Id, Margin, Response, Stroke, TextEdit, Ui, vec2};

use super::Icon;
use crate::theme::{Theme, Type};

/// A field of one line.
#[must_use = "call `show`"]
#[expect(clippy::struct_excessive_bools, reason = "a builder: each switch changes one thing of the look")]
pub struct Field<'a> {
    text: &'a mut String,
    name: &'a str,
    hint: &'a str,
    id: Option<Id>,
    width: Option<f32>,
    icon: Option<Icon>,
    sunken: bool,
    error: bool,
    filled: bool,
    password: bool,
    limit: usize,
}

/// Characters a one-line field takes unless it says otherwise.
const FIELD_MAX_CHARS: usize = 400;
/// Characters a field of several lines takes.
const AREA_MAX_CHARS: usize = 8000;

impl<'a> Field<'a> {
    /// A field over a text, with its name.
    pub fn new(text: &'a mut String, name: &'a str) -> Self {
        Self {
            text,
            name,
            hint: "",
            id: None,
            width: None,
            icon: None,
            sunken: false,
            error: false,
            filled: false,
            password: false,
            limit: FIELD_MAX_CHARS,
        }
    }

    /// What stands there while it is empty.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// An id to find it by.
    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// How wide; as wide as there is room when not said.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// With an icon at its left end.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// As a well without outline, for search.
    pub fn sunken(mut self) -> Self {
        self.sunken = true;
        self
    }

    /// With the outline of something wrong.
    pub fn error(mut self, error: bool) -> Self {
        self.error = error;
        self
    }

    /// Filled in by a plugin and not yet looked at.
    pub fn filled(mut self, filled: bool) -> Self {
        self.filled = filled;
        self
    }

    /// Shows dots instead of what is typed.
    pub fn password(mut self, password: bool) -> Self {
        self.password = password;
        self
    }

    /// Takes that many characters at most.
    pub fn limit(mut self, chars: usize) -> Self {
        self.limit = chars;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let left = if self.icon.is_some() { 28.0 } else { 9.0 };
        let (fill, edge) = colours(theme, self.sunken, self.error, self.filled);
        let frame = Frame::new()
            .fill(fill)
            .stroke(Stroke::new(1.0, edge))
            .corner_radius(theme.control_radius())
            .inner_margin(Margin { left: left as i8, right: 9, top: 3, bottom: 3 });
        let mut edit = TextEdit::singleline(self.text)
            .hint_text(egui::RichText::new(self.hint).color(theme.faint))
            .frame(frame)
            .margin(Margin { left: left as i8, right: 9, top: 3, bottom: 3 })
            .desired_width(width)
            .password(self.password)
            .char_limit(self.limit)
            .font(theme.font(Type::Body))
            .text_color(theme.text);
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let response = ui.add(edit).accessible_name(self.name);
        finish(ui, theme, &response, self.icon);
        response
    }
}

fn colours(theme: &Theme, sunken: bool, error: bool, filled: bool) -> (egui::Color32, egui::Color32) {
    let fill = if filled {
        theme.accent_soft
    } else if sunken {
        theme.sunken
    } else {
        theme.surface
    };
    let edge = if error {
        theme.bad
    } else if filled {
        theme.accent
    } else {
        theme.line
    };
    (fill, edge)
}

fn finish(ui: &Ui, theme: &Theme, response: &Response, icon: Option<Icon>) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.accent);
        ui.painter().rect_stroke(response.rect, theme.control_radius(), stroke, egui::StrokeKind::Inside);
    }
    if let Some(icon) = icon {
        let size = theme.tokens.size.icon_small;
        let centre = response.rect.left_center() + vec2(9.0 + size / 2.0, 0.0);
        icon.paint(ui.painter(), egui::Rect::from_center_size(centre, egui::Vec2::splat(size)), theme.muted);
    }
}

/// A field of several lines.
#[must_use = "call `show`"]
pub struct Area<'a> {
    text: &'a mut String,
    name: &'a str,
    hint: &'a str,
    rows: usize,
    error: bool,
    filled: bool,
}

impl<'a> Area<'a> {
    /// A field over a text, with its name and height in lines.
    pub fn new(text: &'a mut String, name: &'a str, rows: usize) -> Self {
        Self { text, name, hint: "", rows, error: false, filled: false }
    }

    /// What stands there while it is empty.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// With the outline of something wrong.
    pub fn error(mut self, error: bool) -> Self {
        self.error = error;
        self
    }

    /// Filled in by a plugin and not yet looked at.
    pub fn filled(mut self, filled: bool) -> Self {
        self.filled = filled;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let (fill, edge) = colours(theme, false, self.error, self.filled);
        let margin = Margin::symmetric(9, 5);
        let frame = Frame::new()
            .fill(fill)
            .stroke(Stroke::new(1.0, edge))
            .corner_radius(theme.control_radius())
            .inner_margin(margin);
        let edit = TextEdit::multiline(self.text)
            .hint_text(egui::RichText::new(self.hint).color(theme.faint))
            .frame(frame)
            .margin(margin)
            .desired_width(ui.available_width())
            .desired_rows(self.rows)
            .char_limit(AREA_MAX_CHARS)
            .font(theme.font(Type::Body))
            .text_color(theme.text);
        let response = ui.add(edit).accessible_name(self.name);
        finish(ui, theme, &response, None);
        response
    }
}
