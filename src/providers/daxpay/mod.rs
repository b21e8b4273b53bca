#![doc = include_str!("../../../docs/daxpay.md")]

use std::fmt;

use zeroize::Zeroizing;

use super::checks;
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, Operation};
use crate::clock::{format_civil, parse_civil};
use crate::config::{Config, Setting, check_range};
use crate::envelope::{Envelope, Meaning};
use crate::error::{Error, Result, Status};
use crate::explain::{self, Explanation};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::inbound::{Inbound, bad_signature};
use crate::json::Json;
use crate::log::Level;
use crate::options::Options;
use crate::random;
use crate::secret::Secret;
use crate::signing::daxpay as signing;
pub use crate::signing::daxpay::Algorithm;

mod identity;
mod inbound;
pub use identity::{AuthRequest, AuthUrl, AuthUrlRequest, Identity, IdentityStatus};
pub use inbound::Event;

const AUTH_PATH: &str = "/unipay/assist/channel/auth/auth";
const AUTH_URL_PATH: &str = "/unipay/assist/channel/auth/generateAuthUrl";
const AUTH_AND_SET_PATH: &str = "/unipay/assist/channel/auth/authAndSet";

/// The authorization code is one-time.
const AUTH: Operation<DaxPay, AuthRequest, Identity> = Operation {
    name: "auth",
    repeat: |_| Repeat::UnlessSent,
    build: |daxpay, request, options| daxpay.auth_request(AUTH_PATH, request, options),
    read: |daxpay, _, response| Identity::read(daxpay.open(response)?),
};

const AUTH_AND_SET: Operation<DaxPay, AuthRequest, Answer> = Operation {
    name: "auth_and_set",
    repeat: |_| Repeat::UnlessSent,
    build: |daxpay, request, options| daxpay.auth_request(AUTH_AND_SET_PATH, request, options),
    read: |daxpay, _, response| daxpay.open(response),
};

/// An address that nobody followed does no harm.
const GENERATE_AUTH_URL: Operation<DaxPay, AuthUrlRequest, AuthUrl> = Operation {
    name: "generate_auth_url",
    repeat: |_| Repeat::Freely,
    build: DaxPay::auth_url_request,
    read: |daxpay, _, response| AuthUrl::read(daxpay.open(response)?),
};

const CALL: Operation<DaxPay, Call, Answer> = Operation {
    name: "call",
    repeat: Call::repeat,
    build: DaxPay::call_request,
    read: |daxpay, _, response| daxpay.open(response),
};

const UTC_OFFSET_MINUTES: &str = "daxpay_utc_offset_minutes";
const RESPONSE_SIGNATURE: &str = "daxpay_response_signature";
const CHINA_MINUTES: i32 = 480;
const FURTHEST_MINUTES: i64 = 18 * 60;

/// Whether an answer must be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ResponseSignature {
    /// An answer without a signature is an error.
    #[default]
    Required,
    /// A signature is checked where there is one.
    IfPresent,
}

/// The setting `daxpay_utc_offset_minutes`: the gateway's time zone in minutes east of UTC, from -1080
/// to 1080; by default 480, China.
pub fn utc_offset_minutes(minutes: i32) -> Setting {
    Setting::new(UTC_OFFSET_MINUTES, minutes)
}

/// The setting `daxpay_response_signature`: whether answers must be signed.
pub fn response_signature(policy: ResponseSignature) -> Setting {
    Setting::new(RESPONSE_SIGNATURE, policy)
}

