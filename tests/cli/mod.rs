//! The `libauth` command, as it is run by a person or a program.

mod bad_input;
mod doctor;
mod explain;
mod manual;
mod operations;
mod running;
mod sandbox;
mod settings;
