//! daxpay: the identity, the address to authorize at, and business calls, against the sandbox.

use crate::support;

use auth::call::Call;
use auth::http::{Headers, HttpResponse};
use auth::json::Json;
use auth::log::Level;
use auth::providers::daxpay::{
    Algorithm, AuthRequest, AuthUrlRequest, DaxPay, IdentityStatus, ResponseSignature,
    response_signature,
};
use auth::signing::daxpay as signing;
use auth::{Delivery, Options, Status};
use serde_json::{Value, json};
use support::sandbox::signatures::{DaxPayAlgorithm, NestedForm, daxpay_digest, daxpay_string};
use support::sandbox::{Recorded, Sandbox};
use support::*;

/// The signature of a request by the sandbox's own implementation.
fn expected_signature(sent: &Recorded, algorithm: DaxPayAlgorithm) -> String {
    let key = CREDENTIALS.daxpay_sign_key;
    let body = std::str::from_utf8(&sent.request.body).unwrap();
    let string = daxpay_string(body, key, NestedForm::Sorted).unwrap();
    daxpay_digest(&string, key, algorithm)
}

#[test]
fn an_auth_request_carries_exactly_what_is_documented() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let request = AuthRequest {
        client_ip: Some("2001:db8::1".into()),
        query_code: Some("query-1".into()),
        ..auth_request("code-1")
    };
    daxpay(&config_at(sandbox.base("daxpay"), &clock))
        .auth(&request, &Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("daxpay").unwrap();
    assert_eq!(sent.request.method, "POST");
    assert_eq!(
        sent.request.target,
        "/daxpay/unipay/assist/channel/auth/auth"
    );
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    let mut body = json_body(&sent);
    let fields = body.as_object_mut().unwrap();
    let nonce = fields.remove("nonceStr").unwrap();
    assert!((1..=32).contains(&nonce.as_str().unwrap().len()));
    let sign = fields.remove("sign").unwrap();
    assert_eq!(sign, expected_signature(&sent, DaxPayAlgorithm::HmacSha256));
    let time = fields.remove("reqTime").unwrap();
    assert_eq!(time.as_str().unwrap().len(), "yyyy-MM-dd HH:mm:ss".len());
    assert_eq!(
        body,
        json!({
            "appId": CREDENTIALS.daxpay_app_id,
            "mchNo": CREDENTIALS.daxpay_mch_no,
            "clientIp": "2001:db8::1",
            "channel": "ali_pay",
            "authCode": "code-1",
            "queryCode": "query-1",
        })
    );
}

#[test]
fn fields_that_are_absent_or_empty_are_not_sent() {
    let sandbox = Sandbox::start();
    let request = AuthRequest {
        client_ip: Some(String::new()),
        query_code: Some(String::new()),
        ..auth_request("code-1")
    };
    let c = CREDENTIALS;
    let config = config(sandbox.base("daxpay-nomch"));
    for (mch_no, code) in [(None, "code-1"), (Some(""), "code-2")] {
        let algorithm = Algorithm::HmacSha256;
        let key = c.daxpay_sign_key;
        let handle = DaxPay::new(&config, c.daxpay_app_id, mch_no, key, algorithm).unwrap();
        let request = AuthRequest {
            auth_code: Some(code.into()),
            ..request.clone()
        };
        handle.auth_and_set(&request, &Options::default()).unwrap();
        let sent = sandbox.scoped("default").last("daxpay-nomch").unwrap();
        assert!(
            sent.request
                .target
                .ends_with("/unipay/assist/channel/auth/authAndSet")
        );
        let body = json_body(&sent);
        let names = body.as_object().unwrap().keys();
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        let expected = [
            "appId", "authCode", "channel", "nonceStr", "reqTime", "sign",
        ];
        assert_eq!(names, expected);
    }
}

#[test]
fn the_time_is_in_the_gateways_zone_whatever_the_machines_is() {
    let base = format!("http://127.0.0.1:{}", raw::closed_port());
    let time = |offset: i32| {
        let mut config = config_at(&base, &TestClock::at(NOON_MS));
        config.set(auth::providers::daxpay::utc_offset_minutes(offset));
        let built = daxpay(&config)
            .build_auth(&auth_request("c"), &Options::default())
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(built.body()).unwrap();
        body["reqTime"].as_str().unwrap().to_owned()
    };
    assert_eq!(time(480), "2024-10-24 12:00:00");
    assert_eq!(time(0), "2024-10-24 04:00:00");
    assert_eq!(time(-300), "2024-10-23 23:00:00");
    assert_eq!(time(345), "2024-10-24 09:45:00");
}

