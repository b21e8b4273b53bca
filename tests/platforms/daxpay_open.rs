//! daxpay's edition open: RSA over the flattened message, against the sandbox and against answers by hand.

use crate::support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::call::Call;
use auth::http::HttpResponse;
use auth::log::Level;
use auth::providers::daxpay::{
    Algorithm, AuthRequest, AuthUrlRequest, DaxPay, IdentityStatus, SignMessage, previous_key,
};
use auth::signing::rsa::PrivateKey;
use auth::{Config, Delivery, Error, Options, Result, Status};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use support::sandbox::Sandbox;
use support::sandbox::signatures::{KeyOwner, open_string, rsa_sign, rsa_verifies};
use support::*;

const C: support::sandbox::Credentials = CREDENTIALS;

fn open(config: &Config) -> DaxPay {
    DaxPay::new_open(
        config,
        C.daxpay_open_mch_no,
        Some(C.daxpay_open_app_id),
        C.daxpay_open_private_key_pem,
        C.daxpay_open_platform_public_key_pem,
    )
    .expect("a daxpay handle")
}

fn code(auth_code: &str) -> AuthRequest {
    AuthRequest {
        auth_code: Some(auth_code.into()),
        ..AuthRequest::default()
    }
}

fn pay(body: &str) -> Call {
    let mut call = Call::new("POST", "/unipay/pay");
    call.body = body.as_bytes().to_vec();
    call
}

/// An answer, signed by whoever is given.
fn answer(status: u16, mut body: Value, owner: Option<KeyOwner>) -> HttpResponse {
    if let Some(owner) = owner {
        let string = open_string(&body.to_string()).unwrap();
        body["sign"] = json!(rsa_sign(owner, string.as_bytes()));
    }
    HttpResponse {
        status,
        headers: [("x-trace-id", "trace-of-the-header")]
            .into_iter()
            .collect(),
        body: body.to_string().into_bytes().into(),
    }
}

fn none() -> Options {
    Options::default()
}

#[test]
fn a_request_is_signed_over_its_flattened_members() {
    let sandbox = Sandbox::start();
    let handle = open(&config(sandbox.base("daxpay-open")));
    let call = pay(
        r#"{"bizOrderNo":"P1","amount":100,"rate":1.10,"none":null,"empty":"","goods":[{"name":"卡 & 券","n":1e2}]}"#,
    );
    let got = handle.call(&call, &traced("trace-1")).unwrap();
    assert!(got.is_verified());
    assert!(got.trace_id().is_some(), "it is in a header");
    let sent = sandbox.scoped("default").last("daxpay-open").unwrap();
    assert_eq!(sent.request.target, "/daxpay-open/unipay/pay");
    let body = json_body(&sent);
    assert_eq!(body["mchNo"], C.daxpay_open_mch_no);
    assert_eq!(body["appId"], C.daxpay_open_app_id);
    assert_eq!(body["reqId"], "trace-1", "the caller's own id");
    assert_eq!(body["nonceStr"].as_str().unwrap().len(), 32);
    assert!(body.get("none").is_none());
    assert_eq!(body["empty"], "");
    let text = std::str::from_utf8(&sent.request.body).unwrap();
    assert!(
        text.contains("\"rate\":1.1,") && text.contains("\"n\":100}"),
        "{text}"
    );
    let string = open_string(text).unwrap();
    let sign = body["sign"].as_str().unwrap();
    assert!(rsa_verifies(
        KeyOwner::OpenMerchant,
        string.as_bytes(),
        sign
    ));
}

#[test]
fn every_attempt_has_its_own_nonce_and_a_uuid_when_none_is_given() {
    let handle = open(&Config::new("https://host.example"));
    let mut seen = HashSet::new();
    for _ in 0..20 {
        let request = handle.build_ping(&none()).unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let id = body["reqId"].as_str().unwrap().to_owned();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.is_ascii() && id.as_bytes()[14] == b'4', "{id}");
        assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
        assert!(seen.insert(body["nonceStr"].as_str().unwrap().to_owned()));
        assert!(seen.insert(id));
    }
    // The platform remembers nonces: a repeat with the old one would be refused.
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("repeats");
    let handle = open(&config(scope.faulty("daxpay-open", "status=503,times=1")));
    assert!(handle.ping(&none()).unwrap().is_verified());
    assert_eq!(scope.count("daxpay-open").requests, 2);
}

