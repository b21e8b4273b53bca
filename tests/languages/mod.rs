//! The library as programs in other languages use it.

pub(crate) mod suite;

mod book;
mod c_scenarios;
mod c_suite;
mod cpp_suite;
mod documents;
mod install_suite;
mod java_suite;
#[cfg(target_os = "linux")]
mod memory;
pub mod python_suite;
mod scenarios;
