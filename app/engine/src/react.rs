//! What follows from an event that was appended: calls to plugins, the outbox, timers, counters. Reactions
//! may lead to more events, which are reacted to in turn.

use host::{ContactEvent, HostEvent, LaneKey, Request, Signal, Tag};
use model::{
    AgentId, ConversationId, CustomerId, PluginId, Timestamp,
    conversation::{Delivery, Message, Status},
    event::{Actor, Event, Payload, StreamId},
    input::Input,
    plugin::{Egress, PluginState, Role},
    proposal::Proposal,
    view::NoticeLevel,
};
use std::sync::Arc;
use store::Store;

use crate::{
    advice::SCORE_QUIET_MS,
    core::Core,
    job::{Call, Replied},
    outbox::plus_ms,
    timers::Due,
    view::TICKETS_SHOWN,
};

/// Faults kept for each plugin's page.
const FAULTS_SHOWN: usize = 50;

impl Core {
    /// Works off what follows from the events so far.
    pub(crate) fn react(&mut self, store: &mut Store) {
        while let Some((event, settled)) = self.reactions.pop_front() {
            match event.stream.clone() {
                StreamId::Conversation(id) => self.react_conversation(store, id, &event, settled.as_deref()),
                StreamId::Customer(id) => self.react_customer(store, id),
                StreamId::Ticket(id) => self.react_ticket(store, id),
                StreamId::Agent(_) => {
                    self.to_route = true;
                    self.shown.changed = true;
                }
                StreamId::Plugin(id) => self.react_plugin(store, &id, &event),
                StreamId::Desk => self.react_desk(store, &event),
            }
        }
    }

    fn react_conversation(
        &mut self,
        store: &mut Store,
        id: ConversationId,
        event: &Event,
        settled: Option<&Proposal>,
    ) {
        match &event.payload {
            Payload::ConversationOpened { customer, .. } => {
                self.know_customer(store, *customer);
                self.to_route = true;
            }
            Payload::MessageReceived(message) => self.react_received(store, id, message),
            Payload::NoteAdded(_) => self.react_noted(id),
            Payload::Mentioned { agents } => self.react_mentioned(id, event, agents),
            Payload::ReplyQueued { message, .. } => self.react_replied(store, id, message, event.at),
            Payload::DeliveryChanged { delivery, .. } => self.react_delivery(store, id, event.at, delivery),
            Payload::Assigned { agent } => {
                self.to_route = true;
                if *agent == self.me {
                    self.attend(store, id);
                } else {
                    self.attended.remove(&id);
                }
            }
            Payload::Parked { until } => {
                if let Some(until) = until {
                    self.timers.at(*until, Due::ParkEnded(id));
                }
                self.to_route = true;
            }
            Payload::Unassigned | Payload::Transferred { .. } | Payload::Resumed | Payload::Reopened => {
                if let Some(conversation) = self.directory.conversations.get(&id) {
                    let customer = conversation.customer;
                    self.know_customer(store, customer);
                }
                self.to_route = true;
            }
            Payload::Closed(_) => self.react_closed(id),
            Payload::ProposalMade(proposal) => {
                self.proposal_counts.entry(proposal.plugin.clone()).or_default().made += 1;
                if let Some(expires) = proposal.expires {
                    self.timers.at(expires, Due::ProposalExpires(id, proposal.id));
                }
            }
            Payload::ProposalSettled { plugin, settled: outcome, .. } => {
                self.react_settled(plugin, settled, outcome.fate);
            }
            Payload::PromptShown(prompt) => {
                let prompt = Arc::new(prompt.clone());
                if let Some(thread) = self.shown.threads.get_mut(&id) {
                    thread.prompts.retain(|have| have.plugin != prompt.plugin || have.key != prompt.key);
                    thread.prompts.push(Arc::clone(&prompt));
                }
                if let Some(expires) = prompt.expires {
                    self.timers.at(expires, Due::PromptExpires(id));
                }
            }
            _ => {}
        }
    }

    fn react_delivery(&mut self, store: &mut Store, id: ConversationId, at: Timestamp, delivery: &Delivery) {
        let code = match delivery {
            Delivery::Queued => return self.pump(store, id),
            Delivery::Unknown => "send-unknown",
            Delivery::Failed(_) => "send-failed",
            _ => return,
        };
        self.shown.notice(at, NoticeLevel::Error, code, Vec::new(), Some(id));
    }

    fn react_received(&mut self, store: &mut Store, id: ConversationId, message: &Message) {
        if let Some(conversation) = self.directory.conversations.get(&id) {
            let waiting = conversation.status == Status::Waiting;
            let customer = conversation.customer;
            self.to_route |= waiting;
            self.know_customer(store, customer);
        }
        if self.attended.contains(&id) {
            self.observe(id, &ContactEvent::Message(Box::new(message.clone())));
        }
        self.find_knowledge(id, &message.text);
        self.tick_panels(id);
    }

