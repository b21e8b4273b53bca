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
    match unsafe { CStr::from_ptr(text) }.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(e) => Err(Error::argument(
            name,
            format!("is not UTF-8 at byte {}", e.valid_up_to()),
        )),
    }
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

/// A required string in which bytes that are not UTF-8 are replaced.
/// # Safety
/// As [`optional`].
pub(super) unsafe fn lossy(name: &str, text: *const c_char) -> Result<String> {
    if text.is_null() {
        return Err(is_null(name));
    }
    // SAFETY: see above.
    Ok(unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned())
}

/// Two required strings: a name and a value, copied.
///
/// # Safety
/// As [`optional`], for both.
pub(super) unsafe fn pair(
    what: &str,
    name: *const c_char,
    value: *const c_char,
) -> Result<(String, String)> {
    // SAFETY: see above.
    let name = unsafe { required(&format!("{what} name"), name) }?;
    // SAFETY: see above.
    let value = unsafe { required(&format!("{what} value"), value) }?;
    Ok((name.to_owned(), value.to_owned()))
}
