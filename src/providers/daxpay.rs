#![doc = include_str!("../../docs/daxpay.md")]

use std::fmt;

use super::field;
use crate::call::Call;
use crate::client::{Client, Operation, Repeat};
use crate::clock::{format_civil, parse_civil};
use crate::config::{Config, ResponseSignature};
use crate::error::{Error, Result, Status};
use crate::explain::{self, Explanation};
use crate::inbound::bad_signature;
use crate::json::Json;
use crate::log::Level;
use crate::message::{Answer, Envelope, HttpRequest, HttpResponse, Meaning};
use crate::random;
use crate::secret::Secret;
use crate::signing::daxpay as signing;
pub use crate::signing::daxpay::Algorithm;

mod inbound;
pub use inbound::Notification;

const AUTH_PATH: &str = "/unipay/assist/channel/auth/auth";
const AUTH_URL_PATH: &str = "/unipay/assist/channel/auth/generateAuthUrl";
const AUTH_AND_SET_PATH: &str = "/unipay/assist/channel/auth/authAndSet";

/// The authorization code is one-time.
const AUTH: Operation = Operation {
    name: "auth",
    repeat: Repeat::UnlessSent,
};
const AUTH_AND_SET: Operation = Operation {
    name: "auth_and_set",
    repeat: Repeat::UnlessSent,
};
/// An address that nobody followed does no harm.
const AUTH_URL: Operation = Operation {
    name: "generate_auth_url",
    repeat: Repeat::Freely,
};

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

/// An authorization code to exchange.
#[derive(Clone, Default)]
pub struct AuthRequest {
    /// Required: `ali_pay`, `wechat_pay`, `union_pay`, or any code the gateway knows; at most 32 characters.
    pub channel: Option<String>,
    /// Required: the one-time code; at most 200 characters.
    pub auth_code: Option<String>,
    /// Normally not sent; at most 128 characters.
    pub query_code: Option<String>,
    /// The end user's IPv4 or IPv6 address; some channels require it.
    pub client_ip: Option<String>,
}

/// What the address to authorize at depends on.
#[derive(Clone, Default)]
pub struct AuthUrlRequest {
    /// Required: as in [`AuthRequest`].
    pub channel: Option<String>,
    /// Where the user is sent back to.
    pub auth_redirect_url: Option<String>,
    /// The end user's IPv4 or IPv6 address.
    pub client_ip: Option<String>,
}

/// Whether the gateway has the identity yet. The numbers are part of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum IdentityStatus {
    /// A status this version does not know: see [`Identity::status_name`].
    Other = 0,
    /// `success`: the identity is there.
    Success = 1,
    /// `waiting`: the user has not authorized yet.
    Waiting = 2,
    /// `not_exist`: there is no such authorization.
    NotExist = 3,
}

/// An end user's identity.
#[derive(Clone)]
pub struct Identity {
    open_id: Option<String>,
    user_id: Option<String>,
    access_token: Option<String>,
    status_name: String,
    answer: Answer,
}

/// An address to authorize at.
#[derive(Clone, Debug)]
pub struct AuthUrl {
    url: String,
    query_code: Option<String>,
    answer: Answer,
}

impl Identity {
    /// The user's openId at the channel.
    pub fn open_id(&self) -> Option<&str> {
        self.open_id.as_deref()
    }

