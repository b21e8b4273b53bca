//! daxpay: which parameters, in which order, written how, with the key appended how.

use zeroize::Zeroizing;

use super::daxpay_choices::{Choice, Gaps, Whole, choices, gaps};
use super::daxpay_forms::*;
use super::difference::Difference;
use super::encodings::{simple_upper, turkish_lower, turkish_upper};
use super::fault::{Budget, Fault, Texts};
use super::hashes::{Algorithm as Digest, Keyed};
use super::json_writing::{java_hashed, sorted};
use super::reading::{Target, targets, whole};
use super::search::{Outcome, Signed, search};
use super::stripping::{Wanted, clues, from_base64, nearly};
use super::texts::{Spoil, keys};
use super::{Explanation, Facts, LIKELY, Mistake, masked};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::signing::daxpay::{Algorithm, Nested, canonical, sign, verify};
use crate::signing::digest::Hash;

/// Larger messages are not read, and none with more values than that.
const MOST_BYTES: usize = 128 * 1024;
const MOST_VALUES: usize = 16 * 1024;
/// Up to this many bytes, mistakes are looked for.
const SEARCHED: usize = 64 * 1024;
/// The work that a value is, and how often a byte is copied, while a string to sign is made.
const VALUE: usize = 512;
const COPIES: usize = 20;
const FEW_COPIES: usize = 4;

const KINDS: &str = "other parameters, orders, values, keys, cases, hashes and encodings";

/// What is signed for daxpay, and what is wrong with `theirs`.
///
/// `body` is a JSON object: a request, an answer or a notification. Without `theirs`, its member
/// `sign` is checked, if it has one.
///
/// # Errors
/// [`Status::InvalidArgument`](crate::Status::InvalidArgument) when the body is no JSON object.
pub fn daxpay(
    algorithm: Algorithm,
    sign_key: &str,
    body: &[u8],
    theirs: Option<&str>,
) -> Result<Explanation> {
    let Some(params) = read(body)? else {
        return Ok(too_large(algorithm, sign_key, body, theirs));
    };
    let theirs = theirs.or_else(|| params.get("sign").and_then(Json::as_str));
    let upper = Zeroizing::new(sign_key.to_uppercase());
    let mut facts = facts(algorithm, sign_key, &upper, &params);
    let right = sign(algorithm, sign_key, &params);
    facts.signature = Some(right.clone());
    let Some(theirs) = theirs else {
        return Ok(facts.unchecked());
    };
    let is_upper_hex = |byte: u8| matches!(byte, b'A'..=b'F');
    if theirs.len() == right.len() && theirs.bytes().any(is_upper_hex) {
        facts.remark = Some(
            "the gateway compares it with lower-case hex: send a request's signature in lower case",
        );
    }
    if verify(algorithm, sign_key, &params, theirs) {
        let is_sorted = theirs.eq_ignore_ascii_case(&right);
        if facts.remark.is_none() && !is_sorted {
            facts.remark = Some(
                "over nested data as the gateway writes it in its answers (names in the order received, or numbers without the zeros at their end): in a request, sort the names inside and write no such zeros",
            );
        }
        return Ok(facts.right());
    }

    let digest = digest_of(algorithm);
    let subject = Subject {
        is_open: false,
        right: digest,
        sign_key,
        params: &params,
        theirs,
    };
    let mut outcome = if body.len() > SEARCHED {
        Outcome::GAVE_UP
    } else {
        let targets = targets(theirs, Wanted::HexLower, digest.length());
        look(&mut Budget::new(), &subject, &targets)
    };
    if !outcome.is_found() {
        let rsa = is_rsa(theirs).then(|| Fault::new(Mistake::EditionOpen, ""));
        if let Some(fault) = nearly(theirs, &right).or(rsa) {
            outcome = Outcome::seen(fault);
        }
    }
    let clues = clues(theirs, Wanted::HexLower, digest.length());
    Ok(facts.wrong(outcome, &clues, KINDS, LIKELY))
}