#[test]
fn every_algorithm_is_accepted_by_a_gateway_that_is_set_to_it() {
    let sandbox = Sandbox::start();
    for (platform, algorithm, theirs) in [
        ("daxpay", Algorithm::HmacSha256, DaxPayAlgorithm::HmacSha256),
        ("daxpay-md5", Algorithm::Md5, DaxPayAlgorithm::Md5),
        ("daxpay-sm3", Algorithm::Sm3, DaxPayAlgorithm::Sm3),
    ] {
        let handle = daxpay_with(&config(sandbox.base(platform)), algorithm);
        handle
            .auth(&auth_request("code"), &Options::default())
            .unwrap();
        let sent = sandbox.scoped("default").last(platform).unwrap();
        assert_eq!(json_body(&sent)["sign"], expected_signature(&sent, theirs));
    }
    let outcome = daxpay(&config(sandbox.base("daxpay-sm3")))
        .auth(&auth_request("code"), &Options::default());
    assert_eq!(
        outcome.unwrap_err().status(),
        Status::BadSignature,
        "the answer is SM3 too"
    );
}

#[test]
fn an_identity_can_be_read_with_all_its_fields() {
    let sandbox = Sandbox::start();
    let daxpay = daxpay(&config(sandbox.base("daxpay")));
    let identity = daxpay
        .auth(&auth_request("code-1"), &Options::default())
        .unwrap();
    let raw: serde_json::Value = serde_json::from_slice(identity.answer().body()).unwrap();
    let data = &raw["data"];
    assert_eq!(identity.open_id(), data["openId"].as_str());
    assert_eq!(identity.user_id(), data["userId"].as_str());
    assert_eq!(identity.access_token(), data["accessToken"].as_str());
    assert!(identity.open_id().is_some() && identity.user_id().is_some());
    assert!(identity.access_token().is_some());
    assert_eq!(identity.status(), IdentityStatus::Success);
    assert_eq!(identity.answer().trace_id(), raw["traceId"].as_str());
    for (code, status, name) in [
        ("waiting-1", IdentityStatus::Waiting, "waiting"),
        ("none-1", IdentityStatus::NotExist, "not_exist"),
    ] {
        let identity = daxpay
            .auth(&auth_request(code), &Options::default())
            .unwrap();
        assert_eq!((identity.status(), identity.status_name()), (status, name));
        assert_eq!(identity.open_id(), None);
    }
}

#[test]
fn a_code_can_be_used_once() {
    let sandbox = Sandbox::start();
    let daxpay = daxpay(&config(sandbox.base("daxpay")));
    daxpay
        .auth_and_set(&auth_request("once"), &Options::default())
        .unwrap();
    let outcome = daxpay.auth(&auth_request("once"), &Options::default());
    let error = fails(outcome, Status::Platform, Delivery::Answered);
    assert_eq!(error.platform_code(), Some("20000"));
}

