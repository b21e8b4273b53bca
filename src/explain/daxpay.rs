//! daxpay: which parameters, in which order, written how, with the key appended how.

use zeroize::Zeroizing;

use super::bodies::{
    COMPACT, Change, Layout, Order, PYTHON, UNCHANGED, java_text, laid_out, plain, python_text,
    sorted,
};
use super::hashes::{self, Keyed};
use super::reading::{Wanted, clues, targets};
use super::texts::{
    Spoil, form_encoded, form_encoded_lower, gbk, keys, percent_encoded, percent_encoded_lower,
};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, RARE, Signed, masked, quote,
    search,
};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::signing::daxpay::{Algorithm, Nested, canonical, sign, verify};
use crate::signing::digest::Hash;

/// Up to this many parameters, each is left out in turn.
const LEFT_OUT: usize = 32;
/// The parameters of a request that may be absent.
const OPTIONAL: [&str; 4] = ["clientIp", "nonceStr", "queryCode", "mchNo"];
/// Above this many bytes, work on the parameters weighs more than hashing them does.
const LARGE: usize = 64 * 1024;

/// What is signed for daxpay, and what is wrong with `theirs`.
///
/// `body` is a JSON object: a request, an answer or a notification. Without `theirs`, its member
/// `sign` is checked, if it has one.
///
/// # Errors
/// [`Status::InvalidArgument`](crate::Status::InvalidArgument) when the body is no JSON object.
pub fn daxpay(
    algorithm: Algorithm,
    sign_key: &str,
    body: &[u8],
    theirs: Option<&str>,
) -> Result<Explanation> {
    let params = Json::parse(body)
        .map_err(|e| Error::argument("body", format!("cannot be read: {}", e.message())))?;
    if !matches!(params, Json::Object(_)) {
        return Err(Error::argument("body", "is not a JSON object"));
    }
    let theirs = theirs.or_else(|| params.get("sign").and_then(Json::as_str));

    let right = sign(algorithm, sign_key, &params);
    let shown_key = masked(sign_key);
    let secrets = Zeroizing::new(sign_key.to_uppercase());
    let facts = Facts {
        algorithm: format!("{}, lower-case hex", algorithm.name()),
        string_to_sign: format!(
            "{}&KEY={shown_key}",
            canonical(&params, Nested::Sorted).to_uppercase()
        ),
        signature: Some(right.clone()),
        secrets: vec![sign_key, &secrets],
    };
    let Some(theirs) = theirs else {
        return Ok(facts.unchecked());
    };
    if verify(algorithm, sign_key, &params, theirs) {
        let is_upper = theirs.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_sorted = theirs.eq_ignore_ascii_case(&right);
        let remark = if is_upper {
            Some(
                "the gateway compares it with lower-case hex: send a request's signature in lower case",
            )
        } else if !is_sorted {
            Some(
                "over nested data as the gateway writes it in its answers (names in the order received, or numbers without the zeros at their end): in a request, sort the names inside and write no such zeros",
            )
        } else {
            None
        };
        return Ok(facts.right(remark));
    }

    let (hash, keyed) = match algorithm {
        Algorithm::HmacSha256 => (Hash::Sha256, Keyed::Hmac),
        Algorithm::Md5 => (Hash::Md5, Keyed::Plain),
        Algorithm::Sm3 => (Hash::Sm3, Keyed::Plain),
    };
    let targets = targets(theirs, Wanted::HexLower);
    let (choices, orders, values) = (choices(&params, theirs), orders(), values());
    let (quotes, joints, tails) = (quotes(), joints(), tails());
    let (cases, escapes, hmac_keys) = (cases(), escapes(), hmac_keys(keyed));
    // What stands in the message and may have been taken for the key.
    let others = ["appId", "mchNo"]
        .map(|name| (name, params.get(name).and_then(Json::as_str).unwrap_or("")));
    let outcome = search(
        hashes::Algorithm { hash, keyed },
        &keys(sign_key.as_bytes(), &others),
        &[
            &hmac_keys.dimension,
            &escapes.dimension,
            &orders.dimension,
            &joints.dimension,
            &quotes.dimension,
            &values.dimension,
            &choices.dimension,
            &cases.dimension,
            &tails.dimension,
        ],
        &targets,
        if body.len() > LARGE { 8 } else { 1 },
        &|key, spoil, picks| {
            let &[
                hmac_key,
                escape,
                order,
                joint,
                quote,
                value,
                choice,
                case,
                tail,
            ] = picks
            else {
                return None;
            };
            let recipe = Recipe {
                choice: &choices.values[choice],
                order: orders.values[order],
                value: values.values[value],
                escape: escapes.values[escape],
                joint: joints.values[joint],
                quote: quotes.values[quote],
                tail: tails.values[tail],
                case: cases.values[case],
            };
            let key = std::str::from_utf8(key).ok()?;
            let string = recipe.string(&params, key);
            let key = hmac_keys.values[hmac_key](key);
            Some(Signed {
                message: Zeroizing::new(spoil(string.as_bytes())),
                key: Zeroizing::new(key.into_bytes()),
            })
        },
    );
    let clues = clues(theirs, Wanted::HexLower, hash.length());
    Ok(facts.wrong(outcome, &clues, LIKELY))
}

