//! The control calls under `/_/`: plain HTTP, for tests in any language.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::callbacks;
use super::credentials::credentials;
use super::http::{Answer, Request};
use super::routing::DEFAULT_SCOPE;
use super::server::Shared;
use super::state::{lock, now_ms};

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
        _ => {
            let text = format!("there is no control call {} {path}", request.method);
            Err((404, text))
        }
    }
}
