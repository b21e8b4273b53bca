//! How requests travel: deadlines, connections that are kept, limits, TLS, and addresses that are
//! refused. What each kind of answer means is in `answers.rs`; proxies are in `proxy.rs`.

use crate::support;

use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::providers::seller::Seller;
use auth::{Config, Delivery, Options, Status};
use support::pem::Pem;
use support::raw::{RawServer, http_json, read_request};
use support::sandbox::Sandbox;
use support::*;

const SUCCESS: &str =
    r#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;

/// Well above every deadline here, and well below what would hang.
const SOON: Duration = Duration::from_secs(3);

#[test]
fn a_call_is_over_at_its_deadline_however_the_platform_delays_it() {
    for fault in [
        "slow=20000",
        "drip=100",
        "drip=100,chunked",
        "slow=20000,drip=1000",
    ] {
        let sandbox = Sandbox::start();
        let scope = sandbox.scoped("slow");
        let mut config = config(scope.faulty("seller", fault));
        config.timeout_ms = 300;
        let started = Instant::now();
        let error = fails(
            seller(&config).token(&Options::default()),
            Status::Timeout,
            Delivery::MaybeSent,
        );
        assert!(started.elapsed() < SOON, "{fault}");
        assert!(error.message().contains("timeout_ms"), "{error}");
        assert!(error.is_retry_safe());
        assert_eq!(scope.count("seller").requests, 1);
    }
}

#[test]
fn one_time_input_is_unknown_after_the_deadline() {
    let sandbox = Sandbox::start();
    let mut config = config(sandbox.scoped("slow").faulty("daxpay", "drip=100"));
    config.timeout_ms = 300;
    let outcome = daxpay(&config).auth(&auth_request("c"), &Options::default());
    fails(outcome, Status::OutcomeUnknown, Delivery::MaybeSent);
}

#[test]
fn repeats_share_the_one_deadline() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("slow");
    let mut config = config(scope.faulty("seller", "status=503,retry_after=0,slow=400"));
    config.timeout_ms = 1_500;
    config.max_tries = 10;
    let started = Instant::now();
    let error = seller(&config).token(&Options::default()).unwrap_err();
    assert!(started.elapsed() < SOON);
    assert!(
        matches!(error.status(), Status::Timeout | Status::Http),
        "{error:?}"
    );
    assert!((2..=4).contains(&scope.count("seller").requests));
}

#[test]
fn a_business_call_has_a_deadline_of_its_own() {
    let sandbox = Sandbox::start();
    let seller = seller(&config(
        sandbox
            .scoped("own")
            .faulty("seller", "slow=20000,at=business"),
    ));
    let call = Call::new("GET", "/x");
    let started = Instant::now();
    fails(
        seller.call(&call, &within_ms(300)),
        Status::OutcomeUnknown,
        Delivery::MaybeSent,
    );
    assert!(started.elapsed() < SOON);
}

#[test]
fn a_server_that_never_answers_the_handshake_is_left_in_time() {
    // It accepts and says nothing: TLS waits for it.
    let server = RawServer::start(|mut stream, _| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut config = config(format!("https://{}", server.address()));
    config.connect_timeout_ms = 300;
    config.max_tries = 0;
    let started = Instant::now();
    let error = fails(
        seller(&config).token(&Options::default()),
        Status::Timeout,
        Delivery::NotSent,
    );
    assert!(started.elapsed() < SOON, "{error}");
}

#[test]
fn calls_share_one_kept_connection() {
    for sandbox in [Sandbox::start(), Sandbox::start_tls()] {
        let ca = sandbox
            .origin()
            .starts_with("https")
            .then(|| Pem::new(sandbox.ca_pem()));
        let mut config = config(sandbox.base("creditpay"));
        config.ca_file = ca.as_ref().map(Pem::path);
        let creditpay = creditpay(&config);
        for _ in 0..20 {
            creditpay
                .issue_code(&code_request(), &Options::default())
                .unwrap();
        }
        let count = sandbox.scoped("default").count("creditpay");
        assert_eq!(
            (count.requests, count.connections),
            (20, 1),
            "{}",
            sandbox.origin()
        );
    }
}

#[test]
fn a_refusal_keeps_the_connection_too() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("kept");
    for fault in ["code=500", "status=404", "redirect"] {
        let creditpay = creditpay(&config(scope.faulty("creditpay", fault)));
        let before = scope.count("creditpay").connections;
        for _ in 0..3 {
            creditpay
                .issue_code(&code_request(), &Options::default())
                .unwrap_err();
        }
        assert_eq!(scope.count("creditpay").connections - before, 1, "{fault}");
    }
}

#[test]
fn a_connection_that_the_server_closes_after_the_answer_is_not_used_again() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("close");
    let daxpay = daxpay(&config(scope.faulty("daxpay", "connection_close")));
    for code in ["a", "b", "c"] {
        daxpay
            .auth(&auth_request(code), &Options::default())
            .unwrap();
    }
    assert_eq!(scope.count("daxpay").connections, 3);
}

#[test]
fn a_connection_that_was_idle_too_long_is_not_used_again() {
    let sandbox = Sandbox::start();
    for (idle_ms, connections) in [(0, 3), (86_400_000, 1)] {
        let scope = sandbox.scoped(&idle_ms.to_string());
        let mut config = config(scope.base("creditpay"));
        config.idle_timeout_ms = idle_ms;
        let creditpay = creditpay(&config);
        for _ in 0..3 {
            creditpay
                .issue_code(&code_request(), &Options::default())
                .unwrap();
        }
        assert_eq!(scope.count("creditpay").connections, connections);
    }
}

