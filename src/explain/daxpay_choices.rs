//! daxpay: which parameters somebody signs, with which values.

use super::daxpay_forms::*;
use super::fault::{ALONE, COMMON, DAILY, Forms, RARE};
use super::json_writing::{
    COMPACT, Change, Layout, Order, PYTHON, UNCHANGED, ascii, hutool, java_text, laid_out, plain,
    python_text,
};
use super::texts::Respell;
use super::times::{format_civil, parse_civil, written};
use super::{Mistake, quote};
use crate::json::Json;
use crate::signing::daxpay::{Nested, canonical, edition_2};

/// Up to this many parameters, each is left out in turn.
const LEFT_OUT: usize = 32;
/// Up to this many parameters, every two are.
const TWO_LEFT_OUT: usize = 12;
/// The parameters of a request that may be absent.
const OPTIONAL: [&str; 4] = ["clientIp", "nonceStr", "queryCode", "mchNo"];
/// The parameters that every request has.
const COMMON_NAMES: [&str; 5] = ["appId", "mchNo", "clientIp", "nonceStr", "reqTime"];

/// How nested data becomes single parameters: what stands around a name, and around a place in a list.
#[derive(Clone, Copy)]
pub(super) struct Flat {
    name: [&'static str; 2],
    place: [&'static str; 2],
}

/// `a.b` and `a[0]`, as edition open has it.
const FLAT: Flat = Flat {
    name: [".", ""],
    place: ["[", "]"],
};

/// Which parameters are signed: one way not to sign just those that are sent.
pub(super) enum Choice {
    Right,
    /// Only the members of `data`, in place of all.
    OnlyData,
    Without(Vec<String>),
    /// Parameters that are not sent, with the value they are signed with.
    Added(Vec<(&'static str, &'static str)>),
    /// The value that `sign` is signed with.
    Sign(String),
    /// A value that is signed in place of the one that is sent.
    Replaced(&'static str, String),
    /// How the names are spelled.
    Spelled(Respell),
    /// How nested data is flattened.
    Flat(Flat),
    /// How nested data is written, not flattened.
    Nested(fn(&Json) -> String),
    /// Not name=value at all, but this.
    Whole(Whole),
}

/// What is done with what is empty.
#[derive(Clone, Copy, Default)]
pub(super) struct Gaps {
    /// What nulls are signed as; without it, they are left out.
    nulls: Option<&'static str>,
    drop: Option<fn(&Json) -> bool>,
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
    pub(super) fn pairs(
        &self,
        params: &Json,
        value: Value,
        gaps: Gaps,
        is_open: bool,
    ) -> Vec<(String, String)> {
        let inner = params
            .get("data")
            .filter(|_| matches!(self, Choice::OnlyData));
        let value = match self {
            Choice::Nested(nested) => value.with_nested(*nested),
            _ => value,
        };
        let flat = match self {
            Choice::Flat(flat) => Some(*flat),
            Choice::Nested(_) => None,
            _ => is_open.then_some(FLAT),
        };
        let mut pairs = Vec::new();
        for (name, member) in inner.unwrap_or(params).members() {
            if is_sign(name, is_open) {
                continue;
            }
            match self {
                Choice::Without(names) if names.contains(name) => {}
                Choice::Replaced(known, text) if known == name => {
                    pairs.push((name.clone(), text.clone()));
                }
                Choice::Spelled(spell) => add(&spell(name), member, value, gaps, flat, &mut pairs),
                _ => add(name, member, value, gaps, flat, &mut pairs),
            }
        }
        match self {
            Choice::Added(added) => {
                let added = added.iter();
                pairs.extend(added.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            }
            Choice::Sign(sign) => pairs.push(("sign".to_owned(), sign.clone())),
            _ => {}
        }
        pairs
    }
}

fn add(
    name: &str,
    member: &Json,
    value: Value,
    gaps: Gaps,
    flat: Option<Flat>,
    pairs: &mut Vec<(String, String)>,
) {
    if gaps.drop.is_some_and(|drop| drop(member)) {
        return;
    }
    let mut add = |name: &str, member: &Json| add(name, member, value, gaps, flat, pairs);
    match (member, flat) {
        (Json::Null, _) => pairs.extend(gaps.nulls.map(|null| (name.to_owned(), null.to_owned()))),
        (Json::Array(elements), Some(flat)) => {
            let [open, close] = flat.place;
            for (at, element) in elements.iter().enumerate() {
                add(&format!("{name}{open}{at}{close}"), element);
            }
        }
        (Json::Object(members), Some(flat)) => {
            let [open, close] = flat.name;
            for (inner, member) in members {
                add(&format!("{name}{open}{inner}{close}"), member);
            }
        }
        _ => pairs.push((name.to_owned(), text(member, value))),
    }
}

/// The signature itself, which edition open knows in any case.
fn is_sign(name: &str, is_open: bool) -> bool {
    name == "sign" || (is_open && name.eq_ignore_ascii_case("sign"))
}

#[rustfmt::skip]
pub(super) fn gaps(params: &Json) -> Forms<Gaps> {
    use Mistake::*;
    fn is_empty(value: &Json) -> bool { value.as_str() == Some("") }
    fn is_blank(value: &Json) -> bool { value.as_str().is_some_and(|text| text.trim().is_empty()) }
    fn is_bare(value: &Json) -> bool { matches!(value.to_json().as_str(), "[]" | "{}") }
    fn is_falsy(value: &Json) -> bool { matches!(value.to_text().as_str(), "" | "[]" | "{}" | "0" | "0.0") || *value == Json::Bool(false) }
    let mut forms = Forms::right(Gaps::default());
    let mut drop = |cost, mistake, words: &str, drop: fn(&Json) -> bool| {
        forms.add(cost, mistake, words, Gaps { drop: Some(drop), ..Gaps::default() });
    };
    drop(COMMON, EmptyLeftOut, "empty strings were left out of the string", is_empty);
    drop(RARE, EmptyLeftOut, "blank strings were left out of the string", is_blank);
    drop(COMMON, EmptyLeftOut, "empty lists and objects were left out of the string", is_bare);
    drop(RARE, EmptyLeftOut, "empty strings, lists and objects were left out of the string", |value| is_empty(value) || is_bare(value));
    // Of one alone it is said that it was left out, not what it was.
    let several = |is: fn(&Json) -> bool| if params.members().iter().filter(|(_, value)| is(value)).count() > 1 { RARE } else { ALONE };
    drop(several(is_falsy), EmptyLeftOut, "zeros and false were left out of the string, as PHP's empty() and JavaScript's truth have it", is_falsy);
    drop(several(is_nested), NestedFormat, "nested data was left out of the string", is_nested);
    for (cost, null) in [(COMMON, "null"), (RARE, "None"), (RARE, "undefined"), (RARE, "nil"), (RARE, "<nil>")] {
        forms.add(cost, NullIncluded, &format!("null values were signed as `name={null}`"), Gaps { nulls: Some(null), ..Gaps::default() });
    }
    forms.add(COMMON, EmptyIncluded, "null values were signed as empty ones (`name=`); leave out what is null or absent", Gaps { nulls: Some(""), ..Gaps::default() });
    forms
}

#[rustfmt::skip]
pub(super) fn choices(params: &Json, theirs: &str, is_open: bool) -> Forms<Choice> {
    use Mistake::*;
    let mut forms = Forms::right(Choice::Right);
    let names: Vec<&String> = params.members().iter().filter(|(name, value)| !is_sign(name, is_open) && *value != Json::Null).map(|(name, _)| name).collect();
    if is_open {
        forms.not_flattened();
    } else {
        forms.add(COMMON, NestedFlattened, "", Choice::Flat(FLAT));
    }
    forms.add(RARE, ParameterLeftOut, "only the members of `data` were signed", Choice::OnlyData);
    // Parameters that the serializer left out of the body, but the signing code did not see as absent.
    let mut absent = OPTIONAL.to_vec();
    absent.retain(|name| params.members().iter().all(|(known, _)| known != name));
    for chosen in 1usize..1 << absent.len() {
        let count = chosen.count_ones() as usize;
        let cost = if count == 1 || count == absent.len() { RARE } else { ALONE };
        for (mistake, value) in [(EmptyIncluded, ""), (NullIncluded, "null"), (NullIncluded, "None"), (NullIncluded, "undefined")] {
            let mut added = Vec::new();
            let mut names = Vec::new();
            for (at, name) in absent.iter().enumerate() {
                if chosen >> at & 1 == 1 {
                    added.push((*name, value));
                    names.push(format!("`{name}={value}`"));
                }
            }
            let words = format!("{} was signed, but is not sent; leave out what is null or absent", names.join(", "));
            forms.add(cost, mistake, &words, Choice::Added(added));
        }
    }
    let received = params.get("sign").and_then(Json::as_str).unwrap_or("");
    for sign in ["", received, theirs, "null"] {
        forms.add(COMMON, SignIncluded, "", Choice::Sign(sign.to_owned()));
    }
    if names.len() <= LEFT_OUT {
        for (at, name) in names.iter().enumerate() {
            let words = format!("`{}` was not signed", quote(name));
            forms.add(RARE, ParameterLeftOut, &words, Choice::Without(vec![(*name).clone()]));
            for other in names[at + 1..].iter().filter(|_| names.len() <= TWO_LEFT_OUT) {
                let words = format!("`{}` and `{}` were not signed", quote(name), quote(other));
                forms.add(ALONE, ParameterLeftOut, &words, Choice::Without(vec![(*name).clone(), (*other).clone()]));
            }
        }
    }
    let without = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for left_out in [&COMMON_NAMES[..], &COMMON_NAMES[2..], &COMMON_NAMES[3..]] {
        let words = format!("the common parameters (`{}`) were not signed", left_out.join("`, `"));
        forms.add(ALONE, ParameterLeftOut, &words, Choice::Without(without(left_out)));
    }
    for (name, values) in [("signType", &["MD5", "HMAC_SHA256", "SM3", "HMAC-SHA256", "RSA2", "RSA"][..]), ("version", &["1.0", "1"]), ("charset", &["utf-8", "UTF-8"])] {
        for value in values {
            let words = format!("`{name}={value}` was signed, but is not sent; sign only what is sent");
            forms.add(RARE, ParameterExtra, &words, Choice::Added(vec![(name, value)]));
        }
    }
    for name in ["reqTime", "resTime"] {
        let member = params.get(name).map(Json::to_text).unwrap_or_default();
        for text in other_times(&member) {
            let words = format!("`{name}` was signed as `{text}`, but another form of it is sent; format the time once, and sign and send the same text");
            forms.add(RARE, TimeFormat, &words, Choice::Replaced(name, text));
        }
    }
    for name in ["amount", "nonceStr", "authCode", "appId", "mchNo", "reqId", "clientIp", "title", "channel"] {
        let Some(member) = params.get(name).map(Json::to_text) else { continue };
        let mut others = vec![member.trim().to_owned(), member.replace('-', "")];
        if name == "amount" {
            let cents = member.trim_start_matches('0').replace('.', "");
            others.extend([cents, format!("{member}00")]);
            if let Some((yuan, fen)) = member.split_at_checked(member.len().saturating_sub(2)) {
                let decimal = format!("{}.{fen:0>2}", if yuan.is_empty() { "0" } else { yuan });
                others.extend([plain(&decimal), decimal]);
            }
        }
        for text in others.into_iter().filter(|text| *text != member) {
            let words = format!("`{name}` was signed as `{}`, but `{}` is sent", quote(&text), quote(&member));
            forms.add(RARE, ValueChanged, &words, Choice::Replaced(name, text));
        }
    }
    let spellings: [(&str, Respell); 3] = [("snake_case", super::bodies::snake), ("lower case", str::to_lowercase), ("PascalCase", |name| {
        let mut chars = name.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    })];
    for (how, spell) in spellings {
        let words = format!("the names were signed in {how}, which changes them or their order; sign the names that are sent");
        forms.add(RARE, NameSpelling, &words, Choice::Spelled(spell));
    }
    forms.json_texts(is_open);
    forms
}

fn is_nested(value: &Json) -> bool {
    matches!(value, Json::Array(_) | Json::Object(_))
}

fn without_nulls(json: &Json) -> Json {
    Change {
        keep: |value| *value != Json::Null,
        ..UNCHANGED
    }
    .of(json)
}

#[rustfmt::skip]
impl Forms<Choice> {
    /// Edition open: nested data as one parameter, or as several that are named in another way.
    fn not_flattened(&mut self) {
        use Mistake::{NestedFormat, NotFlattened};
        let writings: [fn(&Json) -> String; 8] = [
            compact,
            hutool,
            spaced,
            |value| compact(&without_nulls(value)),
            |value| compact(&Change { order: Order::Sorted, ..UNCHANGED }.of(value)),
            |value| spaced(&Change { order: Order::Sorted, ..UNCHANGED }.of(value)),
            java_text,
            python_text,
        ];
        for nested in writings {
            self.add(COMMON, NotFlattened, "", Choice::Nested(nested));
        }
        for place in [[".", ""], ["", ""], ["_", ""], ["(", ")"]] {
            self.add(RARE, NestedFormat, "the places in lists were written in another way; write a[0]", Choice::Flat(Flat { place, ..FLAT }));
        }
        for name in [["", ""], ["_", ""], ["/", ""], ["->", ""], [":", ""], ["[", "]"]] {
            self.add(RARE, NestedFormat, "the names inside objects were joined in another way; write a.b", Choice::Flat(Flat { name, ..FLAT }));
        }
    }

    /// JSON that is signed as it is, with the key in all the places it is put.
    fn json_texts(&mut self, is_open: bool) {
        fn without_sign(params: &Json) -> Json {
            Json::Object(params.members().iter().filter(|(name, _)| !is_sign(name, true)).cloned().collect())
        }
        fn of(params: &Json, order: Order<'static>, layout: &Layout) -> String {
            laid_out(&Change { order, ..UNCHANGED }.of(params), layout)
        }
        let texts: [fn(&Json) -> String; 16] = [
            |params| compact(&without_sign(params)),
            |params| of(&without_sign(params), Order::Sorted, &COMPACT),
            |params| of(&without_sign(params), Order::SortedAtTop, &COMPACT),
            |params| spaced(&without_sign(params)),
            |params| of(&without_sign(params), Order::Sorted, &PYTHON),
            |params| compact(&without_nulls(&without_sign(params))),
            |params| of(&without_nulls(&without_sign(params)), Order::Sorted, &COMPACT),
            |params| of(&without_nulls(&without_sign(params)), Order::SortedAtTop, &COMPACT),
            compact,
            |params| pretty(&without_sign(params)),
            |params| spaced(&with_numbers(&without_sign(params), python_float)),
            |params| compact(&with_numbers(&without_sign(params), plain)),
            |params| of(&with_numbers(&without_sign(params), python_float), Order::Sorted, &PYTHON),
            |params| of(&with_numbers(&without_sign(params), python_float), Order::Sorted, &COMPACT),
            |params| ascii(&without_sign(params), &PYTHON),
            |params| ascii(&without_sign(params), &COMPACT),
        ];
        let tails = [Tail::Behind("&key="), Tail::Absent, Tail::Behind(""), Tail::InFront(""), Tail::Behind("key="), Tail::Behind("&")];
        let cases = [(true, false), (true, true), (false, true), (false, false)];
        // In edition open, there is no key to be added and no case to be changed.
        let (tails, cases) = if is_open { (&tails[1..2], &cases[2..3]) } else { (&tails[..], &cases[..]) };
        for text in texts {
            for tail in tails {
                for (is_upper, are_quotes_kept) in cases {
                    let whole = Whole { text, tail: *tail, is_upper: *is_upper, are_quotes_kept: *are_quotes_kept };
                    self.add(ALONE, Mistake::JsonSigned, "", Choice::Whole(whole));
                }
            }
        }
        let maps: [fn(&Json) -> String; 4] = [
            |params| java_text(&without_sign(params)),
            |params| java_text(&Change { order: Order::Sorted, ..UNCHANGED }.of(&without_sign(params))),
            |params| python_text(&without_sign(params)),
            |params| python_text(&with_numbers(&without_sign(params), python_float)),
        ];
        for text in maps {
            for tail in [Tail::Behind("&key="), Tail::Absent, Tail::Behind("")] {
                for is_upper in [true, false] {
                    let whole = Whole { text, tail, is_upper, are_quotes_kept: true };
                    self.add(ALONE, Mistake::BodyToString, "a language's own text of the map was signed, not name=value pairs; join the parameters as name=value with `&`", Choice::Whole(whole));
                }
            }
        }
        if is_open {
            let text = |params: &Json| canonical(params, Nested::Sorted);
            let whole = Whole { text, tail: Tail::Absent, is_upper: true, are_quotes_kept: false };
            self.add(COMMON, Mistake::Edition3, "the string was made as edition 3 does, in upper case and with nested data as JSON", Choice::Whole(whole));
        }
    }

    /// The string of edition 2, which keeps the zeros at the end of numbers.
    pub(super) fn edition_2(&mut self) {
        let whole = Whole { text: edition_2, tail: Tail::Behind("&key="), is_upper: false, are_quotes_kept: false };
        self.add(DAILY, Mistake::Edition2, "", Choice::Whole(whole));
    }
}

/// Other ways to write a time, for [`written`].
#[rustfmt::skip]
const WRITTEN: [&str; 27] = [
    "Y-O-DTh:m:s",
    // Java's LocalDateTime leaves whole minutes so.
    "Y-O-DTh:m",
    "Y-O-DTh:m:sZ", "Y-O-DTh:m:s+08:00", "Y-O-DTh:m:s+0800", "Y-O-DTh:m:s.000Z", "Y-O-DTh:m:s.000+08:00",
    "Y-O-D h:m:s.000", "Y-O-D h:m:s.0", "Y-O-D h:m", "Y-O-Dh:m:s", "Y-O-D  h:m:s", "Y-O-D", "Y-O-D ",
    "YODhms", "YOD h:m:s", "YODThmsZ", "Y/O/D h:m:s", "Y.O.D h:m:s", "O/D/Y h:m:s", "D/O/Y h:m:s",
    "Y-O-D+h:m:s", "Y-O-D%20h:m:s", "Y-O-D h-m-s", "Y-O-D h%3Am%3As", "Y-O-D%20h%3Am%3As", "Y-O-D+h%3Am%3As",
];
const WRITTEN_IN_UTC: [&str; 3] = ["Y-O-DTh:m:sZ", "Y-O-DTh:m:s.000Z", "Y-O-DTh:m:s"];

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
    texts.extend(WRITTEN.iter().map(|pattern| written(pattern, &civil)));
    texts.extend(WRITTEN_IN_UTC.map(|pattern| written(pattern, &at(0))));
    if let Some(hour @ 13..=23) = civil.get(11..13).and_then(|hour| hour.parse::<u8>().ok()) {
        let pattern = format!("Y-O-D {:02}:m:s", hour - 12);
        texts.push(written(&pattern, &civil));
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
