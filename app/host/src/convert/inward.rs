//! From a plugin to the desk. Every text has a limit, every number a range.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    ConversationId, MessageId, Timestamp,
    field::{Field, FieldKind, FieldOption, FieldValue, Origin, ShowIf, Values},
    limits::{FORM_FIELDS_MAX, MESSAGE_TEXT_MAX_BYTES, NAME_MAX_BYTES, TAGS_MAX},
    panel::Tone,
    proposal::{Change, PromptClass, Source, WrapUp},
    quality::{Evidence, Severity},
};

use super::Invalid;
use crate::{
    bindings::{
        exports::switchboard::plugin::{assist, lookup, quality, ticket_form},
        switchboard::plugin::{advice as wit_advice, forms as wit_forms, types as wit},
    },
    contract::{
        Action, Advice, Card, Criterion, Delta, Fact, FindingDraft, Form, Mark, Pairs, Remark, Scorecard,
        Submitted,
    },
    guard::counts,
    policy::ADVICE_ITEMS_MAX,
    state::cut,
};

/// An id or cursor of a provider, in bytes.
const REMOTE_ID_MAX_BYTES: usize = 1024;
/// A sentence or paragraph of a plugin, in bytes.
pub(super) const TEXT_MAX_BYTES: usize = 16 * 1024;
/// Facts, rows, sources, remarks and the like in one list.
const LIST_MAX: usize = 64;
/// Cards of one search, criteria of a rubric, marks and findings of a scorecard.
const CARDS_MAX: usize = 100;
/// Choices of one field.
const CHOICES_MAX: usize = 500;
/// Characters that change the direction of text, in one text. More serve nobody but somebody who wants to deceive.
const DIRECTION_MARKS_MAX: usize = 64;

pub(super) fn invalid<T>(what: &str, why: impl std::fmt::Display) -> Result<T, Invalid> {
    Err(Invalid(format!("{what}: {why}")))
}

/// A text within its limit, without control characters, and with few marks of direction.
pub(super) fn text(what: &str, value: String, max_bytes: usize) -> Result<String, Invalid> {
    if counts(value.len() > max_bytes) {
        return invalid(what, format_args!("{} bytes, {max_bytes} allowed", value.len()));
    }
    Ok(tamed(value))
}

fn tamed(value: String) -> String {
    let harmless = |c: char| (!c.is_control() || matches!(c, '\n' | '\t')) && !is_direction_mark(c);
    if value.chars().all(harmless) || !counts(true) {
        return value;
    }
    let mut marks = 0;
    value
        .chars()
        .filter(|c| {
            marks += usize::from(is_direction_mark(*c));
            harmless(*c) || (is_direction_mark(*c) && marks <= DIRECTION_MARKS_MAX)
        })
        .collect()
}

pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The words of a failure: cut, since nobody should lose an error to its length.
pub(super) fn cut_text(value: &str) -> String {
    tamed(cut(value, TEXT_MAX_BYTES).to_owned())
}

/// A sentence that a plugin answered with.
pub(crate) fn short(value: String) -> Result<String, Invalid> {
    text("text", value, TEXT_MAX_BYTES)
}

pub(super) fn name(what: &str, value: String) -> Result<String, Invalid> {
    text(what, value, NAME_MAX_BYTES)
}

pub(super) fn words(what: &str, value: String) -> Result<String, Invalid> {
    text(what, value, TEXT_MAX_BYTES)
}

/// An id that must be there and must come back as it was.
pub(super) fn id(what: &str, value: String) -> Result<String, Invalid> {
    if counts(value.is_empty()) {
        return invalid(what, "is empty");
    }
    if counts(value.len() > REMOTE_ID_MAX_BYTES) {
        return invalid(what, format_args!("{} bytes, {REMOTE_ID_MAX_BYTES} allowed", value.len()));
    }
    Ok(value)
}

pub(super) fn list<A, B>(
    what: &str,
    items: Vec<A>,
    most: usize,
    convert: impl FnMut(A) -> Result<B, Invalid>,
) -> Result<Vec<B>, Invalid> {
    if counts(items.len() > most) {
        return invalid(what, format_args!("{} entries, {most} allowed", items.len()));
    }
    items.into_iter().map(convert).collect()
}

/// From 0 to 1. What is not a number is refused, never taken for something.
pub(super) fn share(what: &str, value: f32) -> Result<f32, Invalid> {
    if counts(!(0.0..=1.0).contains(&value)) {
        return invalid(what, format_args!("{value} is not from 0 to 1"));
    }
    Ok(value)
}

