//! Every request can be built and handed over, and every answer handed back, without a socket: the
//! base URL is a port at which nobody listens, and a listener that must not see anybody.

use crate::support;

use auth::call::Call;
use auth::http::{HttpRequest, HttpResponse};
use auth::providers::daxpay::AuthUrlRequest;
use auth::{Config, Delivery, Options, Status};
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use support::sandbox::Sandbox;
use support::*;

/// Sends a built request with an HTTP client of our own, to the sandbox in place of its host.
fn carry(request: &HttpRequest, sandbox: &Sandbox) -> HttpResponse {
    let address = sandbox.origin().strip_prefix("http://").unwrap();
    let target = request.url().split_once(".example").unwrap().1;
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!(
        "{} {target} HTTP/1.1\r\nHost: host.example\r\n",
        request.method()
    );
    for (name, value) in request.headers().iter() {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!(
        "Connection: close\r\nContent-Length: {}\r\n\r\n",
        request.body().len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(request.body()).unwrap();
    let mut received = Vec::new();
    BufReader::new(stream).read_to_end(&mut received).unwrap();
    let end = received
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(received[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    HttpResponse {
        status: status.parse().unwrap(),
        headers: lines.filter_map(|line| line.split_once(": ")).collect(),
        body: received[end + 4..].to_vec().into(),
    }
}

/// A handle at this address opens no socket that works.
fn nowhere(platform: &str) -> Config {
    config(format!("https://host.example/{platform}"))
}

#[test]
fn a_code_and_an_open_token() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&nowhere("creditpay"));
    let request = creditpay
        .build_issue_code(&code_request(), &Options::default())
        .unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.url(),
        "https://host.example/creditpay/v1/platform/identify/auth?plat_id=plat-1001"
    );
    let names: Vec<&str> = request.headers().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["trace", "api-key", "signature", "Content-Type"]);
    let code = creditpay
        .read_issue_code(&request, carry(&request, &sandbox))
        .unwrap();
    let request = creditpay
        .build_open_token(code.ident_code(), &Options::default())
        .unwrap();
    let token = creditpay
        .read_open_token(&request, carry(&request, &sandbox))
        .unwrap();
    assert_eq!(token.lifetime_ms(), 7_200_000);
    let request = creditpay
        .build_call(&Call::new("GET", "/v1/x"), &Options::default())
        .unwrap();
    creditpay
        .read_call(&request, carry(&request, &sandbox))
        .unwrap();
}

#[test]
fn an_identity_and_an_address_to_authorize_at() {
    let sandbox = Sandbox::start();
    let daxpay = daxpay(&nowhere("daxpay"));
    let request = daxpay
        .build_auth(&auth_request("c-1"), &Options::default())
        .unwrap();
    let identity = daxpay
        .read_auth(&request, carry(&request, &sandbox))
        .unwrap();
    assert!(identity.open_id().is_some());
    let request = daxpay
        .build_auth_and_set(&auth_request("c-2"), &Options::default())
        .unwrap();
    daxpay
        .read_auth_and_set(&request, carry(&request, &sandbox))
        .unwrap();
    let wish = AuthUrlRequest {
        channel: Some("ali_pay".into()),
        ..AuthUrlRequest::default()
    };
    let request = daxpay
        .build_generate_auth_url(&wish, &Options::default())
        .unwrap();
    let url = daxpay
        .read_generate_auth_url(&request, carry(&request, &sandbox))
        .unwrap();
    assert!(url.url().starts_with("https://"));
    let mut call = Call::new("POST", "/unipay/query");
    call.body = br#"{"orderNo":"1"}"#.to_vec();
    let request = daxpay.build_call(&call, &Options::default()).unwrap();
    daxpay
        .read_call(&request, carry(&request, &sandbox))
        .unwrap();
}

#[test]
fn a_redemption_url_under_both_signatures() {
    let sandbox = Sandbox::start();
    for (serial, handle) in [
        ("s-1", redemption(&nowhere("redemption"))),
        ("s-2", redemption_md5(&nowhere("redemption"))),
    ] {
        let request = handle
            .build_get_alipay_url(&alipay_request(serial), &Options::default())
            .unwrap();
        let url = handle
            .read_get_alipay_url(&request, carry(&request, &sandbox))
            .unwrap();
        assert!(url.url().contains(serial));
        let request = handle
            .build_call(&Call::new("GET", "/v1/x"), &Options::default())
            .unwrap();
        handle
            .read_call(&request, carry(&request, &sandbox))
            .unwrap();
    }
}

#[test]
fn tokens_that_are_fetched_by_other_means_are_cached_and_carried() {
    let sandbox = Sandbox::start();
    let seller = seller(&nowhere("seller"));
    let call = Call::new("GET", "/x");
    let error = fails(
        seller.build_call(&call, &Options::default()),
        Status::Unauthorized,
        Delivery::NotSent,
    );
    assert!(error.message().contains("build_token"), "{error}");
    let login = seller.build_token(&Options::default()).unwrap();
    let token = seller.read_token(&login, carry(&login, &sandbox)).unwrap();
    assert_eq!(
        seller.token(&Options::default()).unwrap().value(),
        token.value(),
        "cached"
    );
    let request = seller.build_call(&call, &Options::default()).unwrap();
    assert_eq!(
        request.headers().get("authorization"),
        Some(token.header_value())
    );
    seller
        .read_call(&request, carry(&request, &sandbox))
        .unwrap();

    let openplatform = openplatform(&nowhere("openplatform"));
    let login = openplatform.build_token(&Options::default()).unwrap();
    let token = openplatform
        .read_token(&login, carry(&login, &sandbox))
        .unwrap();
    let request = openplatform.build_call(&call, &Options::default()).unwrap();
    assert_eq!(
        request.headers().get("Access-Token"),
        Some(token.header_value())
    );
    openplatform
        .read_call(&request, carry(&request, &sandbox))
        .unwrap();
}

