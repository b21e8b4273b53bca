//! State that belongs to one process. After `fork()` the child has a copy of the parent's
//! memory: its sockets are shared with the parent, and a lock that another thread held at
//! that moment stays locked for ever. So such state bears the number of the process that made
//! it, and a child that finds the parent's makes its own beside it and leaves the parent's untouched.

use once_cell::race::OnceBox;

use crate::os::this_process;

/// A value that each process makes for itself, on its first use. Reading takes no lock, no system
/// call, and no count that threads would fight over.
pub(crate) struct PerProcess<T> {
    first: Link<T>,
    make: Box<dyn Fn() -> T + Send + Sync>,
}

/// Filled by whoever is first, in one step: a fork finds it empty or whole. Two threads that come at
/// once both make a value, and one of the two is dropped unused.
type Link<T> = OnceBox<Made<T>>;

/// One process's value, and behind it the one that a child of that process made.
struct Made<T> {
    process: u64,
    /// Empty only while it is dropped.
    value: Option<T>,
    next: Link<T>,
}

impl<T> PerProcess<T> {
    /// Nothing is made before the first use. What `make` uses must meet no lock of a parent's either.
    pub(crate) fn new(make: impl Fn() -> T + Send + Sync + 'static) -> PerProcess<T> {
        PerProcess {
            first: Link::new(),
            make: Box::new(make),
        }
    }

    /// This process's value.
    pub(crate) fn get(&self) -> &T {
        let process = this_process();
        let mut link = &self.first;
        loop {
            let made = link.get_or_init(|| {
                Box::new(Made {
                    process,
                    value: Some((self.make)()),
                    next: Link::new(),
                })
            });
            match &made.value {
                Some(value) if made.process == process => return value,
                _ => link = &made.next,
            }
        }
    }
}

impl<T> Drop for Made<T> {
    fn drop(&mut self) {
        if self.process != this_process() {
            // Dropping it would close the parent's connections from here, or meet its locks.
            std::mem::forget(self.value.take());
        }
    }
}

#[cfg(all(test, unix, not(miri)))]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, Mutex, mpsc};

    /// Runs `child` in a forked child and returns its exit code; a child that hangs is killed.
    #[allow(unsafe_code)]
    fn in_a_child(child: impl FnOnce() -> i32) -> i32 {
        // SAFETY: the child uses what is under test, which is made for that, and ends with _exit.
        unsafe {
            match libc::fork() {
                0 => {
                    libc::alarm(20);
                    libc::_exit(child())
                }
                pid => {
                    let mut status = 0;
                    assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
                    assert!(libc::WIFEXITED(status), "the child was killed: {status:x}");
                    libc::WEXITSTATUS(status)
                }
            }
        }
    }

    /// Counts how many were made and how many dropped.
    struct Counted(Arc<AtomicUsize>, usize);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(100, Ordering::SeqCst);
        }
    }

    fn counted() -> (Arc<AtomicUsize>, PerProcess<Counted>) {
        let count = Arc::new(AtomicUsize::new(0));
        let made = Arc::clone(&count);
        let make = move || Counted(Arc::clone(&made), made.fetch_add(1, Ordering::SeqCst) + 1);
        (count, PerProcess::new(make))
    }

    #[test]
    fn a_process_makes_one_value_and_drops_it() {
        let (count, value) = counted();
        assert_eq!(count.load(Ordering::SeqCst), 0, "none before the first use");
        assert_eq!((value.get().1, value.get().1), (1, 1));
        drop(value);
        assert_eq!(count.load(Ordering::SeqCst), 101);
    }

    #[test]
    fn a_child_makes_its_own_and_never_drops_the_parents() {
        let (count, value) = counted();
        value.get();
        let code = in_a_child(|| {
            let (mine, again) = (value.get().1, value.get().1);
            let grandchild = in_a_child(|| i32::try_from(value.get().1).unwrap());
            drop(value);
            let dropped = count.load(Ordering::SeqCst) / 100;
            i32::from(!(mine == 2 && again == 2 && grandchild == 3 && dropped == 1))
        });
        assert_eq!(code, 0);
        let here = count.load(Ordering::SeqCst);
        assert_eq!(
            here, 101,
            "one was made here, and one dropped with the closure"
        );
    }

    #[test]
    fn a_child_that_never_used_it_drops_nothing() {
        let (count, value) = counted();
        value.get();
        let code = in_a_child(|| {
            drop(value);
            i32::try_from(count.load(Ordering::SeqCst)).unwrap()
        });
        assert_eq!(code, 1);
    }

    #[test]
    fn a_fork_while_the_parent_is_making_one_keeps_nobody_waiting() {
        let (started, making) = mpsc::channel();
        let (go_on, wait) = mpsc::channel::<()>();
        let (first, wait) = (AtomicUsize::new(0), Mutex::new(wait));
        let value = Arc::new(PerProcess::new(move || {
            // Only the first, the parent's, takes long: until the child is done.
            if first.fetch_add(1, Ordering::SeqCst) == 0 {
                started.send(()).unwrap();
                let _ = wait.lock().unwrap().recv();
            }
            this_process()
        }));
        let maker = Arc::clone(&value);
        let parent = std::thread::spawn(move || *maker.get());
        making.recv().unwrap();
        let code = in_a_child(|| i32::from(*value.get() != this_process()));
        drop(go_on);
        assert_eq!(code, 0);
        assert_eq!(parent.join().unwrap(), this_process());
    }

    #[test]
    fn threads_that_come_at_once_get_the_same() {
        for _ in 0..200 {
            let (count, value) = counted();
            let start = Barrier::new(4);
            std::thread::scope(|scope| {
                let look = || {
                    start.wait();
                    value.get().1
                };
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
                let mut seen = threads.into_iter().map(|one| one.join().unwrap());
                let first = seen.next().unwrap();
                assert!(seen.all(|another| another == first));
            });
            drop(value);
            let count = count.load(Ordering::SeqCst);
            assert_eq!(count / 100, count % 100, "each that was made was dropped");
        }
    }
}
