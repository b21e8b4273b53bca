//! redemption: which headers, spelled and joined how, which body, and RSA or MD5.

use zeroize::Zeroizing;

use super::bodies::{bodies, permutations, sorted};
use super::hashes::{Algorithm, Keyed};
use super::reading::{Target, Wanted, clues, opened, targets};
use super::texts::{keys, percent_encoded};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, Outcome, RARE, Signed, Texts,
    masked, search, shown,
};
use crate::json::Json;
use crate::signing::digest::{Hash, hex_upper};
use crate::signing::redemption::{SIGNED_HEADERS, Signer, Verifier, string_to_sign};
use crate::signing::rsa::PublicKey;
use crate::signing::same;

/// The order of the names in the platform's documents.
const DOCUMENTED: [&str; 6] = [
    "merchantId",
    "businessId",
    "serialNo",
    "userId",
    "callbackUrl",
    "thirdAccount",
];

/// The path of the one signed endpoint, for those who sign it too.
const PATH: &str = "/v1/openapi/auth/alipay/url";

/// Whose signature is checked, and with what.
enum Check<'a> {
    Rsa(PublicKey),
    Md5(&'a str),
}

/// What is signed for redemption, and what is wrong with `theirs`.
///
/// For a request of ours, give the `signer`; for a callback, the `verifier`, and the signer may come
/// along: a callback that was signed with our own key is then recognised. `header` gives the value
/// of a header by its documented name, as it is or was sent.
pub fn redemption<'a>(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
    theirs: Option<&str>,
) -> Explanation {
    let sent = SIGNED_HEADERS.map(|name| (name, header(name)));
    explain(signer, verifier, &sent, body, theirs)
}

/// A header's name and value.
type Sent<'a> = (&'static str, Option<&'a str>);

fn explain(
    signer: Option<&Signer>,
    verifier: Option<&Verifier>,
    sent: &[Sent],
    body: &[u8],
    theirs: Option<&str>,
) -> Explanation {
    let string = string_to_sign(|name| value(sent, name), body);
    let (check, signature) = match (verifier, signer) {
        (Some(Verifier::Rsa(key)), _) => (Some(Check::Rsa(key.clone())), None),
        (Some(Verifier::Md5(secret)), _) => {
            let secret = secret.expose();
            let whole = Zeroizing::new([&string, secret.as_bytes()].concat());
            let right = hex_upper(&Hash::Md5.digest(&whole));
            (Some(Check::Md5(secret)), Some(right))
        }
        (None, Some(signer)) => {
            let check = match signer {
                Signer::Rsa(key) => Check::Rsa(key.public_key()),
                Signer::Md5(secret) => Check::Md5(secret.expose()),
            };
            (Some(check), signer.sign_at_hand(&string))
        }
        (None, None) => (None, None),
    };
    let (algorithm, secret) = match check {
        Some(Check::Md5(secret)) => (
            "MD5 of the string and the secret behind it, upper-case hex",
            secret,
        ),
        _ => ("SHA256-RSA, base64", ""),
    };
    let facts = Facts {
        algorithm: algorithm.to_owned(),
        string_to_sign: shown(&string) + masked(secret),
        signature,
        secrets: vec![secret],
    };
    let (Some(theirs), Some(check)) = (theirs, check) else {
        return facts.unchecked();
    };
    let is_right = match &check {
        Check::Rsa(key) => key.verify(&string, theirs),
        Check::Md5(_) => facts
            .signature
            .as_deref()
            .is_some_and(|right| same(right.as_bytes(), theirs.to_ascii_uppercase().as_bytes())),
    };
    if is_right {
        let is_lower =
            matches!(check, Check::Md5(_)) && theirs.bytes().any(|byte| byte.is_ascii_lowercase());
        let remark = "the platform's rule is upper-case hex: send it in upper case";
        return facts.right(is_lower.then_some(remark));
    }

    let search = Search { sent, body, secret };
    match check {
        Check::Md5(_) => {
            let targets = targets(theirs, Wanted::HexUpper);
            let right = Algorithm {
                hash: Hash::Md5,
                keyed: Keyed::KeyLast,
            };
            let outcome = search.run(right, &targets);
            let mut clues = clues(theirs, Wanted::HexUpper, Hash::Md5.length());
            if targets.iter().any(|target| target.length() >= Some(128)) {
                clues = "the signature is as long as one of RSA, but MD5 with a secret is set up here; ".to_owned();
            }
            facts.wrong(outcome, &clues, LIKELY)
        }
        Check::Rsa(key) => {
            let own = signer.and_then(|signer| match signer {
                Signer::Rsa(own) if verifier.is_some() => Some(own.public_key()),
                _ => None,
            });
            let (outcome, clues, likely) = search.rsa(&key, own.as_ref(), theirs);
            facts.wrong(outcome, &clues, likely)
        }
    }
}

