//! What belongs to one call: its time-out, its trace id, and the callback that ends it. And the settings
//! that belong to one platform.

use crate::support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::call::Call;
use auth::http::{Headers, HttpResponse};
use auth::log::Level;
use auth::providers::{creditpay as creditpay_settings, daxpay as daxpay_settings};
use auth::providers::{openplatform as openplatform_settings, seller as seller_settings};
use auth::{Config, Delivery, Error, Options, Setting, Status};
use libauth_sandbox::Sandbox;
use support::*;

const PLATFORMS: [&str; 5] = [
    "creditpay",
    "daxpay",
    "openplatform",
    "redemption",
    "seller",
];

/// Makes a business call with a handle of that platform.
fn call(platform: &str, config: &Config, call: &Call, options: &Options) -> Result<(), Error> {
    match platform {
        "creditpay" => creditpay(config).call(call, options).map(drop),
        "daxpay" => daxpay(config).call(call, options).map(drop),
        "openplatform" => openplatform(config).call(call, options).map(drop),
        "redemption" => redemption(config).call(call, options).map(drop),
        _ => seller(config).call(call, options).map(drop),
    }
}

fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: Headers::default(),
        body: body.as_bytes().to_vec().into(),
    }
}

#[test]
fn a_trace_id_goes_out_where_the_platform_has_a_place_for_it() {
    let config = config("https://host.example");
    let traced = traced("my-trace");
    let creditpay = creditpay(&config);
    for request in [
        creditpay.build_issue_code(&code_request(), &traced),
        creditpay.build_open_token("code", &traced),
        creditpay.build_call(&Call::new("GET", "/x"), &traced),
    ] {
        let request = request.unwrap();
        let sent: Vec<&str> = request.headers().all("trace").collect();
        assert_eq!(sent, ["my-trace"]);
    }
    let openplatform = openplatform(&config);
    let login = openplatform.build_token(&traced).unwrap();
    let body = r#"{"code":200,"ok":true,"data":"token"}"#;
    openplatform
        .read_token(&login, response(200, body))
        .unwrap();
    let request = openplatform.build_call(&Call::new("GET", "/x"), &traced);
    assert_eq!(
        request.unwrap().headers().get("Request-Id"),
        Some("my-trace")
    );
}

#[test]
fn a_trace_id_is_in_the_error_and_the_log_on_every_platform() {
    let base = format!("http://127.0.0.1:{}", raw::closed_port());
    for platform in PLATFORMS {
        let mut config = config(&base);
        let lines = Lines::of(&mut config);
        let mut one = Call::new("POST", "/x");
        one.body = b"{}".to_vec();
        let error = call(platform, &config, &one, &traced("my-trace")).unwrap_err();
        assert_eq!(error.trace_id(), Some("my-trace"), "{platform}: {error:?}");
        assert_eq!(lines.count(Level::Debug, "trace my-trace"), 3, "{platform}");
    }
}

#[test]
fn what_is_wrong_with_an_option_is_named_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    for platform in PLATFORMS {
        let config = config(sandbox.base(platform));
        let one = Call::new("GET", "/x");
        for wrong in ["a\r\nb: c", "a\0b", "a b", "编号", &"x".repeat(129)] {
            names(call(platform, &config, &one, &traced(wrong)), "trace_id");
        }
        for wrong in [i64::MIN, -1, 0, 86_400_001, i64::MAX] {
            names(
                call(platform, &config, &one, &within_ms(wrong)),
                "timeout_ms",
            );
        }
        let count = sandbox.scoped("default").count(platform);
        assert_eq!(count.requests, 0, "{platform}");
    }
    let wrong = traced("a\nb");
    let config = config(sandbox.base("seller"));
    names(
        creditpay(&config).build_open_token("code", &wrong),
        "trace_id",
    );
    names(seller(&config).build_token(&wrong), "trace_id");
    let handle = seller(&config);
    let longest = Options {
        trace_id: Some("x".repeat(128)),
        timeout_ms: Some(86_400_000),
        ..Options::default()
    };
    handle.token(&longest).unwrap();
    // A cached token is no reason to let it pass.
    names(handle.token(&wrong), "trace_id");
    // An empty one is none.
    handle.token(&traced("")).unwrap();
}

#[test]
fn who_waits_for_another_threads_token_can_be_cancelled() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("cancelled");
    let mut config = config(scope.faulty("seller", "slow=2000,at=token"));
    config.timeout_ms = 8_000;
    let seller = seller(&config);
    std::thread::scope(|threads| {
        let leader = threads.spawn(|| seller.token(&Options::default()).map(drop));
        while scope.count("seller").requests == 0 {
            std::thread::yield_now();
        }
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let options = Options {
            cancel: Some(Arc::new(move || {
                counter.fetch_add(1, Ordering::SeqCst) == 3
            })),
            ..Options::default()
        };
        let started = Instant::now();
        let error = fails(seller.token(&options), Status::Cancelled, Delivery::NotSent);
        assert!(error.is_retry_safe());
        let took = started.elapsed();
        assert!(took > Duration::from_millis(150), "{took:?}");
        assert!(took < Duration::from_millis(1_500), "{took:?}");
        assert_eq!(asked.load(Ordering::SeqCst), 4);
        leader.join().unwrap().expect("the leader goes on");
    });
}

