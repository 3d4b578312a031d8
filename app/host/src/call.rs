//! One instance: started, called within its budget, and judged by how the call ended.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};

use model::plugin::CallKind;
use tokio::{
    sync::Semaphore,
    time::{error::Elapsed, timeout},
};
use wasmtime::{
    Store, UpdateDeadline,
    component::{InstancePre, ResourceAny, ResourceTable},
};

use crate::{
    bindings::switchboard::plugin::types::{Ctx, Failure as WitFailure, RunMode as WitMode},
    contract::{Answer, LaneKey, Request, Tag, message_lengths},
    convert::{self, Invalid},
    error::CallError,
    event::HostEvent,
    exports::Exports,
    guard::{self, Guard},
    host::{RunMode, Shared},
    lane::{Cancelled, Timers},
    plugin::Plugin,
    policy::{
        self, Budget, GENERATION_PARTS_MAX, GENERATION_PAUSE, STREAMS_PER_INSTANCE_MAX, TRANSFER_MAX_BYTES,
        budget_of,
    },
    runtime::Running,
    state::{LaneState, Limits, Meter, Random},
};

/// Which call of the lane this is, and which try.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pub call: u64,
    pub attempt: u8,
}

/// An instance of a plugin in its store.
pub(crate) struct Instance {
    store: Store<LaneState>,
    exports: Exports,
}

/// A call that runs: how long it may, since when, and the epoch ticking meanwhile.
struct Begun {
    budget: Budget,
    since: Instant,
    meter: Arc<Meter>,
    /// Whether it is cut off when it is late.
    timed: bool,
    _ticking: Running,
}

impl Begun {
    /// Polls the call, adding up the processor time it takes, until it is done or late.
    async fn run<F: Future>(&self, call: F) -> Result<F::Output, Elapsed> {
        let mut call = pin!(call);
        let metered = poll_fn(|cx| {
            self.meter.poll_begins();
            let polled = call.as_mut().poll(cx);
            self.meter.poll_ends();
            polled
        });
        let mut metered = pin!(metered);
        // Most calls are done before anybody has to wait for them, and need no timer.
        if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(metered.as_mut().poll(cx))).await {
            return Ok(output);
        }
        if self.timed {
            timeout(self.budget.wall.saturating_sub(self.since.elapsed()), metered).await
        } else {
            Ok(metered.await)
        }
    }
}

/// Calls an export within its budget. A macro, since the call borrows the store and the exports side by side.
macro_rules! guest {
    ($instance:expr, $kind:expr, $attempt:expr, |$exports:ident, $store:ident, $ctx:ident| $call:expr) => {{
        let begun = $instance.begin($kind);
        let $ctx = &$instance.ctx(begun.budget, $attempt);
        let outcome = {
            let ($exports, $store) = (&$instance.exports, &mut $instance.store);
            begun.run($call).await
        };
        $instance.end(&begun, outcome)
    }};
}

/// The role's interface; the manifest promised it and loading checked that.
macro_rules! role {
    ($exports:ident . $role:ident) => {
        match &$exports.$role {
            Some(guest) => guest,
            None => return Err(CallError::Invalid(concat!("no interface ", stringify!($role)).to_owned())),
        }
    };
}

impl Instance {
    pub(crate) async fn start(
        linked: &InstancePre<LaneState>,
        shared: &Arc<Shared>,
        plugin: &Arc<Plugin>,
        lane: &LaneKey,
        timers: Arc<Timers>,
        attempt: Attempt,
    ) -> Result<Self, CallError> {
        let mut store = new_store(shared, plugin, lane, timers);
        let begun = begin(&mut store, CallKind::Init);
        let outcome = begun.run(linked.instantiate_async(&mut store)).await;
        let instance = end(&mut store, &begun, outcome).map_err(starting)?;
        let exports = Exports::load(linked, &mut store, &instance, lane.role)
            .map_err(|error| CallError::Start(format!("{error:#}")))?;
        let mut started = Self { store, exports };
        let config = convert::pairs(&shared.services.settings(&plugin.manifest.id, lane.account));
        guest!(started, CallKind::Init, attempt, |exports, store, ctx| exports
            .lifecycle
            .call_init(store, ctx, &config))
        .map_err(starting)?
        .map_err(|failure| CallError::Start(convert::failure_from(failure).to_string()))?;
        Ok(started)
    }

    /// Lets the guest say goodbye; what it makes of it no longer matters.
    pub(crate) async fn shut_down(&mut self, attempt: Attempt) {
        let _ = guest!(self, CallKind::Shutdown, attempt, |exports, store, ctx| exports
            .lifecycle
            .call_shutdown(store, ctx));
    }

