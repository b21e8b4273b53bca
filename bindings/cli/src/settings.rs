//! The settings of one account: from the environment, from a profile, or the sandbox's own.
//! `docs/environment.md` says how they are named.

use std::path::{Path, PathBuf};

use auth::secret::Secret;

use crate::failure::Failure;
use crate::platform::Platform;
use crate::profiles::Profile;
use crate::test_settings;

/// The largest file that a setting is read from.
const LARGEST: u64 = 1024 * 1024;

/// Settings of all platforms.
const COMMON: [&str; 20] = [
    "base_url",
    "timeout_ms",
    "connect_timeout_ms",
    "idle_timeout_ms",
    "max_idle_connections",
    "max_tries",
    "max_response_bytes",
    "allow_http",
    "proxy",
    "proxy_from_environment",
    "bundled_roots",
    "system_roots",
    "ca_pem",
    "client_certificate_pem",
    "client_key_pem",
    "pins",
    "user_agent",
    "window_ms",
    "replay_claim_ms",
    "replay_capacity",
];

// Which account is meant. (No doc comment: clap would take it for the description of the subcommand.)
#[derive(clap::Args)]
pub struct Which {
    /// Platform
    pub platform: Platform,
    /// Profile in ~/.config/libauth.toml, in place of the environment
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Account in the environment other than the platform's own: SELLER_EU is read from LIBAUTH_SELLER_EU_BASE_URL and so on
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    account: Option<String>,
    /// The sandbox at its usual port (or where LIBAUTH_SANDBOX says), with its test credentials; or one of its
    /// variants, such as --sandbox=daxpay-open
    #[arg(long, value_name = "VARIANT", num_args = 0..=1, require_equals = true, conflicts_with_all = ["profile", "account"])]
    sandbox: Option<Option<String>>,
}

/// Where settings come from.
enum Source {
    /// The account's name, such as `SELLER`.
    Environment(String),
    Profile(Profile),
    Sandbox {
        base_url: String,
        settings: Vec<(&'static str, &'static str)>,
    },
}

/// The settings of one account.
pub struct Settings {
    pub platform: Platform,
    source: Source,
}

impl Settings {
    pub fn of(which: &Which) -> Result<Settings, Failure> {
        let platform = which.platform;
        if let Some(variant) = &which.sandbox {
            return of_sandbox(platform, variant.as_deref());
        }
        let source = if let Some(name) = &which.profile {
            Source::Profile(Profile::load(name)?.ok_or_else(|| no_profile(name))?)
        } else if let Some(account) = &which.account {
            Source::Environment(account_of(platform, account)?)
        } else {
            let of_platform = Source::Environment(platform.name().to_uppercase());
            let settings = Settings {
                platform,
                source: of_platform,
            };
            let is_there = |name| Ok::<bool, Failure>(settings.given(name)?.is_some());
            if is_there("base_url")? || is_there("base_url_file")? {
                return Ok(settings);
            }
            match Profile::load(platform.name())? {
                Some(profile) => Source::Profile(profile),
                None => {
                    let name = platform.name().to_uppercase();
                    return Err(Failure::input(format!(
                        "there are no settings for {}: set LIBAUTH_{name}_BASE_URL and its credentials, or give a profile in {} (see docs/environment.md), or try --sandbox",
                        platform.name(),
                        Profile::path_for_people()
                    )));
                }
            }
        };
        if let Source::Profile(profile) = &source {
            profile.check(platform, |name| is_known(platform, name))?;
        }
        Ok(Settings { platform, source })
    }

    /// The settings of one base of the sandbox, such as `daxpay-md5`, at this address.
    pub fn of_sandbox_base(name: &str, base_url: String) -> Option<Settings> {
        let mut all = test_settings::accounts().into_iter();
        let account = all.find(|account| account.name == name)?;
        Some(Settings {
            platform: account.platform,
            source: Source::Sandbox {
                base_url,
                settings: account.settings,
            },
        })
    }

    /// Where the settings come from, for a person.
    pub fn origin(&self) -> String {
        match &self.source {
            Source::Environment(account) => format!("the environment, LIBAUTH_{account}_…"),
            Source::Profile(profile) => profile.place(),
            Source::Sandbox { base_url, .. } => format!("the sandbox, {base_url}"),
        }
    }

    /// A setting's name where it is to be mended.
    pub fn place(&self, name: &str) -> String {
        match &self.source {
            Source::Environment(account) => format!("LIBAUTH_{account}_{}", name.to_uppercase()),
            Source::Profile(profile) => format!("`{name}` of {}", profile.place()),
            Source::Sandbox { .. } => name.to_owned(),
        }
    }