#[test]
fn a_pause_before_a_repeat_can_be_cancelled() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("pause");
    let mut config = config(scope.faulty("seller", "status=503,retry_after=5"));
    config.timeout_ms = 20_000;
    let lines = Lines::of(&mut config);
    let pausing = Arc::clone(&lines);
    let options = Options {
        cancel: Some(Arc::new(move || {
            pausing.count(Level::Debug, "trying again in") > 0
        })),
        ..Options::default()
    };
    let started = Instant::now();
    let outcome = seller(&config).token(&options);
    let error = fails(outcome, Status::Cancelled, Delivery::Answered);
    assert!(error.is_retry_safe());
    assert!(started.elapsed() < Duration::from_millis(2_000));
    assert_eq!(scope.count("seller").requests, 1, "{:?}", lines.all());
}

#[test]
fn a_one_time_call_that_was_sent_and_cancelled_is_unknown() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("one-time");
    let config = config(scope.faulty("daxpay", "slow=3000"));
    let sent = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&sent);
    let options = Options {
        cancel: Some(Arc::new(move || seen.load(Ordering::SeqCst))),
        ..Options::default()
    };
    let daxpay = daxpay(&config);
    std::thread::scope(|threads| {
        let call = threads.spawn(|| daxpay.auth(&auth_request("code"), &options));
        while scope.count("daxpay").requests == 0 {
            std::thread::yield_now();
        }
        sent.store(true, Ordering::SeqCst);
        let error = fails(
            call.join().unwrap(),
            Status::OutcomeUnknown,
            Delivery::MaybeSent,
        );
        assert!(error.message().contains("cancelled"), "{error}");
        assert!(!error.is_retry_safe());
    });
    assert_eq!(scope.count("daxpay").requests, 1);
}

#[test]
fn how_a_call_may_be_repeated_goes_with_its_request_to_another_client() {
    let redemption = redemption(&config("https://host.example"));
    for (idempotent, status) in [(true, Status::Http), (false, Status::OutcomeUnknown)] {
        let mut call = Call::new("GET", "/x");
        call.idempotent = idempotent;
        let request = redemption.build_call(&call, &Options::default()).unwrap();
        let outcome = redemption.read_call(&request, response(503, ""));
        let error = fails(outcome, status, Delivery::Answered);
        assert_eq!(error.is_retry_safe(), idempotent);
    }
}