/// How far the gateway's clock may be from ours before the log says so.
const CLOCK_WARNING_MS: i64 = 5 * 60 * 1000;

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "msg",
    trace_id: &["traceId"],
    success: 0,
    ok: None,
    meanings: &[
        Meaning(10401, Status::Unauthorized, "check app_id and mch_no"),
        Meaning(10404, Status::Platform, "not found"),
        Meaning(10405, Status::Platform, "not found"),
        Meaning(10500, Status::Platform, "a system error of the gateway"),
        Meaning(10505, Status::Platform, "a parameter is wrong"),
        Meaning(10506, Status::Platform, "a parameter is wrong"),
        Meaning(20000, Status::Platform, ""),
        Meaning(
            20011,
            Status::Platform,
            "the channel is unknown or disabled",
        ),
        Meaning(
            20021,
            Status::Platform,
            "the channel is unknown or disabled",
        ),
        Meaning(
            20023,
            Status::Platform,
            "the channel's configuration at the gateway is wrong",
        ),
        Meaning(
            20024,
            Status::Platform,
            "the channel's configuration at the gateway is wrong",
        ),
        Meaning(
            20052,
            Status::Unauthorized,
            "the gateway refused our signature: check sign_key and algorithm",
        ),
        Meaning(30000, Status::Platform, ""),
    ],
    time_codes: &[],
};

/// A handle for one application. Immutable; for any number of threads.
pub struct DaxPay {
    client: Client,
    app_id: String,
    mch_no: Option<String>,
    sign_key: Secret,
    algorithm: Algorithm,
    utc_offset_minutes: i32,
    response_signature: ResponseSignature,
    inbound: crate::inbound::Policy,
}

