//! `plugin dev` builds a plugin and has the running desk swap it in; what is wrong leaves the desk as it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

const SWITCHBOARD: &str = env!("CARGO_BIN_EXE_switchboard");
/// The desk looks four times a second, and loading is quick.
const SWAP_WITHIN_MS: u64 = 1000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// A desk without a window or plugins.
struct Desk(Child);

impl Desk {
    fn start(data: &Path, plugins: &Path) -> Self {
        let mut child = Command::new(SWITCHBOARD)
            .arg("--data")
            .arg(data)
            .arg("--plugins")
            .arg(plugins)
            .args(["--listen", "127.0.0.1:0", "--headless", "--empty"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("listening"), "{line}");
        Self(child)
    }

    fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn plugin(data: &Path, words: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(SWITCHBOARD);
    command.arg("--data").arg(data).arg("plugin").args(&words[..1]).arg(folder).args(&words[1..]);
    command
        .env("CARGO_TARGET_DIR", root().join("target/guest"))
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn change(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn a_changed_plugin_takes_its_own_place_in_a_running_desk() {
    let outer = tempfile::tempdir().unwrap();
    let (data, plugins, folder) =
        (outer.path().join("data"), outer.path().join("none"), outer.path().join("my-dev"));
    let kit = root().join("plugin-sdk/rust");
    let made = plugin(&data, &["new", "--role", "quality", "--kit", kit.to_str().unwrap()], &folder);
    assert!(made.status.success(), "{}", said(&made));
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let alone = said(&plugin(&data, &["dev", "--once"], &folder));
    assert!(alone.contains("there is no desk at"), "{alone}");

    let mut desk = Desk::start(&data, &plugins);
    for version in ["0.1.0", "0.2.0"] {
        change(&folder.join("plugin.toml"), "version = \"0.1.0\"", &format!("version = \"{version}\""));
        let output = plugin(&data, &["dev", "--once"], &folder);
        let text = said(&output);
        assert!(output.status.success() && text.contains(&format!("swapped in my-dev {version}")), "{text}");
        let after = text.split("; ").nth(1).unwrap().split(' ').next().unwrap();
        assert!(after.parse::<u64>().unwrap() < SWAP_WITHIN_MS, "{text}");
    }

    change(&folder.join("plugin.toml"), "roles = [\"quality\"]", "roles = [\"quality\", \"panel\"]");
    let wrong = plugin(&data, &["dev", "--once"], &folder);
    assert!(
        !wrong.status.success() && said(&wrong).contains("plugin.toml:5: this role needs"),
        "{}",
        said(&wrong)
    );
    assert!(desk.runs());
    let left: Vec<_> = std::fs::read_dir(data.join("dev")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
