//! creditpay: the code, the open_token and business calls, against the sandbox.

use crate::support;

use auth::call::Call;
use auth::explain::Mistake;
use auth::inbound::Inbound;
use auth::providers::creditpay::{CodeRequest, CreditPay};
use auth::{Config, Delivery, Options, Status};
use serde_json::json;
use support::sandbox::{Recorded, Sandbox, signatures};
use support::*;

const PATH: &str = "/v1/platform/identify/auth";

/// The signature of a request by the sandbox's own implementation.
fn expected_signature(recorded: &Recorded, path: &str) -> String {
    let key = CREDENTIALS.creditpay_signature_key;
    signatures::creditpay(key, path, &recorded.request.body)
}

#[test]
fn a_code_request_carries_exactly_what_is_documented() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("creditpay");
    let code = creditpay(&config(&base))
        .issue_code(&code_request(), &Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    assert_eq!(sent.request.method, "POST");
    assert_eq!(
        sent.request.target,
        format!("/creditpay{PATH}?plat_id=plat-1001")
    );
    assert_eq!(
        header(&sent, "api-key"),
        Some(CREDENTIALS.creditpay_api_key)
    );
    let signature = expected_signature(&sent, PATH);
    assert_eq!(header(&sent, "signature"), Some(&*signature));
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    assert_eq!(header(&sent, "lang"), None);
    let trace = header(&sent, "trace").unwrap();
    assert_eq!(code.answer().trace_id(), Some(trace));
    assert_eq!(
        json_body(&sent),
        json!({
            "customer_no": "473_32_86000698",
            "customer_token": "customer-token-a1472263",
            "token_expire": 1_732_521_424_191_i64,
            "callback_url": "https://shop.example/callback",
            "client_ip": "192.168.1.166",
        })
    );
}

#[test]
fn every_optional_field_is_on_the_wire() {
    let sandbox = Sandbox::start();
    let request = CodeRequest {
        client_ip: Some("2001:db8::1".into()),
        session_sign: Some("session-1".into()),
        credit_limit_tag: Some("卡-1".into()),
        cards: vec![card()],
        lang: Some("zh-CN".into()),
        ..code_request()
    };
    let code = creditpay(&config(sandbox.base("creditpay")))
        .issue_code(&request, &traced("my-trace"))
        .unwrap();
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    assert_eq!(header(&sent, "trace"), Some("my-trace"));
    assert_eq!(header(&sent, "lang"), Some("zh-CN"));
    assert_eq!(code.answer().trace_id(), Some("my-trace"));
    let body = json_body(&sent);
    assert_eq!(body["client_ip"], "2001:db8::1");
    assert_eq!(body["session_sign"], "session-1");
    assert_eq!(body["credit_limit_tag"], "卡-1");
    // The amount is a string: money never passes through a float.
    let card = json!({
        "tag": "卡-1",
        "amount": "10001.23",
        "currency": "CNY",
        "icon": "https://shop.example/favicon.ico",
        "input": "<b style=\"x\">28000.00</b>",
    });
    assert_eq!(body["credit_limit_available_cards"], json!([card]));
}

#[test]
fn a_code_has_its_url_and_the_raw_answer() {
    let sandbox = Sandbox::start();
    let code = creditpay(&config(sandbox.base("creditpay")))
        .issue_code(&code_request(), &Options::default())
        .unwrap();
    let id = code.ident_code();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        code.url(),
        format!("{}/oauth?ident_code={id}", sandbox.base("creditpay"))
    );
    let answer = code.answer();
    assert_eq!((answer.code(), answer.http_status()), (Some("0"), 200));
    assert_eq!(answer.message(), Some("success"));
    let raw: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(raw["data"]["ident_code"], id);
}

#[test]
fn the_same_session_gets_the_same_code_and_another_a_new_one() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config(sandbox.base("creditpay")));
    let issue = |session: &str| {
        let mut request = code_request();
        request.session_sign = Some(session.into());
        let code = creditpay.issue_code(&request, &Options::default()).unwrap();
        code.ident_code().to_owned()
    };
    let first = issue("a");
    assert_eq!(issue("a"), first);
    assert_ne!(issue("b"), first);
}

