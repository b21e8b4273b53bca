//! What is signed and how, and which known mistake makes somebody else's signature.
//!
//! Every platform is a handful of *dimensions*: which path, which body, which key, which hash …
//! The first form of a dimension is the right one; each other form is a fault somebody makes.
//! The search tries the right forms with one fault, then with two, then three, until a signature
//! comes out that equals the given one. A fault is only ever named because its signature is equal,
//! so a name is proof, never a guess.
//!
//! `search` is that search and its budget, `mistake` the catalogue, `bodies`, `texts` and
//! `encodings` the faults that platforms share, `reading` and `stripping` how a signature may be
//! written, `difference` compares strings to sign, and there is one file or two for each platform.

mod bodies;
mod creditpay;
mod daxpay;
mod daxpay_choices;
mod daxpay_forms;
mod daxpay_open;
mod difference;
mod encodings;
mod fault;
mod hashes;
mod headers;
mod json_writing;
mod mistake;
mod paths;
mod reading;
mod redemption;
mod search;
mod stripping;
mod texts;
mod times;

pub use creditpay::{CreditPayHints, creditpay, creditpay_string};
pub use daxpay::{daxpay, daxpay_string};
pub use daxpay_open::{daxpay_open, daxpay_open_string};
pub use mistake::Mistake;
pub use redemption::{redemption, redemption_string};

use std::fmt;

use zeroize::Zeroizing;

use crate::secret::{MASK, mask};
use difference::Difference;
pub use difference::quoted_string;
use fault::Fault;
use search::Outcome;

/// The longest text from outside that a message repeats, in characters.
const LONGEST_QUOTE: usize = 80;
/// How much of the string to sign a message repeats, in characters.
const BEGINNING: usize = 60;
/// The most of a string to sign that is shown, in bytes.
const MOST_SHOWN: usize = 128 * 1024;
/// Larger messages are not even hashed.
const MOST_HASHED: usize = 6 << 20;

/// What is signed and how, and what is wrong with somebody else's signature.
#[derive(Clone)]
pub struct Explanation {
    algorithm: String,
    string_to_sign: String,
    signed_string: Option<String>,
    signature: Option<String>,
    signature_given: bool,
    gave_up: bool,
    matches: bool,
    mistakes: Vec<Mistake>,
    message: String,
}

impl Explanation {
    /// The algorithm and the encoding of its result, such as `HMAC-SHA1, base64`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The exact string that is signed, with `***` where a secret stands. Bytes that are not UTF-8
    /// are shown as `\xNN`, and the string says so in front. Of more than 128 KiB, the first 128 KiB
    /// are shown, and the string says so in front too.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The string that the other side signed, as [`Explanation::string_to_sign`] shows ours; `None` where no
    /// mistake was found that says it.
    pub fn signed_string(&self) -> Option<&str> {
        self.signed_string.as_deref()
    }

    /// The right signature; `None` where only a public key is at hand, and for a message that is too
    /// large to explain.
    pub fn signature(&self) -> Option<&str> {
        self.signature.as_deref()
    }

    /// Whether there was a signature to check.
    pub fn signature_given(&self) -> bool {
        self.signature_given
    }

