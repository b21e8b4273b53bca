//! DaxPay.

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
use crate::error::Error;
use crate::inbound::Inbound;
use crate::options::Options;
use crate::providers::daxpay::{
    Algorithm, AuthRequest, AuthUrl, AuthUrlRequest, DaxPay, Event, Identity, IdentityStatus,
};

/// The sign algorithm HMAC-SHA256, the gateway's default.
pub const LIBAUTH_DAXPAY_HMAC_SHA256: i32 = 0;
/// The sign algorithm MD5.
pub const LIBAUTH_DAXPAY_MD5: i32 = 1;
/// The sign algorithm SM3. A gateway build of 2025 computes MD5 where it is set to SM3: with
/// such a gateway use LIBAUTH_DAXPAY_MD5.
pub const LIBAUTH_DAXPAY_SM3: i32 = 2;

/// The identity's status is one that this version does not know: see
/// libauth_daxpay_identity_status_name.
pub const LIBAUTH_DAXPAY_OTHER: i32 = 0;
/// The identity is there.
pub const LIBAUTH_DAXPAY_SUCCESS: i32 = 1;
/// The user has not authorized yet.
pub const LIBAUTH_DAXPAY_WAITING: i32 = 2;
/// There is no such authorization.
pub const LIBAUTH_DAXPAY_NOT_EXIST: i32 = 3;

/// The body with which a notification must be answered; with any other it is sent again.
pub const LIBAUTH_DAXPAY_REPLY: &str = "SUCCESS";

const _: () = {
    assert!(LIBAUTH_DAXPAY_OTHER == IdentityStatus::Other as i32);
    assert!(LIBAUTH_DAXPAY_SUCCESS == IdentityStatus::Success as i32);
    assert!(LIBAUTH_DAXPAY_WAITING == IdentityStatus::Waiting as i32);
    assert!(LIBAUTH_DAXPAY_NOT_EXIST == IdentityStatus::NotExist as i32);
};

/// A DaxPay application. Settings and credentials are copied and never change. Any number of
/// threads may use it at once, without a lock, and it works on in a child after fork.
pub struct libauth_daxpay(Object<DaxPay>);
opaque!(libauth_daxpay, DaxPay);

/// An authorization code to exchange. Setters copy and never fail: what is wrong with a value
/// is reported, by its name, by the call that uses it. NULL and "" unset. One thread at a time.
pub struct libauth_daxpay_auth_request(Object<Draft<AuthRequest>>);
builder!(libauth_daxpay_auth_request, AuthRequest);

/// What the address to authorize at depends on. Setters as above. One thread at a time.
pub struct libauth_daxpay_auth_url_request(Object<Draft<AuthUrlRequest>>);
builder!(libauth_daxpay_auth_url_request, AuthUrlRequest);

/// An end user's identity. One thread at a time.
pub struct libauth_daxpay_identity(Object<WithAnswer<Identity>>);
with_answer!(libauth_daxpay_identity, Identity);

/// An address to authorize at. One thread at a time.
pub struct libauth_daxpay_auth_url(Object<WithAnswer<AuthUrl>>);
with_answer!(libauth_daxpay_auth_url, AuthUrl);

/// A genuine notification of the gateway. One thread at a time.
pub struct libauth_daxpay_notification(Object<Event>);
opaque!(libauth_daxpay_notification, Event);

/// Makes a handle for an application: `app_id` and `mch_no` have at most 32 characters,
/// `mch_no` may be NULL (newer gateways require it), `algorithm` is one of
/// LIBAUTH_DAXPAY_HMAC_SHA256, _MD5, _SM3. Opens no connection. Errors:
/// LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_new(
    config: *const libauth_config,
    app_id: *const c_char,
    mch_no: *const c_char,
    sign_key: *const c_char,
    algorithm: i32,
    daxpay: *mut *mut libauth_daxpay,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let daxpay = unsafe { Out::new("daxpay", daxpay) }?;
        let config = unsafe { checked("config", config) }?;
        let app_id = unsafe { string::required("app_id", app_id) }?;
        let mch_no = unsafe { string::optional("mch_no", mch_no) }?;
        let sign_key = unsafe { string::required("sign_key", sign_key) }?;
        let algorithm = match algorithm {
            LIBAUTH_DAXPAY_HMAC_SHA256 => Algorithm::HmacSha256,
            LIBAUTH_DAXPAY_MD5 => Algorithm::Md5,
            LIBAUTH_DAXPAY_SM3 => Algorithm::Sm3,
            _ => {
                return Err(Error::argument(
                    "algorithm",
                    "is not one of LIBAUTH_DAXPAY_HMAC_SHA256, _MD5, _SM3",
                ));
            }
        };
        daxpay.give(DaxPay::new(config, app_id, mch_no, sign_key, algorithm)?)
    })
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_free(daxpay: *mut libauth_daxpay) {
    guard!(else (), { unsafe { free(daxpay) } })
}

