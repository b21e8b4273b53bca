#![doc = include_str!("../../../docs/openplatform.md")]

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::checks;
use super::token_calls::{TokenClient, TokenRules};
use crate::answer::Answer;
use crate::call::{Call, header_value};
use crate::client::Operation;
use crate::config::{Config, Setting, check_range};
use crate::envelope::{Envelope, Meaning, required_text};
use crate::error::{Error, Result, Status};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::json::Json;
use crate::options::Options;
use crate::secret::Secret;
use crate::token::{Token, jwt_times};

const CREDENTIAL_PATH: &str = "/openapi/auth/credential";
const TOKEN_HEADER: &str = "Access-Token";

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "message",
    // The tables say `trackId`, the wire `_trackId`.
    trace_id: &["_trackId", "trackId"],
    success: 200,
    ok: Some("ok"),
    meanings: &[
        Meaning(10101, Status::Unauthorized, "check client_id"),
        Meaning(10102, Status::Unauthorized, "check secret"),
        Meaning(10103, Status::Unauthorized, "the application is disabled"),
        Meaning(10104, Status::Unauthorized, "the partner is disabled"),
        Meaning(
            10106,
            Status::Platform,
            "this machine's IP address is not on the platform's list",
        ),
        Meaning(10131, Status::Platform, "a parameter is missing"),
        Meaning(
            10132,
            Status::Unauthorized,
            "the platform refused our signature",
        ),
        Meaning(
            10133,
            Status::Platform,
            "the interface is not granted to this application",
        ),
        Meaning(
            10134,
            Status::Unauthorized,
            "the token is invalid or has expired",
        ),
        Meaning(10135, Status::Platform, "the platform could not decrypt"),
    ],
    time_codes: &[],
};

const RULES: TokenRules<OpenPlatform> = TokenRules {
    // A login has no effect but the token.
    login: Operation {
        name: "token",
        repeat: |()| Repeat::Freely,
        build: |platform, (), _| Ok(platform.login_request()),
        read: OpenPlatform::login_token,
    },
    call: Operation {
        name: "call",
        repeat: Call::repeat,
        build: OpenPlatform::call_request,
        read: |_, _, response| open(response),
    },
    refused_code: "10134",
    header: TOKEN_HEADER,
};

const TOKEN_LIFETIME_MS: &str = "openplatform_token_lifetime_ms";
const TWO_HOURS_MS: i64 = 2 * 60 * 60 * 1000;
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// The setting `openplatform_token_lifetime_ms`: the token's lifetime where the token does not tell, in
/// milliseconds, up to a year; by default 2 hours.
pub fn token_lifetime_ms(lifetime_ms: i64) -> Setting {
    Setting::new(TOKEN_LIFETIME_MS, lifetime_ms)
}

/// A handle for one application, with its token. For any number of threads.
pub struct OpenPlatform {
    tokens: TokenClient,
    client_id: String,
    secret: Secret,
    token_lifetime_ms: i64,
}

impl OpenPlatform {
    /// A handle for an application.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new(config: &Config, client_id: &str, secret: &str) -> Result<OpenPlatform> {
        checks::credential("client_id", client_id)?;
        let secret = checks::secret("secret", secret)?;
        let token_lifetime_ms = *config.setting(TOKEN_LIFETIME_MS).unwrap_or(&TWO_HOURS_MS);
        check_range(TOKEN_LIFETIME_MS, token_lifetime_ms, 1..=YEAR_MS)?;
        Ok(OpenPlatform {
            tokens: TokenClient::new("openplatform", config, client_id, vec![secret.clone()])?,
            client_id: client_id.to_owned(),
            secret,
            token_lifetime_ms,
        })
    }

    /// A token that is valid now: cached, refreshed early, fetched once however many threads ask.
    ///
    /// # Errors
    /// [`Status::Unauthorized`] for refused credentials; else as the platform or the network has it.
    pub fn token(&self, options: &Options) -> Result<Arc<Token>> {
        self.tokens.token(&RULES, self, options)
    }

    /// What this handle counted in this process so far: `docs/statistics.md` says what each member means.
    pub fn stats(&self) -> Json {
        self.tokens.stats()
    }

    /// Drops the cached token if it is this one (bare or as its header's value).
    pub fn invalidate(&self, token: &str) {
        self.tokens.invalidate(token);
    }

    /// The login request, for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for an option.
    pub fn build_token(&self, options: &Options) -> Result<HttpRequest> {
        self.tokens.build_token(&RULES, self, options)
    }

    /// Reads the answer to [`OpenPlatform::build_token`] and caches the token.
    ///
    /// # Errors
    /// As [`OpenPlatform::token`].
    pub fn read_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Arc<Token>> {
        self.tokens.read_token(&RULES, self, request, response)
    }

    /// Calls a business endpoint with the token. A refused token is replaced and the call repeated once.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call, options: &Options) -> Result<Answer> {
        self.tokens.call(&RULES, self, call, options)
    }

    /// The request of [`OpenPlatform::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`]; [`Status::Unauthorized`] when no valid token is cached.
    pub fn build_call(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        self.tokens.build_call(&RULES, self, call, options)
    }

    /// Reads the answer to [`OpenPlatform::build_call`]; drops a token that was refused.
    ///
    /// # Errors
    /// As [`OpenPlatform::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.tokens.read_call(&RULES, self, request, response)
    }

    /// A form, not JSON.
    fn login_request(&self) -> HttpRequest {
        let pairs = [
            ("clientId", self.client_id.as_str()),
            ("secret", self.secret.expose()),
            ("userType", "2"),
        ];
        // Escaping makes three bytes of one at most. A form that had to grow would leave copies behind.
        let most = pairs.map(|(name, value)| name.len() + 3 * value.len() + 2);
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(most.iter().sum()));
        form.extend_pairs(pairs);
        let body = Zeroizing::new(form.finish().into_bytes());
        let client = &self.tokens.client;
        let request = client.request("POST", CREDENTIAL_PATH, body);
        request.header("Content-Type", "application/x-www-form-urlencoded")
    }

    fn login_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        let answer = open(response)?;
        let token = Secret::new(required_text(&answer, "data")?);
        header_value("`data`", token.expose())
            .map_err(|e| Error::protocol(e.message()).with_answer(answer.clone()))?;
        // The answer does not say how long the token lives. A JWT does; else it is what the
        // configuration assumes, from the moment the token was asked for.
        let told = jwt_times(token.expose()).and_then(|jwt| jwt.lifetime_ms(request.built));
        Ok(Token::new(
            token,
            TOKEN_HEADER,
            request.built,
            told.unwrap_or(self.token_lifetime_ms),
            answer,
        ))
    }

    fn call_request(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        call.check(&[TOKEN_HEADER, "Request-Id"])?;
        let client = &self.tokens.client;
        let request_id = options.trace_id_or_random();
        let request = client.call_request(call, &call.wire_target()?);
        let request = request
            .trace_id(&request_id)
            .header("Request-Id", &request_id);
        Ok(call.finish(request))
    }
}

fn open(response: HttpResponse) -> Result<Answer> {
    ENVELOPE.open(response, |envelope| match envelope.get("ok") {
        None | Some(Json::Bool(_)) => Ok(false),
        Some(_) => Err(Error::protocol("`ok` is not a boolean")),
    })
}

impl fmt::Debug for OpenPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenPlatform({})", self.client_id)
    }
}