#[test]
fn the_whole_way_of_a_user() {
    let sandbox = Sandbox::start();
    let handle = open(&config(sandbox.base("daxpay-open")));
    let pinged = handle.ping(&none()).unwrap();
    assert!(pinged.is_verified());
    let theirs = pinged
        .data()
        .unwrap()
        .get("serverSignStr")
        .unwrap()
        .to_text();
    assert!(
        theirs.contains("&mchNo=") && theirs.contains("&nonceStr="),
        "{theirs}"
    );

    let wish = AuthUrlRequest {
        channel: Some("wechat_pay".into()),
        auth_type: Some("wechat".into()),
        product: Some("p".into()),
        op_app_id: Some("o".into()),
        return_path: Some("/back?a=1".into()),
        capability: Some("c".into()),
        ..AuthUrlRequest::default()
    };
    let url = handle.generate_auth_url(&wish, &none()).unwrap();
    assert!(url.answer().is_verified());
    assert!(url.url().starts_with("https://") && url.query_code().is_some());
    let token = url.auth_token().unwrap();
    assert!(!format!("{url:?}").contains(token));

    let request = AuthRequest {
        auth_token: Some(token.into()),
        query_code: url.query_code().map(str::to_owned),
        ..code("code-1")
    };
    let identity = handle.auth(&request, &none()).unwrap();
    assert_eq!(identity.status(), IdentityStatus::Success);
    assert_eq!(identity.return_path(), Some("/back?a=1"));
    assert!(identity.open_id().is_some() && identity.access_token().is_some());
    assert!(
        !identity.answer().is_verified(),
        "the platform signs no such answer"
    );
    let sent = sandbox.scoped("default").last("daxpay-open").unwrap();
    let target = "/daxpay-open/unipay/assist/channel/auth/auth";
    assert_eq!(sent.request.target, target);
    let body = json_body(&sent);
    assert!(body["sign"].is_string() && body.get("channel").is_none());
    // The session is over, and so is the code.
    let error = fails(
        handle.auth(&request, &none()),
        Status::Platform,
        Delivery::Answered,
    );
    assert!(!error.message().contains(token), "{error}");

    for (auth_code, status) in [
        ("waiting-1", IdentityStatus::Waiting),
        ("none-1", IdentityStatus::NotExist),
        ("fail-1", IdentityStatus::Fail),
    ] {
        let identity = handle.auth(&code(auth_code), &none()).unwrap();
        assert_eq!(identity.status(), status);
    }
    let set = handle.auth_and_set(&code("code-2"), &none()).unwrap();
    assert!(!set.is_verified() && set.data().is_none());
}

#[test]
fn the_default_application_needs_no_name() {
    let sandbox = Sandbox::start();
    let handle = |app_id| {
        let config = config(sandbox.base("daxpay-open"));
        let keys = (
            C.daxpay_open_private_key_pem,
            C.daxpay_open_platform_public_key_pem,
        );
        DaxPay::new_open(&config, C.daxpay_open_mch_no, app_id, keys.0, keys.1).unwrap()
    };
    for app_id in [None, Some("")] {
        handle(app_id).ping(&none()).unwrap();
        let sent = sandbox.scoped("default").last("daxpay-open").unwrap();
        assert!(json_body(&sent).get("appId").is_none());
    }
    // In edition 3 it is optional too.
    let config = Config::new("https://host.example");
    let handle = DaxPay::new(&config, None, Some("M"), "key", Algorithm::Md5).unwrap();
    let body = handle.build_call(&pay("{}"), &none()).unwrap();
    let body: Value = serde_json::from_slice(body.body()).unwrap();
    assert!(body.get("appId").is_none() && body["mchNo"] == "M");
    assert!(
        body.get("reqId").is_none(),
        "it would not be in the gateway's string"
    );
}

