//! Between WIT types and the desk's: the only place that knows both.
//!
//! Outward, personal data is masked unless granted. Inward, nothing is believed: sizes, ids, numbers and trees are
//! checked, and what does not hold is an error that says where.

mod channel;
mod inward;
mod outward;
mod panel;

use model::Timestamp;

use crate::{bindings::switchboard::plugin::types as wit, error::Failure};

pub(crate) use channel::{batch, outcome, sent_state};
pub(crate) use inward::{
    advice, card, cards, criteria, delta, fields, forms, remarks, scorecard, short, submitted,
};
pub(crate) use outward::{
    blob, contact, contact_event, customer, fate, ingress, outgoing, pairs, panel_event, place, signal, task,
    values,
};
pub(crate) use panel::effects;

/// What a plugin answered does not hold; the text says what and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid(pub String);

/// Whether a plugin sees personal data in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Clear,
    Masked,
}

/// A moment as plugins write it.
pub(crate) fn to_ms(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(0)
}

/// A failure on its way to a plugin.
pub(crate) fn failure(failure: Failure) -> wit::Failure {
    match failure {
        Failure::Denied(line) => wit::Failure::Denied(line),
        Failure::Invalid(what) => wit::Failure::Invalid(what),
        Failure::Unauthorized => wit::Failure::Unauthorized,
        Failure::NotFound => wit::Failure::NotFound,
        Failure::TooLarge(what) => wit::Failure::TooLarge(what),
        Failure::RateLimited(wait_ms) => wit::Failure::RateLimited(wait_ms),
        Failure::Unavailable(wait_ms) => wit::Failure::Unavailable(wait_ms),
        Failure::TimedOut => wit::Failure::TimedOut,
        Failure::Unsupported => wit::Failure::Unsupported,
        Failure::Internal(what) => wit::Failure::Internal(what),
    }
}

/// A failure that a plugin answered with.
pub(crate) fn failure_from(failure: wit::Failure) -> Failure {
    match failure {
        wit::Failure::Denied(line) => Failure::Denied(inward::cut_text(&line)),
        wit::Failure::Invalid(what) => Failure::Invalid(inward::cut_text(&what)),
        wit::Failure::Unauthorized => Failure::Unauthorized,
        wit::Failure::NotFound => Failure::NotFound,
        wit::Failure::TooLarge(what) => Failure::TooLarge(inward::cut_text(&what)),
        wit::Failure::RateLimited(wait_ms) => Failure::RateLimited(wait_ms),
        wit::Failure::Unavailable(wait_ms) => Failure::Unavailable(wait_ms),
        wit::Failure::TimedOut => Failure::TimedOut,
        wit::Failure::Unsupported => Failure::Unsupported,
        wit::Failure::Internal(what) => Failure::Internal(inward::cut_text(&what)),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
mod fuzz;
