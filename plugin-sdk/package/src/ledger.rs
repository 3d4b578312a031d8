//! The record of what is installed on a desk: one file beside the packages.
//!
//! It pins each package by its hash, so that a file that is exchanged later is not loaded; it remembers the highest
//! serial and the publisher even after a plugin was removed; and it lists the publishers a person trusts.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::{Path, PathBuf},
};

use model::plugin::Capability;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    hex::{from_hex, to_hex},
    key::PublisherKey,
};

/// The record's file, in the folder of installed packages.
const FILE_NAME: &str = "installed.toml";
/// Largest record that is read, in bytes.
const FILE_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A package that somebody wants to install, as read from the very bytes that will be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its serial.
    pub serial: u32,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Who signed it; none where nobody did.
    pub publisher: Option<PublisherKey>,
    /// What it says its publisher is called. Not to be believed before the key is trusted.
    pub publisher_name: String,
    /// What it asks for.
    pub capabilities: BTreeSet<Capability>,
}

/// What the person at the desk said along with the wish to install.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// Take a package that nobody signed.
    pub unsigned: bool,
    /// Trust this publisher from now on.
    pub trust: Option<PublisherKey>,
    /// Let another publisher take over this id.
    pub replace_publisher: bool,
}

/// What is recorded of one plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installed {
    /// Version.
    pub version: String,
    /// The highest serial that was ever installed.
    pub serial: u32,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// What it asks for, as in `plugin.toml`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<String>,
    /// It was taken away; what is recorded here still counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A publisher that a person trusts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownPublisher {
    /// The public key.
    pub key: String,
    /// What the publisher was called when a person decided.
    pub name: String,
}

/// What an installation changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The version that is there now; none for a new plugin.
    pub from: Option<String>,
    /// Capabilities it did not ask for before.
    pub added: Vec<String>,
    /// Capabilities it no longer asks for.
    pub dropped: Vec<String>,
    /// Another publisher takes it over.
    pub other_publisher: bool,
    /// These very bytes are installed already.
    pub same: bool,
}

/// The record cannot be used.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It cannot be understood. Nothing is loaded from this folder until it can: it is what protects it.
    #[error("{file}: {what}\n    restore it from a backup, or move it away and install the plugins again")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the line.
        what: String,
    },
}

/// A package is not installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// Nobody signed it.
    #[error(
        "nobody signed {0}\n    ask its publisher for a signed file, or say --unsigned if you made it yourself"
    )]
    Unsigned(String),
    /// Its publisher is not trusted here.
    #[error(
        "{id} is signed by a publisher that this desk does not know: {key}\n    it calls itself {name:?}; compare the key with the publisher's own pages, then say --trust {key}"
    )]
    UnknownPublisher {
        /// The plugin.
        id: String,
        /// The key.
        key: PublisherKey,
        /// What the package says.
        name: String,
    },
    /// It belongs to another publisher.
    #[error(
        "{id} belongs to {before}, and this file comes from {now}\n    if the plugin changed hands, say --replace-publisher; what was granted to it is asked for again"
    )]
    OtherPublisher {
        /// The plugin.
        id: String,
        /// Whose it was.
        before: String,
        /// Whose this one is.
        now: String,
    },
    /// It is older than what was installed.
    #[error(
        "{id} has serial {offered}, and {highest} was installed here already\n    serials never go down: its publisher has to release what is wanted with a higher one"
    )]
    OlderSerial {
        /// The plugin.
        id: String,
        /// What was offered.
        offered: u32,
        /// The highest so far.
        highest: u32,
    },
    /// Another signed file with the same serial.
    #[error(
        "{id} with serial {serial} is installed, and this file is another one\n    its publisher has to raise `serial` in plugin.toml with every release"
    )]
    SameSerial {
        /// The plugin.
        id: String,
        /// The serial of both.
        serial: u32,
    },
    /// The record cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default)]
    publishers: Vec<KnownPublisher>,
    #[serde(default)]
    plugins: BTreeMap<String, Installed>,
}

