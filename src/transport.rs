//! The only file that knows ureq: one HTTP exchange, within a deadline.
//!
//! ureq writes and reads HTTP; the connections are ours, and so is the pool of idle ones. ureq asks for a
//! connection for every exchange, is given one of the pool or a new one, and keeps none.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use ureq::Agent;
use ureq::config::Config as AgentConfig;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver as UreqResolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, Transport as UreqTransport,
};

use crate::codings;
use crate::config::Config;
use crate::connection::{Buffer, Fault};
use crate::error::{Delivery, Error, Result, Status};
use crate::http::{Headers, HttpRequest, HttpResponse};
use crate::line::{INPUT, Line, Lines, Settings};
use crate::options::{Wait, cancelled};
use crate::os;
use crate::per_process::PerProcess;
use crate::secret::one_line;
use crate::statistics::Statistics;

/// Room for a request: a usual one goes out whole, in one write.
const OUTPUT: usize = 8 * 1024;

/// What is written at once of a larger one.
const MOST_OUTPUT: usize = 64 * 1024;

/// Room for the headers of every request.
const USUAL: usize = 256;

/// The length of the empty line that ends a head.
const HEAD_END: usize = 2;

/// The longest head of an answer, interim ones included, in bytes.
const LONGEST_HEAD: usize = 256 * 1024;

