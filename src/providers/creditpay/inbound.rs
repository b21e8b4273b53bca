//! What Credit Pay sends to the user's server: webhooks, and the credit-limit query.

use super::CreditPay;
use crate::error::{Error, Result};
use crate::inbound::{Claim, Genuine, Inbound, Keep, Rejected, bad_signature};
use crate::json::Json;
use crate::secret::Secret;
use crate::signing::creditpay::Key;

/// The kind of a message. The numbers are part of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum EventKind {
    /// A kind this version does not know: see [`Event::type_name`].
    Other = 0,
    /// `GET_DEFAULT_ACCOUNT_CREDIT_LIMIT`: the platform asks for credit limits.
    CreditLimitQuery = 1,
    /// `PAY_START`
    PayStart = 2,
    /// `ASSIGN_SUCCESS`
    AssignSuccess = 3,
    /// `ASSIGN_FAILED`
    AssignFailed = 4,
    /// `GET_BARCODE_SUCCESS`
    GetBarcodeSuccess = 5,
    /// `GET_BARCODE_FAILED`
    GetBarcodeFailed = 6,
    /// `PAY_SUCCESS`
    PaySuccess = 7,
    /// `PAY_FAILED`
    PayFailed = 8,
    /// `REFUND`
    Refund = 9,
    /// `PAY_TIMEOUT`
    PayTimeout = 10,
    /// `PAY_FINISH`
    PayFinish = 11,
    /// `SESSION_RENEWAL`
    SessionRenewal = 12,
}

const KINDS: [(&str, EventKind); 12] = [
    (
        "GET_DEFAULT_ACCOUNT_CREDIT_LIMIT",
        EventKind::CreditLimitQuery,
    ),
    ("PAY_START", EventKind::PayStart),
    ("ASSIGN_SUCCESS", EventKind::AssignSuccess),
    ("ASSIGN_FAILED", EventKind::AssignFailed),
    ("GET_BARCODE_SUCCESS", EventKind::GetBarcodeSuccess),
    ("GET_BARCODE_FAILED", EventKind::GetBarcodeFailed),
    ("PAY_SUCCESS", EventKind::PaySuccess),
    ("PAY_FAILED", EventKind::PayFailed),
    ("REFUND", EventKind::Refund),
    ("PAY_TIMEOUT", EventKind::PayTimeout),
    ("PAY_FINISH", EventKind::PayFinish),
    ("SESSION_RENEWAL", EventKind::SessionRenewal),
];

fn kind_of(type_name: &str) -> EventKind {
    let known = KINDS.iter().find(|(name, _)| *name == type_name);
    known.map_or(EventKind::Other, |(_, kind)| *kind)
}

/// The window when the configuration says nothing. The timestamp is not signed, so a narrow one keeps nobody out;
/// and the platform may repeat an event with its first timestamp, every 5 minutes and 10 times at most.
pub(super) const WINDOW_MS: i64 = 60 * 60 * 1000;

/// A genuine message, and the claim on it: see [`Event::done`].
pub struct Event {
    type_name: String,
    customer_token: Option<Secret>,
    trace_id: Option<String>,
    lang: Option<String>,
    timestamp_ms: i64,
    body: Json,
    raw_body: Vec<u8>,
    claim: Claim,
    key: usize,
}

impl Event {
    /// Makes the message final, once what it asks for is done and kept: the platform's next attempt is
    /// `Replayed`. An event dropped without it gives the message back, for the next attempt to act on. Does nothing
    /// for a credit-limit query, which nobody need finish, and for an event that was `Replayed`.
    ///
    /// # Errors
    /// `Busy` for an event that was `Busy`; `Replayed` when this event's claim had ended and another one was
    /// finished meanwhile: then the message was perhaps acted on twice.
    pub fn done(&self) -> Result<()> {
        self.claim.done()
    }

    /// What happened.
    pub fn kind(&self) -> EventKind {
        kind_of(&self.type_name)
    }

    /// The platform's name for what happened.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The event's id, the same when the platform sends it again.
    pub fn event_id(&self) -> Option<String> {
        self.text("event_id")
    }

    /// The platform's `platform_id`.
    pub fn platform_id(&self) -> Option<String> {
        self.text("platform_id")
    }

    /// The platform's `retry`, as text: how often, or whether, it sent the event before.
    pub fn retry(&self) -> Option<String> {
        self.text("retry")
    }

