//! daxpay: the forms of every part of the string to sign.

use super::hashes::Keyed;
use super::json_writing::{
    COMPACT, Change, Layout, Order, PYTHON, UNCHANGED, hutool, java_text, laid_out, plain,
    python_text,
};
use super::search::{ALONE, COMMON, DAILY, Fault, Forms, RARE};
use super::texts::{
    Spoil, base64, form_encoded, form_encoded_lower, gbk, hex, html_escaped, percent_encoded,
    percent_encoded_lower, without_space,
};
use super::times::{format_civil, parse_civil};
use super::{Mistake, quote};
use crate::json::Json;
use crate::signing::digest::{Hash, hex_lower};

/// Up to this many parameters, each is left out in turn.
const LEFT_OUT: usize = 32;
/// Up to this many parameters, every two are.
const TWO_LEFT_OUT: usize = 12;
/// The parameters of a request that may be absent.
const OPTIONAL: [&str; 4] = ["clientIp", "nonceStr", "queryCode", "mchNo"];
/// The parameters that every request has.
const COMMON_NAMES: [&str; 5] = ["appId", "mchNo", "clientIp", "nonceStr", "reqTime"];

/// Which parameters are signed.
#[derive(Default)]
pub(super) struct Choice {
    /// What nulls are signed as; without it, they are left out.
    nulls: Option<&'static str>,
    drop: Option<fn(&Json) -> bool>,
    without: Vec<String>,
    /// Parameters that are not sent, with the value they are signed with.
    added: Vec<(&'static str, &'static str)>,
    /// The value that `sign` is signed with.
    sign: Option<String>,
    /// Only the members of `data`, in place of all.
    only_data: bool,
    flattened: bool,
    /// A value that is signed in place of the one that is sent.
    replaced: Option<(&'static str, String)>,
    /// How the names are spelled.
    spelled: Option<fn(&str) -> String>,
    /// Not name=value at all, but this.
    pub(super) whole: Option<Whole>,
}

/// JSON text that is signed in place of the string.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    pub(super) text: fn(&Json) -> String,
    pub(super) tail: Tail,
    pub(super) is_upper: bool,
    pub(super) are_quotes_kept: bool,
}

impl Choice {
    /// The names and values, in the order received.
    pub(super) fn pairs(&self, params: &Json, value: Value) -> Vec<(String, String)> {
        let inner = params.get("data").filter(|_| self.only_data);
        let mut pairs = Vec::new();
        for (name, member) in inner.unwrap_or(params).members() {
            if name == "sign"
                || self.without.contains(name)
                || self.drop.is_some_and(|drop| drop(member))
            {
                continue;
            }
            let name = &self.spelled.map_or(name.clone(), |spell| spell(name));
            if let Some((_, text)) = self.replaced.as_ref().filter(|(known, _)| known == name) {
                pairs.push((name.clone(), text.clone()));
            } else if *member == Json::Null {
                pairs.extend(self.nulls.map(|null| (name.clone(), null.to_owned())));
            } else if self.flattened {
                flatten(name, member, value, &mut pairs);
            } else {
                pairs.push((name.clone(), text(member, value)));
            }
        }
        for (name, value) in &self.added {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
        if let Some(sign) = &self.sign {
            pairs.push(("sign".to_owned(), sign.clone()));
        }
        pairs
    }
}

/// `data.openId`, `items[0].amount`: as the platform's newer SDK does it.
fn flatten(name: &str, member: &Json, value: Value, pairs: &mut Vec<(String, String)>) {
    match member {
        Json::Null => {}
        Json::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                flatten(&format!("{name}[{at}]"), element, value, pairs);
            }
        }
        Json::Object(members) => {
            for (inner, member) in members {
                flatten(&format!("{name}.{inner}"), member, value, pairs);
            }
        }
        plain => pairs.push((name.to_owned(), text(plain, value))),
    }
}

