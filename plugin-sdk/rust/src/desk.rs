//! What the desk offers to a plugin. Each call is checked against the grants; one that was not granted
//! answers [`Failure::Denied`](crate::Failure::Denied) with the manifest line that would allow it.
//!
//! Outside a guest the same functions answer from [`testing`](crate::testing).

pub mod http;
pub mod kv;
pub mod net;

#[cfg(target_arch = "wasm32")]
use crate::bindings::base::switchboard::plugin as import;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::pretend as import;

/// The plugin's log, which a person reads on the Plugins page. Never write customers' data to it.
pub mod log {
    use super::import;
    pub use crate::bindings::base::switchboard::plugin::log::Level;
    use crate::types::Pair;

    /// A line with named values.
    pub fn emit(level: Level, text: &str, fields: &[Pair]) {
        import::log::emit(level, text, fields);
    }

    /// Something for whoever looks for a fault.
    pub fn debug(text: &str) {
        emit(Level::Debug, text, &[]);
    }

    /// Something worth knowing.
    pub fn info(text: &str) {
        emit(Level::Info, text, &[]);
    }

    /// Something that is not as it should be.
    pub fn warn(text: &str) {
        emit(Level::Warn, text, &[]);
    }

    /// Something that failed.
    pub fn error(text: &str) {
        emit(Level::Error, text, &[]);
    }

    /// Adds to a counter that the desk shows for this plugin.
    pub fn count(metric: &str, by: u32) {
        import::log::count(metric, by);
    }
}

/// The desk's clock, fixed in drills and tests.
pub mod clock {
    use super::import;

    /// UTC milliseconds since 1970.
    pub fn now_ms() -> u64 {
        import::clock::now_ms()
    }
}

/// Randomness from the desk, and a small generator for what must be the same again.
pub mod random {
    use super::import;

    /// Random bytes; at most 64 KiB.
    pub fn bytes(count: u32) -> Vec<u8> {
        import::random::bytes(count)
    }

    /// A random number.
    pub fn number() -> u64 {
        import::random::next()
    }

    /// A generator that gives the same numbers for the same seed (`SplitMix64`). Not for secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Seeded(u64);

    impl Seeded {
        /// Begins with a seed.
        pub const fn new(seed: u64) -> Self {
            Self(seed)
        }

        /// The next number.
        pub fn number(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }

        /// A number from `least` to `most`, both included.
        pub fn between(&mut self, least: u64, most: u64) -> u64 {
            let (least, most) = (least.min(most), least.max(most));
            let width = (most - least).wrapping_add(1);
            if width == 0 { self.number() } else { least + self.number() % width }
        }

        /// One of several; none of none.
        pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
            let last = from.len().checked_sub(1)?;
            from.get(self.between(0, last as u64) as usize)
        }

        /// Whether something happens that happens so many times in a hundred.
        pub fn percent(&mut self, chance: u64) -> bool {
            self.number() % 100 < chance
        }
    }

    #[cfg(test)]
    mod tests {
        use super::Seeded;

        #[test]
        fn the_same_seed_gives_the_same_numbers() {
            let numbers = |seed| {
                let mut random = Seeded::new(seed);
                (0..5).map(|_| random.between(10, 20)).collect::<Vec<_>>()
            };
            assert_eq!(numbers(7), numbers(7));
            assert_ne!(numbers(7), numbers(8));
            assert!(numbers(7).iter().all(|number| (10..=20).contains(number)));
        }

        #[test]
        fn the_ends_of_ranges_are_reached() {
            let mut random = Seeded::new(1);
            let seen: std::collections::BTreeSet<u64> = (0..200).map(|_| random.between(3, 5)).collect();
            assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5]);
            assert_eq!(random.between(4, 4), 4);
            assert_eq!(random.pick::<u8>(&[]), None);
        }
    }
}

/// Attachments that the desk keeps.
pub mod blobs {
    use super::import;
    use crate::{Result, types::BlobRef};

    /// A part of a file.
    pub fn read(id: &str, offset: u64, max: u32) -> Result<Vec<u8>> {
        import::blobs::read(id, offset, max)
    }

