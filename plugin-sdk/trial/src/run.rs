//! Lives through a world: loads the plugin, lets happen what happens, and compares.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use host::{
    Advice, Answer, CallError, Delta, Host, HostConfig, HostEvent, LaneKey, Package, PanelEffect,
    PluginStatus, Request, RunMode, Tag,
};
use model::plugin::{Capability, PluginSignals, PluginState, Role};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;
use toml::Spanned;

use crate::{
    desk::{ACCOUNT, Desk},
    matching::{self, inline},
    request::{self, Happening},
    show,
    world::Located,
};

/// Longest wait for anything of the host: longer than the longest call may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// Events that may wait to be read.
const EVENTS_MAX: usize = 1024;
/// Longest value shown in a message, in characters.
const SHOWN_MAX_CHARS: usize = 600;

/// A plugin to run.
#[derive(Clone, Debug)]
pub struct Plugin {
    pub(crate) package: Package,
}

impl Plugin {
    /// Reads a package file, as the desk would.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let package = Package::read(bytes).with_context(|| format!("{} cannot be used", file.display()))?;
        Ok(Self { package })
    }
}

/// One thing that is not as a world expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The world's file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)?;
        if !self.fix.is_empty() {
            write!(f, "\n    {}", self.fix)?;
        }
        Ok(())
    }
}

/// What came of a world.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How many steps there were.
    pub steps: usize,
    /// What was not as expected.
    pub failures: Vec<Failure>,
    /// What the host counted.
    pub signals: PluginSignals,
    /// Failed calls, as the host keeps them: the file's name and what is in it.
    pub bundles: Vec<(String, Vec<u8>)>,
}

/// Lives through the world in a file.
pub fn run(plugin: &Plugin, file: &Path) -> Result<Outcome> {
    let located = Located::read(file)?;
    let mut session = Session::start(plugin, &located)?;
    let mut failures = Vec::new();
    for (index, step) in located.world.steps.iter().enumerate() {
        let line = located.line(step.span().start);
        let place = Place { located: &located, line, name: format!("step {}", index + 1) };
        failures.extend(session.step(&place, step.get_ref())?);
    }
    let seen = session.seen();
    failures.extend(end(&located, &session, &seen));
    let signals = seen.signals.clone();
    let Session { host, folder, .. } = session;
    // What is being written is written before the host is gone.
    host.close();
    let bundles = bundles(&folder.path().join("faults"))?;
    Ok(Outcome { steps: located.world.steps.len(), failures, signals, bundles })
}

/// The bundles in a folder, by name.
fn bundles(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, std::fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Where in a world something is checked.
struct Place<'a> {
    located: &'a Located,
    line: usize,
    name: String,
}

impl Place<'_> {
    fn failure(&self, line: usize, what: impl fmt::Display, fix: impl Into<String>) -> Failure {
        let what = format!("{}: {what}", self.name);
        Failure { file: self.located.file.clone(), line, what, fix: fix.into() }
    }

    fn compare(&self, expected: &Spanned<toml::Value>, actual: &Json) -> Vec<Failure> {
        let line = self.located.line(expected.span().start);
        let differences = matching::differences(expected.get_ref(), actual);
        let mut failures: Vec<Failure> = differences
            .into_iter()
            .map(|found| {
                let at = if found.at.is_empty() { String::new() } else { format!("{} ", found.at) };
                let what = format!("{at}is {}, not {}", cut(&found.actual), cut(&found.expected));
                self.failure(line, what, String::new())
            })
            .collect();
        if let Some(last) = failures.last_mut() {
            last.fix = format!("the whole of it: {}", cut(&inline(actual)));
        }
        failures
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX_CHARS) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// A host with the plugin in it.
pub(crate) struct Session {
    pub(crate) host: Host,
    events: mpsc::Receiver<HostEvent>,
    clock: tokio::runtime::Runtime,
    pub(crate) desk: Arc<Desk>,
    package: Package,
    granted: BTreeSet<Capability>,
    tags: u64,
    /// Put by the plugin itself.
    put: Vec<Advice>,
    /// Timers that ran out and that no step has waited for yet.
    timers: Vec<(String, Result<Answer, CallError>)>,
    panel_revision: u64,
    /// What was counted before restarts.
    before: Vec<Seen>,
    folder: tempfile::TempDir,
}

