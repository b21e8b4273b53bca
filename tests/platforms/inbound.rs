//! Messages from the platforms: genuine ones with their fields, and everything that is not.

use crate::support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::call::Call;
use auth::inbound::Inbound;
use auth::providers::creditpay::EventKind;
use auth::providers::daxpay::Algorithm;
use auth::{Config, Delivery, Error, Status};
use serde_json::{Value, json};
use support::sandbox::Sandbox;
use support::*;

/// Handles of the three platforms that sign what they send; nothing is ever sent to them.
fn config() -> Config {
    support::config("https://host.example")
}

/// Checks a message at its platform.
fn verify(platform: &str, config: &Config, message: &Inbound) -> Result<(), Error> {
    match platform {
        "creditpay" => creditpay(config)
            .verify(message)
            .map(drop)
            .map_err(Error::from),
        "daxpay" => daxpay(config)
            .verify(message)
            .map(drop)
            .map_err(Error::from),
        "redemption" => redemption(config)
            .verify(message)
            .map(drop)
            .map_err(Error::from),
        "redemption-md5" => redemption_md5(config)
            .verify(message)
            .map(drop)
            .map_err(Error::from),
        other => panic!("{other} sends nothing"),
    }
}

const PLATFORMS: [&str; 4] = ["creditpay", "daxpay", "redemption", "redemption-md5"];

/// A genuine message, with fields of one's own over the sandbox's.
fn genuine(sandbox: &Sandbox, platform: &str, more: Value) -> Inbound {
    let mut order = json!({"platform": platform});
    if platform == "redemption-md5" {
        order["algorithm"] = json!("MD5");
    }
    for (name, value) in more.as_object().expect("an order is an object") {
        order[name] = value.clone();
    }
    inbound(sandbox, &order)
}

#[track_caller]
fn refused(outcome: Result<(), Error>, status: Status, says: &str) {
    let error = fails(outcome, status, Delivery::NotSent);
    assert!(error.message().contains(says), "{says}: {error}");
}

#[test]
fn a_genuine_webhook_has_its_fields() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config());
    let message = genuine(
        &sandbox,
        "creditpay",
        json!({"kind": "REFUND", "event_id": "e-1", "nonce": "t-1", "token": "tok", "retry": 2}),
    );
    let event = creditpay.verify(&message).unwrap();
    assert_eq!(event.kind(), EventKind::Refund);
    assert_eq!(event.type_name(), "REFUND");
    assert_eq!(event.event_id().as_deref(), Some("e-1"));
    let plat_id = CREDENTIALS.creditpay_plat_id;
    assert_eq!(event.platform_id().as_deref(), Some(plat_id));
    assert_eq!(event.retry().as_deref(), Some("2"));
    assert_eq!(event.trace_id(), Some("t-1"));
    assert_eq!(event.customer_token(), Some("tok"));
    assert_eq!(event.lang(), None);
    let timestamp = message.headers.get("timestamp").unwrap();
    assert_eq!(event.timestamp_ms().to_string(), timestamp);
    assert_eq!(event.raw_body(), message.body);
    let data = event.data().unwrap();
    assert_eq!(data.field("amount").as_deref(), Some("10.10"));
    assert_eq!(data.field("remark").as_deref(), Some("支付"));
}

#[test]
fn every_kind_of_webhook_is_known() {
    let sandbox = Sandbox::start();
    let creditpay = creditpay(&config());
    for (name, kind) in [
        (
            "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT",
            EventKind::CreditLimitQuery,
        ),
        ("PAY_START", EventKind::PayStart),
        ("ASSIGN_SUCCESS", EventKind::AssignSuccess),
        ("ASSIGN_FAILED", EventKind::AssignFailed),
        ("GET_BARCODE_SUCCESS", EventKind::GetBarcodeSuccess),
        ("GET_BARCODE_FAILED", EventKind::GetBarcodeFailed),
        ("PAY_SUCCESS", EventKind::PaySuccess),
        ("PAY_FAILED", EventKind::PayFailed),
        ("REFUND", EventKind::Refund),
        ("PAY_TIMEOUT", EventKind::PayTimeout),
        ("PAY_FINISH", EventKind::PayFinish),
        ("SESSION_RENEWAL", EventKind::SessionRenewal),
    ] {
        let message = genuine(&sandbox, "creditpay", json!({"kind": name}));
        let event = creditpay.verify(&message).unwrap();
        assert_eq!((event.kind(), event.type_name()), (kind, name));
        let is_query = kind == EventKind::CreditLimitQuery;
        assert_eq!(event.lang(), is_query.then_some("en-US"));
    }
}

