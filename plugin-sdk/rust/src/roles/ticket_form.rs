//! Ticket form: describes, fills, checks and sums up a form for tickets.

pub use crate::bindings::ticket_form::exports::switchboard::plugin::ticket_form::{Form, Submitted};
pub use crate::forms::{Choice, Condition, Field, Origin, Remark, Value, Widget};
use crate::{Ctx, Plugin, Result, types::Conversation};

/// Describes ticket forms.
pub trait TicketForm: Plugin {
    /// The forms this plugin has.
    fn forms(&mut self, ctx: &Ctx) -> Vec<Form>;

    /// The fields of a form, filled as far as the conversation, the customer and the values so far allow.
    /// Asked again whenever a value changed. Values that an agent typed must come back as they are.
    fn fields(
        &mut self,
        ctx: &Ctx,
        form: &str,
        conversation: Option<&Conversation>,
        values: &[Value],
    ) -> Result<Vec<Field>>;

    /// What is wrong with these values.
    fn check(&mut self, ctx: &Ctx, form: &str, values: &[Value]) -> Vec<Remark>;

    /// Normalises the values and sums them up. The same key means the same ticket.
    fn submit(&mut self, ctx: &Ctx, form: &str, key: &str, values: &[Value]) -> Result<Submitted>;
}

impl Field {
    /// A field without a value.
    pub fn new(id: &str, label: &str, widget: Widget) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            help: String::new(),
            required: false,
            widget,
            value: None,
            show_if: None,
        }
    }

    /// The same, which must be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with a sentence of help.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }

    /// The same, drawn only while another field has this value.
    #[must_use]
    pub fn show_if(mut self, field: &str, equals: &str) -> Self {
        self.show_if = Some(Condition { field: field.to_owned(), equals: equals.to_owned() });
        self
    }

    /// The same with a value, or without where there is none.
    #[must_use]
    pub fn value(mut self, value: Option<Value>) -> Self {
        self.value = value;
        self
    }
}

impl Value {
    /// A value that the plugin filled in, and from what.
    pub fn filled(field: &str, text: impl Into<String>, from: impl Into<String>) -> Self {
        Self { field: field.to_owned(), text: text.into(), came_from: Origin::Filled(from.into()) }
    }

    /// A default that nobody chose.
    pub fn unset(field: &str, text: impl Into<String>) -> Self {
        Self { field: field.to_owned(), text: text.into(), came_from: Origin::Unset }
    }

    /// Whether an agent typed it, so that nothing may overwrite it.
    pub fn is_agents(&self) -> bool {
        matches!(self.came_from, Origin::Agent)
    }
}
