//! What each platform accepts, and how it refuses.

use super::client::*;
use libauth_sandbox::Sandbox;
use libauth_sandbox::signatures::*;
use serde_json::{Value, json};

#[test]
fn creditpay_issues_codes_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("creditpay");
    let code = |changes: Value| {
        let answer = creditpay_code(&changed(creditpay_fields(), &changes)).to(&base);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (200, &json!(0)),
            "{}",
            answer.text()
        );
        answer.json()["data"]["ident_code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = code(json!({"session_sign": "1"}));
    assert_eq!(first.len(), 32);
    assert_eq!(code(json!({"session_sign": "1"})), first);
    assert_ne!(
        code(json!({"session_sign": "1", "customer_no": "other"})),
        first
    );
    assert_ne!(code(json!({"session_sign": "2"})), first);
    assert_ne!(code(json!({})), code(json!({})));

    let redirect = |code: &str| {
        let body = json!({"ident_code": code}).to_string();
        let headers = [("trace", "t"), ("Content-Type", "application/json")];
        Sent::new("POST", "/v1/identify/redirect", &headers, &body)
            .to(&base)
            .json()
    };
    let token = redirect(&first)["data"]["open_token"].clone();
    assert!(token.as_str().unwrap().starts_with("Bearer eyJ"), "{token}");
    assert_eq!(redirect("0123")["code"], 500);

    let card =
        json!({"tag": "卡", "amount": "10.10", "currency": "CNY", "icon": "i", "input": "<b>"});
    code(json!({"credit_limit_tag": "卡", "credit_limit_available_cards": [card]}));
    let cards =
        |changes| json!({"credit_limit_available_cards": [changed(card.clone(), &changes)]});
    for (wrong, message) in [
        (
            json!({"customer_no": null, "custom_no": "1"}),
            "customer_no is missing",
        ),
        (json!({"customer_token": ""}), "customer_token is empty"),
        (json!({"token_expire": "1732521424191"}), "token_expire"),
        (json!({"token_expire": 1732521424}), "token_expire"),
        (json!({"callback_url": "shop"}), "callback_url"),
        (json!({"client_ip": "localhost"}), "client_ip"),
        (json!({"session_sign": 1}), "session_sign is not a string"),
        (cards(json!({"amount": true})), "amount is not a string"),
        (cards(json!({"amount": "1e3"})), "amount is not a decimal"),
        (cards(json!({"icon": null})), "icon is missing"),
    ] {
        let answer = creditpay_code(&changed(creditpay_fields(), &wrong))
            .to(&base)
            .json();
        assert_eq!(answer["code"], 500, "{wrong}");
        assert!(
            answer["msg"].as_str().unwrap().contains(message),
            "{wrong}: {answer}"
        );
    }
    let good = creditpay_code(&creditpay_fields());
    for (bad, message) in [
        (good.clone().with("trace", ""), "trace is missing"),
        (good.clone().with("api-key", "other"), "api-key is unknown"),
        (good.clone().with("signature", ""), "signature is missing"),
        (
            good.clone().with("signature", "AAAA"),
            "signature does not match",
        ),
        (
            good.clone().with("Content-Type", "text/plain"),
            "Content-Type",
        ),
        (
            Sent {
                path: good.path.replace("plat_id", "platId"),
                ..good.clone()
            },
            "plat_id",
        ),
        (
            Sent {
                body: good.body.replace(':', ": "),
                ..good.clone()
            },
            "does not match",
        ),
    ] {
        let answer = bad.to(&base).json();
        assert_eq!(answer["code"], 500, "{message}");
        assert!(
            answer["msg"].as_str().unwrap().contains(message),
            "{message}: {answer}"
        );
    }
    let refused = good.with("signature", "AAAA").to(&base).json();
    let shown = refused["sandboxStringToSign"].as_str().unwrap();
    assert!(shown.starts_with("/v1/platform/identify/auth{"), "{shown}");
    let business = |signed, platform| {
        let call = creditpay_request("/v1/pay?x=1", signed, &json!({"a": 1.5}));
        call.to(&sandbox.base(platform)).json()
    };
    let echoed = json!({"method": "POST", "path": "/v1/pay", "query": "x=1", "body": {"a": 1.5}});
    assert_eq!(business("/v1/pay", "creditpay")["data"], echoed);
    assert_eq!(business("/dg/v1/pay", "creditpay")["code"], 500);
    assert_eq!(business("/dg/v1/pay", "creditpay-prefixed")["data"], echoed);
    assert_eq!(business("/v1/pay", "creditpay-prefixed")["code"], 500);
}

