//! The built-in memory: a table that needs no lock.

use std::ops::Range;
use std::sync::atomic::Ordering::SeqCst;

use hmac::{Hmac, KeyInit, Mac};
use portable_atomic::AtomicU128;
use sha2::Sha256;

use super::entry::{END_BITS, Entry, Loss, Place, Room, STATE_BITS, State, final_entry, found};
use super::memory::{ClaimId, Fill, Found, Memory, Times, again_and_again};
use crate::error::{Error, Result};
use crate::os::SharedNumbers;
use crate::random;

/// The built-in guard: a table of a fixed size, allocated once, in memory that forked children share.
/// It takes 32 bytes for each message of its capacity, in pages that cost nothing before they are used.
///
/// It remembers at least `capacity` messages. When it is full, the one that ends soonest among those that
/// may stand in the same place makes room.
///
/// A message is kept as a digest under a key that only this guard has, so nobody can look for two
/// messages that it takes for one. No operation waits for another thread or process, whatever became of it.
pub struct MemoryGuard {
    /// Number 0 counts what was forgotten too early; the others are [`Entry`]s.
    numbers: SharedNumbers,
    buckets: usize,
    /// How many entries a bucket has.
    width: usize,
    capacity: usize,
    keyed: Hmac<Sha256>,
}

// How it works. Each message may stand in two buckets, and goes into the emptier one. An entry is one number,
// so each of its changes is one compare-and-swap, and dying in the middle leaves the table whole.
// That a message gets in only once takes three steps: put down a *tentative* entry; look at all places where
// the same message may stand, and remove what is tentative there too; turn one's own into what it is to be, if
// nobody has removed it. Of two at once the later one to put down sees the other: a tentative one it removes,
// which makes the other fail, or it gives way; a claim it respects. To keep two from removing each other for
// ever, only the one in the lower place removes, the other gives way. A tentative entry that was left
// behind by the dead ends by itself.

/// Whoever has not got beyond a tentative entry in this time was stopped or killed.
const TENTATIVE_MS: i64 = 1_000;

/// The same message can be in the way again and again only while others make progress with it.
const TRIES: usize = 64;

/// Entries a bucket: four lines of a processor's cache.
const WIDTH: usize = 16;

impl MemoryGuard {
    /// A guard that remembers `capacity` messages.
    ///
    /// # Errors
    /// `InvalidConfig` when there is not enough memory for it.
    pub fn new(capacity: usize) -> Result<MemoryGuard> {
        MemoryGuard::with_room(capacity.max(1)).ok_or_else(|| {
            let problem = format!("is {capacity}: there is no memory for so many messages");
            Error::config("replay_capacity", problem)
        })
    }

    fn with_room(capacity: usize) -> Option<MemoryGuard> {
        // A small one is one bucket, with as many places as it is to remember. A large one has two places
        // for each, so that two buckets are never full before it has what it is to remember.
        let (buckets, width) = match capacity {
            0..=WIDTH => (1, capacity),
            _ => (capacity.checked_mul(2)? / WIDTH, WIDTH),
        };
        let places = buckets.checked_mul(width)?;
        let key: [u8; 32] = random::bytes();
        Some(MemoryGuard {
            numbers: SharedNumbers::new(places.checked_add(1)?)?,
            buckets,
            width,
            capacity,
            keyed: Hmac::new_from_slice(&key).ok()?,
        })
    }

    /// Notes a message. `true` exactly once for each `key`, also when many threads ask at once; it is
    /// remembered until `keep_until_ms` (Unix milliseconds); `now_ms` is the time now.
    pub fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> bool {
        let place = self.place(key);
        let to = Entry::new(place.tag, State::Done, keep_until_ms);
        let found = self.enter(&place, now_ms, to, false, &|| {});
        matches!(found, Found::New(_))
    }

