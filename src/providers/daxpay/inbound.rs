//! What DaxPay sends to the user's server: payment, refund and transfer notifications, in the
//! same signed envelope as its answers.

use super::DaxPay;
use crate::clock::parse_civil;
use crate::config::ResponseSignature;
use crate::error::{Error, Result};
use crate::inbound::Inbound;
use crate::json::Json;

/// A genuine notification.
#[derive(Clone)]
pub struct Notification {
    body: Json,
    raw_body: Vec<u8>,
}

impl Notification {
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

impl DaxPay {
    /// Checks a notification that claims to come from the gateway. It must be signed, whatever
    /// the setting for answers says.
    ///
    /// # Errors
    /// `BadSignature`, `Stale` (where it carries `resTime` or `reqTime`), `Replayed`; `Protocol` for
    /// a body that is no JSON object.
    pub fn verify(&self, message: &Inbound) -> Result<Notification> {
        self.inbound.check_shape(message)?;
        let body = Json::parse(&message.body)?;
        if !matches!(body, Json::Object(_)) {
            return Err(Error::protocol("the body is not a JSON object"));
        }
        self.verify_members(&body, ResponseSignature::Required)?;
        for name in ["resTime", "reqTime"] {
            let Some(time) = body.text_at(name)? else {
                continue;
            };
            let sent_ms = parse_civil(time, self.utc_offset_minutes)
                .ok_or_else(|| Error::protocol(format!("`{name}` is not yyyy-MM-dd HH:mm:ss")))?;
            self.inbound.check_time(sent_ms)?;
        }
        let sign = body.required_text_at("sign")?.to_ascii_lowercase();
        self.inbound
            .check_first_time(&format!("daxpay {} {sign}", self.app_id))?;
        Ok(Notification {
            body,
            raw_body: message.body.clone(),
        })
    }
}
