//! What the window is shown: kept up to date event by event, published whole.

pub(crate) mod entries;
pub(crate) mod publish;
pub(crate) mod threads;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use model::{
    AgentId, ConversationId, CustomerId, Timestamp,
    conversation::{Conversation, Delivery},
    customer::Customer,
    ticket::Ticket,
    view::{Notice, NoticeLevel, OutboxRow, OutboxSummary, QueueRow, Snippet},
};

use threads::OpenThread;

/// Notices kept for the window; older ones are gone.
const NOTICES_MAX: usize = 50;
/// Tickets kept in the view; older ones are asked for in pages.
pub(crate) const TICKETS_SHOWN: usize = 200;
/// How long a customer counts as typing after the last sign of it.
pub(crate) const TYPING_FOR_MS: i64 = 6_000;

/// What the window is shown.
#[derive(Default)]
pub(crate) struct Shown {
    /// Rows of open conversations.
    pub rows: HashMap<ConversationId, Arc<QueueRow>>,
    /// The same rows in order, rebuilt when one has changed.
    pub queue: Arc<Vec<Arc<QueueRow>>>,
    /// Conversations whose row has to be made again.
    pub dirty: BTreeSet<ConversationId>,
    /// Conversations being shown.
    pub threads: BTreeMap<ConversationId, OpenThread>,
    /// Customers of open conversations.
    pub customers: HashMap<CustomerId, Arc<Customer>>,
    /// Who is typing, until when.
    pub typing: HashMap<ConversationId, Timestamp>,
    /// Conversations that have a draft.
    pub drafts: BTreeSet<ConversationId>,
    /// Tickets touched lately, newest first.
    pub tickets: Arc<Vec<Arc<Ticket>>>,
    /// Notices, newest last.
    pub notices: VecDeque<Notice>,
    notice_number: u64,
    /// Snippets.
    pub snippets: Arc<Vec<Snippet>>,
    /// Personal data revealed at this desk.
    pub revealed: HashMap<CustomerId, Vec<String>>,
    /// Whether something has changed since the last view.
    pub changed: bool,
    revision: u64,
}

impl Shown {
    /// Tells the person something.
    pub fn notice(
        &mut self,
        at: Timestamp,
        level: NoticeLevel,
        code: &str,
        arguments: Vec<(String, String)>,
        conversation: Option<ConversationId>,
    ) {
        self.notice_number += 1;
        self.notices.push_back(Notice {
            number: self.notice_number,
            level,
            code: code.to_owned(),
            arguments,
            conversation,
            at,
        });
        while self.notices.len() > NOTICES_MAX {
            self.notices.pop_front();
        }
        self.changed = true;
    }

    /// The row of a conversation has to be made again.
    pub fn touch(&mut self, id: ConversationId) {
        self.dirty.insert(id);
        self.changed = true;
    }

    fn row(&self, conversation: &Conversation, me: AgentId) -> QueueRow {
        let customer = self.customers.get(&conversation.customer);
        QueueRow {
            id: conversation.id,
            customer: conversation.customer,
            name: customer.map_or_else(String::new, |customer| customer.name.clone()),
            channel: conversation.channel.clone(),
            subject: conversation.subject.clone(),
            preview: conversation.preview.clone(),
            status: conversation.status.clone(),
            unread: conversation.unread,
            waiting_since: conversation.waiting_since,
            last_at: conversation.last_at,
            last_from_customer: conversation.last_from_customer,
            priority: conversation.priority,
            tags: conversation.tags.clone(),
            tier: customer.map_or_else(String::new, |customer| customer.tier.clone()),
            send_trouble: conversation.outbox.iter().any(|entry| entry.delivery.needs_attention()),
            has_draft: self.drafts.contains(&conversation.id),
            customer_left: conversation.customer_left,
            typing: self.typing.contains_key(&conversation.id),
            mentioned: conversation.mentioned.contains(&me),
        }
    }

    /// Makes the rows that have changed, and the order where one has.
    pub fn refresh_rows(&mut self, conversations: &HashMap<ConversationId, Arc<Conversation>>, me: AgentId) {
        if self.dirty.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.dirty) {
            match conversations.get(&id) {
                Some(conversation) if !conversation.is_closed() || self.threads.contains_key(&id) => {
                    let row = Arc::new(self.row(conversation, me));
                    self.rows.insert(id, row);
                }
                _ => {
                    self.rows.remove(&id);
                }
            }
        }
        let mut queue: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.status != model::conversation::Status::Closed)
            .cloned()
            .collect();
        queue.sort_by_cached_key(|row| {
            (
                std::cmp::Reverse(row.priority),
                row.waiting_since.is_none(),
                row.waiting_since,
                std::cmp::Reverse(row.last_at),
                row.id,
            )
        });
        self.queue = Arc::new(queue);
    }

    /// Outgoing messages that are not through, over all open conversations.
    pub fn outbox(&self, conversations: &HashMap<ConversationId, Arc<Conversation>>) -> OutboxSummary {
        let mut summary = OutboxSummary::default();
        for conversation in conversations.values().filter(|conversation| !conversation.outbox.is_empty()) {
            for entry in &conversation.outbox {
                if entry.delivery.is_pending() {
                    summary.waiting += 1;
                } else if matches!(entry.delivery, Delivery::Failed(_) | Delivery::Unknown) {
                    summary.trouble.push(OutboxRow {
                        conversation: conversation.id,
                        name: self
                            .customers
                            .get(&conversation.customer)
                            .map_or_else(String::new, |customer| customer.name.clone()),
                        message: entry.message,
                        preview: conversation.preview.clone(),
                        delivery: entry.delivery.clone(),
                    });
                }
            }
        }
        summary.trouble.sort_by_key(|row| row.message);
        summary
    }
}
