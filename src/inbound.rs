//! Messages that a platform sends to the user's server: as they were received, and how strict
//! a handle is with them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI64};

use crate::clock::Clock;
use crate::error::{Error, Result, Status};
use crate::http::Headers;
use crate::json::Json;
use crate::log::{Level, Log};
use crate::os::this_process;
use crate::replay::{ClaimId, Found, Memory, MemoryGuard, StoreMemory, Times};
use crate::secret::one_line;
use crate::statistics::{Statistics, json};
use crate::store::SharedStore;

/// The longest header value that is looked at, in bytes.
const LONGEST_HEADER: usize = 8 * 1024;

/// A request as the user's server received it.
#[derive(Clone, Default)]
pub struct Inbound {
    /// The method, such as `POST`.
    pub method: String,
    /// The path as it went over the wire: percent-encoded, without host, query and fragment.
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

/// How strict a provider handle is with inbound messages, and its memory of them.
pub(crate) struct Policy(Arc<Shared>);

/// What a handle's events need too: an event may outlive its handle.
struct Shared {
    rules: Rules,
    memory: Arc<dyn Memory>,
    /// For messages that anybody could send again: they must not push out others, nor fill a user's store.
    repeatable: MemoryGuard,
    /// When (monotonic) it was last said that the memory is full.
    said_full_ms: AtomicI64,
}

/// How many repeatable messages are remembered.
const REPEATABLE: usize = 1_000;

/// How often it is said that the memory is full, at most.
const SAY_FULL_MS: i64 = 60_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The window where the time is signed and the configuration says nothing.
pub(crate) const SIGNED_WINDOW_MS: i64 = 5 * 60 * 1000;

/// How long a message must be remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Its time is signed: until nobody could send it again within the window.
    Window,
    /// Its time is not signed, so it would be accepted again at any time: a day at the least, and beyond
    /// that while there is room.
    ForGood,
    /// Anybody could send it again with another time and make a new message of it: beside all
    /// others, and in one phase.
    Repeatable,
}

/// A message that is genuine and fresh: who it is, and what becomes of it once that is known not to have
/// come before.
pub(crate) struct Genuine<F> {
    pub(crate) key: String,
    pub(crate) keep: Keep,
    pub(crate) event: F,
}

/// What a policy is made from.
pub(crate) struct Rules {
    /// The platform's name, for the log.
    pub(crate) platform: &'static str,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) window_ms: i64,
    pub(crate) claim_ms: i64,
    pub(crate) capacity: usize,
    /// In place of the built-in memory.
    pub(crate) store: Option<SharedStore>,
    pub(crate) largest_body: usize,
    pub(crate) log: Option<Arc<dyn Log>>,
    pub(crate) log_level: Level,
    pub(crate) statistics: Arc<Statistics>,
}

impl Policy {
    pub(crate) fn new(rules: Rules) -> Result<Policy> {
        let memory: Arc<dyn Memory> = match &rules.store {
            Some(store) => Arc::new(StoreMemory(store.clone())),
            None => Arc::new(MemoryGuard::new(rules.capacity)?),
        };
        Ok(Policy(Arc::new(Shared {
            memory,
            repeatable: MemoryGuard::new(rules.capacity.min(REPEATABLE))?,
            said_full_ms: AtomicI64::new(i64::MIN),
            rules,
        })))
    }

    /// The last step of every check: claims a genuine message, and says in the log what was refused.
    pub(crate) fn accept<E>(
        &self,
        checked: Result<Genuine<impl FnOnce(Claim) -> E>>,
        trace_id: Option<&str>,
    ) -> std::result::Result<E, Rejected<E>> {
        let accepted = checked.map_err(|error| (error, None)).and_then(|genuine| {
            let (claim, error) = self.claim(genuine.key, genuine.keep, trace_id)?;
            let event = (genuine.event)(claim);
            match error {
                Some(error) => Err((error, Some(event))),
                None => Ok(event),
            }
        });
        let refused = accepted.as_ref().err().map(|(error, _)| error.status());
        self.0.rules.statistics.count_verified(refused);
        accepted.map_err(|(error, event)| {
            let error = error.with_trace_id(trace_id.map(str::to_owned));
            self.0.warn(error.trace_id(), || {
                format!("message refused: {}: {error}", error.status().name())
            });
            Rejected::new(error, event)
        })
    }

