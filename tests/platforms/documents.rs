//! The request examples of the platforms' documents, as near to the letter as they are sane: the sandbox
//! takes each, so whoever starts from the document gets an answer. What had to be changed is said at each;
//! credentials, times and what must be unique are the sandbox's in all of them, and so are the signatures.

use auth::clock::{Clock as _, SystemClock};
use libauth_sandbox::Sandbox;
use libauth_sandbox::signatures::{
    DaxPayAlgorithm, KeyOwner, NestedForm, creditpay, daxpay_digest, daxpay_string, random_hex,
    redemption_string, rsa_sign,
};
use serde_json::Value;

use crate::support::CREDENTIALS;

/// Posts exactly these headers and this body; the answer must be JSON.
fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(10)))
            .build(),
    );
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body.as_bytes()).expect("an answer");
    let text = answer.body_mut().read_to_string().expect("text");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const CREDITPAY_PATH: &str = "/v1/platform/identify/auth";

/// creditpay. Changed: the comma behind the last member is gone. Kept: `customer_no` where the table says
/// `custom_no`, and no Content-Type, which the list of headers leaves out.
#[test]
fn creditpay_example_without_its_trailing_comma() {
    let sandbox = Sandbox::start();
    for amount in [r#""10001.23""#, "10001.23"] {
        // A string in the example, a number in the table.
        let body = format!(
            r#"{{
    "customer_no": "473_32_86000698",
    "customer_token": "a1472263-7f05-4b7d-a6f6-0e1e8e5c6d2a",
    "token_expire": 1732521424191,
    "callback_url": "https://shop.example/callback",
    "client_ip": "192.168.1.166",
    "session_sign": "1",
    "credit_limit_tag": "1",
    "credit_limit_available_cards": [
        {{"tag": "1", "amount": {amount}, "currency": "CNY", "icon": "https://shop.example/favicon.ico", "input": "<b>28000.00</b>"}}
    ]
}}"#
        );
        let signature = creditpay(
            CREDENTIALS.creditpay_signature_key,
            CREDITPAY_PATH,
            body.as_bytes(),
        );
        let url = format!(
            "{}{CREDITPAY_PATH}?plat_id={}",
            sandbox.base("creditpay"),
            CREDENTIALS.creditpay_plat_id
        );
        let headers = [
            ("trace", "trace-1"),
            ("api-key", CREDENTIALS.creditpay_api_key),
            ("signature", &signature),
        ];
        let answer = post(&url, &headers, &body);
        assert_eq!(answer["code"], 0, "{answer}");
    }
}

/// daxpay. Changed: the string to sign ends in `&key=`, as the rule and the SDK have it, not in the
/// sample's `&sign=`.
#[test]
fn daxpay_example_signed_with_key_instead_of_sign() {
    let sandbox = Sandbox::start();
    let time = jiff::Timestamp::from_millisecond(SystemClock::default().unix_ms()).expect("now");
    let time = jiff::tz::offset(8).to_datetime(time);
    let unsigned = format!(
        r#"{{"appId":"{}","mchNo":"{}","clientIp":"127.0.0.1","nonceStr":"{}","reqTime":"{}","channel":"ali_pay","authCode":"{}"}}"#,
        CREDENTIALS.daxpay_app_id,
        CREDENTIALS.daxpay_mch_no,
        random_hex(8),
        time.strftime("%Y-%m-%d %H:%M:%S"),
        random_hex(16),
    );
    let key = CREDENTIALS.daxpay_sign_key;
    let string = daxpay_string(&unsigned, key, NestedForm::Sorted).expect("JSON");
    let sign = daxpay_digest(&string, key, DaxPayAlgorithm::HmacSha256);
    let body = unsigned.replacen('{', &format!(r#"{{"sign":"{sign}","#), 1);
    let url = format!("{}/unipay/assist/channel/auth/auth", sandbox.base("daxpay"));
    let answer = post(&url, &[("Content-Type", "application/json")], &body);
    assert_eq!(answer["code"], 0, "{answer}");
}

/// openplatform. "使用Params参数传参" is read both ways: as a form, and as parameters in the URL.
#[test]
fn openplatform_example_as_a_form_and_in_the_url() {
    let sandbox = Sandbox::start();
    let parameters = format!(
        "clientId={}&secret={}&userType=2",
        CREDENTIALS.openplatform_client_id, CREDENTIALS.openplatform_secret
    );
    let url = format!("{}/openapi/auth/credential", sandbox.base("openplatform"));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = post(&url, &form, &parameters);
    assert_eq!(answer["code"], 200, "{answer}");
    let answer = post(&format!("{url}?{parameters}"), &[], "");
    assert_eq!(answer["code"], 200, "{answer}");
}

/// redemption. Kept: `thirdAccount`, where the table says `userId`; no `Accept`.
#[test]
fn redemption_example_with_third_account() {
    let sandbox = Sandbox::start();
    let body = format!(
        r#"{{"merchantId":"{}","businessId":"{}","serialNo":"{}","thirdAccount":"user-1","callbackUrl":"https://shop.example/callback"}}"#,
        CREDENTIALS.redemption_merchant_id,
        CREDENTIALS.redemption_business_id,
        random_hex(8),
    );
    let (nonce, time) = (random_hex(16), SystemClock::default().unix_ms().to_string());
    let mut headers = vec![
        ("Content-Type", "application/json; charset=utf-8"),
        ("businessId", CREDENTIALS.redemption_business_id),
        ("nonce", &nonce),
        ("timestamp", &time),
        ("signType", "SHA256-RSA"),
    ];
    let value = |name: &str| {
        let found = headers.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| *value)
    };
    let string = redemption_string(value, body.as_bytes());
    let sign = rsa_sign(KeyOwner::Merchant, &string);
    headers.push(("sign", &sign));
    let url = format!("{}/v1/openapi/auth/alipay/url", sandbox.base("redemption"));
    let answer = post(&url, &headers, &body);
    assert_eq!(answer["status"], 0, "{answer}");
}

/// seller. To the letter, at the address of either version of the document.
#[test]
fn seller_example_at_both_addresses() {
    let sandbox = Sandbox::start();
    let body = format!(
        r#"{{"accessKey":"{}","secretKey":"{}"}}"#,
        CREDENTIALS.seller_access_key, CREDENTIALS.seller_secret_key
    );
    for path in [
        "/seller/202405/auth/get-access-token",
        "/seller/202405/authorization",
    ] {
        let url = format!("{}{path}", sandbox.base("seller"));
        let answer = post(&url, &[("Content-Type", "application/json")], &body);
        assert_eq!(answer["code"], 200, "{answer}");
    }
}
