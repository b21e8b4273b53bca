//! Servers and proxies that are slow at every step there is: the call ends when its time is up, not sooner and not
//! much later, and nothing is left of it.

use crate::support;

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::Options;
use auth::{Config, Delivery, Error, Status};
use support::pem::Pem;
use support::raw::{RawServer, http_json, read_request};
use support::*;

/// The deadline of each call here.
const DEADLINE: Duration = Duration::from_millis(600);

/// How late a call may be: a twentieth of its time, and what a busy machine adds.
const LATE: Duration = Duration::from_millis(30 + 250);

/// Between two bytes of a server that drips.
const DRIP: Duration = Duration::from_millis(40);

fn config_for(base: String) -> Config {
    let mut config = config(base);
    config.timeout_ms = i64::try_from(DEADLINE.as_millis()).unwrap();
    config.max_tries = 1;
    config
}

/// Runs a call that has to end by its deadline.
#[track_caller]
fn times_out(config: &Config, delivery: Delivery) -> Error {
    let seller = seller(config);
    let started = Instant::now();
    let outcome = seller.token(&Options::default()).map(drop);
    let took = started.elapsed();
    let error = fails(outcome, Status::Timeout, delivery);
    assert!(took >= DEADLINE, "too soon: {took:?}");
    assert!(took < DEADLINE + LATE, "too late: {took:?}");
    error
}

/// Sends the bytes one by one until the other side has gone.
fn drip(stream: &mut impl Write, bytes: &[u8]) {
    for byte in bytes.iter().cycle() {
        if stream
            .write_all(&[*byte])
            .and_then(|()| stream.flush())
            .is_err()
        {
            return;
        }
        std::thread::sleep(DRIP);
    }
}

#[test]
fn a_server_that_drips_its_head_or_its_body_ends_at_the_deadline() {
    for start in ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n", ""] {
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut BufReader::new(&stream));
            stream.write_all(start.as_bytes()).unwrap();
            match start {
                "" => drip(&mut stream, b"HTTP/1.1 100 Continue\r\n\r\n"),
                _ => drip(&mut stream, b"x"),
            }
        });
        let error = times_out(&config_for(server.url()), Delivery::MaybeSent);
        assert!(error.message().contains("timeout_ms"), "{error}");
    }
}

#[test]
fn a_server_that_takes_no_byte_of_the_request_ends_at_the_deadline() {
    // More than the system keeps for both sides.
    let server = RawServer::start(|mut stream, _| {
        rustix::net::sockopt::set_socket_recv_buffer_size(&stream, 4096).unwrap();
        std::thread::sleep(DEADLINE * 2);
        let _ = stream.read(&mut [0]);
    });
    let seller = seller(&config_for(server.url()));
    let mut call = auth::call::Call::new("POST", "/large");
    call.body = vec![b'x'; 8 * 1024 * 1024];
    call.idempotent = true;
    with_a_token(&seller);
    let started = Instant::now();
    let outcome = seller.call(&call, &Options::default());
    let took = started.elapsed();
    fails(outcome, Status::Timeout, Delivery::MaybeSent);
    // Copying 8 MiB takes its time as well.
    assert!(took >= DEADLINE && took < DEADLINE * 2 + LATE, "{took:?}");
}

#[test]
fn a_handshake_that_drips_ends_at_the_deadline_and_was_not_sent() {
    let authority = tls::Authority::new("own");
    let config = tls::server(&authority.leaf(), &[&tls::TLS12, &tls::TLS13], None);
    let server = RawServer::start(move |mut stream, _| {
        // The right bytes, slowly.
        let mut session = rustls::ServerConnection::new(config.clone()).unwrap();
        let _ = session.read_tls(&mut stream);
        let _ = session.process_new_packets();
        let mut flight = Vec::new();
        while session.wants_write() {
            session.write_tls(&mut flight).unwrap();
        }
        drip(&mut stream, &flight);
    });
    let mut config = config_for(server.url().replace("http:", "https:"));
    config.ca_pem = Some(authority.pem().into_bytes());
    times_out(&config, Delivery::NotSent);
    // The limit for connecting counts as well, where it is shorter.
    config.timeout_ms = 10_000;
    config.connect_timeout_ms = i64::try_from(DEADLINE.as_millis()).unwrap();
    let error = times_out(&config, Delivery::NotSent);
    assert!(error.message().contains("connect_timeout_ms"), "{error}");
}

