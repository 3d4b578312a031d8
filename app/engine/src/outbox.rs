//! The outbox: one message of a conversation at a time goes to its channel, in order, and its true state is
//! always in the journal before anything else happens.

use host::{Answer, CallError, LaneKey, Outgoing, Party, Request, SendOutcome, SentState};
use model::{
    ConversationId, MessageId, PluginId, Timestamp,
    conversation::{Author, Conversation, Delivery, OutboxEntry},
    input::Input,
    limits::SEND_ATTEMPTS_MAX,
    plugin::Role,
};
use store::{Commit, ExternalRef, RefKind, Store};

use crate::{
    core::Core,
    job::{Call, Replied},
    timers::Due,
};

/// First pause before a failed attempt is repeated, in milliseconds; doubles each time.
const RETRY_FIRST_MS: i64 = 1_000;
/// Longest pause between attempts, in milliseconds.
const RETRY_LONGEST_MS: i64 = 5 * 60 * 1_000;

/// A message that a plugin has now.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub conversation: ConversationId,
    pub message: MessageId,
    pub attempts: u32,
}

impl Core {
    /// Hands the next message of a conversation to its channel, unless one is on its way.
    pub(crate) fn pump(&mut self, store: &mut Store, id: ConversationId) {
        if self.in_flight.contains_key(&id) {
            return;
        }
        let Some(conversation) = self.conversation(store, id) else { return };
        let Some(entry) = conversation.outbox.iter().find(|entry| entry.delivery.is_pending()) else {
            return;
        };
        match entry.delivery {
            Delivery::RetryAt(at) if at > self.now() => self.timers.only_at(at, Due::Outbox(id)),
            // Left behind by a crash: nobody knows whether it went out.
            Delivery::Sending => self.outcome_unknown(store, &conversation, entry),
            _ => self.hand_over(store, &conversation, entry),
        }
    }

    fn lane_of(&self, conversation: &Conversation) -> Option<LaneKey> {
        let account =
            self.directory.accounts.get(&conversation.channel.account).filter(|account| !account.paused)?;
        Some(LaneKey { plugin: account.plugin.clone(), role: Role::Channel, account: Some(account.id) })
    }

