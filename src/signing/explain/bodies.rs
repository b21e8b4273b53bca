//! What becomes of a body that is parsed and written again, by the JSON writers people use.

use std::collections::HashSet;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::texts::{cased, form_encoded, gbk, percent_encoded, with};
use super::{ALONE, COMMON, Fault, Forms, Mistake, RARE, quote};
use crate::json::Json;
use crate::signing::digest::{Hash, hex_lower, hex_upper};

/// Above this many bytes, only the likeliest forms are made.
const LARGE: usize = 64 * 1024;
/// Up to this many members, every order of them is tried.
const PERMUTED: usize = 5;
/// Up to this many members, each is left out in turn.
const LEFT_OUT: usize = 24;

const SAME: &str = "sign the very bytes that are sent";

/// White space around the parts of a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    comma: &'static str,
    colon: &'static str,
    /// One level of indentation; no line breaks without.
    indent: Option<&'static str>,
    line: &'static str,
    /// Lists stay on one line, as Jackson has it.
    flat_lists: bool,
    words: &'static str,
}

impl Layout {
    const fn new(comma: &'static str, colon: &'static str, words: &'static str) -> Layout {
        Layout {
            comma,
            colon,
            indent: None,
            line: "\n",
            flat_lists: false,
            words,
        }
    }

    pub(super) const fn indented(indent: &'static str, words: &'static str) -> Layout {
        Layout {
            comma: ",",
            colon: ": ",
            indent: Some(indent),
            line: "\n",
            flat_lists: false,
            words,
        }
    }
}

pub(super) const COMPACT: Layout = Layout::new(",", ":", "");
pub(super) const PYTHON: Layout = Layout::new(
    ", ",
    ": ",
    "with a space after `:` and `,` as Python's json.dumps does",
);

const LAYOUTS: &[Layout] = &[
    COMPACT,
    PYTHON,
    Layout::indented("  ", "indented by 2 spaces"),
    Layout::indented("    ", "indented by 4 spaces"),
    Layout::indented("\t", "indented by tabs"),
    Layout {
        colon: " : ",
        flat_lists: true,
        ..Layout::indented("  ", "as Jackson's pretty printer does")
    },
    Layout {
        line: "\r\n",
        ..Layout::indented("  ", "indented by 2 spaces, with CR LF")
    },
    Layout {
        colon: " : ",
        flat_lists: true,
        line: "\r\n",
        ..Layout::indented("  ", "as Jackson's pretty printer does, with CR LF")
    },
    Layout {
        line: "\r\n",
        ..Layout::indented("    ", "indented by 4 spaces, with CR LF")
    },
    Layout {
        line: "\r\n",
        ..Layout::indented("\t", "indented by tabs, with CR LF")
    },
    Layout {
        colon: ":",
        ..Layout::indented("\t", "as fastjson's pretty format does")
    },
    Layout::new(",", ": ", "with a space after `:`"),
    Layout::new(", ", ":", "with a space after `,`"),
];

/// The characters that a writer escapes without need.
#[derive(Clone, Copy, Default)]
struct Escapes {
    /// Everything beyond ASCII as `\uXXXX`.
    ascii: bool,
    /// `/` as `\/`.
    slash: bool,
    /// These as `\uXXXX`.
    html: &'static str,
    /// The hex digits of `\uXXXX` in upper case.
    upper: bool,
    words: &'static str,
}

const PLAIN: Escapes = Escapes {
    ascii: false,
    slash: false,
    html: "",
    upper: false,
    words: "",
};

