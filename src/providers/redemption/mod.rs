#![doc = include_str!("../../../docs/redemption.md")]

use std::fmt;
use std::sync::Arc;

use super::checks;
use super::rotation::{self, Keys};
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, Operation};
use crate::config::{Config, Setting};
use crate::envelope::{Envelope, Meaning, required_text};
use crate::error::{Error, Result, Status};
use crate::explain::{self, Explanation};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::inbound::Inbound;
use crate::json::Json;
use crate::options::Options;
use crate::random;
use crate::secret::Secret;
use crate::signing::redemption::{Signer, Verifier, string_to_sign};
pub use crate::signing::rsa::SignMessage;
use crate::signing::rsa::{PrivateKey, PublicKey, RsaSigner};

mod inbound;
pub use inbound::Event;

const ALIPAY_URL_PATH: &str = "/v1/openapi/auth/alipay/url";

/// A repeat after a lost answer may come back as «serial number repeated».
const GET_ALIPAY_URL: Operation<Redemption, AlipayUrlRequest, AlipayUrl> = Operation {
    name: "get_alipay_url",
    repeat: |_| Repeat::UnlessSent,
    build: Redemption::alipay_url_request,
    read: |_, _, response| read_alipay_url(response),
};

const CALL: Operation<Redemption, Call, Answer> = Operation {
    name: "call",
    repeat: Call::repeat,
    build: Redemption::call_request,
    read: |_, _, response| open(response),
};

const PREVIOUS_KEY: &str = "redemption_previous_key";

/// The setting `redemption_previous_key`, which may be added several times ([`Config::add`]): a key before a
/// rotation, the platform's public key or the shared secret, as the handle has it. What the platform sends is
/// accepted under it too; one that cannot be read is left out, with a line in the log.
pub fn previous_key(key: impl Into<Secret>) -> Setting {
    Setting::new::<Secret>(PREVIOUS_KEY, key.into())
}

const UNKNOWN: &str = "the outcome is unknown: query, or have a person confirm";

const ENVELOPE: Envelope = Envelope {
    code: "status",
    message: "message",
    trace_id: &[],
    success: 0,
    ok: None,
    meanings: &[
        Meaning(1, Status::Platform, ""),
        Meaning(
            2,
            Status::Unauthorized,
            "the platform refused our signature: check the key and the sign type",
        ),
        Meaning(3, Status::Platform, "a parameter is missing"),
        Meaning(4, Status::Platform, "there is no such method"),
        Meaning(5, Status::OutcomeUnknown, UNKNOWN),
        Meaning(6, Status::OutcomeUnknown, UNKNOWN),
        Meaning(7, Status::Platform, "there is no such resource"),
        Meaning(8, Status::OutcomeUnknown, UNKNOWN),
        Meaning(9, Status::Platform, "the balance does not suffice"),
        Meaning(
            10,
            Status::Platform,
            "this machine's IP address is not on the platform's list",
        ),
        Meaning(11, Status::Platform, "the stock does not suffice"),
        Meaning(98, Status::OutcomeUnknown, UNKNOWN),
        Meaning(99, Status::OutcomeUnknown, UNKNOWN),
    ],
    time_codes: &[5],
};

/// The headers libauth sets.
const OWN_HEADERS: [&str; 6] = [
    "businessId",
    "nonce",
    "timestamp",
    "sign",
    "signType",
    "accept",
];

/// A handle for one merchant. Immutable; for any number of threads.
pub struct Redemption {
    client: Client,
    business_id: String,
    merchant_id: String,
    signer: Signer,
    verifiers: Option<Keys<Verifier>>,
    inbound: crate::inbound::Policy,
}

/// Whom the URL is for.
#[derive(Clone, Default)]
pub struct AlipayUrlRequest {
    /// Required: the caller's serial number, globally unique. Keep it when asking again.
    pub serial_no: Option<String>,
    /// Required: the merchant's own id of its customer.
    pub user_id: Option<String>,
    /// Where the user's Alipay openId is sent.
    pub callback_url: Option<String>,
}

/// An Alipay authorization URL.
#[derive(Clone, Debug)]
pub struct AlipayUrl {
    url: String,
    answer: Answer,
}

