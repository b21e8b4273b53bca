//! Explanations of signatures.

use std::ffi::c_char;
use std::ptr;

use super::guard::guard;
use super::handle::{Object, free, get, opaque, text};
use crate::explain::Explanation;

/// What is signed, how, and what is wrong with a signature that somebody else made. Given by the
/// _explain functions of the platforms. No text of it holds a secret. One thread at a time.
pub struct libauth_explanation(Object<Explanation>);
opaque!(libauth_explanation, Explanation);

/// The algorithm and the form of the signature, such as "HMAC-SHA1, base64".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_algorithm(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(explanation, "algorithm", |e| Some(e.algorithm())) } })
}

/// The exact string to sign, with *** where the secret stands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_string_to_sign(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(explanation, "string_to_sign", |e| Some(e.string_to_sign())) } })
}

/// The right signature; NULL where only a public key is at hand.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_signature(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(explanation, "signature", |e| e.signature()) } })
}

/// 1 if the signature that was given is right, 0 if it is wrong, -1 if none was given, and for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_matches(
    explanation: *const libauth_explanation,
) -> i32 {
    guard!(else -1, { unsafe { get(explanation, -1, |e| if e.signature_given() { i32::from(e.matches()) } else { -1 }) } })
}

/// One line for a person: that the signature matches, or which known mistake gives it and what to
/// do instead, or what is most likely left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_message(
    explanation: *const libauth_explanation,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(explanation, "message", |e| Some(e.message())) } })
}

/// How many known mistakes together give the signature; 0 if it is right or no known one does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_mistake_count(
    explanation: *const libauth_explanation,
) -> usize {
    guard!(else 0, { unsafe { get(explanation, 0, |e| e.mistakes().len()) } })
}

/// The name of a mistake, such as "PATH_PREFIX", counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_mistake(
    explanation: *const libauth_explanation,
    index: usize,
) -> *const c_char {
    guard!(else ptr::null(), {
        unsafe { text(explanation, &format!("mistake {index}"), |e| e.mistakes().get(index).map(|m| m.name())) }
    })
}

/// What to do instead of a mistake, counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_advice(
    explanation: *const libauth_explanation,
    index: usize,
) -> *const c_char {
    guard!(else ptr::null(), {
        unsafe { text(explanation, &format!("advice {index}"), |e| e.mistakes().get(index).map(|m| m.advice())) }
    })
}

/// Ends an explanation. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_explanation_free(explanation: *mut libauth_explanation) {
    guard!(else (), { unsafe { free(explanation) } })
}
