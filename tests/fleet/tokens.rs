//! What a fleet's token goes through.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::redis::{self, Redis};
use super::workers::{Language, Setting, Worker, all, built, fleet};
use crate::support::sandbox::{Sandbox, Scope};

const TWENTY: [(Language, usize); 3] =
    [(Language::C, 8), (Language::Python, 8), (Language::Java, 4)];
const FEW: [(Language, usize); 2] = [(Language::C, 2), (Language::Python, 1)];

/// Two hours, and by when every process looks for a new token.
const DUE_MS: i64 = 7_200_000 - 270_000;

fn logins(scope: &Scope) -> u64 {
    scope.count("seller").token_requests
}

/// The different tokens among what processes answered.
fn values(answers: &[String]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for answer in answers {
        assert!(answer.starts_with("token "), "{answer}");
        found.extend(answer.split(' ').nth(1));
    }
    found
}

/// A Redis and the processes' programs, if they are there.
fn ready() -> bool {
    redis::is_there() && built().is_some()
}

#[test]
fn twenty_cold_processes_make_one_login_and_one_a_lifetime() {
    if !ready() {
        return;
    }
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("twenty");
    let setting = Setting::new(&scope, &redis).at(scope.faulty("seller", "slow=300,at=token"));
    // Clocks that differ by up to a minute from one process to the next.
    let offsets = [-30_000, -15_000, 0, 15_000, 30_000];
    let mut workers = fleet(&TWENTY, |i| {
        setting.clone().with("OFFSET_MS", offsets[i % 5])
    });
    let answers = all(&mut workers, "token");
    assert_eq!((values(&answers).len(), logins(&scope)), (1, 1));
    assert!(
        answers.iter().all(|answer| answer.ends_with(" 0")),
        "none is degraded"
    );
    let calls = workers.len() as u64;
    for lifetime in 2..=4 {
        // All are due: one logs in, the others go on with the old token or have the new one.
        all(&mut workers, &format!("pass {DUE_MS}"));
        assert!(
            all(&mut workers, "call")
                .iter()
                .all(|answer| answer == "ok")
        );
        all(&mut workers, "pass 2000");
        let answers = all(&mut workers, "token");
        assert_eq!((values(&answers).len(), logins(&scope)), (1, lifetime));
    }
    let counted = scope.count("seller");
    assert_eq!((counted.refused, counted.business_requests), (0, 3 * calls));

    // It is revoked: one new login for all.
    scope.expire_tokens();
    assert!(
        all(&mut workers, "call")
            .iter()
            .all(|answer| answer == "ok")
    );
    assert_eq!(logins(&scope), 5);
    assert_eq!(values(&all(&mut workers, "token")).len(), 1);

    // Nothing of it can be read, it ends with its token, and it stays on one slot of a cluster.
    let keys = redis.keys("libauth:");
    let [key] = &keys[..] else { panic!("{keys:?}") };
    assert!(
        key.starts_with("libauth:token:{seller:") && key.ends_with('}'),
        "{key}"
    );
    let record = redis.ask(&["GET", key]);
    assert!(!record.contains(values(&all(&mut workers, "token")).first().unwrap()));
    let ttl: i64 = redis.ask(&["PTTL", key]).parse().unwrap();
    assert!(ttl > 0 && ttl <= 7_200_000, "{ttl}");
    let memory: u64 = redis.ask(&["MEMORY", "USAGE", key]).parse().unwrap();
    println!("memory of a record: {memory} bytes; workers: {calls}");
    assert!(memory < 2_000, "{memory}");
}

#[test]
fn a_leader_that_is_killed_in_the_login_is_succeeded_within_its_lease() {
    if !ready() {
        return;
    }
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("killed");
    // Its own login takes longer than it lives; the others' do not.
    let setting = Setting::new(&scope, &redis)
        .with("TIMEOUT_MS", 8_000)
        .with("STORE_TIMEOUT_MS", 300);
    let slow = scope.faulty("seller", "slow=20000,at=token,times=1");
    let base = setting.clone().at(slow);
    let (Some(mut leader), Some(mut next)) = (
        Worker::start(Language::C, &base),
        Worker::start(Language::Python, &base),
    ) else {
        return;
    };
    leader.order("token");
    wait_for_logins(&scope, 1);
    leader.signal("KILL");
    let started = Instant::now();
    next.token();
    let took = started.elapsed();
    // Half of its call's time, three operations of the store and a second.
    assert!(
        took < Duration::from_millis(4_000 + 900 + 1_000 + 1_500),
        "{took:?}"
    );
    assert_eq!(logins(&scope), 2);
}

