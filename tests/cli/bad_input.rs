//! What the command does with what it cannot use, and where it cannot write.

use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::running::{Folder, LIMIT, libauth, run, with_account};

fn explain(platform: &str, arguments: &[&str]) -> std::process::Command {
    let mut explain = libauth(&["explain", platform]);
    with_account(&mut explain, platform, "https://host.example");
    explain.args(arguments);
    explain
}

#[test]
fn what_is_no_request_is_said_in_one_line() {
    for (text, words) in [
        (&b""[..], &["standard input is empty"][..]),
        (b"\n \n", &["is empty"]),
        (b"hello world, this is not HTTP\n", &["no HTTP request"]),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", &["is an answer"]),
        (b"\x7fELF\x02\x01\x00\x00", &["binary"]),
        (b"\xff\xfeP\x00O\x00S\x00T\x00", &["UTF-16"]),
        (b"{\"log\":", &["JSON"]),
        (b"{\"log\":{\"entries\":[]}}", &["no entries"]),
        (b"{\"a\":1}", &["HAR"]),
        (b"curl 'https://host", &["quotes"]),
        (b"curl https://host -F a=@b", &["-F"]),
        // In GBK: what was sent cannot be told of texts; of raw HTTP it can, but not of its head.
        (
            b"{\"request\":{\"method\":\"POST\",\"url\":\"/\",\"postData\":{\"text\":\"\xb6\xa9\xb5\xa5\"}}}",
            &["UTF-8", "GBK"],
        ),
        (b"curl https://host -d '\xb6\xa9\xb5\xa5'", &["UTF-8", "GBK"]),
        (b"POST / HTTP/1.1\r\nx-name: \xb6\xa9\xb5\xa5\r\n\r\n", &["x-name", "UTF-8"]),
    ] {
        run(&mut explain("creditpay", &[]), text).failed(3, words);
    }
    run(&mut explain("creditpay", &["/no/such/file"]), b"").failed(3, &["/no/such/file"]);
    run(&mut explain("creditpay", &["/"]), b"").failed(3, &["/ cannot be read"]);
}

#[test]
fn a_body_in_gbk_is_judged_by_its_bytes() {
    let body = b"{\"title\":\"\xb6\xa9\xb5\xa5\"}";
    let key = libauth_sandbox::credentials().creditpay_signature_key;
    let right = libauth_sandbox::signatures::creditpay(key, "/v1/pay", body);
    let head = format!("POST /v1/pay HTTP/1.1\r\nsignature: {right}\r\n\r\n");
    let request = [head.as_bytes(), body].concat();
    let ran = run(&mut explain("creditpay", &[]), &request).ended(0);
    assert!(ran.stdout.contains("not UTF-8"), "{}", ran.stdout);
    // daxpay signs what JSON says, and that is no JSON.
    let request = [&b"POST /unipay/pay HTTP/1.1\r\n\r\n"[..], body].concat();
    run(&mut explain("daxpay", &[]), &request).failed(3, &["body"]);
}

#[test]
fn a_request_of_a_hundred_megabytes_is_refused_and_a_large_one_judged() {
    let folder = Folder::new();
    let path = folder.path().join("large");
    let file = File::create(&path).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let begun = Instant::now();
    run(&mut explain("creditpay", &[path.to_str().unwrap()]), b"")
        .failed(3, &["large", "larger than 64 MiB"]);
    assert!(begun.elapsed() < Duration::from_secs(10));
    let mut request = b"POST /v1/pay HTTP/1.1\r\nsignature: c2ln\r\n\r\n\"".to_vec();
    request.resize(20 * 1024 * 1024, b'a');
    request.extend_from_slice(b"\"");
    // Whether its signature is right is not known, so it is not called wrong.
    run(&mut explain("creditpay", &[]), &request).failed(3, &["gave up", "a smaller one"]);
}

