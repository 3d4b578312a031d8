//! `bench plugins`: what a call to a sandboxed plugin costs, beside wasmtime's bare call of the same export and beside a
//! Node child process that answers JSON lines.
//!
//! The plugin is the one of tests/guest without orders, which answers at once, so that what is measured is the way there
//! and back: mailbox, budget, epoch, memory limits, conversion in both directions, events. The call is `lifecycle.check`
//! with a setting of 1 KB, which every plugin exports; the child gets the same text and gives as short an answer.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use host::{ContactEvent, Host, HostConfig, HostEvent, LaneKey, Package, Request, RunMode, Tag};
use model::plugin::{PluginState, Role};
use switchboard_tests::{
    guest,
    report::{Better, Report},
};
use tokio::sync::mpsc;

use crate::{
    quiet::Quiet,
    statistics::{median, percentile},
    wasm,
};

/// Plugins of a busy desk.
const PLUGINS: usize = 30;
const ROUNDS: usize = 2000;
const ROUNDS_LONG: usize = 20_000;
/// Calls that are on their way at once: half of a mailbox.
const BATCH: usize = 32;
const FANS: usize = 300;
const STARTS: usize = 50;
const TEXT_BYTES: usize = 1024;
const MIB: f64 = 1024.0 * 1024.0;
const PATIENCE: Duration = Duration::from_secs(30);

/// What a call may cost beside wasmtime's bare one.
const CALL_RATIO: f64 = 3.0;
/// What it may cost beside a child process.
const CHILD_RATIO: f64 = 0.1;
const FAN_OUT_MS: f64 = 2.0;
const LOAD_MS: f64 = 150.0;
const REST_MIB: f64 = 2.0;

/// A child process that answers each line with a line.
const CHILD: &str = "require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const call = JSON.parse(line);
  process.stdout.write(JSON.stringify({ id: call.id, found: call.text.length > 0 ? '' : 'nothing' }) + '\\n');
});";

/// Runs it.
pub fn run(long: bool) -> Result<Report> {
    let rounds = if long { ROUNDS_LONG } else { ROUNDS };
    let mut report = Report::new("plugins");
    let component = guest::component()?;
    let mut bare = wasm::Bare::new(&component)?;
    let folder = crate::folder()?;
    let mut floor = Floor::open(folder.path(), &component)?;
    let text = "x".repeat(TEXT_BYTES);

    let starts = floor.starts()?;
    report.measure("first answer of a loaded plugin, median", median(&starts), "ms");
    report.measure("bare instantiation, median", median(&bare.starts(STARTS)?), "ms");

    let bare_calls = bare.calls(rounds, &text)?;
    let calls = floor.calls(rounds, &text)?;
    let mut child = Node::start()?;
    let child_calls = child.calls(rounds, &text)?;
    let name = "one call at a time, 1 KB, median";
    report.ratio(name, median(&calls), "µs", "bare call", median(&bare_calls), CALL_RATIO, Better::Lower);
    report.ratio(name, median(&calls), "µs", "Node child", median(&child_calls), CHILD_RATIO, Better::Lower);
    report.measure("one call at a time, 1 KB, p99", percentile(&calls, 0.99), "µs");
    report.measure("one call of the Node child at a time, p99", percentile(&child_calls, 0.99), "µs");
    report.measure("bare call, p99", percentile(&bare_calls, 0.99), "µs");
    report.measure("call among 32 on their way, median", median(&floor.batches(rounds, &text)?), "µs");
    report.measure("the same of the Node child, median", median(&child.batches(rounds, &text)?), "µs");

    let (loading, fans, rest_mib) = thirty(folder.path(), &component)?;
    report.bar("30 plugins loaded, warm cache, median", loading, "ms", LOAD_MS, Better::Lower);
    report.measure("a message to 30 plugins, median", median(&fans), "ms");
    report.bar("a message to 30 plugins, p99", percentile(&fans, 0.99), "ms", FAN_OUT_MS, Better::Lower);
    report.bar("memory of a plugin at rest", rest_mib, "MiB", REST_MIB, Better::Lower);
    Ok(report)
}

