//! A file for each subcommand.

pub mod sandbox;
