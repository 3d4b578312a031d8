//! `switchboard plugin dev`: watches a plugin's folder, builds it, and has the running desk swap it in.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use plugin_tool::{
    build::{self, Options},
    watch,
    words::Words,
};

use crate::arguments::DeskArguments;

/// How the command is written.
pub const USAGE: &str = "\
dev FOLDER [--once] [--target FOLDER] [--offline]
                                                    build at every change, and swap it into the desk that runs";

/// The desk's folder for plugins under development, below its data folder.
const FOLDER: &str = "dev";
/// How often the plugin's folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long the desk may take to say what came of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How often its answer is looked for.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Runs the command until it is interrupted, or once.
pub fn run(arguments: &DeskArguments, words: &[String]) -> anyhow::Result<()> {
    let mut words = Words::parse(words, USAGE)?;
    let once = words.flag("--once");
    let offline = words.flag("--offline");
    let target_folder = words.option("--target").map(std::path::absolute).transpose()?;
    let folder = words.path("FOLDER")?;
    words.finish()?;
    let out = target_folder.clone().unwrap_or_else(|| folder.join("target")).join("plugins");
    let options = Options { target_folder, offline, ..Options::into_folder(out) };
    let data = arguments.data();
    loop {
        let built = watch::look(&folder);
        match turn(&data, &folder, &options) {
            Ok(()) if once => return Ok(()),
            Err(error) if once => return Err(error),
            Ok(()) => {}
            // The next change may be the one that mends it.
            Err(error) => eprintln!("{error:#}"),
        }
        println!("waiting for a change in {}", folder.display());
        while watch::look(&folder) == built {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// Builds and swaps in.
fn turn(data: &Path, folder: &Path, options: &Options) -> anyhow::Result<()> {
    let built = build::build_folder(folder, options)?;
    println!("built {} in {:.1} s", built.manifest.id, built.took.as_secs_f32());
    let began = Instant::now();
    let said = drop_in(data, built.manifest.id.as_str(), &std::fs::read(&built.file)?)?;
    if said.starts_with("refused") {
        bail!("the desk {said}");
    }
    println!("{said}; {} ms after the build", began.elapsed().as_millis());
    Ok(())
}

/// Drops a package into the desk's folder and waits for what it says.
fn drop_in(data: &Path, id: &str, bytes: &[u8]) -> anyhow::Result<String> {
    if !data.is_dir() {
        bail!("there is no desk at {}\n    start one first, with the same --data", data.display());
    }
    let folder = data.join(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    own_only(&folder, 0o700)?;
    let (file, said) = (folder.join(format!("{id}.wasm")), folder.join(format!("{id}.said")));
    // What an earlier drop came to is not the answer to this one.
    let _ = std::fs::remove_file(&said);
    let beside = folder.join(format!("{id}.part"));
    std::fs::write(&beside, bytes).with_context(|| format!("writing {}", beside.display()))?;
    own_only(&beside, 0o600)?;
    std::fs::rename(&beside, &file).with_context(|| format!("writing {}", file.display()))?;
    let until = Instant::now() + ANSWER_WITHIN;
    let answer = loop {
        match std::fs::read_to_string(&said) {
            Ok(text) if !text.is_empty() => break Ok(text),
            _ if Instant::now() > until => {
                break Err(anyhow::anyhow!(
                    "no desk answers at {}\n    start one with the same --data; it looks there by itself",
                    data.display()
                ));
            }
            _ => std::thread::sleep(ASK_EVERY),
        }
    };
    // The desk has it in memory; what is left here would only confuse the next day.
    for left in [&file, &said] {
        let _ = std::fs::remove_file(left);
    }
    answer
}

#[cfg(unix)]
fn own_only(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn own_only(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
