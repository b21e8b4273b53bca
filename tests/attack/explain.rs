//! Explanations of whatever comes: bounded in time and in memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use auth::explain::{
    CreditPayHints, creditpay, creditpay_string, daxpay, daxpay_string, redemption,
};
use auth::signing::daxpay::Algorithm;
use auth::signing::redemption::Verifier;

/// Counts what the thread it is asked on has, and the most that it had.
struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: it hands everything on to the system's allocator, and counts in cells that need no memory.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = NOW.try_with(|now| {
            now.set(now.get() + layout.size() as isize);
            let _ = MOST.try_with(|most| most.set(most.get().max(now.get())));
        });
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = NOW.try_with(|now| now.set(now.get() - layout.size() as isize));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The processor time of this thread in milliseconds.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000_000
}

/// 100 ms where it is optimised; not optimised, it may be forty times as slow.
const MOST_MS: u64 = if cfg!(debug_assertions) { 4000 } else { 100 };
const MOST_BYTES: isize = 32 << 20;

#[track_caller]
fn bounded<T>(what: &str, explain: impl Fn() -> T) {
    let before = NOW.get();
    MOST.set(before);
    let start = cpu_ms();
    drop(explain());
    let (ms, bytes) = (cpu_ms() - start, MOST.get() - before);
    assert!(ms <= MOST_MS, "{what} took {ms} ms");
    assert!(bytes <= MOST_BYTES, "{what} took {bytes} bytes");
}

const PATH: &str = "/v1/platform/identify/auth";
const BODY: &str = r#"{"customer_no":"473_32","callback_url":"https://shop.example/?a=1","n":1}"#;
const SHA1: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const SHA256: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn all(what: &str, body: &[u8]) {
    let hints = CreditPayHints {
        base_url: Some("https://pay.example.com/dg"),
        plat_id: Some("7788"),
        trace: Some("trace-1"),
        ..CreditPayHints::default()
    };
    bounded(what, || {
        creditpay("signature-key", PATH, body, &hints, Some(SHA1))
    });
    let text = String::from_utf8_lossy(&body[..body.len() / 2]);
    bounded(what, || {
        creditpay_string("signature-key", PATH, body, &hints, &text)
    });
    bounded(what, || {
        daxpay(Algorithm::Sm3, "sign-key", body, Some(SHA256))
    });
    bounded(what, || {
        daxpay_string(Algorithm::Md5, "sign-key", body, &text)
    });
    let md5 = Verifier::Md5("secret".into());
    let header = |_| Some("header");
    bounded(what, || {
        redemption(None, Some(&md5), header, body, Some(&SHA256[..32]))
    });
}

#[test]
fn bodies_of_any_shape_and_size() {
    let object = |count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!("\"n{n}\":\"/é\"")).collect();
        format!("{{{}}}", members.join(","))
    };
    let list = |depth: usize, count: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("{{\"a\":{open}{}{close}}}", vec!["1.50"; count].join(","))
    };
    for count in [20, 1000, 4000, 100_000] {
        all("a wide object", object(count).as_bytes());
    }
    for (depth, count) in [(1, 12_000), (29, 3000), (29, 12_000), (1, 1_000_000)] {
        all("a list", list(depth, count).as_bytes());
    }
    for size in [60_000, 1 << 20, 6 << 20, 16 << 20] {
        all("one byte over and over", &vec![b'x'; size]);
        all("what is not UTF-8", &vec![0xff; size]);
    }
    all("brackets that open", &[b'['; 100_000]);
    all(
        "a long string",
        format!("{{\"a\":\"{}\"}}", "ß\\\"".repeat(15_000)).as_bytes(),
    );
}

#[test]
fn paths_keys_headers_and_signatures_of_any_size() {
    let none = CreditPayHints::default();
    for count in [100, 100_000, 200_000, 5_000_000] {
        let path = "/".repeat(count);
        bounded("slashes", || {
            creditpay("key", &path, BODY.as_bytes(), &none, Some(SHA1))
        });
    }
    let long = "k".repeat(1 << 20);
    let body = BODY.as_bytes();
    let hints = CreditPayHints {
        base_url: Some(&long),
        signed_prefix: None,
        query: Some(&long),
        plat_id: Some(&long),
        api_key: Some(&long),
        trace: Some(&long),
        timestamp: Some(&long),
        token: Some(&long),
        lang: Some(&long),
    };
    bounded("long hints", || {
        creditpay("key", PATH, body, &hints, Some(SHA1))
    });
    bounded("a long key", || {
        creditpay(&long, PATH, body, &none, Some(SHA1))
    });
    bounded("a long key", || {
        daxpay(Algorithm::HmacSha256, &long, body, Some(SHA256))
    });
    let md5 = Verifier::Md5(long.clone().into());
    let header = |_| Some(long.as_str());
    bounded("long headers", || {
        redemption(None, Some(&md5), header, body, Some(SHA256))
    });
    let signature = "a".repeat(16 << 20);
    bounded("a long signature", || {
        creditpay("key", PATH, body, &none, Some(&signature))
    });
    bounded("a long signature", || {
        daxpay(Algorithm::Md5, "key", body, Some(&signature))
    });
}
