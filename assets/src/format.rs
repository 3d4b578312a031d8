//! Clocks, dates, numbers, sizes and telephone numbers as the language writes them.
//!
//! All take plain values and civil dates: what the moment is and in which zone is decided by the caller.
//! Words come from `locales/*/format.ftl`.

#![expect(
    clippy::unused_self,
    reason = "callers ask the locale for every form, whether or not it differs today"
)]

use jiff::{
    Span,
    civil::{Date, DateTime, Time},
};

use crate::{Arg, Language, Locale};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration split for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    /// Whole hours.
    pub hours: u64,
    /// Minutes, below 60.
    pub minutes: u64,
    /// Seconds, below 60.
    pub seconds: u64,
}

impl TimeSpan {
    /// Splits a number of seconds.
    pub const fn new(seconds: u64) -> Self {
        Self { hours: seconds / HOUR, minutes: seconds % HOUR / MINUTE, seconds: seconds % MINUTE }
    }
}

impl Locale {
    /// A clock without leading zero: `0:22`, `12:05`, `1:02:33`.
    pub fn clock(&self, seconds: u64) -> String {
        let TimeSpan { hours, minutes, seconds } = TimeSpan::new(seconds);
        if hours == 0 {
            format!("{minutes}:{seconds:02}")
        } else {
            format!("{hours}:{minutes:02}:{seconds:02}")
        }
    }

    /// How long ago something was, roughly: `刚刚`, `4 分`, `3 小时`, `2 天`.
    pub fn age(&self, seconds: u64) -> String {
        if seconds < MINUTE { self.text("format-now").to_owned() } else { self.rough(seconds) }
    }

    /// A duration in words, to the largest unit: `45 秒`, `12 分`, `3 小时`, `2 天`.
    pub fn rough(&self, seconds: u64) -> String {
        let (key, count) = match seconds {
            0..MINUTE => ("format-seconds", seconds),
            MINUTE..HOUR => ("format-minutes", seconds / MINUTE),
            HOUR..DAY => ("format-hours", seconds / HOUR),
            _ => ("format-days", seconds / DAY),
        };
        self.text_with(key, &[("count", count.into())]).into_owned()
    }

    /// Time of day: `10:23`.
    pub fn time(&self, time: Time) -> String {
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// Time of day with seconds: `10:23:05`.
    pub fn time_exact(&self, time: Time) -> String {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }

    /// A day as a separator names it: `今天`, `昨天`, `11月23日`, in another year `2025年11月23日`.
    pub fn day(&self, date: Date, today: Date) -> String {
        let yesterday = today.checked_sub(Span::new().days(1)).ok();
        if date == today {
            self.text("format-today").to_owned()
        } else if Some(date) == yesterday {
            self.text("format-yesterday").to_owned()
        } else if date.year() == today.year() {
            self.date_words("format-day", date)
        } else {
            self.date(date)
        }
    }

    /// A whole date: `2026年11月23日`, `Nov 23, 2026`.
    pub fn date(&self, date: Date) -> String {
        self.date_words("format-date", date)
    }

    /// A date for tables, the same in both languages: `2026-11-23`.
    pub fn date_short(&self, date: Date) -> String {
        format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }

    /// A month for tables, the same in both languages: `2017-08`.
    pub fn month_short(&self, date: Date) -> String {
        format!("{:04}-{:02}", date.year(), date.month())
    }

    /// A moment in a list: the time today, else the day with the time.
    pub fn moment(&self, moment: DateTime, today: Date) -> String {
        let time = self.time(moment.time());
        if moment.date() == today {
            return time;
        }
        let day = self.day(moment.date(), today);
        self.text_with("format-day-time", &[("day", day.into()), ("time", time.into())]).into_owned()
    }

    fn date_words(&self, key: &str, date: Date) -> String {
        let month = self.text(MONTHS[date.month().unsigned_abs() as usize % 13]);
        self.text_with(
            key,
            &[
                ("year", date.year().to_string().into()),
                ("month", Arg::from(month)),
                ("day", date.day().to_string().into()),
            ],
        )
        .into_owned()
    }

    /// A whole number with groups of three: `12,345`.
    pub fn number(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let sign = if number < 0 { "-" } else { "" };
        format!("{sign}{}", group(&digits))
    }

    /// A number with a fixed count of decimals: `1,234.5`.
    pub fn decimal(&self, number: f64, places: usize) -> String {
        let text = format!("{:.*}", places, number.abs());
        // Rounded to nothing is not minus nothing.
        let sign =
            if number < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "-" } else { "" };
        match text.split_once('.') {
            Some((whole, fraction)) => format!("{sign}{}.{fraction}", group(whole)),
            None => format!("{sign}{}", group(&text)),
        }
    }

