//! Every test, in one program: one link instead of thirty.

mod abi;
mod attack;
mod cli;
#[cfg(unix)]
mod fleet;
mod languages;
mod platforms;
mod support;
