//! TLS around a connection: whom the library trusts, who it says it is, and what it says when either is refused.
//!
//! The session works on buffers of ours, so it is known to the byte what a server sent beyond its answer.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientConnectionData, ResolvesClientCert, UnbufferedClientConnection,
    verify_server_cert_signed_by_trust_anchor, verify_server_name,
};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus,
};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, OtherError,
    PeerIncompatible, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use crate::config::{ClientCertificate, Config};
use crate::connection::{Buffer, Connection, Fault, Result};
use crate::error::{Error, Status};
use crate::options::Wait;

/// Room for one record as it arrives.
const RECORD: usize = 4 * 1024;

/// More than any handshake message, which may come in many records.
const MOST_INCOMING: usize = 256 * 1024;

/// RSA keys of fewer bits are refused.
const FEWEST_RSA_BITS: usize = 2048;

/// What a handle's TLS is made from. It holds no lock, so a forked child may use the parent's.
pub(crate) struct Settings {
    provider: Arc<CryptoProvider>,
    verifier: Arc<Verifier>,
    identity: Arc<Identity>,
}

impl Settings {
    /// Reads and checks everything that the configuration names.
    pub(crate) fn new(config: &Config) -> crate::error::Result<Settings> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let named = named_certificates(config)?;
        let identity = match &config.client_certificate {
            Some(certificate) => Some(Arc::new(client_key(certificate, &provider)?)),
            None => None,
        };
        let settings = Settings {
            verifier: Arc::new(Verifier {
                roots: roots(config, &named)?,
                named: named.into_iter().map(|(_, der)| der).collect(),
                pins: pins(config)?,
                provider: Arc::clone(&provider),
            }),
            provider,
            identity: Arc::new(Identity(identity)),
        };
        settings.build()?;
        Ok(settings)
    }

    /// What sessions are begun with: TLS 1.2 or later, certificates always checked. It holds the sessions
    /// that can be resumed, behind a lock: each process needs one of its own.
    pub(crate) fn build(&self) -> crate::error::Result<Sessions> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| Error::config("TLS", format!("cannot be set up: {e}")))?;
        let verifier: Arc<Verifier> = Arc::clone(&self.verifier);
        let identity: Arc<Identity> = Arc::clone(&self.identity);
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(identity);
        Ok(Sessions(Arc::new(config)))
    }
}

/// Begins sessions, and resumes earlier ones.
pub(crate) struct Sessions(Arc<ClientConfig>);

/// The certificates of `ca_file` and `ca_pem`, each with the setting's name.
fn named_certificates(
    config: &Config,
) -> crate::error::Result<Vec<(&'static str, CertificateDer<'static>)>> {
    let mut named = Vec::new();
    if let Some(path) = &config.ca_file {
        let problem = |e| Error::config("ca_file", format!("cannot be read: {e}"));
        let pem = std::fs::read(path).map_err(problem)?;
        named.extend(certificates("ca_file", &pem)?);
    }
    if let Some(pem) = &config.ca_pem {
        named.extend(certificates("ca_pem", pem)?);
    }
    Ok(named)
}

fn certificates(
    setting: &'static str,
    pem: &[u8],
) -> crate::error::Result<Vec<(&'static str, CertificateDer<'static>)>> {
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|_| Error::config(setting, "is not valid PEM"))?;
    if found.is_empty() {
        return Err(Error::config(setting, "holds no certificate in PEM form"));
    }
    Ok(found.into_iter().map(|der| (setting, der)).collect())
}

/// The bundled roots, the system's and those that are named, added together.
fn roots(
    config: &Config,
    named: &[(&'static str, CertificateDer<'static>)],
) -> crate::error::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    if config.bundled_roots {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if config.system_roots {
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            let problem = "are asked for, but the system has none that can be read";
            return Err(Error::config("system_roots", problem));
        }
    }
    for (setting, certificate) in named {
        roots.add(certificate.clone()).map_err(|e| {
            let problem = format!("holds a certificate that cannot be used: {e}");
            Error::config(setting, problem)
        })?;
    }
    Ok(roots)
}

