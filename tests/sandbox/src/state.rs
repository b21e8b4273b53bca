//! What the sandbox remembers. Every scope has its own, so parallel tests never meet.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::faults::Fault;
use super::http::Request;
use super::signatures::{jwt, random_hex};

/// How many requests a scope keeps for `GET /_/requests`.
const RECENT: usize = 200;
/// How much of a body it keeps.
const RECENT_BODY: usize = 256 * 1024;
/// How much of an answer it keeps.
const RECENT_ANSWER: usize = 16 * 1024;
/// Two hours: what both token platforms say by default.
const DEFAULT_LIFETIME_MS: i64 = 7_200_000;

/// Locks, whatever became of the thread that held the lock before.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time now, Unix milliseconds.
pub fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| elapsed.as_millis() as i64)
}

/// All scopes by name.
#[derive(Default)]
pub struct Scopes(Mutex<HashMap<String, Arc<Mutex<ScopeState>>>>);

impl Scopes {
    /// The scope of this name, new if need be.
    pub fn get(&self, name: &str) -> Arc<Mutex<ScopeState>> {
        lock(&self.0).entry(name.to_owned()).or_default().clone()
    }

    /// Every scope.
    pub fn all(&self) -> Vec<Arc<Mutex<ScopeState>>> {
        lock(&self.0).values().cloned().collect()
    }

    /// Forgets everything about a scope.
    pub fn forget(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}

/// How many requests of a platform a scope has seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Requests received whole, whatever became of them.
    pub requests: u64,
    /// Requests that reached the platform's own logic: not those that a fault intercepted.
    pub processed: u64,
    /// Processed requests that the platform refused.
    pub refused: u64,
    /// Requests that a fault hit.
    pub faulted: u64,
    /// Received requests to the endpoint that logs in (issues the token, code, identity or link).
    pub token_requests: u64,
    /// All other received requests.
    pub business_requests: u64,
    /// Different values of the request's own number: trace, nonceStr, Request-Id or nonce.
    pub distinct_nonces: u64,
    /// Different TCP connections that the requests came over.
    pub connections: u64,
}

impl Counters {
    /// The same, as `GET /_/counters` shows it.
    pub fn to_json(&self) -> Value {
        json!({
            "requests": self.requests,
            "processed": self.processed,
            "refused": self.refused,
            "faulted": self.faulted,
            "token_requests": self.token_requests,
            "business_requests": self.business_requests,
            "distinct_nonces": self.distinct_nonces,
            "connections": self.connections,
        })
    }
}

/// A request as it was received, and what became of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its number among all requests of the sandbox, from 1.
    pub id: u64,
    /// The platform's name in the URL.
    pub platform: String,
    /// The scope that it came to.
    pub scope: String,
    /// What was asked for: the path below the platform's base.
    pub operation: String,
    /// When it came, Unix milliseconds.
    pub received_ms: i64,
    /// The request itself.
    pub request: Request,
    /// The HTTP status of the answer; 0 when none was sent.
    pub status: u16,
    /// The answer's body; 16 KiB of it at most.
    pub answer: Vec<u8>,
    /// Why the request was refused, if it was.
    pub refused: Option<String>,
    /// The fault that hit it, if any did.
    pub fault: Option<String>,
    /// The string that should have been signed, with the key masked, and its signature.
    pub expected: Option<Expected>,
}

/// What the right signature would have been.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What is signed, with the key masked.
    pub string_to_sign: String,
    /// Its signature.
    pub signature: String,
}

impl Recorded {
    /// The same, as `GET /_/last` shows it.
    pub fn to_json(&self) -> Value {
        let headers: Vec<Value> = self
            .request
            .headers
            .iter()
            .map(|(name, value)| json!([name, value]))
            .collect();
        json!({
            "id": self.id,
            "platform": self.platform,
            "scope": self.scope,
            "operation": self.operation,
            "answer": String::from_utf8_lossy(&self.answer),
            "received_ms": self.received_ms,
            "method": self.request.method,
            "path": self.request.target,
            "headers": headers,
            "body": String::from_utf8_lossy(&self.request.body),
            "body_base64": STANDARD.encode(&self.request.body),
            "status": self.status,
            "refused": self.refused,
            "fault": self.fault,
            "expected_string_to_sign": self.expected.as_ref().map(|e| &e.string_to_sign),
            "expected_signature": self.expected.as_ref().map(|e| &e.signature),
        })
    }
}

/// A token that was issued.
struct Token {
    platform: &'static str,
    serial: u64,
    value: String,
    expires_ms: i64,
}