#[test]
fn a_genuine_notification_has_its_fields() {
    let sandbox = Sandbox::start();
    for (name, algorithm) in [
        ("HMAC_SHA256", Algorithm::HmacSha256),
        ("MD5", Algorithm::Md5),
        ("SM3", Algorithm::Sm3),
    ] {
        let daxpay = daxpay_with(&config(), algorithm);
        for (kind, number) in [
            ("payment", "orderNo"),
            ("refund", "refundNo"),
            ("transfer", "transferNo"),
        ] {
            let order = json!({"kind": kind, "algorithm": name, "event_id": "trace-1"});
            let message = genuine(&sandbox, "daxpay", order);
            let notification = daxpay.verify(&message).unwrap();
            assert_eq!(notification.code().as_deref(), Some("0"));
            assert_eq!(notification.message().as_deref(), Some("success"));
            assert_eq!(notification.trace_id().as_deref(), Some("trace-1"));
            let data = notification.data().unwrap();
            assert_eq!(data.field(number).as_deref(), Some("sandbox-10086"));
            assert_eq!(data.field("amount").as_deref(), Some("1.10"), "as received");
            assert_eq!(data.field("attach"), None);
            assert_eq!(notification.raw_body(), message.body);
        }
        let other = genuine(&sandbox, "daxpay", json!({"algorithm": "MD5"}));
        assert_eq!(daxpay.verify(&other).is_ok(), algorithm == Algorithm::Md5);
    }
}

#[test]
fn a_genuine_authorization_callback_has_its_fields() {
    let sandbox = Sandbox::start();
    for (platform, sign_type) in [
        ("redemption", true),
        ("redemption", false),
        ("redemption-md5", true),
        ("redemption-md5", false),
    ] {
        let order =
            json!({"sign_type": sign_type, "event_id": "s-1", "data": {"extra": {"a": [1]}}});
        let message = genuine(&sandbox, platform, order);
        let has_type = message.headers.get("signType").is_some();
        assert_eq!(has_type, sign_type);
        let handle = match platform {
            "redemption" => redemption(&config()),
            _ => redemption_md5(&config()),
        };
        let callback = handle.verify(&message).unwrap();
        assert_eq!(callback.serial_no(), "s-1");
        let open_id = Some("sandbox-open-id-074Pjc8q");
        assert_eq!(callback.open_id().as_deref(), open_id);
        assert_eq!(callback.user_id().as_deref(), Some("sandbox-用户-1"));
        assert_eq!(callback.body().field("extra.a.0").as_deref(), Some("1"));
        assert_eq!(callback.raw_body(), message.body);
    }
}

#[test]
fn a_message_that_was_tampered_with_says_what_is_wrong() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        for (tamper, says) in [
            ("body", "signature mismatch"),
            ("signature", "signature mismatch"),
            ("missing_signature", "signature missing"),
        ] {
            let message = genuine(&sandbox, platform, json!({"tamper": tamper}));
            refused(
                verify(platform, &config(), &message),
                Status::BadSignature,
                says,
            );
        }
    }
    // The timestamp is signed everywhere but at creditpay.
    for platform in ["daxpay", "redemption"] {
        let message = genuine(&sandbox, platform, json!({"tamper": "timestamp"}));
        let outcome = verify(platform, &config(), &message);
        refused(outcome, Status::BadSignature, "signature mismatch");
    }
}

