//! The user's functions, called with the user's context.

use std::ffi::c_void;

/// A function of the user's and the context it wants.
pub(super) struct Callback<F> {
    pub(super) function: F,
    pub(super) context: *mut c_void,
}

// SAFETY: the header tells the user that callbacks are called by several threads at once, and
// that the context must bear it.
unsafe impl<F> Send for Callback<F> {}
// SAFETY: as above.
unsafe impl<F> Sync for Callback<F> {}
