//! Whether a server is whom it says it is.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

/// RSA keys of fewer bits are refused.
pub(super) const FEWEST_RSA_BITS: usize = 2048;

/// Whom we believe.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) roots: RootCertStore,
    pub(super) named: Vec<CertificateDer<'static>>,
    pub(super) pins: Vec<[u8; 32]>,
    pub(super) provider: Arc<CryptoProvider>,
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
pub(super) enum Refusal {
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

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;
    use crate::config::Config;
    use crate::tls::Settings;
    use crate::tls::messages::describe;

    /// What is said of a certificate that this CA signed, both made by OpenSSL.
    fn said(certificate: &str, ca: &str) -> String {
        let mut config = Config::new("https://weak.example");
        config.ca_pem = Some(ca.as_bytes().to_vec());
        let settings = Settings::new(&config).unwrap();
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let host = ServerName::try_from("weak.example").unwrap();
        let verifier = &settings.verifier;
        let verified = verifier.verify_server_cert(&certificate, &[], &host, &[], UnixTime::now());
        describe(&verified.unwrap_err(), "weak.example", None)
    }

    #[test]
    fn what_is_too_weak_or_too_old_in_a_certificate_is_said() {
        let weak_ca = include_str!("../../tests/support/keys/weak_rsa_ca.pem");
        let old_ca = include_str!("../../tests/support/keys/old_ways_ca.pem");
        // With nothing else is anything wrong.
        for (certificate, ca, says) in [
            (
                include_str!("../../tests/support/keys/weak_rsa.pem"),
                weak_ca,
                "RSA key has 1024 bits",
            ),
            (
                include_str!("../../tests/support/keys/signed_with_sha1.pem"),
                old_ca,
                "renewed with SHA-256 or better",
            ),
            (
                include_str!("../../tests/support/keys/version_1.pem"),
                old_ca,
                "old version of X.509",
            ),
        ] {
            let message = said(certificate, ca);
            assert!(message.contains(says), "{says}: {message}");
        }
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
