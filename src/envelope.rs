//! How platforms wrap their answers, and what of it is an error.

use crate::answer::Answer;
use crate::error::{Error, Result, Status};
use crate::http::HttpResponse;
use crate::json::{Json, JsonError};
use crate::secret::one_line;

/// How a platform wraps its answers, as data: where code and message stand, and what each code means.
pub(crate) struct Envelope {
    /// The name of the code field.
    pub(crate) code: &'static str,
    /// The name of the message field; `message` is read where it is not there.
    pub(crate) message: &'static str,
    /// The names a trace id may have, in the envelope or as a header.
    pub(crate) trace_id: &'static [&'static str],
    /// The code that means success.
    pub(crate) success: i64,
    /// The name of a field that is `false` in a failure whatever the code says.
    pub(crate) ok: Option<&'static str>,
    /// What the other codes mean; the rest are [`Status::Platform`].
    pub(crate) meanings: &'static [Meaning],
    /// The codes with which a wrong timestamp may be refused, besides those whose message says so.
    pub(crate) time_codes: &'static [i64],
}

/// A platform code, the status it maps to, and what to do about it.
pub(crate) struct Meaning(pub(crate) i64, pub(crate) Status, pub(crate) &'static str);

impl Envelope {
    /// Opens an answer: finds the envelope, lets `verify` look at it, and tells success from failure.
    ///
    /// `verify` says whether it found a right signature of the platform over the envelope.
    ///
    /// The body is looked at before the HTTP status, since platforms explain errors in it.
    pub(crate) fn open(
        &self,
        response: HttpResponse,
        verify: impl FnOnce(&Json) -> Result<bool>,
    ) -> Result<Answer> {
        let status = response.status;
        let (code, envelope) = match self.find(&response) {
            Ok(found) => found,
            Err(e) => return Err(no_envelope(response, &e)),
        };
        let message = envelope
            .get(self.message)
            .or_else(|| envelope.get("message"))
            .map(Json::to_text);
        let named = |name: &&str| {
            envelope
                .get(name)
                .map(Json::to_text)
                .filter(|id| !id.is_empty())
        };
        let header = |name: &&str| response.headers.get(name).map(str::to_owned);
        let trace_id = self.trace_id.iter().find_map(named);
        let trace_id = trace_id.or_else(|| self.trace_id.iter().find_map(header));
        let verified = verify(&envelope);
        let ok = self.ok.and_then(|ok| envelope.get(ok)) != Some(&Json::Bool(false));
        let is_verified = verified.as_ref().is_ok_and(|is_verified| *is_verified);
        let answer = Answer::new(response, envelope, code.to_string(), message, trace_id)
            .with_verified(is_verified);
        if let Err(e) = verified {
            let said = if code == self.success {
                String::new()
            } else {
                format!(" (it says {})", quote(&answer))
            };
            let message = format!("{}{said}", e.message());
            return Err(e.with_message(message).with_answer(answer));
        }
        if status == 429 {
            let message = format!("the platform asks for fewer calls: {}", quote(&answer));
            return Err(Error::new(Status::RateLimited, message).with_answer(answer));
        }
        if code != self.success || !ok {
            return Err(self.refused(code, answer));
        }
        if !(200..300).contains(&status) {
            let message =
                format!("HTTP {status} with an envelope that says success: not taken as one");
            return Err(Error::new(Status::Http, message).with_answer(answer));
        }
        Ok(answer)
    }

    /// The code, which some deployments write as a string of digits, and the envelope it stands in.
    fn find(&self, response: &HttpResponse) -> std::result::Result<(i64, Json), JsonError> {
        let json = Json::parse(&response.body)?;
        let code = match json.at(self.code)? {
            None => return Err(JsonError::new(format!("`{}` is missing", self.code))),
            Some(Json::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            Some(code) => code.as_i64(),
        };
        match code {
            Some(code) => Ok((code, json)),
            None => Err(JsonError::new(format!(
                "`{}` is not a whole number",
                self.code
            ))),
        }
    }

    fn refused(&self, code: i64, answer: Answer) -> Error {
        let known = self.meanings.iter().find(|meaning| meaning.0 == code);
        let (status, advice) = match known {
            Some(Meaning(_, status, advice)) => (*status, *advice),
            // A refused token is HTTP 401 whatever the envelope calls it.
            None if answer.http_status() == 401 => (Status::Unauthorized, ""),
            None => (Status::Platform, ""),
        };
        let said = quote(&answer);
        let message = if advice.is_empty() {
            said
        } else {
            format!("{said}: {advice}")
        };
        Error::new(status, message)
            .with_time_doubt(self.time_codes.contains(&code))
            .with_answer(answer)
    }
}

/// The error of an answer in which no envelope can be found.
fn no_envelope(response: HttpResponse, why: &JsonError) -> Error {
    let status = response.status;
    let what = match response.headers.get("content-type") {
        Some(kind) => format!("{kind}, {} bytes", response.body.len()),
        None => format!("{} bytes", response.body.len()),
    };
    let error = match status {
        200..=299 => Error::protocol(format!("the answer cannot be read: {why} ({what})")),
        300..=303 | 305..=399 => Error::new(
            Status::Http,
            format!(
                "HTTP {status}: the base URL redirects, and redirects are not followed; configure the final address"
            ),
        ),
        401 => Error::new(
            Status::Unauthorized,
            format!("HTTP 401 without an envelope ({what})"),
        ),
        429 => Error::new(
            Status::RateLimited,
            format!("HTTP 429: the platform asks for fewer calls ({what})"),
        ),
        _ => Error::new(
            Status::Http,
            format!("HTTP {status} without an envelope of the platform ({what})"),
        ),
    };
    error.with_answer(Answer::unread(response))
}

/// `code 500 "message"`, for error messages.
fn quote(answer: &Answer) -> String {
    let code = answer.code().unwrap_or_default();
    match answer.message() {
        Some(message) if !message.is_empty() => format!("code {code} \"{}\"", one_line(message)),
        _ => format!("code {code}"),
    }
}

/// A text of the envelope that must be there, at a path such as `data.url`.
pub(crate) fn required_text(answer: &Answer, path: &str) -> Result<String> {
    in_envelope(answer, |envelope| Ok(envelope.required_text_at(path)?))
}

/// A text of the envelope that may be absent.
pub(crate) fn optional_text(answer: &Answer, path: &str) -> Result<Option<String>> {
    in_envelope(answer, |envelope| Ok(envelope.optional_text_at(path)?))
}

/// An object of the envelope that must be there.
pub(crate) fn required_object(answer: &Answer, path: &str) -> Result<()> {
    in_envelope(answer, |envelope| match envelope.at(path)? {
        Some(Json::Object(_)) => Ok(()),
        Some(_) => Err(Error::protocol(format!("`{path}` is not an object"))),
        None => Err(Error::protocol(format!("`{path}` is missing"))),
    })
}

/// A look into the envelope; what is wrong with it is told together with the answer.
pub(crate) fn in_envelope<T>(answer: &Answer, look: impl FnOnce(&Json) -> Result<T>) -> Result<T> {
    look(answer.envelope().unwrap_or(&Json::Null)).map_err(|e| e.with_answer(answer.clone()))
}