#[test]
fn daxpay_authenticates_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("daxpay");
    let auth = |changes: &Value| daxpay_auth(changed(daxpay_fields(), changes)).to(&base);
    for (start, status) in [
        ("", "success"),
        ("waiting-", "waiting"),
        ("none-", "not_exist"),
    ] {
        let code = format!("{start}{}", random_hex(4));
        let answer = auth(&json!({"authCode": code}));
        assert_eq!(answer.json()["data"]["status"], status);
        let algorithm = DaxPayAlgorithm::HmacSha256;
        let expected = daxpay_sign(&answer.text(), algorithm, NestedForm::AsSent);
        assert_eq!(answer.json()["sign"], expected);
    }
    auth(&json!({"authCode": "once"}));
    for (wrong, code) in [
        (json!({"authCode": "once"}), 20000),
        (json!({"appId": "other"}), 10401),
        (json!({"mchNo": "other"}), 10401),
        (json!({"mchNo": null}), 10505),
        (json!({"reqTime": gateway_time(-301)}), 10505),
        (json!({"reqTime": gateway_time(310)}), 10505),
        (json!({"reqTime": "2024-10-24T12:00:00"}), 10505),
        (json!({"channel": "cash"}), 20011),
        (json!({"channel": "wechat_pay", "clientIp": null}), 10505),
        (json!({"clientIp": "somewhere"}), 10505),
        (json!({"queryCode": ""}), 10505),
        (json!({"nonceStr": "n".repeat(33)}), 10505),
        (json!({"authCode": 7}), 10505),
        (json!({"authCode": null}), 10505),
        (json!({"extra": "1"}), 20052),
    ] {
        let answer = auth(&wrong);
        assert_eq!(answer.json()["code"], code, "{wrong}: {}", answer.text());
        assert_eq!(answer.status, 200);
        let algorithm = DaxPayAlgorithm::HmacSha256;
        let expected = daxpay_sign(&answer.text(), algorithm, NestedForm::Sorted);
        assert_eq!(answer.json()["sign"], expected, "failures are signed");
    }
    let md5 = |platform: &str| {
        let request = daxpay_request("auth", daxpay_fields(), DaxPayAlgorithm::Md5);
        request.to(&sandbox.base(platform)).json()
    };
    let refused = md5("daxpay");
    assert_eq!(refused["code"], 20052);
    let shown = refused["sandboxStringToSign"].as_str().unwrap();
    assert!(shown.ends_with("&KEY=***"), "{shown}");
    assert_eq!(md5("daxpay-md5")["code"], 0);
    let sm3 = daxpay_request("auth", daxpay_fields(), DaxPayAlgorithm::Sm3);
    assert_eq!(sm3.to(&sandbox.base("daxpay-sm3")).json()["code"], 0);
    let no_app = daxpay_auth(changed(daxpay_fields(), &json!({"appId": null})));
    assert_eq!(
        no_app.to(&base).json()["code"],
        0,
        "the default application"
    );
    let no_mch = daxpay_auth(changed(daxpay_fields(), &json!({"mchNo": null})));
    assert_eq!(no_mch.to(&sandbox.base("daxpay-nomch")).json()["code"], 0);
    let unsigned = daxpay_auth(daxpay_fields())
        .to(&sandbox.base("daxpay-unsigned"))
        .json();
    assert_eq!((&unsigned["code"], unsigned.get("sign")), (&json!(0), None));

    let mut upper = daxpay_auth(daxpay_fields());
    let mut fields: Value = serde_json::from_str(&upper.body).unwrap();
    fields["sign"] = json!(fields["sign"].as_str().unwrap().to_uppercase());
    upper.body = fields.to_string();
    assert_eq!(upper.to(&base).json()["code"], 20052, "upper-case hex");
    upper.body = daxpay_fields().to_string();
    assert_eq!(upper.to(&base).json()["code"], 20000, "no sign");

    let fields = changed(daxpay_fields(), &json!({"authCode": null}));
    let url = daxpay_request("generateAuthUrl", fields, DaxPayAlgorithm::HmacSha256);
    assert!(url.to(&base).json()["data"]["authUrl"].is_string());
    let set = daxpay_request("authAndSet", daxpay_fields(), DaxPayAlgorithm::HmacSha256);
    assert_eq!(set.to(&base).json()["data"], Value::Null);
}

