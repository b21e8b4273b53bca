//! What becomes of a body that is parsed and written again, by the JSON writers people use.

use super::texts::{BOM, base64, form_encoded, gbk, hex, lower, percent_encoded, upper, with};
use super::{ALONE, COMMON, Forms, Mistake, RARE, Texts, quote};
use crate::json::Json;
use crate::signing::digest::Hash;

/// Above this many bytes, only the likeliest forms are made.
const LARGE: usize = 64 * 1024;
/// Up to this many members, every order of them is tried.
const PERMUTED: usize = 5;
/// Up to this many members, each is left out in turn.
const LEFT_OUT: usize = 24;

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

pub(super) const COMPACT: Layout = Layout::new(",", ":", "compact");
pub(super) const PYTHON: Layout = Layout::new(
    ", ",
    ": ",
    "with a space after `:` and `,` as Python's json.dumps does",
);

#[rustfmt::skip]
const LAYOUTS: &[Layout] = &[
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

#[rustfmt::skip]
const ESCAPES: &[Escapes] = &[
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
    SortedIgnoringCase,
    /// As in these documents, then the others.
    Documented(&'a [&'a str]),
}

/// How a JSON value is made into another, at every depth below the value itself.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) keep: fn(&Json) -> bool,
    pub(super) value: fn(&mut Json),
    pub(super) order: Order<'a>,
}

pub(super) const UNCHANGED: Change<'static> = Change {
    keep: |_| true,
    value: |_| {},
    order: Order::Received,
};

impl Change<'_> {
    pub(super) fn of(&self, json: &Json) -> Json {
        let part = |json: &Json| {
            // The outer value first: one that became a text is not looked into.
            let mut changed = json.clone();
            (self.value)(&mut changed);
            self.of(&changed)
        };
        match json {
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
                Order::Received => String::new(),
                Order::Sorted => name.clone(),
                Order::SortedIgnoringCase => name.to_lowercase(),
                Order::Documented(documented) => {
                    let place = documented.iter().position(|known| known == name);
                    format!("{:03}", place.unwrap_or(999))
                }
            });
        }
        sorted(&keys)
    }
}

/// Where the sorted keys stand; equal ones keep their order.
pub(super) fn sorted(keys: &[String]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|a, b| keys[*a].cmp(&keys[*b]).then(a.cmp(b)));
    places
}

/// The forms of a body. `documented` are member names in the order of the platform's documents.
#[rustfmt::skip]
pub(super) fn bodies(body: &[u8], documented: &[&str]) -> Texts {
    let is_utf8 = std::str::from_utf8(body).is_ok();
    let utf8 = if is_utf8 { body.to_vec() } else { gbk(body) };
    let mut forms = Forms::right(body.to_vec());
    forms.text(COMMON, Mistake::BodyMissing, "", Vec::new());
    forms.text(COMMON, Mistake::Gbk, "the body given here is GBK, but its UTF-8 bytes were signed; sign the very bytes that are sent", utf8.clone());
    let end = body.trim_ascii_end();
    if body[end.len()..].contains(&b'\n') {
        forms.text(COMMON, Mistake::LineBreak, "the line break at the end of the body was not signed, but it is sent; sign the very bytes that are sent", end.to_vec());
    }
    if let Ok(json) = Json::parse(&utf8) {
        forms.rewritten(&json, documented, body.len() > LARGE);
        if body.len() <= LARGE {
            forms.changed_values(&json);
            forms.members_left_out(json.members());
            forms.other_languages(&json);
            forms.members_added(&json, documented);
            forms.permuted(json.members());
        }
    }
    forms.changed_text(body);
    forms
}

