//! Every block of code in every document is compiled, and run against the sandbox. What a block may take for granted
//! stands in tests/documents/around.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::python_suite::python;
use super::suite::{Installed, c_compiler, compile, cxx_compiler, has_tool, root, run};
use libauth_documents::markdown::{self, Block};
use libauth_sandbox::{Sandbox, credentials};

const LIMIT: Duration = Duration::from_secs(120);

/// The languages of blocks that a test here, or in a suite of the language, compiles and runs.
const CODE: [&str; 8] = ["c", "cmake", "cpp", "java", "python", "rust", "sh", "xml"];

/// Blocks that are no code: declarations of the reference, which the header's own tests compile, and data.
const NO_CODE: [&str; 5] = ["c,ignore", "http", "json", "text", "toml"];

#[test]
fn every_block_says_what_it_is() {
    let all = markdown::blocks(root());
    for block in &all {
        let language = block.language.as_str();
        assert!(
            CODE.contains(&language) || NO_CODE.contains(&language),
            "{}: \"{language}\" is none of {CODE:?} and {NO_CODE:?}",
            block.place
        );
        let is_generated = block.place.contains("reference.md:");
        // The adapter for Redis is no part of the library, and needs a server: programs of its own try it.
        let is_adapter = block.code.contains("libauth_redis_new(");
        assert!(
            language != "c,ignore" || is_generated || is_adapter,
            "{}: a block in C is run",
            block.place
        );
    }
    for language in CODE {
        let count = all.iter().filter(|block| block.language == language);
        assert!(count.count() > 0, "there is no block in {language}");
    }
}

#[test]
fn c_blocks_run() {
    if !has_tool(&c_compiler(), "--version", "the documents' blocks in C") {
        return;
    }
    let around = include_str!("../documents/around/around.c");
    let flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];
    each("c", &flags, &c_compiler(), around);
}

#[test]
fn cpp_blocks_run() {
    if !has_tool(&cxx_compiler(), "--version", "the documents' blocks in C++") {
        return;
    }
    let around = include_str!("../documents/around/around.cpp");
    let flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-pthread"];
    each("cpp", &flags, &cxx_compiler(), around);
}

#[test]
fn python_blocks_run() {
    // With what the suite of the language has: blocks use requests and flask.
    let Some(interpreter) = python() else { return };
    let (installed, sandbox) = (Installed::new("documents-python"), Sandbox::start());
    let around = include_str!("../documents/around/around.py");
    for block in blocks("python") {
        println!("{}", block.place);
        let code = around.replace("# BLOCK\n", &block.code);
        let mut python = Command::new(interpreter);
        python
            .env("LIBAUTH_LIBRARY", installed.library())
            .env("PYTHONPATH", root().join("bindings/python/src"));
        python
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(["-W", "error", "-c"])
            .arg(real(&code, &sandbox));
        let told = run(&mut python, LIMIT).stderr;
        let told = String::from_utf8_lossy(&told);
        assert!(told.is_empty(), "{}: {told}", block.place);
    }
}

/// By the Java suite, which has the classes.
pub(super) fn run_java_blocks(classes: &[PathBuf], installed: &Installed) {
    let sandbox = Sandbox::start();
    let around = include_str!("../documents/around/Around.java");
    let classes = std::env::join_paths(classes).expect("paths can be joined");
    for block in blocks("java") {
        println!("{}", block.place);
        let source = installed.dir().join("Around.java");
        let code = around.replace("BLOCK\n", &block.code);
        std::fs::write(&source, real(&code, &sandbox)).unwrap();
        let mut java = Command::new("java");
        java.arg("-cp").arg(&classes).arg(&source);
        java.env("LIBAUTH_LIBRARY", installed.library());
        let told = run(&mut java, LIMIT).stderr;
        let told = String::from_utf8_lossy(&told);
        // A newer Java warns of native code, as the README says.
        let complains = told.lines().any(|line| !line.starts_with("WARNING: "));
        assert!(!complains, "{}: {told}", block.place);
    }
}

/// They are compiled with this program.
#[test]
fn rust_blocks_run() {
    let sandbox = Sandbox::start();
    for (place, block) in libauth_documents::RUST {
        println!("{place}");
        block(&|platform| sandbox.base(platform)).unwrap_or_else(|e| panic!("{place}: {e}"));
    }
    assert_eq!(libauth_documents::RUST.len(), blocks("rust").len());
}

