//! Publishing: the view as the window gets it.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    ConversationId,
    conversation::{Conversation, Status},
    field::Values,
    plugin::{PluginSignals, Role},
    view::{
        AccountRow, AgentRow, ChannelAbilities, CustomerCard, Figures, PluginRow, Thread, TicketType, View,
    },
};

use super::threads::OpenThread;
use crate::core::Core;

impl Core {
    /// Builds and publishes a view if something has changed since the last one.
    pub(crate) fn publish(&mut self) {
        if !self.shown.changed {
            return;
        }
        self.shown.changed = false;
        self.shown.refresh_rows(&self.directory.conversations, self.me);
        self.shown.revision += 1;
        let view = self.view();
        let before = self.outside.published.swap(Arc::new(view));
        self.shown.retire(before);
        (self.outside.wake)();
    }

    fn view(&self) -> View {
        let now = self.now();
        let threads = self
            .shown
            .threads
            .iter()
            .filter_map(|(id, thread)| Some((*id, Arc::new(self.thread(*id, thread)?))))
            .collect();
        View {
            revision: self.shown.revision,
            now,
            me: self.me,
            agents: Arc::new(self.agent_rows()),
            queue: Arc::clone(&self.shown.queue),
            threads: Arc::new(threads),
            tickets: Arc::clone(&self.shown.tickets),
            ticket_types: Arc::clone(&self.ticket_types),
            plugins: Arc::clone(&self.plugin_rows),
            accounts: Arc::clone(&self.account_rows),
            outbox: Arc::new(self.shown.outbox(&self.directory.conversations)),
            notices: Arc::new(self.shown.notices.iter().cloned().collect()),
            snippets: Arc::clone(&self.shown.snippets),
            settings: Arc::clone(&self.settings),
            figures: self.figures(),
            health: self.health.clone(),
        }
    }

    fn agent_rows(&self) -> BTreeMap<model::AgentId, AgentRow> {
        let mut loads: BTreeMap<model::AgentId, u32> = BTreeMap::new();
        for conversation in self.directory.conversations.values() {
            if let Status::Assigned(agent) = conversation.status {
                *loads.entry(agent).or_default() += 1;
            }
        }
        self.directory
            .agents
            .iter()
            .map(|(id, state)| {
                let load = loads.get(id).copied().unwrap_or(0);
                (*id, AgentRow { profile: state.profile.clone(), presence: state.presence, load })
            })
            .collect()
    }

    fn figures(&self) -> Figures {
        let now = self.now();
        let waiting = self
            .directory
            .conversations
            .values()
            .filter(|conversation| conversation.status == Status::Waiting);
        let (mut count, mut longest_wait_s) = (0, 0);
        for conversation in waiting {
            count += 1;
            let since = conversation.waiting_since.unwrap_or(conversation.opened);
            longest_wait_s = longest_wait_s.max(now.duration_since(since).as_secs().max(0) as u64);
        }
        Figures {
            waiting: count,
            longest_wait_s,
            closed_today: self.closed_today,
            first_answer_median_s: self.first_answers.median(),
        }
    }

