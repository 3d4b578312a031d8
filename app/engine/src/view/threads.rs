//! Conversations being shown: their timeline, and everything beside it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use model::{
    ConversationId, CustomerId, PluginId, ProposalId, Timestamp,
    event::{Event, Payload, StreamId},
    limits::THREAD_PAGE_ENTRIES,
    panel::Slot,
    proposal::{Prompt, Proposal},
    view::{Entry, EntryKind, Form, KnowledgeStrip, LookupCard, PanelView, Upload},
};
use store::{DraftKey, StorageError, Store};

use super::{
    Shown,
    entries::{self, Context},
};

/// One conversation being shown.
pub(crate) struct OpenThread {
    pub customer: CustomerId,
    pub entries: Arc<Vec<Arc<Entry>>>,
    pub more_before: bool,
    pub draft: String,
    pub note_draft: String,
    pub prompts: Vec<Arc<Prompt>>,
    pub knowledge: Arc<KnowledgeStrip>,
    pub form: Option<Form>,
    pub panels: BTreeMap<(PluginId, Slot), Arc<PanelView>>,
    pub uploads: Arc<Vec<Upload>>,
    pub lookups: BTreeMap<PluginId, Vec<Arc<LookupCard>>>,
    pub conversations: u32,
}

impl OpenThread {
    /// The prompt that the arbiter lets through: the most urgent one, the newest of those.
    pub fn prompt(&self, now: Timestamp) -> Option<Arc<Prompt>> {
        let alive = self.prompts.iter().filter(|prompt| prompt.expires.is_none_or(|expires| expires > now));
        alive.min_by_key(|prompt| (prompt.class, std::cmp::Reverse(prompt.at))).cloned()
    }
}

impl Shown {
    /// Begins to show a conversation.
    pub fn open_thread(
        &mut self,
        store: &mut Store,
        id: ConversationId,
        customer: CustomerId,
    ) -> Result<(), StorageError> {
        if self.threads.contains_key(&id) {
            return Ok(());
        }
        let page = store.thread(id, None, THREAD_PAGE_ENTRIES)?;
        let draft = store.draft(&DraftKey::Reply(id))?.map_or_else(String::new, |draft| draft.text);
        let note_draft = store.draft(&DraftKey::Note(id))?.map_or_else(String::new, |draft| draft.text);
        let entries = {
            let store = &*store;
            entries::of_page(
                &page,
                &Context { proposals: &page.proposals, ticket: &|id| ticket_line(store, id) },
            )
        };
        // The one that is opened is no earlier one.
        let conversations = store.conversation_count(customer)?.saturating_sub(1);
        self.threads.insert(
            id,
            OpenThread {
                customer,
                entries: Arc::new(entries),
                more_before: page.more_before,
                draft,
                note_draft,
                prompts: Vec::new(),
                knowledge: Arc::default(),
                form: None,
                panels: BTreeMap::new(),
                uploads: Arc::default(),
                lookups: BTreeMap::new(),
                conversations,
            },
        );
        self.touch(id);
        Ok(())
    }

    /// Shows one more page of what was said before.
    pub fn show_earlier(&mut self, store: &mut Store, id: ConversationId) -> Result<(), StorageError> {
        let Some(thread) = self.threads.get_mut(&id).filter(|thread| thread.more_before) else {
            return Ok(());
        };
        let before = thread.entries.first().map(|entry| entry.sequence);
        let page = store.thread(id, before, THREAD_PAGE_ENTRIES)?;
        let store = &*store;
        let mut earlier = entries::of_page(
            &page,
            &Context { proposals: &page.proposals, ticket: &|id| ticket_line(store, id) },
        );
        earlier.extend(thread.entries.iter().cloned());
        thread.entries = Arc::new(earlier);
        thread.more_before = page.more_before;
        self.changed = true;
        Ok(())
    }

    /// Takes one event into the timelines being shown.
    pub fn apply(&mut self, store: &Store, event: &Event, settled: Option<&Arc<Proposal>>) {
        let StreamId::Conversation(id) = event.stream else { return };
        self.touch(id);
        let Some(thread) = self.threads.get_mut(&id) else { return };
        let list = Arc::make_mut(&mut thread.entries);
        match &event.payload {
            Payload::DeliveryChanged { message, delivery: state, .. } => {
                entries::with_message(list, *message, |entry| {
                    if let EntryKind::FromAgent { delivery, .. } = &mut entry.kind {
                        *delivery = state.clone();
                    }
                });
            }
            Payload::MessageEdited { message, text } => {
                entries::with_message(list, *message, |entry| {
                    entries::change_text(entry, Some(text.clone()));
                });
            }
            Payload::MessageRedacted { message } => {
                entries::with_message(list, *message, |entry| entries::change_text(entry, None));
            }
            Payload::FindingAnswered { finding: wanted, disputed, .. } => {
                let answered_entry = list.iter_mut().rev().find(
                    |entry| matches!(&entry.kind, EntryKind::Finding { finding, .. } if finding.id == *wanted),
                );
                if let Some(entry) = answered_entry
                    && let EntryKind::Finding { answered, .. } = &mut Arc::make_mut(entry).kind
                {
                    *answered = Some(*disputed);
                }
            }
            _ => {
                let proposals: HashMap<ProposalId, Proposal> =
                    settled.map(|proposal| (proposal.id, (**proposal).clone())).into_iter().collect();
                let context = Context { proposals: &proposals, ticket: &|id| ticket_line(store, id) };
                list.extend(entries::entry(event, &context).map(Arc::new));
            }
        }
    }
}

fn ticket_line(store: &Store, id: model::TicketId) -> Option<(String, String)> {
    let ticket = store.ticket(id).ok().flatten()?;
    Some((ticket.number, ticket.title))
}
