//! Whom the library trusts, and where plain http may go.

use crate::support;

use auth::log::Level;
use auth::providers::seller::Seller;
use auth::{Config, Delivery, Options, Status};
use support::pem::Pem;
use support::sandbox::Sandbox;
use support::*;

#[test]
fn a_private_ca_is_trusted_when_it_is_named_and_by_no_other_means() {
    let sandbox = Sandbox::start_tls();
    let own = Pem::new(sandbox.ca_pem());
    let another = Pem::new(Sandbox::start_tls().ca_pem());
    let both = Pem::new(&format!(
        "# two\n{}{}",
        sandbox.ca_pem(),
        Sandbox::start_tls().ca_pem()
    ));
    for (ca, trusted) in [
        (Some(&own), true),
        (Some(&both), true),
        (Some(&another), false),
        (None, false),
    ] {
        let mut config = config(sandbox.base("seller"));
        config.ca_file = ca.map(Pem::path);
        for bundled in [true, false] {
            config.bundled_roots = bundled;
            if trusted {
                seller(&config).token(&Options::default()).unwrap();
                continue;
            }
            let lines = Lines::of(&mut config);
            let error = fails(
                seller(&config).token(&Options::default()),
                Status::Network,
                Delivery::NotSent,
            );
            assert!(error.message().contains("TLS failed"), "{error}");
            assert!(error.message().contains("ca_file"), "{error}");
            assert_eq!(lines.count(Level::Debug, " attempt "), 3, "it was not sent");
        }
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let sandbox = Sandbox::start_tls();
    let own = Pem::new(sandbox.ca_pem());
    let port = sandbox.origin().rsplit(':').next().unwrap();
    for (host, is_named) in [("localhost", true), ("127.0.0.2", false)] {
        let mut config = config(format!("https://{host}:{port}/seller"));
        config.ca_file = Some(own.path());
        config.max_tries = 0;
        match is_named {
            true => drop(seller(&config).token(&Options::default()).unwrap()),
            // Nobody listens there unless the system lets 127.0.0.1 answer: either way it is not sent.
            false => drop(fails(
                seller(&config).token(&Options::default()),
                Status::Network,
                Delivery::NotSent,
            )),
        }
    }
}

#[test]
fn a_plain_server_behind_https_is_a_tls_error() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("seller").replace("http://", "https://"));
    config.max_tries = 0;
    let error = fails(
        seller(&config).token(&Options::default()),
        Status::Network,
        Delivery::NotSent,
    );
    assert!(error.message().contains("TLS failed"), "{error}");
}

#[test]
fn a_ca_file_that_cannot_be_used_is_named_when_the_handle_is_made() {
    let key = CREDENTIALS.redemption_merchant_public_key_pem;
    let wrong = [
        Pem::new(""),
        Pem::new("no PEM"),
        Pem::new(key),
        Pem::new("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"),
    ];
    let missing = "/does/not/exist.pem".to_owned();
    for path in wrong.iter().map(Pem::path).chain([missing]) {
        let mut config = config("https://host.example");
        config.ca_file = Some(path);
        let made = Seller::new(&config, "a", "s").map(drop);
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        assert!(error.message().starts_with("ca_file "), "{error}");
    }
}

#[test]
fn plain_http_goes_to_loopback_only_unless_allowed() {
    for url in [
        "http://host.example",
        "http://10.0.0.1",
        "http://127.0.0.1.example",
        "http://[2001:db8::1]",
    ] {
        let mut config = config(url);
        let made = Seller::new(&config, "a", "s").map(drop);
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        assert!(error.message().starts_with("base_url "), "{error}");
        assert!(error.message().contains("allow_http"), "{error}");
        config.allow_http = true;
        Seller::new(&config, "a", "s").unwrap();
    }
    for url in [
        "http://localhost",
        "http://127.0.0.1:81",
        "http://127.8.9.10",
        "http://[::1]:81/x",
    ] {
        Seller::new(&config(url), "a", "s").unwrap();
    }
}

#[test]
fn every_number_of_the_configuration_has_its_range() {
    type Set = fn(&mut Config, i64);
    let settings: [(&str, Set, i64, i64); 8] = [
        ("timeout_ms", |c, v| c.timeout_ms = v, 1, 86_400_000),
        (
            "connect_timeout_ms",
            |c, v| c.connect_timeout_ms = v,
            1,
            86_400_000,
        ),
        (
            "idle_timeout_ms",
            |c, v| c.idle_timeout_ms = v,
            0,
            86_400_000,
        ),
        (
            "max_tries",
            |c, v| c.max_tries = i32::try_from(v).unwrap(),
            0,
            10,
        ),
        (
            "max_response_bytes",
            |c, v| c.max_response_bytes = v,
            1,
            64 * 1024 * 1024,
        ),
        ("window_ms", |c, v| c.window_ms = Some(v), 1, 7 * 86_400_000),
        (
            "replay_claim_ms",
            |c, v| c.replay_claim_ms = v,
            0,
            86_400_000,
        ),
        (
            "replay_capacity",
            |c, v| c.replay_capacity = v,
            1,
            100_000_000,
        ),
    ];
    for (name, set, least, most) in settings {
        for (value, fits) in [
            (least, true),
            (most, true),
            (least - 1, false),
            (most + 1, false),
        ] {
            let mut config = config("https://host.example");
            set(&mut config, value);
            match Seller::new(&config, "a", "s") {
                Ok(_) => assert!(fits, "{name} {value}"),
                Err(error) => {
                    assert!(!fits, "{name} {value}");
                    assert_eq!(error.status(), Status::InvalidConfig);
                    assert!(error.message().starts_with(name), "{error}");
                }
            }
        }
    }
}
