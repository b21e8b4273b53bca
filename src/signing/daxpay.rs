//! daxpay: the top-level parameters in byte order of their names, joined, without quotes and
//! backslashes, with the key appended, in upper case; of that, a digest in lower-case hex.

use zeroize::Zeroizing;

use super::{digest, same};
use crate::json::Json;

/// What is computed over the string to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// HMAC-SHA256 with the sign key as given.
    #[default]
    HmacSha256,
    /// MD5.
    Md5,
    /// SM3. A gateway build of 2025 computes MD5 where it is set to SM3; against such a gateway use MD5.
    Sm3,
}

impl Algorithm {
    /// The platform's name of the algorithm.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::HmacSha256 => "HMAC_SHA256",
            Algorithm::Md5 => "MD5",
            Algorithm::Sm3 => "SM3",
        }
    }
}

/// The order of the names inside nested objects. The gateway signs a map sorted, but an object
/// in the order of its declaration, which is the order it sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nested {
    Sorted,
    AsReceived,
}

/// The string to sign up to and without `&key=…`, not yet in upper case.
pub(crate) fn canonical(params: &Json, nested: Nested) -> String {
    let mut members: Vec<(&str, String)> = params
        .members()
        .iter()
        .filter(|(name, value)| name != "sign" && *value != Json::Null)
        .map(|(name, value)| (name.as_str(), text(value, nested)))
        .collect();
    members.sort_by_key(|(name, _)| *name);
    let joined: Vec<String> = members
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    joined.join("&").replace(['"', '\\'], "")
}

/// The whole string to sign. The key is in it: do not print it.
pub(crate) fn string_to_sign(params: &Json, nested: Nested, sign_key: &str) -> Zeroizing<String> {
    let with_key = Zeroizing::new(format!("{}&key={sign_key}", canonical(params, nested)));
    Zeroizing::new(with_key.to_uppercase())
}

/// The digest step: lower-case hex over a finished string.
pub(crate) fn digest_of(algorithm: Algorithm, string: &str, sign_key: &str) -> String {
    match algorithm {
        Algorithm::HmacSha256 => {
            digest::hex_lower(&digest::hmac_sha256(sign_key.as_bytes(), string.as_bytes()))
        }
        Algorithm::Md5 => digest::hex_lower(&digest::md5(&[string.as_bytes()])),
        Algorithm::Sm3 => digest::hex_lower(&digest::sm3(string.as_bytes())),
    }
}

/// The signature over the members of the object `params`; a member `sign` is left out.
pub fn sign(algorithm: Algorithm, sign_key: &str, params: &Json) -> String {
    digest_of(
        algorithm,
        &string_to_sign(params, Nested::Sorted, sign_key),
        sign_key,
    )
}

/// Whether `signature` is the one of `params`. Upper- and lower-case hex are the same, and what the
/// rule leaves open may be either way: the order of nested names, trailing zeros of nested numbers,
/// and empty lists, which the platform's SDK leaves out.
pub fn verify(algorithm: Algorithm, sign_key: &str, params: &Json, signature: &str) -> bool {
    let signature = signature.to_ascii_lowercase();
    let matches = |params: &Json, nested| {
        let string = string_to_sign(params, nested, sign_key);
        let digest = digest_of(algorithm, &string, sign_key);
        same(digest.as_bytes(), signature.as_bytes())
    };
    let in_any_order =
        |params: &Json| matches(params, Nested::Sorted) || matches(params, Nested::AsReceived);
    let with_any_numbers =
        |params: &Json| in_any_order(params) || in_any_order(&with_plain_numbers(params));
    with_any_numbers(params)
        || without_empty_lists(params).is_some_and(|params| with_any_numbers(&params))
}

/// The same without top-level lists that are empty, if there are any.
fn without_empty_lists(params: &Json) -> Option<Json> {
    let is_empty = |value: &Json| matches!(value, Json::Array(elements) if elements.is_empty());
    let members = params.members();
    let kept = members
        .iter()
        .filter(|(_, value)| !is_empty(value))
        .cloned();
    let kept: Vec<_> = kept.collect();
    (kept.len() < members.len()).then_some(Json::Object(kept))
}

/// The same with every number in the form that [`canonical`] gives those at the top. The rule does not
/// say whether numbers inside an object lose their zeros too, so the best is to have none there.
pub(crate) fn with_plain_numbers(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::Number(plain_number(number)),
        Json::Array(elements) => Json::Array(elements.iter().map(with_plain_numbers).collect()),
        Json::Object(members) => {
            let plain = |(name, value): &(String, Json)| (name.clone(), with_plain_numbers(value));
            Json::Object(members.iter().map(plain).collect())
        }
        other => other.clone(),
    }
}

fn text(value: &Json, nested: Nested) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => plain_number(number),
        Json::String(value) => value.clone(),
        Json::Array(_) | Json::Object(_) => compact(value, nested).to_json(),
    }
}

/// The value without nulls, its objects in the order asked for.
fn compact(value: &Json, nested: Nested) -> Json {
    match value {
        Json::Array(elements) => {
            let present = elements.iter().filter(|element| **element != Json::Null);
            Json::Array(present.map(|element| compact(element, nested)).collect())
        }
        Json::Object(members) => {
            let present = members.iter().filter(|(_, value)| *value != Json::Null);
            let mut members: Vec<_> = present
                .map(|(name, value)| (name.clone(), compact(value, nested)))
                .collect();
            if nested == Nested::Sorted {
                members.sort_by_key(|(name, _)| name.to_lowercase());
            }
            Json::Object(members)
        }
        other => other.clone(),
    }
}

/// A number without trailing zeros behind its point: `1.10` is `1.1`, `1.00` is `1`.
fn plain_number(number: &str) -> String {
    if !number.contains('.') || number.contains(['e', 'E']) {
        return number.to_owned();
    }
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_may_be_signed_or_left_out() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let (with, without) = (json(r#"{"a":"1","b":[]}"#), json(r#"{"a":"1"}"#));
        for signed in [&with, &without] {
            let signature = sign(Algorithm::Md5, "key", signed);
            assert!(verify(Algorithm::Md5, "key", &with, &signature));
        }
        let signature = sign(Algorithm::Md5, "key", &with);
        assert!(!verify(Algorithm::Md5, "key", &without, &signature));
    }

    /// The digests that the platform's page publishes. Their strings end in `&sign=`, which no
    /// request has, so they test the digest step only.
    #[test]
    fn published_digests_agree() {
        let file = include_bytes!("../../tests/vectors/daxpay.json");
        let file = Json::parse(file).expect("a vector file is JSON");
        let Some(Json::Array(rows)) = file.get("published_digests") else {
            panic!("there are published digests");
        };
        assert_eq!(rows.len(), 2);
        for row in rows {
            let text = |name| row.get(name).and_then(Json::as_str).expect("a text");
            let (string, key) = (text("string"), text("hmac_key"));
            let digest = |algorithm| digest_of(algorithm, string, key);
            assert_eq!(digest(Algorithm::Md5), text("md5"));
            assert_eq!(digest(Algorithm::HmacSha256), text("hmac_sha256"));
        }
    }
}
