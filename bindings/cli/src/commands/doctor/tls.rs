//! The TLS handshake: the chain that the server shows, who stands at its end, and until when it lasts.

use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use auth::Config;
use auth::config::ClientCertificate;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::Check;
use super::network::Place;

const DAY: u64 = 24 * 60 * 60;
/// A certificate that ends sooner is said to.
const SOON: u64 = 14 * DAY;

/// Shakes hands and looks at what the server shows.
pub fn checks(place: &Place, config: &Config, mut stream: TcpStream) -> Vec<Check> {
    let limit = Duration::from_millis(u64::try_from(config.connect_timeout_ms).unwrap_or(3_000));
    let _ = stream.set_read_timeout(Some(limit));
    let _ = stream.set_write_timeout(Some(limit));
    let (witness, mut connection) = match prepared(place, config) {
        Ok(prepared) => prepared,
        Err(problem) => {
            let remedy = "check base_url, ca_pem and the root certificates that are trusted";
            return vec![Check::wrong("TLS", problem, remedy)];
        }
    };
    let shaken = loop {
        if !connection.is_handshaking() {
            break Ok(());
        }
        if let Err(error) = connection.complete_io(&mut stream) {
            break Err(error);
        }
    };
    let seen = witness.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let mut checks = Vec::new();
    match (&shaken, &seen.refused) {
        (_, Some(error)) => checks.push(Check::wrong(
            "TLS",
            format!("the certificate is refused: {error}"),
            remedy(error),
        )),
        (Err(error), None) => checks.push(Check::wrong(
            "TLS",
            format!("the handshake failed: {error}"),
            "check that the port speaks TLS 1.2 or 1.3, that no proxy is in between, and whether a client certificate is asked for",
        )),
        (Ok(()), None) => {
            let version = connection.protocol_version();
            let version = version.and_then(|version| version.as_str()).unwrap_or("TLS");
            checks.push(Check::well("TLS", version.replace("v1_", " 1.").replace('_', ".")));
        }
    }
    if !seen.chain.is_empty() {
        checks.push(chain(&seen.chain));
    }
    checks
}

fn remedy(error: &Error) -> &'static str {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    match error {
        Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the platform must renew it, if this machine's clock is right"
        }
        Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            "check this machine's clock"
        }
        Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "check the host in base_url: the certificate is another's"
        }
        Error::InvalidCertificate(UnknownIssuer) => {
            "trust its authority: ca_pem_file for a private one, system_roots = 1 for the company's on this machine; or the server leaves a certificate of its chain out"
        }
        _ => "check the host in base_url, and what stands between this machine and the platform",
    }
}

/// Who vouches for whom, and which of them ends first.
fn chain(chain: &[CertificateDer<'static>]) -> Check {
    let mut names = Vec::new();
    let mut first_end: Option<(u64, String)> = None;
    let mut issuer = String::new();
    for der in chain {
        let Ok(certificate) = Certificate::from_der(der) else {
            names.push("(cannot be read)".to_owned());
            continue;
        };
        let content = &certificate.tbs_certificate;
        let name = common_name(&content.subject.to_string());
        issuer = common_name(&content.issuer.to_string());
        let end = content.validity.not_after.to_unix_duration().as_secs();
        if first_end.as_ref().is_none_or(|(first, _)| end < *first) {
            first_end = Some((end, name.clone()));
        }
        names.push(name);
    }
    if names.last() != Some(&issuer) {
        names.push(issuer);
    }
    let names = names.join(" < ");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let Some((end, whose)) = first_end else {
        return Check::open("chain", names);
    };
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(end));
    match end.checked_sub(now) {
        None => Check::wrong(
            "chain",
            format!("{names}; {whose} ended on {date}"),
            "the platform must renew it, if this machine's clock is right",
        ),
        Some(left) if left < SOON => Check::open(
            "chain",
            format!("{names}; {whose} ends in {} days, on {date}", left / DAY),
        ),
        Some(left) => Check::well(
            "chain",
            format!("{names}; lasts {} days, to {date}", left / DAY),
        ),
    }
}

/// The common name, or the whole name where there is none.
fn common_name(name: &str) -> String {
    let parts = name.split(',').map(str::trim);
    let mut common = parts.filter_map(|part| part.strip_prefix("CN="));
    common.next().unwrap_or(name).to_owned()
}

/// Sees the chain, and lets the handshake go on whatever it is: nothing is sent over it.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    refused: Option<Error>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged =
            self.judge
                .verify_server_cert(end_entity, intermediates, server_name, ocsp, now);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        seen.refused = judged.err();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

fn prepared(place: &Place, config: &Config) -> Result<(Arc<Witness>, ClientConnection), String> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    if config.bundled_roots {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if config.system_roots {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for certificate in CertificateDer::pem_slice_iter(config.ca_pem.as_deref().unwrap_or_default())
    {
        let certificate = certificate.map_err(|_| "ca_pem cannot be read".to_owned())?;
        roots
            .add(certificate)
            .map_err(|error| format!("ca_pem has a certificate that cannot be used: {error}"))?;
    }
    let judge = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| format!("no root certificate is trusted: {error}"))?;
    let witness = Arc::new(Witness {
        judge,
        seen: Mutex::default(),
    });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(witness.clone());
    let tls = match &config.client_certificate {
        Some(ClientCertificate::Pem { chain, key }) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes());
            let (Ok(chain), Ok(key)) = (chain, key) else {
                return Err("the client certificate or its key cannot be read".to_owned());
            };
            let tls = builder.with_client_auth_cert(chain, key);
            tls.map_err(|error| format!("the client certificate cannot be used: {error}"))?
        }
        _ => builder.with_no_client_auth(),
    };
    let name = ServerName::try_from(place.host.clone())
        .map_err(|_| format!("{} is no name for a certificate", place.host))?;
    let connection = ClientConnection::new(Arc::new(tls), name).map_err(|e| e.to_string())?;
    Ok((witness, connection))
}
