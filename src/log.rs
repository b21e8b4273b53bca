//! Log lines for the user's own log: a level and one line, never a secret.

/// How talkative the log is. The numbers are part of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub enum Level {
    /// Nothing.
    Off = 0,
    /// Calls that failed in the end.
    Error = 1,
    /// What works but should be looked at: repeats, refresh failures, clock differences.
    Warn = 2,
    /// Token events.
    Info = 3,
    /// A line for each attempt.
    Debug = 4,
    /// All there is.
    Trace = 5,
}

/// Receives log lines. It may be called from every thread that uses a provider, at once.
pub trait Log: Send + Sync {
    /// One line, without a line break at its end.
    fn log(&self, level: Level, line: &str);
}
