//! Which messages were seen before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;

/// Remembers which messages were seen.
pub trait ReplayGuard: Send + Sync {
    /// Notes a message. `true` exactly once for each `key`, also when many threads ask at once.
    /// It has to be remembered until `keep_until_ms` (Unix milliseconds); `now_ms` is the time now.
    ///
    /// # Errors
    /// When the guard cannot tell; the message is then not accepted.
    fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> Result<bool>;
}

/// The built-in guard: in memory, bounded. When it is full, the oldest entry makes room.
pub struct MemoryGuard {
    seen: Mutex<Seen>,
    capacity: usize,
}

#[derive(Default)]
struct Seen {
    until: HashMap<String, i64>,
    order: VecDeque<String>,
}

impl MemoryGuard {
    /// A guard that remembers at most `capacity` messages.
    pub fn new(capacity: usize) -> MemoryGuard {
        MemoryGuard {
            seen: Mutex::default(),
            capacity: capacity.max(1),
        }
    }
}

impl ReplayGuard for MemoryGuard {
    fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> Result<bool> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        while seen
            .order
            .front()
            .is_some_and(|oldest| seen.until[oldest] < now_ms)
        {
            let oldest = seen.order.pop_front().expect("just looked at");
            seen.until.remove(&oldest);
        }
        // An entry that outlived its time but stands behind a longer-lived one still counts.
        if seen.until.contains_key(key) {
            return Ok(false);
        }
        if seen.order.len() == self.capacity {
            let oldest = seen
                .order
                .pop_front()
                .expect("the capacity is at least one");
            seen.until.remove(&oldest);
        }
        seen.until.insert(key.to_owned(), keep_until_ms);
        seen.order.push_back(key.to_owned());
        Ok(true)
    }
}
