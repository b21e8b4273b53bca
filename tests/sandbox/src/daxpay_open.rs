//! daxpay, edition `open`: SHA256withRSA over flattened JSON, in both directions.
//!
//! Two endpoints are signed in neither direction, as at the platform itself: `/auth` and `/auth-and-set`.
//! Which of 10408 to 10411 means what is not documented; here: nonce missing, nonce repeated, `reqTime`
//! not a time, `reqTime` too far from the clock.

use serde_json::{Map, Value, json};

use super::credentials::credentials;
use super::daxpay::gateway_time;
use super::http::Answer;
use super::platform::{
    Call, Family, Refusal, Reply, echo, json_object, refusal, reply, required_text, text,
};
use super::signatures::{KeyOwner, open_string, random_hex, rsa_sign, rsa_verifies};
use super::state::{Expected, ScopeState};

const GENERATE_URL_PATH: &str = "/unipay/assist/channel/auth/generate-auth-url";
const AUTH_PATH: &str = "/unipay/assist/channel/auth/auth";
const AUTH_AND_SET_PATH: &str = "/unipay/assist/channel/auth/auth-and-set";
const PING_PATH: &str = "/unipay/ping";
const CALLBACK_PING_PATH: &str = "/unipay/callback/ping";

const AUTHENTICATION: i64 = 10401;
const NONCE_MISSING: i64 = 10408;
const NONCE_REPEATED: i64 = 10409;
const NO_TIME: i64 = 10410;
const CLOCK: i64 = 10411;
const PARAMETERS: i64 = 10505;
const UNCLASSIFIED: i64 = 20000;
const UNKNOWN_CHANNEL: i64 = 20011;
const BAD_SIGNATURE: i64 = 20052;

const WINDOW_MS: i64 = 5 * 60 * 1000;
/// How long a merchant's nonce is remembered.
const NONCE_MS: i64 = 300 * 1000;

const GENERATE_URL: [(&str, usize); 6] = [
    ("channel", 32),
    ("authType", 32),
    ("product", 32),
    ("opAppId", 128),
    ("returnPath", 200),
    ("capability", 32),
];
const AUTH: [(&str, usize); 6] = [
    ("authCode", 200),
    ("authType", 32),
    ("accessToken", 512),
    ("unionIdentifier", 128),
    ("queryCode", 128),
    ("authToken", 64),
];

pub fn is_login(path: &str) -> bool {
    [GENERATE_URL_PATH, AUTH_PATH, AUTH_AND_SET_PATH].contains(&path)
}

fn is_unsigned(path: &str) -> bool {
    path == AUTH_PATH || path == AUTH_AND_SET_PATH
}

/// `GET /unipay/callback/ping`: a fixed text, unsigned.
pub fn fixed_text(call: &Call) -> Option<Answer> {
    let is_here = call.family == Family::DaxPayOpen && call.path == CALLBACK_PING_PATH;
    (is_here && call.request.method == "GET").then(|| Answer::text(200, "pong", call.now_ms))
}

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let (outcome, essential) = match call.path {
        GENERATE_URL_PATH => (generate_url(call, scope), "data.authUrl"),
        AUTH_PATH => (authenticate(call, scope), "data.status"),
        AUTH_AND_SET_PATH => (authenticate(call, scope).map(|_| Value::Null), "code"),
        PING_PATH => (ping(call, scope), "data.serverSignStr"),
        _ => (business(call, scope), "data"),
    };
    let success = |data| envelope(call, 0, "success", data);
    reply(call, outcome, success, essential)
}

pub fn failure(call: &Call, code: i64, message: &str) -> Value {
    envelope(call, code, message, Value::Null)
}