fn pins(config: &Config) -> crate::error::Result<Vec<[u8; 32]>> {
    let parse = |pin: &String| {
        let digest = STANDARD.decode(pin.strip_prefix("sha256/")?).ok()?;
        digest.try_into().ok()
    };
    let problem = "is not sha256/ and the base64 of the 32-byte SHA-256 of a public key";
    let pins = config.pins.iter().map(parse).collect::<Option<_>>();
    pins.ok_or_else(|| Error::config("pin", problem))
}

fn client_key(
    certificate: &ClientCertificate,
    provider: &CryptoProvider,
) -> crate::error::Result<CertifiedKey> {
    const SETTING: &str = "client_certificate";
    let read = |what: &str, path: &String| {
        std::fs::read(path)
            .map(zeroize::Zeroizing::new)
            .map_err(|e| Error::config(SETTING, format!("{what} file cannot be read: {e}")))
    };
    let files;
    let (chain, key) = match certificate {
        ClientCertificate::Files { chain, key } => {
            files = (read("chain", chain)?, read("key", key)?);
            (&files.0[..], &files.1[..])
        }
        ClientCertificate::Pem { chain, key } => (&chain[..], key.expose().as_bytes()),
    };
    let chain = certificates(SETTING, chain)?;
    let chain = chain.into_iter().map(|(_, der)| der).collect();
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
        let is_encrypted = key.windows(9).any(|word| word == b"ENCRYPTED");
        let problem = if is_encrypted {
            "has a key that is encrypted: give it without a password (openssl pkey -in KEY)"
        } else {
            "has no private key in PEM form (PKCS#8, PKCS#1 or SEC1)"
        };
        Error::config(SETTING, problem)
    })?;
    CertifiedKey::from_der(chain, key, provider).map_err(|e| {
        let problem = match e {
            rustls::Error::InconsistentKeys(_) => {
                "has a key that does not belong to the first certificate of the chain".to_owned()
            }
            other => format!("cannot be used: {other}"),
        };
        Error::config(SETTING, problem)
    })
}

thread_local! {
    /// Whether the server asked who we are in the handshake that this thread is in.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Who we say we are, when a server asks.
#[derive(Debug)]
struct Identity(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        ASKED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// Whom we believe.
#[derive(Debug)]
struct Verifier {
    roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
    pins: Vec<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let roots = &self.roots;
        let signed = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            roots,
            intermediates,
            now,
            algorithms,
        );
        match signed {
            // A CA's certificate is none for a server, except the very one that the user named: whoever
            // makes one for a test rarely says that it is not to be a CA. Its dates are checked before this.
            Err(e) if is_ca_as_server(&e) && self.named.iter().any(|der| der == end_entity) => {}
            other => other?,
        }
        verify_server_name(&certificate, server_name)?;
        let key = certificate.subject_public_key_info();
        if let Some(bits) = rsa_bits(&key).filter(|bits| *bits < FEWEST_RSA_BITS) {
            return Err(refusal(Refusal::Weak(bits)));
        }
        let digest: [u8; 32] = Sha256::digest(&key).into();
        if !self.pins.is_empty() && !self.pins.contains(&digest) {
            return Err(refusal(Refusal::NotPinned(digest)));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// What we refuse beyond what rustls does.
#[derive(Debug)]
enum Refusal {
    /// An RSA key of so many bits.
    Weak(usize),
    /// A key with this digest, which is none of the pins.
    NotPinned([u8; 32]),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Weak(bits) => write!(
                f,
                "the server's RSA key has {bits} bits, and fewer than {FEWEST_RSA_BITS} are too weak: the server needs a new key and certificate"
            ),
            Refusal::NotPinned(digest) => write!(
                f,
                "the server's key is none of the pins: if it was changed on purpose, add the pin sha256/{}",
                STANDARD.encode(digest)
            ),
        }
    }
}

impl std::error::Error for Refusal {}

fn refusal(refusal: Refusal) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(refusal))).into()
}

