//! JSON as it was signed: names in the order received, numbers as the text they
//! were written in, duplicate names refused. A signature is made over text, and a
//! number that went through a float, or a second value for the same name, would let
//! two readers of one message disagree about what was signed.

use std::borrow::Cow;
use std::fmt;

use serde::de::IgnoredAny;
use zeroize::{Zeroize, Zeroizing};

use crate::secret::Wiped;

/// Nesting beyond this is refused: no platform comes near it, and depth is a way to exhaust a stack.
const DEEPEST: usize = 32;

/// Why a text is not the JSON that was looked for; one line, without the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(String);

impl JsonError {
    pub(crate) fn new(message: impl Into<String>) -> JsonError {
        JsonError(message.into())
    }

    /// One line that names what is wrong.
    pub fn message(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}

type Result<T> = std::result::Result<T, JsonError>;

/// A JSON value.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as the text it was written in.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Names and values in the order received; no name twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one JSON value that fills the whole of `bytes`; a byte order mark before it is skipped.
    pub fn parse(bytes: &[u8]) -> Result<Json> {
        whole(bytes, |reader| reader.value(0))
    }

    /// The members of the object that fills the whole of `bytes`, with its texts where they stand; nothing for
    /// another value.
    pub(crate) fn parse_members(bytes: &[u8]) -> Result<Option<Vec<Member<'_>>>> {
        whole(bytes, |reader| match reader.peek() {
            Some(b'{') => reader.members(Reader::part).map(Some),
            _ => reader.value(0).map(|_| None),
        })
    }

    /// An object of the given members; absent ones are left out.
    pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Option<Json>)>) -> Json {
        let present = |(name, value): (&str, Option<Json>)| Some((name.to_owned(), value?));
        Json::Object(members.into_iter().filter_map(present).collect())
    }

    /// A string value.
    pub(crate) fn string(value: impl Into<String>) -> Json {
        Json::String(value.into())
    }

    /// The member `name` of an object; `null` counts as absent.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let (_, value) = self.members().iter().find(|(n, _)| n == name)?;
        (*value != Json::Null).then_some(value)
    }

    /// The members of an object, in order; empty for every other value.
    pub fn members(&self) -> &[(String, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

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

    /// The value at a dotted path such as `data.items.0.id`; absent is `None`, and `null` is itself.
    pub fn find(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, step| match value {
            Json::Array(elements) => elements.get(step.parse::<usize>().ok()?),
            other => {
                let mut members = other.members().iter();
                members
                    .find(|(name, _)| name == step)
                    .map(|(_, value)| value)
            }
        })
    }

    /// The value at a dotted path, as text; absent and `null` are `None`.
    pub fn field(&self, path: &str) -> Option<String> {
        let value = self.find(path)?;
        (*value != Json::Null).then(|| value.to_text())
    }

    /// The string at a dotted path such as `data.url`; `None` where any step is absent.
    /// Any other type is an error that names the path.
    pub(crate) fn text_at(&self, path: &str) -> Result<Option<&str>> {
        match self.at(path)? {
            None => Ok(None),
            Some(Json::String(value)) => Ok(Some(value)),
            Some(_) => Err(JsonError::new(format!("`{path}` is not a string"))),
        }
    }

    /// As [`Json::text_at`], for a field that must be there and not be empty.
    pub(crate) fn required_text_at(&self, path: &str) -> Result<String> {
        match self.text_at(path)? {
            Some("") => Err(JsonError::new(format!("`{path}` is empty"))),
            Some(value) => Ok(value.to_owned()),
            None => Err(JsonError::new(format!("`{path}` is missing"))),
        }
    }

    /// As [`Json::text_at`], owned.
    pub(crate) fn optional_text_at(&self, path: &str) -> Result<Option<String>> {
        Ok(self.text_at(path)?.map(str::to_owned))
    }

    /// The value at a dotted path; a step through something that is no object is an error.
    pub(crate) fn at(&self, path: &str) -> Result<Option<&Json>> {
        let mut value = self;
        let mut walked = 0;
        for step in path.split('.') {
            if !matches!(value, Json::Object(_)) {
                let what = if walked == 0 {
                    "the body"
                } else {
                    &path[..walked - 1]
                };
                return Err(JsonError::new(format!("`{what}` is not an object")));
            }
            walked += step.len() + 1;
            match value.get(step) {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }
}

/// A name and a value that may stand where they were read from.
pub(crate) type Member<'a> = (Cow<'a, str>, Part<'a>);

/// A value whose text, if it is one, may stand where it was read from.
pub(crate) enum Part<'a> {
    Text(Cow<'a, str>),
    Value(Json),
}

impl Part<'_> {
    pub(crate) fn lend(&self) -> Lent<'_> {
        match self {
            Part::Text(text) => Lent::Text(text),
            Part::Value(value) => Lent::Value(value),
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
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                to.push_str("\\u00");
                to.push(DIGITS[usize::from(byte >> 4)].into());
                to.push(DIGITS[usize::from(byte & 15)].into());
            }
        }
    }
    to.push_str(&value[plain..]);
    to.push('"');
}

