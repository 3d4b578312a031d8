//! One loaded plugin: what it is granted, whether it runs, and its lanes.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use model::{
    AccountId,
    plugin::{CallKind, Capability, Fault, FaultCause, Manifest, PluginState, SecretManifest},
};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, watch};
use wasmtime::component::InstancePre;

use crate::{
    cache::Origin,
    contract::{LaneKey, Tag},
    error::{Failure, LoadError},
    event::HostEvent,
    guard::{Guard, Guards},
    host::{PluginStatus, Shared},
    lane::{Half, LaneHandle, LanePair, LaneStart},
    package::Package,
    policy::{self, HTTP_AT_ONCE_MAX, QUARANTINE_FAULTS, QUARANTINE_WINDOW, STREAMS_PER_PLUGIN_MAX},
    signals::{Rate, Signals},
    state::LaneState,
};

/// How a denial ends of what was asked for and not granted.
const NOT_GRANTED: &str = " is asked for but not granted";
/// How a denial ends of what was not asked for.
const NOT_ASKED: &str = " is not in the manifest";

/// A component, compiled and linked.
pub(crate) type Linked = Result<InstancePre<LaneState>, LoadError>;

pub(crate) struct Plugin {
    pub manifest: Arc<Manifest>,
    pub assets: BTreeMap<String, Arc<[u8]>>,
    pub granted: BTreeSet<Capability>,
    pub signals: Signals,
    /// Requests to the network that may run at once.
    pub requests: Semaphore,
    /// Streams that may be open at once.
    pub streams: Arc<Semaphore>,
    /// Streams opened lately.
    pub streams_opened: Mutex<Rate>,
    pub notifications: Mutex<Rate>,
    /// One change of the storage at a time, so that its budget holds.
    pub storage: AsyncMutex<()>,
    guards: Guards,
    bytes: Arc<[u8]>,
    hash: [u8; 32],
    linked: watch::Sender<Option<Linked>>,
    stopped: watch::Sender<bool>,
    standing: Mutex<Standing>,
    lanes: Mutex<BTreeMap<LaneKey, LanePair>>,
}

struct Standing {
    state: PluginState,
    /// Recent faults, oldest first.
    faults: VecDeque<Instant>,
}

impl Plugin {
    pub(crate) fn new(package: Package, grants: &BTreeSet<Capability>, guards: Guards) -> Self {
        let granted = package.manifest.capabilities.intersection(grants).cloned().collect();
        Self {
            manifest: Arc::new(package.manifest),
            assets: package.assets,
            granted,
            signals: Signals::new(guards),
            requests: Semaphore::new(HTTP_AT_ONCE_MAX),
            streams: Arc::new(Semaphore::new(STREAMS_PER_PLUGIN_MAX)),
            streams_opened: Mutex::default(),
            notifications: Mutex::default(),
            storage: AsyncMutex::default(),
            guards,
            bytes: package.bytes,
            hash: package.hash,
            linked: watch::Sender::new(None),
            stopped: watch::Sender::new(false),
            standing: Mutex::new(Standing { state: PluginState::Starting, faults: VecDeque::new() }),
            lanes: Mutex::default(),
        }
    }

    pub(crate) fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Compiles and links on a blocking thread, then tells everybody who waits.
    pub(crate) async fn compile(self: &Arc<Self>, shared: &Arc<Shared>) {
        let (plugin, host) = (Arc::clone(self), Arc::clone(shared));
        let began = Instant::now();
        let work = tokio::task::spawn_blocking(move || {
            let (component, origin) = host.cache.load(&host.engine, &plugin.bytes, &plugin.hash)?;
            let linked = host.linker.instantiate_pre(&component);
            linked.map(|linked| (linked, origin)).map_err(|error| LoadError::Compile(format!("{error:#}")))
        });
        let result = match work.await {
            Ok(result) => result,
            // The runtime is shutting down, or the compiler panicked: either way this package did not load.
            Err(error) => Err(LoadError::Compile(error.to_string())),
        };
        let (linked, state) = match result {
            Ok((linked, origin)) => {
                let compiled = origin == Origin::Compiler;
                tracing::info!(plugin = %self.manifest.id, compiled, elapsed_ms = began.elapsed().as_millis(), "loaded");
                (Ok(linked), PluginState::Healthy)
            }
            Err(error) => (Err(error.clone()), PluginState::Broken(error.to_string())),
        };
        self.linked.send_replace(Some(linked));
        self.change_if(shared, state, |present| *present == PluginState::Starting).await;
    }

    /// The linked component, as soon as it is there.
    pub(crate) async fn linked(&self) -> Linked {
        let mut linked = self.linked.subscribe();
        match linked.wait_for(Option::is_some).await {
            Ok(linked) => linked.clone().unwrap_or(Err(LoadError::NoManifest)),
            Err(_) => Err(LoadError::Compile("stopped".to_owned())),
        }
    }

