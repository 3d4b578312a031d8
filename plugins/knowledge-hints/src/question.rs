//! What the customer asks, as words to look for.

use std::collections::BTreeSet;

use plugin_kit::language::is_han;

/// Earlier messages that belong to a question.
pub const RECENT_MAX: usize = 3;
/// A message with fewer telling characters than this is read together with those before it.
const SHORT_CHARS: usize = 8;
/// Longest query, in characters.
const QUERY_MAX_CHARS: usize = 200;
/// What a long message is about stands in its first sentences; this much of them is enough to know it.
const GIST_CHARS: usize = 16;

/// Messages that ask for nothing.
const SMALL_TALK: [&str; 44] = [
    "在吗",
    "在么",
    "有人吗",
    "你好",
    "您好",
    "好",
    "好的",
    "嗯",
    "嗯嗯",
    "哦",
    "行",
    "可以",
    "谢谢",
    "谢谢你",
    "谢谢您",
    "多谢",
    "辛苦了",
    "不客气",
    "再见",
    "没事了",
    "没有了",
    "知道了",
    "明白了",
    "收到",
    "稍等",
    "等一下",
    "hi",
    "hello",
    "hey",
    "ok",
    "okay",
    "yes",
    "no",
    "thanks",
    "thank you",
    "thanks a lot",
    "thx",
    "bye",
    "goodbye",
    "great",
    "sure",
    "got it",
    "good morning",
    "good afternoon",
];

/// Words that say nothing about the matter.
const EMPTY_WORDS: [&str; 62] = [
    "the", "and", "my", "is", "it", "its", "to", "of", "in", "on", "for", "with", "this", "that", "have",
    "has", "had", "was", "are", "be", "been", "do", "does", "did", "can", "could", "would", "will", "you",
    "your", "me", "we", "our", "please", "hello", "hi", "how", "what", "when", "where", "why", "there",
    "not", "but", "so", "any", "some", "from", "at", "an", "as", "if", "just", "very", "too", "now", "get",
    "got", "want", "need", "help", "about",
];
/// Chinese characters that say nothing about the matter.
const EMPTY_CHARACTERS: &str = "的了吗呢啊吧呀我你您他她它们是有在和就都也还很太这那个一不没要会能可以请问怎么什为好上下来去到把被让给说看想着过";

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    own: String,
    query: String,
    terms: BTreeSet<String>,
}

impl Question {
    /// A message, read together with those before it where it is short.
    pub fn new(text: &str, before: &[String]) -> Self {
        let own = text.trim().to_owned();
        let mut query = gist(&own);
        for earlier in before.iter().rev() {
            if weight(&query) >= SHORT_CHARS {
                break;
            }
            query = format!("{earlier} {query}");
        }
        let query: String = query.chars().take(QUERY_MAX_CHARS).collect();
        let terms = terms(&query);
        Self { own, query, terms }
    }

    /// What to search for.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Whether it asks for nothing.
    pub fn is_small_talk(&self) -> bool {
        let bare = self.own.to_lowercase();
        let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
        terms(&self.own).is_empty() || SMALL_TALK.contains(&bare)
    }

    /// The share of its telling words that a text has, from 0 to 1. A text can hardly have all the words of a
    /// long story, so a handful of them is enough.
    pub fn coverage(&self, text: &str) -> f32 {
        const ENOUGH: usize = 6;
        let text = text.to_lowercase();
        let found = self.terms.iter().filter(|term| text.contains(term.as_str())).count();
        let wanted = self.terms.len().clamp(1, ENOUGH);
        (found as f32 / wanted as f32).min(1.0)
    }
}

/// The first sentences, until they say something.
fn gist(text: &str) -> String {
    let mut gist = String::new();
    for sentence in text.split_inclusive(['。', '！', '？', '!', '?', '\n', '；']) {
        gist.push_str(sentence);
        if weight(&gist) >= GIST_CHARS {
            break;
        }
    }
    gist.trim().to_owned()
}

/// How much a text says: Chinese characters, and letters of others by fours.
fn weight(text: &str) -> usize {
    let han = text.chars().filter(|c| is_han(*c) && !EMPTY_CHARACTERS.contains(*c)).count();
    han + text.chars().filter(char::is_ascii_alphanumeric).count() / 2
}

/// Words of English and codes, and pairs of Chinese characters; what says nothing is left out.
fn terms(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let mut terms = BTreeSet::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        if word.len() > 1 && !EMPTY_WORDS.contains(&word) {
            terms.insert(stem(word).to_owned());
        }
    }
    let telling: Vec<Vec<char>> = text
        .split(|c: char| !is_han(c) || EMPTY_CHARACTERS.contains(c))
        .map(|run| run.chars().collect())
        .collect();
    for run in telling {
        terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    terms
}

/// A word without the endings that questions and articles differ in.
fn stem(word: &str) -> &str {
    let endings = ["ing", "ed", "es", "s"];
    let cut = endings.iter().find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() >= 4));
    cut.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_talk_asks_for_nothing() {
        for text in ["你好", "在吗？", "好的，", "谢谢！", "Thanks!", "ok", "Hello", "！！！", "😀", "嗯嗯~"]
        {
            assert!(Question::new(text, &[]).is_small_talk(), "{text}");
        }
        for text in ["E4", "漏水", "热水器打不着火", "It leaks", "发票", "好的，那发票怎么开"]
        {
            assert!(!Question::new(text, &[]).is_small_talk(), "{text}");
        }
    }

    #[test]
    fn short_messages_are_read_with_those_before() {
        let before = vec!["洗衣机漏水".to_owned()];
        assert_eq!(Question::new("在门边", &before).query(), "洗衣机漏水 在门边");
        let long = "热水器一打开就显示 E4，火打不着，昨天晚上开始的";
        assert_eq!(Question::new(long, &before).query(), long);
    }

    #[test]
    fn long_messages_are_about_what_they_begin_with() {
        let mail = "您好，\n\n家里两台空调想在这周末清洗，请问怎么收费？周六上午有没有时间？\n另外去年洗完柜机滴过水。";
        let question = Question::new(mail, &[]);
        assert!(question.query().contains("清洗") && !question.query().contains("滴过水"), "{question:?}");
        let mail = "Hello,\n\nThe invoice for order D20931 is made out to me, could you reissue it?\nThe washer is wonderful.";
        assert!(!Question::new(mail, &[]).query().contains("wonderful"));
    }

    #[test]
    fn coverage_counts_telling_words() {
        let question = Question::new("热水器显示 E4 打不着火", &[]);
        assert!(question.coverage("燃气热水器 E4 故障处理：热水器打不着火显示 E4") > 0.75);
        assert!(question.coverage("退换货政策：七天无理由") < 0.2);
        let question = Question::new("My washing machine is leaking on the floor", &[]);
        assert!(question.coverage("Washing machine leaks: water on the floor") > 0.7);
    }
}
