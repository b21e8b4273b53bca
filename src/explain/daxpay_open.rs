//! daxpay, edition open: which members, flattened how, in which order, and RSA.

use zeroize::Zeroizing;

use super::bodies::TOO_LARGE;
use super::difference::Difference;
use super::fault::{Budget, COMMON, Fault, Forms, RARE, Texts};
use super::hashes::Algorithm;
use super::json_writing::{COMPACT, PYTHON, hutool, java_hashed, laid_out, plain, sorted};
use super::reading::{Target, whole};
use super::redemption::{RSA, rsa};
use super::search::{Outcome, Signed, search};
use super::stripping::{LONGEST, nearly, stripped};
use super::{Explanation, Facts, Mistake, quote};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::signing::daxpay_open::{Numbers, string_to_sign, verify};
use crate::signing::rsa::PublicKey;

/// Up to this many members, each is left out in turn.
const LEFT_OUT: usize = 24;
/// Larger messages are not read.
const MOST_BYTES: usize = 128 * 1024;
const KINDS: &str = "other members, orders, ways to flatten, hashes and encodings";

/// What is signed for daxpay's edition open, and what is wrong with `theirs`.
///
/// `key` is the public half of the key that should have signed, `own` the merchant's where the
/// platform should have: a message that was signed with the wrong one is then recognised. `sign`
/// makes the right signature where the key is at hand. Without `theirs`, the member `sign` is checked.
///
/// # Errors
/// [`Status::InvalidArgument`](crate::Status::InvalidArgument) when the body is no JSON object, or
/// nobody can sign it unmistakably.
pub fn daxpay_open(
    key: &PublicKey,
    own: Option<&PublicKey>,
    sign: &dyn Fn(&[u8]) -> Option<String>,
    body: &[u8],
    theirs: Option<&str>,
) -> Result<Explanation> {
    let (params, string) = read(body)?;
    let mut facts = facts(&string);
    facts.signature = sign(string.as_bytes());
    let theirs = theirs.or_else(|| params.get("sign").and_then(Json::as_str));
    let Some(theirs) = theirs else {
        return Ok(facts.unchecked());
    };
    let is_right = theirs.len() <= LONGEST && matches!(verify(key, &params, theirs), Ok(true));
    if is_right {
        return Ok(facts.right(None));
    }
    let mut budget = Budget::new();
    let mut run = |right: Algorithm, targets: &[Target]| {
        look(&mut budget, right, &params, &string, body, targets)
    };
    let (mut outcome, clues, likely) = rsa(key, own, theirs, &mut run);
    if !outcome.is_found() {
        let (text, _) = stripped(theirs);
        let is_digest =
            matches!(text.len(), 32 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let near = facts
            .signature
            .as_ref()
            .and_then(|right| nearly(theirs, right));
        let edition_3 = || is_digest.then(|| Fault::new(Mistake::Edition3, ""));
        if let Some(fault) = near.or_else(edition_3) {
            outcome = Outcome::seen(fault);
        }
    }
    Ok(facts.wrong(outcome, &clues, KINDS, likely))
}

/// Where the other side's string to sign, such as the platform quotes with code 20052, parts from
/// ours.
///
/// # Errors
/// As [`daxpay_open`].
pub fn daxpay_open_string(body: &[u8], their_string: &str) -> Result<Explanation> {
    let (params, string) = read(body)?;
    let facts = facts(&string);
    let mut difference = Difference::new(&[string.as_bytes()], "", their_string, &[]);
    difference.parts_of(&string);
    for pair in string.split('&') {
        let name = pair.split('=').next().unwrap_or("");
        difference.known(pair, &format!("`{}`", quote(name)));
    }
    let mut outcome = Outcome::GAVE_UP;
    if their_string.len() <= TOO_LARGE {
        let targets = whole(their_string);
        let mut budget = Budget::new();
        outcome = look(&mut budget, RSA.as_text(), &params, &string, body, &targets);
    }
    Ok(facts.compared(&difference, outcome))
}

fn read(body: &[u8]) -> Result<(Json, String)> {
    let wrong = |what: String| Error::argument("body", what);
    if body.len() > MOST_BYTES {
        let length = body.len();
        return Err(wrong(format!(
            "has {length} bytes: up to {MOST_BYTES} are explained, mistakes do not depend on the size"
        )));
    }
    let params =
        Json::parse(body).map_err(|e| wrong(format!("cannot be read: {}", e.message())))?;
    if !matches!(params, Json::Object(_)) {
        return Err(wrong("is not a JSON object".to_owned()));
    }
    let string = string_to_sign(&params, Numbers::Plain)
        .map_err(|why| wrong(format!("cannot be signed: {why}")))?;
    if string.len() > TOO_LARGE {
        return Err(wrong(
            "is too large to explain once it is flattened".to_owned(),
        ));
    }
    Ok((params, string))
}

fn facts(string: &str) -> Facts<'static> {
    let algorithm = "SHA256withRSA over the flattened members, base64";
    Facts::new(algorithm, &[string.as_bytes()], Vec::new())
}

