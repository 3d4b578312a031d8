//! The signature section at the end of a package.
//!
//! Section `switchboard:signature` is the last thing in the file: a version byte, the publisher's public key and an
//! ed25519 signature. What is signed is a statement of the plugin's id, version, serial, contract, capabilities and the
//! SHA-256 of everything before the section. The section has one length only, so where it begins needs no searching.

use model::plugin::Manifest;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    hex::to_hex,
    key::{PublisherKey, SecretKey},
};

/// Custom section with the signature.
pub const SIGNATURE_SECTION: &str = "switchboard:signature";
/// Version of the contract that packages of this tool are made for.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// Version of the section's form.
const FORM: u8 = 1;
const DATA_BYTES: usize = 1 + 32 + 64;
const NAME_BYTES: usize = SIGNATURE_SECTION.len();
/// Section id, length of the content, length of the name; each fits one byte.
const HEADER: [u8; 3] = [0, (1 + NAME_BYTES + DATA_BYTES) as u8, NAME_BYTES as u8];
const SECTION_BYTES: usize = HEADER.len() + NAME_BYTES + DATA_BYTES;
/// First words of the statement, so that a signature means nothing anywhere else.
const STATEMENT: &str = "switchboard plugin package 1";

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// It is of a later form.
    #[error("its form {0} is not known here; perhaps a newer desk knows it")]
    Form(u8),
    /// The file or what it says of itself was changed after it was signed, or the key is another's.
    #[error("it does not hold: the file was changed after it was signed")]
    Broken,
    /// There is one, but not where it belongs.
    #[error("it is not the last section of the file, or there are two of them")]
    Misplaced,
}

/// Everything before the signature: the whole file where there is none.
pub fn payload(bytes: &[u8]) -> &[u8] {
    split(bytes).map_or(bytes, |(payload, _)| payload)
}

/// Whose package this is: none where it is not signed.
pub fn verify(bytes: &[u8], manifest: &Manifest) -> Result<Option<PublisherKey>, SignatureError> {
    let Some((payload, data)) = split(bytes) else { return Ok(None) };
    let (form, rest) = (data[0], &data[1..]);
    if form != FORM {
        return Err(SignatureError::Form(form));
    }
    let (Ok(key), Ok(signature)) = (rest[..32].try_into(), rest[32..].try_into()) else {
        return Err(SignatureError::Broken);
    };
    let key = PublisherKey(key);
    let holds = key.vouches_for(&statement(payload, manifest), &signature);
    if holds { Ok(Some(key)) } else { Err(SignatureError::Broken) }
}

/// Signs a package; an earlier signature is replaced.
pub fn sign(bytes: &[u8], manifest: &Manifest, key: &SecretKey) -> Vec<u8> {
    let payload = payload(bytes);
    let mut signed = Vec::with_capacity(payload.len() + SECTION_BYTES);
    signed.extend_from_slice(payload);
    signed.extend_from_slice(&HEADER);
    signed.extend_from_slice(SIGNATURE_SECTION.as_bytes());
    signed.push(FORM);
    signed.extend_from_slice(&key.public().0);
    signed.extend_from_slice(&key.sign(&statement(payload, manifest)));
    signed
}

/// The file before its signature, and the signature's data.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (payload, section) = bytes.split_at_checked(bytes.len().checked_sub(SECTION_BYTES)?)?;
    let content = section.strip_prefix(&HEADER)?;
    let data = content.strip_prefix(SIGNATURE_SECTION.as_bytes())?;
    Some((payload, data))
}

/// What is signed. A list in JSON: no text in it can be taken for the next one.
fn statement(payload: &[u8], manifest: &Manifest) -> Vec<u8> {
    let capabilities: Vec<String> =
        manifest.capabilities.iter().map(model::plugin::Capability::manifest_entry).collect();
    let parts = serde_json::json!([
        STATEMENT,
        manifest.id.as_str(),
        manifest.version,
        manifest.serial,
        CONTRACT_VERSION,
        capabilities,
        to_hex(&Sha256::digest(payload)),
    ]);
    parts.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(more: &str) -> Manifest {
        let base = "id = \"hints\"\nversion = \"0.1.0\"\nserial = 3\nname = \"n\"\nroles = [\"assist\"]\n";
        toml::from_str(&format!("{base}{more}")).unwrap()
    }

    fn key() -> SecretKey {
        SecretKey::from_seed(&[7; 32])
    }

    #[test]
    fn a_signature_names_its_publisher() {
        let manifest = manifest("");
        let signed = sign(b"a component", &manifest, &key());
        assert_eq!(signed.len(), b"a component".len() + SECTION_BYTES);
        assert_eq!(verify(&signed, &manifest), Ok(Some(key().public())));
        assert_eq!(payload(&signed), b"a component");
        assert_eq!(verify(b"a component", &manifest), Ok(None));
        assert_eq!(verify(b"", &manifest), Ok(None));
    }

    #[test]
    fn every_changed_byte_breaks_it() {
        let manifest = manifest("");
        let signed = sign(b"a component", &manifest, &key());
        let header = b"a component".len()..b"a component".len() + HEADER.len() + NAME_BYTES;
        for index in 0..signed.len() {
            let mut changed = signed.clone();
            changed[index] ^= 1;
            let verdict = verify(&changed, &manifest);
            if header.contains(&index) {
                // No signature by its looks; the reader of the package refuses the torn section.
                assert_eq!(verdict, Ok(None), "{index}");
            } else {
                assert!(verdict.is_err(), "{index}: {verdict:?}");
            }
        }
    }

    #[test]
    fn a_changed_manifest_breaks_it() {
        let signed = sign(b"a component", &manifest("capabilities = [\"kv\"]"), &key());
        for (from, to) in [
            ("hints", "hint-s"),
            ("0.1.0", "0.1.1"),
            ("serial = 3", "serial = 4"),
            ("[\"kv\"]", "[\"kv\", { http = \"a:1\" }]"),
            ("[\"kv\"]", "[]"),
        ] {
            let text = "id = \"hints\"\nversion = \"0.1.0\"\nserial = 3\nname = \"n\"\nroles = [\"assist\"]\ncapabilities = [\"kv\"]";
            let other: Manifest = toml::from_str(&text.replace(from, to)).unwrap();
            assert_eq!(verify(&signed, &other), Err(SignatureError::Broken), "{to}");
        }
    }

    #[test]
    fn signing_again_replaces_and_another_key_is_another_publisher() {
        let manifest = manifest("");
        let once = sign(b"a component", &manifest, &key());
        let other = SecretKey::from_seed(&[8; 32]);
        let twice = sign(&once, &manifest, &other);
        assert_eq!(twice.len(), once.len());
        assert_eq!(verify(&twice, &manifest), Ok(Some(other.public())));
    }
}
