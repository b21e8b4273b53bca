//! Mistakes as programs make them, each made here by other code than the library's: how many are told
//! by their names. A wrong name is worse than none.

use std::collections::HashSet;

use auth::explain::{
    CreditPayHints, Explanation, Mistake, Mistake::*, creditpay, creditpay_string, daxpay,
    daxpay_open, daxpay_open_string, daxpay_string, quoted_string, redemption, redemption_string,
};
use auth::signing::daxpay::Algorithm;
use auth::signing::redemption::Verifier;
use auth::signing::rsa::PublicKey;

use md5::Md5;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::explain::*;

/// What came of a corpus.
#[derive(Default)]
struct Count {
    right: usize,
    wanted: HashSet<Mistake>,
    named: HashSet<Mistake>,
    none: Vec<String>,
    wrong: Vec<String>,
}

impl Count {
    fn check(&mut self, what: &str, explanation: &Explanation, wanted: &[Mistake]) {
        let named = explanation.mistakes();
        self.wanted.extend(wanted);
        let is_same = named.len() == wanted.len() && wanted.iter().all(|one| named.contains(one));
        if is_same {
            self.right += 1;
            self.named.extend(wanted);
        } else if named.is_empty() {
            self.none.push(what.to_owned());
        } else {
            let told = format!(
                "{what}: wanted {wanted:?}, got {named:?}: {}",
                explanation.message()
            );
            self.wrong.push(told);
        }
    }

    /// As [`Count::check`], of names, where several sets of them tell the same.
    fn check_names(&mut self, what: &str, explanation: &Explanation, wanted: &Value) {
        let mut named: Vec<&str> = explanation.mistakes().iter().map(|m| m.name()).collect();
        if explanation.matches() {
            named.push("MATCH");
        }
        named.sort_unstable();
        if wanted.as_array().unwrap().contains(&json!(named)) {
            self.right += 1;
        } else if named.is_empty() {
            self.none.push(what.to_owned());
        } else {
            let message = explanation.message();
            self.wrong
                .push(format!("{what}: wanted {wanted}, got {named:?}: {message}"));
        }
    }

    /// At least 95 of 100 right, and none wrong.
    fn judge(&self, name: &str) {
        let all = self.right + self.none.len() + self.wrong.len();
        println!(
            "{name}: {} of {all} right, {} none, {} wrong",
            self.right,
            self.none.len(),
            self.wrong.len()
        );
        assert!(
            self.wrong.is_empty(),
            "{name}: {:#?}\nnone: {:#?}",
            self.wrong,
            self.none
        );
        assert!(
            self.right * 100 >= all * 95,
            "{name}: not named: {:#?}",
            self.none
        );
        let elsewhere = words_of(include_str!("explain.rs"));
        let is_made = |mistake: &&Mistake| elsewhere.contains(format!("{mistake:?}").as_str());
        let mut never: Vec<_> = self.wanted.difference(&self.named).collect();
        never.retain(|mistake| !is_made(mistake));
        assert!(never.is_empty(), "{name}: never named: {never:?}");
    }
}

