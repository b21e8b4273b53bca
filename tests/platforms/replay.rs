//! How old a message may be, and that it counts once.

use crate::support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use auth::inbound::Inbound;
use auth::replay::{MemoryGuard, ReplayGuard};
use auth::{Config, Delivery, Error, Status};
use serde_json::{Value, json};
use support::sandbox::Sandbox;
use support::*;

const WINDOW_MS: i64 = 300_000;

/// A check with a handle that lives as long as it does.
type Check = Box<dyn Fn(&Inbound) -> Result<(), Error> + Send + Sync>;

fn checker(platform: &str, config: &Config) -> Check {
    match platform {
        "creditpay" => {
            let handle = creditpay(config);
            Box::new(move |message| handle.verify(message).map(drop))
        }
        "daxpay" => {
            let handle = daxpay(config);
            Box::new(move |message| handle.verify(message).map(drop))
        }
        _ => {
            let handle = redemption(config);
            Box::new(move |message| handle.verify(message).map(drop))
        }
    }
}

const PLATFORMS: [&str; 3] = ["creditpay", "daxpay", "redemption"];

fn genuine(sandbox: &Sandbox, platform: &str, more: &Value) -> Inbound {
    let mut order = json!({"platform": platform});
    for (name, value) in more.as_object().expect("an order is an object") {
        order[name] = value.clone();
    }
    inbound(sandbox, &order)
}

/// When a message says it was sent, Unix milliseconds.
fn sent_ms(message: &Inbound) -> i64 {
    if let Some(timestamp) = message.headers.get("timestamp") {
        return timestamp.parse().expect("milliseconds");
    }
    let body: Value = serde_json::from_slice(&message.body).expect("JSON");
    let time = body["resTime"].as_str().expect("a time");
    let time = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", time).expect("a time");
    let zone = jiff::tz::offset(8);
    zone.to_timestamp(time).expect("in range").as_millisecond()
}

fn config_on(clock: &Arc<TestClock>) -> Config {
    config_at("https://host.example", clock)
}

#[track_caller]
fn refused(outcome: Result<(), Error>, status: Status) -> Error {
    fails(outcome, status, Delivery::NotSent)
}

#[test]
fn both_edges_of_the_window_belong_to_it_and_a_millisecond_beyond_does_not() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        for window_ms in [WINDOW_MS, 1_000] {
            for (age_ms, is_fresh) in [
                (0, true),
                (window_ms - 1, true),
                (window_ms, true),
                (window_ms + 1, false),
                (1 - window_ms, true),
                (-window_ms, true),
                (-window_ms - 1, false),
            ] {
                let message = genuine(&sandbox, platform, &json!({}));
                let clock = TestClock::at(sent_ms(&message) + age_ms);
                let mut config = config_on(&clock);
                config.window_ms = window_ms;
                let outcome = checker(platform, &config)(&message);
                if is_fresh {
                    assert!(outcome.is_ok(), "{platform} {age_ms}: {outcome:?}");
                    continue;
                }
                let error = refused(outcome, Status::Stale);
                let when = if age_ms > 0 { " ago" } else { " in the future" };
                assert!(error.message().contains(when), "{error}");
            }
        }
    }
}

#[test]
fn five_minutes_are_the_default_window() {
    assert_eq!(Config::new("https://host.example").window_ms, WINDOW_MS);
}

#[test]
fn a_timestamp_that_is_no_unix_milliseconds_is_stale() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let creditpay = checker("creditpay", &config_on(&clock));
    let message = genuine(&sandbox, "creditpay", &json!({}));
    let seconds = message.headers.get("timestamp").unwrap()[..10].to_owned();
    for odd in [
        &*seconds,
        "-1",
        "-1732521424191",
        "0",
        "0000000000000",
        "9999999999999",
        "99999999999999999999999",
        "1e12",
        "1732521424.191",
        "+173252142419",
        "173252142419 ",
        " 732521424191",
        "now",
        "１７３２５２１４２４１９１",
    ] {
        // It is not part of what creditpay signs, so it alone can be changed.
        let changed = with_header(&message, "timestamp", Some(odd));
        refused(creditpay(&changed), Status::Stale);
    }
    creditpay(&message).unwrap();
}

