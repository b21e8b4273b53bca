//! Answers that are not HTTP, end too early, never end, or say one thing and are another.

use crate::support;

use std::collections::BTreeSet;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::Options;
use auth::{Config, Delivery, Error, Status};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use support::raw::{RawServer, http_json, read_request};
use support::*;

const BODY: &str =
    r#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;

/// Well above what any of these takes.
const SOON: Duration = Duration::from_secs(4);

/// A call that may be repeated, tried once.
fn token(base: String) -> Result<(), Error> {
    let mut config = config(base);
    config.max_tries = 1;
    seller(&config).token(&Options::default()).map(drop)
}

/// A call with one-time input.
fn one_time(base: String) -> Result<(), Error> {
    daxpay(&config(base))
        .auth(&auth_request("code"), &Options::default())
        .map(drop)
}

fn headed(headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n{BODY}").into_bytes()
}

#[test]
fn an_answer_that_is_cut_off_at_any_byte_is_lost() {
    let whole = http_json(200, BODY);
    let head = whole.len() - BODY.len();
    // Every byte of the head's first line and of the end of head and body, and some between.
    let cuts = (0..whole.len()).filter(|at| *at < 20 || at.abs_diff(head) < 6 || at % 9 == 0);
    for cut in cuts {
        let server = RawServer::answering(&whole[..cut]);
        let error = fails(token(server.url()), Status::Network, Delivery::MaybeSent);
        assert!(error.is_retry_safe(), "{cut}: {error}");
        let server = RawServer::answering(&whole[..cut]);
        let unknown = one_time(server.url());
        fails(unknown, Status::OutcomeUnknown, Delivery::MaybeSent);
        assert_eq!(server.accepted(), 1, "{cut}: it was sent once");
    }
}

/// The same in TLS, cut where the bytes are encrypted: in the handshake nothing has been sent.
#[test]
fn a_session_that_is_cut_off_at_any_byte_says_whether_the_request_was_sent() {
    let authority = tls::Authority::new("own");
    for version in [&tls::TLS12, &tls::TLS13] {
        let server_config = tls::server(&authority.leaf(), &[version], None);
        let mut seen = BTreeSet::new();
        for cut in (0..).step_by(41) {
            // A platform of its own each time: what one before it receives late is not counted here.
            let requests = Arc::new(AtomicUsize::new(0));
            let (count, server_config) = (Arc::clone(&requests), server_config.clone());
            let platform = RawServer::start(move |stream, _| {
                let mut stream = tls::accept(&server_config, stream);
                if read_request(&mut BufReader::new(&mut stream)).is_some() {
                    count.fetch_add(1, Ordering::SeqCst);
                    // No answer of the daxpay's, but one.
                    let _ = stream.write_all(&http_json(200, BODY));
                    tls::end(stream);
                }
            });
            let way = cut_after(platform.address(), cut);
            let mut config = config(way.url().replace("http:", "https:"));
            config.ca_pem = Some(authority.pem().into_bytes());
            let outcome = daxpay(&config).auth(&auth_request("code"), &Options::default());
            let error = outcome.map(drop).unwrap_err();
            let arrived = requests.load(Ordering::SeqCst);
            let what = format!("{version:?}, {cut}: {arrived} arrived, {error:?}");
            assert!(arrived <= 1, "{what}");
            seen.insert(error.delivery());
            match (error.status(), error.delivery()) {
                (Status::Network, Delivery::NotSent) => assert_eq!(arrived, 0, "{what}"),
                (Status::OutcomeUnknown, Delivery::MaybeSent) => {}
                // All of it came.
                (_, Delivery::Answered) => break,
                _ => panic!("{what}"),
            }
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
    }
}

/// A way to a server that passes on so many bytes of what the server says, and closes.
fn cut_after(server: SocketAddr, bytes: u64) -> RawServer {
    RawServer::start(move |stream, _| {
        let inner = TcpStream::connect(server).unwrap();
        std::thread::scope(|threads| {
            threads.spawn(|| std::io::copy(&mut &stream, &mut &inner));
            let _ = std::io::copy(&mut (&inner).take(bytes), &mut &stream);
            let _ = stream.shutdown(Shutdown::Both);
            let _ = inner.shutdown(Shutdown::Both);
        });
    })
}

#[test]
fn an_answer_without_a_length_that_is_reset_is_lost() {
    let server = RawServer::start(|mut stream, _| {
        read_request(&mut BufReader::new(&stream));
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{BODY}");
        stream.write_all(answer.as_bytes()).unwrap();
        rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
    });
    // The end might never have come: what is there is whole only by chance.
    let outcome = token(server.url());
    fails(outcome, Status::Network, Delivery::MaybeSent);
}

#[test]
fn a_length_that_cannot_be_believed_is_a_broken_answer() {
    let length = BODY.len();
    let chunked = "Transfer-Encoding: chunked\r\n";
    for headers in [
        format!("Content-Length: {length}\r\n{chunked}"),
        format!(
            "Content-Length: {length}\r\nContent-Length: {}\r\n",
            length + 1
        ),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: \r\n".to_owned(),
        "Content-Length: 0x10\r\n".to_owned(),
        "Content-Length: 99999999999999999999999999\r\n".to_owned(),
        "Content-Length: 18446744073709551615\r\n".to_owned(),
        "Transfer-Encoding: gzip, chunked\r\n".to_owned(),
        "Transfer-Encoding: identity\r\n".to_owned(),
        // A chunk that is none.
        chunked.to_owned(),
    ] {
        let server = RawServer::answering(headed(&headers));
        let error = token(server.url()).expect_err(&headers);
        let seen = (error.status(), error.delivery());
        assert_eq!(
            seen,
            (Status::Protocol, Delivery::Answered),
            "{headers}: {error}"
        );
    }
    let same = format!("Content-Length: {length}\r\n").repeat(2);
    let server = RawServer::answering(headed(&same));
    token(server.url()).expect("the same length twice is one length");
}

#[test]
fn what_is_not_http_is_a_broken_answer() {
    for answer in [
        "nonsense\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 99 X\r\n\r\n",
        "HTTP/1.1 2000 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
    ] {
        let server = RawServer::answering(answer);
        let error = token(server.url()).expect_err(answer);
        let seen = (error.status(), error.delivery());
        assert_eq!(
            seen,
            (Status::Protocol, Delivery::Answered),
            "{answer:?}: {error}"
        );
    }
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let endless: [(&str, &str); 4] = [
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (
            "HTTP/1.1 200 OK\r\n",
            "X-Header: a value of some length\r\n",
        ),
        ("HTTP/1.1 200 OK\r\nX: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ];
    for (start, more) in endless {
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut BufReader::new(&stream));
            let block = more.repeat(64);
            let _ = stream.write_all(start.as_bytes());
            while stream.write_all(block.as_bytes()).is_ok() {}
        });
        let started = Instant::now();
        let outcome = token(server.url());
        fails(outcome, Status::Protocol, Delivery::Answered);
        assert!(started.elapsed() < SOON, "{more:?}");
    }
}

