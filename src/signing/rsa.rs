//! RSA for redemption and daxpay's edition `open`: RSASSA-PKCS1-v1_5 over SHA-256, and keys in the
//! forms that people have them in. The only file that knows the `rsa` crate.
//!
//! That crate reads keys. Its private operation can be timed (RUSTSEC-2023-0071), and its public one
//! is slow, so signing and checking are done by the RSA that the TLS stack brings.

use std::fmt;
use std::sync::Arc;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use rsa::BigUint;
use rsa::pkcs1::{RsaPrivateKey, RsaPublicKey, UintRef};
use rsa::pkcs8::{PrivateKeyInfo, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use crate::error::{Error, Result, Status};

/// Shorter keys are refused: they can be factored by those who would want to.
const LEAST_BITS: usize = 2048;
/// Longer keys are refused: one operation would take seconds.
const MOST_BITS: usize = 8192;
/// Longer public exponents are refused: checking would take too long.
const MOST_EXPONENT_BITS: usize = 33;
/// The longest private key that can sign.
const MOST_PRIVATE_BITS: usize = 4096;

/// A merchant's private key.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKeyPair>);

/// A platform's public key.
#[derive(Clone)]
pub struct PublicKey(Arc<Public>);

struct Public {
    modulus: BigUint,
    exponent: BigUint,
    /// The same two as ring takes them.
    modulus_bytes: Vec<u8>,
    exponent_bytes: Vec<u8>,
}

/// Signs with a key that is somewhere else: in an HSM, a KMS, an agent.
pub trait SignMessage: Send + Sync {
    /// The bytes of `RSASSA-PKCS1-v1_5(SHA-256(message))`. It is called by every call that is signed,
    /// from the caller's thread, and its time counts as the call's.
    ///
    /// # Errors
    /// What it returns is what the call fails with; nothing was sent then.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>>;
}

/// What signs for a merchant.
#[derive(Clone)]
pub enum RsaSigner {
    /// A key at hand.
    Key(PrivateKey),
    /// A key that is somewhere else, and its public half.
    Callback(Arc<dyn SignMessage>, PublicKey),
}

impl From<PrivateKey> for RsaSigner {
    fn from(key: PrivateKey) -> RsaSigner {
        RsaSigner::Key(key)
    }
}

impl RsaSigner {
    /// A signer whose key is somewhere else. It signs once, to see that `public_key` is its public half.
    ///
    /// # Errors
    /// As [`SignMessage::sign`]; [`Status::InvalidKey`] for a signature that is not this key's.
    pub fn callback(signer: Arc<dyn SignMessage>, public_key: PublicKey) -> Result<RsaSigner> {
        const PROBE: &[u8] = b"libauth checks that this signer and the public key belong together";
        let signer = RsaSigner::Callback(signer, public_key);
        let signature = signer.sign(PROBE)?;
        if !signer.public_key().verify(PROBE, &signature) {
            return Err(Error::new(
                Status::InvalidKey,
                "sign_callback makes signatures that public_key does not verify: they must be RSASSA-PKCS1-v1_5 over SHA-256 of the message, by the key of public_key",
            ));
        }
        Ok(signer)
    }

    /// `base64(RSASSA-PKCS1-v1_5(SHA-256(message)))`.
    ///
    /// # Errors
    /// As [`SignMessage::sign`]; [`Status::InvalidKey`] for a signature of the wrong length.
    pub fn sign(&self, message: &[u8]) -> Result<String> {
        let (signer, public_key) = match self {
            RsaSigner::Key(key) => return Ok(key.sign(message)),
            RsaSigner::Callback(signer, public_key) => (signer, public_key),
        };
        let signature = signer.sign(message)?;
        let (length, wanted) = (signature.len(), public_key.size());
        if length != wanted {
            return Err(Error::new(
                Status::InvalidKey,
                format!(
                    "sign_callback made a signature of {length} bytes: with public_key it has {wanted}"
                ),
            ));
        }
        Ok(BASE64_STANDARD.encode(signature))
    }

    /// As [`RsaSigner::sign`], but only where that asks nobody.
    pub(crate) fn sign_at_hand(&self, message: &[u8]) -> Option<String> {
        match self {
            RsaSigner::Key(key) => Some(key.sign(message)),
            RsaSigner::Callback(..) => None,
        }
    }

    /// The public half, which checks what this signs.
    pub fn public_key(&self) -> PublicKey {
        match self {
            RsaSigner::Key(key) => key.public_key(),
            RsaSigner::Callback(_, public_key) => public_key.clone(),
        }
    }
}

impl PrivateKey {
    /// Reads PKCS#8 or PKCS#1, as PEM or as bare base64, with any line breaks; 2048 to 4096 bits.
    /// `name` is what error messages call the key.
    pub fn parse(name: &str, text: &str) -> Result<PrivateKey> {
        let wrong = |what: &str| Error::new(Status::InvalidKey, format!("{name} {what}"));
        let (label, der) = decode(text).map_err(wrong)?;
        let says_public = label
            .as_deref()
            .is_some_and(|label| label.contains("PUBLIC"));
        if says_public || parse_public(&der).is_some() {
            return Err(wrong("is a public key: give the private key"));
        }
        if let Some(what) = unusable(label.as_deref()) {
            return Err(wrong(what));
        }
        let (pkcs1, bits) = private_part(&der).ok_or_else(|| wrong(not_rsa(&der)))?;
        check_size(bits, MOST_PRIVATE_BITS).map_err(|what| wrong(&what))?;
        let pair = RsaKeyPair::from_der(pkcs1)
            .map_err(|e| wrong(&format!("is not a valid RSA key: {e}")))?;
        let key = PrivateKey(Arc::new(pair));
        // Not every number is checked on reading; a signature is, and shows the rest.
        if key.try_sign(b"").is_none() {
            return Err(wrong(
                "is not a valid RSA key: its numbers do not belong together",
            ));
        }
        Ok(key)
    }

    /// `base64(RSASSA-PKCS1-v1_5(SHA-256(message)))`.
    pub fn sign(&self, message: &[u8]) -> String {
        let signature = self.try_sign(message);
        BASE64_STANDARD.encode(signature.expect("a key that has signed signs again"))
    }

    fn try_sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .ok()?;
        Some(signature)
    }

    /// The public half, which checks what this key signs.
    pub fn public_key(&self) -> PublicKey {
        let key = parse_public(self.0.public().as_ref());
        key.expect("the public half of a key that was accepted reads")
    }
}

