//! The blocks of code in the documents. Those in Rust are compiled into this crate, by its build script; the others
//! are for the tests of their languages.

use std::error::Error;

pub mod markdown;

/// A block in Rust. It is given the address of a platform's sandbox, by the platform's name.
pub type Run = fn(&dyn Fn(&str) -> String) -> Result<(), Box<dyn Error>>;

include!(concat!(env!("OUT_DIR"), "/blocks.rs"));
