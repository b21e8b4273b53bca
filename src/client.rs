//! What every provider handle has (address, transport, clock, log, secrets) and the one
//! loop through which every call goes: build, send, read, and repeat where that is ours to decide.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::Call;
use crate::clock::{Clock, Moment, parse_http_date};
use crate::config::{BaseUrl, Config};
use crate::error::{Delivery, Error, Result, Status};
use crate::log::{Level, Log};
use crate::message::{HttpRequest, HttpResponse};
use crate::options::Wait;
use crate::random;
use crate::secret::{Secret, mask, one_line};
use crate::transport::Transport;

/// May a call be repeated once the request may have reached the platform? (The table at the
/// end of `docs/repeating.md`.) A request that never left may always be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Yes: doing it twice does no harm.
    Freely,
    /// No: it has one-time input, so an answer that got lost leaves the outcome unknown.
    /// A 429 is a refusal before anything happened, and its `Retry-After` is honoured.
    UnlessSent,
    /// No, and not after a 429 either: what the call does is not ours to know.
    Never,
}

/// A call's name in logs, and how it may be repeated.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) repeat: Repeat,
}

impl Operation {
    /// A business call: what it does is known to its caller only.
    pub(crate) fn business(call: &Call) -> Operation {
        let repeat = if call.idempotent {
            Repeat::Freely
        } else {
            Repeat::Never
        };
        Operation {
            name: "call",
            repeat,
        }
    }

    /// A business call of which only the answer is at hand.
    pub(crate) const READ_CALL: Operation = Operation {
        name: "call",
        repeat: Repeat::Never,
    };
}

/// Looks into an answer.
type Read<'a> = dyn FnMut(&HttpRequest, HttpResponse) -> Result<()> + 'a;

/// The part of a provider handle that all providers have. Shared by any number of threads.
pub(crate) struct Client {
    platform: &'static str,
    base: BaseUrl,
    transport: Transport,
    timeout: Duration,
    max_tries: i32,
    clock: Arc<dyn Clock>,
    log: Option<Arc<dyn Log>>,
    log_level: Level,
    secrets: Vec<Secret>,
}

