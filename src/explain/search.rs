//! The search: which combination of known faults makes a given signature.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;

use zeroize::Zeroizing;

use super::fault::{ALONE, Budget, Dimension, Fault, Place, Texts};
use super::hashes::{Algorithm, algorithms};
use super::reading::Target;
use super::texts::{Ending, endings};

/// The order in which combinations are tried: how many faults, and what they cost together. What is
/// wrong with the way the signature is written counts for nothing here, since it needs no digest.
const PHASES: [(usize, std::ops::RangeInclusive<u8>); 6] = [
    (0, 0..=0),
    (1, 1..=ALONE),
    (2, 2..=3),
    (3, 3..=3),
    (2, 4..=5),
    (3, 4..=4),
];

/// What a combination costs besides its bytes.
const EACH: usize = 1024;

/// What the search came to.
pub(super) enum Outcome {
    /// The faults, and what was signed, where that is known.
    Found(Vec<Fault>, Option<Zeroizing<Vec<u8>>>),
    /// Nothing, after so many combinations.
    Nothing {
        tried: usize,
        /// There were more, but the budget was spent.
        gave_up: bool,
    },
}

impl Outcome {
    pub(super) const UNTRIED: Outcome = Outcome::Nothing {
        tried: 0,
        gave_up: false,
    };

    pub(super) const GAVE_UP: Outcome = Outcome::Nothing {
        tried: 0,
        gave_up: true,
    };

    /// A fault that was not searched for.
    pub(super) fn seen(fault: Fault) -> Outcome {
        Outcome::Found(vec![fault], None)
    }

    pub(super) fn is_found(&self) -> bool {
        matches!(self, Outcome::Found(..))
    }
}

/// What is hashed, and the key of the hash.
pub(super) struct Signed {
    pub(super) message: Zeroizing<Vec<u8>>,
    pub(super) key: Zeroizing<Vec<u8>>,
}

/// Makes what is signed of a key, what happens to the whole, and the picked form of each dimension.
pub(super) type Make<'a> = dyn FnMut(&mut Budget, &[u8], Ending, &[usize]) -> Option<Signed> + 'a;

/// Looks for the combination with the fewest and plainest faults whose signature is one of the
/// targets. The platform's own dimensions come behind those that all platforms have: hash, key, ending.
pub(super) fn search(
    budget: &mut Budget,
    right: Algorithm,
    keys: &Texts,
    dimensions: &[&Dimension],
    targets: &[Target],
    make: &mut Make,
) -> Outcome {
    let algorithms = algorithms(right, targets);
    let endings = endings();
    if targets.is_empty() || algorithms.values.is_empty() {
        return Outcome::UNTRIED;
    }
    let mut all = vec![&algorithms.dimension, &keys.dimension, &endings.dimension];
    all.extend_from_slice(dimensions);
    let mut places = Vec::with_capacity(all.len());
    for dimension in &all {
        places.push(dimension.places());
    }
    let tried_before = budget.tried;
    let redundant = all.iter().map(|d| vec![false; d.forms.len()]).collect();
    let mut walk = Walk {
        algorithms: &algorithms.values,
        keys: &keys.values,
        endings: &endings.values,
        make,
        targets,
        picks: vec![0; all.len()],
        places,
        redundant,
        seen: HashSet::new(),
        signed: None,
        budget,
    };
    for (faults, costs) in PHASES {
        for cost in costs {
            if let Some(target) = walk.step(0, faults, cost, faults < 2) {
                let mut found: Vec<Fault> = Vec::new();
                for (dimension, pick) in all.iter().zip(&walk.picks) {
                    found.extend_from_slice(&dimension.forms[*pick].faults);
                }
                found.extend_from_slice(&target.faults);
                return Outcome::Found(found, walk.signed.take());
            }
        }
    }
    Outcome::Nothing {
        tried: walk.budget.tried - tried_before,
        gave_up: walk.budget.is_over(),
    }
}

/// All ways to pick one form of each dimension so that the costs add up.
struct Walk<'a, 'm> {
    algorithms: &'a [Algorithm],
    keys: &'a [Zeroizing<Vec<u8>>],
    endings: &'a [Ending],
    make: &'a mut Make<'m>,
    targets: &'a [Target],
    places: Vec<Vec<Place>>,
    picks: Vec<usize>,
    /// The forms that turned out to make what an earlier one made.
    redundant: Vec<Vec<bool>>,
    /// Fingerprints of what was hashed with one fault or none.
    seen: HashSet<u64>,
    /// What was hashed last when it hit.
    signed: Option<Zeroizing<Vec<u8>>>,
    budget: &'a mut Budget,
}

impl<'a> Walk<'a, '_> {
    /// With `is_only`, there is no second fault: a form that makes nothing new is noted.
    fn step(&mut self, at: usize, faults: usize, cost: u8, is_only: bool) -> Option<&'a Target> {
        if at == self.places.len() {
            let is_due = faults == 0 && cost == 0;
            return if is_due {
                self.try_picks(is_only)
            } else {
                None
            };
        }
        for next in 0..self.places[at].len() {
            let place = self.places[at][next];
            if place.cost > cost || self.budget.is_over() {
                break;
            }
            if place.faults <= faults && !self.redundant[at][place.index] {
                self.picks[at] = place.index;
                let hit = self.step(at + 1, faults - place.faults, cost - place.cost, is_only);
                if hit.is_some() {
                    return hit;
                }
            }
        }
        self.picks[at] = 0;
        None
    }

    fn try_picks(&mut self, is_only: bool) -> Option<&'a Target> {
        let [algorithm_at, key, ending, rest @ ..] = self.picks.as_slice() else {
            return None;
        };
        let algorithm = self.algorithms[*algorithm_at];
        self.budget.tried += 1;
        self.budget.spend(EACH);
        let signed = (self.make)(self.budget, &self.keys[*key], self.endings[*ending], rest)?;
        let hashed = signed.message.len() + signed.key.len();
        self.budget.spend(hashed * algorithm.weight());
        if is_only && !self.seen.insert(fingerprint(*algorithm_at, &signed)) {
            let mut changed = (0..self.picks.len()).filter(|at| self.picks[*at] != 0);
            if let (Some(at), None) = (changed.next(), changed.next()) {
                self.redundant[at][self.picks[at]] = true;
            }
            return None;
        }
        let hit = algorithm.hit(&signed.key, &signed.message, self.targets)?;
        self.signed = Some(algorithm.hashed(&signed.key, &signed.message));
        Some(hit)
    }
}

fn fingerprint(algorithm: usize, signed: &Signed) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_usize(algorithm);
    hasher.write_usize(signed.key.len());
    hasher.write(&signed.key);
    hasher.write(&signed.message);
    hasher.finish()
}
