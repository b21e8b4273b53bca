//! Sending a message to a server on this machine, as the platform does.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::{Value, json};

use super::Message;

/// How long a user's server has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

pub fn path_of(url: &str) -> Result<String, String> {
    let (_, path) = split_url(url)?;
    let path = path.split('?').next().unwrap_or_default();
    Ok(path.to_owned())
}

/// The authority, and the path with its query, of an `http://` URL.
fn split_url(url: &str) -> Result<(&str, &str), String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("url must begin with http://")?;
    if rest.contains(|c: char| c.is_ascii_control() || c == ' ') {
        return Err("url holds a space or a control character".to_owned());
    }
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Ok((authority, if path.is_empty() { "/" } else { path }))
}

/// Sends a message as the platform does, to loopback only, and judges the answer as it does.
pub fn send(url: &str, platform: &str, message: &Message) -> Result<Value, String> {
    let (authority, target) = split_url(url)?;
    let with_port = match authority.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_owned(),
        _ => format!("{authority}:80"),
    };
    let address = loopback(&with_port)?;
    let reach = |error: std::io::Error| format!("{url} cannot be reached: {error}");
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).map_err(reach)?;
    stream.set_read_timeout(Some(TIMEOUT)).map_err(reach)?;
    stream.set_write_timeout(Some(TIMEOUT)).map_err(reach)?;
    let mut head = format!("POST {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    for (name, value) in &message.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", message.body.len());
    stream
        .write_all((head + &message.body).as_bytes())
        .map_err(reach)?;
    let received = receive(&mut stream);
    let (status, body) = read_response(&received).ok_or("the answer is not HTTP/1.1")?;
    let says_success = body.trim().eq_ignore_ascii_case("SUCCESS");
    let accepted = status == 200 && (platform.starts_with("creditpay") || says_success);
    Ok(json!({"status": status, "body": body, "accepted": accepted}))
}

/// What the user's server answers. Whatever arrived counts, however the connection ended.
fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let mut block = [0; 16 * 1024];
    while received.len() < 1024 * 1024 && !is_complete(&received) {
        match stream.read(&mut block) {
            Ok(count) if count > 0 => received.extend_from_slice(&block[..count]),
            _ => break,
        }
    }
    received
}

/// Whether the body is as long as announced: some servers do not close when they are asked to.
fn is_complete(bytes: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(head)) = response.parse(bytes) else {
        return false;
    };
    let mut lengths = response.headers.iter().filter_map(|header| {
        let is_length = header.name.eq_ignore_ascii_case("content-length");
        std::str::from_utf8(header.value)
            .ok()
            .filter(|_| is_length)?
            .parse()
            .ok()
    });
    lengths
        .next()
        .is_some_and(|length: usize| bytes.len() - head >= length)
}

fn loopback(authority: &str) -> Result<SocketAddr, String> {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if host != "localhost" && !literal.is_ok_and(|address| address.is_loopback()) {
        return Err("url must be on loopback: 127.0.0.1, [::1] or localhost".to_owned());
    }
    let mut addresses = authority
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    addresses
        .find(|address| address.ip().is_loopback())
        .ok_or("url is not on loopback".to_owned())
}

fn read_response(bytes: &[u8]) -> Option<(u16, String)> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes).ok()? else {
        return None;
    };
    let chunked = response
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("transfer-encoding"));
    let mut rest = &bytes[length..];
    let mut body = Vec::new();
    if !chunked {
        body.extend_from_slice(rest);
    } else {
        while let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) {
            if size == 0 {
                break;
            }
            let end = start.checked_add(usize::try_from(size).ok()?)?;
            body.extend_from_slice(rest.get(start..end)?);
            rest = rest.get(end + 2..)?;
        }
    }
    Some((response.code?, String::from_utf8_lossy(&body).into_owned()))
}
