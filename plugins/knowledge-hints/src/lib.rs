//! Knowledge hints: on each message of the customer, looks for articles and proposes the best one together
//! with the words that the article has for it, in the customer's language.
//!
//! - The same article is proposed once in a conversation. A new question replaces what stands there; one for
//!   which nothing is good enough clears it.
//! - The confidence is calibrated on how far the best article stands before the next one and on how many of
//!   the customer's words the article has, never on the search's own score alone.
//! - Small talk asks for nothing.

mod article;
mod person;
mod question;

use std::collections::{BTreeMap, BTreeSet};

use plugin_kit::{
    assist::{Assist, ContactEvent, Generation, Ready, Task},
    desk::knowledge::{self, Hit},
    language::Language,
    prelude::*,
    types::Conversation,
};

use crate::{person::Person, question::Question};

/// Texts with arguments, and greetings in the customer's language.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// Articles looked at for one question.
const HITS_MAX: u32 = 4;
/// Confidence under which nothing is proposed.
const CONFIDENCE_LEAST: f32 = 0.5;
/// Share of the best score from which the second article counts as close.
const CLOSE_SHARE: f32 = 0.85;
/// Conversations remembered; the one that was quiet longest is forgotten first.
const CONVERSATIONS_MAX: usize = 200;
/// How long a reply stays of use, in milliseconds.
const REPLY_EXPIRES_MS: u32 = 15 * 60 * 1000;
/// Longest quote in a source, in characters.
const QUOTE_MAX_CHARS: usize = 80;

const REPLY: &str = "reply";
const STEP: &str = "article";

/// The plugin.
#[derive(Default)]
pub struct Hints {
    contacts: BTreeMap<String, Contact>,
}

/// What is known of one open conversation.
#[derive(Default)]
struct Contact {
    person: Person,
    language: Option<Language>,
    /// Articles proposed already.
    proposed: BTreeSet<String>,
    /// Whether something of this plugin is on the screen.
    showing: bool,
    /// Whether the agent has said anything yet.
    greeted: bool,
    /// The last few things the customer said, for questions in several messages.
    recent: Vec<String>,
    seen_ms: u64,
}

/// An article that answers, and how sure that is.
struct Match {
    hit: Hit,
    close: Option<String>,
    confidence: f32,
}

impl Plugin for Hints {}

impl Assist for Hints {
    fn observe(&mut self, ctx: &Ctx, conversation: &str, event: ContactEvent) -> Result<Vec<Item>> {
        match event {
            ContactEvent::Opened(opened) => self.opened(ctx, &opened),
            ContactEvent::Message(message) if message.is_inbound() => self.asked(ctx, conversation, &message),
            ContactEvent::Message(message) if message.is_outbound() => Ok(self.answered(ctx, conversation)),
            ContactEvent::Closed => {
                self.contacts.remove(conversation);
                Ok(vec![])
            }
            _ => Ok(vec![]),
        }
    }

    fn start(
        &mut self,
        ctx: &Ctx,
        task: Task,
        conversation: &Conversation,
        _draft: &str,
        _wish: &str,
    ) -> Result<Box<dyn Generation>> {
        if task != Task::Reply {
            return Err(Failure::Unsupported);
        }
        let last = conversation.inbound().next_back().ok_or(Failure::NotFound)?;
        let contact = self.contact(ctx, &conversation.id);
        contact.learn(conversation);
        let language = contact.language_for(&last.text, ctx);
        let found = best(&contact.question(&last.text), language)?.ok_or(Failure::NotFound)?;
        let text = knowledge::get_in(language, &found.hit.article)?.text;
        let words = article::what_to_say(&text, language).ok_or(Failure::NotFound)?;
        let reply = contact.address(ctx, &words, language);
        Ok(Ready::boxed(reply, vec![source(&found.hit, &words)]))
    }
}

impl Hints {
    fn contact(&mut self, ctx: &Ctx, id: &str) -> &mut Contact {
        if self.contacts.len() >= CONVERSATIONS_MAX && !self.contacts.contains_key(id) {
            let quiet = self.contacts.iter().min_by_key(|(_, contact)| contact.seen_ms);
            if let Some(quiet) = quiet.map(|(id, _)| id.clone()) {
                self.contacts.remove(&quiet);
            }
        }
        let contact = self.contacts.entry(id.to_owned()).or_default();
        contact.seen_ms = ctx.now_ms;
        contact
    }

    fn opened(&mut self, ctx: &Ctx, conversation: &Conversation) -> Result<Vec<Item>> {
        self.contact(ctx, &conversation.id).learn(conversation);
        // What the customer said last still waits for an answer.
        let waiting: Vec<&Message> =
            conversation.messages.iter().rev().take_while(|message| !message.is_outbound()).collect();
        match waiting.into_iter().find(|message| message.is_inbound()) {
            Some(message) => self.asked(ctx, &conversation.id, message),
            None => Ok(vec![]),
        }
    }