/// Whether this byte cannot stand in a JSON string as it is.
fn must_be_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// How many bytes from the front on can stand in a JSON string as they are; eight are looked at in one step.
fn plain_length(bytes: &[u8]) -> usize {
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;
    let is_below = |word: u64, limit: u64| word.wrapping_sub(LOW * limit) & !word & HIGH;
    let is_plain = |chunk: &&[u8]| {
        let word = (*chunk).try_into().map_or(0, u64::from_le_bytes);
        let quotes = word ^ (LOW * u64::from(b'"'));
        let backslashes = word ^ (LOW * u64::from(b'\\'));
        is_below(word, 0x20) | is_below(quotes, 1) | is_below(backslashes, 1) == 0
    };
    let plain = 8 * bytes.chunks_exact(8).take_while(is_plain).count();
    let rest = bytes[plain..].iter();
    plain + rest.take_while(|byte| !must_be_escaped(**byte)).count()
}

/// Why a text is refused.
enum Refused {
    NotJson,
    TooDeep,
    Twice(String),
}

impl Refused {
    /// What is wrong with the text in one line. serde_json says best what makes a text no JSON.
    fn message(self, text: &str) -> String {
        match self {
            Refused::NotJson => match serde_json::from_str::<IgnoredAny>(text) {
                Err(error) => format!("not JSON: {error}"),
                Ok(_) => "not JSON".to_owned(),
            },
            Refused::TooDeep => format!("JSON nested deeper than {DEEPEST} levels"),
            Refused::Twice(name) => format!("field `{name}` stands twice"),
        }
    }
}

type Read<T> = std::result::Result<T, Refused>;

/// Reads a value that fills the whole of `bytes`.
fn whole<'a, T>(bytes: &'a [u8], read: impl Fn(&mut Reader<'a>) -> Read<T>) -> Result<T> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| JsonError::new(format!("not UTF-8 at byte {}", e.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(JsonError::new("empty"));
    }
    let mut reader = Reader { text, at: 0 };
    let whole = read(&mut reader).and_then(|value| match reader.peek() {
        None => Ok(value),
        Some(_) => Err(Refused::NotJson),
    });
    whole.map_err(|why| JsonError::new(why.message(text)))
}

