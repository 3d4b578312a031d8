//! Building the desk, the plugins and the test programs, always with the same selection.
//!
//! Every build of ours names `--workspace`. Cargo unites the features of exactly the packages it is asked for, so `-p
//! switchboard` would compile wasmtime, tantivy and egui a second time with slightly other features; `--workspace --bin
//! switchboard` resolves them once for everything and still compiles only what the desk needs. `RUSTFLAGS` is never
//! set for the same reason.

use std::path::PathBuf;

use anyhow::Result;

use crate::command::{self, cargo, heading};
use crate::packages::{self, Need};

/// Builds one binary of the workspace and returns its path.
pub fn binary(name: &str) -> Result<PathBuf> {
    heading(&format!("build {name}"));
    command::run(cargo().args(["build", "--workspace", "--bin", name]))?;
    Ok(command::target().join("debug").join(name))
}

/// Where the built plugins are.
pub fn plugins_folder() -> PathBuf {
    command::target().join("plugins")
}

/// What a desk needs before it can start: system packages, plugins, the binary. Returns the binary's path.
pub fn desk(needs: &[Need]) -> Result<PathBuf> {
    packages::ensure(&[&[Need::Build], needs].concat())?;
    crate::plugins::build()?;
    binary("switchboard")
}

/// What tests, benches and the tour start: everything on the system, the plugins, and all programs of the workspace.
pub fn all() -> Result<()> {
    packages::ensure(&[Need::Build, Need::Window, Need::VirtualDisplay, Need::Tests])?;
    crate::plugins::build()?;
    heading("build the programs");
    command::run(cargo().args(["build", "--workspace", "--bins"]))
}
