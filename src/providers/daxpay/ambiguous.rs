//! What the signature of a notification cannot protect. Quotes and backslashes are taken out and everything is
//! upper-cased before it is signed, so it does not tell where a text ends and the next member begins: whoever
//! chooses a text, such as a payment's title, can have one message signed that reads as another.

use std::collections::{HashMap, HashSet};

use crate::json::Json;

/// Whether a text or a name in the message holds what would read as another member that the message has as well, or two
/// members of one level have names that read the same. No platform means such a message; which one was
/// meant nobody can tell.
pub(super) fn is_ambiguous(body: &Json) -> bool {
    let mut members = Members::default();
    let signed = body.members().iter().filter(|(name, _)| name != "sign");
    for (name, _) in signed.clone() {
        if !members.top.insert(as_signed(name)) {
            return true;
        }
    }
    signed
        .into_iter()
        .any(|(name, value)| members.stand_in(&format!("{name}=")) || members.stand_within(value))
}

/// A text as it stands in what is signed.
fn as_signed(text: &str) -> String {
    text.replace(['"', '\\'], "").to_uppercase()
}

/// The names that could be read in a text, as they are signed.
#[derive(Default)]
struct Members {
    /// Those at the top read as `&NAME=`.
    top: HashSet<String>,
    /// Those of the objects around a text read as `,NAME:`; how often each is there.
    around: HashMap<String, usize>,
}

impl Members {
    fn stand_in(&self, text: &str) -> bool {
        let text = as_signed(text);
        let named = |separator, end, is_name: &dyn Fn(&str) -> bool| {
            let mut behind = text.split(separator).skip(1);
            behind.any(|part: &str| part.split_once(end).is_some_and(|(name, _)| is_name(name)))
        };
        named('&', '=', &|name| self.top.contains(name))
            || named(',', ':', &|name| self.around.contains_key(name))
    }

    fn stand_within(&mut self, value: &Json) -> bool {
        match value {
            Json::String(text) => self.stand_in(text),
            Json::Array(elements) => elements.iter().any(|element| self.stand_within(element)),
            Json::Object(members) => {
                let names: HashSet<String> =
                    members.iter().map(|(name, _)| as_signed(name)).collect();
                if names.len() < members.len() {
                    return true;
                }
                for name in &names {
                    *self.around.entry(name.clone()).or_default() += 1;
                }
                let found = members.iter().any(|(name, value)| {
                    self.stand_in(&format!("{name}:")) || self.stand_within(value)
                });
                for name in names {
                    match self.around.get_mut(&name) {
                        Some(1) | None => _ = self.around.remove(&name),
                        Some(count) => *count -= 1,
                    }
                }
                found
            }
            _ => false,
        }
    }
}
