//! What the fuzz targets do with their bytes: one function for each. They stand together, so that one file follows when
//! the library's names move.

use std::ffi::CString;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::ptr::null_mut;
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};

use auth::call::Call;
use auth::http::{Headers, HttpResponse};
use auth::inbound::Inbound;
use auth::json::Json;
use auth::providers::creditpay::CreditPay;
use auth::providers::daxpay::DaxPay;
use auth::providers::openplatform::OpenPlatform;
use auth::providers::redemption::Redemption;
use auth::providers::seller::Seller;
use auth::signing::{creditpay as creditpay_signing, daxpay as daxpay_signing};
use auth::{Config, Options};

const KEY: &str = "key";

struct Handles {
    creditpay: CreditPay,
    daxpay: DaxPay,
    openplatform: OpenPlatform,
    redemption: Redemption,
    seller: Seller,
}

static HANDLES: LazyLock<Handles> = LazyLock::new(|| {
    let config = Config::new("https://host.example/dg");
    let algorithm = daxpay_signing::Algorithm::HmacSha256;
    Handles {
        creditpay: CreditPay::new(&config, "plat", "api", KEY).unwrap(),
        daxpay: DaxPay::new(&config, "app", None, KEY, algorithm).unwrap(),
        openplatform: OpenPlatform::new(&config, "client", "secret").unwrap(),
        redemption: Redemption::with_md5(&config, "business", "merchant", KEY).unwrap(),
        seller: Seller::new(&config, "access", "secret").unwrap(),
    }
});

/// An inbound message.
fn posted(path: &str, body: &[u8]) -> Inbound {
    Inbound {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: Headers::default(),
        body: body.to_vec(),
    }
}

/// Splits at the first NUL.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// What is read is written so that it is read the same again.
pub fn json(data: &[u8]) {
    let Ok(value) = Json::parse(data) else { return };
    let written = value.to_json();
    let again = Json::parse(written.as_bytes()).expect("what was written is JSON");
    assert_eq!(again.to_json(), written);
    let _ = value.field("data.list.0.name");
}

/// An answer of each platform, to a login and to a business call; for DaxPay signed and unsigned.
pub fn answers(data: &[u8]) {
    let handles = &*HANDLES;
    let Some((status, body)) = data.split_first() else {
        return;
    };
    let response = |body: &[u8]| HttpResponse {
        status: if status % 4 == 0 {
            200
        } else {
            100 + u16::from(*status) * 2
        },
        headers: Headers::default(),
        body: body.to_vec().into(),
    };
    let call = Call::new("GET", "/v1/orders");
    if let Ok(request) = handles.seller.build_token(&Options::default()) {
        let _ = handles.seller.read_token(&request, response(body));
    }
    if let Ok(request) = handles.openplatform.build_token(&Options::default()) {
        let _ = handles.openplatform.read_token(&request, response(body));
    }
    if let Ok(request) = handles.creditpay.build_call(&call, &Options::default()) {
        let _ = handles.creditpay.read_call(&request, response(body));
    }
    if let Ok(request) = handles.redemption.build_call(&call, &Options::default()) {
        let _ = handles.redemption.read_call(&request, response(body));
    }
    let mut pay = Call::new("POST", "/pay");
    pay.body = b"{}".to_vec();
    if let Ok(request) = handles.daxpay.build_call(&pay, &Options::default()) {
        let _ = handles.daxpay.read_call(&request, response(body));
        let _ = handles.daxpay.read_call(&request, response(&signed(body)));
    }
}

/// A JSON object with the right `sign`, if it is an object.
fn signed(body: &[u8]) -> Vec<u8> {
    let Ok(Json::Object(mut members)) = Json::parse(body) else {
        return body.to_vec();
    };
    members.retain(|(name, _)| name != "sign");
    let algorithm = daxpay_signing::Algorithm::HmacSha256;
    let sign = daxpay_signing::sign(algorithm, KEY, &Json::Object(members.clone()));
    members.push(("sign".to_owned(), Json::String(sign)));
    Json::Object(members).to_json().into_bytes()
}

