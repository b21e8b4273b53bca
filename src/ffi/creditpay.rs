//! Credit Pay.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

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
use super::token::libauth_token;
use crate::inbound::Inbound;
use crate::options::Options;
use crate::providers::creditpay::{Card, Code, CodeRequest, CreditPay, Event, EventKind};

/// A kind that this version does not know: see libauth_creditpay_event_type.
pub const LIBAUTH_CREDITPAY_OTHER: i32 = 0;
/// GET_DEFAULT_ACCOUNT_CREDIT_LIMIT: the platform asks for credit limits; answer it with them.
pub const LIBAUTH_CREDITPAY_CREDIT_LIMIT_QUERY: i32 = 1;
/// The webhook PAY_START.
pub const LIBAUTH_CREDITPAY_PAY_START: i32 = 2;
/// The webhook ASSIGN_SUCCESS.
pub const LIBAUTH_CREDITPAY_ASSIGN_SUCCESS: i32 = 3;
/// The webhook ASSIGN_FAILED.
pub const LIBAUTH_CREDITPAY_ASSIGN_FAILED: i32 = 4;
/// The webhook GET_BARCODE_SUCCESS.
pub const LIBAUTH_CREDITPAY_GET_BARCODE_SUCCESS: i32 = 5;
/// The webhook GET_BARCODE_FAILED.
pub const LIBAUTH_CREDITPAY_GET_BARCODE_FAILED: i32 = 6;
/// The webhook PAY_SUCCESS.
pub const LIBAUTH_CREDITPAY_PAY_SUCCESS: i32 = 7;
/// The webhook PAY_FAILED.
pub const LIBAUTH_CREDITPAY_PAY_FAILED: i32 = 8;
/// The webhook REFUND.
pub const LIBAUTH_CREDITPAY_REFUND: i32 = 9;
/// The webhook PAY_TIMEOUT.
pub const LIBAUTH_CREDITPAY_PAY_TIMEOUT: i32 = 10;
/// The webhook PAY_FINISH.
pub const LIBAUTH_CREDITPAY_PAY_FINISH: i32 = 11;
/// The webhook SESSION_RENEWAL.
pub const LIBAUTH_CREDITPAY_SESSION_RENEWAL: i32 = 12;
/// The HTTP status with which a webhook must be answered; with any other it is sent again,
/// every 5 minutes, 10 times at most.
pub const LIBAUTH_CREDITPAY_REPLY_STATUS: i32 = 200;

const _: () = {
    assert!(LIBAUTH_CREDITPAY_OTHER == EventKind::Other as i32);
    assert!(LIBAUTH_CREDITPAY_CREDIT_LIMIT_QUERY == EventKind::CreditLimitQuery as i32);
    assert!(LIBAUTH_CREDITPAY_PAY_START == EventKind::PayStart as i32);
    assert!(LIBAUTH_CREDITPAY_ASSIGN_SUCCESS == EventKind::AssignSuccess as i32);
    assert!(LIBAUTH_CREDITPAY_ASSIGN_FAILED == EventKind::AssignFailed as i32);
    assert!(LIBAUTH_CREDITPAY_GET_BARCODE_SUCCESS == EventKind::GetBarcodeSuccess as i32);
    assert!(LIBAUTH_CREDITPAY_GET_BARCODE_FAILED == EventKind::GetBarcodeFailed as i32);
    assert!(LIBAUTH_CREDITPAY_PAY_SUCCESS == EventKind::PaySuccess as i32);
    assert!(LIBAUTH_CREDITPAY_PAY_FAILED == EventKind::PayFailed as i32);
    assert!(LIBAUTH_CREDITPAY_REFUND == EventKind::Refund as i32);
    assert!(LIBAUTH_CREDITPAY_PAY_TIMEOUT == EventKind::PayTimeout as i32);
    assert!(LIBAUTH_CREDITPAY_PAY_FINISH == EventKind::PayFinish as i32);
    assert!(LIBAUTH_CREDITPAY_SESSION_RENEWAL == EventKind::SessionRenewal as i32);
};

/// A Credit Pay account. Settings and credentials are copied and never change. Any number of
/// threads may use it at once, without a lock, and it works on in a child after fork.
pub struct libauth_creditpay(Object<CreditPay>);
opaque!(libauth_creditpay, CreditPay);

/// What the platform wants to know, to issue a code. Setters copy and never fail: what is wrong
/// with a value is reported, by its name, by the call that uses it. NULL and "" unset. One
/// thread at a time.
pub struct libauth_creditpay_request(Object<Draft<CodeRequest>>);
builder!(libauth_creditpay_request, CodeRequest);

