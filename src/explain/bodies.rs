//! What becomes of a body between signing and sending. A rewritten body is made when its turn comes.

use super::fault::{ALONE, Budget, COMMON, DAILY, Fault, Forms, RARE};
use super::json_writing::*;
use super::texts::Respell;
use super::texts::*;
use super::{Mistake, quote};
use crate::hex;
use crate::json::Json;
use crate::signing::digest::Hash;

/// Above this many bytes, a body is not parsed.
const LARGE: usize = 64 * 1024;
/// Above this many bytes, nothing is looked for in a body.
pub(super) const TOO_LARGE: usize = 256 * 1024;
/// Up to this many members, every order of them is tried.
const PERMUTED: usize = 5;
/// Up to this many members, each is changed in turn.
const SINGLE: usize = 24;
/// What a JSON value costs to copy, in bytes hashed.
const VALUE: usize = 512;

/// What a byte costs to write.
const WRITTEN: usize = 10;

/// Makes a form of a body.
pub(super) type Rewrite<'a> = Box<dyn Fn(&Source) -> Vec<u8> + 'a>;

/// A body and what is read in it.
pub(super) struct Source<'a> {
    body: &'a [u8],
    json: Json,
}

/// All forms of a body, and the one that was made last.
pub(super) struct Bodies<'a> {
    pub(super) forms: Forms<Rewrite<'a>>,
    source: Source<'a>,
    work: usize,
    made: (usize, Vec<u8>),
}

impl<'a> Bodies<'a> {
    /// `documented` are member names in the order of the platform's documents, `renamed` names that
    /// are confused with others.
    pub(super) fn new(
        body: &'a [u8],
        documented: &'a [&'a str],
        renamed: &'a [(&'a str, &'a str)],
    ) -> Bodies<'a> {
        let utf8 = if std::str::from_utf8(body).is_ok() {
            body.to_vec()
        } else if body.len() <= LARGE {
            gbk(body)
        } else {
            Vec::new()
        };
        let is_small = body.len() <= LARGE;
        let json = Json::parse(if is_small { &utf8 } else { b"" }).unwrap_or(Json::Null);
        let values = utf8.iter().filter(|byte| b",:[{".contains(byte)).count();
        let has_json = json != Json::Null;
        let mut bodies = Bodies {
            forms: Forms::right(Box::new(|source| source.body.to_vec())),
            source: Source { body, json },
            work: body.len() * 8 + if has_json { values * VALUE } else { 0 },
            made: (0, Vec::new()),
        };
        if body.len() > TOO_LARGE {
            return bodies;
        }
        bodies.forms.unsent(body);
        if has_json {
            let json = bodies.source.json.clone();
            bodies.forms.rewritten(documented);
            bodies.forms.changed_values();
            bodies.forms.renamed(&json, renamed);
            bodies.forms.other_members(json.members());
            bodies.forms.other_languages();
            bodies.forms.members_added(&json, documented);
            bodies.forms.permuted(json.members().len());
        }
        bodies.forms.changed_text();
        bodies
    }

    /// The body as JSON, where it was read.
    pub(super) fn json(&self) -> &Json {
        &self.source.json
    }

    /// The form at this place.
    pub(super) fn at(&mut self, place: usize, budget: &mut Budget) -> &[u8] {
        if place == 0 {
            return self.source.body;
        }
        if self.made.0 != place {
            budget.spend(self.work);
            self.made = (place, self.forms.values[place](&self.source));
            budget.spend(self.made.1.len() * WRITTEN);
        }
        &self.made.1
    }
}

#[rustfmt::skip]
impl<'a> Forms<Rewrite<'a>> {
    fn body(&mut self, cost: u8, mistake: Mistake, words: &str, rewrite: impl Fn(&Source) -> Vec<u8> + 'a) {
        self.add(cost, mistake, words, Box::new(rewrite));
    }

    fn text(&mut self, cost: u8, mistake: Mistake, words: &str, spoil: Spoil) {
        self.add(cost, mistake, words, Box::new(move |source| spoil(source.body)));
    }

