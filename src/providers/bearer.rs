//! What the two token platforms share: log in once, carry the token, and when it is refused
//! replace it and repeat the call, once.

use std::sync::Arc;
use std::time::Instant;

use crate::call::Call;
use crate::client::{Client, Operation, Repeat};
use crate::error::{Error, Result, Status};
use crate::log::Level;
use crate::message::{Answer, HttpRequest, HttpResponse};
use crate::token::{Event, Token, TokenCache};

/// A login has no effect but the token.
const TOKEN: Operation = Operation {
    name: "token",
    repeat: Repeat::Freely,
};

/// A platform whose business calls carry a token.
pub(crate) trait Bearer {
    /// The platform's code for a token that is not, or no longer, valid.
    const TOKEN_REFUSED: &'static str;
    /// The headers libauth sets on business calls.
    const OWN_HEADERS: &'static [&'static str];

    fn client(&self) -> &Client;
    fn cache(&self) -> &TokenCache;
    fn login_request(&self) -> Result<HttpRequest>;
    fn login_token(&self, request: &HttpRequest, response: HttpResponse) -> Result<Token>;
    fn call_request(&self, call: &Call, token: &Token) -> Result<HttpRequest>;
    fn open(&self, response: HttpResponse) -> Result<Answer>;

    /// A token that is valid now: the cached one, or a new one.
    fn cached_token(&self, deadline: Instant) -> Result<Arc<Token>> {
        let client = self.client();
        let fetch = |deadline| {
            let read = |request: &HttpRequest, response| self.login_token(request, response);
            client.run(TOKEN, deadline, || self.login_request(), read)
        };
        self.cache()
            .get(deadline, fetch, |event| note(client, &event))
    }

    /// Reads the answer to a login request and caches the token.
    fn read_login(&self, request: &HttpRequest, response: HttpResponse) -> Result<Arc<Token>> {
        let read = |request: &HttpRequest, response| self.login_token(request, response);
        let token = Arc::new(self.client().read(TOKEN, request, response, read)?);
        self.cache().put(Arc::clone(&token));
        note(self.client(), &Event::Fetched(&token));
        Ok(token)
    }

    /// Drops the cached token if it is this one.
    fn drop_token(&self, header_value: &str) {
        if self.cache().invalidate(header_value) {
            note(self.client(), &Event::Invalidated);
        }
    }

    /// A business call; a refused token is replaced and the call made once more.
    fn business_call(&self, call: &Call) -> Result<Answer> {
        // What cannot be sent is said before a token is fetched for it.
        check::<Self>(call)?;
        let deadline = self.client().deadline_of(call.timeout_ms);
        let token = self.cached_token(deadline)?;
        match self.call_with(call, &token, deadline) {
            Err(error) if is_refused::<Self>(&error) => {
                self.drop_token(token.header_value());
                let token = self.cached_token(deadline)?;
                self.call_with(call, &token, deadline)
            }
            outcome => outcome,
        }
    }

    fn call_with(&self, call: &Call, token: &Token, deadline: Instant) -> Result<Answer> {
        let build = || self.call_request(call, token);
        let operation = Operation::business(call);
        let outcome = self
            .client()
            .run(operation, deadline, build, |_, response| {
                self.open(response)
            });
        // A refused token is a refused call: nothing happened, whatever the call does.
        outcome.map_err(|error| {
            if is_refused::<Self>(&error) {
                error.with_retry_safe(true)
            } else {
                error
            }
        })
    }

    /// A business call with the cached token, for another HTTP client to send. Fetches nothing.
    fn build_business_call(&self, call: &Call) -> Result<HttpRequest> {
        check::<Self>(call)?;
        let token = self.cache().current().ok_or_else(|| {
            let message = "there is no valid token: send the request of build_token and hand its answer to read_token";
            Error::new(Status::Unauthorized, message).with_retry_safe(true)
        })?;
        self.call_request(call, &token)
    }

    /// Reads the answer to a business call; a refused token is dropped.
    fn read_business_call(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        let outcome = self
            .client()
            .read(Operation::READ_CALL, request, response, |_, response| {
                self.open(response)
            });
        outcome.inspect_err(|error| {
            let used = self.cache().current().map(|token| token.header_name());
            let used = used.and_then(|name| request.headers().get(name));
            if let Some(token) = used.filter(|_| is_refused::<Self>(error)) {
                self.drop_token(token);
            }
        })
    }
}

fn check<B: Bearer + ?Sized>(call: &Call) -> Result<()> {
    call.check(B::OWN_HEADERS)?;
    call.wire_path().map(|_| ())
}

fn is_refused<B: Bearer + ?Sized>(error: &Error) -> bool {
    error.http_status() == 401 || error.platform_code() == Some(B::TOKEN_REFUSED)
}

fn note(client: &Client, event: &Event) {
    match event {
        Event::Fetched(token) => client.log(Level::Info, || {
            format!("token fetched, it lives for {} s", token.lifetime_ms() / 1000)
        }),
        Event::RefreshFailed { error, backoff_ms } => client.log(Level::Warn, || {
            let name = error.status().name();
            format!("token refresh failed ({name}), the old token goes on; next try in {backoff_ms} ms at the earliest")
        }),
        Event::Invalidated => client.log(Level::Info, || "token dropped: it was refused".to_owned()),
    }
}
