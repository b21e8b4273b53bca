//! redemption: the forms of the headers, how they and the body come together, and what stands
//! before the secret.

use zeroize::Zeroizing;

use super::fault::{COMMON, DAILY, Fault, Forms, RARE, Texts};
use super::hashes::Algorithm;
use super::json_writing::{
    COMPACT, PYTHON, java_text, laid_out, permutations, python_text, sorted,
};
use super::texts::{form_encoded, percent_encoded};
use super::times::{format_civil, written};
use super::{Mistake, quote};
use crate::json::Json;
use crate::signing::redemption::SIGNED_HEADERS;

/// The path of the one signed endpoint, for those who sign it too.
const PATH: &str = "/v1/openapi/auth/alipay/url";
/// Longer headers are signed as they are.
const LONGEST: usize = 2 * 1024;

/// A header's name and value.
pub(super) type Sent<'a> = (&'static str, Option<&'a str>);

/// Another spelling of a name.
type Spell = fn(&str) -> String;

pub(super) fn value<'a>(sent: &[Sent<'a>], name: &str) -> Option<&'a str> {
    let (_, value) = sent.iter().find(|(known, _)| *known == name)?;
    *value
}

/// What happens to a header's value on its way.
const CHANGED: [Spell; 9] = [
    |value| value.replace('-', ""),
    str::to_uppercase,
    str::to_lowercase,
    |value| value.trim().to_owned(),
    |value| format!("{value} "),
    |value| format!(" {value}"),
    |value| format!("{value}\n"),
    |value| format!("\"{value}\""),
    |value| String::from_utf8_lossy(&percent_encoded(value.as_bytes())).into_owned(),
];

/// The timestamp as people write one.
const WRITTEN: [&str; 6] = [
    "Y-O-D h:m:s",
    "Y-O-DTh:m:s",
    "Y-O-DTh:m:sZ",
    "Y-O-DTh:m:s.000Z",
    "Y-O-D h:m:s.000",
    "YODhms",
];

/// The headers as they may have been signed.
#[rustfmt::skip]
pub(super) fn heads(sent: &[Sent], body: &Json) -> Texts {
    use Mistake::*;
    let mut present = Pairs::default();
    for (name, value) in sent {
        let value = value.unwrap_or("");
        if !value.is_empty() {
            present.push(name, value);
        }
    }
    let mut heads = Heads {
        forms: Texts::right_text(present.joined("=", "&")),
        fault: None,
    };
    if heads.forms.values[0].len() > LONGEST {
        return heads.forms;
    }

    // signType: missing, extra, or another value.
    let is_typed = present.has("signType");
    let untyped = present.without("signType");
    if is_typed {
        heads.text(DAILY, SignTypeMissing, "", untyped.joined("=", "&"));
    }
    for (at, value) in ["SHA256-RSA", "MD5", "RSA", "RSA2", "SHA256withRSA", "SHA256WithRSA", "RSA-SHA256", "RSA256", "SHA256", "md5", "sha256-rsa", "RSA_SHA256", "SHA256_RSA", "HMAC-SHA256", ""].into_iter().enumerate() {
        // Where it is not sent, an empty one is told below.
        if value.is_empty() && !is_typed {
            continue;
        }
        let (mistake, but) = if is_typed { (SignTypeValue, "another value is sent") } else { (SignTypeExtra, "the header is not sent") };
        let words = format!("`signType={value}` was signed, but {but}");
        heads.text(if at < 4 { COMMON } else { RARE }, mistake, &words, present.with("signType", value));
    }
    heads.changed(sent, body, &present);
    if is_typed {
        // The same once more without it, which is a second fault.
        heads.fault = Some(Fault::new(SignTypeMissing, ""));
        heads.changed(sent, body, &untyped);
    }
    heads.forms
}

struct Heads {
    forms: Texts,
    /// What is wrong already.
    fault: Option<Fault>,
}

