//! The platforms' operations from the command line, against the sandbox; and the exit status of each class.

use std::net::TcpListener;

use libauth_sandbox::Sandbox;
use serde_json::json;

use super::running::{Folder, libauth, of_sandbox, run, with_account};

#[test]
fn tokens_are_masked_unless_they_are_wanted() {
    let sandbox = Sandbox::start();
    for (platform, header) in [
        ("seller", "Authorization"),
        ("openplatform", "Access-Token"),
    ] {
        let mut token = of_sandbox(&["token", platform], &sandbox, platform);
        let ran = run(&mut token, b"").ended(0);
        assert!(
            ran.stdout.starts_with(&format!("{header}: *** (")),
            "{}",
            ran.stdout
        );
        let masked = run(token.arg("--json"), b"").ended(0).json();
        assert_eq!(masked["header_name"], header);
        assert_eq!(masked["masked"], true);
        assert!(masked["header_value"].as_str().unwrap().starts_with("***"));
        assert!(masked["lifetime_ms"].as_i64().unwrap() > 7_000_000);
        // What is revealed is what the platform takes.
        let told = run(token.arg("--reveal"), b"").ended(0).json();
        let value = told["header_value"].as_str().unwrap();
        let issued = sandbox.scoped("default").last(platform).unwrap();
        let issued = String::from_utf8(issued.answer).unwrap();
        assert!(issued.contains(value), "{issued}");
    }
    for platform in ["daxpay", "redemption", "creditpay"] {
        let mut token = of_sandbox(&["token", platform], &sandbox, platform);
        run(&mut token, b"").failed(2, &[platform]);
    }
}