/// An empty request. Never returns NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_daxpay_auth_request_new() -> *mut libauth_daxpay_auth_request {
    guard!(else ptr::null_mut(), { libauth_daxpay_auth_request::give(Draft::new(AuthRequest::default())) })
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_free(
    request: *mut libauth_daxpay_auth_request,
) {
    guard!(else (), { unsafe { free(request) } })
}

/// Required: "ali_pay", "wechat_pay", "union_pay", or any code the gateway knows; at most 32
/// characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_channel(
    request: *mut libauth_daxpay_auth_request,
    channel: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("channel", channel) };
        unsafe { edit(request, |draft| draft.set("channel", given, |r, v| r.channel = v)) }
    })
}

/// Required: the one-time code to exchange; at most 200 characters. A secret until it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_auth_code(
    request: *mut libauth_daxpay_auth_request,
    auth_code: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("auth_code", auth_code) };
        unsafe { edit(request, |draft| draft.set("auth_code", given, |r, v| r.auth_code = v.map(Into::into))) }
    })
}

/// Optional, normally not sent; at most 128 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_query_code(
    request: *mut libauth_daxpay_auth_request,
    query_code: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("query_code", query_code) };
        unsafe { edit(request, |draft| draft.set("query_code", given, |r, v| r.query_code = v)) }
    })
}

/// Optional: the end user's IPv4 or IPv6 address; some channels require it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_client_ip(
    request: *mut libauth_daxpay_auth_request,
    client_ip: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("client_ip", client_ip) };
        unsafe { edit(request, |draft| draft.set("client_ip", given, |r, v| r.client_ip = v)) }
    })
}

/// An empty request. Never returns NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_daxpay_auth_url_request_new() -> *mut libauth_daxpay_auth_url_request {
    guard!(else ptr::null_mut(), { libauth_daxpay_auth_url_request::give(Draft::new(AuthUrlRequest::default())) })
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_free(
    request: *mut libauth_daxpay_auth_url_request,
) {
    guard!(else (), { unsafe { free(request) } })
}

/// Required: as for libauth_daxpay_auth_request_set_channel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_channel(
    request: *mut libauth_daxpay_auth_url_request,
    channel: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("channel", channel) };
        unsafe { edit(request, |draft| draft.set("channel", given, |r, v| r.channel = v)) }
    })
}

/// Optional: where the user is sent back to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_auth_redirect_url(
    request: *mut libauth_daxpay_auth_url_request,
    auth_redirect_url: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("auth_redirect_url", auth_redirect_url) };
        unsafe { edit(request, |draft| draft.set("auth_redirect_url", given, |r, v| r.auth_redirect_url = v)) }
    })
}

/// Optional: the end user's IPv4 or IPv6 address; some channels require it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_client_ip(
    request: *mut libauth_daxpay_auth_url_request,
    client_ip: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("client_ip", client_ip) };
        unsafe { edit(request, |draft| draft.set("client_ip", given, |r, v| r.client_ip = v)) }
    })
}

/// Exchanges an authorization code for the user's identity. The code is one-time: once the
/// request may have arrived and the answer is lost, that is LIBAUTH_OUTCOME_UNKNOWN, and
/// nothing is repeated. The answer's signature is checked: LIBAUTH_BAD_SIGNATURE. Free the
/// identity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    identity: *mut *mut libauth_daxpay_identity,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let identity = unsafe { Out::new("identity", identity) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        identity.give(daxpay.auth(request, &Options::default())?.into())
    })
}

