//! What one instance carries: its limits, its meter and who it is.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use wasmtime::{ResourceLimiter, component::ResourceTable};

use crate::{
    contract::{LaneKey, Tag},
    guard::{Guard, Guards},
    host::{RunMode, Shared},
    lane::Timers,
    plugin::Plugin,
    policy::{EPOCH_TICK, TABLE_ELEMENTS_MAX},
};

/// Instances, tables and memories of one store. A guest of several core modules needs a few.
const INSTANCES_MAX: usize = 32;
/// Longest last words kept for a fault, in bytes.
const LAST_WORDS_MAX_BYTES: usize = 2048;

/// The data of one store.
pub(crate) struct LaneState {
    pub shared: Arc<Shared>,
    pub plugin: Arc<Plugin>,
    pub lane: LaneKey,
    pub timers: Arc<Timers>,
    pub table: ResourceTable,
    pub limits: Limits,
    pub meter: Arc<Meter>,
    pub random: Random,
    /// Responses the guest holds open.
    pub responses: usize,
    /// Streams the guest may still open.
    pub streams: Arc<Semaphore>,
    /// What it last logged as an error in the present call: a panic's message, as a rule.
    pub last_words: Option<String>,
    /// The caller's number of the present call.
    pub tag: Option<Tag>,
    /// The number of the ledger's line for what left last.
    pub left_number: u64,
}

impl LaneState {
    /// Keeps what may turn out to be the last words before a trap.
    pub(crate) fn remember_words(&mut self, words: &str) {
        self.last_words = Some(cut(words, LAST_WORDS_MAX_BYTES).to_owned());
    }
}

/// The text up to so many bytes, at a character's border.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Memory and tables of one store.
pub(crate) struct Limits {
    memory_max_bytes: usize,
    memory_bytes: usize,
    pub memory_peak_bytes: usize,
    pub memory_denied: bool,
    table_elements: usize,
    guards: Guards,
}

impl Limits {
    pub(crate) fn new(memory_max_bytes: usize, guards: Guards) -> Self {
        Self {
            memory_max_bytes,
            memory_bytes: 0,
            memory_peak_bytes: 0,
            memory_denied: false,
            table_elements: 0,
            guards,
        }
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _max: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Over all memories of the store together.
        let wanted = self.memory_bytes.saturating_sub(current).saturating_add(desired);
        if wanted > self.memory_max_bytes && self.guards.on(Guard::Memory) {
            self.memory_denied = true;
            return Ok(false);
        }
        self.memory_bytes = wanted;
        self.memory_peak_bytes = self.memory_peak_bytes.max(wanted);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _max: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self.table_elements.saturating_sub(current).saturating_add(desired);
        if wanted > TABLE_ELEMENTS_MAX && self.guards.on(Guard::Tables) {
            self.memory_denied = true;
            return Ok(false);
        }
        self.table_elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        INSTANCES_MAX
    }
}

/// Processor time of one call, summed over the polls of its future. Time in which the host waits is no processor
/// time, and neither is time in which the machine does something else.
///
/// Asking the system for processor time costs as much as a short call. So a poll that ends before the first epoch is
/// taken at its elapsed time, one tick at most, and only a longer one is measured.
#[derive(Default)]
pub(crate) struct Meter {
    budget_ns: AtomicU64,
    spent_ns: AtomicU64,
    /// Of the present poll; since the start of the process.
    poll_began_ns: AtomicU64,
    /// Processor time of the thread at the poll's first epoch; 0 before it.
    measured_from_ns: AtomicU64,
    exceeded: AtomicBool,
}

impl Meter {
    pub(crate) fn begin(&self, budget: Duration) {
        self.budget_ns.store(nanos(budget), Ordering::Relaxed);
        self.spent_ns.store(0, Ordering::Relaxed);
        self.measured_from_ns.store(0, Ordering::Relaxed);
        self.exceeded.store(false, Ordering::Relaxed);
    }

    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed))
    }

    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// Asked at every epoch, on the thread that polls: whether the guest has to stop.
    pub(crate) fn is_over(&self) -> bool {
        if self.measured_from_ns.load(Ordering::Relaxed) == 0 {
            self.add(self.unmeasured_ns());
            self.measured_from_ns.store(thread_time_ns().max(1), Ordering::Relaxed);
        }
        let over = self.spent_ns.load(Ordering::Relaxed) + self.measured_ns()
            > self.budget_ns.load(Ordering::Relaxed);
        if over {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        over
    }

    pub(crate) fn poll_begins(&self) {
        self.poll_began_ns.store(elapsed_ns(), Ordering::Relaxed);
        self.measured_from_ns.store(0, Ordering::Relaxed);
    }

    pub(crate) fn poll_ends(&self) {
        let measured = self.measured_from_ns.load(Ordering::Relaxed) != 0;
        self.add(if measured { self.measured_ns() } else { self.unmeasured_ns() });
    }

    fn add(&self, spent_ns: u64) {
        self.spent_ns.fetch_add(spent_ns, Ordering::Relaxed);
    }

    fn measured_ns(&self) -> u64 {
        thread_time_ns().saturating_sub(self.measured_from_ns.load(Ordering::Relaxed))
    }

    /// Of a poll before its first epoch: more than a tick of it went to somebody else.
    fn unmeasured_ns(&self) -> u64 {
        elapsed_ns().saturating_sub(self.poll_began_ns.load(Ordering::Relaxed)).min(nanos(EPOCH_TICK))
    }
}

/// Elapsed time since the first call of this function.
fn elapsed_ns() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    nanos(START.elapsed())
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Processor time of this thread.
#[cfg(unix)]
fn thread_time_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Elapsed time, where the system's processor time is not at hand: stricter on a busy machine.
#[cfg(not(unix))]
fn thread_time_ns() -> u64 {
    elapsed_ns()
}

/// Randomness: the system's for customers, a fixed stream for drills and tests.
pub(crate) enum Random {
    System,
    Seeded { seed: u64, block: u64 },
}

impl Random {
    pub(crate) fn new(mode: RunMode) -> Self {
        match mode {
            RunMode::Live => Self::System,
            RunMode::Drill { seed } | RunMode::Test { seed } => Self::Seeded { seed, block: 0 },
        }
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Self::System => {
                if let Err(error) = getrandom::fill(bytes) {
                    // Does not happen on the systems we run on; zeros would be silent, so say it.
                    tracing::error!(%error, "the system gave no randomness");
                }
            }
            Self::Seeded { seed, block } => {
                for part in bytes.chunks_mut(32) {
                    let hash = Sha256::new()
                        .chain_update(seed.to_le_bytes())
                        .chain_update(block.to_le_bytes())
                        .finalize();
                    part.copy_from_slice(&hash[..part.len()]);
                    *block += 1;
                }
            }
        }
    }

    pub(crate) fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
