//! The five platforms on loopback, to try libauth (or your own integration) against.
//!
//! `cargo run --example sandbox [-- --port N] [--quiet] [--until-stdin-closes]`
//!
//! It listens on port 18321, or on the port given; 0 takes a free one.
//! The first line of its output is `sandbox listening on http://127.0.0.1:PORT`, for programs that
//! start it. `--quiet` prints nothing else.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use libauth_sandbox::{Sandbox, banner};

/// Where the quickstarts look for the sandbox when nothing else is said.
const DEFAULT_PORT: u16 = 18321;

const USAGE: &str = "usage: sandbox [--port N] [--quiet] [--until-stdin-closes]";

struct Options {
    port: u16,
    quiet: bool,
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let quiet = options.quiet;
    let log = move |line: &str| {
        if !quiet {
            say(line);
        }
    };
    let sandbox = match Sandbox::start_logging(options.port, log) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!(
                "the sandbox cannot listen on port {}: {error}",
                options.port
            );
            return ExitCode::FAILURE;
        }
    };
    say(&format!("sandbox listening on {}", sandbox.origin()));
    if !quiet {
        say(&banner(&sandbox));
    }
    if options.until_stdin_closes {
        let mut block = [0; 1024];
        while std::io::stdin()
            .read(&mut block)
            .is_ok_and(|count| count > 0)
        {}
        return ExitCode::SUCCESS;
    }
    loop {
        std::thread::park();
    }
}

fn options() -> Option<Options> {
    let mut options = Options {
        port: DEFAULT_PORT,
        quiet: false,
        until_stdin_closes: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => options.port = arguments.next()?.parse().ok()?,
            "--quiet" => options.quiet = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Prints a line at once. Nobody listening is no reason to stop.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
