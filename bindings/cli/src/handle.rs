//! A handle of any platform, made of an account's settings.

use std::sync::Arc;

use auth::answer::Answer;
use auth::call::Call;
use auth::clock::Clock;
use auth::config::ClientCertificate;
use auth::explain::Explanation;
use auth::http::HttpRequest;
use auth::inbound::Inbound;
use auth::providers::creditpay::{self, CreditPay};
use auth::providers::daxpay::{self, Algorithm, DaxPay, ResponseSignature};
use auth::providers::openplatform::{self, OpenPlatform};
use auth::providers::redemption::{self, Redemption};
use auth::providers::seller::{self, ExpiresInUnit, Seller};
use auth::secret::Secret;
use auth::{Config, Options};

use crate::failure::Failure;
use crate::platform::Platform;
use crate::settings::Settings;

/// A handle of one of the platforms.
pub enum Handle {
    CreditPay(CreditPay),
    DaxPay(DaxPay),
    OpenPlatform(OpenPlatform),
    Redemption(Redemption),
    Seller(Seller),
}

impl Handle {
    /// The handle of an account. With `clock`, it lives at another time.
    pub fn of(settings: &Settings, clock: Option<Arc<dyn Clock>>) -> Result<Handle, Failure> {
        let mut config = config(settings)?;
        if let Some(clock) = clock {
            config.clock = clock;
        }
        made(settings, config)
    }

    /// Calls a business endpoint.
    pub fn call(&self, call: &Call, options: &Options) -> auth::Result<Answer> {
        match self {
            Handle::CreditPay(handle) => handle.call(call, options),
            Handle::DaxPay(handle) => handle.call(call, options),
            Handle::OpenPlatform(handle) => handle.call(call, options),
            Handle::Redemption(handle) => handle.call(call, options),
            Handle::Seller(handle) => handle.call(call, options),
        }
    }

    /// The request of a call, signed; the token platforms sign nothing.
    pub fn sign(&self, call: &Call, options: &Options) -> Result<HttpRequest, Failure> {
        match self {
            Handle::CreditPay(handle) => Ok(handle.build_call(call, options)?),
            Handle::DaxPay(handle) => Ok(handle.build_call(call, options)?),
            Handle::Redemption(handle) => Ok(handle.build_call(call, options)?),
            Handle::OpenPlatform(_) => Err(unsigned("openplatform")),
            Handle::Seller(_) => Err(unsigned("seller")),
        }
    }

    /// What is wrong with the signature of a request of the user's, or of an event of the platform's.
    pub fn explain(
        &self,
        message: &Inbound,
        signature: Option<&str>,
        is_event: bool,
    ) -> Result<Explanation, Failure> {
        Ok(match (self, is_event) {
            (Handle::CreditPay(handle), false) => handle.explain(message, signature)?,
            (Handle::CreditPay(handle), true) => handle.explain_event(message, signature)?,
            (Handle::DaxPay(handle), false) => handle.explain(message, signature)?,
            (Handle::DaxPay(handle), true) => handle.explain_event(message, signature)?,
            (Handle::Redemption(handle), false) => handle.explain(message, signature)?,
            (Handle::Redemption(handle), true) => handle.explain_event(message, signature)?,
            (Handle::OpenPlatform(_), _) => return Err(unsigned("openplatform")),
            (Handle::Seller(_), _) => return Err(unsigned("seller")),
        })
    }

    /// Where somebody's string to sign parts from the right one.
    pub fn explain_string(&self, message: &Inbound, string: &str) -> Result<Explanation, Failure> {
        Ok(match self {
            Handle::CreditPay(handle) => handle.explain_string(message, string)?,
            Handle::DaxPay(handle) => handle.explain_string(message, string)?,
            Handle::Redemption(handle) => handle.explain_string(message, string)?,
            Handle::OpenPlatform(_) => return Err(unsigned("openplatform")),
            Handle::Seller(_) => return Err(unsigned("seller")),
        })
    }
}

fn unsigned(platform: &str) -> Failure {
    Failure::usage(format!(
        "{platform} signs nothing: its calls carry a token; see libauth token and libauth doctor"
    ))
}

