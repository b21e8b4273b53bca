//! A one-time code: what it is asked for with, and what comes back.

use std::fmt;

use zeroize::Zeroizing;

use super::super::checks;
use crate::answer::Answer;
use crate::envelope::required_text;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Secret;

/// What the platform wants to know about a customer, to issue a code.
#[derive(Clone, Default)]
pub struct CodeRequest {
    /// Required: the caller's own unique customer number.
    pub customer_no: Option<String>,
    /// Required: the caller's user token, one to one with the user.
    pub customer_token: Option<Secret>,
    /// Required: when that token expires, Unix milliseconds, 13 digits.
    pub token_expire_ms: Option<i64>,
    /// Required: the caller's callback address.
    pub callback_url: Option<String>,
    /// Required: the end user's IPv4 or IPv6 address.
    pub client_ip: Option<String>,
    /// The same value as before gets the code issued before; another value a new one.
    pub session_sign: Option<String>,
    /// Picks one of the credit-limit cards.
    pub credit_limit_tag: Option<String>,
    /// Credit-limit cards; when given, they win over the endpoint configured at the platform.
    pub cards: Vec<Card>,
    /// The language of messages; the platform's default is `en-US`.
    pub lang: Option<String>,
}

/// A credit-limit card. Every field is required.
#[derive(Clone, Default)]
pub struct Card {
    /// The card's unique name.
    pub tag: Option<String>,
    /// A decimal number, such as `10001.23`.
    pub amount: Option<String>,
    /// The currency, such as `CNY`.
    pub currency: Option<String>,
    /// The address of an icon.
    pub icon: Option<String>,
    /// HTML that describes the card.
    pub input: Option<String>,
}

/// A one-time code.
#[derive(Clone)]
pub struct Code {
    ident_code: Secret,
    /// With the code in it.
    url: Secret,
    answer: Answer,
}

impl Code {
    /// The code in an answer.
    pub(super) fn read(answer: Answer) -> Result<Code> {
        Ok(Code {
            ident_code: Secret::new(required_text(&answer, "data.ident_code")?),
            url: Secret::new(required_text(&answer, "data.url")?),
            answer,
        })
    }

    /// The code itself.
    pub fn ident_code(&self) -> &str {
        self.ident_code.expose()
    }

    /// Where to send the user.
    pub fn url(&self) -> &str {
        self.url.expose()
    }

    /// The platform's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

/// The body that asks for a code. It holds the customer's token.
pub(super) fn code_body(request: &CodeRequest) -> Result<Zeroizing<Json>> {
    let customer_no = checks::required("customer_no", &request.customer_no)?;
    let customer_token = checks::required_secret("customer_token", &request.customer_token)?;
    let token_expire_ms = request
        .token_expire_ms
        .ok_or_else(|| Error::argument("token_expire_ms", "is missing"))?;
    if !(1_000_000_000_000..=9_999_999_999_999).contains(&token_expire_ms) {
        return Err(Error::argument(
            "token_expire_ms",
            "is not Unix milliseconds, 13 digits",
        ));
    }
    let callback_url = checks::required("callback_url", &request.callback_url)?;
    let client_ip = checks::required("client_ip", &request.client_ip)?;
    checks::ip("client_ip", client_ip)?;
    let cards = request
        .cards
        .iter()
        .map(card_body)
        .collect::<Result<Vec<_>>>()?;
    Ok(Zeroizing::new(Json::object([
        ("customer_no", Some(Json::string(customer_no))),
        ("customer_token", Some(Json::string(customer_token))),
        (
            "token_expire",
            Some(Json::Number(token_expire_ms.to_string())),
        ),
        ("callback_url", Some(Json::string(callback_url))),
        ("client_ip", Some(Json::string(client_ip))),
        ("session_sign", checks::optional_json(&request.session_sign)),
        (
            "credit_limit_tag",
            checks::optional_json(&request.credit_limit_tag),
        ),
        (
            "credit_limit_available_cards",
            (!cards.is_empty()).then_some(Json::Array(cards)),
        ),
    ])))
}

fn card_body(card: &Card) -> Result<Json> {
    let amount = checks::required("card amount", &card.amount)?;
    checks::decimal("card amount", amount)?;
    let text = |name: &str, value| {
        let text = checks::required(name, value)?;
        Ok::<_, Error>(Some(Json::string(text)))
    };
    Ok(Json::object([
        ("tag", text("card tag", &card.tag)?),
        ("amount", Some(Json::string(amount))),
        ("currency", text("card currency", &card.currency)?),
        ("icon", text("card icon", &card.icon)?),
        ("input", text("card input", &card.input)?),
    ]))
}

/// Not the code, nor the URL that holds it.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({:?})", self.answer)
    }
}