    /// The user's userId at the channel.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The channel's access token. A secret.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_deref()
    }

    /// Whether the identity is there.
    pub fn status(&self) -> IdentityStatus {
        match self.status_name() {
            "success" => IdentityStatus::Success,
            "waiting" => IdentityStatus::Waiting,
            "not_exist" => IdentityStatus::NotExist,
            _ => IdentityStatus::Other,
        }
    }

    /// The gateway's word for the status.
    pub fn status_name(&self) -> &str {
        &self.status_name
    }

    /// The gateway's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl AuthUrl {
    /// Where to send the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The code to ask for the result with.
    pub fn query_code(&self) -> Option<&str> {
        self.query_code.as_deref()
    }

    /// The gateway's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
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
        field::credential("app_id", app_id)?;
        field::at_most("app_id", app_id, 32)?;
        let mch_no = mch_no.filter(|mch_no| !mch_no.is_empty());
        field::at_most("mch_no", mch_no.unwrap_or_default(), 32)?;
        let sign_key = field::secret("sign_key", sign_key)?;
        Ok(DaxPay {
            client: Client::new("daxpay", config, vec![sign_key.clone()])?,
            app_id: app_id.to_owned(),
            mch_no: mch_no.map(str::to_owned),
            sign_key,
            algorithm,
            utc_offset_minutes: config.utc_offset_minutes,
            response_signature: config.response_signature,
            inbound: crate::inbound::Policy::new(config)?,
        })
    }

    /// Exchanges an authorization code for the user's identity.
    ///
    /// # Errors
    /// [`Status::OutcomeUnknown`] when the request may have arrived and the answer was lost: the
    /// code may be used up. [`Status::BadSignature`] when the answer is not signed, or wrongly.
    pub fn auth(&self, request: &AuthRequest) -> Result<Identity> {
        let build = || self.build_auth(request);
        self.client
            .run(AUTH, self.client.deadline(), build, |_, response| {
                self.identity(response)
            })
    }

    /// The request of [`DaxPay::auth`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_auth(&self, request: &AuthRequest) -> Result<HttpRequest> {
        let signed = self.signed("POST", AUTH_PATH, auth_params(request)?)?;
        Ok(signed.secret(field::required("auth_code", &request.auth_code)?))
    }

    /// Reads the answer to [`DaxPay::build_auth`].
    ///
    /// # Errors
    /// As [`DaxPay::auth`].
    pub fn read_auth(&self, request: &HttpRequest, response: HttpResponse) -> Result<Identity> {
        self.client.read(AUTH, request, response, |_, response| {
            self.identity(response)
        })
    }

    /// Exchanges an authorization code and leaves the identity at the gateway.
    ///
    /// # Errors
    /// As [`DaxPay::auth`].
    pub fn auth_and_set(&self, request: &AuthRequest) -> Result<Answer> {
        let build = || self.build_auth_and_set(request);
        self.client.run(
            AUTH_AND_SET,
            self.client.deadline(),
            build,
            |_, response| self.open(response),
        )
    }

    /// The request of [`DaxPay::auth_and_set`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_auth_and_set(&self, request: &AuthRequest) -> Result<HttpRequest> {
        let signed = self.signed("POST", AUTH_AND_SET_PATH, auth_params(request)?)?;
        Ok(signed.secret(field::required("auth_code", &request.auth_code)?))
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
        self.client
            .read(AUTH_AND_SET, request, response, |_, response| {
                self.open(response)
            })
    }

    /// Has an address generated at which the user authorizes (`generateAuthUrl`).
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field; else as the gateway or the network has it.
    pub fn generate_auth_url(&self, request: &AuthUrlRequest) -> Result<AuthUrl> {
        let build = || self.build_generate_auth_url(request);
        self.client
            .run(AUTH_URL, self.client.deadline(), build, |_, response| {
                self.url(response)
            })
    }

    /// The request of [`DaxPay::generate_auth_url`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] naming the field.
    pub fn build_generate_auth_url(&self, request: &AuthUrlRequest) -> Result<HttpRequest> {
        let channel = channel(&request.channel)?;
        let params = [
            ("clientIp", client_ip(&request.client_ip)?),
            ("channel", Some(channel)),
            (
                "authRedirectUrl",
                field::optional_json(&request.auth_redirect_url),
            ),
        ];
        self.signed("POST", AUTH_URL_PATH, owned(params))
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
            .read(AUTH_URL, request, response, |_, response| {
                self.url(response)
            })
    }

    /// Calls any other endpoint. The call's body is a JSON object of the endpoint's own parameters;
    /// `appId`, `mchNo`, `nonceStr`, `reqTime` and `sign` are added.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call) -> Result<Answer> {
        let deadline = self.client.deadline_of(call.timeout_ms);
        let build = || self.build_call(call);
        self.client
            .run(Operation::business(call), deadline, build, |_, response| {
                self.open(response)
            })
    }

    /// The request of [`DaxPay::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description.
    pub fn build_call(&self, call: &Call) -> Result<HttpRequest> {
        call.check(&[])?;
        let target = call.wire_target()?;
        let request = self.signed(&call.method, &target, business_params(call)?)?;
        Ok(call.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        }))
    }

    /// Reads the answer to [`DaxPay::build_call`].
    ///
    /// # Errors
    /// As [`DaxPay::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.client
            .read(Operation::READ_CALL, request, response, |_, response| {
                self.open(response)
            })
    }

    /// What is signed for a JSON object (a request, an answer or a notification), and what is wrong
    /// with somebody else's signature of it: `signature`, or else its own member `sign`.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] when the body is no JSON object.
    pub fn explain(&self, body: &[u8], signature: Option<&str>) -> Result<Explanation> {
        explain::daxpay(self.algorithm, self.sign_key.expose(), body, signature)
    }

    /// Adds the common parameters and the signature. Only what the gateway knows may be sent:
    /// anything else is missing from its string to sign.
    fn signed(
        &self,
        method: &str,
        target: &str,
        params: Vec<(String, Json)>,
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
        let mut object = Json::Object(members);
        let sign = signing::sign(self.algorithm, self.sign_key.expose(), &object);
        if let Json::Object(members) = &mut object {
            members.push(("sign".to_owned(), Json::string(sign)));
        }
        let request = self
            .client
            .request(method, target, object.to_json().into_bytes());
        Ok(request
            .trace_id(&nonce)
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
                let why = "there is no `sign`; if your gateway does not sign, set response_signature to `if present`";
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
                format!("resTime is {} s away from this machine's clock: check the clock and utc_offset_minutes", ahead_ms.abs() / 1000)
            });
        }
    }

    fn identity(&self, response: HttpResponse) -> Result<Identity> {
        let answer = self.open(response)?;
        answer.required_object("data")?;
        Ok(Identity {
            open_id: answer.optional_text("data.openId")?,
            user_id: answer.optional_text("data.userId")?,
            access_token: answer.optional_text("data.accessToken")?,
            status_name: answer.required_text("data.status")?,
            answer,
        })
    }

    fn url(&self, response: HttpResponse) -> Result<AuthUrl> {
        let answer = self.open(response)?;
        let url = answer.required_text("data.authUrl")?;
        let query_code = answer.optional_text("data.queryCode")?;
        Ok(AuthUrl {
            url,
            query_code,
            answer,
        })
    }
}

