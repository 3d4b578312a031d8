//! Ticket forms: described and checked by a plugin, kept and enforced by the desk. What the agent typed is
//! a draft like any other: it survives the plugin, the window and the machine.

use host::{Answer, CallError, LaneKey, Request};
use model::{
    ConversationId, TicketId,
    command::FormCommand,
    field::{FieldValue, Origin, Values},
    input::Input,
    limits::FORM_FIELDS_MAX,
    plugin::Role,
    ticket::{Stage, Ticket},
    view::{Form, FormState, NoticeLevel},
};
use store::{Commit, DraftKey, Store};

use crate::{
    advice::CONTACT_MESSAGES,
    core::{Core, InputError, fresh},
    job::{Call, Replied},
};

/// Ticket numbers begin here.
const TICKET_NUMBER_FIRST: u64 = 20_932;

impl Core {
    pub(crate) fn form_command(&mut self, store: &mut Store, id: ConversationId, command: FormCommand) {
        match command {
            FormCommand::Open { plugin, kind } => self.open_form(store, id, plugin, kind),
            FormCommand::Set { field, text } => {
                self.change_form(store, id, |form| {
                    form.errors.remove(&field);
                    form.values.insert(field, FieldValue { text, origin: Origin::Agent });
                });
            }
            FormCommand::AcceptFilled(field) => self.change_form(store, id, |form| {
                if let Some(value) = form.values.get_mut(&field) {
                    value.origin = Origin::Agent;
                }
            }),
            FormCommand::AcceptAllFilled => self.change_form(store, id, |form| {
                for value in form.values.values_mut() {
                    if matches!(value.origin, Origin::Filled(_)) {
                        value.origin = Origin::Agent;
                    }
                }
            }),
            FormCommand::Submit => self.check_form(store, id),
            FormCommand::Close => {
                if let Some(thread) = self.shown.threads.get_mut(&id) {
                    thread.form = None;
                    self.shown.changed = true;
                }
            }
        }
    }

    fn open_form(&mut self, store: &mut Store, id: ConversationId, plugin: model::PluginId, kind: String) {
        let title = self
            .ticket_types
            .iter()
            .find(|ticket_type| ticket_type.plugin == plugin && ticket_type.kind == kind)
            .map_or_else(|| kind.clone(), |ticket_type| ticket_type.title.clone());
        let key = DraftKey::Form { conversation: id, plugin: plugin.clone(), kind: kind.clone() };
        let values = match store.draft(&key) {
            Ok(draft) => {
                draft.and_then(|draft| serde_json::from_str::<Values>(&draft.text).ok()).unwrap_or_default()
            }
            Err(error) => {
                tracing::error!(%error, "a draft could not be read");
                Values::new()
            }
        };
        let Some(thread) = self.shown.threads.get_mut(&id) else { return };
        thread.form = Some(Form {
            plugin,
            kind,
            title,
            fields: Vec::new(),
            values,
            errors: std::collections::BTreeMap::new(),
            state: FormState::Loading,
        });
        self.shown.changed = true;
        self.ask_fields(store, id);
    }

    fn ask_fields(&mut self, store: &mut Store, id: ConversationId) {
        let contact = self.contact(store, id, CONTACT_MESSAGES).ok().flatten().map(Box::new);
        let Some((lane, form, values)) = self.form_request(id) else { return };
        self.post(lane, Request::Fields { form, contact, values }, Call::FormFields(id));
    }

    fn form_request(&self, id: ConversationId) -> Option<(LaneKey, String, Values)> {
        let form = self.shown.threads.get(&id)?.form.as_ref()?;
        let lane = LaneKey { plugin: form.plugin.clone(), role: Role::TicketForm, account: None };
        Some((lane, form.kind.clone(), form.values.clone()))
    }

    /// Changes the form, keeps it as a draft and lets the plugin describe it again, since fields may depend
    /// on values.
    fn change_form(&mut self, store: &mut Store, id: ConversationId, change: impl FnOnce(&mut Form)) {
        let Some(form) = self.shown.threads.get_mut(&id).and_then(|thread| thread.form.as_mut()) else {
            return;
        };
        if matches!(form.state, FormState::Submitting | FormState::Submitted(..)) {
            return;
        }
        change(form);
        form.state = FormState::Editing;
        self.shown.changed = true;
        self.keep_form(store, id);
        self.ask_fields(store, id);
    }

    fn keep_form(&mut self, store: &mut Store, id: ConversationId) {
        let Some(form) = self.shown.threads.get(&id).and_then(|thread| thread.form.as_ref()) else { return };
        // Only what the agent stands for: the rest is filled in anew from what is known then.
        let own: Values = form
            .values
            .iter()
            .filter(|(_, value)| value.origin == Origin::Agent)
            .map(|(field, value)| (field.clone(), value.clone()))
            .collect();
        let key = DraftKey::Form { conversation: id, plugin: form.plugin.clone(), kind: form.kind.clone() };
        let text =
            if own.is_empty() { String::new() } else { serde_json::to_string(&own).unwrap_or_default() };
        let now = self.now();
        if let Err(error) = store.save_draft(&key, &text, now) {
            tracing::error!(%error, "a draft could not be kept");
            self.shown.notice(now, NoticeLevel::Error, error.code(), Vec::new(), Some(id));
        }
    }

