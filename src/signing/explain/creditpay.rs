//! creditpay: which path, which body, which key.

use super::bodies::bodies;
use super::hashes::{Algorithm, Keyed, algorithms};
use super::reading::{Wanted, clues, targets};
use super::texts::{endings, keys, percent_encoded};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, RARE, Trial, quote, search,
    shown,
};
use crate::signing::creditpay::sign;
use crate::signing::digest::Hash;
use crate::signing::same;

/// What else is known of a request, and may have got into its signature. All of it is optional;
/// the more is known, the more mistakes are found.
#[derive(Clone, Copy, Default)]
pub struct CreditpayHints<'a> {
    /// The deployment's base URL, such as `https://host/dg`: its path is the gateway prefix.
    pub base_url: Option<&'a str>,
    /// The prefix that is configured to be signed. [`creditpay`]'s path begins with it already.
    pub signed_prefix: Option<&'a str>,
    /// The query, with or without its `?`.
    pub query: Option<&'a str>,
    /// The platform id: it makes up the query when that is not given.
    pub plat_id: Option<&'a str>,
    /// The API key, which is taken for the signature key at times. Never shown.
    pub api_key: Option<&'a str>,
    /// The value of the header `trace`.
    pub trace: Option<&'a str>,
    /// The value of a webhook's header `timestamp`.
    pub timestamp: Option<&'a str>,
}

/// The order of the names in the platform's documents.
const DOCUMENTED: [&str; 8] = [
    "customer_no",
    "customer_token",
    "token_expire",
    "callback_url",
    "client_ip",
    "session_sign",
    "credit_limit_tag",
    "credit_limit_available_cards",
];

/// Prefixes that gateways have, to be tried when the base URL is not known.
const COMMON_PREFIXES: [&str; 3] = ["/dg", "/api", "/gateway"];

const RIGHT: Algorithm = Algorithm {
    hash: Hash::Sha1,
    keyed: Keyed::Hmac,
};

/// What is signed for creditpay, and what is wrong with `theirs`.
///
/// `path` is the path that should be signed. A query behind it or a URL around it is taken off:
/// then it stands among the mistakes. `body` is the body as it is sent or was received.
pub fn creditpay(
    signature_key: &str,
    path: &str,
    body: &[u8],
    hints: &CreditpayHints,
    theirs: Option<&str>,
) -> Explanation {
    let place = Place::new(path, hints);
    let right = sign(signature_key, &place.path, body);
    let facts = Facts {
        algorithm: "HMAC-SHA1, base64".to_owned(),
        string_to_sign: shown(&[place.path.as_bytes(), body].concat()),
        signature: Some(right.clone()),
        secrets: [Some(signature_key), hints.api_key]
            .into_iter()
            .flatten()
            .collect(),
    };
    let Some(theirs) = theirs else {
        return facts.unchecked();
    };
    if same(theirs.as_bytes(), right.as_bytes()) {
        return facts.right(None);
    }

    let targets = targets(theirs, Wanted::Base64);
    let paths = place.forms();
    let joints = joints(&place, hints);
    let bodies = bodies(body, &DOCUMENTED);
    let others = [
        ("api_key", hints.api_key.unwrap_or("")),
        ("plat_id", hints.plat_id.unwrap_or("")),
    ];
    let keys = keys(signature_key.as_bytes(), &others);
    let endings = endings();
    let algorithms = algorithms(RIGHT, &targets);
    let outcome = search(
        &[&algorithms, &keys, &endings, &joints, &bodies, &paths],
        &targets,
        |picks| {
            let &[algorithm, key, ending, joint, body, path] = picks else {
                return Trial::Skipped;
            };
            let algorithm = algorithms[algorithm];
            if !algorithm.can_hit(&targets) {
                return Trial::Skipped;
            }
            let message = joints[joint].join(paths[path].as_bytes(), &bodies[body]);
            algorithm.attempt(&keys[key], &endings[ending](&message), &targets)
        },
    );
    facts.wrong(outcome, &clues(theirs, Wanted::Base64, 20), LIKELY)
}

/// Where a request goes: the path to sign, and what stands around it.
struct Place {
    path: String,
    /// What stands before the path on the wire, host and prefix, as far as it is known.
    origins: Vec<String>,
    prefixes: Vec<String>,
    is_prefix_known: bool,
    signed_prefix: String,
    queries: Vec<String>,
}

impl Place {
    fn new(given: &str, hints: &CreditpayHints) -> Place {
        let (given, query) = match given.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (given, None),
        };
        let base = hints.base_url.map(|base| base.trim_end_matches('/'));
        let signed_prefix = hints.signed_prefix.unwrap_or("").trim_end_matches('/');
        let (given_origin, path) = split_url(given);
        let base_parts = base.map(split_url);
        // A full URL holds the gateway prefix, which is signed only where it is configured.
        let below_base = given_origin.and(base_parts).and_then(|(_, prefix)| {
            let below = path.strip_prefix(prefix)?;
            below
                .starts_with('/')
                .then(|| format!("{signed_prefix}{below}"))
        });
        let path = below_base.unwrap_or_else(|| path.to_owned());