#[test]
fn an_address_to_authorize_at_is_generated() {
    let sandbox = Sandbox::start();
    let request = AuthUrlRequest {
        channel: Some("wechat_pay".into()),
        auth_redirect_url: Some("https://shop.example/back?a=1&b=中".into()),
        client_ip: Some("10.0.0.1".into()),
        ..AuthUrlRequest::default()
    };
    let url = daxpay(&config(sandbox.base("daxpay")))
        .generate_auth_url(&request, &Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("daxpay").unwrap();
    assert_eq!(
        sent.request.target,
        "/daxpay/unipay/assist/channel/auth/generateAuthUrl"
    );
    let body = json_body(&sent);
    assert_eq!(body["channel"], "wechat_pay");
    assert_eq!(
        body["authRedirectUrl"],
        "https://shop.example/back?a=1&b=中"
    );
    assert_eq!(body["clientIp"], "10.0.0.1");
    let state = url.query_code().unwrap();
    assert_eq!(
        url.url(),
        format!("https://auth.channel.example/authorize?state={state}")
    );
}

#[test]
fn every_code_has_its_status_and_is_kept() {
    let sandbox = Sandbox::start();
    let auth = |code: &str| {
        let base = sandbox
            .scoped("default")
            .faulty("daxpay", &format!("code={code}"));
        daxpay(&config(base)).auth(&auth_request("c"), &Options::default())
    };
    for (code, status) in [
        ("10401", Status::Unauthorized),
        ("20052", Status::Unauthorized),
        ("10404", Status::Platform),
        ("10405", Status::Platform),
        ("10500", Status::Platform),
        ("10505", Status::Platform),
        ("10506", Status::Platform),
        ("20000", Status::Platform),
        ("20011", Status::Platform),
        ("20021", Status::Platform),
        ("20023", Status::Platform),
        ("20024", Status::Platform),
        ("30000", Status::Platform),
        ("31415", Status::Platform),
    ] {
        let error = fails(auth(code), status, Delivery::Answered);
        assert_eq!(error.platform_code(), Some(code));
        assert_eq!(
            error.platform_message(),
            Some("操作失败 the sandbox was told to fail")
        );
        assert!(
            error.message().contains(&format!("code {code} ")),
            "{error}"
        );
        assert!(error.trace_id().is_some_and(|trace| trace.len() == 12));
    }
}

#[test]
fn what_the_platform_takes_is_checked_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let daxpay = daxpay(&config(sandbox.base("daxpay")));
    let auth = |change: &dyn Fn(&mut AuthRequest)| {
        let mut request = auth_request("code");
        change(&mut request);
        daxpay.auth(&request, &Options::default())
    };
    for empty in [None, Some(String::new())] {
        names(auth(&|r| r.channel = empty.clone()), "channel");
        names(
            auth(&|r| r.auth_code = empty.clone().map(Into::into)),
            "auth_code",
        );
        let request = AuthUrlRequest {
            channel: empty,
            ..Default::default()
        };
        names(
            daxpay.generate_auth_url(&request, &Options::default()),
            "channel",
        );
    }
    // Characters, not bytes: the platform counts as Java does.
    names(auth(&|r| r.channel = Some("中".repeat(33))), "channel");
    names(
        auth(&|r| r.auth_code = Some("中".repeat(201).into())),
        "auth_code",
    );
    names(
        auth(&|r| r.query_code = Some("q".repeat(129))),
        "query_code",
    );
    names(auth(&|r| r.client_ip = Some("host".into())), "client_ip");
    assert_eq!(sandbox.scoped("default").count("daxpay").requests, 0);
    let longest = |r: &mut AuthRequest| {
        r.auth_code = Some("中".repeat(200).into());
        r.query_code = Some("q".repeat(128));
    };
    auth(&longest).unwrap();
}

#[test]
fn credentials_are_checked_when_the_handle_is_made() {
    let config = config("https://host.example");
    let make = |app_id: &str, mch_no: Option<&str>, sign_key: &str| {
        DaxPay::new(&config, app_id, mch_no, sign_key, Algorithm::Md5)
    };
    make("", None, "k").expect("a gateway may have a default application");
    names(make(&"a".repeat(33), None, "k"), "app_id");
    names(make("a", Some(&"m".repeat(33)), "k"), "mch_no");
    names(make("a", None, ""), "sign_key");
    make(&"a".repeat(32), Some(&"m".repeat(32)), "k").unwrap();
}

#[test]
fn an_answer_must_be_signed_unless_the_setting_allows_otherwise() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("default");
    let unsigned = [
        sandbox.base("daxpay-unsigned"),
        scope.faulty("daxpay", "sign=missing"),
        scope.faulty("daxpay", "sign=null"),
        scope.faulty("daxpay", "sign=empty"),
    ];
    for base in unsigned {
        let mut config = config(base);
        let outcome = daxpay(&config).auth(&auth_request("waiting-1"), &Options::default());
        let error = fails(outcome, Status::BadSignature, Delivery::Answered);
        assert!(error.message().contains("signature missing"), "{error}");
        assert!(error.message().contains("response_signature"), "{error}");
        config.set(response_signature(ResponseSignature::IfPresent));
        daxpay(&config)
            .auth(&auth_request("waiting-1"), &Options::default())
            .unwrap();
    }
}