    pub(crate) async fn on_timer(&mut self, id: &str, attempt: Attempt) -> Result<Answer, CallError> {
        self.store.data_mut().tag = None;
        answered(guest!(self, CallKind::Timer, attempt, |exports, store, ctx| exports
            .lifecycle
            .call_on_timer(store, ctx, id))?)?;
        Ok(Answer::Done)
    }

    /// Calls the plugin with a request, checks and converts its answer.
    pub(crate) async fn call(
        &mut self,
        request: &Request,
        tag: Tag,
        attempt: Attempt,
        cancelled: &Cancelled,
    ) -> Result<Answer, CallError> {
        self.store.data_mut().tag = Some(tag);
        match request {
            Request::Ingest(_) | Request::Send(_) | Request::Reconcile { .. } | Request::Signal { .. } => {
                self.channel(request, attempt).await
            }
            Request::Search { .. } | Request::Act { .. } => self.lookup(request, attempt).await,
            Request::Generate { .. } => self.generate(request, tag, attempt, cancelled).await,
            Request::Observe { conversation, event } => {
                let event = convert::contact_event(event, self.store.data().sight());
                let conversation = conversation.to_string();
                let items = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.assist
                )
                .call_observe(store, ctx, &conversation, &event))?)?;
                self.valid(|| convert::advice(items)).map(Answer::Advice)
            }
            Request::Rubric => {
                let criteria =
                    guest!(self, request.kind(), attempt, |exports, store, ctx| role!(exports.quality)
                        .call_rubric(store, ctx))?;
                self.valid(|| convert::criteria(criteria)).map(Answer::Rubric)
            }
            Request::Score(contact) => {
                let conversation = convert::contact(contact, self.store.data().sight());
                let scorecard =
                    answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                        exports.quality
                    )
                    .call_score(store, ctx, &conversation))?)?;
                self.valid(|| convert::scorecard(scorecard, &message_lengths(contact))).map(Answer::Scorecard)
            }
            Request::Forms | Request::Fields { .. } | Request::CheckForm { .. } | Request::Submit { .. } => {
                self.form(request, attempt).await
            }
            Request::Panel { place, revision, event } => {
                let (place, wit_event) = (convert::place(place), convert::panel_event(event));
                let effects = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.panel
                )
                .call_handle(store, ctx, &place, *revision, &wit_event))?)?;
                self.valid(|| convert::effects(effects, event)).map(Answer::Effects)
            }
            Request::Outcome { key, fate } => {
                let fate = convert::fate(*fate);
                answered(guest!(self, request.kind(), attempt, |exports, store, ctx| exports
                    .lifecycle
                    .call_on_outcome(store, ctx, key, fate))?)?;
                Ok(Answer::Done)
            }
            Request::CheckSettings(settings) => {
                let settings = convert::pairs(settings);
                let found = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| exports
                    .lifecycle
                    .call_check(store, ctx, &settings))?)?;
                self.valid(|| convert::short(found)).map(Answer::Checked)
            }
        }
    }

    async fn channel(&mut self, request: &Request, attempt: Attempt) -> Result<Answer, CallError> {
        match request {
            Request::Ingest(ingress) => {
                let raw = convert::ingress(ingress);
                let batch = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.channel
                )
                .call_ingest(store, ctx, &raw))?)?;
                self.valid(|| convert::batch(batch)).map(Answer::Batch)
            }
            Request::Send(message) => {
                let message = convert::outgoing(message);
                let outcome =
                    guest!(self, request.kind(), attempt, |exports, store, ctx| role!(exports.channel)
                        .call_send(store, ctx, &message))?;
                self.valid(|| convert::outcome(outcome)).map(Answer::Sent)
            }
            Request::Reconcile { key } => {
                let state =
                    guest!(self, request.kind(), attempt, |exports, store, ctx| role!(exports.channel)
                        .call_reconcile(store, ctx, key))?;
                self.valid(|| convert::sent_state(state)).map(Answer::Reconciled)
            }
            Request::Signal { thread, signal } => {
                let signal = convert::signal(signal);
                answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.channel
                )
                .call_signal(store, ctx, thread, &signal))?)?;
                Ok(Answer::Done)
            }
            _ => Err(CallError::Invalid("not a request for a channel".to_owned())),
        }
    }

    async fn lookup(&mut self, request: &Request, attempt: Attempt) -> Result<Answer, CallError> {
        match request {
            Request::Search { who, query } => {
                let sight = self.store.data().sight();
                let who = who.as_deref().map(|customer| convert::customer(customer, sight));
                let cards = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.lookup
                )
                .call_search(store, ctx, who.as_ref(), query))?)?;
                self.valid(|| convert::cards(cards)).map(Answer::Cards)
            }
            Request::Act { card, action, args, key } => {
                let args = convert::pairs(args);
                let card = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.lookup
                )
                .call_act(store, ctx, card, action, &args, key))?)?;
                self.valid(|| convert::card(card)).map(|card| Answer::Card(Box::new(card)))
            }
            _ => Err(CallError::Invalid("not a request for a lookup".to_owned())),
        }
    }

    async fn form(&mut self, request: &Request, attempt: Attempt) -> Result<Answer, CallError> {
        match request {
            Request::Forms => {
                let forms =
                    guest!(self, request.kind(), attempt, |exports, store, ctx| role!(exports.ticket_form)
                        .call_forms(store, ctx))?;
                self.valid(|| convert::forms(forms)).map(Answer::Forms)
            }
            Request::Fields { form, contact, values } => {
                let sight = self.store.data().sight();
                let conversation = contact.as_deref().map(|contact| convert::contact(contact, sight));
                let values = convert::values(values);
                let fields = answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                    exports.ticket_form
                )
                .call_fields(store, ctx, form, conversation.as_ref(), &values))?)?;
                self.valid(|| convert::fields(fields))
                    .map(|(fields, values)| Answer::Fields { fields, values })
            }
            Request::CheckForm { form, values } => {
                let values = convert::values(values);
                let remarks =
                    guest!(self, request.kind(), attempt, |exports, store, ctx| role!(exports.ticket_form)
                        .call_check(store, ctx, form, &values))?;
                self.valid(|| convert::remarks(remarks)).map(Answer::Remarks)
            }
            Request::Submit { form, key, values } => {
                let values = convert::values(values);
                let submitted =
                    answered(guest!(self, request.kind(), attempt, |exports, store, ctx| role!(
                        exports.ticket_form
                    )
                    .call_submit(store, ctx, form, key, &values))?)?;
                self.valid(|| convert::submitted(submitted)).map(Answer::Submitted)
            }
            _ => Err(CallError::Invalid("not a request for a form".to_owned())),
        }
    }

    async fn generate(
        &mut self,
        request: &Request,
        tag: Tag,
        attempt: Attempt,
        cancelled: &Cancelled,
    ) -> Result<Answer, CallError> {
        let Request::Generate { task, contact, draft, wish } = request else {
            return Err(CallError::Invalid("not a request to write".to_owned()));
        };
        let conversation = convert::contact(contact, self.store.data().sight());
        let task = convert::task(*task);
        let generation =
            answered(guest!(self, CallKind::AssistStart, attempt, |exports, store, ctx| role!(
                exports.assist
            )
            .call_start(store, ctx, task, &conversation, draft, wish))?)?;
        let result = self.pull(generation, tag, attempt, cancelled).await;
        if !matches!(&result, Err(error) if error.poisons()) {
            // The guest's destructor is a call like any other.
            let begun = self.begin(CallKind::AssistNext);
            let outcome = begun.run(generation.resource_drop_async(&mut self.store)).await;
            self.end(&begun, outcome)?;
        }
        result
    }

    async fn pull(
        &mut self,
        generation: ResourceAny,
        tag: Tag,
        attempt: Attempt,
        cancelled: &Cancelled,
    ) -> Result<Answer, CallError> {
        let mut first = true;
        let guarded = self.store.data().shared.guards.on(Guard::Answers);
        let most = if guarded { GENERATION_PARTS_MAX } else { usize::MAX };
        for _ in 0..most {
            if cancelled.take(tag) {
                return Err(CallError::Cancelled);
            }
            // The first part may take as long as starting may; later ones come in a steady stream.
            let mut begun = self.begin(CallKind::AssistNext);
            begun.budget.wall = if first { budget_of(CallKind::AssistStart).wall } else { GENERATION_PAUSE };
            first = false;
            let ctx = self.ctx(begun.budget, attempt);
            let outcome = {
                let exports = &self.exports;
                let guest = role!(exports.assist);
                begun.run(guest.generation().call_next(&mut self.store, generation, &ctx)).await
            };
            let delta = answered(self.end(&begun, outcome)?)?;
            let Some(delta) = self.valid(|| convert::delta(delta))? else {
                return Ok(Answer::Done);
            };
            let state = self.store.data();
            let event = HostEvent::Delta { lane: state.lane.clone(), tag, delta };
            let _ = state.shared.events.send(event).await;
        }
        Err(CallError::Invalid(format!("more than {GENERATION_PARTS_MAX} parts")))
    }

    fn ctx(&mut self, budget: Budget, attempt: Attempt) -> Ctx {
        let state = self.store.data_mut();
        Ctx {
            call: attempt.call,
            now_ms: convert::to_ms(state.shared.services.now()),
            utc_offset_min: state.shared.services.utc_offset_minutes(),
            seed: state.random.number(),
            budget_ms: u32::try_from(budget.wall.as_millis()).unwrap_or(u32::MAX),
            attempt: attempt.attempt,
            mode: match state.shared.mode {
                RunMode::Live => WitMode::Live,
                RunMode::Drill { .. } => WitMode::Drill,
                RunMode::Test { .. } => WitMode::Test,
            },
            account: state.lane.account.map(|account| account.to_string()).unwrap_or_default(),
            locale: state.shared.services.locale(),
        }
    }

    /// Checks and converts an answer.
    fn valid<T>(&self, convert: impl FnOnce() -> Result<T, Invalid>) -> Result<T, CallError> {
        guard::checked(self.store.data().shared.guards, convert)
            .map_err(|invalid| CallError::Invalid(invalid.0))
    }

    fn begin(&mut self, kind: CallKind) -> Begun {
        begin(&mut self.store, kind)
    }

    fn end<T>(
        &mut self,
        begun: &Begun,
        outcome: Result<wasmtime::Result<T>, Elapsed>,
    ) -> Result<T, CallError> {
        end(&mut self.store, begun, outcome)
    }
}

