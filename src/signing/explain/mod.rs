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

use std::borrow::Cow;
use std::fmt;

use crate::secret::{MASK, mask};
use reading::Target;

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

/// A mistake as it was made here: the words are the catalogue's unless there are better ones.
#[derive(Clone)]
struct Fault {
    mistake: Mistake,
    what: Option<Cow<'static, str>>,
    instead: Option<Cow<'static, str>>,
}

impl Fault {
    fn new(mistake: Mistake) -> Fault {
        Fault {
            mistake,
            what: None,
            instead: None,
        }
    }

    fn what(mut self, what: impl Into<Cow<'static, str>>) -> Fault {
        self.what = Some(what.into());
        self
    }

    fn instead(mut self, instead: impl Into<Cow<'static, str>>) -> Fault {
        self.instead = Some(instead.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.as_deref().unwrap_or(self.mistake.description());
        let instead = self.instead.as_deref().unwrap_or(self.mistake.advice());
        write!(f, "{what}; {instead}")
    }
}

/// One form of a part of what is signed: the right one, or one with faults.
struct Form<T> {
    faults: Vec<Fault>,
    cost: u8,
    value: T,
}

/// The forms of one part, the right one first.
struct Forms<T>(Vec<Form<T>>);

impl<T> Forms<T> {
    fn right(value: T) -> Forms<T> {
        let right = Form {
            faults: Vec::new(),
            cost: 0,
            value,
        };
        Forms(vec![right])
    }

    fn wrong(&mut self, fault: Fault, value: T) {
        self.wrongs([fault], value);
    }

    fn wrongs(&mut self, faults: impl Into<Vec<Fault>>, value: T) {
        let faults = faults.into();
        let cost = faults.len() as u8 * COMMON;
        self.at_cost(cost, faults, value);
    }

    fn rare(&mut self, fault: Fault, value: T) {
        self.at_cost(RARE, [fault], value);
    }

    /// A form that is likelier or less likely than its faults tell.
    fn at_cost(&mut self, cost: u8, faults: impl Into<Vec<Fault>>, value: T) {
        self.0.push(Form {
            faults: faults.into(),
            cost,
            value,
        });
    }
}

impl<T: PartialEq> Forms<T> {
    /// Drops the forms that are no different from an earlier one.
    fn distinct(mut self) -> Forms<T> {
        let mut kept: Vec<Form<T>> = Vec::with_capacity(self.0.len());
        for form in self.0.drain(..) {
            if kept.iter().all(|earlier| earlier.value != form.value) {
                kept.push(form);
            }
        }
        Forms(kept)
    }
}

impl<T> std::ops::Index<usize> for Forms<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.0[index].value
    }
}

/// A dimension as the search sees it: costs and faults, whatever the values are.
trait Dimension {
    fn costs(&self) -> Vec<u8>;
    fn faults(&self, index: usize) -> &[Fault];
}

impl<T> Dimension for Forms<T> {
    fn costs(&self) -> Vec<u8> {
        self.0.iter().map(|form| form.cost).collect()
    }

    fn faults(&self, index: usize) -> &[Fault] {
        &self.0[index].faults
    }
}

/// What became of one combination.
enum Trial {
    /// Its digest cannot be the one looked for, and was not computed.
    Skipped,
    /// A digest over so many bytes, of which none is the one looked for.
    Missed(usize),
    /// This target was hit.
    Hit(usize),
}

/// Tries the targets against a digest over `bytes` bytes.
fn compare(targets: &[Target], bytes: usize, digest: &[u8], via: reading::Via) -> Trial {
    let hit = targets
        .iter()
        .position(|target| target.is_made_of(digest, via));
    hit.map_or(Trial::Missed(bytes), Trial::Hit)
}

/// What the search came to.
enum Outcome {
    Found(Vec<Fault>),
    /// Nothing, in all combinations that are worth a try.
    Nothing,
    /// Nothing so far; the input is too large to go on.
    TooLarge,
}

