//! One TCP connection: a socket that never blocks, waited for with `poll` until the call's deadline.
//! Every wait ends when the time is up, and asks on the way whether the call was cancelled.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use crate::error::{Error, Status};
use crate::options::Wait;

/// How much earlier an address is tried than the one after it. A dead address costs this much.
const HEAD_START: Duration = Duration::from_millis(250);

/// The largest buffer, in bytes, that an idle connection holds on to.
const KEPT_BUFFER: usize = 32 * 1024;

/// Why a wait or a transfer came to nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The deadline of the wait passed.
    Timeout,
    /// The caller's callback ended the call.
    Cancelled,
    /// The system says no.
    Io(io::Error),
    /// Anything that has its words already.
    Said(Error),
    /// The same, and the peer cannot have read a byte of the request.
    Unheard(Error),
}

impl Fault {
    pub(crate) fn network(message: impl AsRef<str>) -> Fault {
        Fault::Said(Error::new(Status::Network, message))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

pub(crate) type Result<T> = std::result::Result<T, Fault>;

/// A connected socket.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TcpStream,
    /// When the caller was last asked whether to go on: a peer that drips must not put that off.
    asked: Instant,
}

impl Connection {
    /// Connects to the first of the addresses that answers. Each gets a head start before the next one,
    /// and the families take turns, so that neither a dead address nor a dead IPv6 costs the time-out.
    pub(crate) fn open(addresses: &[SocketAddr], wait: &Wait) -> Result<Connection> {
        let mut left = families_in_turn(addresses).into_iter();
        let mut trying: Vec<TcpStream> = Vec::new();
        let mut refused = None;
        let mut next = Some(Instant::now());
        let mut asked = Instant::now();
        loop {
            if next.is_some_and(|at| at <= Instant::now()) || trying.is_empty() {
                match left.next().map(system::begin) {
                    Some(Ok(socket)) => {
                        trying.push(socket);
                        next = Some(Instant::now() + HEAD_START);
                    }
                    // Such as: this machine has no IPv6.
                    Some(Err(error)) => {
                        refused = Some(error);
                        continue;
                    }
                    None if trying.is_empty() => {
                        let error = refused.unwrap_or_else(|| io::ErrorKind::NotFound.into());
                        return Err(Fault::Io(error));
                    }
                    None => next = None,
                }
            }
            let mut waiting: Vec<_> = trying
                .iter()
                .map(|socket| PollFd::new(socket, PollFlags::OUT))
                .collect();
            poll(&mut waiting, wait, &mut asked, next)?;
            let ready: Vec<bool> = waiting.iter().map(|w| !w.revents().is_empty()).collect();
            let mut position = 0;
            for is_ready in ready {
                match is_ready.then(|| system::outcome(&trying[position])) {
                    None => position += 1,
                    Some(Ok(())) => {
                        let socket = trying.swap_remove(position);
                        socket.set_nodelay(true)?;
                        return Ok(Connection { socket, asked });
                    }
                    Some(Err(error)) => {
                        trying.remove(position);
                        refused = Some(error);
                        // No need to give this one any more time.
                        next = Some(Instant::now());
                    }
                }
            }
        }
    }

    /// Sends all of it. Tells through `sent` how much has left.
    pub(crate) fn send(&mut self, bytes: &[u8], sent: &mut usize, wait: &Wait) -> Result<()> {
        while *sent < bytes.len() {
            match (&self.socket).write(&bytes[*sent..]) {
                Ok(0) => return Err(Fault::Io(io::ErrorKind::WriteZero.into())),
                Ok(amount) => *sent += amount,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    self.ready(PollFlags::OUT, wait)?;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Fault::Io(e)),
            }
        }
        Ok(())
    }

    /// Sends what the system takes at once, if it takes any.
    pub(crate) fn send_now(&self, bytes: &[u8]) {
        // Best effort by its nature: the connection is given up.
        let _ = (&self.socket).write(bytes);
    }

    /// Waits for bytes. 0 says that the peer has closed.
    pub(crate) fn receive(&mut self, into: &mut [u8], wait: &Wait) -> Result<usize> {
        loop {
            self.ready(PollFlags::IN, wait)?;
            if let Some(amount) = self.receive_now(into)? {
                return Ok(amount);
            }
        }
    }

