//! redemption: four headers in byte order of their names, joined, with the body right behind.

use super::rsa::{PublicKey, RsaSigner};
use super::{digest, same};
use crate::error::Result;
use crate::hex;
use crate::secret::Secret;

/// The headers that are signed, in the order they are signed. Their spelling in the string is
/// this one, whatever it is on the wire.
pub const SIGNED_HEADERS: [&str; 4] = ["businessId", "nonce", "signType", "timestamp"];

/// The string to sign. `header` gives the value of a header; absent and empty ones are left out.
pub fn string_to_sign<'a>(
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
) -> Vec<u8> {
    let sent = |name: &&'static str| {
        header(name)
            .filter(|value| !value.is_empty())
            .map(|value| format!("{name}={value}"))
    };
    let headers: Vec<String> = SIGNED_HEADERS.iter().filter_map(sent).collect();
    let mut string = headers.join("&").into_bytes();
    string.extend_from_slice(body);
    string
}

/// How the merchant signs.
pub enum Signer {
    /// `SHA256-RSA` with the merchant's private key.
    Rsa(RsaSigner),
    /// `MD5` with a shared secret.
    Md5(Secret),
}

impl Signer {
    /// The value of the header `signType`.
    pub fn sign_type(&self) -> &'static str {
        match self {
            Signer::Rsa(_) => "SHA256-RSA",
            Signer::Md5(_) => "MD5",
        }
    }

    /// The signature over a string to sign.
    ///
    /// # Errors
    /// As [`RsaSigner::sign`]; none with a key at hand or a secret.
    pub fn sign(&self, string: &[u8]) -> Result<String> {
        match self {
            Signer::Rsa(key) => key.sign(string),
            Signer::Md5(secret) => Ok(md5(secret, string)),
        }
    }
}

/// How a signature of the platform is checked.
pub enum Verifier {
    /// `SHA256-RSA` with the platform's public key.
    Rsa(PublicKey),
    /// `MD5` with a shared secret.
    Md5(Secret),
}

impl Verifier {
    /// The value of the header `signType` that goes with it.
    pub fn sign_type(&self) -> &'static str {
        match self {
            Verifier::Rsa(_) => "SHA256-RSA",
            Verifier::Md5(_) => "MD5",
        }
    }

    /// Whether `signature` is the one of this string.
    pub fn verify(&self, string: &[u8], signature: &str) -> bool {
        match self {
            Verifier::Rsa(key) => key.verify(string, signature),
            // The platform writes upper case: another spelling is not the message that it sent.
            Verifier::Md5(secret) => same(md5(secret, string).as_bytes(), signature.as_bytes()),
        }
    }
}

/// Upper-case hex of `MD5(string ++ secret)`.
fn md5(secret: &Secret, string: &[u8]) -> String {
    hex::upper(&digest::md5(&[string, secret.expose().as_bytes()]))
}