    /// About how many messages it remembers at `now_ms` (Unix milliseconds): exact up to some ten
    /// thousand places, estimated from so many of them beyond.
    pub fn size(&self, now_ms: i64) -> usize {
        const LOOKED_AT: usize = 1 << 16;
        let places = &self.numbers[1..];
        // An odd step meets all positions within a bucket alike: the first are fuller than the last.
        let step = places.len().div_ceil(LOOKED_AT) | 1;
        let seen = places.iter().step_by(step);
        let counting = seen.filter(|place| Entry(place.load(SeqCst)).counts(now_ms));
        (counting.count() * step).min(places.len())
    }

    /// How many messages it forgot before their time, in all processes that share it.
    pub fn forgotten(&self) -> u64 {
        u64::try_from(self.numbers[0].load(SeqCst)).unwrap_or(u64::MAX)
    }

    fn place(&self, key: &str) -> Place {
        let digest = self.keyed.clone().chain_update(key).finalize().into_bytes();
        let number = |bytes: Range<usize>| {
            let bytes = digest[bytes].iter();
            bytes.fold(0, |number: u128, byte| number << 8 | u128::from(*byte))
        };
        // A number below `limit`, from 64 bits; it fits, as `limit` does.
        let below = |limit: usize, bits: u128| ((bits * limit as u128) >> 64) as usize;
        let one = below(self.buckets, number(0..8));
        let range = |bucket: usize| 1 + bucket * self.width..1 + (bucket + 1) * self.width;
        let other = match self.buckets {
            1 => 0..0,
            buckets => range((one + 1 + below(buckets - 1, number(8..16))) % buckets),
        };
        Place {
            tag: number(16..32) >> (STATE_BITS + END_BITS),
            buckets: [range(one), other],
        }
    }

    fn entry(&self, index: usize) -> Entry {
        Entry(self.numbers[index].load(SeqCst))
    }

    fn swap(&self, index: usize, from: Entry, to: Entry) -> bool {
        #[cfg(test)]
        tests::meanwhile();
        let place: &AtomicU128 = &self.numbers[index];
        place.compare_exchange(from.0, to.0, SeqCst, SeqCst).is_ok()
    }

    /// Puts `to` in the place of a claim, if that is still there.
    fn replace(&self, place: &Place, claim: ClaimId, to: Entry) -> bool {
        let claim = Entry(claim.0);
        let mut indexes = place.indexes();
        indexes.any(|index| self.entry(index) == claim && self.swap(index, claim, to))
    }

    /// Puts a message in as `to`, once. `over_claims`: a claim of another's is no hindrance.
    fn enter(
        &self,
        place: &Place,
        now_ms: i64,
        to: Entry,
        over_claims: bool,
        say_full: &dyn Fn(),
    ) -> Found {
        let tentative_until_ms = now_ms.saturating_add(TENTATIVE_MS);
        let tentative = Entry::new(place.tag, State::Tentative, tentative_until_ms);
        for _ in 0..TRIES {
            let (loss, index, there) = match self.find_room(place, now_ms, over_claims) {
                Ok(room) => room,
                Err(found) => return found,
            };
            if loss >= Loss::Done {
                say_full();
            }
            if !self.swap(index, there, tentative) {
                continue;
            }
            if loss >= Loss::Done {
                self.numbers[0].fetch_add(1, SeqCst);
            }
            if let Err(found) = self.clear_others(place, now_ms, index, over_claims) {
                self.swap(index, tentative, Entry::EMPTY);
                return found;
            }
            if self.swap(index, tentative, to) {
                return Found::New(Some(ClaimId(to.0)));
            }
        }
        Found::Busy
    }

