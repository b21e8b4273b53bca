//! Tokens that look after themselves: one request however many ask, early refresh, and what becomes
//! of one that is refused. Time is injected: nothing here sleeps to let time pass.

use crate::support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::http::{Headers, HttpResponse};
use auth::log::Level;
use auth::providers::openplatform::OpenPlatform;
use auth::providers::seller::Seller;
use auth::token::Token;
use auth::{Config, Delivery, Options, Result, Status};
use support::sandbox::{Sandbox, Scope};
use support::*;

/// Two hours, and when it is due for a refresh: 300 s are less than a fifth of it.
const LIFE_MS: i64 = 7_200_000;
const EARLY_MS: i64 = 300_000;
/// At the latest: a random tenth later.
const LATEST_MS: i64 = EARLY_MS / 10 * 9;

/// A handle of either token platform.
enum Handle {
    OpenPlatform(OpenPlatform),
    Seller(Seller),
}

impl Handle {
    fn new(platform: &str, config: &Config) -> Handle {
        match platform {
            "seller" => Handle::Seller(seller(config)),
            _ => Handle::OpenPlatform(openplatform(config)),
        }
    }

    fn token(&self) -> Result<Arc<Token>> {
        match self {
            Handle::OpenPlatform(handle) => handle.token(&Options::default()),
            Handle::Seller(handle) => handle.token(&Options::default()),
        }
    }

    fn call(&self) -> Result<auth::answer::Answer> {
        let call = Call::new("POST", "/business");
        match self {
            Handle::OpenPlatform(handle) => handle.call(&call, &Options::default()),
            Handle::Seller(handle) => handle.call(&call, &Options::default()),
        }
    }

    fn invalidate(&self, token: &str) {
        match self {
            Handle::OpenPlatform(handle) => handle.invalidate(token),
            Handle::Seller(handle) => handle.invalidate(token),
        }
    }
}

const PLATFORMS: [&str; 2] = ["openplatform", "seller"];

fn requests(scope: &Scope, platform: &str) -> u64 {
    scope.count(platform).token_requests
}

/// Runs in many threads that begin at the same moment.
fn together(threads: usize, work: impl Fn() + Sync) {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                work();
            });
        }
    });
}

#[test]
fn sixty_four_threads_that_ask_for_a_missing_token_make_one_request() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let scope = sandbox.scoped("cold");
        let handle = Handle::new(platform, &config(scope.faulty(platform, "slow=50")));
        let values = std::sync::Mutex::new(Vec::new());
        together(64, || {
            let token = handle.token().unwrap();
            values.lock().unwrap().push(token.value().to_owned());
        });
        let mut values = values.into_inner().unwrap();
        values.dedup();
        assert_eq!((values.len(), requests(&scope, platform)), (1, 1));
    }
}

#[test]
fn those_who_wait_get_the_error_too() {
    let sandbox = Sandbox::start();
    for (platform, code) in [("openplatform", "10102"), ("seller", "401")] {
        let scope = sandbox.scoped("refused");
        let fault = format!("code={code},slow=300");
        let handle = Handle::new(platform, &config(scope.faulty(platform, &fault)));
        let refused = AtomicUsize::new(0);
        together(16, || {
            let error = fails(handle.token(), Status::Unauthorized, Delivery::Answered);
            assert_eq!(error.platform_code(), Some(code));
            refused.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(refused.load(Ordering::SeqCst), 16);
        assert_eq!(requests(&scope, platform), 1);
    }
}

#[test]
fn whoever_waits_has_a_deadline_of_its_own() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("deadlines");
    let mut config = config(scope.faulty("seller", "slow=2000,at=token"));
    config.timeout_ms = 8_000;
    let seller = seller(&config);
    std::thread::scope(|threads| {
        let leader = threads.spawn(|| seller.token(&Options::default()).map(drop));
        while requests(&scope, "seller") == 0 {
            std::thread::yield_now();
        }
        let call = Call::new("GET", "/x");
        let started = Instant::now();
        let error = fails(
            seller.call(&call, &within_ms(100)),
            Status::Timeout,
            Delivery::NotSent,
        );
        assert!(started.elapsed() < Duration::from_millis(1_900), "{error}");
        assert!(error.is_retry_safe());
        leader.join().unwrap().expect("the leader has more time");
    });
    assert_eq!(requests(&scope, "seller"), 1);
}

#[test]
fn a_token_is_refreshed_when_its_last_five_minutes_begin() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let (scope, clock) = (sandbox.scoped("early"), TestClock::now());
        let handle = Handle::new(platform, &config_at(scope.base(platform), &clock));
        let first = handle.token().unwrap();
        assert_eq!(first.lifetime_ms(), LIFE_MS);
        clock.pass(LIFE_MS - EARLY_MS - 1);
        assert_eq!(handle.token().unwrap().value(), first.value());
        assert_eq!(requests(&scope, platform), 1, "a millisecond before");
        clock.pass(1 + EARLY_MS - LATEST_MS);
        assert_ne!(handle.token().unwrap().value(), first.value());
        assert_eq!(requests(&scope, platform), 2, "at the moment");
        clock.pass(LIFE_MS - LATEST_MS + 1);
        handle.token().unwrap();
        assert_eq!(requests(&scope, platform), 3, "a millisecond after");
    }
}

