//! Secrets that people typed, sealed in a file of their own beside the journal.
//!
//! Each is encrypted with a key that stands in a second file, readable by the owner alone, and bound to its slot, to
//! the place where the manifest sent it and to the moment it was typed: an entry that was moved or changed does not
//! open. What the two files protect against, and what not, stands in `app/ARCHITECTURE.md`.

use std::{fs, io};

use model::{AccountId, PluginId, Timestamp};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Store, chain, codec, error::StorageError, folder, setting};

/// Sealed secrets.
pub const SECRETS_FILE: &str = "typed-secrets.json";
/// What they are sealed with.
pub const SECRETS_KEY_FILE: &str = "typed-secrets.key";
/// Length of that key, in bytes.
const KEY_BYTES: usize = 32;

/// Whose slot it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SlotName {
    /// The plugin.
    pub plugin: PluginId,
    /// Of this account; otherwise of the plugin as a whole.
    pub account: Option<AccountId>,
    /// The slot.
    pub slot: String,
}

/// Random bytes for one sealing, drawn by the caller.
pub struct FreshSeal {
    /// Becomes the key where there is none.
    pub key: Zeroizing<[u8; KEY_BYTES]>,
    /// Never used twice.
    pub nonce: [u8; NONCE_LEN],
}

/// A secret that was typed.
pub struct TypedSecret {
    /// Whose.
    pub name: SlotName,
    /// Where the manifest sent it when it was typed.
    pub place: String,
    /// When.
    pub at: Timestamp,
    /// The secret; none where it does not open.
    pub value: Option<Zeroizing<Vec<u8>>>,
}

/// One secret as the file has it.
#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    name: SlotName,
    place: String,
    at_ms: i64,
    nonce: String,
    sealed: String,
}

