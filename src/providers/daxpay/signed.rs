//! The signed envelope of requests, answers and notifications.

use zeroize::Zeroizing;

use super::{DaxPay, ResponseSignature};
use crate::answer::Answer;
use crate::call::Call;
use crate::clock::{format_civil, parse_civil};
use crate::envelope::{Envelope, Meaning};
use crate::error::{Error, Result, Status};
use crate::http::{HttpRequest, HttpResponse};
use crate::inbound::bad_signature;
use crate::json::Json;
use crate::log::Level;
use crate::options::Options;
use crate::random;
use crate::signing::daxpay::with_plain_numbers;

/// How far the gateway's clock may be from ours before the log says so.
const CLOCK_WARNING_MS: i64 = 5 * 60 * 1000;

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "msg",
    trace_id: &["traceId"],
    success: 0,
    ok: None,
    meanings: &[
        Meaning(10401, Status::Unauthorized, "check app_id and mch_no"),
        Meaning(10404, Status::Platform, "not found"),
        Meaning(10405, Status::Platform, "not found"),
        Meaning(10500, Status::Platform, "a system error of the gateway"),
        Meaning(10505, Status::Platform, "a parameter is wrong"),
        Meaning(10506, Status::Platform, "a parameter is wrong"),
        Meaning(20000, Status::Platform, ""),
        Meaning(
            20011,
            Status::Platform,
            "the channel is unknown or disabled",
        ),
        Meaning(
            20021,
            Status::Platform,
            "the channel is unknown or disabled",
        ),
        Meaning(
            20023,
            Status::Platform,
            "the channel's configuration at the gateway is wrong",
        ),
        Meaning(
            20024,
            Status::Platform,
            "the channel's configuration at the gateway is wrong",
        ),
        Meaning(
            20052,
            Status::Unauthorized,
            "the gateway refused our signature: check sign_key and algorithm",
        ),
        Meaning(30000, Status::Platform, ""),
    ],
    time_codes: &[],
};

impl DaxPay {
    /// Adds the common parameters and the signature. Only what the gateway knows may be sent:
    /// anything else is missing from its string to sign.
    pub(super) fn signed(
        &self,
        method: &str,
        target: &str,
        params: Vec<(String, Json)>,
        options: &Options,
    ) -> Result<HttpRequest> {
        let now_ms = self.client.clock().unix_ms();
        let req_time = format_civil(now_ms, self.utc_offset_minutes).ok_or_else(|| {
            Error::config("clock", "says a time that is not in a four-digit year")
        })?;
        let nonce = random::hex_id();
        let mut members = vec![
            ("appId".to_owned(), Json::string(&self.app_id)),
            ("nonceStr".to_owned(), Json::string(&nonce)),
            ("reqTime".to_owned(), Json::string(req_time)),
        ];
        members.extend(
            self.mch_no
                .as_ref()
                .map(|mch_no| ("mchNo".to_owned(), Json::string(mch_no))),
        );
        members.retain(|(name, _)| params.iter().all(|(own, _)| own != name));
        members.extend(params);
        let mut object = Zeroizing::new(Json::Object(members));
        let sign = self.key.sign(&object);
        if let Json::Object(members) = &mut *object {
            members.push(("sign".to_owned(), Json::string(sign)));
        }
        let request = self.client.request(method, target, object.to_body());
        Ok(request
            .trace_id(options.trace_id().unwrap_or(&nonce))
            .header("Content-Type", "application/json"))
    }

    /// Opens an answer: its signature is checked as the settings say.
    pub(super) fn open(&self, response: HttpResponse) -> Result<Answer> {
        let opened = ENVELOPE.open(response, |envelope| {
            self.verify_members(envelope, self.response_signature)
        });
        let answer = opened.as_ref().map_or_else(Error::answer, Some);
        if let Some(answer) = answer {
            self.compare_clocks(answer);
        }
        opened
    }

    /// Checks `sign` over the members of an envelope.
    pub(super) fn verify_members(&self, envelope: &Json, policy: ResponseSignature) -> Result<()> {
        match envelope.text_at("sign") {
            Ok(Some(sign)) if !sign.is_empty() => {
                if self.key.verify(envelope, sign) {
                    return Ok(());
                }
                let algorithm = self.key.algorithm().name();
                Err(bad_signature(
                    "mismatch",
                    format!(
                        "`sign` is not the {algorithm} of the other members with this sign_key"
                    ),
                ))
            }
            Ok(_) if policy == ResponseSignature::IfPresent => Ok(()),
            Ok(_) => {
                let why = "there is no `sign`; if your gateway does not sign, set daxpay_response_signature to `if present`";
                Err(bad_signature("missing", why))
            }
            Err(_) => Err(bad_signature("mismatch", "`sign` is not a string")),
        }
    }

    fn compare_clocks(&self, answer: &Answer) {
        let time = answer
            .envelope()
            .and_then(|envelope| envelope.get("resTime")?.as_str());
        let Some(gateway_ms) = time.and_then(|text| parse_civil(text, self.utc_offset_minutes))
        else {
            return;
        };
        let ahead_ms = self.client.clock().unix_ms() - gateway_ms;
        if ahead_ms.abs() > CLOCK_WARNING_MS {
            self.client.log(Level::Warn, || {
                format!("resTime is {} s away from this machine's clock: check the clock and daxpay_utc_offset_minutes", ahead_ms.abs() / 1000)
            });
        }
    }
}

/// The caller's own parameters. Empty strings are refused, since the platform's text and its
/// code disagree on whether they are signed; nulls are left out, and so are zeros behind a decimal.
pub(super) fn business_params(call: &Call) -> Result<Vec<(String, Json)>> {
    if call.body.is_empty() {
        return Ok(Vec::new());
    }
    let body = Json::parse(&call.body).map_err(|e| Error::argument("body", format!("is {e}")))?;
    let Json::Object(members) = body else {
        return Err(Error::argument(
            "body",
            "is not a JSON object of the endpoint's parameters",
        ));
    };
    for (name, value) in &members {
        if ["sign", "nonceStr", "reqTime"].contains(&name.as_str()) {
            return Err(Error::argument(
                "body",
                format!("has `{name}`, which libauth adds itself"),
            ));
        }
        if *value == Json::string("") {
            return Err(Error::argument(
                "body",
                format!("has an empty `{name}`: leave it out"),
            ));
        }
    }
    Ok(members
        .into_iter()
        .filter(|(_, value)| *value != Json::Null)
        .map(|(name, value)| match value {
            Json::String(_) | Json::Bool(_) => (name, value),
            other => (name, with_plain_numbers(&other)),
        })
        .collect())
}
