//! The real binary, started as a person would: in a window or headless, on data of its own, killed and restarted.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    http,
    screen::{Running, Screen},
    wait::{until, until_within},
};

/// The plugin whose simulated customers would write into tests.
const SIMULATED: &str = "demo-customers.wasm";

/// What to do where there is no binary.
const BUILD_FIRST: &str = "build the workspace first, or name a binary in SWITCHBOARD_BIN";

/// How a desk is started.
#[derive(Clone, Debug)]
pub struct Wish {
    /// `zh-CN` or `en`.
    pub language: &'static str,
    /// The demo company with its customers, or nobody.
    pub demo: bool,
    /// More variables of the environment.
    pub environment: Vec<(String, String)>,
}

impl Default for Wish {
    fn default() -> Self {
        Self { language: "zh-CN", demo: false, environment: Vec::new() }
    }
}

/// A data folder and everything that starts a desk on it.
pub struct Place {
    folder: TempDir,
    wish: Wish,
    address: SocketAddr,
}

/// A running desk.
pub struct Desk {
    process: Running,
    /// Where its gateway listens.
    pub address: SocketAddr,
}

impl Place {
    /// An empty data folder. The address is chosen once, so that customers find the desk again after a restart.
    pub fn new(wish: Wish) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins)?;
        let built = workspace().join("target/plugins");
        let packages = std::fs::read_dir(&built)
            .with_context(|| format!("{}: build the plugins first (cargo xtask build)", built.display()))?;
        for package in packages {
            let package = package?.path();
            let name = package.file_name().context("a name")?.to_owned();
            if wish.demo || name != SIMULATED {
                std::fs::copy(&package, plugins.join(name))?;
            }
        }
        // The system gives the port; it is free again when the desk asks for it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self { folder, wish, address })
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the desk without a window and waits until it listens.
    pub fn headless(&self) -> Result<Desk> {
        let mut command = self.command();
        command.arg("--headless").stdout(Stdio::piped());
        let mut process = Running::start(&mut command, BUILD_FIRST)?;
        let said = process.child().stdout.take().context("the desk's output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").and_then(|it| it.strip_suffix('/'));
        let Some(address) = address else { bail!("the desk said {line:?}: {}", self.log()) };
        Ok(Desk { process, address: address.parse()? })
    }

    /// Starts the desk in a window on this display and waits until it listens and has the keyboard.
    pub fn window(&self, screen: &Screen) -> Result<Desk> {
        let mut command = self.command();
        command
            .env("DISPLAY", screen.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdout(Stdio::null());
        let mut process = Running::start(&mut command, BUILD_FIRST)?;
        let begun = until("the desk answers", || {
            if process.child().try_wait()?.is_some() {
                return Ok(Some(false));
            }
            http::ask(self.address, "GET", "/c/webchat/widget.js", &[], &[])
                .map(|answer| (answer.status == 200).then_some(true))
        })?;
        ensure!(begun, "the desk ended at once: {}", self.log());
        screen.focus_window().with_context(|| self.log())?;
        Ok(Desk { process, address: self.address })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command
            .arg("--data")
            .arg(self.data())
            .arg("--plugins")
            .arg(self.folder.path().join("plugins"))
            .args(["--listen", &self.address.to_string(), "--lang", self.wish.language])
            .env("SWITCHBOARD_LOG", "info")
            // Tests need no session bus of the person who runs them.
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .envs(self.wish.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        match std::fs::File::options().create(true).append(true).open(self.log_file()) {
            Ok(log) => command.stderr(log),
            Err(_) => command.stderr(Stdio::inherit()),
        };
        if !self.wish.demo {
            command.arg("--empty");
        }
        command
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("desk.log")
    }

    /// What the desk has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// `switchboard journal verify` on data that no desk uses; an error tells what does not hold.
    pub fn verify(&self) -> Result<String> {
        self.journal_command("verify")
    }

    /// The journal as `switchboard journal export` writes it.
    pub fn export(&self) -> Result<Journal> {
        let lines = self.journal_command("export")?;
        let events = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Journal { events })
    }

    fn journal_command(&self, task: &str) -> Result<String> {
        let output = Command::new(binary())
            .args(["journal", task, "--data"])
            .arg(self.data())
            .output()
            .context("starting switchboard journal")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "journal {task}: {said}\n{complaint}");
        Ok(said)
    }

    /// The journal as it is now, read beside a running desk.
    pub fn journal(&self) -> Result<Journal> {
        let database = self.database()?;
        let mut statement = database.prepare(
            "SELECT journal.kind, payload.json, stream.kind, hex(stream.key) FROM journal
             JOIN payload USING (position) JOIN stream ON stream.number = journal.stream ORDER BY position",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
            ))
        })?;
        let mut events = Vec::new();
        for row in rows {
            let (kind, payload, stream, key) = row?;
            let payload: Value = serde_json::from_str(&payload)?;
            let mut about = serde_json::Map::new();
            about.insert(stream, Value::String(key));
            events.push(serde_json::json!({ "kind": kind, "payload": payload, "stream": about }));
        }
        Ok(Journal { events })
    }

    /// Drafts as they are stored now: key and text.
    pub fn drafts(&self) -> Result<BTreeMap<String, String>> {
        let database = self.database()?;
        let mut statement = database.prepare("SELECT key, text FROM draft")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts a setting into the data folder of a desk that is not running but has run.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        let database = Connection::open(self.data().join("desk.sqlite"))?;
        database.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )?;
        Ok(())
    }

    fn database(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Connection::open_with_flags(self.data().join("desk.sqlite"), flags)?)
    }
}