impl DaxPay {
    /// A handle for an application; newer gateways require `mch_no`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new(
        config: &Config,
        app_id: &str,
        mch_no: Option<&str>,
        sign_key: &str,
        algorithm: Algorithm,
    ) -> Result<DaxPay> {
        checks::credential("app_id", app_id)?;
        checks::at_most("app_id", app_id, 32)?;
        let mch_no = mch_no.filter(|mch_no| !mch_no.is_empty());
        checks::at_most("mch_no", mch_no.unwrap_or_default(), 32)?;
        let sign_key = checks::secret("sign_key", sign_key)?;
        let utc_offset_minutes = *config.setting(UTC_OFFSET_MINUTES).unwrap_or(&CHINA_MINUTES);
        let range = -FURTHEST_MINUTES..=FURTHEST_MINUTES;
        check_range(UTC_OFFSET_MINUTES, utc_offset_minutes.into(), range)?;
        let response_signature = config.setting(RESPONSE_SIGNATURE).copied();
        Ok(DaxPay {
            client: Client::new("daxpay", config, vec![sign_key.clone()])?,
            app_id: app_id.to_owned(),
            mch_no: mch_no.map(str::to_owned),
            sign_key,
            algorithm,
            utc_offset_minutes,
            response_signature: response_signature.unwrap_or_default(),
            inbound: crate::inbound::Policy::new(config)?,
        })
    }

    /// Exchanges an authorization code for the user's identity.
    ///
    /// # Errors
    /// [`Status::OutcomeUnknown`] when the request may have arrived and the answer was lost: the
    /// code may be used up. [`Status::BadSignature`] when the answer is not signed, or wrongly.
    pub fn auth(&self, request: &AuthRequest, options: &Options) -> Result<Identity> {
        self.client.run(&AUTH, self, request, options)
    }

    /// The request of [`DaxPay::auth`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_auth(&self, request: &AuthRequest, options: &Options) -> Result<HttpRequest> {
        self.client.build(&AUTH, self, request, options, None)
    }

    /// Reads the answer to [`DaxPay::build_auth`].
    ///
    /// # Errors
    /// As [`DaxPay::auth`].
    pub fn read_auth(&self, request: &HttpRequest, response: HttpResponse) -> Result<Identity> {
        self.client.read(&AUTH, self, request, response)
    }

    /// Exchanges an authorization code and leaves the identity at the gateway.
    ///
    /// # Errors
    /// As [`DaxPay::auth`].
    pub fn auth_and_set(&self, request: &AuthRequest, options: &Options) -> Result<Answer> {
        self.client.run(&AUTH_AND_SET, self, request, options)
    }

    /// The request of [`DaxPay::auth_and_set`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_auth_and_set(
        &self,
        request: &AuthRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        self.client
            .build(&AUTH_AND_SET, self, request, options, None)
    }

    /// Reads the answer to [`DaxPay::build_auth_and_set`].
    ///
    /// # Errors
    /// As [`DaxPay::auth_and_set`].
    pub fn read_auth_and_set(
        &self,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<Answer> {
        self.client.read(&AUTH_AND_SET, self, request, response)
    }

    /// Has an address generated at which the user authorizes (`generateAuthUrl`).
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field; else as the gateway or the network has it.
    pub fn generate_auth_url(
        &self,
        request: &AuthUrlRequest,
        options: &Options,
    ) -> Result<AuthUrl> {
        self.client.run(&GENERATE_AUTH_URL, self, request, options)
    }

    /// The request of [`DaxPay::generate_auth_url`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_generate_auth_url(
        &self,
        request: &AuthUrlRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        self.client
            .build(&GENERATE_AUTH_URL, self, request, options, None)
    }

    /// Reads the answer to [`DaxPay::build_generate_auth_url`].
    ///
    /// # Errors
    /// As [`DaxPay::generate_auth_url`].
    pub fn read_generate_auth_url(
        &self,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<AuthUrl> {
        self.client
            .read(&GENERATE_AUTH_URL, self, request, response)
    }

    /// Calls any other endpoint. The call's body is a JSON object of the endpoint's own parameters;
    /// `appId`, `mchNo`, `nonceStr`, `reqTime` and `sign` are added.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call, options: &Options) -> Result<Answer> {
        self.client.run(&CALL, self, call, options)
    }

    /// The request of [`DaxPay::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description.
    pub fn build_call(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        self.client.build(&CALL, self, call, options, None)
    }

    /// Reads the answer to [`DaxPay::build_call`].
    ///
    /// # Errors
    /// As [`DaxPay::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client.read(&CALL, self, request, response)
    }

    /// What is signed for the JSON object in a message's body, and what is wrong with somebody else's
    /// signature of it: `signature`, or else its own member `sign`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] when the body is no JSON object.
    pub fn explain(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        let key = self.sign_key.expose();
        explain::daxpay(self.algorithm, key, &message.body, signature)
    }

    /// As [`DaxPay::explain`], for a message of the gateway, which signs as its users do.
    ///
    /// # Errors
    /// As [`DaxPay::explain`].
    pub fn explain_event(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        self.explain(message, signature)
    }

    fn auth_request(
        &self,
        path: &str,
        request: &AuthRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        let signed = self.signed("POST", path, request.params()?, options)?;
        Ok(signed.secret(checks::required("auth_code", &request.auth_code)?))
    }

    fn auth_url_request(&self, request: &AuthUrlRequest, options: &Options) -> Result<HttpRequest> {
        self.signed("POST", AUTH_URL_PATH, request.params()?, options)
    }

    fn call_request(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        call.check(&[])?;
        let target = call.wire_target()?;
        let request = self.signed(&call.method, &target, business_params(call)?, options)?;
        Ok(call.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        }))
    }

    /// Adds the common parameters and the signature. Only what the gateway knows may be sent:
    /// anything else is missing from its string to sign.
    fn signed(
        &self,
        method: &str,
        target: &str,
        params: Vec<(String, Json)>,
        options: &Options,
    ) -> Result<HttpRequest> {
        let now_ms = self.client.clock().unix_ms();
        let req_time = format_civil(now_ms, self.utc_offset_minutes).ok_or_else(|| {
            Error::config("clock", "says a time that is not in a four-digit year")
        })?;
        let nonce = random::hex_id();
        let mut members = vec![
            ("appId".to_owned(), Json::string(&self.app_id)),
            ("nonceStr".to_owned(), Json::string(&nonce)),
            ("reqTime".to_owned(), Json::string(req_time)),
        ];
        members.extend(
            self.mch_no
                .as_ref()
                .map(|mch_no| ("mchNo".to_owned(), Json::string(mch_no))),
        );
        members.retain(|(name, _)| params.iter().all(|(own, _)| own != name));
        members.extend(params);
        let mut object = Zeroizing::new(Json::Object(members));
        let sign = signing::sign(self.algorithm, self.sign_key.expose(), &object);
        if let Json::Object(members) = &mut *object {
            members.push(("sign".to_owned(), Json::string(sign)));
        }
        let request = self.client.request(method, target, object.to_body());
        Ok(request
            .trace_id(options.trace_id().unwrap_or(&nonce))
            .header("Content-Type", "application/json"))
    }

    fn open(&self, response: HttpResponse) -> Result<Answer> {
        let opened = ENVELOPE.open(response, |envelope| {
            self.verify_members(envelope, self.response_signature)
        });
        let answer = opened.as_ref().map_or_else(Error::answer, Some);
        if let Some(answer) = answer {
            self.compare_clocks(answer);
        }
        opened
    }

    /// Checks `sign` over the members of an envelope.
    fn verify_members(&self, envelope: &Json, policy: ResponseSignature) -> Result<()> {
        match envelope.text_at("sign") {
            Ok(Some(sign)) if !sign.is_empty() => {
                if signing::verify(self.algorithm, self.sign_key.expose(), envelope, sign) {
                    return Ok(());
                }
                let algorithm = self.algorithm.name();
                Err(bad_signature(
                    "mismatch",
                    format!(
                        "`sign` is not the {algorithm} of the other members with this sign_key"
                    ),
                ))
            }
            Ok(_) if policy == ResponseSignature::IfPresent => Ok(()),
            Ok(_) => {
                let why = "there is no `sign`; if your gateway does not sign, set daxpay_response_signature to `if present`";
                Err(bad_signature("missing", why))
            }
            Err(_) => Err(bad_signature("mismatch", "`sign` is not a string")),
        }
    }

    fn compare_clocks(&self, answer: &Answer) {
        let time = answer
            .envelope()
            .and_then(|envelope| envelope.get("resTime")?.as_str());
        let Some(gateway_ms) = time.and_then(|text| parse_civil(text, self.utc_offset_minutes))
        else {
            return;
        };
        let ahead_ms = self.client.clock().unix_ms() - gateway_ms;
        if ahead_ms.abs() > CLOCK_WARNING_MS {
            self.client.log(Level::Warn, || {
                format!("resTime is {} s away from this machine's clock: check the clock and daxpay_utc_offset_minutes", ahead_ms.abs() / 1000)
            });
        }
    }
}

/// The caller's own parameters. Empty strings are refused, since the platform's text and its
/// code disagree on whether they are signed; nulls are left out, and so are zeros behind a decimal.
fn business_params(call: &Call) -> Result<Vec<(String, Json)>> {
    if call.body.is_empty() {
        return Ok(Vec::new());
    }
    let body = Json::parse(&call.body).map_err(|e| Error::argument("body", format!("is {e}")))?;
    let Json::Object(members) = body else {
        return Err(Error::argument(
            "body",
            "is not a JSON object of the endpoint's parameters",
        ));
    };
    for (name, value) in &members {
        if ["sign", "nonceStr", "reqTime"].contains(&name.as_str()) {
            return Err(Error::argument(
                "body",
                format!("has `{name}`, which libauth adds itself"),
            ));
        }
        if *value == Json::string("") {
            return Err(Error::argument(
                "body",
                format!("has an empty `{name}`: leave it out"),
            ));
        }
    }
    Ok(members
        .into_iter()
        .filter(|(_, value)| *value != Json::Null)
        .map(|(name, value)| (name, signing::with_plain_numbers(&value)))
        .collect())
}

impl fmt::Debug for DaxPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DaxPay({})", self.app_id)
    }
}
