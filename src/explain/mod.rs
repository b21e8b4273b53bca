//! What is signed and how, and which known mistake makes somebody else's signature.
//!
//! Every platform is a handful of *dimensions*: which path, which body, which key, which hash …
//! The first form of a dimension is the right one; each other form is a fault somebody makes.
//! The search tries the right forms with one fault, then with two, then three, until a signature
//! comes out that equals the given one. A fault is only ever named because its signature is equal,
//! so a name is proof, never a guess.
//!
//! `mistake` is the catalogue, `bodies` and `texts` are the faults that platforms share, `reading`
//! is how a signature may be written, and there is one file for each platform.

mod bodies;
mod creditpay;
mod daxpay;
mod hashes;
mod mistake;
mod reading;
mod redemption;
mod texts;

pub use creditpay::{CreditpayHints, creditpay};
pub use daxpay::daxpay;
pub use mistake::Mistake;
pub use redemption::redemption;

use std::fmt;

use zeroize::Zeroizing;

use crate::secret::{MASK, mask};
use hashes::{Algorithm, algorithms};
use reading::Target;
use texts::{Spoil, endings};

/// No search computes more digests than this: some ten milliseconds of work.
const MOST_DIGESTS: usize = 25_000;
/// No search looks at more combinations than this, computed or not.
const MOST_STEPS: usize = 1_000_000;
/// No search hashes more bytes than this. Large bodies get fewer combinations tried.
const MOST_BYTES: usize = 32 << 20;
/// What a fault costs that many make, that few make, and that nobody makes together with another.
const COMMON: u8 = 2;
const RARE: u8 = 3;
const ALONE: u8 = 5;
/// Combinations that cost more are not tried: two of the rare faults, or three of the common ones.
/// What is wrong with the way the signature is written costs nothing, since it needs no digest.
const MOST_COST: u8 = 6;
/// The longest text from outside that a message repeats, in characters.
const LONGEST_QUOTE: usize = 80;

/// What is signed and how, and what is wrong with somebody else's signature.
#[derive(Clone)]
pub struct Explanation {
    algorithm: String,
    string_to_sign: String,
    signature: Option<String>,
    matches: Option<bool>,
    mistakes: Vec<Mistake>,
    message: String,
}

impl Explanation {
    /// The algorithm and the encoding of its result, such as `HMAC-SHA1, base64`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The exact string that is signed, with `***` where a secret stands. Bytes that are not UTF-8
    /// are shown as `\xNN`, and the string says so in front.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The right signature; `None` where only a public key is at hand.
    pub fn signature(&self) -> Option<&str> {
        self.signature.as_deref()
    }

    /// Whether the given signature is right; `None` when none was given.
    pub fn matches(&self) -> Option<bool> {
        self.matches
    }

