//! Why a signature is wrong: the string that was signed beside the one that should have been.
//!
//! The sandbox tries a few mistakes of its own. A program that knows more, such as the `libauth` command,
//! gives it an [`Explainer`].

mod tries;

use serde_json::{Value, json};

use super::http::Request;
use super::state::{Expected, Recorded};

/// A request whose signature is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The platform's name in the URL, such as `daxpay-md5`.
    pub platform: &'a str,
    /// The request as it was received.
    pub request: &'a Request,
    /// The path below the platform's base, without a query.
    pub path: &'a str,
    /// What the platform expected.
    pub expected: &'a Expected,
}

/// What explains a wrong signature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explained {
    /// The mistakes by name, such as `KEY_MISSING`; empty when none is known that makes the signature.
    pub mistakes: Vec<String>,
    /// One line for a person.
    pub message: String,
    /// The string that was signed, with the key masked, if it is known.
    pub signed: Option<String>,
}

/// Names the mistake in a signature; asked when somebody looks at a refused request.
pub trait Explainer: Send + Sync {
    /// `None` leaves the answer to the sandbox's own tries.
    fn explain(&self, question: &Question) -> Option<Explained>;
}

/// The signature that came with a request.
pub fn received_signature(platform: &str, request: &Request) -> Option<String> {
    match platform.split('-').next() {
        Some("creditpay") => request.header("signature").map(str::to_owned),
        Some("redemption") => request.header("sign").map(str::to_owned),
        _ => {
            let body: Value = serde_json::from_slice(&request.body).ok()?;
            body["sign"].as_str().map(str::to_owned)
        }
    }
}

/// Everything that the page shows of a wrong signature; null when the signature was not what was wrong.
pub fn why(recorded: &Recorded, path: &str, explainer: Option<&dyn Explainer>) -> Value {
    let Some(expected) = &recorded.expected else {
        return Value::Null;
    };
    let question = Question {
        platform: &recorded.platform,
        request: &recorded.request,
        path: path.split('?').next().unwrap_or_default(),
        expected,
    };
    let explained = explainer.and_then(|explainer| explainer.explain(&question));
    let explained = explained
        .or_else(|| tries::explain(&question))
        .unwrap_or_default();
    json!({
        "expected_string": expected.string_to_sign,
        "expected_signature": expected.signature,
        "received_string": explained.signed,
        "received_signature": received_signature(&recorded.platform, &recorded.request),
        "mistakes": explained.mistakes,
        "message": explained.message,
    })
}
