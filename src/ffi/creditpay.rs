//! Credit Pay.

use std::ffi::c_char;
use std::sync::Arc;

use super::answer::{WithAnswer, field, field_int64, field_or, field_type};
use super::answer::{libauth_answer, libauth_json_type};
use super::call::libauth_call;
use super::config::libauth_config;
use super::error::libauth_error;
use super::explain::libauth_explanation;
use super::guard::guard;
use super::handle::{Draft, Object, borrow, checked, free, opaque};
use super::http::{libauth_http_request, libauth_http_response};
use super::inbound::libauth_inbound;
use super::options::{libauth_options, options_of};
use super::shape::{
    add, ask, bytes, empty, get, make, part, set, set_text, share, text, verify, with,
};
use super::status::libauth_status;
use super::string::{optional, owned, required};
use super::text::libauth_text;
use super::token::libauth_token;
use crate::error::Result;
use crate::providers::creditpay::{Card, Code, CodeRequest, CreditPay, Event, EventKind};

/// What a message of Credit Pay says: one of LIBAUTH_CREDITPAY_KIND_*.
pub type libauth_creditpay_kind = i32;

/// A kind that this version does not know: see libauth_creditpay_event_type.
pub const LIBAUTH_CREDITPAY_KIND_OTHER: libauth_creditpay_kind = 0;
/// GET_DEFAULT_ACCOUNT_CREDIT_LIMIT: the platform asks for credit limits; answer it with them.
pub const LIBAUTH_CREDITPAY_KIND_CREDIT_LIMIT_QUERY: libauth_creditpay_kind = 1;
/// The webhook PAY_START.
pub const LIBAUTH_CREDITPAY_KIND_PAY_START: libauth_creditpay_kind = 2;
/// The webhook ASSIGN_SUCCESS.
pub const LIBAUTH_CREDITPAY_KIND_ASSIGN_SUCCESS: libauth_creditpay_kind = 3;
/// The webhook ASSIGN_FAILED.
pub const LIBAUTH_CREDITPAY_KIND_ASSIGN_FAILED: libauth_creditpay_kind = 4;
/// The webhook GET_BARCODE_SUCCESS.
pub const LIBAUTH_CREDITPAY_KIND_GET_BARCODE_SUCCESS: libauth_creditpay_kind = 5;
/// The webhook GET_BARCODE_FAILED.
pub const LIBAUTH_CREDITPAY_KIND_GET_BARCODE_FAILED: libauth_creditpay_kind = 6;
/// The webhook PAY_SUCCESS.
pub const LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS: libauth_creditpay_kind = 7;
/// The webhook PAY_FAILED.
pub const LIBAUTH_CREDITPAY_KIND_PAY_FAILED: libauth_creditpay_kind = 8;
/// The webhook REFUND.
pub const LIBAUTH_CREDITPAY_KIND_REFUND: libauth_creditpay_kind = 9;
/// The webhook PAY_TIMEOUT.
pub const LIBAUTH_CREDITPAY_KIND_PAY_TIMEOUT: libauth_creditpay_kind = 10;
/// The webhook PAY_FINISH.
pub const LIBAUTH_CREDITPAY_KIND_PAY_FINISH: libauth_creditpay_kind = 11;
/// The webhook SESSION_RENEWAL.
pub const LIBAUTH_CREDITPAY_KIND_SESSION_RENEWAL: libauth_creditpay_kind = 12;

/// The body to answer a genuine webhook with: none. The HTTP status must be 200, as
/// libauth_reply_status has it; with any other it is sent again, every 5 minutes, 10 times at
/// most. A credit-limit query is answered with the limits instead.
pub const LIBAUTH_CREDITPAY_REPLY: &str = "";

const _: () = {
    assert!(LIBAUTH_CREDITPAY_KIND_OTHER == EventKind::Other as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_CREDIT_LIMIT_QUERY == EventKind::CreditLimitQuery as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_PAY_START == EventKind::PayStart as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_ASSIGN_SUCCESS == EventKind::AssignSuccess as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_ASSIGN_FAILED == EventKind::AssignFailed as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_GET_BARCODE_SUCCESS == EventKind::GetBarcodeSuccess as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_GET_BARCODE_FAILED == EventKind::GetBarcodeFailed as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS == EventKind::PaySuccess as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_PAY_FAILED == EventKind::PayFailed as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_REFUND == EventKind::Refund as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_PAY_TIMEOUT == EventKind::PayTimeout as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_PAY_FINISH == EventKind::PayFinish as i32);
    assert!(LIBAUTH_CREDITPAY_KIND_SESSION_RENEWAL == EventKind::SessionRenewal as i32);
};

