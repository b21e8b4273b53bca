//! One token for many handles that share a store, as the processes of a fleet do. Each handle here stands for a
//! process: they share nothing but the store and the platform.

use crate::support;

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::log::Level;
use auth::providers::seller::Seller;
use auth::store::Store;
use auth::token::Token;
use auth::{Config, Error, Options, Status};
use support::sandbox::{Sandbox, Scope};
use support::store::{MemoryStore, sharing};
use support::*;

const LIFE_MS: i64 = 7_200_000;
/// When a token that was taken from the store is due at the latest: it counts as a minute older than it is.
const DUE_MS: i64 = LIFE_MS - 300_000 / 10 * 9;
const CLOCKS_MS: i64 = 60_000;

fn token(seller: &Seller) -> Arc<Token> {
    seller.token(&Options::default()).unwrap()
}

fn logins(scope: &Scope) -> u64 {
    scope.count("seller").token_requests
}

fn call(seller: &Seller) {
    let call = Call::new("POST", "/business");
    seller.call(&call, &Options::default()).unwrap();
}

/// So many handles that ask at the same moment; what each got.
fn at_once(sellers: &[Seller]) -> Vec<Arc<Token>> {
    let (start, tokens) = (Barrier::new(sellers.len()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for seller in sellers {
            scope.spawn(|| {
                start.wait();
                let token = token(seller);
                tokens.lock().unwrap().push(token);
            });
        }
    });
    tokens.into_inner().unwrap()
}

fn values(tokens: &[Arc<Token>]) -> std::collections::BTreeSet<&str> {
    tokens.iter().map(|token| token.value()).collect()
}

#[test]
fn twenty_cold_processes_make_one_login() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("cold"), MemoryStore::new());
    let config = sharing(config(scope.faulty("seller", "slow=300,at=token")), &store);
    let sellers: Vec<Seller> = (0..20).map(|_| seller(&config)).collect();
    let tokens = at_once(&sellers);
    assert_eq!((values(&tokens).len(), logins(&scope)), (1, 1));
    assert!(tokens.iter().all(|token| !token.is_degraded()));
    // What comes from the store has no answer of its own; all else is the same.
    let taken = tokens.iter().filter(|t| t.answer().http_status() == 0);
    assert_eq!(taken.count(), 19);
    let first = &tokens[0];
    for token in &tokens {
        assert_eq!(token.header_name(), "Authorization");
        assert_eq!(token.header_value(), first.header_value());
        assert_eq!(token.expires_at_ms(), first.expires_at_ms());
        assert_eq!(token.lifetime_ms(), LIFE_MS);
    }
    assert!(
        store.values("lease:").is_empty(),
        "the lease was given back"
    );
    // The cached path does not touch the store.
    let asked = store.asked();
    sellers.iter().for_each(call);
    assert_eq!((store.asked(), logins(&scope)), (asked, 1));
}

#[test]
fn a_lifetime_is_one_login_whatever_the_clocks_say() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("clocks"), MemoryStore::new());
    let now_ms = auth::clock::Clock::unix_ms(&*TestClock::now());
    let offsets = [-30_000, -15_000, 0, 15_000, 30_000];
    let clocks = offsets.map(|offset| TestClock::at(now_ms + offset));
    let make = |clock| seller(&sharing(config_at(scope.base("seller"), clock), &store));
    let sellers: Vec<Seller> = clocks.iter().map(make).collect();
    for lifetime in 1..=5 {
        // The first of all that are due logs in; the others find its token, one after the other.
        for seller in &sellers {
            call(seller);
        }
        assert_eq!(logins(&scope), lifetime);
        assert_eq!(values(&at_once(&sellers)).len(), 1);
        assert_eq!(scope.count("seller").refused, 0);
        clocks.iter().for_each(|clock| clock.pass(DUE_MS));
    }
}

#[test]
fn while_one_refreshes_the_others_go_on_with_the_old_token() {
    let sandbox = Sandbox::start();
    let (scope, store, clock) = (sandbox.scoped("old"), MemoryStore::new(), TestClock::now());
    let base = scope.faulty("seller", "slow=600,at=token");
    let config = sharing(config_at(base, &clock), &store);
    let sellers: Vec<Seller> = (0..8).map(|_| seller(&config)).collect();
    let old = at_once(&sellers);
    clock.pass(DUE_MS);
    let tokens = at_once(&sellers);
    let same = tokens.iter().filter(|t| t.value() == old[0].value());
    assert_eq!((same.count(), logins(&scope)), (7, 2));
    // They look again, but not at every call.
    let asked = store.asked();
    at_once(&sellers);
    assert_eq!(store.asked(), asked);
    clock.pass(1_000);
    assert_eq!(values(&at_once(&sellers)).len(), 1);
    assert_eq!(logins(&scope), 2);
}

