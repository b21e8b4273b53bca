//! Help, man pages and completions: all made of the one description of the command line.

use std::process::Command;

use super::running::{Folder, libauth, run};

const COMMANDS: [&str; 13] = [
    "sandbox",
    "webhook",
    "explain",
    "sign",
    "verify",
    "token",
    "call",
    "auth",
    "code",
    "url",
    "doctor",
    "completions",
    "man",
];

#[test]
fn help_names_every_command_and_every_exit_status() {
    let ran = run(&mut libauth(&["--help"]), b"").ended(0);
    for name in COMMANDS {
        assert!(ran.stdout.contains(&format!("  {name} ")), "{}", ran.stdout);
        let own = run(&mut libauth(&[name, "--help"]), b"").ended(0);
        assert!(own.stdout.contains("Usage: libauth "), "{}", own.stdout);
        assert!(own.stdout.contains("--json"), "{name}");
        // Its own description, not that of a group of its options.
        assert!(!own.stdout.contains("No doc comment"), "{}", own.stdout);
    }
    for status in [
        "UNAUTHORIZED",
        "OUTCOME_UNKNOWN",
        "NETWORK",
        "BAD_SIGNATURE",
    ] {
        assert!(ran.stdout.contains(status), "{}", ran.stdout);
    }
    let version = run(&mut libauth(&["--version"]), b"").ended(0);
    let expected = format!("libauth {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.stdout, expected);
}

#[test]
fn man_pages_are_written() {
    let folder = Folder::new();
    let dir = folder.path().join("man/man1");
    run(&mut libauth(&["man", dir.to_str().unwrap()]), b"").ended(0);
    let page = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    assert!(page("libauth.1").contains(".TH libauth 1"));
    for name in COMMANDS {
        let text = page(&format!("libauth-{name}.1"));
        assert!(text.contains(".SH SYNOPSIS"), "{name}");
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&mut libauth(&["completions", shell]), b"").ended(0);
        assert!(ran.stdout.contains("explain"), "{shell}");
        if shell == "bash" {
            let folder = Folder::new();
            let file = folder.file("libauth.bash", &ran.stdout);
            let checked = Command::new("bash").args(["-n", &file]).status();
            // Where there is no bash, nobody needs it.
            assert!(checked.is_err() || checked.is_ok_and(|status| status.success()));
        }
    }
    run(&mut libauth(&["completions", "tcsh"]), b"").failed(2, &["tcsh"]);
}
