//! The form of a package: a component with its manifest and assets in custom sections.
//!
//! Section `switchboard:manifest` is the text of `plugin.toml`. Section `switchboard:assets` is a list of files,
//! each as name length (u32, little endian), name (UTF-8), length (u32, little endian), bytes.

use std::{borrow::Cow, collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use plugin_package::SIGNATURE_SECTION;
use wasm_encoder::{Encode as _, Section as _};
use wasmparser::{Encoding, Parser, Payload};

/// Custom section with the text of `plugin.toml`.
pub const MANIFEST_SECTION: &str = "switchboard:manifest";
/// Custom section with the assets.
pub const ASSETS_SECTION: &str = "switchboard:assets";
/// Assets of a package, in bytes, all together.
pub const ASSETS_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Files among the assets of a package.
pub const ASSETS_MAX: usize = 256;
/// Folders of a plugin whose files become assets.
pub const ASSET_FOLDERS: [&str; 2] = ["locales", "web"];

/// Files by name, such as `locales/en.ftl` or `web/widget.js`.
pub type Assets = BTreeMap<String, Vec<u8>>;

/// What a package says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The text of `plugin.toml`.
    pub manifest: Option<String>,
    /// Files.
    pub assets: Assets,
    /// Full names of what it imports.
    pub imports: Vec<String>,
    /// Full names of what it exports.
    pub exports: Vec<String>,
    /// How many signature sections there are.
    pub signatures: usize,
}

/// Reads the assets of a plugin's folder.
pub fn read_assets(folder: &Path) -> Result<Assets> {
    let mut assets = Assets::new();
    for name in ASSET_FOLDERS {
        let path = folder.join(name);
        if path.is_dir() {
            collect(&path, name, &mut assets)?;
        }
    }
    let bytes: usize = assets.values().map(Vec::len).sum();
    ensure!(bytes <= ASSETS_MAX_BYTES, "the assets have {bytes} bytes, {ASSETS_MAX_BYTES} are allowed");
    ensure!(assets.len() <= ASSETS_MAX, "there are {} assets, {ASSETS_MAX} are allowed", assets.len());
    Ok(assets)
}

fn collect(folder: &Path, prefix: &str, assets: &mut Assets) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            bail!("{} has a name that is not UTF-8", entry.path().display())
        };
        if name.starts_with('.') {
            continue;
        }
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        ensure!(plain, "{}: use letters, digits, `.`, `_` and `-` only", entry.path().display());
        let full = format!("{prefix}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &full, assets)?;
        } else {
            let data =
                std::fs::read(entry.path()).with_context(|| format!("reading {}", entry.path().display()))?;
            assets.insert(full, data);
        }
    }
    Ok(())
}

/// Appends manifest and assets to a component.
pub fn embed(component: &mut Vec<u8>, manifest: &str, assets: &Assets) {
    append(component, MANIFEST_SECTION, manifest.as_bytes());
    if !assets.is_empty() {
        append(component, ASSETS_SECTION, &encode_assets(assets));
    }
}

fn append(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = wasm_encoder::CustomSection { name: name.into(), data: Cow::Borrowed(data) };
    component.push(section.id());
    section.encode(component);
}

fn encode_assets(assets: &Assets) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, data) in assets {
        out.extend_from_slice(&(name.len() as u32).to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&(data.len() as u32).to_le_bytes());
        out.extend_from_slice(data);
    }
    out
}

fn decode_assets(mut data: &[u8], assets: &mut Assets) -> Result<()> {
    while !data.is_empty() {
        let name = take(&mut data).context("the assets are cut short")?;
        let content = take(&mut data).context("the assets are cut short")?;
        assets.insert(std::str::from_utf8(name)?.to_owned(), content.to_vec());
    }
    Ok(())
}

fn take<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    let (taken, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *data = rest;
    Some(taken)
}

/// Reads what a component says about itself. Only the outermost component's own sections count.
pub fn read(bytes: &[u8]) -> Result<Contents> {
    let mut contents = Contents::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.context("this is no WebAssembly")? {
            Payload::Version { encoding, .. } if depth == 0 => {
                ensure!(encoding == Encoding::Component, "this is a core module, not a component");
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    contents.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    contents.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == MANIFEST_SECTION => {
                contents.manifest = Some(std::str::from_utf8(section.data())?.to_owned());
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == ASSETS_SECTION => {
                decode_assets(section.data(), &mut contents.assets)?;
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == SIGNATURE_SECTION => {
                contents.signatures += 1;
            }
            _ => {}
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_read_back() {
        let mut component = wasm_encoder::Component::new().finish();
        let assets = Assets::from([
            ("locales/en.ftl".to_owned(), b"name = Hints\n".to_vec()),
            ("web/empty.txt".to_owned(), vec![]),
        ]);
        embed(&mut component, "id = \"hints\"\n", &assets);
        let contents = read(&component).unwrap();
        assert_eq!(contents.manifest.as_deref(), Some("id = \"hints\"\n"));
        assert_eq!(contents.assets, assets);
        wasmparser::Validator::new().validate_all(&component).unwrap();
    }

    #[test]
    fn what_is_no_component_is_refused() {
        let module = wasm_encoder::Module::new().finish();
        for (bytes, what) in [(b"no wasm at all".to_vec(), "no WebAssembly"), (module, "core module")] {
            assert!(read(&bytes).unwrap_err().to_string().contains(what));
        }
    }

    #[test]
    fn assets_that_are_cut_short_are_refused() {
        let whole = encode_assets(&Assets::from([("a".to_owned(), vec![1, 2, 3])]));
        for length in 1..whole.len() {
            assert!(decode_assets(&whole[..length], &mut Assets::new()).is_err(), "{length}");
        }
    }

    #[test]
    fn assets_come_from_their_folders_only() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["locales/en.ftl", "web/img/a.png", "web/.hidden", "src/lib.rs"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let assets = read_assets(folder.path()).unwrap();
        assert_eq!(assets.keys().collect::<Vec<_>>(), ["locales/en.ftl", "web/img/a.png"]);
    }
}
