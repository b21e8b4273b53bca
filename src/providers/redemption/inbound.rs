//! What the redemption system sends to the user's server: the outcome of an authorization.

use super::Redemption;
use crate::error::{Error, Result};
use crate::inbound::{Claim, Genuine, Inbound, Keep, Rejected, bad_signature};
use crate::json::Json;
use crate::signing::redemption::string_to_sign;

/// A genuine message: the outcome of an authorization, and the claim on it: see [`Event::done`].
pub struct Event {
    serial_no: String,
    body: Json,
    raw_body: Vec<u8>,
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

    /// The serial number of the request this answers.
    pub fn serial_no(&self) -> &str {
        &self.serial_no
    }

    /// The user's openId at Alipay.
    pub fn open_id(&self) -> Option<String> {
        self.text("openId")
    }

    /// The merchant's own id of its customer.
    pub fn user_id(&self) -> Option<String> {
        self.text("userId")
    }

    /// Which key it was accepted under: 0 is the handle's own, 1 and on are the previous ones in the order they
    /// were added.
    pub fn key_index(&self) -> usize {
        self.key
    }

    /// The whole body: every field the platform sent.
    pub fn body(&self) -> &Json {
        &self.body
    }

    /// The body as received.
    pub fn raw_body(&self) -> &[u8] {
        &self.raw_body
    }

    fn text(&self, name: &str) -> Option<String> {
        self.body.get(name).map(Json::to_text)
    }
}

impl Redemption {
    /// Checks a callback that claims to come from the platform, and claims it for `replay_claim_ms`: act on it, keep
    /// what came of it, and call [`Event::done`].
    ///
    /// # Errors
    /// `BadSignature`, `Stale`; `InvalidConfig` when an RSA handle was made without the
    /// platform's public key; `Protocol` for a genuine message that cannot be read; with the event, `Replayed` (answer
    /// it as before, do not act on it again) and `Busy` (answer with failure: it will come again).
    pub fn verify(&self, message: &Inbound) -> std::result::Result<Event, Rejected<Event>> {
        self.inbound.accept(self.check(message), None)
    }

    fn check(&self, message: &Inbound) -> Result<Genuine<impl FnOnce(Claim) -> Event + use<>>> {
        let verifiers = self.verifiers()?;
        self.inbound.check_shape(message)?;
        let sign = message.required_header("sign")?;
        let nonce = message.required_header("nonce")?;
        let timestamp = message.required_header("timestamp")?;
        let business_id = message.required_header("businessId")?;
        let expected_type = verifiers.current().sign_type();
        match message.header("signType")? {
            Some(sign_type) if !sign_type.is_empty() && sign_type != expected_type => {
                let why = format!(
                    "the header `signType` is not {expected_type}, which this handle checks with"
                );
                return Err(bad_signature("mismatch", why));
            }
            _ => {}
        }
        if business_id != self.business_id {
            return Err(bad_signature(
                "mismatch",
                "the header `businessId` is not this handle's business_id",
            ));
        }
        // What is signed has no other mark between headers: with this one in it, a nonce could take in the
        // header behind it, and the same message would pass as another.
        if nonce.contains('&') {
            return Err(bad_signature(
                "mismatch",
                "the header `nonce` has a & in it",
            ));
        }
        let string = string_to_sign(|name| message.headers.get(name), &message.body);
        let Some(place) = verifiers.which(|key| key.verify(&string, sign)) else {
            let why = "`sign` is not the one of these headers and this body; check that the body is the raw \
                       bytes received (explain tells more)";
            return Err(bad_signature("mismatch", why));
        };
        self.inbound.check_timestamp(timestamp)?;
        let body = Json::parse(&message.body)?;
        let serial_no = body
            .at("serialNo")?
            .map(Json::to_text)
            .filter(|serial_no| !serial_no.is_empty());
        let serial_no = serial_no.ok_or_else(|| Error::protocol("`serialNo` is missing"))?;
        let raw_body = message.body.clone();
        Ok(Genuine {
            key: format!("redemption {business_id} {nonce}"),
            keep: Keep::Window,
            event: move |claim| Event {
                serial_no,
                body,
                raw_body,
                claim,
                key: place,
            },
        })
    }
}
