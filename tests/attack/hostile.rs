//! Every kind of server, resolver, proxy and certificate that means harm or is broken, met by one process: what a call
//! says and knows afterwards, when it ends, and that nothing is left of it: no thread, no descriptor, no memory beyond
//! the limit, no one-time call made twice.

use crate::languages::suite::{c_compiler, has_tool, root};
use crate::support;

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::{Config, Delivery, Error, Options, Status};
use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use support::pem::Pem;
use support::raw::{RawServer, closed_port, http_json, read_request};
use support::tls::{Authority, Identity, TLS12, TLS13, accept, params};
use support::*;

/// The deadline of each call.
const DEADLINE: Duration = Duration::from_millis(1_500);

/// How late a call may be: a twentieth of its time, and what a busy machine adds.
const LATE: Duration = Duration::from_millis(75 + 300);

/// The largest answer.
const LIMIT: i64 = 64 * 1024;

/// So many hosts are met at once.
const AT_ONCE: usize = 8;

/// What the process that meets them all may grow by: the limit and what belongs to a call, for as many as there are at
/// once, and what the allocator makes of it. Each of the endless sends many times that.
const GROWTH_KB: u64 = 16 * 1024;

const BODY: &str =
    r#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;

/// When a call has to end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// By its deadline.
    Soon,
    /// At its deadline.
    Deadline,
}

/// One of them.
struct Hostile {
    name: String,
    /// The base URL, or the host that stands behind a hostile proxy.
    base: String,
    proxy: Option<String>,
    end: End,
    /// What a call that may be repeated comes to; `None`: it succeeds.
    expected: Option<(Status, Delivery)>,
    /// Requests that arrived whole.
    requests: Arc<AtomicUsize>,
    _server: Option<RawServer>,
    _listener: Option<(TcpListener, Vec<TcpStream>)>,
}

impl Hostile {
    fn new(name: impl Into<String>, base: impl Into<String>) -> Hostile {
        Hostile {
            name: name.into(),
            base: base.into(),
            proxy: None,
            end: End::Soon,
            expected: None,
            requests: Arc::default(),
            _server: None,
            _listener: None,
        }
    }

    fn with(mut self, server: RawServer) -> Hostile {
        self._server = Some(server);
        self
    }

    fn fails(mut self, status: Status, delivery: Delivery) -> Hostile {
        self.expected = Some((status, delivery));
        self
    }

    fn times_out(mut self, delivery: Delivery) -> Hostile {
        self.end = End::Deadline;
        self.fails(Status::Timeout, delivery)
    }

    /// What a call with one-time input comes to.
    fn one_time(&self) -> Option<(Status, Delivery)> {
        self.expected.map(|(status, delivery)| match delivery {
            Delivery::NotSent => (status, delivery),
            _ => (Status::OutcomeUnknown, delivery),
        })
    }
}