impl Client {
    /// Checks the configuration. `secrets` are blotted out of every message and log line.
    pub(crate) fn new(
        platform: &'static str,
        config: &Config,
        secrets: Vec<Secret>,
    ) -> Result<Client> {
        config.check()?;
        Ok(Client {
            platform,
            base: BaseUrl::new(config)?,
            transport: Transport::new(config)?,
            timeout: Duration::from_millis(u64::try_from(config.timeout_ms).unwrap_or(0)),
            max_tries: config.max_tries.max(1),
            clock: Arc::clone(&config.clock),
            log: config.log.clone(),
            log_level: config.log_level,
            secrets,
        })
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// A request to a path below the base URL.
    pub(crate) fn request(&self, method: &str, path: &str, body: Vec<u8>) -> HttpRequest {
        HttpRequest::new(
            method,
            self.base.join(path),
            body,
            Moment::now(self.clock()),
        )
    }

    /// The request of a business call, without what authenticates it.
    pub(crate) fn call_request(&self, call: &Call) -> Result<HttpRequest> {
        Ok(self.request(&call.method, &call.wire_target()?, call.body.clone()))
    }

    pub(crate) fn base_url(&self) -> String {
        self.base.join("")
    }

    /// When a call that starts now must be over.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// As [`Client::deadline`], with the call's own time-out where it has one.
    pub(crate) fn deadline_of(&self, timeout_ms: Option<i64>) -> Instant {
        match timeout_ms.and_then(|ms| u64::try_from(ms).ok()) {
            Some(ms) => Instant::now() + Duration::from_millis(ms),
            None => self.deadline(),
        }
    }

    /// Makes the call. `build` is asked anew for every attempt, so that each has its own nonce,
    /// time and signature; `read` looks into the answer.
    pub(crate) fn run<T>(
        &self,
        operation: Operation,
        deadline: Instant,
        mut build: impl FnMut() -> Result<HttpRequest>,
        mut read: impl FnMut(&HttpRequest, HttpResponse) -> Result<T>,
    ) -> Result<T> {
        let mut value = None;
        let mut keep = |request: &HttpRequest, response| {
            value = Some(read(request, response)?);
            Ok(())
        };
        self.repeat(operation, deadline, &mut build, &mut keep)?;
        Ok(value.expect("the answer of a call that succeeded was read"))
    }

    /// The loop itself, once for all operations.
    fn repeat(
        &self,
        operation: Operation,
        deadline: Instant,
        build: &mut dyn FnMut() -> Result<HttpRequest>,
        read: &mut Read<'_>,
    ) -> Result<()> {
        let mut attempt = 1;
        let mut furthest = Delivery::NotSent;
        loop {
            let request = build()?;
            let error = match self.attempt(operation, attempt, &request, deadline, read) {
                Ok(()) => return Ok(()),
                Err(error) => self
                    .judge(operation.repeat, error)
                    .with_trace_id(request.trace_id.clone()),
            };
            // An earlier attempt may have arrived, even if this one never left.
            furthest = furthest.max(error.delivery());
            let error = match error.delivery() {
                Delivery::NotSent if furthest != Delivery::NotSent => {
                    error.with_delivery(Delivery::MaybeSent)
                }
                _ => error,
            };
            match self.pause(operation.repeat, &error, attempt, deadline) {
                Some(pause) => {
                    self.log(Level::Debug, || {
                        format!(
                            "{}: trying again in {} ms",
                            operation.name,
                            pause.as_millis()
                        )
                    });
                    std::thread::sleep(pause);
                    attempt += 1;
                }
                None => {
                    let error = self.label(operation, error, &request);
                    self.log(Level::Error, || {
                        format!("{}: {error}", error.status().name())
                    });
                    return Err(error);
                }
            }
        }
    }

    /// An answer that came by other means, read with the same checks and messages.
    pub(crate) fn read<T>(
        &self,
        operation: Operation,
        request: &HttpRequest,
        response: HttpResponse,
        read: impl FnOnce(&HttpRequest, HttpResponse) -> Result<T>,
    ) -> Result<T> {
        read(request, response).map_err(|error| {
            let error = self
                .judge(operation.repeat, error)
                .with_trace_id(request.trace_id.clone());
            self.label(operation, error, request)
        })
    }

    /// A log line, made only when somebody listens.
    pub(crate) fn log(&self, level: Level, line: impl FnOnce() -> String) {
        let Some(log) = self.log.as_ref().filter(|_| level <= self.log_level) else {
            return;
        };
        let line = mask(&line(), self.secrets());
        log.log(level, &one_line(&format!("{} {line}", self.platform)));
    }

    fn attempt(
        &self,
        operation: Operation,
        attempt: i32,
        request: &HttpRequest,
        deadline: Instant,
        read: &mut Read<'_>,
    ) -> Result<()> {
        let started = Instant::now();
        let sent = self.transport.send(request, &Wait::until(deadline));
        self.log(Level::Debug, || {
            let outcome = match &sent {
                Ok(response) => Cow::Owned(format!(
                    "HTTP {}, {} bytes",
                    response.status,
                    response.body.len()
                )),
                Err(error) => Cow::Borrowed(error.message()),
            };
            let milliseconds = started.elapsed().as_millis();
            let trace = request.trace_id.as_deref().unwrap_or("-");
            format!(
                "{} attempt {attempt}: {outcome}, {milliseconds} ms, {} bytes sent, trace {trace}",
                operation.name,
                request.body().len()
            )
        });
        read(request, sent?)
    }

    /// The error as the caller sees it: with the platform's name, without secrets.
    fn label(&self, operation: Operation, error: Error, request: &HttpRequest) -> Error {
        let ahead = self.ahead(&error).filter(|_| about_time(&error));
        let clock = ahead.map(|ms| {
            let (seconds, which) = (ms.abs() / 1000, if ms < 0 { "behind" } else { "ahead of" });
            format!("; this machine's clock is {seconds} s {which} the platform's Date")
        });
        let message = format!(
            "{} {}: {}{}",
            self.platform,
            operation.name,
            error.message(),
            clock.unwrap_or_default()
        );
        error.with_message(message).masked(
            self.secrets()
                .chain(request.secrets.iter().map(Secret::expose)),
        )
    }

    /// By how many milliseconds our clock is ahead of the answer's `Date`.
    fn ahead(&self, error: &Error) -> Option<i64> {
        let date = error.answer()?.headers().get("date")?;
        // `Date` has whole seconds: anything below two may be rounding and travel.
        let ahead = self.clock.unix_ms() - parse_http_date(date)?;
        (ahead.abs() >= 2_000).then_some(ahead)
    }

    /// Puts into the error what follows from how far the request got.
    fn judge(&self, repeat: Repeat, error: Error) -> Error {
        let retry_after_ms = self.retry_after_ms(&error);
        let error = error.with_retry_after_ms(retry_after_ms);
        let http_status = error.http_status();
        let no_envelope = error.platform_code().is_none();
        // The platform may have acted and only its answer was lost on the way.
        let lost = error.delivery() == Delivery::MaybeSent
            || is_unavailable(http_status)
            || (http_status >= 500 && no_envelope);
        let refused_unseen = error.delivery() == Delivery::NotSent || http_status == 429;
        match repeat {
            _ if refused_unseen => error.with_retry_safe(true),
            Repeat::Freely => error.with_retry_safe(lost),
            Repeat::UnlessSent | Repeat::Never if lost => {
                let message = format!(
                    "{}; it may have happened: query before repeating",
                    error.message()
                );
                error
                    .with_message(message)
                    .with_status(Status::OutcomeUnknown)
            }
            Repeat::UnlessSent | Repeat::Never => error,
        }
    }

    /// `Retry-After`, in seconds or as a date.
    fn retry_after_ms(&self, error: &Error) -> Option<u64> {
        let text = error.answer()?.headers().get("retry-after")?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(seconds.saturating_mul(1000));
        }
        let until = parse_http_date(text)?;
        Some(u64::try_from(until - self.clock.unix_ms()).unwrap_or(0))
    }