pub(super) fn moment(what: &str, at_ms: u64) -> Result<Timestamp, Invalid> {
    let at = i64::try_from(at_ms).ok().and_then(|at_ms| Timestamp::from_millisecond(at_ms).ok());
    at.map_or_else(|| invalid(what, "no such time"), Ok)
}

pub(super) fn pairs(what: &str, pairs: Vec<wit::Pair>) -> Result<Pairs, Invalid> {
    list(what, pairs, LIST_MAX, |pair| Ok((name(what, pair.name)?, words(what, pair.value)?)))
}

pub(crate) fn cards(cards: Vec<lookup::Card>) -> Result<Vec<Card>, Invalid> {
    list("cards", cards, CARDS_MAX, card)
}

pub(crate) fn card(card: lookup::Card) -> Result<Card, Invalid> {
    Ok(Card {
        id: id("card.id", card.id)?,
        kind: name("card.kind", card.kind)?,
        title: name("card.title", card.title)?,
        subtitle: name("card.subtitle", card.subtitle)?,
        facts: list("card.facts", card.facts, LIST_MAX, |fact| {
            let tone = match fact.tone {
                lookup::Tone::Plain => Tone::Plain,
                lookup::Tone::Muted => Tone::Muted,
                lookup::Tone::Good => Tone::Good,
                lookup::Tone::Warn => Tone::Warn,
                lookup::Tone::Bad => Tone::Bad,
            };
            Ok(Fact { label: name("fact.label", fact.label)?, value: words("fact.value", fact.value)?, tone })
        })?,
        link: card.link.map(|link| address("card.link", link)).transpose()?,
        actions: list("card.actions", card.actions, LIST_MAX, |action| {
            Ok(Action {
                id: id("action.id", action.id)?,
                label: name("action.label", action.label)?,
                danger: action.danger,
                fields: fields(action.fields)?.0,
            })
        })?,
    })
}

/// An address that a person may open: the web, over TLS.
pub(super) fn address(what: &str, value: String) -> Result<String, Invalid> {
    // Parsing forgives what a person does not see: spaces and control characters around and within.
    let visible = !value.chars().any(|c| c.is_control() || c.is_whitespace() || is_direction_mark(c));
    let parsed = url::Url::parse(&value)
        .is_ok_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
    let plain = value.starts_with("https://") && visible && parsed;
    if counts(!plain || value.len() > NAME_MAX_BYTES * 4) {
        return invalid(what, "only plain https addresses");
    }
    Ok(value)
}

pub(crate) fn advice(items: Vec<wit_advice::Item>) -> Result<Vec<Advice>, Invalid> {
    list("advice", items, ADVICE_ITEMS_MAX, advice_item)
}

fn conversation(what: &str, value: &str) -> Result<ConversationId, Invalid> {
    value.parse().or_else(|_| invalid(what, "no such conversation"))
}

fn source(source: wit_advice::Source) -> Result<Source, Invalid> {
    let uri = if source.uri.starts_with("https:") {
        address("source.uri", source.uri)?
    } else if source.uri.is_empty()
        || source.uri.starts_with("article:")
        || source.uri.starts_with("message:")
    {
        name("source.uri", source.uri)?
    } else {
        return invalid("source.uri", "article:, message: or https: only");
    };
    Ok(Source {
        title: name("source.title", source.title)?,
        uri,
        quote: words("source.quote", source.quote)?,
    })
}

fn advice_item(item: wit_advice::Item) -> Result<Advice, Invalid> {
    Ok(match item {
        wit_advice::Item::Proposal(proposal) => Advice::Proposal {
            key: id("proposal.id", proposal.id)?,
            conversation: conversation("proposal.conversation", &proposal.conversation)?,
            change: change(proposal.change)?,
            confidence: share("proposal.confidence", proposal.confidence)?,
            because: words("proposal.because", proposal.because)?,
            sources: list("proposal.sources", proposal.sources, LIST_MAX, source)?,
            expires_ms: proposal.expires_ms,
        },
        wit_advice::Item::Prompt(prompt) => Advice::Prompt {
            key: id("prompt.id", prompt.id)?,
            conversation: conversation("prompt.conversation", &prompt.conversation)?,
            class: match prompt.class {
                wit_advice::Class::Safety => PromptClass::Safety,
                wit_advice::Class::Waiting => PromptClass::Waiting,
                wit_advice::Class::Sla => PromptClass::Sla,
                wit_advice::Class::Coaching => PromptClass::Coaching,
                wit_advice::Class::Offer => PromptClass::Offer,
            },
            title: name("prompt.title", prompt.title)?,
            text: words("prompt.text", prompt.text)?,
            expires_ms: prompt.expires_ms,
        },
        wit_advice::Item::Clear(key) => Advice::Clear(id("clear", key)?),
    })
}

