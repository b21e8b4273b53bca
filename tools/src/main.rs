//! `cargo run -p tools -- COMMAND`

use std::path::Path;
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo run -p tools -- COMMAND

  generate [--check]    writes everything that is made from the exports of src/ffi; --check only compares
  library [--release] [--target TARGET] [--out DIR]
                        builds libauth.so and libauth.a, and lays them out under the names that are installed
  dist [--quick] [--check] [--target TARGET]... [--out DIR]
                        builds everything that is shipped, and uses each piece";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match command.as_str() {
        "generate" => run("generate", rest),
        "dist" => run("dist", rest),
        "library" => library(rest),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Crates of their own: what reads Rust or packs archives takes a while to build, and only these need it.
fn run(package: &str, arguments: &[String]) -> ExitCode {
    let mut cargo = Command::new(tools::cargo());
    cargo
        .current_dir(tools::root())
        .args(["run", "--quiet", "--package", package, "--"]);
    match cargo.args(arguments).status() {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            code.map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(e) => failed(&format!("cargo does not start: {e}")),
    }
}

fn library(arguments: &[String]) -> ExitCode {
    let (mut profile, mut target, mut out) = (tools::Profile::Debug, None, None);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.len()) {
            ("--release", _) => profile = tools::Profile::Release,
            ("--debug", _) => profile = tools::Profile::Debug,
            ("--target", 1..) => target = arguments.next().cloned(),
            ("--out", 1..) => out = arguments.next().cloned(),
            _ => return failed(USAGE),
        }
    }
    match tools::library(profile, target.as_deref(), out.as_deref().map(Path::new)) {
        Ok(dir) => {
            println!("{}", dir.display());
            ExitCode::SUCCESS
        }
        Err(e) => failed(&e),
    }
}

fn failed(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
