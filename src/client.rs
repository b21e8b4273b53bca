//! What every provider handle has (address, transport, clock, log, secrets) and the one
//! loop through which every call goes: build, send, read, and repeat where that is ours to decide.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::call::Call;
use crate::clock::{Clock, Moment, parse_http_date};
use crate::config::{BaseUrl, Config};
use crate::error::{Delivery, Error, Result, Status};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::json::Json;
use crate::log::{Level, Log};
use crate::options::{Options, Wait};
use crate::random;
use crate::secret::{Secret, mask, one_line};
use crate::statistics::{Span, Statistics};
use crate::token::Token;
use crate::transport::Transport;

/// One thing that a platform can be asked for: what it is called, how it may be repeated, how its
/// request is built from an input `I`, and how its answer is read into an `O`. `P` is the platform's
/// handle.
pub(crate) struct Operation<P, I: ?Sized, O> {
    /// In messages and log lines.
    pub(crate) name: &'static str,
    pub(crate) repeat: fn(&I) -> Repeat,
    /// Asked anew for every attempt, so that each has its own nonce, time and signature.
    pub(crate) build: fn(&P, &I, &Options) -> Result<HttpRequest>,
    pub(crate) read: fn(&P, &HttpRequest, HttpResponse) -> Result<O>,
}

/// What one run goes by, besides its input.
pub(crate) struct Terms<'a> {
    pub(crate) options: &'a Options,
    pub(crate) wait: &'a Wait,
    /// The token that the request carries, where it needs one.
    pub(crate) token: Option<&'a Token>,
}

/// Looks into an answer.
type Read<'a> = dyn FnMut(&HttpRequest, HttpResponse) -> Result<()> + 'a;

/// The part of a provider handle that all providers have. Shared by any number of threads.
pub(crate) struct Client {
    platform: &'static str,
    base: BaseUrl,
    transport: Transport,
    timeout_ms: i64,
    max_tries: i32,
    clock: Arc<dyn Clock>,
    log: Option<Arc<dyn Log>>,
    log_level: Level,
    secrets: Vec<Secret>,
    statistics: Arc<Statistics>,
}

impl Client {
    /// Checks the configuration. `secrets` are blotted out of every message and log line.
    pub(crate) fn new(
        platform: &'static str,
        config: &Config,
        secrets: Vec<Secret>,
    ) -> Result<Client> {
        config.check(platform)?;
        let statistics = Arc::new(Statistics::new());
        Ok(Client {
            platform,
            base: BaseUrl::new(config)?,
            transport: Transport::new(config, &statistics)?,
            timeout_ms: config.timeout_ms,
            max_tries: config.max_tries.max(1),
            clock: Arc::clone(&config.clock),
            log: config.log.clone(),
            log_level: config.log_level,
            secrets,
            statistics,
        })
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn statistics(&self) -> &Arc<Statistics> {
        &self.statistics
    }

    /// What was counted so far, with what only some platforms count.
    pub(crate) fn stats(&self, more: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
        let counted = &self.statistics;
        let connections = ("connections", counted.connections());
        let members = std::iter::once(("platform", Json::string(self.platform)))
            .chain(counted.operations())
            .chain([connections])
            .chain(more);
        Json::object(members.map(|(name, value)| (name, Some(value))))
    }

    /// A request to a path below the base URL.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        body: Zeroizing<Vec<u8>>,
    ) -> HttpRequest {
        self.request_at(Moment::now(self.clock()), method, path, body)
    }

    /// As [`Client::request`], built at a moment that is known already.
    pub(crate) fn request_at(
        &self,
        built: Moment,
        method: &str,
        path: &str,
        body: Zeroizing<Vec<u8>>,
    ) -> HttpRequest {
        HttpRequest::new(method, self.base.join(path), body, built)
    }

    /// The request of a business call, without what authenticates it. `target` is the call's checked
    /// path and query.
    pub(crate) fn call_request(&self, call: &Call, target: &str) -> HttpRequest {
        let body = Zeroizing::new(call.body.clone());
        self.request(&call.method, target, body)
    }

