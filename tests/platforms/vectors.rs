//! The shared vectors, through the library's pure signing functions. The digests that daxpay's page
//! publishes are made over strings that no request has (`&sign=` where `&key=` is appended), so they
//! are checked beside the digest step, in `src/signing/daxpay.rs`.

use auth::json::Json;
use auth::secret::Secret;
use auth::signing::creditpay;
use auth::signing::daxpay::{self, Algorithm};
use auth::signing::redemption::{SIGNED_HEADERS, Signer, Verifier, string_to_sign};
use auth::signing::rsa::{PrivateKey, PublicKey};

/// A vector file, with numbers as they are written.
fn vectors(text: &str) -> (Json, Vec<Json>) {
    let file = Json::parse(text.as_bytes()).expect("a vector file is JSON");
    let Some(Json::Array(rows)) = file.get("sign").cloned() else {
        panic!("a vector file has a list `sign`");
    };
    (file, rows)
}

fn text<'a>(row: &'a Json, name: &str) -> &'a str {
    let value = row.get(name).and_then(Json::as_str);
    value.unwrap_or_else(|| panic!("a vector has a text `{name}`"))
}

#[test]
fn creditpay_signatures_agree() {
    let (_, rows) = vectors(include_str!("../vectors/creditpay.json"));
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let (key, path) = (text(row, "signature_key"), text(row, "path"));
        let (body, signature) = (text(row, "body").as_bytes(), text(row, "signature"));
        assert_eq!(creditpay::sign(key, path, body), signature);
        assert!(creditpay::verify(key, path, body, signature));
        assert!(!creditpay::verify("other", path, body, signature));
        assert!(!creditpay::verify(
            key,
            &format!("/dg{path}"),
            body,
            signature
        ));
        assert!(!creditpay::verify(
            key,
            path,
            &[body, b"\n"].concat(),
            signature
        ));
        // Base64 has one right spelling only.
        assert!(!creditpay::verify(
            key,
            path,
            body,
            signature.trim_end_matches('=')
        ));
        assert!(!creditpay::verify(
            key,
            path,
            body,
            &format!(" {signature}")
        ));
        assert!(!creditpay::verify(key, path, body, ""));
    }
}

const ALGORITHMS: [(Algorithm, &str); 3] = [
    (Algorithm::Md5, "MD5"),
    (Algorithm::HmacSha256, "HMAC_SHA256"),
    (Algorithm::Sm3, "SM3"),
];

#[test]
fn daxpay_signatures_agree() {
    let (_, rows) = vectors(include_str!("../vectors/daxpay.json"));
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let key = text(row, "sign_key");
        let params = row.get("params").expect("a vector has parameters");
        for (algorithm, name) in ALGORITHMS {
            let signature = text(row, name);
            let what = format!("{} {name}", text(row, "name"));
            assert_eq!(daxpay::sign(algorithm, key, params), signature, "{what}");
            assert!(daxpay::verify(algorithm, key, params, signature), "{what}");
            let upper = signature.to_uppercase();
            assert!(daxpay::verify(algorithm, key, params, &upper), "{what}");
            assert!(!daxpay::verify(algorithm, "other", params, signature));
            assert!(!daxpay::verify(algorithm, key, params, ""));
            let short = &signature[..signature.len() - 1];
            assert!(!daxpay::verify(algorithm, key, params, short));
        }
    }
}

