//! Wrap-up: when a conversation is about to end, proposes how to close it: why the customer came, what came of
//! it, a summary in the words that were used, and what was promised. In its panel the agent may correct
//! reason and outcome and ask for the proposal at any time.
//!
//! The summary is extractive: it only says what stands in the conversation. The agent's choices are kept until the
//! conversation closes.

mod judge;
mod summary;

use std::collections::BTreeMap;

use plugin_kit::{
    assist::{Assist, ContactEvent, WrapUp},
    desk::{conversations, kv, proposals},
    panel::{
        Choice, Effect, Element, Event, Panel, Place, Tone, button, column, notice, row, section, selector,
        text, toned,
    },
    prelude::*,
};
use serde::{Deserialize, Serialize};

use crate::judge::{OUTCOMES, Outcome, REASONS, Reason};

/// Texts with arguments.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// Messages read for one wrap-up.
const MESSAGES_MAX: u32 = 200;
/// How long choices are kept, in seconds; a closed conversation's are forgotten at once.
const CHOICES_KEPT_S: u32 = 7 * 24 * 3600;
/// Conversations remembered.
const CONTACTS_MAX: usize = 200;
const PROPOSAL: &str = "wrap-up";
const REASON: &str = "reason";
const OUTCOME: &str = "outcome";
const PROPOSE: &str = "propose";
const AGAIN: &str = "again";

/// The plugin.
#[derive(Default)]
pub struct WrapUps {
    /// Conversations for which a proposal stands, and when it was made.
    proposed: BTreeMap<String, u64>,
}

/// What the agent chose in the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Choices {
    reason: Option<Reason>,
    outcome: Option<Outcome>,
}

impl Choices {
    fn load(conversation: &str) -> Result<Self> {
        Ok(kv::get_json(&format!("choices/{conversation}"))?.unwrap_or_default())
    }

    fn save(&self, conversation: &str) -> Result<()> {
        kv::set_json(&format!("choices/{conversation}"), self, Some(CHOICES_KEPT_S))
    }
}

impl Plugin for WrapUps {}

impl Assist for WrapUps {
    fn observe(&mut self, ctx: &Ctx, conversation: &str, event: ContactEvent) -> Result<Vec<Item>> {
        match event {
            ContactEvent::Closing => self.propose(ctx, conversation, "because-closing"),
            ContactEvent::Message(message) if message.is_inbound() && judge::is_farewell(&message.text) => {
                self.propose(ctx, conversation, "because-thanks")
            }
            // Somebody who goes on asking is not about to leave.
            ContactEvent::Message(message) if message.is_inbound() => Ok(self.take_back(conversation)),
            ContactEvent::Closed => {
                kv::delete(&format!("choices/{conversation}"))?;
                self.proposed.remove(conversation);
                Ok(vec![])
            }
            _ => Ok(vec![]),
        }
    }
}

impl WrapUps {
    fn propose(&mut self, ctx: &Ctx, conversation: &str, because: &str) -> Result<Vec<Item>> {
        let contact = conversations::get(conversation, MESSAGES_MAX)?;
        let Some(proposal) = proposal(ctx, &contact, &Choices::load(conversation)?, because) else {
            return Ok(vec![]);
        };
        if self.proposed.len() >= CONTACTS_MAX
            && let Some(oldest) =
                self.proposed.iter().min_by_key(|(_, at_ms)| **at_ms).map(|(id, _)| id.clone())
        {
            self.proposed.remove(&oldest);
        }
        self.proposed.insert(conversation.to_owned(), ctx.now_ms);
        Ok(vec![proposal.into()])
    }

    fn take_back(&mut self, conversation: &str) -> Vec<Item> {
        let stands = self.proposed.remove(conversation).is_some();
        stands.then(|| Item::Clear(PROPOSAL.to_owned())).into_iter().collect()
    }
}

