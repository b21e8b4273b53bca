//! How fast libauth is beside a peer, measured in turn in one run: machines are noisy, ratios less so.
//! `cargo bench` prints for each pair the median of each, of wall time and of this process's processor time,
//! and the ratios. Nothing is asserted. A word as argument picks the lines that contain it.

#![allow(unsafe_code)]

mod server;

use std::collections::HashSet;
use std::ffi::{CString, c_void};
use std::time::{Duration, Instant};

use curl::easy::{Easy, List};

// The functions that ours.c calls are in it.
use auth::replay::MemoryGuard;
use libauth_benches::c;

const ROUNDS: usize = 21;
/// How long one turn takes, about.
const TURN: Duration = Duration::from_millis(40);

/// The sign key of daxpay, here and in peers.c.
const SIGN_KEY: &str = "123456";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, kind] = &arguments[..] {
        if role == "serve" {
            return server::serve(kind);
        }
    }
    let wanted = arguments.into_iter().find(|word| !word.starts_with('-'));
    let is_wanted = |group: &str| wanted.as_deref().is_none_or(|word| group.contains(word));
    if is_wanted("threads") {
        // Before this process is bound to one processor.
        println!("not pinned, {} processors:", processors());
        threads();
        cached_token_in_two_threads();
        println!();
    }
    match c::bench_pin() {
        -1 => println!("NOT pinned: the system refused"),
        cpu => println!("pinned to processor {cpu}, client and server alike:"),
    }
    println!(
        "{:<54}{:>11}{:>11}{:>7}   cpu:{:>10}{:>11}{:>7}",
        "", "libauth", "peer", "ratio", "libauth", "peer", "ratio"
    );
    if is_wanted("http") {
        kept_alive(
            "kept alive, HTTP: POST 600 bytes / libcurl",
            "http",
            "/kept",
        );
    }
    if is_wanted("tls") {
        kept_alive("kept alive, TLS: POST 600 bytes / libcurl", "tls", "/kept");
        kept_alive(
            "new TLS connection, resumed: POST / libcurl",
            "tls",
            "/closed",
        );
        kept_alive(
            "new TLS connection, in full: POST / libcurl",
            "full",
            "/closed",
        );
    }
    if is_wanted("token") {
        cached_token();
    }
    if is_wanted("creditpay") {
        creditpay();
    }
    if is_wanted("daxpay") {
        daxpay();
    }
    if is_wanted("replay") {
        replay();
    }
    if is_wanted("redemption") {
        redemption();
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn text(of: &str) -> CString {
    CString::new(of).expect("no NUL in it")
}

/// Nanoseconds an operation takes.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
}

/// Prints the medians of two operations that took turns. Each does as many as it is told.
fn compare(what: &str, mut ours: impl FnMut(u64), mut peers: impl FnMut(u64)) {
    let (our_count, peer_count) = (fitting(&mut ours), fitting(&mut peers));
    let mut costs = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        costs.0.push(cost(&mut ours, our_count));
        costs.1.push(cost(&mut peers, peer_count));
    }
    let wall = (
        median(&costs.0, |cost| cost.wall),
        median(&costs.1, |cost| cost.wall),
    );
    let cpu = (
        median(&costs.0, |cost| cost.cpu),
        median(&costs.1, |cost| cost.cpu),
    );
    println!(
        "{what:<54}{:>8.2} µs{:>8.2} µs{:>7.2}{:>15.2} µs{:>8.2} µs{:>7.2}",
        wall.0 / 1e3,
        wall.1 / 1e3,
        wall.0 / wall.1,
        cpu.0 / 1e3,
        cpu.1 / 1e3,
        cpu.0 / cpu.1
    );
}

/// How many operations fill a turn. Warms up, too.
fn fitting(operation: &mut impl FnMut(u64)) -> u64 {
    let mut count = 1;
    loop {
        let taken = cost(operation, count).wall * count as f64;
        if taken * 4.0 > TURN.as_nanos() as f64 {
            return ((TURN.as_nanos() as f64 / taken * count as f64) as u64).max(1);
        }
        count *= 2;
    }
}

