//! The search: which combination of known faults makes a given signature.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::Hasher;

use zeroize::Zeroizing;

use super::Mistake;
use super::hashes::{Algorithm, algorithms};
use super::reading::Target;
use super::texts::{Ending, endings};

/// What a fault costs that one meets every day, that many make, that few make, and that nobody makes
/// together with another. Combinations are tried in the order of their number of faults, then of cost.
pub(super) const DAILY: u8 = 1;
pub(super) const COMMON: u8 = 2;
pub(super) const RARE: u8 = 3;
pub(super) const ALONE: u8 = 9;
/// The order in which combinations are tried: how many faults, and what they cost together. What is
/// wrong with the way the signature is written counts for nothing here, since it needs no digest.
const PHASES: [(usize, std::ops::RangeInclusive<u8>); 6] = [
    (0, 0..=0),
    (1, 1..=RARE),
    (2, 2..=3),
    (1, 4..=ALONE),
    (2, 4..=5),
    (3, 3..=4),
];

/// How much work a search is allowed, in bytes hashed: some tens of milliseconds. Work and not time,
/// so that the same question always has the same answer.
const ALLOWED: usize = 40 << 20;
/// What a combination costs besides its bytes.
const EACH: usize = 1024;

/// What is left of the work that one explanation may do.
pub(super) struct Budget {
    left: usize,
    tried: usize,
}

impl Budget {
    pub(super) fn new() -> Budget {
        Budget {
            left: ALLOWED,
            tried: 0,
        }
    }

    /// Takes the work of `bytes` off.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    fn is_over(&self) -> bool {
        self.left == 0
    }
}

/// A mistake as it was made here. The words are the catalogue's where there are no better ones:
/// what was done, and what to do instead if `; ` stands between.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) mistake: Mistake,
    words: String,
}

impl Fault {
    #[inline(never)]
    pub(super) fn new(mistake: Mistake, words: &str) -> Fault {
        let words = words.to_owned();
        Fault { mistake, words }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.words.as_str() {
            "" => self.mistake.description(),
            words => words,
        };
        f.write_str(what)?;
        if !what.contains("; ") {
            f.write_str("; ")?;
            f.write_str(self.mistake.advice())?;
        }
        Ok(())
    }
}

/// The forms of one part of what is signed as the search sees them: costs and faults, whatever the
/// values are.
#[derive(Default)]
pub(super) struct Dimension {
    forms: Vec<Form>,
}

struct Form {
    cost: u8,
    faults: Vec<Fault>,
}

impl Dimension {
    #[inline(never)]
    fn add_all(&mut self, cost: u8, faults: Vec<Fault>) {
        self.forms.push(Form { cost, faults });
    }

    /// The number and cost of each form's faults, and where it stands: the cheapest first.
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::with_capacity(self.forms.len());
        for (index, form) in self.forms.iter().enumerate() {
            places.push(Place {
                faults: form.faults.len(),
                cost: form.cost,
                index,
            });
        }
        places.sort_by_key(|place| place.cost);
        places
    }
}

#[derive(Clone, Copy)]
struct Place {
    faults: usize,
    cost: u8,
    index: usize,
}

/// The forms of one part, the right one first.
pub(super) struct Forms<T> {
    pub(super) dimension: Dimension,
    pub(super) values: Vec<T>,
}

impl<T> Forms<T> {
    pub(super) fn none() -> Forms<T> {
        Forms {
            dimension: Dimension::default(),
            values: Vec::new(),
        }
    }

    pub(super) fn right(value: T) -> Forms<T> {
        let mut forms = Forms::none();
        forms.add_all(0, Vec::new(), value);
        forms
    }

    #[inline(never)]
    pub(super) fn add(&mut self, cost: u8, mistake: Mistake, words: &str, value: T) {
        self.add_all(cost, vec![Fault::new(mistake, words)], value);
    }

    pub(super) fn add_all(&mut self, cost: u8, faults: Vec<Fault>, value: T) {
        self.dimension.add_all(cost, faults);
        self.values.push(value);
    }
}

/// Forms of a short text, which may be a secret.
pub(super) type Texts = Forms<Zeroizing<Vec<u8>>>;

impl Texts {
    pub(super) fn right_text(text: Vec<u8>) -> Texts {
        Forms::right(Zeroizing::new(text))
    }

    /// A text, unless an earlier form is no different.
    #[inline(never)]
    pub(super) fn text(&mut self, cost: u8, mistake: Mistake, words: &str, text: Vec<u8>) {
        self.texts(cost, vec![Fault::new(mistake, words)], text);
    }

    #[inline(never)]
    pub(super) fn texts(&mut self, cost: u8, faults: Vec<Fault>, text: Vec<u8>) {
        let text = Zeroizing::new(text);
        if !self.values.contains(&text) {
            self.add_all(cost, faults, text);
        }
    }
}

/// What the search came to.
pub(super) enum Outcome {
    Found(Vec<Fault>),
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

    pub(super) fn is_found(&self) -> bool {
        matches!(self, Outcome::Found(_))
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
                return Outcome::Found(found);
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
        algorithm.hit(&signed.key, &signed.message, self.targets)
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
