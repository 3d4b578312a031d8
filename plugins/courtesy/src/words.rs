//! Words that must not fall, and when they are only quoted.

use std::ops::Range;

use plugin_kit::{
    prelude::*,
    quality::{Severity, TextRange},
};

use crate::{Checked, TEXTS, after_faults, finding};

/// The criterion.
pub const ID: &str = "words";
/// Words a company may add.
const OWN_MAX: usize = 200;

/// One word with what to say instead.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    severity: Severity,
    advice: &'static str,
    /// What may stand before it so that it is harmless: 不归我管 is an offence, 归我管 is not.
    harmless_after: &'static [&'static str],
}

const SHIFT: &str = "@word-advice-shift";
const BLAME: &str = "@word-advice-blame";
const ABSOLUTE: &str = "@word-advice-absolute";
const RUDE: &str = "@word-advice-rude";

/// Usual words: text, advice, what makes it harmless before it.
const USUAL: [(&str, Severity, &str, &[&str]); 38] = [
    ("不归我管", Severity::Breach, SHIFT, &[]),
    ("不关我的事", Severity::Breach, SHIFT, &[]),
    ("不是我的问题", Severity::Breach, SHIFT, &[]),
    ("没办法", Severity::Warning, SHIFT, &["有没有", "是不是", "如果"]),
    ("我不知道", Severity::Warning, SHIFT, &[]),
    ("不清楚", Severity::Hint, SHIFT, &["如果您", "您要是", "您", "看", "听"]),
    ("你自己看", Severity::Breach, SHIFT, &[]),
    ("自己看说明书", Severity::Warning, SHIFT, &[]),
    ("规定就是这样", Severity::Warning, SHIFT, &[]),
    ("你找别人", Severity::Breach, SHIFT, &[]),
    ("你听不懂", Severity::Breach, BLAME, &[]),
    ("跟你说过了", Severity::Breach, BLAME, &[]),
    ("说了多少遍", Severity::Breach, BLAME, &[]),
    ("你没看清", Severity::Warning, BLAME, &[]),
    ("你搞错了", Severity::Warning, BLAME, &[]),
    ("你先冷静", Severity::Warning, BLAME, &[]),
    ("绝对没问题", Severity::Warning, ABSOLUTE, &[]),
    ("百分之百", Severity::Warning, ABSOLUTE, &["不能", "无法", "没法"]),
    ("保证修好", Severity::Warning, ABSOLUTE, &["不能", "无法"]),
    ("永久免费", Severity::Warning, ABSOLUTE, &["不是", "并非"]),
    ("爱买不买", Severity::Breach, RUDE, &[]),
    ("随便你", Severity::Breach, RUDE, &[]),
    ("爱投诉就投诉", Severity::Breach, RUDE, &[]),
    ("你去投诉吧", Severity::Breach, RUDE, &[]),
    ("烦不烦", Severity::Breach, RUDE, &[]),
    ("有病", Severity::Breach, RUDE, &["没", "不是"]),
    ("not my problem", Severity::Breach, SHIFT, &[]),
    ("not my job", Severity::Breach, SHIFT, &[]),
    ("nothing i can do", Severity::Warning, SHIFT, &[]),
    ("i have no idea", Severity::Warning, SHIFT, &[]),
    ("that's our policy", Severity::Warning, SHIFT, &[]),
    ("read the manual", Severity::Warning, SHIFT, &[]),
    ("calm down", Severity::Warning, BLAME, &[]),
    ("as i already told you", Severity::Breach, BLAME, &[]),
    ("you don't understand", Severity::Breach, BLAME, &[]),
    ("you should have", Severity::Hint, BLAME, &[]),
    ("100% guaranteed", Severity::Warning, ABSOLUTE, &["not", "cannot be"]),
    ("whatever", Severity::Hint, RUDE, &["or"]),
];

/// The list in use.
#[derive(Clone, Debug)]
pub struct Words(Vec<Word>);

impl Default for Words {
    fn default() -> Self {
        Self::with([])
    }
}