#[test]
fn what_was_lost_on_the_way_is_noted() {
    let request = b"POST /v1/pay HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"a\":1}";
    let ran = run(&mut explain("creditpay", &["--json"]), request).ended(1);
    let remark = ran.json()["remarks"][0].as_str().unwrap().to_owned();
    assert!(remark.contains('9') && remark.contains('7'), "{remark}");
}

#[test]
fn wrong_words_are_told_in_one_line() {
    for (words, said) in [
        (&["explane"][..], "explane"),
        (&["token"], "PLATFORM"),
        (&["token", "alipay"], "alipay"),
        (&["token", "seller", "--no-such"], "--no-such"),
        (&["call", "seller", "GET"], "PATH"),
        (&["token", "seller", "--sandbox=creditpay"], "creditpay"),
        (&["webhook", "send", "creditpay"], "KIND"),
        (&["verify", "creditpay", "--at", "noon"], "noon"),
    ] {
        run(&mut libauth(words), b"").failed(2, &[said]);
    }
    run(&mut libauth(&[]), b"").ended(2);
}

/// Every command that prints.
#[cfg(target_os = "linux")]
fn printing() -> Vec<Vec<&'static str>> {
    vec![
        vec!["sandbox", "--port", "0", "--until-stdin-closes"],
        vec!["sandbox", "--json", "--port", "0", "--until-stdin-closes"],
        vec!["sign", "seller", "GET", "/x"],
        vec!["sign", "creditpay", "GET", "/x"],
        vec!["sign", "creditpay", "GET", "/x", "--json"],
        vec!["explain", "creditpay"],
        vec!["completions", "bash"],
        vec!["doctor", "creditpay"],
    ]
}

#[cfg(target_os = "linux")]
fn with_settings(words: &[&str]) -> std::process::Command {
    let mut command = libauth(words);
    with_account(&mut command, "creditpay", "http://127.0.0.1:1");
    with_account(&mut command, "seller", "http://127.0.0.1:1");
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    for words in printing() {
        let mut command = with_settings(&words);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let request = File::open("/dev/null").unwrap();
        let output = command.stdin(request).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.lines().count(), 1, "{words:?}: {said}");
        // Empty input and what signs nothing are told before anything is printed.
        let status = match words[..2] {
            ["explain", _] => 3,
            ["sign", "seller"] => 2,
            _ => 9,
        };
        assert_eq!(output.status.code(), Some(status), "{words:?}: {said}");
        assert!(status != 9 || said.contains("cannot be written"), "{said}");
    }
    // The one that writes files.
    run(&mut libauth(&["man", "/dev/full/man"]), b"").failed(9, &["/dev/full/man"]);
    run(&mut libauth(&["man", "/proc/man"]), b"").failed(9, &["/proc/man"]);
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_listening_is_quiet() {
    for words in printing() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = with_settings(&words);
        let request = File::open("/dev/null").unwrap();
        let output = command.stdin(request).stdout(writer).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // The verdict counts as it would have: doctor's server does not answer.
        let (status, lines) = match words[..2] {
            ["explain", _] => (3, 1),
            ["sign", "seller"] => (2, 1),
            ["doctor", _] => (1, 0),
            // That a secret is masked stands on standard error.
            ["sign", "creditpay"] if words.len() == 4 => (0, 1),
            _ => (0, 0),
        };
        assert_eq!(output.status.code(), Some(status), "{words:?}: {said}");
        assert_eq!(said.lines().count(), lines, "{words:?}: {said}");
    }
}

#[test]
fn no_terminal_and_no_streams_are_fine() {
    // Nothing on any stream: neither a crash nor a wait.
    let mut child = with_nothing(&["explain", "creditpay"]);
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < LIMIT, "it waits");
        std::thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(status.code(), Some(3));
}

fn with_nothing(words: &[&str]) -> std::process::Child {
    let mut command = libauth(words);
    with_account(&mut command, "creditpay", "https://host.example");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn output_is_cut_off_between_lines_only() {
    // A reader that takes one line and goes, as head does.
    let mut command = libauth(&["completions", "bash"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0; 16];
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
}
