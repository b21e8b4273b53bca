//! What a hostile or broken surrounding does to the library.

mod certificates;
mod deadlines;
mod framing;
mod leftovers;
mod system_calls;