/// Looks for the combination with the fewest faults whose signature is one of the targets.
fn search(
    dimensions: &[&dyn Dimension],
    targets: &[Target],
    mut trial: impl FnMut(&[usize]) -> Trial,
) -> Outcome {
    let costs: Vec<Vec<u8>> = dimensions.iter().map(|forms| forms.costs()).collect();
    if targets.is_empty() || costs.iter().any(Vec::is_empty) {
        return Outcome::Nothing;
    }
    let mut walk = Walk {
        costs: &costs,
        picks: vec![0; dimensions.len()],
        steps: 0,
        digests: 0,
        bytes: 0,
    };
    for total in 0..=MOST_COST {
        if let Some(target) = walk.step(0, total, &mut trial) {
            let picks = dimensions.iter().zip(&walk.picks);
            let mut faults: Vec<Fault> = picks
                .flat_map(|(forms, pick)| forms.faults(*pick).iter().cloned())
                .collect();
            faults.extend(targets[target].faults.iter().cloned());
            return Outcome::Found(faults);
        }
        if walk.is_over() {
            let too_large = walk.bytes >= MOST_BYTES;
            return if too_large {
                Outcome::TooLarge
            } else {
                Outcome::Nothing
            };
        }
    }
    Outcome::Nothing
}

/// All ways to pick one form of each dimension so that the costs add up.
struct Walk<'a> {
    costs: &'a [Vec<u8>],
    picks: Vec<usize>,
    steps: usize,
    digests: usize,
    bytes: usize,
}

impl Walk<'_> {
    fn is_over(&self) -> bool {
        self.digests >= MOST_DIGESTS || self.bytes >= MOST_BYTES || self.steps >= MOST_STEPS
    }

    fn step(
        &mut self,
        dimension: usize,
        left: u8,
        trial: &mut impl FnMut(&[usize]) -> Trial,
    ) -> Option<usize> {
        if dimension == self.costs.len() {
            if left > 0 {
                return None;
            }
            self.steps += 1;
            match trial(&self.picks) {
                Trial::Skipped => {}
                Trial::Missed(bytes) => {
                    self.digests += 1;
                    self.bytes += bytes;
                }
                Trial::Hit(target) => return Some(target),
            }
            return None;
        }
        let costs = self.costs;
        for (index, cost) in costs[dimension].iter().enumerate() {
            if self.is_over() {
                return None;
            }
            if *cost > left {
                continue;
            }
            self.picks[dimension] = index;
            let hit = self.step(dimension + 1, left - cost, trial);
            if hit.is_some() {
                return hit;
            }
        }
        None
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
        let (faults, message) = match outcome {
            Outcome::Found(faults) => {
                let message = mismatch(&faults);
                (faults, message)
            }
            Outcome::Nothing => {
                let tried = "no known mistake gives this signature";
                (Vec::new(), format!("mismatch: {clues}{tried}: {likely}"))
            }
            Outcome::TooLarge => {
                let tried = "no single known mistake gives this signature, and the body is too large to try them all in combination";
                (Vec::new(), format!("mismatch: {clues}{tried}: {likely}"))
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

fn mismatch(faults: &[Fault]) -> String {
    match faults {
        [only] => format!("mismatch: {only}"),
        several => {
            let numbered = several.iter().enumerate();
            let list: Vec<String> = numbered
                .map(|(index, fault)| format!("({}) {fault}", index + 1))
                .collect();
            format!("mismatch, {} mistakes: {}", several.len(), list.join(" "))
        }
    }
}

/// A text from outside, fit to stand in a message.
fn quote(text: &str) -> String {
    line(text, LONGEST_QUOTE)
}

fn line(text: &str, most: usize) -> String {
    let fits = |c: char| !c.is_control() && c != '\u{2028}' && c != '\u{2029}';
    let visible = text.chars().map(|c| if fits(c) { c } else { ' ' });
    let mut line: String = visible.take(most).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
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