#[rustfmt::skip]
pub(super) fn choices(params: &Json, theirs: &str) -> Forms<Choice> {
    use Mistake::*;
    fn is_empty(value: &Json) -> bool { value.as_str() == Some("") }
    fn is_blank(value: &Json) -> bool { value.as_str().is_some_and(|text| text.trim().is_empty()) }
    fn is_bare(value: &Json) -> bool { matches!(value.to_json().as_str(), "[]" | "{}") }
    fn is_falsy(value: &Json) -> bool { matches!(value.to_text().as_str(), "" | "[]" | "{}" | "0" | "0.0") || *value == Json::Bool(false) }
    fn is_nested(value: &Json) -> bool { matches!(value, Json::Array(_) | Json::Object(_)) }
    let drop = |drop| Choice { drop: Some(drop), ..Choice::default() };
    let mut forms = Forms::right(Choice::default());
    forms.add(COMMON, EmptyLeftOut, "empty strings were left out of the string", drop(is_empty));
    forms.add(RARE, EmptyLeftOut, "blank strings were left out of the string", drop(is_blank));
    forms.add(COMMON, EmptyLeftOut, "empty lists and objects were left out of the string", drop(is_bare));
    forms.add(RARE, EmptyLeftOut, "empty strings, lists and objects were left out of the string", drop(|value| is_empty(value) || is_bare(value)));
    forms.add(RARE, EmptyLeftOut, "zeros and false were left out of the string, as PHP's empty() and JavaScript's truth have it", drop(is_falsy));
    forms.add(RARE, NestedFormat, "nested data was left out of the string", drop(is_nested));
    forms.add(COMMON, EmptyIncluded, "null values were signed as empty ones (`name=`); leave out what is null or absent", Choice { nulls: Some(""), ..Choice::default() });
    forms.add(COMMON, NullIncluded, "null values were signed as `name=null`", Choice { nulls: Some("null"), ..Choice::default() });
    forms.add(COMMON, NestedFlattened, "", Choice { flattened: true, ..Choice::default() });
    forms.add(RARE, ParameterLeftOut, "only the members of `data` were signed", Choice { only_data: true, ..Choice::default() });
    // Parameters that the serializer left out of the body, but the signing code did not see as absent.
    let mut absent = OPTIONAL.to_vec();
    absent.retain(|name| params.members().iter().all(|(known, _)| known != name));
    for chosen in 1usize..1 << absent.len() {
        let count = chosen.count_ones() as usize;
        let cost = if count == 1 || count == absent.len() { RARE } else { ALONE };
        for (mistake, value) in [(EmptyIncluded, ""), (NullIncluded, "null")] {
            let mut added = Vec::new();
            let mut names = Vec::new();
            for (at, name) in absent.iter().enumerate() {
                if chosen >> at & 1 == 1 {
                    added.push((*name, value));
                    names.push(format!("`{name}={value}`"));
                }
            }
            let words = format!("{} was signed, but is not sent; leave out what is null or absent", names.join(", "));
            forms.add(cost, mistake, &words, Choice { added, ..Choice::default() });
        }
    }
    let received = params.get("sign").and_then(Json::as_str).unwrap_or("");
    for sign in ["", received, theirs, "null"] {
        forms.add(COMMON, SignIncluded, "", Choice { sign: Some(sign.to_owned()), ..Choice::default() });
    }
    let names: Vec<&String> = params.members().iter().filter(|(name, value)| name != "sign" && *value != Json::Null).map(|(name, _)| name).collect();
    if names.len() <= LEFT_OUT {
        for (at, name) in names.iter().enumerate() {
            let words = format!("`{}` was not signed", quote(name));
            forms.add(RARE, ParameterLeftOut, &words, Choice { without: vec![(*name).clone()], ..Choice::default() });
            for other in names[at + 1..].iter().filter(|_| names.len() <= TWO_LEFT_OUT) {
                let words = format!("`{}` and `{}` were not signed", quote(name), quote(other));
                forms.add(ALONE, ParameterLeftOut, &words, Choice { without: vec![(*name).clone(), (*other).clone()], ..Choice::default() });
            }
        }
    }
    let without = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for left_out in [&COMMON_NAMES[..], &COMMON_NAMES[2..], &COMMON_NAMES[3..]] {
        let words = format!("the common parameters (`{}`) were not signed", left_out.join("`, `"));
        forms.add(ALONE, ParameterLeftOut, &words, Choice { without: without(left_out), ..Choice::default() });
    }
    for (name, values) in [("signType", ["MD5", "HMAC_SHA256"]), ("signType", ["SM3", "HMAC-SHA256"]), ("version", ["1.0", "1"]), ("charset", ["utf-8", "UTF-8"])] {
        for value in values {
            let words = format!("`{name}={value}` was signed, but is not sent; sign only what is sent");
            forms.add(RARE, ParameterExtra, &words, Choice { added: vec![(name, value)], ..Choice::default() });
        }
    }
    for name in ["reqTime", "resTime"] {
        let member = params.get(name).map(Json::to_text).unwrap_or_default();
        for text in other_times(&member) {
            let words = format!("`{name}` was signed as `{text}`, but another form of it is sent; format the time once, and sign and send the same text");
            forms.add(RARE, TimeFormat, &words, Choice { replaced: Some((name, text)), ..Choice::default() });
        }
    }
    for name in ["amount", "nonceStr", "authCode", "appId", "mchNo", "clientIp", "title", "channel"] {
        let Some(member) = params.get(name).map(Json::to_text) else { continue };
        let mut others = vec![member.trim().to_owned(), member.replace('-', "")];
        if name == "amount" {
            let cents = member.trim_start_matches('0').replace('.', "");
            others.extend([cents, format!("{member}00")]);
        }
        for text in others.into_iter().filter(|text| *text != member) {
            let words = format!("`{name}` was signed as `{}`, but `{}` is sent", quote(&text), quote(&member));
            forms.add(RARE, ValueChanged, &words, Choice { replaced: Some((name, text)), ..Choice::default() });
        }
    }
    let spellings: [(&str, fn(&str) -> String); 3] = [("snake_case", super::bodies::snake), ("lower case", str::to_lowercase), ("PascalCase", |name| {
        let mut chars = name.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    })];
    for (how, spell) in spellings {
        let words = format!("the names were signed in {how}, which changes them or their order; sign the names that are sent");
        forms.add(RARE, NameSpelling, &words, Choice { spelled: Some(spell), ..Choice::default() });
    }
    forms.json_texts();
    forms
}

