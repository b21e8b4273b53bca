//! The ways in which one signature can be written.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::Mistake;
use super::fault::Fault;
use super::stripping::{LONGEST, SHORTEST_PART, Wanted, from_base64, from_hex, stripped};
use super::texts::utf8_twice;
use crate::hex;
use crate::signing::digest::Hash;
use crate::signing::rsa::PublicKey;
use crate::signing::same;

/// Where a digest comes from: it is sent as such, or it is inside an RSA signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Via {
    Plain,
    Rsa(Hash),
    /// There is none: a string to sign is given itself.
    Text,
}

/// What a digest has to be so that the given signature comes of it.
pub(super) struct Target {
    via: Via,
    shape: Shape,
    /// What is wrong with the way the signature is written.
    pub(super) faults: Vec<Fault>,
}

/// A way to write a digest.
type Write = fn(&[u8]) -> String;

enum Shape {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A part of what is written of a digest of this length, from the front, the middle or the end.
    Part(String, Write, usize),
    /// Any digest of such a length that is written so.
    Written(String, Write),
    /// The padded block of an RSA-PSS signature, without its mask.
    Pss {
        hash: Hash,
        salt: Vec<u8>,
        seal: Vec<u8>,
    },
}

impl Target {
    fn plain(shape: Shape, mut faults: Vec<Fault>, mistake: Option<Mistake>) -> Target {
        if let Some(mistake) = mistake {
            faults.push(Fault::new(mistake, ""));
        }
        let via = Via::Plain;
        Target { via, shape, faults }
    }

    /// Whether a digest of this length may be it.
    pub(super) fn may_be(&self, length: usize, via: Via) -> bool {
        let fits = match &self.shape {
            Shape::Bytes(bytes) => bytes.len() == length || via == Via::Text,
            Shape::Part(_, _, whole) => *whole == length,
            Shape::Written(..) => true,
            Shape::Pss { hash, .. } => hash.length() == length,
        };
        fits && self.via == via
    }

    pub(super) fn is_made_of(&self, digest: &[u8], via: Via) -> bool {
        if !self.may_be(digest.len(), via) {
            return false;
        }
        match &self.shape {
            Shape::Bytes(bytes) => same(bytes, digest),
            Shape::Part(part, write, _) => write(digest).contains(part.as_str()),
            Shape::Written(text, write) => same(text.as_bytes(), write(digest).as_bytes()),
            Shape::Pss { hash, salt, seal } => {
                same(seal, &hash.digest(&[&[0; 8], digest, salt].concat()))
            }
        }
    }

    /// The digests inside an RSA signature that is written like this one, if it was made with `key`.
    fn opened(&self, key: &PublicKey, opened: &mut Vec<Target>) {
        let Shape::Bytes(signature) = &self.shape else {
            return;
        };
        let Some(block) = key.padded_block(signature) else {
            return;
        };
        let mut add = |hash, shape, words: &str| {
            let mut faults = Vec::new();
            if !words.is_empty() {
                faults.push(Fault::new(Mistake::RsaPadding, words));
            }
            faults.extend_from_slice(&self.faults);
            let via = Via::Rsa(hash);
            opened.push(Target { via, shape, faults });
        };
        if let Some((hash, digest)) = hex_inside(&block) {
            add(
                hash,
                Shape::Bytes(digest),
                "the RSA signature holds the hex text of the digest; use a function that takes the message and hashes it itself, `SHA256withRSA` in Java",
            );
            return;
        }
        if let Some((is_named, hash)) = pkcs1(&block) {
            let bytes = block[block.len() - hash.length()..].to_vec();
            let bare = "the RSA signature holds the bare digest, without the name of its hash; use a function that takes the message and hashes it itself, `SHA256withRSA` in Java";
            add(hash, Shape::Bytes(bytes), if is_named { "" } else { bare });
            return;
        }
        for hash in [Hash::Sha256, Hash::Sha1, Hash::Sha384, Hash::Sha512] {
            for mask in [hash, Hash::Sha1] {
                if let Some(shape) = pss(&block, hash, mask) {
                    add(hash, shape, "the RSA signature has PSS padding");
                    break;
                }
            }
        }
    }

    /// The length of the signature in bytes, when it was written in a way that could be read.
    pub(super) fn length(&self) -> Option<usize> {
        match &self.shape {
            Shape::Bytes(bytes) => Some(bytes.len()),
            _ => None,
        }
    }
}

