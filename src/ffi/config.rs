//! Settings.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use super::guard::guard;
use super::handle::{Draft, Object, Opaque, builder, edit, free};
use super::string;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::log::{Level, Log};
use crate::providers::daxpay::{self, ResponseSignature};
use crate::providers::seller::{self, ExpiresInUnit};
use crate::providers::{creditpay, openplatform};
use crate::replay::ReplayGuard;

/// Log nothing.
pub const LIBAUTH_LOG_OFF: i32 = 0;
/// Log calls that failed in the end.
pub const LIBAUTH_LOG_ERROR: i32 = 1;
/// Also what works but should be looked at: failed token refreshes, clock differences.
pub const LIBAUTH_LOG_WARN: i32 = 2;
/// Also token events.
pub const LIBAUTH_LOG_INFO: i32 = 3;
/// Also a line for each attempt.
pub const LIBAUTH_LOG_DEBUG: i32 = 4;
/// All there is.
pub const LIBAUTH_LOG_TRACE: i32 = 5;

/// daxpay: an answer without a signature is an error. The default.
pub const LIBAUTH_SIGNATURE_REQUIRED: i32 = 0;
/// daxpay: a signature is checked where there is one.
pub const LIBAUTH_SIGNATURE_IF_PRESENT: i32 = 1;

/// seller: the lifetime that the token itself tells, else `expiresIn` as milliseconds. The
/// default.
pub const LIBAUTH_EXPIRES_IN_AUTO: i32 = 0;
/// seller: `expiresIn`, in milliseconds.
pub const LIBAUTH_EXPIRES_IN_MILLISECONDS: i32 = 1;
/// seller: `expiresIn`, in seconds.
pub const LIBAUTH_EXPIRES_IN_SECONDS: i32 = 2;

/// Settings, from which provider handles are made. A handle copies what it needs: the
/// configuration may be changed, used for further handles, or freed at once. Setters never
/// fail: what is wrong with a value is reported, with the setter's name, when a handle is made:
/// LIBAUTH_INVALID_ARGUMENT for NULL where text is required and for text that is not UTF-8,
/// LIBAUTH_INVALID_CONFIG for all else. One thread at a time.
pub struct libauth_config(Object<Draft<Config>>);
builder!(libauth_config, Config);

/// Receives a log line: the level (LIBAUTH_LOG_ERROR and so on) and one line of UTF-8 without a
/// line break, never holding a secret, valid until the function returns. It is called on the
/// thread that made the call, by several threads at once if several make calls. It must not
/// unwind or longjmp; if it calls the handle whose line it is given, it may be refused.
pub type libauth_log_callback =
    Option<unsafe extern "C" fn(context: *mut c_void, level: i32, line: *const c_char)>;

/// Tells the time: writes Unix milliseconds, and milliseconds of a clock that never goes
/// backwards. The first is what platforms read and what messages are judged by; the second
/// alone ages tokens, so that setting the clock neither ends nor prolongs one. Called by
/// several threads at once. It must not unwind or longjmp, nor call a function of the handle it
/// is called for.
pub type libauth_clock_callback =
    Option<unsafe extern "C" fn(context: *mut c_void, unix_ms: *mut i64, monotonic_ms: *mut i64)>;

/// Notes an inbound message for all processes: returns 1 or more if `key` was not seen before,
/// 0 if it was, negative if it cannot tell (the message is then refused with LIBAUTH_INTERNAL).
/// It must remember the key until `keep_until_ms`, and of any number of callers with one key,
/// in any process, tell 1 to exactly one. Times are Unix milliseconds. The key is UTF-8, valid
/// until the function returns. It must not unwind or longjmp.
pub type libauth_replay_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        key: *const c_char,
        now_ms: i64,
        keep_until_ms: i64,
    ) -> i32,
>;

/// The user's callbacks are called with the user's context.
struct Callback<F> {
    function: F,
    context: *mut c_void,
}

// SAFETY: the header tells the user that callbacks are called by several threads at once, and
// that the context must bear it.
unsafe impl<F> Send for Callback<F> {}
// SAFETY: as above.
unsafe impl<F> Sync for Callback<F> {}

