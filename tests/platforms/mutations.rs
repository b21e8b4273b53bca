//! A genuine message in which anything was changed that is signed is never accepted. Every single byte
//! of body, path and signed header values is changed in turn, on a fresh handle each time, so that it is
//! the signature that refuses it and not the memory of the replay guard.

use crate::support;

use auth::Status;
use auth::inbound::Inbound;
use auth::providers::daxpay::{Algorithm, DaxPay};
use serde_json::json;
use support::sandbox::Sandbox;
use support::sandbox::signatures::{DaxPayAlgorithm, NestedForm, daxpay_digest, daxpay_string};
use support::*;

/// A store that has never seen anything: the signature alone must do.
struct Forgetful;

impl auth::store::Store for Forgetful {
    fn add(&self, _: &str, _: &[u8], _: i64, _: i64) -> auth::Result<bool> {
        Ok(true)
    }

    fn has_only_add(&self) -> bool {
        true
    }
}

fn config() -> auth::Config {
    let mut config = support::config("https://host.example");
    config.replay_store = Some(std::sync::Arc::new(Forgetful));
    config
}

/// Every text that differs from this one in one byte: each byte in `changes` ways, each left out, and
/// each doubled.
fn mutations(bytes: &[u8], changes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let positions = 0..bytes.len();
    positions.flat_map(move |at| {
        let changed = changes.iter().map(move |change| {
            let mut changed = bytes.to_vec();
            changed[at] ^= change;
            changed
        });
        let mut without = bytes.to_vec();
        without.remove(at);
        let mut doubled = bytes.to_vec();
        doubled.insert(at, bytes[at]);
        // Two equal neighbours: leaving out either is the same, doubling one is not the message.
        changed.chain([without, doubled])
    })
}

/// All 255 other values of a byte; without optimization, those with one bit flipped.
fn all_changes() -> Vec<u8> {
    if cfg!(debug_assertions) {
        return (0..8).map(|bit| 1 << bit).collect();
    }
    (1..=255).collect()
}

/// The messages that differ in a header's value and are still text.
fn header_mutations<'a>(
    message: &'a Inbound,
    name: &'a str,
    changes: &'a [u8],
) -> impl Iterator<Item = Inbound> + 'a {
    let value = message.headers.get(name).expect("a signed header");
    let texts =
        mutations(value.as_bytes(), changes).filter_map(|text| String::from_utf8(text).ok());
    texts.map(move |text| with_header(message, name, Some(&text)))
}

fn body_mutations<'a>(
    message: &'a Inbound,
    changes: &'a [u8],
) -> impl Iterator<Item = Inbound> + 'a {
    mutations(&message.body, changes).map(|body| Inbound {
        body,
        ..message.clone()
    })
}

#[test]
fn creditpay_refuses_every_changed_byte_of_body_path_and_signature() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config());
    let message = inbound(&sandbox, &json!({"platform": "creditpay"}));
    creditpay.verify(&message).unwrap();
    let changes = all_changes();
    let paths = mutations(message.path.as_bytes(), &changes)
        .filter_map(|path| String::from_utf8(path).ok())
        .map(|path| Inbound {
            path,
            ..message.clone()
        });
    let mut tried = 0;
    let signatures = header_mutations(&message, "signature", &changes);
    for changed in body_mutations(&message, &changes)
        .chain(paths)
        .chain(signatures)
    {
        let error = creditpay.verify(&changed).map(drop).unwrap_err();
        // What is no path at all is named as such.
        let is_no_path = changed.path != message.path && error.status() == Status::InvalidArgument;
        assert!(
            error.status() == Status::BadSignature || is_no_path,
            "{error}"
        );
        tried += 1;
    }
    assert!(tried > changes.len() * 200, "{tried}");
}

#[test]
fn redemption_refuses_every_changed_byte_under_rsa() {
    let sandbox = Sandbox::start();
    let redemption = redemption(&config());
    let message = inbound(&sandbox, &json!({"platform": "redemption"}));
    redemption.verify(&message).unwrap();
    for name in ["sign", "nonce", "timestamp", "businessId", "signType"] {
        for changed in header_mutations(&message, name, &[1, 32]) {
            let error = redemption.verify(&changed).map(drop).unwrap_err();
            assert_eq!(error.status(), Status::BadSignature, "{name}: {error}");
        }
    }
    for changed in body_mutations(&message, &[1, 32]) {
        let error = redemption.verify(&changed).map(drop).unwrap_err();
        assert_eq!(error.status(), Status::BadSignature, "{error}");
    }
}

#[test]
fn redemption_refuses_every_changed_byte_under_md5() {
    let sandbox = Sandbox::start();
    let redemption = redemption_md5(&config());
    let message = inbound(
        &sandbox,
        &json!({"platform": "redemption", "algorithm": "MD5"}),
    );
    redemption.verify(&message).unwrap();
    let changes = all_changes();
    let names = ["sign", "nonce", "timestamp", "businessId", "signType"];
    let headers = names
        .into_iter()
        .flat_map(|name| header_mutations(&message, name, &changes));
    for changed in headers.chain(body_mutations(&message, &changes)) {
        let error = redemption.verify(&changed).map(drop).unwrap_err();
        assert_eq!(error.status(), Status::BadSignature, "{error}");
    }
}

