//! A proxy on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::raw::RawServer;

pub const GOES_THROUGH: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// A proxy that knows CONNECT, and notes the heads of what it was asked.
pub struct Proxy {
    server: RawServer,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Answers CONNECT with this, and if it is a success passes bytes to `target` whatever was asked.
    pub fn start(target: &str, answer: &'static str) -> Proxy {
        let target = target.to_owned();
        Proxy::passing(answer, move |_| target.clone())
    }

    /// Passes bytes to where it is asked to.
    pub fn open() -> Proxy {
        Proxy::passing(GOES_THROUGH, |head| {
            head.split(' ').nth(1).unwrap_or_default().to_owned()
        })
    }

    fn passing(
        answer: &'static str,
        target: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Proxy {
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = heads.clone();
        let server = RawServer::start(move |mut stream, _| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
            let target = target(&head);
            noted.lock().unwrap().push(head);
            if !answer.contains(" 200 ") {
                let _ = stream.write_all(answer.as_bytes());
            } else if let Ok(target) = TcpStream::connect(&target) {
                let _ = target.set_nodelay(true);
                let _ = stream.set_nodelay(true);
                let _ = stream.set_read_timeout(None);
                let _ = stream.write_all(answer.as_bytes());
                pass_on(&stream, &target);
            } else {
                let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
            }
        });
        Proxy { server, heads }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Copies bytes both ways until either side ends.
fn pass_on(one: &TcpStream, other: &TcpStream) {
    let copy = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = from.shutdown(std::net::Shutdown::Both);
        let _ = to.shutdown(std::net::Shutdown::Both);
    };
    std::thread::scope(|threads| {
        threads.spawn(|| copy(one, other));
        copy(other, one);
    });
}