        let base_prefix = base_parts.map(|(_, prefix)| prefix);
        let known = base_prefix.into_iter().filter(|prefix| !prefix.is_empty());
        let mut prefixes: Vec<String> = known.map(str::to_owned).collect();
        let is_prefix_known = !prefixes.is_empty();
        if !is_prefix_known {
            prefixes.extend(COMMON_PREFIXES.map(str::to_owned));
        }
        let origins = [given_origin, base_parts.and_then(|(origin, _)| origin)];
        let mut queries: Vec<String> = Vec::new();
        let given_queries = [
            query,
            hints.query.map(|query| query.trim_start_matches('?')),
        ];
        queries.extend(given_queries.into_iter().flatten().map(str::to_owned));
        if let Some(plat_id) = hints.plat_id {
            queries.extend(["plat_id", "platId"].map(|name| format!("{name}={plat_id}")));
        }
        queries.retain(|query| !query.is_empty());
        Place {
            path,
            origins: origins.into_iter().flatten().map(str::to_owned).collect(),
            prefixes,
            is_prefix_known,
            signed_prefix: signed_prefix.to_owned(),
            queries,
        }
    }

    /// Everything that was ever signed for a path.
    fn forms(&self) -> Forms<String> {
        use Mistake::*;
        let path = self.path.as_str();
        let only = format!("sign only {}", quote(path));
        let fault = |mistake| Fault::new(mistake).instead(only.clone());
        let mut forms = Forms::right(path.to_owned());
        let mut bases: Vec<(Vec<Fault>, String)> = Vec::new();
        for prefix in &self.prefixes {
            let what = format!("the gateway prefix {} was signed too", quote(prefix));
            bases.push((
                vec![fault(PathPrefix).what(what)],
                format!("{prefix}{path}"),
            ));
        }
        for (at, _) in path.match_indices('/').skip(1) {
            let what = match &path[..at] {
                prefix if prefix == self.signed_prefix => {
                    format!("the gateway prefix {} was not signed", quote(prefix))
                }
                start => format!(
                    "{}, the beginning of the path, was not signed",
                    quote(start)
                ),
            };
            let fault = Fault::new(PathPrefixMissing)
                .what(what)
                .instead(format!("sign the whole path {}", quote(path)));
            bases.push((vec![fault], path[at..].to_owned()));
        }
        let prefixed: Vec<String> = std::iter::once("")
            .chain(self.prefixes.iter().map(String::as_str))
            .map(|prefix| format!("{prefix}{path}"))
            .collect();
        for origin in &self.origins {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            let bare = host.split(':').next().unwrap_or("");
            for path in &prefixed {
                let url = fault(PathHost).what("the full URL was signed, not the path");
                bases.push((vec![url], format!("{origin}{path}")));
                for host in [host, bare] {
                    bases.push((vec![fault(PathHost)], format!("{host}{path}")));
                }
            }
        }
        let mut with_queries = Vec::new();
        for (faults, base) in std::iter::once((Vec::new(), path.to_owned())).chain(bases.clone()) {
            for query in &self.queries {
                let what = format!("the query {} was signed too", quote(query));
                let faults = [faults.clone(), vec![fault(PathQuery).what(what)]].concat();
                with_queries.push((faults.clone(), format!("{base}?{query}")));
                with_queries.push((faults, format!("{base}{query}")));
            }
        }
        let slash = Fault::new(PathSlash).instead(format!("sign exactly {}", quote(path)));
        let bare = path.trim_start_matches('/');
        let slashes = [
            bare.to_owned(),
            format!("{path}/"),
            format!("{bare}/"),
            format!("/{path}"),
            path.trim_end_matches('/').to_owned(),
        ];
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let others = [
            (PathCase, path.to_lowercase()),
            (PathCase, path.to_uppercase()),
            (PathEncoded, text(percent_encoded(path.as_bytes()))),
            (PathEncoded, text(percent_encoded(bare.as_bytes()))),
            (
                PathEncoded,
                text(percent_encoding::percent_decode_str(path).collect()),
            ),
        ];
        for (faults, value) in bases.into_iter().chain(with_queries) {
            // A full URL is one slip, its query with it.
            let is_guess =
                faults.iter().any(|fault| fault.mistake == PathPrefix) && !self.is_prefix_known;
            let cost = faults.len().min(2) as u8 * COMMON + u8::from(is_guess);
            forms.at_cost(cost, faults, value);
        }
        for value in slashes {
            forms.wrong(slash.clone(), value);
        }
        for (mistake, value) in others {
            forms.wrong(fault(mistake), value);
        }
        forms.distinct()
    }
}

