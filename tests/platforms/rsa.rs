//! RSA signatures: checked as the whole of Wycheproof's vectors for PKCS#1 v1.5 over SHA-256 has it and as
//! another implementation does; made by a key that is somewhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::json::Json;
use auth::signing::rsa::{PrivateKey, PublicKey, RsaSigner, SignMessage};
use auth::{Error, Result, Status};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use wycheproof::TestResult;
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

/// What the `rsa` crate says.
fn verifies(key: &rsa::RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    use sha2::Digest as _;
    let prefix = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let scheme = rsa::Pkcs1v15Sign {
        hash_len: Some(32),
        prefix: prefix.into(),
    };
    let digest = sha2::Sha256::digest(message);
    key.verify(scheme, &digest, signature).is_ok()
}

#[test]
fn signatures_are_accepted_and_refused_as_wycheproof_has_it() {
    let mut exponents = Vec::new();
    let mut counts = [0, 0];
    for (name, bits) in [
        (TestName::Rsa2048Sha256, 2048),
        (TestName::Rsa3072Sha256, 3072),
        (TestName::Rsa4096Sha256, 4096),
        (TestName::Rsa8192Sha256, 8192),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            // It takes no longer keys.
            let other = rsa::RsaPublicKey::from_public_key_der(&group.der).ok();
            assert_eq!(other.is_some(), bits <= 4096);
            assert_eq!(group.key_size, bits);
            exponents.extend(other.as_ref().map(|other| other.e().to_string()));
            let forms = [
                group.pem.clone(),
                BASE64_STANDARD.encode(&group.der[..]),
                BASE64_STANDARD.encode(&group.asn_key[..]),
            ];
            let [key, _, _] = forms.map(|form| PublicKey::parse("k", &form).unwrap());
            for test in group.tests {
                let signature = BASE64_STANDARD.encode(&test.sig[..]);
                let ours = key.verify(&test.msg, &signature);
                let what = format!("{bits} {} {}", test.tc_id, test.comment);
                if let Some(other) = &other {
                    assert_eq!(ours, verifies(other, &test.msg, &test.sig), "{what}");
                }
                match test.result {
                    TestResult::Valid => assert!(ours, "{what}"),
                    TestResult::Invalid => assert!(!ours, "{what}"),
                    TestResult::Acceptable => {}
                }
                counts[usize::from(ours)] += 1;
            }
        }
    }
    exponents.sort();
    exponents.dedup();
    assert_eq!(exponents, ["3", "65537"]);
    assert!(counts[0] > 900 && counts[1] > 30, "{counts:?}");
}

fn vector(name: &str) -> String {
    let file = Json::parse(include_bytes!("../vectors/redemption.json")).unwrap();
    file.get(name).and_then(Json::as_str).unwrap().to_owned()
}

