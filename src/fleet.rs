//! How the processes of a fleet come to one token: the rules alone. They know no store, no clock and no platform,
//! so that the same rules run in a handle and in the simulation of ten thousand (`tests/simulation`, which
//! compiles this very file). Times are Unix milliseconds where records are judged, and milliseconds of a clock
//! that never goes backwards everywhere else.
//!
//! Own cache, then the store, then the lease, then a second look, then the login, then the record, then the lease
//! is given back. A `// rule:` says what a line is for; the simulation takes each of them out and sees it missed.

/// How far the clocks of two machines may be apart.
const CLOCKS_MS: i64 = 60_000;

/// A token is refreshed this long before its end, or at a fifth of its life if that is shorter.
const REFRESH_MS: i64 = 300_000;

/// Whoever waits for another process's login looks again after this long, then twice as long, up to the longest.
const FIRST_WAIT_MS: i64 = 50;
const LONGEST_WAIT_MS: i64 = 1_000;

/// How often a login's token is tried to be written.
const WRITES: u32 = 3;

/// When a token was asked for, and how long it lives from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) issued_unix_ms: i64,
    pub(crate) lifetime_ms: i64,
}

/// At how much of its life left a token is to be replaced; `random` is from 0 up to 1.
pub(crate) fn refresh_ms(lifetime_ms: i64, random: f64) -> i64 {
    let early_ms = REFRESH_MS.min(lifetime_ms / 5);
    // rule: a random tenth, so that a fleet does not move together
    early_ms - (early_ms as f64 / 10.0 * random) as i64
}

impl Life {
    /// How old a token of another machine is at the most, by a clock that may differ from that machine's; `None`
    /// when it is of a future that no such difference explains.
    pub(crate) fn age_ms(self, now_unix_ms: i64) -> Option<i64> {
        let age_ms = now_unix_ms.saturating_sub(self.issued_unix_ms);
        // A token of a few minutes would be all margin.
        let margin_ms = CLOCKS_MS.min(self.lifetime_ms / 5);
        // rule: a record of the future is no record
        if age_ms < -CLOCKS_MS {
            return None;
        }
        // rule: a margin for clocks that differ
        Some(age_ms.saturating_add(margin_ms).max(0))
    }
}

/// What a look at the store found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// No record, or none that can be used: unreadable, ended, or with the very token that was refused.
    Nothing,
    /// One that can still be used, but is to be replaced.
    Due,
    /// One that is good for a while.
    Fresh,
}

/// What happened to the last [`Step`]. `None` stands for a store that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Begin,
    Looked(Option<Seen>),
    /// Whether the lease is ours.
    Leased(Option<bool>),
    /// Whether the login gave a token.
    LoggedIn(bool),
    /// Whether the record was as it had been seen last, and is now ours.
    Wrote(Option<bool>),
    Released,
    Waited,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Look at the record.
    Look,
    /// Take the lease, if nobody has it, for [`Terms::lease_ms`].
    Lease,
    LogIn,
    /// Write the token of the login, in place of the record that was seen last and of no other.
    Write,
    /// Give the lease back, if it is still ours.
    Release,
    /// Wait for so many milliseconds, or until the call's deadline, which ends it.
    Wait(i64),
    End(End),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the record that was seen last.
    Stored,
    /// With the token of the login. `degraded`: it is known to this process alone.
    Own { degraded: bool },
    /// With the token that is there: somebody else is replacing it, or the store fails and it is too early for a
    /// login of one's own.
    Old,
    /// With the error of the login.
    Failed,
}

/// What a process starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// It has a token that is still valid.
    pub(crate) has_old: bool,
    /// How long a lease lasts: longer than a login may take.
    pub(crate) lease_ms: i64,
    /// When the next login without a lease may be made, for a store that fails.
    pub(crate) alone_from_ms: i64,
}

/// How far a process is on its way to a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errand {
    terms: Terms,
    stage: Stage,
    seen: Seen,
    /// When the lease was asked for: it lasts from then on at the least.
    asked_ms: i64,
    waits: u32,
    writes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Without a lease.
    Looking,
    /// With it.
    Leading,
    /// With a token of a login of one's own.
    Writing,
    /// The store failed: a login without a lease.
    Alone,
    /// The lease is given back, then it is over.
    Ending(End),
}

impl Errand {
    pub(crate) fn new(terms: Terms) -> Errand {
        Errand {
            terms,
            stage: Stage::Looking,
            seen: Seen::Nothing,
            asked_ms: 0,
            waits: 0,
            writes: 0,
        }
    }

