//! How long a token is believed to live: what the token says, what the answer says, and the traps.

use crate::support;

use auth::call::Call;
use auth::providers::openplatform::token_lifetime_ms;
use auth::providers::seller::{ExpiresInUnit, expires_in_unit};
use auth::token::Token;
use auth::{Config, Delivery, Error, Options, Status};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;
use support::sandbox::{Sandbox, signatures};
use support::*;

const TWO_HOURS_MS: i64 = 7_200_000;

/// What a seller handle makes of a login answer with this `data`.
fn seller_token(data: &Value, change: impl FnOnce(&mut Config)) -> Result<Arc<Token>, Error> {
    let body = json!({"code": 200, "message": "success", "data": data}).to_string();
    seller_token_raw(&body, change)
}

fn seller_token_raw(body: &str, change: impl FnOnce(&mut Config)) -> Result<Arc<Token>, Error> {
    let mut config = config_at("https://host.example", &TestClock::at(NOON_MS));
    change(&mut config);
    let seller = seller(&config);
    let request = seller.build_token(&Options::default()).unwrap();
    seller.read_token(&request, response(body))
}

fn openplatform_token(token: &str, change: impl FnOnce(&mut Config)) -> Result<Arc<Token>, Error> {
    let mut config = config_at("https://host.example", &TestClock::at(NOON_MS));
    change(&mut config);
    let handle = openplatform(&config);
    let request = handle.build_token(&Options::default()).unwrap();
    let body = json!({"code": 200, "ok": true, "data": token}).to_string();
    handle.read_token(&request, response(&body))
}

fn response(body: &str) -> auth::http::HttpResponse {
    auth::http::HttpResponse {
        status: 200,
        headers: Default::default(),
        body: body.as_bytes().to_vec().into(),
    }
}

fn jwt(claims: Value) -> String {
    signatures::jwt(&claims)
}

const NOON_S: i64 = NOON_MS / 1000;

#[test]
fn a_sellers_jwt_tells_its_own_life_whatever_the_platforms_clock_says() {
    // The platform's clock is a day ahead; the token lives as long as it says all the same.
    for skew in [0, 86_400, -86_400] {
        let iat = NOON_S + skew;
        let token = jwt(json!({"iat": iat, "exp": iat + 3_600}));
        let data = json!({"accessToken": format!("Bearer {token}"), "expiresIn": "7200000"});
        let token = seller_token(&data, |_| {}).unwrap();
        assert_eq!(token.lifetime_ms(), 3_600_000);
        assert_eq!(token.expires_at_ms(), NOON_MS + 3_600_000);
    }
}

#[test]
fn expires_in_is_milliseconds_as_a_string_or_a_number() {
    for expires_in in [json!("7200000"), json!(7_200_000)] {
        let data = json!({"accessToken": "opaque", "expiresIn": expires_in});
        let token = seller_token(&data, |_| {}).unwrap();
        assert_eq!(token.lifetime_ms(), TWO_HOURS_MS);
    }
}

#[test]
fn a_setting_forces_the_unit_against_token_and_document() {
    let token = jwt(json!({"iat": NOON_S, "exp": NOON_S + 60}));
    let data = json!({"accessToken": token, "expiresIn": "7200"});
    for (unit, life_ms) in [
        (ExpiresInUnit::Auto, 60_000),
        (ExpiresInUnit::Seconds, 7_200_000),
        (ExpiresInUnit::Milliseconds, 7_200),
    ] {
        let token = seller_token(&data, |config| config.set(expires_in_unit(unit))).unwrap();
        assert_eq!(token.lifetime_ms(), life_ms);
    }
}