const ESCAPES: &[Escapes] = &[
    PLAIN,
    Escapes {
        ascii: true,
        words: "non-ASCII as \\uXXXX, as Python's json.dumps does",
        ..PLAIN
    },
    Escapes {
        ascii: true,
        slash: true,
        words: "`/` as `\\/` and non-ASCII as \\uXXXX, as PHP's json_encode does",
        ..PLAIN
    },
    Escapes {
        slash: true,
        words: "`/` as `\\/`, as PHP's json_encode does with JSON_UNESCAPED_UNICODE",
        ..PLAIN
    },
    Escapes {
        html: "<>&\u{2028}\u{2029}",
        words: "`<`, `>` and `&` as \\u003c and so on, as Go's json.Marshal does",
        ..PLAIN
    },
    Escapes {
        html: "<>&='\u{2028}\u{2029}",
        words: "`<`, `>`, `&`, `=` and `'` as \\u003c and so on, as Gson does",
        ..PLAIN
    },
    Escapes {
        ascii: true,
        html: "\"'<>&+`",
        upper: true,
        words: "`\"`, `&`, `+` and non-ASCII as \\uXXXX, as System.Text.Json does",
        ..PLAIN
    },
    Escapes {
        ascii: true,
        upper: true,
        words: "non-ASCII as \\uXXXX in upper case",
        ..PLAIN
    },
    Escapes {
        ascii: true,
        slash: true,
        upper: true,
        words: "`/` as `\\/` and non-ASCII as \\uXXXX in upper case",
        ..PLAIN
    },
];

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Received,
    Sorted,
    SortedIgnoringCase,
    Documented,
}

/// The forms of a body. `documented` are member names in the order of the platform's documents.
pub(super) fn bodies(body: &[u8], documented: &[&str]) -> Forms<Vec<u8>> {
    let mut found = Found {
        forms: Forms::right(body.to_vec()),
        seen: HashSet::from([body.to_vec()]),
    };
    let utf8 = if std::str::from_utf8(body).is_ok() {
        body.to_vec()
    } else {
        gbk(body)
    };
    let json = Json::parse(&utf8).ok();
    found.add(COMMON, Fault::new(Mistake::BodyMissing), Vec::new());
    if utf8 != body {
        let fault = Fault::new(Mistake::Gbk)
            .what("the body given here is GBK, but its UTF-8 bytes were signed");
        found.add(COMMON, fault.instead(SAME), utf8.clone());
    }
    let end = body.trim_ascii_end();
    if body[end.len()..].contains(&b'\n') {
        let fault = Fault::new(Mistake::LineBreak)
            .what("the line break at the end of the body was not signed, but it is sent");
        found.add(COMMON, fault.instead(SAME), end.to_vec());
    }
    if let Some(json) = &json {
        found.rewritten(json, documented, body.len() > LARGE);
        if body.len() <= LARGE {
            found.changed_values(json);
            found.members_left_out(json);
            found.members_added(json, documented);
            found.other_languages(json);
            found.permuted(json);
        }
    }
    found.changed_text(body);
    found.forms
}

/// Whether a member stays in the body.
type Keep = fn(&Json) -> bool;
/// What becomes of a value in the body.
type Change = fn(&Json) -> Json;

struct Found {
    forms: Forms<Vec<u8>>,
    seen: HashSet<Vec<u8>>,
}

impl Found {
    fn add(&mut self, cost: u8, fault: Fault, value: Vec<u8>) {
        if self.seen.insert(value.clone()) {
            self.forms.at_cost(cost, [fault], value);
        }
    }

    /// Every order, layout and escaping. The first of each are likely enough to come with a second fault.
    fn rewritten(&mut self, json: &Json, documented: &[&str], is_large: bool) {
        let orders = [
            (Order::Received, ""),
            (Order::Sorted, "its names sorted"),
            (
                Order::SortedIgnoringCase,
                "its names sorted without regard to case",
            ),
            (Order::Documented, "its names in the order of the documents"),
        ];
        for (order_at, (order, order_words)) in orders.into_iter().enumerate() {
            let ordered = ordered(json, order, documented);
            for (layout_at, layout) in LAYOUTS.iter().enumerate() {
                for (escapes_at, escapes) in ESCAPES.iter().enumerate() {
                    let is_common = order_at < 2 && layout_at < 4 && escapes_at < 4;
                    let is_rare = order_at == 0 && (layout_at < 2 || escapes_at < 3);
                    let cost = if is_common {
                        COMMON
                    } else if is_rare {
                        RARE
                    } else {
                        ALONE
                    };
                    if is_large && (order_at > 1 || layout_at > 2 || escapes_at > 3) {
                        continue;
                    }
                    let words = [order_words, layout.words, escapes.words];
                    let details: Vec<&str> = words
                        .into_iter()
                        .filter(|words| !words.is_empty())
                        .collect();
                    let (mistake, what) = match layout.indent {
                        Some(_) => (Mistake::BodyPrettyPrinted, "pretty-printed"),
                        None => (Mistake::BodyReserialized, "parsed and serialized again"),
                    };
                    let details = if details.is_empty() {
                        "compact".to_owned()
                    } else {
                        details.join("; ")
                    };
                    let fault = Fault::new(mistake)
                        .what(format!("the body was {what} before signing ({details})"));
                    self.add(cost, fault, write(&ordered, layout, escapes));
                }
            }
        }
    }

