//! What the sandbox's own tests speak to it with: a tiny HTTP client and correct requests.
#![allow(unreachable_pub)]

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use libauth_sandbox::credentials;
use libauth_sandbox::signatures::{
    DaxPayAlgorithm, KeyOwner, NestedForm, creditpay, daxpay_digest, daxpay_string, random_hex,
    redemption_md5, redemption_string, rsa_sign,
};

/// A request: the path begins after the base URL.
#[derive(Clone)]
pub struct Sent {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// An answer.
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Everything received.
    pub raw: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

impl Sent {
    pub fn new(method: &'static str, path: &str, headers: &[(&str, &str)], body: &str) -> Sent {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent {
            method,
            path: path.to_owned(),
            headers: headers.iter().map(owned).collect(),
            body: body.to_owned(),
        }
    }

    /// The same with another value of a header; an empty one takes the header away.
    pub fn with(mut self, name: &str, value: &str) -> Sent {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn bytes(&self, base: &str, connection: &str) -> Vec<u8> {
        let prefix = base.splitn(4, '/').nth(3).unwrap_or_default();
        let slash = if prefix.is_empty() { "" } else { "/" };
        let host = base.split('/').nth(2).unwrap_or_default();
        let mut head = format!("{} {slash}{prefix}{} HTTP/1.1\r\n", self.method, self.path);
        head += &format!("Host: {host}\r\nConnection: {connection}\r\n");
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n{}", self.body.len(), self.body);
        head.into_bytes()
    }

    /// Sends it to a base URL, and reads until the sandbox closes.
    pub fn to(&self, base: &str) -> Got {
        self.try_to(base).expect("an answer")
    }

    pub fn try_to(&self, base: &str) -> io::Result<Got> {
        let mut stream = connect(base)?;
        stream.write_all(&self.bytes(base, "close"))?;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw)?;
        parse(raw).ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}

pub fn connect(base: &str) -> io::Result<TcpStream> {
    let authority = base.split('/').nth(2).expect("a URL");
    let stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20)))?;
    Ok(stream)
}

pub fn parse(raw: Vec<u8>) -> Option<Got> {
    let mut headers = vec![httparse::EMPTY_HEADER; 400];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(&raw).ok()? else {
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(Got {
        status: response.code?,
        headers: response
            .headers
            .iter()
            .map(|h| (h.name.to_owned(), text(h.value)))
            .collect(),
        body: raw[head..].to_vec(),
        raw: raw.clone(),
    })
}

pub fn get(origin: &str, path: &str) -> Value {
    Sent::new("GET", path, &[], "").to(origin).json()
}

pub fn post(origin: &str, path: &str, body: &str) -> Got {
    Sent::new("POST", path, &[], body).to(origin)
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

pub fn creditpay_fields() -> Value {
    json!({
        "customer_no": "473_32", "customer_token": "tok-1", "token_expire": 1732521424191_i64,
        "callback_url": "https://shop.example/回调", "client_ip": "2001:db8::1",
    })
}

/// Signed over `signed_path`, sent to `path`.
pub fn creditpay_request(path: &str, signed_path: &str, body: &Value) -> Sent {
    let test = credentials();
    let body = body.to_string();
    let signature = creditpay(test.creditpay_signature_key, signed_path, body.as_bytes());
    let headers = [
        JSON,
        ("trace", &random_hex(8)),
        ("api-key", test.creditpay_api_key),
        ("signature", &signature),
    ];
    Sent::new("POST", path, &headers, &body)
}

pub fn creditpay_code(body: &Value) -> Sent {
    let path = "/v1/platform/identify/auth";
    creditpay_request(&format!("{path}?plat_id=plat-1001"), path, body)
}

pub fn gateway_time(offset_seconds: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset_seconds);
    let local = time.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

pub fn daxpay_fields() -> Value {
    let test = credentials();
    json!({
        "appId": test.daxpay_app_id, "mchNo": test.daxpay_mch_no, "clientIp": "127.0.0.1",
        "nonceStr": random_hex(8), "reqTime": gateway_time(0), "channel": "ali_pay",
        "authCode": random_hex(8),
    })
}

pub fn daxpay_sign(json: &str, algorithm: DaxPayAlgorithm, nested: NestedForm) -> String {
    let key = credentials().daxpay_sign_key;
    daxpay_digest(
        &daxpay_string(json, key, nested).expect("JSON"),
        key,
        algorithm,
    )
}

pub fn daxpay_request(endpoint: &str, mut fields: Value, algorithm: DaxPayAlgorithm) -> Sent {
    let sign = daxpay_sign(&fields.to_string(), algorithm, NestedForm::Sorted);
    fields["sign"] = json!(sign);
    let path = format!("/unipay/assist/channel/auth/{endpoint}");
    Sent::new("POST", &path, &[JSON], &fields.to_string())
}

pub fn daxpay_auth(fields: Value) -> Sent {
    daxpay_request("auth", fields, DaxPayAlgorithm::HmacSha256)
}

pub fn openplatform_token() -> Sent {
    let test = credentials();
    let form = format!(
        "clientId={}&secret={}&userType=2",
        test.openplatform_client_id, test.openplatform_secret
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    Sent::new("POST", "/openapi/auth/credential", &headers, &form)
}

pub fn openplatform_call(token: &str) -> Sent {
    let headers = [("Access-Token", token), ("Request-Id", &random_hex(8))];
    Sent::new("GET", "/openapi/orders?a=1", &headers, "")
}

pub fn seller_token() -> Sent {
    let test = credentials();
    let body = json!({"accessKey": test.seller_access_key, "secretKey": test.seller_secret_key});
    let path = "/seller/202405/auth/get-access-token";
    Sent::new("POST", path, &[JSON], &body.to_string())
}

pub fn seller_call(authorization: &str) -> Sent {
    let headers = [("Authorization", authorization)];
    Sent::new("PUT", "/seller/202405/items", &headers, "")
}

pub fn redemption_fields() -> Value {
    let test = credentials();
    json!({
        "merchantId": test.redemption_merchant_id, "businessId": test.redemption_business_id,
        "serialNo": format!("流水-{}", random_hex(8)), "userId": "user1",
    })
}

pub fn redemption_request(path: &str, sign_type: &str, offset_ms: i64, body: &Value) -> Sent {
    let test = credentials();
    let body = body.to_string();
    let time = (jiff::Timestamp::now().as_millisecond() + offset_ms).to_string();
    let request = Sent::new(
        "POST",
        path,
        &[
            ("Content-Type", "application/json; charset=utf-8"),
            ("Accept", "application/json"),
            ("businessId", test.redemption_business_id),
            ("nonce", &random_hex(8)),
            ("timestamp", &time),
        ],
        &body,
    );
    let request = request.with("signType", sign_type);
    let string = string_of(&request.headers, body.as_bytes());
    let sign = match sign_type {
        "MD5" => redemption_md5(&string, test.redemption_md5_secret),
        _ => rsa_sign(KeyOwner::Merchant, &string),
    };
    request.with("sign", &sign)
}

/// redemption's string to sign of these headers and body.
pub fn string_of(headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let header = |name: &str| {
        let found = headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    };
    redemption_string(header, body)
}

pub fn redemption_url(body: &Value) -> Sent {
    redemption_request("/v1/openapi/auth/alipay/url", "SHA256-RSA", 0, body)
}

/// The fields of `value` with changes put over them; null takes a field away.
pub fn changed(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().expect("an object") {
        let fields = value.as_object_mut().expect("an object");
        match change {
            Value::Null => fields.shift_remove(name),
            _ => fields.insert(name.clone(), change.clone()),
        };
    }
    value
}
