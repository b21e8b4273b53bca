//! The sandbox's own tests, in one program.

mod browser;
mod client;
mod faults;
mod open;
mod page;
mod platforms;
mod server;
mod vectors;
