//! Checks of what the caller gives. An empty string is the same as none.

use std::net::IpAddr;

use crate::call::header_value;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Secret;

/// A required value.
pub(crate) fn required<'a>(name: &str, value: &'a Option<String>) -> Result<&'a str> {
    optional(value).ok_or_else(|| Error::argument(name, "is missing or empty"))
}

/// A required value that is secret.
pub(crate) fn required_secret<'a>(name: &str, value: &'a Option<Secret>) -> Result<&'a str> {
    let value = value.as_ref().map(Secret::expose);
    let value = value.filter(|value| !value.is_empty());
    value.ok_or_else(|| Error::argument(name, "is missing or empty"))
}

/// An optional value.
pub(crate) fn optional(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

/// An optional value as a member of a JSON object.
pub(crate) fn optional_json(value: &Option<String>) -> Option<Json> {
    optional(value).map(Json::string)
}

/// A value of at most `most` characters.
pub(crate) fn at_most(name: &str, value: &str, most: usize) -> Result<()> {
    let characters = value.chars().count();
    if characters <= most {
        return Ok(());
    }
    Err(Error::argument(
        name,
        format!("has {characters} characters: the platform takes at most {most}"),
    ))
}

/// An IPv4 or IPv6 address.
pub(crate) fn ip(name: &str, value: &str) -> Result<()> {
    match value.parse::<IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::argument(name, "is not an IPv4 or IPv6 address")),
    }
}

/// A decimal number as text, such as `10001.23`. Money never passes through a float.
pub(crate) fn decimal(name: &str, value: &str) -> Result<()> {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(fraction) {
        return Ok(());
    }
    Err(Error::argument(
        name,
        "is not a decimal number such as 10001.23",
    ))
}

/// A credential: present, and fit for a header where it goes into one.
pub(crate) fn credential(name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Error::argument(name, "is missing or empty"));
    }
    header_value(name, value)
}

/// A secret that only goes into a signature or a body.
pub(crate) fn secret(name: &str, value: &str) -> Result<Secret> {
    if value.is_empty() {
        return Err(Error::argument(name, "is missing or empty"));
    }
    Ok(Secret::new(value))
}
