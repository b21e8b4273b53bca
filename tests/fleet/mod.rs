//! Fleets of real processes in three languages, over a real Redis that is stopped, slowed, filled, flushed and failed
//! over. Everything is on loopback, on free ports and Unix sockets, and ends with its test.

mod messages;
mod redis;
mod tokens;
mod workers;
