//! The sandbox's own tests: the published vectors, what each platform accepts and refuses, what
//! each fault does, and that scopes and callbacks are as promised.

#[path = "sandbox/self_client.rs"]
mod client;
mod sandbox;

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use client::*;
use sandbox::signatures::*;
use sandbox::{Sandbox, credentials};
use serde_json::{Value, json};

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("vectors")
}

/// The fields of `value` with changes put over them; null takes a field away.
fn changed(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().expect("an object") {
        let fields = value.as_object_mut().expect("an object");
        match change {
            Value::Null => fields.shift_remove(name),
            _ => fields.insert(name.clone(), change.clone()),
        };
    }
    value
}

#[test]
fn creditpay_vectors() {
    let vectors = vectors(include_str!("vectors/creditpay.json"));
    for vector in vectors["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let signature = creditpay(text("signature_key"), text("path"), text("body").as_bytes());
        assert_eq!(signature, text("signature"), "{}", vector["name"]);
    }
}

#[test]
fn daxpay_vectors() {
    let vectors = vectors(include_str!("vectors/daxpay.json"));
    for vector in vectors["published_digests"].as_array().unwrap() {
        let string = vector["string"].as_str().unwrap();
        let key = vector["hmac_key"].as_str().unwrap();
        let digest = |algorithm| daxpay_digest(string, key, algorithm);
        assert_eq!(digest(DaxpayAlgorithm::Md5), vector["md5"]);
        assert_eq!(digest(DaxpayAlgorithm::HmacSha256), vector["hmac_sha256"]);
    }
    for vector in vectors["sign"].as_array().unwrap() {
        let key = vector["sign_key"].as_str().unwrap();
        let json = vector["params"].to_string();
        let string = daxpay_string(&json, key, NestedForm::Sorted).unwrap();
        assert_eq!(string, vector["string_to_sign"], "{}", vector["name"]);
        let digest = |algorithm| daxpay_digest(&string, key, algorithm);
        assert_eq!(digest(DaxpayAlgorithm::Md5), vector["MD5"]);
        assert_eq!(digest(DaxpayAlgorithm::HmacSha256), vector["HMAC_SHA256"]);
        assert_eq!(digest(DaxpayAlgorithm::Sm3), vector["SM3"]);
    }
}