/// The request of libauth_daxpay_auth, for your own HTTP client to send. Opens no socket. Free
/// the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_auth(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        http_request.give(daxpay.build_auth(request, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_daxpay_build_auth, with the same checks as if
/// libauth had received it. Free the identity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_read_auth(
    daxpay: *const libauth_daxpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    identity: *mut *mut libauth_daxpay_identity,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let identity = unsafe { Out::new("identity", identity) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = daxpay.read_auth(http_request, http_response.clone())?;
        identity.give(read.into())
    })
}

/// Ends an identity. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_free(identity: *mut libauth_daxpay_identity) {
    guard!(else (), { unsafe { free(identity) } })
}

/// The user's openId at the channel; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_open_id(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(identity, "open_id", |v| v.value.open_id()) } })
}

/// The user's userId at the channel; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_user_id(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(identity, "user_id", |v| v.value.user_id()) } })
}

/// The channel's access token; NULL when the gateway gave none. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_access_token(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(identity, "access_token", |v| v.value.access_token()) } })
}

/// LIBAUTH_DAXPAY_SUCCESS, _WAITING, _NOT_EXIST or _OTHER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_status(
    identity: *const libauth_daxpay_identity,
) -> i32 {
    guard!(else LIBAUTH_DAXPAY_OTHER, { unsafe { get(identity, LIBAUTH_DAXPAY_OTHER, |v| v.value.status() as i32) } })
}

/// The status in the gateway's words, such as "success".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_status_name(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(identity, "status_name", |v| Some(v.value.status_name())) } })
}

/// The gateway's answer, with its raw body. Belongs to this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_answer(
    identity: *const libauth_daxpay_identity,
) -> *const libauth_answer {
    guard!(else ptr::null(), { unsafe { get(identity, ptr::null(), |v| ptr::from_ref(&v.answer)) } })
}

/// Exchanges an authorization code and leaves the identity at the gateway (authAndSet).
/// Repeated and checked as libauth_daxpay_auth. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_and_set(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        answer.give(daxpay.auth_and_set(request, &Options::default())?)
    })
}

/// The request of libauth_daxpay_auth_and_set, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_auth_and_set(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        http_request.give(daxpay.build_auth_and_set(request, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_daxpay_build_auth_and_set, with the same checks
/// as if libauth had received it. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_read_auth_and_set(
    daxpay: *const libauth_daxpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = daxpay.read_auth_and_set(http_request, http_response.clone())?;
        answer.give(read)
    })
}

/// Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely.
/// Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_generate_auth_url(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_url_request,
    auth_url: *mut *mut libauth_daxpay_auth_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let auth_url = unsafe { Out::new("auth_url", auth_url) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        auth_url.give(
            daxpay
                .generate_auth_url(request, &Options::default())?
                .into(),
        )
    })
}

/// The request of libauth_daxpay_generate_auth_url, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_generate_auth_url(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_url_request,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let request = unsafe { checked("request", request) }?;
        http_request.give(daxpay.build_generate_auth_url(request, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_daxpay_build_generate_auth_url, with the same
/// checks as if libauth had received it. Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_read_generate_auth_url(
    daxpay: *const libauth_daxpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    auth_url: *mut *mut libauth_daxpay_auth_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let auth_url = unsafe { Out::new("auth_url", auth_url) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = daxpay.read_generate_auth_url(http_request, http_response.clone())?;
        auth_url.give(read.into())
    })
}

/// Ends an address. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_free(auth_url: *mut libauth_daxpay_auth_url) {
    guard!(else (), { unsafe { free(auth_url) } })
}

/// Where to send the user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_url(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(auth_url, "url", |v| Some(v.value.url())) } })
}

/// The code to ask for the outcome with; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_query_code(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(auth_url, "query_code", |v| v.value.query_code()) } })
}

/// The gateway's answer, with its raw body. Belongs to this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_answer(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const libauth_answer {
    guard!(else ptr::null(), { unsafe { get(auth_url, ptr::null(), |v| ptr::from_ref(&v.answer)) } })
}

