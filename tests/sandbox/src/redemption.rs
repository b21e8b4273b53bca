//! redemption: the Alipay authorization URL, signed with RSA or MD5 over headers and body.

use serde_json::{Value, json};

use super::credentials::credentials;
use super::http::percent_encode;
use super::platform::{
    Call, Refusal, Reply, echo, is_url, json_object, json_or_nothing, refusal, reply,
    required_header, required_text, text,
};
use super::signatures::{KeyOwner, redemption_md5, redemption_string, rsa_sign, rsa_verifies};
use super::state::{Expected, ScopeState};

pub const URL_PATH: &str = "/v1/openapi/auth/alipay/url";

const BAD_SIGNATURE: i64 = 2;
const PARAMETER_MISSING: i64 = 3;
const NO_SUCH_METHOD: i64 = 4;
const TOO_LATE: i64 = 5;
const NONCE_REPEATED: i64 = 6;
const NO_SUCH_RESOURCE: i64 = 7;
const SERIAL_REPEATED: i64 = 8;

/// `timestamp` may be this far from the platform's clock.
const WINDOW_MS: i64 = 5 * 60 * 1000;

pub fn answer(call: &Call, scope: &mut ScopeState) -> Reply {
    let (outcome, essential) = match call.path {
        URL_PATH => (authorization_url(call, scope), "data.alipayAuthUrl"),
        _ => (business(call, scope), "data"),
    };
    let success = |data| json!({"status": 0, "message": "success", "data": data});
    reply(call, outcome, success, essential)
}

pub fn failure(status: i64, message: &str) -> Value {
    json!({"status": status, "message": message, "data": null})
}

fn missing(message: impl Into<String>) -> Refusal {
    refusal(PARAMETER_MISSING, message)
}

fn authorization_url(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    let test = credentials();
    if call.request.method != "POST" {
        return Err(refusal(NO_SUCH_METHOD, "method is not POST"));
    }
    check_content_type(call).map_err(missing)?;
    let fields = json_object(call.request).map_err(missing)?;
    check_headers(call, scope)?;

    for (name, own) in [
        ("businessId", test.redemption_business_id),
        ("merchantId", test.redemption_merchant_id),
    ] {
        if required_text(&fields, name).map_err(missing)? != own {
            return Err(refusal(
                NO_SUCH_RESOURCE,
                format!("{name} in the body is unknown"),
            ));
        }
    }
    let serial = required_text(&fields, "serialNo").map_err(missing)?;
    // The table has `userId`; the documents' own example sends the customer as `thirdAccount`.
    if text(&fields, "thirdAccount").map_err(missing)?.is_none() {
        required_text(&fields, "userId").map_err(missing)?;
    }
    if text(&fields, "callbackUrl")
        .map_err(missing)?
        .is_some_and(|url| !is_url(url))
    {
        return Err(missing("callbackUrl is not a URL"));
    }
    if !scope.first_use(call.platform, "serialNo", serial) {
        return Err(refusal(
            SERIAL_REPEATED,
            "serialNo was used before 流水号重复",
        ));
    }
    let state = percent_encode(serial);
    let url = format!(
        "https://openauth.alipay.example/oauth2/publicAppAuthorize.htm?scope=auth_user&state={state}"
    );
    Ok(json!({"alipayAuthUrl": url}))
}

/// Any other path is a business call, signed the same way.
fn business(call: &Call, scope: &mut ScopeState) -> Result<Value, Refusal> {
    json_or_nothing(call.request).map_err(missing)?;
    check_headers(call, scope)?;
    Ok(echo(call))
}

/// JSON in UTF-8, said or unsaid. What the caller accepts is its own affair.
fn check_content_type(call: &Call) -> Result<(), String> {
    let written = call.request.header("Content-Type").unwrap_or_default();
    let written: String = written.split_whitespace().collect();
    match written.to_ascii_lowercase().as_str() {
        "" | "application/json" | "application/json;charset=utf-8" => Ok(()),
        _ => Err("Content-Type is not application/json; charset=utf-8".to_owned()),
    }
}

/// The signature first: what an unsigned request says about time and nonce counts for nothing.
fn check_headers(call: &Call, scope: &mut ScopeState) -> Result<(), Refusal> {
    let header = |name| required_header(call.request, name).map_err(missing);
    let business_id = header("businessId")?;
    let nonce = header("nonce")?;
    let timestamp = header("timestamp")?;
    let time: i64 = timestamp
        .parse()
        .ok()
        .filter(|_| timestamp.len() == 13)
        .ok_or_else(|| missing("timestamp is not Unix milliseconds"))?;
    if business_id != credentials().redemption_business_id {
        return Err(refusal(NO_SUCH_RESOURCE, "header businessId is unknown"));
    }
    check_signature(call)?;
    let off = time - call.now_ms;
    if off.abs() > WINDOW_MS {
        let message = format!("the request took too long: timestamp is off by {off} ms 请求超时");
        return Err(refusal(TOO_LATE, message));
    }
    if !scope.first_use(call.platform, "nonce", nonce) {
        return Err(refusal(NONCE_REPEATED, "nonce was used before 随机串重复"));
    }
    Ok(())
}

fn check_signature(call: &Call) -> Result<(), Refusal> {
    let secret = credentials().redemption_md5_secret;
    let sent = required_header(call.request, "sign").map_err(missing)?;
    if call.request.header_values("signType").len() > 1 {
        return Err(missing("header signType was sent more than once"));
    }
    let string = redemption_string(|name| call.request.header(name), &call.request.body);
    let shown = String::from_utf8_lossy(&string);
    let (matches, masked) = match call.request.header("signType").unwrap_or("SHA256-RSA") {
        "SHA256-RSA" => {
            let verifies = rsa_verifies(KeyOwner::Merchant, &string, sent);
            (verifies, shown.to_string())
        }
        "MD5" => (
            sent == redemption_md5(&string, secret),
            format!("{shown}***"),
        ),
        _ => {
            return Err(refusal(
                BAD_SIGNATURE,
                "signType is neither SHA256-RSA nor MD5",
            ));
        }
    };
    if matches {
        return Ok(());
    }
    let signature = match call.request.header("signType") {
        Some("MD5") => redemption_md5(&string, secret),
        _ => rsa_sign(KeyOwner::Merchant, &string),
    };
    Err(Refusal {
        expected: Some(Expected {
            string_to_sign: masked,
            signature,
        }),
        ..refusal(BAD_SIGNATURE, "sign does not match 验签失败")
    })
}
