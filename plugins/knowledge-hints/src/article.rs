//! Reads the part of an article that is meant to be said to customers.

use plugin_kit::language::Language;

/// Headings of that part, by language.
const HEADINGS: [(Language, &str); 2] =
    [(Language::Chinese, "可以这样说"), (Language::English, "What to say")];

/// Longest reply taken from an article, in characters.
const SAY_MAX_CHARS: usize = 600;

/// The words for customers, as plain text; none where the article has none in this language.
pub fn what_to_say(markdown: &str, language: Language) -> Option<String> {
    let wanted = HEADINGS.iter().find(|(of, _)| *of == language).map(|(_, heading)| *heading)?;
    let mut lines = markdown.lines();
    lines.by_ref().find(|line| {
        line.strip_prefix("##")
            .is_some_and(|title| title.trim_start_matches('#').trim().eq_ignore_ascii_case(wanted))
    })?;
    let section: Vec<&str> = lines.take_while(|line| !line.starts_with('#')).collect();
    let text = plain(section.join("\n").trim());
    let text: String = text.chars().take(SAY_MAX_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

/// Markdown without its marks: bold, quotes and links go, lists keep their lines.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = line.trim().trim_start_matches("> ").trim_start_matches('>');
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&without_links(&line.replace("**", "").replace('`', "")));
    }
    text.trim().to_owned()
}

/// `[words](target)` becomes `words`.
fn without_links(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        let found = after.split_once("](").and_then(|(words, tail)| Some((words, tail.split_once(')')?.1)));
        text.push_str(before);
        if let Some((words, tail)) = found {
            text.push_str(words);
            rest = tail;
        } else {
            text.push('[');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

/// Greetings that articles begin with.
const GREETINGS: [(Language, &[&str]); 2] = [
    (Language::Chinese, &["您好", "你好", "亲，您好", "亲"]),
    (Language::English, &["Hello there", "Good day", "Hello", "Hi"]),
];

/// The words without the greeting at their beginning.
pub fn without_greeting(words: &str, language: Language) -> String {
    let greetings = GREETINGS.iter().filter(|(of, _)| *of == language).flat_map(|(_, all)| all.iter());
    let signs = |c: char| c.is_whitespace() || "，。！,.!~～".contains(c);
    for greeting in greetings {
        if let Some(rest) = words.strip_prefix(greeting)
            && rest.starts_with(signs)
        {
            let rest = rest.trim_start_matches(signs);
            let mut chars = rest.chars();
            return chars
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>());
        }
    }
    words.to_owned()
}