    fn changed_values(&mut self, json: &Json) {
        let members: [(&str, Keep); 3] = [
            ("null members were left out", |value| *value != Json::Null),
            ("empty members were left out", |value| {
                *value != Json::Null
                    && value.as_str() != Some("")
                    && *value != Json::Array(Vec::new())
                    && *value != Json::Object(Vec::new())
            }),
            ("empty strings were left out", |value| {
                value.as_str() != Some("")
            }),
        ];
        for (what, keep) in members {
            let fault = || {
                Fault::new(Mistake::BodyMembers).what(format!("{what} of the body before signing"))
            };
            self.common(&kept(json, keep), fault);
        }
        let values: [(&str, Change); 6] = [
            ("numbers were signed as strings", |value| match value {
                Json::Number(text) => Json::String(text.clone()),
                other => other.clone(),
            }),
            (
                "strings of digits were signed as numbers",
                |value| match value {
                    Json::String(text) if is_number(text) => Json::Number(text.clone()),
                    other => other.clone(),
                },
            ),
            (
                "numbers went through a float before signing (1.0 for 1)",
                |value| match value {
                    Json::Number(text) if !text.contains(['.', 'e', 'E']) => {
                        Json::Number(format!("{text}.0"))
                    }
                    other => other.clone(),
                },
            ),
            (
                "numbers went through Java's double before signing (1.7E12 for 1700000000000)",
                |value| match value {
                    Json::Number(text) => Json::Number(java_double(text)),
                    other => other.clone(),
                },
            ),
            (
                "numbers lost their trailing zeros before signing",
                |value| match value {
                    Json::Number(text) if text.contains('.') && !text.contains(['e', 'E']) => {
                        Json::Number(text.trim_end_matches('0').trim_end_matches('.').to_owned())
                    }
                    other => other.clone(),
                },
            ),
            (
                "null members were signed as empty strings",
                |value| match value {
                    Json::Null => Json::string(""),
                    other => other.clone(),
                },
            ),
        ];
        let Json::Object(members) = json else { return };
        let changed = |what: &str, change: &dyn Fn(&Json) -> Json| {
            let fault = Fault::new(Mistake::BodyValues).what(format!("in the body, {what}"));
            let members = members.iter();
            let changed = members.map(|(name, value)| (name.clone(), change(value)));
            (fault, Json::Object(changed.collect()))
        };
        for (what, change) in values {
            let (fault, json) = changed(what, &|value| deep(value, &change));
            self.common(&json, || fault.clone());
        }
        // Not at every depth: each one would double the backslashes of those inside.
        let what = "nested values were signed as strings of JSON";
        let (fault, json) = changed(what, &|value| match value {
            Json::Array(_) | Json::Object(_) => Json::String(value.to_json()),
            other => other.clone(),
        });
        self.common(&json, || fault.clone());
    }

    /// A changed value in the commonest layouts.
    fn common(&mut self, json: &Json, fault: impl Fn() -> Fault) {
        for layout in [&COMPACT, &PYTHON] {
            for escapes in &ESCAPES[..4] {
                self.add(RARE, fault(), write(json, layout, escapes));
            }
        }
    }

