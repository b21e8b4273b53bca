#![doc = include_str!("../../../docs/creditpay.md")]
//!
//! # In Rust
//!
//! ```no_run
//! use auth::{Config, Options, providers::creditpay::{CodeRequest, CreditPay}};
//! # fn main() -> auth::Result<()> {
//! let creditpay = CreditPay::new(&Config::new("https://host/dg"), "plat", "api-key", "signature-key")?;
//! let code = creditpay.issue_code(&CodeRequest {
//!     customer_no: Some("473_32".into()),
//!     customer_token: Some("token".into()),
//!     token_expire_ms: Some(1732521424191),
//!     callback_url: Some("https://shop.example/callback".into()),
//!     client_ip: Some("192.168.1.166".into()),
//!     ..CodeRequest::default()
//! }, &Options::default())?;
//! println!("{}", code.url());
//! # Ok(()) }
//! ```

use std::fmt;

use zeroize::Zeroizing;

use super::checks;
use super::rotation::{self, Keys};
use crate::answer::Answer;
use crate::call::{Call, header_value};
use crate::client::{Client, Operation};
use crate::config::{Config, Setting};
use crate::envelope::{Envelope, Meaning, in_envelope, required_text};
use crate::error::{Error, Result, Status};
use crate::explain::{self, CreditPayHints, Explanation};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::inbound::Inbound;
use crate::json::Json;
use crate::options::Options;
use crate::secret::Secret;
use crate::signing::creditpay as signing;
use crate::token::{Token, jwt_times};

mod code;
mod inbound;
pub use code::{Card, Code, CodeRequest};
pub use inbound::{Event, EventKind};

const AUTH_PATH: &str = "/v1/platform/identify/auth";
const REDIRECT_PATH: &str = "/v1/identify/redirect";

/// A code is cheap, and with the same `session_sign` the same one comes back.
const ISSUE_CODE: Operation<CreditPay, CodeRequest, Code> = Operation {
    name: "issue_code",
    repeat: |_| Repeat::Freely,
    build: CreditPay::code_request,
    read: |_, _, response| Code::read(open(response)?),
};

/// The `ident_code` is one-time.
const OPEN_TOKEN: Operation<CreditPay, str, Token> = Operation {
    name: "open_token",
    repeat: |_| Repeat::UnlessSent,
    build: CreditPay::open_token_request,
    read: |_, request, response| read_open_token(request, response),
};

const CALL: Operation<CreditPay, Call, Answer> = Operation {
    name: "call",
    repeat: Call::repeat,
    build: CreditPay::call_request,
    read: |_, _, response| open(response),
};

const SIGNED_PATH_PREFIX: &str = "creditpay_signed_path_prefix";

/// The setting `creditpay_signed_path_prefix`: the gateway prefix that is part of the signed path, such
/// as `/dg`; by default none is.
pub fn signed_path_prefix(prefix: impl Into<String>) -> Setting {
    Setting::new(SIGNED_PATH_PREFIX, prefix.into())
}

const PREVIOUS_KEY: &str = "creditpay_previous_key";

/// The setting `creditpay_previous_key`, which may be added several times ([`Config::add`]): a signature key
/// before a rotation. What the platform sends is accepted under it too; an empty one is left out, with a line
/// in the log.
pub fn previous_key(key: impl Into<Secret>) -> Setting {
    Setting::new::<Secret>(PREVIOUS_KEY, key.into())
}

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "msg",
    trace_id: &["trace"],
    success: 0,
    ok: None,
    meanings: &[Meaning(
        500,
        Status::Platform,
        "a server error of the platform",
    )],
    time_codes: &[],
};

/// The headers libauth sets on business calls.
const OWN_HEADERS: [&str; 3] = ["trace", "api-key", "signature"];

/// A handle for one platform account. Immutable; for any number of threads.
pub struct CreditPay {
    client: Client,
    plat_id: String,
    api_key: Secret,
    signature_key: Secret,
    /// The same, made ready to sign with, and those before it.
    keys: Keys<signing::Key>,
    signed_prefix: String,
    inbound: crate::inbound::Policy,
}