#[rustfmt::skip]
impl Forms<Choice> {
    /// JSON that is signed as it is, with the key in all the places it is put.
    fn json_texts(&mut self) {
        fn without_sign(params: &Json) -> Json {
            Json::Object(params.members().iter().filter(|(name, _)| name != "sign").cloned().collect())
        }
        fn of(params: &Json, order: Order<'static>, layout: &Layout) -> String {
            laid_out(&Change { order, ..UNCHANGED }.of(params), layout)
        }
        let texts: [fn(&Json) -> String; 8] = [
            |params| compact(&without_sign(params)),
            |params| of(&without_sign(params), Order::Sorted, &COMPACT),
            |params| spaced(&without_sign(params)),
            |params| of(&without_sign(params), Order::Sorted, &PYTHON),
            |params| compact(&Change { keep: |value| *value != Json::Null, ..UNCHANGED }.of(&without_sign(params))),
            |params| of(&Change { keep: |value| *value != Json::Null, ..UNCHANGED }.of(&without_sign(params)), Order::Sorted, &COMPACT),
            compact,
            |params| pretty(&without_sign(params)),
        ];
        for text in texts {
            for tail in [Tail::Behind("&key="), Tail::Absent, Tail::Behind(""), Tail::InFront(""), Tail::Behind("key="), Tail::Behind("&")] {
                for (is_upper, are_quotes_kept) in [(true, false), (true, true), (false, true), (false, false)] {
                    let whole = Some(Whole { text, tail, is_upper, are_quotes_kept });
                    self.add(ALONE, Mistake::JsonSigned, "", Choice { whole, ..Choice::default() });
                }
            }
        }
        let maps: [fn(&Json) -> String; 3] = [
            |params| java_text(&without_sign(params)),
            |params| java_text(&Change { order: Order::Sorted, ..UNCHANGED }.of(&without_sign(params))),
            |params| python_text(&without_sign(params)),
        ];
        for text in maps {
            for tail in [Tail::Behind("&key="), Tail::Absent, Tail::Behind("")] {
                for is_upper in [true, false] {
                    let whole = Some(Whole { text, tail, is_upper, are_quotes_kept: true });
                    self.add(ALONE, Mistake::BodyToString, "a language's own text of the map was signed, not name=value pairs; join the parameters as name=value with `&`", Choice { whole, ..Choice::default() });
                }
            }
        }
    }
}

