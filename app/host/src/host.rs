//! The host itself: plugins by id, lanes by key, and a runtime of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{
    PluginId,
    plugin::{Capability, Egress as Left, LogLine, Manifest, PluginSignals, PluginState, Role},
};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
};
use wasmtime::component::Linker;

use crate::{
    cache::Cache,
    contract::{LaneKey, Request, Tag},
    egress::Egress,
    error::{HostError, LoadError, PostError},
    event::HostEvent,
    guard::{Guard, Guards, Trial},
    lane::{self, Half, Job, LaneHandle},
    package::{Package, interface_of},
    plugin::Plugin,
    recorder::Recorder,
    runtime::{self, Ticker},
    services::Services,
    state::LaneState,
};

/// How long [`Host::close`] waits for plugins to say goodbye.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// How long it waits for a compiler that runs.
const STOP_WITHIN: Duration = Duration::from_millis(100);

/// Folder of failed calls, beside that of compiled code.
const FAULTS_FOLDER: &str = "faults";

/// Why the desk runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// Real customers.
    Live,
    /// A drill: seeded randomness, no network.
    Drill {
        /// The same seed gives the same turns.
        seed: u64,
    },
    /// A test: seeded randomness, no network.
    Test {
        /// The same seed gives the same answers.
        seed: u64,
    },
}

/// How the host is set up.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Folder for compiled code and the key that authenticates it. Made where it does not exist.
    pub cache_folder: PathBuf,
    /// Why the desk runs.
    pub mode: RunMode,
}

/// What the Plugins page shows about one plugin.
#[derive(Clone, Debug)]
pub struct PluginStatus {
    /// What its manifest says.
    pub manifest: Arc<Manifest>,
    /// What it is granted: never more than it asks for.
    pub granted: BTreeSet<Capability>,
    /// Whether it runs.
    pub state: PluginState,
    /// Counters and times.
    pub signals: PluginSignals,
    /// Faults by cause.
    pub faults: BTreeMap<String, u64>,
    /// Calls to the desk that were denied, by the manifest line that would have allowed them.
    pub denials: BTreeMap<String, u64>,
    /// Counters the plugin keeps itself.
    pub counters: BTreeMap<String, u64>,
}

/// Everything lanes share.
pub(crate) struct Shared {
    pub engine: wasmtime::Engine,
    pub ticker: Ticker,
    pub linker: Linker<LaneState>,
    pub cache: Cache,
    pub egress: Egress,
    pub services: Arc<dyn Services>,
    /// The same, asked what it answered lately.
    pub recorder: Arc<Recorder>,
    /// Where failed calls are kept.
    pub faults_folder: PathBuf,
    pub events: mpsc::Sender<HostEvent>,
    pub mode: RunMode,
    pub guards: Guards,
    /// Lanes that run.
    pub lanes: watch::Sender<usize>,
}

/// Loads plugins and passes calls to them. Every method returns at once.
pub struct Host {
    shared: Arc<Shared>,
    plugins: Mutex<BTreeMap<PluginId, Arc<Plugin>>>,
    /// Taken by [`Host::close`] and `drop` only.
    runtime: Option<Runtime>,
}

impl Host {
    /// Starts a host without plugins. What happens is told through `events`.
    pub fn new(
        config: &HostConfig,
        services: Arc<dyn Services>,
        events: mpsc::Sender<HostEvent>,
    ) -> Result<Self, HostError> {
        Self::in_trial(config, services, events, Trial::none())
    }

