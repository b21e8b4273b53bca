//! Keys: can they be read, and do they belong together.

use auth::signing::rsa::{PrivateKey, PublicKey};

use super::Check;
use crate::settings::Settings;

const PROBE: &[u8] = b"libauth doctor";

/// A check for each RSA key that the settings name.
pub fn checks(settings: &Settings) -> Vec<Check> {
    let read = |name: &'static str| settings.get(name);
    let mut checks = Vec::new();
    let mut keys = Vec::new();
    for name in ["private_key", "public_key", "platform_public_key"] {
        match read(name) {
            Ok(key) => keys.push(key),
            Err(failure) => {
                let remedy = format!("mend {}", settings.place(name));
                checks.push(Check::wrong(name, failure.message, remedy));
                keys.push(None);
            }
        }
    }
    let [private, public, platform] = keys.as_slice() else {
        return checks;
    };
    let remedy = |name: &str| {
        format!(
            "{}: PEM or bare base64 of PKCS#8, PKCS#1 or SPKI",
            settings.place(name)
        )
    };
    let mut own = None;
    if let Some(text) = private {
        match PrivateKey::parse("private_key", text.expose()) {
            Ok(key) => {
                checks.push(Check::well("private_key", "an RSA key"));
                own = Some(key);
            }
            Err(error) => checks.push(Check::wrong(
                "private_key",
                error.message(),
                remedy("private_key"),
            )),
        }
    }
    let is_own = |key: &PublicKey| own.as_ref().map(|own| key.verify(PROBE, &own.sign(PROBE)));
    if let Some(text) = public {
        checks.push(match PublicKey::parse("public_key", text.expose()) {
            Ok(key) if is_own(&key) == Some(false) => Check::wrong(
                "public_key",
                "is not the public half of private_key",
                "the platform must have the public half of private_key: upload it, or set the private key that belongs to it",
            ),
            Ok(_) => Check::well("public_key", "the public half of private_key"),
            Err(error) => Check::wrong("public_key", error.message(), remedy("public_key")),
        });
    }
    if let Some(text) = platform {
        let name = "platform_key";
        checks.push(
            match PublicKey::parse("platform_public_key", text.expose()) {
                Ok(key) if is_own(&key) == Some(true) => Check::wrong(
                    name,
                    "is your own public key, not the platform's",
                    format!(
                        "set {} to the key that the platform shows",
                        settings.place("platform_public_key")
                    ),
                ),
                Ok(_) => Check::well(name, "an RSA key, not your own"),
                Err(error) => Check::wrong(name, error.message(), remedy("platform_public_key")),
            },
        );
    }
    checks
}
