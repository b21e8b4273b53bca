//! Who a user is: what is asked for with an authorization code, where the user authorizes, and what
//! comes back.

use std::fmt;

use super::super::checks;
use crate::answer::Answer;
use crate::envelope::{optional_text, required_object, required_text};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Secret;

/// An authorization code to exchange. What the handle's edition does not have must be left out.
#[derive(Clone, Default)]
pub struct AuthRequest {
    /// Edition 3 alone, required: `ali_pay`, `wechat_pay`, `union_pay`, or any code the gateway knows; at most
    /// 32 characters.
    pub channel: Option<String>,
    /// Required: the one-time code; at most 200 characters. In edition open an openId that is known already
    /// does as well.
    pub auth_code: Option<Secret>,
    /// Normally not sent; at most 128 characters.
    pub query_code: Option<String>,
    /// Edition 3 alone: the end user's IPv4 or IPv6 address; some channels require it.
    pub client_ip: Option<String>,
    /// Edition open alone: the kind of authorization; at most 32 characters.
    pub auth_type: Option<String>,
    /// Edition open alone: an access token of the channel. A secret.
    pub access_token: Option<Secret>,
    /// Edition open alone: the user's identifier at UnionPay.
    pub union_identifier: Option<String>,
    /// Edition open alone: what [`AuthUrl::auth_token`] gave, to go on with that session, once; at most 64
    /// characters.
    pub auth_token: Option<Secret>,
}

/// What the address to authorize at depends on. What the handle's edition does not have must be left out.
#[derive(Clone, Default)]
pub struct AuthUrlRequest {
    /// Required: `ali_pay`, `wechat_pay`, `union_pay`, or any code the gateway knows; at most 32 characters.
    pub channel: Option<String>,
    /// Edition 3 alone: where the user is sent back to, as older documents call it.
    pub auth_redirect_url: Option<String>,
    /// Edition 3 alone: where the user is sent back to.
    pub auth_path: Option<String>,
    /// Edition 3 alone: the end user's IPv4 or IPv6 address.
    pub client_ip: Option<String>,
    /// The kind of authorization; at most 32 characters. Edition open takes WeChat's where there is none.
    pub auth_type: Option<String>,
    /// Edition open alone: the product; at most 32 characters.
    pub product: Option<String>,
    /// Edition open alone: the channel's application; at most 128 characters.
    pub op_app_id: Option<String>,
    /// Edition open alone: where the user is sent back to; at most 200 characters.
    pub return_path: Option<String>,
    /// Edition open alone: the capability; at most 32 characters.
    pub capability: Option<String>,
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
    /// `fail`: the channel refused.
    Fail = 4,
}

/// An end user's identity.
#[derive(Clone)]
pub struct Identity {
    open_id: Option<String>,
    user_id: Option<String>,
    access_token: Option<Secret>,
    return_path: Option<String>,
    status_name: String,
    answer: Answer,
}

/// An address to authorize at.
#[derive(Clone)]
pub struct AuthUrl {
    url: String,
    query_code: Option<String>,
    auth_token: Option<Secret>,
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
            return_path: optional_text(&answer, "data.returnPath")?,
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

    /// Where the session that asking for an address began wants the user to be sent (edition open).
    pub fn return_path(&self) -> Option<&str> {
        self.return_path.as_deref()
    }

