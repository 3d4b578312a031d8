//! Buttons: the one main action, ordinary ones, quiet ones, icons, and the segments of a filter.

use egui::{
    Align2, Color32, CursorIcon, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{Icon, chip::paint_keycap, keycap_width, text};
use crate::theme::{Theme, Type};

/// Space inside a button, left and right.
const PADDING: f32 = 10.0;
/// Space between a button's icon, words and key.
const GAP: f32 = 6.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Primary,
    Danger,
    Quiet,
}

/// A button with words.
#[must_use = "call `show`"]
pub struct Button<'a> {
    words: &'a str,
    name: Option<&'a str>,
    icon: Option<Icon>,
    keycap: Option<&'a str>,
    kind: Kind,
    enabled: bool,
    selected: bool,
    small: bool,
}

impl<'a> Button<'a> {
    /// An ordinary button with an outline.
    pub fn new(words: &'a str) -> Self {
        Self {
            words,
            name: None,
            icon: None,
            keycap: None,
            kind: Kind::Plain,
            enabled: true,
            selected: false,
            small: false,
        }
    }

    /// The main action of its surroundings.
    pub fn primary(mut self) -> Self {
        self.kind = Kind::Primary;
        self
    }

    /// Ends or refuses something.
    pub fn danger(mut self) -> Self {
        self.kind = Kind::Danger;
        self
    }

    /// Without outline until pointed at.
    pub fn quiet(mut self) -> Self {
        self.kind = Kind::Quiet;
        self
    }

    /// With an icon before the words.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With the key that does the same.
    pub fn keycap(mut self, key: &'a str) -> Self {
        self.keycap = Some(key);
        self
    }

    /// What a screen reader says, where the words alone do not tell.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Greyed out when false.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Shown as switched on.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// 22 points high, for use inside lines of text.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let style = if self.kind == Kind::Primary && !self.small { Type::Body } else { Type::Small };
        let style = if self.small || self.kind != Kind::Primary { Type::Small } else { style };
        let galley = text::line(ui.painter(), theme, self.words, style, Color32::PLACEHOLDER);
        let mut width = galley.size().x + 2.0 * if self.small { 7.0 } else { PADDING };
        if self.icon.is_some() {
            width += theme.tokens.size.icon_small + if self.words.is_empty() { 0.0 } else { GAP };
        }
        if let Some(key) = self.keycap {
            width += GAP + keycap_width(ui.painter(), theme, key);
        }
        let height = if self.small { 22.0 } else { theme.tokens.size.control };
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width.ceil(), height), sense);
        let name = self.name.unwrap_or(self.words);
        response.widget_info(|| {
            if self.selected {
                WidgetInfo::selected(Role::Button, self.enabled, true, name)
            } else {
                WidgetInfo::labeled(Role::Button, self.enabled, name)
            }
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, theme, rect, &response, galley);
        }
        if self.enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
    }

    fn paint(
        &self,
        ui: &Ui,
        theme: &Theme,
        rect: Rect,
        response: &Response,
        galley: std::sync::Arc<egui::Galley>,
    ) {
        let (mut fill, edge, mut ink) = match self.kind {
            Kind::Primary => (theme.accent, theme.accent, theme.on_accent),
            Kind::Danger => (theme.bad, theme.bad, theme.on_accent),
            Kind::Plain => (theme.surface, theme.line, theme.text),
            Kind::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT, theme.muted),
        };
        if self.selected {
            (fill, ink) = (theme.accent_soft, theme.accent);
        }
        if !self.enabled {
            ink =
                if self.kind == Kind::Quiet || self.kind == Kind::Plain { theme.faint } else { theme.muted };
            if matches!(self.kind, Kind::Primary | Kind::Danger) {
                fill = theme.sunken;
            }
        } else if response.is_pointer_button_down_on() {
            fill = theme.hovered(theme.hovered(solid(fill, theme)));
        } else if response.hovered() {
            fill = theme.hovered(solid(fill, theme));
            ink = if self.kind == Kind::Quiet && !self.selected { theme.text } else { ink };
        }
        let edge = if self.enabled || self.kind == Kind::Plain { edge } else { theme.sunken };
        let painter = ui.painter();
        painter.rect(rect, theme.control_radius(), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        focus_ring(ui, theme, rect, response);
        let mut x = rect.left() + if self.small { 7.0 } else { PADDING };
        if let Some(icon) = self.icon {
            let size = theme.tokens.size.icon_small;
            icon.paint(
                painter,
                Rect::from_center_size(pos2(x + size / 2.0, rect.center().y), Vec2::splat(size)),
                ink,
            );
            x += size + GAP;
        }
        let words = Align2::LEFT_CENTER.anchor_size(pos2(x, rect.center().y), galley.size());
        painter.galley(words.min, galley, ink);
        if let Some(key) = self.keycap {
            let ground = if self.kind == Kind::Primary { None } else { Some(theme.surface) };
            paint_keycap(painter, theme, pos2(words.right() + GAP, rect.center().y), key, ink, ground);
        }
    }
}

