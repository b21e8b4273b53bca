//! The listener: a thread for each connection, and a prompt end to all of them.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::feed::Feed;
use super::http::{Answer, Ending, ReadError, read_request, write_answer};
use super::routing;
use super::state::{Scopes, lock, now_ms};
use super::why::Explainer;

/// More connections than this at once are closed on arrival.
const MAX_CONNECTIONS: usize = 512;
/// A connection without a request for so long is closed.
const IDLE: Duration = Duration::from_secs(60);
/// How long stopping waits for the connections' threads.
const STOPPING: Duration = Duration::from_secs(5);

/// Where log lines go.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

/// What all connections share.
pub struct Shared {
    pub origin: String,
    pub scopes: Scopes,
    pub feed: Feed,
    pub explainer: OnceLock<Box<dyn Explainer>>,
    /// Connections accepted since the start.
    pub accepted: AtomicU64,
    log: Option<Log>,
    connections: Mutex<Connections>,
    changed: Condvar,
}

#[derive(Default)]
struct Connections {
    stopping: bool,
    /// Weak, so that a connection's thread alone decides when its socket closes.
    open: HashMap<u64, Weak<TcpStream>>,
}

impl Shared {
    /// The base URL of a platform in a scope.
    pub fn base(&self, scope: &str, platform: &str) -> String {
        match scope {
            routing::DEFAULT_SCOPE => format!("{}/{platform}", self.origin),
            _ => format!("{}/s/{scope}/{platform}", self.origin),
        }
    }

    pub fn log(&self, line: &str) {
        if let Some(log) = &self.log {
            log(line);
        }
    }

    fn is_stopping(&self) -> bool {
        lock(&self.connections).stopping
    }

    /// Waits; true when the sandbox is being stopped, which ends the wait.
    fn pause(&self, duration: Duration) -> bool {
        let connections = lock(&self.connections);
        let waited = self
            .changed
            .wait_timeout_while(connections, duration, |connections| !connections.stopping);
        waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

/// A running server.
pub struct Server {
    pub shared: Arc<Shared>,
    address: SocketAddr,
    listener: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Listens on loopback and serves until it is dropped.
    pub fn start(
        port: u16,
        tls: Option<Arc<rustls::ServerConfig>>,
        log: Option<Log>,
    ) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared {
            origin: format!("{scheme}://{address}"),
            scopes: Scopes::default(),
            feed: Feed::default(),
            explainer: OnceLock::new(),
            accepted: AtomicU64::new(0),
            log,
            connections: Mutex::default(),
            changed: Condvar::new(),
        });
        let for_thread = shared.clone();
        let listener = thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || accept(&listener, &for_thread, tls.as_ref()))?;
        Ok(Server {
            shared,
            address,
            listener: Some(listener),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let open: Vec<Weak<TcpStream>> = {
            let mut connections = lock(&self.shared.connections);
            connections.stopping = true;
            connections.open.values().cloned().collect()
        };
        self.shared.changed.notify_all();
        self.shared.feed.end();
        // The listener is blocked in accept: a last connection lets it see that it shall stop.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        for stream in open.iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let connections = lock(&self.shared.connections);
        let still_open = |connections: &mut Connections| !connections.open.is_empty();
        let _ = self
            .shared
            .changed
            .wait_timeout_while(connections, STOPPING, still_open);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, tls: Option<&Arc<rustls::ServerConfig>>) {
    for stream in listener.incoming() {
        if shared.is_stopping() {
            return;
        }
        let Ok(stream) = stream.map(Arc::new) else {
            // Out of descriptors, most likely: give connections time to end.
            shared.pause(Duration::from_millis(10));
            continue;
        };
        let id = shared.accepted.fetch_add(1, Ordering::Relaxed);
        {
            let mut connections = lock(&shared.connections);
            if connections.stopping || connections.open.len() >= MAX_CONNECTIONS {
                continue;
            }
            connections.open.insert(id, Arc::downgrade(&stream));
        }
        let place = Place {
            shared: shared.clone(),
            id,
        };
        let tls = tls.cloned();
        let serving = move || {
            let shared = place.shared.clone();
            let _ = serve(&shared, stream, place.id, tls);
        };
        // If no thread can be had, the closure is dropped and with it the connection and its place.
        let _ = thread::Builder::new()
            .name(format!("sandbox connection {id}"))
            .spawn(serving);
    }
}

/// A connection's place among the open ones; dropping it gives the place back, even on a panic.
struct Place {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.shared.connections).open.remove(&self.id);
        self.shared.changed.notify_all();
    }
}

/// Reads and writes a socket that others may hold as well.
struct Socket(Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn serve(
    shared: &Shared,
    tcp: Arc<TcpStream>,
    id: u64,
    tls: Option<Arc<rustls::ServerConfig>>,
) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    tcp.set_read_timeout(Some(IDLE))?;
    tcp.set_write_timeout(Some(IDLE))?;
    let reset = match tls {
        None => converse(shared, &mut Socket(tcp.clone()), id)?,
        Some(config) => {
            let session = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
            let mut stream = rustls::StreamOwned::new(session, Socket(tcp.clone()));
            let reset = converse(shared, &mut stream, id)?;
            if !reset {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
            reset
        }
    };
    if reset {
        // Closing with a linger time of zero sends RST in place of FIN.
        return socket2::SockRef::from(&*tcp).set_linger(Some(Duration::ZERO));
    }
    tcp.shutdown(Shutdown::Write)?;
    drain(&tcp)
}

/// Reads what the peer still sends: closing over unread bytes would reset the connection and could
/// take the answer with it.
fn drain(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut block = [0; 16 * 1024];
    for _ in 0..1024 {
        if (&*tcp).read(&mut block)? == 0 {
            break;
        }
    }
    Ok(())
}

/// Answers requests until one ends the connection; true when it is to be reset.
fn converse(shared: &Shared, stream: &mut (impl Read + Write), id: u64) -> io::Result<bool> {
    let mut buffer = Vec::new();
    loop {
        let request = match read_request(stream, &mut buffer) {
            Ok(request) => request,
            Err(ReadError::Gone) => return Ok(false),
            Err(ReadError::Malformed(status, text)) => {
                let answer = Answer::text(status, text, now_ms());
                write_answer(stream, &answer, Ending::Announced, &|_| false)?;
                return Ok(false);
            }
        };
        let keep_alive = request.keep_alive;
        let answer = routing::handle(shared, request, id);
        if answer.delivery.wait.is_some_and(|wait| shared.pause(wait)) {
            return Ok(false);
        }
        let ending = match answer.delivery.ending {
            Ending::Reset => return Ok(true),
            Ending::NoAnswer => return Ok(false),
            Ending::KeepAlive if !keep_alive => Ending::Announced,
            ending => ending,
        };
        write_answer(stream, &answer, ending, &|wait| shared.pause(wait))?;
        if ending != Ending::KeepAlive {
            return Ok(false);
        }
    }
}