impl Heads {
    #[inline(never)]
    fn text(&mut self, cost: u8, mistake: Mistake, words: &str, text: Vec<u8>) {
        let faults = self.fault.iter().cloned();
        let cost = cost + faults.len() as u8 * DAILY;
        let faults = faults.chain([Fault::new(mistake, words)]).collect();
        self.forms.texts(cost, faults, text);
    }

    #[rustfmt::skip]
    fn changed(&mut self, sent: &[Sent], body: &Json, present: &Pairs) {
        use Mistake::*;
        let forms = self;

        // Headers left out, empty ones included, others added.
        for (name, _) in &present.0 {
            if name != "signType" {
                forms.text(COMMON, HeaderLeftOut, &format!("`{name}` was not signed"), present.without(name).joined("=", "&"));
            }
        }
        for name in SIGNED_HEADERS {
            if !present.has(name) {
                forms.text(COMMON, EmptyIncluded, &format!("`{name}=` was signed though `{name}` is empty or absent"), present.with(name, ""));
                forms.text(RARE, NullIncluded, &format!("`{name}=null` was signed though `{name}` is absent; leave out what is absent"), present.with(name, "null"));
            }
        }
        forms.text(RARE, SignIncluded, "`sign=` was signed among the headers", present.with("sign", ""));
            let mut extra = Pairs::default();
        for name in ["merchantId", "serialNo", "userId", "callbackUrl"] {
            if let Some(value) = body.get(name) {
                extra.push(name, &value.to_text());
            }
        }
        extra.push("Content-Type", "application/json; charset=utf-8");
        extra.push("Content-Type", "application/json");
        extra.push("Accept", "application/json");
        extra.push("method", "POST");
        extra.push("path", PATH);
        extra.push("uri", PATH);
        extra.push("version", "1.0");
        extra.push("charset", "utf-8");
        for (name, value) in &extra.0 {
            forms.text(RARE, HeaderExtra, &format!("`{name}` was signed among the headers"), present.with(name, value));
        }

        // The timestamp in another unit.
        let timestamp = value(sent, "timestamp").unwrap_or("");
        let seconds = timestamp.get(..timestamp.len().saturating_sub(3)).unwrap_or("");
        if !timestamp.is_empty() {
            if !seconds.is_empty() {
                forms.text(COMMON, TimestampUnit, "the timestamp was signed in seconds, but milliseconds are sent", present.with("timestamp", seconds));
            }
            forms.text(COMMON, TimestampUnit, "the timestamp was signed in whole seconds with zeros behind them, but milliseconds are sent", present.with("timestamp", &format!("{seconds}000")));
            forms.text(COMMON, TimestampUnit, "the timestamp was signed in milliseconds, but seconds are sent", present.with("timestamp", &format!("{timestamp}000")));
        }

        // Values in another form than they are sent.
        for (name, value) in &present.0 {
            let mut others: Vec<String> = CHANGED.iter().map(|change| change(value)).collect();
            if name == "timestamp" {
                let unix_ms = value.parse::<i64>().unwrap_or_default();
                for minutes in [480, 0] {
                    let civil = format_civil(unix_ms, minutes).unwrap_or_default();
                    others.extend(WRITTEN.map(|pattern| written(pattern, &civil)));
                }
                others.extend([format!("{value}.0"), format!("{value}L"), format!("{seconds}.{}", value.get(seconds.len()..).unwrap_or(""))]);
            }
            for other in others.into_iter().filter(|other| other != value) {
                let words = format!("`{name}` was signed as `{}`, but `{}` is sent; sign the header's very value", quote(&other), quote(value));
                forms.text(RARE, HeaderValue, &words, present.with(name, &other));
            }
        }
        if let (Some(nonce), Some(stamp)) = (value(sent, "nonce"), value(sent, "timestamp")) {
            let mut swapped = present.without("nonce").without("timestamp");
            swapped.push("nonce", stamp);
            swapped.push("timestamp", nonce);
            forms.text(RARE, HeaderValue, "the values of `nonce` and `timestamp` were swapped", swapped.sorted().joined("=", "&"));
        }

        // Names spelled in another way.
        let spellings: [(&str, Spell); 6] = [
            ("in lower case", str::to_lowercase),
            ("in upper case", str::to_uppercase),
            ("with a capital", |name| spelled(name, "", true)),
            ("with underscores", |name| spelled(name, "_", false)),
            ("with hyphens", |name| spelled(name, "-", false)),
            ("with capitals and hyphens", |name| spelled(name, "-", true)),
        ];
        for (at, (how, spell)) in spellings.into_iter().enumerate() {
            let cost = if at == 0 { COMMON } else { RARE };
            let (mut all, mut one) = (Pairs::default(), Pairs::default());
            for (name, value) in &present.0 {
                all.push(&spell(name), value);
                one.push(&if name == "signType" { spell(name) } else { name.clone() }, value);
            }
            for (what, pairs) in [("headers' names are", all), ("name `signType` is", one)] {
                let words = format!("the {what} spelled {how}");
                forms.text(cost, HeaderSpelling, &words, pairs.joined("=", "&"));
                forms.text(cost, HeaderSpelling, &words, pairs.sorted().joined("=", "&"));
            }
        }

        // Every other order, the documents' own first.
        if present.0.len() == 4 {
            forms.text(COMMON, HeaderOrder, "the headers were signed in the order of the documents", present.picked(&[0, 1, 3, 2]).joined("=", "&"));
        }
        for order in permutations(present.0.len()) {
            forms.text(RARE, HeaderOrder, "the headers were not sorted", present.picked(&order).joined("=", "&"));
        }

        // What stands in and between the pairs.
        for (equals, between) in [("=", ""), ("=", ","), ("=", "\n"), ("=", "|"), ("=", ";"), ("=", "&amp;"), (":", "&"), (":", "\n"), (":", ","), (": ", "\n"), ("", ""), ("", "&"), ("=", "\r\n"), ("=", ", ")] {
            let words = format!("the headers are joined with `{}` and `{}`; write name=value, and `&` between the pairs", equals.escape_debug(), between.escape_debug());
            forms.text(RARE, Separator, &words, present.joined(equals, between));
        }
        let (mut members, mut values, mut encoded) = (Vec::new(), Pairs::default(), Pairs::default());
        for (name, value) in &present.0 {
            values.push("", value);
            encoded.push(name, &String::from_utf8_lossy(&percent_encoded(value.as_bytes())));
            members.push((name.clone(), Json::string(value.as_str())));
        }
        for between in ["", "&", "\n", ",", "|"] {
            forms.text(RARE, NamesLeftOut, "only the headers' values were signed, without their names", values.joined("", between));
        }
        let documented = [0, 1, 3, 2].map(|at| members.get(at).cloned());
        let documented: Vec<(String, Json)> = documented.into_iter().flatten().collect();
        for members in [members, documented] {
            let json = Json::Object(members);
            for text in [laid_out(&json, &COMPACT), laid_out(&json, &PYTHON)] {
                forms.text(RARE, Separator, "the headers were signed as JSON; write name=value, and `&` between the pairs", text.into_bytes());
            }
            forms.text(RARE, Separator, "a Java Map's toString of the headers was signed; write name=value, and `&` between the pairs", java_text(&json).into_bytes());
            forms.text(RARE, Separator, "Python's str of the headers was signed; write name=value, and `&` between the pairs", python_text(&json).into_bytes());
        }
        forms.text(RARE, UrlEncoded, "the headers' values were URL-encoded before signing", encoded.joined("=", "&"));
        let joined = present.joined("=", "&");
        forms.text(RARE, UrlEncoded, "the headers were URL-encoded before signing", percent_encoded(&joined));
        forms.text(RARE, UrlEncoded, "the headers were URL-encoded before signing", form_encoded(&joined));
        forms.text(RARE, UpperCased, "the headers were put in upper case before signing", String::from_utf8_lossy(&joined).to_uppercase().into_bytes());
        forms.text(RARE, LowerCased, "the headers were put in lower case before signing", String::from_utf8_lossy(&joined).to_lowercase().into_bytes());
    }
}

