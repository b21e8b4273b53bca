//! What can go wrong, said so that a program can decide and a person can act.

use std::fmt;

use crate::answer::Answer;
use crate::json::JsonError;
use crate::secret::{mask, one_line};

/// The class of an error. The numbers are part of the C ABI and are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Status {
    /// A parameter is missing or wrong; the message names it.
    InvalidArgument = 1,
    /// A setting of the configuration is wrong; the message names it.
    InvalidConfig = 2,
    /// A key cannot be read or is of the wrong kind.
    InvalidKey = 3,
    /// DNS, connecting, TLS, or a connection that broke.
    Network = 4,
    /// The call's deadline passed.
    Timeout = 5,
    /// An HTTP status outside 2xx without an envelope of the platform.
    Http = 6,
    /// The answer is not what the protocol says: not JSON, too large, a field missing.
    Protocol = 7,
    /// The platform refused; its code and message are kept.
    Platform = 8,
    /// The platform refused the credentials or the token.
    Unauthorized = 9,
    /// A signature of the platform is missing or does not match.
    BadSignature = 10,
    /// A message's timestamp is outside the accepted window.
    Stale = 11,
    /// A message was seen before.
    Replayed = 12,
    /// It may or may not have happened: query before repeating.
    OutcomeUnknown = 13,
    /// The platform asks for fewer calls.
    RateLimited = 14,
    /// A bug of libauth.
    Internal = 15,
    /// The caller's callback ended the call.
    Cancelled = 16,
    /// Another process is acting on this very message: answer with failure, it will come again.
    Busy = 17,
    /// The shared store failed.
    Store = 18,
}

impl Status {
    /// All of them, in the order of their numbers, from 1 on.
    pub(crate) const ALL: [Status; 18] = [
        Status::InvalidArgument,
        Status::InvalidConfig,
        Status::InvalidKey,
        Status::Network,
        Status::Timeout,
        Status::Http,
        Status::Protocol,
        Status::Platform,
        Status::Unauthorized,
        Status::BadSignature,
        Status::Stale,
        Status::Replayed,
        Status::OutcomeUnknown,
        Status::RateLimited,
        Status::Internal,
        Status::Cancelled,
        Status::Busy,
        Status::Store,
    ];

    /// The status's name, as the C constant spells it without its prefix.
    pub fn name(self) -> &'static str {
        match self {
            Status::InvalidArgument => "INVALID_ARGUMENT",
            Status::InvalidConfig => "INVALID_CONFIG",
            Status::InvalidKey => "INVALID_KEY",
            Status::Network => "NETWORK",
            Status::Timeout => "TIMEOUT",
            Status::Http => "HTTP",
            Status::Protocol => "PROTOCOL",
            Status::Platform => "PLATFORM",
            Status::Unauthorized => "UNAUTHORIZED",
            Status::BadSignature => "BAD_SIGNATURE",
            Status::Stale => "STALE",
            Status::Replayed => "REPLAYED",
            Status::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Status::RateLimited => "RATE_LIMITED",
            Status::Internal => "INTERNAL",
            Status::Cancelled => "CANCELLED",
            Status::Busy => "BUSY",
            Status::Store => "STORE",
        }
    }
}

/// How far a request got before the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(i32)]
pub enum Delivery {
    /// No byte of the request left this machine.
    #[default]
    NotSent = 0,
    /// The request, or part of it, was sent, and no complete answer came.
    MaybeSent = 1,
    /// The platform, or something in front of it, answered.
    Answered = 2,
}

