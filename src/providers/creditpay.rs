#![doc = include_str!("../../docs/creditpay.md")]
//!
//! # In Rust
//!
//! ```no_run
//! use auth::{Config, providers::creditpay::{CodeRequest, CreditPay}};
//! # fn main() -> auth::Result<()> {
//! let creditpay = CreditPay::new(&Config::new("https://host/dg"), "plat", "api-key", "signature-key")?;
//! let code = creditpay.issue_code(&CodeRequest {
//!     customer_no: Some("473_32".into()),
//!     customer_token: Some("token".into()),
//!     token_expire_ms: Some(1732521424191),
//!     callback_url: Some("https://shop.example/callback".into()),
//!     client_ip: Some("192.168.1.166".into()),
//!     ..CodeRequest::default()
//! })?;
//! println!("{}", code.url());
//! # Ok(()) }
//! ```

use std::fmt;

use super::field;
use crate::call::{Call, header_value};
use crate::client::{Client, Operation, Repeat};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::explain::{self, CreditpayHints, Explanation};
use crate::json::Json;
use crate::message::{Answer, Envelope, HttpRequest, HttpResponse, Meaning};
use crate::random;
use crate::secret::Secret;
use crate::signing::creditpay as signing;
use crate::token::{Token, jwt_times};

mod inbound;
pub use inbound::{Event, EventKind};

const AUTH_PATH: &str = "/v1/platform/identify/auth";
const REDIRECT_PATH: &str = "/v1/identify/redirect";

/// A code is cheap, and with the same `session_sign` the same one comes back.
const ISSUE_CODE: Operation = Operation {
    name: "issue_code",
    repeat: Repeat::Freely,
};
/// The `ident_code` is one-time.
const OPEN_TOKEN: Operation = Operation {
    name: "open_token",
    repeat: Repeat::UnlessSent,
};

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
};

/// The headers libauth sets on business calls.
const OWN_HEADERS: [&str; 4] = ["trace", "api-key", "signature", "lang"];

/// A handle for one platform account. Immutable; for any number of threads.
pub struct CreditPay {
    client: Client,
    plat_id: String,
    api_key: Secret,
    signature_key: Secret,
    signed_prefix: String,
    inbound: crate::inbound::Policy,
}

/// What the platform wants to know about a customer, to issue a code.
#[derive(Clone, Default)]
pub struct CodeRequest {
    /// Required: the caller's own unique customer number.
    pub customer_no: Option<String>,
    /// Required: the caller's user token, one to one with the user.
    pub customer_token: Option<String>,
    /// Required: when that token expires, Unix milliseconds, 13 digits.
    pub token_expire_ms: Option<i64>,
    /// Required: the caller's callback address.
    pub callback_url: Option<String>,
    /// Required: the end user's IPv4 or IPv6 address.
    pub client_ip: Option<String>,
    /// The same value as before gets the code issued before; another value a new one.
    pub session_sign: Option<String>,
    /// Picks one of the credit-limit cards.
    pub credit_limit_tag: Option<String>,
    /// Credit-limit cards; when given, they win over the endpoint configured at the platform.
    pub cards: Vec<Card>,
    /// The trace id; by default a random one.
    pub trace: Option<String>,
    /// The language of messages; the platform's default is `en-US`.
    pub lang: Option<String>,
}

/// A credit-limit card. Every field is required.
#[derive(Clone, Default)]
pub struct Card {
    /// The card's unique name.
    pub tag: Option<String>,
    /// A decimal number, such as `10001.23`.
    pub amount: Option<String>,
    /// The currency, such as `CNY`.
    pub currency: Option<String>,
    /// The address of an icon.
    pub icon: Option<String>,
    /// HTML that describes the card.
    pub input: Option<String>,
}

/// A one-time code.
#[derive(Clone)]
pub struct Code {
    ident_code: String,
    url: String,
    answer: Answer,
}

impl Code {
    /// The code itself.
    pub fn ident_code(&self) -> &str {
        &self.ident_code
    }

