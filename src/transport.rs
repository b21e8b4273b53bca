//! The only file that knows ureq: one HTTP exchange, within a deadline.
//!
//! ureq resolves before it looks at its pool and spawns a thread whenever a time-out
//! covers resolving. Here its resolver answers nothing at all, and the connector, which
//! runs only where a new connection is needed, resolves for real. So a call on a
//! kept-alive connection costs neither a thread nor a DNS query.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, Request, Uri};
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::config::Config as AgentConfig;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, LazyBuffers, NextTimeout,
    TcpConnector, Transport as Connection, TransportAdapter,
};
use ureq::{Agent, Proxy};

use crate::config::Config;
use crate::error::{Delivery, Error, Result, Status};
use crate::message::{Headers, HttpRequest, HttpResponse};
use crate::per_process::PerProcess;
use crate::secret::one_line;
use crate::tls;

/// Idle connections kept for each provider handle, whatever the number of threads.
const IDLE_CONNECTIONS: usize = 32;

/// An HTTP client for one provider handle, for any number of threads.
pub(crate) struct Transport {
    agent: PerProcess<Agent>,
    max_response_bytes: u64,
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Result<Transport> {
        let settings = agent_config(config)?;
        let tls = tls::client_config(config)?;
        let build = move || {
            let connector = LazyConnector::new(Arc::clone(&tls));
            Agent::with_parts(settings.clone(), connector, ResolveLater)
        };
        let max_response_bytes = u64::try_from(config.max_response_bytes).unwrap_or(0);
        Ok(Transport {
            agent: PerProcess::new(build),
            max_response_bytes,
        })
    }

    /// Sends a request and reads the whole answer, whatever its status, before the deadline.
    pub(crate) fn send(&self, request: &HttpRequest, deadline: Instant) -> Result<HttpResponse> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::new(
                Status::Timeout,
                "the call's deadline passed before the request was sent",
            ));
        }
        SENT.set(false);
        let agent = self.agent.get();
        let request = with_deadline(&agent, to_ureq(request)?, left);
        let mut response = agent.run(request).map_err(|e| failed(e, false))?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(n, v)| (n.as_str(), String::from_utf8_lossy(v.as_bytes())));
        let headers: Headers = headers.collect();
        let body = response
            .body_mut()
            .with_config()
            // ureq refuses an answer that reaches its limit: the largest one accepted is a byte below.
            .limit(self.max_response_bytes.saturating_add(1))
            .read_to_vec();
        let body = body.map_err(|e| failed(e, true))?;
        Ok(HttpResponse {
            status,
            headers,
            body,
        })
    }
}

fn to_ureq(request: &HttpRequest) -> Result<Request<Vec<u8>>> {
    let wrong = |what: &str| {
        Error::new(
            Status::Internal,
            format!("the request's {what} cannot be sent"),
        )
    };
    let mut built = Request::new(request.body().to_vec());
    *built.method_mut() =
        Method::from_bytes(request.method().as_bytes()).map_err(|_| wrong("method"))?;
    *built.uri_mut() = request.url().parse::<Uri>().map_err(|_| wrong("URL"))?;
    for (name, value) in request.headers().iter() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("header name"))?;
        let mut value =
            HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong(name.as_str()))?;
        value.set_sensitive(true);
        built.headers_mut().append(name, value);
    }
    Ok(built)
}

/// Every request has a deadline of its own, so the time-out is set on the request.
fn with_deadline(agent: &Agent, request: Request<Vec<u8>>, left: Duration) -> Request<Vec<u8>> {
    agent
        .configure_request(request)
        .timeout_global(Some(left))
        .build()
}

