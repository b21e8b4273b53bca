//! daxpay, edition open: which members, flattened how, in which order, and RSA.

use super::bodies::TOO_LARGE;
use super::daxpay::{Subject, look};
use super::difference::Difference;
use super::fault::{Budget, Fault};
use super::hashes::Algorithm;
use super::reading::{Target, whole};
use super::redemption::{RSA, rsa};
use super::search::Outcome;
use super::stripping::{LONGEST, nearly, stripped};
use super::{Explanation, Facts, Mistake, quote};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::signing::daxpay_open::{Numbers, string_to_sign, verify};
use crate::signing::rsa::PublicKey;

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
        return Ok(facts.right());
    }
    let mut budget = Budget::new();
    let mut run = |right: Algorithm, targets: &[Target]| {
        let subject = Subject {
            right,
            theirs,
            ..subject(&params)
        };
        look(&mut budget, &subject, targets)
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
        let subject = Subject {
            right: RSA.as_text(),
            ..subject(&params)
        };
        outcome = look(&mut budget, &subject, &targets);
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

fn subject(params: &Json) -> Subject<'_> {
    Subject {
        is_open: true,
        right: RSA,
        sign_key: "",
        params,
        theirs: "",
    }
}