impl Texts {
    /// Every order, layout and escaping. The first of each are likely enough to come with a second fault.
    fn rewritten(&mut self, json: &Json, documented: &[&str], is_large: bool) {
        let orders = [
            (Order::Received, ""),
            (Order::Sorted, "its names sorted, "),
            (
                Order::SortedIgnoringCase,
                "its names sorted without regard to case, ",
            ),
            (
                Order::Documented(documented),
                "its names in the order of the documents, ",
            ),
        ];
        for (order_at, (order, order_words)) in orders.into_iter().enumerate() {
            let ordered = Change { order, ..UNCHANGED }.of(json);
            for (layout_at, layout) in LAYOUTS.iter().enumerate() {
                for (escapes_at, escapes) in ESCAPES.iter().enumerate() {
                    if is_large && (order_at > 1 || layout_at > 2 || escapes_at > 3) {
                        continue;
                    }
                    let cost = if order_at < 2 && layout_at < 4 && escapes_at < 4 {
                        COMMON
                    } else if order_at == 0 && (layout_at < 2 || escapes_at < 3) {
                        RARE
                    } else {
                        ALONE
                    };
                    let (mistake, what) = match layout.indent {
                        Some(_) => (Mistake::BodyPrettyPrinted, "pretty-printed"),
                        None => (Mistake::BodyReserialized, "parsed and serialized again"),
                    };
                    let (layout_words, words) = (layout.words, escapes.words);
                    let comma = if words.is_empty() { "" } else { ", " };
                    let words = format!(
                        "the body was {what} before signing ({order_words}{layout_words}{comma}{words})"
                    );
                    self.text(cost, mistake, &words, write(&ordered, layout, escapes));
                }
            }
        }
    }

    #[rustfmt::skip]
    fn changed_values(&mut self, json: &Json) {
        use Mistake::{BodyMembers, BodyValues};
        let keep = |keep| Change { keep, ..UNCHANGED };
        self.changed(json, BodyMembers, "null members were left out of the body before signing", keep(|value| *value != Json::Null));
        self.changed(json, BodyMembers, "empty members were left out of the body before signing", keep(|value| !matches!(value.to_json().as_str(), "null" | "\"\"" | "[]" | "{}")));
        self.changed(json, BodyMembers, "empty strings were left out of the body before signing", keep(|value| value.as_str() != Some("")));
        let to = |value| Change { value, ..UNCHANGED };
        self.changed(json, BodyValues, "in the body, numbers were signed as strings", to(|value| {
            if let Json::Number(text) = value { *value = Json::String(std::mem::take(text)) }
        }));
        self.changed(json, BodyValues, "in the body, strings of digits were signed as numbers", to(|value| match value {
            Json::String(text) if is_number(text) => *value = Json::Number(std::mem::take(text)),
            _ => {}
        }));
        self.changed(json, BodyValues, "in the body, numbers went through a float before signing (1.0 for 1)", to(|value| match value {
            Json::Number(text) if !text.contains(['.', 'e', 'E']) => text.push_str(".0"),
            _ => {}
        }));
        self.changed(json, BodyValues, "in the body, numbers went through Java's double before signing (1.7E12 for 1700000000000)", to(|value| {
            if let Json::Number(text) = value { *text = java_double(text) }
        }));
        self.changed(json, BodyValues, "in the body, numbers lost their trailing zeros before signing", to(|value| {
            if let Json::Number(text) = value { *text = plain(text) }
        }));
        self.changed(json, BodyValues, "in the body, null members were signed as empty strings", to(|value| {
            if *value == Json::Null { *value = Json::string("") }
        }));
        self.changed(json, BodyValues, "in the body, nested values were signed as strings of JSON", to(|value| {
            if matches!(value, Json::Array(_) | Json::Object(_)) { *value = Json::String(value.to_json()) }
        }));
    }

    /// A changed value in the commonest layouts.
    fn changed(&mut self, json: &Json, mistake: Mistake, words: &str, change: Change) {
        let changed = change.of(json);
        for layout in [&COMPACT, &PYTHON] {
            for escapes in &ESCAPES[..4] {
                self.text(RARE, mistake, words, write(&changed, layout, escapes));
            }
        }
    }

    fn members_left_out(&mut self, members: &[(String, Json)]) {
        if members.len() > LEFT_OUT {
            return;
        }
        for left_out in 0..members.len() {
            let mut rest = members.to_vec();
            let (name, _) = rest.remove(left_out);
            let name = quote(&name);
            let words = format!("the member `{name}` was not in the body that was signed");
            let text = write(&Json::Object(rest), &COMPACT, &PLAIN);
            self.text(RARE, Mistake::BodyMembers, &words, text);
        }
    }