#[test]
fn seconds_are_not_taken_for_milliseconds_even_where_they_would_be_in_the_window() {
    let sandbox = Sandbox::start();
    let message = genuine(&sandbox, "creditpay", &json!({}));
    // A clock that stands in January 1970, and timestamps that are short of 13 digits or of digits.
    let clock = TestClock::at(1_732_521_424);
    let check = checker("creditpay", &config_on(&clock));
    for odd in ["1732521424", "+001732521424", "1732521424   "] {
        let changed = with_header(&message, "timestamp", Some(odd));
        refused(check(&changed), Status::Stale);
    }
    check(&with_header(&message, "timestamp", Some("0001732521424"))).unwrap();
}

#[test]
fn a_message_counts_once() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let check = checker(platform, &config_on(&TestClock::now()));
        let message = genuine(&sandbox, platform, &json!({}));
        check(&message).unwrap();
        refused(check(&message), Status::Replayed);
        refused(check(&message), Status::Replayed);
        let another = genuine(&sandbox, platform, &json!({"event_id": "another"}));
        check(&another).unwrap();
    }
}

#[test]
fn a_handle_of_another_account_has_a_memory_of_its_own() {
    let sandbox = Sandbox::start();
    let message = genuine(&sandbox, "creditpay", &json!({}));
    let config = config_on(&TestClock::now());
    checker("creditpay", &config)(&message).unwrap();
    checker("creditpay", &config)(&message).unwrap();
}

#[test]
fn an_unsigned_timestamp_does_not_make_a_webhook_new() {
    let sandbox = Sandbox::start();
    let check = checker("creditpay", &config_on(&TestClock::now()));
    let message = genuine(&sandbox, "creditpay", &json!({}));
    check(&message).unwrap();
    let later = (sent_ms(&message) + 1_000).to_string();
    let forged = with_header(&message, "timestamp", Some(&later));
    refused(check(&forged), Status::Replayed);
    let forged = with_header(&message, "trace", Some("another"));
    refused(check(&forged), Status::Replayed);
}

#[test]
fn a_credit_limit_query_may_be_asked_again_but_not_replayed() {
    let sandbox = Sandbox::start();
    let check = checker("creditpay", &config_on(&TestClock::now()));
    let kind = json!({"kind": "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT"});
    let message = genuine(&sandbox, "creditpay", &kind);
    check(&message).unwrap();
    refused(check(&message), Status::Replayed);
    let later = (sent_ms(&message) + 1).to_string();
    check(&with_header(&message, "timestamp", Some(&later))).unwrap();
}

#[test]
fn the_platforms_own_repeat_of_an_event_is_a_message_of_its_own() {
    let sandbox = Sandbox::start();
    let check = checker("creditpay", &config_on(&TestClock::now()));
    for retry in 0..3 {
        let order = json!({"event_id": "same", "retry": retry});
        check(&genuine(&sandbox, "creditpay", &order)).unwrap();
    }
}

#[test]
fn a_redemption_nonce_is_new_for_every_message() {
    let sandbox = Sandbox::start();
    let check = checker("redemption", &config_on(&TestClock::now()));
    let with = |serial: &str| json!({"nonce": "n-1", "event_id": serial});
    check(&genuine(&sandbox, "redemption", &with("s-1"))).unwrap();
    let second = genuine(&sandbox, "redemption", &with("s-2"));
    refused(check(&second), Status::Replayed);
}

#[test]
fn a_message_is_remembered_for_as_long_as_it_is_fresh() {
    let sandbox = Sandbox::start();
    for platform in ["daxpay", "redemption"] {
        let message = genuine(&sandbox, platform, &json!({}));
        // It comes as early as can be, and again at the last moment.
        let clock = TestClock::at(sent_ms(&message) - WINDOW_MS);
        let check = checker(platform, &config_on(&clock));
        check(&message).unwrap();
        clock.pass(2 * WINDOW_MS);
        refused(check(&message), Status::Replayed);
        clock.pass(1);
        refused(check(&message), Status::Stale);
    }
}

#[test]
fn a_clock_that_is_set_back_does_not_make_a_message_new() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let message = genuine(&sandbox, platform, &json!({}));
        let clock = TestClock::at(sent_ms(&message) + WINDOW_MS);
        let check = checker(platform, &config_on(&clock));
        check(&message).unwrap();
        clock.set_back(WINDOW_MS);
        refused(check(&message), Status::Replayed);
        clock.set_back(3_600_000);
        refused(check(&message), Status::Stale);
    }
}

