//! Demo customers: a channel whose customers are simulated. They write by themselves, answer what they are
//! asked, wait, grow impatient, thank or leave; the desk sees typing, delivery and read receipts like those of
//! a real channel.
//!
//! - Everything that happens follows from the settings' seed, the moments at which the desk calls and what the
//!   agent writes. The same seed and the same calls give the same customers.
//! - What is going on lies in the plugin's storage, so that customers survive a restart. What the desk has not shown
//!   to have kept is told again under the same ids, so that nothing is lost or doubled when the desk dies in between.
//! - Nobody comes while as many customers as allowed are there.

mod crowd;
mod scenario;
mod scenarios_en;
mod scenarios_zh;
mod visitor;

use plugin_kit::{
    channel::{
        Batch, Channel, Feature, Incoming, Ingress, Item, MessageLimits, Outcome, Outgoing, OutgoingSignal,
        Receipt, ReceiptState, SentState, Typing,
    },
    desk::{kv, timers},
    prelude::*,
};

use crate::crowd::{Crowd, Happening, Rules, Said};

/// Texts with arguments.
static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// Longest text of one outgoing message, in characters.
const TEXT_MAX_CHARS: u32 = 2000;
/// Shortest timer the desk offers, in milliseconds.
const TIMER_LEAST_MS: u64 = 1000;
/// Longest pause between two looks, in milliseconds.
const LOOK_LONGEST_MS: u64 = 10_000;
const TIMER: &str = "next";

/// The plugin.
#[derive(Default)]
pub struct DemoCustomers {
    rules: Rules,
}

impl Plugin for DemoCustomers {
    fn init(&mut self, ctx: &Ctx, settings: &Settings) -> Result<()> {
        self.rules = Rules::read(settings)?;
        self.wake(ctx, &load(ctx)?)
    }

    fn check_settings(&mut self, ctx: &Ctx, settings: &Settings) -> Result<String> {
        let rules = Rules::read(settings)?;
        let (count, scenarios) = (rules.at_once.to_string(), rules.scenarios().len().to_string());
        Ok(TEXTS.format(&ctx.locale, "settings-fine", &[("count", &count), ("scenarios", &scenarios)]))
    }
}

impl Channel for DemoCustomers {
    fn features(&self) -> Feature {
        Feature::RECEIPTS | Feature::TYPING | Feature::IDEMPOTENT_SEND | Feature::RECONCILE
    }

    fn limits(&self) -> MessageLimits {
        MessageLimits {
            text_chars: TEXT_MAX_CHARS,
            html_bytes: 0,
            files: 0,
            file_bytes: 0,
            reply_window_s: None,
        }
    }

    fn ingest(&mut self, ctx: &Ctx, raw: Ingress) -> Result<Batch> {
        // A poll brings the cursor of the last batch that the desk has kept.
        let kept = match raw {
            Ingress::Poll(cursor) => Some(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0)),
            Ingress::Timer(_) => None,
            _ => return Err(Failure::Unsupported),
        };
        let mut crowd = load(ctx)?;
        let before = crowd.clone();
        let (happenings, step) = crowd.tell(ctx.now_ms, &self.rules, kept);
        if crowd != before {
            save(ctx, &crowd)?;
        }
        self.wake(ctx, &crowd)?;
        let batch = Batch::of(happenings.into_iter().map(item)).poll_again(LOOK_LONGEST_MS as u32);
        // Only what answers a poll holds everything that was not kept before, and so may move the cursor.
        Ok(Batch { cursor: kept.map(|_| step.to_string()), ..batch })
    }

    fn send(&mut self, ctx: &Ctx, message: Outgoing) -> Outcome {
        let answered = load(ctx).and_then(|mut crowd| {
            let remote_id = crowd.told(ctx.now_ms, &message.thread, &message.key, &message.text, &self.rules);
            save(ctx, &crowd)?;
            self.wake(ctx, &crowd)?;
            Ok(remote_id)
        });
        match answered {
            Ok(remote_id) => Outcome::Sent(remote_id),
            Err(Failure::RateLimited(wait_ms) | Failure::Unavailable(wait_ms)) => {
                Outcome::RetryAfterMs(wait_ms.max(TIMER_LEAST_MS as u32))
            }
            Err(_) => Outcome::Unknown,
        }
    }

    fn reconcile(&mut self, ctx: &Ctx, key: &str) -> SentState {
        match load(ctx) {
            Ok(crowd) if crowd.knows(key) => SentState::WasSent(crowd::remote_id(key)),
            Ok(_) => SentState::NotSent,
            Err(_) => SentState::CannotTell,
        }
    }

    fn signal(&mut self, ctx: &Ctx, thread: &str, signal: OutgoingSignal) -> Result<()> {
        let mut crowd = load(ctx)?;
        let changed = match signal {
            OutgoingSignal::Closed => crowd.dismiss(thread),
            // Somebody who sees that an answer is on its way waits a little longer.
            OutgoingSignal::Typing(true) => crowd.hope(ctx.now_ms, thread),
            _ => false,
        };
        if changed { save(ctx, &crowd) } else { Ok(()) }
    }
}

impl DemoCustomers {
    fn wake(&self, ctx: &Ctx, crowd: &Crowd) -> Result<()> {
        let due_ms = crowd.next_ms(ctx.now_ms, &self.rules);
        let after_ms = due_ms.saturating_sub(ctx.now_ms).clamp(TIMER_LEAST_MS, LOOK_LONGEST_MS);
        timers::set(TIMER, after_ms as u32, false)
    }
}

fn key(ctx: &Ctx) -> String {
    format!("crowd/{}", ctx.account)
}

fn load(ctx: &Ctx) -> Result<Crowd> {
    Ok(kv::get_json(&key(ctx))?.unwrap_or_default())
}

fn save(ctx: &Ctx, crowd: &Crowd) -> Result<()> {
    kv::set_json(&key(ctx), crowd, None)
}

fn item(happening: Happening) -> Item {
    let Happening { thread, who, at_ms, said } = happening;
    match said {
        Said::Text { remote_id, text } => Incoming::text(remote_id, thread, at_ms, who, text).into(),
        Said::Typing(active) => Item::Typing(Typing { thread, who, active }),
        Said::Delivered(remote_id) => receipt(thread, remote_id, ReceiptState::Delivered, at_ms),
        Said::Read(remote_id) => receipt(thread, remote_id, ReceiptState::Read, at_ms),
    }
}

fn receipt(thread: String, remote_id: String, state: ReceiptState, at_ms: u64) -> Item {
    Receipt { remote_id, thread, state, at_ms, reason: String::new() }.into()
}

plugin!(DemoCustomers: Channel);

#[cfg(test)]
mod tests;
