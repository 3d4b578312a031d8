//! Fields of forms: tickets, the settings of plugins and of channel accounts share this one schema.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Text that a plugin's author wrote: a literal, or `@key` into the package's own locale files. It is
/// resolved when drawn and never stored resolved, so that switching the language switches it too.
pub type AuthorText = String;

/// The values of a form, by field id.
pub type Values = BTreeMap<String, FieldValue>;

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Stable name within the form.
    pub id: String,
    /// What the person reads beside it.
    pub label: AuthorText,
    /// One sentence of help, or empty.
    #[serde(default)]
    pub help: AuthorText,
    /// How it is edited.
    pub kind: FieldKind,
    /// Whether the form can be submitted without it.
    #[serde(default)]
    pub required: bool,
    /// Shown only while another field has this value.
    #[serde(default)]
    pub show_if: Option<ShowIf>,
    /// The value to begin with, for settings.
    #[serde(default)]
    pub default: String,
}

/// A condition on another field of the same form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowIf {
    /// The other field.
    pub field: String,
    /// The value that shows this one.
    pub equals: String,
}

/// How a field is edited and what its text must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// Several lines of text.
    Area,
    /// A decimal number with `.` as its point.
    Number,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A window of time, such as `2026-11-24 14:00-16:00`, or words the customer used.
    TimeWindow,
    /// A telephone number.
    Phone,
    /// A postal address on one line.
    Address,
    /// One of the customer's devices, by its serial number or model.
    Device,
    /// One of several choices.
    Choice(Vec<FieldOption>),
    /// `true` or `false`.
    Toggle,
    /// A secret that goes into a slot of the host and never back out.
    Secret,
}

/// One choice of a [`FieldKind::Choice`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOption {
    /// What is stored.
    pub value: String,
    /// What the person reads.
    pub label: AuthorText,
}

/// A value together with where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The value as text, in the form its [`FieldKind`] describes.
    pub text: String,
    /// Who or what filled it in.
    #[serde(default)]
    pub origin: Origin,
}

/// Where a value came from; what a person typed is never overwritten by anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Nobody: the field is empty or has its default.
    #[default]
    Default,
    /// An agent typed or chose it.
    Agent,
    /// A plugin filled it in from the named source (`conversation`, `customer`, a device's model, ...).
    Filled(AuthorText),
}
