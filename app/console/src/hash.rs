//! A quick hash for tables whose keys nobody outside chooses, or in which a clash only costs time.

use std::hash::Hasher;

/// Two to the 64th over the golden ratio, odd. Knuth, The Art of Computer Programming, volume 3, section 6.4.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash for ids, which are minted here and random already, and for keys of caches.
#[derive(Debug, Default)]
pub struct QuickHasher(u64);

impl Hasher for QuickHasher {
    fn finish(&self) -> u64 {
        // Multiplying carries upwards only; the table looks at the lowest bits too.
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(GOLDEN);
        mixed ^ (mixed >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..part.len()].copy_from_slice(part);
            self.0 = (self.0.rotate_left(5) ^ u64::from_be_bytes(eight)).wrapping_mul(GOLDEN);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        hash::{BuildHasher as _, BuildHasherDefault},
    };

    use model::ConversationId;

    use super::*;

    #[test]
    fn ids_that_differ_little_are_told_apart() {
        let hasher = BuildHasherDefault::<QuickHasher>::default();
        let hash = |number: u128| hasher.hash_one(ConversationId::from_u128(number));
        for shift in [0, 16, 48, 80, 112] {
            let low: HashSet<u64> = (0..4096_u128).map(|number| hash(number << shift) & 0xffff).collect();
            assert!(low.len() > 3000, "{} of 4096 places after a shift by {shift}", low.len());
        }
    }
}
