//! creditpay: `base64(HMAC-SHA1(signature_key, path ++ body))`.
//!
//! The path is the endpoint's below the base URL: no host, no query and, unless the
//! deployment passes it on, no gateway prefix.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::{digest, same};

/// The signature of a request or a webhook.
pub fn sign(signature_key: &str, path: &str, body: &[u8]) -> String {
    BASE64_STANDARD.encode(digest::hmac_sha1(
        signature_key.as_bytes(),
        &[path.as_bytes(), body],
    ))
}

/// Whether `signature` is the one of this path and body.
pub fn verify(signature_key: &str, path: &str, body: &[u8], signature: &str) -> bool {
    same(
        sign(signature_key, path, body).as_bytes(),
        signature.as_bytes(),
    )
}
