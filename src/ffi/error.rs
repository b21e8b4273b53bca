//! Statuses and the error object.

use std::ffi::c_char;
use std::ptr;

use super::answer::libauth_answer;
use super::guard::guard;
use super::handle::{Object, free, get, opaque, text};
use crate::error::{Delivery, Error, Status};

/// What a fallible function returns: LIBAUTH_OK, or the class of the error.
pub type libauth_status = i32;

/// It worked.
pub const LIBAUTH_OK: libauth_status = 0;
/// A parameter or a field is missing or wrong; the message names it. Nothing was sent.
pub const LIBAUTH_INVALID_ARGUMENT: libauth_status = 1;
/// A setting of the libauth_config is wrong; the message names it as its setter does.
pub const LIBAUTH_INVALID_CONFIG: libauth_status = 2;
/// A key cannot be read, is of the wrong kind, or is too short.
pub const LIBAUTH_INVALID_KEY: libauth_status = 3;
/// DNS, connecting, TLS, or a connection that broke.
pub const LIBAUTH_NETWORK: libauth_status = 4;
/// The deadline of the call (or of connecting) passed.
pub const LIBAUTH_TIMEOUT: libauth_status = 5;
/// An HTTP status outside 2xx without an envelope of the platform; redirects too.
pub const LIBAUTH_HTTP: libauth_status = 6;
/// The answer or message is not what the protocol says: not JSON, too large, a field missing
/// (named).
pub const LIBAUTH_PROTOCOL: libauth_status = 7;
/// The platform refused: see its code and message.
pub const LIBAUTH_PLATFORM: libauth_status = 8;
/// The platform refused the credentials, our signature, or the token.
pub const LIBAUTH_UNAUTHORIZED: libauth_status = 9;
/// A signature of the platform is missing or does not match; the message says which.
pub const LIBAUTH_BAD_SIGNATURE: libauth_status = 10;
/// An inbound message's time is outside the window.
pub const LIBAUTH_STALE: libauth_status = 11;
/// An inbound message was received before.
pub const LIBAUTH_REPLAYED: libauth_status = 12;
/// It may have happened: query the platform, or have a person confirm, before repeating.
pub const LIBAUTH_OUTCOME_UNKNOWN: libauth_status = 13;
/// The platform asks for fewer calls: see libauth_error_retry_after_ms.
pub const LIBAUTH_RATE_LIMITED: libauth_status = 14;
/// A bug of libauth: please report it.
pub const LIBAUTH_INTERNAL: libauth_status = 15;

/// No byte of the request left this machine.
pub const LIBAUTH_NOT_SENT: i32 = 0;
/// The request, or part of it, was sent, and no complete answer came.
pub const LIBAUTH_MAYBE_SENT: i32 = 1;
/// The platform, or something in front of it, answered.
pub const LIBAUTH_ANSWERED: i32 = 2;

const _: () = {
    assert!(LIBAUTH_INVALID_ARGUMENT == Status::InvalidArgument as i32);
    assert!(LIBAUTH_INVALID_CONFIG == Status::InvalidConfig as i32);
    assert!(LIBAUTH_INVALID_KEY == Status::InvalidKey as i32);
    assert!(LIBAUTH_NETWORK == Status::Network as i32);
    assert!(LIBAUTH_TIMEOUT == Status::Timeout as i32);
    assert!(LIBAUTH_HTTP == Status::Http as i32);
    assert!(LIBAUTH_PROTOCOL == Status::Protocol as i32);
    assert!(LIBAUTH_PLATFORM == Status::Platform as i32);
    assert!(LIBAUTH_UNAUTHORIZED == Status::Unauthorized as i32);
    assert!(LIBAUTH_BAD_SIGNATURE == Status::BadSignature as i32);
    assert!(LIBAUTH_STALE == Status::Stale as i32);
    assert!(LIBAUTH_REPLAYED == Status::Replayed as i32);
    assert!(LIBAUTH_OUTCOME_UNKNOWN == Status::OutcomeUnknown as i32);
    assert!(LIBAUTH_RATE_LIMITED == Status::RateLimited as i32);
    assert!(LIBAUTH_INTERNAL == Status::Internal as i32);
    assert!(LIBAUTH_NOT_SENT == Delivery::NotSent as i32);
    assert!(LIBAUTH_MAYBE_SENT == Delivery::MaybeSent as i32);
    assert!(LIBAUTH_ANSWERED == Delivery::Answered as i32);
};

