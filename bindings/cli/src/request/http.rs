//! A raw HTTP request: as a proxy, a server's log or an editor has it.

use httparse::{EMPTY_HEADER, Status};

use super::{Request, target_of};

/// More headers than anybody sends.
const MOST_HEADERS: usize = 200;

pub fn read(text: &[u8]) -> Result<Request, String> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    // HTTP/1.1 is what everybody forgets when a request is written down.
    let whole = with_version(text);
    let length = match parsed.parse(&whole) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => {
            // A head alone, which ends with the file.
            return read_head_alone(&whole);
        }
        Err(error) => return Err(not_http(&whole, &error)),
    };
    let mut request = request_of(&parsed)?;
    let body = &whole[length..];
    let value = |name: &str| {
        let mut found = request.headers.iter();
        let found = found.find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let is_chunked = value("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    let announced = value("content-length").and_then(|text| text.trim().parse::<usize>().ok());
    request.body = match announced {
        _ if is_chunked => chunks(body).unwrap_or_else(|| {
            request
                .remarks
                .push("the body is not in chunks, as its header says: taken as it is".to_owned());
            without_last_break(body).to_vec()
        }),
        Some(length) if body.len() >= length => body[..length].to_vec(),
        Some(length) => {
            request.remarks.push(format!(
                "Content-Length says {length} bytes, and the body has {}: something was lost or changed on the way here",
                body.len()
            ));
            body.to_vec()
        }
        None => {
            let shorter = without_last_break(body);
            if shorter.len() < body.len() {
                request
                    .remarks
                    .push("the line break at the end of the file is not taken for a part of the body; if it was sent, add Content-Length".to_owned());
            }
            shorter.to_vec()
        }
    };
    if std::str::from_utf8(&request.body).is_err() {
        request
            .remarks
            .push("the body is not UTF-8 (GBK perhaps)".to_owned());
    }
    Ok(request)
}

/// The text with ` HTTP/1.1` behind its first line if nothing of the kind stands there.
fn with_version(text: &[u8]) -> Vec<u8> {
    let end = text
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    let line = first.strip_suffix(b"\r").unwrap_or(first);
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let (version, is_two) = match words.last() {
        Some(last) if last.starts_with(b"HTTP/") => (*last, words.len() == 3),
        _ => (&b""[..], words.len() == 2),
    };
    if !is_two || version == b"HTTP/1.1" || version == b"HTTP/1.0" {
        return text.to_vec();
    }
    // HTTP/2 has no request line: browsers write one down all the same.
    let line = &line[..line.len() - version.len()];
    let line = line.strip_suffix(b" ").unwrap_or(line);
    [
        line,
        b" HTTP/1.1\r",
        if rest.is_empty() { b"\n" } else { rest },
    ]
    .concat()
}

fn read_head_alone(text: &[u8]) -> Result<Request, String> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let ended = [text, b"\r\n\r\n"].concat();
    match parsed.parse(&ended) {
        Ok(Status::Complete(_)) => request_of(&parsed),
        Ok(Status::Partial) => Err("is no whole HTTP request: its headers do not end".to_owned()),
        Err(error) => Err(not_http(text, &error)),
    }
}

fn request_of(parsed: &httparse::Request) -> Result<Request, String> {
    let mut headers = Vec::new();
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value)
            .map_err(|_| format!("has a header {} that is not UTF-8", header.name))?;
        headers.push((header.name.to_owned(), value.trim().to_owned()));
    }
    Ok(Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: target_of(parsed.path.unwrap_or_default()),
        headers,
        body: Vec::new(),
        remarks: Vec::new(),
    })
}

/// In words for whoever wrote the file.
fn not_http(text: &[u8], error: &httparse::Error) -> String {
    const BEGINS: &str = "a request begins with a line such as POST /path HTTP/1.1";
    if text.starts_with(b"HTTP/") {
        return format!("is an answer, not a request: {BEGINS}");
    }
    if text.contains(&0) {
        return format!("is binary, not HTTP: {BEGINS}");
    }
    match error {
        httparse::Error::HeaderName | httparse::Error::HeaderValue => {
            "is no HTTP request: a line of its head is no `Name: value`".to_owned()
        }
        httparse::Error::TooManyHeaders => {
            format!("is no HTTP request: it has more than {MOST_HEADERS} headers")
        }
        _ => format!("is no HTTP request, HAR entry or curl command: {BEGINS}"),
    }
}

fn without_last_break(body: &[u8]) -> &[u8] {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

/// What was sent in chunks.
fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let Ok(Status::Complete((start, size))) = httparse::parse_chunk_size(rest) else {
            return None;
        };
        if size == 0 {
            return Some(body);
        }
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        body.extend_from_slice(rest.get(start..end)?);
        rest = rest.get(end..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_they_were_sent() {
        let request =
            read(b"POST /v1/pay?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}\n").unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.target, "/v1/pay?a=b");
        assert_eq!(request.body, b"{}");
        assert!(request.remarks.is_empty());
        // By an editor: line feeds alone, and one at the end.
        let request = read(b"POST /v1/pay\nHost: h\n\n{\"a\":1}\n").unwrap();
        assert_eq!(request.body, b"{\"a\":1}");
        assert_eq!(request.remarks.len(), 1);
        // By a browser.
        let request = read(b"GET https://host/v1 HTTP/2\nhost: h").unwrap();
        assert_eq!((request.target.as_str(), request.headers.len()), ("/v1", 1));
    }

    #[test]
    fn chunks_are_joined() {
        let text =
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assert_eq!(read(text).unwrap().body, b"abc");
    }

    #[test]
    fn what_is_no_request_is_said() {
        for (text, said) in [
            (&b"HTTP/1.1 200 OK\r\n\r\n"[..], "an answer"),
            (b"hello\nworld\n\n", "begins with a line such as"),
            (b"\x00\x01\x02", "binary"),
            (b"POST / HTTP/1.1\r\nno header\r\n\r\n", "`Name: value`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
