//! `cargo xtask bench` and `cargo xtask tour`: programs of the tests crate, built and started.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{build, command};

/// Runs one bench by its name, or all of them.
pub fn run(name: &str, long: bool) -> Result<()> {
    build::all()?;
    let mut bench = Command::new(build::binary("bench")?);
    bench.current_dir(command::root()).arg(name);
    if long {
        bench.arg("--long");
    }
    command::run(&mut bench)
}

/// Runs every bench.
pub fn all(long: bool) -> Result<()> {
    run("all", long)
}

/// Drives the real desk through the journeys and writes a picture of each step.
pub fn tour(out: &Path) -> Result<()> {
    build::all()?;
    let out = std::path::absolute(out)?;
    let mut tour = Command::new(build::binary("tour")?);
    command::run(tour.current_dir(command::root()).arg("--out").arg(out))
}
