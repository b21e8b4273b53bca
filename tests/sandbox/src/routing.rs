//! From a request to its answer: which scope, which fault, which platform.

use super::control;
use super::daxpay_open::fixed_text;
use super::faults::Fault;
use super::guard;
use super::http::{Answer, Ending, Request, percent_decode};
use super::misbehave::{deliver, finish, intercept};
use super::page;
use super::platform::{Call, Family, PLATFORMS, is_login, nonce, process};
use super::server::Shared;
use super::signatures::random_hex;
use super::state::{Recorded, ScopeState, lock, now_ms};

/// The scope of a URL that names none.
pub const DEFAULT_SCOPE: &str = "default";

/// The parts of a URL: `[/s/{scope}][/f/{fault}]/{platform}{path}[?{query}]`.
struct Route<'a> {
    scope: String,
    fault: Option<String>,
    platform: &'static str,
    family: Family,
    path: &'a str,
    query: &'a str,
}

/// Answers a request. `connection` is the number of the connection that it came over.
pub fn handle(shared: &Shared, request: Request, connection: u64) -> Answer {
    let path = request.target.split('?').next().unwrap_or_default();
    if path == "/" || path.starts_with("/_/") {
        return match guard::check(shared, &request) {
            Ok(()) if path == "/" => page::answer(),
            Ok(()) => control::answer(shared, &request),
            Err(text) => Answer::text(403, text, now_ms()),
        };
    }
    if path == "/elsewhere" {
        return Answer::text(200, "nobody should follow a redirect to here\n", now_ms());
    }
    let route = match route(&request.target) {
        Ok(route) => route,
        Err(text) => return Answer::text(404, text, now_ms()),
    };
    let fault = match &route.fault {
        None => Fault::default(),
        Some(spec) => match Fault::parse(spec, route.family) {
            Ok(fault) => fault,
            Err(text) => return Answer::text(400, text + "\n", now_ms()),
        },
    };
    let scope = shared.scopes.get(&route.scope);
    let (answer, line) = {
        let mut scope = lock(&scope);
        count_received(&mut scope, &route, &request, connection);
        let switched_on = scope.faults.get(route.platform).cloned();
        let fault = match route.fault {
            None => switched_on.unwrap_or_default(),
            Some(_) => fault,
        };
        answer(shared, &mut scope, &route, &fault, &request)
    };
    shared.log(&line);
    answer
}

fn route(target: &str) -> Result<Route<'_>, String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut scope = DEFAULT_SCOPE.to_owned();
    let mut fault = None;
    let mut rest = path;
    loop {
        let (segment, after) = next_segment(rest);
        if segment != "s" && segment != "f" {
            break;
        }
        let (value, after) = next_segment(after);
        match segment {
            "s" => scope = percent_decode(value),
            _ => fault = Some(percent_decode(value)),
        }
        rest = after;
    }
    let (name, path) = next_segment(rest);
    let found = PLATFORMS.iter().find(|(platform, _)| *platform == name);
    let (platform, family) = found.copied().ok_or_else(|| {
        let names: Vec<&str> = PLATFORMS.iter().map(|(name, _)| *name).collect();
        format!(
            "there is no platform '{name}' here; there are: {}\n",
            names.join(" ")
        )
    })?;
    Ok(Route {
        scope,
        fault,
        platform,
        family,
        path,
        query,
    })
}

/// Splits `/first/rest` into `first` and `/rest`.
fn next_segment(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_at(path.find('/').unwrap_or(path.len()))
}

fn count_received(scope: &mut ScopeState, route: &Route, request: &Request, connection: u64) {
    let new_nonce = nonce(route.family, request)
        .is_some_and(|nonce| scope.first_use(route.platform, "received nonce", &nonce));
    let connection = connection.to_string();
    let new_connection = scope.first_use(route.platform, "connection", &connection);
    let counters = scope.counters(route.platform);
    counters.requests += 1;
    match is_login(route.family, route.path) {
        true => counters.token_requests += 1,
        false => counters.business_requests += 1,
    }
    counters.distinct_nonces += u64::from(new_nonce);
    counters.connections += u64::from(new_connection);
}

/// Whether the fault hits this request; a fault with `times` hits only so often.
fn takes_effect(scope: &mut ScopeState, fault: &Fault, route: &Route) -> bool {
    if fault.spec.is_empty() || !fault.aims_at(is_login(route.family, route.path)) {
        return false;
    }
    let uses = scope.fault_uses.entry(fault.spec.clone()).or_default();
    *uses += 1;
    fault
        .number("times")
        .is_none_or(|times| *uses <= times as u64)
}

fn answer(
    shared: &Shared,
    scope: &mut ScopeState,
    route: &Route,
    fault: &Fault,
    request: &Request,
) -> (Answer, String) {
    let none = Fault::default();
    let hit = takes_effect(scope, fault, route);
    let fault = if hit { fault } else { &none };
    let call = Call {
        platform: route.platform,
        family: route.family,
        request,
        path: route.path,
        query: route.query,
        base: shared.base(&route.scope, route.platform),
        fault,
        now_ms: now_ms() + fault.number("clock").unwrap_or(0) * 1000,
    };
    let mut recorded = Recorded {
        id: 0,
        platform: route.platform.to_owned(),
        scope: route.scope.clone(),
        operation: route.path.to_owned(),
        received_ms: now_ms(),
        request: request.clone(),
        status: 0,
        answer: Vec::new(),
        refused: None,
        fault: hit.then(|| fault.spec.clone()),
        expected: None,
    };
    let counters = scope.counters(route.platform);
    counters.faulted += u64::from(hit);
    let early = intercept(&call, &shared.origin).or_else(|| fixed_text(&call));
    let mut answer = match early {
        Some(answer) => answer,
        None => {
            counters.processed += 1;
            let reply = process(&call, scope);
            scope.counters(route.platform).refused += u64::from(reply.refused.is_some());
            recorded.refused.clone_from(&reply.refused);
            recorded.expected.clone_from(&reply.expected);
            finish(&call, reply)
        }
    };
    if route.family == Family::DaxPayOpen {
        let header = ("x-trace-id".to_owned(), random_hex(8));
        answer.headers.push(header);
    }
    recorded.answer.clone_from(&answer.body);
    deliver(fault, &mut answer);
    if !matches!(answer.delivery.ending, Ending::NoAnswer | Ending::Reset) {
        recorded.status = answer.status;
    }
    let line = log_line(&recorded, route);
    shared.feed.add(|id| {
        recorded.id = id;
        scope.record(recorded);
    });
    (answer, line)
}

/// One line about a request, without its query, headers and body: they may hold credentials.
/// A wrong signature adds what was expected, as its caller has to see it.
fn log_line(recorded: &Recorded, route: &Route) -> String {
    let mut line = format!(
        "{} /{}{} -> {}",
        recorded.request.method, route.platform, route.path, recorded.status
    );
    if route.scope != DEFAULT_SCOPE {
        line += &format!(" [scope {}]", route.scope);
    }
    if let Some(fault) = &recorded.fault {
        line += &format!(" [fault {fault}]");
    }
    match &recorded.refused {
        Some(reason) => line += &format!(" refused: {reason}"),
        None if recorded.fault.is_none() => line += " accepted",
        None => {}
    }
    if let Some(expected) = &recorded.expected {
        line += &format!("\n    string to sign: {}", expected.string_to_sign);
        line += &format!("\n    signature:      {}", expected.signature);
    }
    line
}
