//! `cargo bench` in the root: runs the benches of the crate `libauth-benches`, which needs libcurl, OpenSSL and cJSON and
//! is therefore not built with everything else.

use std::process::{Command, exit};

fn main() {
    // Cargo passes `--bench`; what else is given picks lines.
    let words = std::env::args().skip(1).filter(|word| word != "--bench");
    let status = Command::new(env!("CARGO"))
        .args([
            "bench",
            "--package",
            "libauth-benches",
            "--bench",
            "ratios",
            "--",
        ])
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    match status {
        Ok(status) => exit(status.code().unwrap_or(1)),
        Err(why) => {
            eprintln!("cargo does not start: {why}");
            exit(1);
        }
    }
}
