//! The initials of pinyin, so that `jshh` finds 结束会话.
//!
//! The 3,755 everyday characters (GB 2312, level 1) are kept in the standard's own order, which is by
//! pinyin, one line for each initial. Characters outside it have no initial. Where a character has two readings
//! with different initials, both are accepted.

use std::{collections::HashMap, sync::LazyLock};

/// Characters with a second reading that begins differently: the character, then the other initials.
const SECOND_READINGS: &[(char, &str)] = &[
    ('重', "c"),
    ('行', "h"),
    ('长', "c"),
    ('调', "t"),
    ('会', "k"),
    ('系', "j"),
    ('单', "s"),
    ('查', "z"),
    ('传', "z"),
    ('降', "x"),
    ('乐', "y"),
    ('朝', "z"),
    ('藏', "z"),
    ('曾', "c"),
    ('省', "x"),
    ('说', "y"),
    ('率', "l"),
    ('弹', "t"),
    ('便', "p"),
    ('校', "j"),
    ('盛', "c"),
    ('种', "c"),
    ('参', "s"),
    ('差', "c"),
    ('折', "s"),
    ('给', "j"),
    ('柜', "j"),
    ('识', "z"),
    ('厦', "s"),
    ('贾', "g"),
    ('解', "x"),
    ('区', "o"),
    ('仇', "q"),
    ('召', "s"),
    ('石', "d"),
    ('车', "j"),
    ('期', "j"),
    ('宿', "x"),
    ('吓', "h"),
    ('否', "p"),
];

fn table() -> &'static HashMap<char, char> {
    static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        include_str!("pinyin.txt")
            .lines()
            .flat_map(|line| {
                let mut letters = line.chars();
                let initial = letters.next();
                letters.filter_map(move |letter| Some((letter, initial?)))
            })
            .collect()
    });
    &TABLE
}

/// The initial of a character's usual reading; the lower-case letter or digit itself for ASCII.
pub fn initial(letter: char) -> Option<char> {
    if letter.is_ascii_alphanumeric() {
        return Some(letter.to_ascii_lowercase());
    }
    table().get(&letter).copied()
}

/// The initials of a text, usual readings only: `结束会话` gives `jshh`, `E4 故障` gives `e4gz`.
pub fn initials(text: &str) -> String {
    text.chars().filter_map(initial).collect()
}

/// Whether the initials of the text contain the query as one run, in any reading. Case and blanks do not matter.
/// An empty query matches nothing.
pub fn matches(text: &str, query: &str) -> bool {
    let query: Vec<char> = query
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if query.is_empty() {
        return false;
    }
    let letters: Vec<char> = text.chars().filter(|letter| initial(*letter).is_some()).collect();
    letters
        .windows(query.len())
        .any(|run| run.iter().zip(&query).all(|(letter, wanted)| reads_as(*letter, *wanted)))
}

fn reads_as(letter: char, wanted: char) -> bool {
    initial(letter) == Some(wanted)
        || SECOND_READINGS.iter().any(|(other, initials)| *other == letter && initials.contains(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(table().len(), 3755);
    }

    #[test]
    fn initials_of_words() {
        let cases = [
            ("结束会话", "jshh"),
            ("打开设置", "dksz"),
            ("切换到深色主题", "qhdsszt"),
            ("E4 故障，打不着火", "e4gzdbzh"),
            ("李桂芳", "lgf"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(initials(text), expected, "{text}");
        }
    }

    #[test]
    fn matching_takes_any_run_and_both_readings() {
        let cases = [
            ("结束会话", "jshh", true),
            ("结束会话", "HH", true),
            ("结束会话", "j s", true),
            ("结束会话", "jh", false),
            ("重试发送", "csfs", true),
            ("重试发送", "zsfs", true),
            ("Ctrl K 命令", "kml", true),
            ("结束会话", "", false),
            ("结束会话", "jshhx", false),
        ];
        for (text, query, expected) in cases {
            assert_eq!(matches(text, query), expected, "{text} {query}");
        }
    }
}
