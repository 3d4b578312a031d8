//! Waiting for something to come true, with words for the time it does not.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Longest that anything may take.
pub const PATIENCE: Duration = Duration::from_secs(40);
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Looks again and again until there is something. An error counts as not yet, and is told when time is up.
pub fn until<T>(what: &str, look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    until_within(PATIENCE, what, look)
}

/// As [`until`], with its own patience.
pub fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        let seen = look();
        if let Ok(Some(found)) = seen {
            return Ok(found);
        }
        if begun.elapsed() > patience {
            seen.with_context(|| format!("waiting for: {what}"))?;
            bail!("{what}: not within {} s", patience.as_secs());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