fn change(change: wit_advice::Change) -> Result<Change, Invalid> {
    Ok(match change {
        wit_advice::Change::Reply(reply) => Change::Reply(text("reply", reply, MESSAGE_TEXT_MAX_BYTES)?),
        wit_advice::Change::Fields(filled) => Change::Fields(values(filled)?),
        wit_advice::Change::Tag(tag) => Change::Tag(name("tag", tag)?),
        wit_advice::Change::Transfer(queue) => Change::Transfer(name("transfer", queue)?),
        wit_advice::Change::Offer(offer) => Change::Offer {
            code: id("offer.code", offer.code)?,
            title: name("offer.title", offer.title)?,
            words: words("offer.words", offer.words)?,
        },
        wit_advice::Change::NextStep(step) => Change::NextStep(words("next-step", step)?),
        wit_advice::Change::Note(note) => Change::Note(words("note", note)?),
        wit_advice::Change::WrapUp(wrap_up) => Change::WrapUp(WrapUp {
            reason: name("wrap-up.reason", wrap_up.reason)?,
            outcome: name("wrap-up.outcome", wrap_up.outcome)?,
            summary: words("wrap-up.summary", wrap_up.summary)?,
            follow_ups: list("wrap-up.follow-ups", wrap_up.follow_ups, LIST_MAX, |text| {
                words("follow-up", text)
            })?,
            tags: list("wrap-up.tags", wrap_up.tags, TAGS_MAX, |tag| name("tag", tag))?,
        }),
    })
}

/// A part of a generated text; none at its end.
pub(crate) fn delta(delta: assist::Delta) -> Result<Option<Delta>, Invalid> {
    Ok(match delta {
        assist::Delta::Text(part) => Some(Delta::Text(words("text", part)?)),
        assist::Delta::Source(part) => Some(Delta::Source(source(part)?)),
        assist::Delta::Item(item) => Some(Delta::Advice(Box::new(advice_item(item)?))),
        assist::Delta::Done => None,
    })
}

pub(crate) fn criteria(criteria: Vec<quality::Criterion>) -> Result<Vec<Criterion>, Invalid> {
    list("rubric", criteria, CARDS_MAX, |criterion| {
        if counts(!(criterion.weight.is_finite() && criterion.weight >= 0.0)) {
            return invalid("criterion.weight", criterion.weight);
        }
        Ok(Criterion {
            id: id("criterion.id", criterion.id)?,
            title: name("criterion.title", criterion.title)?,
            help: words("criterion.help", criterion.help)?,
            weight: criterion.weight,
        })
    })
}

/// Marks and findings; evidence must lie within the messages that the plugin was given.
pub(crate) fn scorecard(
    scorecard: quality::Scorecard,
    messages: &BTreeMap<MessageId, u32>,
) -> Result<Scorecard, Invalid> {
    let evidence = |ranges: Vec<quality::TextRange>| {
        list("evidence", ranges, LIST_MAX, |range| {
            let message = range.message.parse().ok();
            let Some((message, length)) =
                message.and_then(|id| messages.get(&id).map(|length| (id, *length)))
            else {
                return invalid("evidence.message", "not in the conversation");
            };
            if counts(range.first > range.last || range.last > length) {
                return invalid("evidence", format_args!("{}..{} of {length}", range.first, range.last));
            }
            Ok(Evidence { message, first: range.first, end: range.last })
        })
    };
    Ok(Scorecard {
        marks: list("marks", scorecard.marks, CARDS_MAX, |mark| {
            Ok(Mark {
                criterion: id("mark.criterion", mark.criterion)?,
                score: mark.score.map(|score| share("mark.score", score)).transpose()?,
                because: words("mark.because", mark.because)?,
                evidence: evidence(mark.evidence)?,
            })
        })?,
        findings: list("findings", scorecard.findings, CARDS_MAX, |finding| {
            Ok(FindingDraft {
                criterion: id("finding.criterion", finding.criterion)?,
                title: name("finding.title", finding.title)?,
                severity: match finding.severity {
                    quality::Severity::Good => Severity::Good,
                    quality::Severity::Hint => Severity::Hint,
                    quality::Severity::Warning => Severity::Warning,
                    quality::Severity::Breach => Severity::Breach,
                },
                because: words("finding.because", finding.because)?,
                advice: words("finding.advice", finding.advice)?,
                evidence: evidence(finding.evidence)?,
            })
        })?,
    })
}

