//! `libauth explain`: is a request's signature right, and if not, which mistake made it.

use std::path::PathBuf;

use auth::explain::Explanation;
use auth::inbound::Inbound;
use serde_json::json;

use crate::failure::Failure;
use crate::files;
use crate::handle::{Handle, signed_path};
use crate::out::{Colour, Out, Verdict};
use crate::request::{From, Request};
use crate::settings::{Settings, Which};
use crate::strings::{first_difference, window};

/// The largest string to sign.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Say whether a request's signature is right, and if not, which mistake made it
///
/// The request is read as a raw HTTP message, a HAR entry or a curl command line, from a file or standard input.
/// The exit status is 0 for a right signature and 1 for a wrong or missing one.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    from: From,
    /// The request is a message that the platform sent to your server
    #[arg(long)]
    event: bool,
    /// Signature to judge, in place of the one in the request
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<String>,
    /// File with the string that the other side signed: compare it instead of its signature
    #[arg(long, value_name = "FILE", conflicts_with_all = ["signature", "event"])]
    string: Option<PathBuf>,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let handle = Handle::of(&settings, None)?;
    let request = args.from.read()?;
    let path = match args.event {
        true => request.path().to_owned(),
        false => signed_path(&settings, &request.target)?,
    };
    let message = Inbound {
        method: request.method.clone(),
        path,
        headers: request.headers(),
        body: request.body.clone(),
    };
    let theirs = args.string.as_deref().map(read_string).transpose()?;
    let explanation = match &theirs {
        Some(string) => handle.explain_string(&message, string)?,
        None => handle.explain(&message, args.signature.as_deref(), args.event)?,
    };
    if explanation.gave_up() {
        return Err(Failure::input(explanation.message()));
    }
    let signed = theirs.as_deref().or(explanation.signed_string());
    let is_right = match &theirs {
        Some(string) => string == explanation.string_to_sign(),
        None => explanation.matches(),
    };
    match out.is_json() {
        true => print_json(out, &settings, &request, &explanation, signed, is_right)?,
        false => print(out, &settings, &request, &explanation, signed, is_right)?,
    }
    Ok(match is_right {
        true => Verdict::Well,
        false => Verdict::Wrong,
    })
}

fn read_string(path: &std::path::Path) -> Result<String, Failure> {
    let wrong = |what: String| Failure::input(format!("{} {what}", path.display()));
    let bytes = files::read(path, LARGEST).map_err(wrong)?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".to_owned()))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

fn print_json(
    out: &mut Out,
    settings: &Settings,
    request: &Request,
    explanation: &Explanation,
    signed: Option<&str>,
    is_right: bool,
) -> Result<(), Failure> {
    let mistakes = explanation.mistakes().iter();
    let mistakes: Vec<&str> = mistakes.map(|mistake| mistake.name()).collect();
    let expected = explanation.string_to_sign();
    out.json(&json!({
        "platform": settings.platform.name(),
        "right": is_right,
        "signature_given": explanation.signature_given(),
        "mistakes": mistakes,
        "message": explanation.message(),
        "algorithm": explanation.algorithm(),
        "expected_string": expected,
        "expected_signature": explanation.signature(),
        "signed_string": signed,
        "first_difference": signed.and_then(|signed| first_difference(expected, signed)),
        "remarks": request.remarks,
    }))
}

fn print(
    out: &mut Out,
    settings: &Settings,
    request: &Request,
    explanation: &Explanation,
    signed: Option<&str>,
    is_right: bool,
) -> Result<(), Failure> {
    let expected = explanation.string_to_sign();
    let verdict = match (is_right, explanation.signature_given() || signed.is_some()) {
        (true, _) => out.paint(Colour::Green, "right"),
        (false, true) => out.paint(Colour::Red, "wrong"),
        (false, false) => out.paint(Colour::Red, "missing"),
    };
    let platform = settings.platform.name();
    let what = match explanation.signature_given() {
        true => "signature",
        false if signed.is_some() => "string to sign",
        false => "signature",
    };
    out.line(&format!("{platform}: the {what} is {verdict}"))?;
    for mistake in explanation.mistakes() {
        let name = out.paint(Colour::Yellow, mistake.name());
        out.line(&format!("  mistake    {name}: {}", mistake.description()))?;
        out.line(&format!("  what to do {}", mistake.advice()))?;
    }
    out.line(&format!("  {}", explanation.message()))?;
    for remark in &request.remarks {
        out.line(&format!("  note: {remark}"))?;
    }
    out.line("")?;
    out.line(&format!("  algorithm  {}", explanation.algorithm()))?;
    if let Some(signature) = explanation.signature() {
        out.line(&format!("  signature  {signature}"))?;
    }
    match signed.and_then(|signed| Some((signed, first_difference(expected, signed)?))) {
        Some((signed, at)) => print_both(out, expected, signed, at),
        None => {
            out.line("  what is to be signed:")?;
            let text: Vec<String> = expected.lines().map(|line| format!("  {line}")).collect();
            out.line(&text.join("\n"))
        }
    }
}

/// Both strings around the place where they part, the place marked.
fn print_both(out: &mut Out, expected: &str, signed: &str, at: usize) -> Result<(), Failure> {
    let mut columns = 0;
    for (title, text, colour) in [
        ("to sign  ", expected, Colour::Green),
        ("signed   ", signed, Colour::Red),
    ] {
        let (before, width, behind) = window(text, at);
        columns = width;
        let before = out.paint(Colour::Dim, &before);
        let behind = out.paint(colour, &behind);
        out.line(&format!("  {title}  {before}{behind}"))?;
    }
    let mark = out.paint(Colour::Yellow, "^");
    let indent = " ".repeat(2 + 9 + 2 + columns);
    out.line(&format!(
        "{indent}{mark} the first difference, at character {}",
        at + 1
    ))
}
