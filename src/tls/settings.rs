//! What a handle's sessions are made from, and what begins them.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

use super::identity::{Identity, client_key};
use super::trust::{named_certificates, pins, roots};
use super::verifier::Verifier;
use crate::config::Config;
use crate::error::Error;

/// What a handle's TLS is made from. It holds no lock, so a forked child may use the parent's.
pub(crate) struct Settings {
    provider: Arc<CryptoProvider>,
    pub(super) verifier: Arc<Verifier>,
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
pub(crate) struct Sessions(pub(super) Arc<ClientConfig>);