#[test]
fn a_message_for_another_path_or_account_is_refused() {
    let sandbox = Sandbox::start();
    let mut message = genuine(&sandbox, "creditpay", json!({}));
    for path in ["/other", "/notify/", "/Notify", "/"] {
        message.path = path.to_owned();
        let outcome = verify("creditpay", &config(), &message);
        refused(outcome, Status::BadSignature, "check that the path");
    }
    let message = genuine(&sandbox, "redemption", json!({}));
    let other = with_header(&message, "businessId", Some("other"));
    refused(
        verify("redemption", &config(), &other),
        Status::BadSignature,
        "businessId",
    );
    let outcome = verify("redemption-md5", &config(), &message);
    refused(outcome, Status::BadSignature, "signType");
}

#[test]
fn an_older_spelling_of_the_signature_header_is_named_and_not_accepted() {
    let sandbox = Sandbox::start();
    let message = genuine(&sandbox, "creditpay", json!({}));
    let signature = message.headers.get("signature").unwrap().to_owned();
    let mut old = with_header(&message, "signature", None);
    old.headers.add("signerature", signature);
    let outcome = verify("creditpay", &config(), &old);
    refused(outcome, Status::BadSignature, "`signerature`");
}

#[test]
fn an_rsa_handle_without_the_platforms_key_says_so() {
    let sandbox = Sandbox::start();
    let c = CREDENTIALS;
    let handle = auth::providers::redemption::Redemption::with_rsa(
        &config(),
        c.redemption_business_id,
        c.redemption_merchant_id,
        c.redemption_merchant_private_key_pem,
        None,
    );
    let message = genuine(&sandbox, "redemption", json!({}));
    let outcome = handle
        .unwrap()
        .verify(&message)
        .map(drop)
        .map_err(Error::from);
    refused(outcome, Status::InvalidConfig, "platform_public_key");
}

#[test]
fn header_names_are_read_without_regard_to_case() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let message = genuine(&sandbox, platform, json!({}));
        for respell in [str::to_lowercase, str::to_uppercase] {
            let mut other = message.clone();
            other.headers = message
                .headers
                .iter()
                .map(|(n, v)| (respell(n), v))
                .collect();
            verify(platform, &config(), &other).unwrap();
        }
    }
}

#[test]
fn only_posts_are_messages() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let mut message = genuine(&sandbox, platform, json!({}));
        for method in ["GET", "PUT", "POST "] {
            message.method = method.to_owned();
            names(verify(platform, &config(), &message), "method");
        }
        message.method = "post".to_owned();
        verify(platform, &config(), &message).unwrap();
    }
}

/// The headers that each platform's check depends on.
fn needed(platform: &str) -> &'static [&'static str] {
    match platform {
        "creditpay" => &["signature", "timestamp"],
        "daxpay" => &[],
        _ => &["businessId", "nonce", "timestamp", "sign"],
    }
}

#[test]
fn a_header_that_is_missing_empty_double_or_oversized_is_refused() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let message = genuine(&sandbox, platform, json!({}));
        for name in needed(platform) {
            let says = format!("`{name}`");
            for value in [None, Some("")] {
                let changed = with_header(&message, name, value);
                let outcome = verify(platform, &config(), &changed);
                refused(
                    outcome,
                    Status::BadSignature,
                    &format!("missing: there is no header {says}"),
                );
            }
            let mut double = message.clone();
            let value = message.headers.get(name).unwrap().to_owned();
            double.headers.add(name.to_uppercase(), value);
            let outcome = verify(platform, &config(), &double);
            refused(outcome, Status::BadSignature, "stands twice");
            let oversized = with_header(&message, name, Some(&"x".repeat(1024 * 1024)));
            let outcome = verify(platform, &config(), &oversized);
            refused(outcome, Status::BadSignature, "longer than");
        }
    }
}

#[test]
fn a_header_with_other_characters_is_refused() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let message = genuine(&sandbox, platform, json!({}));
        for name in needed(platform) {
            let value = message.headers.get(name).unwrap();
            for odd in [
                "中文".to_owned(),
                format!("{value}\u{0}"),
                format!("{value}\r\nX: y"),
                format!(" {value}"),
                format!("{value},{value}"),
                value
                    .chars()
                    .map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap())
                    .collect(),
            ] {
                let changed = with_header(&message, name, Some(&odd));
                let error = verify(platform, &config(), &changed).unwrap_err();
                let status = error.status();
                let is_one = matches!(status, Status::BadSignature | Status::Stale);
                assert!(is_one, "{platform} {name} {odd:?}: {error:?}");
            }
        }
    }
}