/// Where the other side's string to sign, with or without the key at its end, parts from ours.
///
/// # Errors
/// As [`daxpay`].
pub fn daxpay_string(
    algorithm: Algorithm,
    sign_key: &str,
    body: &[u8],
    their_string: &str,
) -> Result<Explanation> {
    let Some(params) = read(body)? else {
        return Ok(too_large(algorithm, sign_key, body, None));
    };
    let upper = Zeroizing::new(sign_key.to_uppercase());
    let mut facts = facts(algorithm, sign_key, &upper, &params);
    facts.signature = Some(sign(algorithm, sign_key, &params));
    let head = canonical(&params, Nested::Sorted).to_uppercase();
    let tail = Zeroizing::new(format!("&KEY={}", &*upper));
    let mut difference = Difference::new(&[head.as_bytes()], &tail, their_string, &facts.secrets);
    difference.parts_of(&head);
    difference.part("the key", head.len());
    difference.known("&KEY=", "`&key=` and the key");
    let outcome = if body.len() > SEARCHED || their_string.len() > 2 * SEARCHED {
        Outcome::GAVE_UP
    } else {
        let subject = Subject {
            is_open: false,
            right: digest_of(algorithm).as_text(),
            sign_key,
            params: &params,
            theirs: "",
        };
        look(&mut Budget::new(), &subject, &whole(their_string))
    };
    Ok(facts.compared(&difference, outcome))
}

/// The parameters; none where there are too many to work on.
fn read(body: &[u8]) -> Result<Option<Json>> {
    if body.len() > MOST_BYTES {
        return Ok(None);
    }
    let values = body.iter().filter(|byte| b",:[{".contains(byte)).count();
    if values > MOST_VALUES {
        return Ok(None);
    }
    let params = Json::parse(body)
        .map_err(|e| Error::argument("body", format!("cannot be read: {}", e.message())))?;
    if !matches!(params, Json::Object(_)) {
        return Err(Error::argument("body", "is not a JSON object"));
    }
    Ok(Some(params))
}

fn too_large(
    algorithm: Algorithm,
    sign_key: &str,
    body: &[u8],
    theirs: Option<&str>,
) -> Explanation {
    let what = format!("has {} bytes or more than {MOST_VALUES} values", body.len());
    let facts = Facts::new(&name(algorithm), &[], vec![sign_key]);
    facts.too_large(theirs.is_some(), &what)
}

fn name(algorithm: Algorithm) -> String {
    format!("{}, lower-case hex", algorithm.name())
}

fn digest_of(algorithm: Algorithm) -> Digest {
    match algorithm {
        Algorithm::HmacSha256 => Digest::new(Hash::Sha256, Keyed::HmacTwice),
        Algorithm::Md5 => Digest::new(Hash::Md5, Keyed::Plain),
        Algorithm::Sm3 => Digest::new(Hash::Sm3, Keyed::Plain),
    }
}

fn facts<'a>(algorithm: Algorithm, sign_key: &'a str, upper: &'a str, params: &Json) -> Facts<'a> {
    let head = canonical(params, Nested::Sorted).to_uppercase();
    let parts = [head.as_bytes(), b"&KEY="];
    let mut facts = Facts::new(&name(algorithm), &parts, vec![sign_key, upper]);
    facts.string_to_sign.push_str(masked(sign_key));
    facts
}

/// Base64 of as many bytes as an RSA signature has.
fn is_rsa(theirs: &str) -> bool {
    let bytes = from_base64(theirs.trim().as_bytes());
    bytes.is_some_and(|(bytes, _)| [128, 256, 384, 512].contains(&bytes.len()))
}

/// Edition 2 has neither of the credentials among the parameters, and counts seconds.
fn is_edition_2(params: &Json) -> bool {
    let has = |name| params.get(name).is_some();
    matches!(params.get("reqTime"), Some(Json::Number(_)))
        || !(has("appId") || has("mchNo") || has("code"))
}

/// What is looked at, in edition 3 or in edition open.
pub(super) struct Subject<'a> {
    pub(super) is_open: bool,
    pub(super) right: Digest,
    pub(super) sign_key: &'a str,
    pub(super) params: &'a Json,
    pub(super) theirs: &'a str,
}

