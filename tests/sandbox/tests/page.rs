//! The page: who may use it, and what it shows to whom.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::browser::Browser;
use super::client::*;
use libauth_sandbox::signatures::*;
use libauth_sandbox::{Explained, Explainer, Question, Sandbox, credentials};
use serde_json::{Value, json};

/// A code request that was signed with its query: a mistake.
fn query_signed() -> Sent {
    let path = "/v1/platform/identify/auth?plat_id=plat-1001";
    creditpay_request(path, path, &creditpay_fields())
}

#[test]
fn only_pages_of_this_sandbox_may_use_it() {
    let sandbox = Sandbox::start();
    let origin = sandbox.origin();
    let port = origin.rsplit(':').next().unwrap();
    let status = |method, path: &str, headers: &[(&str, &str)]| {
        // The client's own Host comes first, so these requests are written by hand.
        let mut stream = connect(origin).unwrap();
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        stream.write_all((text + "\r\n").as_bytes()).unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        parse(raw).unwrap().status
    };
    let own = format!("127.0.0.1:{port}");
    let local = format!("localhost:{port}");
    for path in ["/", "/_/health", "/_/credentials", "/_/feed"] {
        assert_eq!(status("GET", path, &[("Host", &own)]), 200, "{path}");
        assert_eq!(status("GET", path, &[("Host", &local)]), 200, "{path}");
        for foreign in [
            "evil.example",
            &format!("evil.example:{port}"),
            "127.0.0.1",
            "127.0.0.1:1",
            "",
        ] {
            assert_eq!(
                status("GET", path, &[("Host", foreign)]),
                403,
                "{path} {foreign}"
            );
        }
        assert_eq!(status("GET", path, &[]), 403, "{path} without Host");
        let two = [("Host", &*own), ("Host", "evil.example")];
        assert_eq!(status("GET", path, &two), 403, "{path} with two");
    }
    for path in [
        "/_/expire",
        "/_/forget",
        "/_/fault?platform=seller&fault=html",
        "/_/callback",
    ] {
        for foreign in [
            "http://evil.example",
            "null",
            "http://127.0.0.1",
            "http://127.0.0.1:1",
            &format!("https://{own}"),
            &format!("http://{own}.evil.example"),
        ] {
            let headers = [("Host", &*own), ("Origin", foreign)];
            assert_eq!(status("POST", path, &headers), 403, "{path} {foreign}");
        }
    }
    let same = format!("http://{own}");
    assert_eq!(
        status("POST", "/_/expire", &[("Host", &own), ("Origin", &same)]),
        200
    );
    let page = Sent::new("GET", "/", &[], "").to(origin);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for outside in ["http://", "https://", "//cdn", "@import", "url("] {
        // One address is an example for the user to change.
        let text = page.text().replace("http://127.0.0.1:8080/notify", "");
        assert!(!text.contains(outside), "the page refers to {outside}");
    }
}

#[test]
fn faults_are_switched_on_for_a_scope() {
    let sandbox = Sandbox::start();
    let origin = sandbox.origin();
    let switch = |query: &str| post(origin, &format!("/_/fault?{query}"), "").status;
    assert_eq!(
        switch("scope=a&platform=seller&fault=status%3D503,times%3D2"),
        200
    );
    let (a, b) = (sandbox.scoped("a"), sandbox.scoped("b"));
    let token = |base: &str| seller_token().to(base).status;
    assert_eq!(token(&b.base("seller")), 200);
    assert_eq!([0; 3].map(|_| token(&a.base("seller"))), [503, 503, 200]);
    assert_eq!(
        token(&a.faulty("seller", "status=502")),
        502,
        "the URL's own counts"
    );
    assert_eq!(switch("scope=a&platform=seller&fault=html"), 200);
    let news = get(origin, "/_/feed?scope=a");
    assert_eq!(news["faults"], json!([["seller", "html"]]));
    assert_eq!(switch("scope=a&platform=seller&fault="), 200);
    assert_eq!(get(origin, "/_/feed?scope=a")["faults"], json!([]));
    assert_eq!(switch("platform=seller&fault=nonsense"), 400);
    assert_eq!(switch("platform=seller&fault=times%3D1"), 400);
    assert_eq!(switch("platform=nobody&fault=html"), 400);
}

