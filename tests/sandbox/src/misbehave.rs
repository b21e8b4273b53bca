//! Misbehaviour on demand: what a fault does to an answer.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::credentials::credentials;
use super::faults::Fault;
use super::http::{Answer, Ending};
use super::platform::{Call, Family, Reply, failure};
use super::{coding, daxpay, daxpay_open, seller};

/// The answer of a fault that keeps a request from being processed.
pub fn intercept(call: &Call, origin: &str) -> Option<Answer> {
    let fault = call.fault;
    let mut answer = Answer::new(200, "text/html; charset=utf-8", Vec::new(), call.now_ms);
    if fault.has("reset_before") {
        answer.delivery.ending = Ending::Reset;
    } else if fault.has("bad_http") {
        answer.delivery.instead = Some(b"NONSENSE/9.9 what is this\r\n\r\n".to_vec());
        answer.delivery.ending = Ending::Announced;
    } else if fault.has("redirect") {
        answer.status = 302;
        let target = format!("{origin}/elsewhere");
        answer.headers.push(("Location".to_owned(), target));
    } else if fault.has("token_401") {
        answer.status = 401;
        if call.family == Family::Seller {
            answer = Answer::json(401, seal(call, &failure(call, 401, "未授权")), call.now_ms);
        }
    } else if let (Some(status), false) = (fault.number("status"), fault.has("processed")) {
        answer = gateway_status(call, status);
    } else if let (Some(code), None) = (fault.number("code"), fault.get("status")) {
        answer = Answer::json(200, seal(call, &coded(call, code)), call.now_ms);
    } else {
        return None;
    }
    Some(answer)
}

fn gateway_status(call: &Call, status: i64) -> Answer {
    let http_status = status as u16;
    let mut answer = match call.fault.get("body") {
        Some("empty") => Answer::new(http_status, "", Vec::new(), call.now_ms),
        Some("envelope") => {
            let code = call.fault.number("code").unwrap_or(match call.family {
                Family::CreditPay => 500,
                Family::DaxPay | Family::DaxPayOpen => 10500,
                Family::Redemption => 1,
                Family::OpenPlatform | Family::Seller => status,
            });
            Answer::json(http_status, seal(call, &coded(call, code)), call.now_ms)
        }
        _ => html(http_status, call.now_ms),
    };
    if let Some(seconds) = call.fault.get("retry_after") {
        let header = ("Retry-After".to_owned(), seconds.to_owned());
        answer.headers.push(header);
    }
    answer
}

fn html(status: u16, now_ms: i64) -> Answer {
    let page = format!("<html><body><h1>{status}</h1><p>网关 gateway</p></body></html>\n");
    Answer::new(status, "text/html; charset=utf-8", page, now_ms)
}

/// The platform's failure with a code, and on request with secrets in its message.
fn coded(call: &Call, code: i64) -> Value {
    let mut message = "操作失败 the sandbox was told to fail".to_owned();
    if call.fault.has("echo_secret") {
        message += &format!(": {}", secrets(call).join(" "));
    }
    failure(call, code, &message)
}

/// The secrets of a platform: those configured, and the token that was sent.
fn secrets(call: &Call) -> Vec<String> {
    let test = credentials();
    let mut secrets: Vec<String> = match call.family {
        Family::CreditPay => vec![test.creditpay_api_key, test.creditpay_signature_key],
        Family::DaxPay => vec![test.daxpay_sign_key],
        // The lines of a key: a message holds no line breaks.
        Family::DaxPayOpen => test.daxpay_open_private_key_pem.lines().collect(),
        Family::OpenPlatform => vec![test.openplatform_secret],
        Family::Redemption => vec![test.redemption_md5_secret],
        Family::Seller => vec![test.seller_secret_key],
    }
    .into_iter()
    .map(str::to_owned)
    .collect();
    for name in ["Access-Token", "Authorization", "api-key"] {
        secrets.extend(
            call.request
                .header_values(name)
                .into_iter()
                .map(str::to_owned),
        );
    }
    secrets
}

fn seal(call: &Call, envelope: &Value) -> String {
    match call.family {
        Family::DaxPayOpen => daxpay_open::seal(call, envelope),
        Family::DaxPay => daxpay::seal(call.platform, call.fault, envelope),
        Family::Seller => seller::seal(call.fault, envelope),
        _ => envelope.to_string(),
    }
}

/// Serializes a processed reply, spoiled as the fault says.
pub fn finish(call: &Call, mut reply: Reply) -> Answer {
    let fault = call.fault;
    let target = fault.get("field").unwrap_or(reply.essential);
    alter(&mut reply.envelope, target, fault);
    let sealed = seal(call, &reply.envelope);
    let body = spoil(sealed, &reply.envelope, target, fault);
    let mut answer = Answer::json(reply.status, body, call.now_ms);
    if let Some(status) = fault.number("status") {
        answer = gateway_status(call, status);
    } else if fault.has("html") {
        answer = html(200, call.now_ms);
    } else if fault.has("empty") {
        answer.body.clear();
    }
    if fault.has("reset_after") {
        answer.delivery.ending = Ending::Reset;
    } else if fault.has("close_after") {
        answer.delivery.ending = Ending::NoAnswer;
    }
    answer
}