    fn members_left_out(&mut self, json: &Json) {
        let members = json.members();
        if members.len() > LEFT_OUT {
            return;
        }
        for left_out in 0..members.len() {
            let mut rest = members.to_vec();
            let (name, _) = rest.remove(left_out);
            let what = format!(
                "the member `{}` was not in the body that was signed",
                quote(&name)
            );
            self.add(
                RARE,
                Fault::new(Mistake::BodyMembers).what(what),
                write(&Json::Object(rest), &COMPACT, &PLAIN),
            );
        }
    }

    /// Members that are not sent, but were in the object that was signed: an empty field that a
    /// serializer's setting keeps in one place and drops in another.
    fn members_added(&mut self, json: &Json, documented: &[&str]) {
        let Json::Object(members) = json else { return };
        let is_absent = |name: &&&str| members.iter().all(|(known, _)| known != **name);
        let absent: Vec<&str> = documented.iter().filter(is_absent).copied().collect();
        let alone = absent.iter().map(|name| vec![*name]);
        for names in alone.chain([absent.clone()]) {
            for empty in [Json::Null, Json::string("")] {
                let mut members = members.clone();
                members.extend(names.iter().map(|name| ((*name).to_owned(), empty.clone())));
                let what = format!(
                    "the body that was signed had `{}` as {}",
                    names.join("`, `"),
                    empty.to_json()
                );
                for order in [Order::Received, Order::Documented, Order::Sorted] {
                    let body = ordered(&Json::Object(members.clone()), order, documented);
                    let fault = Fault::new(Mistake::BodyMembers).what(what.clone());
                    self.add(ALONE, fault, write(&body, &COMPACT, &PLAIN));
                }
            }
        }
    }

    fn other_languages(&mut self, json: &Json) {
        let Json::Object(_) = json else { return };
        let sorted = ordered(json, Order::Sorted, &[]);
        for json in [json, &sorted] {
            for encode in [
                <[u8]>::to_vec as fn(&[u8]) -> Vec<u8>,
                percent_encoded,
                form_encoded,
            ] {
                self.add(RARE, Fault::new(Mistake::BodyAsForm), form(json, encode));
            }
            for what in ["a Java Map's toString", "Python's str of a dict"] {
                let fault =
                    Fault::new(Mistake::BodyToString).what(format!("{what} was signed, not JSON"));
                let text = if what.contains("Java") {
                    java_text(json)
                } else {
                    python_text(json)
                };
                self.add(RARE, fault, text.into_bytes());
            }
        }
        for text in ["[object Object]", "Array", "null", "{}", "undefined"] {
            let fault = Fault::new(Mistake::BodyToString)
                .what(format!("`{text}` was signed in place of the body"));
            self.add(RARE, fault, text.as_bytes().to_vec());
        }
    }

    fn permuted(&mut self, json: &Json) {
        let members = json.members();
        if !(2..=PERMUTED).contains(&members.len()) {
            return;
        }
        for order in permutations(members.len()) {
            let permuted = Json::Object(order.iter().map(|at| members[*at].clone()).collect());
            for layout in [&COMPACT, &PYTHON] {
                let fault = Fault::new(Mistake::BodyReserialized)
                    .what("the body was parsed and serialized again before signing (its names in another order)");
                self.add(ALONE, fault, write(&permuted, layout, &PLAIN));
            }
        }
    }