impl Desk {
    /// Kills it as a power cut would: no last words.
    pub fn kill(mut self) -> Result<()> {
        self.process.child().kill()?;
        self.process.child().wait()?;
        Ok(())
    }

    /// The most memory it has had so far, in KiB, as the kernel counts it.
    pub fn peak_kib(&mut self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.child().id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.split_whitespace().next()).context("VmHWM")?;
        Ok(peak.parse()?)
    }

    /// Asks a headless desk to end and waits until it has.
    pub fn end(mut self) -> Result<()> {
        let process = self.process.child();
        let told = Command::new("kill").args(["-TERM", &process.id().to_string()]).status()?;
        ensure!(told.success(), "kill -TERM");
        let status =
            until_within(std::time::Duration::from_secs(20), "the desk ends", || Ok(process.try_wait()?))?;
        ensure!(status.success(), "the desk ended with {status}");
        Ok(())
    }
}

/// Events, oldest first, each with `kind`, `stream` and `payload`.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// The events.
    pub events: Vec<Value>,
}

/// A message as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Written by the customer, not by an agent.
    pub by_customer: bool,
    /// The desk's id.
    pub id: String,
    /// The channel's id of a customer's message.
    pub remote_id: String,
    /// Text.
    pub text: String,
}

impl Journal {
    /// Messages of customers and replies of agents, in their order.
    pub fn messages(&self) -> Vec<Written> {
        let mut found = Vec::new();
        for event in &self.events {
            let payload = &event["payload"];
            let (by_customer, message) = match event["kind"].as_str() {
                Some("message-received") => (true, &payload["message-received"]),
                Some("reply-queued") => (false, &payload["reply-queued"]["message"]),
                _ => continue,
            };
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            found.push(Written {
                by_customer,
                id: text("id"),
                remote_id: text("remote_id"),
                text: text("text"),
            });
        }
        found
    }

    /// Texts of one side, in their order.
    pub fn texts(&self, by_customer: bool) -> Vec<String> {
        let of_side = self.messages().into_iter().filter(|message| message.by_customer == by_customer);
        of_side.map(|message| message.text).collect()
    }

    /// States that the reply with this text has gone through, in their order, such as `sent` and `read`.
    pub fn deliveries(&self, text: &str) -> Vec<String> {
        let ids: Vec<String> = self
            .messages()
            .into_iter()
            .filter(|message| !message.by_customer && message.text == text)
            .map(|message| message.id)
            .collect();
        let states = self.events.iter().filter_map(|event| {
            let changed = event["payload"].get("delivery-changed")?;
            let id = changed["message"].as_str()?;
            let state = &changed["delivery"];
            let named = state.as_str().map(str::to_owned);
            let named = named.or_else(|| Some(state.as_object()?.keys().next()?.clone()))?;
            ids.iter().any(|known| known == id).then_some(named)
        });
        states.collect()
    }
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// The binary: `SWITCHBOARD_BIN`, or where the workspace is built.
/// Runs one of the binary's commands to its end, as a person in a terminal, and gives what it said: output, then errors.
pub fn run(words: &[&str], folder: &Path) -> Result<(bool, String)> {
    let output = Command::new(binary())
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context(BUILD_FIRST)?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

fn binary() -> PathBuf {
    std::env::var_os("SWITCHBOARD_BIN")
        .map_or_else(|| workspace().join("target/debug/switchboard"), PathBuf::from)
}
