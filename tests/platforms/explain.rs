//! Every mistake is made here by hand, with other code than the library's, and must be named.

use auth::explain::{CreditPayHints, Explanation, Mistake, creditpay, daxpay, redemption};
use auth::signing::daxpay::Algorithm;
use auth::signing::redemption::{Signer, Verifier};
use auth::signing::rsa::{PrivateKey, PublicKey};
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, Engine};
use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use sm3::Sm3;

pub(super) fn hmac<D: Digest>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let block = if <D as Digest>::output_size() > 32 {
        128
    } else {
        64
    };
    let mut padded = if key.len() > block {
        D::digest(key).to_vec()
    } else {
        key.to_vec()
    };
    padded.resize(block, 0);
    let xor = |mask: u8| padded.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>();
    let inner = D::digest([xor(0x36), message.to_vec()].concat());
    D::digest([xor(0x5c), inner.to_vec()].concat()).to_vec()
}

pub(super) fn hash<D: Digest>(message: impl AsRef<[u8]>) -> Vec<u8> {
    D::digest(message).to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn b64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn vectors(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[track_caller]
pub(super) fn names(explanation: &Explanation, mistakes: &[Mistake]) {
    let named = explanation.mistakes();
    let is_same =
        named.len() == mistakes.len() && mistakes.iter().all(|mistake| named.contains(mistake));
    assert!(
        is_same,
        "wanted {mistakes:?}, got {named:?}: {}",
        explanation.message()
    );
    assert!(explanation.signature_given() && !explanation.matches());
    assert!(explanation.message().starts_with("mismatch"));
    assert!(!explanation.message().contains(['\n', '\r']));
}

// ---- creditpay

pub(super) const KEY: &str = "PLANTED18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d2";
pub(super) const PATH: &str = "/v1/platform/identify/auth";
pub(super) const BODY: &str = r#"{"customer_token":"tok-1","customer_no":"473_32","callback_url":"https://shop.example/回调?a=1&b=2","token_expire":1732521424191,"client_ip":"10.0.0.1","session_sign":null}"#;

pub(super) const HINTS: CreditPayHints<'static> = CreditPayHints {
    base_url: Some("https://pay.example.com/dg"),
    signed_prefix: None,
    query: Some("plat_id=7788"),
    plat_id: Some("7788"),
    api_key: Some("PLANTED-api-key"),
    trace: Some("trace-1"),
    timestamp: None,
    token: None,
    lang: None,
};

pub(super) fn cp(theirs: &str) -> Explanation {
    let explanation = creditpay(KEY, PATH, BODY.as_bytes(), &HINTS, Some(theirs));
    for text in [
        explanation.message(),
        explanation.string_to_sign(),
        &format!("{explanation:?}"),
    ] {
        assert!(!text.contains("PLANTED"), "{text}");
    }
    explanation
}

pub(super) fn cp_over(message: impl AsRef<[u8]>) -> Explanation {
    cp(&b64(&hmac::<Sha1>(KEY.as_bytes(), message.as_ref())))
}

pub(super) fn cp_body(body: &str) -> Explanation {
    cp_over(format!("{PATH}{body}"))
}

#[test]
fn creditpay_vectors_match() {
    for vector in vectors("creditpay")["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let (key, path, body) = (text("signature_key"), text("path"), text("body"));
        let right = creditpay(
            key,
            path,
            body.as_bytes(),
            &CreditPayHints::default(),
            Some(text("signature")),
        );
        assert!(right.matches());
        assert_eq!(right.message(), "the signature matches");
        assert_eq!(right.signature(), Some(text("signature")));
        assert_eq!(right.string_to_sign(), format!("{path}{body}"));
        assert_eq!(right.algorithm(), "HMAC-SHA1, base64");
        assert!(right.mistakes().is_empty());
        let unchecked = creditpay(key, path, body.as_bytes(), &CreditPayHints::default(), None);
        assert_eq!(
            (unchecked.matches(), unchecked.signature()),
            (false, Some(text("signature")))
        );
    }
}

#[test]
fn creditpay_paths() {
    let prefixed = cp_over(format!("/dg{PATH}{BODY}"));
    names(&prefixed, &[Mistake::PathPrefix]);
    assert_eq!(
        prefixed.message(),
        format!("mismatch: the gateway prefix /dg was signed too; sign only {PATH}")
    );
    names(
        &cp_over(format!("{PATH}?plat_id=7788{BODY}")),
        &[Mistake::PathQuery],
    );
    names(
        &cp_over(format!("{PATH}plat_id=7788{BODY}")),
        &[Mistake::PathQuery],
    );
    names(
        &cp_over(format!("{PATH}{BODY}plat_id=7788")),
        &[Mistake::PathQuery],
    );
    names(
        &cp_over(format!("/dg{PATH}?plat_id=7788{BODY}")),
        &[Mistake::PathPrefix, Mistake::PathQuery],
    );
    names(
        &cp_over(format!("https://pay.example.com/dg{PATH}{BODY}")),
        &[Mistake::PathHost],
    );
    names(
        &cp_over(format!(
            "https://pay.example.com/dg{PATH}?plat_id=7788{BODY}"
        )),
        &[Mistake::PathHost, Mistake::PathQuery],
    );
    names(
        &cp_over(format!("pay.example.com{PATH}{BODY}")),
        &[Mistake::PathHost],
    );
    names(
        &cp_over(format!("{}{BODY}", &PATH[1..])),
        &[Mistake::PathSlash],
    );
    names(&cp_over(format!("{PATH}/{BODY}")), &[Mistake::PathSlash]);
    names(&cp_over(BODY), &[Mistake::PathMissing]);
    names(&cp_over(PATH), &[Mistake::BodyMissing]);
    names(&cp_over(format!("{BODY}{PATH}")), &[Mistake::BodyFirst]);
    names(
        &cp_over(format!("/identify/auth{BODY}")),
        &[Mistake::PathPrefixMissing],
    );
    for separator in ["\n", "&", "?", " ", "+"] {
        names(
            &cp_over(format!("{PATH}{separator}{BODY}")),
            &[Mistake::Separator],
        );
    }
    names(
        &cp_over(format!("POST{PATH}{BODY}")),
        &[Mistake::MethodIncluded],
    );
    names(
        &cp_over(format!("POST\n{PATH}\n{BODY}")),
        &[Mistake::MethodIncluded],
    );
    names(
        &cp_over(format!("trace-1{PATH}{BODY}")),
        &[Mistake::HeaderExtra],
    );
}

#[test]
fn creditpay_takes_urls_and_signed_prefixes() {
    let right = b64(&hmac::<Sha1>(
        KEY.as_bytes(),
        format!("{PATH}{BODY}").as_bytes(),
    ));
    for path in [
        format!("{PATH}?plat_id=7788"),
        format!("https://pay.example.com/dg{PATH}?plat_id=7788"),
    ] {
        let explanation = creditpay(KEY, &path, BODY.as_bytes(), &HINTS, Some(&right));
        assert!(explanation.matches(), "{path}");
        let theirs = b64(&hmac::<Sha1>(
            KEY.as_bytes(),
            format!("{PATH}?plat_id=7788{BODY}").as_bytes(),
        ));
        names(
            &creditpay(
                KEY,
                &path,
                BODY.as_bytes(),
                &CreditPayHints {
                    query: None,
                    plat_id: None,
                    ..HINTS
                },
                Some(&theirs),
            ),
            &[Mistake::PathQuery],
        );
    }
    let hints = CreditPayHints {
        signed_prefix: Some("/dg"),
        ..HINTS
    };
    let missing = creditpay(
        KEY,
        &format!("/dg{PATH}"),
        BODY.as_bytes(),
        &hints,
        Some(&right),
    );
    names(&missing, &[Mistake::PathPrefixMissing]);
    assert!(
        missing
            .message()
            .contains("the gateway prefix /dg was not signed")
    );
}

#[test]
fn creditpay_bodies() {
    let members = [
        r#""callback_url":"https://shop.example/回调?a=1&b=2""#,
        r#""client_ip":"10.0.0.1""#,
        r#""customer_no":"473_32""#,
        r#""customer_token":"tok-1""#,
        r#""session_sign":null"#,
        r#""token_expire":1732521424191"#,
    ];
    names(
        &cp_body(&format!("{{{}}}", members.join(","))),
        &[Mistake::BodyReserialized],
    );
    let python = BODY.replace("\":", "\": ").replace(",\"", ", \"");
    names(&cp_body(&python), &[Mistake::BodyReserialized]);
    let ascii = python.replace("回调", "\\u56de\\u8c03");
    let explanation = cp_body(&ascii);
    names(&explanation, &[Mistake::BodyReserialized]);
    assert!(
        explanation.message().contains("Python"),
        "{}",
        explanation.message()
    );
    names(
        &cp_body(&BODY.replace("回调", "\\u56DE\\u8C03")),
        &[Mistake::BodyReserialized],
    );
    let php = BODY.replace('/', "\\/").replace("回调", "\\u56de\\u8c03");
    let explanation = cp_body(&php);
    names(&explanation, &[Mistake::BodyReserialized]);
    assert!(explanation.message().contains("PHP"));
    names(
        &cp_body(&BODY.replace('/', "\\/")),
        &[Mistake::BodyReserialized],
    );
    names(
        &cp_body(&BODY.replace('&', "\\u0026")),
        &[Mistake::BodyReserialized],
    );
    names(
        &cp_body(
            &BODY
                .replace('&', "\\u0026")
                .replace("=1", "\\u003d1")
                .replace("=2", "\\u003d2"),
        ),
        &[Mistake::BodyReserialized],
    );
    for indent in ["  ", "    ", "\t"] {
        let pretty = BODY
            .replace("\":", "\": ")
            .replace(",\"", &format!(",\n{indent}\""))
            .replace('{', &format!("{{\n{indent}"))
            .replace('}', "\n}");
        names(&cp_body(&pretty), &[Mistake::BodyPrettyPrinted]);
        names(
            &cp_body(&pretty.replace('\n', "\r\n")),
            &[Mistake::BodyPrettyPrinted],
        );
    }
    let jackson = BODY
        .replace("\":", "\" : ")
        .replace(",\"", ",\n  \"")
        .replace('{', "{\n  ")
        .replace('}', "\n}");
    names(&cp_body(&jackson), &[Mistake::BodyPrettyPrinted]);
    names(
        &cp_body(&BODY.replace(",\"session_sign\":null", "")),
        &[Mistake::BodyMembers],
    );
    let with_null = BODY.replace('}', ",\"credit_limit_tag\":null}");
    names(&cp_body(&with_null), &[Mistake::BodyMembers]);
    let left_out = cp_body(&BODY.replace(",\"client_ip\":\"10.0.0.1\"", ""));
    names(&left_out, &[Mistake::BodyMembers]);
    assert!(left_out.message().contains("`client_ip`"));
    names(
        &cp_body(&BODY.replace("1732521424191", "\"1732521424191\"")),
        &[Mistake::BodyValues],
    );
    names(
        &cp_body(&BODY.replace("1732521424191", "1.732521424191E12")),
        &[Mistake::BodyValues],
    );
    names(
        &cp_body(&serde_json::to_string(BODY).unwrap()),
        &[Mistake::BodyStringifiedTwice],
    );
    names(
        &cp_body(
            "{customer_token=tok-1, customer_no=473_32, callback_url=https://shop.example/回调?a=1&b=2, token_expire=1732521424191, client_ip=10.0.0.1, session_sign=null}",
        ),
        &[Mistake::BodyToString],
    );
    names(&cp_body("[object Object]"), &[Mistake::BodyToString]);
    names(&cp_body(&hex(&hash::<Md5>(BODY))), &[Mistake::BodyHashed]);
    names(
        &cp_body(&format!("\u{feff}{BODY}")),
        &[Mistake::ByteOrderMark],
    );
    names(&cp_body(&format!("{BODY}\n")), &[Mistake::LineBreak]);
    names(&cp_body(&format!("{BODY}\r\n")), &[Mistake::LineBreak]);
    names(&cp_body(&format!("{BODY} ")), &[Mistake::ExtraSpace]);
    let (gbk, _, _) = encoding_rs::GBK.encode(BODY);
    names(&cp_over([PATH.as_bytes(), &gbk].concat()), &[Mistake::Gbk]);
    let utf16: Vec<u8> = format!("{PATH}{BODY}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    names(&cp_over(utf16), &[Mistake::Utf16]);
    names(&cp_body(&BODY.replace("回调", "??")), &[Mistake::Latin1]);
}

#[test]
fn creditpay_of_a_pretty_body_that_was_signed_compact() {
    let pretty = "{\n  \"b\": \"x/y\",\n  \"a\": [1, 2]\n}\n";
    for (signed, mistake) in [
        ("{\"b\":\"x/y\",\"a\":[1,2]}", Mistake::BodyReserialized),
        ("{\"a\":[1,2],\"b\":\"x/y\"}", Mistake::BodyReserialized),
        (
            "{\n  \"b\": \"x/y\",\n  \"a\": [1, 2]\n}",
            Mistake::LineBreak,
        ),
    ] {
        let theirs = b64(&hmac::<Sha1>(b"key", format!("{PATH}{signed}").as_bytes()));
        names(
            &creditpay("key", PATH, pretty.as_bytes(), &HINTS, Some(&theirs)),
            &[mistake],
        );
    }
}

#[test]
fn creditpay_keys_and_hashes() {
    let message = format!("{PATH}{BODY}");
    let message = message.as_bytes();
    let with_key = |key: &[u8]| cp(&b64(&hmac::<Sha1>(key, message)));
    names(
        &with_key(format!("{KEY}\n").as_bytes()),
        &[Mistake::KeyWhitespace],
    );
    names(
        &with_key(format!(" {KEY}").as_bytes()),
        &[Mistake::KeyWhitespace],
    );
    names(
        &with_key(KEY.to_uppercase().as_bytes()),
        &[Mistake::KeyCase],
    );
    names(
        &with_key(KEY.to_lowercase().as_bytes()),
        &[Mistake::KeyCase],
    );
    names(&with_key(b"PLANTED-api-key"), &[Mistake::KeyOther]);
    names(&with_key(b""), &[Mistake::KeyMissing]);
    names(
        &with_key(b64(KEY.as_bytes()).as_bytes()),
        &[Mistake::KeyEncoded],
    );
    names(
        &with_key(hex(&hash::<Md5>(KEY)).as_bytes()),
        &[Mistake::KeyHashed],
    );
    names(
        &with_key(format!("{KEY}&").as_bytes()),
        &[Mistake::KeySuffix],
    );
    names(
        &cp(&b64(&hmac::<Sha1>(message, KEY.as_bytes()))),
        &[Mistake::KeySwapped],
    );
    names(
        &cp(&b64(&hmac::<Sha256>(KEY.as_bytes(), message))),
        &[Mistake::WrongHash],
    );
    names(
        &cp(&b64(&hmac::<Sha512>(KEY.as_bytes(), message))),
        &[Mistake::WrongHash],
    );
    names(
        &cp(&b64(&hmac::<Md5>(KEY.as_bytes(), message))),
        &[Mistake::WrongHash],
    );
    names(&cp(&b64(&hash::<Sha1>(message))), &[Mistake::KeyMissing]);
    names(
        &cp(&b64(&hash::<Sha1>([message, KEY.as_bytes()].concat()))),
        &[Mistake::HashForHmac],
    );
    names(
        &cp(&b64(&hash::<Sha1>([KEY.as_bytes(), message].concat()))),
        &[Mistake::HashForHmac],
    );
    let theirs = b64(&hmac::<Sha1>(&[0xde, 0xad, 0xbe, 0xef, 0x42], message));
    names(
        &creditpay("deadbeef42", PATH, BODY.as_bytes(), &HINTS, Some(&theirs)),
        &[Mistake::KeyDecoded],
    );
    names(
        &creditpay(
            &b64(&[0xde, 0xad, 0xbe, 0xef, 0x42]),
            PATH,
            BODY.as_bytes(),
            &HINTS,
            Some(&theirs),
        ),
        &[Mistake::KeyDecoded],
    );
    let theirs = b64(&hmac::<Sha1>(b"key", message));
    names(
        &creditpay(" key\n", PATH, BODY.as_bytes(), &HINTS, Some(&theirs)),
        &[Mistake::KeyWhitespace],
    );
}

#[test]
fn creditpay_writings() {
    let raw = hmac::<Sha1>(KEY.as_bytes(), format!("{PATH}{BODY}").as_bytes());
    let right = b64(&raw);
    names(&cp(&hex(&raw)), &[Mistake::HexForBase64]);
    names(&cp(&hex(&raw).to_uppercase()), &[Mistake::HexForBase64]);
    names(&cp(&b64(hex(&raw).as_bytes())), &[Mistake::Base64OfHex]);
    names(
        &cp(&b64(right.as_bytes())),
        &[Mistake::SignatureEncodedTwice],
    );
    names(
        &cp(&BASE64_STANDARD_NO_PAD.encode(&raw)),
        &[Mistake::PaddingMissing],
    );
    names(&cp(&format!("{right}\n")), &[Mistake::SignatureWhitespace]);
    names(&cp(&format!("\"{right}\"")), &[Mistake::SignatureWrapped]);
    names(
        &cp(&format!("{}\r\n{}", &right[..10], &right[10..])),
        &[Mistake::SignatureLineBreaks],
    );
    names(
        &cp(&right
            .replace('=', "%3D")
            .replace('/', "%2F")
            .replace('+', "%2B")),
        &[Mistake::SignatureUrlEncoded],
    );
    names(&cp(&right.to_lowercase()), &[Mistake::SignatureCase]);
    names(&cp(&right.to_uppercase()), &[Mistake::SignatureCase]);
    let dashed: Vec<String> = raw.iter().map(|byte| format!("{byte:02X}")).collect();
    names(
        &cp(&dashed.join("-")),
        &[Mistake::HexSeparators, Mistake::HexForBase64],
    );
    names(&cp(&right[..20]), &[Mistake::Truncated]);
    let signed: Vec<i8> = raw.iter().map(|byte| *byte as i8).collect();
    names(&cp(&format!("{signed:?}")), &[Mistake::BytesAsNumbers]);
    // Signatures with the characters that get lost.
    for count in 0.. {
        let body = format!("{{\"n\":{count}}}");
        let raw = hmac::<Sha1>(KEY.as_bytes(), format!("{PATH}{body}").as_bytes());
        let right = b64(&raw);
        if right.contains('+') && right.contains('/') {
            let check = |theirs: &str| creditpay(KEY, PATH, body.as_bytes(), &HINTS, Some(theirs));
            names(
                &check(&BASE64_URL_SAFE.encode(&raw)),
                &[Mistake::UrlSafeBase64],
            );
            names(
                &check(&right.replace('+', " ")),
                &[Mistake::SignatureUrlDecoded],
            );
            break;
        }
    }
}

#[test]
fn creditpay_pairs() {
    let raw = |message: String| hmac::<Sha1>(KEY.as_bytes(), message.as_bytes());
    names(
        &cp(&b64(&raw(format!("/dg{PATH}{BODY}\n")))),
        &[Mistake::PathPrefix, Mistake::LineBreak],
    );
    names(
        &cp(&hex(&raw(format!("/dg{PATH}?plat_id=7788{BODY}")))),
        &[
            Mistake::PathPrefix,
            Mistake::PathQuery,
            Mistake::HexForBase64,
        ],
    );
    names(
        &cp(&hex(&hmac::<Sha256>(
            KEY.as_bytes(),
            format!("{PATH}{BODY}").as_bytes(),
        ))),
        &[Mistake::WrongHash, Mistake::HexForBase64],
    );
    names(
        &cp(&b64(&hmac::<Sha256>(
            KEY.as_bytes(),
            format!("/dg{PATH}{BODY}").as_bytes(),
        ))),
        &[Mistake::WrongHash, Mistake::PathPrefix],
    );
    let python = BODY
        .replace("\":", "\": ")
        .replace(",\"", ", \"")
        .replace("回调", "\\u56de\\u8c03");
    names(
        &cp(&b64(&raw(format!("{PATH}?plat_id=7788{python}")))),
        &[Mistake::PathQuery, Mistake::BodyReserialized],
    );
    names(
        &cp(&b64(&raw(format!("/dg{PATH}\n{BODY}")))),
        &[Mistake::PathPrefix, Mistake::Separator],
    );
    let explanation = cp(&hex(&hash::<Sha256>(format!("{PATH}{BODY}{KEY}"))));
    names(
        &explanation,
        &[
            Mistake::WrongHash,
            Mistake::HashForHmac,
            Mistake::HexForBase64,
        ],
    );
    names(
        &cp(&b64(&hmac::<Sha1>(
            b"PLANTED-api-key",
            format!("/dg{PATH}{BODY}").as_bytes(),
        ))),
        &[Mistake::KeyOther, Mistake::PathPrefix],
    );
}

// ---- daxpay

pub(super) const SIGN_KEY: &str = "Planted-Key9";

pub(super) fn dp(algorithm: Algorithm, body: &str, theirs: &str) -> Explanation {
    let explanation = daxpay(algorithm, SIGN_KEY, body.as_bytes(), Some(theirs)).unwrap();
    for text in [
        explanation.message(),
        explanation.string_to_sign(),
        &format!("{explanation:?}"),
    ] {
        assert!(!text.to_lowercase().contains("planted"), "{text}");
    }
    explanation
}

pub(super) const REQUEST: &str = r#"{"reqTime":"2024-10-24 12:00:00","appId":"A11","channel":"ali_pay","authCode":"2a \"中\"/+x","clientIp":"","amount":1.10,"queryCode":null,"Zed":true}"#;

/// Signs a finished string by each algorithm; all must be explained alike.
#[track_caller]
fn dp_over(string: &str, mistakes: &[Mistake]) {
    let raws = [
        (Algorithm::Md5, hash::<Md5>(string)),
        (
            Algorithm::HmacSha256,
            hmac::<Sha256>(SIGN_KEY.as_bytes(), string.as_bytes()),
        ),
        (Algorithm::Sm3, hash::<Sm3>(string)),
    ];
    for (algorithm, raw) in raws {
        names(&dp(algorithm, REQUEST, &hex(&raw)), mistakes);
    }
}

pub(super) const PARAMS: &str = "Zed=true&amount=1.1&appId=A11&authCode=2a 中/+x&channel=ali_pay&clientIp=&reqTime=2024-10-24 12:00:00";

#[test]
fn daxpay_vectors_match() {
    for vector in vectors("daxpay")["sign"].as_array().unwrap() {
        let key = vector["sign_key"].as_str().unwrap();
        let body = vector["params"].to_string();
        let string = vector["string_to_sign"].as_str().unwrap();
        let head = string.strip_suffix(&key.to_uppercase()).unwrap();
        for (algorithm, name) in [
            (Algorithm::Md5, "MD5"),
            (Algorithm::HmacSha256, "HMAC_SHA256"),
            (Algorithm::Sm3, "SM3"),
        ] {
            let theirs = vector[name].as_str().unwrap();
            let right = daxpay(algorithm, key, body.as_bytes(), Some(theirs)).unwrap();
            assert_eq!(right.message(), "the signature matches");
            assert_eq!((right.matches(), right.signature()), (true, Some(theirs)));
            assert_eq!(right.string_to_sign(), format!("{head}***"));
            assert_eq!(right.algorithm(), format!("{name}, lower-case hex"));
            let upper = daxpay(
                algorithm,
                key,
                body.as_bytes(),
                Some(&theirs.to_uppercase()),
            )
            .unwrap();
            assert!(upper.matches());
            assert!(upper.message().contains("lower case"));
        }
    }
    assert!(daxpay(Algorithm::Md5, "k", b"[]", None).is_err());
    assert!(daxpay(Algorithm::Md5, "k", b"", None).is_err());
    let unsigned = daxpay(Algorithm::Md5, "k", b"{}", None).unwrap();
    assert!(!unsigned.signature_given() && !unsigned.matches());
    let member = daxpay(Algorithm::Md5, "k", br#"{"a":1,"sign":"00"}"#, None).unwrap();
    assert!(member.signature_given() && !member.matches());
}

#[test]
fn daxpay_strings() {
    use Mistake::*;
    let upper = PARAMS.to_uppercase();
    let key = SIGN_KEY.to_uppercase();
    dp_over(&format!("{upper}&SIGN={key}"), &[SignForKey]);
    dp_over(&upper, &[KeyMissing]);
    dp_over(&format!("{upper}{key}"), &[KeyName]);
    dp_over(&format!("{upper}&{key}"), &[KeyName]);
    dp_over(&format!("{upper}&SIGNKEY={key}"), &[KeyName]);
    dp_over(&format!("KEY={key}&{upper}"), &[KeyPosition]);
    dp_over(&format!("{upper}&KEY={SIGN_KEY}"), &[KeyNotUpperCased]);
    dp_over(&format!("{upper}&key={SIGN_KEY}"), &[KeyNotUpperCased]);
    dp_over(&format!("{PARAMS}&key={SIGN_KEY}"), &[NotUpperCased]);
    dp_over(
        &format!("{PARAMS}&key={SIGN_KEY}").to_lowercase(),
        &[LowerCased],
    );
    dp_over(
        &format!("{}&KEY={key}", upper.replace("&CLIENTIP=", "")),
        &[EmptyLeftOut],
    );
    dp_over(
        &format!(
            "{}&KEY={key}",
            upper.replace("&REQTIME", "&QUERYCODE=&REQTIME")
        ),
        &[EmptyIncluded],
    );
    dp_over(
        &format!(
            "{}&KEY={key}",
            upper.replace("&REQTIME", "&QUERYCODE=NULL&REQTIME")
        ),
        &[NullIncluded],
    );
    dp_over(
        &format!(
            "{}&KEY={key}",
            upper
                .replace("/+X", "\"/+X")
                .replace("中", "\"中")
                .replace("中\"\"", "中\"")
        ),
        &[QuotesKept],
    );
    dp_over(
        &format!("{}&KEY={key}", upper.replace("AMOUNT=1.1", "AMOUNT=1.10")),
        &[NumberFormat],
    );
    dp_over(
        &format!("{}&ZED=TRUE&KEY={key}", upper.replace("ZED=TRUE&", "")),
        &[ParameterOrder],
    );
    let received = "REQTIME=2024-10-24 12:00:00&APPID=A11&CHANNEL=ALI_PAY&AUTHCODE=2A 中/+X&CLIENTIP=&AMOUNT=1.1&ZED=TRUE";
    dp_over(&format!("{received}&KEY={key}"), &[ParameterOrder]);
    dp_over(&format!("{upper}&KEY={key}\n"), &[LineBreak]);
    dp_over(&format!("{upper}&&KEY={key}"), &[TrailingAmpersand]);
    dp_over(
        &format!("{}&KEY={key}", upper.replace("&APPID=A11", "")),
        &[ParameterLeftOut],
    );
    let encoded = upper
        .replace("中/+X", "%E4%B8%AD%2F%2BX")
        .replace(":", "%3A");
    dp_over(
        &format!("{}&KEY={key}", encoded.replace(' ', "%20")),
        &[UrlEncoded],
    );
    dp_over(
        &format!("{}&KEY={key}", encoded.replace(' ', "+")),
        &[UrlEncoded],
    );
    let values = "TRUE&1.1&A11&2A 中/+X&ALI_PAY&&2024-10-24 12:00:00";
    dp_over(&format!("{values}&KEY={key}"), &[NamesLeftOut]);
    for added in ["NONCESTR=", "NONCESTR=NULL"] {
        let string = upper.replace("&REQTIME", &format!("&{added}&REQTIME"));
        let mistake = if added.ends_with('=') {
            EmptyIncluded
        } else {
            NullIncluded
        };
        dp_over(&format!("{string}&KEY={key}"), &[mistake]);
    }
    // Two at once.
    dp_over(
        &format!("{}&SIGN={key}", upper.replace("&CLIENTIP=", "")),
        &[EmptyLeftOut, SignForKey],
    );
    dp_over(
        &format!("{PARAMS}&sign={SIGN_KEY}"),
        &[NotUpperCased, SignForKey],
    );
    dp_over(
        &format!("{}&key={SIGN_KEY}", PARAMS.replace("1.1", "1.10")),
        &[NumberFormat, NotUpperCased],
    );
    dp_over(
        &format!("{}&KEY={SIGN_KEY}", encoded.replace(' ', "+")),
        &[UrlEncoded, KeyNotUpperCased],
    );
    dp_over(
        &format!("{upper}&KEY=Q").replace("&KEY=Q", &format!("&{key}\n")),
        &[KeyName, LineBreak],
    );
}

#[test]
fn daxpay_digests() {
    use Mistake::*;
    let string = format!("{PARAMS}&key={SIGN_KEY}").to_uppercase();
    let message = string.as_bytes();
    let hmac_with = |key: &str| hmac::<Sha256>(key.as_bytes(), message);
    let check = |algorithm, raw: Vec<u8>, mistakes: &[Mistake]| {
        names(&dp(algorithm, REQUEST, &hex(&raw)), mistakes)
    };
    check(
        Algorithm::HmacSha256,
        hmac_with(&SIGN_KEY.to_uppercase()),
        &[HmacKeyUpperCased],
    );
    check(
        Algorithm::HmacSha256,
        hash::<Md5>(message),
        &[WrongHash, HashForHmac],
    );
    check(
        Algorithm::HmacSha256,
        hash::<Sha256>(message),
        &[HashForHmac],
    );
    check(
        Algorithm::HmacSha256,
        hash::<Sm3>(message),
        &[WrongHash, HashForHmac],
    );
    check(Algorithm::Sm3, hash::<Md5>(message), &[WrongHash]);
    check(Algorithm::Sm3, hash::<Sha256>(message), &[WrongHash]);
    check(Algorithm::Md5, hash::<Sm3>(message), &[WrongHash]);
    check(
        Algorithm::Md5,
        hmac_with(SIGN_KEY),
        &[WrongHash, HmacForHash],
    );
    check(
        Algorithm::Md5,
        hmac::<Md5>(SIGN_KEY.as_bytes(), message),
        &[HmacForHash],
    );
    check(
        Algorithm::HmacSha256,
        hmac::<Md5>(SIGN_KEY.as_bytes(), message),
        &[WrongHash],
    );
    check(Algorithm::Md5, hash::<Sha1>(message), &[WrongHash]);
    let raw = hash::<Md5>(message);
    names(&dp(Algorithm::Md5, REQUEST, &b64(&raw)), &[Base64ForHex]);
    names(
        &dp(Algorithm::Md5, REQUEST, &b64(hex(&raw).as_bytes())),
        &[Base64OfHex],
    );
    names(
        &dp(Algorithm::Md5, REQUEST, &hex(&raw)[8..24]),
        &[Truncated],
    );
    let (gbk, _, _) = encoding_rs::GBK.encode(&string);
    names(
        &dp(Algorithm::Md5, REQUEST, &hex(&hash::<Md5>(gbk))),
        &[Gbk],
    );
    let sign_signed = string.replace("&KEY", "&SIGN=ABC&KEY");
    let body = REQUEST.replace('}', ",\"sign\":\"abc\"}");
    names(
        &dp(Algorithm::Md5, &body, &hex(&hash::<Md5>(sign_signed))),
        &[SignIncluded],
    );
}

#[test]
fn daxpay_zeros_of_hex_get_lost() {
    let mut seen = (false, false);
    for count in 0..4000 {
        let body = format!("{{\"n\":{count}}}");
        let raw = hash::<Md5>(format!("N={count}&KEY={}", SIGN_KEY.to_uppercase()));
        let text = hex(&raw);
        if text.starts_with('0') && !seen.0 {
            seen.0 = true;
            names(
                &dp(Algorithm::Md5, &body, text.trim_start_matches('0')),
                &[Mistake::HexZerosLost],
            );
        }
        if raw[5] < 16 && !text.starts_with('0') && !seen.1 {
            seen.1 = true;
            let unpadded: String = raw.iter().map(|byte| format!("{byte:x}")).collect();
            names(
                &dp(Algorithm::Md5, &body, &unpadded),
                &[Mistake::HexZerosLost],
            );
        }
    }
    assert_eq!(seen, (true, true));
}

#[test]
fn daxpay_nested() {
    use Mistake::*;
    let body = r#"{"code":0,"msg":"","data":{"userId":"2088","openId":"wx","extra":null,"list":[{"b":1,"a":2.50}],"none":[]}}"#;
    let key = SIGN_KEY.to_uppercase();
    let check = |data: &str| {
        dp(
            Algorithm::Md5,
            body,
            &hex(&hash::<Md5>(format!("CODE=0&DATA={data}&MSG=&KEY={key}"))),
        )
    };
    let right = check("{LIST:[{A:2.5,B:1}],NONE:[],OPENID:WX,USERID:2088}");
    assert_eq!(
        (right.matches(), right.message()),
        (true, "the signature matches")
    );
    let received = check("{USERID:2088,OPENID:WX,LIST:[{B:1,A:2.50}],NONE:[]}");
    assert!(received.matches());
    assert!(received.message().contains("order received"));
    let zeros = check("{LIST:[{A:2.50,B:1}],NONE:[],OPENID:WX,USERID:2088}");
    assert!(zeros.matches());
    for data in [
        "{USERID:2088,OPENID:WX,EXTRA:NULL,LIST:[{B:1,A:2.50}],NONE:[]}",
        "{USERID: 2088, OPENID: WX, LIST: [{B: 1, A: 2.50}], NONE: []}",
        "{USERID: 2088, OPENID: WX, EXTRA: NULL, LIST: [{B: 1, A: 2.50}], NONE: []}",
        "{USERID=2088, OPENID=WX, LIST=[{B=1, A=2.50}], NONE=[]}",
        "[OBJECT OBJECT]",
    ] {
        names(&check(data), &[NestedFormat]);
    }
    let flat = format!(
        "CODE=0&DATA.LIST[0].A=2.5&DATA.LIST[0].B=1&DATA.OPENID=WX&DATA.USERID=2088&MSG=&KEY={key}"
    );
    names(
        &dp(Algorithm::Md5, body, &hex(&hash::<Md5>(flat))),
        &[NestedFlattened],
    );
}

// ---- redemption

pub(super) const HEADERS: [(&str, &str); 4] = [
    ("businessId", "754ea3e3"),
    ("nonce", "24bc2c17-0fef"),
    ("signType", "SHA256-RSA"),
    ("timestamp", "1628772138668"),
];
pub(super) const JSON: &str = r#"{"merchantId":"19","businessId":"19","serialNo":"abcd-中文","userId":"user1","callbackUrl":"https://shop.example/cb"}"#;

pub(super) fn header(
    headers: &'static [(&'static str, &'static str)],
) -> impl Fn(&'static str) -> Option<&'static str> {
    move |name| {
        headers
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }
}

pub(super) fn rsa_key() -> String {
    vectors("redemption")["rsa_private_key_pkcs8_pem"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Signs by the `rsa` crate itself, with any PKCS#1 v1.5 prefix.
pub(super) fn rsa_sign(prefix: &[u8], digest: &[u8]) -> Vec<u8> {
    use rsa::pkcs8::DecodePrivateKey;
    let key = rsa::RsaPrivateKey::from_pkcs8_pem(&rsa_key()).unwrap();
    let scheme = rsa::Pkcs1v15Sign {
        hash_len: Some(digest.len()),
        prefix: prefix.into(),
    };
    key.sign(scheme, digest).unwrap()
}

pub(super) const SHA256: &[u8] = &[
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
pub(super) const SHA1: &[u8] = &[
    0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
];

pub(super) fn verifier() -> Verifier {
    Verifier::Rsa(
        PublicKey::parse(
            "key",
            vectors("redemption")["rsa_public_key_pem"]
                .as_str()
                .unwrap(),
        )
        .unwrap(),
    )
}

/// By RSA and by MD5: the same string must be explained alike.
#[track_caller]
fn rd_over(string: &[u8], mistakes: &[Mistake]) {
    let theirs = b64(&rsa_sign(SHA256, &hash::<Sha256>(string)));
    names(
        &redemption(
            None,
            Some(&verifier()),
            header(&HEADERS),
            JSON.as_bytes(),
            Some(&theirs),
        ),
        mistakes,
    );
    let signer = Signer::Rsa(PrivateKey::parse("key", &rsa_key()).unwrap().into());
    names(
        &redemption(
            Some(&signer),
            None,
            header(&HEADERS),
            JSON.as_bytes(),
            Some(&theirs),
        ),
        mistakes,
    );
    let theirs = hex(&hash::<Md5>([string, b"PLANTED"].concat())).to_uppercase();
    let md5 = redemption(
        None,
        Some(&Verifier::Md5("PLANTED".into())),
        header(&HEADERS),
        JSON.as_bytes(),
        Some(&theirs),
    );
    names(&md5, mistakes);
    assert!(!format!("{md5:?}{}{}", md5.message(), md5.string_to_sign()).contains("PLANTED"));
}

#[test]
fn redemption_vectors_match() {
    let file = vectors("redemption");
    let rsa = Signer::Rsa(PrivateKey::parse("key", &rsa_key()).unwrap().into());
    for vector in file["sign"].as_array().unwrap() {
        let header = |name: &'static str| vector["headers"][name].as_str();
        let body = vector["body"].as_str().unwrap().as_bytes();
        let string = vector["string_to_sign"].as_str().unwrap();
        let theirs = vector["SHA256-RSA"].as_str().unwrap();
        let right = redemption(Some(&rsa), None, header, body, Some(theirs));
        assert_eq!((right.matches(), right.signature()), (true, Some(theirs)));
        assert_eq!(
            (right.string_to_sign(), right.algorithm()),
            (string, "SHA256-RSA, base64")
        );
        let callback = redemption(None, Some(&verifier()), header, body, Some(theirs));
        assert_eq!((callback.matches(), callback.signature()), (true, None));
        let md5 = vector["MD5"].as_str().unwrap();
        let signer = Signer::Md5(vector["md5_key"].as_str().unwrap().into());
        let right = redemption(Some(&signer), None, header, body, Some(md5));
        assert_eq!((right.matches(), right.signature()), (true, Some(md5)));
        assert_eq!(right.message(), "the signature matches");
        assert_eq!(right.string_to_sign(), format!("{string}***"));
        let lower = redemption(Some(&signer), None, header, body, Some(&md5.to_lowercase()));
        assert!(lower.matches());
        assert!(lower.message().contains("upper case"));
    }
    let nobody = redemption(None, None, header(&HEADERS), b"{}", Some("x"));
    assert!(!nobody.signature_given() && !nobody.matches());
}

#[test]
fn redemption_strings() {
    use Mistake::*;
    let head =
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668";
    let over = |head: &str, body: &str, mistakes: &[Mistake]| {
        rd_over(format!("{head}{body}").as_bytes(), mistakes)
    };
    over(
        &head.replace("&signType=SHA256-RSA", ""),
        JSON,
        &[SignTypeMissing],
    );
    over(&head.replace("SHA256-RSA", "RSA2"), JSON, &[SignTypeValue]);
    over(
        &head.to_lowercase().replace("sha256-rsa", "SHA256-RSA"),
        JSON,
        &[HeaderSpelling],
    );
    over(
        &head
            .replace("signType", "sign_type")
            .replace("businessId", "business_id"),
        JSON,
        &[HeaderSpelling],
    );
    over(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&timestamp=1628772138668&signType=SHA256-RSA",
        JSON,
        &[HeaderOrder],
    );
    over(&head.replace("138668", "138"), JSON, &[TimestampUnit]);
    over(
        &head.replace("nonce=24bc2c17-0fef&", ""),
        JSON,
        &[HeaderLeftOut],
    );
    for separator in ["&", "\n", "&body=", "?"] {
        over(&format!("{head}{separator}"), JSON, &[Separator]);
    }
    over(head, "", &[BodyMissing]);
    over("", JSON, &[HeadersMissing]);
    over(JSON, head, &[BodyFirst]);
    over(
        "754ea3e324bc2c17-0fefSHA256-RSA1628772138668",
        JSON,
        &[NamesLeftOut],
    );
    over(&head.replace('&', "\n"), JSON, &[Separator]);
    over(head, &JSON.replace('/', "\\/"), &[BodyReserialized]);
    over(
        head,
        &JSON.replace("中文", "\\u4e2d\\u6587"),
        &[BodyReserialized],
    );
    over(
        head,
        r#"{"businessId":"19","callbackUrl":"https://shop.example/cb","merchantId":"19","serialNo":"abcd-中文","userId":"user1"}"#,
        &[BodyReserialized],
    );
    let pretty = JSON
        .replace("\":", "\": ")
        .replace(",\"", ",\n  \"")
        .replace('{', "{\n  ")
        .replace('}', "\n}");
    over(head, &pretty, &[BodyPrettyPrinted]);
    over(head, &format!("{JSON}\n"), &[LineBreak]);
    over(
        &format!("/v1/openapi/auth/alipay/url{head}"),
        JSON,
        &[PathIncluded],
    );
    let sorted = "businessId=754ea3e3&callbackUrl=https://shop.example/cb&merchantId=19&nonce=24bc2c17-0fef&serialNo=abcd-中文&signType=SHA256-RSA&timestamp=1628772138668&userId=user1";
    over(sorted, "", &[BodyAsForm]);
    let (gbk, _, _) = encoding_rs::GBK.encode(JSON);
    rd_over(&[head.as_bytes(), &gbk].concat(), &[Gbk]);
    // Two at once.
    over(
        &head.replace("&signType=SHA256-RSA", ""),
        &pretty,
        &[SignTypeMissing, BodyPrettyPrinted],
    );
    over(
        &format!("{}&", head.replace("&signType=SHA256-RSA", "")),
        JSON,
        &[SignTypeMissing, Separator],
    );
    over(
        &head.replace("&signType=SHA256-RSA", ""),
        &format!("{JSON}\n"),
        &[SignTypeMissing, LineBreak],
    );
}

#[test]
fn redemption_sign_type_that_is_not_sent() {
    static UNTYPED: [(&str, &str); 3] = [HEADERS[0], HEADERS[1], HEADERS[3]];
    let string = format!(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668{JSON}"
    );
    let theirs = b64(&rsa_sign(SHA256, &hash::<Sha256>(&string)));
    let check = |theirs: &str| {
        redemption(
            None,
            Some(&verifier()),
            header(&UNTYPED),
            JSON.as_bytes(),
            Some(theirs),
        )
    };
    names(&check(&theirs), &[Mistake::SignTypeExtra]);
    let theirs = b64(&rsa_sign(
        SHA256,
        &hash::<Sha256>(string.replace("SHA256-RSA", "")),
    ));
    names(&check(&theirs), &[Mistake::EmptyIncluded]);
}

#[test]
fn redemption_signatures() {
    use Mistake::*;
    let string = format!(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668{JSON}"
    );
    let check = |theirs: &str| {
        redemption(
            None,
            Some(&verifier()),
            header(&HEADERS),
            JSON.as_bytes(),
            Some(theirs),
        )
    };
    let raw = rsa_sign(SHA256, &hash::<Sha256>(&string));
    assert!(check(&b64(&raw)).matches());
    names(&check(&hex(&raw)), &[HexForBase64]);
    names(&check(&BASE64_URL_SAFE.encode(&raw)), &[UrlSafeBase64]);
    names(
        &check(&BASE64_STANDARD_NO_PAD.encode(&raw)),
        &[PaddingMissing],
    );
    let text = b64(&raw);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    names(&check(&lines.join("\n")), &[SignatureLineBreaks]);
    names(
        &check(
            &text
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
        ),
        &[SignatureUrlEncoded],
    );
    names(&check(&text.replace('+', " ")), &[SignatureUrlDecoded]);
    names(&check(&text.replace('/', "\\/")), &[SignatureWrapped]);
    names(
        &check(&b64(&rsa_sign(SHA1, &hash::<Sha1>(&string)))),
        &[WrongHash],
    );
    names(
        &check(&hex(&rsa_sign(SHA1, &hash::<Sha1>(&string)))),
        &[WrongHash, HexForBase64],
    );
    names(
        &check(&b64(&rsa_sign(b"", &hash::<Sha256>(&string)))),
        &[RsaPadding],
    );
    names(
        &check(&b64(&rsa_sign(
            SHA256,
            &hash::<Sha256>(hex(&hash::<Sha256>(&string))),
        ))),
        &[HashedTwice],
    );
    names(
        &check(&b64(&rsa_sign(
            SHA256,
            &hash::<Sha256>(hash::<Sha256>(&string)),
        ))),
        &[HashedTwice],
    );
    names(&check(&b64(&hash::<Sha256>(&string))), &[RsaMissing]);
    // What the message can still tell when nothing is found.
    let another_string = check(&b64(&rsa_sign(SHA256, &hash::<Sha256>("something else"))));
    assert!(
        another_string.message().contains("right key"),
        "{}",
        another_string.message()
    );
    assert!(another_string.mistakes().is_empty());
    let another_key = check(&b64(&[7; 256]));
    assert!(another_key.message().contains("another RSA key") && another_key.mistakes().is_empty());
    let another_size = check(&b64(&[7; 128]));
    assert!(another_size.message().contains("1024 bits") && another_size.mistakes().is_empty());
    let md5 = check("B2AF0E436CD046B1BD08D1CEF6F249BE");
    assert!(md5.message().contains("32 hex digits"), "{}", md5.message());
}

#[test]
fn redemption_pss_is_recognised() {
    let string = format!(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668{JSON}"
    );
    // EMSA-PSS with SHA-256 and a salt of 32 bytes, by hand; then the bare private operation.
    let (salt, length) = ([5u8; 32], 256);
    let seal = hash::<Sha256>([&[0; 8], &hash::<Sha256>(&string)[..], &salt].concat());
    let mut data = vec![0; length - 32 - 1 - 33];
    data.push(1);
    data.extend(salt);
    let mask =
        (0u32..).flat_map(|count| hash::<Sha256>([&seal[..], &count.to_be_bytes()].concat()));
    let mut block: Vec<u8> = data
        .iter()
        .zip(mask)
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    block[0] &= 0x7f;
    block.extend(&seal);
    block.push(0xbc);
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::traits::{PrivateKeyParts, PublicKeyParts};
    let key = rsa::RsaPrivateKey::from_pkcs8_pem(&rsa_key()).unwrap();
    let raw = rsa::BigUint::from_bytes_be(&block)
        .modpow(key.d(), key.n())
        .to_bytes_be();
    let theirs = b64(&[vec![0; length - raw.len()], raw].concat());
    let explanation = redemption(
        None,
        Some(&verifier()),
        header(&HEADERS),
        JSON.as_bytes(),
        Some(&theirs),
    );
    names(&explanation, &[Mistake::RsaPadding]);
}

#[test]
fn redemption_callback_signed_with_our_own_key() {
    let string = format!(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668{JSON}"
    );
    use rsa::pkcs8::EncodePublicKey;
    // Any odd number of the right size will do for a key that nothing was signed with.
    let modulus = rsa::BigUint::from_bytes_be(&[0xc5; 256]);
    let other = rsa::RsaPublicKey::new(modulus, 65537u32.into()).unwrap();
    let pem = other.to_public_key_pem(rsa::pkcs8::LineEnding::LF).unwrap();
    let platform = Verifier::Rsa(PublicKey::parse("key", &pem).unwrap());
    let own = Signer::Rsa(PrivateKey::parse("key", &rsa_key()).unwrap().into());
    let theirs = b64(&rsa_sign(SHA256, &hash::<Sha256>(&string)));
    let explanation = redemption(
        Some(&own),
        Some(&platform),
        header(&HEADERS),
        JSON.as_bytes(),
        Some(&theirs),
    );
    names(&explanation, &[Mistake::KeyOther]);
}

#[test]
fn redemption_md5() {
    use Mistake::*;
    let string = format!(
        "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668{JSON}"
    );
    let verifier = Verifier::Md5("PLANTED".into());
    let check = |theirs: &str| {
        redemption(
            None,
            Some(&verifier),
            header(&HEADERS),
            JSON.as_bytes(),
            Some(theirs),
        )
    };
    let upper = |raw: Vec<u8>| hex(&raw).to_uppercase();
    names(
        &check(&upper(hash::<Md5>(format!("{string}&key=PLANTED")))),
        &[KeyName],
    );
    names(
        &check(&upper(hash::<Md5>(format!("PLANTED{string}")))),
        &[KeyPosition],
    );
    names(&check(&upper(hash::<Md5>(&string))), &[KeyMissing]);
    names(
        &check(&upper(hmac::<Md5>(b"PLANTED", string.as_bytes()))),
        &[HmacForHash],
    );
    names(
        &check(&upper(hash::<Sha256>(format!("{string}PLANTED")))),
        &[WrongHash],
    );
    names(
        &check(&b64(&hash::<Md5>(format!("{string}PLANTED")))),
        &[Base64ForHex],
    );
    let wrong_name = string.replace("&signType=SHA256-RSA", "") + "&key=PLANTED";
    names(
        &check(&upper(hash::<Md5>(wrong_name))),
        &[KeyName, SignTypeMissing],
    );
    let rsa = check(&b64(&[9; 256]));
    assert!(rsa.message().contains("RSA") && rsa.mistakes().is_empty());
}

// ---- whatever comes

#[test]
fn garbage_gets_no_name() {
    let mut garbage: Vec<String> = ["", " ", "=", "====", "%", "[]", "null", "中文", "\u{0}"]
        .map(str::to_owned)
        .to_vec();
    for length in [16, 20, 32] {
        let bytes: Vec<u8> = hash::<Sha512>([length as u8])
            .into_iter()
            .cycle()
            .take(length)
            .collect();
        garbage.extend([hex(&bytes), b64(&bytes)]);
    }
    garbage.push(b64(&[9; 256]));
    garbage.push("a".repeat(1 << 20));
    let md5 = Verifier::Md5("PLANTED".into());
    for theirs in &garbage {
        let all = [
            cp(theirs),
            dp(Algorithm::Md5, REQUEST, theirs),
            dp(Algorithm::HmacSha256, REQUEST, theirs),
            redemption(
                None,
                Some(&verifier()),
                header(&HEADERS),
                JSON.as_bytes(),
                Some(theirs),
            ),
            redemption(
                None,
                Some(&md5),
                header(&HEADERS),
                JSON.as_bytes(),
                Some(theirs),
            ),
        ];
        for (at, explanation) in all.iter().enumerate() {
            // Where hex is wanted, so many bytes of base64 can only be an RSA signature.
            let is_rsa = theirs.len() == 344 && (at == 1 || at == 2);
            names(
                explanation,
                if is_rsa { &[Mistake::EditionOpen] } else { &[] },
            );
        }
    }
    let sha1 = cp(&hex(&[7; 20]));
    assert!(
        sha1.message().contains("40 hex digits") && sha1.message().contains("28 characters"),
        "{}",
        sha1.message()
    );
}

#[test]
fn hostile_input_is_bounded() {
    let many = format!(
        "{{{}}}",
        (0..20_000)
            .map(|n| format!("\"n{n}\":\"/\""))
            .collect::<Vec<_>>()
            .join(",")
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(30), "]".repeat(30));
    let bodies: [&[u8]; 6] = [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"{",
        deep.as_bytes(),
        nested.as_bytes(),
    ];
    let md5 = Verifier::Md5("secret".into());
    let sha1 = b64(&[7; 20]);
    let md5_hex = hex(&[7; 16]);
    let rsa = b64(&rsa_sign(SHA256, &[7; 32]));
    for body in bodies {
        names(
            &creditpay("key", "", body, &CreditPayHints::default(), Some(&sha1)),
            &[],
        );
        names(
            &redemption(None, Some(&md5), |_| None, body, Some(&md5_hex)),
            &[],
        );
        names(
            &redemption(None, Some(&verifier()), |_| Some(""), body, Some(&rsa)),
            &[],
        );
        if let Ok(explanation) = daxpay(Algorithm::Md5, "key", body, Some(&md5_hex)) {
            assert!(!explanation.matches() && explanation.mistakes().is_empty());
        }
    }
    let of_many = daxpay(Algorithm::Md5, "key", many.as_bytes(), Some(&md5_hex)).unwrap();
    let message = of_many.message();
    assert!(
        !of_many.matches() && message.starts_with("gave up"),
        "{message}"
    );
    let huge = vec![b'x'; 1 << 20];
    let huge = creditpay("key", "", &huge, &CreditPayHints::default(), Some(&sha1));
    assert!(huge.message().contains("gave up"), "{}", huge.message());
    let not_utf8 = creditpay("key", PATH, b"\xff", &CreditPayHints::default(), None);
    assert_eq!(
        not_utf8.string_to_sign(),
        format!("[not UTF-8, shown with \\xNN] {PATH}\\xff")
    );
}

#[test]
fn a_gbk_body_that_was_signed_as_utf8() {
    let (gbk, _, _) = encoding_rs::GBK.encode(BODY);
    let theirs = b64(&hmac::<Sha1>(
        KEY.as_bytes(),
        format!("{PATH}{BODY}").as_bytes(),
    ));
    names(
        &creditpay(KEY, PATH, &gbk, &HINTS, Some(&theirs)),
        &[Mistake::Gbk],
    );
}

/// Mistakes that the others do not make.
#[test]
fn creditpay_of_other_texts() {
    use Mistake::*;
    let signed = |body: &str, message: &[u8]| {
        let theirs = b64(&hmac::<Sha1>(KEY.as_bytes(), message));
        creditpay(KEY, PATH, body.as_bytes(), &HINTS, Some(&theirs))
    };
    let lines = "{\n\"a\": \"b c\",\n\"d\": \"e\"\n}";
    let windows = format!("{PATH}{}", lines.replace('\n', "\r\n"));
    names(&signed(lines, windows.as_bytes()), &[BodyWhitespace]);
    let space = format!("{PATH}{}", r#"{"title":"1 1"}"#);
    names(
        &signed(r#"{"title":"1+1"}"#, space.as_bytes()),
        &[UrlDecoded],
    );
    // Each byte of the UTF-8 becomes a character, as ISO-8859-1 has it.
    let twice: String = BODY.bytes().map(char::from).collect();
    names(&cp_body(&twice), &[Utf8Twice]);
    let halves = b"\xed\xa0\xbd\xed\xb8\x80";
    let cesu8 = [PATH.as_bytes(), br#"{"title":""#, halves, br#""}"#].concat();
    names(&signed(r#"{"title":"😀"}"#, &cesu8), &[Cesu8]);
    let quoted = format!("\"{PATH}{}\"", BODY.replace('"', "\\\""));
    names(&cp_over(quoted), &[Escaped]);
}

/// As above.
#[test]
fn daxpay_of_other_texts() {
    use Mistake::*;
    let upper = PARAMS.to_uppercase();
    let tail = format!("&KEY={}", SIGN_KEY.to_uppercase());
    let check = |body: &str, string: String, wanted: Mistake| {
        let theirs = hex(&hash::<Md5>(string + &tail));
        names(&dp(Algorithm::Md5, body, &theirs), &[wanted]);
    };
    check(REQUEST, upper.replace('中', "\\u4e2d"), Escaped);
    let html = r#"{"appId":"A11","title":"a<b> & c"}"#;
    let escaped = "APPID=A11&TITLE=A&LT;B&GT; &AMP; C";
    check(html, escaped.to_owned(), Escaped);
    for extra in ["VERSION=1.0", "CHARSET=UTF-8", "SIGNTYPE=MD5"] {
        let mut all: Vec<&str> = upper.split('&').chain([extra]).collect();
        // ZED was Zed when the names were sorted, and comes before all in lower case.
        all[1..].sort_unstable();
        check(REQUEST, all.join("&"), ParameterExtra);
    }
    let snake = "AMOUNT=1.1&APP_ID=A11&AUTH_CODE=2A 中/+X&CHANNEL=ALI_PAY&CLIENT_IP=&REQ_TIME=2024-10-24 12:00:00&ZED=TRUE";
    check(REQUEST, snake.to_owned(), NameSpelling);
}

/// The words of a test file, without its comments.
pub(super) fn words_of(file: &str) -> std::collections::HashSet<&str> {
    let code = file
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()))
        .collect()
}

/// [`names`] accepts a mistake only by its name, and so does the corpus those that this file does not have: one
/// that they ask for is one that was made.
#[test]
fn each_mistake_is_made_by_a_test() {
    let mut words = words_of(include_str!("explain.rs"));
    words.extend(words_of(include_str!("explain_corpus.rs")));
    let missing: Vec<_> = Mistake::ALL
        .iter()
        .filter(|mistake| !words.contains(format!("{mistake:?}").as_str()))
        .collect();
    assert!(missing.is_empty(), "no test makes {missing:?}");
}

/// The catalogue is whole: every mistake of the source is in ALL.
#[test]
fn every_mistake_is_in_the_list() {
    let source = include_str!("../../src/explain/mistake.rs");
    let declared = source.lines().filter(|line| {
        let number = line.trim_end_matches(',').split(" = ").nth(1);
        line.starts_with("    ") && number.is_some_and(|number| number.parse::<u32>().is_ok())
    });
    assert_eq!(declared.count(), Mistake::ALL.len());
}

#[test]
fn every_mistake_has_words() {
    for mistake in Mistake::ALL {
        assert!(
            mistake
                .name()
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        );
        assert!(!mistake.description().is_empty() && !mistake.advice().is_empty());
    }
    let names: std::collections::HashSet<_> =
        Mistake::ALL.iter().map(|mistake| mistake.name()).collect();
    assert_eq!(names.len(), Mistake::ALL.len(), "two have the same name");
    assert_eq!(Mistake::PathPrefix as i32, 1);
}
