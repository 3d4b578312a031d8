//! The heights of a timeline's items with prefix sums: where an item lies and which item lies at a place, for
//! ten thousand items of different heights of which most were never laid out and are estimates.

/// Heights and the sums before each.
#[derive(Debug, Default)]
pub struct Heights {
    items: Vec<f32>,
    measured: Vec<bool>,
    /// Where each item begins, and at the end the total; right up to and including `clean`.
    tops: Vec<f64>,
    clean: usize,
}

impl Heights {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Puts other items, of which only estimates are known, in place of `removed` items from `start` on.
    pub fn splice(&mut self, start: usize, removed: usize, estimates: impl IntoIterator<Item = f32>) {
        let end = start + removed;
        let before = self.items.len();
        self.items.splice(start..end, estimates);
        let added = self.items.len() + removed - before;
        self.measured.splice(start..end, std::iter::repeat_n(false, added));
        self.tops.resize(self.items.len() + 1, 0.0);
        self.clean = self.clean.min(start);
    }

    /// Forgets every measurement, for instance because the width changed; the values stay as estimates.
    pub fn forget(&mut self) {
        self.measured.iter_mut().for_each(|measured| *measured = false);
    }

    /// Notes the true height of an item.
    pub fn set(&mut self, index: usize, height: f32) {
        self.measured[index] = true;
        // Bits are compared: only a height that is really another one makes the sums stale.
        if self.items[index].to_bits() != height.to_bits() {
            self.items[index] = height;
            self.clean = self.clean.min(index);
        }
    }

    /// Whether an item's height is true and not an estimate.
    pub fn is_measured(&self, index: usize) -> bool {
        self.measured[index]
    }

    /// The height of an item, true or estimated.
    pub fn height(&self, index: usize) -> f32 {
        self.items[index]
    }

    /// Where an item begins; for `len()` where the last one ends.
    pub fn top(&mut self, index: usize) -> f64 {
        self.sum_up_to(index);
        self.tops.get(index).copied().unwrap_or(0.0)
    }

    /// The height of everything.
    pub fn total(&mut self) -> f64 {
        self.top(self.items.len())
    }

    /// The item that lies at a place: the last one for places behind the end.
    pub fn index_at(&mut self, y: f64) -> usize {
        self.sum_up_to(self.items.len());
        let behind = self.tops[..self.items.len()].partition_point(|top| *top <= y);
        behind.saturating_sub(1)
    }

    fn sum_up_to(&mut self, index: usize) {
        if self.tops.is_empty() {
            self.tops.push(0.0);
        }
        for item in self.clean..index.min(self.items.len()) {
            self.tops[item + 1] = self.tops[item] + f64::from(self.items[item]);
        }
        self.clean = self.clean.max(index.min(self.items.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator of numbers that are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below.max(1) as u64) as usize
        }
    }

    /// The plain list that the cache must agree with after any sequence of changes.
    #[test]
    fn sums_agree_with_a_plain_list_after_any_changes() {
        for seed in 1..60 {
            let mut numbers = Numbers(seed * 7919);
            let mut heights = Heights::default();
            let mut plain: Vec<f32> = Vec::new();
            for _ in 0..200 {
                match numbers.next(4) {
                    0 => {
                        let start = numbers.next(plain.len() + 1);
                        let removed = numbers.next(plain.len() - start + 1).min(5);
                        let added: Vec<f32> =
                            (0..numbers.next(6)).map(|_| 20.0 + numbers.next(90) as f32).collect();
                        heights.splice(start, removed, added.clone());
                        plain.splice(start..start + removed, added);
                    }
                    1 if !plain.is_empty() => {
                        let (index, height) = (numbers.next(plain.len()), 10.0 + numbers.next(200) as f32);
                        heights.set(index, height);
                        assert!(heights.is_measured(index));
                        plain[index] = height;
                    }
                    2 => {
                        let index = numbers.next(plain.len() + 1);
                        let expected: f64 = plain[..index].iter().map(|height| f64::from(*height)).sum();
                        assert!((heights.top(index) - expected).abs() < 1e-6);
                    }
                    _ if !plain.is_empty() => {
                        let y = numbers.next(plain.iter().sum::<f32>() as usize + 50) as f64;
                        let index = heights.index_at(y);
                        let top = heights.top(index);
                        let bottom = top + f64::from(plain[index]);
                        assert!(
                            top <= y && (y < bottom || index == plain.len() - 1),
                            "{y} in {top}..{bottom}"
                        );
                    }
                    _ => {}
                }
                assert_eq!(heights.len(), plain.len());
                let total: f64 = plain.iter().map(|height| f64::from(*height)).sum();
                assert!((heights.total() - total).abs() < 1e-6);
            }
        }
    }
}