#[test]
fn a_connection_that_the_server_closed_while_it_was_idle_costs_nothing() {
    // The answer promises keep-alive; then the server closes, and only when that is done may the
    // next call begin. It has one-time input, so a broken connection could not be made good.
    let (closed, wait) = mpsc::channel();
    let closed = std::sync::Mutex::new(closed);
    let body = r#"{"status":0,"message":"","data":{"alipayAuthUrl":"https://a"}}"#;
    let server = RawServer::start(move |mut stream, _| {
        read_request(&mut BufReader::new(&stream));
        stream.write_all(&http_json(200, body)).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
        drop(stream);
        let _ = closed.lock().unwrap().send(());
    });
    let redemption = redemption(&config(server.url()));
    for serial in ["a", "b", "c"] {
        redemption
            .get_alipay_url(&alipay_request(serial), &Options::default())
            .unwrap();
        wait.recv_timeout(SOON).unwrap();
    }
    assert_eq!(server.accepted(), 3);
}

#[test]
fn the_largest_answer_is_accepted_and_a_byte_more_is_not() {
    let length = i64::try_from(SUCCESS.len()).unwrap();
    let server = RawServer::answering(http_json(200, SUCCESS));
    let mut config = config(server.url());
    for most in [length, length + 1] {
        config.max_response_bytes = most;
        seller(&config).token(&Options::default()).unwrap();
    }
    config.max_response_bytes = length - 1;
    let error = fails(
        seller(&config).token(&Options::default()),
        Status::Protocol,
        Delivery::Answered,
    );
    let says = format!("max_response_bytes ({})", length - 1);
    assert!(error.message().contains(&says), "{error}");
    assert_eq!(Config::new("").max_response_bytes, 1024 * 1024);
}

#[test]
fn an_answer_without_a_length_is_limited_as_well() {
    for head in [
        "",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 99999999999999\r\n",
    ] {
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut BufReader::new(&stream));
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes());
            let block = match head {
                "Transfer-Encoding: chunked\r\n" => format!("1000\r\n{}\r\n", "x".repeat(0x1000)),
                _ => "x".repeat(0x1000),
            };
            // Until the client has had enough.
            while stream.write_all(block.as_bytes()).is_ok() {}
        });
        let mut config = config(server.url());
        config.max_response_bytes = 100_000;
        fails(
            seller(&config).token(&Options::default()),
            Status::Protocol,
            Delivery::Answered,
        );
    }
}

#[test]
fn an_answer_that_ends_with_its_connection_is_whole() {
    let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{SUCCESS}");
    let server = RawServer::answering(answer);
    seller(&config(server.url()))
        .token(&Options::default())
        .unwrap();
}

#[test]
fn interim_answers_are_skipped() {
    let mut answer = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
    answer.extend(http_json(200, SUCCESS));
    let server = RawServer::answering(answer);
    seller(&config(server.url()))
        .token(&Options::default())
        .unwrap();
}

#[test]
fn a_redirect_to_another_host_takes_no_token_along() {
    let elsewhere = RawServer::answering(http_json(200, SUCCESS));
    for status in [301, 302, 303, 307, 308] {
        let location = format!(
            "HTTP/1.1 {status} X\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
            elsewhere.url()
        );
        let server = RawServer::answering(location);
        let error = fails(
            seller(&config(server.url())).token(&Options::default()),
            Status::Http,
            Delivery::Answered,
        );
        assert_eq!(error.http_status(), status);
    }
    assert_eq!(elsewhere.accepted(), 0);
}

#[test]
fn headers_that_are_not_utf8_do_not_matter() {
    let mut answer = b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nContent-Length: ".to_vec();
    answer.extend(format!("{}\r\n\r\n{SUCCESS}", SUCCESS.len()).bytes());
    let server = RawServer::answering(answer);
    let token = seller(&config(server.url()))
        .token(&Options::default())
        .unwrap();
    assert!(token.answer().headers().get("x-odd").is_some());
}

#[test]
fn a_request_says_who_sends_it() {
    for (agent, sent) in [
        (None, concat!("libauth/", env!("CARGO_PKG_VERSION"))),
        (Some("shop/7"), "shop/7"),
    ] {
        let mut server = mockito::Server::new();
        let mock = server
            .mock("POST", "/seller/202405/auth/get-access-token")
            .match_header("user-agent", sent)
            .match_header("accept-encoding", "identity")
            .match_body(mockito::Matcher::JsonString(
                r#"{"accessKey":"a","secretKey":"s"}"#.into(),
            ))
            .with_header("content-encoding", "identity")
            .with_body(SUCCESS)
            .expect(1)
            .create();
        let mut config = config(server.url());
        config.user_agent = agent.map(str::to_owned);
        Seller::new(&config, "a", "s")
            .unwrap()
            .token(&Options::default())
            .unwrap();
        mock.assert();
    }
    let mut config = config("https://host.example");
    config.user_agent = Some("a\r\nb".into());
    let made = Seller::new(&config, "a", "s").map(drop);
    fails(made, Status::InvalidConfig, Delivery::NotSent);
}

#[test]
fn a_host_that_does_not_exist_was_not_reached() {
    // Longer than a label can be: the resolver knows without asking anybody.
    let mut config = config(format!("https://{}.invalid", "x".repeat(64)));
    config.max_tries = 0;
    let error = fails(
        seller(&config).token(&Options::default()),
        Status::Network,
        Delivery::NotSent,
    );
    assert!(error.message().contains("cannot connect"), "{error}");
}

#[test]
fn a_base_url_may_end_in_a_slash() {
    let sandbox = Sandbox::start();
    seller(&config(sandbox.base("seller") + "/"))
        .token(&Options::default())
        .unwrap();
    let sent = sandbox.scoped("default").last("seller").unwrap();
    assert_eq!(
        sent.request.target,
        "/seller/seller/202405/auth/get-access-token"
    );
}
