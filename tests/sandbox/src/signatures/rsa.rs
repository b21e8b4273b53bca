//! SHA256withRSA: base64 of an RSASSA-PKCS1-v1_5 signature, at redemption and at daxpay's edition `open`.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{rand, signature};

use crate::credentials::credentials;

/// Whose key of the sandbox's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyOwner {
    /// redemption's merchant: requests.
    Merchant,
    /// redemption: callbacks.
    Platform,
    /// daxpay's merchant, edition `open`: requests.
    OpenMerchant,
    /// daxpay, edition `open`: answers and notifications.
    OpenPlatform,
}

impl KeyOwner {
    /// The private and the public key.
    fn pems(self) -> (&'static str, &'static str) {
        let test = credentials();
        match self {
            KeyOwner::Merchant => (
                test.redemption_merchant_private_key_pem,
                test.redemption_merchant_public_key_pem,
            ),
            KeyOwner::Platform => (
                test.redemption_platform_private_key_pem,
                test.redemption_platform_public_key_pem,
            ),
            KeyOwner::OpenMerchant => (
                test.daxpay_open_private_key_pem,
                test.daxpay_open_public_key_pem,
            ),
            KeyOwner::OpenPlatform => (
                test.daxpay_open_platform_private_key_pem,
                test.daxpay_open_platform_public_key_pem,
            ),
        }
    }
}

/// The owner's signature of a text.
pub fn rsa_sign(owner: KeyOwner, string: &[u8]) -> String {
    static PAIRS: [OnceLock<signature::RsaKeyPair>; 4] = [const { OnceLock::new() }; 4];
    let pair = PAIRS[owner as usize].get_or_init(|| {
        signature::RsaKeyPair::from_pkcs8(&pem_bytes(owner.pems().0))
            .expect("the sandbox's own RSA key")
    });
    let mut signed = vec![0; pair.public().modulus_len()];
    pair.sign(
        &signature::RSA_PKCS1_SHA256,
        &rand::SystemRandom::new(),
        string,
        &mut signed,
    )
    .expect("an RSA signature");
    STANDARD.encode(signed)
}

/// Whether `sign` is the owner's signature of the text.
pub fn rsa_verifies(owner: KeyOwner, string: &[u8], sign: &str) -> bool {
    rsa_verifies_with(owner.pems().1, string, sign)
}

/// Whether `sign` is a signature of the text by the owner of this public key of 2048 bits (PEM).
pub fn rsa_verifies_with(public_key: &str, string: &[u8], sign: &str) -> bool {
    let spki = pem_bytes(public_key);
    // ring wants the bare RSAPublicKey; in the SPKI of any 2048-bit key it begins at byte 24.
    let key = signature::UnparsedPublicKey::new(
        &signature::RSA_PKCS1_2048_8192_SHA256,
        spki.get(24..).unwrap_or_default(),
    );
    STANDARD
        .decode(sign)
        .is_ok_and(|sign| key.verify(string, &sign).is_ok())
}

fn pem_bytes(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.collect();
    STANDARD.decode(base64).expect("base64 inside a PEM file")
}
