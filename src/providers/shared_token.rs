//! A token that the processes of a fleet share: carries out what the rules of [`crate::fleet`] say, with a store,
//! a clock and a login.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::fleet::{End, Errand, Event, Life, Seen, Step, Terms};
use crate::log::Level;
use crate::options::Wait;
use crate::random;
use crate::secret::Secret;
use crate::statistics::TokenCount;
use crate::store::{LARGEST_VALUE, SharedStore, Vault, tag};
use crate::token::{Fetch, Token, TokenCache, plausible_ms};

/// What a lease lasts beyond the login and the operations of the store that belong to it.
const LEASE_MARGIN_MS: i64 = 1_000;

/// How many operations of the store a lease covers.
const OPERATIONS: i64 = 3;

/// Where one account's token is kept.
pub(crate) struct SharedToken {
    store: SharedStore,
    vault: Vault,
    record: String,
    lease: String,
}

/// What a fetch has at hand.
pub(crate) struct Ways<'a> {
    pub(crate) client: &'a Client,
    pub(crate) cache: &'a TokenCache,
    pub(crate) header: &'static str,
    pub(crate) log_in: &'a dyn Fn(&Wait) -> Result<Token>,
}

/// What a fetch came to.
pub(crate) enum Found {
    /// A token of a login of one's own.
    Token(Token),
    /// One that another process fetched.
    Taken(Token),
    /// One that is still valid, and that another process is replacing.
    Wait(Arc<Token>),
}

impl SharedToken {
    /// Nothing without a store. `account` is what tells the token from all others: platform, address, account.
    pub(crate) fn new(config: &Config, account: &[&str; 3]) -> Result<Option<SharedToken>> {
        let Some(store) = config.shared(&config.token_store) else {
            return Ok(None);
        };
        if store.has_only_add() {
            let problem = "has only add: a token needs get, add, replace and remove";
            return Err(Error::config("token_store", problem));
        }
        let [platform, address, name] = account;
        // In braces: record and lease stay together in a cluster.
        let place = format!("{{{platform}:{}}}", tag(account));
        Ok(Some(SharedToken {
            store,
            vault: Vault::new(config.store_keys(), &[platform, address, name, "token"])?,
            record: format!("token:{place}"),
            lease: format!("lease:{place}"),
        }))
    }

    pub(crate) fn fetch(&self, ways: &Ways, fetch: &Fetch, wait: &Wait) -> Result<Found> {
        let login = wait.left() / 2;
        let store_ms = self.store.timeout_ms.saturating_mul(OPERATIONS);
        let login_ms = i64::try_from(login.as_millis()).unwrap_or(i64::MAX);
        let mut errand = Errand::new(Terms {
            has_old: fetch.old().is_some(),
            lease_ms: login_ms
                .saturating_add(store_ms)
                .saturating_add(LEASE_MARGIN_MS),
            alone_from_ms: fetch.alone_in_ms(),
        });
        let mut attempt = Attempt {
            shared: self,
            ways,
            fetch,
            wait,
            login,
            holder: random::bytes(),
            there: None,
            stored: None,
            own: None,
            failed: None,
            said: RefCell::default(),
            has_failed: Cell::default(),
        };
        let mut event = Event::Begin;
        // By the real clock: a lease ends by the store's, whatever the user's clock says.
        let started = Instant::now();
        loop {
            let now_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
            event = match errand.next(event, now_ms) {
                Step::Look => Event::Looked(attempt.look()),
                Step::Lease => Event::Leased(attempt.lease(errand.lease_ms())),
                Step::LogIn => {
                    if errand.is_alone() {
                        fetch.went_alone();
                    }
                    Event::LoggedIn(attempt.log_in())
                }
                Step::Write => Event::Wrote(attempt.write()),
                Step::Release => {
                    attempt.release();
                    Event::Released
                }
                Step::Wait(ms) => {
                    attempt.pause(ms)?;
                    Event::Waited
                }
                Step::End(end) => return attempt.end(end),
            };
        }
    }
}

/// One way through the steps.
struct Attempt<'a> {
    shared: &'a SharedToken,
    ways: &'a Ways<'a>,
    fetch: &'a Fetch<'a>,
    wait: &'a Wait,
    /// How long a login may take.
    login: Duration,
    /// Whose lease it is.
    holder: [u8; 16],
    /// The record as it was seen last, and the token in it.
    there: Option<Vec<u8>>,
    stored: Option<Token>,
    /// What the login gave.
    own: Option<Token>,
    failed: Option<Error>,
    /// What was said already.
    said: RefCell<Vec<String>>,
    has_failed: Cell<bool>,
}