    /// The claim, and for one that is no claim the reason.
    fn claim<E>(
        &self,
        key: String,
        keep: Keep,
        trace_id: Option<&str>,
    ) -> std::result::Result<(Claim, Option<Error>), (Error, Option<E>)> {
        let shared = &self.0;
        let times = shared.times(keep);
        let memory: &dyn Memory = match keep {
            Keep::Repeatable => &shared.repeatable,
            _ => &*shared.memory,
        };
        let found = memory.claim(&key, &times, &|| {
            if keep != Keep::Repeatable {
                shared.say_full();
            }
        });
        match found.map_err(|error| (error, None))? {
            Found::New(None) => Ok((Claim::Final, None)),
            Found::New(Some(id)) => {
                let held = Held {
                    shared: Arc::clone(shared),
                    key,
                    id,
                    keep,
                    process: this_process(),
                    is_done: AtomicBool::new(false),
                    trace_id: trace_id.map(str::to_owned),
                };
                Ok((Claim::Held(held), None))
            }
            Found::Busy => {
                let message = "somebody is acting on this very message: answer with failure, and it will come again";
                Ok((Claim::Busy, Some(Error::new(Status::Busy, message))))
            }
            Found::Replayed => {
                let message = "this very message was received before: answer it as before, and do not act on it again";
                Ok((Claim::Final, Some(Error::new(Status::Replayed, message))))
            }
        }
    }

    /// What was counted of messages: how they came out, and how full the memory of them is.
    pub(crate) fn stats(&self) -> impl Iterator<Item = (&'static str, Json)> {
        let shared = &self.0;
        let verifications = Some(("verifications", shared.rules.statistics.verifications()));
        let fill = shared.memory.fill(shared.rules.clock.unix_ms());
        let memory = fill.map(|fill| {
            let number = |number| Some(json(number));
            let members = [
                ("capacity", number(fill.capacity)),
                ("remembered", number(fill.remembered)),
                ("forgotten", number(fill.forgotten)),
            ];
            ("replay_guard", Json::object(members))
        });
        verifications.into_iter().chain(memory)
    }

    /// What no genuine message is.
    pub(crate) fn check_shape(&self, message: &Inbound) -> Result<()> {
        if !message.method.is_empty() && !message.method.eq_ignore_ascii_case("POST") {
            return Err(Error::argument(
                "method",
                "is not POST: the platform always POSTs",
            ));
        }
        let most = self.0.rules.largest_body;
        if message.body.len() > most {
            return Err(Error::protocol(format!(
                "the body is larger than max_response_bytes ({most})"
            )));
        }
        Ok(())
    }

    /// Checks a header of Unix milliseconds, 13 digits, against the window around now.
    pub(crate) fn check_timestamp(&self, timestamp: &str) -> Result<i64> {
        let is_13_digits =
            timestamp.len() == 13 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        match timestamp.parse() {
            Ok(sent_ms) if is_13_digits => self.check_time(sent_ms).map(|()| sent_ms),
            _ => Err(stale(
                "`timestamp` is not Unix milliseconds in 13 digits: the message's age cannot be told",
            )),
        }
    }

    /// Checks a time in Unix milliseconds against the window around now; both edges belong to it.
    pub(crate) fn check_time(&self, sent_ms: i64) -> Result<()> {
        let age_ms = self.0.rules.clock.unix_ms().saturating_sub(sent_ms);
        if age_ms.saturating_abs() <= self.0.rules.window_ms {
            return Ok(());
        }
        let when = if age_ms > 0 { "ago" } else { "in the future" };
        let (age_s, window_s) = (age_ms.unsigned_abs() / 1000, self.0.rules.window_ms / 1000);
        Err(stale(&format!(
            "the message says it was sent {age_s} s {when}; the window is {window_s} s"
        )))
    }
}

impl Shared {
    fn times(&self, keep: Keep) -> Times {
        let in_window_ms = self.rules.window_ms.saturating_mul(2);
        Times {
            now_ms: self.rules.clock.unix_ms(),
            claim_ms: if keep == Keep::Repeatable {
                0
            } else {
                self.rules.claim_ms
            },
            // A message may come up to one window early and stays acceptable one window longer.
            keep_ms: match keep {
                Keep::ForGood => in_window_ms.max(DAY_MS),
                Keep::Window | Keep::Repeatable => in_window_ms,
            },
            for_good: keep == Keep::ForGood,
        }
    }