/// An error: a status for the program, one line for the person, and what the platform said.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: Status,
    message: String,
    delivery: Delivery,
    retry_safe: bool,
    retry_after_ms: Option<u64>,
    trace_id: Option<String>,
    time_doubt: bool,
    answer: Option<Answer>,
}

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the given status; `message` is one line saying what to do. For a
    /// [`Store`](crate::store::Store) of your own that fails.
    pub fn new(status: Status, message: impl AsRef<str>) -> Error {
        Error(Box::new(Inner {
            status,
            message: one_line(message.as_ref()),
            delivery: Delivery::NotSent,
            retry_safe: false,
            retry_after_ms: None,
            trace_id: None,
            time_doubt: false,
            answer: None,
        }))
    }

    /// A parameter is missing or wrong. `name` is the parameter as the caller knows it.
    pub(crate) fn argument(name: &str, problem: impl fmt::Display) -> Error {
        Error::new(Status::InvalidArgument, format!("{name} {problem}"))
    }

    /// A setting of the configuration is wrong.
    pub(crate) fn config(name: &str, problem: impl fmt::Display) -> Error {
        Error::new(Status::InvalidConfig, format!("{name} {problem}"))
    }

    /// A field of a message from the platform is missing or wrong.
    pub(crate) fn protocol(message: impl AsRef<str>) -> Error {
        Error::new(Status::Protocol, message)
    }

    pub(crate) fn with_status(mut self, status: Status) -> Error {
        self.0.status = status;
        self
    }

    pub(crate) fn with_message(mut self, message: impl AsRef<str>) -> Error {
        self.0.message = one_line(message.as_ref());
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Error {
        self.0.delivery = delivery;
        self
    }

    pub(crate) fn with_retry_safe(mut self, safe: bool) -> Error {
        self.0.retry_safe = safe;
        self
    }

    pub(crate) fn with_retry_after_ms(mut self, after: Option<u64>) -> Error {
        self.0.retry_after_ms = after;
        self
    }

    /// The platform's code is one that it gives for a wrong time too.
    pub(crate) fn with_time_doubt(mut self, doubt: bool) -> Error {
        self.0.time_doubt = doubt;
        self
    }

    pub(crate) fn has_time_doubt(&self) -> bool {
        self.0.time_doubt
    }

    /// Keeps the first trace id that is known.
    pub(crate) fn with_trace_id(mut self, trace_id: Option<String>) -> Error {
        if self.0.trace_id.is_none() {
            self.0.trace_id = trace_id;
        }
        self
    }

    /// Keeps what the platform answered.
    pub(crate) fn with_answer(mut self, answer: Answer) -> Error {
        self.0.delivery = Delivery::Answered;
        if answer.trace_id().is_some() {
            self.0.trace_id = answer.trace_id().map(str::to_owned);
        }
        self.0.answer = Some(answer);
        self
    }

    /// Blots the secrets out of everything that is meant to be read by a person.
    pub(crate) fn masked<'a>(
        mut self,
        secrets: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Error {
        self.0.message = mask(&self.0.message, secrets.clone());
        if let Some(answer) = &mut self.0.answer {
            answer.mask_message(secrets);
        }
        self
    }

    /// The class of the error.
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// One line that says what is wrong and what to do. Never holds a secret.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How far the request got.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Whether making the same call again cannot do anything twice.
    pub fn is_retry_safe(&self) -> bool {
        self.0.retry_safe
    }

    /// How long the platform asks to wait before the next call, in milliseconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }

    /// The trace or request id to quote to the platform's support.
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// The platform's own code, such as `20052`, when it gave one.
    pub fn platform_code(&self) -> Option<&str> {
        self.0.answer.as_ref()?.code()
    }

    /// The platform's own message, when it gave one. Secrets are blotted out.
    pub fn platform_message(&self) -> Option<&str> {
        self.0.answer.as_ref()?.message()
    }

    /// The HTTP status of the answer, or 0 when there was none.
    pub fn http_status(&self) -> u16 {
        self.0.answer.as_ref().map_or(0, Answer::http_status)
    }

    /// The answer, as far as it could be read, with its raw body.
    pub fn answer(&self) -> Option<&Answer> {
        self.0.answer.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// As much as may be printed: never the body of an answer.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("status", &self.status())
            .field("message", &self.message())
            .field("delivery", &self.delivery())
            .field("platform_code", &self.platform_code())
            .field("http_status", &self.http_status())
            .field("trace_id", &self.trace_id())
            .finish()
    }
}

impl std::error::Error for Error {}

/// JSON that is not what it should be is the platform's, unless somebody who knows better says otherwise.
impl From<JsonError> for Error {
    fn from(problem: JsonError) -> Error {
        Error::protocol(problem.message())
    }
}
