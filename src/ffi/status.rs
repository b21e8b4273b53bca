//! Statuses.

use std::ffi::c_char;

use super::guard::guard;
use crate::error::Status;

/// What a fallible function returns: LIBAUTH_OK, or the class of the error. Later versions may
/// have more of them: treat one that you do not know as LIBAUTH_INTERNAL.
pub type libauth_status = i32;

/// It worked.
pub const LIBAUTH_OK: libauth_status = 0;
/// A parameter or a field is missing or wrong; the message names it. Nothing was sent.
pub const LIBAUTH_INVALID_ARGUMENT: libauth_status = 1;
/// A setting of the libauth_config is wrong; the message names it as its setter does.
pub const LIBAUTH_INVALID_CONFIG: libauth_status = 2;
/// A key cannot be read, is of the wrong kind, or is too short.
pub const LIBAUTH_INVALID_KEY: libauth_status = 3;
/// DNS, connecting, TLS, or a connection that broke.
pub const LIBAUTH_NETWORK: libauth_status = 4;
/// The deadline of the call (or of connecting) passed.
pub const LIBAUTH_TIMEOUT: libauth_status = 5;
/// An HTTP status outside 2xx without an envelope of the platform; redirects too.
pub const LIBAUTH_HTTP: libauth_status = 6;
/// The answer or message is not what the protocol says: not JSON, too large, a field missing
/// (named).
pub const LIBAUTH_PROTOCOL: libauth_status = 7;
/// The platform refused: see its code and message.
pub const LIBAUTH_PLATFORM: libauth_status = 8;
/// The platform refused the credentials, our signature, or the token.
pub const LIBAUTH_UNAUTHORIZED: libauth_status = 9;
/// A signature of the platform is missing or does not match; the message says which.
pub const LIBAUTH_BAD_SIGNATURE: libauth_status = 10;
/// An inbound message's time is outside the window.
pub const LIBAUTH_STALE: libauth_status = 11;
/// An inbound message was received before.
pub const LIBAUTH_REPLAYED: libauth_status = 12;
/// It may have happened: query the platform, or have a person confirm, before repeating.
pub const LIBAUTH_OUTCOME_UNKNOWN: libauth_status = 13;
/// The platform asks for fewer calls: see libauth_error_retry_after_ms.
pub const LIBAUTH_RATE_LIMITED: libauth_status = 14;
/// A bug of libauth: please report it.
pub const LIBAUTH_INTERNAL: libauth_status = 15;
/// Your cancel callback ended the call.
pub const LIBAUTH_CANCELLED: libauth_status = 16;
/// An inbound message that somebody else is acting on at this moment: answer with a failure, and
/// the platform sends it again.
pub const LIBAUTH_BUSY: libauth_status = 17;
/// The store that several processes share failed.
pub const LIBAUTH_STORE: libauth_status = 18;

const _: () = {
    assert!(LIBAUTH_INVALID_ARGUMENT == Status::InvalidArgument as i32);
    assert!(LIBAUTH_INVALID_CONFIG == Status::InvalidConfig as i32);
    assert!(LIBAUTH_INVALID_KEY == Status::InvalidKey as i32);
    assert!(LIBAUTH_NETWORK == Status::Network as i32);
    assert!(LIBAUTH_TIMEOUT == Status::Timeout as i32);
    assert!(LIBAUTH_HTTP == Status::Http as i32);
    assert!(LIBAUTH_PROTOCOL == Status::Protocol as i32);
    assert!(LIBAUTH_PLATFORM == Status::Platform as i32);
    assert!(LIBAUTH_UNAUTHORIZED == Status::Unauthorized as i32);
    assert!(LIBAUTH_BAD_SIGNATURE == Status::BadSignature as i32);
    assert!(LIBAUTH_STALE == Status::Stale as i32);
    assert!(LIBAUTH_REPLAYED == Status::Replayed as i32);
    assert!(LIBAUTH_OUTCOME_UNKNOWN == Status::OutcomeUnknown as i32);
    assert!(LIBAUTH_RATE_LIMITED == Status::RateLimited as i32);
    assert!(LIBAUTH_INTERNAL == Status::Internal as i32);
    assert!(LIBAUTH_CANCELLED == Status::Cancelled as i32);
    assert!(LIBAUTH_BUSY == Status::Busy as i32);
    assert!(LIBAUTH_STORE == Status::Store as i32);
};

const NAMES: [&str; 19] = [
    "OK\0",
    "INVALID_ARGUMENT\0",
    "INVALID_CONFIG\0",
    "INVALID_KEY\0",
    "NETWORK\0",
    "TIMEOUT\0",
    "HTTP\0",
    "PROTOCOL\0",
    "PLATFORM\0",
    "UNAUTHORIZED\0",
    "BAD_SIGNATURE\0",
    "STALE\0",
    "REPLAYED\0",
    "OUTCOME_UNKNOWN\0",
    "RATE_LIMITED\0",
    "INTERNAL\0",
    "CANCELLED\0",
    "BUSY\0",
    "STORE\0",
];

/// The name of a status without its prefix, such as "BAD_SIGNATURE"; "UNKNOWN" for a number
/// that is none. Static text, never NULL. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_status_name(status: libauth_status) -> *const c_char {
    guard!(name(status).as_ptr().cast())
}

fn name(status: libauth_status) -> &'static str {
    let name = usize::try_from(status)
        .ok()
        .and_then(|index| NAMES.get(index));
    name.copied().unwrap_or("UNKNOWN\0")
}

/// The HTTP status to answer a platform with, for what a _verify function returned: 200 for
/// LIBAUTH_OK and LIBAUTH_REPLAYED (with the platform's LIBAUTH_..._REPLY as the body); 400 for a
/// message that is not genuine, too old or broken; 503 for all else, so that the platform sends
/// it again. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_reply_status(status: libauth_status) -> i32 {
    guard!(else 503, reply(status))
}

fn reply(status: libauth_status) -> i32 {
    match status {
        LIBAUTH_OK | LIBAUTH_REPLAYED => 200,
        LIBAUTH_INVALID_ARGUMENT | LIBAUTH_PROTOCOL | LIBAUTH_BAD_SIGNATURE | LIBAUTH_STALE => 400,
        _ => 503,
    }
}