    /// What happens to a body as a text, JSON or not.
    #[rustfmt::skip]
    fn changed_text(&mut self, body: &[u8]) {
        use Mistake::*;
        let without = |drop: fn(&u8) -> bool| body.iter().copied().filter(|byte| !drop(byte)).collect::<Vec<u8>>();
        let text = String::from_utf8_lossy(body);
        self.add(RARE, Fault::new(BodyStringifiedTwice), Json::string(&*text).to_json().into_bytes());
        self.add(RARE, Fault::new(ByteOrderMark).what("a byte order mark (EF BB BF) in front of the body was signed too"), with("\u{feff}".as_bytes(), body));
        self.add(RARE, Fault::new(ByteOrderMark).what("the byte order mark in front of the body was not signed"), text.trim_start_matches('\u{feff}').as_bytes().to_vec());
        self.add(RARE, Fault::new(BodyWhitespace).what("white space around the body was stripped before signing"), body.trim_ascii().to_vec());
        self.add(RARE, Fault::new(BodyWhitespace).what("white space at the end of the body was stripped before signing"), body.trim_ascii_end().to_vec());
        self.add(RARE, Fault::new(BodyWhitespace).what("all white space was removed from the body before signing"), without(u8::is_ascii_whitespace));
        self.add(RARE, Fault::new(BodyWhitespace).what("the spaces were removed from the body before signing"), without(|byte| *byte == b' '));
        self.add(RARE, Fault::new(BodyWhitespace).what("the line breaks were removed from the body before signing"), without(|byte| matches!(byte, b'\r' | b'\n')));
        self.add(RARE, Fault::new(BodyWhitespace).what("the line breaks in the body were CR LF when it was signed"), text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes());
        self.add(RARE, Fault::new(BodyWhitespace).what("the line breaks in the body were LF when it was signed"), text.replace("\r\n", "\n").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("`\\/` in the body became `/` before signing"), text.replace("\\/", "/").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("`/` in the body became `\\/` before signing"), text.replace("\\/", "/").replace('/', "\\/").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("the backslashes were removed from the body before signing"), text.replace('\\', "").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("quotes in the body became HTML entities before signing"), text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("the quotes were removed from the body before signing"), text.replace('"', "").into_bytes());
        self.add(RARE, Fault::new(BodyReserialized).what("single quotes stood in the body when it was signed"), text.replace('"', "'").into_bytes());
        self.add(RARE, Fault::new(UrlEncoded).what("the body was URL-encoded before signing"), percent_encoded(body));
        self.add(RARE, Fault::new(UrlEncoded).what("the body was URL-encoded before signing"), form_encoded(body));
        self.add(RARE, Fault::new(LowerCased).what("the body was put in lower case before signing"), cased(body, str::to_lowercase));
        self.add(RARE, Fault::new(UpperCased).what("the body was put in upper case before signing"), cased(body, str::to_uppercase));
        self.add(RARE, Fault::new(BodyHashed).what("base64 of the body was signed in its place"), BASE64_STANDARD.encode(body).into_bytes());
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256] {
            let digest = hash.digest(&[body]);
            let name = hash.name();
            let fault = || Fault::new(BodyHashed).what(format!("{name} of the body was signed in its place"));
            self.add(RARE, fault(), hex_lower(&digest).into_bytes());
            self.add(RARE, fault(), hex_upper(&digest).into_bytes());
            self.add(RARE, fault(), BASE64_STANDARD.encode(&digest).into_bytes());
        }
    }
}

pub(super) fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for at in 0..count {
        let grown = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=order.len()).map(move |place| {
                let mut order = order.clone();
                order.insert(place, at);
                order
            })
        };
        all = all.iter().flat_map(grown).collect();
    }
    all
}

fn ordered(json: &Json, order: Order, documented: &[&str]) -> Json {
    match json {
        Json::Array(elements) => Json::Array(
            elements
                .iter()
                .map(|element| ordered(element, order, documented))
                .collect(),
        ),
        Json::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| (name.clone(), ordered(value, order, documented)))
                .collect();
            let place = |name: &str| documented.iter().position(|known| *known == name);
            match order {
                Order::Received => {}
                Order::Sorted => members.sort_by(|a, b| a.0.cmp(&b.0)),
                Order::SortedIgnoringCase => members.sort_by_key(|(name, _)| name.to_lowercase()),
                Order::Documented => {
                    members.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX))
                }
            }
            Json::Object(members)
        }
        other => other.clone(),
    }
}