fn upper_hex(raw: &[u8]) -> String {
    hex(raw).to_uppercase()
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into())
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[test]
#[rustfmt::skip]
fn creditpay_corpus() {
    let mut count = Count::default();
    let java_map = "{customer_token=tok-1, customer_no=473_32, callback_url=https://shop.example/回调?a=1&b=2, token_expire=1732521424191, client_ip=10.0.0.1, session_sign=null}";
    let form = java_map.trim_matches(['{', '}']).replace(", ", "&");
    let over: Vec<(String, Vec<Mistake>)> = vec![
        (format!("{PATH}{}", encoded(BODY)), vec![UrlEncoded]),
        (format!("{PATH}{}", encoded(BODY).replace("%20", "+")), vec![UrlEncoded]),
        (encoded(&format!("{PATH}{BODY}")), vec![UrlEncoded]),
        (format!("/v1/identify/redirect{BODY}"), vec![PathOther]),
        (format!("{PATH}{}", BODY.replace("customer_no", "custom_no")), vec![BodyMembers]),
        (format!("trace-1{PATH}{BODY}"), vec![HeaderExtra]),
        (format!("{PATH}{BODY}trace-1"), vec![HeaderExtra]),
        (format!("{PATH}\n{BODY}\ntrace-1"), vec![HeaderExtra]),
        (format!("{PATH}trace-1{BODY}"), vec![HeaderExtra]),
        (format!("trace=trace-1&{PATH}{BODY}"), vec![HeaderExtra]),
        (format!("7788{PATH}{BODY}"), vec![HeaderExtra]),
        (format!("{PATH}{BODY}PLANTED-api-key"), vec![HeaderExtra]),
        (format!("PLANTED-api-key{PATH}{BODY}"), vec![HeaderExtra]),
        (format!("POST {PATH}\n{BODY}"), vec![MethodIncluded]),
        (format!("POST&{PATH}&{BODY}"), vec![MethodIncluded]),
        (format!("{PATH}{BODY}{BODY}"), vec![BodyTwice]),
        (format!("{PATH}[{BODY}]"), vec![BodyPart]),
        (format!("{PATH}{{\"data\":{BODY}}}"), vec![BodyPart]),
        (format!("{PATH}{form}"), vec![BodyAsForm]),
        (format!("{PATH}{java_map}"), vec![BodyToString]),
        (format!("{PATH}{}", BODY.replace('"', "'")), vec![BodyReserialized]),
        (format!("{PATH}{}", BODY.replace('"', "\\\"")), vec![BodyReserialized]),
        (format!("{PATH}{}", BODY.replace('&', "&amp;")), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace('"', "&quot;").replace("&b", "&amp;b")), vec![BodyReserialized]),
        (format!("{PATH}{}", b64(BODY.as_bytes())), vec![BodyHashed]),
        (format!("{PATH}{}", hex(&hash::<Sha256>(BODY))), vec![BodyHashed]),
        (format!("{PATH}{}", upper_hex(&hash::<Md5>(BODY))), vec![BodyHashed]),
        (format!("{PATH}{}", BODY.to_uppercase()), vec![UpperCased]),
        (format!("{PATH}{BODY}").to_uppercase(), vec![UpperCased]),
        (format!("{PATH}{BODY}").to_lowercase(), vec![]),
        (format!("{PATH}{}", BODY.replace("回调", "")), vec![Latin1]),
        (format!("{PATH}{}", BODY.replace("1732521424191", "1732521424")), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace("1732521424191", "1732521424191.0")), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace("1732521424191", "1.732521424191e+12")), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace("null", "\"\"")), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace("null", "\"null\"")), vec![]),
        (format!("{PATH}{}", BODY.replace("https://shop.example/回调?a=1&b=2", &encoded("https://shop.example/回调?a=1&b=2"))), vec![BodyValues]),
        (format!("{PATH}{}", BODY.replace("\"customer_no\":\"473_32\",", "")), vec![BodyMembers]),
        (format!("{PATH}{BODY}\0"), vec![ExtraSpace]),
        (format!("{PATH}{BODY}\t"), vec![ExtraSpace]),
        (format!("{PATH}{BODY}\n\n"), vec![LineBreak]),
        (format!("\n{PATH}{BODY}"), vec![LineBreak]),
        (format!("{PATH}{}", &BODY[..BODY.len() - 1]), vec![StringCut]),
        (format!("\"{PATH}{BODY}\""), vec![Quoted]),
        (format!("{PATH}{}", BODY.replace('/', "\\/")), vec![BodyReserialized]),
        (format!("{PATH}{}", BODY.replace('&', "\\u0026")), vec![BodyReserialized]),
        (format!("https://pay.example.com{PATH}{BODY}"), vec![PathHost]),
        (format!("{PATH}/{BODY}"), vec![PathSlash]),
        (format!("{}{BODY}", PATH.replace('/', "%2F")), vec![PathEncoded]),
        (format!("{}{BODY}", PATH.to_uppercase()), vec![PathCase]),
        (format!("{PATH}?{BODY}"), vec![Separator]),
        (format!("{PATH}plat_id=7788{BODY}"), vec![PathQuery]),
        (format!("{PATH}?platId=7788{BODY}"), vec![PathQuery]),
        (format!("{PATH}7788{BODY}"), vec![PathQuery]),
        (format!("{PATH}null"), vec![BodyToString]),
        (format!("{PATH}{{}}"), vec![BodyToString]),
        (format!("/api{PATH}{BODY}"), vec![]),
        (format!("/v2/platform/identify/auth{BODY}"), vec![PathOther]),
    ];
    for (message, wanted) in over {
        if wanted.is_empty() {
            // Made, but too odd to have a name: it must not get another's.
            let told = cp_over(&message);
            if told.mistakes().is_empty() { continue }
            println!("{}", told.message());
            continue;
        }
        count.check(&message, &cp_over(&message), &wanted);
    }
    let message = format!("{PATH}{BODY}");
    let message = message.as_bytes();
    for (key, wanted) in [
        (KEY[..KEY.len() - 1].to_owned(), KeyTruncated), (KEY[1..].to_owned(), KeyTruncated), (KEY[..16].to_owned(), KeyTruncated), (KEY[..32].to_owned(), KeyTruncated), (KEY[KEY.len() - 32..].to_owned(), KeyTruncated),
        (format!("{KEY}\r\n"), KeyWhitespace), (format!("{KEY}\t"), KeyWhitespace), (format!("\u{feff}{KEY}"), KeyWhitespace), (format!("{KEY}\u{200b}"), KeyWhitespace), (format!("\"{KEY}\""), KeySuffix), (format!("'{KEY}'"), KeySuffix), (format!("{KEY}{KEY}"), KeySuffix),
        (format!("PLANTED-api-key{KEY}"), KeySuffix), (format!("{KEY}7788"), KeySuffix), ("7788".to_owned(), KeyOther), ("null".to_owned(), KeyMissing), (hex(KEY.as_bytes()), KeyEncoded), (hex(&hash::<Sha256>(KEY)), KeyHashed), (upper_hex(&hash::<Md5>(KEY)), KeyHashed), (KEY.chars().rev().collect(), KeyEncoded),
    ] {
        count.check(&key, &cp(&b64(&hmac::<Sha1>(key.as_bytes(), message))), &[wanted]);
    }
    let raw = hmac::<Sha1>(KEY.as_bytes(), message);
    let right = b64(&raw);
    let lossy = String::from_utf8_lossy(&raw).into_owned();
    let latin: String = raw.iter().map(|byte| char::from(*byte)).collect();
    let mut damaged = right.clone();
    damaged.replace_range(3..4, if &right[3..4] == "A" { "B" } else { "A" });
    for (theirs, wanted) in [
        (right[..27].to_owned(), vec![PaddingMissing]), (right[..26].to_owned(), vec![Truncated]), (right[1..].to_owned(), vec![Truncated]), (right[..14].to_owned(), vec![Truncated]), (hex(&raw)[..32].to_owned(), vec![Truncated]),
        (damaged, vec![Damaged]), (b64(lossy.as_bytes()), vec![BytesAsText]), (b64(latin.as_bytes()), vec![BytesAsText]), (format!("HMAC-SHA1 {right}"), vec![SignatureWrapped]), (format!("signature={right}"), vec![SignatureWrapped]), (format!(" {right}"), vec![SignatureWhitespace]),
        (b64(&hmac::<Sha1>(KEY.as_bytes(), hex(&raw).as_bytes())), vec![HashedTwice]), (b64(&hmac::<Sha1>(KEY.as_bytes(), &raw)), vec![HashedTwice]), (b64(&hmac::<Sha1>(KEY.as_bytes(), hex(&hash::<Sha256>(message)).as_bytes())), vec![HashedTwice]),
        (hex(&hash::<Md5>(message)), vec![WrongHash, KeyMissing, HexForBase64]), (b64(&hash::<Sha512>(message)), vec![WrongHash, KeyMissing]), (upper_hex(&hmac::<Sha256>(KEY.as_bytes(), message)), vec![WrongHash, HexForBase64]),
        (b64(&hash::<Sha1>([KEY.as_bytes(), message, KEY.as_bytes()].concat())), vec![HashForHmac]), (format!("{right}\n"), vec![SignatureWhitespace]), (b64(right.as_bytes()), vec![SignatureEncodedTwice]),
    ] {
        count.check(&theirs, &cp(&theirs), &wanted);
    }
    count.judge("creditpay");
}

