//! What the Rust tests share: the sandbox, handles with its credentials, sample requests, a clock
//! that stands still until it is told to move, and a log that can be read.
// Every test program that includes this module uses another part of it.
#![allow(dead_code, unreachable_pub)]

pub(crate) use libauth_sandbox as sandbox;

pub mod operations;
pub mod pem;
pub mod proxy;
pub mod raw;
pub mod store;
pub mod tls;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use auth::clock::Clock;
use auth::inbound::Inbound;
use auth::log::{Level, Log};
use auth::providers::creditpay::{Card, CodeRequest, CreditPay};
use auth::providers::daxpay::{Algorithm, AuthRequest, DaxPay};
use auth::providers::openplatform::OpenPlatform;
use auth::providers::redemption::{AlipayUrlRequest, Redemption};
use auth::providers::seller::Seller;
use auth::{Config, Delivery, Error, Status};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proxy::Proxy;
use sandbox::{Credentials, Recorded, Sandbox, credentials};
use serde_json::Value;

pub const CREDENTIALS: Credentials = credentials();

/// 2024-10-24T04:00:00Z, noon in China.
pub const NOON_MS: i64 = 1_729_742_400_000;

/// The way that calls travel in this program: `tls` or `proxy`, else plain HTTP. `attack/ways.rs` starts it with each.
pub const WAY: &str = "LIBAUTH_TEST_WAY";

fn way(name: &str) -> bool {
    std::env::var(WAY).is_ok_and(|way| way == name)
}

/// Who vouches for the sandboxes of [`start`].
static AUTHORITIES: Mutex<String> = Mutex::new(String::new());

/// A sandbox that is reached in this program's way.
pub fn start() -> Sandbox {
    if !way("tls") {
        return Sandbox::start();
    }
    let sandbox = Sandbox::start_tls();
    let mut authorities = AUTHORITIES.lock().expect("no test panics while it starts");
    authorities.push_str(sandbox.ca_pem());
    sandbox
}

/// A configuration that gives up soon enough for a test.
pub fn config(base_url: impl Into<String>) -> Config {
    static PROXY: LazyLock<Proxy> = LazyLock::new(Proxy::open);
    let mut config = Config::new(base_url);
    config.timeout_ms = 5_000;
    if way("tls") {
        let authorities = AUTHORITIES.lock().expect("no test panics while it starts");
        config.ca_pem = Some(authorities.clone().into_bytes());
    }
    if way("proxy") {
        config.proxy = Some(PROXY.url());
    }
    config
}

/// As [`config`], with a clock of its own.
pub fn config_at(base_url: impl Into<String>, clock: &Arc<TestClock>) -> Config {
    let mut config = config(base_url);
    config.clock = Arc::clone(clock) as Arc<dyn Clock>;
    config
}

pub fn creditpay(config: &Config) -> CreditPay {
    let c = CREDENTIALS;
    CreditPay::new(
        config,
        c.creditpay_plat_id,
        c.creditpay_api_key,
        c.creditpay_signature_key,
    )
    .expect("a creditpay handle")
}

pub fn daxpay(config: &Config) -> DaxPay {
    daxpay_with(config, Algorithm::HmacSha256)
}

pub fn daxpay_with(config: &Config, algorithm: Algorithm) -> DaxPay {
    let c = CREDENTIALS;
    DaxPay::new(
        config,
        c.daxpay_app_id,
        Some(c.daxpay_mch_no),
        c.daxpay_sign_key,
        algorithm,
    )
    .expect("a daxpay handle")
}

pub fn openplatform(config: &Config) -> OpenPlatform {
    let c = CREDENTIALS;
    OpenPlatform::new(config, c.openplatform_client_id, c.openplatform_secret)
        .expect("an openplatform handle")
}

pub fn redemption(config: &Config) -> Redemption {
    let c = CREDENTIALS;
    Redemption::with_rsa(
        config,
        c.redemption_business_id,
        c.redemption_merchant_id,
        c.redemption_merchant_private_key_pem,
        Some(c.redemption_platform_public_key_pem),
    )
    .expect("a redemption handle")
}

pub fn redemption_md5(config: &Config) -> Redemption {
    let c = CREDENTIALS;
    Redemption::with_md5(
        config,
        c.redemption_business_id,
        c.redemption_merchant_id,
        c.redemption_md5_secret,
    )
    .expect("a redemption handle")
}

pub fn seller(config: &Config) -> Seller {
    let c = CREDENTIALS;
    Seller::new(config, c.seller_access_key, c.seller_secret_key).expect("a seller handle")
}

/// Gives a seller a token without a login.
pub fn with_a_token(seller: &Seller) {
    let login = seller.build_token(&auth::Options::default()).unwrap();
    let body =
        br#"{"code":200,"message":"success","data":{"accessToken":"t","expiresIn":7200000}}"#;
    let response = auth::http::HttpResponse {
        status: 200,
        headers: auth::http::Headers::default(),
        body: body.to_vec().into(),
    };
    seller.read_token(&login, response).unwrap();
}

/// The required fields of a code request.
pub fn code_request() -> CodeRequest {
    CodeRequest {
        customer_no: Some("473_32_86000698".into()),
        customer_token: Some("customer-token-a1472263".into()),
        token_expire_ms: Some(1_732_521_424_191),
        callback_url: Some("https://shop.example/callback".into()),
        client_ip: Some("192.168.1.166".into()),
        ..CodeRequest::default()
    }
}

