//! Who may use the page and the control calls: programs and pages of this machine that mean this sandbox.
//! A foreign page in the user's browser can reach 127.0.0.1, under a name of its own even; it is told by
//! its `Origin`, or by the `Host` that it takes this sandbox for.

use super::http::Request;
use super::server::Shared;

/// The error says what is wrong.
pub fn check(shared: &Shared, request: &Request) -> Result<(), &'static str> {
    let (scheme, authority) = shared.origin.split_once("://").unwrap_or_default();
    let port = authority.rsplit(':').next().unwrap_or_default();
    let is_ours = |host: &str| {
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts = names.iter().map(|name| format!("{name}:{port}"));
        hosts.any(|own| own.eq_ignore_ascii_case(host))
    };
    match request.header_values("Host")[..] {
        [host] if is_ours(host) => {}
        _ => return Err("Host is not this sandbox's address\n"),
    }
    let foreign = |origin: &&str| {
        let host = origin
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"));
        !host.is_some_and(is_ours)
    };
    match request.header_values("Origin").iter().any(foreign) {
        true => Err("Origin is not this sandbox's page\n"),
        false => Ok(()),
    }
}
