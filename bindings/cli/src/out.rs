//! What is printed: for a person or as JSON, and nowhere once nobody listens any more.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde_json::Value;

use crate::failure::Failure;

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Well,
    /// What was looked at is not right.
    Wrong,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> ExitCode {
        match verdict {
            Verdict::Well => ExitCode::SUCCESS,
            Verdict::Wrong => ExitCode::FAILURE,
        }
    }
}

/// What stands out from the rest.
#[derive(Clone, Copy)]
pub enum Colour {
    Red,
    Green,
    Yellow,
    Dim,
}

/// Standard output.
pub struct Out {
    is_json: bool,
    is_coloured: bool,
    /// Whoever read is gone: the command goes on, since its exit status still counts.
    is_closed: bool,
}

impl Out {
    pub fn new(is_json: bool) -> Out {
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Out {
            is_json,
            is_coloured: !is_json && !wants_none && io::stdout().is_terminal(),
            is_closed: false,
        }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Prints a line at once.
    pub fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.write(|stdout| writeln!(stdout, "{line}").and_then(|()| stdout.flush()))
    }

    /// Prints a JSON document on one line.
    pub fn json(&mut self, document: &Value) -> Result<(), Failure> {
        self.line(&document.to_string())
    }

    /// Text in a colour, where colours are shown.
    pub fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.is_coloured {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Red => "31;1",
            Colour::Green => "32",
            Colour::Yellow => "33",
            Colour::Dim => "2",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Says what ended the command: one line for a person on standard error, or JSON on standard output.
    pub fn failed(&mut self, failure: &Failure) -> ExitCode {
        let is_said = self.is_json && self.json(&failure.document()).is_ok();
        if !is_said {
            // Nobody may listen there either.
            let _ = writeln!(io::stderr(), "{failure}");
        }
        ExitCode::from(failure.class as u8)
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut io::StdoutLock) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        match write(&mut io::stdout().lock()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::machine(format!(
                "standard output cannot be written: {error}"
            ))),
        }
    }
}
