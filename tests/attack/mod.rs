//! What a hostile or broken surrounding does to the library.

mod cancelling;
mod certificates;
mod deadlines;
mod framing;
mod leftovers;
mod system_calls;
