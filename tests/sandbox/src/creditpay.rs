//! creditpay: a one-time authorization code for a customer, signed with HMAC-SHA1.

use serde_json::{Map, Value, json};

use super::callbacks::callback;
use super::credentials::credentials;
use super::platform::{
    Call, Refusal, Reply, echo, is_ip, is_url, json_object, json_or_nothing, refusal, reply,
    required_header, required_text, text,
};
use super::signatures::{creditpay, jwt, random_hex};
use super::state::{Expected, ScopeState};

const ISSUE_PATH: &str = "/v1/platform/identify/auth";
const REDIRECT_PATH: &str = "/v1/identify/redirect";
/// Where the `url` of a code leads: the cashier's page.
const OAUTH_PATH: &str = "/oauth";
/// The sandbox's own: answers with a webhook as the platform would send it, for programs that have
/// no server to receive one. The order is that of `POST /_/callback`.
const WEBHOOK_PATH: &str = "/sandbox/webhook";
/// How long an `open_token` lives, seconds.
const OPEN_TOKEN_LIFETIME: i64 = 7200;

pub fn is_login(path: &str) -> bool {
    path == ISSUE_PATH || path == REDIRECT_PATH
}

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let (outcome, essential) = match call.path {
        ISSUE_PATH => (issue_code(call, scope), "data.ident_code"),
        REDIRECT_PATH => (redirect(call, scope), "data.open_token"),
        OAUTH_PATH => (Ok(json!({"page": "cashier 收银台"})), "data"),
        WEBHOOK_PATH => (webhook(call), "data"),
        _ => (business(call), "data"),
    };
    let success = |data| json!({"code": 0, "msg": "success", "data": data, "trace": trace(call)});
    reply(call, outcome, success, essential)
}

pub fn failure(call: &Call, code: i64, message: &str) -> Value {
    json!({"code": code, "msg": message, "data": null, "trace": trace(call)})
}

fn trace<'a>(call: &'a Call) -> Option<&'a str> {
    call.request.header("trace")
}

/// Every failure of this platform has code 500; the message tells them apart.
fn fail(message: impl Into<String>) -> Refusal {
    refusal(500, message)
}

fn issue_code(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let fields = json_object(call.request).map_err(fail)?;
    check_signature(call)?;
    check_platform_id(call.query).map_err(fail)?;
    let session = check_fields(&fields).map_err(fail)?;
    let customer = required_text(&fields, "customer_no").map_err(fail)?;

    let ident_code = match (scope.sessions.get(customer), session) {
        (Some((known, code)), Some(session)) if known == session => code.clone(),
        _ => random_hex(16),
    };
    match session {
        Some(session) => {
            let entry = (session.to_owned(), ident_code.clone());
            scope.sessions.insert(customer.to_owned(), entry);
        }
        None => {
            scope.sessions.remove(customer);
        }
    }
    scope
        .ident_codes
        .insert(ident_code.clone(), customer.to_owned());
    let url = format!("{}{OAUTH_PATH}?ident_code={ident_code}", call.base);
    Ok(json!({"ident_code": ident_code, "url": url}))
}

fn redirect(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    required_header(call.request, "trace").map_err(fail)?;
    let fields = json_object(call.request).map_err(fail)?;
    let ident_code = required_text(&fields, "ident_code").map_err(fail)?;
    let customer = scope
        .ident_codes
        .get(ident_code)
        .ok_or_else(|| fail("ident_code is unknown 授权码无效"))?;
    let issued = call.now_ms / 1000;
    let token = jwt(&json!({
        "sub": customer,
        "iat": issued,
        "exp": issued + OPEN_TOKEN_LIFETIME,
    }));
    Ok(json!({"open_token": format!("Bearer {token}")}))
}

/// Any other path under the base is a business call, signed the same way.
fn business(call: &Call) -> Result<Value, Refusal> {
    json_or_nothing(call.request).map_err(fail)?;
    check_signature(call)?;
    Ok(echo(call))
}

