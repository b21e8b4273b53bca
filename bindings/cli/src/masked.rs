//! Secrets as they are shown.

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// The headers whose values let in whoever has them.
const SECRET_HEADERS: [&str; 4] = ["api-key", "authorization", "access-token", "token"];

/// Whether a header's value is a secret.
pub fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

/// A secret, or its mask with how long it is: enough to see that there is one, and whether it was cut.
pub fn masked(secret: &str, reveal: bool) -> String {
    match reveal {
        true => secret.to_owned(),
        false => format!("{MASK} ({} characters)", secret.chars().count()),
    }
}

/// A text without a secret that stands in it.
pub fn without(text: &str, secret: &str, reveal: bool) -> String {
    match reveal || secret.is_empty() {
        true => text.to_owned(),
        false => text.replace(secret, MASK),
    }
}
