//! Compiled code on disk, so that a start takes no compiler. A file is used only when its code proves that this desk
//! wrote it: anything else is compiled again.

use std::{
    fs,
    hash::{Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use crate::{
    compiler,
    error::LoadError,
    guard::{Guard, Guards},
};

const KEY_FILE: &str = "key";
const KEY_BYTES: usize = 32;
const CODE_BYTES: usize = 32;
/// Largest file that is read, in bytes: compiled code is a few times its component.
const FILE_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Compiled code under (component, engine, settings, processor), with a message authentication code.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; KEY_BYTES],
    /// Hash over wasmtime's version, settings and the processor's features.
    engine: [u8; 32],
    guards: Guards,
}

/// How a component was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Cache,
    Compiler,
}

impl Cache {
    pub(crate) fn open(folder: &Path, engine: &Engine, guards: Guards) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        owner_only(folder, 0o700)?;
        Ok(Self {
            folder: folder.to_owned(),
            key: read_or_make_key(&folder.join(KEY_FILE))?,
            engine: fingerprint(engine),
            guards,
        })
    }

    /// Loads a component, from the cache where possible. Blocks while it compiles.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        bytes: &[u8],
        hash: &[u8; 32],
    ) -> Result<(Component, Origin), LoadError> {
        let path = self.path(hash);
        if let Some(code) = self.read(&path, hash)
            && let Some(component) = deserialize(engine, &code)
        {
            return Ok((component, Origin::Cache));
        }
        let code = compiler::code(engine, bytes, self.guards)?;
        if let Err(error) = self.write(&path, hash, &code) {
            tracing::warn!(%error, "compiled code could not be kept");
        }
        let component = deserialize(engine, &code);
        component
            .map(|component| (component, Origin::Compiler))
            .ok_or_else(|| LoadError::Compile("the compiler is of another version".to_owned()))
    }

    fn path(&self, hash: &[u8; 32]) -> PathBuf {
        let name = Sha256::new().chain_update(hash).chain_update(self.engine).finalize();
        let half: [u8; 16] = std::array::from_fn(|index| name[index]);
        self.folder.join(format!("{:032x}.code", u128::from_be_bytes(half)))
    }

    fn code(&self, hash: &[u8; 32], code: &[u8]) -> Hmac<Sha256> {
        // An HMAC key may have any length.
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("any length will do"));
        mac.update(hash);
        mac.update(&self.engine);
        mac.update(code);
        mac
    }

    /// The code in a file, if this desk wrote it for this component and engine.
    fn read(&self, path: &Path, hash: &[u8; 32]) -> Option<Vec<u8>> {
        if fs::metadata(path).ok()?.len() > FILE_MAX_BYTES {
            return None;
        }
        let mut content = fs::read(path).ok()?;
        let start = content.len().checked_sub(CODE_BYTES)?;
        let tag = content.split_off(start);
        let authentic = self.code(hash, &content).verify_slice(&tag).is_ok();
        if !authentic && self.guards.on(Guard::CodeAuthenticity) {
            tracing::warn!(file = %path.display(), "compiled code was changed and is compiled again");
            return None;
        }
        Some(content)
    }

    fn write(&self, path: &Path, hash: &[u8; 32], code: &[u8]) -> io::Result<()> {
        let unfinished = path.with_extension("unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(code)?;
        file.write_all(&self.code(hash, code).finalize().into_bytes())?;
        file.sync_all()?;
        owner_only(&unfinished, 0o600)?;
        fs::rename(&unfinished, path)
    }
}

/// The one unsafe call of this crate.
#[allow(unsafe_code, reason = "wasmtime offers compiled code no other way; see the safety comment")]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: `code` is a buffer of our own (not a mapped file that could change under us). Either this program or a
    // child of it made it with `Component::serialize` just now, or its message authentication code was checked over
    // exactly these bytes: they came out of `Component::serialize` in a desk that had the key, for the same engine
    // version, settings and processor. wasmtime checks the latter once more.
    unsafe { Component::deserialize(engine, code) }.ok()
}

fn fingerprint(engine: &Engine) -> [u8; 32] {
    struct Sink(Sha256);
    impl Hasher for Sink {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut sink = Sink(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut sink);
    sink.0.finalize().into()
}

fn read_or_make_key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    if let Ok(present) = fs::read(path)
        && let Ok(key) = <[u8; KEY_BYTES]>::try_from(present)
    {
        return Ok(key);
    }
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    fs::write(path, key)?;
    owner_only(path, 0o600)?;
    Ok(key)
}

#[cfg(unix)]
fn owner_only(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn owner_only(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}
