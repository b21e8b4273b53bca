//! `libauth completions`: what a shell needs to complete this command's words.

use clap_complete::Shell;

use crate::failure::Failure;
use crate::out::{Out, Verdict};

/// Print completions for a shell
///
/// bash: libauth completions bash > ~/.local/share/bash-completion/completions/libauth
#[derive(clap::Args)]
pub struct Args {
    shell: Shell,
}

pub fn run(args: &Args, mut description: clap::Command, out: &mut Out) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut description, "libauth", &mut script);
    out.line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Verdict::Well)
}