/// The configuration of an account, with what belongs to its platform.
pub fn config(settings: &Settings) -> Result<Config, Failure> {
    let base_url = settings.required("base_url")?;
    let mut config = Config::new(base_url.expose());
    let to = |field: &mut i64, name| -> Result<(), Failure> {
        *field = settings.number(name)?.unwrap_or(*field);
        Ok(())
    };
    to(&mut config.timeout_ms, "timeout_ms")?;
    to(&mut config.connect_timeout_ms, "connect_timeout_ms")?;
    to(&mut config.idle_timeout_ms, "idle_timeout_ms")?;
    to(&mut config.max_response_bytes, "max_response_bytes")?;
    to(&mut config.replay_claim_ms, "replay_claim_ms")?;
    to(&mut config.replay_capacity, "replay_capacity")?;
    config.window_ms = settings.number("window_ms")?;
    let small = |field: &mut i32, name: &str| -> Result<(), Failure> {
        if let Some(number) = settings.number(name)? {
            // What does not fit is out of range anyhow.
            *field = i32::try_from(number).unwrap_or(i32::MAX);
        }
        Ok(())
    };
    small(&mut config.max_idle_connections, "max_idle_connections")?;
    small(&mut config.max_tries, "max_tries")?;
    let switch = |field: &mut bool, name| -> Result<(), Failure> {
        *field = settings.switch(name)?.unwrap_or(*field);
        Ok(())
    };
    switch(&mut config.allow_http, "allow_http")?;
    switch(&mut config.bundled_roots, "bundled_roots")?;
    switch(&mut config.system_roots, "system_roots")?;
    switch(&mut config.proxy_from_environment, "proxy_from_environment")?;
    let text = |name| -> Result<Option<String>, Failure> {
        Ok(settings.get(name)?.map(|value| value.expose().to_owned()))
    };
    config.proxy = text("proxy")?;
    config.user_agent = text("user_agent")?;
    config.ca_pem = text("ca_pem")?.map(String::into_bytes);
    let pins = text("pins")?.unwrap_or_default();
    let pins = pins.split(',').map(str::trim).filter(|pin| !pin.is_empty());
    config.pins = pins.map(str::to_owned).collect();
    let (chain, key) = (
        text("client_certificate_pem")?,
        settings.get("client_key_pem")?,
    );
    config.client_certificate = match (chain, key) {
        (None, None) => None,
        (Some(chain), Some(key)) => Some(ClientCertificate::Pem {
            chain: chain.into_bytes(),
            key,
        }),
        (Some(_), None) => return Err(half(settings, "client_key_pem")),
        (None, Some(_)) => return Err(half(settings, "client_certificate_pem")),
    };
    of_platform(settings, &mut config)?;
    Ok(config)
}

/// The path that creditpay's signature of a request covers, with its query behind it: the endpoint's, without the
/// base URL's own path, behind the prefix that the settings say is signed. Other platforms sign no path.
pub fn signed_path(settings: &Settings, target: &str) -> Result<String, Failure> {
    if settings.platform != Platform::CreditPay {
        return Ok(target.to_owned());
    }
    let base_url = settings.required("base_url")?;
    let base = base_url.expose().trim_end_matches('/');
    let authority_and_path = base.split_once("://").map_or(base, |(_, rest)| rest);
    let gateway = authority_and_path
        .find('/')
        .map_or("", |at| &authority_and_path[at..]);
    let below = target.strip_prefix(gateway);
    let endpoint = below.filter(|rest| rest.starts_with('/'));
    let prefix = settings.get("signed_path_prefix")?;
    let prefix = prefix.as_ref().map_or("", Secret::expose);
    Ok(format!("{prefix}{}", endpoint.unwrap_or(target)))
}

fn half(settings: &Settings, missing: &str) -> Failure {
    Failure::input(format!(
        "{} is missing: a client certificate needs both its chain and its key",
        settings.place(missing)
    ))
}

