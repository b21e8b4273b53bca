//! Tokens and the cache that keeps one fresh for any number of threads.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::clock::{Clock, Moment};
use crate::error::{Error, Result, Status};
use crate::fleet::{Life, refresh_ms};
use crate::http::{Headers, HttpResponse};
use crate::json::Json;
use crate::options::{Wait, cancelled};
use crate::os::this_thread;
use crate::per_process::PerProcess;
use crate::random;
use crate::secret::Secret;

/// After a failed refresh: wait this long, twice as long after the next, up to the longest.
const FIRST_BACKOFF_MS: i64 = 1_000;
const LONGEST_BACKOFF_MS: i64 = 60_000;

/// An access token, with the header it goes into. A clone is another handle to the same one.
//
// Threads that all count their use of one token would fight over the count, so each has a handle of its
// own (see `Handles`), on a cache line of its own.
#[derive(Clone)]
#[repr(align(64))]
pub struct Token(Arc<Content>);

struct Content {
    value: Secret,
    header_name: &'static str,
    issued: Moment,
    lifetime_ms: i64,
    /// With how much of its life left it is to be replaced.
    refresh_ms: i64,
    answer: Answer,
    is_degraded: bool,
}

impl Token {
    /// A token as it stands in its header, that lives for `lifetime_ms` from the moment it was asked for.
    pub(crate) fn new(
        value: Secret,
        header_name: &'static str,
        issued: Moment,
        lifetime_ms: i64,
        answer: Answer,
    ) -> Token {
        Token(Arc::new(Content {
            value,
            header_name,
            issued,
            lifetime_ms,
            refresh_ms: refresh_ms(lifetime_ms, random::fraction()),
            answer,
            is_degraded: false,
        }))
    }

    /// A token that another process fetched; it is `age_ms` old by now.
    pub(crate) fn stored(
        value: Secret,
        header_name: &'static str,
        life: Life,
        age_ms: i64,
        clock: &dyn Clock,
    ) -> Token {
        let issued = Moment {
            unix_ms: life.issued_unix_ms,
            monotonic_ms: clock.monotonic_ms().saturating_sub(age_ms),
        };
        let nothing = Answer::unread(HttpResponse {
            status: 0,
            headers: Headers::default(),
            body: Zeroizing::default(),
        });
        Token::new(value, header_name, issued, life.lifetime_ms, nothing)
    }

    /// The same, marked as known to this process alone although there is a store.
    pub(crate) fn degraded(mut self) -> Token {
        if let Some(content) = Arc::get_mut(&mut self.0) {
            content.is_degraded = true;
        }
        self
    }

    /// Whether the token is known to this process alone although there is a token store: the store failed when
    /// it was fetched.
    pub fn is_degraded(&self) -> bool {
        self.0.is_degraded
    }

    pub(crate) fn life(&self) -> Life {
        Life {
            issued_unix_ms: self.0.issued.unix_ms,
            lifetime_ms: self.0.lifetime_ms,
        }
    }

    /// The name of the header that carries the token.
    pub fn header_name(&self) -> &'static str {
        self.0.header_name
    }

    /// The value of that header, with its scheme where the platform wants one. A secret.
    pub fn header_value(&self) -> &str {
        self.0.value.expose()
    }

    /// The bare token, without a scheme. A secret.
    pub fn value(&self) -> &str {
        without_scheme(self.header_value())
    }

    /// When the token ends, in Unix milliseconds of this machine's clock.
    pub fn expires_at_ms(&self) -> i64 {
        self.0.issued.unix_ms.saturating_add(self.0.lifetime_ms)
    }

    /// How long the token lives from the moment it was asked for, in milliseconds.
    pub fn lifetime_ms(&self) -> i64 {
        self.0.lifetime_ms
    }

    /// The answer the token came in; an empty one, of status 0, when another process fetched it.
    pub fn answer(&self) -> &Answer {
        &self.0.answer
    }

    /// How much of the token's life is left. Elapsed time is monotonic: setting the clock
    /// neither ends nor prolongs a token.
    pub(crate) fn left_ms(&self, clock: &dyn Clock) -> i64 {
        let age = clock
            .monotonic_ms()
            .saturating_sub(self.0.issued.monotonic_ms);
        self.0.lifetime_ms.saturating_sub(age)
    }

    pub(crate) fn is_due(&self, left_ms: i64) -> bool {
        left_ms <= self.0.refresh_ms
    }
}

/// No part of the token.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Token({}, expires at {} ms)",
            self.header_name(),
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
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
    let claims = Json::parse(&Zeroizing::new(payload.ok()?)).ok()?;
    let claims = Zeroizing::new(claims);
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

/// Handles to one token, of which each thread takes the same one every time.
struct Handles([Arc<Token>; 16]);

impl Handles {
    fn to(token: Arc<Token>) -> Handles {
        let mut handles = Handles(std::array::from_fn(|_| Arc::new((*token).clone())));
        handles.0[0] = token;
        handles
    }

    /// This thread's.
    fn mine(&self) -> &Arc<Token> {
        &self.0[this_thread() as usize % self.0.len()]
    }
}

