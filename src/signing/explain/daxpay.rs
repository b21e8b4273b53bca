//! daxpay: which parameters, in which order, written how, with the key appended how.

use zeroize::Zeroizing;

use super::bodies::{COMPACT, Layout, PYTHON, java_text, laid_out, python_text};
use super::hashes::{self, Keyed, algorithms};
use super::reading::{Wanted, clues, targets};
use super::texts::{Spoil, endings, form_encoded, gbk, keys, lower_escapes, percent_encoded};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, RARE, Trial, masked, quote,
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

    let hash = match algorithm {
        Algorithm::HmacSha256 => Hash::Sha256,
        Algorithm::Md5 => Hash::Md5,
        Algorithm::Sm3 => Hash::Sm3,
    };
    let keyed = match algorithm {
        Algorithm::HmacSha256 => Keyed::Hmac,
        Algorithm::Md5 | Algorithm::Sm3 => Keyed::Plain,
    };
    let targets = targets(theirs, Wanted::HexLower);
    let algorithms = algorithms(hashes::Algorithm { hash, keyed }, &targets);
    let (choices, orders, values, quotes) =
        (choices(&params, theirs), orders(), values(), quotes());
    let (joints, tails, cases, escapes) = (joints(), tails(), cases(), escapes());
    let keys = keys(sign_key.as_bytes(), &others(&params));
    let hmac_keys = hmac_keys(keyed);
    let endings = endings();
    let weight = if body.len() > LARGE { 8 } else { 1 };
    let outcome = search(
        &[
            &algorithms,
            &keys,
            &hmac_keys,
            &endings,
            &escapes,
            &orders,
            &joints,
            &quotes,
            &values,
            &choices,
            &cases,
            &tails,
        ],
        &targets,
        |picks| {
            let &[
                algorithm,
                key,
                hmac_key,
                ending,
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
                return Trial::Skipped;
            };
            let algorithm = algorithms[algorithm];
            let Ok(key) = std::str::from_utf8(&keys[key]) else {
                return Trial::Skipped;
            };
            if !algorithm.can_hit(&targets) {
                return Trial::Skipped;
            }
            let recipe = Recipe {
                choice: &choices[choice],
                order: orders[order],
                value: values[value],
                escape: escapes[escape],
                joint: &joints[joint],
                quote: quotes[quote],
                tail: tails[tail],
                case: cases[case],
            };
            let string = Zeroizing::new(endings[ending](recipe.string(&params, key).as_bytes()));
            let hmac_key = Zeroizing::new(hmac_keys[hmac_key](key));
            match algorithm.attempt(hmac_key.as_bytes(), &string, &targets) {
                Trial::Missed(bytes) => Trial::Missed(bytes * weight),
                other => other,
            }
        },
    );
    Ok(facts.wrong(
        outcome,
        &clues(theirs, Wanted::HexLower, hash.length()),
        LIKELY,
    ))
}

/// How somebody makes the string to sign.
struct Recipe<'a> {
    choice: &'a Choice,
    order: Order,
    value: Value,
    escape: Escape,
    joint: &'a Joint,
    quote: fn(&str) -> String,
    tail: Tail,
    case: Case,
}

