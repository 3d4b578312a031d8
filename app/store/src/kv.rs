//! Storage of plugins: each has its own keys and its own share of bytes, which its accounts divide among them.

use model::{PluginId, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::{
    KV_KEY_MAX_BYTES, KV_SCAN_MAX, Store, codec,
    error::{KvError, StorageError},
};

impl Store {
    /// A value that has not expired.
    pub fn kv_get(
        &self,
        plugin: &PluginId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT value FROM kv WHERE plugin = ?1 AND key = ?2 AND (expires_ms IS NULL OR expires_ms > ?3)",
            )?
            .query_row(params![plugin.as_str(), key, codec::millis(now)], |row| row.get(0))
            .optional()?)
    }

    /// Stores a value, perhaps until a moment, within the plugin's share of `limit_bytes`.
    pub fn kv_set(
        &mut self,
        plugin: &PluginId,
        key: &str,
        value: &[u8],
        expires: Option<Timestamp>,
        now: Timestamp,
        limit_bytes: u64,
    ) -> Result<(), KvError> {
        self.write(|store| store.put_value(plugin, key, value, expires, now, limit_bytes))
    }

    /// Stores a value where the present one is as expected (nothing, or exactly these bytes) and answers whether it
    /// did. The value does not expire.
    pub fn kv_swap(
        &mut self,
        plugin: &PluginId,
        key: &str,
        expect: Option<&[u8]>,
        value: &[u8],
        now: Timestamp,
        limit_bytes: u64,
    ) -> Result<bool, KvError> {
        self.write(|store| {
            if store.kv_get(plugin, key, now)?.as_deref() != expect {
                return Ok(false);
            }
            store.put_value(plugin, key, value, None, now, limit_bytes)?;
            Ok(true)
        })
    }

    /// Deletes a value.
    pub fn kv_delete(&mut self, plugin: &PluginId, key: &str) -> Result<(), StorageError> {
        self.write(|store| {
            let freed = store.stored_size(plugin, key)?;
            store
                .db
                .prepare_cached("DELETE FROM kv WHERE plugin = ?1 AND key = ?2")?
                .execute(params![plugin.as_str(), key])?;
            if let Some(used) = store.kv_bytes.get_mut(plugin) {
                *used = used.saturating_sub(freed);
            }
            Ok(())
        })
    }

    /// Keys with this prefix that have not expired, in order, after `after`; at most a thousand at once.
    pub fn kv_scan(
        &self,
        plugin: &PluginId,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<String>, StorageError> {
        // Both bounds lead into the same index: the later one decides where to begin.
        let mut statement = self.db.prepare_cached(
            "SELECT key FROM kv WHERE plugin = ?1 AND key >= ?2 AND key > ?3
             AND (expires_ms IS NULL OR expires_ms > ?4) ORDER BY key",
        )?;
        let first = if after.is_some_and(|after| after > prefix) { after.unwrap_or(prefix) } else { prefix };
        let mut rows = statement.query(params![
            plugin.as_str(),
            first,
            after.unwrap_or_default(),
            codec::millis(now)
        ])?;
        let mut keys = Vec::new();
        while keys.len() < limit.min(KV_SCAN_MAX)
            && let Some(row) = rows.next()?
        {
            let key: String = row.get(0)?;
            if !key.starts_with(prefix) {
                break;
            }
            keys.push(key);
        }
        Ok(keys)
    }

    /// Bytes of keys and values a plugin has stored.
    pub fn kv_bytes(&mut self, plugin: &PluginId) -> Result<u64, StorageError> {
        if let Some(used) = self.kv_bytes.get(plugin) {
            return Ok(*used);
        }
        let used: i64 = self
            .db
            .prepare_cached(
                "SELECT coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM kv WHERE plugin = ?1",
            )?
            .query_row([plugin.as_str()], |row| row.get(0))?;
        self.kv_bytes.insert(plugin.clone(), used as u64);
        Ok(used as u64)
    }

    /// Deletes everything a plugin has stored.
    pub fn kv_clear(&mut self, plugin: &PluginId) -> Result<(), StorageError> {
        self.write(|store| {
            store.db.prepare_cached("DELETE FROM kv WHERE plugin = ?1")?.execute([plugin.as_str()])?;
            store.kv_bytes.remove(plugin);
            Ok(())
        })
    }

    /// Deletes values that have expired.
    pub(crate) fn tidy_kv(&mut self, now: Timestamp) -> Result<(), StorageError> {
        let deleted = self
            .db
            .prepare_cached("DELETE FROM kv WHERE expires_ms IS NOT NULL AND expires_ms <= ?1")?
            .execute([codec::millis(now)])?;
        if deleted > 0 {
            self.kv_bytes.clear();
        }
        Ok(())
    }

    fn put_value(
        &mut self,
        plugin: &PluginId,
        key: &str,
        value: &[u8],
        expires: Option<Timestamp>,
        now: Timestamp,
        limit_bytes: u64,
    ) -> Result<(), KvError> {
        if key.is_empty() || key.len() > KV_KEY_MAX_BYTES {
            return Err(KvError::Key { bytes: key.len(), limit: KV_KEY_MAX_BYTES });
        }
        let mut bytes = self.bytes_with(plugin, key, value)?;
        if bytes > limit_bytes {
            // What has expired does not count against anybody.
            self.tidy_kv(now)?;
            bytes = self.bytes_with(plugin, key, value)?;
        }
        if bytes > limit_bytes {
            return Err(KvError::QuotaFull { bytes, limit: limit_bytes });
        }
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO kv (plugin, key, value, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            )
            .and_then(|mut statement| {
                statement.execute(params![plugin.as_str(), key, value, expires.map(codec::millis)])
            })
            .map_err(StorageError::from)?;
        self.kv_bytes.insert(plugin.clone(), bytes);
        Ok(())
    }

    /// What the plugin would have stored with this value in place of the present one.
    fn bytes_with(&mut self, plugin: &PluginId, key: &str, value: &[u8]) -> Result<u64, StorageError> {
        let used = self.kv_bytes(plugin)?;
        Ok(used - self.stored_size(plugin, key)? + (key.len() + value.len()) as u64)
    }

    fn stored_size(&self, plugin: &PluginId, key: &str) -> Result<u64, StorageError> {
        let size: Option<i64> = self
            .db
            .prepare_cached(
                "SELECT octet_length(key) + octet_length(value) FROM kv WHERE plugin = ?1 AND key = ?2",
            )?
            .query_row(params![plugin.as_str(), key], |row| row.get(0))
            .optional()?;
        Ok(size.unwrap_or(0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        codec::moment(second * 1000)
    }

    #[test]
    fn values_expire_and_the_share_holds() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let plugin = PluginId::from("webchat");
        let set = |store: &mut Store, key: &str, value: &[u8], until| {
            store.kv_set(&plugin, key, value, until, at(0), 12)
        };
        set(&mut store, "访客", b"123", Some(at(10))).unwrap();
        assert_eq!(store.kv_bytes(&plugin).unwrap(), 9);
        assert_eq!(store.kv_get(&plugin, "访客", at(9)).unwrap().as_deref(), Some(&b"123"[..]));
        assert_eq!(store.kv_get(&plugin, "访客", at(10)).unwrap(), None);
        assert_eq!(store.kv_get(&"other".into(), "访客", at(0)).unwrap(), None);

        let full = set(&mut store, "a", b"1234", None).unwrap_err();
        assert_eq!(full, KvError::QuotaFull { bytes: 14, limit: 12 });
        // Replacing counts the new value only; what has expired makes room.
        set(&mut store, "访客", b"123456", Some(at(10))).unwrap();
        store.kv_set(&plugin, "a", b"1234", None, at(20), 12).unwrap();
        assert_eq!(store.kv_bytes(&plugin).unwrap(), 5);
        store.kv_delete(&plugin, "a").unwrap();
        assert_eq!(store.kv_bytes(&plugin).unwrap(), 0);
        assert!(matches!(set(&mut store, "", b"", None), Err(KvError::Key { .. })));
    }

    #[test]
    fn swaps_only_what_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let plugin = PluginId::from("webchat");
        let mut swap = |expect: Option<&[u8]>, value: &[u8]| {
            store.kv_swap(&plugin, "n", expect, value, at(0), 1000).unwrap()
        };
        assert!(!swap(Some(b"0"), b"1"));
        assert!(swap(None, b"1"));
        assert!(!swap(None, b"2"));
        assert!(swap(Some(b"1"), b"2"));
        assert_eq!(store.kv_get(&plugin, "n", at(0)).unwrap().as_deref(), Some(&b"2"[..]));
    }

    #[test]
    fn scans_in_order_and_in_pages() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let plugin = PluginId::from("webchat");
        for key in ["s/2", "s/1", "s/3", "t/1", "r"] {
            store.kv_set(&plugin, key, b"", None, at(0), 1000).unwrap();
        }
        store.kv_set(&plugin, "s/0", b"", Some(at(1)), at(0), 1000).unwrap();
        for (prefix, after, limit, keys) in [
            ("s/", None, 2, vec!["s/1", "s/2"]),
            ("s/", Some("s/2"), 2, vec!["s/3"]),
            ("s/", Some("a"), 9, vec!["s/1", "s/2", "s/3"]),
            ("s/", Some("z"), 9, vec![]),
            ("", None, 9, vec!["r", "s/1", "s/2", "s/3", "t/1"]),
        ] {
            assert_eq!(
                store.kv_scan(&plugin, prefix, after, limit, at(5)).unwrap(),
                keys,
                "{prefix} {after:?}"
            );
        }
    }
}
