//! Messages received from a platform.

use std::ffi::c_char;
use std::ptr;

use super::guard::guard;
use super::handle::{Draft, Object, Opaque, builder, edit, free};
use super::string;
use crate::inbound::Inbound;

/// A request that your server received from a platform, to be checked by that platform's
/// _verify function. Hand over what was received, byte for byte. One thread at a time.
pub struct libauth_inbound(Object<Draft<Inbound>>);
builder!(libauth_inbound, Inbound);

/// A received request: the method ("POST"), and the path as the platform called it, without
/// host and query. Never returns NULL; what is wrong with the arguments is reported by the
/// check.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_new(
    method: *const c_char,
    path: *const c_char,
) -> *mut libauth_inbound {
    guard!(else ptr::null_mut(), {
        let mut draft = Draft::new(Inbound::default());
        draft.set("method", unsafe { string::required("method", method) }, |m, method| m.method = method.to_owned());
        draft.set("path", unsafe { string::required("path", path) }, |m, path| m.path = path.to_owned());
        libauth_inbound::give(draft)
    })
}

/// Adds a header as received; the case of its name does not matter. Add every header: those
/// that do not concern the signature are not looked at, and one that came twice must be
/// noticed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_add_header(
    inbound: *mut libauth_inbound,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(else (), {
        let name = unsafe { string::required("header name", name) };
        // A header that is not UTF-8 cannot be one that was signed; another platform's may well be.
        let value = unsafe { string::lossy("header value", value) };
        let pair = name.and_then(|name| Ok((name.to_owned(), value?)));
        unsafe { edit(inbound, |draft| draft.add("header", pair, |m, (name, value)| m.headers.add(name, value))) }
    })
}

/// The body, byte for byte as received, copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_set_body(
    inbound: *mut libauth_inbound,
    body: *const u8,
    length: usize,
) {
    guard!(else (), {
        let body = unsafe { string::bytes("body", body, length) }.map(<[u8]>::to_vec);
        unsafe { edit(inbound, |draft| draft.set("body", body, |m, body| m.body = body)) }
    })
}

/// Ends a received request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_free(inbound: *mut libauth_inbound) {
    guard!(else (), { unsafe { free(inbound) } })
}
