//! The only file that knows ureq: one HTTP exchange, within a deadline.
//!
//! ureq resolves before it looks at its pool and spawns a thread whenever a time-out
//! covers resolving. Here its resolver answers nothing at all, and the connector, which
//! runs only where a new connection is needed, resolves for real. So a call on a
//! kept-alive connection costs neither a thread nor a DNS query.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::config::Config as AgentConfig;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport as Connection,
};
use ureq::{Agent, Proxy};

use crate::config::Config;
use crate::error::{Delivery, Error, Result, Status};
use crate::message::{Headers, HttpRequest, HttpResponse};
use crate::process::PerProcess;
use crate::secret::one_line;

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
        let build = move || {
            let connector = LazyConnector(DefaultConnector::new());
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
            .limit(self.max_response_bytes)
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
        .tls_config(tls(config)?)
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

fn tls(config: &Config) -> Result<TlsConfig> {
    let mut roots: Vec<Certificate<'static>> = Vec::new();
    if config.bundled_roots {
        roots.extend(
            webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .map(|der| Certificate::from_der(der)),
        );
    }
    if config.system_roots {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err(Error::config(
                "system_roots",
                "are asked for, but the system has none that can be read",
            ));
        }
        roots.extend(
            found
                .certs
                .iter()
                .map(|der| Certificate::from_der(der).to_owned()),
        );
    }
    if let Some(path) = &config.ca_file {
        let problem = |what: String| Error::config("ca_file", what);
        let pem = std::fs::read(path).map_err(|e| problem(format!("cannot be read: {e}")))?;
        let mut certificates = 0;
        for item in ureq::tls::parse_pem(&pem) {
            match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => {
                    certificates += 1;
                    roots.push(certificate);
                }
                Ok(_) => {}
                Err(_) => return Err(problem("is not valid PEM".to_owned())),
            }
        }
        if certificates == 0 {
            return Err(problem("holds no certificate in PEM form".to_owned()));
        }
    }
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
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
struct LazyConnector(DefaultConnector);

impl Connector<()> for LazyConnector {
    type Out = Watched;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Watched>, ureq::Error> {
        let started = Instant::now();
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
        let left = NextTimeout {
            after: details
                .timeout
                .after
                .saturating_sub(started.elapsed())
                .into(),
            ..details.timeout
        };
        if left.after.is_zero() {
            return Err(ureq::Error::Timeout(left.reason));
        }
        let details = ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            // The requests differ in their deadlines only: ureq may keep the TLS configuration it made.
            request_level: false,
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
    let (status, message) = match e {
        ureq::Error::Timeout(ureq::Timeout::Connect) => (
            Status::Timeout,
            "connecting took longer than connect_timeout_ms".to_owned(),
        ),
        ureq::Error::Timeout(_) => (
            Status::Timeout,
            "the call took longer than timeout_ms".to_owned(),
        ),
        ureq::Error::HostNotFound => (
            Status::Network,
            "the host name cannot be resolved".to_owned(),
        ),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => (
            Status::Timeout,
            "the call took longer than timeout_ms".to_owned(),
        ),
        ureq::Error::Io(e) => (Status::Network, io_message(&e, in_body)),
        ureq::Error::Rustls(e) => (
            Status::Network,
            format!("TLS failed: {e}{}", tls_advice(&e)),
        ),
        ureq::Error::Tls(e) => (Status::Network, format!("TLS failed: {e}")),
        ureq::Error::ConnectProxyFailed(e) => (
            Status::Network,
            format!("the proxy refused the connection: {e}"),
        ),
        ureq::Error::BodyExceedsLimit(limit) => (
            Status::Protocol,
            format!("the answer is larger than max_response_bytes ({limit})"),
        ),
        ureq::Error::LargeResponseHeader(..) => (
            Status::Protocol,
            "the answer's headers are too large".to_owned(),
        ),
        ureq::Error::Protocol(e) => (Status::Protocol, format!("the answer is not HTTP: {e}")),
        other => (Status::Network, format!("the exchange failed: {other}")),
    };
    let answered = status == Status::Protocol;
    let delivery = match SENT.get() {
        _ if answered => Delivery::Answered,
        true => Delivery::MaybeSent,
        false => Delivery::NotSent,
    };
    Error::new(status, one_line(&message)).with_delivery(delivery)
}

fn io_message(e: &io::Error, in_body: bool) -> String {
    match e.kind() {
        _ if in_body => "the connection broke in the middle of the answer".to_owned(),
        io::ErrorKind::UnexpectedEof => {
            "the connection was closed before an answer came".to_owned()
        }
        io::ErrorKind::ConnectionRefused => {
            "the connection was refused: is the base URL's host and port right?".to_owned()
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => "the connection was reset before an answer came".to_owned(),
        // The system resolver's errors have no kind of their own.
        _ if !SENT.get() => format!("cannot connect: {e}"),
        _ => format!("the connection failed: {e}"),
    }
}

fn tls_advice(e: &rustls::Error) -> &'static str {
    match e {
        rustls::Error::InvalidCertificate(_) => {
            ": if the certificate is your own CA's, name it with ca_file"
        }
        _ => "",
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}
