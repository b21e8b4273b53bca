#![doc = include_str!("../../../docs/daxpay.md")]

use std::fmt;

use super::checks;
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, Operation};
use crate::config::{Config, Setting, check_range};
use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
use crate::explain::{self, Explanation};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::inbound::{Inbound, Policy, SIGNED_WINDOW_MS};
use crate::options::Options;
pub use crate::signing::daxpay::Algorithm;
use crate::signing::daxpay::Key;
use signed::business_params;

mod ambiguous;
mod identity;
mod inbound;
mod signed;
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

/// A handle for one application. Immutable; for any number of threads.
pub struct DaxPay {
    client: Client,
    app_id: String,
    mch_no: Option<String>,
    key: Key,
    utc_offset_minutes: i32,
    response_signature: ResponseSignature,
    inbound: Policy,
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
            key: Key::new(algorithm, sign_key.expose()),
            client: Client::new("daxpay", config, vec![sign_key])?,
            app_id: app_id.to_owned(),
            mch_no: mch_no.map(str::to_owned),
            utc_offset_minutes,
            response_signature: response_signature.unwrap_or_default(),
            inbound: config.inbound("daxpay", SIGNED_WINDOW_MS)?,
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
        let (algorithm, key) = (self.key.algorithm(), self.key.expose());
        explain::daxpay(algorithm, key, &message.body, signature)
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
        Ok(signed.secret(checks::required_secret("auth_code", &request.auth_code)?))
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
}

impl fmt::Debug for DaxPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DaxPay({})", self.app_id)
    }
}
