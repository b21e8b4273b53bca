//! Messages that the platforms send to a user's server: genuine ones, and spoiled ones on demand.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::credentials::credentials;
use super::daxpay;
use super::signatures::{
    DaxpayAlgorithm, KeyOwner, NestedForm, creditpay, random_hex, redemption_md5, redemption_rsa,
    redemption_string,
};
use super::state::now_ms;

/// How long a user's server has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

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
    if !["", "body", "signature", "missing_signature", "timestamp"].contains(&tamper) {
        return Err(format!("there is no way '{tamper}' to tamper"));
    }
    let mut message = match platform.split('-').next() {
        Some("creditpay") => creditpay_message(order, path)?,
        Some("daxpay") => daxpay_message(order, path, tamper)?,
        Some("redemption") => redemption_message(order, path)?,
        _ => return Err(format!("platform '{platform}' sends no callbacks")),
    };
    if platform.split('-').next() != Some("daxpay") {
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

fn creditpay_message(order: &Value, path: String) -> Result<Message, String> {
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

fn daxpay_message(order: &Value, path: String, tamper: &str) -> Result<Message, String> {
    let algorithm = match order["algorithm"].as_str().unwrap_or("HMAC_SHA256") {
        "HMAC_SHA256" => DaxpayAlgorithm::HmacSha256,
        "MD5" => DaxpayAlgorithm::Md5,
        "SM3" => DaxpayAlgorithm::Sm3,
        other => return Err(format!("daxpay does not sign with '{other}'")),
    };
    let kind = choice(order, "kind", "payment");
    let number = match kind.as_str() {
        "payment" => "orderNo",
        "refund" => "refundNo",
        "transfer" => "transferNo",
        _ => {
            return Err(format!(
                "daxpay sends no '{kind}' (but payment, refund, transfer)"
            ));
        }
    };
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
    let mut sign = daxpay::sign(&signed, algorithm, NestedForm::Sorted);
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

fn redemption_message(order: &Value, path: String) -> Result<Message, String> {
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
        "SHA256-RSA" => redemption_rsa(KeyOwner::Platform, &string),
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

fn path_of(url: &str) -> Result<String, String> {
    let (_, path) = split_url(url)?;
    let path = path.split('?').next().unwrap_or_default();
    Ok(path.to_owned())
}

/// The authority, and the path with its query, of an `http://` URL.
fn split_url(url: &str) -> Result<(&str, &str), String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("url must begin with http://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Ok((authority, if path.is_empty() { "/" } else { path }))
}

/// Sends a message as the platform does, to loopback only, and judges the answer as it does.
fn send(url: &str, platform: &str, message: &Message) -> Result<Value, String> {
    let (authority, target) = split_url(url)?;
    let with_port = match authority.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_owned(),
        _ => format!("{authority}:80"),
    };
    let address = loopback(&with_port)?;
    let reach = |error: std::io::Error| format!("{url} cannot be reached: {error}");
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).map_err(reach)?;
    stream.set_read_timeout(Some(TIMEOUT)).map_err(reach)?;
    stream.set_write_timeout(Some(TIMEOUT)).map_err(reach)?;
    let mut head = format!("POST {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    for (name, value) in &message.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", message.body.len());
    stream
        .write_all((head + &message.body).as_bytes())
        .map_err(reach)?;
    let received = receive(&mut stream);
    let (status, body) = read_response(&received).ok_or("the answer is not HTTP/1.1")?;
    let says_success = body.trim().eq_ignore_ascii_case("SUCCESS");
    let accepted = status == 200 && (platform.starts_with("creditpay") || says_success);
    Ok(json!({"status": status, "body": body, "accepted": accepted}))
}

/// What the user's server answers. Whatever arrived counts, however the connection ended.
fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let mut block = [0; 16 * 1024];
    while received.len() < 1024 * 1024 && !is_complete(&received) {
        match stream.read(&mut block) {
            Ok(count) if count > 0 => received.extend_from_slice(&block[..count]),
            _ => break,
        }
    }
    received
}

/// Whether the body is as long as announced: some servers do not close when they are asked to.
fn is_complete(bytes: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(head)) = response.parse(bytes) else {
        return false;
    };
    let mut lengths = response.headers.iter().filter_map(|header| {
        let is_length = header.name.eq_ignore_ascii_case("content-length");
        std::str::from_utf8(header.value)
            .ok()
            .filter(|_| is_length)?
            .parse()
            .ok()
    });
    lengths
        .next()
        .is_some_and(|length: usize| bytes.len() - head >= length)
}

fn loopback(authority: &str) -> Result<SocketAddr, String> {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if host != "localhost" && !literal.is_ok_and(|address| address.is_loopback()) {
        return Err("url must be on loopback: 127.0.0.1, [::1] or localhost".to_owned());
    }
    let mut addresses = authority
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    addresses
        .find(|address| address.ip().is_loopback())
        .ok_or("url is not on loopback".to_owned())
}

fn read_response(bytes: &[u8]) -> Option<(u16, String)> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes).ok()? else {
        return None;
    };
    let chunked = response
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("transfer-encoding"));
    let mut rest = &bytes[length..];
    let mut body = Vec::new();
    if !chunked {
        body.extend_from_slice(rest);
    } else {
        while let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) {
            if size == 0 {
                break;
            }
            let end = start.checked_add(usize::try_from(size).ok()?)?;
            body.extend_from_slice(rest.get(start..end)?);
            rest = rest.get(end + 2..)?;
        }
    }
    Some((response.code?, String::from_utf8_lossy(&body).into_owned()))
}
