//! A plugin's settings as a person saved them, by the ids of the `[[settings]]` fields in `plugin.toml`.

use std::{collections::BTreeMap, str::FromStr};

use crate::{Failure, Result, types::Pair};

/// Settings by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Settings from what the desk handed over; the last of two with one name counts.
    pub fn new(pairs: impl IntoIterator<Item = Pair>) -> Self {
        Self(pairs.into_iter().map(|pair| (pair.name, pair.value)).collect())
    }

    /// The text of a setting; none where it is missing or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether a toggle is on; `default` where it is missing.
    pub fn toggle(&self, name: &str, default: bool) -> bool {
        self.text(name).map_or(default, |value| value == "true")
    }

    /// The lines of an area that are not empty.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).map_or("", String::as_str).lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// A number within a range; `default` where it is missing.
    pub fn number<T>(&self, name: &str, default: T, range: std::ops::RangeInclusive<T>) -> Result<T>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().map_err(|_| Failure::Invalid(format!("{name}: {text} is not a number")))?;
        if range.contains(&number) {
            Ok(number)
        } else {
            let (least, most) = range.into_inner();
            Err(Failure::Invalid(format!("{name}: {number} is not between {least} and {most}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_typed_and_bounded() {
        let settings = Settings::new([
            Pair::new("minutes", "5"),
            Pair::new("share", "0.25"),
            Pair::new("bad", "five"),
            Pair::new("empty", "  "),
            Pair::new("on", "true"),
            Pair::new("words", "one\n\n two \n"),
        ]);
        assert_eq!(settings.number("minutes", 3_u32, 1..=60), Ok(5));
        assert_eq!(settings.number("missing", 3_u32, 1..=60), Ok(3));
        assert_eq!(settings.number("share", 0.5_f32, 0.0..=1.0), Ok(0.25));
        assert!(settings.number("minutes", 3_u32, 1..=4).is_err());
        assert!(settings.number("bad", 3_u32, 1..=60).is_err());
        assert_eq!(settings.text("empty"), None);
        assert!(settings.toggle("on", false));
        assert!(settings.toggle("missing", true));
        assert_eq!(settings.lines("words").collect::<Vec<_>>(), ["one", "two"]);
    }
}
