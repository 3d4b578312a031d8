//! `cargo xtask run`: from a fresh clone to the open desk.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::command::{self, heading};
use crate::display::{self, VirtualDisplay};
use crate::packages::Need;
use crate::{Language, build};

/// When pictures are taken on a virtual display, after the window appeared.
const MOMENTS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(12), Duration::from_secs(25)];
/// How long the window may take to appear; software drawing on a busy machine is slow.
const WINDOW_LIMIT: Duration = Duration::from_mins(1);
/// How long the desk may take to close its files.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Installs and builds what is needed and opens the desk on the demo company.
pub fn run(language: Option<Language>, stay: bool, arguments: &[String]) -> Result<()> {
    let on_display = display::exists();
    if !on_display {
        println!(
            "There is no display (DISPLAY and WAYLAND_DISPLAY are not set): the desk will start on a virtual one, \
             and pictures of it go to {}.",
            pictures_folder().display()
        );
    }
    let needs: &[Need] = if on_display { &[Need::Window] } else { &[Need::Window, Need::VirtualDisplay] };
    let binary = build::desk(needs)?;
    let mut desk = Command::new(binary);
    desk.arg("--plugins").arg(build::plugins_folder());
    if !on_display {
        desk.args(["--size", display::SIZE]);
    }
    if let Some(language) = language {
        desk.args(["--lang", language.code()]);
    }
    desk.args(arguments);
    heading("open the desk");
    if on_display { command::run(&mut desk) } else { on_virtual_display(&mut desk, stay) }
}

fn pictures_folder() -> PathBuf {
    command::target().join("screenshots")
}

/// Opens the desk on a display in memory, takes pictures of it, and closes it again.
fn on_virtual_display(desk: &mut Command, stay: bool) -> Result<()> {
    let display = VirtualDisplay::start(&command::target().join("virtual-display"))?;
    println!("$ DISPLAY={} {}", display.name, command::shown(desk));
    // Drawn by the processor: without this the drivers look for a graphics card first and complain.
    desk.env("DISPLAY", &display.name).env("LIBGL_ALWAYS_SOFTWARE", "1").env_remove("WAYLAND_DISPLAY");
    let mut child = desk.spawn().with_context(|| format!("could not start {}", command::shown(desk)))?;
    let pictures = take_pictures(&display, &mut child);
    if stay && pictures.is_ok() {
        println!("The desk stays open on display {}; Ctrl-C ends it.", display.name);
        child.wait()?;
        return Ok(());
    }
    close(&mut child)?;
    pictures
}

fn take_pictures(display: &VirtualDisplay, desk: &mut Child) -> Result<()> {
    let folder = pictures_folder();
    std::fs::create_dir_all(&folder)?;
    display.wait_for_window(WINDOW_LIMIT, || is_running(desk))?;
    let mut passed = Duration::ZERO;
    for moment in MOMENTS {
        std::thread::sleep(moment.saturating_sub(passed));
        passed = moment;
        ensure!(is_running(desk), "the desk ended by itself");
        let path = folder.join(picture_name(moment));
        display.save(&path)?;
        println!("picture after {:>2} s: {}", moment.as_secs(), path.display());
    }
    Ok(())
}

fn picture_name(moment: Duration) -> PathBuf {
    Path::new(&format!("desk-{:02}s.png", moment.as_secs())).to_path_buf()
}

fn is_running(desk: &mut Child) -> bool {
    matches!(desk.try_wait(), Ok(None))
}

/// Asks the desk to close, and ends it when it does not.
fn close(desk: &mut Child) -> Result<()> {
    if is_running(desk) {
        // The standard library can only kill; the shell's `kill` asks.
        Command::new("sh").args(["-c", &format!("kill -TERM {}", desk.id())]).status()?;
    }
    let mut waited = Duration::ZERO;
    while is_running(desk) && waited < CLOSE_LIMIT {
        std::thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
    if is_running(desk) {
        println!("the desk did not close within {} s and was ended", CLOSE_LIMIT.as_secs());
        desk.kill()?;
        desk.wait()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use super::*;

    #[test]
    fn pictures_are_named_in_the_order_they_are_taken() {
        let names: Vec<PathBuf> = MOMENTS.map(picture_name).to_vec();
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn a_desk_that_closes_when_asked_is_not_killed() {
        let script = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done";
        let mut desk = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(desk.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        close(&mut desk).unwrap();
        assert_eq!(desk.wait().unwrap().code(), Some(7));
    }
}
