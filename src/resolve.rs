//! Addresses of host names. The system's look-up cannot be stopped, so it runs in a thread that a call can leave
//! behind: one for each name at most, and whoever wants the name meanwhile waits for the same one.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::connection::{Fault, Result};
use crate::options::Wait;

/// How long the last good addresses may stand in for a look-up that hangs or fails.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);

/// How long a look-up may take when there are good addresses from before.
const PATIENCE: Duration = Duration::from_secs(1);

/// The look-ups of one handle in one process.
pub(crate) struct Resolver(Arc<Shared>);

struct Shared {
    names: Mutex<HashMap<String, Name>>,
    answered: Condvar,
    look_up: LookUp,
}

type LookUp = fn(&str) -> io::Result<Vec<IpAddr>>;

/// What is known of a name.
#[derive(Default)]
struct Name {
    is_running: bool,
    /// How many look-ups have ended.
    ended: u64,
    /// How the last one failed, if it did.
    failure: Option<String>,
    /// The last addresses that were found, and when.
    good: Option<(Vec<IpAddr>, Instant)>,
}

impl Name {
    fn good(&self) -> Option<&[IpAddr]> {
        let (addresses, since) = self.good.as_ref()?;
        (since.elapsed() < GOOD_FOR).then_some(addresses)
    }
}

impl Resolver {
    pub(crate) fn new() -> Resolver {
        Resolver::with(system)
    }

    fn with(look_up: LookUp) -> Resolver {
        Resolver(Arc::new(Shared {
            names: Mutex::default(),
            answered: Condvar::new(),
            look_up,
        }))
    }

    /// The addresses of a host: at once for an address, in brackets or not.
    pub(crate) fn resolve(&self, host: &str, port: u16, wait: &Wait) -> Result<Vec<SocketAddr>> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse() {
            Ok(address) => vec![address],
            Err(_) => self.look_up(bare, wait)?,
        };
        Ok(addresses.into_iter().map(|ip| (ip, port).into()).collect())
    }

    fn look_up(&self, host: &str, wait: &Wait) -> Result<Vec<IpAddr>> {
        let patience = Instant::now() + PATIENCE.min(wait.left() / 2);
        let mut names = self.0.names();
        let name = names.entry(host.to_owned()).or_default();
        let ended_before = name.ended;
        if !name.is_running {
            name.is_running = true;
            if let Err(error) = Shared::start(&self.0, host) {
                name.is_running = false;
                return Err(Fault::Io(error));
            }
        }
        loop {
            let name = names.entry(host.to_owned()).or_default();
            if name.ended > ended_before {
                return match (&name.failure, name.good()) {
                    (_, Some(addresses)) => Ok(addresses.to_vec()),
                    (failure, None) => Err(unresolved(host, failure.as_deref())),
                };
            }
            let mut step = wait.step();
            if let Some(addresses) = name.good() {
                let left = patience.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(addresses.to_vec());
                }
                step = step.min(left);
            }
            if wait.left().is_zero() {
                return Err(Fault::Timeout);
            }
            let woken = self.0.answered.wait_timeout(names, step);
            names = woken.unwrap_or_else(PoisonError::into_inner).0;
            if wait.can_be_cancelled() {
                // The callback may take its time, and may look a name up itself.
                drop(names);
                if wait.is_cancelled() {
                    return Err(Fault::Cancelled);
                }
                names = self.0.names();
            }
        }
    }
}

impl Shared {
    fn names(&self) -> MutexGuard<'_, HashMap<String, Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(shared: &Arc<Shared>, host: &str) -> io::Result<()> {
        let (shared, host) = (Arc::clone(shared), host.to_owned());
        let run = move || {
            let found = (shared.look_up)(&host);
            let mut names = shared.names();
            let name = names.entry(host).or_default();
            name.is_running = false;
            name.ended += 1;
            name.failure = match found {
                Ok(addresses) if !addresses.is_empty() => {
                    name.good = Some((addresses, Instant::now()));
                    None
                }
                Ok(_) => Some("it has no address".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            drop(names);
            shared.answered.notify_all();
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
