//! What is promised of a fleet, over many seeds; and each rule taken out once, to see it missed.
//!
//! `LIBAUTH_SEEDS` says how many seeds (10), `LIBAUTH_SEED` with which to begin.

use libauth_simulation::{Outcome, Plan, shipped};

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str, otherwise: u64| {
        let given = std::env::var(name).ok().and_then(|text| text.parse().ok());
        given.unwrap_or(otherwise)
    };
    let first = number("LIBAUTH_SEED", 1);
    first..first + number("LIBAUTH_SEEDS", 10)
}

/// Runs a plan for every seed on all processors, and judges what came of it.
fn for_seeds(plan: impl Fn(u64) -> Plan + Sync, judge: impl Fn(&Plan, &Outcome) + Sync) {
    let next = std::sync::atomic::AtomicU64::new(seeds().start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= seeds().end {
                        return;
                    }
                    let plan = plan(seed);
                    let outcome = shipped::World::run(&plan);
                    println!("seed {seed}: {outcome:?}");
                    judge(&plan, &outcome);
                }
            });
        }
    });
}

/// How many lifetimes a plan has: a token is replaced 270 to 300 s, and a minute for clocks, before its end.
fn lifetimes(plan: &Plan) -> u64 {
    plan.until_ms.div_euclid(plan.lifetime_ms - 360_000) as u64 + 1
}

#[test]
fn a_calm_fleet_makes_one_login_a_lifetime() {
    for_seeds(Plan::calm, |plan, outcome| {
        assert!(outcome.logins <= lifetimes(plan), "{outcome:?}");
        assert_eq!((outcome.ended, outcome.refused, outcome.without), (0, 0, 0));
        assert_eq!(
            (outcome.alone, outcome.overwritten, outcome.late_logins),
            (0, 0, 0)
        );
        assert!(outcome.longest_wait_ms < 3_000, "{outcome:?}");
    });
}

#[test]
fn whatever_happens_logins_are_bounded_and_no_record_is_overwritten() {
    for_seeds(Plan::rough, |plan, outcome| {
        // A store that fails costs a login in each node that needs one; all else costs one at most.
        let reasons =
            lifetimes(plan) + 1 + outcome.pauses + outcome.deaths + outcome.store_troubles;
        let shared = outcome.logins - outcome.alone;
        assert!(shared <= reasons + 100, "{reasons}: {outcome:?}");
        assert!(outcome.alone_in_a_second <= 1, "{outcome:?}");
        assert_eq!(outcome.late_logins, 0, "{outcome:?}");
        // The fail-overs lose a second of writes each.
        assert!(
            outcome.overwritten <= plan.fail_overs.len() as u64,
            "{outcome:?}"
        );
        assert_eq!(outcome.refused_for_good, 0, "{outcome:?}");
        assert!(
            outcome.longest_wait_ms <= 130_000,
            "a call and its pauses: {outcome:?}"
        );
    });
}

#[test]
fn whoever_was_stopped_neither_logs_in_late_nor_overwrites() {
    for_seeds(Plan::restless, |_, outcome| {
        assert_eq!(
            (outcome.late_logins, outcome.overwritten),
            (0, 0),
            "{outcome:?}"
        );
        assert!(outcome.pauses > 100, "{outcome:?}");
    });
}

/// A fleet whose platform stops handing out tokens while the old one ends.
fn ending(seed: u64) -> Plan {
    Plan {
        until_ms: 7_800_000,
        nodes: 2_000,
        platform_down: vec![(5_000_000, 7_500_000)],
        ..Plan::calm(seed)
    }
}

#[test]
fn no_token_is_used_beyond_its_end_whatever_the_clocks_say() {
    for_seeds(ending, |_, outcome| {
        assert_eq!(outcome.ended, 0, "{outcome:?}")
    });
    let broken = |seed| Plan {
        broken_clocks: 20,
        ..ending(seed)
    };
    for_seeds(broken, |_, outcome| {
        assert_eq!(outcome.ended, 0, "{outcome:?}")
    });
}

/// A revoked token, while neither store nor platform answers.
fn all_down(seed: u64) -> Plan {
    Plan {
        until_ms: 1_000_000,
        nodes: 500,
        revoked: vec![300_000],
        store_down: vec![(290_000, 400_000)],
        platform_down: vec![(290_000, 390_000)],
        ..Plan::calm(seed)
    }
}

#[test]
fn a_platform_that_is_down_is_not_stormed_when_the_store_is_down_too() {
    for_seeds(all_down, |_, outcome| {
        assert!(outcome.alone_in_a_second <= 1, "{outcome:?}");
    });
}

#[test]
fn a_fleet_does_not_move_together() {
    for_seeds(together, |_, outcome| {
        assert!(outcome.busiest_second < 3_000, "{outcome:?}")
    });
}

/// Clocks that agree: nothing else spreads the nodes.
fn together(seed: u64) -> Plan {
    Plan {
        until_ms: 8_000_000,
        clocks_ms: 0,
        call_every_ms: 200.0,
        ..Plan::calm(seed)
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    let plan = Plan {
        nodes: 500,
        ..Plan::rough(7)
    };
    assert_eq!(shipped::World::run(&plan), shipped::World::run(&plan));
}

/// Without a rule, some of the first seeds break what the rule is for.
macro_rules! missed {
    ($test:ident, $variant:ident, $plan:expr, $breaks:expr) => {
        #[test]
        fn $test() {
            let plan: fn(u64) -> Plan = $plan;
            let breaks: fn(&Plan, &Outcome) -> bool = $breaks;
            let outcomes = (1..=5).map(|seed| {
                let plan = plan(seed);
                (libauth_simulation::$variant::World::run(&plan), plan)
            });
            let broken = outcomes
                .filter(|(outcome, plan)| breaks(plan, outcome))
                .count();
            assert!(broken > 0, "nothing broke without the rule");
        }
    };
}

missed!(
    the_random_tenth_would_be_missed,
    without_jitter,
    together,
    |_, outcome| { outcome.busiest_second >= 3_000 }
);
missed!(
    the_second_look_would_be_missed,
    without_second_look,
    Plan::calm,
    |plan, outcome| outcome.logins > lifetimes(plan)
);
missed!(
    the_margin_for_clocks_would_be_missed,
    without_margin,
    ending,
    |_, outcome| { outcome.ended > 0 }
);
missed!(
    ignoring_the_future_would_be_missed,
    without_future,
    |seed| Plan {
        broken_clocks: 20,
        ..ending(seed)
    },
    |_, outcome| outcome.ended > 0
);
missed!(
    the_end_of_the_lease_would_be_missed,
    without_lease_end,
    Plan::restless,
    |_, outcome| outcome.late_logins > 0
);
missed!(
    the_backoff_would_be_missed,
    without_backoff,
    all_down,
    |_, outcome| { outcome.alone_in_a_second > 1 }
);
missed!(
    comparing_before_writing_would_be_missed,
    shipped,
    |seed| Plan {
        blind_writes: true,
        ..Plan::restless(seed)
    },
    |_, outcome| outcome.overwritten > 0
);
missed!(
    the_lease_would_be_missed,
    shipped,
    |seed| Plan {
        no_leases: true,
        ..Plan::calm(seed)
    },
    |plan, outcome| outcome.logins > lifetimes(plan)
);
missed!(
    comparing_the_refused_token_would_be_missed,
    shipped,
    |seed| Plan {
        refused_is_taken: true,
        ..Plan::rough(seed)
    },
    |_, outcome| outcome.refused_for_good > 0
);
