//! Secrets are nowhere but where they belong: every flow is run at the most talkative level, with a
//! platform that quotes every secret it knows, and each log line, error, `Debug` text and URL is
//! searched for them.

use crate::support;

use std::fmt::Debug;
use std::sync::Mutex;

use auth::call::Call;
use auth::http::{Headers, HttpRequest, HttpResponse};
use auth::providers::daxpay::{Algorithm, AuthUrlRequest, DaxPay};
use auth::providers::seller::Seller;
use auth::{Config, Error, Options};
use serde_json::json;
use support::operations::{OPERATIONS, each_operation};
use support::sandbox::Scope;
use support::*;

/// What must not be seen, with pieces of the keys' base64.
fn planted() -> Vec<String> {
    let c = CREDENTIALS;
    let key = c.redemption_merchant_private_key_pem;
    let mut secrets: Vec<String> = [
        c.creditpay_api_key,
        c.creditpay_signature_key,
        c.daxpay_sign_key,
        c.openplatform_secret,
        c.redemption_md5_secret,
        c.seller_access_key,
        c.seller_secret_key,
        "customer-token-a1472263",
        "one-time-code-planted",
    ]
    .map(str::to_owned)
    .to_vec();
    secrets.extend(
        key.lines()
            .filter(|line| !line.starts_with('-'))
            .map(str::to_owned),
    );
    secrets
}

/// Everything that somebody might read, gathered and searched.
#[derive(Default)]
struct Readable(Mutex<Vec<String>>);