/// What the host counted and kept of the plugin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub signals: PluginSignals,
    faults: BTreeMap<String, u64>,
    denials: BTreeMap<String, u64>,
    counters: BTreeMap<String, u64>,
    log: Vec<String>,
}

impl Session {
    pub(crate) fn start(plugin: &Plugin, located: &Located) -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for compiled code")?;
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let customer = located.customer().map_err(|(line, what)| {
            anyhow::anyhow!("{}:{line}: the customer cannot be read: {what}", located.file.display())
        })?;
        let package = plugin.package.clone();
        let desk = Arc::new(Desk::new(located, customer, &package.manifest)?);
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let mode = RunMode::Test { seed: located.world.seed };
        let config = HostConfig { cache_folder: folder.path().join("cache"), mode };
        let services: Arc<dyn host::Services> = desk.clone();
        let host = Host::new(&config, services, sender)?;
        let granted = match &located.world.granted {
            Some(granted) => granted.iter().cloned().collect(),
            None => package.manifest.capabilities.clone(),
        };
        let mut session = Self {
            host,
            events,
            clock,
            desk,
            package,
            granted,
            tags: 0,
            put: Vec::new(),
            timers: Vec::new(),
            panel_revision: 0,
            before: Vec::new(),
            folder,
        };
        session.load()?;
        Ok(session)
    }

    /// Loads the plugin and waits until it is compiled.
    fn load(&mut self) -> Result<()> {
        self.host.load(self.package.clone(), &self.granted)?;
        loop {
            match self.event()? {
                HostEvent::StatusChanged { state: PluginState::Broken(why), .. } => {
                    bail!("the plugin cannot be loaded: {why}")
                }
                HostEvent::StatusChanged { .. } => return Ok(()),
                other => self.keep(other),
            }
        }
    }

    fn event(&mut self) -> Result<HostEvent> {
        let events = &mut self.events;
        let event = self.clock.block_on(async { tokio::time::timeout(PATIENCE, events.recv()).await });
        event.context("the host did not answer")?.context("the host is gone")
    }

    /// What comes by itself.
    fn keep(&mut self, event: HostEvent) {
        match event {
            HostEvent::Advice { items, .. } => self.put.extend(items),
            HostEvent::Timer { id, result, .. } => self.timers.push((id, result)),
            _ => {}
        }
    }

    fn lane(&self, role: Role) -> LaneKey {
        let account = (role == Role::Channel).then_some(ACCOUNT);
        LaneKey { plugin: self.package.manifest.id.clone(), role, account }
    }

    /// The lane for what any role takes.
    fn any_role(&self) -> Role {
        self.package.manifest.roles.first().copied().unwrap_or(Role::Assist)
    }

    /// Calls the plugin and waits for its answer; answers how long that took as well.
    pub(crate) fn ask(&mut self, request: Request) -> Result<(Result<Json, CallError>, Duration)> {
        self.tags += 1;
        let tag = Tag(self.tags);
        let role = request.role().unwrap_or_else(|| self.any_role());
        let began = Instant::now();
        self.host.post(&self.lane(role), request, tag)?;
        let mut deltas = Vec::new();
        loop {
            match self.event()? {
                HostEvent::Replied { tag: of, result, .. } if of == tag => {
                    let took = began.elapsed();
                    if let Ok(answer) = &result {
                        self.remember_panel(answer);
                    }
                    return Ok((result.map(|answer| show::answer(&answer, &deltas)), took));
                }
                HostEvent::Delta { tag: of, delta, .. } if of == tag => deltas.push(Delta::clone(&delta)),
                other => self.keep(other),
            }
        }
    }

    fn remember_panel(&mut self, answer: &Answer) {
        let Answer::Effects(effects) = answer else { return };
        for effect in effects {
            if let PanelEffect::Replace(panel) = effect {
                self.panel_revision = panel.revision;
            }
        }
    }

    fn timer(&mut self, id: &str) -> Result<Result<Json, CallError>> {
        loop {
            if let Some(index) = self.timers.iter().position(|(of, _)| of == id) {
                let (_, result) = self.timers.remove(index);
                return Ok(result.map(|answer| show::answer(&answer, &[])));
            }
            let event = self.event().with_context(|| format!("the timer `{id}` did not run out"))?;
            self.keep(event);
        }
    }

    fn restart(&mut self) -> Result<()> {
        let seen = self.status();
        self.before.push(seen);
        self.load()
    }

    fn step(&mut self, place: &Place, step: &crate::step::Step) -> Result<Vec<Failure>> {
        let happening = match request::of(step, &self.desk, self.panel_revision) {
            Ok(happening) => happening,
            Err(what) => {
                return Ok(vec![place.failure(
                    place.line,
                    what,
                    "say one of them, and make steps of the others",
                )]);
            }
        };
        let result = match happening {
            Happening::Ask(request) => {
                let request = *request;
                if request.role().is_some_and(|role| !self.package.manifest.roles.contains(&role)) {
                    let fix = "add the role to `roles` in plugin.toml, or leave the step out";
                    return Ok(vec![place.failure(place.line, "the plugin does not have this role", fix)]);
                }
                self.ask(request)?.0
            }
            Happening::Timer(id) => self.timer(&id)?,
            Happening::Later(ms) => {
                self.desk.later(ms);
                Ok(json!({}))
            }
            Happening::Restart => {
                self.restart()?;
                Ok(json!({}))
            }
        };
        Ok(judge(place, step, result))
    }

    fn status(&self) -> Seen {
        let id = &self.package.manifest.id;
        let found = self.host.status().into_iter().find(|status| status.manifest.id == *id);
        let Some(PluginStatus { signals, faults, denials, counters, .. }) = found else {
            return Seen::default();
        };
        let log = self.host.log(id).into_iter();
        let log = log.map(|line| format!("{} {}", format!("{:?}", line.level).to_lowercase(), line.text));
        Seen { signals, faults, denials, counters, log: log.collect() }
    }

    /// Everything since the beginning.
    pub(crate) fn seen(&self) -> Seen {
        let mut all = Seen::default();
        for seen in self.before.iter().cloned().chain([self.status()]) {
            for (table, add) in [
                (&mut all.faults, seen.faults),
                (&mut all.denials, seen.denials),
                (&mut all.counters, seen.counters),
            ] {
                for (name, count) in add {
                    *table.entry(name).or_default() += count;
                }
            }
            all.log.extend(seen.log);
            let memory = all.signals.memory_peak_bytes.max(seen.signals.memory_peak_bytes);
            let cpu = all.signals.guest_cpu_us + seen.signals.guest_cpu_us;
            let p99 = all.signals.wall_p99_us.max(seen.signals.wall_p99_us);
            let calls = all.signals.calls + seen.signals.calls;
            all.signals = seen.signals;
            all.signals.memory_peak_bytes = memory;
            all.signals.guest_cpu_us = cpu;
            all.signals.wall_p99_us = p99;
            all.signals.calls = calls;
        }
        all
    }
}