    /// A large count, shortened: `9,999`, `1.2万`, `12K`.
    pub fn count_short(&self, count: u64) -> String {
        let (key, unit) = match (self.language(), count) {
            (_, 0..10_000) => return group(&count.to_string()),
            (Language::Chinese, 10_000..100_000_000) => ("format-ten-thousands", 1e4),
            (Language::Chinese, _) => ("format-hundred-millions", 1e8),
            (Language::English, 10_000..1_000_000) => ("format-thousands", 1e3),
            (Language::English, _) => ("format-millions", 1e6),
        };
        let value = count as f64 / unit;
        // Cut, not rounded: 19,999 is not yet twenty thousand.
        let text = if value < 10.0 {
            format!("{:.1}", (value * 10.0).floor() / 10.0)
        } else {
            format!("{:.0}", value.floor())
        };
        let text = text.strip_suffix(".0").unwrap_or(&text).to_owned();
        self.text_with(key, &[("number", text.into())]).into_owned()
    }

    /// A share of one as a whole percentage: `86%`.
    pub fn percent(&self, share: f64) -> String {
        format!("{:.0}%", share * 100.0)
    }

    /// An amount in yuan, without decimals where it is whole: `¥3,299`, `¥12.50`.
    pub fn yuan(&self, fen: i64) -> String {
        let sign = if fen < 0 { "-" } else { "" };
        let (whole, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
        let whole = group(&whole.to_string());
        if rest == 0 { format!("{sign}¥{whole}") } else { format!("{sign}¥{whole}.{rest:02}") }
    }

    /// A file's size: `812 B`, `64 KB`, `1.2 MB`; one kilobyte is 1,024 bytes, as file managers show it.
    pub fn file_size(&self, bytes: u64) -> String {
        const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
        if bytes < 1024 {
            return format!("{bytes} B");
        }
        let mut value = bytes as f64 / 1024.0;
        let mut unit = 0;
        while value >= 1023.5 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        if value < 9.95 {
            format!("{value:.1} {}", UNITS[unit])
        } else {
            format!("{value:.0} {}", UNITS[unit])
        }
    }

    /// A telephone number in readable groups. Mainland mobiles as `154 0000 6027`, `400` numbers as
    /// `400-000-1876`, landlines as `0512-6800 1234`, international ones after their country code.
    /// What has no known form is given back as it came.
    pub fn phone(&self, number: &str) -> String {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let foreign = number.trim_start().starts_with('+') || digits.starts_with("00");
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        if foreign {
            return match digits.strip_prefix("86") {
                Some(rest) => format!("+86 {}", mainland(rest).unwrap_or_else(|| rest.to_owned())),
                None => abroad(digits).unwrap_or_else(|| number.to_owned()),
            };
        }
        mainland(digits).unwrap_or_else(|| number.to_owned())
    }
}

/// Keys of the months' names; months count from one.
const MONTHS: [&str; 13] = [
    "format-month-1",
    "format-month-1",
    "format-month-2",
    "format-month-3",
    "format-month-4",
    "format-month-5",
    "format-month-6",
    "format-month-7",
    "format-month-8",
    "format-month-9",
    "format-month-10",
    "format-month-11",
    "format-month-12",
];

/// Puts a comma before every third digit from the right.
fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn mainland(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes();
    match (bytes.first()?, bytes.len()) {
        (b'1', 11) => Some(format!("{} {} {}", &digits[..3], &digits[3..7], &digits[7..])),
        (b'4' | b'8', 10) => Some(format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..])),
        // Area codes have three digits in Beijing (010) and where the second is 2, else four.
        (b'0', 10..=12) => {
            let area = if matches!(bytes[1], b'1' | b'2') { 3 } else { 4 };
            let (code, local) = digits.split_at(area);
            let (head, tail) = local.split_at(local.len() - 4);
            Some(format!("{code}-{head} {tail}"))
        }
        (_, 7 | 8) => Some(format!("{} {}", &digits[..digits.len() - 4], &digits[digits.len() - 4..])),
        _ => None,
    }
}

/// Country codes of one and two digits; all others have three.
const SHORT_COUNTRY_CODES: [&str; 45] = [
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
    "81", "82", "84", "90", "91", "92", "93", "94", "95", "98",
];