#[test]
fn daxpay_numbers_keep_their_digits() {
    let string = |json| daxpay_string(json, "k", NestedForm::Sorted).unwrap();
    assert_eq!(
        string(r#"{"a":12345678901234567890.10}"#),
        "A=12345678901234567890.1&KEY=K"
    );
    assert_eq!(
        string(r#"{"a":1.00,"b":100,"c":"1.00"}"#),
        "A=1&B=100&C=1.00&KEY=K"
    );
    assert_eq!(
        string(r#"{"a":{"b":-1.50,"A":[1.0]}}"#),
        "A={A:[1],B:-1.5}&KEY=K"
    );
    assert_eq!(string(r#"{"a":"\"-1\\","b":2}"#), "A=-1&B=2&KEY=K");
}

#[test]
fn redemption_vectors() {
    let vectors = vectors(include_str!("vectors/redemption.json"));
    for vector in vectors["sign"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let header = |name: &str| vector["headers"][name].as_str();
        let string = redemption_string(header, text("body").as_bytes());
        assert_eq!(String::from_utf8_lossy(&string), text("string_to_sign"));
        assert_eq!(redemption_md5(&string, text("md5_key")), text("MD5"));
        let signature = text("SHA256-RSA");
        assert_eq!(redemption_rsa(KeyOwner::Merchant, &string), signature);
        assert!(redemption_rsa_verifies(
            KeyOwner::Merchant,
            &string,
            signature
        ));
        assert!(!redemption_rsa_verifies(
            KeyOwner::Platform,
            &string,
            signature
        ));
    }
}

#[test]
fn creditpay_issues_codes_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("creditpay");
    let code = |changes: Value| {
        let answer = creditpay_code(&changed(creditpay_fields(), &changes)).to(&base);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (200, &json!(0)),
            "{}",
            answer.text()
        );
        answer.json()["data"]["ident_code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = code(json!({"session_sign": "1"}));
    assert_eq!(first.len(), 32);
    assert_eq!(code(json!({"session_sign": "1"})), first);
    assert_ne!(
        code(json!({"session_sign": "1", "customer_no": "other"})),
        first
    );
    assert_ne!(code(json!({"session_sign": "2"})), first);
    assert_ne!(code(json!({})), code(json!({})));

    let redirect = |code: &str| {
        let body = json!({"ident_code": code}).to_string();
        let headers = [("trace", "t"), ("Content-Type", "application/json")];
        Sent::new("POST", "/v1/identify/redirect", &headers, &body)
            .to(&base)
            .json()
    };
    let token = redirect(&first)["data"]["open_token"].clone();
    assert!(token.as_str().unwrap().starts_with("Bearer eyJ"), "{token}");
    assert_eq!(redirect("0123")["code"], 500);

    let card =
        json!({"tag": "卡", "amount": "10.10", "currency": "CNY", "icon": "i", "input": "<b>"});
    code(json!({"credit_limit_tag": "卡", "credit_limit_available_cards": [card]}));
    let cards =
        |changes| json!({"credit_limit_available_cards": [changed(card.clone(), &changes)]});
    for (wrong, message) in [
        (
            json!({"customer_no": null, "custom_no": "1"}),
            "customer_no is missing",
        ),
        (json!({"customer_token": ""}), "customer_token is empty"),
        (json!({"token_expire": "1732521424191"}), "token_expire"),
        (json!({"token_expire": 1732521424}), "token_expire"),
        (json!({"callback_url": "shop"}), "callback_url"),
        (json!({"client_ip": "localhost"}), "client_ip"),
        (json!({"session_sign": 1}), "session_sign is not a string"),
        (cards(json!({"amount": 10.1})), "amount is not a string"),
        (cards(json!({"amount": "1e3"})), "amount is not a decimal"),
        (cards(json!({"icon": null})), "icon is missing"),
    ] {
        let answer = creditpay_code(&changed(creditpay_fields(), &wrong))
            .to(&base)
            .json();
        assert_eq!(answer["code"], 500, "{wrong}");
        assert!(
            answer["msg"].as_str().unwrap().contains(message),
            "{wrong}: {answer}"
        );
    }
    let good = creditpay_code(&creditpay_fields());
    for (bad, message) in [
        (good.clone().with("trace", ""), "trace is missing"),
        (good.clone().with("api-key", "other"), "api-key is unknown"),
        (good.clone().with("signature", ""), "signature is missing"),
        (
            good.clone().with("signature", "AAAA"),
            "signature does not match",
        ),
        (
            good.clone().with("Content-Type", "text/plain"),
            "Content-Type",
        ),
        (
            Sent {
                path: good.path.replace("plat_id", "platId"),
                ..good.clone()
            },
            "plat_id",
        ),
        (
            Sent {
                body: good.body.replace(':', ": "),
                ..good.clone()
            },
            "does not match",
        ),
    ] {
        let answer = bad.to(&base).json();
        assert_eq!(answer["code"], 500, "{message}");
        assert!(
            answer["msg"].as_str().unwrap().contains(message),
            "{message}: {answer}"
        );
    }
    let refused = good.with("signature", "AAAA").to(&base).json();
    let shown = refused["sandboxStringToSign"].as_str().unwrap();
    assert!(shown.starts_with("/v1/platform/identify/auth{"), "{shown}");
    let business = |signed, platform| {
        let call = creditpay_request("/v1/pay?x=1", signed, &json!({"a": 1.5}));
        call.to(&sandbox.base(platform)).json()
    };
    let echoed = json!({"method": "POST", "path": "/v1/pay", "query": "x=1", "body": {"a": 1.5}});
    assert_eq!(business("/v1/pay", "creditpay")["data"], echoed);
    assert_eq!(business("/dg/v1/pay", "creditpay")["code"], 500);
    assert_eq!(business("/dg/v1/pay", "creditpay-prefixed")["data"], echoed);
    assert_eq!(business("/v1/pay", "creditpay-prefixed")["code"], 500);
}

#[test]
fn daxpay_authenticates_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("daxpay");
    let auth = |changes: &Value| daxpay_auth(changed(daxpay_fields(), changes)).to(&base);
    for (start, status) in [
        ("", "success"),
        ("waiting-", "waiting"),
        ("none-", "not_exist"),
    ] {
        let code = format!("{start}{}", random_hex(4));
        let answer = auth(&json!({"authCode": code}));
        assert_eq!(answer.json()["data"]["status"], status);
        let algorithm = DaxpayAlgorithm::HmacSha256;
        let expected = daxpay_sign(&answer.text(), algorithm, NestedForm::Sorted);
        assert_eq!(answer.json()["sign"], expected);
    }
    auth(&json!({"authCode": "once"}));
    for (wrong, code) in [
        (json!({"authCode": "once"}), 20000),
        (json!({"appId": "other"}), 10401),
        (json!({"mchNo": "other"}), 10401),
        (json!({"mchNo": null}), 10505),
        (json!({"reqTime": gateway_time(-301)}), 10505),
        (json!({"reqTime": gateway_time(310)}), 10505),
        (json!({"reqTime": "2024-10-24T12:00:00"}), 10505),
        (json!({"channel": "cash"}), 20011),
        (json!({"channel": "wechat_pay", "clientIp": null}), 10505),
        (json!({"clientIp": "somewhere"}), 10505),
        (json!({"queryCode": ""}), 10505),
        (json!({"nonceStr": "n".repeat(33)}), 10505),
        (json!({"authCode": 7}), 10505),
        (json!({"authCode": null}), 10505),
        (json!({"extra": "1"}), 20052),
    ] {
        let answer = auth(&wrong);
        assert_eq!(answer.json()["code"], code, "{wrong}: {}", answer.text());
        assert_eq!(answer.status, 200);
        let algorithm = DaxpayAlgorithm::HmacSha256;
        let expected = daxpay_sign(&answer.text(), algorithm, NestedForm::Sorted);
        assert_eq!(answer.json()["sign"], expected, "failures are signed");
    }
    let md5 = |platform: &str| {
        let request = daxpay_request("auth", daxpay_fields(), DaxpayAlgorithm::Md5);
        request.to(&sandbox.base(platform)).json()
    };
    let refused = md5("daxpay");
    assert_eq!(refused["code"], 20052);
    let shown = refused["sandboxStringToSign"].as_str().unwrap();
    assert!(shown.ends_with("&KEY=***"), "{shown}");
    assert_eq!(md5("daxpay-md5")["code"], 0);
    let sm3 = daxpay_request("auth", daxpay_fields(), DaxpayAlgorithm::Sm3);
    assert_eq!(sm3.to(&sandbox.base("daxpay-sm3")).json()["code"], 0);
    let no_mch = daxpay_auth(changed(daxpay_fields(), &json!({"mchNo": null})));
    assert_eq!(no_mch.to(&sandbox.base("daxpay-nomch")).json()["code"], 0);
    let unsigned = daxpay_auth(daxpay_fields())
        .to(&sandbox.base("daxpay-unsigned"))
        .json();
    assert_eq!((&unsigned["code"], unsigned.get("sign")), (&json!(0), None));

    let mut upper = daxpay_auth(daxpay_fields());
    let mut fields: Value = serde_json::from_str(&upper.body).unwrap();
    fields["sign"] = json!(fields["sign"].as_str().unwrap().to_uppercase());
    upper.body = fields.to_string();
    assert_eq!(upper.to(&base).json()["code"], 20052, "upper-case hex");
    upper.body = daxpay_fields().to_string();
    assert_eq!(upper.to(&base).json()["code"], 20000, "no sign");

    let fields = changed(daxpay_fields(), &json!({"authCode": null}));
    let url = daxpay_request("generateAuthUrl", fields, DaxpayAlgorithm::HmacSha256);
    assert!(url.to(&base).json()["data"]["authUrl"].is_string());
    let set = daxpay_request("authAndSet", daxpay_fields(), DaxpayAlgorithm::HmacSha256);
    assert_eq!(set.to(&base).json()["data"], Value::Null);
}

#[test]
fn tokens_are_issued_checked_and_expire() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("tokens");
    let base = scope.base("openplatform");
    let issued = openplatform_token().to(&base).json();
    assert_eq!(
        (&issued["code"], &issued["ok"]),
        (&json!(200), &json!(true))
    );
    let token = issued["data"].as_str().unwrap();
    let data = openplatform_call(token).to(&base).json()["data"].clone();
    assert_eq!(
        (&data["token_serial"], &data["query"]),
        (&json!(1), &json!("a=1"))
    );
    let call = openplatform_call(token);
    for (request, code) in [
        (call.clone(), 200),
        (call, 10131),
        (openplatform_call(token).with("Request-Id", ""), 10131),
        (openplatform_call("other"), 10134),
        (openplatform_call(token).with("Access-Token", ""), 10134),
        (
            openplatform_token().with("Content-Type", "application/json"),
            10131,
        ),
    ] {
        let answer = request.to(&base);
        assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(code)));
    }
    for (from, to, code) in [
        ("sandbox-client-2", "x-", 10101),
        ("sandbox-client-s", "x-", 10102),
        ("userType=2", "userType=1", 10131),
    ] {
        let mut request = openplatform_token();
        request.body = request.body.replace(from, to);
        assert_eq!(request.to(&base).json()["code"], code, "{from}");
    }
    let jwt = openplatform_token()
        .to(&scope.base("openplatform-jwt"))
        .json()["data"]
        .clone();
    assert_eq!(jwt.as_str().unwrap().split('.').count(), 3);
    assert_eq!(
        openplatform_call(jwt.as_str().unwrap()).to(&base).json()["code"],
        10134
    );

    let seller = scope.base("seller");
    let issued = seller_token().to(&seller).json()["data"].clone();
    assert_eq!(issued["expiresIn"], "7200000");
    let bearer = issued["accessToken"].as_str().unwrap();
    assert_eq!(seller_call(bearer).to(&seller).json()["code"], 200);
    for bad in [
        &format!("Bearer {bearer}"),
        bearer.strip_prefix("Bearer ").unwrap(),
        "Bearer x",
    ] {
        let answer = seller_call(bad).to(&seller);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!(401)),
            "{bad}"
        );
    }
    let mut wrong = seller_token();
    wrong.body = wrong.body.replace("sandbox-secret", "x");
    let answer = wrong.to(&seller);
    assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(401)));

    post(sandbox.origin(), "/_/expire?scope=tokens", "");
    assert_eq!(openplatform_call(token).to(&base).json()["code"], 10134);
    assert_eq!(seller_call(bearer).to(&seller).status, 401);
    post(sandbox.origin(), "/_/lifetime?scope=tokens&ms=0", "");
    let short = openplatform_token().to(&base).json()["data"].clone();
    assert_eq!(
        openplatform_call(short.as_str().unwrap()).to(&base).json()["code"],
        10134
    );
}