    /// A note was kept: what was written of it is no draft any more.
    fn react_noted(&mut self, id: ConversationId) {
        if let Some(thread) = self.shown.threads.get_mut(&id) {
            thread.note_draft.clear();
        }
    }

    /// A note mentions colleagues: the one at this desk is told.
    fn react_mentioned(&mut self, id: ConversationId, event: &Event, agents: &[AgentId]) {
        self.shown.touch(id);
        let Actor::Agent(author) = event.actor else { return };
        if !agents.contains(&self.me) || author == self.me {
            return;
        }
        let name = self.directory.agents.get(&author).map(|agent| agent.profile.name.clone());
        let arguments = vec![("agent".to_owned(), name.unwrap_or_default())];
        self.shown.notice(event.at, NoticeLevel::Info, "mentioned", arguments, Some(id));
    }

    fn react_replied(&mut self, store: &mut Store, id: ConversationId, message: &Message, at: Timestamp) {
        if let Some(thread) = self.shown.threads.get_mut(&id) {
            thread.draft.clear();
            thread.uploads = Arc::default();
        }
        self.shown.drafts.remove(&id);
        self.pump(store, id);
        if self.attended.contains(&id) {
            self.observe(id, &ContactEvent::Message(Box::new(message.clone())));
        }
        let due = plus_ms(at, SCORE_QUIET_MS);
        self.timers.only_at(due, Due::Score(id));
        self.tick_panels(id);
    }

    fn react_closed(&mut self, id: ConversationId) {
        self.to_route = true;
        self.closed_today += 1;
        if self.attended.remove(&id) {
            self.observe(id, &ContactEvent::Closed);
        }
        self.signal(id, Signal::Closed);
        let now = self.now();
        self.timers.only_at(now, Due::Score(id));
    }

    fn react_settled(&mut self, plugin: &PluginId, proposal: Option<&Proposal>, fate: model::proposal::Fate) {
        let counts = self.proposal_counts.entry(plugin.clone()).or_default();
        match fate {
            model::proposal::Fate::Accepted => counts.accepted += 1,
            model::proposal::Fate::Edited => counts.edited += 1,
            model::proposal::Fate::Dismissed => counts.dismissed += 1,
            model::proposal::Fate::Expired => counts.expired += 1,
        }
        let Some(proposal) = proposal else { return };
        let role = self.manifests.get(plugin).and_then(|manifest| manifest.roles.iter().next().copied());
        // Channels have a lane for each account; they make no proposals.
        let Some(role) = role.filter(|role| *role != Role::Channel) else { return };
        let lane = LaneKey { plugin: plugin.clone(), role, account: None };
        self.post(lane, Request::Outcome { key: proposal.key.clone(), fate }, Call::Ignored);
    }

