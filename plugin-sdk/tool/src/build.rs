//! Builds a plugin's folder. For Rust, cargo makes a core module and `wit-component` a component of it; for JavaScript,
//! [`javascript`] makes the component. Manifest and assets are added.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use model::plugin::Manifest;
use wit_component::ComponentEncoder;

use crate::{
    inspect, javascript, manifest,
    package::{self, Assets},
    toolchain::{TARGET, Toolchain},
};

/// The cargo profile for guests in the desk's own workspace; elsewhere `release` is used.
pub const PROFILE: &str = "guest";

/// How to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// How to compile; looked for where it is none.
    pub toolchain: Option<Toolchain>,
    /// Where cargo puts its own files, shared by all plugins; cargo's choice where it is none.
    pub target_folder: Option<PathBuf>,
    /// Where the finished file goes, as `NAME.wasm`.
    pub out_folder: PathBuf,
    /// Whether cargo may not use the network.
    pub offline: bool,
}

impl Options {
    /// Builds into a folder, with the rest left to this tool and to cargo.
    pub fn into_folder(out_folder: impl Into<PathBuf>) -> Self {
        Self { toolchain: None, target_folder: None, out_folder: out_folder.into(), offline: false }
    }
}

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// What the manifest says.
    pub manifest: Manifest,
    /// The finished file.
    pub file: PathBuf,
    /// Its size, in bytes.
    pub bytes: u64,
    /// Its assets' size, in bytes.
    pub assets_bytes: u64,
    /// How long it took.
    pub took: Duration,
    /// How it was compiled, in a sentence.
    pub toolchain: String,
}

/// Builds the plugin in a folder, in the language that its files are written in.
pub fn build_folder(folder: &Path, options: &Options) -> Result<Built> {
    let source = Source::read(folder)?;
    if javascript::is_here(folder) {
        let component = javascript::build(folder, &source.manifest)?;
        return source.finish(component, &options.out_folder, "JavaScript: componentize-qjs".to_owned());
    }
    let toolchain = match &options.toolchain {
        Some(toolchain) => toolchain.clone(),
        None => Toolchain::find_or_add()?,
    };
    let module = compile(folder, &toolchain, options)?;
    let component = encode(&module).with_context(|| format!("encoding {}", module.display()))?;
    source.finish(component, &options.out_folder, toolchain.describe())
}

/// Packs a component that another tool built with the manifest and assets of a folder.
pub fn pack_folder(folder: &Path, component: &Path, out_folder: &Path) -> Result<Built> {
    let source = Source::read(folder)?;
    let component = encode(component).with_context(|| format!("reading {}", component.display()))?;
    source.finish(component, out_folder, String::new())
}

/// What goes into a package besides the code.
struct Source {
    began: Instant,
    manifest: Manifest,
    text: String,
    assets: Assets,
}

impl Source {
    fn read(folder: &Path) -> Result<Self> {
        let began = Instant::now();
        let (manifest, text) = manifest::read(folder)?;
        let assets = package::read_assets(folder)?;
        check_texts(folder, &manifest, &assets)?;
        Ok(Self { began, manifest, text, assets })
    }

    fn finish(self, component: Vec<u8>, out_folder: &Path, toolchain: String) -> Result<Built> {
        let bytes = pack(component, &self.manifest, &self.text, &self.assets)?;
        std::fs::create_dir_all(out_folder).with_context(|| format!("making {}", out_folder.display()))?;
        let file = out_folder.join(format!("{}.wasm", self.manifest.id));
        write_whole(&file, &bytes)?;
        Ok(Built {
            file,
            bytes: bytes.len() as u64,
            assets_bytes: self.assets.values().map(|data| data.len() as u64).sum(),
            took: self.began.elapsed(),
            manifest: self.manifest,
            toolchain,
        })
    }
}

