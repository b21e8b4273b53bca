//! DaxPay.

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
use crate::error::{Error, Result};
use crate::providers::daxpay::{
    Algorithm, AuthRequest, AuthUrl, AuthUrlRequest, DaxPay, Event, Identity, IdentityStatus,
};

/// How a gateway signs: one of LIBAUTH_DAXPAY_SIGN_*.
pub type libauth_daxpay_sign = i32;

/// The sign algorithm HMAC-SHA256, the gateway's default.
pub const LIBAUTH_DAXPAY_SIGN_HMAC_SHA256: libauth_daxpay_sign = 0;
/// The sign algorithm MD5.
pub const LIBAUTH_DAXPAY_SIGN_MD5: libauth_daxpay_sign = 1;
/// The sign algorithm SM3. A gateway build of 2025 computes MD5 where it is set to SM3: with
/// such a gateway use LIBAUTH_DAXPAY_SIGN_MD5.
pub const LIBAUTH_DAXPAY_SIGN_SM3: libauth_daxpay_sign = 2;

/// What became of an authorization: one of LIBAUTH_DAXPAY_STATUS_*.
pub type libauth_daxpay_status = i32;

/// The identity's status is one that this version does not know: see
/// libauth_daxpay_identity_status_name.
pub const LIBAUTH_DAXPAY_STATUS_OTHER: libauth_daxpay_status = 0;
/// The identity is there.
pub const LIBAUTH_DAXPAY_STATUS_SUCCESS: libauth_daxpay_status = 1;
/// The user has not authorized yet.
pub const LIBAUTH_DAXPAY_STATUS_WAITING: libauth_daxpay_status = 2;
/// There is no such authorization.
pub const LIBAUTH_DAXPAY_STATUS_NOT_EXIST: libauth_daxpay_status = 3;
/// Edition open: the authorization failed.
pub const LIBAUTH_DAXPAY_STATUS_FAIL: libauth_daxpay_status = 4;

/// The body with which a notification must be answered; with any other it is sent again.
pub const LIBAUTH_DAXPAY_REPLY: &str = "SUCCESS";

const _: () = {
    assert!(LIBAUTH_DAXPAY_STATUS_OTHER == IdentityStatus::Other as i32);
    assert!(LIBAUTH_DAXPAY_STATUS_SUCCESS == IdentityStatus::Success as i32);
    assert!(LIBAUTH_DAXPAY_STATUS_WAITING == IdentityStatus::Waiting as i32);
    assert!(LIBAUTH_DAXPAY_STATUS_NOT_EXIST == IdentityStatus::NotExist as i32);
    assert!(LIBAUTH_DAXPAY_STATUS_FAIL == IdentityStatus::Fail as i32);
};

/// A DaxPay application. Settings and credentials are copied and never change. Any number of
/// threads may use it at once, without a lock, and it works on in a child after fork.
pub struct libauth_daxpay(Object<Arc<DaxPay>>);
opaque!(libauth_daxpay, Arc<DaxPay>, "daxpay");

/// An authorization code to exchange. Setters copy and never fail: what is wrong with a value
/// is reported, by its name, by the call that uses it. NULL and "" unset. One thread at a time.
pub struct libauth_daxpay_auth_request(Object<Draft<AuthRequest>>);
opaque!(libauth_daxpay_auth_request, Draft<AuthRequest>, "request");

/// What the address to authorize at depends on. Setters as above. One thread at a time.
pub struct libauth_daxpay_auth_url_request(Object<Draft<AuthUrlRequest>>);
opaque!(
    libauth_daxpay_auth_url_request,
    Draft<AuthUrlRequest>,
    "request"
);

/// An end user's identity. One thread at a time.
pub struct libauth_daxpay_identity(Object<WithAnswer<Identity>>);
opaque!(libauth_daxpay_identity, WithAnswer<Identity>, "identity");

/// An address to authorize at. One thread at a time.
pub struct libauth_daxpay_auth_url(Object<WithAnswer<AuthUrl>>);
opaque!(libauth_daxpay_auth_url, WithAnswer<AuthUrl>, "auth_url");

/// A genuine message of the gateway. One thread at a time.
pub struct libauth_daxpay_event(Object<Event>);
opaque!(libauth_daxpay_event, Event, "event");

