//! The shared vectors, through the library's pure signing functions. The digests that daxpay's page
//! publishes are made over strings that no request has (`&sign=` where `&key=` is appended), so they
//! are checked beside the digest step, in `src/signing/daxpay.rs`.

use auth::json::Json;
use auth::secret::Secret;
use auth::signing::creditpay;
use auth::signing::daxpay::{self, Algorithm};
use auth::signing::daxpay_open::{self, Numbers, Unsignable};
use auth::signing::redemption::{SIGNED_HEADERS, Signer, Verifier, string_to_sign};
use auth::signing::rsa::{PrivateKey, PublicKey, RsaSigner};

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

/// What the platform's own SDK signed, with what its JSON writer escapes inside `data`.
#[test]
fn daxpay_messages_of_the_sdk_are_genuine() {
    let file = include_str!("../vectors/daxpay_nested_escapes.json");
    let file = Json::parse(file.as_bytes()).unwrap();
    let Some(Json::Array(rows)) = file.get("messages") else {
        panic!("there are messages");
    };
    assert_eq!(rows.len(), 6);
    let key = text(&file, "sign_key");
    for row in rows {
        let body = text(row, "body");
        let params = Json::parse(body.as_bytes()).unwrap();
        let sign = text(&params, "sign");
        let what = format!("{} {}", text(row, "name"), text(row, "kind"));
        let verify = |params: &Json| daxpay::verify(Algorithm::HmacSha256, key, params, sign);
        assert!(verify(&params), "{what}");
        // A map is signed sorted, which is how a request is signed.
        let is_map = text(row, "kind").contains("Map");
        let ours = daxpay::sign(Algorithm::HmacSha256, key, &params);
        assert_eq!(ours == sign, is_map, "{what}");
        for (from, to) in [
            ("0.01", "0.02"),
            ("success\",\"data", "failure\",\"data"),
            ("\\u00a0", " "),
            ("\\u200d", "\\u200c"),
            ("\\u2002", ""),
            ("\\u2002", "\\u2003"),
        ] {
            let changed = body.replace(from, to);
            if changed != body {
                assert!(
                    !verify(&Json::parse(changed.as_bytes()).unwrap()),
                    "{what} {from}"
                );
            }
        }
    }
}

/// Every character, through the rule of escapes as it is told, in a text and in a name.
#[test]
fn daxpay_escapes_inside_objects_are_the_json_writers() {
    let md5 = |string: &str| {
        let digest = <md5::Md5 as md5::Digest>::digest(string.to_uppercase().as_bytes());
        let hex = digest.iter().map(|byte| format!("{byte:02x}"));
        hex.collect::<String>()
    };
    let escaped = [
        0x80..=0xa0,
        0x2000..=0x2010,
        0x2028..=0x202f,
        0x2066..=0x206f,
    ];
    let interesting = (1..0x180)
        .chain(0x1ff0..0x2080)
        .chain([0x1f468, 0xfeff, 0xfffd]);
    for c in interesting.filter_map(char::from_u32) {
        let number = u32::from(c);
        let written = match c {
            '"' | '\\' => String::new(),
            '\u{8}' => "b".to_owned(),
            '\t' => "t".to_owned(),
            '\n' => "n".to_owned(),
            '\u{c}' => "f".to_owned(),
            '\r' => "r".to_owned(),
            _ if number < 0x20 || escaped.iter().any(|range| range.contains(&number)) => {
                format!("u{number:04x}")
            }
            _ => c.to_string(),
        };
        let plain = if matches!(c, '"' | '\\') {
            String::new()
        } else {
            c.to_string()
        };
        let object = Json::Object(vec![(format!("n{c}"), Json::String(format!("x{c}y")))]);
        let list = Json::Array(vec![Json::String(c.to_string())]);
        let params = Json::Object(vec![
            ("a".to_owned(), object),
            ("b".to_owned(), list),
            ("t".to_owned(), Json::String(c.to_string())),
        ]);
        let wanted = format!("a={{n{written}:x{written}y}}&b=[{written}]&t={plain}&key=k");
        assert_eq!(
            daxpay::sign(Algorithm::Md5, "k", &params),
            md5(&wanted),
            "U+{number:04X}"
        );
        // Before there were escapes in the rule, such texts stood as they are: still accepted.
        if number >= 0x80 {
            let as_it_is = format!("a={{n{c}:x{c}y}}&b=[{c}]&t={c}&key=k");
            assert!(daxpay::verify(
                Algorithm::Md5,
                "k",
                &params,
                &md5(&as_it_is)
            ));
        }
    }
}

