//! A request pasted as text: judged as if it had been received, without leaving a trace.

use serde_json::{Value, json};

use super::faults::Fault;
use super::http::Request;
use super::platform::{Call, PLATFORMS, process};
use super::server::Shared;
use super::state::{Recorded, ScopeState, now_ms};
use super::why::why;

/// Explains a raw HTTP request: a line such as `POST /creditpay/v1/… HTTP/1.1`, headers, an empty line, the body.
/// The path may begin at the platform's base, or with the sandbox's own `/{platform}`, or with a whole URL.
pub fn explain(shared: &Shared, platform: &str, text: &str) -> Result<Value, String> {
    let request = read(text)?;
    let target = without_origin(&request.target).to_owned();
    let (named, below) = below_base(&target);
    let name = named.unwrap_or(platform);
    let (platform, family) = PLATFORMS
        .iter()
        .find(|(known, _)| *known == name)
        .copied()
        .ok_or_else(|| format!("there is no platform '{name}'"))?;
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    let fault = Fault::default();
    let call = Call {
        platform,
        family,
        request: &request,
        path,
        query,
        base: shared.base(super::routing::DEFAULT_SCOPE, platform),
        fault: &fault,
        now_ms: now_ms(),
    };
    let reply = process(&call, &mut ScopeState::default());
    let recorded = Recorded {
        id: 0,
        platform: platform.to_owned(),
        scope: String::new(),
        operation: path.to_owned(),
        received_ms: now_ms(),
        request: request.clone(),
        status: reply.status,
        answer: Vec::new(),
        refused: reply.refused,
        fault: None,
        expected: reply.expected,
    };
    let explainer = shared.explainer.get().map(AsRef::as_ref);
    Ok(json!({
        "platform": platform,
        "operation": path,
        "refused": recorded.refused,
        "why": why(&recorded, below, explainer),
    }))
}

fn read(text: &str) -> Result<Request, String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim_start();
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let mut words = first.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err("the first line is not METHOD PATH".to_owned());
    };
    if !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err("the first line does not begin with a method such as POST".to_owned());
    }
    let mut headers = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(|| {
            format!(
                "'{}' is not a header",
                line.chars().take(40).collect::<String>()
            )
        })?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    // A text field ends in a line break that no client sends.
    let body = body.strip_suffix('\n').unwrap_or(body);
    Ok(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
        keep_alive: false,
    })
}

fn without_origin(target: &str) -> &str {
    match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    }
}

/// The platform that the path names, and the path below its base.
fn below_base(target: &str) -> (Option<&str>, &str) {
    let mut rest = target;
    // The prefixes of scopes and faults.
    while rest.starts_with("/s/") || rest.starts_with("/f/") {
        rest = rest[3..].find('/').map_or("", |at| &rest[3 + at..]);
    }
    let first = rest
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    // seller's paths begin with its own name.
    let is_base = PLATFORMS.iter().any(|(name, _)| *name == first)
        && !(first == "seller" && rest.starts_with("/seller/2"));
    match is_base {
        true => (Some(first), &rest[first.len() + 1..]),
        false => (None, rest),
    }
}
