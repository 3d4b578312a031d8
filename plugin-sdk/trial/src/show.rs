//! Answers of a plugin as plain values, with names that a world can be written in.

use host::{
    Advice, Answer, Batch, Card, Delta, Form, Item, PanelEffect, Party, ReceiptState, Remark, Scorecard,
    SendOutcome, SentState, Submitted,
};
use model::{
    MessageId,
    field::{Field, FieldKind, Origin, Values},
    panel::{Node, NodeKind, Panel},
    proposal::{Change, Source},
    quality::Evidence,
};
use serde_json::{Map, Value as Json, json};

/// An answer; `deltas` are what came before it.
pub fn answer(answer: &Answer, deltas: &[Delta]) -> Json {
    match answer {
        Answer::Batch(found) => batch(found),
        Answer::Sent(outcome) => match outcome {
            SendOutcome::Sent(id) => json!({ "sent": id }),
            SendOutcome::RetryAfterMs(wait_ms) => json!({ "retry-after-ms": wait_ms }),
            SendOutcome::Rejected(why) => json!({ "rejected": why }),
            SendOutcome::Unknown => json!({ "unknown": true }),
        },
        Answer::Reconciled(state) => match state {
            SentState::WasSent(id) => json!({ "was-sent": id }),
            SentState::NotSent => json!({ "not-sent": true }),
            SentState::CannotTell => json!({ "cannot-tell": true }),
        },
        Answer::Done if deltas.is_empty() => json!({}),
        Answer::Done => written(deltas),
        Answer::Cards(cards) => json!({ "cards": cards.iter().map(card).collect::<Vec<_>>() }),
        Answer::Card(found) => json!({ "card": card(found) }),
        Answer::Advice(items) => json!({ "advice": items.iter().map(advice).collect::<Vec<_>>() }),
        Answer::Rubric(criteria) => {
            let one = |criterion: &host::Criterion| json!({ "id": criterion.id, "title": criterion.title, "help": criterion.help, "weight": criterion.weight });
            json!({ "criteria": criteria.iter().map(one).collect::<Vec<_>>() })
        }
        Answer::Scorecard(found) => scorecard(found),
        Answer::Forms(forms) => {
            let one = |form: &Form| json!({ "id": form.id, "title": form.title, "help": form.help });
            json!({ "forms": forms.iter().map(one).collect::<Vec<_>>() })
        }
        Answer::Fields { fields, values } => {
            json!({ "fields": fields.iter().map(|field| shown_field(field, values)).collect::<Vec<_>>() })
        }
        Answer::Remarks(remarks) => {
            let one = |remark: &Remark| json!({ "field": remark.field, "text": remark.text, "blocks": remark.blocks });
            json!({ "remarks": remarks.iter().map(one).collect::<Vec<_>>() })
        }
        Answer::Submitted(found) => submitted(found),
        Answer::Effects(found) => json!({ "effects": found.iter().map(effect).collect::<Vec<_>>() }),
        Answer::Checked(words) => json!({ "checked": words }),
    }
}

fn written(deltas: &[Delta]) -> Json {
    let text: String = deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let sources: Vec<Json> = deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Source(found) => Some(source(found)),
            _ => None,
        })
        .collect();
    let items: Vec<Json> = deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Advice(found) => Some(advice(found)),
            _ => None,
        })
        .collect();
    json!({ "text": text, "sources": sources, "advice": items })
}

/// A proposal, prompt or withdrawal; its change stands under its own name.
pub fn advice(item: &Advice) -> Json {
    match item {
        Advice::Proposal { key, change, confidence, because, sources, expires_ms, .. } => {
            let sources: Vec<Json> = sources.iter().map(source).collect();
            let mut shown = json!({
                "id": key, "confidence": confidence, "because": because, "sources": sources, "expires-ms": expires_ms,
            });
            let (name, value) = shown_change(change);
            if let Some(object) = shown.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
            shown
        }
        Advice::Prompt { key, class, title, text, expires_ms, .. } => json!({
            "id": key, "prompt": serde_json::to_value(class).unwrap_or_default(), "title": title, "text": text,
            "expires-ms": expires_ms,
        }),
        Advice::Clear(key) => json!({ "clear": key }),
    }
}