impl AlipayUrl {
    /// Where to send the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The platform's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl Redemption {
    /// A handle that signs with `SHA256-RSA`. The platform's public key is needed for callbacks only.
    /// Keys come as PKCS#8, PKCS#1 or SPKI, as PEM or bare base64, with any line breaks.
    ///
    /// # Errors
    /// [`Status::InvalidKey`] says what is wrong with a key; [`Status::InvalidArgument`],
    /// [`Status::InvalidConfig`] name what is wrong otherwise.
    pub fn with_rsa(
        config: &Config,
        business_id: &str,
        merchant_id: &str,
        private_key: &str,
        platform_public_key: Option<&str>,
    ) -> Result<Redemption> {
        let key = PrivateKey::parse("private_key", private_key)?;
        let signer = RsaSigner::Key(key);
        Redemption::signing_with(
            config,
            business_id,
            merchant_id,
            signer,
            platform_public_key,
        )
    }

    /// As [`Redemption::with_rsa`], with a private key that is somewhere else. `signer` signs once, to see that
    /// `public_key` is the merchant's own.
    ///
    /// # Errors
    /// As [`Redemption::with_rsa`]; [`Status::InvalidKey`] when the signature is not by `public_key`.
    pub fn with_rsa_callback(
        config: &Config,
        business_id: &str,
        merchant_id: &str,
        signer: Arc<dyn SignMessage>,
        public_key: &str,
        platform_public_key: Option<&str>,
    ) -> Result<Redemption> {
        let public_key = PublicKey::parse("public_key", public_key)?;
        let signer = RsaSigner::callback(signer, public_key)?;
        Redemption::signing_with(
            config,
            business_id,
            merchant_id,
            signer,
            platform_public_key,
        )
    }

    /// A handle that signs with `MD5` and a shared secret.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] or [`Status::InvalidConfig`], naming what is wrong.
    pub fn with_md5(
        config: &Config,
        business_id: &str,
        merchant_id: &str,
        secret: &str,
    ) -> Result<Redemption> {
        let secret = checks::secret("secret", secret)?;
        let mut secrets = vec![secret.clone()];
        secrets.extend(rotation::secrets(PREVIOUS_KEY, config));
        let read = |key: &str| Ok(Verifier::Md5(checks::secret("it", key)?));
        let verifier = Some(Verifier::Md5(secret.clone()));
        let signer = Signer::Md5(secret);
        let made = Redemption::new(config, business_id, merchant_id, signer, secrets)?;
        Ok(made.checking_with(config, verifier, read))
    }

    fn signing_with(
        config: &Config,
        business_id: &str,
        merchant_id: &str,
        signer: RsaSigner,
        platform_public_key: Option<&str>,
    ) -> Result<Redemption> {
        let read = |key: &str| PublicKey::parse("platform_public_key", key).map(Verifier::Rsa);
        let platform_public_key = platform_public_key.filter(|key| !key.is_empty());
        let verifier = platform_public_key.map(read).transpose()?;
        let signer = Signer::Rsa(signer);
        let made = Redemption::new(config, business_id, merchant_id, signer, Vec::new())?;
        Ok(made.checking_with(config, verifier, read))
    }

    fn new(
        config: &Config,
        business_id: &str,
        merchant_id: &str,
        signer: Signer,
        secrets: Vec<Secret>,
    ) -> Result<Redemption> {
        checks::credential("business_id", business_id)?;
        checks::credential("merchant_id", merchant_id)?;
        let client = Client::new("redemption", config, secrets)?;
        let counted = client.statistics();
        let inbound = config.inbound("redemption", crate::inbound::SIGNED_WINDOW_MS, counted)?;
        Ok(Redemption {
            client,
            business_id: business_id.to_owned(),
            merchant_id: merchant_id.to_owned(),
            signer,
            verifiers: None,
            inbound,
        })
    }

    /// With the key that the platform's messages are checked with, and those before it.
    fn checking_with(
        mut self,
        config: &Config,
        verifier: Option<Verifier>,
        read: impl Fn(&str) -> Result<Verifier>,
    ) -> Redemption {
        let keys = verifier.map(Keys::new);
        self.verifiers =
            keys.map(|keys| keys.with_previous(PREVIOUS_KEY, config, &self.client, read));
        self
    }

    /// What this handle counted in this process so far: `docs/statistics.md` says what each member means.
    pub fn stats(&self) -> Json {
        self.client.stats(self.inbound.stats())
    }

    /// Asks for an Alipay authorization URL.
    ///
    /// # Errors
    /// [`Status::OutcomeUnknown`] when the request may have arrived and the answer was lost, and for
    /// the platform's statuses 5, 6, 8, 98 and 99: query, with the same `serial_no`.
    pub fn get_alipay_url(
        &self,
        request: &AlipayUrlRequest,
        options: &Options,
    ) -> Result<AlipayUrl> {
        self.client.run(&GET_ALIPAY_URL, self, request, options)
    }

