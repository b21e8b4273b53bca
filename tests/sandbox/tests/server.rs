//! Control calls, callbacks, stopping, TLS.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use super::client::*;
use libauth_sandbox::signatures::*;
use libauth_sandbox::{CALLBACKS, Sandbox, credentials, send_callback};
use serde_json::{Value, json};

#[test]
fn control_tells_what_was_received() {
    let sandbox = Sandbox::start();
    let origin = sandbox.origin();
    let base = sandbox.scoped("x").base("seller");
    let mut stream = connect(&base).unwrap();
    let mut block = [0; 4096];
    for _ in 0..2 {
        stream
            .write_all(&seller_token().bytes(&base, "keep-alive"))
            .unwrap();
        assert!(stream.read(&mut block).unwrap() > 100);
    }
    let counters = get(origin, "/_/counters?scope=x");
    assert_eq!(counters["seller"]["token_requests"], 2);
    assert_eq!(counters["seller"]["connections"], 1);
    seller_call("Bearer 无").to(&base);
    let last = get(origin, "/_/last?scope=x&platform=seller");
    assert_eq!(last["path"], "/s/x/seller/seller/202405/items");
    assert_eq!(last["headers"][2], json!(["Authorization", "Bearer 无"]));
    assert_eq!(
        (&last["status"], &last["method"]),
        (&json!(401), &json!("PUT"))
    );
    assert_eq!(
        get(origin, "/_/requests?scope=x").as_array().unwrap().len(),
        3
    );
    assert_eq!(post(origin, "/_/forget?scope=x", "").status, 200);
    assert_eq!(get(origin, "/_/requests?scope=x"), json!([]));
    assert_eq!(
        get(origin, "/_/credentials")["creditpay_plat_id"],
        "plat-1001"
    );
    assert_eq!(
        Sent::new("GET", "/_/health", &[], "").to(origin).text(),
        "ok\n"
    );
    assert_eq!(
        Sent::new("GET", "/unknown/x", &[], "").to(origin).status,
        404
    );
}

/// Whether a callback's signature is right.
fn verifies(platform: &str, message: &Value) -> bool {
    let headers: Vec<(String, String)> =
        serde_json::from_value(message["headers"].clone()).unwrap();
    let header = |name: &str| {
        headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    let body = message["body"].as_str().unwrap();
    let test = credentials();
    match platform {
        "creditpay" => {
            let path = message["path"].as_str().unwrap();
            let expected = creditpay(test.creditpay_signature_key, path, body.as_bytes());
            header("signature") == Some(&expected)
        }
        "daxpay" => {
            let sign = daxpay_sign(body, DaxPayAlgorithm::HmacSha256, NestedForm::AsSent);
            serde_json::from_str::<Value>(body).unwrap()["sign"] == sign
        }
        "daxpay-open" => {
            let sign = serde_json::from_str::<Value>(body).unwrap()["sign"].clone();
            let string = open_string(body).unwrap();
            sign.as_str()
                .is_some_and(|sign| rsa_verifies(KeyOwner::OpenPlatform, string.as_bytes(), sign))
        }
        _ => header("sign").is_some_and(|sign| {
            let string = string_of(&headers, body.as_bytes());
            rsa_verifies(KeyOwner::Platform, &string, sign)
        }),
    }
}

#[test]
fn callbacks_are_genuine_unless_tampered_with() {
    let sandbox = Sandbox::start();
    let make = |order: Value| post(sandbox.origin(), "/_/callback", &order.to_string());
    for (platform, kind) in [
        ("creditpay", "PAY_SUCCESS"),
        ("creditpay", "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT"),
        ("daxpay", "payment"),
        ("daxpay", "refund"),
        ("daxpay", "transfer"),
        ("daxpay-open", "payment"),
        ("daxpay-open", "refund"),
        ("redemption", "authorization"),
    ] {
        let order = json!({"platform": platform, "kind": kind, "path": "/my/通知"});
        let message = make(order.clone()).json();
        assert!(verifies(platform, &message), "{platform} {kind}: {message}");
        for tamper in ["body", "signature", "missing_signature", "timestamp"] {
            let message = make(changed(order.clone(), &json!({"tamper": tamper}))).json();
            // creditpay does not sign the timestamp.
            let unsigned = platform == "creditpay" && tamper == "timestamp";
            assert_eq!(
                verifies(platform, &message),
                unsigned,
                "{platform} {kind} {tamper}"
            );
        }
    }
    for tamper in ["other_key", "reflected"] {
        let order = json!({"platform": "daxpay-open", "tamper": tamper});
        assert!(!verifies("daxpay-open", &make(order).json()), "{tamper}");
        let order = json!({"platform": "daxpay", "tamper": tamper});
        assert_eq!(make(order).status, 400);
    }
    for bad in [
        json!({"platform": "seller"}),
        json!({"platform": "creditpay", "kind": "NOPE"}),
        json!({"platform": "daxpay", "send": true, "url": "http://192.0.2.1/x"}),
        json!({"platform": "daxpay", "send": true, "url": "https://127.0.0.1/x"}),
        json!({"platform": "daxpay", "send": true, "url": "http://127.0.0.1/x\r\nA: b"}),
    ] {
        assert_eq!(make(bad.clone()).status, 400, "{bad}");
    }

    let user = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cb?x=1", user.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        ["success", "no", "SUCCESS", "SUCCESS", "", "SUCCESS"].map(|answer| {
            let (mut stream, _) = user.accept().unwrap();
            let mut block = vec![0; 65536];
            let count = stream.read(&mut block).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all((head + answer).as_bytes()).unwrap();
            String::from_utf8(block[..count].to_vec()).unwrap()
        })
    });
    let order = json!({"platform": "redemption", "url": url, "send": true});
    assert_eq!(
        make(order.clone()).json(),
        json!({"status": 200, "body": "success", "accepted": true})
    );
    assert_eq!(make(order).json()["accepted"], false);
    for (platform, kinds) in CALLBACKS {
        let answered = send_callback(platform, kinds[0], &url).unwrap();
        assert_eq!(answered.status, 200);
        assert_eq!(answered.accepted, platform != "daxpay-open", "{answered:?}");
    }
    assert!(
        send_callback("seller", "x", &url)
            .unwrap_err()
            .contains("creditpay daxpay")
    );
    assert!(
        send_callback("daxpay", "x", &url)
            .unwrap_err()
            .contains("payment refund")
    );
    assert!(
        send_callback("daxpay", "refund", "http://192.0.2.1/")
            .unwrap_err()
            .contains("loopback")
    );
    let received = server.join().unwrap();
    assert!(
        received[0].starts_with("POST /cb?x=1 HTTP/1.1\r\n"),
        "{}",
        received[0]
    );
}

