//! How the JSON writers that people use write a value, in which order and with what changed.

use super::encodings::unicode_escape;
use crate::json::Json;

/// White space around the parts of a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    comma: &'static str,
    colon: &'static str,
    /// One level of indentation; no line breaks without.
    pub(super) indent: Option<&'static str>,
    line: &'static str,
    /// Lists stay on one line, as Jackson has it.
    flat_lists: bool,
    pub(super) words: &'static str,
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

pub(super) const COMPACT: Layout = Layout::new(",", ":", "compact");
pub(super) const PYTHON: Layout = Layout::new(
    ", ",
    ": ",
    "with a space after `:` and `,` as Python's json.dumps does",
);

#[rustfmt::skip]
pub(super) const LAYOUTS: &[Layout] = &[
    COMPACT,
    PYTHON,
    Layout::indented("  ", "indented by 2 spaces"),
    Layout::indented("    ", "indented by 4 spaces"),
    Layout::indented("\t", "indented by tabs"),
    Layout { colon: " : ", flat_lists: true, ..Layout::indented("  ", "as Jackson's pretty printer does") },
    Layout { line: "\r\n", ..Layout::indented("  ", "indented by 2 spaces, with CR LF") },
    Layout { colon: " : ", flat_lists: true, line: "\r\n", ..Layout::indented("  ", "as Jackson's pretty printer does, with CR LF") },
    Layout { line: "\r\n", ..Layout::indented("    ", "indented by 4 spaces, with CR LF") },
    Layout { line: "\r\n", ..Layout::indented("\t", "indented by tabs, with CR LF") },
    Layout { colon: ":", ..Layout::indented("\t", "as fastjson's pretty format does") },
    Layout::new(",", ": ", "with a space after `:`"),
    Layout::new(", ", ":", "with a space after `,`"),
];

/// The characters that a writer escapes without need.
#[derive(Clone, Copy, Default)]
pub(super) struct Escapes {
    /// Everything beyond ASCII as `\uXXXX`.
    ascii: bool,
    /// `/` as `\/`.
    slash: bool,
    /// These as `\uXXXX`.
    html: &'static str,
    /// The hex digits of `\uXXXX` in upper case.
    upper: bool,
    /// Control and format characters beyond ASCII as `\uXXXX`, as hutool has it.
    invisible: bool,
    pub(super) words: &'static str,
}

pub(super) const PLAIN: Escapes = Escapes {
    ascii: false,
    slash: false,
    html: "",
    upper: false,
    invisible: false,
    words: "",
};

/// As the gateway of DaxPay writes JSON.
const HUTOOL: Escapes = Escapes {
    invisible: true,
    ..PLAIN
};

#[rustfmt::skip]
pub(super) const ESCAPES: &[Escapes] = &[
    PLAIN,
    Escapes { ascii: true, words: "non-ASCII as \\uXXXX, as Python's json.dumps does", ..PLAIN },
    Escapes { ascii: true, slash: true, words: "`/` as `\\/` and non-ASCII as \\uXXXX, as PHP's json_encode does", ..PLAIN },
    Escapes { slash: true, words: "`/` as `\\/`, as PHP's json_encode does with JSON_UNESCAPED_UNICODE", ..PLAIN },
    Escapes { html: "<>&\u{2028}\u{2029}", words: "`<`, `>` and `&` as \\u003c and so on, as Go's json.Marshal does", ..PLAIN },
    Escapes { html: "<>&='\u{2028}\u{2029}", words: "`<`, `>`, `&`, `=` and `'` as \\u003c and so on, as Gson does", ..PLAIN },
    Escapes { ascii: true, html: "\"'<>&+`", upper: true, words: "`\"`, `&`, `+` and non-ASCII as \\uXXXX, as System.Text.Json does", ..PLAIN },
    Escapes { ascii: true, upper: true, words: "non-ASCII as \\uXXXX in upper case", ..PLAIN },
    Escapes { ascii: true, slash: true, upper: true, words: "`/` as `\\/` and non-ASCII as \\uXXXX in upper case", ..PLAIN },
];

/// An order of the names in objects.
#[derive(Clone, Copy)]
pub(super) enum Order<'a> {
    Received,
    Sorted,
    /// As PHP's `ksort` and a Java `TreeMap` leave it: what is inside stays as it is.
    SortedAtTop,
    SortedIgnoringCase,
    /// From the last to the first, as sorted or as received.
    SortedBackwards,
    Backwards,
    /// As Java's `HashMap` has them.
    JavaHash,
    /// As in these documents, then the others.
    Documented(&'a [&'a str]),
}