/// A string to sign, to be compared as it is.
pub(super) fn whole(string: &str) -> Vec<Target> {
    let shape = Shape::Bytes(string.as_bytes().to_vec());
    vec![Target {
        via: Via::Text,
        shape,
        faults: Vec::new(),
    }]
}

/// The digests inside RSA signatures that were made with `key`.
pub(super) fn opened(written: &[Target], key: &PublicKey) -> Vec<Target> {
    let mut opened = Vec::new();
    for target in written {
        target.opened(key, &mut opened);
    }
    opened
}

/// What a PKCS#1 v1.5 block holds behind its padding (RFC 8017, section 9.2).
fn unpadded(block: &[u8]) -> Option<&[u8]> {
    let rest = block.strip_prefix(&[0, 1])?;
    let padding = rest.iter().take_while(|byte| **byte == 0xff).count();
    let info = rest[padding..].strip_prefix(&[0])?;
    (padding >= 8).then_some(info)
}

/// The digest whose hex digits a block holds in place of its bytes.
fn hex_inside(block: &[u8]) -> Option<(Hash, Vec<u8>)> {
    let digest = from_hex(unpadded(block)?)?;
    let hashes = [Hash::Sha256, Hash::Md5, Hash::Sha1, Hash::Sha512];
    let hash = hashes.into_iter().find(|h| h.length() == digest.len())?;
    Some((hash, digest))
}

/// The hash of a PKCS#1 v1.5 block, and whether the block names it (RFC 8017, section 9.2).
fn pkcs1(block: &[u8]) -> Option<(bool, Hash)> {
    let info = unpadded(block)?;
    let names: [(&[u8], Hash); 5] = [
        (b"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05", Hash::Md5),
        (b"\x06\x05\x2b\x0e\x03\x02\x1a", Hash::Sha1),
        (
            b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01",
            Hash::Sha256,
        ),
        (
            b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02",
            Hash::Sha384,
        ),
        (
            b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03",
            Hash::Sha512,
        ),
    ];
    for (name, hash) in names {
        let head = info.len().saturating_sub(hash.length());
        if info[..head]
            .windows(name.len())
            .any(|window| window == name)
        {
            return Some((true, hash));
        }
    }
    let bare = names.iter().find(|(_, hash)| hash.length() == info.len());
    bare.map(|(_, hash)| (false, *hash))
}

