//! What is wrong with the values of a form.

use plugin_kit::{
    civil::{self, Day},
    prelude::*,
    ticket_form::{Remark, Value},
};

use crate::{
    ADDRESS, CODE, DESCRIPTION, DEVICE, PHONE, URGENT, URGENT_REASON, WINDOW, read, text,
    window::{CLOSES, OPENS, Window},
};

/// Longest text of a field, in characters.
const TEXT_MAX_CHARS: usize = 1000;

/// Fields that a repair cannot do without.
const NEEDED: [(&str, &str); 5] = [
    (DEVICE, "@remark-device"),
    (DESCRIPTION, "@remark-description"),
    (ADDRESS, "@remark-address"),
    (PHONE, "@remark-phone"),
    (WINDOW, "@remark-window"),
];

/// Every remark, in the order of the page.
pub fn check(ctx: &Ctx, values: &[Value]) -> Vec<Remark> {
    let remark =
        |field: &str, text: &str, blocks| Remark { field: field.to_owned(), text: text.to_owned(), blocks };
    let mut remarks = vec![];
    let code = text(values, CODE);
    if !code.is_empty() && read::code(&code.to_uppercase()).is_none() {
        remarks.push(remark(CODE, "@remark-code-form", false));
    }
    for (field, missing) in NEEDED {
        if text(values, field).is_empty() {
            remarks.push(remark(field, missing, true));
        }
    }
    let phone = text(values, PHONE);
    if !phone.is_empty() && read::phone(phone).is_none() {
        remarks.push(remark(PHONE, "@remark-phone-form", true));
    }
    if let Some((problem, blocks)) = window_problem(ctx, text(values, WINDOW)) {
        remarks.push(remark(WINDOW, problem, blocks));
    }
    if text(values, URGENT) == "true" && text(values, URGENT_REASON).is_empty() {
        remarks.push(remark(URGENT_REASON, "@remark-urgent", true));
    }
    for value in values.iter().filter(|value| value.text.chars().count() > TEXT_MAX_CHARS) {
        remarks.push(remark(&value.field, "@remark-long", true));
    }
    remarks
}

fn window_problem(ctx: &Ctx, text: &str) -> Option<(&'static str, bool)> {
    if text.is_empty() {
        return None;
    }
    let Some(window) = Window::parse(text).or_else(|| Window::find(ctx, ctx.now_ms, text)) else {
        return Some(("@remark-window-loose", false));
    };
    let (today, minute) = (Day::today(ctx), civil::minute_of_day(ctx, ctx.now_ms));
    if window.day < today || (window.day == today && window.to <= minute) {
        return Some(("@remark-window-past", true));
    }
    (window.from < OPENS || window.to > CLOSES).then_some(("@remark-window-hours", true))
}
