//! The signing rules, read independently from `providers.md`.
//!
//! This file shares nothing with the library: if both made the same mistake from the same code,
//! the tests would agree with it.

use std::fmt::Write as _;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::Digest as _;
use ring::rand::SecureRandom as _;
use ring::{hmac, rand, signature};
use serde_json::Value;

use super::credentials::credentials;

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

/// The digest that a daxpay application is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DaxpayAlgorithm {
    /// HMAC-SHA256 with the sign key.
    HmacSha256,
    /// MD5.
    Md5,
    /// SM3.
    Sm3,
}

/// How the values inside `data` are written in daxpay's string to sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NestedForm {
    /// Names in case-insensitive order, numbers without trailing zeros.
    Sorted,
    /// Names in the order of the message.
    AsSent,
    /// Names in case-insensitive order, numbers as they are in the message.
    SortedNumbersAsSent,
}

/// daxpay, steps 1 to 5: the string to sign of a JSON object, ending in the key.
///
/// It reads the text and not a parsed message, because `1.10` and `1.1` are one number to a parser.
pub fn daxpay_string(json: &str, sign_key: &str, nested: NestedForm) -> Result<String, String> {
    let not_json = |error: serde_json::Error| format!("not JSON: {error}");
    serde_json::from_str::<Value>(json).map_err(not_json)?;
    let message: Value = serde_json::from_str(&mark_numbers(json)).map_err(not_json)?;
    let Value::Object(parameters) = message else {
        return Err("not a JSON object".to_owned());
    };
    let mut pairs: Vec<(String, String)> = parameters
        .into_iter()
        .filter(|(name, value)| name != "sign" && !value.is_null())
        .map(|(name, value)| (name, daxpay_value(&value, nested)))
        .collect();
    pairs.sort();
    let mut joined = String::new();
    for (name, value) in pairs {
        let _ = write!(joined, "{name}={value}&");
    }
    joined.retain(|c| c != '"' && c != '\\');
    Ok(format!("{joined}key={sign_key}").to_uppercase())
}

/// daxpay, step 6: the digest of the string to sign, in lower-case hex.
pub fn daxpay_digest(string: &str, sign_key: &str, algorithm: DaxpayAlgorithm) -> String {
    match algorithm {
        DaxpayAlgorithm::Md5 => hex(&md5::Md5::digest(string.as_bytes())),
        DaxpayAlgorithm::Sm3 => hex(&sm3::Sm3::digest(string.as_bytes())),
        DaxpayAlgorithm::HmacSha256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, sign_key.as_bytes());
            hex(hmac::sign(&key, string.as_bytes()).as_ref())
        }
    }
}

/// Marks a number in the output of [`mark_numbers`]. No platform sends this control character.
const NUMBER: char = '\u{1}';

/// The same JSON with every number turned into a marked string, so that its digits survive parsing.
fn mark_numbers(json: &str) -> String {
    let mut marked = String::with_capacity(json.len());
    let (mut in_string, mut escaped, mut in_number) = (false, false, false);
    for c in json.chars() {
        let numeric = !in_string && (c.is_ascii_digit() || c == '-');
        if numeric && !in_number {
            marked.push_str("\"\\u0001");
            in_number = true;
        } else if in_number && !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E') {
            marked.push('"');
            in_number = false;
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
        marked.push(c);
    }
    if in_number {
        marked.push('"');
    }
    marked
}

fn daxpay_value(value: &Value, nested: NestedForm) -> String {
    match value {
        Value::String(text) => match text.strip_prefix(NUMBER) {
            Some(number) => plain_number(number),
            None => text.clone(),
        },
        other => compact(other, nested),
    }
}

fn compact(value: &Value, form: NestedForm) -> String {
    match value {
        Value::String(text) => match (text.strip_prefix(NUMBER), form) {
            (Some(number), NestedForm::Sorted) => plain_number(number),
            (Some(number), _) => number.to_owned(),
            (None, _) => value.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| compact(item, form)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .collect();
            if form != NestedForm::AsSent {
                fields.sort_by_key(|(name, _)| name.to_lowercase());
            }
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| {
                    format!("{}:{}", Value::from(name.as_str()), compact(value, form))
                })
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

/// A number without an exponent and without trailing zeros after the point.
fn plain_number(number: &str) -> String {
    if number.contains(['e', 'E']) {
        return number
            .parse::<f64>()
            .map_or(number.to_owned(), |value| value.to_string());
    }
    match number.contains('.') {
        true => number
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        false => number.to_owned(),
    }
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

/// Who signs or has signed a redemption message with RSA.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyOwner {
    /// The merchant: requests.
    Merchant,
    /// The platform: callbacks.
    Platform,
}

/// redemption, `SHA256-RSA`: base64 of an RSASSA-PKCS1-v1_5 signature with SHA-256.
pub fn redemption_rsa(owner: KeyOwner, string: &[u8]) -> String {
    static MERCHANT: OnceLock<signature::RsaKeyPair> = OnceLock::new();
    static PLATFORM: OnceLock<signature::RsaKeyPair> = OnceLock::new();
    let (cell, pem) = match owner {
        KeyOwner::Merchant => (&MERCHANT, credentials().redemption_merchant_private_key_pem),
        KeyOwner::Platform => (&PLATFORM, credentials().redemption_platform_private_key_pem),
    };
    let pair = cell.get_or_init(|| {
        signature::RsaKeyPair::from_pkcs8(&pem_bytes(pem)).expect("the sandbox's own RSA key")
    });
    let mut signed = vec![0; pair.public().modulus_len()];
    pair.sign(
        &signature::RSA_PKCS1_SHA256,
        &rand::SystemRandom::new(),
        string,
        &mut signed,
    )
    .expect("an RSA signature");
    STANDARD.encode(signed)
}

/// Whether `sign` is the owner's `SHA256-RSA` signature of the string.
pub fn redemption_rsa_verifies(owner: KeyOwner, string: &[u8], sign: &str) -> bool {
    let pem = match owner {
        KeyOwner::Merchant => credentials().redemption_merchant_public_key_pem,
        KeyOwner::Platform => credentials().redemption_platform_public_key_pem,
    };
    let spki = pem_bytes(pem);
    // ring wants the bare RSAPublicKey; in the SPKI of any 2048-bit key it begins at byte 24.
    let key = signature::UnparsedPublicKey::new(
        &signature::RSA_PKCS1_2048_8192_SHA256,
        spki.get(24..).unwrap_or_default(),
    );
    STANDARD
        .decode(sign)
        .is_ok_and(|sign| key.verify(string, &sign).is_ok())
}

fn pem_bytes(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.collect();
    STANDARD.decode(base64).expect("base64 inside a PEM file")
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
