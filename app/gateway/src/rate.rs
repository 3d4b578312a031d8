//! Token buckets and counts by address, all of bounded size.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Buckets kept at once by one limiter. Full ones are forgotten first: a forgotten bucket is a full one.
const BUCKETS_MAX: usize = 16 * 1024;

/// The address that limits count: an IPv6 client owns a whole /64.
pub(crate) fn limited_address(remote: IpAddr) -> IpAddr {
    match remote {
        IpAddr::V4(_) => remote,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        },
    }
}

/// Token buckets, one for each key.
pub(crate) struct RateLimiter<K> {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Hash + Eq> RateLimiter<K> {
    pub(crate) fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one token, or says how long to wait for one.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut buckets = lock(&self.buckets);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.refilled(*bucket, now) < self.burst);
            if buckets.len() >= BUCKETS_MAX {
                return Err(Duration::from_secs(1));
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.burst, at: now });
        bucket.tokens = self.refilled(*bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    fn refilled(&self, bucket: Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + passed * self.per_second).min(self.burst)
    }
}

/// Seats by address.
#[derive(Clone, Default)]
pub(crate) struct Seats {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Seats {
    /// A seat for this address, unless it has `max` of them.
    pub(crate) fn take(&self, remote: IpAddr, max: usize) -> Option<Seat> {
        let mut counts = lock(&self.counts);
        let count = counts.entry(remote).or_insert(0);
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), remote })
    }
}

/// Given back when dropped.
pub(crate) struct Seat {
    seats: Seats,
    remote: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = lock(&self.seats.counts);
        if let Some(count) = counts.get_mut(&self.remote) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.remote);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that runs under these locks can leave the maps half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let limiter = RateLimiter::new(2.0, 3.0);
        let start = Instant::now();
        for _ in 0..3 {
            assert!(limiter.take("a", start).is_ok());
        }
        assert_eq!(limiter.take("a", start), Err(Duration::from_millis(500)));
        assert!(limiter.take("b", start).is_ok());
        assert!(limiter.take("a", start + Duration::from_millis(500)).is_ok());
        assert!(limiter.take("a", start + Duration::from_millis(600)).is_err());
        for _ in 0..3 {
            assert!(limiter.take("a", start + Duration::from_mins(1)).is_ok());
        }
        assert!(limiter.take("a", start + Duration::from_mins(1)).is_err());
    }

    #[test]
    fn the_map_of_buckets_is_bounded() {
        let limiter = RateLimiter::new(1.0, 1.0);
        let start = Instant::now();
        for key in 0..BUCKETS_MAX {
            assert!(limiter.take(key, start).is_ok());
        }
        assert!(
            limiter.take(BUCKETS_MAX, start).is_err(),
            "nobody's bucket is full yet, so none can be forgotten"
        );
        assert!(limiter.take(BUCKETS_MAX, start + Duration::from_secs(2)).is_ok());
        assert_eq!(lock(&limiter.buckets).len(), 1);
    }

    #[test]
    fn seats_come_back() {
        let seats = Seats::default();
        let remote = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let first = seats.take(remote, 1);
        assert!(first.is_some());
        assert!(seats.take(remote, 1).is_none());
        drop(first);
        assert!(seats.take(remote, 1).is_some());
        assert!(lock(&seats.counts).is_empty());
    }

    #[test]
    fn addresses_that_count_as_one() {
        let cases = [
            ("127.0.0.1", "127.0.0.1"),
            ("::ffff:10.1.2.3", "10.1.2.3"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ];
        for (remote, expect) in cases {
            assert_eq!(
                limited_address(remote.parse().unwrap()),
                expect.parse::<IpAddr>().unwrap(),
                "{remote}"
            );
        }
    }
}
