//! The raw HTTP/1.1 server side: read one request, write one answer, exactly as told.
//!
//! It is written by hand because a sandbox must be able to send what no HTTP library would.

use std::io::{self, Read, Write};
use std::time::Duration;

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// A request as it was received: nothing is decoded or reordered.
#[derive(Clone, Debug)]
pub struct Request {
    /// As received.
    pub method: String,
    /// The request target as received: path and query.
    pub target: String,
    /// Names and values in the order and spelling they came in.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// Whether the client wants to keep the connection.
    pub keep_alive: bool,
}

impl Request {
    /// Every value of a header, whatever the case of its name.
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        let same_name = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        let values = self.headers.iter().filter(same_name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).first().copied()
    }

    /// The media type of the body in lower case, without parameters such as `charset`.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }
}

/// What happens on the connection once an answer is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ending {
    /// Keep the connection for the next request.
    #[default]
    KeepAlive,
    /// Say `Connection: close`, and close.
    Announced,
    /// Promise keep-alive, and close all the same.
    Unannounced,
    /// Close (FIN) without any answer.
    NoAnswer,
    /// Reset (RST) without any answer.
    Reset,
}

/// How an answer goes out.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Wait this long before the first byte.
    pub wait: Option<Duration>,
    /// Send one byte at a time with this pause.
    pub drip: Option<Duration>,
    /// Announce the whole body, send only this many bytes of it, and close.
    pub cut: Option<usize>,
    pub chunked: bool,
    /// Send these bytes instead of an HTTP answer.
    pub instead: Option<Vec<u8>>,
    pub ending: Ending,
}

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    /// Headers besides `Date`, `Content-Type` and those of the framing.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The time that the `Date` header tells, Unix milliseconds.
    pub date_ms: i64,
    pub delivery: Delivery,
}

impl Answer {
    pub fn new(
        status: u16,
        content_type: &'static str,
        body: impl Into<Vec<u8>>,
        date_ms: i64,
    ) -> Answer {
        Answer {
            status,
            content_type,
            headers: Vec::new(),
            body: body.into(),
            date_ms,
            delivery: Delivery::default(),
        }
    }

    pub fn text(status: u16, text: impl Into<Vec<u8>>, date_ms: i64) -> Answer {
        Answer::new(status, "text/plain; charset=utf-8", text, date_ms)
    }

    pub fn json(status: u16, body: impl Into<Vec<u8>>, date_ms: i64) -> Answer {
        Answer::new(status, "application/json; charset=utf-8", body, date_ms)
    }
}

/// Why no request could be read.
#[derive(Debug)]
pub enum ReadError {
    /// The connection ended or failed: there is nobody to answer.
    Gone,
    /// The bytes are not acceptable HTTP: answer with this status and text.
    Malformed(u16, &'static str),
}

impl From<io::Error> for ReadError {
    fn from(_: io::Error) -> ReadError {
        ReadError::Gone
    }
}

/// Reads one request. `buffer` keeps what was received beyond it for the next call.
pub fn read_request(
    stream: &mut (impl Read + Write),
    buffer: &mut Vec<u8>,
) -> Result<Request, ReadError> {
    let (mut request, head_length) = loop {
        if let Some(found) = parse_head(buffer)? {
            break found;
        }
        if buffer.len() > HEAD_LIMIT {
            return Err(ReadError::Malformed(
                431,
                "the request head exceeds 64 KiB\n",
            ));
        }
        receive(stream, buffer)?;
    };
    buffer.drain(..head_length);

    let lengths = request.header_values("content-length");
    let chunked = request
        .header_values("transfer-encoding")
        .iter()
        .any(|value| value.eq_ignore_ascii_case("chunked"));
    if lengths.len() > 1 || (chunked && !lengths.is_empty()) {
        return Err(ReadError::Malformed(400, "ambiguous length of the body\n"));
    }
    let length = match lengths.first() {
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| ReadError::Malformed(400, "Content-Length is not a number\n"))?,
        None => 0,
    };
    if length > BODY_LIMIT {
        return Err(ReadError::Malformed(413, "the body exceeds 8 MiB\n"));
    }
    let expects = request.header("expect").unwrap_or_default();
    if expects.eq_ignore_ascii_case("100-continue") && buffer.is_empty() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        stream.flush()?;
    }
    request.body = if chunked {
        read_chunks(stream, buffer)?
    } else {
        take(stream, buffer, length)?
    };
    Ok(request)
}

