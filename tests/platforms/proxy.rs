//! Proxies: explicit, with credentials, from the environment on request, and past `NO_PROXY`.

use crate::support;

use std::process::Command;

use auth::providers::seller::Seller;
use auth::{Config, Delivery, Options, Status};
use support::pem::Pem;
use support::proxy::{GOES_THROUGH, Proxy};
use support::sandbox::Sandbox;
use support::*;

fn address(sandbox: &Sandbox) -> &str {
    sandbox.origin().split_once("://").unwrap().1
}

#[test]
fn every_request_goes_through_the_proxy_and_the_proxy_resolves_the_host() {
    let sandbox = Sandbox::start();
    let proxy = Proxy::start(address(&sandbox), GOES_THROUGH);
    // A name that only the proxy knows.
    let mut config = config("http://shop.invalid:81/creditpay");
    config.allow_http = true;
    config.proxy = Some(proxy.url());
    let creditpay = creditpay(&config);
    for _ in 0..3 {
        creditpay
            .issue_code(&code_request(), &Options::default())
            .unwrap();
    }
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "the tunnel is kept: {heads:?}");
    assert!(
        heads[0].starts_with("CONNECT shop.invalid:81 HTTP/1.1\r\n"),
        "{}",
        heads[0]
    );
    assert!(!heads[0].to_lowercase().contains("proxy-authorization"));
    assert!(!heads[0].contains(CREDENTIALS.creditpay_api_key));
}

#[test]
fn tls_goes_through_the_tunnel_to_the_platform_itself() {
    let sandbox = Sandbox::start_tls();
    let proxy = Proxy::start(address(&sandbox), GOES_THROUGH);
    let ca = Pem::new(sandbox.ca_pem());
    let mut config = config(sandbox.base("seller"));
    config.ca_file = Some(ca.path());
    config.proxy = Some(proxy.url());
    seller(&config).token(&Options::default()).unwrap();
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn the_proxys_credentials_are_sent_to_it_and_shown_to_nobody() {
    let sandbox = Sandbox::start();
    for (answer, status) in [
        (GOES_THROUGH, None),
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            Some(Status::Network),
        ),
    ] {
        let proxy = Proxy::start(address(&sandbox), answer);
        let mut config = config(sandbox.base("seller"));
        config.proxy = Some(proxy.url().replace("//", "//user:pa%40ss-planted@"));
        let lines = Lines::of(&mut config);
        let outcome = seller(&config).token(&Options::default());
        // base64 of `user:pa@ss-planted`
        let expected = "Proxy-Authorization: Basic dXNlcjpwYUBzcy1wbGFudGVk\r\n";
        assert!(proxy.heads()[0].contains(expected), "{}", proxy.heads()[0]);
        match status {
            None => drop(outcome.unwrap()),
            Some(status) => {
                let error = fails(outcome, status, Delivery::NotSent);
                assert!(error.message().contains("proxy"), "{error}");
                assert!(!format!("{error:?}").contains("planted"));
                assert_eq!(proxy.heads().len(), 3, "not sent, so repeated");
            }
        }
        for (_, line) in lines.all() {
            assert!(
                !line.contains("planted") && !line.contains("dXNlcjpw"),
                "{line}"
            );
        }
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_means_not_sent_even_for_one_time_input() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.base("daxpay"));
    config.proxy = Some(format!("http://127.0.0.1:{}", raw::closed_port()));
    let outcome = daxpay(&config).auth(&auth_request("c"), &Options::default());
    fails(outcome, Status::Network, Delivery::NotSent);
    for answer in ["HTTP/1.1 502 Bad Gateway\r\n\r\n", "nonsense\r\n\r\n", ""] {
        let proxy = Proxy::start(address(&sandbox), answer);
        config.proxy = Some(proxy.url());
        let error = daxpay(&config)
            .auth(&auth_request("c"), &Options::default())
            .unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{answer:?} {error:?}");
        assert_eq!(error.status(), Status::Network, "{answer:?} {error:?}");
    }
    assert_eq!(sandbox.scoped("default").count("daxpay").requests, 0);
}

#[test]
fn a_proxy_that_is_no_http_url_is_named_when_the_handle_is_made() {
    for proxy in [
        "",
        "host:81",
        "socks5://host:81",
        "https://host:81",
        "http://",
        "http://ho st",
        "ftp://h",
    ] {
        let mut config = config("https://host.example");
        config.proxy = Some(proxy.into());
        let made = Seller::new(&config, "a", "s").map(drop);
        let error = fails(made, Status::InvalidConfig, Delivery::NotSent);
        assert!(error.message().starts_with("proxy "), "{proxy}: {error}");
    }
}

/// The environment belongs to a whole process, so each case runs this test again in one of its own:
/// it fetches a token and ends.
#[test]
fn child_fetches_a_token() {
    let Ok(base) = std::env::var("LIBAUTH_TEST_BASE") else {
        return;
    };
    let mut config = Config::new(base);
    config.allow_http = true;
    config.max_tries = 0;
    config.proxy_from_environment = std::env::var_os("LIBAUTH_TEST_ASKED").is_some();
    seller(&config).token(&Options::default()).expect("a token");
}

/// Whether a child with this environment gets its token.
fn child(base: &str, asked: bool, environment: &[(&str, &str)]) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "platforms::proxy::child_fetches_a_token"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env("LIBAUTH_TEST_BASE", base);
    if asked {
        command.env("LIBAUTH_TEST_ASKED", "1");
    }
    command.envs(environment.iter().copied());
    command.output().unwrap().status.success()
}

#[test]
fn the_environment_is_read_only_when_it_is_asked_for() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("seller");
    let elsewhere = base.replace("127.0.0.1", "shop.invalid");
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "http_proxy"] {
        let proxy = Proxy::start(address(&sandbox), GOES_THROUGH);
        let url = proxy.url();
        assert!(child(&base, false, &[(name, &url)]), "past {name}");
        assert!(proxy.heads().is_empty(), "{name} was read unasked");
        assert!(child(&elsewhere, true, &[(name, &url)]), "through {name}");
        assert_eq!(proxy.heads().len(), 1);
    }
    assert!(child(&base, true, &[]), "no proxy in the environment");
}

#[test]
fn no_proxy_names_hosts_that_are_reached_directly() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("seller");
    for (no_proxy, is_direct) in [
        ("127.0.0.1", true),
        ("localhost,127.0.0.1", true),
        ("*", true),
        ("other.example", false),
        ("", false),
    ] {
        let proxy = Proxy::start(address(&sandbox), GOES_THROUGH);
        let url = proxy.url();
        let environment = [("ALL_PROXY", &*url), ("NO_PROXY", no_proxy)];
        assert!(child(&base, true, &environment), "{no_proxy}");
        assert_eq!(proxy.heads().is_empty(), is_direct, "{no_proxy}");
    }
}
