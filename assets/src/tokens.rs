//! The design tokens of `tokens.toml` as plain values.
//!
//! The desk has no literal colours or sizes: it reads them from here, so that both themes stay complete and
//! their contrast can be tested without drawing anything.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, de::Error as _};

/// The embedded tokens, parsed once.
pub fn tokens() -> &'static Tokens {
    static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
        Tokens::parse(include_str!("../tokens.toml")).expect("the embedded tokens.toml is read by a test")
    });
    &TOKENS
}

/// A token file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Not TOML, a missing token, an unknown one, or a malformed colour.
    #[error("tokens.toml: {0}")]
    Malformed(#[from] toml::de::Error),
}

/// Every colour and measure of the desk.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Colours of the light theme.
    pub light: Palette,
    /// Colours of the dark theme.
    pub dark: Palette,
    /// Sizes of text.
    pub text: TypeScale,
    /// Gaps and padding.
    pub space: Spacing,
    /// Corner radii.
    pub radius: Radii,
    /// Heights, widths and strokes of the desk's parts.
    pub size: Sizes,
    /// Durations.
    pub motion: Motion,
}

impl Tokens {
    /// Reads a token file; every token must be there and none may be unknown.
    pub fn parse(source: &str) -> Result<Self, TokenError> {
        Ok(toml::from_str(source)?)
    }

    /// The palette of one theme.
    pub fn palette(&self, dark: bool) -> &Palette {
        if dark { &self.dark } else { &self.light }
    }
}

/// A colour: red, green, blue and opacity, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 4]);

impl From<Colour> for [u8; 4] {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

impl Colour {
    /// Reads `#rrggbb` or `#rrggbbaa`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(digits, 16).ok()?;
        match digits.len() {
            6 => Some(Self((value << 8 | 0xff).to_be_bytes())),
            8 => Some(Self(value.to_be_bytes())),
            _ => None,
        }
    }

    /// The contrast ratio to another opaque colour as WCAG 2 defines it, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let channel = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue, _] = self.0;
        0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not #rrggbb or #rrggbbaa")))
    }
}

/// The colours of one theme.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// Behind everything: rail, gaps between cards.
    pub background: Colour,
    /// Bars, cards and the timeline.
    pub surface: Colour,
    /// Wells: search field, chips, the customer's bubbles, hovered rows.
    pub sunken: Colour,
    /// Dividing lines and outlines.
    pub line: Colour,
    /// Text that is read first.
    pub text: Colour,
    /// Secondary text.
    pub muted: Colour,
    /// Decoration and placeholders; never the only carrier of information.
    pub faint: Colour,
    /// The one accent: selection, focus, the main button, links.
    pub accent: Colour,
    /// Ground of selected rows and of the agent's own bubbles.
    pub accent_soft: Colour,
    /// Text on `accent`, `good`, `warn` and `bad`.
    pub on_accent: Colour,
    /// All is well.
    pub good: Colour,
    /// Ground for `good` text.
    pub good_soft: Colour,
    /// Soon a problem.
    pub warn: Colour,
    /// Ground for `warn` text.
    pub warn_soft: Colour,
    /// Needs a hand now.
    pub bad: Colour,
    /// Ground for `bad` text.
    pub bad_soft: Colour,
    /// The lit lamp of an offer: outline and dot, not text.
    pub lamp: Colour,
    /// Ground of an offer.
    pub lamp_soft: Colour,
    /// Ground of internal notes and process hints.
    pub note: Colour,
    /// Shadow under cards and menus; transparent in the dark theme.
    pub shadow: Colour,
    /// Dims what lies behind a dialog.
    pub backdrop: Colour,
}

/// One size of text.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextStyle {
    /// Font size.
    pub size: f32,
    /// Line height.
    pub line: f32,
    /// Whether it is set in the heavier of the two weights.
    pub strong: bool,
}

/// The sizes of text in use.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeScale {
    /// Times, chips, secondary lines.
    pub small: TextStyle,
    /// Everything that is read.
    pub body: TextStyle,
    /// Names and labels within body text.
    pub strong: TextStyle,
    /// Titles of cards and threads.
    pub title: TextStyle,
    /// Titles of places.
    pub heading: TextStyle,
    /// One big figure.
    pub display: TextStyle,
}

/// Gaps and padding on the 8-point grid.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the scale itself")]
pub struct Spacing {
    pub hair: f32,
    pub tiny: f32,
    pub small: f32,
    pub medium: f32,
    pub large: f32,
    pub huge: f32,
    pub vast: f32,
}