fn named(component: &[u8], number: usize) -> Result<Package> {
    let roles = r#"["assist", "quality"]"#;
    guest::package(
        component,
        &format!("id = \"plugin-{number}\"\nversion = \"1.0.0\"\nname = \"plugin\"\nroles = {roles}\n"),
    )
}

/// A host without a desk around it.
struct Floor {
    host: Option<Host>,
    events: mpsc::Receiver<HostEvent>,
    runtime: tokio::runtime::Runtime,
    next_tag: u64,
}

impl Floor {
    fn empty(folder: &std::path::Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (sender, events) = mpsc::channel(4096);
        let config = HostConfig { cache_folder: folder.join("cache"), mode: RunMode::Live };
        let host = Host::new(&config, Arc::new(Quiet), sender)?;
        Ok(Self { host: Some(host), events, runtime, next_tag: 0 })
    }

    fn open(folder: &std::path::Path, component: &[u8]) -> Result<Self> {
        let mut floor = Self::empty(folder)?;
        floor.load(named(component, 0)?)?;
        floor.healthy(1)?;
        floor.calls(10, "warm")?;
        Ok(floor)
    }

    fn host(&self) -> Result<&Host> {
        self.host.as_ref().context("the host is closed")
    }

    fn load(&self, package: Package) -> Result<()> {
        Ok(self.host()?.load(package, &BTreeSet::new())?)
    }

    fn event(&mut self) -> Result<HostEvent> {
        let events = &mut self.events;
        let event = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, events.recv()).await });
        event.context("the host is silent")?.context("the host is gone")
    }

    /// Waits until so many plugins have said that they are well.
    fn healthy(&mut self, count: usize) -> Result<()> {
        let mut well = 0;
        while well < count {
            match self.event()? {
                HostEvent::StatusChanged { state: PluginState::Healthy, .. } => well += 1,
                HostEvent::StatusChanged { plugin, state } => bail!("{plugin} is {state:?}"),
                _ => {}
            }
        }
        Ok(())
    }

    fn post(&mut self, lane: &LaneKey, request: Request) -> Result<()> {
        self.next_tag += 1;
        Ok(self.host()?.post(lane, request, Tag(self.next_tag))?)
    }

    fn replies(&mut self, count: usize) -> Result<()> {
        let mut come = 0;
        while come < count {
            if let HostEvent::Replied { result, call, .. } = self.event()? {
                result.with_context(|| format!("{call:?}"))?;
                come += 1;
            }
        }
        Ok(())
    }

    /// Milliseconds from an instance that is not there to its first answer.
    fn starts(&mut self) -> Result<Vec<f64>> {
        let lane = lane(0, Role::Quality);
        let mut times = Vec::new();
        for _ in 0..STARTS {
            self.host()?.close_lane(&lane);
            let began = Instant::now();
            self.post(&lane, Request::Rubric)?;
            self.replies(1)?;
            times.push(millis(began));
        }
        Ok(times)
    }

    fn calls(&mut self, rounds: usize, text: &str) -> Result<Vec<f64>> {
        self.timed(rounds, 1, text)
    }

    /// Microseconds of a call while others are on their way.
    fn batches(&mut self, rounds: usize, text: &str) -> Result<Vec<f64>> {
        self.timed(rounds / BATCH, BATCH, text)
    }

    fn timed(&mut self, rounds: usize, at_once: usize, text: &str) -> Result<Vec<f64>> {
        let lane = lane(0, Role::Quality);
        let mut times = Vec::new();
        for _ in 0..rounds {
            let settings = vec![("text".to_owned(), text.to_owned())];
            let requests: Vec<_> = (0..at_once).map(|_| Request::CheckSettings(settings.clone())).collect();
            let began = Instant::now();
            for request in requests {
                self.post(&lane, request)?;
            }
            self.replies(at_once)?;
            times.push(micros(began) / at_once as f64);
        }
        Ok(times)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        if let Some(host) = self.host.take() {
            host.close();
        }
    }
}

