//! One lane: an actor with a bounded mailbox, one instance at a time, and its supervisor.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::plugin::{CallKind, Role};
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};

use crate::{
    bundle::Bundle,
    call::{Attempt, Instance},
    contract::{Answer, Ingress, LaneKey, Request, Tag},
    error::{CallError, PostError},
    event::HostEvent,
    guard::{Guard, Guards},
    host::Shared,
    plugin::Plugin,
    policy::{MAILBOX_MAX, RESTART_FIRST, RESTART_LONGEST, TIMER_MIN_MS, TIMERS_MAX},
};

/// Most cancellations remembered for one lane: as many as can wait, and the one that runs.
const CANCELLED_MAX: usize = MAILBOX_MAX + 1;

/// A channel has two instances, so that a receive that waits never blocks a send. Other roles have the first only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Receive,
    Send,
}

impl Half {
    pub(crate) fn of(request: &Request) -> Self {
        match request {
            Request::Send(_) | Request::Reconcile { .. } | Request::Signal { .. } => Self::Send,
            _ => Self::Receive,
        }
    }
}

/// One request in a mailbox.
pub(crate) struct Job {
    request: Request,
    tag: Tag,
}

impl Job {
    pub(crate) fn new(request: Request, tag: Tag) -> Self {
        Self { request, tag }
    }
}

/// Where requests for one half of a lane are posted.
#[derive(Clone)]
pub(crate) struct LaneHandle {
    jobs: mpsc::Sender<Job>,
    cancelled: Arc<Cancelled>,
}

impl LaneHandle {
    pub(crate) fn post(&self, job: Job) -> Result<(), PostError> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => PostError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => PostError::NotRunning,
        })
    }
}

/// Both halves of a lane.
pub(crate) struct LanePair {
    receive: LaneHandle,
    send: Option<LaneHandle>,
}

/// What a lane's task starts with.
pub(crate) struct LaneStart {
    key: LaneKey,
    half: Half,
    jobs: mpsc::Receiver<Job>,
    cancelled: Arc<Cancelled>,
    timers: Arc<Timers>,
}

impl LanePair {
    pub(crate) fn start(key: &LaneKey, spawn: &mut impl FnMut(LaneStart)) -> Self {
        let timers = Arc::new(Timers::default());
        let mut start = |half| {
            let (sender, jobs) = mpsc::channel(MAILBOX_MAX);
            let cancelled = Arc::new(Cancelled::default());
            let handle = LaneHandle { jobs: sender, cancelled: Arc::clone(&cancelled) };
            spawn(LaneStart { key: key.clone(), half, jobs, cancelled, timers: Arc::clone(&timers) });
            handle
        };
        Self { receive: start(Half::Receive), send: (key.role == Role::Channel).then(|| start(Half::Send)) }
    }

    pub(crate) fn half(&self, half: Half) -> &LaneHandle {
        match (half, &self.send) {
            (Half::Send, Some(send)) => send,
            _ => &self.receive,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.receive.jobs.is_closed()
    }

    pub(crate) fn cancel(&self, tag: Tag) {
        self.receive.cancelled.add(tag);
    }
}

/// Tags whose requests are no longer wanted.
#[derive(Default)]
pub(crate) struct Cancelled(Mutex<BTreeSet<Tag>>);

impl Cancelled {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Tag>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, tag: Tag) {
        let mut tags = self.lock();
        if tags.len() == CANCELLED_MAX {
            tags.pop_first();
        }
        tags.insert(tag);
    }

    /// Whether this tag was cancelled; asked for the last time.
    pub(crate) fn take(&self, tag: Tag) -> bool {
        self.lock().remove(&tag)
    }
}

/// Timers of a lane. Both halves of a channel set the same ones; the receiving half gets them.
#[derive(Default)]
pub(crate) struct Timers {
    entries: Mutex<BTreeMap<String, Timer>>,
    changed: Notify,
}

struct Timer {
    due: Instant,
    repeat: Option<Duration>,
}

