//! The chain of headers: each header's hash covers the one before it, so that a change, a gap or a reordering
//! anywhere shows. The payload is covered through its own hash, which stays when the payload is erased.

use model::event::StreamId;
use sha2::{Digest, Sha256};

use crate::codec;

/// A SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first header.
pub const START: Hash = [0; 32];

/// The part of an event that is never erased.
#[derive(Debug)]
pub struct Header<'a> {
    /// Place in the journal.
    pub position: i64,
    /// The event's id.
    pub id: [u8; 16],
    /// What it is about.
    pub stream: &'a StreamId,
    /// Place in the stream.
    pub sequence: i64,
    /// Its kind.
    pub kind: &'a str,
    /// Version of its payload's form.
    pub version: i64,
    /// When.
    pub at_ms: i64,
    /// Who, as text.
    pub actor: &'a str,
    /// Hash of the payload.
    pub payload: Hash,
}

impl Header<'_> {
    /// The hash of this header after the one before it.
    pub fn chain(&self, before: &Hash) -> Hash {
        let (stream_kind, stream_key) = codec::stream_key(self.stream);
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(self.position.to_le_bytes());
        hash.update(self.id);
        update_sized(&mut hash, stream_kind.as_bytes());
        update_sized(&mut hash, stream_key.as_slice());
        hash.update(self.sequence.to_le_bytes());
        update_sized(&mut hash, self.kind.as_bytes());
        hash.update(self.version.to_le_bytes());
        hash.update(self.at_ms.to_le_bytes());
        update_sized(&mut hash, self.actor.as_bytes());
        hash.update(self.payload);
        hash.finalize().into()
    }
}

/// The hash of a payload.
pub fn payload(json: &str) -> Hash {
    Sha256::digest(json.as_bytes()).into()
}

/// A hash as lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char])
        .collect()
}

/// Text of varying length goes in with its length, so that no two headers read the same.
fn update_sized(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}
