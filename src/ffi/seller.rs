//! The marketplace seller API.

use std::ffi::c_char;

use super::answer::libauth_answer;
use super::call::libauth_call;
use super::config::libauth_config;
use super::error::{libauth_error, libauth_status};
use super::guard::guard;
use super::handle::{Object, Out, borrow, checked, free, opaque};
use super::http::{libauth_http_request, libauth_http_response};
use super::string;
use super::token::libauth_token;
use crate::options::Options;
use crate::providers::seller::Seller;

/// A seller, with its token, which it keeps fresh. Settings and credentials are copied and
/// never change. Any number of threads may use it at once, without a lock, and it works on in a
/// child after fork.
pub struct libauth_seller(Object<Seller>);
opaque!(libauth_seller, Seller);

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
    guard!(error, {
        let seller = unsafe { Out::new("seller", seller) }?;
        let config = unsafe { checked("config", config) }?;
        let access_key = unsafe { string::required("access_key", access_key) }?;
        let secret_key = unsafe { string::required("secret_key", secret_key) }?;
        seller.give(Seller::new(config, access_key, secret_key)?)
    })
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_free(seller: *mut libauth_seller) {
    guard!(else (), { unsafe { free(seller) } })
}

/// Gives a token that is valid now (header Authorization). It is cached and shared by all
/// threads: however many ask, the platform sees one request, and all get its outcome, each
/// within its own deadline. Its lifetime is read as libauth_config_set_expires_in_unit says. It
/// is replaced early, when no more than the smaller of 5 minutes and a fifth of its life is
/// left, by one caller, which waits for it for half of its time at most, while the others go on
/// with the old one; if that fails, the old one is served as long as it is valid, and the next
/// try is made after 1 s, then 2 s, 4 s and so on up to a minute. Repeated freely. Free the
/// token. Errors: LIBAUTH_UNAUTHORIZED for refused credentials; all the others as the platform
/// and the network have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_token(
    seller: *const libauth_seller,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let token = unsafe { Out::new("token", token) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        token.give(seller.token(&Options::default())?.into())
    })
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
    guard!(error, {
        let seller = unsafe { borrow("seller", seller) }?;
        let token = unsafe { string::required("token", token) }?;
        seller.invalidate(token);
        Ok(())
    })
}

/// The login request, for your own HTTP client to send. Opens no socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_build_token(
    seller: *const libauth_seller,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        http_request.give(seller.build_token(&Options::default())?)
    })
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
    guard!(error, {
        let token = unsafe { Out::new("token", token) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = seller.read_token(http_request, http_response.clone())?;
        token.give(read.into())
    })
}

/// Calls any other endpoint of the platform below the base URL, with the token. If the platform
/// refuses the token (HTTP 401 or code 401), it is replaced and the call repeated, once. A call
/// that is not marked idempotent is repeated only if it never left; if it may have arrived and
/// its answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_call(
    seller: *const libauth_seller,
    call: *const libauth_call,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        let call = unsafe { checked("call", call) }?;
        answer.give(seller.call(call, &Options::default())?)
    })
}

/// The request of libauth_seller_call, for your own HTTP client to send. It carries the cached
/// token; when none is valid that is LIBAUTH_UNAUTHORIZED, and nothing is fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_seller_build_call(
    seller: *const libauth_seller,
    call: *const libauth_call,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        let call = unsafe { checked("call", call) }?;
        http_request.give(seller.build_call(call, &Options::default())?)
    })
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
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let seller = unsafe { borrow("seller", seller) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = seller.read_call(http_request, http_response.clone())?;
        answer.give(read)
    })
}
