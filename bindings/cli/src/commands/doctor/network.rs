//! The way to the platform: its name, and a connection.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use auth::Config;

use super::Check;

/// A base URL's parts. The library has checked it by then.
pub struct Place {
    pub host: String,
    pub port: u16,
    pub is_tls: bool,
}

impl Place {
    pub fn of(config: &Config) -> Place {
        let (scheme, rest) = config
            .base_url
            .split_once("://")
            .unwrap_or(("https", &config.base_url));
        let is_tls = scheme.eq_ignore_ascii_case("https");
        let authority = rest.split('/').next().unwrap_or_default();
        let default = if is_tls { 443 } else { 80 };
        let bracket = authority.rfind(']').unwrap_or(0);
        let (host, port) = match authority[bracket..].rfind(':') {
            Some(at) => {
                let at = bracket + at;
                let port = authority[at + 1..].parse().unwrap_or(default);
                (&authority[..at], port)
            }
            None => (authority, default),
        };
        Place {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            is_tls,
        }
    }
}

/// Looks the name up and connects.
pub fn checks(place: &Place, config: &Config) -> (Vec<Check>, Option<TcpStream>) {
    let limit = Duration::from_millis(u64::try_from(config.connect_timeout_ms).unwrap_or(3_000));
    let mut checks = Vec::new();
    let begun = Instant::now();
    let addresses = match look_up(place, limit) {
        Ok(addresses) => addresses,
        Err(found) => {
            let remedy = format!(
                "check the host in base_url and this machine's DNS (getent hosts {}), or set a proxy",
                place.host
            );
            return (vec![Check::wrong("name look-up", found, remedy)], None);
        }
    };
    let texts: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
    let took = begun.elapsed().as_millis();
    checks.push(Check::well(
        "name look-up",
        format!("{} is {} ({took} ms)", place.host, texts.join(", ")),
    ));
    let mut problem = String::new();
    for address in &addresses {
        let begun = Instant::now();
        match TcpStream::connect_timeout(address, limit) {
            Ok(stream) => {
                let took = begun.elapsed().as_millis();
                checks.push(Check::well("connection", format!("{address} ({took} ms)")));
                return (checks, Some(stream));
            }
            Err(error) => problem = format!("{address}: {error}"),
        }
    }
    let remedy = format!(
        "let this machine reach port {} of {}: firewall, the platform's list of addresses, a proxy",
        place.port, place.host
    );
    checks.push(Check::wrong("connection", problem, remedy));
    (checks, None)
}

/// The system's look-up has no limit of its own.
fn look_up(place: &Place, limit: Duration) -> Result<Vec<SocketAddr>, String> {
    let (sender, receiver) = mpsc::channel();
    let (host, port) = (place.host.clone(), place.port);
    thread::spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs();
        let _ = sender.send(found.map(Iterator::collect::<Vec<SocketAddr>>));
    });
    let host = &place.host;
    match receiver.recv_timeout(limit) {
        Ok(Ok(mut addresses)) if !addresses.is_empty() => {
            addresses.dedup();
            Ok(addresses)
        }
        Ok(Ok(_)) => Err(format!("{host} has no address")),
        Ok(Err(error)) => Err(format!("{host} cannot be looked up: {error}")),
        Err(_) => Err(format!(
            "{host} was not looked up within {} ms",
            limit.as_millis()
        )),
    }
}
