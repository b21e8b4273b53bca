//! How old a message may be, and that it counts once.

use crate::support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use auth::inbound::Inbound;
use auth::log::Level;
use auth::replay::MemoryGuard;
use auth::store::Store;
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
            Box::new(move |message| handle.verify(message)?.done())
        }
        "daxpay" => {
            let handle = daxpay(config);
            Box::new(move |message| handle.verify(message)?.done())
        }
        _ => {
            let handle = redemption(config);
            Box::new(move |message| handle.verify(message)?.done())
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
                config.window_ms = Some(window_ms);
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
fn five_minutes_are_the_default_window_where_the_time_is_signed() {
    let sandbox = Sandbox::start();
    for platform in ["daxpay", "redemption"] {
        let message = genuine(&sandbox, platform, &json!({}));
        for (age_ms, is_fresh) in [(WINDOW_MS, true), (WINDOW_MS + 1, false)] {
            let clock = TestClock::at(sent_ms(&message) + age_ms);
            let outcome = checker(platform, &config_on(&clock))(&message);
            assert_eq!(outcome.is_ok(), is_fresh, "{platform}: {outcome:?}");
        }
    }
}

/// Ten repeats, one every five minutes, and a while on the way; nobody says that they bear a new timestamp.
#[test]
fn no_repeat_of_a_webhook_is_stale_by_default() {
    let sandbox = Sandbox::start();
    let message = genuine(&sandbox, "creditpay", &json!({}));
    for repeat in 0..=10 {
        let clock = TestClock::at(sent_ms(&message) + repeat * 300_000 + 20_000);
        checker("creditpay", &config_on(&clock))(&message).unwrap();
    }
    let clock = TestClock::at(sent_ms(&message) + 3_600_001);
    refused(
        checker("creditpay", &config_on(&clock))(&message),
        Status::Stale,
    );
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
        clock.set_back(2 * 3_600_000);
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
                            Err(error) => {
                                let status = error.status();
                                assert!(matches!(status, Status::Replayed | Status::Busy));
                            }
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
    let first = |key: &str, now| guard.first_time(key, now, now + 100);
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
    assert!(MemoryGuard::new(0).unwrap().first_time("a", 0, 1));
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
    asked: Mutex<Vec<(String, i64)>>,
    first: bool,
}

impl Store for Own {
    fn add(&self, key: &str, _: &[u8], ttl_ms: i64, timeout_ms: i64) -> auth::Result<bool> {
        assert_eq!(timeout_ms, 200);
        self.asked.lock().unwrap().push((key.to_owned(), ttl_ms));
        Ok(self.first)
    }

    fn has_only_add(&self) -> bool {
        true
    }
}

#[test]
fn a_store_with_only_add_is_asked_once_and_its_answer_counts() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        for first in [true, false] {
            let own = Arc::new(Own {
                asked: Mutex::default(),
                first,
            });
            let clock = TestClock::now();
            let mut config = config_on(&clock);
            config.replay_store = Some(own.clone());
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
            let (key, ttl_ms) = &asked[0];
            assert_eq!(asked.len(), 2);
            assert_eq!(asked[1].0, *key, "the same message has the same key");
            assert!(key.starts_with("replay:{") && key.ends_with('}'), "{key}");
            assert!(key.len() <= 100 && key.is_ascii(), "{key}");
            // A webhook's time is not signed: it is remembered for a day.
            let day_ms = 24 * 60 * 60 * 1000;
            let kept_ms = if platform == "creditpay" {
                day_ms
            } else {
                2 * WINDOW_MS
            };
            assert_eq!(*ttl_ms, kept_ms);
        }
    }
}

/// A store that is down.
struct Down;

impl Store for Down {
    fn add(&self, _: &str, _: &[u8], _: i64, _: i64) -> auth::Result<bool> {
        Err(Error::new(Status::Internal, "it is down"))
    }
}

#[test]
fn a_store_that_cannot_tell_means_no() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut config = config_on(&TestClock::now());
        config.replay_store = Some(Arc::new(Down));
        let message = genuine(&sandbox, platform, &json!({}));
        let outcome = checker(platform, &config)(&message);
        let error = refused(outcome, Status::Store);
        assert_eq!(error.message(), "the shared store failed: it is down");
    }
}

/// What the three platforms' events have in common here.
trait Done {
    fn done(&self) -> auth::Result<()>;
    fn raw_body(&self) -> &[u8];
}

macro_rules! done {
    ($($platform:ident),*) => {$(
        impl Done for auth::providers::$platform::Event {
            fn done(&self) -> auth::Result<()> {
                self.done()
            }

            fn raw_body(&self) -> &[u8] {
                self.raw_body()
            }
        }
    )*};
}
done!(creditpay, daxpay, redemption);

