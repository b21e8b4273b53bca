//! Certificates of every wrong kind, keys that are pinned, and servers that want to know who calls: what is said
//! to the person who has to put it right.

use crate::support;

use std::io::{BufReader, Write};
use std::sync::Arc;

use auth::Options;
use auth::config::ClientCertificate;
use auth::providers::seller::Seller;
use auth::{Config, Delivery, Error, Status};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use support::pem::Pem;
use support::raw::{RawServer, http_json, read_request};
use support::tls::{Authority, Identity, TLS12, TLS13, accept, end, params, server};
use support::*;

const BODY: &str =
    r#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;

const HERE: &[&str] = &["127.0.0.1"];

/// A server that answers one request a connection.
fn serving(config: Arc<rustls::ServerConfig>) -> RawServer {
    RawServer::start(move |stream, _| {
        let mut stream = accept(&config, stream);
        if read_request(&mut BufReader::new(&mut stream)).is_some() {
            let _ = stream.write_all(&http_json(200, BODY));
        } else {
            // A refusal waits here to be sent.
            let _ = stream.flush();
        }
        end(stream);
    })
}

fn trusting(server: &RawServer, ca: &str) -> Config {
    let mut config = config(server.url().replace("http:", "https:"));
    config.max_tries = 1;
    config.ca_pem = Some(ca.as_bytes().to_vec());
    config
}

fn call(config: &Config) -> Result<(), Error> {
    seller(config).token(&Options::default()).map(drop)
}

/// The message of a call that was refused before it was sent.
#[track_caller]
fn refused(config: &Config) -> String {
    let error = fails(call(config), Status::Network, Delivery::NotSent);
    assert!(error.message().contains("TLS failed: "), "{error}");
    assert!(error.is_retry_safe());
    error.message().to_owned()
}