fn new_store(
    shared: &Arc<Shared>,
    plugin: &Arc<Plugin>,
    lane: &LaneKey,
    timers: Arc<Timers>,
) -> Store<LaneState> {
    let mut store = Store::new(
        &shared.engine,
        LaneState {
            shared: Arc::clone(shared),
            plugin: Arc::clone(plugin),
            lane: lane.clone(),
            timers,
            table: ResourceTable::new(),
            limits: Limits::new(policy::memory_bytes(&plugin.manifest.budget), shared.guards),
            meter: Arc::new(Meter::default()),
            random: Random::new(shared.mode),
            responses: 0,
            streams: Arc::new(Semaphore::new(STREAMS_PER_INSTANCE_MAX)),
            last_words: None,
            tag: None,
            left_number: 0,
        },
    );
    store.limiter(|state| &mut state.limits);
    let transfer_max_bytes = if shared.guards.on(Guard::Transfer) { TRANSFER_MAX_BYTES } else { usize::MAX };
    store.set_hostcall_fuel(transfer_max_bytes);
    let metered = shared.guards.on(Guard::ProcessorTime);
    store.epoch_deadline_callback(move |context| {
        // Yielding lets the wall-clock timeout and other lanes of this thread have their turn.
        Ok(if metered && context.data().meter.is_over() {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Yield(1)
        })
    });
    store
}