impl CreditPay {
    /// A handle for the account `plat_id`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential that is empty or cannot go into a header,
    /// [`Status::InvalidConfig`] for a setting.
    pub fn new(
        config: &Config,
        plat_id: &str,
        api_key: &str,
        signature_key: &str,
    ) -> Result<CreditPay> {
        checks::credential("plat_id", plat_id)?;
        checks::credential("api_key", api_key)?;
        let signature_key = checks::secret("signature_key", signature_key)?;
        let api_key = Secret::new(api_key);
        let signed_prefix = config.setting::<String>(SIGNED_PATH_PREFIX).cloned();
        let signed_prefix = signed_prefix.unwrap_or_default();
        if !signed_prefix.is_empty()
            && (!signed_prefix.starts_with('/') || signed_prefix.ends_with('/'))
        {
            return Err(Error::config(
                SIGNED_PATH_PREFIX,
                "must begin with / and not end with one, such as /dg",
            ));
        }
        let read = |key: &str| Ok(signing::Key::new(checks::secret("it", key)?.expose()));
        let mut secrets = vec![api_key.clone(), signature_key.clone()];
        secrets.extend(rotation::secrets(PREVIOUS_KEY, config));
        let client = Client::new("creditpay", config, secrets)?;
        let keys = Keys::new(read(signature_key.expose())?);
        Ok(CreditPay {
            plat_id: plat_id.to_owned(),
            api_key,
            keys: keys.with_previous(PREVIOUS_KEY, config, &client, read),
            signature_key,
            signed_prefix,
            inbound: config.inbound("creditpay", inbound::WINDOW_MS, client.statistics())?,
            client,
        })
    }

    /// What this handle counted in this process so far: `docs/statistics.md` says what each member means.
    pub fn stats(&self) -> Json {
        self.client.stats(self.inbound.stats())
    }

    /// Has a one-time code issued.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field; else as the platform or the network has it.
    pub fn issue_code(&self, request: &CodeRequest, options: &Options) -> Result<Code> {
        self.client.run(&ISSUE_CODE, self, request, options)
    }