#[test]
fn the_feed_waits_for_what_is_new() {
    let sandbox = Sandbox::start();
    let origin = sandbox.origin().to_owned();
    seller_token().to(&sandbox.base("seller"));
    let first = get(&origin, "/_/feed?after=0&wait_ms=20000");
    assert_eq!(
        (&first["last"], &first["requests"][0]["platform"]),
        (&json!(1), &json!("seller"))
    );
    let waiting = std::thread::spawn(move || get(&origin, "/_/feed?after=1&wait_ms=20000"));
    seller_token().to(&sandbox.scoped("x").base("seller"));
    let news = waiting.join().unwrap();
    assert_eq!(news["requests"][0]["scope"], "x");
    assert_eq!(news["requests"].as_array().unwrap().len(), 1);
    // Whoever remembers another sandbox learns at once that this one counts anew.
    assert_eq!(
        get(sandbox.origin(), "/_/feed?after=77&wait_ms=20000")["last"],
        2
    );
}

#[test]
fn a_mistake_in_a_signature_is_found_by_trying() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("creditpay");
    let why = || {
        let last = get(sandbox.origin(), "/_/last");
        get(sandbox.origin(), &format!("/_/why?id={}", last["id"]))
    };
    query_signed().to(&base);
    let found = why();
    assert_eq!(found["mistakes"], json!(["QUERY_SIGNED"]));
    assert!(
        found["received_string"]
            .as_str()
            .unwrap()
            .starts_with("/v1/platform/identify/auth?plat_id=")
    );
    assert!(
        found["expected_string"]
            .as_str()
            .unwrap()
            .starts_with("/v1/platform/identify/auth{")
    );

    let test = credentials();
    let daxpay = |string: &str| {
        let mut fields = daxpay_fields();
        let string = string.replace(
            "{}",
            &daxpay_string(&fields.to_string(), "", NestedForm::Sorted).unwrap(),
        );
        let sign = daxpay_digest(
            &string.replace(
                "KEY=",
                &format!("KEY={}", test.daxpay_sign_key.to_uppercase()),
            ),
            test.daxpay_sign_key,
            DaxPayAlgorithm::Md5,
        );
        fields["sign"] = json!(sign);
        let path = "/unipay/assist/channel/auth/auth";
        let headers = [("Content-Type", "application/json")];
        Sent::new("POST", path, &headers, &fields.to_string())
            .to(&sandbox.base("daxpay-md5"))
            .json()
    };
    assert_eq!(daxpay("{}")["code"], 0);
    assert_eq!(daxpay("{}x")["code"], 20052);
    assert_eq!(why()["received_string"], Value::Null, "no known mistake");

    let mut body = redemption_url(&redemption_fields());
    body.body = body.body.replace(',', ", ");
    body.to(&sandbox.base("redemption"));
    assert_eq!(why()["mistakes"], json!(["BODY_REWRITTEN"]));

    struct Oracle;
    impl Explainer for Oracle {
        fn explain(&self, question: &Question) -> Option<Explained> {
            assert_eq!(
                (question.platform, question.path),
                ("redemption", "/v1/openapi/auth/alipay/url")
            );
            Some(Explained {
                mistakes: vec!["ORACLE".to_owned()],
                message: "said so".to_owned(),
                signed: None,
            })
        }
    }
    sandbox.set_explainer(Oracle);
    assert_eq!(why()["mistakes"], json!(["ORACLE"]));
}

