//! Business calls.

use std::ffi::c_char;
use std::ptr;

use super::guard::guard;
use super::handle::{Draft, Object, Opaque, builder, edit, free};
use super::string;
use crate::call::Call;

/// A call of any endpoint below the base URL: describe it, then hand it to a platform's _call
/// function. It may be used for any number of calls. One thread at a time.
pub struct libauth_call(Object<Draft<Call>>);
builder!(libauth_call, Call);

/// A call by method, such as "POST", and path, which begins with a slash and stays below the
/// base URL; the query is given apart. Characters that a URL cannot hold are escaped, `%`
/// escapes are kept. Never returns NULL; what is wrong with the arguments is reported by the
/// call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_new(
    method: *const c_char,
    path: *const c_char,
) -> *mut libauth_call {
    guard!(else ptr::null_mut(), {
        let mut draft = Draft::new(Call::new("", ""));
        draft.set("method", unsafe { string::required("method", method) }, |call, method| call.method = method.to_owned());
        draft.set("path", unsafe { string::required("path", path) }, |call, path| call.path = path.to_owned());
        libauth_call::give(draft)
    })
}

/// Ends a call's description. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_free(call: *mut libauth_call) {
    guard!(else (), { unsafe { free(call) } })
}

/// Adds a query parameter, unescaped: libauth escapes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_add_query(
    call: *mut libauth_call,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(else (), {
        let pair = unsafe { string::pair("query", name, value) };
        unsafe { edit(call, |draft| draft.add("query", pair, |call, pair| call.query.push(pair))) }
    })
}

/// Adds a header. Those that libauth sets itself (signature, token, Content-Type and the like)
/// are refused. Names go out in lower case, which HTTP readers must not mind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_add_header(
    call: *mut libauth_call,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(else (), {
        let pair = unsafe { string::pair("header", name, value) };
        unsafe { edit(call, |draft| draft.add("header", pair, |call, (name, value)| call.headers.add(name, value))) }
    })
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
    guard!(else (), {
        let body = unsafe { string::bytes("body", body, length) }.map(<[u8]>::to_vec);
        let content_type = unsafe { string::owned("content_type", content_type) };
        unsafe {
            edit(call, |draft| {
                draft.set("body", body, |call, body| call.body = body);
                draft.set("content_type", content_type, |call, content_type| call.content_type = content_type);
            });
        }
    })
}

/// 1 says that doing it twice does no harm: only then is a call repeated once it may have
/// arrived. By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_set_idempotent(call: *mut libauth_call, idempotent: i32) {
    guard!(else (), { unsafe { edit(call, |draft| draft.value.idempotent = idempotent != 0) } })
}

/// The whole call's deadline in milliseconds, from 1 to 86400000; by default the
/// configuration's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_call_set_timeout_ms(call: *mut libauth_call, timeout_ms: i64) {
    guard!(else (), { {
        // The options of the call have taken its place.
        let _ = (call, timeout_ms);
    } })
}
