//! The quickstarts in C and C++ under valgrind: no memory is lost, and none is read that was never written.

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::process::Command;
use std::time::Duration;

use suite::{c_compiler, cxx_compiler, has_tool, library_dir, root, run};

const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn the_quickstart_in_c_is_sound() {
    check("c", &c_compiler(), "bindings/c/quickstart.c", "-std=c99");
}

#[test]
fn the_quickstart_in_cpp_is_sound() {
    let source = "bindings/cpp/quickstart.cpp";
    check("cpp", &cxx_compiler(), source, "-std=c++11");
}

fn check(name: &str, compiler: &str, source: &str, dialect: &str) {
    let what_for = "the check of memory";
    if !has_tool("valgrind", "--version", what_for) || !has_tool(compiler, "--version", what_for) {
        return;
    }
    // Linked statically: the shared library has no names of functions, by which exceptions are made.
    let program =
        std::env::temp_dir().join(format!("libauth-memory-{name}-{}", std::process::id()));
    let mut linked = Command::new(compiler);
    linked.args([dialect, "-O1", "-g", "-I"]);
    linked.arg(root().join("include")).arg(root().join(source));
    linked.arg(library_dir().join("libauth.a"));
    linked.args(tools::LINUX_LIBRARIES).arg("-o").arg(&program);
    run(&mut linked, LIMIT);

    let sandbox = sandbox::Sandbox::start();
    let exceptions = root().join("tests/languages/valgrind.supp");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--error-exitcode=99", "--read-inline-info=no"]);
    // What is kept for the life of the process is still reachable, and not lost.
    valgrind.args([
        "--leak-check=full",
        "--errors-for-leak-kinds=definite,indirect,possible",
        "--show-leak-kinds=definite,indirect,possible",
    ]);
    valgrind.arg(format!("--suppressions={}", exceptions.display()));
    valgrind
        .arg(&program)
        .env("LIBAUTH_SANDBOX", sandbox.origin());
    let output = run(&mut valgrind, LIMIT);
    let report = String::from_utf8_lossy(&output.stderr);
    let _ = std::fs::remove_file(&program);
    assert!(report.contains("ERROR SUMMARY: 0 errors"), "{report}");
    assert!(
        report.contains("definitely lost: 0 bytes") || report.contains("no leaks are possible"),
        "{report}"
    );
}