/// How the answer goes out: for processed and intercepted requests alike.
pub fn deliver(fault: &Fault, answer: &mut Answer) {
    let duration = |name| {
        let ms = fault.number(name)?;
        Some(Duration::from_millis(ms as u64))
    };
    answer.delivery.wait = duration("slow");
    answer.delivery.drip = duration("drip");
    answer.delivery.cut = fault.number("cut").map(|bytes| bytes as usize);
    answer.delivery.chunked = fault.has("chunked");
    if let Some(name) = fault.get("coding") {
        let (body, header) = coding::encode(name, &answer.body);
        answer.body = body;
        answer.headers.push(("Content-Encoding".to_owned(), header));
    }
    if fault.has("headers_huge") {
        let header = |index| (format!("X-Filler-{index}"), "x".repeat(1024));
        answer.headers.extend((0..200).map(header));
    }
    if answer.delivery.ending == Ending::KeepAlive {
        if fault.has("connection_close") {
            answer.delivery.ending = Ending::Announced;
        } else if fault.has("close_idle") || fault.has("cut") {
            answer.delivery.ending = Ending::Unannounced;
        }
    }
}

/// Changes what the platform says; daxpay signs the result.
fn alter(envelope: &mut Value, target: &str, fault: &Fault) {
    match fault.get("json") {
        Some("missing") => {
            if let Some((fields, name)) = parent(envelope, target) {
                fields.shift_remove(name);
            }
        }
        Some("null") => set(envelope, target, |_| Value::Null),
        Some("wrongtype") => set(envelope, target, |old| match old {
            Value::String(_) => json!(12345),
            Value::Number(_) => json!("zero"),
            _ => json!("text"),
        }),
        Some("extra") => add_extra(envelope),
        _ => {}
    }
    if fault.has("code_text") {
        for name in ["code", "status"] {
            set(envelope, name, |code| json!(code.to_string()));
        }
    }
    if fault.has("data_null") {
        set(envelope, "data", |_| Value::Null);
    }
    if fault.has("huge") {
        envelope["padding"] = json!("x".repeat(2 * 1024 * 1024));
    }
    if fault.has("data_nulls") {
        let essential = target.rsplit('.').next().unwrap_or_default();
        let null_all = |fields: &mut Map<String, Value>, keep: &[&str]| {
            let optional = fields
                .iter_mut()
                .filter(|(name, _)| !keep.contains(&name.as_str()));
            optional.for_each(|(_, value)| *value = Value::Null);
        };
        if let Some(data) = envelope["data"].as_object_mut() {
            null_all(data, &[essential]);
        }
        if let Some(fields) = envelope.as_object_mut() {
            null_all(fields, &["code", "status", "ok", "data"]);
        }
    }
}

/// The object that holds a dotted path's last name.
fn parent<'a>(
    envelope: &'a mut Value,
    path: &'a str,
) -> Option<(&'a mut Map<String, Value>, &'a str)> {
    let mut value = envelope;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            return Some((value.as_object_mut()?, name));
        }
        value = value.get_mut(name)?;
    }
    None
}

fn set(envelope: &mut Value, path: &str, change: impl FnOnce(&Value) -> Value) {
    let found = parent(envelope, path).and_then(|(fields, name)| fields.get_mut(name));
    if let Some(value) = found {
        *value = change(value);
    }
}

fn add_extra(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.values_mut().for_each(add_extra);
        let extra = json!({"zeta": [1, "中文"], "Alpha": true, "beta": null});
        fields.insert("sandboxExtra".to_owned(), extra);
        fields.insert("sandboxNull".to_owned(), Value::Null);
    }
}

/// Changes the serialized answer: after signing, since no platform would sign this.
fn spoil(json: String, envelope: &Value, target: &str, fault: &Fault) -> Vec<u8> {
    let mut json = match fault.get("json") {
        Some("notobject") => format!("[{json}]"),
        Some("deep") => {
            let depth = 100_000;
            format!(
                "{{\"deep\":{}{},{}",
                "[".repeat(depth),
                "]".repeat(depth),
                &json[1..]
            )
        }
        Some("duplicate") => duplicate(&json, envelope, target),
        _ => json,
    };
    if fault.has("trailing") {
        json += "\n<!-- trailing 垃圾 -->";
    }
    let mut bytes = json.into_bytes();
    if fault.has("bom") {
        bytes.splice(0..0, *b"\xEF\xBB\xBF");
    }
    if fault.has("notutf8") {
        // 0xFF is never part of UTF-8. It goes into the first string of the answer.
        let at = bytes
            .iter()
            .position(|&byte| byte == b'"')
            .map_or(0, |at| at + 1);
        bytes.insert(at, 0xFF);
    }
    bytes
}

/// Repeats a field of the answer in front of itself, with another value.
fn duplicate(json: &str, envelope: &Value, target: &str) -> String {
    let name = target.rsplit('.').next().unwrap_or_default();
    let pointer = format!("/{}", target.replace('.', "/"));
    match envelope.pointer(&pointer) {
        Some(_) => json.replacen(
            &format!("\"{name}\":"),
            &format!("\"{name}\":\"sandbox-duplicate\",\"{name}\":"),
            1,
        ),
        None => json.to_owned(),
    }
}
