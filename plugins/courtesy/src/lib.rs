//! Courtesy: checks what agents write, and points at the very words.
//!
//! Four criteria: a greeting in the first turn; promises that name a time; no forbidden words; no long
//! silences. What the agent quotes from the customer is the customer's word, not the agent's. Chinese and
//! English are checked alike, whatever the desk's own language is.

mod greeting;
mod promise;
mod silence;
mod words;

use plugin_kit::{
    prelude::*,
    quality::{Criterion, Finding, Mark, Quality, Scorecard, Severity, TextRange},
};

use crate::words::Words;

/// Texts with arguments.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// Findings of one criterion in one conversation; what comes after them is counted, not listed.
const FINDINGS_MAX: usize = 10;
const SILENCE_MIN: u64 = 3;

/// The plugin.
pub struct Courtesy {
    silence_ms: u64,
    words: Words,
}

impl Default for Courtesy {
    fn default() -> Self {
        Self { silence_ms: SILENCE_MIN * 60_000, words: Words::default() }
    }
}

/// What a check found: a score and what it rests on.
pub(crate) struct Checked {
    pub criterion: &'static str,
    /// 0 to 1; none where the criterion does not apply.
    pub score: Option<f32>,
    pub because: String,
    pub findings: Vec<Finding>,
}

impl Plugin for Courtesy {
    fn init(&mut self, _ctx: &Ctx, settings: &Settings) -> Result<()> {
        self.silence_ms = settings.number("silence_min", SILENCE_MIN, 1..=60)? * 60_000;
        self.words = Words::with(settings.lines("words"));
        Ok(())
    }
}

impl Quality for Courtesy {
    fn rubric(&mut self, _ctx: &Ctx) -> Vec<Criterion> {
        let criterion = |id: &str, title: &str, help: &str, weight| Criterion {
            id: id.to_owned(),
            title: title.to_owned(),
            help: help.to_owned(),
            weight,
        };
        vec![
            criterion(greeting::ID, "@greeting", "@greeting-help", 1.0),
            criterion(promise::ID, "@promise", "@promise-help", 2.0),
            criterion(words::ID, "@words-title", "@words-criterion-help", 3.0),
            criterion(silence::ID, "@silence", "@silence-help", 2.0),
        ]
    }

    fn score(&mut self, ctx: &Ctx, conversation: &Conversation) -> Result<Scorecard> {
        let checks = [
            greeting::check(conversation),
            promise::check(ctx, conversation),
            self.words.check(ctx, conversation),
            silence::check(ctx, conversation, self.silence_ms),
        ];
        let mut card = Scorecard { marks: vec![], findings: vec![] };
        for checked in checks {
            card.marks.push(Mark {
                criterion: checked.criterion.to_owned(),
                score: checked.score,
                because: checked.because,
                evidence: checked.findings.iter().flat_map(|finding| finding.evidence.clone()).collect(),
            });
            card.findings.extend(checked.findings.into_iter().take(FINDINGS_MAX));
        }
        Ok(card)
    }
}

/// A finding at one place.
pub(crate) fn finding(
    criterion: &str,
    severity: Severity,
    title: &str,
    because: String,
    advice: &str,
    evidence: TextRange,
) -> Finding {
    Finding {
        criterion: criterion.to_owned(),
        title: title.to_owned(),
        severity,
        because,
        advice: advice.to_owned(),
        evidence: vec![evidence],
    }
}

/// The score after so many faults: each costs a share of what is left.
pub(crate) fn after_faults(faults: usize) -> f32 {
    const KEEPS: f32 = 0.5;
    (0..faults.min(10)).fold(1.0, |score, _| score * KEEPS)
}

plugin!(Courtesy: Quality);

#[cfg(test)]
mod tests;
