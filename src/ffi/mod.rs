//! The C ABI: one file per platform beside the plumbing. All `unsafe` of the crate lives here.
//!
//! The comments on exported items are the C header's text, so they speak C. Every exported
//! function has the same safety contract, which the header states once at its top: pointers are
//! NULL or valid, strings are NUL-terminated, handles are freed once and not used afterwards.

#![allow(unsafe_code)]
#![allow(non_camel_case_types)]
// Brackets in C comments are no links.
#![allow(rustdoc::broken_intra_doc_links)]
#![allow(clippy::missing_safety_doc)]
// The exports' blocks all rest on that contract; the plumbing states its own.
#![allow(clippy::undocumented_unsafe_blocks)]

mod guard;
mod handle;
mod string;

pub mod error;

pub mod config;

pub mod answer;

pub mod call;

pub mod http;

pub mod token;

pub mod inbound;

pub mod explain;

pub mod creditpay;

pub mod daxpay;

pub mod openplatform;

pub mod redemption;

pub mod seller;

use std::ffi::c_char;

use guard::guard;

/// The version of this header, such as "0.2.0".
pub const LIBAUTH_VERSION: &str = "0.2.0";

/// The version of this header.
pub const LIBAUTH_VERSION_MAJOR: i32 = 0;
/// The version of this header.
pub const LIBAUTH_VERSION_MINOR: i32 = 2;
/// The version of this header.
pub const LIBAUTH_VERSION_PATCH: i32 = 0;

/// The version of the library at run time, such as "0.2.0". While the major version is 0, a
/// library of another minor version does not fit this header. Static text. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_version() -> *const c_char {
    guard!(else std::ptr::null(), { concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast() })
}
