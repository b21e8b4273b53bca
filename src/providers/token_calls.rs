//! What the platforms share whose business calls carry a token: log in once, add the token to each
//! call, and when it is refused replace it and repeat the call, once.

use std::sync::Arc;

use super::shared_token::{Found, SharedToken, Ways};
use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, Operation, Terms};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::http::{HttpRequest, HttpResponse};
use crate::json::Json;
use crate::log::Level;
use crate::options::{Options, Wait};
use crate::secret::Secret;
use crate::statistics::TokenCount;
use crate::token::{Landed, Token, TokenCache, Turn};

/// While another process replaces a token that is still valid, it is looked for the new one this often.
const LOOK_AGAIN_MS: i64 = 1_000;

/// What one platform does differently, `P` being its handle.
pub(crate) struct TokenRules<P> {
    /// How it is asked for a token.
    pub(crate) login: Operation<P, (), Token>,
    /// A business call, to which the token is added.
    pub(crate) call: Operation<P, Call, Answer>,
    /// Its code for a token that is not, or no longer, valid.
    pub(crate) refused_code: &'static str,
    /// The header that carries the token.
    pub(crate) header: &'static str,
}

/// A client that keeps the token of its calls.
pub(crate) struct TokenClient {
    pub(crate) client: Client,
    cache: TokenCache,
    /// Where a fleet shares its token.
    shared: Option<SharedToken>,
}

impl TokenClient {
    /// `account` is whose token it is, as the platform knows it.
    pub(crate) fn new(
        platform: &'static str,
        config: &Config,
        account: &str,
        secrets: Vec<Secret>,
    ) -> Result<TokenClient> {
        let client = Client::new(platform, config, secrets)?;
        let shared = SharedToken::new(config, &[platform, &client.base_url(), account])?;
        Ok(TokenClient {
            client,
            cache: TokenCache::new(Arc::clone(&config.clock)),
            shared,
        })
    }

