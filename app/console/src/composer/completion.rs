//! Lists that open above the composer: `/` for snippets, `?` for knowledge.

use std::collections::BTreeMap;

use assets::{Language, pinyin};
use model::{
    knowledge::{Hit, SearchQuery},
    port::{Answer, Question},
    view::{Snippet, Thread},
};

use crate::{Ctx, Slot};

/// Most lines a list shows.
pub const LIST_MAX: usize = 7;

/// What the text before the cursor asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `/` and what follows it.
    Snippet(String),
    /// `?` at the start and what follows it.
    Knowledge(String),
}

/// Finds a trigger: `/` (or `、`, which Chinese input methods type with that key) at the start of the text or
/// after a space or line break; `?` or `？` only at the very start, since questions end with it.
pub fn trigger(text: &str) -> Option<Trigger> {
    if let Some(query) = text.strip_prefix(['?', '？']) {
        return Some(Trigger::Knowledge(query.trim().to_owned()));
    }
    let (at, slash) = text.char_indices().rev().find(|(_, letter)| matches!(letter, '/' | '、'))?;
    let before = text[..at].chars().next_back();
    let begins = before.is_none_or(char::is_whitespace);
    let query = &text[at + slash.len_utf8()..];
    // A `、` inside a sentence is punctuation, and a word that is broken by a space has ended.
    let fits = begins && !query.contains(char::is_whitespace) && query.chars().count() <= 24;
    fits.then(|| Trigger::Snippet(query.to_owned()))
}

/// What is typed behind `@` (or `＠`) at the end of a note; nothing within an address of mail.
pub fn mention(text: &str) -> Option<&str> {
    let (at, sign) = text.char_indices().rev().find(|(_, letter)| matches!(letter, '@' | '＠'))?;
    let within_a_word = text[..at].chars().next_back().is_some_and(|before| before.is_ascii_alphanumeric());
    let query = &text[at + sign.len_utf8()..];
    let fits = !within_a_word && !query.contains(char::is_whitespace) && query.chars().count() <= 24;
    fits.then_some(query)
}

/// A note with what is typed behind its last `@` replaced by a name.
pub fn replace_mention(text: &str, name: &str) -> String {
    let query = mention(text).map_or(0, str::len);
    let before = &text[..text.len() - query];
    let sign = before.chars().next_back().map_or(0, char::len_utf8);
    format!("{}@{name} ", &before[..before.len() - sign])
}

/// The text with the trigger's words replaced.
pub fn replace_trigger(text: &str, replacement: &str) -> String {
    match trigger(text) {
        Some(Trigger::Snippet(query)) => {
            let cut = text.len() - query.len();
            let slash = text[..cut].chars().next_back().map_or(0, char::len_utf8);
            format!("{}{replacement}", &text[..cut - slash])
        }
        Some(Trigger::Knowledge(_)) | None => replacement.to_owned(),
    }
}

/// A text in the person's language, or in the other one.
pub fn in_language(texts: &BTreeMap<String, String>, language: Language) -> &str {
    texts
        .get(language.tag())
        .or_else(|| texts.get(language.other().tag()))
        .or_else(|| texts.values().next())
        .map_or("", String::as_str)
}

/// The snippets that match, best first: keys before titles, beginnings before middles.
pub fn matching<'a>(snippets: &'a [Snippet], query: &str, language: Language) -> Vec<&'a Snippet> {
    let query = query.to_lowercase();
    let mut found: Vec<(u8, &Snippet)> = snippets
        .iter()
        .filter_map(|snippet| rank(snippet, &query, language).map(|rank| (rank, snippet)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, snippet)| snippet).collect()
}

fn rank(snippet: &Snippet, query: &str, language: Language) -> Option<u8> {
    let title = in_language(&snippet.title, language).to_lowercase();
    let keys = || snippet.keys.iter().map(|key| key.to_lowercase());
    if query.is_empty() {
        Some(0)
    } else if keys().any(|key| key == query) {
        Some(1)
    } else if keys().any(|key| key.starts_with(query)) {
        Some(2)
    } else if title.starts_with(query) || pinyin::initials(&title).starts_with(query) {
        Some(3)
    } else if title.contains(query) || pinyin::initials(&title).contains(query) {
        Some(4)
    } else {
        in_language(&snippet.text, language).to_lowercase().contains(query).then_some(5)
    }
}