/// The same moment as people write it: in other zones, as a number, with other characters.
fn other_times(sent: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let sent_ms = match sent.len() {
        10 => sent
            .parse::<i64>()
            .ok()
            .map(|seconds| seconds.saturating_mul(1000)),
        13 => sent.parse().ok(),
        19 => parse_civil(sent, 480),
        _ => None,
    };
    let Some(unix_ms) = sent_ms else { return texts };
    let is_civil = sent.len() == 19;
    let at = |offset: i64| format_civil(unix_ms, offset).unwrap_or_default();
    // What is sent may be in any zone, so every whole hour around it is tried.
    for minutes in (-22..=14).map(|hours| hours * 60).chain([330, 570]) {
        texts.push(at(minutes));
    }
    let civil = at(480);
    if let (Some(date), Some(time)) = (civil.get(..10), civil.get(11..)) {
        let (dense, clock) = (date.replace('-', ""), time.replace(':', ""));
        for text in [
            format!("{date}T{time}"),
            format!("{date}T{time}Z"),
            format!("{date}T{time}+08:00"),
            format!("{date}T{time}+0800"),
            format!("{date}T{time}.000Z"),
            format!("{date}T{time}.000+08:00"),
            format!("{date} {time}.000"),
            format!("{date} {time}.0"),
            format!("{dense}{clock}"),
            format!("{dense} {time}"),
            format!("{dense}T{clock}Z"),
            date.to_owned(),
            format!("{date} "),
            format!("{date}  {time}"),
            format!("{date}+{time}"),
            format!("{date}%20{time}"),
            format!("{} {time}", date.replace('-', "/")),
            format!("{} {time}", date.replace('-', ".")),
            format!("{date} {}", &time[..5]),
            format!("{date}{time}"),
            format!("{date} {}", time.replace(':', "-")),
            format!("{date} {}", time.replace(':', "%3A")),
        ] {
            texts.push(text);
        }
        let utc = at(0);
        texts.push(utc.replace(' ', "T") + "Z");
        texts.push(utc.replace(' ', "T") + ".000Z");
        texts.push(utc.replace(' ', "T"));
        if let Some(hour @ 13..=23) = time.get(..2).and_then(|hour| hour.parse::<u8>().ok()) {
            texts.push(format!("{date} {:02}{}", hour - 12, &time[2..]));
        }
    }
    for seconds in [
        unix_ms / 1000,
        unix_ms / 1000 + 8 * 3600,
        unix_ms / 1000 - 8 * 3600,
    ] {
        texts.push(seconds.to_string());
        texts.push(format!("{seconds}000"));
    }
    texts.retain(|text| text != sent && !(is_civil && text.is_empty()));
    texts
}

/// What the pairs are sorted by.
#[derive(Clone, Copy)]
pub(super) enum Sorting {
    Names,
    IgnoringCase,
    None,
    Backwards,
    Pairs,
    JavaHash,
    Values,
    Lengths,
}

#[rustfmt::skip]
pub(super) fn orders() -> Forms<Sorting> {
    use Mistake::ParameterOrder;
    let mut forms = Forms::right(Sorting::Names);
    forms.add(COMMON, ParameterOrder, "the parameters were not sorted", Sorting::None);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted without regard to case", Sorting::IgnoringCase);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted backwards", Sorting::Backwards);
    forms.add(COMMON, ParameterOrder, "the pairs `name=value` were sorted, not the names", Sorting::Pairs);
    forms.add(COMMON, ParameterOrder, "the parameters stand in the order of a Java HashMap, not sorted", Sorting::JavaHash);
    forms.add(RARE, ParameterOrder, "the parameters were sorted by their values, not by their names", Sorting::Values);
    forms.add(RARE, ParameterOrder, "the parameters were sorted by the length of their names", Sorting::Lengths);
    forms
}

/// How values become text.
#[derive(Clone, Copy)]
pub(super) struct Value {
    number: fn(&str) -> String,
    boolean: [&'static str; 2],
    nested: fn(&Json) -> String,
    nulls_kept: bool,
    order: Order<'static>,
}

fn text(value: &Json, how: Value) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => how.boolean[usize::from(!value)].to_owned(),
        Json::Number(number) => (how.number)(number),
        Json::String(text) => text.clone(),
        nested => {
            let keep = |value: &Json| *value != Json::Null;
            let tidy = Change {
                keep: if how.nulls_kept { |_| true } else { keep },
                order: how.order,
                ..UNCHANGED
            };
            (how.nested)(&tidy.of(nested))
        }
    }
}

/// The number with so many digits behind its point.
fn fixed(number: &str, digits: usize) -> String {
    let short = plain(number);
    let (whole, fraction) = short.split_once('.').unwrap_or((&short, ""));
    if fraction.len() > digits || short.contains(['e', 'E']) {
        short
    } else {
        format!("{whole}.{fraction:0<digits$}")
    }
}

/// Compact, and every number without trailing zeros.
fn stripped(value: &Json) -> String {
    let strip = |value: &mut Json| {
        if let Json::Number(number) = value {
            *number = plain(number);
        }
    };
    let stripped = Change {
        value: strip,
        ..UNCHANGED
    };
    hutool(&stripped.of(value))
}

fn compact(value: &Json) -> String {
    laid_out(value, &COMPACT)
}

fn pretty(value: &Json) -> String {
    const PRETTY: Layout = Layout::indented("  ", "");
    laid_out(value, &PRETTY)
}

