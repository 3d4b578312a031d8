//! The person's settings, and the keys that the host makes for plugins.

use std::{collections::BTreeMap, fs, io};

use model::{AccountId, PluginId};
use rusqlite::params;

use crate::{Store, chain, error::StorageError, folder};

/// Keys made by the host, one file that only the owner can read.
pub const HOST_KEYS_FILE: &str = "host-keys.json";

impl Store {
    /// All settings, by name.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, StorageError> {
        let mut statement = self.db.prepare_cached("SELECT name, value FROM setting")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sets one; no value removes it.
    pub fn set_setting(&mut self, name: &str, value: Option<&str>) -> Result<(), StorageError> {
        self.write(|store| {
            match value {
                Some(value) => store
                    .db
                    .prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")?
                    .execute(params![name, value])?,
                None => store.db.prepare_cached("DELETE FROM setting WHERE name = ?1")?.execute([name])?,
            };
            Ok(())
        })
    }

    /// The key in a slot that the host fills itself. The first call keeps `fresh`, random bytes that the caller drew;
    /// later calls answer the same bytes.
    pub fn host_secret(
        &mut self,
        plugin: &PluginId,
        account: Option<AccountId>,
        slot: &str,
        fresh: &[u8],
    ) -> Result<Vec<u8>, StorageError> {
        let path = self.folder.join(HOST_KEYS_FILE);
        let unreadable = |why: String| StorageError::unreadable("host keys", 0, why);
        let mut keys: BTreeMap<String, String> = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        let account = account.map(|account| account.to_string()).unwrap_or_default();
        let name = format!("{plugin}/{account}/{slot}");
        if let Some(kept) = keys.get(&name) {
            return bytes(kept).ok_or_else(|| unreadable(format!("the key {name} is not hexadecimal")));
        }
        keys.insert(name, chain::hexadecimal(fresh));
        let text = serde_json::to_vec_pretty(&keys).map_err(|error| unreadable(error.to_string()))?;
        folder::replace_file(&path, &text)?;
        Ok(fresh.to_vec())
    }
}

/// Bytes of a hexadecimal text.
pub(crate) fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits = hexadecimal.as_bytes();
    if !digits.len().is_multiple_of(2) || !hexadecimal.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let plugin = PluginId::from("webchat");
        let account = Some(AccountId::from_u128(1));
        assert_eq!(store.host_secret(&plugin, account, "token", &[0, 171, 255]).unwrap(), [0, 171, 255]);
        assert_eq!(store.host_secret(&plugin, None, "token", &[9]).unwrap(), [9]);
        drop(store);
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(store.host_secret(&plugin, account, "token", &[1, 2, 3]).unwrap(), [0, 171, 255]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(HOST_KEYS_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn settings_are_kept_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        store.set_setting("language", Some("zh-CN")).unwrap();
        store.set_setting("theme", Some("dark")).unwrap();
        store.set_setting("language", Some("en")).unwrap();
        store.set_setting("theme", None).unwrap();
        assert_eq!(store.settings().unwrap(), BTreeMap::from([("language".to_owned(), "en".to_owned())]));
    }
}
