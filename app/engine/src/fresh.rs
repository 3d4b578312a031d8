//! Fresh ids: the one place where the engine is not deterministic, besides the clock.

use std::cell::RefCell;

use model::Timestamp;
use uuid::Uuid;

/// Random bytes in one id.
const RANDOM_BYTES: usize = 10;
/// Ids for which the system is asked for randomness at once: asking costs more than all the rest of an id.
const IDS_PER_FILL: usize = 256;

struct Source {
    random: [u8; RANDOM_BYTES * IDS_PER_FILL],
    used: usize,
    last_ms: u64,
    count: u16,
}

impl Source {
    const EMPTY: Self = Self {
        random: [0; RANDOM_BYTES * IDS_PER_FILL],
        used: RANDOM_BYTES * IDS_PER_FILL,
        last_ms: 0,
        count: 0,
    };

    fn next(&mut self, now_ms: u64) -> Option<Uuid> {
        if self.used == self.random.len() {
            getrandom::fill(&mut self.random).ok()?;
            self.used = 0;
        }
        let mut bytes = [0; RANDOM_BYTES];
        bytes.copy_from_slice(&self.random[self.used..self.used + RANDOM_BYTES]);
        self.used += RANDOM_BYTES;
        // The first twelve of the random bits count within a millisecond, so that ids of one thread are in order.
        if now_ms > self.last_ms {
            (self.last_ms, self.count) = (now_ms, 0);
        } else {
            self.count += 1;
            if self.count > 0xfff {
                (self.last_ms, self.count) = (self.last_ms + 1, 0);
            }
        }
        bytes[..2].copy_from_slice(&self.count.to_be_bytes());
        Some(uuid::Builder::from_unix_timestamp_millis(self.last_ms, &bytes).into_uuid())
    }
}

thread_local! {
    static SOURCE: RefCell<Source> = const { RefCell::new(Source::EMPTY) };
}

/// A fresh id of version 7: the time to the millisecond, then randomness.
pub fn fresh_id() -> Uuid {
    let now_ms = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0);
    SOURCE.with_borrow_mut(|source| source.next(now_ms)).unwrap_or_else(Uuid::now_v7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_different_and_in_order() {
        let mut source = Source::EMPTY;
        // More in one millisecond than the counter has room for, and a clock that goes back.
        let ids: Vec<Uuid> =
            (0..10_000).map(|number| source.next(if number < 9_000 { 1000 } else { 900 }).unwrap()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        let mut other = Source::EMPTY;
        let other = other.next(1000).unwrap();
        assert!(!ids.contains(&other), "the rest is random");
    }
}
