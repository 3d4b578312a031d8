//! `cargo xtask test`: every test of the workspace, and one line that counts them.
//!
//! The test programs are built once, then run one after the other by this task instead of by cargo, so that each has
//! a heading, its time and a limit, a crash counts as a failure, and `--only` filters without another build.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::command::{self, cargo, heading};

/// No test program may take longer; one that does is ended and counted as failed.
const PROGRAM_LIMIT: Duration = Duration::from_mins(20);
/// How long the output of an ended program is still read.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What came of some tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many closing lines were counted.
    runs: u64,
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Whether tests were run and all of them passed.
    pub fn is_good(self) -> bool {
        self.passed > 0 && self.failed == 0
    }

    /// The closing line of a run.
    pub fn line(self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }

    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// A built test program, such as the unit tests of one crate.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    suite: String,
    executable: PathBuf,
    folder: PathBuf,
}

/// Tests that have a long version run it when this is set.
const LONG: &str = "SWITCHBOARD_LONG";

/// Builds and runs all tests, or those whose suite has this name; with `long`, in their long versions.
pub fn run(only: Option<&str>, long: bool) -> Result<Tally> {
    let programs = programs()?;
    let known: Vec<&str> = programs.iter().map(|program| program.suite.as_str()).chain([DOCS]).collect();
    if let Some(name) = only {
        ensure!(known.contains(&name), "no suite is called {name}; there are: {}", known.join(", "));
    }
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for program in programs.iter().filter(|program| only.is_none_or(|name| name == program.suite)) {
        heading(&format!("test {}", program.suite));
        let mut test = Command::new(&program.executable);
        // As cargo does it: tests start in their crate's folder.
        test.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder);
        if long {
            test.env(LONG, "1");
        }
        tallies.entry(&program.suite).or_default().add(run_program(&mut test, PROGRAM_LIMIT)?);
    }
    if only.is_none_or(|name| name == DOCS) {
        heading("test docs");
        let mut test = cargo();
        test.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
        tallies.insert(DOCS, run_program(&mut test, PROGRAM_LIMIT)?);
    }
    Ok(summary(&tallies))
}

/// The suite of the examples in the documentation.
const DOCS: &str = "docs";

fn summary(tallies: &BTreeMap<&str, Tally>) -> Tally {
    heading("tests");
    let mut total = Tally::default();
    for (suite, tally) in tallies {
        println!("{suite:<28} {:>5} passed {:>4} failed", tally.passed, tally.failed);
        total.add(*tally);
    }
    total
}

/// Builds every test program of the workspace and lists them, with the slow ones (the end-to-end tests) last.
fn programs() -> Result<Vec<Program>> {
    heading("build the tests");
    let mut build = cargo();
    // The same selection and features as every other build of ours: see build.rs.
    build.args(["test", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]);
    println!("$ {}", command::shown(&build));
    let mut child = build.stdout(Stdio::piped()).spawn().context("could not start cargo")?;
    let mut programs = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        for line in BufReader::new(pipe).lines() {
            programs.extend(read_message(&line?)?);
        }
    }
    ensure!(child.wait()?.success(), "the tests could not be built");
    programs.sort_by_key(|program| (program.folder.ends_with("tests"), program.suite.clone()));
    Ok(programs)
}

/// Reads one of cargo's messages; only those about a test program matter.
fn read_message(line: &str) -> Result<Option<Program>> {
    #[derive(Deserialize)]
    struct Message {
        manifest_path: Option<PathBuf>,
        target: Option<Target>,
        profile: Option<Profile>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
        kind: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Profile {
        test: bool,
    }
    let message: Message = serde_json::from_str(line).with_context(|| format!("cargo said: {line}"))?;
    let (Some(manifest), Some(target), Some(profile), Some(executable)) =
        (message.manifest_path, message.target, message.profile, message.executable)
    else {
        return Ok(None);
    };
    if !profile.test {
        return Ok(None);
    }
    let folder = manifest.parent().unwrap_or(Path::new(".")).to_path_buf();
    let crate_name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Unit tests go by their crate's folder, integration tests by their own name.
    let suite = if target.kind.iter().any(|kind| kind == "test") { target.name } else { crate_name };
    Ok(Some(Program { suite, executable, folder }))
}

/// Runs one test program (or `cargo test`), passing on what it prints, and counts its results.
fn run_program(command: &mut Command, limit: Duration) -> Result<Tally> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let tally = Arc::new(Mutex::new(Tally::default()));
    let (finished, readers) = sync_channel(2);
    read_aside("stdout", child.stdout.take(), &tally, &finished)?;
    read_aside("stderr", child.stderr.take(), &tally, &finished)?;
    let ended = wait(&mut child, limit)?;
    // Not joined: what the program started may outlive it and hold the pipes open.
    for _ in 0..2 {
        let _ = readers.recv_timeout(LAST_WORDS);
    }
    let mut tally = *tally.lock().unwrap_or_else(PoisonError::into_inner);
    match ended {
        // A program without the test harness is one test, and says nothing that could be counted.
        Ended::Well if tally.runs == 0 => tally.passed += 1,
        Ended::Well => {}
        Ended::Badly if tally.failed > 0 => {}
        // It crashed, or could not be built: no line of its own says so.
        Ended::Badly => tally.failed += 1,
        Ended::Late => {
            println!("ended after {} s: no test program may take longer", limit.as_secs());
            tally.failed += 1;
        }
    }
    println!("took {:.1} s", start.elapsed().as_secs_f64());
    Ok(tally)
}
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Well,
    Badly,
    Late,
}

