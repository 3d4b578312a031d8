//! Who a visitor is: a random id, and a code over it that only the desk's key can make.

use plugin_kit::{
    Failure, Result,
    desk::{
        random,
        secrets::{self, MacAlg},
    },
};

/// The slot of the manifest whose key makes the codes.
const SLOT: &str = "visitor";
const ID_BYTES: u32 = 16;
const ID_CHARS: usize = 33;
const TAG_HEX_CHARS: usize = 64;

/// The id of a visitor: `v` and 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Visitor(String);

impl Visitor {
    /// Somebody new.
    pub(crate) fn new() -> Result<Self> {
        let bytes = random::bytes(ID_BYTES);
        if bytes.len() != ID_BYTES as usize {
            return Err(Failure::Internal("too few random bytes".to_owned()));
        }
        Ok(Self(format!("v{}", hex(&bytes))))
    }

    /// An id as it was given out; none where it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('v')?;
        let good =
            text.len() == ID_CHARS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        good.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Short and different for most visitors, for people to tell them apart.
    pub(crate) fn code(&self) -> String {
        self.0[1..5].to_ascii_uppercase()
    }

    /// The code that proves this id to the account.
    pub(crate) fn token(&self, account: &str) -> Result<String> {
        Ok(hex(&secrets::mac(SLOT, MacAlg::HmacSha256, &self.signed(account))?))
    }

    /// The visitor of an `ID.TOKEN`, if the token is the visitor's own.
    pub(crate) fn admitted(account: &str, credential: &str) -> Result<Self> {
        let (id, token) = credential.split_once('.').ok_or(Failure::Unauthorized)?;
        let visitor = Self::parse(id).ok_or(Failure::Unauthorized)?;
        let tag = unhex(token).filter(|_| token.len() == TAG_HEX_CHARS).ok_or(Failure::Unauthorized)?;
        if secrets::verify(SLOT, MacAlg::HmacSha256, &visitor.signed(account), &tag)? {
            Ok(visitor)
        } else {
            Err(Failure::Unauthorized)
        }
    }

    fn signed(&self, account: &str) -> Vec<u8> {
        format!("webchat visitor 1\n{account}\n{}", self.0).into_bytes()
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_kit::testing::Desk;

    #[test]
    fn only_the_own_token_admits() {
        let desk = Desk::new();
        desk.secret(SLOT);
        let (one, two) = (Visitor::new().unwrap(), Visitor::new().unwrap());
        assert_ne!(one, two);
        let token = one.token("a").unwrap();
        assert_eq!(Visitor::admitted("a", &format!("{}.{token}", one.as_str())), Ok(one.clone()));
        let refused = [
            format!("{}.{token}", two.as_str()),
            format!("{}.{}", one.as_str(), two.token("a").unwrap()),
            format!("{}.{}", one.as_str(), one.token("b").unwrap()),
            format!("{}.{}", one.as_str(), &token[..62]),
            format!("{}.{}00", one.as_str(), token),
            format!("{}.", one.as_str()),
            format!("{}.{}", one.as_str(), "é".repeat(32)),
            one.as_str().to_owned(),
            String::new(),
            ".".to_owned(),
        ];
        for credential in refused {
            assert_eq!(Visitor::admitted("a", &credential), Err(Failure::Unauthorized), "{credential}");
        }
    }

    #[test]
    fn ids_have_one_form() {
        let good = format!("v{}", "0a".repeat(16));
        assert!(Visitor::parse(&good).is_some());
        for bad in [
            "",
            "v",
            "v0",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}0"),
            "v0a/../0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        ] {
            assert_eq!(Visitor::parse(bad), None, "{bad}");
        }
    }
}
