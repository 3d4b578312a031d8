//! What the window is shown: kept up to date event by event, published whole.

pub(crate) mod entries;
pub(crate) mod publish;
pub(crate) mod threads;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use model::{
    AgentId, ConversationId, CustomerId, Timestamp,
    conversation::{Conversation, Delivery, Status},
    customer::Customer,
    ticket::Ticket,
    view::{Notice, NoticeLevel, OutboxRow, OutboxSummary, QueueRow, Snippet, View},
};

use threads::OpenThread;

/// Notices kept for the window; older ones are gone.
const NOTICES_MAX: usize = 50;
/// Tickets kept in the view; older ones are asked for in pages.
pub(crate) const TICKETS_SHOWN: usize = 200;
/// Rows that are put in their places one by one; where more have changed, all are sorted.
const MOVED_ONE_BY_ONE: usize = 64;
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
    /// Views that the window may still hold.
    retired: Vec<Arc<View>>,
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
        let dirty = std::mem::take(&mut self.dirty);
        let one_by_one = dirty.len() <= MOVED_ONE_BY_ONE;
        let mut queue = std::mem::take(&mut self.queue);
        let rows = Arc::make_mut(&mut queue);
        for id in dirty {
            let new = match conversations.get(&id) {
                Some(conversation) if !conversation.is_closed() || self.threads.contains_key(&id) => {
                    Some(Arc::new(self.row(conversation, me)))
                }
                _ => None,
            };
            let old = match &new {
                Some(row) => self.rows.insert(id, Arc::clone(row)),
                None => self.rows.remove(&id),
            };
            if one_by_one {
                replace(rows, old.as_deref(), new);
            }
        }
        if !one_by_one {
            *rows = self.rows.values().filter(|row| is_queued(row)).cloned().collect();
            rows.sort_by_cached_key(|row| place(row));
        }
        self.queue = queue;
    }

    /// Keeps a view that was published before until the window has let go of it: who lets go last lets go of
    /// thousands of rows, and the window has better things to do.
    pub fn retire(&mut self, view: Arc<View>) {
        self.retired.retain(|view| Arc::strong_count(view) > 1);
        self.retired.push(view);
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

fn is_queued(row: &QueueRow) -> bool {
    row.status != Status::Closed
}

/// Where a row stands: the most important first, then who has waited longest, then what was said last.
fn place(row: &QueueRow) -> impl Ord + use<> {
    (Reverse(row.priority), row.waiting_since.is_none(), row.waiting_since, Reverse(row.last_at), row.id)
}

/// Takes a row out of its place and puts what it is now into its own.
fn replace(rows: &mut Vec<Arc<QueueRow>>, old: Option<&QueueRow>, new: Option<Arc<QueueRow>>) {
    if let Some(old) = old.filter(|old| is_queued(old))
        && let Ok(index) = rows.binary_search_by_key(&place(old), |row| place(row))
    {
        rows.remove(index);
    }
    if let Some(new) = new.filter(|new| is_queued(new)) {
        match rows.binary_search_by_key(&place(&new), |row| place(row)) {
            Ok(index) => rows[index] = new,
            Err(index) => rows.insert(index, new),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{AccountId, AgentId, conversation::Channel};

    use super::*;

    /// A small generator of numbers that are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % below
        }
    }

    fn some_row(numbers: &mut Numbers, id: u64) -> QueueRow {
        let mut at = || Timestamp::from_second(numbers.next(8).cast_signed()).unwrap();
        let (last_at, since) = (at(), at());
        QueueRow {
            id: ConversationId::from_u128(u128::from(id)),
            customer: CustomerId::from_u128(1),
            name: String::new(),
            channel: Channel { account: AccountId::from_u128(1), kind: String::new(), title: String::new() },
            subject: String::new(),
            preview: String::new(),
            status: match numbers.next(4) {
                0 => Status::Closed,
                1 => Status::Waiting,
                _ => Status::Assigned(AgentId::from_u128(1)),
            },
            unread: 0,
            waiting_since: (numbers.next(2) == 0).then_some(since),
            last_at,
            last_from_customer: false,
            priority: numbers.next(3) as i32,
            tags: Vec::new(),
            tier: String::new(),
            send_trouble: false,
            has_draft: false,
            typing: false,
            customer_left: false,
            mentioned: false,
        }
    }

    #[test]
    fn rows_that_move_one_by_one_stand_as_if_all_were_sorted() {
        let mut numbers = Numbers(2_718_281);
        let mut rows: HashMap<u64, Arc<QueueRow>> = HashMap::new();
        let mut queue = Vec::new();
        for _ in 0..3000 {
            let id = numbers.next(40);
            let new = (numbers.next(6) > 0).then(|| Arc::new(some_row(&mut numbers, id)));
            let old = match &new {
                Some(row) => rows.insert(id, Arc::clone(row)),
                None => rows.remove(&id),
            };
            replace(&mut queue, old.as_deref(), new);
            let mut sorted: Vec<_> = rows.values().filter(|row| is_queued(row)).cloned().collect();
            sorted.sort_by_key(|row| place(row));
            assert_eq!(queue, sorted);
        }
    }
}
