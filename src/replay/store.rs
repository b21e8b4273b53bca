//! A store that machines share, as a memory of messages.

use super::memory::{ClaimId, Fill, Found, Memory, Times, again_and_again};
use crate::error::Result;
use crate::random;
use crate::store::{SharedStore, tag};

/// How often a message that is done is tried to be noted.
const TRIES: usize = 64;

/// A store as a memory. A value is `C` and the number of a claim, or `D` for a message that is done and a number of its
/// own: whoever asks twice, because the first answer was lost, sees that it is his.
pub(crate) struct StoreMemory(pub(crate) SharedStore);

const CLAIMED: u8 = b'C';
const DONE: u8 = b'D';

fn value(kind: u8, number: u128) -> [u8; 17] {
    let mut value = [kind; 17];
    value[1..].copy_from_slice(&number.to_be_bytes());
    value
}

fn any_number() -> u128 {
    u128::from_be_bytes(random::bytes())
}

fn is_done(value: &[u8]) -> bool {
    value.first() == Some(&DONE)
}

impl StoreMemory {
    /// Nothing of the message can be read off its key.
    fn key(&self, key: &str) -> String {
        format!("replay:{{{}}}", tag(&[key]))
    }
}

impl Memory for StoreMemory {
    fn claim(&self, key: &str, times: &Times, _: &dyn Fn()) -> Result<Found> {
        let key = self.key(key);
        if times.claim_ms == 0 || self.0.has_only_add() {
            let done = value(DONE, any_number());
            return Ok(match self.0.add(&key, &done, times.keep_ms)? {
                true => Found::New(None),
                false => Found::Replayed,
            });
        }
        let id = ClaimId(any_number());
        if self.0.add(&key, &value(CLAIMED, id.0), times.claim_ms)? {
            return Ok(Found::New(Some(id)));
        }
        Ok(match self.0.get(&key)? {
            Some(there) if is_done(&there) => Found::Replayed,
            _ => Found::Busy,
        })
    }

    fn done(&self, key: &str, claim: ClaimId, times: &Times) -> Result<bool> {
        let key = self.key(key);
        let mut there = Some(value(CLAIMED, claim.0).to_vec());
        let done = value(DONE, any_number());
        // The claim ended, and somebody else's may have come and gone: what is done is noted all the same.
        for _ in 0..TRIES {
            let is_noted = match &there {
                Some(there) if is_done(there) => return Ok(false),
                Some(there) => self.0.replace(&key, there, &done, times.keep_ms)?,
                None => self.0.add(&key, &done, times.keep_ms)?,
            };
            if is_noted {
                return Ok(true);
            }
            there = self.0.get(&key)?;
        }
        Err(again_and_again())
    }

    fn give_back(&self, key: &str, claim: ClaimId) -> Result<()> {
        let claimed = value(CLAIMED, claim.0);
        self.0.remove(&self.key(key), &claimed).map(drop)
    }

    fn fill(&self, _: i64) -> Option<Fill> {
        None
    }
}
