//! Messages received from a platform.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{Draft, Object, free, opaque};
use super::shape::{add, begin, set_bytes};
use super::string::Chars;
use crate::inbound::Inbound;

/// A request that your server received from a platform, to be checked by that platform's
/// _verify function. Hand over what was received, byte for byte. One thread at a time.
pub struct libauth_inbound(Object<Draft<Inbound>>);
opaque!(libauth_inbound, Draft<Inbound>, "message");

/// A received request: the method ("POST"), and the path as it went over the wire:
/// percent-encoded, without host, query and fragment. Many frameworks hand over a decoded one,
/// which matches only where nothing was encoded; docs/receiving.md has the line that gets the raw
/// one. Where the path is signed (creditpay), a host, a query or a fragment in it is
/// LIBAUTH_INVALID_ARGUMENT, naming it. Never NULL; what is wrong with the arguments is reported by
/// the check.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_new(
    method: *const c_char,
    path: *const c_char,
) -> *mut libauth_inbound {
    guard!(message(Chars::Terminated(method), Chars::Terminated(path)))
}

/// As libauth_inbound_new, for texts that are not NUL-terminated; lengths in bytes. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_new_n(
    method: *const c_char,
    method_length: usize,
    path: *const c_char,
    path_length: usize,
) -> *mut libauth_inbound {
    guard!(message(
        Chars::Sized(method, method_length),
        Chars::Sized(path, path_length)
    ))
}

/// # Safety
/// Both texts are NULL or what they say they are.
unsafe fn message(method: Chars, path: Chars) -> *mut libauth_inbound {
    // SAFETY: see above.
    let (method, path) = unsafe { (method.text("method"), path.text("path")) };
    begin(Inbound::default(), |draft| {
        draft.set("method", method, |m, v| m.method = v);
        draft.set("path", path, |m, v| m.path = v);
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
    guard!(add_header(
        inbound,
        Chars::Terminated(name),
        Chars::Terminated(value)
    ))
}

/// As libauth_inbound_add_header, for texts that are not NUL-terminated, as servers have them;
/// lengths in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_add_header_n(
    inbound: *mut libauth_inbound,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
) {
    guard!(add_header(
        inbound,
        Chars::Sized(name, name_length),
        Chars::Sized(value, value_length)
    ))
}

/// # Safety
/// `inbound` is NULL or valid, and nobody else uses it meanwhile; both texts are NULL or what they say they
/// are.
unsafe fn add_header(inbound: *mut libauth_inbound, name: Chars, value: Chars) {
    // A header that is not UTF-8 cannot be one that was signed; another platform's may well be.
    // SAFETY: see above.
    let (name, value) = unsafe { (name.text("header name"), value.lossy("header value")) };
    let pair = name.and_then(|name| Ok((name, value?)));
    // SAFETY: see above.
    unsafe {
        add(inbound, "header", pair, |m, (name, value)| {
            m.headers.add(name, value)
        })
    }
}

/// The body, byte for byte as received, copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_set_body(
    inbound: *mut libauth_inbound,
    body: *const u8,
    length: usize,
) {
    guard!(set_bytes(inbound, "body", body, length, |m, v| m.body = v))
}

/// Ends a received request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_inbound_free(inbound: *mut libauth_inbound) {
    guard!(free(inbound))
}
