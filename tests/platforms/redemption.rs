//! redemption: the Alipay authorization URL and business calls, against the sandbox.

use crate::support;

use auth::call::Call;
use auth::providers::redemption::{AlipayUrlRequest, Redemption};
use auth::{Delivery, Options, Status};
use serde_json::json;
use support::sandbox::{Recorded, Sandbox, signatures};
use support::*;

fn last(sandbox: &Sandbox) -> Recorded {
    let scope = sandbox.scoped("default");
    scope.last("redemption").expect("a request")
}

/// The string to sign of a request by the sandbox's own implementation.
fn string_to_sign(sent: &Recorded) -> Vec<u8> {
    signatures::redemption_string(|name| sent.request.header(name), &sent.request.body)
}

#[test]
fn a_request_carries_exactly_what_is_documented() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let request = AlipayUrlRequest {
        callback_url: Some("https://shop.example/cb".into()),
        ..alipay_request("流水-1")
    };
    let url = redemption(&config_at(sandbox.base("redemption"), &clock))
        .get_alipay_url(&request, &Options::default())
        .unwrap();
    let sent = last(&sandbox);
    let c = CREDENTIALS;
    assert_eq!(sent.request.method, "POST");
    assert_eq!(
        sent.request.target,
        "/redemption/v1/openapi/auth/alipay/url"
    );
    let kind = header(&sent, "content-type");
    assert_eq!(kind, Some("application/json; charset=utf-8"));
    assert_eq!(header(&sent, "accept"), Some("application/json"));
    assert_eq!(header(&sent, "businessId"), Some(c.redemption_business_id));
    assert_eq!(header(&sent, "signType"), Some("SHA256-RSA"));
    let now = auth::clock::Clock::unix_ms(&*clock).to_string();
    assert_eq!(header(&sent, "timestamp"), Some(&*now));
    assert!(header(&sent, "nonce").is_some_and(|nonce| !nonce.is_empty()));
    assert_eq!(
        json_body(&sent),
        json!({
            "merchantId": c.redemption_merchant_id,
            "businessId": c.redemption_business_id,
            "serialNo": "流水-1",
            "userId": "user-1",
            "callbackUrl": "https://shop.example/cb",
        })
    );
    let sign = header(&sent, "sign").unwrap();
    let owner = signatures::KeyOwner::Merchant;
    assert!(signatures::rsa_verifies(
        owner,
        &string_to_sign(&sent),
        sign
    ));
    let raw: serde_json::Value = serde_json::from_slice(url.answer().body()).unwrap();
    assert_eq!(raw["data"]["alipayAuthUrl"], url.url());
}

#[test]
fn md5_signs_in_upper_case_hex() {
    let sandbox = Sandbox::start();
    redemption_md5(&config(sandbox.base("redemption")))
        .get_alipay_url(&alipay_request("s-1"), &Options::default())
        .unwrap();
    let sent = last(&sandbox);
    assert_eq!(header(&sent, "signType"), Some("MD5"));
    let secret = CREDENTIALS.redemption_md5_secret;
    let sign = signatures::redemption_md5(&string_to_sign(&sent), secret);
    assert_eq!(header(&sent, "sign"), Some(&*sign));
    assert!(json_body(&sent).get("callbackUrl").is_none());
}

#[test]
fn a_serial_number_counts_once_and_a_second_use_leaves_the_outcome_unknown() {
    let sandbox = Sandbox::start();
    let redemption = redemption(&config(sandbox.base("redemption")));
    redemption
        .get_alipay_url(&alipay_request("s-1"), &Options::default())
        .unwrap();
    let outcome = redemption.get_alipay_url(&alipay_request("s-1"), &Options::default());
    let error = fails(outcome, Status::OutcomeUnknown, Delivery::Answered);
    assert_eq!(error.platform_code(), Some("8"));
    assert!(error.message().contains("query"), "{error}");
}