fn envelope(call: &Call, code: i64, message: &str, data: Value) -> Value {
    // The unsigned endpoints have the platform's plain shape, in which either name occurs; before
    // 2026-09-21 every failure had it.
    let is_legacy = code != 0 && call.fault.has("legacy");
    if call.path == AUTH_PATH || is_legacy {
        return json!({"code": code, "message": message, "data": data});
    }
    if call.path == AUTH_AND_SET_PATH {
        return json!({"code": code, "msg": message, "data": data});
    }
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
    let request_id = body["reqId"].as_str().map(str::to_owned);
    json!({
        "code": code,
        "msg": message,
        "data": data,
        "resTime": gateway_time(call.now_ms),
        "reqId": request_id.unwrap_or_else(|| random_hex(16)),
    })
}

fn bad(message: impl Into<String>) -> Refusal {
    refusal(PARAMETERS, message)
}

fn generate_url(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let fields = signed(call, scope)?;
    check_lengths(&fields, &GENERATE_URL)?;
    match required_text(&fields, "channel").map_err(bad)? {
        "ali_pay" | "wechat_pay" | "union_pay" => {}
        _ => {
            return Err(refusal(
                UNKNOWN_CHANNEL,
                "channel is unknown 支付通道不存在",
            ));
        }
    }
    let return_path = text(&fields, "returnPath")
        .map_err(bad)?
        .unwrap_or_default();
    let (query_code, auth_token) = (random_hex(8), random_hex(16));
    let session = (auth_token.clone(), return_path.to_owned());
    scope.auth_sessions.extend([session]);
    Ok(json!({
        "authUrl": format!("https://auth.channel.example/authorize?state={query_code}"),
        "queryCode": query_code,
        "authToken": auth_token,
    }))
}

/// Unsigned: the common parameters are not looked at.
fn authenticate(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let fields = json_object(call.request).map_err(bad)?;
    check_lengths(&fields, &AUTH)?;
    let code = required_text(&fields, "authCode").map_err(bad)?;
    for (start, status) in [
        ("waiting-", "waiting"),
        ("none-", "not_exist"),
        ("fail-", "fail"),
    ] {
        if code.starts_with(start) {
            return Ok(json!({"status": status}));
        }
    }
    // An openId that is known already does as well, and more than once.
    let is_known = scope.has_seen(call.platform, "openId", code);
    if !is_known && !scope.first_use(call.platform, "authCode", code) {
        let message = "authCode was used before 授权码已被使用";
        return Err(refusal(UNCLASSIFIED, message));
    }
    let return_path = match text(&fields, "authToken").map_err(bad)? {
        None => None,
        Some(token) => Some(scope.auth_sessions.remove(token).ok_or_else(|| {
            refusal(
                UNCLASSIFIED,
                "authToken is unknown or was used 授权会话不存在",
            )
        })?),
    };
    let open_id = match is_known {
        true => code.to_owned(),
        false => format!("open-{}", random_hex(8)),
    };
    scope.first_use(call.platform, "openId", &open_id);
    let mut data = json!({
        "openId": open_id,
        "userId": "2088102177846880",
        "accessToken": format!("daxAccess-{}", random_hex(8)),
        "status": "success",
    });
    if let Some(path) = return_path.filter(|path| !path.is_empty()) {
        data["returnPath"] = json!(path);
    }
    Ok(data)
}

fn ping(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    signed(call, scope)?;
    let body = String::from_utf8_lossy(&call.request.body);
    Ok(json!({"serverSignStr": open_string(&body).map_err(bad)?}))
}

/// Payments, refunds, queries and all the rest.
fn business(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let fields = signed(call, scope)?;
    match fields.get("amount") {
        None | Some(Value::Null) => {}
        Some(Value::Number(fen)) if fen.as_i64().is_some_and(|fen| fen >= 0) => {}
        Some(_) => return Err(bad("amount is not an integer of fen 金额格式错误")),
    }
    Ok(echo(call))
}

