//! The version at run time. The header's macros are made from Cargo.toml.

use std::ffi::c_char;

use super::error::libauth_error;
use super::guard::guard;
use super::status::libauth_status;
use crate::error::{Error, Result};

const MAJOR: i32 = number(env!("CARGO_PKG_VERSION_MAJOR"));
const MINOR: i32 = number(env!("CARGO_PKG_VERSION_MINOR"));
const PATCH: i32 = number(env!("CARGO_PKG_VERSION_PATCH"));

/// The version of the library at run time, such as "0.2.0". Static text, never NULL. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_version() -> *const c_char {
    guard!(concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The version of the library at run time as LIBAUTH_VERSION_NUMBER has it, such as 200 for
/// 0.2.0. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_version_number() -> i32 {
    guard!(MAJOR * 10_000 + MINOR * 100 + PATCH)
}

/// Whether the library at run time fits a program made for this version:
/// libauth_check_version(LIBAUTH_VERSION_MAJOR, LIBAUTH_VERSION_MINOR, &error). While the major
/// version is 0 the minor must be the same; from 1 on it may be newer. For those who load the
/// library themselves: a program that was linked to it cannot start with one that does not fit.
/// Errors: LIBAUTH_INVALID_ARGUMENT, with both versions in the message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_check_version(
    major: i32,
    minor: i32,
    error: *mut *mut libauth_error,
) -> libauth_status {
    guard!(error, check(major, minor))
}

fn check(major: i32, minor: i32) -> Result<()> {
    let fits = major == MAJOR && (minor == MINOR || (major > 0 && (0..MINOR).contains(&minor)));
    if fits {
        return Ok(());
    }
    let found = env!("CARGO_PKG_VERSION");
    let problem = format!(
        "{major}.{minor} does not fit this library, which is libauth {found}: install {major}.{minor}"
    );
    Err(Error::argument("version", problem))
}

const fn number(text: &str) -> i32 {
    let (text, mut number, mut i) = (text.as_bytes(), 0, 0);
    while i < text.len() {
        number = number * 10 + (text[i] - b'0') as i32;
        i += 1;
    }
    number
}