/// A message to each platform that calls back: as it is, and with a right signature.
pub fn inbound(data: &[u8]) {
    let handles = &*HANDLES;
    let (head, body) = halves(data);
    let message = |headers: Vec<(String, String)>, body: &[u8]| {
        let mut message = posted("/notify", body);
        for (name, value) in headers {
            message.headers.add(name, value);
        }
        message
    };
    let lines = text(head);
    let headers: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let plain = message(headers.clone(), body);
    let _ = handles.creditpay.verify(&plain);
    let _ = handles.daxpay.verify(&plain);
    let _ = handles.redemption.verify(&plain);
    let mut right = headers;
    right.push((
        "signature".to_owned(),
        creditpay_signing::sign(KEY, "/notify", body),
    ));
    let _ = handles.creditpay.verify(&message(right, body));
    let _ = handles.daxpay.verify(&message(Vec::new(), &signed(body)));
}

/// Keys in every form that is read.
pub fn keys(data: &[u8]) {
    let config = Config::new("https://host.example");
    let (private, public) = halves(data);
    let public = text(public);
    let _ = Redemption::with_rsa(
        &config,
        "business",
        "merchant",
        &text(private),
        (!public.is_empty()).then_some(&public),
    );
}

/// Why a signature does not match; the first byte picks who explains.
pub fn explain(data: &[u8]) {
    let handles = &*HANDLES;
    let Some((who, data)) = data.split_first() else {
        return;
    };
    let (first, rest) = halves(data);
    let (signature, body) = halves(rest);
    let (path, signature) = (text(first), text(signature));
    let message = posted(&path, body);
    let _ = match who % 6 {
        0 => handles.creditpay.explain(&message, Some(&signature)),
        1 => handles.creditpay.explain_event(&message, Some(&signature)),
        2 => handles.daxpay.explain(&message, Some(&signature)),
        3 => handles.daxpay.explain_string(&message, &signature),
        4 => handles.redemption.explain(&message, Some(&signature)),
        _ => handles.redemption.explain_event(&message, Some(&signature)),
    };
}

/// Addresses of platforms, proxies and calls; headers and queries.
pub fn addresses(data: &[u8]) {
    let (base, rest) = halves(data);
    let (path, header) = halves(rest);
    let mut config = Config::new(text(base));
    let _ = Seller::new(&config, "access", "secret");
    config = Config::new("https://host.example");
    config.proxy = Some(text(base));
    let _ = Seller::new(&config, "access", "secret");
    let mut call = Call::new("GET", text(path));
    let (name, value) = halves(header);
    call.headers.add(text(name), text(value));
    call.query.push((text(name), text(value)));
    if let Ok(request) = HANDLES.creditpay.build_call(&call, &Options::default()) {
        assert!(
            request.url().starts_with("https://host.example/dg/"),
            "{}",
            request.url()
        );
        assert!(
            !request.url().contains(['\r', '\n', ' ']),
            "{}",
            request.url()
        );
    }
}

