//! What is promised of answers, deadlines, deliveries and secrets, over TLS and through a proxy as well: this test program
//! again, for the tests that say it over plain HTTP.

use std::process::Command;

use crate::support::WAY;

/// Runs the tests whose names begin with one of these, but for those skipped, in this way.
fn run(way: &str, tests: &[&str], skipped: &[&str]) {
    let mut program = Command::new(std::env::current_exe().expect("this program"));
    program
        .env(WAY, way)
        .args(tests)
        .args(["--test-threads", "2"]);
    for test in skipped {
        program.args(["--skip", test]);
    }
    let output = program.output().expect("this program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{way}: {said}\n{complained}");
    let passed = said
        .split(" passed")
        .next()
        .and_then(|said| said.rsplit(' ').next());
    let passed: usize = passed.and_then(|number| number.parse().ok()).unwrap_or(0);
    println!("{way}: {passed} tests");
    assert!(passed > 20, "{way} ran too little:\n{said}");
}

#[test]
fn answers_deliveries_and_secrets_over_tls() {
    run("tls", &["platforms::answers", "platforms::secrets"], &[]);
}

#[test]
fn answers_deadlines_deliveries_and_secrets_through_a_proxy() {
    let tests = [
        "platforms::answers",
        "platforms::secrets",
        "attack::deadlines",
        "attack::framing",
        "attack::leftovers",
    ];
    let skipped = [
        // It counts threads and descriptors, and the proxy is in the same program.
        "a_call_that_timed_out_leaves_no_thread_and_no_descriptor",
        // The proxy ends the connection in order where the server reset it.
        "an_answer_without_a_length_that_is_reset_is_lost",
        // What the server sends has come when it is sent, which nobody knows behind a proxy.
        "half_a_record_of_tls_spoils_the_connection",
    ];
    run("proxy", &tests, &skipped);
}
