//! One message in the table: a number that changes as a whole.

use std::ops::Range;

use super::memory::{Found, Times};

/// One message: from the top 83 bits of its digest, 42 bits of when it ends (Unix milliseconds), 3 of its state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry(pub(super) u128);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Empty = 0,
    /// Put down, but not yet compared with all the others.
    Tentative = 1,
    Claimed = 2,
    Done = 3,
    /// Done, and counts beyond its end, until its place is needed.
    Lasting = 4,
}

pub(super) const STATE_BITS: u32 = 3;
pub(super) const END_BITS: u32 = 42;
pub(super) const LATEST_MS: i64 = (1 << END_BITS) - 1;

impl Entry {
    pub(super) const EMPTY: Entry = Entry(0);

    pub(super) fn new(tag: u128, state: State, end_ms: i64) -> Entry {
        let end = u128::from(end_ms.clamp(0, LATEST_MS).unsigned_abs());
        Entry(tag << (STATE_BITS + END_BITS) | end << STATE_BITS | state as u128)
    }

    pub(super) fn state(self) -> State {
        match self.0 & ((1 << STATE_BITS) - 1) {
            1 => State::Tentative,
            2 => State::Claimed,
            3 => State::Done,
            4 => State::Lasting,
            _ => State::Empty,
        }
    }

    pub(super) fn end_ms(self) -> i64 {
        i64::try_from(self.0 >> STATE_BITS & ((1 << END_BITS) - 1)).unwrap_or(LATEST_MS)
    }

    pub(super) fn is_of(self, tag: u128) -> bool {
        self.0 >> (STATE_BITS + END_BITS) == tag && self.state() != State::Empty
    }

    /// The end itself still belongs to it.
    pub(super) fn has_ended(self, now_ms: i64) -> bool {
        self.end_ms() < now_ms
    }

    pub(super) fn counts(self, now_ms: i64) -> bool {
        match self.state() {
            State::Empty => false,
            State::Lasting => true,
            _ => !self.has_ended(now_ms),
        }
    }
}

/// Where a message may stand, and what tells it from the others there.
pub(super) struct Place {
    pub(super) tag: u128,
    pub(super) buckets: [Range<usize>; 2],
}

impl Place {
    pub(super) fn indexes(&self) -> impl Iterator<Item = usize> + use<> {
        let [one, other] = self.buckets.clone();
        one.chain(other)
    }
}

/// How little would be lost with what stands in a place, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    /// It is this message's own, and has ended.
    Own,
    Nothing,
    /// It lasted as long as it must.
    Lasting,
    /// It should still be remembered.
    Done,
    Claim,
}

impl Loss {
    pub(super) fn is_none(self) -> bool {
        self <= Loss::Nothing
    }
}

/// A place to put an entry, what stands there, and how good a place it is: the least is the best.
pub(super) type Room = ((Loss, i64), usize, Entry);

/// What an entry of the same message says to the next one.
pub(super) fn found(state: State) -> Found {
    match state {
        State::Done | State::Lasting => Found::Replayed,
        _ => Found::Busy,
    }
}

/// What a message is when it is done.
pub(super) fn final_entry(tag: u128, times: &Times) -> Entry {
    let state = if times.for_good {
        State::Lasting
    } else {
        State::Done
    };
    Entry::new(tag, state, times.now_ms.saturating_add(times.keep_ms))
}
