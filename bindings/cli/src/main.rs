//! The `libauth` command: the five platforms on loopback, and what signs, verifies, explains and calls them.
//!
//! Each subcommand is a file in `commands`. `settings` knows where credentials come from, `failure` which exit
//! status a failure has, `out` how something is printed.

mod commands;
mod failure;
mod out;
mod platform;
mod test_settings;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use commands::sandbox;
use failure::Failure;
use out::Out;

/// Log in to, sign for and verify messages from five Chinese partner platforms.
#[derive(Parser)]
#[command(name = "libauth", version, max_term_width = 100, after_long_help = failure::EXIT_STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON, one document on one line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    Sandbox(sandbox::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::of_command_line(&error),
    };
    let mut out = Out::new(cli.json);
    let ended = run(&cli.command, &mut out).and_then(|verdict| {
        out.finish()?;
        Ok(verdict)
    });
    match ended {
        Ok(verdict) => verdict.into(),
        Err(failure) => out.failed(&failure),
    }
}

fn run(command: &Command, out: &mut Out) -> Result<out::Verdict, Failure> {
    match command {
        Command::Sandbox(args) => sandbox::run(args, out),
    }
}

/// The description of the command line, for completions and man pages.
#[allow(dead_code)]
fn description() -> clap::Command {
    Cli::command()
}
