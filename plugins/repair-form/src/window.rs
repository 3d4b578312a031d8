//! Wished times: a day and a span of hours, read from words such as 明天上午, 今天 14:00-16:00 or "tomorrow
//! morning".

use std::fmt;

use plugin_kit::{civil::Day, prelude::*};

/// Visits begin and end, in minutes of the day.
pub const OPENS: u32 = 8 * 60 + 30;
/// See [`OPENS`].
pub const CLOSES: u32 = 20 * 60;
/// How long a visit's window is where only its beginning is said.
const USUAL_MINUTES: u32 = 120;

/// A day and a span of hours, in minutes of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The day.
    pub day: Day,
    /// First minute.
    pub from: u32,
    /// Last minute.
    pub to: u32,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, from, to } = self;
        write!(f, "{day} {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// Parts of the day.
const PARTS: [(&str, u32, u32); 16] = [
    ("上午", OPENS, 12 * 60),
    ("早上", OPENS, 10 * 60),
    ("中午", 12 * 60, 14 * 60),
    ("下午", 14 * 60, 18 * 60),
    ("傍晚", 17 * 60, 19 * 60),
    ("晚上", 18 * 60, CLOSES),
    ("今晚", 18 * 60, CLOSES),
    ("全天", OPENS, CLOSES),
    ("morning", OPENS, 12 * 60),
    ("noon", 12 * 60, 14 * 60),
    ("afternoon", 14 * 60, 18 * 60),
    ("evening", 18 * 60, CLOSES),
    ("tonight", 18 * 60, CLOSES),
    ("all day", OPENS, CLOSES),
    ("any time", OPENS, CLOSES),
    ("晚点", 18 * 60, CLOSES),
];
/// Days from the day on which it is said.
const DAYS: [(&str, i64); 10] = [
    ("大后天", 3),
    ("后天", 2),
    ("明天", 1),
    ("明早", 1),
    ("今天", 0),
    ("今晚", 0),
    ("the day after tomorrow", 2),
    ("tomorrow", 1),
    ("today", 0),
    ("tonight", 0),
];
const WEEKDAYS: [(&str, u8); 23] = [
    ("周一", 0),
    ("周二", 1),
    ("周三", 2),
    ("周四", 3),
    ("周五", 4),
    ("周六", 5),
    ("周日", 6),
    ("周天", 6),
    ("星期一", 0),
    ("星期二", 1),
    ("星期三", 2),
    ("星期四", 3),
    ("星期五", 4),
    ("星期六", 5),
    ("星期日", 6),
    ("星期天", 6),
    ("monday", 0),
    ("tuesday", 1),
    ("wednesday", 2),
    ("thursday", 3),
    ("friday", 4),
    ("saturday", 5),
    ("sunday", 6),
];

impl Window {
    /// The window a text speaks of, said at this moment; none where it names no day. A day without hours means
    /// all of it. "This afternoon" names its day by itself.
    pub fn find(ctx: &Ctx, said_ms: u64, text: &str) -> Option<Self> {
        let lower =
            text.to_lowercase().replace('：', ":").replace(['–', '—', '~', '～'], "-").replace("点半", ":30");
        let today = Day::at(ctx, said_ms);
        let day = day(&lower, today)?;
        let afternoon = ["下午", "晚上", "傍晚", "今晚", "pm", "afternoon", "evening"]
            .iter()
            .any(|word| lower.contains(word));
        if let Some((from, to)) = clock(&lower, afternoon) {
            return Some(Self { day, from, to });
        }
        let part = PARTS.iter().filter(|(word, ..)| lower.contains(word)).max_by_key(|(word, ..)| word.len());
        let (from, to) = part.map_or((OPENS, CLOSES), |(_, from, to)| (*from, *to));
        Some(Self { day, from, to })
    }

    /// Reads the form in which it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, hours) = text.trim().split_once(' ')?;
        let (from, to) = hours.trim().split_once('-')?;
        let minute = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let window = Self { day: Day::parse(day)?, from: minute(from)?, to: minute(to)? };
        (window.from < window.to).then_some(window)
    }
}