    /// A setting, from its file if it stands in one.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, Failure> {
        let in_file = format!("{name}_file");
        match (self.given(name)?, self.given(&in_file)?) {
            (Some(_), Some(_)) => Err(Failure::input(format!(
                "{} and {} are both there: leave one out",
                self.place(name),
                self.place(&in_file)
            ))),
            (None, Some(path)) => self.read(&in_file, Path::new(&path)).map(Some),
            (value, None) => Ok(value.map(Secret::new)),
        }
    }

    /// A setting that must be there.
    pub fn required(&self, name: &str) -> Result<Secret, Failure> {
        self.get(name)?.ok_or_else(|| {
            Failure::input(format!(
                "{} is missing (or {})",
                self.place(name),
                self.place(&format!("{name}_file"))
            ))
        })
    }

    /// A number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.get(name)? else {
            return Ok(None);
        };
        let number = value.expose().trim().parse();
        number
            .map(Some)
            .map_err(|_| Failure::input(format!("{} is not a whole number", self.place(name))))
    }

    /// A switch.
    pub fn switch(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.get(name)?.as_ref().map(|value| value.expose().trim()) {
            None => Ok(None),
            Some("1" | "true") => Ok(Some(true)),
            Some("0" | "false") => Ok(Some(false)),
            Some(_) => Err(Failure::input(format!(
                "{} is neither 1 nor 0",
                self.place(name)
            ))),
        }
    }

    /// One of several words; the first is the default.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Failure> {
        let Some(value) = self.get(name)? else {
            return Ok(words[0].1);
        };
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(value.expose().trim()));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Failure::input(format!(
                "{} is none of: {}",
                self.place(name),
                all.join(", ")
            ))
        })
    }

    /// The keys before a rotation, the latest first.
    pub fn previous_keys(&self) -> Result<Vec<Secret>, Failure> {
        let mut keys = Vec::new();
        loop {
            let name = match keys.len() {
                0 => "previous_key".to_owned(),
                before => format!("previous_key_{}", before + 1),
            };
            match self.get(&name)? {
                Some(key) => keys.push(key),
                None => return Ok(keys),
            }
        }
    }

    /// What stands under exactly this name; an empty text counts as nothing.
    fn given(&self, name: &str) -> Result<Option<String>, Failure> {
        let value = match &self.source {
            Source::Environment(_) => match std::env::var(self.place(name)) {
                Ok(value) => Some(value),
                Err(std::env::VarError::NotPresent) => None,
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(Failure::input(format!("{} is not UTF-8", self.place(name))));
                }
            },
            Source::Profile(profile) => profile.text(name)?,
            Source::Sandbox { base_url, .. } if name == "base_url" => Some(base_url.clone()),
            Source::Sandbox { settings, .. } => {
                let found = settings.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            }
        };
        Ok(value.filter(|value| !value.is_empty()))
    }

    fn read(&self, name: &str, path: &Path) -> Result<Secret, Failure> {
        let path = match &self.source {
            Source::Profile(profile) => profile.folder().join(path),
            _ => PathBuf::from(path),
        };
        let wrong = |what: String| {
            let place = self.place(name);
            Failure::input(format!("{place}: {} {what}", path.display()))
        };
        let text = crate::files::read(&path, LARGEST).map_err(wrong)?;
        let text = String::from_utf8(text).map_err(|_| wrong("is not UTF-8".to_owned()))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Ok(Secret::new(line.strip_suffix('\r').unwrap_or(line)))
    }
}

/// Whether a profile of this platform can have this setting.
fn is_known(platform: Platform, name: &str) -> bool {
    let name = name.strip_suffix("_file").unwrap_or(name);
    let is_previous = || {
        let rest = name.strip_prefix("previous_key");
        let number = |rest: &str| {
            rest.strip_prefix('_')
                .is_some_and(|n| n.parse::<u32>().is_ok())
        };
        let has_them = !matches!(platform, Platform::OpenPlatform | Platform::Seller);
        has_them && rest.is_some_and(|rest| rest.is_empty() || number(rest))
    };
    COMMON.contains(&name) || platform.settings().contains(&name) || is_previous()
}

fn account_of(platform: Platform, account: &str) -> Result<String, Failure> {
    let upper = account.to_uppercase();
    let own = platform.name().to_uppercase();
    let is_own = upper
        .strip_prefix(&own)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !is_own || !upper.chars().all(is_plain) {
        return Err(Failure::usage(format!(
            "--account must be {own}, or {own}_ and letters, digits and _, such as {own}_EU"
        )));
    }
    Ok(upper)
}

fn no_profile(name: &str) -> Failure {
    let file = Profile::path_for_people();
    Failure::input(format!("there is no profile `{name}` in {file}"))
}

/// The address of the running sandbox.
pub fn sandbox_origin() -> String {
    let given = std::env::var("LIBAUTH_SANDBOX").unwrap_or_default();
    match given.trim_end_matches('/') {
        "" => format!("http://127.0.0.1:{}", test_settings::USUAL_PORT),
        origin => origin.to_owned(),
    }
}

fn of_sandbox(platform: Platform, variant: Option<&str>) -> Result<Settings, Failure> {
    let name = variant.unwrap_or(platform.name());
    let found = Settings::of_sandbox_base(name, format!("{}/{name}", sandbox_origin()));
    found
        .filter(|settings| settings.platform == platform)
        .ok_or_else(|| {
            let all = test_settings::accounts();
            let own = all.iter().filter(|account| account.platform == platform);
            let names: Vec<&str> = own.map(|account| account.name).collect();
            let platform = platform.name();
            Failure::usage(format!(
                "the sandbox has no {platform} `{name}`; it has: {}",
                names.join(", ")
            ))
        })
}
