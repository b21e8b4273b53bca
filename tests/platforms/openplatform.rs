//! openplatform: the Access-Token and business calls, against the sandbox.

use crate::support;

use auth::call::Call;
use auth::providers::openplatform::OpenPlatform;
use auth::{Delivery, Options, Status};
use serde_json::json;
use support::sandbox::{Recorded, Sandbox};
use support::*;

fn last(sandbox: &Sandbox) -> Recorded {
    let scope = sandbox.scoped("default");
    scope.last("openplatform").expect("a request")
}

#[test]
fn the_login_is_a_form_and_not_json() {
    let sandbox = Sandbox::start();
    openplatform(&config(sandbox.base("openplatform")))
        .token(&Options::default())
        .unwrap();
    let sent = last(&sandbox);
    assert_eq!(sent.request.method, "POST");
    assert_eq!(sent.request.target, "/openplatform/openapi/auth/credential");
    let kind = header(&sent, "content-type");
    assert_eq!(kind, Some("application/x-www-form-urlencoded"));
    let form: Vec<_> = form_urlencoded::parse(&sent.request.body).collect();
    let c = CREDENTIALS;
    assert_eq!(
        form,
        [
            ("clientId".into(), c.openplatform_client_id.into()),
            ("secret".into(), c.openplatform_secret.into()),
            ("userType".into(), "2".into()),
        ]
    );
    assert_eq!(header(&sent, "access-token"), None);
}

#[test]
fn odd_characters_in_a_secret_arrive_as_they_are() {
    let sandbox = Sandbox::start();
    let odd = "a+b&c=d e%20中\n\"";
    let config = config(sandbox.base("openplatform"));
    let handle = OpenPlatform::new(&config, CREDENTIALS.openplatform_client_id, odd).unwrap();
    let error = fails(
        handle.token(&Options::default()),
        Status::Unauthorized,
        Delivery::Answered,
    );
    assert_eq!(error.platform_code(), Some("10102"));
    let sent = last(&sandbox);
    let mut form = form_urlencoded::parse(&sent.request.body);
    let secret = form.find(|(name, _)| name == "secret").unwrap().1;
    assert_eq!(secret, odd);
}

#[test]
fn a_token_has_its_header_and_two_hours() {
    let sandbox = Sandbox::start();
    let clock = TestClock::at(NOON_MS);
    let token = openplatform(&config_at(sandbox.base("openplatform"), &clock))
        .token(&Options::default())
        .unwrap();
    assert_eq!(token.header_name(), "Access-Token");
    assert_eq!(token.header_value(), token.value());
    let raw: serde_json::Value = serde_json::from_slice(token.answer().body()).unwrap();
    assert_eq!(raw["data"], token.value());
    assert_eq!(token.lifetime_ms(), 7_200_000);
    assert_eq!(token.expires_at_ms(), NOON_MS + 7_200_000);
}

#[test]
fn a_business_call_carries_the_token_and_a_number_of_its_own() {
    let sandbox = Sandbox::start();
    let handle = openplatform(&config(sandbox.base("openplatform")));
    let mut call = Call::new("POST", "/openapi/订单");
    call.query = vec![("页".into(), "1".into())];
    call.headers.add("X-Extra", "中");
    call.body = r#"{"a":"中"}"#.into();
    let answer = handle.call(&call, &Options::default()).unwrap();
    let token = handle.token(&Options::default()).unwrap();
    let sent = last(&sandbox);
    assert_eq!(header(&sent, "access-token"), Some(token.header_value()));
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    assert_eq!(header(&sent, "x-extra"), Some("中"));
    assert!(header(&sent, "request-id").is_some_and(|id| !id.is_empty()));
    assert_eq!(
        sent.request.target,
        "/openplatform/openapi/%E8%AE%A2%E5%8D%95?%E9%A1%B5=1"
    );
    assert_eq!(sent.request.body, call.body);
    assert_eq!(
        answer.data().unwrap().field("body.a").as_deref(),
        Some("中")
    );
    handle.call(&call, &Options::default()).unwrap();
    let count = sandbox.scoped("default").count("openplatform");
    assert_eq!((count.business_requests, count.distinct_nonces), (2, 2));
}

#[test]
fn every_method_can_be_called_with_and_without_a_body() {
    let sandbox = Sandbox::start();
    let handle = openplatform(&config(sandbox.base("openplatform")));
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"] {
        for body in ["", "{}"] {
            let mut call = Call::new(method, "/x");
            call.body = body.into();
            let answer = handle.call(&call, &Options::default()).unwrap();
            let seen = answer.data().unwrap().field("method");
            assert_eq!(seen.as_deref(), Some(method));
            let sent = last(&sandbox);
            assert_eq!(sent.request.body, body.as_bytes());
            let kind = (!body.is_empty()).then_some("application/json");
            assert_eq!(header(&sent, "content-type"), kind);
        }
    }
}