fn is_ca_as_server(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(error))) => {
            matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// The length of an RSA key in a SubjectPublicKeyInfo; `None` for other keys.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let (key, _) = der(0x30, key)?;
    let (algorithm, key) = der(0x30, key)?;
    let (identifier, _) = der(0x06, algorithm)?;
    if identifier != RSA_ENCRYPTION {
        return None;
    }
    let (bits, _) = der(0x03, key)?;
    let (numbers, _) = der(0x30, bits.get(1..)?)?;
    let (modulus, _) = der(0x02, numbers)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    Some((modulus.len() - first) * 8 - modulus[first].leading_zeros() as usize)
}

/// The content of the DER value at the front, which must have this tag, and what stands behind the value.
fn der(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
            (length.iter().fold(0, add), rest)
        }
        _ => (usize::from(length), rest),
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}

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
                Standing::Data | Standing::Closed => {
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

/// Whether an alert may be a server's refusal of the client certificate, or of none.
fn is_about_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}

/// What is wrong, and what to do. `certificate` tells, if the server asked for a client certificate, whether
/// there is one.
fn describe(error: &rustls::Error, host: &str, certificate: Option<bool>) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => describe_certificate(error, host),
        rustls::Error::AlertReceived(alert) => match (alert, certificate) {
            (AlertDescription::CertificateRequired, None) | (_, Some(false))
                if is_about_certificate(*alert) =>
            {
                "the server requires a client certificate: set client_certificate".to_owned()
            }
            (_, Some(true)) if is_about_certificate(*alert) => format!(
                "the server refused the client certificate ({alert:?}): is it the one that the platform knows, with its whole chain, and not expired?"
            ),
            (AlertDescription::ProtocolVersion, _) => old_versions(),
            (AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity, _) => {
                "the server accepts no cipher and key exchange that is strong enough (TLS 1.2 or 1.3, ECDHE, AES-GCM or ChaCha20)".to_owned()
            }
            (AlertDescription::UnrecognisedName, _) => {
                format!("the server does not serve {host}: is the base URL's host right?")
            }
            (alert, _) => format!("the server ended the handshake with the alert {alert:?}"),
        },
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => old_versions(),
        rustls::Error::InvalidMessage(_) => {
            "the server does not speak TLS at this port: is the base URL's scheme and port right?".to_owned()
        }
        other => other.to_string(),
    }
}

fn old_versions() -> String {
    "the server speaks only versions of TLS that are too old: it has to offer TLS 1.2 or 1.3"
        .to_owned()
}

fn describe_certificate(error: &CertificateError, host: &str) -> String {
    match error {
        CertificateError::UnknownIssuer => format!(
            "the certificate of {host} is signed by nobody who is trusted: if it is your own CA's, name that CA with ca_file; if not, the server may have left out an intermediate certificate"
        ),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!(
                "the server's certificate names no host at all (its subjectAltName is missing), so it cannot be that of {host}: it has to be made with a subjectAltName"
            )
        }
        CertificateError::NotValidForNameContext { presented, .. } => format!(
            "the server's certificate is for {}, and the base URL's host is {host}: is the base URL right?",
            names(presented)
        ),
        CertificateError::ExpiredContext { time, not_after } => format!(
            "the certificate of {host} expired on {}: the platform has to renew it (this machine's clock says {})",
            date(*not_after),
            date(*time)
        ),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "the certificate of {host} is valid from {} on, and this machine's clock says {}: is the clock right?",
            date(*not_before),
            date(*time)
        ),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => format!(
            "the certificate of {host} is signed in a way that is too weak or unknown (such as SHA-1 or MD5): it has to be renewed with SHA-256 or better"
        ),
        CertificateError::BadSignature => format!(
            "a signature in the certificate chain of {host} does not match: if it is your own CA's, does ca_file name the CA that is in use now? An RSA key of fewer than {FEWEST_RSA_BITS} bits is too weak"
        ),
        CertificateError::InvalidPurposeContext { .. } | CertificateError::InvalidPurpose => {
            format!(
                "the certificate of {host} is not one for a server (its extendedKeyUsage has no serverAuth)"
            )
        }
        CertificateError::Other(OtherError(other)) => {
            match (other.downcast_ref::<Refusal>(), other.downcast_ref()) {
                (Some(refusal), _) => refusal.to_string(),
                (None, Some(webpki::Error::CaUsedAsEndEntity)) => format!(
                    "the certificate of {host} is a CA's, not a server's: name this very certificate with ca_file, or make the server one with basicConstraints=CA:FALSE (openssl req -x509 -addext basicConstraints=critical,CA:FALSE)"
                ),
                (None, Some(webpki::Error::UnsupportedCertVersion)) => format!(
                    "the certificate of {host} is of an old version of X.509: it has to be made anew, with a subjectAltName"
                ),
                _ => format!("the certificate of {host} cannot be used: {other}"),
            }
        }
        other => format!("the certificate of {host} cannot be used: {other}"),
    }
}

