//! Starts the sandbox, compiles `bindings/c/quickstart.c` against the library just built, runs it,
//! and ends as it ends: `cargo run --release --example quickstart`.

#[path = "../tests/languages/suite/mod.rs"]
mod suite;

use std::process::{Command, ExitCode};

use libauth_sandbox::Sandbox;
use suite::{Installed, c_compiler, compile, root};

fn main() -> ExitCode {
    let compiler = c_compiler();
    if Command::new(&compiler).arg("--version").output().is_err() {
        eprintln!(
            "There is no C compiler `{compiler}`. Install one (Debian, Ubuntu: apt-get install gcc; macOS: xcode-select --install), or name yours in CC."
        );
        return ExitCode::FAILURE;
    }
    let sandbox = Sandbox::start();
    let installed = Installed::new("quickstart");
    let program = installed.dir().join("quickstart");
    println!("sandbox       {}", sandbox.origin());
    let source = root().join("bindings/c/quickstart.c");
    compile(
        &compiler,
        &[source],
        &["-std=c99", "-O2"],
        &installed,
        &program,
    );
    let status = Command::new(&program)
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        ),
        Err(error) => {
            eprintln!("the compiled quickstart does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
