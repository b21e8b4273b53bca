//! libauth.hpp: its suite in tests/languages/cpp, compiled with the system's compiler against the library just built and run
//! against the sandbox.

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sandbox::Sandbox;
use suite::{Installed, compile, cxx_compiler, has_tool, root, run};

const LIMIT: Duration = Duration::from_secs(300);
const WARNINGS: [&str; 10] = [
    "-Wall",
    "-Wextra",
    "-pedantic",
    "-Wshadow",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wold-style-cast",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    "-Werror",
];

/// Functions that libauth.hpp does not use, with the reason.
const LEFT_OUT: [(&str, &str); 11] = [
    ("libauth_answer_field_or", "std::optional has value_or"),
    (
        "libauth_creditpay_event_field_or",
        "std::optional has value_or",
    ),
    (
        "libauth_daxpay_event_field_or",
        "std::optional has value_or",
    ),
    (
        "libauth_redemption_event_field_or",
        "std::optional has value_or",
    ),
    (
        "libauth_call_add_header_n",
        "libauth.hpp takes std::string, and refuses one with a NUL inside by name",
    ),
    (
        "libauth_http_response_add_header_n",
        "libauth.hpp takes std::string, and refuses one with a NUL inside by name",
    ),
    (
        "libauth_inbound_new_n",
        "libauth.hpp takes std::string, and refuses one with a NUL inside by name",
    ),
    (
        "libauth_check_version",
        "libauth.hpp compares the versions itself when it is first used, with its own message",
    ),
    (
        "libauth_version_number",
        "libauth.hpp needs the text only, which version() gives",
    ),
    (
        "libauth_http_response_set_status",
        "http_response takes its status when it is made",
    ),
    (
        "libauth_inbound_add_header_n",
        "libauth.hpp takes std::string, and refuses one with a NUL inside by name",
    ),
];

/// Constants that libauth.hpp does not repeat, with the reason.
const CONSTANTS_LEFT_OUT: [(&str, &str); 8] = [
    ("LIBAUTH_VERSION_PATCH", "another patch version fits"),
    (
        "LIBAUTH_DAXPAY_REPLY",
        "a macro of libauth.h, used as it is",
    ),
    (
        "LIBAUTH_REDEMPTION_REPLY",
        "a macro of libauth.h, used as it is",
    ),
    ("LIBAUTH_API", "a macro of libauth.h, used as it is"),
    (
        "LIBAUTH_CREDITPAY_REPLY",
        "a macro of libauth.h, used as it is",
    ),
    (
        "LIBAUTH_DEPRECATED(text)",
        "a macro of libauth.h, used as it is",
    ),
    (
        "LIBAUTH_VERSION_NUMBER",
        "LIBAUTH_VERSION_MAJOR and _MINOR say enough",
    ),
    ("LIBAUTH_WARN_UNUSED", "a macro of libauth.h, used as it is"),
];

fn has_compiler(what_for: &str) -> bool {
    has_tool(&cxx_compiler(), "--version", what_for)
}

/// Compiles files of tests/languages/cpp, each for itself and several at a time.
fn objects(installed: &Installed, flags: &[&str]) -> Vec<PathBuf> {
    let sources: [(&str, &[&str]); 6] = [
        ("suite", &[]),
        ("scenarios", &[]),
        ("bad_input", &[]),
        ("callbacks", &[]),
        ("results", &[]),
        ("without_exceptions", &["-fno-exceptions", "-fno-rtti"]),
    ];
    std::thread::scope(|scope| {
        let started: Vec<_> = sources
            .map(|(name, extra)| {
                scope.spawn(move || {
                    let object = installed.dir().join(name).with_extension("o");
                    let mut command = Command::new(cxx_compiler());
                    command
                        .args(WARNINGS)
                        .args(["-g", "-pthread"])
                        .args(flags)
                        .args(extra);
                    command.arg("-I").arg(root().join("include")).arg("-c");
                    command.arg(
                        root()
                            .join("tests/languages/cpp")
                            .join(name)
                            .with_extension("cpp"),
                    );
                    run(command.arg("-o").arg(&object), LIMIT);
                    object
                })
            })
            .into();
        started
            .into_iter()
            .map(|one| one.join().expect("it compiles"))
            .collect()
    })
}