impl Recipe<'_> {
    fn string(&self, params: &Json, key: &str) -> Zeroizing<String> {
        let mut pairs = self.choice.pairs(params, self.value);
        match self.order {
            Order::Bytes => pairs.sort_by(|a, b| a.0.cmp(&b.0)),
            Order::IgnoringCase => pairs.sort_by_key(|(name, _)| name.to_lowercase()),
            Order::Backwards => pairs.sort_by(|a, b| b.0.cmp(&a.0)),
            Order::ByPair => pairs.sort_by_key(|(name, value)| format!("{name}={value}")),
            Order::Received => {}
        }
        if self.tail == Tail::Sorted {
            let at = pairs.iter().position(|(name, _)| name.as_str() > "key");
            pairs.insert(
                at.unwrap_or(pairs.len()),
                ("key".to_owned(), key.to_owned()),
            );
        }
        let cased = |text: &str, is_cased: bool| {
            if is_cased {
                text.to_uppercase()
            } else {
                text.to_owned()
            }
        };
        let pair = |(name, value): &(String, String)| {
            let value = (self.escape.value)(value.as_bytes());
            let value = String::from_utf8_lossy(&value);
            let name = cased(name, self.case == Case::Names);
            let value = cased(&value, self.case == Case::Values);
            match self.joint.equals {
                None => value,
                Some(equals) => format!("{name}{equals}{value}"),
            }
        };
        let pairs: Vec<String> = pairs.iter().map(pair).collect();
        let joined = pairs.join(self.joint.between) + self.joint.end;
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
    nulls: Nulls,
    drop: Option<fn(&Json) -> bool>,
    without: Option<String>,
    /// Parameters that are not sent, with the value they are signed with.
    added: Vec<(&'static str, &'static str)>,
    /// The value that `sign` is signed with.
    sign: Option<String>,
    /// Only the members of `data`, or all of them in place of it.
    only_data: bool,
    flattened: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Nulls {
    #[default]
    Dropped,
    Empty,
    Named,
}

impl Choice {
    /// The names and values, in the order received.
    fn pairs(&self, params: &Json, value: Value) -> Vec<(String, String)> {
        let inner = params.get("data").filter(|_| self.only_data);
        let mut pairs = Vec::new();
        for (name, member) in inner.unwrap_or(params).members() {
            let is_out =
                self.without.as_ref() == Some(name) || self.drop.is_some_and(|drop| drop(member));
            if is_out || name == "sign" {
                continue;
            }
            let text = match (member, self.nulls) {
                (Json::Null, Nulls::Dropped) => continue,
                (Json::Null, Nulls::Empty) => String::new(),
                (Json::Null, Nulls::Named) => "null".to_owned(),
                _ if self.flattened => {
                    flatten(name, member, value, &mut pairs);
                    continue;
                }
                _ => text(member, value),
            };
            pairs.push((name.clone(), text));
        }
        let added = self.added.iter();
        pairs.extend(added.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
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
    fn is_bare(value: &Json) -> bool { matches!(value, Json::Array(list) if list.is_empty()) || matches!(value, Json::Object(members) if members.is_empty()) }
    fn is_falsy(value: &Json) -> bool { matches!(value, Json::Bool(false)) || is_empty(value) || is_bare(value) || matches!(value.to_text().as_str(), "0" | "0.0") }
    fn is_nested(value: &Json) -> bool { matches!(value, Json::Array(_) | Json::Object(_)) }
    let drop = |drop| Choice { drop: Some(drop), ..Choice::default() };
    let mut forms = Forms::right(Choice::default());
    forms.wrong(Fault::new(EmptyLeftOut).what("empty strings were left out of the string"), drop(is_empty));
    forms.rare(Fault::new(EmptyLeftOut).what("blank strings were left out of the string"), drop(is_blank));
    forms.wrong(Fault::new(EmptyLeftOut).what("empty lists and objects were left out of the string"), drop(is_bare));
    forms.rare(Fault::new(EmptyLeftOut).what("empty strings, lists and objects were left out of the string"), drop(|value| is_empty(value) || is_bare(value)));
    forms.rare(Fault::new(EmptyLeftOut).what("zeros and false were left out of the string, as PHP's empty() and JavaScript's truth have it"), drop(is_falsy));
    forms.rare(Fault::new(NestedFormat).what("nested data was left out of the string"), drop(is_nested));
    forms.wrong(Fault::new(EmptyIncluded).what("null values were signed as empty ones (`name=`)").instead("leave out what is null or absent"), Choice { nulls: Nulls::Empty, ..Choice::default() });
    forms.wrong(Fault::new(NullIncluded).what("null values were signed as `name=null`"), Choice { nulls: Nulls::Named, ..Choice::default() });
    forms.wrong(Fault::new(NestedFlattened), Choice { flattened: true, ..Choice::default() });
    forms.rare(Fault::new(ParameterLeftOut).what("only the members of `data` were signed"), Choice { only_data: true, ..Choice::default() });
    // Parameters that the serializer left out of the body, but the signing code did not see as absent.
    let absent: Vec<&'static str> = OPTIONAL.into_iter().filter(|name| params.members().iter().all(|(known, _)| known != name)).collect();
    for chosen in 1u32..1 << absent.len() {
        let names: Vec<&'static str> = absent.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, name)| *name).collect();
        let cost = if names.len() == 1 || names.len() == absent.len() { RARE } else { ALONE };
        for (mistake, value) in [(EmptyIncluded, ""), (NullIncluded, "null")] {
            let what = format!("`{}={value}` was signed, but is not sent", names.join(&format!("={value}`, `")));
            let added = names.iter().map(|name| (*name, value)).collect();
            forms.at_cost(cost, [Fault::new(mistake).what(what).instead("leave out what is null or absent")], Choice { added, ..Choice::default() });
        }
    }
    let received = params.get("sign").and_then(Json::as_str);
    for sign in [Some(""), received, Some(theirs), Some("null")].into_iter().flatten() {
        forms.wrong(Fault::new(SignIncluded), Choice { sign: Some(sign.to_owned()), ..Choice::default() });
    }
    if params.members().len() <= LEFT_OUT {
        for (name, value) in params.members() {
            if name == "sign" || *value == Json::Null { continue }
            let fault = Fault::new(ParameterLeftOut).what(format!("`{}` was not signed", quote(name)));
            forms.rare(fault, Choice { without: Some(name.clone()), ..Choice::default() });
        }
    }
    forms
}

#[derive(Clone, Copy)]
enum Order {
    Bytes,
    IgnoringCase,
    Received,
    Backwards,
    ByPair,
}

fn orders() -> Forms<Order> {
    use Mistake::ParameterOrder;
    let mut forms = Forms::right(Order::Bytes);
    let fault = |what: &'static str| Fault::new(ParameterOrder).what(what);
    forms.wrong(fault("the parameters were not sorted"), Order::Received);
    let what = "the parameters were sorted without regard to case";
    forms.wrong(fault(what), Order::IgnoringCase);
    forms.wrong(
        fault("the parameters were sorted backwards"),
        Order::Backwards,
    );
    let what = "the pairs `name=value` were sorted, not the names";
    forms.wrong(fault(what), Order::ByPair);
    forms
}

/// How values become text.
#[derive(Clone, Copy)]
struct Value {
    number: fn(&str) -> String,
    boolean: fn(bool) -> &'static str,
    nested: fn(&Json) -> String,
    nulls_kept: bool,
    sorted: bool,
}

fn text(value: &Json, how: Value) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => (how.boolean)(*value).to_owned(),
        Json::Number(number) => (how.number)(number),
        Json::String(text) => text.clone(),
        nested => (how.nested)(&tidy(nested, how)),
    }
}

fn tidy(value: &Json, how: Value) -> Json {
    let stays = |value: &&Json| how.nulls_kept || **value != Json::Null;
    match value {
        Json::Array(elements) => Json::Array(
            elements
                .iter()
                .filter(stays)
                .map(|element| tidy(element, how))
                .collect(),
        ),
        Json::Object(members) => {
            let members = members.iter().filter(|(_, value)| stays(&value));
            let mut members: Vec<_> = members
                .map(|(name, value)| (name.clone(), tidy(value, how)))
                .collect();
            if how.sorted {
                members.sort_by_key(|(name, _)| name.to_lowercase());
            }
            Json::Object(members)
        }
        other => other.clone(),
    }
}

fn plain(number: &str) -> String {
    let is_plain = !number.contains('.') || number.contains(['e', 'E']);
    let number = if is_plain {
        number
    } else {
        number.trim_end_matches('0').trim_end_matches('.')
    };
    number.to_owned()
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

/// Every number in the value without trailing zeros.
fn stripped(value: &Json) -> Json {
    match value {
        Json::Array(elements) => Json::Array(elements.iter().map(stripped).collect()),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), stripped(value)))
                .collect(),
        ),
        Json::Number(number) => Json::Number(plain(number)),
        other => other.clone(),
    }
}

