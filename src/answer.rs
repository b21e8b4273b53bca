//! What a platform said: the HTTP message and, where one could be read, the envelope in it.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroize;

use crate::http::{Headers, HttpResponse};
use crate::json::Json;
use crate::secret::{Wiped, mask, one_line};

/// A platform's answer. A clone is another handle to the same one.
#[derive(Clone)]
pub struct Answer {
    content: Arc<Content>,
    /// Beside the content, since secrets are blotted out of it for an error and not for a result.
    message: Option<Arc<str>>,
    is_verified: bool,
}

struct Content {
    response: HttpResponse,
    envelope: Option<Json>,
    code: Option<String>,
    trace_id: Option<String>,
}

/// The envelope may hold a token, as the body does.
impl Drop for Content {
    fn drop(&mut self) {
        self.envelope.zeroize();
        drop(Wiped::from(std::mem::take(&mut *self.response.body)));
    }
}

impl Answer {
    /// An answer of which only the HTTP side could be read.
    pub(crate) fn unread(response: HttpResponse) -> Answer {
        let content = Content {
            response,
            envelope: None,
            code: None,
            trace_id: None,
        };
        Answer {
            content: Arc::new(content),
            message: None,
            is_verified: false,
        }
    }

    pub(crate) fn new(
        response: HttpResponse,
        envelope: Json,
        code: String,
        message: Option<String>,
        trace_id: Option<String>,
    ) -> Answer {
        let content = Content {
            response,
            envelope: Some(envelope),
            code: Some(code),
            trace_id,
        };
        Answer {
            content: Arc::new(content),
            message: message.map(|text| one_line(&text).into()),
            is_verified: false,
        }
    }

    pub(crate) fn with_verified(mut self, is_verified: bool) -> Answer {
        self.is_verified = is_verified;
        self
    }

    /// Whether there was a signature of the platform over this answer and it is right. Most platforms sign no
    /// answers: then nothing but TLS vouches for it.
    pub fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// The platform's own code, as text.
    pub fn code(&self) -> Option<&str> {
        self.content.code.as_deref()
    }

    /// The platform's own message.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The trace or request id the platform gave.
    pub fn trace_id(&self) -> Option<&str> {
        self.content.trace_id.as_deref()
    }

    /// The HTTP status.
    pub fn http_status(&self) -> u16 {
        self.content.response.status
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &Headers {
        &self.content.response.headers
    }

    /// The body as received. It may hold tokens: do not log it.
    pub fn body(&self) -> &[u8] {
        &self.content.response.body
    }

    /// The whole envelope as JSON, when the body was JSON.
    pub fn envelope(&self) -> Option<&Json> {
        self.content.envelope.as_ref()
    }

    /// The envelope's `data`; absent or `null` is `None`.
    pub fn data(&self) -> Option<&Json> {
        self.envelope()?.get("data")
    }

    pub(crate) fn mask_message<'a>(&mut self, secrets: impl IntoIterator<Item = &'a str>) {
        self.message = self.message.take().map(|text| mask(&text, secrets).into());
    }
}

/// The code only: the rest may be secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Answer({}, code {:?}, {} bytes)",
            self.http_status(),
            self.code(),
            self.body().len()
        )
    }
}