    fn say_full(&self) {
        let now_ms = self.rules.clock.monotonic_ms();
        let last_ms = self.said_full_ms.load(Relaxed);
        let is_time = last_ms == i64::MIN || now_ms.saturating_sub(last_ms) >= SAY_FULL_MS;
        let said = |last_ms| {
            let swap = AtomicI64::compare_exchange;
            swap(&self.said_full_ms, last_ms, now_ms, Relaxed, Relaxed)
        };
        if is_time && said(last_ms).is_ok() {
            self.warn(None, || {
                "the replay guard is full and forgets messages that could come again: raise replay_capacity"
                    .to_owned()
            });
        }
    }

    fn warn(&self, trace_id: Option<&str>, line: impl FnOnce() -> String) {
        let Some(log) = self
            .rules
            .log
            .as_ref()
            .filter(|_| Level::Warn <= self.rules.log_level)
        else {
            return;
        };
        let trace = trace_id.unwrap_or("-");
        let line = format!("{} {}, trace {trace}", self.rules.platform, line());
        log.log(Level::Warn, &one_line(&line));
    }
}

/// What an event may still do with its message.
pub(crate) enum Claim {
    /// It is final: it was so before, or there is one phase.
    Final,
    /// Somebody else's.
    Busy,
    /// This event's own.
    Held(Held),
}

/// A claim that ends with its event: given back, unless the message was done.
pub(crate) struct Held {
    shared: Arc<Shared>,
    key: String,
    id: ClaimId,
    keep: Keep,
    process: u64,
    is_done: AtomicBool,
    trace_id: Option<String>,
}

impl Claim {
    /// Makes the message final: whoever brings it again is told `REPLAYED`.
    pub(crate) fn done(&self) -> Result<()> {
        match self {
            Claim::Final => Ok(()),
            Claim::Busy => {
                let message =
                    "somebody else acts on this message: it is not this event's to finish";
                Err(Error::new(Status::Busy, message))
            }
            Claim::Held(held) => held.done(),
        }
    }
}

impl Held {
    fn done(&self) -> Result<()> {
        if self.is_done.load(Acquire) {
            return Ok(());
        }
        let times = self.shared.times(self.keep);
        let first = self.shared.memory.done(&self.key, self.id, &times)?;
        self.is_done.store(true, Release);
        if first {
            return Ok(());
        }
        let message = "this event's claim had ended, and another one of the same message was made final: see that \
                       it was not acted on twice";
        Err(Error::new(Status::Replayed, message).with_trace_id(self.trace_id.clone()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A forked child has a copy of the event: it can finish the message, but the claim is the parent's.
        if *self.is_done.get_mut() || self.process != this_process() {
            return;
        }
        let given_back = self.shared.memory.give_back(&self.key, self.id);
        self.shared
            .warn(self.trace_id.as_deref(), || match given_back {
                Ok(()) => "event ended without done: the message is given back".to_owned(),
                Err(error) => {
                    format!("event ended without done, and its claim stays until its end: {error}")
                }
            });
    }
}

/// A message that was not accepted: the reason, and for one that came before (`Replayed`) or that somebody
/// is acting on (`Busy`) the event too, so that it can be told what to answer for.
pub struct Rejected<E>(Box<(Error, Option<E>)>);

impl<E> Rejected<E> {
    fn new(error: Error, event: Option<E>) -> Rejected<E> {
        Rejected(Box::new((error, event)))
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.0.0
    }

    /// The event, of a message that is `Replayed` or `Busy`.
    pub fn event(&self) -> Option<&E> {
        self.0.1.as_ref()
    }

    /// Both.
    pub fn into_parts(self) -> (Error, Option<E>) {
        *self.0
    }
}

/// It is an error in all else.
impl<E> std::ops::Deref for Rejected<E> {
    type Target = Error;

    fn deref(&self) -> &Error {
        self.error()
    }
}

impl<E> From<Rejected<E>> for Error {
    fn from(rejected: Rejected<E>) -> Error {
        rejected.into_parts().0
    }
}

impl<E> fmt::Display for Rejected<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

/// Nothing of the event.
impl<E> fmt::Debug for Rejected<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl<E> std::error::Error for Rejected<E> {}

fn stale(message: &str) -> Error {
    Error::new(Status::Stale, message)
}

/// A signature that is `missing` or a `mismatch`.
pub(crate) fn bad_signature(which: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Status::BadSignature, format!("signature {which}: {why}"))
}