    /// The same with guards off and names of its own, for tests of hostile plugins.
    #[doc(hidden)]
    pub fn in_trial(
        config: &HostConfig,
        services: Arc<dyn Services>,
        events: mpsc::Sender<HostEvent>,
        trial: Trial,
    ) -> Result<Self, HostError> {
        let guards = trial.guards;
        let runtime = runtime::tokio_runtime().map_err(HostError::Runtime)?;
        let engine = runtime::engine(guards)?;
        let linker = runtime::linker(&engine)?;
        let cache = Cache::open(&config.cache_folder, &engine, guards).map_err(HostError::Cache)?;
        let ticker = Ticker::start(engine.clone()).map_err(HostError::Runtime)?;
        let egress = Egress::new(trial);
        let recorder = Arc::new(Recorder::new(services));
        let shared = Shared {
            engine,
            ticker,
            linker,
            cache,
            egress,
            services: Arc::clone(&recorder) as Arc<dyn Services>,
            recorder,
            faults_folder: config.cache_folder.with_file_name(FAULTS_FOLDER),
            events,
            mode: config.mode,
            guards,
            lanes: watch::Sender::new(0),
        };
        Ok(Self { shared: Arc::new(shared), plugins: Mutex::default(), runtime: Some(runtime) })
    }

    /// Loads a package with what a person granted, replacing an older one of the same id. Compiling goes on behind:
    /// requests may be posted at once, and [`HostEvent::StatusChanged`] tells how it went.
    pub fn load(&self, package: Package, grants: &BTreeSet<Capability>) -> Result<(), LoadError> {
        let id = package.manifest.id.clone();
        let mut plugins = self.plugins();
        if let Some(present) = plugins.get(&id)
            && present.manifest.serial > package.manifest.serial
            && self.shared.guards.on(Guard::Serial)
        {
            let (offered, present) = (package.manifest.serial, present.manifest.serial);
            return Err(LoadError::OlderSerial { offered, present });
        }
        let plugin = Arc::new(Plugin::new(package, grants, self.shared.guards));
        if let Some(replaced) = plugins.insert(id, Arc::clone(&plugin)) {
            replaced.stop();
        }
        drop(plugins);
        let shared = Arc::clone(&self.shared);
        self.spawn(async move { plugin.compile(&shared).await });
        Ok(())
    }

    /// Stops a plugin and forgets it. Its storage stays.
    pub fn unload(&self, plugin: &PluginId) -> bool {
        self.plugins().remove(plugin).inspect(|plugin| plugin.stop()).is_some()
    }

    /// Starts a lane before its first request, so that timers of its plugin run.
    pub fn open(&self, lane: &LaneKey) -> Result<(), PostError> {
        let plugin = self.running(&lane.plugin)?;
        check_role(&plugin, lane)?;
        self.lane(&plugin, lane, Half::Receive);
        Ok(())
    }

    /// Ends the lanes of one account, when it is switched off or removed.
    pub fn close_lane(&self, lane: &LaneKey) {
        if let Some(plugin) = self.plugins().get(&lane.plugin) {
            plugin.close_lane(lane);
        }
    }

    /// Posts a request. An accepted request gets exactly one [`HostEvent::Replied`] with the same tag; after an error
    /// there is none.
    pub fn post(&self, lane: &LaneKey, request: Request, tag: Tag) -> Result<(), PostError> {
        let plugin = self.running(&lane.plugin)?;
        check_role(&plugin, lane)?;
        if request.role().is_some_and(|role| role != lane.role) {
            return Err(PostError::WrongRole);
        }
        let handle = self.lane(&plugin, lane, Half::of(&request));
        let posted = handle.post(Job::new(request, tag));
        if posted.is_err() {
            plugin.count_overload();
        }
        posted
    }

    /// Cancels a [`Request::Generate`]; its answer is [`CallError::Cancelled`](crate::CallError::Cancelled).
    pub fn cancel(&self, lane: &LaneKey, tag: Tag) {
        if let Some(plugin) = self.plugins().get(&lane.plugin) {
            plugin.cancel(lane, tag);
        }
    }

    /// Stops or starts a plugin on a person's wish.
    pub fn pause(&self, plugin: &PluginId, paused: bool) {
        if let Ok(plugin) = self.find(plugin) {
            let shared = Arc::clone(&self.shared);
            self.spawn(async move { plugin.pause(&shared, paused).await });
        }
    }

