//! The `libauth` command: the five platforms on loopback, and what signs, verifies, explains and calls them.
//!
//! Each subcommand is a file in `commands`. `settings` knows where credentials come from, `failure` which exit
//! status a failure has, `out` how something is printed.

mod called;
mod commands;
mod failure;
mod files;
mod given;
mod handle;
mod judge;
mod masked;
mod out;
mod platform;
mod profiles;
mod request;
mod settings;
mod strings;
mod test_settings;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use failure::Failure;
use out::{Out, Verdict};

/// Log in to, sign for and verify messages from five Chinese partner platforms.
///
/// Credentials come from the environment (LIBAUTH_SELLER_BASE_URL …) or from a profile in ~/.config/libauth.toml,
/// never from the command line; with --sandbox they are the sandbox's own. Secrets are masked.
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
    Sandbox(commands::sandbox::Args),
    Webhook(commands::webhook::Args),
    Explain(commands::explain::Args),
    Sign(commands::sign::Args),
    Verify(commands::verify::Args),
    Token(commands::token::Args),
    Call(commands::call::Args),
    Auth(commands::auth::Args),
    Code(commands::code::Args),
    Url(commands::url::Args),
    Doctor(commands::doctor::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::of_command_line(&error),
    };
    let mut out = Out::new(cli.json);
    let ended = run(&cli.command, &mut out);
    match ended {
        Ok(verdict) => verdict.into(),
        Err(mut failure) => {
            let at_sandbox = std::env::args().any(|word| word.starts_with("--sandbox"));
            if at_sandbox && failure.name == "NETWORK" {
                failure.message += " (the sandbox is started with: libauth sandbox)";
            }
            out.failed(&failure)
        }
    }
}

fn run(command: &Command, out: &mut Out) -> Result<Verdict, Failure> {
    match command {
        Command::Sandbox(args) => commands::sandbox::run(args, out),
        Command::Webhook(args) => commands::webhook::run(args, out),
        Command::Explain(args) => commands::explain::run(args, out),
        Command::Sign(args) => commands::sign::run(args, out),
        Command::Verify(args) => commands::verify::run(args, out),
        Command::Token(args) => commands::token::run(args, out),
        Command::Call(args) => commands::call::run(args, out),
        Command::Auth(args) => commands::auth::run(args, out),
        Command::Code(args) => commands::code::run(args, out),
        Command::Url(args) => commands::url::run(args, out),
        Command::Doctor(args) => commands::doctor::run(args, out),
        Command::Completions(args) => commands::completions::run(args, Cli::command(), out),
        Command::Man(args) => commands::man::run(args, Cli::command(), out),
    }
}
