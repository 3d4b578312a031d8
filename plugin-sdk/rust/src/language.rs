//! Which of the desk's languages a text is written in.

/// A language the desk speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language of a BCP 47 tag; English for all but Chinese.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }

    /// The language of a text; none where it has no letters of either, as `E4` and `13812345678` have not.
    /// One Chinese character weighs as much as a short English word, so that model numbers in a Chinese
    /// sentence do not make it English.
    pub fn of_text(text: &str) -> Option<Self> {
        let han = text.chars().filter(|c| is_han(*c)).count();
        let words = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '\'')
            .filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == '\''))
            .count();
        match (han, words) {
            (0, 0) => text.chars().any(|c| c.is_ascii_lowercase()).then_some(Self::English),
            (han, words) if han >= words => Some(Self::Chinese),
            _ => Some(Self::English),
        }
    }

    /// The tag that the desk's locale files use.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// Whether a character is a Chinese one.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_texts() {
        let table = [
            ("热水器显示 E4，打不着火", Some(Language::Chinese)),
            ("My water heater shows E4", Some(Language::English)),
            ("JSQ30-W5 坏了", Some(Language::Chinese)),
            ("E4", None),
            ("13812345678", None),
            ("ok", Some(Language::English)),
            ("好", Some(Language::Chinese)),
            ("Hello, the display says 故障, what is that please?", Some(Language::English)),
            ("", None),
        ];
        for (text, language) in table {
            assert_eq!(Language::of_text(text), language, "{text}");
        }
    }

    #[test]
    fn languages_of_tags() {
        for (tag, language) in [
            ("zh-CN", Language::Chinese),
            ("zh", Language::Chinese),
            ("en", Language::English),
            ("de", Language::English),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }
}
