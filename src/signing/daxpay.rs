//! daxpay: the top-level parameters in byte order of their names, joined, without quotes and
//! backslashes, with the key appended, in upper case; of that, a digest in lower-case hex.

use std::fmt;

use super::decimal::{plain, without_zeros};
use super::digest::HmacSha256;
use super::{digest, same};
use crate::hex;
use crate::json::{Json, Lent};
use crate::secret::{Secret, Wiped};

/// What is computed over the string to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// HMAC-SHA256 with the sign key as given.
    #[default]
    HmacSha256,
    /// MD5.
    Md5,
    /// SM3. A gateway build of 2025 computes MD5 where it is set to SM3; against such a gateway use MD5.
    Sm3,
}

impl Algorithm {
    /// The platform's name of the algorithm.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::HmacSha256 => "HMAC_SHA256",
            Algorithm::Md5 => "MD5",
            Algorithm::Sm3 => "SM3",
        }
    }
}

/// The order of the names inside nested objects. The gateway signs a map sorted, but an object
/// in the order of its declaration, which is the order it sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nested {
    Sorted,
    AsReceived,
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    /// As a plain decimal.
    Plain,
    /// Without zeros at its end, but with its exponent.
    WithoutZeros,
    /// As it was sent.
    AsSent,
}

/// What the rule leaves open, or left open once.
#[derive(Clone, Copy)]
struct Form {
    nested: Nested,
    number: Number,
    nested_number: Number,
    /// Whether texts inside objects and lists have the escapes of the gateway's JSON writer.
    escapes: bool,
    /// Whether empty lists at the top are signed: the platform's SDK leaves them out.
    empty_lists: bool,
}

impl Form {
    /// What is signed.
    const SIGNED: Form = Form {
        nested: Nested::Sorted,
        number: Number::Plain,
        nested_number: Number::Plain,
        escapes: true,
        empty_lists: true,
    };
}

/// Writes the parameters, without quotes and backslashes. ASCII is put in upper case on the way, if
/// that is wanted; the rest of Unicode only where there is any.
struct Writer {
    string: Wiped,
    form: Form,
    upper: bool,
    beyond_ascii: bool,
}

impl Writer {
    fn new(form: Form, upper: bool) -> Writer {
        Writer {
            string: Wiped::default(),
            form,
            upper,
            beyond_ascii: false,
        }
    }

    fn params(mut self, params: &Json) -> Wiped {
        let members = params.members().iter();
        self.members(members.map(|(name, value)| (name.as_str(), Lent::Value(value))))
    }

