//! A summary in the words that were used, and what was promised.

use plugin_kit::prelude::*;

use crate::{TEXTS, judge::is_farewell};

/// Sentences of the customer, and of the agent, in a summary.
const SAID_MAX: usize = 2;
const DONE_MAX: usize = 2;
/// Longest sentence, in characters.
const SENTENCE_MAX_CHARS: usize = 90;
/// Shortest sentence that says something, in characters.
const SENTENCE_LEAST_CHARS: usize = 4;
const FOLLOW_UPS_MAX: usize = 5;

/// Words of a sentence that says something about the matter.
const TELLING: [&str; 44] = [
    "显示", "故障", "漏", "坏", "不", "退", "换", "发票", "订单", "安装", "清洗", "预约", "型号", "上门",
    "师傅", "时间", "今天", "明天", "质保", "费用", "元", "烟管", "更换", "重开", "退款", "e4", "shows",
    "leak", "broken", "order", "invoice", "return", "refund", "install", "clean", "engineer", "visit",
    "today", "tomorrow", "warranty", "model", "flue", "reissue", "yuan",
];
/// Words of a promise.
const PROMISES: [&str; 22] = [
    "会给您",
    "会为您",
    "我会",
    "会联系",
    "给您回电",
    "回复您",
    "安排师傅",
    "已安排",
    "已为您",
    "稍后",
    "工作日内",
    "小时内",
    "登记",
    "i will",
    "we will",
    "i'll",
    "we'll",
    "will call",
    "will arrive",
    "within",
    "have booked",
    "is booked",
];

/// What the customer wanted and what was done, each in the words used.
pub fn summary(ctx: &Ctx, contact: &Conversation) -> String {
    let said = best(contact.inbound(), SAID_MAX);
    let done = best(contact.outbound(), DONE_MAX);
    let mut lines = vec![];
    if !said.is_empty() {
        lines.push(TEXTS.format(&ctx.locale, "said", &[("text", &said)]));
    }
    if !done.is_empty() {
        lines.push(TEXTS.format(&ctx.locale, "answered", &[("text", &done)]));
    }
    lines.join("\n")
}

/// What the agent promised, oldest first.
pub fn follow_ups(contact: &Conversation) -> Vec<String> {
    let sentences = contact.outbound().flat_map(|message| sentences(&message.text));
    let mut promises: Vec<String> = vec![];
    for sentence in sentences {
        let lower = sentence.to_lowercase();
        let is_promise = PROMISES.iter().any(|word| lower.contains(word)) && !sentence.ends_with(['?', '？']);
        if is_promise && !promises.iter().any(|known| known == sentence) {
            promises.push(cut(sentence));
        }
    }
    let older = promises.len().saturating_sub(FOLLOW_UPS_MAX);
    promises.split_off(older)
}

/// The sentences that say most, in the order in which they were said.
fn best<'a>(messages: impl Iterator<Item = &'a Message>, most: usize) -> String {
    let mut ranked: Vec<(usize, usize, &str)> = vec![];
    for message in messages.filter(|message| !is_farewell(&message.text)) {
        for sentence in sentences(&message.text) {
            let lower = sentence.to_lowercase();
            let telling = TELLING.iter().filter(|word| lower.contains(**word)).count();
            let digits = usize::from(sentence.contains(|c: char| c.is_ascii_digit()));
            ranked.push((telling + digits, ranked.len(), sentence));
        }
    }
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    ranked.truncate(most);
    ranked.sort_by_key(|(_, order, _)| *order);
    ranked.into_iter().map(|(_, _, sentence)| cut(sentence)).collect::<Vec<_>>().join(" ")
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '！', '？', '!', '?', '\n', '；'])
        .flat_map(|part| part.split_inclusive(". "))
        .map(str::trim)
        .filter(|sentence| sentence.chars().count() >= SENTENCE_LEAST_CHARS)
}

fn cut(sentence: &str) -> String {
    if sentence.chars().count() <= SENTENCE_MAX_CHARS {
        return sentence.to_owned();
    }
    let mut text: String = sentence.chars().take(SENTENCE_MAX_CHARS - 1).collect();
    text.push('…');
    text
}