fn pretty_4(value: &Json) -> String {
    const PRETTY: Layout = Layout::indented("    ", "");
    laid_out(value, &PRETTY)
}

fn spaced(value: &Json) -> String {
    laid_out(value, &PYTHON)
}

/// `1,234.5`
fn thousands(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut text = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 && !text.ends_with('-') {
            text.push(',');
        }
        text.push(c);
    }
    if fraction.is_empty() {
        text
    } else {
        format!("{text}.{fraction}")
    }
}

#[rustfmt::skip]
pub(super) fn values(is_nested: bool) -> Forms<Value> {
    use Mistake::*;
    let right = Value {
        number: plain,
        boolean: ["true", "false"],
        nested: stripped,
        nulls_kept: false,
        order: Order::SortedIgnoringCase,
    };
    let received = Value { order: Order::Received, ..right };
    let mut forms = Forms::right(right);
    // The gateway itself does this in its answers: a mistake only together with another.
    if is_nested {
        forms.add_all(0, Vec::new(), received);
        // So does what 0.1 and other writers sign there.
        forms.add_all(0, Vec::new(), Value { nested: compact, ..right });
        forms.add_all(0, Vec::new(), Value { nested: compact, ..received });
    }
    forms.add(COMMON, NumberFormat, "numbers kept the zeros at their end", Value { number: str::to_owned, ..right });
    forms.add(COMMON, NumberFormat, "numbers kept the zeros at their end", Value { number: str::to_owned, ..received });
    forms.add(RARE, NumberFormat, "numbers were written with 2 digits behind the point", Value { number: |number| fixed(number, 2), ..right });
    forms.add(RARE, NumberFormat, "numbers were written with a digit behind the point (1.0 for 1)", Value { number: |number| fixed(number, 1), ..right });
    let numbers: [(&str, fn(&str) -> String); 6] = [
        ("numbers went through Java's double (1.0E7 for 10000000)", super::json_writing::java_double),
        ("numbers went through a float (1e+07 for 10000000)", super::json_writing::c_double),
        ("numbers were cut to whole ones", |number| number.split('.').next().unwrap_or("").to_owned()),
        ("numbers were signed in hundredths", |number| plain(&format!("{number}00"))),
        ("numbers were written with 4 digits behind the point", |number| fixed(number, 4)),
        ("numbers were written with commas between the thousands", thousands),
    ];
    for (words, number) in numbers {
        forms.add(RARE, NumberFormat, words, Value { number, ..right });
    }
    for base in [right, received].into_iter().filter(|_| is_nested) {
        let nested = |nested| Value { nested, ..base };
        let with_nulls = |nested| Value { nested, nulls_kept: true, ..base };
        forms.add(COMMON, NestedFormat, "null members of nested data were signed", with_nulls(compact));
        forms.add(COMMON, NestedFormat, "null members of nested data were signed", with_nulls(stripped));
        forms.add(COMMON, NestedFormat, "nested data was written with spaces after `:` and `,`, as Python's json.dumps does", nested(spaced));
        forms.add(RARE, NestedFormat, "nested data was written with spaces and nulls, as Python's json.dumps does", with_nulls(spaced));
        forms.add(COMMON, NestedFormat, "nested data was pretty-printed", nested(pretty));
        forms.add(COMMON, NestedFormat, "nested data was pretty-printed", nested(pretty_4));
        forms.add(RARE, NestedFormat, "nested data was pretty-printed, with nulls", with_nulls(pretty));
        forms.add(RARE, NestedFormat, "a Java Map's toString was signed for nested data", nested(java_text));
        forms.add(RARE, NestedFormat, "a Java Map's toString was signed for nested data, with nulls", with_nulls(java_text));
        forms.add(RARE, NestedFormat, "Python's str was signed for nested data", nested(python_text));
        forms.add(RARE, NestedFormat, "Python's str was signed for nested data, with nulls", with_nulls(python_text));
    }
    forms.add(RARE, NestedFormat, "the names of nested data were sorted by their bytes, upper case first", Value { order: Order::Sorted, ..right });
    forms.add(RARE, NestedFormat, "`[object Object]` was signed for nested data", Value { nested: |_| "[object Object]".to_owned(), ..right });
    forms.add(RARE, NestedFormat, "`Array` was signed for nested data", Value { nested: |_| "Array".to_owned(), ..right });
    forms.add(RARE, NestedFormat, "nested data was signed as an empty value", Value { nested: |_| String::new(), ..right });
    for boolean in [["1", "0"], ["1", ""], ["TRUE", ""], ["Y", "N"]] {
        forms.add(RARE, NumberFormat, "a boolean was written as a number; write true or false", Value { boolean, ..right });
    }
    forms.add(RARE, NumberFormat, "a boolean was written as Python writes it; write true or false", Value { boolean: ["True", "False"], ..right });
    forms
}

