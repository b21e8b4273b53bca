//! The two editions that a handle can speak: what each signs with, what it checks the gateway's
//! signatures with, and what each says about those of the others.

use zeroize::Zeroizing;

use super::super::rotation::Keys;
use crate::error::{Error, Result};
use crate::inbound::bad_signature;
use crate::json::{Json, Lent};
use crate::signing::daxpay::{Key, is_of_edition_2};
use crate::signing::daxpay_open::{self, Numbers, Unsignable};
use crate::signing::rsa::{PublicKey, RsaSigner};

/// How a handle signs, and how it checks what the gateway signed: by the key of today, which is the
/// first, or one of those before it.
pub(super) enum Edition {
    Three(Keys<Key>),
    Open(RsaSigner, Keys<PublicKey>),
}

impl Edition {
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Edition::Open(..))
    }

    /// The signature of a request.
    pub(super) fn sign(&self, members: &[(&str, Lent<'_>)]) -> Result<String> {
        match self {
            Edition::Three(keys) => Ok(keys.current().sign_members(members)),
            Edition::Open(signer, _) => {
                let member =
                    |(name, value): &(&str, Lent<'_>)| ((*name).to_owned(), value.to_json());
                let params = Json::Object(members.iter().map(member).collect());
                let params = Zeroizing::new(params);
                let string = daxpay_open::string_to_sign(&params, Numbers::Plain)
                    .map_err(|why| Error::argument("body", format!("cannot be signed: {why}")))?;
                signer.sign(string.as_bytes())
            }
        }
    }

    /// Checks a signature of the gateway over the members of an object; which key it was made with: 0 is
    /// today's.
    pub(super) fn verify(&self, params: &Json, sign: &str) -> Result<usize> {
        let found = match self {
            Edition::Three(keys) => keys.which(|key| key.verify(params, sign)),
            Edition::Open(_, keys) => {
                let strings = open_strings(params).map_err(|why| match why {
                    Unsignable::Ambiguous(_) => bad_signature("ambiguous", why),
                    Unsignable::TooLong => bad_signature("mismatch", why),
                })?;
                keys.which(|key| {
                    let mut strings = strings.iter();
                    strings.any(|string| key.verify(string.as_bytes(), sign))
                })
            }
        };
        found.ok_or_else(|| bad_signature("mismatch", self.mismatch(params, sign)))
    }

    /// What a signature that is not right is, if that shows.
    fn mismatch(&self, params: &Json, sign: &str) -> String {
        let is_hex = sign.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self {
            Edition::Three(keys) => {
                let algorithm = keys.current().algorithm().name();
                let more = if keys
                    .which(|key| is_of_edition_2(key.expose(), params, sign))
                    .is_some()
                {
                    "; it is signed by the 2.0 rule (the gateway's edition 2), which libauth does not speak"
                } else if !is_hex && sign.len() >= 340 {
                    "; it looks like one of the gateway's edition open: make the handle with new_open"
                } else {
                    ""
                };
                format!(
                    "`sign` is not the {algorithm} of the other members with this sign_key{more}"
                )
            }
            Edition::Open(signer, _) => {
                let string = daxpay_open::string_to_sign(params, Numbers::Plain);
                let is_ours =
                    string.is_ok_and(|string| signer.public_key().verify(string.as_bytes(), sign));
                let more = if is_ours {
                    "; it is by the merchant's own key: somebody sends back what this merchant signed"
                } else if is_hex {
                    "; it is no RSA signature: a gateway of edition 3 or 2 signs so"
                } else {
                    ""
                };
                format!("`sign` is not one of the other members by platform_public_key{more}")
            }
        }
    }
}

/// The strings that may have been signed: the platform's SDKs disagree about decimals.
fn open_strings(params: &Json) -> std::result::Result<Vec<String>, Unsignable> {
    let plain = daxpay_open::string_to_sign(params, Numbers::Plain)?;
    let as_sent = daxpay_open::string_to_sign(params, Numbers::AsSent)?;
    Ok(match plain == as_sent {
        true => vec![plain],
        false => vec![plain, as_sent],
    })
}
