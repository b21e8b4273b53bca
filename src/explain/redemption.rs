//! redemption: which headers, spelled and joined how, which body, and RSA or MD5.

use zeroize::Zeroizing;

use super::bodies::{Bodies, TOO_LARGE};
use super::difference::Difference;
use super::fault::{Budget, Fault, Texts};
use super::hashes::{Algorithm, Keyed};
use super::headers::{Sent, before_key, heads, joints, value};
use super::reading::{Target, opened, targets, whole};
use super::search::{Outcome, Signed, search};
use super::stripping::{LONGEST, Wanted, clues, nearly};
use super::texts::keys;
use super::{Explanation, Facts, LIKELY, MOST_HASHED, Mistake, masked};
use crate::hex;
use crate::secret::MASK;
use crate::signing::digest::{Hash, md5};
use crate::signing::redemption::{SIGNED_HEADERS, Signer, Verifier, string_to_sign};
use crate::signing::rsa::PublicKey;
use crate::signing::same;

/// The order of the names in the platform's documents.
const DOCUMENTED: [&str; 6] = [
    "merchantId",
    "businessId",
    "serialNo",
    "userId",
    "callbackUrl",
    "thirdAccount",
];

/// Names that the documents confuse.
const RENAMED: [(&str, &str); 3] = [
    ("userId", "thirdAccount"),
    ("thirdAccount", "userId"),
    ("callbackUrl", "notifyUrl"),
];

const MD5: Algorithm = Algorithm::new(Hash::Md5, Keyed::KeyLast);
pub(super) const RSA: Algorithm = Algorithm::new(Hash::Sha256, Keyed::Rsa);

const KINDS: &str = "other headers, bodies, keys, hashes and encodings";

/// What is signed for redemption, and what is wrong with `theirs`.
///
/// For a request of ours, give the `signer`; for a callback, the `verifier`, and the signer may come
/// along: a callback that was signed with our own key is then recognised. `header` gives the value
/// of a header by its documented name, as it is or was sent.
pub fn redemption<'a>(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
    theirs: Option<&str>,
) -> Explanation {
    let sent = SIGNED_HEADERS.map(|name| (name, header(name)));
    explain(signer, verifier, &sent, body, theirs)
}

/// Where the other side's string to sign parts from ours.
pub fn redemption_string<'a>(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
    their_string: &str,
) -> Explanation {
    let sent = SIGNED_HEADERS.map(|name| (name, header(name)));
    compare(signer, verifier, &sent, body, their_string)
}

fn secret_of<'a>(signer: Option<&'a Signer>, verifier: Option<&'a Verifier>) -> &'a str {
    match (verifier, signer) {
        (Some(Verifier::Md5(secret)), _) | (None, Some(Signer::Md5(secret))) => secret.expose(),
        _ => "",
    }
}

fn facts<'a>(head: &[u8], body: &[u8], secret: &'a str, is_md5: bool) -> Facts<'a> {
    let algorithm = match is_md5 {
        true => "MD5 of the string and the secret behind it, upper-case hex",
        false => "SHA256-RSA, base64",
    };
    let mut facts = Facts::new(algorithm, &[head, body], vec![secret]);
    facts.string_to_sign.push_str(masked(secret));
    facts
}

fn explain(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    sent: &[Sent],
    body: &[u8],
    theirs: Option<&str>,
) -> Explanation {
    let secret = secret_of(signer, verifier);
    let is_md5 = matches!(
        (verifier, signer),
        (Some(Verifier::Md5(_)), _) | (None, Some(Signer::Md5(_)))
    );
    let head = string_to_sign(|name| value(sent, name), &[]);
    let mut facts = facts(&head, body, secret, is_md5);
    if facts.length > MOST_HASHED {
        let what = format!("has {} bytes", facts.length);
        return facts.too_large(theirs.is_some(), &what);
    }
    let string = string_to_sign(|name| value(sent, name), body);
    let (check, signature) = match (verifier, signer) {
        (Some(Verifier::Rsa(key)), _) => (Some(key.clone()), None),
        (None, Some(Signer::Rsa(key))) => (Some(key.public_key()), key.sign_at_hand(&string)),
        _ if is_md5 => (None, Some(hex::upper(&md5(&[&string, secret.as_bytes()])))),
        _ => return facts.unchecked(),
    };
    facts.signature.clone_from(&signature);
    let Some(theirs) = theirs else {
        return facts.unchecked();
    };
    let is_right = match &check {
        Some(key) => theirs.len() <= LONGEST && key.verify(&string, theirs),
        None => signature
            .as_deref()
            .is_some_and(|right| same(right.as_bytes(), theirs.to_ascii_uppercase().as_bytes())),
    };
    drop(string);
    let is_lower_hex = |byte: u8| matches!(byte, b'a'..=b'f');
    if is_md5 && theirs.len() == 32 && theirs.bytes().any(is_lower_hex) {
        facts.remark = Some("the platform's rule is upper-case hex: send it in upper case");
    }
    if is_right {
        return facts.right();
    }

    let mut budget = Budget::new();
    let mut run = |right: Algorithm, targets: &[Target]| {
        look(&mut budget, right, sent, body, secret, targets)
    };
    let (mut outcome, clues, likely) = match &check {
        None => {
            let targets = targets(theirs, Wanted::HexUpper, MD5.length());
            let outcome = run(MD5, &targets);
            let mut clues = clues(theirs, Wanted::HexUpper, MD5.length());
            if targets.iter().any(|target| target.length() >= Some(128)) {
                clues = "the signature is as long as one of RSA, but MD5 with a secret is set up here; ".to_owned();
            }
            (outcome, clues, LIKELY)
        }
        Some(key) => {
            let own = match signer {
                Some(Signer::Rsa(own)) if verifier.is_some() => Some(own.public_key()),
                _ => None,
            };
            rsa(key, own.as_ref(), theirs, &mut run)
        }
    };
    if !outcome.is_found() {
        if let Some(fault) = signature.and_then(|right| nearly(theirs, &right)) {
            outcome = Outcome::seen(fault);
        }
    }
    facts.wrong(outcome, &clues, KINDS, likely)
}

