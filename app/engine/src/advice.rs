//! Assist, lookup, knowledge and quality: what plugins are told about a conversation, and what comes of
//! what they say.

use std::sync::Arc;

use host::{Advice, Answer, Contact, ContactEvent, LaneKey, Request, Task};
use model::{
    ConversationId, CustomerId, FindingId, PluginId, ProposalId,
    conversation::Message,
    event::Payload,
    input::Input,
    knowledge::SearchQuery,
    plugin::{PluginState, Role},
    proposal::{Prompt, Proposal},
    quality::Finding,
    view::{KnowledgeStrip, LookupCard},
};
use store::{StorageError, Store};

use crate::{
    core::{Core, fresh},
    job::{Call, Job, Replied},
    outbox::plus_ms,
    questions::contact_messages,
};

/// Newest messages a plugin reads with a conversation.
pub(crate) const CONTACT_MESSAGES: usize = 50;
/// Articles shown beside a conversation.
const STRIP_HITS: usize = 5;
/// How long a conversation must be quiet after an answer before its quality is checked, in milliseconds.
pub(crate) const SCORE_QUIET_MS: i64 = 300;
/// Longest text that knowledge is searched for; longer messages are cut.
const STRIP_QUERY_CHARS: usize = 200;

impl Core {
    /// Running plugins of a role.
    pub(crate) fn plugins_of(&self, role: Role) -> Vec<PluginId> {
        self.plugin_rows
            .iter()
            .filter(|row| row.manifest.roles.contains(&role))
            .filter(|row| {
                matches!(
                    row.state,
                    PluginState::Healthy | PluginState::Starting | PluginState::Restarting { .. }
                )
            })
            .map(|row| row.manifest.id.clone())
            .collect()
    }

    /// A conversation as plugins read it.
    pub(crate) fn contact(
        &mut self,
        store: &Store,
        id: ConversationId,
        last: usize,
    ) -> Result<Option<Contact>, StorageError> {
        let Some(conversation) = self.conversation(store, id) else { return Ok(None) };
        let Some(customer) = store.customer(conversation.customer)? else { return Ok(None) };
        let (messages, more) = contact_messages(store, id, last)?;
        Ok(Some(Contact { conversation: (*conversation).clone(), customer, messages, more }))
    }

