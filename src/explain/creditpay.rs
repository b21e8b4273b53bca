//! creditpay: which path, which body, which key.

use zeroize::Zeroizing;

use super::bodies::{Bodies, TOO_LARGE};
use super::difference::Difference;
use super::fault::Budget;
use super::hashes::{Algorithm, Keyed};
use super::paths::{Place, joints};
use super::reading::{Target, targets, whole};
use super::search::{Outcome, Signed, search};
use super::stripping::{Wanted, clues, nearly};
use super::texts::keys;
use super::{Explanation, Facts, LIKELY, MOST_HASHED};
use crate::json::Json;
use crate::secret::MASK;
use crate::signing::creditpay::sign;
use crate::signing::digest::Hash;
use crate::signing::same;

/// What else is known of a request, and may have got into its signature. All of it is optional;
/// the more is known, the more mistakes are found.
#[derive(Clone, Copy, Default)]
pub struct CreditPayHints<'a> {
    /// The deployment's base URL, such as `https://host/dg`: its path is the gateway prefix.
    pub base_url: Option<&'a str>,
    /// The prefix that is configured to be signed. [`creditpay`]'s path begins with it already.
    pub signed_prefix: Option<&'a str>,
    /// The query, with or without its `?`.
    pub query: Option<&'a str>,
    /// The platform id: it makes up the query when that is not given.
    pub plat_id: Option<&'a str>,
    /// The API key, which is taken for the signature key at times. Never shown.
    pub api_key: Option<&'a str>,
    /// The value of the header `trace`.
    pub trace: Option<&'a str>,
    /// The value of the header `timestamp`, which webhooks have.
    pub timestamp: Option<&'a str>,
    /// The value of the header `token`, which webhooks have.
    pub token: Option<&'a str>,
    /// The value of the header `lang`.
    pub lang: Option<&'a str>,
}

/// The order of the names in the platform's documents.
const DOCUMENTED: [&str; 8] = [
    "customer_no",
    "customer_token",
    "token_expire",
    "callback_url",
    "client_ip",
    "session_sign",
    "credit_limit_tag",
    "credit_limit_available_cards",
];

/// Names that the documents confuse.
const RENAMED: [(&str, &str); 6] = [
    ("customer_no", "custom_no"),
    ("custom_no", "customer_no"),
    ("available_cards", "inputs"),
    ("inputs", "available_cards"),
    ("callback_url", "callbackUrl"),
    ("ident_code", "identCode"),
];

const RIGHT: Algorithm = Algorithm::new(Hash::Sha1, Keyed::Hmac);

const KINDS: &str = "other paths, bodies, keys, hashes and encodings";

/// Members of the body whose values may have been signed beside it.
const BESIDE: usize = 8;

/// What is signed for creditpay, and what is wrong with `theirs`.
///
/// `path` is the path that should be signed. A query behind it or a URL around it is taken off:
/// then it stands among the mistakes. `body` is the body as it is sent or was received.
pub fn creditpay(
    signature_key: &str,
    path: &str,
    body: &[u8],
    hints: &CreditPayHints,
    theirs: Option<&str>,
) -> Explanation {
    let place = Place::new(path, hints);
    let mut facts = facts(signature_key, &place, body, hints);
    if facts.length > MOST_HASHED {
        let what = format!("has {} bytes", facts.length);
        return facts.too_large(theirs.is_some(), &what);
    }
    let right = sign(signature_key, &place.path, body);
    facts.signature = Some(right.clone());
    let Some(theirs) = theirs else {
        return facts.unchecked();
    };
    if same(theirs.as_bytes(), right.as_bytes()) {
        return facts.right();
    }
    let mut outcome = if facts.length > TOO_LARGE {
        Outcome::GAVE_UP
    } else {
        let targets = targets(theirs, Wanted::Base64, RIGHT.length());
        look(RIGHT, signature_key, &place, body, hints, &targets)
    };
    if !outcome.is_found() {
        if let Some(fault) = nearly(theirs, &right) {
            outcome = Outcome::seen(fault);
        }
    }
    let clues = clues(theirs, Wanted::Base64, RIGHT.length());
    facts.wrong(outcome, &clues, KINDS, LIKELY)
}