/// Builds and runs the suite; the last line counts.
fn run_suite(name: &str, flags: &[&str]) {
    let installed = Installed::new(name);
    let program = installed.dir().join("suite");
    let link: Vec<&str> = flags.iter().copied().chain(["-pthread"]).collect();
    compile(
        &cxx_compiler(),
        &objects(&installed, flags),
        &link,
        &installed,
        &program,
    );
    let sandbox = Sandbox::start();
    let output = run(
        Command::new(&program).env("LIBAUTH_SANDBOX", sandbox.origin()),
        LIMIT,
    );
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let last = text.lines().last().unwrap_or_default();
    assert!(
        last.ends_with(" passed, 0 failed") && !last.starts_with("0 "),
        "{last}"
    );
}

#[test]
fn suite_in_cpp11() {
    if has_compiler("the C++ suite") {
        run_suite("cpp11", &["-std=c++11"]);
    }
}

#[test]
fn suite_in_cpp17_with_sanitizers() {
    if !has_compiler("the C++ suite with sanitizers") {
        return;
    }
    // The check of virtual tables does not know objects of files without RTTI.
    let flags = [
        "-std=c++17",
        "-fsanitize=address,undefined",
        "-fno-sanitize=vptr",
        "-fno-sanitize-recover=undefined",
    ];
    run_suite("sanitizers", &flags);
}

/// The header compiles alone and without a warning, in every dialect of both compilers, with and without exceptions.
#[test]
fn header_matrix() {
    let folder = Installed::new("hpp-matrix");
    let source = folder.dir().join("alone.cpp");
    let uses = "#include <libauth.hpp>\n#include <libauth.hpp>\n\
                int main() {\n\
                  libauth::config config(\"https://seller.example\");\n\
                  libauth::result<libauth::seller> seller = libauth::seller::try_make(config, \"a\", \"b\");\n\
                  return seller ? 0 : 1;\n\
                }\n";
    std::fs::write(&source, uses).unwrap();
    for compiler in ["g++", "clang++"] {
        if !has_tool(
            compiler,
            "--version",
            "a part of the compile matrix of libauth.hpp",
        ) {
            continue;
        }
        for dialect in ["c++11", "c++14", "c++17", "c++20"] {
            for extra in [
                &["-O2"][..],
                &["-fno-exceptions"],
                &["-fno-exceptions", "-fno-rtti"],
            ] {
                let mut command = Command::new(compiler);
                command
                    .args(WARNINGS)
                    .args(["-fsyntax-only", &format!("-std={dialect}")])
                    .args(extra);
                run(
                    command.arg("-I").arg(root().join("include")).arg(&source),
                    LIMIT,
                );
            }
        }
    }
}

