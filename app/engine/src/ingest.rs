//! Inbound: a raw item is on the disk before its plugin sees it, the plugin's batch becomes events in one
//! commit with the provider's cursor, and only then does the provider get its answer.

use host::{
    Answer, Batch, CallError, Incoming, Ingress, Item, LaneKey, ReceiptState, Request, WebEvent, WebReply,
};
use model::{
    AccountId, ConversationId, CustomerId, MessageId, PluginId,
    conversation::{Channel, Conversation, Delivery},
    customer::{Handle, HandleKind},
    event::{Account, NewEvent, Payload, StreamId},
    input::{Input, Received},
    plugin::Role,
};
use store::{Commit, ExternalRef, NewRaw, RawError, RawId, RawOutcome, RefKind, Store};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    core::{Core, Effect, InputError, fresh},
    job::{Call, Replied},
    outbox::plus_ms,
    timers::Due,
    view::TYPING_FOR_MS,
};

/// Methods that carry nothing to keep; everything else is written down before the plugin sees it.
const METHODS_NOT_KEPT: [&str; 4] = ["GET", "HEAD", "OPTIONS", "SUBSCRIBE"];
/// Pause before a failed poll is repeated, in milliseconds.
const POLL_AGAIN_MS: i64 = 5_000;
/// A raw item goes to its plugin this often before it is put aside.
const INGEST_ATTEMPTS: u8 = 2;
/// Raw items taken up again in one go; a mailbox holds fewer, the rest follows with the next start.
const RAW_RESUMED_MAX: usize = 48;

/// A raw item that a plugin has now.
#[derive(Debug)]
pub(crate) struct Ingesting {
    pub account: AccountId,
    pub raw: Option<RawId>,
    pub ingress: Option<Ingress>,
    pub attempt: u8,
    pub reply: Option<oneshot::Sender<WebReply>>,
}

impl Core {
    /// A web request for a channel account.
    pub(crate) fn web(
        &mut self,
        store: &mut Store,
        slug: &str,
        event: WebEvent,
        reply: oneshot::Sender<WebReply>,
    ) {
        let account = self.directory.accounts.values().find(|account| account.slug == slug);
        let Some(account) = account.filter(|account| !account.paused).cloned() else {
            self.effects.push(Effect::Reply(reply, status(404)));
            return;
        };
        let raw = if METHODS_NOT_KEPT.contains(&event.method.as_str()) {
            None
        } else {
            let meta = serde_json::json!({
                "method": event.method, "path": event.path, "query": event.query,
                "headers": event.headers, "client": event.client,
            });
            let item = NewRaw {
                account: account.id,
                at: self.now(),
                meta: meta.to_string(),
                body: event.body.clone(),
            };
            match store.raw_put(item) {
                Ok(raw) => Some(raw),
                Err(error) => {
                    tracing::warn!(%error, "an inbound item was refused");
                    let code = if matches!(error, RawError::QuotaFull { .. }) { 429 } else { 503 };
                    self.effects.push(Effect::Reply(reply, status(code)));
                    return;
                }
            }
        };
        let ingress = Ingress::Web(event);
        let ingesting = Ingesting {
            account: account.id,
            raw,
            ingress: Some(ingress.clone()),
            attempt: 1,
            reply: Some(reply),
        };
        self.post(lane(&account.plugin, account.id), Request::Ingest(ingress), Call::Ingest(ingesting));
    }

    /// Asks a provider for news.
    pub(crate) fn poll(&mut self, store: &Store, id: AccountId) {
        let Some(account) = self.directory.accounts.get(&id).filter(|account| !account.paused) else {
            return;
        };
        let lane = lane(&account.plugin, id);
        let cursor = match store.cursor(id) {
            Ok(cursor) => cursor,
            Err(error) => {
                tracing::error!(%error, "a cursor could not be read");
                return;
            }
        };
        let ingesting = Ingesting { account: id, raw: None, ingress: None, attempt: 1, reply: None };
        self.post(lane, Request::Ingest(Ingress::Poll(cursor)), Call::Ingest(ingesting));
    }