#[rustfmt::skip]
fn values() -> Forms<Value> {
    use Mistake::*;
    const PRETTY_2: Layout = Layout::indented("  ", "");
    const PRETTY_4: Layout = Layout::indented("    ", "");
    let right = Value {
        number: plain,
        boolean: |value| if value { "true" } else { "false" },
        nested: |value| laid_out(value, &COMPACT),
        nulls_kept: false,
        sorted: true,
    };
    let received = Value { sorted: false, ..right };
    let mut forms = Forms::right(right);
    // The gateway itself does this in its answers: a mistake only together with another.
    forms.at_cost(0, [], received);
    forms.wrong(Fault::new(NumberFormat).what("numbers kept the zeros at their end"), Value { number: str::to_owned, ..right });
    forms.wrong(Fault::new(NumberFormat).what("numbers kept the zeros at their end"), Value { number: str::to_owned, ..received });
    forms.rare(Fault::new(NumberFormat).what("numbers were written with 2 digits behind the point"), Value { number: |number| fixed(number, 2), ..right });
    forms.rare(Fault::new(NumberFormat).what("numbers were written with a digit behind the point (1.0 for 1)"), Value { number: |number| fixed(number, 1), ..right });
    for base in [right, received] {
        forms.wrong(Fault::new(NestedFormat).what("null members of nested data were signed"), Value { nulls_kept: true, ..base });
        forms.wrong(Fault::new(NestedFormat).what("nested data was written with spaces after `:` and `,`, as Python's json.dumps does"), Value { nested: |value| laid_out(value, &PYTHON), ..base });
        forms.rare(Fault::new(NestedFormat).what("nested data was written with spaces and nulls, as Python's json.dumps does"), Value { nested: |value| laid_out(value, &PYTHON), nulls_kept: true, ..base });
        forms.wrong(Fault::new(NestedFormat).what("nested data was pretty-printed"), Value { nested: |value| laid_out(value, &PRETTY_2), ..base });
        forms.wrong(Fault::new(NestedFormat).what("nested data was pretty-printed"), Value { nested: |value| laid_out(value, &PRETTY_4), ..base });
        forms.rare(Fault::new(NestedFormat).what("nested data was pretty-printed, with nulls"), Value { nested: |value| laid_out(value, &PRETTY_2), nulls_kept: true, ..base });
        forms.rare(Fault::new(NestedFormat).what("a Java Map's toString was signed for nested data"), Value { nested: java_text, ..base });
        forms.rare(Fault::new(NestedFormat).what("a Java Map's toString was signed for nested data, with nulls"), Value { nested: java_text, nulls_kept: true, ..base });
        forms.rare(Fault::new(NestedFormat).what("Python's str was signed for nested data"), Value { nested: python_text, ..base });
        forms.rare(Fault::new(NestedFormat).what("Python's str was signed for nested data, with nulls"), Value { nested: python_text, nulls_kept: true, ..base });
        forms.wrong(Fault::new(NestedFormat).what("numbers inside nested data lost the zeros at their end"), Value { nested: |value| laid_out(&stripped(value), &COMPACT), ..base });
    }
    forms.rare(Fault::new(NestedFormat).what("the names of nested data were sorted by their bytes, upper case first"), Value { nested: |value| laid_out(&byte_sorted(value), &COMPACT), ..received });
    forms.rare(Fault::new(NestedFormat).what("`[object Object]` was signed for nested data"), Value { nested: |_| "[object Object]".to_owned(), ..right });
    forms.rare(Fault::new(NestedFormat).what("`Array` was signed for nested data"), Value { nested: |_| "Array".to_owned(), ..right });
    forms.rare(Fault::new(NestedFormat).what("nested data was signed as an empty value"), Value { nested: |_| String::new(), ..right });
    let boolean = || Fault::new(NumberFormat).what("a boolean was written as a number").instead("write true or false");
    forms.rare(boolean(), Value { boolean: |value| if value { "1" } else { "0" }, ..right });
    forms.rare(boolean(), Value { boolean: |value| if value { "1" } else { "" }, ..right });
    forms.rare(Fault::new(NumberFormat).what("a boolean was written as Python writes it").instead("write true or false"), Value { boolean: |value| if value { "True" } else { "False" }, ..right });
    forms
}

