//! Messages that the platforms send to a user's server: genuine ones, and spoiled ones on demand.

mod messages;
mod send;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use messages::{creditpay_message, daxpay_message, daxpay_open_message, redemption_message};
use send::{path_of, send};

const CREDIT_LIMIT_QUERY: &str = "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT";
const CREDITPAY_KINDS: [&str; 12] = [
    CREDIT_LIMIT_QUERY,
    "PAY_START",
    "ASSIGN_SUCCESS",
    "ASSIGN_FAILED",
    "GET_BARCODE_SUCCESS",
    "GET_BARCODE_FAILED",
    "PAY_SUCCESS",
    "PAY_FAILED",
    "REFUND",
    "PAY_TIMEOUT",
    "PAY_FINISH",
    "SESSION_RENEWAL",
];

const DAXPAY_KINDS: [&str; 3] = ["payment", "refund", "transfer"];

/// The ways to spoil a message. daxpay-open knows `other_key` and `reflected` (the merchant's own key) too.
const TAMPER: [&str; 5] = ["", "body", "signature", "missing_signature", "timestamp"];

/// Every platform that calls back, and the kinds of its messages.
pub const CALLBACKS: [(&str, &[&str]); 4] = [
    ("creditpay", &CREDITPAY_KINDS),
    ("daxpay", &DAXPAY_KINDS),
    ("daxpay-open", &DAXPAY_KINDS),
    ("redemption", &["authorization"]),
];

/// Sends one genuine message of a platform to `url`, which must be on this machine.
///
/// # Errors
///
/// One line: the platform or kind does not exist, `url` is not on loopback, nobody answers there.
pub fn send_callback(platform: &str, kind: &str, url: &str) -> Result<Answered, String> {
    let (_, kinds) = CALLBACKS
        .iter()
        .find(|(name, _)| *name == platform)
        .ok_or_else(|| {
            let names: Vec<&str> = CALLBACKS.iter().map(|(name, _)| *name).collect();
            format!(
                "platform '{platform}' sends no callbacks; these do: {}",
                names.join(" ")
            )
        })?;
    if !kinds.contains(&kind) {
        return Err(format!(
            "{platform} sends no '{kind}'; it sends: {}",
            kinds.join(" ")
        ));
    }
    let order = json!({"platform": platform, "kind": kind, "url": url, "send": true});
    let answer = callback(&order)?;
    Ok(Answered {
        status: answer["status"].as_u64().unwrap_or(0) as u16,
        body: answer["body"].as_str().unwrap_or_default().to_owned(),
        accepted: answer["accepted"].as_bool().unwrap_or(false),
    })
}

/// What a user's server answered to a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Whether the platform takes that for received; else it would send the message again.
    pub accepted: bool,
}

/// A message to a user's server.
struct Message {
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// Carries out `POST /_/callback`: makes a message, and sends it if it is told to.
pub fn callback(order: &Value) -> Result<Value, String> {
    let platform = order["platform"].as_str().unwrap_or_default();
    let url = order["url"].as_str();
    let path = match (order["path"].as_str(), url) {
        (Some(path), _) => path.to_owned(),
        (None, Some(url)) => path_of(url)?,
        (None, None) => "/notify".to_owned(),
    };
    let tamper = order["tamper"].as_str().unwrap_or_default();
    let own_keys = match platform {
        "daxpay-open" => &["other_key", "reflected"][..],
        _ => &[],
    };
    if !TAMPER.iter().chain(own_keys).any(|way| *way == tamper) {
        return Err(format!("there is no way '{tamper}' to tamper"));
    }
    let mut message = match (platform, platform.split('-').next()) {
        ("daxpay-open", _) => daxpay_open_message(order, path, tamper)?,
        (_, Some("creditpay")) => creditpay_message(order, path)?,
        (_, Some("daxpay")) => daxpay_message(order, path, tamper)?,
        (_, Some("redemption")) => redemption_message(order, path)?,
        _ => return Err(format!("platform '{platform}' sends no callbacks")),
    };
    if !platform.starts_with("daxpay") {
        tamper_headers(&mut message, tamper);
    }
    if tamper == "body" {
        // Still JSON with the same fields: only the signature can tell.
        let spoiled = message.body.replacen("sandbox", "sandb0x", 1);
        if spoiled == message.body {
            return Err("to tamper with the body, let its data say 'sandbox' somewhere".to_owned());
        }
        message.body = spoiled;
    }
    if order["send"].as_bool() == Some(true) {
        return send(url.ok_or("send needs a url")?, platform, &message);
    }
    let headers: Vec<Value> = message.headers.iter().map(|(n, v)| json!([n, v])).collect();
    Ok(json!({
        "method": "POST",
        "path": message.path,
        "headers": headers,
        "body": message.body,
        "body_base64": STANDARD.encode(&message.body),
    }))
}

/// Spoils what creditpay and redemption send in headers.
fn tamper_headers(message: &mut Message, tamper: &str) {
    let is_signature = |name: &str| name == "signature" || name == "sign";
    match tamper {
        "missing_signature" => message.headers.retain(|(name, _)| !is_signature(name)),
        "signature" => {
            // Another letter in front: still the alphabet and length of a signature.
            let mut signatures = message.headers.iter_mut().filter(|(n, _)| is_signature(n));
            if let Some((_, value)) = signatures.next() {
                let first = if value.starts_with('A') { "B" } else { "A" };
                value.replace_range(..1, first);
            }
        }
        "timestamp" => {
            let mut times = message
                .headers
                .iter_mut()
                .filter(|(n, _)| *n == "timestamp");
            if let Some((_, value)) = times.next() {
                *value = (value.parse::<i64>().unwrap_or(0) - 1000).to_string();
            }
        }
        _ => {}
    }
}
