//! `libauth man`: the manual, a page for the command and one for each subcommand.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::Failure;
use crate::out::{Out, Verdict};

/// Write man pages into a folder: libauth.1, libauth-sandbox.1 and so on
#[derive(clap::Args)]
pub struct Args {
    /// Folder, which is made if need be
    dir: PathBuf,
}

pub fn run(args: &Args, description: clap::Command, out: &mut Out) -> Result<Verdict, Failure> {
    let dir = args.dir.display();
    let wrong = |error: std::io::Error| Failure::machine(format!("{dir}: {error}"));
    std::fs::create_dir_all(&args.dir).map_err(wrong)?;
    let description = description.disable_help_subcommand(true);
    clap_mangen::generate_to(description, &args.dir).map_err(wrong)?;
    match out.is_json() {
        true => out.json(&json!({"dir": args.dir}))?,
        false => out.line(&format!("{}", args.dir.join("libauth.1").display()))?,
    }
    Ok(Verdict::Well)
}