#[test]
fn a_short_lived_token_is_refreshed_in_its_last_fifth() {
    let sandbox = Sandbox::start();
    for life_ms in [60_000, 1_499_000, 1_500_000, 1_501_000] {
        let (scope, clock) = (sandbox.scoped(&life_ms.to_string()), TestClock::now());
        scope.set_token_lifetime_ms(life_ms);
        let seller = seller(&config_at(scope.base("seller"), &clock));
        assert_eq!(
            seller.token(&Options::default()).unwrap().lifetime_ms(),
            life_ms
        );
        let early_ms = EARLY_MS.min(life_ms / 5);
        clock.pass(life_ms - early_ms - 1);
        seller.token(&Options::default()).unwrap();
        assert_eq!(requests(&scope, "seller"), 1, "{life_ms}");
        clock.pass(1 + (early_ms + 9) / 10);
        seller.token(&Options::default()).unwrap();
        assert_eq!(requests(&scope, "seller"), 2, "{life_ms}");
    }
}

#[test]
fn one_refreshes_while_the_others_go_on_with_the_old_token() {
    let sandbox = Sandbox::start();
    let (scope, clock) = (sandbox.scoped("others"), TestClock::now());
    let mut config = config_at(scope.faulty("seller", "slow=2500,at=token"), &clock);
    config.timeout_ms = 10_000;
    let seller = seller(&config);
    let request = seller.build_token(&Options::default()).unwrap();
    let response = HttpResponse {
        status: 200,
        headers: Headers::default(),
        body: br#"{"code":200,"data":{"accessToken":"old","expiresIn":7200000}}"#
            .to_vec()
            .into(),
    };
    seller.read_token(&request, response).unwrap();
    clock.pass(LIFE_MS - LATEST_MS);
    std::thread::scope(|threads| {
        let leader = threads.spawn(|| seller.token(&Options::default()).unwrap());
        while requests(&scope, "seller") == 0 {
            std::thread::yield_now();
        }
        for _ in 0..1_000 {
            assert_eq!(
                seller.token(&Options::default()).unwrap().value(),
                "old",
                "nobody waits"
            );
        }
        assert_ne!(leader.join().unwrap().value(), "old");
    });
    assert_eq!(requests(&scope, "seller"), 1);
}

/// A handle with a token by hand, at a platform that gives no other.
fn with_a_token_but_no_platform(
    scope: &Scope,
    clock: &Arc<TestClock>,
    lines: bool,
) -> (OpenPlatform, Arc<Lines>) {
    let mut config = config_at(scope.faulty("openplatform", "code=10103,at=token"), clock);
    let log = if lines {
        Lines::of(&mut config)
    } else {
        Arc::default()
    };
    let handle = openplatform(&config);
    let request = handle.build_token(&Options::default()).unwrap();
    let response = HttpResponse {
        status: 200,
        headers: Headers::default(),
        body: br#"{"code":200,"ok":true,"data":"token-by-hand"}"#.to_vec().into(),
    };
    handle.read_token(&request, response).unwrap();
    (handle, log)
}

