#![doc = include_str!("../../../docs/seller.md")]

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::checks;
use super::token_calls::{TokenClient, TokenRules};
use crate::answer::Answer;
use crate::call::{Call, header_value};
use crate::client::Operation;
use crate::clock::Moment;
use crate::config::{Config, Setting};
use crate::envelope::{Envelope, Meaning, in_envelope, required_text};
use crate::error::{Error, Result, Status};
use crate::http::{HttpRequest, HttpResponse, Repeat};
use crate::json::Json;
use crate::options::Options;
use crate::secret::Secret;
use crate::token::{Token, jwt_times, plausible_ms, without_scheme};

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
    time_codes: &[],
};

const RULES: TokenRules<Seller> = TokenRules {
    // A login has no effect but the token.
    login: Operation {
        name: "token",
        repeat: |()| Repeat::Freely,
        build: |seller, (), _| Ok(seller.login_request()),
        read: Seller::login_token,
    },
    call: Operation {
        name: "call",
        repeat: Call::repeat,
        build: Seller::call_request,
        read: |_, _, response| open(response),
    },
    refused_code: "401",
    header: TOKEN_HEADER,
};

const EXPIRES_IN_UNIT: &str = "seller_expires_in_unit";
const TOKEN_PATH_SETTING: &str = "seller_token_path";

/// What `expiresIn` cannot be in milliseconds: no token lives so short.
const SHORTEST_MS: i64 = 10 * 60 * 1000;

/// How `expiresIn` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ExpiresInUnit {
    /// The token's own `exp - iat` where it can be read, else `expiresIn` as milliseconds, or as seconds where
    /// that would be under ten minutes.
    #[default]
    Auto,
    /// `expiresIn` is in milliseconds.
    Milliseconds,
    /// `expiresIn` is in seconds.
    Seconds,
}

/// The setting `seller_expires_in_unit`: how `expiresIn` is read.
pub fn expires_in_unit(unit: ExpiresInUnit) -> Setting {
    Setting::new(EXPIRES_IN_UNIT, unit)
}

/// The setting `seller_token_path`: where the token is fetched, for deployments of another version of the
/// document; by default `/seller/202405/auth/get-access-token`.
pub fn token_path(path: impl Into<String>) -> Setting {
    Setting::new::<String>(TOKEN_PATH_SETTING, path.into())
}

/// A handle for one seller, with its token. For any number of threads.
pub struct Seller {
    tokens: TokenClient,
    access_key: Secret,
    secret_key: Secret,
    expires_in_unit: ExpiresInUnit,
    token_path: String,
}

impl Seller {
    /// A handle for a seller.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a credential, [`Status::InvalidConfig`] for a setting.
    pub fn new(config: &Config, access_key: &str, secret_key: &str) -> Result<Seller> {
        let access_key = checks::secret("access_key", access_key)?;
        let secret_key = checks::secret("secret_key", secret_key)?;
        let secrets = vec![access_key.clone(), secret_key.clone()];
        let unit = config.setting(EXPIRES_IN_UNIT).copied();
        let token_path = config.setting::<String>(TOKEN_PATH_SETTING).cloned();
        let token_path = Call::new("POST", token_path.as_deref().unwrap_or(TOKEN_PATH))
            .wire_target()
            .map_err(|e| {
                Error::config(
                    TOKEN_PATH_SETTING,
                    format!("cannot be used: {}", e.message()),
                )
            })?;
        Ok(Seller {
            token_path,
            tokens: TokenClient::new("seller", config, access_key.expose(), secrets)?,
            access_key,
            secret_key,
            expires_in_unit: unit.unwrap_or_default(),
        })
    }

    /// A token that is valid now: cached, refreshed early, fetched once however many threads ask.
    ///
    /// # Errors
    /// [`Status::Unauthorized`] for refused keys; else as the platform or the network has it.
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

    /// Reads the answer to [`Seller::build_token`] and caches the token.
    ///
    /// # Errors
    /// As [`Seller::token`].
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

    /// The request of [`Seller::call`], for another HTTP client to send.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`]; [`Status::Unauthorized`] when no valid token is cached.
    pub fn build_call(&self, call: &Call, options: &Options) -> Result<HttpRequest> {
        self.tokens.build_call(&RULES, self, call, options)
    }

    /// Reads the answer to [`Seller::build_call`]; drops a token that was refused.
    ///
    /// # Errors
    /// As [`Seller::call`].
    pub fn read_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.tokens.read_call(&RULES, self, request, response)
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
        in_envelope(answer, |envelope| {
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
            let factor = |value: i64| match self.expires_in_unit {
                ExpiresInUnit::Seconds => 1000,
                ExpiresInUnit::Auto if value < SHORTEST_MS => 1000,
                _ => 1,
            };
            let lifetime_ms =
                expires_in.and_then(|value: i64| plausible_ms(value.saturating_mul(factor(value))));
            lifetime_ms
                .ok_or_else(|| Error::protocol("`data.expiresIn` is not a plausible whole number"))
        })
    }

    fn login_request(&self) -> HttpRequest {
        let body = Zeroizing::new(Json::object([
            ("accessKey", Some(Json::string(self.access_key.expose()))),
            ("secretKey", Some(Json::string(self.secret_key.expose()))),
        ]));
        let client = &self.tokens.client;
        let request = client.request("POST", &self.token_path, body.to_body());
        request.header("Content-Type", "application/json")
    }

    fn login_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token> {
        let answer = open(response)?;
        let token = Secret::new(required_text(&answer, "data.accessToken")?);
        let lifetime_ms = self.lifetime_ms(token.expose(), request.built, &answer)?;
        // The scheme is added only where it is missing: never `Bearer Bearer`.
        let header = Secret::new(format!("Bearer {}", without_scheme(token.expose())));
        header_value("`data.accessToken`", header.expose())
            .map_err(|e| Error::protocol(e.message()).with_answer(answer.clone()))?;
        Ok(Token::new(
            header,
            TOKEN_HEADER,
            request.built,
            lifetime_ms,
            answer,
        ))
    }

    fn call_request(&self, call: &Call, _: &Options) -> Result<HttpRequest> {
        call.check(&[TOKEN_HEADER])?;
        let client = &self.tokens.client;
        Ok(call.finish(client.call_request(call, &call.wire_target()?)))
    }
}

fn open(response: HttpResponse) -> Result<Answer> {
    ENVELOPE.open(response, |_| Ok(false))
}

impl fmt::Debug for Seller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seller")
    }
}
