//! The signing rules, read independently from `providers.md`.
//!
//! This module shares nothing with the library: if both made the same mistake from the same code,
//! the tests would agree with it.

mod daxpay;
mod numbers;
mod open;
mod rsa;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::Digest as _;
use ring::rand::SecureRandom as _;
use ring::{hmac, rand};
use serde_json::Value;

pub use daxpay::{DaxPayAlgorithm, NestedForm, daxpay_digest, daxpay_string};
pub use numbers::plain_number;
pub use open::open_string;
pub use rsa::{KeyOwner, rsa_sign, rsa_verifies, rsa_verifies_with};

/// creditpay: base64 of HMAC-SHA1 over the path and, with nothing between, the body.
pub fn creditpay(signature_key: &str, path: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        signature_key.as_bytes(),
    );
    let mut context = hmac::Context::with_key(&key);
    context.update(path.as_bytes());
    context.update(body);
    STANDARD.encode(context.sign())
}

/// The headers that redemption signs, already in byte order.
const REDEMPTION_SIGNED: [&str; 4] = ["businessId", "nonce", "signType", "timestamp"];

/// redemption: the string to sign. `header` gives the value of a header, if it was sent.
pub fn redemption_string<'a>(header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) -> Vec<u8> {
    let pairs: Vec<String> = REDEMPTION_SIGNED
        .iter()
        .filter_map(|name| Some((name, header(name).filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    [pairs.join("&").as_bytes(), body].concat()
}

/// redemption, `MD5`: upper-case hex of the MD5 of the string and the secret.
pub fn redemption_md5(string: &[u8], secret: &str) -> String {
    let digest = md5::Md5::digest([string, secret.as_bytes()].concat());
    hex(&digest).to_uppercase()
}

/// A JSON Web Token (HS256) with these claims.
pub fn jwt(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"the sandbox signs its tokens with this");
    let tag = hmac::sign(&key, format!("{header}.{payload}").as_bytes());
    format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random lower-case hex of this many bytes.
pub fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    rand::SystemRandom::new()
        .fill(&mut random)
        .expect("the system's random numbers");
    hex(&random)
}