/// Any order of calls of the C functions, with parameters that are missing, odd or right.
pub fn calls(data: &[u8]) {
    use auth::ffi::{call, config, creditpay, error, http, inbound};
    let mut parts = data.split(|byte| *byte == 0xff);
    let mut next = || {
        let part = parts.next()?;
        let (code, text) = part.split_first()?;
        let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != 0).collect();
        Some((*code, CString::new(text).ok()?))
    };
    // SAFETY: every object is freed once, at the end or where it is replaced; texts outlive the calls.
    unsafe {
        let settings = config::libauth_config_new(c"https://host.example".as_ptr());
        let asked = call::libauth_call_new(c"POST".as_ptr(), c"/v1/pay".as_ptr());
        let message = inbound::libauth_inbound_new(c"POST".as_ptr(), c"/notify".as_ptr());
        let mut handle = null_mut();
        let mut wrong = null_mut();
        let mut request = null_mut();
        for _ in 0..64 {
            let Some((code, text)) = next() else { break };
            let given = if code & 0x80 == 0 {
                text.as_ptr()
            } else {
                std::ptr::null()
            };
            let number = i64::from(code) - 64 + text.as_bytes().len() as i64 * 1000;
            match code & 0x0f {
                0 => config::libauth_config_set_timeout_ms(settings, number),
                1 => config::libauth_config_set_proxy(settings, given),
                2 => config::libauth_config_set_user_agent(settings, given),
                3 => call::libauth_call_add_query(asked, given, text.as_ptr()),
                4 => call::libauth_call_add_header(asked, text.as_ptr(), given),
                5 => call::libauth_call_set_body(
                    asked,
                    given,
                    text.as_bytes().as_ptr(),
                    text.as_bytes().len(),
                ),
                6 => inbound::libauth_inbound_add_header(message, text.as_ptr(), given),
                7 => inbound::libauth_inbound_set_body(
                    message,
                    text.as_bytes().as_ptr(),
                    text.as_bytes().len(),
                ),
                8 => {
                    creditpay::libauth_creditpay_free(handle);
                    creditpay::libauth_creditpay_new(
                        settings,
                        c"plat".as_ptr(),
                        given,
                        text.as_ptr(),
                        &mut handle,
                        &mut wrong,
                    );
                }
                9 => {
                    let mut event = null_mut();
                    creditpay::libauth_creditpay_verify(handle, message, &mut event, &mut wrong);
                    creditpay::libauth_creditpay_event_free(event);
                }
                10 => {
                    http::libauth_http_request_free(request);
                    creditpay::libauth_creditpay_build_call(
                        handle,
                        asked,
                        std::ptr::null(),
                        &mut request,
                        &mut wrong,
                    );
                }
                11 => {
                    let response = http::libauth_http_response_new(200 + i32::from(code >> 4));
                    http::libauth_http_response_set_body(
                        response,
                        text.as_bytes().as_ptr(),
                        text.as_bytes().len(),
                    );
                    let mut answer = null_mut();
                    creditpay::libauth_creditpay_read_call(
                        handle,
                        request,
                        response,
                        &mut answer,
                        &mut wrong,
                    );
                    auth::ffi::answer::libauth_answer_field(answer, given);
                    auth::ffi::answer::libauth_answer_free(answer);
                    http::libauth_http_response_free(response);
                }
                _ => {
                    error::libauth_error_message(wrong);
                    error::libauth_error_platform_code(wrong);
                }
            }
            error::libauth_error_free(wrong);
            wrong = null_mut();
        }
        http::libauth_http_request_free(request);
        creditpay::libauth_creditpay_free(handle);
        inbound::libauth_inbound_free(message);
        call::libauth_call_free(asked);
        config::libauth_config_free(settings);
    }
}

/// The bytes as what a server sends for a login; each half in a write of its own, then the end.
pub fn wire(data: &[u8]) {
    static SERVER: LazyLock<(u16, Mutex<Sender<Vec<u8>>>)> = LazyLock::new(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (give, take) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            while let (Ok((mut stream, _)), Ok(bytes)) = (listener.accept(), take.recv()) {
                let _ = stream.set_nodelay(true);
                let _ = stream.read(&mut [0; 4096]);
                let (head, rest) = bytes.split_at(bytes.len() / 2);
                let _ = stream.write_all(head).and_then(|()| stream.write_all(rest));
                let _ = stream.shutdown(Shutdown::Write);
            }
        });
        (port, Mutex::new(give))
    });
    let (port, give) = &*SERVER;
    let mut config = Config::new(format!("http://127.0.0.1:{port}"));
    config.timeout_ms = 2_000;
    config.max_tries = 1;
    let seller = Seller::new(&config, "access", "secret").unwrap();
    give.lock().unwrap().send(data.to_vec()).unwrap();
    let _ = seller.token(&Options::default());
}
