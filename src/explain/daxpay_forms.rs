//! daxpay: the forms of every part of the string to sign.

use super::Mistake;
use super::fault::{ALONE, COMMON, DAILY, Fault, Forms, RARE};
use super::hashes::Keyed;
use super::json_writing::{
    COMPACT, Change, Layout, Order, PYTHON, UNCHANGED, ascii, hutool, java_text, joined, laid_out,
    plain, python_text,
};
use super::texts::{
    Respell, Spoil, base64, form_encoded, form_encoded_lower, gbk, hex, html_escaped,
    percent_encoded, percent_encoded_lower, without_space,
};
use crate::hex;
use crate::json::Json;
use crate::signing::digest::Hash;

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
    /// Only the outer names, not those inside them.
    Top,
}

#[rustfmt::skip]
pub(super) fn orders(is_open: bool) -> Forms<Sorting> {
    use Mistake::ParameterOrder;
    let mut forms = Forms::right(Sorting::Names);
    forms.add(COMMON, ParameterOrder, "the parameters were not sorted", Sorting::None);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted without regard to case", Sorting::IgnoringCase);
    forms.add(COMMON, ParameterOrder, "the parameters were sorted backwards", Sorting::Backwards);
    forms.add(COMMON, ParameterOrder, "the pairs `name=value` were sorted, not the names", Sorting::Pairs);
    forms.add(COMMON, ParameterOrder, "the parameters stand in the order of a Java HashMap, not sorted", Sorting::JavaHash);
    forms.add(RARE, ParameterOrder, "the parameters were sorted by their values, not by their names", Sorting::Values);
    forms.add(RARE, ParameterOrder, "the parameters were sorted by the length of their names", Sorting::Lengths);
    if is_open {
        forms.add(COMMON, ParameterOrder, "the members were sorted, but not what is inside them; flatten first, then sort all names", Sorting::Top);
    }
    forms
}

