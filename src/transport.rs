//! The only file that knows ureq: one HTTP exchange, within a deadline.
//!
//! ureq writes and reads HTTP; the connections are ours, and so is the pool of idle ones. ureq asks for a
//! connection for every exchange, is given one of the pool or a new one, and keeps none.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use ureq::Agent;
use ureq::config::Config as AgentConfig;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver as UreqResolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, Transport as UreqTransport,
};

use crate::config::Config;
use crate::connection::{Buffer, Connection, Fault};
use crate::error::{Delivery, Error, Result, Status};
use crate::http::{Headers, HttpRequest, HttpResponse};
use crate::options::{Wait, cancelled};
use crate::per_process::PerProcess;
use crate::proxy::Proxy;
use crate::resolve::Resolver;
use crate::secret::one_line;
use crate::tls::{self, Session, Sessions};

/// Room for what is read at once.
const INPUT: usize = 8 * 1024;

/// Room for a request: a usual one goes out whole, in one write.
const OUTPUT: usize = 8 * 1024;

/// What is written at once of a larger one.
const MOST_OUTPUT: usize = 64 * 1024;

/// The length of the empty line that ends a head.
const HEAD_END: usize = 2;

/// The longest head of an answer, interim ones included, in bytes.
const LONGEST_HEAD: usize = 256 * 1024;

/// An HTTP client for one provider handle, for any number of threads.
pub(crate) struct Transport {
    agent: PerProcess<Agent>,
    max_response_bytes: u64,
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Result<Transport> {
        let user_agent = match &config.user_agent {
            Some(text) => text.clone(),
            None => concat!("libauth/", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        if HeaderValue::from_str(&user_agent).is_err() {
            let problem = "has characters that a header cannot hold";
            return Err(Error::config("user_agent", problem));
        }
        let settings = Arc::new(Settings {
            tls: tls::Settings::new(config)?,
            proxy: Proxy::new(config)?,
            user_agent,
            connect_timeout: milliseconds(config.connect_timeout_ms),
            idle_timeout: milliseconds(config.idle_timeout_ms),
            max_idle: usize::try_from(config.max_idle_connections).unwrap_or(0),
        });
        // Locks, sockets and look-ups: none of it is any use to a forked child.
        let build = move || {
            let connector = Dialer {
                sessions: settings.tls.build(),
                resolver: Resolver::new(),
                pool: Arc::default(),
                settings: Arc::clone(&settings),
            };
            Agent::with_parts(agent_config(&settings), connector, ResolveLater)
        };
        Ok(Transport {
            agent: PerProcess::new(build),
            max_response_bytes: u64::try_from(config.max_response_bytes).unwrap_or(0),
        })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(crate) fn send(&self, request: &HttpRequest, wait: &Wait) -> Result<HttpResponse> {
        wait.check()?;
        let current = Current::enter(wait, request);
        let outcome = self.exchange(request);
        let current = current.leave();
        outcome.map_err(|what| current.error(what))
    }

    fn exchange(&self, request: &HttpRequest) -> std::result::Result<HttpResponse, Failure> {
        let agent = self.agent.get();
        let headers = other_headers(request)?;
        CURRENT.with_borrow_mut(|current| current.headers = headers);
        let response = agent.run(to_ureq(request)?)?;
        CURRENT.with_borrow_mut(|current| current.progress = Progress::Head);
        let (parts, body) = response.into_parts();
        let length = length(&parts.headers)?;
        if length.is_some_and(|length| length > self.max_response_bytes) {
            return Err(self.too_large());
        }
        let mut bytes = Vec::new();
        // A length is a promise; the memory is taken as it is kept.
        let length = length.and_then(|length| usize::try_from(length).ok());
        bytes.reserve_exact(length.unwrap_or(0).min(MOST_OUTPUT));
        let most = self.max_response_bytes.saturating_add(1);
        body.into_reader().take(most).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.max_response_bytes {
            return Err(self.too_large());
        }
        if let Some(coding) = coding(&parts.headers) {
            bytes = self.decode(&coding, &bytes)?;
        }
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value)));
        Ok(HttpResponse {
            status: parts.status.as_u16(),
            headers: headers.collect::<Headers>(),
            body: bytes.into(),
        })
    }