impl Timers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Timer>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a timer; answers whether there was room for it.
    pub(crate) fn set(&self, id: String, after_ms: u32, repeat: bool, guards: Guards) -> bool {
        let guarded = guards.on(Guard::Timers);
        let shortest_ms = if guarded { TIMER_MIN_MS } else { 1 };
        let after = Duration::from_millis(u64::from(after_ms.max(shortest_ms)));
        let mut timers = self.lock();
        if guarded && timers.len() >= TIMERS_MAX && !timers.contains_key(&id) {
            return false;
        }
        timers.insert(id, Timer { due: Instant::now() + after, repeat: repeat.then_some(after) });
        drop(timers);
        self.changed.notify_one();
        true
    }

    pub(crate) fn cancel(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Waits for the next timer and takes it.
    async fn next(&self) -> String {
        loop {
            let earliest = self.lock().values().map(|timer| timer.due).min();
            let Some(due) = earliest else {
                self.changed.notified().await;
                continue;
            };
            tokio::select! {
                () = self.changed.notified() => {}
                () = tokio::time::sleep_until(due) => if let Some(id) = self.take(Instant::now()) { return id },
            }
        }
    }

    fn take(&self, now: Instant) -> Option<String> {
        let mut timers = self.lock();
        let id =
            timers.iter().filter(|(_, timer)| timer.due <= now).min_by_key(|(_, timer)| timer.due)?.0.clone();
        let timer = timers.get_mut(&id)?;
        match timer.repeat {
            // Late ticks are dropped, not caught up.
            Some(period) => timer.due = now + period,
            None => {
                timers.remove(&id);
            }
        }
        Some(id)
    }
}

/// Runs a lane until its handles are gone or its plugin is stopped.
pub(crate) async fn run(shared: Arc<Shared>, plugin: Arc<Plugin>, start: LaneStart) {
    shared.lanes.send_modify(|lanes| *lanes += 1);
    serve_until_over(Arc::clone(&shared), plugin, start).await;
    shared.lanes.send_modify(|lanes| *lanes -= 1);
}

