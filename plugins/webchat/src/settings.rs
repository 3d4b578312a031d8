//! What the widget looks like and says.

use plugin_kit::{Settings, language::Language};
use serde::Serialize;

const ACCENT: &str = "#2558d6";
const TITLES: [&str; 2] = ["在线客服", "Customer service"];
const WELCOMES: [&str; 2] = [
    "您好！买前咨询、安装、报修，都可以在这里找我们。",
    "Hello! Questions before you buy, installation, repairs: write to us here.",
];

/// The settings of an account, in both languages.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    titles: [String; 2],
    welcomes: [String; 2],
    accent: String,
    left: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self::read(&Settings::default())
    }
}

/// The same in the visitor's language, as the widget gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown<'a> {
    title: &'a str,
    welcome: &'a str,
    accent: &'a str,
    side: &'static str,
}

impl Look {
    pub(crate) fn read(settings: &Settings) -> Self {
        let texts = |names: [&str; 2], defaults: [&str; 2]| {
            [0, 1].map(|language| settings.text(names[language]).unwrap_or(defaults[language]).to_owned())
        };
        Self {
            titles: texts(["title_zh", "title_en"], TITLES),
            welcomes: texts(["welcome_zh", "welcome_en"], WELCOMES),
            accent: settings.text("accent").filter(|accent| is_colour(accent)).unwrap_or(ACCENT).to_owned(),
            left: settings.text("side") == Some("left"),
        }
    }

    pub(crate) fn shown(&self, language: Language) -> Shown<'_> {
        let which = usize::from(language == Language::English);
        Shown {
            title: &self.titles[which],
            welcome: &self.welcomes[which],
            accent: &self.accent,
            side: if self.left { "left" } else { "right" },
        }
    }
}

/// Whether a text is `#rrggbb`.
pub(crate) fn is_colour(text: &str) -> bool {
    text.len() == 7
        && text.strip_prefix('#').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_kit::types::Pair;

    #[test]
    fn what_is_no_colour_is_not_used() {
        let accent = |text: &str| Look::read(&Settings::new([Pair::new("accent", text)])).accent;
        assert_eq!(accent("#AA0011"), "#AA0011");
        for bad in ["red", "#fff", "#12345g", "#1234567", "url(x)", "", "#éaaaa"] {
            assert_eq!(accent(bad), ACCENT, "{bad}");
        }
    }

    #[test]
    fn each_language_has_its_texts() {
        let look = Look::read(&Settings::new([Pair::new("title_en", "Ask us"), Pair::new("side", "left")]));
        assert_eq!(look.shown(Language::English).title, "Ask us");
        assert_eq!(look.shown(Language::Chinese).title, TITLES[0]);
        assert_eq!(look.shown(Language::Chinese).side, "left");
    }
}