#[test]
fn a_redemption_nonce_cannot_take_in_the_header_behind_it() {
    let sandbox = Sandbox::start();
    for (algorithm, redemption) in [
        ("SHA256-RSA", redemption(&config())),
        ("MD5", redemption_md5(&config())),
    ] {
        let order = json!({"platform": "redemption", "algorithm": algorithm});
        let message = inbound(&sandbox, &order);
        redemption.verify(&message).unwrap();
        // The same string to sign, with another nonce: it would pass the replay guard.
        let nonce = message.headers.get("nonce").unwrap();
        let nonce = format!("{nonce}&signType={algorithm}");
        let forged = with_header(&message, "nonce", Some(&nonce));
        let forged = with_header(&forged, "signType", None);
        let error = redemption.verify(&forged).map(drop).unwrap_err();
        assert_eq!(error.status(), Status::BadSignature);
    }
}

/// The gateway signs upper case, drops quotes and writes numbers in one way, so messages that differ in
/// nothing else are one and the same to its signature. All that is accepted here must be such a one by
/// the sandbox's own reading of the rule.
#[test]
fn daxpay_accepts_no_changed_byte_that_changes_what_is_signed() {
    let sandbox = Sandbox::start();
    let handle = daxpay(&config());
    // Without the null that the sandbox sends: what is null is not signed, and its name neither.
    let order = json!({"platform": "daxpay", "data": {"attach": "x"}});
    let message = inbound(&sandbox, &order);
    handle.verify(&message).unwrap();
    let original = String::from_utf8(message.body.clone()).unwrap();
    let (mut tried, mut same) = (0, 0);
    let changes = all_changes();
    for changed in body_mutations(&message, &changes) {
        tried += 1;
        let Err(error) = handle.verify(&changed) else {
            let text = String::from_utf8(changed.body).expect("only text is accepted");
            assert!(has_the_same_signature(&text), "{text}");
            assert!(differs_in_form_only(&original, &text), "{text}");
            same += 1;
            continue;
        };
        let status = error.status();
        let is_one = matches!(
            status,
            Status::BadSignature | Status::Protocol | Status::Stale
        );
        assert!(is_one, "{error:?}");
    }
    assert!(tried > changes.len() * 200, "{tried}");
    // Most letters can change their case, and nothing else can.
    assert!(
        same > 0 && same < 2 * message.body.len(),
        "{same} of {tried}"
    );
}

/// By the sandbox's own implementation, for any way in which a gateway writes what is inside `data`.
fn has_the_same_signature(body: &str) -> bool {
    let key = CREDENTIALS.daxpay_sign_key;
    let message: serde_json::Value = serde_json::from_str(body).unwrap();
    let sign = message["sign"].as_str().unwrap().to_lowercase();
    let forms = [
        NestedForm::Sorted,
        NestedForm::AsSent,
        NestedForm::AllAsSent,
        NestedForm::SortedNumbersAsSent,
    ];
    forms.into_iter().any(|form| {
        let string = daxpay_string(body, key, form).unwrap();
        daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256) == sign
    })
}

/// The same letters without regard to case, without white space, and with 1.10 for 1.1.
fn differs_in_form_only(one: &str, other: &str) -> bool {
    let form = |text: &str| {
        let dense: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let plain = dense
            .to_uppercase()
            .replace("1.100", "1.1")
            .replace("1.10", "1.1");
        plain.replace("\\/", "/")
    };
    form(one) == form(other)
}

#[test]
fn daxpay_takes_no_old_message_whose_time_is_hidden() {
    let sandbox = Sandbox::start();
    let c = CREDENTIALS;
    let handle = DaxPay::new(
        &config(),
        c.daxpay_app_id,
        None,
        c.daxpay_sign_key,
        Algorithm::Md5,
    )
    .unwrap();
    let order = json!({"platform": "daxpay", "algorithm": "MD5", "timestamp_offset_ms": -400_000});
    let message = inbound(&sandbox, &order);
    let error = handle.verify(&message).map(drop).unwrap_err();
    assert_eq!(error.status(), Status::Stale);
    let body = String::from_utf8(message.body.clone()).unwrap();
    let hidden = [
        body.replacen("\"resTime\"", "\"restime\"", 1),
        body.replacen("\"resTime\"", "\"re\u{17f}Time\"", 1),
        body.replacen("\"resTime\"", "\"resT\u{131}me\"", 1),
        body.replacen("\"resTime\"", "\"res\\\"Time\"", 1),
        body.replacen("\"msg\":\"success\"", "\"msg\":\"success&resTime=@\"", 1),
    ];
    for mut body in hidden {
        if body.contains('@') {
            // The time goes into the value before it: the string to sign stays the same.
            let (before, rest) = body.split_once(",\"resTime\":\"").unwrap();
            let (time, after) = rest.split_once('"').unwrap();
            body = format!("{before}{after}").replacen('@', time, 1);
        }
        let is_still_signed = {
            let params = auth::json::Json::parse(body.as_bytes()).unwrap();
            let sign = params.get("sign").unwrap().to_text();
            auth::signing::daxpay::verify(Algorithm::Md5, c.daxpay_sign_key, &params, &sign)
        };
        assert!(is_still_signed, "or this shows nothing: {body}");
        let forged = Inbound {
            body: body.into_bytes(),
            ..message.clone()
        };
        let error = handle.verify(&forged).map(drop).unwrap_err();
        assert_eq!(error.status(), Status::BadSignature, "{error}");
    }
}

