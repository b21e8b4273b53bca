//! What ended a command, in one line, and the exit status it has.

use std::fmt;
use std::process::ExitCode;

use auth::{Delivery, Error, Status};
use serde_json::{Value, json};

/// The last part of `libauth --help`.
pub const EXIT_STATUS: &str = "\
Exit status:
    0  all is well
    1  what was looked at is not right: a signature, a check of doctor
    2  the command line is wrong
    3  settings, credentials, a key or what was read cannot be used; nothing was sent
    4  the platform was not reached: NETWORK, TIMEOUT, HTTP, RATE_LIMITED
    5  the platform refused: PLATFORM, UNAUTHORIZED
    6  an answer or a message cannot be trusted: PROTOCOL, BAD_SIGNATURE, STALE, REPLAYED, BUSY
    7  it may have happened, ask the platform before repeating: OUTCOME_UNKNOWN
    8  the shared store failed: STORE
    9  this machine: a port is taken, output cannot be written
   70  a bug of libauth: INTERNAL";

/// Classes of failures; the numbers are the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    Usage = 2,
    Input = 3,
    Unreached = 4,
    Refused = 5,
    Untrusted = 6,
    Unknown = 7,
    Store = 8,
    Machine = 9,
    Bug = 70,
    Cancelled = 130,
}

/// What ended a command.
#[derive(Debug)]
pub struct Failure {
    pub class: Class,
    /// libauth's name for it, such as `INVALID_CONFIG`, or one of the command's own.
    pub name: &'static str,
    /// One line that names the thing to mend. Holds no secret.
    pub message: String,
    /// What libauth said, if it was libauth.
    cause: Option<Error>,
}

impl Failure {
    fn new(class: Class, name: &'static str, message: impl Into<String>) -> Failure {
        Failure {
            class,
            name,
            message: message.into(),
            cause: None,
        }
    }

    /// Something that was given or read cannot be used.
    pub fn input(message: impl Into<String>) -> Failure {
        Failure::new(Class::Input, "INPUT", message)
    }

    /// The command line asks for what there is not.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Class::Usage, "USAGE", message)
    }

    /// Nobody answers, or not as they should.
    pub fn unreached(message: impl Into<String>) -> Failure {
        Failure::new(Class::Unreached, "NETWORK", message)
    }

    /// This machine does not do what it should.
    pub fn machine(message: impl Into<String>) -> Failure {
        Failure::new(Class::Machine, "MACHINE", message)
    }

    /// As `--json` prints it.
    pub fn document(&self) -> Value {
        let mut error = json!({"name": self.name, "message": one_line(&self.message)});
        if let Some(cause) = &self.cause {
            error["delivery"] = json!(match cause.delivery() {
                Delivery::NotSent => "NOT_SENT",
                Delivery::MaybeSent => "MAYBE_SENT",
                Delivery::Answered => "ANSWERED",
            });
            error["retry_safe"] = json!(cause.is_retry_safe());
            error["platform_code"] = json!(cause.platform_code());
            error["platform_message"] = json!(cause.platform_message());
            error["http_status"] = json!(cause.http_status());
            error["trace_id"] = json!(cause.trace_id());
        }
        json!({ "error": error })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let class = match error.status() {
            Status::InvalidArgument | Status::InvalidConfig | Status::InvalidKey => Class::Input,
            Status::Network | Status::Timeout | Status::Http | Status::RateLimited => {
                Class::Unreached
            }
            Status::Platform | Status::Unauthorized => Class::Refused,
            Status::OutcomeUnknown => Class::Unknown,
            Status::Store => Class::Store,
            Status::Cancelled => Class::Cancelled,
            Status::Internal => Class::Bug,
            _ => Class::Untrusted,
        };
        let mut failure = Failure::new(class, error.status().name(), error.message());
        failure.cause = Some(error);
        failure
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "libauth: {}", one_line(&self.message))
    }
}

/// A text as one line, without what a terminal would act on.
pub fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.collect()
}

/// Help and version are printed as they are, a mistake in one line.
pub fn of_command_line(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody listening is no failure.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let text = text.trim_start_matches("error: ");
    // Behind it stand the usage and where help is to be had.
    let what = text.split("\n\nUsage:").next().unwrap_or(text);
    let what = what.split("\n\nFor more").next().unwrap_or(what);
    let words: Vec<&str> = what.split_whitespace().collect();
    let failure = Failure::usage(words.join(" ") + "; see libauth --help");
    eprintln!("{failure}");
    ExitCode::from(Class::Usage as u8)
}
