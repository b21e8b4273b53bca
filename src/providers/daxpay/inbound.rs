//! What DaxPay sends to the user's server: payment, refund and transfer notifications, in the
//! same signed envelope as its answers.

use super::ambiguous::is_ambiguous;
use super::{DaxPay, ResponseSignature};
use crate::error::{Error, Result};
use crate::inbound::{Claim, Genuine, Inbound, Keep, Rejected, bad_signature};
use crate::json::Json;
use crate::signing::daxpay::{Nested, canonical};

/// A genuine notification of a payment, a refund or a transfer, and the claim on it: see [`Event::done`].
pub struct Event {
    body: Json,
    raw_body: Vec<u8>,
    trace_id: Option<String>,
    claim: Claim,
    key: usize,
}

impl Event {
    /// Makes the message final, once what it asks for is done and kept: the platform's next attempt is
    /// `Replayed`. An event dropped without it gives the message back, for the next attempt to act on. Does nothing
    /// for an event that was `Replayed`.
    ///
    /// # Errors
    /// `Busy` for an event that was `Busy`; `Replayed` when this event's claim had ended and another one was
    /// finished meanwhile: then the message was perhaps acted on twice.
    pub fn done(&self) -> Result<()> {
        self.claim.done()
    }

    /// The envelope's `code`, as text.
    pub fn code(&self) -> Option<String> {
        self.text("code")
    }

    /// The envelope's `msg`.
    pub fn message(&self) -> Option<String> {
        self.text("msg")
    }

    /// The envelope's `traceId`; in edition open the header `x-trace-id`.
    pub fn trace_id(&self) -> Option<String> {
        self.trace_id.clone()
    }

    /// The whole body.
    pub fn body(&self) -> &Json {
        &self.body
    }

    /// The body as received.
    pub fn raw_body(&self) -> &[u8] {
        &self.raw_body
    }

    /// Which key it was accepted under: 0 is the handle's own, 1 and on are the previous ones in the order they
    /// were added.
    pub fn key_index(&self) -> usize {
        self.key
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

/// Whether what was signed can be read as having a time that no member has the name of. The signature ignores
/// case, quotes and where a value ends, so whoever wants an old message to pass could write `restime`, or have had a
/// time put into a text.
fn hides_a_time(body: &Json) -> bool {
    let signed = canonical(body, Nested::AsReceived).to_uppercase();
    let is_time = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        TIMES.iter().any(|time| time.to_uppercase() == name)
    };
    let read = signed.split('&').filter(is_time).count();
    let has = |name: &&&str| body.get(name).is_some_and(|time| *time != Json::Null);
    read != TIMES.iter().filter(has).count()
}

impl DaxPay {
    /// Checks a notification that claims to come from the gateway, and claims it for `replay_claim_ms`: act on it, keep
    /// what came of it, and call [`Event::done`]. It must be signed, whatever the setting for answers says.
    ///
    /// A notification with `resTime` or `reqTime` is refused outside the window, and remembered for as long as it is in
    /// it. One without a time would be accepted at any time: it is remembered for a day at the least, and beyond that
    /// while the guard has room. What the gateway sends again is signed anew and a message of its own: act on an
    /// order once by its number, and query the order before acting on an amount.
    ///
    /// # Errors
    /// `BadSignature` (missing; mismatch; ambiguous: a text holds what would read as another member, which the
    /// signature does not tell from one); `Stale`; `Protocol` for a body that is no JSON object; with the event,
    /// `Replayed` (answer it as before, do not act on it again) and `Busy` (answer with failure: it
    /// will come again).
    pub fn verify(&self, message: &Inbound) -> std::result::Result<Event, Rejected<Event>> {
        let parsed = self.parse(message);
        let in_body = match &parsed {
            Ok(body) => body.get("traceId").map(Json::to_text),
            Err(_) => None,
        };
        let in_header = || message.headers.get("x-trace-id").map(str::to_owned);
        let trace_id = in_body.or_else(in_header);
        let checked = parsed.and_then(|body| self.check(body, message, trace_id.clone()));
        self.inbound.accept(checked, trace_id.as_deref())
    }

    fn parse(&self, message: &Inbound) -> Result<Json> {
        self.inbound.check_shape(message)?;
        let body = Json::parse(&message.body)?;
        if !matches!(body, Json::Object(_)) {
            return Err(Error::protocol("the body is not a JSON object"));
        }
        Ok(body)
    }

    fn check(
        &self,
        body: Json,
        message: &Inbound,
        trace_id: Option<String>,
    ) -> Result<Genuine<impl FnOnce(Claim) -> Event + use<>>> {
        let key = self.verify_members(&body, ResponseSignature::Required)?;
        let mut keep = Keep::ForGood;
        for name in TIMES {
            let Some(time) = body.text_at(name)? else {
                continue;
            };
            keep = Keep::Window;
            let sent_ms = self
                .time_ms(time)
                .ok_or_else(|| Error::protocol(format!("`{name}` is not yyyy-MM-dd HH:mm:ss")))?;
            self.inbound.check_time(sent_ms)?;
        }
        if !self.edition.is_open() && hides_a_time(&body) {
            let why = "the time of the message is not where it belongs";
            return Err(bad_signature("mismatch", why));
        }
        // In edition open the names are sorted: what a text smuggles in would stand twice.
        if !self.edition.is_open() && is_ambiguous(&body) {
            let why = "a text in the message holds what would read as another member of it, and the signature does not \
                       tell the two apart: query the order instead";
            return Err(bad_signature("ambiguous", why));
        }
        let mut sign = body.required_text_at("sign")?;
        if !self.edition.is_open() {
            sign.make_ascii_lowercase();
        }
        let raw_body = message.body.clone();
        Ok(Genuine {
            key: format!(
                "daxpay {} {} {sign}",
                self.mch_no.as_deref().unwrap_or_default(),
                self.app_id.as_deref().unwrap_or_default()
            ),
            keep,
            event: move |claim| Event {
                body,
                raw_body,
                trace_id,
                claim,
                key: key.unwrap_or_default(),
            },
        })
    }
}
