//! Which messages were seen before: the built-in memory, and the store that a user can put in its place.

mod entry;
mod memory;
mod store;
mod table;

pub(crate) use memory::{ClaimId, Found, Memory, Times};
pub(crate) use store::StoreMemory;
pub use table::MemoryGuard;
