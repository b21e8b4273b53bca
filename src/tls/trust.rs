//! Whom a configuration trusts: the roots, and the keys that are pinned.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Config;
use crate::error::Error;

/// The certificates of `ca_file` and `ca_pem`, each with the setting's name.
pub(super) fn named_certificates(
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

pub(super) fn certificates(
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
pub(super) fn roots(
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

pub(super) fn pins(config: &Config) -> crate::error::Result<Vec<[u8; 32]>> {
    let parse = |pin: &String| {
        let digest = STANDARD.decode(pin.strip_prefix("sha256/")?).ok()?;
        digest.try_into().ok()
    };
    let problem = "is not sha256/ and the base64 of the 32-byte SHA-256 of a public key";
    let pins = config.pins.iter().map(parse).collect::<Option<_>>();
    pins.ok_or_else(|| Error::config("pin", problem))
}
