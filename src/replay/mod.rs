//! Which messages were seen before: the built-in memory, and the guard that a user can put in its place.

mod entry;
mod memory;
mod table;

pub use memory::ReplayGuard;
pub(crate) use memory::{ClaimId, Found, Memory, OnePhase, Times};
pub use table::MemoryGuard;
