//! Repair form: one page for a repair ticket, half filled from the conversation and the customer's record. Every
//! value says where it came from; what an agent typed is never touched.

mod checks;
mod fill;
mod read;
mod window;

use plugin_kit::{
    prelude::*,
    ticket_form::{Field, Form, Remark, Submitted, TicketForm, Value, Widget},
};

use crate::window::Window;

/// Texts with arguments.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

const FORM: &str = "repair";

pub(crate) const CODE: &str = "code";
pub(crate) const DEVICE: &str = "device";
pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const ADDRESS: &str = "address";
pub(crate) const PHONE: &str = "phone";
pub(crate) const WINDOW: &str = "window";
pub(crate) const URGENT: &str = "urgent";
pub(crate) const URGENT_REASON: &str = "urgent-reason";

/// Characters of the description in a ticket's title.
const TITLE_MAX_CHARS: usize = 24;

/// The plugin.
#[derive(Default)]
pub struct RepairForm;

impl Plugin for RepairForm {}

impl TicketForm for RepairForm {
    fn forms(&mut self, _ctx: &Ctx) -> Vec<Form> {
        vec![Form { id: FORM.to_owned(), title: "@title".to_owned(), help: "@form-help".to_owned() }]
    }

    fn fields(
        &mut self,
        ctx: &Ctx,
        form: &str,
        conversation: Option<&Conversation>,
        values: &[Value],
    ) -> Result<Vec<Field>> {
        known(form)?;
        let filled = conversation.map(|conversation| fill::values(ctx, conversation)).unwrap_or_default();
        // What the agent typed stands; else what can be found now; else what was there.
        let value = |id: &str| {
            let typed = values.iter().find(|value| value.field == id && value.is_agents());
            let found = || filled.iter().find(|value| value.field == id);
            let before = || values.iter().find(|value| value.field == id && !value.text.is_empty());
            typed.or_else(found).or_else(before).cloned()
        };
        Ok(page()
            .into_iter()
            .map(|field| {
                let value = value(&field.id);
                field.value(value)
            })
            .collect())
    }

    fn check(&mut self, ctx: &Ctx, form: &str, values: &[Value]) -> Vec<Remark> {
        if known(form).is_err() { vec![] } else { checks::check(ctx, values) }
    }

    fn submit(&mut self, ctx: &Ctx, form: &str, _key: &str, values: &[Value]) -> Result<Submitted> {
        known(form)?;
        if let Some(remark) = checks::check(ctx, values).into_iter().find(|remark| remark.blocks) {
            return Err(Failure::invalid(format!("{}: {}", remark.field, remark.text)));
        }
        let values = normalised(ctx, values);
        let (title, summary) = (title(ctx, &values), summary(ctx, &values));
        Ok(Submitted { title, summary, values })
    }
}

fn known(form: &str) -> Result<()> {
    if form == FORM { Ok(()) } else { Err(Failure::NotFound) }
}

/// The fields in the order of the page.
fn page() -> Vec<Field> {
    vec![
        Field::new(CODE, "@code", Widget::Line).help("@code-help"),
        Field::new(DEVICE, "@device", Widget::Device).required(),
        Field::new(DESCRIPTION, "@description-field", Widget::Area).required().help("@description-help"),
        Field::new(ADDRESS, "@address", Widget::Address).required(),
        Field::new(PHONE, "@phone", Widget::Phone).required(),
        Field::new(WINDOW, "@window", Widget::TimeWindow).required().help("@window-help"),
        Field::new(URGENT, "@urgent", Widget::Toggle).help("@urgent-help"),
        Field::new(URGENT_REASON, "@urgent-reason", Widget::Line).required().show_if(URGENT, "true"),
    ]
}

/// The text of a field; empty where there is none.
pub(crate) fn text<'a>(values: &'a [Value], id: &str) -> &'a str {
    values.iter().find(|value| value.field == id).map_or("", |value| value.text.trim())
}

/// The values in one form: codes and models in capitals, phones without spaces, windows as the desk writes them.
fn normalised(ctx: &Ctx, values: &[Value]) -> Vec<Value> {
    let urgent = text(values, URGENT) == "true";
    let kept = values.iter().filter(|value| urgent || value.field != URGENT_REASON);
    let normal = |value: &Value| {
        let text = value.text.trim();
        let text = match value.field.as_str() {
            CODE => text.to_uppercase(),
            PHONE => read::phone(text).unwrap_or_else(|| text.to_owned()),
            WINDOW => Window::find(ctx, ctx.now_ms, text)
                .map_or_else(|| text.to_owned(), |window| window.to_string()),
            DEVICE => {
                read::model(text).filter(|model| model.len() == text.len()).unwrap_or_else(|| text.to_owned())
            }
            _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        Value { text, ..value.clone() }
    };
    kept.map(normal).filter(|value| !value.text.is_empty()).collect()
}

fn title(ctx: &Ctx, values: &[Value]) -> String {
    let code = text(values, CODE);
    let what = if code.is_empty() {
        text(values, DESCRIPTION).chars().take(TITLE_MAX_CHARS).collect()
    } else {
        code.to_owned()
    };
    TEXTS.format(&ctx.locale, "title-line", &[("device", text(values, DEVICE)), ("what", &what)])
}

fn summary(ctx: &Ctx, values: &[Value]) -> String {
    let code = text(values, CODE);
    let code = if code.is_empty() { String::new() } else { format!("{code} ") };
    let description = text(values, DESCRIPTION).trim_end_matches(['。', '.']);
    let mut summary = TEXTS.format(
        &ctx.locale,
        "summary",
        &[
            ("device", text(values, DEVICE)),
            ("code", &code),
            ("description", description),
            ("window", text(values, WINDOW)),
            ("address", text(values, ADDRESS)),
            ("phone", text(values, PHONE)),
        ],
    );
    if text(values, URGENT) == "true" {
        summary.push(' ');
        summary += &TEXTS.format(&ctx.locale, "summary-urgent", &[("reason", text(values, URGENT_REASON))]);
    }
    summary
}

plugin!(RepairForm: TicketForm);

#[cfg(test)]
mod tests;