fn judge(place: &Place, step: &crate::step::Step, result: Result<Json, CallError>) -> Vec<Failure> {
    match (result, &step.error) {
        (Ok(answer), None) => {
            step.expect.as_ref().map(|expected| place.compare(expected, &answer)).unwrap_or_default()
        }
        (Ok(answer), Some(expected)) => {
            let line = place.located.line(expected.span().start);
            let what = format!("it answered {}, where an error was expected", cut(&inline(&answer)));
            vec![place.failure(line, what, "take the `error` line away if this is right")]
        }
        (Err(error), None) => vec![place.failure(place.line, &error, advice(&error))],
        (Err(error), Some(expected)) => {
            let wanted = toml::Value::String(expected.get_ref().clone());
            let wanted = Spanned::new(expected.span(), wanted);
            place.compare(&wanted, &Json::String(error.to_string()))
        }
    }
}

/// What to do about a call that failed.
fn advice(error: &CallError) -> String {
    match error {
        CallError::Failure(host::Failure::Denied(_)) => {
            "add that line to plugin.toml, or write `error = \"~not granted\"` if it must not be granted"
        }
        CallError::Failure(_) => {
            "write `error = \"~...\"` with a part of this text if the plugin must say so"
        }
        CallError::Trap(_) => {
            "the plugin's own last words stand above; a panic is the plugin's, not the desk's"
        }
        CallError::CpuTime => {
            "do less in one call: cut it into pieces and let a timer come back for the rest"
        }
        CallError::WallTime => {
            "give requests a shorter timeout than the call's own time (the book has the table)"
        }
        CallError::Memory => "use less, or ask for more in plugin.toml: [budget] with memory_mib",
        CallError::Invalid(_) => "the contract (plugin-sdk/wit/plugin.wit) says what is allowed",
        CallError::Start(_) => {
            "`init` must not fail on any settings; let `check` say what is wrong with them"
        }
        CallError::NotRunning | CallError::Cancelled => "an earlier step stopped the plugin",
    }
    .to_owned()
}

