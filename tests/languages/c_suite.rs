//! C programs, compiled with the system's compiler against the library just built, run against the
//! sandbox.

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sandbox::Sandbox;
use suite::{Installed, c_compiler, compile, has_tool, root, run};

const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-g", "-pthread"];
const LIMIT: Duration = Duration::from_secs(300);

/// A compiled program, and what it is linked to.
struct Program {
    installed: Installed,
    path: PathBuf,
}

fn build(name: &str, sources: &[PathBuf], extra: &[&str]) -> Option<Program> {
    if !has_tool(&c_compiler(), "--version", "the C suite") {
        return None;
    }
    let installed = Installed::new(name);
    let path = installed.dir().join(name);
    let include = format!("-I{}", root().join("tests/languages/c").display());
    let flags: Vec<&str> = WARNINGS
        .iter()
        .copied()
        .chain(["-std=c99", &include])
        .chain(extra.iter().copied())
        .collect();
    compile(&c_compiler(), sources, &flags, &installed, &path);
    Some(Program { installed, path })
}

/// Runs a test program of tests/languages/c, and shows what it counted.
fn check(name: &str) {
    let folder = root().join("tests/languages/c");
    let sources = [
        folder.join(name).with_extension("c"),
        folder.join("fixtures.c"),
    ];
    let Some(program) = build(name, &sources, &[]) else {
        return;
    };
    let sandbox = Sandbox::start();
    let mut command = Command::new(&program.path);
    command
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .envs(keys());
    print!(
        "{}",
        String::from_utf8_lossy(&run(&mut command, LIMIT).stdout)
    );
}

/// Keys good and bad, made from the test keys.
fn keys() -> Vec<(&'static str, String)> {
    let good = sandbox::credentials();
    let private = good.redemption_merchant_private_key_pem;
    vec![
        ("KEY_PRIVATE", private.to_owned()),
        (
            "KEY_PUBLIC",
            good.redemption_merchant_public_key_pem.to_owned(),
        ),
        (
            "KEY_EC",
            include_str!("../support/keys/ec_pkcs8.pem").to_owned(),
        ),
        (
            "KEY_1024",
            include_str!("../support/keys/rsa1024_private.pem").to_owned(),
        ),
        ("KEY_TRUNCATED", private[..private.len() / 2].to_owned()),
        ("KEY_EMPTY", String::new()),
        ("KEY_GARBAGE", "not a key".to_owned()),
    ]
}

#[test]
fn bad_input() {
    check("bad_input");
}

#[test]
fn values() {
    check("values");
}

#[cfg(target_os = "linux")]
#[test]
fn wiped() {
    check("wiped");
}

#[test]
fn faults() {
    check("faults");
}

#[cfg(unix)]
#[test]
fn fork() {
    check("fork");
}

/// The example that signs through PKCS#11, with a key that lies in SoftHSM.
#[cfg(target_os = "linux")]
#[test]
fn a_key_that_stays_in_its_token() {
    let module = "/usr/lib/softhsm/libsofthsm2.so";
    if !has_tool("softhsm2-util", "--version", "the PKCS#11 example")
        || !has_library("p11-kit-1", "the PKCS#11 example")
    {
        return;
    }
    let flags = pkg_config("p11-kit-1");
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["-ldl"]).collect();
    let Some(program) = build("pkcs11", &[root().join("bindings/c/pkcs11.c")], &flags) else {
        return;
    };
    let known = sandbox::credentials();
    let folder = program.installed.dir().join("token");
    std::fs::create_dir_all(folder.join("tokens")).expect("a folder can be made");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    };
    let tokens = folder.join("tokens");
    let settings = write(
        "softhsm2.conf",
        &format!("directories.tokendir = {}\n", tokens.display()),
    );
    let private = write("private.pem", known.redemption_merchant_private_key_pem);
    let public = write("public.pem", known.redemption_merchant_public_key_pem);
    let util = |arguments: &[&str]| {
        let mut command = Command::new("softhsm2-util");
        run(
            command.args(arguments).env("SOFTHSM2_CONF", &settings),
            LIMIT,
        );
    };
    util(&[
        "--init-token",
        "--free",
        "--label",
        "libauth",
        "--pin",
        "1234",
        "--so-pin",
        "1234",
    ]);
    let key = private.to_str().expect("the path is UTF-8");
    util(&[
        "--import", key, "--token", "libauth", "--label", "merchant", "--id", "01", "--pin", "1234",
    ]);

    let sandbox = Sandbox::start();
    let mut command = Command::new(&program.path);
    command.env("SOFTHSM2_CONF", &settings).envs([
        ("PKCS11_MODULE", module.to_owned()),
        ("PKCS11_PIN", "1234".to_owned()),
        ("PKCS11_KEY", "merchant".to_owned()),
        ("PUBLIC_KEY_FILE", public.display().to_string()),
        ("LIBAUTH_REDEMPTION_BASE_URL", sandbox.base("redemption")),
        (
            "LIBAUTH_REDEMPTION_BUSINESS_ID",
            known.redemption_business_id.to_owned(),
        ),
        (
            "LIBAUTH_REDEMPTION_MERCHANT_ID",
            known.redemption_merchant_id.to_owned(),
        ),
    ]);
    let said = run(&mut command, LIMIT).stdout;
    assert!(String::from_utf8_lossy(&said).starts_with("https://"));
    drop(program.installed);
}