fn shown_change(change: &Change) -> (&'static str, Json) {
    match change {
        Change::Reply(text) => ("reply", json!(text)),
        Change::Fields(values) => ("fields", shown_values(values)),
        Change::Tag(tag) => ("tag", json!(tag)),
        Change::Transfer(to) => ("transfer", json!(to)),
        Change::Offer { code, title, words } => {
            ("offer", json!({ "code": code, "title": title, "words": words }))
        }
        Change::NextStep(text) => ("next-step", json!(text)),
        Change::Note(text) => ("note", json!(text)),
        Change::WrapUp(wrap_up) => ("wrap-up", serde_json::to_value(wrap_up).unwrap_or_default()),
    }
}

fn source(source: &Source) -> Json {
    json!({ "title": source.title, "uri": source.uri, "quote": source.quote })
}

fn shown_values(values: &Values) -> Json {
    values.iter().map(|(id, value)| (id.clone(), json!(value.text))).collect::<Map<_, _>>().into()
}

fn shown_field(field: &Field, values: &Values) -> Json {
    let value = values.get(&field.id);
    let filled = value.and_then(|value| match &value.origin {
        Origin::Filled(from) => Some(from.clone()),
        _ => None,
    });
    let choices: Vec<&str> = match &field.kind {
        FieldKind::Choice(options) => options.iter().map(|option| option.value.as_str()).collect(),
        _ => Vec::new(),
    };
    json!({
        "id": field.id, "label": field.label, "help": field.help, "required": field.required,
        "value": value.map(|value| value.text.as_str()), "filled-from": filled, "choices": choices,
        "kind": serde_json::to_value(&field.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)),
    })
}

fn submitted(found: &Submitted) -> Json {
    json!({ "title": found.title, "summary": found.summary, "values": shown_values(&found.values) })
}

fn card(card: &Card) -> Json {
    let facts: Vec<Json> = card
        .facts
        .iter()
        .map(|fact| json!({ "label": fact.label, "value": fact.value, "tone": serde_json::to_value(fact.tone).unwrap_or_default() }))
        .collect();
    let actions: Vec<Json> = card
        .actions
        .iter()
        .map(|action| json!({ "id": action.id, "label": action.label, "danger": action.danger }))
        .collect();
    json!({
        "id": card.id, "kind": card.kind, "title": card.title, "subtitle": card.subtitle, "facts": facts,
        "link": card.link, "actions": actions,
    })
}