    fn unsent(&mut self, body: &[u8]) {
        self.text(COMMON, Mistake::BodyMissing, "", |_| Vec::new());
        if std::str::from_utf8(body).is_err() {
            self.text(DAILY, Mistake::Gbk, "the body given here is GBK, but its UTF-8 bytes were signed; sign the very bytes that are sent", gbk);
        }
        if let Some(rest) = body.strip_prefix(BOM) {
            let rest = rest.to_vec();
            self.body(DAILY, Mistake::ByteOrderMark, "the byte order mark in front of the body was not signed", move |_| rest.clone());
        }
        if body[body.trim_ascii_end().len()..].contains(&b'\n') {
            self.text(DAILY, Mistake::LineBreak, "the line break at the end of the body was not signed, but it is sent; sign the very bytes that are sent", |body| body.trim_ascii_end().to_vec());
        }
        if body.trim_ascii() != body {
            self.text(DAILY, Mistake::BodyWhitespace, "white space around the body was stripped before signing", |body| body.trim_ascii().to_vec());
        }
    }

    /// Every order, layout and escaping. The first of each are likely enough to come with a second fault.
    fn rewritten(&mut self, documented: &'a [&'a str]) {
        let orders = [
            (Order::Received, ""),
            (Order::Sorted, "its names sorted, "),
            (Order::SortedAtTop, "its outer names sorted, "),
            (Order::JavaHash, "its names in the order of a Java HashMap, "),
            (Order::SortedIgnoringCase, "its names sorted without regard to case, "),
            (Order::Documented(documented), "its names in the order of the documents, "),
            (Order::Backwards, "its names in the opposite order, "),
            (Order::SortedBackwards, "its names sorted backwards, "),
        ];
        for (order_at, (order, order_words)) in orders.into_iter().enumerate() {
            for (layout_at, layout) in LAYOUTS.iter().enumerate() {
                for (escapes_at, escapes) in ESCAPES.iter().enumerate() {
                    // Rare orders come in the commonest layouts only.
                    if order_at > 3 && (layout_at > 3 || escapes_at > 3) {
                        continue;
                    }
                    let cost = match (order_at, layout_at, escapes_at) {
                        (0..=2, 0..=1, 0..=3) => DAILY,
                        (0..=2, 0..=3, 0..=3) => COMMON,
                        (0, 0..=1, _) | (0, _, 0..=2) => RARE,
                        _ => ALONE,
                    };
                    let (mistake, what) = match layout.indent {
                        Some(_) => (Mistake::BodyPrettyPrinted, "pretty-printed"),
                        None => (Mistake::BodyReserialized, "parsed and serialized again"),
                    };
                    let comma = if escapes.words.is_empty() { "" } else { ", " };
                    let words = format!("the body was {what} before signing ({order_words}{}{comma}{})", layout.words, escapes.words);
                    self.body(cost, mistake, &words, move |source| {
                        write(&Change { order, ..UNCHANGED }.of(&source.json), layout, escapes)
                    });
                }
            }
        }
    }

    fn changed_values(&mut self) {
        use Mistake::{BodyMembers, BodyValues};
        let keep = |keep| Change { keep, ..UNCHANGED };
        self.changed(BodyMembers, "null members were left out of the body before signing", keep(|value| *value != Json::Null));
        self.changed(BodyMembers, "empty members were left out of the body before signing", keep(|value| !matches!(value.to_json().as_str(), "null" | "\"\"" | "[]" | "{}")));
        self.changed(BodyMembers, "empty strings were left out of the body before signing", keep(|value| value.as_str() != Some("")));
        for (words, value) in VALUE_CHANGES {
            self.changed(BodyValues, words, Change { value: *value, is_deep: words.starts_with(NESTED), ..UNCHANGED });
        }
    }

    /// A changed value in the commonest layouts.
    fn changed(&mut self, mistake: Mistake, words: &str, change: Change<'a>) {
        for order in [Order::Received, Order::Sorted, Order::SortedAtTop] {
            for layout in [&COMPACT, &PYTHON] {
                for escapes in &ESCAPES[..if matches!(order, Order::Received) { 4 } else { 1 }] {
                    let change = Change { order, ..change };
                    self.body(if layout.words == "compact" { RARE } else { ALONE }, mistake, words, move |source| write(&change.of(&source.json), layout, escapes));
                }
            }
        }
    }

    /// Members under another name: documents and examples disagree at times.
    fn renamed(&mut self, json: &Json, names: &'a [(&'a str, &'a str)]) {
        for (from, to) in names {
            if json.members().iter().all(|(name, _)| name != from) {
                continue;
            }
            let words = format!("the body that was signed had `{to}` where `{from}` is sent");
            for order in [Order::Received, Order::Sorted] {
                for layout in [&COMPACT, &PYTHON] {
                    self.body(RARE, Mistake::BodyMembers, &words, move |source| {
                        let mut members = source.json.members().to_vec();
                        for (name, _) in &mut members {
                            if name == from {
                                *name = (*to).to_owned();
                            }
                        }
                        write(&Change { order, ..UNCHANGED }.of(&Json::Object(members)), layout, &PLAIN)
                    });
                }
            }
        }
        let spellings: [(&str, Respell); 3] = [("camelCase", camel), ("snake_case", snake), ("lower case", str::to_lowercase)];
        for (how, spell) in spellings {
            let words = format!("in the body, the names were in {how} when it was signed");
            for order in [Order::Received, Order::Sorted] {
                self.body(ALONE, Mistake::BodyMembers, &words, move |source| {
                    let mut members = source.json.members().to_vec();
                    for (name, _) in &mut members {
                        *name = spell(name);
                    }
                    write(&Change { order, ..UNCHANGED }.of(&Json::Object(members)), &COMPACT, &PLAIN)
                });
            }
        }
    }

    /// Each member left out, alone, or changed.
    fn other_members(&mut self, members: &[(String, Json)]) {
        if members.len() > SINGLE {
            return;
        }
        for at in 0..members.len() {
            let name = quote(&members[at].0);
            for (other, (second, _)) in members.iter().enumerate().skip(at + 1) {
                let words = format!("the members `{name}` and `{}` were not in the body that was signed", quote(second));
                self.body(ALONE, Mistake::BodyMembers, &words, move |source| {
                    let mut rest = source.json.members().to_vec();
                    rest.remove(other);
                    rest.remove(at);
                    write(&Json::Object(rest), &COMPACT, &PLAIN)
                });
            }
            let words = format!("the member `{name}` was not in the body that was signed");
            for order in [Order::Received, Order::Sorted] {
                self.body(RARE, Mistake::BodyMembers, &words, move |source| {
                    let mut rest = source.json.members().to_vec();
                    rest.remove(at);
                    write(&Change { order, ..UNCHANGED }.of(&Json::Object(rest)), &COMPACT, &PLAIN)
                });
            }
            let words = format!("only the member `{name}` of the body was signed");
            self.body(ALONE, Mistake::BodyPart, &words, move |source| write(&source.json.members()[at].1, &COMPACT, &PLAIN));
            self.body(ALONE, Mistake::BodyPart, &words, move |source| source.json.members()[at].1.to_text().into_bytes());
            for (words, value) in SINGLE_CHANGES {
                let words = format!("in the body, `{name}` {words}");
                self.body(ALONE, Mistake::BodyValues, &words, move |source| {
                    let mut members = source.json.members().to_vec();
                    value(&mut members[at].1);
                    write(&Json::Object(members), &COMPACT, &PLAIN)
                });
            }
        }
    }

    /// Members that are not sent, but were in the object that was signed: an empty field that a
    /// serializer's setting keeps in one place and drops in another.
    fn members_added(&mut self, json: &Json, documented: &'a [&'a str]) {
        let mut absent = documented.to_vec();
        absent.retain(|name| json.members().iter().all(|(known, _)| known != name));
        if !matches!(json, Json::Object(_)) || absent.is_empty() {
            return;
        }
        // Each of them alone, then all together.
        for at in 0..=absent.len() {
            let names = absent.get(at..=at).unwrap_or(&absent).to_vec();
            for empty in [Json::Null, Json::string(""), Json::Array(Vec::new())] {
                let words = format!("the body that was signed had `{}` as {}", names.join("`, `"), empty.to_json());
                for order in [Order::Received, Order::Documented(documented), Order::Sorted] {
                    let (names, empty) = (names.clone(), empty.clone());
                    self.body(ALONE, Mistake::BodyMembers, &words, move |source| {
                        let mut members = source.json.members().to_vec();
                        for name in &names {
                            members.push(((*name).to_owned(), empty.clone()));
                        }
                        write(&Change { order, ..UNCHANGED }.of(&Json::Object(members)), &COMPACT, &PLAIN)
                    });
                }
            }
        }
    }

    fn other_languages(&mut self) {
        use Mistake::{BodyAsForm, BodyPart, BodyToString};
        for order in [Order::Received, Order::Sorted, Order::JavaHash] {
            let cost = if matches!(order, Order::JavaHash) { ALONE } else { RARE };
            let mut form = |words: &str, mistake, text: fn(&Json) -> Vec<u8>| {
                self.body(cost, mistake, words, move |source| text(&Change { order, ..UNCHANGED }.of(&source.json)));
            };
            form("", BodyAsForm, |json| joined(json, "=", "&", |value| value.to_vec()));
            form("", BodyAsForm, |json| joined(json, "=", "&", percent_encoded));
            form("", BodyAsForm, |json| joined(json, "=", "&", form_encoded));
            form("a map of Go was signed as fmt prints it, not JSON", BodyToString, |json| go_text(json).into_bytes());
            form("a Ruby Hash's inspect was signed, not JSON", BodyToString, |json| ruby_text(json, "=>").into_bytes());
            form("a Ruby Hash's inspect was signed, not JSON", BodyToString, |json| ruby_text(json, " => ").into_bytes());
            form("a Java Map's toString was signed, not JSON", BodyToString, |json| java_text(json).into_bytes());
            form("Python's str of a dict was signed, not JSON", BodyToString, |json| python_text(json).into_bytes());
            form("only the values of the body were signed, one behind the other", BodyAsForm, |json| joined(json, "\0", "", |value| value.to_vec()));
            form("the body's names and values were signed with nothing between them, not the JSON", BodyAsForm, |json| joined(json, "", "", |value| value.to_vec()));
            form("the body was signed as name=value with nothing between the pairs, not as JSON", BodyAsForm, |json| joined(json, "=", "", |value| value.to_vec()));
            form("the body was signed as name=value with commas between the pairs, not as JSON", BodyAsForm, |json| joined(json, "=", ",", |value| value.to_vec()));
            form("the body was signed as name:value with nothing between the pairs, not as JSON", BodyAsForm, |json| joined(json, ":", "", |value| value.to_vec()));
        }
        for text in ["[object Object]", "Array", "null", "{}", "undefined", "[]", "System.Object", "None"] {
            let words = format!("`{text}` was signed in place of the body");
            self.body(RARE, BodyToString, &words, move |_| text.as_bytes().to_vec());
        }
        for (before, after) in [("[", "]"), ("{\"data\":", "}"), ("{\"body\":", "}"), ("data=", ""), ("body=", ""), ("json=", "")] {
            let words = format!("`{before}` stood before the body when it was signed");
            self.body(ALONE, BodyPart, &words, move |source| [before.as_bytes(), source.body, after.as_bytes()].concat());
        }
        self.text(RARE, Mistake::BodyTwice, "", |body| with(body, body));
        self.text(ALONE, BodyPart, "the outer braces of the body were not signed", |body| {
            let inner = body.trim_ascii().strip_prefix(b"{").and_then(|body| body.strip_suffix(b"}"));
            inner.unwrap_or(body).to_vec()
        });
    }

    fn permuted(&mut self, count: usize) {
        if !(2..=PERMUTED).contains(&count) {
            return;
        }
        for order in permutations(count) {
            for layout in [&COMPACT, &PYTHON] {
                let order = order.clone();
                self.body(ALONE, Mistake::BodyReserialized, "the body was parsed and serialized again before signing (its names in another order)", move |source| {
                    let members = source.json.members();
                    let permuted = order.iter().map(|at| members[*at].clone());
                    write(&Json::Object(permuted.collect()), layout, &PLAIN)
                });
            }
        }
    }

    /// What happens to a body as a text, JSON or not.
    fn changed_text(&mut self) {
        use Mistake::*;
        let texts: [(Mistake, &str, Spoil); 33] = [
            (BodyStringifiedTwice, "", |body| Json::string(String::from_utf8_lossy(body)).to_json().into_bytes()),
            (ByteOrderMark, "a byte order mark (EF BB BF) in front of the body was signed too", |body| with(BOM, body)),
            (BodyWhitespace, "white space at the end of the body was stripped before signing", |body| body.trim_ascii_end().to_vec()),
            (BodyWhitespace, "all white space was removed from the body before signing", without_space),
            (BodyWhitespace, "the spaces were removed from the body before signing", |body| replaced(body, b' ', b"")),
            (BodyWhitespace, "the line breaks were removed from the body before signing", |body| replaced(&replaced(body, b'\r', b""), b'\n', b"")),
            (BodyWhitespace, "the line breaks in the body were CR LF when it was signed", |body| replaced(&swapped(body, "\r\n", "\n"), b'\n', b"\r\n")),
            (BodyWhitespace, "the line breaks in the body were LF when it was signed", |body| swapped(body, "\r\n", "\n")),
            (BodyReserialized, "`\\/` in the body became `/` before signing", |body| swapped(body, "\\/", "/")),
            (BodyReserialized, "`/` in the body became `\\/` before signing", |body| replaced(&swapped(body, "\\/", "/"), b'/', b"\\/")),
            (BodyReserialized, "the backslashes were removed from the body before signing", |body| replaced(body, b'\\', b"")),
            (BodyReserialized, "the backslashes in the body were doubled before signing", |body| replaced(body, b'\\', b"\\\\")),
            (BodyReserialized, "quotes and backslashes in the body were escaped before signing", json_escaped),
            (BodyReserialized, "quotes in the body were escaped before signing", |body| replaced(body, b'"', b"\\\"")),
            (BodyReserialized, "quotes in the body became HTML entities before signing", html_escaped),
            (BodyReserialized, "`&` in the body became `&amp;` before signing", |body| replaced(body, b'&', b"&amp;")),
            (BodyReserialized, "the quotes were removed from the body before signing", |body| replaced(body, b'"', b"")),
            (BodyReserialized, "single quotes stood in the body when it was signed", |body| replaced(body, b'"', b"'")),
            (UrlEncoded, "the body was URL-encoded before signing; sign the very bytes that are sent", percent_encoded),
            (UrlEncoded, "the body was URL-encoded before signing; sign the very bytes that are sent", form_encoded),
            (UrlEncoded, "the body was URL-encoded (in lower case) before signing; sign the very bytes that are sent", percent_encoded_lower),
            (UrlEncoded, "the body was URL-encoded (in lower case) before signing; sign the very bytes that are sent", form_encoded_lower),
            (UrlEncoded, "the body went through encodeURI before signing; sign the very bytes that are sent", uri_encoded),
            (UrlDecoded, "the body was URL-decoded before signing; sign the very bytes that are sent", percent_decoded),
            (UrlDecoded, "the body was URL-decoded before signing; sign the very bytes that are sent", |body| percent_decoded(&replaced(body, b'+', b" "))),
            (LowerCased, "the body was put in lower case before signing", lower),
            (UpperCased, "the body was put in upper case before signing", upper),
            (BodyHashed, "base64 of the body was signed in its place", base64),
            (BodyHashed, "the body was signed in hex", |body| hex::lower(body).into_bytes()),
            (Quoted, "quotes stand around the body that was signed", |body| between(b"\"", body)),
            (Quoted, "single quotes stand around the body that was signed", |body| between(b"'", body)),
            (StringCut, "the last character of the body is missing in what was signed", |body| cut(body, false)),
            (StringCut, "the first character of the body is missing in what was signed", |body| cut(body, true)),
        ];
        for (mistake, words, spoil) in texts {
            self.text(RARE, mistake, words, spoil);
        }
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256] {
            let words = format!("{} of the body was signed in its place", hash.name());
            let faults = || vec![Fault::new(BodyHashed, &words)];
            self.add_all(RARE, faults(), Box::new(move |source| hex(hash, source.body)));
            self.add_all(RARE, faults(), Box::new(move |source| upper(&hex(hash, source.body))));
            self.add_all(RARE, faults(), Box::new(move |source| base64(&hash.digest(source.body))));
            self.add_all(ALONE, faults(), Box::new(move |source| base64(&hex(hash, source.body))));
            self.add_all(ALONE, faults(), Box::new(move |source| hash.digest(source.body)));
        }
    }
}