fn begin(store: &mut Store<LaneState>, kind: CallKind) -> Begun {
    let budget = budget_of(kind);
    store.set_epoch_deadline(1);
    let state = store.data_mut();
    state.last_words = None;
    state.limits.memory_denied = false;
    state.meter.begin(budget.guest);
    Begun {
        budget,
        since: Instant::now(),
        meter: Arc::clone(&state.meter),
        timed: state.shared.guards.on(Guard::WallTime),
        _ticking: state.shared.ticker.guest_runs(),
    }
}

/// Counts the call and names what went wrong.
fn end<T>(
    store: &mut Store<LaneState>,
    begun: &Begun,
    outcome: Result<wasmtime::Result<T>, Elapsed>,
) -> Result<T, CallError> {
    let state = store.data_mut();
    state.plugin.signals.called(begun.since.elapsed(), begun.meter.spent(), state.limits.memory_peak_bytes);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Err(_late) => Err(CallError::WallTime),
        Ok(Err(_)) if begun.meter.exceeded() => Err(CallError::CpuTime),
        // A guest that gets no memory aborts; what it says then is of no use.
        Ok(Err(_)) if state.limits.memory_denied => Err(CallError::Memory),
        Ok(Err(error)) => {
            let trap = error.root_cause().to_string();
            Err(CallError::Trap(
                state.last_words.take().map_or(trap.clone(), |words| format!("{words} ({trap})")),
            ))
        }
    }
}

/// A fault while starting is one of starting, except for budgets, which keep their name.
fn starting(error: CallError) -> CallError {
    match error {
        CallError::Trap(words) => CallError::Start(words),
        other => other,
    }
}

fn answered<T>(answer: Result<T, WitFailure>) -> Result<T, CallError> {
    answer.map_err(|failure| CallError::Failure(convert::failure_from(failure)))
}
