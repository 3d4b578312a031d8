//! `cargo xtask lint`: format, clippy, and, where asked for, cargo deny.
//!
//! Licences, bans and sources are checked every day by the tests in tests/tests/tidy, over `cargo metadata` and within a
//! second. `cargo deny` checks the same lists (.cargo/deny.toml) by another author's code, but takes minutes to
//! build, so it runs in `ci --long` and with `lint --deny`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command::{self, cargo, heading, on_path};
use crate::packages::{self, Need};

/// The version whose settings file ours is.
const DENY_VERSION: &str = "^0.20";

/// Checks the format of all code.
pub fn format() -> Result<()> {
    heading("format");
    command::run(cargo().args(["fmt", "--all", "--check"]))
}

/// Runs clippy over everything, plugins and tests included; a warning fails.
pub fn clippy() -> Result<()> {
    heading("clippy");
    packages::ensure(&[Need::Build])?;
    command::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Runs cargo deny, after building it where there is none. Advisories are left out: their database is a download of
/// its own, which not every machine can make.
pub fn deny() -> Result<()> {
    heading("cargo deny");
    let program = deny_program()?;
    let mut deny = Command::new(program);
    deny.current_dir(command::root()).args(["--config", ".cargo/deny.toml", "check"]);
    command::run(deny.args(["licenses", "bans", "sources"]))
}

fn deny_program() -> Result<PathBuf> {
    if on_path("cargo-deny") {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let tools = command::target().join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.is_file() {
        println!("cargo deny is not installed: building it once into {}", tools.display());
        let mut install = cargo();
        // Built in half the time without optimisation, and still done with our tree within seconds.
        install
            .args(["install", "cargo-deny", "--locked", "--debug", "--version", DENY_VERSION, "--root"])
            .arg(&tools);
        command::run(&mut install)?;
    }
    Ok(program)
}
