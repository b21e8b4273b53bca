//! `libauth doctor`: each check, well and not well.

use std::io::{BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use crate::support::raw::{RawServer, http_json, read_request};
use crate::support::tls::{Authority, TLS12, TLS13, accept, end, params, server};
use libauth_sandbox::{Sandbox, credentials};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, date_time_ymd};
use serde_json::Value;

use super::running::{Folder, Ran, libauth, of_sandbox, run, with_account};

/// How a check came out: true, false, or null where it cannot be told; and what is to be done.
fn check<'a>(told: &'a Value, name: &str) -> &'a Value {
    let checks = told["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no check {name} in {told}"))
}

/// Fails unless exactly these checks did.
fn failed(ran: Ran, names: &[&str]) -> Value {
    let told = ran.ended(i32::from(!names.is_empty())).json();
    assert_eq!(told["ok"], names.is_empty());
    let checks = told["checks"].as_array().unwrap();
    let wrong: Vec<&str> = checks
        .iter()
        .filter(|check| check["ok"] == false)
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, names, "{told}");
    for check in checks.iter().filter(|check| check["ok"] == false) {
        assert!(check["to_do"].is_string(), "{check}");
    }
    told
}

#[test]
fn all_is_well_at_the_sandbox() {
    let sandbox = Sandbox::start();
    for account in [
        "creditpay",
        "daxpay",
        "daxpay-open",
        "openplatform",
        "redemption",
        "seller",
    ] {
        let platform = account.split('-').next().unwrap();
        let told = failed(
            run(
                &mut of_sandbox(&["doctor", platform, "--json"], &sandbox, account),
                b"",
            ),
            &[],
        );
        for name in [
            "settings",
            "name look-up",
            "connection",
            "credentials",
            "clock",
        ] {
            assert_eq!(check(&told, name)["ok"], true, "{told}");
        }
    }
    let ran = run(
        &mut of_sandbox(&["doctor", "seller"], &sandbox, "seller"),
        b"",
    )
    .ended(0);
    assert!(ran.stdout.contains("  ok    clock"), "{}", ran.stdout);
    assert!(ran.stdout.contains("all is well"), "{}", ran.stdout);
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let mut doctor = libauth(&["doctor", "seller", "--json"]);
    doctor.env("LIBAUTH_SELLER_BASE_URL", "https://host.example");
    let told = failed(run(&mut doctor, b""), &["settings"]);
    let found = check(&told, "settings")["found"].as_str().unwrap();
    assert!(found.contains("LIBAUTH_SELLER_ACCESS_KEY"), "{found}");
}

#[test]
fn keys_that_do_not_belong_together_are_told() {
    let sandbox = Sandbox::start();
    let test = credentials();
    let with = |name: &str, value: &str| {
        let mut doctor = of_sandbox(&["doctor", "redemption", "--json"], &sandbox, "redemption");
        run(doctor.env(name, value), b"")
    };
    let own = test.redemption_merchant_public_key_pem;
    let told = failed(with("LIBAUTH_REDEMPTION_PUBLIC_KEY", own), &[]);
    assert_eq!(check(&told, "public_key")["ok"], true);
    failed(
        with(
            "LIBAUTH_REDEMPTION_PUBLIC_KEY",
            test.daxpay_open_public_key_pem,
        ),
        &["public_key"],
    );
    failed(
        with("LIBAUTH_REDEMPTION_PLATFORM_PUBLIC_KEY", own),
        &["platform_key"],
    );
    let ran = with("LIBAUTH_REDEMPTION_PRIVATE_KEY", "planted-no-key");
    assert!(!ran.stdout.contains("planted-no-key"), "{}", ran.stdout);
    failed(ran, &["private_key", "settings"]);
    let folder = Folder::new();
    let missing = folder.path().join("missing.pem");
    let mut doctor = of_sandbox(&["doctor", "redemption", "--json"], &sandbox, "redemption");
    doctor
        .env_remove("LIBAUTH_REDEMPTION_PRIVATE_KEY")
        .env("LIBAUTH_REDEMPTION_PRIVATE_KEY_FILE", &missing);
    let told = failed(run(&mut doctor, b""), &["private_key", "settings"]);
    let found = check(&told, "private_key")["found"].as_str().unwrap();
    assert!(found.contains("missing.pem"), "{found}");
}