type LogFunction = unsafe extern "C" fn(*mut c_void, i32, *const c_char);
type ClockFunction = unsafe extern "C" fn(*mut c_void, *mut i64, *mut i64);
type ReplayFunction = unsafe extern "C" fn(*mut c_void, *const c_char, i64, i64) -> i32;

impl Log for Callback<LogFunction> {
    fn log(&self, level: Level, line: &str) {
        let Ok(line) = CString::new(line) else { return };
        // SAFETY: the function came with this context; the line lives until it returns.
        unsafe { (self.function)(self.context, level as i32, line.as_ptr()) }
    }
}

impl Callback<ClockFunction> {
    fn now(&self) -> (i64, i64) {
        let (mut unix_ms, mut monotonic_ms) = (0, 0);
        // SAFETY: the function came with this context; both pointers are to local variables.
        unsafe { (self.function)(self.context, &raw mut unix_ms, &raw mut monotonic_ms) };
        (unix_ms, monotonic_ms)
    }
}

impl Clock for Callback<ClockFunction> {
    fn unix_ms(&self) -> i64 {
        self.now().0
    }

    fn monotonic_ms(&self) -> i64 {
        self.now().1
    }
}

impl ReplayGuard for Callback<ReplayFunction> {
    fn first_time(&self, key: &str, now_ms: i64, keep_until_ms: i64) -> Result<bool> {
        let key = CString::new(key.replace('\0', "\u{fffd}")).expect("no NUL is left");
        // SAFETY: the function came with this context; the key lives until it returns.
        match unsafe { (self.function)(self.context, key.as_ptr(), now_ms, keep_until_ms) } {
            0 => Ok(false),
            1.. => Ok(true),
            _ => {
                let message = "the replay callback cannot tell whether the message was seen: it is not accepted";
                Err(Error::new(Status::Internal, message))
            }
        }
    }
}

/// Settings for a deployment's address with its gateway prefix, such as "https://host/dg";
/// without query and fragment. It is https, but for addresses of this machine. Never returns
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_new(base_url: *const c_char) -> *mut libauth_config {
    guard!(else std::ptr::null_mut(), {
        let mut config = Draft::new(Config::new(""));
        config.set("base_url", unsafe { string::required("base_url", base_url) }, |config, url| {
            config.base_url = url.to_owned();
        });
        libauth_config::give(config)
    })
}

/// Ends a configuration; handles made from it go on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_free(config: *mut libauth_config) {
    guard!(else (), { unsafe { free(config) } })
}

/// The deadline of a whole call in milliseconds, repeats included: resolving, connecting,
/// sending, every byte received. From 1 to 86400000; by default 10000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_timeout_ms(
    config: *mut libauth_config,
    timeout_ms: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.timeout_ms = timeout_ms) } })
}

/// The limit for resolving, connecting and the TLS handshake in milliseconds, within the
/// deadline. From 1 to 86400000; by default 3000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_connect_timeout_ms(
    config: *mut libauth_config,
    connect_timeout_ms: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.connect_timeout_ms = connect_timeout_ms) } })
}

/// A kept-alive connection that was idle for longer is closed instead of used, in milliseconds.
/// From 0 to 86400000; by default 30000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_idle_timeout_ms(
    config: *mut libauth_config,
    idle_timeout_ms: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.idle_timeout_ms = idle_timeout_ms) } })
}

/// How often a call is tried at most, where it may be repeated (each operation says so), with
/// growing pauses, within the deadline. From 0 to 10; by default 3. 0 and 1 switch repeating
/// off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_max_tries(config: *mut libauth_config, max_tries: i32) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.max_tries = max_tries) } })
}

/// The largest answer or inbound body accepted, in bytes. From 1 to 67108864; by default
/// 1048576.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_max_response_bytes(
    config: *mut libauth_config,
    max_response_bytes: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.max_response_bytes = max_response_bytes) } })
}

/// 1 allows plain http to other machines: secrets then travel in the clear. By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_allow_http(config: *mut libauth_config, allow: i32) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.allow_http = allow != 0) } })
}

/// The HTTP proxy to CONNECT through, "http://[user:password@]host:port". NULL: none, the
/// default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_proxy(
    config: *mut libauth_config,
    proxy: *const c_char,
) {
    guard!(else (), {
        unsafe { edit(config, |draft| draft.set("proxy", string::owned("proxy", proxy), |c, v| c.proxy = v)) }
    })
}

