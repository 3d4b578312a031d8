//! The one loop: jobs in, decisions, the store, views out. It runs on a thread of its own, called `engine`,
//! and owns the store.
//!
//! # Invariants
//!
//! - One writer: only this thread decides, appends and changes what is shown.
//! - A turn takes up to [`JOBS_PER_TURN_MAX`] jobs inside one transaction; whatever leaves the engine because
//!   of them (answers to the network, calls to plugins) leaves after the transaction is on the disk.
//! - The loop never waits for a plugin or the network.
//! - When the disk fails, nothing of the turn has happened: memory is read again from the store, senders are
//!   told, and the window shows it until a write succeeds.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use host::{Host, LaneKey, Request, Tag};
use knowledge::Knowledge;
use model::{
    AccountId, AgentId, ConversationId, EventId, PluginId, Timestamp,
    conversation::Conversation,
    decide::decide,
    event::{Event, Payload, StreamId},
    input::{Input, Refusal},
    plugin::{Fault, Manifest, PackageOrigin},
    proposal::Proposal,
    state::Directory,
    view::{AccountRow, Health, NoticeLevel, PluginRow, ProposalCounts, SecretRow, TicketType, View},
};
use store::{AppendError, Commit, StorageError, Store};
use tokio::sync::oneshot;

use crate::{
    figures::FirstAnswers,
    job::{Call, JOBS_PER_TURN_MAX, Job},
    questions::Answers,
    services::Facts,
    timers::{Due, Timers},
    view::Shown,
};

/// Views published in a row are at least this far apart; what happens in between goes into the next.
const PUBLISH_EVERY: Duration = Duration::from_millis(8);
/// Counters of plugins are read this often.
const SIGNALS_EVERY: Duration = Duration::from_secs(2);
/// Answers to the outside wait this long for others to share their sync of the disk.
const SHARE_SYNC_FOR: Duration = Duration::from_millis(3);
/// Writes that nobody outside waits for are on the disk after this long at the latest.
const QUIET_WRITES_FOR: Duration = Duration::from_millis(20);
/// Messages taken into the search index in one quiet moment.
const INDEXED_PER_MOMENT: usize = 200;
/// A turn of the loop that takes longer is logged.
const SLOW_TURN: Duration = Duration::from_millis(100);

/// Something that leaves the engine once the turn is on the disk.
#[allow(
    clippy::large_enum_variant,
    reason = "posts are most of the effects; boxing them would cost an allocation each"
)]
pub(crate) enum Effect {
    /// A call to a plugin.
    Post { lane: LaneKey, request: Request, call: Call },
    /// An answer to the network.
    Reply(oneshot::Sender<host::WebReply>, host::WebReply),
    /// Anything else.
    Run(Box<dyn FnOnce(&mut Core) + Send>),
}

/// A package's own texts, by language tag and key.
pub(crate) type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// What the loop shares with other threads.
pub(crate) struct Outside {
    pub host: Arc<Host>,
    pub knowledge: Arc<Knowledge>,
    pub published: Arc<ArcSwap<View>>,
    pub wake: Arc<dyn Fn() + Send + Sync>,
    pub answers: Arc<Answers>,
    pub language: Arc<ArcSwap<String>>,
    pub jobs: std::sync::mpsc::SyncSender<Job>,
    pub io: tokio::runtime::Handle,
    pub facts: Arc<Facts>,
}

/// The state of the loop.
pub(crate) struct Core {
    pub me: AgentId,
    pub directory: Directory,
    pub outside: Outside,

    pub shown: Shown,
    pub effects: Vec<Effect>,
    pub reactions: VecDeque<(Event, Option<Arc<Proposal>>)>,
    pub calls: HashMap<Tag, Call>,
    next_tag: u64,
    pub timers: Timers,
    pub to_route: bool,
    /// Something was written for a plugin that nobody outside waits for.
    pub wrote: bool,

