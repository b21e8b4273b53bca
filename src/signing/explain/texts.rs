//! Faults in a text whatever it says: how it becomes bytes, what sticks to its ends, and the same
//! for keys.

use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::reading::{from_base64, from_hex};
use super::{COMMON, Fault, Forms, Mistake, RARE};
use crate::signing::digest::{Hash, hex_lower, hex_upper};

/// A way to spoil what is signed.
pub(super) type Spoil = fn(&[u8]) -> Vec<u8>;

/// How many of [`ENDINGS`] are common.
const COMMON_ENDINGS: usize = 7;

/// What happens to the whole string last, before it is hashed. The empty words are the catalogue's.
#[rustfmt::skip]
const ENDINGS: &[(Mistake, &str, Spoil)] = &[
    (Mistake::LineBreak, "", |text| with(text, b"\n")),
    (Mistake::LineBreak, "a line break (CR LF) stands at the end of what was signed", |text| with(text, b"\r\n")),
    (Mistake::Gbk, "", gbk),
    (Mistake::UrlEncoded, "the whole string was URL-encoded before signing", percent_encoded),
    (Mistake::UrlEncoded, "the whole string was URL-encoded before signing", form_encoded),
    (Mistake::ExtraSpace, "a space stands at the end of what was signed", |text| with(text, b" ")),
    (Mistake::UpperCased, "", |text| cased(text, str::to_uppercase)),
    // From here on, the rare ones.
    (Mistake::LineBreak, "a carriage return stands at the end of what was signed", |text| with(text, b"\r")),
    (Mistake::LineBreak, "two line breaks stand at the end of what was signed", |text| with(text, b"\n\n")),
    (Mistake::LineBreak, "a line break stands at the beginning of what was signed", |text| with(b"\n", text)),
    (Mistake::UrlEncoded, "the whole string was URL-encoded (in lower case) before signing", |text| lower_escapes(&percent_encoded(text))),
    (Mistake::UrlEncoded, "the whole string was URL-encoded (in lower case) before signing", |text| lower_escapes(&form_encoded(text))),
    (Mistake::UrlEncoded, "the whole string went through encodeURI before signing", uri_encoded),
    (Mistake::UrlDecoded, "", |text| percent_decode(text).collect()),
    (Mistake::UrlDecoded, "", |text| percent_decode(&replaced(text, b'+', b' ')).collect()),
    (Mistake::ExtraSpace, "a space stands at the beginning of what was signed", |text| with(b" ", text)),
    (Mistake::ByteOrderMark, "", |text| with("\u{feff}".as_bytes(), text)),
    (Mistake::LowerCased, "", |text| cased(text, str::to_lowercase)),
    (Mistake::Utf16, "", |text| utf16(text, u16::to_le_bytes)),
    (Mistake::Utf16, "UTF-16 bytes (big-endian) were signed", |text| utf16(text, u16::to_be_bytes)),
    (Mistake::Latin1, "", |text| narrow(text, 0xff)),
    (Mistake::Latin1, "", |text| narrow(text, 0x7f)),
    (Mistake::Utf8Twice, "", |text| text.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes()),
    (Mistake::Quoted, "", |text| [b"\"", text, b"\""].concat()),
    (Mistake::TrailingAmpersand, "", |text| with(text, b"&")),
    (Mistake::HashedTwice, "the string was base64-encoded before signing", |text| BASE64_STANDARD.encode(text).into_bytes()),
    (Mistake::HashedTwice, "", |text| Hash::Sha256.digest(&[text])),
    (Mistake::HashedTwice, "", |text| hex_lower(&Hash::Sha256.digest(&[text])).into_bytes()),
    (Mistake::HashedTwice, "", |text| hex_upper(&Hash::Sha256.digest(&[text])).into_bytes()),
    (Mistake::HashedTwice, "", |text| hex_lower(&Hash::Md5.digest(&[text])).into_bytes()),
    (Mistake::HashedTwice, "", |text| hex_upper(&Hash::Md5.digest(&[text])).into_bytes()),
    (Mistake::HashedTwice, "", |text| hex_lower(&Hash::Sha1.digest(&[text])).into_bytes()),
    (Mistake::HashedTwice, "", |text| hex_lower(&Hash::Sm3.digest(&[text])).into_bytes()),
];

pub(super) fn endings() -> Forms<Spoil> {
    let mut forms: Forms<Spoil> = Forms::right(<[u8]>::to_vec);
    for (at, (mistake, what, spoil)) in ENDINGS.iter().enumerate() {
        let fault = Fault::new(*mistake);
        let fault = if what.is_empty() {
            fault
        } else {
            fault.what(*what)
        };
        let cost = if at < COMMON_ENDINGS { COMMON } else { RARE };
        forms.at_cost(cost, [fault], *spoil);
    }
    forms
}