/// Thirty plugins: milliseconds to load them, milliseconds of each message to all of them, memory of one at rest.
fn thirty(folder: &std::path::Path, component: &[u8]) -> Result<(f64, Vec<f64>, f64)> {
    let packages: Vec<_> = (0..PLUGINS).map(|number| named(component, number)).collect::<Result<_>>()?;
    let mut loading = Vec::new();
    let mut last = None;
    // The first time fills the cache.
    for round in 0..6 {
        drop(last.take());
        let mut floor = Floor::empty(folder)?;
        let before = resident_mib()?;
        let began = Instant::now();
        for package in &packages {
            floor.load(package.clone())?;
        }
        floor.healthy(PLUGINS)?;
        if round > 0 {
            loading.push(millis(began));
        }
        last = Some((floor, before));
    }
    let (mut floor, before) = last.context("rounds")?;
    let message = message()?;
    let mut fans = Vec::new();
    for round in 0..=FANS {
        let requests: Vec<_> = (0..PLUGINS).map(|_| message.clone()).collect();
        let began = Instant::now();
        for (number, request) in requests.into_iter().enumerate() {
            floor.post(&lane(number, Role::Assist), request)?;
        }
        floor.replies(PLUGINS)?;
        // The first one starts the instances.
        if round > 0 {
            fans.push(millis(began));
        }
    }
    let rest = (resident_mib()? - before) / PLUGINS as f64;
    Ok((median(&loading), fans, rest))
}

fn message() -> Result<Request> {
    const ID: &str = "00000000-0000-0000-0000-000000000007";
    let message = serde_json::json!({
        "id": ID, "author": { "customer": "Chen" }, "at": "2026-11-24T08:00:00Z", "text": "x".repeat(TEXT_BYTES),
    });
    let message = serde_json::from_value(message).context("a message")?;
    Ok(Request::Observe { conversation: ID.parse()?, event: ContactEvent::Message(Box::new(message)) })
}

fn lane(number: usize, role: Role) -> LaneKey {
    LaneKey { plugin: format!("plugin-{number}").as_str().into(), role, account: None }
}

/// The child process that stands for plugins without a sandbox.
struct Node {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Node {
    fn start() -> Result<Self> {
        let mut child = Command::new("node")
            .args(["-e", CHILD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting node (Debian: nodejs)")?;
        let input = child.stdin.take().context("its input")?;
        let output = BufReader::new(child.stdout.take().context("its output")?);
        let mut node = Self { child, input, output };
        node.calls(50, "warm")?;
        Ok(node)
    }

    fn calls(&mut self, rounds: usize, text: &str) -> Result<Vec<f64>> {
        self.timed(rounds, 1, text)
    }

    fn batches(&mut self, rounds: usize, text: &str) -> Result<Vec<f64>> {
        self.timed(rounds / BATCH, BATCH, text)
    }

    fn timed(&mut self, rounds: usize, at_once: usize, text: &str) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        let mut line = String::new();
        for round in 0..rounds {
            let began = Instant::now();
            for call in 0..at_once {
                let call = serde_json::json!({ "id": round * at_once + call, "text": text });
                self.input.write_all(format!("{call}\n").as_bytes())?;
            }
            for _ in 0..at_once {
                line.clear();
                self.output.read_line(&mut line)?;
                let answer: serde_json::Value = serde_json::from_str(&line).context("the child's answer")?;
                ensure!(answer["found"] == "", "the child answers {answer}");
            }
            times.push(micros(began) / at_once as f64);
        }
        Ok(times)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

fn resident_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("resident memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0 / MIB)
}