#[rustfmt::skip]
pub(super) fn joints(sent: &[Sent], body: &Json, secret: &str) -> Forms<Joint> {
    use Mistake::*;
    const FIRST: &str = "the body was signed before the headers; sign the headers, and the body right behind them";
    let joint = |before: &str, order, between| Joint { before: Zeroizing::new(before.as_bytes().to_vec()), order, between };
    let mut forms = Forms::right(joint("", Order::HeadBody, ""));
    forms.add(COMMON, BodyMissing, "", joint("", Order::HeadOnly, ""));
    forms.add(COMMON, HeadersMissing, "", joint("", Order::BodyOnly, ""));
    forms.add(COMMON, BodyFirst, FIRST, joint("", Order::BodyHead, ""));
    for (at, separator) in ["&", "\n", "&body=", "?", "&data=", "|", ",", " ", "\r\n", "&content=", "&bizContent=", "&biz_content=", "&params=", "\n\n", ":", ";", "=", "&json=", "+", "&=", "&payload=", "&requestBody=", "&reqBody=", "body=", "&sign="].into_iter().enumerate() {
        let words = format!("`{}` stands between the headers and the body; put nothing between them", separator.escape_debug());
        let cost = if at < 4 { COMMON } else { RARE };
        forms.add(cost, Separator, &words, joint("", Order::HeadBody, separator));
        let faults = vec![Fault::new(BodyFirst, FIRST), Fault::new(Separator, &words)];
        forms.add_all(2 * COMMON, faults, joint("", Order::BodyHead, separator));
    }
    for (before, after) in [("", ""), ("", "\n"), ("POST", ""), ("POST\n", "\n"), ("POST ", "\n"), ("", "?"), ("", "&"), ("POST ", ""), ("POST&", "&"), ("POST ", " "), ("", " ")] {
        let before = format!("{before}{PATH}{after}");
        forms.add(RARE, PathIncluded, "", joint(&before, Order::HeadBody, ""));
    }
    for before in ["POST", "POST\n", "POST&", "POST ", "method=POST&"] {
        forms.add(RARE, MethodIncluded, "", joint(before, Order::HeadBody, ""));
    }
    for separator in ["", "&", "\n", "|"] {
        forms.add(RARE, BodyTwice, "", joint("", Order::HeadBodyBody, separator));
    }
    if !secret.is_empty() {
        for before in ["", "key=", "secret="] {
            for after in ["", "&", "\n"] {
                let before = format!("{before}{secret}{after}");
                forms.add(RARE, KeyPosition, "the secret was put in front too, not only at the end", joint(&before, Order::HeadBody, ""));
            }
        }
    }
    // Headers and members of the body as one sorted list: the commonest rule elsewhere.
    let json = body;
    let is_short = sent.iter().all(|(_, value)| value.is_none_or(|value| value.len() <= LONGEST));
    if *json != Json::Null && is_short {
        // Where a name is in both: both, the header, or the member.
        for (both, header) in [(true, true), (false, true), (false, false)] {
            let mut all = Pairs::default();
            for (name, value) in sent {
                if both || header || json.get(name).is_none() {
                    all.push(name, value.unwrap_or(""));
                }
            }
            for (name, member) in json.members() {
                if both || !header || value(sent, name).is_none() {
                    all.push(name, &member.to_text());
                }
            }
            all.0.retain(|(_, value)| !value.is_empty());
            let before = all.sorted().joined("=", "&");
            let words = "the headers and the body's members were signed as one sorted list of name=value; sign the four headers, and the raw body right behind them";
            forms.add(COMMON, BodyAsForm, words, Joint { before: Zeroizing::new(before), order: Order::Neither, between: "" });
        }
    }
    forms
}
/// What stands between the string and the secret.
#[rustfmt::skip]
pub(super) fn before_key(right: Algorithm) -> Forms<&'static str> {
    let mut forms = Forms::right("");
    if right.is_rsa() {
        return forms;
    }
    for (at, name) in ["&key=", "&", "&secret=", "key=", "\n", "&sign=", "&secretKey=", "&md5Key=", "&appSecret=", "|", "+", ":", ",", " ", "&md5key=", "&signKey=", "&KEY=", "&secret_key=", "&app_secret=", "&appKey=", "&signSecret=", "&token=", "&merchantKey=", "&md5Secret=", "?key=", "\r\n", "#", "_", "-", ";", "="].into_iter().enumerate() {
        let words = format!("`{}` stands before the secret; append the secret with nothing before it", name.escape_debug());
        forms.add(if at < 4 { COMMON } else { RARE }, Mistake::KeyName, &words, name);
    }
    forms
}

