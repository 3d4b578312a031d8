//! Inbound: a raw item is on the disk before its plugin sees it, the plugin's batch becomes events in one
//! commit with the provider's cursor, and only then does the provider get its answer.

use host::{Answer, Batch, CallError, Ingress, LaneKey, Request, WebEvent, WebReply};
use model::{
    AccountId, PluginId,
    event::{Account, NewEvent, Payload, StreamId},
    plugin::Role,
};
use store::{Commit, NewRaw, RawError, RawId, RawOutcome, Store};
use tokio::sync::oneshot;

use crate::{
    core::{Core, Effect, InputError, fresh},
    job::{Call, Replied},
    outbox::plus_ms,
    timers::Due,
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
}

/// The lane that serves an account.
pub(crate) fn lane(plugin: &PluginId, account: AccountId) -> LaneKey {
    LaneKey { plugin: plugin.clone(), role: Role::Channel, account: Some(account) }
}

fn status(code: u16) -> WebReply {
    WebReply { status: code, ..WebReply::default() }
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