#[test]
fn the_gateway_prefix_is_signed_when_the_setting_says_so() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("creditpay-prefixed"));
    let error = fails(
        creditpay(&config).issue_code(&code_request(), &Options::default()),
        Status::Platform,
        Delivery::Answered,
    );
    assert!(error.message().contains("signature does not match"));
    config.set(auth::providers::creditpay::signed_path_prefix("/dg"));
    creditpay(&config)
        .issue_code(&code_request(), &Options::default())
        .unwrap();
    creditpay(&config)
        .call(&Call::new("GET", "/v1/x"), &Options::default())
        .unwrap();
    for wrong in ["dg", "/dg/", "/"] {
        config.set(auth::providers::creditpay::signed_path_prefix(wrong));
        let made = CreditPay::new(&config, "p", "a", "s");
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        assert!(error.message().starts_with("creditpay_signed_path_prefix "));
    }
}

#[test]
fn the_platform_id_is_escaped_in_the_query() {
    let sandbox = Sandbox::start();
    let config = config(sandbox.base("creditpay"));
    let c = CREDENTIALS;
    let odd = "p&a=b c/中";
    let handle = CreditPay::new(
        &config,
        "p&a=b c/中",
        c.creditpay_api_key,
        c.creditpay_signature_key,
    );
    // Not fit for a header is not asked for: it stands in the URL.
    let Ok(handle) = handle else {
        panic!("{odd} is a platform id")
    };
    handle
        .issue_code(&code_request(), &Options::default())
        .unwrap_err();
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    let query = sent.request.target.split_once('?').unwrap().1.to_owned();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    assert_eq!(pairs, [("plat_id".into(), odd.into())]);
}

#[test]
fn a_required_field_that_is_missing_or_empty_is_named_and_nothing_is_sent() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config(sandbox.base("creditpay")));
    for empty in [None, Some(String::new())] {
        let with = |change: fn(&mut CodeRequest) -> &mut Option<String>| {
            let mut request = code_request();
            *change(&mut request) = empty.clone();
            creditpay.issue_code(&request, &Options::default())
        };
        names(with(|r| &mut r.customer_no), "customer_no");
        let mut request = code_request();
        request.customer_token = empty.clone().map(Into::into);
        names(
            creditpay.issue_code(&request, &Options::default()),
            "customer_token",
        );
        names(with(|r| &mut r.callback_url), "callback_url");
        names(with(|r| &mut r.client_ip), "client_ip");
        let card_with =
            |change: fn(&mut auth::providers::creditpay::Card) -> &mut Option<String>| {
                let mut request = code_request();
                let mut card = card();
                *change(&mut card) = empty.clone();
                request.cards = vec![support::card(), card];
                creditpay.issue_code(&request, &Options::default())
            };
        names(card_with(|c| &mut c.tag), "card tag");
        names(card_with(|c| &mut c.amount), "card amount");
        names(card_with(|c| &mut c.currency), "card currency");
        names(card_with(|c| &mut c.icon), "card icon");
        names(card_with(|c| &mut c.input), "card input");
    }
    let mut request = code_request();
    request.token_expire_ms = None;
    names(
        creditpay.issue_code(&request, &Options::default()),
        "token_expire_ms",
    );
    names(creditpay.open_token("", &Options::default()), "ident_code");
    assert_eq!(sandbox.scoped("default").count("creditpay").requests, 0);
}

