#![doc = include_str!("../../../docs/daxpay.md")]

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::checks;
use super::rotation::{self, Keys};
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, Operation};
use crate::config::{Config, Setting, check_range};
#[cfg(doc)]
use crate::error::Status;
use crate::error::{Error, Result};
use crate::explain::{self, Explanation};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::inbound::{Inbound, Policy, SIGNED_WINDOW_MS};
use crate::json::{Json, Lent};
use crate::options::Options;
use crate::secret::Secret;
pub use crate::signing::daxpay::Algorithm;
use crate::signing::daxpay::Key;
pub use crate::signing::rsa::SignMessage;
use crate::signing::rsa::{PrivateKey, PublicKey, RsaSigner};
use edition::Edition;
use signed::business_params;

mod ambiguous;
mod edition;
mod identity;
mod inbound;
mod signed;
pub use identity::{AuthRequest, AuthUrl, AuthUrlRequest, Identity, IdentityStatus};
pub use inbound::Event;

const AUTH_PATH: Paths = Paths {
    three: "/unipay/assist/channel/auth/auth",
    open: "/unipay/assist/channel/auth/auth",
};
const AUTH_URL_PATH: Paths = Paths {
    three: "/unipay/assist/channel/auth/generateAuthUrl",
    open: "/unipay/assist/channel/auth/generate-auth-url",
};
const AUTH_AND_SET_PATH: Paths = Paths {
    three: "/unipay/assist/channel/auth/authAndSet",
    open: "/unipay/assist/channel/auth/auth-and-set",
};
const PING_PATH: &str = "/unipay/ping";

/// Where an operation is, in either edition.
struct Paths {
    three: &'static str,
    open: &'static str,
}

/// The authorization code is one-time.
const AUTH: Operation<DaxPay, AuthRequest, Identity> = Operation {
    name: "auth",
    repeat: |_| Repeat::UnlessSent,
    build: |daxpay, request, options| daxpay.auth_request(AUTH_PATH, request, options),
    read: |daxpay, request, response| Identity::read(daxpay.open_unsigned(request, response)?),
};

const AUTH_AND_SET: Operation<DaxPay, AuthRequest, Answer> = Operation {
    name: "auth_and_set",
    repeat: |_| Repeat::UnlessSent,
    build: |daxpay, request, options| daxpay.auth_request(AUTH_AND_SET_PATH, request, options),
    read: DaxPay::open_unsigned,
};

/// An address that nobody followed does no harm.
const GENERATE_AUTH_URL: Operation<DaxPay, AuthUrlRequest, AuthUrl> = Operation {
    name: "generate_auth_url",
    repeat: |_| Repeat::Freely,
    build: DaxPay::auth_url_request,
    read: |daxpay, request, response| AuthUrl::read(daxpay.open(request, response)?),
};

const CALL: Operation<DaxPay, Call, Answer> = Operation {
    name: "call",
    repeat: Call::repeat,
    build: DaxPay::call_request,
    read: DaxPay::open,
};

/// Asks for nothing but a check.
const PING: Operation<DaxPay, (), Answer> = Operation {
    name: "ping",
    repeat: |_| Repeat::Freely,
    build: |daxpay, _, options| daxpay.ping_request(options),
    read: DaxPay::open,
};

const UTC_OFFSET_MINUTES: &str = "daxpay_utc_offset_minutes";
const RESPONSE_SIGNATURE: &str = "daxpay_response_signature";
const PREVIOUS_KEY: &str = "daxpay_previous_key";
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

/// The setting `daxpay_previous_key`, which may be added several times ([`Config::add`]): a key before a rotation,
/// the sign key of edition 3 or the platform's public key of edition open. What the gateway sends is accepted
/// under it too; one that cannot be read is left out, with a line in the log.
pub fn previous_key(key: impl Into<Secret>) -> Setting {
    Setting::new::<Secret>(PREVIOUS_KEY, key.into())
}

/// A handle for one application. Immutable; for any number of threads.
pub struct DaxPay {
    client: Client,
    app_id: Option<String>,
    mch_no: Option<String>,
    edition: Edition,
    utc_offset_minutes: i32,
    response_signature: ResponseSignature,
    inbound: Policy,
}

