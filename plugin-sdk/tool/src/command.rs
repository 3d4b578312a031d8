//! The commands that need no desk, as words: for `switchboard plugin ...` and for the small program of this crate.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{
    build::{self, Options},
    inspect, manifest,
    scaffold::{self, Kit},
    sign,
    words::Words,
};

/// How the commands are written.
pub const USAGE: &str = "\
new FOLDER [--role ROLE] [--language rust|js] [--kit FOLDER | --kit-version VERSION]
                                                    make a new plugin, named like its folder
check FOLDER                                        check plugin.toml
build FOLDER [--out FOLDER] [--target FOLDER] [--offline]
                                                    build FOLDER into OUT/NAME.wasm (target/plugins by default)
pack FOLDER --component FILE.wasm [--out FOLDER]    the same with a component that another tool built
key new FILE | key show FILE                        make a publisher's key; show its public half
sign FILE.wasm --key FILE                           sign a package
inspect FILE.wasm [--against FILE.wasm]             say what is in a package, who signed it and what changed";

/// The kit's version that fits this tool.
const KIT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs one command and answers what to print.
pub fn run(words: &[String]) -> Result<String> {
    let mut words = Words::parse(words, USAGE)?;
    let answer = match words.command() {
        "new" => new(&mut words)?,
        "check" => {
            let folder = words.path("FOLDER")?;
            words.finish()?;
            check(&folder)?
        }
        "build" => build(&mut words)?,
        "pack" => pack(&mut words)?,
        "key" => key(&mut words)?,
        "sign" => {
            let file = words.path("FILE.wasm")?;
            let key = words.option("--key").context("say whose signature: --key FILE")?;
            words.finish()?;
            sign::sign(&file, Path::new(&key))?
        }
        "inspect" => {
            let file = words.path("FILE.wasm")?;
            let against = words.option("--against").map(PathBuf::from);
            words.finish()?;
            inspect::describe(&file, against.as_deref())?
        }
        other => bail!("there is no command `{other}`\n{USAGE}"),
    };
    Ok(answer)
}

fn key(words: &mut Words) -> Result<String> {
    let what = words.text("new or show")?;
    let file = words.path("FILE")?;
    words.finish()?;
    match what.as_str() {
        "new" => sign::new_key(&file),
        "show" => sign::show_key(&file),
        other => bail!("`key {other}`: say `key new` or `key show`"),
    }
}

fn new(words: &mut Words) -> Result<String> {
    let version = words.option("--kit-version");
    let kit = match words.option("--kit") {
        Some(folder) => Kit::Folder(folder.into()),
        None => Kit::Version(version.unwrap_or_else(|| KIT_VERSION.to_owned())),
    };
    let role = words.option("--role").unwrap_or_else(|| "assist".to_owned());
    let language = words.option("--language").unwrap_or_else(|| "rust".to_owned());
    let template = scaffold::template(&language, &role)?;
    let folder = words.path("FOLDER")?;
    words.finish()?;
    let made: Vec<String> =
        scaffold::new(&folder, &kit, template)?.iter().map(|path| path.display().to_string()).collect();
    let first = if language == "js" { "npm install" } else { "cargo test" };
    Ok(format!(
        "{}\n\nNext:\n  cd {} && {first} && switchboard plugin test .",
        made.join("\n"),
        folder.display()
    ))
}

fn pack(words: &mut Words) -> Result<String> {
    let component = words.option("--component").context("say which component: --component FILE.wasm")?;
    let out = words.option("--out").unwrap_or_else(|| "target/plugins".to_owned());
    let folder = words.path("FOLDER")?;
    words.finish()?;
    let built = build::pack_folder(&folder, Path::new(&component), Path::new(&out))?;
    Ok(format!("{}: {} bytes, of them {} of assets", built.file.display(), built.bytes, built.assets_bytes))
}

fn check(folder: &Path) -> Result<String> {
    let (manifest, _) = manifest::read(folder)?;
    Ok(format!("{} {} is fine", manifest.id, manifest.version))
}

fn build(words: &mut Words) -> Result<String> {
    let mut options =
        Options::into_folder(words.option("--out").unwrap_or_else(|| "target/plugins".to_owned()));
    options.target_folder = words.option("--target").map(std::path::absolute).transpose()?;
    options.offline = words.flag("--offline");
    let folder = words.path("FOLDER")?;
    words.finish()?;
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
            ("key", "new or show is missing"),
            ("key forge a", "`key new`"),
            ("sign a.wasm", "--key FILE"),
            ("pack a", "--component FILE.wasm"),
            ("new a --language cobol", "no language `cobol`"),
            ("new a --role butler", "no role `butler`"),
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
