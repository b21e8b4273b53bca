//! What is said to the person who has to put a refused certificate or handshake right.

use std::time::{Duration, UNIX_EPOCH};

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, OtherError, PeerIncompatible};

use super::verifier::{FEWEST_RSA_BITS, Refusal};

/// Whether an alert may be a server's refusal of the client certificate, or of none.
pub(super) fn is_about_certificate(alert: AlertDescription) -> bool {
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
pub(super) fn describe(error: &rustls::Error, host: &str, certificate: Option<bool>) -> String {
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
