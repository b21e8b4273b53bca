//! The platforms by name, and which settings each has.

use clap::ValueEnum;

/// One of the five platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(clippy::enum_variant_names, reason = "one is named so")]
pub enum Platform {
    #[value(name = "creditpay")]
    CreditPay,
    #[value(name = "daxpay")]
    DaxPay,
    #[value(name = "openplatform")]
    OpenPlatform,
    Redemption,
    Seller,
}

impl Platform {
    /// As it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Platform::CreditPay => "creditpay",
            Platform::DaxPay => "daxpay",
            Platform::OpenPlatform => "openplatform",
            Platform::Redemption => "redemption",
            Platform::Seller => "seller",
        }
    }

    /// The settings that the others do not have.
    pub fn settings(self) -> &'static [&'static str] {
        match self {
            Platform::CreditPay => &["plat_id", "api_key", "signature_key", "signed_path_prefix"],
            Platform::DaxPay => &[
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
            Platform::OpenPlatform => &["client_id", "secret", "token_lifetime_ms"],
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
