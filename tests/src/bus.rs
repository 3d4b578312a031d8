//! A D-Bus session of a test's own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::screen::Running;

/// A session bus; services that it starts put their sockets into its own folder.
pub struct SessionBus {
    _daemon: Running,
    _sockets: TempDir,
    address: String,
}

impl SessionBus {
    /// Starts one.
    pub fn start() -> Result<Self> {
        let sockets = tempfile::tempdir()?;
        let mut daemon = Running::start(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address=1"])
                // Services have one name for their sockets, and several tests run at once.
                .env("XDG_RUNTIME_DIR", sockets.path())
                .env("XDG_CACHE_HOME", sockets.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
            "Debian package dbus",
        )?;
        let mut address = String::new();
        let said = daemon.child().stdout.take().context("the bus's output")?;
        BufReader::new(said).read_line(&mut address)?;
        let address = address.trim().to_owned();
        ensure!(!address.is_empty(), "the session bus did not say its address");
        Ok(Self { _daemon: daemon, _sockets: sockets, address })
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The variable that leads a program to it.
    pub fn environment(&self) -> (String, String) {
        ("DBUS_SESSION_BUS_ADDRESS".to_owned(), self.address.clone())
    }
}
