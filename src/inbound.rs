//! Messages that a platform sends to the user's server: as they were received, how old they
//! may be, and whether they came before.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;

use crate::clock::Clock;
use crate::error::{Error, Result, Status};
use crate::message::Headers;

/// The longest header value that is looked at, in bytes.
const LONGEST_HEADER: usize = 8 * 1024;

/// A request as the user's server received it.
#[derive(Clone, Default)]
pub struct Inbound {
    /// The method, such as `POST`.
    pub method: String,
    /// The path as received, without host and query.
    pub path: String,
    /// The headers as received.
    pub headers: Headers,
    /// The body, byte for byte as received.
    pub body: Vec<u8>,
}

impl Inbound {
    /// The one value of a header that the signature depends on.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>> {
        let mut values = self.headers.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(bad_signature(
                "mismatch",
                format!("header `{name}` stands twice"),
            ));
        }
        if value.is_some_and(|value| value.len() > LONGEST_HEADER) {
            return Err(bad_signature(
                "mismatch",
                format!("header `{name}` is longer than {LONGEST_HEADER} bytes"),
            ));
        }
        Ok(value)
    }

    pub(crate) fn required_header<'a>(&'a self, name: &'a str) -> Result<&'a str> {
        let value = self.header(name)?.filter(|value| !value.is_empty());
        value.ok_or_else(|| bad_signature("missing", format!("there is no header `{name}`")))
    }

    /// What no genuine message is.
    pub(crate) fn check(&self, largest_body: usize) -> Result<()> {
        if !self.method.is_empty() && !self.method.eq_ignore_ascii_case("POST") {
            return Err(Error::argument(
                "method",
                "is not POST: the platform always POSTs",
            ));
        }
        if self.body.len() > largest_body {
            return Err(Error::protocol(format!(
                "the body is larger than max_response_bytes ({largest_body})"
            )));
        }
        Ok(())
    }
}

/// A signature that is `missing` or a `mismatch`.
pub(crate) fn bad_signature(which: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Status::BadSignature, format!("signature {which}: {why}"))
}

/// Checks a timestamp of Unix milliseconds, as text, against the window around now.
pub(crate) fn check_age(timestamp: &str, clock: &dyn Clock, window_ms: i64) -> Result<()> {
    let is_13_digits = timestamp.len() == 13 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let sent_ms = timestamp.parse::<i64>().ok().filter(|_| is_13_digits);
    let sent_ms = sent_ms.ok_or_else(|| {
        Error::new(
            Status::Stale,
            "`timestamp` is not Unix milliseconds in 13 digits: the message's age cannot be told",
        )
    })?;
    check_window(sent_ms, clock, window_ms)
}

/// Checks a time in Unix milliseconds against the window around now; both edges belong to it.
pub(crate) fn check_window(sent_ms: i64, clock: &dyn Clock, window_ms: i64) -> Result<()> {
    let age = clock.unix_ms().saturating_sub(sent_ms);
    if age.saturating_abs() <= window_ms {
        return Ok(());
    }
    let when = if age > 0 { "ago" } else { "in the future" };
    let message = format!(
        "the message says it was sent {} s {when}; the window is {} s",
        age.unsigned_abs() / 1000,
        window_ms / 1000
    );
    Err(Error::new(Status::Stale, message))
}

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
        let mut seen = self.seen.lock();
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
