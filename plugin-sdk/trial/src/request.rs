//! What a step of a world means for the host.

use std::collections::BTreeMap;

use host::{ContactEvent, Ingress, Outgoing, Party, Place, Request, Signal, Task, WebEvent};
use model::{
    field::{FieldValue, Origin, Values},
    panel::{PanelEvent, Slot},
};

use crate::{
    desk::{CONVERSATION, Desk},
    step::{Filled, Step, TaskName, Web},
    world::Said,
};

/// The only thread of a world.
const THREAD: &str = "thread-1";
/// The key of everything that must not happen twice.
const KEY: &str = "key-1";

/// What happens.
pub enum Happening {
    /// The plugin is called.
    Ask(Box<Request>),
    /// A timer is waited for.
    Timer(String),
    /// The clock goes on by so many milliseconds.
    Later(i64),
    /// The plugin is started again.
    Restart,
}

fn ask(request: Request) -> Happening {
    Happening::Ask(Box::new(request))
}

fn observe(event: ContactEvent) -> Happening {
    ask(Request::Observe { conversation: CONVERSATION, event })
}

/// What happens in a step; the conversation has what is said in it from then on.
pub fn of(step: &Step, desk: &Desk, revision: u64) -> Result<Happening, String> {
    // Every list is asked, so that a step that says two things is told so.
    let found: Vec<Happening> =
        [assist(step, desk), other_roles(step, desk), panel(step, revision), channel(step, desk), any(step)]
            .into_iter()
            .flatten()
            .collect();
    let count = found.len();
    let mut found = found.into_iter();
    match (found.next(), count) {
        (Some(happening), 1) => Ok(happening),
        (None, _) => Err("nothing happens in this step".to_owned()),
        _ => Err(format!("{count} things happen in this step")),
    }
}

fn said(flag: Option<bool>) -> bool {
    flag == Some(true)
}

fn assist(step: &Step, desk: &Desk) -> Vec<Happening> {
    let mut found = Vec::new();
    if said(step.opened) {
        found.push(observe(ContactEvent::Opened(Box::new(desk.contact()))));
    }
    if let Some(text) = &step.message {
        found.push(observe(ContactEvent::Message(Box::new(desk.say(&Said::Customer(text.clone()))))));
    }
    if let Some(text) = &step.reply {
        found.push(observe(ContactEvent::Message(Box::new(desk.say(&Said::Agent(text.clone()))))));
    }
    if let Some(text) = &step.draft {
        found.push(observe(ContactEvent::Draft(text.clone())));
    }
    if let Some(change) = &step.field {
        let (field, value) = (change.id.clone(), change.value.clone());
        found.push(observe(ContactEvent::Field { field, value }));
    }
    if said(step.closing) {
        found.push(observe(ContactEvent::Closing));
    }
    if said(step.closed) {
        found.push(observe(ContactEvent::Closed));
    }
    if let Some(wish) = &step.write {
        let task = match wish.task {
            TaskName::Reply => Task::Reply,
            TaskName::Summarise => Task::Summarise,
            TaskName::Rewrite => Task::Rewrite,
            TaskName::Offer => Task::Offer,
            TaskName::NextStep => Task::NextStep,
            TaskName::WrapUp => Task::WrapUp,
        };
        let (draft, wish) = (wish.draft.clone(), wish.wish.clone());
        found.push(ask(Request::Generate { task, contact: Box::new(desk.contact()), draft, wish }));
    }
    found
}

fn other_roles(step: &Step, desk: &Desk) -> Vec<Happening> {
    let mut found = Vec::new();
    if let Some(query) = &step.search {
        let who = Some(Box::new(desk.contact().customer));
        found.push(ask(Request::Search { who, query: query.clone() }));
    }
    if let Some(act) = &step.act {
        found.push(ask(Request::Act {
            card: act.card.clone(),
            action: act.action.clone(),
            args: pairs(&act.args),
            key: KEY.to_owned(),
        }));
    }
    if said(step.rubric) {
        found.push(ask(Request::Rubric));
    }
    if said(step.score) {
        found.push(ask(Request::Score(Box::new(desk.contact()))));
    }
    if said(step.forms) {
        found.push(ask(Request::Forms));
    }
    if let Some(filled) = &step.fields {
        let contact = Some(Box::new(desk.contact()));
        found.push(ask(Request::Fields { form: filled.form.clone(), contact, values: values(filled) }));
    }
    if let Some(filled) = &step.check {
        found.push(ask(Request::CheckForm { form: filled.form.clone(), values: values(filled) }));
    }
    if let Some(filled) = &step.submit {
        let (form, key) = (filled.form.clone(), KEY.to_owned());
        found.push(ask(Request::Submit { form, key, values: values(filled) }));
    }
    found
}

