//! What only the operating system can tell or give, and std does not pass on: that a process is a
//! forked child, and memory that a process shares with its forked children. All `unsafe` outside
//! the C ABI is here.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU64, Ordering};

use portable_atomic::AtomicU128;

pub(crate) use platform::{this_process, undivided};

/// A number for each thread. (`std::thread::current` keeps memory for threads that C made.)
pub(crate) fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

/// Numbers that are read and changed as a whole, all 0 at first, in memory that a child forked later
/// shares. Whoever dies in the middle of anything leaves no lock behind: there is none.
pub(crate) struct SharedNumbers(platform::Pages);

impl SharedNumbers {
    /// Room for `length` numbers; `None` when there is not so much memory. Pages that are not yet
    /// used take none.
    pub(crate) fn new(length: usize) -> Option<SharedNumbers> {
        let bytes = length.checked_mul(size_of::<AtomicU128>())?;
        platform::Pages::new(bytes).map(SharedNumbers)
    }
}

impl std::ops::Deref for SharedNumbers {
    type Target = [AtomicU128];

    fn deref(&self) -> &[AtomicU128] {
        let length = self.0.bytes / size_of::<AtomicU128>();
        // SAFETY: the pages are `bytes` long, aligned for the type, began as zeros (which is a valid
        // AtomicU128), live as long as `self`, and are reached through these atomics alone.
        unsafe { std::slice::from_raw_parts(self.0.start.as_ptr().cast(), length) }
    }
}

#[cfg(all(unix, not(miri)))]
mod platform {
    use std::ptr::{self, NonNull};
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    /// Which process this is among its forked relatives; 0 until a fork would be noticed.
    static PROCESS: AtomicU64 = AtomicU64::new(0);

    /// A number that a forked child never shares with its parent. Reading it is no system call.
    ///
    /// There is no lock and no `Once` here. Whoever comes first asks to be told of forks; if two come
    /// at once both ask, and a child counts two further, which is as good. Before anybody has read a
    /// number nothing can bear one, so a fork in the middle of the very first call does no harm.
    /// A process made by a bare `clone` or by `_Fork`, which run no handlers, is not noticed.
    pub(crate) fn this_process() -> u64 {
        match PROCESS.load(Ordering::Acquire) {
            0 => first_look(),
            number => number,
        }
    }