    /// The mistakes that make the given signature. Empty when it is right, and when no known
    /// mistake makes it.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// One line: that the signature matches, or which mistake was made and what to do instead.
    /// Never holds a secret.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Without the string to sign: what is signed may be private.
impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("algorithm", &self.algorithm)
            .field("matches", &self.matches)
            .field("mistakes", &self.mistakes)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// A mistake as it was made here. The words are the catalogue's where there are no better ones:
/// what was done, and what to do instead if `; ` stands between.
#[derive(Clone)]
struct Fault {
    mistake: Mistake,
    words: String,
}

impl Fault {
    #[inline(never)]
    fn new(mistake: Mistake, words: &str) -> Fault {
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
struct Dimension {
    costs: Vec<u8>,
    faults: Vec<Vec<Fault>>,
}

impl Dimension {
    #[inline(never)]
    fn add(&mut self, cost: u8, mistake: Mistake, words: &str) {
        self.add_all(cost, vec![Fault::new(mistake, words)]);
    }

    #[inline(never)]
    fn add_all(&mut self, cost: u8, faults: Vec<Fault>) {
        self.costs.push(cost);
        self.faults.push(faults);
    }
}

/// The forms of one part, the right one first.
struct Forms<T> {
    dimension: Dimension,
    values: Vec<T>,
}

impl<T> Forms<T> {
    fn none() -> Forms<T> {
        Forms {
            dimension: Dimension::default(),
            values: Vec::new(),
        }
    }

    fn right(value: T) -> Forms<T> {
        let mut forms = Forms::none();
        forms.add_all(0, Vec::new(), value);
        forms
    }

    #[inline(never)]
    fn add(&mut self, cost: u8, mistake: Mistake, words: &str, value: T) {
        self.dimension.add(cost, mistake, words);
        self.values.push(value);
    }

    fn add_all(&mut self, cost: u8, faults: Vec<Fault>, value: T) {
        self.dimension.add_all(cost, faults);
        self.values.push(value);
    }
}

/// Forms of a text.
type Texts = Forms<Vec<u8>>;

impl Texts {
    /// A text, unless an earlier form is no different.
    #[inline(never)]
    fn text(&mut self, cost: u8, mistake: Mistake, words: &str, text: Vec<u8>) {
        self.texts(cost, vec![Fault::new(mistake, words)], text);
    }

    #[inline(never)]
    fn texts(&mut self, cost: u8, faults: Vec<Fault>, text: Vec<u8>) {
        if !self.values.contains(&text) {
            self.add_all(cost, faults, text);
        }
    }
}

/// What the search came to.
enum Outcome {
    Found(Vec<Fault>),
    /// Nothing, in all combinations that are worth a try.
    Nothing,
    /// Nothing so far; the input is too large to go on.
    TooLarge,
}

/// What is hashed, and the key of the hash.
struct Signed {
    message: Zeroizing<Vec<u8>>,
    key: Zeroizing<Vec<u8>>,
}

/// Makes what is signed of a key, a way to spoil the whole, and the picked form of each dimension.
type Make<'a> = dyn Fn(&[u8], Spoil, &[usize]) -> Option<Signed> + 'a;

/// Looks for the combination with the fewest faults whose signature is one of the targets. The
/// platform's own dimensions come behind those that all platforms have: hash, key, ending.
/// `weight` is how much work a byte is, hashing apart.
fn search(
    right: Algorithm,
    keys: &Texts,
    dimensions: &[&Dimension],
    targets: &[Target],
    weight: usize,
    make: &Make,
) -> Outcome {
    let algorithms = algorithms(right, targets);
    let endings = endings();
    let mut all = vec![&algorithms.dimension, &keys.dimension, &endings.dimension];
    all.extend_from_slice(dimensions);
    if targets.is_empty() || algorithms.values.is_empty() {
        return Outcome::Nothing;
    }
    let mut walk = Walk {
        algorithms: &algorithms.values,
        keys: &keys.values,
        endings: &endings.values,
        make,
        targets,
        weight,
        picks: vec![0; all.len()],
        dimensions: &all,
        steps: 0,
        digests: 0,
        bytes: 0,
    };
    for total in 0..=MOST_COST {
        if let Some(target) = walk.step(0, total) {
            let mut faults: Vec<Fault> = Vec::new();
            for (dimension, pick) in all.iter().zip(&walk.picks) {
                faults.extend_from_slice(&dimension.faults[*pick]);
            }
            faults.extend_from_slice(&target.faults);
            return Outcome::Found(faults);
        }
    }
    if walk.bytes >= MOST_BYTES {
        return Outcome::TooLarge;
    }
    Outcome::Nothing
}

/// All ways to pick one form of each dimension so that the costs add up.
struct Walk<'a> {
    algorithms: &'a [Algorithm],
    keys: &'a [Vec<u8>],
    endings: &'a [Spoil],
    make: &'a Make<'a>,
    targets: &'a [Target],
    weight: usize,
    dimensions: &'a [&'a Dimension],
    picks: Vec<usize>,
    steps: usize,
    digests: usize,
    bytes: usize,
}

impl<'a> Walk<'a> {
    fn is_over(&self) -> bool {
        self.digests >= MOST_DIGESTS || self.bytes >= MOST_BYTES || self.steps >= MOST_STEPS
    }