impl DaxPay {
    /// A handle of edition 3; newer gateways require `mch_no`, and a gateway may have a default application.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new<'a>(
        config: &Config,
        app_id: impl Into<Option<&'a str>>,
        mch_no: Option<&str>,
        sign_key: &str,
        algorithm: Algorithm,
    ) -> Result<DaxPay> {
        let sign_key = checks::secret("sign_key", sign_key)?;
        let read = |key: &str| Ok(Key::new(algorithm, checks::secret("it", key)?.expose()));
        let mut secrets = vec![sign_key.clone()];
        secrets.extend(rotation::secrets(PREVIOUS_KEY, config));
        let client = Client::new("daxpay", config, secrets)?;
        let keys = Keys::new(read(sign_key.expose())?);
        let keys = keys.with_previous(PREVIOUS_KEY, config, &client, read);
        DaxPay::made(config, client, app_id.into(), mch_no, Edition::Three(keys))
    }

    /// A handle of edition open, which signs with the merchant's RSA key. Without `app_id` it speaks for the
    /// merchant's default application. Keys come as PKCS#8, PKCS#1 or SPKI, as PEM or bare base64, with any
    /// line breaks.
    ///
    /// # Errors
    /// [`Status::InvalidKey`] says what is wrong with a key; [`Status::InvalidArgument`],
    /// [`Status::InvalidConfig`] name what is wrong otherwise.
    pub fn new_open(
        config: &Config,
        mch_no: &str,
        app_id: Option<&str>,
        private_key: &str,
        platform_public_key: &str,
    ) -> Result<DaxPay> {
        let signer = RsaSigner::Key(PrivateKey::parse("private_key", private_key)?);
        DaxPay::with_signer(config, mch_no, app_id, signer, platform_public_key)
    }

    /// As [`DaxPay::new_open`], with a private key that is somewhere else. `signer` signs once, to see that
    /// `public_key` is the merchant's own.
    ///
    /// # Errors
    /// As [`DaxPay::new_open`]; [`Status::InvalidKey`] when the signature is not by `public_key`.
    pub fn new_open_callback(
        config: &Config,
        mch_no: &str,
        app_id: Option<&str>,
        signer: Arc<dyn SignMessage>,
        public_key: &str,
        platform_public_key: &str,
    ) -> Result<DaxPay> {
        let public_key = PublicKey::parse("public_key", public_key)?;
        let signer = RsaSigner::callback(signer, public_key)?;
        DaxPay::with_signer(config, mch_no, app_id, signer, platform_public_key)
    }

    fn with_signer(
        config: &Config,
        mch_no: &str,
        app_id: Option<&str>,
        signer: RsaSigner,
        platform_public_key: &str,
    ) -> Result<DaxPay> {
        checks::credential("mch_no", mch_no)?;
        let read = |key: &str| PublicKey::parse("platform_public_key", key);
        let client = Client::new("daxpay", config, Vec::new())?;
        let keys = Keys::new(read(platform_public_key)?);
        let keys = keys.with_previous(PREVIOUS_KEY, config, &client, read);
        DaxPay::made(
            config,
            client,
            app_id,
            Some(mch_no),
            Edition::Open(signer, keys),
        )
    }

    fn made(
        config: &Config,
        client: Client,
        app_id: Option<&str>,
        mch_no: Option<&str>,
        edition: Edition,
    ) -> Result<DaxPay> {
        let given = |name, value: Option<&str>| -> Result<Option<String>> {
            let value = value.filter(|value| !value.is_empty());
            checks::at_most(name, value.unwrap_or_default(), 32)?;
            Ok(value.map(str::to_owned))
        };
        let utc_offset_minutes = *config.setting(UTC_OFFSET_MINUTES).unwrap_or(&CHINA_MINUTES);
        let range = -FURTHEST_MINUTES..=FURTHEST_MINUTES;
        check_range(UTC_OFFSET_MINUTES, utc_offset_minutes.into(), range)?;
        let response_signature = config.setting(RESPONSE_SIGNATURE).copied();
        Ok(DaxPay {
            app_id: given("app_id", app_id)?,
            mch_no: given("mch_no", mch_no)?,
            edition,
            utc_offset_minutes,
            response_signature: response_signature.unwrap_or_default(),
            inbound: config.inbound("daxpay", SIGNED_WINDOW_MS, client.statistics())?,
            client,
        })
    }

    /// What this handle counted in this process so far: `docs/statistics.md` says what each member means.
    pub fn stats(&self) -> Json {
        self.client.stats(self.inbound.stats())
    }

    /// Exchanges an authorization code for the user's identity.
    ///
    /// # Errors
    /// [`Status::OutcomeUnknown`] when the request may have arrived and the answer was lost: the
    /// code may be used up. [`Status::BadSignature`] when the answer is not signed, or wrongly. Edition open
    /// signs neither request nor answer of this operation: nothing but TLS vouches for the identity, and over
    /// plain HTTP to another machine it is refused.
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

    /// Has the gateway check merchant, application, key and signature, and nothing else. Edition open alone.
    ///
    /// # Errors
    /// As the gateway or the network has it; [`Status::InvalidConfig`] for a handle of edition 3.
    pub fn ping(&self, options: &Options) -> Result<Answer> {
        self.client.run(&PING, self, &(), options)
    }

    /// The request of [`DaxPay::ping`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidConfig`] for a handle of edition 3.
    pub fn build_ping(&self, options: &Options) -> Result<HttpRequest> {
        self.client.build(&PING, self, &(), options, None)
    }

    /// Reads the answer to [`DaxPay::build_ping`].
    ///
    /// # Errors
    /// As [`DaxPay::ping`].
    pub fn read_ping(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client.read(&PING, self, request, response)
    }

    /// What is signed for the JSON object in a message's body, and what is wrong with somebody else's
    /// signature of it: `signature`, or else its own member `sign`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] when the body is no JSON object.
    pub fn explain(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        match &self.edition {
            Edition::Three(keys) => explain_3(keys.current(), message, signature),
            Edition::Open(signer, _) => {
                let sign = |string: &[u8]| signer.sign_at_hand(string);
                let key = signer.public_key();
                explain::daxpay_open(&key, None, &sign, &message.body, signature)
            }
        }
    }

    /// As [`DaxPay::explain`], with the string that the other side signed in place of its signature: where the
    /// two part, and what that means. Edition open's gateway quotes its own with code 20052.
    ///
    /// # Errors
    /// As [`DaxPay::explain`].
    pub fn explain_string(&self, message: &Inbound, their_string: &str) -> Result<Explanation> {
        match &self.edition {
            Edition::Three(keys) => {
                let (algorithm, key) = (keys.current().algorithm(), keys.current().expose());
                explain::daxpay_string(algorithm, key, &message.body, their_string)
            }
            Edition::Open(..) => explain::daxpay_open_string(&message.body, their_string),
        }
    }

    /// As [`DaxPay::explain`], for a message of the gateway, which signs with its own key in edition open, and in
    /// edition 3 as its users do.
    ///
    /// # Errors
    /// As [`DaxPay::explain`].
    pub fn explain_event(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        match &self.edition {
            Edition::Three(keys) => explain_3(keys.current(), message, signature),
            Edition::Open(signer, keys) => {
                let own = signer.public_key();
                let body = &message.body;
                explain::daxpay_open(keys.current(), Some(&own), &|_| None, body, signature)
            }
        }
    }

    fn path(&self, paths: Paths) -> &'static str {
        match self.edition {
            Edition::Three(_) => paths.three,
            Edition::Open(..) => paths.open,
        }
    }

    fn auth_request(
        &self,
        paths: Paths,
        request: &AuthRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        let params = Zeroizing::new(request.params(self.edition.is_open())?);
        let signed = self.signed("POST", self.path(paths), lent(&params), options)?;
        Ok(request.secrets().fold(signed, HttpRequest::secret))
    }

    fn auth_url_request(&self, request: &AuthUrlRequest, options: &Options) -> Result<HttpRequest> {
        let params = request.params(self.edition.is_open())?;
        self.signed("POST", self.path(AUTH_URL_PATH), lent(&params), options)
    }

    fn call_request(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        call.check(&[])?;
        let target = call.wire_target()?;
        let params = business_params(call, self.edition.is_open())?;
        let params = params.iter().map(|(name, value)| (&**name, value.lend()));
        let request = self.signed(&call.method, &target, params, options)?;
        Ok(call.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        }))
    }

    fn ping_request(&self, options: &Options) -> Result<HttpRequest> {
        if !self.edition.is_open() {
            let why = "has no ping: only edition open has one";
            return Err(Error::config("edition 3", why));
        }
        self.signed("POST", PING_PATH, std::iter::empty(), options)
    }
}

fn lent(params: &Json) -> impl ExactSizeIterator<Item = (&str, Lent<'_>)> + Clone {
    let members = params.members().iter();
    members.map(|(name, value)| (name.as_str(), Lent::Value(value)))
}

fn explain_3(key: &Key, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
    explain::daxpay(key.algorithm(), key.expose(), &message.body, signature)
}

impl fmt::Debug for DaxPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.app_id.as_ref().or(self.mch_no.as_ref());
        write!(f, "DaxPay({})", name.map_or("", |name| name))
    }
}
