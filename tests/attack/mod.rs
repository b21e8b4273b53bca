//! What a hostile or broken surrounding does to the library.

mod cancelling;
mod certificates;
mod claims;
mod deadlines;
mod explain;
mod fork;
mod framing;
mod heap;
mod leftovers;
mod system_calls;