fn agent_config(config: &Config) -> Result<AgentConfig> {
    let agent = match &config.user_agent {
        Some(text) => {
            HeaderValue::from_str(text).map_err(|_| {
                Error::config("user_agent", "has characters that a header cannot hold")
            })?;
            text.clone()
        }
        None => concat!("libauth/", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let milliseconds = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy(config)?)
        .user_agent(agent)
        .accept_encoding(ureq::config::AutoHeaderValue::None)
        .timeout_connect(Some(milliseconds(config.connect_timeout_ms)))
        .max_idle_connections(IDLE_CONNECTIONS)
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .max_idle_age(milliseconds(config.idle_timeout_ms))
        .allow_non_standard_methods(true)
        .build())
}

/// ureq would read the environment unasked; here the answer is always explicit.
fn proxy(config: &Config) -> Result<Option<Proxy>> {
    match &config.proxy {
        Some(url) if !url.starts_with("http://") => Err(Error::config(
            "proxy",
            "must begin with http://: the proxy is asked to CONNECT",
        )),
        Some(url) => match Proxy::new(url) {
            Ok(proxy) => Ok(Some(proxy)),
            Err(_) => Err(Error::config(
                "proxy",
                "is not a URL such as http://host:port",
            )),
        },
        None if config.proxy_from_environment => Ok(Proxy::try_from_env()),
        None => Ok(None),
    }
}

thread_local! {
    /// Whether a byte of the current exchange's request may have left. ureq works on the
    /// calling thread, so this is the one place its connections and its caller share.
    static SENT: Cell<bool> = const { Cell::new(false) };
}

/// Puts off resolving until a connection is really made.
#[derive(Debug)]
struct ResolveLater;

impl Resolver for ResolveLater {
    fn resolve(
        &self,
        _: &Uri,
        _: &AgentConfig,
        _: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Resolves, connects (through the proxy, if there is one), and watches what is sent.
#[derive(Debug)]
struct LazyConnector(Box<dyn Connector<(), Out = Box<dyn Connection>>>);

impl LazyConnector {
    fn new(tls: Arc<ClientConfig>) -> LazyConnector {
        let tcp = ().chain(ConnectProxyConnector::default()).chain(TcpConnector::default());
        LazyConnector(Box::new(tcp.chain(TlsConnector(tls))))
    }
}

impl Connector<()> for LazyConnector {
    type Out = Watched;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Watched>, ureq::Error> {
        // A proxy resolves the target itself; its own address comes through here in a nested call.
        let through_proxy = details
            .config
            .proxy()
            .is_some_and(|proxy| !proxy.is_no_proxy(details.uri));
        let addrs = if through_proxy {
            details.resolver.empty()
        } else {
            resolve(details)?
        };
        let left = left(details);
        if left.after.is_zero() {
            return Err(ureq::Error::Timeout(left.reason));
        }
        let details = ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: (details.current_time)(),
            timeout: left,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let connection = self.0.connect(&details, None);
        // CONNECT and TLS handshakes are not the request.
        SENT.set(false);
        Ok(connection?.map(Watched))
    }
}

/// What is left of the time for connecting.
fn left(details: &ConnectionDetails) -> NextTimeout {
    let spent = match details.now {
        ureq::unversioned::transport::time::Instant::Exact(started) => started.elapsed(),
        _ => Duration::ZERO,
    };
    NextTimeout {
        after: details.timeout.after.saturating_sub(spent).into(),
        ..details.timeout
    }
}

/// Puts TLS around a connection to an https address.
struct TlsConnector(Arc<ClientConfig>);

impl<In: Connection> Connector<In> for TlsConnector {
    type Out = Box<dyn Connection>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> std::result::Result<Option<Self::Out>, ureq::Error> {
        let connection = chained.ok_or(ureq::Error::ConnectionFailed)?;
        if !details.needs_tls() || connection.is_tls() {
            return Ok(Some(Box::new(connection)));
        }
        let host = details.uri.host().unwrap_or_default();
        let session = tls::session(&self.0, host).map_err(|e| ureq::Error::Other(Box::new(e)))?;
        let mut adapter =
            TransportAdapter::new(connection.boxed(), Arc::clone(&details.current_time));
        adapter.set_timeout(left(details));
        let mut stream = StreamOwned::new(session, adapter);
        stream.conn.complete_io(&mut stream.sock)?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Box::new(TlsConnection { buffers, stream })))
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

/// A connection with TLS around it.
struct TlsConnection {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Connection for TlsConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnection")
    }
}

/// The addresses of a host: at once for an address, through the system's resolver (in a thread
/// that the deadline can leave behind) for a name.
fn resolve(details: &ConnectionDetails) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
    let host = details.uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(ip) = bare.parse::<IpAddr>() else {
        return DefaultResolver::default().resolve(details.uri, details.config, details.timeout);
    };
    let default_port = if details.needs_tls() { 443 } else { 80 };
    let mut addrs = details.resolver.empty();
    addrs.push((ip, details.uri.port_u16().unwrap_or(default_port)).into());
    Ok(addrs)
}

