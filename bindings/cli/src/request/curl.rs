//! A curl command line, as people write it and browsers copy it.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Request, target_of};
use crate::files;

/// The largest file that `-d @file` names.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Options with a value that say nothing about the request.
const IGNORED: &[(&str, Option<char>)] = &[
    ("output", Some('o')),
    ("max-time", Some('m')),
    ("connect-timeout", None),
    ("retry", None),
    ("resolve", None),
    ("proxy", Some('x')),
    ("cacert", None),
    ("cert", Some('E')),
    ("key", None),
    ("write-out", Some('w')),
    ("interface", None),
];

/// Options without one.
const SWITCHES: &[(&str, Option<char>)] = &[
    ("silent", Some('s')),
    ("show-error", Some('S')),
    ("include", Some('i')),
    ("verbose", Some('v')),
    ("insecure", Some('k')),
    ("location", Some('L')),
    ("globoff", Some('g')),
    ("fail", Some('f')),
    ("no-buffer", Some('N')),
    ("compressed", None),
    ("http1.1", None),
    ("http2", None),
    ("ipv4", Some('4')),
    ("ipv6", Some('6')),
];

const DATA: [&str; 5] = ["data", "data-raw", "data-binary", "data-ascii", "json"];

pub fn read(text: &str) -> Result<Request, String> {
    let plain = with_plain_quotes(text);
    let words = shlex::split(&plain).ok_or(
        "is a curl command whose quotes do not match (of Windows' cmd? copy it as curl for bash)",
    )?;
    let matches = command()
        .try_get_matches_from(words)
        .map_err(|error| problem(&error))?;
    let body = body(&matches)?;
    let url = text_of(&matches, "url").ok_or("is a curl command without a URL")?;
    let mut target = target_of(url);
    let has_data = body.is_some();
    let mut body = body.unwrap_or_default();
    if is_set(&matches, "get") && has_data {
        let query = String::from_utf8(std::mem::take(&mut body))
            .map_err(|_| "has a query that is not UTF-8")?;
        target += if target.contains('?') { "&" } else { "?" };
        target += &query;
    }
    let method = match text_of(&matches, "request") {
        Some(method) => method,
        None if is_set(&matches, "head") => "HEAD",
        None if has_data && !is_set(&matches, "get") => "POST",
        None => "GET",
    };
    Ok(Request {
        method: method.to_owned(),
        target,
        headers: headers(&matches, has_data),
        body,
        remarks: Vec::new(),
    })
}

fn command() -> Command {
    let value = |name: &'static str| Arg::new(name).long(name).allow_hyphen_values(true);
    let many = |name| value(name).action(ArgAction::Append);
    let mut command = Command::new("curl")
        .no_binary_name(false)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(value("request").short('X'))
        .arg(many("header").short('H'))
        .arg(many("data").short('d'))
        .arg(many("data-raw"))
        .arg(many("data-binary"))
        .arg(many("data-ascii"))
        .arg(many("json"))
        .arg(value("user-agent").short('A'))
        .arg(value("referer").short('e'))
        .arg(value("cookie").short('b'))
        .arg(value("user").short('u'))
        .arg(value("url-option").long("url"))
        .arg(switch("get", Some('G')))
        .arg(switch("head", Some('I')))
        .arg(Arg::new("url"));
    for (name, short) in IGNORED {
        let arg = value(name).action(ArgAction::Append);
        command = command.arg(match short {
            Some(short) => arg.short(*short),
            None => arg,
        });
    }
    for (name, short) in SWITCHES {
        command = command.arg(switch(name, *short));
    }
    command
}

fn switch(name: &'static str, short: Option<char>) -> Arg {
    let arg = Arg::new(name).long(name).action(ArgAction::Count);
    match short {
        Some(short) => arg.short(short),
        None => arg,
    }
}

fn text_of<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    let found = matches.get_one::<String>(name).map(String::as_str);
    match name {
        "url" => found.or_else(|| text_of(matches, "url-option")),
        _ => found,
    }
}

fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.get_count(name) > 0
}

/// Values of all ways to give data, in the order given, joined as curl joins them.
fn body(matches: &ArgMatches) -> Result<Option<Vec<u8>>, String> {
    let mut parts: Vec<(usize, &str, &str)> = Vec::new();
    for name in DATA {
        let values = matches.get_many::<String>(name).into_iter().flatten();
        let places = matches.indices_of(name).into_iter().flatten();
        parts.extend(
            places
                .zip(values)
                .map(|(at, value)| (at, name, value.as_str())),
        );
    }
    parts.sort_unstable();
    let mut body = Vec::new();
    for (count, (_, name, value)) in parts.iter().enumerate() {
        if count > 0 && *name != "json" {
            body.push(b'&');
        }
        match value.strip_prefix('@').filter(|_| *name != "data-raw") {
            None => body.extend_from_slice(value.as_bytes()),
            Some("-") => {
                return Err("is a curl command that reads its data from standard input: put the data into it".to_owned());
            }
            Some(path) => {
                let mut bytes = files::read(Path::new(path), LARGEST)
                    .map_err(|what| format!("names the file {path}, which {what}"))?;
                if *name == "data" || *name == "data-ascii" {
                    bytes.retain(|byte| !b"\r\n\0".contains(byte));
                }
                body.extend_from_slice(&bytes);
            }
        }
    }
    Ok((!parts.is_empty()).then_some(body))
}