    /// The string of these members up to and without `&key=…`.
    fn members<'a>(&mut self, members: impl Iterator<Item = (&'a str, Lent<'a>)>) -> Wiped {
        let is_signed = |(name, value): &(&str, Lent<'_>)| match value {
            Lent::Text(_) => *name != "sign",
            Lent::Value(Json::Null) => false,
            Lent::Value(Json::Array(elements)) if elements.is_empty() => {
                *name != "sign" && self.form.empty_lists
            }
            Lent::Value(_) => *name != "sign",
        };
        let mut members: Vec<(&str, Lent<'_>)> = members.filter(is_signed).collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        let length = |(name, value): &(&str, Lent<'_>)| {
            let value = match value {
                Lent::Text(text) => text.len(),
                Lent::Value(value) => value.as_str().map_or(40, str::len),
            };
            name.len() + value + 2
        };
        self.string.reserve(members.iter().map(length).sum());
        for (index, (name, value)) in members.into_iter().enumerate() {
            if index > 0 {
                self.string.push(b'&');
            }
            self.text(name);
            self.string.push(b'=');
            match value {
                Lent::Text(text) => self.text(text),
                Lent::Value(Json::String(text)) => self.text(text),
                Lent::Value(Json::Number(number)) => self.number(self.form.number, number),
                Lent::Value(other) => self.nested(other),
            }
        }
        self.finish()
    }

    fn nested(&mut self, value: &Json) {
        match value {
            Json::Null => self.text("null"),
            Json::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Json::Number(number) => self.number(self.form.nested_number, number),
            Json::String(text) => self.json_text(text),
            Json::Array(elements) => {
                self.string.push(b'[');
                let present = elements.iter().filter(|element| **element != Json::Null);
                for (index, element) in present.enumerate() {
                    if index > 0 {
                        self.string.push(b',');
                    }
                    self.nested(element);
                }
                self.string.push(b']');
            }
            Json::Object(members) => {
                let present = members.iter().filter(|(_, value)| *value != Json::Null);
                let mut members: Vec<&(String, Json)> = present.collect();
                if self.form.nested == Nested::Sorted && !is_sorted(&members) {
                    members.sort_by(|(a, _), (b, _)| without_case(a, b));
                }
                self.string.push(b'{');
                for (index, (name, value)) in members.into_iter().enumerate() {
                    if index > 0 {
                        self.string.push(b',');
                    }
                    self.json_text(name);
                    self.string.push(b':');
                    self.nested(value);
                }
                self.string.push(b'}');
            }
        }
    }

    fn number(&mut self, form: Number, number: &str) {
        match form {
            Number::Plain => self.text(&plain(number)),
            Number::WithoutZeros => self.text(without_zeros(number)),
            Number::AsSent => self.text(number),
        }
    }

    /// A text as it is, but for quotes, backslashes and case; eight bytes are looked at in one step.
    fn text(&mut self, text: &str) {
        let start = self.string.len();
        let upper = self.upper;
        let (mut seen, mut removed) = (0, 0);
        let mut chunks = self.string.extend(text.as_bytes()).chunks_exact_mut(8);
        for chunk in &mut chunks {
            let word = (&*chunk).try_into().map_or(0, u64::from_le_bytes);
            seen |= word;
            removed |= has(word, b'"') | has(word, b'\\');
            if upper {
                chunk.copy_from_slice(&upper_case(word).to_le_bytes());
            }
        }
        for byte in chunks.into_remainder() {
            seen |= u64::from(*byte);
            removed |= u64::from(!is_kept(*byte));
            if upper {
                byte.make_ascii_uppercase();
            }
        }
        self.beyond_ascii |= seen & HIGH != 0;
        if removed != 0 {
            self.string.retain_from(start, is_kept);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.string.push(match self.upper {
            true => byte.to_ascii_uppercase(),
            false => byte,
        });
    }

    /// A text inside an object or a list: as JSON has it, with the backslashes gone.
    fn json_text(&mut self, text: &str) {
        if !text.bytes().any(|byte| !(0x20..0x80).contains(&byte)) {
            return self.text(text);
        }
        for c in text.chars() {
            match c {
                '\u{8}' => self.byte(b'b'),
                '\t' => self.byte(b't'),
                '\n' => self.byte(b'n'),
                '\u{c}' => self.byte(b'f'),
                '\r' => self.byte(b'r'),
                '\0'..='\u{1f}' => self.escape(c),
                _ if self.form.escapes && is_escaped(c) => self.escape(c),
                _ => self.text(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn escape(&mut self, c: char) {
        self.text(&format!("u{:04x}", u32::from(c)));
    }

    fn finish(&mut self) -> Wiped {
        let string = std::mem::take(&mut self.string);
        if !self.upper || !self.beyond_ascii {
            return string;
        }
        match std::str::from_utf8(&string) {
            Ok(text) => Wiped::from(text.to_uppercase()),
            Err(_) => string,
        }
    }
}

/// The lowest and the highest bit of each of eight bytes.
const LOW: u64 = u64::MAX / 255;
const HIGH: u64 = LOW << 7;

fn is_kept(byte: u8) -> bool {
    byte != b'"' && byte != b'\\'
}

/// Not zero when one of eight bytes is this one.
fn has(word: u64, byte: u8) -> u64 {
    let zero_there = word ^ (LOW * u64::from(byte));
    zero_there.wrapping_sub(LOW) & !zero_there & HIGH
}

/// Eight bytes in ASCII's upper case.
fn upper_case(word: u64) -> u64 {
    let seven_bits = word & !HIGH;
    let from_a = seven_bits + LOW * u64::from(0x80 - b'a');
    let behind_z = seven_bits + LOW * u64::from(0x7f - b'z');
    let is_lower = !word & (from_a ^ behind_z) & HIGH;
    word ^ (is_lower >> 2)
}

/// What the JSON writer of the gateway (hutool's) escapes beside what JSON asks for.
fn is_escaped(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{a0}' | '\u{2000}'..='\u{2010}' | '\u{2028}'..='\u{202f}' | '\u{2066}'..='\u{206f}')
}

fn without_case(a: &str, b: &str) -> std::cmp::Ordering {
    if a.is_ascii() && b.is_ascii() {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        return a.bytes().map(lower).cmp(b.bytes().map(lower));
    }
    a.to_lowercase().cmp(&b.to_lowercase())
}

fn is_sorted(members: &[&(String, Json)]) -> bool {
    let in_order = |pair: &[&(String, Json)]| without_case(&pair[0].0, &pair[1].0).is_le();
    members.windows(2).all(in_order)
}

/// The string to sign up to and without `&key=…`, not yet in upper case.
pub(crate) fn canonical(params: &Json, nested: Nested) -> String {
    let form = Form {
        nested,
        ..Form::SIGNED
    };
    let string = Writer::new(form, false).params(params);
    String::from_utf8_lossy(&string).into_owned()
}

/// The string of edition 2 up to and without `&key=…`: not put in upper case, its numbers as they are sent.
pub(crate) fn edition_2(params: &Json) -> String {
    let form = Form {
        number: Number::AsSent,
        nested_number: Number::AsSent,
        empty_lists: false,
        ..Form::SIGNED
    };
    String::from_utf8_lossy(&Writer::new(form, false).params(params)).into_owned()
}

/// Whether a signature is edition 2's, by either of its algorithms: to name it, where somebody used it.
pub(crate) fn is_of_edition_2(sign_key: &str, params: &Json, signature: &str) -> bool {
    let signature = signature.to_ascii_lowercase();
    let tail = Wiped::from(format!("&key={sign_key}"));
    // Old gateways differ in the zeros of numbers.
    for string in [edition_2(params), canonical(params, Nested::Sorted)] {
        let string = [string.as_bytes(), &tail];
        for algorithm in [Algorithm::HmacSha256, Algorithm::Md5] {
            let theirs = digest_of(algorithm, &string, sign_key);
            if same(theirs.as_bytes(), signature.as_bytes()) {
                return true;
            }
        }
    }
    false
}

/// The digest step: lower-case hex over a finished string.
fn digest_of(algorithm: Algorithm, string: &[&[u8]], sign_key: &str) -> String {
    match algorithm {
        Algorithm::HmacSha256 => hex::lower(&HmacSha256::new(sign_key.as_bytes()).of(string)),
        Algorithm::Md5 => hex::lower(&digest::md5(string)),
        Algorithm::Sm3 => hex::lower(&digest::sm3(string)),
    }
}

/// A sign key with its algorithm, made ready to sign with.
#[derive(Clone)]
pub struct Key {
    algorithm: Algorithm,
    sign_key: Secret,
    /// `&key=` and the key, in upper case.
    tail: Secret,
    hmac: HmacSha256,
}

impl Key {
    /// Makes a `sign_key` ready.
    pub fn new(algorithm: Algorithm, sign_key: &str) -> Key {
        let tail = Secret::from(format!("&key={sign_key}"));
        Key {
            algorithm,
            sign_key: Secret::from(sign_key),
            tail: Secret::from(tail.expose().to_uppercase()),
            hmac: HmacSha256::new(sign_key.as_bytes()),
        }
    }

    /// What is computed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key itself.
    pub(crate) fn expose(&self) -> &str {
        self.sign_key.expose()
    }

    /// The signature over the members of the object `params`; a member `sign` is left out.
    pub fn sign(&self, params: &Json) -> String {
        self.sign_in(Form::SIGNED, params)
    }

    /// Whether `signature` is the one of `params`. Upper- and lower-case hex are the same, and what the
    /// rule leaves open may be either way: the order of nested names, how nested numbers and texts are
    /// written, and empty lists, which the platform's SDK leaves out.
    pub fn verify(&self, params: &Json, signature: &str) -> bool {
        let signature = signature.to_ascii_lowercase();
        forms(params).any(|form| same(self.sign_in(form, params).as_bytes(), signature.as_bytes()))
    }

    /// As [`Key::sign`], of members that are lent.
    pub(crate) fn sign_members(&self, members: &[(&str, Lent<'_>)]) -> String {
        self.finish(&Writer::new(Form::SIGNED, true).members(members.iter().copied()))
    }

    fn sign_in(&self, form: Form, params: &Json) -> String {
        self.finish(&Writer::new(form, true).params(params))
    }

    fn finish(&self, string: &[u8]) -> String {
        let parts: [&[u8]; 2] = [string, self.tail.expose().as_bytes()];
        match self.algorithm {
            Algorithm::HmacSha256 => hex::lower(&self.hmac.of(&parts)),
            Algorithm::Md5 => hex::lower(&digest::md5(&parts)),
            Algorithm::Sm3 => hex::lower(&digest::sm3(&parts)),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.algorithm.name())
    }
}

/// The signature over the members of the object `params`; a member `sign` is left out.
pub fn sign(algorithm: Algorithm, sign_key: &str, params: &Json) -> String {
    Key::new(algorithm, sign_key).sign(params)
}

/// As [`Key::verify`].
pub fn verify(algorithm: Algorithm, sign_key: &str, params: &Json, signature: &str) -> bool {
    Key::new(algorithm, sign_key).verify(params, signature)
}

/// What is in a message that may be written in more than one way.
#[derive(Default)]
struct Choices {
    order: bool,
    numbers: bool,
    escapes: bool,
    empty_lists: bool,
}

impl Choices {
    fn look(&mut self, value: &Json, is_top: bool) {
        match value {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => self.numbers |= plain(number) != *number,
            Json::String(text) => self.escapes |= !is_top && has_escapes(text),
            Json::Array(elements) => {
                self.empty_lists |= is_top && elements.is_empty();
                elements
                    .iter()
                    .for_each(|element| self.look(element, false));
            }
            Json::Object(members) => {
                let names: Vec<_> = members.iter().collect();
                self.order |= !is_sorted(&names);
                for (name, value) in members {
                    self.escapes |= has_escapes(name);
                    self.look(value, false);
                }
            }
        }
    }
}

fn has_escapes(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_escaped)
}

/// All forms in which this message may have been signed, the likeliest first.
fn forms(params: &Json) -> impl Iterator<Item = Form> {
    let mut choices = Choices::default();
    for (_, value) in params.members() {
        choices.look(value, true);
    }
    let orders: &[Nested] = match choices.order {
        true => &[Nested::Sorted, Nested::AsReceived],
        false => &[Nested::Sorted],
    };
    let numbers: &[(Number, Number)] = match choices.numbers {
        true => &[
            (Number::Plain, Number::Plain),
            (Number::Plain, Number::AsSent),
            (Number::WithoutZeros, Number::WithoutZeros),
            (Number::WithoutZeros, Number::AsSent),
        ],
        false => &[(Number::Plain, Number::Plain)],
    };
    let either = |matters: bool| -> &'static [bool] {
        match matters {
            true => &[true, false],
            false => &[true],
        }
    };
    let (escapes, empty_lists) = (either(choices.escapes), either(choices.empty_lists));
    empty_lists.iter().flat_map(move |empty_lists| {
        escapes.iter().flat_map(move |escapes| {
            numbers.iter().flat_map(move |(number, nested_number)| {
                orders.iter().map(move |nested| Form {
                    nested: *nested,
                    number: *number,
                    nested_number: *nested_number,
                    escapes: *escapes,
                    empty_lists: *empty_lists,
                })
            })
        })
    })
}

/// The same with every number as a plain decimal: the rule does not say whether numbers inside an
/// object lose their zeros too, so the best is to have none there.
pub(crate) fn with_plain_numbers(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::Number(plain(number).into_owned()),
        Json::Array(elements) => Json::Array(elements.iter().map(with_plain_numbers).collect()),
        Json::Object(members) => {
            let plain = |(name, value): &(String, Json)| (name.clone(), with_plain_numbers(value));
            Json::Object(members.iter().map(plain).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_may_be_signed_or_left_out() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let (with, without) = (json(r#"{"a":"1","b":[]}"#), json(r#"{"a":"1"}"#));
        for signed in [&with, &without] {
            let signature = sign(Algorithm::Md5, "key", signed);
            assert!(verify(Algorithm::Md5, "key", &with, &signature));
        }
        let signature = sign(Algorithm::Md5, "key", &with);
        assert!(!verify(Algorithm::Md5, "key", &without, &signature));
    }

    /// The digests that the platform's page publishes. Their strings end in `&sign=`, which no
    /// request has, so they test the digest step only.
    #[test]
    fn published_digests_agree() {
        let file = include_bytes!("../../tests/vectors/daxpay.json");
        let file = Json::parse(file).expect("a vector file is JSON");
        let Some(Json::Array(rows)) = file.get("published_digests") else {
            panic!("there are published digests");
        };
        assert_eq!(rows.len(), 2);
        for row in rows {
            let text = |name| row.get(name).and_then(Json::as_str).expect("a text");
            let (string, key) = (text("string"), text("hmac_key"));
            let digest = |algorithm| digest_of(algorithm, &[string.as_bytes()], key);
            assert_eq!(digest(Algorithm::Md5), text("md5"));
            assert_eq!(digest(Algorithm::HmacSha256), text("hmac_sha256"));
        }
    }
}