/// Where the other side's string to sign parts from ours.
pub fn creditpay_string(
    signature_key: &str,
    path: &str,
    body: &[u8],
    hints: &CreditPayHints,
    their_string: &str,
) -> Explanation {
    let place = Place::new(path, hints);
    let mut facts = facts(signature_key, &place, body, hints);
    if facts.length <= MOST_HASHED {
        facts.signature = Some(sign(signature_key, &place.path, body));
    }
    let path = place.path.as_bytes();
    let mut difference = Difference::new(&[path, body], "", their_string, &facts.secrets);
    difference.part("the path", 0);
    difference.part("the body", path.len());
    for query in &place.queries {
        difference.known(query, "the query");
    }
    for (text, name) in place.around() {
        difference.known(text, name);
    }
    for (name, value) in [
        ("the header `trace`", hints.trace),
        ("the header `timestamp`", hints.timestamp),
        ("the header `token`", hints.token),
        ("a secret", Some(MASK)),
        ("the HTTP method", Some("POST")),
        ("the path", Some(place.path.as_str())),
    ] {
        difference.known(value.unwrap_or(""), name);
    }
    let mut outcome = Outcome::GAVE_UP;
    if facts.length.max(their_string.len()) <= TOO_LARGE {
        let targets = whole(their_string);
        let right = RIGHT.as_text();
        outcome = look(right, signature_key, &place, body, hints, &targets);
    }
    facts.compared(&difference, outcome)
}

fn facts<'a>(
    signature_key: &'a str,
    place: &Place,
    body: &[u8],
    hints: &CreditPayHints<'a>,
) -> Facts<'a> {
    let secrets = vec![
        signature_key,
        hints.api_key.unwrap_or(""),
        hints.token.unwrap_or(""),
    ];
    Facts::new("HMAC-SHA1, base64", &[place.path.as_bytes(), body], secrets)
}

fn look(
    right: Algorithm,
    signature_key: &str,
    place: &Place,
    body: &[u8],
    hints: &CreditPayHints,
    targets: &[Target],
) -> Outcome {
    let paths = place.forms();
    let mut bodies = Bodies::new(body, &DOCUMENTED, &RENAMED);
    let mut members = bodies.texts();
    members.truncate(BESIDE);
    let joints = joints(place, hints, &members);
    let others = [
        ("api_key", hints.api_key.unwrap_or("")),
        ("plat_id", hints.plat_id.unwrap_or("")),
        ("the header `token`", hints.token.unwrap_or("")),
        ("the header `trace`", hints.trace.unwrap_or("")),
    ];
    let keys = keys(signature_key.as_bytes(), &others);
    let dimension = std::mem::take(&mut bodies.forms.dimension);
    search(
        &mut Budget::new(),
        right,
        &keys,
        &[&dimension, &joints.dimension, &paths.dimension],
        targets,
        &mut |budget, key, ending, picks| {
            let &[body, joint, path] = picks else {
                return None;
            };
            let body = bodies.at(body, budget);
            let message = joints.values[joint].join(&paths.values[path], body);
            Some(Signed {
                message: Zeroizing::new(ending.of(message)),
                key: Zeroizing::new(key.to_vec()),
            })
        },
    )
}

/// The members of a body with a short text as their value.
impl Bodies<'_> {
    fn texts(&self) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (name, value) in self.json().members() {
            let text = match value {
                Json::String(text) | Json::Number(text) => text,
                _ => continue,
            };
            if !text.is_empty() && text.len() <= 128 {
                texts.push((name.clone(), text.clone()));
            }
        }
        texts
    }
}
