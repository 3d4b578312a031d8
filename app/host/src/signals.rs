//! What the host counts about one plugin.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use model::plugin::{Egress, FaultCause, LogLine, PluginSignals};

use crate::{
    guard::{Guard, Guards},
    policy::{LEDGER_RING_LINES, LOG_LINES_PER_SECOND, LOG_RING_LINES},
};

/// Recent calls that percentiles are taken from.
const SAMPLES_MAX: usize = 1024;
/// Most names in one table of counters; the rest is counted under [`OTHERS`].
const NAMES_MAX: usize = 64;
/// Where names beyond [`NAMES_MAX`] are counted.
const OTHERS: &str = "others";

/// Counters, recent times and the newest log lines of one plugin.
pub(crate) struct Signals {
    counts: Mutex<Counts>,
    guards: Guards,
}

#[derive(Default)]
struct Counts {
    totals: PluginSignals,
    /// Wall times of recent calls, in microseconds, oldest first.
    samples: VecDeque<u32>,
    faults: BTreeMap<String, u64>,
    denials: BTreeMap<String, u64>,
    counters: BTreeMap<String, u64>,
    log: VecDeque<LogLine>,
    /// Lines of the ledger so far, those of denials among them.
    lines: u64,
    /// What left, oldest first.
    ledger: VecDeque<Egress>,
    log_rate: Rate,
}

/// The three tables of counters of a plugin: faults, denials and its own.
pub(crate) type Tables = (BTreeMap<String, u64>, BTreeMap<String, u64>, BTreeMap<String, u64>);

impl Signals {
    pub(crate) fn new(guards: Guards) -> Self {
        Self { counts: Mutex::default(), guards }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn called(&self, wall: Duration, guest: Duration, memory_peak_bytes: usize) {
        let mut counts = self.lock();
        counts.totals.calls += 1;
        counts.totals.guest_cpu_us += micros(guest);
        counts.totals.memory_peak_bytes = counts.totals.memory_peak_bytes.max(memory_peak_bytes as u64);
        if counts.samples.len() == SAMPLES_MAX {
            counts.samples.pop_front();
        }
        counts.samples.push_back(u32::try_from(micros(wall)).unwrap_or(u32::MAX));
    }

    pub(crate) fn faulted(&self, cause: &FaultCause) {
        let mut counts = self.lock();
        counts.totals.faults += 1;
        count(&mut counts.faults, cause_name(cause), 1);
    }

    pub(crate) fn restarted(&self) {
        self.lock().totals.restarts += 1;
    }

    pub(crate) fn denied(&self, line: &str) {
        let mut counts = self.lock();
        counts.totals.denials += 1;
        count(&mut counts.denials, line, 1);
    }

    pub(crate) fn transferred(&self, bytes: usize) {
        self.lock().totals.network_bytes += bytes as u64;
    }

    pub(crate) fn stored(&self, kv_bytes: u64) {
        self.lock().totals.kv_bytes = kv_bytes;
    }

    pub(crate) fn counted(&self, name: &str, by: u32) {
        let mut counts = self.lock();
        if self.guards.on(Guard::CounterNames) {
            count(&mut counts.counters, name, u64::from(by));
        } else {
            *counts.counters.entry(name.to_owned()).or_default() += u64::from(by);
        }
    }

    /// Keeps a line; answers whether it was within the rate.
    pub(crate) fn logged(&self, line: LogLine) -> bool {
        let mut counts = self.lock();
        let within = counts.log_rate.allows(LOG_LINES_PER_SECOND, Duration::from_secs(1));
        if !within && self.guards.on(Guard::LogRate) {
            count(&mut counts.counters, "log lines left out", 1);
            return false;
        }
        if counts.log.len() == LOG_RING_LINES {
            counts.log.pop_front();
        }
        counts.log.push_back(line);
        true
    }

    /// The number of the ledger's next line.
    pub(crate) fn next_line(&self) -> u64 {
        let mut counts = self.lock();
        counts.lines += 1;
        counts.lines
    }

    /// Keeps a line of the ledger.
    pub(crate) fn left(&self, entry: Egress) {
        let mut counts = self.lock();
        if counts.ledger.len() == LEDGER_RING_LINES {
            counts.ledger.pop_front();
        }
        counts.ledger.push_back(entry);
    }

    pub(crate) fn ledger(&self) -> Vec<Egress> {
        self.lock().ledger.iter().cloned().collect()
    }

    pub(crate) fn log_lines(&self) -> Vec<LogLine> {
        self.lock().log.iter().cloned().collect()
    }

    pub(crate) fn snapshot(&self, memory_budget_bytes: usize, kv_budget_bytes: u64) -> PluginSignals {
        let counts = self.lock();
        let mut sorted: Vec<u32> = counts.samples.iter().copied().collect();
        sorted.sort_unstable();
        let mut signals = counts.totals.clone();
        signals.wall_p50_us = percentile(&sorted, 50);
        signals.wall_p95_us = percentile(&sorted, 95);
        signals.wall_p99_us = percentile(&sorted, 99);
        signals.memory_budget_bytes = memory_budget_bytes as u64;
        signals.kv_budget_bytes = kv_budget_bytes;
        signals
    }

    pub(crate) fn tables(&self) -> Tables {
        let counts = self.lock();
        (counts.faults.clone(), counts.denials.clone(), counts.counters.clone())
    }
}

/// So many in a window of time.
#[derive(Default)]
pub(crate) struct Rate {
    window: Option<Instant>,
    used: u32,
}

impl Rate {
    pub(crate) fn allows(&mut self, most: u32, window: Duration) -> bool {
        let now = Instant::now();
        if self.window.is_none_or(|start| now.duration_since(start) >= window) {
            self.window = Some(now);
            self.used = 0;
        }
        self.used = self.used.saturating_add(1);
        self.used <= most
    }
}

fn count(table: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    let name = if table.contains_key(name) || table.len() < NAMES_MAX { name } else { OTHERS };
    let total = table.entry(name.to_owned()).or_default();
    *total = total.saturating_add(by);
}

fn cause_name(cause: &FaultCause) -> &'static str {
    match cause {
        FaultCause::Trap(_) => "trap",
        FaultCause::CpuTime => "cpu-time",
        FaultCause::WallTime => "wall-time",
        FaultCause::Memory => "memory",
        FaultCause::Invalid(_) => "invalid",
        FaultCause::Failure(_) => "failure",
        FaultCause::Start(_) => "start",
        FaultCause::Overloaded => "overloaded",
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Nearest rank.
fn percentile(sorted: &[u32], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().map_or(0, u64::from)
}

#[cfg(test)]
mod tests {
    use super::{NAMES_MAX, OTHERS, count, percentile};

    #[test]
    fn percentiles_are_nearest_rank() {
        let hundred: Vec<u32> = (1..=100).collect();
        for (samples, percent, expect) in [
            (&hundred[..], 50, 50),
            (&hundred[..], 95, 95),
            (&hundred[..], 99, 99),
            (&hundred[..1], 99, 1),
            (&hundred[..3], 50, 2),
            (&[][..], 50, 0),
        ] {
            assert_eq!(percentile(samples, percent), expect, "{} samples, {percent} %", samples.len());
        }
    }

    #[test]
    fn a_guest_cannot_grow_a_table_of_counters_without_end() {
        let mut table = std::collections::BTreeMap::new();
        for name in 0..10 * NAMES_MAX {
            count(&mut table, &name.to_string(), 1);
        }
        assert_eq!(table.len(), NAMES_MAX + 1);
        assert_eq!(table[OTHERS], 9 * NAMES_MAX as u64);
    }
}