#[test]
fn a_failed_refresh_keeps_serving_the_token_until_its_last_millisecond() {
    let sandbox = Sandbox::start();
    let (scope, clock) = (sandbox.scoped("keeps"), TestClock::now());
    let (handle, log) = with_a_token_but_no_platform(&scope, &clock, true);
    clock.pass(LIFE_MS - LATEST_MS);
    for _ in 0..LATEST_MS / 1_000 {
        assert_eq!(
            handle.token(&Options::default()).unwrap().value(),
            "token-by-hand"
        );
        clock.pass(1_000);
    }
    // At its end it is not served, whatever the back-off says.
    let error = fails(
        handle.token(&Options::default()),
        Status::Unauthorized,
        Delivery::Answered,
    );
    assert_eq!(error.platform_code(), Some("10103"));
    clock.pass(-1);
    assert_eq!(
        handle.token(&Options::default()).unwrap().value(),
        "token-by-hand"
    );
    assert!(log.count(Level::Warn, "refresh failed") >= 5);
}

#[test]
fn a_failing_platform_is_asked_ever_less_often() {
    let sandbox = Sandbox::start();
    let (scope, clock) = (sandbox.scoped("backs-off"), TestClock::now());
    let (handle, _) = with_a_token_but_no_platform(&scope, &clock, false);
    clock.pass(LIFE_MS - LATEST_MS);
    let mut asked_at = Vec::new();
    for tick in 0..2_699 {
        let before = requests(&scope, "openplatform");
        handle.token(&Options::default()).unwrap();
        handle.token(&Options::default()).unwrap();
        match requests(&scope, "openplatform") - before {
            0 => {}
            1 => asked_at.push(tick * 100),
            more => panic!("{more} requests at once"),
        }
        clock.pass(100);
    }
    let pauses: Vec<i64> = asked_at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses.windows(2).all(|two| two[0] <= two[1]), "{pauses:?}");
    assert!(
        pauses[0] >= 500 && *pauses.last().unwrap() <= 120_000,
        "{pauses:?}"
    );
    assert!((5..=15).contains(&asked_at.len()), "{asked_at:?}");
}

#[test]
fn many_threads_at_a_failing_platform_make_no_request_storm() {
    let sandbox = Sandbox::start();
    let (scope, clock) = (sandbox.scoped("storm"), TestClock::now());
    let (handle, _) = with_a_token_but_no_platform(&scope, &clock, false);
    clock.pass(LIFE_MS - LATEST_MS);
    together(64, || {
        for _ in 0..200 {
            assert_eq!(
                handle.token(&Options::default()).unwrap().value(),
                "token-by-hand"
            );
        }
    });
    assert_eq!(requests(&scope, "openplatform"), 1);
}

#[test]
fn a_refresh_that_hangs_leaves_the_call_time_for_itself() {
    let sandbox = Sandbox::start();
    let (scope, clock) = (sandbox.scoped("hangs"), TestClock::now());
    let mut config = config_at(scope.faulty("seller", "slow=1500,at=token"), &clock);
    config.timeout_ms = 8_000;
    let seller = seller(&config);
    let old = seller.token(&Options::default()).unwrap();
    clock.pass(LIFE_MS - LATEST_MS);
    let call = Call::new("GET", "/x");
    seller
        .call(&call, &within_ms(1_000))
        .expect("the old token is good for it");
    let sent = scope.last("seller").unwrap();
    assert_eq!(header(&sent, "authorization"), Some(old.header_value()));
}

#[test]
fn only_the_token_that_is_named_is_dropped() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let scope = sandbox.scoped("invalidate");
        let handle = Handle::new(platform, &config(scope.base(platform)));
        handle.invalidate("nothing there");
        let first = handle.token().unwrap();
        handle.invalidate("another");
        handle.invalidate("");
        assert_eq!(handle.token().unwrap().value(), first.value());
        handle.invalidate(first.header_value());
        let second = handle.token().unwrap();
        assert_ne!(second.value(), first.value());
        handle.invalidate(first.value());
        assert_eq!(
            handle.token().unwrap().value(),
            second.value(),
            "a late loser"
        );
        handle.invalidate(second.value());
        assert_ne!(
            handle.token().unwrap().value(),
            second.value(),
            "bare will do"
        );
        assert_eq!(requests(&scope, platform), 3);
    }
}

