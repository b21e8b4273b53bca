//! The marketplace seller API.

use std::ffi::c_char;
use std::sync::Arc;

use super::answer::libauth_answer;
use super::call::libauth_call;
use super::config::libauth_config;
use super::error::libauth_error;
use super::guard::guard;
use super::handle::{Object, borrow, checked, free, opaque};
use super::http::{libauth_http_request, libauth_http_response};
use super::options::{libauth_options, options_of};
use super::shape::{ask, make, share, tell};
use super::status::libauth_status;
use super::string::required;
use super::text::libauth_text;
use super::token::libauth_token;
use crate::providers::seller::Seller;

/// A seller, with its token, which it keeps fresh. Settings and credentials are copied and
/// never change. Any number of threads may use it at once, without a lock, and it works on in a
/// child after fork.
pub struct libauth_seller(Object<Arc<Seller>>);
opaque!(libauth_seller, Arc<Seller>, "seller");

/// Makes a handle for a seller. Opens no connection. Errors: LIBAUTH_INVALID_ARGUMENT,
/// LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_new(
    config: *const libauth_config,
    access_key: *const c_char,
    secret_key: *const c_char,
    seller: *mut *mut libauth_seller,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        make(seller, || Seller::new(
            checked(config)?,
            required("access_key", access_key)?,
            required("secret_key", secret_key)?
        ))
    )
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_free(seller: *mut libauth_seller) {
    guard!(free(seller))
}

/// Another handle to the same account, with the same token, connections and memory of messages, freed on its
/// own: hand one to each user of the account, and change a key by swapping the handle that new ones are made
/// from. NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_share(
    seller: *const libauth_seller,
) -> *mut libauth_seller {
    guard!(share(seller))
}

/// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and
/// attempts with their durations by operation and outcome, tokens fetched, refreshed, served from the cache and
/// failed, and connections. docs/statistics.md names each member; later versions may add some. A child begins
/// at zero after fork. Any thread; nothing waits for it. Free the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_stats_json(
    seller: *const libauth_seller,
    text: *mut *mut libauth_text,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, ask(seller, text, |it| Ok(it.stats().to_json())))
}

/// Gives a token that is valid now (header Authorization). It is cached and shared by all
/// threads: however many ask, the platform sees one request, and all get its outcome, each
/// within its own deadline. Its lifetime is read as libauth_config_set_seller_expires_in_unit says. It
/// is replaced early, when no more than the smaller of 5 minutes and a fifth of its life is
/// left, by one caller, which waits for it for half of its time at most, while the others go on
/// with the old one; if that fails, the old one is served as long as it is valid, and the next
/// try is made after 1 s, then 2 s, 4 s and so on up to a minute. Repeated freely. Free the
/// token. Errors: LIBAUTH_UNAUTHORIZED for refused credentials; all the others as the platform
/// and the network have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_token(
    seller: *const libauth_seller,
    options: *const libauth_options,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, token, |it| it.token(options_of(options)?))
    )
}

/// Drops a token that a call of your own found refused, given bare or as its header's value.
/// Only if the cached token is this one: a late caller cannot drop a fresh one.
/// libauth_seller_call does this itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_invalidate(
    seller: *const libauth_seller,
    token: *const c_char,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        tell(seller, required("token", token), |it, token| it
            .invalidate(token))
    )
}

/// The login request, for your own HTTP client to send. Opens no socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_build_token(
    seller: *const libauth_seller,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, http_request, |it| it
            .build_token(options_of(options)?))
    )
}

/// Reads the response to the request of libauth_seller_build_token, with the same checks as if
/// libauth had received it. The token is cached, for libauth_seller_build_call and all the
/// others. Free the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_read_token(
    seller: *const libauth_seller,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, token, |it| it.read_token(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Calls any other endpoint of the platform below the base URL, with the token. If the platform
/// refuses the token (HTTP 401 or code 401), it is replaced and the call repeated, once. A call
/// that is not marked idempotent is repeated only if it never left; if it may have arrived and
/// its answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_call(
    seller: *const libauth_seller,
    call: *const libauth_call,
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, answer, |it| it
            .call(checked(call)?, options_of(options)?))
    )
}

/// The request of libauth_seller_call, for your own HTTP client to send. It carries the cached
/// token; when none is valid that is LIBAUTH_UNAUTHORIZED, and nothing is fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_build_call(
    seller: *const libauth_seller,
    call: *const libauth_call,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, http_request, |it| it
            .build_call(checked(call)?, options_of(options)?))
    )
}

/// Reads the response to the request of libauth_seller_build_call, with the same checks. Free
/// the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_read_call(
    seller: *const libauth_seller,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(seller, answer, |it| it.read_call(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}
