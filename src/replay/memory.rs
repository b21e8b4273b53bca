//! What a memory of messages is asked, and a user's guard as one.

use std::sync::Arc;

use crate::error::Result;

/// Remembers which messages were seen: a guard of the user's own.
pub trait ReplayGuard: Send + Sync {
    /// Notes a message. `true` exactly once for each `key`, also when many threads ask at once.
    /// It has to be remembered until `keep_until_ms` (Unix milliseconds); `now_ms` is the time now.
    ///
    /// # Errors
    /// When the guard cannot tell; the message is then not accepted.
    fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> Result<bool>;
}

/// Where messages are claimed while somebody acts on them, and remembered when they are done. What stands
/// behind it may be a table in memory, a guard with one phase, or a store that machines share.
pub(crate) trait Memory: Send + Sync {
    /// Claims a message for its first one. `say_full` is called before a message that should still be
    /// remembered is forgotten for this one.
    fn claim(&self, key: &str, times: &Times, say_full: &dyn Fn()) -> Result<Found>;

    /// Makes a claim final, also when it has ended meanwhile; `false` when another claim of the same
    /// message, which began after this one's end, was made final before.
    fn done(&self, key: &str, claim: ClaimId, times: &Times) -> Result<bool>;

    /// Gives a claim back: the next one gets the message at once.
    fn give_back(&self, key: &str, claim: ClaimId) -> Result<()>;

    /// How full it is, if it knows.
    fn fill(&self, now_ms: i64) -> Option<Fill>;
}

/// How full a memory is, in numbers of messages.
pub(crate) struct Fill {
    /// So many it remembers at the least.
    pub(crate) capacity: u64,
    /// So many it remembers now.
    pub(crate) remembered: u64,
    /// So many it forgot before their time.
    pub(crate) forgotten: u64,
}

/// How long things last, from `now_ms` (Unix milliseconds) on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) now_ms: i64,
    /// How long a claim lasts. 0: a message is final as soon as it was claimed.
    pub(crate) claim_ms: i64,
    /// How long a message must be remembered.
    pub(crate) keep_ms: i64,
    /// The message stays acceptable for ever: it is remembered beyond `keep_ms`, while there is room.
    pub(crate) for_good: bool,
}

/// What was found where a message was to be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing; now there is a claim, unless the memory has but one phase.
    New(Option<ClaimId>),
    /// Somebody else's claim.
    Busy,
    /// It was done before.
    Replayed,
}

/// Tells a claim from every other one of the same message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClaimId(pub(super) u128);

/// A user's guard as a memory: it cannot take back what it noted, so there is one phase.
pub(crate) struct OnePhase(pub(crate) Arc<dyn ReplayGuard>);

impl Memory for OnePhase {
    fn claim(&self, key: &str, times: &Times, _: &dyn Fn()) -> Result<Found> {
        let keep_until_ms = times.now_ms.saturating_add(times.keep_ms);
        match self.0.first_time(key, times.now_ms, keep_until_ms)? {
            true => Ok(Found::New(None)),
            false => Ok(Found::Replayed),
        }
    }

    fn done(&self, _: &str, _: ClaimId, _: &Times) -> Result<bool> {
        Ok(true)
    }

    fn give_back(&self, _: &str, _: ClaimId) -> Result<()> {
        Ok(())
    }

    fn fill(&self, _: i64) -> Option<Fill> {
        None
    }
}
