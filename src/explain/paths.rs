//! Which path somebody signs, and what else stands before a body.

use zeroize::Zeroizing;

use super::fault::{ALONE, COMMON, DAILY, Fault, Forms, RARE, Texts};
use super::texts::{lower, percent_decoded, percent_encoded, upper};
use super::{CreditPayHints, Mistake, quote};

/// Longer paths are signed as they are: no platform has one.
const LONGEST: usize = 2 * 1024;
/// Up to so many slashes, the path is cut off at each.
const SLASHES: usize = 12;
/// Prefixes that gateways have, to be tried when the base URL is not known.
const COMMON_PREFIXES: [&str; 3] = ["/dg", "/api", "/gateway"];
/// The endpoints of the platform, and one that older documents have.
const ENDPOINTS: [&str; 4] = [
    "/v1/platform/identify/auth",
    "/v1/identify/redirect",
    "/v1/identify/auth",
    "/identify/auth",
];

/// Where a request goes: the path to sign, and what stands around it.
pub(super) struct Place {
    pub(super) path: String,
    /// What stands before the path on the wire, host and prefix, as far as it is known.
    origins: Vec<String>,
    prefixes: Vec<String>,
    is_prefix_known: bool,
    signed_prefix: String,
    pub(super) queries: Vec<String>,
}

impl Place {
    pub(super) fn new(given: &str, hints: &CreditPayHints) -> Place {
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
        let mut origins: Vec<String> = Vec::new();
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
        for texts in [&mut prefixes, &mut origins, &mut queries] {
            texts.retain(|text| !text.is_empty() && text.len() <= LONGEST);
            texts.dedup();
        }
        Place {
            path,
            origins,
            prefixes,
            is_prefix_known,
            signed_prefix: signed_prefix.to_owned(),
            queries,
        }
    }

    /// What may stand around the path, by name.
    pub(super) fn around(&self) -> Vec<(&str, &'static str)> {
        let mut around = Vec::new();
        for origin in &self.origins {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            around.push((host, "the host"));
        }
        for prefix in &self.prefixes {
            around.push((prefix.as_str(), "the gateway prefix"));
        }
        around
    }

