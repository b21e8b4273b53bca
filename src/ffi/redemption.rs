//! The voucher redemption system.

use std::ffi::c_char;
use std::ptr;

use super::answer::{WithAnswer, libauth_answer, with_answer};
use super::answer::{bytes, field};
use super::call::libauth_call;
use super::config::libauth_config;
use super::error::{libauth_error, libauth_status};
use super::explain::libauth_explanation;
use super::guard::guard;
use super::handle::{
    Draft, Object, Opaque, Out, borrow, builder, checked, edit, free, get, opaque, text,
};
use super::http::{libauth_http_request, libauth_http_response};
use super::inbound::libauth_inbound;
use super::string;
use crate::options::Options;
use crate::providers::redemption::{AlipayUrl, AlipayUrlRequest, Event, Redemption};

/// The body with which a callback must be answered; with any other it is sent again.
pub const LIBAUTH_REDEMPTION_REPLY: &str = "SUCCESS";

/// A merchant of the redemption system. Settings and credentials are copied and never change.
/// Any number of threads may use it at once, without a lock, and it works on in a child after
/// fork.
pub struct libauth_redemption(Object<Redemption>);
opaque!(libauth_redemption, Redemption);

/// Whom an Alipay authorization URL is for. Setters copy and never fail: what is wrong with a
/// value is reported, by its name, by the call that uses it. NULL and "" unset. One thread at a
/// time.
pub struct libauth_redemption_request(Object<Draft<AlipayUrlRequest>>);
builder!(libauth_redemption_request, AlipayUrlRequest);

/// An Alipay authorization URL. One thread at a time.
pub struct libauth_redemption_alipay_url(Object<WithAnswer<AlipayUrl>>);
with_answer!(libauth_redemption_alipay_url, AlipayUrl);

/// A genuine callback: the outcome of an authorization. One thread at a time.
pub struct libauth_redemption_callback(Object<Event>);
opaque!(libauth_redemption_callback, Event);

/// Makes a handle that signs with SHA256-RSA, the platform's default. Keys are texts: PKCS#8,
/// PKCS#1 or (public) SPKI, as PEM or as the bare base64 that Java tools print, with any line
/// breaks, of 2048 to 8192 bits. `platform_public_key` checks callbacks; it may be NULL if
/// there are none. Opens no connection. Errors: LIBAUTH_INVALID_KEY says what is wrong with a
/// key; LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_new_rsa(
    config: *const libauth_config,
    business_id: *const c_char,
    merchant_id: *const c_char,
    private_key: *const c_char,
    platform_public_key: *const c_char,
    redemption: *mut *mut libauth_redemption,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let redemption = unsafe { Out::new("redemption", redemption) }?;
        let config = unsafe { checked("config", config) }?;
        let business_id = unsafe { string::required("business_id", business_id) }?;
        let merchant_id = unsafe { string::required("merchant_id", merchant_id) }?;
        let private_key = unsafe { string::required("private_key", private_key) }?;
        let platform_public_key =
            unsafe { string::optional("platform_public_key", platform_public_key) }?;
        let made = Redemption::with_rsa(
            config,
            business_id,
            merchant_id,
            private_key,
            platform_public_key,
        )?;
        redemption.give(made)
    })
}

/// Makes a handle that signs, and checks callbacks, with MD5 and a shared secret. Opens no
/// connection. Errors: LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_new_md5(
    config: *const libauth_config,
    business_id: *const c_char,
    merchant_id: *const c_char,
    secret: *const c_char,
    redemption: *mut *mut libauth_redemption,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let redemption = unsafe { Out::new("redemption", redemption) }?;
        let config = unsafe { checked("config", config) }?;
        let business_id = unsafe { string::required("business_id", business_id) }?;
        let merchant_id = unsafe { string::required("merchant_id", merchant_id) }?;
        let secret = unsafe { string::required("secret", secret) }?;
        redemption.give(Redemption::with_md5(
            config,
            business_id,
            merchant_id,
            secret,
        )?)
    })
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_free(redemption: *mut libauth_redemption) {
    guard!(else (), { unsafe { free(redemption) } })
}

/// An empty request. Never returns NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_redemption_request_new() -> *mut libauth_redemption_request {
    guard!(else ptr::null_mut(), { libauth_redemption_request::give(Draft::new(AlipayUrlRequest::default())) })
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_free(request: *mut libauth_redemption_request) {
    guard!(else (), { unsafe { free(request) } })
}

/// Required: your serial number, globally unique. When you ask again after an unknown outcome,
/// keep it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_serial_no(
    request: *mut libauth_redemption_request,
    serial_no: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("serial_no", serial_no) };
        unsafe { edit(request, |draft| draft.set("serial_no", given, |r, v| r.serial_no = v)) }
    })
}

/// Required: your own id of the customer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_user_id(
    request: *mut libauth_redemption_request,
    user_id: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("user_id", user_id) };
        unsafe { edit(request, |draft| draft.set("user_id", given, |r, v| r.user_id = v)) }
    })
}

/// Optional: where the platform sends the user's Alipay openId.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_callback_url(
    request: *mut libauth_redemption_request,
    callback_url: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("callback_url", callback_url) };
        unsafe { edit(request, |draft| draft.set("callback_url", given, |r, v| r.callback_url = v)) }
    })
}

/// Asks for an Alipay authorization URL. Once the request may have arrived and the answer is
/// lost, and for the platform's statuses 5, 6, 8, 98 and 99, that is LIBAUTH_OUTCOME_UNKNOWN,
/// and nothing is repeated. Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_get_alipay_url(
    redemption: *const libauth_redemption,
    request: *const libauth_redemption_request,
    alipay_url: *mut *mut libauth_redemption_alipay_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let alipay_url = unsafe { Out::new("alipay_url", alipay_url) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let request = unsafe { checked("request", request) }?;
        alipay_url.give(
            redemption
                .get_alipay_url(request, &Options::default())?
                .into(),
        )
    })
}