/// Commands are not run, as they build and install; but what they name is there. Those that link a program
/// are run by the suite of the installation.
#[test]
fn commands_name_what_there_is() {
    let is_there = |path: &str| root().join(path).exists();
    for block in blocks("sh") {
        let mut shell = Command::new("sh");
        run(shell.args(["-n", "-c", &block.code]), LIMIT);
        for line in block.code.lines() {
            let line = line.split(" #").next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            let place = &block.place;
            for word in &words {
                let folder = word.split('/').next().unwrap_or_default();
                let is_ours = word.contains('/') && !folder.is_empty() && is_there(folder);
                // What is built is not there yet.
                assert!(
                    !is_ours || folder == "target" || is_there(word),
                    "{place}: there is no {word}"
                );
            }
            let after = |flag: &str| {
                let at = words.iter().position(|word| *word == flag)?;
                words.get(at + 1).copied()
            };
            if words.first() == Some(&"cargo") {
                let example = after("--example");
                assert!(
                    example.is_none_or(|name| is_there(&format!("examples/{name}.rs"))),
                    "{place}: there is no example {example:?}"
                );
                let package = after("-p").or(after("--package"));
                assert!(
                    package.is_none_or(is_package),
                    "{place}: there is no package {package:?}"
                );
            }
        }
    }
}

/// Whether the workspace has a package of this name.
fn is_package(name: &str) -> bool {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut ours = lock
        .split("[[package]]")
        .filter(|package| !package.contains("\nsource = "));
    ours.any(|package| package.contains(&format!("name = \"{name}\"")))
}

/// The dependency that a Maven project names is this version.
#[test]
fn xml_blocks_name_this_version() {
    for block in blocks("xml") {
        let version = format!("<version>{}</version>", env!("CARGO_PKG_VERSION"));
        let names = |tag: &str| block.code.contains(tag);
        assert!(
            names("<groupId>io.github.libauth</groupId>") && names(&version),
            "{}",
            block.place
        );
    }
}

/// The flags that static programs need, as the document says.
#[test]
fn the_flags_for_static_linking_suffice() {
    if !cfg!(target_os = "linux") || !has_tool(&c_compiler(), "--version", "static linking") {
        return;
    }
    let document = std::fs::read_to_string(root().join("docs/static-linking.md")).unwrap();
    let flags = document
        .lines()
        .find(|line| line.starts_with("-lgcc_s"))
        .expect("the flags stand on a line of their own");
    let (installed, sandbox) = (Installed::new("documents-static"), Sandbox::start());
    let program = installed.dir().join("program");
    let mut cc = Command::new(c_compiler());
    cc.arg("-I")
        .arg(root().join("include"))
        .arg(root().join("bindings/c/quickstart.c"));
    cc.arg(installed.dir().join("libauth.a"))
        .args(flags.split_whitespace())
        .arg("-o")
        .arg(&program);
    run(&mut cc, LIMIT);
    run(
        Command::new(&program).env("LIBAUTH_SANDBOX", sandbox.origin()),
        LIMIT,
    );
}

/// Links between documents lead somewhere.
#[test]
fn links_lead_to_files() {
    for path in markdown::documents(root()) {
        let text = std::fs::read_to_string(&path).unwrap();
        for (_, after) in text
            .match_indices("](")
            .map(|(at, found)| text.split_at(at + found.len()))
        {
            let target = after.split([')', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.contains(' ') {
                continue;
            }
            let file = path.parent().expect("it lies in a folder").join(target);
            assert!(
                file.exists(),
                "{} links to {target}, which is not there",
                path.display()
            );
        }
    }
}

/// Compiles and runs every block of a language. A program stands alone, anything else within `around`.
fn each(language: &str, flags: &[&str], compiler: &str, around: &str) {
    let installed = Installed::new(&format!("documents-{language}"));
    let sandbox = Sandbox::start();
    for (number, block) in blocks(language).iter().enumerate() {
        println!("{}", block.place);
        let source = installed
            .dir()
            .join(format!("block{number}"))
            .with_extension(language);
        let program = source.with_extension("program");
        let code = match block.code.contains("int main(") {
            true => block.code.clone(),
            false => around.replace("#include \"BLOCK\"\n", &block.code),
        };
        std::fs::write(&source, real(&code, &sandbox)).unwrap();
        compile(compiler, &[source], flags, &installed, &program);
        let output = run(&mut Command::new(&program), LIMIT);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.is_empty(), "{}: {told}", block.place);
    }
}

/// With the sandbox's addresses and credentials instead of invented ones.
fn real(code: &str, sandbox: &Sandbox) -> String {
    let mut code = code.to_owned();
    for platform in [
        "creditpay",
        "daxpay",
        "openplatform",
        "redemption",
        "seller",
    ] {
        let invented = format!("https://{platform}.example");
        code = code.replace(&invented, &sandbox.base(platform));
    }
    let known = credentials();
    code.replace(
        "\"access-key\"",
        &format!("\"{}\"", known.seller_access_key),
    )
    .replace(
        "\"secret-key\"",
        &format!("\"{}\"", known.seller_secret_key),
    )
}

/// The blocks of a language: those that say nothing else than its name.
pub(super) fn blocks(language: &str) -> Vec<Block> {
    let mut all = markdown::blocks(root());
    all.retain(|block| block.language == language);
    all
}
