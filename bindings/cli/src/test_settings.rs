//! The settings that the sandbox's own test accounts have.

use libauth_sandbox::credentials;

use crate::platform::Platform;

/// Where the quickstarts and `--sandbox` look for the sandbox.
pub const USUAL_PORT: u16 = 18321;

/// A base of the sandbox: its name in the sandbox's URLs, the platform, and the settings by the names that
/// `docs/environment.md` gives them, in lower case and without `base_url`.
#[derive(Clone)]
pub struct Account {
    pub name: &'static str,
    pub platform: Platform,
    pub settings: Vec<(&'static str, &'static str)>,
}

/// Every base of the sandbox that a handle can be made for.
pub fn accounts() -> Vec<Account> {
    let test = credentials();
    let daxpay = |algorithm| {
        vec![
            ("app_id", test.daxpay_app_id),
            ("mch_no", test.daxpay_mch_no),
            ("sign_key", test.daxpay_sign_key),
            ("algorithm", algorithm),
        ]
    };
    let creditpay = vec![
        ("plat_id", test.creditpay_plat_id),
        ("api_key", test.creditpay_api_key),
        ("signature_key", test.creditpay_signature_key),
    ];
    let mut prefixed = creditpay.clone();
    prefixed.push(("signed_path_prefix", "/dg"));
    let openplatform = vec![
        ("client_id", test.openplatform_client_id),
        ("secret", test.openplatform_secret),
    ];
    let accounts = [
        ("creditpay", Platform::CreditPay, creditpay),
        ("creditpay-prefixed", Platform::CreditPay, prefixed),
        ("daxpay", Platform::DaxPay, daxpay("HMAC_SHA256")),
        ("daxpay-md5", Platform::DaxPay, daxpay("MD5")),
        ("daxpay-sm3", Platform::DaxPay, daxpay("SM3")),
        (
            "daxpay-open",
            Platform::DaxPay,
            vec![
                ("edition", "open"),
                ("mch_no", test.daxpay_open_mch_no),
                ("app_id", test.daxpay_open_app_id),
                ("private_key", test.daxpay_open_private_key_pem),
                (
                    "platform_public_key",
                    test.daxpay_open_platform_public_key_pem,
                ),
            ],
        ),
        ("openplatform", Platform::OpenPlatform, openplatform.clone()),
        ("openplatform-jwt", Platform::OpenPlatform, openplatform),
        (
            "redemption",
            Platform::Redemption,
            vec![
                ("business_id", test.redemption_business_id),
                ("merchant_id", test.redemption_merchant_id),
                ("private_key", test.redemption_merchant_private_key_pem),
                (
                    "platform_public_key",
                    test.redemption_platform_public_key_pem,
                ),
            ],
        ),
        (
            "seller",
            Platform::Seller,
            vec![
                ("access_key", test.seller_access_key),
                ("secret_key", test.seller_secret_key),
            ],
        ),
    ];
    let account = |(name, platform, settings)| Account {
        name,
        platform,
        settings,
    };
    accounts.map(account).into()
}