    /// Lets a plugin out of quarantine.
    pub fn retry(&self, plugin: &PluginId) {
        if let Ok(plugin) = self.find(plugin) {
            let shared = Arc::clone(&self.shared);
            self.spawn(async move { plugin.retry(&shared).await });
        }
    }

    /// The manifest of a loaded plugin.
    pub fn manifest(&self, plugin: &PluginId) -> Option<Arc<Manifest>> {
        self.find(plugin).ok().map(|plugin| Arc::clone(&plugin.manifest))
    }

    /// A file of a loaded plugin's package.
    pub fn asset(&self, plugin: &PluginId, name: &str) -> Option<Arc<[u8]>> {
        self.find(plugin).ok().and_then(|plugin| plugin.assets.get(name).cloned())
    }

    /// Every loaded plugin with its state and signals.
    pub fn status(&self) -> Vec<PluginStatus> {
        let plugins: Vec<_> = self.plugins().values().cloned().collect();
        plugins.iter().map(|plugin| plugin.status()).collect()
    }

    /// The newest lines of a plugin's log, oldest first.
    pub fn log(&self, plugin: &PluginId) -> Vec<LogLine> {
        self.find(plugin).map(|plugin| plugin.signals.log_lines()).unwrap_or_default()
    }

    /// What left this machine for a plugin, the newest lines, oldest first.
    pub fn ledger(&self, plugin: &PluginId) -> Vec<Left> {
        self.find(plugin).map(|plugin| plugin.signals.ledger()).unwrap_or_default()
    }

    /// Lets plugins say goodbye and stops the runtime. Blocks for two seconds or so at most: not for the window's thread
    /// and not for an async task.
    pub fn close(mut self) {
        self.stop_all();
        if let Some(runtime) = self.runtime.take() {
            let mut lanes = self.shared.lanes.subscribe();
            // Late ones are cut off, which their plugins have to be ready for anyway.
            let all_gone = async {
                tokio::time::timeout(CLOSE_WITHIN, lanes.wait_for(|lanes| *lanes == 0)).await.is_ok()
            };
            let _ = runtime.block_on(all_gone);
            runtime.shutdown_timeout(STOP_WITHIN);
        }
    }

    fn stop_all(&self) {
        for plugin in self.plugins().values() {
            plugin.stop();
        }
    }

    fn plugins(&self) -> MutexGuard<'_, BTreeMap<PluginId, Arc<Plugin>>> {
        self.plugins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, plugin: &PluginId) -> Result<Arc<Plugin>, PostError> {
        self.plugins().get(plugin).cloned().ok_or(PostError::NoSuchPlugin)
    }

    fn running(&self, plugin: &PluginId) -> Result<Arc<Plugin>, PostError> {
        let plugin = self.find(plugin)?;
        match plugin.state() {
            PluginState::Starting | PluginState::Healthy | PluginState::Restarting { .. } => Ok(plugin),
            _ => Err(PostError::NotRunning),
        }
    }

    fn lane(&self, plugin: &Arc<Plugin>, key: &LaneKey, half: Half) -> LaneHandle {
        plugin.lane(key, half, |start| {
            self.spawn(lane::run(Arc::clone(&self.shared), Arc::clone(plugin), start));
        })
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(future);
        }
    }
}

fn check_role(plugin: &Plugin, lane: &LaneKey) -> Result<(), PostError> {
    let served = plugin.manifest.roles.contains(&lane.role) && interface_of(lane.role).is_some();
    let addressed = (lane.role == Role::Channel) == lane.account.is_some();
    if served && addressed { Ok(()) } else { Err(PostError::WrongRole) }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop_all();
        if let Some(runtime) = self.runtime.take() {
            // Never blocks: the host may be dropped inside another runtime.
            runtime.shutdown_background();
        }
    }
}