/// A server that reads a request and then does as it likes.
fn server(name: &str, serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Hostile {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let server = RawServer::start(move |mut stream, _| {
        if read_request(&mut BufReader::new(&stream)).is_some() {
            count.fetch_add(1, Ordering::SeqCst);
            serve(&mut stream);
        }
    });
    Hostile {
        requests,
        ..Hostile::new(name, server.url()).with(server)
    }
}

/// A server that answers with these bytes, and closes.
fn saying(name: &str, bytes: impl Into<Vec<u8>>) -> Hostile {
    let bytes = bytes.into();
    server(name, move |stream| {
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read(&mut [0; 64]);
    })
}

/// A server that begins so and then says the same for ever, as fast as it can.
fn endless(name: &str, start: &'static str, more: &str) -> Hostile {
    let block = more.repeat(16 * 1024 / more.len());
    server(name, move |stream| {
        let _ = stream.write_all(start.as_bytes());
        while stream.write_all(block.as_bytes()).is_ok() {}
    })
}

/// The same, byte by byte, 25 a second.
fn dripping(name: &str, start: &'static str, more: &'static str) -> Hostile {
    server(name, move |stream| {
        let _ = stream.write_all(start.as_bytes());
        drip(stream, more.as_bytes());
    })
}

fn drip(stream: &mut impl Write, bytes: &[u8]) {
    for byte in bytes.iter().cycle() {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// Listens until the other side has gone.
fn hold(stream: &mut TcpStream) {
    let _ = std::io::copy(stream, &mut std::io::sink());
}

fn servers() -> Vec<Hostile> {
    use Delivery::{Answered, MaybeSent, NotSent};
    use Status::{Network, Protocol};
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let length = BODY.len();
    let headed = |name: &str, headers: &str| {
        saying(name, format!("{ok}{headers}\r\n{BODY}")).fails(Protocol, Answered)
    };
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 64 * 1024 * 1024]).unwrap();
    let bomb = bomb.finish().unwrap();
    let coded = format!(
        "{ok}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    );
    vec![
        server("never answers", hold).times_out(MaybeSent),
        dripping("drips its head", "HTTP/1.1 200 OK\r\nX: ", "x").times_out(MaybeSent),
        dripping("drips its body", "HTTP/1.1 200 OK\r\n\r\n", "x").times_out(MaybeSent),
        dripping("drips 1xx", "", "HTTP/1.1 100 Continue\r\n\r\n").times_out(MaybeSent),
        dripping(
            "drips chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\nx\r\n",
        )
        .times_out(MaybeSent),
        saying("closes without a byte", "").fails(Network, MaybeSent),
        saying("closes in the head", "HTTP/1.1 200 OK\r\nConte").fails(Network, MaybeSent),
        saying(
            "closes in the body",
            &http_json(200, BODY)[..http_json(200, BODY).len() - 1],
        )
        .fails(Network, MaybeSent),
        server("resets", |stream| {
            rustix::net::sockopt::set_socket_linger(&*stream, Some(Duration::ZERO)).unwrap();
        })
        .fails(Network, MaybeSent),
        saying(
            "sends two answers",
            [http_json(200, BODY), http_json(200, "{}")].concat(),
        ),
        endless("floods with 100", "", "HTTP/1.1 100 Continue\r\n\r\n").fails(Protocol, Answered),
        endless(
            "floods with 103",
            "",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        )
        .fails(Protocol, Answered),
        endless(
            "sends headers without end",
            "HTTP/1.1 200 OK\r\n",
            "X-Header: a value\r\n",
        )
        .fails(Protocol, Answered),
        endless(
            "sends a header without end",
            "HTTP/1.1 200 OK\r\nX: ",
            "xxxxxxxx",
        )
        .fails(Protocol, Answered),
        endless("sends a body without end", "HTTP/1.1 200 OK\r\n\r\n", "x")
            .fails(Protocol, Answered),
        endless("sends chunks without end", chunked, "8\r\nxxxxxxxx\r\n").fails(Protocol, Answered),
        endless("sends a chunk's length without end", chunked, "0").fails(Protocol, Answered),
        endless(
            "sends a chunk's extension without end",
            chunked,
            "1;extension",
        )
        .fails(Protocol, Answered),
        saying("sends a bomb", [coded.as_bytes(), &bomb].concat()).fails(Protocol, Answered),
        headed(
            "has both kinds of length",
            &format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        ),
        headed("has a negative length", "Content-Length: -1\r\n"),
        headed(
            "has a huge length",
            "Content-Length: 18446744073709551615\r\n",
        ),
        headed(
            "has a length beyond numbers",
            "Content-Length: 99999999999999999999999999\r\n",
        ),
        headed(
            "has two lengths",
            &format!(
                "Content-Length: {length}\r\nContent-Length: {}\r\n",
                length - 1
            ),
        ),
        saying("does not speak HTTP", "nonsense\r\n\r\n").fails(Protocol, Answered),
        unconnected("does not accept").times_out(NotSent),
        Hostile::new(
            "does not listen",
            format!("http://127.0.0.1:{}", closed_port()),
        )
        .fails(Network, NotSent),
    ]
}

/// A listener whose queue is full takes no connection and refuses none.
fn unconnected(name: &str) -> Hostile {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let short = Duration::from_millis(50);
    let fill = |_| TcpStream::connect_timeout(&address, short).ok();
    let queue = (0..4).filter_map(fill).collect();
    Hostile {
        _listener: Some((listener, queue)),
        ..Hostile::new(name, format!("http://{address}"))
    }
}

/// A server of TLS, or of what is not TLS.
fn at_tls(name: &str, serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Hostile {
    let server = RawServer::start(move |mut stream, _| serve(&mut stream));
    Hostile::new(name, server.url().replace("http:", "https:")).with(server)
}

fn in_tls(authority: &Authority) -> Vec<Hostile> {
    use Delivery::{MaybeSent, NotSent};
    use Status::Network;
    let leaf = || tls::server(&authority.leaf(), &[&TLS12, &TLS13], None);
    let (good, slow, cut) = (leaf(), leaf(), leaf());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let early = |version| {
        let mut config = tls::server(&authority.leaf(), &[version], None);
        let own = Arc::get_mut(&mut config).unwrap();
        own.send_half_rtt_data = true;
        // In a session that is resumed the client speaks last, and nothing can be early.
        own.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        move |stream: &mut TcpStream| {
            // Written before anything is read, so that it leaves with the end of the handshake.
            let mut session = rustls::ServerConnection::new(config.clone()).unwrap();
            session.writer().write_all(&http_json(200, BODY)).unwrap();
            while session.read_tls(stream).is_ok_and(|amount| amount > 0) {
                if session.process_new_packets().is_err() {
                    return;
                }
                let mut flight = Vec::new();
                while session.wants_write() {
                    session.write_tls(&mut flight).unwrap();
                }
                let _ = stream.write_all(&flight);
            }
        }
    };
    vec![
        at_tls("is silent instead of TLS", hold).times_out(NotSent),
        at_tls("drips instead of TLS", |stream| {
            drip(stream, &[0x16, 3, 3, 0x40, 0])
        })
        .times_out(NotSent),
        at_tls("drips its handshake", move |stream| {
            let mut session = rustls::ServerConnection::new(slow.clone()).unwrap();
            let _ = session.read_tls(stream);
            let _ = session.process_new_packets();
            let mut flight = Vec::new();
            while session.wants_write() {
                session.write_tls(&mut flight).unwrap();
            }
            drip(stream, &flight);
        })
        .times_out(NotSent),
        at_tls("closes instead of TLS", |stream| {
            let _ = stream.shutdown(Shutdown::Both);
        })
        .fails(Network, NotSent),
        at_tls("speaks no TLS", |stream| {
            let _ = stream.write_all(&http_json(200, BODY));
            hold(stream);
        })
        .fails(Network, NotSent),
        at_tls("shakes hands without end", |stream| {
            // A handshake message of 16 MiB, in records of 16 KiB.
            let mut record = vec![0x16, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff];
            record.resize(5 + 0x4000, 0);
            while stream.write_all(&record).is_ok() {}
        })
        .fails(Network, NotSent),
        at_tls("answers before it is asked, TLS 1.3", early(&TLS13)).fails(Network, NotSent),
        at_tls("answers before it is asked, TLS 1.2", early(&TLS12)).fails(Network, NotSent),
        Hostile {
            requests,
            ..at_tls("never answers over TLS", move |stream| {
                let mut stream = accept(&good, stream.try_clone().unwrap());
                if read_request(&mut BufReader::new(&mut stream)).is_some() {
                    count.fetch_add(1, Ordering::SeqCst);
                    hold(&mut stream.sock);
                }
            })
            .times_out(MaybeSent)
        },
        at_tls("closes TLS without saying so", move |stream| {
            let mut stream = accept(&cut, stream.try_clone().unwrap());
            if read_request(&mut BufReader::new(&mut stream)).is_some() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{}");
                let _ = stream.flush();
            }
        })
        .fails(Network, MaybeSent),
    ]
}

/// Servers with nothing wrong but their certificate.
fn with_certificates(authority: &Authority) -> Vec<Hostile> {
    let here: &[&str] = &["127.0.0.1"];
    let changed = |change: fn(&mut CertificateParams)| {
        let mut params = params(here);
        change(&mut params);
        params
    };
    let stranger = Authority::new("stranger");
    let kinds: Vec<(&str, Identity)> = vec![
        ("of a stranger", stranger.leaf()),
        ("signed by itself", Identity::self_signed(&params(here))),
        ("for another host", authority.sign(&params(&["a.example"]))),
        ("for no host", authority.sign(&params(&[]))),
        (
            "that has expired",
            authority.sign(&changed(|p| p.not_after = date_time_ymd(2020, 2, 3))),
        ),
        (
            "of the future",
            authority.sign(&changed(|p| {
                p.not_before = date_time_ymd(2999, 2, 3);
                p.not_after = date_time_ymd(3000, 2, 3);
            })),
        ),
        (
            "of a CA",
            authority.sign(&changed(|p| {
                p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            })),
        ),
        (
            "for clients",
            authority.sign(&changed(|p| {
                p.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
            })),
        ),
    ];
    let mut all: Vec<Hostile> = kinds
        .into_iter()
        .map(|(what, identity)| {
            let config = tls::server(&identity, &[&TLS12, &TLS13], None);
            shaking_hands(&format!("has a certificate {what}"), config)
        })
        .collect();
    let demanding = tls::server(&authority.leaf(), &[&TLS12, &TLS13], Some(authority));
    all.push(shaking_hands("wants a certificate", demanding));
    all.into_iter()
        .map(|host| host.fails(Status::Network, Delivery::NotSent))
        .collect()
}

fn shaking_hands(name: &str, config: Arc<rustls::ServerConfig>) -> Hostile {
    at_tls(name, move |stream| {
        let mut stream = accept(&config, stream.try_clone().unwrap());
        if read_request(&mut BufReader::new(&mut stream)).is_some() {
            let _ = stream.write_all(&http_json(200, BODY));
        }
        let _ = stream.flush();
        tls::end(stream);
    })
}

fn proxies() -> Vec<Hostile> {
    use Delivery::NotSent;
    use Status::Network;
    let behind = |host: Hostile| Hostile {
        proxy: Some(host.base.clone()),
        base: "https://platform.invalid".to_owned(),
        // What they are asked is CONNECT, and no call.
        requests: Arc::default(),
        ..host
    };
    vec![
        behind(server("is a silent proxy", hold)).times_out(NotSent),
        behind(dripping("is a proxy that drips", "HTTP/1.1 200 OK", "x")).times_out(NotSent),
        behind(saying("is a proxy that closes", "")).fails(Network, NotSent),
        behind(saying(
            "is a proxy that closes in its head",
            "HTTP/1.1 200 OK\r\n",
        ))
        .fails(Network, NotSent),
        behind(saying(
            "is a proxy that wants credentials",
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        ))
        .fails(Network, NotSent),
        behind(saying(
            "is a proxy with a body",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ))
        .fails(Network, NotSent),
        behind(endless(
            "is a proxy without end",
            "HTTP/1.1 200 OK\r\n",
            "X-Header: a value\r\n",
        ))
        .fails(Network, NotSent),
    ]
}

fn resolved() -> Vec<Hostile> {
    use Delivery::NotSent;
    let host = |name: &str, host: &str| {
        let port = closed_port();
        Hostile::new(name, format!("http://{host}:{port}"))
    };
    let alive = saying(
        "has fifty addresses, one of them alive",
        http_json(200, BODY),
    );
    vec![
        // Two of them, for one look-up.
        host("is looked up for ever", "hung.test").times_out(NotSent),
        host("is looked up for ever as well", "hung.test").times_out(NotSent),
        host("has no address", "empty.test").fails(Status::Network, NotSent),
        host("cannot be looked up", "failing.test").fails(Status::Network, NotSent),
        host("has fifty addresses, all dead", "fifty.test").fails(Status::Network, NotSent),
        Hostile {
            base: alive.base.replace("127.0.0.1", "fifty.test"),
            ..alive
        },
    ]
}

/// The kinds of calls that are made to each.
const CALLS: [&str; 3] = ["repeatable", "one-time", "cancelled"];

/// When the cancelled call is cancelled, about: at the third question.
const CANCELLED: Duration = Duration::from_millis(200);

#[test]
fn whatever_is_done_to_a_call_it_ends_in_time_says_what_is_known_and_leaves_nothing() {
    if !has_tool(&c_compiler(), "--version", "the resolver for tests") {
        return;
    }
    let authority = Authority::new("own");
    let hosts: Vec<Hostile> = [
        resolved(),
        servers(),
        in_tls(&authority),
        with_certificates(&authority),
        proxies(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let row = |host: &Hostile| {
        let proxy = host.proxy.as_deref().unwrap_or_default();
        format!("{}\t{}\t{proxy}", host.name, host.base)
    };
    let rows: Vec<String> = hosts.iter().map(row).collect();
    let (ca, resolver) = (Pem::new(&authority.pem()), resolver());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attack::hostile::client", "--nocapture"])
        .env("LIBAUTH_TEST_HOSTS", rows.join("\n"))
        .env("LIBAUTH_TEST_CA", ca.path())
        .env("LD_PRELOAD", &resolver)
        .output()
        .unwrap();
    let _ = std::fs::remove_file(&resolver);
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    let lines: Vec<Vec<&str>> = said
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let mut wrong = Vec::new();
    for host in &hosts {
        for kind in CALLS {
            let line = lines
                .iter()
                .find(|line| line[0] == "RESULT" && line[1] == host.name && line[2] == kind);
            let line = line.unwrap_or_else(|| panic!("{} {kind} is missing:\n{said}", host.name));
            wrong.extend(host.check(kind, line).map(|why| format!("{line:?}: {why}")));
        }
        let arrived = host.requests.load(Ordering::SeqCst);
        if arrived > CALLS.len() {
            wrong.push(format!(
                "{}: {arrived} requests for {} calls",
                host.name,
                CALLS.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let left = lines.iter().find(|line| line[0] == "LEFT").unwrap();
    assert_eq!(left[1..3], ["0", "0"], "threads and descriptors:\n{said}");
    let growth: u64 = left[3].parse().unwrap();
    println!("{} hosts, {growth} KiB more at the most", hosts.len());
    assert!(growth < GROWTH_KB, "{growth} KiB");
    let look_ups = complained.matches("LOOKING UP hung.test").count();
    assert_eq!(look_ups, 1, "six calls of six handles share it");
}

impl Hostile {
    /// What is wrong with what a call came to, if anything is.
    fn check(&self, kind: &str, line: &[&str]) -> Option<String> {
        let took = Duration::from_millis(line[3].parse().unwrap());
        let seen = (line[4], line[5]);
        let is = |expected: Option<(Status, Delivery)>| match expected {
            Some((status, delivery)) => seen == (status.name(), &*format!("{delivery:?}")),
            // Whether the answer suits the call is not what is looked at here.
            None => line[4] == "OK" || line[5] == "Answered",
        };
        let was_cancelled = is(Some((Status::Cancelled, Delivery::NotSent)))
            || (is(Some((Status::OutcomeUnknown, Delivery::MaybeSent)))
                && line[6].contains("cancelled"));
        let (is_right, least, most) = match (kind, self.end) {
            ("repeatable", End::Deadline) => (is(self.expected), DEADLINE, DEADLINE),
            ("repeatable", End::Soon) => (is(self.expected), Duration::ZERO, DEADLINE),
            ("one-time", End::Deadline) => (is(self.one_time()), DEADLINE, DEADLINE),
            ("one-time", End::Soon) => (is(self.one_time()), Duration::ZERO, DEADLINE),
            (_, End::Deadline) => (
                was_cancelled && is(self.one_time().map(cancelled)),
                CANCELLED,
                CANCELLED,
            ),
            // It may have ended before that, or in the pause before it is tried again.
            (_, End::Soon) => (
                was_cancelled || is(self.one_time()),
                Duration::ZERO,
                DEADLINE,
            ),
        };
        if !is_right {
            return Some(format!("not {:?}, {:?}", self.expected, self.one_time()));
        }
        let is_in_time = took >= least && took <= most + LATE;
        (!is_in_time).then(|| format!("not from {least:?} to {most:?}"))
    }
}

/// What is known of a call that would have timed out and was cancelled before.
fn cancelled((status, delivery): (Status, Delivery)) -> (Status, Delivery) {
    match delivery {
        Delivery::NotSent => (Status::Cancelled, delivery),
        _ => (status, delivery),
    }
}

/// The process that meets them all. Many tests share theirs, so what is left is looked for in one of its own.
#[test]
fn client() {
    let Ok(hosts) = std::env::var("LIBAUTH_TEST_HOSTS") else {
        return;
    };
    let rows: Vec<Vec<&str>> = hosts.lines().map(|row| row.split('\t').collect()).collect();
    let ca = std::fs::read(std::env::var_os("LIBAUTH_TEST_CA").unwrap()).unwrap();
    let meet = |row: &[&str], kind: &str| {
        let mut config = config(row[1]);
        config.allow_http = true;
        config.timeout_ms = i64::try_from(DEADLINE.as_millis()).unwrap();
        config.max_response_bytes = LIMIT;
        config.ca_pem = Some(ca.clone());
        config.proxy = Some(row[2].to_owned()).filter(|proxy| !proxy.is_empty());
        let (outcome, took) = call(config, kind);
        let outcome = match outcome {
            Ok(()) => "OK\t-\t-".to_owned(),
            Err(error) => format!(
                "{}\t{:?}\t{}",
                error.status().name(),
                error.delivery(),
                error.message()
            ),
        };
        println!(
            "RESULT\t{}\t{kind}\t{}\t{outcome}",
            row[0],
            took.as_millis()
        );
    };
    // What a process makes once is made before the count.
    meet(&["nobody", "http://127.0.0.1:1", ""], "repeatable");
    let (before, resident) = (held(), memory_kb("VmRSS:"));
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(row) = rows.get(number / CALLS.len()) else {
                        return;
                    };
                    meet(row, CALLS[number % CALLS.len()]);
                }
            });
        }
    });
    // A look-up that hangs for longer than its call ends when the system lets it.
    let end = Instant::now() + Duration::from_secs(20);
    while held() != before && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    let left =
        |now: usize, before: usize| i64::try_from(now).unwrap() - i64::try_from(before).unwrap();
    println!(
        "LEFT\t{}\t{}\t{}",
        left(held().0, before.0),
        left(held().1, before.1),
        memory_kb("VmHWM:").saturating_sub(resident)
    );
}

fn call(mut config: Config, kind: &str) -> (Result<(), Error>, Duration) {
    if kind == "repeatable" {
        config.max_tries = 1;
        let seller = seller(&config);
        let started = Instant::now();
        let outcome = seller.token(&Options::default()).map(drop);
        return (outcome, started.elapsed());
    }
    let mut options = Options::default();
    if kind == "cancelled" {
        let asked = AtomicUsize::new(0);
        options.cancel = Some(Arc::new(move || asked.fetch_add(1, Ordering::SeqCst) >= 2));
    }
    let daxpay = daxpay(&config);
    let started = Instant::now();
    let outcome = daxpay.auth(&auth_request("code"), &options).map(drop);
    (outcome, started.elapsed())
}

/// Threads and descriptors of this process.
fn held() -> (usize, usize) {
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

/// A number of /proc/self/status, in KiB.
fn memory_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

/// The resolver in C, compiled.
fn resolver() -> PathBuf {
    let library = std::env::temp_dir().join(format!("libauth-resolver-{}.so", std::process::id()));
    let status = Command::new(c_compiler())
        .args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&library)
        .arg(root().join("tests/attack/resolver.c"))
        .arg("-ldl")
        .status()
        .expect("the compiler runs");
    assert!(status.success());
    library
}