/// How a JSON value is made into another, at every depth below the value itself.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) keep: fn(&Json) -> bool,
    pub(super) value: fn(&mut Json),
    pub(super) order: Order<'a>,
    /// Whether `value` changes objects and lists too, which it then sees whole.
    pub(super) is_deep: bool,
}

pub(super) const UNCHANGED: Change<'static> = Change {
    keep: |_| true,
    value: |_| {},
    order: Order::Received,
    is_deep: false,
};

impl Change<'_> {
    pub(super) fn of(&self, json: &Json) -> Json {
        let part = |json: &Json| {
            if !self.is_deep && matches!(json, Json::Array(_) | Json::Object(_)) {
                return self.of(json);
            }
            // The outer value first: one that became a text is not looked into.
            let mut changed = json.clone();
            (self.value)(&mut changed);
            self.of(&changed)
        };
        match json {
            Json::Object(members) if matches!(self.order, Order::SortedAtTop) => {
                let inner = Change {
                    order: Order::Received,
                    ..*self
                };
                let places = self.order.of(members);
                inner.of(&Json::Object(
                    places.into_iter().map(|at| members[at].clone()).collect(),
                ))
            }
            Json::Array(elements) => {
                let mut kept = Vec::new();
                for element in elements {
                    if (self.keep)(element) {
                        kept.push(part(element));
                    }
                }
                Json::Array(kept)
            }
            Json::Object(members) => {
                let mut kept = Vec::new();
                for at in self.order.of(members) {
                    let (name, value) = &members[at];
                    if (self.keep)(value) {
                        kept.push((name.clone(), part(value)));
                    }
                }
                Json::Object(kept)
            }
            other => other.clone(),
        }
    }
}

impl Order<'_> {
    fn of(self, members: &[(String, Json)]) -> Vec<usize> {
        let mut keys = Vec::with_capacity(members.len());
        for (name, _) in members {
            keys.push(match self {
                Order::Received | Order::Backwards | Order::JavaHash => String::new(),
                Order::Sorted | Order::SortedAtTop | Order::SortedBackwards => name.clone(),
                Order::SortedIgnoringCase => name.to_lowercase(),
                Order::Documented(documented) => {
                    let place = documented.iter().position(|known| known == name);
                    format!("{:03}", place.unwrap_or(999))
                }
            });
        }
        let mut places = sorted(&keys);
        match self {
            Order::Backwards | Order::SortedBackwards => places.reverse(),
            Order::JavaHash => {
                let names = members.iter().map(|(name, _)| name.as_str());
                places = java_hashed(&names.collect::<Vec<_>>());
            }
            _ => {}
        }
        places
    }
}

/// Where names stand in a Java `HashMap` that they were put into in this order.
pub(super) fn java_hashed(names: &[&str]) -> Vec<usize> {
    let mut size = 16;
    while names.len() * 4 > size * 3 {
        size *= 2;
    }
    let mut buckets = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let units = name.encode_utf16();
        let hash = units.fold(0u32, |hash, unit| {
            hash.wrapping_mul(31).wrapping_add(unit.into())
        });
        buckets.push(((hash ^ hash >> 16) as usize & (size - 1), at));
    }
    buckets.sort_unstable();
    buckets.into_iter().map(|(_, at)| at).collect()
}

/// Where the sorted keys stand; equal ones keep their order.
pub(super) fn sorted(keys: &[String]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|a, b| keys[*a].cmp(&keys[*b]).then(a.cmp(b)));
    places
}

pub(super) fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for at in 0..count {
        let mut longer = Vec::new();
        for order in &all {
            for place in 0..=order.len() {
                let mut order: Vec<usize> = order.clone();
                order.insert(place, at);
                longer.push(order);
            }
        }
        all = longer;
    }
    all
}