pub(super) fn look(budget: &mut Budget, subject: &Subject, targets: &[Target]) -> Outcome {
    let Subject {
        is_open, params, ..
    } = *subject;
    if targets.is_empty() {
        return Outcome::UNTRIED;
    }
    let is_nested = params
        .members()
        .iter()
        .any(|(_, value)| matches!(value, Json::Array(_) | Json::Object(_)));
    let work = count(params) * VALUE;
    let is_edition_2 = !is_open && is_edition_2(params);
    let mut choices = choices(params, subject.theirs, is_open);
    if is_edition_2 {
        choices.edition_2();
    }
    let (orders, values) = (orders(is_open), values(is_nested, is_open));
    let (quotes, joints, tails) = (quotes(is_open), joints(), tails(is_open));
    let (cases, escapes) = (cases(is_edition_2, is_open), escapes());
    let (name_escapes, gaps) = (name_escapes(is_open), gaps(params));
    let hmac_keys = hmac_keys(subject.right.keyed());
    let keys = if is_open {
        Texts::right_text(Vec::new())
    } else {
        // What stands in the message and may have been taken for the key.
        let others = ["appId", "mchNo", "nonceStr"]
            .map(|name| (name, params.get(name).and_then(Json::as_str).unwrap_or("")));
        keys(subject.sign_key.as_bytes(), &others)
    };
    // What was joined last, and of which forms: key, case and what is behind change most often.
    let mut made: Option<([usize; 9], Zeroizing<String>)> = None;
    search(
        budget,
        subject.right,
        &keys,
        &[
            &hmac_keys.dimension,
            &escapes.dimension,
            &name_escapes.dimension,
            &gaps.dimension,
            &orders.dimension,
            &joints.dimension,
            &quotes.dimension,
            &values.dimension,
            &choices.dimension,
            &cases.dimension,
            &tails.dimension,
        ],
        targets,
        &mut |budget, key, ending, picks| {
            let &[
                hmac_key,
                escape,
                name_escape,
                gap,
                order,
                joint,
                quote,
                value,
                choice,
                case,
                tail,
            ] = picks
            else {
                return None;
            };
            let writing = Writing {
                is_open,
                choice: &choices.values[choice],
                order: orders.values[order],
                value: values.values[value],
                escape: escapes.values[escape],
                name_escape: name_escapes.values[name_escape],
                gaps: gaps.values[gap],
                joint: joints.values[joint],
                quote: quotes.values[quote],
                tail: tails.values[tail],
                case: cases.values[case],
            };
            let key = std::str::from_utf8(key).ok()?;
            let parts = [
                escape,
                name_escape,
                gap,
                order,
                joint,
                quote,
                value,
                choice,
                if writing.is_case_inside() { case } else { 0 },
            ];
            let mut string = if let Choice::Whole(whole) = writing.choice {
                budget.spend(work);
                whole.string(params, key)
            } else {
                let known = made.take().filter(|(known, _)| *known == parts);
                let joined = known.map(|(_, joined)| joined);
                let joined = joined.filter(|_| writing.tail != Tail::Sorted);
                let joined = joined.unwrap_or_else(|| {
                    let joined = writing.joined(params, key);
                    budget.spend(work + joined.len() * COPIES);
                    joined
                });
                let string = writing.with_key(&joined, key);
                if writing.tail != Tail::Sorted {
                    made = Some((parts, joined));
                }
                string
            };
            budget.spend(string.len() * FEW_COPIES);
            let key = hmac_keys.values[hmac_key](key);
            Some(Signed {
                message: Zeroizing::new(ending.of(std::mem::take(&mut *string).into_bytes())),
                key: Zeroizing::new(key.into_bytes()),
            })
        },
    )
}

/// How many values there are at all depths.
fn count(value: &Json) -> usize {
    match value {
        Json::Array(elements) => elements.iter().map(count).sum::<usize>() + 1,
        Json::Object(members) => members.iter().map(|(_, value)| count(value)).sum::<usize>() + 1,
        _ => 1,
    }
}

/// How somebody makes the string to sign.
struct Writing<'a> {
    is_open: bool,
    choice: &'a Choice,
    order: Sorting,
    value: Value,
    escape: Spoil,
    name_escape: Spoil,
    gaps: Gaps,
    joint: Joint,
    quote: fn(&str) -> String,
    tail: Tail,
    case: Case,
}