    /// The request of [`Redemption::get_alipay_url`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_get_alipay_url(
        &self,
        request: &AlipayUrlRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        self.client
            .build(&GET_ALIPAY_URL, self, request, options, None)
    }

    /// Reads the answer to [`Redemption::build_get_alipay_url`].
    ///
    /// # Errors
    /// As [`Redemption::get_alipay_url`].
    pub fn read_get_alipay_url(
        &self,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<AlipayUrl> {
        self.client.read(&GET_ALIPAY_URL, self, request, response)
    }

    /// Calls any other endpoint, signed.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call, options: &Options) -> Result<Answer> {
        self.client.run(&CALL, self, call, options)
    }

    /// The request of [`Redemption::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description.
    pub fn build_call(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        self.client.build(&CALL, self, call, options, None)
    }

    /// Reads the answer to [`Redemption::build_call`].
    ///
    /// # Errors
    /// As [`Redemption::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client.read(&CALL, self, request, response)
    }

    /// What the merchant signs for a request with these headers and this body, and what is wrong
    /// with somebody else's signature of it: `signature`, or else the message's own header `sign`.
    ///
    /// # Errors
    /// None for now.
    pub fn explain(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        Ok(self.explained(None, message, signature))
    }

    /// As [`Redemption::explain`], with the string that the other side signed in place of its signature: where
    /// the two part, and what that means.
    ///
    /// # Errors
    /// None for now.
    pub fn explain_string(&self, message: &Inbound, their_string: &str) -> Result<Explanation> {
        let header = |name| message.headers.get(name);
        let signer = Some(&self.signer);
        Ok(explain::redemption_string(
            signer,
            None,
            header,
            &message.body,
            their_string,
        ))
    }

    /// As [`Redemption::explain`], for a message of the platform, which signs with its own key.
    ///
    /// # Errors
    /// [`Status::InvalidConfig`] when an RSA handle was made without the platform's public key.
    pub fn explain_event(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        Ok(self.explained(Some(self.verifiers()?.current()), message, signature))
    }

    fn explained(
        &self,
        verifier: Option<&Verifier>,
        message: &Inbound,
        signature: Option<&str>,
    ) -> Explanation {
        let header = |name| message.headers.get(name);
        let signature = signature.or_else(|| header("sign"));
        let signer = Some(&self.signer);
        explain::redemption(signer, verifier, header, &message.body, signature)
    }

    fn alipay_url_request(
        &self,
        request: &AlipayUrlRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        let serial_no = checks::required("serial_no", &request.serial_no)?;
        let user_id = checks::required("user_id", &request.user_id)?;
        let body = Json::object([
            ("merchantId", Some(Json::string(&self.merchant_id))),
            ("businessId", Some(Json::string(&self.business_id))),
            ("serialNo", Some(Json::string(serial_no))),
            ("userId", Some(Json::string(user_id))),
            ("callbackUrl", checks::optional_json(&request.callback_url)),
        ]);
        let request = self.client.request("POST", ALIPAY_URL_PATH, body.to_body());
        Ok(self
            .signed(request, options)?
            .header("Content-Type", "application/json; charset=utf-8"))
    }

    fn call_request(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        call.check(&OWN_HEADERS)?;
        let request = self.client.call_request(call, &call.wire_target()?);
        Ok(call.finish(self.signed(request, options)?))
    }

    fn verifiers(&self) -> Result<&Keys<Verifier>> {
        self.verifiers.as_ref().ok_or_else(|| {
            Error::config(
                "platform_public_key",
                "is needed to check callbacks: give it when making the handle",
            )
        })
    }

    /// The headers that authenticate a request.
    fn signed(&self, request: HttpRequest, options: &Options) -> Result<HttpRequest> {
        let nonce = random::hex_id();
        let request = request
            .trace_id(options.trace_id().unwrap_or(&nonce))
            .header("Accept", "application/json")
            .header("businessId", &self.business_id)
            .header("nonce", &nonce)
            .header("timestamp", &self.client.clock().unix_ms().to_string())
            .header("signType", self.signer.sign_type());
        let sign = self.signer.sign(&string_to_sign(
            |name| request.headers().get(name),
            request.body(),
        ))?;
        Ok(request.header("sign", &sign))
    }
}

fn open(response: HttpResponse) -> Result<Answer> {
    ENVELOPE.open(response, |_| Ok(false))
}

fn read_alipay_url(response: HttpResponse) -> Result<AlipayUrl> {
    let answer = open(response)?;
    let url = required_text(&answer, "data.alipayAuthUrl")?;
    Ok(AlipayUrl { url, answer })
}

impl fmt::Debug for Redemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redemption({})", self.merchant_id)
    }
}