#[test]
fn any_endpoint_is_called() {
    let sandbox = Sandbox::start();
    let folder = Folder::new();
    let file = folder.file("body", r#"{"from":"file"}"#);
    for platform in [
        "creditpay",
        "daxpay",
        "openplatform",
        "redemption",
        "seller",
    ] {
        for (body, stdin, seen) in [
            (r#"{"from":"words"}"#.to_owned(), "", "words"),
            (format!("@{file}"), "", "file"),
            ("-".to_owned(), r#"{"from":"stdin"}"#, "stdin"),
        ] {
            let mut call = of_sandbox(&["call", platform, "POST", "/v9/some"], &sandbox, platform);
            call.args([&body, "--json", "--query", "q=a b"]);
            let told = run(&mut call, stdin.as_bytes()).ended(0).json();
            assert_eq!(told["http_status"], 200);
            let data = &told["body"]["data"];
            assert_eq!(data["body"]["from"], seen, "{told}");
            assert_eq!(data["path"], "/v9/some");
            assert_eq!(data["query"], "q=a+b");
            assert_eq!(told["verified"], platform == "daxpay");
        }
    }
    let mut call = of_sandbox(&["call", "seller", "GET", "/orders"], &sandbox, "seller");
    let ran = run(&mut call, b"").ended(0);
    let printed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed["data"]["path"], "/orders");
    // The id is sent where the platform has a place for it.
    let mut call = of_sandbox(
        &[
            "call",
            "openplatform",
            "GET",
            "/x",
            "--trace-id",
            "my-trace-1",
        ],
        &sandbox,
        "openplatform",
    );
    run(&mut call, b"").ended(0);
    let last = sandbox.scoped("default").last("openplatform").unwrap();
    assert_eq!(last.request.header("Request-Id"), Some("my-trace-1"));
    for (more, said) in [
        (&["GET", "x"][..], "path"),
        (&["GET", "/x", "--query", "q"], "--query"),
        (&["GET", "/x", "-H", "no colon"], "--header"),
        (&["GET", "/x", "-H", "Authorization: mine"], "Authorization"),
        (&["GET", "/x", "@/no/such/file"], "/no/such/file"),
    ] {
        let mut call = of_sandbox(&["call", "seller"], &sandbox, "seller");
        let ran = run(call.args(more), b"");
        assert!([2, 3].contains(&ran.status), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn the_platforms_own_operations_work() {
    let sandbox = Sandbox::start();
    // creditpay: a code, then its token.
    let mut code = of_sandbox(&["code", "creditpay"], &sandbox, "creditpay");
    code.args(["--customer-no", "473_32", "--customer-token", "-"])
        .args(["--token-expire-ms", "1893456000000"])
        .args(["--callback-url", "https://shop.example/cb"])
        .args(["--client-ip", "192.168.1.166"]);
    let masked = run(&mut code, b"customer-token-1\n").ended(0);
    assert!(
        masked.stdout.contains("ident_code=***"),
        "{}",
        masked.stdout
    );
    let sent = sandbox.scoped("default").last("creditpay").unwrap();
    let sent: serde_json::Value = serde_json::from_slice(&sent.request.body).unwrap();
    assert_eq!(sent["customer_token"], "customer-token-1");
    let told = run(code.args(["--json", "--reveal"]), b"customer-token-1")
        .ended(0)
        .json();
    let ident_code = told["ident_code"].as_str().unwrap().to_owned();
    assert!(told["url"].as_str().unwrap().ends_with(&ident_code));
    let mut token = of_sandbox(
        &["token", "creditpay", "--ident-code", "-"],
        &sandbox,
        "creditpay",
    );
    run(&mut token, ident_code.as_bytes()).ended(0);
    run(&mut token, b"").failed(3, &["--ident-code", "empty"]);
    // redemption and daxpay: addresses.
    let mut url = of_sandbox(&["url", "redemption"], &sandbox, "redemption");
    url.args(["--serial-no", "s-1", "--user-id", "u-1"]);
    let ran = run(&mut url, b"").ended(0);
    assert!(ran.stdout.starts_with("https://"), "{}", ran.stdout);
    run(url.args(["--channel", "ali_pay"]), b"").failed(2, &["daxpay"]);
    for account in ["daxpay", "daxpay-open"] {
        let mut url = of_sandbox(
            &["url", "daxpay", "--channel", "ali_pay"],
            &sandbox,
            account,
        );
        url.args(["--return-path", "/back", "--json"]);
        let told = run(&mut url, b"").ended(0).json();
        assert!(told["url"].as_str().unwrap().starts_with("https://"));
    }
    // daxpay: an identity, once.
    for (account, more) in [
        ("daxpay", &["--channel", "ali_pay"][..]),
        ("daxpay-open", &[]),
    ] {
        let auth = |code: &str| {
            let mut auth = of_sandbox(&["auth", "daxpay", "-", "--json"], &sandbox, account);
            run(auth.args(more), code.as_bytes())
        };
        let told = auth("one-time-1").ended(0).json();
        assert_eq!(told["status"], "success");
        assert_eq!(told["verified"], account == "daxpay");
        auth("one-time-1").ended(5);
        assert_eq!(auth("waiting-1").ended(1).json()["status"], "waiting");
    }
    let mut set = of_sandbox(&["auth", "daxpay", "c-9", "--set"], &sandbox, "daxpay");
    run(set.args(["--channel", "ali_pay"]), b"").ended(0);
}

#[test]
fn each_class_has_its_exit_status() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("classes");
    let call = |platform: &str, fault: &str, words: &[&str]| {
        let mut call = libauth(words);
        with_account(&mut call, platform, &scope.faulty(platform, fault));
        run(&mut call, b"")
    };
    let auth = ["auth", "daxpay", "code-1", "--channel", "ali_pay"];
    call("daxpay", "reset_after", &auth).failed(7, &[]);
    call("daxpay", "sign=wrong", &auth).failed(6, &[]);
    call("daxpay", "code=20052", &auth).failed(5, &[]);
    let token = ["token", "seller"];
    call("seller", "status=503", &token).failed(4, &[]);
    call("seller", "html", &token).failed(6, &[]);
    call(
        "seller",
        "slow=3000",
        &["token", "seller", "--timeout-ms", "200"],
    )
    .failed(4, &[]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut token = libauth(&["token", "seller"]);
    with_account(&mut token, "seller", &base);
    run(&mut token, b"").failed(4, &[]);
    let ran = run(token.arg("--json"), b"").ended(4);
    let mut token = libauth(&["token", "seller", "--sandbox"]);
    run(token.env("LIBAUTH_SANDBOX", &base), b"").failed(4, &["libauth sandbox"]);
    let error = &ran.json()["error"];
    assert_eq!(error["name"], json!("NETWORK"), "{error}");
    assert_eq!(error["delivery"], json!("NOT_SENT"), "{error}");
    assert_eq!(error["retry_safe"], json!(true), "{error}");
}
