//! daxpay, edition `open`: every value of the message under its path, sorted, joined; of that, an RSA
//! signature over SHA-256 in base64.
//!
//! `{"a.b":1}` and `{"a":{"b":1}}` have the same string, and so the same signature: a message in which
//! two members come to one name is refused, here and when it is checked. What else the string does not
//! tell apart is a value with `&name=` in it from a further member behind it.

use std::cmp::Ordering;
use std::fmt;

use super::decimal::plain;
use super::rsa::PublicKey;
use crate::json::Json;

/// A string to sign longer than this is refused: long names over long lists can ask for more memory
/// than the message has bytes, many times over.
const LONGEST: usize = 16 * 1024 * 1024;

/// How numbers are written. The platform's SDKs disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// As plain decimals without zeros at the end: what is signed.
    Plain,
    /// As they were sent.
    AsSent,
}

/// Why a message has no string to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsignable {
    /// Two of its members have this name when they are flattened.
    Ambiguous(String),
    /// The string would be longer than 16 MiB.
    TooLong,
}

impl fmt::Display for Unsignable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsignable::Ambiguous(name) => {
                write!(f, "two members are `{name}` in the string to sign")
            }
            Unsignable::TooLong => write!(f, "the string to sign is longer than {LONGEST} bytes"),
        }
    }
}

/// The string to sign of the object `params`, whose top-level member `sign`, in any case, is left out.
///
/// # Errors
/// [`Unsignable`] says why there is none.
pub fn string_to_sign(params: &Json, numbers: Numbers) -> Result<String, Unsignable> {
    let mut flat = Flat {
        leaves: Vec::new(),
        left: LONGEST,
    };
    for (name, value) in params.members() {
        if !name.eq_ignore_ascii_case("sign") {
            flat.add(name.clone(), value)?;
        }
    }
    let mut leaves = flat.leaves;
    leaves.sort_unstable_by(|(a, _), (b, _)| by_code_units(a, b));
    if let Some(pair) = leaves.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Unsignable::Ambiguous(pair[0].0.clone()));
    }
    let length = |(name, value): &(String, &Json)| name.len() + value.as_str().map_or(24, str::len);
    let mut string = String::with_capacity(leaves.iter().map(|leaf| length(leaf) + 2).sum());
    for (name, value) in leaves {
        if !string.is_empty() {
            string.push('&');
        }
        string.push_str(&name);
        string.push('=');
        match value {
            Json::String(text) => string.push_str(text),
            Json::Number(number) if numbers == Numbers::Plain => string.push_str(&plain(number)),
            other => other.write_json(&mut string),
        }
    }
    Ok(string)
}

/// Whether `signature` is one of the object `params` by this key, its numbers plain or as sent.
///
/// # Errors
/// [`Unsignable`] when the message is one that nobody could sign unmistakably.
pub fn verify(key: &PublicKey, params: &Json, signature: &str) -> Result<bool, Unsignable> {
    let string = string_to_sign(params, Numbers::Plain)?;
    if key.verify(string.as_bytes(), signature) {
        return Ok(true);
    }
    let as_sent = string_to_sign(params, Numbers::AsSent)?;
    Ok(as_sent != string && key.verify(as_sent.as_bytes(), signature))
}

/// The values that are neither object nor list, each under its path.
struct Flat<'a> {
    leaves: Vec<(String, &'a Json)>,
    /// How many bytes there may still be.
    left: usize,
}

impl<'a> Flat<'a> {
    fn add(&mut self, path: String, value: &'a Json) -> Result<(), Unsignable> {
        match value {
            Json::Null => {}
            Json::Object(members) => {
                for (name, value) in members {
                    self.room(path.len())?;
                    self.add(format!("{path}.{name}"), value)?;
                }
            }
            Json::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    self.room(path.len())?;
                    self.add(format!("{path}[{index}]"), value)?;
                }
            }
            leaf => self.leaves.push((path, leaf)),
        }
        Ok(())
    }

    fn room(&mut self, bytes: usize) -> Result<(), Unsignable> {
        self.left = self.left.checked_sub(bytes).ok_or(Unsignable::TooLong)?;
        Ok(())
    }
}

