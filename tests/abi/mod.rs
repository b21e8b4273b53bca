//! The C ABI: what the header says, what the library exports, what every function does with NULL.

mod header;
mod house;
mod library;
mod null_table;