    /// What a server coded although identity was asked for. It is limited as it grows.
    fn decode(&self, coding: &str, bytes: &[u8]) -> std::result::Result<Vec<u8>, Failure> {
        use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
        let mut decoder: Box<dyn Read + '_> = match coding {
            "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(bytes)),
            // It means zlib's format; some send bare deflate.
            "deflate" if is_zlib(bytes) => Box::new(ZlibDecoder::new(bytes)),
            "deflate" => Box::new(DeflateDecoder::new(bytes)),
            other => {
                let other = one_line(other);
                return Err(Failure::broken(format!(
                    "the answer is coded as {other}, though identity was asked for: gzip and deflate could be read"
                )));
            }
        };
        let mut decoded = Vec::new();
        let most = self.max_response_bytes.saturating_add(1);
        if decoder
            .by_ref()
            .take(most)
            .read_to_end(&mut decoded)
            .is_err()
        {
            return Err(Failure::broken(format!(
                "the answer is not the {coding} that it says it is"
            )));
        }
        if decoded.len() as u64 > self.max_response_bytes {
            return Err(self.too_large());
        }
        Ok(decoded)
    }

    fn too_large(&self) -> Failure {
        Failure::broken(format!(
            "the answer is larger than max_response_bytes ({})",
            self.max_response_bytes
        ))
    }
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    }
}

fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, check, ..] => {
            method & 0x0f == 8 && (u32::from(*method) * 256 + u32::from(*check)) % 31 == 0
        }
        _ => false,
    }
}

/// The length that an answer promises. ureq has checked the number.
fn length(headers: &HeaderMap) -> std::result::Result<Option<u64>, Failure> {
    let coded = headers.get(TRANSFER_ENCODING);
    let length = headers.get(CONTENT_LENGTH);
    match (coded, length) {
        // One of them lies, and where the answer ends with it.
        (Some(_), Some(_)) => Err(Failure::broken(
            "the answer has both Transfer-Encoding and Content-Length",
        )),
        (Some(coded), None) if !coded.as_bytes().eq_ignore_ascii_case(b"chunked") => Err(
            Failure::broken("the answer's Transfer-Encoding is not chunked"),
        ),
        (_, Some(length)) => Ok(length
            .to_str()
            .ok()
            .and_then(|text| text.trim().parse().ok())),
        (_, None) => Ok(None),
    }
}

/// How an answer is coded, if it is, in lower case.
fn coding(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let names: Vec<String> = values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The headers that ureq has to know of, because it goes by them or would add its own.
const FOR_UREQ: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "user-agent",
    "accept",
    "accept-encoding",
];

fn is_for_ureq(name: &str) -> bool {
    FOR_UREQ
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

fn to_ureq(request: &HttpRequest) -> std::result::Result<Request<&[u8]>, Failure> {
    let mut built = Request::new(request.body());
    *built.method_mut() =
        Method::from_bytes(request.method().as_bytes()).map_err(|_| unsendable("method"))?;
    *built.uri_mut() = request
        .url()
        .parse::<Uri>()
        .map_err(|_| unsendable("URL"))?;
    for (name, value) in request
        .headers()
        .iter()
        .filter(|(name, _)| is_for_ureq(name))
    {
        let value = HeaderValue::from_str(value).map_err(|_| unsendable(name))?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable(name))?;
        built.headers_mut().append(name, value);
    }
    Ok(built)
}

/// The other headers, as they go out: they hold the secrets, and ureq would make copies that nobody wipes.
fn other_headers(request: &HttpRequest) -> std::result::Result<Buffer, Failure> {
    let others = || {
        request
            .headers()
            .iter()
            .filter(|(name, _)| !is_for_ureq(name))
    };
    let length: usize = others().map(|(n, v)| n.len() + v.len() + 4).sum();
    let mut lines = Buffer::default();
    lines.room(length);
    for (name, value) in others() {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_value = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
        if name.is_empty() || !name.bytes().all(is_name) || !value.bytes().all(is_value) {
            return Err(unsendable(name));
        }
        for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            lines.append(part);
        }
    }
    Ok(lines)
}

fn unsendable(what: &str) -> Failure {
    let message = format!("the request's {what} cannot be sent");
    Failure::Ours(Error::new(Status::Internal, message))
}