/// Keeps one token. Readers of a fresh token meet no lock.
pub(crate) struct TokenCache {
    clock: Arc<dyn Clock>,
    current: ArcSwapOption<Handles>,
    /// The last token that was refused, as its header's value.
    refused: ArcSwapOption<Secret>,
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
    /// Logins without a lease in a row, and when the next may be made. By the real clock, as leases are.
    alone: u32,
    alone_from: Option<Instant>,
}

impl Default for FlightState {
    fn default() -> FlightState {
        FlightState {
            pilot: None,
            under_way: None,
            failures: 0,
            not_before_ms: i64::MIN,
            alone: 0,
            alone_from: None,
        }
    }
}

impl FlightState {
    fn take_off(&mut self) {
        self.pilot = Some(this_thread());
        self.under_way = Some(Arc::default());
    }
}

/// What somebody who wants a token does next.
pub(crate) enum Turn<'a> {
    /// Goes on with this one.
    Take(Arc<Token>),
    /// Fetches one, for all that wait, and tells the [`Fetch`] what came of it.
    Fetch(Fetch<'a>),
}

impl TokenCache {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> TokenCache {
        TokenCache {
            clock,
            current: ArcSwapOption::empty(),
            refused: ArcSwapOption::empty(),
            flight: PerProcess::new(Flight::default),
        }
    }

    /// The token that is there, if it has not ended. Fetches nothing.
    pub(crate) fn current(&self) -> Option<Arc<Token>> {
        let current = self.current.load();
        let token = current.as_ref()?.mine();
        (token.left_ms(&*self.clock) > 0).then(|| Arc::clone(token))
    }

    /// The token that is there, if nobody has to think of replacing it yet.
    pub(crate) fn fresh(&self) -> Option<Arc<Token>> {
        let current = self.current.load();
        let token = current.as_ref()?.mine();
        let is_fresh = !token.is_due(token.left_ms(&*self.clock));
        is_fresh.then(|| Arc::clone(token))
    }

    /// A token that was fetched by other means.
    pub(crate) fn put(&self, token: Arc<Token>) {
        self.current.store(Some(Arc::new(Handles::to(token))));
    }

    /// Drops the token that failed, and no other: a caller that comes late with an old token
    /// must not drop the fresh one.
    pub(crate) fn invalidate(&self, header_value: &str) -> bool {
        let refused = || self.refused.store(Some(Arc::new(header_value.into())));
        let current = self.current.load();
        match &*current {
            Some(handles) if handles.mine().value() == without_scheme(header_value) => {
                refused();
                let before = self.current.compare_and_swap(&*current, None);
                before
                    .as_ref()
                    .is_some_and(|before| Arc::ptr_eq(before, handles))
            }
            // It may still be in a store.
            None => {
                refused();
                false
            }
            Some(_) => false,
        }
    }

    /// Whether this is the token that was refused last.
    pub(crate) fn was_refused(&self, token: &Token) -> bool {
        let refused = self.refused.load();
        let refused = refused.as_ref().map(|refused| refused.expose());
        refused.is_some_and(|refused| without_scheme(refused) == token.value())
    }

    /// A token that is valid now, or the turn to fetch one. However many threads ask, one has that
    /// turn. While there is a token that is still valid, the others go on with it; while there is none,
    /// they wait here.
    pub(crate) fn turn(&self, wait: &Wait) -> Result<Turn<'_>> {
        if let Some(token) = self.fresh() {
            return Ok(Turn::Take(token));
        }
        let flight = self.flight.get();
        let mut state = lock(&flight.state);
        // Somebody may have been done between the look at the token and the lock.
        let old = self.current();
        if let Some(token) = &old {
            let is_fresh = !token.is_due(token.left_ms(&*self.clock));
            let is_being_replaced = state.under_way.is_some();
            let is_too_early = self.clock.monotonic_ms() < state.not_before_ms;
            if is_fresh || is_being_replaced || is_too_early {
                return Ok(Turn::Take(Arc::clone(token)));
            }
        }
        if let Some(outcome) = state.under_way.clone() {
            if state.pilot == Some(this_thread()) {
                return Err(asked_from_a_callback());
            }
            return await_landing(flight, state, &outcome, wait).map(Turn::Take);
        }
        state.take_off();
        let backoff_ms = backoff_ms(state.failures);
        drop(state);
        Ok(Turn::Fetch(Fetch {
            cache: self,
            flight,
            old,
            backoff_ms,
            pause_ms: None,
            result: Err(Error::new(Status::Internal, "the token fetch panicked")),
        }))
    }
}

fn backoff_ms(failures: u32) -> i64 {
    (FIRST_BACKOFF_MS << failures.min(6)).min(LONGEST_BACKOFF_MS)
}