/// Reads a text from front to back, once. Escapes are left to serde_json.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let white = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        let skipped = white.count();
        self.at += skipped;
        rest.get(skipped).copied()
    }

    /// Takes the next byte that is no white space, if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Read<Json> {
        if depth > DEEPEST {
            return Err(Refused::TooDeep);
        }
        match self.peek().ok_or(Refused::NotJson)? {
            b'"' => self.text().map(|text| Json::String(text.into_owned())),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            _ => self.number(),
        }
    }

    fn part(&mut self) -> Read<Part<'a>> {
        match self.peek() {
            Some(b'"') => self.text().map(Part::Text),
            _ => self.value(1).map(Part::Value),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Json> {
        let members = self.members(|reader| reader.value(depth + 1))?;
        let owned = members
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value));
        Ok(Json::Object(owned.collect()))
    }

    /// The members of an object, of which the next byte is the first; no name twice.
    fn members<T>(
        &mut self,
        mut value: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<(Cow<'a, str>, T)>> {
        self.at += 1;
        if self.take(b'}') {
            return Ok(Vec::new());
        }
        let mut members = Vec::with_capacity(8);
        loop {
            if self.peek() != Some(b'"') {
                return Err(Refused::NotJson);
            }
            let name = self.text()?;
            if !self.take(b':') {
                return Err(Refused::NotJson);
            }
            members.push((name, value(self)?));
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(Refused::NotJson);
            }
        }
        match twice(&members) {
            Some(name) => Err(Refused::Twice(name.to_owned())),
            None => Ok(members),
        }
    }

    fn array(&mut self, depth: usize) -> Read<Json> {
        self.at += 1;
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Json::Array(elements));
            }
            if !self.take(b',') {
                return Err(Refused::NotJson);
            }
        }
    }

    /// A string, where it stands when nothing in it is escaped.
    fn text(&mut self) -> Read<Cow<'a, str>> {
        let start = self.at + 1;
        let mut end = start;
        let mut escaped = false;
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            end += plain_length(rest);
            match bytes.get(end).ok_or(Refused::NotJson)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    end += 2;
                }
                _ => return Err(Refused::NotJson),
            }
        }
        let inner = self.text.get(start..end).ok_or(Refused::NotJson)?;
        self.at = end + 1;
        if escaped {
            return unescaped(inner).map(Cow::Owned).ok_or(Refused::NotJson);
        }
        Ok(Cow::Borrowed(inner))
    }

    /// A number stays the text it is: an optional sign, digits without a leading zero, a fraction, an exponent.
    fn number(&mut self) -> Read<Json> {
        let start = self.at;
        self.skip(b"-");
        let leading_zero = self.text.as_bytes().get(self.at) == Some(&b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            return Err(Refused::NotJson);
        }
        if self.skip(b".") {
            self.digits()?;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    /// Skips one byte if it is one of these.
    fn skip(&mut self, any_of: &[u8]) -> bool {
        let next = self.text.as_bytes().get(self.at);
        let is_one = next.is_some_and(|byte| any_of.contains(byte));
        self.at += usize::from(is_one);
        is_one
    }

    /// Skips digits, at least one; how many.
    fn digits(&mut self) -> Read<usize> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 {
            return Err(Refused::NotJson);
        }
        Ok(count)
    }

    fn word(&mut self, word: &str, value: Json) -> Read<Json> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Refused::NotJson);
        }
        self.at += word.len();
        Ok(value)
    }
}

/// The text of a string with escapes in it. It is written into memory that need not grow: it may be a
/// secret, and growing leaves copies behind.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        plain.push(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => unicode(&mut rest)?,
            _ => return None,
        });
    }
    plain.push_str(rest);
    Some(plain)
}