fn wait_for_logins(scope: &Scope, number: u64) {
    let started = Instant::now();
    while logins(scope) < number {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_leader_that_slept_past_its_lease_does_not_overwrite_the_next_ones_record() {
    if !ready() {
        return;
    }
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("slept");
    let setting = Setting::new(&scope, &redis)
        .with("TIMEOUT_MS", 3_000)
        .with("STORE_TIMEOUT_MS", 500)
        .at(scope.faulty("seller", "slow=700,at=token"));
    let start = |language| Worker::start(language, &setting);
    let (Some(mut late), Some(mut next)) = (start(Language::C), start(Language::Python)) else {
        return;
    };
    late.order("token");
    wait_for_logins(&scope, 1);
    late.signal("STOP");
    // The next one has its turn as soon as the lease ended; a call that is too short for that is told so.
    let answer = loop {
        let answer = next.ask("token");
        if answer.starts_with("token ") {
            break answer;
        }
        assert!(
            answer.contains("TIMEOUT") && answer.contains("another process"),
            "{answer}"
        );
    };
    let value = answer.split(' ').nth(1).unwrap().to_owned();
    let key = redis.keys("libauth:token:").remove(0);
    let record = redis.ask(&["GET", &key]);
    late.signal("CONT");
    // Its answer had come while it slept, and its deadline had passed: either way the record is the next one's.
    let said = late.answer();
    assert_eq!(redis.ask(&["GET", &key]), record, "overwritten: {said}");
    assert_eq!(late.token().0, value);
    assert_eq!(logins(&scope), 2);
}

#[test]
fn whatever_becomes_of_the_redis_every_call_succeeds() {
    if !ready() {
        return;
    }
    let (sandbox, mut redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("troubles");
    let setting = Setting::new(&scope, &redis).with("STORE_TIMEOUT_MS", 500);
    let mut workers = fleet(&FEW, |_| setting.clone());
    let many = workers.len() as u64;
    let due = |workers: &mut [Worker]| {
        all(workers, &format!("pass {DUE_MS}"));
    };
    let round = |workers: &mut [Worker], what: &str, most: u64| {
        let before = logins(&scope);
        for _ in 0..3 {
            for answer in all(workers, "call") {
                assert_eq!(answer, "ok", "{what}");
            }
        }
        let made = logins(&scope) - before;
        assert!(made <= most, "{what}: {made} logins");
        made
    };
    assert_eq!(round(&mut workers, "cold", 1), 1);

    // Its memory is full: what it has can be read, and nothing written.
    redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    due(&mut workers);
    round(&mut workers, "full", many);
    redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    due(&mut workers);
    round(&mut workers, "no longer full", 1);

    redis.ask(&["FLUSHALL"]);
    redis.ask(&["SCRIPT", "FLUSH"]);
    due(&mut workers);
    all(&mut workers, "pass 2000");
    round(&mut workers, "flushed", 1);

    redis.stop();
    due(&mut workers);
    all(&mut workers, "pass 270000");
    assert_eq!(round(&mut workers, "stopped", many), many, "one each");
    assert!(
        workers.iter_mut().all(|worker| worker.token().1),
        "all are degraded"
    );
    redis.run();
    due(&mut workers);
    all(&mut workers, "pass 270000");
    round(&mut workers, "started", 1);
    assert!(
        workers.iter_mut().all(|worker| !worker.token().1),
        "none is degraded"
    );

    // It is slow by a second: a partition would look the same.
    let sleeping = std::thread::spawn({
        let port = redis.port;
        move || {
            let redis = std::net::TcpStream::connect(("127.0.0.1", port));
            let _ = redis.map(|mut redis| {
                let line = "*3\r\n$5\r\nDEBUG\r\n$5\r\nSLEEP\r\n$1\r\n4\r\n";
                let _ = std::io::Write::write_all(&mut redis, line.as_bytes());
                let _ = std::io::Read::read(&mut redis, &mut [0; 16]);
            });
        }
    });
    std::thread::sleep(Duration::from_millis(200));
    due(&mut workers);
    all(&mut workers, "pass 270000");
    round(&mut workers, "slow", many);
    sleeping.join().unwrap();
    for worker in &workers {
        let said = worker.has_logged("the shared store failed") && worker.has_logged("problem ");
        assert!(said, "{:?}: {:?}", worker.language, worker.log);
        assert!(
            worker.log.iter().all(|line| !line.contains("first")),
            "a key is in the log"
        );
    }
}

#[test]
fn keys_rotate_and_records_that_cannot_be_read_are_ignored() {
    if !ready() {
        return;
    }
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("keys");
    let setting = Setting::new(&scope, &redis);
    let with = |first: &str, second: &str| {
        let setting = setting.clone().with("KEY_1", first).with("KEY_2", second);
        Worker::start(Language::Python, &setting)
    };
    let mut old = Worker::start(Language::C, &setting).expect("C is there");
    old.call();
    for (first, second) in [("new", "first"), ("first", "new")] {
        let Some(mut worker) = with(first, second) else {
            return;
        };
        worker.call();
    }
    assert_eq!(logins(&scope), 1, "the old record serves all");
    // One that knows another key only.
    let mut stranger = Worker::start(Language::C, &setting.clone().with("KEY_1", "other")).unwrap();
    stranger.call();
    assert!(
        stranger.has_logged("sealed with key `first`"),
        "{:?}",
        stranger.log
    );
    assert_eq!(logins(&scope), 2);
    // A record that was altered by one byte.
    let key = redis.keys("libauth:token:").remove(0);
    redis.ask(&["SETRANGE", &key, "60", "\u{1}"]);
    let mut other = Worker::start(Language::C, &setting.clone().with("KEY_1", "other")).unwrap();
    other.call();
    assert!(other.has_logged("not as it was sealed"), "{:?}", other.log);
    assert_eq!(logins(&scope), 3);
    // A huge one, and one of another kind, are not read either.
    for kind in ["SETRANGE", "LPUSH"] {
        redis.ask(&["DEL", &key]);
        match kind {
            "SETRANGE" => redis.ask(&[kind, &key, "104857600", "x"]),
            _ => redis.ask(&[kind, &key, "x"]),
        };
        let mut worker = Worker::start(Language::C, &setting).unwrap();
        worker.call();
        let said = ["larger than 65536", "WRONGTYPE"];
        assert!(
            said.iter().any(|text| worker.has_logged(text)),
            "{:?}",
            worker.log
        );
    }
}

#[test]
fn a_redis_that_refuses_is_said_in_one_line() {
    if !ready() {
        return;
    }
    let sandbox = Sandbox::start();
    let guarded = Redis::with(&["--requirepass", "secret-of-redis"]);
    let replica = Redis::with(&["--replicaof", "127.0.0.1 1"]);
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = stranger.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in stranger.incoming().flatten() {
            let mut stream = stream;
            let _ = std::io::Read::read(&mut stream, &mut [0; 512]);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let scope = sandbox.scoped("refusing");
    for language in [Language::C, Language::Python, Language::Java] {
        let setting = Setting::new(&scope, &guarded);
        let cases = [
            (setting.clone(), "NOAUTH"),
            (
                setting.clone().with("REDIS_PASSWORD", "wrong-one"),
                "WRONGPASS",
            ),
            (setting.clone().with("REDIS_PORT", replica.port), "READONLY"),
            (setting.clone().with("REDIS_PORT", port), ""),
            (
                setting
                    .clone()
                    .with("REDIS_PORT", super::redis::free_port()),
                "efused",
            ),
        ];
        for (setting, problem) in cases {
            let Some(mut worker) = Worker::start(language, &setting) else {
                continue;
            };
            assert!(worker.token().1, "{language:?} is not degraded");
            let log = worker.log.join("\n");
            let texts = [
                problem,
                "invalid username-password pair",
                "Authentication required",
                "already authenticated",
                "read only",
                "Failed to connect",
            ];
            assert!(
                texts.iter().any(|text| log.contains(text)),
                "{language:?} {problem}: {log}"
            );
            assert!(
                log.contains("the shared store failed"),
                "{language:?}: {log}"
            );
            assert!(!log.contains("wrong-one"), "{log}");
        }
        // With the password, and as a user of the ACL who may do just this, all is well.
        let users = [
            "ACL",
            "SETUSER",
            "fleet",
            "on",
            ">fleets-password",
            "~libauth:*",
            "resetchannels",
            "+get",
            "+set",
            "+getrange",
            "+del",
            "+eval",
            "+evalsha",
            "+script|load",
            "+client",
            "+hello",
            "+auth",
            "+ping",
        ];
        guarded.ask(&users);
        for (user, password) in [
            (None, "secret-of-redis"),
            (Some("fleet"), "fleets-password"),
        ] {
            let mut setting = Setting::new(&scope, &guarded).with("REDIS_PASSWORD", password);
            if let Some(user) = user {
                setting = setting.with("REDIS_USER", user);
            }
            let Some(mut worker) = Worker::start(language, &setting) else {
                continue;
            };
            assert!(
                !worker.token().1,
                "{language:?} as {user:?}: {:?}",
                worker.log
            );
        }
    }
}

#[test]
fn the_prefix_and_the_unix_socket_are_the_users() {
    if !ready() {
        return;
    }
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let scope = sandbox.scoped("socket");
    let setting = Setting::new(&scope, &redis)
        .with("REDIS_SOCKET", redis.socket().display())
        .with("REDIS_PREFIX", "shop:");
    let mut workers = fleet(&FEW, |_| setting.clone());
    assert_eq!(values(&all(&mut workers, "token")).len(), 1);
    assert_eq!(logins(&scope), 1);
    assert_eq!(
        (redis.keys("shop:token:").len(), redis.keys("*").len()),
        (1, 1)
    );
}