/// Makes a handle for an application of edition 3: `app_id` and `mch_no` have at most 32 characters;
/// `app_id` may be NULL (the gateway's default application), and so may `mch_no` (newer gateways require it), `algorithm` is the gateway's. Opens no connection. Errors:
/// LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_new(
    config: *const libauth_config,
    app_id: *const c_char,
    mch_no: *const c_char,
    sign_key: *const c_char,
    algorithm: libauth_daxpay_sign,
    daxpay: *mut *mut libauth_daxpay,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        make(daxpay, || DaxPay::new(
            checked(config)?,
            optional("app_id", app_id)?,
            optional("mch_no", mch_no)?,
            required("sign_key", sign_key)?,
            sign(algorithm)?
        ))
    )
}

/// Makes a handle for the gateway's edition `open`, which signs with RSA: `private_key` is the merchant's,
/// `platform_public_key` checks answers and notifications; both are texts as libauth_redemption_new_rsa takes them.
/// `app_id` may be NULL: the merchant's default application. Opens no connection. Errors: LIBAUTH_INVALID_KEY says
/// what is wrong with a key; LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_new_open(
    config: *const libauth_config,
    mch_no: *const c_char,
    app_id: *const c_char,
    private_key: *const c_char,
    platform_public_key: *const c_char,
    daxpay: *mut *mut libauth_daxpay,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        make(daxpay, || DaxPay::new_open(
            checked(config)?,
            required("mch_no", mch_no)?,
            optional("app_id", app_id)?,
            required("private_key", private_key)?,
            required("platform_public_key", platform_public_key)?,
        ))
    )
}

/// As libauth_daxpay_new_open, with a private key that stays where it is: `callback` signs, with `context`, which
/// must live as long as the handle. `public_key` is the merchant's own: a first signature is checked against it
/// here. Errors: LIBAUTH_INVALID_KEY also when the signature is not that key's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_new_open_callback(
    config: *const libauth_config,
    mch_no: *const c_char,
    app_id: *const c_char,
    callback: libauth_sign_callback,
    context: *mut c_void,
    public_key: *const c_char,
    platform_public_key: *const c_char,
    daxpay: *mut *mut libauth_daxpay,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        make(daxpay, || DaxPay::new_open_callback(
            checked(config)?,
            required("mch_no", mch_no)?,
            optional("app_id", app_id)?,
            signer(callback, context)?,
            required("public_key", public_key)?,
            required("platform_public_key", platform_public_key)?,
        ))
    )
}

fn sign(algorithm: libauth_daxpay_sign) -> Result<Algorithm> {
    match algorithm {
        LIBAUTH_DAXPAY_SIGN_HMAC_SHA256 => Ok(Algorithm::HmacSha256),
        LIBAUTH_DAXPAY_SIGN_MD5 => Ok(Algorithm::Md5),
        LIBAUTH_DAXPAY_SIGN_SM3 => Ok(Algorithm::Sm3),
        _ => Err(Error::argument(
            "algorithm",
            "is not one of LIBAUTH_DAXPAY_SIGN_*",
        )),
    }
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_free(daxpay: *mut libauth_daxpay) {
    guard!(free(daxpay))
}

/// Another handle to the same account, with the same token, connections and memory of messages, freed on its
/// own: hand one to each user of the account, and change a key by swapping the handle that new ones are made
/// from. NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_share(
    daxpay: *const libauth_daxpay,
) -> *mut libauth_daxpay {
    guard!(share(daxpay))
}

/// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and
/// attempts with their durations by operation and outcome, connections, messages verified by outcome, and how
/// full the replay guard is. docs/statistics.md names each member; later versions may add some. A child begins
/// at zero after fork. Any thread; nothing waits for it. Free the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_stats_json(
    daxpay: *const libauth_daxpay,
    text: *mut *mut libauth_text,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, ask(daxpay, text, |it| Ok(it.stats().to_json())))
}

/// An empty request. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_daxpay_auth_request_new() -> *mut libauth_daxpay_auth_request {
    guard!(empty())
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_free(
    request: *mut libauth_daxpay_auth_request,
) {
    guard!(free(request))
}

/// Required: "ali_pay", "wechat_pay", "union_pay", or any code the gateway knows; at most 32
/// characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_channel(
    request: *mut libauth_daxpay_auth_request,
    channel: *const c_char,
) {
    guard!(set_text(request, "channel", channel, |r| &mut r.channel))
}

/// Required: the one-time code to exchange; at most 200 characters. A secret until it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_auth_code(
    request: *mut libauth_daxpay_auth_request,
    auth_code: *const c_char,
) {
    guard!(set_text(request, "auth_code", auth_code, |r| &mut r.auth_code))
}

/// Optional, normally not sent; at most 128 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_query_code(
    request: *mut libauth_daxpay_auth_request,
    query_code: *const c_char,
) {
    guard!(set_text(request, "query_code", query_code, |r| &mut r.query_code))
}

