//! The commonest mistakes, tried out: the one that makes the received signature is it.

use serde_json::Value;

use super::{Explained, Question, received_signature};
use crate::credentials::credentials;
use crate::signatures::{
    DaxPayAlgorithm, KeyOwner, NestedForm, creditpay, daxpay_digest, daxpay_string, open_string,
    redemption_md5, redemption_string, rsa_verifies,
};

/// A mistake: its name, a line about it, and what was signed because of it. `KEY` stands for the key.
type Try = (&'static str, &'static str, String);

const KEY: &str = "\u{1}KEY\u{1}";

pub fn explain(question: &Question) -> Option<Explained> {
    let sent = received_signature(question.platform, question.request)?;
    let body = std::str::from_utf8(&question.request.body).ok()?;
    let found = match question.platform.split('-').next()? {
        "creditpay" => tries_creditpay(question, body, &sent),
        "redemption" => tries_redemption(question, body, &sent),
        "daxpay" if question.platform == "daxpay-open" => tries_open(body, &sent),
        _ => tries_daxpay(body, &sent),
    };
    let (name, message, signed) = found?;
    Some(Explained {
        mistakes: vec![name.to_owned()],
        message: message.to_owned(),
        signed: Some(signed.replace(KEY, "***")),
    })
}

/// The body written again by a JSON library: what is signed when it is serialized twice.
fn rewritten(body: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        return Vec::new();
    };
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    let spaced = value
        .to_string()
        .replace("\":", "\": ")
        .replace(",\"", ", \"");
    let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
    vec![value.to_string(), sorted.to_string(), spaced, pretty]
}

fn tries_creditpay(question: &Question, body: &str, sent: &str) -> Option<Try> {
    let key = credentials().creditpay_signature_key;
    let path = match question.platform {
        "creditpay-prefixed" => format!("/dg{}", question.path),
        _ => question.path.to_owned(),
    };
    let query = question.request.target.split_once('?');
    let mut tries: Vec<Try> = vec![
        (
            "PREFIX_SIGNED",
            "the gateway prefix /dg was signed too",
            format!("/dg{path}{body}"),
        ),
        (
            "PREFIX_SIGNED",
            "the sandbox's prefix was signed too",
            format!("/{}{path}{body}", question.platform),
        ),
        (
            "PATH_MISSING",
            "the body alone was signed, without the path",
            body.to_owned(),
        ),
        (
            "BODY_MISSING",
            "the path alone was signed, without the body",
            path.clone(),
        ),
        (
            "NEWLINE_BETWEEN",
            "a line break was put between path and body",
            format!("{path}\n{body}"),
        ),
        (
            "ORDER_SWAPPED",
            "the body was signed before the path",
            format!("{body}{path}"),
        ),
        (
            "PREFIX_NOT_SIGNED",
            "this gateway passes /dg on, so it has to be signed",
            format!("{}{body}", question.path),
        ),
    ];
    if let Some((_, query)) = query {
        let signed = format!("{path}?{query}{body}");
        tries.push(("QUERY_SIGNED", "the query was signed too", signed));
    }
    for again in rewritten(body) {
        let message = "another text of the body was signed than was sent: serialize once";
        tries.push(("BODY_REWRITTEN", message, format!("{path}{again}")));
    }
    let signature = |text: &str, key: &str| creditpay(key, text, b"");
    let api_key = credentials().creditpay_api_key;
    let right = format!("{path}{body}");
    if signature(&right, api_key) == sent {
        return Some((
            "WRONG_KEY",
            "signed with the api-key, not with the signature_key",
            right,
        ));
    }
    tries
        .into_iter()
        .find(|(.., text)| signature(text, key) == sent)
}

fn tries_daxpay(body: &str, sent: &str) -> Option<Try> {
    let key = credentials().daxpay_sign_key;
    let upper = daxpay_string(body, KEY, NestedForm::Sorted).ok()?;
    let plain = not_upper(body)?;
    let without = upper.rsplit_once("&KEY=")?.0.to_owned();
    let tries: [Try; 6] = [
        (
            "ALGORITHM",
            "the string is right, the algorithm is another than this application's",
            upper.clone(),
        ),
        (
            "NOT_UPPER_CASED",
            "signed by the 2.0 rule: the string was not converted to upper case",
            plain.clone(),
        ),
        (
            "SIGN_FOR_KEY",
            "&sign= was appended where &key= belongs",
            upper.replace("&KEY=", "&SIGN="),
        ),
        ("KEY_MISSING", "the key was not appended", without.clone()),
        (
            "KEY_NOT_UPPER_CASED",
            "the key was appended after the conversion to upper case",
            format!("{without}&key={KEY}"),
        ),
        (
            "KEY_WITHOUT_NAME",
            "the key was appended without &key=",
            format!("{without}{KEY}"),
        ),
    ];
    let algorithms = [
        DaxPayAlgorithm::HmacSha256,
        DaxPayAlgorithm::Md5,
        DaxPayAlgorithm::Sm3,
    ];
    for (name, message, text) in tries {
        // Upper-casing turned the placeholder's letters into themselves.
        let keys = [key.to_owned(), key.to_uppercase()];
        for (index, written) in keys.iter().enumerate() {
            let string = text.replace(KEY, written);
            for algorithm in algorithms {
                if daxpay_digest(&string, key, algorithm).eq_ignore_ascii_case(sent) {
                    let is_right = index == 1 && name == "ALGORITHM";
                    let case = sent.bytes().any(|byte| byte.is_ascii_uppercase());
                    if is_right && case && algorithm == DaxPayAlgorithm::HmacSha256 {
                        return Some((
                            "UPPER_CASE_HEX",
                            "right, but in upper-case hex: send lower case",
                            text,
                        ));
                    }
                    return Some((name, message, text));
                }
            }
        }
    }
    None
}