#[test]
#[rustfmt::skip]
fn daxpay_corpus() {
    let mut count = Count::default();
    let key = SIGN_KEY.to_uppercase();
    let upper = PARAMS.to_uppercase();
    let tail = format!("&KEY={key}");
    let time = |text: &str| format!("{}{tail}", upper.replace("2024-10-24 12:00:00", text));
    let json = r#"{"reqTime":"2024-10-24 12:00:00","appId":"A11","channel":"ali_pay","authCode":"2a \"中\"/+x","clientIp":"","amount":1.10,"queryCode":null,"Zed":true}"#;
    let over: Vec<(String, Mistake)> = vec![
        (json.to_owned(), JsonSigned), (format!("{json}&key={SIGN_KEY}"), JsonSigned), (format!("{json}{SIGN_KEY}"), JsonSigned), (format!("{json}&key={SIGN_KEY}").to_uppercase(), JsonSigned), (json.to_uppercase(), JsonSigned), (json.replace(['"', '\\'], "").to_uppercase() + &tail, JsonSigned),
        (time("2024-10-24 04:00:00"), TimeFormat), (time("2024-10-24 13:00:00"), TimeFormat), (time("1729742400"), TimeFormat), (time("1729742400000"), TimeFormat), (time("2024-10-24T12:00:00"), TimeFormat), (time("2024-10-24T12:00:00Z"), TimeFormat), (time("20241024120000"), TimeFormat), (time("2024/10/24 12:00:00"), TimeFormat), (time("2024-10-24T04:00:00.000Z"), TimeFormat), (time("2024-10-24"), TimeFormat), (time("2024-10-24 12:00"), TimeFormat), (time("2024-10-24 12:00:00.0"), TimeFormat),
        (upper.replace('&', ";") + &format!(";KEY={key}"), Separator), (upper.replace('&', ";") + &tail, Separator), (upper.replace('&', ",") + &format!(",KEY={key}"), Separator), (upper.replace('&', "\n") + &tail, Separator), (upper.replace('&', "") + &tail, Separator), (upper.replace('=', ":") + &tail, Separator),
        (format!("{PARAMS}&key={SIGN_KEY}"), NotUpperCased), (format!("{PARAMS}&key={key}"), NotUpperCased),
        (PARAMS.split('&').map(|pair| { let (name, value) = pair.split_once('=').unwrap(); format!("{}={value}", name.to_uppercase()) }).collect::<Vec<_>>().join("&") + &format!("&KEY={SIGN_KEY}"), NotUpperCased),
        (format!("{PARAMS}&key={SIGN_KEY}").replace('i', "İ").to_uppercase(), LocaleCase), (format!("{PARAMS}&key={SIGN_KEY}").replace('I', "ı").to_lowercase(), LocaleCase),
        (format!("{upper}&APPSECRET={key}"), KeyName), (format!("{upper}&SECRET={key}"), KeyName), (format!("{upper}KEY={key}"), KeyName), (format!("{upper}&KEY"), KeyMissing), (format!("{upper}{tail}{tail}"), KeyPosition), (format!("{key}{upper}{tail}"), KeyPosition), (format!("{key}{upper}{key}"), KeyPosition),
        (format!("{upper}&SIGNTYPE=MD5{tail}"), ParameterOrder), (upper.replace("&REQTIME=2024-10-24 12:00:00", "") + &tail, ParameterLeftOut), (upper.replace("&APPID=A11", "").replace("&REQTIME=2024-10-24 12:00:00", "") + &tail, ParameterLeftOut),
        (upper.replace("AMOUNT=1.1&", "AMOUNT=1.10&") + &tail, NumberFormat), (upper.replace("ZED=TRUE", "ZED=1") + &tail, NumberFormat), (upper.replace("AMOUNT=1.1&", "AMOUNT=110&") + &tail, ValueChanged), (upper.replace("AMOUNT=1.1&", "AMOUNT=1&") + &tail, NumberFormat),
        (format!("{upper}{tail} "), ExtraSpace), (format!("{upper}{tail}\r\n"), LineBreak), (format!("&{upper}{tail}"), TrailingAmpersand), (format!("{upper}{tail}&"), TrailingAmpersand), (format!("{upper}{tail}").replace(' ', "+"), UrlEncoded), (format!("{upper}{tail}").replace(' ', "%20"), UrlEncoded), (format!("{upper}{tail}").replace(' ', ""), ExtraSpace),
    ];
    for (string, wanted) in &over {
        for (algorithm, raw) in [(Algorithm::Md5, hash::<Md5>(string)), (Algorithm::HmacSha256, hmac::<Sha256>(SIGN_KEY.as_bytes(), string.as_bytes()))] {
            // These strings are in no known form, or in two.
            if *wanted == ParameterOrder || string.ends_with("&KEY") { continue }
            count.check(string, &dp(algorithm, REQUEST, &hex(&raw)), &[*wanted]);
        }
    }
    let string = format!("{upper}{tail}");
    let with = |key: &str| hex(&hmac::<Sha256>(key.as_bytes(), string.as_bytes()));
    for (theirs, wanted) in [
        (with(&format!("{SIGN_KEY}\n")), vec![KeyWhitespace]), (with(&format!("{SIGN_KEY} ")), vec![KeyWhitespace]), (with(&SIGN_KEY.to_lowercase()), vec![KeyCase]), (with(&key), vec![HmacKeyUpperCased]), (with(""), vec![KeyMissing]), (with(&b64(SIGN_KEY.as_bytes())), vec![KeyEncoded]),
        (hex(&hash::<Sha256>(&string)), vec![HashForHmac]), (hex(&hash::<Md5>(&string)), vec![WrongHash, HashForHmac]), (with(SIGN_KEY)[..32].to_owned(), vec![Truncated]), (with(SIGN_KEY)[..63].to_owned(), vec![Truncated]), (b64(&hmac::<Sha256>(SIGN_KEY.as_bytes(), string.as_bytes())), vec![Base64ForHex]), (b64(&[7; 256]), vec![EditionOpen]),
        (hex(&hmac::<Sha256>(string.as_bytes(), SIGN_KEY.as_bytes())), vec![KeySwapped]), (hex(&hmac::<Sha512>(SIGN_KEY.as_bytes(), string.as_bytes())), vec![WrongHash]), (hex(&hmac::<Sha256>(SIGN_KEY.as_bytes(), with(SIGN_KEY).as_bytes())), vec![HashedTwice]),
    ] {
        count.check(&theirs, &dp(Algorithm::HmacSha256, REQUEST, &theirs), &wanted);
    }
    let twice = hex(&hash::<Md5>(hex(&hash::<Md5>(&string))));
    count.check("MD5 twice", &dp(Algorithm::Md5, REQUEST, &twice), &[HashedTwice]);
    // Letters whose capitals are more than one, or not ASCII.
    let body = r#"{"reqTime":"2024-10-24 12:00:00","appId":"A11","title":"straße é"}"#;
    let lower = "appId=A11&reqTime=2024-10-24 12:00:00&title=straße é&key=Planted-Key9";
    for string in [lower.to_ascii_uppercase(), lower.to_uppercase().replace("SSE", "ßE")] {
        count.check(&string, &dp(Algorithm::Md5, body, &hex(&hash::<Md5>(&string))), &[AsciiUpperCased]);
    }
    let body = r#"{"reqTime":1729742400,"channel":"ali_pay","authCode":"x"}"#;
    let edition_2 = "authCode=x&channel=ali_pay&reqTime=1729742400&key=Planted-Key9";
    let told = dp(Algorithm::Md5, body, &hex(&hash::<Md5>(edition_2)));
    count.check(edition_2, &told, &[Edition2]);
    assert!(told.message().contains("signed by the 2.0 rule"));
    count.judge("daxpay");
}