/// A Credit Pay account. Settings and credentials are copied and never change. Any number of
/// threads may use it at once, without a lock, and it works on in a child after fork.
pub struct libauth_creditpay(Object<Arc<CreditPay>>);
opaque!(libauth_creditpay, Arc<CreditPay>, "creditpay");

/// What the platform wants to know, to issue a code. Setters copy and never fail: what is wrong
/// with a value is reported, by its name, by the call that uses it. NULL and "" unset. One
/// thread at a time.
pub struct libauth_creditpay_request(Object<Draft<CodeRequest>>);
opaque!(libauth_creditpay_request, Draft<CodeRequest>, "request");

/// A one-time code. One thread at a time.
pub struct libauth_creditpay_code(Object<WithAnswer<Code>>);
opaque!(libauth_creditpay_code, WithAnswer<Code>, "code");

/// A genuine message of the platform: a webhook or the credit-limit query. One thread at a
/// time.
pub struct libauth_creditpay_event(Object<Event>);
opaque!(libauth_creditpay_event, Event, "event");

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
    guard!(
        error,
        make(creditpay, || CreditPay::new(
            checked(config)?,
            required("plat_id", plat_id)?,
            required("api_key", api_key)?,
            required("signature_key", signature_key)?
        ))
    )
}

/// Ends a handle, when no call on it is under way. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_free(creditpay: *mut libauth_creditpay) {
    guard!(free(creditpay))
}

/// Another handle to the same account, with the same token, connections and memory of messages, freed on its
/// own: hand one to each user of the account, and change a key by swapping the handle that new ones are made
/// from. NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_share(
    creditpay: *const libauth_creditpay,
) -> *mut libauth_creditpay {
    guard!(share(creditpay))
}

/// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and
/// attempts with their durations by operation and outcome, connections, messages verified by outcome, and how
/// full the replay guard is. docs/statistics.md names each member; later versions may add some. A child begins
/// at zero after fork. Any thread; nothing waits for it. Free the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_stats_json(
    creditpay: *const libauth_creditpay,
    text: *mut *mut libauth_text,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, ask(creditpay, text, |it| Ok(it.stats().to_json())))
}

/// An empty request. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_creditpay_request_new() -> *mut libauth_creditpay_request {
    guard!(empty())
}

/// Ends a request. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_free(request: *mut libauth_creditpay_request) {
    guard!(free(request))
}

/// Required: your own unique number of the customer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_customer_no(
    request: *mut libauth_creditpay_request,
    customer_no: *const c_char,
) {
    guard!(set_text(request, "customer_no", customer_no, |r| &mut r.customer_no))
}

/// Required: your user token, one to one with the user. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_customer_token(
    request: *mut libauth_creditpay_request,
    customer_token: *const c_char,
) {
    guard!(set_text(request, "customer_token", customer_token, |r| {
        &mut r.customer_token
    }))
}

/// Required: your callback address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_callback_url(
    request: *mut libauth_creditpay_request,
    callback_url: *const c_char,
) {
    guard!(set_text(request, "callback_url", callback_url, |r| &mut r
        .callback_url))
}

/// Required: the end user's IPv4 or IPv6 address; the platform uses it in later checks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_client_ip(
    request: *mut libauth_creditpay_request,
    client_ip: *const c_char,
) {
    guard!(set_text(request, "client_ip", client_ip, |r| &mut r.client_ip))
}

/// Optional: with the same value as before, the code issued before is returned; with another, a
/// new one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_session_sign(
    request: *mut libauth_creditpay_request,
    session_sign: *const c_char,
) {
    guard!(set_text(request, "session_sign", session_sign, |r| &mut r
        .session_sign))
}

/// Optional: the tag of the card to choose.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_credit_limit_tag(
    request: *mut libauth_creditpay_request,
    credit_limit_tag: *const c_char,
) {
    guard!(set_text(
        request,
        "credit_limit_tag",
        credit_limit_tag,
        |r| &mut r.credit_limit_tag
    ))
}

/// Optional: the language of messages. The platform's default is "en-US".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_lang(
    request: *mut libauth_creditpay_request,
    lang: *const c_char,
) {
    guard!(set_text(request, "lang", lang, |r| &mut r.lang))
}

/// Required: when the customer_token expires, in Unix milliseconds, 13 digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_request_set_token_expire_ms(
    request: *mut libauth_creditpay_request,
    token_expire_ms: i64,
) {
    guard!(set(request, |c| c.token_expire_ms = Some(token_expire_ms)))
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
    guard!(add(
        request,
        "card",
        card([tag, amount, currency, icon, input]),
        |r, v| r.cards.push(v)
    ))
}

