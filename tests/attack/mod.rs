//! What a hostile or broken surrounding does to the library.

mod cancelling;
mod certificates;
mod claims;
mod deadlines;
mod explain;
mod fork;
mod framing;
mod heap;
#[cfg(target_os = "linux")]
mod hostile;
mod leftovers;
#[cfg(unix)]
mod signals;
mod system_calls;
mod ways;
