//! The wrong hash, and the right hash used in the wrong way.

use zeroize::Zeroizing;

use super::Mistake;
use super::fault::{COMMON, Fault, Forms, RARE};
use super::reading::{Target, Via};
use super::texts::{base64, upper};
use crate::hex;
use crate::signing::digest::Hash;

/// How the key comes into a digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keyed {
    Hmac,
    /// An HMAC over a message that the key is in too.
    HmacTwice,
    /// The message alone; where a rule puts the key into the message, it is there.
    Plain,
    KeyLast,
    KeyFirst,
    KeyBothEnds,
    /// An HMAC with the message as its key.
    Swapped,
    /// No hash at all: the message itself is compared.
    Text,
    /// An RSA signature, which shows the digest of the message to all who have the public key.
    Rsa,
}
use Keyed::*;

/// How a first result is written before it is hashed once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Again {
    No,
    Raw,
    HexLower,
    HexUpper,
    Base64,
}

/// A hash and how it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Algorithm {
    hash: Hash,
    keyed: Keyed,
    again: Again,
}

impl Algorithm {
    pub(super) const fn new(hash: Hash, keyed: Keyed) -> Algorithm {
        let again = Again::No;
        Algorithm { hash, keyed, again }
    }

    pub(super) fn keyed(self) -> Keyed {
        self.keyed
    }

    pub(super) fn is_text(self) -> bool {
        self.keyed == Text
    }

    pub(super) fn is_rsa(self) -> bool {
        self.keyed == Rsa
    }

    /// The same rule for a string to sign that is known itself.
    pub(super) fn as_text(self) -> Algorithm {
        Algorithm::new(self.hash, Text)
    }

    /// The length of the hash in bytes.
    pub(super) fn length(self) -> usize {
        self.hash.length()
    }

    fn via(self) -> Via {
        match self.keyed {
            Text => Via::Text,
            Rsa => Via::Rsa(self.hash),
            _ => Via::Plain,
        }
    }

    /// The work that hashing a byte is, where 1 is the least.
    pub(super) fn weight(self) -> usize {
        match self.hash {
            Hash::Sha1 | Hash::Sha256 => 2,
            Hash::Md5 | Hash::Sha384 | Hash::Sha512 => 3,
            Hash::Sm3 => 6,
        }
    }

    fn digest(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        let hash = self.hash;
        match self.keyed {
            Hmac | HmacTwice => hash.hmac(key, message),
            Plain | Rsa => hash.digest(message),
            Text => message.to_vec(),
            KeyLast | KeyFirst | KeyBothEnds => hash.digest(&self.hashed(key, message)),
            Swapped => hash.hmac(message, key),
        }
    }

    /// What is hashed: the message, with the key where the rule joins the two.
    pub(super) fn hashed(self, key: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
        let parts: &[&[u8]] = match self.keyed {
            KeyLast => &[message, key],
            KeyFirst => &[key, message],
            KeyBothEnds => &[key, message, key],
            _ => &[message],
        };
        Zeroizing::new(parts.concat())
    }

    /// The target that comes of this message.
    pub(super) fn hit<'a>(
        self,
        key: &[u8],
        message: &[u8],
        targets: &'a [Target],
    ) -> Option<&'a Target> {
        let digest = self.digest(key, message);
        let lower = || hex::lower(&digest).into_bytes();
        // An HMAC is made with its key again; a key that stood in the string does not come back.
        let again = |text: &[u8]| match self.keyed {
            Hmac | HmacTwice => self.digest(key, text),
            _ => self.hash.digest(text),
        };
        let digest = match self.again {
            Again::No => digest,
            Again::Raw => again(&digest),
            Again::HexLower => again(&lower()),
            Again::HexUpper => again(&upper(&lower())),
            Again::Base64 => again(&base64(&digest)),
        };
        let via = self.via();
        targets
            .iter()
            .find(|target| target.is_made_of(&digest, via))
    }

    fn name(self) -> String {
        let hash = self.hash.name();
        match self.keyed {
            Hmac | HmacTwice | Swapped => format!("HMAC-{}", hash.replace('-', "")),
            Rsa => format!("RSA with {hash}"),
            _ => hash.to_owned(),
        }
    }
}

/// The algorithms that can make one of the targets.
pub(super) fn algorithms(right: Algorithm, targets: &[Target]) -> Forms<Algorithm> {
    if right.keyed == Text {
        return Forms::right(right);
    }
    let mut forms = Forms::none();
    let may_hit = |other: Algorithm| {
        let length = other.hash.length();
        let mut all = targets.iter();
        all.any(|target| target.may_be(length, other.via()))
    };
    let ways = [
        right.keyed,
        Plain,
        Hmac,
        KeyLast,
        KeyFirst,
        KeyBothEnds,
        Swapped,
    ];
    for keyed in ways {
        // What is an HMAC already need not be tried as one again.
        if keyed == Hmac && right.keyed == HmacTwice {
            continue;
        }
        for at in 0..=Hash::ALL.len() {
            // The right hash first, then all of them.
            let hash = at.checked_sub(1).map_or(right.hash, |at| Hash::ALL[at]);
            let other = Algorithm::new(hash, keyed);
            if forms.values.contains(&other) || !may_hit(other) {
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
            let is_common = keyed == right.keyed || matches!(keyed, Plain | Hmac);
            let cost = match faults.as_slice() {
                [] => 0,
                _ if is_common => COMMON,
                _ => RARE,
            };
            forms.add_all(cost, faults, other);
        }
    }
    if right.keyed != Rsa && may_hit(right) {
        for again in [Again::HexLower, Again::HexUpper, Again::Raw, Again::Base64] {
            let words = "the result was hashed once more; hash once";
            let twice = Algorithm { again, ..right };
            forms.add(RARE, Mistake::HashedTwice, words, twice);
        }
    }
    forms
}

fn misuse(right: Algorithm, other: Algorithm) -> Fault {
    let hash = other.hash.name();
    let name = right.name();
    let words = match (right.keyed, other.keyed) {
        (Hmac, Plain) => {
            format!("a plain {hash} without any key was used; use {name} with the key")
        }
        (HmacTwice, Plain) => {
            format!("a plain {hash} was used, not an HMAC; use {name} with the key as its key")
        }
        (_, KeyFirst) => format!("{hash} of the key and the message behind it was used"),
        (Hmac | HmacTwice, KeyLast) => {
            format!("{hash} of the message and the key behind it was used")
        }
        (_, KeyBothEnds) => format!("{hash} of the message between two keys was used"),
        _ => String::new(),
    };
    let mistake = match (right.keyed, other.keyed) {
        (Rsa, _) => Mistake::RsaMissing,
        (_, Swapped) => Mistake::KeySwapped,
        (Hmac | KeyLast, Plain) => Mistake::KeyMissing,
        (Hmac | HmacTwice, _) => Mistake::HashForHmac,
        (_, Hmac) => Mistake::HmacForHash,
        _ => Mistake::KeyPosition,
    };
    Fault::new(mistake, &words)
}