    fn asked(&mut self, ctx: &Ctx, conversation: &str, message: &Message) -> Result<Vec<Item>> {
        let contact = self.contact(ctx, conversation);
        let language = contact.language_for(&message.text, ctx);
        let question = contact.question(&message.text);
        if question.is_small_talk() {
            return Ok(vec![]);
        }
        contact.remember(&message.text);
        let Some(found) = best(&question, language)?.filter(|found| found.confidence >= CONFIDENCE_LEAST)
        else {
            return Ok(contact.clear());
        };
        if !contact.proposed.insert(found.hit.article.clone()) {
            // It was on the screen already: the agent has it or turned it down.
            return Ok(vec![]);
        }
        let text = knowledge::get_in(language, &found.hit.article)?.text;
        contact.showing = true;
        Ok(contact.propose(ctx, conversation, &found, &text, language))
    }

    /// The agent has answered: what was proposed for the question before is of no use any more.
    fn answered(&mut self, ctx: &Ctx, conversation: &str) -> Vec<Item> {
        let contact = self.contact(ctx, conversation);
        contact.greeted = true;
        contact.recent.clear();
        contact.clear()
    }
}

impl Contact {
    fn learn(&mut self, conversation: &Conversation) {
        self.person = Person::of(&conversation.customer);
        self.greeted = conversation.outbound().next().is_some();
        if self.language.is_none() {
            let written = conversation.inbound().rev().find_map(|message| Language::of_text(&message.text));
            let known = &conversation.customer.language;
            self.language = written.or_else(|| (!known.is_empty()).then(|| Language::of_tag(known)));
        }
    }

    /// The customer's language: of this text, else of earlier ones, else the desk's.
    fn language_for(&mut self, text: &str, ctx: &Ctx) -> Language {
        if let Some(language) = Language::of_text(text) {
            self.language = Some(language);
        }
        self.language.unwrap_or_else(|| Language::of_tag(&ctx.locale))
    }

    fn question(&self, text: &str) -> Question {
        Question::new(text, &self.recent)
    }

    fn remember(&mut self, text: &str) {
        if self.recent.len() >= question::RECENT_MAX {
            self.recent.remove(0);
        }
        self.recent.push(text.to_owned());
    }

    fn clear(&mut self) -> Vec<Item> {
        if !std::mem::take(&mut self.showing) {
            return vec![];
        }
        vec![Item::Clear(REPLY.to_owned()), Item::Clear(STEP.to_owned())]
    }

    fn propose(
        &self,
        ctx: &Ctx,
        conversation: &str,
        found: &Match,
        text: &str,
        language: Language,
    ) -> Vec<Item> {
        let title = found.hit.title.as_str();
        let because = match &found.close {
            Some(other) => TEXTS.format(&ctx.locale, "because-close", &[("title", title), ("other", other)]),
            None => TEXTS.format(&ctx.locale, "because", &[("title", title)]),
        };
        let Some(words) = article::what_to_say(text, language) else {
            let step = TEXTS.format(&ctx.locale, "step", &[("title", title)]);
            let step = Proposal::next_step(STEP, conversation, step).confidence(found.confidence);
            let step = step.because(because).source(source(&found.hit, &found.hit.snippet));
            return vec![Item::Clear(REPLY.to_owned()), step.into()];
        };
        let reply = Proposal::reply(REPLY, conversation, self.address(ctx, &words, language));
        let reply = reply.confidence(found.confidence).because(because).expires_ms(REPLY_EXPIRES_MS);
        vec![Item::Clear(STEP.to_owned()), reply.source(source(&found.hit, &words)).into()]
    }

    /// The words with a greeting that fits: by name and time of day at first, without any later on.
    fn address(&self, ctx: &Ctx, words: &str, language: Language) -> String {
        let body = article::without_greeting(words, language);
        if self.greeted {
            return body;
        }
        self.person.greet(ctx, &body, language)
    }
}

fn source(hit: &Hit, quote: &str) -> Source {
    let title = format!("{} {}", hit.article, hit.title);
    Source::article(&hit.article, title, quote.chars().take(QUOTE_MAX_CHARS).collect::<String>())
}

/// The best article for a question, where there is one at all.
fn best(question: &Question, language: Language) -> Result<Option<Match>> {
    let hits = knowledge::search_in(language, question.query(), HITS_MAX)?;
    let mut hits = hits.into_iter().filter(|hit| hit.score > 0.0);
    let Some(hit) = hits.next() else { return Ok(None) };
    let second = hits.next();
    let ahead = second.as_ref().map_or(1.0, |second| 1.0 - (second.score / hit.score).clamp(0.0, 1.0));
    // The snippet is chosen by the question, so title and snippet are where its words should be.
    let coverage = question.coverage(&format!("{} {}", hit.title, hit.snippet));
    let close = second.filter(|second| second.score >= hit.score * CLOSE_SHARE).map(|second| second.title);
    Ok(Some(Match { hit, close, confidence: confidence(coverage, ahead) }))
}

/// From how much of the question is covered and how far the best article is ahead. It rests on the words: an article
/// that is far ahead but shares none of them stays under [`CONFIDENCE_LEAST`]; and it never says that it is certain.
fn confidence(coverage: f32, ahead: f32) -> f32 {
    const AHEAD_ENOUGH: f32 = 0.6;
    (0.2 + 0.6 * coverage + 0.15 * (ahead / AHEAD_ENOUGH).min(1.0)).clamp(0.0, 0.95)
}

plugin!(Hints: Assist);

#[cfg(test)]
mod tests;
