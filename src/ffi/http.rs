//! HTTP messages, for those who bring their own transport.

use std::ffi::c_char;
use std::ptr;

use super::answer::bytes;
use super::guard::guard;
use super::handle::{Draft, Object, Opaque, builder, edit, free, get, opaque, text};
use super::string;
use crate::http::{Headers, HttpRequest, HttpResponse};

/// A request, ready to be sent by your own HTTP client: send method, URL, headers and body
/// exactly as they are. It holds credentials: do not log it. One thread at a time.
pub struct libauth_http_request(Object<HttpRequest>);
opaque!(libauth_http_request, HttpRequest);

/// An HTTP response that your own HTTP client received, to be handed to a platform's _read
/// function. One thread at a time.
pub struct libauth_http_response(Object<Draft<HttpResponse>>);
builder!(libauth_http_response, HttpResponse);

/// The method, such as "POST".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_method(
    request: *const libauth_http_request,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(request, "method", |r| Some(r.method())) } })
}

/// The absolute URL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_url(
    request: *const libauth_http_request,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(request, "url", |r| Some(r.url())) } })
}

/// How many headers there are. Host, Content-Length and the like are left to your HTTP client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_count(
    request: *const libauth_http_request,
) -> usize {
    guard!(else 0, { unsafe { get(request, 0, |r| r.headers().len()) } })
}

/// The name of a header, counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_name(
    request: *const libauth_http_request,
    index: usize,
) -> *const c_char {
    guard!(else ptr::null(), {
        unsafe { text(request, &format!("name {index}"), |r| r.headers().nth(index).map(|(name, _)| name)) }
    })
}

/// The value of a header, counted from 0; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_header_value(
    request: *const libauth_http_request,
    index: usize,
) -> *const c_char {
    guard!(else ptr::null(), {
        unsafe { text(request, &format!("value {index}"), |r| r.headers().nth(index).map(|(_, value)| value)) }
    })
}

/// The body to send byte for byte, and its length in bytes if `length` is not NULL. Not
/// NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_body(
    request: *const libauth_http_request,
    length: *mut usize,
) -> *const u8 {
    guard!(else ptr::null(), { unsafe { bytes(request, length, HttpRequest::body) } })
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_request_free(request: *mut libauth_http_request) {
    guard!(else (), { unsafe { free(request) } })
}

/// A response with an HTTP status, from 100 to 599. Never returns NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_new(status: i32) -> *mut libauth_http_response {
    guard!(else ptr::null_mut(), {
        let mut draft = Draft::new(HttpResponse { status: 0, headers: Headers::default(), body: Vec::new().into() });
        let given = u16::try_from(status).ok().filter(|status| (100..600).contains(status));
        let given = given.ok_or_else(|| crate::error::Error::argument("status", "is not an HTTP status"));
        draft.set("status", given, |response, status| response.status = status);
        libauth_http_response::give(draft)
    })
}

/// Adds a header as received.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_add_header(
    response: *mut libauth_http_response,
    name: *const c_char,
    value: *const c_char,
) {
    guard!(else (), {
        let pair = unsafe { string::pair("header", name, value) };
        unsafe { edit(response, |draft| draft.add("header", pair, |r, (name, value)| r.headers.add(name, value))) }
    })
}

/// The body as received, copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_set_body(
    response: *mut libauth_http_response,
    body: *const u8,
    length: usize,
) {
    guard!(else (), {
        let body = unsafe { string::bytes("body", body, length) }.map(<[u8]>::to_vec);
        unsafe { edit(response, |draft| draft.set("body", body, |r, body| r.body = body.into())) }
    })
}

/// Ends a response. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_http_response_free(response: *mut libauth_http_response) {
    guard!(else (), { unsafe { free(response) } })
}
