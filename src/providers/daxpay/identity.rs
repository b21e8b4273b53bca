//! Who a user is: what is asked for with an authorization code, where the user authorizes, and what
//! comes back.

use std::fmt;

use super::super::checks;
use crate::answer::Answer;
use crate::envelope::{optional_text, required_object, required_text};
use crate::error::Result;
use crate::json::Json;
use crate::secret::Secret;

/// An authorization code to exchange.
#[derive(Clone, Default)]
pub struct AuthRequest {
    /// Required: `ali_pay`, `wechat_pay`, `union_pay`, or any code the gateway knows; at most 32 characters.
    pub channel: Option<String>,
    /// Required: the one-time code; at most 200 characters.
    pub auth_code: Option<Secret>,
    /// Normally not sent; at most 128 characters.
    pub query_code: Option<String>,
    /// The end user's IPv4 or IPv6 address; some channels require it.
    pub client_ip: Option<String>,
}

/// What the address to authorize at depends on.
#[derive(Clone, Default)]
pub struct AuthUrlRequest {
    /// Required: as in [`AuthRequest`].
    pub channel: Option<String>,
    /// Where the user is sent back to.
    pub auth_redirect_url: Option<String>,
    /// The end user's IPv4 or IPv6 address.
    pub client_ip: Option<String>,
}

/// Whether the gateway has the identity yet. The numbers are part of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum IdentityStatus {
    /// A status this version does not know: see [`Identity::status_name`].
    Other = 0,
    /// `success`: the identity is there.
    Success = 1,
    /// `waiting`: the user has not authorized yet.
    Waiting = 2,
    /// `not_exist`: there is no such authorization.
    NotExist = 3,
}

/// An end user's identity.
#[derive(Clone)]
pub struct Identity {
    open_id: Option<String>,
    user_id: Option<String>,
    access_token: Option<Secret>,
    status_name: String,
    answer: Answer,
}

/// An address to authorize at.
#[derive(Clone, Debug)]
pub struct AuthUrl {
    url: String,
    query_code: Option<String>,
    answer: Answer,
}

impl Identity {
    /// The identity in an answer.
    pub(super) fn read(answer: Answer) -> Result<Identity> {
        required_object(&answer, "data")?;
        Ok(Identity {
            open_id: optional_text(&answer, "data.openId")?,
            user_id: optional_text(&answer, "data.userId")?,
            access_token: optional_text(&answer, "data.accessToken")?.map(Secret::new),
            status_name: required_text(&answer, "data.status")?,
            answer,
        })
    }

    /// The user's openId at the channel.
    pub fn open_id(&self) -> Option<&str> {
        self.open_id.as_deref()
    }

    /// The user's userId at the channel.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The channel's access token. A secret.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_ref().map(Secret::expose)
    }

    /// Whether the identity is there.
    pub fn status(&self) -> IdentityStatus {
        match self.status_name() {
            "success" => IdentityStatus::Success,
            "waiting" => IdentityStatus::Waiting,
            "not_exist" => IdentityStatus::NotExist,
            _ => IdentityStatus::Other,
        }
    }

    /// The gateway's word for the status.
    pub fn status_name(&self) -> &str {
        &self.status_name
    }

    /// The gateway's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl AuthUrl {
    /// The address in an answer.
    pub(super) fn read(answer: Answer) -> Result<AuthUrl> {
        Ok(AuthUrl {
            url: required_text(&answer, "data.authUrl")?,
            query_code: optional_text(&answer, "data.queryCode")?,
            answer,
        })
    }

    /// Where to send the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The code to ask for the result with.
    pub fn query_code(&self) -> Option<&str> {
        self.query_code.as_deref()
    }

    /// The gateway's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl AuthRequest {
    /// Its parameters.
    pub(super) fn params(&self) -> Result<Vec<(String, Json)>> {
        let channel = channel(&self.channel)?;
        let auth_code = checks::required_secret("auth_code", &self.auth_code)?;
        checks::at_most("auth_code", auth_code, 200)?;
        checks::at_most(
            "query_code",
            checks::optional(&self.query_code).unwrap_or_default(),
            128,
        )?;
        let params = [
            ("clientIp", client_ip(&self.client_ip)?),
            ("channel", Some(channel)),
            ("authCode", Some(Json::string(auth_code))),
            ("queryCode", checks::optional_json(&self.query_code)),
        ];
        Ok(owned(params))
    }
}

impl AuthUrlRequest {
    /// Its parameters.
    pub(super) fn params(&self) -> Result<Vec<(String, Json)>> {
        let params = [
            ("clientIp", client_ip(&self.client_ip)?),
            ("channel", Some(channel(&self.channel)?)),
            (
                "authRedirectUrl",
                checks::optional_json(&self.auth_redirect_url),
            ),
        ];
        Ok(owned(params))
    }
}

fn owned<const N: usize>(params: [(&str, Option<Json>); N]) -> Vec<(String, Json)> {
    params
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn channel(value: &Option<String>) -> Result<Json> {
    let channel = checks::required("channel", value)?;
    checks::at_most("channel", channel, 32)?;
    Ok(Json::string(channel))
}

fn client_ip(value: &Option<String>) -> Result<Option<Json>> {
    let Some(address) = checks::optional(value) else {
        return Ok(None);
    };
    checks::ip("client_ip", address)?;
    Ok(Some(Json::string(address)))
}

/// Not whose identity it is, and no token.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, {:?})", self.status_name, self.answer)
    }
}