type Verified = Result<Box<dyn Done>, (Error, Option<Box<dyn Done>>)>;
type Verify = Box<dyn Fn(&Inbound) -> Verified>;

fn verifier(platform: &str, config: &Config) -> Verify {
    fn boxed<E: Done + 'static>(verified: Result<E, auth::inbound::Rejected<E>>) -> Verified {
        match verified {
            Ok(event) => Ok(Box::new(event)),
            Err(rejected) => {
                let (error, event) = rejected.into_parts();
                Err((error, event.map(|event| Box::new(event) as Box<dyn Done>)))
            }
        }
    }
    match platform {
        "creditpay" => {
            let handle = creditpay(config);
            Box::new(move |message| boxed(handle.verify(message)))
        }
        "daxpay" => {
            let handle = daxpay(config);
            Box::new(move |message| boxed(handle.verify(message)))
        }
        _ => {
            let handle = redemption(config);
            Box::new(move |message| boxed(handle.verify(message)))
        }
    }
}

#[track_caller]
fn rejected(verified: Verified, status: Status) -> (Error, Option<Box<dyn Done>>) {
    let (error, event) = verified.err().expect("it is refused");
    assert_eq!(error.status(), status, "{error}");
    (error, event)
}

#[test]
fn whoever_comes_while_a_message_is_claimed_is_busy_and_gets_the_event() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let clock = TestClock::now();
        let verify = verifier(platform, &config_on(&clock));
        let message = genuine(&sandbox, platform, &json!({}));
        let first = verify(&message).unwrap_or_else(|_| panic!("{platform}"));
        let (_, event) = rejected(verify(&message), Status::Busy);
        let event = event.expect("busy comes with the event");
        assert_eq!(event.raw_body(), message.body);
        // It is not the busy one's to finish, nor to give back.
        let error = event.done().unwrap_err();
        assert_eq!(error.status(), Status::Busy);
        drop(event);
        rejected(verify(&message), Status::Busy);
        first.done().unwrap();
        first.done().unwrap();
        let (_, event) = rejected(verify(&message), Status::Replayed);
        let event = event.expect("replayed comes with the event");
        assert_eq!(event.raw_body(), message.body);
        event.done().unwrap();
        drop((first, event));
        rejected(verify(&message), Status::Replayed);
    }
}

#[test]
fn an_event_that_ends_without_done_is_given_back_and_said_in_the_log() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut config = config_on(&TestClock::now());
        let lines = Lines::of(&mut config);
        let verify = verifier(platform, &config);
        let message = genuine(&sandbox, platform, &json!({}));
        for times in 0..3 {
            let event = verify(&message).unwrap_or_else(|_| panic!("{platform}"));
            assert_eq!(lines.count(Level::Warn, "without done"), times);
            drop(event);
            assert_eq!(lines.count(Level::Warn, "without done"), times + 1);
        }
        let event = verify(&message).unwrap_or_else(|_| panic!("{platform}"));
        event.done().unwrap();
        drop(event);
        assert_eq!(lines.count(Level::Warn, "without done"), 3);
    }
}

#[test]
fn a_claim_ends_by_itself_when_its_time_is_up() {
    let sandbox = Sandbox::start();
    for claim_ms in [60_000, 5_000] {
        let clock = TestClock::now();
        let mut config = config_on(&clock);
        if claim_ms != 60_000 {
            config.replay_claim_ms = claim_ms;
        }
        let verify = verifier("redemption", &config);
        let message = genuine(&sandbox, "redemption", &json!({}));
        let first = verify(&message).unwrap_or_else(|_| panic!());
        clock.pass(claim_ms);
        rejected(verify(&message), Status::Busy);
        clock.pass(1);
        let second = verify(&message).unwrap_or_else(|_| panic!());
        // The first one took too long, and gives back nothing that is the second's.
        drop(first);
        rejected(verify(&message), Status::Busy);
        second.done().unwrap();
        rejected(verify(&message), Status::Replayed);
    }
}

#[test]
fn two_that_finish_the_same_message_are_told() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let verify = verifier("creditpay", &config_on(&clock));
    let message = genuine(&sandbox, "creditpay", &json!({}));
    let late = verify(&message).unwrap_or_else(|_| panic!());
    clock.pass(60_001);
    let next = verify(&message).unwrap_or_else(|_| panic!());
    late.done().unwrap();
    let error = next.done().unwrap_err();
    assert_eq!(error.status(), Status::Replayed);
    assert_eq!(error.trace_id(), message.headers.get("trace"));
}

