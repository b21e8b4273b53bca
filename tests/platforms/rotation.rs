//! The keys before a rotation, the path that is handed over, and the other side's string to sign, at every
//! platform that signs.

use crate::support;

use std::sync::Arc;

use auth::call::Call;
use auth::inbound::Inbound;
use auth::log::Level;
use auth::providers::creditpay::CreditPay;
use auth::providers::redemption::{Redemption, SignMessage};
use auth::providers::seller::{self, Seller};
use auth::providers::{creditpay, daxpay, redemption};
use auth::signing::rsa::PrivateKey;
use auth::{Config, Options, Result, Status};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use support::sandbox::Sandbox;
use support::{CREDENTIALS as C, Lines, inbound};

fn config() -> Config {
    support::config("https://host.example")
}

#[test]
fn a_previous_key_of_each_platform_is_accepted_and_told() {
    let sandbox = Sandbox::start();
    let webhook = || inbound(&sandbox, &json!({"platform": "creditpay"}));
    let mut config = config();
    for key in ["", "older", C.creditpay_signature_key] {
        config.add(creditpay::previous_key(key));
    }
    let lines = Lines::of(&mut config);
    let handle = CreditPay::new(&config, C.creditpay_plat_id, "api", "today").unwrap();
    assert_eq!(
        lines.count(Level::Warn, "creditpay_previous_key 1 is left out"),
        1
    );
    assert_eq!(handle.verify(&webhook()).unwrap().key_index(), 3);
    let current = support::creditpay(&self::config());
    assert_eq!(current.verify(&webhook()).unwrap().key_index(), 0);
    let without = CreditPay::new(&self::config(), C.creditpay_plat_id, "api", "today").unwrap();
    assert!(without.verify(&webhook()).is_err());

    let callback = || inbound(&sandbox, &json!({"platform": "redemption"}));
    let mut config = self::config();
    for key in ["no key", C.redemption_platform_public_key_pem] {
        config.add(redemption::previous_key(key));
    }
    let handle = |config: &Config, platform| {
        let private = C.redemption_merchant_private_key_pem;
        Redemption::with_rsa(config, C.redemption_business_id, "m", private, platform).unwrap()
    };
    let today = Some(C.daxpay_open_platform_public_key_pem);
    let event = handle(&config, today).verify(&callback()).unwrap();
    assert_eq!(event.key_index(), 2);
    assert!(handle(&self::config(), today).verify(&callback()).is_err());

    let md5 = || {
        inbound(
            &sandbox,
            &json!({"platform": "redemption", "algorithm": "MD5"}),
        )
    };
    let mut config = self::config();
    config.add(redemption::previous_key(C.redemption_md5_secret));
    let handle = Redemption::with_md5(&config, C.redemption_business_id, "m", "today").unwrap();
    assert_eq!(handle.verify(&md5()).unwrap().key_index(), 1);
}

#[test]
fn previous_keys_are_secret_and_belong_to_their_platform() {
    let mut config = config();
    config.add(creditpay::previous_key("previous-secret-key"));
    let lines = Lines::of(&mut config);
    let handle = CreditPay::new(&config, "p", "api", "today").unwrap();
    let mut call = Call::new("POST", "/x/previous-secret-key");
    call.query.push(("q".into(), "1".into()));
    drop(handle.build_call(&call, &Options::default()));
    assert!(
        lines
            .all()
            .iter()
            .all(|(_, line)| !line.contains("previous-secret-key"))
    );
    let error = daxpay::DaxPay::new(&config, "a", None, "k", daxpay::Algorithm::Md5).unwrap_err();
    assert_eq!(error.status(), Status::InvalidConfig);
    assert!(
        error.message().contains("creditpay_previous_key"),
        "{error}"
    );
}

#[test]
fn a_path_with_more_than_the_path_is_named() {
    let sandbox = Sandbox::start();
    let handle = support::creditpay(&config());
    let genuine = inbound(&sandbox, &json!({"platform": "creditpay"}));
    for (path, says) in [
        (format!("{}?a=1", genuine.path), "query"),
        (format!("{}#top", genuine.path), "fragment"),
        (format!("https://shop.example{}", genuine.path), "host"),
        (format!("//shop.example{}", genuine.path), "host"),
        (
            genuine.path.trim_start_matches('/').to_owned(),
            "begin with /",
        ),
        (String::new(), "begin with /"),
    ] {
        let changed = Inbound {
            path,
            ..genuine.clone()
        };
        let error = auth::Error::from(handle.verify(&changed).err().unwrap());
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
        let message = error.message();
        assert!(
            message.starts_with("path ") && message.contains(says),
            "{error}"
        );
    }
    assert!(handle.verify(&genuine).is_ok());
}

