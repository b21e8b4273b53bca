//! What is left of secrets in memory once a handle and its results are gone: nothing.
#![cfg(target_os = "linux")]

use crate::support;

use std::io::{BufReader, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use auth::call::Call;
use auth::http::{Headers, HttpResponse};
use auth::inbound::Inbound;
use auth::providers::creditpay::CreditPay;
use auth::providers::daxpay::{Algorithm, DaxPay, ResponseSignature, response_signature};
use auth::providers::openplatform::OpenPlatform;
use auth::providers::redemption::Redemption;
use auth::providers::seller::Seller;
use auth::{Config, Options};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use raw::{RawServer, http_json, read_request};
use support::*;

/// Where the child finds the server.
const BASE: &str = "LIBAUTH_TEST_HEAP";

const ACCESS_KEY: &str = "planted-access-key-planted-5e1f0a2b9c8d7e6f40";
const SECRET_KEY: &str = "planted-secret-key-planted-77aa0b1c2d3e4f5061";
const SELLER_TOKEN: &str = "planted-seller-token-planted-0a9b8c7d6e5f4031";
const CLIENT_SECRET: &str = "planted-client-secret-planted-c0ffee1234567890";
const OPEN_TOKEN: &str = "planted-platform-token-planted-fedcba9876543210";
const API_KEY: &str = "planted-api-key-planted-1029384756abcdef001122";
const SIGNATURE_KEY: &str = "planted-signature-key-planted-99887766554433221";
const CUSTOMER_TOKEN: &str = "planted-customer-token-planted-\"\\/0192837465abc";
const IDENT_CODE: &str = "planted-ident-code-planted-abcdef0123456789abc";
const JWT_END: &str = "planted-jwt-signature-planted-13579bdf02468ace";
const SIGN_KEY: &str = "planted-sign-key-planted-a1b2c3d4e5f60718293a4";
const AUTH_CODE: &str = "planted-auth-code-planted-0f1e2d3c4b5a69788796";
const USER_TOKEN: &str = "planted-user-token-planted-d00df00dcafe12345678";
const MD5_SECRET: &str = "planted-md5-secret-planted-31415926535897932384";

const PLANTED: [&str; 14] = [
    ACCESS_KEY,
    SECRET_KEY,
    SELLER_TOKEN,
    CLIENT_SECRET,
    OPEN_TOKEN,
    API_KEY,
    SIGNATURE_KEY,
    CUSTOMER_TOKEN,
    IDENT_CODE,
    JWT_END,
    SIGN_KEY,
    AUTH_CODE,
    USER_TOKEN,
    MD5_SECRET,
];

/// What the platforms answer, all in one.
fn answer_to(request_line: &str) -> String {
    let path = request_line.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    match path {
        "/seller/202405/auth/get-access-token" => {
            format!(
                r#"{{"code":200,"data":{{"accessToken":"{SELLER_TOKEN}","expiresIn":7200000}}}}"#
            )
        }
        "/openapi/auth/credential" => format!(r#"{{"code":200,"ok":true,"data":"{OPEN_TOKEN}"}}"#),
        "/v1/platform/identify/auth" => format!(
            r#"{{"code":0,"data":{{"ident_code":"{IDENT_CODE}","url":"https:\/\/host\/?ident_code={IDENT_CODE}"}}}}"#
        ),
        "/v1/identify/redirect" => {
            let claims = BASE64_URL_SAFE_NO_PAD.encode(br#"{"iat":1732500000,"exp":1732590000}"#);
            format!(r#"{{"code":0,"data":{{"open_token":"e30.{claims}.{JWT_END}"}}}}"#)
        }
        "/v1/openapi/auth/alipay/url" => {
            r#"{"status":0,"data":{"alipayAuthUrl":"https://host/"}}"#.to_owned()
        }
        "/business" => r#"{"code":200,"ok":true,"data":{}}"#.to_owned(),
        _ => format!(
            r#"{{"code":0,"data":{{"status":"success","accessToken":"\u0070{}"}}}}"#,
            &USER_TOKEN[1..]
        ),
    }
}

/// Every flow that a secret goes through; its handles and results are gone when it returns.
fn flows(base: &str) {
    let config = Config::new(base);
    let options = Options::default();
    let response = |body: &str| HttpResponse {
        status: 200,
        headers: Headers::default(),
        body: body.as_bytes().to_vec().into(),
    };
    let business = Call::new("GET", "/business");

    let seller = Seller::new(&config, ACCESS_KEY, SECRET_KEY).unwrap();
    let token = seller.token(&options).unwrap();
    assert_eq!(token.value(), SELLER_TOKEN);
    seller.call(&business, &options).unwrap();
    seller.build_call(&business, &options).unwrap();
    let request = seller.build_token(&options).unwrap();
    seller.read_token(&request, response("{}")).unwrap_err();

    let openplatform = OpenPlatform::new(&config, "client", CLIENT_SECRET).unwrap();
    openplatform.call(&business, &options).unwrap();
    openplatform.invalidate(openplatform.token(&options).unwrap().value());

    let creditpay = CreditPay::new(&config, "plat", API_KEY, SIGNATURE_KEY).unwrap();
    let mut wish = code_request();
    wish.customer_token = Some(CUSTOMER_TOKEN.into());
    let code = creditpay.issue_code(&wish, &options).unwrap();
    assert_eq!(code.ident_code(), IDENT_CODE);
    assert!(code.url().ends_with(IDENT_CODE));
    let token = creditpay.open_token(code.ident_code(), &options).unwrap();
    assert!(token.value().ends_with(JWT_END));
    let body = br#"{"type":"PAY_SUCCESS","event_id":"1"}"#.to_vec();
    let signature = auth::signing::creditpay::sign(SIGNATURE_KEY, "/hook", &body);
    let now = jiff::Timestamp::now().as_millisecond().to_string();
    let mut message = Inbound {
        method: "POST".to_owned(),
        path: "/hook".to_owned(),
        body,
        ..Inbound::default()
    };
    message.headers.add("signature", signature);
    message.headers.add("timestamp", now);
    message.headers.add("token", CUSTOMER_TOKEN);
    let event = creditpay.verify(&message).unwrap();
    assert_eq!(event.customer_token(), Some(CUSTOMER_TOKEN));

    let mut unsigned = Config::new(base);
    unsigned.set(response_signature(ResponseSignature::IfPresent));
    for algorithm in [Algorithm::HmacSha256, Algorithm::Md5, Algorithm::Sm3] {
        let daxpay = DaxPay::new(&unsigned, "app", None, SIGN_KEY, algorithm).unwrap();
        let identity = daxpay.auth(&auth_request(AUTH_CODE), &options).unwrap();
        assert_eq!(identity.access_token(), Some(USER_TOKEN));
    }

    let redemption = Redemption::with_md5(&config, "b", "m", MD5_SECRET).unwrap();
    let wish = alipay_request("serial");
    redemption.get_alipay_url(&wish, &options).unwrap();
    let pem = CREDENTIALS.redemption_merchant_private_key_pem;
    let redemption = Redemption::with_rsa(&config, "b", "m", pem, None).unwrap();
    redemption.get_alipay_url(&wish, &options).unwrap();
}

/// The private, writable memory of this process but its stack and `but`, where `needle` stands in it.
fn places_of(needle: &[u8], buffer: &mut [u8]) -> Vec<String> {
    let but = buffer.as_ptr_range();
    let but: Range<usize> = but.start as usize..but.end as usize;
    let memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut places = Vec::new();
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        if !rights.starts_with("rw") || line.ends_with("[stack]") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let address = |text| usize::from_str_radix(text, 16).unwrap();
        let (mut at, end) = (address(start), address(end));
        while at + needle.len() <= end {
            let length = buffer.len().min(end - at);
            let Ok(length) = memory.read_at(&mut buffer[..length], at as u64) else {
                break;
            };
            let found =
                buffer[..length]
                    .windows(needle.len())
                    .enumerate()
                    .filter(|(offset, window)| {
                        *window == needle
                            && !but.contains(&(at + offset))
                            && !but.contains(&(at + offset + needle.len()))
                    });
            places.extend(found.map(|(offset, _)| format!("{:x} of {line}", at + offset)));
            if length < needle.len() {
                break;
            }
            // A needle may lie across two readings.
            at += (length - needle.len() + 1).max(1);
        }
        buffer.fill(0);
    }
    places
}

/// The last characters: freeing a piece of memory overwrites its first ones.
fn tail(text: &str) -> &[u8] {
    &text.as_bytes()[text.len() - 20..]
}

#[test]
fn child_that_uses_secrets() {
    let Ok(base) = std::env::var(BASE) else {
        return;
    };
    let mut buffer = vec![0; 1 << 20];
    // The search finds what is there.
    let there = std::hint::black_box(vec![*b"what the search has to find"]);
    let needle = &b"what the search has to find"[7..];
    assert!(!places_of(needle, &mut buffer).is_empty());
    drop(std::hint::black_box(there));
    flows(&base);
    let pem = CREDENTIALS.redemption_merchant_private_key_pem;
    let lines = pem.lines().filter(|line| !line.contains("----"));
    let lines: Vec<&str> = lines.filter(|line| line.len() > 40).collect();
    assert!(lines.len() > 10);
    let mut left = Vec::new();
    for secret in PLANTED.into_iter().chain(lines) {
        for place in places_of(tail(secret), &mut buffer) {
            left.push(format!("{} at {place}", &secret[..12]));
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn nothing_is_left_of_a_secret_when_its_handle_is_gone() {
    let server = RawServer::start(|stream, _| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        while let Some((head, _)) = read_request(&mut reader) {
            let answer = answer_to(head.lines().next().unwrap_or_default());
            writer.write_all(&http_json(200, &answer)).unwrap();
        }
    });
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attack::heap::child_that_uses_secrets"])
        .env(BASE, server.url())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