    /// What comes after `event`.
    pub(crate) fn next(&mut self, event: Event, now_ms: i64) -> Step {
        match event {
            Event::Begin | Event::Waited => Step::Look,
            Event::Looked(Some(seen)) => self.looked(seen, now_ms),
            Event::Looked(None) => match self.stage {
                Stage::Leading => self.log_in(now_ms),
                Stage::Writing => Step::End(End::Own { degraded: true }),
                _ => self.go_alone(now_ms),
            },
            Event::Leased(Some(true)) => {
                self.stage = Stage::Leading;
                // rule: a second look, for a login that ended between the first and the lease
                Step::Look
            }
            Event::Leased(Some(false)) => self.lost(),
            Event::Leased(None) => self.go_alone(now_ms),
            Event::LoggedIn(true) if self.stage == Stage::Leading => {
                self.stage = Stage::Writing;
                Step::Write
            }
            Event::LoggedIn(true) => Step::End(End::Own { degraded: true }),
            // The lease stays until its end: the fleet has a token, and one login is tried a lease.
            Event::LoggedIn(false) if self.terms.has_old || self.stage == Stage::Alone => {
                Step::End(End::Failed)
            }
            Event::LoggedIn(false) => self.release(End::Failed),
            Event::Wrote(Some(true)) => self.release(End::Own { degraded: false }),
            Event::Wrote(Some(false)) => Step::Look,
            Event::Wrote(None) => Step::End(End::Own { degraded: true }),
            Event::Released => match self.stage {
                Stage::Ending(end) => Step::End(end),
                _ => Step::Look,
            },
        }
    }

    fn looked(&mut self, seen: Seen, now_ms: i64) -> Step {
        self.seen = seen;
        match (self.stage, seen) {
            // Somebody else's token is in the store, although the lease was ours: it was too late, and the newer
            // one counts.
            (Stage::Writing, Seen::Fresh | Seen::Due) => self.release(End::Stored),
            (Stage::Writing, Seen::Nothing) => {
                self.writes += 1;
                match self.writes < WRITES {
                    true => Step::Write,
                    false => self.release(End::Own { degraded: true }),
                }
            }
            (Stage::Leading, Seen::Fresh) => self.release(End::Stored),
            (Stage::Leading, _) => self.log_in(now_ms),
            (_, Seen::Fresh) => Step::End(End::Stored),
            _ => self.ask_for_lease(now_ms),
        }
    }

    fn ask_for_lease(&mut self, now_ms: i64) -> Step {
        self.stage = Stage::Looking;
        self.asked_ms = now_ms;
        Step::Lease
    }

    /// Logs in, unless the lease ended meanwhile: whoever was stopped in between begins again.
    fn log_in(&mut self, now_ms: i64) -> Step {
        // rule: no login on a lease that has ended
        if now_ms >= self.asked_ms.saturating_add(self.terms.lease_ms) {
            return self.ask_for_lease(now_ms);
        }
        Step::LogIn
    }

    /// Somebody else has the lease.
    fn lost(&mut self) -> Step {
        if self.terms.has_old {
            return Step::End(End::Old);
        }
        if self.seen == Seen::Due {
            return Step::End(End::Stored);
        }
        let wait_ms = (FIRST_WAIT_MS << self.waits.min(6)).min(LONGEST_WAIT_MS);
        self.waits += 1;
        Step::Wait(wait_ms)
    }

    /// The store fails: a login of one's own, but not one after the other.
    fn go_alone(&mut self, now_ms: i64) -> Step {
        self.stage = Stage::Looking;
        let early_ms = self.terms.alone_from_ms.saturating_sub(now_ms);
        // rule: one login a backoff period while the store fails
        if early_ms > 0 {
            return match self.terms.has_old {
                true => Step::End(End::Old),
                false => Step::Wait(early_ms),
            };
        }
        self.stage = Stage::Alone;
        Step::LogIn
    }

    fn release(&mut self, end: End) -> Step {
        self.stage = Stage::Ending(end);
        Step::Release
    }

    /// How long a lease is to last.
    pub(crate) fn lease_ms(&self) -> i64 {
        self.terms.lease_ms
    }

    /// Whether the login that is made now is without a lease.
    pub(crate) fn is_alone(&self) -> bool {
        self.stage == Stage::Alone
    }
}
