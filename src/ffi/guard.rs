//! The one macro that wraps every export: no panic crosses into C.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::handle::Opaque;
use crate::error::{Error, Result, Status};

/// `guard!(error, …)` for a function that returns a status: the expression is a `Result<()>`.
/// `guard!(…)` for one that cannot fail: NULL or 0 is returned when the expression panics;
/// `guard!(else value, …)` names another value for that.
macro_rules! guard {
    ($error:ident, $body:expr) => {
        // SAFETY: the exports are `unsafe`, and whoever calls one keeps the rules of the header's first page:
        // pointers are NULL or valid, strings are NUL-terminated, handles were made here, are freed once and
        // not used afterwards, and builders are used by one thread at a time. The helpers that an export's
        // body calls ask for nothing else.
        unsafe { crate::ffi::guard::status($error, || $body) }
    };
    (else $default:expr, $body:expr) => {
        // Some bodies call nothing that is unsafe.
        #[allow(unused_unsafe)]
        {
            // SAFETY: as above.
            crate::ffi::guard::value($default, || unsafe { $body })
        }
    };
    ($body:expr) => {
        guard!(else crate::ffi::guard::Nothing::NOTHING, $body)
    };
}
pub(super) use guard;

/// What a function that cannot report an error returns when it has nothing.
pub(super) trait Nothing {
    const NOTHING: Self;
}

impl Nothing for () {
    const NOTHING: () = ();
}

impl Nothing for i32 {
    const NOTHING: i32 = 0;
}

impl Nothing for i64 {
    const NOTHING: i64 = 0;
}

impl Nothing for usize {
    const NOTHING: usize = 0;
}

impl<T> Nothing for *const T {
    const NOTHING: *const T = std::ptr::null();
}

impl<T> Nothing for *mut T {
    const NOTHING: *mut T = std::ptr::null_mut();
}

/// Runs the body of a fallible export and puts its outcome where C wants it.
/// # Safety
/// `error` is NULL or may be written.
pub(super) unsafe fn status<E>(error: *mut *mut E, body: impl FnOnce() -> Result<()>) -> i32
where
    E: Opaque,
    E::Value: From<Error>,
{
    let mut outcome = None;
    let mut body = Some(body);
    let panicked = quietly(&mut || outcome = body.take().map(|body| body()));
    // SAFETY: see above.
    unsafe { report(error, outcome.unwrap_or(Ok(())), panicked) }
}

/// # Safety
/// `error` is NULL or may be written.
unsafe fn report<E>(
    error: *mut *mut E,
    outcome: Result<()>,
    panicked: std::result::Result<(), Payload>,
) -> i32
where
    E: Opaque,
    E::Value: From<Error>,
{
    let outcome = match panicked {
        Ok(()) => outcome,
        Err(payload) => Err(Error::new(Status::Internal, internal(&*payload))),
    };
    let (status, given) = match outcome {
        Ok(()) => (0, std::ptr::null_mut()),
        // The object is made only for those who want it.
        Err(e) if error.is_null() => (e.status() as i32, std::ptr::null_mut()),
        Err(e) => (e.status() as i32, E::give(e.into())),
    };
    if !error.is_null() {
        // SAFETY: see above. What was there is not looked at: it need not be a pointer yet.
        unsafe { error.write(given) };
    }
    status
}

/// Runs the body of an export that has no way to report an error.
pub(super) fn value<T>(default: T, body: impl FnOnce() -> T) -> T {
    let mut result = None;
    let mut body = Some(body);
    // What a panic said is lost: there is nobody to tell.
    let _ = quietly(&mut || result = body.take().map(|body| body()));
    result.unwrap_or(default)
}

fn internal(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!(
        "libauth has a bug, please report it: {}",
        text.unwrap_or("panic without a message")
    )
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What a panic said.
type Payload = Box<dyn Any + Send>;

/// Catches a panic and keeps it off stderr. Panics of the host program are printed as ever. Once for all exports,
/// whatever they return: the code that unwinds is not small.
#[inline(never)]
fn quietly(body: &mut dyn FnMut()) -> std::result::Result<(), Payload> {
    hook_once();
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    GUARDED.set(outer);
    outcome
}

/// Puts a hook before the one that prints panics. Nobody waits for the one who does it: a child that was
/// forked at that very moment would wait for ever. It then goes without, and so do other threads until the
/// hook stands; all that they could miss is that a bug's panic is kept off stderr.
fn hook_once() {
    static CLAIMED: AtomicBool = AtomicBool::new(false);
    if CLAIMED.load(Ordering::Relaxed) || std::thread::panicking() {
        return;
    }
    if CLAIMED.swap(true, Ordering::Relaxed) {
        return;
    }
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !GUARDED.get() {
            others(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::super::error::libauth_error;
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error: *mut libauth_error = std::ptr::null_mut();
        // SAFETY: `error` may be written.
        let status = unsafe { status(&raw mut error, || panic!("at {}", 7)) };
        assert_eq!(status, Status::Internal as i32);
        // SAFETY: `status` wrote a valid object, which is freed once.
        let error = unsafe { libauth_error::take(error) }.unwrap();
        assert_eq!(
            error.object().value.error.message(),
            "libauth has a bug, please report it: at 7"
        );
        assert_eq!(value(5, || panic!("unseen")), 5);
    }
}