/// A transparent ground counts as the surface below it.
fn solid(fill: Color32, theme: &Theme) -> Color32 {
    if fill == Color32::TRANSPARENT { theme.surface } else { fill }
}

/// The ring around what has the keyboard.
pub(super) fn focus_ring(ui: &Ui, theme: &Theme, rect: Rect, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(theme.tokens.size.focus, theme.accent);
        ui.painter().rect_stroke(rect.expand(1.0), theme.control_radius(), stroke, StrokeKind::Outside);
    }
}

/// A square button with only an icon; the name is for the tooltip and the screen reader.
#[must_use = "call `show`"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    key: Option<&'a str>,
    selected: bool,
    enabled: bool,
    size: f32,
}

impl<'a> IconButton<'a> {
    /// A button of the usual height.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, key: None, selected: false, enabled: true, size: 28.0 }
    }

    /// Shown as switched on.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Greyed out when false.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// The shortcut to show beside the name.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// Width and height.
    pub fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(self.size), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        if ui.is_rect_visible(rect) {
            let ink = match (self.enabled, self.selected, response.hovered()) {
                (false, ..) => theme.faint,
                (_, true, _) => theme.accent,
                (_, _, true) => theme.text,
                _ => theme.muted,
            };
            let fill = if self.selected {
                theme.accent_soft
            } else if response.hovered() && self.enabled {
                theme.sunken
            } else {
                Color32::TRANSPARENT
            };
            ui.painter().rect_filled(rect, theme.control_radius(), fill);
            focus_ring(ui, theme, rect, &response);
            let size = if self.size >= 34.0 { theme.tokens.size.icon_large } else { theme.tokens.size.icon };
            self.icon.paint(ui.painter(), Rect::from_center_size(rect.center(), Vec2::splat(size)), ink);
        }
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        match self.key {
            Some(key) => response.on_hover_text(format!("{}  {key}", self.name)),
            None => response.on_hover_text(self.name),
        }
    }
}

/// One segment of a row of filters: words and a count.
#[must_use = "call `show`"]
pub struct Segment<'a> {
    words: &'a str,
    count: Option<usize>,
    selected: bool,
}

impl<'a> Segment<'a> {
    /// A segment.
    pub fn new(words: &'a str, count: Option<usize>, selected: bool) -> Self {
        Self { words, count, selected }
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let words = match self.count {
            Some(count) => format!("{} {count}", self.words),
            None => self.words.to_owned(),
        };
        let style = if self.selected { Type::Strong } else { Type::Body };
        let galley = text::line(ui.painter(), theme, &words, style, Color32::PLACEHOLDER);
        let (rect, response) =
            ui.allocate_exact_size(vec2((galley.size().x + 14.0).ceil(), 26.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, self.selected, &words));
        let hovered = response.hovered();
        let fill = if self.selected {
            theme.sunken
        } else if hovered {
            theme.hovered(theme.surface)
        } else {
            Color32::TRANSPARENT
        };
        let ink = if self.selected || hovered { theme.text } else { theme.muted };
        ui.painter().rect_filled(rect, theme.control_radius(), fill);
        focus_ring(ui, theme, rect, &response);
        let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
        ui.painter().galley(at.min, galley, ink);
        response.on_hover_cursor(CursorIcon::PointingHand)
    }
}
