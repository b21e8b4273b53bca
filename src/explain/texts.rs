//! Faults in a text whatever it says: how it becomes bytes, what sticks to its ends, and the same
//! for keys.

use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::reading::{from_base64, from_hex};
use super::{COMMON, Forms, Mistake, RARE, Texts};
use crate::signing::digest::{Hash, hex_lower, hex_upper};

/// A way to spoil what is signed.
pub(super) type Spoil = fn(&[u8]) -> Vec<u8>;

/// What happens to the whole string last, before it is hashed.
#[rustfmt::skip]
pub(super) fn endings() -> Forms<Spoil> {
    use Mistake::*;
    let mut forms: Forms<Spoil> = Forms::right(<[u8]>::to_vec);
    forms.add(COMMON, LineBreak, "", |text| with(text, b"\n"));
    forms.add(COMMON, LineBreak, "a line break (CR LF) stands at the end of what was signed", |text| with(text, b"\r\n"));
    forms.add(COMMON, Gbk, "", gbk);
    forms.add(COMMON, UrlEncoded, "the whole string was URL-encoded before signing", percent_encoded);
    forms.add(COMMON, UrlEncoded, "the whole string was URL-encoded before signing", form_encoded);
    forms.add(COMMON, ExtraSpace, "a space stands at the end of what was signed", |text| with(text, b" "));
    forms.add(COMMON, UpperCased, "", upper);
    forms.add(RARE, LineBreak, "a carriage return stands at the end of what was signed", |text| with(text, b"\r"));
    forms.add(RARE, LineBreak, "two line breaks stand at the end of what was signed", |text| with(text, b"\n\n"));
    forms.add(RARE, LineBreak, "a line break stands at the beginning of what was signed", |text| with(b"\n", text));
    forms.add(RARE, UrlEncoded, "the whole string was URL-encoded (in lower case) before signing", percent_encoded_lower);
    forms.add(RARE, UrlEncoded, "the whole string was URL-encoded (in lower case) before signing", form_encoded_lower);
    forms.add(RARE, UrlEncoded, "the whole string went through encodeURI before signing", |text| escaped(text, URI));
    forms.add(RARE, UrlDecoded, "", percent_decoded);
    forms.add(RARE, UrlDecoded, "", |text| percent_decoded(&replaced(text, b'+', b' ')));
    forms.add(RARE, ExtraSpace, "a space stands at the beginning of what was signed", |text| with(b" ", text));
    forms.add(RARE, ByteOrderMark, "", |text| with(BOM, text));
    forms.add(RARE, LowerCased, "", lower);
    forms.add(RARE, Utf16, "", |text| utf16(text, u16::to_le_bytes));
    forms.add(RARE, Utf16, "UTF-16 bytes (big-endian) were signed", |text| utf16(text, u16::to_be_bytes));
    forms.add(RARE, Latin1, "", |text| narrow(text, 0xff));
    forms.add(RARE, Latin1, "", |text| narrow(text, 0x7f));
    forms.add(RARE, Utf8Twice, "", utf8_twice);
    forms.add(RARE, Quoted, "", |text| between(b"\"", text));
    forms.add(RARE, TrailingAmpersand, "", |text| with(text, b"&"));
    forms.add(RARE, HashedTwice, "the string was base64-encoded before signing", base64);
    forms.add(RARE, HashedTwice, "", |text| Hash::Sha256.digest(text));
    forms.add(RARE, HashedTwice, "", |text| hex(Hash::Sha256, text));
    forms.add(RARE, HashedTwice, "", |text| upper(&hex(Hash::Sha256, text)));
    forms.add(RARE, HashedTwice, "", |text| hex(Hash::Md5, text));
    forms.add(RARE, HashedTwice, "", |text| upper(&hex(Hash::Md5, text)));
    forms.add(RARE, HashedTwice, "", |text| hex(Hash::Sha1, text));
    forms.add(RARE, HashedTwice, "", |text| hex(Hash::Sm3, text));
    forms
}