#[test]
fn a_value_that_the_platform_would_refuse_is_named_before_it_is_sent() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config(sandbox.base("creditpay")));
    let with = |change: &dyn Fn(&mut CodeRequest)| {
        let mut request = code_request();
        change(&mut request);
        creditpay.issue_code(&request, &Options::default())
    };
    for ip in [
        "localhost",
        "1.2.3",
        "256.1.1.1",
        "1.2.3.4:80",
        " 1.2.3.4",
        "[::1]",
        "::1%eth0",
    ] {
        names(with(&|r| r.client_ip = Some(ip.into())), "client_ip");
    }
    for ms in [
        0,
        -1,
        1_732_521_424,
        999_999_999_999,
        10_000_000_000_000,
        i64::MIN,
        i64::MAX,
    ] {
        names(with(&|r| r.token_expire_ms = Some(ms)), "token_expire_ms");
    }
    for ms in [1_000_000_000_000, 9_999_999_999_999] {
        with(&|r| r.token_expire_ms = Some(ms)).unwrap();
    }
    let amount = |amount: &str| {
        with(&|r| {
            let mut card = card();
            card.amount = Some(amount.into());
            r.cards = vec![card];
        })
    };
    for wrong in [
        "1e3", "1,000.00", ".5", "5.", "+1", "--1", "NaN", "１.0", " 1", "0x10", "1.2.3",
    ] {
        names(amount(wrong), "card amount");
    }
    for right in [
        "0",
        "0.00",
        "10001.23",
        "-5.10",
        "123456789012345678901234567890.123456789",
    ] {
        amount(right).unwrap();
        let sent = sandbox.scoped("default").last("creditpay").unwrap();
        let text = String::from_utf8(sent.request.body).unwrap();
        assert!(text.contains(&format!("\"amount\":\"{right}\"")), "{text}");
    }
    let outcome = creditpay.issue_code(&code_request(), &traced("a\r\nb: c"));
    names(outcome, "trace_id");
    names(with(&|r| r.lang = Some("en\nUS".into())), "lang");
}

#[test]
fn credentials_are_checked_when_the_handle_is_made() {
    let config = config("https://host.example");
    let make =
        |plat_id, api_key, signature_key| CreditPay::new(&config, plat_id, api_key, signature_key);
    names(make("", "a", "s"), "plat_id");
    names(make("p", "", "s"), "api_key");
    names(make("p", "a", ""), "signature_key");
    names(make("p", "a\r\nx: y", "s"), "api_key");
    make("p", "a", "s\n with 中文 in it").unwrap();
}

#[test]
fn a_refusal_keeps_the_platforms_code_message_and_trace() {
    let sandbox = Sandbox::start();
    for code in ["500", "777", "-1"] {
        let base = sandbox
            .scoped("default")
            .faulty("creditpay", &format!("code={code}"));
        let outcome = creditpay(&config(base)).issue_code(&code_request(), &traced("t-1"));
        let error = fails(outcome, Status::Platform, Delivery::Answered);
        assert_eq!(error.platform_code(), Some(code));
        assert_eq!(
            error.platform_message(),
            Some("操作失败 the sandbox was told to fail")
        );
        assert_eq!((error.http_status(), error.trace_id()), (200, Some("t-1")));
        assert!(!error.is_retry_safe());
        assert!(error.message().contains("操作失败"), "{error}");
    }
}

#[test]
fn wrong_credentials_are_refused_by_the_platform() {
    let sandbox = Sandbox::start();
    let config = config(sandbox.base("creditpay"));
    let c = CREDENTIALS;
    for (plat_id, api_key, key) in [
        ("other", c.creditpay_api_key, c.creditpay_signature_key),
        (c.creditpay_plat_id, "other", c.creditpay_signature_key),
        (c.creditpay_plat_id, c.creditpay_api_key, "other"),
    ] {
        let handle = CreditPay::new(&config, plat_id, api_key, key).unwrap();
        fails(
            handle.issue_code(&code_request(), &Options::default()),
            Status::Platform,
            Delivery::Answered,
        );
    }
}

#[test]
fn a_code_without_its_url_is_refused() {
    let sandbox = Sandbox::start();
    let base = sandbox
        .scoped("default")
        .faulty("creditpay", "json=missing,field=data.url");
    let outcome = creditpay(&config(base)).issue_code(&code_request(), &Options::default());
    let error = fails(outcome, Status::Protocol, Delivery::Answered);
    assert!(error.message().contains("`data.url` is missing"));
}

