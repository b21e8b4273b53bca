//! The voucher redemption system.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::answer::{WithAnswer, field, field_int64, field_or, field_type};
use super::answer::{libauth_answer, libauth_json_type};
use super::call::libauth_call;
use super::config::{libauth_config, libauth_sign_callback, signer};
use super::error::libauth_error;
use super::explain::libauth_explanation;
use super::guard::guard;
use super::handle::{Draft, Object, borrow, checked, free, opaque};
use super::http::{libauth_http_request, libauth_http_response};
use super::inbound::libauth_inbound;
use super::options::{libauth_options, options_of};
use super::shape::{ask, bytes, empty, get, make, part, set_text, share, text, verify, with};
use super::status::libauth_status;
use super::string::{optional, required};
use super::text::libauth_text;
use crate::providers::redemption::{AlipayUrl, AlipayUrlRequest, Event, Redemption};

/// The body with which a callback must be answered; with any other it is sent again.
pub const LIBAUTH_REDEMPTION_REPLY: &str = "SUCCESS";

/// A merchant of the redemption system. Settings and credentials are copied and never change.
/// Any number of threads may use it at once, without a lock, and it works on in a child after
/// fork.
pub struct libauth_redemption(Object<Arc<Redemption>>);
opaque!(libauth_redemption, Arc<Redemption>, "redemption");

/// Whom an Alipay authorization URL is for. Setters copy and never fail: what is wrong with a
/// value is reported, by its name, by the call that uses it. NULL and "" unset. One thread at a
/// time.
pub struct libauth_redemption_request(Object<Draft<AlipayUrlRequest>>);
opaque!(
    libauth_redemption_request,
    Draft<AlipayUrlRequest>,
    "request"
);

/// An Alipay authorization URL. One thread at a time.
pub struct libauth_redemption_alipay_url(Object<WithAnswer<AlipayUrl>>);
opaque!(
    libauth_redemption_alipay_url,
    WithAnswer<AlipayUrl>,
    "alipay_url"
);

/// A genuine event: the outcome of an authorization. One thread at a time.
pub struct libauth_redemption_event(Object<Event>);
opaque!(libauth_redemption_event, Event, "event");

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
    guard!(
        error,
        make(redemption, || Redemption::with_rsa(
            checked(config)?,
            required("business_id", business_id)?,
            required("merchant_id", merchant_id)?,
            required("private_key", private_key)?,
            optional("platform_public_key", platform_public_key)?,
        ))
    )
}

/// As libauth_redemption_new_rsa, with a private key that stays where it is: `callback` signs, with `context`,
/// which must live as long as the handle. `public_key` is the merchant's own: a first signature is checked
/// against it here. Errors: LIBAUTH_INVALID_KEY also when the signature is not that key's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_new_rsa_callback(
    config: *const libauth_config,
    business_id: *const c_char,
    merchant_id: *const c_char,
    callback: libauth_sign_callback,
    context: *mut c_void,
    public_key: *const c_char,
    platform_public_key: *const c_char,
    redemption: *mut *mut libauth_redemption,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        make(redemption, || Redemption::with_rsa_callback(
            checked(config)?,
            required("business_id", business_id)?,
            required("merchant_id", merchant_id)?,
            signer(callback, context)?,
            required("public_key", public_key)?,
            optional("platform_public_key", platform_public_key)?,
        ))
    )
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
    guard!(
        error,
        make(redemption, || Redemption::with_md5(
            checked(config)?,
            required("business_id", business_id)?,
            required("merchant_id", merchant_id)?,
            required("secret", secret)?,
        ))
    )
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_free(redemption: *mut libauth_redemption) {
    guard!(free(redemption))
}

/// Another handle to the same account, with the same token, connections and memory of messages, freed on its
/// own: hand one to each user of the account, and change a key by swapping the handle that new ones are made
/// from. NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_share(
    redemption: *const libauth_redemption,
) -> *mut libauth_redemption {
    guard!(share(redemption))
}

/// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and
/// attempts with their durations by operation and outcome, connections, messages verified by outcome, and how
/// full the replay guard is. docs/statistics.md names each member; later versions may add some. A child begins
/// at zero after fork. Any thread; nothing waits for it. Free the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_stats_json(
    redemption: *const libauth_redemption,
    text: *mut *mut libauth_text,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, ask(redemption, text, |it| Ok(it.stats().to_json())))
}

/// An empty request. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_redemption_request_new() -> *mut libauth_redemption_request {
    guard!(empty())
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_free(request: *mut libauth_redemption_request) {
    guard!(free(request))
}

/// Required: your serial number, globally unique. When you ask again after an unknown outcome,
/// keep it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_serial_no(
    request: *mut libauth_redemption_request,
    serial_no: *const c_char,
) {
    guard!(set_text(request, "serial_no", serial_no, |r| &mut r.serial_no))
}

/// Required: your own id of the customer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_user_id(
    request: *mut libauth_redemption_request,
    user_id: *const c_char,
) {
    guard!(set_text(request, "user_id", user_id, |r| &mut r.user_id))
}

/// Optional: where the platform sends the user's Alipay openId.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_request_set_callback_url(
    request: *mut libauth_redemption_request,
    callback_url: *const c_char,
) {
    guard!(set_text(request, "callback_url", callback_url, |r| &mut r
        .callback_url))
}

/// Asks for an Alipay authorization URL. Once the request may have arrived and the answer is
/// lost, and for the platform's statuses 5, 6, 8, 98 and 99, that is LIBAUTH_OUTCOME_UNKNOWN,
/// and nothing is repeated. Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_get_alipay_url(
    redemption: *const libauth_redemption,
    request: *const libauth_redemption_request,
    options: *const libauth_options,
    alipay_url: *mut *mut libauth_redemption_alipay_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, alipay_url, |it| it
            .get_alipay_url(checked(request)?, options_of(options)?))
    )
}

/// The request of libauth_redemption_get_alipay_url, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_build_get_alipay_url(
    redemption: *const libauth_redemption,
    request: *const libauth_redemption_request,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, http_request, |it| it.build_get_alipay_url(
            checked(request)?,
            options_of(options)?
        ))
    )
}

/// Reads the response to the request of libauth_redemption_build_get_alipay_url, with the same
/// checks as if libauth had received it. Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_read_get_alipay_url(
    redemption: *const libauth_redemption,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    alipay_url: *mut *mut libauth_redemption_alipay_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, alipay_url, |it| it.read_get_alipay_url(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Ends a result. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_free(
    alipay_url: *mut libauth_redemption_alipay_url,
) {
    guard!(free(alipay_url))
}

/// Where to send the user. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_url(
    alipay_url: *const libauth_redemption_alipay_url,
) -> *const c_char {
    guard!(text(alipay_url, "url", |v| v.url()))
}

/// The platform's answer, with its raw body. Belongs to this object. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_alipay_url_answer(
    alipay_url: *const libauth_redemption_alipay_url,
) -> *const libauth_answer {
    guard!(part(alipay_url, |v| v.answer(|v| v.answer())))
}

/// Calls any other endpoint of the platform below the base URL, signed. A call that is not
/// marked idempotent is repeated only if it never left; if it may have arrived and its answer
/// was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_call(
    redemption: *const libauth_redemption,
    call: *const libauth_call,
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, answer, |it| it
            .call(checked(call)?, options_of(options)?))
    )
}