/// The record of one folder.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    record: Record,
}

impl Ledger {
    /// Reads the record of a folder; an empty one where there is none.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let file = folder.join(FILE_NAME);
        let damaged = |what: String| LedgerError::Damaged { file: file.clone(), what };
        let record = match std::fs::metadata(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Record::default(),
            Err(error) => return Err(LedgerError::File { file, error }),
            Ok(facts) if facts.len() > FILE_MAX_BYTES => return Err(damaged("it is too large".to_owned())),
            Ok(_) => {
                let text = std::fs::read_to_string(&file)
                    .map_err(|error| LedgerError::File { file: file.clone(), error })?;
                toml::from_str(&text).map_err(|error| damaged(error.to_string().trim().to_owned()))?
            }
        };
        Ok(Self { folder: folder.to_owned(), record })
    }

    /// What is recorded of a plugin that is installed.
    pub fn installed(&self, id: &str) -> Option<&Installed> {
        self.record.plugins.get(id).filter(|installed| !installed.removed)
    }

    /// The hash that a plugin's file must have.
    pub fn pinned(&self, id: &str) -> Option<[u8; 32]> {
        self.installed(id).and_then(|installed| from_hex(&installed.sha256))
    }

    /// The publishers a person trusts.
    pub fn publishers(&self) -> &[KnownPublisher] {
        &self.record.publishers
    }

    /// What a trusted publisher is called.
    pub fn publisher_name(&self, key: &PublisherKey) -> Option<&str> {
        let key = key.to_string();
        self.record.publishers.iter().find(|known| known.key == key).map(|known| known.name.as_str())
    }

    /// Where a plugin's file is.
    pub fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.wasm"))
    }

    /// Whether a package may be installed, and what that would change.
    pub fn check(&self, candidate: &Candidate, permission: &Permission) -> Result<Change, InstallError> {
        let id = || candidate.id.clone();
        let before = self.record.plugins.get(&candidate.id);
        let publisher = candidate.publisher.map(|key| key.to_string());
        match candidate.publisher {
            None if !permission.unsigned => return Err(InstallError::Unsigned(id())),
            Some(key) if self.publisher_name(&key).is_none() && permission.trust != Some(key) => {
                let name = candidate.publisher_name.clone();
                return Err(InstallError::UnknownPublisher { id: id(), key, name });
            }
            _ => {}
        }
        let other_publisher = before.is_some_and(|before| before.publisher != publisher);
        if let Some(before) = before {
            let whose = |key: &Option<String>| key.clone().unwrap_or_else(|| "nobody (unsigned)".to_owned());
            if other_publisher && !permission.replace_publisher {
                let (before, now) = (whose(&before.publisher), whose(&publisher));
                return Err(InstallError::OtherPublisher { id: id(), before, now });
            }
            if candidate.serial < before.serial && !other_publisher {
                let (offered, highest) = (candidate.serial, before.serial);
                return Err(InstallError::OlderSerial { id: id(), offered, highest });
            }
            let same_serial = candidate.serial == before.serial && !other_publisher;
            if same_serial && publisher.is_some() && before.sha256 != to_hex(&candidate.sha256) {
                return Err(InstallError::SameSerial { id: id(), serial: candidate.serial });
            }
        }
        Ok(self.change(candidate, other_publisher))
    }

    /// What a package would change, whether or not it may be installed.
    pub fn change(&self, candidate: &Candidate, other_publisher: bool) -> Change {
        let before = self.installed(&candidate.id);
        let had = before.map(|before| before.capabilities.clone()).unwrap_or_default();
        let has = entries(&candidate.capabilities);
        Change {
            from: before.map(|before| before.version.clone()),
            added: has.difference(&had).cloned().collect(),
            dropped: had.difference(&has).cloned().collect(),
            other_publisher,
            same: before.is_some_and(|before| before.sha256 == to_hex(&candidate.sha256)),
        }
    }

    /// Checks a package and keeps exactly these bytes, which `candidate` was read from.
    pub fn install(
        &mut self,
        candidate: &Candidate,
        bytes: &[u8],
        permission: &Permission,
    ) -> Result<Change, InstallError> {
        let change = self.check(candidate, permission)?;
        if let Some(key) = permission.trust.filter(|key| candidate.publisher == Some(*key)) {
            self.trust(key, &candidate.publisher_name);
        }
        let highest = match self.record.plugins.get(&candidate.id) {
            Some(before) if !change.other_publisher => before.serial.max(candidate.serial),
            _ => candidate.serial,
        };
        let installed = Installed {
            version: candidate.version.clone(),
            serial: highest,
            sha256: to_hex(&candidate.sha256),
            publisher: candidate.publisher.map(|key| key.to_string()),
            capabilities: entries(&candidate.capabilities),
            removed: false,
        };
        self.record.plugins.insert(candidate.id.clone(), installed);
        // A desk that starts between the two finds a file that is not the recorded one, and does not load it.
        write_whole(&self.file(&candidate.id), bytes)?;
        self.save()?;
        Ok(change)
    }

    /// Takes a plugin's file away. What is recorded stays, so that no older one comes in its place.
    pub fn remove(&mut self, id: &str) -> Result<bool, LedgerError> {
        let file = self.file(id);
        let was_there = match std::fs::remove_file(&file) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(LedgerError::File { file, error }),
        };
        if let Some(installed) = self.record.plugins.get_mut(id) {
            installed.removed = true;
            self.save()?;
        }
        Ok(was_there)
    }

    /// Takes trust in a publisher back; answers whether there was any. What is installed stays, and is shown as from an
    /// unknown publisher; nothing new of that publisher is taken.
    pub fn distrust(&mut self, key: &PublisherKey) -> Result<bool, LedgerError> {
        let (before, key) = (self.record.publishers.len(), key.to_string());
        self.record.publishers.retain(|known| known.key != key);
        let was_trusted = self.record.publishers.len() < before;
        if was_trusted {
            self.save()?;
        }
        Ok(was_trusted)
    }

    fn trust(&mut self, key: PublisherKey, name: &str) {
        if self.publisher_name(&key).is_none() {
            self.record.publishers.push(KnownPublisher { key: key.to_string(), name: name.to_owned() });
        }
    }

    fn save(&self) -> Result<(), LedgerError> {
        let file = self.folder.join(FILE_NAME);
        let text = toml::to_string_pretty(&self.record)
            .map_err(|error| LedgerError::Damaged { file: file.clone(), what: error.to_string() })?;
        write_whole(&file, text.as_bytes())
    }
}

