//! Secrets: used, never shown.

use hmac::{Hmac, KeyInit, Mac};
use model::plugin::Capability;
use sha2::{Sha256, Sha512};

use crate::{
    bindings::switchboard::plugin::{
        secrets::{self, MacAlg},
        types::Failure,
    },
    convert,
    services::Secret,
    state::LaneState,
};

impl LaneState {
    /// The secret in a slot, after the grant.
    pub(super) fn secret(&self, slot: &str) -> Result<Secret, Failure> {
        self.plugin.allow(&Capability::Secret(slot.to_owned())).map_err(convert::failure)?;
        let secret = self.shared.services.secret(&self.plugin.manifest.id, self.lane.account, slot);
        secret.ok_or(Failure::Unauthorized)
    }
}

impl secrets::Host for LaneState {
    async fn configured(&mut self, slot: String) -> bool {
        self.secret(&slot).is_ok()
    }

    async fn mac(&mut self, slot: String, alg: MacAlg, data: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let secret = self.secret(&slot)?;
        match alg {
            MacAlg::HmacSha256 => Ok(mac::<Hmac<Sha256>>(&secret, &data)?.finalize().into_bytes().to_vec()),
            MacAlg::HmacSha512 => Ok(mac::<Hmac<Sha512>>(&secret, &data)?.finalize().into_bytes().to_vec()),
        }
    }

    async fn verify(
        &mut self,
        slot: String,
        alg: MacAlg,
        data: Vec<u8>,
        tag: Vec<u8>,
    ) -> Result<bool, Failure> {
        let secret = self.secret(&slot)?;
        match alg {
            MacAlg::HmacSha256 => Ok(mac::<Hmac<Sha256>>(&secret, &data)?.verify_slice(&tag).is_ok()),
            MacAlg::HmacSha512 => Ok(mac::<Hmac<Sha512>>(&secret, &data)?.verify_slice(&tag).is_ok()),
        }
    }
}

fn mac<M: Mac + KeyInit>(secret: &Secret, data: &[u8]) -> Result<M, Failure> {
    let mut mac = <M as KeyInit>::new_from_slice(secret.bytes())
        .map_err(|_| Failure::Invalid("the secret cannot be a key".to_owned()))?;
    mac.update(data);
    Ok(mac)
}