#[test]
fn every_status_has_its_class_and_is_kept() {
    let sandbox = Sandbox::start();
    for (code, status) in [
        ("1", Status::Platform),
        ("2", Status::Unauthorized),
        ("3", Status::Platform),
        ("4", Status::Platform),
        ("5", Status::OutcomeUnknown),
        ("6", Status::OutcomeUnknown),
        ("7", Status::Platform),
        ("8", Status::OutcomeUnknown),
        ("9", Status::Platform),
        ("10", Status::Platform),
        ("11", Status::Platform),
        ("98", Status::OutcomeUnknown),
        ("99", Status::OutcomeUnknown),
        // The filler of the documents' example: only 0 is success.
        ("420", Status::Platform),
    ] {
        let scope = sandbox.scoped(code);
        let base = scope.faulty("redemption", &format!("code={code}"));
        let outcome =
            redemption(&config(base)).get_alipay_url(&alipay_request("s"), &Options::default());
        let error = fails(outcome, status, Delivery::Answered);
        assert_eq!(error.platform_code(), Some(code));
        let said = Some("操作失败 the sandbox was told to fail");
        assert_eq!(error.platform_message(), said);
        assert!(!error.is_retry_safe());
        assert_eq!(scope.count("redemption").requests, 1, "never repeated");
    }
}

#[test]
fn a_refused_time_says_by_how_much_the_clocks_differ() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    clock.pass(-3_600_000);
    let handle = redemption(&config_at(sandbox.base("redemption"), &clock));
    let outcome = handle.get_alipay_url(&alipay_request("s"), &Options::default());
    let error = fails(outcome, Status::OutcomeUnknown, Delivery::Answered);
    assert_eq!(error.platform_code(), Some("5"));
    let said = error.message();
    let an_hour = (3_598..=3_602).any(|s| said.contains(&format!("clock is {s} s behind")));
    assert!(an_hour, "{said}");
}

#[test]
fn a_required_field_that_is_missing_is_named_and_nothing_is_sent() {
    let sandbox = Sandbox::start();
    let redemption = redemption(&config(sandbox.base("redemption")));
    for empty in [None, Some(String::new())] {
        let mut request = alipay_request("s");
        request.serial_no.clone_from(&empty);
        names(
            redemption.get_alipay_url(&request, &Options::default()),
            "serial_no",
        );
        let mut request = alipay_request("s");
        request.user_id = empty;
        names(
            redemption.get_alipay_url(&request, &Options::default()),
            "user_id",
        );
    }
    assert_eq!(sandbox.scoped("default").count("redemption").requests, 0);
}

#[test]
fn a_business_call_is_signed_over_headers_and_body() {
    let sandbox = Sandbox::start();
    let mut call = Call::new("POST", "/v1/openapi/券 码");
    call.query = vec![("a".into(), "b".into())];
    call.body = "{\"名\" : \"值\" }".into();
    for handle in [
        redemption(&config(sandbox.base("redemption"))),
        redemption_md5(&config(sandbox.base("redemption"))),
    ] {
        let answer = handle.call(&call, &Options::default()).unwrap();
        let sent = last(&sandbox);
        assert_eq!(sent.request.body, call.body, "byte for byte");
        assert_eq!(
            sent.request.target,
            "/redemption/v1/openapi/%E5%88%B8%20%E7%A0%81?a=b"
        );
        assert_eq!(
            answer.data().unwrap().field("body.名").as_deref(),
            Some("值")
        );
    }
    let mut call = Call::new("GET", "/v1/x");
    let handle = redemption(&config(sandbox.base("redemption")));
    handle.call(&call, &Options::default()).unwrap();
    for name in [
        "businessid",
        "NONCE",
        "timestamp",
        "sign",
        "signType",
        "Accept",
    ] {
        call.headers = [(name, "1")].into_iter().collect();
        names(
            handle.call(&call, &Options::default()),
            &format!("header {name}"),
        );
    }
}

#[test]
fn credentials_are_checked_when_the_handle_is_made() {
    let config = config("https://host.example");
    names(Redemption::with_md5(&config, "", "m", "s"), "business_id");
    names(Redemption::with_md5(&config, "b", "", "s"), "merchant_id");
    names(Redemption::with_md5(&config, "b", "m", ""), "secret");
    names(
        Redemption::with_md5(&config, "b\r\n", "m", "s"),
        "business_id",
    );
    let made = Redemption::with_rsa(&config, "b", "m", "", None);
    let error = fails(made, Status::InvalidKey, Delivery::NotSent);
    assert!(error.message().starts_with("private_key "), "{error}");
    let key = CREDENTIALS.redemption_merchant_private_key_pem;
    // An empty public key is none.
    Redemption::with_rsa(&config, "b", "m", key, Some("")).unwrap();
}
