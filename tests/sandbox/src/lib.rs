//! A sandbox of the five platforms on loopback, strict the way the real ones are.
//!
//! It is an independent reading of `providers.md` and shares no code with the library, or a mistake
//! would agree with itself. Tests in any language run against it, and so can a user's own
//! integration: `cargo run --example sandbox`.
//!
//! # URLs
//!
//! `{origin}[/s/{scope}][/f/{fault}]/{platform}/...` where everything up to and including
//! `{platform}` is the base URL that a client is configured with.
//!
//! - **scope**: any name. Each has its own counters, seen nonces, serial numbers and one-time codes,
//!   issued tokens, token lifetime and recorded requests. Without one: `default`.
//! - **platform**: `creditpay`, `creditpay-prefixed` (its gateway passes the prefix on: `/dg` and the
//!   path are signed), `daxpay`, `daxpay-nomch` (`mchNo` not required), `daxpay-unsigned` (answers
//!   without `sign`), `daxpay-md5`, `daxpay-sm3`, `daxpay-open` (edition `open`), `openplatform`, `openplatform-jwt` (a token with
//!   `exp`; spells `trackId` where the other spells `_trackId`), `redemption`, `seller`.
//! - Below a base any path that is not one of the documented endpoints is a business call: it is
//!   authenticated in the platform's way and answered with what was seen of it, as
//!   `{"method", "path", "query", "body"}` (and `token_serial` where there are tokens) in `data`.
//!   `GET {creditpay}/oauth` is the cashier's page; it needs no signature. `POST
//!   {creditpay}/sandbox/webhook` (signed) answers with a webhook instead of sending it: its body is an
//!   order as for `/_/callback` below.
//! - daxpay: an `authCode` that begins with `waiting-` or `none-` is answered with status `waiting` or
//!   `not_exist` and is not used up; any other is `success`, once.
//!
//! - daxpay-open: the same, and `fail-`; `/auth` and `/auth-and-set` are signed in neither direction. Code
//!   20052's message ends in `serverSignStr: ` and the string that the platform signed.
//!
//! A wrong signature is answered in the platform's own way, with two more fields in the envelope:
//! `sandboxStringToSign` (the key masked) and `sandboxSignature`.
//!
//! # Faults
//!
//! `/f/key[=value][,key=value...]`, percent-encoded where need be. Keys may be combined.
//!
//! | when | |
//! |---|---|
//! | `times=N` | only the first N requests of the scope with exactly this fault |
//! | `at=token`, `at=business`, `at=any` | only the login endpoint, or only other paths; default `any` (`token_401`: `business`) |
//!
//! | the request is not processed | |
//! |---|---|
//! | `reset_before` | RST |
//! | `status=NNN` | HTTP status; `body=html` (default), `body=empty`, `body=envelope` (the platform's failure, of `code=N` if given); `retry_after=SECONDS`; `processed`: processed all the same |
//! | `code=N` | HTTP 200 with the platform's failure of that code; `echo_secret`: its message holds the secrets and the token that was sent |
//! | `redirect` | 302 to `{origin}/elsewhere` |
//! | `token_401` | HTTP 401 (seller: with envelope code 401; openplatform: empty); token platforms |
//! | `bad_http` | a nonsense status line |
//!
//! | the request is processed | |
//! |---|---|
//! | `reset_after`, `close_after` | RST, or FIN, without an answer |
//! | `html`, `empty` | 200 with HTML, or with nothing |
//! | `json=missing`, `null`, `wrongtype`, `duplicate` | done to the field that the answer cannot do without, or to `field=a.b` |
//! | `json=extra` | unknown fields in every object |
//! | `json=notobject`, `deep` | the answer in an array; with a field of 100000 nested arrays |
//! | `data_nulls` | every field null that the answer can do without |
//! | `huge` | 2 MiB of valid JSON |
//! | `notutf8`, `trailing`, `bom` | a byte 0xFF in a string; garbage after the JSON; a byte order mark before it |
//! | `code_text`, `data_null` | `code` or `status` as a string of digits; `data` null in a success |
//! | `coding=gzip`, `deflate`, `deflate_raw`, `br` | the body in a content coding that nobody asked for |
//! | `sign=wrong`, `missing`, `null`, `empty`, `upper` | daxpay; `upper` is right, in upper-case hex |
//! | `sign=wrong`, `missing`, `null`, `empty`, `other_key`, `reflected`, `code_changed` | daxpay-open: signed by another key, by the merchant's own, or before `code` was changed (a failure to 0, a success to 20000) |
//! | `legacy` | daxpay-open: failures unsigned, with `message` for `msg`, as before 2026-09-21 |
//! | `decimals`, `decimals=as_sent` | daxpay `auth`: `data` has `amount` 1.10 and `fee` 1.00, signed as 1.1 and 1, or as sent |
//! | `sorted` | daxpay: what is inside `data` is signed sorted, as the gateway signs a map, not in the order sent |
//! | `jwt=opaque`, `noexp`, `expired`, `stringexp`, `absurd`, `notjwt` | the token of token platforms |
//! | `expires_in=RAW`, `nobearer` | seller: that JSON for `expiresIn`; a token without its scheme |
//!
//! | always | |
//! |---|---|
//! | `clock=SECONDS` | the platform's clock is off: `Date`, and what it judges timestamps by |
//! | `slow=MS`, `drip=MS` | waits before answering; sends one byte per MS |
//! | `cut=N` | the whole `Content-Length`, N bytes of the body, then FIN |
//! | `chunked`, `headers_huge` | chunks of seven bytes; 200 headers of 1 KiB |
//! | `connection_close`, `close_idle` | says that it closes, and does; promises keep-alive, and closes |
//!
//! # Control
//!
//! `GET /` is a page for a browser: it shows each request as it comes, its verdict, and where two strings to sign
//! part; it sends callbacks, switches faults and explains a pasted request. It and the calls below answer only
//! a `Host` of this machine with the sandbox's port, and no foreign `Origin`.
//!
//! Each takes `?scope=X`. Text or JSON comes back; 400 or 404 with a text when it cannot be done.
//!
//! | call | |
//! |---|---|
//! | `GET /_/health` | `ok` |
//! | `GET /_/credentials` | every test credential, flat |
//! | `GET /_/counters` | per platform: see [`Counters`]; and `accepted_connections` of the whole sandbox |
//! | `GET /_/last[&platform=P]` | the last request as received, and what became of it; see [`Recorded`] |
//! | `GET /_/requests[&platform=P]` | the last 200, oldest first; 256 KiB of a body at most |
//! | `POST /_/expire` | every token issued so far is expired |
//! | `POST /_/lifetime&ms=N` | how long tokens issued from now on live |
//! | `POST /_/forget` | a new start for the scope |
//! | `POST /_/fault&platform=P&fault=F` | switches a fault on for requests of the scope whose URL has none; off without `fault` |
//! | `GET /_/feed?after=N&wait_ms=MS` | requests after number N, of all scopes if none is named; waits for one if there is none |
//! | `GET /_/why?id=N` | why the signature of request N is wrong: both strings, both signatures, the mistake |
//! | `POST /_/explain?platform=P` | the same for a raw HTTP request in the body, which leaves no trace |
//! | `GET /_/page` | base URLs, kinds of callbacks and credentials, for the page |
//! | `POST /_/callback` | a signed message to the user's server; the order is JSON: |
//!
//! `platform` (`creditpay`, `daxpay`, `daxpay-open`, `redemption`), `kind` (creditpay: as documented; daxpay:
//! `payment`, `refund`, `transfer`), `url` (loopback), `path` (what creditpay signs; default: the
//! URL's), `send`, `algorithm` (daxpay: `HMAC_SHA256`, `MD5`, `SM3`; redemption: `SHA256-RSA`, `MD5`),
//! `timestamp_offset_ms`, `event_id` (daxpay: `traceId`, edition `open` `reqId`; redemption: `serialNo`), `nonce` (creditpay:
//! `trace`; daxpay-open: `x-trace-id`), `token`, `retry` (creditpay), `sign_type: false` (redemption: header `signType` left
//! out), `data` (fields put over the message's own), `tamper` (`body`, `signature`,
//! `missing_signature`, `timestamp`; daxpay-open: `other_key`, `reflected`). With `send` it answers `{"status", "body", "accepted"}`, else
//! `{"method", "path", "headers", "body", "body_base64"}`.