    /// Whether the identity is there.
    pub fn status(&self) -> IdentityStatus {
        match self.status_name() {
            "success" => IdentityStatus::Success,
            "waiting" => IdentityStatus::Waiting,
            "not_exist" => IdentityStatus::NotExist,
            "fail" => IdentityStatus::Fail,
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
            auth_token: optional_text(&answer, "data.authToken")?.map(Secret::new),
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

    /// What restores the session in `auth` (edition open). A secret, good for once.
    pub fn auth_token(&self) -> Option<&str> {
        self.auth_token.as_ref().map(Secret::expose)
    }

    /// The gateway's answer.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl AuthRequest {
    /// Its parameters.
    pub(super) fn params(&self, is_open: bool) -> Result<Json> {
        let auth_code = checks::required_secret("auth_code", &self.auth_code)?;
        checks::at_most("auth_code", auth_code, 200)?;
        let auth_code = ("authCode", Some(Json::string(auth_code)));
        let query_code = (
            "queryCode",
            text("query_code", checks::optional(&self.query_code), 128)?,
        );
        if !is_open {
            only_in_open("auth_type", checks::optional(&self.auth_type))?;
            only_in_open("access_token", shown(&self.access_token))?;
            only_in_open("union_identifier", checks::optional(&self.union_identifier))?;
            only_in_open("auth_token", shown(&self.auth_token))?;
            return Ok(Json::object([
                ("clientIp", client_ip(&self.client_ip)?),
                ("channel", Some(channel(&self.channel)?)),
                auth_code,
                query_code,
            ]));
        }
        only_in_3("channel", checks::optional(&self.channel))?;
        only_in_3("client_ip", checks::optional(&self.client_ip))?;
        Ok(Json::object([
            auth_code,
            query_code,
            (
                "authType",
                text("auth_type", checks::optional(&self.auth_type), 32)?,
            ),
            ("accessToken", shown(&self.access_token).map(Json::string)),
            (
                "unionIdentifier",
                checks::optional_json(&self.union_identifier),
            ),
            (
                "authToken",
                text("auth_token", shown(&self.auth_token), 64)?,
            ),
        ]))
    }

    /// What of it is secret.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let all = [&self.auth_code, &self.access_token, &self.auth_token];
        all.into_iter().filter_map(shown)
    }
}

impl AuthUrlRequest {
    /// Its parameters.
    pub(super) fn params(&self, is_open: bool) -> Result<Json> {
        let channel = ("channel", Some(channel(&self.channel)?));
        let auth_type = (
            "authType",
            text("auth_type", checks::optional(&self.auth_type), 32)?,
        );
        if !is_open {
            only_in_open("product", checks::optional(&self.product))?;
            only_in_open("op_app_id", checks::optional(&self.op_app_id))?;
            only_in_open("return_path", checks::optional(&self.return_path))?;
            only_in_open("capability", checks::optional(&self.capability))?;
            return Ok(Json::object([
                ("clientIp", client_ip(&self.client_ip)?),
                channel,
                auth_type,
                ("authPath", checks::optional_json(&self.auth_path)),
                (
                    "authRedirectUrl",
                    checks::optional_json(&self.auth_redirect_url),
                ),
            ]));
        }
        only_in_3(
            "auth_redirect_url",
            checks::optional(&self.auth_redirect_url),
        )?;
        only_in_3("auth_path", checks::optional(&self.auth_path))?;
        only_in_3("client_ip", checks::optional(&self.client_ip))?;
        Ok(Json::object([
            channel,
            auth_type,
            (
                "product",
                text("product", checks::optional(&self.product), 32)?,
            ),
            (
                "opAppId",
                text("op_app_id", checks::optional(&self.op_app_id), 128)?,
            ),
            (
                "returnPath",
                text("return_path", checks::optional(&self.return_path), 200)?,
            ),
            (
                "capability",
                text("capability", checks::optional(&self.capability), 32)?,
            ),
        ]))
    }
}

fn only_in_open(name: &str, value: Option<&str>) -> Result<()> {
    of_the_other_edition(name, value, "open: this handle speaks edition 3")
}

fn only_in_3(name: &str, value: Option<&str>) -> Result<()> {
    of_the_other_edition(name, value, "3: this handle speaks edition open")
}

/// What the platform does not know would break its signature, or be ignored: neither is what was meant.
fn of_the_other_edition(name: &str, value: Option<&str>, which: &str) -> Result<()> {
    match value {
        None => Ok(()),
        Some(_) => Err(Error::argument(
            name,
            format!("is a parameter of edition {which}"),
        )),
    }
}

/// An optional parameter of at most `most` characters.
fn text(name: &str, value: Option<&str>, most: usize) -> Result<Option<Json>> {
    checks::at_most(name, value.unwrap_or_default(), most)?;
    Ok(value.map(Json::string))
}

/// An optional value that is secret.
fn shown(value: &Option<Secret>) -> Option<&str> {
    let value = value.as_ref().map(Secret::expose);
    value.filter(|value| !value.is_empty())
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

/// No token.
impl fmt::Debug for AuthUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthUrl({:?})", self.answer)
    }
}

/// Not whose identity it is, and no token.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, {:?})", self.status_name, self.answer)
    }
}
