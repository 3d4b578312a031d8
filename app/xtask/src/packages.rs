//! What must be installed on the system, why, and how to get it.
//!
//! A piece is looked for by what it gives (a program, a shared library, a build file), not by the name of its package,
//! so that the same check works on every Linux. Only installing knows packages, and only Debian's and Ubuntu's.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{self, on_path};

/// When a piece is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To compile the workspace.
    Build,
    /// To open the desk's window.
    Window,
    /// To open it where there is no display.
    VirtualDisplay,
    /// To run the tests against real peers.
    Tests,
}

/// How one sees that a piece is there.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// One of these programs is on the search path.
    Program(&'static [&'static str]),
    /// The dynamic linker knows this library.
    Library(&'static str),
    /// pkg-config knows this module.
    Module(&'static str),
    /// This file exists.
    File(&'static str),
}

/// One thing the system must offer.
#[derive(Debug, Clone, Copy)]
struct Piece {
    need: Need,
    sign: Sign,
    package: &'static str,
    why: &'static str,
}

const fn piece(need: Need, sign: Sign, package: &'static str, why: &'static str) -> Piece {
    Piece { need, sign, package, why }
}

const PIECES: &[Piece] = &[
    piece(
        Need::Build,
        Sign::Program(&["cc", "gcc", "clang"]),
        "gcc",
        "compiles SQLite and the cryptography of TLS",
    ),
    piece(
        Need::Build,
        Sign::File("/usr/include/stdio.h"),
        "libc6-dev",
        "the C library's headers, for the same",
    ),
    piece(Need::Build, Sign::Program(&["pkg-config"]), "pkg-config", "finds the sound library at build time"),
    piece(Need::Build, Sign::Module("alsa"), "libasound2-dev", "sound: ringing and the microphone check"),
    piece(Need::Window, Sign::Library("libX11-xcb.so.1"), "libx11-xcb1", "opens the window on X11"),
    piece(Need::Window, Sign::Library("libXcursor.so.1"), "libxcursor1", "the pointer on X11"),
    piece(Need::Window, Sign::Library("libXi.so.6"), "libxi6", "keyboard, pointer and input methods on X11"),
    piece(
        Need::Window,
        Sign::Library("libxkbcommon-x11.so.0"),
        "libxkbcommon-x11-0",
        "keyboard layouts on X11",
    ),
    piece(Need::Window, Sign::Library("libGL.so.1"), "libgl1", "draws the window"),
    piece(Need::Window, Sign::Library("libEGL.so.1"), "libegl1", "draws the window"),
    piece(
        Need::Window,
        Sign::Library("libfontconfig.so.1"),
        "libfontconfig1",
        "finds fonts for rare characters",
    ),
    piece(
        Need::VirtualDisplay,
        Sign::Program(&["Xvfb"]),
        "xvfb",
        "a display in memory, for want of a real one",
    ),
    piece(Need::Tests, Sign::Program(&["chromium"]), "chromium", "the visitor's browser"),
    piece(Need::Tests, Sign::Program(&["chromedriver"]), "chromium-driver", "drives the visitor's browser"),
    piece(
        Need::Tests,
        Sign::Program(&["node"]),
        "nodejs",
        "the child process that plugins are measured beside",
    ),
    piece(Need::Tests, Sign::Program(&["npm"]), "npm", "fetches what builds plugins written in JavaScript"),
    piece(
        Need::Tests,
        Sign::Program(&["openbox"]),
        "openbox",
        "gives the desk's window a real window manager",
    ),
    piece(Need::Tests, Sign::Program(&["xdotool"]), "xdotool", "types and clicks in the desk's window"),
    piece(Need::Tests, Sign::Program(&["xclip"]), "xclip", "puts Chinese on the clipboard, to be pasted"),
    piece(
        Need::Tests,
        Sign::Program(&["xclip"]),
        "xclip",
        "puts text on the clipboard of the desk's display",
    ),
    piece(Need::Tests, Sign::Program(&["kill"]), "procps", "asks the desk to end"),
    piece(Need::Tests, Sign::Program(&["dbus-daemon"]), "dbus", "a session bus of the tests' own"),
    piece(
        Need::Tests,
        Sign::File("/usr/libexec/at-spi2-registryd"),
        "at-spi2-core",
        "reads the window as a screen reader does",
    ),
    piece(Need::Tests, Sign::Program(&["fcitx5"]), "fcitx5", "the Chinese input method"),
    piece(
        Need::Tests,
        Sign::File("/usr/share/fcitx5/addon/pinyin.conf"),
        "fcitx5-chinese-addons",
        "types pinyin",
    ),
];

/// Makes sure that everything for these needs is there: says what is missing and why, and installs it where it can.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing(needs, &System);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing on this system:");
    for piece in &missing {
        println!("  {:<22} {}", piece.package, piece.why);
    }
    let packages: Vec<&str> = missing.iter().map(|piece| piece.package).collect();
    install(&packages)
}

/// Installs Debian packages: as root at once, through sudo after a question, elsewhere not at all.
pub fn install(packages: &[&str]) -> Result<()> {
    if !on_path("apt-get") {
        bail!(
            "install what provides these with your system's package manager, then run this again \
             (the names are Debian's): {}",
            packages.join(" ")
        );
    }
    let sudo = match (user_is_root(), on_path("sudo")) {
        (true, _) => false,
        (false, true) => {
            agree(&format!("Install with sudo apt-get: {}?", packages.join(" ")))?;
            true
        }
        (false, false) => bail!("as root, run: apt-get install {}", packages.join(" ")),
    };
    let install = |show_errors| {
        let mut command = apt(sudo, &["install", "--yes", "--no-install-recommends"]);
        command.args(packages);
        if show_errors { command::run(&mut command) } else { quietly(&mut command) }
    };
    // A fresh system has no package lists, and old lists name versions that are gone.
    if install(false).is_err() {
        command::run(&mut apt(sudo, &["update"]))?;
        install(true)?;
    }
    Ok(())
}

fn missing(needs: &[Need], system: &impl Offers) -> Vec<Piece> {
    PIECES.iter().filter(|piece| needs.contains(&piece.need) && !system.offers(piece.sign)).copied().collect()
}

/// What can be asked about a system; the tests answer for systems of their own.
trait Offers {
    fn offers(&self, sign: Sign) -> bool;
}

struct System;

impl Offers for System {
    fn offers(&self, sign: Sign) -> bool {
        match sign {
            Sign::Program(names) => names.iter().any(|name| on_path(name)),
            Sign::Library(name) => {
                // The linker's cache lists one library a line: `libXi.so.6 (libc6,x86-64) => /lib/...`.
                let cache = command::output("/sbin/ldconfig", &["-p"])
                    .or_else(|| command::output("ldconfig", &["-p"]));
                cache.is_some_and(|cache| lists_library(&cache, name))
            }
            Sign::Module(name) => command::output("pkg-config", &["--exists", name]).is_some(),
            Sign::File(path) => std::path::Path::new(path).exists(),
        }
    }
}

fn lists_library(cache: &str, name: &str) -> bool {
    cache.lines().any(|line| line.split_whitespace().next() == Some(name))
}

fn apt(sudo: bool, arguments: &[&str]) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "apt-get" });
    if sudo {
        command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    }
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet").args(arguments);
    command
}

