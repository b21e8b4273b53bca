//! daxpay, edition 3: sorted parameters, the key at the end, everything in upper case.

use std::fmt::Write as _;

use md5::Digest as _;
use ring::hmac;
use serde_json::Value;

use super::hex;
use super::numbers::{NUMBER, mark_numbers, plain_number};

/// The digest that a daxpay application is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DaxPayAlgorithm {
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
    /// Names in the order of the message, numbers without trailing zeros: what the gateway signs.
    AsSent,
    /// Names in the order of the message, numbers as they are in the message.
    AllAsSent,
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
pub fn daxpay_digest(string: &str, sign_key: &str, algorithm: DaxPayAlgorithm) -> String {
    match algorithm {
        DaxPayAlgorithm::Md5 => hex(&md5::Md5::digest(string.as_bytes())),
        DaxPayAlgorithm::Sm3 => hex(&sm3::Sm3::digest(string.as_bytes())),
        DaxPayAlgorithm::HmacSha256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, sign_key.as_bytes());
            hex(hmac::sign(&key, string.as_bytes()).as_ref())
        }
    }
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
            (Some(number), NestedForm::Sorted | NestedForm::AsSent) => plain_number(number),
            (Some(number), _) => number.to_owned(),
            (None, _) => quoted(text),
        },
        Value::Array(items) => {
            let present = items.iter().filter(|item| !item.is_null());
            let items: Vec<String> = present.map(|item| compact(item, form)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .collect();
            if matches!(form, NestedForm::Sorted | NestedForm::SortedNumbersAsSent) {
                fields.sort_by_key(|(name, _)| name.to_lowercase());
            }
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), compact(value, form)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

/// A text as the gateway's JSON writer (hutool) writes it. What it escapes beyond JSON's own needs
/// stays visible in the string to sign: only quotes and backslashes are removed from that.
fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '\u{8}' => written.push_str("\\b"),
            '\t' => written.push_str("\\t"),
            '\n' => written.push_str("\\n"),
            '\u{c}' => written.push_str("\\f"),
            '\r' => written.push_str("\\r"),
            '\0'..='\u{1f}'
            | '\u{80}'..='\u{a0}'
            | '\u{2000}'..='\u{2010}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2066}'..='\u{206f}' => {
                let _ = write!(written, "\\u{:04x}", u32::from(c));
            }
            _ => written.push(c),
        }
    }
    written.push('"');
    written
}