/// The members of a request that is signed as it must be, has a new nonce, and came in time.
fn signed(call: &Call, scope: &mut ScopeState) -> Result<Map<String, Value>, Refusal> {
    let test = credentials();
    let fields = json_object(call.request).map_err(bad)?;
    if required_text(&fields, "mchNo").map_err(bad)? != test.daxpay_open_mch_no {
        return Err(refusal(AUTHENTICATION, "mchNo is unknown 商户不存在"));
    }
    // Without one it is the platform's default application.
    let app_id = text(&fields, "appId").map_err(bad)?;
    if app_id.is_some_and(|id| id != test.daxpay_open_app_id) {
        return Err(refusal(AUTHENTICATION, "appId is unknown 应用不存在"));
    }
    required_text(&fields, "reqId").map_err(bad)?;
    check_signature(call, &fields)?;
    let nonce = required_text(&fields, "nonceStr")
        .map_err(|message| refusal(NONCE_MISSING, message + " 随机串缺失"))?;
    let time = required_text(&fields, "reqTime").map_err(|message| refusal(NO_TIME, message))?;
    let time = super::daxpay::parse_time(time)
        .ok_or_else(|| refusal(NO_TIME, "reqTime is not yyyy-MM-dd HH:mm:ss 时间格式错误"))?;
    if (time - call.now_ms).abs() > WINDOW_MS {
        let message = format!(
            "reqTime is more than 5 minutes from the platform's {} 请求时间超时",
            gateway_time(call.now_ms)
        );
        return Err(refusal(CLOCK, message));
    }
    let now = call.now_ms;
    scope
        .nonces
        .retain(|_, seen| (now - *seen).abs() < NONCE_MS);
    if scope.nonces.insert(nonce.to_owned(), now).is_some() {
        return Err(refusal(
            NONCE_REPEATED,
            "nonceStr was used before 随机串重复",
        ));
    }
    Ok(fields)
}

fn check_signature(call: &Call, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(sent) = text(fields, "sign").map_err(bad)? else {
        return Err(refusal(BAD_SIGNATURE, "sign is missing 未传签名"));
    };
    let body = String::from_utf8_lossy(&call.request.body);
    let string = open_string(&body).map_err(bad)?;
    if rsa_verifies(KeyOwner::OpenMerchant, string.as_bytes(), sent) {
        return Ok(());
    }
    let message = format!("签名验证失败, serverSignStr: {string}");
    Err(Refusal {
        expected: Some(Expected {
            signature: rsa_sign(KeyOwner::OpenMerchant, string.as_bytes()),
            string_to_sign: string,
        }),
        ..refusal(BAD_SIGNATURE, message)
    })
}

fn check_lengths(fields: &Map<String, Value>, own: &[(&str, usize)]) -> Result<(), Refusal> {
    for (name, longest) in own {
        let value = text(fields, name).map_err(bad)?.unwrap_or_default();
        if value.chars().count() > *longest {
            return Err(bad(format!("{name} is longer than {longest} characters")));
        }
    }
    Ok(())
}

/// Serializes and signs an answer.
pub fn seal(call: &Call, envelope: &Value) -> String {
    let is_legacy = call.fault.has("legacy") && envelope["code"] != 0;
    if is_unsigned(call.path) || is_legacy {
        return envelope.to_string();
    }
    let json = envelope.to_string();
    let string = open_string(&json).unwrap_or_default();
    let owner = match call.fault.get("sign") {
        Some("other_key") => KeyOwner::Platform,
        Some("reflected") => KeyOwner::OpenMerchant,
        _ => KeyOwner::OpenPlatform,
    };
    let sign = rsa_sign(owner, string.as_bytes());
    let mut signed = envelope.clone();
    let members = signed.as_object_mut().expect("an envelope is an object");
    match call.fault.get("sign") {
        Some("missing") => None,
        Some("null") => members.insert("sign".to_owned(), Value::Null),
        Some("empty") => members.insert("sign".to_owned(), json!("")),
        Some("wrong") => members.insert("sign".to_owned(), json!("A".repeat(sign.len()))),
        _ => members.insert("sign".to_owned(), json!(sign)),
    };
    if call.fault.get("sign") == Some("code_changed") {
        let changed = if envelope["code"] == 0 {
            UNCLASSIFIED
        } else {
            0
        };
        signed["code"] = json!(changed);
    }
    signed.to_string()
}