/// The origin of a URL and the path behind it; no origin when it is a path already.
fn split_url(url: &str) -> (Option<&str>, &str) {
    let Some(host_at) = url.find("://").map(|at| at + 3) else {
        return (None, url);
    };
    let end = url[host_at..]
        .find('/')
        .map_or(url.len(), |at| host_at + at);
    (Some(&url[..end]), &url[end..])
}

/// How path and body come together.
struct Joint {
    before: String,
    between: String,
    after: String,
    order: Order,
}

enum Order {
    PathBody,
    BodyPath,
    BodyOnly,
    PathOnly,
}

impl Joint {
    fn join(&self, path: &[u8], body: &[u8]) -> Vec<u8> {
        let between = self.between.as_bytes();
        let joined = match self.order {
            Order::PathBody => [path, between, body].concat(),
            Order::BodyPath => [body, between, path].concat(),
            Order::BodyOnly => body.to_vec(),
            Order::PathOnly => path.to_vec(),
        };
        [self.before.as_bytes(), &joined, self.after.as_bytes()].concat()
    }
}

fn joints(place: &Place, hints: &CreditpayHints) -> Forms<Joint> {
    use Mistake::*;
    let joint = |before: &str, between: &str, after: &str| Joint {
        before: before.to_owned(),
        between: between.to_owned(),
        after: after.to_owned(),
        order: Order::PathBody,
    };
    let ordered = |order, between: &str| Joint {
        order,
        ..joint("", between, "")
    };
    let mut forms = Forms::right(joint("", "", ""));
    forms.wrong(
        Fault::new(PathMissing).what("only the body was signed"),
        ordered(Order::BodyOnly, ""),
    );
    forms.wrong(
        Fault::new(BodyMissing).what("only the path was signed"),
        ordered(Order::PathOnly, ""),
    );
    let first = Fault::new(BodyFirst)
        .what("the body was signed before the path")
        .instead("sign the path, and the body right behind it");
    forms.wrong(first.clone(), ordered(Order::BodyPath, ""));
    let separators = [
        ("\n", "a line break"),
        ("&", "`&`"),
        ("?", "`?`"),
        (" ", "a space"),
        ("+", "`+`"),
        ("\r\n", "a line break (CR LF)"),
        ("|", "`|`"),
        (",", "`,`"),
        (":", "`:`"),
        (";", "`;`"),
        (".", "`.`"),
        ("=", "`=`"),
        ("#", "`#`"),
        ("_", "`_`"),
        ("-", "`-`"),
        ("/", "`/`"),
        ("\t", "a tab"),
        ("\n\n", "an empty line"),
        ("?body=", "`?body=`"),
        ("&body=", "`&body=`"),
        ("+\n", "`+` and a line break"),
        (" + ", "` + `"),
        ("\\n", "a backslash and an `n`"),
    ];
    for (at, (separator, what)) in separators.into_iter().enumerate() {
        let fault = Fault::new(Separator)
            .what(format!("{what} stands between path and body"))
            .instead("put nothing between them");
        let cost = if at < 6 { COMMON } else { RARE };
        forms.at_cost(cost, [fault.clone()], joint("", separator, ""));
        forms.at_cost(
            ALONE,
            [first.clone(), fault],
            ordered(Order::BodyPath, separator),
        );
    }
    for method in ["POST", "post", "GET"] {
        for separator in ["", "\n", " ", "&"] {
            let before = format!("{method}{separator}");
            forms.rare(Fault::new(MethodIncluded), joint(&before, separator, ""));
            forms.rare(Fault::new(MethodIncluded), joint(&before, "", ""));
        }
    }
    for query in &place.queries {
        let fault = Fault::new(PathQuery).what(format!(
            "the query {} was signed too, behind the body",
            quote(query)
        ));
        forms.wrong(fault.clone(), joint("", "", query));
        forms.wrong(fault, joint("", "", &format!("?{query}")));
    }
    let headers = [
        ("api-key", hints.api_key),
        ("trace", hints.trace),
        ("timestamp", hints.timestamp),
        ("plat_id", hints.plat_id),
    ];
    for (name, value) in headers {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            continue;
        };
        let fault = || {
            Fault::new(HeaderExtra)
                .what(format!("`{name}` was signed too"))
                .instead("sign only the path and the body")
        };
        forms.rare(fault(), joint("", "", value));
        forms.rare(fault(), joint(value, "", ""));
        forms.rare(fault(), joint("", value, ""));
        forms.rare(fault(), joint(&format!("{value}\n"), "\n", ""));
        forms.rare(fault(), joint("", "\n", &format!("\n{value}")));
    }
    forms
}
