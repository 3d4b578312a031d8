//! Calendar days and local times, as far as plugins need them. Everything is computed from the milliseconds
//! and the offset in [`Ctx`]; there is no time zone database in a guest.

use std::fmt;

use crate::Ctx;

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;

/// A day of the Gregorian calendar; shown as `2026-11-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::struct_field_names, reason = "the day of a day is the day of its month")]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

impl Day {
    /// A day, where there is one such.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let known = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        known.then_some(Self { year, month, day })
    }

    /// Reads `2026-11-24`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        Self::new(year, month, day)
    }

    /// The desk's local day at this moment.
    pub fn at(ctx: &Ctx, at_ms: u64) -> Self {
        Self::from_number(local_ms(ctx, at_ms).div_euclid(MS_PER_DAY))
    }

    /// The desk's local day now.
    pub fn today(ctx: &Ctx) -> Self {
        Self::at(ctx, ctx.now_ms)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`.
    pub fn number(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day so many days after 1970-01-01.
    pub fn from_number(number: i64) -> Self {
        let number = number + 719_468;
        let era = number.div_euclid(146_097);
        let day_of_era = number.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month + 2) / 5 + 1) as u8;
        let month = if month < 10 { month + 3 } else { month - 9 } as u8;
        let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
        Self { year, month, day }
    }

    /// The day so many days later, or earlier.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_number(self.number() + days)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        (self.number() + 3).rem_euclid(7) as u8
    }

    /// Whole years from this day to a later one; 0 for an earlier one.
    pub fn years_until(self, later: Self) -> u32 {
        let passed = (later.month, later.day) >= (self.month, self.day);
        (later.year - self.year - i32::from(!passed)).max(0) as u32
    }

    /// Whole months from this day to a later one; 0 for an earlier one.
    pub fn months_until(self, later: Self) -> u32 {
        let months = (later.year - self.year) * 12 + i32::from(later.month) - i32::from(self.month);
        (months - i32::from(later.day < self.day)).max(0) as u32
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn local_ms(ctx: &Ctx, at_ms: u64) -> i64 {
    at_ms.cast_signed() + i64::from(ctx.utc_offset_min) * MS_PER_MINUTE
}

/// Minutes since the desk's local midnight at this moment.
pub fn minute_of_day(ctx: &Ctx, at_ms: u64) -> u32 {
    (local_ms(ctx, at_ms).rem_euclid(MS_PER_DAY) / MS_PER_MINUTE) as u32
}

/// The desk's local time of day at this moment, such as `09:05`.
pub fn clock_time(ctx: &Ctx, at_ms: u64) -> String {
    let minute = minute_of_day(ctx, at_ms);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn days_and_numbers_agree() {
        for (text, number, weekday) in [
            ("1970-01-01", 0, 3),
            ("2000-02-29", 11_016, 1),
            ("2026-11-24", 20_781, 1),
            ("1969-12-31", -1, 2),
            ("2100-03-01", 47_541, 0),
        ] {
            let day = Day::parse(text).expect(text);
            assert_eq!(day.number(), number, "{text}");
            assert_eq!(Day::from_number(number), day);
            assert_eq!(day.to_string(), text);
            assert_eq!(day.weekday(), weekday, "{text}");
        }
        for number in (-200_000..200_000).step_by(37) {
            assert_eq!(Day::from_number(number).number(), number);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "soon", "2026-11", ""] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn local_time_follows_the_offset() {
        let mut ctx = testing::ctx();
        // 2026-11-24 23:30 UTC is already the 25th in Shanghai.
        let at_ms = 20_781 * 86_400_000 + 23 * 3_600_000 + 30 * 60_000;
        ctx.utc_offset_min = 480;
        assert_eq!(Day::at(&ctx, at_ms).to_string(), "2026-11-25");
        assert_eq!(clock_time(&ctx, at_ms), "07:30");
        ctx.utc_offset_min = -60;
        assert_eq!(Day::at(&ctx, at_ms).to_string(), "2026-11-24");
        assert_eq!(clock_time(&ctx, at_ms), "22:30");
    }

    #[test]
    fn ages_count_whole_years_and_months() {
        let table = [
            ("2017-08-14", "2026-11-24", 9, 111),
            ("2017-11-25", "2026-11-24", 8, 107),
            ("2026-11-24", "2026-11-24", 0, 0),
            ("2027-01-01", "2026-11-24", 0, 0),
        ];
        for (from, to, years, months) in table {
            let (from, to) = (Day::parse(from).expect(from), Day::parse(to).expect(to));
            assert_eq!(from.years_until(to), years, "{from}");
            assert_eq!(from.months_until(to), months, "{from}");
        }
    }
}
