//! Calls that their caller ends: what is known of them then.

use crate::support;

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::{Delivery, Options, Status};
use support::raw::{RawServer, http_json, read_request};
use support::*;

/// Ends the call after so many questions.
fn after(questions: usize) -> Options {
    let asked = AtomicUsize::new(0);
    Options {
        cancel: Some(Arc::new(move || {
            asked.fetch_add(1, Ordering::SeqCst) >= questions
        })),
        ..Options::default()
    }
}

#[test]
fn a_call_that_was_sent_and_then_cancelled_is_made_once() {
    let server = RawServer::start(|mut stream, _| {
        read_request(&mut BufReader::new(&stream));
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let config = config(server.url());
    let started = Instant::now();
    let outcome = daxpay(&config).auth(&auth_request("code"), &after(2));
    let error = fails(outcome, Status::OutcomeUnknown, Delivery::MaybeSent);
    assert!(error.message().contains("cancelled"), "{error}");
    assert!(
        error.message().contains("query before repeating"),
        "{error}"
    );
    let outcome = seller(&config).token(&after(2));
    let error = fails(outcome, Status::Cancelled, Delivery::MaybeSent);
    assert!(error.is_retry_safe());
    assert_eq!(server.accepted(), 2, "neither was tried again");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_call_can_be_cancelled_while_the_server_takes_no_byte_of_it() {
    let authority = tls::Authority::new("own");
    let server_config = tls::server(&authority.leaf(), &[&tls::TLS12, &tls::TLS13], None);
    let reads_nothing = |stream: &TcpStream| {
        rustix::net::sockopt::set_socket_recv_buffer_size(stream, 4096).unwrap();
        // Until the client has gone, which cannot be told without reading; a while is enough.
        std::thread::sleep(Duration::from_secs(3));
    };
    let plain = RawServer::start(move |stream, _| reads_nothing(&stream));
    let secure = RawServer::start(move |stream, _| {
        let mut session = rustls::ServerConnection::new(server_config.clone()).unwrap();
        let _ = session.complete_io(&mut &stream);
        reads_nothing(&stream);
    });
    for base in [plain.url(), secure.url().replace("http:", "https:")] {
        let mut config = config(&base);
        config.timeout_ms = 30_000;
        config.ca_pem = Some(authority.pem().into_bytes());
        let seller = seller(&config);
        with_a_token(&seller);
        let mut call = Call::new("POST", "/large");
        // More than the system keeps for both sides.
        call.body = vec![b'x'; 8 * 1024 * 1024];
        for (is_idempotent, status) in [(false, Status::OutcomeUnknown), (true, Status::Cancelled)]
        {
            call.idempotent = is_idempotent;
            let started = Instant::now();
            let outcome = seller.call(&call, &after(3));
            let error = fails(outcome, status, Delivery::MaybeSent);
            assert!(error.message().contains("cancelled"), "{error}");
            let took = started.elapsed();
            assert!(took < Duration::from_secs(2), "{base}: {took:?}");
        }
    }
    assert_eq!((plain.accepted(), secure.accepted()), (2, 2));
}

/// Between two bytes, or pieces, of everything that is slow here.
const SLOW: Duration = Duration::from_millis(60);

/// Copies from one to the other, in pieces of so many bytes, slowly.
fn trickle(mut from: &TcpStream, mut to: &TcpStream, piece: usize) {
    let mut bytes = vec![0; piece];
    while let Ok(amount @ 1..) = from.read(&mut bytes) {
        std::thread::sleep(SLOW);
        if to.write_all(&bytes[..amount]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// A call goes through a proxy that drips its answer to CONNECT, shakes hands over a line that trickles, and waits for
/// an answer that trickles: cancelled at each question in turn, until it is through before the next.
#[test]
fn whenever_a_call_is_cancelled_what_is_said_of_it_is_true() {
    let authority = tls::Authority::new("own");
    let server_config = tls::server(&authority.leaf(), &[&tls::TLS12, &tls::TLS13], None);
    let arrived: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let noted = Arc::clone(&arrived);
    let platform = RawServer::start(move |stream, _| {
        let mut stream = tls::accept(&server_config, stream);
        if let Some((_, body)) = read_request(&mut BufReader::new(&mut stream)) {
            let code = serde_json::from_slice::<serde_json::Value>(&body).unwrap();
            let code = code["authCode"].as_str().unwrap().to_owned();
            *noted.lock().unwrap().entry(code).or_default() += 1;
            let _ = stream.write_all(&http_json(200, r#"{"code":1,"msg":"no"}"#));
            tls::end(stream);
        }
    });
    let address = platform.address();
    let proxy = RawServer::start(move |mut stream, _| {
        let _ = stream.set_nodelay(true);
        if read_request(&mut BufReader::new(&stream)).is_none() {
            return;
        }
        for byte in "HTTP/1.1 200\r\n\r\n".bytes() {
            std::thread::sleep(SLOW / 4);
            if stream.write_all(&[byte]).is_err() {
                return;
            }
        }
        let inner = TcpStream::connect(address).unwrap();
        std::thread::scope(|threads| {
            threads.spawn(|| trickle(&stream, &inner, 200));
            trickle(&inner, &stream, 200);
        });
    });
    let mut config = config("https://127.0.0.1:1");
    config.timeout_ms = 60_000;
    config.connect_timeout_ms = 60_000;
    config.ca_pem = Some(authority.pem().into_bytes());
    config.proxy = Some(proxy.url());
    let run = |questions: usize| {
        let code = format!("code-{questions}");
        let outcome = daxpay(&config).auth(&auth_request(&code), &after(questions));
        let error = outcome.map(drop).expect_err("the platform says no");
        (questions, code, error)
    };
    // All at once: each takes as long as it has questions.
    let outcomes: Vec<_> = std::thread::scope(|threads| {
        let running: Vec<_> = (0..40).map(|n| threads.spawn(move || run(n))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let arrived = arrived.lock().unwrap();
    let mut seen = BTreeMap::new();
    for (questions, code, error) in outcomes {
        let requests = arrived.get(&code).copied().unwrap_or(0);
        let what = format!("{questions}: {requests} arrived, {error:?}");
        assert!(requests <= 1, "{what}");
        match (error.status(), error.delivery()) {
            (Status::Cancelled, Delivery::NotSent) => assert_eq!(requests, 0, "{what}"),
            (Status::OutcomeUnknown, Delivery::MaybeSent) => {
                assert!(error.message().contains("cancelled"), "{what}");
            }
            (_, Delivery::Answered) => assert_eq!(requests, 1, "{what}"),
            _ => panic!("{what}"),
        }
        *seen.entry(error.delivery()).or_insert(0) += 1;
    }
    // Each stage was met.
    for delivery in [Delivery::NotSent, Delivery::MaybeSent, Delivery::Answered] {
        assert!(seen.contains_key(&delivery), "{seen:?}");
    }
}