impl Words {
    /// The usual words and a company's own.
    pub fn with<'a>(own: impl IntoIterator<Item = &'a str>) -> Self {
        let usual = USUAL.iter().map(|(text, severity, advice, harmless_after)| Word {
            text: (*text).to_owned(),
            severity: *severity,
            advice,
            harmless_after,
        });
        let own = own.into_iter().take(OWN_MAX).map(|text| Word {
            text: text.to_lowercase(),
            severity: Severity::Breach,
            advice: "@word-advice-company",
            harmless_after: &[],
        });
        Self(usual.chain(own).collect())
    }

    /// Checks every message of the agent.
    pub fn check(&self, ctx: &Ctx, conversation: &Conversation) -> Checked {
        let mut findings = vec![];
        let mut said = 0;
        for message in conversation.outbound() {
            said += 1;
            for (word, range) in self.find(&message.text) {
                let text = message.text.get(range.clone()).unwrap_or_default();
                let because = TEXTS.format(&ctx.locale, "word-because", &[("word", text)]);
                let evidence = TextRange::of_bytes(message, range);
                findings.push(finding(ID, word.severity, "@word-title", because, word.advice, evidence));
            }
        }
        let because =
            findings.first().map_or_else(|| "@word-good".to_owned(), |finding| finding.because.clone());
        let weight = findings.iter().filter(|finding| finding.severity != Severity::Hint).count();
        let score = (said > 0).then(|| after_faults(weight));
        Checked { criterion: ID, score, because: if said > 0 { because } else { String::new() }, findings }
    }

    fn find(&self, text: &str) -> Vec<(&Word, Range<usize>)> {
        let lower = text.to_ascii_lowercase();
        let mut found: Vec<(&Word, Range<usize>)> = vec![];
        for word in self.0.iter().filter(|word| !word.text.is_empty()) {
            for (at, _) in lower.match_indices(word.text.as_str()) {
                let range = at..at + word.text.len();
                let before = lower.get(..at).unwrap_or_default().trim_end();
                let harmless = word.harmless_after.iter().any(|harmless| before.ends_with(harmless));
                if !harmless && !is_quoted(&lower, &range) && is_alone(&lower, &range) {
                    found.push((word, range));
                }
            }
        }
        found.sort_by_key(|(_, range)| range.start);
        found
    }
}

/// English words must not be parts of others.
fn is_alone(text: &str, range: &Range<usize>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let first = text.get(range.clone()).and_then(|word| word.chars().next());
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !(letter(first) && (letter(before) || letter(after)))
}

/// Marks that open and close a quotation.
const QUOTES: [(char, char); 5] = [('“', '”'), ('「', '」'), ('『', '』'), ('《', '》'), ('"', '"')];
/// Words that bring in what somebody else said.
const SAYS: [&str; 12] = [
    "您说的",
    "您提到的",
    "您说",
    "您刚才说",
    "客户说",
    "他说",
    "师傅说",
    "you said",
    "you say",
    "you mentioned",
    "he said",
    "they said",
];
/// How far what somebody said may be from the word that brings it in, in characters.
const SAYS_NEAR_CHARS: usize = 4;

/// Whether a place in a text is somebody else's word: between quotation marks, in a quoted line, or right after
/// words that bring it in.
pub fn is_quoted(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    if line.trim_start().starts_with('>') {
        return true;
    }
    let between = QUOTES.iter().any(|(open, close)| {
        if open == close {
            return before.matches(*open).count() % 2 == 1
                && text.get(range.end..).is_some_and(|after| after.contains(*close));
        }
        let opened = before.rfind(*open);
        let closed = before.rfind(*close);
        opened.is_some()
            && opened > closed
            && text.get(range.end..).is_some_and(|after| after.contains(*close))
    });
    let brought_in = SAYS.iter().any(|says| {
        let after = before.rfind(says).and_then(|at| before.get(at + says.len()..));
        after.is_some_and(|after| after.chars().count() <= SAYS_NEAR_CHARS)
    });
    between || brought_in
}