/// Opens a PSS block (RFC 8017, section 9.1.2): a long run of zeros, or none with the longest salt, shows
/// that it is one.
fn pss(block: &[u8], hash: Hash, mask: Hash) -> Option<Shape> {
    let length = hash.length();
    let (masked, seal) = block
        .strip_suffix(&[0xbc])?
        .split_at_checked(block.len() - 1 - length)?;
    let mut data = masked.to_vec();
    for (count, part) in data.chunks_mut(mask.length()).enumerate() {
        let mask = mask.digest(&[seal, &(count as u32).to_be_bytes()].concat());
        for (byte, mask) in part.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    *data.first_mut()? &= 0x7f;
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    let salt = data[zeros..].strip_prefix(&[1])?.to_vec();
    let seal = seal.to_vec();
    (zeros >= 8 || zeros == 0).then_some(Shape::Pss { hash, salt, seal })
}

/// All that the given signature may stand for, where `length` is a right one's in bytes. Empty when it
/// cannot be any.
pub(super) fn targets(theirs: &str, wanted: Wanted, length: usize) -> Vec<Target> {
    if theirs.is_empty() || theirs.len() > LONGEST {
        return Vec::new();
    }
    let (text, faults) = stripped(theirs);
    let is_base64_wanted = wanted == Wanted::Base64;
    let mut targets = Vec::new();
    let mut cut = None;
    let mut bytes = |bytes: Vec<u8>, mistake| {
        targets.push(Target::plain(Shape::Bytes(bytes), faults.clone(), mistake));
    };

    if let Some(raw) = from_hex(text.as_bytes()) {
        let twice = from_base64(&raw).map(|(raw, _)| raw);
        for inner in [twice, from_hex(&raw)].into_iter().flatten() {
            bytes(inner, Some(Mistake::SignatureEncodedTwice));
        }
        // In either case: that much is forgiven, and said in a remark.
        bytes(raw, is_base64_wanted.then_some(Mistake::HexForBase64));
    }
    if let Some(raw) = from_list(&text) {
        bytes(raw, Some(Mistake::BytesAsNumbers));
    }
    if let Some((raw, mistake)) = from_base64(text.as_bytes()) {
        let mistake = if is_base64_wanted {
            mistake
        } else {
            Some(Mistake::Base64ForHex)
        };
        if let Some(inner) = from_hex(&raw) {
            bytes(inner, Some(Mistake::Base64OfHex));
        }
        if let Some((inner, _)) = from_base64(&raw) {
            bytes(inner, Some(Mistake::SignatureEncodedTwice));
        }
        if (SHORTEST_PART / 2..length).contains(&raw.len()) {
            cut = Some(hex::lower(&raw));
        }
        bytes(raw, mistake);
    }
    for (mistake, write) in WRITINGS {
        if may_be_written(&text, *mistake) {
            let shape = Shape::Written(text.clone(), *write);
            targets.push(Target::plain(shape, faults.clone(), Some(*mistake)));
        }
    }
    // So many characters are enough to know a digest by.
    let lower = text.to_ascii_lowercase();
    let parts: [(String, Write, usize); 3] = [
        (lower, hex::lower, 2 * length),
        (cut.unwrap_or_default(), hex::lower, 2 * length),
        (
            text,
            |digest| BASE64_STANDARD.encode(digest),
            length * 4 / 3,
        ),
    ];
    for (part, write, whole) in parts {
        if (SHORTEST_PART..whole).contains(&part.len()) {
            let shape = Shape::Part(part, write, length);
            let truncated = Some(Mistake::Truncated);
            targets.push(Target::plain(shape, faults.clone(), truncated));
        }
    }
    targets
}

/// Whether a digest has this length.
fn is_length(length: usize) -> bool {
    Hash::ALL.iter().any(|hash| hash.length() == length)
}

/// Ways of writing that cannot be read back for certain, and are written forth to be compared.
const WRITINGS: &[(Mistake, Write)] = &[
    (Mistake::SignatureCase, |digest| {
        BASE64_STANDARD.encode(digest).to_lowercase()
    }),
    (Mistake::SignatureCase, |digest| {
        BASE64_STANDARD.encode(digest).to_uppercase()
    }),
    (Mistake::HexZerosLost, |digest| {
        hex::lower(digest).trim_start_matches('0').to_owned()
    }),
    (Mistake::HexZerosLost, |digest| {
        numbers(digest, |byte| format!("{byte:x}"))
    }),
    (Mistake::BytesAsNumbers, |digest| {
        numbers(digest, |byte| format!("{:x}", i32::from(byte as i8)))
    }),
    (Mistake::BytesAsText, |digest| {
        BASE64_STANDARD.encode(String::from_utf8_lossy(digest).as_bytes())
    }),
    (Mistake::BytesAsText, |digest| {
        BASE64_STANDARD.encode(utf8_twice(digest))
    }),
    (Mistake::BytesAsText, |digest| {
        hex::lower(String::from_utf8_lossy(digest).as_bytes())
    }),
    (Mistake::BytesAsText, |digest| {
        hex::lower(&utf8_twice(digest))
    }),
];

/// The bytes of a list of numbers, from -128 to 255.
fn from_list(text: &str) -> Option<Vec<u8>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let number = |text: &str| {
        let number = text.trim().parse::<i16>().ok()?;
        (-128..=255).contains(&number).then_some(number as u8)
    };
    inner.split(',').map(number).collect()
}

fn numbers(digest: &[u8], number: fn(u8) -> String) -> String {
    digest.iter().map(|byte| number(*byte)).collect()
}

/// Whether the text looks as if it was written so; saves writing each digest forth.
fn may_be_written(text: &str, how: Mistake) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = from_hex(text.as_bytes());
    match how {
        Mistake::BytesAsText => {
            let bytes = bytes.or_else(|| from_base64(text.as_bytes()).map(|(bytes, _)| bytes));
            bytes.is_some_and(|bytes| !bytes.is_ascii() && String::from_utf8(bytes).is_ok())
        }
        Mistake::SignatureCase => {
            has(u8::is_ascii_lowercase) != has(u8::is_ascii_uppercase)
                && from_base64(text.as_bytes()).is_some()
        }
        Mistake::HexZerosLost => is_hex && !(text.len() % 2 == 0 && is_length(text.len() / 2)),
        _ => is_hex && text.contains("ffffff"),
    }
}