pub fn card() -> Card {
    Card {
        tag: Some("卡-1".into()),
        amount: Some("10001.23".into()),
        currency: Some("CNY".into()),
        icon: Some("https://shop.example/favicon.ico".into()),
        input: Some("<b style=\"x\">28000.00</b>".into()),
    }
}

pub fn auth_request(code: &str) -> AuthRequest {
    AuthRequest {
        channel: Some("ali_pay".into()),
        auth_code: Some(code.into()),
        ..AuthRequest::default()
    }
}

pub fn alipay_request(serial: &str) -> AlipayUrlRequest {
    AlipayUrlRequest {
        serial_no: Some(serial.into()),
        user_id: Some("user-1".into()),
        ..AlipayUrlRequest::default()
    }
}

/// The one value of a header as it was received.
pub fn header<'a>(recorded: &'a Recorded, name: &str) -> Option<&'a str> {
    let values = recorded.request.header_values(name);
    assert!(values.len() < 2, "header {name} was sent twice");
    values.first().copied()
}

/// The body as it was received, as JSON.
pub fn json_body(recorded: &Recorded) -> Value {
    serde_json::from_slice(&recorded.request.body).expect("the request's body is JSON")
}

/// What went wrong, checked for status and delivery.
#[track_caller]
pub fn fails<T>(outcome: Result<T, Error>, status: Status, delivery: Delivery) -> Error {
    let Err(error) = outcome else {
        panic!("it should fail with {}", status.name())
    };
    let got = (error.status(), error.delivery());
    assert_eq!(got, (status, delivery), "{error:?}");
    assert!(!error.message().is_empty() && !error.message().contains('\n'));
    error
}

/// What is wrong with an argument: nothing was sent, and the message begins with its name.
#[track_caller]
pub fn names<T>(outcome: Result<T, Error>, name: &str) -> Error {
    let error = fails(outcome, Status::InvalidArgument, Delivery::NotSent);
    let message = error.message();
    assert!(message.starts_with(&format!("{name} ")), "{message}");
    error
}

/// A message that a platform sends, made by the sandbox.
pub fn inbound(sandbox: &Sandbox, order: &Value) -> Inbound {
    let message = sandbox
        .callback(order)
        .expect("the sandbox knows the order");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let headers = message["headers"].as_array().expect("a list");
    Inbound {
        method: text(&message["method"]),
        path: text(&message["path"]),
        headers: headers
            .iter()
            .map(|header| (text(&header[0]), text(&header[1])))
            .collect(),
        body: BASE64_STANDARD
            .decode(text(&message["body_base64"]))
            .expect("base64"),
    }
}

/// The message with one header's value changed, or the header left out.
pub fn with_header(message: &Inbound, name: &str, value: Option<&str>) -> Inbound {
    let mut changed = message.clone();
    let kept = message.headers.iter().filter_map(|(own, old)| {
        if own.eq_ignore_ascii_case(name) {
            return value.map(|new| (own.to_owned(), new.to_owned()));
        }
        Some((own.to_owned(), old.to_owned()))
    });
    changed.headers = kept.collect();
    changed
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct TestClock {
    unix: AtomicI64,
    monotonic: AtomicI64,
}

impl TestClock {
    pub fn at(unix_ms: i64) -> Arc<TestClock> {
        Arc::new(TestClock {
            unix: AtomicI64::new(unix_ms),
            monotonic: AtomicI64::new(1_000_000),
        })
    }

    /// The real time now, and standing still.
    pub fn now() -> Arc<TestClock> {
        TestClock::at(auth::clock::SystemClock::default().unix_ms())
    }

    /// Time passes.
    pub fn pass(&self, ms: i64) {
        self.unix.fetch_add(ms, Ordering::SeqCst);
        self.monotonic.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub fn set_back(&self, ms: i64) {
        self.unix.fetch_sub(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn unix_ms(&self) -> i64 {
        self.unix.load(Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> i64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}

/// Keeps every log line.
#[derive(Default)]
pub struct Lines(Mutex<Vec<(Level, String)>>);

impl Lines {
    /// A log for a configuration, at the most talkative level.
    pub fn of(config: &mut Config) -> Arc<Lines> {
        let lines = Arc::new(Lines::default());
        config.log = Some(Arc::clone(&lines) as Arc<dyn Log>);
        config.log_level = Level::Trace;
        lines
    }

    pub fn all(&self) -> Vec<(Level, String)> {
        self.0.lock().expect("no test panics while it logs").clone()
    }

    /// How many lines of this level contain the text.
    pub fn count(&self, level: Level, text: &str) -> usize {
        let lines = self.all();
        let hits = lines
            .iter()
            .filter(|(l, line)| *l == level && line.contains(text));
        hits.count()
    }
}

impl Log for Lines {
    fn log(&self, level: Level, line: &str) {
        let mut lines = self.0.lock().expect("no test panics while it logs");
        lines.push((level, line.to_owned()));
    }
}

/// Options with a time-out.
pub fn within_ms(timeout_ms: i64) -> auth::Options {
    auth::Options {
        timeout_ms: Some(timeout_ms),
        ..auth::Options::default()
    }
}

/// Options with a trace id.
pub fn traced(trace_id: &str) -> auth::Options {
    auth::Options {
        trace_id: Some(trace_id.to_owned()),
        ..auth::Options::default()
    }
}
