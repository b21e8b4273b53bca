//! `cargo run -p tools -- dist`: builds everything that is shipped, and checks each piece.

mod archive;
mod check;
mod compile;
mod deb;
mod inspect;
mod jar;
mod notices;
mod rpm;
mod say;
mod steps;
mod targets;
mod toolchain;
mod tree;
mod wheel;

use std::path::PathBuf;
use std::process::ExitCode;

use say::Result;
use targets::Target;

const USAGE: &str =
    "usage: cargo run -p tools -- dist [--quick] [--check] [--target TARGET]... [--out DIR]

  --quick           only for the machine that it runs on
  --check           then uses each piece as its user would
  --target TARGET   only for this machine, as Rust calls it
  --out DIR         where all goes, dist by default

What is done is not done again: an interrupted run goes on where it was.";

/// What is asked for.
struct Wanted {
    targets: Vec<&'static Target>,
    check: bool,
    out: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match wanted(&arguments) {
        Ok(wanted) => steps::all(&wanted.targets, wanted.check, &wanted.out),
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("dist: {message}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted {
        targets: Vec::new(),
        check: false,
        out: tools::root().join("dist"),
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| USAGE.to_owned());
        match argument.as_str() {
            "--check" => wanted.check = true,
            "--quick" => wanted
                .targets
                .extend(targets::ALL.iter().filter(|target| target.is_here())),
            "--out" => wanted.out = PathBuf::from(value()?),
            "--target" => {
                let name = value()?;
                let known = targets::ALL.iter().find(|target| target.triple == name);
                let names: Vec<&str> = targets::ALL.iter().map(|target| target.triple).collect();
                wanted.targets.push(known.ok_or_else(|| {
                    format!(
                        "dist: nothing is shipped for {name}, only for {}",
                        names.join(", ")
                    )
                })?);
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    if wanted.targets.is_empty() {
        wanted.targets = targets::ALL.iter().collect();
    }
    wanted.out = std::path::absolute(&wanted.out).map_err(|e| format!("--out: {e}"))?;
    Ok(wanted)
}