#[test]
fn with_no_time_to_claim_there_is_one_phase() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut config = config_on(&TestClock::now());
        let lines = Lines::of(&mut config);
        config.replay_claim_ms = 0;
        let verify = verifier(platform, &config);
        let message = genuine(&sandbox, platform, &json!({}));
        drop(verify(&message).unwrap_or_else(|_| panic!("{platform}")));
        rejected(verify(&message), Status::Replayed);
        assert_eq!(lines.count(Level::Warn, "without done"), 0);
    }
}

#[test]
fn what_is_refused_is_said_in_the_log_with_its_reason_and_trace_id() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut config = config_on(&TestClock::now());
        let lines = Lines::of(&mut config);
        let check = checker(platform, &config);
        let message = genuine(&sandbox, platform, &json!({}));
        let mut forged = message.clone();
        let text = String::from_utf8(message.body.clone()).unwrap();
        forged.body = text
            .replacen(':', ": ", 1)
            .replacen("success", "succes", 1)
            .into_bytes();
        refused(check(&forged), Status::BadSignature);
        let named = format!("{platform} message refused: BAD_SIGNATURE: signature mismatch");
        assert_eq!(lines.count(Level::Warn, &named), 1, "{:?}", lines.all());
        check(&message).unwrap();
        refused(check(&message), Status::Replayed);
        assert_eq!(lines.count(Level::Warn, "message refused: REPLAYED"), 1);
        let trace_id = match platform {
            "creditpay" => message.headers.get("trace").map(str::to_owned),
            "daxpay" => {
                let body: Value = serde_json::from_slice(&message.body).unwrap();
                body["traceId"].as_str().map(str::to_owned)
            }
            _ => None,
        };
        let trace = format!("trace {}", trace_id.as_deref().unwrap_or("-"));
        assert_eq!(lines.count(Level::Warn, &trace), 2, "{:?}", lines.all());
    }
}

#[test]
fn a_full_guard_says_so_once_a_minute() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let mut config = config_on(&clock);
    let lines = Lines::of(&mut config);
    config.replay_capacity = 2;
    let check = checker("creditpay", &config);
    let next = |id: &str| check(&genuine(&sandbox, "creditpay", &json!({"event_id": id}))).unwrap();
    next("a");
    next("b");
    assert_eq!(lines.count(Level::Warn, "full"), 0);
    next("c");
    next("d");
    assert_eq!(lines.count(Level::Warn, "replay_capacity"), 1);
    clock.pass(60_000);
    next("e");
    assert_eq!(lines.count(Level::Warn, "replay_capacity"), 2);
}

#[test]
fn a_webhook_whose_time_is_not_signed_is_remembered_beyond_a_day() {
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let check = checker("creditpay", &config_on(&clock));
    let message = genuine(&sandbox, "creditpay", &json!({}));
    check(&message).unwrap();
    for days in 1..30 {
        clock.pass(24 * 3_600_000);
        let fresh = (sent_ms(&message) + days * 24 * 3_600_000).to_string();
        let forged = with_header(&message, "timestamp", Some(&fresh));
        refused(check(&forged), Status::Replayed);
    }
}

#[test]
fn queries_never_reach_a_store() {
    let sandbox = Sandbox::start();
    let mut config = config_on(&TestClock::now());
    config.replay_store = Some(Arc::new(Down));
    let check = checker("creditpay", &config);
    let kind = json!({"kind": "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT"});
    let message = genuine(&sandbox, "creditpay", &kind);
    check(&message).unwrap();
    refused(check(&message), Status::Replayed);
}

#[test]
fn the_account_is_part_of_the_key() {
    let sandbox = Sandbox::start();
    let c = CREDENTIALS;
    let own = Arc::new(Own {
        asked: Mutex::default(),
        first: true,
    });
    let mut config = config_on(&TestClock::now());
    config.replay_store = Some(own.clone());
    let message = genuine(&sandbox, "creditpay", &json!({}));
    for plat_id in ["one", "another"] {
        let key = c.creditpay_signature_key;
        let handle =
            auth::providers::creditpay::CreditPay::new(&config, plat_id, c.creditpay_api_key, key);
        handle.unwrap().verify(&message).map(drop).unwrap();
    }
    checker("daxpay", &config)(&genuine(&sandbox, "daxpay", &json!({}))).unwrap();
    checker("redemption", &config)(&genuine(&sandbox, "redemption", &json!({}))).unwrap();
    let asked = own.asked.lock().unwrap();
    let keys: std::collections::BTreeSet<_> = asked.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
}
