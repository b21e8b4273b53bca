//! HTTP messages as values: what is sent and what comes back. Whoever carries them (libauth's own
//! transport or the user's) is not known here.

use std::fmt;

use ::http::HeaderValue;
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::secret::{Secret, Wiped};

/// Names and values in the order they stand on the wire. Names compare without regard to case.
/// The values are wiped from memory on drop: some are credentials.
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

impl Drop for Headers {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            drop(Wiped::from(std::mem::take(value)));
        }
    }
}

/// Whether a value can go into a header: no line breaks, no other control characters.
pub(crate) fn fits_header(value: &str) -> bool {
    HeaderValue::from_str(value).is_ok()
}

/// May a request be repeated once it may have reached the platform? (The table in
/// `docs/repeating.md`.) A request that never left may always be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Yes: doing it twice does no harm.
    Freely,
    /// No: it has one-time input, so an answer that got lost leaves the outcome unknown.
    /// A 429 is a refusal before anything happened, and its `Retry-After` is honoured.
    UnlessSent,
    /// No, and not after a 429 either: what the call does is not ours to know.
    Never,
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
    pub(crate) repeat: Repeat,
}

/// The body in one stroke.
impl Drop for HttpRequest {
    fn drop(&mut self) {
        drop(Wiped::from(std::mem::take(&mut *self.body)));
    }
}

impl HttpRequest {
    pub(crate) fn new(
        method: &str,
        url: String,
        body: Zeroizing<Vec<u8>>,
        built: Moment,
    ) -> HttpRequest {
        HttpRequest {
            method: method.to_owned(),
            url,
            headers: Headers(Vec::with_capacity(8)),
            body,
            trace_id: None,
            secrets: Vec::new(),
            built,
            repeat: Repeat::Never,
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
    /// The body as received. It may hold a token, so it is wiped from memory on drop.
    pub body: Zeroizing<Vec<u8>>,
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
