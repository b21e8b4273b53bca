//! What each fault does.

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use super::client::*;
use libauth_sandbox::signatures::*;
use libauth_sandbox::{Counters, Sandbox, credentials};
use serde_json::{Value, json};

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
            let expected = daxpay_sign(&text, DaxPayAlgorithm::HmacSha256, nested);
            sign.as_deref() == Some(&*expected)
        };
        (json, right)
    };
    use NestedForm::{AllAsSent, AsSent, Sorted, SortedNumbersAsSent};
    assert!(!answer("sign=wrong").1(AsSent));
    assert_eq!(answer("sign=missing").0.get("sign"), None);
    assert_eq!(answer("sign=null").0["sign"], Value::Null);
    assert_eq!(answer("sign=empty").0["sign"], "");
    let upper = daxpay_auth(daxpay_fields())
        .to(&scope.faulty("daxpay", "sign=upper"))
        .text();
    let expected = daxpay_sign(&upper, DaxPayAlgorithm::HmacSha256, AsSent).to_uppercase();
    assert_eq!(
        serde_json::from_str::<Value>(&upper).unwrap()["sign"],
        expected
    );
    let (_, right) = answer("sorted");
    assert!(right(Sorted) && !right(AsSent));
    let (_, right) = answer("decimals");
    assert!(right(AsSent) && !right(AllAsSent));
    let (_, right) = answer("decimals=as_sent");
    assert!(!right(AsSent) && right(AllAsSent));
    let (_, right) = answer("decimals=as_sent,sorted");
    assert!(!right(Sorted) && right(SortedNumbersAsSent));
    for fault in [
        "json=extra",
        "json=null",
        "data_nulls",
        "huge",
        "code=10500",
    ] {
        assert!(answer(fault).1(AsSent), "{fault} is signed");
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
    assert_eq!(sandbox.scoped("c").count("daxpay"), Counters::default());
}

#[test]
fn answers_come_coded_or_oddly_written_on_demand() {
    use std::io::Read as _;
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("odd");
    let with = |fault: &str| seller_token().to(&scope.faulty("seller", fault));
    let mut text = String::new();
    let gzip = with("coding=gzip");
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    flate2::read::GzDecoder::new(&*gzip.body)
        .read_to_string(&mut text)
        .expect("gzip");
    let token: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(token["code"], 200);
    for (fault, zlib) in [("coding=deflate", true), ("coding=deflate_raw", false)] {
        let answer = with(fault);
        assert_eq!(answer.header("content-encoding"), Some("deflate"));
        text.clear();
        let read = match zlib {
            true => flate2::read::ZlibDecoder::new(&*answer.body).read_to_string(&mut text),
            false => flate2::read::DeflateDecoder::new(&*answer.body).read_to_string(&mut text),
        };
        read.expect(fault);
        assert!(text.contains("accessToken"), "{text}");
    }
    let br = with("coding=br");
    assert_eq!(br.header("content-encoding"), Some("br"));
    assert!(serde_json::from_slice::<Value>(&br.body).is_err());
    assert!(with("coding=gzip,huge").body.len() < 64 * 1024);
    assert_eq!(with("code_text").json()["code"], "200");
    assert_eq!(with("data_null").json()["data"], Value::Null);
    let status = redemption_url(&redemption_fields()).to(&scope.faulty("redemption", "code_text"));
    assert_eq!(status.json()["status"], "0");
}
