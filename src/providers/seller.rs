#![doc = include_str!("../../docs/seller.md")]

use std::fmt;
use std::sync::Arc;

use super::bearer::Bearer;
use super::field;
use crate::call::{Call, header_value};
use crate::client::Client;
use crate::clock::Moment;
use crate::config::{Config, ExpiresInUnit};
use crate::error::{Error, Result, Status};
use crate::json::Json;
use crate::message::{Answer, Envelope, HttpRequest, HttpResponse, Meaning};
use crate::secret::Secret;
use crate::token::{Token, TokenCache, jwt_times, plausible_ms, without_scheme};

const TOKEN_PATH: &str = "/seller/202405/auth/get-access-token";
const TOKEN_HEADER: &str = "Authorization";

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "message",
    trace_id: &["traceId", "requestId"],
    success: 200,
    ok: None,
    meanings: &[Meaning(
        401,
        Status::Unauthorized,
        "the keys or the token were refused",
    )],
};

/// A handle for one seller, with its token. For any number of threads.
pub struct Seller {
    client: Client,
    access_key: Secret,
    secret_key: Secret,
    expires_in_unit: ExpiresInUnit,
    cache: TokenCache,
}

impl Seller {
    /// A handle for a seller.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new(config: &Config, access_key: &str, secret_key: &str) -> Result<Seller> {
        let access_key = field::secret("access_key", access_key)?;
        let secret_key = field::secret("secret_key", secret_key)?;
        Ok(Seller {
            client: Client::new(
                "seller",
                config,
                vec![access_key.clone(), secret_key.clone()],
            )?,
            access_key,
            secret_key,
            expires_in_unit: config.expires_in_unit,
            cache: TokenCache::new(Arc::clone(&config.clock)),
        })
    }

    /// A token that is valid now: cached, refreshed early, fetched once however many threads ask.
    ///
    /// # Errors
    /// [`Status::Unauthorized`] for refused keys; else as the platform or the network has it.
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

    /// Reads the answer to [`Seller::build_token`] and caches the token.
    ///
    /// # Errors
    /// As [`Seller::token`].
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

    /// The request of [`Seller::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`]; [`Status::Unauthorized`] when no valid token is cached.
    pub fn build_call(&self, call: &Call) -> Result<HttpRequest> {
        self.build_business_call(call)
    }

    /// Reads the answer to [`Seller::build_call`]; drops a token that was refused.
    ///
    /// # Errors
    /// As [`Seller::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.read_business_call(request, response)
    }

    /// `expiresIn` is a string in the platform's example and an integer in its table; it is called
    /// seconds there, but is milliseconds. The token itself knows better, where it can be read.
    fn lifetime_ms(&self, token: &str, asked: Moment, answer: &Answer) -> Result<i64> {
        if self.expires_in_unit == ExpiresInUnit::Auto {
            let told = jwt_times(token).filter(|jwt| jwt.iat.is_some());
            if let Some(lifetime_ms) = told.and_then(|jwt| jwt.lifetime_ms(asked)) {
                return Ok(lifetime_ms);
            }
        }
        answer.in_envelope(|envelope| {
            let expires_in = match envelope.at("data.expiresIn")? {
                Some(Json::String(text)) => text.parse().ok(),
                Some(number @ Json::Number(_)) => number.as_i64(),
                Some(_) => None,
                None => {
                    return Err(Error::protocol(
                        "`data.expiresIn` is missing, and the token does not tell its end",
                    ));
                }
            };
            let factor = if self.expires_in_unit == ExpiresInUnit::Seconds {
                1000
            } else {
                1
            };
            let lifetime_ms =
                expires_in.and_then(|value: i64| plausible_ms(value.saturating_mul(factor)));
            lifetime_ms
                .ok_or_else(|| Error::protocol("`data.expiresIn` is not a plausible whole number"))
        })
    }
}

impl Bearer for Seller {
    const TOKEN_REFUSED: &'static str = "401";

    const OWN_HEADERS: &'static [&'static str] = &[TOKEN_HEADER];

    fn client(&self) -> &Client {
        &self.client
    }

    fn cache(&self) -> &TokenCache {
        &self.cache
    }

    fn login_request(&self) -> Result<HttpRequest> {
        let body = Json::object([
            ("accessKey", Some(Json::string(self.access_key.expose()))),
            ("secretKey", Some(Json::string(self.secret_key.expose()))),
        ]);
        let request = self
            .client
            .request("POST", TOKEN_PATH, body.to_json().into_bytes());
        Ok(request.header("Content-Type", "application/json"))
    }

    fn login_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        let answer = self.open(response)?;
        let token = answer.required_text("data.accessToken")?;
        let lifetime_ms = self.lifetime_ms(&token, request.built, &answer)?;
        // The scheme is added only where it is missing: never `Bearer Bearer`.
        let header = format!("Bearer {}", without_scheme(&token));
        header_value("`data.accessToken`", &header)
            .map_err(|e| Error::protocol(e.message()).with_answer(answer.clone()))?;
        Ok(Token::new(
            header,
            TOKEN_HEADER,
            request.built,
            lifetime_ms,
            answer,
        ))
    }

    fn call_request(&self, call: &Call, token: &Token) -> Result<HttpRequest> {
        let request = self.client.call_request(call)?;
        let request = request.header(token.header_name(), token.header_value());
        Ok(call.finish(request.secret(token.header_value())))
    }

    fn open(&self, response: HttpResponse) -> Result<Answer> {
        ENVELOPE.open(response, |_| Ok(()))
    }
}

impl fmt::Debug for Seller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seller")
    }
}