    /// The place where least is lost, unless the message is there already.
    fn find_room(
        &self,
        place: &Place,
        now_ms: i64,
        over_claims: bool,
    ) -> std::result::Result<(Loss, usize, Entry), Found> {
        let mut best: Option<Room> = None;
        for bucket in &place.buckets {
            let mut taken = 0;
            let mut in_this: Option<Room> = None;
            for index in bucket.clone() {
                let there = self.entry(index);
                let counts = there.counts(now_ms);
                taken += i64::from(counts);
                let loss = match there.state() {
                    State::Claimed if over_claims && there.is_of(place.tag) => Loss::Own,
                    state if counts && there.is_of(place.tag) => return Err(found(state)),
                    _ if there.is_of(place.tag) => Loss::Own,
                    _ if !counts => Loss::Nothing,
                    State::Lasting if there.has_ended(now_ms) => Loss::Lasting,
                    State::Done | State::Lasting => Loss::Done,
                    _ => Loss::Claim,
                };
                let order = (loss, if loss.is_none() { 0 } else { there.end_ms() });
                if in_this.is_none_or(|(least, ..)| order < least) {
                    in_this = Some((order, index, there));
                }
            }
            if let Some(((loss, end_ms), index, there)) = in_this {
                // Where nothing is lost, the emptier bucket is the better one; else what ends sooner goes.
                let order = (loss, if loss.is_none() { taken } else { end_ms });
                if best.is_none_or(|(least, ..)| order < least) {
                    best = Some((order, index, there));
                }
            }
        }
        let ((loss, _), index, there) = best.ok_or(Found::Busy)?;
        Ok((loss, index, there))
    }

