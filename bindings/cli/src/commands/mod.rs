//! A file for each subcommand.

pub mod auth;
pub mod call;
pub mod code;
pub mod completions;
pub mod doctor;
pub mod explain;
pub mod man;
pub mod sandbox;
pub mod sign;
pub mod token;
pub mod url;
pub mod verify;
pub mod webhook;
