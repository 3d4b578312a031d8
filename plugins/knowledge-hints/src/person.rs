//! How to address the customer.

use plugin_kit::{civil, language::Language, prelude::*};

use crate::TEXTS;

/// Chinese family names of two characters that are common enough to matter.
const DOUBLE_NAMES: [&str; 12] =
    ["欧阳", "上官", "司马", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方"];
const NOON_MINUTE: u32 = 12 * 60;
const EVENING_MINUTE: u32 = 18 * 60;

/// What is known of the customer for a greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    name: String,
    title: String,
}

impl Person {
    /// From the customer's card.
    pub fn of(customer: &Customer) -> Self {
        Self { name: customer.name.trim().to_owned(), title: customer.title.trim().to_owned() }
    }

    /// The family name: the first character of a Chinese name, or two; the last word of others.
    fn family_name(&self) -> Option<&str> {
        let first = self.name.chars().next()?;
        if !plugin_kit::language::is_han(first) {
            return self.name.split_whitespace().next_back();
        }
        // A name of one character, or something that is no name, such as 访客 or 热心网友.
        let length = self.name.chars().count();
        if !(2..=4).contains(&length) || self.name.starts_with("访客") {
            return None;
        }
        let double = DOUBLE_NAMES.iter().find(|name| length > 2 && self.name.starts_with(**name));
        Some(double.map_or(&self.name[..first.len_utf8()], |name| *name))
    }

    /// `李女士` or `Ms Keller`; none where the title is not known, so that nobody is addressed wrongly.
    pub fn address(&self, language: Language) -> Option<String> {
        if self.title.is_empty() {
            return None;
        }
        let family = self.family_name()?;
        let is_han = |text: &str| text.chars().next().is_some_and(plugin_kit::language::is_han);
        match language {
            Language::Chinese if is_han(family) && is_han(&self.title) => {
                Some(format!("{family}{}", self.title))
            }
            Language::English if !is_han(&self.title) => Some(format!("{} {family}", self.title)),
            _ => None,
        }
    }

    /// The words with a greeting in front.
    pub fn greet(&self, ctx: &Ctx, words: &str, language: Language) -> String {
        let greeting = match civil::minute_of_day(ctx, ctx.now_ms) {
            ..NOON_MINUTE => "greet-morning",
            NOON_MINUTE..EVENING_MINUTE => "greet-afternoon",
            _ => "greet-evening",
        };
        let text = |key| TEXTS.get(language.tag(), key);
        match (language, self.address(language)) {
            (Language::Chinese, Some(name)) => format!("{name}，{}！{words}", text(greeting)),
            (Language::Chinese, None) => format!("{}！{words}", text("hello")),
            (Language::English, Some(name)) => format!("{} {name}. {words}", text(greeting)),
            (Language::English, None) => format!("{}. {words}", text("hello")),
        }
    }
}
