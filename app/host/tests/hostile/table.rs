//! The table of plugin-sdk/HOSTILE.md: written anew when `SWITCHBOARD_WRITE` is set, else compared in what does not
//! change from run to run.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use host::{Answer, CallError, Failure};

const MIB: f64 = 1024.0 * 1024.0;
const HEAD: &str = "\
# What hostile plugins try, and what comes of it

Written by `SWITCHBOARD_WRITE=1 cargo xtask test --only hostile`, from one hostile plugin (tests/guest) that runs in the real
host beside a well-behaved neighbour. Every attack runs twice: with all guards on, where it must fail, and with its own guard
off, where it must succeed. Only these tests can switch a guard off.

After each guarded attack must hold: the process lives; the neighbour's 95th percentile is within a tenth (and 25 ms for the
machine's own noise); resident memory grew by no more than the plugin's budget and 64 MiB; the call was answered exactly
once; a fault names plugin, call and cause; no secret and no personal data stands in answers, log, faults, ledger, counters
or storage. What must not reach a server is asserted at that server. Time and memory are those of one run and not compared.

| # | a plugin … | guard | what comes of it | ms | MiB |
|--:|---|---|---|--:|--:|
";

/// One line.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub guard: String,
    pub held: String,
    pub took: Duration,
    pub memory_bytes: u64,
    /// What did not hold.
    pub complaints: Vec<String>,
}

/// How a call ended, in words that do not change from run to run.
pub fn outcome(result: &Result<Answer, CallError>) -> String {
    match result {
        Ok(_) => "harmless answer".to_owned(),
        Err(CallError::Failure(failure)) => format!("refused: {}", failure_words(failure)),
        Err(CallError::Trap(_)) => "stopped: trap".to_owned(),
        Err(CallError::CpuTime) => "stopped: processor time".to_owned(),
        Err(CallError::WallTime) => "stopped: elapsed time".to_owned(),
        Err(CallError::Memory) => "stopped: memory".to_owned(),
        Err(CallError::Invalid(_)) => "answer thrown away".to_owned(),
        Err(CallError::Start(_)) => "not started".to_owned(),
        Err(CallError::NotRunning) => "not running".to_owned(),
        Err(CallError::Cancelled) => "cancelled".to_owned(),
    }
}

fn failure_words(failure: &Failure) -> &'static str {
    match failure {
        Failure::Denied(_) => "denied, with the manifest line",
        Failure::Invalid(_) => "invalid",
        Failure::Unauthorized => "unauthorized",
        Failure::NotFound => "not found",
        Failure::TooLarge(_) => "too large",
        Failure::RateLimited(_) => "too often",
        Failure::Unavailable(_) => "unavailable",
        Failure::TimedOut => "timed out",
        Failure::Unsupported => "unsupported",
        Failure::Internal(_) => "internal",
    }
}

/// Compares with the file, or writes it.
pub fn compare(rows: &[Row]) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugin-sdk/HOSTILE.md"));
    if std::env::var_os("SWITCHBOARD_WRITE").is_some() {
        let mut text = HEAD.to_owned();
        for (index, row) in rows.iter().enumerate() {
            let (ms, mib) = (row.took.as_millis(), row.memory_bytes as f64 / MIB);
            let _ = writeln!(text, "{} {ms} | {mib:.0} |", fixed(index + 1, row));
        }
        std::fs::write(&path, text).expect("written");
        return;
    }
    let text = std::fs::read_to_string(&path).expect("plugin-sdk/HOSTILE.md");
    assert!(text.starts_with(HEAD), "plugin-sdk/HOSTILE.md is stale: its head; see there how it is written");
    let stale: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| fixed(index + 1, row))
        .filter(|line| !text.lines().any(|written| written.starts_with(line.as_str())))
        .collect();
    assert!(stale.is_empty(), "plugin-sdk/HOSTILE.md is stale; see there how it is written: {stale:#?}");
    assert_eq!(
        text.lines().count(),
        HEAD.lines().count() + rows.len(),
        "plugin-sdk/HOSTILE.md has other lines"
    );
}

fn fixed(number: usize, row: &Row) -> String {
    format!("| {number} | {} | {} | {} |", row.name, row.guard, row.held)
}