pub(super) fn quotes() -> Forms<fn(&str) -> String> {
    use Mistake::QuotesKept;
    let mut forms: Forms<fn(&str) -> String> = Forms::right(|text| text.replace(['"', '\\'], ""));
    let what = "quotes and backslashes were not removed";
    forms.add(COMMON, QuotesKept, what, str::to_owned);
    let what = "the backslashes were not removed";
    forms.add(COMMON, QuotesKept, what, |text| text.replace('"', ""));
    let what = "the quotes were not removed";
    forms.add(COMMON, QuotesKept, what, |text| text.replace('\\', ""));
    forms
}

/// What stands in and between the pairs.
#[derive(Clone, Copy)]
pub(super) struct Joint {
    /// Between name and value; without it, the values stand alone.
    pub(super) equals: Option<&'static str>,
    pub(super) between: &'static str,
    pub(super) end: &'static str,
    /// What stands before `key`.
    pub(super) before_key: &'static str,
}

#[rustfmt::skip]
pub(super) fn joints() -> Forms<Joint> {
    use Mistake::*;
    let joint = |equals, between, end| Joint { equals, between, end, before_key: "&" };
    let mut forms = Forms::right(joint(Some("="), "&", ""));
    forms.add(COMMON, TrailingAmpersand, "", joint(Some("="), "&", "&"));
    forms.add(COMMON, NamesLeftOut, "", joint(None, "&", ""));
    forms.add(COMMON, NamesLeftOut, "only the values were signed, with nothing between", joint(None, "", ""));
    forms.add(RARE, Separator, "nothing stands between the pairs; put `&` between the pairs", joint(Some("="), "", ""));
    forms.add(RARE, Separator, "nothing stands between names and values and pairs; write name=value&name=value", joint(Some(""), "", ""));
    for between in [",", "|", "\n", ";", "&amp;", "\r\n", "&&", " ", "+"] {
        let words = format!("`{}` stands between the pairs; put `&` between the pairs", between.escape_debug());
        forms.add(RARE, Separator, &words, joint(Some("="), between, ""));
        forms.add(RARE, Separator, &words, Joint { before_key: between, ..joint(Some("="), between, "") });
    }
    forms.add(RARE, Separator, "nothing stands between the pairs, nor before `key`; put `&` between the pairs", Joint { before_key: "", ..joint(Some("="), "", "") });
    for equals in [":", "", "=>", " = ", "= ", "==", ": "] {
        let words = format!("`{equals}` stands between name and value; put `=` between them");
        forms.add(RARE, Separator, &words, joint(Some(equals), "&", ""));
    }
    forms
}