#[test]
fn tokens_are_issued_checked_and_expire() {
    let sandbox = Sandbox::start();
    let scope = sandbox.scoped("tokens");
    let base = scope.base("openplatform");
    let issued = openplatform_token().to(&base).json();
    assert_eq!(
        (&issued["code"], &issued["ok"]),
        (&json!(200), &json!(true))
    );
    let token = issued["data"].as_str().unwrap();
    let data = openplatform_call(token).to(&base).json()["data"].clone();
    assert_eq!(
        (&data["token_serial"], &data["query"]),
        (&json!(1), &json!("a=1"))
    );
    let call = openplatform_call(token);
    for (request, code) in [
        (call.clone(), 200),
        (call, 10131),
        (openplatform_call(token).with("Request-Id", ""), 10131),
        (openplatform_call("other"), 10134),
        (openplatform_call(token).with("Access-Token", ""), 10134),
        (
            openplatform_token().with("Content-Type", "application/json"),
            10131,
        ),
    ] {
        let answer = request.to(&base);
        assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(code)));
    }
    for (from, to, code) in [
        ("sandbox-client-2", "x-", 10101),
        ("sandbox-client-s", "x-", 10102),
        ("userType=2", "userType=1", 10131),
    ] {
        let mut request = openplatform_token();
        request.body = request.body.replace(from, to);
        assert_eq!(request.to(&base).json()["code"], code, "{from}");
    }
    let jwt = openplatform_token()
        .to(&scope.base("openplatform-jwt"))
        .json()["data"]
        .clone();
    assert_eq!(jwt.as_str().unwrap().split('.').count(), 3);
    assert_eq!(
        openplatform_call(jwt.as_str().unwrap()).to(&base).json()["code"],
        10134
    );

    let seller = scope.base("seller");
    let issued = seller_token().to(&seller).json()["data"].clone();
    assert_eq!(issued["expiresIn"], "7200000");
    let bearer = issued["accessToken"].as_str().unwrap();
    assert_eq!(seller_call(bearer).to(&seller).json()["code"], 200);
    for bad in [
        &format!("Bearer {bearer}"),
        bearer.strip_prefix("Bearer ").unwrap(),
        "Bearer x",
    ] {
        let answer = seller_call(bad).to(&seller);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!(401)),
            "{bad}"
        );
    }
    let twice = seller_call(&format!("Bearer {bearer}")).to(&seller).json();
    assert!(
        twice["message"].as_str().unwrap().contains("scheme twice"),
        "{twice}"
    );
    let mut wrong = seller_token();
    wrong.body = wrong.body.replace("sandbox-secret", "x");
    let answer = wrong.to(&seller);
    assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(401)));

    post(sandbox.origin(), "/_/expire?scope=tokens", "");
    assert_eq!(openplatform_call(token).to(&base).json()["code"], 10134);
    assert_eq!(seller_call(bearer).to(&seller).status, 401);
    post(sandbox.origin(), "/_/lifetime?scope=tokens&ms=0", "");
    let short = openplatform_token().to(&base).json()["data"].clone();
    assert_eq!(
        openplatform_call(short.as_str().unwrap()).to(&base).json()["code"],
        10134
    );
}

#[test]
fn redemption_gives_urls_and_refuses() {
    let sandbox = Sandbox::start();
    let base = sandbox.base("redemption");
    let path = "/v1/openapi/auth/alipay/url";
    let good = redemption_url(&redemption_fields());
    let answer = good.to(&base).json();
    assert_eq!(answer["status"], 0, "{answer}");
    assert!(
        answer["data"]["alipayAuthUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let serial = json!({"serialNo": "twice"});
    redemption_url(&changed(redemption_fields(), &serial)).to(&base);
    let with = |changes| redemption_url(&changed(redemption_fields(), &changes));
    let timed = |ms| redemption_request(path, "MD5", ms, &redemption_fields());
    for (request, status) in [
        (timed(0), 0),
        (redemption_request(path, "", 0, &redemption_fields()), 0),
        (redemption_request("/v1/other", "MD5", 0, &json!({})), 0),
        (good.clone(), 6),
        (with(serial), 8),
        (timed(-301_000), 5),
        (timed(302_000), 5),
        (with(json!({"userId": null})), 3),
        (with(json!({"userId": null, "thirdAccount": "u"})), 0),
        (with(json!({"merchantId": "other"})), 7),
        (with(json!({"callbackUrl": "x"})), 3),
        (with(json!({})).with("nonce", "other"), 2),
        (with(json!({})).with("signType", "SM2"), 2),
        (with(json!({})).with("sign", ""), 3),
        (with(json!({})).with("Accept", "*/*"), 0),
        (with(json!({})).with("Accept", ""), 0),
        (with(json!({})).with("Content-Type", ""), 0),
        (with(json!({})).with("Content-Type", "application/json"), 0),
        (
            with(json!({})).with("Content-Type", "application/json; charset=gbk"),
            3,
        ),
        (
            Sent {
                method: "PUT",
                ..with(json!({}))
            },
            4,
        ),
    ] {
        let answer = request.to(&base).json();
        assert_eq!(answer["status"], status, "{answer}");
    }
}

#[test]
fn header_names_may_be_in_any_case() {
    let sandbox = Sandbox::start();
    for (platform, mut request) in [
        ("creditpay", creditpay_code(&creditpay_fields())),
        ("redemption", redemption_url(&redemption_fields())),
    ] {
        for (name, _) in &mut request.headers {
            *name = name.to_lowercase();
        }
        let answer = request.to(&sandbox.base(platform)).json();
        assert!(answer["data"].is_object(), "{answer}");
    }
}