#[test]
fn an_expires_in_that_cannot_be_believed_is_a_protocol_error_where_nothing_else_tells() {
    for odd in [
        "0",
        "-1",
        "-7200000",
        "7200000.0",
        "7.2e6",
        "9223372036854775807",
        "99999999999999999999999",
        "\"0\"",
        "\"-5\"",
        "\"7200000.5\"",
        "\"two hours\"",
        "\"\"",
        "\" 7200000\"",
        "true",
        "[7200000]",
        "{}",
    ] {
        let body =
            format!("{{\"code\":200,\"data\":{{\"accessToken\":\"opaque\",\"expiresIn\":{odd}}}}}");
        let error = fails(
            seller_token_raw(&body, |_| {}),
            Status::Protocol,
            Delivery::Answered,
        );
        assert!(
            error.message().contains("`data.expiresIn`"),
            "{odd}: {error}"
        );
        // The token itself tells: then it does not matter.
        let token = jwt(json!({"iat": NOON_S, "exp": NOON_S + 7_200}));
        let body = body.replace("opaque", &token);
        assert_eq!(
            seller_token_raw(&body, |_| {}).unwrap().lifetime_ms(),
            TWO_HOURS_MS
        );
    }
    for absent in [
        json!({"accessToken": "opaque"}),
        json!({"accessToken": "o", "expiresIn": null}),
    ] {
        let error = fails(
            seller_token(&absent, |_| {}),
            Status::Protocol,
            Delivery::Answered,
        );
        assert!(
            error.message().contains("`data.expiresIn` is missing"),
            "{error}"
        );
    }
}

/// 7200 can only be the table's seconds; a setting that says milliseconds is believed all the same.
#[test]
fn an_expires_in_under_ten_minutes_is_in_seconds() {
    let data = |value: &str| json!({"accessToken": "opaque", "expiresIn": value});
    for (value, lifetime_ms) in [
        ("7200", 7_200_000),
        ("1", 1_000),
        ("599999", 599_999_000),
        ("600000", 600_000),
        ("7200000", 7_200_000),
    ] {
        let token = seller_token(&data(value), |_| {}).unwrap();
        assert_eq!(token.lifetime_ms(), lifetime_ms, "{value}");
        let token = seller_token(&data(value), |config| {
            config.set(expires_in_unit(ExpiresInUnit::Milliseconds));
        });
        assert_eq!(token.unwrap().lifetime_ms(), value.parse::<i64>().unwrap());
    }
}

#[test]
fn a_year_is_long_but_can_be_believed() {
    let year_ms = 365 * 24 * 3_600_000_i64;
    let data = json!({"accessToken": "opaque", "expiresIn": year_ms.to_string()});
    let token = seller_token(&data, |_| {}).unwrap();
    assert_eq!(token.lifetime_ms(), year_ms);
    assert_eq!(token.expires_at_ms(), NOON_MS + year_ms);
}

/// JWTs, and things that look like one, that do not tell a life.
fn silent_tokens() -> Vec<(&'static str, String)> {
    let claims = |claims: &str| {
        let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", encode("{\"alg\":\"HS256\"}"), encode(claims))
    };
    vec![
        ("opaque", "0123456789abcdef".into()),
        ("not three parts", "a.b".into()),
        ("not base64", "a.%%%.c".into()),
        ("not JSON", claims("hello")),
        ("not an object", claims("[1]")),
        (
            "not UTF-8",
            format!("a.{}.c", BASE64_URL_SAFE_NO_PAD.encode(b"\xff\xfe")),
        ),
        ("no exp", jwt(json!({"iat": NOON_S}))),
        ("exp null", jwt(json!({"iat": NOON_S, "exp": null}))),
        (
            "exp a string",
            jwt(json!({"iat": NOON_S, "exp": "1729749600"})),
        ),
        (
            "exp before iat",
            jwt(json!({"iat": NOON_S, "exp": NOON_S - 1})),
        ),
        (
            "exp equal to iat",
            jwt(json!({"iat": NOON_S, "exp": NOON_S})),
        ),
        (
            "absurd",
            jwt(json!({"iat": NOON_S, "exp": 9_007_199_254_740_993_000_i64})),
        ),
        (
            "the largest number",
            claims("{\"iat\":-9223372036854775808,\"exp\":9223372036854775807}"),
        ),
        ("no number at all", claims("{\"iat\":1,\"exp\":1e999}")),
        ("a second exp", claims("{\"iat\":1,\"exp\":2,\"exp\":3}")),
        (
            "deep",
            claims(&format!(
                "{{\"a\":{}{}}}",
                "[".repeat(5000),
                "]".repeat(5000)
            )),
        ),
    ]
}

#[test]
fn a_token_that_does_not_tell_its_life_falls_back() {
    for (what, token) in silent_tokens() {
        let data = json!({"accessToken": token, "expiresIn": "5000000"});
        let seller = seller_token(&data, |_| {});
        assert_eq!(seller.unwrap().lifetime_ms(), 5_000_000, "{what}");
        let opened = openplatform_token(&token, |_| {});
        assert_eq!(opened.unwrap().lifetime_ms(), TWO_HOURS_MS, "{what}");
        let opened = openplatform_token(&token, |config| config.set(token_lifetime_ms(1_000)));
        assert_eq!(opened.unwrap().lifetime_ms(), 1_000, "{what}");
    }
}