/// 1 takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle
/// is made. By default 0: the environment is not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_proxy_from_environment(
    config: *mut libauth_config,
    on: i32,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.proxy_from_environment = on != 0) } })
}

/// 0 distrusts Mozilla's root certificates, which are part of the library. By default 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_bundled_roots(config: *mut libauth_config, on: i32) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.bundled_roots = on != 0) } })
}

/// 1 trusts the system's root certificates too, read when a handle is made (on Unix from where
/// SSL_CERT_FILE and SSL_CERT_DIR say, if they are set). By default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_system_roots(config: *mut libauth_config, on: i32) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.system_roots = on != 0) } })
}

/// The path of a PEM file whose certificates are trusted too, read when a handle is made. NULL:
/// none, the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_ca_file(
    config: *mut libauth_config,
    path: *const c_char,
) {
    guard!(else (), {
        unsafe { edit(config, |draft| draft.set("ca_file", string::owned("ca_file", path), |c, v| c.ca_file = v)) }
    })
}

/// The User-Agent header. NULL: "libauth/VERSION", the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_user_agent(
    config: *mut libauth_config,
    user_agent: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("user_agent", user_agent) };
        unsafe { edit(config, |draft| draft.set("user_agent", given, |c, v| c.user_agent = v)) }
    })
}

/// creditpay: the gateway prefix that is part of the signed path, such as "/dg", for a
/// deployment whose gateway passes its prefix on. NULL: none, the default, as the platform
/// documents it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_signed_path_prefix(
    config: *mut libauth_config,
    prefix: *const c_char,
) {
    guard!(else (), {
        let given = unsafe { string::owned("signed_path_prefix", prefix) };
        unsafe { edit(config, |draft| draft.set("signed_path_prefix", given, |c, v| match v {
            Some(prefix) => c.set(creditpay::signed_path_prefix(prefix)),
            None => c.unset("creditpay_signed_path_prefix"),
        })) }
    })
}

/// daxpay: the gateway's time zone, in minutes east of UTC. From -1080 to 1080; by default 480,
/// China. The machine's own time zone plays no part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_utc_offset_minutes(
    config: *mut libauth_config,
    minutes: i32,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.set(daxpay::utc_offset_minutes(minutes))) } })
}

/// daxpay: LIBAUTH_SIGNATURE_REQUIRED (the default) or LIBAUTH_SIGNATURE_IF_PRESENT, for a
/// gateway that does not sign its answers. A signature that is there and wrong is an error
/// under either, and notifications must always be signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_response_signature(
    config: *mut libauth_config,
    policy: i32,
) {
    guard!(else (), {
        let given = match policy {
            LIBAUTH_SIGNATURE_REQUIRED => Ok(ResponseSignature::Required),
            LIBAUTH_SIGNATURE_IF_PRESENT => Ok(ResponseSignature::IfPresent),
            _ => Err(Error::config("response_signature", "is not one of LIBAUTH_SIGNATURE_*")),
        };
        unsafe { edit(config, |draft| draft.set("response_signature", given, |c, v| c.set(daxpay::response_signature(v)))) }
    })
}

/// openplatform: the lifetime of a token that does not tell its own, in milliseconds. From 1 to
/// 31536000000; by default 7200000, two hours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_token_lifetime_ms(
    config: *mut libauth_config,
    token_lifetime_ms: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.set(openplatform::token_lifetime_ms(token_lifetime_ms))) } })
}

/// seller: how to read `expiresIn`: one of LIBAUTH_EXPIRES_IN_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_expires_in_unit(
    config: *mut libauth_config,
    unit: i32,
) {
    guard!(else (), {
        let given = match unit {
            LIBAUTH_EXPIRES_IN_AUTO => Ok(ExpiresInUnit::Auto),
            LIBAUTH_EXPIRES_IN_MILLISECONDS => Ok(ExpiresInUnit::Milliseconds),
            LIBAUTH_EXPIRES_IN_SECONDS => Ok(ExpiresInUnit::Seconds),
            _ => Err(Error::config("expires_in_unit", "is not one of LIBAUTH_EXPIRES_IN_*")),
        };
        unsafe { edit(config, |draft| draft.set("expires_in_unit", given, |c, v| c.set(seller::expires_in_unit(v)))) }
    })
}

