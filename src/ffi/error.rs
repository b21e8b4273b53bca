//! The error object.

use std::ffi::c_char;

use super::answer::libauth_answer;
use super::guard::guard;
use super::handle::{Object, Opaque, free, opaque};
use super::shape::{get, part, text};
use super::status::{LIBAUTH_INTERNAL, LIBAUTH_OK, libauth_status};
use crate::error::{Delivery, Error};

/// How far a request got: one of LIBAUTH_DELIVERY_*.
pub type libauth_delivery = i32;

/// No byte of the request left this machine.
pub const LIBAUTH_DELIVERY_NOT_SENT: libauth_delivery = 0;
/// The request, or part of it, was sent, and no complete answer came.
pub const LIBAUTH_DELIVERY_MAYBE_SENT: libauth_delivery = 1;
/// The platform, or something in front of it, answered.
pub const LIBAUTH_DELIVERY_ANSWERED: libauth_delivery = 2;

const _: () = {
    assert!(LIBAUTH_DELIVERY_NOT_SENT == Delivery::NotSent as i32);
    assert!(LIBAUTH_DELIVERY_MAYBE_SENT == Delivery::MaybeSent as i32);
    assert!(LIBAUTH_DELIVERY_ANSWERED == Delivery::Answered as i32);
};

/// An error: made by a function that failed, freed by you with libauth_error_free. Its texts
/// live as long as it does. One thread at a time. No text of it holds a secret, except the raw
/// body in its libauth_answer.
pub struct libauth_error(Object<ErrorValue>);
opaque!(libauth_error, ErrorValue, "error");

/// The answer is a handle of its own inside the error's.
pub(super) struct ErrorValue {
    pub(super) error: Error,
    answer: Option<libauth_answer>,
}

impl From<Error> for ErrorValue {
    fn from(error: Error) -> ErrorValue {
        let answer = error.answer().cloned().map(libauth_answer::inner);
        ErrorValue { error, answer }
    }
}

impl std::ops::Deref for ErrorValue {
    type Target = Error;

    fn deref(&self) -> &Error {
        &self.error
    }
}

/// The error's status; LIBAUTH_OK for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_status(error: *const libauth_error) -> libauth_status {
    guard!(else LIBAUTH_INTERNAL, get(error, LIBAUTH_OK, |e| e.status() as libauth_status))
}

/// One line, made for a person: what is wrong and what to do. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_message(error: *const libauth_error) -> *const c_char {
    guard!(text(error, "message", |e| e.message()))
}

/// How far the request got.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_delivery(error: *const libauth_error) -> libauth_delivery {
    guard!(else LIBAUTH_DELIVERY_MAYBE_SENT, get(error, LIBAUTH_DELIVERY_NOT_SENT, |e| e.delivery() as i32))
}

/// 1 if making the same call again cannot do anything twice, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_retry_safe(error: *const libauth_error) -> i32 {
    guard!(get(error, 0, |e| e.is_retry_safe().into()))
}

/// How long the platform asks to wait (`Retry-After`), in milliseconds; -1 when it does not
/// say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_retry_after_ms(error: *const libauth_error) -> i64 {
    guard!(else -1, get(error, -1, |e| e.retry_after_ms().map_or(-1, |ms| ms.try_into().unwrap_or(i64::MAX))))
}

/// The trace or request id to quote to the platform's support; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_trace_id(error: *const libauth_error) -> *const c_char {
    guard!(text(error, "trace_id", |e| e.trace_id()))
}

/// The platform's own code as text, such as "20052"; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_platform_code(error: *const libauth_error) -> *const c_char {
    guard!(text(error, "platform_code", |e| e.platform_code()))
}

/// The platform's own message, on one line; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_platform_message(
    error: *const libauth_error,
) -> *const c_char {
    guard!(text(error, "platform_message", |e| e.platform_message()))
}

/// The HTTP status of the answer; 0 when there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_http_status(error: *const libauth_error) -> i32 {
    guard!(get(error, 0, |e| e.http_status().into()))
}

/// The answer in an error as far as it could be read, with its raw body; NULL when there was
/// none. Belongs to the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_answer(
    error: *const libauth_error,
) -> *const libauth_answer {
    guard!(part(error, |e| e.answer.as_ref()))
}

/// Ends an error. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_free(error: *mut libauth_error) {
    guard!(free(error))
}
