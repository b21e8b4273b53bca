//! `cargo run -p tools -- generate [--check]`

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(&root),
        ["--check"] => check(&root),
        _ => {
            eprintln!("usage: cargo run -p tools -- generate [--check]");
            ExitCode::from(2)
        }
    }
}

fn write(root: &Path) -> ExitCode {
    for (name, text) in generate::files(root) {
        let path = root.join(name);
        if std::fs::read_to_string(&path).unwrap_or_default() == text {
            continue;
        }
        if let Err(e) = std::fs::write(&path, text) {
            eprintln!("{name} cannot be written: {e}");
            return ExitCode::FAILURE;
        }
        println!("{name}");
    }
    ExitCode::SUCCESS
}

fn check(root: &Path) -> ExitCode {
    let differences = generate::differences(root);
    for name in &differences {
        eprintln!("{name} is not what src/ffi says; run: cargo run -p tools -- generate");
    }
    ExitCode::from(u8::from(!differences.is_empty()))
}
