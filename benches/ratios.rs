//! How fast libauth is beside a peer, measured in turn in one run: machines are noisy, ratios less so.
//! `cargo bench` prints for each pair the median of each and the ratio. Nothing is asserted.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::Config;
use auth::call::Call;
use auth::json::Json;
use auth::message::{Headers, HttpResponse};
use auth::providers::redemption::{AlipayUrlRequest, Redemption};
use auth::providers::seller::Seller;
use auth::signing::{creditpay, daxpay};

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(40);

fn main() {
    println!("{:<44}{:>14}{:>14}{:>8}", "", "libauth", "peer", "ratio");
    sign_creditpay();
    verify_daxpay();
    sign_redemption();
    cached_token();
    call_on_kept_alive_connection();
}

/// Prints the medians of two operations that took turns.
fn compare(what: &str, mut ours: impl FnMut(), mut peers: impl FnMut()) {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.0.push(per_operation(&mut ours));
        times.1.push(per_operation(&mut peers));
    }
    let (ours, peers) = (median(&mut times.0), median(&mut times.1));
    let ratio = ours / peers;
    println!("{what:<44}{:>11.2} µs{:>11.2} µs{ratio:>8.2}", ours, peers);
}

fn per_operation(operation: &mut impl FnMut()) -> f64 {
    let started = Instant::now();
    let mut count = 0u32;
    while started.elapsed() < ROUND {
        operation();
        count += 1;
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn sign_creditpay() {
    let body = vec![b'x'; 500];
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"signature-key");
    compare(
        "creditpay: sign 500 bytes / HMAC-SHA1 of ring",
        || {
            drop(black_box(creditpay::sign(
                "signature-key",
                "/v1/pay",
                black_box(&body),
            )))
        },
        || _ = black_box(ring::hmac::sign(&key, black_box(&body))),
    );
}

fn verify_daxpay() {
    let text = br#"{"code":0,"msg":"success","data":{"openId":"wx9xxgfeesxf030e81xhx1dda","status":"success","userId":"2088"},"resTime":"2024-08-08 12:12:12","traceId":"sIV4zJVhZ4Uz"}"#;
    let algorithm = daxpay::Algorithm::HmacSha256;
    let sign = daxpay::sign(algorithm, "123456", &Json::parse(text).unwrap());
    compare(
        "daxpay: parse and verify / serde_json parse",
        || {
            let json = Json::parse(black_box(text)).unwrap();
            assert!(daxpay::verify(algorithm, "123456", &json, &sign));
        },
        || {
            drop(black_box(
                serde_json::from_slice::<serde_json::Value>(black_box(text)).unwrap(),
            ))
        },
    );
}

fn sign_redemption() {
    let pem = libauth_sandbox::credentials().redemption_merchant_private_key_pem;
    let config = Config::new("https://host.example");
    let redemption = Redemption::with_rsa(&config, "business", "merchant", pem, None).unwrap();
    let request = AlipayUrlRequest {
        serial_no: Some("s".into()),
        user_id: Some("u".into()),
        callback_url: None,
    };
    let der = rustls::pki_types::pem::PemObject::from_pem_slice(pem.as_bytes());
    let der: rustls::pki_types::PrivatePkcs8KeyDer = der.unwrap();
    let key = ring::signature::RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let random = ring::rand::SystemRandom::new();
    let mut signature = vec![0; key.public().modulus_len()];
    compare(
        "redemption: build a signed request / bare RSA",
        || drop(black_box(redemption.build_alipay_url(&request).unwrap())),
        || {
            key.sign(
                &ring::signature::RSA_PKCS1_SHA256,
                &random,
                b"x",
                &mut signature,
            )
            .unwrap()
        },
    );
}

fn cached_token() {
    let seller = Seller::new(&Config::new("https://host.example"), "access", "secret").unwrap();
    let login = seller.build_token().unwrap();
    let body = br#"{"code":200,"data":{"accessToken":"Bearer x","expiresIn":"7200000"}}"#;
    let response = HttpResponse {
        status: 200,
        headers: Headers::default(),
        body: body.to_vec(),
    };
    seller.read_token(&login, response).unwrap();
    let peer = parking_lot::RwLock::new(Arc::new(String::from("Bearer x")));
    compare(
        "seller: cached token / Arc behind an RwLock",
        || drop(black_box(seller.token().unwrap())),
        || drop(black_box(Arc::clone(&peer.read()))),
    );
}

fn call_on_kept_alive_connection() {
    let sandbox = libauth_sandbox::Sandbox::start();
    let keys = libauth_sandbox::credentials();
    let config = Config::new(sandbox.base("seller"));
    let seller = Seller::new(&config, keys.seller_access_key, keys.seller_secret_key).unwrap();
    let token = seller.token().unwrap();
    let call = Call::new("GET", "/orders");
    let url = format!("{}/orders", sandbox.base("seller"));
    // As a program would use ureq: with a time-out for the whole call.
    let agent: ureq::Agent = ureq::config::Config::builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into();
    compare(
        "seller: call, kept alive / plain ureq",
        || drop(black_box(seller.call(&call).unwrap())),
        || {
            let mut answer = agent
                .get(&url)
                .header("Authorization", token.header_value())
                .call()
                .unwrap();
            let body = answer.body_mut().read_to_vec().unwrap();
            drop(black_box(
                serde_json::from_slice::<serde_json::Value>(&body).unwrap(),
            ));
        },
    );
}
