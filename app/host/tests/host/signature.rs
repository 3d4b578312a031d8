//! Signed packages: whose they are, and that a damaged signature is never taken for none.

use host::{LoadError, Package};
use plugin_package::{SIGNATURE_SECTION, SecretKey, SignatureError, sign};

use crate::guest::{Guest, with_section};

fn signed() -> (Vec<u8>, SecretKey) {
    let key = SecretKey::from_seed(&[3; 32]);
    let bytes = Guest::default().bytes("signed");
    let manifest = Package::read(bytes.clone()).expect("a package").manifest;
    (sign(&bytes, &manifest, &key), key)
}

#[test]
fn a_signed_package_names_its_publisher() {
    let (bytes, key) = signed();
    assert_eq!(Package::read(bytes).expect("a package").publisher, Some(key.public()));
    assert_eq!(Guest::default().package("unsigned").publisher, None);
}

#[test]
fn a_signature_that_does_not_hold_is_refused() {
    let (good, _) = signed();
    let manifest = good.windows(6).position(|part| part == b"1.0.0\"").expect("the version");
    let mut changed = good.clone();
    changed[manifest] = b'2';
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut other_key = good.clone();
    let key_at = good.len() - 64 - 1;
    other_key[key_at] ^= 1;
    let behind = with_section(good.clone(), "note", b"x");
    let tail = good[good.len() - 121..].to_vec();
    let twice = [good.clone(), tail].concat();
    let torn = with_section(Guest::default().bytes("signed"), SIGNATURE_SECTION, &[1; 40]);
    for (name, bytes, error) in [
        ("another version", changed, SignatureError::Broken),
        ("another signature", forged, SignatureError::Broken),
        ("another key", other_key, SignatureError::Broken),
        ("something behind it", behind, SignatureError::Misplaced),
        ("two of them", twice, SignatureError::Broken),
        ("a short one", torn, SignatureError::Misplaced),
    ] {
        match Package::read(bytes) {
            Err(LoadError::Signature(found)) => assert_eq!(found, error, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}
