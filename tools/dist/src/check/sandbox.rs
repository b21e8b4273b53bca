//! The five platforms on loopback, by the command that is shipped.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::say::{Result, shown};

/// Runs until it is dropped.
pub struct Sandbox {
    child: Child,
    origin: String,
}

impl Sandbox {
    /// Starts a command's sandbox: `starter` is the command, with what runs it in front.
    pub fn start(mut starter: Command) -> Result<Sandbox> {
        starter.args(["sandbox", "--json", "--port", "0", "--until-stdin-closes"]);
        let mut child = starter
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{}: {e}", shown(&starter)))?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said)
                .read_line(&mut line)
                .map_err(|e| e.to_string())?;
        }
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        match said["origin"].as_str() {
            Some(origin) => Ok(Sandbox {
                child,
                origin: origin.to_owned(),
            }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(format!("{} said {line:?}", shown(&starter)))
            }
        }
    }

    /// Of the command in a folder.
    pub fn of(command: &Path) -> Result<Sandbox> {
        Sandbox::start(Command::new(command))
    }

    /// A program that finds the sandbox.
    pub fn visit<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program.env("LIBAUTH_SANDBOX", &self.origin)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It ends when its standard input is closed.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