impl PublicKey {
    fn new(modulus: BigUint, exponent: BigUint) -> PublicKey {
        PublicKey(Arc::new(Public {
            modulus_bytes: modulus.to_bytes_be(),
            exponent_bytes: exponent.to_bytes_be(),
            modulus,
            exponent,
        }))
    }

    /// Reads SPKI or PKCS#1, as PEM or as bare base64, with any line breaks.
    /// `name` is what error messages call the key.
    pub fn parse(name: &str, text: &str) -> Result<PublicKey> {
        let wrong = |what: &str| Error::new(Status::InvalidKey, format!("{name} {what}"));
        let (label, der) = decode(text).map_err(wrong)?;
        if let Some(what) = unusable(label.as_deref()) {
            return Err(wrong(what));
        }
        let is_private = label
            .as_deref()
            .is_some_and(|label| label.contains("PRIVATE"))
            || private_part(&der).is_some();
        if is_private {
            return Err(wrong(
                "is a private key: give the public key, and keep the private key to yourself",
            ));
        }
        let key = parse_public(&der).ok_or_else(|| wrong(not_rsa(&der)))?;
        check_size(key.0.modulus.bits(), MOST_BITS).map_err(|what| wrong(&what))?;
        let exponent = &key.0.exponent;
        if !is_odd(exponent)
            || *exponent < BigUint::from(3u8)
            || exponent.bits() > MOST_EXPONENT_BITS
            || !is_odd(&key.0.modulus)
        {
            return Err(wrong(
                "is not a valid RSA key: its modulus is even, or its exponent not an odd number from 3 to 2³³",
            ));
        }
        Ok(key)
    }

    /// Whether `signature` is base64 of a signature of this message.
    pub fn verify(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64_STANDARD.decode(signature) else {
            return false;
        };
        let key = RsaPublicKeyComponents {
            n: &self.0.modulus_bytes,
            e: &self.0.exponent_bytes,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature)
            .is_ok()
    }

    /// The length of this key's signatures in bytes.
    pub(crate) fn size(&self) -> usize {
        self.0.modulus_bytes.len()
    }