async fn serve_until_over(shared: Arc<Shared>, plugin: Arc<Plugin>, start: LaneStart) {
    let LaneStart { key, half, mut jobs, cancelled, timers } = start;
    let mut lane = Lane {
        shared,
        plugin,
        key,
        cancelled,
        timers,
        instance: None,
        restart: None,
        pause: RESTART_FIRST,
        calls: 0,
    };
    // Errors are told to whoever asks for something.
    let _ = lane.start().await;
    loop {
        // What waits already needs no waiting for.
        if !lane.plugin.is_stopped()
            && let Ok(job) = jobs.try_recv()
        {
            lane.serve(job).await;
            // A guest that is never idle must not keep other lanes of its thread from theirs, nor its own timers.
            tokio::task::consume_budget().await;
            lane.late_timer(half).await;
            continue;
        }
        let (plugin, timers) = (Arc::clone(&lane.plugin), Arc::clone(&lane.timers));
        tokio::select! {
            biased;
            () = plugin.until_stopped() => break,
            job = jobs.recv() => match job {
                Some(job) => lane.serve(job).await,
                None => break,
            },
            id = timers.next(), if half == Half::Receive && lane.instance.is_some() => lane.timer(id).await,
            () = until(lane.restart), if lane.restart.is_some() => drop(lane.start().await),
        }
    }
    jobs.close();
    while let Ok(job) = jobs.try_recv() {
        lane.reply(job.tag, job.request.kind(), Err(CallError::Cancelled)).await;
    }
    if let Some(mut instance) = lane.instance.take() {
        instance.shut_down(lane.attempt(1)).await;
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

struct Lane {
    shared: Arc<Shared>,
    plugin: Arc<Plugin>,
    key: LaneKey,
    cancelled: Arc<Cancelled>,
    timers: Arc<Timers>,
    instance: Option<Instance>,
    /// When the next start is tried, after a fault.
    restart: Option<Instant>,
    /// How long the next restart waits.
    pause: Duration,
    /// Calls so far.
    calls: u64,
}

impl Lane {
    fn attempt(&mut self, attempt: u8) -> Attempt {
        self.calls += 1;
        Attempt { call: self.calls, attempt }
    }

    /// Starts an instance where there is none.
    async fn start(&mut self) -> Result<(), CallError> {
        if self.instance.is_some() {
            return Ok(());
        }
        if !self.plugin.may_run() {
            self.restart = None;
            return Err(CallError::NotRunning);
        }
        let linked = self.plugin.linked().await.map_err(|error| CallError::Start(error.to_string()))?;
        if self.restart.take().is_some() {
            self.plugin.signals.restarted();
        }
        let attempt = self.attempt(1);
        let timers = Arc::clone(&self.timers);
        match Instance::start(&linked, &self.shared, &self.plugin, &self.key, timers, attempt).await {
            Ok(instance) => {
                self.instance = Some(instance);
                self.plugin.started(&self.shared).await;
                Ok(())
            }
            Err(error) => {
                self.record(CallKind::Init, &error).await;
                Err(error)
            }
        }
    }

    /// Records what went wrong; drops a poisoned instance and plans its restart.
    async fn record(&mut self, call: CallKind, error: &CallError) {
        if error.poisons() && self.shared.guards.on(Guard::FreshInstance) {
            self.instance = None;
            self.restart = Some(Instant::now() + self.pause);
            self.plugin.restarts_in(&self.shared, self.pause).await;
            self.pause = (self.pause * 2).min(RESTART_LONGEST);
        }
        let quarantined = match error.fault() {
            Some(cause) => self.plugin.fault(&self.shared, self.key.account, call, cause).await,
            None => false,
        };
        // A person may let the plugin out again while the events are on their way: then it starts at once.
        if quarantined || !self.plugin.may_run() {
            self.instance = None;
            self.restart = None;
        }
    }

    async fn serve(&mut self, job: Job) {
        let call = job.request.kind();
        let result = if self.cancelled.take(job.tag) {
            Err(CallError::Cancelled)
        } else {
            self.answer(&job.request, job.tag).await
        };
        self.reply(job.tag, call, result).await;
    }

    /// Calls, and for raw input once more on a fresh instance: a fault may be the instance's and not the input's.
    async fn answer(&mut self, request: &Request, tag: Tag) -> Result<Answer, CallError> {
        self.wait_for_restart(request).await?;
        let first = self.call(request, tag, 1).await;
        match first {
            Err(ref error)
                if error.poisons()
                    && matches!(request, Request::Ingest(_))
                    && self.shared.guards.on(Guard::FreshInstance) =>
            {
                self.wait_for_restart(request).await?;
                self.call(request, tag, 2).await
            }
            other => other,
        }
    }

    /// What must not be lost waits for the restart; what only helps is answered at once.
    async fn wait_for_restart(&mut self, request: &Request) -> Result<(), CallError> {
        let Some(moment) = self.restart else { return Ok(()) };
        let waits = matches!(
            request,
            Request::Ingest(_) | Request::Send(_) | Request::Reconcile { .. } | Request::Submit { .. }
        );
        if !waits && moment > Instant::now() {
            return Err(CallError::NotRunning);
        }
        let plugin = Arc::clone(&self.plugin);
        tokio::select! {
            () = plugin.until_stopped() => Err(CallError::Cancelled),
            () = tokio::time::sleep_until(moment) => Ok(()),
        }
    }

    async fn call(&mut self, request: &Request, tag: Tag, attempt: u8) -> Result<Answer, CallError> {
        self.start().await?;
        let attempt = self.attempt(attempt);
        let plugin = Arc::clone(&self.plugin);
        let Some(instance) = &mut self.instance else { return Err(CallError::NotRunning) };
        let began = std::time::Instant::now();
        // A stopped plugin need not finish: its instance is dropped with the lane.
        let result = tokio::select! {
            biased;
            result = instance.call(request, tag, attempt, &self.cancelled) => result,
            () = plugin.until_stopped() => Err(CallError::Cancelled),
        };
        if plugin.is_stopped() {
            self.instance = None;
        }
        match &result {
            Ok(_) => self.pause = RESTART_FIRST,
            Err(error) => {
                if error.fault().is_some() {
                    self.keep_bundle(request, error, began);
                }
                self.record(request.kind(), error).await;
            }
        }
        result
    }

    /// Keeps a failed call, so that its author can make it again. Behind, since it writes a file.
    fn keep_bundle(&self, request: &Request, error: &CallError, began: std::time::Instant) {
        let bundle = Bundle::of(&self.shared, &self.plugin, &self.key, request, error, began);
        let folder = self.shared.faults_folder.clone();
        tokio::task::spawn_blocking(move || match bundle.save(&folder) {
            Ok(file) => tracing::info!(file = %file.display(), "a failed call was kept"),
            Err(error) => tracing::warn!(plugin = %bundle.plugin, %error, "a failed call was not kept"),
        });
    }

    /// Serves a timer that ran out while requests were served.
    async fn late_timer(&mut self, half: Half) {
        if half == Half::Receive
            && self.instance.is_some()
            && let Some(id) = self.timers.take(Instant::now())
        {
            self.timer(id).await;
        }
    }

    async fn timer(&mut self, id: String) {
        let result = if self.key.role == Role::Channel {
            self.answer(&Request::Ingest(Ingress::Timer(id.clone())), Tag(0)).await
        } else {
            let attempt = self.attempt(1);
            let Some(instance) = &mut self.instance else { return };
            let result = instance.on_timer(&id, attempt).await;
            match &result {
                Ok(_) => self.pause = RESTART_FIRST,
                Err(error) => self.record(CallKind::Timer, error).await,
            }
            result
        };
        let event = HostEvent::Timer { lane: self.key.clone(), id, result };
        let _ = self.shared.events.send(event).await;
    }

    async fn reply(&mut self, tag: Tag, call: CallKind, result: Result<Answer, CallError>) {
        let event = HostEvent::Replied { lane: self.key.clone(), tag, call, result };
        // A closed channel means that the engine is gone, and with it whoever asked.
        let _ = self.shared.events.send(event).await;
    }
}