/// Makes a component from a core module. One that is a component already, as other languages' tools make, is
/// taken as it is.
pub fn encode(module: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(module)?;
    if wasmparser::Parser::is_component(&bytes) {
        return Ok(bytes);
    }
    ComponentEncoder::default().module(&bytes)?.validate(true).encode()
}

/// Adds manifest and assets to a component, after checking that they belong together.
pub fn pack(mut component: Vec<u8>, manifest: &Manifest, text: &str, assets: &Assets) -> Result<Vec<u8>> {
    let contents = package::read(&component)?;
    ensure!(contents.manifest.is_none(), "the component has a manifest already");
    let disagreements = inspect::disagreements(manifest, &contents);
    if !disagreements.is_empty() {
        bail!("{}: {}", manifest::FILE_NAME, disagreements.join("\n"));
    }
    package::embed(&mut component, text, assets);
    Ok(component)
}

/// Through a file beside it, so that a desk that watches the folder never sees half a file.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let beside = file.with_extension("wasm.part");
    std::fs::write(&beside, bytes).with_context(|| format!("writing {}", beside.display()))?;
    std::fs::rename(&beside, file).with_context(|| format!("writing {}", file.display()))
}

/// Every `@key` of the manifest must be in every language, and every language must have the same keys.
fn check_texts(folder: &Path, manifest: &Manifest, assets: &Assets) -> Result<()> {
    let languages = languages(assets)?;
    let asked = manifest::author_texts(manifest).into_iter().filter_map(|text| text.strip_prefix('@'));
    let asked: BTreeSet<String> = asked.map(str::to_owned).collect();
    if languages.is_empty() {
        ensure!(
            asked.is_empty(),
            "{}: the manifest has `@` texts, but there is no locales/*.ftl",
            folder.display()
        );
        return Ok(());
    }
    let everywhere: BTreeSet<&String> = languages.values().flatten().chain(&asked).collect();
    for (language, keys) in &languages {
        let missing: Vec<&str> =
            everywhere.iter().filter(|key| !keys.contains(**key)).map(|key| key.as_str()).collect();
        ensure!(
            missing.is_empty(),
            "{}: locales/{language}.ftl lacks {}",
            folder.display(),
            missing.join(", ")
        );
    }
    Ok(())
}

/// The message keys of each language, of `locales/LANGUAGE.ftl`.
fn languages(assets: &Assets) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut languages = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, data) in assets {
        let Some(language) = name.strip_prefix("locales/").and_then(|rest| rest.strip_suffix(".ftl")) else {
            continue;
        };
        ensure!(
            !language.contains('/'),
            "{name}: the desk reads one file for each language, such as locales/en.ftl"
        );
        let text = std::str::from_utf8(data).with_context(|| format!("{name} is not UTF-8"))?;
        languages.entry(language.to_owned()).or_default().extend(text.lines().filter_map(message_key));
    }
    Ok(languages)
}

fn message_key(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    line.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| key.trim().to_owned())
}

/// Runs cargo and says where the core module is.
fn compile(folder: &Path, toolchain: &Toolchain, options: &Options) -> Result<PathBuf> {
    let metadata = metadata(folder, options)?;
    let target_folder = options.target_folder.clone().unwrap_or_else(|| metadata.target_folder.clone());
    let profile = if metadata.has_profile { PROFILE } else { "release" };
    let mut cargo = cargo(folder, options);
    cargo.args(["build", "--lib", "--profile", profile]).env("CARGO_TARGET_DIR", &target_folder);
    toolchain.prepare(&mut cargo);
    let status = cargo.status().context("starting cargo")?;
    ensure!(status.success(), "cargo could not build {}", folder.display());
    let module = target_folder.join(TARGET).join(profile).join(format!("{}.wasm", metadata.library));
    ensure!(
        module.is_file(),
        "cargo made no {}: add `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in Cargo.toml",
        module.display()
    );
    Ok(module)
}