    /// The padded block that a signature of [`PublicKey::size`] bytes was made of. It proves
    /// nothing by itself: its padding tells whether the signature was made with this key at all.
    pub(crate) fn padded_block(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let number = BigUint::from_bytes_be(signature);
        if signature.len() != self.size() || number >= self.0.modulus {
            return None;
        }
        let block = number
            .modpow(&self.0.exponent, &self.0.modulus)
            .to_bytes_be();
        let zeros = self.size() - block.len();
        Some([vec![0; zeros], block].concat())
    }
}

fn parse_public(der: &[u8]) -> Option<PublicKey> {
    let wrapped = SubjectPublicKeyInfoRef::try_from(der).ok();
    let wrapped = wrapped.filter(|wrapped| wrapped.algorithm.oid == rsa::pkcs1::ALGORITHM_OID);
    let inner = wrapped.and_then(|wrapped| wrapped.subject_public_key.as_bytes());
    let key = RsaPublicKey::try_from(inner.unwrap_or(der)).ok()?;
    let number = |bytes: UintRef<'_>| BigUint::from_bytes_be(bytes.as_bytes());
    Some(PublicKey::new(
        number(key.modulus),
        number(key.public_exponent),
    ))
}

fn is_odd(number: &BigUint) -> bool {
    number
        .to_bytes_be()
        .last()
        .is_some_and(|last| last & 1 == 1)
}

/// The PKCS#1 structure of a private key, which PKCS#8 wraps, and the number of its bits.
fn private_part(der: &[u8]) -> Option<(&[u8], usize)> {
    let inner = PrivateKeyInfo::try_from(der).map_or(der, |wrapped| wrapped.private_key);
    let key = RsaPrivateKey::try_from(inner).ok()?;
    Some((inner, BigUint::from_bytes_be(key.modulus.as_bytes()).bits()))
}

/// The PEM label, if there is armour, and the DER inside.
///
/// PEM is read leniently on purpose: keys that went through spreadsheets, environment variables
/// and Java tools have lost or gained line breaks, and the base64 inside is what counts.
fn decode(text: &str) -> std::result::Result<(Option<String>, Zeroizing<Vec<u8>>), &'static str> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err("is empty");
    }
    let (label, inner) = match text.split_once("-----BEGIN ") {
        None => (None, text),
        Some((_, rest)) => {
            let (label, rest) = rest
                .split_once("-----")
                .ok_or("has a PEM header that does not end")?;
            let (inner, _) = rest
                .split_once("-----END ")
                .ok_or("has a PEM header but no END line: is it cut off?")?;
            (Some(label.trim().to_owned()), inner)
        }
    };
    if inner.contains("ENCRYPTED")
        || label
            .as_deref()
            .is_some_and(|label| label.contains("ENCRYPTED"))
    {
        return Err("is encrypted: give it without a passphrase");
    }
    // Environment variables and JSON carry line breaks as a backslash and an n. Room for all of it from the
    // beginning: what a buffer leaves behind when it grows is not wiped.
    let mut dense = Zeroizing::new(String::with_capacity(inner.len()));
    for piece in inner.split("\\n").flat_map(|line| line.split("\\r")) {
        dense.extend(piece.chars().filter(|c| !c.is_whitespace()));
    }
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    let mut der = Zeroizing::new(Vec::with_capacity(dense.len()));
    engine
        .decode_vec(dense.as_bytes(), &mut der)
        .map_err(|_| "is neither PEM nor base64: is it complete?")?;
    Ok((label, der))
}

/// Why a PEM block with this label cannot be a usable key.
fn unusable(label: Option<&str>) -> Option<&'static str> {
    let label = label?;
    if label.contains("CERTIFICATE") {
        return Some("is a certificate: give the key itself");
    }
    if label.contains("EC ") || label.contains("DSA ") || label.contains("OPENSSH") {
        return Some("is not an RSA key in PKCS#8, PKCS#1 or SPKI form");
    }
    None
}

fn not_rsa(der: &[u8]) -> &'static str {
    /// The object identifier of elliptic-curve keys, 1.2.840.10045.2.1.
    const EC: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    if der.windows(EC.len()).any(|window| window == EC) {
        return "is an elliptic-curve key, not an RSA key";
    }
    "is not an RSA key in PKCS#8, PKCS#1 or SPKI form"
}

fn check_size(bits: usize, most: usize) -> std::result::Result<(), String> {
    if (LEAST_BITS..=most).contains(&bits) {
        return Ok(());
    }
    Err(format!(
        "has {bits} bits: it must have from {LEAST_BITS} to {most}"
    ))
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey")
    }
}
