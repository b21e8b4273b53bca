//! Lines to a platform: a connection, with or without a proxy and TLS, and the buffers that go with it. How one is
//! made, and the pool of idle ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::config::Config;
use crate::connection::{Buffer, Connection, Fault, Result};
use crate::error::Error;
use crate::http::fits_header;
use crate::options::Wait;
use crate::proxy::Proxy;
use crate::resolve::resolve;
use crate::statistics::{ConnectionCount, Statistics};
use crate::tls::{self, Session, Sessions};

/// Room for what is read at once.
pub(crate) const INPUT: usize = 8 * 1024;

/// What a handle's lines are made from. It holds no lock.
pub(crate) struct Settings {
    tls: tls::Settings,
    proxy: Option<Proxy>,
    user_agent: String,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle: usize,
    statistics: Arc<Statistics>,
}

impl Settings {
    /// Reads and checks what the configuration says of connections.
    pub(crate) fn new(
        config: &Config,
        statistics: &Arc<Statistics>,
    ) -> crate::error::Result<Settings> {
        let user_agent = match &config.user_agent {
            Some(text) => text.clone(),
            None => concat!("libauth/", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        if !fits_header(&user_agent) {
            let problem = "has characters that a header cannot hold";
            return Err(Error::config("user_agent", problem));
        }
        Ok(Settings {
            tls: tls::Settings::new(config)?,
            proxy: Proxy::new(config)?,
            user_agent,
            connect_timeout: milliseconds(config.connect_timeout_ms),
            idle_timeout: milliseconds(config.idle_timeout_ms),
            max_idle: usize::try_from(config.max_idle_connections).unwrap_or(0),
            statistics: Arc::clone(statistics),
        })
    }

    pub(crate) fn user_agent(&self) -> &str {
        &self.user_agent
    }
}

fn milliseconds(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// The lines of one handle in one process: locks and sockets, neither of it any use to a forked child.
pub(crate) struct Lines {
    settings: Arc<Settings>,
    sessions: crate::error::Result<Sessions>,
    /// Those that are idle, the last used last. The lock is never held while a system call runs: lines
    /// are looked at, and closed, outside.
    idle: Mutex<VecDeque<Box<Line>>>,
}

impl Lines {
    pub(crate) fn new(settings: &Arc<Settings>) -> Lines {
        Lines {
            sessions: settings.tls.build(),
            idle: Mutex::default(),
            settings: Arc::clone(settings),
        }
    }

    /// A line to a host: an idle one, or a new one.
    pub(crate) fn get(&self, uri: &Uri, wait: &Wait) -> Result<Box<Line>> {
        let (line, which) = match self.take(uri) {
            Some(line) => (Ok(line), ConnectionCount::Reused),
            None => match self.dial(uri, wait) {
                Ok(line) => (Ok(line), ConnectionCount::Opened),
                Err(fault) => (Err(fault), ConnectionCount::Failed),
            },
        };
        self.settings.statistics.count_connection(which);
        line
    }

    /// The idle line used last, if it is still any good.
    fn take(&self, uri: &Uri) -> Option<Box<Line>> {
        loop {
            let mut line = {
                let mut idle = self.idle();
                let position = idle.iter().rposition(|line| line.leads_to(uri))?;
                idle.remove(position)?
            };
            if line.idle_since.elapsed() < self.settings.idle_timeout && line.is_fresh() {
                return Some(line);
            }
        }
    }

    /// Keeps a line whose exchange is over, unless something is left over on it.
    pub(crate) fn keep(&self, mut line: Box<Line>) {
        if !line.has_nothing_left() {
            return;
        }
        line.wipe();
        let now = Instant::now();
        line.idle_since = now;
        // Closed at the end of this function, after the lock is released.
        let mut surplus = Vec::new();
        let mut idle = self.idle();
        idle.push_back(line);
        while idle.len() > self.settings.max_idle
            || idle
                .front()
                .is_some_and(|line| now - line.idle_since > self.settings.idle_timeout)
        {
            surplus.extend(idle.pop_front());
        }
        drop(idle);
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Box<Line>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dial(&self, uri: &Uri, wait: &Wait) -> Result<Box<Line>> {
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
                let addresses = resolve(host, port, &wait)?;
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

    fn tunnel(&self, proxy: &Proxy, host: &str, port: u16, wait: &Wait) -> Result<Connection> {
        let about_proxy = |fault| match fault {
            Fault::Io(e) => Fault::network(format!("the proxy cannot be reached: {e}")),
            other => other,
        };
        let (proxy_host, proxy_port) = (proxy.host(), proxy.port());
        let addresses = resolve(proxy_host, proxy_port, wait);
        let mut connection = Connection::open(&addresses?, wait).map_err(about_proxy)?;
        let user_agent = &self.settings.user_agent;
        let tunnel = proxy.tunnel(&mut connection, host, port, user_agent, wait);
        tunnel.map_err(about_proxy)?;
        Ok(connection)
    }
}

/// A connection, with or without TLS.
enum Stream {
    Plain(Connection),
    Tls(Box<Session>),
}

/// A connection to the platform and the buffers that go with it.
pub(crate) struct Line {
    stream: Stream,
    is_https: bool,
    authority: Authority,
    pub(crate) input: Buffer,
    pub(crate) output: Buffer,
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
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// Sends the output, in one write where it fits, and forgets it. Tells through `has_left` whether any of it
    /// has left.
    pub(crate) fn send(&mut self, has_left: &mut bool, wait: &Wait) -> Result<()> {
        let bytes = self.output.unread();
        let outcome = match &mut self.stream {
            Stream::Plain(connection) => {
                let mut amount = 0;
                let outcome = connection.send(bytes, &mut amount, wait);
                *has_left = amount > 0;
                outcome
            }
            Stream::Tls(session) => session.send(bytes, has_left, wait),
        };
        self.output.wipe();
        outcome
    }

    /// Waits for input. 0 says that the server has ended it.
    pub(crate) fn receive(&mut self, wait: &Wait) -> Result<usize> {
        match &mut self.stream {
            Stream::Plain(connection) => {
                let amount = connection.receive(self.input.room(INPUT), wait)?;
                self.input.filled(amount);
                Ok(amount)
            }
            Stream::Tls(session) => session.receive(&mut self.input, wait),
        }
    }
}