/// Pairs that are the same to the gateway, and pairs that are not.
#[test]
fn daxpay_values_are_written_by_the_rules() {
    let sign = |params: &str| {
        let params = Json::parse(params.as_bytes()).expect("JSON");
        daxpay::sign(Algorithm::Md5, "k", &params)
    };
    for (one, other) in [
        (r#"{"a":1.10}"#, r#"{"a":1.1}"#),
        (r#"{"a":1.00}"#, r#"{"a":1}"#),
        (r#"{"a":0.0}"#, r#"{"a":0}"#),
        (r#"{"a":-2.50}"#, r#"{"a":"-2.5"}"#),
        (r#"{"a":true}"#, r#"{"a":"true"}"#),
        (r#"{"a":null,"b":1}"#, r#"{"b":1}"#),
        (r#"{"sign":"x","b":1}"#, r#"{"b":1}"#),
        (r#"{"b":1,"a":2}"#, r#"{"a":2,"b":1}"#),
        (r#"{"a":"q\"u\\o"}"#, r#"{"a":"quo"}"#),
        (r#"{"a":{"y":1,"X":2}}"#, r#"{"a":{"X":2,"y":1}}"#),
        (r#"{"a":{"y":1,"x":null}}"#, r#"{"a":{"y":1}}"#),
        (r#"{"a": {"y" : 1 } }"#, r#"{"a":{"y":1}}"#),
        // Upper case is Unicode's: ß becomes two letters.
        (r#"{"a":"straße"}"#, r#"{"a":"STRASSE"}"#),
        (r#"{"a":"ünder"}"#, r#"{"a":"ÜNDER"}"#),
    ] {
        assert_eq!(sign(one), sign(other), "{one} {other}");
    }
    for (one, other) in [
        (r#"{"a":100}"#, r#"{"a":1}"#),
        (r#"{"a":"1.10"}"#, r#"{"a":"1.1"}"#),
        (r#"{"a":""}"#, r#"{}"#),
        (r#"{"a":" x"}"#, r#"{"a":"x"}"#),
        (r#"{"Sign":"x"}"#, r#"{}"#),
        (
            r#"{"a":12345678901234567890.5}"#,
            r#"{"a":12345678901234567000.5}"#,
        ),
    ] {
        assert_ne!(sign(one), sign(other), "{one} {other}");
    }
    // Names in byte order: upper case before lower case, whatever the order sent.
    assert_eq!(sign(r#"{"a":1,"B":2}"#), {
        let string = "B=2&A=1&KEY=K";
        let digest = <md5::Md5 as md5::Digest>::digest(string.as_bytes());
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    });
}

#[test]
fn redemption_signatures_agree() {
    let (file, rows) = vectors(include_str!("../vectors/redemption.json"));
    assert_eq!(rows.len(), 4);
    let private = PrivateKey::parse("k", text(&file, "rsa_private_key_pkcs8_pem")).unwrap();
    let public = PublicKey::parse("k", text(&file, "rsa_public_key_pem")).unwrap();
    let (signer, verifier) = (Signer::Rsa(private), Verifier::Rsa(public));
    for row in &rows {
        let headers = row.get("headers").expect("a vector has headers");
        let header = |name| headers.get(name).and_then(Json::as_str);
        let string = string_to_sign(header, text(row, "body").as_bytes());
        assert_eq!(string, text(row, "string_to_sign").as_bytes());
        let secret = Secret::from(text(row, "md5_key"));
        let md5 = (Signer::Md5(secret.clone()), Verifier::Md5(secret));
        for (signer, verifier, name) in
            [(&signer, &verifier, "SHA256-RSA"), (&md5.0, &md5.1, "MD5")]
        {
            assert_eq!((signer.sign_type(), verifier.sign_type()), (name, name));
            let signature = text(row, name);
            assert_eq!(signer.sign(&string), signature, "{}", text(row, "name"));
            assert!(verifier.verify(&string, signature));
            assert!(!verifier.verify(&[&*string, b" "].concat(), signature));
            assert!(!verifier.verify(&string, &signature[1..]));
            assert!(!verifier.verify(&string, &format!("{signature}\n")));
            assert!(!verifier.verify(&string, ""));
        }
    }
}

#[test]
fn redemption_signs_its_four_headers_in_byte_order_and_leaves_out_empty_ones() {
    assert_eq!(
        SIGNED_HEADERS,
        ["businessId", "nonce", "signType", "timestamp"]
    );
    let header = |name: &str| match name {
        "businessId" => Some("b"),
        "nonce" => Some(""),
        "timestamp" => Some("1"),
        _ => None,
    };
    assert_eq!(string_to_sign(header, b"{}"), b"businessId=b&timestamp=1{}");
    assert_eq!(string_to_sign(|_| None, b"\xff\0"), b"\xff\0", "any bytes");
}