fn cost(operation: &mut impl FnMut(u64), count: u64) -> Cost {
    let (wall, cpu) = (Instant::now(), c::bench_cpu_ns());
    operation(count);
    let (wall, cpu) = (wall.elapsed().as_nanos(), c::bench_cpu_ns() - cpu);
    Cost {
        wall: wall as f64 / count as f64,
        cpu: cpu as f64 / count as f64,
    }
}

fn median(costs: &[Cost], part: impl Fn(&Cost) -> f64) -> f64 {
    let mut parts: Vec<f64> = costs.iter().map(part).collect();
    parts.sort_by(f64::total_cmp);
    parts[parts.len() / 2]
}

/// A seller of libauth. It may be used by any number of threads.
struct Seller(*mut c_void);
// SAFETY: libauth.h says that any number of threads may use a handle at once.
unsafe impl Sync for Seller {}

impl Seller {
    fn new(server: &server::Server) -> Seller {
        let base = text(&server.base);
        let ca_file = server
            .ca_file
            .as_ref()
            .map(|path| text(path.to_str().expect("a plain path")));
        let ca_file = ca_file
            .as_ref()
            .map_or(std::ptr::null(), |path| path.as_ptr());
        // SAFETY: both are NUL-terminated or NULL.
        Seller(unsafe { c::ours_seller(base.as_ptr(), ca_file) })
    }

    fn post(&self, path: &str, count: u64) {
        let (path, body) = (text(path), body());
        // SAFETY: the handle is alive, the texts are too.
        unsafe { c::ours_post(self.0, path.as_ptr(), body.as_ptr(), body.len(), count) }
    }

    fn token(&self, count: u64) {
        // SAFETY: the handle is alive.
        unsafe { c::ours_token(self.0, count) }
    }
}

impl Drop for Seller {
    fn drop(&mut self) {
        // SAFETY: it is freed once.
        unsafe { c::ours_seller_free(self.0) }
    }
}