fn parse_head(buffer: &[u8]) -> Result<Option<(Request, usize)>, ReadError> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(ReadError::Malformed(400, "not an HTTP/1.1 request\n")),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), text(header.value)))
        .collect();
    let wants_close = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close")
    });
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers,
        body: Vec::new(),
        keep_alive: parsed.version == Some(1) && !wants_close,
    };
    Ok(Some((request, length)))
}

fn receive(stream: &mut impl Read, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    let mut block = [0; 16 * 1024];
    match stream.read(&mut block)? {
        0 => Err(ReadError::Gone),
        count => {
            buffer.extend_from_slice(&block[..count]);
            Ok(())
        }
    }
}

fn take(stream: &mut impl Read, buffer: &mut Vec<u8>, length: usize) -> Result<Vec<u8>, ReadError> {
    while buffer.len() < length {
        receive(stream, buffer)?;
    }
    Ok(buffer.drain(..length).collect())
}

fn read_chunks(stream: &mut impl Read, buffer: &mut Vec<u8>) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(buffer) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => {
                receive(stream, buffer)?;
                continue;
            }
            Err(_) => return Err(ReadError::Malformed(400, "a chunk has no valid size\n")),
        };
        if size > BODY_LIMIT as u64 || body.len() + size as usize > BODY_LIMIT {
            return Err(ReadError::Malformed(413, "the body exceeds 8 MiB\n"));
        }
        buffer.drain(..start);
        // Trailers are not supported: the last chunk is followed by an empty line.
        let chunk = take(stream, buffer, size as usize + 2)?;
        body.extend_from_slice(&chunk[..size as usize]);
        if size == 0 {
            return Ok(body);
        }
    }
}

/// Writes an answer. `pause` waits, and returns true when the sandbox is being stopped.
pub fn write_answer(
    stream: &mut impl Write,
    answer: &Answer,
    ending: Ending,
    pause: &dyn Fn(Duration) -> bool,
) -> io::Result<()> {
    let bytes = match &answer.delivery.instead {
        Some(bytes) => bytes.clone(),
        None => serialize(answer, ending),
    };
    let Some(interval) = answer.delivery.drip else {
        stream.write_all(&bytes)?;
        return stream.flush();
    };
    for byte in &bytes {
        stream.write_all(std::slice::from_ref(byte))?;
        stream.flush()?;
        if pause(interval) {
            break;
        }
    }
    Ok(())
}

fn serialize(answer: &Answer, ending: Ending) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nDate: {}\r\nServer: libauth-sandbox\r\n",
        answer.status,
        reason(answer.status),
        http_date(answer.date_ms)
    );
    if !answer.content_type.is_empty() {
        head += &format!("Content-Type: {}\r\n", answer.content_type);
    }
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if ending == Ending::Announced {
        head += "Connection: close\r\n";
    } else {
        head += "Connection: keep-alive\r\n";
    }
    let body = if answer.delivery.chunked {
        head += "Transfer-Encoding: chunked\r\n";
        chunks(&answer.body)
    } else {
        head += &format!("Content-Length: {}\r\n", answer.body.len());
        answer.body.clone()
    };
    let sent = answer
        .delivery
        .cut
        .map_or(body.len(), |cut| cut.min(body.len()));
    let mut bytes = (head + "\r\n").into_bytes();
    bytes.extend_from_slice(&body[..sent]);
    bytes
}

/// Seven bytes a chunk, so that even a short answer has several, and splits characters.
fn chunks(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(7) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

fn http_date(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The text of a percent-encoded path segment.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = bytes
            .get(index + 1..index + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[index], hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                index += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A path segment with everything encoded that a URL might not carry.
pub fn percent_encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~=,".contains(&byte);
    text.bytes()
        .map(|byte| match keep(byte) {
            true => (byte as char).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
