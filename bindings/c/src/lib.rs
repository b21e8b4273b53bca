//! The exports of libauth's C ABI, and nothing else.

pub use auth::ffi::*;