/// Optional: the end user's IPv4 or IPv6 address; some channels require it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_client_ip(
    request: *mut libauth_daxpay_auth_request,
    client_ip: *const c_char,
) {
    guard!(set_text(request, "client_ip", client_ip, |r| &mut r.client_ip))
}

/// Edition open, optional: the type of authorization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_auth_type(
    request: *mut libauth_daxpay_auth_request,
    auth_type: *const c_char,
) {
    guard!(set_text(request, "auth_type", auth_type, |r| &mut r.auth_type))
}

/// Edition open, optional: an access token of the channel. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_access_token(
    request: *mut libauth_daxpay_auth_request,
    access_token: *const c_char,
) {
    guard!(set_text(request, "access_token", access_token, |r| &mut r
        .access_token))
}

/// Edition open, optional: the identifier of a union channel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_union_identifier(
    request: *mut libauth_daxpay_auth_request,
    union_identifier: *const c_char,
) {
    guard!(set_text(
        request,
        "union_identifier",
        union_identifier,
        |r| &mut r.union_identifier
    ))
}

/// Edition open, optional: what libauth_daxpay_auth_url_auth_token gave; used once; at most 64 characters. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_request_set_auth_token(
    request: *mut libauth_daxpay_auth_request,
    auth_token: *const c_char,
) {
    guard!(set_text(request, "auth_token", auth_token, |r| &mut r.auth_token))
}

/// An empty request. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_daxpay_auth_url_request_new() -> *mut libauth_daxpay_auth_url_request {
    guard!(empty())
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_free(
    request: *mut libauth_daxpay_auth_url_request,
) {
    guard!(free(request))
}

/// Required: as for libauth_daxpay_auth_request_set_channel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_channel(
    request: *mut libauth_daxpay_auth_url_request,
    channel: *const c_char,
) {
    guard!(set_text(request, "channel", channel, |r| &mut r.channel))
}

/// Optional: where the user is sent back to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_auth_redirect_url(
    request: *mut libauth_daxpay_auth_url_request,
    auth_redirect_url: *const c_char,
) {
    guard!(set_text(
        request,
        "auth_redirect_url",
        auth_redirect_url,
        |r| &mut r.auth_redirect_url
    ))
}

/// Optional: the end user's IPv4 or IPv6 address; some channels require it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_client_ip(
    request: *mut libauth_daxpay_auth_url_request,
    client_ip: *const c_char,
) {
    guard!(set_text(request, "client_ip", client_ip, |r| &mut r.client_ip))
}

/// Edition 3, optional: what newer gateways take in place of `auth_redirect_url`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_auth_path(
    request: *mut libauth_daxpay_auth_url_request,
    auth_path: *const c_char,
) {
    guard!(set_text(request, "auth_path", auth_path, |r| &mut r.auth_path))
}

/// Edition open, optional: the type of authorization; by default that of WeChat.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_auth_type(
    request: *mut libauth_daxpay_auth_url_request,
    auth_type: *const c_char,
) {
    guard!(set_text(request, "auth_type", auth_type, |r| &mut r.auth_type))
}

/// Edition open, optional; at most 32 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_product(
    request: *mut libauth_daxpay_auth_url_request,
    product: *const c_char,
) {
    guard!(set_text(request, "product", product, |r| &mut r.product))
}

/// Edition open, optional; at most 128 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_op_app_id(
    request: *mut libauth_daxpay_auth_url_request,
    op_app_id: *const c_char,
) {
    guard!(set_text(request, "op_app_id", op_app_id, |r| &mut r.op_app_id))
}

/// Edition open, optional: where the user is sent back to; at most 200 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_return_path(
    request: *mut libauth_daxpay_auth_url_request,
    return_path: *const c_char,
) {
    guard!(set_text(request, "return_path", return_path, |r| &mut r.return_path))
}

/// Edition open, optional; at most 32 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_request_set_capability(
    request: *mut libauth_daxpay_auth_url_request,
    capability: *const c_char,
) {
    guard!(set_text(request, "capability", capability, |r| &mut r.capability))
}

/// Exchanges an authorization code for the user's identity. The code is one-time: once the
/// request may have arrived and the answer is lost, that is LIBAUTH_OUTCOME_UNKNOWN, and
/// nothing is repeated. The answer's signature is checked: LIBAUTH_BAD_SIGNATURE. Free the
/// identity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    options: *const libauth_options,
    identity: *mut *mut libauth_daxpay_identity,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, identity, |it| it
            .auth(checked(request)?, options_of(options)?))
    )
}

