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
        assert_eq!(digest(DaxpayAlgorithm::Md5), vector["md5"]);
        assert_eq!(digest(DaxpayAlgorithm::HmacSha256), vector["hmac_sha256"]);
    }
    for vector in vectors["sign"].as_array().unwrap() {
        let key = vector["sign_key"].as_str().unwrap();
        let json = vector["params"].to_string();
        let string = daxpay_string(&json, key, NestedForm::Sorted).unwrap();
        assert_eq!(string, vector["string_to_sign"], "{}", vector["name"]);
        let digest = |algorithm| daxpay_digest(&string, key, algorithm);
        assert_eq!(digest(DaxpayAlgorithm::Md5), vector["MD5"]);
        assert_eq!(digest(DaxpayAlgorithm::HmacSha256), vector["HMAC_SHA256"]);
        assert_eq!(digest(DaxpayAlgorithm::Sm3), vector["SM3"]);
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
        assert_eq!(redemption_rsa(KeyOwner::Merchant, &string), signature);
        assert!(redemption_rsa_verifies(
            KeyOwner::Merchant,
            &string,
            signature
        ));
        assert!(!redemption_rsa_verifies(
            KeyOwner::Platform,
            &string,
            signature
        ));
    }
}
