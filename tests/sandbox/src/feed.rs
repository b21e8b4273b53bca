//! Who waits for the next request: the page.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::state::lock;

#[derive(Default)]
struct Seen {
    last: u64,
    over: bool,
}

/// The number of the last request of the whole sandbox.
#[derive(Default)]
pub struct Feed {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Feed {
    /// Gives a new request its number. It is kept before the next one gets its own, so whoever has seen a
    /// number can have seen all before it.
    pub fn add(&self, keep: impl FnOnce(u64)) {
        let mut seen = lock(&self.seen);
        seen.last += 1;
        keep(seen.last);
        drop(seen);
        self.changed.notify_all();
    }

    /// Waits while `after` is the last number; gives the last one.
    pub fn wait(&self, after: u64, patience: Duration) -> u64 {
        let seen = lock(&self.seen);
        let nothing_new = |seen: &mut Seen| seen.last == after && !seen.over;
        let waited = self.changed.wait_timeout_while(seen, patience, nothing_new);
        waited.unwrap_or_else(PoisonError::into_inner).0.last
    }

    /// Nobody waits any more.
    pub fn end(&self) {
        lock(&self.seen).over = true;
        self.changed.notify_all();
    }
}