fn cargo(folder: &Path, options: &Options) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    // Flags meant for this machine's programs do not fit a guest.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
    if options.offline {
        cargo.arg("--offline");
    }
    cargo
}

struct Metadata {
    library: String,
    target_folder: PathBuf,
    has_profile: bool,
}

#[derive(serde::Deserialize)]
struct CargoMetadata {
    packages: Vec<CargoPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(serde::Deserialize)]
struct CargoPackage {
    manifest_path: PathBuf,
    targets: Vec<CargoTarget>,
}

#[derive(serde::Deserialize)]
struct CargoTarget {
    name: String,
    kind: Vec<String>,
}

fn metadata(folder: &Path, options: &Options) -> Result<Metadata> {
    let output = cargo(folder, options)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("starting cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    let found: CargoMetadata = serde_json::from_slice(&output.stdout).context("reading cargo's metadata")?;
    let own = std::fs::canonicalize(folder.join("Cargo.toml"))
        .with_context(|| format!("{} has no Cargo.toml", folder.display()))?;
    let is_own =
        |package: &&CargoPackage| std::fs::canonicalize(&package.manifest_path).is_ok_and(|path| path == own);
    let package = found.packages.iter().find(is_own).context("cargo does not know this package")?;
    let library = package.targets.iter().find(|target| target.kind.iter().any(|kind| kind == "cdylib"));
    let library = library.context("add `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in Cargo.toml")?;
    let workspace = std::fs::read_to_string(found.workspace_root.join("Cargo.toml"))?;
    let workspace: toml::Table = workspace.parse().context("reading the workspace's Cargo.toml")?;
    let has_profile = workspace.get("profile").and_then(|profiles| profiles.get(PROFILE)).is_some();
    Ok(Metadata {
        library: library.name.replace('-', "_"),
        target_folder: found.target_directory,
        has_profile,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(manifest: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(manifest::FILE_NAME), manifest).unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    const MANIFEST: &str = "id = \"hints\"\nversion = \"0.1.0\"\nname = \"@name\"\nroles = [\"assist\"]\n";

    #[test]
    fn texts_must_be_in_every_language() {
        let table = [
            (vec![("locales/en.ftl", "name = Hints\n"), ("locales/de.ftl", "name = Hinweise\n")], None),
            (vec![("locales/en/plugin.ftl", "name = Hints\n")], Some("one file for each language")),
            (vec![("locales/en.ftl", "title = Hints\n")], Some("en.ftl lacks name")),
            (
                vec![("locales/en.ftl", "name = a\nmore = b\n"), ("locales/de.ftl", "name = a\n")],
                Some("de.ftl lacks more"),
            ),
            (vec![], Some("no locales")),
        ];
        for (files, complaint) in table {
            let folder = plugin(MANIFEST, &files);
            let (manifest, _) = manifest::read(folder.path()).unwrap();
            let assets = package::read_assets(folder.path()).unwrap();
            let answer = check_texts(folder.path(), &manifest, &assets);
            match complaint {
                None => answer.unwrap(),
                Some(part) => assert!(answer.unwrap_err().to_string().contains(part), "{part}"),
            }
        }
    }

    #[test]
    fn a_component_that_does_not_fit_its_manifest_is_not_packed() {
        let folder = plugin(MANIFEST, &[("locales/en.ftl", "name = Hints\n")]);
        let (manifest, text) = manifest::read(folder.path()).unwrap();
        let component = wasm_encoder::Component::new().finish();
        let error = pack(component, &manifest, &text, &Assets::new()).unwrap_err();
        assert!(error.to_string().contains("does not export it"), "{error}");
    }

    #[test]
    fn a_broken_manifest_stops_the_build_before_cargo() {
        let folder = plugin("id = \"hints\"\n", &[]);
        let error = build_folder(folder.path(), &Options::into_folder(folder.path())).unwrap_err();
        assert!(error.to_string().contains("plugin.toml:1: missing field"), "{error}");
    }
}