/// A number without the zeros at its end.
pub(super) fn plain(number: &str) -> String {
    let has_zeros = number.contains('.') && !number.contains(['e', 'E']);
    let short = number.trim_end_matches('0').trim_end_matches('.');
    if has_zeros { short } else { number }.to_owned()
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    is_digits(whole) && is_digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

/// As `Double.toString` has it: `1.5`, and from ten million on `1.5E7`.
pub(super) fn java_double(text: &str) -> String {
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

/// As C's `%g` and JavaScript's large numbers have it: `1.7e+12`.
pub(super) fn c_double(text: &str) -> String {
    let (digits, exponent) = match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value.abs() >= 1e6 => {
            let text = format!("{value:e}");
            match text.split_once('e') {
                Some((digits, exponent)) => (digits.to_owned(), exponent.to_owned()),
                None => return text,
            }
        }
        _ => return text.to_owned(),
    };
    format!("{digits}e+{exponent:0>2}")
}

/// The members of an object, joined; with a NUL for `equals`, their values only.
pub(super) fn joined(
    json: &Json,
    equals: &str,
    between: &str,
    encode: fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let mut all = Vec::new();
    for (at, (name, value)) in json.members().iter().enumerate() {
        if at > 0 {
            all.extend_from_slice(between.as_bytes());
        }
        if equals != "\0" {
            all.extend_from_slice(name.as_bytes());
            all.extend_from_slice(equals.as_bytes());
        }
        all.extend_from_slice(&encode(value.to_text().as_bytes()));
    }
    all
}

/// `{a=1, b=[x, y]}`
pub(super) fn java_text(json: &Json) -> String {
    listed(json, ["{", "=", ", ", "}"], &Json::to_text, &str::to_owned)
}

/// `map[a:1 b:[x y]]`
pub(super) fn go_text(json: &Json) -> String {
    let plain = |json: &Json| match json {
        Json::Null => "<nil>".to_owned(),
        other => other.to_text(),
    };
    listed(json, ["map[", ":", " ", "]"], &plain, &str::to_owned)
}

/// `{"a"=>1, "b"=>nil}`
pub(super) fn ruby_text(json: &Json, arrow: &str) -> String {
    let plain = |json: &Json| match json {
        Json::Null => "nil".to_owned(),
        other => other.to_json(),
    };
    let name = |name: &str| Json::string(name).to_json();
    listed(json, ["{", arrow, ", ", "}"], &plain, &name)
}

/// `{'a': 1, 'b': None}`
pub(super) fn python_text(json: &Json) -> String {
    let quoted = |text: &str| {
        let quote = if text.contains('\'') { '"' } else { '\'' };
        let text = text
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\t', "\\t");
        format!("{quote}{text}{quote}")
    };
    let plain = |json: &Json| match json {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => quoted(text),
        other => other.to_text(),
    };
    listed(json, ["{", ": ", ", ", "}"], &plain, &quoted)
}

/// `marks` are what opens an object, what stands behind a name and between members, and what closes it.
fn listed(
    json: &Json,
    marks: [&str; 4],
    plain: &dyn Fn(&Json) -> String,
    name: &dyn Fn(&str) -> String,
) -> String {
    let [open, colon, comma, close] = marks;
    let mut parts = Vec::new();
    match json {
        Json::Array(elements) => {
            for element in elements {
                parts.push(listed(element, marks, plain, name));
            }
            format!("[{}]", parts.join(comma))
        }
        Json::Object(members) => {
            for (key, value) in members {
                let value = listed(value, marks, plain, name);
                parts.push(format!("{}{colon}{value}", name(key)));
            }
            format!("{open}{}{close}", parts.join(comma))
        }
        other => plain(other),
    }
}

/// JSON text in a layout, with everything beyond ASCII escaped.
pub(super) fn ascii(json: &Json, layout: &Layout) -> String {
    String::from_utf8_lossy(&write(json, layout, &ESCAPES[1])).into_owned()
}

/// JSON text in a layout, without needless escapes.
pub(super) fn laid_out(json: &Json, layout: &Layout) -> String {
    String::from_utf8(write(json, layout, &PLAIN)).expect("JSON text is UTF-8")
}

pub(super) fn write(json: &Json, layout: &Layout, escapes: &Escapes) -> Vec<u8> {
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

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{a0}' | '\u{2000}'..='\u{2010}' | '\u{2028}'..='\u{202f}' | '\u{2066}'..='\u{206f}')
}

/// Compact JSON as the gateway of DaxPay writes it.
pub(super) fn hutool(json: &Json) -> String {
    String::from_utf8(write(json, &COMPACT, &HUTOOL)).expect("JSON text is UTF-8")
}

fn write_string(out: &mut String, text: &str, escapes: &Escapes) {
    let escape = |out: &mut String, c: char| unicode_escape(out, c, escapes.upper);
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
            _ if escapes.invisible && is_invisible(c) => escape(out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
}
