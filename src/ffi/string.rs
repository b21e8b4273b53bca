//! Strings and bytes that come from C. All are copied before a function returns.

use std::ffi::{CStr, c_char};

use super::handle::is_null;
use crate::error::{Error, Result};

/// An optional string: NULL is `None`.
/// # Safety
/// `text` is NULL or points to a NUL-terminated string.
pub(super) unsafe fn optional<'a>(name: &str, text: *const c_char) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: see above.
    utf8(name, unsafe { CStr::from_ptr(text) }.to_bytes()).map(Some)
}

/// A required string.
/// # Safety
/// As [`optional`].
pub(super) unsafe fn required<'a>(name: &str, text: *const c_char) -> Result<&'a str> {
    // SAFETY: see above.
    unsafe { optional(name, text) }?.ok_or_else(|| is_null(name))
}

/// An optional string, copied, for a setter: NULL unsets.
/// # Safety
/// As [`optional`].
pub(super) unsafe fn owned(name: &str, text: *const c_char) -> Result<Option<String>> {
    // SAFETY: see above.
    Ok(unsafe { optional(name, text) }?.map(str::to_owned))
}

/// Bytes by pointer and length; NULL is fine with length 0.
/// # Safety
/// `bytes` is NULL or points to `length` bytes.
pub(super) unsafe fn bytes<'a>(name: &str, bytes: *const u8, length: usize) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if bytes.is_null() {
        return Err(is_null(name));
    }
    if isize::try_from(length).is_err() {
        return Err(Error::argument(name, "is longer than memory can be"));
    }
    // SAFETY: see above; the length fits.
    Ok(unsafe { std::slice::from_raw_parts(bytes, length) })
}

/// Where a text is: NUL-terminated, or of a length.
#[derive(Clone, Copy)]
pub(super) enum Chars {
    Terminated(*const c_char),
    Sized(*const c_char, usize),
}

impl Chars {
    /// # Safety
    /// The pointer is NULL or points to what the variant says.
    unsafe fn bytes<'a>(self, name: &str) -> Result<&'a [u8]> {
        match self {
            Chars::Terminated(text) if text.is_null() => Err(is_null(name)),
            // SAFETY: see above.
            Chars::Terminated(text) => Ok(unsafe { CStr::from_ptr(text) }.to_bytes()),
            // SAFETY: see above.
            Chars::Sized(text, length) => unsafe { bytes(name, text.cast(), length) },
        }
    }

    /// A required text, copied.
    /// # Safety
    /// As [`Chars::bytes`].
    pub(super) unsafe fn text(self, name: &str) -> Result<String> {
        // SAFETY: see above.
        Ok(utf8(name, unsafe { self.bytes(name) }?)?.to_owned())
    }

    /// A required text, copied, in which bytes that are not UTF-8 are replaced.
    /// # Safety
    /// As [`Chars::bytes`].
    pub(super) unsafe fn lossy(self, name: &str) -> Result<String> {
        // SAFETY: see above.
        Ok(String::from_utf8_lossy(unsafe { self.bytes(name) }?).into_owned())
    }
}

/// Bytes that must be UTF-8.
pub(super) fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(bytes)
        .map_err(|e| Error::argument(name, format!("is not UTF-8 at byte {}", e.valid_up_to())))
}
