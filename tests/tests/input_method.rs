//! Chinese typed through fcitx5 into the composer of the real window: the right text arrives, Enter while composing
//! sends nothing, and the stored draft never holds letters of a composition.

#![allow(clippy::disallowed_methods, reason = "threads of a test need no names")]

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use switchboard_tests::{
    bus::SessionBus,
    desk::{Place, Wish, workspace},
    screen::{Running, Screen},
    visitor::Caller,
    wait::{until, until_within},
};

/// The composer's field in a window that fills this display.
const SCREEN: (u32, u32) = (1440, 900);
const COMPOSER: (u32, u32) = (600, 785);
/// Well beyond the time after which a change is saved.
const SAVED_BY_THEN: Duration = Duration::from_millis(1200);
/// A person presses the key again when nothing has happened by then.
const ANSWERED_BY_THEN: Duration = Duration::from_secs(3);
/// Pause between letters: the input method answers each one.
const LETTER_DELAY_MS: &str = "120";

/// The input methods: pinyin, put off at first, shown inside the field.
const PROFILE: &str = "\
[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=pinyin\n\n\
[Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n\
[Groups/0/Items/1]\nName=pinyin\nLayout=\n\n\
[GroupOrder]\n0=Default\n";
const XIM: &str = "UseOnTheSpot=True\n";

/// An input method on a session bus of its own.
struct InputMethod {
    _daemon: Running,
    bus: SessionBus,
}

impl InputMethod {
    fn start(screen: &Screen, home: &Path) -> Result<Self> {
        std::fs::create_dir_all(home.join("fcitx5/conf"))?;
        std::fs::write(home.join("fcitx5/profile"), PROFILE)?;
        std::fs::write(home.join("fcitx5/conf/xim.conf"), XIM)?;
        let bus = SessionBus::start()?;
        let mut daemon = Command::new("fcitx5");
        daemon
            .args(["--disable=wayland,waylandim,kimpanel,notificationitem,clipboard"])
            .env("DISPLAY", screen.name())
            .envs([bus.environment()])
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("LANG", "C.UTF-8")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut daemon = Running::start(&mut daemon, "Debian packages fcitx5 and fcitx5-chinese-addons")?;
        let mut log = BufReader::new(daemon.child().stderr.take().context("the input method's log")?).lines();
        // A window that comes before this would find no input method and not ask again.
        let ready = log.any(|line| line.is_ok_and(|line| line.ends_with("Loaded addon pinyin")));
        ensure!(ready, "fcitx5 ended without pinyin (Debian package fcitx5-chinese-addons)");
        // Read on, so that it never waits for a reader.
        std::thread::spawn(move || log.for_each(drop));
        Ok(Self { _daemon: daemon, bus })
    }

    fn ask(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("fcitx5-remote")
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .output()
            .context("fcitx5-remote (Debian package fcitx5)")?;
        ensure!(output.status.success(), "fcitx5-remote {arguments:?}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

#[test]
fn chinese_is_typed_and_enter_while_composing_sends_nothing() -> Result<()> {
    let screen = Screen::start(SCREEN.0, SCREEN.1)?;
    let home = tempfile::tempdir()?;
    let method = InputMethod::start(&screen, home.path())?;
    let environment = [
        ("XMODIFIERS", "@im=fcitx"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("DBUS_SESSION_BUS_ADDRESS", method.bus.address()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let place = Place::new(Wish { environment, ..Wish::default() })?;
    let desk = place.window(&screen)?;
    Caller::new(desk.address)?.say("customer0001", "在吗")?;
    until("the customer's message", || Ok((place.journal()?.texts(true) == ["在吗"]).then_some(())))?;
    screen.keys(&["alt+j", "alt+i"])?;
    until("it was opened", || {
        Ok(place.journal()?.events.iter().any(|event| event["kind"] == "seen").then_some(()))
    })?;
    screen.click(COMPOSER.0, COMPOSER.1)?;
    screen.xdotool(&["mousemove_relative", "--sync", "3", "2"])?;

    let result = type_and_look(&screen, &place, &method);
    let folder = workspace().join("target/journey");
    std::fs::create_dir_all(&folder)?;
    screen.save(&folder.join("input-method.png"))?;
    result?;
    desk.kill()?;
    place.verify()?;
    Ok(())
}

fn letters(screen: &Screen, text: &str) -> Result<()> {
    screen.xdotool(&["type", "--delay", LETTER_DELAY_MS, "--", text]).map(drop)
}

/// Nothing was sent and no draft holds a letter of the composition, for as long as saving could take.
fn nothing_but(place: &Place, settled: &str) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < SAVED_BY_THEN {
        let drafts: Vec<String> = place.drafts()?.into_values().collect();
        ensure!(drafts.iter().all(|draft| draft == settled), "while composing, the draft was {drafts:?}");
        let sent = place.journal()?.texts(false);
        ensure!(sent.is_empty(), "Enter while composing sent {sent:?}");
        std::thread::sleep(Duration::from_millis(60));
    }
    Ok(())
}

fn draft_is(place: &Place, wanted: &str) -> Result<()> {
    let mut last = Vec::new();
    let found = until("the draft", || {
        last = place.drafts()?.into_values().collect::<Vec<_>>();
        Ok((last == [wanted]).then_some(()))
    });
    found.with_context(|| format!("wanted {wanted:?}, stored {last:?}"))
}

fn type_and_look(screen: &Screen, place: &Place, method: &InputMethod) -> Result<()> {
    // Put on with its own key, as a person does.
    until("pinyin is on", || {
        screen.keys(&["ctrl+space"])?;
        let on = || Ok((method.ask(&["-n"])? == "pinyin").then_some(()));
        Ok(until_within(ANSWERED_BY_THEN, "pinyin answers the key", on).ok())
    })?;
    letters(screen, "nihao")?;
    nothing_but(place, "")?;
    // Space takes the first candidate.
    screen.keys(&["space"])?;
    draft_is(place, "你好")?;
    // Enter ends a composition with its letters as they are; it must not send.
    letters(screen, "shijie")?;
    nothing_but(place, "你好")?;
    screen.keys(&["Return"])?;
    draft_is(place, "你好shijie")?;
    nothing_but(place, "你好shijie")?;
    // Without a composition it sends.
    screen.keys(&["Return"])?;
    until("it is sent", || Ok((place.journal()?.texts(false) == ["你好shijie"]).then_some(())))
}