fn auth_params(request: &AuthRequest) -> Result<Vec<(String, Json)>> {
    let channel = channel(&request.channel)?;
    let auth_code = field::required("auth_code", &request.auth_code)?;
    field::at_most("auth_code", auth_code, 200)?;
    field::at_most(
        "query_code",
        field::optional(&request.query_code).unwrap_or_default(),
        128,
    )?;
    let params = [
        ("clientIp", client_ip(&request.client_ip)?),
        ("channel", Some(channel)),
        ("authCode", Some(Json::string(auth_code))),
        ("queryCode", field::optional_json(&request.query_code)),
    ];
    Ok(owned(params))
}

fn owned<const N: usize>(params: [(&str, Option<Json>); N]) -> Vec<(String, Json)> {
    params
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn channel(value: &Option<String>) -> Result<Json> {
    let channel = field::required("channel", value)?;
    field::at_most("channel", channel, 32)?;
    Ok(Json::string(channel))
}

fn client_ip(value: &Option<String>) -> Result<Option<Json>> {
    let Some(address) = field::optional(value) else {
        return Ok(None);
    };
    field::ip("client_ip", address)?;
    Ok(Some(Json::string(address)))
}

/// The caller's own parameters. Empty strings are refused, since the platform's text and its
/// code disagree on whether they are signed; nulls are left out, and so are zeros behind a decimal.
fn business_params(call: &Call) -> Result<Vec<(String, Json)>> {
    if call.body.is_empty() {
        return Ok(Vec::new());
    }
    let body = Json::parse(&call.body)
        .map_err(|e| Error::argument("body", format!("is {}", e.message())))?;
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

/// Not whose identity it is, and no token.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, {:?})", self.status_name, self.answer)
    }
}

impl fmt::Debug for DaxPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DaxPay({})", self.app_id)
    }
}
