//! What the five platforms have in common: a call comes in, an envelope goes out.

use serde_json::{Map, Value, json};

use super::faults::Fault;
use super::http::Request;
use super::state::{Expected, ScopeState};
use super::{creditpay, daxpay, daxpay_open, openplatform, redemption, seller};

/// The protocol that a platform speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    CreditPay,
    DaxPay,
    DaxPayOpen,
    OpenPlatform,
    Redemption,
    Seller,
}

/// Every platform by the name it has in a URL: the five, and their variants.
pub const PLATFORMS: [(&str, Family); 12] = [
    ("creditpay", Family::CreditPay),
    ("creditpay-prefixed", Family::CreditPay),
    ("daxpay", Family::DaxPay),
    ("daxpay-nomch", Family::DaxPay),
    ("daxpay-unsigned", Family::DaxPay),
    ("daxpay-md5", Family::DaxPay),
    ("daxpay-sm3", Family::DaxPay),
    ("daxpay-open", Family::DaxPayOpen),
    ("openplatform", Family::OpenPlatform),
    ("openplatform-jwt", Family::OpenPlatform),
    ("redemption", Family::Redemption),
    ("seller", Family::Seller),
];

/// One request to a platform.
pub struct Call<'a> {
    /// The platform's name in the URL, such as `daxpay-md5`.
    pub platform: &'static str,
    pub family: Family,
    pub request: &'a Request,
    /// The path below the platform's base, as received.
    pub path: &'a str,
    pub query: &'a str,
    /// The absolute URL of the platform's base in this scope, without faults.
    pub base: String,
    pub fault: &'a Fault,
    /// The platform's clock, Unix milliseconds.
    pub now_ms: i64,
}

/// A platform's answer before it is serialized (and, at daxpay, signed).
pub struct Reply {
    pub status: u16,
    pub envelope: Value,
    /// The field that the answer cannot do without: a dotted path.
    pub essential: &'static str,
    pub refused: Option<String>,
    pub expected: Option<Expected>,
}

/// A platform's refusal.
pub struct Refusal {
    pub code: i64,
    pub message: String,
    pub expected: Option<Expected>,
}

/// A refusal with a code of the platform's own.
pub fn refusal(code: i64, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        expected: None,
    }
}

/// Lets the platform process a call.
pub fn process(call: &Call, scope: &mut ScopeState) -> Reply {
    match call.family {
        Family::CreditPay => creditpay::answer(call, scope),
        Family::DaxPay => daxpay::answer(call, scope),
        Family::DaxPayOpen => daxpay_open::answer(call, scope),
        Family::OpenPlatform => openplatform::answer(call, scope),
        Family::Redemption => redemption::answer(call, scope),
        Family::Seller => seller::answer(call, scope),
    }
}

/// The platform's envelope for a failure.
pub fn failure(call: &Call, code: i64, message: &str) -> Value {
    match call.family {
        Family::CreditPay => creditpay::failure(call, code, message),
        Family::DaxPay => daxpay::failure(call, code, message),
        Family::DaxPayOpen => daxpay_open::failure(call, code, message),
        Family::OpenPlatform => openplatform::failure(call, code, message),
        Family::Redemption => redemption::failure(code, message),
        Family::Seller => seller::failure(code, message),
    }
}

/// Makes a reply of what a platform decided. A wrong signature is answered with what was expected.
pub fn reply(
    call: &Call,
    outcome: Result<Value, Refusal>,
    success: impl FnOnce(Value) -> Value,
    essential: &'static str,
) -> Reply {
    match outcome {
        Ok(data) => Reply {
            status: 200,
            envelope: success(data),
            essential,
            refused: None,
            expected: None,
        },
        Err(refusal) => {
            let mut envelope = failure(call, refusal.code, &refusal.message);
            if let (Some(fields), Some(expected)) = (envelope.as_object_mut(), &refusal.expected) {
                let string = expected.string_to_sign.clone();
                fields.insert("sandboxStringToSign".to_owned(), json!(string));
                fields.insert("sandboxSignature".to_owned(), json!(expected.signature));
            }
            Reply {
                status: 200,
                envelope,
                essential,
                refused: Some(format!("{} {}", refusal.code, refusal.message)),
                expected: refusal.expected,
            }
        }
    }
}

/// Whether a path is the platform's endpoint that logs in.
pub fn is_login(family: Family, path: &str) -> bool {
    match family {
        Family::CreditPay => creditpay::is_login(path),
        Family::DaxPay => daxpay::is_login(path),
        Family::DaxPayOpen => daxpay_open::is_login(path),
        Family::OpenPlatform => path == openplatform::TOKEN_PATH,
        Family::Redemption => path == redemption::URL_PATH,
        Family::Seller => seller::TOKEN_PATHS.contains(&path),
    }
}

/// The number that a caller gives a request, new for each.
pub fn nonce(family: Family, request: &Request) -> Option<String> {
    match family {
        Family::CreditPay => request.header("trace").map(str::to_owned),
        Family::OpenPlatform => request.header("request-id").map(str::to_owned),
        Family::Redemption => request.header("nonce").map(str::to_owned),
        Family::DaxPay | Family::DaxPayOpen => {
            let body: Value = serde_json::from_slice(&request.body).ok()?;
            body["nonceStr"].as_str().map(str::to_owned)
        }
        Family::Seller => None,
    }
}

/// What a business call is answered with: what the platform saw.
pub fn echo(call: &Call) -> Value {
    let body = match std::str::from_utf8(&call.request.body) {
        Ok(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Err(_) => json!("(not UTF-8)"),
    };
    json!({
        "method": call.request.method,
        "path": call.path,
        "query": call.query,
        "body": body,
    })
}

/// The value of a header that must be there exactly once and not empty.
pub fn required_header<'a>(request: &'a Request, name: &str) -> Result<&'a str, String> {
    match request.header_values(name)[..] {
        [] => Err(format!("header {name} is missing")),
        [""] => Err(format!("header {name} is empty")),
        [value] => Ok(value),
        _ => Err(format!("header {name} was sent more than once")),
    }
}

/// The body as a JSON object, sent as JSON.
pub fn json_object(request: &Request) -> Result<Map<String, Value>, String> {
    if request.method != "POST" {
        return Err(format!("method {} is not POST", request.method));
    }
    // The documents' own examples leave the header out: only a wrong one is refused.
    if request.header("Content-Type").is_some() {
        required_header(request, "Content-Type")?;
    }
    if !matches!(&*request.media_type(), "" | "application/json") {
        return Err(format!(
            "Content-Type is {}, not application/json",
            request.media_type()
        ));
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("the body is not a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

/// A business call may have a body or none; if it has one it is JSON.
pub fn json_or_nothing(request: &Request) -> Result<(), String> {
    if !request.body.is_empty() && !matches!(&*request.media_type(), "" | "application/json") {
        return Err("the body is not sent as application/json".to_owned());
    }
    Ok(())
}

/// A text field: `None` when it is missing or null, an error when it is empty or not a string.
pub fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Err(format!("{name} is empty")),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} is not a string")),
    }
}

/// A text field that must be there.
pub fn required_text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    text(fields, name)?.ok_or_else(|| format!("{name} is missing"))
}

/// Whether a text is an absolute http or https URL with a host.
pub fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !text.contains(' '))
}

/// Whether a text is an IPv4 or IPv6 address.
pub fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}
