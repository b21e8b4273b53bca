//! The one macro that wraps every export: no panic crosses into C.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{LIBAUTH_OK, libauth_error, libauth_status};
use crate::error::{Error, Result, Status};

/// `guard!(error, { … })` for a function that returns a status: the block gives a `Result<()>`.
/// `guard!(else value, { … })` for one that cannot fail: `value` is returned when the block
/// panics.
macro_rules! guard {
    (else $default:expr, $body:block) => {
        crate::ffi::guard::value($default, || $body)
    };
    ($error:ident, $body:block) => {
        crate::ffi::guard::status($error, move || -> crate::error::Result<()> { $body })
    };
}
pub(super) use guard;

/// Runs the body of a fallible export and puts its outcome where C wants it. By the contract of
/// every export, `error` is NULL or points to a `libauth_error *` that may be written.
pub(super) fn status(
    error: *mut *mut libauth_error,
    body: impl FnOnce() -> Result<()>,
) -> libauth_status {
    // SAFETY: see above; NULL is `None`.
    let slot = unsafe { error.as_mut() };
    let outcome = match quietly(body) {
        Ok(outcome) => outcome,
        Err(payload) => Err(Error::new(Status::Internal, internal(&*payload))),
    };
    let (status, object) = match outcome {
        Ok(()) => (LIBAUTH_OK, std::ptr::null_mut()),
        Err(e) => {
            let status = e.status() as libauth_status;
            // The object is made only for those who want it.
            (
                status,
                if slot.is_some() {
                    libauth_error::from_error(e)
                } else {
                    std::ptr::null_mut()
                },
            )
        }
    };
    if let Some(slot) = slot {
        *slot = object;
    }
    status
}

/// Runs the body of an export that has no way to report an error.
pub(super) fn value<T>(default: T, body: impl FnOnce() -> T) -> T {
    quietly(body).unwrap_or(default)
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

/// Keeps panics of ours off stderr. Whoever comes first does it, and nobody waits for that, as a child forked
/// meanwhile would wait for ever: until it is done, a panic would show.
fn install_hook() {
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    if IS_INSTALLED.load(Ordering::Relaxed) || IS_INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !GUARDED.get() {
            others(info);
        }
    }));
}

/// Catches a panic and keeps it off stderr. Panics of the host program are printed as ever.
fn quietly<T>(body: impl FnOnce() -> T) -> std::result::Result<T, Box<dyn Any + Send>> {
    install_hook();
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    GUARDED.set(outer);
    outcome
}

#[cfg(test)]
mod tests {
    use super::super::handle::Opaque;
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = std::ptr::null_mut();
        let status = status(&raw mut error, || panic!("at {}", 7));
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
