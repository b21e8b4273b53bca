//! `libauth doctor`: does everything between this machine and a platform work, and what to do where it does not.

mod credentials;
mod keys;
mod network;
mod tls;

use serde_json::json;

use crate::failure::Failure;
use crate::handle::{Handle, config};
use crate::out::{Colour, Out, Verdict};
use crate::settings::{Settings, Which};

/// Check everything between this machine and a platform
///
/// Settings, keys, name look-up, connection, TLS, credentials and clock, each with what to do where it is not well.
/// The exit status is 0 when all is well, and 1 when something is not. openplatform and seller are asked for a
/// token, daxpay of edition open for /unipay/ping; the others for a path that does not exist, since they have
/// nothing that could be asked without an effect.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Well,
    Wrong,
    /// It cannot be told.
    Open,
}

/// One check: what was looked at, what was found, what to do.
pub struct Check {
    name: &'static str,
    mark: Mark,
    found: String,
    remedy: Option<String>,
}

impl Check {
    pub fn well(name: &'static str, found: impl Into<String>) -> Check {
        Check {
            name,
            mark: Mark::Well,
            found: found.into(),
            remedy: None,
        }
    }

    pub fn open(name: &'static str, found: impl Into<String>) -> Check {
        Check {
            mark: Mark::Open,
            ..Check::well(name, found)
        }
    }

    pub fn wrong(name: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check {
            mark: Mark::Wrong,
            remedy: Some(remedy.into()),
            ..Check::well(name, found)
        }
    }
}

/// The checks so far; printed as they come.
struct List<'a> {
    out: &'a mut Out,
    checks: Vec<Check>,
}

impl List<'_> {
    fn add(&mut self, check: Check) -> Result<(), Failure> {
        if !self.out.is_json() {
            let (colour, mark) = match check.mark {
                Mark::Well => (Colour::Green, "ok  "),
                Mark::Wrong => (Colour::Red, "FAIL"),
                Mark::Open => (Colour::Yellow, "--  "),
            };
            let mark = self.out.paint(colour, mark);
            let found = crate::failure::one_line(&check.found);
            self.out
                .line(&format!("  {mark}  {:<12} {found}", check.name))?;
            if let Some(remedy) = &check.remedy {
                self.out
                    .line(&format!("        {:<12} {remedy}", "to do:"))?;
            }
        }
        self.checks.push(check);
        Ok(())
    }

    fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.mark != Mark::Wrong)
    }
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let mut list = List {
        out,
        checks: Vec::new(),
    };
    examine(&settings, &mut list)?;
    let is_well = list.is_well();
    let checks = list.checks;
    if out.is_json() {
        let checks: Vec<_> = checks
            .iter()
            .map(|check| {
                let ok = match check.mark {
                    Mark::Well => Some(true),
                    Mark::Wrong => Some(false),
                    Mark::Open => None,
                };
                json!({"check": check.name, "ok": ok, "found": check.found, "to_do": check.remedy})
            })
            .collect();
        out.json(&json!({
            "platform": settings.platform.name(),
            "settings": settings.origin(),
            "ok": is_well,
            "checks": checks,
        }))?;
    } else {
        let wrong = checks.iter().filter(|check| check.mark == Mark::Wrong);
        let said = match wrong.count() {
            0 => out.paint(Colour::Green, "all is well"),
            1 => out.paint(Colour::Red, "1 thing to do"),
            count => out.paint(Colour::Red, &format!("{count} things to do")),
        };
        out.line(&format!("{}: {said}", settings.platform.name()))?;
    }
    Ok(match is_well {
        true => Verdict::Well,
        false => Verdict::Wrong,
    })
}

/// From this machine outwards. What cannot work without what failed is left out.
fn examine(settings: &Settings, list: &mut List) -> Result<(), Failure> {
    for check in keys::checks(settings) {
        list.add(check)?;
    }
    let made = Handle::of(settings, None);
    let handle = match made {
        Ok(handle) => handle,
        Err(failure) => {
            return list.add(Check::wrong(
                "settings",
                failure.message,
                "mend what is named; docs/environment.md has all settings",
            ));
        }
    };
    list.add(Check::well("settings", settings.origin()))?;
    let config = config(settings)?;
    let place = network::Place::of(&config);
    if config.proxy.is_some() || config.proxy_from_environment {
        list.add(Check::open(
            "connection",
            "through a proxy: what is behind it is not looked at by itself",
        ))?;
    } else {
        let (checks, stream) = network::checks(&place, &config);
        for check in checks {
            list.add(check)?;
        }
        let Some(stream) = stream else { return Ok(()) };
        if place.is_tls {
            for check in tls::checks(&place, &config, stream) {
                list.add(check)?;
            }
        }
    }
    for check in credentials::checks(&handle) {
        list.add(check)?;
    }
    Ok(())
}
