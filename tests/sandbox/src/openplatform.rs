//! openplatform: a form with clientId and secret becomes an Access-Token.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::credentials::credentials;
use super::platform::{
    Call, Refusal, Reply, echo, json_or_nothing, refusal, reply, required_header,
};
use super::signatures::random_hex;
use super::state::{ScopeState, TokenShape};

pub const TOKEN_PATH: &str = "/openapi/auth/credential";

const BAD_CLIENT_ID: i64 = 10101;
const BAD_SECRET: i64 = 10102;
const PARAMETER_MISSING: i64 = 10131;
const TOKEN_INVALID: i64 = 10134;

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let outcome = match call.path {
        TOKEN_PATH => issue_token(call, scope),
        _ => business(call, scope),
    };
    let success = |data| envelope(call, 200, Value::Null, data);
    reply(call, outcome, success, "data")
}

pub fn failure(call: &Call, code: i64, message: &str) -> Value {
    envelope(call, code, json!(message), Value::Null)
}

fn envelope(call: &Call, code: i64, message: Value, data: Value) -> Value {
    let failed = message.is_string();
    let track_id = match failed {
        true => json!(random_hex(8)),
        false => Value::Null,
    };
    // The documents' tables and the wire spell this name differently: each variant does one.
    let track_name = match call.platform {
        "openplatform-jwt" => "trackId",
        _ => "_trackId",
    };
    json!({
        "code": code,
        "message": message,
        track_name: track_id,
        "data": data,
        "extr": null,
        "timestamp": call.now_ms,
        "_status": null,
        "ok": !failed,
    })
}

fn issue_token(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let test = credentials();
    let missing = |message: String| refusal(PARAMETER_MISSING, message);
    if call.request.method != "POST" {
        return Err(missing(format!(
            "method {} is not POST",
            call.request.method
        )));
    }
    // "使用Params参数传参" can mean a form as well as parameters in the URL: both are taken.
    if !call.request.body.is_empty()
        && call.request.media_type() != "application/x-www-form-urlencoded"
    {
        let message = "the body is not a form: clientId, secret, userType are missing 参数缺失";
        return Err(missing(message.to_owned()));
    }
    let mut form = HashMap::new();
    let in_url = form_urlencoded::parse(call.query.as_bytes());
    for (name, value) in in_url.chain(form_urlencoded::parse(&call.request.body)) {
        if form.insert(name.to_string(), value.into_owned()).is_some() {
            return Err(missing(format!("{name} was sent more than once")));
        }
    }
    let field = |name: &str| {
        let value = form.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| missing(format!("{name} is missing 参数缺失")))
    };
    let (client_id, secret, user_type) = (field("clientId")?, field("secret")?, field("userType")?);
    if user_type != "2" {
        return Err(missing("userType is not 2".to_owned()));
    }
    if client_id != test.openplatform_client_id {
        return Err(refusal(BAD_CLIENT_ID, "clientId is wrong 客户端标识错误"));
    }
    if secret != test.openplatform_secret {
        return Err(refusal(BAD_SECRET, "secret is wrong 密钥错误"));
    }
    let shape = TokenShape {
        is_jwt: call.platform == "openplatform-jwt",
        subject: client_id,
        fault: call.fault.get("jwt"),
    };
    let issued = scope.issue_token(call.platform, &shape, call.now_ms);
    Ok(json!(issued.value))
}

fn business(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let missing = |message: String| refusal(PARAMETER_MISSING, message);
    let request_id = required_header(call.request, "Request-Id").map_err(missing)?;
    if !scope.first_use(call.platform, "Request-Id", request_id) {
        return Err(missing(
            "Request-Id was used before 请求标识重复".to_owned(),
        ));
    }
    let invalid = |why: &str| refusal(TOKEN_INVALID, format!("{why}: Access-Token 无效或已过期"));
    let token = required_header(call.request, "Access-Token").map_err(|why| invalid(&why))?;
    let serial = scope.check_token(call.platform, token).map_err(invalid)?;
    json_or_nothing(call.request).map_err(missing)?;
    let mut data = echo(call);
    data["token_serial"] = json!(serial);
    Ok(data)
}