/// Another spelling of a name.
type Spell = fn(&str) -> String;

fn value<'a>(sent: &[Sent<'a>], name: &str) -> Option<&'a str> {
    let (_, value) = sent.iter().find(|(known, _)| *known == name)?;
    *value
}

struct Search<'a> {
    sent: &'a [Sent<'a>],
    body: &'a [u8],
    secret: &'a str,
}

impl Search<'_> {
    fn rsa(
        &self,
        key: &PublicKey,
        own: Option<&PublicKey>,
        theirs: &str,
    ) -> (Outcome, String, &'static str) {
        let written = targets(theirs, Wanted::Base64);
        let ours = opened(&written, key);
        let is_ours_opened = !ours.is_empty();
        let right = Algorithm {
            hash: Hash::Sha256,
            keyed: Keyed::Rsa,
        };
        let mut outcome = self.run(right, &ours);
        if let (Outcome::Nothing, Some(own)) = (&outcome, own) {
            outcome = self.run(right, &opened(&written, own));
            if let Outcome::Found(faults) = &mut outcome {
                let words = "the merchant's own key was used, not the platform's; a callback is signed with the platform's private key";
                faults.insert(0, Fault::new(Mistake::KeyOther, words));
            }
        }
        if matches!(outcome, Outcome::Nothing) && !is_ours_opened {
            outcome = self.run(right, &written);
        }
        let size = key.size();
        let lengths: Vec<usize> = written.iter().filter_map(Target::length).collect();
        let other_size = lengths
            .iter()
            .find(|length| [64, 128, 192, 256, 384, 512, 1024].contains(length));
        let (clues, likely) = if is_ours_opened {
            let clues =
                "the signature was made with the right key, but over another string; ".to_owned();
            (
                clues,
                "compare the string to sign and the headers character by character with what was signed there",
            )
        } else if lengths.contains(&size) {
            let clues = "the signature was made with another RSA key than it is checked with (or it is damaged); ".to_owned();
            (
                clues,
                "compare the public keys of both sides; often it is another environment's or the wrong side's",
            )
        } else if let Some(other) = other_size {
            let (theirs, ours) = (other * 8, size * 8);
            let clues = format!(
                "the signature has {theirs} bits and was made with another key: the key it is checked with has {ours} bits; "
            );
            (clues, "compare the public keys of both sides")
        } else {
            (clues(theirs, Wanted::Base64, size), LIKELY)
        };
        (outcome, clues, likely)
    }

    fn run(&self, right: Algorithm, targets: &[Target]) -> Outcome {
        if targets.is_empty() {
            return Outcome::Nothing;
        }
        let heads = self.heads();
        let joints = self.joints();
        let bodies = bodies(self.body, &DOCUMENTED);
        let before_key = before_key(right);
        let keys = if right.keyed == Keyed::Rsa {
            Forms::right(Vec::new())
        } else {
            let id = value(self.sent, "businessId").unwrap_or("");
            keys(self.secret.as_bytes(), &[("businessId", id)])
        };
        search(
            right,
            &keys,
            &[
                &before_key.dimension,
                &joints.dimension,
                &bodies.dimension,
                &heads.dimension,
            ],
            targets,
            1,
            &|key, spoil, picks| {
                let &[before, joint, body, head] = picks else {
                    return None;
                };
                let message = joints.values[joint].join(&heads.values[head], &bodies.values[body]);
                let mut message = Zeroizing::new(spoil(&message));
                message.extend_from_slice(before_key.values[before].as_bytes());
                let key = Zeroizing::new(key.to_vec());
                Some(Signed { message, key })
            },
        )
    }

    /// The headers as they may have been signed.
    #[rustfmt::skip]
    fn heads(&self) -> Texts {
        use Mistake::*;
        let mut present = Pairs::default();
        for (name, value) in self.sent {
            let value = value.unwrap_or("");
            if !value.is_empty() {
                present.push(name, value);
            }
        }
        let mut forms = Forms::right(present.joined("=", "&"));
        let is_typed = present.has("signType");

        // signType: missing, extra, or another value.
        if is_typed {
            forms.text(COMMON, SignTypeMissing, "", present.without("signType").joined("=", "&"));
        }
        for (at, value) in ["SHA256-RSA", "MD5", "RSA", "RSA2", "SHA256withRSA", "SHA256WithRSA", "RSA-SHA256", "RSA256", "SHA256", "md5", "sha256-rsa", "RSA_SHA256", "SHA256_RSA", "HMAC-SHA256"].into_iter().enumerate() {
            let (mistake, but) = if is_typed { (SignTypeValue, "another value is sent") } else { (SignTypeExtra, "the header is not sent") };
            let words = format!("`signType={value}` was signed, but {but}");
            forms.text(if at < 4 { COMMON } else { RARE }, mistake, &words, present.with("signType", value));
        }

        // Headers left out, empty ones included, others added.
        for (name, _) in &present.0 {
            if name == "signType" {
                continue;
            }
            let fault = Fault::new(HeaderLeftOut, &format!("`{name}` was not signed"));
            let rest = present.without(name);
            forms.texts(COMMON, vec![fault.clone()], rest.joined("=", "&"));
            let faults = vec![fault, Fault::new(SignTypeMissing, "")];
            forms.texts(2 * COMMON, faults, rest.without("signType").joined("=", "&"));
        }
        for name in SIGNED_HEADERS {
            if !present.has(name) {
                forms.text(COMMON, EmptyIncluded, &format!("`{name}=` was signed though `{name}` is empty or absent"), present.with(name, ""));
                forms.text(RARE, NullIncluded, &format!("`{name}=null` was signed though `{name}` is absent; leave out what is absent"), present.with(name, "null"));
            }
        }
        forms.text(RARE, SignIncluded, "`sign=` was signed among the headers", present.with("sign", ""));
        let body = Json::parse(self.body).unwrap_or(Json::Null);
        let mut extra = Pairs::default();
        for name in ["merchantId", "serialNo", "userId", "callbackUrl"] {
            if let Some(value) = body.get(name) {
                extra.push(name, &value.to_text());
            }
        }
        extra.push("Content-Type", "application/json; charset=utf-8");
        extra.push("Content-Type", "application/json");
        extra.push("version", "1.0");
        extra.push("charset", "utf-8");
        for (name, value) in &extra.0 {
            forms.text(RARE, HeaderExtra, &format!("`{name}` was signed among the headers"), present.with(name, value));
        }

        // The timestamp in another unit.
        let timestamp = value(self.sent, "timestamp").unwrap_or("");
        let seconds = timestamp.get(..timestamp.len().saturating_sub(3)).unwrap_or("");
        if !timestamp.is_empty() {
            if !seconds.is_empty() {
                forms.text(COMMON, TimestampUnit, "the timestamp was signed in seconds, but milliseconds are sent", present.with("timestamp", seconds));
            }
            forms.text(COMMON, TimestampUnit, "the timestamp was signed in whole seconds with zeros behind them, but milliseconds are sent", present.with("timestamp", &format!("{seconds}000")));
            forms.text(COMMON, TimestampUnit, "the timestamp was signed in milliseconds, but seconds are sent", present.with("timestamp", &format!("{timestamp}000")));
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
            forms.text(ALONE, HeaderOrder, "the headers were not sorted", present.picked(&order).joined("=", "&"));
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
        forms.text(RARE, Separator, "the headers were signed as JSON; write name=value, and `&` between the pairs", Json::Object(members).to_json().into_bytes());
        forms.text(RARE, UrlEncoded, "the headers' values were URL-encoded before signing", encoded.joined("=", "&"));
        forms
    }

    #[rustfmt::skip]
    fn joints(&self) -> Forms<Joint> {
        use Mistake::*;
        const FIRST: &str = "the body was signed before the headers; sign the headers, and the body right behind them";
        let joint = |before: &str, order, between| Joint { before: before.as_bytes().to_vec(), order, between };
        let mut forms = Forms::right(joint("", Order::HeadBody, ""));
        forms.add(COMMON, BodyMissing, "", joint("", Order::HeadOnly, ""));
        forms.add(COMMON, HeadersMissing, "", joint("", Order::BodyOnly, ""));
        forms.add(COMMON, BodyFirst, FIRST, joint("", Order::BodyHead, ""));
        for (at, separator) in ["&", "\n", "&body=", "?", "&data=", "|", ",", " ", "\r\n", "&content=", "&bizContent=", "&biz_content=", "&params=", "\n\n", ":", ";", "=", "&json=", "+", "&=", "&payload=", "&requestBody=", "&reqBody=", "body="].into_iter().enumerate() {
            let words = format!("`{}` stands between the headers and the body; put nothing between them", separator.escape_debug());
            let cost = if at < 4 { COMMON } else { RARE };
            forms.add(cost, Separator, &words, joint("", Order::HeadBody, separator));
            let faults = vec![Fault::new(BodyFirst, FIRST), Fault::new(Separator, &words)];
            forms.add_all(ALONE, faults, joint("", Order::BodyHead, separator));
        }
        for (before, after) in [("", ""), ("", "\n"), ("POST", ""), ("POST\n", "\n"), ("POST ", "\n"), ("", "?"), ("", "&")] {
            let before = format!("{before}{PATH}{after}");
            forms.add(RARE, PathIncluded, "", joint(&before, Order::HeadBody, ""));
        }
        for before in ["POST", "POST\n", "POST&"] {
            forms.add(RARE, MethodIncluded, "", joint(before, Order::HeadBody, ""));
        }
        // Headers and members of the body as one sorted list: the commonest rule elsewhere.
        if let Ok(json) = Json::parse(self.body) {
            // Where a name is in both: both, the header, or the member.
            for (both, header) in [(true, true), (false, true), (false, false)] {
                let mut all = Pairs::default();
                for (name, value) in self.sent {
                    if both || header || json.get(name).is_none() {
                        all.push(name, value.unwrap_or(""));
                    }
                }
                for (name, member) in json.members() {
                    if both || !header || value(self.sent, name).is_none() {
                        all.push(name, &member.to_text());
                    }
                }
                all.0.retain(|(_, value)| !value.is_empty());
                let before = all.sorted().joined("=", "&");
                let words = "the headers and the body's members were signed as one sorted list of name=value; sign the four headers, and the raw body right behind them";
                forms.add(COMMON, BodyAsForm, words, Joint { before, order: Order::Neither, between: "" });
            }
        }
        forms
    }
}