#[test]
fn of_many_threads_with_the_same_message_exactly_one_wins() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let check = checker(platform, &config_on(&TestClock::now()));
        for threads in [2, 16] {
            let id = format!("race-{threads}");
            let message = genuine(&sandbox, platform, &json!({"event_id": id, "nonce": id}));
            let (start, won) = (Barrier::new(threads), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        start.wait();
                        match check(&message) {
                            Ok(()) => {
                                won.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(error) => assert_eq!(error.status(), Status::Replayed),
                        }
                    });
                }
            });
            assert_eq!(won.load(Ordering::SeqCst), 1, "{platform}");
        }
    }
}

#[test]
fn the_memory_is_bounded_and_the_oldest_makes_room() {
    let guard = MemoryGuard::new(3).unwrap();
    let first = |key: &str, now| guard.first_time(key, now, now + 100).unwrap();
    for key in ["a", "b", "c"] {
        assert!(first(key, 0));
    }
    assert!(!first("a", 0), "what was seen is not noted anew");
    assert!(first("d", 0));
    assert!(!first("b", 0) && !first("c", 0) && !first("d", 0));
    assert!(first("a", 0), "a was the oldest");
    // At its end an entry still counts; a millisecond later its place is free.
    assert!(!first("a", 100));
    assert!(first("a", 101));
    assert!(MemoryGuard::new(0).unwrap().first_time("a", 0, 1).unwrap());
}

#[test]
fn the_capacity_is_the_configurations() {
    let sandbox = Sandbox::start();
    let mut config = config_on(&TestClock::now());
    config.replay_capacity = 2;
    let check = checker("creditpay", &config);
    let order = |id: &str| genuine(&sandbox, "creditpay", &json!({"event_id": id}));
    let messages = ["a", "b", "c"].map(order);
    for message in &messages {
        check(message).unwrap();
    }
    refused(check(&messages[2]), Status::Replayed);
    refused(check(&messages[1]), Status::Replayed);
    check(&messages[0]).unwrap();
}

/// Notes what it is asked, and answers as it is told.
struct Own {
    asked: Mutex<Vec<(String, i64, i64)>>,
    first: bool,
}

impl ReplayGuard for Own {
    fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> auth::Result<bool> {
        let asked = (key.to_owned(), now_ms, keep_until_ms);
        self.asked.lock().unwrap().push(asked);
        Ok(self.first)
    }
}

#[test]
fn a_guard_of_ones_own_is_asked_once_and_its_answer_counts() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        for first in [true, false] {
            let own = Arc::new(Own {
                asked: Mutex::default(),
                first,
            });
            let clock = TestClock::now();
            let mut config = config_on(&clock);
            config.replay_guard = Some(own.clone());
            let check = checker(platform, &config);
            let message = genuine(&sandbox, platform, &json!({}));
            if first {
                check(&message).unwrap();
                check(&message).unwrap();
            } else {
                refused(check(&message), Status::Replayed);
                refused(check(&message), Status::Replayed);
            }
            let asked = own.asked.lock().unwrap();
            let now = auth::clock::Clock::unix_ms(&*clock);
            let (key, at, until) = &asked[0];
            assert_eq!(asked.len(), 2);
            assert_eq!(asked[1].0, *key, "the same message has the same key");
            assert!(key.starts_with(platform), "{key}");
            // A webhook's time is not signed: it is remembered for a day.
            let day_ms = 24 * 60 * 60 * 1000;
            let kept_ms = if platform == "creditpay" {
                day_ms
            } else {
                2 * WINDOW_MS
            };
            assert_eq!((*at, *until), (now, now + kept_ms));
        }
    }
}

/// A guard whose store is down.
struct Down;

impl ReplayGuard for Down {
    fn first_time(&self, _: &str, _: i64, _: i64) -> auth::Result<bool> {
        Err(Error::new(Status::Internal, "the store is down"))
    }
}

#[test]
fn a_guard_that_cannot_tell_means_no() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut config = config_on(&TestClock::now());
        config.replay_guard = Some(Arc::new(Down));
        let message = genuine(&sandbox, platform, &json!({}));
        let outcome = checker(platform, &config)(&message);
        let error = refused(outcome, Status::Internal);
        assert_eq!(error.message(), "the store is down");
    }
}
