//! What the platforms' messages look like, and how they are signed.

use serde_json::{Value, json};

use super::{CREDIT_LIMIT_QUERY, CREDITPAY_KINDS, Message};
use crate::credentials::credentials;
use crate::daxpay;
use crate::signatures::{
    DaxPayAlgorithm, KeyOwner, NestedForm, creditpay, open_string, random_hex, redemption_md5,
    redemption_string, rsa_sign,
};
use crate::state::now_ms;

/// The text that an order gives for a name, or else a default.
fn choice(order: &Value, name: &str, default: impl Into<String>) -> String {
    order[name]
        .as_str()
        .map_or_else(|| default.into(), str::to_owned)
}

fn timestamp(order: &Value) -> i64 {
    now_ms() + order["timestamp_offset_ms"].as_i64().unwrap_or(0)
}

/// Puts the fields of the order's `data` over those of a message.
fn merge(data: &mut Value, order: &Value) {
    if let (Some(fields), Some(own)) = (data.as_object_mut(), order["data"].as_object()) {
        fields.extend(own.clone());
    }
}

pub fn creditpay_message(order: &Value, path: String) -> Result<Message, String> {
    let test = credentials();
    let kind = choice(order, "kind", "PAY_SUCCESS");
    if !CREDITPAY_KINDS.contains(&kind.as_str()) {
        return Err(format!("creditpay sends no '{kind}'"));
    }
    let mut headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("token", choice(order, "token", "sandbox-customer-token")),
        ("trace", choice(order, "nonce", random_hex(16))),
        ("timestamp", timestamp(order).to_string()),
    ];
    let body = if kind == CREDIT_LIMIT_QUERY {
        headers.push(("lang", "en-US".to_owned()));
        let mut data = json!({"tag": "sandbox-卡", "currency": "CNY", "digits": "2"});
        merge(&mut data, order);
        json!({"type": kind, "data": data})
    } else {
        let mut data = json!({
            "order_no": "sandbox-order-1",
            "amount": "10.10",
            "currency": "CNY",
            "remark": "支付",
        });
        merge(&mut data, order);
        json!({
            "type": kind,
            "platform_id": test.creditpay_plat_id,
            "retry": order["retry"].as_i64().unwrap_or(0),
            "event_id": choice(order, "event_id", random_hex(16)),
            "data": data,
        })
    };
    let body = body.to_string();
    let signature = creditpay(test.creditpay_signature_key, &path, body.as_bytes());
    headers.push(("signature", signature));
    Ok(Message {
        path,
        headers,
        body,
    })
}

pub fn daxpay_message(order: &Value, path: String, tamper: &str) -> Result<Message, String> {
    let algorithm = match order["algorithm"].as_str().unwrap_or("HMAC_SHA256") {
        "HMAC_SHA256" => DaxPayAlgorithm::HmacSha256,
        "MD5" => DaxPayAlgorithm::Md5,
        "SM3" => DaxPayAlgorithm::Sm3,
        other => return Err(format!("daxpay does not sign with '{other}'")),
    };
    let kind = choice(order, "kind", "payment");
    let number = number_of(&kind)?;
    let mut data = json!({
        number: "sandbox-10086",
        "bizNo": "P0001",
        "status": "success",
        "channel": "ali_pay",
        "amount": "@1.10",
        "title": "测试接口支付",
        "attach": null,
    });
    merge(&mut data, order);
    let mut message = json!({
        "code": 0,
        "msg": "success",
        "data": data,
        "resTime": daxpay::gateway_time(timestamp(order)),
        "traceId": choice(order, "event_id", random_hex(6)),
    });
    let signed = daxpay::write_decimals(&message);
    let mut sign = daxpay::sign(&signed, algorithm, NestedForm::AsSent);
    match tamper {
        "timestamp" => message["resTime"] = json!(daxpay::gateway_time(now_ms() - 3_600_000)),
        "signature" => sign = "0".repeat(sign.len()),
        _ => {}
    }
    if tamper != "missing_signature" {
        message["sign"] = json!(sign);
    }
    Ok(Message {
        path,
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: daxpay::write_decimals(&message),
    })
}

/// What the number of a notification's subject is called.
fn number_of(kind: &str) -> Result<&'static str, String> {
    match kind {
        "payment" => Ok("orderNo"),
        "refund" => Ok("refundNo"),
        "transfer" => Ok("transferNo"),
        _ => Err(format!(
            "daxpay sends no '{kind}' (but payment, refund, transfer)"
        )),
    }
}

pub fn daxpay_open_message(order: &Value, path: String, tamper: &str) -> Result<Message, String> {
    let test = credentials();
    let kind = choice(order, "kind", "payment");
    let mut data = json!({
        number_of(&kind)?: "sandbox-10086",
        "bizOrderNo": "P0001",
        "status": "success",
        "channel": "ali_pay",
        "amount": 110,
        "title": "测试接口支付",
        "attach": null,
    });
    merge(&mut data, order);
    let mut message = json!({
        "mchNo": test.daxpay_open_mch_no,
        "appId": test.daxpay_open_app_id,
        "code": 0,
        "msg": "success",
        "data": data,
        "resTime": daxpay::gateway_time(timestamp(order)),
        "reqId": choice(order, "event_id", random_hex(16)),
    });
    let owner = match tamper {
        "other_key" => KeyOwner::Platform,
        "reflected" => KeyOwner::OpenMerchant,
        _ => KeyOwner::OpenPlatform,
    };
    let mut sign = rsa_sign(owner, open_string(&message.to_string())?.as_bytes());
    match tamper {
        "timestamp" => message["resTime"] = json!(daxpay::gateway_time(now_ms() - 3_600_000)),
        "signature" => sign = "A".repeat(sign.len()),
        _ => {}
    }
    if tamper != "missing_signature" {
        message["sign"] = json!(sign);
    }
    Ok(Message {
        path,
        headers: vec![
            ("Content-Type", "application/json".to_owned()),
            ("x-trace-id", choice(order, "nonce", random_hex(8))),
        ],
        body: message.to_string(),
    })
}

pub fn redemption_message(order: &Value, path: String) -> Result<Message, String> {
    let test = credentials();
    let algorithm = choice(order, "algorithm", "SHA256-RSA");
    let mut data = json!({
        "serialNo": choice(order, "event_id", "sandbox-serial-1"),
        "businessId": test.redemption_business_id,
        "merchantId": test.redemption_merchant_id,
        "userId": "sandbox-用户-1",
        "openId": "sandbox-open-id-074Pjc8q",
    });
    merge(&mut data, order);
    let body = data.to_string();
    let mut headers = vec![
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("businessId", test.redemption_business_id.to_owned()),
        ("nonce", choice(order, "nonce", random_hex(16))),
        ("timestamp", timestamp(order).to_string()),
    ];
    if order["sign_type"].as_bool() != Some(false) {
        headers.push(("signType", algorithm.clone()));
    }
    let header = |name: &str| {
        let found = headers.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value.as_str())
    };
    let string = redemption_string(header, body.as_bytes());
    let sign = match algorithm.as_str() {
        "SHA256-RSA" => rsa_sign(KeyOwner::Platform, &string),
        "MD5" => redemption_md5(&string, test.redemption_md5_secret),
        other => return Err(format!("redemption does not sign with '{other}'")),
    };
    headers.push(("sign", sign));
    Ok(Message {
        path,
        headers,
        body,
    })
}