#[test]
fn nobody_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut doctor = libauth(&["doctor", "seller", "--json"]);
    with_account(&mut doctor, "seller", &base);
    let told = failed(run(&mut doctor, b""), &["connection"]);
    assert_eq!(check(&told, "name look-up")["ok"], true);
}

#[test]
fn wrong_credentials_are_told_with_what_to_do() {
    let sandbox = Sandbox::start();
    for (account, variable, value) in [
        ("seller", "LIBAUTH_SELLER_SECRET_KEY", "planted-wrong"),
        (
            "openplatform",
            "LIBAUTH_OPENPLATFORM_SECRET",
            "planted-wrong",
        ),
        ("daxpay", "LIBAUTH_DAXPAY_SIGN_KEY", "planted-wrong"),
        ("daxpay-open", "LIBAUTH_DAXPAY_MCH_NO", "planted-wrong"),
        (
            "redemption",
            "LIBAUTH_REDEMPTION_PRIVATE_KEY",
            credentials().daxpay_open_private_key_pem,
        ),
    ] {
        let platform = account.split('-').next().unwrap();
        let mut doctor = of_sandbox(&["doctor", platform, "--json"], &sandbox, account);
        let ran = run(doctor.env(variable, value), b"");
        failed(ran, &["credentials"]);
    }
}

#[test]
fn a_clock_that_is_off_is_told() {
    let sandbox = Sandbox::start();
    for (seconds, expected) in [
        (0, Some(true)),
        (-90, None),
        (3600, Some(false)),
        (-3600, Some(false)),
    ] {
        let base = sandbox
            .scoped(&format!("clock{seconds}"))
            .faulty("seller", &format!("clock={seconds}"));
        let mut doctor = libauth(&["doctor", "seller", "--json"]);
        with_account(&mut doctor, "seller", &base);
        let ran = run(&mut doctor, b"");
        let wrong: &[&str] = if expected == Some(false) {
            &["clock"]
        } else {
            &[]
        };
        let told = failed(ran, wrong);
        assert_eq!(check(&told, "clock")["ok"].as_bool(), expected, "{told}");
    }
}

#[test]
fn the_chain_is_shown_and_judged() {
    let sandbox = Sandbox::start_tls();
    let base = sandbox.base("seller");
    let with = |name: &str, value: &str| {
        let mut doctor = libauth(&["doctor", "seller", "--json"]);
        with_account(&mut doctor, "seller", &base);
        run(doctor.env(name, value), b"")
    };
    let told = failed(with("LIBAUTH_SELLER_CA_PEM", sandbox.ca_pem()), &[]);
    assert!(
        check(&told, "TLS")["found"]
            .as_str()
            .unwrap()
            .contains("1.3")
    );
    let chain = check(&told, "chain")["found"].as_str().unwrap();
    assert!(chain.contains(" < ") && chain.contains("lasts"), "{chain}");
    // Nobody vouches for it: the chain is shown all the same, and nothing is sent.
    let before = sandbox.scoped("default").count("seller").requests;
    let told = failed(
        with("LIBAUTH_SELLER_SYSTEM_ROOTS", "0"),
        &["TLS", "credentials"],
    );
    let to_do = check(&told, "TLS")["to_do"].as_str().unwrap();
    assert!(to_do.contains("ca_pem"), "{to_do}");
    assert!(check(&told, "chain")["found"].is_string());
    assert_eq!(sandbox.scoped("default").count("seller").requests, before);
    // No TLS at all behind the port.
    let plain = Sandbox::start();
    let mut doctor = libauth(&["doctor", "seller", "--json"]);
    with_account(
        &mut doctor,
        "seller",
        &plain.base("seller").replace("http:", "https:"),
    );
    failed(run(&mut doctor, b""), &["TLS", "credentials"]);
}

