//! The way through an HTTP proxy: which one, for which hosts not, and how it is asked for a tunnel.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::connection::{Buffer, Connection, Fault, Result};
use crate::error::Error;
use crate::options::Wait;
use crate::secret::one_line;

/// The longest answer to CONNECT, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// A proxy that is asked to CONNECT.
pub(crate) struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<Zeroizing<String>>,
    except: Vec<Exception>,
}

impl Proxy {
    /// The proxy that the configuration names, or the environment where that is asked for.
    pub(crate) fn new(config: &Config) -> crate::error::Result<Option<Proxy>> {
        match &config.proxy {
            Some(url) if !url.starts_with("http://") => Err(Error::config(
                "proxy",
                "must begin with http://: the proxy is asked to CONNECT",
            )),
            Some(url) => match Proxy::parse(url) {
                Some(proxy) => Ok(Some(proxy)),
                None => Err(Error::config(
                    "proxy",
                    "is not a URL such as http://host:port",
                )),
            },
            None if config.proxy_from_environment => {
                let is_https = config.base_url.starts_with("https:");
                from_environment(is_https, |name| std::env::var(name).ok())
            }
            None => Ok(None),
        }
    }

    fn parse(url: &str) -> Option<Proxy> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let has_port = authority.as_str().rsplit('@').next()?.len() > authority.host().len();
        if authority.host().is_empty() || (has_port && authority.port_u16().is_none()) {
            return None;
        }
        let credentials = authority.as_str().rsplit_once('@').map(|(given, _)| given);
        let authorization = match credentials {
            Some(given) => {
                let (user, password) = given.split_once(':').unwrap_or((given, ""));
                let mut pair = Zeroizing::new(Vec::new());
                pair.extend(percent_encoding::percent_decode_str(user));
                pair.push(b':');
                pair.extend(percent_encoding::percent_decode_str(password));
                Some(Zeroizing::new(format!("Basic {}", STANDARD.encode(&pair))))
            }
            None => None,
        };
        Some(Proxy {
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authorization,
            except: Vec::new(),
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether a host is reached past the proxy.
    pub(crate) fn is_passed_by(&self, host: &str, port: u16) -> bool {
        self.except.iter().any(|except| except.holds(host, port))
    }

    /// Asks for a tunnel to a host. What comes behind it is between us and that host.
    pub(crate) fn tunnel(
        &self,
        connection: &mut Connection,
        host: &str,
        port: u16,
        user_agent: &str,
        wait: &Wait,
    ) -> Result<()> {
        let mut request = Zeroizing::new(format!(
            "CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {user_agent}\r\n"
        ));
        if let Some(authorization) = &self.authorization {
            let line = Zeroizing::new(format!("Proxy-Authorization: {}\r\n", **authorization));
            request = Zeroizing::new(format!("{}{}", *request, *line));
        }
        request.push_str("\r\n");
        connection.send(request.as_bytes(), &mut 0, wait)?;

        let mut answer = Buffer::default();
        let length = loop {
            let amount = connection.receive(answer.room(1024), wait)?;
            if amount == 0 {
                return Err(Fault::network(
                    "the proxy closed the connection in place of an answer to CONNECT",
                ));
            }
            answer.filled(amount);
            if let Some(length) = head_length(answer.unread()) {
                break length;
            }
            if answer.unread().len() > LONGEST_ANSWER {
                return Err(Fault::network("the proxy's answer to CONNECT has no end"));
            }
        };
        let head = String::from_utf8_lossy(&answer.unread()[..length]).into_owned();
        match status(&head) {
            None => Err(Fault::network(
                "the proxy's answer to CONNECT is not HTTP: is it an HTTP proxy?",
            )),
            Some((200..=299, _)) if answer.unread().len() == length => Ok(()),
            Some((200..=299, _)) => Err(Fault::network(
                "the proxy sent bytes of its own behind its answer to CONNECT",
            )),
            Some((407, _)) if self.authorization.is_some() => Err(Fault::network(
                "the proxy refused its credentials (HTTP 407): are user and password in the proxy's URL right?",
            )),
            Some((407, _)) => Err(Fault::network(
                "the proxy asks for credentials (HTTP 407): put them into its URL, http://user:password@host:port",
            )),
            Some((code, reason)) => Err(Fault::network(format!(
                "the proxy refused the connection with HTTP {code} {}",
                one_line(reason)
            ))),
        }
    }
}

/// The length of a head, its empty line included, once all of it is there.
fn head_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

/// The status of an answer, and its reason.
fn status(head: &str) -> Option<(u16, &str)> {
    let line = head.split("\r\n").next()?;
    let rest = line.strip_prefix("HTTP/1.")?.get(1..)?.strip_prefix(' ')?;
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    Some((code.parse().ok().filter(|_| is_code)?, reason))
}

/// As curl does it: the variable for the base URL's scheme, then the one for all.
fn from_environment(
    is_https: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> crate::error::Result<Option<Proxy>> {
    let schemes = if is_https {
        ["https_proxy", "all_proxy", "http_proxy"]
    } else {
        ["http_proxy", "all_proxy", "https_proxy"]
    };
    let either = |name: &str| {
        let small = variable(name).filter(|value| !value.is_empty());
        small.or_else(|| variable(&name.to_uppercase()).filter(|value| !value.is_empty()))
    };
    let found = schemes.iter().find_map(|name| Some((name, either(name)?)));
    let Some((name, url)) = found else {
        return Ok(None);
    };
    let url = Zeroizing::new(if url.contains("://") {
        url
    } else {
        format!("http://{url}")
    });
    let proxy = Some(&url).filter(|url| url.starts_with("http://"));
    let Some(mut proxy) = proxy.and_then(|url| Proxy::parse(url)) else {
        // The value may hold a password.
        let problem = format!("finds {name}, which is not a URL such as http://host:port");
        return Err(Error::config("proxy_from_environment", problem));
    };
    proxy.except = exceptions(&either("no_proxy").unwrap_or_default());
    Ok(Some(proxy))
}

/// One entry of `NO_PROXY`.
#[derive(Debug)]
struct Exception {
    what: Target,
    port: Option<u16>,
}

#[derive(Debug)]
enum Target {
    All,
    /// A host, and whatever ends in a dot and it.
    Host(String),
    /// Addresses whose first bits are these.
    Network(IpAddr, u32),
}

/// Reads `NO_PROXY`: a list, with commas or blanks, of `*`, hosts, suffixes, addresses and CIDR networks; a host or
/// an address may have a port.
fn exceptions(list: &str) -> Vec<Exception> {
    let entries = list.split([',', ' ', '\t']);
    entries.filter_map(Exception::parse).collect()
}

impl Exception {
    fn parse(entry: &str) -> Option<Exception> {
        if entry == "*" {
            return Some(Exception {
                what: Target::All,
                port: None,
            });
        }
        if let Some(network) = Target::network(entry) {
            return Some(Exception {
                what: network,
                port: None,
            });
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let what = match Target::network(host) {
            Some(address) => address,
            None => {
                let host = host.strip_prefix('*').unwrap_or(host);
                let host = host.trim_start_matches('.').trim_end_matches('.');
                Target::Host(Some(host.to_ascii_lowercase()).filter(|host| !host.is_empty())?)
            }
        };
        Some(Exception { what, port })
    }

    fn holds(&self, host: &str, port: u16) -> bool {
        if self.port.is_some_and(|only| only != port) {
            return false;
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match (&self.what, bare.parse()) {
            (Target::All, _) => true,
            (Target::Network(network, bits), Ok(address)) => is_within(address, *network, *bits),
            (Target::Network(..), Err(_)) | (Target::Host(_), Ok(_)) => false,
            (Target::Host(suffix), Err(_)) => {
                let host = bare.trim_end_matches('.').to_ascii_lowercase();
                let before = host.strip_suffix(suffix.as_str());
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
        }
    }
}

impl Target {
    /// An address (all of its bits), or a network in CIDR form.
    fn network(text: &str) -> Option<Target> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let bare = address.trim_start_matches('[').trim_end_matches(']');
        let address: IpAddr = bare.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Target::Network(address, bits))
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let (address, network, length) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (a.to_bits().into(), n.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        _ => return false,
    };
    let difference: u128 = address ^ network;
    difference.checked_shr(length - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_read_as_curl_reads_it() {
        let passes = |list: &str, host: &str, port| {
            exceptions(list)
                .iter()
                .any(|except| except.holds(host, port))
        };
        for (list, host, is_passed) in [
            ("", "shop.example", false),
            ("*", "shop.example", true),
            ("shop.example", "shop.example", true),
            ("SHOP.example", "shop.EXAMPLE", true),
            ("shop.example", "shop.example.", true),
            ("example", "shop.example", true),
            (".example", "shop.example", true),
            ("*.example", "shop.example", true),
            (".shop.example", "shop.example", true),
            ("op.example", "shop.example", false),
            ("shop.example", "example", false),
            ("a.example, shop.example", "shop.example", true),
            ("a.example shop.example", "shop.example", true),
            ("shop.example:443", "shop.example", true),
            ("shop.example:444", "shop.example", false),
            ("shop.example:none", "shop.example", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:444", "10.1.2.3", false),
            ("1.2.3", "10.1.2.3", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.1.2.2/31", "10.1.2.3", true),
            ("10.1.2.2/32", "10.1.2.3", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.0.0.0/x", "10.1.2.3", false),
            ("10.0.0.0/8", "ten.example", false),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("[::1]:443", "[::1]", true),
            ("[::1]:444", "[::1]", false),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe12::1]", false),
            ("::/0", "[fe12::1]", true),
            ("::/0", "10.1.2.3", false),
        ] {
            assert_eq!(passes(list, host, 443), is_passed, "{list:?} {host}");
        }
    }

    #[test]
    fn the_environment_is_asked_for_the_scheme_first() {
        let find = |is_https, pairs: &[(&str, &str)]| {
            let pairs = pairs.to_vec();
            let get = |name: &str| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            from_environment(is_https, get).map(|proxy| proxy.map(|proxy| proxy.host))
        };
        let all = [
            ("HTTPS_PROXY", "http://s:1"),
            ("HTTP_PROXY", "http://p:1"),
            ("ALL_PROXY", "http://a:1"),
        ];
        assert_eq!(find(true, &all).unwrap().as_deref(), Some("s"));
        assert_eq!(find(false, &all).unwrap().as_deref(), Some("p"));
        assert_eq!(find(true, &all[1..]).unwrap().as_deref(), Some("a"));
        assert_eq!(
            find(true, &[("https_proxy", "bare:3128")])
                .unwrap()
                .as_deref(),
            Some("bare")
        );
        assert_eq!(find(true, &[("https_proxy", "")]).unwrap(), None);
        assert_eq!(find(true, &[]).unwrap(), None);
        for wrong in [
            "socks5://u:planted@h:1",
            "http://",
            "http://u:planted@h:port",
        ] {
            let error = find(true, &[("all_proxy", wrong)]).unwrap_err();
            let message = error.message();
            assert!(
                message.contains("all_proxy") && !message.contains("planted"),
                "{message}"
            );
        }
    }
}
