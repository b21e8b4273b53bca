//! `libauth sandbox` and `libauth webhook`, as a program starts them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libauth_sandbox::credentials;
use serde_json::Value;

use super::running::{Folder, libauth, run};

/// A sandbox that a fixture would have started.
struct Started {
    child: Child,
    told: Value,
    rest: Option<BufReader<std::process::ChildStdout>>,
}

impl Started {
    fn new() -> Started {
        let mut child = libauth(&["sandbox", "--json", "--port", "0", "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line comes");
        Started {
            child,
            told: serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}")),
            rest: Some(stdout),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().expect("a text")
    }

    /// A request of plain HTTP, by hand.
    fn get(&self, path: &str) -> String {
        let authority = self.text("origin").trim_start_matches("http://");
        let mut stream = TcpStream::connect(authority).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn one_line_says_where_everything_is_and_it_ends_with_its_starter() {
    let mut started = Started::new();
    assert!(started.get("/_/health").contains("ok"));
    assert!(started.get("/").contains("<html"), "the page");
    assert_eq!(
        started.text("control"),
        format!("{}/_/", started.text("origin"))
    );
    assert_eq!(started.text("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(started.told["credentials"], credentials().to_json());
    let bases = started.told["bases"].as_object().unwrap();
    assert_eq!(bases.len(), 10);
    for (name, base) in bases {
        let base_url = base["base_url"].as_str().unwrap();
        assert_eq!(base_url, format!("{}/{name}", started.text("origin")));
    }
    // It goes when whoever started it does.
    drop(started.child.stdin.take());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = started.child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "it goes on");
        thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success());
    let mut more = String::new();
    let mut rest = started.rest.take().unwrap();
    rest.read_to_string(&mut more).unwrap();
    assert_eq!(more, "", "a second line");
}

#[test]
fn what_it_tells_is_enough_for_every_platform() {
    let started = Started::new();
    let environment = started.told["environment"].as_object().unwrap();
    for platform in [
        "creditpay",
        "daxpay",
        "openplatform",
        "redemption",
        "seller",
    ] {
        let mut doctor = libauth(&["doctor", platform]);
        for (name, value) in environment {
            doctor.env(name, value.as_str().unwrap());
        }
        run(&mut doctor, b"").ended(0);
    }
    // By the switch too, where it listens elsewhere than usual, and for its variants.
    for base in [
        "seller",
        "daxpay-open",
        "daxpay-sm3",
        "creditpay-prefixed",
        "openplatform-jwt",
    ] {
        let platform = base.split('-').next().unwrap();
        let switch = format!("--sandbox={base}");
        let mut doctor = libauth(&["doctor", platform, &switch]);
        doctor.env("LIBAUTH_SANDBOX", started.text("origin"));
        run(&mut doctor, b"").ended(0);
    }
}

#[test]
fn mistakes_are_named_as_libauth_names_them() {
    let started = Started::new();
    // The gateway's prefix signed too, by the sandbox's own reading of the rule.
    let path = "/dg/v1/platform/identify/auth";
    let key = credentials().creditpay_signature_key;
    let signature = libauth_sandbox::signatures::creditpay(key, path, b"{}");
    let authority = started.text("origin").trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "POST /creditpay/v1/platform/identify/auth HTTP/1.1\r\nHost: h\r\ntrace: t\r\napi-key: {}\r\nsignature: {signature}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        credentials().creditpay_api_key
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("sandboxStringToSign"), "{answer}");
    let why = started.get("/_/why?id=1");
    assert!(why.contains("\"PATH_PREFIX\""), "{why}");
    assert!(
        why.contains("\"received_string\":\"/dg/v1/platform/identify/auth{}\""),
        "{why}"
    );
}

#[test]
fn a_port_that_is_taken_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    run(&mut libauth(&["sandbox", "--port", &port]), b"").failed(9, &[&port, "--port"]);
    let ran = run(&mut libauth(&["sandbox", "--json", "--port", &port]), b"").ended(9);
    assert_eq!(ran.json()["error"]["name"], "MACHINE");
    run(&mut libauth(&["sandbox", "--port", "99999"]), b"").failed(2, &["99999", "--port"]);
}

#[test]
fn the_banner_says_how_to_get_each_kind_of_callback() {
    let mut command = libauth(&["sandbox", "--port", "0", "--until-stdin-closes"]);
    let ran = run(&mut command, b"").ended(0);
    let first = ran.stdout.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("sandbox listening on http://127.0.0.1:"),
        "{first}"
    );
    for word in [
        "PAY_SUCCESS",
        "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT",
        "refund",
        "authorization",
        "libauth webhook send",
        "export LIBAUTH_SANDBOX=http://127.0.0.1:",
    ] {
        assert!(ran.stdout.contains(word), "{}", ran.stdout);
    }
}

