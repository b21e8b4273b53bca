//! The signed envelope of requests, answers and notifications.

use super::edition::Edition;
use super::{DaxPay, ResponseSignature};
use crate::answer::Answer;
use crate::call::Call;
use crate::clock::{Moment, format_civil, parse_civil};
use crate::envelope::{Envelope, Meaning};
use crate::error::{Error, Result, Status};
use crate::explain;
use crate::http::{HttpRequest, HttpResponse};
use crate::inbound::bad_signature;
use crate::json::{Json, Lent, Member, Part, to_body};
use crate::log::Level;
use crate::options::Options;
use crate::random;
use crate::signing::daxpay::with_plain_numbers;

/// How far the gateway's clock may be from ours before the log says so.
const CLOCK_WARNING_MS: i64 = 5 * 60 * 1000;

const ENVELOPE: Envelope = Envelope {
    code: "code",
    message: "msg",
    trace_id: &["traceId", "x-trace-id"],
    success: 0,
    ok: None,
    meanings: &[
        Meaning(
            10401,
            Status::Unauthorized,
            "check mch_no, app_id and the key",
        ),
        Meaning(10404, Status::Platform, "not found"),
        Meaning(10405, Status::Platform, "not found"),
        Meaning(10408, Status::Platform, NONCE_OR_CLOCK),
        Meaning(10409, Status::Platform, NONCE_OR_CLOCK),
        Meaning(10410, Status::Platform, NONCE_OR_CLOCK),
        Meaning(10411, Status::Platform, NONCE_OR_CLOCK),
        Meaning(10415, Status::Platform, "the body's type is not JSON"),
        Meaning(10500, Status::Platform, "a system error of the gateway"),
        Meaning(10505, Status::Platform, PARAMETER),
        Meaning(10506, Status::Platform, PARAMETER),
        Meaning(10507, Status::Platform, PARAMETER),
        Meaning(10512, Status::Platform, PARAMETER),
        Meaning(20000, Status::Platform, ""),
        Meaning(20011, Status::Platform, CHANNEL),
        Meaning(20012, Status::Platform, CHANNEL),
        Meaning(20013, Status::Platform, CHANNEL),
        Meaning(20021, Status::Platform, CONFIGURATION),
        Meaning(20022, Status::Platform, CONFIGURATION),
        Meaning(20023, Status::Platform, CONFIGURATION),
        Meaning(20024, Status::Platform, CONFIGURATION),
        Meaning(
            REFUSED_SIGNATURE,
            Status::Unauthorized,
            "the gateway refused our signature",
        ),
        Meaning(30000, Status::Platform, ""),
    ],
    time_codes: &[10408, 10409, 10410, 10411],
};

const REFUSED_SIGNATURE: i64 = 20052;
const NONCE_OR_CLOCK: &str =
    "refused for its nonce or its time: check the clock and daxpay_utc_offset_minutes";
const PARAMETER: &str = "a parameter is wrong";
const CHANNEL: &str = "the channel is unknown or disabled";
const CONFIGURATION: &str = "the channel's configuration at the gateway is wrong";