/// Fills the variables of a snippet; those for which nothing is known stay, so that the agent sees them.
pub fn fill(ctx: &Ctx<'_>, thread: &Thread, text: &str) -> String {
    let customer = &thread.customer.customer;
    let me = ctx.view.agents.get(&ctx.view.me).map(|row| &row.profile);
    let device = customer.devices.first();
    let ticket = thread.customer.tickets.first();
    let values: [(&str, Option<String>); 8] = [
        ("customer.name", Some(customer.name.clone())),
        ("customer.title", Some(customer.title.clone()).filter(|title| !title.is_empty())),
        ("customer.address", Some(customer.address.clone()).filter(|address| !address.is_empty())),
        ("agent.name", me.map(|me| me.public_name.clone().unwrap_or_else(|| me.name.clone()))),
        ("device.name", device.map(|device| device.name.clone())),
        ("device.model", device.map(|device| device.model.clone())),
        ("ticket.number", ticket.map(|ticket| ticket.number.clone())),
        ("date.today", Some(ctx.locale.date(ctx.today()))),
    ];
    let mut filled = text.to_owned();
    for (name, value) in values {
        if let Some(value) = value {
            filled = filled.replace(&format!("{{{name}}}"), &value);
        }
    }
    filled
}

/// The first variable that is still in a text.
pub fn open_variable(text: &str) -> Option<&str> {
    let start = text.find('{')?;
    let end = start + text[start..].find('}')?;
    let name = &text[start + 1..end];
    let is_name =
        name.contains('.') && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '.');
    if is_name { Some(name) } else { open_variable(&text[end..]) }
}

/// Asks for knowledge as it is typed.
pub fn ask_knowledge(slot: &mut Slot, ctx: &Ctx<'_>, query: &str) {
    if query.is_empty() {
        return;
    }
    let query = SearchQuery {
        text: query.to_owned(),
        limit: LIST_MAX,
        language: Some(ctx.locale.language().tag().to_owned()),
        typing: true,
        ..SearchQuery::default()
    };
    slot.ask(ctx.desk, Question::Knowledge(query));
}

/// The hits a slot holds.
pub fn hits(slot: &Slot) -> &[Hit] {
    match slot.answer() {
        Some(Answer::Hits(hits)) => hits,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_open_where_they_are_meant_and_nowhere_else() {
        let snippet = |query: &str| Some(Trigger::Snippet(query.to_owned()));
        let knowledge = |query: &str| Some(Trigger::Knowledge(query.to_owned()));
        let cases = [
            ("/", snippet("")),
            ("/wx", snippet("wx")),
            ("您好 /欢迎", snippet("欢迎")),
            ("、hy", snippet("hy")),
            ("苹果、香蕉", None),
            ("http://example", None),
            ("7/24", None),
            ("/hello there", None),
            ("?E4", knowledge("E4")),
            ("？打不着火", knowledge("打不着火")),
            ("Can you come at 3?", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(trigger(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mention_begins_at_its_sign_and_ends_with_a_space() {
        let cases = [
            ("@", Some("")),
            ("请@李", Some("李")),
            ("＠ann", Some("ann")),
            ("@李雷 看", None),
            ("mail ann@example", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(mention(text), expected, "{text}");
        }
        assert_eq!(replace_mention("请＠li", "李雷"), "请@李雷 ");
        assert_eq!(replace_mention("@", "Ann Lee"), "@Ann Lee ");
    }

    #[test]
    fn the_words_of_the_trigger_are_replaced_and_the_rest_is_kept() {
        let cases = [
            ("/wx", "欢迎", "欢迎"),
            ("李女士 /wx", "欢迎", "李女士 欢迎"),
            ("、hy", "欢迎", "欢迎"),
            ("?E4", "步骤", "步骤"),
        ];
        for (text, replacement, expected) in cases {
            assert_eq!(replace_trigger(text, replacement), expected, "{text}");
        }
    }

    #[test]
    fn snippets_are_found_by_key_initials_and_words() {
        let snippet = |keys: &[&str], zh: &str, text: &str| Snippet {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            title: [("zh-CN".to_owned(), zh.to_owned())].into(),
            text: [("zh-CN".to_owned(), text.to_owned())].into(),
        };
        let snippets = [
            snippet(&["hy"], "欢迎语", "您好，很高兴为您服务"),
            snippet(&["bx"], "保修说明", "整机保修三年"),
        ];
        let titles = |query: &str| -> Vec<String> {
            matching(&snippets, query, Language::Chinese)
                .iter()
                .map(|snippet| snippet.keys[0].clone())
                .collect()
        };
        for (query, expected) in [
            ("hy", vec!["hy"]),
            ("bxsm", vec!["bx"]),
            ("保修", vec!["bx"]),
            ("高兴", vec!["hy"]),
            ("zz", vec![]),
        ] {
            assert_eq!(titles(query), expected, "{query}");
        }
        assert_eq!(titles("").len(), 2);
    }

    #[test]
    fn variables_that_nobody_filled_are_noticed() {
        let cases = [
            ("您好 {customer.name}", Some("customer.name")),
            ("{not a variable} {ticket.number}", Some("ticket.number")),
            ("没有", None),
            ("{ a } { b", None),
        ];
        for (text, expected) in cases {
            assert_eq!(open_variable(text), expected, "{text}");
        }
    }
}
