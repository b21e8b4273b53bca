//! Signals that rain on a thread while it calls: they neither end nor prolong the call, and the caller's callback is
//! asked at each that interrupts a wait.
#![allow(unsafe_code)]

use crate::support;

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::{Config, Delivery, Options, Status};
use support::raw::{RawServer, http_json, read_request};
use support::sandbox::Sandbox;
use support::*;

const BODY: &str =
    r#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;

/// The deadline of a call that does not end by itself.
const DEADLINE: Duration = Duration::from_millis(1_000);

/// How late a call may be: a twentieth of its time, and what a busy machine adds.
const LATE: Duration = Duration::from_millis(50 + 250);

/// What a slow server waits before each of its steps.
const SLOW: Duration = Duration::from_millis(300);

/// Between two signals.
const BETWEEN: Duration = Duration::from_millis(2);

/// So many signals at least make a rain, whatever else the machine does.
const RAIN: usize = 20;

static CAUGHT: AtomicUsize = AtomicUsize::new(0);

extern "C" fn caught(_: libc::c_int) {
    CAUGHT.fetch_add(1, Ordering::SeqCst);
}

/// Sends this thread a signal every few milliseconds until it is dropped.
struct Rain {
    stop: Arc<AtomicBool>,
    sender: Option<JoinHandle<()>>,
    sent: Arc<AtomicUsize>,
}

impl Rain {
    fn begin() -> Rain {
        // SAFETY: the handler does one atomic addition, and system calls are not restarted after it. The thread that
        // the signals go to outlives the one that sends them, which is joined on drop.
        let thread = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = caught as extern "C" fn(libc::c_int) as usize;
            assert_eq!(
                libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()),
                0
            );
            libc::pthread_self()
        };
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(AtomicUsize::new(0));
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&sent));
        let send = move || {
            while !stopped.load(Ordering::SeqCst) {
                // SAFETY: see above.
                unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
                count.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(BETWEEN);
            }
        };
        Rain {
            stop,
            sender: Some(std::thread::spawn(send)),
            sent,
        }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Rain {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(sender) = self.sender.take() {
            let _ = sender.join();
        }
    }
}

fn slow_answer(mut stream: impl Read + Write) {
    while read_request(&mut BufReader::new(&mut stream)).is_some() {
        for part in http_json(200, BODY).chunks(40) {
            std::thread::sleep(SLOW / 3);
            if stream
                .write_all(part)
                .and_then(|()| stream.flush())
                .is_err()
            {
                return;
            }
        }
    }
}

#[test]
fn a_slow_answer_comes_through() {
    let authority = tls::Authority::new("own");
    let in_tls = tls::server(&authority.leaf(), &[&tls::TLS12, &tls::TLS13], None);
    let plain = RawServer::start(|stream, _| slow_answer(stream));
    let secure = RawServer::start(move |stream, _| {
        // The handshake is slow as well.
        std::thread::sleep(SLOW);
        slow_answer(tls::accept(&in_tls, stream));
    });
    for base in [plain.url(), secure.url().replace("http:", "https:")] {
        let mut config = config(&base);
        config.ca_pem = Some(authority.pem().into_bytes());
        config.max_tries = 1;
        let seller = seller(&config);
        let (rain, before) = (Rain::begin(), CAUGHT.load(Ordering::SeqCst));
        let started = Instant::now();
        seller
            .token(&Options::default())
            .unwrap_or_else(|error| panic!("{base}: {error}"));
        assert!(started.elapsed() >= SLOW, "it was waited for");
        assert!(CAUGHT.load(Ordering::SeqCst) - before > RAIN);
        drop(rain);
    }
    assert_eq!((plain.accepted(), secure.accepted()), (1, 1));
}

#[test]
fn a_call_without_an_answer_ends_at_its_deadline_wherever_it_waits() {
    let silent = RawServer::start(|mut stream, _| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let dripping = RawServer::start(|mut stream, _| {
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    // A listener whose queue is full takes no connection and refuses none.
    let full = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&full, 0).unwrap();
    let address = full.local_addr().unwrap();
    let fill = |_| TcpStream::connect_timeout(&address, Duration::from_millis(50)).ok();
    let _queue: Vec<_> = (0..4).filter_map(fill).collect();
    let in_tls = silent.url().replace("http:", "https:");
    let elsewhere = "https://platform.invalid".to_owned();
    for (base, proxy, delivery) in [
        (silent.url(), None, Delivery::MaybeSent),
        (in_tls, None, Delivery::NotSent),
        (format!("http://{address}"), None, Delivery::NotSent),
        (elsewhere, Some(dripping.url()), Delivery::NotSent),
    ] {
        let mut config = config(&base);
        config.proxy = proxy;
        ends_at_its_deadline(&config, delivery);
    }
}

fn ends_at_its_deadline(config: &Config, delivery: Delivery) {
    let mut config = config.clone();
    config.timeout_ms = i64::try_from(DEADLINE.as_millis()).unwrap();
    config.max_tries = 1;
    let seller = seller(&config);
    let rain = Rain::begin();
    let started = Instant::now();
    let outcome = seller.token(&Options::default());
    let took = started.elapsed();
    assert!(rain.sent() > RAIN);
    fails(outcome, Status::Timeout, delivery);
    assert!(took >= DEADLINE, "too soon: {took:?}");
    assert!(took < DEADLINE + LATE, "too late: {took:?}");
}

#[test]
fn a_large_request_arrives_whole_however_slowly_it_is_read() {
    // More than the system keeps for both sides.
    const LENGTH: usize = 8 * 1024 * 1024;
    let server = RawServer::start(|mut stream, _| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        std::thread::sleep(SLOW);
        let (_, body) = read_request(&mut reader).unwrap();
        let body = body.len();
        let answer = format!(r#"{{"code":200,"message":"success","data":{{"length":{body}}}}}"#);
        stream.write_all(&http_json(200, &answer)).unwrap();
    });
    let mut config = config(server.url());
    config.timeout_ms = 30_000;
    let seller = seller(&config);
    with_a_token(&seller);
    let mut call = Call::new("POST", "/large");
    call.body = vec![b'x'; LENGTH];
    let rain = Rain::begin();
    let answer = seller.call(&call, &Options::default()).unwrap();
    assert!(rain.sent() > RAIN);
    let length = answer.data().unwrap().get("length").unwrap().as_i64();
    assert_eq!(length, Some(LENGTH as i64));
}

#[test]
fn the_callers_callback_is_asked_at_each_signal_that_interrupts_a_wait() {
    let silent = RawServer::start(|mut stream, _| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let sandbox = Sandbox::start();
    let busy = sandbox.scoped("busy");
    for (base, status, delivery) in [
        // Waiting for an answer.
        (silent.url(), Status::Cancelled, Delivery::MaybeSent),
        // Pausing before the next try.
        (
            busy.faulty("seller", "status=503,retry_after=20"),
            Status::Cancelled,
            Delivery::Answered,
        ),
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let started = Instant::now();
        let options = Options {
            timeout_ms: Some(60_000),
            cancel: Some(Arc::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
                started.elapsed() > DEADLINE
            })),
            ..Options::default()
        };
        let seller = seller(&config(&base));
        let rain = Rain::begin();
        let outcome = seller.token(&options);
        let took = started.elapsed();
        drop(rain);
        fails(outcome, status, delivery);
        assert!(took < DEADLINE + LATE, "{took:?}");
        // Without signals it would be asked ten times.
        let asked = asked.load(Ordering::SeqCst);
        assert!(asked > 10 + RAIN, "{base}: asked {asked} times");
    }
    assert_eq!(busy.count("seller").requests, 1);
}
