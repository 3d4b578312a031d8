//! Findings of quality checks, each with evidence.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    field::AuthorText,
    id::{ConversationId, FindingId, MessageId, PluginId},
};

/// One finding of a quality check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The finding's id.
    pub id: FindingId,
    /// The plugin that found it.
    pub plugin: PluginId,
    /// The conversation checked.
    pub conversation: ConversationId,
    /// The criterion of the rubric.
    pub criterion: String,
    /// What the criterion is called.
    pub title: AuthorText,
    /// How bad.
    pub severity: Severity,
    /// From 0 (missed) to 1 (met).
    pub score: f32,
    /// What was found, in a sentence.
    pub because: AuthorText,
    /// How it could have been said, or empty.
    #[serde(default)]
    pub advice: AuthorText,
    /// Where.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// When.
    pub at: Timestamp,
}

/// Where a finding points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The message.
    pub message: MessageId,
    /// First character.
    pub first: u32,
    /// One past the last character.
    pub end: u32,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Well done, or worth knowing.
    Good,
    /// Worth a hint.
    Hint,
    /// Worth a warning.
    Warning,
    /// Breaks a rule.
    Breach,
}