fn headers(matches: &ArgMatches, has_data: bool) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in matches.get_many::<String>("header").into_iter().flatten() {
        // `Name;` is curl's way to send an empty one, `Name:` to send none.
        match header.split_once(':') {
            Some((name, value)) if !value.trim().is_empty() => {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            None if header.ends_with(';') => {
                headers.push((header.trim_end_matches(';').to_owned(), String::new()));
            }
            _ => {}
        }
    }
    let is_json = matches.get_many::<String>("json").is_some();
    let has_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if has_data && !has_type {
        let of_data = match is_json {
            true => "application/json",
            false => "application/x-www-form-urlencoded",
        };
        headers.push(("Content-Type".to_owned(), of_data.to_owned()));
    }
    for (option, name) in [
        ("user-agent", "User-Agent"),
        ("referer", "Referer"),
        ("cookie", "Cookie"),
    ] {
        if let Some(value) = text_of(matches, option) {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    headers
}

/// Only the option is named: a value may be a secret.
fn problem(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if option.starts_with('-') => option.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::UnknownArgument if option.is_empty() => {
            "is a curl command with two URLs: give one request".to_owned()
        }
        ErrorKind::UnknownArgument => {
            format!("is a curl command with {option}, which is not understood here")
        }
        _ => "is a curl command that cannot be read: an option lacks its value, or stands twice"
            .to_owned(),
    }
}

/// `$'…'`, which browsers write where a text has line breaks or letters beyond ASCII, as plain quotes.
fn with_plain_quotes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    // What quotes the place that is looked at.
    let mut quote = None;
    while let Some(c) = rest.next() {
        match (quote, c) {
            (None, '$') if rest.peek() == Some(&'\'') => {
                rest.next();
                plain.push('\'');
                for c in unescaped(&mut rest).chars() {
                    match c {
                        '\'' => plain.push_str("'\\''"),
                        c => plain.push(c),
                    }
                }
                plain.push('\'');
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some('"'), '\\') => {
                // A line that goes on; Windows' line ends with two characters.
                let mut next = rest.next();
                if next == Some('\r') && rest.peek() == Some(&'\n') {
                    next = rest.next();
                }
                if next != Some('\n') {
                    plain.push(c);
                    plain.extend(next);
                }
                continue;
            }
            _ => {}
        }
        plain.push(c);
    }
    plain
}

/// What stands in `$'…'`, up to the quote that ends it.
fn unescaped(rest: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let mut bytes = Vec::new();
    let mut utf8 = [0; 4];
    while let Some(c) = rest.next() {
        if c == '\'' {
            break;
        }
        let escaped = if c == '\\' { rest.next() } else { None };
        let c = match escaped {
            None => c,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => hex(rest, 4),
            Some('U') => hex(rest, 8),
            Some('x') => {
                // A byte, which may be a part of a letter.
                bytes.push(hex(rest, 2) as u32 as u8);
                continue;
            }
            Some(other) => other,
        };
        bytes.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(rest: &mut std::iter::Peekable<std::str::Chars>, most: usize) -> char {
    let mut number = 0;
    for _ in 0..most {
        let Some(digit) = rest.peek().and_then(|c| c.to_digit(16)) else {
            break;
        };
        number = number * 16 + digit;
        rest.next();
    }
    char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let request = read(
            "curl 'https://host/dg/v1/pay?plat_id=p' \\\n  -X POST -H 'signature: abc=' \\\n -H 'Content-Type: application/json' --compressed --data-raw $'{\"a\":\"it\\'s \\u00e9\\n\"}' -k",
        )
        .unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.target, "/dg/v1/pay?plat_id=p");
        assert_eq!(request.body, "{\"a\":\"it's é\n\"}".as_bytes());
        assert_eq!(
            request.headers[0],
            ("signature".to_owned(), "abc=".to_owned())
        );
        let request = read("curl -sS --json '{\"a\":1}' http://127.0.0.1/x").unwrap();
        assert_eq!(
            (request.method.as_str(), request.body.as_slice()),
            ("POST", &b"{\"a\":1}"[..])
        );
        let request = read("curl -G -d a=1 --data b=2 http://h/x?c").unwrap();
        assert_eq!(
            (request.method.as_str(), request.target.as_str()),
            ("GET", "/x?c&a=1&b=2")
        );
        let request = read("curl -d \"a=\\\"1\\\"\" http://h/").unwrap();
        assert_eq!(request.body, b"a=\"1\"");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, said) in [
            ("curl 'http://h", "quotes"),
            ("curl -F a=b http://h", "-F"),
            ("curl -H", "lacks its value"),
            ("curl -s", "without a URL"),
            ("curl http://a http://b", "two URLs"),
            ("curl -d @- http://a", "standard input"),
            ("curl -d @/no/such/file http://a", "/no/such/file"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
        // No value is repeated.
        let error = read("curl --secret=hush-hush http://h").unwrap_err();
        assert!(!error.contains("hush"), "{error}");
    }
}
