//! A text as an object of its own.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{Object, free, opaque};
use super::shape;

/// A text that was made for its caller. One thread at a time.
pub struct libauth_text(Object<String>);
opaque!(libauth_text, String, "text");

/// The text itself, borrowed. NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_text_value(text: *const libauth_text) -> *const c_char {
    guard!(shape::text(text, "value", |it| it.as_str()))
}

/// Ends a text. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_text_free(text: *mut libauth_text) {
    guard!(free(text))
}
