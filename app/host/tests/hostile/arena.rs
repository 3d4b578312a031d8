//! A host with a hostile plugin and a good neighbour, and the oracle that watches both.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use host::{
    Answer, CallError, Guard, Guards, Host, HostConfig, HostEvent, LaneKey, Package, Request, RunMode, Tag,
    Trial,
};
use model::plugin::{Capability, Role};
use tokio::sync::mpsc;

use crate::{
    component,
    desk::{Desk, ID, desk},
    server::Server,
};

pub const BAD: &str = "bad";
pub const GOOD: &str = "good";
/// Longest that anything may take. Builds may run beside it.
const PATIENCE: Duration = Duration::from_mins(1);
/// Calls of the neighbour before and, at least, during an attack.
const NEIGHBOUR_CALLS: usize = 40;
/// What the neighbour may lose beside its tenth: an attack runs on for two ticks of the epoch, and the machine has
/// other things to do.
const NEIGHBOUR_FLOOR: Duration = Duration::from_millis(25);
const ATTACK: Tag = Tag(u64::MAX);

/// Who vouches for the servers of these tests.
const AUTHORITY: &[u8] = include_bytes!("certificates/authority.der");

/// What all attacks share: packages, servers, compiled code.
pub struct World {
    pub bad: Package,
    pub good: Package,
    /// May be reached.
    pub open: Server,
    /// May not.
    pub closed: Server,
    pub cache: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    pub async fn new() -> Self {
        let closed = Server::start(0).await;
        let open = Server::start(closed.port).await;
        let built = tokio::task::spawn_blocking(component::component).await.expect("built");
        let component = built.expect("the hostile guest is built");
        let package = |id: &str| {
            component::package(&component, &manifest(id, open.port, closed.port)).expect("a package")
        };
        let folder = tempfile::tempdir().expect("a folder");
        let (bad, good) = (package(BAD), package(GOOD));
        Self { bad, good, open, closed, cache: folder.path().join("cache"), _folder: folder }
    }

    /// An order with the ports of the servers put in.
    pub fn with_ports(&self, order: &str) -> String {
        order.replace("OPEN", &self.open.port.to_string()).replace("CLOSED", &self.closed.port.to_string())
    }
}

fn manifest(id: &str, open: u16, closed: u16) -> String {
    let forbidden = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "[::]",
        "rebind.test",
        "mixed.test",
    ];
    let asked = |host| format!("{{ http = \"{host}:{closed}\" }}, {{ tcp = \"{host}:{closed}\" }}, ");
    let forbidden: String = forbidden.map(asked).concat();
    let allowed = ["127.0.0.1", "plain.test", "other.test"];
    let granted =
        |host| format!("{{ http-private = \"{host}:{open}\" }}, {{ tcp-private = \"{host}:{open}\" }}, ");
    let allowed: String = allowed.map(granted).concat();
    format!(
        r#"id = "{id}"
version = "1.0.0"
serial = 7
name = "{id}"
roles = ["channel", "lookup", "assist", "quality", "ticket-form", "panel"]
capabilities = [{forbidden}{allowed}{{ secret = "token" }}, {{ secret = "plain" }}, "kv", "timers", "notify",
  "conversations", "customers", "proposals", "redirects"]
[channel]
kind = "chat"
[[secrets]]
slot = "token"
host = "127.0.0.1:{open}"
header = "authorization"
template = "Bearer {{}}"
[[secrets]]
slot = "plain"
host = "plain.test:{open}"
header = "x-token"
"#
    )
}

/// A host in which one attack takes place.
pub struct Arena {
    pub host: Option<Host>,
    pub desk: Arc<Desk>,
    events: mpsc::Receiver<HostEvent>,
    /// What the host told so far.
    pub seen: Vec<HostEvent>,
    next_tag: u64,
}

/// What came of an attack.
pub struct Seen {
    pub result: Result<Answer, CallError>,
    pub took: Duration,
    /// Times of the neighbour's calls before and during the attack.
    pub neighbour: [Duration; 2],
    /// Resident memory over that of before, at its highest.
    pub memory_bytes: u64,
}

impl Arena {
    pub fn new(cache: &Path, mode: RunMode, guards: &[Guard]) -> Self {
        let (sender, events) = mpsc::channel(4096);
        let desk = desk();
        let local = |address: &str| address.parse().expect("an address");
        let names = vec![
            ("plain.test".to_owned(), vec![vec![local("127.0.0.1")]]),
            ("other.test".to_owned(), vec![vec![local("127.0.0.1")]]),
            ("rebind.test".to_owned(), vec![vec![local("127.0.0.1")]]),
            ("mail.test".to_owned(), vec![vec![local("127.0.0.1")]]),
            ("mixed.test".to_owned(), vec![vec![local("127.0.0.1"), local("1.1.1.1")]]),
        ];
        let trial = Trial { guards: Guards::without(guards), names, authorities: vec![AUTHORITY.to_vec()] };
        let config = HostConfig { cache_folder: cache.to_owned(), mode };
        let services: Arc<dyn host::Services> = Arc::<Desk>::clone(&desk);
        let host = Host::in_trial(&config, services, sender, trial).expect("a host");
        Self { host: Some(host), desk, events, seen: Vec::new(), next_tag: 0 }
    }

    pub fn host(&self) -> &Host {
        self.host.as_ref().expect("a host that runs")
    }

    pub fn load(&self, package: &Package, granted: bool) {
        let grants = if granted {
            package.manifest.capabilities.clone()
        } else {
            std::collections::BTreeSet::<Capability>::new()
        };
        self.host().load(package.clone(), &grants).expect("loaded");
    }

