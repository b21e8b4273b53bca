//! redemption: which headers, spelled and joined how, which body, and RSA or MD5.

use zeroize::Zeroizing;

use super::bodies::bodies;
use super::hashes::{Algorithm, Keyed, algorithms};
use super::reading::{Target, Wanted, clues, targets};
use super::texts::{endings, keys};
use super::{
    ALONE, COMMON, Explanation, Facts, Fault, Forms, LIKELY, Mistake, Outcome, RARE, Trial, masked,
    search, shown,
};
use crate::json::Json;
use crate::signing::digest::Hash;
use crate::signing::redemption::{SIGNED_HEADERS, Signer, Verifier, string_to_sign};
use crate::signing::rsa::PublicKey;

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
    let string = string_to_sign(&header, body);
    let (check, signature) = match (verifier, signer) {
        (Some(Verifier::Rsa(key)), _) => (Some(Check::Rsa(key.clone())), None),
        (Some(Verifier::Md5(secret)), _) => {
            let digest = Hash::Md5.digest(&[&string, secret.expose().as_bytes()]);
            (
                Some(Check::Md5(secret.expose())),
                Some(crate::signing::digest::hex_upper(&digest)),
            )
        }
        (None, Some(signer)) => {
            let check = match signer {
                Signer::Rsa(key) => Check::Rsa(key.public_key()),
                Signer::Md5(secret) => Check::Md5(secret.expose()),
            };
            (Some(check), Some(signer.sign(&string)))
        }
        (None, None) => (None, None),
    };
    let secret = match &check {
        Some(Check::Md5(secret)) => *secret,
        _ => "",
    };
    let facts = Facts {
        algorithm: match check {
            Some(Check::Md5(_)) => {
                "MD5 of the string and the secret behind it, upper-case hex".to_owned()
            }
            _ => "SHA256-RSA, base64".to_owned(),
        },
        string_to_sign: shown(&string)
            + if matches!(check, Some(Check::Md5(_))) {
                masked(secret)
            } else {
                ""
            },
        signature,
        secrets: vec![secret],
    };
    let (Some(theirs), Some(check)) = (theirs, check) else {
        return facts.unchecked();
    };
    let is_right = match &check {
        Check::Rsa(key) => key.verify(&string, theirs),
        Check::Md5(_) => facts.signature.as_deref().is_some_and(|right| {
            crate::signing::same(right.as_bytes(), theirs.to_ascii_uppercase().as_bytes())
        }),
    };
    if is_right {
        let is_lower =
            matches!(check, Check::Md5(_)) && theirs.bytes().any(|byte| byte.is_ascii_lowercase());
        let remark = "the platform's rule is upper-case hex: send it in upper case";
        return facts.right(is_lower.then_some(remark));
    }

    let sent: Vec<(&'static str, Option<String>)> = SIGNED_HEADERS
        .iter()
        .map(|name| (*name, header(name).map(str::to_owned)))
        .collect();
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
            if targets
                .iter()
                .filter_map(Target::length)
                .any(|length| length >= 128)
            {
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

struct Search<'a> {
    sent: Vec<(&'static str, Option<String>)>,
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
        let opened: Vec<Target> = written
            .iter()
            .flat_map(|target| target.opened(key))
            .collect();
        let is_ours_opened = !opened.is_empty();
        let right = Algorithm {
            hash: Hash::Sha256,
            keyed: Keyed::Rsa,
        };
        let mut outcome = self.run(right, &opened);
        if let (Outcome::Nothing, Some(own)) = (&outcome, own) {
            let opened: Vec<Target> = written
                .iter()
                .flat_map(|target| target.opened(own))
                .collect();
            outcome = match self.run(right, &opened) {
                Outcome::Found(mut faults) => {
                    let fault = Fault::new(Mistake::KeyOther)
                        .what("the merchant's own key was used, not the platform's");
                    faults.insert(
                        0,
                        fault.instead("a callback is signed with the platform's private key"),
                    );
                    Outcome::Found(faults)
                }
                other => other,
            };
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
        let endings = endings();
        let keys = if right.keyed == Keyed::Rsa {
            Forms::right(Vec::new())
        } else {
            let ids = ["businessId"].map(|name| (name, self.value(name)));
            keys(self.secret.as_bytes(), &ids)
        };
        let before_key = self.before_key(right);
        let algorithms = algorithms(right, targets);
        search(
            &[
                &algorithms,
                &before_key,
                &keys,
                &endings,
                &joints,
                &bodies,
                &heads,
            ],
            targets,
            |picks| {
                let &[algorithm, before_key_at, key, ending, joint, body, head] = picks else {
                    return Trial::Skipped;
                };
                let algorithm = algorithms[algorithm];
                if !algorithm.can_hit(targets) {
                    return Trial::Skipped;
                }
                let message = joints[joint].join(heads[head].as_bytes(), &bodies[body]);
                let mut message = Zeroizing::new(endings[ending](&message));
                message.extend_from_slice(before_key[before_key_at].as_bytes());
                algorithm.attempt(&keys[key], &message, targets)
            },
        )
    }

    fn value(&self, name: &str) -> &str {
        let found = self.sent.iter().find(|(known, _)| *known == name);
        found.and_then(|(_, value)| value.as_deref()).unwrap_or("")
    }

    /// What stands between the string and the secret.
    fn before_key(&self, right: Algorithm) -> Forms<String> {
        let mut forms = Forms::right(String::new());
        if right.keyed == Keyed::Rsa {
            return forms;
        }
        let names = [
            "&key=",
            "&",
            "&secret=",
            "key=",
            "\n",
            "&sign=",
            "&secretKey=",
            "&md5Key=",
            "&appSecret=",
            "|",
            "+",
            ":",
            ",",
            " ",
            "&md5key=",
            "&signKey=",
            "&KEY=",
        ];
        for (at, name) in names.into_iter().enumerate() {
            let fault = Fault::new(Mistake::KeyName)
                .what(format!(
                    "`{}` stands before the secret",
                    name.escape_debug()
                ))
                .instead("append the secret with nothing before it");
            forms.at_cost(if at < 4 { COMMON } else { RARE }, [fault], name.to_owned());
        }
        forms
    }

    /// The headers as they may have been signed.
    #[rustfmt::skip]
    fn heads(&self) -> Forms<String> {
        use Mistake::*;
        let present: Vec<(&str, String)> = self.sent.iter().filter_map(|(name, value)| Some((*name, value.clone().filter(|value| !value.is_empty())?))).collect();
        let join = |pairs: &[(&str, String)]| joined(pairs, "=", "&");
        let mut forms = Forms::right(join(&present));
        let without = |left_out: &str| present.iter().filter(|(name, _)| *name != left_out).cloned().collect::<Vec<_>>();
        let with = |name: &'static str, value: &str| {
            let mut pairs = without(name);
            pairs.push((name, value.to_owned()));
            pairs.sort();
            pairs
        };
        let is_sent = |name: &str| present.iter().any(|(known, _)| *known == name);

        // signType: missing, extra, or another value.
        if is_sent("signType") {
            forms.wrong(Fault::new(SignTypeMissing), join(&without("signType")));
        }
        for value in ["SHA256-RSA", "MD5", "RSA", "RSA2", "SHA256withRSA", "SHA256WithRSA", "RSA-SHA256", "RSA256", "SHA256", "md5", "sha256-rsa", "RSA_SHA256", "SHA256_RSA", "HMAC-SHA256"] {
            let (mistake, what) = if is_sent("signType") {
                (SignTypeValue, format!("`signType={value}` was signed, but another value is sent"))
            } else {
                (SignTypeExtra, format!("`signType={value}` was signed, but the header is not sent"))
            };
            let is_common = matches!(value, "SHA256-RSA" | "MD5" | "RSA" | "RSA2");
            let cost = if is_common { COMMON } else { RARE };
            forms.at_cost(cost, [Fault::new(mistake).what(what)], join(&with("signType", value)));
        }

        // Headers left out, empty ones included, others added.
        for (name, _) in present.iter().filter(|(name, _)| *name != "signType") {
            let pairs = without(name);
            forms.wrong(Fault::new(HeaderLeftOut).what(format!("`{name}` was not signed")), join(&pairs));
            let rest: Vec<_> = pairs.iter().filter(|(name, _)| *name != "signType").cloned().collect();
            forms.at_cost(2 * COMMON, [Fault::new(HeaderLeftOut).what(format!("`{name}` was not signed")), Fault::new(SignTypeMissing)], join(&rest));
        }
        for name in SIGNED_HEADERS.into_iter().filter(|name| !is_sent(name)) {
            forms.wrong(Fault::new(EmptyIncluded).what(format!("`{name}=` was signed though `{name}` is empty or absent")), join(&with(name, "")));
            forms.rare(Fault::new(NullIncluded).what(format!("`{name}=null` was signed though `{name}` is absent")).instead("leave out what is absent"), join(&with(name, "null")));
        }
        forms.rare(Fault::new(SignIncluded).what("`sign=` was signed among the headers"), join(&with("sign", "")));
        let body = Json::parse(self.body).ok();
        let member = |name: &str| body.as_ref().and_then(|json| json.get(name)).map(Json::to_text);
        for name in ["merchantId", "serialNo", "userId", "callbackUrl"] {
            if let Some(value) = member(name) {
                forms.rare(Fault::new(HeaderExtra).what(format!("`{name}` was signed among the headers")), join(&with(name, &value)));
            }
        }
        for (name, value) in [("Content-Type", "application/json; charset=utf-8"), ("Content-Type", "application/json"), ("version", "1.0"), ("charset", "utf-8")] {
            forms.rare(Fault::new(HeaderExtra).what(format!("`{name}` was signed among the headers")), join(&with(name, value)));
        }

        // The timestamp in another unit.
        let timestamp = self.value("timestamp");
        let seconds = timestamp.get(..timestamp.len().saturating_sub(3)).unwrap_or("").to_owned();
        for (what, value) in [
            ("the timestamp was signed in seconds, but milliseconds are sent", seconds.clone()),
            ("the timestamp was signed in whole seconds with zeros behind them, but milliseconds are sent", format!("{seconds}000")),
            ("the timestamp was signed in milliseconds, but seconds are sent", format!("{timestamp}000")),
        ] {
            if !timestamp.is_empty() && !value.is_empty() {
                forms.wrong(Fault::new(TimestampUnit).what(what), join(&with("timestamp", &value)));
            }
        }

        // Names spelled in another way.
        let spellings: [(&str, Spell); 6] = [
            ("in lower case", str::to_lowercase),
            ("in upper case", str::to_uppercase),
            ("with a capital", |name| name[..1].to_uppercase() + &name[1..]),
            ("with underscores", |name| spaced(name, '_')),
            ("with hyphens", |name| spaced(name, '-')),
            ("with capitals and hyphens", |name| { let name = spaced(name, '-'); name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join("-") }),
        ];
        for (at, (how, spell)) in spellings.into_iter().enumerate() {
            let cost = if at == 0 { COMMON } else { RARE };
            let pairs: Vec<(String, String)> = present.iter().map(|(name, value)| (spell(name), value.clone())).collect();
            let mut sorted = pairs.clone();
            sorted.sort();
            for pairs in [pairs, sorted] {
                forms.at_cost(cost, [Fault::new(HeaderSpelling).what(format!("the headers' names are spelled {how}"))], joined(&pairs, "=", "&"));
            }
            let renamed: Vec<(String, String)> = present.iter().map(|(name, value)| (if *name == "signType" { spell(name) } else { (*name).to_owned() }, value.clone())).collect();
            let mut sorted = renamed.clone();
            sorted.sort();
            for pairs in [renamed, sorted] {
                forms.at_cost(cost, [Fault::new(HeaderSpelling).what(format!("the name `signType` is spelled {how}"))], joined(&pairs, "=", "&"));
            }
        }

        // Every other order, the documents' own first.
        for (at, (what, order)) in orders(present.len()).into_iter().enumerate() {
            let pairs: Vec<_> = order.iter().map(|at| present[*at].clone()).collect();
            let cost = if at == 0 { COMMON } else { ALONE };
            forms.at_cost(cost, [Fault::new(HeaderOrder).what(what)], join(&pairs));
        }

        // What stands in and between the pairs.
        for (equals, between) in [("=", ""), ("=", ","), ("=", "\n"), ("=", "|"), ("=", ";"), ("=", "&amp;"), (":", "&"), (":", "\n"), (":", ","), (": ", "\n"), ("", ""), ("", "&"), ("=", "\r\n"), ("=", ", ")] {
            let what = format!("the headers are joined with `{}` and `{}`", equals.escape_debug(), between.escape_debug());
            forms.rare(Fault::new(Separator).what(what).instead("write name=value, and `&` between the pairs"), joined(&present, equals, between));
        }
        for between in ["", "&", "\n", ",", "|"] {
            let values: Vec<String> = present.iter().map(|(_, value)| value.clone()).collect();
            forms.rare(Fault::new(NamesLeftOut).what("only the headers' values were signed, without their names"), values.join(between));
        }
        let object = Json::Object(present.iter().map(|(name, value)| ((*name).to_owned(), Json::string(value.as_str()))).collect());
        forms.rare(Fault::new(Separator).what("the headers were signed as JSON").instead("write name=value, and `&` between the pairs"), object.to_json());
        let encoded: Vec<_> = present.iter().map(|(name, value)| (*name, String::from_utf8_lossy(&super::texts::percent_encoded(value.as_bytes())).into_owned())).collect();
        forms.rare(Fault::new(UrlEncoded).what("the headers' values were URL-encoded before signing"), join(&encoded));
        forms.distinct()
    }

    #[rustfmt::skip]
    fn joints(&self) -> Forms<Joint> {
        use Mistake::*;
        let between = |between: &str| Joint { between: between.to_owned(), ..Joint::default() };
        let mut forms = Forms::right(Joint::default());
        forms.wrong(Fault::new(BodyMissing), Joint { order: Order::HeadOnly, ..between("") });
        forms.wrong(Fault::new(HeadersMissing), Joint { order: Order::BodyOnly, ..between("") });
        forms.wrong(Fault::new(BodyFirst).what("the body was signed before the headers").instead("sign the headers, and the body right behind them"), Joint { order: Order::BodyHead, ..between("") });
        for (at, separator) in ["&", "\n", "&body=", "?", "&data=", "|", ",", " ", "\r\n", "&content=", "&bizContent=", "&biz_content=", "&params=", "\n\n", ":", ";", "=", "&json=", "+", "&=", "&payload=", "&requestBody=", "&reqBody=", "body="].into_iter().enumerate() {
            let fault = || Fault::new(Separator).what(format!("`{}` stands between the headers and the body", separator.escape_debug())).instead("put nothing between them");
            let cost = if at < 4 { COMMON } else { RARE };
            forms.at_cost(cost, [fault()], between(separator));
            let first = Fault::new(BodyFirst).what("the body was signed before the headers").instead("sign the headers, and the body right behind them");
            forms.at_cost(ALONE, [first, fault()], Joint { order: Order::BodyHead, ..between(separator) });
        }
        for (before, after) in [("", ""), ("", "\n"), ("POST", ""), ("POST\n", "\n"), ("POST ", "\n"), ("", "?"), ("", "&")] {
            let before = format!("{before}{PATH}{after}");
            forms.rare(Fault::new(PathIncluded), Joint { before, ..Joint::default() });
        }
        for before in ["POST", "POST\n", "POST&"] {
            forms.rare(Fault::new(MethodIncluded), Joint { before: before.to_owned(), ..Joint::default() });
        }
        // Headers and members of the body as one sorted list: the commonest rule elsewhere.
        if let Ok(json) = Json::parse(self.body) {
            let members = json.members().iter().map(|(name, value)| (name.clone(), value.to_text()));
            let headers: Vec<_> = self.sent.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect();
            let all: Vec<(String, String)> = headers.iter().cloned().chain(members).filter(|(_, value)| !value.is_empty()).collect();
            let is_header = |name: &str| headers.iter().any(|(header, _)| header == name);
            let sorted = |keep: &dyn Fn(usize, &str) -> bool| {
                let kept = all.iter().enumerate().filter(|(at, (name, _))| keep(*at, name));
                let mut pairs: Vec<(String, String)> = kept.map(|(_, pair)| pair.clone()).collect();
                pairs.sort();
                joined(&pairs, "=", "&")
            };
            let lists = [
                sorted(&|_, _| true),
                sorted(&|at, name| at < headers.len() || !is_header(name)),
                sorted(&|at, name| at >= headers.len() || json.get(name).is_none()),
            ];
            for before in lists {
                let fault = Fault::new(BodyAsForm).what("the headers and the body's members were signed as one sorted list of name=value").instead("sign the four headers, and the raw body right behind them");
                forms.wrong(fault, Joint { before, order: Order::Neither, ..Joint::default() });
            }
        }
        forms
    }
}

#[derive(Default)]
struct Joint {
    before: String,
    between: String,
    order: Order,
}

#[derive(Default)]
enum Order {
    #[default]
    HeadBody,
    BodyHead,
    HeadOnly,
    BodyOnly,
    Neither,
}

impl Joint {
    fn join(&self, head: &[u8], body: &[u8]) -> Vec<u8> {
        let (before, between) = (self.before.as_bytes(), self.between.as_bytes());
        match self.order {
            Order::HeadBody => [before, head, between, body].concat(),
            Order::BodyHead => [before, body, between, head].concat(),
            Order::HeadOnly => [before, head].concat(),
            Order::BodyOnly => [before, body].concat(),
            Order::Neither => before.to_vec(),
        }
    }
}

fn joined<N: AsRef<str>>(pairs: &[(N, String)], equals: &str, between: &str) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}{equals}{value}", name.as_ref()))
        .collect();
    pairs.join(between)
}

/// `signType` as `sign_type`.
fn spaced(name: &str, space: char) -> String {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            spaced.push(space);
        }
        spaced.push(c.to_ascii_lowercase());
    }
    spaced
}

/// Every order but the right one, of four headers or fewer.
fn orders(count: usize) -> Vec<(&'static str, Vec<usize>)> {
    let mut orders = Vec::new();
    if count == 4 {
        orders.push((
            "the headers were signed in the order of the documents",
            vec![0, 1, 3, 2],
        ));
    }
    for order in super::bodies::permutations(count) {
        orders.push(("the headers were not sorted", order));
    }
    orders
}
