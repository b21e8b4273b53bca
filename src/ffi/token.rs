//! Tokens.

use std::ffi::c_char;
use std::sync::Arc;

use super::answer::{WithAnswer, libauth_answer};
use super::guard::guard;
use super::handle::{Object, free, opaque};
use super::shape::{get, part, text};
use crate::token::Token;

/// A token: a copy of its own, that stays as it is while the handle that gave it goes on to
/// newer ones. Ask the handle each time you need one: that is cheap. One thread at a time.
pub struct libauth_token(Object<WithAnswer<Arc<Token>>>);
opaque!(libauth_token, WithAnswer<Arc<Token>>, "token");

impl From<Token> for WithAnswer<Arc<Token>> {
    fn from(token: Token) -> Self {
        Arc::new(token).into()
    }
}

/// The bare token, without a scheme such as `Bearer`. Never NULL. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_value(token: *const libauth_token) -> *const c_char {
    guard!(text(token, "value", |t| t.value()))
}

/// The name of the header that carries the token, such as "Authorization". Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_header_name(token: *const libauth_token) -> *const c_char {
    guard!(text(token, "header_name", |t| t.header_name()))
}

/// The value of that header, with its scheme where the platform wants one. Never NULL. A
/// secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_header_value(token: *const libauth_token) -> *const c_char {
    guard!(text(token, "header_value", |t| t.header_value()))
}

/// When the token ends, in Unix milliseconds of this machine's clock; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_expires_at_ms(token: *const libauth_token) -> i64 {
    guard!(get(token, 0, |t| t.expires_at_ms()))
}

/// How long the token lives in all, from the moment it was asked for, in milliseconds; 0 for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_lifetime_ms(token: *const libauth_token) -> i64 {
    guard!(get(token, 0, |t| t.lifetime_ms()))
}

/// 1 when the token is known to this process alone although there is a token store: the store failed when it was
/// fetched. 0 otherwise, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_is_degraded(token: *const libauth_token) -> i32 {
    guard!(get(token, 0, |t| i32::from(t.is_degraded())))
}

/// The answer the token came in; an empty one, of HTTP status 0, when another process fetched it. Belongs to the
/// token. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_answer(
    token: *const libauth_token,
) -> *const libauth_answer {
    guard!(part(token, |t| t.answer(|t| t.answer())))
}

/// Ends this copy of a token; the handle that gave it keeps its own. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_token_free(token: *mut libauth_token) {
    guard!(free(token))
}