/// A one-time code. One thread at a time.
pub struct libauth_creditpay_code(Object<WithAnswer<Code>>);
with_answer!(libauth_creditpay_code, Code);

/// A genuine message of the platform: a webhook or the credit-limit query. One thread at a
/// time.
pub struct libauth_creditpay_event(Object<Event>);
opaque!(libauth_creditpay_event, Event);

/// Makes a handle for the account `plat_id`. Opens no connection. Errors:
/// LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_new(
    config: *const libauth_config,
    plat_id: *const c_char,
    api_key: *const c_char,
    signature_key: *const c_char,
    creditpay: *mut *mut libauth_creditpay,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let creditpay = unsafe { Out::new("creditpay", creditpay) }?;
        let config = unsafe { checked("config", config) }?;
        let plat_id = unsafe { string::required("plat_id", plat_id) }?;
        let api_key = unsafe { string::required("api_key", api_key) }?;
        let signature_key = unsafe { string::required("signature_key", signature_key) }?;
        creditpay.give(CreditPay::new(config, plat_id, api_key, signature_key)?)
    })
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_free(creditpay: *mut libauth_creditpay) {
    guard!(else (), { unsafe { free(creditpay) } })
}

/// An empty request. Never returns NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_creditpay_request_new() -> *mut libauth_creditpay_request {
    guard!(else ptr::null_mut(), { libauth_creditpay_request::give(Draft::new(CodeRequest::default())) })
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_free(request: *mut libauth_creditpay_request) {
    guard!(else (), { unsafe { free(request) } })
}

/// Required: your own unique number of the customer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_customer_no(
    request: *mut libauth_creditpay_request,
    customer_no: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("customer_no", customer_no) };
        unsafe { edit(request, |draft| draft.set("customer_no", given, |r, v| r.customer_no = v)) }
    })
}

/// Required: your user token, one to one with the user. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_customer_token(
    request: *mut libauth_creditpay_request,
    customer_token: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("customer_token", customer_token) };
        unsafe { edit(request, |draft| draft.set("customer_token", given, |r, v| r.customer_token = v.map(Into::into))) }
    })
}

/// Required: your callback address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_callback_url(
    request: *mut libauth_creditpay_request,
    callback_url: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("callback_url", callback_url) };
        unsafe { edit(request, |draft| draft.set("callback_url", given, |r, v| r.callback_url = v)) }
    })
}

/// Required: the end user's IPv4 or IPv6 address; the platform uses it in later checks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_client_ip(
    request: *mut libauth_creditpay_request,
    client_ip: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("client_ip", client_ip) };
        unsafe { edit(request, |draft| draft.set("client_ip", given, |r, v| r.client_ip = v)) }
    })
}

/// Optional: with the same value as before, the code issued before is returned; with another, a
/// new one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_session_sign(
    request: *mut libauth_creditpay_request,
    session_sign: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("session_sign", session_sign) };
        unsafe { edit(request, |draft| draft.set("session_sign", given, |r, v| r.session_sign = v)) }
    })
}

/// Optional: the tag of the card to choose.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_credit_limit_tag(
    request: *mut libauth_creditpay_request,
    credit_limit_tag: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("credit_limit_tag", credit_limit_tag) };
        unsafe { edit(request, |draft| draft.set("credit_limit_tag", given, |r, v| r.credit_limit_tag = v)) }
    })
}

/// Optional: your trace id, for support. By default a random one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_trace(
    request: *mut libauth_creditpay_request,
    trace: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("trace", trace) };
        unsafe { edit(request, |draft| draft.set("trace", given, |_, _| {})) }
    })
}

/// Optional: the language of messages. The platform's default is "en-US".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_lang(
    request: *mut libauth_creditpay_request,
    lang: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("lang", lang) };
        unsafe { edit(request, |draft| draft.set("lang", given, |r, v| r.lang = v)) }
    })
}

/// Required: when the customer_token expires, in Unix milliseconds, 13 digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_token_expire_ms(
    request: *mut libauth_creditpay_request,
    token_expire_ms: i64,
) {
    guard!(else (), { unsafe { edit(request, |draft| draft.value.token_expire_ms = Some(token_expire_ms)) } })
}

/// Adds a credit-limit card; all five are required, `amount` is a decimal number such as
/// "10001.23" (never a float), `input` is HTML. With cards, the credit-limit endpoint
/// configured at the platform is not asked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_add_card(
    request: *mut libauth_creditpay_request,
    tag: *const c_char,
    amount: *const c_char,
    currency: *const c_char,
    icon: *const c_char,
    input: *const c_char,
) {
    guard!(else (), {
        let card = || {
            Ok(Card {
                tag: unsafe { string::owned("card tag", tag) }?,
                amount: unsafe { string::owned("card amount", amount) }?,
                currency: unsafe { string::owned("card currency", currency) }?,
                icon: unsafe { string::owned("card icon", icon) }?,
                input: unsafe { string::owned("card input", input) }?,
            })
        };
        unsafe { edit(request, |draft| draft.add("card", card(), |request, card| request.cards.push(card))) }
    })
}

/// Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is
/// cheap. Free the code. Errors: LIBAUTH_INVALID_ARGUMENT names the field; all the others as
/// the platform and the network have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_issue_code(
    creditpay: *const libauth_creditpay,
    request: *const libauth_creditpay_request,
    code: *mut *mut libauth_creditpay_code,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let code = unsafe { Out::new("code", code) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let request = unsafe { checked("request", request) }?;
        code.give(creditpay.issue_code(request, &Options::default())?.into())
    })
}

/// The request of libauth_creditpay_issue_code, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_issue_code(
    creditpay: *const libauth_creditpay,
    request: *const libauth_creditpay_request,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let request = unsafe { checked("request", request) }?;
        http_request.give(creditpay.build_issue_code(request, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_creditpay_build_issue_code, with the same
/// checks as if libauth had received it. Free the code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_read_issue_code(
    creditpay: *const libauth_creditpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    code: *mut *mut libauth_creditpay_code,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let code = unsafe { Out::new("code", code) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = creditpay.read_issue_code(http_request, http_response.clone())?;
        code.give(read.into())
    })
}

/// Ends a code. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_free(code: *mut libauth_creditpay_code) {
    guard!(else (), { unsafe { free(code) } })
}

/// Where to send the user. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_url(
    code: *const libauth_creditpay_code,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(code, "url", |v| Some(v.value.url())) } })
}

/// The code itself. A secret until it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_ident_code(
    code: *const libauth_creditpay_code,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(code, "ident_code", |v| Some(v.value.ident_code())) } })
}

/// The platform's answer, with its raw body. Belongs to this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_answer(
    code: *const libauth_creditpay_code,
) -> *const libauth_answer {
    guard!(else ptr::null(), { unsafe { get(code, ptr::null(), |v| ptr::from_ref(&v.answer)) } })
}

/// Turns an `ident_code` into the user's `open_token`, with its end; it goes into the header
/// Authorization. Not repeated once it may have arrived: then LIBAUTH_OUTCOME_UNKNOWN. Not
/// cached. Free the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_open_token(
    creditpay: *const libauth_creditpay,
    ident_code: *const c_char,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let token = unsafe { Out::new("token", token) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let ident_code = unsafe { string::required("ident_code", ident_code) }?;
        let opened = Arc::new(creditpay.open_token(ident_code, &Options::default())?);
        token.give(opened.into())
    })
}

/// The request of libauth_creditpay_open_token, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_open_token(
    creditpay: *const libauth_creditpay,
    ident_code: *const c_char,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let ident_code = unsafe { string::required("ident_code", ident_code) }?;
        http_request.give(creditpay.build_open_token(ident_code, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_creditpay_build_open_token, with the same
/// checks as if libauth had received it. Free the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_read_open_token(
    creditpay: *const libauth_creditpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let token = unsafe { Out::new("token", token) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = creditpay.read_open_token(http_request, http_response.clone())?;
        token.give(Arc::new(read).into())
    })
}

/// Calls any other endpoint of the platform below the base URL, signed. A call that is not
/// marked idempotent is repeated only if it never left; if it may have arrived and its answer
/// was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_call(
    creditpay: *const libauth_creditpay,
    call: *const libauth_call,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let call = unsafe { checked("call", call) }?;
        answer.give(creditpay.call(call, &Options::default())?)
    })
}

/// The request of libauth_creditpay_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_call(
    creditpay: *const libauth_creditpay,
    call: *const libauth_call,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let http_request = unsafe { Out::new("http_request", http_request) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let call = unsafe { checked("call", call) }?;
        http_request.give(creditpay.build_call(call, &Options::default())?)
    })
}

/// Reads the response to the request of libauth_creditpay_build_call, with the same checks.
/// Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_read_call(
    creditpay: *const libauth_creditpay,
    http_request: *const libauth_http_request,
    http_response: *const libauth_http_response,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let answer = unsafe { Out::new("answer", answer) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let http_request = unsafe { borrow("http_request", http_request) }?;
        let http_response = unsafe { checked("http_response", http_response) }?;
        let read = creditpay.read_call(http_request, http_response.clone())?;
        answer.give(read)
    })
}