    pub manifests: HashMap<PluginId, Arc<Manifest>>,
    pub plugin_texts: HashMap<PluginId, Arc<Texts>>,
    pub origins: HashMap<PluginId, PackageOrigin>,
    pub packages: HashMap<PluginId, host::Package>,
    pub broken: Vec<Arc<PluginRow>>,
    pub faults: HashMap<PluginId, VecDeque<Fault>>,
    pub proposal_counts: HashMap<PluginId, ProposalCounts>,
    pub plugin_rows: Arc<Vec<Arc<PluginRow>>>,
    pub account_rows: Arc<Vec<Arc<AccountRow>>>,
    pub account_trouble: HashMap<AccountId, String>,
    pub dead_letters: HashMap<AccountId, u32>,
    /// Bytes that plugins have stored. The host counts what they write, which is more where it replaces something.
    pub kv_used: HashMap<PluginId, u64>,
    /// How the secret slots stand that people fill.
    pub secret_rows: HashMap<PluginId, Vec<SecretRow>>,
    pub ticket_types: Arc<Vec<TicketType>>,
    pub settings: Arc<BTreeMap<String, String>>,
    pub health: Health,
    pub closed_today: u32,
    pub first_answers: FirstAnswers,
    /// Conversations whose assist plugins have been told that they are open.
    pub attended: std::collections::HashSet<ConversationId>,
    /// Outgoing messages that plugins have now, by conversation.
    pub in_flight: HashMap<ConversationId, model::MessageId>,
    pub clock: fn() -> Timestamp,
    pub offset: i64,
    last_publish: Instant,
    last_signals: Instant,
    stopping: bool,
}

