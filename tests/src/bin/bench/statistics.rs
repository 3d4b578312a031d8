//! Medians and percentiles of what was measured.

use std::time::Duration;

/// The median; not a number when there is nothing.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// The value that this share of all values does not exceed (nearest rank); not a number when there is nothing.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// Milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        for (values, share, expected) in [
            (&hundred[..], 0.5, 50.0),
            (&hundred[..], 0.99, 99.0),
            (&hundred[..], 1.0, 100.0),
            (&[7.0][..], 0.99, 7.0),
            (&[3.0, 1.0, 2.0][..], 0.5, 2.0),
        ] {
            assert!((percentile(values, share) - expected).abs() < f64::EPSILON, "{share} of {values:?}");
        }
        assert!(median(&[]).is_nan());
    }
}