    /// The request of [`CreditPay::issue_code`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_issue_code(
        &self,
        request: &CodeRequest,
        options: &Options,
    ) -> Result<HttpRequest> {
        self.client.build(&ISSUE_CODE, self, request, options, None)
    }

    /// Reads the answer to [`CreditPay::build_issue_code`].
    ///
    /// # Errors
    /// As [`CreditPay::issue_code`].
    pub fn read_issue_code(&self, request: &HttpRequest, response: HttpResponse) -> Result<Code> {
        self.client.read(&ISSUE_CODE, self, request, response)
    }

    /// Turns an `ident_code` into an `open_token`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for an empty code; [`Status::OutcomeUnknown`] when the request
    /// may have arrived and the answer was lost.
    pub fn open_token(&self, ident_code: &str, options: &Options) -> Result<Token> {
        self.client.run(&OPEN_TOKEN, self, ident_code, options)
    }

    /// The request of [`CreditPay::open_token`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for an empty code.
    pub fn build_open_token(&self, ident_code: &str, options: &Options) -> Result<HttpRequest> {
        self.client
            .build(&OPEN_TOKEN, self, ident_code, options, None)
    }

    /// Reads the answer to [`CreditPay::build_open_token`].
    ///
    /// # Errors
    /// As [`CreditPay::open_token`].
    pub fn read_open_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        self.client.read(&OPEN_TOKEN, self, request, response)
    }

    /// Calls any other endpoint, signed.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call, options: &Options) -> Result<Answer> {
        self.client.run(&CALL, self, call, options)
    }

    /// The request of [`CreditPay::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description.
    pub fn build_call(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        self.client.build(&CALL, self, call, options, None)
    }

    /// Reads the answer to [`CreditPay::build_call`].
    ///
    /// # Errors
    /// As [`CreditPay::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client.read(&CALL, self, request, response)
    }

    /// What is signed for a request with this path and body, and what is wrong with somebody else's
    /// signature of them: `signature`, or else the message's own header `signature`.
    ///
    /// The path is the one that is signed: the endpoint's, behind the `creditpay_signed_path_prefix`
    /// if there is one.
    ///
    /// # Errors
    /// None for now.
    pub fn explain(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        let base_url = self.client.base_url();
        let hints = self.hints(message, &base_url);
        Ok(self.explained(&hints, message, signature))
    }

    /// As [`CreditPay::explain`], with the string that the other side signed in place of its signature: where
    /// the two part, and what that means.
    ///
    /// # Errors
    /// None for now.
    pub fn explain_string(&self, message: &Inbound, their_string: &str) -> Result<Explanation> {
        let base_url = self.client.base_url();
        let hints = self.hints(message, &base_url);
        let key = self.signature_key.expose();
        let (path, body) = (&message.path, &message.body);
        Ok(explain::creditpay_string(
            key,
            path,
            body,
            &hints,
            their_string,
        ))
    }

    /// As [`CreditPay::explain`], for a message of the platform: the path is the user's own, as it was
    /// called, and no prefix has to do with it.
    ///
    /// # Errors
    /// None for now.
    pub fn explain_event(&self, message: &Inbound, signature: Option<&str>) -> Result<Explanation> {
        Ok(self.explained(&self.beside(message), message, signature))
    }

    /// What else may have got into the signature of a request.
    fn hints<'a>(&'a self, message: &'a Inbound, base_url: &'a str) -> CreditPayHints<'a> {
        CreditPayHints {
            base_url: Some(base_url),
            signed_prefix: Some(self.signed_prefix.as_str()).filter(|prefix| !prefix.is_empty()),
            ..self.beside(message)
        }
    }

    /// What is known whoever sent the message: the credentials, and its own headers.
    fn beside<'a>(&'a self, message: &'a Inbound) -> CreditPayHints<'a> {
        CreditPayHints {
            plat_id: Some(&self.plat_id),
            api_key: Some(self.api_key.expose()),
            trace: message.headers.get("trace"),
            timestamp: message.headers.get("timestamp"),
            token: message.headers.get("token"),
            lang: message.headers.get("lang"),
            ..CreditPayHints::default()
        }
    }

    fn explained(
        &self,
        hints: &CreditPayHints,
        message: &Inbound,
        signature: Option<&str>,
    ) -> Explanation {
        let signature = signature.or_else(|| message.headers.get("signature"));
        let key = self.signature_key.expose();
        explain::creditpay(key, &message.path, &message.body, hints, signature)
    }

    fn code_request(&self, request: &CodeRequest, options: &Options) -> Result<HttpRequest> {
        let body = code::code_body(request)?.to_body();
        let plat_id: String = form_urlencoded::byte_serialize(self.plat_id.as_bytes()).collect();
        let target = format!("{AUTH_PATH}?plat_id={plat_id}");
        let built = self.client.request("POST", &target, body);
        let mut built = self.signed(built, AUTH_PATH, options);
        if let Some(lang) = checks::optional(&request.lang) {
            header_value("lang", lang)?;
            built = built.header("lang", lang);
        }
        let customer_token = checks::required_secret("customer_token", &request.customer_token)?;
        Ok(built
            .header("Content-Type", "application/json")
            .secret(customer_token))
    }

    fn open_token_request(&self, ident_code: &str, options: &Options) -> Result<HttpRequest> {
        if ident_code.is_empty() {
            return Err(Error::argument("ident_code", "is missing or empty"));
        }
        let body = Json::object([("ident_code", Some(Json::string(ident_code)))]);
        let body = Zeroizing::new(body).to_body();
        let trace = options.trace_id_or_random();
        let request = self.client.request("POST", REDIRECT_PATH, body);
        let request = request.trace_id(&trace).header("trace", &trace);
        Ok(request
            .header("Content-Type", "application/json")
            .secret(ident_code))
    }

    fn call_request(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        call.check(&OWN_HEADERS)?;
        let target = call.wire_target()?;
        let path = target.split('?').next().unwrap_or_default();
        let request = self.client.call_request(call, &target);
        Ok(call.finish(self.signed(request, path, options)))
    }

    /// The three headers that authenticate a request.
    fn signed(&self, request: HttpRequest, path: &str, options: &Options) -> HttpRequest {
        let signed_path = format!("{}{path}", self.signed_prefix);
        let signature = self.keys.current().sign(&signed_path, request.body());
        let trace = options.trace_id_or_random();
        let request = request.trace_id(&trace).header("trace", &trace);
        request
            .header("api-key", self.api_key.expose())
            .header("signature", &signature)
    }
}

fn read_open_token(request: &HttpRequest, response: HttpResponse) -> Result<Token> {
    let answer = open(response)?;
    let token = Secret::new(required_text(&answer, "data.open_token")?);
    let lifetime_ms = in_envelope(&answer, |_| {
        let times = jwt_times(token.expose())
            .ok_or_else(|| Error::protocol("`data.open_token` is not a JWT with `exp`"))?;
        times
            .lifetime_ms(request.built)
            .ok_or_else(|| Error::protocol("`data.open_token` has expired already"))
    })?;
    Ok(Token::new(
        token,
        "Authorization",
        request.built,
        lifetime_ms,
        answer,
    ))
}

fn open(response: HttpResponse) -> Result<Answer> {
    ENVELOPE.open(response, |_| Ok(false))
}

impl fmt::Debug for CreditPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditPay({})", self.plat_id)
    }
}
