//! JSON as it was signed: names in the order received, numbers as the text they
//! were written in, duplicate names refused. A signature is made over text, and a
//! number that went through a float, or a second value for the same name, would let
//! two readers of one message disagree about what was signed.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// Nesting beyond this is refused: no platform comes near it, and depth is a way to exhaust a stack.
const DEEPEST: usize = 32;

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
    /// Reads one JSON value that fills the whole of `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Json> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Error::protocol(format!("not UTF-8 at byte {}", e.valid_up_to())))?;
        if text.trim().is_empty() {
            return Err(Error::protocol("empty"));
        }
        let raw: &RawValue = serde_json::from_str(text).map_err(not_json)?;
        read(raw, 0)
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
        serde_json::to_string(self).expect("JSON values always serialize")
    }

    /// The value at a dotted path such as `data.items.0.id`, as text; absent and `null` are `None`.
    pub fn field(&self, path: &str) -> Option<String> {
        let mut value = self;
        for step in path.split('.') {
            value = match value {
                Json::Array(elements) => elements.get(step.parse::<usize>().ok()?)?,
                other => other.get(step)?,
            };
        }
        (*value != Json::Null).then(|| value.to_text())
    }

    /// The string at a dotted path such as `data.url`; `None` where any step is absent.
    /// Any other type is a protocol error that names the path.
    pub(crate) fn text_at(&self, path: &str) -> Result<Option<&str>> {
        match self.at(path)? {
            None => Ok(None),
            Some(Json::String(value)) => Ok(Some(value)),
            Some(_) => Err(Error::protocol(format!("`{path}` is not a string"))),
        }
    }

    /// As [`Json::text_at`], for a field that must be there and not be empty.
    pub(crate) fn required_text_at(&self, path: &str) -> Result<String> {
        match self.text_at(path)? {
            Some("") => Err(Error::protocol(format!("`{path}` is empty"))),
            Some(value) => Ok(value.to_owned()),
            None => Err(Error::protocol(format!("`{path}` is missing"))),
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
                return Err(Error::protocol(format!("`{what}` is not an object")));
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

fn not_json(e: serde_json::Error) -> Error {
    Error::protocol(format!("not JSON: {e}"))
}

/// The type of a raw value shows in its first character.
fn read(raw: &RawValue, depth: usize) -> Result<Json> {
    if depth > DEEPEST {
        return Err(Error::protocol(format!(
            "JSON nested deeper than {DEEPEST} levels"
        )));
    }
    let text = raw.get();
    Ok(match text.as_bytes()[0] {
        b'n' => Json::Null,
        b't' => Json::Bool(true),
        b'f' => Json::Bool(false),
        b'"' => Json::String(serde_json::from_str(text).map_err(not_json)?),
        b'[' => {
            let mut source = serde_json::Deserializer::from_str(text);
            let elements = source.deserialize_seq(Elements).map_err(not_json)?;
            Json::Array(
                elements
                    .into_iter()
                    .map(|e| read(e, depth + 1))
                    .collect::<Result<_>>()?,
            )
        }
        b'{' => {
            let mut source = serde_json::Deserializer::from_str(text);
            let members = source.deserialize_map(Members).map_err(not_json)?;
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(Error::protocol(format!(
                    "field `{}` stands twice",
                    twice[0]
                )));
            }
            let member = |(name, value)| Ok((name, read(value, depth + 1)?));
            Json::Object(members.into_iter().map(member).collect::<Result<_>>()?)
        }
        _ => Json::Number(text.to_owned()),
    })
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut list: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(text) => {
                let raw: &RawValue =
                    serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
            Json::String(value) => serializer.serialize_str(value),
            Json::Array(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(element)?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
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
        assert!(message(&"[".repeat(500_000)).starts_with("not JSON"));
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(message(&deep), "JSON nested deeper than 32 levels");
        assert_eq!(
            Json::parse(b"{\"a\":\"\xff\"}").unwrap_err().message(),
            "not UTF-8 at byte 6"
        );
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
