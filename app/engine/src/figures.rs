//! How the day is going.

/// Most first-answer times kept; a desk does not have more contacts in a day.
const SAMPLES_MAX: usize = 2_000;

/// Times to the first answer of the contacts since the desk was started.
#[derive(Debug, Default)]
pub(crate) struct FirstAnswers(Vec<u64>);

impl FirstAnswers {
    /// One more contact was answered for the first time after so many seconds.
    pub fn add(&mut self, seconds: u64) {
        if self.0.len() < SAMPLES_MAX {
            let place = self.0.partition_point(|&have| have <= seconds);
            self.0.insert(place, seconds);
        }
    }

    /// The median, once there is anything.
    pub fn median(&self) -> Option<u64> {
        self.0.get(self.0.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median() {
        let mut times = FirstAnswers::default();
        assert_eq!(times.median(), None);
        for seconds in [9, 1, 5] {
            times.add(seconds);
        }
        assert_eq!(times.median(), Some(5));
    }
}
