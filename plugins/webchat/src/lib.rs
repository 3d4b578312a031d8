//! Web chat: visitors of the company's pages write in a widget and read the agent's answers in it.
//!
//! The widget (`web/widget.js`) speaks HTTP with this plugin through the desk's gateway. Below the account's address:
//!
//! | request | what it does |
//! |---|---|
//! | `POST hook/hello` | makes a visitor or knows one again; answers token, texts and where the log stands |
//! | `POST hook/messages` | a message, with the widget's own id for it: the same id again is the same message |
//! | `GET hook/messages?after=N` | the log after a sequence number |
//! | `POST hook/typing`, `POST hook/receipts` | the visitor types; how far the visitor's browser has come |
//! | `POST upload/file`, `GET hook/files/ID` | attachments, by reference: the bytes never pass through here |
//! | `GET push/events` | the stream of events of one visitor |
//!
//! # Invariants
//!
//! - A visitor is known by a random id and a code over it, made with a key that this plugin cannot read. Everything but
//!   a first `hello` needs both, and reaches that visitor's things only.
//! - Each visitor has one log with sequence numbers without gaps. What is pushed is in the log before, so a client that
//!   missed an event finds it there.
//! - The desk may bring the same request again, and so may the widget: the same message gives the same remote id.

mod identity;
mod limits;
mod rate;
mod settings;
mod thread;
mod web;

use plugin_kit::{
    channel::{
        Batch, Channel, Feature, Ingress, MessageLimits, Outcome, Outgoing, OutgoingSignal, SentState,
    },
    prelude::*,
};
use serde::Serialize;

use crate::{
    identity::Visitor,
    limits::{FILE_MAX_BYTES, FILES_MAX, TEXT_MAX_CHARS},
    rate::Rates,
    settings::Look,
    thread::{Author, Entry, Happening, NewEntry, Thread},
};

/// Texts that need arguments or go where the desk resolves no keys.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// The plugin, one instance for receiving and one for sending.
#[derive(Default)]
pub struct WebChat {
    look: Look,
    rates: Rates,
}

/// What a visitor's browser is told while it listens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Event<'a> {
    /// The log grew.
    Entry {
        /// For browsers that resume a stream by themselves.
        id: u64,
        /// What was added.
        entry: &'a Entry,
    },
    /// The agent types, or stopped.
    Typing { active: bool },
    /// The agent has read everything up to here.
    Seen { seen: u64 },
}

/// Tells a visitor's browsers. A push that fails is no loss: the log has everything that matters.
pub(crate) fn push(visitor: &Visitor, event: &Event<'_>) {
    if plugin_kit::desk::push::send(visitor.as_str(), event).is_err() {
        plugin_kit::desk::log::count("push-failed", 1);
    }
}

impl Plugin for WebChat {
    fn init(&mut self, _ctx: &Ctx, settings: &Settings) -> Result<()> {
        self.look = Look::read(settings);
        Ok(())
    }

    fn check_settings(&mut self, ctx: &Ctx, settings: &Settings) -> Result<String> {
        let accent = settings.text("accent");
        let good = accent.is_none_or(settings::is_colour);
        Ok(TEXTS.get(&ctx.locale, if good { "settings-good" } else { "settings-bad-accent" }))
    }
}

impl Channel for WebChat {
    fn features(&self) -> Feature {
        Feature::FILES | Feature::RECEIPTS | Feature::TYPING | Feature::IDEMPOTENT_SEND | Feature::RECONCILE
    }

    fn limits(&self) -> MessageLimits {
        MessageLimits {
            text_chars: TEXT_MAX_CHARS as u32,
            html_bytes: 0,
            files: FILES_MAX as u32,
            file_bytes: FILE_MAX_BYTES,
            reply_window_s: None,
        }
    }