fn day(text: &str, today: Day) -> Option<Day> {
    if let Some(date) = text.split(|c: char| !c.is_ascii_digit() && c != '-').find_map(Day::parse) {
        return Some(date);
    }
    if let Some((_, days)) =
        DAYS.iter().filter(|(word, _)| text.contains(word)).max_by_key(|(word, _)| word.len())
    {
        return Some(today.plus_days(*days));
    }
    if let Some((word, weekday)) = WEEKDAYS.iter().find(|(word, _)| text.contains(word)) {
        let ahead = (i64::from(*weekday) - i64::from(today.weekday())).rem_euclid(7);
        // 下周一 is the Monday of next week, not the next Monday to come.
        let next_week =
            ["下周", "下星期"].iter().any(|prefix| text.contains(prefix) && !word.starts_with("下"));
        let monday = today.plus_days(-i64::from(today.weekday()));
        return Some(if next_week {
            monday.plus_days(7 + i64::from(*weekday))
        } else {
            today.plus_days(ahead)
        });
    }
    if let Some(date) = chinese_date(text, today) {
        return Some(date);
    }
    ["this morning", "this afternoon", "this evening"].iter().any(|word| text.contains(word)).then_some(today)
}

/// 11 月 26 日, this year or, where that is long over, the next.
fn chinese_date(text: &str, today: Day) -> Option<Day> {
    let (before, after) = text.split_once('月')?;
    let month = trailing_number(before)?;
    let (day, _) = after.split_once(['日', '号'])?;
    let day = day.trim().parse().ok()?;
    let this_year = Day::new(today.year(), u8::try_from(month).ok()?, day)?;
    if this_year < today { Day::new(today.year() + 1, this_year.month(), day) } else { Some(this_year) }
}

fn trailing_number(text: &str) -> Option<u32> {
    let text = text.trim_end();
    let digits = text.chars().rev().take_while(char::is_ascii_digit).count();
    text.get(text.len() - digits..)?.parse().ok()
}

/// Hours that are said by number: 14:00-16:00, 2点到4点, 3pm, 10点以后.
fn clock(text: &str, afternoon: bool) -> Option<(u32, u32)> {
    let times = times(text, afternoon);
    match times.as_slice() {
        [] => None,
        [from] => {
            let to = if ["以后", "之后", "after"].iter().any(|word| text.contains(word)) {
                CLOSES
            } else {
                from + USUAL_MINUTES
            };
            Some((*from, to.min(24 * 60 - 1).max(from + 1)))
        }
        [from, to, ..] if from < to => Some((*from, *to)),
        [from, ..] => Some((*from, (from + USUAL_MINUTES).min(24 * 60 - 1))),
    }
}

fn times(text: &str, afternoon: bool) -> Vec<u32> {
    let chars: Vec<char> = text.chars().collect();
    let mut times = vec![];
    let mut index = 0;
    while index < chars.len() {
        let digits = chars[index..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 {
            index += 1;
            continue;
        }
        let number: u32 = chars[index..index + digits].iter().collect::<String>().parse().unwrap_or(u32::MAX);
        let rest = &chars[index + digits..];
        index += digits;
        let (minutes, is_time) = minutes_after(rest);
        if !is_time || number > 24 || digits > 2 {
            continue;
        }
        if rest.first() == Some(&':') {
            index += 3;
        }
        let later = afternoon && (1..=11).contains(&number);
        times.push((number + if later { 12 } else { 0 }) * 60 + minutes);
    }
    times.retain(|minute| *minute < 24 * 60);
    times
}

/// What stands after a number that is an hour: minutes, and whether it is one at all.
fn minutes_after(rest: &[char]) -> (u32, bool) {
    let text: String = rest.iter().take(6).collect();
    if let Some(minutes) = text.strip_prefix(':') {
        let minutes = minutes.get(..2).and_then(|minutes| minutes.parse().ok());
        return minutes.filter(|minutes| *minutes < 60).map_or((0, false), |minutes| (minutes, true));
    }
    let text = text.trim_start();
    let units = ["点", "時", "时", "am", "pm", "o'cl"];
    // 2-4点: the first number has no unit of its own.
    let span =
        text.starts_with('-') || text.starts_with('到') || text.starts_with('至') || text.starts_with("to ");
    let to_hour = span && ["点", "pm", "am"].iter().any(|unit| text.contains(unit));
    (0, units.iter().any(|unit| text.starts_with(unit)) || to_hour)
}