    /// After a start of the desk or of a plugin: raw items whose plugin never answered go to it again.
    pub(crate) fn resume_raw(&mut self, store: &Store, plugin: Option<&PluginId>) {
        let under_way: std::collections::HashSet<RawId> = self
            .calls
            .values()
            .filter_map(|call| if let Call::Ingest(ingesting) = call { ingesting.raw } else { None })
            .collect();
        let waiting = match store.raw_pending(None, RAW_RESUMED_MAX) {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::error!(%error, "raw items could not be read");
                return;
            }
        };
        for raw in waiting.into_iter().filter(|raw| !under_way.contains(&raw.id)) {
            let Some(account) = self.directory.accounts.get(&raw.item.account) else { continue };
            if plugin.is_some_and(|plugin| account.plugin != *plugin) {
                continue;
            }
            let Some(event) = web_event(&raw.item.meta, raw.item.body) else { continue };
            let ingress = Ingress::Web(event);
            let ingesting = Ingesting {
                account: account.id,
                raw: Some(raw.id),
                ingress: Some(ingress.clone()),
                attempt: 1,
                reply: None,
            };
            let lane = lane(&account.plugin, account.id);
            self.post(lane, Request::Ingest(ingress), Call::Ingest(ingesting));
        }
    }

    /// A channel answered about a raw item or a poll.
    pub(crate) fn ingested(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        ingesting: Ingesting,
        result: Replied,
    ) {
        match result {
            Ok(Answer::Batch(batch)) => self.batch(store, lane, batch, ingesting),
            Err(error) => self.not_ingested(store, lane, ingesting, &error),
            Ok(_) => {
                self.not_ingested(store, lane, ingesting, &CallError::Invalid("another answer".to_owned()));
            }
        }
    }

    /// A timer of a channel ran out and brought a batch.
    pub(crate) fn timer_batch(&mut self, store: &mut Store, lane: &LaneKey, batch: Batch) {
        let Some(account) = lane.account else { return };
        let ingesting = Ingesting { account, raw: None, ingress: None, attempt: 1, reply: None };
        self.batch(store, lane, batch, ingesting);
    }

    fn batch(&mut self, store: &mut Store, lane: &LaneKey, batch: Batch, mut ingesting: Ingesting) {
        let Some(account) = self.directory.accounts.get(&ingesting.account).cloned() else { return };
        let mut kept = true;
        for item in batch.items {
            if let Err(error) = self.item(store, lane, &account, item) {
                kept = false;
                tracing::warn!(code = error.code(), "an item of a channel was not kept");
            }
        }
        // The cursor and the raw item are settled in the same transaction as the items: the turn.
        let mut commit = Commit::new(self.now());
        commit.cursor = batch.cursor.map(|cursor| (account.id, cursor));
        if let Some(raw) = ingesting.raw.take() {
            let outcome = if kept { RawOutcome::Done } else { RawOutcome::Rejected("refused".to_owned()) };
            commit.raw.push((raw, outcome));
        }
        if (commit.cursor.is_some() || !commit.raw.is_empty())
            && let Err(error) = self.append(store, commit)
        {
            tracing::error!(code = error.code(), "an inbound item could not be settled");
        }
        if self.account_trouble.remove(&account.id).is_some() {
            self.refresh_plugins();
        }
        if let Some(reply) = ingesting.reply.take() {
            let answer = match batch.reply {
                Some(answer) if kept => answer,
                None if kept => status(204),
                _ => status(422),
            };
            self.effects.push(Effect::Reply(reply, answer));
        }
        self.poll_again(&account, batch.poll_again_ms);
    }

    fn poll_again(&mut self, account: &Account, wish_ms: Option<u32>) {
        let every_ms = self
            .manifests
            .get(&account.plugin)
            .and_then(|manifest| manifest.channel.as_ref())
            .map_or(0, |c| c.poll_every_ms);
        let wait_ms = match (wish_ms, every_ms) {
            (Some(wish_ms), _) => i64::from(wish_ms),
            (None, 0) => return,
            (None, every_ms) => i64::from(every_ms),
        };
        let at = plus_ms(self.now(), wait_ms.max(50));
        self.timers.only_at(at, Due::Poll(account.id));
    }

    /// The plugin could not take an item: once more on a fresh instance, then it is put aside where a person
    /// can see it. Others go on.
    fn not_ingested(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        mut ingesting: Ingesting,
        error: &CallError,
    ) {
        let again = ingesting.attempt < INGEST_ATTEMPTS && error.fault().is_some();
        if again && let Some(ingress) = ingesting.ingress.clone() {
            ingesting.attempt += 1;
            self.post(lane.clone(), Request::Ingest(ingress), Call::Ingest(ingesting));
            return;
        }
        let not_now = matches!(error, CallError::NotRunning | CallError::Cancelled | CallError::Start(_));
        if let Some(raw) = ingesting.raw {
            if not_now && ingesting.reply.is_none() {
                // It stays where it is and goes out again when the plugin runs.
            } else if let Err(error) = self.put_aside(store, ingesting.account, raw, &error.to_string()) {
                tracing::error!(code = error.code(), "an inbound item could not be put aside");
            }
        } else if ingesting.reply.is_none() {
            let at = plus_ms(self.now(), POLL_AGAIN_MS);
            self.timers.only_at(at, Due::Poll(ingesting.account));
            self.account_trouble.insert(ingesting.account, "channel-poll".to_owned());
        }
        if let Some(reply) = ingesting.reply.take() {
            let code = match ingesting.raw {
                _ if not_now => 503,
                Some(_) => self.late_status(&lane.plugin),
                None => 502,
            };
            self.effects.push(Effect::Reply(reply, status(code)));
        }
        self.refresh_plugins();
    }

    fn late_status(&self, plugin: &PluginId) -> u16 {
        let channel = self.manifests.get(plugin).and_then(|manifest| manifest.channel.as_ref());
        channel.map_or(202, |channel| channel.late_status)
    }

    fn put_aside(
        &mut self,
        store: &mut Store,
        account: AccountId,
        raw: RawId,
        because: &str,
    ) -> Result<(), InputError> {
        let mut commit = Commit::new(self.now());
        commit.raw.push((raw, RawOutcome::Dead(because.to_owned())));
        let event = NewEvent {
            stream: StreamId::Desk,
            actor: model::event::Actor::Desk,
            payload: Payload::DeadLettered { account, raw: raw.0, because: because.to_owned() },
        };
        commit.events.push((model::EventId::new(fresh()), event));
        self.append(store, commit)?;
        *self.dead_letters.entry(account).or_default() += 1;
        Ok(())
    }

    fn item(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        account: &Account,
        item: Item,
    ) -> Result<(), InputError> {
        match item {
            Item::Message(incoming) => self.message(store, lane, account, *incoming),
            Item::Edit { remote_id, text, .. } => self.edit(store, account, &remote_id, Some(text)),
            Item::Redaction { remote_id, .. } => self.edit(store, account, &remote_id, None),
            Item::Receipt { remote_id, state, reason, .. } => {
                self.receipt(store, account, &remote_id, state, reason)
            }
            Item::Typing { thread, active, .. } => {
                self.typing(store, account, &thread, active);
                Ok(())
            }
            Item::Facts { thread, facts, .. } => {
                let Some(conversation) = self.conversation_of_thread(store, account, &thread)? else {
                    return Ok(());
                };
                let facts = facts.into_iter().collect();
                self.input(store, &Input::FactsNoted { conversation, facts })?;
                Ok(())
            }
            Item::Closed { thread, reason, .. } => {
                let Some(conversation) = self.conversation_of_thread(store, account, &thread)? else {
                    return Ok(());
                };
                self.shown.typing.remove(&conversation);
                self.input(store, &Input::CustomerLeft { conversation, reason })?;
                Ok(())
            }
        }
    }

    fn message(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        account: &Account,
        incoming: Incoming,
    ) -> Result<(), InputError> {
        let known = external(store, account.id, RefKind::Message, &incoming.remote_id)?;
        // A reply from this desk comes back under the id that its channel gave when it went out.
        if known.is_some() {
            return Ok(());
        }
        let conversation = external(store, account.id, RefKind::Thread, &incoming.thread)?;
        let sender = match incoming.from_us {
            // Whoever wrote it, it was not the customer.
            true => None,
            false => external(store, account.id, RefKind::Sender, &incoming.sender.id)?,
        };
        let conversation_id = ConversationId::new(conversation.unwrap_or_else(fresh));
        let present = self.conversation(store, conversation_id);
        if incoming.from_us
            && let Some(ours) =
                present.as_ref().and_then(|present| self.on_its_way(store, present, &incoming))
        {
            // The channel was told of a reply from this desk before it had answered the desk itself.
            let mut commit = Commit::new(self.now());
            let kind = RefKind::Message;
            commit.refs.push(ExternalRef {
                account: account.id,
                kind,
                key: incoming.remote_id,
                id: ours.uuid(),
            });
            self.append(store, commit)?;
            return Ok(());
        }
        // A thread keeps its customer, whoever writes in it.
        let customer = present.as_ref().map(|present| present.customer);
        let customer = customer.unwrap_or_else(|| CustomerId::new(sender.unwrap_or_else(fresh)));
        let customer_known = present.is_some() || sender.is_some();
        let message = MessageId::new(fresh());
        let handle = if incoming.from_us { None } else { handle_of(account, &incoming) };
        let received = Received {
            conversation: conversation_id,
            customer,
            message,
            plugin: lane.plugin.clone(),
            channel: Channel {
                account: account.id,
                kind: account.kind.clone(),
                title: account.title.clone(),
            },
            thread: incoming.thread.clone(),
            subject: incoming.subject.unwrap_or_default(),
            sender: incoming.sender.name,
            handle,
            language: None,
            remote_id: incoming.remote_id.clone(),
            text: incoming.text,
            files: incoming.files,
            customer_known,
            skill: account.skill.clone(),
            from_us: incoming.from_us,
        };
        let now = self.now();
        let mut commit = Commit::new(now);
        let reference = |kind, key: String, id: Uuid| ExternalRef { account: account.id, kind, key, id };
        commit.refs.push(reference(RefKind::Message, incoming.remote_id, message.uuid()));
        if conversation.is_none() {
            commit.refs.push(reference(RefKind::Thread, incoming.thread, conversation_id.uuid()));
        }
        if sender.is_none() && !incoming.from_us && !incoming.sender.id.is_empty() {
            commit.refs.push(reference(RefKind::Sender, incoming.sender.id, customer.uuid()));
        }
        self.shown.typing.remove(&conversation_id);
        self.input_at(store, &Input::Received(Box::new(received)), now, commit)?;
        Ok(())
    }

    /// The reply of this desk that a channel has now and that says the same.
    fn on_its_way(
        &self,
        store: &Store,
        conversation: &Conversation,
        incoming: &Incoming,
    ) -> Option<MessageId> {
        let id = *self.in_flight.get(&conversation.id)?;
        let item = store.outbox_item(id).ok().flatten()?;
        (item.message.text == incoming.text).then_some(id)
    }

    fn edit(
        &mut self,
        store: &mut Store,
        account: &Account,
        remote_id: &str,
        text: Option<String>,
    ) -> Result<(), InputError> {
        let Some((conversation, message)) = self.remote_message(store, account, remote_id)? else {
            return Ok(());
        };
        self.input(store, &Input::Edited { conversation, message, text })?;
        Ok(())
    }

    fn receipt(
        &mut self,
        store: &mut Store,
        account: &Account,
        remote_id: &str,
        state: ReceiptState,
        reason: String,
    ) -> Result<(), InputError> {
        let Some((conversation, message)) = self.remote_message(store, account, remote_id)? else {
            return Ok(());
        };
        let delivery = match state {
            ReceiptState::Delivered => Delivery::Delivered,
            ReceiptState::Read => Delivery::Read,
            ReceiptState::Failed => Delivery::Failed(reason),
        };
        // Receipts repeat and overtake each other; only what is further along is news.
        let have = store.outbox_item(message).map_err(store::AppendError::from)?.map(|item| item.delivery);
        if have.is_some_and(|have| have.rank() >= delivery.rank()) {
            return Ok(());
        }
        self.input(
            store,
            &Input::Delivery { conversation, message, delivery, remote_id: None, attempts: 0 },
        )?;
        Ok(())
    }

    fn remote_message(
        &mut self,
        store: &Store,
        account: &Account,
        remote_id: &str,
    ) -> Result<Option<(ConversationId, MessageId)>, InputError> {
        let Some(message) = external(store, account.id, RefKind::Message, remote_id)?.map(MessageId::new)
        else {
            return Ok(None);
        };
        let conversation = store.conversation_of(message).map_err(store::AppendError::from)?;
        let Some(conversation) = conversation.filter(|id| self.conversation(store, *id).is_some()) else {
            return Ok(None);
        };
        Ok(Some((conversation, message)))
    }

    /// The conversation of a provider's thread.
    fn conversation_of_thread(
        &mut self,
        store: &Store,
        account: &Account,
        thread: &str,
    ) -> Result<Option<ConversationId>, InputError> {
        let id = external(store, account.id, RefKind::Thread, thread)?.map(ConversationId::new);
        Ok(id.filter(|id| self.conversation(store, *id).is_some()))
    }

    fn typing(&mut self, store: &Store, account: &Account, thread: &str, active: bool) {
        let Ok(Some(id)) = store.external(account.id, RefKind::Thread, thread) else { return };
        let conversation = ConversationId::new(id);
        if active {
            let until = plus_ms(self.now(), TYPING_FOR_MS);
            self.shown.typing.insert(conversation, until);
            self.timers.only_at(until, Due::TypingEnds(conversation));
        } else {
            self.shown.typing.remove(&conversation);
        }
        self.shown.touch(conversation);
    }

    /// Something that is shown for a while may have had its time.
    pub(crate) fn end_of(&mut self, conversation: ConversationId) {
        let now = self.now();
        if self.shown.typing.get(&conversation).is_some_and(|until| *until <= now) {
            self.shown.typing.remove(&conversation);
        }
        if let Some(thread) = self.shown.threads.get_mut(&conversation) {
            thread.prompts.retain(|prompt| prompt.expires.is_none_or(|expires| expires > now));
        }
        self.shown.touch(conversation);
    }
}