fn milliseconds(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// ureq has no time-outs, no proxy and no pool here: all of that is ours.
fn agent_config(settings: &Settings) -> AgentConfig {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(settings.user_agent.as_str())
        .accept_encoding("identity")
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .allow_non_standard_methods(true)
        .build()
}

/// How far an exchange has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    /// No byte of the request has left.
    NotSent,
    /// Some of it has.
    Sent,
    /// The head of the answer is there.
    Head,
}

/// What ureq's caller and ureq's connections share. ureq works on the calling thread.
struct Current {
    wait: Option<Wait>,
    /// The headers that ureq does not know of, as they go out.
    headers: Buffer,
    /// How much room the rest of the head needs at most, beyond the usual.
    head: usize,
    progress: Progress,
    fault: Option<Fault>,
}

thread_local! {
    static CURRENT: RefCell<Current> = RefCell::new(Current::none());
}

impl Current {
    fn none() -> Current {
        Current {
            wait: None,
            headers: Buffer::default(),
            head: 0,
            progress: Progress::NotSent,
            fault: None,
        }
    }

    /// Begins an exchange. A callback of another one, on the same thread, may be where it is made.
    fn enter(wait: &Wait, request: &HttpRequest) -> Entered {
        let known = request
            .headers()
            .iter()
            .filter(|(name, _)| is_for_ureq(name));
        let known: usize = known.map(|(name, value)| name.len() + value.len()).sum();
        Entered(CURRENT.replace(Current {
            wait: Some(wait.clone()),
            head: 2 * request.url().len() + known,
            ..Current::none()
        }))
    }

    /// Our error for what went wrong.
    fn error(mut self, failure: Failure) -> Error {
        let error = match self.fault.take() {
            Some(Fault::Timeout) => self.timeout(),
            Some(Fault::Cancelled) => cancelled(),
            Some(Fault::Io(e)) => Error::new(Status::Network, self.describe(&e)),
            Some(Fault::Said(error)) => error,
            Some(Fault::Unheard(error)) => return error,
            None => match failure {
                Failure::Ours(error) => error,
                Failure::Ureq(e) => self.describe_ureq(&e),
            },
        };
        let delivery = match (self.progress, error.status()) {
            (Progress::NotSent, _) => Delivery::NotSent,
            // It came, and nothing can be made of it.
            (_, Status::Protocol) => Delivery::Answered,
            // None came to its end.
            _ => Delivery::MaybeSent,
        };
        error.with_delivery(delivery)
    }

    fn timeout(&self) -> Error {
        let is_over = self.wait.as_ref().is_none_or(|wait| wait.left().is_zero());
        let message = if is_over {
            "the call took longer than timeout_ms"
        } else {
            "connecting took longer than connect_timeout_ms"
        };
        Error::new(Status::Timeout, message)
    }

    fn describe(&self, e: &io::Error) -> String {
        if self.progress == Progress::Head {
            return "the connection broke in the middle of the answer".to_owned();
        }
        match e.kind() {
            io::ErrorKind::UnexpectedEof => {
                "the connection was closed before an answer came".to_owned()
            }
            io::ErrorKind::ConnectionRefused => {
                "the connection was refused: are the base URL's host and port right?".to_owned()
            }
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => match self.progress {
                Progress::NotSent => {
                    "the connection was reset before the request was sent".to_owned()
                }
                _ => "the connection was reset before an answer came".to_owned(),
            },
            _ if self.progress == Progress::NotSent => format!("cannot connect: {e}"),
            _ => format!("the connection failed: {e}"),
        }
    }

    fn describe_ureq(&self, e: &ureq::Error) -> Error {
        let (status, message) = match e {
            ureq::Error::Io(e) => (Status::Network, self.describe(e)),
            ureq::Error::LargeResponseHeader(..) => (
                Status::Protocol,
                "the answer's headers are too large".to_owned(),
            ),
            ureq::Error::Protocol(e) => (Status::Protocol, format!("the answer is not HTTP: {e}")),
            other => (Status::Protocol, format!("the exchange failed: {other}")),
        };
        // Before anything was sent there is no protocol to break.
        let status = match self.progress {
            Progress::NotSent => Status::Network,
            _ => status,
        };
        Error::new(status, one_line(&message))
    }
}

