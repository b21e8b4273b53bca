//! HTTP messages as values: what is sent, what comes back, and the platform's answer
//! in it. Whoever carries them (libauth's own transport or the user's) is not known here.

use std::fmt;

use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::error::{Error, Result, Status};
use crate::json::Json;
use crate::secret::{Secret, mask, one_line};

/// Names and values in the order they stand on the wire. Names compare without regard to case.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds a header behind the others.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first header of that name.
    pub fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every header of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The headers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The header at a position.
    pub fn nth(&self, index: usize) -> Option<(&str, &str)> {
        self.0.get(index).map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Headers {
        Headers(
            headers
                .into_iter()
                .map(|(n, v)| (n.into(), v.into()))
                .collect(),
        )
    }
}

/// A request, ready to be sent: by libauth, or by the user's own HTTP client.
///
/// The body must go out byte for byte as it stands here, since it is what was signed.
#[derive(Clone)]
pub struct HttpRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) trace_id: Option<String>,
    /// What it carries that is secret besides the handle's credentials, such as a one-time code: a
    /// platform may quote it in its message.
    pub(crate) secrets: Vec<Secret>,
    /// When it was built: a token's life counts from here.
    pub(crate) built: Moment,
}

impl HttpRequest {
    pub(crate) fn new(method: &str, url: String, body: Vec<u8>, built: Moment) -> HttpRequest {
        let body = Zeroizing::new(body);
        HttpRequest {
            method: method.to_owned(),
            url,
            headers: Headers::default(),
            body,
            trace_id: None,
            secrets: Vec::new(),
            built,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> HttpRequest {
        self.headers.add(name, value);
        self
    }

    pub(crate) fn trace_id(mut self, trace_id: &str) -> HttpRequest {
        self.trace_id = Some(trace_id.to_owned());
        self
    }

    pub(crate) fn secret(mut self, secret: &str) -> HttpRequest {
        self.secrets.push(Secret::new(secret));
        self
    }

    /// `GET`, `POST`, …
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The absolute URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers to send. `Host`, `Content-Length` and the like are left to the HTTP client.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body to send.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Headers and body hold credentials.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method, self.url)
    }
}

/// What came back over HTTP, before anybody looked into it.
#[derive(Clone)]
pub struct HttpResponse {
    /// The status, such as 200.
    pub status: u16,
    /// The headers in the order received.
    pub headers: Headers,
    /// The body as received.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HttpResponse({}, {} bytes)",
            self.status,
            self.body.len()
        )
    }
}

/// A platform's answer: the HTTP message and, where one could be read, the envelope in it.
#[derive(Clone)]
pub struct Answer {
    response: HttpResponse,
    envelope: Option<Json>,
    code: Option<String>,
    message: Option<String>,
    trace_id: Option<String>,
}

impl Answer {
    /// An answer of which only the HTTP side could be read.
    pub(crate) fn unread(response: HttpResponse) -> Answer {
        Answer {
            response,
            envelope: None,
            code: None,
            message: None,
            trace_id: None,
        }
    }

    pub(crate) fn new(
        response: HttpResponse,
        envelope: Json,
        code: String,
        message: Option<String>,
        trace_id: Option<String>,
    ) -> Answer {
        let message = message.map(|text| one_line(&text));
        Answer {
            response,
            envelope: Some(envelope),
            code: Some(code),
            message,
            trace_id,
        }
    }

