//! The guest of tests/guest as a component, and packages around it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use host::Package;
use plugin_tool::{
    build::{self, Options},
    toolchain::TARGET,
};

/// Builds the guest, in the folder that all guests share, so that it is quick the second time.
pub fn component() -> Result<Vec<u8>> {
    let root = root()?;
    let target = root.join("target/guest");
    let out = Options::into_folder(root.join("target/hostile"));
    build::build_folder(&root.join("tests/guest"), &Options { target_folder: Some(target.clone()), ..out })?;
    build::encode(&target.join(TARGET).join(build::PROFILE).join("plugin_hostile.wasm"))
}

/// A package of a component and the text of a manifest.
pub fn package(component: &[u8], manifest: &str) -> Result<Package> {
    Ok(Package::read(package_bytes(component, manifest))?)
}

/// The same as the bytes of its file.
pub fn package_bytes(component: &[u8], manifest: &str) -> Vec<u8> {
    let mut bytes = component.to_vec();
    let mut content = Vec::new();
    leb128(&mut content, host::package::MANIFEST_SECTION.len());
    content.extend_from_slice(host::package::MANIFEST_SECTION.as_bytes());
    content.extend_from_slice(manifest.as_bytes());
    bytes.push(0);
    leb128(&mut bytes, content.len());
    bytes.extend_from_slice(&content);
    bytes
}

fn leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The workspace's folder, above whichever crate's tests these are.
pub fn root() -> Result<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(Path::to_owned).find(|folder| folder.join("tests/guest").is_dir()).context("the workspace")
}