/// Somebody's way to make the string.
type Write<'a> = Box<dyn Fn(&Json) -> String + 'a>;

fn look(
    budget: &mut Budget,
    right: Algorithm,
    params: &Json,
    string: &str,
    body: &[u8],
    targets: &[Target],
) -> Outcome {
    if targets.is_empty() {
        return Outcome::UNTRIED;
    }
    let strings = strings(params, string, body);
    search(
        budget,
        right,
        &Texts::right_text(Vec::new()),
        &[&strings.dimension],
        targets,
        &mut |budget, _, ending, picks| {
            let &[at] = picks else { return None };
            let text = strings.values[at](params);
            budget.spend(body.len() * 32 + text.len() * 20);
            Some(Signed {
                message: Zeroizing::new(ending.of(text.into_bytes())),
                key: Zeroizing::default(),
            })
        },
    )
}

/// What is done to the members.
#[derive(Clone, Copy)]
struct How {
    is_flat: bool,
    order: Order,
    nulls: Option<&'static str>,
    keeps_empty: bool,
    keeps_sign: bool,
    number: fn(&str) -> String,
    /// Before and behind the place in a list, and before a name.
    list: [&'static str; 2],
    dot: &'static str,
    equals: &'static str,
    between: &'static str,
    nested: fn(&Json) -> String,
}

#[derive(Clone, Copy)]
enum Order {
    Names,
    IgnoringCase,
    Received,
    Backwards,
    JavaHash,
}

const RIGHT: How = How {
    is_flat: true,
    order: Order::Names,
    nulls: None,
    keeps_empty: true,
    keeps_sign: false,
    number: plain,
    list: ["[", "]"],
    dot: ".",
    equals: "=",
    between: "&",
    nested: |value| laid_out(value, &COMPACT),
};

impl How {
    fn string(&self, params: &Json, left_out: &str) -> String {
        let mut pairs = Vec::new();
        for (name, value) in params.members() {
            let is_sign = name.eq_ignore_ascii_case("sign") && !self.keeps_sign;
            if !is_sign && name != left_out {
                self.add(name, value, &mut pairs);
            }
        }
        let mut keys = Vec::new();
        for (name, _) in &pairs {
            keys.push(match self.order {
                Order::Names | Order::Backwards => name.clone(),
                Order::IgnoringCase => name.to_lowercase(),
                Order::Received | Order::JavaHash => String::new(),
            });
        }
        let mut places = sorted(&keys);
        match self.order {
            Order::Backwards => places.reverse(),
            Order::JavaHash => {
                let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
                places = java_hashed(&names);
            }
            _ => {}
        }
        let mut string = String::new();
        for (at, place) in places.into_iter().enumerate() {
            let (name, value) = &pairs[place];
            string.push_str(if at > 0 { self.between } else { "" });
            for part in [name, self.equals, value] {
                string.push_str(part);
            }
        }
        string
    }