/// The request of libauth_redemption_get_alipay_url, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_build_alipay_url(
    redemption: *const libauth_redemption,
    request: *const libauth_redemption_request,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let request = unsafe { checked("request", request) }?;
        http_request.give(redemption.build_get_alipay_url(request, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_redemption_build_alipay_url, with the same
/// checks as if libauth had received it. Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_read_alipay_url(
    redemption: *const libauth_redemption,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    alipay_url: *mut *mut libauth_redemption_alipay_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let alipay_url = unsafe { Out::new("alipay_url", alipay_url) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = redemption.read_get_alipay_url(http_request, http_response.clone())?;
        alipay_url.give(read.into())
    })
}

/// Ends a result. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_free(
    alipay_url: *mut libauth_redemption_alipay_url,
) {
    guard!(else (), { unsafe { free(alipay_url) } })
}

/// Where to send the user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_url(
    alipay_url: *const libauth_redemption_alipay_url,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(alipay_url, "url", |v| Some(v.value.url())) } })
}

/// The platform's answer, with its raw body. Belongs to this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_answer(
    alipay_url: *const libauth_redemption_alipay_url,
) -> *const libauth_answer {
    guard!(else ptr::null(), { unsafe { get(alipay_url, ptr::null(), |v| ptr::from_ref(&v.answer)) } })
}

/// Calls any other endpoint of the platform below the base URL, signed. A call that is not
/// marked idempotent is repeated only if it never left; if it may have arrived and its answer
/// was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_call(
    redemption: *const libauth_redemption,
    call: *const libauth_call,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let call = unsafe { checked("call", call) }?;
        answer.give(redemption.call(call, &Options::default())?)
    })
}

/// The request of libauth_redemption_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_build_call(
    redemption: *const libauth_redemption,
    call: *const libauth_call,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let call = unsafe { checked("call", call) }?;
        http_request.give(redemption.build_call(call, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_redemption_build_call, with the same checks.
/// Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_read_call(
    redemption: *const libauth_redemption,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = redemption.read_call(http_request, http_response.clone())?;
        answer.give(read)
    })
}

/// Checks a callback that claims to come from the platform: headers `businessId`, `nonce`,
/// `timestamp`, `sign` and, if it is there, `signType`. Answer it with
/// LIBAUTH_REDEMPTION_REPLY. An accepted callback is claimed for
/// libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
/// libauth_redemption_callback_done, then answer. With LIBAUTH_REPLAYED (this nonce was accepted
/// before: answer as before, do not act again) and LIBAUTH_BUSY (somebody is acting on it now:
/// answer with failure, it will come again) the callback is given too, so that you know what it
/// is about: free it as well. Other errors: LIBAUTH_BAD_SIGNATURE (missing or mismatch),
/// LIBAUTH_STALE, LIBAUTH_PROTOCOL, and LIBAUTH_INVALID_CONFIG when an RSA handle has no
/// platform_public_key. Free the callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_verify(
    redemption: *const libauth_redemption,
    inbound: *const libauth_inbound,
    callback: *mut *mut libauth_redemption_callback,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let callback = unsafe { Out::new("callback", callback) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let inbound = unsafe { checked("inbound", inbound) }?;
        callback.give_event(redemption.verify(inbound))
    })
}

/// Makes a message final, once what it asks for is done and kept: the platform's next attempt is
/// LIBAUTH_REPLAYED. Without it, freeing the callback gives the message back. Once it is done, or
/// for one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
/// LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message
/// was made final meanwhile: see that it was not acted on twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_done(
    callback: *mut libauth_redemption_callback,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, { unsafe { borrow("callback", callback) }?.done() })
}

/// Ends a callback. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_free(
    callback: *mut libauth_redemption_callback,
) {
    guard!(else (), { unsafe { free(callback) } })
}

/// The serial number of the request that this is the outcome of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_serial_no(
    callback: *const libauth_redemption_callback,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(callback, "serial_no", |v| Some(v.serial_no())) } })
}

/// The user's openId at Alipay; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_open_id(
    callback: *const libauth_redemption_callback,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(callback, "open_id", |v| v.open_id()) } })
}

/// Your own id of the customer; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_user_id(
    callback: *const libauth_redemption_callback,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(callback, "user_id", |v| v.user_id()) } })
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text; NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_field(
    callback: *const libauth_redemption_callback,
    path: *const c_char,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { field(callback, path, |v| Some(v.body())) } })
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_callback_body(
    callback: *const libauth_redemption_callback,
    length: *mut usize,
) -> *const u8 {
    guard!(else ptr::null(), { unsafe { bytes(callback, length, |v| v.raw_body()) } })
}

/// What the merchant signs for a request with these headers (`businessId`, `nonce`,
/// `timestamp`, `signType`) and this body, and, if `signature` is not NULL, which known mistake
/// would produce that signature. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_explain(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let explanation = unsafe { Out::new("explanation", explanation) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let message = unsafe { checked("message", message) }?;
        let signature = unsafe { string::optional("signature", signature) }?;
        explanation.give(redemption.explain(message, signature)?)
    })
}

/// As libauth_redemption_explain, for a callback, which the platform signs. Errors:
/// LIBAUTH_INVALID_CONFIG when an RSA handle has no platform_public_key. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_explain_callback(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let explanation = unsafe { Out::new("explanation", explanation) }?;
        let redemption = unsafe { borrow("redemption", redemption) }?;
        let message = unsafe { checked("message", message) }?;
        let signature = unsafe { string::optional("signature", signature) }?;
        explanation.give(redemption.explain_event(message, signature)?)
    })
}
