//! Storage of this plugin alone, shared by its instances and kept over restarts.

use serde::{Serialize, de::DeserializeOwned};

use super::import;
use crate::{Failure, Result};

/// The bytes of a key.
pub fn get(key: &str) -> Result<Option<Vec<u8>>> {
    import::kv::get(key)
}

/// Sets a key, for so many seconds or for good.
pub fn set(key: &str, value: &[u8], ttl_s: Option<u32>) -> Result<()> {
    import::kv::set(key, value, ttl_s)
}

/// Sets a key only where its present value is as expected, and answers whether it did.
pub fn compare_and_set(key: &str, expect: Option<&[u8]>, value: &[u8]) -> Result<bool> {
    import::kv::cas(key, expect, value)
}

/// Forgets a key.
pub fn delete(key: &str) -> Result<()> {
    import::kv::delete(key)
}

/// Keys with this prefix in order, after the one given.
pub fn scan(prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>> {
    import::kv::scan(prefix, after, limit)
}

/// A value read as JSON. What cannot be read, such as that of another version, counts as missing.
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    Ok(get(key)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Sets a value as JSON, for so many seconds or for good.
pub fn set_json<T: Serialize>(key: &str, value: &T, ttl_s: Option<u32>) -> Result<()> {
    let bytes = serde_json::to_vec(value).map_err(Failure::internal)?;
    set(key, &bytes, ttl_s)
}
