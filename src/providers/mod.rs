//! The platforms: one platform, one file.

mod bearer;
mod field;

pub mod creditpay;
pub mod daxpay;
pub mod openplatform;
pub mod redemption;
pub mod seller;
