//! The platforms' answers.

use std::cell::OnceCell;
use std::ffi::c_char;

use super::guard::guard;
use super::handle::{Object, Opaque, free, opaque};
use super::shape::{bytes, get, keyed_text, text};
use super::string;
use crate::answer::Answer;
use crate::json::Json;

/// What a field of JSON is: one of LIBAUTH_JSON_*.
pub type libauth_json_type = i32;

/// There is no such field, or the body is not JSON.
pub const LIBAUTH_JSON_ABSENT: libauth_json_type = 0;
/// null.
pub const LIBAUTH_JSON_NULL: libauth_json_type = 1;
/// true or false.
pub const LIBAUTH_JSON_BOOLEAN: libauth_json_type = 2;
/// A number.
pub const LIBAUTH_JSON_NUMBER: libauth_json_type = 3;
/// A string.
pub const LIBAUTH_JSON_STRING: libauth_json_type = 4;
/// An array.
pub const LIBAUTH_JSON_ARRAY: libauth_json_type = 5;
/// An object.
pub const LIBAUTH_JSON_OBJECT: libauth_json_type = 6;

/// What a platform answered. One thread at a time.
pub struct libauth_answer(Object<Answer>);
opaque!(libauth_answer, Answer, "answer");

/// The HTTP status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_http_status(answer: *const libauth_answer) -> i32 {
    guard!(get(answer, 0, |a| a.http_status().into()))
}

/// 1 if a signature of the platform over the answer was checked and is right; else 0, as for the platforms that
/// do not sign, and for what they do not sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_verified(answer: *const libauth_answer) -> i32 {
    guard!(get(answer, 0, |a| a.is_verified().into()))
}

/// The platform's own code as text, such as "0"; NULL when the body held none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_code(answer: *const libauth_answer) -> *const c_char {
    guard!(text(answer, "code", |a| a.code()))
}

/// The platform's own message, on one line; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_message(answer: *const libauth_answer) -> *const c_char {
    guard!(text(answer, "message", |a| a.message()))
}

/// The trace or request id the platform gave; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_trace_id(answer: *const libauth_answer) -> *const c_char {
    guard!(text(answer, "trace_id", |a| a.trace_id()))
}

/// The value of a header, whatever the case of its name; NULL when it is absent. Of several,
/// the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_header(
    answer: *const libauth_answer,
    name: *const c_char,
) -> *const c_char {
    guard!(keyed_text(answer, "header", name, |a, name| a
        .headers()
        .get(name)
        .map(str::to_owned)))
}

/// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything
/// else as JSON text. NULL when it is absent or null, or the body is not JSON: give it to
/// printf only through libauth_answer_field_or.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_field(
    answer: *const libauth_answer,
    path: *const c_char,
) -> *const c_char {
    guard!(field(answer, path, Answer::envelope))
}

/// As libauth_answer_field, but `fallback` itself where that gives NULL: NULL only if `fallback`
/// is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_field_or(
    answer: *const libauth_answer,
    path: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    guard!(else fallback, field_or(answer, path, fallback, Answer::envelope))
}

/// What a field of the JSON body is: tells a field that is null from one that is absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_field_type(
    answer: *const libauth_answer,
    path: *const c_char,
) -> libauth_json_type {
    guard!(field_type(answer, path, Answer::envelope))
}

/// A whole number of the JSON body, also one that is written as a string; `fallback` where the
/// field is absent, null, anything else, or beyond 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_field_int64(
    answer: *const libauth_answer,
    path: *const c_char,
    fallback: i64,
) -> i64 {
    guard!(else fallback, field_int64(answer, path, fallback, Answer::envelope))
}

/// The body as received, and its length in bytes if `length` is not NULL. It need not be text,
/// is not NUL-terminated, and may hold tokens: do not log it. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_body(
    answer: *const libauth_answer,
    length: *mut usize,
) -> *const u8 {
    guard!(bytes(answer, length, Answer::body))
}

