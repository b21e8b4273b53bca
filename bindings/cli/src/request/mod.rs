//! A request as somebody has it: a raw HTTP message, a HAR entry, or a curl command line.

mod curl;
mod har;
mod http;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use auth::http::Headers;

use crate::failure::Failure;
use crate::files;

/// The largest text that a request is looked for in: a browser's log of a whole session is some tens of MiB.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A request, read.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// As in the request line: with the query, without scheme and host.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What was odd about the text and may matter: one line each.
    pub remarks: Vec<String>,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn headers(&self) -> Headers {
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

// Where a request is read from. (No doc comment: clap would take it for the description of the subcommand.)
#[derive(clap::Args)]
pub struct From {
    /// File with the request: raw HTTP, a HAR entry or a curl command line; standard input if left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Which entry of a HAR file, from 1
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
}

impl From {
    pub fn read(&self) -> Result<Request, Failure> {
        let (place, bytes) = match self.file.as_deref().filter(|path| *path != Path::new("-")) {
            Some(path) => (path.display().to_string(), files::read(path, LARGEST)),
            None => {
                let stdin = std::io::stdin();
                if stdin.is_terminal() {
                    eprintln!("libauth: paste the request, then Ctrl-D");
                }
                let bytes = files::read_all(stdin.lock(), LARGEST);
                ("standard input".to_owned(), bytes)
            }
        };
        let read = bytes.and_then(|bytes| read(&bytes, self.entry));
        read.map_err(|what| Failure::input(format!("{place} {what}")))
    }
}

/// Reads a request in any of the forms; the error is what stands behind the file's name.
fn read(bytes: &[u8], entry: Option<usize>) -> Result<Request, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is UTF-16: save it as UTF-8".to_owned());
    }
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    let Some(start) = start else {
        return Err("is empty: give a raw HTTP request, a HAR entry or a curl command".to_owned());
    };
    let text = &bytes[start..];
    let is_curl = |text: &[u8]| {
        text.strip_prefix(b"curl").is_some_and(|rest| {
            let rest = rest.strip_prefix(b".exe").unwrap_or(rest);
            rest.first().is_some_and(u8::is_ascii_whitespace)
        })
    };
    let prompt = text.strip_prefix(b"$ ").unwrap_or(text);
    if is_curl(prompt) {
        return curl::read(as_text(prompt)?);
    }
    if text.starts_with(b"{") || text.starts_with(b"[") {
        return har::read(as_text(text)?, entry);
    }
    http::read(text)
}

fn as_text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        format!(
            "is not UTF-8 (byte {at}; GBK perhaps: iconv -f GBK -t UTF-8), so what was sent cannot be told"
        )
    })
}

/// What stands in a request line for a URL or path: without scheme, host and fragment.
fn target_of(url: &str) -> String {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or("", |at| &rest[at..]),
        None => url,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    match rest.starts_with('/') {
        true => rest.to_owned(),
        false => format!("/{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (url, target) in [
            ("https://host/dg/v1?a=b", "/dg/v1?a=b"),
            ("https://host", "/"),
            ("https://host?a", "/?a"),
            ("/v1#x", "/v1"),
        ] {
            assert_eq!(target_of(url), target);
        }
    }
}