#[test]
fn an_open_platform_jwt_is_believed() {
    let token = jwt(json!({"iat": NOON_S + 500, "exp": NOON_S + 4_100}));
    assert_eq!(
        openplatform_token(&token, |_| {}).unwrap().lifetime_ms(),
        3_600_000
    );
    // Without `iat`, what is left of it by our clock.
    let token = jwt(json!({"exp": NOON_S + 4_100}));
    assert_eq!(
        openplatform_token(&token, |_| {}).unwrap().lifetime_ms(),
        4_100_000
    );
    // A JWT may pad its base64, though it should not.
    let token = jwt(json!({"iat": NOON_S, "exp": NOON_S + 60}));
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let missing = (4 - parts[1].len() % 4) % 4;
    parts[1] += &"=".repeat(missing);
    assert_eq!(
        openplatform_token(&parts.join("."), |_| {})
            .unwrap()
            .lifetime_ms(),
        60_000
    );
}

#[test]
fn a_life_counts_from_the_moment_the_request_was_built() {
    let clock = TestClock::at(NOON_MS);
    let mut config = config_at("https://host.example", &clock);
    config.set(expires_in_unit(ExpiresInUnit::Milliseconds));
    let seller = seller(&config);
    let request = seller.build_token(&Options::default()).unwrap();
    // The answer takes a minute: that minute is of the token's life.
    clock.pass(60_000);
    let body = r#"{"code":200,"data":{"accessToken":"opaque","expiresIn":100000}}"#;
    let token = seller.read_token(&request, response(body)).unwrap();
    assert_eq!(token.expires_at_ms(), NOON_MS + 100_000);
    clock.pass(39_999);
    seller
        .build_call(&Call::new("GET", "/x"), &Options::default())
        .unwrap();
    clock.pass(1);
    let outcome = seller.build_call(&Call::new("GET", "/x"), &Options::default());
    fails(outcome, Status::Unauthorized, Delivery::NotSent);
}

#[test]
fn the_sandboxs_odd_tokens_are_taken_as_they_should_be() {
    let sandbox = Sandbox::start();
    for (fault, life_ms) in [
        ("jwt=opaque", TWO_HOURS_MS),
        ("jwt=noexp", TWO_HOURS_MS),
        ("jwt=stringexp", TWO_HOURS_MS),
        ("jwt=absurd", TWO_HOURS_MS),
        ("jwt=notjwt", TWO_HOURS_MS),
        // Whose clock is off is not known: it says that it lives an hour.
        ("jwt=expired", 3_600_000),
    ] {
        let scope = sandbox.scoped(fault);
        let token = seller(&config(scope.faulty("seller", fault))).token(&Options::default());
        assert_eq!(token.unwrap().lifetime_ms(), life_ms, "{fault}");
        let token = openplatform(&config(scope.faulty("openplatform-jwt", fault)))
            .token(&Options::default());
        assert_eq!(token.unwrap().lifetime_ms(), life_ms, "{fault}");
    }
}

#[test]
fn an_open_token_without_a_believable_end_is_of_no_use_and_its_code_is_spent() {
    let open_token = |token: &str| {
        let config = config_at("https://host.example", &TestClock::at(NOON_MS));
        let handle = creditpay(&config);
        let request = handle
            .build_open_token("code", &Options::default())
            .unwrap();
        let body = json!({"code": 0, "data": {"open_token": token}}).to_string();
        handle.read_open_token(&request, response(&body))
    };
    for (what, token) in silent_tokens() {
        let error = fails(
            open_token(&token),
            Status::OutcomeUnknown,
            Delivery::Answered,
        );
        assert!(
            error.message().contains("`data.open_token`"),
            "{what}: {error}"
        );
        assert!(!error.message().contains(&token), "{what}");
    }
    let token = jwt(json!({"iat": NOON_S - 9, "exp": NOON_S + 51}));
    assert_eq!(
        open_token(&format!("Bearer {token}"))
            .unwrap()
            .lifetime_ms(),
        60_000
    );
}
