//! The replay guard at ten million messages: how long an operation takes, the longest one, and what two threads do
//! beside one, in processor time, so that a busy machine does not count. `cargo bench --bench guard` prints; nothing
//! is asserted.

use std::sync::Barrier;
use std::time::Duration;

use auth::replay::MemoryGuard;
use rustix::time::{ClockId, clock_gettime};

const MESSAGES: usize = 10_000_000;
const ROUND: usize = 1_000_000;

fn main() {
    let guard = MemoryGuard::new(MESSAGES).expect("320 MB of memory");
    let started = Spent::now();
    let mut longest = Duration::ZERO;
    for number in 0..MESSAGES {
        let before = Spent::now();
        assert!(note(&guard, number, 1_000), "message {number} is new");
        longest = longest.max(before.elapsed());
    }
    print(
        "new, up to ten million",
        started.elapsed(),
        MESSAGES,
        longest,
    );
    assert_eq!(guard.forgotten(), 0);

    let (mut started, mut longest) = (Spent::now(), Duration::ZERO);
    for number in 0..ROUND {
        let before = Spent::now();
        assert!(
            !note(&guard, number * 7, 1_000),
            "message {number} is known"
        );
        longest = longest.max(before.elapsed());
    }
    print("known, of ten million", started.elapsed(), ROUND, longest);

    started = Spent::now();
    let size = guard.size(0);
    println!(
        "size: about {size}, in {:.1} µs",
        started.elapsed().as_secs_f64() * 1e6
    );

    let rates = [1, 2, 1, 2, 1, 2].map(|threads| (threads, rate(&guard, threads)));
    let best = |wanted: usize| {
        let of = rates.iter().filter(|(threads, _)| *threads == wanted);
        of.map(|(_, rate)| *rate).fold(0.0, f64::max)
    };
    println!(
        "operations a second of processor time: one thread {:.0}, two {:.0}: {:.2} times",
        best(1),
        best(2),
        best(2) / best(1)
    );
}

/// A moment in the processor time of this thread.
struct Spent(Duration);

impl Spent {
    fn now() -> Spent {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let duration = Duration::try_from(time);
        Spent(duration.expect("time that was spent is not negative"))
    }

    fn elapsed(&self) -> Duration {
        Spent::now().0 - self.0
    }
}

fn note(guard: &MemoryGuard, number: usize, until_ms: i64) -> bool {
    // As long as a signature.
    let key = format!("creditpay plat 0123456789abcdef+{number:012}=");
    guard.first_time(&key, 0, until_ms)
}

/// Half of it new messages, half known ones.
fn rate(guard: &MemoryGuard, threads: usize) -> f64 {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        let work = |thread: usize| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                let started = Spent::now();
                for number in 0..ROUND {
                    note(guard, number * 2 + thread, 1_000);
                }
                ROUND as f64 / started.elapsed().as_secs_f64()
            })
        };
        let threads: Vec<_> = (0..threads).map(work).collect();
        threads
            .into_iter()
            .map(|one| one.join().expect("a rate"))
            .sum()
    })
}

fn print(what: &str, elapsed: Duration, count: usize, longest: Duration) {
    println!(
        "{what}: {:.0} ns each, the longest {:.0} µs",
        elapsed.as_secs_f64() * 1e9 / count as f64,
        longest.as_secs_f64() * 1e6
    );
}