/// How somebody makes the string to sign.
struct Recipe<'a> {
    choice: &'a Choice,
    order: Sorting,
    value: Value,
    escape: Spoil,
    joint: Joint,
    quote: fn(&str) -> String,
    tail: Tail,
    case: Case,
}

impl Recipe<'_> {
    fn string(&self, params: &Json, key: &str) -> Zeroizing<String> {
        let pairs = self.choice.pairs(params, self.value);
        let mut keys = Vec::with_capacity(pairs.len());
        for (name, value) in &pairs {
            keys.push(match self.order {
                Sorting::Names | Sorting::Backwards => name.clone(),
                Sorting::IgnoringCase => name.to_lowercase(),
                Sorting::Pairs => format!("{name}={value}"),
                Sorting::None => String::new(),
            });
        }
        let mut places = sorted(&keys);
        if matches!(self.order, Sorting::Backwards) {
            places.reverse();
        }
        let mut joined = Zeroizing::new(String::new());
        let mut is_key_due = self.tail == Tail::Sorted;
        let mut add = |name: &str, value: &str| {
            if !joined.is_empty() {
                joined.push_str(self.joint.between);
            }
            let value = (self.escape)(value.as_bytes());
            let value = String::from_utf8_lossy(&value);
            if let Some(equals) = self.joint.equals {
                let is_upper = self.case == Case::Names;
                joined.push_str(&if is_upper {
                    name.to_uppercase()
                } else {
                    name.to_owned()
                });
                joined.push_str(equals);
            }
            let is_upper = self.case == Case::Values;
            joined.push_str(&if is_upper {
                value.to_uppercase()
            } else {
                value.into_owned()
            });
        };
        for at in places {
            let (name, value) = &pairs[at];
            if is_key_due && name.as_str() > "key" {
                add("key", key);
                is_key_due = false;
            }
            add(name, value);
        }
        if is_key_due {
            add("key", key);
        }
        joined.push_str(self.joint.end);
        let string = (self.quote)(&joined);
        let whole = |head: &str, key: &str| Zeroizing::new(self.tail.with_key(head, key));
        match self.case {
            Case::Upper => Zeroizing::new(whole(&string, key).to_uppercase()),
            Case::Lower => Zeroizing::new(whole(&string, key).to_lowercase()),
            Case::ParamsUpper => whole(&string.to_uppercase(), key),
            Case::ParamsAndName => {
                let mark = "\u{0}";
                let upper = self.tail.with_key(&string, mark).to_uppercase();
                Zeroizing::new(upper.replace(mark, key))
            }
            Case::ParamsLower => whole(&string.to_lowercase(), key),
            Case::KeyUpper => whole(&string, &key.to_uppercase()),
            Case::None | Case::Names | Case::Values => whole(&string, key),
        }
    }
}

