//! creditpay: which path, which body, which key.

use zeroize::Zeroizing;

use super::bodies::bodies;
use super::hashes::{Algorithm, Keyed};
use super::reading::{Wanted, clues, targets};
use super::texts::{keys, lower, percent_decoded, percent_encoded, upper};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, RARE, Signed, Texts, quote,
    search, shown,
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
        secrets: vec![signature_key, hints.api_key.unwrap_or("")],
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
    let outcome = search(
        RIGHT,
        &keys,
        &[&joints.dimension, &bodies.dimension, &paths.dimension],
        &targets,
        1,
        &|key, spoil, picks| {
            let &[joint, body, path] = picks else {
                return None;
            };
            let (path, body) = (&paths.values[path], &bodies.values[body]);
            let message = joints.values[joint].join(path, body);
            Some(Signed {
                message: Zeroizing::new(spoil(&message)),
                key: Zeroizing::new(key.to_vec()),
            })
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

        let mut prefixes = vec![base_parts.map_or("", |(_, prefix)| prefix).to_owned()];
        let is_prefix_known = !prefixes[0].is_empty();
        if !is_prefix_known {
            prefixes = COMMON_PREFIXES.map(str::to_owned).to_vec();
        }
        let mut origins = Vec::new();
        for origin in [given_origin, base_parts.and_then(|(origin, _)| origin)] {
            origins.extend(origin.map(str::to_owned));
        }
        let plat_id = hints.plat_id.unwrap_or("");
        let mut queries = Vec::new();
        for query in [query, hints.query].into_iter().flatten() {
            queries.push(query.trim_start_matches('?').to_owned());
        }
        if !plat_id.is_empty() {
            queries.push(format!("plat_id={plat_id}"));
            queries.push(format!("platId={plat_id}"));
        }
        queries.retain(|query| !query.is_empty());
        Place {
            path,
            origins,
            prefixes,
            is_prefix_known,
            signed_prefix: signed_prefix.to_owned(),
            queries,
        }
    }

    /// Everything that was ever signed for a path.
    fn forms(&self) -> Texts {
        use Mistake::*;
        let path = self.path.as_str();
        let shown = quote(path);
        let fault = |mistake: Mistake, what: &str| {
            let what = if what.is_empty() {
                mistake.description()
            } else {
                what
            };
            Fault::new(mistake, &format!("{what}; sign only {shown}"))
        };
        let guess = u8::from(!self.is_prefix_known);
        let mut bases = vec![(0, Vec::new(), path.to_owned())];
        for prefix in &self.prefixes {
            let what = format!("the gateway prefix {} was signed too", quote(prefix));
            let faults = vec![fault(PathPrefix, &what)];
            bases.push((COMMON + guess, faults, format!("{prefix}{path}")));
        }
        let prefixed = bases.clone();
        for (at, _) in path.match_indices('/').skip(1) {
            let (left_out, rest) = path.split_at(at);
            let name = quote(left_out);
            let what = if left_out == self.signed_prefix {
                format!("the gateway prefix {name} was not signed")
            } else {
                format!("{name}, the beginning of the path, was not signed")
            };
            let words = format!("{what}; sign the whole path {shown}");
            let faults = vec![Fault::new(PathPrefixMissing, &words)];
            bases.push((COMMON, faults, rest.to_owned()));
        }
        for origin in &self.origins {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            let bare = host.split(':').next().unwrap_or("");
            for (_, _, path) in &prefixed {
                let url = fault(PathHost, "the full URL was signed, not the path");
                bases.push((COMMON, vec![url], format!("{origin}{path}")));
                for host in [host, bare] {
                    let faults = vec![fault(PathHost, "")];
                    bases.push((COMMON, faults, format!("{host}{path}")));
                }
            }
        }
        let mut forms = Forms::right(path.as_bytes().to_vec());
        for (cost, faults, base) in &bases {
            forms.texts(*cost, faults.clone(), base.clone().into_bytes());
        }
        for (cost, faults, base) in &bases {
            for query in &self.queries {
                let what = format!("the query {} was signed too", quote(query));
                let mut faults = faults.clone();
                faults.push(fault(PathQuery, &what));
                for text in [format!("{base}?{query}"), format!("{base}{query}")] {
                    forms.texts(cost + COMMON, faults.clone(), text.into_bytes());
                }
            }
        }
        let bare = path.trim_start_matches('/');
        let exactly = format!("{}; sign exactly {shown}", PathSlash.description());
        for text in [
            bare,
            &format!("{path}/"),
            &format!("{bare}/"),
            &format!("/{path}"),
            path.trim_end_matches('/'),
        ] {
            forms.text(COMMON, PathSlash, &exactly, text.as_bytes().to_vec());
        }
        let (path, bare) = (path.as_bytes(), bare.as_bytes());
        for (mistake, text) in [
            (PathCase, lower(path)),
            (PathCase, upper(path)),
            (PathEncoded, percent_encoded(path)),
            (PathEncoded, percent_encoded(bare)),
            (PathEncoded, percent_decoded(path)),
        ] {
            forms.texts(COMMON, vec![fault(mistake, "")], text);
        }
        forms
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

#[derive(Clone, Copy)]
enum Order {
    PathBody,
    BodyPath,
    BodyOnly,
    PathOnly,
}
use Order::*;

impl Joint {
    fn join(&self, path: &[u8], body: &[u8]) -> Vec<u8> {
        let [before, between, after] =
            [&self.before, &self.between, &self.after].map(String::as_bytes);
        let (first, second) = match self.order {
            PathBody => (path, body),
            BodyPath => (body, path),
            BodyOnly => (body, &[][..]),
            PathOnly => (path, &[][..]),
        };
        [before, first, between, second, after].concat()
    }
}

impl Forms<Joint> {
    fn joint(&mut self, cost: u8, mistake: Mistake, words: &str, order: Order, parts: [&str; 3]) {
        let [before, between, after] = parts.map(str::to_owned);
        let joint = Joint {
            before,
            between,
            after,
            order,
        };
        self.add(cost, mistake, words, joint);
    }
}

#[rustfmt::skip]
fn joints(place: &Place, hints: &CreditpayHints) -> Forms<Joint> {
    use Mistake::*;
    const FIRST: &str = "the body was signed before the path; sign the path, and the body right behind it";
    let right = Joint { before: String::new(), between: String::new(), after: String::new(), order: PathBody };
    let mut forms = Forms::right(right);
    forms.joint(COMMON, PathMissing, "only the body was signed", BodyOnly, [""; 3]);
    forms.joint(COMMON, BodyMissing, "only the path was signed", PathOnly, [""; 3]);
    forms.joint(COMMON, BodyFirst, FIRST, BodyPath, [""; 3]);
    let separators = [
        "\n", "&", "?", " ", "+", "\r\n", "|", ",", ":", ";", ".", "=", "#", "_", "-", "/", "\t", "\n\n",
        "?body=", "&body=", "+\n", " + ", "\\n",
    ];
    for (at, separator) in separators.into_iter().enumerate() {
        let what = match separator {
            "\n" => "a line break",
            "\r\n" => "a line break (CR LF)",
            "\n\n" => "an empty line",
            " " => "a space",
            "\t" => "a tab",
            "+\n" => "`+` and a line break",
            "\\n" => "a backslash and an `n`",
            other => &format!("`{other}`"),
        };
        let words = format!("{what} stands between path and body; put nothing between them");
        let cost = if at < 6 { COMMON } else { RARE };
        forms.joint(cost, Separator, &words, PathBody, ["", separator, ""]);
        forms.joint(ALONE, BodyFirst, FIRST, BodyPath, ["", separator, ""]);
        if let Some(faults) = forms.dimension.faults.last_mut() {
            faults.push(Fault::new(Separator, &words));
        }
    }
    for method in ["POST", "post", "GET"] {
        for separator in ["", "\n", " ", "&"] {
            let before = format!("{method}{separator}");
            forms.joint(RARE, MethodIncluded, "", PathBody, [&before, separator, ""]);
            forms.joint(RARE, MethodIncluded, "", PathBody, [&before, "", ""]);
        }
    }
    for query in &place.queries {
        let words = format!("the query {} was signed too, behind the body", quote(query));
        forms.joint(COMMON, PathQuery, &words, PathBody, ["", "", query]);
        forms.joint(COMMON, PathQuery, &words, PathBody, ["", "", &format!("?{query}")]);
    }
    for (name, value) in [("api-key", hints.api_key), ("trace", hints.trace), ("timestamp", hints.timestamp), ("plat_id", hints.plat_id)] {
        let value = value.unwrap_or("");
        if value.is_empty() {
            continue;
        }
        let words = format!("`{name}` was signed too; sign only the path and the body");
        let (above, below) = (&*format!("{value}\n"), &*format!("\n{value}"));
        for parts in [["", "", value], [value, "", ""], ["", value, ""], [above, "\n", ""], ["", "\n", below]] {
            forms.joint(RARE, HeaderExtra, &words, PathBody, parts);
        }
    }
    forms
}
