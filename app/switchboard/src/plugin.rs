//! `switchboard plugin ...`: what is installed here; making and checking is the plugin tool's.

use std::path::Path;

use anyhow::{Context as _, bail};
use host::Package;
use plugin_package::{Candidate, Change, Installed, Ledger, Permission};
use plugin_tool::words::Words;

use crate::{arguments::DeskArguments, plugin_dev, start};

const USAGE: &str = "\
list                                                what is installed and what came with the desk
install FILE.wasm [--trust KEY] [--unsigned] [--replace-publisher]
                                                    put a package where the desk finds it; it asks before it runs
remove NAME                                         take an installed package away; its storage stays
publishers                                          whose packages are taken here
distrust KEY                                        take no more packages of a publisher; what is installed stays
doctor                                              whether plugins can be built here, and what is wrong with installed ones";

/// Runs one command.
pub fn run(arguments: &DeskArguments, words: &[String]) -> anyhow::Result<()> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => list(arguments),
        ["install", ..] => install(arguments, words),
        ["remove", name] => remove(arguments, name),
        ["publishers"] => publishers(arguments),
        ["distrust", key] => distrust(arguments, key),
        ["doctor"] => doctor(arguments),
        ["dev", ..] => plugin_dev::run(arguments, words),
        ["check", file] if Path::new(file).extension().is_some_and(|ending| ending == "wasm") => {
            check(arguments, Path::new(file))
        }
        ["test" | "bench" | "replay", ..] => {
            println!("{}", plugin_trial::command::run(words)?);
            Ok(())
        }
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            for usage in [plugin_tool::command::USAGE, plugin_trial::command::USAGE, plugin_dev::USAGE] {
                println!("{usage}");
            }
            Ok(())
        }
        _ => {
            println!("{}", plugin_tool::command::run(words)?);
            Ok(())
        }
    }
}

fn ledger(arguments: &DeskArguments) -> anyhow::Result<Ledger> {
    Ok(Ledger::open(&arguments.installed_plugins())?)
}

fn list(arguments: &DeskArguments) -> anyhow::Result<()> {
    let ledger = ledger(arguments)?;
    for (folder, bundled) in [(arguments.bundled_plugins(), true), (arguments.installed_plugins(), false)] {
        for file in start::folder(&folder, bundled)? {
            match Package::read(file.bytes) {
                Ok(package) => {
                    let manifest = &package.manifest;
                    let roles: Vec<_> =
                        manifest.roles.iter().map(|role| plugin_tool::manifest::role_name(*role)).collect();
                    println!(
                        "{:<20} {:<10} {:<28} {}",
                        manifest.id.as_str(),
                        manifest.version,
                        origin(&ledger, &package, bundled),
                        roles.join(", ")
                    );
                }
                Err(error) => println!("{:<20} cannot be used: {error}", file.path.display()),
            }
        }
    }
    Ok(())
}

/// Where a package comes from, in a few words.
fn origin(ledger: &Ledger, package: &Package, bundled: bool) -> String {
    match package.publisher {
        _ if bundled => "came with the desk".to_owned(),
        None => "UNSIGNED, from a folder".to_owned(),
        Some(key) => match ledger.publisher_name(&key) {
            Some(name) => format!("{name} ({})", key.fingerprint()),
            None => format!("unknown publisher {}", key.fingerprint()),
        },
    }
}

fn check(arguments: &DeskArguments, file: &Path) -> anyhow::Result<()> {
    let package = read(file)?;
    let ledger = ledger(arguments)?;
    println!("{} {} can be installed; it asks for:", package.manifest.id, package.manifest.version);
    for capability in &package.manifest.capabilities {
        println!("  {}", capability.manifest_entry());
    }
    println!("signed by: {}", origin(&ledger, &package, false));
    let before = ledger.installed(package.manifest.id.as_str());
    let publisher = package.publisher.map(|key| key.to_string());
    let other = before.is_some_and(|before| before.publisher != publisher);
    print_change(&ledger.change(&candidate(&package), other), before);
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Package> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    Package::read(bytes).with_context(|| format!("{} cannot be used", file.display()))
}

