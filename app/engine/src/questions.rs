//! Questions of the window: pages of what does not belong into the view.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use model::{
    ConversationId, QuestionId,
    command::FileBytes,
    conversation::{Author, Conversation, Message},
    customer::Customer,
    limits::{ATTACHMENT_MAX_BYTES, SEARCH_RESULTS_MAX},
    port::{Answer, Question},
    view::{CustomerCard, QueueRow},
};
use store::{StorageError, Store};

use crate::core::Core;

/// Answers that wait to be picked up; the window picks up every frame, so more means it has gone.
const ANSWERS_WAITING_MAX: usize = 256;
/// Rows in an answer about conversations or customers.
const ROWS_MAX: usize = 50;
/// Lines of a plugin's ledger in one answer.
const EGRESS_SHOWN: usize = 200;
/// Messages of a transcript.
const TRANSCRIPT_MESSAGES: usize = 10_000;

/// Answers on their way to the window.
#[derive(Debug, Default)]
pub(crate) struct Answers(Mutex<HashMap<QuestionId, Answer>>);

impl Answers {
    /// Takes an answer, once.
    pub fn take(&self, id: QuestionId) -> Option<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// Leaves an answer to be picked up.
    pub fn put(&self, id: QuestionId, answer: Answer) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS_WAITING_MAX
            && let Some(oldest) = answers.keys().min().copied()
        {
            answers.remove(&oldest);
        }
        answers.insert(id, answer);
    }
}

impl Core {
    /// Answers a question: knowledge beside the loop, the rest from the store.
    pub(crate) fn answer(&mut self, store: &mut Store, id: QuestionId, question: Question) {
        let answer = match question {
            Question::Knowledge(_) | Question::Article(..) | Question::Articles(_) => {
                self.ask_knowledge(id, question);
                return;
            }
            other => self.answer_now(store, other).unwrap_or_else(|error| {
                tracing::error!(%error, "a question could not be answered");
                Answer::Failed(error.code().to_owned())
            }),
        };
        self.outside.answers.put(id, answer);
        self.effects.push(crate::core::Effect::Run(Box::new(|core| (core.outside.wake)())));
    }

    fn answer_now(&mut self, store: &mut Store, question: Question) -> Result<Answer, StorageError> {
        Ok(match question {
            Question::Customers(fragment) => {
                let found = store.find_customers(&fragment, ROWS_MAX)?;
                let cards = found.into_iter().map(|customer| self.customer_card(store, customer));
                Answer::Customers(cards.collect::<Result<_, _>>()?)
            }
            Question::Customer(id) => {
                let customer = store.customer(id)?;
                Answer::Customer(customer.map(|customer| self.customer_card(store, customer)).transpose()?)
            }
            Question::History(customer) => self.rows(store, store.conversations_of(customer, ROWS_MAX)?),
            Question::Conversations(words) => {
                let found = store.search_conversations(&words, ROWS_MAX)?;
                self.rows(store, found)
            }
            Question::Tickets { filter, offset, limit } => {
                let (tickets, total) = store.tickets(&filter, offset, limit.min(1000))?;
                Answer::Tickets(tickets.into_iter().map(Arc::new).collect(), total)
            }
            Question::PluginLog(plugin) => Answer::Log(self.outside.host.log(&plugin)),
            Question::PluginEgress(plugin) => Answer::Egress(store.egress(&plugin, EGRESS_SHOWN)?),
            Question::File(file) => {
                let bytes = store.files().read(&file, 0, ATTACHMENT_MAX_BYTES as usize);
                Answer::File(bytes.ok().map(|bytes| FileBytes(bytes.into())))
            }
            Question::Transcript(id) => Answer::Text(self.transcript(store, id)?),
            Question::Knowledge(_) | Question::Article(..) | Question::Articles(_) => {
                Answer::Failed("internal".to_owned())
            }
        })
    }

    fn customer_card(&self, store: &Store, customer: Customer) -> Result<Arc<CustomerCard>, StorageError> {
        let tickets = store.tickets_of(customer.id, ROWS_MAX)?.into_iter().map(Arc::new).collect();
        Ok(Arc::new(CustomerCard {
            revealed: self.shown.revealed.get(&customer.id).cloned().unwrap_or_default(),
            conversations: store.conversation_count(customer.id)?,
            tickets,
            lookups: Vec::new(),
            facts: BTreeMap::new(),
            customer,
        }))
    }

