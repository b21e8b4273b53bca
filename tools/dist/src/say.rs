//! What a person sees, and how other programs are run.

use std::fmt::Display;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// One line that says what went wrong and what to do.
pub type Result<T> = std::result::Result<T, String>;

/// Counts the steps.
pub struct Progress {
    done: usize,
    all: usize,
    started: Instant,
}

impl Progress {
    pub fn new(all: usize) -> Progress {
        Progress {
            done: 0,
            all,
            started: Instant::now(),
        }
    }

    /// Leaves steps out that were counted.
    pub fn skip(&mut self, steps: usize) {
        self.all -= steps;
    }

    /// Does a step, and says what it was, what came of it and how long it took.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<String>) -> Result<()> {
        self.done += 1;
        eprintln!("[{}/{}] {name}", self.done, self.all);
        let at = Instant::now();
        let came = work().map_err(|e| format!("{name}: {e}"))?;
        eprintln!(
            "[{}/{}] {name}: {came} ({} s, {} s in all)",
            self.done,
            self.all,
            at.elapsed().as_secs(),
            self.started.elapsed().as_secs()
        );
        Ok(())
    }
}

/// Runs a command; what it says is shown when it fails, and given when it does not.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{} does not start: {e}", shown(command)))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "failed with {}: {}\n{said}{complaint}",
        output.status,
        shown(command)
    ))
}

/// A command as one would type it.
pub fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a program can be started.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// What could not be done with a file, and which.
pub fn at<E: Display>(path: &Path) -> impl FnOnce(E) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}