/// The request of libauth_redemption_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_build_call(
    redemption: *const libauth_redemption,
    call: *const libauth_call,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, http_request, |it| it
            .build_call(checked(call)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(redemption, answer, |it| it.read_call(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Checks a callback that claims to come from the platform: headers `businessId`, `nonce`,
/// `timestamp`, `sign` and, if it is there, `signType`. An accepted event is claimed for
/// libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
/// libauth_redemption_event_done, then answer with the HTTP status of libauth_reply_status and
/// LIBAUTH_REDEMPTION_REPLY. With LIBAUTH_REPLAYED (this nonce was accepted before: answer as
/// before, do not act again) and LIBAUTH_BUSY (somebody is acting on it now: answer with failure, it
/// will come again) the event is given too, so that you know what it is about: free it as well.
/// Other errors: LIBAUTH_BAD_SIGNATURE (missing or mismatch), LIBAUTH_STALE, LIBAUTH_PROTOCOL, and
/// LIBAUTH_INVALID_CONFIG when an RSA handle has no platform_public_key. Free the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_verify(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    event: *mut *mut libauth_redemption_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        verify(redemption, message, event, |it, message| it.verify(message))
    )
}

/// Makes a message final, once what it asks for is done and kept: the platform's next attempt is
/// LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or
/// for one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
/// LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message
/// was made final meanwhile: see that it was not acted on twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_done(
    event: *mut libauth_redemption_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, with(event, |it| it.done()))
}

/// Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_free(event: *mut libauth_redemption_event) {
    guard!(free(event))
}

/// The serial number of the request that this is the outcome of. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_serial_no(
    event: *const libauth_redemption_event,
) -> *const c_char {
    guard!(text(event, "serial_no", |v| v.serial_no()))
}

/// The user's openId at Alipay; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_open_id(
    event: *const libauth_redemption_event,
) -> *const c_char {
    guard!(text(event, "open_id", |v| v.open_id()))
}

/// Your own id of the customer; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_user_id(
    event: *const libauth_redemption_event,
) -> *const c_char {
    guard!(text(event, "user_id", |v| v.user_id()))
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text. NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_field(
    event: *const libauth_redemption_event,
    path: *const c_char,
) -> *const c_char {
    guard!(field(event, path, |v| Some(v.body())))
}

/// As libauth_redemption_event_field, but `fallback` itself where that gives NULL: NULL only if
/// `fallback` is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_field_or(
    event: *const libauth_redemption_event,
    path: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    guard!(else fallback, field_or(event, path, fallback, |v| Some(v.body())))
}

/// What a field of the JSON body is: tells a field that is null from one that is absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_field_type(
    event: *const libauth_redemption_event,
    path: *const c_char,
) -> libauth_json_type {
    guard!(field_type(event, path, |v| Some(v.body())))
}

/// A whole number of the JSON body, also one that is written as a string; `fallback` where the
/// field is absent, null, anything else, or beyond 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_field_int64(
    event: *const libauth_redemption_event,
    path: *const c_char,
    fallback: i64,
) -> i64 {
    guard!(else fallback, field_int64(event, path, fallback, |v| Some(v.body())))
}

/// Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
/// libauth_config_add_redemption_previous_key, in the order added; -1 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_key(
    event: *const libauth_redemption_event,
) -> i32 {
    guard!(get(event, -1, |e| i32::try_from(e.key_index())
        .unwrap_or(i32::MAX)))
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
/// never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_event_body(
    event: *const libauth_redemption_event,
    length: *mut usize,
) -> *const u8 {
    guard!(bytes(event, length, |v| v.raw_body()))
}

/// What the merchant signs for a request with these headers (`businessId`, `nonce`, `timestamp`,
/// `signType`) and this body, and which known mistake would produce `signature`; NULL stands for
/// the message's own header `sign`, if it has one. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_explain(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, explanation, |it| it.explain(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_redemption_explain, for a message that the platform signs. Errors:
/// LIBAUTH_INVALID_CONFIG when an RSA handle has no platform_public_key. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_explain_event(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, explanation, |it| it.explain_event(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_redemption_explain, with the string that the other side signs in place of its signature: where the two
/// part, with a few characters on either side, and what that means. Secrets are masked in both. Free the
/// explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_redemption_explain_string(
    redemption: *const libauth_redemption,
    message: *const libauth_inbound,
    their_string: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(redemption, explanation, |it| it.explain_string(
            checked(message)?,
            required("their_string", their_string)?
        ))
    )
}
