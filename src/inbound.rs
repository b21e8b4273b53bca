//! Messages that a platform sends to the user's server: as they were received, and how strict
//! a handle is with them.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::http::Headers;
use crate::replay::{Found, Memory, MemoryGuard, OnePhase, Times};

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
}

/// How strict a provider handle is with inbound messages.
pub(crate) struct Policy {
    clock: Arc<dyn Clock>,
    window_ms: i64,
    memory: Arc<dyn Memory>,
    largest_body: usize,
}

impl Policy {
    pub(crate) fn new(config: &Config) -> Result<Policy> {
        let size = |bytes: i64| usize::try_from(bytes).unwrap_or(0);
        let memory: Arc<dyn Memory> = match &config.replay_guard {
            Some(guard) => Arc::new(OnePhase(Arc::clone(guard))),
            None => Arc::new(MemoryGuard::new(size(config.replay_capacity))?),
        };
        Ok(Policy {
            clock: Arc::clone(&config.clock),
            window_ms: config.window_ms,
            memory,
            largest_body: size(config.max_response_bytes),
        })
    }

    /// What no genuine message is.
    pub(crate) fn check_shape(&self, message: &Inbound) -> Result<()> {
        if !message.method.is_empty() && !message.method.eq_ignore_ascii_case("POST") {
            return Err(Error::argument(
                "method",
                "is not POST: the platform always POSTs",
            ));
        }
        if message.body.len() > self.largest_body {
            let most = self.largest_body;
            return Err(Error::protocol(format!(
                "the body is larger than max_response_bytes ({most})"
            )));
        }
        Ok(())
    }

    /// Checks a header of Unix milliseconds, 13 digits, against the window around now.
    pub(crate) fn check_timestamp(&self, timestamp: &str) -> Result<()> {
        let is_13_digits =
            timestamp.len() == 13 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        match timestamp.parse() {
            Ok(sent_ms) if is_13_digits => self.check_time(sent_ms),
            _ => Err(stale(
                "`timestamp` is not Unix milliseconds in 13 digits: the message's age cannot be told",
            )),
        }
    }

    /// Checks a time in Unix milliseconds against the window around now; both edges belong to it.
    pub(crate) fn check_time(&self, sent_ms: i64) -> Result<()> {
        let age_ms = self.clock.unix_ms().saturating_sub(sent_ms);
        if age_ms.saturating_abs() <= self.window_ms {
            return Ok(());
        }
        let when = if age_ms > 0 { "ago" } else { "in the future" };
        let (age_s, window_s) = (age_ms.unsigned_abs() / 1000, self.window_ms / 1000);
        Err(stale(&format!(
            "the message says it was sent {age_s} s {when}; the window is {window_s} s"
        )))
    }

    /// Notes a message that is genuine in all else; a second time it is refused.
    /// A message may come up to one window early and stays acceptable one window longer; `least_ms` is
    /// for messages whose time is not signed, and which could come again with another.
    pub(crate) fn check_first_time(&self, key: &str, least_ms: i64) -> Result<()> {
        let times = Times {
            now_ms: self.clock.unix_ms(),
            claim_ms: 0,
            keep_ms: self.window_ms.saturating_mul(2).max(least_ms),
            for_good: false,
        };
        if let Found::New(_) = self.memory.claim(key, &times, &|| {})? {
            return Ok(());
        }
        let message = "this very message was received before: answer it as before, and do not act on it again";
        Err(Error::new(Status::Replayed, message))
    }
}

fn stale(message: &str) -> Error {
    Error::new(Status::Stale, message)
}

/// A signature that is `missing` or a `mismatch`.
pub(crate) fn bad_signature(which: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Status::BadSignature, format!("signature {which}: {why}"))
}
