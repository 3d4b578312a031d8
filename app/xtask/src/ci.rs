//! `cargo xtask ci`: everything that must hold before a change lands, with the time that each stage took.
//!
//! Order: what is cheap and fails often comes first; clippy comes last, because it checks all dependencies once more for
//! itself and its warnings are seen while developing anyway.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::heading;
use crate::suites::{self, Tally};
use crate::{benches, build, lint};

/// Runs all stages. With `long`, also those that take hours or need a long build.
pub fn run(long: bool) -> Result<()> {
    let mut stages = Stages::default();
    let mut tally = Tally::default();
    stages.run("format", lint::format);
    stages.run("prepare", build::all);
    stages.run("tests", || {
        tally = suites::run(None, long)?;
        if tally.is_good() { Ok(()) } else { bail!("{}", tally.line()) }
    });
    // Not every bar holds yet (app/BENCHMARKS.md says which). Until they do, the tables are printed and read, and a bar
    // that does not hold fails `cargo xtask bench`, but not the whole run.
    stages.run("benches", || {
        if let Err(error) = benches::all(long) {
            println!("benches: {error:#}");
        }
        Ok(())
    });
    stages.run("clippy", lint::clippy);
    if long {
        stages.run("cargo deny", lint::deny);
    }
    stages.print();
    println!("\n{}", tally.line());
    stages.verdict()
}

/// What ran, how long it took and how it ended. A failing stage does not stop the next: one run shows all faults.
#[derive(Default)]
struct Stages {
    ended: Vec<(&'static str, Duration, Option<String>)>,
}

impl Stages {
    fn run(&mut self, name: &'static str, stage: impl FnOnce() -> Result<()>) {
        let start = Instant::now();
        let fault = stage().err().map(|error| format!("{error:#}"));
        if let Some(fault) = &fault {
            println!("{name} failed: {fault}");
        }
        self.ended.push((name, start.elapsed(), fault));
    }

    fn print(&self) {
        heading("stages");
        for (name, took, fault) in &self.ended {
            let seconds = took.as_secs();
            println!(
                "{name:<12} {:>3}:{:02}  {}",
                seconds / 60,
                seconds % 60,
                fault.as_deref().unwrap_or("ok")
            );
        }
    }

    fn verdict(&self) -> Result<()> {
        let failed: Vec<&str> =
            self.ended.iter().filter(|stage| stage.2.is_some()).map(|stage| stage.0).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failing_stage_fails_the_run_and_the_next_still_runs() {
        let mut stages = Stages::default();
        let mut reached = false;
        stages.run("first", || bail!("broken"));
        stages.run("second", || {
            reached = true;
            Ok(())
        });
        assert!(reached);
        assert_eq!(stages.verdict().unwrap_err().to_string(), "failed: first");
    }
}
