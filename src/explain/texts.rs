//! Faults in a text whatever it says: what sticks to its ends and what becomes of it as a whole, and
//! the same for keys.

use super::Mistake;
pub(super) use super::encodings::*;
use super::fault::{ALONE, COMMON, DAILY, Forms, RARE, Texts};
use super::stripping::{from_base64, from_hex};
use crate::hex;
use crate::signing::digest::Hash;

/// What rewrites a text.
pub(super) type Respell = fn(&str) -> String;

/// A way to spoil a text.
pub(super) type Spoil = fn(&[u8]) -> Vec<u8>;

/// What happens to the whole string last, before it is hashed.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    None,
    Before(&'static [u8]),
    Behind(&'static [u8]),
    Whole(Spoil),
}
use Ending::{Before, Behind, Whole};

impl Ending {
    pub(super) fn of(self, mut text: Vec<u8>) -> Vec<u8> {
        match self {
            Ending::None => {}
            Before(start) => text = with(start, &text),
            Behind(end) => text.extend_from_slice(end),
            Whole(spoil) => text = spoil(&text),
        }
        text
    }
}

#[rustfmt::skip]
pub(super) fn endings() -> Forms<Ending> {
    use Mistake::*;
    const ENCODED: &str = "the whole string was URL-encoded before signing";
    const IN_LOWER: &str = "the whole string was URL-encoded (in lower case) before signing";
    let mut forms: Forms<Ending> = Forms::right(Ending::None);
    let ends: [(u8, Mistake, &str, Ending); 20] = [
        (DAILY, LineBreak, "", Behind(b"\n")),
        (COMMON, LineBreak, "a line break (CR LF) stands at the end of what was signed", Behind(b"\r\n")),
        (COMMON, ExtraSpace, "a space stands at the end of what was signed", Behind(b" ")),
        (RARE, LineBreak, "a carriage return stands at the end of what was signed", Behind(b"\r")),
        (RARE, LineBreak, "two line breaks stand at the end of what was signed", Behind(b"\n\n")),
        (RARE, LineBreak, "a line break stands at the beginning of what was signed", Before(b"\n")),
        (ALONE, LineBreak, "a line break (CR LF) stands at the beginning of what was signed", Before(b"\r\n")),
        (RARE, LineBreak, "a backslash and an `n` stand at the end of what was signed", Behind(b"\\n")),
        (RARE, ExtraSpace, "a space stands at the beginning of what was signed", Before(b" ")),
        (RARE, ExtraSpace, "a tab stands at the end of what was signed", Behind(b"\t")),
        (RARE, ExtraSpace, "a NUL (C's end of a string) stands at the end of what was signed; sign without it", Behind(b"\0")),
        (RARE, ByteOrderMark, "", Before(BOM)),
        (RARE, TrailingAmpersand, "", Behind(b"&")),
        (RARE, TrailingAmpersand, "an `&` too many stands before the first pair; sign without it", Before(b"&")),
        (RARE, Separator, "a `?` stands before what was signed; sign without it", Before(b"?")),
        (ALONE, Separator, "a `;` stands behind what was signed; sign without it", Behind(b";")),
        (ALONE, Separator, "a `,` stands behind what was signed; sign without it", Behind(b",")),
        (ALONE, Separator, "a `|` stands behind what was signed; sign without it", Behind(b"|")),
        (ALONE, Separator, "a `/` stands behind what was signed; sign without it", Behind(b"/")),
        (ALONE, Utf16, "UTF-16 bytes (big-endian, with a byte order mark) were signed; sign UTF-8 bytes: in Java, StandardCharsets.UTF_8", Whole(|text| with(b"\xfe\xff", &utf16(text, u16::to_be_bytes)))),
    ];
    for (cost, mistake, words, ending) in ends {
        forms.add(cost, mistake, words, ending);
    }
    let spoils: [(u8, Mistake, &str, Spoil); 50] = [
        (COMMON, Gbk, "", gbk),
        (COMMON, UrlEncoded, ENCODED, percent_encoded),
        (COMMON, UrlEncoded, ENCODED, form_encoded),
        (COMMON, UpperCased, "", upper),
        (RARE, UrlEncoded, IN_LOWER, percent_encoded_lower),
        (RARE, UrlEncoded, IN_LOWER, form_encoded_lower),
        (RARE, UrlEncoded, "the whole string went through encodeURI before signing", uri_encoded),
        (RARE, UrlEncoded, "spaces became `%20` before signing; sign the values as they are", |text| replaced(text, b' ', b"%20")),
        (RARE, UrlEncoded, "spaces became `+` before signing; sign the values as they are", |text| replaced(text, b' ', b"+")),
        (RARE, UrlEncoded, "`+` became `%20` before signing; sign the values as they are", |text| replaced(text, b'+', b"%20")),
        (ALONE, UrlEncoded, "the whole string was URL-encoded twice before signing", |text| percent_encoded(&percent_encoded(text))),
        (RARE, UrlDecoded, "", percent_decoded),
        (RARE, UrlDecoded, "", |text| percent_decoded(&replaced(text, b'+', b" "))),
        (RARE, UrlDecoded, "`+` became a space before signing", |text| replaced(text, b'+', b" ")),
        (RARE, LowerCased, "", lower),
        (DAILY, Utf16, "", |text| utf16(text, u16::to_le_bytes)),
        (RARE, Utf16, "UTF-16 bytes (big-endian) were signed", |text| utf16(text, u16::to_be_bytes)),
        (RARE, Latin1, "", |text| narrow(text, 0xff)),
        (RARE, Latin1, "", |text| narrow(text, 0x7f)),
        (RARE, Latin1, "characters beyond U+FFFF, such as emoji, became `?` before signing; sign the text as it is sent", |text| narrow_wide(text, true)),
        (RARE, Latin1, "characters beyond U+FFFF, such as emoji, were dropped before signing; sign the text as it is sent", |text| narrow_wide(text, false)),
        (RARE, Latin1, "the characters that ASCII does not have were dropped before signing", ascii_only),
        (RARE, Latin1, "of each character only the lowest eight bits were signed, as a hash that reads char codes does", low_bytes),
        (RARE, Utf8Twice, "", utf8_twice),
        (RARE, Cesu8, "", cesu8),
        (RARE, Quoted, "", |text| between(b"\"", text)),
        (RARE, Quoted, "single quotes stand around what was signed", |text| between(b"'", text)),
        (RARE, Escaped, "quotes and backslashes were escaped as for a JSON string before signing", |text| json_escaped(text)),
        (RARE, Escaped, "the string was made a JSON string, quotes and all, before signing", |text| between(b"\"", &json_escaped(text))),
        (RARE, Escaped, "non-ASCII characters became \\uXXXX before signing", |text| unicode_escaped(text, false)),
        (RARE, Escaped, "the string was escaped for HTML before signing", html_escaped),
        (RARE, StringCut, "the last character is missing in what was signed", |text| cut(text, false)),
        (RARE, StringCut, "the first character is missing in what was signed", |text| cut(text, true)),
        (RARE, BodyWhitespace, "all white space was removed from what was signed; sign the text as it is sent", without_space),
        (RARE, HashedTwice, "the string was base64-encoded before signing", base64),
        (RARE, HashedTwice, "", |text| base64(&Hash::Sha256.digest(text))),
        (RARE, HashedTwice, "", |text| base64(&Hash::Md5.digest(text))),
        (RARE, HashedTwice, "", |text| base64(&hex(Hash::Md5, text))),
        (RARE, HashedTwice, "", |text| base64(&hex(Hash::Sha256, text))),
        (RARE, HashedTwice, "", |text| upper(&hex(Hash::Sha1, text))),
        (RARE, HashedTwice, "", |text| Hash::Sha1.digest(text)),
        (RARE, HashedTwice, "", |text| Hash::Md5.digest(text)),
        (RARE, HashedTwice, "", |text| Hash::Sha256.digest(text)),
        (RARE, HashedTwice, "", |text| hex(Hash::Sha256, text)),
        (RARE, HashedTwice, "", |text| upper(&hex(Hash::Sha256, text))),
        (RARE, HashedTwice, "", |text| hex(Hash::Md5, text)),
        (RARE, HashedTwice, "", |text| upper(&hex(Hash::Md5, text))),
        (RARE, HashedTwice, "", |text| hex(Hash::Sha1, text)),
        (RARE, HashedTwice, "", |text| hex(Hash::Sm3, text)),
        (ALONE, HashedTwice, "the string was written in hex before signing", |text| hex::lower(text).into_bytes()),
    ];
    for (cost, mistake, words, spoil) in spoils {
        forms.add(cost, mistake, words, Whole(spoil));
    }
    forms
}

/// Longer keys are used as they are: they are no keys of a platform.
const LONGEST_KEY: usize = 1024;
/// Parts of keys up to this length are tried one by one.
const CUT: usize = 128;

/// The forms that a key takes on its way from the platform's page to the program.
/// `others` are credentials that people take for it, with their names.
#[rustfmt::skip]
pub(super) fn keys(key: &[u8], others: &[(&str, &str)]) -> Texts {
    use Mistake::*;
    let mut forms = Texts::right_text(key.to_vec());
    if key.len() > LONGEST_KEY {
        return forms;
    }
    for (name, other) in others {
        if !other.is_empty() && other.len() <= LONGEST_KEY {
            forms.text(COMMON, KeyOther, &format!("{name} was used as the key"), other.as_bytes().to_vec());
        }
    }
    forms.text(COMMON, KeyDecoded, "", from_hex(key).unwrap_or(key.to_vec()));
    forms.text(COMMON, KeyDecoded, "", from_base64(key).map_or(key.to_vec(), |(bytes, _)| bytes));
    forms.text(COMMON, KeyDecoded, "", percent_decoded(key));
    forms.text(COMMON, KeyCase, "", upper(key));
    forms.text(COMMON, KeyCase, "", lower(key));
    for (cost, end) in [(DAILY, "\n"), (COMMON, "\r\n"), (COMMON, " "), (RARE, "\r"), (RARE, "\t"), (ALONE, "\n\n"), (ALONE, "  "), (ALONE, "\0"), (ALONE, "\\n"), (ALONE, "\u{200b}"), (ALONE, "\u{a0}")] {
        forms.text(cost, KeyWhitespace, "", with(key, end.as_bytes()));
    }
    for (cost, start) in [(RARE, " "), (RARE, "\n"), (RARE, "\u{feff}"), (ALONE, "\t"), (ALONE, "\u{200b}")] {
        forms.text(cost, KeyWhitespace, "", with(start.as_bytes(), key));
    }
    forms.text(RARE, KeyWhitespace, "", between(b" ", key));
    forms.text(RARE, KeyWhitespace, "", key.trim_ascii().to_vec());
    forms.text(RARE, KeyWhitespace, "white space inside the key was removed; use the key exactly as it was issued", without_space(key));
    for end in ["&", ";", ",", "=", "."] {
        forms.text(if end == "&" { RARE } else { ALONE }, KeySuffix, &format!("`{end}` stands behind the key"), with(key, end.as_bytes()));
    }
    for ends in ["\"", "'", "`"] {
        forms.text(RARE, KeySuffix, "quotes stand around the key", between(ends.as_bytes(), key));
    }
    forms.text(ALONE, KeySuffix, "`<` and `>` stand around the key", [b"<", key, b">"].concat());
    forms.text(ALONE, KeySuffix, "the key was used twice over", with(key, key));
    for (name, other) in others {
        let other = other.as_bytes();
        if !other.is_empty() && other.len() <= LONGEST_KEY {
            for joint in [&b""[..], b"&", b":", b"_"] {
                forms.text(ALONE, KeySuffix, &format!("{name} stands before the key"), [other, joint, key].concat());
                forms.text(ALONE, KeySuffix, &format!("{name} stands behind the key"), [key, joint, other].concat());
            }
        }
    }
    forms.text(RARE, KeyEncoded, "", base64(key));
    forms.text(ALONE, KeyEncoded, "", with(&base64(key), b"\n"));
    forms.text(RARE, KeyEncoded, "", hex::lower(key).into_bytes());
    forms.text(RARE, KeyEncoded, "", hex::upper(key).into_bytes());
    forms.text(RARE, KeyEncoded, "", percent_encoded(key));
    forms.text(RARE, KeyEncoded, "", gbk(key));
    // Together with the string: the same function made bytes of both.
    forms.text(DAILY, KeyEncoded, "", utf16(key, u16::to_le_bytes));
    forms.text(ALONE, KeyEncoded, "", utf16(key, u16::to_be_bytes));
    forms.text(ALONE, KeyEncoded, "", utf8_twice(key));
    forms.text(ALONE, KeyEncoded, "", narrow(key, 0xff));
    forms.text(ALONE, KeyEncoded, "the key was read backwards", key.iter().rev().copied().collect());
    forms.text(ALONE, KeyEncoded, "the hyphens were taken out of the key", key.iter().copied().filter(|byte| *byte != b'-').collect());
    for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256] {
        let hexed = hex(hash, key);
        forms.text(RARE, KeyHashed, "", hash.digest(key));
        forms.text(RARE, KeyHashed, "", upper(&hexed));
        forms.text(ALONE, KeyHashed, "", base64(&hash.digest(key)));
        forms.text(ALONE, KeyHashed, "", hexed[..16].to_vec());
        forms.text(RARE, KeyHashed, "", hexed);
    }
    forms.text(RARE, KeyMissing, "", Vec::new());
    for word in ["null", "undefined", "None", "key", "secret"] {
        forms.text(ALONE, KeyMissing, &format!("the word `{word}` was used as the key"), word.as_bytes().to_vec());
    }
    if (4..=CUT).contains(&key.len()) {
        for length in (3..key.len()).rev() {
            // One that lacks its last character is met before a string that lacks it.
            let cost = if length + 1 == key.len() { COMMON } else { ALONE };
            forms.text(cost, KeyTruncated, &format!("only the first {length} of the key's {} bytes were used", key.len()), key[..length].to_vec());
            forms.text(ALONE, KeyTruncated, &format!("only the last {length} of the key's {} bytes were used", key.len()), key[key.len() - length..].to_vec());
        }
    }
    forms
}
