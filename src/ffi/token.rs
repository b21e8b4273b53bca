//! Tokens.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use super::answer::{WithAnswer, libauth_answer, with_answer};
use super::guard::guard;
use super::handle::{Object, free, get, text};
use crate::token::Token;

/// A token: a copy of its own, that stays as it is while the handle that gave it goes on to
/// newer ones. Ask the handle each time you need one: that is cheap. One thread at a time.
pub struct libauth_token(Object<WithAnswer<Arc<Token>>>);
with_answer!(libauth_token, Arc<Token>);

/// The bare token, without a scheme such as `Bearer`. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_value(token: *const libauth_token) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(token, "value", |t| Some(t.value.value())) } })
}

/// The name of the header that carries the token, such as "Authorization".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_header_name(token: *const libauth_token) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(token, "header_name", |t| Some(t.value.header_name())) } })
}

/// The value of that header, with its scheme where the platform wants one. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_header_value(token: *const libauth_token) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(token, "header_value", |t| Some(t.value.header_value())) } })
}

/// When the token ends, in Unix milliseconds of this machine's clock; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_expires_at_ms(token: *const libauth_token) -> i64 {
    guard!(else 0, { unsafe { get(token, 0, |t| t.value.expires_at_ms()) } })
}

/// How long the token lives in all, from the moment it was asked for, in milliseconds; 0 for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_lifetime_ms(token: *const libauth_token) -> i64 {
    guard!(else 0, { unsafe { get(token, 0, |t| t.value.lifetime_ms()) } })
}

/// The answer the token came in. Belongs to the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_answer(
    token: *const libauth_token,
) -> *const libauth_answer {
    guard!(else ptr::null(), { unsafe { get(token, ptr::null(), |t| ptr::from_ref(&t.answer)) } })
}

/// Ends this copy of a token; the handle that gave it keeps its own. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_free(token: *mut libauth_token) {
    guard!(else (), { unsafe { free(token) } })
}
