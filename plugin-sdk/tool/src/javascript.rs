//! Builds plugins written in JavaScript: `componentize-qjs` puts the code and a `QuickJS` engine into a component.
//!
//! The component may import just what the manifest asks for, because the world it is built against has no more.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use model::plugin::Manifest;

use crate::{inspect, manifest::interface_of};

/// The file that makes a folder a plugin in JavaScript, and where its code begins.
pub const ENTRY: &str = "plugin.js";
/// The kit, which every project has a copy of.
pub const KIT: &str = include_str!("../../js/switchboard.js");
/// The program, below `node_modules`; its own `bin` is not loaded as a module by Node 18.
const PROGRAM: &str = "componentize-qjs/cli.mjs";
/// The world that is written for a plugin.
const WORLD: &str = "this-plugin";

/// Whether the plugin in a folder is written in JavaScript.
pub fn is_here(folder: &Path) -> bool {
    folder.join(ENTRY).is_file()
}

/// Builds the component.
pub fn build(folder: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
    let folder =
        std::fs::canonicalize(folder).with_context(|| format!("{} is not there", folder.display()))?;
    let program = program(&folder)?;
    let workshop = tempfile::tempdir().context("making a folder for the contract")?;
    let contract = workshop.path().join("plugin.wit");
    std::fs::write(&contract, format!("{}\n{}", inspect::CONTRACT_TEXT, world(manifest)))
        .context("writing the contract")?;
    let component = workshop.path().join("component.wasm");
    let mut command = Command::new("node");
    command.arg(program).args(["--sync", "--stub-wasi", "--opt-size", "--world", WORLD]);
    command.arg("--wit").arg(&contract).arg("--js").arg(folder.join(ENTRY)).arg("--module-root").arg(&folder);
    command.arg("--output").arg(&component).current_dir(&folder).stdin(Stdio::null());
    let output =
        command.output().context("starting node (Debian package nodejs): plugins in JavaScript need it")?;
    if !output.status.success() {
        let said = [output.stderr, output.stdout].concat();
        bail!("{ENTRY} could not be built:\n{}", String::from_utf8_lossy(&said).trim());
    }
    std::fs::read(&component).context("reading what was built")
}

/// The program in the `node_modules` of the plugin's folder or of one above it.
fn program(folder: &Path) -> Result<PathBuf> {
    let found =
        folder.ancestors().map(|above| above.join("node_modules").join(PROGRAM)).find(|it| it.is_file());
    found.with_context(|| {
        format!("componentize-qjs is not installed: run `npm install` in {}", folder.display())
    })
}

/// A world with what this manifest asks for and fills.
fn world(manifest: &Manifest) -> String {
    let mut world = format!("world {WORLD} {{\n");
    for import in inspect::FREE_IMPORTS.iter().copied().chain(inspect::asked_interfaces(manifest)) {
        let _infallible = writeln!(world, "  import {import};");
    }
    world += "  export lifecycle;\n";
    for interface in manifest.roles.iter().filter_map(|role| interface_of(*role)) {
        let _infallible = writeln!(world, "  export {interface};");
    }
    world + "}\n"
}

/// Says what is missing to build such plugins, with the fix; none where everything is there.
pub fn trouble() -> Option<String> {
    let answers = |program: &str| {
        let asked =
            Command::new(program).arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    let missing: Vec<&str> = ["node", "npm"].into_iter().filter(|program| !answers(program)).collect();
    (!missing.is_empty()).then(|| format!("{} is missing: install nodejs and npm", missing.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_has_what_the_manifest_says_and_no_more() {
        let text = "id = \"a-b\"\nversion = \"0.1.0\"\nname = \"n\"\nroles = [\"panel\"]\ncapabilities = [\"kv\"]\n[[panels]]\nslot = \"customer-side\"\ntitle = \"t\"\n";
        let manifest = crate::manifest::parse(text, Path::new("plugin.toml")).unwrap();
        let world = world(&manifest);
        for part in ["import kv;", "import log;", "export lifecycle;", "export panel;"] {
            assert!(world.contains(part), "{part}: {world}");
        }
        for part in ["http", "secrets", "assist"] {
            assert!(!world.contains(part), "{part}: {world}");
        }
    }

    #[test]
    fn without_the_program_the_fix_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = program(folder.path()).unwrap_err().to_string();
        assert!(error.contains("npm install"), "{error}");
    }
}