/// Puts the exchange before this one back in its place, whatever happens.
struct Entered(Current);

impl Entered {
    fn leave(self) -> Current {
        CURRENT.with_borrow_mut(|current| std::mem::replace(current, Current::none()))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(std::mem::replace(&mut self.0, Current::none()));
    }
}

/// Why an exchange came to nothing, unless a connection has said so already.
enum Failure {
    Ours(Error),
    Ureq(ureq::Error),
}

impl Failure {
    /// The answer is not what HTTP says.
    fn broken(message: impl AsRef<str>) -> Failure {
        Failure::Ours(Error::protocol(message))
    }
}

impl From<ureq::Error> for Failure {
    fn from(error: ureq::Error) -> Failure {
        Failure::Ureq(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Ureq(error.into())
    }
}

/// Keeps a fault for the caller of ureq; what ureq is told ends the exchange and says no more.
fn raise(fault: Fault) -> ureq::Error {
    CURRENT.with_borrow_mut(|current| current.fault = Some(fault));
    ureq::Error::ConnectionFailed
}

/// Puts off resolving until a connection is really made.
#[derive(Debug)]
struct ResolveLater;

impl UreqResolver for ResolveLater {
    fn resolve(
        &self,
        _: &Uri,
        _: &AgentConfig,
        _: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// What a handle's connections are made from.
struct Settings {
    tls: tls::Settings,
    proxy: Option<Proxy>,
    user_agent: String,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle: usize,
}

/// Hands out connections: kept ones, and new ones.
struct Dialer {
    settings: Arc<Settings>,
    sessions: Result<Sessions>,
    resolver: Resolver,
    pool: Arc<Pool>,
}

impl Connector<()> for Dialer {
    type Out = Exchange;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Exchange>, ureq::Error> {
        let (wait, headers, head) = CURRENT.with_borrow_mut(|current| {
            let headers = std::mem::take(&mut current.headers);
            (current.wait.clone(), headers, current.head)
        });
        let Some(wait) = wait else {
            return Err(ureq::Error::ConnectionFailed);
        };
        let line = match self.pool.take(details.uri, self.settings.idle_timeout) {
            Some(line) => Ok(line),
            None => self.dial(details.uri, &wait),
        };
        let exchange = Exchange {
            line: Some(line.map_err(raise)?),
            wait,
            headers,
            head,
            head_received: 0,
            broken: None,
            is_reusable: false,
            max_idle: self.settings.max_idle,
            idle_timeout: self.settings.idle_timeout,
            pool: Arc::clone(&self.pool),
        };
        Ok(Some(exchange))
    }
}

impl Dialer {
    fn dial(&self, uri: &Uri, wait: &Wait) -> std::result::Result<Box<Line>, Fault> {
        let wait = wait.no_later_than(Instant::now() + self.settings.connect_timeout);
        let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else {
            return Err(Fault::network("the base URL has no host"));
        };
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let proxy = self.settings.proxy.as_ref();
        let proxy = proxy.filter(|proxy| !proxy.is_passed_by(host, port));
        let connection = match proxy {
            Some(proxy) => self.tunnel(proxy, host, port, &wait)?,
            None => {
                let addresses = self.resolver.resolve(host, port, &wait)?;
                Connection::open(&addresses, &wait)?
            }
        };
        let stream = if is_https {
            let sessions = self.sessions.as_ref().map_err(|e| Fault::Said(e.clone()))?;
            Stream::Tls(Box::new(Session::open(sessions, host, connection, &wait)?))
        } else {
            Stream::Plain(connection)
        };
        let mut line = Box::new(Line {
            stream,
            is_https,
            authority: authority.clone(),
            input: Buffer::default(),
            has_progressed: false,
            output: Buffer::default(),
            idle_since: Instant::now(),
        });
        // An answer that was there first is the answer to nothing.
        match line.is_fresh() {
            true => Ok(line),
            false => Err(Fault::network(
                "the server closed the connection, or sent something, before it was asked",
            )),
        }
    }

    fn tunnel(
        &self,
        proxy: &Proxy,
        host: &str,
        port: u16,
        wait: &Wait,
    ) -> std::result::Result<Connection, Fault> {
        let about_proxy = |fault| match fault {
            Fault::Io(e) => Fault::network(format!("the proxy cannot be reached: {e}")),
            other => other,
        };
        let (proxy_host, proxy_port) = (proxy.host(), proxy.port());
        let addresses = self.resolver.resolve(proxy_host, proxy_port, wait);
        let mut connection = Connection::open(&addresses?, wait).map_err(about_proxy)?;
        let user_agent = &self.settings.user_agent;
        let tunnel = proxy.tunnel(&mut connection, host, port, user_agent, wait);
        tunnel.map_err(about_proxy)?;
        Ok(connection)
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

/// The idle connections of one handle in one process, the last used last. Its lock is never held while a
/// system call runs: connections are looked at, and closed, outside.
#[derive(Default)]
struct Pool(Mutex<VecDeque<Box<Line>>>);

impl Pool {
    /// The connection used last, if it is still any good.
    fn take(&self, uri: &Uri, idle_timeout: Duration) -> Option<Box<Line>> {
        loop {
            let mut line = {
                let mut idle = self.lock();
                let position = idle.iter().rposition(|line| line.leads_to(uri))?;
                idle.remove(position)?
            };
            if line.idle_since.elapsed() < idle_timeout && line.is_fresh() {
                return Some(line);
            }
        }
    }

    fn give(&self, line: Box<Line>, max_idle: usize, idle_timeout: Duration) {
        // Closed at the end of this function, after the lock is released.
        let mut surplus = Vec::new();
        let mut idle = self.lock();
        idle.push_back(line);
        while idle.len() > max_idle
            || idle
                .front()
                .is_some_and(|line| line.idle_since.elapsed() > idle_timeout)
        {
            surplus.extend(idle.pop_front());
        }
        drop(idle);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Box<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, with or without TLS.
enum Stream {
    Plain(Connection),
    Tls(Box<Session>),
}

/// A connection to the platform and the buffers that go with it.
struct Line {
    stream: Stream,
    is_https: bool,
    authority: Authority,
    input: Buffer,
    /// The last look at the input took some of it.
    has_progressed: bool,
    output: Buffer,
    idle_since: Instant,
}

impl Line {
    fn leads_to(&self, uri: &Uri) -> bool {
        self.is_https == (uri.scheme() == Some(&Scheme::HTTPS))
            && uri.authority() == Some(&self.authority)
    }

    /// Whether it is open and the server has sent nothing that nobody asked for. One system call.
    fn is_fresh(&mut self) -> bool {
        match &mut self.stream {
            Stream::Plain(connection) => {
                matches!(connection.receive_now(&mut [0]), Ok(None))
            }
            Stream::Tls(session) => session.is_fresh(),
        }
    }

    /// Whether the answer that was read was all that came.
    fn has_nothing_left(&mut self) -> bool {
        self.input.is_empty()
            && match &mut self.stream {
                Stream::Plain(_) => true,
                Stream::Tls(session) => session.has_nothing_left(),
            }
    }

    /// Leaves nothing of an exchange in memory.
    fn wipe(&mut self) {
        self.input.wipe();
        self.output.wipe();
        if let Stream::Tls(session) = &mut self.stream {
            session.wipe();
        }
        self.has_progressed = false;
    }
}

/// One exchange on a connection, as ureq sees it. It ends in the pool, or closed.
struct Exchange {
    /// There until the exchange is over.
    line: Option<Box<Line>>,
    wait: Wait,
    /// The headers that ureq does not know of, until the head is written.
    headers: Buffer,
    head: usize,
    head_received: usize,
    /// Why the request could not be sent to its end. The server may have answered all the same.
    broken: Option<Fault>,
    is_reusable: bool,
    max_idle: usize,
    idle_timeout: Duration,
    pool: Arc<Pool>,
}

impl Exchange {
    fn line(&mut self) -> &mut Line {
        self.line
            .as_mut()
            .expect("an exchange has its line until it is dropped")
    }

    /// Sends what has been written so far.
    fn flush(&mut self) -> std::result::Result<(), Fault> {
        let Exchange { line, wait, .. } = self;
        let Some(line) = line else { return Ok(()) };
        if line.output.is_empty() || self.broken.is_some() {
            return Ok(());
        }
        let mut amount = 0;
        let mut has_left = false;
        let bytes = line.output.unread();
        let outcome = match &mut line.stream {
            Stream::Plain(connection) => connection.send(bytes, &mut amount, wait),
            Stream::Tls(session) => session.send(bytes, &mut has_left, wait),
        };
        if amount > 0 || has_left {
            CURRENT.with_borrow_mut(|current| {
                current.progress = current.progress.max(Progress::Sent);
            });
        }
        line.output.wipe();
        match outcome {
            // A server may answer before it has read everything, and close.
            Err(fault @ Fault::Io(_)) => self.broken = Some(fault),
            other => other?,
        }
        Ok(())
    }

    fn receive(&mut self) -> std::result::Result<usize, Fault> {
        self.flush()?;
        let Exchange { line, wait, .. } = self;
        let Some(line) = line else { return Ok(0) };
        if line.input.unread().len() >= LONGEST_HEAD {
            return Err(Fault::Said(Error::protocol(
                "the answer's framing has no end",
            )));
        }
        let received = match &mut line.stream {
            Stream::Plain(connection) => {
                let amount = connection.receive(line.input.room(INPUT), wait);
                amount.inspect(|amount| line.input.filled(*amount))
            }
            Stream::Tls(session) => session.receive(&mut line.input, wait),
        };
        let amount = match (received, self.broken.take()) {
            (Ok(amount), broken) if amount > 0 => {
                self.broken = broken;
                amount
            }
            (Err(fault @ Fault::Unheard(_)), _) | (_, Some(fault)) => return Err(fault),
            (other, None) => other?,
        };
        if CURRENT.with_borrow(|current| current.progress) < Progress::Head {
            self.head_received += amount;
            if self.head_received > LONGEST_HEAD {
                let message = "the answer's headers have no end";
                return Err(Fault::Said(Error::protocol(message)));
            }
        }
        Ok(amount)
    }
}

impl UreqTransport for Exchange {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        _: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        let headers = std::mem::take(&mut self.headers);
        let output = &mut self.line().output;
        output.filled(amount);
        // What ureq writes first is the head, whole: there was room for it.
        if !headers.is_empty() {
            output.unfill(HEAD_END);
            output.append(headers.unread());
            output.append(b"\r\n");
        }
        // The rest goes out when ureq turns to the answer: head and body in one write.
        match output.unread().len() >= MOST_OUTPUT {
            true => self.flush().map_err(raise),
            false => Ok(()),
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        Ok(self.receive().map_err(raise)? > 0)
    }

    /// ureq asks when an answer was read to its end and the connection may be kept. It is: by us.
    fn is_open(&mut self) -> bool {
        self.is_reusable = self.broken.is_none();
        false
    }

    fn is_tls(&self) -> bool {
        self.line.as_ref().is_some_and(|line| line.is_https)
    }
}

impl Buffers for Exchange {
    fn output(&mut self) -> &mut [u8] {
        let head = self.head;
        let output = &mut self.line().output;
        let least = if output.is_empty() {
            OUTPUT + head
        } else {
            OUTPUT / 4
        };
        output.room(least)
    }

    fn input(&self) -> &[u8] {
        self.line.as_ref().map_or(&[], |line| line.input.unread())
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.line().input.room(INPUT)
    }

    fn input_appended(&mut self, amount: usize) {
        self.line().input.filled(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        let line = self.line();
        line.has_progressed = amount > 0;
        line.input.consume(amount);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        // The first is for bodies without a length, of which there are none.
        (&mut [], Buffers::output(self))
    }

    fn can_use_input(&self) -> bool {
        let line = self.line.as_ref();
        line.is_some_and(|line| line.has_progressed && !line.input.is_empty())
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else {
            return;
        };
        if self.is_reusable && line.has_nothing_left() {
            line.wipe();
            line.idle_since = Instant::now();
            self.pool.give(line, self.max_idle, self.idle_timeout);
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::clock::{Moment, SystemClock};
    use crate::options::{Cancel, Options};

    /// Asked every 100 ms, a call ends well before this.
    const SOON: Duration = Duration::from_millis(600);

    /// The address of a server that serves each connection by `serve`.
    fn serving(serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serve = Arc::new(serve);
        let accept = move || {
            for stream in listener.incoming() {
                let (mut stream, serve) = (stream.unwrap(), Arc::clone(&serve));
                std::thread::spawn(move || serve(&mut stream));
            }
        };
        std::thread::spawn(accept);
        address
    }

    /// Reads a head without a body; whether there was one.
    fn read_head(stream: &mut TcpStream) -> bool {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return false,
            }
        }
        true
    }

    /// Listens until the other side has gone.
    fn hold(stream: &mut TcpStream) {
        let _ = io::copy(stream, &mut io::sink());
    }

    fn send(config: &Config, cancel: impl Cancel + 'static) -> Result<HttpResponse> {
        let transport = Transport::new(config)?;
        let url = format!("{}/path", config.base_url);
        let now = Moment::now(&SystemClock::default());
        let request = HttpRequest::new("GET", url, Vec::new().into(), now);
        let options = Options {
            cancel: Some(Arc::new(cancel)),
            ..Options::default()
        };
        transport.send(&request, &options.wait(10_000)?)
    }

    /// Cancels after so many questions.
    fn after(questions: usize) -> impl Cancel {
        let asked = AtomicUsize::new(0);
        move || asked.fetch_add(1, Ordering::SeqCst) >= questions
    }

    #[test]
    fn a_call_can_be_cancelled_wherever_it_waits() {
        let silent = serving(hold);
        let hearing = serving(|stream| {
            read_head(stream);
            hold(stream);
        });
        let dripping = serving(|stream| {
            read_head(stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let through_silent = format!("http://{silent}");
        for (base, proxy, delivery) in [
            (format!("https://{silent}"), None, Delivery::NotSent),
            (
                "http://127.0.0.1:9".to_owned(),
                Some(&through_silent),
                Delivery::NotSent,
            ),
            (format!("http://{hearing}"), None, Delivery::MaybeSent),
            (format!("http://{dripping}"), None, Delivery::MaybeSent),
        ] {
            for questions in [1, 2] {
                let mut config = Config::new(&base);
                config.proxy = proxy.cloned();
                let started = Instant::now();
                let error = send(&config, after(questions)).expect_err("cancelled");
                let seen = (error.status(), error.delivery());
                assert_eq!(seen, (Status::Cancelled, delivery), "{base}: {error}");
                assert!(started.elapsed() < SOON, "{base} {questions}");
            }
        }
    }

    #[test]
    fn a_call_that_is_cancelled_before_it_began_was_not_sent() {
        let error = send(&Config::new("http://127.0.0.1:9"), || true)
            .err()
            .unwrap();
        let seen = (error.status(), error.delivery());
        assert_eq!(seen, (Status::Cancelled, Delivery::NotSent));
    }

    #[test]
    fn a_call_cancelled_at_any_moment_is_made_once_at_most() {
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        let slow = serving(move |stream| {
            if !read_head(stream) {
                return;
            }
            count.fetch_add(1, Ordering::SeqCst);
            for part in ["HTTP/1.1 200 OK\r\nContent-", "Length: 2\r\n", "\r\n{", "}"] {
                std::thread::sleep(Duration::from_millis(110));
                let _ = stream.write_all(part.as_bytes());
            }
        });
        let config = Config::new(format!("http://{slow}"));
        for questions in 0..8 {
            let before = heard.load(Ordering::SeqCst);
            match send(&config, after(questions)) {
                Ok(response) => assert_eq!(*response.body, b"{}"),
                Err(error) => assert_eq!(error.status(), Status::Cancelled, "{error}"),
            }
            assert!(heard.load(Ordering::SeqCst) - before <= 1);
        }
        assert_eq!(*send(&config, after(1_000)).unwrap().body, b"{}");
    }

    #[test]
    fn a_callback_may_take_long_and_may_make_calls_of_its_own() {
        let slow = serving(|stream| {
            read_head(stream);
            std::thread::sleep(Duration::from_millis(300));
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nouter");
        });
        let quick = serving(|stream| {
            read_head(stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ninner");
        });
        let inner = Config::new(format!("http://{quick}"));
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let callback = move || {
            let response = send(&inner, || false).unwrap();
            assert_eq!(*response.body, b"inner");
            count.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(50));
            false
        };
        let response = send(&Config::new(format!("http://{slow}")), callback).unwrap();
        assert_eq!(*response.body, b"outer");
        assert!(calls.load(Ordering::SeqCst) >= 2);
    }
}