/// Checks a message that claims to come from the platform: headers `signature` and `timestamp`.
/// The signature covers path and body, and no header: `timestamp`, `token` and `trace` are as
/// the network delivered them. Answer a genuine webhook with HTTP status
/// LIBAUTH_CREDITPAY_REPLY_STATUS. An accepted event is claimed for
/// libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
/// libauth_creditpay_event_done, then answer. The platform sends an event again, as a message of
/// its own, until it is answered so: keep its event_id and act on it once. A credit-limit query
/// needs no libauth_creditpay_event_done; whoever recorded one can send it again for any
/// customer. With LIBAUTH_REPLAYED (this very message was accepted before: answer it as before,
/// do not act again) and LIBAUTH_BUSY (somebody is acting on it now: answer with failure, it
/// will come again) the event is given too, so that you know what it is about: free it as well.
/// Other errors: LIBAUTH_BAD_SIGNATURE (missing or mismatch), LIBAUTH_STALE, LIBAUTH_PROTOCOL
/// (genuine, but not JSON). Free the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_verify(
    creditpay: *const libauth_creditpay,
    inbound: *const libauth_inbound,
    event: *mut *mut libauth_creditpay_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let event = unsafe { Out::new("event", event) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let inbound = unsafe { checked("inbound", inbound) }?;
        event.give_event(creditpay.verify(inbound))
    })
}

/// Makes a message final, once what it asks for is done and kept: the platform's next attempt is
/// LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or
/// for one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
/// LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message
/// was made final meanwhile: see that it was not acted on twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_done(
    event: *mut libauth_creditpay_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, { unsafe { borrow("event", event) }?.done() })
}

/// Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_free(event: *mut libauth_creditpay_event) {
    guard!(else (), { unsafe { free(event) } })
}

/// What happened: one of LIBAUTH_CREDITPAY_PAY_SUCCESS and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_kind(
    event: *const libauth_creditpay_event,
) -> i32 {
    guard!(else LIBAUTH_CREDITPAY_OTHER, { unsafe { get(event, LIBAUTH_CREDITPAY_OTHER, |v| v.kind() as i32) } })
}

/// What happened, in the platform's words, such as "PAY_SUCCESS".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_type(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "type", |v| Some(v.type_name())) } })
}

/// The `event_id`, the same when the platform sends the event again; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_id(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "id", |v| v.event_id()) } })
}

/// The `platform_id`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_platform_id(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "platform_id", |v| v.platform_id()) } })
}

/// The `retry` as text; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_retry(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "retry", |v| v.retry()) } })
}

/// The header `token`, a customer_token of yours; NULL when there is none. It is not signed: who
/// it names is a claim, not a fact. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_customer_token(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "customer_token", |v| v.customer_token()) } })
}

/// The header `trace`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_trace(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "trace", |v| v.trace_id()) } })
}

/// The header `lang` of a credit-limit query; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_lang(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { text(event, "lang", |v| v.lang()) } })
}

/// When it was sent, Unix milliseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_timestamp_ms(
    event: *const libauth_creditpay_event,
) -> i64 {
    guard!(else 0, { unsafe { get(event, 0, |v| v.timestamp_ms()) } })
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text; NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_field(
    event: *const libauth_creditpay_event,
    path: *const c_char,
) -> *const c_char {
    guard!(else ptr::null(), { unsafe { field(event, path, |v| Some(v.body())) } })
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_body(
    event: *const libauth_creditpay_event,
    length: *mut usize,
) -> *const u8 {
    guard!(else ptr::null(), { unsafe { bytes(event, length, |v| v.raw_body()) } })
}

/// What is signed for a path and a body, and, if `signature` is not NULL, which known mistake
/// would produce that signature. `path` is the path that is signed: of a request the
/// endpoint's, behind the signed_path_prefix if that is set; of a webhook your own. The prefix
/// and query mistakes are looked for with the path of the base URL, the signed_path_prefix and
/// the plat_id of this handle. A signature that no known mistake gives takes longest, for a
/// body of a megabyte about a second: this is for people, not for each message. Free the
/// explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_explain(
    creditpay: *const libauth_creditpay,
    path: *const c_char,
    body: *const u8,
    length: usize,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, {
        let explanation = unsafe { Out::new("explanation", explanation) }?;
        let creditpay = unsafe { borrow("creditpay", creditpay) }?;
        let path = unsafe { string::required("path", path) }?;
        let body = unsafe { string::bytes("body", body, length) }?;
        let signature = unsafe { string::optional("signature", signature) }?;
        let message = Inbound {
            path: path.to_owned(),
            body: body.to_vec(),
            ..Inbound::default()
        };
        explanation.give(creditpay.explain(&message, signature)?)
    })
}