    pub(crate) fn base_url(&self) -> String {
        self.base.join("")
    }

    /// Whether nobody on the way can change what is sent and answered: over TLS, or on this machine alone.
    pub(crate) fn is_private(&self) -> bool {
        self.base.is_private()
    }

    /// How long a call with these options may wait.
    pub(crate) fn wait(&self, options: &Options) -> Result<Wait> {
        options.wait(self.timeout_ms)
    }

    /// Carries out an operation over libauth's own transport.
    pub(crate) fn run<P, I: ?Sized, O>(
        &self,
        operation: &Operation<P, I, O>,
        platform: &P,
        input: &I,
        options: &Options,
    ) -> Result<O> {
        let terms = Terms {
            options,
            wait: &self.wait(options)?,
            token: None,
        };
        self.run_on(&terms, operation, platform, input)
    }

    /// As [`Client::run`], as a part of a larger whole.
    pub(crate) fn run_on<P, I: ?Sized, O>(
        &self,
        terms: &Terms,
        operation: &Operation<P, I, O>,
        platform: &P,
        input: &I,
    ) -> Result<O> {
        let mut build = || made(operation, platform, input, terms.options, terms.token);
        let mut value = None;
        let mut read = |request: &HttpRequest, response| {
            value = Some((operation.read)(platform, request, response)?);
            Ok(())
        };
        let started = Instant::now();
        let outcome = self.repeat(operation.name, terms.wait, &mut build, &mut read);
        self.statistics
            .count(operation.name, Span::Call, &outcome, started.elapsed());
        outcome?;
        Ok(value.expect("the answer of a call that succeeded was read"))
    }

    /// The request of an operation, for somebody else to send.
    pub(crate) fn build<P, I: ?Sized, O>(
        &self,
        operation: &Operation<P, I, O>,
        platform: &P,
        input: &I,
        options: &Options,
        token: Option<&Token>,
    ) -> Result<HttpRequest> {
        options.check()?;
        made(operation, platform, input, options, token)
    }

