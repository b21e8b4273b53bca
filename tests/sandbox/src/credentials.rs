//! The credentials that the sandbox knows. They are made up, fixed, and easy to search for.

use serde_json::{Value, json};

/// Every test credential. Names are those of `GET /_/credentials`.
#[derive(Clone, Copy)]
#[allow(missing_docs)] // each is named as its platform names it
pub struct Credentials {
    pub creditpay_plat_id: &'static str,
    pub creditpay_api_key: &'static str,
    pub creditpay_signature_key: &'static str,
    pub daxpay_app_id: &'static str,
    pub daxpay_mch_no: &'static str,
    pub daxpay_sign_key: &'static str,
    pub daxpay_open_mch_no: &'static str,
    pub daxpay_open_app_id: &'static str,
    pub daxpay_open_private_key_pem: &'static str,
    pub daxpay_open_public_key_pem: &'static str,
    pub daxpay_open_platform_private_key_pem: &'static str,
    pub daxpay_open_platform_public_key_pem: &'static str,
    pub openplatform_client_id: &'static str,
    pub openplatform_secret: &'static str,
    pub redemption_business_id: &'static str,
    pub redemption_merchant_id: &'static str,
    pub redemption_md5_secret: &'static str,
    pub redemption_merchant_private_key_pem: &'static str,
    pub redemption_merchant_public_key_pem: &'static str,
    pub redemption_platform_private_key_pem: &'static str,
    pub redemption_platform_public_key_pem: &'static str,
    pub seller_access_key: &'static str,
    pub seller_secret_key: &'static str,
}

/// The test credentials of all five platforms.
pub const fn credentials() -> Credentials {
    Credentials {
        creditpay_plat_id: "plat-1001",
        creditpay_api_key: "ck-sandbox-api-key-7f3a",
        creditpay_signature_key: "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08",
        daxpay_app_id: "A112544225541",
        daxpay_mch_no: "M1723635576766",
        daxpay_sign_key: "sandboxSignKey-Zx81kQ2pLm",
        daxpay_open_mch_no: "M1785312000001",
        daxpay_open_app_id: "A1785312000077",
        daxpay_open_private_key_pem: include_str!("keys/open_merchant_private.pem"),
        daxpay_open_public_key_pem: include_str!("keys/open_merchant_public.pem"),
        daxpay_open_platform_private_key_pem: include_str!("keys/open_platform_private.pem"),
        daxpay_open_platform_public_key_pem: include_str!("keys/open_platform_public.pem"),
        openplatform_client_id: "sandbox-client-20220408",
        openplatform_secret: "sandbox-client-secret-5d0be1c97a",
        redemption_business_id: "754ea3e3a699404f9b82e8f881107f19",
        redemption_merchant_id: "eb1bb305ca3940f8adf1d4e964555699",
        redemption_md5_secret: "sandbox-md5-secret-c3a9f04e",
        redemption_merchant_private_key_pem: include_str!("keys/merchant_private.pem"),
        redemption_merchant_public_key_pem: include_str!("keys/merchant_public.pem"),
        redemption_platform_private_key_pem: include_str!("keys/platform_private.pem"),
        redemption_platform_public_key_pem: include_str!("keys/platform_public.pem"),
        seller_access_key: "sandbox-access-key-202405",
        seller_secret_key: "sandbox-secret-key-e81f66b2d4",
    }
}

impl Credentials {
    /// The same as JSON, for programs in other languages.
    pub fn to_json(self) -> Value {
        json!({
            "creditpay_plat_id": self.creditpay_plat_id,
            "creditpay_api_key": self.creditpay_api_key,
            "creditpay_signature_key": self.creditpay_signature_key,
            "daxpay_app_id": self.daxpay_app_id,
            "daxpay_mch_no": self.daxpay_mch_no,
            "daxpay_sign_key": self.daxpay_sign_key,
            "daxpay_open_mch_no": self.daxpay_open_mch_no,
            "daxpay_open_app_id": self.daxpay_open_app_id,
            "daxpay_open_private_key_pem": self.daxpay_open_private_key_pem,
            "daxpay_open_public_key_pem": self.daxpay_open_public_key_pem,
            "daxpay_open_platform_private_key_pem": self.daxpay_open_platform_private_key_pem,
            "daxpay_open_platform_public_key_pem": self.daxpay_open_platform_public_key_pem,
            "openplatform_client_id": self.openplatform_client_id,
            "openplatform_secret": self.openplatform_secret,
            "redemption_business_id": self.redemption_business_id,
            "redemption_merchant_id": self.redemption_merchant_id,
            "redemption_md5_secret": self.redemption_md5_secret,
            "redemption_merchant_private_key_pem": self.redemption_merchant_private_key_pem,
            "redemption_merchant_public_key_pem": self.redemption_merchant_public_key_pem,
            "redemption_platform_private_key_pem": self.redemption_platform_private_key_pem,
            "redemption_platform_public_key_pem": self.redemption_platform_public_key_pem,
            "seller_access_key": self.seller_access_key,
            "seller_secret_key": self.seller_secret_key,
        })
    }
}
