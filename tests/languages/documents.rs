//! Every block of code in README.md and docs/ is compiled, and run against the sandbox.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::suite::{Installed, c_compiler, compile, cxx_compiler, has_tool, root, run};
use libauth_sandbox::{Sandbox, credentials};

const LIMIT: Duration = Duration::from_secs(120);

/// What stands around a block in C that is not a program: the variables that it takes for granted.
const AROUND_C: (&str, &str) = (
    r#"#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int fail(libauth_error *error) {
  fprintf(stderr, "%s\n", libauth_error_message(error));
  return 1;
}
int main(void) {
  const char *access_key = "access-key", *secret_key = "secret-key", *signature = "c2ln", *timestamp = "1732521424191";
  const char *their_signature = "c2ln";
  const uint8_t *body = (const uint8_t *)"{}";
  size_t body_length = 2;
  libauth_error *error = NULL;
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  libauth_config *of_creditpay = libauth_config_new("https://host.example/dg");
  libauth_creditpay *creditpay = NULL;
  if (libauth_creditpay_new(of_creditpay, "plat", "api-key", "key", &creditpay, &error) != LIBAUTH_OK) return fail(error);
  libauth_config_free(of_creditpay);
  {
"#,
    r#"
  }
  libauth_error_free(error);
  libauth_creditpay_free(creditpay);
  (void)access_key, (void)secret_key, (void)signature, (void)timestamp, (void)their_signature, (void)body;
  (void)body_length, (void)seller, (void)token;
  return 0;
}
"#,
);

const AROUND_CPP: (&str, &str) = (
    "#include <iostream>\n#include <libauth.hpp>\nint main() {\n  const std::string access_key = \"access-key\", secret_key = \"secret-key\";\n",
    "\n}\n",
);

/// A block of a document, with where it begins.
struct Block {
    language: String,
    code: String,
    place: String,
}

#[test]
fn c_blocks_run() {
    if !has_tool(&c_compiler(), "--version", "the documents' blocks in C") {
        return;
    }
    let flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];
    let count = each("c", &flags, &c_compiler(), "c", |code| {
        match code.contains("int main(") {
            true => code.to_owned(),
            false => format!("{}{code}{}", AROUND_C.0, AROUND_C.1),
        }
    });
    assert!(count >= 4, "only {count} blocks were found");
}

#[test]
fn cpp_blocks_run() {
    if !has_tool(&cxx_compiler(), "--version", "the documents' blocks in C++") {
        return;
    }
    let flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-pthread"];
    let count = each("cpp", &flags, &cxx_compiler(), "cpp", |code| {
        match code.contains("int main(") {
            true => code.to_owned(),
            false => format!("{}{code}{}", AROUND_CPP.0, AROUND_CPP.1),
        }
    });
    assert!(count >= 1, "only {count} blocks were found");
}

#[test]
fn python_blocks_run() {
    if !has_tool("python3", "--version", "the documents' blocks in Python") {
        return;
    }
    let (installed, sandbox) = (Installed::new("documents-python"), Sandbox::start());
    let blocks = blocks("python");
    for block in &blocks {
        let code = format!(
            "access_key, secret_key = 'access-key', 'secret-key'\n{}",
            block.code
        );
        let mut python = Command::new("python3");
        python
            .env("LIBAUTH_LIBRARY", installed.library())
            .env("PYTHONPATH", root().join("bindings/python/src"));
        python
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg("-c")
            .arg(real(&code, &sandbox));
        println!("{}", block.place);
        assert!(
            !run(&mut python, LIMIT).stdout.is_empty(),
            "{} prints nothing",
            block.place
        );
    }
    assert!(!blocks.is_empty());
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
    for path in documents() {
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

/// Compiles and runs every block of a language; returns how many there were.
fn each(
    language: &str,
    flags: &[&str],
    compiler: &str,
    extension: &str,
    whole: impl Fn(&str) -> String,
) -> usize {
    let (installed, sandbox) = (
        Installed::new(&format!("documents-{language}")),
        Sandbox::start(),
    );
    let blocks = blocks(language);
    for (number, block) in blocks.iter().enumerate() {
        println!("{}", block.place);
        let source = installed
            .dir()
            .join(format!("block{number}"))
            .with_extension(extension);
        let program = source.with_extension("program");
        std::fs::write(&source, real(&whole(&block.code), &sandbox)).unwrap();
        compile(compiler, &[source], flags, &installed, &program);
        let output = run(&mut Command::new(&program), LIMIT);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.is_empty(), "{}: {told}", block.place);
    }
    blocks.len()
}

/// With the sandbox's address and credentials instead of invented ones.
fn real(code: &str, sandbox: &Sandbox) -> String {
    code.replace("https://seller.example", &sandbox.base("seller"))
        .replace(
            "\"access-key\"",
            &format!("\"{}\"", credentials().seller_access_key),
        )
        .replace(
            "\"secret-key\"",
            &format!("\"{}\"", credentials().seller_secret_key),
        )
        .replace(
            "'access-key', 'secret-key'",
            &format!(
                "'{}', '{}'",
                credentials().seller_access_key,
                credentials().seller_secret_key
            ),
        )
}

fn documents() -> Vec<PathBuf> {
    let in_folder = |folder: PathBuf| -> Vec<PathBuf> {
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            .collect()
    };
    let mut found = in_folder(root().to_owned());
    found.extend(in_folder(root().join("docs")));
    found.sort();
    found
}

/// The blocks of a language: those that say nothing else than its name.
fn blocks(language: &str) -> Vec<Block> {
    documents()
        .iter()
        .flat_map(|path| blocks_of(path))
        .filter(|block| block.language == language)
        .collect()
}

fn blocks_of(path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut found: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), is_inside) {
            (Some(language), false) => {
                let place = format!("{}:{}", path.display(), number + 1);
                found.push(Block {
                    language: language.trim().to_owned(),
                    code: String::new(),
                    place,
                });
                is_inside = true;
            }
            (Some(_), true) => is_inside = false,
            (None, true) => {
                let block = found.last_mut().expect("a block was begun");
                block.code.push_str(line);
                block.code.push('\n');
            }
            (None, false) => {}
        }
    }
    found
}