/// Ends an answer that a _call or _read_call function gave. Not for answers that belong to
/// another object. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_free(answer: *mut libauth_answer) {
    guard!(free(answer))
}

/// A field of a JSON body, by its dotted path, as text lent by the handle; NULL when it is absent or null.
/// # Safety
/// `handle` is NULL or valid, `path` NULL or a string.
pub(super) unsafe fn field<'h, O: Opaque + 'h>(
    handle: *const O,
    path: *const c_char,
    body: impl FnOnce(&'h O::Value) -> Option<&'h Json>,
) -> *const c_char {
    // SAFETY: see above.
    unsafe {
        keyed_text(handle, "field", path, |value, path| {
            body(value)?.field(path)
        })
    }
}

/// As [`field`], with a text for when there is none.
/// # Safety
/// As [`field`].
pub(super) unsafe fn field_or<'h, O: Opaque + 'h>(
    handle: *const O,
    path: *const c_char,
    fallback: *const c_char,
    body: impl FnOnce(&'h O::Value) -> Option<&'h Json>,
) -> *const c_char {
    // SAFETY: see above.
    let found = unsafe { field(handle, path, body) };
    if found.is_null() { fallback } else { found }
}

/// What a field of a JSON body is.
/// # Safety
/// As [`field`].
pub(super) unsafe fn field_type<'h, O: Opaque + 'h>(
    handle: *const O,
    path: *const c_char,
    body: impl FnOnce(&'h O::Value) -> Option<&'h Json>,
) -> libauth_json_type {
    // SAFETY: see above.
    match unsafe { find(handle, path, body) } {
        None => LIBAUTH_JSON_ABSENT,
        Some(Json::Null) => LIBAUTH_JSON_NULL,
        Some(Json::Bool(_)) => LIBAUTH_JSON_BOOLEAN,
        Some(Json::Number(_)) => LIBAUTH_JSON_NUMBER,
        Some(Json::String(_)) => LIBAUTH_JSON_STRING,
        Some(Json::Array(_)) => LIBAUTH_JSON_ARRAY,
        Some(Json::Object(_)) => LIBAUTH_JSON_OBJECT,
    }
}

/// A whole number in a JSON body.
/// # Safety
/// As [`field`].
pub(super) unsafe fn field_int64<'h, O: Opaque + 'h>(
    handle: *const O,
    path: *const c_char,
    fallback: i64,
    body: impl FnOnce(&'h O::Value) -> Option<&'h Json>,
) -> i64 {
    // SAFETY: see above.
    match unsafe { find(handle, path, body) } {
        Some(Json::Number(digits) | Json::String(digits)) => digits.parse().unwrap_or(fallback),
        _ => fallback,
    }
}

/// # Safety
/// As [`field`].
unsafe fn find<'h, O: Opaque + 'h>(
    handle: *const O,
    path: *const c_char,
    body: impl FnOnce(&'h O::Value) -> Option<&'h Json>,
) -> Option<&'h Json> {
    // SAFETY: see above.
    let path = unsafe { string::optional("path", path) }.ok().flatten()?;
    // SAFETY: see above.
    let handle = unsafe { handle.as_ref::<'h>() }?;
    body(&handle.object().value)?.find(path)
}

/// A value that came in an answer. The answer's handle lives inside the value's, and is made when it is asked for:
/// what is counted once for each token that is handed out is a count that threads fight over.
pub(super) struct WithAnswer<T> {
    value: T,
    answer: OnceCell<libauth_answer>,
}

impl<T> WithAnswer<T> {
    /// The answer's handle.
    pub(super) fn answer(&self, of: impl FnOnce(&T) -> &Answer) -> &libauth_answer {
        self.answer
            .get_or_init(|| libauth_answer::inner(of(&self.value).clone()))
    }
}

impl<T> From<T> for WithAnswer<T> {
    fn from(value: T) -> WithAnswer<T> {
        WithAnswer {
            value,
            answer: OnceCell::new(),
        }
    }
}

impl<T> std::ops::Deref for WithAnswer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