    /// Members that are not sent, but were in the object that was signed: an empty field that a
    /// serializer's setting keeps in one place and drops in another.
    fn members_added(&mut self, json: &Json, documented: &[&str]) {
        let Json::Object(members) = json else { return };
        let mut absent = documented.to_vec();
        absent.retain(|name| members.iter().all(|(known, _)| known != name));
        // Each of them alone, then all together.
        for at in 0..=absent.len() {
            let names = absent.get(at..=at).unwrap_or(&absent);
            for empty in [Json::Null, Json::string("")] {
                let mut members = members.clone();
                for name in names {
                    members.push(((*name).to_owned(), empty.clone()));
                }
                let (names, empty) = (names.join("`, `"), empty.to_json());
                let words = format!("the body that was signed had `{names}` as {empty}");
                let members = Json::Object(members);
                for order in [
                    Order::Received,
                    Order::Documented(documented),
                    Order::Sorted,
                ] {
                    let body = Change { order, ..UNCHANGED }.of(&members);
                    let text = write(&body, &COMPACT, &PLAIN);
                    self.text(ALONE, Mistake::BodyMembers, &words, text);
                }
            }
        }
    }

    #[rustfmt::skip]
    fn other_languages(&mut self, json: &Json) {
        let Json::Object(_) = json else { return };
        let sorted = Change { order: Order::Sorted, ..UNCHANGED }.of(json);
        for json in [json, &sorted] {
            self.text(RARE, Mistake::BodyAsForm, "", form(json, <[u8]>::to_vec));
            self.text(RARE, Mistake::BodyAsForm, "", form(json, percent_encoded));
            self.text(RARE, Mistake::BodyAsForm, "", form(json, form_encoded));
            self.text(RARE, Mistake::BodyToString, "a Java Map's toString was signed, not JSON", java_text(json).into_bytes());
            self.text(RARE, Mistake::BodyToString, "Python's str of a dict was signed, not JSON", python_text(json).into_bytes());
        }
        for text in ["[object Object]", "Array", "null", "{}", "undefined"] {
            let words = format!("`{text}` was signed in place of the body");
            self.text(RARE, Mistake::BodyToString, &words, text.as_bytes().to_vec());
        }
    }

    #[rustfmt::skip]
    fn permuted(&mut self, members: &[(String, Json)]) {
        if !(2..=PERMUTED).contains(&members.len()) {
            return;
        }
        for order in permutations(members.len()) {
            let mut permuted = Vec::new();
            for at in order {
                permuted.push(members[at].clone());
            }
            let permuted = Json::Object(permuted);
            for layout in [&COMPACT, &PYTHON] {
                self.text(ALONE, Mistake::BodyReserialized, "the body was parsed and serialized again before signing (its names in another order)", write(&permuted, layout, &PLAIN));
            }
        }
    }

