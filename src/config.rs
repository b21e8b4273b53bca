//! The settings a provider is made from, and the base URL they are checked into.

use std::any::Any;
use std::ops::RangeInclusive;
use std::sync::Arc;

use http::Uri;
use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::inbound::{Policy, Rules};
use crate::log::{Level, Log};
use crate::secret::Secret;
use crate::statistics::Statistics;
use crate::store::{KEY_BYTES, SharedStore, Store, StoreKey};

/// A setting that belongs to one platform: its name, which begins with the platform's, and a value that
/// only that platform understands. Each platform's page has functions that make them.
#[derive(Clone)]
pub struct Setting {
    name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

impl Setting {
    pub(crate) fn new<T: Send + Sync + 'static>(name: &'static str, value: T) -> Setting {
        Setting {
            name,
            value: Arc::new(value),
        }
    }
}

/// A certificate for the client's side of TLS, the chain from it up to its CA, and its private key: PKCS#8,
/// PKCS#1 or SEC1, without a password, all in PEM form.
#[derive(Clone)]
pub enum ClientCertificate {
    /// Files, read when a handle is made.
    Files {
        /// The path of the chain, the certificate itself first.
        chain: String,
        /// The path of the private key; it may be the same file.
        key: String,
    },
    /// The same from memory.
    Pem {
        /// The chain, the certificate itself first.
        chain: Vec<u8>,
        /// The private key.
        key: Secret,
    },
}

/// Settings for any of the providers. Values are checked when a provider is made from them.
#[derive(Clone)]
pub struct Config {
    /// The deployment's address with its gateway prefix, such as `https://host/dg`.
    pub base_url: String,
    /// The whole call's deadline in milliseconds, repeats included: connecting, sending, every byte received.
    pub timeout_ms: i64,
    /// The limit for resolving, connecting, a proxy's answer and the TLS handshake together, in milliseconds.
    pub connect_timeout_ms: i64,
    /// Connections that were idle this long, in milliseconds, are not used again.
    pub idle_timeout_ms: i64,
    /// How many idle connections are kept at most, from 0 to 1024; by default 64.
    pub max_idle_connections: i32,
    /// How often a call is tried at most; 0 and 1 both mean no repeats.
    pub max_tries: i32,
    /// The largest answer accepted, in bytes.
    pub max_response_bytes: i64,
    /// Allows `http://` to other machines. Secrets would travel in the clear.
    pub allow_http: bool,
    /// An HTTP proxy, `http://[user:password@]host:port`.
    pub proxy: Option<String>,
    /// Takes the proxy from `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
    pub proxy_from_environment: bool,
    /// Trusts Mozilla's root certificates, which are part of the library.
    pub bundled_roots: bool,
    /// Trusts the system's root certificates too.
    pub system_roots: bool,
    /// Trusts the certificates of this PEM file too.
    pub ca_file: Option<String>,
    /// Trusts these certificates too, in PEM form.
    pub ca_pem: Option<Vec<u8>>,
    /// Who we are when a server asks for a certificate (mutual TLS).
    pub client_certificate: Option<ClientCertificate>,
    /// Accepts a server only when its key is one of these: `sha256/` and the base64 of the SHA-256 of its
    /// certificate's SubjectPublicKeyInfo. The certificate is checked all the same. Empty: any key.
    pub pins: Vec<String>,
    /// The `User-Agent` header; by default `libauth/VERSION`.
    pub user_agent: Option<String>,
    /// How far a message's timestamp may be from the clock, in milliseconds, to either side.
    ///
    /// By default the platform's own: 5 minutes where the time is signed; an hour where it is not, so that its age
    /// proves nothing, and where a repeat of the platform may bear its first time.
    pub window_ms: Option<i64>,
    /// How long a verified message is claimed while it is acted on, in milliseconds; 0: it is final at once.
    pub replay_claim_ms: i64,
    /// How many messages the built-in replay guard remembers, at 32 bytes each.
    pub replay_capacity: i64,
    /// In place of the built-in replay guard: remembers messages for all machines.
    pub replay_store: Option<Arc<dyn Store>>,
    /// Where the processes of a fleet keep the token that they share. It needs a key: [`Config::add_store_key`].
    pub token_store: Option<Arc<dyn Store>>,
    /// Within how many milliseconds an operation of a store should answer; by default 200.
    pub store_timeout_ms: i64,
    /// What seals records in the token store, the newest last.
    store_keys: Vec<StoreKey>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The most talkative level that is logged.
    pub log_level: Level,
    /// Where log lines go; by default nowhere.
    pub log: Option<Arc<dyn Log>>,
    /// What only one platform knows.
    settings: Vec<Setting>,
}