fn scorecard(found: &Scorecard) -> Json {
    let marks: Vec<Json> = found
        .marks
        .iter()
        .map(|mark| {
            json!({
                "criterion": mark.criterion, "score": mark.score, "because": mark.because,
                "evidence": mark.evidence.iter().map(evidence).collect::<Vec<_>>(),
            })
        })
        .collect();
    let findings: Vec<Json> = found
        .findings
        .iter()
        .map(|finding| {
            json!({
                "criterion": finding.criterion, "title": finding.title, "because": finding.because,
                "severity": serde_json::to_value(finding.severity).unwrap_or_default(), "advice": finding.advice,
                "evidence": finding.evidence.iter().map(evidence).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "marks": marks, "findings": findings })
}

/// The first message of a world is number 1.
fn evidence(found: &Evidence) -> Json {
    json!({ "message": number(found.message), "first": found.first, "last": found.end })
}

fn number(message: MessageId) -> u64 {
    message.uuid().as_u128() as u64
}

fn effect(effect: &PanelEffect) -> Json {
    match effect {
        PanelEffect::Replace(panel) => json!({ "lines": lines(panel) }),
        PanelEffect::Notice { text, tone } => {
            json!({ "notice": text, "tone": serde_json::to_value(tone).unwrap_or_default() })
        }
        PanelEffect::DraftText(text) => json!({ "draft": text }),
        PanelEffect::OpenUrl(url) => json!({ "open-url": url }),
        PanelEffect::Copy(text) => json!({ "copy": text }),
    }
}

/// A panel line by line, as one reads it.
fn lines(panel: &Panel) -> Vec<String> {
    let mut lines = Vec::new();
    // The host has checked that this is a tree; the stack holds what is still to be read, the next on top.
    let mut stack = vec![panel.root];
    while let Some(node) = stack.pop().and_then(|index| panel.nodes.get(index)) {
        lines.extend(line(node));
        stack.extend(node.children.iter().rev());
    }
    lines
}

fn line(node: &Node) -> Option<String> {
    let id = if node.id.is_empty() { String::new() } else { format!(" #{}", node.id) };
    Some(match &node.kind {
        NodeKind::Row | NodeKind::Column => return None,
        NodeKind::Section(title) => format!("section {title}"),
        NodeKind::Heading(text) => format!("heading {text}"),
        NodeKind::Text { text, .. } => format!("text {text}"),
        NodeKind::Fact { label, value } => format!("fact {label}: {value}"),
        NodeKind::Badge { text, .. } => format!("badge {text}"),
        NodeKind::Divider => "divider".to_owned(),
        NodeKind::Grid { columns, rows } => format!("grid {}: {} rows", columns.join(" | "), rows.len()),
        NodeKind::Input { label, value, .. } => format!("input{id} {label}: {value}"),
        NodeKind::Choice { label, selected, .. } => format!("choice{id} {label}: {selected}"),
        NodeKind::Toggle { label, on } => format!("toggle{id} {label}: {on}"),
        NodeKind::Button { text, .. } => format!("button{id} {text}"),
        NodeKind::Link { text, url } => format!("link {text}: {url}"),
        NodeKind::Progress(share) => format!("progress {share}"),
        NodeKind::Spark(values) => format!("spark {} values", values.len()),
    })
}

fn batch(batch: &Batch) -> Json {
    let reply = batch.reply.as_ref().map(|reply| {
        let headers: Map<String, Json> =
            reply.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "status": reply.status, "headers": headers, "body": String::from_utf8_lossy(&reply.body), "topic": reply.topic,
        })
    });
    json!({
        "items": batch.items.iter().map(item).collect::<Vec<_>>(), "cursor": batch.cursor,
        "poll-again-ms": batch.poll_again_ms, "reply": reply,
    })
}

fn party(party: &Party) -> Json {
    json!({ "id": party.id, "name": party.name, "handle": party.handle })
}

fn item(item: &Item) -> Json {
    match item {
        Item::Message(message) => json!({
            "message": message.text, "remote-id": message.remote_id, "thread": message.thread,
            "subject": message.subject, "sender": party(&message.sender), "from-us": message.from_us,
            "at": message.at.to_string(), "files": message.files.iter().map(|file| &file.name).collect::<Vec<_>>(),
        }),
        Item::Edit { remote_id, thread, text, .. } => {
            json!({ "edit": text, "remote-id": remote_id, "thread": thread })
        }
        Item::Redaction { remote_id, thread, .. } => json!({ "redaction": remote_id, "thread": thread }),
        Item::Receipt { remote_id, thread, state, reason, .. } => {
            let state = match state {
                ReceiptState::Delivered => "delivered",
                ReceiptState::Read => "read",
                ReceiptState::Failed => "failed",
            };
            json!({ "receipt": state, "remote-id": remote_id, "thread": thread, "reason": reason })
        }
        Item::Typing { thread, who, active } => {
            json!({ "typing": active, "thread": thread, "who": party(who) })
        }
        Item::Facts { thread, who, facts } => {
            let facts: Map<String, Json> =
                facts.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "facts": facts, "thread": thread, "who": party(who) })
        }
        Item::Closed { thread, reason, .. } => json!({ "closed": reason, "thread": thread }),
    }
}