    /// The plugin described its form. What the agent typed meanwhile stands.
    pub(crate) fn form_fields(&mut self, _store: &mut Store, id: ConversationId, result: Replied) {
        let Some(form) = self.shown.threads.get_mut(&id).and_then(|thread| thread.form.as_mut()) else {
            return;
        };
        match result {
            Ok(Answer::Fields { fields, values }) if fields.len() <= FORM_FIELDS_MAX => {
                for (field, value) in values {
                    let agents = form.values.get(&field).is_some_and(|have| have.origin == Origin::Agent);
                    if !agents {
                        form.values.insert(field, value);
                    }
                }
                form.fields = fields;
                if !matches!(form.state, FormState::Submitting | FormState::Submitted(..)) {
                    form.state = FormState::Editing;
                }
            }
            _ if form.fields.is_empty() => form.state = FormState::Failed("form-unavailable".to_owned()),
            // The fields shown before still stand.
            _ => {}
        }
        self.shown.changed = true;
    }

    /// The desk enforces what is required and of the right kind itself; then the plugin checks.
    fn check_form(&mut self, store: &mut Store, id: ConversationId) {
        let Some(form) = self.shown.threads.get_mut(&id).and_then(|thread| thread.form.as_mut()) else {
            return;
        };
        if form.state == FormState::Submitting || form.fields.is_empty() {
            return;
        }
        form.errors = form
            .fields
            .iter()
            .filter(|field| field.is_shown(&form.values))
            .filter_map(|field| Some((field.id.clone(), field.complaint(&form.values)?.to_owned())))
            .collect();
        self.shown.changed = true;
        if !form.errors.is_empty() {
            return;
        }
        form.state = FormState::Submitting;
        let Some((lane, form, values)) = self.form_request(id) else { return };
        self.keep_form(store, id);
        self.post(lane, Request::CheckForm { form, values }, Call::FormCheck(id));
    }

    /// The plugin checked the values.
    pub(crate) fn form_checked(&mut self, _store: &mut Store, id: ConversationId, result: Replied) {
        let Some(form) = self.shown.threads.get_mut(&id).and_then(|thread| thread.form.as_mut()) else {
            return;
        };
        self.shown.changed = true;
        match result {
            Ok(Answer::Remarks(remarks)) => {
                let blocked = remarks.iter().any(|remark| remark.blocks);
                form.errors = remarks.into_iter().map(|remark| (remark.field, remark.text)).collect();
                if blocked {
                    form.state = FormState::Editing;
                    return;
                }
            }
            Err(error) => {
                form.state = FormState::Failed(form_trouble(&error).to_owned());
                return;
            }
            Ok(_) => {
                form.state = FormState::Failed("form-unavailable".to_owned());
                return;
            }
        }
        if let Some((lane, form, values)) = self.form_request(id) {
            let key = fresh().to_string();
            self.post(lane, Request::Submit { form, key, values }, Call::FormSubmit(id));
        }
    }

    /// The plugin took the form: the desk keeps the ticket.
    pub(crate) fn form_submitted(&mut self, store: &mut Store, id: ConversationId, result: Replied) {
        let submitted = match result {
            Ok(Answer::Submitted(submitted)) => submitted,
            other => {
                let code = other.err().map_or("form-unavailable", |error| form_trouble(&error));
                self.form_state(id, FormState::Failed(code.to_owned()));
                return;
            }
        };
        let Some(form) = self.shown.threads.get(&id).and_then(|thread| thread.form.clone()) else { return };
        let Some(conversation) = self.conversation(store, id) else { return };
        let now = self.now();
        let number = match store.take_ticket_number(TICKET_NUMBER_FIRST) {
            Ok(number) => format!("R-{number}"),
            Err(error) => {
                self.form_state(id, FormState::Failed(error.code().to_owned()));
                return;
            }
        };
        let ticket = Ticket {
            id: TicketId::new(fresh()),
            number: number.clone(),
            plugin: form.plugin.clone(),
            kind: form.kind.clone(),
            title: submitted.title,
            customer: conversation.customer,
            conversation: Some(id),
            opened_by: self.me,
            values: submitted.values,
            stage: Stage::Open,
            sequence: 0,
            opened: now,
            changed: now,
            comments: Vec::new(),
        };
        let ticket_id = ticket.id;
        let mut commit = Commit::new(now);
        commit.drafts_done.push(DraftKey::Form { conversation: id, plugin: form.plugin, kind: form.kind });
        let input = Input::TicketSubmitted { agent: self.me, ticket: Box::new(ticket) };
        match self.input_at(store, &input, now, commit) {
            Ok(_) => {
                self.form_state(id, FormState::Submitted(ticket_id, number.clone()));
                let arguments = vec![("number".to_owned(), number)];
                self.shown.notice(now, NoticeLevel::Success, "ticket-opened", arguments, Some(id));
            }
            Err(error) => {
                let error: InputError = error;
                self.form_state(id, FormState::Failed(error.code().to_owned()));
            }
        }
    }

    fn form_state(&mut self, id: ConversationId, state: FormState) {
        if let Some(form) = self.shown.threads.get_mut(&id).and_then(|thread| thread.form.as_mut()) {
            form.state = state;
            self.shown.changed = true;
        }
    }
}

fn form_trouble(error: &CallError) -> &'static str {
    match error {
        CallError::WallTime | CallError::CpuTime => "form-late",
        CallError::Failure(_) => "form-refused",
        _ => "form-unavailable",
    }
}