/// What the rule leaves open is accepted in each of its forms, and nothing beside.
#[test]
fn daxpay_verifies_every_form_that_the_rule_leaves_open() {
    let md5 = |string: &str| {
        let digest = <md5::Md5 as md5::Digest>::digest(string.to_uppercase().as_bytes());
        let hex = digest.iter().map(|byte| format!("{byte:02x}"));
        hex.collect::<String>()
    };
    let message =
        r#"{"n":1.50,"e":1E+3,"d":{"z":2.50,"a":[1E+2,null],"u":"\u2009"},"l":[],"o":{}}"#;
    let params = Json::parse(message.as_bytes()).unwrap();
    let verify = |string: &str| daxpay::verify(Algorithm::Md5, "k", &params, &md5(string));
    for accepted in [
        "d={a:[100],u:u2009,z:2.5}&e=1000&l=[]&n=1.5&o={}&key=k",
        "d={z:2.5,a:[100],u:u2009}&e=1000&l=[]&n=1.5&o={}&key=k",
        "d={z:2.50,a:[1E+2],u:u2009}&e=1000&l=[]&n=1.5&o={}&key=k",
        "d={z:2.5,a:[100],u:\u{2009}}&e=1000&l=[]&n=1.5&o={}&key=k",
        "d={z:2.5,a:[100],u:u2009}&e=1000&n=1.5&o={}&key=k",
        "d={z:2.5,a:[1E+2],u:\u{2009}}&e=1E+3&l=[]&n=1.5&o={}&key=k",
        "d={a:[1E+2],u:\u{2009},z:2.50}&e=1E+3&n=1.5&o={}&key=k",
    ] {
        assert!(verify(accepted), "{accepted}");
    }
    for refused in [
        "d={u:u2009,a:[100],z:2.5}&e=1000&l=[]&n=1.5&o={}&key=k",
        "d={a:[100],u:u2009,z:2.5}&e=1000&l=[]&n=1.50&o={}&key=k",
        "d={a:[100],u:u2009,z:2.5}&e=1000&l=[]&n=1.5&key=k",
        "d={a:[100],u:u2009,z:2.50}&e=1000&l=[]&n=1.5&o={}&key=k2",
        "d={a:[100,null],u:u2009,z:2.5}&e=1000&l=[]&n=1.5&o={}&key=k",
    ] {
        assert!(!verify(refused), "{refused}");
    }
}

#[test]
fn daxpay_open_signatures_agree() {
    let (file, rows) = vectors(include_str!("../vectors/daxpay_open.json"));
    assert_eq!(rows.len(), 2);
    let signer = PrivateKey::parse("k", text(&file, "private_key")).unwrap();
    let key = PublicKey::parse("k", text(&file, "public_key")).unwrap();
    let keys = include_str!("../vectors/redemption.json");
    let other = Json::parse(keys.as_bytes()).unwrap();
    let other = PublicKey::parse("k", text(&other, "rsa_public_key_pem")).unwrap();
    for row in &rows {
        let (body, signature) = (text(row, "body"), text(row, "signature"));
        let params = Json::parse(body.as_bytes()).unwrap();
        let string = daxpay_open::string_to_sign(&params, Numbers::Plain).unwrap();
        assert_eq!(string, text(row, "string_to_sign"));
        assert_eq!(signer.sign(string.as_bytes()), signature);
        let verify = |body: &str, key| {
            let params = Json::parse(body.as_bytes()).unwrap();
            daxpay_open::verify(key, &params, signature).unwrap()
        };
        assert!(verify(body, &key));
        assert!(!verify(body, &other), "another key's");
        let with_sign = body.replacen('{', "{\"SIGN\":\"x\",\"sign\":1,", 1);
        assert!(verify(&with_sign, &key), "`sign` is not signed");
        let nothing_more = body.replacen('{', "{\"n\":null,\"l\":[],\"o\":{\"p\":{}},", 1);
        assert!(
            verify(&nothing_more, &key),
            "what has no value is not signed"
        );
        for (from, to) in [
            ("\"amount\":", "\"amount\":1"),
            ("M200000001", "M200000002"),
            ("\"title\":\"", "\"title\":\" "),
            ("{", "{\"a\":\"\","),
        ] {
            let changed = body.replacen(from, to, 1);
            assert_ne!(changed, body);
            assert!(!verify(&changed, &key), "{from}");
        }
    }
    // The SDKs disagree about decimals: both are accepted, and no third.
    let params = Json::parse(br#"{"a":1.10,"b":2E+2}"#).unwrap();
    for (string, accepted) in [
        ("a=1.1&b=200", true),
        ("a=1.10&b=2E+2", true),
        ("a=1.10&b=200", false),
        ("a=1.100&b=200", false),
    ] {
        let signature = signer.sign(string.as_bytes());
        let verified = daxpay_open::verify(&key, &params, &signature).unwrap();
        assert_eq!(verified, accepted, "{string}");
    }
    let twice = Json::parse(br#"{"a.b":1,"a":{"b":1}}"#).unwrap();
    let refused = daxpay_open::verify(&key, &twice, &signer.sign(b"a.b=1&a.b=1"));
    assert_eq!(refused, Err(Unsignable::Ambiguous("a.b".to_owned())));
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
        (r#"{"a":0E-8}"#, r#"{"a":0}"#),
        (r#"{"a":1E+3}"#, r#"{"a":1000}"#),
        (
            r#"{"a":{"b":[1E+3,0E-8,1.10]}}"#,
            r#"{"a":{"b":[1000,0,1.1]}}"#,
        ),
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
    let (signer, verifier) = (Signer::Rsa(RsaSigner::Key(private)), Verifier::Rsa(public));
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
            assert_eq!(
                signer.sign(&string).unwrap(),
                signature,
                "{}",
                text(row, "name")
            );
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
