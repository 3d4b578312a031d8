//! The real binary in a window on a virtual display, looked at from outside: how soon its first frame stands on the
//! screen, what it keeps in memory, what it costs while nothing happens.
//!
//! It runs as a person starts it, on the demo company with every plugin that comes with the desk, without the simulated
//! customers, who would write by themselves. Frames are drawn in software: a virtual display has no graphics card.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use switchboard_tests::{
    desk::workspace,
    http,
    report::{Better, Report},
    screen::{Running, Screen},
    visitor::Caller,
    wait::until,
};

use crate::statistics::{median, millis};

const SIZE: (u32, u32) = (1440, 900);
const FIRST_FRAME_MS: f64 = 500.0;
const RESIDENT_MB: f64 = 200.0;
const IDLE_PERCENT: f64 = 1.0;
/// Starts of which the median is taken.
const STARTS: usize = 5;
/// Time after the plugins are up in which caches are written and animations end.
const SETTLE: Duration = Duration::from_secs(5);
/// Time in which the idle window is watched, briefly and at length.
const IDLE: [Duration; 2] = [Duration::from_secs(15), Duration::from_mins(1)];
/// From the last key until the cursor in the reply has stopped blinking.
const CURSOR_RESTS: Duration = Duration::from_secs(12);
/// Longest time until a first frame that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Colours of a screen with a drawn desk on it: an empty one has a handful.
const COLOURS_DRAWN: usize = 64;
/// Every so many pixels are looked at.
const GRID: usize = 5;
/// Ticks of the processor clock in /proc, a second: fixed for programs on Linux.
const TICKS_PER_SECOND: f64 = 100.0;
const ANSWER: &str = "We are on it.";
const SIMULATED: &str = "demo-customers.wasm";

/// Measures it.
pub fn measure(report: &mut Report, long: bool) -> Result<()> {
    let folder = crate::folder()?;
    let plugins = folder.path().join("plugins");
    copy_plugins(&plugins)?;
    let screen = Screen::start(SIZE.0, SIZE.1)?;
    ensure!(colours(&screen)? < COLOURS_DRAWN, "the empty display is not empty");
    let start = |ready: bool| Started::new(&screen, folder.path(), ready);

    let first = start(true)?.first_frame;
    let mut frames = Vec::new();
    for _ in 0..STARTS {
        frames.push(millis(start(false)?.first_frame));
    }
    let name = format!("first frame, median of {STARTS} starts");
    report.bar(&name, median(&frames), "ms", FIRST_FRAME_MS, Better::Lower);
    report.measure("first frame on new data (demo company, plugins compiled)", millis(first), "ms");

    let desk = start(true)?;
    std::thread::sleep(SETTLE);
    let watched = IDLE[usize::from(long)];
    let idle = desk.idle_percent(watched)?;
    report.bar("resident", desk.resident_mb()?, "MB", RESIDENT_MB, Better::Lower);
    report.bar("idle, window visible", idle, "% core", IDLE_PERCENT, Better::Lower);
    answer_somebody(&screen, desk.address)?;
    std::thread::sleep(CURSOR_RESTS);
    let idle = desk.idle_percent(watched)?;
    report.bar(
        "idle, a conversation open, the cursor in the reply",
        idle,
        "% core",
        IDLE_PERCENT,
        Better::Lower,
    );
    Ok(())
}

/// A visitor writes, and is answered by keyboard; then nobody waits.
fn answer_somebody(screen: &Screen, desk: SocketAddr) -> Result<()> {
    let visitor = Caller::new(desk)?;
    let answer = visitor.say("question", "你好，热水器不出热水")?;
    ensure!(answer.status == 200, "the visitor's message was answered with {}", answer.status);
    screen.focus_window()?;
    screen.keys(&["alt+j", "alt+i"])?;
    // The conversation is there, with the keyboard in the reply.
    screen.still_picture()?;
    screen.write(ANSWER)?;
    screen.keys(&["Return"])?;
    until("the answer reaches the visitor", || {
        let told = visitor.log()?.iter().any(|entry| entry["text"] == ANSWER);
        Ok(told.then_some(()))
    })
}