fn webhook(call: &Call) -> Result<Value, Refusal> {
    check_signature(call)?;
    let mut order = Value::Object(json_object(call.request).map_err(fail)?);
    order["platform"] = json!("creditpay");
    order["send"] = json!(false);
    let mut message = callback(&order).map_err(fail)?;
    // By name, for programs that can only walk a path through JSON.
    let headers = message["headers"].as_array().into_iter().flatten();
    let by_name = |header: &Value| Some((header[0].as_str()?.to_owned(), header[1].clone()));
    message["headers"] = Value::Object(headers.filter_map(by_name).collect());
    Ok(message)
}

fn check_signature(call: &Call) -> Result<(), Refusal> {
    let test = credentials();
    required_header(call.request, "trace").map_err(fail)?;
    let api_key = required_header(call.request, "api-key").map_err(fail)?;
    if api_key != test.creditpay_api_key {
        return Err(fail("api-key is unknown"));
    }
    let sent = required_header(call.request, "signature").map_err(fail)?;

    // A gateway that passes its prefix on wants it signed; the usual one strips it.
    let prefix = match call.platform {
        "creditpay-prefixed" => "/dg",
        _ => "",
    };
    let path = format!("{prefix}{}", call.path);
    let expected = creditpay(test.creditpay_signature_key, &path, &call.request.body);
    if sent == expected {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&call.request.body);
    Err(Refusal {
        expected: Some(Expected {
            string_to_sign: format!("{path}{body}"),
            signature: expected,
        }),
        ..fail("signature does not match 签名错误")
    })
}

fn check_platform_id(query: &str) -> Result<(), String> {
    let values: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "plat_id")
        .map(|(_, value)| value.into_owned())
        .collect();
    match &values[..] {
        [] => Err("query parameter plat_id is missing".to_owned()),
        [value] if value == credentials().creditpay_plat_id => Ok(()),
        [_] => Err("plat_id is unknown".to_owned()),
        _ => Err("plat_id was sent more than once".to_owned()),
    }
}

/// Checks every field of the body; gives the `session_sign`.
fn check_fields(fields: &Map<String, Value>) -> Result<Option<&str>, String> {
    required_text(fields, "customer_no")?;
    required_text(fields, "customer_token")?;
    let expire = fields.get("token_expire").unwrap_or(&Value::Null);
    match expire.as_i64() {
        Some(ms) if ms.to_string().len() == 13 && ms > 0 => {}
        _ => return Err("token_expire is not a number of 13 digits".to_owned()),
    }
    if !is_url(required_text(fields, "callback_url")?) {
        return Err("callback_url is not a URL".to_owned());
    }
    if !is_ip(required_text(fields, "client_ip")?) {
        return Err("client_ip is not an IP address".to_owned());
    }
    let tag = text(fields, "credit_limit_tag")?;
    let cards = match fields.get("credit_limit_available_cards") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(cards)) => cards,
        Some(_) => return Err("credit_limit_available_cards is not a list".to_owned()),
    };
    for (index, card) in cards.iter().enumerate() {
        check_card(card).map_err(|e| format!("credit_limit_available_cards[{index}]: {e}"))?;
    }
    let names_a_card = |tag: &str| cards.iter().any(|card| card["tag"] == tag);
    if tag.is_some_and(|tag| !cards.is_empty() && !names_a_card(tag)) {
        return Err("credit_limit_tag is not the tag of a card".to_owned());
    }
    text(fields, "session_sign")
}

fn check_card(card: &Value) -> Result<(), String> {
    let card = card.as_object().ok_or("not an object")?;
    for name in ["tag", "currency", "icon", "input"] {
        required_text(card, name)?;
    }
    // "number" in the table, a string in every example: both are taken.
    let amount = match card.get("amount") {
        Some(Value::Number(number)) => number.to_string(),
        _ => required_text(card, "amount")?.to_owned(),
    };
    match is_decimal(&amount) {
        true => Ok(()),
        false => Err("amount is not a decimal".to_owned()),
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}
