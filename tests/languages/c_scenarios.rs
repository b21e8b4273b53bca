//! What every language's suite shows, in C, and what the header says of tokens, time and callbacks.
//!
//! The programs lie in `tests/languages/c`; each runs against a sandbox of its own.
#![cfg(unix)]

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::process::Command;
use std::time::Duration;

use sandbox::Sandbox;
use suite::{Installed, c_compiler, compile, has_tool, root, run};

const FLAGS: [&str; 7] = [
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-pedantic",
    "-Werror",
    "-g",
    "-pthread",
];
const LIMIT: Duration = Duration::from_secs(120);

/// Runs a program of `tests/languages/c`, and shows its last line: how many checks held.
fn check(name: &str) {
    if !has_tool(&c_compiler(), "--version", "the C scenarios") {
        return;
    }
    let installed = Installed::new(&format!("c-{name}"));
    let program = installed.dir().join(name);
    let source = root()
        .join("tests/languages/c")
        .join(name)
        .with_extension("c");
    compile(&c_compiler(), &[source], &FLAGS, &installed, &program);
    let sandbox = Sandbox::start();
    let output = run(
        Command::new(&program).env("LIBAUTH_SANDBOX", sandbox.origin()),
        LIMIT,
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let closing = text.lines().last().unwrap_or_default();
    assert!(
        closing.ends_with(" passed, 0 failed"),
        "{name} ended with '{closing}'"
    );
    println!("{name}: {closing}");
}

#[test]
fn scenarios() {
    check("scenarios");
}

#[test]
fn scenarios_errors() {
    check("scenarios_errors");
}

#[test]
fn scenarios_inbound() {
    check("scenarios_inbound");
}

#[test]
fn scenarios_offline() {
    check("scenarios_offline");
}

#[test]
fn tokens_and_time() {
    check("tokens_and_time");
}

#[test]
fn callbacks() {
    check("callbacks");
}