/// The forms that a key takes on its way from the platform's page to the program.
/// `others` are credentials that people take for it, with their names.
#[rustfmt::skip]
pub(super) fn keys(key: &[u8], others: &[(&str, &str)]) -> Texts {
    use Mistake::*;
    let mut forms = Forms::right(key.to_vec());
    for (name, other) in others {
        if !other.is_empty() {
            forms.text(COMMON, KeyOther, &format!("{name} was used as the key"), other.as_bytes().to_vec());
        }
    }
    forms.text(COMMON, KeyDecoded, "", from_hex(key).unwrap_or(key.to_vec()));
    forms.text(COMMON, KeyDecoded, "", from_base64(key).map_or(key.to_vec(), |(bytes, _)| bytes));
    forms.text(COMMON, KeyDecoded, "", percent_decoded(key));
    forms.text(COMMON, KeyCase, "", upper(key));
    forms.text(COMMON, KeyCase, "", lower(key));
    forms.text(COMMON, KeyWhitespace, "", with(key, b"\n"));
    forms.text(COMMON, KeyWhitespace, "", with(key, b"\r\n"));
    forms.text(COMMON, KeyWhitespace, "", with(key, b" "));
    forms.text(RARE, KeyWhitespace, "", with(key, b"\r"));
    forms.text(RARE, KeyWhitespace, "", with(key, b"\t"));
    forms.text(RARE, KeyWhitespace, "", with(b" ", key));
    forms.text(RARE, KeyWhitespace, "", with(b"\n", key));
    forms.text(RARE, KeyWhitespace, "", with(BOM, key));
    forms.text(RARE, KeyWhitespace, "", between(b" ", key));
    forms.text(RARE, KeyWhitespace, "", key.trim_ascii().to_vec());
    forms.text(RARE, KeySuffix, "", with(key, b"&"));
    forms.text(RARE, KeySuffix, "", between(b"\"", key));
    forms.text(RARE, KeySuffix, "", between(b"'", key));
    forms.text(RARE, KeyEncoded, "", base64(key));
    forms.text(RARE, KeyEncoded, "", hex_lower(key).into_bytes());
    forms.text(RARE, KeyEncoded, "", hex_upper(key).into_bytes());
    forms.text(RARE, KeyEncoded, "", percent_encoded(key));
    forms.text(RARE, KeyEncoded, "", gbk(key));
    forms.text(RARE, KeyEncoded, "", utf16(key, u16::to_le_bytes));
    for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256] {
        forms.text(RARE, KeyHashed, "", hex(hash, key));
        forms.text(RARE, KeyHashed, "", hash.digest(key));
    }
    forms.text(RARE, KeyHashed, "", upper(&hex(Hash::Md5, key)));
    forms.text(RARE, KeyMissing, "", Vec::new());
    forms
}

pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

#[inline(never)]
pub(super) fn with(text: &[u8], end: &[u8]) -> Vec<u8> {
    [text, end].concat()
}

fn between(ends: &[u8], text: &[u8]) -> Vec<u8> {
    with(&with(ends, text), ends)
}

fn replaced(text: &[u8], from: u8, to: u8) -> Vec<u8> {
    let mut text = text.to_vec();
    for byte in &mut text {
        if *byte == from {
            *byte = to;
        }
    }
    text
}

pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    BASE64_STANDARD.encode(bytes).into_bytes()
}

/// A digest in hex.
pub(super) fn hex(hash: Hash, text: &[u8]) -> Vec<u8> {
    hex_lower(&hash.digest(text)).into_bytes()
}

/// GBK of UTF-8; and of what is not UTF-8, UTF-8, since then it is the body that came in GBK.
pub(super) fn gbk(text: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(text) {
        Ok(text) if text.is_ascii() => text.as_bytes().to_vec(),
        Ok(text) => to_gbk(text),
        Err(_) => from_gbk(text).into_bytes(),
    }
}

/// How many characters GBK has for each lead byte.
const GBK_ROW: usize = 190;
const GBK_LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xfe;