/// How values become text.
#[derive(Clone, Copy)]
pub(super) struct Value {
    number: fn(&str) -> String,
    boolean: [&'static str; 2],
    nested: fn(&Json) -> String,
    nested_number: fn(&str) -> String,
    nulls_kept: bool,
    order: Order<'static>,
}

impl Value {
    /// With nested data written like this, in the order received and with its nulls.
    pub(super) fn with_nested(self, nested: fn(&Json) -> String) -> Value {
        Value {
            nested,
            nested_number: str::to_owned,
            nulls_kept: true,
            order: Order::Received,
            ..self
        }
    }
}

pub(super) fn text(value: &Json, how: Value) -> String {
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
            (how.nested)(&with_numbers(&tidy.of(nested), how.nested_number))
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

pub(super) fn with_numbers(value: &Json, number: fn(&str) -> String) -> Json {
    match value {
        Json::Number(text) => Json::Number(number(text)),
        Json::Array(elements) => {
            let elements = elements.iter().map(|element| with_numbers(element, number));
            Json::Array(elements.collect())
        }
        Json::Object(members) => {
            let member =
                |(name, value): &(String, Json)| (name.clone(), with_numbers(value, number));
            Json::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// As Python writes what it read: `1.50` as `1.5`, but `1.0` as it is.
pub(super) fn python_float(number: &str) -> String {
    let short = plain(number);
    match number.contains('.') && !short.contains('.') {
        true => short + ".0",
        false => short,
    }
}

fn stripped(value: &Json) -> String {
    hutool(&with_numbers(value, plain))
}

pub(super) fn compact(value: &Json) -> String {
    laid_out(value, &COMPACT)
}

pub(super) fn pretty(value: &Json) -> String {
    const PRETTY: Layout = Layout::indented("  ", "");
    laid_out(value, &PRETTY)
}

fn pretty_4(value: &Json) -> String {
    const PRETTY: Layout = Layout::indented("    ", "");
    laid_out(value, &PRETTY)
}

pub(super) fn spaced(value: &Json) -> String {
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
pub(super) fn values(is_nested: bool, is_open: bool) -> Forms<Value> {
    use Mistake::*;
    let right = Value {
        number: plain,
        boolean: ["true", "false"],
        nested: stripped,
        nested_number: str::to_owned,
        nulls_kept: false,
        order: Order::SortedIgnoringCase,
    };
    let received = Value { order: Order::Received, ..right };
    let as_sent = Value { number: str::to_owned, ..right };
    let is_nested = is_nested && !is_open;
    let mut forms = Forms::right(right);
    if is_open {
        // The platform's SDKs disagree about these: a mistake only together with another.
        forms.add_all(0, Vec::new(), as_sent);
    } else {
        forms.add(COMMON, NumberFormat, ZEROS_KEPT, as_sent);
    }
    // The gateway itself does this in its answers: a mistake only together with another.
    if is_nested {
        forms.add_all(0, Vec::new(), received);
        // So does what 0.1 and other writers sign there.
        forms.add_all(0, Vec::new(), Value { nested: compact, ..right });
        forms.add_all(0, Vec::new(), Value { nested: compact, ..received });
        for nested in [stripped, compact] {
            for order in [Order::Received, Order::SortedIgnoringCase] {
                forms.add(COMMON, NumberFormat, ZEROS_KEPT, Value { nested, order, ..as_sent });
            }
        }
    }
    let numbers: [(&str, Respell); 9] = [
        ("numbers were written with 2 digits behind the point", |number| fixed(number, 2)),
        ("decimals were written with 2 digits behind the point", |number| if number.contains('.') { fixed(number, 2) } else { number.to_owned() }),
        ("numbers were written with a digit behind the point (1.0 for 1)", |number| fixed(number, 1)),
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
    if is_nested {
        // As the writers of other languages have it, whatever they do with nulls, numbers and order.
        let writers: [Writer; 9] = [
            (COMMON, "nested data was written with spaces after `:` and `,`, as Python's json.dumps does", spaced),
            (COMMON, "nested data was pretty-printed", pretty),
            (RARE, "nested data was pretty-printed", pretty_4),
            (RARE, "nested data was written with \\uXXXX beyond ASCII, as Python's json.dumps does", |value| ascii(value, &PYTHON)),
            (RARE, "nested data was written with \\uXXXX beyond ASCII, as PHP's json_encode does", |value| ascii(value, &COMPACT)),
            (RARE, "a Java Map's toString was signed for nested data", java_text),
            (RARE, "Python's str was signed for nested data", python_text),
            (ALONE, "nested data was written as name=value pairs, not as JSON", |value| text_of(&joined(value, "=", "&", <[u8]>::to_vec))),
            (ALONE, "base64 of nested data was signed", |value| text_of(&base64(compact(value).as_bytes()))),
        ];
        for nulls_kept in [true, false] {
            for order in [Order::SortedIgnoringCase, Order::Received] {
                let base = Value { nulls_kept, order, ..right };
                if nulls_kept {
                    for nested in [compact, stripped] {
                        forms.add(COMMON, NestedFormat, "null members of nested data were signed", Value { nested, ..base });
                    }
                }
                for (cost, words, nested) in writers {
                    let numbers: [Respell; 3] = [str::to_owned, python_float, plain];
                    for (at, nested_number) in numbers.into_iter().enumerate() {
                        let cost = if nulls_kept || at > 0 { cost.max(RARE) } else { cost };
                        forms.add(cost, NestedFormat, words, Value { nested, nested_number, ..base });
                    }
                }
            }
        }
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

/// What another way to write nested data costs, what it is called, and the way.
type Writer = (u8, &'static str, fn(&Json) -> String);

const ZEROS_KEPT: &str = "numbers kept the zeros at their end";

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn quotes(is_open: bool) -> Forms<fn(&str) -> String> {
    use Mistake::QuotesKept;
    let removed: fn(&str) -> String = |text| text.replace(['"', '\\'], "");
    if is_open {
        let mut forms: Forms<fn(&str) -> String> = Forms::right(str::to_owned);
        forms.add(
            COMMON,
            QuotesKept,
            "quotes and backslashes were removed, as edition 3 does; sign the values as they are",
            removed,
        );
        return forms;
    }
    let mut forms: Forms<fn(&str) -> String> = Forms::right(removed);
    forms.add(
        COMMON,
        QuotesKept,
        "quotes and backslashes were not removed",
        str::to_owned,
    );
    forms.add(
        COMMON,
        QuotesKept,
        "the backslashes were not removed",
        |text| text.replace('"', ""),
    );
    forms.add(COMMON, QuotesKept, "the quotes were not removed", |text| {
        text.replace('\\', "")
    });
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
    forms.add(COMMON, Separator, "nothing stands between names and values and pairs; write name=value&name=value", joint(Some(""), "", ""));
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
pub(super) fn tails(is_open: bool) -> Forms<Tail> {
    use Mistake::*;
    if is_open {
        return Forms::right(Tail::Absent);
    }
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
pub(super) fn cases(is_edition_2: bool, is_open: bool) -> Forms<Case> {
    use Mistake::*;
    if is_open {
        let mut forms = Forms::right(Case::None);
        forms.add(COMMON, Edition3, "the string was put in upper case, as edition 3 does", Case::Upper);
        forms.add(COMMON, LowerCased, "", Case::Lower);
        return forms;
    }
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

const ENCODED: &str = "the values were URL-encoded before signing";

/// What is done to each name.
pub(super) fn name_escapes(is_open: bool) -> Forms<Spoil> {
    let mut forms: Forms<Spoil> = Forms::right(<[u8]>::to_vec);
    if is_open {
        // Brackets: whoever encodes names encodes values as well.
        let words = "the names were URL-encoded before signing";
        forms.add(DAILY, Mistake::UrlEncoded, words, percent_encoded);
        forms.add(DAILY, Mistake::UrlEncoded, words, percent_encoded_lower);
    }
    forms
}

/// What is done to each value.
#[rustfmt::skip]
pub(super) fn escapes() -> Forms<Spoil> {
    use Mistake::*;
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
    if keyed == Keyed::HmacTwice {
        forms.add(COMMON, HmacKeyUpperCased, "", str::to_uppercase);
        forms.add(COMMON, KeyCase, "the key of the HMAC was put in lower case", str::to_lowercase);
        const SPACE: &str = "the key of the HMAC carries white space or a line break, the key in the string does not; strip the key when it is read";
        const OTHER: &str = "the key of the HMAC was decoded or encoded before use; use the key's characters as they are";
        let others: [(Mistake, &str, Respell); 13] = [
            (KeyWhitespace, SPACE, |key| format!("{key}\n")),
            (KeyWhitespace, SPACE, |key| format!("{key}\r\n")),
            (KeyWhitespace, SPACE, |key| format!("{key} ")),
            (KeyWhitespace, SPACE, |key| format!(" {key}")),
            (KeyWhitespace, SPACE, |key| format!("\u{feff}{key}")),
            (KeyWhitespace, SPACE, |key| format!("{key}\t")),
            (KeyWhitespace, SPACE, |key| key.trim().to_owned()),
            (KeyEncoded, OTHER, |key| String::from_utf8_lossy(&base64(key.as_bytes())).into_owned()),
            (KeyEncoded, OTHER, |key| hex::lower(key.as_bytes())),
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