    fn thread(&self, id: ConversationId, open: &OpenThread) -> Option<Thread> {
        let conversation = self.directory.conversations.get(&id)?;
        let row = self.shown.rows.get(&id)?;
        let mut proposals: Vec<_> = self.directory.proposals.get(&id).cloned().unwrap_or_default();
        proposals.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(b.at.cmp(&a.at)));
        Some(Thread {
            row: Arc::clone(row),
            entries: Arc::clone(&open.entries),
            more_before: open.more_before,
            sequence: conversation.sequence,
            complete: self.health.store_trouble.is_none(),
            draft: open.draft.clone(),
            note_draft: open.note_draft.clone(),
            customer: Arc::new(self.card(conversation, open)?),
            proposals: Arc::new(proposals),
            prompt: open.prompt(self.now()),
            knowledge: Arc::clone(&open.knowledge),
            form: open.form.clone().map(Arc::new),
            panels: Arc::new(open.panels.values().cloned().collect()),
            uploads: Arc::clone(&open.uploads),
            abilities: self.abilities(conversation),
            wrap_up: conversation.wrap_up.clone(),
            transfer_note: conversation.transfer_note.clone(),
        })
    }

    fn card(&self, conversation: &Conversation, open: &OpenThread) -> Option<CustomerCard> {
        let customer = self.shown.customers.get(&conversation.customer)?;
        let tickets =
            self.shown.tickets.iter().filter(|ticket| ticket.customer == customer.id).cloned().collect();
        Some(CustomerCard {
            customer: (**customer).clone(),
            revealed: self.shown.revealed.get(&customer.id).cloned().unwrap_or_default(),
            conversations: open.conversations,
            tickets,
            lookups: open.lookups.values().flatten().cloned().collect(),
            facts: conversation.facts.clone(),
        })
    }

    fn abilities(&self, conversation: &Conversation) -> ChannelAbilities {
        let Some(account) = self.directory.accounts.get(&conversation.channel.account) else {
            return ChannelAbilities::default();
        };
        let manifest = self.manifests.get(&account.plugin);
        manifest.and_then(|manifest| manifest.channel.as_ref()).map_or_else(
            ChannelAbilities::default,
            |channel| ChannelAbilities {
                text_max_chars: channel.text_max_chars,
                attachments: channel.attachments,
                receipts: channel.receipts,
            },
        )
    }

    /// Makes the rows of plugins and accounts again. Called when one has changed, and now and then for the
    /// counters.
    pub(crate) fn refresh_plugins(&mut self) {
        let mut rows: Vec<Arc<PluginRow>> = Vec::new();
        for status in self.outside.host.status() {
            let id = &status.manifest.id;
            rows.push(Arc::new(PluginRow {
                state: self.plugin_state(id, status.state),
                origin: self.origins.get(id).cloned().unwrap_or_default(),
                granted: status.granted.into_iter().collect(),
                settings: if status.manifest.is_configured_by_account() {
                    Values::new()
                } else {
                    self.plugin_settings(&status.manifest)
                },
                secrets: self.secret_rows.get(id).cloned().unwrap_or_default(),
                signals: PluginSignals {
                    kv_bytes: self.kv_used.get(id).copied().unwrap_or(status.signals.kv_bytes),
                    ..status.signals
                },
                faults: self.faults.get(id).cloned().unwrap_or_default().into(),
                proposals: self.proposal_counts.get(id).copied().unwrap_or_default(),
                texts: self.plugin_texts.get(id).cloned().unwrap_or_default(),
                manifest: status.manifest,
            }));
        }
        rows.extend(self.broken.iter().cloned());
        rows.sort_by(|a, b| a.manifest.id.cmp(&b.manifest.id));
        self.manifests =
            rows.iter().map(|row| (row.manifest.id.clone(), Arc::clone(&row.manifest))).collect();
        self.ticket_types = Arc::new(
            rows.iter()
                .filter(|row| row.manifest.roles.contains(&Role::TicketForm))
                .flat_map(|row| {
                    row.manifest.ticket_types.iter().map(|kind| TicketType {
                        plugin: row.manifest.id.clone(),
                        kind: kind.id.clone(),
                        title: kind.title.clone(),
                    })
                })
                .collect(),
        );
        self.plugin_rows = Arc::new(rows);
        self.outside.facts.set_accounts(self.directory.accounts.values().map(|account| &**account));
        self.account_rows = Arc::new(
            self.directory
                .accounts
                .values()
                .map(|account| {
                    Arc::new(AccountRow {
                        account: (**account).clone(),
                        public_url: self.public_url(account),
                        trouble: self.account_trouble.get(&account.id).cloned(),
                        dead_letters: self.dead_letters.get(&account.id).copied().unwrap_or(0),
                    })
                })
                .collect(),
        );
        self.shown.changed = true;
    }
}