    pub(crate) fn state(&self) -> PluginState {
        self.standing().state.clone()
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<LaneKey, LanePair>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether lanes may start instances and call.
    pub(crate) fn may_run(&self) -> bool {
        matches!(
            self.standing().state,
            PluginState::Starting | PluginState::Healthy | PluginState::Restarting { .. }
        )
    }

    async fn change_if(&self, shared: &Shared, to: PluginState, from: impl FnOnce(&PluginState) -> bool) {
        let changed = {
            let mut standing = self.standing();
            let change = from(&standing.state) && standing.state != to;
            if change {
                standing.state = to.clone();
            }
            change
        };
        if changed && !self.is_stopped() {
            let event = HostEvent::StatusChanged { plugin: self.manifest.id.clone(), state: to };
            // A closed channel means that the engine is gone, and with it whoever would care.
            let _ = shared.events.send(event).await;
        }
    }

    /// Records a fault, and puts the plugin in quarantine after too many; answers whether it did.
    pub(crate) async fn fault(
        &self,
        shared: &Shared,
        account: Option<AccountId>,
        call: CallKind,
        cause: FaultCause,
    ) -> bool {
        self.signals.faulted(&cause);
        let too_many = {
            let mut standing = self.standing();
            let now = Instant::now();
            while standing.faults.front().is_some_and(|then| now.duration_since(*then) > QUARANTINE_WINDOW) {
                standing.faults.pop_front();
            }
            standing.faults.push_back(now);
            standing.faults.len() >= QUARANTINE_FAULTS && self.guards.on(Guard::Quarantine)
        };
        tracing::warn!(plugin = %self.manifest.id, ?call, cause = ?cause, "plugin fault");
        let at = shared.services.now();
        let fault = Fault { plugin: self.manifest.id.clone(), account, call, cause, at };
        let _ = shared.events.send(HostEvent::Fault(fault)).await;
        if too_many {
            self.change_if(shared, PluginState::Quarantined, is_live).await;
        }
        too_many
    }

    /// An instance waits for its restart.
    pub(crate) async fn restarts_in(&self, shared: &Shared, pause: Duration) {
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
        let now = shared.services.now();
        let until = now.checked_add(pause).unwrap_or(now);
        self.change_if(shared, PluginState::Restarting { until }, is_live).await;
    }

    /// An instance started.
    pub(crate) async fn started(&self, shared: &Shared) {
        self.change_if(shared, PluginState::Healthy, is_live).await;
    }

    pub(crate) async fn pause(&self, shared: &Shared, paused: bool) {
        if paused {
            self.change_if(shared, PluginState::Paused, |state| !matches!(state, PluginState::Broken(_)))
                .await;
            // Lanes end, so that a paused plugin holds no memory; the next request after a resume starts new ones.
            self.lanes().clear();
        } else {
            self.change_if(shared, PluginState::Healthy, |state| *state == PluginState::Paused).await;
        }
    }

    pub(crate) async fn retry(&self, shared: &Shared) {
        self.standing().faults.clear();
        self.change_if(shared, PluginState::Healthy, |state| *state == PluginState::Quarantined).await;
    }

    /// Ends every lane for good.
    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
        self.lanes().clear();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until the plugin is stopped.
    pub(crate) async fn until_stopped(&self) {
        // An error means that the sender is gone, which is the same.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// The handle of a lane; `spawn` starts what is not there. Both halves of a channel start together.
    pub(crate) fn lane(&self, key: &LaneKey, half: Half, mut spawn: impl FnMut(LaneStart)) -> LaneHandle {
        let mut lanes = self.lanes();
        if lanes.get(key).is_none_or(LanePair::is_over) {
            lanes.insert(key.clone(), LanePair::start(key, &mut spawn));
        }
        lanes[key].half(half).clone()
    }

    pub(crate) fn close_lane(&self, key: &LaneKey) {
        self.lanes().remove(key);
    }

    pub(crate) fn cancel(&self, key: &LaneKey, tag: Tag) {
        if let Some(pair) = self.lanes().get(key) {
            pair.cancel(tag);
        }
    }

    pub(crate) fn count_overload(&self) {
        self.signals.faulted(&FaultCause::Overloaded);
    }

    pub(crate) fn status(&self) -> PluginStatus {
        let (faults, denials, counters) = self.signals.tables();
        PluginStatus {
            manifest: Arc::clone(&self.manifest),
            granted: self.granted.clone(),
            state: self.state(),
            signals: self.signals.snapshot(
                policy::memory_bytes(&self.manifest.budget),
                policy::kv_bytes(&self.manifest.budget),
            ),
            faults,
            denials,
            counters,
        }
    }

    /// Whether the plugin may do this; a denial names the manifest line and is counted.
    pub(crate) fn allow(&self, capability: &Capability) -> Result<(), Failure> {
        if self.has(capability) {
            return Ok(());
        }
        Err(self.deny(&capability.manifest_line(), self.manifest.capabilities.contains(capability)))
    }

    /// Whether it is granted.
    pub(crate) fn has(&self, capability: &Capability) -> bool {
        self.granted.contains(capability) || !self.guards.on(Guard::Grants)
    }

    pub(crate) fn deny(&self, line: &str, asked: bool) -> Failure {
        self.signals.denied(line);
        let missing = if asked { NOT_GRANTED } else { NOT_ASKED };
        Failure::Denied(format!("{line}{missing}"))
    }

    /// Where the secret in a slot may go.
    pub(crate) fn secret_rule(&self, slot: &str) -> Option<&SecretManifest> {
        self.manifest.secrets.iter().find(|rule| rule.slot == slot)
    }
}

/// The manifest's line that a denial names; all of it where it names none.
pub(crate) fn denied_line(denial: &str) -> &str {
    [NOT_GRANTED, NOT_ASKED].iter().find_map(|end| denial.strip_suffix(end)).unwrap_or(denial)
}

fn is_live(state: &PluginState) -> bool {
    matches!(state, PluginState::Starting | PluginState::Healthy | PluginState::Restarting { .. })
}