#[test]
fn a_wrong_signature_is_an_error_whatever_the_setting_says() {
    let sandbox = Sandbox::start();
    for setting in [ResponseSignature::Required, ResponseSignature::IfPresent] {
        for fault in ["sign=wrong", "json=wrongtype,field=msg,sign=wrong"] {
            let mut config = config(sandbox.scoped("default").faulty("daxpay", fault));
            config.set(response_signature(setting));
            let outcome = daxpay(&config).auth(&auth_request("waiting-1"), &Options::default());
            let error = fails(outcome, Status::BadSignature, Delivery::Answered);
            assert!(error.message().contains("signature mismatch"), "{error}");
        }
    }
}

#[test]
fn an_unsigned_refusal_is_a_bad_signature_that_keeps_code_and_message() {
    let sandbox = Sandbox::start();
    let base = sandbox
        .scoped("default")
        .faulty("daxpay", "code=20011,sign=missing");
    let outcome = daxpay(&config(base)).auth(&auth_request("c"), &Options::default());
    let error = fails(outcome, Status::BadSignature, Delivery::Answered);
    assert_eq!(error.platform_code(), Some("20011"));
    assert!(error.message().contains("code 20011"), "{error}");
    assert!(error.message().contains("操作失败"), "{error}");
}

#[test]
fn an_answer_verifies_however_the_gateway_wrote_its_data() {
    let sandbox = Sandbox::start();
    for fault in [
        "sorted",
        "decimals",
        "decimals,sorted",
        "decimals=as_sent",
        "decimals=as_sent,sorted",
        "sign=upper",
        "json=extra",
        "json=extra,sorted",
        "data_nulls",
    ] {
        let base = sandbox.scoped(fault).faulty("daxpay", fault);
        let outcome = daxpay(&config(base)).auth(&auth_request("c"), &Options::default());
        assert!(outcome.is_ok(), "{fault}: {:?}", outcome.err());
    }
}

#[test]
fn a_gateway_whose_clock_is_off_is_a_warning_in_the_log_and_no_error() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let mut config = config_at(sandbox.base("daxpay"), &clock);
    let lines = Lines::of(&mut config);
    let handle = daxpay(&config);
    let request = handle
        .build_auth(&auth_request("waiting-1"), &Options::default())
        .unwrap();
    let identity = handle
        .auth(&auth_request("waiting-1"), &Options::default())
        .unwrap();
    // The same answer, read a little later or earlier.
    let warned = |ms: i64| {
        clock.pass(ms);
        let before = lines.count(Level::Warn, "resTime is ");
        let response = HttpResponse {
            status: 200,
            headers: Headers::default(),
            body: identity.answer().body().to_vec().into(),
        };
        handle.read_auth(&request, response).unwrap();
        clock.pass(-ms);
        lines.count(Level::Warn, "resTime is ") - before
    };
    assert_eq!(warned(298_000), 0);
    assert_eq!(warned(-298_000), 0);
    assert_eq!(warned(303_000), 1);
    assert_eq!(warned(-303_000), 1);
}

#[test]
fn a_refusal_of_a_gateway_whose_clock_is_off_warns_too() {
    let sandbox = Sandbox::start();
    let base = sandbox.scoped("default").faulty("daxpay", "clock=-400");
    let mut config = config(base);
    let lines = Lines::of(&mut config);
    fails(
        daxpay(&config).auth(&auth_request("c"), &Options::default()),
        Status::Platform,
        Delivery::Answered,
    );
    assert_eq!(lines.count(Level::Warn, "resTime is "), 1);
}

#[test]
fn a_refused_time_says_by_how_much_the_clocks_differ() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    clock.pass(3_600_000);
    let outcome = daxpay(&config_at(sandbox.base("daxpay"), &clock))
        .auth(&auth_request("c"), &Options::default());
    let error = fails(outcome, Status::Platform, Delivery::Answered);
    assert_eq!(error.platform_code(), Some("10505"));
    let said = error.message();
    let about_an_hour = (3_598..=3_602).any(|s| said.contains(&format!("clock is {s} s ahead of")));
    assert!(about_an_hour, "{said}");
}