/// Runs a command whose failure is expected and not worth showing.
fn quietly(command: &mut Command) -> Result<()> {
    println!("$ {}", command::shown(command));
    let output = command.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn user_is_root() -> bool {
    command::output("id", &["-u"]).is_some_and(|id| id.trim() == "0")
}

/// Asks before anything is done with another user's rights; without a terminal the answer is no.
fn agree(question: &str) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("{question} There is no terminal to answer on: install them and run this again");
    }
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        bail!("nothing was installed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system that offers everything, or nothing.
    struct Sample(bool);

    impl Offers for Sample {
        fn offers(&self, _: Sign) -> bool {
            self.0
        }
    }

    #[test]
    fn a_bare_system_misses_what_the_needs_ask_for_and_no_more() {
        let names = |needs: &[Need]| {
            missing(needs, &Sample(false)).iter().map(|piece| piece.package).collect::<Vec<_>>()
        };
        assert_eq!(names(&[Need::Build]), ["gcc", "libc6-dev", "pkg-config", "libasound2-dev"]);
        assert_eq!(names(&[Need::VirtualDisplay]), ["xvfb"]);
        assert!(names(&[Need::Window]).contains(&"libxcursor1"));
        assert!(names(&[Need::Build, Need::Tests]).contains(&"chromium"));
        assert!(names(&[]).is_empty());
    }

    #[test]
    fn a_complete_system_misses_nothing() {
        assert!(
            missing(&[Need::Build, Need::Window, Need::VirtualDisplay, Need::Tests], &Sample(true))
                .is_empty()
        );
    }

    #[test]
    fn libraries_are_matched_by_their_whole_name() {
        let cache = "2 libs found in cache\n\tlibXi.so.6 (libc6,x86-64) => /lib/libXi.so.6\n";
        assert!(lists_library(cache, "libXi.so.6"));
        assert!(!lists_library(cache, "libXi.so"));
        assert!(!lists_library(cache, "libX11.so.6"));
    }

    #[test]
    fn this_system_is_really_asked() {
        assert!(System.offers(Sign::Program(&["sh"])));
        assert!(System.offers(Sign::Library("libc.so.6")));
        assert!(!System.offers(Sign::Library("libnothing-has-this-name.so.1")));
        assert!(!System.offers(Sign::Module("no-module-has-this-name")));
    }
}
