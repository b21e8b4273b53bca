//! daxpay's edition `open`.

use super::client::*;
use libauth_sandbox::signatures::*;
use libauth_sandbox::{Sandbox, credentials};
use serde_json::{Value, json};

const CHANNEL: &str = "/unipay/assist/channel/auth";

fn fields(own: &Value) -> Value {
    let test = credentials();
    let common = json!({
        "mchNo": test.daxpay_open_mch_no, "appId": test.daxpay_open_app_id, "reqId": random_hex(16),
        "reqTime": gateway_time(0), "nonceStr": random_hex(16),
    });
    changed(common, own)
}

fn signed(path: &str, mut fields: Value, owner: KeyOwner) -> Sent {
    let string = open_string(&fields.to_string()).unwrap();
    fields["sign"] = json!(rsa_sign(owner, string.as_bytes()));
    let headers = [("Content-Type", "application/json")];
    Sent::new("POST", path, &headers, &fields.to_string())
}

fn open(path: &str, own: &Value) -> Sent {
    signed(path, fields(own), KeyOwner::OpenMerchant)
}

/// Whether the answer is signed with this owner's key.
fn is_signed_by(answer: &Got, owner: KeyOwner) -> bool {
    let string = open_string(&answer.text()).unwrap();
    let json = answer.json();
    json["sign"]
        .as_str()
        .is_some_and(|sign| rsa_verifies(owner, string.as_bytes(), sign))
}

#[test]
fn requests_and_answers_are_signed_and_refusals_too() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("daxpay-open");
    let pay =
        json!({"bizOrderNo": "P1", "amount": 100, "goods": [{"name": "卡 & 券"}], "limit": null});
    let answer = open("/unipay/pay", &pay).to(&base);
    assert_eq!(answer.json()["code"], 0, "{}", answer.text());
    assert!(is_signed_by(&answer, KeyOwner::OpenPlatform));
    assert!(answer.header("x-trace-id").is_some());
    assert_eq!(
        answer.json()["reqId"],
        answer.json()["data"]["body"]["reqId"]
    );

    let again = open("/unipay/pay", &pay);
    assert_eq!(again.to(&base).json()["code"], 0);
    for (request, code) in [
        (again, 10409),
        (open("/unipay/query/pay", &json!({"nonceStr": null})), 10408),
        (
            open(
                "/unipay/query/pay",
                &json!({"reqTime": "2026-11-25T02:51:44"}),
            ),
            10410,
        ),
        (
            open("/unipay/query/pay", &json!({"reqTime": gateway_time(-301)})),
            10411,
        ),
        (
            open("/unipay/query/pay", &json!({"reqTime": gateway_time(310)})),
            10411,
        ),
        (open("/unipay/pay", &json!({"amount": 1.5})), 10505),
        (open("/unipay/pay", &json!({"reqId": null})), 10505),
        (open("/unipay/pay", &json!({"mchNo": "other"})), 10401),
        (open("/unipay/pay", &json!({"appId": "other"})), 10401),
        (open("/unipay/pay", &json!({"appId": null})), 0),
        (
            signed("/unipay/pay", fields(&json!({})), KeyOwner::Merchant),
            20052,
        ),
    ] {
        let answer = request.to(&base);
        assert_eq!(answer.json()["code"], code, "{}", answer.text());
        assert!(is_signed_by(&answer, KeyOwner::OpenPlatform));
    }
    let mut unlike = open("/unipay/pay", &json!({"title": "a"}));
    unlike.body = unlike.body.replace("\"a\"", "\"b\"");
    let refused = unlike.to(&base).json();
    let message = refused["msg"].as_str().unwrap();
    assert!(message.contains("serverSignStr: appId="), "{message}");
    assert!(message.ends_with("&title=b"), "{message}");

    let ping = open("/unipay/ping", &json!({})).to(&base).json();
    let string = ping["data"]["serverSignStr"].as_str().unwrap();
    assert!(
        string.starts_with("appId=A1785312000077&mchNo="),
        "{string}"
    );
    let get = Sent::new("GET", "/unipay/callback/ping", &[], "").to(&base);
    assert_eq!((get.status, &*get.text()), (200, "pong"));
}

#[test]
fn channel_auth_is_signed_only_where_the_platform_signs_it() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("daxpay-open");
    let url = open(
        &format!("{CHANNEL}/generate-auth-url"),
        &json!({"channel": "wechat_pay", "returnPath": "/back"}),
    );
    let answer = url.to(&base);
    assert!(is_signed_by(&answer, KeyOwner::OpenPlatform));
    let data = answer.json()["data"].clone();
    assert!(
        data["authUrl"].is_string() && data["queryCode"].is_string(),
        "{data}"
    );

    let auth = |own: &Value| {
        let headers = [("Content-Type", "application/json")];
        Sent::new(
            "POST",
            &format!("{CHANNEL}/auth"),
            &headers,
            &own.to_string(),
        )
        .to(&base)
        .json()
    };
    let own = json!({"authCode": "one-time", "authToken": data["authToken"]});
    let first = auth(&own);
    assert_eq!(
        (&first["code"], &first["data"]["returnPath"]),
        (&json!(0), &json!("/back"))
    );
    assert!(
        first.get("sign").is_none() && first.get("message").is_some(),
        "{first}"
    );
    assert_eq!(auth(&json!({"authCode": "one-time"}))["code"], 20000);
    assert_eq!(
        auth(&json!({"authCode": "new", "authToken": data["authToken"]}))["code"],
        20000
    );
    let known = json!({"authCode": first["data"]["openId"]});
    assert_eq!(auth(&known)["data"]["openId"], first["data"]["openId"]);
    assert_eq!(auth(&known)["data"]["openId"], first["data"]["openId"]);
    for (start, status) in [
        ("waiting-", "waiting"),
        ("none-", "not_exist"),
        ("fail-", "fail"),
    ] {
        let own = json!({"authCode": format!("{start}1")});
        assert_eq!(auth(&own)["data"]["status"], status);
    }
    let set = open(
        &format!("{CHANNEL}/auth-and-set"),
        &json!({"authCode": "set"}),
    )
    .to(&base)
    .json();
    assert_eq!(set, json!({"code": 0, "msg": "success", "data": null}));
}

#[test]
fn faults_of_the_signature() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("sign");
    let with =
        |fault: &str| open("/unipay/pay", &json!({})).to(&scope.faulty("daxpay-open", fault));
    let other = with("sign=other_key");
    assert!(is_signed_by(&other, KeyOwner::Platform));
    let reflected = with("sign=reflected");
    assert!(is_signed_by(&reflected, KeyOwner::OpenMerchant));
    let missing = with("sign=missing").json();
    assert_eq!((&missing["code"], missing.get("sign")), (&json!(0), None));
    let changed = with("code=20011,sign=code_changed");
    assert_eq!(changed.json()["code"], 0);
    assert!(!is_signed_by(&changed, KeyOwner::OpenPlatform));
    let legacy = with("legacy,code=20011").json();
    assert_eq!(
        (&legacy["code"], legacy.get("sign"), legacy.get("msg")),
        (&json!(20011), None, None)
    );
    assert!(legacy["message"].is_string());
    assert_eq!(with("sign=upper").status, 400);
    let text = with("code_text");
    assert_eq!(text.json()["code"], "0");
    assert!(is_signed_by(&text, KeyOwner::OpenPlatform));
}
