//! The control calls under `/_/`: plain HTTP, for tests in any language.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::callbacks::{self, CALLBACKS};
use super::credentials::credentials;
use super::faults::Fault;
use super::http::{Answer, Request};
use super::paste;
use super::platform::PLATFORMS;
use super::routing::DEFAULT_SCOPE;
use super::server::Shared;
use super::state::{Recorded, lock, now_ms};
use super::why::why;

/// Answers a control call.
pub fn answer(shared: &Shared, request: &Request) -> Answer {
    match respond(shared, request) {
        Ok(Value::String(text)) => Answer::text(200, text + "\n", now_ms()),
        Ok(json) => Answer::json(200, json.to_string() + "\n", now_ms()),
        Err((status, text)) => Answer::text(status, text + "\n", now_ms()),
    }
}

fn respond(shared: &Shared, request: &Request) -> Result<Value, (u16, String)> {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let name = query.get("scope").map_or(DEFAULT_SCOPE, String::as_str);
    let bad = |text: &str| (400, text.to_owned());

    match (request.method.as_str(), path) {
        ("GET", "/_/health") => Ok(json!("ok")),
        ("GET", "/_/credentials") => Ok(credentials().to_json()),
        ("GET", "/_/counters") => {
            let scope = shared.scopes.get(name);
            let mut counters = lock(&scope).counters_json();
            counters["accepted_connections"] = json!(shared.accepted.load(Ordering::Relaxed));
            Ok(counters)
        }
        ("GET", "/_/last") => {
            let scope = shared.scopes.get(name);
            let scope = lock(&scope);
            let wanted = query.get("platform");
            let mut latest = scope.recent.iter().rev();
            let found =
                latest.find(|recorded| wanted.is_none_or(|name| *name == recorded.platform));
            found
                .map(|recorded| recorded.to_json())
                .ok_or_else(|| (404, "no such request was received".to_owned()))
        }
        ("GET", "/_/requests") => {
            let scope = shared.scopes.get(name);
            let scope = lock(&scope);
            let wanted = query.get("platform");
            let recent = scope.recent.iter();
            let chosen = recent.filter(|one| wanted.is_none_or(|name| *name == one.platform));
            Ok(chosen.map(|recorded| recorded.to_json()).collect())
        }
        ("POST", "/_/expire") => {
            lock(&shared.scopes.get(name)).expire_tokens();
            Ok(json!("ok"))
        }
        ("POST", "/_/lifetime") => {
            let ms = query.get("ms").and_then(|ms| ms.parse::<i64>().ok());
            let ms = ms.filter(|ms| *ms >= 0);
            lock(&shared.scopes.get(name)).lifetime_ms =
                ms.ok_or_else(|| bad("ms must be a number of milliseconds"))?;
            Ok(json!("ok"))
        }
        ("POST", "/_/forget") => {
            shared.scopes.forget(name);
            Ok(json!("ok"))
        }
        ("POST", "/_/callback") => {
            let order: Value = serde_json::from_slice(&request.body)
                .map_err(|error| bad(&format!("the body is not JSON: {error}")))?;
            callbacks::callback(&order).map_err(|error| bad(&error))
        }
        ("GET", "/_/page") => Ok(json!({
            "platforms": PLATFORMS.map(|(platform, _)| json!([platform, shared.base(name, platform)])),
            "callbacks": CALLBACKS.map(|(name, kinds)| json!([name, kinds])),
            "credentials": credentials().to_json(),
        })),
        ("GET", "/_/feed") => {
            let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
            let after = number("after").unwrap_or(0);
            let patience = Duration::from_millis(number("wait_ms").unwrap_or(0).min(30_000));
            let last = shared.feed.wait(after, patience);
            let scope = query.get("scope").map(String::as_str);
            Ok(feed(shared, scope, after, last))
        }
        ("GET", "/_/why") => {
            let id = query.get("id").and_then(|id| id.parse::<u64>().ok());
            let found = id.and_then(|id| recorded(shared, id));
            let found = found.ok_or_else(|| (404, "no such request is remembered".to_owned()))?;
            let explainer = shared.explainer.get().map(AsRef::as_ref);
            Ok(why(&found, &found.operation, explainer))
        }
        ("POST", "/_/fault") => {
            let platform = query.get("platform").map_or("", String::as_str);
            let spec = query.get("fault").map_or("", String::as_str);
            switch_fault(shared, name, platform, spec).map_err(|text| (400, text))?;
            Ok(json!("ok"))
        }
        ("POST", "/_/explain") => {
            let platform = query.get("platform").map_or("", String::as_str);
            let text = String::from_utf8_lossy(&request.body);
            paste::explain(shared, platform, &text).map_err(|text| (400, text))
        }
        _ => {
            let text = format!("there is no control call {} {path}", request.method);
            Err((404, text))
        }
    }
}

/// What came in after a request, oldest first, of one scope or of all; and the faults that are switched on.
fn feed(shared: &Shared, scope: Option<&str>, after: u64, last: u64) -> Value {
    let scopes = match scope {
        Some(name) => vec![shared.scopes.get(name)],
        None => shared.scopes.all(),
    };
    let mut requests: Vec<Recorded> = Vec::new();
    for scope in scopes {
        let scope = lock(&scope);
        requests.extend(
            scope
                .recent
                .iter()
                .filter(|one| one.id > after && one.id <= last)
                .cloned(),
        );
    }
    requests.sort_by_key(|one| one.id);
    let faults: Vec<Value> = {
        let scope = shared.scopes.get(scope.unwrap_or(DEFAULT_SCOPE));
        let scope = lock(&scope);
        let each = scope.faults.iter();
        each.map(|(platform, fault)| json!([platform, fault.spec]))
            .collect()
    };
    let requests: Vec<Value> = requests.iter().map(Recorded::to_json).collect();
    json!({"last": last, "requests": requests, "faults": faults})
}

fn recorded(shared: &Shared, id: u64) -> Option<Recorded> {
    shared.scopes.all().iter().find_map(|scope| {
        let scope = lock(scope);
        scope.recent.iter().find(|one| one.id == id).cloned()
    })
}

/// An empty fault switches off.
fn switch_fault(shared: &Shared, scope: &str, platform: &str, spec: &str) -> Result<(), String> {
    let (platform, family) = PLATFORMS
        .iter()
        .find(|(name, _)| *name == platform)
        .copied()
        .ok_or_else(|| format!("there is no platform '{platform}'"))?;
    let scope = shared.scopes.get(scope);
    if spec.is_empty() {
        lock(&scope).faults.remove(platform);
        return Ok(());
    }
    let fault = Fault::parse(spec, family)?;
    let mut scope = lock(&scope);
    // Switched on anew, its `times` begin anew.
    scope.fault_uses.remove(spec);
    scope.faults.insert(platform, fault);
    Ok(())
}
