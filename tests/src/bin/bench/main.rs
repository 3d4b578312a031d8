//! `cargo xtask bench NAME`: measures the desk against fixed bars and against peers that run beside it.
//!
//! `bench journal`, `bench roundtrip`, `bench desk`, `bench plugins`, or `bench all`; `--long` measures longer. Each prints
//! its table,
//! writes `target/bench/NAME.json` and fails unless every bar holds. What each measures stands in
//! app/BENCHMARKS.md.

mod bare;
mod frames;
mod journal;
mod plain;
mod plugins;
mod quiet;
mod roundtrip;
mod spinner;
mod statistics;
mod wasm;
mod window;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use switchboard_tests::report::{Report, target_folder};

type Bench = fn(bool) -> Result<Report>;

const BENCHES: [(&str, Bench); 4] =
    [("journal", journal::run), ("roundtrip", roundtrip::run), ("desk", desk), ("plugins", plugins::run)];

/// Halves of `desk` by themselves, for looking closer; not part of `all`.
const PARTS: [(&str, Bench); 2] = [("desk-window", desk_window), ("desk-frames", desk_frames)];

fn main() -> Result<ExitCode> {
    let mut long = false;
    let mut wanted = None;
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--long" => long = true,
            _ if wanted.is_none() => wanted = Some(word),
            _ => bail!("one name at a time; {word} is one too many"),
        }
    }
    let names: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
    let wanted = wanted.with_context(|| format!("which bench? {} or all", names.join(", ")))?;
    let whole = BENCHES.iter().filter(|(name, _)| wanted == "all" || wanted == *name);
    let chosen: Vec<_> = whole.chain(PARTS.iter().filter(|(name, _)| wanted == *name)).collect();
    if chosen.is_empty() {
        bail!("there is no bench {wanted}; there are {} and all", names.join(", "));
    }
    let mut outcome = ExitCode::SUCCESS;
    for (name, bench) in chosen {
        let report = bench(long).with_context(|| format!("bench {name}"))?;
        if report.finish() != ExitCode::SUCCESS {
            outcome = ExitCode::FAILURE;
        }
    }
    Ok(outcome)
}

/// The real window from outside, then frames of the console in this process.
fn desk(long: bool) -> Result<Report> {
    let mut report = Report::new("desk");
    window::measure(&mut report, long)?;
    frames::measure(&mut report, long)?;
    Ok(report)
}

fn desk_window(long: bool) -> Result<Report> {
    let mut report = Report::new("desk-window");
    window::measure(&mut report, long)?;
    Ok(report)
}

fn desk_frames(long: bool) -> Result<Report> {
    let mut report = Report::new("desk-frames");
    frames::measure(&mut report, long)?;
    Ok(report)
}

/// A folder for data on the disk that the workspace lies on: the system's own may lie in memory.
fn folder() -> Result<tempfile::TempDir> {
    let parent = target_folder().join("bench");
    std::fs::create_dir_all(&parent)?;
    tempfile::tempdir_in(&parent).with_context(|| format!("a folder in {}", parent.display()))
}
