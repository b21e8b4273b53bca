//! The session itself. It works on buffers of ours, so it is known to the byte what a server sent beyond its answer.

use std::fmt;
use std::sync::Arc;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus,
};

use super::identity::ASKED;
use super::messages::{describe, is_about_certificate};
use super::settings::Sessions;
use crate::connection::{Buffer, Connection, Fault, Result};
use crate::error::{Error, Status};
use crate::options::Wait;

/// Room for one record as it arrives.
const RECORD: usize = 4 * 1024;

/// More than any handshake message, which may come in many records.
const MOST_INCOMING: usize = 256 * 1024;

/// A connection with TLS around it.
pub(crate) struct Session {
    connection: Connection,
    session: UnbufferedClientConnection,
    /// As it came, not yet decrypted.
    incoming: Buffer,
    /// Encrypted, not yet sent.
    outgoing: Vec<u8>,
    host: String,
    /// The server has said that it is done.
    is_closed: bool,
    /// Whether we have a client certificate, and whether the server asked for it.
    has_certificate: bool,
    was_asked: bool,
    /// The server has sent data, so it has accepted the handshake.
    has_spoken: bool,
}

/// What the session waits for, or has.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// Decrypted bytes.
    Data,
    /// The handshake goes on when the server has spoken.
    Handshake,
    /// Nothing: it is open both ways.
    Open,
    /// The server has ended it properly.
    Closed,
}