/// Inbound messages: how far a message's time may be from the clock, to either side, in
/// milliseconds; the edges belong to it. From 1 to 604800000; by default 300000, five minutes,
/// where the platform signs the time. creditpay does not, so that its age proves nothing, and
/// may repeat an event with its first time 50 minutes later: there it is 3600000, an hour.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_window_ms(config: *mut libauth_config, window_ms: i64) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.window_ms = Some(window_ms)) } })
}

/// Inbound messages: how long, in milliseconds, a message is claimed that a _verify function
/// accepted. Act on it, keep what came of it, and call its _event_done: from then on it is
/// LIBAUTH_REPLAYED. Until then whoever brings it again gets LIBAUTH_BUSY. Freeing the event
/// without _event_done gives it back at once; if the process dies, the claim ends by itself, and
/// the platform's next attempt is accepted. 0: one phase, a message is final when it is
/// accepted, and lost when the process dies before it acted. From 0 to 86400000; by default
/// 60000, a minute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_claim_ms(
    config: *mut libauth_config,
    claim_ms: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.replay_claim_ms = claim_ms) } })
}

/// Inbound messages: how many of them the built-in replay guard remembers at least, at 32 bytes
/// each, in memory that a handle shares with processes forked after it was made. When it is
/// full, what would be forgotten soonest makes room, and a warning is logged first. Messages
/// without a signed time are remembered for a day, and beyond that while there is room.
/// From 1 to 100000000; by default 100000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_capacity(
    config: *mut libauth_config,
    capacity: i64,
) {
    guard!(else (), { unsafe { edit(config, |draft| draft.value.replay_capacity = capacity) } })
}

/// Inbound messages: a replay guard of your own, for programs on several machines. It has one
/// phase: a message is final when it is accepted. Credit-limit queries, which anybody could
/// repeat, never reach it. NULL: the built-in one. Function and context must live as long as the handles made from this
/// configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_replay_callback(
    config: *mut libauth_config,
    callback: libauth_replay_callback,
    context: *mut c_void,
) {
    guard!(else (), {
        let guard = callback.map(|function| Arc::new(Callback::<ReplayFunction> { function, context }) as Arc<dyn ReplayGuard>);
        unsafe { edit(config, |draft| draft.value.replay_guard = guard) }
    })
}

/// A clock of your own, for tests: it tells the timestamps that are sent and checked, and the
/// age of tokens. Deadlines and pauses go by the real clock. NULL: the system's clocks.
/// Function and context must live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_clock_callback(
    config: *mut libauth_config,
    callback: libauth_clock_callback,
    context: *mut c_void,
) {
    guard!(else (), {
        let system = || Arc::new(crate::clock::SystemClock::default()) as Arc<dyn Clock>;
        let own = callback.map(|function| Arc::new(Callback::<ClockFunction> { function, context }) as Arc<dyn Clock>);
        unsafe { edit(config, |draft| draft.value.clock = own.unwrap_or_else(system)) }
    })
}

/// Where log lines go, up to `level` (LIBAUTH_LOG_ERROR and so on). NULL: nowhere, the default.
/// Function and context must live as long as the handles made from this configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_config_set_log_callback(
    config: *mut libauth_config,
    level: i32,
    callback: libauth_log_callback,
    context: *mut c_void,
) {
    guard!(else (), {
        let given = match level {
            LIBAUTH_LOG_OFF => Ok(Level::Off),
            LIBAUTH_LOG_ERROR => Ok(Level::Error),
            LIBAUTH_LOG_WARN => Ok(Level::Warn),
            LIBAUTH_LOG_INFO => Ok(Level::Info),
            LIBAUTH_LOG_DEBUG => Ok(Level::Debug),
            LIBAUTH_LOG_TRACE => Ok(Level::Trace),
            _ => Err(Error::config("log level", "is not one of LIBAUTH_LOG_*")),
        };
        let log = callback.map(|function| Arc::new(Callback::<LogFunction> { function, context }) as Arc<dyn Log>);
        let set = |config: &mut Config, level| {
            config.log_level = level;
            config.log = log;
        };
        unsafe { edit(config, |draft| draft.set("log level", given, set)) }
    })
}
