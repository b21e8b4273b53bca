//! The platforms by name, and what makes a handle of each.

use clap::ValueEnum;

/// One of the five platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    Creditpay,
    Daxpay,
    Openplatform,
    Redemption,
    Seller,
}

impl Platform {
    /// As it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Platform::Creditpay => "creditpay",
            Platform::Daxpay => "daxpay",
            Platform::Openplatform => "openplatform",
            Platform::Redemption => "redemption",
            Platform::Seller => "seller",
        }
    }
}
