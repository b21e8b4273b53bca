//! What a handle counts: every number against what the sandbox saw, or what the test did itself.

use crate::support;

use auth::call::Call;
use auth::inbound::Rejected;
use auth::json::Json;
use auth::store::Store;
use auth::{Delivery, Options, Status};
use serde_json::json;
use std::sync::Arc;
use support::sandbox::Sandbox;
use support::store::MemoryStore;
use support::*;

/// The number at a path, 0 where there is none.
fn number(stats: &Json, path: &str) -> i64 {
    stats.find(path).and_then(Json::as_i64).unwrap_or(0)
}

/// Why a message was refused.
fn status<E>(verified: Result<E, Rejected<E>>) -> Option<Status> {
    verified.err().map(|rejected| rejected.error().status())
}

#[test]
fn tokens_calls_and_connections_are_counted() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("counted");
    let clock = TestClock::now();
    let seller = seller(&config_at(scope.base("seller"), &clock));
    let token = || seller.token(&Options::default()).expect("a token");
    token();
    token();
    let call = Call::new("POST", "/business");
    seller.call(&call, &Options::default()).expect("an answer");
    let stats = seller.stats();
    assert_eq!(stats.get("platform").and_then(Json::as_str), Some("seller"));
    for (path, count) in [
        ("calls.token.OK.count", 1),
        ("calls.call.OK.count", 1),
        ("attempts.token.OK.count", 1),
        ("attempts.call.OK.count", 1),
        ("connections.opened", 1),
        ("connections.reused", 1),
        ("connections.failed", 0),
        ("tokens.fetched", 1),
        ("tokens.cached", 2),
        ("tokens.refreshed", 0),
        ("tokens.failed", 0),
    ] {
        assert_eq!(number(&stats, path), count, "{path} of {}", stats.to_json());
    }
    assert!(stats.find("verifications").is_none() && stats.find("replay_guard").is_none());

    // A refused token: the call is made twice, and a token fetched between.
    scope.expire_tokens();
    seller.call(&call, &Options::default()).expect("an answer");
    let stats = seller.stats();
    assert_eq!(number(&stats, "calls.call.UNAUTHORIZED.count"), 1);
    assert_eq!(number(&stats, "calls.call.OK.count"), 2);
    assert_eq!(number(&stats, "tokens.fetched"), 2);

    // One that is due is refreshed.
    let left_ms = token().expires_at_ms() - auth::clock::Clock::unix_ms(&*clock);
    clock.pass(left_ms - 1_000);
    token();
    let stats = seller.stats();
    assert_eq!(number(&stats, "tokens.refreshed"), 1);
    assert_eq!(number(&stats, "tokens.fetched"), 2);
    assert_eq!(number(&stats, "tokens.failed"), 0);
}

#[test]
fn repeats_and_failures_are_counted_with_their_durations() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("failing");
    let mut config = config(scope.faulty("seller", "status=503,slow=20"));
    config.max_tries = 2;
    let refused = seller(&config);
    refused.token(&Options::default()).expect_err("503");
    let stats = refused.stats();
    assert_eq!(number(&stats, "calls.token.HTTP.count"), 1);
    assert_eq!(number(&stats, "attempts.token.HTTP.count"), 2);
    assert_eq!(number(&stats, "tokens.failed"), 1);
    assert_eq!(number(&stats, "tokens.fetched"), 0);
    let of = |span: &str, what: &str| number(&stats, &format!("{span}.token.HTTP.{what}"));
    // The sandbox took 20 ms for each; the call has both, and the pause between them.
    assert!(of("attempts", "longest_us") >= 20_000);
    assert!(of("attempts", "total_us") >= of("attempts", "longest_us") + 20_000);
    assert!(of("calls", "total_us") >= of("attempts", "total_us") + 50_000);
    assert_eq!(of("calls", "total_us"), of("calls", "longest_us"));

    let nobody = openplatform(&support::config("http://127.0.0.1:9"));
    let within = within_ms(50);
    fails(nobody.token(&within), Status::Network, Delivery::NotSent);
    let stats = nobody.stats();
    assert!(number(&stats, "connections.failed") >= 1);
    assert_eq!(number(&stats, "connections.opened"), 0);
    assert_eq!(
        number(&stats, "connections.failed"),
        number(&stats, "attempts.token.NETWORK.count")
    );
}

#[test]
fn an_answer_that_another_client_received_is_counted_as_read() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("read");
    let seller = seller(&config(scope.base("seller")));
    let request = seller.build_token(&Options::default()).expect("a request");
    let response = auth::http::HttpResponse {
        status: 200,
        headers: auth::http::Headers::default(),
        body: Vec::new().into(),
    };
    seller.read_token(&request, response).expect_err("no body");
    let stats = seller.stats();
    assert_eq!(number(&stats, "read.token.PROTOCOL.count"), 1);
    assert!(stats.find("calls.token").is_none() && stats.find("attempts.token").is_none());
}

#[test]
fn messages_are_counted_by_outcome_and_the_guard_tells_how_full_it_is() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("creditpay"));
    config.replay_capacity = 500;
    let handle = creditpay(&config);
    let genuine = inbound(
        &sandbox,
        &json!({"platform": "creditpay", "kind": "PAY_SUCCESS"}),
    );
    let event = handle.verify(&genuine).expect("genuine");
    assert_eq!(status(handle.verify(&genuine)), Some(Status::Busy));
    event.done().expect("done");
    assert_eq!(status(handle.verify(&genuine)), Some(Status::Replayed));
    let mut forged = genuine.clone();
    forged.body.push(b' ');
    for _ in 0..3 {
        assert_eq!(status(handle.verify(&forged)), Some(Status::BadSignature));
    }
    let stats = handle.stats();
    let counted = stats.find("verifications").expect("counted").to_json();
    let expected = r#"{"OK":1,"BAD_SIGNATURE":3,"REPLAYED":1,"BUSY":1}"#;
    assert_eq!(counted, expected);
    let guard = stats.find("replay_guard").expect("counted").to_json();
    assert_eq!(guard, r#"{"capacity":500,"remembered":1,"forgotten":0}"#);
    assert!(stats.find("tokens").is_none());

    // A store is asked nothing of the kind.
    config.replay_store = Some(MemoryStore::new() as Arc<dyn Store>);
    assert!(creditpay(&config).stats().find("replay_guard").is_none());
}

#[test]
fn a_guard_that_forgot_says_how_often() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("creditpay"));
    config.replay_capacity = 2;
    let handle = creditpay(&config);
    for _ in 0..5 {
        let message = inbound(
            &sandbox,
            &json!({"platform": "creditpay", "kind": "PAY_SUCCESS"}),
        );
        handle.verify(&message).expect("genuine").done().unwrap();
    }
    let guard = handle.stats().find("replay_guard").unwrap().to_json();
    assert_eq!(guard, r#"{"capacity":2,"remembered":2,"forgotten":3}"#);
}

#[test]
fn threads_lose_no_count() {
    const THREADS: usize = 20;
    const TAKES: usize = 1_000;
    let sandbox = Sandbox::start();
    let seller = seller(&config(sandbox.base("seller")));
    seller.token(&Options::default()).expect("a token");
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..TAKES).for_each(|_| drop(seller.token(&Options::default()))));
        }
    });
    let cached = i64::try_from(THREADS * TAKES).unwrap();
    assert_eq!(number(&seller.stats(), "tokens.cached"), cached);
}
