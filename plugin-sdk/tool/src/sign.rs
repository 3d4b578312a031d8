//! Keys of publishers and signatures of packages.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use plugin_package::SecretKey;

use crate::{build::write_whole, inspect::Inspected, manifest};

/// Makes a publisher's key in a new file, and answers what to do with its two halves.
pub fn new_key(file: &Path) -> Result<String> {
    let key = SecretKey::new()?;
    key.write(file)?;
    Ok(format!(
        "{}: the secret half; keep a copy where nobody else can read it, and never publish it\n\
         {}: the public half; publish it where your users find you",
        file.display(),
        key.public()
    ))
}

/// The public half of a key in a file.
pub fn show_key(file: &Path) -> Result<String> {
    Ok(SecretKey::read(file)?.public().to_string())
}

/// Signs a package file in its place; an earlier signature is replaced.
pub fn sign(file: &Path, key_file: &Path) -> Result<String> {
    let key = SecretKey::read(key_file)?;
    // A file whose signature does not hold was changed by somebody: not a thing to sign over.
    let package = Inspected::read(file)?;
    if let Some(problem) = unfit(&package) {
        bail!("{problem}");
    }
    let signed = plugin_package::sign(&package.bytes, &package.manifest, &key);
    let publisher = plugin_package::verify(&signed, &package.manifest).context("the new signature")?;
    ensure!(publisher == Some(key.public()), "the new signature does not hold");
    write_whole(file, &signed)?;
    Ok(format!(
        "{} {} (serial {}) is signed by {}",
        package.manifest.id,
        package.manifest.version,
        package.manifest.serial,
        key.public()
    ))
}

/// What a manifest lacks before its package can be published.
fn unfit(package: &Inspected) -> Option<String> {
    let line = |key: &str| {
        let at = package.text.lines().position(|line| line.trim_start().starts_with(key));
        at.map_or(1, |index| index + 1)
    };
    let file = manifest::FILE_NAME;
    if package.manifest.serial == 0 {
        let line = if package.text.contains("serial") { line("serial") } else { line("version") };
        return Some(format!(
            "{file}:{line}: a release needs a serial, so that nobody can be given an older one in its place\n    \
             add `serial = 1`, build again, and raise it with every release"
        ));
    }
    if package.manifest.publisher.trim().is_empty() {
        return Some(format!(
            "{file}:{}: a release says who makes it\n    add a line such as `publisher = \"Example Ltd\"` and build again",
            line("version")
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::package::{Assets, embed};

    fn package(folder: &Path, more: &str) -> PathBuf {
        let mut component = wasm_encoder::Component::new().finish();
        let text = format!("id = \"hints\"\nversion = \"0.1.0\"\nname = \"n\"\nroles = [\"assist\"]\n{more}");
        embed(&mut component, &text, &Assets::new());
        let file = folder.join("hints.wasm");
        std::fs::write(&file, component).unwrap();
        file
    }

    const RELEASE: &str = "serial = 1\npublisher = \"Maker\"\n";

    #[test]
    fn a_signed_package_names_its_publisher_and_a_changed_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("my.key");
        assert!(new_key(&key).unwrap().contains("ed25519:"));
        let file = package(folder.path(), RELEASE);
        sign(&file, &key).unwrap();
        sign(&file, &key).unwrap();
        let inspected = Inspected::read(&file).unwrap();
        assert_eq!(inspected.publisher.unwrap().to_string(), show_key(&key).unwrap());

        let mut bytes = inspected.bytes.clone();
        let at = bytes.windows(5).position(|part| part == b"Maker").unwrap();
        bytes[at] = b'F';
        std::fs::write(&file, &bytes).unwrap();
        let error = format!("{:#}", Inspected::read(&file).err().unwrap());
        assert!(error.contains("changed after it was signed"), "{error}");
        assert!(sign(&file, &key).is_err());

        // With a byte behind it, the signature is no longer the last section: refused, not taken for unsigned.
        let mut bytes = inspected.bytes;
        bytes.extend_from_slice(&[0, 2, 1, b'x']);
        std::fs::write(&file, &bytes).unwrap();
        let error = format!("{:#}", Inspected::read(&file).err().unwrap());
        assert!(error.contains("not the last section"), "{error}");
    }

    #[test]
    fn a_release_needs_a_serial_and_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("my.key");
        new_key(&key).unwrap();
        for (more, part) in [
            ("", "plugin.toml:2: a release needs a serial"),
            ("serial = 0\n", "plugin.toml:5: a release needs a serial"),
            ("serial = 1\n", "plugin.toml:2: a release says who makes it"),
        ] {
            let error = sign(&package(folder.path(), more), &key).unwrap_err().to_string();
            assert!(error.contains(part), "{more}: {error}");
        }
    }
}
