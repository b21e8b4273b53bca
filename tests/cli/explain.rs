//! `libauth explain` and `libauth verify`: requests in every form, signed rightly by somebody else and wrongly by others.

use std::process::Command;

use libauth_sandbox::signatures::{self, DaxPayAlgorithm, NestedForm, redemption_md5};
use libauth_sandbox::{Sandbox, credentials};
use serde_json::{Value, json};

use super::running::{Folder, Ran, libauth, run, with_account};

/// A row of the shared vectors.
fn vector(text: &str, at: usize) -> Value {
    let all: Value = serde_json::from_str(text).unwrap();
    all["sign"][at].clone()
}

fn creditpay_vector() -> Value {
    vector(include_str!("../vectors/creditpay.json"), 0)
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

/// `libauth explain creditpay` with the key of the vector, behind the gateway prefix /dg.
fn explain_creditpay(arguments: &[&str]) -> Command {
    let mut explain = libauth(&["explain", "creditpay"]);
    with_account(&mut explain, "creditpay", "https://host.example/dg");
    explain.args(arguments).env(
        "LIBAUTH_CREDITPAY_SIGNATURE_KEY",
        text(&creditpay_vector(), "signature_key"),
    );
    explain
}

/// The published request in each form, with this signature.
fn forms(signature: &str) -> [String; 4] {
    let row = creditpay_vector();
    let (path, body) = (text(&row, "path"), text(&row, "body"));
    let target = format!("/dg{path}?plat_id=plat-1001");
    let entry = json!({"request": {
        "method": "POST",
        "url": format!("https://host.example{target}"),
        "headers": [{"name": ":method", "value": "POST"}, {"name": "signature", "value": signature}],
        "postData": {"mimeType": "application/json", "text": body},
    }});
    [
        format!(
            "POST {target} HTTP/1.1\r\nHost: host.example\r\nsignature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        // As an editor leaves it.
        format!("POST {target}\nsignature: {signature}\n\n{body}\n"),
        entry.to_string(),
        format!(
            "curl 'https://host.example{target}' \\\n  -H 'signature: {signature}' \\\n  --compressed --data-raw '{body}'\n"
        ),
    ]
}

#[test]
fn the_published_signature_is_right_in_every_form() {
    let row = creditpay_vector();
    for form in forms(text(&row, "signature")) {
        let ran = run(&mut explain_creditpay(&["--json"]), form.as_bytes()).ended(0);
        let told = ran.json();
        assert_eq!(told["right"], true, "{form}");
        let expected = format!("{}{}", text(&row, "path"), text(&row, "body"));
        assert_eq!(told["expected_string"], expected);
        assert_eq!(told["expected_signature"], row["signature"]);
        run(&mut explain_creditpay(&[]), form.as_bytes()).ended(0);
    }
    // From a file as well.
    let folder = Folder::new();
    let file = folder.file("request", &forms(text(&row, "signature"))[0]);
    run(&mut explain_creditpay(&[&file]), b"").ended(0);
}

#[test]
fn the_mistake_is_named_and_both_strings_stand_one_above_the_other() {
    let row = creditpay_vector();
    let (path, body) = (text(&row, "path"), text(&row, "body"));
    // The prefix signed too, by the sandbox's own reading of the rule.
    let wrong = signatures::creditpay(
        text(&row, "signature_key"),
        &format!("/dg{path}"),
        body.as_bytes(),
    );
    for form in forms(&wrong) {
        let ran = run(&mut explain_creditpay(&["--json"]), form.as_bytes()).ended(1);
        let told = ran.json();
        assert_eq!(told["right"], false);
        assert_eq!(told["mistakes"], json!(["PATH_PREFIX"]));
        assert_eq!(told["signed_string"], format!("/dg{path}{body}"));
        assert_eq!(told["first_difference"], 1);
    }
    let ran = run(&mut explain_creditpay(&[]), forms(&wrong)[0].as_bytes()).ended(1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("  to sign"))
        .unwrap_or_else(|| panic!("{}", ran.stdout));
    let column =
        |line: &str, of: &str| line.find(of).unwrap_or_else(|| panic!("no {of} in {line}"));
    let [expected, signed, mark] = lines[at..at + 3] else {
        panic!("{}", ran.stdout)
    };
    assert_eq!(column(expected, "/v1/"), column(signed, "/dg/v1/"));
    // One behind the slash that both begin with.
    assert_eq!(column(mark, "^"), column(signed, "/dg/v1/") + 1);
    assert!(ran.stdout.contains("PATH_PREFIX"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "colours without a terminal");
}

/// Runs it with a terminal for its output: `script` is a part of every Linux.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colours_unless_they_are_not_wanted() {
    let folder = Folder::new();
    let file = folder.file("request", &forms("bm90IHRoZSBzaWduYXR1cmU=")[0]);
    let on_terminal = |name: &str, value: &str| -> Ran {
        let explain = explain_creditpay(&[&file]);
        let mut words = vec![explain.get_program().to_string_lossy().into_owned()];
        words.extend(
            explain
                .get_args()
                .map(|word| word.to_string_lossy().into_owned()),
        );
        let mut script = Command::new("script");
        script
            .args([
                "--quiet",
                "--return",
                "--command",
                &words.join(" "),
                "/dev/null",
            ])
            .env("TERM", "xterm");
        for (variable, value) in explain.get_envs() {
            match value {
                Some(value) => script.env(variable, value),
                None => script.env_remove(variable),
            };
        }
        run(script.env(name, value), b"").ended(1)
    };
    assert!(
        on_terminal("LIBAUTH_TEST", "")
            .stdout
            .contains("\u{1b}[31;1mwrong")
    );
    let plain = on_terminal("NO_COLOR", "1").stdout;
    assert!(
        plain.contains("is wrong") && !plain.contains('\u{1b}'),
        "{plain}"
    );
    assert!(!on_terminal("TERM", "dumb").stdout.contains('\u{1b}'));
}

#[test]
fn a_missing_signature_is_said_with_what_is_to_be_signed() {
    let body = r#"{"a":1}"#;
    let request = format!("POST /dg/v1/pay HTTP/1.1\r\n\r\n{body}");
    let ran = run(&mut explain_creditpay(&["--json"]), request.as_bytes()).ended(1);
    let told = ran.json();
    assert_eq!(told["signature_given"], false);
    assert_eq!(told["expected_string"], "/v1/pay{\"a\":1}");
    let ran = run(&mut explain_creditpay(&[]), request.as_bytes()).ended(1);
    assert!(ran.stdout.contains("missing"), "{}", ran.stdout);
    // Given beside it.
    let key = text(&creditpay_vector(), "signature_key").to_owned();
    let right = signatures::creditpay(&key, "/v1/pay", body.as_bytes());
    run(
        &mut explain_creditpay(&["--signature", &right]),
        request.as_bytes(),
    )
    .ended(0);
}

#[test]
fn the_other_sides_string_is_compared() {
    let folder = Folder::new();
    let file = folder.file("request", "POST /dg/v1/pay HTTP/1.1\n\n{\"a\":1}\n");
    let right = folder.file("right", "/v1/pay{\"a\":1}\n");
    let wrong = folder.file("wrong", "/v1/pay{\"a\": 1}");
    run(&mut explain_creditpay(&["--string", &right, &file]), b"").ended(0);
    let ran = run(
        &mut explain_creditpay(&["--json", "--string", &wrong, &file]),
        b"",
    )
    .ended(1);
    assert_eq!(ran.json()["first_difference"], 12);
}

#[test]
fn other_platforms_requests_are_explained() {
    // daxpay: `&sign=` where `&key=` belongs, by the sandbox's digest.
    let row = vector(include_str!("../vectors/daxpay.json"), 0);
    let right = text(&row, "string_to_sign");
    let mut params = row["params"].clone();
    let test = credentials();
    let mut explain = |signature: &str| {
        params["sign"] = json!(signature);
        let request = format!("POST /unipay/pay\nContent-Type: application/json\n\n{params}\n");
        let mut explain = libauth(&["explain", "daxpay", "--json"]);
        with_account(&mut explain, "daxpay", "https://host.example");
        explain.env("LIBAUTH_DAXPAY_SIGN_KEY", text(&row, "sign_key"));
        run(&mut explain, request.as_bytes())
    };
    explain(text(&row, "HMAC_SHA256")).ended(0);
    let key = text(&row, "sign_key");
    let string = right.replace("&KEY=", "&SIGN=");
    let sign = signatures::daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256);
    let told = explain(&sign).ended(1).json();
    let at = right.find("KEY=").unwrap();
    assert_eq!(told["first_difference"], at);
    assert!(!told.to_string().contains(&format!("SIGN={key}")), "{told}");
    // redemption with MD5: the secret behind a line break.
    let row = vector(include_str!("../vectors/redemption.json"), 0);
    let head: Vec<String> = row["headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "signType")
        .map(|(name, value)| format!("{name}: {}", value.as_str().unwrap()))
        .collect();
    let body = text(&row, "body");
    let string = format!(
        "businessId={}&nonce={}&signType=MD5&timestamp={}{body}",
        text(&row["headers"], "businessId"),
        text(&row["headers"], "nonce"),
        text(&row["headers"], "timestamp")
    );
    let explain = |sign: &str| {
        let head = head.join("\n");
        let request = format!("POST /v1/x\n{head}\nsignType: MD5\nsign: {sign}\n\n{body}\n");
        let mut explain = libauth(&["explain", "redemption", "--json"]);
        with_account(&mut explain, "redemption", "https://host.example");
        explain
            .env_remove("LIBAUTH_REDEMPTION_PRIVATE_KEY")
            .env("LIBAUTH_REDEMPTION_SECRET", test.redemption_md5_secret);
        run(&mut explain, request.as_bytes())
    };
    let secret = test.redemption_md5_secret;
    explain(&redemption_md5(string.as_bytes(), secret)).ended(0);
    let wrong = redemption_md5(format!("{string}\n").as_bytes(), secret);
    let told = explain(&wrong).ended(1).json();
    assert!(!told["mistakes"].as_array().unwrap().is_empty(), "{told}");
    assert!(!told.to_string().contains(secret), "{told}");
    // What signs nothing.
    for platform in ["seller", "openplatform"] {
        let mut explain = libauth(&["explain", platform]);
        with_account(&mut explain, platform, "https://host.example");
        run(&mut explain, b"GET / HTTP/1.1\r\n\r\n").failed(2, &[platform, "token"]);
    }
}

/// A message of the platform, as a server would have logged it.
fn logged(sandbox: &Sandbox, order: &Value) -> String {
    let message = sandbox.callback(order).unwrap();
    let mut text = format!("POST {} HTTP/1.1\r\n", message["path"].as_str().unwrap());
    for header in message["headers"].as_array().unwrap() {
        text += &format!(
            "{}: {}\r\n",
            header[0].as_str().unwrap(),
            header[1].as_str().unwrap()
        );
    }
    let body = message["body"].as_str().unwrap();
    format!("{text}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn messages_are_verified_and_explained() {
    let sandbox = Sandbox::start();
    for (account, kind) in [
        ("creditpay", "PAY_SUCCESS"),
        ("daxpay", "payment"),
        ("daxpay-open", "payment"),
        ("redemption", "authorization"),
    ] {
        let platform = account.split('-').next().unwrap();
        let order = json!({"platform": account, "kind": kind});
        let genuine = logged(&sandbox, &order);
        let command = |words: &[&str]| {
            let mut command = libauth(words);
            with_account(&mut command, account, "https://host.example");
            command
        };
        let ran = run(
            &mut command(&["verify", platform, "--json"]),
            genuine.as_bytes(),
        )
        .ended(0);
        assert_eq!(ran.json()["genuine"], true);
        run(
            &mut command(&["explain", platform, "--event"]),
            genuine.as_bytes(),
        )
        .ended(0);
        let spoilt = json!({"platform": account, "kind": kind, "tamper": "signature"});
        let spoilt = logged(&sandbox, &spoilt);
        run(&mut command(&["verify", platform]), spoilt.as_bytes()).failed(6, &[]);
        run(
            &mut command(&["explain", platform, "--event"]),
            spoilt.as_bytes(),
        )
        .ended(1);
        // What was recorded is judged at its own time.
        let old = json!({"platform": account, "kind": kind, "timestamp_offset_ms": -7_200_000});
        let old = logged(&sandbox, &old);
        if account == "creditpay" || account == "redemption" {
            let timestamp = old
                .lines()
                .find_map(|line| line.strip_prefix("timestamp: "))
                .unwrap();
            let mut verify = command(&["verify", platform, "--json"]);
            let ran = run(&mut verify, old.as_bytes()).ended(6);
            assert_eq!(ran.json()["error"]["name"], "STALE");
            let mut verify = command(&["verify", platform, "--at", timestamp]);
            run(&mut verify, old.as_bytes()).ended(0);
        }
    }
    let mut verify = libauth(&["verify", "seller"]);
    with_account(&mut verify, "seller", "https://host.example");
    run(&mut verify, b"POST / HTTP/1.1\r\n\r\n").failed(2, &["seller"]);
}

#[test]
fn what_is_signed_here_is_right_there() {
    let row = creditpay_vector();
    let key = text(&row, "signature_key");
    let body = r#"{"amount":"1.50","note":"咖啡"}"#;
    let mut sign = libauth(&["sign", "creditpay", "POST", "/v1/pay", body]);
    with_account(&mut sign, "creditpay", "https://host.example/dg");
    sign.env("LIBAUTH_CREDITPAY_SIGNATURE_KEY", key);
    let ran = run(&mut sign, b"").ended(0);
    let right = signatures::creditpay(key, "/v1/pay", body.as_bytes());
    assert!(
        ran.stdout.contains(&format!("signature: {right}\r\n")),
        "{}",
        ran.stdout
    );
    // The credential in the request is masked, and said to be.
    assert!(ran.stdout.contains("api-key: ***"), "{}", ran.stdout);
    assert!(ran.stderr.contains("--reveal"), "{}", ran.stderr);
    run(&mut explain_creditpay(&[]), ran.stdout.as_bytes()).ended(0);
    let api_key = credentials().creditpay_api_key;
    let revealed = run(sign.arg("--reveal"), b"").ended(0);
    assert!(revealed.stdout.contains(api_key), "{}", revealed.stdout);
    let string = run(sign.arg("--string"), b"").ended(0);
    assert_eq!(string.stdout.trim_end(), format!("/v1/pay{body}"));
    // daxpay: the whole body.
    let mut sign = libauth(&[
        "sign",
        "daxpay",
        "POST",
        "/unipay/pay",
        r#"{"a":{"b":1}}"#,
        "--json",
    ]);
    with_account(&mut sign, "daxpay", "https://host.example");
    let told = run(&mut sign, b"").ended(0).json();
    let sent = told["body"].as_str().unwrap();
    let params: Value = serde_json::from_str(sent).unwrap();
    let key = credentials().daxpay_sign_key;
    let string = signatures::daxpay_string(sent, key, NestedForm::Sorted).unwrap();
    let digest = signatures::daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256);
    assert_eq!(params["sign"], digest);
    assert!(!told.to_string().contains(key), "{told}");
}
