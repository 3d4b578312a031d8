//! The body of a response, read piece by piece, with the request's secrets taken out.

use base64::Engine as _;

use crate::{
    bindings::switchboard::plugin::types::Failure,
    guard::{Guard, Guards},
    policy::HTTP_BODY_MAX_BYTES,
    services::Secret,
};

/// What stands where a secret came back.
const SCRUBBED: &[u8] = b"[secret]";
/// Shortest secret that is looked for in answers: shorter ones would hit by chance.
const SCRUB_MIN_BYTES: usize = 6;

/// What must not come back: each secret as it is, and as a server that repeats it would write it.
#[derive(Default)]
pub(super) struct Needles(Vec<Vec<u8>>);

impl Needles {
    pub(super) fn of(secrets: &[Secret]) -> Self {
        let long = secrets.iter().map(Secret::bytes).filter(|secret| secret.len() >= SCRUB_MIN_BYTES);
        let mut needles: Vec<Vec<u8>> = long.flat_map(spellings).collect();
        // The longest first, so that no spelling leaves the rest of a longer one behind.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self(needles)
    }

    /// The most bytes that may be the beginning of something to take out.
    fn hold_back(&self) -> usize {
        self.0.first().map_or(0, |longest| longest.len() - 1)
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
        self.0.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        self.0.dedup();
    }

    /// How many bytes at the end are the beginning of something to take out.
    pub(super) fn unfinished(&self, bytes: &[u8]) -> usize {
        let longest = self.hold_back().min(bytes.len());
        let begins =
            |count: &usize| self.0.iter().any(|needle| needle.starts_with(&bytes[bytes.len() - count..]));
        (1..=longest).rev().find(begins).unwrap_or(0)
    }

    /// Replaces every secret in these bytes.
    pub(super) fn scrub(&self, bytes: &mut Vec<u8>) {
        for needle in &self.0 {
            let mut from = 0;
            while let Some(found) = bytes[from..].windows(needle.len()).position(|window| window == needle) {
                let start = from + found;
                bytes.splice(start..start + needle.len(), SCRUBBED.iter().copied());
                from = start + SCRUBBED.len();
            }
        }
    }
}

/// A secret plain, in base64 (at each of the three places it may begin at), in hexadecimal and backwards.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut spellings = vec![secret.to_vec(), secret.iter().rev().copied().collect()];
    for alphabet in
        [&base64::engine::general_purpose::STANDARD_NO_PAD, &base64::engine::general_purpose::URL_SAFE_NO_PAD]
    {
        for before in 0..3 {
            let text = alphabet.encode([&vec![0; before][..], secret].concat());
            // Characters that also hold bits of what stands around the secret are left out.
            let first = [0, 2, 3][before];
            let whole = (before + secret.len()) * 8 / 6;
            spellings.push(text.as_bytes()[first..whole].to_vec());
        }
    }
    let hex = |upper: bool| {
        let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        secret
            .iter()
            .flat_map(|byte| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]])
            .collect()
    };
    spellings.extend([hex(false), hex(true)]);
    spellings.retain(|spelling: &Vec<u8>| spelling.len() >= SCRUB_MIN_BYTES);
    spellings
}

/// A body that is being read.
pub(super) struct Body {
    source: reqwest::Response,
    needles: Needles,
    max_bytes: usize,
    /// Read but not handed out.
    pending: Vec<u8>,
    total_bytes: usize,
    ended: bool,
}

impl Body {
    pub(super) fn new(source: reqwest::Response, needles: Needles, guards: Guards) -> Self {
        let max_bytes = if guards.on(Guard::BodySize) { HTTP_BODY_MAX_BYTES } else { usize::MAX };
        Self { source, needles, max_bytes, pending: Vec::new(), total_bytes: 0, ended: false }
    }

    /// The next piece. What could be the beginning of a secret is held back until the next one shows whether it is.
    pub(super) async fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Failure> {
        let hold_back = self.needles.hold_back();
        while !self.ended && self.pending.len() < max + hold_back {
            match self.source.chunk().await {
                Ok(Some(chunk)) => {
                    self.total_bytes += chunk.len();
                    if self.total_bytes > self.max_bytes {
                        self.ended = true;
                        self.pending.clear();
                        return Err(Failure::TooLarge(format!(
                            "a body has {HTTP_BODY_MAX_BYTES} bytes at most"
                        )));
                    }
                    self.pending.extend_from_slice(&chunk);
                    self.needles.scrub(&mut self.pending);
                    // What is there can go: a guest that reads a slow stream should not wait for a full piece.
                    if self.pending.len() > hold_back {
                        break;
                    }
                }
                Ok(None) => self.ended = true,
                Err(error) if error.is_timeout() => return Err(Failure::TimedOut),
                Err(_) => return Err(Failure::Unavailable(0)),
            }
        }
        let ready =
            if self.ended { self.pending.len() } else { self.pending.len().saturating_sub(hold_back) };
        let rest = self.pending.split_off(ready.min(max));
        let piece = std::mem::replace(&mut self.pending, rest);
        Ok((!piece.is_empty()).then_some(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;
    use crate::services::Secret;

    #[test]
    fn a_secret_that_comes_back_is_taken_out() {
        for (text, expect) in [
            ("token=hunter22", "token=[secret]"),
            ("hunter22hunter22", "[secret][secret]"),
            ("hunter2", "hunter2"),
            ("backwards 22retnuh", "backwards [secret]"),
            ("in hexadecimal 68756e7465723232", "in hexadecimal [secret]"),
            ("", ""),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            Needles::of(&[Secret::new("hunter22")]).scrub(&mut bytes);
            assert_eq!(String::from_utf8(bytes).expect("text"), expect);
        }
    }

    #[test]
    fn only_what_may_become_a_secret_is_held_back() {
        let mut needles = Needles::default();
        assert_eq!(needles.unfinished(b"hunter2"), 0, "nothing to look for");
        needles.merge(Needles::of(&[Secret::new("hunter22")]));
        for (text, expect) in [
            ("", 0),
            ("* OK\r\n", 0),
            ("say hunt", 4),
            ("hunter2", 7),
            ("22ret", 5),
            ("hunter2!", 0),
            ("h", 1),
        ] {
            assert_eq!(needles.unfinished(text.as_bytes()), expect, "{text}");
        }
    }

    #[test]
    fn a_secret_in_base64_is_found_wherever_it_begins() {
        use base64::Engine as _;
        for before in ["", "a", "ab", "abc", "user:", "someone:"] {
            for after in ["", "x", "xy", "xyz"] {
                let text = format!("{before}a long secret{after}");
                let mut bytes = base64::engine::general_purpose::STANDARD.encode(&text).into_bytes();
                Needles::of(&[Secret::new("a long secret")]).scrub(&mut bytes);
                let left = String::from_utf8(bytes).expect("text");
                assert!(left.contains("[secret]"), "{text}: {left}");
            }
        }
    }
}