#[test]
fn a_code_may_be_a_string_of_digits_and_nothing_else() {
    let redemption = redemption(&config("https://host.example"));
    let call = Call::new("GET", "/x");
    let request = redemption.build_call(&call, &Options::default()).unwrap();
    let read = |code: &str| {
        let body = format!(r#"{{"status":{code},"message":"m","data":null}}"#);
        redemption.read_call(&request, response(200, &body))
    };
    for success in ["0", r#""0""#, r#""000""#] {
        let answer = read(success).unwrap();
        assert_eq!(answer.code(), Some("0"));
        assert!(answer.data().is_none());
    }
    for (code, platform_code) in [("9", "9"), (r#""9""#, "9")] {
        let error = fails(read(code), Status::Platform, Delivery::Answered);
        assert_eq!(error.platform_code(), Some(platform_code));
    }
    for wrong in [
        r#""""#,
        r#"" 0""#,
        r#""+0""#,
        r#""0.0""#,
        r#""0x0""#,
        r#""٠""#,
        r#""99999999999999999999""#,
        "0.0",
        "true",
        "[0]",
    ] {
        let error = fails(read(wrong), Status::Protocol, Delivery::Answered);
        assert!(error.message().contains("`status`"), "{wrong}: {error}");
    }
}

#[test]
fn not_modified_is_not_called_a_redirect() {
    let redemption = redemption(&config("https://host.example"));
    let call = Call::new("GET", "/x");
    let request = redemption.build_call(&call, &Options::default()).unwrap();
    for (status, is_redirect) in [(301, true), (303, true), (304, false), (308, true)] {
        let outcome = redemption.read_call(&request, response(status, ""));
        let error = fails(outcome, Status::Http, Delivery::Answered);
        let says = error.message().contains("redirects");
        assert_eq!(says, is_redirect, "{error}");
        assert!(error.message().contains(&status.to_string()), "{error}");
    }
}

#[test]
fn a_clone_of_an_answer_is_the_same_answer() {
    let redemption = redemption(&config("https://host.example"));
    let call = Call::new("GET", "/x");
    let request = redemption.build_call(&call, &Options::default()).unwrap();
    let body = r#"{"status":0,"data":{"a":"b"}}"#;
    let answer = redemption.read_call(&request, response(200, body)).unwrap();
    let clone = answer.clone();
    assert!(std::ptr::eq(answer.body(), clone.body()));
    assert!(std::ptr::eq(answer.data().unwrap(), clone.data().unwrap()));
    drop(answer);
    assert_eq!(clone.body(), body.as_bytes());
    let outcome = redemption.read_call(&request, response(200, r#"{"status":9}"#));
    let error = outcome.unwrap_err();
    let clone = error.clone();
    let body = |error: &Error| error.answer().expect("an answer").body().as_ptr();
    assert_eq!(body(&error), body(&clone));
}

/// The settings of single platforms, with the platform's name and values that fit and do not.
fn settings() -> Vec<(&'static str, &'static str, Setting)> {
    use daxpay_settings::ResponseSignature::IfPresent;
    use seller_settings::ExpiresInUnit::Seconds;
    vec![
        (
            "creditpay",
            "creditpay_signed_path_prefix",
            creditpay_settings::signed_path_prefix("/dg"),
        ),
        (
            "daxpay",
            "daxpay_utc_offset_minutes",
            daxpay_settings::utc_offset_minutes(60),
        ),
        (
            "daxpay",
            "daxpay_response_signature",
            daxpay_settings::response_signature(IfPresent),
        ),
        (
            "openplatform",
            "openplatform_token_lifetime_ms",
            openplatform_settings::token_lifetime_ms(1),
        ),
        (
            "seller",
            "seller_expires_in_unit",
            seller_settings::expires_in_unit(Seconds),
        ),
    ]
}

/// What making a handle of that platform comes to.
fn make(platform: &str, config: &Config) -> Result<(), Error> {
    use auth::providers::{creditpay, daxpay, openplatform, redemption, seller};
    match platform {
        "creditpay" => creditpay::CreditPay::new(config, "p", "a", "s").map(drop),
        "daxpay" => {
            let algorithm = daxpay::Algorithm::Md5;
            daxpay::DaxPay::new(config, "a", None, "s", algorithm).map(drop)
        }
        "openplatform" => openplatform::OpenPlatform::new(config, "c", "s").map(drop),
        "redemption" => redemption::Redemption::with_md5(config, "b", "m", "s").map(drop),
        _ => seller::Seller::new(config, "a", "s").map(drop),
    }
}

#[test]
fn a_setting_of_another_platform_is_refused_when_a_handle_is_made() {
    for (owner, name, setting) in settings() {
        for platform in PLATFORMS {
            let mut config = config("https://host.example");
            config.set(setting.clone());
            match make(platform, &config) {
                Ok(()) => assert_eq!(platform, owner, "{name}"),
                Err(error) => {
                    assert_ne!(platform, owner, "{name}: {error}");
                    assert_eq!(error.status(), Status::InvalidConfig);
                    assert!(error.message().starts_with(name), "{error}");
                    assert!(error.message().contains(platform), "{error}");
                }
            }
            config.unset(name);
            make(platform, &config).unwrap();
        }
    }
}

#[test]
fn a_setting_of_one_platform_has_its_range() {
    let day_ms = 86_400_000;
    type Set = fn(i64) -> Setting;
    let ranges: [(&str, &str, Set, i64, i64); 2] = [
        (
            "daxpay",
            "daxpay_utc_offset_minutes",
            |minutes| daxpay_settings::utc_offset_minutes(i32::try_from(minutes).unwrap()),
            -1080,
            1080,
        ),
        (
            "openplatform",
            "openplatform_token_lifetime_ms",
            openplatform_settings::token_lifetime_ms,
            1,
            365 * day_ms,
        ),
    ];
    for (platform, name, setting, least, most) in ranges {
        for (value, fits) in [
            (least, true),
            (most, true),
            (least - 1, false),
            (most + 1, false),
        ] {
            let mut config = config("https://host.example");
            config.set(setting(value));
            let made = make(platform, &config);
            assert_eq!(made.is_ok(), fits, "{name} {value}");
            if let Err(error) = made {
                assert_eq!(error.status(), Status::InvalidConfig);
                assert!(error.message().starts_with(name), "{error}");
            }
        }
    }
}

#[test]
fn the_last_value_of_a_setting_counts() {
    let mut config = config("https://host.example");
    config.set(openplatform_settings::token_lifetime_ms(0));
    config.set(openplatform_settings::token_lifetime_ms(5));
    make("openplatform", &config).unwrap();
}
