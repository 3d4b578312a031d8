//! Fields of forms: tickets, the settings of plugins and of channel accounts share this one schema.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::SETTING_MAX_BYTES;

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

impl Field {
    /// Whether it is shown beside these values.
    pub fn is_shown(&self, values: &Values) -> bool {
        self.show_if.as_ref().is_none_or(|condition| {
            values.get(&condition.field).is_some_and(|value| value.text == condition.equals)
        })
    }

    /// What is wrong with its value among these, as a code of the desk: `field-required` or `field-invalid`.
    pub fn complaint(&self, values: &Values) -> Option<&'static str> {
        let text = values.get(&self.id).map_or("", |value| value.text.trim());
        if text.is_empty() {
            return self.required.then_some("field-required");
        }
        let fits = match &self.kind {
            FieldKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
            FieldKind::Date => text.parse::<jiff::civil::Date>().is_ok(),
            FieldKind::Toggle => matches!(text, "true" | "false"),
            FieldKind::Choice(options) => options.iter().any(|option| option.value == text),
            FieldKind::Phone => {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                // A masked number is a handle that the plugin may not read; it is right as it is.
                (5..=20).contains(&digits) || text.contains('*')
            }
            _ => true,
        };
        (!fits).then_some("field-invalid")
    }
}

/// The values a person set, with the defaults of what was left out, and nothing that the schema does not know.
pub fn with_defaults(schema: &[Field], values: &Values) -> Values {
    let value = |field: &Field| {
        values
            .get(&field.id)
            .cloned()
            .unwrap_or_else(|| FieldValue { text: field.default.clone(), origin: Origin::Default })
    };
    schema.iter().map(|field| (field.id.clone(), value(field))).collect()
}

/// What is wrong with settings, by field: `field-required`, `field-invalid`, `field-unknown` or `too-long`. Fields
/// that are left out count with their defaults.
pub fn settings_complaints(schema: &[Field], values: &Values) -> BTreeMap<String, &'static str> {
    let whole = with_defaults(schema, values);
    let mut complaints = BTreeMap::new();
    for (id, value) in values {
        if !schema.iter().any(|field| field.id == *id) {
            complaints.insert(id.clone(), "field-unknown");
        } else if value.text.len() > SETTING_MAX_BYTES {
            complaints.insert(id.clone(), "too-long");
        }
    }
    for field in schema.iter().filter(|field| field.is_shown(&whole)) {
        if let Some(code) = field.complaint(&whole) {
            complaints.insert(field.id.clone(), code);
        }
    }
    complaints
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints() {
        let field = |kind: FieldKind, required| Field {
            id: "x".into(),
            label: String::new(),
            help: String::new(),
            kind,
            required,
            show_if: None,
            default: String::new(),
        };
        let check = |kind: FieldKind, required, text: &str, expect: Option<&str>| {
            let values = [("x".to_owned(), FieldValue { text: text.into(), origin: Origin::Agent })].into();
            assert_eq!(field(kind.clone(), required).complaint(&values), expect, "{kind:?} {text:?}");
        };
        check(FieldKind::Line, true, " ", Some("field-required"));
        check(FieldKind::Line, false, "", None);
        check(FieldKind::Number, true, "1.5", None);
        check(FieldKind::Number, true, "NaN", Some("field-invalid"));
        check(FieldKind::Number, false, "12a", Some("field-invalid"));
        check(FieldKind::Date, true, "2024-02-29", None);
        check(FieldKind::Date, true, "2023-02-29", Some("field-invalid"));
        check(FieldKind::Toggle, true, "yes", Some("field-invalid"));
        check(FieldKind::Phone, true, "138****6027", None);
        check(FieldKind::Phone, true, "+86 138 0013 6027", None);
        check(FieldKind::Phone, true, "call me", Some("field-invalid"));
        check(FieldKind::Choice(Vec::new()), true, "a", Some("field-invalid"));
    }

    #[test]
    fn settings_are_held_against_their_schema() {
        let field = |id: &str, kind: FieldKind, required, default: &str| Field {
            id: id.into(),
            label: String::new(),
            help: String::new(),
            kind,
            required,
            show_if: None,
            default: default.into(),
        };
        let schema = [
            field("minutes", FieldKind::Number, true, "3"),
            field("words", FieldKind::Area, false, ""),
            Field {
                show_if: Some(ShowIf { field: "minutes".into(), equals: "9".into() }),
                ..field("why", FieldKind::Line, true, "")
            },
        ];
        let check = |given: &[(&str, &str)], expect: &[(&str, &str)]| {
            let value = |text: &str| FieldValue { text: text.to_owned(), origin: Origin::Agent };
            let values: Values = given.iter().map(|(id, text)| ((*id).to_owned(), value(text))).collect();
            let found = settings_complaints(&schema, &values);
            let found: Vec<_> = found.iter().map(|(id, code)| (id.as_str(), *code)).collect();
            assert_eq!(found, expect, "{given:?}");
        };
        check(&[], &[]);
        check(&[("minutes", "5"), ("words", "a\nb")], &[]);
        check(&[("minutes", "soon")], &[("minutes", "field-invalid")]);
        check(&[("minutes", " ")], &[("minutes", "field-required")]);
        check(&[("minutes", "9")], &[("why", "field-required")]);
        check(&[("seconds", "1")], &[("seconds", "field-unknown")]);
        check(&[("words", &"x".repeat(SETTING_MAX_BYTES + 1))], &[("words", "too-long")]);

        let whole = with_defaults(&schema, &[("old".to_owned(), FieldValue::default())].into());
        assert_eq!(whole.keys().collect::<Vec<_>>(), ["minutes", "why", "words"]);
        assert_eq!((whole["minutes"].text.as_str(), &whole["minutes"].origin), ("3", &Origin::Default));
    }
}
