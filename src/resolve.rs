//! Addresses of host names. The system's look-up cannot be stopped, so it runs in a thread that a call can leave
//! behind: one for each name at most, and whoever wants the name meanwhile waits for the same one.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use once_cell::race::OnceBox;

use crate::connection::{Fault, Result};
use crate::options::Wait;
use crate::per_process::PerProcess;

/// How long the last good addresses may stand in for a look-up that hangs or fails.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);

/// How long a look-up may take when there are good addresses from before.
const PATIENCE: Duration = Duration::from_secs(1);

/// So many names are remembered before those that are of no more use are forgotten.
const NAMES: usize = 64;

/// The addresses of a host: at once for an address, in brackets or not.
pub(crate) fn resolve(host: &str, port: u16, wait: &Wait) -> Result<Vec<SocketAddr>> {
    /// Those of all handles: two that want a name wait for the same look-up. A child of a fork has its own, since
    /// the threads of the parent's are not in it.
    static RESOLVER: OnceBox<PerProcess<Resolver>> = OnceBox::new();
    let resolver = RESOLVER.get_or_init(|| Box::new(PerProcess::new(|| Resolver::new(system))));
    resolver.get().resolve(host, port, wait)
}

/// The look-ups of a process.
struct Resolver {
    names: Mutex<HashMap<String, Arc<Name>>>,
    look_up: LookUp,
}

type LookUp = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// A name, for as long as somebody wants to know of it.
#[derive(Default)]
struct Name {
    known: Mutex<Known>,
    answered: Condvar,
}

/// What is known of a name.
#[derive(Default)]
struct Known {
    is_running: bool,
    /// How many look-ups have ended.
    ended: u64,
    /// How the last one failed, if it did.
    failure: Option<String>,
    /// The last addresses that were found, and when.
    good: Option<(Vec<IpAddr>, Instant)>,
}

impl Known {
    fn good(&self) -> Option<&[IpAddr]> {
        let (addresses, since) = self.good.as_ref()?;
        (since.elapsed() < GOOD_FOR).then_some(addresses)
    }
}

impl Resolver {
    fn new(look_up: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Resolver {
        Resolver {
            names: Mutex::default(),
            look_up: Arc::new(look_up),
        }
    }

    fn resolve(&self, host: &str, port: u16, wait: &Wait) -> Result<Vec<SocketAddr>> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse() {
            Ok(address) => vec![address],
            Err(_) => self.look_up(bare, wait)?,
        };
        Ok(addresses.into_iter().map(|ip| (ip, port).into()).collect())
    }

    fn look_up(&self, host: &str, wait: &Wait) -> Result<Vec<IpAddr>> {
        let patience = Instant::now() + PATIENCE.min(wait.left() / 2);
        let name = self.name(host);
        let mut known = name.known();
        let ended_before = known.ended;
        if !known.is_running {
            Name::start(&name, host, &self.look_up).map_err(Fault::Io)?;
            known.is_running = true;
        }
        loop {
            if known.ended > ended_before {
                return match (&known.failure, known.good()) {
                    (_, Some(addresses)) => Ok(addresses.to_vec()),
                    (failure, None) => Err(unresolved(host, failure.as_deref())),
                };
            }
            let mut step = wait.step();
            if let Some(addresses) = known.good() {
                let left = patience.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(addresses.to_vec());
                }
                step = step.min(left);
            }
            if wait.left().is_zero() {
                return Err(Fault::Timeout);
            }
            let woken = name.answered.wait_timeout(known, step);
            known = woken.unwrap_or_else(PoisonError::into_inner).0;
            if wait.can_be_cancelled() {
                // The callback may take its time, and may look a name up itself.
                drop(known);
                if wait.is_cancelled() {
                    return Err(Fault::Cancelled);
                }
                known = name.known();
            }
        }
    }

    fn name(&self, host: &str) -> Arc<Name> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = names.get(host) {
            return Arc::clone(name);
        }
        if names.len() >= NAMES {
            // Whoever waits for one, or looks it up, has a handle to it as well.
            names.retain(|_, name| Arc::strong_count(name) > 1 || name.known().good().is_some());
        }
        let name = Arc::<Name>::default();
        names.insert(host.to_owned(), Arc::clone(&name));
        name
    }
}

