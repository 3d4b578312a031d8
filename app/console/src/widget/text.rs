//! Text in the desk's sizes and line heights.

use std::sync::Arc;

use egui::{
    Align2, Color32, Galley, Painter, Pos2, Rect, Response, Sense, Ui, Vec2, WidgetInfo,
    accesskit::Role,
    text::{LayoutJob, TextWrapping},
};

use super::galleys::{self, Look, Wrap};
use crate::theme::{Theme, Type};

/// A layout job of one style, without wrapping.
pub fn job(theme: &Theme, text: &str, style: Type, colour: Color32) -> LayoutJob {
    LayoutJob::simple_format(text.to_owned(), theme.format(style, colour))
}

fn laid_out(
    painter: &Painter,
    theme: &Theme,
    text: &str,
    style: Type,
    colour: Color32,
    wrap: Wrap,
) -> Arc<Galley> {
    let look = Look { style: style as u32, colour, wrap };
    galleys::galley(painter, text, look, || {
        let mut job = job(theme, text, style, colour);
        match wrap {
            Wrap::Never => {}
            Wrap::Elide(width) => {
                job.wrap = TextWrapping { break_anywhere: true, ..TextWrapping::truncate_at_width(width) };
            }
            Wrap::At(width) => job.wrap = TextWrapping::wrap_at_width(width),
        }
        painter.layout_job(job)
    })
}

/// One line as long as it is.
pub fn line(painter: &Painter, theme: &Theme, text: &str, style: Type, colour: Color32) -> Arc<Galley> {
    laid_out(painter, theme, text, style, colour, Wrap::Never)
}

/// One line that ends in an ellipsis where it is too long.
pub fn elided(
    painter: &Painter,
    theme: &Theme,
    text: &str,
    style: Type,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    // egui lays out for whole points.
    laid_out(painter, theme, text, style, colour, Wrap::Elide(width.max(0.0).round()))
}

/// A paragraph of a width.
pub fn wrapped(
    painter: &Painter,
    theme: &Theme,
    text: &str,
    style: Type,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    laid_out(painter, theme, text, style, colour, Wrap::At(width.max(1.0).round()))
}

/// Paints one line, not elided, and returns where it came to lie.
pub fn paint_line(
    painter: &Painter,
    theme: &Theme,
    at: Pos2,
    align: Align2,
    text: &str,
    style: Type,
    colour: Color32,
) -> Rect {
    let galley = line(painter, theme, text, style, colour);
    let rect = align.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, colour);
    rect
}

/// Paints one line that starts at the left middle of a place and is elided at a width.
pub fn paint_elided(
    painter: &Painter,
    theme: &Theme,
    left_middle: Pos2,
    text: &str,
    style: Type,
    colour: Color32,
    width: f32,
) -> Rect {
    let galley = elided(painter, theme, text, style, colour, width);
    let rect = Align2::LEFT_CENTER.anchor_size(left_middle, galley.size());
    painter.galley(rect.min, galley, colour);
    rect
}

/// One line in the layout, elided at the width that is there.
pub fn label(ui: &mut Ui, theme: &Theme, text: &str, style: Type, colour: Color32) -> Response {
    let galley = elided(ui.painter(), theme, text, style, colour, ui.available_width());
    place(ui, galley, colour, text)
}

/// A paragraph in the layout, as wide as there is room.
pub fn paragraph(ui: &mut Ui, theme: &Theme, text: &str, style: Type, colour: Color32) -> Response {
    let galley = wrapped(ui.painter(), theme, text, style, colour, ui.available_width());
    place(ui, galley, colour, text)
}

fn place(ui: &mut Ui, galley: Arc<Galley>, colour: Color32, text: &str) -> Response {
    let size = Vec2::new(galley.size().x.ceil(), galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), text));
    let elided = galley.elided;
    if ui.is_rect_visible(rect) {
        ui.painter().galley(rect.min, galley, colour);
    }
    if elided { response.on_hover_text(text) } else { response }
}

/// Makes text harmless to show: characters that reorder or hide other text become visible as `‹U+202E›`.
pub fn inert(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        push_inert(&mut shown, letter);
    }
    std::borrow::Cow::Owned(shown)
}

/// Adds a character the way [`inert`] shows it.
pub fn push_inert(shown: &mut String, letter: char) {
    if is_hidden(letter) {
        use std::fmt::Write;
        // Writing to a string cannot fail.
        let _ = write!(shown, "‹U+{:04X}›", u32::from(letter));
    } else if letter != '\r' {
        shown.push(letter);
    }
}

/// Whether a character changes how others are shown without being seen itself.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}'
        | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{00ad}')
        || (letter.is_control() && letter != '\n' && letter != '\t' && letter != '\r')
}

/// The first line of a text for lists, with line breaks as spaces.
pub fn one_line(text: &str) -> String {
    inert(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_reorders_is_shown_by_its_number() {
        let cases = [
            ("普通文字 plain", "普通文字 plain"),
            ("invoice\u{202e}fdp.exe", "invoice‹U+202E›fdp.exe"),
            ("a\u{2066}b\u{2069}", "a‹U+2066›b‹U+2069›"),
            ("zero\u{200b}width", "zero‹U+200B›width"),
            ("bell\u{7}", "bell‹U+0007›"),
            ("two\r\nlines\t.", "two\r\nlines\t."),
            ("family 👨\u{200d}👩", "family 👨\u{200d}👩"),
        ];
        for (text, expected) in cases {
            assert_eq!(inert(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lists_show_one_line() {
        assert_eq!(one_line("  第一行\n\n第二行\t x "), "第一行 第二行 x");
    }
}
