//! Where two strings to sign part, and what that means.

use super::fault::Fault;
use super::texts::{percent_decoded, without_space};
use super::{MOST_SHOWN, blotted, line, shown};

/// How much is shown on either side of the place where two strings part, in characters.
const AROUND: usize = 16;
/// How much is shown of what differs, in characters.
const MOST: usize = 40;

/// Our string to sign and the other side's.
pub(super) struct Difference {
    ours: String,
    theirs: String,
    is_cut: bool,
    /// Whether they differ, be it in what is blotted out.
    is_same: bool,
    parts: Vec<(String, usize)>,
    known: Vec<(String, String)>,
}

impl Difference {
    /// `ours` in its parts, whose names are told by [`Difference::part`]; `end` stands behind them, with
    /// the secret in it.
    pub(super) fn new(ours: &[&[u8]], end: &str, theirs: &str, secrets: &[&str]) -> Difference {
        let theirs = theirs.trim_start_matches('\u{feff}');
        let mut parts = ours.to_vec();
        parts.push(end.as_bytes());
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut rest = theirs.as_bytes();
        let mut is_same = length == rest.len();
        for part in &parts {
            let beginning = rest.get(..part.len());
            is_same = is_same && beginning == Some(*part);
            rest = rest.get(part.len()..).unwrap_or_default();
        }
        let cut = theirs.as_bytes()[..theirs.len().min(MOST_SHOWN)].utf8_chunks();
        let cut = cut.map(|chunk| chunk.valid()).next().unwrap_or("");
        Difference {
            is_cut: length > MOST_SHOWN || theirs.len() > MOST_SHOWN,
            is_same,
            ours: blotted(&shown(&parts), secrets),
            theirs: blotted(cut, secrets),
            parts: Vec::new(),
            known: Vec::new(),
        }
    }

    /// Names the part of our string that begins at this byte.
    pub(super) fn part(&mut self, name: &str, start: usize) {
        self.parts.push((name.to_owned(), start));
    }

    /// Names the parts of `name=value&…` by their names.
    pub(super) fn parts_of(&mut self, string: &str) {
        let mut start = 0;
        for pair in string.split('&') {
            let name = pair.split('=').next().unwrap_or("");
            self.parts
                .push((format!("`{}`", super::quote(name)), start));
            start += pair.len() + 1;
        }
    }

    /// Names a text that gets into strings to sign, or is left out of them.
    pub(super) fn known(&mut self, text: &str, name: &str) {
        if text.len() > 1 {
            self.known.push((text.to_owned(), name.to_owned()));
        }
    }

    /// One sentence, and what the search says of it.
    pub(super) fn sentence(&self, faults: &[Fault]) -> String {
        if self.is_same {
            return "the strings are the same: what differs is the key, the hash or the way the signature is written".to_owned();
        }
        let (ours, theirs) = (self.ours.as_str(), self.theirs.as_str());
        if ours == theirs {
            return match self.is_cut {
                true => format!("the strings are the same in their first {MOST_SHOWN} bytes, more is not compared"),
                false => "the strings differ only in the secret: look at its case and at what stands around it".to_owned(),
            };
        }
        let front = common(ours.chars(), theirs.chars());
        let (before, our_rest) = ours.split_at(front);
        let their_rest = &theirs[front..];
        let back = common(our_rest.chars().rev(), their_rest.chars().rev());
        let (our_middle, after) = our_rest.split_at(our_rest.len() - back);
        let their_middle = &their_rest[..their_rest.len() - back];
        let mut place = format!("the strings part at byte {front}");
        if let Some((name, _)) = self.parts.iter().rev().find(|(_, start)| *start <= front) {
            place.push_str(&format!(", in {name}"));
        }
        let show = |middle: &str| {
            let lead = before.chars().rev().take(AROUND).collect::<Vec<_>>();
            let lead = lead.into_iter().rev().collect::<String>();
            let trail: String = after.chars().take(AROUND).collect();
            let open = if before.len() > lead.len() { "…" } else { "" };
            let close = if after.len() > trail.len() { "…" } else { "" };
            visible(&format!("{open}{lead}[{}]{trail}{close}", line_of(middle)))
        };
        let (yours, other) = (show(our_middle), show(their_middle));
        let mut meaning = String::new();
        for fault in faults {
            meaning.push_str(if meaning.is_empty() { ": " } else { ", and " });
            meaning.push_str(&fault.to_string());
        }
        if meaning.is_empty() {
            meaning = format!(": {}", self.meaning(our_middle, their_middle));
        }
        format!("{place}: yours is {yours}, theirs {other}{meaning}")
    }