/// Whether pkg-config knows a library.
fn has_library(name: &str, what_for: &str) -> bool {
    if !has_tool("pkg-config", "--version", what_for) {
        return false;
    }
    let found = Command::new("pkg-config")
        .args(["--exists", name])
        .status()
        .expect("pkg-config runs");
    if !found.success() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "the development files of {name} are missing, which {what_for} needs"
        );
        eprintln!(
            "\n*** SKIPPED: the development files of {name} are missing, so {what_for} did not run ***\n"
        );
    }
    found.success()
}

/// The flags to compile and link with a library.
fn pkg_config(name: &str) -> Vec<String> {
    let flags = Command::new("pkg-config")
        .args(["--cflags", "--libs", name])
        .output()
        .expect("pkg-config runs");
    let flags = String::from_utf8(flags.stdout).expect("pkg-config prints text");
    flags.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_program_of_the_design_compiles_as_written() {
    build(
        "design",
        &[root().join("tests/languages/c/design.c")],
        &["-shared", "-fPIC"],
    );
}

#[test]
fn quickstart_runs_and_fails_with_the_librarys_message() {
    let Some(program) = build(
        "quickstart",
        &[root().join("bindings/c/quickstart.c")],
        &["-O2"],
    ) else {
        return;
    };
    let sandbox = Sandbox::start();
    let output = run(
        Command::new(&program.path).env("LIBAUTH_SANDBOX", sandbox.origin()),
        LIMIT,
    );
    let text = String::from_utf8_lossy(&output.stdout);
    for platform in [
        "creditpay",
        "daxpay",
        "openplatform",
        "redemption",
        "seller",
        "webhook",
        "explain",
    ] {
        assert!(
            text.contains(&format!("{platform} ")),
            "no line of {platform} in:\n{text}"
        );
    }
    assert!(
        text.contains("served from the cache") && text.contains("genuine PAY_SUCCESS"),
        "{text}"
    );

    let failing = Command::new(&program.path)
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .env("LIBAUTH_SELLER_SECRET_KEY", "wrong")
        .output()
        .expect("the program starts");
    assert!(!failing.status.success());
    let message = String::from_utf8_lossy(&failing.stderr);
    assert!(
        message.contains("UNAUTHORIZED") && message.contains("seller"),
        "{message}"
    );
    let lines = std::fs::read_to_string(root().join("bindings/c/quickstart.c"))
        .unwrap()
        .lines()
        .count();
    assert!(lines < 150, "quickstart.c has {lines} lines");
}

#[test]
fn offline_with_libcurl() {
    if !has_library("libcurl", "the libcurl example") {
        return;
    }
    let flags = pkg_config("libcurl");
    let flags: Vec<&str> = flags
        .iter()
        .map(String::as_str)
        .chain(["-std=gnu99"])
        .collect();
    let Some(program) = build(
        "offline",
        &[root().join("bindings/c/offline_curl.c")],
        &flags,
    ) else {
        return;
    };
    let sandbox = Sandbox::start();
    let output = run(
        Command::new(&program.path).env("LIBAUTH_SANDBOX", sandbox.origin()),
        LIMIT,
    );
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("openId") && text.contains("GET /orders?page=1"),
        "{text}"
    );
    drop(program.installed);
}

/// The header compiles alone and without a warning, in every dialect of both compilers.
#[test]
fn header_matrix() {
    let c: &[&str] = &["c89", "c99", "c11", "c17"];
    let cxx: &[&str] = &["c++98", "c++11", "c++14", "c++17", "c++20"];
    for (compiler, language, dialects) in [
        ("gcc", "c", c),
        ("clang", "c", c),
        ("g++", "c++", cxx),
        ("clang++", "c++", cxx),
    ] {
        if !has_tool(
            compiler,
            "--version",
            "a part of the header's compile matrix",
        ) {
            continue;
        }
        for dialect in dialects {
            let mut command = Command::new(compiler);
            command.args([
                "-fsyntax-only",
                "-Wall",
                "-Wextra",
                "-pedantic",
                "-Werror",
                "-x",
                language,
            ]);
            // clang reads the comments too, as Doxygen does.
            if compiler.starts_with("clang") {
                command.arg("-Wdocumentation");
            }
            command
                .arg(format!("-std={dialect}"))
                .arg(root().join("tests/languages/c/header_alone.c"));
            run(command.arg("-I").arg(root().join("include")), LIMIT);
        }
    }
}
