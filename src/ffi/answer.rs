//! The platforms' answers.

use std::ffi::c_char;
use std::ptr;

use super::error::libauth_error;
use super::guard::guard;
use super::handle::{Object, Opaque, free, get, opaque, text};
use super::string;
use crate::answer::Answer;
use crate::json::Json;

/// What a platform answered. One thread at a time.
pub struct libauth_answer(Object<Answer>);
opaque!(libauth_answer, Answer);

/// The HTTP status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_http_status(answer: *const libauth_answer) -> i32 {
    guard!(else 0, { unsafe { get(answer, 0, |a| a.http_status().into()) } })
}

/// The platform's own code as text, such as "0"; NULL when the body held none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_code(answer: *const libauth_answer) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(answer, "code", |a| a.code()) } })
}

/// The platform's own message, on one line; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_message(answer: *const libauth_answer) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(answer, "message", |a| a.message()) } })
}

/// The trace or request id the platform gave; NULL when it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_trace_id(answer: *const libauth_answer) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(answer, "trace_id", |a| a.trace_id()) } })
}

/// The value of a header, whatever the case of its name; NULL when it is absent. Of several,
/// the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_header(
    answer: *const libauth_answer,
    name: *const c_char,
) -> *const c_char {
    guard!(else ptr::null(), {
        match unsafe { string::optional("name", name) } {
            Ok(Some(name)) => unsafe { text(answer, &format!("header {name}"), |a| a.headers().get(name)) },
            _ => ptr::null(),
        }
    })
}

/// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything
/// else as JSON text; NULL when it is absent or null, or the body is not JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_field(
    answer: *const libauth_answer,
    path: *const c_char,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { field(answer, path, Answer::envelope) } })
}

/// The body as received, and its length in bytes if `length` is not NULL. It need not be text,
/// is not NUL-terminated, and may hold tokens: do not log it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_body(
    answer: *const libauth_answer,
    length: *mut usize,
) -> *const u8 {
    guard!(else ptr::null(), { unsafe { bytes(answer, length, Answer::body) } })
}

/// Ends an answer that a _call or _read_call function gave. Not for answers that belong to
/// another object. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_answer_free(answer: *mut libauth_answer) {
    guard!(else (), { unsafe { free(answer) } })
}

/// The answer in an error as far as it could be read, with its raw body; NULL when there was
/// none. Belongs to the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_error_answer(
    error: *const libauth_error,
) -> *const libauth_answer {
    guard!(else ptr::null(), {
        unsafe { get(error, ptr::null(), |e| e.answer.as_ref().map_or(ptr::null(), ptr::from_ref)) }
    })
}

/// Bytes lent to C, with their length if it is wanted.
unsafe fn lend(bytes: &[u8], length: *mut usize) -> *const u8 {
    // SAFETY: by the contract of the getters, `length` is NULL or may be written.
    if let Some(length) = unsafe { length.as_mut() } {
        *length = bytes.len();
    }
    bytes.as_ptr()
}

/// Lends the bytes of a handle; for NULL, NULL and length 0.
/// # Safety
/// `handle` is NULL or valid, `length` is NULL or may be written.
pub(super) unsafe fn bytes<O: Opaque>(
    handle: *const O,
    length: *mut usize,
    read: impl FnOnce(&O::Value) -> &[u8],
) -> *const u8 {
    // SAFETY: see above.
    match unsafe { handle.as_ref() } {
        // SAFETY: see above.
        Some(handle) => unsafe { lend(read(&handle.object().value), length) },
        None => {
            // SAFETY: see above.
            unsafe { lend(&[], length) };
            ptr::null()
        }
    }
}

/// A field of a JSON body, by its dotted path, as text lent by the handle.
/// # Safety
/// `handle` is NULL or valid, `path` NULL or a string.
pub(super) unsafe fn field<O: Opaque>(
    handle: *const O,
    path: *const c_char,
    body: impl FnOnce(&O::Value) -> Option<&Json>,
) -> *const c_char {
    // SAFETY: see above.
    let Ok(Some(path)) = (unsafe { string::optional("path", path) }) else {
        return ptr::null();
    };
    // SAFETY: see above.
    unsafe {
        text(handle, &format!("field {path}"), |value| {
            body(value)?.field(path)
        })
    }
}

/// A value that came in an answer, which is a handle of its own inside the value's.
pub(super) struct WithAnswer<T> {
    pub(super) value: T,
    pub(super) answer: libauth_answer,
}

/// As `opaque!`, for a handle of a value that came in an answer.
macro_rules! with_answer {
    ($name:ident, $value:ty) => {
        crate::ffi::handle::opaque!($name, crate::ffi::answer::WithAnswer<$value>);

        impl From<$value> for crate::ffi::answer::WithAnswer<$value> {
            fn from(value: $value) -> Self {
                use crate::ffi::handle::Opaque;
                let answer = crate::ffi::answer::libauth_answer::inner(value.answer().clone());
                crate::ffi::answer::WithAnswer { value, answer }
            }
        }
    };
}
pub(super) use with_answer;