impl Config {
    /// The default settings for a deployment's address.
    pub fn new(base_url: impl Into<String>) -> Config {
        Config {
            base_url: base_url.into(),
            timeout_ms: 10_000,
            connect_timeout_ms: 3_000,
            idle_timeout_ms: 30_000,
            max_idle_connections: 64,
            max_tries: 3,
            max_response_bytes: 1024 * 1024,
            allow_http: false,
            proxy: None,
            proxy_from_environment: false,
            bundled_roots: true,
            system_roots: false,
            ca_file: None,
            ca_pem: None,
            client_certificate: None,
            pins: Vec::new(),
            user_agent: None,
            window_ms: None,
            replay_claim_ms: 60_000,
            replay_capacity: 100_000,
            replay_store: None,
            token_store: None,
            store_timeout_ms: 200,
            store_keys: Vec::new(),
            clock: Arc::new(SystemClock::default()),
            log_level: Level::Info,
            log: None,
            settings: Vec::new(),
        }
    }

    /// Sets what only one platform knows, in place of an earlier value. A handle of another platform
    /// cannot be made from this configuration then.
    pub fn set(&mut self, setting: Setting) {
        self.unset(setting.name);
        self.settings.push(setting);
    }

    /// As [`Config::set`], beside earlier values: for what may be given several times.
    pub fn add(&mut self, setting: Setting) {
        self.settings.push(setting);
    }

    /// Takes back what only one platform knows, by its name, such as `daxpay_utc_offset_minutes`.
    pub fn unset(&mut self, name: &str) {
        self.settings.retain(|setting| setting.name != name);
    }

    /// Adds a key that seals the records in the token store. The one that was added last seals, all of them open.
    /// `key_id` is 1 to 64 visible ASCII characters, and stands in the records in the clear.
    pub fn add_store_key(&mut self, key_id: impl Into<String>, key: [u8; KEY_BYTES]) {
        self.store_keys.push(StoreKey {
            id: key_id.into(),
            key: Zeroizing::new(key),
        });
    }

    pub(crate) fn store_keys(&self) -> &[StoreKey] {
        &self.store_keys
    }

    /// A store as the handles use it.
    pub(crate) fn shared(&self, store: &Option<Arc<dyn Store>>) -> Option<SharedStore> {
        let store = store.as_ref()?;
        Some(SharedStore::new(Arc::clone(store), self.store_timeout_ms))
    }

    /// A setting of one platform, if it was set.
    pub(crate) fn setting<T: 'static>(&self, name: &str) -> Option<&T> {
        let found = self.settings.iter().find(|setting| setting.name == name)?;
        found.value.downcast_ref()
    }

    /// All values of a setting of one platform, in the order they were added.
    pub(crate) fn settings<'a, T: 'static>(&'a self, name: &'a str) -> impl Iterator<Item = &'a T> {
        let found = self
            .settings
            .iter()
            .filter(move |setting| setting.name == name);
        found.filter_map(|setting| setting.value.downcast_ref())
    }

    /// Checks every number against its range, and that no setting is another platform's; what it names
    /// is the setter's name without `set_`.
    pub(crate) fn check(&self, platform: &str) -> Result<()> {
        let is_own = |name: &str| {
            name.strip_prefix(platform)
                .is_some_and(|rest| rest.starts_with('_'))
        };
        if let Some(other) = self.settings.iter().find(|setting| !is_own(setting.name)) {
            return Err(Error::config(
                other.name,
                format!("is a setting of another platform: {platform} has no such thing"),
            ));
        }
        let ranges = [
            ("timeout_ms", self.timeout_ms, 1, DAY_MS),
            ("connect_timeout_ms", self.connect_timeout_ms, 1, DAY_MS),
            ("idle_timeout_ms", self.idle_timeout_ms, 0, DAY_MS),
            (
                "max_idle_connections",
                self.max_idle_connections.into(),
                0,
                1024,
            ),
            ("max_tries", self.max_tries.into(), 0, 10),
            (
                "max_response_bytes",
                self.max_response_bytes,
                1,
                64 * 1024 * 1024,
            ),
            ("window_ms", self.window_ms.unwrap_or(1), 1, 7 * DAY_MS),
            ("replay_claim_ms", self.replay_claim_ms, 0, DAY_MS),
            ("replay_capacity", self.replay_capacity, 1, 100_000_000),
            ("store_timeout_ms", self.store_timeout_ms, 1, 60_000),
        ];
        ranges
            .into_iter()
            .try_for_each(|(name, value, least, most)| check_range(name, value, least..=most))
    }

    /// How strict a handle is with inbound messages; `window_ms` is the platform's own window, where nothing
    /// is set.
    pub(crate) fn inbound(
        &self,
        platform: &'static str,
        window_ms: i64,
        statistics: &Arc<Statistics>,
    ) -> Result<Policy> {
        let size = |bytes: i64| usize::try_from(bytes).unwrap_or(0);
        Policy::new(Rules {
            platform,
            clock: Arc::clone(&self.clock),
            window_ms: self.window_ms.unwrap_or(window_ms),
            claim_ms: self.replay_claim_ms,
            capacity: size(self.replay_capacity),
            store: self.shared(&self.replay_store),
            largest_body: size(self.max_response_bytes),
            log: self.log.clone(),
            log_level: self.log_level,
            statistics: Arc::clone(statistics),
        })
    }
}

