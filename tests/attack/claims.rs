//! No event is lost, and none is acted on again once it was done, whenever a process dies; and nobody can push events
//! out of the memory by repeating a message.

use serde_json::json;

use crate::support::sandbox::Sandbox;
use crate::support::*;

/// Credit-limit queries repeat legitimately, and neither their timestamp nor their customer token is signed: whoever
/// recorded one can make as many as he likes.
#[test]
fn one_captured_query_pushes_out_nothing() {
    const EVENTS: usize = 200;
    let sandbox = Sandbox::start();
    let clock = TestClock::now();
    let mut config = config_at("https://host.example", &clock);
    let lines = Lines::of(&mut config);
    config.replay_capacity = EVENTS as i64;
    let creditpay = creditpay(&config);
    let events: Vec<_> = (0..EVENTS)
        .map(|number| {
            inbound(
                &sandbox,
                &json!({"platform": "creditpay", "event_id": number.to_string()}),
            )
        })
        .collect();
    for event in &events {
        creditpay.verify(event).unwrap().done().unwrap();
    }
    let order = json!({"platform": "creditpay", "kind": "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT"});
    let captured = inbound(&sandbox, &order);
    let sent_ms: i64 = captured.headers.get("timestamp").unwrap().parse().unwrap();
    for number in 0..100_001 {
        let invented = (sent_ms + number % 100_000).to_string();
        let forged = with_header(&captured, "timestamp", Some(&invented));
        let forged = with_header(&forged, "token", Some(&invented));
        let _ = creditpay.verify(&forged);
    }
    for event in &events {
        let rejected = creditpay.verify(event).map(drop).unwrap_err();
        assert_eq!(rejected.error().status(), auth::Status::Replayed);
    }
    assert_eq!(lines.count(auth::log::Level::Warn, "full"), 0);
}

#[cfg(unix)]
mod killed {
    #![allow(unsafe_code)]

    use super::*;

    use std::sync::atomic::{AtomicU8, Ordering};
    use std::time::{Duration, Instant};

    use auth::Status;
    use auth::inbound::Inbound;
    use auth::providers::creditpay::CreditPay;

    const EVENTS: usize = 1_000;

    /// What a worker had kept of its event when it died, in memory that outlives it: the user's own database.
    struct Journal(*mut AtomicU8);

    const BEGUN: u8 = 1;
    const ACTED: u8 = 2;
    const DONE: u8 = 3;

    /// How long it takes to act on an event, half of it before what comes of it is kept. Every second one takes no time,
    /// so that as many are killed inside the library as outside.
    const ACTING: [Duration; 2] = [Duration::from_millis(4), Duration::ZERO];

    fn spin(time: Duration) {
        let started = Instant::now();
        while started.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    impl Journal {
        fn new() -> Journal {
            // SAFETY: a new anonymous mapping.
            let pages = unsafe {
                let (read_write, shared) = (
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_SHARED | libc::MAP_ANON,
                );
                libc::mmap(std::ptr::null_mut(), EVENTS, read_write, shared, -1, 0)
            };
            assert!(pages != libc::MAP_FAILED);
            Journal(pages.cast())
        }

        fn of(&self, event: usize) -> &AtomicU8 {
            assert!(event < EVENTS);
            // SAFETY: within the mapping, which is never unmapped.
            unsafe { &*self.0.add(event) }
        }
    }

    /// What a server does with an event: claim, act and keep what came of it, be done.
    fn handle(
        creditpay: &CreditPay,
        message: &Inbound,
        acting: Duration,
        kept: &AtomicU8,
    ) -> Status {
        match creditpay.verify(message) {
            Ok(event) => {
                spin(acting / 2);
                kept.store(ACTED, Ordering::SeqCst);
                spin(acting / 2);
                event.done().expect("the claim has not ended");
                kept.store(DONE, Ordering::SeqCst);
                Status::Internal
            }
            Err(rejected) => rejected.error().status(),
        }
    }

    #[test]
    fn whenever_a_process_is_killed_no_event_is_lost_and_none_comes_again_after_done() {
        let sandbox = Sandbox::start();
        let clock = TestClock::now();
        let mut config = config_at("https://host.example", &clock);
        config.replay_claim_ms = 1_000;
        let (creditpay, journal) = (creditpay(&config), Journal::new());
        let order =
            |number: usize| json!({"platform": "creditpay", "event_id": number.to_string()});
        let messages: Vec<_> = (0..EVENTS)
            .map(|number| inbound(&sandbox, &order(number)))
            .collect();
        // How long it takes undisturbed.
        let warm_up = |number: usize| {
            let order = json!({"platform": "creditpay", "event_id": format!("warm-up {number}")});
            let message = inbound(&sandbox, &order);
            let started = Instant::now();
            handle(&creditpay, &message, Duration::ZERO, &AtomicU8::new(0));
            started.elapsed()
        };
        let inside = (0..5).map(warm_up).min().expect("five") * 5 / 4;
        let (mut before, mut acted, mut done, mut busy) = (0, 0, 0, 0);
        for (number, message) in messages.iter().enumerate() {
            let kept = journal.of(number);
            let acting = ACTING[number % 2];
            // SAFETY: the child does what is under test and ends with _exit.
            let pid = unsafe { libc::fork() };
            if pid == 0 {
                kept.store(BEGUN, Ordering::SeqCst);
                handle(&creditpay, message, acting, kept);
                // SAFETY: as above.
                unsafe { libc::_exit(0) };
            }
            // All moments, spread evenly, in no order.
            let part = u32::try_from(number * 389 % EVENTS).unwrap();
            let moment = (inside + acting) * part / EVENTS as u32;
            let forked = Instant::now();
            while kept.load(Ordering::SeqCst) == 0 && forked.elapsed() < Duration::from_secs(20) {
                std::hint::spin_loop();
            }
            spin(moment);
            // SAFETY: this process's own child.
            unsafe {
                libc::kill(pid, libc::SIGKILL);
                assert_eq!(libc::waitpid(pid, std::ptr::null_mut(), 0), pid);
            }
            let left = kept.load(Ordering::SeqCst);
            match left {
                0 | BEGUN => before += 1,
                ACTED => acted += 1,
                _ => done += 1,
            }
            // The platform's next attempts.
            let mut next = handle(&creditpay, message, Duration::ZERO, kept);
            if next == Status::Busy {
                busy += 1;
                assert!(left != DONE, "what is done is not claimed");
                clock.pass(config.replay_claim_ms + 1);
                next = handle(&creditpay, message, Duration::ZERO, kept);
            }
            match next {
                // It was accepted again: then it was not done.
                Status::Internal => assert!(left != DONE, "event {number} was accepted after done"),
                // It was not: then somebody had acted on it.
                Status::Replayed => assert!(left >= ACTED, "event {number} is lost"),
                other => panic!("event {number}: {other:?}"),
            }
            assert_eq!(
                handle(&creditpay, message, Duration::ZERO, kept),
                Status::Replayed
            );
        }
        println!(
            "killed before acting {before}, before done {acted}, after {done}; claims left behind {busy}"
        );
        assert!(
            before.min(acted).min(done) > 10,
            "the moments are not spread"
        );
    }
}