    /// The header `token`: the customer_token. A secret. It is not part of what is signed: who it names is a
    /// claim, not a fact.
    pub fn customer_token(&self) -> Option<&str> {
        self.customer_token.as_ref().map(Secret::expose)
    }

    /// The header `trace`.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// The header `lang`, of a credit-limit query.
    pub fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    /// When it was sent, in Unix milliseconds. The header is not part of what is signed.
    pub fn timestamp_ms(&self) -> i64 {
        self.timestamp_ms
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

    /// The member `data`.
    pub fn data(&self) -> Option<&Json> {
        self.body.get("data")
    }

    fn text(&self, name: &str) -> Option<String> {
        self.body.get(name).map(Json::to_text)
    }
}

impl CreditPay {
    /// Checks a message that claims to come from the platform, and claims it for `replay_claim_ms`: act on it, keep
    /// what came of it, and call [`Event::done`].
    ///
    /// The timestamp is not part of what is signed, so it proves nothing, and each event's signature is accepted
    /// once for as long as there is room to remember it, a day at the least. The same event sent again by
    /// the platform with another `retry` is a message of its own: keep `event_id` to act on it once.
    /// Credit-limit queries change nothing and legitimately repeat; only the same query with the same
    /// timestamp is a replay. Whoever recorded one can send it again with any timestamp and any
    /// customer token: the customer it names is a claim, not a fact.
    ///
    /// # Errors
    /// `InvalidArgument` for a path that has a host, a query or a fragment: it must be the one that went over the wire,
    /// percent-encoded, and nothing else. `BadSignature`, `Stale`; `Protocol` for a genuine message that cannot be read; with the event, `Replayed` (answer
    /// it as before, do not act on it again) and `Busy` (answer with failure: it will come again).
    pub fn verify(&self, message: &Inbound) -> std::result::Result<Event, Rejected<Event>> {
        let trace_id = message.headers.get("trace");
        self.inbound.accept(self.check(message), trace_id)
    }

    fn check(&self, message: &Inbound) -> Result<Genuine<impl FnOnce(Claim) -> Event + use<>>> {
        self.inbound.check_shape(message)?;
        check_path(&message.path)?;
        let signature = message
            .required_header("signature")
            .map_err(|e| self.misspelt(message, e))?;
        let timestamp = message.required_header("timestamp")?;
        let is_right = |key: &Key| key.verify(&message.path, &message.body, signature);
        let Some(place) = self.keys.which(is_right) else {
            let why = "it is not the one of this path and body; check that the path is the one the platform \
                       called, without host and query, and the body the raw bytes (explain tells more)";
            return Err(bad_signature("mismatch", why));
        };
        let timestamp_ms = self.inbound.check_timestamp(timestamp)?;
        let body = Json::parse(&message.body)?;
        let owned = |name| Ok::<_, Error>(message.header(name)?.map(str::to_owned));
        let type_name = body.required_text_at("type")?;
        let keep = match kind_of(&type_name) {
            EventKind::CreditLimitQuery => Keep::Repeatable,
            _ => Keep::ForGood,
        };
        let key = match keep {
            Keep::Repeatable => format!("creditpay {} {signature} {timestamp}", self.plat_id),
            _ => format!("creditpay {} {signature}", self.plat_id),
        };
        let customer_token = message.header("token")?.map(Secret::from);
        let trace_id = owned("trace")?;
        let lang = owned("lang")?;
        let raw_body = message.body.clone();
        let event = move |claim| Event {
            type_name,
            customer_token,
            trace_id,
            lang,
            timestamp_ms,
            body,
            raw_body,
            claim,
            key: place,
        };
        Ok(Genuine { key, keep, event })
    }

    /// An older document spells the header `signerature`; only `signature` counts.
    fn misspelt(&self, message: &Inbound, error: Error) -> Error {
        match message.headers.get("signerature") {
            Some(_) => bad_signature(
                "missing",
                "the header is `signerature`, of an older document: the platform must send `signature`",
            ),
            None => error,
        }
    }
}

/// Only the path is signed: whoever hands over more would look for a wrong key in vain.
fn check_path(path: &str) -> Result<()> {
    let what = if path.contains('#') {
        "has a fragment"
    } else if path.contains('?') {
        "has a query"
    } else if path.contains("://") || path.starts_with("//") {
        "has a host"
    } else if !path.starts_with('/') {
        "does not begin with /"
    } else {
        return Ok(());
    };
    let give = "give the path alone, percent-encoded as it was called, such as /callback";
    Err(Error::argument("path", format!("{what}: {give}")))
}
