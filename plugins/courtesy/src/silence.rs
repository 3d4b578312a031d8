//! How long customers waited for a reply.

use plugin_kit::{
    prelude::*,
    quality::{Severity, TextRange},
};

use crate::{Checked, TEXTS, after_faults, finding};

/// The criterion.
pub const ID: &str = "silence";
/// A silence of so many times the limit is worse.
const LONG_TIMES: u64 = 3;

/// Checks every wait that a reply ended. A customer who still waits is the queue's business, not a finding.
pub fn check(ctx: &Ctx, conversation: &Conversation, limit_ms: u64) -> Checked {
    let mut findings = vec![];
    let mut longest_ms = None;
    let mut waiting: Option<&Message> = None;
    for message in &conversation.messages {
        match message.dir {
            Direction::Inbound => waiting = waiting.or(Some(message)),
            Direction::Note => {}
            Direction::Outbound => {
                let Some(asked) = waiting.take() else { continue };
                let waited_ms = message.at_ms.saturating_sub(asked.at_ms);
                longest_ms = longest_ms.max(Some(waited_ms));
                if waited_ms <= limit_ms {
                    continue;
                }
                let because =
                    TEXTS.format(&ctx.locale, "silence-because", &[("minutes", &minutes(waited_ms))]);
                let severity =
                    if waited_ms > limit_ms * LONG_TIMES { Severity::Breach } else { Severity::Warning };
                let mut found = finding(
                    ID,
                    severity,
                    "@silence-title",
                    because,
                    "@silence-advice",
                    TextRange::whole(asked),
                );
                found.evidence.push(TextRange::whole(message));
                findings.push(found);
            }
        }
    }
    let because = longest_ms.map_or_else(String::new, |longest_ms| {
        let key = if findings.is_empty() { "silence-good" } else { "silence-because" };
        TEXTS.format(&ctx.locale, key, &[("minutes", &minutes(longest_ms))])
    });
    Checked { criterion: ID, score: longest_ms.map(|_| after_faults(findings.len())), because, findings }
}

fn minutes(ms: u64) -> String {
    (ms / 60_000).to_string()
}