fn copy_plugins(to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    let built = workspace().join("target/plugins");
    let listed = std::fs::read_dir(&built)
        .with_context(|| format!("{}: build the plugins first (cargo xtask build)", built.display()))?;
    for package in listed {
        let package = package?.path();
        let name = package.file_name().context("a name")?;
        if name != SIMULATED {
            std::fs::copy(&package, to.join(name))?;
        }
    }
    Ok(())
}

/// How many colours the display shows.
fn colours(screen: &Screen) -> Result<usize> {
    let picture = screen.picture()?;
    let pixels = picture.pixels().step_by(GRID);
    Ok(pixels.map(|pixel| pixel.0).collect::<std::collections::HashSet<_>>().len())
}

/// A desk in a window. It is killed when it goes: the journal stands that.
struct Started {
    process: Running,
    number: u32,
    address: SocketAddr,
    first_frame: Duration,
}

impl Started {
    /// Starts it and waits for its first frame; if wanted also until its plugins answer.
    fn new(screen: &Screen, folder: &Path, ready: bool) -> Result<Self> {
        until("the display is empty", || Ok((colours(screen)? < COLOURS_DRAWN).then_some(())))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let binary = std::env::var_os("SWITCHBOARD_BIN")
            .map_or_else(|| workspace().join("target/debug/switchboard"), Into::into);
        let log = std::fs::File::options().create(true).append(true).open(folder.join("desk.log"))?;
        let mut command = Command::new(binary);
        command
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--plugins")
            .arg(folder.join("plugins"))
            .args(["--listen", &address.to_string(), "--lang", "zh-CN"])
            .args(["--size", &format!("{}x{}", SIZE.0, SIZE.1)])
            .env("DISPLAY", screen.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let begun = Instant::now();
        let mut process = Running::start(&mut command, "none: build the workspace first")?;
        let number = process.child().id();
        let first_frame = loop {
            if colours(screen)? >= COLOURS_DRAWN {
                break begun.elapsed();
            }
            if let Some(status) = process.child().try_wait()? {
                let said = std::fs::read_to_string(folder.join("desk.log")).unwrap_or_default();
                bail!("the desk ended with {status}: {said}");
            }
            ensure!(begun.elapsed() < PATIENCE, "no frame within {} s", PATIENCE.as_secs());
        };
        if ready {
            until("the plugins answer", || {
                let answer = http::ask(address, "GET", "/c/webchat/widget.js", &[], &[])?;
                Ok((answer.status == 200).then_some(()))
            })?;
        }
        Ok(Self { process, number, address, first_frame })
    }

    /// What it costs while it is let alone, in per cent of a core.
    fn idle_percent(&self, watched: Duration) -> Result<f64> {
        let (time, begun) = (self.processor_s()?, Instant::now());
        std::thread::sleep(watched);
        Ok((self.processor_s()? - time) / begun.elapsed().as_secs_f64() * 100.0)
    }

    /// Processor time of all its threads so far, in seconds.
    fn processor_s(&self) -> Result<f64> {
        let status = self.proc("stat")?;
        // The program's name stands in parentheses and may hold anything.
        let fields = status.rsplit_once(')').context("a name")?.1;
        let ticks =
            fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        Ok(ticks as f64 / TICKS_PER_SECOND)
    }

    /// Resident memory, shared pages of libraries included, in megabytes of a million bytes.
    fn resident_mb(&self) -> Result<f64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    fn proc(&self, name: &str) -> Result<String> {
        Ok(std::fs::read_to_string(format!("/proc/{}/{name}", self.number))?)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Waits as well, so that the next one finds the data folder free.
        let _gone = self.process.child().kill();
        let _reaped = self.process.child().wait();
    }
}
