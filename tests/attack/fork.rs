//! A fork at any moment: no child waits for a lock that a thread of its parent held, and no answer goes to
//! another process.
//!
//! The forks happen in a program of their own: this test program again, as [`program`].
#![cfg(unix)]
#![allow(unsafe_code)]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::inbound::Inbound;
use auth::log::{Level, Log};
use auth::providers::creditpay::CreditPay;
use auth::providers::seller::Seller;
use auth::signing::creditpay as signing;
use auth::{Config, Options, Status};

use crate::support::pem::Pem;
use crate::support::proxy::Proxy;
use crate::support::sandbox::Sandbox;
use crate::support::*;

/// Tells the program which case to run; without it, it does nothing.
const CASE: &str = "LIBAUTH_FORK_CASE";

/// How many forks: 10⁴ in CI, fewer at a desk, and as many as this variable says.
const FORKS: &str = "LIBAUTH_FORKS";

/// A child that needs longer is late: nothing that it does takes even a second.
const LATE_S: u32 = 30;

fn forks() -> usize {
    let wanted = std::env::var(FORKS).ok();
    let usual = if std::env::var_os("CI").is_some() {
        10_000
    } else {
        1_000
    };
    wanted.map_or(usual, |wanted| wanted.parse().expect("a number of forks"))
}

#[test]
fn no_child_is_late_whatever_other_threads_are_doing() {
    run("storm");
}

#[test]
fn no_child_is_late_in_the_very_first_calls_of_a_process() {
    run("first");
}

#[test]
fn a_pre_forking_server_gets_no_answer_of_anothers() {
    run("server");
}

#[test]
fn a_pre_forking_server_gets_no_answer_of_anothers_through_a_proxy() {
    let proxy = Proxy::open();
    run_through("server", &proxy.url());
}

fn run(case: &str) {
    run_through(case, "");
}

/// No proxy where its URL is empty.
fn run_through(case: &str, proxy: &str) {
    let plain = Sandbox::start();
    let tls = Sandbox::start_tls();
    let ca = Pem::new(tls.ca_pem());
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["attack::fork::program", "--exact", "--nocapture"])
        .env(CASE, case)
        .env("PLAIN", plain.scoped("fork").base("seller"))
        .env("PLAIN_CREDITPAY", plain.scoped("fork").base("creditpay"))
        .env("TLS", tls.scoped("fork").base("creditpay"))
        .env("CA", ca.path())
        .env("PROXY", proxy)
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "it ran nothing:\n{said}");
}

/// The program that the tests above start. On its own it has nothing to do.
#[test]
fn program() {
    match std::env::var(CASE).as_deref() {
        Ok("storm") => storm(),
        Ok("first") => first(),
        Ok("server") => server(),
        Err(_) => {}
        Ok(other) => panic!("{CASE} names no case: {other}"),
    }
}

/// Counts lines; a lock of its own would be met by children.
struct Count(AtomicUsize);

impl Log for Count {
    fn log(&self, _: Level, line: &str) {
        self.0.fetch_add(line.len(), Ordering::Relaxed);
    }
}

fn setting(name: &str) -> String {
    std::env::var(name).expect("the test gives it")
}

fn config_of(name: &str) -> Config {
    let mut config = Config::new(setting(name));
    config.timeout_ms = 20_000;
    config.connect_timeout_ms = 20_000;
    config.ca_file = Some(setting("CA"));
    config.proxy = Some(setting("PROXY")).filter(|proxy| !proxy.is_empty());
    config.log = Some(Arc::new(Count(AtomicUsize::new(0))));
    config.log_level = Level::Trace;
    config
}