/// The forms that a key takes on its way from the platform's page to the program.
/// `others` are credentials that people take for it, with their names.
pub(super) fn keys(key: &[u8], others: &[(&str, &str)]) -> Forms<Vec<u8>> {
    use Mistake::*;
    let mut forms = Forms::right(key.to_vec());
    for (name, other) in others.iter().filter(|(_, other)| !other.is_empty()) {
        let fault = Fault::new(KeyOther).what(format!("{name} was used as the key"));
        forms.wrong(fault, other.as_bytes().to_vec());
    }
    let digest = |hash: Hash| hash.digest(&[key]);
    let decoded = [
        from_hex(key),
        from_base64(key).map(|(bytes, _)| bytes),
        Some(percent_decode(key).collect()),
    ];
    let changed = [
        (KeyCase, cased(key, str::to_uppercase)),
        (KeyCase, cased(key, str::to_lowercase)),
        (KeyWhitespace, with(key, b"\n")),
        (KeyWhitespace, with(key, b"\r\n")),
        (KeyWhitespace, with(key, b" ")),
        (KeyWhitespace, with(key, b"\r")),
        (KeyWhitespace, with(key, b"\t")),
        (KeyWhitespace, with(b" ", key)),
        (KeyWhitespace, with(b"\n", key)),
        (KeyWhitespace, with("\u{feff}".as_bytes(), key)),
        (KeyWhitespace, [b" ", key, b" "].concat()),
        (KeyWhitespace, key.trim_ascii().to_vec()),
        (KeySuffix, with(key, b"&")),
        (KeySuffix, [b"\"", key, b"\""].concat()),
        (KeySuffix, [b"'", key, b"'"].concat()),
        (KeyEncoded, BASE64_STANDARD.encode(key).into_bytes()),
        (KeyEncoded, hex_lower(key).into_bytes()),
        (KeyEncoded, hex_upper(key).into_bytes()),
        (KeyEncoded, percent_encoded(key)),
        (KeyEncoded, gbk(key)),
        (KeyEncoded, utf16(key, u16::to_le_bytes)),
        (KeyHashed, hex_lower(&digest(Hash::Md5)).into_bytes()),
        (KeyHashed, hex_upper(&digest(Hash::Md5)).into_bytes()),
        (KeyHashed, digest(Hash::Md5)),
        (KeyHashed, hex_lower(&digest(Hash::Sha1)).into_bytes()),
        (KeyHashed, digest(Hash::Sha1)),
        (KeyHashed, hex_lower(&digest(Hash::Sha256)).into_bytes()),
        (KeyHashed, digest(Hash::Sha256)),
    ];
    for value in decoded.into_iter().flatten() {
        forms.wrong(Fault::new(KeyDecoded), value);
    }
    for (at, (mistake, value)) in changed.into_iter().enumerate() {
        let cost = if at < 5 { COMMON } else { RARE };
        forms.at_cost(cost, [Fault::new(mistake)], value);
    }
    forms.rare(Fault::new(KeyMissing), Vec::new());
    forms.distinct()
}

pub(super) fn with(text: &[u8], end: &[u8]) -> Vec<u8> {
    [text, end].concat()
}

fn replaced(text: &[u8], from: u8, to: u8) -> Vec<u8> {
    let other = |byte: &u8| if *byte == from { to } else { *byte };
    text.iter().map(other).collect()
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

pub(super) fn cased(text: &[u8], case: fn(&str) -> String) -> Vec<u8> {
    std::str::from_utf8(text).map_or_else(|_| text.to_vec(), |text| case(text).into_bytes())
}

fn utf16(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.encode_utf16().flat_map(bytes).collect()
}

/// One byte a character, and `?` for what does not fit: one for each UTF-16 unit, as Java has it.
fn narrow(text: &[u8], last: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let byte = |c: char| {
        if u32::from(c) <= last { c as u8 } else { b'?' }
    };
    text.chars().map(byte).collect()
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

pub(super) fn percent_encoded(text: &[u8]) -> Vec<u8> {
    percent_encode(text, UNRESERVED).to_string().into_bytes()
}

fn uri_encoded(text: &[u8]) -> Vec<u8> {
    percent_encode(text, URI).to_string().into_bytes()
}

/// As HTML forms and Java's `URLEncoder` have it: a space is `+`.
pub(super) fn form_encoded(text: &[u8]) -> Vec<u8> {
    let encoded: String = form_urlencoded::byte_serialize(text).collect();
    encoded.into_bytes()
}

/// `%2F` as `%2f`, as .NET's `UrlEncode` has it.
pub(super) fn lower_escapes(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
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
