//! What belongs to one call alone: its time-out, its trace id, and how to stop it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result, Status};
use crate::random;

/// How often a call that waits asks whether it was cancelled.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The longest time-out, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest trace id, in bytes.
const LONGEST_TRACE_ID: usize = 128;

/// Says whether a call that is under way should end.
///
/// It is asked on the thread that made the call, at least every 100 ms while the call waits, and whenever
/// a signal interrupts a wait.
pub trait Cancel: Send + Sync {
    /// `true` ends the call with [`Status::Cancelled`].
    fn is_cancelled(&self) -> bool;
}

impl<F: Fn() -> bool + Send + Sync> Cancel for F {
    fn is_cancelled(&self) -> bool {
        self()
    }
}

/// What one call does differently from the others of its handle.
#[derive(Clone, Default)]
pub struct Options {
    /// The whole call's deadline in milliseconds, from 1 to 86400000; by default the configuration's.
    pub timeout_ms: Option<i64>,
    /// The id under which the call is found again: sent where the platform has a place for it, and part
    /// of log lines and errors. At most 128 visible ASCII characters; by default a random one.
    pub trace_id: Option<String>,
    /// Asked while the call waits whether it should end.
    pub cancel: Option<Arc<dyn Cancel>>,
}

impl Options {
    /// The id that was given; an empty one counts as none.
    pub(crate) fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref().filter(|id| !id.is_empty())
    }

    /// The id that was given, or a random one.
    pub(crate) fn trace_id_or_random(&self) -> Cow<'_, str> {
        self.trace_id()
            .map_or_else(|| Cow::Owned(random::hex_id()), Cow::Borrowed)
    }

    /// Checks time-out and trace id.
    pub(crate) fn check(&self) -> Result<()> {
        let timeout_ms = self.timeout_ms.unwrap_or(1);
        if !(1..=DAY_MS).contains(&timeout_ms) {
            return Err(Error::argument(
                "timeout_ms",
                format!("is {timeout_ms}: it must be from 1 to {DAY_MS}"),
            ));
        }
        let trace_id = self.trace_id().unwrap_or_default();
        if trace_id.len() > LONGEST_TRACE_ID {
            let length = trace_id.len();
            return Err(Error::argument(
                "trace_id",
                format!("has {length} bytes: it must have at most {LONGEST_TRACE_ID}"),
            ));
        }
        if !trace_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            let problem = "has something other than visible ASCII characters in it";
            return Err(Error::argument("trace_id", problem));
        }
        Ok(())
    }

    /// How long a call with these options may wait; `default_ms` is the configuration's time-out.
    pub(crate) fn wait(&self, default_ms: i64) -> Result<Wait> {
        self.check()?;
        let timeout_ms = self.timeout_ms.unwrap_or(default_ms);
        let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        Ok(Wait {
            deadline: Instant::now() + timeout,
            cancel: self.cancel.clone(),
        })
    }
}

/// Until when a call may wait, and what may end its waiting before that. Every wait of a call (for an
/// address, a connection, a byte, a pause, another thread's token) goes by the same one.
#[derive(Clone)]
pub(crate) struct Wait {
    deadline: Instant,
    cancel: Option<Arc<dyn Cancel>>,
}

impl Wait {
    /// The same, but over at `deadline` at the latest.
    pub(crate) fn no_later_than(&self, deadline: Instant) -> Wait {
        Wait {
            deadline: self.deadline.min(deadline),
            cancel: self.cancel.clone(),
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What is left of the time.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How long a wait may last before [`Wait::is_cancelled`] has to be asked again.
    pub(crate) fn step(&self) -> Duration {
        match self.cancel {
            Some(_) => self.left().min(ASK_EVERY),
            None => self.left(),
        }
    }

    /// When the caller is to be asked again, if it was `since_last` ago that it was asked; `None` when there is
    /// nobody to ask.
    pub(crate) fn question_in(&self, since_last: Duration) -> Option<Duration> {
        self.cancel
            .as_ref()
            .map(|_| ASK_EVERY.saturating_sub(since_last))
    }

    /// Whether there is somebody to ask.
    pub(crate) fn can_be_cancelled(&self) -> bool {
        self.cancel.is_some()
    }

    /// Whether the caller wants the call to end.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel
            .as_ref()
            .is_some_and(|cancel| cancel.is_cancelled())
    }

    /// Fails when the call may wait no longer.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(cancelled());
        }
        if self.left().is_zero() {
            let message = "the call took longer than timeout_ms";
            return Err(Error::new(Status::Timeout, message));
        }
        Ok(())
    }

    /// Waits, unless the call is cancelled meanwhile. The pause must end before the deadline.
    pub(crate) fn pause(&self, pause: Duration) -> Result<()> {
        let end = Instant::now() + pause;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            doze(left.min(self.step()));
        }
    }
}

/// Waits, until a signal comes at the longest: it may be what the caller's callback looks out for.
#[cfg(unix)]
fn doze(time: Duration) {
    let time = rustix::event::Timespec::try_from(time).ok();
    // Whoever dozes looks at the clock afterwards, whatever woke him.
    let _ = rustix::event::poll(&mut [], time.as_ref());
}

#[cfg(not(unix))]
fn doze(time: Duration) {
    std::thread::sleep(time);
}

/// The error of a call that its caller's callback ended.
pub(crate) fn cancelled() -> Error {
    Error::new(Status::Cancelled, "the call was cancelled by its caller")
}