    /// Keeps the customer of an open conversation at hand.
    pub(crate) fn know_customer(&mut self, store: &Store, id: CustomerId) {
        if self.shown.customers.contains_key(&id) {
            return;
        }
        match store.customer(id) {
            Ok(Some(customer)) => {
                self.shown.customers.insert(id, Arc::new(customer));
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a customer could not be read"),
        }
    }

    fn react_customer(&mut self, store: &Store, id: CustomerId) {
        if self.shown.customers.remove(&id).is_none() {
            return;
        }
        self.know_customer(store, id);
        let theirs: Vec<_> = self
            .directory
            .conversations
            .values()
            .filter(|conversation| conversation.customer == id)
            .map(|conversation| conversation.id)
            .collect();
        for conversation in theirs {
            self.shown.touch(conversation);
        }
    }

    fn react_ticket(&mut self, store: &Store, id: model::TicketId) {
        let Ok(Some(ticket)) = store.ticket(id) else { return };
        let mut tickets: Vec<_> =
            self.shown.tickets.iter().filter(|have| have.id != id).take(TICKETS_SHOWN - 1).cloned().collect();
        tickets.insert(0, Arc::new(ticket));
        self.shown.tickets = Arc::new(tickets);
        self.shown.changed = true;
    }

    fn react_plugin(&mut self, store: &mut Store, id: &PluginId, event: &Event) {
        match &event.payload {
            Payload::PluginGranted(granted) => self.load_granted(id, granted),
            Payload::PluginPaused => self.outside.host.pause(id, true),
            Payload::PluginResumed => {
                self.outside.host.pause(id, false);
                self.outside.host.retry(id);
            }
            Payload::PluginConfigured(_) => self.restart_configured(id),
            Payload::PluginRemoved => {
                self.forget_secrets_of_plugin(store, id);
                self.outside.host.unload(id);
                self.packages.remove(id);
            }
            Payload::PluginFaulted(fault) => {
                let faults = self.faults.entry(id.clone()).or_default();
                faults.push_front(fault.clone());
                faults.truncate(FAULTS_SHOWN);
            }
            Payload::PluginQuarantined => {
                let arguments = vec![("plugin".to_owned(), id.to_string())];
                self.shown.notice(event.at, NoticeLevel::Warning, "plugin-quarantined", arguments, None);
            }
            _ => {}
        }
        self.refresh_plugins();
    }

    fn react_desk(&mut self, store: &mut Store, event: &Event) {
        self.outside.facts.set_accounts(self.directory.accounts.values().map(|account| &**account));
        match &event.payload {
            Payload::AccountSet(account) => self.account_set(store, account),
            Payload::AccountRemoved(id) => self.account_removed(store, *id),
            _ => {}
        }
        self.refresh_plugins();
    }

    /// Tells the customer's side something that is not kept.
    pub(crate) fn signal(&mut self, id: ConversationId, signal: Signal) {
        let Some(conversation) = self.directory.conversations.get(&id) else { return };
        let Some(account) = self.directory.accounts.get(&conversation.channel.account) else { return };
        let lane = crate::ingest::lane(&account.plugin, account.id);
        let thread = conversation.thread.clone();
        self.post(lane, Request::Signal { thread, signal }, Call::Ignored);
    }

    /// Something from the host.
    pub(crate) fn host_event(&mut self, store: &mut Store, event: HostEvent) {
        match event {
            HostEvent::Replied { lane, tag, result, .. } => {
                if let Some(call) = self.calls.remove(&tag) {
                    self.replied(store, &lane, call, result);
                }
            }
            HostEvent::Timer { lane, result, .. } => {
                if let Ok(host::Answer::Batch(batch)) = result {
                    self.timer_batch(store, &lane, batch);
                }
            }
            HostEvent::Advice { lane, items } => self.advice(store, &lane.plugin, items),
            HostEvent::Fault(fault) => {
                self.input_or_log(store, &Input::Faulted(fault));
            }
            HostEvent::StatusChanged { plugin, state } => self.status_changed(store, &plugin, &state),
            HostEvent::Egress { entry, tag } => self.note_egress(store, entry, tag),
            HostEvent::EgressAnswered { plugin, number, received } => {
                if let Err(error) = store.egress_received(&plugin, number, received) {
                    tracing::warn!(%error, "a line of the ledger was not kept");
                }
                self.wrote = true;
            }
            HostEvent::Log { .. } | HostEvent::Delta { .. } => {}
        }
    }

    /// Keeps a line of what left for a plugin, with the conversation and the customer that it was called for.
    fn note_egress(&mut self, store: &mut Store, entry: Egress, tag: Option<Tag>) {
        let call = tag.and_then(|tag| self.calls.get(&tag));
        let conversation = call.and_then(Call::conversation);
        let of_call = match call {
            Some(Call::Lookup(customer)) => Some(*customer),
            _ => None,
        };
        let of_conversation = || Some(self.directory.conversations.get(&conversation?)?.customer);
        let customer = of_call.or_else(of_conversation);
        if let Err(error) = store.keep_egress(&Egress { conversation, customer, ..entry }) {
            tracing::warn!(%error, "a line of the ledger was not kept");
        }
        self.wrote = true;
    }

    fn status_changed(&mut self, store: &mut Store, plugin: &PluginId, state: &PluginState) {
        match state {
            PluginState::Quarantined => {
                self.input_or_log(store, &Input::Quarantined(plugin.clone()));
            }
            PluginState::Healthy => {
                self.hurry(store, plugin);
                self.resume_raw(store, Some(plugin));
            }
            _ => {}
        }
        self.refresh_plugins();
    }

    /// The answer to a call.
    pub(crate) fn replied(&mut self, store: &mut Store, lane: &LaneKey, call: Call, result: Replied) {
        match call {
            Call::Ingest(ingesting) => self.ingested(store, lane, ingesting, result),
            Call::Send(sending) => self.sent(store, lane, &sending, result),
            Call::Reconcile(sending) => self.reconciled(store, lane, &sending, result),
            Call::Observe(_) => self.observed(store, lane, result),
            Call::Lookup(customer) => self.looked_up(lane, customer, result),
            Call::Score(conversation) => self.scored(store, lane, conversation, result),
            Call::FormFields(conversation) => self.form_fields(store, conversation, result),
            Call::FormCheck(conversation) => self.form_checked(store, conversation, result),
            Call::FormSubmit(conversation) => self.form_submitted(store, conversation, result),
            Call::Panel(key) => self.panel_replied(store, &key, result),
            Call::Ignored => {}
        }
    }
}
