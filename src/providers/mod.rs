//! The platforms: a folder for each, with its operations in `mod.rs` and what it sends to the
//! user's server in `inbound.rs`. They never import each other.

mod checks;
mod rotation;
mod shared_token;
mod token_calls;

pub mod creditpay;
pub mod daxpay;
pub mod openplatform;
pub mod redemption;
pub mod seller;
