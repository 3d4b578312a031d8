//! Repository rules, checked as tests.
//!
//! Every rule is a function from text to complaints, so that beside the test that holds the tree against it
//! stands one that shows it a small bad sample: a rule that cannot fail guards nothing.

#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test")]

mod dependencies;
mod imports;
mod literals;
mod locales;
mod names;
mod rules;
mod sizes;
mod source;

/// Fails with all complaints at once, one a line.
#[track_caller]
fn expect_none(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}: {} complaints\n  {}", complaints.len(), complaints.join("\n  "));
}
