//! Log in to, sign for and verify messages from five Chinese partner platforms.
//!
//! `providers` holds a folder for each platform: start there. An operation of a platform is a value (its
//! name, how it may be repeated, how its request is built, how its answer is read), and `client` is the
//! one loop that carries it out. `signing` holds the strings and signatures as pure functions, `explain`
//! names what is wrong with somebody else's.
//!
//! From the ground up; a file imports only from the lines above its own, and never in a circle:
//!
//! - `hex` `json` `secret` `clock` `log` `random` `per_process` `os`: plain values and small tools
//! - `http` `answer` `envelope` `error`: an HTTP message; what a platform said; how it wraps that; what
//!   went wrong
//! - `statistics` `replay` `inbound` `config` `options` `call` `token` `store` `fleet`: what a user configures,
//!   receives, asks for, keeps and shares, and what is counted of it
//! - `connection` `resolve` `proxy` `tls` `line` `codings` `transport`: a TCP connection, what goes around it, and
//!   HTTP over it; `transport` is the one file that knows the HTTP library
//! - `client`
//! - `signing`, then `explain`
//! - `providers`
//! - `ffi`: the C ABI

pub mod answer;
pub mod call;
pub mod clock;
pub mod config;
pub mod error;
pub mod explain;
// For the crate that links the C library; what C sees has a list of its own.
#[doc(hidden)]
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
pub mod store;
pub mod token;

mod client;
mod codings;
mod connection;
mod envelope;
mod fleet;
mod hex;
mod line;
mod os;
mod per_process;
mod proxy;
mod random;
mod resolve;
mod statistics;
mod tls;
mod transport;

pub use config::{Config, Setting};
pub use error::{Delivery, Error, Result, Status};
pub use options::{Cancel, Options};
