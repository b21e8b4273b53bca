#![doc = include_str!("../../docs/openplatform.md")]

use std::fmt;
use std::sync::Arc;

use super::bearer::Bearer;
use super::field;
use crate::call::{Call, header_value};
use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::json::Json;
use crate::message::{Answer, Envelope, HttpRequest, HttpResponse, Meaning};
use crate::random;
use crate::secret::Secret;
use crate::token::{Token, TokenCache, jwt_times};

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
};

/// A handle for one application, with its token. For any number of threads.
pub struct OpenPlatform {
    client: Client,
    client_id: String,
    secret: Secret,
    token_lifetime_ms: i64,
    cache: TokenCache,
}

impl OpenPlatform {
    /// A handle for an application.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new(config: &Config, client_id: &str, secret: &str) -> Result<OpenPlatform> {
        field::credential("client_id", client_id)?;
        let secret = field::secret("secret", secret)?;
        Ok(OpenPlatform {
            client: Client::new("openplatform", config, vec![secret.clone()])?,
            client_id: client_id.to_owned(),
            secret,
            token_lifetime_ms: config.token_lifetime_ms,
            cache: TokenCache::new(Arc::clone(&config.clock)),
        })
    }

    /// A token that is valid now: cached, refreshed early, fetched once however many threads ask.
    ///
    /// # Errors
    /// [`Status::Unauthorized`] for refused credentials; else as the platform or the network has it.
    pub fn token(&self) -> Result<Arc<Token>> {
        self.cached_token(self.client.deadline())
    }

    /// Drops the cached token if it is this one (bare or as its header's value).
    pub fn invalidate(&self, token: &str) {
        self.drop_token(token);
    }

    /// The login request, for another HTTP client to send.
    ///
    /// # Errors
    /// None for now.
    pub fn build_token(&self) -> Result<HttpRequest> {
        self.login_request()
    }

    /// Reads the answer to [`OpenPlatform::build_token`] and caches the token.
    ///
    /// # Errors
    /// As [`OpenPlatform::token`].
    pub fn read_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Arc<Token>> {
        self.read_login(request, response)
    }

    /// Calls a business endpoint with the token. A refused token is replaced and the call repeated once.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for the call's description; [`Status::OutcomeUnknown`] when a call
    /// that is not idempotent may have arrived and its answer was lost.
    pub fn call(&self, call: &Call) -> Result<Answer> {
        self.business_call(call)
    }

    /// The request of [`OpenPlatform::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`]; [`Status::Unauthorized`] when no valid token is cached.
    pub fn build_call(&self, call: &Call) -> Result<HttpRequest> {
        self.build_business_call(call)
    }

    /// Reads the answer to [`OpenPlatform::build_call`]; drops a token that was refused.
    ///
    /// # Errors
    /// As [`OpenPlatform::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.read_business_call(request, response)
    }
}

impl Bearer for OpenPlatform {
    const TOKEN_REFUSED: &'static str = "10134";

    const OWN_HEADERS: &'static [&'static str] = &[TOKEN_HEADER, "Request-Id"];

    fn client(&self) -> &Client {
        &self.client
    }

    fn cache(&self) -> &TokenCache {
        &self.cache
    }

    /// A form, not JSON.
    fn login_request(&self) -> Result<HttpRequest> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("clientId", &self.client_id);
        form.append_pair("secret", self.secret.expose());
        form.append_pair("userType", "2");
        let request = self
            .client
            .request("POST", CREDENTIAL_PATH, form.finish().into_bytes());
        Ok(request.header("Content-Type", "application/x-www-form-urlencoded"))
    }

    fn login_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        let answer = self.open(response)?;
        let token = answer.required_text("data")?;
        header_value("`data`", &token)
            .map_err(|e| Error::protocol(e.message()).with_answer(answer.clone()))?;
        let lifetime_ms = self.lifetime_ms(&token, request);
        Ok(Token::new(
            token,
            TOKEN_HEADER,
            request.built,
            lifetime_ms,
            answer,
        ))
    }

    fn call_request(&self, call: &Call, token: &Token) -> Result<HttpRequest> {
        let request_id = random::hex_id();
        let request = self.client.call_request(call)?;
        let request = request
            .trace_id(&request_id)
            .header("Request-Id", &request_id);
        let request = request.header(token.header_name(), token.header_value());
        Ok(call.finish(request.secret(token.header_value())))
    }

    fn open(&self, response: HttpResponse) -> Result<Answer> {
        ENVELOPE.open(response, |envelope| match envelope.get("ok") {
            None | Some(Json::Bool(_)) => Ok(()),
            Some(_) => Err(Error::protocol("`ok` is not a boolean")),
        })
    }
}

impl OpenPlatform {
    /// The answer does not say how long the token lives. A JWT does; else it is what the
    /// configuration assumes, from the moment the token was asked for.
    fn lifetime_ms(&self, token: &str, request: &HttpRequest) -> i64 {
        let told = jwt_times(token).and_then(|jwt| jwt.lifetime_ms(request.built));
        told.unwrap_or(self.token_lifetime_ms)
    }
}

impl fmt::Debug for OpenPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenPlatform({})", self.client_id)
    }
}