    fn ingest(&mut self, ctx: &Ctx, raw: Ingress) -> Result<Batch> {
        match raw {
            Ingress::Webhook(event) => Ok(web::answer(&self.look, &mut self.rates, ctx, &event)),
            _ => Ok(Batch::empty()),
        }
    }

    fn send(&mut self, ctx: &Ctx, message: Outgoing) -> Outcome {
        match deliver(ctx, message) {
            Ok(outcome) => outcome,
            // Nothing is lost by waiting: the key finds what was already written.
            Err(Failure::RateLimited(wait_ms) | Failure::Unavailable(wait_ms)) => {
                Outcome::RetryAfterMs(wait_ms.max(limits::RETRY_AFTER_MS))
            }
            Err(_) => Outcome::RetryAfterMs(limits::RETRY_AFTER_MS),
        }
    }

    fn reconcile(&mut self, ctx: &Ctx, key: &str) -> SentState {
        match thread::sent_with(&ctx.account, key) {
            Ok(Some(remote_id)) => SentState::WasSent(remote_id),
            Ok(None) => SentState::NotSent,
            Err(_) => SentState::CannotTell,
        }
    }

    fn signal(&mut self, ctx: &Ctx, thread: &str, signal: OutgoingSignal) -> Result<()> {
        let visitor = Visitor::parse(thread).ok_or(Failure::NotFound)?;
        let thread = Thread::of(&ctx.account, &visitor);
        match signal {
            OutgoingSignal::Typing(active) => push(&visitor, &Event::Typing { active }),
            OutgoingSignal::Seen(remote_id) => {
                if let Some(seen) = thread.mark_seen(&remote_id)? {
                    push(&visitor, &Event::Seen { seen });
                }
            }
            OutgoingSignal::Joined(agent) => happened(ctx, &visitor, &thread, Happening::Joined, agent.name)?,
            OutgoingSignal::Closed => happened(ctx, &visitor, &thread, Happening::Closed, String::new())?,
            OutgoingSignal::Reopened => {}
        }
        Ok(())
    }
}

/// Puts something that is no message into a visitor's log, unless it is what the log ends with.
fn happened(ctx: &Ctx, visitor: &Visitor, thread: &Thread, what: Happening, name: String) -> Result<()> {
    let head = thread.head()?;
    let last = if head == 0 { None } else { thread.entry(head)? };
    if last.as_ref().is_none_or(|last| last.what == Some(what) && last.name == name) {
        return Ok(());
    }
    let entry =
        thread.append(ctx.now_ms, NewEntry { name, what: Some(what), ..NewEntry::by(Author::Desk) })?;
    push(visitor, &Event::Entry { id: entry.seq, entry: &entry });
    Ok(())
}

fn deliver(ctx: &Ctx, message: Outgoing) -> Result<Outcome> {
    let rejected = |key: &str| Ok(Outcome::Rejected(TEXTS.get(&ctx.locale, key)));
    let Some(visitor) = Visitor::parse(&message.thread) else { return rejected("not-a-visitor") };
    let thread = Thread::of(&ctx.account, &visitor);
    if thread.head()? == 0 {
        return rejected("not-a-visitor");
    }
    if message.text.chars().count() > TEXT_MAX_CHARS || message.files.len() > FILES_MAX {
        return rejected("too-long");
    }
    for file in &message.files {
        thread.keep_file(file)?;
    }
    let entry = thread.append(
        ctx.now_ms,
        NewEntry {
            text: message.text,
            name: message.sender.name,
            files: message.files.into_iter().map(Into::into).collect(),
            key: Some(message.key.clone()),
            ..NewEntry::by(Author::Agent)
        },
    )?;
    let remote_id = thread.remote_id(&entry);
    thread::note_sent(&ctx.account, &message.key, &remote_id)?;
    push(&visitor, &Event::Entry { id: entry.seq, entry: &entry });
    Ok(Outcome::Sent(remote_id))
}

plugin!(WebChat: Channel);

#[cfg(test)]
mod tests;