fn entries(capabilities: &BTreeSet<Capability>) -> BTreeSet<String> {
    capabilities.iter().map(Capability::manifest_entry).collect()
}

/// Written beside, synced and renamed: whoever reads meanwhile finds the old file or the new one.
fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::File { file: file.to_owned(), error };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = file.with_extension("part");
    let mut opened = std::fs::File::create(&beside).map_err(failed)?;
    opened.write_all(bytes).and_then(|()| opened.sync_all()).map_err(failed)?;
    std::fs::rename(&beside, file).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    fn key(seed: u8) -> PublisherKey {
        SecretKey::from_seed(&[seed; 32]).public()
    }

    fn candidate(serial: u32, publisher: Option<u8>, content: u8) -> Candidate {
        Candidate {
            id: "hints".to_owned(),
            version: format!("0.{serial}.0"),
            serial,
            sha256: [content; 32],
            publisher: publisher.map(key),
            publisher_name: "Maker".to_owned(),
            capabilities: BTreeSet::from([Capability::Kv]),
        }
    }

    fn trusting(seed: u8) -> Permission {
        Permission { trust: Some(key(seed)), ..Permission::default() }
    }

    /// A folder where serial 5 of publisher 1 with content 5 is installed.
    fn folder() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(folder.path()).unwrap();
        ledger.install(&candidate(5, Some(1), 5), b"bytes", &trusting(1)).unwrap();
        (folder, ledger)
    }

    #[test]
    fn what_may_be_installed() {
        let none = Permission::default();
        let unsigned = Permission { unsigned: true, ..none.clone() };
        let taking_over = Permission { replace_publisher: true, ..trusting(2) };
        let table: [(&str, Candidate, &Permission, Result<(), &str>); 11] = [
            ("the same file again", candidate(5, Some(1), 5), &none, Ok(())),
            ("a newer one", candidate(6, Some(1), 6), &none, Ok(())),
            ("an older one", candidate(4, Some(1), 4), &none, Err("serials never go down")),
            ("the same serial, another file", candidate(5, Some(1), 6), &none, Err("raise `serial`")),
            ("no signature", candidate(6, None, 6), &none, Err("nobody signed")),
            ("no signature any more", candidate(6, None, 6), &unsigned, Err("belongs to")),
            ("a stranger", candidate(6, Some(2), 6), &none, Err("does not know")),
            ("a stranger, trusted", candidate(6, Some(2), 6), &trusting(2), Err("belongs to")),
            ("trust in somebody else", candidate(6, Some(3), 6), &trusting(2), Err("does not know")),
            ("taken over", candidate(1, Some(2), 6), &taking_over, Ok(())),
            ("taken over without a word", candidate(6, Some(2), 6), &unsigned, Err("does not know")),
        ];
        let (_folder, ledger) = folder();
        for (name, candidate, permission, expected) in table {
            match (ledger.check(&candidate, permission), expected) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{name}: {error}"),
                (got, expected) => panic!("{name}: {got:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn the_record_outlives_the_plugin_and_the_program() {
        let (folder, mut ledger) = folder();
        assert!(ledger.file("hints").is_file());
        assert!(ledger.remove("hints").unwrap());
        assert!(!ledger.remove("hints").unwrap());
        let ledger = Ledger::open(folder.path()).unwrap();
        assert_eq!(ledger.pinned("hints"), None);
        assert_eq!(ledger.publisher_name(&key(1)), Some("Maker"));
        let old = ledger.check(&candidate(4, Some(1), 4), &Permission::default());
        assert!(matches!(old, Err(InstallError::OlderSerial { highest: 5, .. })), "{old:?}");
    }

    #[test]
    fn trust_can_be_taken_back() {
        let (folder, mut ledger) = folder();
        assert!(ledger.distrust(&key(1)).unwrap());
        assert!(!ledger.distrust(&key(1)).unwrap());
        let ledger = Ledger::open(folder.path()).unwrap();
        let next = ledger.check(&candidate(6, Some(1), 6), &Permission::default());
        assert!(matches!(next, Err(InstallError::UnknownPublisher { .. })), "{next:?}");
        assert!(ledger.pinned("hints").is_some(), "what is installed stays");
    }

    #[test]
    fn the_change_says_what_is_asked_for_anew() {
        let (_folder, ledger) = folder();
        let mut wider = candidate(6, Some(1), 6);
        wider.capabilities = BTreeSet::from([Capability::Http("crm.example.com:443".to_owned())]);
        let change = ledger.check(&wider, &Permission::default()).unwrap();
        assert_eq!(change.from.as_deref(), Some("0.5.0"));
        assert_eq!(change.added, ["{ http = \"crm.example.com:443\" }"]);
        assert_eq!(change.dropped, ["\"kv\""]);
        assert!(!change.same && !change.other_publisher);
    }

    #[test]
    fn an_unsigned_plugin_of_ones_own_can_be_installed_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(folder.path()).unwrap();
        let permission = Permission { unsigned: true, ..Permission::default() };
        for content in 1..4 {
            ledger.install(&candidate(0, None, content), b"bytes", &permission).unwrap();
            assert_eq!(ledger.pinned("hints"), Some([content; 32]));
        }
        assert!(ledger.publishers().is_empty());
    }

    #[test]
    fn a_damaged_record_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), "plugins = 3").unwrap();
        assert!(Ledger::open(folder.path()).unwrap_err().to_string().contains("install the plugins again"));
    }
}
