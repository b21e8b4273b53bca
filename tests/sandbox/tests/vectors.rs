//! The signing rules against the published and computed vectors.

use libauth_sandbox::signatures::*;
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("vectors")
}

#[test]
fn creditpay_vectors() {
    let vectors = vectors(include_str!("../../vectors/creditpay.json"));
    for vector in vectors["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let signature = creditpay(text("signature_key"), text("path"), text("body").as_bytes());
        assert_eq!(signature, text("signature"), "{}", vector["name"]);
    }
}

#[test]
fn daxpay_vectors() {
    let vectors = vectors(include_str!("../../vectors/daxpay.json"));
    for vector in vectors["published_digests"].as_array().unwrap() {
        let string = vector["string"].as_str().unwrap();
        let key = vector["hmac_key"].as_str().unwrap();
        let digest = |algorithm| daxpay_digest(string, key, algorithm);
        assert_eq!(digest(DaxPayAlgorithm::Md5), vector["md5"]);
        assert_eq!(digest(DaxPayAlgorithm::HmacSha256), vector["hmac_sha256"]);
    }
    for vector in vectors["sign"].as_array().unwrap() {
        let key = vector["sign_key"].as_str().unwrap();
        let json = vector["params"].to_string();
        let string = daxpay_string(&json, key, NestedForm::Sorted).unwrap();
        assert_eq!(string, vector["string_to_sign"], "{}", vector["name"]);
        let digest = |algorithm| daxpay_digest(&string, key, algorithm);
        assert_eq!(digest(DaxPayAlgorithm::Md5), vector["MD5"]);
        assert_eq!(digest(DaxPayAlgorithm::HmacSha256), vector["HMAC_SHA256"]);
        assert_eq!(digest(DaxPayAlgorithm::Sm3), vector["SM3"]);
    }
}

#[test]
fn daxpay_numbers_keep_their_digits() {
    let string = |json| daxpay_string(json, "k", NestedForm::Sorted).unwrap();
    assert_eq!(
        string(r#"{"a":12345678901234567890.10}"#),
        "A=12345678901234567890.1&KEY=K"
    );
    assert_eq!(
        string(r#"{"a":1.00,"b":100,"c":"1.00"}"#),
        "A=1&B=100&C=1.00&KEY=K"
    );
    assert_eq!(
        string(r#"{"a":{"b":-1.50,"A":[1.0]}}"#),
        "A={A:[1],B:-1.5}&KEY=K"
    );
    assert_eq!(string(r#"{"a":"\"-1\\","b":2}"#), "A=-1&B=2&KEY=K");
}

/// Signed by the platform's own SDK: a map is signed sorted, an object as it is sent.
#[test]
fn daxpay_escapes_what_its_json_writer_escapes() {
    let vectors = vectors(include_str!("../../vectors/daxpay_nested_escapes.json"));
    let key = vectors["sign_key"].as_str().unwrap();
    for message in vectors["messages"].as_array().unwrap() {
        let body = message["body"].as_str().unwrap();
        let form = match message["kind"] == "answer(typed)" {
            true => NestedForm::AsSent,
            false => NestedForm::Sorted,
        };
        let string = daxpay_string(body, key, form).unwrap();
        let sent: Value = serde_json::from_str(body).unwrap();
        let sign = daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256);
        assert_eq!(sign, sent["sign"], "{}: {string}", message["name"]);
    }
}

#[test]
fn daxpay_open_vectors() {
    let vectors = vectors(include_str!("../../vectors/daxpay_open.json"));
    let public_key = vectors["public_key"].as_str().unwrap();
    for vector in vectors["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let string = open_string(text("body")).unwrap();
        assert_eq!(string, text("string_to_sign"), "{}", vector["name"]);
        assert!(rsa_verifies_with(
            public_key,
            string.as_bytes(),
            text("signature")
        ));
        assert!(!rsa_verifies_with(public_key, b"other", text("signature")));
    }
}

#[test]
fn numbers_are_written_plain() {
    for (number, plain) in [
        ("1.10", "1.1"),
        ("1.00", "1"),
        ("100", "100"),
        ("0E-8", "0"),
        ("1E+3", "1000"),
        ("1.5e-3", "0.0015"),
        ("-0.0", "0"),
        ("-12.50", "-12.5"),
        ("123E-2", "1.23"),
        ("0.000", "0"),
        ("1e-400", &format!("0.{}1", "0".repeat(399))),
        ("1e99999", "1e99999"),
    ] {
        assert_eq!(plain_number(number), plain, "{number}");
    }
}

#[test]
fn open_flattens_sorts_by_code_unit_and_refuses_what_is_ambiguous() {
    let string = |json| open_string(json).unwrap();
    assert_eq!(
        string(r#"{"b":{"y":null,"x":""},"a":[1.10,[true]],"Sign":"s"}"#),
        "a[0]=1.1&a[1][0]=true&b.x="
    );
    assert_eq!(
        string(r#"{"e":[],"o":{},"n":{"sign":"kept"}}"#),
        "n.sign=kept"
    );
    // U+1F600 is D83D DE00 in code units, before U+FF01.
    assert_eq!(
        string("{\"\u{ff01}\":1,\"\u{1f600}\":2}"),
        "\u{1f600}=2&\u{ff01}=1"
    );
    assert!(
        open_string(r#"{"a.b":1,"a":{"b":1}}"#)
            .unwrap_err()
            .contains("a.b")
    );
}

#[test]
fn redemption_vectors() {
    let vectors = vectors(include_str!("../../vectors/redemption.json"));
    for vector in vectors["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let header = |name: &str| vector["headers"][name].as_str();
        let string = redemption_string(header, text("body").as_bytes());
        assert_eq!(String::from_utf8_lossy(&string), text("string_to_sign"));
        assert_eq!(redemption_md5(&string, text("md5_key")), text("MD5"));
        let signature = text("SHA256-RSA");
        assert_eq!(rsa_sign(KeyOwner::Merchant, &string), signature);
        assert!(rsa_verifies(KeyOwner::Merchant, &string, signature));
        assert!(!rsa_verifies(KeyOwner::Platform, &string, signature));
    }
}
