//! Tokens and the cache that keeps one fresh for any number of threads.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use parking_lot::{Condvar, Mutex};

use crate::clock::{Clock, Moment};
use crate::error::{Error, Result, Status};
use crate::json::Json;
use crate::message::Answer;
use crate::per_process::PerProcess;
use crate::secret::Secret;

/// A token is refreshed this long before its end, or at a fifth of its life if that is shorter.
const REFRESH_MS: i64 = 300_000;
/// After a failed refresh: wait this long, twice as long after the next, up to the longest.
const FIRST_BACKOFF_MS: i64 = 1_000;
const LONGEST_BACKOFF_MS: i64 = 60_000;

/// An access token, with the header it goes into.
#[derive(Clone)]
pub struct Token {
    value: Secret,
    header_name: &'static str,
    issued: Moment,
    lifetime_ms: i64,
    answer: Answer,
}

impl Token {
    /// A token as it stands in its header, that lives for `lifetime_ms` from the moment it was asked for.
    pub(crate) fn new(
        value: String,
        header_name: &'static str,
        issued: Moment,
        lifetime_ms: i64,
        answer: Answer,
    ) -> Token {
        Token {
            value: Secret::new(value),
            header_name,
            issued,
            lifetime_ms,
            answer,
        }
    }

    /// The name of the header that carries the token.
    pub fn header_name(&self) -> &'static str {
        self.header_name
    }

    /// The value of that header, with its scheme where the platform wants one. A secret.
    pub fn header_value(&self) -> &str {
        self.value.expose()
    }

    /// The bare token, without a scheme. A secret.
    pub fn value(&self) -> &str {
        without_scheme(self.header_value())
    }

    /// When the token ends, in Unix milliseconds of this machine's clock.
    pub fn expires_at_ms(&self) -> i64 {
        self.issued.unix_ms.saturating_add(self.lifetime_ms)
    }

    /// How long the token lives from the moment it was asked for, in milliseconds.
    pub fn lifetime_ms(&self) -> i64 {
        self.lifetime_ms
    }

    /// The answer the token came in.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// How much of the token's life is left. Elapsed time is monotonic: setting the clock
    /// neither ends nor prolongs a token.
    fn left_ms(&self, clock: &dyn Clock) -> i64 {
        let age = clock
            .monotonic_ms()
            .saturating_sub(self.issued.monotonic_ms);
        self.lifetime_ms.saturating_sub(age)
    }

    fn is_due(&self, left_ms: i64) -> bool {
        left_ms <= REFRESH_MS.min(self.lifetime_ms / 5)
    }
}

/// No part of the token.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Token({}, expires at {} ms)",
            self.header_name,
            self.expires_at_ms()
        )
    }
}

/// `x` of `Bearer x`.
pub(crate) fn without_scheme(token: &str) -> &str {
    match token.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start(),
        _ => token,
    }
}

/// What a JWT says about its own life, in seconds, unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JwtTimes {
    pub(crate) iat: Option<i64>,
    pub(crate) exp: i64,
}

impl JwtTimes {
    /// How long the token lives from the moment it was asked for, if that can be believed. Without
    /// `iat`, `exp` is by the platform's clock, and ours is the only one to hold it against.
    pub(crate) fn lifetime_ms(self, asked: Moment) -> Option<i64> {
        let from = self.iat.unwrap_or(asked.unix_ms / 1000);
        plausible_ms(self.exp.saturating_sub(from).saturating_mul(1000))
    }
}

/// The times in a token, if it is a JWT with a numeric `exp`.
pub(crate) fn jwt_times(token: &str) -> Option<JwtTimes> {
    let mut parts = without_scheme(token).split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = BASE64_URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
    let claims = Json::parse(&payload).ok()?;
    let exp = claims.get("exp")?.as_i64()?;
    Some(JwtTimes {
        iat: claims.get("iat").and_then(Json::as_i64),
        exp,
    })
}

/// A lifetime that can be believed: more than nothing, and not beyond ten years.
pub(crate) fn plausible_ms(lifetime_ms: i64) -> Option<i64> {
    const TEN_YEARS_MS: i64 = 10 * 366 * 24 * 60 * 60 * 1000;
    (1..=TEN_YEARS_MS)
        .contains(&lifetime_ms)
        .then_some(lifetime_ms)
}