fn byte_sorted(value: &Json) -> Json {
    match value {
        Json::Array(elements) => Json::Array(elements.iter().map(byte_sorted).collect()),
        Json::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| (name.clone(), byte_sorted(value)))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(members)
        }
        other => other.clone(),
    }
}

fn quotes() -> Forms<fn(&str) -> String> {
    let fault = |what: &'static str| Fault::new(Mistake::QuotesKept).what(what);
    let mut forms: Forms<fn(&str) -> String> = Forms::right(|text| text.replace(['"', '\\'], ""));
    forms.wrong(
        fault("quotes and backslashes were not removed"),
        str::to_owned,
    );
    forms.wrong(fault("the backslashes were not removed"), |text| {
        text.replace('"', "")
    });
    forms.wrong(fault("the quotes were not removed"), |text| {
        text.replace('\\', "")
    });
    forms
}

/// What stands in and between the pairs.
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
    forms.wrong(Fault::new(TrailingAmpersand), joint(Some("="), "&", "&"));
    forms.wrong(Fault::new(NamesLeftOut), joint(None, "&", ""));
    forms.wrong(Fault::new(NamesLeftOut).what("only the values were signed, with nothing between"), joint(None, "", ""));
    forms.rare(Fault::new(Separator).what("nothing stands between the pairs").instead("put `&` between the pairs"), joint(Some("="), "", ""));
    forms.rare(Fault::new(Separator).what("nothing stands between names and values and pairs").instead("write name=value&name=value"), joint(Some(""), "", ""));
    for between in [",", "|", "\n", ";", "&amp;", "\r\n", "&&", " ", "+"] {
        let fault = Fault::new(Separator).what(format!("`{}` stands between the pairs", between.escape_debug())).instead("put `&` between the pairs");
        forms.rare(fault, joint(Some("="), between, ""));
    }
    for equals in [":", "", "=>"] {
        let fault = Fault::new(Separator).what(format!("`{equals}` stands between name and value")).instead("put `=` between them");
        forms.rare(fault, joint(Some(equals), "&", ""));
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
    const COMMON_NAMES: [&str; 5] = ["key=", "&", "&secret=", "&signKey=", "&sign_key="];
    let mut forms = Forms::right(Tail::Behind("&key="));
    forms.wrong(Fault::new(SignForKey), Tail::Behind("&sign="));
    forms.wrong(Fault::new(KeyMissing).what("the key was not appended to the string").instead("append `&key=` and the key, whatever the algorithm"), Tail::Absent);
    forms.wrong(Fault::new(KeyMissing).what("`&key=` was appended without the key").instead("append the key behind it"), Tail::Empty);
    forms.wrong(Fault::new(KeyName).what("the key was appended without `&key=`"), Tail::Behind(""));
    for name in COMMON_NAMES.into_iter().chain(["&appSecret=", "&app_secret=", "&appKey=", "&app_key=", "&secretKey=", "&secret_key=", "&apiKey=", "&api_key=", "&keys=", "&keyValue=", "&token=", "&md5key=", "&md5Key=", "&privateKey=", "&signkey=", "&key:", "&key", "?key=", ",key=", "\n", "\nkey=", "&amp;key="]) {
        let cost = if COMMON_NAMES.contains(&name) { COMMON } else { RARE };
        let fault = Fault::new(KeyName).what(format!("`{}` was appended with the key, not `&key=`", name.escape_debug()));
        forms.at_cost(cost, [fault], Tail::Behind(name));
    }
    forms.rare(Fault::new(KeyPosition).what("the key was put in front of the string").instead("append `&key=` and the key at the end"), Tail::InFront(""));
    forms.rare(Fault::new(KeyPosition).what("`key=` was put in front of the string").instead("append `&key=` and the key at the end"), Tail::InFront("key="));
    forms.rare(Fault::new(KeyPosition).what("the key was put in front of the string and behind it").instead("append `&key=` and the key at the end"), Tail::Around);
    forms.rare(Fault::new(KeyPosition).what("`key` was sorted in among the parameters").instead("append `&key=` and the key at the end, after sorting"), Tail::Sorted);
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
    forms.wrong(Fault::new(KeyNotUpperCased), Case::ParamsUpper);
    forms.wrong(Fault::new(KeyNotUpperCased), Case::ParamsAndName);
    forms.wrong(Fault::new(NotUpperCased), Case::None);
    forms.wrong(Fault::new(LowerCased).what("the string was put in lower case").instead("put the whole string in upper case"), Case::Lower);
    forms.wrong(Fault::new(LowerCased).what("the parameters were put in lower case").instead("put the whole string in upper case"), Case::ParamsLower);
    forms.rare(Fault::new(NotUpperCased).what("only the key was put in upper case"), Case::KeyUpper);
    forms.rare(Fault::new(NotUpperCased).what("only the names were put in upper case"), Case::Names);
    forms.rare(Fault::new(NotUpperCased).what("only the values were put in upper case"), Case::Values);
    forms
}