impl Core {
    /// A core that has read nothing yet.
    pub fn new(me: AgentId, directory: Directory, outside: Outside) -> Self {
        let now = Instant::now();
        Self {
            me,
            directory,
            outside,
            shown: Shown::default(),
            effects: Vec::new(),
            reactions: VecDeque::new(),
            calls: HashMap::new(),
            next_tag: 0,
            timers: Timers::default(),
            to_route: true,
            wrote: false,
            manifests: HashMap::new(),
            plugin_texts: HashMap::new(),
            origins: HashMap::new(),
            packages: HashMap::new(),
            broken: Vec::new(),
            faults: HashMap::new(),
            proposal_counts: HashMap::new(),
            plugin_rows: Arc::default(),
            account_rows: Arc::default(),
            account_trouble: HashMap::new(),
            dead_letters: HashMap::new(),
            kv_used: HashMap::new(),
            secret_rows: HashMap::new(),
            ticket_types: Arc::default(),
            settings: Arc::default(),
            health: Health::default(),
            closed_today: 0,
            first_answers: FirstAnswers::default(),
            attended: std::collections::HashSet::new(),
            in_flight: HashMap::new(),
            clock: Timestamp::now,
            offset: 0,
            last_publish: now,
            last_signals: now,
            stopping: false,
        }
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let millis = (self.clock)().as_millisecond() + self.offset;
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Runs until told to stop.
    pub fn run(&mut self, store: &mut Store, jobs: &Receiver<Job>) {
        self.turn(store, Vec::new(), jobs);
        while !self.stopping {
            let wait = self.next_wait();
            let mut batch = Vec::new();
            match jobs.recv_timeout(wait) {
                Ok(job) => batch.push(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while batch.len() < JOBS_PER_TURN_MAX
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            self.turn(store, batch, jobs);
        }
    }

    /// How long the loop may sleep.
    fn next_wait(&self) -> Duration {
        let mut wait = SIGNALS_EVERY.saturating_sub(self.last_signals.elapsed());
        if self.shown.changed {
            wait = wait.min(PUBLISH_EVERY.saturating_sub(self.last_publish.elapsed()));
        }
        if let Some(due) = self.timers.next() {
            let until = due.duration_since(self.now());
            wait = wait.min(Duration::try_from(until).unwrap_or(Duration::ZERO));
        }
        wait
    }

    fn turn(&mut self, store: &mut Store, batch: Vec<Job>, jobs: &Receiver<Job>) {
        let began = Instant::now();
        let due = self.timers.take_due(self.now());
        if !(batch.is_empty() && due.is_empty() && !self.to_route) {
            let written = store.group(|store| {
                for due in due {
                    self.fire(store, &due);
                    self.react(store);
                }
                self.work(store, batch, jobs);
            });
            match written {
                Ok(()) => {
                    if self.health.store_trouble.take().is_some() {
                        self.shown.changed = true;
                    }
                    self.leave();
                }
                Err(error) => self.recover(store, &error),
            }
        }
        self.after_turn(store, began);
    }

    /// Works off a batch and what comes in while the transaction may still grow: a sync of the disk takes
    /// milliseconds in which nobody gets an answer, so it is shared by what comes close together.
    fn work(&mut self, store: &mut Store, mut batch: Vec<Job>, jobs: &Receiver<Job>) {
        let began = Instant::now();
        let (mut waiting_since, mut done) = (None, 0);
        self.wrote = false;
        loop {
            done += batch.len();
            for job in batch.drain(..) {
                self.handle(store, job);
                self.react(store);
            }
            self.route(store);
            self.react(store);
            if !self.effects.is_empty() {
                waiting_since.get_or_insert_with(Instant::now);
            }
            let wait = match waiting_since {
                Some(since) => SHARE_SYNC_FOR.saturating_sub(since.elapsed()),
                None if self.wrote => QUIET_WRITES_FOR.saturating_sub(began.elapsed()),
                None => Duration::ZERO,
            };
            if wait.is_zero() || self.stopping || done >= JOBS_PER_TURN_MAX {
                return;
            }
            match jobs.recv_timeout(wait) {
                Ok(job) => batch.push(job),
                Err(_) => return,
            }
            while batch.len() < JOBS_PER_TURN_MAX
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
        }
    }

    /// What is done now and then, and the view.
    fn after_turn(&mut self, store: &mut Store, began: Instant) {
        if self.last_signals.elapsed() >= SIGNALS_EVERY {
            self.last_signals = Instant::now();
            self.refresh_signals(store);
            // A quiet moment: what was said lately becomes searchable before somebody searches.
            if let Err(error) = store.index_messages(INDEXED_PER_MOMENT) {
                tracing::warn!(%error, "messages could not be indexed");
            }
        }
        if self.shown.changed && self.last_publish.elapsed() >= PUBLISH_EVERY {
            self.publish();
            self.last_publish = Instant::now();
        }
        if began.elapsed() > SLOW_TURN {
            tracing::warn!(millis = began.elapsed().as_millis() as u64, "a slow turn of the engine");
        }
    }

    fn handle(&mut self, store: &mut Store, job: Job) {
        match job {
            Job::Command(command) => self.command(store, command),
            Job::Ask(id, question) => self.answer(store, id, question),
            Job::Web { slug, event, reply } => self.web(store, &slug, event, reply),
            Job::Host(event) => self.host_event(store, event),
            Job::Run(work) => work(self, store),
            Job::Stop => self.stopping = true,
        }
    }

    fn fire(&mut self, store: &mut Store, due: &Due) {
        match *due {
            Due::Outbox(conversation) => self.pump(store, conversation),
            Due::ParkEnded(conversation) => {
                self.input_or_log(store, &Input::ParkEnded(conversation));
            }
            Due::ProposalExpires(conversation, proposal) => {
                self.input_or_log(store, &Input::ProposalExpired { conversation, proposal });
            }
            Due::PromptExpires(conversation) | Due::TypingEnds(conversation) => self.end_of(conversation),
            Due::Poll(account) => self.poll(store, account),
            Due::Score(conversation) => self.score(store, conversation),
            Due::Tidy => self.tidy(store),
        }
    }

    /// Work for people who are free.
    fn route(&mut self, store: &mut Store) {
        if !std::mem::take(&mut self.to_route) {
            return;
        }
        for (conversation, agent) in self.directory.route() {
            self.input_or_log(store, &Input::Routed { conversation, agent });
        }
    }

    /// Decides about an input and appends what follows.
    pub fn input(&mut self, store: &mut Store, input: &Input) -> Result<Vec<Event>, InputError> {
        let now = self.now();
        self.input_at(store, input, now, Commit::new(now))
    }

    /// The same at another moment and together with more that belongs into the commit.
    pub fn input_at(
        &mut self,
        store: &mut Store,
        input: &Input,
        now: Timestamp,
        mut commit: Commit,
    ) -> Result<Vec<Event>, InputError> {
        let events = decide(&self.directory, input, now)?;
        if events.is_empty() && commit == Commit::new(commit.at) {
            return Ok(Vec::new());
        }
        commit.events.extend(events.into_iter().map(|event| (EventId::new(fresh()), event)));
        self.append(store, commit)
    }

    /// Appends a commit and takes its events in.
    pub fn append(&mut self, store: &mut Store, commit: Commit) -> Result<Vec<Event>, InputError> {
        let events = store.append(commit)?;
        for event in &events {
            let settled = match &event.payload {
                Payload::ProposalSettled { proposal, .. } => {
                    let StreamId::Conversation(id) = event.stream else { continue };
                    self.directory.proposal(id, *proposal).cloned()
                }
                _ => None,
            };
            self.directory.apply(event);
            self.shown.apply(store, event, settled.as_ref());
            self.reactions.push_back((event.clone(), settled));
        }
        Ok(events)
    }

    /// For inputs nobody waits for: a refusal is no error, since the world has moved on.
    pub fn input_or_log(&mut self, store: &mut Store, input: &Input) -> bool {
        match self.input(store, input) {
            Ok(events) => !events.is_empty(),
            Err(InputError::Refused(refusal)) => {
                tracing::debug!(code = refusal.code(), "an input was refused");
                false
            }
            Err(InputError::Append(error)) => {
                tracing::warn!(%error, "an input was not stored");
                false
            }
        }
    }

    /// A conversation, also a closed one: it is put into the directory for the decision.
    pub fn conversation(&mut self, store: &Store, id: ConversationId) -> Option<Arc<Conversation>> {
        if let Some(conversation) = self.directory.conversations.get(&id) {
            return Some(Arc::clone(conversation));
        }
        let conversation = Arc::new(store.conversation(id).ok().flatten()?);
        self.directory.conversations.insert(id, Arc::clone(&conversation));
        Some(conversation)
    }

    /// Posts a request to a plugin once the turn is on the disk.
    pub fn post(&mut self, lane: LaneKey, request: Request, call: Call) {
        self.effects.push(Effect::Post { lane, request, call });
    }

    /// What leaves the engine, now that the turn is on the disk.
    fn leave(&mut self) {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Post { lane, request, call } => self.post_now(&lane, request, call),
                Effect::Reply(reply, answer) => {
                    // The client may have gone away; what it said is kept all the same.
                    let _gone = reply.send(answer);
                }
                Effect::Run(work) => work(self),
            }
        }
    }

    fn post_now(&mut self, lane: &LaneKey, request: Request, call: Call) {
        self.next_tag += 1;
        let tag = Tag(self.next_tag);
        self.calls.insert(tag, call);
        if let Err(error) = self.outside.host.post(lane, request, tag)
            && let Some(call) = self.calls.remove(&tag)
        {
            self.not_posted(lane, call, &error);
        }
    }

    /// A request did not reach its plugin: whoever waits gets the answer a dead plugin would give, as a job
    /// of the next turn.
    fn not_posted(&mut self, lane: &LaneKey, call: Call, error: &host::PostError) {
        tracing::debug!(plugin = %lane.plugin, %error, "a plugin was not called");
        let lane = lane.clone();
        let job = Job::Run(Box::new(move |core: &mut Core, store: &mut Store| {
            core.replied(store, &lane, call, Err(host::CallError::NotRunning));
        }));
        if self.outside.jobs.try_send(job).is_err() {
            tracing::warn!("the engine's queue is full; a call was given up");
        }
    }

    /// The disk failed: nothing of the turn has happened.
    fn recover(&mut self, store: &mut Store, error: &StorageError) {
        tracing::error!(%error, "the journal could not be written");
        for effect in std::mem::take(&mut self.effects) {
            if let Effect::Reply(reply, _) = effect {
                let _gone = reply.send(host::WebReply { status: 503, ..host::WebReply::default() });
            }
        }
        self.reactions.clear();
        self.health.store_trouble = Some(error.code().to_owned());
        let now = self.now();
        self.shown.notice(now, NoticeLevel::Error, error.code(), Vec::new(), None);
        match store.directory() {
            Ok(directory) => {
                self.directory = directory;
                self.shown.dirty.extend(self.directory.conversations.keys().copied());
                let open: Vec<_> = self.shown.threads.keys().copied().collect();
                for id in open {
                    self.reload_thread(store, id);
                }
            }
            Err(error) => tracing::error!(%error, "the journal could not be read either"),
        }
        self.shown.changed = true;
    }

    fn reload_thread(&mut self, store: &mut Store, id: ConversationId) {
        if let Some(thread) = self.shown.threads.remove(&id) {
            let customer = thread.customer;
            if let Err(error) = self.shown.open_thread(store, id, customer) {
                tracing::error!(%error, "a thread could not be read");
            }
        }
    }
}

/// Why an input came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be stored.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl InputError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Append(AppendError::Storage(error)) => error.code(),
            Self::Append(AppendError::Conflict { .. }) => "conflict",
            Self::Append(AppendError::Duplicate { .. }) => "duplicate",
            Self::Append(AppendError::TooLarge { .. }) => "too-long",
            Self::Append(AppendError::Unwritable(_)) => "internal",
        }
    }
}

pub(crate) use crate::fresh::fresh_id as fresh;