/// What happened to a token, for the log.
pub(crate) enum Event<'a> {
    Fetched(&'a Token),
    RefreshFailed { error: &'a Error, backoff_ms: i64 },
    Invalidated,
}

/// Keeps one token. Readers of a fresh token meet no lock.
pub(crate) struct TokenCache {
    clock: Arc<dyn Clock>,
    current: ArcSwapOption<Token>,
    /// A fork in the middle of a fetch must not leave the child waiting for it.
    flight: PerProcess<Flight>,
}

/// The fetch that is under way, and what those that wait for it get.
#[derive(Default)]
struct Flight {
    state: Mutex<FlightState>,
    landed: Condvar,
}

/// Empty until the flight has landed.
type Outcome = Mutex<Option<Result<Arc<Token>>>>;

struct FlightState {
    /// Who fetches: a callback made from there cannot wait for its own end.
    pilot: Option<u64>,
    under_way: Option<Arc<Outcome>>,
    /// Failed refreshes in a row, and when (monotonic) the next may start.
    failures: u32,
    not_before_ms: i64,
}

impl Default for FlightState {
    fn default() -> FlightState {
        FlightState {
            pilot: None,
            under_way: None,
            failures: 0,
            not_before_ms: i64::MIN,
        }
    }
}

impl FlightState {
    fn take_off(&mut self) {
        self.pilot = Some(this_thread());
        self.under_way = Some(Arc::default());
    }
}

impl TokenCache {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> TokenCache {
        TokenCache {
            clock,
            current: ArcSwapOption::empty(),
            flight: PerProcess::new(Flight::default),
        }
    }

    /// The token that is there, if it has not ended. Fetches nothing.
    pub(crate) fn current(&self) -> Option<Arc<Token>> {
        self.current
            .load_full()
            .filter(|token| token.left_ms(&*self.clock) > 0)
    }

    /// A token that was fetched by other means.
    pub(crate) fn put(&self, token: Arc<Token>) {
        self.current.store(Some(token));
    }

    /// Drops the token that failed, and no other: a caller that comes late with an old token
    /// must not drop the fresh one.
    pub(crate) fn invalidate(&self, header_value: &str) -> bool {
        let current = self.current.load();
        match &*current {
            Some(token) if token.value() == without_scheme(header_value) => {
                let before = self.current.compare_and_swap(&*current, None);
                before
                    .as_ref()
                    .is_some_and(|before| Arc::ptr_eq(before, token))
            }
            _ => false,
        }
    }

    /// A token that is valid now. However many threads ask, one of them fetches, until the deadline
    /// that `fetch` is given.
    pub(crate) fn get(
        &self,
        deadline: Instant,
        fetch: impl FnOnce(Instant) -> Result<Token>,
        note: impl Fn(Event),
    ) -> Result<Arc<Token>> {
        let Some(token) = self.current() else {
            return self.fetch_or_wait(deadline, || fetch(deadline), note);
        };
        if token.is_due(token.left_ms(&*self.clock)) {
            // The call that the token is for needs time too, with the old one if need be.
            let left = deadline.saturating_duration_since(Instant::now());
            return Ok(self.refresh(token, || fetch(deadline - left / 2), note));
        }
        Ok(token)
    }

    /// Replaces a token that is still valid. One caller does it; the others, and that one too
    /// if it fails, go on with the token there is.
    fn refresh(
        &self,
        token: Arc<Token>,
        fetch: impl FnOnce() -> Result<Token>,
        note: impl Fn(Event),
    ) -> Arc<Token> {
        let flight = self.flight.get();
        let backoff_ms = {
            let mut state = flight.state.lock();
            if state.under_way.is_some() || self.clock.monotonic_ms() < state.not_before_ms {
                return token;
            }
            // Somebody may have been done between the look at the token and the lock.
            if let Some(newer) = self
                .current()
                .filter(|current| !Arc::ptr_eq(current, &token))
            {
                return newer;
            }
            state.take_off();
            (FIRST_BACKOFF_MS << state.failures.min(6)).min(LONGEST_BACKOFF_MS)
        };
        match self.fly(&flight, Some(backoff_ms), fetch, &note) {
            Ok(newer) => newer,
            Err(error) => {
                note(Event::RefreshFailed {
                    error: &error,
                    backoff_ms,
                });
                token
            }
        }
    }

    fn fetch_or_wait(
        &self,
        deadline: Instant,
        fetch: impl FnOnce() -> Result<Token>,
        note: impl Fn(Event),
    ) -> Result<Arc<Token>> {
        let flight = self.flight.get();
        {
            let mut state = flight.state.lock();
            if let Some(token) = self.current() {
                return Ok(token);
            }
            if let Some(result) = state.under_way.clone() {
                if state.pilot == Some(this_thread()) {
                    return Err(asked_from_a_callback());
                }
                loop {
                    if let Some(result) = &*result.lock() {
                        return result.clone();
                    }
                    if flight.landed.wait_until(&mut state, deadline).timed_out() {
                        // It may have landed at the very last moment.
                        let last = result.lock().clone();
                        return last.unwrap_or_else(|| Err(waited_too_long()));
                    }
                }
            }
            state.take_off();
        }
        self.fly(&flight, None, fetch, &note)
    }

    /// Fetches, and hands the result to all that wait, also if `fetch` panics. A refresh that fails
    /// is not tried again for `backoff_ms`.
    fn fly(
        &self,
        flight: &Flight,
        backoff_ms: Option<i64>,
        fetch: impl FnOnce() -> Result<Token>,
        note: &impl Fn(Event),
    ) -> Result<Arc<Token>> {
        let mut landing = Landing {
            flight,
            clock: &*self.clock,
            backoff_ms,
            result: Err(Error::new(Status::Internal, "the token fetch panicked")),
        };
        landing.result = fetch().map(Arc::new);
        if let Ok(token) = &landing.result {
            note(Event::Fetched(token));
            self.current.store(Some(Arc::clone(token)));
        }
        landing.result.clone()
    }
}

/// A number for each thread. (`std::thread::current` keeps memory for threads that C made.)
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

fn asked_from_a_callback() -> Error {
    let message = "the token was asked for by a callback of the very call that fetches it";
    Error::new(Status::InvalidArgument, message)
}

fn waited_too_long() -> Error {
    let message = "the call's deadline passed while another thread was fetching the token";
    Error::new(Status::Timeout, message).with_retry_safe(true)
}

/// Ends the flight on drop.
struct Landing<'a> {
    flight: &'a Flight,
    clock: &'a dyn Clock,
    backoff_ms: Option<i64>,
    result: Result<Arc<Token>>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let mut state = self.flight.state.lock();
        if self.result.is_ok() {
            state.failures = 0;
            state.not_before_ms = i64::MIN;
        } else if let Some(backoff_ms) = self.backoff_ms {
            // Under the same lock as the end of the flight, or another thread would slip in between.
            state.failures = state.failures.saturating_add(1);
            state.not_before_ms = self.clock.monotonic_ms().saturating_add(backoff_ms);
        }
        state.pilot = None;
        if let Some(waiting) = state.under_way.take() {
            *waiting.lock() = Some(self.result.clone());
        }
        self.flight.landed.notify_all();
    }
}