    /// What the parts that differ are.
    fn meaning(&self, ours: &str, theirs: &str) -> String {
        for (text, name) in &self.known {
            match (ours.contains(text), theirs.contains(text)) {
                (true, false) => return format!("yours has {name}, theirs not"),
                (false, true) => return format!("theirs has {name}, yours not"),
                _ => {}
            }
        }
        let (a, b) = (ours.as_bytes(), theirs.as_bytes());
        let all = |text: &str| text.chars().all(char::is_whitespace);
        if ours.is_empty() && all(theirs) {
            return "theirs has white space more".to_owned();
        }
        if theirs.is_empty() && all(ours) {
            return "yours has white space more".to_owned();
        }
        if without_space(a) == without_space(b) {
            return "they differ in white space only".to_owned();
        }
        if ours.to_lowercase() == theirs.to_lowercase() {
            return "they differ in upper and lower case only".to_owned();
        }
        if percent_decoded(b) == a {
            return "theirs is URL-encoded there".to_owned();
        }
        if percent_decoded(a) == b {
            return "yours is URL-encoded there".to_owned();
        }
        let escapes = ["\\/", "\\u", "\\\"", "\\\\"];
        let escaped = |text: &str| escapes.iter().any(|escape| text.contains(escape));
        match (ours.is_empty(), theirs.is_empty()) {
            (true, _) => "theirs has that more".to_owned(),
            (_, true) => "theirs lacks that".to_owned(),
            _ if escaped(theirs) && !escaped(ours) => {
                "theirs escapes characters that yours writes as they are".to_owned()
            }
            _ if sorted(ours) == sorted(theirs) => {
                "the same characters stand in another order".to_owned()
            }
            _ => "there the one is not the other".to_owned(),
        }
    }
}

fn sorted(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes
}

/// How many bytes the characters have that are the same at the beginning.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    let same = a.zip(b).take_while(|(a, b)| a == b);
    same.map(|(a, _)| a.len_utf8()).sum()
}

fn line_of(text: &str) -> String {
    let mut line: String = text.chars().take(MOST).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}

/// Control characters by their names, so that they can be seen in one line.
fn visible(text: &str) -> String {
    let mut visible = String::new();
    for c in text.chars() {
        match c {
            '\n' => visible.push_str("\\n"),
            '\r' => visible.push_str("\\r"),
            '\t' => visible.push_str("\\t"),
            '\u{feff}' | '\u{200b}' | '\u{a0}' => {
                visible.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if c.is_control() => visible.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => visible.push(c),
        }
    }
    line(&visible, usize::MAX)
}

/// The string to sign that a platform quotes in a message of its own: what looks like `name=value&…`.
pub fn quoted_string(message: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    for (equals, _) in message.match_indices('=') {
        let head = &message[..equals];
        let name = head.len() - head.trim_end_matches(is_name).len();
        let rest = &message[equals - name..];
        // A bracket in front belongs to the message, not to the name.
        let rest = rest.trim_start_matches(['[', ']', '.']);
        if name > 0 && rest.contains('&') {
            let is_around =
                |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ']' | '}' | ')');
            return Some(rest.trim_end_matches(is_around));
        }
    }
    None
}