/// 600 bytes of JSON.
fn body() -> Vec<u8> {
    let frame = br#"{"text":""}"#.len();
    format!(r#"{{"text":"{}"}}"#, "x".repeat(600 - frame)).into_bytes()
}

/// A handle of libcurl that posts the same with the same headers, and reads the whole answer.
fn curl_handle(server: &server::Server, path: &str) -> Easy {
    let mut easy = Easy::new();
    let mut headers = List::new();
    for line in [
        "Authorization: Bearer x",
        "Content-Type: application/json",
        "Expect:",
    ] {
        headers.append(line).expect("a header");
    }
    let set = (|| {
        easy.url(&format!("{}{path}", server.base))?;
        easy.http_headers(headers)?;
        easy.post(true)?;
        easy.post_fields_copy(&body())?;
        easy.timeout(Duration::from_secs(10))?;
        easy.signal(false)?;
        if let Some(file) = &server.ca_file {
            easy.cainfo(file)?;
        }
        easy.write_function(|data| Ok(data.len()))
    })();
    set.expect("libcurl takes the settings");
    easy
}

fn kept_alive(what: &str, kind: &str, path: &str) {
    let server = server::Server::start(kind);
    let seller = Seller::new(&server);
    let peer = curl_handle(&server, path);
    compare(
        what,
        |count| seller.post(path, count),
        |count| (0..count).for_each(|_| peer.perform().expect("libcurl gets an answer")),
    );
}

/// Calls per second of so many threads, on one handle of libauth and on as many of libcurl.
fn threads() {
    println!(
        "{:<54}{:>11}{:>11}{:>7}   (calls per second)",
        "", "libauth", "libcurl", "ratio"
    );
    let server = server::Server::start("http");
    let seller = Seller::new(&server);
    for count in [1, 2, 16, 64] {
        let mut handles: Vec<Easy> = (0..count).map(|_| curl_handle(&server, "/kept")).collect();
        let mut rates = (Vec::new(), Vec::new());
        for _ in 0..7 {
            rates
                .0
                .push(rate(vec![(); count], |()| seller.post("/kept", 1)));
            let one = |easy: &mut Easy| easy.perform().expect("libcurl gets an answer");
            rates
                .1
                .push(rate(handles.iter_mut().collect(), |easy| one(easy)));
        }
        let median = |rates: &mut Vec<f64>| {
            rates.sort_by(f64::total_cmp);
            rates[rates.len() / 2]
        };
        let (ours, peers) = (median(&mut rates.0), median(&mut rates.1));
        let what = format!("{count} threads on one handle / {count} libcurl handles");
        println!("{what:<54}{ours:>11.0}{peers:>11.0}{:>7.2}", ours / peers);
    }
}

/// How often a second the threads together do it, one thread for each of `each`.
fn rate<T: Send>(each: Vec<T>, one: impl Fn(&mut T) + Sync) -> f64 {
    const LASTING: Duration = Duration::from_millis(400);
    let started = Instant::now();
    let total: u64 = std::thread::scope(|scope| {
        let run = |mut own: T| {
            let one = &one;
            scope.spawn(move || {
                let mut count = 0;
                while started.elapsed() < LASTING {
                    one(&mut own);
                    count += 1;
                }
                count
            })
        };
        let running: Vec<_> = each.into_iter().map(run).collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"))
            .sum()
    });
    total as f64 / started.elapsed().as_secs_f64()
}

fn cached_token() {
    let server = server::Server::start("http");
    let seller = Seller::new(&server);
    compare(
        "cached token / copy under a read lock",
        |count| seller.token(count),
        |count| c::peer_token(count),
    );
}

/// How much more two threads do than one; needs two processors.
fn cached_token_in_two_threads() {
    let server = server::Server::start("http");
    let seller = Seller::new(&server);
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..7 {
        rates.0.push(rate(vec![(); 2], |()| seller.token(1000)));
        rates.1.push(rate(vec![(); 1], |()| seller.token(1000)));
    }
    rates.0.sort_by(f64::total_cmp);
    rates.1.sort_by(f64::total_cmp);
    let (two, one) = (rates.0[3] * 1e3, rates.1[3] * 1e3);
    println!(
        "{:<54}{two:>11.0}{one:>11.0}{:>7.2}",
        "cached token, two threads / one",
        two / one
    );
}

fn creditpay() {
    let key = text("signature-key");
    let body = body();
    // SAFETY: texts and handles are alive; a bench ends with its process, which frees the handle.
    unsafe {
        let handle = c::ours_creditpay(key.as_ptr());
        compare(
            "creditpay: build 600 bytes / OpenSSL's HMAC-SHA1",
            |count| c::ours_creditpay_build(handle, body.as_ptr(), body.len(), count),
            |count| c::peer_hmac_sha1(body.as_ptr(), body.len(), count),
        );
    }
}

fn daxpay() {
    let key = text(SIGN_KEY);
    let body = br#"{"bizOrderNo":"P20241124000001","title":"order","amount":10.00,"channel":"ali_pay","method":"qr_code","notifyUrl":"https://shop.example/notify","returnUrl":"https://shop.example/return","attach":"shop 7","expiredTime":"2024-11-24 20:30:00"}"#;
    // What is signed of it, about: the same, and what libauth adds.
    let signed = "AMOUNT=10&APPID=M1ZFS&ATTACH=SHOP 7&BIZORDERNO=P20241124000001&CHANNEL=ALI_PAY&EXPIREDTIME=2024-11-24 20:30:00&METHOD=QR_CODE&MCHNO=M1Z&NONCESTR=0123456789ABCDEF0123456789ABCDEF&NOTIFYURL=HTTPS://SHOP.EXAMPLE/NOTIFY&REQTIME=2024-11-24 20:00:00&RETURNURL=HTTPS://SHOP.EXAMPLE/RETURN&TITLE=ORDER&KEY=123456".as_bytes();
    type Digest = unsafe extern "C" fn(*const u8, usize, u64);
    let algorithms: [(&str, Digest); 3] = [
        ("HMAC-SHA256", c::peer_hmac_sha256),
        ("MD5", c::peer_md5),
        ("SM3", c::peer_sm3),
    ];
    for (number, (name, peer)) in algorithms.into_iter().enumerate() {
        // SAFETY: texts and handles are alive.
        unsafe {
            let handle = c::ours_daxpay(key.as_ptr(), number as i32);
            compare(
                &format!("daxpay: build_call / bare {name} of OpenSSL"),
                |count| c::ours_daxpay_build(handle, body.as_ptr(), body.len(), count),
                |count| peer(signed.as_ptr(), signed.len(), count),
            );
        }
    }
    let unsigned = r#"{"code":0,"msg":"success","data":{"openId":"wx9xxgfeesxf030e81xhx1dda","status":"success","userId":"2088"},"resTime":"2024-08-08 12:12:12","traceId":"sIV4zJVhZ4Uz"}"#;
    let given = text(unsigned);
    let mut hex = [0u8; 65];
    // SAFETY: the buffer has the room that peers.c asks for.
    unsafe { c::peer_daxpay_sign(given.as_ptr(), hex.as_mut_ptr().cast()) };
    let sign = std::str::from_utf8(&hex[..64]).expect("hex");
    let answer = text(&format!(
        "{},\"sign\":\"{sign}\"}}",
        &unsigned[..unsigned.len() - 1]
    ));
    // SAFETY: texts and handles are alive.
    unsafe {
        let handle = c::ours_daxpay(key.as_ptr(), 0);
        let bytes = answer.as_bytes();
        compare(
            "daxpay: read and verify / cJSON and OpenSSL by hand",
            |count| c::ours_daxpay_read(handle, bytes.as_ptr(), bytes.len(), count),
            |count| c::peer_daxpay_read(answer.as_ptr(), count),
        );
    }
}

fn redemption() {
    let pem = text(include_str!(
        "../tests/sandbox/src/keys/merchant_private.pem"
    ));
    // SAFETY: texts and handles are alive.
    unsafe {
        let handle = c::ours_redemption(pem.as_ptr());
        compare(
            "redemption: build a signed request / OpenSSL's RSA",
            |count| c::ours_redemption_build(handle, count),
            |count| c::peer_rsa(pem.as_ptr(), count),
        );
    }
}

/// The replay guard with ten million messages in it: what one more costs, and the longest that any took.
fn replay() {
    const MESSAGES: u64 = 10_000_000;
    const NOW_MS: i64 = 1_732_521_424_191;
    let guard = MemoryGuard::new(MESSAGES as usize).expect("there is memory for it");
    let keep_until = NOW_MS + 600_000;
    let mut longest = Duration::ZERO;
    let started = Instant::now();
    for number in 0..MESSAGES {
        let key = format!("bench:{number}");
        let asked = Instant::now();
        let is_new = guard.first_time(&key, NOW_MS, keep_until);
        longest = longest.max(asked.elapsed());
        std::hint::black_box(is_new);
    }
    let each = started.elapsed().as_nanos() as f64 / MESSAGES as f64;
    println!(
        "replay guard, filled with 10^7 messages: {each:.0} ns each, the longest took {} µs",
        longest.as_micros()
    );
    let mut number = 0;
    compare(
        "replay guard, full: a message seen before / a hash set's",
        |count| {
            for _ in 0..count {
                number = (number + 7_919) % MESSAGES;
                let seen = guard.first_time(&format!("bench:{number}"), NOW_MS, keep_until);
                std::hint::black_box(seen);
            }
        },
        {
            let set: HashSet<String> = (0..MESSAGES / 10)
                .map(|number| format!("bench:{number}"))
                .collect();
            let set = std::sync::Mutex::new(set);
            let mut number = 0;
            move |count| {
                for _ in 0..count {
                    number = (number + 7_919) % (MESSAGES / 10);
                    let set = set.lock().expect("nobody panicked");
                    std::hint::black_box(set.contains(&format!("bench:{number}")));
                }
            }
        },
    );
}