mod banner;
mod callbacks;
mod coding;
mod control;
mod credentials;
mod creditpay;
mod daxpay;
mod daxpay_open;
mod faults;
mod feed;
mod guard;
mod http;
mod misbehave;
mod openplatform;
mod page;
mod paste;
mod platform;
mod redemption;
mod routing;
mod seller;
mod server;
pub mod signatures;
mod state;
mod tls;
mod why;

use std::io;
use std::sync::Arc;

pub use banner::banner;
pub use callbacks::{Answered, CALLBACKS, send_callback};
pub use credentials::{Credentials, credentials};
pub use http::Request;
pub use state::{Counters, Expected, Recorded};
pub use why::{Explained, Explainer, Question};

use server::{Server, Shared};

/// A running sandbox. Dropping it stops it and closes its connections.
pub struct Sandbox {
    server: Server,
    ca_pem: Option<String>,
}

impl Sandbox {
    /// Starts on a free port of 127.0.0.1. Panics with the reason if that fails.
    pub fn start() -> Sandbox {
        Sandbox::start_on(0).unwrap_or_else(|error| panic!("the sandbox cannot listen: {error}"))
    }

    /// Starts on a port of 127.0.0.1; 0 takes a free one.
    pub fn start_on(port: u16) -> io::Result<Sandbox> {
        Ok(Sandbox {
            server: Server::start(port, None, None)?,
            ca_pem: None,
        })
    }

