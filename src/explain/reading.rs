//! The ways in which one signature can be written, and how it looks when nothing fits.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::percent_decode_str;

use super::{Fault, Mistake};
use crate::signing::digest::{Hash, hex_lower};
use crate::signing::rsa::PublicKey;
use crate::signing::same;

/// Longer signatures are not looked at: an RSA signature of the largest key in hex, URL-encoded.
const LONGEST: usize = 8 * 1024;

/// How the platform wants a signature written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Base64,
    HexLower,
    HexUpper,
}

/// Where a digest comes from: it is sent as such, or it is inside an RSA signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Via {
    Plain,
    Rsa(Hash),
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
    /// A longer digest of which these bytes are a part, from the front or the middle.
    Part(Vec<u8>),
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
            Shape::Bytes(bytes) => bytes.len() == length,
            Shape::Part(bytes) => bytes.len() < length,
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
            Shape::Part(part) => {
                let middle = (digest.len() - part.len()) / 2;
                same(part, &digest[..part.len()]) || same(part, &digest[middle..][..part.len()])
            }
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
        if let Some((is_named, hash)) = pkcs1(&block) {
            let bytes = block[block.len() - hash.length()..].to_vec();
            let bare = "the RSA signature holds the bare digest, without the name of its hash; use a function that takes the message and hashes it itself, `SHA256withRSA` in Java";
            add(hash, Shape::Bytes(bytes), if is_named { "" } else { bare });
            return;
        }
        for hash in [Hash::Sha256, Hash::Sha1, Hash::Sha512] {
            if let Some(shape) = pss(&block, hash) {
                add(hash, shape, "the RSA signature has PSS padding");
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

/// The digests inside RSA signatures that were made with `key`.
pub(super) fn opened(written: &[Target], key: &PublicKey) -> Vec<Target> {
    let mut opened = Vec::new();
    for target in written {
        target.opened(key, &mut opened);
    }
    opened
}

/// The hash of a PKCS#1 v1.5 block, and whether the block names it (RFC 8017, section 9.2).
fn pkcs1(block: &[u8]) -> Option<(bool, Hash)> {
    let rest = block.strip_prefix(&[0, 1])?;
    let padding = rest.iter().take_while(|byte| **byte == 0xff).count();
    let info = rest[padding..].strip_prefix(&[0])?;
    if padding < 8 {
        return None;
    }
    let names: [(&[u8], Hash); 4] = [
        (b"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05", Hash::Md5),
        (b"\x06\x05\x2b\x0e\x03\x02\x1a", Hash::Sha1),
        (
            b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01",
            Hash::Sha256,
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

/// Opens a PSS block (RFC 8017, section 9.1.2): its long run of zeros shows that it is one.
fn pss(block: &[u8], hash: Hash) -> Option<Shape> {
    let length = hash.length();
    let (masked, seal) = block
        .strip_suffix(&[0xbc])?
        .split_at_checked(block.len() - 1 - length)?;
    let mut data = masked.to_vec();
    for (count, part) in data.chunks_mut(length).enumerate() {
        let mask = hash.digest(&[seal, &(count as u32).to_be_bytes()].concat());
        for (byte, mask) in part.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    *data.first_mut()? &= 0x7f;
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    let salt = data[zeros..].strip_prefix(&[1])?.to_vec();
    let seal = seal.to_vec();
    (zeros >= 8).then_some(Shape::Pss { hash, salt, seal })
}

/// All that the given signature may stand for. Empty when it cannot be any.
pub(super) fn targets(theirs: &str, wanted: Wanted) -> Vec<Target> {
    if theirs.is_empty() || theirs.len() > LONGEST {
        return Vec::new();
    }
    let (text, faults) = stripped(theirs);
    let is_base64_wanted = wanted == Wanted::Base64;
    let mut targets = Vec::new();
    let mut bytes = |bytes: Vec<u8>, mistake| {
        targets.push(Target::plain(Shape::Bytes(bytes), faults.clone(), mistake));
    };

    if let Some(raw) = from_hex(text.as_bytes()) {
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_upper = !text.bytes().any(|byte| byte.is_ascii_lowercase());
        let twice = from_base64(&raw).map(|(raw, _)| raw);
        for inner in [twice, from_hex(&raw)].into_iter().flatten() {
            bytes(inner, Some(Mistake::SignatureEncodedTwice));
        }
        bytes(
            raw,
            match wanted {
                Wanted::Base64 => Some(Mistake::HexForBase64),
                Wanted::HexLower => (!is_lower).then_some(Mistake::SignatureCase),
                Wanted::HexUpper => (!is_upper).then_some(Mistake::SignatureCase),
            },
        );
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
        bytes(raw, mistake);
    }
    for (mistake, write) in WRITINGS {
        if may_be_written(&text, *mistake) {
            let shape = Shape::Written(text.clone(), *write);
            targets.push(Target::plain(shape, faults.clone(), Some(*mistake)));
        }
    }
    for length in targets.iter().filter_map(Target::length) {
        if length > 64 || is_length(length) {
            return targets;
        }
    }
    // Eight bytes of a digest are enough to know it by; an uneven end is cut off too.
    let text = text.as_bytes();
    let hex = from_hex(&text[..text.len() / 2 * 2]);
    let base64 = from_base64(&text[..text.len() / 4 * 4]).map(|(raw, _)| raw);
    for part in [hex, base64].into_iter().flatten() {
        if (8..64).contains(&part.len()) {
            let (shape, mistake) = (Shape::Part(part), Some(Mistake::Truncated));
            targets.push(Target::plain(shape, faults.clone(), mistake));
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
        hex_lower(digest).trim_start_matches('0').to_owned()
    }),
    (Mistake::HexZerosLost, |digest| {
        numbers(digest, "", |byte| format!("{byte:x}"))
    }),
    (Mistake::BytesAsNumbers, |digest| {
        numbers(digest, "", |byte| format!("{:x}", i32::from(byte as i8)))
    }),
    (Mistake::BytesAsNumbers, |digest| list(digest, ", ", signed)),
    (Mistake::BytesAsNumbers, |digest| list(digest, ",", signed)),
    (Mistake::BytesAsNumbers, |digest| {
        list(digest, ", ", |byte| byte.to_string())
    }),
    (Mistake::BytesAsNumbers, |digest| {
        list(digest, ",", |byte| byte.to_string())
    }),
];

fn signed(byte: u8) -> String {
    (byte as i8).to_string()
}

fn list(digest: &[u8], comma: &str, number: fn(u8) -> String) -> String {
    format!("[{}]", numbers(digest, comma, number))
}

fn numbers(digest: &[u8], comma: &str, number: fn(u8) -> String) -> String {
    let mut text = String::new();
    for (at, byte) in digest.iter().enumerate() {
        text.push_str(if at > 0 { comma } else { "" });
        text.push_str(&number(*byte));
    }
    text
}

/// Whether the text looks as if it was written so; saves writing each digest forth.
fn may_be_written(text: &str, how: Mistake) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match how {
        Mistake::SignatureCase => {
            has(u8::is_ascii_lowercase) != has(u8::is_ascii_uppercase)
                && from_base64(text.as_bytes()).is_some()
        }
        Mistake::HexZerosLost => is_hex && !(text.len() % 2 == 0 && is_length(text.len() / 2)),
        _ => text.starts_with('[') || (is_hex && text.contains("ffffff")),
    }
}

/// The signature without what came along with it, and the names of that.
fn stripped(theirs: &str) -> (String, Vec<Fault>) {
    let mut faults: Vec<Fault> = Vec::new();
    let mut text = theirs.to_owned();
    let mut replace = |text: &mut String, by: String, mistake| {
        if *text != by && !by.is_empty() {
            *text = by;
            if faults.last().is_none_or(|fault| fault.mistake != mistake) {
                faults.push(Fault::new(mistake, ""));
            }
        }
    };
    let by = text.trim().trim_matches('\u{feff}').to_owned();
    replace(&mut text, by, Mistake::SignatureWhitespace);
    let mut by = text.replace("\\/", "/");
    for (escape, c) in [
        ("\\u003d", "="),
        ("\\u003D", "="),
        ("\\u002b", "+"),
        ("\\u002B", "+"),
    ] {
        by = by.replace(escape, c);
    }
    replace(&mut text, by, Mistake::SignatureWrapped);
    let by = text.trim_matches(['"', '\'', '`', '<', '>']).to_owned();
    replace(&mut text, by, Mistake::SignatureWrapped);
    let names = [
        "sign=",
        "signature=",
        "Signature ",
        "sign:",
        "signature:",
        "sha1=",
        "sha256=",
        "md5=",
        "b'",
        "{SHA}",
    ];
    for name in names {
        let Some((head, rest)) = text.split_at_checked(name.len()) else {
            continue;
        };
        if head.eq_ignore_ascii_case(name) {
            let by = rest.trim().to_owned();
            replace(&mut text, by, Mistake::SignatureWrapped);
            break;
        }
    }
    for _ in 0..2 {
        let by = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        replace(&mut text, by, Mistake::SignatureUrlEncoded);
    }
    if text.starts_with('[') {
        return (text, faults);
    }
    let hex = text.replace(['-', ':', ' ', ','], "");
    let hex = hex.strip_prefix("0x").unwrap_or(&hex);
    if hex.len() >= 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        replace(&mut text, hex.to_owned(), Mistake::HexSeparators);
    }
    // A space alone in the middle of base64 was a plus before somebody URL-decoded it.
    if text.len() % 4 == 0 && !text.contains("  ") && !text.contains(['\r', '\n', '+']) {
        let by = text.replace(' ', "+");
        replace(&mut text, by, Mistake::SignatureUrlDecoded);
    }
    let by = text.replace("\\r", "").replace("\\n", "");
    let by = by.replace(char::is_whitespace, "");
    replace(&mut text, by, Mistake::SignatureLineBreaks);
    (text, faults)
}

/// The bytes of hex in either case.
pub(super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() % 2 == 1 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        bytes.push((digit(pair[0])? * 16 + digit(pair[1])?) as u8);
    }
    Some(bytes)
}

/// The bytes of base64 in either alphabet, with or without padding, and what is wrong with it.
pub(super) fn from_base64(text: &[u8]) -> Option<(Vec<u8>, Option<Mistake>)> {
    let end = text.iter().rposition(|byte| *byte != b'=')? + 1;
    let padding = text.len() - end;
    let dense = &text[..end];
    let is_url_safe = dense.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let alphabet = if is_url_safe { &URL_SAFE } else { &STANDARD };
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(alphabet, lenient).decode(dense).ok()?;
    let mistake = if is_url_safe {
        Some(Mistake::UrlSafeBase64)
    } else {
        (padding != (4 - end % 4) % 4).then_some(Mistake::PaddingMissing)
    };
    Some((bytes, mistake))
}

/// What shows in a signature before any key is tried, as the beginning of a sentence; or nothing.
pub(super) fn clues(theirs: &str, wanted: Wanted, length: usize) -> String {
    if theirs.is_empty() {
        return "the signature is empty; ".to_owned();
    }
    if theirs.len() > LONGEST {
        return format!("the signature is longer than {LONGEST} characters; ");
    }
    let platform = match wanted {
        Wanted::Base64 => format!(
            "base64 of {length} bytes ({} characters)",
            length.div_ceil(3) * 4
        ),
        Wanted::HexLower => format!("{} hex digits in lower case", length * 2),
        Wanted::HexUpper => format!("{} hex digits in upper case", length * 2),
    };
    let (text, _) = stripped(theirs);
    let (looks, found) = if let Some(raw) = from_hex(text.as_bytes()) {
        let looks = format!("has {} hex digits{}", text.len(), kind(raw.len()));
        (looks, wanted != Wanted::Base64 && raw.len() == length)
    } else if let Some((raw, _)) = from_base64(text.as_bytes()) {
        let looks = format!("is base64 of {} bytes{}", raw.len(), kind(raw.len()));
        (looks, wanted == Wanted::Base64 && raw.len() == length)
    } else {
        (
            format!(
                "is {} characters that are neither hex nor base64",
                theirs.chars().count()
            ),
            false,
        )
    };
    if found {
        return String::new();
    }
    format!("the signature {looks}, this platform wants {platform}; ")
}

fn kind(length: usize) -> &'static str {
    match length {
        16 => ": the length of MD5",
        20 => ": the length of SHA-1",
        32 => ": the length of SHA-256 and SM3",
        64 => ": the length of SHA-512",
        128 | 256 | 384 | 512 => ": the length of an RSA signature",
        _ => "",
    }
}