/// Edition 3's string before its conversion to upper case, for messages of plain members.
fn not_upper(body: &str) -> Option<String> {
    let Value::Object(members) = serde_json::from_str(body).ok()? else {
        return None;
    };
    let mut pairs: Vec<String> = members
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_null())
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={text}")
        })
        .collect();
    pairs.sort();
    Some(format!("{}&key={KEY}", pairs.join("&")).replace(['"', '\\'], ""))
}

fn tries_open(body: &str, sent: &str) -> Option<Try> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    value.as_object_mut()?.shift_remove("sign");
    let json = value.to_string();
    let right = open_string(body).ok()?;
    let tries: [Try; 3] = [
        (
            "JSON_SIGNED",
            "the JSON itself was signed, not its flattened members",
            json,
        ),
        (
            "UPPER_CASED",
            "the string was converted to upper case, as in edition 3",
            right.to_uppercase(),
        ),
        (
            "EDITION_3",
            "a key was appended, as in edition 3",
            format!("{right}&key="),
        ),
    ];
    let signed = |text: &str| rsa_verifies(KeyOwner::OpenMerchant, text.as_bytes(), sent);
    if rsa_verifies(KeyOwner::OpenPlatform, right.as_bytes(), sent) {
        return Some((
            "WRONG_KEY",
            "signed with the platform's key, not with the merchant's",
            right,
        ));
    }
    tries.into_iter().find(|(.., text)| signed(text))
}

fn tries_redemption(question: &Question, body: &str, sent: &str) -> Option<Try> {
    let secret = credentials().redemption_md5_secret;
    let request = question.request;
    let head = redemption_string(|name| request.header(name), b"");
    let head = String::from_utf8(head).ok()?;
    let (business, rest) = head.split_once('&').unwrap_or((&head, ""));
    let mut tries: Vec<Try> = vec![
        (
            "BODY_MISSING",
            "the headers alone were signed, without the body",
            head.clone(),
        ),
        (
            "HEADERS_MISSING",
            "the body alone was signed, without the headers",
            body.to_owned(),
        ),
        (
            "AMPERSAND_BETWEEN",
            "an & was put between headers and body",
            format!("{head}&{body}"),
        ),
        (
            "ORDER_SWAPPED",
            "the body was signed before the headers",
            format!("{body}{head}"),
        ),
        (
            "LOWER_CASE_NAMES",
            "the headers' names were signed in lower case",
            format!(
                "{}&{}{body}",
                business.replace("businessId", "businessid"),
                rest.replace("signType", "signtype")
            ),
        ),
        (
            "SIGN_TYPE_MISSING",
            "signType was sent but not signed",
            format!(
                "{}{body}",
                head.split('&')
                    .filter(|pair| !pair.starts_with("signType="))
                    .collect::<Vec<_>>()
                    .join("&")
            ),
        ),
    ];
    for again in rewritten(body) {
        let message = "another text of the body was signed than was sent: serialize once";
        tries.push(("BODY_REWRITTEN", message, format!("{head}{again}")));
    }
    let is_md5 = request.header("signType") == Some("MD5");
    let signed = |text: &str| match is_md5 {
        true => redemption_md5(text.as_bytes(), secret).eq_ignore_ascii_case(sent),
        false => rsa_verifies(KeyOwner::Merchant, text.as_bytes(), sent),
    };
    let right = format!("{head}{body}");
    if is_md5 && signed(&right) {
        return Some((
            "LOWER_CASE_HEX",
            "right, but in lower-case hex: send upper case",
            right + KEY,
        ));
    }
    if redemption_md5(right.as_bytes(), secret).eq_ignore_ascii_case(sent) {
        return Some((
            "ALGORITHM",
            "an MD5 signature, and signType does not say so",
            right + KEY,
        ));
    }
    tries.into_iter().find(|(.., text)| signed(text))
}