/// A server that answers one request a connection.
fn serving(config: Arc<rustls::ServerConfig>) -> RawServer {
    RawServer::start(move |stream, _| {
        let mut stream = accept(&config, stream);
        if read_request(&mut BufReader::new(&mut stream)).is_some() {
            let body = r#"{"code":200,"data":{"accessToken":"t","expiresIn":7200000}}"#;
            let _ = stream.write_all(&http_json(200, body));
        } else {
            let _ = stream.flush();
        }
        end(stream);
    })
}

fn doctor_of(server: &RawServer, settings: &[(&str, &str)]) -> Ran {
    let mut doctor = libauth(&["doctor", "seller", "--json"]);
    with_account(
        &mut doctor,
        "seller",
        &server.url().replace("http:", "https:"),
    );
    doctor.envs(settings.iter().copied());
    doctor.env("LIBAUTH_SELLER_MAX_TRIES", "1");
    run(&mut doctor, b"")
}

#[test]
fn certificates_are_judged_and_their_end_is_told() {
    let authority = Authority::new("own authority");
    let pem = authority.pem();
    let trusted = [("LIBAUTH_SELLER_CA_PEM", pem.as_str())];
    let leaf = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = params(&["127.0.0.1"]);
        change(&mut params);
        serving(server(&authority.sign(&params), &[&TLS12, &TLS13], None))
    };
    let expired = leaf(&|params| params.not_after = date_time_ymd(2020, 2, 3));
    let told = failed(
        doctor_of(&expired, &trusted),
        &["TLS", "chain", "credentials"],
    );
    let chain = check(&told, "chain")["found"].as_str().unwrap();
    assert!(chain.contains("ended on Mon, 03 Feb 2020"), "{chain}");
    assert!(chain.contains("own authority"), "{chain}");
    assert!(check(&told, "TLS")["to_do"].to_string().contains("renew"));
    let another = serving(server(
        &authority.sign(&params(&["shop.example"])),
        &[&TLS13],
        None,
    ));
    let told = failed(doctor_of(&another, &trusted), &["TLS", "credentials"]);
    assert!(
        check(&told, "TLS")["to_do"]
            .to_string()
            .contains("base_url")
    );
    // In five days and a bit: nothing is wrong yet.
    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs((5 * 24 + 1) * 3600);
    let ending = leaf(&|params| params.not_after = soon.into());
    let told = failed(doctor_of(&ending, &trusted), &[]);
    let chain = check(&told, "chain");
    assert!(chain["ok"].is_null(), "{chain}");
    assert!(
        chain["found"].to_string().contains("ends in 5 days"),
        "{chain}"
    );
}

#[test]
fn a_client_certificate_is_shown() {
    let authority = Authority::new("own");
    let pem = authority.pem();
    let mut of_client = params(&["client"]);
    of_client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let client = authority.sign(&of_client);
    let (chain, key) = (client.certificate.pem(), client.key.serialize_pem());
    for version in [&TLS12, &TLS13] {
        let server = serving(server(&authority.leaf(), &[version], Some(&authority)));
        let trusted = ("LIBAUTH_SELLER_CA_PEM", pem.as_str());
        let settings = [
            trusted,
            ("LIBAUTH_SELLER_CLIENT_CERTIFICATE_PEM", chain.as_str()),
            ("LIBAUTH_SELLER_CLIENT_KEY_PEM", key.as_str()),
        ];
        failed(doctor_of(&server, &settings), &[]);
        // Without it, whoever looks first says so.
        let told = doctor_of(&server, &[trusted]).ended(1).json();
        let found = check(&told, "credentials")["found"].as_str().unwrap();
        assert!(found.contains("client certificate"), "{found}");
    }
}