#[test]
fn base64_of_a_signature_has_one_right_spelling() {
    let private = PrivateKey::parse("k", &vector("rsa_private_key_pkcs8_pem")).unwrap();
    let key = private.public_key();
    let right = private.sign(b"m");
    assert!(key.verify(b"m", &right));
    let bytes = BASE64_STANDARD.decode(&right).unwrap();
    let url_safe = base64::prelude::BASE64_URL_SAFE.encode(&bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // 256 bytes end in two digits and two paddings; the last digit carries four bits of nothing.
    let last = right.as_bytes()[right.len() - 3];
    let other_last = format!("{}{}==", &right[..right.len() - 3], char::from(last + 1));
    for wrong in [
        String::new(),
        "=".to_owned(),
        right.trim_end_matches('=').to_owned(),
        format!("{right}="),
        format!("{right}\n"),
        format!(" {right}"),
        right.replacen(|c: char| c.is_ascii_digit(), "*", 1),
        format!("{}\r\n{}", &right[..76], &right[76..]),
        format!("{right}\0"),
        format!("{}\u{4e2d}", right),
        other_last,
        BASE64_STANDARD.encode(&bytes[1..]),
        BASE64_STANDARD.encode([&bytes[..], &[0]].concat()),
        BASE64_STANDARD.encode([&[0], &bytes[..]].concat()),
        hex,
    ] {
        assert!(!key.verify(b"m", &wrong), "{wrong}");
    }
    if url_safe != right {
        assert!(!key.verify(b"m", &url_safe));
    }
}

#[test]
fn exponents_that_nobody_uses_are_refused() {
    // A public key's DER ends in its exponent: INTEGER, 3 bytes, 01 00 01.
    let pem = vector("rsa_public_key_pem");
    let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(inner).unwrap();
    assert!(der.ends_with(&[2, 3, 1, 0, 1]));
    for exponent in [[0, 0, 1], [1, 0, 0], [0, 0, 2]] {
        let changed = [&der[..der.len() - 3], &exponent].concat();
        let error = PublicKey::parse("k", &BASE64_STANDARD.encode(changed)).unwrap_err();
        assert_eq!(error.status(), Status::InvalidKey, "{exponent:?}");
    }
}

/// A key in other hands.
struct Elsewhere {
    key: PrivateKey,
    spoil: fn(Vec<u8>) -> Result<Vec<u8>>,
    asked: AtomicUsize,
}

impl SignMessage for Elsewhere {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let signature = self.key.sign(message);
        (self.spoil)(BASE64_STANDARD.decode(signature).unwrap())
    }
}

fn elsewhere(spoil: fn(Vec<u8>) -> Result<Vec<u8>>) -> Arc<Elsewhere> {
    Arc::new(Elsewhere {
        key: PrivateKey::parse("k", &vector("rsa_private_key_pkcs8_pem")).unwrap(),
        spoil,
        asked: AtomicUsize::new(0),
    })
}

#[test]
fn a_key_elsewhere_signs_and_is_checked_once() {
    let signer = elsewhere(Ok);
    let public = PublicKey::parse("k", &vector("rsa_public_key_pem")).unwrap();
    let callback = RsaSigner::callback(signer.clone(), public).unwrap();
    assert_eq!(signer.asked.load(Ordering::Relaxed), 1);
    assert_eq!(callback.sign(b"m").unwrap(), signer.key.sign(b"m"));
    assert_eq!(signer.asked.load(Ordering::Relaxed), 2);
}

#[test]
fn what_a_signer_returns_wrongly_is_refused() {
    let public = || PublicKey::parse("k", &vector("rsa_public_key_pem")).unwrap();
    let fails = |spoil: fn(Vec<u8>) -> Result<Vec<u8>>| {
        let error = RsaSigner::callback(elsewhere(spoil), public()).unwrap_err();
        assert_eq!(error.status(), Status::InvalidKey);
        error.message().to_owned()
    };
    assert!(fails(|s| Ok(s[1..].to_vec())).contains("255 bytes"));
    assert!(fails(|s| Ok([&s[..], &[0]].concat())).contains("257 bytes"));
    assert!(fails(|_| Ok(Vec::new())).contains(" 0 bytes"));
    assert!(fails(|s| Ok(s.into_iter().rev().collect())).contains("does not verify"));
    assert_eq!(
        fails(|_| Err(Error::new(Status::InvalidKey, "no token"))),
        "no token"
    );
    // The right length by another key.
    let other = Json::parse(include_bytes!("../vectors/daxpay_open.json")).unwrap();
    let other = other.get("public_key").and_then(Json::as_str).unwrap();
    let other = PublicKey::parse("k", other).unwrap();
    let error = RsaSigner::callback(elsewhere(Ok), other).unwrap_err();
    assert!(error.message().contains("does not verify"), "{error}");
    // Later on only its length is looked at; the platform checks the rest.
    let callback = RsaSigner::Callback(elsewhere(|s| Ok(s[1..].to_vec())), public());
    assert!(callback.sign(b"m").is_err());
}