#[test]
fn a_body_that_is_not_the_one_sent_is_refused_whatever_it_is() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let message = genuine(&sandbox, platform, json!({}));
        let mut nul = message.body.clone();
        nul.push(0);
        let bodies = [
            Vec::new(),
            vec![0],
            vec![0xFF, 0xFE],
            b"null".to_vec(),
            b"not json".to_vec(),
            b"[]".to_vec(),
            b"{}".to_vec(),
            vec![b' '; 10 * 1024 * 1024],
            vec![b'['; 1_000_000],
            nul,
        ];
        for body in bodies {
            let what = format!("{platform} {} bytes", body.len());
            let changed = Inbound {
                body,
                ..message.clone()
            };
            let error = verify(platform, &config(), &changed).unwrap_err();
            let status = error.status();
            let is_one = matches!(status, Status::BadSignature | Status::Protocol);
            assert!(is_one, "{what}: {error:?}");
        }
    }
}

#[test]
fn a_genuine_message_that_cannot_be_read_is_a_protocol_error() {
    let key = CREDENTIALS.creditpay_signature_key;
    let now = TestClock::at(NOON_MS);
    let mut config = config();
    config.clock = now;
    let bodies: [(&[u8], &str); 8] = [
        (b"", "empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{\"type\":\"PAY_START\"}\0", "not JSON"),
        (b"hello", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "`type` is missing"),
        (b"{\"type\":7}", "`type` is not a string"),
        (b"{\"type\":\"A\",\"type\":\"B\"}", "stands twice"),
    ];
    for (body, says) in bodies {
        let mut message = Inbound {
            method: "POST".into(),
            path: "/n".into(),
            body: body.to_vec(),
            ..Inbound::default()
        };
        let signature = support::sandbox::signatures::creditpay(key, "/n", body);
        message.headers.add("signature", signature);
        message.headers.add("timestamp", NOON_MS.to_string());
        let outcome = verify("creditpay", &config, &message);
        refused(outcome, Status::Protocol, says);
    }
}

#[test]
fn a_message_beyond_the_size_limit_is_not_read_at_all() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let padding = "x".repeat(20_000);
        let message = genuine(&sandbox, platform, json!({"data": {"padding": padding}}));
        let mut config = config();
        config.max_response_bytes = i64::try_from(message.body.len()).unwrap();
        verify(platform, &config, &message).unwrap();
        config.max_response_bytes -= 1;
        let outcome = verify(platform, &config, &message);
        refused(outcome, Status::Protocol, "larger than");
    }
}

#[test]
fn what_is_refused_leaves_no_trace_and_the_genuine_message_still_counts() {
    let sandbox = Sandbox::start();
    let asked = Arc::new(AtomicUsize::new(0));
    let mut config = config();
    config.window_ms = Some(300_000);
    config.replay_store = Some(Arc::new(Counting(asked.clone())));
    for platform in PLATFORMS {
        for tamper in ["body", "signature", "missing_signature"] {
            let message = genuine(&sandbox, platform, json!({"tamper": tamper}));
            verify(platform, &config, &message).unwrap_err();
        }
        let old = genuine(&sandbox, platform, json!({"timestamp_offset_ms": -400_000}));
        refused(
            verify(platform, &config, &old),
            Status::Stale,
            "sent 400 s ago",
        );
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        0,
        "a forger must not fill the guard"
    );
    let creditpay = creditpay(&config);
    creditpay
        .verify(&genuine(&sandbox, "creditpay", json!({})))
        .unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Verifying sends nothing: a handle that only receives needs no platform.
    drop(Call::new("GET", "/"));
}

/// A store that has seen nothing, and counts how often it is asked.
struct Counting(Arc<AtomicUsize>);

impl auth::store::Store for Counting {
    fn add(&self, _: &str, _: &[u8], _: i64, _: i64) -> auth::Result<bool> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(true)
    }

    fn has_only_add(&self) -> bool {
        true
    }
}
