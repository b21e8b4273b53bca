//! What comes along with a signature, and how it looks when nothing fits.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::Engine;
use percent_encoding::percent_decode_str;

use super::Mistake;
use super::fault::Fault;

/// Longer signatures are not looked at: an RSA signature of the largest key in hex, URL-encoded.
pub(super) const LONGEST: usize = 8 * 1024;

/// The least part of a signature that counts as one, in characters.
pub(super) const SHORTEST_PART: usize = 12;

/// How the platform wants a signature written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Base64,
    HexLower,
    HexUpper,
}

/// The signature without what came along with it, and the names of that.
pub(super) fn stripped(theirs: &str) -> (String, Vec<Fault>) {
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
    let is_invisible = |c| matches!(c, '\u{feff}' | '\u{200b}' | '\0');
    let by = text.trim().trim_matches(is_invisible).to_owned();
    replace(&mut text, by, Mistake::SignatureWhitespace);
    let mut by = text.replace("\\/", "/");
    for (escape, c) in [
        ("\\u003d", "="),
        ("\\u003D", "="),
        ("\\u002b", "+"),
        ("\\u002B", "+"),
        ("&#43;", "+"),
        ("&#x2B;", "+"),
        ("&#61;", "="),
        ("&#x3D;", "="),
        ("&#47;", "/"),
        ("&#x2F;", "/"),
    ] {
        by = by.replace(escape, c);
    }
    replace(&mut text, by, Mistake::SignatureWrapped);
    let by = text
        .trim_matches(['"', '\'', '`', '<', '>', ';', ',', '&', '(', ')'])
        .to_owned();
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
        "Bearer ",
        "HMAC-SHA1 ",
        "HMAC-SHA256 ",
        "SHA256-RSA ",
        "MD5 ",
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
    if text.is_empty() || text.len() % 2 != 0 {
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

/// A signature that is the right one but for a few characters: cut, grown or damaged.
pub(super) fn nearly(theirs: &str, right: &str) -> Option<Fault> {
    if theirs.len() > LONGEST || right.is_empty() {
        return None;
    }
    let (text, _) = stripped(theirs);
    let is_hex = right.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = |text: &str| match is_hex {
        true => text.to_ascii_lowercase(),
        false => text.to_owned(),
    };
    let (theirs, right) = (plain(&text), plain(right));
    let (count, whole) = (theirs.len(), right.len());
    if count >= SHORTEST_PART && count < whole && right.contains(&theirs) {
        let words = format!("only {count} of the signature's {whole} characters were sent");
        return Some(Fault::new(Mistake::Truncated, &words));
    }
    if count > whole && theirs.contains(&right) {
        return Some(Fault::new(Mistake::SignatureWrapped, ""));
    }
    // What is the same at the front and at the back leaves what differs in between.
    let (a, b) = (theirs.as_bytes(), right.as_bytes());
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = a[front..].iter().rev().zip(b[front..].iter().rev());
    let back = rest.take_while(|(a, b)| a == b).count();
    let differing = a.len().max(b.len()) - front - back;
    (whole >= 16 && differing <= 2).then(|| Fault::new(Mistake::Damaged, ""))
}