/// How the key comes into the string.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tail {
    /// Behind it, with this in front of the key.
    Behind(&'static str),
    /// In front of it, with this in between.
    InFront(&'static str),
    /// In front and behind.
    Around,
    FrontAndBehind,
    Twice,
    /// Not at all.
    Absent,
    /// Not at all, but its name is.
    Empty,
    /// Among the parameters, as if it was one.
    Sorted,
}

impl Tail {
    /// `before` stands in place of the `&` that begins its name.
    pub(super) fn with_key(self, head: &str, key: &str, before: &str) -> String {
        match self {
            Tail::Behind(name) => match name.strip_prefix('&') {
                Some(name) => format!("{head}{before}{name}{key}"),
                None => format!("{head}{name}{key}"),
            },
            Tail::InFront("") => format!("{key}{head}"),
            Tail::InFront(name) => format!("{name}{key}&{head}"),
            Tail::FrontAndBehind => format!("{key}{head}&key={key}"),
            Tail::Twice => format!("{head}&key={key}&key={key}"),
            Tail::Around => format!("{key}{head}{key}"),
            Tail::Empty => format!("{head}&key="),
            Tail::Absent | Tail::Sorted => head.to_owned(),
        }
    }
}

#[rustfmt::skip]
pub(super) fn tails() -> Forms<Tail> {
    use Mistake::*;
    let mut forms = Forms::right(Tail::Behind("&key="));
    forms.add(COMMON, SignForKey, "", Tail::Behind("&sign="));
    forms.add(COMMON, KeyMissing, "the key was not appended to the string; append `&key=` and the key, whatever the algorithm", Tail::Absent);
    forms.add(COMMON, KeyMissing, "`&key=` was appended without the key; append the key behind it", Tail::Empty);
    forms.add(COMMON, KeyName, "the key was appended without `&key=`", Tail::Behind(""));
    for (at, name) in ["key=", "&", "&secret=", "&signKey=", "&sign_key=", "&appSecret=", "&app_secret=", "&appKey=", "&app_key=", "&secretKey=", "&secret_key=", "&apiKey=", "&api_key=", "&keys=", "&keyValue=", "&token=", "&md5key=", "&md5Key=", "&privateKey=", "&signkey=", "&key:", "&key", "?key=", ",key=", "\n", "\nkey=", "&amp;key=", "&sk=", "&KEY=", "&Key=", "&mchKey=", "&merchantKey=", "&partnerKey=", "&sign_secret=", "&signSecret=", "&paySecret=", "&access_key=", "&accessKey=", "&key==", "&&key=", "& key=", "&key= ", "#", "|", "_", ":", "key", "=", "+"].into_iter().enumerate() {
        let words = format!("`{}` was appended with the key, not `&key=`", name.escape_debug());
        forms.add(if at < 5 { COMMON } else { RARE }, KeyName, &words, Tail::Behind(name));
    }
    forms.add(RARE, KeyPosition, "the key was put in front of the string; append `&key=` and the key at the end", Tail::InFront(""));
    forms.add(RARE, KeyPosition, "`key=` was put in front of the string; append `&key=` and the key at the end", Tail::InFront("key="));
    forms.add(RARE, KeyPosition, "the key was put in front of the string and `&key=` behind it; append `&key=` and the key at the end, once", Tail::FrontAndBehind);
    forms.add(RARE, KeyPosition, "`&key=` and the key were appended twice; append them once", Tail::Twice);
    forms.add(RARE, KeyPosition, "the key was put in front of the string and behind it; append `&key=` and the key at the end", Tail::Around);
    forms.add(RARE, KeyPosition, "`key` was sorted in among the parameters; append `&key=` and the key at the end, after sorting", Tail::Sorted);
    forms
}

/// What is put in which case.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Case {
    Upper,
    None,
    ParamsUpper,
    ParamsAndName,
    Lower,
    ParamsLower,
    KeyUpper,
    Names,
    NamesAndKey,
    Values,
    ValuesAndKey,
    Ascii,
    Simple,
    TurkishUpper,
    TurkishLower,
    Title,
}

#[rustfmt::skip]
pub(super) fn cases(is_edition_2: bool) -> Forms<Case> {
    use Mistake::*;
    let mut forms = Forms::right(Case::Upper);
    let (edition_2, words) = match is_edition_2 {
        true => (Edition2, ""),
        false => (NotUpperCased, "the string was not put in upper case: signed by the 2.0 rule (DaxPay's edition 2, daxpay-single-sdk 2.0); put the whole string in upper case, names, values and key"),
    };
    forms.add(COMMON, AsciiUpperCased, "only ASCII letters were put in upper case; upper-case by Unicode's full rules, `ß` becomes `SS`", Case::Ascii);
    forms.add(COMMON, AsciiUpperCased, "`ß` and its like were not put in upper case; upper-case by Unicode's full rules, `ß` becomes `SS`", Case::Simple);
    forms.add(DAILY, edition_2, words, Case::None);
    forms.add(COMMON, KeyNotUpperCased, "", Case::ParamsUpper);
    forms.add(COMMON, KeyNotUpperCased, "", Case::ParamsAndName);
    forms.add(COMMON, LocaleCase, "", Case::TurkishUpper);
    forms.add(COMMON, LocaleCase, "the string was put in lower case, and by the rules of Turkish (`I` to `ı`); put it in upper case, in Java with toUpperCase(Locale.ROOT)", Case::TurkishLower);
    forms.add(COMMON, LowerCased, "the string was put in lower case; put the whole string in upper case", Case::Lower);
    forms.add(COMMON, LowerCased, "the parameters were put in lower case; put the whole string in upper case", Case::ParamsLower);
    forms.add(RARE, NotUpperCased, "only the key was put in upper case", Case::KeyUpper);
    forms.add(RARE, NotUpperCased, "only the names were put in upper case", Case::Names);
    forms.add(RARE, NotUpperCased, "only the names were put in upper case", Case::NamesAndKey);
    forms.add(RARE, NotUpperCased, "only the values were put in upper case", Case::Values);
    forms.add(RARE, NotUpperCased, "only the values were put in upper case", Case::ValuesAndKey);
    forms.add(RARE, NotUpperCased, "only the first letter was put in upper case", Case::Title);
    forms
}