/// The names in a certificate, of which there may be hundreds.
fn names(presented: &[String]) -> String {
    const MOST: usize = 5;
    // webpki writes each as `DnsName("a.example")`.
    let bare = |name: &String| match name.split('"').nth(1) {
        Some(name) => name.to_owned(),
        None => name.clone(),
    };
    let mut names: Vec<_> = presented.iter().take(MOST).map(bare).collect();
    if presented.len() > MOST {
        names.push(format!("{} more", presented.len() - MOST));
    }
    names.join(", ")
}

fn date(time: UnixTime) -> String {
    // Beyond the year 9999 there is no such text.
    let seconds = time.as_secs().min(253_402_300_799);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(certificate: &str) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let mut config = Config::new("https://weak.example");
        let ca = include_str!("../tests/support/keys/weak_rsa_ca.pem");
        config.ca_pem = Some(ca.as_bytes().to_vec());
        let settings = Settings::new(&config).unwrap();
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let host = ServerName::try_from("weak.example").unwrap();
        let verifier = &settings.verifier;
        verifier.verify_server_cert(&certificate, &[], &host, &[], UnixTime::now())
    }

    #[test]
    fn a_key_that_is_too_weak_is_refused_and_its_length_is_said() {
        // Made by OpenSSL: 1024 bits, in a certificate with which nothing else is wrong.
        let weak = include_str!("../tests/support/keys/weak_rsa.pem");
        let error = verify(weak).unwrap_err();
        let message = describe(&error, "weak.example", None);
        assert!(message.contains("RSA key has 1024 bits"), "{message}");
    }

    #[test]
    fn the_length_of_a_key_is_read_from_its_encoding() {
        let length = |modulus: &[u8]| {
            // SEQUENCE { SEQUENCE { OID rsaEncryption, NULL }, BIT STRING { SEQUENCE { n, e } } }
            let wrap = |tag: u8, content: &[u8]| {
                let mut wrapped = vec![tag, 0x82, (content.len() >> 8) as u8, content.len() as u8];
                wrapped.extend(content);
                wrapped
            };
            let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
            let numbers = [wrap(0x02, modulus), wrap(0x02, &[1, 0, 1])].concat();
            let bits = wrap(0x03, &[&[0], &wrap(0x30, &numbers)[..]].concat());
            rsa_bits(&wrap(0x30, &[&algorithm[..], &bits].concat()))
        };
        assert_eq!(length(&[&[0, 0x80], &[0; 255][..]].concat()), Some(2048));
        assert_eq!(length(&[&[0x7f], &[0; 255][..]].concat()), Some(2047));
        assert_eq!(length(&[]), None);
        assert_eq!(rsa_bits(b""), None);
        assert_eq!(rsa_bits(&[0x30, 0x83, 0xff, 0xff]), None);
    }
}