fn from_gbk(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        at += 1;
        if lead < 0x80 {
            text.push(char::from(lead));
            continue;
        }
        let column = match bytes.get(at) {
            Some(&trail @ 0x40..=0x7e) => Some(trail - 0x40),
            Some(&trail @ 0x80..=0xfe) => Some(trail - 0x41),
            _ => None,
        };
        let Some(column) = column.filter(|_| GBK_LEADS.contains(&lead)) else {
            text.push(if lead == 0x80 {
                '€'
            } else {
                char::REPLACEMENT_CHARACTER
            });
            continue;
        };
        at += 1;
        let pointer = usize::from(lead - GBK_LEADS.start()) * GBK_ROW + usize::from(column);
        text.push(character(pointer).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}

/// `?` for what GBK does not have.
fn to_gbk(text: &str) -> Vec<u8> {
    /// For each character up to U+FFFF, its place in the table and one; 0 for none.
    static PLACES: LazyLock<Vec<u16>> = LazyLock::new(|| {
        let mut places = vec![0; 1 << 16];
        // The first place counts where a character has several.
        for pointer in (0..GBK_LEADS.len() * GBK_ROW).rev() {
            if let Some(c) = character(pointer) {
                places[c as usize] = pointer as u16 + 1;
            }
        }
        places
    });
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            bytes.push(c as u8);
            continue;
        }
        match PLACES.get(c as usize) {
            _ if c == '€' => bytes.push(0x80),
            None | Some(0) => bytes.push(b'?'),
            Some(place) => {
                let (row, column) = ((place - 1) / GBK_ROW as u16, (place - 1) % GBK_ROW as u16);
                bytes.push(row as u8 + GBK_LEADS.start());
                bytes.push(column as u8 + if column < 0x3f { 0x40 } else { 0x41 });
            }
        }
    }
    bytes
}

/// The character at a place of the table.
fn character(pointer: usize) -> Option<char> {
    let c = encoding_index_simpchinese::gb18030::forward(pointer as u16);
    char::from_u32(c).filter(|c| u32::from(*c) <= 0xffff && !c.is_ascii())
}

pub(super) fn upper(text: &[u8]) -> Vec<u8> {
    std::str::from_utf8(text).map_or(text.to_vec(), |text| text.to_uppercase().into_bytes())
}

pub(super) fn lower(text: &[u8]) -> Vec<u8> {
    std::str::from_utf8(text).map_or(text.to_vec(), |text| text.to_lowercase().into_bytes())
}

fn utf16(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for unit in String::from_utf8_lossy(text).encode_utf16() {
        encoded.extend_from_slice(&bytes(unit));
    }
    encoded
}

/// One byte a character, and `?` for what does not fit.
fn narrow(text: &[u8], last: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in String::from_utf8_lossy(text).chars() {
        bytes.push(if u32::from(c) <= last { c as u8 } else { b'?' });
    }
    bytes
}

fn utf8_twice(text: &[u8]) -> Vec<u8> {
    let mut twice = String::new();
    for byte in text {
        twice.push(char::from(*byte));
    }
    twice.into_bytes()
}

/// What is not escaped by `rawurlencode`, `encodeURIComponent` and the like.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What is not escaped by JavaScript's `encodeURI`.
const URI: &AsciiSet = &UNRESERVED
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

fn escaped(text: &[u8], escaped: &'static AsciiSet) -> Vec<u8> {
    let mut out = Vec::new();
    for part in percent_encode(text, escaped) {
        out.extend_from_slice(part.as_bytes());
    }
    out
}

pub(super) fn percent_encoded(text: &[u8]) -> Vec<u8> {
    escaped(text, UNRESERVED)
}

/// As HTML forms and Java's `URLEncoder` have it: a space is `+`.
pub(super) fn form_encoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in form_urlencoded::byte_serialize(text) {
        out.extend_from_slice(part.as_bytes());
    }
    out
}

/// `%2f` for `%2F`, as .NET's `UrlEncode` has it.
pub(super) fn percent_encoded_lower(text: &[u8]) -> Vec<u8> {
    lower_escapes(percent_encoded(text))
}

pub(super) fn form_encoded_lower(text: &[u8]) -> Vec<u8> {
    lower_escapes(form_encoded(text))
}

fn lower_escapes(mut text: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while at + 2 < text.len() {
        if text[at] == b'%' {
            text[at + 1..at + 3].make_ascii_lowercase();
            at += 2;
        }
        at += 1;
    }
    text
}

pub(super) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}