    /// A token that is valid now: the cached one, or a new one.
    pub(crate) fn token<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        options: &Options,
    ) -> Result<Arc<Token>> {
        options.check()?;
        match self.fresh() {
            Some(token) => Ok(token),
            None => self.cached_or_new(rules, platform, options, &self.client.wait(options)?),
        }
    }

    /// The cached token, if nobody has to think of replacing it yet.
    fn fresh(&self) -> Option<Arc<Token>> {
        let token = self.cache.fresh()?;
        self.client.statistics().count_cached();
        Some(token)
    }

    /// What was counted so far.
    pub(crate) fn stats(&self) -> Json {
        let tokens = self.client.statistics().tokens();
        self.client.stats([("tokens", tokens)])
    }

    fn cached_or_new<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        options: &Options,
        wait: &Wait,
    ) -> Result<Arc<Token>> {
        let fetch = match self.cache.turn(wait)? {
            Turn::Take(token) => {
                self.client.statistics().count_cached();
                return Ok(token);
            }
            Turn::Fetch(fetch) => fetch,
        };
        let wait = fetch.wait(wait);
        let log_in = |wait: &Wait| {
            let terms = Terms {
                options,
                wait,
                token: None,
            };
            self.client.run_on(&terms, &rules.login, platform, &())
        };
        let fetched = match &self.shared {
            None => log_in(&wait),
            Some(shared) => {
                let ways = Ways {
                    client: &self.client,
                    cache: &self.cache,
                    header: rules.header,
                    log_in: &log_in,
                };
                match shared.fetch(&ways, &fetch, &wait) {
                    Ok(Found::Token(token)) => Ok(token),
                    Ok(Found::Taken(token)) => return Ok(fetch.leave(Arc::new(token), 0)),
                    Ok(Found::Wait(token)) => return Ok(fetch.leave(token, LOOK_AGAIN_MS)),
                    Err(error) => Err(error),
                }
            }
        };
        let (token, landed) = fetch.land(fetched);
        self.note(&token, &landed);
        token
    }

    /// The login request, for another HTTP client to send.
    pub(crate) fn build_token<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        options: &Options,
    ) -> Result<HttpRequest> {
        self.client
            .build(&rules.login, platform, &(), options, None)
    }

    /// Reads the answer to a login request and caches the token.
    pub(crate) fn read_token<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<Arc<Token>> {
        let token = self.client.read(&rules.login, platform, request, response);
        let token = token.map(Arc::new)?;
        self.cache.put(Arc::clone(&token));
        self.note(&Ok(Arc::clone(&token)), &Landed::Fetched);
        Ok(token)
    }

    /// Drops the cached token if it is this one.
    pub(crate) fn invalidate(&self, token: &str) {
        if self.cache.invalidate(token) {
            self.client
                .log(Level::Info, || "token dropped: it was refused".to_owned());
        }
    }

    /// A business call; a refused token is replaced and the call made once more. The one that a store has may have
    /// been revoked too, so with a store it is replaced twice.
    pub(crate) fn call<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        call: &Call,
        options: &Options,
    ) -> Result<Answer> {
        let wait = self.client.wait(options)?;
        let mut token = match self.fresh() {
            Some(token) => token,
            None => {
                // What cannot be sent is said before a token is fetched for it.
                (rules.call.build)(platform, call, options)?;
                self.cached_or_new(rules, platform, options, &wait)?
            }
        };
        let run = |token: &Token| {
            let token = Some(token);
            let terms = Terms {
                options,
                wait: &wait,
                token,
            };
            self.client.run_on(&terms, &rules.call, platform, call)
        };
        let mut outcome = run(&token);
        let replacements = if self.shared.is_some() { 2 } else { 1 };
        for _ in 0..replacements {
            if !outcome.as_ref().is_err_and(|e| rules.is_refused(e)) {
                break;
            }
            self.invalidate(token.header_value());
            token = self.cached_or_new(rules, platform, options, &wait)?;
            outcome = run(&token);
        }
        // A refused token is a refused call: nothing happened, whatever the call does.
        outcome.map_err(|error| match rules.is_refused(&error) {
            true => error.with_retry_safe(true),
            false => error,
        })
    }

    /// A business call with the cached token, for another HTTP client to send. Fetches nothing.
    pub(crate) fn build_call<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        call: &Call,
        options: &Options,
    ) -> Result<HttpRequest> {
        let token = self.cache.current();
        let token = token.as_deref();
        let built = self
            .client
            .build(&rules.call, platform, call, options, token)?;
        if token.is_none() {
            let message = "there is no valid token: send the request of build_token and hand its answer to read_token";
            return Err(Error::new(Status::Unauthorized, message).with_retry_safe(true));
        }
        Ok(built)
    }

    /// Reads the answer to a business call; a refused token is dropped.
    pub(crate) fn read_call<P>(
        &self,
        rules: &TokenRules<P>,
        platform: &P,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<Answer> {
        let outcome = self.client.read(&rules.call, platform, request, response);
        outcome.inspect_err(|error| {
            let used = self.cache.current().map(|token| token.header_name());
            let used = used.and_then(|name| request.headers().get(name));
            if let Some(token) = used.filter(|_| rules.is_refused(error)) {
                self.invalidate(token);
            }
        })
    }

    fn note(&self, token: &Result<Arc<Token>>, landed: &Landed) {
        self.client.statistics().count_token(match landed {
            Landed::Fetched => TokenCount::Fetched,
            Landed::Refreshed => TokenCount::Refreshed,
            Landed::Kept { .. } | Landed::Failed => TokenCount::Failed,
        });
        match (landed, token) {
            (Landed::Fetched | Landed::Refreshed, Ok(token)) => self.client.log(Level::Info, || {
                let seconds = token.lifetime_ms() / 1000;
                format!("token fetched, it lives for {seconds} s")
            }),
            (Landed::Kept { error, backoff_ms }, _) => self.client.log(Level::Warn, || {
                let name = error.status().name();
                format!("token refresh failed ({name}), the old token goes on; next try in {backoff_ms} ms at the earliest")
            }),
            _ => {}
        }
    }
}

impl<P> TokenRules<P> {
    fn is_refused(&self, error: &Error) -> bool {
        error.http_status() == 401 || error.platform_code() == Some(self.refused_code)
    }
}