    /// Where to send the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The platform's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
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
        field::credential("plat_id", plat_id)?;
        field::credential("api_key", api_key)?;
        let signature_key = field::secret("signature_key", signature_key)?;
        let api_key = Secret::new(api_key);
        let signed_prefix = config.signed_path_prefix.clone().unwrap_or_default();
        if !signed_prefix.is_empty()
            && (!signed_prefix.starts_with('/') || signed_prefix.ends_with('/'))
        {
            return Err(Error::config(
                "signed_path_prefix",
                "must begin with / and not end with one, such as /dg",
            ));
        }
        Ok(CreditPay {
            client: Client::new(
                "creditpay",
                config,
                vec![api_key.clone(), signature_key.clone()],
            )?,
            plat_id: plat_id.to_owned(),
            api_key,
            signature_key,
            signed_prefix,
            inbound: crate::inbound::Policy::new(config)?,
        })
    }

    /// Has a one-time code issued.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field; else as the platform or the network has it.
    pub fn issue_code(&self, request: &CodeRequest) -> Result<Code> {
        let build = || self.build_issue_code(request);
        let deadline = self.client.deadline();
        self.client.run(ISSUE_CODE, deadline, build, |_, response| {
            read_code(response)
        })
    }

    /// The request of [`CreditPay::issue_code`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_issue_code(&self, request: &CodeRequest) -> Result<HttpRequest> {
        let body = code_body(request)?.to_json().into_bytes();
        let plat_id: String = form_urlencoded::byte_serialize(self.plat_id.as_bytes()).collect();
        let target = format!("{AUTH_PATH}?plat_id={plat_id}");
        let trace = trace(&request.trace)?;
        let mut built = self.signed(
            self.client.request("POST", &target, body),
            AUTH_PATH,
            &trace,
        );
        if let Some(lang) = field::optional(&request.lang) {
            header_value("lang", lang)?;
            built = built.header("lang", lang);
        }
        let customer_token = field::required("customer_token", &request.customer_token)?;
        Ok(built
            .header("Content-Type", "application/json")
            .secret(customer_token))
    }

    /// Reads the answer to [`CreditPay::build_issue_code`].
    ///
    /// # Errors
    /// As [`CreditPay::issue_code`].
    pub fn read_issue_code(&self, request: &HttpRequest, response: HttpResponse) -> Result<Code> {
        self.client
            .read(ISSUE_CODE, request, response, |_, response| {
                read_code(response)
            })
    }

    /// Turns an `ident_code` into an `open_token`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for an empty code; [`Status::OutcomeUnknown`] when the request
    /// may have arrived and the answer was lost.
    pub fn open_token(&self, ident_code: &str) -> Result<Token> {
        let build = || self.build_open_token(ident_code);
        let deadline = self.client.deadline();
        self.client
            .run(OPEN_TOKEN, deadline, build, |request, response| {
                self.open_token_in(request, response)
            })
    }

    /// The request of [`CreditPay::open_token`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for an empty code.
    pub fn build_open_token(&self, ident_code: &str) -> Result<HttpRequest> {
        if ident_code.is_empty() {
            return Err(Error::argument("ident_code", "is missing or empty"));
        }
        let body = Json::object([("ident_code", Some(Json::string(ident_code)))]).to_json();
        let trace = random::hex_id();
        let request = self
            .client
            .request("POST", REDIRECT_PATH, body.into_bytes());
        let request = request.trace_id(&trace).header("trace", &trace);
        Ok(request
            .header("Content-Type", "application/json")
            .secret(ident_code))
    }

    /// Reads the answer to [`CreditPay::build_open_token`].
    ///
    /// # Errors
    /// As [`CreditPay::open_token`].
    pub fn read_open_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        self.client
            .read(OPEN_TOKEN, request, response, |request, response| {
                self.open_token_in(request, response)
            })
    }

    /// Calls any other endpoint, signed.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call) -> Result<Answer> {
        let deadline = self.client.deadline_of(call.timeout_ms);
        let build = || self.build_call(call);
        self.client
            .run(Operation::business(call), deadline, build, |_, response| {
                open(response)
            })
    }

    /// The request of [`CreditPay::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description.
    pub fn build_call(&self, call: &Call) -> Result<HttpRequest> {
        call.check(&OWN_HEADERS)?;
        let path = call.wire_path()?;
        let request = self.client.call_request(call)?;
        Ok(call.finish(self.signed(request, &path, &random::hex_id())))
    }

    /// Reads the answer to [`CreditPay::build_call`].
    ///
    /// # Errors
    /// As [`CreditPay::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client
            .read(Operation::READ_CALL, request, response, |_, response| {
                open(response)
            })
    }

    /// What is signed for a path and a body, and what is wrong with somebody else's signature of them.
    ///
    /// The path is the one that is signed: of a request the endpoint's, behind the
    /// `signed_path_prefix` if there is one; of a webhook the user's own.
    pub fn explain(&self, path: &str, body: &[u8], signature: Option<&str>) -> Explanation {
        let base_url = self.client.base_url();
        let hints = CreditpayHints {
            base_url: Some(&base_url),
            signed_prefix: Some(self.signed_prefix.as_str()).filter(|prefix| !prefix.is_empty()),
            plat_id: Some(&self.plat_id),
            api_key: Some(self.api_key.expose()),
            ..CreditpayHints::default()
        };
        explain::creditpay(self.signature_key.expose(), path, body, &hints, signature)
    }

    /// The three headers that authenticate a request.
    fn signed(&self, request: HttpRequest, path: &str, trace: &str) -> HttpRequest {
        let signed_path = format!("{}{path}", self.signed_prefix);
        let signature = signing::sign(self.signature_key.expose(), &signed_path, request.body());
        let request = request.trace_id(trace).header("trace", trace);
        request
            .header("api-key", self.api_key.expose())
            .header("signature", &signature)
    }

    fn open_token_in(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        let answer = open(response)?;
        let token = answer.required_text("data.open_token")?;
        let times = jwt_times(&token).ok_or_else(|| {
            Error::protocol("`data.open_token` is not a JWT with `exp`").with_answer(answer.clone())
        })?;
        let lifetime_ms = times.lifetime_ms(request.built).ok_or_else(|| {
            Error::protocol("`data.open_token` has expired already").with_answer(answer.clone())
        })?;
        Ok(Token::new(
            token,
            "Authorization",
            request.built,
            lifetime_ms,
            answer,
        ))
    }
}