/// The state of one scope.
pub struct ScopeState {
    counters: BTreeMap<&'static str, Counters>,
    seen: HashSet<(&'static str, &'static str, String)>,
    pub recent: VecDeque<Recorded>,
    pub fault_uses: HashMap<String, u64>,
    /// Faults switched on for a platform, for requests whose URL has none.
    pub faults: BTreeMap<&'static str, Fault>,
    pub lifetime_ms: i64,
    tokens: Vec<Token>,
    /// creditpay: the last `session_sign` and code of a customer.
    pub sessions: HashMap<String, (String, String)>,
    /// creditpay: the customer whom an `ident_code` stands for.
    pub ident_codes: HashMap<String, String>,
    /// daxpay, edition `open`: the return path of a session that `generate-auth-url` began, by its `authToken`.
    pub auth_sessions: HashMap<String, String>,
    /// daxpay, edition `open`: when a nonce was seen.
    pub nonces: HashMap<String, i64>,
}

impl Default for ScopeState {
    fn default() -> ScopeState {
        ScopeState {
            counters: BTreeMap::new(),
            seen: HashSet::new(),
            recent: VecDeque::new(),
            fault_uses: HashMap::new(),
            faults: BTreeMap::new(),
            lifetime_ms: DEFAULT_LIFETIME_MS,
            tokens: Vec::new(),
            sessions: HashMap::new(),
            ident_codes: HashMap::new(),
            auth_sessions: HashMap::new(),
            nonces: HashMap::new(),
        }
    }
}

impl ScopeState {
    pub fn counters(&mut self, platform: &'static str) -> &mut Counters {
        self.counters.entry(platform).or_default()
    }

    pub fn counters_of(&self, platform: &str) -> Counters {
        self.counters.get(platform).cloned().unwrap_or_default()
    }

    pub fn counters_json(&self) -> Value {
        let each = self.counters.iter();
        Value::Object(
            each.map(|(name, counters)| ((*name).to_owned(), counters.to_json()))
                .collect(),
        )
    }

    /// True the first time that a platform sees this value of this kind.
    pub fn first_use(&mut self, platform: &'static str, kind: &'static str, value: &str) -> bool {
        self.seen.insert((platform, kind, value.to_owned()))
    }

    /// Whether a platform has seen this value of this kind.
    pub fn has_seen(&self, platform: &'static str, kind: &'static str, value: &str) -> bool {
        self.seen.contains(&(platform, kind, value.to_owned()))
    }

    pub fn record(&mut self, mut recorded: Recorded) {
        recorded.request.body.truncate(RECENT_BODY);
        recorded.answer.truncate(RECENT_ANSWER);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(recorded);
    }

    /// Issues a token of this shape.
    pub fn issue_token(&mut self, platform: &'static str, shape: &TokenShape, now: i64) -> Issued {
        let serial = self.tokens.len() as u64 + 1;
        let value = shape.token(serial, self.lifetime_ms, now);
        self.tokens.push(Token {
            platform,
            serial,
            value: value.clone(),
            expires_ms: now_ms() + self.lifetime_ms,
        });
        Issued {
            value,
            lifetime_ms: self.lifetime_ms,
        }
    }

    /// The serial number of a token that is valid now, or what is wrong with it.
    pub fn check_token(&self, platform: &str, value: &str) -> Result<u64, &'static str> {
        let known = |token: &&Token| token.platform == platform && token.value == value;
        let token = self.tokens.iter().find(known).ok_or("unknown token")?;
        match token.expires_ms > now_ms() {
            true => Ok(token.serial),
            false => Err("expired token"),
        }
    }

    /// From now on every token issued so far is expired.
    pub fn expire_tokens(&mut self) {
        for token in &mut self.tokens {
            token.expires_ms = 0;
        }
    }
}

/// A token that was just issued.
pub struct Issued {
    pub value: String,
    pub lifetime_ms: i64,
}

/// How a token looks; `fault` is the value of the fault `jwt`.
pub struct TokenShape<'a> {
    pub is_jwt: bool,
    pub subject: &'a str,
    pub fault: Option<&'a str>,
}

impl TokenShape<'_> {
    fn token(&self, serial: u64, lifetime_ms: i64, now: i64) -> String {
        let issued = now / 1000;
        let mut claims = json!({
            "sub": self.subject,
            "jti": format!("{serial}-{}", random_hex(8)),
            "ttlMillis": lifetime_ms,
            "iat": issued,
            "exp": issued + lifetime_ms / 1000,
        });
        match self.fault {
            Some("notjwt") => return format!("not.a-{}.jwt", random_hex(8)),
            Some("opaque") => return random_hex(24),
            None if !self.is_jwt => return random_hex(24),
            Some("noexp") => {
                let claims = claims.as_object_mut().expect("an object");
                claims.retain(|name, _| name != "exp" && name != "ttlMillis");
            }
            Some("expired") => {
                claims["iat"] = json!(issued - 7200);
                claims["exp"] = json!(issued - 3600);
            }
            Some("stringexp") => claims["exp"] = json!(claims["exp"].to_string()),
            Some("absurd") => claims["exp"] = json!(9_007_199_254_740_993_000_i64),
            _ => {}
        }
        jwt(&claims)
    }
}