/// A message signed with the sandbox's key by the sandbox's own implementation.
fn daxpay_signed(body: &str) -> Inbound {
    let key = CREDENTIALS.daxpay_sign_key;
    let string = daxpay_string(body, key, NestedForm::AsSent).unwrap();
    let sign = daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256);
    let body = format!("{},\"sign\":\"{sign}\"}}", body.strip_suffix('}').unwrap());
    Inbound {
        method: "POST".to_owned(),
        path: "/notify".to_owned(),
        body: body.into_bytes(),
        ..Inbound::default()
    }
}

#[test]
fn daxpay_refuses_a_text_in_which_another_member_can_be_read() {
    let handle = daxpay(&config());
    let verify = |body: &str| handle.verify(&daxpay_signed(body)).map(drop);
    for honest in [
        r#"{"code":0,"data":{"title":"a & b, c: d","amount":1,"url":"https://x/?a=1&b=2&sign=3"}}"#,
        r#"{"code":0,"data":{"title":"a,b:c&d=e","amount":1,"list":["x",{"title":"y"}]}}"#,
        r#"{"code":0,"data":{"title":"x,other:1&price=2","amount":1}}"#,
    ] {
        verify(honest).unwrap_or_else(|error| panic!("{honest}: {error}"));
    }
    for ambiguous in [
        r#"{"code":0,"data":{"title":"x,amount:100","amount":1}}"#,
        r#"{"code":0,"data":{"title":"x,\"AMOUNT\":100","amount":1}}"#,
        r#"{"code":0,"data":{"title":"x,\"am\\ount\":100","amount":1}}"#,
        r#"{"code":0,"data":{"inner":{"title":"x},amount:100"},"amount":1}}"#,
        r#"{"code":0,"data":{"list":["x],amount:100"],"amount":1}}"#,
        r#"{"code":0,"data":{"title":"x}&code=1&a=","amount":1}}"#,
        r#"{"code":0,"msg":"x&Code=1"}"#,
        r#"{"code":0,"msg&CODE":"1"}"#,
        r#"{"code":0,"data":{"x,amount":"1","amount":1}}"#,
        r#"{"code":0,"Code":1}"#,
        r#"{"code":0,"data":{"amount":1,"AMOUNT":100}}"#,
    ] {
        let error = verify(ambiguous).expect_err(ambiguous);
        assert_eq!(error.status(), Status::BadSignature, "{ambiguous}: {error}");
        assert!(
            error.message().contains("ambiguous"),
            "{ambiguous}: {error}"
        );
    }
}

/// A payer whose title held a time a month ahead got it signed; a month later he sends the message in which the
/// title ends before it. Another time, the one that was signed, was found as well.
#[test]
fn daxpay_takes_no_time_out_of_a_text() {
    let handle = daxpay(&config());
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let time = |zoned: &jiff::Zoned| zoned.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (fresh, old) = (time(&now), "2024-01-01 00:00:00");
    for hidden in [
        format!(r#"{{"RESTIME":"{old}","TITLE":"x","resTime":"{fresh}"}}"#),
        format!(r#"{{"msg":"x&reqTime={old}","resTime":"{fresh}"}}"#),
        format!(r#"{{"msg":"x&resTime={fresh}"}}"#),
        format!(r#"{{"resTime":"{fresh}","zzz":"x&REQTIME=1"}}"#),
    ] {
        let error = handle.verify(&daxpay_signed(&hidden)).map(drop);
        let error = error.expect_err(&hidden);
        assert_eq!(error.status(), Status::BadSignature, "{hidden}: {error}");
    }
    let honest = format!(r#"{{"msg":"x","reqTime":"{fresh}","resTime":"{fresh}"}}"#);
    handle.verify(&daxpay_signed(&honest)).map(drop).unwrap();
}

#[test]
fn a_daxpay_message_without_a_time_counts_once_for_good() {
    let clock = TestClock::now();
    let handle = daxpay(&config_at("https://host.example", &clock));
    let message = daxpay_signed(r#"{"code":0,"data":{"amount":1}}"#);
    handle.verify(&message).unwrap().done().unwrap();
    for _ in 0..100 {
        clock.pass(86_400_000);
        let error = handle.verify(&message).map(drop).unwrap_err();
        assert_eq!(error.status(), Status::Replayed);
    }
}
