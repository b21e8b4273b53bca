//! A server that answers every request with the same small envelope of the seller, in a process of its own, so that its
//! processor time is not counted. It costs as little as possible: what is measured is the client.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const TOKEN: &str = r#"{"code":200,"message":"success","data":{"accessToken":"Bearer eyJhbGciOiJIUzI1NiJ9.x.x","expiresIn":"7200000"}}"#;
const ANSWER: &str =
    r#"{"code":200,"message":"success","data":{"total":1},"locale":8,"localeDisplay":"GMT+8"}"#;

/// A server under way. It ends when this is dropped.
pub struct Server {
    process: Child,
    pub base: String,
    pub ca_file: Option<PathBuf>,
}

impl Server {
    /// `http`, `tls`, or `full`: TLS that resumes no session.
    pub fn start(kind: &str) -> Server {
        let program = std::env::current_exe().expect("a bench has a path");
        let mut process = Command::new(program)
            .args(["serve", kind])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut told = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_to_string(&mut told)
            .expect("the server tells its port");
        let mut lines = told.splitn(2, '\n');
        let port = lines.next().unwrap_or_default();
        let pem = lines.next().unwrap_or_default();
        let is_plain = pem.is_empty();
        let ca_file =
            std::env::temp_dir().join(format!("libauth-bench-{}-{port}.pem", std::process::id()));
        if !is_plain {
            std::fs::write(&ca_file, pem).expect("a temporary file can be written");
        }
        let scheme = if is_plain { "http" } else { "https" };
        Server {
            process,
            base: format!("{scheme}://127.0.0.1:{port}"),
            ca_file: (!is_plain).then_some(ca_file),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(file) = &self.ca_file {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// The server's own process: tells its port and its certificate, and serves until its input ends.
pub fn serve(kind: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let tls = (kind != "http").then(|| tls_config(kind == "full"));
    let pem = tls.as_ref().map_or("", |(_, pem)| pem.as_str());
    {
        let mut output = io::stdout().lock();
        write!(output, "{port}\n{pem}").expect("the bench listens");
        output.flush().expect("the bench listens");
    }
    close_output();
    std::thread::spawn(|| {
        // The bench ended.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    for stream in listener.incoming().flatten() {
        let tls = tls.as_ref().map(|(config, _)| Arc::clone(config));
        std::thread::spawn(move || {
            let _ = stream.set_nodelay(true);
            let _ = match tls {
                None => converse(stream),
                Some(config) => over_tls(stream, config),
            };
        });
    }
}

/// So that the bench sees the end of what is told.
fn close_output() {
    use std::os::fd::FromRawFd;
    // SAFETY: nobody writes to it any more.
    drop(unsafe { std::fs::File::from_raw_fd(1) });
}

fn tls_config(is_full: bool) -> (Arc<ServerConfig>, String) {
    let mut ca = rcgen::CertificateParams::default();
    let name = "libauth's benches".to_owned();
    ca.distinguished_name.push(rcgen::DnType::CommonName, name);
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = rcgen::KeyPair::generate().expect("a key can be made");
    let ca_certificate = ca.self_signed(&ca_key).expect("a certificate can be made");
    let issuer = rcgen::Issuer::from_params(&ca, &ca_key);
    let own_key = rcgen::KeyPair::generate().expect("a key can be made");
    let own =
        rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address is a name");
    let own = own
        .signed_by(&own_key, &issuer)
        .expect("a certificate can be signed");
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(own_key.serialize_pem().as_bytes())
        .expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .expect("the key is the certificate's");
    if is_full {
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    }
    (Arc::new(config), ca_certificate.pem())
}

fn over_tls(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let outcome = converse(&mut stream);
    stream.conn.send_close_notify();
    let _ = stream.flush();
    outcome
}

/// Answers one request after the other, each with one write, until the client goes.
fn converse(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        let Some(head) = buffer[..filled]
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
        else {
            let read = stream.read(&mut buffer[filled..])?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            continue;
        };
        let lines = buffer[..head].lines().map_while(Result::ok);
        let length = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = head + 4 + length.last().unwrap_or(0);
        while filled < whole {
            let read = stream.read(&mut buffer[filled..])?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
        }
        let request_line = buffer[..head]
            .lines()
            .next()
            .and_then(Result::ok)
            .unwrap_or_default();
        let body = if request_line.contains("/auth/") {
            TOKEN
        } else {
            ANSWER
        };
        let is_last = request_line.contains("/closed");
        let closing = if is_last { "Connection: close\r\n" } else { "" };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{closing}\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes())?;
        stream.flush()?;
        if is_last {
            return Ok(());
        }
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
}
