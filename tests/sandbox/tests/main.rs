//! The sandbox's own tests, in one program.

mod client;
mod faults;
mod open;
mod platforms;
mod server;
mod vectors;