    /// The bytes that are there already; `None` when there are none yet.
    pub(crate) fn receive_now(&self, into: &mut [u8]) -> io::Result<Option<usize>> {
        loop {
            match (&self.socket).read(into) {
                Ok(amount) => return Ok(Some(amount)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn ready(&mut self, flags: PollFlags, wait: &Wait) -> Result<()> {
        let mut waiting = [PollFd::new(&self.socket, flags)];
        while !poll(&mut waiting, wait, &mut self.asked, None)? {}
        Ok(())
    }
}

/// One `poll`: until something is ready (`true`), until `until`, or until the caller has to be asked again.
fn poll(
    waiting: &mut [PollFd<'_>],
    wait: &Wait,
    asked: &mut Instant,
    until: Option<Instant>,
) -> Result<bool> {
    let mut now = Instant::now();
    let mut question = wait.question_in(now.saturating_duration_since(*asked));
    if question.is_some_and(|question| question.is_zero()) {
        if wait.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        // The callback may have taken its time.
        now = Instant::now();
        *asked = now;
        question = wait.question_in(Duration::ZERO);
    }
    let left = wait.deadline().saturating_duration_since(now);
    if left.is_zero() {
        return Err(Fault::Timeout);
    }
    let mut step = question.map_or(left, |question| left.min(question));
    if let Some(until) = until {
        step = step.min(until.saturating_duration_since(now));
    }
    let time_out = Timespec::try_from(step).ok();
    match rustix::event::poll(waiting, time_out.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        // A signal may be what the caller's callback looks out for.
        Err(Errno::INTR) if wait.is_cancelled() => Err(Fault::Cancelled),
        Err(Errno::INTR) => Ok(false),
        Err(e) => Err(Fault::Io(e.into())),
    }
}

/// Bytes on their way: filled at the end, taken from the front.
#[derive(Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// As far as it was ever filled since it was wiped.
    dirty: usize,
}

impl Buffer {
    /// What was filled in and not yet taken.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(crate) fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Room for at least so many bytes behind the unread ones.
    pub(crate) fn room(&mut self, least: usize) -> &mut [u8] {
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
        if self.bytes.len() - self.end < least && self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let needed = self.end + least;
        if self.bytes.len() < needed {
            // Not `resize`: the bytes that it would leave behind when it moves are not wiped.
            let mut larger = vec![0; needed.max(2 * self.bytes.len())];
            larger[..self.end].copy_from_slice(&self.bytes[..self.end]);
            self.clean();
            self.bytes = larger;
            self.dirty = self.end;
        }
        &mut self.bytes[self.end..]
    }

    /// So many bytes of the room are filled now.
    pub(crate) fn filled(&mut self, amount: usize) {
        self.end = (self.end + amount).min(self.bytes.len());
        self.dirty = self.dirty.max(self.end);
    }

    /// Takes back the last bytes that were filled in.
    pub(crate) fn unfill(&mut self, amount: usize) {
        self.end = self.end.saturating_sub(amount).max(self.start);
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    pub(crate) fn consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.end);
    }

    /// Overwrites what was ever filled in, in one stroke that the compiler may not leave out.
    fn clean(&mut self) {
        let dirty = &mut self.bytes[..self.dirty];
        dirty.fill(0);
        zeroize::optimization_barrier(dirty);
    }

    /// Forgets everything, and leaves no trace of it in memory. Only a small buffer is kept.
    pub(crate) fn wipe(&mut self) {
        self.clean();
        (self.start, self.end, self.dirty) = (0, 0, 0);
        if self.bytes.len() > KEPT_BUFFER {
            self.bytes = Vec::new();
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// The addresses in the resolver's order, except that IPv6 and IPv4 take turns.
fn families_in_turn(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut one, mut other): (Vec<SocketAddr>, Vec<SocketAddr>) = addresses
        .iter()
        .rev()
        .copied()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::with_capacity(addresses.len());
    while ordered.len() < addresses.len() {
        ordered.extend(one.pop());
        ordered.extend(other.pop());
    }
    ordered
}

/// What differs between systems.
mod system {
    use std::io;
    use std::net::{SocketAddr, TcpStream};

    use rustix::io::Errno;
    use rustix::net::{AddressFamily, SocketType, connect, sockopt};

    /// A socket that has begun to connect.
    pub(super) fn begin(address: SocketAddr) -> io::Result<TcpStream> {
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = unconnected(family)?;
        match connect(&socket, &address) {
            // Windows says WOULDBLOCK; a signal does not stop a connection from being made.
            Ok(()) | Err(Errno::INPROGRESS | Errno::WOULDBLOCK | Errno::INTR) => Ok(socket),
            Err(e) => Err(e.into()),
        }
    }

    /// How the attempt ended.
    pub(super) fn outcome(socket: &TcpStream) -> io::Result<()> {
        Ok(sockopt::socket_error(socket)??)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn unconnected(family: AddressFamily) -> io::Result<TcpStream> {
        use rustix::net::{SocketFlags, socket_with};
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        Ok(socket_with(family, SocketType::STREAM, flags, None)?.into())
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn unconnected(family: AddressFamily) -> io::Result<TcpStream> {
        // Winsock counts these; there is nothing to undo.
        #[cfg(windows)]
        rustix::net::wsa_startup()?;
        let socket: TcpStream = rustix::net::socket(family, SocketType::STREAM, None)?.into();
        #[cfg(unix)]
        rustix::io::ioctl_fioclex(&socket)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::options::Options;

    fn wait_ms(ms: i64) -> Wait {
        Options::default().wait(ms).unwrap()
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// A listener that takes no connection and refuses none, as a dead address does.
    fn dead() -> (TcpListener, Vec<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let address = listener.local_addr().unwrap();
        let short = Duration::from_millis(50);
        let fill = |_| TcpStream::connect_timeout(&address, short).ok();
        let queue = (0..4).filter_map(fill).collect();
        (listener, queue)
    }

    fn refusing() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    }

    #[test]
    fn the_families_take_turns() {
        let given = addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "10.0.0.1:1", "10.0.0.2:1"]);
        let turns = addresses(&["[::1]:1", "10.0.0.1:1", "[::2]:1", "10.0.0.2:1", "[::3]:1"]);
        assert_eq!(families_in_turn(&given), turns);
        let given = addresses(&["10.0.0.1:1", "[::1]:1"]);
        assert_eq!(families_in_turn(&given), given);
        assert!(families_in_turn(&[]).is_empty());
    }

    #[test]
    fn a_dead_address_costs_its_head_start_only() {
        let (dead, _queue) = dead();
        let alive = TcpListener::bind("127.0.0.1:0").unwrap();
        let both = [dead.local_addr().unwrap(), alive.local_addr().unwrap()];
        let started = Instant::now();
        let connection = Connection::open(&both, &wait_ms(10_000)).unwrap();
        let took = started.elapsed();
        assert_eq!(connection.socket.peer_addr().unwrap(), both[1]);
        assert!(took >= HEAD_START && took < HEAD_START * 4, "{took:?}");
    }

    #[test]
    fn an_address_that_refuses_costs_nothing_however_many_there_are() {
        let alive = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut all = vec![refusing(); 50];
        all.push(alive.local_addr().unwrap());
        let started = Instant::now();
        Connection::open(&all, &wait_ms(10_000)).unwrap();
        assert!(started.elapsed() < HEAD_START);
        let error = Connection::open(&all[..50], &wait_ms(10_000)).unwrap_err();
        let is_refused = |e: &io::Error| e.kind() == io::ErrorKind::ConnectionRefused;
        assert!(matches!(&error, Fault::Io(e) if is_refused(e)), "{error:?}");
    }

    #[test]
    fn dead_addresses_end_at_the_deadline() {
        let (dead, _queue) = dead();
        let all = vec![dead.local_addr().unwrap(); 50];
        let started = Instant::now();
        let error = Connection::open(&all, &wait_ms(400)).unwrap_err();
        let took = started.elapsed();
        assert!(matches!(error, Fault::Timeout), "{error:?}");
        let deadline = Duration::from_millis(400);
        assert!(took >= deadline && took < deadline * 2, "{took:?}");
    }

    #[test]
    fn a_buffer_keeps_what_is_unread_and_leaves_nothing_behind() {
        let mut buffer = Buffer::default();
        buffer.append(b"secret head");
        buffer.consume(7);
        assert_eq!(buffer.unread(), b"head");
        buffer.room(100);
        assert_eq!(buffer.unread(), b"head");
        buffer.append(b" and body");
        buffer.unfill(5);
        assert_eq!(buffer.unread(), b"head and");
        buffer.consume(100);
        assert!(buffer.is_empty());
        buffer.room(1)[0] = b'x';
        buffer.filled(1);
        buffer.wipe();
        assert!(buffer.bytes.iter().all(|byte| *byte == 0));
    }
}