fn compare(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    sent: &[Sent],
    body: &[u8],
    their_string: &str,
) -> Explanation {
    let secret = secret_of(signer, verifier);
    let head = string_to_sign(|name| value(sent, name), &[]);
    let facts = facts(&head, body, secret, !secret.is_empty());
    let mut difference = Difference::new(&[&head, body], secret, their_string, &facts.secrets);
    difference.parts_of(&String::from_utf8_lossy(&head));
    difference.part("the body", head.len());
    difference.part("the secret", head.len() + body.len());
    for name in SIGNED_HEADERS {
        difference.known(&format!("{name}="), name);
    }
    difference.known(
        &String::from_utf8_lossy(&body[..body.len().min(4096)]),
        "the body",
    );
    difference.known(MASK, "the secret");
    let right = match secret.is_empty() {
        true => RSA,
        false => MD5,
    };
    let mut outcome = Outcome::GAVE_UP;
    if their_string.len() <= TOO_LARGE {
        let targets = whole(their_string);
        let mut budget = Budget::new();
        outcome = look(&mut budget, right.as_text(), sent, body, secret, &targets);
    }
    facts.compared(&difference, outcome)
}

fn look(
    budget: &mut Budget,
    right: Algorithm,
    sent: &[Sent],
    body: &[u8],
    secret: &str,
    targets: &[Target],
) -> Outcome {
    if targets.is_empty() {
        return Outcome::UNTRIED;
    }
    if body.len() > TOO_LARGE {
        return Outcome::GAVE_UP;
    }
    let mut bodies = Bodies::new(body, &DOCUMENTED, &RENAMED);
    let heads = heads(sent, bodies.json());
    let joints = joints(sent, bodies.json(), secret);
    let before_key = before_key(right);
    let keys = if secret.is_empty() {
        Texts::right_text(Vec::new())
    } else {
        let names = ["businessId", "nonce"];
        keys(
            secret.as_bytes(),
            &names.map(|name| (name, value(sent, name).unwrap_or(""))),
        )
    };
    let is_text = right.is_text();
    let dimension = std::mem::take(&mut bodies.forms.dimension);
    search(
        budget,
        right,
        &keys,
        &[
            &dimension,
            &before_key.dimension,
            &joints.dimension,
            &heads.dimension,
        ],
        targets,
        &mut |budget, key, ending, picks| {
            let &[body, before, joint, head] = picks else {
                return None;
            };
            let body = bodies.at(body, budget);
            let message = joints.values[joint].join(&heads.values[head], body);
            let mut message = Zeroizing::new(ending.of(message));
            message.extend_from_slice(before_key.values[before].as_bytes());
            if is_text {
                message.extend_from_slice(key);
            }
            let key = Zeroizing::new(key.to_vec());
            Some(Signed { message, key })
        },
    )
}

/// What an RSA signature that is wrong shows: first by the key it is checked with, then by the
/// other side's `own`, then as no RSA signature at all.
pub(super) fn rsa(
    key: &PublicKey,
    own: Option<&PublicKey>,
    theirs: &str,
    run: &mut dyn FnMut(Algorithm, &[Target]) -> Outcome,
) -> (Outcome, String, &'static str) {
    let written = targets(theirs, Wanted::Base64, key.size());
    let ours = opened(&written, key);
    let is_ours_opened = !ours.is_empty();
    let mut outcome = run(RSA, &ours);
    let mut is_own = false;
    if let (false, Some(own)) = (is_ours_opened, own) {
        let opened = opened(&written, own);
        is_own = !opened.is_empty();
        outcome = run(RSA, &opened);
        let words = "the merchant's own key was used, not the platform's; what comes from the platform is signed with the platform's private key";
        let fault = Fault::new(Mistake::KeyOther, words);
        match &mut outcome {
            Outcome::Found(faults, _) => faults.insert(0, fault),
            // That the block opens shows whose key it is, whatever was signed.
            _ if is_own => outcome = Outcome::seen(fault),
            _ => {}
        }
    }
    if !outcome.is_found() && !is_ours_opened && !is_own {
        outcome = run(RSA, &written);
    }
    let size = key.size();
    let lengths: Vec<usize> = written.iter().filter_map(Target::length).collect();
    let other_size = lengths
        .iter()
        .find(|length| [64, 128, 192, 256, 384, 512, 1024].contains(length));
    let (clues, likely) = if is_ours_opened {
        let clues =
            "the signature was made with the right key, but over another string; ".to_owned();
        (
            clues,
            "compare the string to sign character by character with what was signed there, or hand that to explain_string",
        )
    } else if lengths.contains(&size) {
        let clues = "the signature was made with another RSA key than it is checked with (or it is damaged); ".to_owned();
        (
            clues,
            "compare the public keys of both sides; often it is another environment's or the wrong side's",
        )
    } else if let Some(other) = other_size {
        let (theirs, ours) = (other * 8, size * 8);
        let clues = format!(
            "the signature has {theirs} bits and was made with another key: the key it is checked with has {ours} bits; "
        );
        (clues, "compare the public keys of both sides")
    } else {
        (clues(theirs, Wanted::Base64, size), LIKELY)
    };
    (outcome, clues, likely)
}
