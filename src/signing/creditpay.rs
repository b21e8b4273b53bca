//! creditpay: `base64(HMAC-SHA1(signature_key, path ++ body))`.
//!
//! The path is the endpoint's below the base URL: no host, no query and, unless the
//! deployment passes it on, no gateway prefix.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::digest::HmacSha1;
use super::same;

/// A signature key, made ready to sign with.
#[derive(Clone)]
pub struct Key(HmacSha1);

impl Key {
    /// Makes a `signature_key` ready.
    pub fn new(signature_key: &str) -> Key {
        Key(HmacSha1::new(signature_key.as_bytes()))
    }

    /// The signature of a request or a webhook.
    pub fn sign(&self, path: &str, body: &[u8]) -> String {
        BASE64_STANDARD.encode(self.0.of(&[path.as_bytes(), body]))
    }

    /// Whether `signature` is the one of this path and body.
    pub fn verify(&self, path: &str, body: &[u8], signature: &str) -> bool {
        same(self.sign(path, body).as_bytes(), signature.as_bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// The signature of a request or a webhook.
pub fn sign(signature_key: &str, path: &str, body: &[u8]) -> String {
    Key::new(signature_key).sign(path, body)
}

/// Whether `signature` is the one of this path and body.
pub fn verify(signature_key: &str, path: &str, body: &[u8], signature: &str) -> bool {
    Key::new(signature_key).verify(path, body, signature)
}