    #[cold]
    fn first_look() -> u64 {
        extern "C" fn before() {
            FORKING.fetch_add(1, Ordering::SeqCst);
            while UNDIVIDED.load(Ordering::SeqCst) > 0 {
                std::thread::yield_now();
            }
        }
        extern "C" fn in_the_parent() {
            FORKING.fetch_sub(1, Ordering::SeqCst);
        }
        extern "C" fn in_the_child() {
            // Of the threads that were counted none is here.
            FORKING.store(0, Ordering::SeqCst);
            UNDIVIDED.store(0, Ordering::SeqCst);
            PROCESS.fetch_add(1, Ordering::AcqRel);
        }
        // SAFETY: the handlers take nothing, may run around a fork and in a child (they change atomics, and wait for
        // other threads in the parent alone), and the library is never unloaded.
        let asked =
            unsafe { libc::pthread_atfork(Some(before), Some(in_the_parent), Some(in_the_child)) };
        if asked != 0 {
            // No memory for it: the process id serves until there is, far from the counted numbers.
            return u64::from(std::process::id()) << 32;
        }
        let _ = PROCESS.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Acquire);
        PROCESS.load(Ordering::Acquire)
    }

    /// How many threads fork at the moment, and how many do what must not be divided by a fork.
    static FORKING: AtomicUsize = AtomicUsize::new(0);
    static UNDIVIDED: AtomicUsize = AtomicUsize::new(0);

    /// Does something that no fork falls into the middle of: one that comes meanwhile waits for its end. For what
    /// fills a lock of somebody else's, which a child would find half filled and wait at for ever. It must be
    /// short, and must not fork.
    pub(crate) fn undivided<T>(what: impl FnOnce() -> T) -> T {
        struct Ended;
        impl Drop for Ended {
            fn drop(&mut self) {
                UNDIVIDED.fetch_sub(1, Ordering::SeqCst);
            }
        }
        // Whoever is to be told of forks has asked for it.
        this_process();
        let _ended = loop {
            UNDIVIDED.fetch_add(1, Ordering::SeqCst);
            let ended = Ended;
            if FORKING.load(Ordering::SeqCst) == 0 {
                break ended;
            }
            drop(ended);
            std::thread::yield_now();
        };
        what()
    }

    /// Anonymous pages of zeros, shared with children.
    pub(super) struct Pages {
        pub(super) start: NonNull<u8>,
        pub(super) bytes: usize,
    }

    // SAFETY: a mapping is not bound to a thread, and what is in it is reached through atomics alone.
    unsafe impl Send for Pages {}
    // SAFETY: as above.
    unsafe impl Sync for Pages {}

    impl Pages {
        pub(super) fn new(bytes: usize) -> Option<Pages> {
            let bytes = bytes.max(1);
            // SAFETY: a new anonymous mapping, at an address of the system's choice, touches nothing else.
            let start = unsafe {
                libc::mmap(
                    ptr::null_mut(),
                    bytes,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_SHARED | libc::MAP_ANON,
                    -1,
                    0,
                )
            };
            if start == libc::MAP_FAILED {
                return None;
            }
            let start = NonNull::new(start.cast())?;
            Some(Pages { start, bytes })
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: mapped by `new`, and unmapped once; a relative keeps its own mapping.
            unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
        }
    }
}

#[cfg(any(not(unix), miri))]
mod platform {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::ptr::NonNull;

    /// There is no fork here: one number for ever.
    pub(crate) fn this_process() -> u64 {
        1
    }

    /// There is no fork here to divide it.
    pub(crate) fn undivided<T>(what: impl FnOnce() -> T) -> T {
        what()
    }

    /// Zeroed memory of this process.
    pub(super) struct Pages {
        pub(super) start: NonNull<u8>,
        pub(super) bytes: usize,
        layout: Layout,
    }

    // SAFETY: plain memory, reached through atomics alone.
    unsafe impl Send for Pages {}
    // SAFETY: as above.
    unsafe impl Sync for Pages {}

    impl Pages {
        pub(super) fn new(bytes: usize) -> Option<Pages> {
            let layout = Layout::from_size_align(bytes.max(1), 64).ok()?;
            // SAFETY: the layout is not empty.
            let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
            Some(Pages {
                start,
                bytes,
                layout,
            })
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: allocated by `new` with this layout, and freed once.
            unsafe { dealloc(self.start.as_ptr(), self.layout) };
        }
    }
}

#[cfg(all(test, unix, not(miri)))]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn a_fork_waits_for_the_end_of_what_must_not_be_divided() {
        static IS_WHOLE: AtomicBool = AtomicBool::new(true);
        let (begun, begins) = mpsc::channel();
        let half_done = std::thread::spawn(move || {
            undivided(|| {
                IS_WHOLE.store(false, Ordering::SeqCst);
                begun.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(200));
                IS_WHOLE.store(true, Ordering::SeqCst);
            });
        });
        begins.recv().unwrap();
        // SAFETY: the child reads an atomic, does what is under test, and ends with _exit.
        let status = unsafe {
            match libc::fork() {
                0 => {
                    libc::alarm(20);
                    let is_whole = undivided(|| IS_WHOLE.load(Ordering::SeqCst));
                    libc::_exit(i32::from(!is_whole))
                }
                pid => {
                    let mut status = 0;
                    assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
                    status
                }
            }
        };
        half_done.join().unwrap();
        assert!(
            libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
            "{status:x}"
        );
        // Nobody is counted any more on either side.
        assert_eq!(undivided(|| 7), 7);
    }
}