#[test]
fn a_refused_token_is_replaced_once_for_all() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("revoked"), MemoryStore::new());
    let config = sharing(config(scope.base("seller")), &store);
    let sellers: Vec<Seller> = (0..20).map(|_| seller(&config)).collect();
    at_once(&sellers);
    scope.expire_tokens();
    std::thread::scope(|threads| {
        for seller in &sellers {
            threads.spawn(|| call(seller));
        }
    });
    assert_eq!(logins(&scope), 2);
    assert_eq!(values(&at_once(&sellers)).len(), 1);
}

#[test]
fn whoever_dies_with_the_lease_holds_nobody_up_for_longer_than_it_lasts() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("dead"), MemoryStore::new());
    let config = sharing(config(scope.base("seller")), &store);
    token(&seller(&config));
    let key = store.keys().remove(0).replace("token:", "lease:");
    store.flush();
    store.plant(&key, b"somebody who died", Duration::from_millis(700));
    let started = Instant::now();
    token(&seller(&config));
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(500) && took < Duration::from_secs(30));
    assert_eq!(logins(&scope), 2);
    // One that lasts longer than the caller has time is told.
    store.flush();
    store.plant(&key, b"somebody who is slow", Duration::from_secs(60));
    let error = seller(&config).token(&within_ms(300)).unwrap_err();
    assert_eq!(error.status(), Status::Timeout, "{error}");
    assert!(error.is_retry_safe() && error.message().contains("another process"));
}

/// A store that lets something happen between the login and the record.
struct Meddling {
    store: Arc<MemoryStore>,
    before_write: Box<dyn Fn(&MemoryStore) + Send + Sync>,
}

impl Store for Meddling {
    fn get(&self, key: &str, ms: i64) -> auth::Result<Option<Vec<u8>>> {
        self.store.get(key, ms)
    }

    fn add(&self, key: &str, value: &[u8], ttl: i64, ms: i64) -> auth::Result<bool> {
        if key.starts_with("token:") {
            (self.before_write)(&self.store);
        }
        self.store.add(key, value, ttl, ms)
    }

    fn replace(&self, key: &str, from: &[u8], to: &[u8], ttl: i64, ms: i64) -> auth::Result<bool> {
        self.store.replace(key, from, to, ttl, ms)
    }

    fn remove(&self, key: &str, value: &[u8], ms: i64) -> auth::Result<bool> {
        self.store.remove(key, value, ms)
    }
}

#[test]
fn a_login_that_outlived_its_lease_does_not_overwrite_a_newer_record() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("late"), MemoryStore::new());
    let config = sharing(config(scope.base("seller")), &store);
    let other = Arc::new(seller(&config));
    let next = Arc::clone(&other);
    let meddling = Meddling {
        store: Arc::clone(&store),
        // The lease ended, and the next one has logged in.
        before_write: Box::new(move |store| {
            store.alter("lease:", |value| value.clear());
            let key = store
                .keys()
                .into_iter()
                .find(|key| key.starts_with("lease:"));
            if let Some(key) = key {
                assert!(store.remove(&key, b"", 1).unwrap());
                token(&next);
            }
        }),
    };
    let mut late = config.clone();
    late.token_store = Some(Arc::new(meddling));
    let lines = Lines::of(&mut late);
    let late = seller(&late);
    let got = token(&late);
    assert_eq!(logins(&scope), 2);
    assert_eq!(got.value(), token(&other).value(), "the newer one counts");
    assert_eq!(lines.count(Level::Warn, "replaced the record meanwhile"), 1);
    assert_eq!(token(&seller(&config)).value(), got.value());
    assert_eq!(logins(&scope), 2);
}