const NAMES: [&str; 16] = [
    "OK\0",
    "INVALID_ARGUMENT\0",
    "INVALID_CONFIG\0",
    "INVALID_KEY\0",
    "NETWORK\0",
    "TIMEOUT\0",
    "HTTP\0",
    "PROTOCOL\0",
    "PLATFORM\0",
    "UNAUTHORIZED\0",
    "BAD_SIGNATURE\0",
    "STALE\0",
    "REPLAYED\0",
    "OUTCOME_UNKNOWN\0",
    "RATE_LIMITED\0",
    "INTERNAL\0",
];

/// An error: made by a function that failed, freed by you with libauth_error_free. Its texts
/// live as long as it does. One thread at a time. No text of it holds a secret, except the raw
/// body in its libauth_answer.
pub struct libauth_error(Object<ErrorValue>);
opaque!(libauth_error, ErrorValue);

/// The answer is a handle of its own inside the error's.
pub(super) struct ErrorValue {
    pub(super) error: Error,
    pub(super) answer: Option<libauth_answer>,
}

impl libauth_error {
    pub(super) fn from_error(error: Error) -> *mut libauth_error {
        use super::handle::Opaque;
        let answer = error.answer().cloned().map(libauth_answer::inner);
        libauth_error::give(ErrorValue { error, answer })
    }
}

/// The name of a status without its prefix, such as "BAD_SIGNATURE"; "UNKNOWN" for a number
/// that is none. Static text. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_status_name(status: libauth_status) -> *const c_char {
    guard!(else ptr::null(), {
        let name = usize::try_from(status).ok().and_then(|index| NAMES.get(index));
        name.copied().unwrap_or("UNKNOWN\0").as_ptr().cast()
    })
}

/// The error's status; LIBAUTH_OK for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_status(error: *const libauth_error) -> libauth_status {
    guard!(else LIBAUTH_INTERNAL, { unsafe { get(error, LIBAUTH_OK, |e| e.error.status() as libauth_status) } })
}

/// One line, made for a person: what is wrong and what to do. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_message(error: *const libauth_error) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(error, "message", |e| Some(e.error.message())) } })
}

/// How far the request got: LIBAUTH_NOT_SENT, LIBAUTH_MAYBE_SENT or LIBAUTH_ANSWERED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_delivery(error: *const libauth_error) -> i32 {
    guard!(else LIBAUTH_MAYBE_SENT, { unsafe { get(error, LIBAUTH_NOT_SENT, |e| e.error.delivery() as i32) } })
}

/// 1 if making the same call again cannot do anything twice, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_retry_safe(error: *const libauth_error) -> i32 {
    guard!(else 0, { unsafe { get(error, 0, |e| e.error.is_retry_safe().into()) } })
}

/// How long the platform asks to wait (`Retry-After`), in milliseconds; -1 when it does not
/// say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_retry_after_ms(error: *const libauth_error) -> i64 {
    guard!(else -1, {
        let read = |e: &ErrorValue| {
            e.error.retry_after_ms().map_or(-1, |ms| i64::try_from(ms).unwrap_or(i64::MAX))
        };
        unsafe { get(error, -1, read) }
    })
}

/// The trace or request id to quote to the platform's support; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_trace_id(error: *const libauth_error) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(error, "trace_id", |e| e.error.trace_id()) } })
}

/// The platform's own code as text, such as "20052"; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_platform_code(error: *const libauth_error) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(error, "platform_code", |e| e.error.platform_code()) } })
}

/// The platform's own message, on one line; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_platform_message(
    error: *const libauth_error,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(error, "platform_message", |e| e.error.platform_message()) } })
}

/// The HTTP status of the answer; 0 when there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_http_status(error: *const libauth_error) -> i32 {
    guard!(else 0, { unsafe { get(error, 0, |e| e.error.http_status().into()) } })
}

/// Ends an error. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_free(error: *mut libauth_error) {
    guard!(else (), { unsafe { free(error) } })
}
