//! Fonts, icons, sounds, design tokens, locales and the demo company, embedded in the program.
//!
//! | what | where | how it is used |
//! |---|---|---|
//! | design tokens | [`tokens`] | `tokens().light.accent` |
//! | texts | [`Locale`] | `locale.text("queue-mine")`, `locale.text_with("queue-unread", &[("count", 3.into())])` |
//! | clocks, dates, sizes | [`Locale`] | `locale.age(108)`, `locale.day(date, today)` |
//! | fonts | [`font`] | `font::REGULAR`, `font::STRONG`, always loaded first |
//! | icons | [`icon`] | `icon::CHAT`, drawn with the font `icon::FONT` |
//! | sounds | [`sound`] | `sound::RING`, a WAV |
//! | demo company | [`demo`] | `demo::company()?`, `demo::snippets()?` |
//! | articles | [`knowledge`] | `knowledge::SOURCES`, Markdown by path |
//! | search by pinyin initials | [`pinyin`] | `pinyin::initials("结束会话") == "jshh"` |
//!
//! This crate imports nothing of the application and no drawing library: colours are four bytes, fonts
//! and sounds are byte slices.

pub mod demo;
pub mod font;
mod format;
pub mod icon;
pub mod knowledge;
mod language;
mod locale;
pub mod pinyin;
pub mod sound;
mod tokens;

pub use format::TimeSpan;
pub use language::Language;
pub use locale::{Arg, ErrorText, Locale, LocaleError, locale_files};
pub use tokens::{
    Colour, Motion, Palette, Radii, Sizes, Spacing, TextStyle, TokenError, Tokens, TypeScale, tokens,
};
