//! Explanations of signatures.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{Object, free, opaque};
use super::shape::{get, nth_text, text};
use crate::explain::Explanation;

/// What is signed, how, and what is wrong with a signature that somebody else made. Given by the
/// _explain functions of the platforms. No text of it holds a secret. One thread at a time.
pub struct libauth_explanation(Object<Explanation>);
opaque!(libauth_explanation, Explanation, "explanation");

/// The algorithm and the form of the signature, such as "HMAC-SHA1, base64". Never
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_algorithm(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(text(explanation, "algorithm", |e| e.algorithm()))
}

/// The exact string to sign, with *** where the secret stands. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_string_to_sign(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(text(explanation, "string_to_sign", |e| e.string_to_sign()))
}

/// The right signature; NULL where only a public key is at hand, and for a message that is too
/// large to explain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_signature(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(text(explanation, "signature", |e| e.signature()))
}

/// 1 if a signature was given and is right; 0 if it is wrong, and if none was given: see
/// libauth_explanation_signature_given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_matches(
    explanation: *const libauth_explanation,
) -> i32 {
    guard!(get(explanation, 0, |e| e.matches().into()))
}

/// 1 if there was a signature to explain: given as a parameter, or in the message itself; else
/// 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_signature_given(
    explanation: *const libauth_explanation,
) -> i32 {
    guard!(get(explanation, 0, |e| e.signature_given().into()))
}

/// One line for a person: that the signature matches, or which known mistake gives it and what to
/// do instead, or what is most likely left. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_message(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(text(explanation, "message", |e| e.message()))
}

/// How many known mistakes together give the signature; 0 if it is right or no known one does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_mistake_count(
    explanation: *const libauth_explanation,
) -> usize {
    guard!(get(explanation, 0, |e| e.mistakes().len()))
}

/// The name of a mistake, such as "PATH_PREFIX", counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_mistake(
    explanation: *const libauth_explanation,
    index: usize,
) -> *const c_char {
    guard!(nth_text(explanation, "mistake", index, |e, i| e
        .mistakes()
        .get(i)
        .map(|m| m.name())))
}

/// What to do instead of a mistake, counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_advice(
    explanation: *const libauth_explanation,
    index: usize,
) -> *const c_char {
    guard!(nth_text(explanation, "advice", index, |e, i| e
        .mistakes()
        .get(i)
        .map(|m| m.advice())))
}

/// Ends an explanation. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_free(explanation: *mut libauth_explanation) {
    guard!(free(explanation))
}