    /// As [`Sandbox::start_on`], with a line for each request. No line holds a credential.
    pub fn start_logging(
        port: u16,
        log: impl Fn(&str) + Send + Sync + 'static,
    ) -> io::Result<Sandbox> {
        Ok(Sandbox {
            server: Server::start(port, None, Some(Box::new(log)))?,
            ca_pem: None,
        })
    }

    /// Starts with TLS, for the names `localhost` and `127.0.0.1`, under a fresh private CA.
    pub fn start_tls() -> Sandbox {
        let (config, ca_pem) = tls::server_config();
        let server = Server::start(0, Some(config), None);
        Sandbox {
            server: server.unwrap_or_else(|error| panic!("the sandbox cannot listen: {error}")),
            ca_pem: Some(ca_pem),
        }
    }

    /// The certificate of the private CA. Panics without TLS.
    pub fn ca_pem(&self) -> &str {
        self.ca_pem.as_deref().expect("Sandbox::start_tls")
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> &str {
        &self.server.shared.origin
    }

    /// A platform's base URL in the default scope.
    pub fn base(&self, platform: &str) -> String {
        self.scoped(routing::DEFAULT_SCOPE).base(platform)
    }

    /// A scope: a sandbox of one's own within this one. The name goes into URLs as it is.
    pub fn scoped(&self, name: &str) -> Scope {
        Scope {
            shared: self.server.shared.clone(),
            name: name.to_owned(),
        }
    }

    /// Lets another judge name the mistakes in wrong signatures, on the page and in `GET /_/why`. The first
    /// one stays.
    pub fn set_explainer(&self, explainer: impl Explainer + 'static) {
        let _ = self.server.shared.explainer.set(Box::new(explainer));
    }

    /// Makes or sends a callback, as `POST /_/callback` does.
    pub fn callback(&self, order: &serde_json::Value) -> Result<serde_json::Value, String> {
        callbacks::callback(order)
    }
}

/// One scope of a running sandbox.
#[derive(Clone)]
pub struct Scope {
    shared: Arc<Shared>,
    name: String,
}

impl Scope {
    /// A platform's base URL in this scope.
    pub fn base(&self, platform: &str) -> String {
        self.shared.base(&self.name, platform)
    }

    /// A platform's base URL in this scope under which requests misbehave.
    pub fn faulty(&self, platform: &str, fault: &str) -> String {
        let fault = http::percent_encode(fault);
        format!(
            "{}/s/{}/f/{fault}/{platform}",
            self.shared.origin, self.name
        )
    }

    /// What was counted for a platform.
    pub fn count(&self, platform: &str) -> Counters {
        self.read(|state| state.counters_of(platform))
    }

    /// The last request to a platform, as received.
    pub fn last(&self, platform: &str) -> Option<Recorded> {
        self.requests(platform).pop()
    }

    /// The recent requests to a platform, oldest first; 200 of a scope at most.
    pub fn requests(&self, platform: &str) -> Vec<Recorded> {
        self.read(|state| {
            let of_platform = state.recent.iter().filter(|one| one.platform == platform);
            of_platform.cloned().collect()
        })
    }

    /// From now on every token issued so far is expired.
    pub fn expire_tokens(&self) {
        self.read(state::ScopeState::expire_tokens);
    }

    /// How long tokens issued from now on live.
    pub fn set_token_lifetime_ms(&self, ms: i64) {
        self.read(|state| state.lifetime_ms = ms);
    }

    /// creditpay: an `ident_code` without the request that issues one.
    pub fn issue_ident_code(&self, customer_no: &str) -> String {
        let code = signatures::random_hex(16);
        let entry = (code.clone(), customer_no.to_owned());
        self.read(|state| state.ident_codes.extend([entry]));
        code
    }

    fn read<T>(&self, f: impl FnOnce(&mut state::ScopeState) -> T) -> T {
        f(&mut state::lock(&self.shared.scopes.get(&self.name)))
    }
}
