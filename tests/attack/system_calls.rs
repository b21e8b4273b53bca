//! What a call on a kept connection costs in system calls, counted by strace: 1,000 calls beside 1.

use crate::support;

use std::process::Command;

use support::pem::Pem;
use support::sandbox::Sandbox;
use support::*;

/// More calls than one, counted.
const CALLS: usize = 1_000;

/// strace counts a whole process, so each count runs this test again in one of its own: it makes its calls
/// and ends.
#[test]
fn child_makes_calls() {
    let Ok(base) = std::env::var("LIBAUTH_TEST_BASE") else {
        return;
    };
    let calls: usize = std::env::var("LIBAUTH_TEST_CALLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("a number of calls");
    let mut config = config(base);
    config.ca_file = std::env::var("LIBAUTH_TEST_CA").ok();
    let creditpay = creditpay(&config);
    for _ in 0..calls {
        creditpay
            .issue_code(&code_request(), &auth::Options::default())
            .expect("a code");
    }
}

/// The system calls of a process that makes so many calls; and the table.
fn counted(base: &str, ca: Option<&Pem>, calls: usize) -> (u64, String) {
    let table = std::env::temp_dir().join(format!("libauth-strace-{}-{calls}", std::process::id()));
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-o"]).arg(&table);
    command.arg(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "attack::system_calls::child_makes_calls",
        "--test-threads=1",
    ]);
    command.env("LIBAUTH_TEST_BASE", base);
    command.env("LIBAUTH_TEST_CALLS", calls.to_string());
    if let Some(ca) = ca {
        command.env("LIBAUTH_TEST_CA", ca.path());
    }
    let output = command.output().expect("strace runs");
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&table).expect("strace wrote its table");
    let _ = std::fs::remove_file(&table);
    let total = text
        .lines()
        .rev()
        .find(|line| line.ends_with("total"))
        .expect("a total");
    let count = total
        .split_whitespace()
        .nth(3)
        .and_then(|count| count.parse().ok());
    (count.expect("a count"), text)
}

#[test]
fn a_call_on_a_kept_connection_takes_five_system_calls_and_six_over_tls() {
    if Command::new("strace").arg("-V").output().is_err() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "strace is missing"
        );
        println!("SKIPPED: strace is missing, so system calls are not counted");
        return;
    }
    for (sandbox, most) in [(Sandbox::start(), 5.0), (Sandbox::start_tls(), 6.0)] {
        let is_tls = sandbox.origin().starts_with("https");
        let ca = is_tls.then(|| Pem::new(sandbox.ca_pem()));
        let base = sandbox.base("creditpay");
        let (one, _) = counted(&base, ca.as_ref(), 1);
        let (many, table) = counted(&base, ca.as_ref(), CALLS + 1);
        let each = (many - one) as f64 / CALLS as f64;
        println!("system calls of a kept-alive call, TLS {is_tls}: {each:.3}\n{table}");
        // A thread of the test program that wakes up may add one now and then.
        assert!(each <= most + 0.05, "{each} system calls:\n{table}");
    }
}