    fn step(&mut self, at: usize, left: u8) -> Option<&'a Target> {
        let Some(dimension) = self.dimensions.get(at) else {
            return if left == 0 { self.try_picks() } else { None };
        };
        for (index, cost) in dimension.costs.iter().enumerate() {
            if self.is_over() {
                return None;
            }
            if *cost <= left {
                self.picks[at] = index;
                let hit = self.step(at + 1, left - cost);
                if hit.is_some() {
                    return hit;
                }
            }
        }
        None
    }

    fn try_picks(&mut self) -> Option<&'a Target> {
        self.steps += 1;
        let [algorithm, key, ending, rest @ ..] = self.picks.as_slice() else {
            return None;
        };
        let algorithm = self.algorithms[*algorithm];
        let signed = (self.make)(&self.keys[*key], self.endings[*ending], rest)?;
        self.digests += 1;
        self.bytes += signed.message.len() * self.weight;
        algorithm.hit(&signed.key, &signed.message, self.targets)
    }
}

/// What is left when no known mistake makes a signature.
const LIKELY: &str = "most likely the key differs (check whether it is another environment's or another merchant's) \
     or what was signed is not what is given here (compare the string to sign character by character)";

/// What is known before somebody else's signature is looked at.
struct Facts<'a> {
    algorithm: String,
    string_to_sign: String,
    signature: Option<String>,
    secrets: Vec<&'a str>,
}

impl Facts<'_> {
    fn explanation(
        self,
        matches: Option<bool>,
        mistakes: Vec<Mistake>,
        message: &str,
    ) -> Explanation {
        let message = mask(&line(message, usize::MAX), self.secrets.iter().copied());
        Explanation {
            algorithm: self.algorithm,
            string_to_sign: mask(&self.string_to_sign, self.secrets),
            signature: self.signature,
            matches,
            mistakes,
            message,
        }
    }

    /// There is no signature to check.
    fn unchecked(self) -> Explanation {
        self.explanation(None, Vec::new(), "no signature was given to check")
    }

    /// The signature is right; `remark` is for what could still go wrong with it.
    fn right(self, remark: Option<&str>) -> Explanation {
        let message = match remark {
            None => "the signature matches".to_owned(),
            Some(remark) => format!("the signature matches, but {remark}"),
        };
        self.explanation(Some(true), Vec::new(), &message)
    }

    /// The signature is wrong; when no mistake is found, `clues` is what shows in it, and `likely`
    /// what is left.
    fn wrong(self, outcome: Outcome, clues: &str, likely: &str) -> Explanation {
        let (faults, tried) = match outcome {
            Outcome::Found(faults) => (faults, ""),
            Outcome::Nothing => (Vec::new(), "no known mistake gives this signature"),
            Outcome::TooLarge => (
                Vec::new(),
                "no single known mistake gives this signature, and the body is too large to try them all in combination",
            ),
        };
        let message = match faults.as_slice() {
            [] => format!("mismatch: {clues}{tried}: {likely}"),
            [only] => format!("mismatch: {only}"),
            several => {
                let mut list = format!("mismatch, {} mistakes:", several.len());
                for (index, fault) in several.iter().enumerate() {
                    list.push_str(&format!(" ({}) {fault}", index + 1));
                }
                list
            }
        };
        let mut mistakes: Vec<Mistake> = Vec::new();
        for fault in faults {
            if !mistakes.contains(&fault.mistake) {
                mistakes.push(fault.mistake);
            }
        }
        self.explanation(Some(false), mistakes, &message)
    }
}

/// A text from outside, fit to stand in a message.
fn quote(text: &str) -> String {
    line(text, LONGEST_QUOTE)
}

fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == most {
            line.push('…');
            break;
        }
        let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        line.push(if breaks { ' ' } else { c });
    }
    line
}

/// Bytes as text: as they are where they are UTF-8, else escaped, and saying so.
fn shown(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut text = String::from("[not UTF-8, shown with \\xNN] ");
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// `secret` as it is shown where it is part of the string.
fn masked(secret: &str) -> &'static str {
    if secret.is_empty() { "" } else { MASK }
}