impl Session {
    /// Makes the handshake. The last bytes of it may go out with the first of the request.
    pub(crate) fn open(
        sessions: &Sessions,
        host: &str,
        connection: Connection,
        wait: &Wait,
    ) -> Result<Session> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Fault::network("TLS failed: the host name cannot be in a certificate"))?;
        let session = UnbufferedClientConnection::new(Arc::clone(&sessions.0), name)
            .map_err(|e| Fault::network(format!("TLS failed: {e}")))?;
        let mut session = Session {
            connection,
            session,
            incoming: Buffer::default(),
            outgoing: Vec::new(),
            host: host.to_owned(),
            is_closed: false,
            has_certificate: sessions.0.client_auth_cert_resolver.has_certs(),
            was_asked: false,
            has_spoken: false,
        };
        ASKED.set(false);
        loop {
            match session.advance(&mut Buffer::default(), None)? {
                Standing::Open => return Ok(session),
                Standing::Handshake => {}
                Standing::Data => {
                    return Err(Fault::network(
                        "the server sent something before it was asked",
                    ));
                }
                Standing::Closed => {
                    return Err(Fault::network(
                        "TLS failed: the server broke the handshake off",
                    ));
                }
            }
            session.flush(&mut 0, wait)?;
            if session.fill(wait)? == 0 {
                return Err(Fault::network(
                    "TLS failed: the server closed the connection in the handshake; does it speak TLS at this port?",
                ));
            }
        }
    }

    /// Sends all of it, in one record where it fits, and tells through `sent` whether any of it has left.
    pub(crate) fn send(&mut self, plain: &[u8], sent: &mut bool, wait: &Wait) -> Result<()> {
        let others = self.outgoing.len();
        if self.advance(&mut Buffer::default(), Some(plain))? != Standing::Open {
            return Err(Fault::network(
                "the server ended the TLS session before the request was sent",
            ));
        }
        let mut amount = 0;
        let outcome = self.flush(&mut amount, wait);
        *sent = *sent || amount > others;
        outcome
    }

    /// Waits for data. 0 says that the server has ended the session properly.
    pub(crate) fn receive(&mut self, plain: &mut Buffer, wait: &Wait) -> Result<usize> {
        let before = plain.unread().len();
        loop {
            match self.advance(plain, None)? {
                Standing::Data => return Ok(plain.unread().len() - before),
                Standing::Closed => return Ok(0),
                Standing::Open | Standing::Handshake => {}
            }
            // Closed, but TLS was not ended: what came may be cut off.
            if self.fill(wait)? == 0 {
                return Err(Fault::Io(std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Whether the server has sent nothing beyond what was read, as far as it has arrived here.
    pub(crate) fn has_nothing_left(&mut self) -> bool {
        let mut beyond = Buffer::default();
        let standing = self.advance(&mut beyond, None);
        matches!(standing, Ok(Standing::Open)) && self.incoming.is_empty()
    }

    /// The same, with what may have arrived at the socket meanwhile. One system call when it is nothing.
    pub(crate) fn is_fresh(&mut self) -> bool {
        loop {
            match self.connection.receive_now(self.incoming.room(RECORD)) {
                Ok(None) => return true,
                Ok(Some(0)) | Err(_) => return false,
                // Such as tickets for the next session.
                Ok(Some(amount)) => self.incoming.filled(amount),
            }
            if !self.has_nothing_left() {
                return false;
            }
        }
    }

    /// Leaves nothing of an exchange in memory.
    pub(crate) fn wipe(&mut self) {
        self.incoming.wipe();
    }

    fn fill(&mut self, wait: &Wait) -> Result<usize> {
        if self.incoming.unread().len() > MOST_INCOMING {
            return Err(Fault::network(
                "TLS failed: the server's handshake has no end",
            ));
        }
        let amount = self.connection.receive(self.incoming.room(RECORD), wait)?;
        self.incoming.filled(amount);
        Ok(amount)
    }

    fn flush(&mut self, amount: &mut usize, wait: &Wait) -> Result<()> {
        self.connection.send(&self.outgoing, amount, wait)?;
        self.outgoing.clear();
        Ok(())
    }

    /// Works off what has arrived, up to the next data, which goes to `plain`. Once the session is open,
    /// encrypts `write`.
    fn advance(&mut self, plain: &mut Buffer, mut write: Option<&[u8]>) -> Result<Standing> {
        loop {
            let Session {
                session,
                incoming,
                outgoing,
                ..
            } = self;
            let UnbufferedStatus { mut discard, state } =
                session.process_tls_records(incoming.unread_mut());
            let state = match state {
                Ok(state) => state,
                Err(error) => {
                    incoming.consume(discard);
                    return Err(self.failed(&error));
                }
            };
            let standing = match state {
                ConnectionState::ReadTraffic(mut traffic) => {
                    let before = plain.unread().len();
                    while let Some(record) = traffic.next_record() {
                        let record =
                            record.map_err(|e| Fault::network(format!("TLS failed: {e}")))?;
                        discard += record.discard;
                        plain.append(record.payload);
                    }
                    // A record may be empty.
                    (plain.unread().len() > before).then_some(Standing::Data)
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    append(outgoing, |room| encode(&mut data, room))?;
                    None
                }
                ConnectionState::TransmitTlsData(data) => {
                    data.done();
                    None
                }
                ConnectionState::BlockedHandshake => Some(Standing::Handshake),
                ConnectionState::WriteTraffic(mut traffic) => match write.take() {
                    Some(bytes) => {
                        append(outgoing, |room| {
                            traffic.encrypt(bytes, room).map_err(|e| match e {
                                EncryptError::InsufficientSize(e) => Some(e.required_size),
                                EncryptError::EncryptExhausted => None,
                            })
                        })?;
                        Some(Standing::Open)
                    }
                    None if self.is_closed => Some(Standing::Closed),
                    None => Some(Standing::Open),
                },
                ConnectionState::PeerClosed | ConnectionState::Closed => {
                    self.is_closed = true;
                    Some(Standing::Closed)
                }
                _ => return Err(Fault::network("TLS failed: the server sent early data")),
            };
            self.incoming.consume(discard);
            self.was_asked |= ASKED.take();
            if let Some(standing) = standing {
                self.has_spoken |= standing == Standing::Data;
                return Ok(standing);
            }
        }
    }

    /// Sends the alert that rustls has ready after an error. It is asked once: a second time it would look
    /// at what came once more.
    fn send_alert(&mut self) {
        let state = self.session.process_tls_records(self.incoming.unread_mut());
        if let Ok(ConnectionState::EncodeTlsData(mut alert)) = state.state {
            let outgoing = &mut self.outgoing;
            if append(outgoing, |room| encode(&mut alert, room)).is_ok() {
                self.connection.send_now(outgoing);
            }
        }
    }

    /// The fault for rustls's error, which the server is told as well.
    fn failed(&mut self, error: &rustls::Error) -> Fault {
        self.was_asked |= ASKED.take();
        if !matches!(error, rustls::Error::AlertReceived(_)) {
            self.send_alert();
        }
        let about_certificate = self.was_asked.then_some(self.has_certificate);
        let what = describe(error, &self.host, about_certificate);
        let said = Error::new(Status::Network, format!("TLS failed: {what}"));
        match error {
            rustls::Error::AlertReceived(alert)
                if self.was_asked && !self.has_spoken && is_about_certificate(*alert) =>
            {
                Fault::Unheard(said)
            }
            _ => Fault::Said(said),
        }
    }
}

fn encode(
    data: &mut EncodeTlsData<'_, ClientConnectionData>,
    room: &mut [u8],
) -> std::result::Result<usize, Option<usize>> {
    data.encode(room).map_err(|e| match e {
        EncodeError::InsufficientSize(e) => Some(e.required_size),
        EncodeError::AlreadyEncoded => None,
    })
}

/// Appends what `write` puts into the room that it says it needs.
fn append(
    to: &mut Vec<u8>,
    mut write: impl FnMut(&mut [u8]) -> std::result::Result<usize, Option<usize>>,
) -> Result<()> {
    let end = to.len();
    loop {
        match write(&mut to[end..]) {
            Ok(amount) => {
                to.truncate(end + amount);
                return Ok(());
            }
            Err(Some(required)) if end + required > to.len() => to.resize(end + required, 0),
            Err(_) => return Err(Fault::network("TLS failed: the session is used up")),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}