#[test]
fn a_refused_token_is_replaced_and_the_call_made_once_more() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let scope = sandbox.scoped(platform);
        let handle = Handle::new(platform, &config(scope.base(platform)));
        let old = handle.token().unwrap();
        scope.expire_tokens();
        let answer = handle.call().unwrap();
        let serial = answer.data().unwrap().field("token_serial");
        assert_eq!(serial.as_deref(), Some("2"));
        assert_ne!(handle.token().unwrap().value(), old.value());
        let count = scope.count(platform);
        assert_eq!((count.token_requests, count.business_requests), (2, 2));
    }
}

#[test]
fn a_token_that_is_refused_again_is_not_replaced_again() {
    let sandbox = Sandbox::start();
    for (platform, fault) in [
        ("openplatform", "token_401"),
        ("openplatform", "code=10134,at=business"),
        ("seller", "token_401"),
        ("seller", "code=401,at=business"),
        ("seller", "status=401,at=business"),
    ] {
        let scope = sandbox.scoped(fault);
        let handle = Handle::new(platform, &config(scope.faulty(platform, fault)));
        let error = fails(handle.call(), Status::Unauthorized, Delivery::Answered);
        assert!(error.is_retry_safe(), "nothing happened");
        let count = scope.count(platform);
        let seen = (count.token_requests, count.business_requests);
        assert_eq!(seen, (2, 2), "{platform} {fault}");
    }
}

#[test]
fn other_refusals_keep_the_token() {
    let sandbox = Sandbox::start();
    for (platform, fault) in [
        ("openplatform", "code=10133,at=business"),
        ("openplatform", "code=401,at=business"),
        ("openplatform", "status=403,at=business"),
        ("seller", "code=403,at=business"),
        ("seller", "code=10134,at=business"),
    ] {
        let scope = sandbox.scoped(fault);
        let handle = Handle::new(platform, &config(scope.faulty(platform, fault)));
        handle.call().unwrap_err();
        handle.call().unwrap_err();
        let count = scope.count(platform);
        let seen = (count.token_requests, count.business_requests);
        assert_eq!(seen, (1, 2), "{platform} {fault}");
    }
}

#[test]
fn ten_threads_that_meet_a_refused_token_replace_it_once() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let scope = sandbox.scoped(platform);
        let handle = Handle::new(platform, &config(scope.base(platform)));
        handle.token().unwrap();
        scope.expire_tokens();
        together(10, || {
            let answer = handle.call().unwrap();
            let serial = answer.data().unwrap().field("token_serial");
            assert_eq!(serial.as_deref(), Some("2"));
        });
        let count = scope.count(platform);
        assert_eq!(count.token_requests, 2);
        assert!((11..=20).contains(&count.business_requests), "{count:?}");
        assert_eq!(count.business_requests - count.refused, 10, "each once");
    }
}

#[test]
fn a_wall_clock_that_steps_neither_ends_nor_prolongs_a_token() {
    let sandbox = Sandbox::start();
    for step_ms in [3_600_000, -100 * 3_600_000] {
        let (scope, clock) = (sandbox.scoped(&step_ms.to_string()), TestClock::now());
        let seller = seller(&config_at(scope.base("seller"), &clock));
        seller.token(&Options::default()).unwrap();
        clock.set_back(step_ms);
        seller.token(&Options::default()).unwrap();
        clock.pass(LIFE_MS - EARLY_MS - 1);
        seller.token(&Options::default()).unwrap();
        assert_eq!(requests(&scope, "seller"), 1);
        clock.pass(1 + EARLY_MS - LATEST_MS);
        seller.token(&Options::default()).unwrap();
        assert_eq!(requests(&scope, "seller"), 2);
    }
}

#[test]
fn a_handle_says_in_the_log_what_became_of_its_token() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("log");
    let mut config = config(scope.base("seller"));
    let lines = Lines::of(&mut config);
    let seller = seller(&config);
    let token = seller.token(&Options::default()).unwrap();
    assert_eq!(
        lines.count(Level::Info, "token fetched, it lives for 7200 s"),
        1
    );
    seller.invalidate(token.value());
    assert_eq!(lines.count(Level::Info, "token dropped"), 1);
}