    /// Sees to it that the message stands nowhere but at `own`.
    fn clear_others(
        &self,
        place: &Place,
        now_ms: i64,
        own: usize,
        over_claims: bool,
    ) -> std::result::Result<(), Found> {
        for index in place.indexes().filter(|index| *index != own) {
            loop {
                let there = self.entry(index);
                if !there.is_of(place.tag) {
                    break;
                }
                if there.counts(now_ms) {
                    match there.state() {
                        State::Tentative if over_claims || own < index => {}
                        State::Claimed if over_claims => {}
                        state => return Err(found(state)),
                    }
                }
                if self.swap(index, there, Entry::EMPTY) {
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Memory for MemoryGuard {
    fn claim(&self, key: &str, times: &Times, say_full: &dyn Fn()) -> Result<Found> {
        let place = self.place(key);
        if times.claim_ms == 0 {
            let to = final_entry(place.tag, times);
            return Ok(
                match self.enter(&place, times.now_ms, to, false, say_full) {
                    Found::New(_) => Found::New(None),
                    other => other,
                },
            );
        }
        let until_ms = times.now_ms.saturating_add(times.claim_ms);
        let to = Entry::new(place.tag, State::Claimed, until_ms);
        Ok(self.enter(&place, times.now_ms, to, false, say_full))
    }

    fn done(&self, key: &str, claim: ClaimId, times: &Times) -> Result<bool> {
        let place = self.place(key);
        let to = final_entry(place.tag, times);
        if self.replace(&place, claim, to) {
            return Ok(true);
        }
        // The claim ended and its place was taken, or was pushed out: what is done is noted all the same.
        match self.enter(&place, times.now_ms, to, true, &|| {}) {
            Found::New(_) => Ok(true),
            Found::Replayed => Ok(false),
            Found::Busy => Err(again_and_again()),
        }
    }

    fn give_back(&self, key: &str, claim: ClaimId) -> Result<()> {
        self.replace(&self.place(key), claim, Entry::EMPTY);
        Ok(())
    }

    fn fill(&self, now_ms: i64) -> Option<Fill> {
        Some(Fill {
            capacity: self.capacity as u64,
            remembered: self.size(now_ms) as u64,
            forgotten: self.forgotten(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::cell::RefCell;
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Arc, Barrier};

    use super::super::entry::LATEST_MS;

    const TIMES: Times = Times {
        now_ms: 1_000_000,
        claim_ms: 60_000,
        keep_ms: 600_000,
        for_good: false,
    };

    fn at(now_ms: i64) -> Times {
        Times { now_ms, ..TIMES }
    }

    fn guard(capacity: usize) -> MemoryGuard {
        MemoryGuard::new(capacity).unwrap()
    }

    fn claim(guard: &MemoryGuard, key: &str, times: &Times) -> Found {
        guard.claim(key, times, &|| {}).unwrap()
    }

    #[track_caller]
    fn claimed(guard: &MemoryGuard, key: &str, times: &Times) -> ClaimId {
        match claim(guard, key, times) {
            Found::New(Some(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_claim_keeps_others_busy_until_it_is_done_given_back_or_over() {
        let guard = guard(1000);
        let one = claimed(&guard, "a", &TIMES);
        assert_eq!(claim(&guard, "a", &TIMES), Found::Busy);
        guard.give_back("a", one).unwrap();
        let two = claimed(&guard, "a", &TIMES);
        // The end still belongs to it.
        assert_eq!(claim(&guard, "a", &at(1_060_000)), Found::Busy);
        let three = claimed(&guard, "a", &at(1_060_001));
        // The one that is over cannot give back the one that came after it.
        guard.give_back("a", two).unwrap();
        assert_eq!(claim(&guard, "a", &at(1_060_001)), Found::Busy);
        assert!(guard.done("a", three, &at(1_070_000)).unwrap());
        assert_eq!(claim(&guard, "a", &at(1_070_000)), Found::Replayed);
        assert_eq!(claim(&guard, "a", &at(1_670_000)), Found::Replayed);
        claimed(&guard, "a", &at(1_670_001));
    }

    #[test]
    fn what_is_done_late_is_done() {
        // Nobody came meanwhile.
        let guard = guard(1000);
        let late = claimed(&guard, "a", &TIMES);
        assert!(guard.done("a", late, &at(2_000_000)).unwrap());
        assert_eq!(claim(&guard, "a", &at(2_000_000)), Found::Replayed);
        // Somebody came: the first to finish counts, the second is told.
        let late = claimed(&guard, "b", &TIMES);
        let next = claimed(&guard, "b", &at(1_100_000));
        assert!(guard.done("b", late, &at(1_100_001)).unwrap());
        assert_eq!(claim(&guard, "b", &at(1_100_001)), Found::Replayed);
        assert!(!guard.done("b", next, &at(1_100_002)).unwrap());
        assert_eq!(claim(&guard, "b", &at(1_700_001)), Found::Replayed);
    }

    #[test]
    fn without_a_claim_there_is_one_phase() {
        let guard = guard(1000);
        let times = Times {
            claim_ms: 0,
            ..TIMES
        };
        assert_eq!(claim(&guard, "a", &times), Found::New(None));
        assert_eq!(claim(&guard, "a", &times), Found::Replayed);
    }

    #[test]
    fn what_stays_acceptable_for_ever_is_remembered_until_its_place_is_needed() {
        let guard = guard(4);
        let times = Times {
            claim_ms: 0,
            for_good: true,
            ..TIMES
        };
        claim(&guard, "for good", &times);
        let years_later = Times {
            now_ms: TIMES.now_ms * 1_000_000,
            ..times
        };
        assert_eq!(claim(&guard, "for good", &years_later), Found::Replayed);
        // Others take all free places first, and then its, which nobody need be told.
        for key in ["a", "b", "c"] {
            assert_eq!(claim(&guard, key, &years_later), Found::New(None));
        }
        assert_eq!(claim(&guard, "for good", &years_later), Found::Replayed);
        assert_eq!(guard.forgotten(), 0);
        claim(&guard, "d", &years_later);
        assert_eq!(guard.forgotten(), 0);
        assert_eq!(claim(&guard, "for good", &years_later), Found::New(None));
        assert_eq!(guard.forgotten(), 1);
    }

    #[test]
    fn a_full_guard_says_so_before_it_forgets_what_ends_soonest() {
        let guard = guard(3);
        let said = AtomicUsize::new(0);
        let note = |key: &str, keep_ms| {
            let times = Times {
                claim_ms: 0,
                keep_ms,
                ..TIMES
            };
            let say_full = || {
                assert!(guard.forgotten() as usize == said.fetch_add(1, SeqCst));
            };
            guard.claim(key, &times, &say_full).unwrap()
        };
        for (key, keep_ms) in [("a", 300), ("b", 100), ("c", 200)] {
            assert_eq!(note(key, keep_ms), Found::New(None));
        }
        assert_eq!((said.load(SeqCst), guard.size(TIMES.now_ms)), (0, 3));
        assert_eq!(note("d", 400), Found::New(None));
        assert_eq!((said.load(SeqCst), guard.forgotten()), (1, 1));
        for key in ["a", "c", "d"] {
            assert_eq!(note(key, 1), Found::Replayed, "{key}");
        }
        assert_eq!(guard.size(TIMES.now_ms + 250), 2);
    }

    #[test]
    fn claims_are_the_last_to_be_pushed_out() {
        let guard = guard(2);
        let mine = claimed(&guard, "claim", &TIMES);
        let one_phase = Times {
            claim_ms: 0,
            ..TIMES
        };
        for number in 0..100 {
            let key = number.to_string();
            assert_eq!(claim(&guard, &key, &one_phase), Found::New(None));
        }
        assert_eq!(claim(&guard, "claim", &TIMES), Found::Busy);
        assert!(guard.done("claim", mine, &TIMES).unwrap());
        // And one that was pushed out is done all the same.
        let guard = super::tests::guard(1);
        let mine = claimed(&guard, "claim", &TIMES);
        claimed(&guard, "another", &TIMES);
        assert!(guard.done("claim", mine, &TIMES).unwrap());
        assert_eq!(claim(&guard, "claim", &TIMES), Found::Replayed);
    }

    #[test]
    fn it_remembers_what_it_has_room_for() {
        for capacity in [1, 2, 16, 17, 31, 32, 33, 100, 1_000, 20_000] {
            let guard = guard(capacity);
            let note = |number: usize| guard.first_time(&number.to_string(), 0, 1_000);
            assert!((0..capacity).all(note), "{capacity}");
            assert_eq!(guard.forgotten(), 0, "{capacity}");
            assert!(!(0..capacity).any(note), "{capacity}");
            let size = guard.size(0);
            assert_eq!(size, capacity);
            let bytes = guard.numbers.len() * 16;
            assert!(bytes <= 32 * capacity + 16, "{capacity}: {bytes}");
        }
    }

    /// Whoever dies between putting down a tentative entry and anything else leaves just that.
    #[test]
    fn what_the_dead_left_behind_ends_by_itself() {
        let guard = guard(1000);
        let place = guard.place("a");
        let left = Entry::new(place.tag, State::Tentative, TIMES.now_ms + TENTATIVE_MS);
        for index in place.indexes() {
            assert!(guard.swap(index, guard.entry(index), left));
            assert_eq!(claim(&guard, "a", &TIMES), Found::Busy);
        }
        let later = at(TIMES.now_ms + TENTATIVE_MS + 1);
        let mine = claimed(&guard, "a", &later);
        assert_eq!(claim(&guard, "a", &later), Found::Busy);
        guard.give_back("a", mine).unwrap();
        assert!(
            place
                .indexes()
                .all(|index| !guard.entry(index).is_of(place.tag))
        );
    }

    #[test]
    fn the_longest_times_fit() {
        let guard = guard(10);
        for (now_ms, until_ms) in [(0, i64::MAX), (LATEST_MS, i64::MAX), (i64::MIN, 0)] {
            let key = now_ms.to_string();
            assert!(guard.first_time(&key, now_ms, until_ms));
            assert!(!guard.first_time(&key, now_ms, until_ms));
        }
    }

    thread_local! {
        /// What happens between a look at the table and the change that follows, at each such moment.
        static MEANWHILE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    }

    pub(super) fn meanwhile() {
        let Some(mut happens) = MEANWHILE.take() else {
            return;
        };
        happens();
        MEANWHILE.set(Some(happens));
    }

    /// Runs `what`, with `happens` before its change number `step`.
    fn with_meanwhile<T>(
        step: usize,
        happens: impl FnOnce() + 'static,
        what: impl FnOnce() -> T,
    ) -> T {
        let (mut now, mut happens) = (0, Some(happens));
        let outer = MEANWHILE.replace(Some(Box::new(move || {
            if now == step {
                happens.take().expect("a step comes once")();
            }
            now += 1;
        })));
        let outcome = what();
        MEANWHILE.set(outer);
        outcome
    }

    /// Every way in which a second claim, and a third inside that, can come in the middle of the first, with a
    /// place that becomes free meanwhile, so that they do not choose the same.
    #[test]
    fn of_several_at_once_exactly_one_gets_it() {
        for steps in 0..5 * 5 * 4 {
            let (first, second, frees) = (steps % 5, steps / 5 % 5, steps / 25);
            let guard = Arc::new(guard(WIDTH));
            let others: Vec<_> = ["x", "y"]
                .map(|other| (other, claimed(&guard, other, &TIMES)))
                .into();
            let won = Arc::new(AtomicUsize::new(0));
            let attempt = {
                let (guard, won) = (Arc::clone(&guard), Arc::clone(&won));
                move || {
                    let new = matches!(claim(&guard, "a", &TIMES), Found::New(_));
                    won.fetch_add(usize::from(new), SeqCst);
                }
            };
            let free = |index: usize| {
                let (guard, (other, id)) = (Arc::clone(&guard), others[index]);
                move || {
                    if frees >> index & 1 == 1 {
                        guard.give_back(other, id).unwrap();
                    }
                }
            };
            let (free_one, free_two) = (free(1), free(0));
            let (attempt_two, attempt_three) = (attempt.clone(), attempt.clone());
            let within = move || {
                free_one();
                let within = move || {
                    free_two();
                    attempt_three();
                };
                with_meanwhile(second, within, attempt_two);
            };
            with_meanwhile(first, within, attempt);
            assert_eq!(
                won.load(SeqCst),
                1,
                "steps {first}, {second}, frees {frees}"
            );
            assert_eq!(claim(&guard, "a", &TIMES), Found::Busy);
        }
    }

    #[test]
    fn what_is_made_final_while_others_claim_it_is_final() {
        for steps in 0..6 * 6 {
            let (first, second) = (steps % 6, steps / 6);
            let guard = Arc::new(guard(WIDTH));
            let late = claimed(&guard, "a", &TIMES);
            let now = at(TIMES.now_ms + TIMES.claim_ms + 1);
            let other = Arc::clone(&guard);
            let (before, within) = (Arc::clone(&guard), Arc::clone(&guard));
            let claims = move || {
                let done = move || match claim(&within, "a", &now) {
                    Found::New(Some(id)) => assert!(within.done("a", id, &now).unwrap()),
                    found => assert!(found != Found::New(None)),
                };
                with_meanwhile(second, done, || claim(&other, "a", &now));
            };
            // Another claim may be there from the start too.
            if steps % 2 == 0 {
                claimed(&before, "a", &now);
            }
            with_meanwhile(first, claims, || guard.done("a", late, &now).unwrap());
            assert_eq!(
                claim(&guard, "a", &now),
                Found::Replayed,
                "{first}, {second}"
            );
        }
    }

    #[test]
    fn of_many_threads_exactly_one_gets_it() {
        const THREADS: usize = 3;
        const ROUNDS: i64 = 5_000;
        let guard = guard(WIDTH);
        let start = Barrier::new(THREADS);
        let (won, wrong_rounds) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        let times = at(TIMES.now_ms + round * (TIMES.keep_ms + 1));
                        if start.wait().is_leader() {
                            // An assertion here would leave the others waiting.
                            let wrong = won.swap(0, SeqCst) != 1 && round > 0;
                            wrong_rounds.fetch_add(usize::from(wrong), SeqCst);
                        }
                        start.wait();
                        let key = round.to_string();
                        if let Found::New(Some(id)) = claim(&guard, &key, &times) {
                            won.fetch_add(1, SeqCst);
                            if round % 2 == 0 {
                                guard.done(&key, id, &times).unwrap();
                            }
                        }
                    }
                });
            }
        });
        assert_eq!((won.load(SeqCst), wrong_rounds.load(SeqCst)), (1, 0));
        assert_eq!(guard.forgotten(), 0);
    }

    #[test]
    fn digests_differ_from_guard_to_guard() {
        assert!(guard(1000).place("a").tag != guard(1000).place("a").tag);
    }
}