/// Waits for what another thread's fetch comes to.
fn await_landing<'a>(
    flight: &'a Flight,
    mut state: MutexGuard<'a, FlightState>,
    outcome: &Outcome,
    wait: &Wait,
) -> Result<Arc<Token>> {
    loop {
        if let Some(landed) = &*lock(outcome) {
            return landed.clone();
        }
        if wait.left().is_zero() {
            return Err(waited_too_long());
        }
        // The caller's callback is not asked under the lock: it may take long.
        drop(state);
        if wait.is_cancelled() {
            return Err(cancelled().with_retry_safe(true));
        }
        state = lock(&flight.state);
        if lock(outcome).is_none() {
            let woken = flight.landed.wait_timeout(state, wait.step());
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// The turn to fetch a token. Whoever has it must tell how it went: with [`Fetch::land`], or by a
/// panic, which is told to those that wait as well.
pub(crate) struct Fetch<'a> {
    cache: &'a TokenCache,
    flight: &'a Flight,
    /// The token that is still valid, if there is one.
    old: Option<Arc<Token>>,
    backoff_ms: i64,
    /// How long nobody is to have the next turn, after one that came to nothing new.
    pause_ms: Option<i64>,
    result: Result<Arc<Token>>,
}

/// What became of a fetch, for the log.
pub(crate) enum Landed {
    Fetched,
    /// In the place of one that is still valid.
    Refreshed,
    /// A refresh failed with this error; the old token goes on.
    Kept {
        error: Error,
        backoff_ms: i64,
    },
    Failed,
}

impl Fetch<'_> {
    /// Until when the fetch may take. The call that the token is for needs time too, with the old
    /// one if need be.
    pub(crate) fn wait(&self, wait: &Wait) -> Wait {
        match self.old {
            Some(_) => wait.no_later_than(Instant::now() + wait.left() / 2),
            None => wait.clone(),
        }
    }

    /// The token that is still valid, if there is one.
    pub(crate) fn old(&self) -> Option<&Arc<Token>> {
        self.old.as_ref()
    }

    /// In how many milliseconds the next login without a lease may be made.
    pub(crate) fn alone_in_ms(&self) -> i64 {
        let from = lock(&self.flight.state).alone_from;
        let left = from.map(|from| from.saturating_duration_since(Instant::now()));
        i64::try_from(left.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
    }

    /// Counts a login that is made without a lease.
    pub(crate) fn went_alone(&self) {
        let mut state = lock(&self.flight.state);
        let pause = Duration::from_millis(backoff_ms(state.alone).unsigned_abs());
        state.alone_from = Some(Instant::now() + pause);
        state.alone = state.alone.saturating_add(1);
    }

    /// The store works.
    pub(crate) fn was_not_alone(&self) {
        let mut state = lock(&self.flight.state);
        (state.alone, state.alone_from) = (0, None);
    }

    /// Goes on with a token that somebody else is replacing, for `pause_ms` at the least.
    pub(crate) fn leave(mut self, token: Arc<Token>, pause_ms: i64) -> Arc<Token> {
        self.cache.put(Arc::clone(&token));
        self.pause_ms = Some(pause_ms);
        self.result = Ok(Arc::clone(&token));
        token
    }

    /// Hands the result to all that wait. A refresh that failed leaves the old token in its place, and
    /// the next waits for a while.
    pub(crate) fn land(mut self, result: Result<Token>) -> (Result<Arc<Token>>, Landed) {
        self.result = result.map(Arc::new);
        if let Ok(token) = &self.result {
            self.cache.put(Arc::clone(token));
        }
        let backoff_ms = self.backoff_ms;
        match (&self.result, &self.old) {
            (Err(error), Some(old)) => {
                let error = error.clone();
                (Ok(Arc::clone(old)), Landed::Kept { error, backoff_ms })
            }
            (Err(error), None) => (Err(error.clone()), Landed::Failed),
            (Ok(token), None) => (Ok(Arc::clone(token)), Landed::Fetched),
            (Ok(token), Some(_)) => (Ok(Arc::clone(token)), Landed::Refreshed),
        }
    }
}

impl Drop for Fetch<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.flight.state);
        if self.result.is_ok() {
            state.failures = 0;
            let now_ms = self.cache.clock.monotonic_ms();
            let pause_ms = self.pause_ms;
            state.not_before_ms = pause_ms.map_or(i64::MIN, |pause| now_ms.saturating_add(pause));
        } else if self.old.is_some() {
            // Under the same lock as the end of the flight, or another thread would slip in between.
            state.failures = state.failures.saturating_add(1);
            let now_ms = self.cache.clock.monotonic_ms();
            state.not_before_ms = now_ms.saturating_add(self.backoff_ms);
        }
        state.pilot = None;
        if let Some(waiting) = state.under_way.take() {
            *lock(&waiting) = Some(self.result.clone());
        }
        self.flight.landed.notify_all();
    }
}

/// A panic in another thread leaves nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn asked_from_a_callback() -> Error {
    let message = "the token was asked for by a callback of the very call that fetches it";
    Error::new(Status::InvalidArgument, message)
}

fn waited_too_long() -> Error {
    let message = "the call's deadline passed while another thread was fetching the token";
    Error::new(Status::Timeout, message).with_retry_safe(true)
}