/// Which parameters are signed.
#[derive(Default)]
struct Choice {
    /// What nulls are signed as; without it, they are left out.
    nulls: Option<&'static str>,
    drop: Option<fn(&Json) -> bool>,
    without: String,
    /// Parameters that are not sent, with the value they are signed with.
    added: Vec<(&'static str, &'static str)>,
    /// The value that `sign` is signed with.
    sign: Option<String>,
    /// Only the members of `data`, in place of all.
    only_data: bool,
    flattened: bool,
}

impl Choice {
    /// The names and values, in the order received.
    fn pairs(&self, params: &Json, value: Value) -> Vec<(String, String)> {
        let inner = params.get("data").filter(|_| self.only_data);
        let mut pairs = Vec::new();
        for (name, member) in inner.unwrap_or(params).members() {
            if name == "sign" || *name == self.without || self.drop.is_some_and(|drop| drop(member))
            {
                continue;
            }
            if *member == Json::Null {
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
fn choices(params: &Json, theirs: &str) -> Forms<Choice> {
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
    if params.members().len() <= LEFT_OUT {
        for (name, value) in params.members() {
            if name != "sign" && *value != Json::Null {
                let words = format!("`{}` was not signed", quote(name));
                forms.add(RARE, ParameterLeftOut, &words, Choice { without: name.clone(), ..Choice::default() });
            }
        }
    }
    forms
}

/// What the pairs are sorted by.
#[derive(Clone, Copy)]
enum Sorting {
    Names,
    IgnoringCase,
    None,
    Backwards,
    Pairs,
}

#[rustfmt::skip]
fn orders() -> Forms<Sorting> {
    use Mistake::ParameterOrder;
    let mut forms = Forms::right(Sorting::Names);
    forms.add(COMMON, ParameterOrder, "the parameters were not sorted", Sorting::None);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted without regard to case", Sorting::IgnoringCase);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted backwards", Sorting::Backwards);
    forms.add(COMMON, ParameterOrder, "the pairs `name=value` were sorted, not the names", Sorting::Pairs);
    forms
}

/// How values become text.
#[derive(Clone, Copy)]
struct Value {
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
    compact(&stripped.of(value))
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

#[rustfmt::skip]
fn values() -> Forms<Value> {
    use Mistake::*;
    let right = Value {
        number: plain,
        boolean: ["true", "false"],
        nested: compact,
        nulls_kept: false,
        order: Order::SortedIgnoringCase,
    };
    let received = Value { order: Order::Received, ..right };
    let mut forms = Forms::right(right);
    // The gateway itself does this in its answers: a mistake only together with another.
    forms.add_all(0, Vec::new(), received);
    forms.add(COMMON, NumberFormat, "numbers kept the zeros at their end", Value { number: str::to_owned, ..right });
    forms.add(COMMON, NumberFormat, "numbers kept the zeros at their end", Value { number: str::to_owned, ..received });
    forms.add(RARE, NumberFormat, "numbers were written with 2 digits behind the point", Value { number: |number| fixed(number, 2), ..right });
    forms.add(RARE, NumberFormat, "numbers were written with a digit behind the point (1.0 for 1)", Value { number: |number| fixed(number, 1), ..right });
    for base in [right, received] {
        let nested = |nested| Value { nested, ..base };
        let with_nulls = |nested| Value { nested, nulls_kept: true, ..base };
        forms.add(COMMON, NestedFormat, "null members of nested data were signed", with_nulls(compact));
        forms.add(COMMON, NestedFormat, "nested data was written with spaces after `:` and `,`, as Python's json.dumps does", nested(spaced));
        forms.add(RARE, NestedFormat, "nested data was written with spaces and nulls, as Python's json.dumps does", with_nulls(spaced));
        forms.add(COMMON, NestedFormat, "nested data was pretty-printed", nested(pretty));
        forms.add(COMMON, NestedFormat, "nested data was pretty-printed", nested(pretty_4));
        forms.add(RARE, NestedFormat, "nested data was pretty-printed, with nulls", with_nulls(pretty));
        forms.add(RARE, NestedFormat, "a Java Map's toString was signed for nested data", nested(java_text));
        forms.add(RARE, NestedFormat, "a Java Map's toString was signed for nested data, with nulls", with_nulls(java_text));
        forms.add(RARE, NestedFormat, "Python's str was signed for nested data", nested(python_text));
        forms.add(RARE, NestedFormat, "Python's str was signed for nested data, with nulls", with_nulls(python_text));
        forms.add(COMMON, NestedFormat, "numbers inside nested data lost the zeros at their end", nested(stripped));
    }
    forms.add(RARE, NestedFormat, "the names of nested data were sorted by their bytes, upper case first", Value { order: Order::Sorted, ..right });
    forms.add(RARE, NestedFormat, "`[object Object]` was signed for nested data", Value { nested: |_| "[object Object]".to_owned(), ..right });
    forms.add(RARE, NestedFormat, "`Array` was signed for nested data", Value { nested: |_| "Array".to_owned(), ..right });
    forms.add(RARE, NestedFormat, "nested data was signed as an empty value", Value { nested: |_| String::new(), ..right });
    for boolean in [["1", "0"], ["1", ""]] {
        forms.add(RARE, NumberFormat, "a boolean was written as a number; write true or false", Value { boolean, ..right });
    }
    forms.add(RARE, NumberFormat, "a boolean was written as Python writes it; write true or false", Value { boolean: ["True", "False"], ..right });
    forms
}

fn quotes() -> Forms<fn(&str) -> String> {
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
struct Joint {
    /// Between name and value; without it, the values stand alone.
    equals: Option<&'static str>,
    between: &'static str,
    end: &'static str,
}

#[rustfmt::skip]
fn joints() -> Forms<Joint> {
    use Mistake::*;
    let joint = |equals, between, end| Joint { equals, between, end };
    let mut forms = Forms::right(joint(Some("="), "&", ""));
    forms.add(COMMON, TrailingAmpersand, "", joint(Some("="), "&", "&"));
    forms.add(COMMON, NamesLeftOut, "", joint(None, "&", ""));
    forms.add(COMMON, NamesLeftOut, "only the values were signed, with nothing between", joint(None, "", ""));
    forms.add(RARE, Separator, "nothing stands between the pairs; put `&` between the pairs", joint(Some("="), "", ""));
    forms.add(RARE, Separator, "nothing stands between names and values and pairs; write name=value&name=value", joint(Some(""), "", ""));
    for between in [",", "|", "\n", ";", "&amp;", "\r\n", "&&", " ", "+"] {
        let words = format!("`{}` stands between the pairs; put `&` between the pairs", between.escape_debug());
        forms.add(RARE, Separator, &words, joint(Some("="), between, ""));
    }
    for equals in [":", "", "=>"] {
        let words = format!("`{equals}` stands between name and value; put `=` between them");
        forms.add(RARE, Separator, &words, joint(Some(equals), "&", ""));
    }
    forms
}

/// How the key comes into the string.
#[derive(Clone, Copy, PartialEq)]
enum Tail {
    /// Behind it, with this in front of the key.
    Behind(&'static str),
    /// In front of it, with this in between.
    InFront(&'static str),
    /// In front and behind.
    Around,
    /// Not at all.
    Absent,
    /// Not at all, but its name is.
    Empty,
    /// Among the parameters, as if it was one.
    Sorted,
}

impl Tail {
    fn with_key(self, head: &str, key: &str) -> String {
        match self {
            Tail::Behind(name) => format!("{head}{name}{key}"),
            Tail::InFront("") => format!("{key}{head}"),
            Tail::InFront(name) => format!("{name}{key}&{head}"),
            Tail::Around => format!("{key}{head}{key}"),
            Tail::Empty => format!("{head}&key="),
            Tail::Absent | Tail::Sorted => head.to_owned(),
        }
    }
}

#[rustfmt::skip]
fn tails() -> Forms<Tail> {
    use Mistake::*;
    let mut forms = Forms::right(Tail::Behind("&key="));
    forms.add(COMMON, SignForKey, "", Tail::Behind("&sign="));
    forms.add(COMMON, KeyMissing, "the key was not appended to the string; append `&key=` and the key, whatever the algorithm", Tail::Absent);
    forms.add(COMMON, KeyMissing, "`&key=` was appended without the key; append the key behind it", Tail::Empty);
    forms.add(COMMON, KeyName, "the key was appended without `&key=`", Tail::Behind(""));
    for (at, name) in ["key=", "&", "&secret=", "&signKey=", "&sign_key=", "&appSecret=", "&app_secret=", "&appKey=", "&app_key=", "&secretKey=", "&secret_key=", "&apiKey=", "&api_key=", "&keys=", "&keyValue=", "&token=", "&md5key=", "&md5Key=", "&privateKey=", "&signkey=", "&key:", "&key", "?key=", ",key=", "\n", "\nkey=", "&amp;key="].into_iter().enumerate() {
        let words = format!("`{}` was appended with the key, not `&key=`", name.escape_debug());
        forms.add(if at < 5 { COMMON } else { RARE }, KeyName, &words, Tail::Behind(name));
    }
    forms.add(RARE, KeyPosition, "the key was put in front of the string; append `&key=` and the key at the end", Tail::InFront(""));
    forms.add(RARE, KeyPosition, "`key=` was put in front of the string; append `&key=` and the key at the end", Tail::InFront("key="));
    forms.add(RARE, KeyPosition, "the key was put in front of the string and behind it; append `&key=` and the key at the end", Tail::Around);
    forms.add(RARE, KeyPosition, "`key` was sorted in among the parameters; append `&key=` and the key at the end, after sorting", Tail::Sorted);
    forms
}

/// What is put in which case.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    Upper,
    None,
    ParamsUpper,
    ParamsAndName,
    Lower,
    ParamsLower,
    KeyUpper,
    Names,
    Values,
}

#[rustfmt::skip]
fn cases() -> Forms<Case> {
    use Mistake::*;
    let mut forms = Forms::right(Case::Upper);
    forms.add(COMMON, KeyNotUpperCased, "", Case::ParamsUpper);
    forms.add(COMMON, KeyNotUpperCased, "", Case::ParamsAndName);
    forms.add(COMMON, NotUpperCased, "", Case::None);
    forms.add(COMMON, LowerCased, "the string was put in lower case; put the whole string in upper case", Case::Lower);
    forms.add(COMMON, LowerCased, "the parameters were put in lower case; put the whole string in upper case", Case::ParamsLower);
    forms.add(RARE, NotUpperCased, "only the key was put in upper case", Case::KeyUpper);
    forms.add(RARE, NotUpperCased, "only the names were put in upper case", Case::Names);
    forms.add(RARE, NotUpperCased, "only the values were put in upper case", Case::Values);
    forms
}

/// What is done to each value.
#[rustfmt::skip]
fn escapes() -> Forms<Spoil> {
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
fn hmac_keys(keyed: Keyed) -> Forms<fn(&str) -> String> {
    use Mistake::*;
    let mut forms: Forms<fn(&str) -> String> = Forms::right(str::to_owned);
    if keyed == Keyed::Hmac {
        forms.add(COMMON, HmacKeyUpperCased, "", str::to_uppercase);
        forms.add(COMMON, KeyCase, "the key of the HMAC was put in lower case", str::to_lowercase);
        forms.add(COMMON, KeyMissing, "the key of the HMAC is empty; use the sign key as the key of the HMAC too", |_| String::new());
    }
    forms
}
