//! HTTP messages, for those who bring their own transport.

use std::ffi::c_char;

use zeroize::Zeroizing;

use super::guard::guard;
use super::handle::{Draft, Object, free, opaque};
use super::shape::{add_pair, begin, bytes, get, nth_text, set_bytes, set_checked, text};
use super::string::Chars;
use crate::error::{Error, Result};
use crate::http::{Headers, HttpRequest, HttpResponse};

/// A request, ready to be sent by your own HTTP client: send method, URL, headers and body
/// exactly as they are. It holds credentials: do not log it. One thread at a time.
pub struct libauth_http_request(Object<HttpRequest>);
opaque!(libauth_http_request, HttpRequest, "http_request");

/// An HTTP response that your own HTTP client received, to be handed to a platform's _read
/// function. One thread at a time.
pub struct libauth_http_response(Object<Draft<HttpResponse>>);
opaque!(libauth_http_response, Draft<HttpResponse>, "http_response");

/// The method, such as "POST". Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_method(
    request: *const libauth_http_request,
) -> *const c_char {
    guard!(text(request, "method", |r| r.method()))
}

/// The absolute URL. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_url(
    request: *const libauth_http_request,
) -> *const c_char {
    guard!(text(request, "url", |r| r.url()))
}

/// How many headers there are. Host, Content-Length and the like are left to your HTTP client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_count(
    request: *const libauth_http_request,
) -> usize {
    guard!(get(request, 0, |r| r.headers().len()))
}

/// The name of a header, counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_name(
    request: *const libauth_http_request,
    index: usize,
) -> *const c_char {
    guard!(nth_text(request, "name", index, |r, i| r
        .headers()
        .nth(i)
        .map(|(name, _)| name)))
}

/// The value of a header, counted from 0; NULL beyond the last. It may be a secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_value(
    request: *const libauth_http_request,
    index: usize,
) -> *const c_char {
    guard!(nth_text(request, "value", index, |r, i| r
        .headers()
        .nth(i)
        .map(|(_, value)| value)))
}

/// The body to send byte for byte, and its length in bytes if `length` is not NULL. Not
/// NUL-terminated, never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_body(
    request: *const libauth_http_request,
    length: *mut usize,
) -> *const u8 {
    guard!(bytes(request, length, HttpRequest::body))
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_free(request: *mut libauth_http_request) {
    guard!(free(request))
}

/// A response with an HTTP status, from 100 to 599. Never NULL; a status that is none is
/// reported by the function that reads the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_new(status: i32) -> *mut libauth_http_response {
    guard!(begin(nothing_yet(), |draft| draft.set(
        "status",
        http_status(status),
        |r, v| r.status = v
    )))
}

fn nothing_yet() -> HttpResponse {
    HttpResponse {
        status: 0,
        headers: Headers::default(),
        body: Zeroizing::default(),
    }
}

fn http_status(status: i32) -> Result<u16> {
    let known = u16::try_from(status)
        .ok()
        .filter(|status| (100..600).contains(status));
    known.ok_or_else(|| Error::argument("status", "is not an HTTP status"))
}

/// Replaces the status, for a response that was made before it was known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_set_status(
    response: *mut libauth_http_response,
    status: i32,
) {
    guard!(set_checked(
        response,
        "status",
        http_status(status),
        |r, v| r.status = v
    ))
}

/// Adds a header as received.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_add_header(
    response: *mut libauth_http_response,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(add_header(
        response,
        Chars::Terminated(name),
        Chars::Terminated(value)
    ))
}

/// As libauth_http_response_add_header, for texts that are not NUL-terminated; lengths in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_add_header_n(
    response: *mut libauth_http_response,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
) {
    guard!(add_header(
        response,
        Chars::Sized(name, name_length),
        Chars::Sized(value, value_length)
    ))
}

/// # Safety
/// As [`add_pair`].
unsafe fn add_header(response: *mut libauth_http_response, name: Chars, value: Chars) {
    // SAFETY: see above.
    unsafe {
        add_pair(response, "header", name, value, |r, (name, value)| {
            r.headers.add(name, value)
        })
    }
}

/// The body as received, copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_set_body(
    response: *mut libauth_http_response,
    body: *const u8,
    length: usize,
) {
    guard!(set_bytes(response, "body", body, length, |r, v| r.body =
        Zeroizing::new(v)))
}

/// Ends a response. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_free(response: *mut libauth_http_response) {
    guard!(free(response))
}
