//! Who we say we are when a server asks.

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;

use super::trust::certificates;
use crate::config::ClientCertificate;
use crate::error::Error;

pub(super) fn client_key(
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
    pub(super) static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Who we say we are, when a server asks.
#[derive(Debug)]
pub(super) struct Identity(pub(super) Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        ASKED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}
