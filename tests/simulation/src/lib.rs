//! Ten thousand nodes that share a token, in virtual time: delays, pauses, deaths, lost messages, clocks that differ, a
//! store that stops and fails over, a platform that revokes. What decides is `src/fleet.rs` itself, compiled in here;
//! beside it stand copies that lack one rule each (see `build.rs`), for the tests to see that rule missed.
//!
//! Everything that happens follows from a seed, which is printed.

// What needs no comment has none: nobody but the tests uses this.
#![allow(missing_docs)]

/// The rules, and a world that runs by them.
macro_rules! world {
    ($name:ident) => {
        #[allow(dead_code, missing_docs, clippy::all)]
        pub mod $name {
            pub mod fleet {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
            }
            include!("world.rs");
        }
    };
}

mod dice;

pub use dice::Dice;

world!(shipped);
world!(without_jitter);
world!(without_future);
world!(without_margin);
world!(without_second_look);
world!(without_lease_end);
world!(without_backoff);

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub nodes: usize,
    /// For how long, in milliseconds.
    pub until_ms: i64,
    /// How long a token lives.
    pub lifetime_ms: i64,
    /// How long it is on average from one call of a node to its next.
    pub call_every_ms: f64,
    /// Clocks are off by up to so much to either side.
    pub clocks_ms: i64,
    /// So many nodes have clocks that are ahead by three hours.
    pub broken_clocks: usize,
    /// How often in ten thousand something happens to an operation of the store: it is lost, its answer is lost, it
    /// comes too late.
    pub store_troubles: u64,
    /// How often in ten thousand a node is stopped for up to a minute after a step, or dies in it.
    pub pauses: u64,
    pub deaths: u64,
    /// How often in ten thousand a login takes longer than its caller has time.
    pub slow_logins: u64,
    /// When the store does not answer, from and to.
    pub store_down: Vec<(i64, i64)>,
    /// When it fails over to a replica that lacks the last second.
    pub fail_overs: Vec<i64>,
    /// When the platform's login fails, from and to.
    pub platform_down: Vec<(i64, i64)>,
    /// When all tokens are revoked.
    pub revoked: Vec<i64>,
    /// The store writes without comparing.
    pub blind_writes: bool,
    /// Everybody gets the lease.
    pub no_leases: bool,
    /// A refused token is taken from the store again.
    pub refused_is_taken: bool,
}

impl Plan {
    /// Ten thousand nodes for three lifetimes in which nothing goes wrong but the clocks.
    pub fn calm(seed: u64) -> Plan {
        Plan {
            seed,
            nodes: 10_000,
            until_ms: 3 * 7_200_000,
            lifetime_ms: 7_200_000,
            call_every_ms: 1_000.0,
            clocks_ms: 30_000,
            broken_clocks: 0,
            store_troubles: 0,
            pauses: 0,
            deaths: 0,
            slow_logins: 0,
            store_down: Vec::new(),
            fail_overs: Vec::new(),
            platform_down: Vec::new(),
            revoked: Vec::new(),
            blind_writes: false,
            no_leases: false,
            refused_is_taken: false,
        }
    }

    /// A few nodes with many short lifetimes that are stopped all the time.
    pub fn restless(seed: u64) -> Plan {
        Plan {
            nodes: 60,
            lifetime_ms: 600_000,
            pauses: 2_000,
            ..Plan::calm(seed)
        }
    }

    /// A calm one with everything that can go wrong, at moments that the seed chooses.
    pub fn rough(seed: u64) -> Plan {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let mut moment = |length: i64| {
            let from = dice.below(3 * 7_200_000);
            (from, from + dice.below(length))
        };
        Plan {
            store_troubles: 200,
            pauses: 100,
            deaths: 50,
            slow_logins: 500,
            store_down: vec![moment(60_000), moment(600_000)],
            fail_overs: vec![moment(1).0, moment(1).0],
            platform_down: vec![moment(120_000)],
            revoked: vec![moment(1).0],
            ..Plan::calm(seed)
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Logins that were begun.
    pub logins: u64,
    /// Of these: without a lease because the store failed.
    pub alone: u64,
    /// The most such logins of one node within a second.
    pub alone_in_a_second: u64,
    /// Logins that were begun when the lease for them had ended.
    pub late_logins: u64,
    /// Calls.
    pub calls: u64,
    /// Calls with a token that had ended at the platform.
    pub ended: u64,
    /// Tokens that were refused for another reason, and calls that were refused until they gave up.
    pub refused: u64,
    pub refused_for_good: u64,
    /// Calls that got no token within their time, and the longest wait for one.
    pub without: u64,
    pub longest_wait_ms: i64,
    /// Records of a later login that gave way to one of an earlier login.
    pub overwritten: u64,
    /// The most operations of the store in one second, after the beginning.
    pub busiest_second: u64,
    /// What happened that can cost a login.
    pub pauses: u64,
    pub deaths: u64,
    pub store_troubles: u64,
    /// Different tokens that nodes held at the end.
    pub tokens_at_end: u64,
}