#[test]
fn a_chunk_whose_length_never_ends_is_given_up() {
    for more in ["0", ";extension"] {
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut BufReader::new(&stream));
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while stream.write_all(more.repeat(1024).as_bytes()).is_ok() {}
        });
        let started = Instant::now();
        let outcome = token(server.url());
        fails(outcome, Status::Protocol, Delivery::Answered);
        assert!(started.elapsed() < SOON, "{more:?}");
    }
}

fn coded(coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_coded_answer_is_read_all_the_same() {
    let body = BODY.as_bytes();
    for (coding, coded_body) in [
        ("gzip", gzip(body)),
        ("x-gzip", gzip(body)),
        ("GZIP", gzip(body)),
        ("identity, gzip", gzip(body)),
        ("deflate", zlib(body)),
        ("deflate", deflate(body)),
        ("identity", body.to_vec()),
    ] {
        let server = RawServer::answering(coded(coding, &coded_body));
        token(server.url()).unwrap_or_else(|error| panic!("{coding}: {error}"));
    }
}

#[test]
fn a_coding_that_is_unknown_or_wrong_is_named() {
    for (coding, body) in [
        ("br", BODY.as_bytes().to_vec()),
        ("zstd", BODY.as_bytes().to_vec()),
        ("gzip, gzip", gzip(&gzip(BODY.as_bytes()))),
        ("gzip", BODY.as_bytes().to_vec()),
        ("gzip", gzip(BODY.as_bytes())[..20].to_vec()),
        ("gzip", [gzip(BODY.as_bytes()), b"more".to_vec()].concat()),
        ("deflate", b"\xff\xff\xff".to_vec()),
    ] {
        let server = RawServer::answering(coded(coding, &body));
        let outcome = token(server.url());
        let error = fails(outcome, Status::Protocol, Delivery::Answered);
        assert!(error.message().contains(coding), "{error}");
    }
}

#[test]
fn an_answer_that_unfolds_without_end_stops_at_the_limit() {
    let zeros = vec![b' '; 64 * 1024 * 1024];
    for (coding, bomb) in [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros))] {
        assert!(bomb.len() < 1024 * 1024);
        let server = RawServer::answering(coded(coding, &bomb));
        let outcome = token(server.url());
        let error = fails(outcome, Status::Protocol, Delivery::Answered);
        let limit = Config::new("").max_response_bytes;
        let says = format!("max_response_bytes ({limit})");
        assert!(error.message().contains(&says), "{error}");
    }
}
