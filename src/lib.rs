//! Log in to, sign for and verify messages from five Chinese partner platforms.
//!
//! `providers` holds one file per platform: start there. `signing` holds the strings and
//! signatures as pure functions, `explain` names what is wrong with somebody else's. `client` is the loop every call goes through, `transport` the one
//! file that knows the HTTP library, `token` keeps tokens fresh, `ffi` is the C ABI.
//! Data flows one way: `ffi → providers → (explain, signing, token, client → transport) → the rest`.

pub mod answer;
pub mod call;
pub mod clock;
pub mod config;
pub mod error;
pub mod explain;
pub mod ffi;
pub mod http;
pub mod inbound;
pub mod json;
pub mod log;
pub mod options;
pub mod providers;
pub mod replay;
pub mod secret;
pub mod signing;
pub mod token;

mod client;
mod connection;
mod envelope;
mod os;
mod per_process;
mod proxy;
mod random;
mod resolve;
mod tls;
mod transport;

pub use config::{Config, Setting};
pub use error::{Delivery, Error, Result, Status};
pub use options::{Cancel, Options};
