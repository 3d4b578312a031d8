//! Texts with arguments, from the package's own .ftl files.
//!
//! Where a text has no arguments, write `@key` and let the desk look it up, so that switching the language
//! switches it too. Where it has, format it here:
//!
//! ```
//! use switchboard_plugin::texts::Texts;
//!
//! static TEXTS: Texts = Texts::new(&[
//!     ("zh-CN", "because = 客户问的是“{ $topic }”\n"),
//!     ("en", "because = The customer asks about “{ $topic }”\n"),
//! ]);
//! assert_eq!(TEXTS.format("en", "because", &[("topic", "E4")]), "The customer asks about “E4”");
//! ```
//!
//! This reads the part of Fluent that plain texts need: messages, continued lines, `{ $name }` and
//! `{ "literal" }`. Selectors, terms, attributes and functions are not read; a message that has them comes
//! out as written. The desk itself reads all of Fluent.

/// The texts of a plugin in its languages.
#[derive(Clone, Copy, Debug)]
pub struct Texts(&'static [(&'static str, &'static str)]);

impl Texts {
    /// Texts from pairs of a BCP 47 tag and a file, usually with `include_str!`. The last language is used for
    /// locales that are not there.
    pub const fn new(files: &'static [(&'static str, &'static str)]) -> Self {
        Self(files)
    }

    /// The text of a message in this locale, with its arguments put in. A message that is missing gives its key,
    /// so that it is seen.
    pub fn format(&self, locale: &str, key: &str, arguments: &[(&str, &str)]) -> String {
        let pattern = self.file(locale).and_then(|file| find(file, key));
        pattern.map_or_else(|| key.to_owned(), |pattern| fill(&pattern, arguments))
    }

    /// The text of a message without arguments.
    pub fn get(&self, locale: &str, key: &str) -> String {
        self.format(locale, key, &[])
    }

    /// The keys of every language, for a test that they are the same in all.
    pub fn keys(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        self.0.iter().map(|(tag, file)| (*tag, file.lines().filter_map(key_of).collect())).collect()
    }

    fn file(&self, locale: &str) -> Option<&'static str> {
        let same_language = |tag: &str| tag.split('-').next() == locale.split(['-', '_']).next();
        self.0
            .iter()
            .find(|(tag, _)| *tag == locale)
            .or_else(|| self.0.iter().find(|(tag, _)| same_language(tag)))
            .or_else(|| self.0.last())
            .map(|(_, file)| *file)
    }
}

fn key_of(line: &'static str) -> Option<&'static str> {
    let (key, _) = line.split_once('=')?;
    line.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| key.trim_end())
}

/// The pattern of a message: the rest of its line and the indented lines after it.
fn find(file: &str, key: &str) -> Option<String> {
    let mut lines = file.lines();
    let first = lines.by_ref().find_map(|line| {
        let rest = line.strip_prefix(key)?.trim_start();
        Some(rest.strip_prefix('=')?.trim())
    })?;
    let mut pattern = first.to_owned();
    for line in lines.take_while(|line| line.starts_with(' ') && !line.trim().is_empty()) {
        if !pattern.is_empty() {
            pattern.push('\n');
        }
        pattern.push_str(line.trim());
    }
    Some(pattern)
}

fn fill(pattern: &str, arguments: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((inside, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        let inside = inside.trim();
        let value =
            match (inside.strip_prefix('$'), inside.strip_prefix('"').and_then(|it| it.strip_suffix('"'))) {
                (Some(name), _) => {
                    arguments.iter().find(|(given, _)| *given == name).map(|(_, value)| *value)
                }
                (None, literal) => literal,
            };
        if let Some(value) = value {
            text.push_str(value);
        } else {
            text.push('{');
            text.push_str(inside);
            text.push('}');
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: Texts = Texts::new(&[
        ("zh-CN", "# 注释\ngreet = 您好，{ $name }！\nlong =\n    第一行\n    第二行\nbrace = { \"{\" }\n"),
        ("en", "greet = Hello { $name }!\nlong = one\n    two\nbrace = { \"{\" }\n"),
    ]);

    #[test]
    fn messages_are_found_and_filled() {
        let table = [
            ("zh-CN", "greet", "您好，Li！"),
            ("zh", "greet", "您好，Li！"),
            ("zh-TW", "greet", "您好，Li！"),
            ("en-GB", "greet", "Hello Li!"),
            ("fr", "greet", "Hello Li!"),
            ("zh-CN", "long", "第一行\n第二行"),
            ("en", "long", "one\ntwo"),
            ("en", "brace", "{"),
            ("en", "missing", "missing"),
        ];
        for (locale, key, text) in table {
            assert_eq!(TEXTS.format(locale, key, &[("name", "Li")]), text, "{locale} {key}");
        }
    }

    #[test]
    fn arguments_that_are_missing_are_seen() {
        assert_eq!(TEXTS.format("en", "greet", &[]), "Hello {$name}!");
    }

    #[test]
    fn arguments_are_not_read_as_patterns() {
        assert_eq!(TEXTS.format("en", "greet", &[("name", "{ $name }")]), "Hello { $name }!");
    }

    #[test]
    fn keys_are_the_same_in_every_language() {
        let keys = TEXTS.keys();
        assert_eq!(keys[0].1, ["greet", "long", "brace"]);
        assert!(keys.iter().all(|(_, of_language)| *of_language == keys[0].1));
    }
}
