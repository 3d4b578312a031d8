//! `cargo xtask plugins`: every folder under plugins/ becomes one component in target/plugins.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use plugin_tool::build::{Options, build_folder};
use plugin_tool::toolchain::{DEBIAN_PACKAGES, TARGET, Toolchain};

use crate::command::{self, heading, on_path};
use crate::{build, packages};

const KIB: u64 = 1024;

/// Builds all of them, and fails with every fault at once. Components whose plugin is gone are removed, so that the
/// desk opens with exactly what stands in the tree.
pub fn build() -> Result<()> {
    heading("build the plugins");
    let folders = folders()?;
    let mut options = Options::into_folder(build::plugins_folder());
    // One folder for all guests: their standard library and the kit are compiled once.
    options.target_folder = Some(command::target().join("guest"));
    if !folders.is_empty() {
        options.toolchain = Some(toolchain()?);
    }
    let mut built = BTreeSet::new();
    let mut faults = Vec::new();
    for folder in &folders {
        match build_folder(folder, &options) {
            Ok(plugin) => {
                println!(
                    "{:<20} {:>5} KiB {:>6.1} s  {}",
                    plugin.manifest.id.to_string(),
                    plugin.bytes.div_ceil(KIB),
                    plugin.took.as_secs_f64(),
                    plugin.file.display()
                );
                built.insert(plugin.file);
            }
            Err(error) => faults.push(format!("{}: {error:#}", folder.display())),
        }
    }
    remove_others(&options.out_folder, &built)?;
    if !faults.is_empty() {
        bail!("these plugins could not be built:\n{}", faults.join("\n"));
    }
    Ok(())
}

/// The folders under plugins/ that hold a plugin.
fn folders() -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(command::root().join("plugins")) else { return Ok(Vec::new()) };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.join(plugin_tool::manifest::FILE_NAME).is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn remove_others(out: &Path, built: &BTreeSet<PathBuf>) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(out) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") && !built.contains(&path) {
            std::fs::remove_file(&path)?;
            println!("removed {}, which no plugin here makes", path.display());
        }
    }
    Ok(())
}

/// Finds a compiler for WebAssembly, installing one where there is none, and says which one it is.
fn toolchain() -> Result<Toolchain> {
    let toolchain = match Toolchain::find_or_add() {
        Ok(toolchain) => toolchain,
        Err(_) if on_path("apt-get") => {
            println!(
                "rustup could not add {TARGET}; Debian's {} can compile for it.",
                DEBIAN_PACKAGES.join(" and ")
            );
            packages::install(&DEBIAN_PACKAGES)?;
            Toolchain::find_or_add()?
        }
        Err(error) => return Err(error),
    };
    println!("{}", toolchain.describe());
    Ok(toolchain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_plugins_that_are_gone_are_removed() {
        let out = std::env::temp_dir().join(format!("xtask-plugins-{}", std::process::id()));
        std::fs::create_dir_all(&out).unwrap();
        let names = ["kept.wasm", "gone.wasm", "notes.txt"].map(|name| out.join(name));
        for path in &names {
            std::fs::write(path, "").unwrap();
        }
        remove_others(&out, &BTreeSet::from([names[0].clone()])).unwrap();
        let left = names.map(|path| path.exists());
        std::fs::remove_dir_all(&out).unwrap();
        assert_eq!(left, [true, false, true]);
    }
}
