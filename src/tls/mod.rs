//! TLS around a connection: whom the library trusts, who it says it is, and what it says when either is refused.

mod identity;
mod messages;
mod session;
mod settings;
mod trust;
mod verifier;

pub(crate) use session::Session;
pub(crate) use settings::{Sessions, Settings};
