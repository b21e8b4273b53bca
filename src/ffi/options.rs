//! What belongs to one call.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::callback::Callback;
use super::guard::guard;
use super::handle::{Draft, Object, free, opaque};
use super::shape::{empty, set, set_text};
use crate::error::Result;
use crate::options::{Cancel, Options};

/// Asked while a call waits whether it should end: anything but 0 ends it with
/// LIBAUTH_CANCELLED. It is asked on the thread that made the call, at least every 100 ms and
/// whenever a signal interrupts a wait. It must not unwind or longjmp.
pub type libauth_cancel_callback = Option<unsafe extern "C" fn(context: *mut c_void) -> i32>;

type CancelFunction = unsafe extern "C" fn(*mut c_void) -> i32;

impl Cancel for Callback<CancelFunction> {
    fn is_cancelled(&self) -> bool {
        // SAFETY: the function came with this context.
        unsafe { (self.function)(self.context) != 0 }
    }
}

/// What one call does differently from the others of its handle. Functions that talk to a
/// platform take one, and NULL for the defaults; it is copied, may be used for any number of
/// calls, and be freed at once. Setters never fail: what is wrong with a value is reported, by
/// its name, by the call that uses it. One thread at a time.
pub struct libauth_options(Object<Draft<Options>>);
opaque!(libauth_options, Draft<Options>, "options");

static DEFAULTS: Options = Options {
    timeout_ms: None,
    trace_id: None,
    cancel: None,
};

/// What C gave for one call; NULL stands for the defaults.
/// # Safety
/// `options` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn options_of<'a>(options: *const libauth_options) -> Result<&'a Options> {
    if options.is_null() {
        return Ok(&DEFAULTS);
    }
    // SAFETY: see above.
    unsafe { super::handle::checked(options) }
}

/// Options that change nothing yet. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_options_new() -> *mut libauth_options {
    guard!(empty())
}

/// Ends options. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_options_free(options: *mut libauth_options) {
    guard!(free(options))
}

/// The deadline of the whole call in milliseconds, repeats included, from 1 to 86400000; by
/// default that of the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_options_set_timeout_ms(
    options: *mut libauth_options,
    timeout_ms: i64,
) {
    guard!(set(options, |o| o.timeout_ms = Some(timeout_ms)))
}

/// The id under which the call is found again, for support: it is sent where the platform has a
/// place for it (Credit Pay `trace`, the open platform `Request-Id`, DaxPay `reqId`), and is
/// part of log lines and errors everywhere. NULL: a random one, the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_options_set_trace_id(
    options: *mut libauth_options,
    trace_id: *const c_char,
) {
    guard!(set_text(options, "trace_id", trace_id, |o| &mut o.trace_id))
}

/// How to stop the call from outside: see libauth_cancel_callback. NULL: not, the default.
/// Function and context must live as long as the calls that use them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_options_set_cancel_callback(
    options: *mut libauth_options,
    callback: libauth_cancel_callback,
    context: *mut c_void,
) {
    guard!(set(options, |o| o.cancel =
        callback.map(|function| cancel(function, context))))
}

fn cancel(function: CancelFunction, context: *mut c_void) -> Arc<dyn Cancel> {
    Arc::new(Callback { function, context })
}
