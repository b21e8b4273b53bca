//! seller: the Bearer token and business calls, against the sandbox.

use crate::support;

use auth::call::Call;
use auth::providers::seller::Seller;
use auth::{Delivery, Options, Status};
use serde_json::json;
use support::sandbox::{Recorded, Sandbox};
use support::*;

fn last(sandbox: &Sandbox) -> Recorded {
    let scope = sandbox.scoped("default");
    scope.last("seller").expect("a request")
}

#[test]
fn the_login_sends_both_keys_as_json() {
    let sandbox = Sandbox::start();
    let seller = seller(&config(sandbox.base("seller")));
    let token = seller.token(&Options::default()).unwrap();
    let sent = last(&sandbox);
    assert_eq!(sent.request.method, "POST");
    let path = "/seller/seller/202405/auth/get-access-token";
    assert_eq!(sent.request.target, path);
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    assert_eq!(header(&sent, "authorization"), None);
    let c = CREDENTIALS;
    assert_eq!(
        json_body(&sent),
        json!({"accessKey": c.seller_access_key, "secretKey": c.seller_secret_key})
    );
    assert_eq!(token.header_name(), "Authorization");
    assert_eq!(token.lifetime_ms(), 7_200_000);
}

#[test]
fn the_scheme_is_there_once_whether_the_platform_sends_it_or_not() {
    let sandbox = Sandbox::start();
    for (name, base) in [
        ("with", sandbox.base("seller")),
        (
            "without",
            sandbox.scoped("default").faulty("seller", "nobearer"),
        ),
    ] {
        let seller = seller(&config(base));
        let token = seller.token(&Options::default()).unwrap();
        let bare = token.value();
        assert!(bare.starts_with("eyJ"), "{name}");
        assert_eq!(token.header_value(), format!("Bearer {bare}"));
        seller
            .call(&Call::new("GET", "/x"), &Options::default())
            .unwrap();
        let sent = last(&sandbox);
        assert_eq!(header(&sent, "authorization"), Some(token.header_value()));
    }
}

#[test]
fn a_lower_case_scheme_is_not_doubled() {
    let body = json!({"code": 200, "data": {"accessToken": "bearer  abc", "expiresIn": 7200000}});
    let server = raw::RawServer::answering(raw::http_json(200, &body.to_string()));
    let token = seller(&config(server.url()))
        .token(&Options::default())
        .unwrap();
    assert_eq!(token.header_value(), "Bearer abc");
    assert_eq!(token.value(), "abc");
}

#[test]
fn a_business_call_goes_out_as_described() {
    let sandbox = Sandbox::start();
    let seller = seller(&config(sandbox.base("seller")));
    let mut call = Call::new("PUT", "/seller/202405/商品/a b");
    call.query = vec![("q".into(), "中 文".into())];
    call.content_type = Some("application/json; charset=utf-8".into());
    call.body = "{\"price\" : 1.10}".into();
    let answer = seller.call(&call, &Options::default()).unwrap();
    let sent = last(&sandbox);
    let (path, query) = sent.request.target.split_once('?').unwrap();
    assert_eq!(path, "/seller/seller/202405/%E5%95%86%E5%93%81/a%20b");
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    assert_eq!(pairs, [("q".into(), "中 文".into())]);
    assert_eq!(sent.request.body, call.body, "byte for byte");
    let kind = header(&sent, "content-type");
    assert_eq!(kind, Some("application/json; charset=utf-8"));
    assert_eq!(answer.message(), Some("success"));
    assert_eq!(answer.code(), Some("200"));
    // The envelope is checked, and the body is there as it came.
    let raw: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(raw["data"]["method"], "PUT");
}

#[test]
fn the_token_header_cannot_be_set_by_the_caller() {
    let sandbox = Sandbox::start();
    let seller = seller(&config(sandbox.base("seller")));
    let mut call = Call::new("GET", "/x");
    call.headers.add("authorization", "Bearer other");
    names(
        seller.call(&call, &Options::default()),
        "header authorization",
    );
}

#[test]
fn refused_keys_are_unauthorized_and_asked_for_once() {
    let sandbox = Sandbox::start();
    let config = config(sandbox.base("seller"));
    let seller = Seller::new(&config, "wrong", CREDENTIALS.seller_secret_key).unwrap();
    let error = fails(
        seller.call(&Call::new("GET", "/x"), &Options::default()),
        Status::Unauthorized,
        Delivery::Answered,
    );
    assert_eq!(error.platform_code(), Some("401"));
    assert_eq!(sandbox.scoped("default").count("seller").requests, 1);
}

#[test]
fn every_other_code_is_the_platforms_own() {
    let sandbox = Sandbox::start();
    for (code, status) in [
        ("400", Status::Platform),
        ("403", Status::Platform),
        ("500", Status::Platform),
        ("0", Status::Platform),
    ] {
        let base = sandbox
            .scoped(code)
            .faulty("seller", &format!("code={code},at=business"));
        let outcome = seller(&config(base)).call(&Call::new("GET", "/x"), &Options::default());
        let error = fails(outcome, status, Delivery::Answered);
        assert_eq!(error.platform_code(), Some(code));
        let said = Some("操作失败 the sandbox was told to fail");
        assert_eq!(error.platform_message(), said);
        assert_eq!(sandbox.scoped(code).count("seller").requests, 2);
    }
}

#[test]
fn business_calls_are_repeated_only_when_they_are_marked() {
    for (fault, plain, marked) in [
        (
            "reset_after",
            (Status::OutcomeUnknown, 1),
            (Status::Network, 2),
        ),
        ("status=503", (Status::OutcomeUnknown, 1), (Status::Http, 2)),
        ("status=500", (Status::OutcomeUnknown, 1), (Status::Http, 1)),
        (
            "status=429,retry_after=0",
            (Status::RateLimited, 1),
            (Status::RateLimited, 2),
        ),
        ("status=404", (Status::Http, 1), (Status::Http, 1)),
        ("code=500", (Status::Platform, 1), (Status::Platform, 1)),
    ] {
        let sandbox = Sandbox::start();
        for (idempotent, (status, requests)) in [(false, plain), (true, marked)] {
            let scope = sandbox.scoped(&idempotent.to_string());
            let mut config = config(scope.faulty("seller", &format!("{fault},at=business")));
            config.max_tries = 2;
            let mut call = Call::new("POST", "/x");
            call.idempotent = idempotent;
            let error = seller(&config)
                .call(&call, &Options::default())
                .unwrap_err();
            assert_eq!(error.status(), status, "{fault} {error:?}");
            let count = scope.count("seller").business_requests;
            assert_eq!(count, requests, "{fault} {idempotent}");
        }
    }
}

#[test]
fn credentials_are_checked_when_the_handle_is_made() {
    let config = config("https://host.example");
    names(Seller::new(&config, "", "s"), "access_key");
    names(Seller::new(&config, "a", ""), "secret_key");
}