/// A change of one value, and what it is called.
type ValueChange = (&'static str, fn(&mut Json));

/// The one change of whole objects and lists.
const NESTED: &str = "in the body, nested values were signed as strings of JSON";

/// What happens to every value at every depth.
#[rustfmt::skip]
const VALUE_CHANGES: &[ValueChange] = &[
    ("in the body, numbers were signed as strings", to_string),
    ("in the body, strings of digits were signed as numbers", to_number),
    ("in the body, numbers went through a float before signing (1.0 for 1)", to_float),
    ("in the body, numbers went through Java's double before signing (1.7E12 for 1700000000000)", |value| {
        if let Json::Number(text) = value { *text = java_double(text) }
    }),
    ("in the body, numbers went through a float before signing (1.7e+12 for 1700000000000)", |value| {
        if let Json::Number(text) = value { *text = c_double(text) }
    }),
    ("in the body, numbers lost their trailing zeros before signing", |value| {
        if let Json::Number(text) = value { *text = plain(text) }
    }),
    ("in the body, strings of digits were signed as numbers, without the zeros at their end", |value| {
        to_number(value);
        if let Json::Number(text) = value { *text = plain(text) }
    }),
    ("in the body, null members were signed as empty strings", |value| {
        if *value == Json::Null { *value = Json::string("") }
    }),
    ("in the body, empty strings were signed as null", |value| {
        if value.as_str() == Some("") { *value = Json::Null }
    }),
    (NESTED, |value| {
        if matches!(value, Json::Array(_) | Json::Object(_)) { *value = Json::String(value.to_json()) }
    }),
    ("in the body, strings of JSON were signed as the JSON inside", |value| {
        let inner = value.as_str().filter(|text| text.starts_with(['{', '['])).map(|text| Json::parse(text.as_bytes()));
        if let Some(Ok(inner)) = inner { *value = inner }
    }),
    ("in the body, booleans were signed as strings", |value| {
        if let Json::Bool(_) = value { *value = Json::String(value.to_json()) }
    }),
    ("in the body, booleans were signed as 1 and 0", |value| {
        if let Json::Bool(is) = value { *value = Json::Number(u8::from(*is).to_string()) }
    }),
    ("in the body, the strings were trimmed before signing", |value| {
        if let Json::String(text) = value { *text = text.trim().to_owned() }
    }),
    ("in the body, the values were URL-encoded before signing", |value| spoil(value, percent_encoded)),
    ("in the body, the values were URL-encoded before signing", |value| spoil(value, form_encoded)),
    ("in the body, the values were URL-decoded before signing", |value| spoil(value, percent_decoded)),
    ("in the body, the values were escaped for HTML before signing", |value| spoil(value, html_escaped)),
];

/// What happens to one member alone.
#[rustfmt::skip]
const SINGLE_CHANGES: &[ValueChange] = &[
    ("was signed as a string", to_string),
    ("was signed as a number", to_number),
    ("was signed as null", |value| *value = Json::Null),
    ("was signed as an empty string", |value| *value = Json::string("")),
    ("went through a float before signing", to_float),
    ("was signed in seconds, not in milliseconds", |value| thousandth(value, |text| text.get(..text.len().saturating_sub(3)).unwrap_or("").to_owned())),
    ("was signed in milliseconds, not in seconds", |value| thousandth(value, |text| format!("{text}000"))),
    ("was signed in lower case", |value| spoil(value, lower)),
    ("was signed in upper case", |value| spoil(value, upper)),
    ("was URL-encoded before signing", |value| spoil(value, percent_encoded)),
    ("was signed in a list", |value| *value = Json::Array(vec![value.clone()])),
];

fn to_string(value: &mut Json) {
    if let Json::Number(text) = value {
        *value = Json::String(std::mem::take(text));
    }
}

fn to_number(value: &mut Json) {
    match value {
        Json::String(text) if is_number(text) => *value = Json::Number(std::mem::take(text)),
        _ => {}
    }
}

fn to_float(value: &mut Json) {
    match value {
        Json::Number(text) if !text.contains(['.', 'e', 'E']) => text.push_str(".0"),
        _ => {}
    }
}

fn thousandth(value: &mut Json, change: fn(&str) -> String) {
    match value {
        Json::Number(text) | Json::String(text) if is_number(text) && text.len() > 9 => {
            *text = change(text);
        }
        _ => {}
    }
}

#[inline(never)]
fn spoil(value: &mut Json, spoil: Spoil) {
    if let Json::String(text) = value {
        *text = String::from_utf8_lossy(&spoil(text.as_bytes())).into_owned();
    }
}

#[inline(never)]
fn swapped(text: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(text).replace(from, to).into_bytes()
}

/// `customerNo` for `customer_no`.
fn camel(name: &str) -> String {
    let mut camel = String::new();
    let mut is_upper = false;
    for c in name.chars() {
        match c {
            '_' | '-' => is_upper = true,
            c if is_upper => {
                camel.push(c.to_ascii_uppercase());
                is_upper = false;
            }
            c => camel.push(c),
        }
    }
    camel
}

/// `customer_no` for `customerNo`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