    /// What happens to a body as a text, JSON or not.
    #[rustfmt::skip]
    fn changed_text(&mut self, body: &[u8]) {
        use Mistake::*;
        let text = &*String::from_utf8_lossy(body);
        let replaced = |pairs: &[(&str, &str)]| {
            let mut text = text.to_owned();
            for (from, to) in pairs {
                text = text.replace(from, to);
            }
            text.into_bytes()
        };
        self.text(RARE, BodyStringifiedTwice, "", Json::string(text).to_json().into_bytes());
        self.text(RARE, ByteOrderMark, "a byte order mark (EF BB BF) in front of the body was signed too", with(BOM, body));
        self.text(RARE, ByteOrderMark, "the byte order mark in front of the body was not signed", text.trim_start_matches('\u{feff}').as_bytes().to_vec());
        self.text(RARE, BodyWhitespace, "white space around the body was stripped before signing", body.trim_ascii().to_vec());
        self.text(RARE, BodyWhitespace, "white space at the end of the body was stripped before signing", body.trim_ascii_end().to_vec());
        self.text(RARE, BodyWhitespace, "all white space was removed from the body before signing", replaced(&[(" ", ""), ("\r", ""), ("\n", ""), ("\t", "")]));
        self.text(RARE, BodyWhitespace, "the spaces were removed from the body before signing", replaced(&[(" ", "")]));
        self.text(RARE, BodyWhitespace, "the line breaks were removed from the body before signing", replaced(&[("\r", ""), ("\n", "")]));
        self.text(RARE, BodyWhitespace, "the line breaks in the body were CR LF when it was signed", replaced(&[("\r\n", "\n"), ("\n", "\r\n")]));
        self.text(RARE, BodyWhitespace, "the line breaks in the body were LF when it was signed", replaced(&[("\r\n", "\n")]));
        self.text(RARE, BodyReserialized, "`\\/` in the body became `/` before signing", replaced(&[("\\/", "/")]));
        self.text(RARE, BodyReserialized, "`/` in the body became `\\/` before signing", replaced(&[("\\/", "/"), ("/", "\\/")]));
        self.text(RARE, BodyReserialized, "the backslashes were removed from the body before signing", replaced(&[("\\", "")]));
        self.text(RARE, BodyReserialized, "quotes in the body became HTML entities before signing", replaced(&[("&", "&amp;"), ("\"", "&quot;"), ("<", "&lt;"), (">", "&gt;")]));
        self.text(RARE, BodyReserialized, "the quotes were removed from the body before signing", replaced(&[("\"", "")]));
        self.text(RARE, BodyReserialized, "single quotes stood in the body when it was signed", replaced(&[("\"", "'")]));
        self.text(RARE, UrlEncoded, "the body was URL-encoded before signing", percent_encoded(body));
        self.text(RARE, UrlEncoded, "the body was URL-encoded before signing", form_encoded(body));
        self.text(RARE, LowerCased, "the body was put in lower case before signing", lower(body));
        self.text(RARE, UpperCased, "the body was put in upper case before signing", upper(body));
        self.text(RARE, BodyHashed, "base64 of the body was signed in its place", base64(body));
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256] {
            let words = format!("{} of the body was signed in its place", hash.name());
            self.text(RARE, BodyHashed, &words, hex(hash, body));
            self.text(RARE, BodyHashed, &words, upper(&hex(hash, body)));
            self.text(RARE, BodyHashed, &words, base64(&hash.digest(body)));
        }
    }
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
    let mut form = Vec::new();
    for (name, value) in json.members() {
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend_from_slice(name.as_bytes());
        form.push(b'=');
        form.extend_from_slice(&encode(value.to_text().as_bytes()));
    }
    form
}

/// `{a=1, b=[x, y]}`
pub(super) fn java_text(json: &Json) -> String {
    listed(json, "=", &|plain| plain.to_text(), &|name| name.to_owned())
}

/// `{'a': 1, 'b': None}`
pub(super) fn python_text(json: &Json) -> String {
    let quoted = |text: &str| {
        let quote = if text.contains('\'') { '"' } else { '\'' };
        format!("{quote}{text}{quote}")
    };
    let plain = |json: &Json| match json {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => quoted(text),
        other => other.to_text(),
    };
    listed(json, ": ", &plain, &quoted)
}

fn listed(
    json: &Json,
    colon: &str,
    plain: &dyn Fn(&Json) -> String,
    name: &dyn Fn(&str) -> String,
) -> String {
    let mut parts = Vec::new();
    match json {
        Json::Array(elements) => {
            for element in elements {
                parts.push(listed(element, colon, plain, name));
            }
            format!("[{}]", parts.join(", "))
        }
        Json::Object(members) => {
            for (key, value) in members {
                let value = listed(value, colon, plain, name);
                parts.push(format!("{}{colon}{value}", name(key)));
            }
            format!("{{{}}}", parts.join(", "))
        }
        other => plain(other),
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
            let escape = format!("{unit:04x}");
            out.push_str("\\u");
            out.push_str(&if escapes.upper {
                escape.to_uppercase()
            } else {
                escape
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