    /// Whether the message is too large to be judged: then nothing was computed, and whether the signature is right
    /// is not known.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Whether a signature was given and is right.
    pub fn matches(&self) -> bool {
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

/// What is left when no known mistake makes a signature.
const LIKELY: &str = "most likely the key differs (check whether it is another environment's or another merchant's) \
     or what was signed is not what is given here (compare the string to sign character by character, \
     or hand the other side's string to explain_string)";

/// What is known before somebody else's signature is looked at.
struct Facts<'a> {
    algorithm: String,
    /// As it is shown, secrets masked.
    string_to_sign: String,
    /// Its length in bytes.
    length: usize,
    /// What the other side signed, if that was found.
    signed: Option<Zeroizing<Vec<u8>>>,
    signature: Option<String>,
    secrets: Vec<&'a str>,
    /// What is forgiven in the given signature, and should be mended all the same.
    remark: Option<&'static str>,
}

impl<'a> Facts<'a> {
    /// `parts` are the string to sign, in front of the secret that is part of it if one is.
    fn new(algorithm: &str, parts: &[&[u8]], secrets: Vec<&'a str>) -> Facts<'a> {
        Facts {
            algorithm: algorithm.to_owned(),
            string_to_sign: blotted(&shown(parts), &secrets),
            length: parts.iter().map(|part| part.len()).sum(),
            signed: None,
            signature: None,
            secrets,
            remark: None,
        }
    }

    fn explanation(
        self,
        is_given: bool,
        matches: bool,
        mistakes: Vec<Mistake>,
        message: &str,
    ) -> Explanation {
        let signed_string = self.signed.as_deref();
        let signed_string = signed_string.map(|bytes| blotted(&shown(&[bytes]), &self.secrets));
        let message = mask(&line(message, usize::MAX), self.secrets.iter().copied());
        Explanation {
            algorithm: self.algorithm,
            string_to_sign: self.string_to_sign,
            signed_string,
            signature: self.signature,
            signature_given: is_given,
            gave_up: false,
            matches,
            mistakes,
            message,
        }
    }

    /// There is no signature to check.
    fn unchecked(self) -> Explanation {
        let message = "no signature was given to check";
        self.explanation(false, false, Vec::new(), message)
    }

    /// The other side's string to sign was given, not its signature.
    fn compared(self, difference: &Difference, outcome: Outcome) -> Explanation {
        let faults = match outcome {
            Outcome::Found(faults, _) => faults,
            Outcome::Nothing { .. } => Vec::new(),
        };
        let message = difference.sentence(&faults);
        self.explanation(false, false, names(&faults), &message)
    }

    /// The message is so large that nothing is computed.
    fn too_large(self, is_given: bool, what: &str) -> Explanation {
        let message = format!(
            "gave up before anything was computed: the message {what}; explain a smaller one, mistakes do not depend on the size"
        );
        Explanation {
            gave_up: true,
            ..self.explanation(is_given, false, Vec::new(), &message)
        }
    }

    /// The signature is right, but for what the remark says.
    fn right(self) -> Explanation {
        let message = match self.remark {
            None => "the signature matches".to_owned(),
            Some(remark) => format!("the signature matches, but {remark}"),
        };
        self.explanation(true, true, Vec::new(), &message)
    }

    /// The signature is wrong. When no mistake is found, `clues` is what shows in it, `kinds` what
    /// was tried, and `likely` the next step.
    fn wrong(mut self, outcome: Outcome, clues: &str, kinds: &str, likely: &str) -> Explanation {
        let faults = match outcome {
            Outcome::Found(faults, signed) => {
                self.signed = signed;
                faults
            }
            Outcome::Nothing { tried, gave_up } => {
                let message = self.nothing(tried, gave_up, clues, kinds, likely);
                return self.explanation(true, false, Vec::new(), &message);
            }
        };
        let mut message = match faults.as_slice() {
            [only] => format!("mismatch: {only}"),
            several => {
                let mut list = format!("mismatch, {} mistakes:", several.len());
                for (index, fault) in several.iter().enumerate() {
                    list.push_str(&format!(" ({}) {fault}", index + 1));
                }
                list
            }
        };
        if let Some(remark) = self.remark {
            message.push_str("; besides, ");
            message.push_str(remark);
        }
        self.explanation(true, false, names(&faults), &message)
    }

    fn nothing(
        &self,
        tried: usize,
        gave_up: bool,
        clues: &str,
        kinds: &str,
        likely: &str,
    ) -> String {
        let end = if gave_up {
            ", then it gave up: there are more combinations than it may try on a message of this size"
        } else {
            ""
        };
        let tried = match tried {
            0 if gave_up => {
                " (gave up: the message is too large to look for mistakes in it)".to_owned()
            }
            0 => String::new(),
            tried => format!(" (tried {tried} combinations of {kinds}{end})"),
        };
        let begin = line(&self.string_to_sign, BEGINNING);
        let length = self.length;
        format!(
            "mismatch: {clues}no known mistake gives this signature{tried}: {likely}; the string to sign has {length} bytes and begins with: {begin}"
        )
    }
}

/// The mistakes, each once.
fn names(faults: &[Fault]) -> Vec<Mistake> {
    let mut names = Vec::new();
    for fault in faults {
        if !names.contains(&fault.mistake) {
            names.push(fault.mistake);
        }
    }
    names
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
fn shown(parts: &[&[u8]]) -> String {
    let whole: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(whole.min(MOST_SHOWN));
    for part in parts {
        bytes.extend_from_slice(&part[..part.len().min(MOST_SHOWN - bytes.len())]);
    }
    let mut text = String::new();
    if bytes.len() < whole {
        text.push_str(&format!(
            "[the first {MOST_SHOWN} bytes of {whole}, cut off there] "
        ));
        // The cut may go through a character.
        let cut = bytes
            .utf8_chunks()
            .last()
            .map_or(0, |last| last.invalid().len());
        if cut < 4 {
            bytes.truncate(bytes.len() - cut);
        }
    }
    if let Ok(plain) = std::str::from_utf8(&bytes) {
        text.push_str(plain);
        return text;
    }
    text.push_str("[not UTF-8, shown with \\xNN] ");
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The text without the secrets that stand in it, in whatever case. Other than [`mask`], it goes
/// through a text of any length only a few times.
fn blotted(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        // A value of one or two characters would blot out half of every text and hides nothing.
        if secret.len() < 3 {
            continue;
        }
        let wanted = secret.to_ascii_lowercase();
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        let mut clean = String::with_capacity(text.len());
        let mut from = 0;
        for (at, _) in lower.match_indices(&wanted) {
            clean.push_str(&text[from..at]);
            clean.push_str(MASK);
            from = at + wanted.len();
        }
        clean.push_str(&text[from..]);
        text = clean;
    }
    text
}

/// `secret` as it is shown where it is part of the string.
fn masked(secret: &str) -> &'static str {
    if secret.is_empty() { "" } else { MASK }
}
