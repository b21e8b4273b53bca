//! The wrong hash, and the right hash used in the wrong way.

use super::reading::{Target, Via};
use super::{COMMON, Fault, Forms, Mistake, RARE, Trial, compare};
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
    pub(super) fn digest(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self.keyed {
            Keyed::Hmac => self.hash.hmac(key, message),
            Keyed::Plain | Keyed::Rsa => self.hash.digest(&[message]),
            Keyed::KeyLast => self.hash.digest(&[message, key]),
            Keyed::KeyFirst => self.hash.digest(&[key, message]),
            Keyed::KeyBothEnds => self.hash.digest(&[key, message, key]),
            Keyed::Swapped => self.hash.hmac(message, key),
        }
    }

    fn via(self) -> Via {
        match self.keyed {
            Keyed::Rsa => Via::Rsa(self.hash),
            _ => Via::Plain,
        }
    }

    /// Whether any target may come of it, before anything is computed.
    pub(super) fn can_hit(self, targets: &[Target]) -> bool {
        let via = self.via();
        targets
            .iter()
            .any(|target| target.may_be(self.hash.length(), via))
    }

    pub(super) fn attempt(self, key: &[u8], message: &[u8], targets: &[Target]) -> Trial {
        let digest = self.digest(key, message);
        compare(targets, message.len(), &digest, self.via())
    }

    pub(super) fn name(self) -> String {
        let hash = self.hash.name();
        match self.keyed {
            Keyed::Hmac | Keyed::Swapped => format!("HMAC-{}", hash.replace('-', "")),
            Keyed::Rsa => format!("RSA with {hash}"),
            _ => hash.to_owned(),
        }
    }
}

/// Every other algorithm than the right one that can make one of the targets.
pub(super) fn algorithms(right: Algorithm, targets: &[Target]) -> Forms<Algorithm> {
    let mut forms = Forms::right(right);
    if !right.can_hit(targets) {
        forms = Forms(Vec::new());
    }
    let mut others: Vec<Algorithm> = Vec::new();
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
        let with = |hash| Algorithm { hash, keyed };
        others.push(with(right.hash));
        others.extend(Hash::ALL.map(with));
    }
    for other in others {
        if other == right || !other.can_hit(targets) {
            continue;
        }
        let mut faults = Vec::new();
        if other.hash != right.hash {
            let (is, wanted) = (other.name(), right.name());
            let fault = Fault::new(Mistake::WrongHash);
            faults.push(
                fault
                    .what(format!("{is} was used for {wanted}"))
                    .instead(format!("use {wanted}")),
            );
        }
        faults.extend(misuse(right, other));
        // A way that differs in hash and in use is one slip: another function was called.
        let is_common =
            other.keyed == right.keyed || matches!(other.keyed, Keyed::Plain | Keyed::Hmac);
        forms.at_cost(if is_common { COMMON } else { RARE }, faults, other);
    }
    forms.distinct()
}

fn misuse(right: Algorithm, other: Algorithm) -> Option<Fault> {
    use Keyed::*;
    let mistake = match (right.keyed, other.keyed) {
        (right, other) if right == other => return None,
        (Rsa, _) => Mistake::RsaMissing,
        (_, Swapped) => Mistake::KeySwapped,
        (Hmac, Plain) | (KeyLast, Plain) => Mistake::KeyMissing,
        (Hmac, _) => Mistake::HashForHmac,
        (_, Hmac) => Mistake::HmacForHash,
        (_, _) => Mistake::KeyPosition,
    };
    let fault = Fault::new(mistake);
    Some(match (right.keyed, other.keyed) {
        (Hmac, Plain) => fault
            .what(format!(
                "a plain {} without any key was used",
                other.hash.name()
            ))
            .instead(format!("use {} with the key", right.name())),
        (_, KeyFirst) => fault.what(format!(
            "{} of the key and the message behind it was used",
            other.hash.name()
        )),
        (Hmac, KeyLast) => fault.what(format!(
            "{} of the message and the key behind it was used",
            other.hash.name()
        )),
        (_, KeyBothEnds) => fault.what(format!(
            "{} of the message between two keys was used",
            other.hash.name()
        )),
        _ => fault,
    })
}