impl Attempt<'_> {
    fn warn(&self, line: String) {
        let mut said = self.said.borrow_mut();
        if !said.contains(&line) {
            self.ways.client.log(Level::Warn, || line.clone());
            said.push(line);
        }
    }

    /// `None` for a store that failed, which is said.
    fn told<T>(&self, told: Result<T>) -> Option<T> {
        match told {
            Ok(told) => Some(told),
            Err(error) => {
                if !self.has_failed.replace(true) {
                    let statistics = self.ways.client.statistics();
                    statistics.count_token(TokenCount::StoreFailed);
                }
                self.warn(format!("token: {error}"));
                None
            }
        }
    }

    fn look(&mut self) -> Option<Seen> {
        let store = &self.shared.store;
        self.stored = None;
        self.there = self.told(store.in_time(|store| store.get(&self.shared.record)))?;
        self.fetch.was_not_alone();
        let Some(record) = &self.there else {
            return Some(Seen::Nothing);
        };
        Some(match self.read(record) {
            Ok(Some((seen, token))) => {
                self.stored = Some(token);
                seen
            }
            Ok(None) => Seen::Nothing,
            Err(why) => {
                self.warn(format!("token record ignored: {why}"));
                Seen::Nothing
            }
        })
    }

    /// The token in a record, if it can be used, and what it is good for.
    fn read(&self, record: &[u8]) -> std::result::Result<Option<(Seen, Token)>, String> {
        if record.len() > LARGEST_VALUE {
            return Err(format!("it is larger than {LARGEST_VALUE} bytes"));
        }
        let content = self.shared.vault.open(record)?;
        let strange = || "it is not a token".to_owned();
        let (life, value) = parse(&content).ok_or_else(strange)?;
        let clock = self.ways.client.clock();
        let age_ms = life.age_ms(clock.unix_ms()).ok_or_else(|| {
            "it is of the future: this machine's clock is behind, or another one's ahead".to_owned()
        })?;
        let token = Token::stored(value, self.ways.header, life, age_ms, clock);
        let left_ms = token.left_ms(clock);
        if left_ms <= 0 || self.ways.cache.was_refused(&token) {
            return Ok(None);
        }
        let is_ours = self
            .fetch
            .old()
            .is_some_and(|old| old.value() == token.value());
        let seen = match is_ours || token.is_due(left_ms) {
            true => Seen::Due,
            false => Seen::Fresh,
        };
        Ok(Some((seen, token)))
    }

    fn lease(&self, lease_ms: i64) -> Option<bool> {
        let add = |store: &SharedStore| store.add(&self.shared.lease, &self.holder, lease_ms);
        self.told(self.shared.store.in_time(add))
    }

    fn log_in(&mut self) -> bool {
        let wait = self.wait.no_later_than(Instant::now() + self.login);
        match (self.ways.log_in)(&wait) {
            Ok(token) => self.own = Some(token),
            Err(error) => self.failed = Some(error),
        }
        self.own.is_some()
    }

    fn write(&self) -> Option<bool> {
        let token = self.own.as_ref()?;
        let record = self.told(self.shared.vault.seal(content(token)))?;
        let left_ms = token.left_ms(self.ways.client.clock()).max(1);
        let (store, key) = (&self.shared.store, &self.shared.record);
        let written = match &self.there {
            Some(there) => store.replace(key, there, &record, left_ms),
            None => store.add(key, &record, left_ms),
        };
        if matches!(written, Ok(false)) {
            self.warn("token: another process replaced the record meanwhile".to_owned());
        }
        self.told(written)
    }

    /// A lease that cannot be given back ends by itself.
    fn release(&self) {
        let released = self.shared.store.remove(&self.shared.lease, &self.holder);
        self.told(released);
    }

    /// Waits for between half of it and all of it: those that wait do not come back at the same moment.
    fn pause(&self, ms: i64) -> Result<()> {
        let pause =
            Duration::from_millis(ms.unsigned_abs()).mul_f64(0.5 + random::fraction() / 2.0);
        self.wait.pause(pause).map_err(|ended| {
            let ended = ended.with_retry_safe(true);
            match ended.status() {
                Status::Timeout => ended.with_message(
                    "the call's deadline passed while another process was fetching the token",
                ),
                _ => ended,
            }
        })
    }

    fn end(self, end: End) -> Result<Found> {
        let nothing = || Error::new(Status::Internal, "a fetch of a token ended without one");
        match end {
            End::Stored => {
                let token = self.stored.ok_or_else(nothing)?;
                let clock = self.ways.client.clock();
                if token.is_due(token.left_ms(clock)) {
                    return Ok(Found::Wait(Arc::new(token)));
                }
                let statistics = self.ways.client.statistics();
                statistics.count_token(TokenCount::Shared);
                self.ways.client.log(Level::Info, || {
                    let seconds = token.left_ms(clock) / 1000;
                    format!("token taken from the store, it lives for another {seconds} s")
                });
                Ok(Found::Taken(token))
            }
            End::Own { degraded } => {
                let token = self.own.ok_or_else(nothing)?;
                Ok(Found::Token(match degraded {
                    true => token.degraded(),
                    false => token,
                }))
            }
            End::Old => {
                let old = self.fetch.old().ok_or_else(nothing)?;
                Ok(Found::Wait(Arc::clone(old)))
            }
            End::Failed => Err(self.failed.unwrap_or_else(nothing)),
        }
    }
}

/// A token as it stands in a record: issued, lifetime, the header's value.
fn content(token: &Token) -> Zeroizing<Vec<u8>> {
    let life = token.life();
    let value = token.header_value().as_bytes();
    let mut content = Zeroizing::new(Vec::with_capacity(16 + value.len()));
    content.extend_from_slice(&life.issued_unix_ms.to_be_bytes());
    content.extend_from_slice(&life.lifetime_ms.to_be_bytes());
    content.extend_from_slice(value);
    content
}

fn parse(content: &[u8]) -> Option<(Life, Secret)> {
    let (issued, rest) = content.split_first_chunk()?;
    let (lifetime, value) = rest.split_first_chunk()?;
    let life = Life {
        issued_unix_ms: i64::from_be_bytes(*issued),
        lifetime_ms: plausible_ms(i64::from_be_bytes(*lifetime))?,
    };
    Some((life, Secret::new(std::str::from_utf8(value).ok()?)))
}