#[test]
fn dropping_it_closes_connections_at_once() {
    let sandbox = Sandbox::start();
    let base = sandbox.scoped("drop").faulty("seller", "slow=600000");
    let mut idle = connect(&base).unwrap();
    let mut waiting = connect(&base).unwrap();
    waiting
        .write_all(&seller_token().bytes(&base, "keep-alive"))
        .unwrap();
    while sandbox.scoped("drop").count("seller").processed == 0 {
        std::thread::yield_now();
    }
    let started = Instant::now();
    drop(sandbox);
    assert!(started.elapsed() < Duration::from_secs(3));
    let mut received = Vec::new();
    for stream in [&mut idle, &mut waiting] {
        let _ = stream.read_to_end(&mut received);
    }
    assert!(received.is_empty());
    assert!(connect(&base).is_err(), "nobody listens any more");
}

#[test]
fn tls_is_under_its_own_authority() {
    use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
    let sandbox = Sandbox::start_tls();
    assert!(sandbox.origin().starts_with("https://127.0.0.1:"));
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(sandbox.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = std::sync::Arc::new(config);
    let base = sandbox.base("seller");
    for name in ["localhost", "127.0.0.1"] {
        let name = ServerName::try_from(name).unwrap();
        let session = rustls::ClientConnection::new(config.clone(), name).unwrap();
        let mut stream = rustls::StreamOwned::new(session, connect(&base).unwrap());
        stream
            .write_all(&seller_token().bytes(&base, "close"))
            .unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        assert_eq!(parse(raw).unwrap().json()["code"], 200);
    }
}

#[test]
fn the_log_explains_signatures_and_holds_no_credentials() {
    let (sender, lines) = std::sync::mpsc::channel();
    let log = move |line: &str| sender.send(line.to_owned()).unwrap();
    let sandbox = Sandbox::start_logging(0, log).unwrap();
    let bearer = seller_token().to(&sandbox.base("seller")).json()["data"]["accessToken"].clone();
    let bearer = bearer.as_str().unwrap();
    seller_call(bearer).to(&sandbox.base("seller"));
    openplatform_token().to(&sandbox.base("openplatform"));
    let wrong = creditpay_code(&creditpay_fields()).with("signature", "AAAA");
    let expected = wrong.to(&sandbox.base("creditpay")).json()["sandboxSignature"].clone();
    let md5 = daxpay_request("auth", daxpay_fields(), DaxPayAlgorithm::Md5);
    md5.to(&sandbox.base("daxpay"));
    let path = "/v1/openapi/auth/alipay/url";
    let wrong = redemption_request(path, "MD5", 0, &redemption_fields()).with("sign", "A");
    wrong.to(&sandbox.base("redemption"));
    drop(sandbox);

    let log: String = lines.iter().map(|line| line + "\n").collect();
    let signature = format!("signature:      {}", expected.as_str().unwrap());
    for part in [
        &signature,
        "string to sign: /v1/platform/identify/auth{",
        "KEY=***",
        "}***\n",
    ] {
        assert!(log.contains(part), "{part} is not in {log}");
    }
    let test = credentials();
    for secret in [
        test.creditpay_api_key,
        test.creditpay_signature_key,
        test.daxpay_sign_key,
        &test.daxpay_sign_key.to_uppercase(),
        test.openplatform_secret,
        test.redemption_md5_secret,
        test.seller_secret_key,
        bearer,
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

#[test]
fn requests_may_be_chunked_and_must_be_http() {
    let sandbox = Sandbox::start();
    let send = |bytes: &[u8]| {
        let mut stream = connect(sandbox.origin()).unwrap();
        stream.write_all(bytes).unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        parse(raw).unwrap()
    };
    let whole = seller_token();
    let (first, second) = whole.body.split_at(10);
    let request = format!(
        "POST /seller{} HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\na\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        whole.path,
        second.len()
    );
    assert_eq!(send(request.as_bytes()).json()["code"], 200);
    assert_eq!(send(b"nonsense\r\n\r\n").status, 400);
    let twice = b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(send(twice).status, 400);
}