impl Writing<'_> {
    /// Whether names or values have a case of their own.
    fn is_case_inside(&self) -> bool {
        use Case::{Names, NamesAndKey, Values, ValuesAndKey};
        matches!(self.case, Names | NamesAndKey | Values | ValuesAndKey)
    }

    /// The pairs, one behind the other.
    fn joined(&self, params: &Json, key: &str) -> Zeroizing<String> {
        let pairs = self
            .choice
            .pairs(params, self.value, self.gaps, self.is_open);
        let mut keys = Vec::with_capacity(pairs.len());
        for (name, value) in &pairs {
            keys.push(match self.order {
                Sorting::Names | Sorting::Backwards => name.clone(),
                Sorting::IgnoringCase => name.to_lowercase(),
                Sorting::Pairs => format!("{name}={value}"),
                Sorting::Values => value.clone(),
                Sorting::Top => name.split(['.', '[']).next().unwrap_or("").to_owned(),
                Sorting::Lengths => format!("{:08}{name}", name.len()),
                Sorting::None | Sorting::JavaHash => String::new(),
            });
        }
        let mut places = sorted(&keys);
        match self.order {
            Sorting::Backwards => places.reverse(),
            Sorting::JavaHash => {
                let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
                places = java_hashed(&names);
            }
            _ => {}
        }
        let mut joined = Zeroizing::new(String::new());
        let mut is_key_due = self.tail == Tail::Sorted;
        let mut add = |name: &str, value: &str| {
            if !joined.is_empty() {
                joined.push_str(self.joint.between);
            }
            let value = (self.escape)(value.as_bytes());
            let value = String::from_utf8_lossy(&value);
            if let Some(equals) = self.joint.equals {
                let is_upper = matches!(self.case, Case::Names | Case::NamesAndKey);
                let name = (self.name_escape)(name.as_bytes());
                let name = String::from_utf8_lossy(&name);
                joined.push_str(&if is_upper {
                    name.to_uppercase()
                } else {
                    name.into_owned()
                });
                joined.push_str(equals);
            }
            let is_upper = matches!(self.case, Case::Values | Case::ValuesAndKey);
            joined.push_str(&if is_upper {
                value.to_uppercase()
            } else {
                value.into_owned()
            });
        };
        for at in places {
            let (name, value) = &pairs[at];
            if is_key_due && name.as_str() > "key" {
                add("key", key);
                is_key_due = false;
            }
            add(name, value);
        }
        if is_key_due {
            add("key", key);
        }
        joined.push_str(self.joint.end);
        Zeroizing::new((self.quote)(&joined))
    }

    fn with_key(&self, string: &str, key: &str) -> Zeroizing<String> {
        let whole = |head: &str, key: &str| {
            Zeroizing::new(self.tail.with_key(head, key, self.joint.before_key))
        };
        match self.case {
            Case::Upper => Zeroizing::new(whole(string, key).to_uppercase()),
            Case::Lower => Zeroizing::new(whole(string, key).to_lowercase()),
            Case::ParamsUpper => whole(&string.to_uppercase(), key),
            Case::ParamsAndName => {
                let mark = "\u{0}";
                let upper = self
                    .tail
                    .with_key(string, mark, self.joint.before_key)
                    .to_uppercase();
                Zeroizing::new(upper.replace(mark, key))
            }
            Case::ParamsLower => whole(&string.to_lowercase(), key),
            Case::KeyUpper => whole(string, &key.to_uppercase()),
            Case::Ascii => Zeroizing::new(whole(string, key).to_ascii_uppercase()),
            Case::Simple => Zeroizing::new(simple_upper(&whole(string, key))),
            Case::TurkishUpper => Zeroizing::new(turkish_upper(&whole(string, key))),
            Case::TurkishLower => Zeroizing::new(turkish_lower(&whole(string, key))),
            Case::Title => {
                let mut string = whole(string, key);
                if let Some(first) = string.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                string
            }
            Case::NamesAndKey => {
                let mark = "\u{0}";
                let tail = self.tail.with_key("", mark, self.joint.before_key);
                let tail = tail.to_uppercase().replace(mark, key);
                Zeroizing::new(format!("{string}{tail}"))
            }
            Case::ValuesAndKey => whole(string, &key.to_uppercase()),
            Case::None | Case::Names | Case::Values => whole(string, key),
        }
    }
}

impl Whole {
    fn string(self, params: &Json, key: &str) -> Zeroizing<String> {
        let mut text = (self.text)(params);
        if !self.are_quotes_kept {
            text = text.replace(['"', '\\'], "");
        }
        let string = Zeroizing::new(self.tail.with_key(&text, key, "&"));
        match self.is_upper {
            true => Zeroizing::new(string.to_uppercase()),
            false => string,
        }
    }
}
