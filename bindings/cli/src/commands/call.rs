//! `libauth call`: any endpoint of a platform, signed or with a token.

use auth::answer::Answer;
use serde_json::{Value, json};

use crate::called::Called;
use crate::failure::Failure;
use crate::handle::Handle;
use crate::out::{Out, Verdict};
use crate::settings::{Settings, Which};

/// Call any endpoint of a platform, signed or with its token
///
/// Prints the answer's body. A refused token is replaced and the call made once more; else it is repeated only
/// with --idempotent.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    called: Called,
    /// Doing it twice does no harm: repeat it when its answer is lost
    #[arg(long)]
    idempotent: bool,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let call = args.called.call(args.idempotent)?;
    let handle = Handle::of(&settings, None)?;
    let answer = handle.call(&call, &args.called.limits.options())?;
    match out.is_json() {
        true => out.json(&document(&answer))?,
        false => out.line(&String::from_utf8_lossy(answer.body()))?,
    }
    Ok(Verdict::Well)
}

/// An answer as JSON, what the platform wrote included.
pub fn document(answer: &Answer) -> Value {
    let body: Value = serde_json::from_slice(answer.body())
        .unwrap_or_else(|_| json!(String::from_utf8_lossy(answer.body())));
    json!({
        "http_status": answer.http_status(),
        "code": answer.code(),
        "message": answer.message(),
        "trace_id": answer.trace_id(),
        "verified": answer.is_verified(),
        "body": body,
    })
}
