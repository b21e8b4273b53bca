//! The platforms by name, and which settings each has.

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

    /// The settings that the others do not have.
    pub fn settings(self) -> &'static [&'static str] {
        match self {
            Platform::Creditpay => &["plat_id", "api_key", "signature_key", "signed_path_prefix"],
            Platform::Daxpay => &[
                "edition",
                "app_id",
                "mch_no",
                "sign_key",
                "algorithm",
                "private_key",
                "public_key",
                "platform_public_key",
                "utc_offset_minutes",
                "response_signature",
            ],
            Platform::Openplatform => &["client_id", "secret", "token_lifetime_ms"],
            Platform::Redemption => &[
                "business_id",
                "merchant_id",
                "private_key",
                "public_key",
                "platform_public_key",
                "secret",
            ],
            Platform::Seller => &["access_key", "secret_key", "expires_in_unit", "token_path"],
        }
    }
}