/// What is done to each value.
#[rustfmt::skip]
pub(super) fn escapes() -> Forms<Spoil> {
    use Mistake::*;
    const ENCODED: &str = "the values were URL-encoded before signing";
    let mut forms: Forms<Spoil> = Forms::right(<[u8]>::to_vec);
    forms.add(COMMON, UrlEncoded, ENCODED, percent_encoded);
    forms.add(COMMON, UrlEncoded, ENCODED, form_encoded);
    forms.add(COMMON, UrlEncoded, ENCODED, percent_encoded_lower);
    forms.add(COMMON, UrlEncoded, ENCODED, form_encoded_lower);
    forms.add(COMMON, UrlEncoded, ENCODED, |value| percent_encoded(&without_quotes(value)));
    forms.add(COMMON, UrlEncoded, ENCODED, |value| form_encoded(&without_quotes(value)));
    let faults = vec![Fault::new(UrlEncoded, ""), Fault::new(Gbk, "")];
    forms.add_all(2 * COMMON, faults.clone(), |value| percent_encoded(&gbk(value)));
    forms.add_all(2 * COMMON, faults, |value| form_encoded(&gbk(value)));
    forms.add(RARE, ExtraSpace, "all white space was removed from the values before signing; sign the values as they are sent", without_space);
    forms.add(RARE, Escaped, "the values were escaped for HTML before signing; sign the values as they are sent", html_escaped);
    forms.add(RARE, UrlEncoded, "the values were URL-encoded twice before signing", |value| percent_encoded(&percent_encoded(value)));
    forms.add(RARE, UrlDecoded, "the values were URL-decoded before signing", super::texts::percent_decoded);
    forms.add(RARE, QuotesKept, "quotes stand around the values; sign the values without quotes", |value| super::texts::between(b"'", value));
    forms.add(COMMON, ExtraSpace, "the values were stripped of white space before signing; sign the values as they are sent", |value| value.trim_ascii().to_vec());
    forms
}

fn without_quotes(value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    value.retain(|byte| !matches!(byte, b'"' | b'\\'));
    value
}

/// What is done to the key before it becomes the HMAC's.
#[rustfmt::skip]
pub(super) fn hmac_keys(keyed: Keyed) -> Forms<fn(&str) -> String> {
    use Mistake::*;
    let mut forms: Forms<fn(&str) -> String> = Forms::right(str::to_owned);
    if keyed == Keyed::HmacOfKeyed {
        forms.add(COMMON, HmacKeyUpperCased, "", str::to_uppercase);
        forms.add(COMMON, KeyCase, "the key of the HMAC was put in lower case", str::to_lowercase);
        const SPACE: &str = "the key of the HMAC carries white space or a line break, the key in the string does not; strip the key when it is read";
        const OTHER: &str = "the key of the HMAC was decoded or encoded before use; use the key's characters as they are";
        let others: [(Mistake, &str, fn(&str) -> String); 13] = [
            (KeyWhitespace, SPACE, |key| format!("{key}\n")),
            (KeyWhitespace, SPACE, |key| format!("{key}\r\n")),
            (KeyWhitespace, SPACE, |key| format!("{key} ")),
            (KeyWhitespace, SPACE, |key| format!(" {key}")),
            (KeyWhitespace, SPACE, |key| format!("\u{feff}{key}")),
            (KeyWhitespace, SPACE, |key| format!("{key}\t")),
            (KeyWhitespace, SPACE, |key| key.trim().to_owned()),
            (KeyEncoded, OTHER, |key| String::from_utf8_lossy(&base64(key.as_bytes())).into_owned()),
            (KeyEncoded, OTHER, |key| hex_lower(key.as_bytes())),
            (KeyHashed, "a digest of the key was used as the key of the HMAC", |key| String::from_utf8_lossy(&hex(Hash::Md5, key.as_bytes())).into_owned()),
            (KeyHashed, "a digest of the key was used as the key of the HMAC", |key| String::from_utf8_lossy(&hex(Hash::Sha256, key.as_bytes())).into_owned()),
            (KeySuffix, "`key=` stands before the key of the HMAC", |key| format!("key={key}")),
            (KeySuffix, "an `&` stands behind the key of the HMAC", |key| format!("{key}&")),
        ];
        for (mistake, words, change) in others {
            forms.add(RARE, mistake, words, change);
        }
        forms.add(COMMON, KeyMissing, "the key of the HMAC is empty; use the sign key as the key of the HMAC too", |_| String::new());
    }
    forms
}