#[test]
fn a_store_that_fails_costs_a_login_of_ones_own() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("down"), MemoryStore::new());
    let mut config = sharing(config(scope.base("seller")), &store);
    let lines = Lines::of(&mut config);
    store.is_down.store(true, SeqCst);
    let sellers: Vec<Seller> = (0..4).map(|_| seller(&config)).collect();
    assert!(at_once(&sellers).iter().all(|token| token.is_degraded()));
    assert_eq!(logins(&scope), 4, "one each");
    assert_eq!(
        lines.count(Level::Warn, "the shared store failed: it is down"),
        4
    );
    sellers.iter().for_each(call);
    assert_eq!(logins(&scope), 4);
    // A second one only after the backoff period: the call waits for it.
    let first = &sellers[0];
    first.invalidate(token(first).value());
    let started = Instant::now();
    call(first);
    assert!(
        started.elapsed() > Duration::from_millis(300),
        "{started:?}"
    );
    assert_eq!(logins(&scope), 5);
    // One that has no time for that is told why, and with a token that still is valid all go on.
    first.invalidate(token(first).value());
    let error = first.token(&within_ms(300)).unwrap_err();
    assert_eq!(error.status(), Status::Timeout, "{error}");
    // It is back: the next token is shared again.
    store.is_down.store(false, SeqCst);
    let token = token(first);
    assert!(!token.is_degraded());
    assert_eq!(logins(&scope), 6);
}

#[test]
fn a_slow_store_counts_as_failed() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("slow"), MemoryStore::new());
    let mut config = sharing(config(scope.base("seller")), &store);
    config.store_timeout_ms = 50;
    let lines = Lines::of(&mut config);
    store.slow_ms.store(120, SeqCst);
    let started = Instant::now();
    assert!(token(&seller(&config)).is_degraded());
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(lines.count(Level::Warn, "store_timeout_ms is 50"), 1);
}

#[test]
fn a_store_that_lies_about_add_costs_a_bounded_number_of_logins() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("lies"), MemoryStore::new());
    store.lies.store(true, SeqCst);
    let config = sharing(config(scope.faulty("seller", "slow=200,at=token")), &store);
    let sellers: Vec<Seller> = (0..8).map(|_| seller(&config)).collect();
    at_once(&sellers);
    let first = logins(&scope);
    assert!((1..=8).contains(&first), "{first}");
    sellers.iter().for_each(call);
    assert_eq!(logins(&scope), first);
}

#[test]
fn records_that_cannot_be_used_are_ignored_and_said() {
    let sandbox = Sandbox::start();
    type Change = fn(&MemoryStore, &mut Config);
    let cases: [(&str, Change, &str); 5] = [
        (
            "altered",
            |store, _| store.alter("token:", |v| v[40] ^= 1),
            "not as it was sealed",
        ),
        (
            "version",
            |store, _| store.alter("token:", |v| v[0] = 9),
            "of version 9",
        ),
        (
            "garbage",
            |store, _| store.alter("token:", |v| *v = vec![1, 200, 3]),
            "not as it was",
        ),
        (
            "huge",
            |store, _| store.alter("token:", |v| *v = vec![1; 100 << 20]),
            "larger than",
        ),
        (
            "key",
            |_, config| {
                let store = config.token_store.clone();
                *config = support::config(config.base_url.clone());
                config.token_store = store;
                config.add_store_key("another", [2; 32]);
            },
            "sealed with key `one`",
        ),
    ];
    for (name, change, said) in cases {
        let (scope, store) = (sandbox.scoped(name), MemoryStore::new());
        let mut config = sharing(config(scope.base("seller")), &store);
        config.store_timeout_ms = 10_000;
        token(&seller(&config));
        change(&store, &mut config);
        let lines = Lines::of(&mut config);
        token(&seller(&config));
        assert_eq!(
            lines.count(Level::Warn, said),
            1,
            "{name}: {:?}",
            lines.all()
        );
        assert_eq!(logins(&scope), 2, "{name}");
        // The new one is there for all.
        token(&seller(&config));
        assert_eq!(logins(&scope), 2, "{name}");
    }
}

#[test]
fn a_record_of_the_future_is_ignored_beyond_what_clocks_differ_by() {
    let sandbox = Sandbox::start();
    for (ahead_ms, expected) in [(CLOCKS_MS, 1), (CLOCKS_MS + 1, 2)] {
        let (scope, store) = (sandbox.scoped(&ahead_ms.to_string()), MemoryStore::new());
        let now_ms = auth::clock::Clock::unix_ms(&*TestClock::now());
        let at = |ms| sharing(config_at(scope.base("seller"), &TestClock::at(ms)), &store);
        token(&seller(&at(now_ms + ahead_ms)));
        let mut config = at(now_ms);
        let lines = Lines::of(&mut config);
        token(&seller(&config));
        assert_eq!(logins(&scope), expected);
        let said = lines.count(Level::Warn, "of the future");
        assert_eq!(said as u64, expected - 1, "{:?}", lines.all());
    }
}