pub(super) struct Joint {
    before: Zeroizing<Vec<u8>>,
    order: Order,
    between: &'static str,
}

enum Order {
    HeadBody,
    BodyHead,
    HeadOnly,
    BodyOnly,
    HeadBodyBody,
    Neither,
}

impl Joint {
    pub(super) fn join(&self, head: &[u8], body: &[u8]) -> Vec<u8> {
        let none: &[u8] = &[];
        let (first, second) = match self.order {
            Order::HeadBody => (head, body),
            Order::BodyHead => (body, head),
            Order::HeadOnly => (head, none),
            Order::BodyOnly => (body, none),
            Order::HeadBodyBody => (head, body),
            Order::Neither => (none, none),
        };
        let twice = match self.order {
            Order::HeadBodyBody => body,
            _ => none,
        };
        [&self.before, first, self.between.as_bytes(), second, twice].concat()
    }
}

/// Names and values.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl Pairs {
    #[inline(never)]
    fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    #[inline(never)]
    fn without(&self, left_out: &str) -> Pairs {
        let mut rest = self.0.clone();
        rest.retain(|(name, _)| name != left_out);
        Pairs(rest)
    }

    /// Joined, with one more or another value of one.
    #[inline(never)]
    fn with(&self, name: &str, value: &str) -> Vec<u8> {
        let mut pairs = self.without(name);
        pairs.push(name, value);
        pairs.sorted().joined("=", "&")
    }

    fn picked(&self, order: &[usize]) -> Pairs {
        let mut picked = Pairs::default();
        for at in order {
            let (name, value) = &self.0[*at];
            picked.push(name, value);
        }
        picked
    }

    fn sorted(&self) -> Pairs {
        let mut keys = Vec::new();
        for (name, value) in &self.0 {
            keys.push(format!("{name}\0{value}"));
        }
        self.picked(&sorted(&keys))
    }

    #[inline(never)]
    fn joined(&self, equals: &str, between: &str) -> Vec<u8> {
        let mut text = String::new();
        for (at, (name, value)) in self.0.iter().enumerate() {
            text.push_str(if at > 0 { between } else { "" });
            text.push_str(name);
            text.push_str(equals);
            text.push_str(value);
        }
        text.into_bytes()
    }
}

/// `signType` as `sign_type`, `Sign-Type` or `SignType`.
fn spelled(name: &str, space: &str, is_capital: bool) -> String {
    let mut spelled = String::new();
    for (at, c) in name.chars().enumerate() {
        let starts = at == 0 || c.is_ascii_uppercase();
        if starts && at > 0 {
            spelled.push_str(space);
        }
        let is_upper = starts && is_capital;
        spelled.push(if is_upper {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        });
    }
    spelled
}
