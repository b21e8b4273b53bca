//! The C ABI: one file per platform beside the plumbing. All `unsafe` of the ABI lives here.
//!
//! The comments on exported items are the C header's text, so they speak C. Every exported
//! function has the same safety contract, which the header states once at its top: pointers are
//! NULL or valid, strings are NUL-terminated, handles are freed once and not used afterwards.
//! An export's body is one of the shapes in `shape`, inside the guard.

#![allow(unsafe_code)]
#![allow(non_camel_case_types)]
// Brackets in C comments are no links.
#![allow(rustdoc::broken_intra_doc_links)]
#![allow(clippy::missing_safety_doc)]

mod callback;
mod guard;
mod handle;
mod shape;
mod string;

pub mod answer;
pub mod call;
pub mod config;
pub mod creditpay;
pub mod daxpay;
pub mod error;
pub mod explain;
pub mod http;
pub mod inbound;
pub mod openplatform;
pub mod options;
pub mod redemption;
pub mod seller;
pub mod status;
pub mod store;
pub mod text;
pub mod token;
pub mod version;