/// The value without the members that are not kept, at every depth.
fn kept(json: &Json, keep: Keep) -> Json {
    match json {
        Json::Array(elements) => {
            Json::Array(elements.iter().map(|element| kept(element, keep)).collect())
        }
        Json::Object(members) => {
            let members = members.iter().filter(|(_, value)| keep(value));
            Json::Object(
                members
                    .map(|(name, value)| (name.clone(), kept(value, keep)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// The value with each of its parts changed, the inner ones first.
fn deep(json: &Json, change: &Change) -> Json {
    let inner = match json {
        Json::Array(elements) => Json::Array(
            elements
                .iter()
                .map(|element| deep(element, change))
                .collect(),
        ),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), deep(value, change)))
                .collect(),
        ),
        other => other.clone(),
    };
    change(&inner)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    is_digits(whole) && is_digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

/// As `Double.toString` has it: `1.5`, and from ten million on `1.5E7`.
fn java_double(text: &str) -> String {
    let Ok(value) = text.parse::<f64>() else {
        return text.to_owned();
    };
    if !value.is_finite() {
        return text.to_owned();
    }
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

fn form(json: &Json, encode: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let pair = |(name, value): &(String, Json)| {
        let value = encode(value.to_text().as_bytes());
        [name.as_bytes(), b"=", &value].concat()
    };
    json.members()
        .iter()
        .map(pair)
        .collect::<Vec<_>>()
        .join(&b'&')
}

/// `{a=1, b=[x, y]}`
pub(super) fn java_text(json: &Json) -> String {
    match json {
        Json::Array(elements) => format!(
            "[{}]",
            elements
                .iter()
                .map(java_text)
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Json::Object(members) => {
            let pairs = members
                .iter()
                .map(|(name, value)| format!("{name}={}", java_text(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_text(),
    }
}

/// `{'a': 1, 'b': None}`
pub(super) fn python_text(json: &Json) -> String {
    let quoted = |text: &str| {
        if text.contains('\'') {
            format!("\"{text}\"")
        } else {
            format!("'{text}'")
        }
    };
    match json {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(text) => text.clone(),
        Json::String(text) => quoted(text),
        Json::Array(elements) => format!(
            "[{}]",
            elements
                .iter()
                .map(python_text)
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Json::Object(members) => {
            let pairs = members
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), python_text(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// JSON text in a layout, without needless escapes.
pub(super) fn laid_out(json: &Json, layout: &Layout) -> String {
    String::from_utf8(write(json, layout, &PLAIN)).expect("JSON text is UTF-8")
}

fn write(json: &Json, layout: &Layout, escapes: &Escapes) -> Vec<u8> {
    let mut out = String::new();
    write_value(&mut out, json, layout, escapes, 0);
    out.into_bytes()
}

fn write_value(out: &mut String, json: &Json, layout: &Layout, escapes: &Escapes, depth: usize) {
    let break_line = |out: &mut String, depth: usize| {
        if let Some(indent) = layout.indent {
            out.push_str(layout.line);
            out.push_str(&indent.repeat(depth));
        }
    };
    match json {
        Json::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Json::Object(members) if members.is_empty() => out.push_str("{}"),
        Json::Array(elements) if layout.flat_lists => {
            out.push_str("[ ");
            for (at, element) in elements.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_value(out, element, layout, escapes, depth);
            }
            out.push_str(" ]");
        }
        Json::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                out.push_str(if at > 0 { layout.comma } else { "" });
                break_line(out, depth + 1);
                write_value(out, element, layout, escapes, depth + 1);
            }
            break_line(out, depth);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                out.push_str(if at > 0 { layout.comma } else { "" });
                break_line(out, depth + 1);
                write_string(out, name, escapes);
                out.push_str(layout.colon);
                write_value(out, value, layout, escapes, depth + 1);
            }
            break_line(out, depth);
            out.push('}');
        }
        Json::String(text) => write_string(out, text, escapes),
        Json::Number(text) => out.push_str(text),
        Json::Null | Json::Bool(_) => out.push_str(&json.to_json()),
    }
}

fn write_string(out: &mut String, text: &str, escapes: &Escapes) {
    let escape = |out: &mut String, c: char| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&if escapes.upper {
                format!("\\u{unit:04X}")
            } else {
                format!("\\u{unit:04x}")
            });
        }
    };
    out.push('"');
    for c in text.chars() {
        match c {
            _ if escapes.html.contains(c) => escape(out, c),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '/' if escapes.slash => out.push_str("\\/"),
            _ if c < ' ' || (escapes.ascii && c > '~') => escape(out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
}
