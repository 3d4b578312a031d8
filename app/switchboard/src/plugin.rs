//! `switchboard plugin ...`: what is installed here; making and checking is the plugin tool's.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use host::Package;

use crate::{arguments::DeskArguments, start};

const USAGE: &str = "\
list                                                what is installed and what came with the desk
install FILE.wasm                                   put a package where the desk finds it; it asks before it runs
remove NAME                                         take an installed package away; its storage stays";

/// Runs one command.
pub fn run(arguments: &DeskArguments, words: &[String]) -> anyhow::Result<()> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => list(arguments),
        ["install", file] => install(arguments, Path::new(file)),
        ["remove", name] => remove(arguments, name),
        ["check", file] if Path::new(file).extension().is_some_and(|ending| ending == "wasm") => {
            check(Path::new(file))
        }
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}\n{}", plugin_tool::command::USAGE);
            Ok(())
        }
        _ => {
            println!("{}", plugin_tool::command::run(words)?);
            Ok(())
        }
    }
}

fn list(arguments: &DeskArguments) -> anyhow::Result<()> {
    let folders = [(arguments.bundled_plugins(), "bundled"), (arguments.installed_plugins(), "installed")];
    for (folder, origin) in folders {
        for file in start::folder(&folder, false)? {
            match Package::read(file.bytes) {
                Ok(package) => {
                    let manifest = &package.manifest;
                    let roles: Vec<_> =
                        manifest.roles.iter().map(|role| plugin_tool::manifest::role_name(*role)).collect();
                    println!(
                        "{:<20} {:<10} {origin:<10} {}",
                        manifest.id.as_str(),
                        manifest.version,
                        roles.join(", ")
                    );
                }
                Err(error) => println!("{:<20} cannot be used: {error}", file.path.display()),
            }
        }
    }
    Ok(())
}

fn check(file: &Path) -> anyhow::Result<()> {
    let package = read(file)?;
    println!("{} {} can be installed; it asks for:", package.manifest.id, package.manifest.version);
    for capability in &package.manifest.capabilities {
        println!("  {}", plugin_tool::manifest::capability_line(capability));
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Package> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    Package::read(bytes).with_context(|| format!("{} cannot be used", file.display()))
}

fn install(arguments: &DeskArguments, file: &Path) -> anyhow::Result<()> {
    let package = read(file)?;
    let id = package.manifest.id.as_str();
    let target = place(arguments, id)?;
    if let Ok(present) = read(&target)
        && present.manifest.serial > package.manifest.serial
    {
        bail!("{id} {} is installed and newer than {}", present.manifest.version, package.manifest.version);
    }
    // Written beside and renamed, so that a desk that starts meanwhile finds the old one or the new one.
    let beside = target.with_extension("tmp");
    std::fs::write(&beside, &package.bytes).with_context(|| format!("writing {}", beside.display()))?;
    std::fs::rename(&beside, &target).with_context(|| format!("writing {}", target.display()))?;
    println!(
        "{id} {} is installed. Start the desk and grant on its Plugins page what it asks for.",
        package.manifest.version
    );
    Ok(())
}

fn remove(arguments: &DeskArguments, name: &str) -> anyhow::Result<()> {
    if !plugin_tool::manifest::is_id(name) {
        bail!("{name} is no plugin's name");
    }
    let target = place(arguments, name)?;
    std::fs::remove_file(&target).with_context(|| format!("{name} is not installed"))?;
    println!("{name} is removed");
    Ok(())
}

fn place(arguments: &DeskArguments, id: &str) -> anyhow::Result<PathBuf> {
    let folder = arguments.installed_plugins();
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder.join(format!("{id}.wasm")))
}