fn panel(step: &Step, revision: u64) -> Vec<Happening> {
    let at = |slot: Slot, event: PanelEvent| {
        let place = Place {
            slot,
            conversation: Some(CONVERSATION),
            customer: Some(crate::world::CUSTOMER),
            ticket: None,
        };
        ask(Request::Panel { place, revision, event })
    };
    let mut found = Vec::new();
    if let Some(slot) = step.panel {
        found.push(at(slot.0, PanelEvent::Opened));
    }
    if let Some(node) = &step.click {
        found.push(at(Slot::CustomerSide, PanelEvent::Clicked(node.clone())));
    }
    if let Some(change) = &step.change {
        let event = PanelEvent::Changed { node: change.id.clone(), value: change.value.clone() };
        found.push(at(Slot::CustomerSide, event));
    }
    if said(step.tick) {
        found.push(at(Slot::CustomerSide, PanelEvent::Tick));
    }
    found
}

fn channel(step: &Step, desk: &Desk) -> Vec<Happening> {
    let mut found = Vec::new();
    if let Some(web) = &step.web {
        found.push(ask(Request::Ingest(Ingress::Web(web_event(web)))));
    }
    if let Some(cursor) = &step.poll {
        let cursor = (!cursor.is_empty()).then(|| cursor.clone());
        found.push(ask(Request::Ingest(Ingress::Poll(cursor))));
    }
    if let Some(text) = &step.send {
        let customer = desk.contact().customer;
        let recipient = Party { id: customer.id.to_string(), name: customer.name, handle: String::new() };
        let sender = Party { id: "agent-1".to_owned(), name: "Agent".to_owned(), handle: String::new() };
        let message = Outgoing {
            key: KEY.to_owned(),
            thread: THREAD.to_owned(),
            recipients: vec![recipient],
            sender,
            text: text.clone(),
            ..Outgoing::default()
        };
        found.push(ask(Request::Send(Box::new(message))));
    }
    if let Some(key) = &step.reconcile {
        found.push(ask(Request::Reconcile { key: key.clone() }));
    }
    if let Some(active) = step.typing {
        let thread = THREAD.to_owned();
        found.push(ask(Request::Signal { thread, signal: Signal::Typing(active) }));
    }
    found
}

fn any(step: &Step) -> Vec<Happening> {
    let mut found = Vec::new();
    if let Some(id) = &step.timer {
        found.push(Happening::Timer(id.clone()));
    }
    if let Some(decided) = &step.outcome {
        found.push(ask(Request::Outcome { key: decided.proposal.clone(), fate: decided.fate }));
    }
    if let Some(settings) = &step.settings {
        found.push(ask(Request::CheckSettings(pairs(settings))));
    }
    if let Some(ms) = step.later_ms {
        found.push(Happening::Later(ms));
    }
    if said(step.restart) {
        found.push(Happening::Restart);
    }
    found
}

fn pairs(table: &BTreeMap<String, String>) -> Vec<(String, String)> {
    table.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn values(filled: &Filled) -> Values {
    let typed = |text: &String| FieldValue { text: text.clone(), origin: Origin::Agent };
    filled.values.iter().map(|(id, text)| (id.clone(), typed(text))).collect()
}

fn web_event(web: &Web) -> WebEvent {
    WebEvent {
        path: web.path.clone(),
        method: web.method.to_ascii_uppercase(),
        query: pairs(&web.query),
        headers: web.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect(),
        body: web.body.clone().into_bytes(),
        client: "192.0.2.1".to_owned(),
    }
}