    /// An operation's answer that somebody else received, with the same checks and messages.
    pub(crate) fn read<P, I: ?Sized, O>(
        &self,
        operation: &Operation<P, I, O>,
        platform: &P,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<O> {
        let started = Instant::now();
        let outcome = (operation.read)(platform, request, response);
        self.statistics
            .count(operation.name, Span::Read, &outcome, started.elapsed());
        outcome.map_err(|error| self.label(operation.name, self.judge(error, request), request))
    }

    /// The loop itself, once for all operations.
    fn repeat(
        &self,
        name: &'static str,
        wait: &Wait,
        build: &mut dyn FnMut() -> Result<HttpRequest>,
        read: &mut Read<'_>,
    ) -> Result<()> {
        let mut attempt = 1;
        let mut furthest = Delivery::NotSent;
        loop {
            let request = build()?;
            let error = match self.attempt(name, attempt, &request, wait, read) {
                Ok(()) => return Ok(()),
                Err(error) => self.judge(error, &request),
            };
            // An earlier attempt may have arrived, even if this one never left.
            furthest = furthest.max(error.delivery());
            let error = match error.delivery() {
                Delivery::NotSent if furthest != Delivery::NotSent => {
                    error.with_delivery(Delivery::MaybeSent)
                }
                _ => error,
            };
            let paused = match self.pause(request.repeat, &error, attempt, wait) {
                Some(pause) => {
                    self.log(Level::Debug, || {
                        format!("{name}: trying again in {} ms", pause.as_millis())
                    });
                    wait.pause(pause).map_err(|ended| {
                        ended
                            .with_delivery(error.delivery())
                            .with_retry_safe(error.is_retry_safe())
                            .with_trace_id(request.trace_id.clone())
                    })
                }
                None => Err(error),
            };
            if let Err(error) = paused {
                let error = self.label(name, error, &request);
                self.log(Level::Error, || {
                    format!("{}: {error}", error.status().name())
                });
                return Err(error);
            }
            attempt += 1;
        }
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
        name: &'static str,
        attempt: i32,
        request: &HttpRequest,
        wait: &Wait,
        read: &mut Read<'_>,
    ) -> Result<()> {
        let started = Instant::now();
        let sent = self.transport.send(request, wait);
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
                "{name} attempt {attempt}: {outcome}, {milliseconds} ms, {} bytes sent, trace {trace}",
                request.body().len()
            )
        });
        let outcome = sent.and_then(|response| read(request, response));
        self.statistics
            .count(name, Span::Attempt, &outcome, started.elapsed());
        outcome
    }

    /// The error as the caller sees it: with the platform's name, without secrets.
    fn label(&self, name: &str, error: Error, request: &HttpRequest) -> Error {
        let ahead = self.ahead(&error).filter(|_| about_time(&error));
        let clock = ahead.map(|ms| {
            let (seconds, which) = (ms.abs() / 1000, if ms < 0 { "behind" } else { "ahead of" });
            format!("; this machine's clock is {seconds} s {which} the platform's Date")
        });
        let message = format!(
            "{} {name}: {}{}",
            self.platform,
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
    fn judge(&self, error: Error, request: &HttpRequest) -> Error {
        let retry_after_ms = self.retry_after_ms(&error);
        let error = error
            .with_retry_after_ms(retry_after_ms)
            .with_trace_id(request.trace_id.clone());
        let http_status = error.http_status();
        let no_envelope = error.platform_code().is_none();
        // The platform may have acted and only its answer was lost on the way.
        let lost = error.delivery() == Delivery::MaybeSent
            || is_unavailable(http_status)
            || (http_status >= 500 && no_envelope);
        // What an answer that cannot be used says of a one-time input is as good as lost.
        let useless = error.delivery() == Delivery::Answered && error.status() == Status::Protocol;
        let refused_unseen = error.delivery() == Delivery::NotSent || http_status == 429;
        match request.repeat {
            _ if refused_unseen => error.with_retry_safe(true),
            Repeat::Freely => error.with_retry_safe(lost),
            Repeat::UnlessSent if lost || useless => unknown(error),
            Repeat::Never if lost => unknown(error),
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
    fn pause(&self, repeat: Repeat, error: &Error, attempt: i32, wait: &Wait) -> Option<Duration> {
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
        (pause < wait.left()).then_some(pause)
    }

    fn secrets(&self) -> impl Iterator<Item = &str> + Clone {
        self.secrets.iter().map(Secret::expose)
    }
}

/// One request of an operation.
fn made<P, I: ?Sized, O>(
    operation: &Operation<P, I, O>,
    platform: &P,
    input: &I,
    options: &Options,
    token: Option<&Token>,
) -> Result<HttpRequest> {
    let mut request = (operation.build)(platform, input, options)?;
    request.repeat = (operation.repeat)(input);
    if let Some(given) = options.trace_id() {
        request = request.trace_id(given);
    }
    Ok(match token {
        Some(token) => request
            .header(token.header_name(), token.header_value())
            .secret(token.header_value()),
        None => request,
    })
}

/// The error of a call whose outcome nobody on this side can tell.
fn unknown(error: Error) -> Error {
    let message = format!(
        "{}; it may have happened: query before repeating",
        error.message()
    );
    error
        .with_message(message)
        .with_status(Status::OutcomeUnknown)
}

/// The statuses with which a server, or a gateway before it, says that it cannot just now.
fn is_unavailable(http_status: u16) -> bool {
    matches!(http_status, 502..=504)
}

fn may_repeat(repeat: Repeat, error: &Error) -> bool {
    let http_status = error.http_status();
    match error.delivery() {
        _ if error.status() == Status::Cancelled => false,
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
    words.iter().any(|word| said.contains(word)) || error.has_time_doubt()
}