    /// How long to wait before the next attempt, or `None` to give up.
    fn pause(
        &self,
        repeat: Repeat,
        error: &Error,
        attempt: i32,
        deadline: Instant,
    ) -> Option<Duration> {
        if attempt >= self.max_tries || !may_repeat(repeat, error) {
            return None;
        }
        let pause = match error.retry_after_ms() {
            Some(ms) => Duration::from_millis(ms),
            // 100 ms, 200 ms, 400 ms, … each cut by up to half at random, so that clients spread out.
            None => {
                Duration::from_millis(100 << (attempt - 1)).mul_f64(0.5 + random::fraction() / 2.0)
            }
        };
        (Instant::now() + pause < deadline).then_some(pause)
    }

    fn secrets(&self) -> impl Iterator<Item = &str> + Clone {
        self.secrets.iter().map(Secret::expose)
    }
}

/// The statuses with which a server, or a gateway before it, says that it cannot just now.
fn is_unavailable(http_status: u16) -> bool {
    matches!(http_status, 502..=504)
}

fn may_repeat(repeat: Repeat, error: &Error) -> bool {
    let http_status = error.http_status();
    match error.delivery() {
        // A deadline that passed before anything was sent has passed.
        Delivery::NotSent => matches!(error.status(), Status::Network | Status::Timeout),
        Delivery::MaybeSent => repeat == Repeat::Freely,
        Delivery::Answered if http_status == 429 => match repeat {
            Repeat::Freely => true,
            Repeat::UnlessSent => error.retry_after_ms().is_some(),
            Repeat::Never => false,
        },
        Delivery::Answered => repeat == Repeat::Freely && is_unavailable(http_status),
    }
}

/// Whether the platform may have refused because of the time.
fn about_time(error: &Error) -> bool {
    let said = error.platform_message().unwrap_or_default().to_lowercase();
    let words = ["time", "expire", "时间", "过期", "超时"];
    words.iter().any(|word| said.contains(word))
        || error.status() == Status::OutcomeUnknown && error.platform_code() == Some("5")
}