#[test]
fn keys_rotate_while_all_run() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("rotation"), MemoryStore::new());
    let with = |keys: &[(&str, u8)]| {
        let mut config = config(scope.base("seller"));
        config.token_store = Some(Arc::clone(&store) as Arc<dyn Store>);
        for (id, byte) in keys {
            config.add_store_key(*id, [*byte; 32]);
        }
        seller(&config)
    };
    let (a, b) = (("a", 1), ("b", 2));
    // The new key before the old one everywhere, then behind it everywhere, then alone.
    for keys in [&[a][..], &[b, a], &[a, b]] {
        token(&with(keys));
        assert_eq!(logins(&scope), 1, "{keys:?}");
    }
    store.flush();
    for keys in [&[a, b][..], &[b, a], &[b]] {
        token(&with(keys));
        assert_eq!(logins(&scope), 2, "{keys:?}");
    }
}

#[test]
fn nothing_of_the_token_or_the_account_can_be_read_in_the_store() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("sealed"), MemoryStore::new());
    let config = sharing(config(scope.base("seller")), &store);
    let strange = "账号 {a}\r\n*1\u{0}:\"'%s/../x";
    for access_key in [CREDENTIALS.seller_access_key, strange] {
        let handle = Seller::new(&config, access_key, CREDENTIALS.seller_secret_key).unwrap();
        let _ = handle.token(&Options::default()).map(|token| {
            let record = store.values("token:").remove(0);
            let value = token.value().as_bytes();
            assert!(!record.windows(16).any(|part| value.starts_with(part)));
        });
        for key in store.keys() {
            assert!(!key.contains(access_key), "{key}");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || ":{}".contains(c);
            assert!(key.chars().all(is_plain) && key.len() <= 100, "{key}");
        }
    }
}

#[test]
fn two_accounts_two_deployments_and_two_platforms_have_a_token_each() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("accounts"), MemoryStore::new());
    let (other, one) = (sandbox.scoped("other"), sandbox.scoped("one"));
    let on = |base: String| sharing(config(base), &store);
    token(&seller(&on(scope.base("seller"))));
    token(&seller(&on(other.base("seller"))));
    let openplatform = openplatform(&on(one.base("openplatform")));
    openplatform.token(&Options::default()).unwrap();
    assert_eq!((logins(&scope), logins(&other)), (1, 1));
    assert_eq!(one.count("openplatform").token_requests, 1);
    assert_eq!(store.values("token:").len(), 3);
}

#[test]
fn a_token_store_needs_a_key_and_all_four_operations() {
    let make = |config: &Config| Seller::new(config, "a", "b").map(drop).unwrap_err();
    let mut config = config("https://host.example");
    config.token_store = Some(MemoryStore::new());
    let error = make(&config);
    assert_eq!(error.status(), Status::InvalidConfig);
    assert!(
        error.message().starts_with("store_key is missing"),
        "{error}"
    );
    struct OnlyAdd;
    impl Store for OnlyAdd {
        fn add(&self, _: &str, _: &[u8], _: i64, _: i64) -> auth::Result<bool> {
            Err(Error::new(Status::Store, "it does not"))
        }
        fn has_only_add(&self) -> bool {
            true
        }
    }
    config.add_store_key("one", [1; 32]);
    config.token_store = Some(Arc::new(OnlyAdd));
    let error = make(&config);
    assert!(
        error.message().starts_with("token_store has only add"),
        "{error}"
    );
    config.token_store = Some(MemoryStore::new());
    config.store_timeout_ms = 0;
    assert!(make(&config).message().starts_with("store_timeout_ms is 0"));
}

#[test]
fn a_failed_login_is_told_and_the_next_one_may_try() {
    let sandbox = Sandbox::start();
    let (scope, store) = (sandbox.scoped("refused"), MemoryStore::new());
    let config = sharing(config(scope.faulty("seller", "code=401")), &store);
    for _ in 0..2 {
        let error = seller(&config).token(&Options::default()).unwrap_err();
        assert_eq!(error.status(), Status::Unauthorized, "{error}");
    }
    assert_eq!(logins(&scope), 2);
    assert!(store.keys().is_empty());
}
