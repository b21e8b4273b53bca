//! Business calls: any method and path below a platform's base URL, described before anything
//! is signed or sent.

use std::fmt;

use http::{HeaderName, Method};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::error::{Error, Result};
use crate::http::{Headers, HttpRequest, Repeat, fits_header};

/// What is escaped in a path: everything that a URL's path cannot hold. `%` stays, so that a
/// path that is escaped already, `%2F` included, goes out as it is.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'^')
    .add(b'[')
    .add(b']');

/// Headers that belong to the HTTP client or are set through the body.
const RESERVED: [&str; 6] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "user-agent",
];

/// A call of one of the platform's business endpoints.
#[derive(Clone)]
pub struct Call {
    /// The method, such as `POST`.
    pub method: String,
    /// The path below the base URL, beginning with a slash, without a query.
    pub path: String,
    /// Query parameters, unescaped, in order.
    pub query: Vec<(String, String)>,
    /// Extra headers. Those that libauth sets itself are refused.
    pub headers: Headers,
    /// The type of the body; by default `application/json`.
    pub content_type: Option<String>,
    /// The body, sent and signed byte for byte.
    pub body: Vec<u8>,
    /// Whether doing it twice does no harm: only then is it repeated once it may have arrived.
    pub idempotent: bool,
}

impl Call {
    /// A call without query, extra headers and body.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Call {
        Call {
            method: method.into(),
            path: path.into(),
            query: Vec::new(),
            headers: Headers::default(),
            content_type: None,
            body: Vec::new(),
            idempotent: false,
        }
    }

    /// What the call does is known to its caller only.
    pub(crate) fn repeat(&self) -> Repeat {
        if self.idempotent {
            Repeat::Freely
        } else {
            Repeat::Never
        }
    }

    /// The path as it goes over the wire, checked: it must stay below the base URL.
    pub(crate) fn wire_path(&self) -> Result<String> {
        let wrong = |what: &str| Error::argument("path", what);
        let path = &self.path;
        // Most paths have nothing in them that could be wrong, or has to be escaped.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
        if path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_plain) {
            return Ok(path.clone());
        }
        if !path.starts_with('/') {
            return Err(wrong(
                "must begin with / and lie below the base URL: a token never travels to another host",
            ));
        }
        if path.starts_with("//") || path.contains(['\\', '?', '#']) {
            return Err(wrong(
                "must be a plain path: the query goes into the query parameters",
            ));
        }
        if path.chars().any(char::is_control) {
            return Err(wrong("has control characters"));
        }
        let escaped_well = path
            .split('%')
            .skip(1)
            .all(|rest| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
        if !escaped_well {
            return Err(wrong(
                "has a % that is not followed by two hex digits: write it as %25",
            ));
        }
        // What a server makes of `%2e%2e` is not ours to bet on, nor of `%2F..` and `..;x`.
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        if decoded
            .split(['/', '\\'])
            .map(|segment| segment.split(';').next().unwrap_or_default())
            .any(|segment| segment == "." || segment == "..")
        {
            return Err(wrong("has . or .. in it: it must stay below the base URL"));
        }
        Ok(utf8_percent_encode(path, PATH).to_string())
    }

    /// The query with its question mark, or nothing.
    pub(crate) fn wire_query(&self) -> String {
        if self.query.is_empty() {
            return String::new();
        }
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        query.extend_pairs(&self.query);
        query.finish()
    }

    /// Path and query as they go over the wire.
    pub(crate) fn wire_target(&self) -> Result<String> {
        let mut target = self.wire_path()?;
        if !self.query.is_empty() {
            target += &self.wire_query();
        }
        Ok(target)
    }

    /// Checks method, extra headers (`own` are the platform's, which libauth sets).
    pub(crate) fn check(&self, own: &[&str]) -> Result<()> {
        let is_method = Method::from_bytes(self.method.as_bytes()).is_ok();
        if !is_method || self.method.eq_ignore_ascii_case("CONNECT") {
            return Err(Error::argument(
                "method",
                "is not an HTTP method such as POST",
            ));
        }
        for (name, value) in self.headers.iter() {
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                return Err(Error::argument(
                    "header name",
                    "has characters that a header name cannot hold",
                ));
            }
            header_value(&format!("header {name}"), value)?;
            if RESERVED
                .iter()
                .chain(own)
                .any(|reserved| reserved.eq_ignore_ascii_case(name))
            {
                return Err(Error::argument(
                    &format!("header {name}"),
                    "is set by libauth",
                ));
            }
        }
        if let Some(content_type) = &self.content_type {
            header_value("content_type", content_type)?;
        }
        Ok(())
    }

    /// The caller's headers and the body's type, behind those the platform wants.
    pub(crate) fn finish(&self, mut request: HttpRequest) -> HttpRequest {
        if !request.body().is_empty() {
            request = request.header(
                "Content-Type",
                self.content_type.as_deref().unwrap_or("application/json"),
            );
        }
        self.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

/// A value that can go into a header: no line breaks, no other control characters.
pub(crate) fn header_value(name: &str, value: &str) -> Result<()> {
    if fits_header(value) {
        return Ok(());
    }
    let problem = "has characters that a header cannot hold, such as a line break";
    Err(Error::argument(name, problem))
}

/// Bodies and headers may be secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Call({} {}, {} bytes)",
            self.method,
            self.path,
            self.body.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_base() {
        let wire = |path: &str| Call::new("GET", path).wire_path();
        assert_eq!(
            wire("/v1/订单 a/%2Fb").unwrap(),
            "/v1/%E8%AE%A2%E5%8D%95%20a/%2Fb"
        );
        for outside in [
            "",
            "v1",
            "https://evil.example/",
            "//evil.example/",
            "/../x",
            "/a/./b",
            "/%2e%2E/x",
            "/a/..%2fb",
            "/a/..;x=y/b",
            "/a%5c..%5cb",
            "\\\\evil",
            "/a?b=c",
            "/a#b",
            "/a\nb",
            "/a%",
            "/a%zz",
            "/a\0b",
        ] {
            let message = wire(outside).unwrap_err().message().to_owned();
            assert!(message.starts_with("path "), "{outside:?}: {message}");
        }
    }

    #[test]
    fn queries_are_escaped() {
        let mut call = Call::new("GET", "/a");
        call.query = vec![("name".into(), "中 &=".into()), ("b".into(), String::new())];
        assert_eq!(call.wire_query(), "?name=%E4%B8%AD+%26%3D&b=");
    }
}