#[test]
fn a_business_call_signs_the_callers_parameters_with_the_common_ones() {
    let sandbox = Sandbox::start();
    let handle = daxpay(&config(sandbox.base("daxpay")));
    let mut call = Call::new("POST", "/unipay/pay");
    call.body = r#"{"Zeta":"1","alpha":2.50,"none":null,"flag":true,"extra":{"b":"中","A":1.10,"n":null,"list":[1.0,2]}}"#.into();
    let answer = handle.call(&call, &Options::default()).unwrap();
    assert_eq!(
        answer.data().unwrap().field("body.Zeta").as_deref(),
        Some("1")
    );
    let sent = sandbox.scoped("default").last("daxpay").unwrap();
    let body = json_body(&sent);
    assert_eq!(
        body["sign"],
        expected_signature(&sent, DaxPayAlgorithm::HmacSha256)
    );
    assert_eq!(body["alpha"], json!(2.5));
    assert_eq!(body["extra"]["b"], "中");
    assert!(body.get("none").is_none(), "null is absent");
    for name in ["appId", "mchNo", "nonceStr", "reqTime"] {
        assert!(body[name].is_string(), "{name}");
    }
}

#[test]
fn a_business_call_refuses_what_would_break_its_signature() {
    let sandbox = Sandbox::start();
    let handle = daxpay(&config(sandbox.base("daxpay")));
    for body in [
        r#"{"a":""}"#,
        r#"{"sign":"x"}"#,
        r#"{"nonceStr":"x"}"#,
        r#"{"reqTime":"x"}"#,
        r#"{"a":1,"a":2}"#,
        r#"[1]"#,
        "a=b",
        "null",
    ] {
        let mut call = Call::new("POST", "/unipay/pay");
        call.body = body.into();
        names(handle.call(&call, &Options::default()), "body");
    }
    assert_eq!(sandbox.scoped("default").count("daxpay").requests, 0);
}

/// What is signed inside objects and lists, by the writer of the platform's own SDK: texts, numbers, the order of names.
#[test]
fn nested_data_is_written_as_hutool_writes_it() {
    let path = format!("{}/tests/vectors/hutool.json", env!("CARGO_MANIFEST_DIR"));
    let hutool: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let list = |name: &str| hutool[name].as_array().unwrap().clone();
    let check = |inner: &str, written: &str| {
        let string = format!("data={written}&key=Key-1").replace(['"', '\\'], "");
        let string = string.to_uppercase();
        let message = format!("{{\"data\":{inner}}}");
        let ours = daxpay_string(&message, "Key-1", NestedForm::Sorted).unwrap();
        assert_eq!(ours, string, "the sandbox, of {message}");
        let wanted = daxpay_digest(&string, "Key-1", DaxPayAlgorithm::Md5);
        let params = Json::parse(message.as_bytes()).unwrap();
        let sign = signing::sign(Algorithm::Md5, "Key-1", &params);
        assert_eq!(sign, wanted, "{message}");
        assert!(signing::verify(Algorithm::Md5, "Key-1", &params, &wanted));
    };
    for text in list("texts") {
        check(
            &json!({ "title": text[0] }).to_string(),
            text[1].as_str().unwrap(),
        );
    }
    for number in list("numbers") {
        let inner = format!("{{\"amount\":{}}}", number[0].as_str().unwrap());
        check(&inner, number[1].as_str().unwrap());
    }
    check(
        hutool["message"].as_str().unwrap(),
        hutool["sorted"].as_str().unwrap(),
    );
    // Every character up to U+FFFF: escaped where hutool escapes it, and nowhere else.
    for page in 1..0x100u32 {
        let chars: Vec<char> = (0..0x100)
            .filter_map(|at| char::from_u32(page << 8 | at))
            .collect();
        let mut written = String::new();
        for c in &chars {
            let is_in = |range: &Value| {
                (range[0].as_u64()..=range[1].as_u64()).contains(&Some(u64::from(*c)))
            };
            match list("escaped").iter().any(is_in) {
                true => written.push_str(&format!("\\u{:04x}", u32::from(*c))),
                false => written.push(*c),
            }
        }
        let text: String = chars.into_iter().collect();
        check(
            &json!({ "t": text }).to_string(),
            &format!("{{\"t\":\"{written}\"}}"),
        );
    }
}