/// # Safety
/// Each text is NULL or NUL-terminated.
unsafe fn card(texts: [*const c_char; 5]) -> Result<Card> {
    let [tag, amount, currency, icon, input] = texts;
    // SAFETY: see above.
    unsafe {
        Ok(Card {
            tag: owned("card tag", tag)?,
            amount: owned("card amount", amount)?,
            currency: owned("card currency", currency)?,
            icon: owned("card icon", icon)?,
            input: owned("card input", input)?,
        })
    }
}

/// Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is
/// cheap. Free the code. Errors: LIBAUTH_INVALID_ARGUMENT names the field; all the others as
/// the platform and the network have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_issue_code(
    creditpay: *const libauth_creditpay,
    request: *const libauth_creditpay_request,
    options: *const libauth_options,
    code: *mut *mut libauth_creditpay_code,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, code, |it| it
            .issue_code(checked(request)?, options_of(options)?))
    )
}

/// The request of libauth_creditpay_issue_code, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_issue_code(
    creditpay: *const libauth_creditpay,
    request: *const libauth_creditpay_request,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, http_request, |it| it
            .build_issue_code(checked(request)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(creditpay, code, |it| it.read_issue_code(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Ends a code. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_free(code: *mut libauth_creditpay_code) {
    guard!(free(code))
}

/// Where to send the user. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_url(
    code: *const libauth_creditpay_code,
) -> *const c_char {
    guard!(text(code, "url", |v| v.url()))
}

/// The code itself. Never NULL. A secret until it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_ident_code(
    code: *const libauth_creditpay_code,
) -> *const c_char {
    guard!(text(code, "ident_code", |v| v.ident_code()))
}

/// The platform's answer, with its raw body. Belongs to this object. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_code_answer(
    code: *const libauth_creditpay_code,
) -> *const libauth_answer {
    guard!(part(code, |v| v.answer(|v| v.answer())))
}

/// Turns an `ident_code` into the user's `open_token`, with its end; it goes into the header
/// Authorization. Not repeated once it may have arrived: then LIBAUTH_OUTCOME_UNKNOWN. Not
/// cached. Free the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_open_token(
    creditpay: *const libauth_creditpay,
    ident_code: *const c_char,
    options: *const libauth_options,
    token: *mut *mut libauth_token,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, token, |it| it.open_token(
            required("ident_code", ident_code)?,
            options_of(options)?
        ))
    )
}

/// The request of libauth_creditpay_open_token, for your own HTTP client to send. Opens no
/// socket. Free the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_open_token(
    creditpay: *const libauth_creditpay,
    ident_code: *const c_char,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, http_request, |it| it.build_open_token(
            required("ident_code", ident_code)?,
            options_of(options)?
        ))
    )
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
    guard!(
        error,
        ask(creditpay, token, |it| it.read_open_token(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Calls any other endpoint of the platform below the base URL, signed. A call that is not
/// marked idempotent is repeated only if it never left; if it may have arrived and its answer
/// was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_call(
    creditpay: *const libauth_creditpay,
    call: *const libauth_call,
    options: *const libauth_options,
    answer: *mut *mut libauth_answer,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, answer, |it| it
            .call(checked(call)?, options_of(options)?))
    )
}

/// The request of libauth_creditpay_call, for your own HTTP client to send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_build_call(
    creditpay: *const libauth_creditpay,
    call: *const libauth_call,
    options: *const libauth_options,
    http_request: *mut *mut libauth_http_request,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, http_request, |it| it
            .build_call(checked(call)?, options_of(options)?))
    )
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
    guard!(
        error,
        ask(creditpay, answer, |it| it.read_call(
            borrow(http_request)?,
            checked(http_response)?.clone()
        ))
    )
}

/// Checks a message that claims to come from the platform: headers `signature` and `timestamp`.
/// The signature covers path and body, and no header: `timestamp`, `token` and `trace` are as
/// the network delivered them. An accepted event is claimed for
/// libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
/// libauth_creditpay_event_done, then answer with the HTTP status of libauth_reply_status and
/// LIBAUTH_CREDITPAY_REPLY. The platform sends an event again, as a message of its own, until it is
/// answered so: keep its event_id and act on it once. A credit-limit query needs no
/// libauth_creditpay_event_done; whoever recorded one can send it again for any customer. With
/// LIBAUTH_REPLAYED (this very message was accepted before: answer it as before, do not act again)
/// and LIBAUTH_BUSY (somebody is acting on it now: answer with failure, it will come again) the
/// event is given too, so that you know what it is about: free it as well. Other errors:
/// LIBAUTH_BAD_SIGNATURE (missing or mismatch), LIBAUTH_STALE, LIBAUTH_PROTOCOL (genuine, but not
/// JSON). Free the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_verify(
    creditpay: *const libauth_creditpay,
    message: *const libauth_inbound,
    event: *mut *mut libauth_creditpay_event,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        verify(creditpay, message, event, |it, message| it.verify(message))
    )
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
    guard!(error, with(event, |it| it.done()))
}

/// Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
/// is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_free(event: *mut libauth_creditpay_event) {
    guard!(free(event))
}

/// What happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_kind(
    event: *const libauth_creditpay_event,
) -> libauth_creditpay_kind {
    guard!(get(event, LIBAUTH_CREDITPAY_KIND_OTHER, |v| v.kind() as i32))
}

/// What happened, in the platform's words, such as "PAY_SUCCESS". Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_type(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "type", |v| v.type_name()))
}

/// The `event_id`, the same when the platform sends the event again; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_id(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "id", |v| v.event_id()))
}

/// The `platform_id`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_platform_id(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "platform_id", |v| v.platform_id()))
}

/// The `retry` as text; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_retry(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "retry", |v| v.retry()))
}

/// The header `token`, a customer_token of yours; NULL when there is none. It is not signed: who
/// it names is a claim, not a fact. A secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_customer_token(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "customer_token", |v| v.customer_token()))
}

/// The header `trace`; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_trace_id(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "trace_id", |v| v.trace_id()))
}

/// The header `lang` of a credit-limit query; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_lang(
    event: *const libauth_creditpay_event,
) -> *const c_char {
    guard!(text(event, "lang", |v| v.lang()))
}

/// When it was sent, Unix milliseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_timestamp_ms(
    event: *const libauth_creditpay_event,
) -> i64 {
    guard!(get(event, 0, |v| v.timestamp_ms()))
}

/// A field of the JSON body by its path, such as "data.amount": a string as it is, anything
/// else as JSON text. NULL when it is absent or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_field(
    event: *const libauth_creditpay_event,
    path: *const c_char,
) -> *const c_char {
    guard!(field(event, path, |v| Some(v.body())))
}

/// As libauth_creditpay_event_field, but `fallback` itself where that gives NULL: NULL only if
/// `fallback` is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_field_or(
    event: *const libauth_creditpay_event,
    path: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    guard!(else fallback, field_or(event, path, fallback, |v| Some(v.body())))
}

/// What a field of the JSON body is: tells a field that is null from one that is absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_field_type(
    event: *const libauth_creditpay_event,
    path: *const c_char,
) -> libauth_json_type {
    guard!(field_type(event, path, |v| Some(v.body())))
}

/// A whole number of the JSON body, also one that is written as a string; `fallback` where the
/// field is absent, null, anything else, or beyond 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_field_int64(
    event: *const libauth_creditpay_event,
    path: *const c_char,
    fallback: i64,
) -> i64 {
    guard!(else fallback, field_int64(event, path, fallback, |v| Some(v.body())))
}

/// Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
/// libauth_config_add_creditpay_previous_key, in the order added; -1 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_key(event: *const libauth_creditpay_event) -> i32 {
    guard!(get(event, -1, |e| i32::try_from(e.key_index())
        .unwrap_or(i32::MAX)))
}

/// The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
/// never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_event_body(
    event: *const libauth_creditpay_event,
    length: *mut usize,
) -> *const u8 {
    guard!(bytes(event, length, |v| v.raw_body()))
}

/// What is signed for a request to the platform: its path, behind the creditpay_signed_path_prefix
/// if that is set, and its body. If `signature` or, where that is NULL, the message's header
/// `signature` is there, also which known mistake would produce that signature: the prefix and
/// query mistakes are looked for with the path of the base URL, the prefix and the plat_id of this
/// handle. A signature that no known mistake gives takes longest, for a body of a megabyte about a
/// second: this is for people, not for each message. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_explain(
    creditpay: *const libauth_creditpay,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, explanation, |it| it.explain(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_creditpay_explain, for a message of the platform's, whose path is your own: no prefix
/// plays a part. Free the explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_explain_event(
    creditpay: *const libauth_creditpay,
    message: *const libauth_inbound,
    signature: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, explanation, |it| it.explain_event(
            checked(message)?,
            optional("signature", signature)?
        ))
    )
}

/// As libauth_creditpay_explain, with the string that the other side signs in place of its signature: where the two
/// part, with a few characters on either side, and what that means. Secrets are masked in both. Free the
/// explanation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_creditpay_explain_string(
    creditpay: *const libauth_creditpay,
    message: *const libauth_inbound,
    their_string: *const c_char,
    explanation: *mut *mut libauth_explanation,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(
        error,
        ask(creditpay, explanation, |it| it.explain_string(
            checked(message)?,
            required("their_string", their_string)?
        ))
    )
}
