//! What DaxPay sends to the user's server: payment, refund and transfer notifications, in the
//! same signed envelope as its answers.

use super::{DaxPay, ResponseSignature};
use crate::clock::parse_civil;
use crate::error::{Error, Result};
use crate::inbound::{Inbound, bad_signature};
use crate::json::Json;
use crate::signing::daxpay::{Nested, canonical};

/// A genuine notification of a payment, a refund or a transfer.
#[derive(Clone)]
pub struct Event {
    body: Json,
    raw_body: Vec<u8>,
}

impl Event {
    /// The envelope's `code`, as text.
    pub fn code(&self) -> Option<String> {
        self.text("code")
    }

    /// The envelope's `msg`.
    pub fn message(&self) -> Option<String> {
        self.text("msg")
    }

    /// The envelope's `traceId`.
    pub fn trace_id(&self) -> Option<String> {
        self.text("traceId")
    }

    /// The whole body.
    pub fn body(&self) -> &Json {
        &self.body
    }

    /// The body as received.
    pub fn raw_body(&self) -> &[u8] {
        &self.raw_body
    }

    /// The member `data`: the payment, refund or transfer.
    pub fn data(&self) -> Option<&Json> {
        self.body.get("data")
    }

    fn text(&self, name: &str) -> Option<String> {
        self.body.get(name).map(Json::to_text)
    }
}

/// The members that may hold the time of a message.
const TIMES: [&str; 2] = ["resTime", "reqTime"];

/// Whether there is a time in what was signed although no member has its name. The signature ignores
/// case, quotes and where a value ends, so whoever wants an old message to pass could write `restime`.
fn hides_a_time(body: &Json) -> bool {
    let signed = canonical(body, Nested::AsReceived).to_uppercase();
    let mut parameters = signed.split('&');
    parameters.any(|one| {
        let name = one.split('=').next().unwrap_or_default();
        TIMES.iter().any(|time| time.to_uppercase() == name)
    })
}

impl DaxPay {
    /// Checks a notification that claims to come from the gateway. It must be signed, whatever
    /// the setting for answers says.
    ///
    /// # Errors
    /// `BadSignature`, `Stale` (where it carries `resTime` or `reqTime`), `Replayed`; `Protocol` for
    /// a body that is no JSON object.
    pub fn verify(&self, message: &Inbound) -> Result<Event> {
        self.inbound.check_shape(message)?;
        let body = Json::parse(&message.body)?;
        if !matches!(body, Json::Object(_)) {
            return Err(Error::protocol("the body is not a JSON object"));
        }
        self.verify_members(&body, ResponseSignature::Required)?;
        let mut has_time = false;
        for name in TIMES {
            let Some(time) = body.text_at(name)? else {
                continue;
            };
            has_time = true;
            let sent_ms = parse_civil(time, self.utc_offset_minutes)
                .ok_or_else(|| Error::protocol(format!("`{name}` is not yyyy-MM-dd HH:mm:ss")))?;
            self.inbound.check_time(sent_ms)?;
        }
        if !has_time && hides_a_time(&body) {
            let why = "the time of the message is not where it belongs";
            return Err(bad_signature("mismatch", why));
        }
        let sign = body.required_text_at("sign")?.to_ascii_lowercase();
        self.inbound
            .check_first_time(&format!("daxpay {} {sign}", self.app_id), 0)?;
        Ok(Event {
            body,
            raw_body: message.body.clone(),
        })
    }
}