    /// Hands a file to the desk, which gives it an id.
    pub fn put(mime: &str, name: &str, data: &[u8]) -> Result<BlobRef> {
        import::blobs::put(mime, name, data)
    }
}

/// Secrets in the slots of the manifest. No function returns one.
pub mod secrets {
    use super::import;
    use crate::Result;
    pub use crate::bindings::base::switchboard::plugin::secrets::MacAlg;

    /// Whether a person has filled the slot.
    pub fn configured(slot: &str) -> bool {
        import::secrets::configured(slot)
    }

    /// A message authentication code with the slot's secret as key.
    pub fn mac(slot: &str, algorithm: MacAlg, data: &[u8]) -> Result<Vec<u8>> {
        import::secrets::mac(slot, algorithm, data)
    }

    /// Whether a code fits, compared in constant time.
    pub fn verify(slot: &str, algorithm: MacAlg, data: &[u8], tag: &[u8]) -> Result<bool> {
        import::secrets::verify(slot, algorithm, data, tag)
    }
}

/// Web requests that come to the plugin.
pub mod webhook {
    use super::import;
    use crate::Result;

    /// The public address of a path of this plugin.
    pub fn public_url(path: &str) -> Result<String> {
        import::webhook::public_url(path)
    }
}

/// Events for web clients that were admitted with a `SUBSCRIBE`.
pub mod push {
    use super::import;
    use crate::{Failure, Result};

    /// Sends an event as JSON and answers how many clients are attached to the topic.
    pub fn send<T: serde::Serialize>(topic: &str, event: &T) -> Result<u32> {
        let json = serde_json::to_string(event).map_err(Failure::internal)?;
        import::push::send(topic, &json)
    }
}

/// Timers, at least one second away.
pub mod timers {
    use super::import;
    use crate::Result;

    /// Asks to be called; the same id again replaces the earlier timer.
    pub fn set(id: &str, after_ms: u32, repeat: bool) -> Result<()> {
        import::timers::set(id, after_ms, repeat)
    }

    /// Takes a timer back.
    pub fn cancel(id: &str) {
        import::timers::cancel(id);
    }
}

/// Desktop notifications.
pub mod notify {
    use super::import;
    pub use crate::bindings::base::switchboard::plugin::notify::Urgency;

    /// Shows one, and answers whether it was shown.
    pub fn post(urgency: Urgency, title: &str, text: &str) -> bool {
        import::notify::post(urgency, title, text)
    }
}

/// The conversations that the plugin is called for.
pub mod conversations {
    use super::import;
    use crate::{Result, types::Conversation};

    /// A conversation with its last messages.
    pub fn get(id: &str, last: u32) -> Result<Conversation> {
        import::conversations::get(id, last)
    }
}

/// Customers, with personal data masked unless clear values are granted.
pub mod customers {
    use super::import;
    use crate::{Result, types::Customer};

    /// A customer.
    pub fn get(id: &str) -> Result<Customer> {
        import::customers::get(id)
    }
}

/// The knowledge base.
pub mod knowledge {
    use super::import;
    pub use crate::bindings::base::switchboard::plugin::knowledge::{Article, Hit};
    use crate::{Result, language::Language};

    /// The best articles for a query, in the desk's language.
    pub fn search(query: &str, limit: u32) -> Result<Vec<Hit>> {
        import::knowledge::search(query, limit, None)
    }

    /// The same, in this language where an article exists in several.
    pub fn search_in(language: Language, query: &str, limit: u32) -> Result<Vec<Hit>> {
        import::knowledge::search(query, limit, Some(language.tag()))
    }

    /// A whole article, in Markdown and in the desk's language.
    pub fn get(article: &str) -> Result<Article> {
        import::knowledge::get(article, None)
    }

    /// The same, in this language where it exists in several.
    pub fn get_in(language: Language, article: &str) -> Result<Article> {
        import::knowledge::get(article, Some(language.tag()))
    }
}

/// Proposals outside an answer to `observe`, such as from a timer or a panel.
pub mod proposals {
    use super::import;
    use crate::{Result, advice::Item};

    /// Shows, replaces or clears.
    pub fn put(items: &[Item]) -> Result<()> {
        import::proposals::put(items)
    }
}