pub(crate) fn forms(forms: Vec<ticket_form::Form>) -> Result<Vec<Form>, Invalid> {
    list("forms", forms, LIST_MAX, |form| {
        Ok(Form {
            id: id("form.id", form.id)?,
            title: name("form.title", form.title)?,
            help: words("form.help", form.help)?,
        })
    })
}

/// Fields in order, and the values that came with them.
pub(crate) fn fields(fields: Vec<wit_forms::Field>) -> Result<(Vec<Field>, Values), Invalid> {
    let mut filled = Values::new();
    let mut seen = BTreeSet::new();
    let fields = list("fields", fields, FORM_FIELDS_MAX, |field| {
        let id = id("field.id", field.id)?;
        if counts(!seen.insert(id.clone())) {
            return invalid("field.id", format_args!("{} is there twice", id.escape_debug()));
        }
        if let Some(given) = field.value {
            let (of, given) = value(given)?;
            if of != id {
                return invalid("field.value", "belongs to another field");
            }
            filled.insert(of, given);
        }
        let show_if = field.show_if.map(|condition| {
            Ok(ShowIf {
                field: name("show-if.field", condition.field)?,
                equals: name("show-if.equals", condition.equals)?,
            })
        });
        Ok(Field {
            id,
            label: name("field.label", field.label)?,
            help: words("field.help", field.help)?,
            kind: widget(field.widget)?,
            required: field.required,
            show_if: show_if.transpose()?,
            default: String::new(),
        })
    })?;
    Ok((fields, filled))
}

fn widget(widget: wit_forms::Widget) -> Result<FieldKind, Invalid> {
    Ok(match widget {
        wit_forms::Widget::Area => FieldKind::Area,
        wit_forms::Widget::Number => FieldKind::Number,
        wit_forms::Widget::Date => FieldKind::Date,
        wit_forms::Widget::TimeWindow => FieldKind::TimeWindow,
        wit_forms::Widget::Phone => FieldKind::Phone,
        wit_forms::Widget::Address => FieldKind::Address,
        wit_forms::Widget::Device => FieldKind::Device,
        wit_forms::Widget::Choice(choices) => {
            FieldKind::Choice(list("choices", choices, CHOICES_MAX, |choice| {
                Ok(FieldOption {
                    value: name("choice.value", choice.value)?,
                    label: name("choice.label", choice.label)?,
                })
            })?)
        }
        wit_forms::Widget::Toggle => FieldKind::Toggle,
        wit_forms::Widget::Line | wit_forms::Widget::Email | wit_forms::Widget::Other(_) => FieldKind::Line,
    })
}

fn value(value: wit_forms::Value) -> Result<(String, FieldValue), Invalid> {
    let origin = match value.came_from {
        wit_forms::Origin::Unset => Origin::Default,
        wit_forms::Origin::Agent => Origin::Agent,
        wit_forms::Origin::Filled(source) => Origin::Filled(name("value.came-from", source)?),
    };
    Ok((id("value.field", value.field)?, FieldValue { text: words("value.text", value.text)?, origin }))
}

fn values(values: Vec<wit_forms::Value>) -> Result<Values, Invalid> {
    Ok(list("values", values, FORM_FIELDS_MAX, value)?.into_iter().collect())
}

pub(crate) fn remarks(remarks: Vec<wit_forms::Remark>) -> Result<Vec<Remark>, Invalid> {
    list("remarks", remarks, FORM_FIELDS_MAX, |remark| {
        Ok(Remark {
            field: name("remark.field", remark.field)?,
            text: words("remark.text", remark.text)?,
            blocks: remark.blocks,
        })
    })
}

pub(crate) fn submitted(submitted: ticket_form::Submitted) -> Result<Submitted, Invalid> {
    Ok(Submitted {
        title: name("submitted.title", submitted.title)?,
        summary: words("submitted.summary", submitted.summary)?,
        values: values(submitted.values)?,
    })
}
