//! A private certificate authority, fresh for every sandbox, and a server certificate from it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The TLS side of a server for `localhost` and `127.0.0.1`, and its CA certificate in PEM.
pub fn server_config() -> (Arc<rustls::ServerConfig>, String) {
    let ca_key = KeyPair::generate().expect("a key for the sandbox's CA");
    let mut ca = CertificateParams::new(Vec::new()).expect("no names to be wrong");
    ca.distinguished_name
        .push(DnType::CommonName, "libauth sandbox CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_pem = ca.self_signed(&ca_key).expect("the sandbox's CA").pem();
    let issuer = Issuer::new(ca, ca_key);

    let key = KeyPair::generate().expect("a key for the sandbox");
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut leaf = CertificateParams::new(names).expect("valid names");
    leaf.distinguished_name
        .push(DnType::CommonName, "libauth sandbox");
    leaf.use_authority_key_identifier_extension = true;
    let certificate = leaf
        .signed_by(&key, &issuer)
        .expect("the sandbox's certificate");

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring's TLS versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .expect("a key that fits its certificate");
    (Arc::new(config), ca_pem)
}