#[test]
fn redemption_gives_urls_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("redemption");
    let path = "/v1/openapi/auth/alipay/url";
    let good = redemption_url(&redemption_fields());
    let answer = good.to(&base).json();
    assert_eq!(answer["status"], 0, "{answer}");
    assert!(
        answer["data"]["alipayAuthUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let serial = json!({"serialNo": "twice"});
    redemption_url(&changed(redemption_fields(), &serial)).to(&base);
    let with = |changes| redemption_url(&changed(redemption_fields(), &changes));
    let timed = |ms| redemption_request(path, "MD5", ms, &redemption_fields());
    for (request, status) in [
        (timed(0), 0),
        (redemption_request(path, "", 0, &redemption_fields()), 0),
        (redemption_request("/v1/other", "MD5", 0, &json!({})), 0),
        (good.clone(), 6),
        (with(serial), 8),
        (timed(-301_000), 5),
        (timed(302_000), 5),
        (with(json!({"userId": null})), 3),
        (with(json!({"userId": null, "thirdAccount": "u"})), 3),
        (with(json!({"merchantId": "other"})), 7),
        (with(json!({"callbackUrl": "x"})), 3),
        (with(json!({})).with("nonce", "other"), 2),
        (with(json!({})).with("signType", "SM2"), 2),
        (with(json!({})).with("sign", ""), 3),
        (with(json!({})).with("Accept", "*/*"), 3),
        (with(json!({})).with("Content-Type", "application/json"), 3),
        (
            Sent {
                method: "PUT",
                ..with(json!({}))
            },
            4,
        ),
    ] {
        let answer = request.to(&base).json();
        assert_eq!(answer["status"], status, "{answer}");
    }
}

#[test]
fn faults_spoil_answers() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("spoil");
    let token = |fault: &str| seller_token().to(&scope.faulty("seller", fault));
    let healthy = seller_token().to(&scope.base("seller"));
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };

    assert_eq!(
        token("json=missing").json()["data"].get("accessToken"),
        None
    );
    assert_eq!(token("json=missing,field=code").json().get("code"), None);
    assert!(token("json=null").json()["data"]["accessToken"].is_null());
    assert!(token("json=wrongtype").json()["data"]["accessToken"].is_number());
    assert!(names(&token("json=extra").json()["data"]).contains(&"sandboxExtra".to_owned()));
    assert_eq!(
        token("json=duplicate")
            .text()
            .matches("\"accessToken\":")
            .count(),
        2
    );
    assert!(token("json=notobject").json().is_array());
    assert!(token("json=deep").text().contains(&"[".repeat(100_000)));
    let nulls = token("data_nulls").json();
    assert!(nulls["data"]["expiresIn"].is_null() && nulls["data"]["accessToken"].is_string());
    assert!(token("huge").body.len() > 2 * 1024 * 1024 && token("huge").json()["code"] == 200);
    assert!(std::str::from_utf8(&token("notutf8").body).is_err());
    assert!(token("trailing").text().contains("}\n<!--"));
    assert!(token("bom").body.starts_with(b"\xEF\xBB\xBF{"));
    assert!(token("html").text().starts_with("<html>") && token("html").status == 200);
    assert!(token("empty").body.is_empty());
    assert_eq!(token("code=777").json()["code"], 777);
    assert!(
        !token("code=777")
            .text()
            .contains(credentials().seller_secret_key)
    );
    assert!(
        token("code=777,echo_secret")
            .text()
            .contains(credentials().seller_secret_key)
    );
    let answer = token("status=503,retry_after=7");
    assert_eq!(
        (answer.status, answer.header("Retry-After")),
        (503, Some("7"))
    );
    assert!(token("status=500,body=empty").body.is_empty());
    assert_eq!(token("status=500,body=envelope,code=9").json()["code"], 9);
    let answer = token("redirect");
    let elsewhere = format!("{}/elsewhere", sandbox.origin());
    assert_eq!(
        (answer.status, answer.header("Location")),
        (302, Some(&*elsewhere))
    );
    assert!(token("headers_huge").raw.len() > 200 * 1024);
    assert!(token("chunked").text().starts_with("7\r\n{\"code"));
    assert_eq!(
        token("expires_in=1.50")
            .text()
            .matches("\"expiresIn\":1.50}")
            .count(),
        1
    );
    assert_eq!(
        token("expires_in=\"7200\"").json()["data"]["expiresIn"],
        "7200"
    );
    let access = |fault: &str| {
        token(fault).json()["data"]["accessToken"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(!access("nobearer").starts_with("Bearer"));
    assert!(!access("jwt=opaque").contains('.'));
    assert_eq!(access("jwt=notjwt").matches('.').count(), 2);
    let claims = |fault: &str| {
        use base64::Engine as _;
        let token = access(fault);
        let payload = token.split('.').nth(1).unwrap().to_owned();
        let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap();
        serde_json::from_slice::<Value>(&decoded).unwrap()
    };
    let now = jiff::Timestamp::now().as_second();
    assert_eq!(claims("times=0,slow=1")["ttlMillis"], 7_200_000);
    assert_eq!(claims("jwt=noexp").get("exp"), None);
    assert!(claims("jwt=expired")["exp"].as_i64().unwrap() < now - 3000);
    assert!(claims("jwt=stringexp")["exp"].is_string());
    assert!(claims("jwt=absurd")["exp"].as_i64().unwrap() > now * 1000);

    let started = Instant::now();
    token("slow=120");
    assert!(started.elapsed() >= Duration::from_millis(120));
    let started = Instant::now();
    assert_eq!(token("drip=1").json()["code"], 200);
    assert!(started.elapsed() >= Duration::from_millis(healthy.raw.len() as u64));
    let answer = token("cut=10");
    let length: usize = answer.header("Content-Length").unwrap().parse().unwrap();
    assert!(answer.body.len() == 10 && length > 10);
    for unknown in [
        "nope",
        "slow",
        "slow=x",
        "times=1",
        "sign=wrong",
        "decimals",
        "json=odd",
    ] {
        assert_eq!(token(unknown).status, 400, "{unknown}");
    }
}

#[test]
fn faults_break_connections_and_say_what_was_processed() {
    let sandbox = Sandbox::start();
    for (fault, processed, kind) in [
        ("reset_before", 0, ErrorKind::ConnectionReset),
        ("reset_after", 1, ErrorKind::ConnectionReset),
        ("close_after", 1, ErrorKind::UnexpectedEof),
        ("bad_http", 0, ErrorKind::UnexpectedEof),
    ] {
        let scope = sandbox.scoped(fault);
        let once = daxpay_auth(daxpay_fields());
        let error = once.try_to(&scope.faulty("daxpay", fault)).err().unwrap();
        assert_eq!(error.kind(), kind, "{fault}");
        let count = scope.count("daxpay");
        assert_eq!(
            (count.requests, count.processed, count.faulted),
            (1, processed, 1),
            "{fault}"
        );
        let code = once.to(&scope.base("daxpay")).json()["code"].clone();
        assert_eq!(
            code,
            if processed == 1 { 20000 } else { 0 },
            "{fault}: the code is one-time"
        );
    }
    let scope = sandbox.scoped("ends");
    for (fault, connection) in [("close_idle", "keep-alive"), ("connection_close", "close")] {
        let base = scope.faulty("seller", fault);
        let mut stream = connect(&base).unwrap();
        stream
            .write_all(&seller_token().bytes(&base, "keep-alive"))
            .unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        assert_eq!(parse(raw).unwrap().header("Connection"), Some(connection));
    }
    seller_token().to(&scope.faulty("seller", "status=502,processed"));
    assert_eq!(scope.count("seller").processed, 3);
}

#[test]
fn daxpay_faults_sign_as_they_say() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("dax");
    let answer = |fault: &str| {
        let text = daxpay_auth(daxpay_fields())
            .to(&scope.faulty("daxpay", fault))
            .text();
        let json: Value = serde_json::from_str(&text).unwrap();
        let sign = json["sign"].as_str().map(str::to_owned);
        let right = move |nested| {
            let expected = daxpay_sign(&text, DaxpayAlgorithm::HmacSha256, nested);
            sign.as_deref() == Some(&*expected)
        };
        (json, right)
    };
    use NestedForm::{AsSent, Sorted, SortedNumbersAsSent};
    assert!(!answer("sign=wrong").1(Sorted));
    assert_eq!(answer("sign=missing").0.get("sign"), None);
    assert_eq!(answer("sign=null").0["sign"], Value::Null);
    assert_eq!(answer("sign=empty").0["sign"], "");
    let upper = daxpay_auth(daxpay_fields())
        .to(&scope.faulty("daxpay", "sign=upper"))
        .text();
    let expected = daxpay_sign(&upper, DaxpayAlgorithm::HmacSha256, Sorted).to_uppercase();
    assert_eq!(
        serde_json::from_str::<Value>(&upper).unwrap()["sign"],
        expected
    );
    let (_, right) = answer("declaration_order");
    assert!(right(AsSent) && !right(Sorted));
    let (_, right) = answer("decimals");
    assert!(right(Sorted) && !right(SortedNumbersAsSent));
    let (_, right) = answer("decimals=as_sent");
    assert!(!right(Sorted) && right(SortedNumbersAsSent));
    for fault in [
        "json=extra",
        "json=null",
        "data_nulls",
        "huge",
        "code=10500",
    ] {
        assert!(answer(fault).1(Sorted), "{fault} is signed");
    }
    let decimals = daxpay_auth(daxpay_fields())
        .to(&scope.faulty("daxpay", "decimals"))
        .text();
    assert!(
        decimals.contains("\"amount\":1.10,\"fee\":1.00"),
        "{decimals}"
    );

    let late = daxpay_auth(changed(
        daxpay_fields(),
        &json!({"reqTime": gateway_time(3600)}),
    ));
    let answer = late.to(&scope.faulty("daxpay", "clock=3600"));
    assert_eq!(answer.json()["code"], 0);
    assert!(answer.json()["resTime"].as_str().unwrap() > &*gateway_time(3000));
    let date = jiff::fmt::rfc2822::parse(answer.header("Date").unwrap()).unwrap();
    assert!((date.timestamp().as_second() - jiff::Timestamp::now().as_second() - 3600).abs() < 5);
    let other = daxpay_auth(daxpay_fields()).to(&scope.faulty("daxpay", "clock=-3600"));
    assert_eq!(other.json()["code"], 10505);
}