/// Java's order of strings, which is the platform's: by UTF-16 code units. It is the order of bytes
/// but for names beyond the Basic Multilingual Plane.
fn by_code_units(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() {
        return a.cmp(b);
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Result<String, Unsignable> {
        string_to_sign(&Json::parse(text.as_bytes()).unwrap(), Numbers::Plain)
    }

    #[test]
    fn messages_are_flattened() {
        for (message, wanted) in [
            (r#"{}"#, ""),
            (r#"{"b":1,"a":"x"}"#, "a=x&b=1"),
            (
                r#"{"a":{"c":true,"b":[1,{"d":false}]}}"#,
                "a.b[0]=1&a.b[1].d=false&a.c=true",
            ),
            // An absent value leaves its place in a list empty; an empty text is a value.
            (r#"{"a":null,"b":"","c":[null,2]}"#, "b=&c[1]=2"),
            // Empty lists and objects have no value in them.
            (r#"{"a":[],"b":{},"c":{"d":[[]]},"e":1}"#, "e=1"),
            // Nothing is escaped, quoted or stripped.
            (r#"{"a":"\"\\\n & = 中"}"#, "a=\"\\\n & = 中"),
            (r#"{"a\u0000":1,"":2}"#, "=2&a\0=1"),
            // Only the top-level member is the signature.
            (
                r#"{"sign":"x","Sign":"y","SIGN":{"z":1},"a":{"sign":1},"signs":2}"#,
                "a.sign=1&signs=2",
            ),
            (
                r#"{"a":1.10,"b":1e3,"c":0E-8,"d":-0.0,"e":100}"#,
                "a=1.1&b=1000&c=0&d=0&e=100",
            ),
            (r#"{"B":1,"a":2,"_":3,"A":4}"#, "A=4&B=1&_=3&a=2"),
            // U+10000 is two code units from D800 on: before U+FF00, though its bytes are behind.
            ("{\"\u{ff00}\":1,\"\u{10000}\":2}", "\u{10000}=2&\u{ff00}=1"),
            ("{\"\u{ff00}\":1,\"a\":2}", "a=2&\u{ff00}=1"),
            (r#"{"a[10]":1,"a[2]":2}"#, "a[10]=1&a[2]=2"),
        ] {
            assert_eq!(string(message).as_deref(), Ok(wanted), "{message}");
        }
    }

    #[test]
    fn a_message_in_which_two_members_come_to_one_name_is_refused() {
        for (message, name) in [
            (r#"{"a.b":1,"a":{"b":1}}"#, "a.b"),
            (r#"{"a":[1],"a[0]":2}"#, "a[0]"),
            (r#"{"x":{"a":{"b":1},"a.b":1}}"#, "x.a.b"),
        ] {
            let refused = Err(Unsignable::Ambiguous(name.to_owned()));
            assert_eq!(string(message), refused, "{message}");
        }
        // One of each is only another spelling.
        assert_eq!(string(r#"{"a.b":1}"#), string(r#"{"a":{"b":1}}"#));
        assert_eq!(
            string(r#"{"a.b":null,"a":{"b":1}}"#).as_deref(),
            Ok("a.b=1")
        );
    }

    #[test]
    fn a_string_may_not_outgrow_its_message() {
        let name = "n".repeat(100_000);
        let elements = vec!["1"; 10_000].join(",");
        let message = format!("{{\"{name}\":[{elements}]}}");
        assert_eq!(string(&message), Err(Unsignable::TooLong));
        let members: Vec<String> = (0..10_000).map(|i| format!("\"m{i}\":{i}")).collect();
        let many = string(&format!("{{{}}}", members.join(","))).unwrap();
        assert_eq!(many.split('&').count(), 10_000);
    }
}
