//! Token buckets in memory: a flood costs its own visitor an answer, and nobody else anything. A restart forgets them,
//! which errs on the friendly side.

use std::collections::HashMap;

use crate::limits::BUCKETS_MAX;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Message,
    Request,
    Upload,
    NewVisitor,
}

impl Kind {
    fn burst_and_per_second(self) -> (f64, f64) {
        match self {
            Self::Message => crate::limits::MESSAGES,
            Self::Request => crate::limits::REQUESTS,
            Self::Upload => crate::limits::UPLOADS,
            Self::NewVisitor => crate::limits::NEW_VISITORS,
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_ms: u64,
}

/// All buckets of one instance.
#[derive(Default)]
pub(crate) struct Rates(HashMap<(Kind, String), Bucket>);

impl Rates {
    /// Takes one token, or says how many milliseconds to wait for one.
    pub(crate) fn take(&mut self, kind: Kind, whose: &str, now_ms: u64) -> Result<(), u32> {
        if self.0.len() >= BUCKETS_MAX {
            self.0
                .retain(|(kind, _), bucket| refilled(*kind, *bucket, now_ms) < kind.burst_and_per_second().0);
        }
        if self.0.len() >= BUCKETS_MAX {
            return Err(1000);
        }
        let (burst, per_second) = kind.burst_and_per_second();
        let bucket =
            self.0.entry((kind, whose.to_owned())).or_insert(Bucket { tokens: burst, at_ms: now_ms });
        bucket.tokens = refilled(kind, *bucket, now_ms);
        bucket.at_ms = now_ms;
        if bucket.tokens < 1.0 {
            return Err(((1.0 - bucket.tokens) / per_second * 1000.0).ceil() as u32);
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

fn refilled(kind: Kind, bucket: Bucket, now_ms: u64) -> f64 {
    let (burst, per_second) = kind.burst_and_per_second();
    (bucket.tokens + now_ms.saturating_sub(bucket.at_ms) as f64 / 1000.0 * per_second).min(burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_waits_and_others_do_not() {
        let mut rates = Rates::default();
        let sent = (0..100).filter(|_| rates.take(Kind::Message, "a", 0).is_ok()).count();
        assert_eq!(sent, 30);
        assert_eq!(rates.take(Kind::Message, "a", 0), Err(500));
        assert_eq!(rates.take(Kind::Message, "b", 0), Ok(()));
        assert_eq!(rates.take(Kind::Message, "a", 500), Ok(()));
    }

    #[test]
    fn buckets_are_bounded() {
        let mut rates = Rates::default();
        for visitor in 0..BUCKETS_MAX {
            assert_eq!(rates.take(Kind::Request, &visitor.to_string(), 0), Ok(()));
        }
        assert!(rates.take(Kind::Request, "one more", 0).is_err());
        assert_eq!(rates.take(Kind::Request, "one more", 1000), Ok(()));
        assert_eq!(rates.0.len(), 1);
    }
}