fn abroad(digits: &str) -> Option<String> {
    if !(8..=15).contains(&digits.len()) {
        return None;
    }
    let country = (1..=2).find(|length| SHORT_COUNTRY_CODES.contains(&&digits[..*length])).unwrap_or(3);
    let (code, rest) = digits.split_at(country);
    let (middle, last) = rest.split_at(rest.len().saturating_sub(4));
    let first = middle.len().min(3);
    let groups = [&middle[..first], &middle[first..], last];
    let groups: Vec<&str> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    Some(format!("+{code} {}", groups.join(" ")))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn both() -> [Locale; 2] {
        Language::both().map(Locale::new)
    }

    #[test]
    fn durations() {
        let [chinese, english] = both();
        let cases = [
            (0, "0:00", "刚刚", "now"),
            (59, "0:59", "刚刚", "now"),
            (108, "1:48", "1 分", "1 min"),
            (600, "10:00", "10 分", "10 min"),
            (3_599, "59:59", "59 分", "59 min"),
            (8_076, "2:14:36", "2 小时", "2 h"),
            (200_000, "55:33:20", "2 天", "2 days"),
        ];
        for (seconds, clock, age, age_english) in cases {
            assert_eq!(chinese.clock(seconds), clock);
            assert_eq!(chinese.age(seconds), age);
            assert_eq!(english.age(seconds), age_english);
        }
        assert_eq!(english.rough(86_400), "1 day");
        assert_eq!(chinese.rough(45), "45 秒");
    }

    #[test]
    fn days_and_moments() {
        let [chinese, english] = both();
        let today = date(2026, 11, 24);
        let cases = [
            (today, "今天", "Today"),
            (date(2026, 11, 23), "昨天", "Yesterday"),
            (date(2026, 11, 22), "11月22日", "Nov 22"),
            (date(2026, 11, 25), "11月25日", "Nov 25"),
            (date(2025, 1, 3), "2025年1月3日", "Jan 3, 2025"),
        ];
        for (day, expected, expected_english) in cases {
            assert_eq!(chinese.day(day, today), expected);
            assert_eq!(english.day(day, today), expected_english);
        }
        assert_eq!(chinese.day(date(2025, 12, 31), date(2026, 1, 1)), "昨天");
        assert_eq!(chinese.moment(today.at(9, 5, 0, 0), today), "09:05");
        assert_eq!(chinese.moment(date(2026, 11, 23).at(9, 5, 0, 0), today), "昨天 09:05");
        assert_eq!(english.moment(date(2026, 5, 2).at(19, 5, 0, 0), today), "May 2, 19:05");
        assert_eq!(chinese.time_exact(time(1, 2, 3, 0)), "01:02:03");
        assert_eq!(chinese.date_short(date(2027, 8, 14)), "2027-08-14");
        assert_eq!(chinese.month_short(date(2017, 8, 14)), "2017-08");
    }

    #[test]
    fn numbers() {
        let [chinese, english] = both();
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(chinese.number(number), expected);
        }
        for (number, places, expected) in
            [(1_234.56, 1, "1,234.6"), (-0.04, 1, "0.0"), (-2.5, 2, "-2.50"), (999.9, 0, "1,000")]
        {
            assert_eq!(english.decimal(number, places), expected);
        }
        for (count, expected, expected_english) in [
            (9_999, "9,999", "9,999"),
            (12_345, "1.2万", "12K"),
            (19_999, "1.9万", "19K"),
            (20_000, "2万", "20K"),
            (1_200_000, "120万", "1.2M"),
            (350_000_000, "3.5亿", "350M"),
        ] {
            assert_eq!(chinese.count_short(count), expected);
            assert_eq!(english.count_short(count), expected_english);
        }
        assert_eq!(chinese.percent(0.864), "86%");
        for (fen, expected) in [(329_900, "¥3,299"), (1_250, "¥12.50"), (-5, "-¥0.05")] {
            assert_eq!(chinese.yuan(fen), expected);
        }
    }

    #[test]
    fn file_sizes() {
        let [chinese, _] = both();
        for (bytes, expected) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KB"),
            (65_536, "64 KB"),
            (1_048_064, "1.0 MB"),
            (1_258_291, "1.2 MB"),
            (10_485_760, "10 MB"),
            (u64::MAX, "16384 PB"),
        ] {
            assert_eq!(chinese.file_size(bytes), expected);
        }
    }

    #[test]
    fn telephone_numbers() {
        let [chinese, _] = both();
        for (number, expected) in [
            ("15400006027", "154 0000 6027"),
            ("+8615400006027", "+86 154 0000 6027"),
            ("008615400006027", "+86 154 0000 6027"),
            ("4000001876", "400-000-1876"),
            ("051268001234", "0512-6800 1234"),
            ("01062340000", "010-6234 0000"),
            ("+493023125123", "+49 302 312 5123"),
            ("+12025550142", "+1 202 555 0142"),
            ("+353209150000", "+353 209 15 0000"),
            ("62340000", "6234 0000"),
            ("110", "110"),
            ("", ""),
        ] {
            assert_eq!(chinese.phone(number), expected, "{number}");
        }
    }
}