    /// The platform's own code, as text.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The platform's own message.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The trace or request id the platform gave.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// The HTTP status.
    pub fn http_status(&self) -> u16 {
        self.response.status
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &Headers {
        &self.response.headers
    }

    /// The body as received. It may hold tokens: do not log it.
    pub fn body(&self) -> &[u8] {
        &self.response.body
    }

    /// The whole envelope as JSON, when the body was JSON.
    pub fn envelope(&self) -> Option<&Json> {
        self.envelope.as_ref()
    }

    /// The envelope's `data`; absent or `null` is `None`.
    pub fn data(&self) -> Option<&Json> {
        self.envelope.as_ref()?.get("data")
    }

    /// A text of the envelope that must be there, at a path such as `data.url`.
    pub(crate) fn required_text(&self, path: &str) -> Result<String> {
        self.in_envelope(|envelope| envelope.required_text_at(path))
    }

    /// A text of the envelope that may be absent.
    pub(crate) fn optional_text(&self, path: &str) -> Result<Option<String>> {
        self.in_envelope(|envelope| envelope.optional_text_at(path))
    }

    /// An object of the envelope that must be there.
    pub(crate) fn required_object(&self, path: &str) -> Result<()> {
        self.in_envelope(|envelope| match envelope.at(path)? {
            Some(Json::Object(_)) => Ok(()),
            Some(_) => Err(Error::protocol(format!("`{path}` is not an object"))),
            None => Err(Error::protocol(format!("`{path}` is missing"))),
        })
    }

    /// A look into the envelope; what is wrong with it is told together with the answer.
    pub(crate) fn in_envelope<T>(&self, look: impl FnOnce(&Json) -> Result<T>) -> Result<T> {
        look(self.envelope.as_ref().unwrap_or(&Json::Null)).map_err(|e| e.with_answer(self.clone()))
    }

    pub(crate) fn mask_message<'a>(&mut self, secrets: impl IntoIterator<Item = &'a str>) {
        self.message = self.message.take().map(|text| mask(&text, secrets));
    }
}

/// The code only: the rest may be secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Answer({}, code {:?}, {} bytes)",
            self.http_status(),
            self.code,
            self.body().len()
        )
    }
}

/// How a platform wraps its answers, as data: where code and message stand, and what each code means.
pub(crate) struct Envelope {
    /// The name of the code field.
    pub(crate) code: &'static str,
    /// The name of the message field.
    pub(crate) message: &'static str,
    /// The names a trace id may have.
    pub(crate) trace_id: &'static [&'static str],
    /// The code that means success.
    pub(crate) success: i64,
    /// The name of a field that is `false` in a failure whatever the code says.
    pub(crate) ok: Option<&'static str>,
    /// What the other codes mean; the rest are [`Status::Platform`].
    pub(crate) meanings: &'static [Meaning],
}

/// A platform code, the status it maps to, and what to do about it.
pub(crate) struct Meaning(pub(crate) i64, pub(crate) Status, pub(crate) &'static str);

impl Envelope {
    /// Opens an answer: finds the envelope, lets `verify` look at it, and tells success from failure.
    ///
    /// The body is looked at before the HTTP status, since platforms explain errors in it.
    pub(crate) fn open(
        &self,
        response: HttpResponse,
        verify: impl FnOnce(&Json) -> Result<()>,
    ) -> Result<Answer> {
        let status = response.status;
        let envelope = match self.find(&response) {
            Ok(envelope) => envelope,
            Err(e) => return Err(self.no_envelope(response, e)),
        };
        let code = envelope
            .get(self.code)
            .and_then(Json::as_i64)
            .expect("find() checked the code");
        let message = envelope.get(self.message).map(Json::to_text);
        let named = |name: &&str| {
            envelope
                .get(name)
                .map(Json::to_text)
                .filter(|id| !id.is_empty())
        };
        let trace_id = self.trace_id.iter().find_map(named);
        let verified = verify(&envelope);
        let ok = self.ok.and_then(|ok| envelope.get(ok)) != Some(&Json::Bool(false));
        let answer = Answer::new(response, envelope, code.to_string(), message, trace_id);
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

    fn find(&self, response: &HttpResponse) -> Result<Json> {
        let json = Json::parse(&response.body)?;
        match json.at(self.code)? {
            None => Err(Error::protocol(format!("`{}` is missing", self.code))),
            Some(code) if code.as_i64().is_none() => Err(Error::protocol(format!(
                "`{}` is not a whole number",
                self.code
            ))),
            Some(_) => Ok(json),
        }
    }

    fn no_envelope(&self, response: HttpResponse, why: Error) -> Error {
        let status = response.status;
        let what = match response.headers.get("content-type") {
            Some(kind) => format!("{kind}, {} bytes", response.body.len()),
            None => format!("{} bytes", response.body.len()),
        };
        let error = match status {
            200..=299 => Error::protocol(format!(
                "the answer cannot be read: {} ({what})",
                why.message()
            )),
            300..=399 => Error::new(
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
        Error::new(status, message).with_answer(answer)
    }
}

/// `code 500 "message"`, for error messages.
fn quote(answer: &Answer) -> String {
    let code = answer.code().unwrap_or_default();
    match answer.message() {
        Some(message) if !message.is_empty() => format!("code {code} \"{}\"", one_line(message)),
        _ => format!("code {code}"),
    }
}
