//! `libauth verify`: is a message really the platform's.

use std::sync::Arc;

use auth::clock::Clock;
use auth::inbound::Inbound;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::handle::Handle;
use crate::out::{Colour, Out, Verdict};
use crate::platform::Platform;
use crate::request::From;
use crate::settings::{Settings, Which};

/// Check a message that a platform sent to your server
///
/// The message is read as explain reads a request. What is not genuine ends with status 6; libauth explain
/// --event says why a signature is wrong. Whether the message came before cannot be told here.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    from: From,
    /// Judge as at this time, in Unix milliseconds: for a message that was recorded
    #[arg(long, value_name = "MS")]
    at: Option<i64>,
}

/// A clock that stands.
struct At(i64);

impl Clock for At {
    fn unix_ms(&self) -> i64 {
        self.0
    }

    fn monotonic_ms(&self) -> i64 {
        0
    }
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    if matches!(settings.platform, Platform::OpenPlatform | Platform::Seller) {
        return Err(Failure::usage(format!(
            "{} sends no messages to your server",
            settings.platform.name()
        )));
    }
    let clock = args.at.map(|at| Arc::new(At(at)) as Arc<dyn Clock>);
    let handle = Handle::of(&settings, clock)?;
    let request = args.from.read()?;
    let message = Inbound {
        method: request.method.clone(),
        path: request.path().to_owned(),
        headers: request.headers(),
        body: request.body.clone(),
    };
    let (kind, facts) = verified(&handle, &message)?;
    if out.is_json() {
        let mut document = json!({
            "platform": settings.platform.name(),
            "genuine": true,
            "kind": kind,
            "remarks": request.remarks,
        });
        for (name, value) in facts {
            document[name] = value;
        }
        out.json(&document)?;
        return Ok(Verdict::Well);
    }
    let genuine = out.paint(Colour::Green, "genuine");
    out.line(&format!("{}: {genuine} {kind}", settings.platform.name()))?;
    for (name, value) in facts {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        out.line(&format!(
            "  {:<14} {}",
            name.replace('_', " "),
            crate::failure::one_line(&text)
        ))?;
    }
    for remark in &request.remarks {
        out.line(&format!("  note: {remark}"))?;
    }
    Ok(Verdict::Well)
}

type Facts = Vec<(&'static str, Value)>;

/// What the message is, and what it says that is no secret.
fn verified(handle: &Handle, message: &Inbound) -> Result<(String, Facts), Failure> {
    let mut facts: Facts = Vec::new();
    let mut fact = |name, value: Option<String>| {
        if let Some(value) = value {
            facts.push((name, json!(value)));
        }
    };
    let kind = match handle {
        Handle::CreditPay(handle) => {
            let event = handle.verify(message).map_err(auth::Error::from)?;
            fact("event_id", event.event_id());
            fact("platform_id", event.platform_id());
            fact("retry", event.retry());
            fact("trace_id", event.trace_id().map(str::to_owned));
            fact("timestamp_ms", Some(event.timestamp_ms().to_string()));
            fact("key_index", Some(event.key_index().to_string()));
            event.type_name().to_owned()
        }
        Handle::DaxPay(handle) => {
            let event = handle.verify(message).map_err(auth::Error::from)?;
            fact("code", event.code());
            fact("message", event.message());
            fact("trace_id", event.trace_id());
            fact("key_index", Some(event.key_index().to_string()));
            "notification".to_owned()
        }
        Handle::Redemption(handle) => {
            let event = handle.verify(message).map_err(auth::Error::from)?;
            fact("serial_no", Some(event.serial_no().to_owned()));
            fact("user_id", event.user_id());
            fact("key_index", Some(event.key_index().to_string()));
            "authorization".to_owned()
        }
        // Refused before it came here.
        Handle::OpenPlatform(_) | Handle::Seller(_) => String::new(),
    };
    Ok((kind, facts))
}