    fn hand_over(&mut self, store: &mut Store, conversation: &Conversation, entry: &OutboxEntry) {
        let sending =
            Sending { conversation: conversation.id, message: entry.message, attempts: entry.attempts + 1 };
        if !self.directory.accounts.contains_key(&conversation.channel.account) {
            // Its account was removed: it never goes out.
            self.delivery(store, &sending, Delivery::Failed(String::new()), None);
            return;
        }
        let Some(lane) = self.lane_of(conversation) else {
            self.retry_later(store, &sending, None);
            return;
        };
        let item = match store.outbox_item(entry.message) {
            Ok(Some(item)) => item,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return;
            }
        };
        let Author::Agent(agent) = item.message.author else { return };
        let profile = self.directory.agents.get(&agent).map(|state| &state.profile);
        let name = profile.map_or_else(String::new, |profile| {
            profile.public_name.clone().unwrap_or_else(|| profile.name.clone())
        });
        let outgoing = Outgoing {
            key: item.key,
            thread: item.thread,
            sender: Party { id: agent.to_string(), name, handle: String::new() },
            subject: Some(conversation.subject.clone()).filter(|subject| !subject.is_empty()),
            text: item.message.text,
            files: item.message.files,
            ..Outgoing::default()
        };
        self.in_flight.insert(conversation.id, entry.message);
        self.delivery(store, &sending, Delivery::Sending, None);
        self.post(lane, Request::Send(Box::new(outgoing)), Call::Send(sending));
    }

    /// A channel answered about a message it was to send.
    pub(crate) fn sent(&mut self, store: &mut Store, lane: &LaneKey, sending: &Sending, result: Replied) {
        self.in_flight.remove(&sending.conversation);
        match result {
            Ok(Answer::Sent(SendOutcome::Sent(remote_id))) => self.went_out(store, lane, sending, remote_id),
            Ok(Answer::Sent(SendOutcome::RetryAfterMs(wait_ms))) => {
                self.retry_later(store, sending, Some(i64::from(wait_ms)));
            }
            Ok(Answer::Sent(SendOutcome::Rejected(why))) => {
                self.delivery(store, sending, Delivery::Failed(why), None);
            }
            // It never left the desk, so trying again is safe.
            Err(CallError::NotRunning | CallError::Cancelled | CallError::Start(_)) => {
                self.retry_later(store, sending, None);
            }
            _ => {
                if let Some(conversation) = self.conversation(store, sending.conversation) {
                    let entry = OutboxEntry {
                        message: sending.message,
                        delivery: Delivery::Sending,
                        attempts: sending.attempts,
                    };
                    self.outcome_unknown(store, &conversation, &entry);
                }
            }
        }
        self.pump(store, sending.conversation);
    }

    fn went_out(&mut self, store: &mut Store, lane: &LaneKey, sending: &Sending, remote_id: String) {
        let now = self.now();
        let mut commit = Commit::new(now);
        if let Some(account) = lane.account
            && !remote_id.is_empty()
        {
            commit.refs.push(ExternalRef {
                account,
                kind: RefKind::Message,
                key: remote_id.clone(),
                id: sending.message.uuid(),
            });
        }
        let input = Input::Delivery {
            conversation: sending.conversation,
            message: sending.message,
            delivery: Delivery::Sent,
            remote_id: Some(remote_id),
            attempts: sending.attempts,
        };
        if let Err(error) = self.input_at(store, &input, now, commit) {
            // The provider uses one id for two messages: the state is true all the same.
            tracing::warn!(%error, "a provider's id could not be kept");
            self.input_or_log(store, &input);
        }
    }

    /// Nobody knows whether a message went out. Where the channel declares that sending twice is safe, it is
    /// sent again; where it can find out, it is asked; else the agent decides.
    fn outcome_unknown(&mut self, store: &mut Store, conversation: &Conversation, entry: &OutboxEntry) {
        let sending =
            Sending { conversation: conversation.id, message: entry.message, attempts: entry.attempts };
        let lane = self.lane_of(conversation);
        let channel = lane
            .as_ref()
            .and_then(|lane| self.manifests.get(&lane.plugin))
            .and_then(|manifest| manifest.channel.clone());
        match (lane, channel) {
            (Some(_), Some(channel)) if channel.idempotent_send => self.retry_later(store, &sending, None),
            (Some(lane), Some(channel)) if channel.reconcile => {
                if let Ok(Some(item)) = store.outbox_item(entry.message) {
                    self.in_flight.insert(conversation.id, entry.message);
                    self.post(lane, Request::Reconcile { key: item.key }, Call::Reconcile(sending));
                }
            }
            _ => self.delivery(store, &sending, Delivery::Unknown, None),
        }
    }

    /// A channel found out what became of a message.
    pub(crate) fn reconciled(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        sending: &Sending,
        result: Replied,
    ) {
        self.in_flight.remove(&sending.conversation);
        match result {
            Ok(Answer::Reconciled(SentState::WasSent(remote_id))) => {
                self.went_out(store, lane, sending, remote_id);
            }
            Ok(Answer::Reconciled(SentState::NotSent)) => self.retry_later(store, sending, None),
            _ => self.delivery(store, sending, Delivery::Unknown, None),
        }
        self.pump(store, sending.conversation);
    }

    fn retry_later(&mut self, store: &mut Store, sending: &Sending, wait_ms: Option<i64>) {
        if sending.attempts >= SEND_ATTEMPTS_MAX {
            self.delivery(store, sending, Delivery::Failed(String::new()), None);
            return;
        }
        let doubled = RETRY_FIRST_MS << sending.attempts.min(16);
        let wait_ms = wait_ms.unwrap_or(doubled).clamp(RETRY_FIRST_MS, RETRY_LONGEST_MS);
        let at = plus_ms(self.now(), wait_ms);
        self.delivery(store, sending, Delivery::RetryAt(at), None);
        self.timers.only_at(at, Due::Outbox(sending.conversation));
    }

    fn delivery(
        &mut self,
        store: &mut Store,
        sending: &Sending,
        delivery: Delivery,
        remote_id: Option<String>,
    ) {
        let input = Input::Delivery {
            conversation: sending.conversation,
            message: sending.message,
            delivery,
            remote_id,
            attempts: sending.attempts,
        };
        self.input_or_log(store, &input);
    }

    /// After a start: whatever waits goes on its way.
    pub(crate) fn resume_outbox(&mut self, store: &mut Store) {
        let waiting: Vec<_> = match store.outbox() {
            Ok(items) => items.into_iter().map(|item| item.conversation).collect(),
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return;
            }
        };
        for conversation in waiting {
            self.pump(store, conversation);
        }
    }

    /// A plugin runs again: what waits for it need not wait out its pause.
    pub(crate) fn hurry(&mut self, store: &mut Store, plugin: &PluginId) {
        let mut waiting = Vec::new();
        for conversation in self.directory.conversations.values() {
            let account = self.directory.accounts.get(&conversation.channel.account);
            let theirs = account.is_some_and(|account| account.plugin == *plugin);
            let entry = conversation.outbox.iter().find(|entry| entry.delivery.is_pending());
            if let Some(entry) =
                entry.filter(|entry| theirs && matches!(entry.delivery, Delivery::RetryAt(_)))
            {
                waiting.push(Sending {
                    conversation: conversation.id,
                    message: entry.message,
                    attempts: entry.attempts,
                });
            }
        }
        for sending in waiting {
            self.delivery(store, &sending, Delivery::Queued, None);
            self.pump(store, sending.conversation);
        }
    }
}

/// A moment so many milliseconds later; at the end of time it stays there.
pub(crate) fn plus_ms(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond().saturating_add(millis)).unwrap_or(Timestamp::MAX)
}