#[test]
fn a_call_of_creditpay_may_say_its_language() {
    let handle = support::creditpay(&config());
    let mut call = Call::new("POST", "/v1/x");
    call.headers.add("lang", "zh-CN");
    let request = handle.build_call(&call, &Options::default()).unwrap();
    assert_eq!(request.headers().get("lang"), Some("zh-CN"));
    assert_eq!(request.headers().all("lang").count(), 1);
}

/// A key in other hands.
struct Elsewhere(PrivateKey);

impl SignMessage for Elsewhere {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        Ok(BASE64_STANDARD.decode(self.0.sign(message)).unwrap())
    }
}

#[test]
fn redemption_signs_with_a_key_that_is_somewhere_else() {
    let sandbox = Sandbox::start();
    let key = PrivateKey::parse("k", C.redemption_merchant_private_key_pem).unwrap();
    let signer: Arc<dyn SignMessage> = Arc::new(Elsewhere(key));
    let made = |public: &str| {
        let config = support::config(sandbox.base("redemption"));
        let (business, merchant) = (C.redemption_business_id, C.redemption_merchant_id);
        let platform = Some(C.redemption_platform_public_key_pem);
        Redemption::with_rsa_callback(
            &config,
            business,
            merchant,
            signer.clone(),
            public,
            platform,
        )
    };
    let public = PrivateKey::parse("k", C.redemption_merchant_private_key_pem).unwrap();
    let message = b"the same key";
    let pem = include_str!("../sandbox/src/keys/merchant_public.pem");
    let parsed = auth::signing::rsa::PublicKey::parse("k", pem).unwrap();
    assert!(parsed.verify(message, &public.sign(message)));
    let handle = made(pem).unwrap();
    let request = support::alipay_request("serial-1");
    assert!(handle.get_alipay_url(&request, &Options::default()).is_ok());
    assert!(
        handle
            .verify(&inbound(&sandbox, &json!({"platform": "redemption"})))
            .is_ok()
    );
    let error = made(C.redemption_platform_public_key_pem).unwrap_err();
    assert_eq!(error.status(), Status::InvalidKey);
}

#[test]
fn the_other_sides_string_shows_where_the_two_part() {
    let body = br#"{"a":"1"}"#;
    let message = |path: &str, headers: &[(&str, &str)]| Inbound {
        method: "POST".into(),
        path: path.into(),
        headers: headers.iter().copied().collect(),
        body: body.to_vec(),
    };
    let handle = support::creditpay(&config());
    let with_query = "/v1/pay?x=1{\"a\":\"1\"}";
    let told = handle
        .explain_string(&message("/v1/pay", &[]), with_query)
        .unwrap();
    assert!(
        told.message().contains("part at byte 7") && !told.matches(),
        "{}",
        told.message()
    );

    let handle = support::daxpay(&config());
    let told = handle.explain_string(&message("", &[]), "A=2").unwrap();
    assert!(
        told.message().contains("part at byte 2"),
        "{}",
        told.message()
    );

    let handle = support::redemption(&config());
    let headers = [
        ("businessId", "b"),
        ("nonce", "n"),
        ("signType", "SHA256-RSA"),
    ];
    let told = handle
        .explain_string(&message("", &headers), "businessId=c")
        .unwrap();
    assert!(
        told.message().contains("part at byte 11"),
        "{}",
        told.message()
    );
}

#[test]
fn the_path_of_a_sellers_login_is_a_setting() {
    let mut config = config();
    config.set(seller::token_path("/seller/202405/authorization"));
    let handle = Seller::new(&config, "a", "s").unwrap();
    let login = handle.build_token(&Options::default()).unwrap();
    assert_eq!(
        login.url(),
        "https://host.example/seller/202405/authorization"
    );
    for wrong in ["", "no-slash", "/a/../../b", "https://other.example/x"] {
        config.set(seller::token_path(wrong));
        let error = Seller::new(&config, "a", "s").unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfig, "{wrong}");
        assert!(error.message().contains("seller_token_path"), "{error}");
    }
}