#[test]
fn a_proxy_that_drips_ends_at_the_deadline_and_was_not_sent() {
    for answer in [&b""[..], b"HTTP/1.1 200 Connection", b"x"] {
        let proxy = RawServer::start(move |mut stream, _| {
            read_request(&mut BufReader::new(&stream));
            match answer {
                b"" => drop(stream.read(&mut [0])),
                bytes => drip(&mut stream, bytes),
            }
        });
        let mut config = config_for("https://platform.invalid".to_owned());
        config.proxy = Some(proxy.url());
        times_out(&config, Delivery::NotSent);
        config.timeout_ms = 10_000;
        config.connect_timeout_ms = i64::try_from(DEADLINE.as_millis()).unwrap();
        let error = times_out(&config, Delivery::NotSent);
        assert!(error.message().contains("connect_timeout_ms"), "{error}");
    }
}

#[test]
fn a_server_that_does_not_accept_ends_at_the_deadline() {
    // A listener whose queue is full takes no connection and refuses none.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let queue: Vec<_> = (0..4)
        .filter_map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(50)).ok())
        .collect();
    times_out(&config_for(format!("http://{address}")), Delivery::NotSent);
    drop(queue);
}

#[test]
fn a_proxy_that_does_wrong_is_told_from_the_platform() {
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100_000));
    for (answer, says) in [
        ("", "closed the connection"),
        ("HTTP/1.1 200 OK\r\nX", "closed the connection"),
        ("nonsense\r\n\r\n", "not HTTP"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "not HTTP"),
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "HTTP 407",
        ),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP 403 Forbidden"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://x\r\n\r\n",
            "HTTP 302",
        ),
        ("HTTP/1.1 502 Bad\x07Gateway\r\n\r\n", "HTTP 502"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "bytes of its own",
        ),
        (&endless, "no end"),
    ] {
        let answer = answer.to_owned();
        let proxy = RawServer::answering(answer.clone());
        let mut config = config_for("https://platform.invalid".to_owned());
        config.proxy = Some(
            proxy
                .url()
                .replace("//", "//planted-user:planted-password@"),
        );
        let outcome = seller(&config).token(&Options::default()).map(drop);
        let error = fails(outcome, Status::Network, Delivery::NotSent);
        let message = error.message();
        assert!(
            message.contains("proxy") && message.contains(says),
            "{answer:.40}: {message}"
        );
        assert!(!message.contains("planted"), "{message}");
    }
}

/// The threads and descriptors of this process.
#[cfg(target_os = "linux")]
fn held() -> (usize, usize) {
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

/// Many tests share the process, so what is left is looked for in one of its own.
#[test]
#[cfg(target_os = "linux")]
fn child_that_is_left_waiting() {
    if std::env::var_os("LIBAUTH_TEST_ALONE").is_none() {
        return;
    }
    let authority = tls::Authority::new("own");
    let ca = Pem::new(&authority.pem());
    let before = held();
    {
        let silent = RawServer::start(|mut stream, _| {
            let _ = stream.read_to_end(&mut Vec::new());
        });
        for base in [silent.url(), silent.url().replace("http:", "https:")] {
            let mut config = config_for(base);
            config.timeout_ms = 50;
            config.ca_file = Some(ca.path());
            let seller = seller(&config);
            for _ in 0..10 {
                seller.token(&Options::default()).unwrap_err();
            }
        }
    }
    // The server's own threads end when they see that the client has gone.
    let end = Instant::now() + Duration::from_secs(5);
    while held() != before && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(held(), before, "threads and descriptors");
}

#[test]
#[cfg(target_os = "linux")]
fn a_call_that_timed_out_leaves_no_thread_and_no_descriptor() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attack::deadlines::child_that_is_left_waiting"])
        .env("LIBAUTH_TEST_ALONE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn sixty_four_threads_open_no_more_than_sixty_four_connections() {
    const THREADS: usize = 64;
    let server = RawServer::start(|stream, _| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        while read_request(&mut reader).is_some() {
            if stream
                .write_all(&http_json(
                    200,
                    r#"{"status":0,"message":"","data":{"alipayAuthUrl":"https://a"}}"#,
                ))
                .is_err()
            {
                return;
            }
        }
    });
    for (most, connections) in [(64, THREADS), (0, THREADS * 6)] {
        let before = server.accepted();
        let mut config = config(server.url());
        config.max_idle_connections = most;
        config.timeout_ms = 30_000;
        let redemption = Arc::new(redemption_md5(&config));
        for _ in 0..3 {
            std::thread::scope(|threads| {
                for _ in 0..THREADS {
                    threads.spawn(|| {
                        for _ in 0..2 {
                            redemption
                                .get_alipay_url(&alipay_request("s"), &Options::default())
                                .unwrap();
                        }
                    });
                }
            });
        }
        let opened = server.accepted() - before;
        match most {
            0 => assert_eq!(opened, connections, "none is kept"),
            _ => assert!(opened <= connections, "{opened}"),
        }
    }
}