/// An HTTP client for one provider handle, for any number of threads.
pub(crate) struct Transport {
    agent: PerProcess<Agent>,
    usual_headers: [(&'static str, String); 3],
    max_response_bytes: u64,
}

impl Transport {
    pub(crate) fn new(config: &Config, statistics: &Arc<Statistics>) -> Result<Transport> {
        let settings = Arc::new(Settings::new(config, statistics)?);
        let usual_headers = usual_headers(settings.user_agent());
        let build = move || {
            let lines = Dialer(Arc::new(Lines::new(&settings)));
            Agent::with_parts(agent_config(), lines, ResolveLater)
        };
        Ok(Transport {
            agent: PerProcess::new(build),
            usual_headers,
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
        run_once_alone(agent);
        let headers = other_headers(request, &self.usual_headers)?;
        CURRENT.with_borrow_mut(|current| current.headers = headers);
        let response = agent.run(to_ureq(request)?)?;
        CURRENT.with_borrow_mut(|current| current.progress = Progress::Head);
        let (parts, body) = response.into_parts();
        let length = length(&parts.headers)?;
        self.check_length(length.unwrap_or(0))?;
        let mut bytes = Vec::new();
        // A length is a promise; the memory is taken as it is kept.
        let length = length.and_then(|length| usize::try_from(length).ok());
        bytes.reserve_exact(length.unwrap_or(0).min(MOST_OUTPUT));
        let most = self.max_response_bytes.saturating_add(1);
        body.into_reader().take(most).read_to_end(&mut bytes)?;
        self.check_size(&bytes)?;
        if let Some(coding) = coding(&parts.headers) {
            bytes = codings::decode(&coding, &bytes, self.max_response_bytes)?;
            self.check_size(&bytes)?;
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

    fn check_size(&self, body: &[u8]) -> Result<()> {
        self.check_length(body.len() as u64)
    }

    fn check_length(&self, length: u64) -> Result<()> {
        if length <= self.max_response_bytes {
            return Ok(());
        }
        Err(Error::protocol(format!(
            "the answer is larger than max_response_bytes ({})",
            self.max_response_bytes
        )))
    }
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    }
}

/// The length that an answer promises. ureq has checked the number.
fn length(headers: &HeaderMap) -> Result<Option<u64>> {
    let coded = headers.get(TRANSFER_ENCODING);
    let length = headers.get(CONTENT_LENGTH);
    match (coded, length) {
        // One of them lies, and where the answer ends with it.
        (Some(_), Some(_)) => Err(Error::protocol(
            "the answer has both Transfer-Encoding and Content-Length",
        )),
        (Some(coded), None) if !coded.as_bytes().eq_ignore_ascii_case(b"chunked") => Err(
            Error::protocol("the answer's Transfer-Encoding is not chunked"),
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
];

fn is_for_ureq(name: &str) -> bool {
    FOR_UREQ
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// The headers of every request that has none of its own of that name. They are the same each time, so ureq does not
/// make them anew for each.
fn usual_headers(user_agent: &str) -> [(&'static str, String); 3] {
    [
        ("User-Agent", user_agent.to_owned()),
        ("Accept", "*/*".to_owned()),
        ("Accept-Encoding", "identity".to_owned()),
    ]
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
fn other_headers(
    request: &HttpRequest,
    usual: &[(&'static str, String)],
) -> std::result::Result<Buffer, Failure> {
    let given = request.headers();
    let mut length = 0;
    for (name, value) in given.iter() {
        if !is_token(name) || !value.bytes().all(fits_value) {
            return Err(unsendable(name));
        }
        length += name.len() + value.len() + 4;
    }
    let usual = usual.iter().map(|(name, value)| (*name, value.as_str()));
    let usual = usual.filter(|(name, _)| given.get(name).is_none());
    let own = given.iter().filter(|(name, _)| !is_for_ureq(name));
    let mut lines = Buffer::default();
    lines.room(length + USUAL);
    for (name, value) in usual.chain(own) {
        for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            lines.append(part);
        }
    }
    Ok(lines)
}

fn is_token(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

fn fits_value(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

fn unsendable(what: &str) -> Failure {
    let message = format!("the request's {what} cannot be sent");
    Failure::Ours(Error::new(Status::Internal, message))
}

/// ureq has no time-outs, no proxy and no pool here: all of that is ours.
fn agent_config() -> AgentConfig {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        // None of its own: see `usual_headers`.
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .allow_non_standard_methods(true)
        .build()
}

/// ureq fills a lock of std's in the first exchange of a process. No fork may find it half filled, so a request that
/// comes to no connection is made beforehand. Two at once do no harm.
fn run_once_alone(agent: &Agent) {
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    if IS_DONE.load(Ordering::Acquire) {
        return;
    }
    os::undivided(|| {
        let _entered = Entered(CURRENT.replace(Current::none()));
        // It fails: there is no wait to connect with.
        let mut nothing = Request::new(&[][..]);
        *nothing.uri_mut() = Uri::from_static("http://localhost/");
        let _ = agent.run(nothing);
    });
    IS_DONE.store(true, Ordering::Release);
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

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Ours(error)
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

/// Gives ureq a line for each exchange, and takes it back.
struct Dialer(Arc<Lines>);

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
        let line = self.0.get(details.uri, &wait).map_err(raise)?;
        let exchange = Exchange {
            line: Some(line),
            has_progressed: false,
            wait,
            headers,
            head,
            head_received: 0,
            broken: None,
            is_reusable: false,
            lines: Arc::clone(&self.0),
        };
        Ok(Some(exchange))
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

/// One exchange on a connection, as ureq sees it. It ends in the pool, or closed.
struct Exchange {
    /// There until the exchange is over.
    line: Option<Box<Line>>,
    /// The last look at the input took some of it.
    has_progressed: bool,
    wait: Wait,
    /// The headers that ureq does not know of, until the head is written.
    headers: Buffer,
    head: usize,
    head_received: usize,
    /// Why the request could not be sent to its end. The server may have answered all the same.
    broken: Option<Fault>,
    is_reusable: bool,
    lines: Arc<Lines>,
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
        let mut has_left = false;
        let outcome = line.send(&mut has_left, wait);
        if has_left {
            CURRENT.with_borrow_mut(|current| {
                current.progress = current.progress.max(Progress::Sent);
            });
        }
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
        let received = line.receive(wait);
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
        self.line.as_ref().is_some_and(|line| line.is_https())
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
        self.has_progressed = amount > 0;
        self.line().input.consume(amount);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        // The first is for bodies without a length, of which there are none.
        (&mut [], Buffers::output(self))
    }

    fn can_use_input(&self) -> bool {
        self.has_progressed && !self.input().is_empty()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(line) = self.line.take().filter(|_| self.is_reusable) {
            self.lines.keep(line);
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
    use std::sync::atomic::AtomicUsize;
    use std::time::{Duration, Instant};

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
        let transport = Transport::new(config, &Arc::new(Statistics::new()))?;
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
