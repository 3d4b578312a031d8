//! Key-value storage and files.

use std::sync::Arc;

use jiff::SignedDuration;
use model::{FileId, limits::ATTACHMENT_MAX_BYTES, plugin::Capability};

use crate::{
    bindings::switchboard::plugin::{
        blobs, kv,
        types::{BlobRef, Failure},
    },
    convert,
    guard::Guard,
    host::Shared,
    plugin::Plugin,
    policy::{self, BLOB_READ_MAX_BYTES, KV_KEY_MAX_BYTES, KV_SCAN_MAX, KV_VALUE_MAX_BYTES},
    services::KvSwap,
    state::LaneState,
};

/// Longest media type and file name, in bytes.
const FILE_NAME_MAX_BYTES: usize = 255;

impl LaneState {
    fn kv_allowed(&self, key: &str, value: Option<&[u8]>) -> Result<(), Failure> {
        self.plugin.allow(&Capability::Kv).map_err(convert::failure)?;
        if key.is_empty() || key.len() > KV_KEY_MAX_BYTES {
            return Err(Failure::Invalid(format!("a key has 1 to {KV_KEY_MAX_BYTES} bytes")));
        }
        let too_large = value.is_some_and(|value| value.len() > KV_VALUE_MAX_BYTES);
        if too_large && self.shared.guards.on(Guard::Storage) {
            return Err(Failure::TooLarge(format!("a value has {KV_VALUE_MAX_BYTES} bytes at most")));
        }
        Ok(())
    }
}

/// Whether so many more bytes fit into the plugin's storage.
async fn kv_fits(shared: &Shared, plugin: &Plugin, key: &str, value: &[u8]) -> Result<(), Failure> {
    let used = shared.services.kv_bytes(&plugin.manifest.id).await.map_err(convert::failure)?;
    let mut wanted = used + (key.len() + value.len()) as u64;
    let most = policy::kv_bytes(&plugin.manifest.budget);
    if wanted > most {
        // What it replaces makes room. Where there is room anyhow, nobody has to ask for it.
        let present = shared.services.kv_get(&plugin.manifest.id, key.to_owned()).await;
        let replaced = present.map_err(convert::failure)?.map_or(0, |present| key.len() + present.len());
        wanted = wanted.saturating_sub(replaced as u64);
    }
    if wanted > most && shared.guards.on(Guard::Storage) {
        return Err(Failure::TooLarge(format!("the storage has {used} of {most} bytes")));
    }
    plugin.signals.stored(wanted);
    Ok(())
}

impl kv::Host for LaneState {
    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Failure> {
        self.kv_allowed(&key, None)?;
        self.shared.services.kv_get(&self.plugin.manifest.id, key).await.map_err(convert::failure)
    }

    async fn set(&mut self, key: String, value: Vec<u8>, ttl_s: Option<u32>) -> Result<(), Failure> {
        self.kv_allowed(&key, Some(&value))?;
        let plugin = Arc::clone(&self.plugin);
        let _one_at_a_time = plugin.storage.lock().await;
        kv_fits(&self.shared, &plugin, &key, &value).await?;
        let expires = ttl_s.and_then(|seconds| {
            self.shared.services.now().checked_add(SignedDuration::from_secs(i64::from(seconds))).ok()
        });
        self.shared
            .services
            .kv_set(&self.plugin.manifest.id, key, value, expires)
            .await
            .map_err(convert::failure)
    }

    async fn cas(&mut self, key: String, expect: Option<Vec<u8>>, value: Vec<u8>) -> Result<bool, Failure> {
        self.kv_allowed(&key, Some(&value))?;
        let plugin = Arc::clone(&self.plugin);
        let _one_at_a_time = plugin.storage.lock().await;
        kv_fits(&self.shared, &plugin, &key, &value).await?;
        let swap = KvSwap { key, expect, value };
        self.shared.services.kv_swap(&self.plugin.manifest.id, swap).await.map_err(convert::failure)
    }

    async fn delete(&mut self, key: String) -> Result<(), Failure> {
        self.kv_allowed(&key, None)?;
        self.shared.services.kv_delete(&self.plugin.manifest.id, key).await.map_err(convert::failure)
    }

    async fn scan(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<String>, Failure> {
        self.plugin.allow(&Capability::Kv).map_err(convert::failure)?;
        if prefix.len() > KV_KEY_MAX_BYTES {
            return Err(Failure::Invalid(format!("a prefix has {KV_KEY_MAX_BYTES} bytes at most")));
        }
        let limit = (limit as usize).min(KV_SCAN_MAX);
        let keys = self.shared.services.kv_scan(&self.plugin.manifest.id, prefix, after, limit);
        keys.await.map_err(convert::failure)
    }
}

impl blobs::Host for LaneState {
    async fn read(&mut self, id: String, offset: u64, max: u32) -> Result<Vec<u8>, Failure> {
        self.plugin.allow(&Capability::Blobs).map_err(convert::failure)?;
        let max = max.min(BLOB_READ_MAX_BYTES) as usize;
        let file = FileId::new(id);
        let read = self.shared.services.blob_read(&self.plugin.manifest.id, file, offset, max);
        read.await.map_err(convert::failure)
    }

    async fn put(&mut self, mime: String, name: String, data: Vec<u8>) -> Result<BlobRef, Failure> {
        self.plugin.allow(&Capability::Blobs).map_err(convert::failure)?;
        if data.len() as u64 > ATTACHMENT_MAX_BYTES {
            return Err(Failure::TooLarge(format!("a file has {ATTACHMENT_MAX_BYTES} bytes at most")));
        }
        if mime.len() > FILE_NAME_MAX_BYTES || name.len() > FILE_NAME_MAX_BYTES {
            return Err(Failure::TooLarge(format!("a file's name has {FILE_NAME_MAX_BYTES} bytes at most")));
        }
        let put = self.shared.services.blob_put(&self.plugin.manifest.id, mime, name, data);
        put.await.map(|file| convert::blob(&file)).map_err(convert::failure)
    }
}
