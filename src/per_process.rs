//! State that belongs to one process. After `fork()` the child has a copy of the parent's
//! memory: its sockets are shared with the parent, and a lock that another thread held at
//! that moment stays locked for ever. So such state is tagged with the process that made
//! it, and a child that finds the parent's makes its own and leaves the parent's untouched.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// A value that each process makes for itself, on its first use. Reading takes no lock.
pub(crate) struct PerProcess<T> {
    current: ArcSwap<Made<T>>,
    make: Box<dyn Fn() -> T + Send + Sync>,
}

struct Made<T> {
    process: u32,
    value: T,
}

impl<T> PerProcess<T> {
    pub(crate) fn new(make: impl Fn() -> T + Send + Sync + 'static) -> PerProcess<T> {
        let first = Made {
            process: std::process::id(),
            value: make(),
        };
        PerProcess {
            current: ArcSwap::from_pointee(first),
            make: Box::new(make),
        }
    }

    /// This process's value.
    pub(crate) fn get(&self) -> Owned<T> {
        let process = std::process::id();
        let found = self.current.load_full();
        if found.process == process {
            return Owned(found);
        }
        let mine = Arc::new(Made {
            process,
            value: (self.make)(),
        });
        let before = self.current.compare_and_swap(&found, mine);
        if Arc::ptr_eq(&before, &found) {
            // Dropping it would close the parent's connections from here, or meet its locks.
            std::mem::forget(found);
        }
        // Another thread of this process may have been first: then it is that one's value.
        Owned(self.current.load_full())
    }
}

/// A value in use. It stays alive while it is, whatever becomes of the handle.
pub(crate) struct Owned<T>(Arc<Made<T>>);

impl<T> std::ops::Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}