impl Entry {
    /// What the sealing covers beside the secret. Lengths come first, so that no two entries have the same text.
    fn bound(&self) -> Vec<u8> {
        let account = self.name.account.map(|account| account.to_string()).unwrap_or_default();
        let mut bound = Vec::new();
        for part in [self.name.plugin.as_str(), &account, &self.name.slot, &self.place] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part.as_bytes());
        }
        bound.extend_from_slice(&self.at_ms.to_be_bytes());
        bound
    }

    fn open(&self, key: &LessSafeKey) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = Nonce::try_assume_unique_for_key(&setting::bytes(&self.nonce)?).ok()?;
        let mut bytes = Zeroizing::new(setting::bytes(&self.sealed)?);
        let length = key.open_in_place(nonce, Aad::from(self.bound()), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

impl Store {
    /// Every secret that was typed. Those that do not open are among them; a file that is no list of them is an error.
    pub fn typed_secrets(&self) -> Result<Vec<TypedSecret>, StorageError> {
        let key = self.secrets_key()?;
        let opened = self.sealed_entries()?.into_iter().map(|entry| TypedSecret {
            value: key.as_ref().and_then(|key| entry.open(key)),
            at: codec::moment(entry.at_ms),
            place: entry.place,
            name: entry.name,
        });
        Ok(opened.collect())
    }

    /// Seals what was typed for a slot, in place of what was there. A list that cannot be read begins anew.
    pub fn keep_typed_secret(
        &mut self,
        name: SlotName,
        place: String,
        at: Timestamp,
        secret: &[u8],
        fresh: &FreshSeal,
    ) -> Result<(), StorageError> {
        let mut entries = match self.sealed_entries() {
            Err(StorageError::Unreadable { .. }) => Vec::new(),
            entries => entries?,
        };
        let key = match self.secrets_key()? {
            Some(key) => key,
            None => self.make_secrets_key(&fresh.key)?,
        };
        let mut entry = Entry {
            name,
            place,
            at_ms: codec::millis(at),
            nonce: chain::hexadecimal(&fresh.nonce),
            sealed: String::new(),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(secret.len() + CHACHA20_POLY1305.tag_len()));
        bytes.extend_from_slice(secret);
        let nonce = Nonce::assume_unique_for_key(fresh.nonce);
        key.seal_in_place_append_tag(nonce, Aad::from(entry.bound()), &mut *bytes)
            .map_err(|_| StorageError::unreadable("typed secret", 0, "it is too long to be sealed"))?;
        entry.sealed = chain::hexadecimal(&bytes);
        entries.retain(|other| other.name != entry.name);
        entries.push(entry);
        self.write_sealed(&entries)
    }

    /// Forgets every secret whose slot is meant.
    pub fn forget_typed_secrets(&mut self, is_meant: impl Fn(&SlotName) -> bool) -> Result<(), StorageError> {
        let mut entries = self.sealed_entries()?;
        let before = entries.len();
        entries.retain(|entry| !is_meant(&entry.name));
        if entries.len() == before { Ok(()) } else { self.write_sealed(&entries) }
    }

    fn sealed_entries(&self) -> Result<Vec<Entry>, StorageError> {
        match fs::read(self.folder.join(SECRETS_FILE)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| StorageError::unreadable("typed secrets", 0, error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn write_sealed(&self, entries: &[Entry]) -> Result<(), StorageError> {
        let text = serde_json::to_vec_pretty(entries)
            .map_err(|error| StorageError::unreadable("typed secrets", 0, error.to_string()))?;
        Ok(folder::replace_file(&self.folder.join(SECRETS_FILE), &text)?)
    }

    /// The key, where its file is there and has the length of one.
    fn secrets_key(&self) -> Result<Option<LessSafeKey>, StorageError> {
        let path = self.folder.join(SECRETS_KEY_FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // A backup that was copied back may have lost it.
        folder::protect_file(&path)?;
        Ok(key_of(&bytes))
    }

    fn make_secrets_key(&self, fresh: &[u8; KEY_BYTES]) -> Result<LessSafeKey, StorageError> {
        folder::replace_file(&self.folder.join(SECRETS_KEY_FILE), fresh)?;
        key_of(fresh).ok_or_else(|| StorageError::unreadable("key of typed secrets", 0, "it is no key"))
    }
}

fn key_of(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, bytes).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"typed-by-a-person";

    fn name(slot: &str, account: Option<u128>) -> SlotName {
        let account = account.map(AccountId::from_u128);
        SlotName { plugin: PluginId::from("crm"), account, slot: slot.to_owned() }
    }

    fn fresh(number: u8) -> FreshSeal {
        FreshSeal { key: Zeroizing::new([number; KEY_BYTES]), nonce: [number; NONCE_LEN] }
    }

    fn at() -> Timestamp {
        codec::moment(1_700_000_000_000)
    }

    fn store_with_secret(folder: &std::path::Path) -> Store {
        let mut store = Store::open(folder).unwrap();
        store.keep_typed_secret(name("token", None), "here".to_owned(), at(), SECRET, &fresh(1)).unwrap();
        store
    }

    fn values(store: &Store) -> Vec<Option<Vec<u8>>> {
        store.typed_secrets().unwrap().iter().map(|kept| kept.value.as_ref().map(|it| it.to_vec())).collect()
    }

    #[test]
    fn what_was_typed_comes_back_and_lies_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_with_secret(folder.path());
        store.keep_typed_secret(name("token", Some(1)), String::new(), at(), b"other", &fresh(2)).unwrap();
        drop(store);
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(values(&store), [Some(SECRET.to_vec()), Some(b"other".to_vec())]);
        let kept = store.typed_secrets().unwrap();
        assert_eq!((kept[0].at, kept[0].place.as_str()), (at(), "here"));
        for file in fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let Ok(bytes) = fs::read(&path) else { continue };
            assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET), "{}", path.display());
        }
        #[cfg(unix)]
        for file in [SECRETS_FILE, SECRETS_KEY_FILE] {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        store.forget_typed_secrets(|name| name.account.is_none()).unwrap();
        assert_eq!(values(&store), [Some(b"other".to_vec())]);
    }

    #[test]
    fn without_its_key_it_does_not_open_and_can_be_typed_again() {
        let wrong: [Option<&[u8]>; 3] = [None, Some(&[9; KEY_BYTES]), Some(b"short")];
        for key in wrong {
            let folder = tempfile::tempdir().unwrap();
            let mut store = store_with_secret(folder.path());
            let path = folder.path().join(SECRETS_KEY_FILE);
            match key {
                None => fs::remove_file(&path).unwrap(),
                Some(bytes) => fs::write(&path, bytes).unwrap(),
            }
            assert_eq!(values(&store), [None], "{key:?}");
            store.keep_typed_secret(name("token", None), String::new(), at(), SECRET, &fresh(3)).unwrap();
            assert_eq!(values(&store), [Some(SECRET.to_vec())], "{key:?}");
        }
    }

    #[test]
    fn an_entry_that_was_changed_does_not_open() {
        let changes =
            [("token", "other"), ("here", "there"), ("crm", "crn"), ("1700000000000", "1700000000001")];
        for (before, after) in changes {
            let folder = tempfile::tempdir().unwrap();
            let store = store_with_secret(folder.path());
            let path = folder.path().join(SECRETS_FILE);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(before), "{text}");
            fs::write(&path, text.replacen(before, after, 1)).unwrap();
            assert_eq!(values(&store), [None], "{before}");
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_is_told_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_with_secret(folder.path());
        fs::write(folder.path().join(SECRETS_FILE), "{").unwrap();
        assert!(matches!(store.typed_secrets(), Err(StorageError::Unreadable { .. })));
        store.keep_typed_secret(name("token", None), String::new(), at(), SECRET, &fresh(3)).unwrap();
        assert_eq!(values(&store), [Some(SECRET.to_vec())]);
    }
}