    /// Calls and waits.
    pub async fn call(&mut self, lane: &LaneKey, request: Request) -> Result<Answer, CallError> {
        self.next_tag += 1;
        let tag = Tag(self.next_tag);
        match self.host().post(lane, request, tag) {
            Ok(()) => self.reply(tag).await,
            Err(_) => Err(CallError::NotRunning),
        }
    }

    /// Posts without waiting; answers whether it was taken.
    pub fn post(&mut self, lane: &LaneKey, request: Request) -> bool {
        self.next_tag += 1;
        self.host().post(lane, request, Tag(self.next_tag)).is_ok()
    }

    /// Waits for so many answers.
    pub async fn answers(&mut self, count: usize) -> Vec<Result<Answer, CallError>> {
        let mut answers = Vec::new();
        while answers.len() < count {
            let event = self.wait_for(|event| matches!(event, HostEvent::Replied { .. })).await;
            if let HostEvent::Replied { result, .. } = event {
                answers.push(result);
            }
        }
        answers
    }

    /// Answers that came and were not asked for.
    pub fn answers_left(&mut self) -> usize {
        self.drain();
        self.seen.iter().filter(|event| matches!(event, HostEvent::Replied { .. })).count()
    }

    async fn reply(&mut self, tag: Tag) -> Result<Answer, CallError> {
        let event =
            self.wait_for(|event| matches!(event, HostEvent::Replied { tag: of, .. } if *of == tag)).await;
        let HostEvent::Replied { result, .. } = event else { unreachable!() };
        result
    }

    /// Takes the first event that fits, from those seen or still to come.
    pub async fn wait_for(&mut self, fits: impl Fn(&HostEvent) -> bool) -> HostEvent {
        if let Some(index) = self.seen.iter().position(&fits) {
            return self.seen.remove(index);
        }
        loop {
            let event = tokio::time::timeout(PATIENCE, self.events.recv()).await;
            let Ok(Some(event)) = event else { panic!("it did not come; seen: {:#?}", self.seen) };
            if fits(&event) {
                return event;
            }
            self.seen.push(event);
        }
    }

    /// Takes what has been told meanwhile.
    pub fn drain(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.seen.push(event);
        }
    }

    fn find_reply(&mut self) -> Option<Result<Answer, CallError>> {
        self.drain();
        let reply = |event: &HostEvent| matches!(event, HostEvent::Replied { tag, .. } if *tag == ATTACK);
        let index = self.seen.iter().position(reply)?;
        let HostEvent::Replied { result, .. } = self.seen.remove(index) else { unreachable!() };
        Some(result)
    }

    /// Lets the attack happen while the neighbour works.
    pub async fn attack(&mut self, lane: &LaneKey, request: Request) -> Seen {
        let mut before = self.neighbour_calls(NEIGHBOUR_CALLS).await;
        let memory_before = resident_bytes();
        let began = Instant::now();
        self.host().post(lane, request, ATTACK).expect("posted");
        let (mut during, mut memory, mut result, mut took) = (Vec::new(), 0, None, Duration::ZERO);
        while result.is_none() || during.len() < NEIGHBOUR_CALLS {
            during.extend(self.neighbour_calls(1).await);
            memory = memory.max(resident_bytes().saturating_sub(memory_before));
            if result.is_none() {
                result = self.find_reply();
                took = began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "no answer to the attack; seen: {:#?}", self.seen);
        }
        let result = result.expect("an answer");
        Seen { result, took, neighbour: [p95(&mut before), p95(&mut during)], memory_bytes: memory }
    }

    async fn neighbour_calls(&mut self, count: usize) -> Vec<Duration> {
        let lane = lane(GOOD, Role::Quality);
        let mut times = Vec::new();
        for _ in 0..count {
            let began = Instant::now();
            let answer = self.call(&lane, Request::Rubric).await;
            times.push(began.elapsed());
            assert_eq!(answer, Ok(Answer::Rubric(Vec::new())), "the neighbour answers");
        }
        times
    }

    /// The fault that names this cause, if there is one.
    pub fn fault(&mut self, error: &CallError) -> Option<model::plugin::Fault> {
        self.drain();
        let cause = error.fault()?;
        self.seen.iter().find_map(|event| match event {
            HostEvent::Fault(fault) if fault.cause == cause => Some(fault.clone()),
            _ => None,
        })
    }

    /// Everything a plugin could have put a secret into.
    pub fn sinks(&mut self) -> String {
        self.drain();
        let id = BAD.into();
        let status: Vec<_> = self
            .host()
            .status()
            .into_iter()
            .map(|status| (status.faults, status.denials, status.counters))
            .collect();
        format!("{:?} {:?} {:?} {status:?}", self.seen, self.host().log(&id), self.host().ledger(&id))
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // Hosts must not be closed on a thread of a runtime.
        if let Some(host) = self.host.take() {
            let closing = std::thread::Builder::new().name("closing".to_owned()).spawn(move || host.close());
            closing.expect("a thread").join().expect("closed");
        }
    }
}

impl Seen {
    /// The neighbour loses at most a tenth, and the noise of the machine.
    pub fn neighbour_is_well(&self) -> bool {
        self.neighbour[1] <= self.neighbour[0] * 11 / 10 + NEIGHBOUR_FLOOR
    }
}

/// The lane of a role.
pub fn lane(plugin: &str, role: Role) -> LaneKey {
    let account = (role == Role::Channel).then(|| ID.parse().expect("an id"));
    LaneKey { plugin: plugin.into(), role, account }
}

fn p95(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[(times.len() * 95).div_ceil(100) - 1]
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("resident memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}