impl Readable {
    fn text(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    fn debug(&self, value: &impl Debug) {
        self.text(format!("{value:?} {value:#?}"));
    }

    fn error(&self, error: &Error) {
        self.debug(error);
        self.text(error.to_string());
        self.text(error.message());
        self.text(error.platform_message().unwrap_or_default());
        self.text(error.platform_code().unwrap_or_default());
        self.text(error.trace_id().unwrap_or_default());
        self.debug(&error.answer());
        self.debug(&std::error::Error::source(error).map(ToString::to_string));
    }

    fn request(&self, request: &HttpRequest) {
        self.debug(request);
        self.text(request.url());
    }

    fn lines(&self, lines: &Lines) {
        for (_, line) in lines.all() {
            self.text(line);
        }
    }

    /// Panics where a secret, or one of `more`, is to be read in upper case or as it is.
    #[track_caller]
    fn holds_none_of(&self, more: &[String]) {
        let texts = self.0.lock().unwrap();
        assert!(!texts.is_empty());
        for secret in planted().iter().chain(more) {
            let upper = secret.to_uppercase();
            for text in texts.iter() {
                assert!(
                    !text.contains(secret) && !text.contains(&upper),
                    "{secret} in {text}"
                );
            }
        }
    }
}

fn logging(base: String) -> (Config, std::sync::Arc<Lines>) {
    let mut config = config(base);
    config.max_tries = 2;
    let lines = Lines::of(&mut config);
    (config, lines)
}

/// Answers of the sandbox that quote, or may quote, what was sent.
const FAULTS: [&str; 12] = [
    "code=500,echo_secret",
    "code=10102,echo_secret",
    "code=401,echo_secret",
    "status=503,body=envelope,echo_secret",
    "status=429,body=envelope,echo_secret,retry_after=0",
    "status=400,body=envelope,echo_secret,code=20052",
    "html",
    "json=missing",
    "reset_after",
    "notutf8",
    "trailing",
    "redirect",
];

#[test]
fn no_operation_shows_a_secret_whatever_the_platform_answers() {
    let sandbox = support::start();
    let readable = Readable::default();
    for fault in FAULTS {
        each_operation(|operation| {
            let scope = sandbox.scoped(operation.name);
            let (config, lines) = logging(scope.faulty(operation.platform, fault));
            let outcome = match operation.platform {
                // The sandbox quotes the shared secret, which only such a handle can know.
                "redemption" => {
                    let handle = redemption_md5(&config);
                    handle
                        .get_alipay_url(&alipay_request("s"), &Options::default())
                        .map(drop)
                }
                _ => operation.run(&config, &scope),
            };
            if let Err(error) = outcome {
                readable.error(&error);
            }
            readable.lines(&lines);
        });
    }
    readable.holds_none_of(&[]);
    let texts = readable.0.lock().unwrap();
    // Or this test would show nothing: the platform did quote them.
    assert!(texts.iter().filter(|text| text.contains("***")).count() >= 20);
    assert!(texts.iter().any(|text| text.contains("attempt")));
}

#[test]
fn no_operation_that_succeeds_shows_a_secret() {
    let sandbox = support::start();
    let readable = Readable::default();
    for operation in &OPERATIONS {
        let scope = sandbox.scoped(operation.name);
        let (config, lines) = logging(scope.base(operation.platform));
        operation.run(&config, &scope).unwrap();
        assert!(!lines.all().is_empty());
        readable.lines(&lines);
    }
    readable.holds_none_of(&[]);
}

/// The token that the platform saw last.
fn sent_token(scope: &Scope, platform: &str) -> String {
    let sent = scope.last(platform).unwrap();
    let token = header(&sent, "access-token").or(header(&sent, "authorization"));
    let token = token.expect("a business call carries its token");
    token.trim_start_matches("Bearer ").to_owned()
}

#[test]
fn no_business_call_shows_its_token() {
    let sandbox = support::start();
    for fault in [
        "code=500,at=business,echo_secret",
        "token_401",
        "status=401,body=envelope,at=business,echo_secret",
    ] {
        for platform in ["openplatform", "openplatform-jwt", "seller"] {
            let readable = Readable::default();
            let scope = sandbox.scoped(fault);
            let (config, lines) = logging(scope.faulty(platform, fault));
            let call = Call::new("GET", "/x");
            readable.debug(&call);
            let error = match platform {
                "seller" => seller(&config).call(&call, &Options::default()),
                _ => openplatform(&config).call(&call, &Options::default()),
            };
            readable.error(&error.unwrap_err());
            readable.lines(&lines);
            readable.holds_none_of(&[sent_token(&scope, platform)]);
        }
    }
}

#[test]
fn signed_business_calls_show_no_key() {
    let sandbox = support::start();
    let readable = Readable::default();
    let mut call = Call::new("POST", "/x");
    call.body = br#"{"password":"one-time-code-planted"}"#.to_vec();
    call.headers.add("X-Key", "one-time-code-planted");
    readable.debug(&call);
    for fault in ["code=500,echo_secret", "status=503", "reset_after"] {
        let scope = sandbox.scoped("signed");
        for platform in ["creditpay", "daxpay", "redemption"] {
            let (config, lines) = logging(scope.faulty(platform, fault));
            let outcome = match platform {
                "creditpay" => creditpay(&config).call(&call, &Options::default()),
                "daxpay" => daxpay(&config).call(&call, &Options::default()),
                _ => redemption_md5(&config).call(&call, &Options::default()),
            };
            readable.error(&outcome.unwrap_err());
            readable.lines(&lines);
        }
    }
    readable.holds_none_of(&[]);
}

fn response(body: &serde_json::Value) -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: Headers::default(),
        body: body.to_string().into_bytes().into(),
    }
}

