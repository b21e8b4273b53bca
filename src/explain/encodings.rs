//! Text as other bytes: GBK, UTF-16, URL-encoding, base64 and what else happens to it.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::hex;
use crate::signing::digest::Hash;

pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

#[inline(never)]
pub(super) fn with(text: &[u8], end: &[u8]) -> Vec<u8> {
    [text, end].concat()
}

pub(super) fn between(ends: &[u8], text: &[u8]) -> Vec<u8> {
    [ends, text, ends].concat()
}

#[inline(never)]
pub(super) fn replaced(text: &[u8], from: u8, to: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(text.len());
    for byte in text {
        if *byte == from {
            changed.extend_from_slice(to);
        } else {
            changed.push(*byte);
        }
    }
    changed
}

/// The text with each character replaced by what is written for it.
#[inline(never)]
pub(super) fn each(text: &[u8], write: &dyn Fn(&mut String, char)) -> Vec<u8> {
    let mut changed = String::with_capacity(text.len());
    for c in String::from_utf8_lossy(text).chars() {
        write(&mut changed, c);
    }
    changed.into_bytes()
}

pub(super) fn json_escaped(text: &[u8]) -> Vec<u8> {
    each(text, &|out, c| match c {
        '"' | '\\' => out.extend(['\\', c]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => out.push(c),
    })
}

pub(super) fn html_escaped(text: &[u8]) -> Vec<u8> {
    each(text, &|out, c| match c {
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        _ => out.push(c),
    })
}

/// `\uXXXX` for every UTF-16 unit beyond ASCII.
pub(super) fn unicode_escaped(text: &[u8], upper: bool) -> Vec<u8> {
    each(text, &|out, c| {
        if c.is_ascii() {
            out.push(c);
        } else {
            unicode_escape(out, c, upper);
        }
    })
}

pub(super) fn unicode_escape(out: &mut String, c: char, upper: bool) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.push_str(&match upper {
            true => format!("\\u{unit:04X}"),
            false => format!("\\u{unit:04x}"),
        });
    }
}

pub(super) fn ascii_only(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(u8::is_ascii).collect()
}

pub(super) fn without_space(text: &[u8]) -> Vec<u8> {
    let mut dense = text.to_vec();
    dense.retain(|byte| !byte.is_ascii_whitespace());
    dense
}

/// Without its last or its first character.
pub(super) fn cut(text: &[u8], is_first: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let mut chars = text.chars();
    if is_first {
        chars.next();
    } else {
        chars.next_back();
    }
    chars.as_str().as_bytes().to_vec()
}

/// Characters beyond U+FFFF as `?`, or dropped.
pub(super) fn narrow_wide(text: &[u8], is_marked: bool) -> Vec<u8> {
    each(text, &|out, c| {
        if c <= '\u{ffff}' {
            out.push(c);
        } else if is_marked {
            out.push('?');
        }
    })
}

/// The low byte of each UTF-16 unit.
pub(super) fn low_bytes(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.encode_utf16().map(|unit| unit as u8).collect()
}

/// Each UTF-16 unit in UTF-8's manner by itself.
pub(super) fn cesu8(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in String::from_utf8_lossy(text).chars() {
        if c <= '\u{ffff}' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let [high, low] = [*unit >> 6 & 0x3f, *unit & 0x3f].map(|six| 0x80 | six as u8);
            bytes.extend([0xed, high, low]);
        }
    }
    bytes
}

/// Turkish has a dotted and a dotless i, each with its own capital.
pub(super) fn turkish_upper(text: &str) -> String {
    text.replace('i', "\u{130}").to_uppercase()
}

pub(super) fn turkish_lower(text: &str) -> String {
    let text = text.replace("I\u{307}", "i").replace('I', "\u{131}");
    text.replace('\u{130}', "i").to_lowercase()
}

/// One character for one: `ß` stays.
pub(super) fn simple_upper(text: &str) -> String {
    let upper = each(text.as_bytes(), &|out, c| {
        let mut upper = c.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(upper), None) => out.push(upper),
            _ => out.push(c),
        }
    });
    String::from_utf8_lossy(&upper).into_owned()
}

pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    BASE64_STANDARD.encode(bytes).into_bytes()
}

/// A digest in hex.
pub(super) fn hex(hash: Hash, text: &[u8]) -> Vec<u8> {
    hex::lower(&hash.digest(text)).into_bytes()
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

/// For each character up to U+FFFF, its place in the table and one; 0 for none.
static PLACES: [AtomicU16; 1 << 16] = [const { AtomicU16::new(0) }; 1 << 16];
/// Whether all places are known. Whoever finds that they are not fills them all in: there is nothing to
/// wait for, and nothing that a forked child could find half done.
static ARE_PLACES_KNOWN: AtomicBool = AtomicBool::new(false);

fn place(c: char) -> u16 {
    if !ARE_PLACES_KNOWN.load(Ordering::Acquire) {
        // The first place counts where a character has several.
        for pointer in (0..GBK_LEADS.len() * GBK_ROW).rev() {
            if let Some(c) = character(pointer) {
                PLACES[c as usize].store(pointer as u16 + 1, Ordering::Relaxed);
            }
        }
        ARE_PLACES_KNOWN.store(true, Ordering::Release);
    }
    PLACES
        .get(c as usize)
        .map_or(0, |place| place.load(Ordering::Relaxed))
}

/// `?` for what GBK does not have.
fn to_gbk(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            bytes.push(c as u8);
            continue;
        }
        match place(c) {
            _ if c == '€' => bytes.push(0x80),
            0 => bytes.push(b'?'),
            place => {
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

pub(super) fn utf16(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for unit in String::from_utf8_lossy(text).encode_utf16() {
        encoded.extend_from_slice(&bytes(unit));
    }
    encoded
}

/// One byte a character, and `?` for what does not fit.
pub(super) fn narrow(text: &[u8], last: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in String::from_utf8_lossy(text).chars() {
        bytes.push(if u32::from(c) <= last { c as u8 } else { b'?' });
    }
    bytes
}

pub(super) fn utf8_twice(text: &[u8]) -> Vec<u8> {
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

pub(super) fn uri_encoded(text: &[u8]) -> Vec<u8> {
    escaped(text, URI)
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