fn wait(child: &mut Child, limit: Duration) -> Result<Ended> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if status.success() { Ended::Well } else { Ended::Badly });
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(Ended::Late);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Reads one of a program's outputs on a thread of its own.
fn read_aside(
    name: &str,
    pipe: Option<impl Read + Send + 'static>,
    tally: &Arc<Mutex<Tally>>,
    finished: &SyncSender<()>,
) -> Result<()> {
    let (tally, finished) = (Arc::clone(tally), finished.clone());
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        pass_on(pipe, &tally);
        // Nobody listens any more when the program was late; that is fine.
        let _ = finished.send(());
    })?;
    Ok(())
}

/// Prints a program's lines as they come, and adds up those that close a run of tests.
fn pass_on(pipe: Option<impl Read>, tally: &Mutex<Tally>) {
    let Some(pipe) = pipe else { return };
    for line in BufReader::new(pipe).split(b'\n') {
        let Ok(line) = line else { return };
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some(result) = read_result(&line) {
            tally.lock().unwrap_or_else(PoisonError::into_inner).add(result);
        }
    }
}

/// Reads `test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
fn read_result(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| {
        counts
            .split(';')
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
            .unwrap_or(0)
    };
    Some(Tally { runs: 1, passed: count("passed"), failed: count("failed"), skipped: count("ignored") })
}

/// Fails unless the tally is good, after printing the closing line.
pub fn close(tally: Tally) -> Result<()> {
    println!("\n{}", tally.line());
    if !tally.is_good() {
        bail!("not every test passed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_the_test_harness_are_counted() {
        for (line, expected) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
                Some((12, 0, 1)),
            ),
            (
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
                Some((2, 1, 0)),
            ),
            ("test tests::passes ... ok", None),
            ("note: test result: nothing", None),
        ] {
            let expected =
                expected.map(|(passed, failed, skipped)| Tally { runs: 1, passed, failed, skipped });
            assert_eq!(read_result(line), expected, "{line}");
        }
    }

    #[test]
    fn only_test_programs_are_taken_from_the_messages_of_cargo() {
        let message = |kind: &str, name: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/x/app/model/Cargo.toml","target":{{"name":"{name}","kind":["{kind}"]}},"profile":{{"test":{test}}},"executable":"/x/target/a"}}"#
            )
        };
        let suite = |line: &str| read_message(line).unwrap().map(|program| program.suite);
        assert_eq!(suite(&message("lib", "switchboard_model", true)).as_deref(), Some("model"));
        assert_eq!(suite(&message("test", "tidy", true)).as_deref(), Some("tidy"));
        assert_eq!(suite(&message("bin", "switchboard", false)), None);
        assert_eq!(suite(r#"{"reason":"build-finished","success":true}"#), None);
        assert!(read_message("not json").is_err());
    }

    #[test]
    fn a_program_that_crashes_counts_as_a_failure() {
        let run = |script: &str| {
            run_program(Command::new("sh").args(["-c", script]), Duration::from_mins(1)).unwrap()
        };
        let passing = "echo 'test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured'";
        assert_eq!(run(passing).line(), "3 passed, 0 failed");
        assert_eq!(run("echo 'test result: ok. 0 passed; 0 failed; 0 ignored'").line(), "0 passed, 0 failed");
        assert_eq!(run("echo a test without the harness").line(), "1 passed, 0 failed");
        assert_eq!(run(&format!("{passing}; kill -9 $$")).line(), "3 passed, 1 failed");
        assert_eq!(
            run("echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101").line(),
            "1 passed, 2 failed"
        );
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let tally = run_program(Command::new("sleep").arg("600"), Duration::from_millis(200)).unwrap();
        assert_eq!(tally.line(), "0 passed, 1 failed");
    }

    #[test]
    fn a_program_that_leaves_a_child_behind_does_not_hold_the_run() {
        let start = Instant::now();
        let script = "echo 'test result: ok. 1 passed; 0 failed'; sleep 60 & exit 0";
        let tally = run_program(Command::new("sh").args(["-c", script]), Duration::from_mins(1)).unwrap();
        assert_eq!(tally.line(), "1 passed, 0 failed");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_run_of_no_tests_is_not_good() {
        assert!(!Tally::default().is_good());
        assert!(Tally { passed: 1, ..Tally::default() }.is_good());
        assert!(!Tally { passed: 5, failed: 1, ..Tally::default() }.is_good());
    }
}