impl DaxPay {
    /// Adds the common parameters and the signature. Only what the gateway knows may be sent:
    /// anything else is missing from its string to sign.
    pub(super) fn signed<'a>(
        &self,
        method: &str,
        target: &str,
        params: impl ExactSizeIterator<Item = (&'a str, Lent<'a>)> + Clone,
        options: &Options,
    ) -> Result<HttpRequest> {
        let now = Moment::now(self.client.clock());
        let req_time = format_civil(now.unix_ms, self.utc_offset_minutes).ok_or_else(|| {
            Error::config("clock", "says a time that is not in a four-digit year")
        })?;
        let nonce = random::hex_id();
        let given = options.trace_id();
        let request_id = match self.edition {
            Edition::Three(_) => None,
            Edition::Open(..) => Some(given.map_or_else(random::uuid, str::to_owned)),
        };
        let is_own = |name: &str| params.clone().any(|(own, _)| own == name);
        let common = [
            ("appId", self.app_id.as_deref().filter(|_| !is_own("appId"))),
            ("mchNo", self.mch_no.as_deref().filter(|_| !is_own("mchNo"))),
            ("reqId", request_id.as_deref()),
            ("nonceStr", Some(&*nonce)),
            ("reqTime", Some(&*req_time)),
        ];
        let mut members = Vec::with_capacity(common.len() + params.len() + 1);
        let common = common.into_iter();
        members.extend(common.filter_map(|(name, value)| Some((name, Lent::Text(value?)))));
        for param in params {
            members.push(param);
        }
        let sign = self.edition.sign(&members)?;
        members.push(("sign", Lent::Text(&sign)));
        let body = to_body(&members);
        let mut request = self.client.request_at(now, method, target, body);
        let own = request_id.unwrap_or(nonce);
        request.trace_id = Some(given.map_or(own, str::to_owned));
        Ok(request.header("Content-Type", "application/json"))
    }

    /// Opens an answer: its signature is checked as the edition and the settings say.
    pub(super) fn open(&self, request: &HttpRequest, response: HttpResponse) -> Result<Answer> {
        self.opened(request, response, false)
    }

    /// As [`DaxPay::open`], for the two endpoints whose answers edition open leaves unsigned.
    pub(super) fn open_unsigned(
        &self,
        request: &HttpRequest,
        response: HttpResponse,
    ) -> Result<Answer> {
        self.opened(request, response, self.edition.is_open())
    }

    fn opened(
        &self,
        request: &HttpRequest,
        response: HttpResponse,
        may_be_unsigned: bool,
    ) -> Result<Answer> {
        let opened = ENVELOPE.open(response, |envelope| {
            let key = match self.edition {
                Edition::Three(_) => self.verify_members(envelope, self.response_signature)?,
                Edition::Open(..) => self.verify_answer(envelope, may_be_unsigned)?,
            };
            Ok(key.is_some())
        });
        let answer = opened.as_ref().map_or_else(Error::answer, Some);
        if let Some(answer) = answer {
            self.compare_clocks(answer);
        }
        opened.map_err(|error| self.explained(request, error))
    }

    /// Checks `sign` over the members of an envelope; by which key it is, if it is there.
    pub(super) fn verify_members(
        &self,
        envelope: &Json,
        policy: ResponseSignature,
    ) -> Result<Option<usize>> {
        match envelope.text_at("sign") {
            Ok(Some(sign)) if !sign.is_empty() => self.edition.verify(envelope, sign).map(Some),
            Ok(_) if policy == ResponseSignature::IfPresent => Ok(None),
            Ok(_) if self.edition.is_open() => Err(bad_signature("missing", "there is no `sign`")),
            Ok(_) => {
                let why = "there is no `sign` (a gateway of edition 2 never has one in its answers); if your gateway does not sign, set daxpay_response_signature to `if present`";
                Err(bad_signature("missing", why))
            }
            Err(_) => Err(bad_signature("mismatch", "`sign` is not a string")),
        }
    }

    /// As [`DaxPay::verify_members`] for an answer of edition open: a success must be signed, but at the two
    /// endpoints that the platform itself leaves unsigned. A failure need not be: there was a time when none was.
    fn verify_answer(&self, envelope: &Json, may_be_unsigned: bool) -> Result<Option<usize>> {
        let key = self.verify_members(envelope, ResponseSignature::IfPresent)?;
        let code = envelope.get("code").map(Json::to_text).unwrap_or_default();
        let is_success = code.bytes().all(|digit| digit == b'0');
        if key.is_some() || !is_success {
            return Ok(key);
        }
        if !may_be_unsigned {
            let why = "there is no `sign`, and a success must have one";
            return Err(bad_signature("missing", why));
        }
        if !self.client.is_private() {
            let why = "this endpoint's answers have no `sign`, and without TLS nothing else vouches for them: use https";
            return Err(bad_signature("missing", why));
        }
        Ok(None)
    }

    /// A refusal of our signature, with what may be wrong about it.
    fn explained(&self, request: &HttpRequest, error: Error) -> Error {
        let code = error.answer().and_then(Answer::code);
        let is_refusal = code.and_then(|code| code.parse().ok()) == Some(REFUSED_SIGNATURE);
        if !is_refusal || error.status() != Status::Unauthorized {
            return error;
        }
        let message = match self.edition {
            Edition::Three(_) => format!(
                "{}: check sign_key and algorithm; a gateway of edition 2 (daxpay-single-sdk 2.0) signs by the 2.0 rule, which libauth does not speak, and one of edition open with RSA",
                error.message()
            ),
            Edition::Open(..) => match difference(request, &error) {
                // Without the whole string in front, which would leave no room for the place.
                Some(place) => {
                    format!("code {REFUSED_SIGNATURE}: the gateway refused our signature: {place}")
                }
                None => format!(
                    "{}: check private_key, and that the platform has its public half",
                    error.message()
                ),
            },
        };
        error.with_message(message)
    }

    /// A time of the gateway: as the rule has it, in the gateway's zone, or as ISO 8601, which older gateways of
    /// edition open write.
    pub(super) fn time_ms(&self, text: &str) -> Option<i64> {
        let civil = parse_civil(text, self.utc_offset_minutes);
        if civil.is_some() || !self.edition.is_open() {
            return civil;
        }
        let (civil, rest) = text.split_at_checked(19)?;
        let zone = match rest.strip_prefix('.') {
            Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        let minutes = match zone {
            "" => self.utc_offset_minutes,
            "Z" => 0,
            _ => {
                let (hours, minutes) = zone.get(1..)?.split_once(':')?;
                let total = hours.parse::<u8>().ok()?;
                let total = i32::from(total) * 60 + i32::from(minutes.parse::<u8>().ok()?);
                match zone.as_bytes()[0] {
                    b'+' => total,
                    b'-' => -total,
                    _ => return None,
                }
            }
        };
        parse_civil(&civil.replacen('T', " ", 1), minutes)
    }

    fn compare_clocks(&self, answer: &Answer) {
        let time = answer
            .envelope()
            .and_then(|envelope| envelope.get("resTime")?.as_str());
        let Some(gateway_ms) = time.and_then(|text| self.time_ms(text)) else {
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

/// Where the string that the gateway signed, and quotes in its refusal, parts from ours.
fn difference(request: &HttpRequest, error: &Error) -> Option<String> {
    let envelope = error.answer()?.envelope()?;
    let said = envelope.get("msg").or_else(|| envelope.get("message"))?;
    let theirs = explain::quoted_string(said.as_str()?)?;
    let explanation = explain::daxpay_open_string(request.body(), theirs).ok()?;
    Some(explanation.message().to_owned())
}

/// The caller's own parameters. Edition 3 refuses empty strings, since the platform's text and its
/// code disagree on whether they are signed; nulls are left out, and so are zeros behind a decimal.
pub(super) fn business_params(call: &Call, is_open: bool) -> Result<Vec<Member<'_>>> {
    if call.body.is_empty() {
        return Ok(Vec::new());
    }
    let members = Json::parse_members(&call.body)
        .map_err(|e| Error::argument("body", format!("is {e}")))?
        .ok_or_else(|| {
            let why = "is not a JSON object of the endpoint's parameters";
            Error::argument("body", why)
        })?;
    for (name, value) in &members {
        let is_ours = match is_open {
            false => ["sign", "nonceStr", "reqTime"].contains(&&**name),
            true => {
                ["reqId", "nonceStr", "reqTime"].contains(&&**name)
                    || name.eq_ignore_ascii_case("sign")
            }
        };
        if is_ours {
            return Err(Error::argument(
                "body",
                format!("has `{name}`, which libauth adds itself"),
            ));
        }
        if !is_open && matches!(value, Part::Text(text) if text.is_empty()) {
            return Err(Error::argument(
                "body",
                format!("has an empty `{name}`: leave it out"),
            ));
        }
    }
    let with_plain_numbers = |(name, value)| match value {
        Part::Value(Json::Null) => None,
        Part::Value(value @ Json::Bool(_)) => Some((name, Part::Value(value))),
        Part::Value(value) => Some((name, Part::Value(with_plain_numbers(&value)))),
        text => Some((name, text)),
    };
    Ok(members.into_iter().filter_map(with_plain_numbers).collect())
}
