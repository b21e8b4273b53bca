//! What JSON is here, and what is wrong with a text that is none.

use std::fmt;

use zeroize::Zeroize;

use crate::secret::Wiped;

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

pub(super) type Result<T> = std::result::Result<T, JsonError>;

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
