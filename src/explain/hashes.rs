//! The wrong hash, and the right hash used in the wrong way.

use zeroize::Zeroizing;

use super::reading::{Target, Via};
use super::{COMMON, Fault, Forms, Mistake, RARE};
use crate::signing::digest::Hash;

/// How the key comes into a digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keyed {
    Hmac,
    /// The message alone; where a rule puts the key into the message, it is there.
    Plain,
    KeyLast,
    KeyFirst,
    KeyBothEnds,
    /// An HMAC with the message as its key.
    Swapped,
    /// An RSA signature, which shows the digest of the message to all who have the public key.
    Rsa,
}

/// A hash and how it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Algorithm {
    pub(super) hash: Hash,
    pub(super) keyed: Keyed,
}

impl Algorithm {
    fn via(self) -> Via {
        match self.keyed {
            Keyed::Rsa => Via::Rsa(self.hash),
            _ => Via::Plain,
        }
    }

    /// The target that comes of this message.
    pub(super) fn hit<'a>(
        self,
        key: &[u8],
        message: &[u8],
        targets: &'a [Target],
    ) -> Option<&'a Target> {
        let hash = self.hash;
        let digest = match self.keyed {
            Keyed::Hmac => hash.hmac(key, message),
            Keyed::Plain | Keyed::Rsa => hash.digest(message),
            Keyed::KeyLast => hash.digest(&Zeroizing::new([message, key].concat())),
            Keyed::KeyFirst => hash.digest(&Zeroizing::new([key, message].concat())),
            Keyed::KeyBothEnds => hash.digest(&Zeroizing::new([key, message, key].concat())),
            Keyed::Swapped => hash.hmac(message, key),
        };
        let via = self.via();
        targets
            .iter()
            .find(|target| target.is_made_of(&digest, via))
    }

    fn name(self) -> String {
        let hash = self.hash.name();
        match self.keyed {
            Keyed::Hmac | Keyed::Swapped => format!("HMAC-{}", hash.replace('-', "")),
            Keyed::Rsa => format!("RSA with {hash}"),
            _ => hash.to_owned(),
        }
    }
}

/// The algorithms that can make one of the targets.
pub(super) fn algorithms(right: Algorithm, targets: &[Target]) -> Forms<Algorithm> {
    let mut forms = Forms::none();
    let ways = [
        right.keyed,
        Keyed::Plain,
        Keyed::Hmac,
        Keyed::KeyLast,
        Keyed::KeyFirst,
        Keyed::KeyBothEnds,
        Keyed::Swapped,
    ];
    for keyed in ways {
        for at in 0..=Hash::ALL.len() {
            // The right hash first, then all of them.
            let hash = at.checked_sub(1).map_or(right.hash, |at| Hash::ALL[at]);
            let other = Algorithm { hash, keyed };
            let may_hit = |target: &Target| target.may_be(hash.length(), other.via());
            if forms.values.contains(&other) || !targets.iter().any(may_hit) {
                continue;
            }
            let mut faults = Vec::new();
            if hash != right.hash {
                let (is, wanted) = (other.name(), right.name());
                let words = format!("{is} was used for {wanted}; use {wanted}");
                faults.push(Fault::new(Mistake::WrongHash, &words));
            }
            if keyed != right.keyed {
                faults.push(misuse(right, other));
            }
            // A way that differs in hash and in use is one slip: another function was called.
            let is_common = keyed == right.keyed || matches!(keyed, Keyed::Plain | Keyed::Hmac);
            let cost = match faults.as_slice() {
                [] => 0,
                _ if is_common => COMMON,
                _ => RARE,
            };
            forms.add_all(cost, faults, other);
        }
    }
    forms
}

fn misuse(right: Algorithm, other: Algorithm) -> Fault {
    use Keyed::*;
    let hash = other.hash.name();
    let words = match (right.keyed, other.keyed) {
        (Hmac, Plain) => {
            let right = right.name();
            format!("a plain {hash} without any key was used; use {right} with the key")
        }
        (_, KeyFirst) => format!("{hash} of the key and the message behind it was used"),
        (Hmac, KeyLast) => format!("{hash} of the message and the key behind it was used"),
        (_, KeyBothEnds) => format!("{hash} of the message between two keys was used"),
        _ => String::new(),
    };
    let mistake = match (right.keyed, other.keyed) {
        (Rsa, _) => Mistake::RsaMissing,
        (_, Swapped) => Mistake::KeySwapped,
        (Hmac | KeyLast, Plain) => Mistake::KeyMissing,
        (Hmac, _) => Mistake::HashForHmac,
        (_, Hmac) => Mistake::HmacForHash,
        _ => Mistake::KeyPosition,
    };
    Fault::new(mistake, &words)
}
