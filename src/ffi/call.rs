//! Business calls.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{Draft, Object, free, opaque};
use super::shape::{add_pair, begin, set, set_bytes, set_text};
use super::string::{Chars, required};
use crate::call::Call;

/// A call of any endpoint below the base URL: describe it, then hand it to a platform's _call
/// function. It may be used for any number of calls. One thread at a time.
pub struct libauth_call(Object<Draft<Call>>);
opaque!(libauth_call, Draft<Call>, "call");

/// A call by method, such as "POST", and path, which begins with a slash and stays below the
/// base URL; the query is given apart. Characters that a URL cannot hold are escaped, `%`
/// escapes are kept. Never NULL; what is wrong with the arguments is reported by the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_new(
    method: *const c_char,
    path: *const c_char,
) -> *mut libauth_call {
    guard!(begin(Call::new("", ""), |draft| {
        draft.set("method", required("method", method), |c, v| {
            c.method = v.to_owned()
        });
        draft.set("path", required("path", path), |c, v| c.path = v.to_owned());
    }))
}

/// Ends a call's description. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_free(call: *mut libauth_call) {
    guard!(free(call))
}

/// Adds a query parameter, unescaped: libauth escapes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_add_query(
    call: *mut libauth_call,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(add_pair(
        call,
        "query",
        Chars::Terminated(name),
        Chars::Terminated(value),
        |c, pair| c.query.push(pair)
    ))
}

/// Adds a header. Those that libauth sets itself (signature, token, Content-Type and the like)
/// are refused. Names go out in lower case, which HTTP readers must not mind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_add_header(
    call: *mut libauth_call,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(add_header(
        call,
        Chars::Terminated(name),
        Chars::Terminated(value)
    ))
}

/// As libauth_call_add_header, for texts that are not NUL-terminated; lengths in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_add_header_n(
    call: *mut libauth_call,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
) {
    guard!(add_header(
        call,
        Chars::Sized(name, name_length),
        Chars::Sized(value, value_length)
    ))
}

/// # Safety
/// As [`add_pair`].
unsafe fn add_header(call: *mut libauth_call, name: Chars, value: Chars) {
    // SAFETY: see above.
    unsafe {
        add_pair(call, "header", name, value, |c, (name, value)| {
            c.headers.add(name, value)
        })
    }
}

/// The body, copied, sent and signed byte for byte. `content_type` NULL means
/// "application/json". daxpay takes a JSON object of the endpoint's own parameters and adds the
/// common ones and the signature.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_set_body(
    call: *mut libauth_call,
    content_type: *const c_char,
    body: *const u8,
    length: usize,
) {
    guard!({
        set_bytes(call, "body", body, length, |c, v| c.body = v);
        set_text(call, "content_type", content_type, |c| &mut c.content_type);
    })
}

/// 1 says that doing it twice does no harm: only then is a call repeated once it may have
/// arrived. By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_set_idempotent(call: *mut libauth_call, idempotent: i32) {
    guard!(set(call, |c| c.idempotent = idempotent != 0))
}
