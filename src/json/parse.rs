//! Reads JSON, once from front to back.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::text::plain_length;
use super::value::{Json, JsonError, Result};
use super::write::Lent;

/// Nesting beyond this is refused: no platform comes near it, and depth is a way to exhaust a stack.
const DEEPEST: usize = 32;

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
}
