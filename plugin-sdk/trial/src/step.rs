//! One step of a world: something that happens, and what the plugin must answer.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// One step. Exactly one of the things that can happen is said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Step {
    // Assist.
    /// The conversation is opened.
    pub opened: Option<bool>,
    /// The customer writes.
    pub message: Option<String>,
    /// The agent writes.
    pub reply: Option<String>,
    /// The agent has this in the composer.
    pub draft: Option<String>,
    /// A field of the form changes.
    pub field: Option<FieldChange>,
    /// The agent is about to wrap up.
    pub closing: Option<bool>,
    /// The conversation is closed.
    pub closed: Option<bool>,
    /// The agent asks for a text.
    pub write: Option<Writing>,
    // Lookup.
    /// The agent looks something up.
    pub search: Option<String>,
    /// The agent uses an action of a card.
    pub act: Option<Act>,
    // Quality.
    /// The desk asks for the criteria.
    pub rubric: Option<bool>,
    /// The conversation is scored.
    pub score: Option<bool>,
    // Ticket form.
    /// The desk asks for the forms.
    pub forms: Option<bool>,
    /// The desk asks for a form's fields.
    pub fields: Option<Filled>,
    /// The desk has values checked.
    pub check: Option<Filled>,
    /// The agent submits a form.
    pub submit: Option<Filled>,
    // Panel.
    /// A panel is shown.
    pub panel: Option<SlotName>,
    /// Something in a panel is clicked.
    pub click: Option<String>,
    /// An input of a panel changes.
    pub change: Option<FieldChange>,
    /// Something about the conversation changed.
    pub tick: Option<bool>,
    // Channel.
    /// A web request comes in.
    pub web: Option<Web>,
    /// The desk polls, with the cursor so far.
    pub poll: Option<String>,
    /// The agent sends a message.
    pub send: Option<String>,
    /// The desk asks what became of a message.
    pub reconcile: Option<String>,
    /// The agent types, or stops typing.
    pub typing: Option<bool>,
    // Any role.
    /// A timer of the plugin runs out: waited for, in real time.
    pub timer: Option<String>,
    /// A proposal was decided on.
    pub outcome: Option<Decided>,
    /// Settings are tried.
    pub settings: Option<BTreeMap<String, String>>,
    /// The clock goes on.
    pub later_ms: Option<i64>,
    /// The plugin is stopped and started again; its storage stays.
    pub restart: Option<bool>,

    // What must come of it.
    /// The answer: what is said here must be in it.
    pub expect: Option<Spanned<toml::Value>>,
    /// The call must fail with this.
    pub error: Option<Spanned<String>>,
}

/// A field and its new value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The field, or the node of a panel.
    pub id: String,
    /// The value.
    pub value: String,
}

/// What a plugin is asked to write.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// `reply`, `summarise`, `rewrite`, `offer`, `next-step` or `wrap-up`.
    pub task: TaskName,
    /// What the agent asks for.
    #[serde(default)]
    pub wish: String,
    /// What stands in the composer.
    #[serde(default)]
    pub draft: String,
}

/// See [`host::Task`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are those of the contract")]
pub enum TaskName {
    Reply,
    Summarise,
    Rewrite,
    Offer,
    NextStep,
    WrapUp,
}

/// An action of a card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The card.
    pub card: String,
    /// The action.
    pub action: String,
    /// What was filled in.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}

/// A form and its values, typed by the agent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// The form.
    pub form: String,
    /// The values.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// Where a panel stands.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct SlotName(pub model::panel::Slot);

/// A web request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Method.
    #[serde(default = "get")]
    pub method: String,
    /// Path below the plugin's own.
    pub path: String,
    /// Query.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body.
    #[serde(default)]
    pub body: String,
}

fn get() -> String {
    "GET".to_owned()
}

/// What became of a proposal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The plugin's own id for it.
    pub proposal: String,
    /// What became of it.
    pub fate: model::proposal::Fate,
}