    fn rows(&mut self, store: &Store, conversations: Vec<Conversation>) -> Answer {
        let rows = conversations.into_iter().map(|conversation| {
            let customer = store.customer(conversation.customer).ok().flatten();
            Arc::new(QueueRow {
                id: conversation.id,
                customer: conversation.customer,
                name: customer.as_ref().map_or_else(String::new, |customer| customer.name.clone()),
                tier: customer.map_or_else(String::new, |customer| customer.tier),
                send_trouble: conversation.outbox.iter().any(|entry| entry.delivery.needs_attention()),
                has_draft: self.shown.drafts.contains(&conversation.id),
                typing: false,
                mentioned: conversation.mentioned.contains(&self.me),
                customer_left: conversation.customer_left,
                channel: conversation.channel,
                subject: conversation.subject,
                preview: conversation.preview,
                status: conversation.status,
                unread: conversation.unread,
                waiting_since: conversation.waiting_since,
                last_at: conversation.last_at,
                last_from_customer: conversation.last_from_customer,
                priority: conversation.priority,
                tags: conversation.tags,
            })
        });
        Answer::Conversations(rows.collect())
    }

    fn transcript(&self, store: &Store, id: ConversationId) -> Result<String, StorageError> {
        use std::fmt::Write as _;
        let (messages, _) = contact_messages(store, id, TRANSCRIPT_MESSAGES)?;
        let zone = jiff::tz::TimeZone::system();
        let mut text = String::new();
        for message in messages {
            let name = match &message.author {
                Author::Customer(name) | Author::Elsewhere(name) => name.as_str(),
                Author::Agent(agent) => {
                    self.directory.agents.get(agent).map_or("", |state| state.profile.name.as_str())
                }
            };
            let at = message.at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M");
            let _infallible = writeln!(text, "[{at}] {name}: {}", message.text);
        }
        Ok(text)
    }

    fn ask_knowledge(&self, id: QuestionId, question: Question) {
        let (knowledge, answers, wake) = (
            Arc::clone(&self.outside.knowledge),
            Arc::clone(&self.outside.answers),
            Arc::clone(&self.outside.wake),
        );
        self.outside.io.spawn_blocking(move || {
            let answer = match question {
                Question::Knowledge(mut query) => {
                    query.limit = query.limit.clamp(1, SEARCH_RESULTS_MAX);
                    knowledge.search(&query).map(Answer::Hits)
                }
                Question::Article(article, language) => knowledge
                    .article(&article, Some(&language))
                    .map(|article| Answer::Article(article.map(Arc::new))),
                Question::Articles(language) => knowledge.articles().map(|articles| {
                    let list = articles.into_iter().filter(|article| article.language == language);
                    Answer::Articles(list.map(Arc::new).collect())
                }),
                _ => return,
            };
            answers.put(
                id,
                answer.unwrap_or_else(|error| {
                    tracing::warn!(%error, "knowledge could not be searched");
                    Answer::Failed("knowledge".to_owned())
                }),
            );
            wake();
        });
    }
}

/// The newest messages of a conversation, oldest first, and whether there are older ones.
pub(crate) fn contact_messages(
    store: &Store,
    id: ConversationId,
    last: usize,
) -> Result<(Vec<Message>, bool), StorageError> {
    let mut messages: Vec<Message> = Vec::new();
    let mut before = None;
    loop {
        let page = store.thread(id, before, last.clamp(1, 500))?;
        let mut found: Vec<Message> = page
            .events
            .iter()
            .filter_map(|event| crate::advice::message_of(&event.payload))
            .filter_map(|message| match page.edits.get(&message.id) {
                None => Some(message.clone()),
                Some(Some(text)) => Some(Message { text: text.clone(), ..message.clone() }),
                // Taken back: plugins do not see it either.
                Some(None) => None,
            })
            .collect();
        found.append(&mut messages);
        messages = found;
        let first = page.events.first().map(|event| event.sequence);
        if !page.more_before || first.is_none() || messages.len() >= last {
            let surplus = messages.len().saturating_sub(last);
            messages.drain(..surplus);
            return Ok((messages, page.more_before || surplus > 0));
        }
        before = first;
    }
}