/// What stands between the string and the secret.
#[rustfmt::skip]
fn before_key(right: Algorithm) -> Forms<&'static str> {
    let mut forms = Forms::right("");
    if right.keyed == Keyed::Rsa {
        return forms;
    }
    for (at, name) in ["&key=", "&", "&secret=", "key=", "\n", "&sign=", "&secretKey=", "&md5Key=", "&appSecret=", "|", "+", ":", ",", " ", "&md5key=", "&signKey=", "&KEY="].into_iter().enumerate() {
        let words = format!("`{}` stands before the secret; append the secret with nothing before it", name.escape_debug());
        forms.add(if at < 4 { COMMON } else { RARE }, Mistake::KeyName, &words, name);
    }
    forms
}

struct Joint {
    before: Vec<u8>,
    order: Order,
    between: &'static str,
}

enum Order {
    HeadBody,
    BodyHead,
    HeadOnly,
    BodyOnly,
    Neither,
}

impl Joint {
    fn join(&self, head: &[u8], body: &[u8]) -> Vec<u8> {
        let none: &[u8] = &[];
        let (first, second) = match self.order {
            Order::HeadBody => (head, body),
            Order::BodyHead => (body, head),
            Order::HeadOnly => (head, none),
            Order::BodyOnly => (body, none),
            Order::Neither => (none, none),
        };
        [&self.before, first, self.between.as_bytes(), second].concat()
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