#[test]
#[rustfmt::skip]
fn redemption_corpus() {
    let mut count = Count::default();
    let head = "businessId=754ea3e3&nonce=24bc2c17-0fef&signType=SHA256-RSA&timestamp=1628772138668";
    let md5 = Verifier::Md5("PLANTED".into());
    let told = |theirs: &str| redemption(None, Some(&md5), header(&HEADERS), JSON.as_bytes(), Some(theirs));
    let over: Vec<(String, Mistake)> = vec![
        (format!(r#"{{"businessId":"754ea3e3","nonce":"24bc2c17-0fef","signType":"SHA256-RSA","timestamp":"1628772138668"}}{JSON}"#), Separator),
        (format!(r#"{{"businessId": "754ea3e3", "nonce": "24bc2c17-0fef", "signType": "SHA256-RSA", "timestamp": "1628772138668"}}{JSON}"#), Separator),
        (format!("{}{JSON}", head.replace("24bc2c17-0fef", "24bc2c170fef")), HeaderValue), (format!("{}{JSON}", head.replace("24bc2c17-0fef", "24BC2C17-0FEF")), HeaderValue), (format!("{}{JSON}", head.replace("1628772138668", "1628772138")), TimestampUnit), (format!("{}{JSON}", head.replace("1628772138668", "2021-08-12 20:42:18")), HeaderValue),
        (format!("{}{JSON}", head.replace("&signType=SHA256-RSA", "")), SignTypeMissing), (format!("{}{JSON}", head.replace("SHA256-RSA", "RSA2")), SignTypeValue), (format!("{}{JSON}", head.to_uppercase()), UpperCased), (format!("{}{JSON}", encoded(head)), UrlEncoded),
        (format!("{head}\n{JSON}"), Separator), (format!("{head}&body={JSON}"), Separator), (format!("{head}&{JSON}"), Separator), (format!("{head}{JSON}{JSON}"), BodyTwice), (format!("{head}{}", JSON.replace("userId", "thirdAccount")), BodyMembers), (format!("{head}{}", encoded(JSON)), UrlEncoded), (format!("{head}{}", b64(JSON.as_bytes())), BodyHashed),
        (format!("{head}&sign={JSON}"), Separator), (format!("POST{head}{JSON}"), MethodIncluded), (format!("/v1/openapi/auth/alipay/url{head}{JSON}"), PathIncluded), (format!("{head}{}", JSON.replace("\":", "\": ").replace(",\"", ", \"")), BodyReserialized), (format!("{head}{}\n", JSON), LineBreak), (JSON.to_owned(), HeadersMissing), (head.to_owned(), BodyMissing), (format!("{JSON}{head}"), BodyFirst),
        (format!("{}{JSON}", head.replace("nonce=24bc2c17-0fef&", "")), HeaderLeftOut), (format!("{}{JSON}", head.replace('&', "\n")), Separator), (format!("{}{JSON}", head.replace('=', ":")), Separator), (format!("nonce=24bc2c17-0fef&timestamp=1628772138668&businessId=754ea3e3&signType=SHA256-RSA{JSON}"), HeaderOrder), (format!("{}{JSON}", head.replace("signType", "signtype")), HeaderSpelling), (format!("{}{JSON}", head.replace("24bc2c17-0fef", "1628772138668x").replace("timestamp=1628772138668", "timestamp=24bc2c17-0fef").replace("1628772138668x", "1628772138668")), HeaderValue),
        (format!("{head}{}", JSON.replace("中文", "\\u4e2d\\u6587")), BodyReserialized), (format!("{head}{}", hex(&hash::<Md5>(JSON))), BodyHashed), (format!("{head}{JSON}").to_lowercase(), LowerCased), (format!("{head}{JSON}").to_uppercase(), UpperCased),
    ];
    for (string, wanted) in over {
        let theirs = upper_hex(&hash::<Md5>(format!("{string}PLANTED")));
        count.check(&string, &told(&theirs), &[wanted]);
        let theirs = b64(&rsa_sign(SHA256, &hash::<Sha256>(&string)));
        let rsa = redemption(None, Some(&verifier()), header(&HEADERS), JSON.as_bytes(), Some(&theirs));
        count.check(&string, &rsa, &[wanted]);
    }
    let whole = format!("{head}{JSON}");
    for (theirs, wanted) in [
        (upper_hex(&hash::<Md5>(hex(&hash::<Md5>(format!("{whole}PLANTED"))))), HashedTwice), (upper_hex(&hash::<Md5>(upper_hex(&hash::<Md5>(format!("{whole}PLANTED"))))), HashedTwice), (upper_hex(&hash::<Md5>(format!("PLANTED{whole}PLANTED"))), KeyPosition), (upper_hex(&hash::<Md5>(format!("{whole}&secret=PLANTED"))), KeyName), (upper_hex(&hash::<Md5>(format!("{whole}PLANTE"))), KeyTruncated), (upper_hex(&hash::<Md5>(format!("{whole}planted"))), KeyCase), (upper_hex(&hash::<Md5>(format!("{whole}PLANTED\n"))), KeyWhitespace), (upper_hex(&hash::<Md5>(format!("{whole}PLANTED")))[8..24].to_owned(), Truncated),
    ] {
        count.check(&theirs, &told(&theirs), &[wanted]);
    }
    count.judge("redemption");
}

#[test]
#[rustfmt::skip]
fn daxpay_open_corpus() {
    let mut count = Count::default();
    let body = r#"{"mchNo":"M1","reqTime":"2025-08-05 14:30:00","title":"a \"b\"/中","amount":100,"rate":1.50,"empty":"","none":null,"goods":[{"id":"1"},{"id":"2"}],"ext":{"b":"2","a":"1"}}"#;
    let right = "amount=100&empty=&ext.a=1&ext.b=2&goods[0].id=1&goods[1].id=2&mchNo=M1&rate=1.5&reqTime=2025-08-05 14:30:00&title=a \"b\"/中";
    let key = PublicKey::parse("key", vectors("redemption")["rsa_public_key_pem"].as_str().unwrap()).unwrap();
    let told = |theirs: &str| daxpay_open(&key, None, &|_| None, body.as_bytes(), Some(theirs)).unwrap();
    let over = |string: &str| told(&b64(&rsa_sign(SHA256, &hash::<Sha256>(string))));
    let matching = over(right);
    assert!(matching.matches() && matching.string_to_sign() == right, "{}", matching.message());
    for (string, wanted) in [
        ("mchNo=M1&reqTime=2025-08-05 14:30:00&title=a \"b\"/中&amount=100&rate=1.5&empty=&goods[0].id=1&goods[1].id=2&ext.b=2&ext.a=1".to_owned(), ParameterOrder),
        (right.replace("ext.a=1&ext.b=2&goods[0].id=1&goods[1].id=2", r#"ext={"b":"2","a":"1"}&goods=[{"id":"1"},{"id":"2"}]"#), NotFlattened),
        (right.replace("empty=&", ""), EmptyLeftOut), (right.replace("&rate", "&none=&rate"), EmptyIncluded), (right.replace("&rate", "&none=null&rate"), NullIncluded),
        (right.to_uppercase(), Edition3), (body.to_owned(), JsonSigned), (right.replace(['[', ']'], ""), NestedFormat), (right.replace('"', ""), QuotesKept), (format!("{right}\n"), LineBreak), (right.replace("mchNo=M1&", ""), ParameterLeftOut), (right.replace('&', "\n"), Separator), (encoded(right), UrlEncoded),
    ] {
        count.check(&string, &over(&string), &[wanted]);
    }
    for (theirs, wanted) in [
        (b64(&rsa_sign(SHA1, &hash::<Sha1>(right))), WrongHash), (hex(&rsa_sign(SHA256, &hash::<Sha256>(right))), HexForBase64), (b64(hex(&rsa_sign(SHA256, &hash::<Sha256>(right))).as_bytes()), Base64OfHex), (b64(&rsa_sign(b"", &hash::<Sha256>(right))), RsaPadding), (hex(&hash::<Md5>(right.to_uppercase() + "&KEY=X")), Edition3), (b64(&hash::<Sha256>(right)), RsaMissing),
    ] {
        count.check(&theirs, &told(&theirs), &[wanted]);
    }
    // The platform should have signed, but it was the merchant.
    let modulus = rsa::BigUint::from_bytes_be(&[0xc5; 256]);
    let other = rsa::RsaPublicKey::new(modulus, 65537u32.into()).unwrap();
    let pem = rsa::pkcs8::EncodePublicKey::to_public_key_pem(&other, rsa::pkcs8::LineEnding::LF).unwrap();
    let platform = PublicKey::parse("key", &pem).unwrap();
    let theirs = b64(&rsa_sign(SHA256, &hash::<Sha256>(right)));
    let reflected = daxpay_open(&platform, Some(&key), &|_| None, body.as_bytes(), Some(&theirs)).unwrap();
    count.check("reflection", &reflected, &[KeyOther]);
    count.judge("daxpay open");

    let server = right.replace("amount=100", "amount=100.00");
    let message = format!("验签失败, 服务端签名串: [{server}]");
    assert_eq!(quoted_string(&message), Some(server.as_str()));
    let compared = daxpay_open_string(body.as_bytes(), &server).unwrap();
    assert!(compared.message().starts_with("the strings part at byte 10"), "{}", compared.message());
}

#[test]
fn strings_to_sign_are_compared() {
    let compare = |theirs: &str| creditpay_string(KEY, PATH, BODY.as_bytes(), &HINTS, theirs);
    let query = compare(&format!("{PATH}?plat_id=7788{BODY}"));
    assert_eq!(query.mistakes(), &[PathQuery]);
    assert!(
        query.message().contains("in the body") && query.message().contains("the query"),
        "{}",
        query.message()
    );
    let odd = compare(&format!("{PATH}?plat_id=7788&x=1{BODY}"));
    assert!(
        odd.message().ends_with("theirs has the query, yours not"),
        "{}",
        odd.message()
    );
    let same = compare(&format!("{PATH}{BODY}"));
    assert!(same.message().starts_with("the strings are the same") && !same.matches());
    for theirs in [
        format!("{PATH}{BODY}{KEY}"),
        format!("{KEY}{}", &PATH[3..]),
        KEY.to_uppercase(),
    ] {
        assert!(
            !compare(&theirs)
                .message()
                .to_uppercase()
                .contains("PLANTED")
        );
    }
    let theirs = format!(
        "{}&KEY={}",
        PARAMS.to_uppercase().replace("&CLIENTIP=", ""),
        SIGN_KEY.to_uppercase()
    );
    let compared = daxpay_string(Algorithm::Md5, SIGN_KEY, REQUEST.as_bytes(), &theirs).unwrap();
    assert_eq!(compared.mistakes(), &[EmptyLeftOut]);
    assert!(
        !compared.message().to_uppercase().contains("PLANTED"),
        "{}",
        compared.message()
    );
    let md5 = Verifier::Md5("PLANTED".into());
    let theirs = format!("{JSON}PLANTED");
    let compared = redemption_string(None, Some(&md5), header(&HEADERS), JSON.as_bytes(), &theirs);
    assert_eq!(
        compared.mistakes(),
        &[HeadersMissing],
        "{}",
        compared.message()
    );
    assert!(!compared.message().contains("PLANTED"));
}

/// What Python made of messages and mistakes: [message, what was done, signature, [sets of names]].
#[test]
fn mistakes_made_by_another_program() {
    let vectors = vectors("mistakes");
    let mut counts: [Count; 4] = Default::default();
    // Not optimised, a search is some thirty times as slow.
    let step = if cfg!(debug_assertions) { 5 } else { 1 };
    for mistake in vectors["mistakes"].as_array().unwrap().iter().step_by(step) {
        let [message, what, theirs, wanted] = mistake.as_array().unwrap().as_slice() else {
            panic!("{mistake}");
        };
        let message = &vectors["messages"][message.as_u64().unwrap() as usize];
        let text = |name: &str| message[name].as_str();
        let (body, theirs) = (text("body").unwrap().as_bytes(), theirs.as_str());
        let key = || PublicKey::parse("key", text("pub").unwrap()).unwrap();
        let (at, explanation) = match text("p").unwrap() {
            "cp" => {
                let hints = CreditPayHints {
                    base_url: text("base_url"),
                    plat_id: text("plat_id"),
                    api_key: text("api_key"),
                    trace: text("trace"),
                    timestamp: text("timestamp"),
                    token: text("token"),
                    lang: text("lang"),
                    ..CreditPayHints::default()
                };
                let (key, path) = (text("key").unwrap(), text("path").unwrap());
                (0, creditpay(key, path, body, &hints, theirs))
            }
            "dp" => {
                let algorithm = match text("alg").unwrap() {
                    "MD5" => Algorithm::Md5,
                    "SM3" => Algorithm::Sm3,
                    _ => Algorithm::HmacSha256,
                };
                let told = daxpay(algorithm, text("key").unwrap(), body, theirs);
                (1, told.unwrap())
            }
            "rd" => {
                let verifier = match text("secret") {
                    Some(secret) => Verifier::Md5(secret.into()),
                    None => Verifier::Rsa(key()),
                };
                let header = |name: &'static str| message["headers"][name].as_str();
                (2, redemption(None, Some(&verifier), header, body, theirs))
            }
            _ => {
                let own = text("own").map(|own| PublicKey::parse("own", own).unwrap());
                let told = daxpay_open(&key(), own.as_ref(), &|_| None, body, theirs);
                (3, told.unwrap())
            }
        };
        counts[at].check_names(what.as_str().unwrap(), &explanation, wanted);
    }
    for (count, name) in counts
        .iter()
        .zip(["creditpay", "daxpay", "redemption", "daxpay open"])
    {
        count.judge(name);
    }
}
