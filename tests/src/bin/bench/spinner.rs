//! Ten plugins in the real host, one of which never rests: it computes in call after call, each as long as its budget
//! just allows, so that it is never stopped for it. It runs while frames are measured, on the host's own threads.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use host::{Host, HostConfig, HostEvent, LaneKey, Request, RunMode, Tag};
use model::plugin::{PluginState, Role};
use switchboard_tests::guest;
use tokio::sync::mpsc;

use crate::quiet::Quiet;

/// A search may compute for 200 ms.
const ORDER: &str = "spin 150";
const CALL: Duration = Duration::from_millis(150);
const PATIENCE: Duration = Duration::from_secs(30);
/// Events of the host that may wait to be read.
const EVENTS_MAX: usize = 4096;

/// The plugins, until they are told to end.
pub struct Spinner {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<u32>>,
    began: Instant,
}

impl Spinner {
    /// Loads so many plugins and waits until the first of them spins.
    pub fn start(plugins: usize) -> Result<Self> {
        let component = guest::component()?;
        let stop = Arc::new(AtomicBool::new(false));
        let (ready, spins) = std::sync::mpsc::sync_channel(1);
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("spinner".to_owned())
            .spawn(move || spin(plugins, &component, &told, &ready))?;
        if spins.recv_timeout(PATIENCE).is_err() {
            stop.store(true, Ordering::Relaxed);
            let ended =
                thread.join().map_err(|_| anyhow::anyhow!("the spinning plugin's thread panicked"))?;
            bail!("no plugin spins: {ended:?}");
        }
        Ok(Self { stop, thread, began: Instant::now() })
    }

    /// Ends them. The share of the time in which the plugin was computing; an error where it did not go on.
    pub fn stop(self) -> Result<f64> {
        let time = self.began.elapsed();
        self.stop.store(true, Ordering::Relaxed);
        let calls =
            self.thread.join().map_err(|_| anyhow::anyhow!("the spinning plugin's thread panicked"))??;
        let spun = CALL * calls;
        ensure!(spun * 2 > time, "the plugin was to spin for {time:?} and did for {spun:?}");
        Ok((spun.as_secs_f64() / time.as_secs_f64()).min(1.0))
    }
}

fn spin(
    plugins: usize,
    component: &[u8],
    stop: &AtomicBool,
    ready: &std::sync::mpsc::SyncSender<()>,
) -> Result<u32> {
    let folder = crate::folder()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, mut events) = mpsc::channel(EVENTS_MAX);
    let config = HostConfig { cache_folder: folder.path().join("cache"), mode: RunMode::Live };
    let host = Host::new(&config, Arc::new(Quiet), sender)?;
    for number in 0..plugins {
        let manifest = format!(
            "id = \"plugin-{number}\"\nversion = \"1.0.0\"\nname = \"plugin\"\nroles = [\"lookup\", \"panel\"]\n"
        );
        host.load(guest::package(component, &manifest)?, &BTreeSet::new())?;
    }
    let mut next = || {
        let event = runtime.block_on(async { tokio::time::timeout(PATIENCE, events.recv()).await });
        event.context("the host is silent")?.context("the host is gone")
    };
    let mut healthy = 0;
    while healthy < plugins {
        match next()? {
            HostEvent::StatusChanged { state: PluginState::Healthy, .. } => healthy += 1,
            HostEvent::StatusChanged { plugin, state } => bail!("{plugin} is {state:?}"),
            _ => {}
        }
    }
    let lane = LaneKey { plugin: "plugin-0".into(), role: Role::Lookup, account: None };
    let search = |tag| host.post(&lane, Request::Search { who: None, query: ORDER.to_owned() }, Tag(tag));
    // One call is always waiting behind the one that runs.
    search(0)?;
    search(1)?;
    // Who waits may have given up.
    let _waiting = ready.send(());
    let mut calls = 0;
    while !stop.load(Ordering::Relaxed) {
        if let HostEvent::Replied { result, .. } = next()? {
            result.context("a search")?;
            calls += 1;
            search(u64::from(calls) + 1)?;
        }
    }
    host.close();
    Ok(calls)
}