fn of_platform(settings: &Settings, config: &mut Config) -> Result<(), Failure> {
    match settings.platform {
        Platform::CreditPay => {
            if let Some(prefix) = settings.get("signed_path_prefix")? {
                config.set(creditpay::signed_path_prefix(prefix.expose()));
            }
            for key in settings.previous_keys()? {
                config.add(creditpay::previous_key(key));
            }
        }
        Platform::DaxPay => {
            if let Some(minutes) = settings.number("utc_offset_minutes")? {
                let minutes = i32::try_from(minutes).unwrap_or(i32::MAX);
                config.set(daxpay::utc_offset_minutes(minutes));
            }
            let words = [
                ("required", ResponseSignature::Required),
                ("if_present", ResponseSignature::IfPresent),
            ];
            config.set(daxpay::response_signature(
                settings.word("response_signature", &words)?,
            ));
            for key in settings.previous_keys()? {
                config.add(daxpay::previous_key(key));
            }
        }
        Platform::OpenPlatform => {
            if let Some(ms) = settings.number("token_lifetime_ms")? {
                config.set(openplatform::token_lifetime_ms(ms));
            }
        }
        Platform::Redemption => {
            for key in settings.previous_keys()? {
                config.add(redemption::previous_key(key));
            }
        }
        Platform::Seller => {
            let words = [
                ("auto", ExpiresInUnit::Auto),
                ("milliseconds", ExpiresInUnit::Milliseconds),
                ("seconds", ExpiresInUnit::Seconds),
            ];
            config.set(seller::expires_in_unit(
                settings.word("expires_in_unit", &words)?,
            ));
            if let Some(path) = settings.get("token_path")? {
                config.set(seller::token_path(path.expose()));
            }
        }
    }
    Ok(())
}

/// Whether an account of daxpay is one of edition open.
pub fn is_open(settings: &Settings) -> Result<bool, Failure> {
    settings.word("edition", &[("3", false), ("open", true)])
}

fn made(settings: &Settings, config: Config) -> Result<Handle, Failure> {
    let required = |name| settings.required(name);
    let optional = |name| settings.get(name);
    let text = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_owned());
    let made = match settings.platform {
        Platform::CreditPay => {
            let (plat_id, api_key) = (required("plat_id")?, required("api_key")?);
            let signature_key = required("signature_key")?;
            CreditPay::new(
                &config,
                plat_id.expose(),
                api_key.expose(),
                signature_key.expose(),
            )
            .map(Handle::CreditPay)
        }
        Platform::DaxPay if is_open(settings)? => {
            let (mch_no, app_id) = (required("mch_no")?, text(&optional("app_id")?));
            let private_key = required("private_key")?;
            let platform_key = required("platform_public_key")?;
            DaxPay::new_open(
                &config,
                mch_no.expose(),
                app_id.as_deref(),
                private_key.expose(),
                platform_key.expose(),
            )
            .map(Handle::DaxPay)
        }
        Platform::DaxPay => {
            let (app_id, mch_no) = (text(&optional("app_id")?), text(&optional("mch_no")?));
            let words = [
                ("HMAC_SHA256", Algorithm::HmacSha256),
                ("MD5", Algorithm::Md5),
                ("SM3", Algorithm::Sm3),
            ];
            let algorithm = settings.word("algorithm", &words)?;
            let sign_key = required("sign_key")?;
            DaxPay::new(
                &config,
                app_id.as_deref(),
                mch_no.as_deref(),
                sign_key.expose(),
                algorithm,
            )
            .map(Handle::DaxPay)
        }
        Platform::OpenPlatform => {
            let (client_id, secret) = (required("client_id")?, required("secret")?);
            OpenPlatform::new(&config, client_id.expose(), secret.expose())
                .map(Handle::OpenPlatform)
        }
        Platform::Redemption => {
            let (business_id, merchant_id) = (required("business_id")?, required("merchant_id")?);
            let (business_id, merchant_id) = (business_id.expose(), merchant_id.expose());
            match (optional("private_key")?, optional("secret")?) {
                (Some(key), None) => {
                    let platform_key = optional("platform_public_key")?;
                    let platform_key = platform_key.as_ref().map(Secret::expose);
                    let key = key.expose();
                    Redemption::with_rsa(&config, business_id, merchant_id, key, platform_key)
                }
                (None, Some(secret)) => {
                    Redemption::with_md5(&config, business_id, merchant_id, secret.expose())
                }
                (both, _) => {
                    let what = if both.is_some() {
                        "are both there: give one"
                    } else {
                        "are both missing: give one"
                    };
                    return Err(Failure::input(format!(
                        "{} (SHA256-RSA) and {} (MD5) {what}",
                        settings.place("private_key"),
                        settings.place("secret")
                    )));
                }
            }
            .map(Handle::Redemption)
        }
        Platform::Seller => {
            let (access_key, secret_key) = (required("access_key")?, required("secret_key")?);
            Seller::new(&config, access_key.expose(), secret_key.expose()).map(Handle::Seller)
        }
    };
    made.map_err(|error| {
        let mut failure = Failure::from(error);
        failure.message = format!("{}: {}", settings.origin(), failure.message);
        failure
    })
}
