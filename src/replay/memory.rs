//! What a memory of messages is asked.

use crate::error::{Error, Result, Status};

/// Where messages are claimed while somebody acts on them, and remembered when they are done. What stands
/// behind it may be a table in memory, or a store that machines share.
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

/// A message that others claim and give back faster than it can be noted.
pub(super) fn again_and_again() -> Error {
    let message = "the message is claimed again and again while it is made final: try once more";
    Error::new(Status::Busy, message)
}
