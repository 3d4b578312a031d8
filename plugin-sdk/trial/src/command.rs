//! The commands that run a plugin.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use plugin_tool::{
    build::{self, Options},
    words::Words,
};

use crate::{
    Plugin,
    replay::{self, Again},
};

/// How the commands are written.
pub const USAGE: &str = "\
test FOLDER [--only NAME] [--file FILE.wasm] [--target FOLDER] [--offline]
                                                    build, and live through every tests/*.toml in the desk's own host
bench FOLDER [--only NAME] [--calls N] [--file FILE.wasm]
                                                    times and memory of the same, against the budgets
replay BUNDLE.json FOLDER [--file FILE.wasm]        make a failed call again, from the bundle that was kept of it";

/// Calls of a bench unless it is told otherwise.
const CALLS: usize = 2000;

/// Runs one command and answers what to print.
pub fn run(words: &[String]) -> Result<String> {
    let mut words = Words::parse(words, USAGE)?;
    match words.command() {
        "test" => test(&mut words),
        "bench" => measure(&mut words),
        "replay" => again(&mut words),
        other => bail!("there is no command `{other}`\n{USAGE}"),
    }
}

/// A plugin that is built, or that was built before, and its worlds.
struct Subject {
    plugin: Plugin,
    folder: PathBuf,
    worlds: Vec<PathBuf>,
}

impl Subject {
    fn prepare(words: &mut Words) -> Result<Self> {
        let only = words.option("--only");
        let build = Build::of(words)?;
        words.finish()?;
        // Before the build, which takes longer.
        let found = worlds(&build.folder, only.as_deref())?;
        let plugin = build.plugin()?;
        Ok(Self { plugin, folder: build.folder, worlds: found })
    }
}

/// How the plugin is to be had.
struct Build {
    folder: PathBuf,
    file: Option<PathBuf>,
    target_folder: Option<PathBuf>,
    offline: bool,
}

impl Build {
    fn of(words: &mut Words) -> Result<Self> {
        Ok(Self {
            file: words.option("--file").map(PathBuf::from),
            target_folder: words.option("--target").map(std::path::absolute).transpose()?,
            offline: words.flag("--offline"),
            folder: words.path("FOLDER")?,
        })
    }

    fn plugin(&self) -> Result<Plugin> {
        if let Some(file) = &self.file {
            return Plugin::read(file);
        }
        let target_folder = self.target_folder.clone();
        let out = target_folder.clone().unwrap_or_else(|| self.folder.join("target")).join("plugins");
        let options = Options { target_folder, offline: self.offline, ..Options::into_folder(out) };
        Plugin::read(&build::build_folder(&self.folder, &options)?.file)
    }
}

/// Keeps failed calls in the plugin's own target folder, and says how they are made again.
fn keep(folder: &Path, bundles: &[(String, Vec<u8>)]) -> Result<Vec<String>> {
    let faults = folder.join("target/faults");
    let mut lines = Vec::new();
    for (name, bytes) in bundles {
        std::fs::create_dir_all(&faults).with_context(|| format!("making {}", faults.display()))?;
        let file = faults.join(name);
        std::fs::write(&file, bytes).with_context(|| format!("writing {}", file.display()))?;
        lines.push(format!("kept  switchboard plugin replay {} {}", file.display(), folder.display()));
    }
    Ok(lines)
}

fn again(words: &mut Words) -> Result<String> {
    let file = words.path("BUNDLE.json")?;
    let build = Build::of(words)?;
    words.finish()?;
    let bundle = replay::read(&file)?;
    let plugin = build.plugin()?;
    let call = serde_json::to_value(bundle.call)?;
    let call = call.as_str().unwrap_or_default();
    let then =
        format!("{} {} failed at {} in {call}: {}", bundle.plugin, bundle.version, bundle.at, bundle.error);
    match replay::replay(&plugin, &bundle)? {
        Again::Same(_) => bail!("{then}\nthe same again"),
        Again::Otherwise(error) => bail!("{then}\nnow it fails otherwise: {error}"),
        Again::Answered(answer) => Ok(format!("{then}\nnow it answers: {answer}")),
    }
}

/// The worlds of a folder, by name.
fn worlds(folder: &Path, only: Option<&str>) -> Result<Vec<PathBuf>> {
    let tests = folder.join("tests");
    let entries = std::fs::read_dir(&tests).with_context(|| {
        format!("{} has no worlds: make tests/first.toml (the book shows one)", folder.display())
    })?;
    let mut worlds = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_world = path.extension().is_some_and(|ending| ending == "toml");
        if is_world && only.is_none_or(|only| only == name) {
            worlds.push(path);
        }
    }
    worlds.sort();
    if worlds.is_empty() {
        bail!("{} has no {}.toml", tests.display(), only.unwrap_or("*"));
    }
    Ok(worlds)
}

fn test(words: &mut Words) -> Result<String> {
    let subject = Subject::prepare(words)?;
    let (mut lines, mut failed) = (Vec::new(), 0);
    for world in &subject.worlds {
        let outcome = crate::run::run(&subject.plugin, world)?;
        let name = world.file_stem().unwrap_or_default().to_string_lossy();
        if outcome.failures.is_empty() {
            let signals = &outcome.signals;
            lines.push(format!(
                "ok    {name}: {} steps, {} calls, p99 {:.2} ms, {:.1} MiB",
                outcome.steps,
                signals.calls,
                signals.wall_p99_us as f64 / 1e3,
                signals.memory_peak_bytes as f64 / 1024.0 / 1024.0
            ));
        } else {
            failed += 1;
            lines.push(format!("WRONG {name}"));
            lines.extend(outcome.failures.iter().map(ToString::to_string));
            lines.extend(keep(&subject.folder, &outcome.bundles)?);
        }
    }
    let passed = subject.worlds.len() - failed;
    lines.push(format!("{passed} passed, {failed} failed"));
    let text = lines.join("\n");
    if failed == 0 { Ok(text) } else { bail!("{text}") }
}

fn measure(words: &mut Words) -> Result<String> {
    let calls = match words.option("--calls") {
        Some(calls) => calls.parse().with_context(|| format!("--calls {calls} is no number"))?,
        None => CALLS,
    };
    let subject = Subject::prepare(words)?;
    let mut out = String::new();
    for world in &subject.worlds {
        let table = crate::bench::bench(&subject.plugin, world, calls)?.table();
        let _infallible = write!(out, "{}\n{table}", world.display());
    }
    Ok(out)
}