    /// The agent has this conversation now: assist plugins get to know it, lookups find the customer.
    pub(crate) fn attend(&mut self, store: &mut Store, id: ConversationId) {
        if !self.attended.insert(id) {
            return;
        }
        let contact = match self.contact(store, id, CONTACT_MESSAGES) {
            Ok(Some(contact)) => contact,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "a conversation could not be read");
                return;
            }
        };
        self.look_up(&contact.customer.clone());
        self.observe(id, &ContactEvent::Opened(Box::new(contact)));
    }

    /// Tells assist plugins about an event of a conversation.
    pub(crate) fn observe(&mut self, conversation: ConversationId, event: &ContactEvent) {
        for plugin in self.plugins_of(Role::Assist) {
            let lane = LaneKey { plugin, role: Role::Assist, account: None };
            self.post(
                lane,
                Request::Observe { conversation, event: event.clone() },
                Call::Observe(conversation),
            );
        }
    }

    /// The agent is about to finish a conversation: assist plugins say how it ended. One that nobody attends to
    /// here has not been told to them, so it is first.
    pub(crate) fn prepare_close(&mut self, store: &mut Store, id: ConversationId) {
        self.attend(store, id);
        self.observe(id, &ContactEvent::Closing);
    }

    /// An assist plugin answered.
    pub(crate) fn observed(&mut self, store: &mut Store, lane: &LaneKey, result: Replied) {
        if let Ok(Answer::Advice(items)) = result {
            self.advice(store, &lane.plugin, items);
        }
    }

    /// The agent asks for a reply now.
    pub(crate) fn ask_for_reply(&mut self, store: &mut Store, id: ConversationId) {
        let Ok(Some(contact)) = self.contact(store, id, CONTACT_MESSAGES) else { return };
        for plugin in self.plugins_of(Role::Assist) {
            let lane = LaneKey { plugin, role: Role::Assist, account: None };
            let draft = self.shown.threads.get(&id).map_or_else(String::new, |thread| thread.draft.clone());
            let contact = Box::new(contact.clone());
            let request = Request::Generate { task: Task::Reply, contact, draft, wish: String::new() };
            self.post(lane, request, Call::Ignored);
        }
    }

    /// Proposals, prompts and withdrawals of a plugin.
    pub(crate) fn advice(&mut self, store: &mut Store, plugin: &PluginId, items: Vec<Advice>) {
        let now = self.now();
        for item in items {
            match item {
                Advice::Proposal { key, conversation, change, confidence, because, sources, expires_ms } => {
                    let proposal = Proposal {
                        id: ProposalId::new(fresh()),
                        key,
                        plugin: plugin.clone(),
                        conversation,
                        change,
                        confidence,
                        because,
                        sources,
                        at: now,
                        expires: expires_ms.map(|ms| plus_ms(now, i64::from(ms))),
                    };
                    self.input_or_log(store, &Input::Proposed(Box::new(proposal)));
                }
                Advice::Prompt { key, conversation, class, title, text, expires_ms } => {
                    let prompt = Prompt {
                        id: ProposalId::new(fresh()),
                        key,
                        plugin: plugin.clone(),
                        conversation,
                        class,
                        title,
                        text,
                        at: now,
                        expires: expires_ms.map(|ms| plus_ms(now, i64::from(ms))),
                    };
                    self.input_or_log(store, &Input::Prompted(Box::new(prompt)));
                }
                Advice::Clear(key) => self.clear(store, plugin, &key),
            }
        }
    }

    /// A plugin takes back what it said under a key.
    fn clear(&mut self, store: &mut Store, plugin: &PluginId, key: &str) {
        let theirs: Vec<_> = self
            .directory
            .proposals
            .values()
            .flatten()
            .filter(|proposal| proposal.plugin == *plugin && proposal.key == key)
            .map(|proposal| (proposal.conversation, proposal.id))
            .collect();
        for (conversation, proposal) in theirs {
            self.input_or_log(store, &Input::ProposalExpired { conversation, proposal });
        }
        for thread in self.shown.threads.values_mut() {
            thread.prompts.retain(|prompt| prompt.plugin != *plugin || prompt.key != key);
        }
        self.shown.changed = true;
    }

    /// Looks a customer up in other systems.
    fn look_up(&mut self, customer: &model::customer::Customer) {
        for plugin in self.plugins_of(Role::Lookup) {
            let lane = LaneKey { plugin, role: Role::Lookup, account: None };
            let request = Request::Search { who: Some(Box::new(customer.clone())), query: String::new() };
            self.post(lane, request, Call::Lookup(customer.id));
        }
    }

    /// A lookup plugin answered; where it did not, the old cards stay and are marked.
    pub(crate) fn looked_up(&mut self, lane: &LaneKey, customer: CustomerId, result: Replied) {
        let now = self.now();
        let fresh_cards = match result {
            Ok(Answer::Cards(cards)) => Some(
                cards
                    .into_iter()
                    .map(|card| {
                        Arc::new(LookupCard {
                            plugin: lane.plugin.clone(),
                            title: card.title,
                            rows: card.facts.into_iter().map(|fact| (fact.label, fact.value)).collect(),
                            link: card.link,
                            at: now,
                            stale: false,
                        })
                    })
                    .collect::<Vec<_>>(),
            ),
            _ => None,
        };
        for thread in self.shown.threads.values_mut().filter(|thread| thread.customer == customer) {
            let have = thread.lookups.entry(lane.plugin.clone()).or_default();
            match &fresh_cards {
                Some(cards) => have.clone_from(cards),
                None => have.iter_mut().for_each(|card| Arc::make_mut(card).stale = true),
            }
        }
        self.shown.changed = true;
    }

    /// Finds knowledge for what the customer said, beside the loop.
    pub(crate) fn find_knowledge(&mut self, id: ConversationId, text: &str) {
        if !self.shown.threads.contains_key(&id) {
            return;
        }
        let query = SearchQuery {
            text: text.chars().take(STRIP_QUERY_CHARS).collect(),
            limit: STRIP_HITS,
            language: Some(self.outside.language.load().to_string()),
            ..SearchQuery::default()
        };
        let (knowledge, jobs) = (Arc::clone(&self.outside.knowledge), self.outside.jobs.clone());
        self.outside.io.spawn_blocking(move || {
            let hits = match knowledge.search(&query) {
                Ok(hits) => hits,
                Err(error) => {
                    tracing::warn!(%error, "knowledge could not be searched");
                    return;
                }
            };
            // "Thank you" finds nothing; what was found before is still what the conversation is about.
            if hits.is_empty() {
                return;
            }
            let strip = KnowledgeStrip { query: query.text, hits };
            let job = Job::Run(Box::new(move |core: &mut Core, _: &mut Store| {
                if let Some(thread) = core.shown.threads.get_mut(&id) {
                    thread.knowledge = Arc::new(strip);
                    core.shown.changed = true;
                }
            }));
            if jobs.try_send(job).is_err() {
                tracing::debug!("the engine is busy; knowledge was not shown");
            }
        });
    }

    /// Finds knowledge for the customer's last messages, when a conversation comes into view.
    pub(crate) fn find_knowledge_for_thread(&mut self, store: &Store, id: ConversationId) {
        let Ok((messages, _)) = contact_messages(store, id, 6) else { return };
        let last: Vec<&Message> = messages
            .iter()
            .rev()
            .filter(|message| matches!(message.author, model::conversation::Author::Customer(_)))
            .take(2)
            .collect();
        let words: Vec<_> = last.iter().rev().map(|message| message.text.as_str()).collect();
        let text = words.join("\n");
        if !text.trim().is_empty() {
            self.find_knowledge(id, &text);
        }
    }

    /// Has a conversation's quality checked.
    pub(crate) fn score(&mut self, store: &mut Store, id: ConversationId) {
        let plugins = self.plugins_of(Role::Quality);
        if plugins.is_empty() {
            return;
        }
        let contact = match self.contact(store, id, CONTACT_MESSAGES) {
            Ok(Some(contact)) => contact,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "a conversation could not be read");
                return;
            }
        };
        for plugin in plugins {
            let lane = LaneKey { plugin, role: Role::Quality, account: None };
            self.post(lane, Request::Score(Box::new(contact.clone())), Call::Score(id));
        }
    }

    /// A quality plugin answered. What it found before at the same place is not found twice.
    pub(crate) fn scored(&mut self, store: &mut Store, lane: &LaneKey, id: ConversationId, result: Replied) {
        let Ok(Answer::Scorecard(card)) = result else { return };
        let known = match store.findings(id) {
            Ok(known) => known,
            Err(error) => {
                tracing::error!(%error, "findings could not be read");
                return;
            }
        };
        let now = self.now();
        for draft in card.findings {
            let place = draft.evidence.first().map(|evidence| evidence.message);
            let again = known.iter().any(|record| {
                record.finding.plugin == lane.plugin
                    && record.finding.criterion == draft.criterion
                    && record.finding.evidence.first().map(|evidence| evidence.message) == place
            });
            if again || draft.severity == model::quality::Severity::Good {
                continue;
            }
            let mark = card.marks.iter().find(|mark| mark.criterion == draft.criterion);
            let finding = Finding {
                id: FindingId::new(fresh()),
                plugin: lane.plugin.clone(),
                conversation: id,
                criterion: draft.criterion,
                title: draft.title,
                severity: draft.severity,
                score: mark.and_then(|mark| mark.score).unwrap_or(0.0),
                because: draft.because,
                advice: draft.advice,
                evidence: draft.evidence,
                at: now,
            };
            self.input_or_log(store, &Input::Found(Box::new(finding)));
        }
    }
}

/// Whether an event carries a message that plugins read.
pub(crate) fn message_of(payload: &Payload) -> Option<&Message> {
    match payload {
        Payload::MessageReceived(message) | Payload::ReplyQueued { message, .. } => Some(message),
        _ => None,
    }
}
