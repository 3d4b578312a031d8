//! What the record says, put into words.

use plugin_kit::{
    civil::Day,
    prelude::*,
    types::{Device, Handle, Service},
};

use crate::TEXTS;

/// A warranty that ends within so many days is worth mentioning.
const SOON_DAYS: i64 = 60;

/// Where a device stands in its warranty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Covered.
    In,
    /// Covered by an extension.
    Extended,
    /// Covered, but not for long.
    Soon,
    /// Over.
    Out,
    /// Nobody wrote it down.
    Unknown,
}

/// A device's warranty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warranty {
    /// Where it stands.
    pub standing: Standing,
    until: Option<Day>,
    days_left: i64,
    /// The share that is used up, where beginning and end are known.
    pub used: Option<f32>,
}

impl Warranty {
    /// Of a device, today.
    pub fn of(ctx: &Ctx, device: &Device) -> Self {
        let today = Day::today(ctx);
        let Some(until) = Day::parse(&device.warranty_until) else {
            return Self { standing: Standing::Unknown, until: None, days_left: 0, used: None };
        };
        let days_left = until.number() - today.number();
        let standing = match days_left {
            ..0 => Standing::Out,
            0..=SOON_DAYS => Standing::Soon,
            _ if device.warranty_extended => Standing::Extended,
            _ => Standing::In,
        };
        let begin = Day::parse(&device.installed).or_else(|| Day::parse(&device.bought));
        let used = begin.filter(|begin| *begin < until).map(|begin| {
            let whole = (until.number() - begin.number()) as f32;
            ((today.number() - begin.number()) as f32 / whole).clamp(0.0, 1.0)
        });
        Self { standing, until: Some(until), days_left, used }
    }

    /// In words.
    pub fn text(&self, ctx: &Ctx) -> String {
        let key = match self.standing {
            Standing::In => "warranty-in",
            Standing::Extended => "warranty-extended",
            Standing::Soon => "warranty-soon",
            Standing::Out => "warranty-out",
            Standing::Unknown => "warranty-unknown",
        };
        let day = self.until.map_or_else(String::new, |day| day.to_string());
        TEXTS.format(&ctx.locale, key, &[("day", &day), ("days", &self.days_left.to_string())])
    }
}

/// How old a device is, or that it is not installed.
pub fn age(ctx: &Ctx, device: &Device) -> String {
    let Some(begin) = Day::parse(&device.installed) else {
        // Without any day there is nothing to say.
        return if device.bought.is_empty() {
            String::new()
        } else {
            TEXTS.get(&ctx.locale, "not-installed")
        };
    };
    match begin.years_until(Day::today(ctx)) {
        0 => TEXTS.get(&ctx.locale, "age-new"),
        years => TEXTS.format(&ctx.locale, "age-value", &[("years", &years.to_string())]),
    }
}

/// Since when the customer is known.
pub fn since(ctx: &Ctx, customer: &Customer) -> String {
    let day = Day::at(ctx, customer.since_ms);
    let years = day.years_until(Day::today(ctx));
    let key = if years == 0 { "since-value" } else { "since-years" };
    TEXTS.format(&ctx.locale, key, &[("day", &day.to_string()), ("years", &years.to_string())])
}

/// One earlier service.
pub fn service(ctx: &Ctx, service: &Service) -> String {
    let key = if service.rating.is_some() { "service-rated" } else { "service-value" };
    let rating = service.rating.map_or_else(String::new, |rating| rating.to_string());
    TEXTS.format(&ctx.locale, key, &[("day", &service.day), ("title", &service.title), ("rating", &rating)])
}

/// What kind of handle it is.
pub fn handle_label(ctx: &Ctx, handle: &Handle) -> String {
    known(ctx, "", &handle.kind)
}

/// An order's state: one of the usual words, or the company's own.
pub fn state(ctx: &Ctx, state: &str) -> String {
    known(ctx, "state-", state)
}

/// The loyalty tier: one of the usual, or the company's own.
pub fn tier(ctx: &Ctx, customer: &Customer) -> String {
    known(ctx, "tier-", &customer.tier)
}

/// The text of a word that has one, else the word.
fn known(ctx: &Ctx, prefix: &str, word: &str) -> String {
    let key = format!("{prefix}{word}");
    let text = TEXTS.get(&ctx.locale, &key);
    if text == key { word.to_owned() } else { text }
}