#[test]
fn an_answer_that_refuses_the_token_drops_that_token() {
    let sandbox = Sandbox::start();
    let seller = seller(&nowhere("seller"));
    let log_in = || {
        let login = seller.build_token(&Options::default()).unwrap();
        seller.read_token(&login, carry(&login, &sandbox)).unwrap()
    };
    log_in();
    let stale = seller
        .build_call(&Call::new("GET", "/x"), &Options::default())
        .unwrap();
    sandbox.scoped("default").expire_tokens();
    let refused = carry(&stale, &sandbox);
    let outcome = seller.read_call(&stale, refused.clone());
    fails(outcome, Status::Unauthorized, Delivery::Answered);
    let outcome = seller.build_call(&Call::new("GET", "/x"), &Options::default());
    fails(outcome, Status::Unauthorized, Delivery::NotSent);
    // The same refusal again, late: the new token stays.
    let new = log_in();
    seller.read_call(&stale, refused).unwrap_err();
    let request = seller
        .build_call(&Call::new("GET", "/x"), &Options::default())
        .unwrap();
    assert_eq!(
        request.headers().get("authorization"),
        Some(new.header_value())
    );
}

#[test]
fn an_answer_gets_the_same_checks_as_one_that_libauth_received() {
    let daxpay = daxpay(&nowhere("daxpay"));
    let request = daxpay
        .build_auth(&auth_request("c"), &Options::default())
        .unwrap();
    let read = |status: u16, body: &str| {
        let response = HttpResponse {
            status,
            headers: [("Retry-After", "7")].into_iter().collect(),
            body: body.as_bytes().to_vec().into(),
        };
        daxpay.read_auth(&request, response)
    };
    let unsigned = r#"{"code":0,"data":{"status":"success"}}"#;
    let answered = Delivery::Answered;
    fails(read(200, unsigned), Status::BadSignature, answered);
    fails(read(200, "<html>"), Status::OutcomeUnknown, answered);
    fails(read(503, "<html>"), Status::OutcomeUnknown, answered);
    fails(read(302, ""), Status::Http, answered);
    let error = fails(read(429, ""), Status::RateLimited, answered);
    assert_eq!(error.retry_after_ms(), Some(7_000));
    // The nonce is this request's number, also where the answer has none.
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(error.trace_id(), body["nonceStr"].as_str());
}

#[test]
fn nothing_here_opens_a_socket() {
    let server = raw::RawServer::answering(Vec::new());
    let config = config(server.url());
    let creditpay = creditpay(&config);
    let request = creditpay
        .build_issue_code(&code_request(), &Options::default())
        .unwrap();
    let response = || HttpResponse {
        status: 200,
        headers: Default::default(),
        body: br#"{"code":0,"data":{"ident_code":"a","url":"b"}}"#.to_vec().into(),
    };
    creditpay.read_issue_code(&request, response()).unwrap();
    creditpay
        .build_open_token("c", &Options::default())
        .unwrap();
    creditpay
        .build_call(&Call::new("GET", "/x"), &Options::default())
        .unwrap();
    daxpay(&config)
        .build_auth(&auth_request("c"), &Options::default())
        .unwrap();
    redemption(&config)
        .build_get_alipay_url(&alipay_request("s"), &Options::default())
        .unwrap();
    openplatform(&config)
        .build_token(&Options::default())
        .unwrap();
    let seller = seller(&config);
    let login = seller.build_token(&Options::default()).unwrap();
    let body = br#"{"code":200,"data":{"accessToken":"t","expiresIn":9000}}"#;
    let answer = HttpResponse {
        body: body.to_vec().into(),
        ..response()
    };
    seller.read_token(&login, answer).unwrap();
    seller
        .build_call(&Call::new("GET", "/x"), &Options::default())
        .unwrap();
    assert_eq!(seller.token(&Options::default()).unwrap().value(), "t");
    assert_eq!(server.accepted(), 0);
    // Or this test would show nothing: a call does connect.
    creditpay.open_token("c", &Options::default()).unwrap_err();
    assert!(server.accepted() > 0);
}

#[test]
fn every_build_has_a_number_and_a_signature_of_its_own() {
    let redemption = redemption(&nowhere("redemption"));
    let build = || {
        redemption
            .build_get_alipay_url(&alipay_request("s"), &Options::default())
            .unwrap()
    };
    let (one, other) = (build(), build());
    for name in ["nonce", "sign"] {
        assert_ne!(one.headers().get(name), other.headers().get(name));
    }
    assert_eq!(one.body(), other.body(), "the serial number stays");
}