#[test]
fn an_answer_that_is_handed_back_is_searched_for_what_its_request_held() {
    let readable = Readable::default();
    let (config, lines) = logging("https://host.example".into());
    let quoting = |secret: &str| {
        response(
            &json!({"code": 500, "status": 1, "msg": format!("bad {secret}"), "message": format!("bad {secret}")}),
        )
    };
    let code = "one-time-code-planted";

    let creditpay = creditpay(&config);
    let request = creditpay
        .build_issue_code(&code_request(), &Options::default())
        .unwrap();
    readable.request(&request);
    let answer = quoting("customer-token-a1472263");
    readable.error(&creditpay.read_issue_code(&request, answer).unwrap_err());
    let request = creditpay
        .build_open_token(code, &Options::default())
        .unwrap();
    readable.request(&request);
    readable.error(
        &creditpay
            .read_open_token(&request, quoting(code))
            .unwrap_err(),
    );

    let daxpay = daxpay(&config);
    let request = daxpay
        .build_auth(&auth_request(code), &Options::default())
        .unwrap();
    readable.request(&request);
    readable.error(&daxpay.read_auth(&request, quoting(code)).unwrap_err());
    let request = daxpay
        .build_auth_and_set(&auth_request(code), &Options::default())
        .unwrap();
    readable.error(
        &daxpay
            .read_auth_and_set(&request, quoting(code))
            .unwrap_err(),
    );

    let redemption = redemption_md5(&config);
    let request = redemption
        .build_get_alipay_url(&alipay_request("s"), &Options::default())
        .unwrap();
    readable.request(&request);
    let answer = quoting(CREDENTIALS.redemption_md5_secret);
    readable.error(
        &redemption
            .read_get_alipay_url(&request, answer)
            .unwrap_err(),
    );

    let call = Call::new("GET", "/x");
    let openplatform = openplatform(&config);
    let login = openplatform.build_token(&Options::default()).unwrap();
    readable.request(&login);
    let token = json!({"code": 200, "ok": true, "data": code});
    let token = openplatform.read_token(&login, response(&token)).unwrap();
    readable.debug(&token);
    let request = openplatform.build_call(&call, &Options::default()).unwrap();
    readable.request(&request);
    readable.error(&openplatform.read_call(&request, quoting(code)).unwrap_err());

    let seller = seller(&config);
    let login = seller.build_token(&Options::default()).unwrap();
    readable.request(&login);
    let token = json!({"code": 200, "data": {"accessToken": format!("Bearer {code}"), "expiresIn": 7_200_000}});
    readable.debug(&seller.read_token(&login, response(&token)).unwrap());
    let request = seller.build_call(&call, &Options::default()).unwrap();
    readable.request(&request);
    readable.error(&seller.read_call(&request, quoting(code)).unwrap_err());

    readable.lines(&lines);
    readable.holds_none_of(&[]);
}

#[test]
fn no_public_type_shows_a_secret_in_its_debug_text() {
    let sandbox = support::start();
    let readable = Readable::default();
    let mut more = Vec::new();
    let config = |platform: &str| config(sandbox.base(platform));

    let creditpay = creditpay(&config("creditpay"));
    let code = creditpay
        .issue_code(&code_request(), &Options::default())
        .unwrap();
    let token = creditpay
        .open_token(code.ident_code(), &Options::default())
        .unwrap();
    readable.debug(&creditpay);
    readable.debug(&code);
    readable.debug(&code.answer());
    readable.debug(&token);
    more.extend([code.ident_code().to_owned(), token.value().to_owned()]);

    let daxpay = daxpay(&config("daxpay"));
    let identity = daxpay
        .auth(&auth_request("one-time-code-planted"), &Options::default())
        .unwrap();
    let request = AuthUrlRequest {
        channel: Some("ali_pay".into()),
        ..AuthUrlRequest::default()
    };
    readable.debug(&daxpay);
    readable.debug(&identity);
    readable.debug(
        &daxpay
            .generate_auth_url(&request, &Options::default())
            .unwrap(),
    );
    let of_the_user = [
        identity.access_token(),
        identity.open_id(),
        identity.user_id(),
    ];
    more.extend(of_the_user.into_iter().flatten().map(str::to_owned));

    let redemption = redemption_md5(&config("redemption"));
    readable.debug(&redemption);
    readable.debug(
        &redemption
            .get_alipay_url(&alipay_request("s"), &Options::default())
            .unwrap(),
    );

    let openplatform = openplatform(&config("openplatform"));
    let token = openplatform.token(&Options::default()).unwrap();
    readable.debug(&openplatform);
    readable.debug(&token);
    more.push(token.value().to_owned());
    let seller = seller(&config("seller"));
    let token = seller.token(&Options::default()).unwrap();
    readable.debug(&seller);
    readable.debug(&token);
    more.push(token.value().to_owned());

    let key = CREDENTIALS.redemption_merchant_private_key_pem;
    readable.debug(&auth::signing::rsa::PrivateKey::parse("k", key).unwrap());
    let response = response(&json!({"token": "one-time-code-planted"}));
    readable.debug(&response);
    readable.holds_none_of(&more);
}