    fn add(&self, name: &str, value: &Json, pairs: &mut Vec<(String, String)>) {
        match value {
            Json::Null => pairs.extend(self.nulls.map(|null| (name.to_owned(), null.to_owned()))),
            Json::String(text) if text.is_empty() && !self.keeps_empty => {}
            Json::Number(number) => pairs.push((name.to_owned(), (self.number)(number))),
            Json::Array(elements) if self.is_flat => {
                let [open, close] = self.list;
                for (at, element) in elements.iter().enumerate() {
                    self.add(&format!("{name}{open}{at}{close}"), element, pairs);
                }
            }
            Json::Object(members) if self.is_flat => {
                for (inner, member) in members {
                    self.add(&format!("{name}{}{inner}", self.dot), member, pairs);
                }
            }
            Json::Array(_) | Json::Object(_) => pairs.push((name.to_owned(), (self.nested)(value))),
            other => pairs.push((name.to_owned(), other.to_text())),
        }
    }
}

#[rustfmt::skip]
fn strings<'a>(params: &'a Json, string: &'a str, body: &'a [u8]) -> Forms<Write<'a>> {
    use Mistake::*;
    let mut forms: Forms<Write<'a>> = Forms::right(Box::new(move |_| string.to_owned()));
    let mut how = |cost, mistake, words: &str, how: How| {
        forms.add(cost, mistake, words, Box::new(move |params: &Json| how.string(params, "")));
    };
    for (words, order) in [("the members were not sorted", Order::Received), ("the members were sorted without regard to case", Order::IgnoringCase), ("the members were sorted backwards", Order::Backwards), ("the members stand in the order of a Java HashMap, not sorted", Order::JavaHash)] {
        how(COMMON, ParameterOrder, &format!("{words}; sort the flattened names by code unit"), How { order, ..RIGHT });
    }
    how(COMMON, NotFlattened, "", How { is_flat: false, ..RIGHT });
    how(COMMON, NotFlattened, "", How { is_flat: false, nested: hutool, ..RIGHT });
    how(COMMON, NotFlattened, "", How { is_flat: false, nested: |value| laid_out(value, &PYTHON), ..RIGHT });
    how(COMMON, SignIncluded, "", How { keeps_sign: true, ..RIGHT });
    how(COMMON, EmptyLeftOut, "empty strings were left out of the string; they are signed as `name=`", How { keeps_empty: false, ..RIGHT });
    how(COMMON, EmptyIncluded, "null values were signed as empty ones (`name=`); leave out what is null", How { nulls: Some(""), ..RIGHT });
    how(COMMON, NullIncluded, "null values were signed as `name=null`; leave out what is null", How { nulls: Some("null"), ..RIGHT });
    how(RARE, NullIncluded, "null values were signed as `name=None`; leave out what is null", How { nulls: Some("None"), ..RIGHT });
    how(COMMON, NumberFormat, "numbers were written with an exponent or as a float", How { number: super::json_writing::java_double, ..RIGHT });
    how(COMMON, NumberFormat, "numbers were written as a float (1.0 for 1)", How { number: |number| if number.contains('.') { number.to_owned() } else { format!("{number}.0") }, ..RIGHT });
    how(RARE, NumberFormat, "numbers were written with 2 digits behind the point", How { number: |number| if number.contains('.') { number.to_owned() } else { format!("{number}.00") }, ..RIGHT });
    for list in [[".", ""], ["", ""], ["_", ""], ["(", ")"]] {
        how(RARE, NestedFormat, "the places in lists were written in another way; write a[0]", How { list, ..RIGHT });
    }
    for dot in ["", "_", "/", "->", ":"] {
        how(RARE, NestedFormat, "the names inside objects were joined in another way; write a.b", How { dot, ..RIGHT });
    }
    for (equals, between) in [("=", ""), ("=", ","), ("=", "\n"), ("=", "|"), ("=", ";"), (":", "&"), ("", ""), ("", "&"), ("=", "&amp;"), ("=", "\r\n")] {
        let words = format!("the pairs are joined with `{}` and `{}`; write name=value, and `&` between the pairs", equals.escape_debug(), between.escape_debug());
        how(RARE, Separator, &words, How { equals, between, ..RIGHT });
    }
    for is_flat in [true, false] {
        forms.add(COMMON, Edition3, "the string was put in upper case, as edition 3 does", Box::new(move |params: &Json| How { is_flat, ..RIGHT }.string(params, "").to_uppercase()));
    }
    forms.add(RARE, QuotesKept, "quotes and backslashes were removed, as edition 3 does; sign the values as they are", Box::new(move |_| string.replace(['"', '\\'], "")));
    forms.add(COMMON, JsonSigned, "", Box::new(move |_| String::from_utf8_lossy(body).into_owned()));
    let without_sign = |params: &Json| Json::Object(params.members().iter().filter(|(name, _)| !name.eq_ignore_ascii_case("sign")).cloned().collect());
    forms.add(COMMON, JsonSigned, "", Box::new(move |params: &Json| laid_out(&without_sign(params), &COMPACT)));
    forms.add(COMMON, JsonSigned, "", Box::new(move |params: &Json| laid_out(&without_sign(params), &PYTHON)));
    let names: Vec<&str> = params.members().iter().map(|(name, _)| name.as_str()).collect();
    for name in names.into_iter().take(LEFT_OUT) {
        let words = format!("`{}` was not signed", quote(name));
        forms.add(RARE, ParameterLeftOut, &words, Box::new(move |params: &Json| RIGHT.string(params, name)));
    }
    forms
}