    /// Everything that was ever signed for a path.
    pub(super) fn forms(&self) -> Texts {
        use Mistake::*;
        let path = self.path.as_str();
        let mut forms = Texts::right_text(path.as_bytes().to_vec());
        if path.len() > LONGEST {
            return forms;
        }
        let shown = quote(path);
        let fault = |mistake: Mistake, what: &str| {
            let what = match what {
                "" => mistake.description(),
                what => what,
            };
            Fault::new(mistake, &format!("{what}; sign only {shown}"))
        };
        let prefix_cost = if self.is_prefix_known { DAILY } else { COMMON };
        let mut bases = vec![(0, Vec::new(), path.to_owned())];
        for prefix in &self.prefixes {
            let what = format!("the gateway prefix {} was signed too", quote(prefix));
            let faults = vec![fault(PathPrefix, &what)];
            bases.push((prefix_cost, faults, format!("{prefix}{path}")));
        }
        let prefixed = bases.clone();
        for (at, _) in path.match_indices('/').skip(1).take(SLASHES) {
            let (left_out, rest) = path.split_at(at);
            let name = quote(left_out);
            let what = match left_out == self.signed_prefix {
                true => format!("the gateway prefix {name} was not signed"),
                false => format!("{name}, the beginning of the path, was not signed"),
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
        for (cost, faults, base) in &bases {
            forms.texts(*cost, faults.clone(), base.clone().into_bytes());
        }
        for (cost, faults, base) in &bases {
            for query in &self.queries {
                let what = format!("the query {} was signed too", quote(query));
                let mut faults = faults.clone();
                faults.push(fault(PathQuery, &what));
                for text in [format!("{base}?{query}"), format!("{base}{query}")] {
                    let cost = cost + if faults.len() == 1 { DAILY } else { COMMON };
                    forms.texts(cost, faults.clone(), text.into_bytes());
                }
            }
        }
        let query = fault(PathQuery, "the `?` before the query was signed too");
        forms.texts(RARE, vec![query], format!("{path}?").into_bytes());
        for query in &self.queries {
            let values: String = query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(_, value)| value)
                .collect();
            let what = format!("{}, from the query, was signed too", quote(&values));
            forms.texts(
                RARE,
                vec![fault(PathQuery, &what)],
                format!("{path}{values}").into_bytes(),
            );
            forms.texts(
                RARE,
                vec![fault(PathQuery, &what)],
                format!("{path}/{values}").into_bytes(),
            );
            let only = fault(PathMissing, "the query was signed in place of the path");
            forms.texts(RARE, vec![only], query.clone().into_bytes());
        }
        let bare = path.trim_start_matches('/');
        let exactly = format!("{}; sign exactly {shown}", PathSlash.description());
        for text in [
            bare,
            &format!("{path}/"),
            &format!("{bare}/"),
            &format!("/{path}"),
            path.trim_end_matches('/'),
            &path.replacen('/', "//", 2).replacen("//", "/", 1),
        ] {
            forms.text(COMMON, PathSlash, &exactly, text.as_bytes().to_vec());
        }
        for endpoint in ENDPOINTS {
            let shown_endpoint = format!("{endpoint}, another endpoint's path, was signed");
            let other = format!("{}{endpoint}", self.signed_prefix);
            forms.texts(
                COMMON,
                vec![fault(PathOther, &shown_endpoint)],
                other.into_bytes(),
            );
        }
        let version = |from: &str, to: &str| path.replacen(from, to, 1).into_bytes();
        for (mistake, text) in [
            (PathCase, lower(path.as_bytes())),
            (PathCase, upper(path.as_bytes())),
            (PathEncoded, percent_encoded(path.as_bytes())),
            (PathEncoded, percent_encoded(bare.as_bytes())),
            (PathEncoded, percent_decoded(path.as_bytes())),
            (PathOther, version("/v1/", "/v2/")),
            (PathOther, version("/v1/", "/")),
            (PathSlash, path.replace('/', "").into_bytes()),
            (PathSlash, path.replace('/', ".").into_bytes()),
            (PathSlash, path.replace('/', "\\/").into_bytes()),
        ] {
            forms.texts(RARE, vec![fault(mistake, "")], text);
        }
        let encoded = format!("{}; sign only {shown}", PathEncoded.description());
        let mut segments = Vec::new();
        for segment in path.split('/') {
            segments
                .push(String::from_utf8_lossy(&percent_encoded(segment.as_bytes())).into_owned());
        }
        forms.text(
            COMMON,
            PathEncoded,
            &encoded,
            segments.join("/").into_bytes(),
        );
        let twice = format!("{path}{path}");
        forms.text(
            ALONE,
            PathSlash,
            "the path was signed twice; sign it once",
            twice.into_bytes(),
        );
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
pub(super) struct Joint {
    before: Zeroizing<String>,
    between: Zeroizing<String>,
    after: Zeroizing<String>,
    order: Order,
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    PathBody,
    BodyPath,
    BodyOnly,
    PathOnly,
    Neither,
}
use Order::*;

impl Joint {
    pub(super) fn join(&self, path: &[u8], body: &[u8]) -> Vec<u8> {
        let [before, between, after] =
            [&self.before, &self.between, &self.after].map(|part| part.as_bytes());
        let (first, second) = match self.order {
            PathBody => (path, body),
            BodyPath => (body, path),
            BodyOnly => (body, &[][..]),
            PathOnly => (path, &[][..]),
            Neither => (&[][..], &[][..]),
        };
        [before, first, between, second, after].concat()
    }
}

fn joint(order: Order, parts: [&str; 3]) -> Joint {
    let [before, between, after] = parts.map(|part| Zeroizing::new(part.to_owned()));
    Joint {
        before,
        between,
        after,
        order,
    }
}

impl Forms<Joint> {
    #[inline(never)]
    fn joint(&mut self, cost: u8, mistake: Mistake, words: &str, order: Order, parts: [&str; 3]) {
        self.add(cost, mistake, words, joint(order, parts));
    }

    /// A text that was signed too: before, between, behind, with the separators people use.
    fn extra(&mut self, cost: u8, mistake: Mistake, words: &str, value: &str) {
        for separator in ["", "\n", "&", "|", ".", ":", ",", "_", " ", "-"] {
            let cost = if separator.is_empty() { cost } else { ALONE };
            let above = &*Zeroizing::new(format!("{value}{separator}"));
            let below = &*Zeroizing::new(format!("{separator}{value}"));
            let both = &*Zeroizing::new(format!("{separator}{value}{separator}"));
            let shapes = [
                [above, "", ""],
                ["", "", below],
                ["", both, ""],
                [above, separator, ""],
                ["", separator, below],
            ];
            for parts in shapes {
                self.joint(cost, mistake, words, PathBody, parts);
            }
            // Without the path, that is a second fault.
            for parts in [[above, "", ""], ["", "", below]] {
                let faults = vec![
                    Fault::new(mistake, words),
                    Fault::new(Mistake::PathMissing, ""),
                ];
                self.add_all(5, faults, joint(BodyOnly, parts));
            }
        }
    }
}

#[rustfmt::skip]
pub(super) fn joints(place: &Place, hints: &CreditPayHints, members: &[(String, String)]) -> Forms<Joint> {
    use Mistake::*;
    const FIRST: &str = "the body was signed before the path; sign the path, and the body right behind it";
    let mut forms = Forms::right(joint(PathBody, [""; 3]));
    forms.joint(DAILY, PathMissing, "only the body was signed; sign the path, and the body right behind it", BodyOnly, [""; 3]);
    forms.joint(COMMON, BodyMissing, "only the path was signed", PathOnly, [""; 3]);
    forms.joint(COMMON, BodyFirst, FIRST, BodyPath, [""; 3]);
    let separators = [
        "\n", "&", "?", " ", "+", "\r\n", "|", ",", ":", ";", ".", "=", "#", "_", "-", "/", "\t", "\n\n",
        "?body=", "&body=", "+\n", " + ", "\\n", "||", "&&", "@", "$", "*", "::", "\0", "%", "^", "~", ", ",
    ];
    for (at, separator) in separators.into_iter().enumerate() {
        let what = match separator {
            "\n" => "a line break",
            "\r\n" => "a line break (CR LF)",
            "\n\n" => "an empty line",
            " " => "a space",
            "\t" => "a tab",
            "\0" => "a NUL",
            "+\n" => "`+` and a line break",
            "\\n" => "a backslash and an `n`",
            other => &format!("`{other}`"),
        };
        let words = format!("{what} stands between path and body; put nothing between them");
        let cost = match at { 0 => DAILY, 1..=5 => COMMON, _ => RARE };
        forms.joint(cost, Separator, &words, PathBody, ["", separator, ""]);
        let faults = vec![Fault::new(BodyFirst, FIRST), Fault::new(Separator, &words)];
        forms.add_all(5, faults, joint(BodyPath, ["", separator, ""]));
    }
    for method in ["POST", "post", "GET", "Post", "PUT"] {
        for separator in ["", "\n", " ", "&", "|", ":", ",", "_", "-"] {
            let before = format!("{method}{separator}");
            let cost = if method == "POST" { COMMON } else { ALONE };
            forms.joint(cost, MethodIncluded, "", PathBody, [&before, separator, ""]);
            forms.joint(cost, MethodIncluded, "", PathBody, [&before, "", ""]);
        }
        forms.joint(RARE, MethodIncluded, "", PathBody, [&format!("{method} "), "\n", ""]);
        forms.joint(RARE, MethodIncluded, "", PathBody, ["", method, ""]);
        forms.joint(RARE, MethodIncluded, "", PathBody, ["", "", method]);
    }
    for query in &place.queries {
        let words = format!("the query {} was signed too, behind the body", quote(query));
        for after in [query, &format!("?{query}"), &format!("&{query}")] {
            forms.joint(COMMON, PathQuery, &words, PathBody, ["", "", after]);
        }
        let words = format!("the query {} was signed too, before the path", quote(query));
        for before in [query, &format!("{query}&")] {
            forms.joint(RARE, PathQuery, &words, PathBody, [before, "", ""]);
        }
    }
    let known = [("api-key", hints.api_key), ("trace", hints.trace), ("timestamp", hints.timestamp), ("token", hints.token), ("lang", hints.lang), ("plat_id", hints.plat_id)];
    for (name, value) in known {
        let value = value.unwrap_or("");
        if value.is_empty() || value.len() > LONGEST {
            continue;
        }
        let words = format!("`{name}` was signed too; sign only the path and the body");
        forms.extra(RARE, HeaderExtra, &words, value);
        for equals in ["=", ":"] {
            forms.extra(ALONE, HeaderExtra, &words, &format!("{name}{equals}{value}"));
        }
    }
    forms.extra(ALONE, HeaderExtra, "`application/json` was signed too; sign only the path and the body", "application/json");
    for (name, value) in members {
        let words = format!("`{}`, from the body, was signed once more beside it; sign only the path and the body", quote(name));
        forms.extra(ALONE, HeaderExtra, &words, value);
    }
    // Not the bytes, but a language's idea of them.
    for text in ["null", "undefined", "None"] {
        let words = format!("`{text}` was signed in place of the path");
        forms.joint(ALONE, PathMissing, &words, BodyOnly, [text, "", ""]);
    }
    forms.joint(ALONE, BodyMissing, "nothing at all was signed: an empty string", Neither, [""; 3]);
    forms
}