#[test]
fn faults_hit_as_often_and_where_they_say() {
    let sandbox = Sandbox::start();
    let (a, b) = (sandbox.scoped("a"), sandbox.scoped("b"));
    let fault = "status=503,times=2";
    let statuses = |base: &str| [0; 3].map(|_| openplatform_token().to(base).status);
    assert_eq!(statuses(&a.faulty("openplatform", fault)), [503, 503, 200]);
    assert_eq!(statuses(&a.faulty("openplatform", fault)), [200, 200, 200]);
    assert_eq!(statuses(&b.faulty("openplatform", fault)), [503, 503, 200]);
    assert_eq!(a.count("openplatform").processed, 4);

    let token = openplatform_token().to(&a.base("openplatform")).json()["data"].clone();
    let token = token.as_str().unwrap();
    assert_eq!(
        openplatform_call(token).to(&b.base("openplatform")).json()["code"],
        10134
    );
    let at = |fault: &str| {
        let base = a.faulty("openplatform", fault);
        (
            openplatform_token().to(&base).status,
            openplatform_call(token).to(&base).status,
        )
    };
    assert_eq!(at("status=500,at=token"), (500, 200));
    assert_eq!(at("status=500,at=business"), (200, 500));
    assert_eq!(at("token_401"), (200, 401));

    let repeated = daxpay_auth(daxpay_fields());
    assert_eq!(repeated.to(&a.base("daxpay")).json()["code"], 0);
    assert_eq!(
        repeated.to(&b.base("daxpay")).json()["code"],
        0,
        "scopes share nothing"
    );
    assert_eq!(repeated.to(&b.base("daxpay")).json()["code"], 20000);
    assert_eq!(b.count("daxpay").distinct_nonces, 1);
    assert_eq!(b.count("daxpay").refused, 1);
    assert_eq!(
        sandbox.scoped("c").count("daxpay"),
        sandbox::Counters::default()
    );
}

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
            let sign = daxpay_sign(body, DaxpayAlgorithm::HmacSha256, NestedForm::Sorted);
            serde_json::from_str::<Value>(body).unwrap()["sign"] == sign
        }
        _ => header("sign").is_some_and(|sign| {
            let string = string_of(&headers, body.as_bytes());
            redemption_rsa_verifies(KeyOwner::Platform, &string, sign)
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
    for bad in [
        json!({"platform": "seller"}),
        json!({"platform": "creditpay", "kind": "NOPE"}),
        json!({"platform": "daxpay", "send": true, "url": "http://192.0.2.1/x"}),
        json!({"platform": "daxpay", "send": true, "url": "https://127.0.0.1/x"}),
    ] {
        assert_eq!(make(bad.clone()).status, 400, "{bad}");
    }

    let user = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cb?x=1", user.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        ["success", "no"].map(|answer| {
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