/// Checks a number of the configuration.
pub(crate) fn check_range(name: &str, value: i64, range: RangeInclusive<i64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(Error::config(
        name,
        format!("is {value}: it must be from {least} to {most}"),
    ))
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A checked base URL. The text is kept as given, without a slash at the end.
#[derive(Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    pub(crate) fn new(config: &Config) -> Result<BaseUrl> {
        let problem = |what: &str| Error::config("base_url", what);
        let text = config.base_url.trim_end_matches('/');
        if text.is_empty() {
            return Err(problem(
                "is empty: give the deployment's address, such as https://host/prefix",
            ));
        }
        if text.contains(['?', '#']) {
            return Err(problem(
                "has a query or fragment: give the address up to the path only",
            ));
        }
        let uri: Uri = text
            .parse()
            .map_err(|_| problem("is not a URL: give one such as https://host/prefix"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(problem("is not absolute: it must begin with https://"));
        };
        if authority.as_str().contains('@') {
            return Err(problem(
                "has a user name or password in it: credentials do not belong in a URL",
            ));
        }
        if authority.host().is_empty()
            || (authority.as_str().contains(':') && !port_is_valid(authority))
        {
            return Err(problem("has no valid host and port"));
        }
        match scheme {
            "https" => {}
            "http" if config.allow_http || is_loopback(authority.host()) => {}
            "http" => {
                return Err(problem(
                    "is plain http to another machine, and secrets travel: use https, or set allow_http",
                ));
            }
            _ => return Err(problem("must begin with https://")),
        }
        Ok(BaseUrl(text.to_owned()))
    }

    /// Whether it is over TLS, or on this machine.
    pub(crate) fn is_private(&self) -> bool {
        let uri = self.0.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
        self.0.starts_with("https:") || is_loopback(host)
    }

    /// The absolute URL of an endpoint path, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        [&self.0, path].concat()
    }
}

fn port_is_valid(authority: &http::uri::Authority) -> bool {
    // An IPv6 host holds colons of its own, inside brackets.
    let behind_host = authority.as_str().rsplit(']').next().unwrap_or_default();
    !behind_host.contains(':') || authority.port_u16().is_some_and(|port| port > 0)
}

/// Whether a host is this machine, by its name alone: nothing is resolved.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback_address = bare
        .parse()
        .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    is_loopback_address || bare.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> std::result::Result<String, String> {
        let base = BaseUrl::new(&Config::new(url));
        base.map(|base| base.join("/v1"))
            .map_err(|e| e.message().to_owned())
    }

    #[test]
    fn base_urls() {
        assert_eq!(
            check("https://host.example/dg/").unwrap(),
            "https://host.example/dg/v1"
        );
        for loopback in [
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
            "http://127.9.9.9",
        ] {
            assert_eq!(check(loopback).unwrap(), format!("{loopback}/v1"));
        }
        for wrong in [
            "",
            "   ",
            "host.example",
            "/path",
            "https://",
            "https://host:port",
            "https://host:0",
            "ftp://host",
            "https://host/?a=b",
            "https://host/#x",
            "http://host.example",
            "http://127.0.0.1.example",
            "https://user:password@host.example",
            "https://ho st.example",
            "https://[::1",
            "http://localhost.example",
        ] {
            let message = check(wrong).unwrap_err();
            assert!(message.starts_with("base_url "), "{wrong:?}: {message}");
            assert!(!message.contains("password@"), "{message}");
        }
    }
}
