//! The sandbox's own tests. They are in `sandbox/self_tests/`, which nothing else includes.

#[path = "sandbox/self_tests/client.rs"]
mod client;
#[path = "sandbox/self_tests/faults.rs"]
mod faults;
#[path = "sandbox/self_tests/platforms.rs"]
mod platforms;
#[path = "sandbox/self_tests/server.rs"]
mod server;
#[path = "sandbox/self_tests/vectors.rs"]
mod vectors;
