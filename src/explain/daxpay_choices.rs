//! daxpay: which parameters somebody signs, with which values.

use super::daxpay_forms::*;
use super::fault::{ALONE, COMMON, Forms, RARE};
use super::json_writing::{
    COMPACT, Change, Layout, Order, PYTHON, UNCHANGED, java_text, laid_out, python_text,
};
use super::texts::Respell;
use super::times::{format_civil, parse_civil};
use super::{Mistake, quote};
use crate::json::Json;

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
    let spellings: [(&str, Respell); 3] = [("snake_case", super::bodies::snake), ("lower case", str::to_lowercase), ("PascalCase", |name| {
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