#[test]
fn a_success_must_be_signed_by_the_platform() {
    let handle = open(&Config::new("https://host.example"));
    let call = || handle.build_call(&pay(r#"{"amount":1}"#), &none()).unwrap();
    let read = |response| handle.read_call(&call(), response);
    let success = json!({"code": 0, "msg": "success", "data": {"a": [1, {"b": "x"}]}, "resTime": "2026-11-25 02:51:44"});
    let right = read(answer(200, success.clone(), Some(KeyOwner::OpenPlatform))).unwrap();
    assert!(right.is_verified());
    assert_eq!(right.trace_id(), Some("trace-of-the-header"));

    let refused = |response, says: &str| {
        let error = fails(read(response), Status::BadSignature, Delivery::Answered);
        assert!(error.message().contains(says), "{error}");
        assert!(!error.answer().unwrap().is_verified());
    };
    refused(answer(200, success.clone(), None), "missing");
    refused(
        answer(200, success.clone(), Some(KeyOwner::Platform)),
        "mismatch",
    );
    refused(
        answer(200, success.clone(), Some(KeyOwner::OpenMerchant)),
        "merchant's own key",
    );
    let string = open_string(&json!({"code": 7, "msg": "success"}).to_string()).unwrap();
    let sign = rsa_sign(KeyOwner::OpenPlatform, string.as_bytes());
    refused(
        answer(
            200,
            json!({"code": 0, "msg": "success", "sign": sign}),
            None,
        ),
        "mismatch",
    );
    refused(
        answer(200, json!({"code": "0", "msg": "success", "data": 1}), None),
        "missing",
    );
    refused(
        answer(
            200,
            json!({"code": 0, "sign": "0123456789abcdef0123456789abcdef"}),
            None,
        ),
        "edition 3",
    );
    refused(
        answer(200, json!({"code": 0, "sign": 1}), None),
        "not a string",
    );
    let twice = json!({"code": 0, "data": {"a": 1}, "data.a": 1, "sign": "eA=="});
    refused(answer(200, twice, None), "ambiguous");
    // One that is there and wrong is refused in a failure too.
    refused(
        answer(
            200,
            json!({"code": 20000, "msg": "no", "sign": "eA=="}),
            None,
        ),
        "mismatch",
    );
}

#[test]
fn an_unsigned_failure_is_a_refusal_that_nobody_vouches_for() {
    let handle = open(&Config::new("https://host.example"));
    let request = handle.build_ping(&none()).unwrap();
    for (body, message) in [
        (
            json!({"code": 10401, "message": "商户不存在"}),
            "商户不存在",
        ),
        (
            json!({"code": "10401", "msg": "no such merchant", "sign": ""}),
            "no such merchant",
        ),
    ] {
        let outcome = handle.read_ping(&request, answer(200, body, None));
        let error = fails(outcome, Status::Unauthorized, Delivery::Answered);
        assert_eq!(error.platform_code(), Some("10401"));
        assert_eq!(error.platform_message(), Some(message));
        assert!(!error.answer().unwrap().is_verified());
    }
    let signed = json!({"code": 10401, "msg": "no"});
    let signed = answer(200, signed, Some(KeyOwner::OpenPlatform));
    let error = handle.read_ping(&request, signed).unwrap_err();
    assert!(error.answer().unwrap().is_verified());

    let sandbox = Sandbox::start();
    let handle = open(&config(
        sandbox.scoped("legacy").faulty("daxpay-open", "legacy"),
    ));
    let mut call = pay(r#"{"amount":1.5}"#);
    call.idempotent = true;
    let error = fails(
        handle.call(&call, &none()),
        Status::Platform,
        Delivery::Answered,
    );
    assert_eq!(error.platform_code(), Some("10505"));
    assert!(error.platform_message().unwrap().contains("fen"));
}

#[test]
fn only_two_endpoints_may_answer_unsigned_and_only_where_nobody_listens() {
    let success = json!({"code": 0, "message": "ok", "data": {"status": "success", "openId": "o", "authUrl": "https://x"}});
    let unsigned = || answer(200, success.clone(), None);
    let handle = open(&Config::new("https://host.example"));
    let auth = handle.build_auth(&code("c"), &none()).unwrap();
    assert_eq!(
        handle.read_auth(&auth, unsigned()).unwrap().open_id(),
        Some("o")
    );
    let set = handle.build_auth_and_set(&code("c"), &none()).unwrap();
    assert!(handle.read_auth_and_set(&set, unsigned()).is_ok());
    let wrong = json!({"code": 0, "data": {"status": "success"}, "sign": "eA=="});
    let outcome = handle.read_auth(&auth, answer(200, wrong, None));
    fails(outcome, Status::BadSignature, Delivery::Answered);
    let wish = AuthUrlRequest {
        channel: Some("ali_pay".into()),
        ..AuthUrlRequest::default()
    };
    let url = handle.build_generate_auth_url(&wish, &none()).unwrap();
    let outcome = handle.read_generate_auth_url(&url, unsigned());
    fails(outcome, Status::BadSignature, Delivery::Answered);

    let mut plain = Config::new("http://host.example");
    plain.allow_http = true;
    let handle = open(&plain);
    let auth = handle.build_auth(&code("c"), &none()).unwrap();
    let error = fails(
        handle.read_auth(&auth, unsigned()),
        Status::BadSignature,
        Delivery::Answered,
    );
    assert!(error.message().contains("https"), "{error}");
}

#[test]
fn a_refused_signature_is_told_with_the_place_where_the_strings_part() {
    let sandbox = Sandbox::start();
    let keys = (
        C.redemption_merchant_private_key_pem,
        C.daxpay_open_platform_public_key_pem,
    );
    let config = config(sandbox.base("daxpay-open"));
    let other = DaxPay::new_open(&config, C.daxpay_open_mch_no, None, keys.0, keys.1).unwrap();
    let error = fails(
        other.ping(&none()),
        Status::Unauthorized,
        Delivery::Answered,
    );
    assert_eq!(error.platform_code(), Some("20052"));
    assert!(error.message().contains("strings are the same"), "{error}");

    let handle = open(&Config::new("https://host.example"));
    let request = handle
        .build_call(&pay(r#"{"amount":100,"title":"a"}"#), &none())
        .unwrap();
    let ours = open_string(std::str::from_utf8(request.body()).unwrap()).unwrap();
    let theirs = ours.replace("amount=100", "amount=1e2");
    let refusal = json!({"code": 20052, "msg": format!("签名验证失败, serverSignStr: {theirs}")});
    let error = handle
        .read_call(&request, answer(200, refusal, None))
        .unwrap_err();
    assert_eq!(error.status(), Status::Unauthorized);
    assert!(
        error.message().contains("[00]") && error.message().contains("[e2]"),
        "{error}"
    );
}

#[test]
fn edition_2_is_named_where_it_signed() {
    let handle = DaxPay::new(
        &Config::new("https://h.example"),
        "A",
        None,
        "Key",
        Algorithm::Md5,
    );
    let handle = handle.unwrap();
    let request = handle.build_call(&pay("{}"), &none()).unwrap();
    let string = "code=0&data={a:X}&key=Key";
    let digest = <md5::Md5 as md5::Digest>::digest(string.as_bytes());
    let sign: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({"code": 0, "data": {"a": "X"}, "sign": sign});
    let outcome = handle.read_call(&request, answer(200, body, None));
    let error = fails(outcome, Status::BadSignature, Delivery::Answered);
    assert!(error.message().contains("2.0 rule"), "{error}");
    let body = json!({"code": 0, "data": {"a": "X"}});
    let open = answer(200, body, Some(KeyOwner::OpenPlatform));
    let error = handle.read_call(&request, open).unwrap_err();
    assert!(error.message().contains("new_open"), "{error}");
}

#[test]
fn what_the_edition_does_not_have_is_refused() {
    let config = Config::new("https://host.example");
    let three = DaxPay::new(&config, "A", None, "key", Algorithm::Md5).unwrap();
    let open = open(&config);
    type Set = (&'static str, fn(&mut AuthRequest));
    let in_three: [Set; 2] = [
        ("channel", |r| r.channel = Some("ali_pay".into())),
        ("client_ip", |r| r.client_ip = Some("127.0.0.1".into())),
    ];
    for (name, set) in in_three {
        let mut request = code("c");
        set(&mut request);
        names(open.build_auth(&request, &none()), name);
    }
    let in_open: [Set; 4] = [
        ("auth_type", |r| r.auth_type = Some("x".into())),
        ("access_token", |r| r.access_token = Some("x".into())),
        ("union_identifier", |r| {
            r.union_identifier = Some("x".into())
        }),
        ("auth_token", |r| r.auth_token = Some("x".into())),
    ];
    for (name, set) in in_open {
        let (mut theirs, mut ours) = (auth_request("c"), code("c"));
        set(&mut theirs);
        set(&mut ours);
        names(three.build_auth(&theirs, &none()), name);
        assert!(open.build_auth(&ours, &none()).is_ok(), "{name}");
    }
    let error = three.build_ping(&none()).unwrap_err();
    assert_eq!(error.status(), Status::InvalidConfig);
    for body in [
        r#"{"sign":"x"}"#,
        r#"{"SIGN":"x"}"#,
        r#"{"reqId":"x"}"#,
        r#"{"nonceStr":"x"}"#,
        r#"{"reqTime":"x"}"#,
        r#"{"a.b":1,"a":{"b":1}}"#,
    ] {
        names(open.build_call(&pay(body), &none()), "body");
    }
    for wrong in ["", "x".repeat(33).as_str()] {
        let keys = (
            C.daxpay_open_private_key_pem,
            C.daxpay_open_platform_public_key_pem,
        );
        names(
            DaxPay::new_open(&config, wrong, None, keys.0, keys.1),
            "mch_no",
        );
    }
}

/// The merchant's key, somewhere else.
struct Hsm {
    key: PrivateKey,
    asked: AtomicUsize,
    broken_from: usize,
}

impl SignMessage for Hsm {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        if self.asked.fetch_add(1, Ordering::SeqCst) >= self.broken_from {
            return Err(Error::new(Status::InvalidKey, "the token was pulled out"));
        }
        Ok(BASE64_STANDARD.decode(self.key.sign(message)).unwrap())
    }
}

#[test]
fn a_key_that_is_somewhere_else_signs() {
    let sandbox = Sandbox::start();
    let hsm = |broken_from| {
        Arc::new(Hsm {
            key: PrivateKey::parse("k", C.daxpay_open_private_key_pem).unwrap(),
            asked: AtomicUsize::new(0),
            broken_from,
        })
    };
    let config = config(sandbox.base("daxpay-open"));
    let handle = |signer, public| {
        let platform = C.daxpay_open_platform_public_key_pem;
        DaxPay::new_open_callback(
            &config,
            C.daxpay_open_mch_no,
            None,
            signer,
            public,
            platform,
        )
    };
    let signer = hsm(2);
    let daxpay = handle(signer.clone(), C.daxpay_open_public_key_pem).unwrap();
    assert!(daxpay.ping(&none()).unwrap().is_verified());
    let error = fails(daxpay.ping(&none()), Status::InvalidKey, Delivery::NotSent);
    assert!(error.message().contains("pulled out"), "{error}");
    assert_eq!(
        signer.asked.load(Ordering::SeqCst),
        3,
        "once when it was made"
    );
    let other = handle(hsm(9), C.redemption_platform_public_key_pem).unwrap_err();
    assert_eq!(other.status(), Status::InvalidKey);
    assert_eq!(
        handle(hsm(0), C.daxpay_open_public_key_pem)
            .unwrap_err()
            .status(),
        Status::InvalidKey
    );
}

#[test]
fn notifications_are_checked_with_the_platforms_key() {
    let sandbox = Sandbox::start();
    let handle = open(&config(sandbox.base("daxpay-open")));
    let order = |more: Value| {
        let mut order = json!({"platform": "daxpay-open"});
        order
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        inbound(&sandbox, &order)
    };
    let message = order(json!({}));
    let event = handle.verify(&message).unwrap();
    assert_eq!(event.key_index(), 0);
    assert_eq!(
        event.data().unwrap().get("amount").unwrap().to_text(),
        "110"
    );
    for tamper in ["other_key", "reflected", "signature", "missing_signature"] {
        let error = handle
            .verify(&order(json!({"tamper": tamper})))
            .err()
            .unwrap();
        assert_eq!(error.status(), Status::BadSignature, "{tamper}");
    }
    // Every changed, missing or additional member is noticed, and what has no value is none.
    let text = String::from_utf8(message.body.to_vec()).unwrap();
    for (from, to, accepted) in [
        ("110", "111", false),
        ("\"code\":0", "\"code\":1", false),
        ("{", "{\"a\":1,", false),
        ("{", "{\"a\":[],\"b\":{\"c\":null},\"d\":null,", true),
        (",\"attach\":null", "", true),
    ] {
        let mut changed = message.clone();
        let body = text.replacen(from, to, 1);
        assert_ne!(body, text, "{from}");
        changed.body = body.into_bytes();
        let fresh = open(&config(sandbox.base("daxpay-open")));
        assert_eq!(fresh.verify(&changed).is_ok(), accepted, "{from} {to}");
    }
}

#[test]
fn messages_under_the_key_before_a_rotation_are_accepted() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("daxpay-open"));
    let lines = Lines::of(&mut config);
    for key in [
        "not a key",
        C.redemption_merchant_private_key_pem,
        C.daxpay_open_platform_public_key_pem,
    ] {
        config.add(previous_key(key));
    }
    let handle = DaxPay::new_open(
        &config,
        C.daxpay_open_mch_no,
        None,
        C.daxpay_open_private_key_pem,
        C.redemption_platform_public_key_pem,
    )
    .unwrap();
    // Those that cannot be read are left out, with a line for each; they keep their places.
    assert_eq!(
        lines.count(Level::Warn, "daxpay_previous_key 1 is left out"),
        1
    );
    assert_eq!(
        lines.count(Level::Warn, "daxpay_previous_key 2 is left out"),
        1
    );
    let event = handle
        .verify(&inbound(&sandbox, &json!({"platform": "daxpay-open"})))
        .unwrap();
    assert_eq!(event.key_index(), 3);
    assert!(handle.ping(&none()).unwrap().is_verified(), "answers too");

    let mut three = support::config(sandbox.base("daxpay"));
    three.add(previous_key("a much older key"));
    three.add(previous_key(C.daxpay_sign_key));
    let handle = DaxPay::new(
        &three,
        C.daxpay_app_id,
        Some(C.daxpay_mch_no),
        "today's key",
        Algorithm::HmacSha256,
    );
    let handle = handle.unwrap();
    let event = handle
        .verify(&inbound(&sandbox, &json!({"platform": "daxpay"})))
        .unwrap();
    assert_eq!(event.key_index(), 2);
    // Requests are signed with today's key alone.
    let error = handle.call(&pay(r#"{"a":1}"#), &none()).unwrap_err();
    assert_eq!(error.platform_code(), Some("20052"));
}

#[test]
fn times_of_older_gateways_are_read() {
    let clock = TestClock::at(NOON_MS);
    let mut config = config_at("https://host.example", &clock);
    let lines = Lines::of(&mut config);
    let handle = open(&config);
    let request = handle.build_ping(&none()).unwrap();
    for (time, warned) in [
        ("2024-10-24 12:00:00", 0),
        ("2024-10-24T12:00:00+08:00", 0),
        ("2024-10-24T04:00:00Z", 0),
        ("2024-10-24T04:00:00.123Z", 0),
        ("2024-10-24T03:00:00.123456789-01:00", 0),
        ("2024-10-24T12:00:00", 0),
        ("2024-10-24T12:00:00Z", 1),
        ("2024-10-24 04:00:00", 2),
        ("2024-10-24T12:00:00*08:00", 2),
        ("中文中文中文中文中文中文", 2),
    ] {
        let body = json!({"code": 0, "msg": "", "resTime": time});
        handle
            .read_ping(&request, answer(200, body, Some(KeyOwner::OpenPlatform)))
            .unwrap();
        assert_eq!(lines.count(Level::Warn, "resTime"), warned, "{time}");
    }
}
