//! daxpay: a channel's authorization code becomes the identity of the end user.
//!
//! Request and answer are signed the same way; see `signatures.rs`.

use serde_json::{Map, Value, json};

use super::credentials::credentials;
use super::faults::Fault;
use super::platform::{
    Call, Refusal, Reply, echo, is_ip, is_url, json_object, refusal, reply, required_text, text,
};
use super::signatures::{DaxPayAlgorithm, NestedForm, daxpay_digest, daxpay_string, random_hex};
use super::state::{Expected, ScopeState};

const AUTH_PATH: &str = "/unipay/assist/channel/auth/auth";
const AUTH_AND_SET_PATH: &str = "/unipay/assist/channel/auth/authAndSet";
const GENERATE_URL_PATH: &str = "/unipay/assist/channel/auth/generateAuthUrl";

const UNCLASSIFIED: i64 = 20000;
const UNKNOWN_CHANNEL: i64 = 20011;
const AUTHENTICATION: i64 = 10401;
const PARAMETERS: i64 = 10505;
const BAD_SIGNATURE: i64 = 20052;

/// `reqTime` may be this far from the gateway's clock.
const WINDOW_MS: i64 = 5 * 60 * 1000;

/// Every documented parameter and its longest value. What is not here breaks the signature.
const COMMON: [(&str, usize); 6] = [
    ("appId", 32),
    ("mchNo", 32),
    ("clientIp", 64),
    ("nonceStr", 32),
    ("reqTime", 19),
    ("sign", 64),
];
const AUTH: [(&str, usize); 3] = [("channel", 32), ("authCode", 200), ("queryCode", 128)];
const GENERATE_URL: [(&str, usize); 4] = [
    ("channel", 32),
    ("authType", 32),
    ("authPath", 2000),
    ("authRedirectUrl", 2000),
];

pub fn is_login(path: &str) -> bool {
    [AUTH_PATH, AUTH_AND_SET_PATH, GENERATE_URL_PATH].contains(&path)
}

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let (outcome, essential) = match call.path {
        AUTH_PATH => (authenticate(call, scope), "data.status"),
        AUTH_AND_SET_PATH => (authenticate(call, scope).map(|_| Value::Null), "code"),
        GENERATE_URL_PATH => (generate_url(call), "data.authUrl"),
        _ => (business(call), "data"),
    };
    reply(
        call,
        outcome,
        |data| envelope(call, 0, "success", data),
        essential,
    )
}

pub fn failure(call: &Call, code: i64, message: &str) -> Value {
    envelope(call, code, message, Value::Null)
}

fn envelope(call: &Call, code: i64, message: &str, data: Value) -> Value {
    json!({
        "code": code,
        "msg": message,
        "data": data,
        "resTime": gateway_time(call.now_ms),
        "traceId": random_hex(6),
    })
}

fn bad(message: impl Into<String>) -> Refusal {
    refusal(PARAMETERS, message)
}

fn authenticate(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let fields = json_object(call.request).map_err(bad)?;
    check_common(call, &fields, Some(&AUTH))?;
    let channel = check_channel(&fields)?;
    let code = required_text(&fields, "authCode").map_err(bad)?;
    if channel == "wechat_pay" && fields.get("clientIp").is_none_or(Value::is_null) {
        return Err(bad("clientIp is required by channel wechat_pay"));
    }
    if code.starts_with("waiting-") {
        return Ok(json!({"status": "waiting"}));
    }
    if code.starts_with("none-") {
        return Ok(json!({"status": "not_exist"}));
    }
    if !scope.first_use(call.platform, "authCode", code) {
        return Err(refusal(
            UNCLASSIFIED,
            "authCode was used before 授权码已被使用",
        ));
    }
    let mut data = json!({
        "openId": format!("open-{}", random_hex(8)),
        "userId": "2088102177846880",
        "accessToken": format!("daxAccess-{}", random_hex(8)),
        "status": "success",
    });
    if call.fault.has("decimals") {
        // `write_decimals` gives them their zeros on the wire.
        data["amount"] = json!("@1.10");
        data["fee"] = json!("@1.00");
    }
    Ok(data)
}

fn generate_url(call: &Call) -> Result<Value, Refusal> {
    let fields = json_object(call.request).map_err(bad)?;
    check_common(call, &fields, Some(&GENERATE_URL))?;
    check_channel(&fields)?;
    if text(&fields, "authRedirectUrl")
        .map_err(bad)?
        .is_some_and(|url| !is_url(url))
    {
        return Err(bad("authRedirectUrl is not a URL"));
    }
    let query_code = random_hex(8);
    let url = format!("https://auth.channel.example/authorize?state={query_code}");
    Ok(json!({"authUrl": url, "queryCode": query_code}))
}

/// Any other path is a business call: its parameters are not known here, so all are signed.
fn business(call: &Call) -> Result<Value, Refusal> {
    let fields = json_object(call.request).map_err(bad)?;
    check_common(call, &fields, None)?;
    Ok(echo(call))
}