/// The request of libauth_daxpay_auth, for your own HTTP client to send. Opens no socket. Free
/// the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_auth(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, http_request, |it| it
            .build_auth(checked(request)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(daxpay, identity, |it| it.read_auth(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Ends an identity. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_free(identity: *mut libauth_daxpay_identity) {
    guard!(free(identity))
}

/// The user's openId at the channel; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_open_id(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(text(identity, "open_id", |v| v.open_id()))
}

/// The user's userId at the channel; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_user_id(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(text(identity, "user_id", |v| v.user_id()))
}

/// Edition open: where the user is to be sent back to; NULL when the gateway does not say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_return_path(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(text(identity, "return_path", |v| v.return_path()))
}

/// The channel's access token; NULL when the gateway gave none. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_access_token(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(text(identity, "access_token", |v| v.access_token()))
}

/// What became of the authorization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_status(
    identity: *const libauth_daxpay_identity,
) -> libauth_daxpay_status {
    guard!(get(identity, LIBAUTH_DAXPAY_STATUS_OTHER, |v| v.status() as i32))
}

/// The status in the gateway's words, such as "success". Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_status_name(
    identity: *const libauth_daxpay_identity,
) -> *const c_char {
    guard!(text(identity, "status_name", |v| v.status_name()))
}

/// The gateway's answer, with its raw body. Belongs to this object. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_identity_answer(
    identity: *const libauth_daxpay_identity,
) -> *const libauth_answer {
    guard!(part(identity, |v| v.answer(|v| v.answer())))
}

/// Exchanges an authorization code and leaves the identity at the gateway (authAndSet).
/// Repeated and checked as libauth_daxpay_auth. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_and_set(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, answer, |it| it
            .auth_and_set(checked(request)?, options_of(options)?))
    )
}

/// The request of libauth_daxpay_auth_and_set, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_auth_and_set(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_request,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, http_request, |it| it
            .build_auth_and_set(checked(request)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(daxpay, answer, |it| it.read_auth_and_set(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely.
/// Free the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_generate_auth_url(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_url_request,
    options: *const libauth_options,
    auth_url: *mut *mut libauth_daxpay_auth_url,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, auth_url, |it| it
            .generate_auth_url(checked(request)?, options_of(options)?))
    )
}

/// The request of libauth_daxpay_generate_auth_url, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_generate_auth_url(
    daxpay: *const libauth_daxpay,
    request: *const libauth_daxpay_auth_url_request,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, http_request, |it| it.build_generate_auth_url(
            checked(request)?,
            options_of(options)?
        ))
    )
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
    guard!(
        error,
        ask(daxpay, auth_url, |it| it.read_generate_auth_url(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Ends an address. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_free(auth_url: *mut libauth_daxpay_auth_url) {
    guard!(free(auth_url))
}

/// Where to send the user. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_url(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const c_char {
    guard!(text(auth_url, "url", |v| v.url()))
}

/// The code to ask for the outcome with; NULL when the gateway gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_query_code(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const c_char {
    guard!(text(auth_url, "query_code", |v| v.query_code()))
}

/// Edition open: hand it to libauth_daxpay_auth_request_set_auth_token; NULL when the gateway gave none. A
/// secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_auth_token(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const c_char {
    guard!(text(auth_url, "auth_token", |v| v.auth_token()))
}

/// The gateway's answer, with its raw body. Belongs to this object. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_auth_url_answer(
    auth_url: *const libauth_daxpay_auth_url,
) -> *const libauth_answer {
    guard!(part(auth_url, |v| v.answer(|v| v.answer())))
}

/// Has the gateway check merchant, application, key and signature, and nothing else (edition open). The answer's
/// field "data.serverSignStr" is the string that the gateway signs. Repeated freely. Free the answer. Errors:
/// LIBAUTH_INVALID_CONFIG for a handle of edition 3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_ping(
    daxpay: *const libauth_daxpay,
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, answer, |it| it.ping(options_of(options)?))
    )
}

/// The request of libauth_daxpay_ping, for your own HTTP client to send. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_ping(
    daxpay: *const libauth_daxpay,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, http_request, |it| it
            .build_ping(options_of(options)?))
    )
}

/// Reads the response to the request of libauth_daxpay_build_ping, with the same checks. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_read_ping(
    daxpay: *const libauth_daxpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, answer, |it| it.read_ping(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
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
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, answer, |it| it
            .call(checked(call)?, options_of(options)?))
    )
}