fn candidate(package: &Package) -> Candidate {
    Candidate {
        id: package.manifest.id.to_string(),
        version: package.manifest.version.clone(),
        serial: package.manifest.serial,
        sha256: package.hash,
        publisher: package.publisher,
        publisher_name: package.manifest.publisher.clone(),
        capabilities: package.manifest.capabilities.clone(),
    }
}

fn install(arguments: &DeskArguments, words: &[String]) -> anyhow::Result<()> {
    let mut words = Words::parse(words, USAGE)?;
    let permission = Permission {
        unsigned: words.flag("--unsigned"),
        replace_publisher: words.flag("--replace-publisher"),
        trust: words.option("--trust").map(|key| key.parse()).transpose()?,
    };
    let file = words.path("FILE.wasm")?;
    words.finish()?;
    // Read once: what is checked here is what is written and pinned.
    let package = read(&file)?;
    let mut ledger = ledger(arguments)?;
    let before = ledger.installed(package.manifest.id.as_str()).cloned();
    let change = ledger.install(&candidate(&package), &package.bytes, &permission)?;
    let (id, version) = (&package.manifest.id, &package.manifest.version);
    println!("{id} {version} is installed: {}", origin(&ledger, &package, false));
    print_change(&change, before.as_ref());
    println!("Start the desk and grant on its Plugins page what it asks for.");
    Ok(())
}

fn print_change(change: &Change, before: Option<&Installed>) {
    if change.same {
        println!("  this very file was installed already");
    }
    if let Some(from) = &change.from {
        println!("  instead of {from}");
    }
    if change.other_publisher {
        let before = before.and_then(|before| before.publisher.as_deref()).unwrap_or("nobody");
        println!("  taken over from {before}");
    }
    for entry in &change.added {
        println!("  asks anew  {entry}");
    }
    for entry in &change.dropped {
        println!("  no longer  {entry}");
    }
}

fn remove(arguments: &DeskArguments, name: &str) -> anyhow::Result<()> {
    if !plugin_tool::manifest::is_id(name) {
        bail!("{name} is no plugin's name");
    }
    if !ledger(arguments)?.remove(name)? {
        bail!("{name} is not installed");
    }
    println!("{name} is removed");
    Ok(())
}

fn publishers(arguments: &DeskArguments) -> anyhow::Result<()> {
    for known in ledger(arguments)?.publishers() {
        println!("{:<40} {}", known.name, known.key);
    }
    Ok(())
}

fn distrust(arguments: &DeskArguments, key: &str) -> anyhow::Result<()> {
    if !ledger(arguments)?.distrust(&key.parse()?)? {
        bail!("{key} was not trusted");
    }
    println!("nothing new of {key} is taken any more");
    Ok(())
}

fn doctor(arguments: &DeskArguments) -> anyhow::Result<()> {
    let mut bad = 0;
    let mut say = |good: bool, what: String| {
        println!("{} {what}", if good { "ok   " } else { "WRONG" });
        bad += usize::from(!good);
    };
    match plugin_tool::toolchain::Toolchain::find() {
        Some(toolchain) => say(true, toolchain.describe()),
        None => say(
            false,
            format!(
                "nothing compiles Rust for WebAssembly\n      run `rustup target add {}`, or install {}",
                plugin_tool::toolchain::TARGET,
                plugin_tool::toolchain::DEBIAN_PACKAGES.join(" and ")
            ),
        ),
    }
    // Only who writes plugins in JavaScript needs it.
    let javascript = plugin_tool::javascript::trouble();
    say(true, format!("JavaScript: {}", javascript.as_deref().unwrap_or("node and npm are there")));
    let ledger = ledger(arguments)?;
    let folder = arguments.installed_plugins();
    say(true, format!("{} trusted publishers in {}", ledger.publishers().len(), folder.display()));
    for file in start::folder(&folder, false)? {
        let name = file.path.display();
        match Package::read(file.bytes) {
            Err(error) => say(false, format!("{name}: {error}\n      ask its publisher for a good file")),
            Ok(package) if file.pinned.is_some_and(|pinned| pinned != package.hash) => {
                say(false, format!("{name}: {}", host::LoadError::Exchanged));
            }
            Ok(package) => say(true, format!("{name}: {}", origin(&ledger, &package, false))),
        }
    }
    match bad {
        0 => Ok(()),
        _ => bail!("{bad} things are wrong"),
    }
}
