//! Digests and MACs, in the encodings the platforms use.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sm3::Sm3;

/// Every hash that somebody may have taken, rightly or wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sm3,
}

impl Hash {
    pub(crate) const ALL: [Hash; 6] = [
        Hash::Md5,
        Hash::Sha1,
        Hash::Sha256,
        Hash::Sm3,
        Hash::Sha512,
        Hash::Sha384,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA-1",
            Hash::Sha256 => "SHA-256",
            Hash::Sha384 => "SHA-384",
            Hash::Sha512 => "SHA-512",
            Hash::Sm3 => "SM3",
        }
    }

    /// The digest's length in bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Hash::Md5 => 16,
            Hash::Sha1 => 20,
            Hash::Sha256 | Hash::Sm3 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    pub(crate) fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Hash::Md5 => Md5::digest(message).to_vec(),
            Hash::Sha1 => Sha1::digest(message).to_vec(),
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha384 => Sha384::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
            Hash::Sm3 => Sm3::digest(message).to_vec(),
        }
    }

    pub(crate) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Hash::Md5 => mac::<Hmac<Md5>>(key, message),
            Hash::Sha1 => mac::<Hmac<Sha1>>(key, message),
            Hash::Sha256 => mac::<Hmac<Sha256>>(key, message),
            Hash::Sha384 => mac::<Hmac<Sha384>>(key, message),
            Hash::Sha512 => mac::<Hmac<Sha512>>(key, message),
            Hash::Sm3 => mac::<Hmac<Sm3>>(key, message),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// A key of HMAC-SHA1 whose two blocks are hashed already.
#[derive(Clone)]
pub(crate) struct HmacSha1(Hmac<Sha1>);

impl HmacSha1 {
    pub(crate) fn new(key: &[u8]) -> HmacSha1 {
        HmacSha1(KeyInit::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    pub(crate) fn of(&self, parts: &[&[u8]]) -> [u8; 20] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

/// A key of HMAC-SHA256 whose two blocks are hashed already.
#[derive(Clone)]
pub(crate) struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    pub(crate) fn new(key: &[u8]) -> HmacSha256 {
        HmacSha256(KeyInit::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    pub(crate) fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

pub(crate) fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

pub(crate) fn sm3(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sm3::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}
