//! JSON as it was signed: names in the order received, numbers as the text they
//! were written in, duplicate names refused. A signature is made over text, and a
//! number that went through a float, or a second value for the same name, would let
//! two readers of one message disagree about what was signed.

mod parse;
mod path;
mod text;
mod value;
mod write;

pub(crate) use parse::{Member, Part};
pub use value::{Json, JsonError};
pub(crate) use write::{Lent, to_body};
