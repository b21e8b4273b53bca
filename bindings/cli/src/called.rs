//! A business call as it is described on the command line, and what its options are.

use auth::Options;
use auth::call::Call;

use crate::failure::Failure;
use crate::files;

/// The largest body that is sent.
const LARGEST: u64 = 64 * 1024 * 1024;

// A call. (No doc comment: clap would take it for the description of the subcommand.)
#[derive(clap::Args)]
pub struct Called {
    /// HTTP method
    method: String,
    /// Path below the base URL, beginning with a slash
    path: String,
    /// Body: the text itself, @FILE, or - for standard input
    #[arg(value_name = "BODY")]
    body: Option<String>,
    /// Query parameter, unescaped; as often as need be
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// Header besides those that libauth sets; as often as need be
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Type of the body [default: application/json]
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    #[command(flatten)]
    pub limits: Limits,
}

// What one call may take. (No doc comment: clap would take it for the description of the subcommand.)
#[derive(clap::Args)]
pub struct Limits {
    /// Deadline of the whole call in milliseconds
    #[arg(long, value_name = "MS")]
    timeout_ms: Option<i64>,
    /// Id under which the platform and the log know the call
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,
}

impl Limits {
    pub fn options(&self) -> Options {
        Options {
            timeout_ms: self.timeout_ms,
            trace_id: self.trace_id.clone(),
            ..Options::default()
        }
    }
}

impl Called {
    pub fn call(&self, idempotent: bool) -> Result<Call, Failure> {
        let mut call = Call::new(&self.method, &self.path);
        for pair in &self.query {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("--query {pair} is not NAME=VALUE")))?;
            call.query.push((name.to_owned(), value.to_owned()));
        }
        for header in &self.header {
            // It may be a secret: it is not repeated.
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| Failure::usage("--header is not NAME: VALUE"))?;
            call.headers.add(name.trim(), value.trim());
        }
        if let Some(body) = &self.body {
            call.body = body_of(body)?;
        }
        call.content_type.clone_from(&self.content_type);
        call.idempotent = idempotent;
        Ok(call)
    }
}

fn body_of(given: &str) -> Result<Vec<u8>, Failure> {
    if given == "-" {
        return files::read_all(std::io::stdin().lock(), LARGEST)
            .map_err(|what| Failure::input(format!("standard input {what}")));
    }
    match given.strip_prefix('@') {
        Some(path) => files::read(path.as_ref(), LARGEST)
            .map_err(|what| Failure::input(format!("{path} {what}"))),
        None => Ok(given.as_bytes().to_vec()),
    }
}