fn code_body(request: &CodeRequest) -> Result<Json> {
    let customer_no = field::required("customer_no", &request.customer_no)?;
    let customer_token = field::required("customer_token", &request.customer_token)?;
    let token_expire_ms = request
        .token_expire_ms
        .ok_or_else(|| Error::argument("token_expire_ms", "is missing"))?;
    if !(1_000_000_000_000..=9_999_999_999_999).contains(&token_expire_ms) {
        return Err(Error::argument(
            "token_expire_ms",
            "is not Unix milliseconds, 13 digits",
        ));
    }
    let callback_url = field::required("callback_url", &request.callback_url)?;
    let client_ip = field::required("client_ip", &request.client_ip)?;
    field::ip("client_ip", client_ip)?;
    let cards = request
        .cards
        .iter()
        .map(card_body)
        .collect::<Result<Vec<_>>>()?;
    Ok(Json::object([
        ("customer_no", Some(Json::string(customer_no))),
        ("customer_token", Some(Json::string(customer_token))),
        (
            "token_expire",
            Some(Json::Number(token_expire_ms.to_string())),
        ),
        ("callback_url", Some(Json::string(callback_url))),
        ("client_ip", Some(Json::string(client_ip))),
        ("session_sign", field::optional_json(&request.session_sign)),
        (
            "credit_limit_tag",
            field::optional_json(&request.credit_limit_tag),
        ),
        (
            "credit_limit_available_cards",
            (!cards.is_empty()).then_some(Json::Array(cards)),
        ),
    ]))
}

fn card_body(card: &Card) -> Result<Json> {
    let amount = field::required("card amount", &card.amount)?;
    field::decimal("card amount", amount)?;
    let text = |name: &str, value| Ok(Some(Json::string(field::required(name, value)?)));
    Ok(Json::object([
        ("tag", text("card tag", &card.tag)?),
        ("amount", Some(Json::string(amount))),
        ("currency", text("card currency", &card.currency)?),
        ("icon", text("card icon", &card.icon)?),
        ("input", text("card input", &card.input)?),
    ]))
}

fn trace(given: &Option<String>) -> Result<String> {
    match field::optional(given) {
        Some(trace) => header_value("trace", trace).map(|()| trace.to_owned()),
        None => Ok(random::hex_id()),
    }
}

fn open(response: HttpResponse) -> Result<Answer> {
    ENVELOPE.open(response, |_| Ok(()))
}

fn read_code(response: HttpResponse) -> Result<Code> {
    let answer = open(response)?;
    let ident_code = answer.required_text("data.ident_code")?;
    let url = answer.required_text("data.url")?;
    Ok(Code {
        ident_code,
        url,
        answer,
    })
}

/// Not the code, nor the URL that holds it.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({:?})", self.answer)
    }
}

impl fmt::Debug for CreditPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditPay({})", self.plat_id)
    }
}
