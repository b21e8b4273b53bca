//! What a handle counts, for whoever asks: nothing is pushed anywhere. A forked child begins at zero.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use once_cell::race::OnceBox;

use crate::error::{Result, Status};
use crate::json::Json;
use crate::os::this_thread;
use crate::per_process::PerProcess;

/// 0 is success, the others are the numbers of [`Status`].
const OUTCOMES: usize = Status::ALL.len() + 1;

/// What one handle counts in this process, from any number of threads, without a lock.
pub(crate) struct Statistics(PerProcess<Counters>);

#[derive(Default)]
struct Counters {
    /// What takes so little time that threads would fight over one count: each has a line of its own.
    threads: [Thread; 16],
    operations: Operations,
    tokens: [Count; 5],
    connections: [Count; 3],
}

#[derive(Default)]
#[repr(align(64))]
struct Thread {
    cached: Count,
    verified: [Count; OUTCOMES],
}

/// The operations that were asked for so far, each behind the one that was asked for before it.
#[derive(Default)]
struct Operations(OnceBox<Operation>);

struct Operation {
    name: &'static str,
    /// By [`Span`] and outcome.
    tallies: [[Tally; OUTCOMES]; 3],
    next: Operations,
}

/// How often something came out in one way, and how long it took.
#[derive(Default)]
struct Tally {
    count: Count,
    total_us: Count,
    longest_us: AtomicU64,
}

#[derive(Default)]
struct Count(AtomicU64);

/// What became of a token that was asked for at the platform.
#[derive(Clone, Copy)]
pub(crate) enum TokenCount {
    Fetched,
    /// In the place of one that was still valid.
    Refreshed,
    Failed,
    /// Taken from the shared store, where another process put it.
    Shared,
    /// None: the shared store failed, once in one fetch.
    StoreFailed,
}

/// Where an exchange's connection came from.
#[derive(Clone, Copy)]
pub(crate) enum ConnectionCount {
    Opened,
    Reused,
    Failed,
}

/// How far an operation is looked at.
#[derive(Clone, Copy)]
pub(crate) enum Span {
    /// With its repeats and pauses.
    Call,
    /// One exchange.
    Attempt,
    /// An answer that somebody else received.
    Read,
}

impl Statistics {
    pub(crate) fn new() -> Statistics {
        Statistics(PerProcess::new(Counters::default))
    }

    /// Counts how an operation came out.
    pub(crate) fn count<T>(
        &self,
        name: &'static str,
        span: Span,
        outcome: &Result<T>,
        took: Duration,
    ) {
        let operation = self.0.get().operations.named(name);
        let refused = outcome.as_ref().err().map(|error| error.status());
        operation.tallies[span as usize][number(refused)].add(took);
    }

    /// Counts a token that was there already.
    pub(crate) fn count_cached(&self) {
        self.0.get().thread().cached.add(1);
    }

    pub(crate) fn count_token(&self, which: TokenCount) {
        self.0.get().tokens[which as usize].add(1);
    }

    pub(crate) fn count_connection(&self, which: ConnectionCount) {
        self.0.get().connections[which as usize].add(1);
    }

    /// Counts a message that was accepted, or refused for this reason.
    pub(crate) fn count_verified(&self, refused: Option<Status>) {
        self.0.get().thread().verified[number(refused)].add(1);
    }

    /// Calls, attempts and answers read, by operation and outcome.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&'static str, Json)> {
        let operations = self.0.get().operations.all();
        let spans = [
            ("calls", Span::Call),
            ("attempts", Span::Attempt),
            ("read", Span::Read),
        ];
        spans.into_iter().map(move |(name, span)| {
            let seen = operations.iter().filter_map(|operation| {
                let tallies = &operation.tallies[span as usize];
                let outcomes = by_outcome(|outcome| tallies[outcome].json());
                (!outcomes.members().is_empty()).then_some((operation.name, Some(outcomes)))
            });
            (name, Json::object(seen))
        })
    }

    pub(crate) fn tokens(&self) -> Json {
        let counters = self.0.get();
        let [fetched, refreshed, failed, shared, store_failed] = &counters.tokens;
        let cached = counters.threads.iter().map(|thread| thread.cached.get());
        Json::object([
            ("fetched", Some(json(fetched.get()))),
            ("refreshed", Some(json(refreshed.get()))),
            ("cached", Some(json(cached.sum()))),
            ("failed", Some(json(failed.get()))),
            ("shared", Some(json(shared.get()))),
            ("store_failed", Some(json(store_failed.get()))),
        ])
    }

    pub(crate) fn connections(&self) -> Json {
        let [opened, reused, failed] = &self.0.get().connections;
        Json::object([
            ("opened", Some(json(opened.get()))),
            ("reused", Some(json(reused.get()))),
            ("failed", Some(json(failed.get()))),
        ])
    }

    pub(crate) fn verifications(&self) -> Json {
        let threads = &self.0.get().threads;
        by_outcome(|outcome| {
            let counts = threads.iter().map(|thread| thread.verified[outcome].get());
            Some(counts.sum()).filter(|count| *count > 0).map(json)
        })
    }
}

impl Counters {
    fn thread(&self) -> &Thread {
        &self.threads[this_thread() as usize % self.threads.len()]
    }
}

impl Operations {
    fn named(&self, name: &'static str) -> &Operation {
        let mut link = self;
        loop {
            let operation = link.0.get_or_init(|| {
                Box::new(Operation {
                    name,
                    tallies: Default::default(),
                    next: Operations::default(),
                })
            });
            if operation.name == name {
                return operation;
            }
            link = &operation.next;
        }
    }

    fn all(&self) -> Vec<&Operation> {
        std::iter::successors(self.0.get(), |operation| operation.next.0.get()).collect()
    }
}

impl Tally {
    fn add(&self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.count.add(1);
        self.total_us.add(took_us);
        self.longest_us.fetch_max(took_us, Relaxed);
    }

    fn json(&self) -> Option<Json> {
        let count = self.count.get();
        (count > 0).then(|| {
            Json::object([
                ("count", Some(json(count))),
                ("total_us", Some(json(self.total_us.get()))),
                ("longest_us", Some(json(self.longest_us.load(Relaxed)))),
            ])
        })
    }
}

impl Count {
    fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

fn number(refused: Option<Status>) -> usize {
    refused.map_or(0, |status| status as usize)
}

/// Those outcomes that there were, by their names.
fn by_outcome(count: impl Fn(usize) -> Option<Json>) -> Json {
    let names = std::iter::once("OK").chain(Status::ALL.iter().map(|status| status.name()));
    Json::object(
        names
            .enumerate()
            .map(|(outcome, name)| (name, count(outcome))),
    )
}

/// A number as JSON.
pub(crate) fn json(number: u64) -> Json {
    Json::Number(number.to_string())
}