/// A connection that notes when the request may have left.
#[derive(Debug)]
struct Watched(Box<dyn Connection>);

impl Connection for Watched {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        SENT.set(true);
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Our error for ureq's. `in_body` tells that the head of an answer had arrived.
fn failed(e: ureq::Error, in_body: bool) -> Error {
    let (status, message) = describe(e, in_body);
    let (status, delivery) = match (SENT.get(), status) {
        // Whoever spoke no HTTP before the request was sent was the proxy.
        (false, Status::Protocol) => (Status::Network, Delivery::NotSent),
        (false, status) => (status, Delivery::NotSent),
        (true, Status::Protocol) => (status, Delivery::Answered),
        (true, status) => (status, Delivery::MaybeSent),
    };
    Error::new(status, one_line(&message)).with_delivery(delivery)
}

fn describe(e: ureq::Error, in_body: bool) -> (Status, String) {
    let text = |text: &str| text.to_owned();
    match e {
        ureq::Error::Timeout(ureq::Timeout::Connect) => (
            Status::Timeout,
            text("connecting took longer than connect_timeout_ms"),
        ),
        ureq::Error::Timeout(_) => (
            Status::Timeout,
            text("the call took longer than timeout_ms"),
        ),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => (
            Status::Timeout,
            text("the call took longer than timeout_ms"),
        ),
        ureq::Error::Io(e) => (Status::Network, describe_io(&e, in_body)),
        ureq::Error::Other(e) if e.is::<rustls::Error>() => {
            (Status::Network, format!("TLS failed: {e}"))
        }
        ureq::Error::HostNotFound => (Status::Network, text("the host name cannot be resolved")),
        ureq::Error::ConnectProxyFailed(e) => (
            Status::Network,
            format!("the proxy refused the connection: {e}"),
        ),
        ureq::Error::BodyExceedsLimit(limit) => (
            Status::Protocol,
            format!(
                "the answer is larger than max_response_bytes ({})",
                limit.saturating_sub(1)
            ),
        ),
        ureq::Error::LargeResponseHeader(..) => {
            (Status::Protocol, text("the answer's headers are too large"))
        }
        ureq::Error::Protocol(e) => (Status::Protocol, format!("the answer is not HTTP: {e}")),
        other => (Status::Network, format!("the exchange failed: {other}")),
    }
}

fn describe_io(e: &io::Error, in_body: bool) -> String {
    if let Some(tls) = e
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        let advice = match tls {
            rustls::Error::InvalidCertificate(_) => {
                "; if the certificate is your own CA's, name it with ca_file"
            }
            _ => "",
        };
        return format!("TLS failed: {tls}{advice}");
    }
    match e.kind() {
        _ if in_body => "the connection broke in the middle of the answer".to_owned(),
        io::ErrorKind::UnexpectedEof => {
            "the connection was closed before an answer came".to_owned()
        }
        io::ErrorKind::ConnectionRefused => {
            "the connection was refused: are the base URL's host and port right?".to_owned()
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => "the connection was reset before an answer came".to_owned(),
        // The system resolver's errors have no kind of their own.
        _ if !SENT.get() => format!("cannot connect: {e}"),
        _ => format!("the connection failed: {e}"),
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}
