//! A publisher's key: one public line that others trust, one secret file that stays with the publisher.

use std::{fmt, path::Path, str::FromStr};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use thiserror::Error;

use crate::hex::{from_hex, to_hex};

/// What a public key begins with.
const PUBLIC: &str = "ed25519:";
/// What the one line of a secret key's file begins with.
const SECRET: &str = "switchboard-publisher-secret:";
/// Characters of a fingerprint's group.
const GROUP: usize = 4;
/// Groups of a fingerprint.
const GROUPS: usize = 4;

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The text is no public key.
    #[error("`{0}` is no publisher's key: it is `ed25519:` and 64 hexadecimal digits")]
    NotPublic(String),
    /// The file is no secret key.
    #[error("{0} holds no publisher's secret key: make one with `switchboard plugin key new FILE`")]
    NotSecret(String),
    /// The file cannot be read or written.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

/// The public key of a publisher.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublisherKey(pub(crate) [u8; 32]);

impl PublisherKey {
    /// A few digits that two people can compare.
    pub fn fingerprint(&self) -> String {
        let digits = to_hex(&self.0);
        let groups: Vec<&str> =
            (0..GROUPS).filter_map(|group| digits.get(group * GROUP..(group + 1) * GROUP)).collect();
        groups.join("-")
    }

    /// Whether a signature over a message is this publisher's. Weak keys and malleable signatures are refused.
    pub(crate) fn vouches_for(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", to_hex(&self.0))
    }
}

impl fmt::Debug for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublisherKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = text.trim().strip_prefix(PUBLIC).and_then(from_hex);
        bytes
            .filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok_and(|key| !key.is_weak()))
            .map(Self)
            .ok_or_else(|| KeyError::NotPublic(text.trim().to_owned()))
    }
}

/// The secret half. It is never shown; its memory is cleared when it goes.
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl SecretKey {
    /// Makes a new one from the system's randomness.
    pub fn new() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::from_seed(&seed))
    }

    /// The key of a seed; for tests that must come out the same.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The half that others trust.
    pub fn public(&self) -> PublisherKey {
        PublisherKey(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Reads a file that [`SecretKey::write`] made.
    pub fn read(file: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(file).map_err(|error| failed(file, error))?;
        let seed = text.trim().strip_prefix(SECRET).and_then(from_hex::<32>);
        seed.map(|seed| Self::from_seed(&seed)).ok_or_else(|| KeyError::NotSecret(file.display().to_string()))
    }

    /// Writes a new file that only its owner may read. One that is there is never overwritten.
    pub fn write(&self, file: &Path) -> Result<(), KeyError> {
        use std::io::Write as _;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let line = format!("{SECRET}{}\n", to_hex(&self.0.to_bytes()));
        options
            .open(file)
            .and_then(|mut opened| opened.write_all(line.as_bytes()))
            .map_err(|e| failed(file, e))
    }
}

fn failed(file: &Path, error: std::io::Error) -> KeyError {
    KeyError::File { file: file.display().to_string(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_text_and_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("my.key");
        let key = SecretKey::new().unwrap();
        key.write(&file).unwrap();
        assert_eq!(SecretKey::read(&file).unwrap().public(), key.public());
        assert_eq!(key.public().to_string().parse::<PublisherKey>().unwrap(), key.public());
        assert!(key.write(&file).is_err(), "a key was overwritten");
        assert!(!format!("{key:?}").contains(&to_hex(&key.0.to_bytes())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let weak = format!("ed25519:01{}", "0".repeat(62));
        for text in ["", "ed25519:", "ed25519:00", &"0".repeat(64), &weak] {
            assert!(text.parse::<PublisherKey>().is_err(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("no.key");
        std::fs::write(&file, SecretKey::new().unwrap().public().to_string()).unwrap();
        assert!(matches!(SecretKey::read(&file), Err(KeyError::NotSecret(_))));
    }

    #[test]
    fn fingerprints_are_short_and_differ() {
        let (one, two) = (SecretKey::from_seed(&[1; 32]).public(), SecretKey::from_seed(&[2; 32]).public());
        assert_eq!(one.fingerprint().len(), GROUPS * GROUP + GROUPS - 1);
        assert_ne!(one.fingerprint(), two.fingerprint());
    }
}
