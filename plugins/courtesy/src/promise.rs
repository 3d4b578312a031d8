//! Promises of haste that name no time.

use plugin_kit::{
    prelude::*,
    quality::{Severity, TextRange},
};

use crate::{Checked, TEXTS, after_faults, finding, words::is_quoted};

/// The criterion.
pub const ID: &str = "promise";

/// Words of haste. Longer ones stand before those they contain.
const HASTE: [&str; 20] = [
    "第一时间",
    "加急",
    "马上",
    "立刻",
    "立即",
    "尽快",
    "尽早",
    "赶紧",
    "很快",
    "随时",
    "过一会",
    "as soon as possible",
    "right away",
    "straight away",
    "immediately",
    "urgent",
    "shortly",
    "very soon",
    "soon",
    "asap",
];

/// Haste that asks the customer to do something, or describes what the desk itself does now, promises no time.
const NO_PROMISE_AFTER: [&str; 12] = [
    "关",
    "断电",
    "停用",
    "停止",
    "拨打",
    "离开",
    "开窗",
    "帮您查",
    "为您查",
    "帮您看",
    "switch it off",
    "close",
];
const NO_PROMISE_BEFORE: [&str; 6] = ["请您", "请", "麻烦您", "麻烦", "不要", "please"];
/// How many characters after a word of haste are looked at for the above.
const NEAR_CHARS: usize = 6;

/// Checks every message of the agent.
pub fn check(ctx: &Ctx, conversation: &Conversation) -> Checked {
    let mut findings = vec![];
    let mut promises = 0;
    for message in conversation.outbound() {
        let Some(range) = promise(&message.text) else { continue };
        promises += 1;
        if has_time(&message.text) {
            continue;
        }
        let word = message.text.get(range.clone()).unwrap_or_default();
        let because = TEXTS.format(&ctx.locale, "promise-because", &[("word", word)]);
        let evidence = TextRange::of_bytes(message, range);
        findings.push(finding(ID, Severity::Warning, "@promise-title", because, "@promise-advice", evidence));
    }
    let because =
        findings.first().map_or_else(|| "@promise-good".to_owned(), |finding| finding.because.clone());
    let score = (promises > 0).then(|| after_faults(findings.len()));
    let because = if promises > 0 { because } else { String::new() };
    Checked { criterion: ID, score, because, findings }
}

/// Where a message promises haste.
fn promise(text: &str) -> Option<std::ops::Range<usize>> {
    let lower = text.to_ascii_lowercase();
    for word in HASTE {
        for (at, _) in lower.match_indices(word) {
            let range = at..at + word.len();
            if is_whole(&lower, &range) && !is_quoted(&lower, &range) && promises(&lower, &range) {
                return Some(range);
            }
        }
    }
    None
}

/// English words must stand alone; Chinese ones need not.
fn is_whole(text: &str, range: &std::ops::Range<usize>) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let bytes = text.as_bytes();
    let inside =
        letter(bytes.get(range.start)) && letter(range.start.checked_sub(1).and_then(|at| bytes.get(at)));
    let goes_on =
        letter(range.end.checked_sub(1).and_then(|at| bytes.get(at))) && letter(bytes.get(range.end));
    !inside && !goes_on
}

fn promises(text: &str, range: &std::ops::Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    let after: String = text.get(range.end..).unwrap_or_default().chars().take(NEAR_CHARS * 3).collect();
    let near: String = after.chars().take(NEAR_CHARS).collect();
    let asks = NO_PROMISE_BEFORE.iter().any(|word| before.ends_with(word));
    let other = NO_PROMISE_AFTER
        .iter()
        .any(|word| if word.is_ascii() { after.contains(word) } else { near.contains(word) });
    !asks && !other
}

/// Whether a message names a time: of day, a length, a day or a date.
pub fn has_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let chars: Vec<char> = lower.chars().collect();
    let clock = chars.windows(3).any(|three| {
        three[0].is_ascii_digit() && (three[1] == ':' || three[1] == '：') && three[2].is_ascii_digit()
    });
    clock || number_with_unit(&lower) || DAYS.iter().any(|day| lower.contains(day))
}

/// Days and parts of days that can be held against the clock.
const DAYS: [&str; 22] = [
    "今天上午",
    "今天下午",
    "今天晚上",
    "今晚",
    "今天内",
    "今日内",
    "明天",
    "明日",
    "后天",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "this afternoon",
    "this evening",
    "tonight",
    "tomorrow",
    "by the end of today",
    "within the hour",
];
/// Units after a number.
const UNITS: [&str; 18] = [
    "分钟",
    "小时",
    "个小时",
    "点",
    "个工作日",
    "工作日",
    "天",
    "日",
    "号",
    "时",
    "min",
    "minutes",
    "hour",
    "day",
    "working day",
    "business day",
    "o'clock",
    "pm",
];
const NUMBER_WORDS: [&str; 12] =
    ["一", "两", "二", "三", "四", "五", "六", "半", "几", "one", "two", "three"];

fn number_with_unit(text: &str) -> bool {
    for unit in UNITS {
        for (at, _) in text.match_indices(unit) {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let digit = before.ends_with(|c: char| c.is_ascii_digit());
            let word = NUMBER_WORDS.iter().filter(|word| **word != "几").any(|word| before.ends_with(word));
            // 一点 and 一天 alone are no times: 快一点, 有一天.
            let vague = unit == "点" && before.ends_with('一');
            if (digit || word) && !vague {
                return true;
            }
        }
    }
    text.split_whitespace().any(|word| {
        let number = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let number = number.strip_suffix("am").or_else(|| number.strip_suffix("pm"));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
