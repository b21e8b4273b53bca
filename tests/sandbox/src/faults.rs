//! Misbehaviour on demand: how the `/f/{fault}` in a URL is read. `misbehave.rs` carries it out.

use super::platform::Family;

/// What values a key of a fault takes.
enum Takes {
    Nothing,
    Number,
    Text,
    OneOf(&'static [&'static str]),
}

/// Which platforms know a key.
enum On {
    All,
    DaxPay,
    DaxPayOpen,
    Seller,
    Tokens,
}

impl Takes {
    fn fits(&self, name: &str, value: &str) -> bool {
        match self {
            Takes::Nothing => value.is_empty(),
            Takes::Number => value
                .parse::<i64>()
                .is_ok_and(|n| n >= 0 || matches!(name, "clock" | "code")),
            Takes::Text => !value.is_empty(),
            Takes::OneOf(values) => values.contains(&value),
        }
    }
}

impl On {
    fn includes(&self, family: Family) -> bool {
        match self {
            On::All => true,
            On::DaxPay => family == Family::DaxPay,
            On::DaxPayOpen => family == Family::DaxPayOpen,
            On::Seller => family == Family::Seller,
            On::Tokens => matches!(family, Family::Seller | Family::OpenPlatform),
        }
    }
}

/// Keys that say when or how, but are no fault by themselves.
const MODIFIERS: [&str; 7] = [
    "times",
    "at",
    "retry_after",
    "body",
    "echo_secret",
    "processed",
    "field",
];

const KEYS: [(&str, Takes, On); 41] = [
    ("times", Takes::Number, On::All),
    ("at", Takes::OneOf(&["token", "business", "any"]), On::All),
    ("retry_after", Takes::Number, On::All),
    (
        "body",
        Takes::OneOf(&["html", "empty", "envelope"]),
        On::All,
    ),
    ("echo_secret", Takes::Nothing, On::All),
    ("processed", Takes::Nothing, On::All),
    ("field", Takes::Text, On::All),
    ("slow", Takes::Number, On::All),
    ("drip", Takes::Number, On::All),
    ("reset_before", Takes::Nothing, On::All),
    ("reset_after", Takes::Nothing, On::All),
    ("close_after", Takes::Nothing, On::All),
    ("cut", Takes::Number, On::All),
    ("status", Takes::Number, On::All),
    ("redirect", Takes::Nothing, On::All),
    ("html", Takes::Nothing, On::All),
    ("empty", Takes::Nothing, On::All),
    ("notutf8", Takes::Nothing, On::All),
    ("huge", Takes::Nothing, On::All),
    (
        "json",
        Takes::OneOf(&[
            "missing",
            "null",
            "extra",
            "wrongtype",
            "duplicate",
            "notobject",
            "deep",
        ]),
        On::All,
    ),
    ("trailing", Takes::Nothing, On::All),
    ("bom", Takes::Nothing, On::All),
    ("code", Takes::Number, On::All),
    ("data_nulls", Takes::Nothing, On::All),
    ("clock", Takes::Number, On::All),
    ("chunked", Takes::Nothing, On::All),
    ("headers_huge", Takes::Nothing, On::All),
    ("bad_http", Takes::Nothing, On::All),
    ("close_idle", Takes::Nothing, On::All),
    ("connection_close", Takes::Nothing, On::All),
    ("token_401", Takes::Nothing, On::Tokens),
    (
        "jwt",
        Takes::OneOf(&[
            "opaque",
            "noexp",
            "expired",
            "stringexp",
            "absurd",
            "notjwt",
        ]),
        On::Tokens,
    ),
    ("expires_in", Takes::Text, On::Seller),
    ("nobearer", Takes::Nothing, On::Seller),
    (
        "sign",
        Takes::OneOf(&["wrong", "missing", "null", "empty", "upper"]),
        On::DaxPay,
    ),
    ("sorted", Takes::Nothing, On::DaxPay),
    (
        "sign",
        Takes::OneOf(&[
            "wrong",
            "missing",
            "null",
            "empty",
            "other_key",
            "reflected",
            "code_changed",
        ]),
        On::DaxPayOpen,
    ),
    ("legacy", Takes::Nothing, On::DaxPayOpen),
    ("code_text", Takes::Nothing, On::All),
    ("data_null", Takes::Nothing, On::All),
    (
        "coding",
        Takes::OneOf(&["gzip", "deflate", "deflate_raw", "br"]),
        On::All,
    ),
];

/// A fault: keys with their values, as the URL gives them.
#[derive(Clone, Debug, Default)]
pub struct Fault {
    /// The text it was read from.
    pub spec: String,
    items: Vec<(String, String)>,
}

impl Fault {
    /// Reads a fault; the error says what is wrong with it.
    pub fn parse(spec: &str, family: Family) -> Result<Fault, String> {
        let mut items = Vec::new();
        for item in spec.split(',') {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            check(name, value, family)?;
            items.push((name.to_owned(), value.to_owned()));
        }
        match items
            .iter()
            .any(|(name, _)| !MODIFIERS.contains(&name.as_str()))
        {
            true => Ok(Fault {
                spec: spec.to_owned(),
                items,
            }),
            false => Err(format!("'{spec}' does not say what should go wrong")),
        }
    }

    /// The value of a key, if the fault has it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.items.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of a key as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// Whether it hits this kind of endpoint.
    pub fn aims_at(&self, is_login: bool) -> bool {
        let default = match self.has("token_401") {
            true => "business",
            false => "any",
        };
        match self.get("at").unwrap_or(default) {
            "token" => is_login,
            "business" => !is_login,
            _ => true,
        }
    }
}

fn check(name: &str, value: &str, family: Family) -> Result<(), String> {
    if name == "decimals" {
        // DaxPay's only key with an optional value.
        return match (family, value) {
            (Family::DaxPay, "" | "as_sent") => Ok(()),
            (Family::DaxPay, _) => Err("decimals takes nothing or as_sent".to_owned()),
            _ => Err("fault 'decimals' is daxpay's alone".to_owned()),
        };
    }
    let mut same_name = KEYS.iter().filter(|(key, ..)| *key == name).peekable();
    if same_name.peek().is_none() {
        return Err(format!("there is no fault '{name}'"));
    }
    let (_, takes, _) = same_name
        .find(|(_, _, on)| on.includes(family))
        .ok_or_else(|| format!("fault '{name}' does not exist at this platform"))?;
    if !takes.fits(name, value) {
        return Err(format!("fault '{name}' does not take the value '{value}'"));
    }
    if name == "status" && !(200..=599).contains(&value.parse().unwrap_or(0)) {
        return Err("fault 'status' takes 200 to 599".to_owned());
    }
    Ok(())
}
