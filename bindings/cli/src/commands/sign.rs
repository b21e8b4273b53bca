//! `libauth sign`: the signed request, sent by nobody.

use auth::explain::Explanation;
use auth::http::HttpRequest;
use auth::inbound::Inbound;
use serde_json::{Value, json};

use crate::called::Called;
use crate::failure::Failure;
use crate::handle::{Handle, signed_path};
use crate::masked::{MASK, is_secret_header};
use crate::out::{Colour, Out, Verdict};
use crate::settings::{Settings, Which};

/// Print the signed request of a call, without sending it
///
/// The request is printed as a raw HTTP message, for another client to send and for libauth explain to read.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    called: Called,
    /// Print the string that is signed, the key masked, instead of the request
    #[arg(long)]
    string: bool,
    /// Do not mask secrets that the request carries, such as creditpay's api-key
    #[arg(long)]
    reveal: bool,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let call = args.called.call(false)?;
    let handle = Handle::of(&settings, None)?;
    let request = handle.sign(&call, &args.called.limits.options())?;
    let target = target_of(request.url());
    let shown = |name: &str, value: &str| match is_secret_header(name) && !args.reveal {
        true => MASK.to_owned(),
        false => value.to_owned(),
    };
    if out.is_json() {
        let explanation = explained(&settings, &handle, &request, target)?;
        let headers: Vec<Value> = request
            .headers()
            .iter()
            .map(|(name, value)| json!([name, shown(name, value)]))
            .collect();
        out.json(&json!({
            "method": request.method(),
            "url": request.url(),
            "headers": headers,
            "body": String::from_utf8_lossy(request.body()),
            "string_to_sign": explanation.string_to_sign(),
            "algorithm": explanation.algorithm(),
        }))?;
        return Ok(Verdict::Well);
    }
    if args.string {
        let explanation = explained(&settings, &handle, &request, target)?;
        out.line(explanation.string_to_sign())?;
        return Ok(Verdict::Well);
    }
    let host = request.url().split("://").nth(1).unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    let mut lines = vec![
        format!("{} {target} HTTP/1.1", request.method()),
        format!("Host: {host}"),
    ];
    for (name, value) in request.headers().iter() {
        lines.push(format!("{name}: {}", shown(name, value)));
    }
    lines.push(format!("Content-Length: {}", request.body().len()));
    lines.push(String::new());
    lines.push(String::from_utf8_lossy(request.body()).into_owned());
    out.line(&lines.join("\r\n"))?;
    let masks = request
        .headers()
        .iter()
        .any(|(name, _)| is_secret_header(name));
    if masks && !args.reveal {
        let note = out.paint(Colour::Dim, "a secret is masked: --reveal shows it");
        eprintln!("libauth: {note}");
    }
    Ok(Verdict::Well)
}

fn explained(
    settings: &Settings,
    handle: &Handle,
    request: &HttpRequest,
    target: &str,
) -> Result<Explanation, Failure> {
    let message = Inbound {
        method: request.method().to_owned(),
        path: signed_path(settings, target)?,
        headers: request.headers().clone(),
        body: request.body().to_vec(),
    };
    handle.explain(&message, None, false)
}

/// Path and query of an absolute URL.
fn target_of(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
    url[begin..].find('/').map_or("/", |at| &url[begin + at..])
}
