//! Whom the library trusts: the bundled roots, the system's and a PEM file's, added together.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::config::Config;
use crate::error::{Error, Result};

/// TLS settings for one provider handle: TLS 1.2 or later, certificates always checked.
pub(crate) fn client_config(config: &Config) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::config("TLS", format!("cannot be set up: {e}")))?;
    Ok(Arc::new(
        builder
            .with_root_certificates(roots(config)?)
            .with_no_client_auth(),
    ))
}

/// A TLS session with a host, not yet begun.
pub(crate) fn session(
    config: &Arc<ClientConfig>,
    host: &str,
) -> std::result::Result<ClientConnection, rustls::Error> {
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let name = ServerName::try_from(host)
        .map_err(|_| rustls::Error::General("the host name cannot be in a certificate".into()))?;
    ClientConnection::new(Arc::clone(config), name)
}

fn roots(config: &Config) -> Result<RootCertStore> {
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
    if let Some(path) = &config.ca_file {
        let problem = |what: String| Error::config("ca_file", what);
        let pem = std::fs::read(path).map_err(|e| problem(format!("cannot be read: {e}")))?;
        let certificates: std::result::Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates.map_err(|_| problem("is not valid PEM".to_owned()))?;
        if certificates.is_empty() {
            return Err(problem("holds no certificate in PEM form".to_owned()));
        }
        for certificate in certificates {
            roots
                .add(certificate)
                .map_err(|e| problem(format!("holds a certificate that cannot be used: {e}")))?;
        }
    }
    Ok(roots)
}