#[derive(Clone, Copy)]
struct Escape {
    value: Spoil,
}

fn escapes() -> Forms<Escape> {
    let mut forms = Forms::right(Escape {
        value: <[u8]>::to_vec,
    });
    let ways: [Spoil; 4] = [
        percent_encoded,
        form_encoded,
        |value| lower_escapes(&percent_encoded(value)),
        |value| lower_escapes(&form_encoded(value)),
    ];
    for value in ways {
        let fault =
            Fault::new(Mistake::UrlEncoded).what("the values were URL-encoded before signing");
        forms.wrong(fault, Escape { value });
    }
    let unquoted: [Spoil; 2] = [
        |value| percent_encoded(&without_quotes(value)),
        |value| form_encoded(&without_quotes(value)),
    ];
    for value in unquoted {
        let fault =
            Fault::new(Mistake::UrlEncoded).what("the values were URL-encoded before signing");
        forms.wrong(fault, Escape { value });
    }
    let gbk_escapes: [Spoil; 2] = [
        |value| percent_encoded(&gbk(value)),
        |value| form_encoded(&gbk(value)),
    ];
    for value in gbk_escapes {
        let faults = [Fault::new(Mistake::UrlEncoded), Fault::new(Mistake::Gbk)];
        forms.wrongs(faults, Escape { value });
    }
    let trimmed = Fault::new(Mistake::ExtraSpace)
        .what("the values were stripped of white space before signing")
        .instead("sign the values as they are sent");
    forms.wrong(
        trimmed,
        Escape {
            value: |value| value.trim_ascii().to_vec(),
        },
    );
    forms
}

fn without_quotes(value: &[u8]) -> Vec<u8> {
    let stays = |byte: &u8| !matches!(byte, b'"' | b'\\');
    value.iter().copied().filter(stays).collect()
}

/// What is done to the key before it becomes the HMAC's.
fn hmac_keys(keyed: Keyed) -> Forms<fn(&str) -> String> {
    let mut forms: Forms<fn(&str) -> String> = Forms::right(str::to_owned);
    if keyed == Keyed::Hmac {
        forms.wrong(Fault::new(Mistake::HmacKeyUpperCased), str::to_uppercase);
        let lower = Fault::new(Mistake::KeyCase).what("the key of the HMAC was put in lower case");
        forms.wrong(lower, str::to_lowercase);
        let empty = Fault::new(Mistake::KeyMissing).what("the key of the HMAC is empty");
        forms.wrong(
            empty.instead("use the sign key as the key of the HMAC too"),
            |_| String::new(),
        );
    }
    forms
}

/// What stands in the message and may have been taken for the key.
fn others(params: &Json) -> Vec<(&str, &str)> {
    let names = ["appId", "mchNo"].into_iter();
    names
        .filter_map(|name| Some((name, params.get(name)?.as_str()?)))
        .collect()
}