/// What every request of this family must satisfy. `own` are the endpoint's own parameters.
fn check_common(
    call: &Call,
    fields: &Map<String, Value>,
    own: Option<&[(&str, usize)]>,
) -> Result<(), Refusal> {
    let test = credentials();
    for (name, value) in fields {
        let known = COMMON.iter().chain(own.unwrap_or_default());
        match known.into_iter().find(|(known, _)| known == name) {
            Some((_, longest)) => check_length(fields, name, *longest).map_err(bad)?,
            None if own.is_some() => {
                let message = format!("parameter {name} is unknown, so it is not signed");
                return Err(refusal(BAD_SIGNATURE, message));
            }
            None if value == "" => return Err(bad(format!("{name} is empty"))),
            None => {}
        }
    }
    // Without one it is the gateway's default application.
    if text(fields, "appId")
        .map_err(bad)?
        .is_some_and(|id| id != test.daxpay_app_id)
    {
        return Err(refusal(AUTHENTICATION, "appId is unknown 应用不存在"));
    }
    match text(fields, "mchNo").map_err(bad)? {
        Some(number) if number == test.daxpay_mch_no => {}
        Some(_) => return Err(refusal(AUTHENTICATION, "mchNo is unknown 商户不存在")),
        None if call.platform == "daxpay-nomch" => {}
        None => return Err(bad("mchNo is missing")),
    }
    let time = required_text(fields, "reqTime").map_err(bad)?;
    check_signature(call, fields)?;
    check_time(time, call.now_ms).map_err(bad)?;
    if text(fields, "clientIp")
        .map_err(bad)?
        .is_some_and(|ip| !is_ip(ip))
    {
        return Err(bad("clientIp is not an IP address"));
    }
    Ok(())
}

fn check_length(fields: &Map<String, Value>, name: &str, longest: usize) -> Result<(), String> {
    match text(fields, name)? {
        Some(value) if value.chars().count() > longest => {
            Err(format!("{name} is longer than {longest} characters"))
        }
        _ => Ok(()),
    }
}

fn check_channel(fields: &Map<String, Value>) -> Result<&str, Refusal> {
    match required_text(fields, "channel").map_err(bad)? {
        channel @ ("ali_pay" | "wechat_pay" | "union_pay") => Ok(channel),
        _ => Err(refusal(
            UNKNOWN_CHANNEL,
            "channel is unknown 支付通道不存在",
        )),
    }
}

fn check_signature(call: &Call, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(sent) = text(fields, "sign").map_err(bad)? else {
        return Err(refusal(UNCLASSIFIED, "signature was not passed 未传签名"));
    };
    let key = credentials().daxpay_sign_key;
    let body = String::from_utf8_lossy(&call.request.body);
    let string = |key| daxpay_string(&body, key, NestedForm::Sorted).map_err(bad);
    let expected = daxpay_digest(&string(key)?, key, algorithm(call.platform));
    // The gateway compares with lower-case hex, case-sensitively.
    if sent == expected {
        return Ok(());
    }
    Err(Refusal {
        expected: Some(Expected {
            string_to_sign: string("***")?,
            signature: expected,
        }),
        ..refusal(BAD_SIGNATURE, "signature check failed 签名验证失败")
    })
}

fn check_time(text: &str, now_ms: i64) -> Result<(), String> {
    let time = parse_time(text).ok_or("reqTime is not yyyy-MM-dd HH:mm:ss")?;
    match (time - now_ms).abs() > WINDOW_MS {
        true => Err(format!(
            "reqTime is more than 5 minutes from the gateway's {} 请求时间超时",
            gateway_time(now_ms)
        )),
        false => Ok(()),
    }
}

/// A time as the gateway reads it, in UTC+8.
pub fn parse_time(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    let time = jiff::tz::offset(8).to_timestamp(time).ok()?;
    (text.len() == 19).then(|| time.as_millisecond())
}

/// A time as the gateway writes it, in UTC+8.
pub fn gateway_time(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = jiff::tz::offset(8).to_datetime(time);
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The algorithm of the application behind each variant.
fn algorithm(platform: &str) -> DaxPayAlgorithm {
    match platform {
        "daxpay-md5" => DaxPayAlgorithm::Md5,
        "daxpay-sm3" => DaxPayAlgorithm::Sm3,
        _ => DaxPayAlgorithm::HmacSha256,
    }
}

/// Serializes and signs an answer.
pub fn seal(platform: &str, fault: &Fault, envelope: &Value) -> String {
    if platform == "daxpay-unsigned" {
        return write_decimals(envelope);
    }
    let nested = match (fault.has("sorted"), fault.get("decimals")) {
        (false, Some("as_sent")) => NestedForm::AllAsSent,
        (true, Some("as_sent")) => NestedForm::SortedNumbersAsSent,
        (false, _) => NestedForm::AsSent,
        (true, _) => NestedForm::Sorted,
    };
    let sign = sign(&write_decimals(envelope), algorithm(platform), nested);
    let mut signed = envelope.clone();
    let fields = signed.as_object_mut().expect("an envelope is an object");
    match fault.get("sign") {
        Some("missing") => None,
        Some("null") => fields.insert("sign".to_owned(), Value::Null),
        Some("empty") => fields.insert("sign".to_owned(), json!("")),
        Some("upper") => fields.insert("sign".to_owned(), json!(sign.to_uppercase())),
        Some("wrong") => fields.insert("sign".to_owned(), json!("0".repeat(sign.len()))),
        _ => fields.insert("sign".to_owned(), json!(sign)),
    };
    write_decimals(&signed)
}

/// The signature of a message of the gateway's, as text.
pub fn sign(json: &str, algorithm: DaxPayAlgorithm, nested: NestedForm) -> String {
    let key = credentials().daxpay_sign_key;
    let string = daxpay_string(json, key, nested).expect("the gateway's own message");
    daxpay_digest(&string, key, algorithm)
}

/// Serializes; a text such as `"@1.10"` becomes the number, zeros included.
pub fn write_decimals(envelope: &Value) -> String {
    let json = envelope.to_string();
    let json = json.replace("\"@1.10\"", "1.10");
    json.replace("\"@1.00\"", "1.00")
}