#[test]
fn a_secret_that_is_cut_off_by_the_length_of_a_message_is_not_shown_in_part() {
    let secret = CREDENTIALS.openplatform_secret;
    for before in 200..320 {
        let message = format!("{}{secret}", "x".repeat(before));
        let body = json!({"code": 10102, "message": message, "ok": false});
        let openplatform = openplatform(&config("https://host.example"));
        let request = openplatform.build_token(&Options::default()).unwrap();
        let outcome = openplatform.read_token(&request, response(&body));
        let error = outcome.unwrap_err();
        let shown = [error.message(), error.platform_message().unwrap()];
        let piece = &secret[..4];
        for text in shown {
            assert!(!text.contains(piece), "{before}: {text}");
        }
    }
}

#[test]
fn secrets_are_found_in_the_forms_they_take() {
    let key = "Odd+Key/ä=&1";
    let handle = DaxPay::new(
        &config("https://host.example"),
        "a",
        None,
        key,
        Algorithm::Md5,
    )
    .unwrap();
    let request = handle
        .build_auth(&auth_request("c"), &Options::default())
        .unwrap();
    let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    // As it is, in a URL, and as the end of a string to sign in upper case.
    for form in [
        key.to_owned(),
        encoded,
        format!("APPID=A&KEY={}", key.to_uppercase()),
    ] {
        let body = json!({"code": 20052, "msg": format!("wrong: {form}"), "sign": "0"});
        let error = handle.read_auth(&request, response(&body)).unwrap_err();
        for text in [error.message(), error.platform_message().unwrap()] {
            assert!(
                text.contains("***") && !text.contains("dd+Key") && !text.contains("DD+KEY"),
                "{text}"
            );
            assert!(!text.contains("Odd%2B"), "{text}");
        }
    }
}

#[test]
fn a_message_is_one_line_and_bearable_whatever_the_platform_says() {
    for said in [
        "a\r\nb\nc",
        "a\u{2028}b\u{0}c\u{1b}[31m",
        &"中".repeat(100_000),
    ] {
        let body = json!({"code": 400, "message": said});
        let (config, lines) = logging("https://host.example".into());
        let seller = Seller::new(&config, "access", "secret").unwrap();
        let request = seller.build_token(&Options::default()).unwrap();
        let error = seller.read_token(&request, response(&body)).unwrap_err();
        let shown = [
            error.message().to_owned(),
            error.platform_message().unwrap().to_owned(),
        ];
        let lines = lines.all().into_iter().map(|(_, line)| line);
        for text in shown.into_iter().chain(lines) {
            assert!(!text.chars().any(char::is_control), "{text:?}");
            assert!(text.chars().count() <= 400, "{}", text.len());
        }
    }
}

#[test]
fn an_error_about_an_argument_does_not_repeat_a_secret() {
    let planted = "one-time-code-planted\r\n";
    let config = config("https://host.example");
    let readable = Readable::default();
    let made = auth::providers::creditpay::CreditPay::new(&config, "p", planted, "s");
    readable.error(&made.err().unwrap());
    let mut call = Call::new("GET", "/x");
    call.headers.add("X-Key", planted);
    readable.error(
        &creditpay(&config)
            .build_call(&call, &Options::default())
            .unwrap_err(),
    );
    let base = "https://user:one-time-code-planted@host.example";
    readable.error(&Seller::new(&support::config(base), "a", "s").err().unwrap());
    readable.holds_none_of(&[]);
}