/// Calls any other endpoint of the platform below the base URL, signed: the call's body is a
/// JSON object of the endpoint's own parameters (no empty strings), and the common ones and the
/// signature are added. A call that is not marked idempotent is repeated only if it never left;
/// if it may have arrived and its answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the
/// answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_call(
    daxpay: *const libauth_daxpay,
    call: *const libauth_call,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let call = unsafe { checked("call", call) }?;
        answer.give(daxpay.call(call, &Options::default())?)
    })
}

/// The request of libauth_daxpay_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_call(
    daxpay: *const libauth_daxpay,
    call: *const libauth_call,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let call = unsafe { checked("call", call) }?;
        http_request.give(daxpay.build_call(call, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_daxpay_build_call, with the same checks. Free
/// the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_read_call(
    daxpay: *const libauth_daxpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = daxpay.read_call(http_request, http_response.clone())?;
        answer.give(read)
    })
}

/// Checks a payment, refund or transfer notification that claims to come from the gateway. It
/// must be signed, whatever libauth_config_set_response_signature says, and lie within the
/// window where it carries a time; one without a time is remembered for a day, and beyond that
/// while the guard has room. Answer it with LIBAUTH_DAXPAY_REPLY. An accepted notification is
/// claimed for libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
/// libauth_daxpay_notification_done, then answer. What the gateway sends again is signed anew, a
/// message of its own: act on an order once, by its number. The signature does not protect the
/// boundaries between fields: query the order before acting on an amount. With LIBAUTH_REPLAYED
/// (this very message was accepted before: answer it as before, do not act again) and
/// LIBAUTH_BUSY (somebody is acting on it now: answer with failure, it will come again) the
/// notification is given too, so that you know what it is about: free it as well. Other errors:
/// LIBAUTH_BAD_SIGNATURE (missing; mismatch; ambiguous: a text holds what would read as another
/// member), LIBAUTH_STALE, LIBAUTH_PROTOCOL. Free the notification.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_verify(
    daxpay: *const libauth_daxpay,
    inbound: *const libauth_inbound,
    notification: *mut *mut libauth_daxpay_notification,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let notification = unsafe { Out::new("notification", notification) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let inbound = unsafe { checked("inbound", inbound) }?;
        notification.give_event(daxpay.verify(inbound))
    })
}

/// Makes a message final, once what it asks for is done and kept: the platform's next attempt is
/// LIBAUTH_REPLAYED. Without it, freeing the notification gives the message back. Once it is done, or
/// for one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
/// LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message
/// was made final meanwhile: see that it was not acted on twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_done(
    notification: *mut libauth_daxpay_notification,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        unsafe { borrow("notification", notification) }?.done()
    })
}

/// Ends a notification. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_free(
    notification: *mut libauth_daxpay_notification,
) {
    guard!(else (), { unsafe { free(notification) } })
}

/// The envelope's `code` as text; "0" is success; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_code(
    notification: *const libauth_daxpay_notification,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(notification, "code", |v| v.code()) } })
}

/// The envelope's `msg`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_message(
    notification: *const libauth_daxpay_notification,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(notification, "message", |v| v.message()) } })
}

/// The envelope's `traceId`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_trace_id(
    notification: *const libauth_daxpay_notification,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(notification, "trace_id", |v| v.trace_id()) } })
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text; NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_field(
    notification: *const libauth_daxpay_notification,
    path: *const c_char,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { field(notification, path, |v| Some(v.body())) } })
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_notification_body(
    notification: *const libauth_daxpay_notification,
    length: *mut usize,
) -> *const u8 {
    guard!(else ptr::null(), { unsafe { bytes(notification, length, |v| v.raw_body()) } })
}

/// What is signed for a JSON object (a request, an answer or a notification), and which known
/// mistake would produce `signature`; NULL stands for the object's own member `sign`, if it has
/// one. Errors: LIBAUTH_INVALID_ARGUMENT when the body is no JSON object. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_explain(
    daxpay: *const libauth_daxpay,
    body: *const u8,
    length: usize,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let explanation = unsafe { Out::new("explanation", explanation) }?;
        let daxpay = unsafe { borrow("daxpay", daxpay) }?;
        let body = unsafe { string::bytes("body", body, length) }?;
        let signature = unsafe { string::optional("signature", signature) }?;
        let message = Inbound {
            body: body.to_vec(),
            ..Inbound::default()
        };
        explanation.give(daxpay.explain(&message, signature)?)
    })
}