/// The lane that serves an account.
pub(crate) fn lane(plugin: &PluginId, account: AccountId) -> LaneKey {
    LaneKey { plugin: plugin.clone(), role: Role::Channel, account: Some(account) }
}

fn status(code: u16) -> WebReply {
    WebReply { status: code, ..WebReply::default() }
}

fn external(store: &Store, account: AccountId, kind: RefKind, key: &str) -> Result<Option<Uuid>, InputError> {
    Ok(store.external(account, kind, key).map_err(store::AppendError::from)?)
}

fn handle_of(account: &Account, incoming: &Incoming) -> Option<Handle> {
    let value = if incoming.sender.handle.is_empty() { &incoming.sender.id } else { &incoming.sender.handle };
    if value.is_empty() {
        return None;
    }
    let kind = match account.kind.as_str() {
        "mail" => HandleKind::Mail,
        "phone" | "sms" => HandleKind::Phone,
        "chat" => HandleKind::Web,
        _ => HandleKind::Social,
    };
    Some(Handle { kind, value: value.clone() })
}

/// The request that a raw item keeps.
fn web_event(meta: &str, body: Vec<u8>) -> Option<WebEvent> {
    #[derive(serde::Deserialize)]
    struct Meta {
        method: String,
        path: String,
        query: host::Pairs,
        headers: host::Pairs,
        client: String,
    }
    let meta: Meta = serde_json::from_str(meta).ok()?;
    Some(WebEvent {
        path: meta.path,
        method: meta.method,
        query: meta.query,
        headers: meta.headers,
        body,
        client: meta.client,
    })
}