/// With exceptions off, what would throw is not there.
#[test]
fn without_exceptions_nothing_throws() {
    if !has_compiler("libauth.hpp without exceptions") {
        return;
    }
    let folder = Installed::new("hpp-noexcept");
    let source = folder.dir().join("throws.cpp");
    std::fs::write(&source, "#include <libauth.hpp>\nlibauth::token ask(const libauth::seller& s) { return s.token(); }\n").unwrap();
    for (flag, compiles) in [("-fexceptions", true), ("-fno-exceptions", false)] {
        let mut command = Command::new(cxx_compiler());
        command
            .args(["-std=c++11", "-fsyntax-only", flag, "-I"])
            .arg(root().join("include"))
            .arg(&source);
        let output = command.output().expect("the compiler starts");
        assert_eq!(
            output.status.success(),
            compiles,
            "{flag}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn quickstart(name: &str) -> (Installed, PathBuf) {
    let installed = Installed::new(name);
    let program = installed.dir().join("quickstart");
    let flags: Vec<&str> = WARNINGS
        .iter()
        .copied()
        .chain(["-std=c++11", "-O1", "-g"])
        .collect();
    compile(
        &cxx_compiler(),
        &[root().join("bindings/cpp/quickstart.cpp")],
        &flags,
        &installed,
        &program,
    );
    (installed, program)
}

#[test]
fn quickstart_runs_and_fails_with_the_librarys_message() {
    if !has_compiler("the C++ quickstart") {
        return;
    }
    let (_installed, program) = quickstart("cpp-quickstart");
    let sandbox = Sandbox::start();
    let output = run(
        Command::new(&program).env("LIBAUTH_SANDBOX", sandbox.origin()),
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

    let mut failing = Command::new(&program);
    failing
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .env("LIBAUTH_SELLER_SECRET_KEY", "wrong");
    let output = failing.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("UNAUTHORIZED") && message.contains("seller"),
        "{message}"
    );
}

/// A program that was built for another minor version says so instead of going wrong.
#[test]
fn a_library_of_another_version_is_refused() {
    if !has_compiler("the check of the library's version") {
        return;
    }
    let installed = Installed::new("cpp-version");
    let header = std::fs::read_to_string(root().join("include/libauth.h")).unwrap();
    let minor = format!(
        "#define LIBAUTH_VERSION_MINOR {}\n",
        env!("CARGO_PKG_VERSION_MINOR")
    );
    let other = header.replace(&minor, "#define LIBAUTH_VERSION_MINOR 9999\n");
    assert_ne!(other, header);
    std::fs::write(installed.dir().join("libauth.h"), other).unwrap();
    std::fs::copy(
        root().join("include/libauth.hpp"),
        installed.dir().join("libauth.hpp"),
    )
    .unwrap();
    let source = installed.dir().join("version.cpp");
    let uses = "#include \"libauth.hpp\"\n#include <iostream>\n\
                int main() {\n\
                  try {\n\
                    libauth::seller seller(libauth::config(\"https://seller.example\"), \"a\", \"b\");\n\
                  } catch (const libauth::invalid_config_error& error) {\n\
                    std::cout << error.what() << std::endl;\n\
                  }\n\
                }\n";
    std::fs::write(&source, uses).unwrap();
    let program = installed.dir().join("version");
    compile(
        &cxx_compiler(),
        &[source],
        &["-std=c++11"],
        &installed,
        &program,
    );
    let output = run(&mut Command::new(&program), LIMIT);
    let said = String::from_utf8_lossy(&output.stdout);
    let loaded = format!("has loaded libauth {}", env!("CARGO_PKG_VERSION"));
    assert!(
        said.contains("was built for libauth") && said.contains(&loaded),
        "'{said}'"
    );
}

/// The words of a text that begin with a prefix.
fn words(text: &str, prefix: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with(prefix))
        .map(str::to_owned)
        .collect()
}

fn without_comments(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("the header can be read");
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_function_of_the_header_is_wrapped_or_left_out_with_a_reason() {
    let c = without_comments(&root().join("include/libauth.h"));
    let cpp = without_comments(&root().join("include/libauth.hpp"));
    let used = words(&cpp, "libauth_");
    // A function's name stands before a parenthesis.
    let functions: BTreeSet<String> = c
        .split('(')
        .filter_map(|before| {
            before
                .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .next()
        })
        .filter(|word| word.starts_with("libauth_"))
        .map(str::to_owned)
        .collect();
    assert!(
        functions.len() > 150,
        "only {} functions were found",
        functions.len()
    );
    for name in &functions {
        let left_out = LEFT_OUT
            .iter()
            .any(|(one, reason)| one == name && !reason.is_empty());
        assert_ne!(
            used.contains(name),
            left_out,
            "{name} is neither wrapped nor left out with a reason, or both"
        );
    }
    for (name, _) in LEFT_OUT {
        assert!(
            functions.contains(name),
            "{name} is left out and does not exist"
        );
    }

    let defined: BTreeSet<String> = c
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split_whitespace().next())
        .filter(|name| *name != "LIBAUTH_H")
        .map(str::to_owned)
        .collect();
    assert!(
        defined.len() > 50,
        "only {} constants were found",
        defined.len()
    );
    let used = words(&cpp, "LIBAUTH_");
    for name in &defined {
        let left_out = CONSTANTS_LEFT_OUT.iter().any(|(one, _)| one == name);
        assert_ne!(
            used.contains(name),
            left_out,
            "{name} is neither in libauth.hpp nor left out, or both"
        );
    }
}

/// Every public function of a platform has its twin that throws nothing, and the other way round.
#[test]
fn every_call_can_be_made_with_and_without_exceptions() {
    let text = std::fs::read_to_string(root().join("include/libauth.hpp")).unwrap();
    let mut twins = 0;
    for class in text
        .split("\nclass ")
        .filter(|class| class.contains(": public detail::handle<"))
    {
        let (plain, throwing) = class
            .split_once("#if LIBAUTH_HPP_EXCEPTIONS")
            .expect("it has a part that throws");
        let name = class.split(' ').next().unwrap();
        for twin in words(plain, "try_") {
            let function = if twin == "try_make" { name } else { &twin[4..] };
            assert!(
                throwing.contains(&format!(" {function}(")),
                "{name} has {twin} and no {function}"
            );
            assert!(
                throwing.contains(&format!("{twin}(")),
                "{name}::{function} does not use {twin}"
            );
            twins += 1;
        }
        for used in words(throwing, "try_") {
            assert!(plain.contains(&format!(" {used}(")), "{name} has no {used}");
        }
    }
    assert!(twins > 40, "only {twins} were found");
}
