//! JSON as text: compact, in the order it is held in.

use zeroize::Zeroizing;

use super::text::{must_be_escaped, plain_length};
use super::value::Json;
use crate::hex;

impl Json {
    /// The value as a person would write it: a string without quotes, the rest as JSON.
    pub fn to_text(&self) -> String {
        match self {
            Json::String(value) => value.clone(),
            other => other.to_json(),
        }
    }

    /// Compact JSON text.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text);
        text
    }

    /// Appends compact JSON text.
    pub(crate) fn write_json(&self, to: &mut String) {
        match self {
            Json::Null => to.push_str("null"),
            Json::Bool(true) => to.push_str("true"),
            Json::Bool(false) => to.push_str("false"),
            Json::Number(text) => to.push_str(text),
            Json::String(value) => write_string(value, to),
            Json::Array(elements) => {
                to.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        to.push(',');
                    }
                    element.write_json(to);
                }
                to.push(']');
            }
            Json::Object(members) => {
                to.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        to.push(',');
                    }
                    write_string(name, to);
                    to.push(':');
                    value.write_json(to);
                }
                to.push('}');
            }
        }
    }

    /// Compact JSON text for a request's body. It may hold secrets, so it is wiped on drop, and it is
    /// written into memory that need not grow, since growing leaves copies behind.
    pub(crate) fn to_body(&self) -> Zeroizing<Vec<u8>> {
        let mut text = String::with_capacity(self.written_length());
        self.write_json(&mut text);
        Zeroizing::new(text.into_bytes())
    }

    /// At least as many bytes as [`Json::to_json`] writes.
    fn written_length(&self) -> usize {
        match self {
            Json::Null | Json::Bool(_) => 5,
            Json::Number(text) => text.len(),
            Json::String(text) => quoted(text),
            Json::Array(elements) => {
                let element = |element: &Json| element.written_length() + 1;
                2 + elements.iter().map(element).sum::<usize>()
            }
            Json::Object(members) => {
                let member =
                    |(name, value): &(String, Json)| quoted(name) + value.written_length() + 2;
                2 + members.iter().map(member).sum::<usize>()
            }
        }
    }
}

/// A member of an object that is not made for it: a text or a value that is somebody else's.
#[derive(Clone, Copy)]
pub(crate) enum Lent<'a> {
    Text(&'a str),
    Value(&'a Json),
}

impl Lent<'_> {
    pub(crate) fn to_json(self) -> Json {
        match self {
            Lent::Text(text) => Json::string(text),
            Lent::Value(value) => value.clone(),
        }
    }
}

/// As [`Json::to_body`], of an object's members.
pub(crate) fn to_body(members: &[(&str, Lent<'_>)]) -> Zeroizing<Vec<u8>> {
    let length = |value: &Lent<'_>| match value {
        Lent::Text(text) => quoted(text),
        Lent::Value(value) => value.written_length(),
    };
    let lengths = members
        .iter()
        .map(|(name, value)| quoted(name) + length(value) + 2);
    let mut text = String::with_capacity(2 + lengths.sum::<usize>());
    text.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(name, &mut text);
        text.push(':');
        match value {
            Lent::Text(value) => write_string(value, &mut text),
            Lent::Value(value) => value.write_json(&mut text),
        }
    }
    text.push('}');
    Zeroizing::new(text.into_bytes())
}

/// At least as many bytes as [`write_string`] writes.
fn quoted(text: &str) -> usize {
    let rest = &text.as_bytes()[plain_length(text.as_bytes())..];
    let escaped = rest.iter().filter(|byte| must_be_escaped(**byte)).count();
    text.len() + 5 * escaped + 2
}

/// Appends a JSON string; most have nothing to escape.
fn write_string(value: &str, to: &mut String) {
    to.push('"');
    let mut plain = 0;
    let first = plain_length(value.as_bytes());
    for (at, byte) in value.bytes().enumerate().skip(first) {
        if !must_be_escaped(byte) {
            continue;
        }
        to.push_str(&value[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => to.push_str("\\\""),
            b'\\' => to.push_str("\\\\"),
            b'\n' => to.push_str("\\n"),
            b'\r' => to.push_str("\\r"),
            b'\t' => to.push_str("\\t"),
            0x08 => to.push_str("\\b"),
            0x0c => to.push_str("\\f"),
            _ => {
                to.push_str("\\u00");
                to.push_str(&hex::lower(&[byte]));
            }
        }
    }
    to.push_str(&value[plain..]);
    to.push('"');
}