#[test]
fn a_call_that_would_leave_the_platform_or_its_headers_is_refused() {
    let sandbox = Sandbox::start();
    let handle = openplatform(&config(sandbox.base("openplatform")));
    for path in [
        "https://evil.example/steal",
        "//evil.example/steal",
        "evil.example",
        "@evil.example",
        "/../other",
        "/a/%2e%2E/b",
        "/a/..%2fb",
        "/a/..\\b",
        "/a?token=1",
        "/a#b",
        "/a\r\nX: y",
        "/a%",
    ] {
        names(
            handle.call(&Call::new("GET", path), &Options::default()),
            "path",
        );
    }
    for header in [
        "Access-Token",
        "access-token",
        "Request-Id",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
    ] {
        let mut call = Call::new("GET", "/a");
        call.headers.add(header, "1");
        names(
            handle.call(&call, &Options::default()),
            &format!("header {header}"),
        );
    }
    let mut call = Call::new("GET", "/a");
    call.headers.add("X-A", "1\r\nAccess-Token: 2");
    names(handle.call(&call, &Options::default()), "header X-A");
    for method in ["", "GE T", "CONNECT", "GET\r\n"] {
        names(
            handle.call(&Call::new(method, "/a"), &Options::default()),
            "method",
        );
    }
    let call = Call::new("GET", "/a");
    names(handle.call(&call, &within_ms(0)), "timeout_ms");
    let count = sandbox.scoped("default").count("openplatform");
    assert_eq!(count.business_requests, 0);
}

#[test]
fn every_code_has_its_status_and_is_kept() {
    let sandbox = Sandbox::start();
    for (code, status) in [
        ("10101", Status::Unauthorized),
        ("10102", Status::Unauthorized),
        ("10103", Status::Unauthorized),
        ("10104", Status::Unauthorized),
        ("10106", Status::Platform),
        ("10131", Status::Platform),
        ("10132", Status::Unauthorized),
        ("10133", Status::Platform),
        ("10134", Status::Unauthorized),
        ("10135", Status::Platform),
        ("27182", Status::Platform),
    ] {
        let scope = sandbox.scoped(code);
        let base = scope.faulty("openplatform", &format!("code={code},at=token"));
        let error = fails(
            openplatform(&config(base)).token(&Options::default()),
            status,
            Delivery::Answered,
        );
        assert_eq!(error.platform_code(), Some(code));
        let said = "操作失败 the sandbox was told to fail";
        assert_eq!(error.platform_message(), Some(said));
        assert!(error.message().contains(said));
        assert_eq!(scope.count("openplatform").requests, 1, "not repeated");
    }
}

#[test]
fn the_trace_id_is_read_under_either_name() {
    let sandbox = Sandbox::start();
    for (platform, name) in [
        ("openplatform", "_trackId"),
        ("openplatform-jwt", "trackId"),
    ] {
        let base = sandbox.scoped(platform).faulty(platform, "code=10131");
        let error = openplatform(&config(base))
            .token(&Options::default())
            .unwrap_err();
        let body = error.answer().unwrap().body();
        let raw: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert!(raw[name].is_string());
        assert_eq!(error.trace_id(), raw[name].as_str());
    }
}

#[test]
fn a_success_code_with_ok_false_is_a_failure() {
    for (body, status) in [
        (
            json!({"code": 200, "ok": false, "data": "t", "message": "no"}),
            Status::Platform,
        ),
        (
            json!({"code": 200, "ok": "true", "data": "t"}),
            Status::Protocol,
        ),
    ] {
        let server = raw::RawServer::answering(raw::http_json(200, &body.to_string()));
        let outcome = openplatform(&config(server.url())).token(&Options::default());
        fails(outcome, status, Delivery::Answered);
    }
    let body = r#"{"code":200,"data":"t"}"#;
    let server = raw::RawServer::answering(raw::http_json(200, body));
    openplatform(&config(server.url()))
        .token(&Options::default())
        .unwrap();
}

#[test]
fn a_token_that_no_header_can_hold_is_a_protocol_error() {
    let body = json!({"code": 200, "ok": true, "data": "a\r\nX-Evil: 1"});
    let server = raw::RawServer::answering(raw::http_json(200, &body.to_string()));
    let outcome = openplatform(&config(server.url())).token(&Options::default());
    let error = fails(outcome, Status::Protocol, Delivery::Answered);
    assert!(error.message().contains("`data`"), "{error}");
}

#[test]
fn credentials_are_checked_when_the_handle_is_made() {
    let config = config("https://host.example");
    names(OpenPlatform::new(&config, "", "s"), "client_id");
    names(OpenPlatform::new(&config, "c", ""), "secret");
}