#[test]
fn a_pasted_request_is_explained() {
    let sandbox = Sandbox::start();
    let explain = |platform: &str, text: &str| {
        post(
            sandbox.origin(),
            &format!("/_/explain?platform={platform}"),
            text,
        )
    };
    let raw = |request: &Sent, prefix: &str| {
        let headers: String = request
            .headers
            .iter()
            .map(|(n, v)| format!("{n}: {v}\n"))
            .collect();
        format!(
            "{} {prefix}{} HTTP/1.1\n{headers}\n{}\n",
            request.method, request.path, request.body
        )
    };
    let right = explain(
        "seller",
        &raw(&creditpay_code(&creditpay_fields()), "/creditpay"),
    )
    .json();
    assert_eq!(
        (&right["platform"], &right["refused"], &right["why"]),
        (&json!("creditpay"), &Value::Null, &Value::Null)
    );
    let wrong = query_signed();
    for (platform, prefix) in [
        ("creditpay", ""),
        ("seller", "/s/x/f/slow=1/creditpay"),
        ("seller", "http://127.0.0.1:9/creditpay"),
    ] {
        let found = explain(platform, &raw(&wrong, prefix)).json();
        assert_eq!(
            found["why"]["mistakes"],
            json!(["QUERY_SIGNED"]),
            "{prefix}: {found}"
        );
    }
    assert_eq!(
        explain("seller", &raw(&seller_token(), "")).json()["refused"],
        Value::Null
    );
    assert_eq!(
        explain("seller", &raw(&seller_token(), "/seller")).json()["refused"],
        Value::Null
    );
    assert!(
        get(sandbox.origin(), "/_/feed")["requests"]
            .as_array()
            .unwrap()
            .is_empty(),
        "it leaves no trace"
    );
    for bad in [
        "",
        "hello",
        "POST",
        "post / HTTP/1.1",
        "POST /creditpay/x HTTP/1.1\nno header\n\n",
    ] {
        assert_eq!(explain("creditpay", bad).status, 400, "{bad}");
    }
}

#[test]
fn a_wrong_request_is_seen_and_understood_in_a_browser() {
    let Some(mut browser) = Browser::start("wrong") else {
        return;
    };
    let sandbox = Sandbox::start();
    browser.open(&format!("{}/?lang=en", sandbox.origin()));
    browser.wait_for("document.querySelector('#state').textContent.includes('live')");
    assert!(browser.text("#nothing").starts_with("Nothing came in yet"));

    creditpay_code(&creditpay_fields()).to(&sandbox.base("creditpay"));
    query_signed().to(&sandbox.base("creditpay"));
    browser.wait_for("document.querySelectorAll('#requests > li').length === 2");
    assert_eq!(
        browser.value("document.querySelector('#requests > li').className"),
        "refused"
    );
    assert_eq!(
        browser.value("document.querySelectorAll('#requests > li')[1].className"),
        "accepted"
    );
    // By keyboard alone: the newest is the first, Enter opens it.
    browser.value("document.querySelector('#requests summary').focus()");
    browser.press("Enter", 13);
    browser.wait_for("document.querySelector('#requests .why mark') !== null");
    let mistake = browser.text("#requests .mistake");
    assert!(
        mistake.contains("QUERY_SIGNED") && mistake.contains("the query was signed too"),
        "{mistake}"
    );
    assert_eq!(
        browser.text("#requests .parts"),
        "They part at character 27"
    );
    let marks = browser.value(
        "[...document.querySelectorAll('#requests .compared mark')].map((one) => one.textContent)",
    );
    assert_eq!(marks, json!(["?", "{"]));
    browser.picture("wrong");

    // The same request, pasted.
    let wrong = query_signed();
    let headers: String = wrong
        .headers
        .iter()
        .map(|(n, v)| format!("{n}: {v}\n"))
        .collect();
    let text = format!(
        "POST /creditpay{} HTTP/1.1\n{headers}\n{}",
        wrong.path, wrong.body
    );
    browser.value(&format!(
        "document.querySelector('#pasted').value = {}",
        json!(text)
    ));
    browser.value("document.querySelector('#explain button').click()");
    browser.wait_for("document.querySelector('#explained mark') !== null");
    assert!(browser.text("#explained .mistake").contains("QUERY_SIGNED"));

    // What comes from outside is text, never markup.
    let hostile = json!({"x": "<img src=x onerror=alert(1)><b id=injected>"});
    creditpay_request("/v1/<b/id=injected>", "/", &hostile).to(&sandbox.base("creditpay"));
    browser.wait_for("document.querySelectorAll('#requests > li').length === 3");
    browser.value("document.querySelector('#requests summary').click()");
    browser.wait_for("document.querySelector('#requests .inside pre') !== null");
    assert_eq!(
        browser.value("document.querySelector('#injected') === null"),
        true
    );

    browser.value("document.querySelector('#language').click()");
    assert_eq!(browser.text("#requests-title"), "收到的请求（最新在前）");
    assert_eq!(browser.value("document.documentElement.lang"), "zh-CN");
    let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.call("Emulation.setEmulatedMedia", dark);
    assert_eq!(
        browser.value("getComputedStyle(document.body).backgroundColor"),
        "rgb(20, 22, 26)"
    );
    browser.picture("dark-chinese");

    browser.value("document.querySelector('#reset').click()");
    browser.wait_for("document.querySelectorAll('#requests > li').length === 0");
    // A page that is left open says so when the sandbox ends.
    drop(sandbox);
    browser.wait_for("document.querySelector('#state').className === 'gone'");
}