/// Corner radii.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radii {
    /// Buttons, fields, chips with square ends.
    pub control: f32,
    /// Cards and bubbles.
    pub card: f32,
    /// Half of any height: round ends.
    pub pill: f32,
}

/// Heights, widths and strokes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// A row of the queue.
    pub row: f32,
    /// A row of a plain list.
    pub row_compact: f32,
    /// The bar at the top.
    pub top_bar: f32,
    /// The line at the bottom.
    pub status_bar: f32,
    /// The rail of places.
    pub rail: f32,
    /// First width of the queue.
    pub queue: f32,
    /// First width of the side dock.
    pub dock: f32,
    /// A tab of open work.
    pub tab: f32,
    /// Buttons and one-line fields.
    pub control: f32,
    /// The channel or person square of a row.
    pub avatar: f32,
    /// Icons inside small text.
    pub icon_small: f32,
    /// Icons in buttons and rows.
    pub icon: f32,
    /// Icons of the rail.
    pub icon_large: f32,
    /// The one line weight.
    pub line: f32,
    /// The focus ring.
    pub focus: f32,
    /// The bar beside the selected row.
    pub selection: f32,
    /// The widest a bubble gets.
    pub bubble_max: f32,
}

/// Durations in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "units stand last in every name")]
pub struct Motion {
    /// Hover and press.
    pub quick_ms: u32,
    /// Opening and closing.
    pub calm_ms: u32,
    /// How long a toast stays.
    pub toast_ms: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_colour_can_be_read_on_every_ground() {
        for (theme, palette) in [("light", &tokens().light), ("dark", &tokens().dark)] {
            let inks = [
                ("text", palette.text),
                ("muted", palette.muted),
                ("accent", palette.accent),
                ("good", palette.good),
                ("warn", palette.warn),
                ("bad", palette.bad),
            ];
            let grounds = [
                ("background", palette.background),
                ("surface", palette.surface),
                ("sunken", palette.sunken),
                ("accent_soft", palette.accent_soft),
                ("lamp_soft", palette.lamp_soft),
                ("note", palette.note),
            ];
            for (ink_name, ink) in inks {
                for (ground_name, ground) in grounds {
                    readable(theme, ink_name, ink, ground_name, ground);
                }
            }
            for (name, ground) in [
                ("accent", palette.accent),
                ("good", palette.good),
                ("warn", palette.warn),
                ("bad", palette.bad),
            ] {
                readable(theme, "on_accent", palette.on_accent, name, ground);
            }
            readable(theme, "good", palette.good, "good_soft", palette.good_soft);
            readable(theme, "warn", palette.warn, "warn_soft", palette.warn_soft);
            readable(theme, "bad", palette.bad, "bad_soft", palette.bad_soft);
        }
    }

    fn readable(theme: &str, ink_name: &str, ink: Colour, ground_name: &str, ground: Colour) {
        let ratio = ink.contrast(ground);
        assert!(ratio >= 4.5, "{theme}: {ink_name} on {ground_name} is only {ratio:.2}:1");
    }

    #[test]
    fn contrast_is_the_ratio_of_wcag() {
        let (black, white) = (Colour([0, 0, 0, 255]), Colour([255, 255, 255, 255]));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // A grey whose ratio to white is published as 4.54.
        assert!((Colour([0x76, 0x76, 0x76, 255]).contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_are_read_or_refused() {
        let cases = [
            ("#2558d6", Some([0x25, 0x58, 0xd6, 0xff])),
            ("#15181c1a", Some([0x15, 0x18, 0x1c, 0x1a])),
            ("2558d6", None),
            ("#2558d", None),
            ("#+558d6", None),
            ("#2558dg", None),
            ("#2558d6ff0", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Colour::parse(text).map(|colour| colour.0), expected, "{text}");
        }
    }

    #[test]
    fn text_is_never_too_small_for_chinese() {
        let scale = tokens().text;
        for style in [scale.small, scale.body, scale.strong, scale.title, scale.heading, scale.display] {
            assert!(style.size >= 12.0 && style.line >= style.size * 1.3, "{style:?}");
        }
    }

    #[test]
    fn a_missing_or_unknown_token_is_refused() {
        let source = include_str!("../tokens.toml");
        assert!(Tokens::parse(&source.replacen("accent = ", "accnt = ", 1)).is_err());
        assert!(Tokens::parse(&format!("{source}\n[extra]\na = 1\n")).is_err());
    }
}
