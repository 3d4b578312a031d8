//! What was installed is what runs: a file that was exchanged afterwards, and one that is older, are not loaded by a desk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

const SWITCHBOARD: &str = env!("CARGO_BIN_EXE_switchboard");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// Runs `switchboard --data DATA plugin WORDS`.
fn plugin(data: &Path, words: &[&str]) -> Output {
    Command::new(SWITCHBOARD)
        .arg("--data")
        .arg(data)
        .arg("plugin")
        .args(words)
        .env("CARGO_TARGET_DIR", root().join("target/guest"))
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap()
}

fn fine(data: &Path, words: &[&str]) -> String {
    let output = plugin(data, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Starts a desk without a window, lets it come up, and answers what it logged.
fn log_of_a_start(data: &Path, nothing: &Path) -> String {
    let mut desk: Child = Command::new(SWITCHBOARD)
        .arg("--data")
        .arg(data)
        .arg("--plugins")
        .arg(nothing)
        .args(["--listen", "127.0.0.1:0", "--headless", "--empty"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(desk.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    let told = Command::new("kill").args(["-TERM", &desk.id().to_string()]).status().unwrap();
    assert!(told.success());
    let mut log = String::new();
    desk.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    desk.wait().unwrap();
    log
}

/// Builds a release of the same plugin with this serial and signs it.
fn release(data: &Path, folder: &Path, key: &str, serial: u32) -> PathBuf {
    let manifest = format!(
        "id = \"my-release\"\nversion = \"0.{serial}.0\"\nserial = {serial}\npublisher = \"Maker\"\nname = \"@name\"\nroles = [\"assist\"]\n"
    );
    std::fs::write(folder.join("plugin.toml"), manifest).unwrap();
    let out = folder.join(format!("out-{serial}"));
    let (folder, out) = (folder.to_str().unwrap(), out.to_str().unwrap());
    fine(data, &["build", folder, "--out", out]);
    let file = format!("{out}/my-release.wasm");
    fine(data, &["sign", &file, "--key", key]);
    file.into()
}

#[test]
fn what_was_exchanged_or_is_older_does_not_run() {
    let outer = tempfile::tempdir().unwrap();
    let at = |name: &str| outer.path().join(name);
    let (data, nothing, folder, key) = (at("data"), at("none"), at("my-release"), at("maker.key"));
    let key = key.to_str().unwrap();
    let kit = root().join("plugin-sdk/rust");
    fine(&data, &["new", folder.to_str().unwrap(), "--kit", kit.to_str().unwrap()]);
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fine(&data, &["key", "new", key]);
    let (first, second) = (release(&data, &folder, key, 1), release(&data, &folder, key, 2));

    let public = fine(&data, &["key", "show", key]);
    fine(&data, &["install", second.to_str().unwrap(), "--trust", &public]);
    let installed = data.join("plugins/my-release.wasm");
    let log = log_of_a_start(&data, &nothing);
    assert!(!log.contains("cannot be used"), "{log}");

    // Signed by the same publisher, but not what was installed.
    std::fs::copy(&first, &installed).unwrap();
    let log = log_of_a_start(&data, &nothing);
    assert!(log.contains("exchanged since it was installed"), "{log}");
    assert!(!plugin(&data, &["doctor"]).status.success());

    // Without the record there is no pin; the journal still knows what ran.
    std::fs::remove_file(data.join("plugins/installed.toml")).unwrap();
    let log = log_of_a_start(&data, &nothing);
    assert!(log.contains("serial 1 is older than 2"), "{log}");
}