impl Panel for WrapUps {
    fn handle(&mut self, ctx: &Ctx, at: &Place, rev: u64, event: Event) -> Result<Vec<Effect>> {
        let Some(id) = &at.conversation else { return Ok(vec![]) };
        let mut choices = Choices::load(id)?;
        let mut effects = vec![];
        match event {
            Event::Shown | Event::Tick => {}
            Event::Changed(changed) => {
                match changed.name.as_str() {
                    REASON => choices.reason = Reason::named(&changed.value),
                    OUTCOME => choices.outcome = Outcome::named(&changed.value),
                    _ => return Ok(vec![]),
                }
                choices.save(id)?;
            }
            Event::Clicked(button) if button == AGAIN => {
                choices = Choices::default();
                choices.save(id)?;
            }
            Event::Clicked(button) if button == PROPOSE => {
                let contact = conversations::get(id, MESSAGES_MAX)?;
                match proposal(ctx, &contact, &choices, "because-asked") {
                    Some(proposal) => {
                        proposals::put(&[proposal.into()])?;
                        effects.push(notice("@proposed", Tone::Good));
                    }
                    None => effects.push(notice("@nothing", Tone::Warn)),
                }
            }
            Event::Clicked(_) => return Ok(vec![]),
        }
        let contact = conversations::get(id, MESSAGES_MAX)?;
        effects.insert(0, Effect::Replace(view(ctx, &contact, &choices).into_view(rev + 1)));
        Ok(effects)
    }
}

/// The proposal for a conversation; none where the customer said nothing.
fn proposal(ctx: &Ctx, contact: &Conversation, choices: &Choices, because: &str) -> Option<Proposal> {
    contact.inbound().next()?;
    let (reason, reason_words) = judge::reason(contact);
    let (outcome, _) = judge::outcome(contact, ctx.now_ms);
    let chosen = choices.reason.is_some() || choices.outcome.is_some();
    let reason = choices.reason.unwrap_or(reason);
    let outcome = choices.outcome.unwrap_or(outcome);
    let wrap_up = WrapUp {
        reason: TEXTS.get(&ctx.locale, reason.key()),
        outcome: TEXTS.get(&ctx.locale, outcome.key()),
        summary: summary::summary(ctx, contact),
        follow_ups: summary::follow_ups(contact),
        tags: reason.tag().map(str::to_owned).into_iter().collect(),
    };
    // What the agent chose is certain; a guess is as good as the words it rests on.
    let confidence = if chosen { 0.95 } else { 0.5 + 0.1 * reason_words.len().min(4) as f32 };
    let mut proposal = Proposal::wrap_up(PROPOSAL, &contact.id, wrap_up);
    for (message, words) in reason_words.iter().take(2) {
        let title = TEXTS.format(&ctx.locale, "guess", &[("words", words)]);
        proposal = proposal.source(Source::message(message, title, words.as_str()));
    }
    Some(proposal.confidence(confidence).because(format!("@{because}")))
}

fn view(ctx: &Ctx, contact: &Conversation, choices: &Choices) -> Element {
    if contact.inbound().next().is_none() {
        return column([toned("@nothing", Tone::Muted)]);
    }
    let (reason, words) = judge::reason(contact);
    let (outcome, _) = judge::outcome(contact, ctx.now_ms);
    let choice = |value: &str, key: &str| Choice { value: value.to_owned(), label: format!("@{key}") };
    let reasons = REASONS.iter().map(|reason| choice(reason.name(), reason.key())).collect();
    let outcomes = OUTCOMES.iter().map(|outcome| choice(outcome.name(), outcome.key())).collect();
    let mut parts = vec![selector(REASON, "@reason", choices.reason.unwrap_or(reason).name(), reasons)];
    if choices.reason.is_none() && !words.is_empty() {
        // Said twice is shown once.
        let mut distinct: Vec<&str> = vec![];
        for (_, word) in &words {
            if !distinct.contains(&word.as_str()) {
                distinct.push(word);
            }
        }
        distinct.truncate(3);
        let joint = if ctx.locale.starts_with("zh") { "、" } else { ", " };
        parts.push(toned(
            TEXTS.format(&ctx.locale, "guess", &[("words", &distinct.join(joint))]),
            Tone::Muted,
        ));
    }
    parts.push(selector(OUTCOME, "@outcome", choices.outcome.unwrap_or(outcome).name(), outcomes));
    parts.push(section("@summary", [text(summary::summary(ctx, contact))]));
    let follow_ups: Vec<Element> = summary::follow_ups(contact).into_iter().map(text).collect();
    if !follow_ups.is_empty() {
        parts.push(section("@follow-ups", follow_ups));
    }
    let mut buttons = row([button(PROPOSE, "@propose")]);
    if *choices != Choices::default() {
        buttons.push(button(AGAIN, "@again"));
    }
    parts.push(buttons);
    column(parts)
}

plugin!(WrapUps: Assist, Panel);

#[cfg(test)]
mod tests;
