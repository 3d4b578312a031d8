//! Proposals and prompts: the one way in which a plugin asks for something to change for a customer.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    field::{AuthorText, Values},
    id::{AgentId, ConversationId, PluginId, ProposalId},
};

/// What a plugin proposes; the agent accepts, edits or dismisses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The desk's id.
    pub id: ProposalId,
    /// The plugin's own name for it: a newer one with the same key replaces it.
    pub key: String,
    /// Who proposes.
    pub plugin: PluginId,
    /// For which conversation.
    pub conversation: ConversationId,
    /// What should change.
    pub change: Change,
    /// How sure the plugin is, from 0 to 1.
    pub confidence: f32,
    /// Why, in one sentence.
    #[serde(default)]
    pub because: AuthorText,
    /// What it rests on.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// When it was made.
    pub at: Timestamp,
    /// When it stops being useful.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

/// A change a plugin proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Send this reply.
    Reply(String),
    /// Set fields of the ticket form that is open.
    Fields(Values),
    /// Add a tag.
    Tag(String),
    /// Hand over to this queue or skill.
    Transfer(String),
    /// Offer something.
    Offer {
        /// The company's name for the offer.
        code: String,
        /// Title on the lamp.
        title: AuthorText,
        /// The words to say.
        words: String,
    },
    /// Do this next in a process.
    NextStep(String),
    /// Keep this note.
    Note(String),
    /// Close with this summary.
    WrapUp(WrapUp),
}

/// How a contact ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUp {
    /// Why the customer came.
    #[serde(default)]
    pub reason: String,
    /// What came of it.
    #[serde(default)]
    pub outcome: String,
    /// Summary in a few sentences.
    #[serde(default)]
    pub summary: String,
    /// What was promised.
    #[serde(default)]
    pub follow_ups: Vec<String>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What a proposal rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is called, such as `K-118 燃气热水器 E4 故障处理`.
    pub title: String,
    /// `article:K-118`, `message:ID`, or a web address.
    pub uri: String,
    /// The words it rests on.
    #[serde(default)]
    pub quote: String,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Taken as it was.
    Accepted,
    /// Taken after changes.
    Edited,
    /// Turned down.
    Dismissed,
    /// Nobody decided in time, or it was replaced.
    Expired,
}

/// How urgent a prompt is; earlier variants win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromptClass {
    /// Somebody may come to harm.
    Safety,
    /// A customer has waited too long.
    Waiting,
    /// A promise is about to be broken.
    Sla,
    /// How to do better.
    Coaching,
    /// Something to offer.
    Offer,
}

/// Something a plugin wants the agent to know now. It changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The desk's id.
    pub id: ProposalId,
    /// The plugin's own name for it.
    pub key: String,
    /// Who says so.
    pub plugin: PluginId,
    /// For which conversation.
    pub conversation: ConversationId,
    /// How urgent.
    pub class: PromptClass,
    /// In a few words.
    pub title: AuthorText,
    /// In a sentence.
    #[serde(default)]
    pub text: AuthorText,
    /// When it was made.
    pub at: Timestamp,
    /// When it stops being useful.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

/// Who settled a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What became of it.
    pub fate: Fate,
    /// Who decided; nobody for expiry.
    pub agent: Option<AgentId>,
}