impl Name {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a look-up in a thread of its own.
    fn start(name: &Arc<Name>, host: &str, look_up: &LookUp) -> io::Result<()> {
        let (name, host, look_up) = (Arc::clone(name), host.to_owned(), Arc::clone(look_up));
        let run = move || {
            let found = look_up(&host);
            let mut known = name.known();
            known.is_running = false;
            known.ended += 1;
            known.failure = match found {
                Ok(addresses) if !addresses.is_empty() => {
                    known.good = Some((addresses, Instant::now()));
                    None
                }
                Ok(_) => Some("it has no address".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            drop(known);
            name.answered.notify_all();
        };
        let builder = std::thread::Builder::new().name("libauth-resolve".to_owned());
        builder.spawn(run).map(drop)
    }
}

fn unresolved(host: &str, failure: Option<&str>) -> Fault {
    let failure = failure.unwrap_or("it has no address");
    Fault::network(format!(
        "cannot connect: the host name {host} cannot be resolved: {failure}"
    ))
}

fn system(host: &str) -> io::Result<Vec<IpAddr>> {
    let addresses = (host, 0).to_socket_addrs()?;
    Ok(addresses.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;
    use crate::options::Options;

    const HERE: &str = "192.0.2.1";

    fn wait_ms(ms: i64) -> Wait {
        Options::default().wait(ms).unwrap()
    }

    fn good() -> io::Result<Vec<IpAddr>> {
        Ok(vec![HERE.parse().unwrap()])
    }

    /// A resolver whose look-ups wait for a word each, and how many it has begun.
    fn held() -> (
        Arc<Resolver>,
        mpsc::Sender<io::Result<Vec<IpAddr>>>,
        Arc<AtomicUsize>,
    ) {
        let (answer, answers) = mpsc::channel();
        let answers = Mutex::new(answers);
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let resolver = Resolver::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let gone = |_| Err(io::ErrorKind::Other.into());
            answers.lock().unwrap().recv().unwrap_or_else(gone)
        });
        (Arc::new(resolver), answer, begun)
    }

    #[test]
    fn an_address_needs_no_look_up() {
        let (resolver, _answer, begun) = held();
        for (host, address) in [("127.0.0.1", "127.0.0.1:7"), ("[::1]", "[::1]:7")] {
            let found = resolver.resolve(host, 7, &wait_ms(1)).unwrap();
            assert_eq!(found, [address.parse().unwrap()]);
        }
        assert_eq!(begun.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn calls_that_wait_for_a_hung_look_up_share_it_and_end_in_time() {
        let (resolver, answer, begun) = held();
        std::thread::scope(|threads| {
            for _ in 0..20 {
                threads.spawn(|| {
                    let started = Instant::now();
                    let outcome = resolver.resolve("hung.example", 1, &wait_ms(100));
                    assert!(matches!(outcome, Err(Fault::Timeout)), "{outcome:?}");
                    assert!(started.elapsed() < Duration::from_secs(1));
                });
            }
        });
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        // When it ends after all, whoever waits then has its result.
        let waiting = std::thread::spawn({
            let resolver = Arc::clone(&resolver);
            move || resolver.resolve("hung.example", 1, &wait_ms(5_000)).is_ok()
        });
        answer.send(good()).unwrap();
        answer.send(good()).unwrap();
        assert!(waiting.join().unwrap());
    }

    #[test]
    fn the_last_good_addresses_stand_in_for_a_look_up_that_fails_or_hangs() {
        let (resolver, answer, begun) = held();
        let resolve = |ms| resolver.resolve("shop.example", 443, &wait_ms(ms));
        answer.send(Err(io::Error::other("no such name"))).unwrap();
        match resolve(5_000) {
            Err(Fault::Said(error)) => assert!(error.message().contains("no such name"), "{error}"),
            other => panic!("{other:?}"),
        }
        answer.send(good()).unwrap();
        let found = resolve(5_000).unwrap();
        assert_eq!(found, [(HERE.parse::<IpAddr>().unwrap(), 443).into()]);
        answer
            .send(Err(io::Error::other("server failure")))
            .unwrap();
        assert_eq!(resolve(5_000).unwrap(), found);
        answer.send(Ok(Vec::new())).unwrap();
        assert_eq!(
            resolve(5_000).unwrap(),
            found,
            "no address is a failure too"
        );
        // Now it hangs: half of the time is spent on it at most.
        let started = Instant::now();
        assert_eq!(resolve(400).unwrap(), found);
        assert!(started.elapsed() < Duration::from_millis(399));
        assert_eq!(begun.load(Ordering::SeqCst), 5);
    }

    #[test]
    fn names_that_nobody_asks_for_any_more_are_forgotten() {
        let resolver = Resolver::new(|host| match host {
            "good.example" => good(),
            _ => Err(io::Error::other("no such name")),
        });
        resolver
            .resolve("good.example", 1, &wait_ms(5_000))
            .unwrap();
        for number in 0..3 * NAMES {
            let host = format!("{number}.example");
            resolver.resolve(&host, 1, &wait_ms(5_000)).unwrap_err();
        }
        let names = resolver.names.lock().unwrap();
        assert!(names.len() <= NAMES + 1, "{}", names.len());
        assert!(names.contains_key("good.example"));
    }

    #[test]
    fn a_name_without_addresses_is_an_error() {
        let (resolver, answer, _) = held();
        answer.send(Ok(Vec::new())).unwrap();
        match resolver.resolve("empty.example", 1, &wait_ms(5_000)) {
            Err(Fault::Said(error)) => assert!(error.message().contains("has no address")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_call_that_waits_for_a_name_can_be_cancelled() {
        let (resolver, _answer, _) = held();
        let options = Options {
            cancel: Some(Arc::new(|| true)),
            ..Options::default()
        };
        let started = Instant::now();
        let outcome = resolver.resolve("hung.example", 1, &options.wait(10_000).unwrap());
        assert!(matches!(outcome, Err(Fault::Cancelled)), "{outcome:?}");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}