fn webhook(id: &str) -> Inbound {
    let body = format!(r#"{{"type":"PAY_SUCCESS","event_id":"{id}"}}"#).into_bytes();
    let mut message = Inbound {
        method: "POST".to_owned(),
        path: "/hook".to_owned(),
        body,
        ..Inbound::default()
    };
    let key = CREDENTIALS.creditpay_signature_key;
    let sign = signing::sign(key, &message.path, &message.body);
    message.headers.add("signature", sign);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    message
        .headers
        .add("timestamp", now.unwrap().as_millis().to_string());
    message
}

/// How many kinds of work there are.
const KINDS: usize = 5;

/// The handles that parent and children use at once.
struct Handles {
    verifying: CreditPay,
    seller: Seller,
    /// Every call is a new connection, and a TLS handshake.
    tls: CreditPay,
}

impl Handles {
    fn new() -> Handles {
        let mut tls = config_of("TLS");
        tls.idle_timeout_ms = 0;
        Handles {
            verifying: creditpay(&config_of("PLAIN_CREDITPAY")),
            seller: seller(&config_of("PLAIN")),
            tls: creditpay(&tls),
        }
    }

    fn work(&self, kind: usize, id: &str) -> bool {
        match kind {
            0 => self.verify(id),
            1 => self.token(),
            2 => self.handshake(id),
            3 => make_and_use(id),
            _ => self.echo(id),
        }
    }

    fn verify(&self, id: &str) -> bool {
        let event = self.verifying.verify(&webhook(id));
        let done = event
            .map_err(auth::Error::from)
            .and_then(|event| event.done());
        done.is_ok_and(|()| {
            let again = self.verifying.verify(&webhook(id));
            again.is_err_and(|rejected| rejected.error().status() == Status::Replayed)
        })
    }

    fn token(&self) -> bool {
        let token = self.seller.token(&Options::default());
        token.is_ok_and(|token| {
            self.seller.invalidate(token.header_value());
            self.seller.token(&Options::default()).is_ok()
        })
    }

    fn handshake(&self, id: &str) -> bool {
        let answer = self.tls.call(&echo(id), &Options::default());
        answer.is_ok_and(|answer| String::from_utf8_lossy(answer.body()).contains(id))
    }

    fn echo(&self, id: &str) -> bool {
        let answer = self.seller.call(&echo(id), &Options::default());
        answer.is_ok_and(|answer| String::from_utf8_lossy(answer.body()).contains(id))
    }
}

fn echo(id: &str) -> Call {
    let mut call = Call::new("POST", "/echo");
    call.body = format!(r#"{{"who":"{id}"}}"#).into_bytes();
    call
}

/// What a new handle brings: keys read, certificates read, a first token.
fn make_and_use(id: &str) -> bool {
    let handles = Handles::new();
    let redemption = redemption(&config_of("PLAIN"));
    drop(redemption);
    handles.verify(id)
}

/// Forks, and runs `child` there, which has [`LATE_S`] seconds.
fn fork(child: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: what the child does is what is under test; it ends with _exit and never returns here.
    unsafe {
        let pid = libc::fork();
        if pid == 0 {
            libc::alarm(LATE_S);
            let well = child();
            libc::_exit(i32::from(!well));
        }
        assert!(pid > 0, "no more processes");
        pid
    }
}

/// How the children ended: well, badly, and late.
#[derive(Default, Debug)]
struct Ends {
    well: usize,
    badly: usize,
    late: usize,
}

impl Ends {
    fn wait_for(&mut self, pid: libc::pid_t) {
        let mut status = 0;
        // SAFETY: a child of this process, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        if libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGALRM {
            self.late += 1;
        } else if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0 {
            self.well += 1;
        } else {
            self.badly += 1;
        }
    }
}

/// Forks while other threads verify, fetch tokens, shake hands, log, and make handles.
fn storm() {
    let handles = Handles::new();
    let (stop, done) = (
        AtomicBool::new(false),
        [const { AtomicUsize::new(0) }; KINDS],
    );
    let started = Instant::now();
    let mut ends = Ends::default();
    std::thread::scope(|scope| {
        for (kind, done) in done.iter().enumerate() {
            let (handles, stop) = (&handles, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let round = done.load(Ordering::Relaxed);
                    assert!(handles.work(kind, &format!("thread-{kind}-{round}-")));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut running = std::collections::VecDeque::new();
        for number in 0..forks() {
            let id = format!("child-{number}-");
            running.push_back(fork(|| handles.work(number % KINDS, &id)));
            if running.len() > 4 {
                ends.wait_for(running.pop_front().expect("there are five"));
            }
        }
        running.into_iter().for_each(|pid| ends.wait_for(pid));
        stop.store(true, Ordering::Relaxed);
    });
    let beside: Vec<_> = done
        .iter()
        .map(|done| done.load(Ordering::Relaxed))
        .collect();
    println!(
        "{} forks in {:?}: {ends:?}; verified, tokens, handshakes, handles, calls beside: {beside:?}",
        forks(),
        started.elapsed()
    );
    assert!(beside.iter().all(|done| *done > 0), "a thread did nothing");
    assert_eq!((ends.badly, ends.late), (0, 0));
}

/// Forks in the middle of the very first call of a process: each time in a process that has used nothing before.
fn first() {
    let mut ends = Ends::default();
    let forks = forks() / 5;
    for number in 0..forks {
        let pid = fork(|| {
            let first = std::thread::spawn(move || first_call(number));
            let until = Instant::now() + Duration::from_micros(number as u64 * 7 % 400);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            let mut ends = Ends::default();
            ends.wait_for(fork(|| first_call(number)));
            first.join().is_ok_and(|well| well) && ends.well == 1
        });
        ends.wait_for(pid);
    }
    println!("{forks} forks in first calls: {ends:?}");
    assert_eq!((ends.badly, ends.late), (0, 0));
}

/// Through the C ABI, as its guard has a first time too.
fn first_call(number: usize) -> bool {
    // SAFETY: the handles are made, used and freed here.
    unsafe {
        let base = std::ffi::CString::new(setting("PLAIN_CREDITPAY")).expect("no NUL");
        let config = auth::ffi::config::libauth_config_new(base.as_ptr());
        auth::ffi::config::libauth_config_free(config);
    }
    let handle = creditpay(&config_of("PLAIN_CREDITPAY"));
    match number % 2 {
        0 => handle
            .verify(&webhook("first"))
            .is_ok_and(|event| event.done().is_ok()),
        _ => creditpay(&config_of("TLS"))
            .call(&echo("first"), &Options::default())
            .is_ok(),
    }
}

/// The calls that this process's statistics know of: a child begins at zero.
fn counted(handles: &Handles) -> usize {
    let of = |stats: auth::json::Json| {
        let count = stats
            .find("calls.call.OK.count")
            .map(auth::json::Json::to_text);
        count.map_or(0, |count| count.parse().expect("a number"))
    };
    of(handles.seller.stats()) + of(handles.tls.stats())
}

/// A handle with open connections and a token is used by its maker and by eight forked workers at once.
fn server() {
    const WORKERS: usize = 8;
    const CALLS: usize = 10_000;
    let mut kept_alive = config_of("TLS");
    kept_alive.idle_timeout_ms = 30_000;
    let handles = Handles {
        tls: creditpay(&kept_alive),
        ..Handles::new()
    };
    let work = |who: &str, calls: usize| {
        (0..calls).all(|number| {
            let id = format!("{who}-{number}-");
            if number % 2 == 0 {
                handles.echo(&id)
            } else {
                handles.handshake(&id)
            }
        })
    };
    assert!(work("before", 10));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            fork(|| {
                // It makes a thousand calls, not one.
                // SAFETY: puts off the alarm of this child.
                unsafe { libc::alarm(10 * LATE_S) };
                let well = work(&format!("worker-{worker}"), CALLS / WORKERS);
                well && counted(&handles) == CALLS / WORKERS
            })
        })
        .collect();
    let parent = work("parent", CALLS / WORKERS);
    let mut ends = Ends::default();
    workers.into_iter().for_each(|pid| ends.wait_for(pid));
    println!("{CALLS} calls of {WORKERS} workers: {ends:?}");
    assert!(parent, "an answer was lost or another's");
    assert_eq!(counted(&handles), 10 + CALLS / WORKERS);
    assert_eq!(ends.well, WORKERS);
}
