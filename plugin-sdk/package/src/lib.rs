//! Signatures of plugin packages, and the record of what is installed on a desk.
//!
//! # Invariants
//!
//! - A signature covers the whole file before it, and says the plugin's id, version, serial, contract and capabilities
//!   itself, so that none of them can be exchanged.
//! - A signature that does not hold is an error. It is never taken for a package without one.
//! - What is installed is pinned by its hash, its publisher and the highest serial that was ever installed; none of
//!   them changes without a person who said so.

mod hex;
mod key;
mod ledger;
mod signature;

pub use hex::{from_hex, to_hex};
pub use key::{KeyError, PublisherKey, SecretKey};
pub use ledger::{
    Candidate, Change, InstallError, Installed, KnownPublisher, Ledger, LedgerError, Permission,
};
pub use signature::{CONTRACT_VERSION, SIGNATURE_SECTION, SignatureError, payload, sign, verify};