/// The request of libauth_daxpay_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_build_call(
    daxpay: *const libauth_daxpay,
    call: *const libauth_call,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, http_request, |it| it
            .build_call(checked(call)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(daxpay, answer, |it| it.read_call(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Checks a payment, refund or transfer notification that claims to come from the gateway. It
/// must be signed, whatever libauth_config_set_daxpay_response_signature says, and lie within the
/// window where it carries a time; one without a time is remembered for a day, and beyond that
/// while the guard has room. An accepted event is claimed for libauth_config_set_replay_claim_ms:
/// act on it, keep what came of it, call libauth_daxpay_event_done, then answer with the HTTP status
/// of libauth_reply_status and LIBAUTH_DAXPAY_REPLY. What the gateway sends again is signed anew, a
/// message of its own: act on an order once, by its number. The signature does not protect the
/// boundaries between fields: query the order before acting on an amount. With LIBAUTH_REPLAYED
/// (this very message was accepted before: answer it as before, do not act again) and LIBAUTH_BUSY
/// (somebody is acting on it now: answer with failure, it will come again) the event is given too,
/// so that you know what it is about: free it as well. Other errors: LIBAUTH_BAD_SIGNATURE (missing;
/// mismatch; ambiguous: a text holds what would read as another member), LIBAUTH_STALE,
/// LIBAUTH_PROTOCOL. Free the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_verify(
    daxpay: *const libauth_daxpay,
    message: *const libauth_inbound,
    event: *mut *mut libauth_daxpay_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        verify(daxpay, message, event, |it, message| it.verify(message))
    )
}

/// Makes a message final, once what it asks for is done and kept: the platform's next attempt is
/// LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or
/// for one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
/// LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message
/// was made final meanwhile: see that it was not acted on twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_done(
    event: *mut libauth_daxpay_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, with(event, |it| it.done()))
}

/// Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_free(event: *mut libauth_daxpay_event) {
    guard!(free(event))
}

/// The envelope's `code` as text; "0" is success; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_code(
    event: *const libauth_daxpay_event,
) -> *const c_char {
    guard!(text(event, "code", |v| v.code()))
}

/// The envelope's `msg`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_message(
    event: *const libauth_daxpay_event,
) -> *const c_char {
    guard!(text(event, "message", |v| v.message()))
}

/// The envelope's `traceId`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_trace_id(
    event: *const libauth_daxpay_event,
) -> *const c_char {
    guard!(text(event, "trace_id", |v| v.trace_id()))
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text. NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_field(
    event: *const libauth_daxpay_event,
    path: *const c_char,
) -> *const c_char {
    guard!(field(event, path, |v| Some(v.body())))
}

/// As libauth_daxpay_event_field, but `fallback` itself where that gives NULL: NULL only if
/// `fallback` is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_field_or(
    event: *const libauth_daxpay_event,
    path: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    guard!(else fallback, field_or(event, path, fallback, |v| Some(v.body())))
}

/// What a field of the JSON body is: tells a field that is null from one that is absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_field_type(
    event: *const libauth_daxpay_event,
    path: *const c_char,
) -> libauth_json_type {
    guard!(field_type(event, path, |v| Some(v.body())))
}

/// A whole number of the JSON body, also one that is written as a string; `fallback` where the
/// field is absent, null, anything else, or beyond 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_field_int64(
    event: *const libauth_daxpay_event,
    path: *const c_char,
    fallback: i64,
) -> i64 {
    guard!(else fallback, field_int64(event, path, fallback, |v| Some(v.body())))
}

/// Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
/// libauth_config_add_daxpay_previous_key, in the order added; -1 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_key(event: *const libauth_daxpay_event) -> i32 {
    guard!(get(event, -1, |e| i32::try_from(e.key_index())
        .unwrap_or(i32::MAX)))
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
/// never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_event_body(
    event: *const libauth_daxpay_event,
    length: *mut usize,
) -> *const u8 {
    guard!(bytes(event, length, |v| v.raw_body()))
}

/// What is signed for a message whose body is a JSON object (a request, an answer or a
/// notification), and which known mistake would produce `signature`; NULL stands for the object's
/// own member `sign`, if it has one. Errors: LIBAUTH_INVALID_ARGUMENT when the body is no JSON
/// object. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_explain(
    daxpay: *const libauth_daxpay,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, explanation, |it| it.explain(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_daxpay_explain, for a message of the gateway's, which signs with the same key. Free
/// the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_explain_event(
    daxpay: *const libauth_daxpay,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, explanation, |it| it.explain_event(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_daxpay_explain, with the string that the other side signs in place of its signature: where the two
/// part, with a few characters on either side, and what that means. Secrets are masked in both. Free the
/// explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_daxpay_explain_string(
    daxpay: *const libauth_daxpay,
    message: *const libauth_inbound,
    their_string: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(daxpay, explanation, |it| it.explain_string(
            checked(message)?,
            required("their_string", their_string)?
        ))
    )
}