#[test]
fn a_callback_is_sent_and_a_fault_switched_in_a_browser() {
    let Some(mut browser) = Browser::start("callback") else {
        return;
    };
    let user = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", user.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = user.accept().unwrap();
        let mut received = Vec::new();
        let mut block = [0; 4096];
        while !received.ends_with(b"}") {
            let count = stream.read(&mut block).unwrap();
            received.extend_from_slice(&block[..count]);
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nSUCCESS")
            .unwrap();
        String::from_utf8(received).unwrap()
    });
    let sandbox = Sandbox::start();
    browser.open(&format!("{}/?lang=en", sandbox.origin()));
    browser.wait_for("document.querySelectorAll('#kinds button').length === 19");
    browser.value(&format!(
        "document.querySelector('#callback [name=url]').value = {}",
        json!(url)
    ));
    browser
        .value("document.querySelector('[data-platform=daxpay-open][data-kind=refund]').click()");
    browser.wait_for("document.querySelector('#sent').className === 'good'");
    let received = server.join().unwrap();
    let body = &received[received.find("\r\n\r\n").unwrap() + 4..];
    let sign: Value = serde_json::from_str(body).unwrap();
    let string = open_string(body).unwrap();
    assert!(rsa_verifies(
        KeyOwner::OpenPlatform,
        string.as_bytes(),
        sign["sign"].as_str().unwrap()
    ));
    assert!(sign["data"]["refundNo"].is_string());
    // Another machine is not asked.
    browser.value("document.querySelector('#callback [name=url]').value = 'http://192.0.2.1/'");
    browser.value("document.querySelector('[data-kind=PAY_SUCCESS]').click()");
    browser.wait_for("document.querySelector('#sent').className === 'bad'");
    assert!(browser.text("#sent").contains("loopback"));

    browser.value("document.querySelector('#fault [name=platform]').value = 'seller'");
    browser.value("document.querySelector('#fault [name=fault]').value = 'status=503'");
    browser.value("document.querySelector('#fault button').click()");
    browser.wait_for("document.querySelector('#faults code')?.textContent === 'status=503'");
    assert_eq!(seller_token().to(&sandbox.base("seller")).status, 503);
    browser.wait_for("document.querySelector('#requests > li.faulted') !== null");
    browser.value("document.querySelector('#faults button').click()");
    browser.wait_for("document.querySelector('#faults code') === null");
    assert_eq!(seller_token().to(&sandbox.base("seller")).status, 200);
    let keys = browser.text("#credentials");
    assert!(keys.contains(credentials().seller_secret_key), "{keys}");
    browser.picture("tools");
}