fn changed(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = params(HERE);
    change(&mut params);
    params
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let authority = Authority::new("own");
    let wrong = [
        (
            params(&["shop.example", "www.shop.example"]),
            vec!["shop.example, www.shop.example", "127.0.0.1"],
        ),
        (params(&[]), vec!["subjectAltName", "127.0.0.1"]),
        (
            changed(|p| p.not_after = date_time_ymd(2020, 2, 3)),
            vec!["expired on Mon, 03 Feb 2020", "clock"],
        ),
        (
            changed(|p| {
                p.not_before = date_time_ymd(2999, 2, 3);
                p.not_after = date_time_ymd(3000, 2, 3);
            }),
            vec!["valid from Sun, 03 Feb 2999", "clock"],
        ),
        (
            changed(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            vec!["serverAuth"],
        ),
        (
            changed(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            vec!["a CA's, not a server's", "ca_file", "CA:FALSE"],
        ),
    ];
    for (params, says) in wrong {
        let server = serving(server(&authority.sign(&params), &[&TLS12, &TLS13], None));
        let message = refused(&trusting(&server, &authority.pem()));
        for text in says {
            assert!(message.contains(text), "{text}: {message}");
        }
    }
    let stranger = Authority::new("stranger");
    let server = serving(server(&stranger.leaf(), &[&TLS13], None));
    let message = refused(&trusting(&server, &authority.pem()));
    assert!(
        message.contains("nobody who is trusted") && message.contains("ca_file"),
        "{message}"
    );
}

#[test]
fn a_self_signed_certificate_is_trusted_when_it_is_named_itself() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let identity = Identity::self_signed(&changed(|p| p.is_ca = is_ca));
        let other = Identity::self_signed(&changed(|p| p.is_ca = is_ca));
        let started = serving(server(&identity, &[&TLS12, &TLS13], None));
        call(&trusting(&started, &identity.certificate.pem())).expect("it is named");
        let message = refused(&trusting(&started, &other.certificate.pem()));
        assert!(message.contains("ca_file"), "{message}");
    }
    // Its name and its dates are checked all the same.
    let ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut elsewhere = params(&["elsewhere.example"]);
    elsewhere.is_ca = ca;
    let old = changed(|p| {
        p.is_ca = ca;
        p.not_after = date_time_ymd(2020, 2, 3);
    });
    for (params, says) in [(elsewhere, "elsewhere.example"), (old, "expired on")] {
        let identity = Identity::self_signed(&params);
        let started = serving(server(&identity, &[&TLS13], None));
        let message = refused(&trusting(&started, &identity.certificate.pem()));
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn a_pinned_key_is_the_only_one_that_is_accepted() {
    let authority = Authority::new("own");
    let (current, next, other) = (authority.leaf(), authority.leaf(), authority.leaf());
    let pins = vec![current.pin(), next.pin()];
    for (identity, is_pinned) in [(&current, true), (&next, true), (&other, false)] {
        let started = serving(server(identity, &[&TLS12, &TLS13], None));
        let mut config = trusting(&started, &authority.pem());
        config.pins = pins.clone();
        if is_pinned {
            call(&config).expect("a pinned key");
            continue;
        }
        let message = refused(&config);
        assert!(
            message.contains(&identity.pin()),
            "it names the key it saw: {message}"
        );
    }
    // A pin trusts no certificate that nobody signed.
    let stranger = Authority::new("stranger").leaf();
    let started = serving(server(&stranger, &[&TLS13], None));
    let mut config = trusting(&started, &authority.pem());
    config.pins = vec![stranger.pin()];
    assert!(refused(&config).contains("nobody who is trusted"));
}

#[test]
fn a_pin_that_is_none_is_named_when_the_handle_is_made() {
    let short = format!("sha256/{}", "A".repeat(40));
    for pin in ["", "sha256/", "sha1/AAAA", "AAAA", &short] {
        let mut config = config("https://host.example");
        config.pins = vec![pin.to_owned()];
        let made = Seller::new(&config, "a", "s").map(drop);
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        assert!(error.message().starts_with("pin "), "{error}");
    }
}

#[test]
fn a_server_that_wants_a_certificate_gets_it() {
    let authority = Authority::new("own");
    let client = authority.sign(&changed(|p| {
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    }));
    let (chain, key) = (client.certificate.pem(), client.key.serialize_pem());
    let files = (Pem::new(&chain), Pem::new(&key));
    let from_files = ClientCertificate::Files {
        chain: files.0.path(),
        key: files.1.path(),
    };
    let from_memory = ClientCertificate::Pem {
        chain: chain.into_bytes(),
        key: key.into(),
    };
    for version in [&TLS12, &TLS13] {
        let demanding = server(&authority.leaf(), &[version], Some(&authority));
        let started = serving(demanding);
        for certificate in [&from_files, &from_memory] {
            let mut config = trusting(&started, &authority.pem());
            config.client_certificate = Some(certificate.clone());
            call(&config).unwrap_or_else(|error| panic!("{version:?}: {error}"));
        }
    }
}

#[test]
fn a_server_that_refuses_who_calls_has_done_nothing() {
    let authority = Authority::new("own");
    let stranger = Authority::new("stranger").leaf();
    let wrong = ClientCertificate::Pem {
        chain: stranger.certificate.pem().into_bytes(),
        key: stranger.key.serialize_pem().into(),
    };
    for version in [&TLS12, &TLS13] {
        let started = serving(server(&authority.leaf(), &[version], Some(&authority)));
        for (certificate, says) in [
            (
                None,
                "requires a client certificate: set client_certificate",
            ),
            (Some(wrong.clone()), "refused the client certificate"),
        ] {
            let mut config = trusting(&started, &authority.pem());
            config.client_certificate = certificate;
            let message = refused(&config);
            assert!(message.contains(says), "{version:?}: {message}");
            // One-time input may be used again.
            let outcome = daxpay(&config).auth(&auth_request("code"), &Options::default());
            fails(outcome, Status::Network, Delivery::NotSent);
        }
    }
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_named_when_the_handle_is_made() {
    let authority = Authority::new("own");
    let (one, other) = (authority.leaf(), authority.leaf());
    let chain = one.certificate.pem();
    let key = one.key.serialize_pem();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (chain, key, says) in [
        (&*chain, &*other.key.serialize_pem(), "does not belong"),
        (&chain, "", "no private key"),
        (&chain, encrypted, "encrypted"),
        ("", &key, "no certificate"),
        (&key, &key, "no certificate"),
    ] {
        let mut config = config("https://host.example");
        config.client_certificate = Some(ClientCertificate::Pem {
            chain: chain.as_bytes().to_vec(),
            key: key.into(),
        });
        let made = Seller::new(&config, "a", "s").map(drop);
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        let message = error.message();
        assert!(
            message.starts_with("client_certificate ") && message.contains(says),
            "{message}"
        );
    }
    let missing = ClientCertificate::Files {
        chain: "/does/not/exist.pem".to_owned(),
        key: "/does/not/exist.pem".to_owned(),
    };
    let mut config = config("https://host.example");
    config.client_certificate = Some(missing);
    let made = Seller::new(&config, "a", "s").map(drop);
    let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
    assert!(
        error.message().starts_with("client_certificate chain file"),
        "{error}"
    );
}

#[test]
fn an_answer_whose_session_is_not_ended_is_cut_off() {
    let authority = Authority::new("own");
    for (version, is_ended) in [
        (&TLS12, true),
        (&TLS12, false),
        (&TLS13, true),
        (&TLS13, false),
    ] {
        let config = server(&authority.leaf(), &[version], None);
        let started = RawServer::start(move |stream, _| {
            let mut stream = accept(&config, stream);
            read_request(&mut BufReader::new(&mut stream));
            // It has no length: it ends where the connection ends.
            let answer = format!("HTTP/1.0 200 OK\r\n\r\n{BODY}");
            stream.write_all(answer.as_bytes()).unwrap();
            if is_ended {
                end(stream);
            }
        });
        let outcome = call(&trusting(&started, &authority.pem()));
        match is_ended {
            true => outcome.expect("it came whole"),
            false => drop(fails(outcome, Status::Network, Delivery::MaybeSent)),
        }
    }
}
