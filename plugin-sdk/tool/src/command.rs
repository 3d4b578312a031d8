//! The commands `new`, `check`, `build` and `inspect`, as words: for `switchboard plugin ...` and for the small
//! program of this crate.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{
    build::{self, Options},
    inspect, manifest,
    scaffold::{self, Kit},
};

/// How the commands are written.
pub const USAGE: &str = "\
new FOLDER [--kit FOLDER | --kit-version VERSION]   make a new plugin, named like its folder
check FOLDER                                        check plugin.toml
build FOLDER [--out FOLDER] [--target FOLDER] [--offline]
                                                    build FOLDER into OUT/NAME.wasm (target/plugins by default)
inspect FILE.wasm                                   say what is in a package";

/// The kit's version that fits this tool.
const KIT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs one command and answers what to print.
pub fn run(words: &[String]) -> Result<String> {
    let mut words = Words::parse(words)?;
    let answer = match words.command.as_str() {
        "new" => new(&mut words)?,
        "check" => check(&words.path("FOLDER")?)?,
        "build" => build(&mut words)?,
        "inspect" => inspect::describe(&words.path("FILE.wasm")?)?,
        other => bail!("there is no command `{other}`\n{USAGE}"),
    };
    words.finish()?;
    Ok(answer)
}

fn new(words: &mut Words) -> Result<String> {
    let folder = words.path("FOLDER")?;
    let version = words.option("--kit-version");
    let kit = match words.option("--kit") {
        Some(folder) => Kit::Folder(folder.into()),
        None => Kit::Version(version.unwrap_or_else(|| KIT_VERSION.to_owned())),
    };
    let made: Vec<String> =
        scaffold::new(&folder, &kit)?.iter().map(|path| path.display().to_string()).collect();
    Ok(format!("{}\n\nNext:\n  cd {} && cargo test", made.join("\n"), folder.display()))
}

fn check(folder: &Path) -> Result<String> {
    let (manifest, _) = manifest::read(folder)?;
    Ok(format!("{} {} is fine", manifest.id, manifest.version))
}

fn build(words: &mut Words) -> Result<String> {
    let folder = words.path("FOLDER")?;
    let mut options =
        Options::into_folder(words.option("--out").unwrap_or_else(|| "target/plugins".to_owned()));
    options.target_folder = words.option("--target").map(std::path::absolute).transpose()?;
    options.offline = words.flag("--offline");
    let built = build::build_folder(&folder, &options)?;
    Ok(format!(
        "{}\n{}: {} bytes, of them {} of assets, in {:.1} s",
        built.toolchain,
        built.file.display(),
        built.bytes,
        built.assets_bytes,
        built.took.as_secs_f32()
    ))
}

/// A command, its one path and its options.
struct Words {
    command: String,
    path: Option<PathBuf>,
    rest: Vec<(String, Option<String>)>,
}

/// Options that take no value.
const FLAGS: [&str; 1] = ["--offline"];

impl Words {
    fn parse(words: &[String]) -> Result<Self> {
        let mut words = words.iter().cloned();
        let command = words.next().with_context(|| format!("which command?\n{USAGE}"))?;
        let mut parsed = Self { command, path: None, rest: vec![] };
        while let Some(word) = words.next() {
            if FLAGS.contains(&word.as_str()) {
                parsed.rest.push((word, None));
            } else if word.starts_with("--") {
                let value = words.next().with_context(|| format!("{word} needs a value"))?;
                parsed.rest.push((word, Some(value)));
            } else if parsed.path.is_none() {
                parsed.path = Some(word.into());
            } else {
                bail!("`{word}` is one too many\n{USAGE}");
            }
        }
        Ok(parsed)
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        self.path.clone().with_context(|| format!("{name} is missing\n{USAGE}"))
    }

    fn option(&mut self, name: &str) -> Option<String> {
        let at = self.rest.iter().position(|(given, _)| given == name)?;
        self.rest.remove(at).1
    }

    fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|(given, _)| given != name);
        self.rest.len() < before
    }

    fn finish(&self) -> Result<()> {
        match self.rest.first() {
            None => Ok(()),
            Some((name, _)) => bail!("`{}` has no option {name}\n{USAGE}", self.command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn commands_that_cannot_be_run_say_why() {
        let table = [
            ("", "which command"),
            ("fly", "no command `fly`"),
            ("build", "FOLDER is missing"),
            ("check a b", "one too many"),
            ("new thanks --kit", "needs a value"),
            ("check /nowhere", "cannot be read"),
            ("inspect /nowhere.wasm", "reading /nowhere.wasm"),
        ];
        for (line, what) in table {
            let error = run(&words(line)).unwrap_err();
            assert!(error.to_string().contains(what), "{line}: {error}");
        }
    }

    #[test]
    fn a_new_plugin_passes_its_check() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("thanks").display().to_string();
        assert!(run(&words(&format!("new {folder} --kit-version 0.1"))).unwrap().contains("plugin.toml"));
        assert_eq!(run(&words(&format!("check {folder}"))).unwrap(), "thanks 0.1.0 is fine");
        assert!(
            run(&words(&format!("check {folder} --fast yes"))).unwrap_err().to_string().contains("--fast")
        );
    }
}
