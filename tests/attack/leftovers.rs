//! Bytes that nobody asked for: they must never be read as the answer of the next call.

use crate::support;

use std::io::{BufReader, Read, Write};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use auth::Config;
use auth::Options;
use auth::providers::redemption::Redemption;
use support::pem::Pem;
use support::raw::{RawServer, http_json, read_request};
use support::*;

/// An answer that is told from others by its link.
fn answer(link: &str) -> Vec<u8> {
    http_json(
        200,
        &format!(r#"{{"status":0,"message":"","data":{{"alipayAuthUrl":"https://{link}"}}}}"#),
    )
}

/// Calls the server twice. It adds a forged answer to its first, in a way of its own.
fn check_that_each_call_gets_its_own(
    config: &Config,
    read: &mpsc::Sender<()>,
    forged: &mpsc::Receiver<()>,
) {
    let redemption = redemption(config);
    assert!(ask_url(&redemption).contains("first"));
    let _ = read.send(());
    forged.recv_timeout(Duration::from_secs(5)).unwrap();
    let second = ask_url(&redemption);
    assert!(second.contains("second"), "{second}");
}

fn ask_url(redemption: &Redemption) -> String {
    redemption
        .get_alipay_url(&alipay_request("serial"), &Options::default())
        .unwrap()
        .url()
        .to_owned()
}

/// How the forged answer comes.
#[derive(Clone, Copy, Debug)]
enum How {
    /// In one write with the right one.
    Together,
    /// After it, in a write of its own.
    Apart,
    /// A byte of it.
    Byte,
}

/// Behind a proxy nobody knows when what is sent apart has come: after the next request it is that one's answer.
fn every_way() -> &'static [How] {
    match std::env::var(WAY).as_deref() {
        Ok("proxy") => &[How::Together, How::Byte],
        _ => &[How::Together, How::Byte, How::Apart],
    }
}

fn serve(
    stream: &mut (impl Read + Write),
    number: usize,
    how: How,
    read: &Mutex<mpsc::Receiver<()>>,
) {
    let asked = read_request(&mut BufReader::new(&mut *stream));
    if asked.is_none() {
        return;
    }
    let mut first = answer(if number == 0 { "first" } else { "second" });
    let forged = answer("forged");
    match how {
        How::Together => first.extend(&forged),
        How::Byte => first.extend(&forged[..1]),
        How::Apart => {}
    }
    stream.write_all(&first).unwrap();
    stream.flush().unwrap();
    if let How::Apart = how {
        // When the first was read, and its connection is idle.
        let _ = read.lock().unwrap().recv_timeout(Duration::from_secs(5));
        stream.write_all(&forged).unwrap();
        stream.flush().unwrap();
    }
}

#[test]
fn a_second_answer_is_not_that_of_the_next_call() {
    for how in every_way().iter().copied() {
        let (done, forged) = mpsc::channel();
        let (has_read, read) = mpsc::channel();
        let (done, read) = (Mutex::new(done), Mutex::new(read));
        let server = RawServer::start(move |mut stream, number| {
            stream.set_nodelay(true).unwrap();
            serve(&mut stream, number, how, &read);
            let _ = done.lock().unwrap().send(());
            let _ = stream.read(&mut [0]);
        });
        check_that_each_call_gets_its_own(&config(server.url()), &has_read, &forged);
        assert_eq!(server.accepted(), 2, "{how:?}");
    }
}

#[test]
fn a_second_answer_in_tls_is_not_that_of_the_next_call() {
    let authority = tls::Authority::new("own");
    let ca = Pem::new(&authority.pem());
    let leaf = authority.leaf();
    for version in [&tls::TLS12, &tls::TLS13] {
        let server_config = tls::server(&leaf, &[version], None);
        for how in every_way().iter().copied() {
            let (done, forged) = mpsc::channel();
            let (has_read, read) = mpsc::channel();
            let read = Mutex::new(read);
            let (done, server_config) = (Mutex::new(done), server_config.clone());
            let server = RawServer::start(move |stream, number| {
                stream.set_nodelay(true).unwrap();
                let mut stream = tls::accept(&server_config, stream);
                serve(&mut stream, number, how, &read);
                let _ = done.lock().unwrap().send(());
                let _ = stream.read(&mut [0]);
            });
            let mut config = config(server.url().replace("http:", "https:"));
            config.ca_file = Some(ca.path());
            check_that_each_call_gets_its_own(&config, &has_read, &forged);
            assert_eq!(server.accepted(), 2, "{version:?} {how:?}");
        }
    }
}

#[test]
fn half_a_record_of_tls_spoils_the_connection() {
    let authority = tls::Authority::new("own");
    let ca = Pem::new(&authority.pem());
    let server_config = tls::server(&authority.leaf(), &[&tls::TLS13], None);
    let (done, forged) = mpsc::channel();
    let done = Mutex::new(done);
    let server = RawServer::start(move |stream, number| {
        stream.set_nodelay(true).unwrap();
        let mut stream = tls::accept(&server_config, stream);
        if read_request(&mut BufReader::new(&mut stream)).is_none() {
            return;
        }
        let body = answer(if number == 0 { "first" } else { "second" });
        stream.write_all(&body).unwrap();
        stream.flush().unwrap();
        // The head of a record that never comes.
        stream
            .sock
            .write_all(&[0x17, 3, 3, 0, 40, 1, 2, 3])
            .unwrap();
        let _ = done.lock().unwrap().send(());
        let _ = stream.sock.read(&mut [0]);
    });
    let mut config = config(server.url().replace("http:", "https:"));
    config.ca_file = Some(ca.path());
    check_that_each_call_gets_its_own(&config, &mpsc::channel().0, &forged);
    assert_eq!(server.accepted(), 2);
}