/// The page is opened by whatever the system has for that; where it has nothing, that is said and no more.
#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_in_a_browser() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let words = [
        "sandbox",
        "--port",
        "0",
        "--open",
        "--until-stdin-closes",
        "--quiet",
    ];
    let mut nowhere = libauth(&words);
    let ran = run(nowhere.env("PATH", folder.path()), b"").ended(0);
    assert!(ran.stderr.contains("no browser"), "{}", ran.stderr);
    let opened = folder.path().join("opened");
    let script = format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display());
    let browser = folder.file("xdg-open", script);
    std::fs::set_permissions(browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let mut command = libauth(&words);
    command.env("PATH", path).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let address = loop {
        match std::fs::read_to_string(&opened) {
            Ok(address) if address.ends_with('\n') => break address,
            _ => assert!(
                begun.elapsed() < Duration::from_secs(20),
                "nothing was opened"
            ),
        }
        thread::sleep(Duration::from_millis(5));
    };
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let origin = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(address.trim(), format!("{origin}/"));
}

/// A server that answers each message with this, and hands the messages over.
fn server(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let mut received = Vec::new();
        let mut block = [0; 4096];
        // Up to the end of the body, which is JSON.
        while !received.ends_with(b"}") {
            match stream.read(&mut block) {
                Ok(count) if count > 0 => received.extend_from_slice(&block[..count]),
                _ => break,
            }
        }
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        )
        .unwrap();
        String::from_utf8(received).unwrap()
    });
    (url, serving)
}

#[test]
fn callbacks_are_sent_and_are_genuine() {
    for (platform, kind) in [
        ("creditpay", "PAY_SUCCESS"),
        ("daxpay", "refund"),
        ("daxpay-open", "payment"),
        ("redemption", "authorization"),
    ] {
        let (url, serving) = server("SUCCESS");
        let ran = run(
            &mut libauth(&["webhook", "send", platform, kind, &url, "--json"]),
            b"",
        )
        .ended(0);
        assert_eq!(ran.json()["accepted"], true);
        let message = serving.join().unwrap();
        let name = platform.split('-').next().unwrap();
        let switch = format!("--sandbox={platform}");
        run(&mut libauth(&["verify", name, &switch]), message.as_bytes()).ended(0);
    }
    // What the server answers decides.
    let (url, serving) = server("no");
    run(
        &mut libauth(&["webhook", "send", "daxpay", "payment", &url]),
        b"",
    )
    .ended(1);
    serving.join().unwrap();
}

#[test]
fn callbacks_go_to_this_machine_only() {
    let send =
        |platform, kind, url| run(&mut libauth(&["webhook", "send", platform, kind, url]), b"");
    send("creditpay", "PAY_SUCCESS", "http://192.0.2.1/notify").failed(2, &["loopback"]);
    send("creditpay", "PAY_SUCCESS", "https://127.0.0.1/notify").failed(2, &["http://"]);
    send("creditpay", "NO_SUCH", "http://127.0.0.1:1/").failed(2, &["NO_SUCH", "PAY_SUCCESS"]);
    send("seller", "PAY_SUCCESS", "http://127.0.0.1:1/").failed(2, &["seller", "daxpay-open"]);
    // A port that was just free: nobody answers there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    send("creditpay", "PAY_SUCCESS", &url).failed(4, &["cannot be reached"]);
}