#[test]
fn an_ident_code_becomes_an_open_token_with_its_end() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let creditpay = creditpay(&config_at(sandbox.base("creditpay"), &clock));
    let code = creditpay
        .issue_code(&code_request(), &Options::default())
        .unwrap();
    let token = creditpay
        .open_token(code.ident_code(), &Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    assert_eq!(sent.request.method, "POST");
    assert_eq!(sent.request.target, "/creditpay/v1/identify/redirect");
    assert_eq!(json_body(&sent), json!({"ident_code": code.ident_code()}));
    assert!(header(&sent, "trace").is_some_and(|trace| !trace.is_empty()));
    // Not signed: neither is anything sent that could be taken for it.
    assert_eq!(header(&sent, "signature"), None);
    assert_eq!(header(&sent, "api-key"), None);
    assert_eq!(token.header_name(), "Authorization");
    assert_eq!(token.header_value(), format!("Bearer {}", token.value()));
    assert_eq!(token.value().split('.').count(), 3);
    assert_eq!(token.lifetime_ms(), 7_200_000);
    let now = auth::clock::Clock::unix_ms(&*clock);
    assert_eq!(token.expires_at_ms(), now + 7_200_000);
}

#[test]
fn a_business_call_is_signed_over_its_path_and_body() {
    let sandbox = Sandbox::start();
    let mut call = Call::new("PUT", "/v1/订单/a b/%2Fc");
    call.query = vec![
        ("名".into(), "值 &=".into()),
        ("empty".into(), String::new()),
    ];
    call.headers.add("X-Extra", "1");
    call.body = "{ \"金额\" : 1.10 }".into();
    let answer = creditpay(&config(sandbox.base("creditpay")))
        .call(&call, &Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    let path = "/v1/%E8%AE%A2%E5%8D%95/a%20b/%2Fc";
    let (target, query) = sent.request.target.split_once('?').unwrap();
    assert_eq!(target, format!("/creditpay{path}"));
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    assert_eq!(
        pairs,
        [("名".into(), "值 &=".into()), ("empty".into(), "".into())]
    );
    assert_eq!(sent.request.body, call.body, "byte for byte");
    assert_eq!(
        header(&sent, "signature"),
        Some(&*expected_signature(&sent, path))
    );
    assert_eq!(header(&sent, "x-extra"), Some("1"));
    assert_eq!(
        answer.data().unwrap().field("method").as_deref(),
        Some("PUT")
    );
}

/// A header that was signed too is named, be it of a request or of a webhook; no message repeats a token.
#[test]
fn explanations_know_the_headers_beside_the_path() {
    let handle = creditpay(&Config::new("https://host.example/dg"));
    let body = br#"{"type":"PAY_SUCCESS","event_id":"e1"}"#;
    for (name, value) in [
        ("timestamp", "1732521424191"),
        ("token", "customer-token-1"),
        ("trace", "trace-77"),
        ("lang", "zh-CN"),
    ] {
        let mut message = Inbound {
            method: "POST".into(),
            path: "/hook".into(),
            body: body.to_vec(),
            ..Inbound::default()
        };
        message.headers.add(name, value);
        let key = CREDENTIALS.creditpay_signature_key;
        let signature = signatures::creditpay(key, &format!("{value}/hook"), body);
        for told in [
            handle.explain(&message, Some(&signature)).unwrap(),
            handle.explain_event(&message, Some(&signature)).unwrap(),
        ] {
            assert_eq!(told.mistakes(), &[Mistake::HeaderExtra], "{name}");
            assert!(told.message().contains(name), "{}", told.message());
        }
        let theirs = format!("{value}/hook{}", String::from_utf8_lossy(body));
        let told = handle.explain_string(&message, &theirs).unwrap();
        assert_eq!(told.mistakes(), &[Mistake::HeaderExtra], "{name}");
        assert!(!told.message().contains("customer-token-1"));
    }
}
