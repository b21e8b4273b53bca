//! seller: accessKey and secretKey become a Bearer token.

use serde_json::{Value, json};

use super::credentials::credentials;
use super::faults::Fault;
use super::platform::{
    Call, Refusal, Reply, echo, json_object, json_or_nothing, refusal, reply, required_header,
    required_text,
};
use super::state::{ScopeState, TokenShape};

/// Another version of the document has the endpoint at the second path.
pub const TOKEN_PATHS: [&str; 2] = [
    "/seller/202405/auth/get-access-token",
    "/seller/202405/authorization",
];

const BAD_REQUEST: i64 = 400;
const UNAUTHORIZED: i64 = 401;

/// Stands for the value of the fault `expires_in` until the answer is written.
const EXPIRES_IN: &str = "@expires_in";

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let is_token = TOKEN_PATHS.contains(&call.path);
    let (outcome, essential) = match is_token {
        true => (issue_token(call, scope), "data.accessToken"),
        false => (business(call, scope), "data"),
    };
    let unauthorized = outcome
        .as_ref()
        .is_err_and(|refusal| refusal.code == UNAUTHORIZED);
    let mut reply = reply(
        call,
        outcome,
        |data| envelope(200, "success", data),
        essential,
    );
    if unauthorized && !is_token {
        reply.status = 401;
    }
    reply
}

pub fn failure(code: i64, message: &str) -> Value {
    envelope(code, message, Value::Null)
}

fn envelope(code: i64, message: &str, data: Value) -> Value {
    json!({
        "code": code,
        "message": message,
        "data": data,
        "locale": 8,
        "localeDisplay": "GMT+8",
    })
}

fn issue_token(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let test = credentials();
    let bad = |message| refusal(BAD_REQUEST, message);
    let fields = json_object(call.request).map_err(bad)?;
    let access_key = required_text(&fields, "accessKey").map_err(bad)?;
    let secret_key = required_text(&fields, "secretKey").map_err(bad)?;
    if access_key != test.seller_access_key || secret_key != test.seller_secret_key {
        return Err(refusal(
            UNAUTHORIZED,
            "accessKey or secretKey is wrong 密钥错误",
        ));
    }
    let shape = TokenShape {
        is_jwt: true,
        subject: access_key,
        fault: call.fault.get("jwt"),
    };
    let issued = scope.issue_token(call.platform, &shape, call.now_ms);
    let scheme = match call.fault.has("nobearer") {
        true => "",
        false => "Bearer ",
    };
    let expires_in = match call.fault.has("expires_in") {
        true => EXPIRES_IN.to_owned(),
        false => issued.lifetime_ms.to_string(),
    };
    Ok(json!({
        "accessToken": format!("{scheme}{}", issued.value),
        "expiresIn": expires_in,
    }))
}

fn business(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let unauthorized = |why: &str| refusal(UNAUTHORIZED, format!("{why}: 未授权"));
    let header =
        required_header(call.request, "Authorization").map_err(|why| unauthorized(&why))?;
    let token = header
        .strip_prefix("Bearer ")
        .ok_or_else(|| unauthorized("Authorization has no Bearer scheme"))?;
    if token.starts_with("Bearer") {
        return Err(unauthorized("Authorization has the Bearer scheme twice"));
    }
    let serial = scope
        .check_token(call.platform, token)
        .map_err(unauthorized)?;
    json_or_nothing(call.request).map_err(|why| refusal(BAD_REQUEST, why))?;
    let mut data = echo(call);
    data["token_serial"] = json!(serial);
    Ok(data)
}

/// Serializes an answer, with `expiresIn` exactly as the fault wants it.
pub fn seal(fault: &Fault, envelope: &Value) -> String {
    let json = envelope.to_string();
    match fault.get("expires_in") {
        Some(raw) => json.replace(&format!("\"{EXPIRES_IN}\""), raw),
        None => json,
    }
}