/// The character whose code stands here, in one number or, beyond the first 65,536, in two.
fn unicode(rest: &mut &str) -> Option<char> {
    let first = four_digits(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix("\\u")?;
    let second = four_digits(rest)?;
    if !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
}

fn four_digits(rest: &mut &str) -> Option<u32> {
    let digits = rest.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    *rest = &rest[4..];
    u32::from_str_radix(digits, 16).ok()
}

/// A name that stands twice.
fn twice<'m, T>(members: &'m [(Cow<'_, str>, T)]) -> Option<&'m str> {
    /// Up to here comparing all with all is faster than sorting.
    const FEW: usize = 16;
    if members.len() <= FEW {
        let mut names = members.iter().map(|(name, _)| &**name).enumerate();
        let earlier =
            |index: usize, name: &str| members[..index].iter().any(|(other, _)| other == name);
        return names
            .find(|(index, name)| earlier(*index, name))
            .map(|(_, name)| name);
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let pair = names.windows(2).find(|pair| pair[0] == pair[1]);
    pair.map(|pair| pair[0])
}

/// Wipes every text in it.
impl Zeroize for Json {
    fn zeroize(&mut self) {
        match self {
            Json::Null | Json::Bool(_) => {}
            Json::Number(text) | Json::String(text) => drop(Wiped::from(std::mem::take(text))),
            Json::Array(elements) => elements.iter_mut().for_each(Json::zeroize),
            Json::Object(members) => members.iter_mut().for_each(|(name, value)| {
                drop(Wiped::from(std::mem::take(name)));
                value.zeroize();
            }),
        }
        *self = Json::Null;
    }
}

/// The shape only: values may be secrets.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        };
        f.write_str(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Json::parse(text.as_bytes())
            .unwrap_err()
            .message()
            .to_owned()
    }

    #[test]
    fn order_and_numbers_survive() {
        let text = r#"{"z":1.10,"a":[1e5,-0.0,{"b":null}],"中":"\u4e2d\n"}"#;
        let json = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(
            json.to_json(),
            r#"{"z":1.10,"a":[1e5,-0.0,{"b":null}],"中":"中\n"}"#
        );
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        assert_eq!(message(""), "empty");
        assert!(message("<html>").starts_with("not JSON"));
        assert!(message("{} x").starts_with("not JSON"));
        assert_eq!(
            message(r#"{"a":1,"b":{"x":1,"x":2}}"#),
            "field `x` stands twice"
        );
        let deep = "[".repeat(100_000);
        let closed = deep.clone() + &"]".repeat(100_000);
        for text in [deep, closed] {
            assert_eq!(message(&text), "JSON nested deeper than 32 levels");
        }
        assert_eq!(
            Json::parse(b"{\"a\":\"\xff\"}").unwrap_err().message(),
            "not UTF-8 at byte 6"
        );
    }

    /// Over texts and all that becomes of them by a byte that is changed, put in or left out, or by an end.
    #[test]
    fn texts_are_accepted_and_read_as_serde_json_does() {
        let texts = [
            r#"{"zzz":1.10,"aaa":[1e5,-0.0,{"b":null}],"中":"\u4e2d\n","ttt":true,"fff":false}"#,
            r#" [ 0 , -1 , 12.5E+3 , "" , "\"\\\/\b\f\r\t" , {} , [] ] "#,
            r#""\ud83d\ude00""#,
            r#""\ude00\u0000\u00E9é\ud83dA""#,
            "-0",
            "null",
        ];
        let bytes = b"\"\\{}[]:,.-+eE09ntfu d\n\x01\x7f";
        let mut seen = [0, 0];
        for text in texts {
            for at in 0..=text.len() {
                let (before, after) = text.as_bytes().split_at(at);
                let rest = after.get(1..).unwrap_or_default();
                let changed = bytes
                    .chunks(1)
                    .flat_map(|byte| [[before, byte, rest], [before, byte, after]]);
                for pieces in changed.chain([[before, rest, b""], [before, b"", b""]]) {
                    let one = pieces.concat();
                    let Ok(one) = std::str::from_utf8(&one) else {
                        continue;
                    };
                    let ours = Json::parse(one.as_bytes()).ok();
                    let theirs = serde_json::from_str::<serde_json::Value>(one);
                    seen[usize::from(ours.is_some())] += 1;
                    assert_eq!(ours.is_some(), theirs.is_ok(), "{one}");
                    if let (Some(ours), Ok(theirs)) = (ours, theirs) {
                        let again: serde_json::Value =
                            serde_json::from_str(&ours.to_json()).unwrap();
                        assert_eq!(again, theirs, "{one}");
                    }
                }
            }
        }
        assert!(seen[0] > 1000 && seen[1] > 1000, "{seen:?}");
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_among_few_and_many() {
        for count in [1, 2, 15, 16, 17, 10_000] {
            let mut members: Vec<String> = (0..count).map(|i| format!("\"m{i}\":{i}")).collect();
            let text = |members: &[String]| format!("{{{}}}", members.join(","));
            let json = Json::parse(text(&members).as_bytes()).unwrap();
            assert_eq!(json.members().len(), count);
            members.push("\"m0\":null".to_owned());
            assert_eq!(message(&text(&members)), "field `m0` stands twice");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert!(Json::parse("\u{feff}{\"a\":1}".as_bytes()).is_ok());
        assert_eq!(message("\u{feff}"), "empty");
        assert!(message("{\u{feff}}").starts_with("not JSON"));
    }

    #[test]
    fn paths_name_what_is_wrong() {
        let json = Json::parse(br#"{"data":{"url":5,"empty":"","none":null},"text":"x"}"#).unwrap();
        let wrong = |path| {
            json.required_text_at(path)
                .unwrap_err()
                .message()
                .to_owned()
        };
        assert_eq!(wrong("data.url"), "`data.url` is not a string");
        assert_eq!(wrong("data.empty"), "`data.empty` is empty");
        assert_eq!(wrong("data.none"), "`data.none` is missing");
        assert_eq!(wrong("text.url"), "`text` is not an object");
        assert_eq!(json.optional_text_at("absent.url").unwrap(), None);
    }
}