fn end(located: &Located, session: &Session, seen: &Seen) -> Vec<Failure> {
    let after = &located.world.after;
    let place = |name: &str| Place { located, line: 1, name: format!("after.{name}") };
    let mut failures = Vec::new();
    let put: Vec<Json> = session.put.iter().map(show::advice).collect();
    for (name, expected, actual) in [
        ("log", &after.log, json!(seen.log)),
        ("kv", &after.kv, session.desk.stored()),
        ("put", &after.put, json!(put)),
        ("notified", &after.notified, session.desk.notified()),
        ("pushed", &after.pushed, session.desk.pushed()),
        ("requests", &after.requests, session.desk.requests()),
        ("counts", &after.counts, json!(seen.counters)),
    ] {
        if let Some(expected) = expected {
            failures.extend(place(name).compare(expected, &actual));
        }
    }
    failures.extend(denials(&place("denials"), after.denials.as_ref(), &seen.denials));
    for request in session.desk.unheard_of() {
        let what = format!("{request} has no answer in this world");
        let fix = format!("add [[http]] with request = \"{request}\", and its body");
        failures.push(place("requests").failure(1, what, fix));
    }
    let used = &seen.signals;
    for (name, allowed, used) in [
        ("budget.p99_ms", &after.budget.p99_ms, used.wall_p99_us as f64 / 1e3),
        ("budget.cpu_ms", &after.budget.cpu_ms, used.guest_cpu_us as f64 / 1e3),
        ("budget.memory_mib", &after.budget.memory_mib, used.memory_peak_bytes as f64 / 1024.0 / 1024.0),
    ] {
        if let Some(allowed) = allowed.as_ref().filter(|allowed| used > *allowed.get_ref()) {
            let line = located.line(allowed.span().start);
            let what = format!("{used:.2} was used, {} is allowed", allowed.get_ref());
            failures.push(place(name).failure(
                line,
                what,
                "use less, or allow more if that is what it takes",
            ));
        }
    }
    failures
}

/// A denial that nobody expected is a line missing in the manifest.
fn denials(
    place: &Place,
    expected: Option<&Spanned<Vec<String>>>,
    seen: &BTreeMap<String, u64>,
) -> Vec<Failure> {
    let line = expected.map_or(1, |expected| place.located.line(expected.span().start));
    let expected: BTreeSet<&String> = expected.map(|e| e.get_ref().iter().collect()).unwrap_or_default();
    let fix = "add the line to plugin.toml, or list it under `denials` if it must be denied";
    let unexpected = seen.keys().filter(|denial| !expected.contains(denial));
    let unexpected = unexpected.map(|denial| place.failure(line, format!("denied: {denial}"), fix));
    let missing = expected.iter().filter(|denial| !seen.contains_key(**denial));
    let missing = missing.map(|denial| {
        place.failure(line, format!("nothing was denied for want of {denial}"), "take it from the list")
    });
    unexpected.chain(missing).collect()
}
