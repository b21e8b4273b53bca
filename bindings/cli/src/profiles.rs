//! Profiles: a TOML file that nobody but its owner may read.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::failure::Failure;
use crate::files::read_all;
use crate::platform::Platform;

/// The largest file of profiles.
const LARGEST: u64 = 1024 * 1024;

/// One account of the file.
pub struct Profile {
    name: String,
    file: PathBuf,
    table: Table,
}

impl Profile {
    /// The profile of this name, if the file and the profile are there.
    pub fn load(name: &str) -> Result<Option<Profile>, Failure> {
        let Some(path) = path() else { return Ok(None) };
        let wrong = |what: String| Failure::input(format!("{} {what}", path.display()));
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(format!("cannot be opened: {error}"))),
        };
        refuse_if_public(&file).map_err(wrong)?;
        let text = read_all(file, LARGEST).map_err(wrong)?;
        let text = String::from_utf8(text).map_err(|_| wrong("is not UTF-8".to_owned()))?;
        let mut all: Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(problem(&text, &error)))?;
        match all.remove(name) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(Profile {
                name: name.to_owned(),
                file: path,
                table,
            })),
            Some(_) => Err(wrong(format!("has a `{name}` that is no table: [{name}]"))),
        }
    }

    /// Where the file is looked for, as a person writes it.
    pub fn path_for_people() -> String {
        path().map_or_else(
            || "~/.config/libauth.toml".to_owned(),
            |path| path.display().to_string(),
        )
    }

    /// Where this profile stands.
    pub fn place(&self) -> String {
        format!("profile {} in {}", self.name, self.file.display())
    }

    /// The folder that relative paths begin at.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Fails when the profile is another platform's, or has what is no setting.
    pub fn check(
        &self,
        platform: Platform,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let of = self
            .table
            .get("platform")
            .map_or(Some(self.name.as_str()), Value::as_str);
        if of != Some(platform.name()) {
            return Err(Failure::input(format!(
                "{} is not one of {name}: it must have platform = \"{name}\"",
                self.place(),
                name = platform.name()
            )));
        }
        let mut names = self.table.keys().filter(|name| *name != "platform");
        match names.find(|name| !is_known(name)) {
            Some(name) => Err(Failure::input(format!(
                "{} has `{name}`, which is no setting of {} (see docs/environment.md)",
                self.place(),
                platform.name()
            ))),
            None => Ok(()),
        }
    }

    /// A setting as text.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let wrong = || {
            Failure::input(format!(
                "`{name}` of {} is neither text, number nor switch",
                self.place()
            ))
        };
        let Some(value) = self.table.get(name) else {
            return Ok(None);
        };
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(switch) => u8::from(*switch).to_string(),
            Value::Array(values) => {
                let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                texts.ok_or_else(wrong)?.join(",")
            }
            _ => return Err(wrong()),
        };
        Ok(Some(text))
    }
}

fn path() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = given("LIBAUTH_PROFILES") {
        return Some(PathBuf::from(path));
    }
    let config = given("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| {
        let home = given("HOME").or_else(|| given("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".config"))
    })?;
    Some(config.join("libauth.toml"))
}

/// Where the mistake is. What stands there may be a secret, so it is not repeated.
fn problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("is not TOML: line {line} cannot be read")
}

/// Secrets stand in it.
#[cfg(unix)]
fn refuse_if_public(file: &File) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let data = file
        .metadata()
        .map_err(|error| format!("cannot be looked at: {error}"))?;
    let mode = data.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(format!(
        "holds secrets and can be read or written by others (mode {mode:03o}): chmod 600 it"
    ))
}

#[cfg(not(unix))]
fn refuse_if_public(_: &File) -> Result<(), String> {
    Ok(())
}
